//! SQL of flags: what the city's agents saw at public sites, what became of it, their pictures.
//!
//! Every query here joins a public site, or reads by id what was made by such a query.

use crate::access::{Scope, Sealed, seal};
use crate::db::{DbError, Tx, sql};
use crate::facts::FactSecret;
use crate::facts::store::not_voided;
use crate::sites::kept;
use domain::{AccountId, FactId, Instant, ProgrammeId, SiteId};
use std::collections::HashMap;
use uuid::Uuid;

/// When a fact `f` happened, as far as its clock can be believed.
macro_rules! happened_at {
    () => {
        "case when f.time_to_check or f.recorded_at > f.received_at
           then f.received_at else f.recorded_at end"
    };
}

/// True of a site `s` that still stands: a site that a flag made goes with it, unless something
/// else speaks of it. Computed, never kept: the order in which facts come changes nothing.
macro_rules! stands {
    () => {
        concat!(
            "(s.flag_id is null
       or exists (
         select 1 from facts f
         where f.programme_id = s.programme_id and f.site_id = s.id
           and f.kind in ('sighting', 'city_pickup', 'pickup') and ",
            crate::facts::store::not_voided!(),
            ")
       or exists (
         select 1 from outing_sites w
         where w.programme_id = s.programme_id and w.site_id = s.id)
       or exists (
         select 1 from sites m
         where m.programme_id = s.programme_id and m.merged_into = s.id)
       or exists (
         select 1 from here_decisions d
         where d.programme_id = s.programme_id and d.site_id = s.id)) "
        )
    };
}

pub(crate) use stands;

const UPDATE_MADE_BY: &str = "
    update sites set flag_id = $3, quarter = $4 where programme_id = $1 and id = $2";

/// Says which sighting made a site, and in which quarter it is.
pub async fn set_made_by(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
    flag: FactId,
    quarter: Option<String>,
) -> Result<(), DbError> {
    sql(UPDATE_MADE_BY)
        .bind(programme)
        .bind(site)
        .bind(flag)
        .bind(quarter)
        .run(tx)
        .await?;
    Ok(())
}

/// A sighting of an agent at a public site, as it is kept.
#[derive(sqlx::FromRow)]
pub struct SightingRow {
    /// The fact.
    pub id: Uuid,
    /// The account that flagged.
    pub sender_id: Option<Uuid>,
    /// When, in epoch milliseconds.
    pub at: i64,
    /// How many were seen.
    pub count: Option<i64>,
    /// Category, urgency, children.
    pub data: String,
    /// The site that it is about now.
    pub site_id: Uuid,
}

const SELECT_SIGHTINGS: &str = concat!(
    "select f.id, f.sender_id, ",
    happened_at!(),
    " as at, f.count, f.data, s.id as site_id
     from facts f
     join fact_sites p on p.programme_id = f.programme_id and p.fact_id = f.id
     join sites s on s.programme_id = p.programme_id and s.id = p.site_id
       and s.nature = 'public'
     where f.programme_id = $1 and f.kind = 'sighting' and f.sender_role = 'agent' and ",
    not_voided!(),
    " order by at desc, f.id desc"
);

/// What agents flagged at public sites, newest first.
pub async fn sightings(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<SightingRow>, DbError> {
    sql(SELECT_SIGHTINGS).bind(programme).all(tx).await
}

// A site's visits say when it was last done: what was seen there later waits. Only sites that were
// seen since are looked at, so that years of flags that were answered are not walked through.
const SELECT_WAITING: &str = concat!(
    "with waiting as (
       select v.site_id, v.done_at
       from site_visits v
       join sites s on s.programme_id = v.programme_id and s.id = v.site_id
         and s.nature = 'public'
       where v.programme_id = $1 and v.stands = true and v.seen_at is not null
         and (v.done_at is null or v.seen_at > v.done_at)
     ), members as (
       select site_id, site_id as id, done_at from waiting
       union all
       select w.site_id, s.id, w.done_at from waiting w
       join sites s on s.programme_id = $1 and s.merged_into = w.site_id
     )
     select f.id, f.sender_id, ",
    happened_at!(),
    " as at, f.count, f.data, m.site_id
     from members m
     cross join facts f
     where f.programme_id = $1 and f.site_id = m.id and f.kind = 'sighting'
       and f.sender_role = 'agent' and (m.done_at is null or ",
    happened_at!(),
    " > m.done_at) and ",
    not_voided!(),
    " order by at desc, f.id desc"
);

/// Of what agents flagged at public sites, what nobody did yet, newest first.
pub async fn waiting(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<SightingRow>, DbError> {
    kept::settle(tx).await?;
    sql(SELECT_WAITING).bind(programme).all(tx).await
}

// The `cross join` makes SQLite begin with the few outings that are not over.
const SELECT_PLANNED: &str = "
    select s.id, min(o.day) as day
    from outings o
    cross join outing_sites w
    join sites m on m.programme_id = w.programme_id and m.id = w.site_id
    join sites s on s.programme_id = m.programme_id and s.id = coalesce(m.merged_into, m.id)
      and s.nature = 'public'
    where o.programme_id = $1 and o.state in ('planned', 'open')
      and w.programme_id = o.programme_id and w.outing_id = o.id
    group by s.id";

/// The day of the next outing that goes to each public site.
pub async fn planned_days(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<HashMap<SiteId, domain::Day>, DbError> {
    let rows: Vec<(Uuid, String)> = sql(SELECT_PLANNED).bind(programme).all(tx).await?;
    rows.into_iter()
        .map(|(id, day)| {
            let day = day.parse();
            let day = day.map_err(|e| DbError::Unreadable(format!("outing: {e}")))?;
            Ok((SiteId(id), day))
        })
        .collect()
}

/// A visit of a public site, and what was picked up.
#[derive(sqlx::FromRow)]
pub struct DeedRow {
    /// Where.
    pub site_id: Uuid,
    /// When it was done: an outing closed, or the city picked up itself.
    pub at: i64,
    /// How many items.
    pub count: i64,
    /// The city itself, outside any outing.
    pub by_city: bool,
}

// An outing counts once it is closed: on its plan with whatever was found, beside the plan by what
// was picked up, as the sums of outings keep it. Of outings only what was done at places that agents
// flagged: of a town with years behind it that is the small part, and the `cross join` makes SQLite
// begin with it.
const SELECT_DEEDS: &str = concat!(
    "with flagged as (
       select distinct p.site_id
       from facts f
       join fact_sites p on p.programme_id = f.programme_id and p.fact_id = f.id
       where f.programme_id = $1 and f.kind = 'sighting' and f.sender_role = 'agent'
     ), members as (
       select site_id, site_id as id from flagged
       union all
       select g.site_id, s.id from flagged g
       join sites s on s.programme_id = $1 and s.merged_into = g.site_id
     )
     select d.site_id, d.at, cast(sum(d.count) as bigint) as count, d.by_city
     from (
       select m.site_id, o.id as deed, o.closed_at as at,
         cast(0 as bigint) as count, 1 as is_deed, false as by_city
       from members m
       join outing_sites w on w.programme_id = $1 and w.site_id = m.id
       join outings o on o.programme_id = w.programme_id and o.id = w.outing_id
         and o.state = 'closed'
       union all
       select m.site_id, o.id, o.closed_at, c.total, 0, false
       from members m
       cross join outing_sums c
       join outings o on o.programme_id = c.programme_id and o.id = c.outing_id
         and o.state = 'closed'
       where c.programme_id = $1 and c.site_id = m.id and c.kind = 'pickup'
       union all
       select p.site_id, f.id, ",
    happened_at!(),
    ", f.count, 1, true
       from facts f
       join fact_sites p on p.programme_id = f.programme_id and p.fact_id = f.id
       where f.programme_id = $1 and f.kind = 'city_pickup' and ",
    not_voided!(),
    ") d
     join sites s on s.programme_id = $1 and s.id = d.site_id and s.nature = 'public'
     group by d.site_id, d.deed, d.at, d.by_city
     having max(d.is_deed) = 1 or sum(d.count) > 0
     order by d.at, d.site_id"
);

/// What outings did at the public sites that agents flagged, and the city anywhere, oldest first.
pub async fn deeds(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<DeedRow>, DbError> {
    sql(SELECT_DEEDS).bind(programme).all(tx).await
}

/// A sealed note of a flag.
pub struct NoteRow {
    /// The flag.
    pub flag: FactId,
    /// Says whether it has a note.
    pub data: String,
    /// Its note, and its point if it had one.
    pub sealed: Sealed<FactSecret>,
}

const SELECT_NOTES: &str = concat!(
    "select f.id, f.data, f.site_id, f.sealed
     from facts f
     join fact_sites p on p.programme_id = f.programme_id and p.fact_id = f.id
     join sites s on s.programme_id = p.programme_id and s.id = p.site_id
       and s.nature = 'public'
     where f.programme_id = $1 and s.id = $2 and f.kind = 'sighting' and f.sender_role = 'agent'
       and f.sealed is not null and ",
    not_voided!(),
    " order by f.site_id, f.id"
);

/// What the city's flags about a public site say in words, sealed.
pub async fn notes(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
) -> Result<Vec<NoteRow>, DbError> {
    let query = sql(SELECT_NOTES).bind(programme).bind(site);
    let rows: Vec<(Uuid, String, Uuid, Vec<u8>)> = query.all(tx).await?;
    let read = |(id, data, site, sealed)| NoteRow {
        flag: FactId(id),
        data,
        sealed: Sealed::from_row(Scope::Site(SiteId(site)), sealed),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// A picture to be kept.
pub struct NewPhoto {
    /// The fact that brought it.
    pub id: FactId,
    /// The sighting it shows.
    pub target: FactId,
    /// Who sent it.
    pub sender: AccountId,
    /// When.
    pub received_at: Instant,
    /// The picture.
    pub sealed: Vec<u8>,
}

// A picture of a place that is discreet by now is not kept; it is acknowledged all the same.
const INSERT_PHOTO: &str = "
    insert into photos (programme_id, id, target_id, sender_id, received_at, sealed)
    select p.id, $2, $3, $4, $5, $6 from programmes p
    where p.id = $1 and not exists (
      select 1 from fact_sites t
      join sites s on s.programme_id = t.programme_id and s.id = t.site_id
        and s.nature = 'discreet'
      where t.programme_id = $1 and t.fact_id = $3)";

/// Keeps a picture.
pub async fn insert_photo(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: NewPhoto,
) -> Result<(), DbError> {
    sql(INSERT_PHOTO)
        .bind(programme)
        .bind(it.id)
        .bind(it.target)
        .bind(it.sender)
        .bind(it.received_at)
        .bind(it.sealed)
        .run(tx)
        .await?;
    Ok(())
}

/// Pictures `h` that may be shown: of a sighting by the same account, at a public site, neither
/// taken back.
macro_rules! shown_photos {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from photos h
     join facts f on f.programme_id = h.programme_id and f.id = h.target_id
       and f.kind = 'sighting' and f.sender_id = h.sender_id
     join fact_sites p on p.programme_id = f.programme_id and p.fact_id = f.id
     join sites s on s.programme_id = p.programme_id and s.id = p.site_id
       and s.nature = 'public'
     where h.programme_id = $1 and ",
            not_voided!(),
            " and exists (
         select 1 from facts f
         where f.programme_id = h.programme_id and f.id = h.id and ",
            not_voided!(),
            ") ",
            $rest
        )
    };
}

const SELECT_PHOTOS: &str = shown_photos!(
    "h.target_id, h.id",
    "and s.id = $2 order by h.received_at, h.id"
);

/// The pictures of a public site: the flag of each, and its id.
pub async fn photos(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
) -> Result<Vec<(FactId, FactId)>, DbError> {
    let query = sql(SELECT_PHOTOS).bind(programme).bind(site);
    let rows: Vec<(Uuid, Uuid)> = query.all(tx).await?;
    let read = |(flag, id)| (FactId(flag), FactId(id));
    Ok(rows.into_iter().map(read).collect())
}

const SELECT_PHOTO: &str = shown_photos!("h.sealed", "and h.id = $2");

/// One picture, sealed, if it may be shown.
pub async fn photo(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: FactId,
) -> Result<Option<Sealed<super::photos::Picture>>, DbError> {
    let row: Option<(Vec<u8>,)> = sql(SELECT_PHOTO).bind(programme).bind(id).maybe(tx).await?;
    Ok(row.map(|(bytes,)| Sealed::from_row(Scope::Photo(id), bytes)))
}

const PHOTOS_OF_SITE: &str = "
    select h.id from photos h
    join fact_sites p on p.programme_id = h.programme_id and p.fact_id = h.target_id
    where h.programme_id = $1 and p.site_id = $2";
const DELETE_PHOTO: &str = "delete from photos where programme_id = $1 and id = $2";

/// Forgets every picture of a site, and the keys they are sealed under.
pub async fn delete_photos(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
) -> Result<(), DbError> {
    let query = sql(PHOTOS_OF_SITE).bind(programme).bind(site);
    let ids: Vec<(Uuid,)> = query.all(tx).await?;
    for (id,) in ids {
        sql(DELETE_PHOTO).bind(programme).bind(id).run(tx).await?;
        seal::destroy(tx, programme, Scope::Photo(FactId(id))).await?;
    }
    Ok(())
}

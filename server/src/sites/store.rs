//! SQL of sites. A discreet site has no title and no point outside its sealed column.

use super::cells::Cell;
use crate::access::{Scope, Sealable, Sealed};
use crate::db::{AMONG_MAX, DbError, Sql, Tx, sql};
use domain::fact::AgentAccess;
use domain::place::{Pictogram, SiteState, Visits};
use domain::{Instant, Nature, OutingId, Position, ProgrammeId, SiteId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// What of a site only a coordinator (and a confirmed crew phone) may open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteSecret {
    /// Title of a discreet site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Point of a discreet site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Position>,
    /// Free words about any site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Sealable for SiteSecret {
    const LABEL: &'static str = "site";
}

/// A site to be made.
pub struct NewSite {
    /// Its id.
    pub id: SiteId,
    /// Public or discreet.
    pub nature: Nature,
    /// `city`, `peer` or `association`.
    pub origin: &'static str,
    /// Title and point, when public.
    pub open: Option<(String, Position)>,
    /// The rest.
    pub sealed: Option<Sealed<SiteSecret>>,
    /// The square it lies in, when discreet.
    pub cell: Option<Cell>,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
}

const INSERT: &str = "
    insert into sites (programme_id, id, nature, origin, title, lat, lon, sealed, residents_agree,
      created_at, cell)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (programme_id, id) do nothing";
const UPDATE_EXTRAS: &str = "
    update sites set pictogram = $3, agent_access = $4, quarter = $5
    where programme_id = $1 and id = $2";

/// Says of a site that was just made what it looks like and which quarter it is in.
pub async fn set_extras(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
    pictogram: Option<Pictogram>,
    agent: Option<AgentAccess>,
    quarter: Option<String>,
) -> Result<(), DbError> {
    sql(UPDATE_EXTRAS)
        .bind(programme)
        .bind(id)
        .bind(pictogram.map(Pictogram::code))
        .bind(agent.map(AgentAccess::code))
        .bind(quarter)
        .run(tx)
        .await?;
    Ok(())
}

/// Makes a site. Answers `false` when the id is there already.
pub async fn insert(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: NewSite,
    now: Instant,
) -> Result<bool, DbError> {
    let (title, at) = it.open.unzip();
    let touched = sql(INSERT)
        .bind(programme)
        .bind(it.id)
        .bind(it.nature.as_str())
        .bind(it.origin)
        .bind(title)
        .bind(at.map(Position::lat))
        .bind(at.map(Position::lon))
        .bind(it.sealed.map(Sealed::into_bytes))
        .bind(it.residents_agree)
        .bind(now)
        .bind(it.cell)
        .run(tx)
        .await?;
    super::kept::touch_site(tx, programme, it.id);
    Ok(touched == 1)
}

const SELECT_NATURES: &str = "
    select id, nature from sites where programme_id = $1 and id in {among}";

/// Public or discreet, of those of these sites that are of this programme.
pub async fn natures(
    tx: &mut Tx,
    programme: ProgrammeId,
    ids: &[SiteId],
) -> Result<HashMap<SiteId, Nature>, DbError> {
    let mut natures = HashMap::new();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    for some in ids.chunks(AMONG_MAX) {
        let query = sql(SELECT_NATURES).bind(programme).bind_among(some);
        let rows: Vec<(Uuid, String)> = query.all(tx).await?;
        for (id, text) in rows {
            let nature = Nature::parse(&text);
            let nature = nature.map_err(|e| DbError::Unreadable(format!("site: {e}")))?;
            natures.insert(SiteId(id), nature);
        }
    }
    Ok(natures)
}

const SELECT_NATURE: &str = "select nature from sites where programme_id = $1 and id = $2";

/// Public or discreet; nothing when it is not of this programme.
pub async fn nature(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Option<Nature>, DbError> {
    let row: Option<(String,)> = sql(SELECT_NATURE)
        .bind(programme)
        .bind(id)
        .maybe(tx)
        .await?;
    row.map(|(text,)| Nature::parse(&text))
        .transpose()
        .map_err(|e| DbError::Unreadable(format!("site: {e}")))
}

/// A public site, whole: what the city, a peer and an unconfirmed phone may know.
#[derive(Clone, Debug)]
pub struct CitySite {
    /// Its id.
    pub id: SiteId,
    /// Its title.
    pub title: String,
    /// Where.
    pub at: Position,
    /// Where it stands.
    pub state: SiteState,
    /// What was recorded about it, as far as its state asks.
    pub visits: Visits,
    /// Everything else that is open to those who may know the site.
    pub about: About,
}

/// A discreet site, still sealed.
#[derive(Debug)]
pub struct DiscreetSite {
    /// Its id.
    pub id: SiteId,
    /// Title, point, note.
    pub sealed: Sealed<SiteSecret>,
    /// Where it stands.
    pub state: SiteState,
    /// What was recorded about it, as far as its state asks.
    pub visits: Visits,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
    /// Everything else that needs no opening.
    pub about: About,
}

/// What is open about a site to whoever may know it.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// `city`, `peer` or `association`.
    pub origin: String,
    /// What it looks like.
    pub pictogram: Option<Pictogram>,
    /// The id of its quarter.
    pub quarter: Option<String>,
    /// Counts changes, for `If-Match`.
    pub version: i64,
    /// When it was made.
    pub created_at: Option<Instant>,
    /// What the agent who walks along does there.
    pub agent: Option<AgentAccess>,
}

#[derive(sqlx::FromRow)]
struct AboutRow {
    origin: String,
    pictogram: Option<String>,
    quarter: Option<String>,
    version: i64,
    created_at: i64,
    agent_access: Option<String>,
}

impl AboutRow {
    fn read(self) -> About {
        About {
            origin: self.origin,
            pictogram: self.pictogram.as_deref().and_then(Pictogram::from_code),
            quarter: self.quarter,
            version: self.version,
            created_at: Some(Instant::from_ms(self.created_at)),
            agent: self
                .agent_access
                .as_deref()
                .and_then(AgentAccess::from_code),
        }
    }
}

#[derive(sqlx::FromRow)]
struct PublicRow {
    id: Uuid,
    title: String,
    lat: f64,
    lon: f64,
    #[sqlx(flatten)]
    about: AboutRow,
    #[sqlx(flatten)]
    visits: VisitsRow,
}

#[derive(sqlx::FromRow)]
struct DiscreetRow {
    id: Uuid,
    sealed: Vec<u8>,
    residents_agree: Option<bool>,
    #[sqlx(flatten)]
    about: AboutRow,
    #[sqlx(flatten)]
    visits: VisitsRow,
}

/// A site `s`, and what is kept about it, `v`.
macro_rules! from_sites {
    () => {
        "from sites s
     left join site_visits v on v.programme_id = s.programme_id and v.site_id = s.id "
    };
}

/// The columns of [`AboutRow`] and [`VisitsRow`], of a site `s`.
macro_rules! about_columns {
    () => {
        "s.origin, s.pictogram, s.quarter, s.version, s.created_at, s.agent_access, \
         v.planned, v.done_at, v.seen_at "
    };
}

impl PublicRow {
    fn read(self) -> Result<CitySite, DbError> {
        let visits = self.visits.read();
        Ok(CitySite {
            id: SiteId(self.id),
            title: self.title,
            at: Position::new(self.lat, self.lon)
                .map_err(|e| DbError::Unreadable(format!("site: {e}")))?,
            state: visits.state(),
            visits,
            about: self.about.read(),
        })
    }
}

impl DiscreetRow {
    fn read(self) -> DiscreetSite {
        let id = SiteId(self.id);
        let visits = self.visits.read();
        DiscreetSite {
            id,
            sealed: Sealed::from_row(Scope::Site(id), self.sealed),
            state: visits.state(),
            visits,
            residents_agree: self.residents_agree,
            about: self.about.read(),
        }
    }
}

/// What is kept about a site ([`super::kept`]). Who asks for a state asks here, so that it is the
/// same on a phone, on a map and in a list.
#[derive(sqlx::FromRow)]
struct VisitsRow {
    planned: Option<bool>,
    done_at: Option<i64>,
    seen_at: Option<i64>,
}

impl VisitsRow {
    fn read(self) -> Visits {
        Visits {
            planned: self.planned.unwrap_or_default(),
            done_at: self.done_at.map(Instant::from_ms),
            seen_at: self.seen_at.map(Instant::from_ms),
        }
    }
}

/// A box on the map, in degrees.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// West.
    pub west: f64,
    /// South.
    pub south: f64,
    /// East.
    pub east: f64,
    /// North.
    pub north: f64,
}

impl Bounds {
    /// The whole earth.
    pub const ALL: Self = Self {
        west: -180.0,
        south: -90.0,
        east: 180.0,
        north: 90.0,
    };

    /// Is the point in it?
    pub fn contains(&self, at: Position) -> bool {
        (self.south..=self.north).contains(&at.lat()) && (self.west..=self.east).contains(&at.lon())
    }
}

/// The columns of a public site `s`, for [`PublicRow`].
macro_rules! select_public {
    ($($rest:expr),+) => {
        concat!(
            "select s.id, s.title, s.lat, s.lon, ",
            about_columns!(),
            from_sites!(),
            $($rest),+
        )
    };
}

/// The columns of a discreet site `s`, for [`DiscreetRow`].
macro_rules! select_discreet {
    ($rest:literal) => {
        concat!(
            "select s.id, s.sealed, s.residents_agree, ",
            about_columns!(),
            from_sites!(),
            $rest
        )
    };
}

async fn read_public(tx: &mut Tx, query: Sql) -> Result<Vec<CitySite>, DbError> {
    super::kept::settle(tx).await?;
    let rows: Vec<PublicRow> = query.all(tx).await?;
    rows.into_iter().map(PublicRow::read).collect()
}

async fn read_discreet(tx: &mut Tx, query: Sql) -> Result<Vec<DiscreetSite>, DbError> {
    super::kept::settle(tx).await?;
    let rows: Vec<DiscreetRow> = query.all(tx).await?;
    Ok(rows.into_iter().map(DiscreetRow::read).collect())
}

/// True of a site `s` that something still speaks of, by what is kept about it.
macro_rules! is_standing {
    () => {
        "coalesce(v.stands, s.flag_id is null) "
    };
}

const SELECT_PUBLIC: &str = select_public!(
    "where s.programme_id = $1 and s.nature = 'public' and s.merged_into is null
       and s.lat between $2 and $3 and s.lon between $4 and $5 and ",
    is_standing!(),
    "order by s.title, s.id"
);

/// The public sites of the programme within a box.
pub async fn public_sites(
    tx: &mut Tx,
    programme: ProgrammeId,
    within: Bounds,
) -> Result<Vec<CitySite>, DbError> {
    let query = sql(SELECT_PUBLIC)
        .bind(programme)
        .bind(within.south)
        .bind(within.north)
        .bind(within.west)
        .bind(within.east);
    read_public(tx, query).await
}

const SELECT_PUBLIC_ONE: &str = select_public!(
    "where s.programme_id = $1 and s.nature = 'public' and s.merged_into is null and s.id = $2 and ",
    is_standing!()
);

/// One public site of the programme.
pub async fn public_site(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Option<CitySite>, DbError> {
    let query = sql(SELECT_PUBLIC_ONE).bind(programme).bind(id);
    Ok(read_public(tx, query).await?.pop())
}

const SELECT_DISCREET: &str = select_discreet!(
    "where s.programme_id = $1 and s.nature = 'discreet' and s.sealed is not null
       and s.merged_into is null and s.closed_at is null
     order by s.id"
);

/// The discreet sites of the programme that are not over, sealed: their points are known only once opened.
pub async fn discreet_sites(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<DiscreetSite>, DbError> {
    read_discreet(tx, sql(SELECT_DISCREET).bind(programme)).await
}

const SELECT_DISCREET_ONE: &str = select_discreet!(
    "where s.programme_id = $1 and s.nature = 'discreet' and s.sealed is not null and s.id = $2
       and s.merged_into is null"
);

const SELECT_DISCREET_AMONG: &str = select_discreet!(
    "where s.programme_id = $1 and s.nature = 'discreet' and s.sealed is not null
       and s.merged_into is null and s.id in {among}"
);

/// Some of the discreet sites of the programme, sealed.
pub async fn discreet_among(
    tx: &mut Tx,
    programme: ProgrammeId,
    ids: &[SiteId],
) -> Result<Vec<DiscreetSite>, DbError> {
    let ids: Vec<Uuid> = ids.iter().map(|it| it.0).collect();
    let mut sites = Vec::with_capacity(ids.len());
    for some in ids.chunks(AMONG_MAX) {
        let query = sql(SELECT_DISCREET_AMONG).bind(programme).bind_among(some);
        sites.append(&mut read_discreet(tx, query).await?);
    }
    Ok(sites)
}

/// One discreet site of the programme, sealed.
pub async fn discreet_site(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Option<DiscreetSite>, DbError> {
    let query = sql(SELECT_DISCREET_ONE).bind(programme).bind(id);
    Ok(read_discreet(tx, query).await?.pop())
}

const SELECT_PUBLIC_OF_OUTING: &str = select_public!(
    "join outing_sites w on w.programme_id = s.programme_id and w.site_id = s.id
     where s.programme_id = $1 and s.nature = 'public' and w.outing_id = $2
     order by w.rank"
);

/// The public sites of an outing.
pub async fn public_sites_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<CitySite>, DbError> {
    let query = sql(SELECT_PUBLIC_OF_OUTING).bind(programme).bind(outing);
    read_public(tx, query).await
}

const SELECT_DISCREET_OF_OUTING: &str = select_discreet!(
    "join outing_sites w on w.programme_id = s.programme_id and w.site_id = s.id
     where s.programme_id = $1 and s.nature = 'discreet' and s.sealed is not null
       and w.outing_id = $2
     order by w.rank"
);

/// The discreet sites of an outing, sealed.
pub async fn discreet_sites_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<DiscreetSite>, DbError> {
    let query = sql(SELECT_DISCREET_OF_OUTING).bind(programme).bind(outing);
    read_discreet(tx, query).await
}

/// A site as whoever changes it needs it, held until the transaction ends.
pub struct Held {
    /// Public or discreet.
    pub nature: Nature,
    /// Title and point, when public.
    pub open: Option<(String, Position)>,
    /// The rest, sealed.
    pub sealed: Option<Sealed<SiteSecret>>,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
    /// What it looks like.
    pub pictogram: Option<Pictogram>,
    /// What the agent who walks along does there.
    pub agent: Option<AgentAccess>,
    /// Its quarter.
    pub quarter: Option<String>,
    /// The site that stays, when this one was a duplicate.
    pub merged_into: Option<SiteId>,
    /// Counts changes.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    nature: String,
    title: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    sealed: Option<Vec<u8>>,
    residents_agree: Option<bool>,
    pictogram: Option<String>,
    agent_access: Option<String>,
    quarter: Option<String>,
    merged_into: Option<Uuid>,
    version: i64,
}

const SELECT_HELD: &str = "
    select nature, title, lat, lon, sealed, residents_agree, pictogram, agent_access, quarter,
      merged_into, version
    from sites where programme_id = $1 and id = $2";

/// The site, held: nobody changes it before this transaction ends.
pub async fn hold(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Option<Held>, DbError> {
    let query = sql(SELECT_HELD).bind(programme).bind(id).for_update();
    let row: Option<HeldRow> = query.maybe(tx).await?;
    let unreadable = |e: domain::Invalid| DbError::Unreadable(format!("site: {e}"));
    row.map(|row| {
        let open = match (row.title, row.lat, row.lon) {
            (Some(title), Some(lat), Some(lon)) => {
                Some((title, Position::new(lat, lon).map_err(unreadable)?))
            }
            _ => None,
        };
        Ok(Held {
            nature: Nature::parse(&row.nature).map_err(unreadable)?,
            open,
            sealed: row.sealed.map(|it| Sealed::from_row(Scope::Site(id), it)),
            residents_agree: row.residents_agree,
            pictogram: row.pictogram.as_deref().and_then(Pictogram::from_code),
            agent: row.agent_access.as_deref().and_then(AgentAccess::from_code),
            quarter: row.quarter,
            merged_into: row.merged_into.map(SiteId),
            version: row.version,
        })
    })
    .transpose()
}

/// A site as it is from now on.
pub struct Changed {
    /// Public or discreet.
    pub nature: Nature,
    /// Title and point, when public.
    pub open: Option<(String, Position)>,
    /// The rest.
    pub sealed: Option<Sealed<SiteSecret>>,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
    /// What was agreed about the agent who walks along.
    pub agent: Option<AgentAccess>,
    /// What it looks like.
    pub pictogram: Option<Pictogram>,
    /// Its quarter.
    pub quarter: Option<String>,
    /// The square it lies in, when discreet.
    pub cell: Option<Cell>,
}

const UPDATE: &str = "
    update sites set nature = $3, title = $4, lat = $5, lon = $6, sealed = $7,
      residents_agree = $8, pictogram = $9, quarter = $10, agent_access = $11, cell = $12,
      version = version + 1
    where programme_id = $1 and id = $2";

/// Changes a site. What is sealed now is in the open no more.
pub async fn update(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
    it: Changed,
) -> Result<(), DbError> {
    let (title, at) = it.open.unzip();
    sql(UPDATE)
        .bind(programme)
        .bind(id)
        .bind(it.nature.as_str())
        .bind(title)
        .bind(at.map(Position::lat))
        .bind(at.map(Position::lon))
        .bind(it.sealed.map(Sealed::into_bytes))
        .bind(it.residents_agree)
        .bind(it.pictogram.map(Pictogram::code))
        .bind(it.quarter)
        .bind(it.agent.map(AgentAccess::code))
        .bind(it.cell)
        .run(tx)
        .await?;
    super::kept::touch_site(tx, programme, id);
    Ok(())
}

const UPDATE_CELL: &str = "update sites set cell = $3 where programme_id = $1 and id = $2";

/// Says in which square a discreet site is.
pub async fn set_cell(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
    cell: Cell,
) -> Result<(), DbError> {
    let query = sql(UPDATE_CELL).bind(programme).bind(id).bind(cell);
    query.run(tx).await?;
    super::kept::touch_site(tx, programme, id);
    Ok(())
}

const UPDATE_QUARTER: &str = "
    update sites set quarter = $3, version = version + 1
    where programme_id = $1 and id = $2";

/// Says which quarter a site is in.
pub async fn set_quarter(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
    quarter: Option<String>,
) -> Result<(), DbError> {
    sql(UPDATE_QUARTER)
        .bind(programme)
        .bind(id)
        .bind(quarter)
        .run(tx)
        .await?;
    super::kept::touch_site(tx, programme, id);
    Ok(())
}

const UPDATE_MERGED: &str = "
    update sites set merged_into = $3, merged_at = $4, version = version + 1
    where programme_id = $1 and (id = $2 or merged_into = $2)";
const TOUCH: &str = "
    update sites set version = version + 1 where programme_id = $1 and id = $2";

/// Makes a site, and those merged into it before, duplicates of another.
pub async fn merge(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
    into: SiteId,
    now: Instant,
) -> Result<(), DbError> {
    sql(UPDATE_MERGED)
        .bind(programme)
        .bind(id)
        .bind(into)
        .bind(now)
        .run(tx)
        .await?;
    sql(TOUCH).bind(programme).bind(into).run(tx).await?;
    super::kept::touch_site(tx, programme, id);
    super::kept::touch_site(tx, programme, into);
    Ok(())
}

const SELECT_MERGED: &str = "
    select id, merged_at from sites
    where programme_id = $1 and merged_into = $2 order by merged_at, id";

/// The sites that turned out to be this one, and when that was said.
pub async fn merged_into(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Vec<(SiteId, Instant)>, DbError> {
    let rows: Vec<(Uuid, i64)> = sql(SELECT_MERGED).bind(programme).bind(id).all(tx).await?;
    let read = |(id, at)| (SiteId(id), Instant::from_ms(at));
    Ok(rows.into_iter().map(read).collect())
}

const SELECT_ROOT: &str = "
    select merged_into from sites where programme_id = $1 and id = $2 and merged_into is not null";

/// The site that stays, when this one was merged.
pub async fn root(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Option<SiteId>, DbError> {
    let row: Option<(Uuid,)> = sql(SELECT_ROOT).bind(programme).bind(id).maybe(tx).await?;
    Ok(row.map(|(id,)| SiteId(id)))
}

const SELECT_UNPLANNABLE: &str = "
    select residents_agree from sites
    where programme_id = $1 and id = $2
      and (residents_agree = false or merged_into is not null or closed_at is not null)";

/// Why a site cannot be planned: the people who live there said no, it is a duplicate, or over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unplannable {
    /// « Non » of the residents.
    ResidentsSaidNo,
    /// Merged into another, or over.
    Merged,
}

/// What keeps a site from being planned.
pub async fn unplannable(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Option<Unplannable>, DbError> {
    let query = sql(SELECT_UNPLANNABLE).bind(programme).bind(id);
    let row: Option<(Option<bool>,)> = query.maybe(tx).await?;
    Ok(row.map(|(agree,)| match agree {
        Some(false) => Unplannable::ResidentsSaidNo,
        _ => Unplannable::Merged,
    }))
}

const SET_CLOSED: &str = "
    update sites set closed_at = $3, version = version + 1
    where programme_id = $1 and id = $2 and (closed_at is null) = $4";
const SELECT_CLOSED: &str = "
    select closed_at from sites where programme_id = $1 and id = $2 and closed_at is not null";

/// Says that a site is over, or not after all. `false`: that was said before.
pub async fn set_closed(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
    at: Option<Instant>,
) -> Result<bool, DbError> {
    let query = sql(SET_CLOSED).bind(programme).bind(id).bind(at);
    let touched = query.bind(at.is_some()).run(tx).await?;
    super::kept::touch_site(tx, programme, id);
    Ok(touched == 1)
}

/// Since when a site is over, if it is.
pub async fn closed_at(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Option<Instant>, DbError> {
    let row: Option<(i64,)> = sql(SELECT_CLOSED)
        .bind(programme)
        .bind(id)
        .maybe(tx)
        .await?;
    Ok(row.map(|(at,)| Instant::from_ms(at)))
}

const TOUCH_PLANS: &str = "
    update outings set version = version + 1
    where programme_id = $1 and state = 'planned' and id in (
      select outing_id from outing_sites where programme_id = $1 and site_id = $2)";
const DELETE_FROM_PLANS: &str = "
    delete from outing_sites
    where programme_id = $1 and site_id = $2 and outing_id in (
      select id from outings where programme_id = $1 and state = 'planned')";

/// Takes a site off every outing that is planned and not yet open.
pub async fn take_off_plans(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<(), DbError> {
    for text in [TOUCH_PLANS, DELETE_FROM_PLANS] {
        sql(text).bind(programme).bind(id).run(tx).await?;
    }
    super::kept::touch_site(tx, programme, id);
    Ok(())
}

const INSERT_ON_PLANS: &str = "
    insert into outing_sites (programme_id, outing_id, site_id, rank)
    select os.programme_id, os.outing_id, $3, os.rank
    from outing_sites os
    join outings o on o.programme_id = os.programme_id and o.id = os.outing_id
      and o.state = 'planned'
    where os.programme_id = $1 and os.site_id = $2
    on conflict do nothing";

/// Puts the site that stays in the place of its duplicate on every outing that is planned.
pub async fn replace_on_plans(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
    into: SiteId,
) -> Result<(), DbError> {
    sql(INSERT_ON_PLANS)
        .bind(programme)
        .bind(id)
        .bind(into)
        .run(tx)
        .await?;
    super::kept::touch_site(tx, programme, into);
    take_off_plans(tx, programme, id).await
}

const SELECT_DISCREET_QUARTERS: &str = "
    select s.quarter, v.planned, v.done_at, v.seen_at
    from sites s
    left join site_visits v on v.programme_id = s.programme_id and v.site_id = s.id
    where s.programme_id = $1 and s.nature = 'discreet' and s.merged_into is null
    order by s.id";

#[derive(sqlx::FromRow)]
struct HiddenRow {
    quarter: Option<String>,
    #[sqlx(flatten)]
    visits: VisitsRow,
}

/// The quarter of every discreet site, and what was recorded about it: all that the city's view
/// looks at.
pub async fn discreet_quarters(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<(Option<String>, Visits)>, DbError> {
    super::kept::settle(tx).await?;
    let query = sql(SELECT_DISCREET_QUARTERS).bind(programme);
    let rows: Vec<HiddenRow> = query.all(tx).await?;
    let read = |row: HiddenRow| (row.quarter, row.visits.read());
    Ok(rows.into_iter().map(read).collect())
}

#[derive(sqlx::FromRow)]
struct MarkRow {
    id: Uuid,
    nature: String,
    quarter: Option<String>,
    created_at: i64,
    residents_agree: Option<bool>,
    cell: Option<Vec<u8>>,
    is_sealed: bool,
    is_merged: bool,
    #[sqlx(flatten)]
    visits: VisitsRow,
}

/// A site as far as it is known without its title and its point.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Its id.
    pub id: SiteId,
    /// Public or discreet.
    pub nature: Nature,
    /// The id of its quarter.
    pub quarter: Option<String>,
    /// The square it lies in, when discreet and known.
    pub cell: Option<Cell>,
    /// When it was made.
    pub created_at: Instant,
    /// The people who live there said no.
    pub is_refused: bool,
    /// It is no duplicate; discreet, it has something to open.
    pub is_there: bool,
    /// What was recorded about it.
    pub visits: Visits,
}

const SELECT_MARKS_SINCE: &str = "
    select s.id, s.nature, s.quarter, s.created_at, s.residents_agree, s.cell,
      (s.sealed is not null and s.closed_at is null) as is_sealed, (s.merged_into is not null) as is_merged,
      v.planned, v.done_at, v.seen_at
    from site_visits v
    join sites s on s.programme_id = v.programme_id and s.id = v.site_id
    where v.programme_id = $1 and v.turn > $2 and v.turn <= $3
    order by s.id";

/// Every site that changed after a turn and up to another, in whatever way, by id. With both ends
/// PostgreSQL expects few rows and goes by the index.
pub async fn marks_since(
    tx: &mut Tx,
    programme: ProgrammeId,
    (after, to): (i64, i64),
) -> Result<Vec<Mark>, DbError> {
    let query = sql(SELECT_MARKS_SINCE).bind(programme).bind(after).bind(to);
    let rows: Vec<MarkRow> = query.all(tx).await?;
    let read = |row: MarkRow| {
        let nature = Nature::parse(&row.nature);
        let nature = nature.map_err(|e| DbError::Unreadable(format!("site: {e}")))?;
        Ok(Mark {
            id: SiteId(row.id),
            nature,
            quarter: row.quarter,
            cell: row.cell,
            created_at: Instant::from_ms(row.created_at),
            is_refused: row.residents_agree == Some(false),
            is_there: !row.is_merged && (nature == Nature::Public || row.is_sealed),
            visits: row.visits.read(),
        })
    };
    rows.into_iter().map(read).collect()
}

const SELECT_PUBLIC_SINCE: &str = select_public!(
    "where s.programme_id = $1 and s.nature = 'public' and s.merged_into is null
       and v.programme_id = $1 and v.turn > $2 and v.turn <= $3 and v.stands"
);

/// Those of them that are public and stand.
pub async fn public_since(
    tx: &mut Tx,
    programme: ProgrammeId,
    (after, to): (i64, i64),
) -> Result<Vec<CitySite>, DbError> {
    let query = sql(SELECT_PUBLIC_SINCE).bind(programme);
    read_public(tx, query.bind(after).bind(to)).await
}

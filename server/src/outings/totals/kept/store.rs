//! SQL of the totals that are kept: how they follow from facts, voids, decisions and closings, for
//! what was touched or for everything.

use crate::db::{DbError, Tx, sql};
use crate::facts::store::not_voided;
use domain::presence::Mark;
use domain::{Day, FactId, Instant, OutingId, PeerId, ProgrammeId, SiteId};
use uuid::Uuid;

/// Where no site is.
pub const NOWHERE: Uuid = Uuid::nil();
/// Public places, all together.
pub const IN_PUBLIC: Uuid = Uuid::max();

/// One row of what is kept, with what tells it from others and its two figures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Line {
    /// Which total.
    pub what: String,
    /// Of which outing, site or place.
    pub about: Uuid,
    /// At which site, in which period, of which item.
    pub name: String,
    /// Another id it is about.
    pub at: Uuid,
    /// The first figure.
    pub n: i64,
    /// The second one, or 0.
    pub m: i64,
}

// A fact's place as it is known now: as a coordinator said last, or as it was recorded.
macro_rules! latest_word {
    () => {
        "left join here_decisions d on d.programme_id = f.programme_id and d.fact_id = f.id
       and not exists (
         select 1 from here_decisions later
         where later.programme_id = d.programme_id and later.fact_id = d.fact_id
           and later.rank > d.rank) "
    };
}

macro_rules! insert_sums {
    () => {
        "insert into outing_sums (programme_id, outing_id, kind, site_id, item, method, part, total) "
    };
}

macro_rules! add_up {
    () => {
        " on conflict (programme_id, outing_id, kind, site_id, item, method, part)
          do update set total = outing_sums.total + excluded.total"
    };
}

// Rows in the order of their keys, so that two phones never wait for each other in a ring. A new
// fact that was taken back before it came adds nothing. Facts are found by their ids: an engine that
// is told more, or may group by a column of an index, goes through all of the programme instead.
const ADD: &str = concat!(
    insert_sums!(),
    "select f.programme_id, coalesce(f.outing_id, $2), f.kind, coalesce(f.site_id, $2), f.item,
       coalesce(f.method, ''), cast($3 as bigint), cast(sum(f.count) as bigint)
     from facts f
     where f.programme_id = $1 and f.id in {among} and ",
    not_voided!(),
    " group by 1, 2, 3, 4, 5, 6 order by 2, 3, 4, 5, 6",
    add_up!()
);

/// Adds new pickups and tallies of outings.
pub(super) async fn add(
    tx: &mut Tx,
    programme: ProgrammeId,
    facts: &[Uuid],
    part: i64,
) -> Result<(), DbError> {
    let insert = sql(ADD).bind(programme).bind(NOWHERE).bind(part);
    insert.bind_among(facts).run(tx).await?;
    Ok(())
}

const ADD_MARKS: &str = concat!(
    insert_sums!(),
    "select f.programme_id, coalesce(f.outing_id, $2), 'to_look_at', $2, m.name, '',
       cast($3 as bigint), cast(count(*) as bigint)
     from facts f
     join (select 'early' as name union all select 'late' union all select 'to_check') m
       on (m.name = 'early' and f.early = true) or (m.name = 'late' and f.late = true)
         or (m.name = 'to_check' and f.time_to_check = true)
     where f.programme_id = $1 and f.id in {among}
     group by 1, 2, 5 order by 2, 5",
    add_up!()
);

/// Adds new facts of outings that somebody should look at.
pub(super) async fn add_marks(
    tx: &mut Tx,
    programme: ProgrammeId,
    facts: &[Uuid],
    part: i64,
) -> Result<(), DbError> {
    let insert = sql(ADD_MARKS).bind(programme).bind(NOWHERE).bind(part);
    insert.bind_among(facts).run(tx).await?;
    Ok(())
}

// Only what no earlier void took back already.
const TAKE_BACK: &str = concat!(
    insert_sums!(),
    "select f.programme_id, f.outing_id, f.kind, coalesce(d.site_id, f.site_id, $2), f.item,
       coalesce(f.method, ''), cast($3 as bigint), -f.count
     from facts f ",
    latest_word!(),
    "where f.programme_id = $1 and f.id = $4 and f.kind in ('pickup', 'tally')
       and f.outing_id is not null and not (",
    not_voided!(),
    ") and ",
    not_voided!("and v.id not in {among} "),
    add_up!()
);

/// Takes a fact of before back, if these voids are the first that may.
pub(super) async fn take_back(
    tx: &mut Tx,
    programme: ProgrammeId,
    fact: FactId,
    voids: &[Uuid],
    part: i64,
) -> Result<(), DbError> {
    let insert = sql(TAKE_BACK).bind(programme).bind(NOWHERE).bind(part);
    insert.bind(fact).bind_among(voids).run(tx).await?;
    Ok(())
}

macro_rules! sums {
    ($of:literal) => {
        concat!(
            "select f.programme_id, f.outing_id, f.kind, coalesce(d.site_id, f.site_id, $2) as site_id,
               f.item, coalesce(f.method, '') as method, cast(0 as bigint) as part,
               cast(sum(f.count) as bigint) as total
             from facts f ",
            latest_word!(),
            "where f.programme_id = $1 and f.kind in ('pickup', 'tally')
               and f.outing_id is not null ",
            $of,
            "and ",
            not_voided!(),
            " group by 1, 2, 3, 4, 5, 6
             union all
             select f.programme_id, f.outing_id, 'to_look_at', $2, m.name, '', cast(0 as bigint),
               cast(count(*) as bigint)
             from facts f
             join (select 'early' as name union all select 'late' union all select 'to_check') m
               on (m.name = 'early' and f.early = true) or (m.name = 'late' and f.late = true)
                 or (m.name = 'to_check' and f.time_to_check = true)
             where f.programme_id = $1 and f.outing_id is not null ",
            $of,
            "group by 1, 2, 5"
        )
    };
}

const DELETE_SUMS_OF: &str = "delete from outing_sums where programme_id = $1 and outing_id = $2";
const COUNT_AGAIN: &str = concat!(insert_sums!(), sums!("and f.outing_id = $3 "));

/// Works the sums of an outing out again.
pub(super) async fn count_again(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<(), DbError> {
    let delete = sql(DELETE_SUMS_OF).bind(programme).bind(outing);
    delete.run(tx).await?;
    let insert = sql(COUNT_AGAIN).bind(programme).bind(NOWHERE).bind(outing);
    insert.run(tx).await?;
    Ok(())
}

const DELETE_SUMS: &str = "delete from outing_sums where programme_id = $1";
const COUNT_ALL: &str = concat!(insert_sums!(), sums!(""));

/// Works the sums of every outing out again.
pub(super) async fn count_all(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    sql(DELETE_SUMS).bind(programme).run(tx).await?;
    let insert = sql(COUNT_ALL).bind(programme).bind(NOWHERE);
    insert.run(tx).await?;
    Ok(())
}

const SELECT_SUMS_COMPUTED: &str = concat!(
    "select t.kind as what, t.outing_id as about, t.item || ' ' || t.method as name, t.site_id as at,
       t.total as n, cast(0 as bigint) as m from (",
    sums!(""),
    ") t"
);
const SELECT_SUMS_KEPT: &str = "
    select kind as what, outing_id as about, item || ' ' || method as name, site_id as at,
      cast(sum(total) as bigint) as n, cast(0 as bigint) as m
    from outing_sums where programme_id = $1
    group by kind, outing_id, item, method, site_id having sum(total) <> 0";

/// The sums of every outing: as they follow from the facts, and as they are kept.
pub(super) async fn sums(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<(Vec<Line>, Vec<Line>), DbError> {
    let computed = sql(SELECT_SUMS_COMPUTED).bind(programme).bind(NOWHERE);
    Ok((
        computed.all(tx).await?,
        sql(SELECT_SUMS_KEPT).bind(programme).all(tx).await?,
    ))
}

// What nobody decided about and nobody took back, of some facts.
macro_rules! heres {
    ($of:literal) => {
        concat!(
            "select f.programme_id, f.id from facts f
             where f.programme_id = $1 and ",
            $of,
            " and not exists (
               select 1 from here_decisions d
               where d.programme_id = f.programme_id and d.fact_id = f.id)
             and ",
            not_voided!()
        )
    };
    () => {
        heres!("f.kind = 'pickup' and f.site_id is null")
    };
}

macro_rules! insert_heres {
    ($of:literal) => {
        concat!(
            "insert into here_waiting (programme_id, fact_id) ",
            heres!($of),
            " order by f.id on conflict (programme_id, fact_id) do nothing"
        )
    };
}

const LET_WAIT: &str = insert_heres!("f.id in {among}");

/// Of these pickups without a site, those that nobody decided about wait for it.
pub(super) async fn let_wait(
    tx: &mut Tx,
    programme: ProgrammeId,
    facts: &[Uuid],
) -> Result<(), DbError> {
    let insert = sql(LET_WAIT).bind(programme).bind_among(facts);
    insert.run(tx).await?;
    Ok(())
}

const END_WAIT: &str = concat!(
    "delete from here_waiting
     where programme_id = $1 and fact_id in {among} and fact_id not in (select t.id from (",
    heres!("f.id in {among}"),
    ") t)"
);

/// Of these, those that somebody decided about or took back wait no more.
pub(super) async fn end_wait(
    tx: &mut Tx,
    programme: ProgrammeId,
    facts: &[Uuid],
) -> Result<(), DbError> {
    let delete = sql(END_WAIT).bind(programme).bind_among(facts);
    delete.run(tx).await?;
    Ok(())
}

const DELETE_HERES: &str = "delete from here_waiting where programme_id = $1";
const LET_ALL_WAIT: &str = insert_heres!("f.kind = 'pickup' and f.site_id is null");

/// Works out again what waits.
pub(super) async fn let_all_wait(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    for text in [DELETE_HERES, LET_ALL_WAIT] {
        sql(text).bind(programme).run(tx).await?;
    }
    Ok(())
}

const SELECT_HERES_COMPUTED: &str = concat!(
    "select 'waiting' as what, t.id as about, '' as name, $2 as at, cast(1 as bigint) as n,
       cast(0 as bigint) as m from (",
    heres!(),
    ") t"
);
const SELECT_HERES_KEPT: &str = "
    select 'waiting' as what, fact_id as about, '' as name, $2 as at, cast(1 as bigint) as n,
      cast(0 as bigint) as m
    from here_waiting where programme_id = $1";

/// The « ici » that wait: as they follow from the facts, and as they are kept.
pub(super) async fn heres(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<(Vec<Line>, Vec<Line>), DbError> {
    both(tx, programme, SELECT_HERES_COMPUTED, SELECT_HERES_KEPT).await
}

const SELECT_OUTING_OF: &str = "
    select outing_id from facts where programme_id = $1 and id = $2 and outing_id is not null";

/// The outing of a fact.
pub(super) async fn outing_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    fact: FactId,
) -> Result<Option<OutingId>, DbError> {
    let query = sql(SELECT_OUTING_OF).bind(programme).bind(fact);
    let row: Option<(Uuid,)> = query.maybe(tx).await?;
    Ok(row.map(|(id,)| OutingId(id)))
}

const SELECT_SITES_OF: &str = "
    select site_id from outing_sites where programme_id = $1 and outing_id = $2
    union
    select site_id from outing_sums
    where programme_id = $1 and outing_id = $2 and kind = 'pickup' and site_id <> $3";

/// The sites that an outing was to go to, and those where it picked up.
pub async fn sites_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<SiteId>, DbError> {
    let query = sql(SELECT_SITES_OF).bind(programme).bind(outing);
    let rows: Vec<(Uuid,)> = query.bind(NOWHERE).all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| SiteId(id)).collect())
}

const SELECT_OUTINGS_OF_SITE: &str = "
    select outing_id from facts
    where programme_id = $1 and site_id = $2 and kind = 'pickup' and outing_id is not null
    union
    select f.outing_id from here_decisions d
    join facts f on f.programme_id = d.programme_id and f.id = d.fact_id
      and f.outing_id is not null
    where d.programme_id = $1 and d.site_id = $2";

/// The outings that ever picked up at a site, as anybody said.
pub(super) async fn outings_of_site(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
) -> Result<Vec<OutingId>, DbError> {
    let query = sql(SELECT_OUTINGS_OF_SITE).bind(programme).bind(site);
    let rows: Vec<(Uuid,)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| OutingId(id)).collect())
}

/// An outing that closed.
pub(super) struct Closed {
    pub(super) day: Day,
    pub(super) opened_at: Option<Instant>,
    pub(super) closed_at: Instant,
    /// By somebody of this server, and not in a file of the past.
    pub(super) by_us: bool,
}

#[derive(sqlx::FromRow)]
struct ClosedRow {
    day: String,
    opened_at: Option<i64>,
    closed_at: i64,
    by_us: bool,
}

const SELECT_CLOSED: &str = "
    select day, opened_at, closed_at, closed_by is not null as by_us from outings
    where programme_id = $1 and id = $2 and state = 'closed' and closed_at is not null";

/// An outing, if it closed.
pub(super) async fn closed(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Option<Closed>, DbError> {
    let query = sql(SELECT_CLOSED).bind(programme).bind(outing);
    let Some(row) = query.maybe::<ClosedRow>(tx).await? else {
        return Ok(None);
    };
    Ok(Some(Closed {
        day: read_day(&row.day)?,
        opened_at: row.opened_at.map(Instant::from_ms),
        closed_at: Instant::from_ms(row.closed_at),
        by_us: row.by_us,
    }))
}

fn read_day(text: &str) -> Result<Day, DbError> {
    let unreadable = |e: domain::Invalid| DbError::Unreadable(format!("day: {e}"));
    text.parse().map_err(unreadable)
}

const SELECT_ALL_CLOSED: &str = "
    select id from outings
    where programme_id = $1 and state = 'closed' and closed_at is not null";

/// Every outing that closed.
pub(super) async fn all_closed(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<OutingId>, DbError> {
    let rows: Vec<(Uuid,)> = sql(SELECT_ALL_CLOSED).bind(programme).all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| OutingId(id)).collect())
}

#[derive(sqlx::FromRow)]
struct MarkRow {
    id: Uuid,
    peer_id: Uuid,
    present: bool,
    recorded_at: i64,
}

const SELECT_MARKS: &str = concat!(
    "select f.id, f.peer_id, f.present, f.recorded_at from facts f
     where f.programme_id = $1 and f.outing_id = $2 and f.kind = 'presence' and f.late = false
       and f.sender_role = 'coordinator' and ",
    not_voided!("and v.late = false ")
);

/// What coordinators said of who was there, before an outing closed.
pub(super) async fn marks(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<Mark>, DbError> {
    let query = sql(SELECT_MARKS).bind(programme).bind(outing);
    let rows: Vec<MarkRow> = query.all(tx).await?;
    let read = |row: MarkRow| Mark {
        id: FactId(row.id),
        peer: PeerId(row.peer_id),
        present: row.present,
        recorded_at: Instant::from_ms(row.recorded_at),
        by_coordinator: true,
    };
    Ok(rows.into_iter().map(read).collect())
}

const SUM_IN_PUBLIC: &str = "
    select cast(coalesce(sum(m.total), 0) as bigint)
    from outing_sums m
    join sites s on s.programme_id = m.programme_id and s.id = m.site_id and s.nature = 'public'
    where m.programme_id = $1 and m.outing_id = $2 and m.kind = 'pickup' and m.item = 'syringe'";

/// Syringes of an outing at public places.
pub(super) async fn syringes_in_public(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<i64, DbError> {
    let query = sql(SUM_IN_PUBLIC).bind(programme).bind(outing);
    let (n,): (i64,) = query.one(tx).await?;
    Ok(n)
}

/// What an outing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Came {
    pub(super) day: Day,
    pub(super) people: i64,
    pub(super) minutes: i64,
    pub(super) syringes: i64,
}

const KEEP_RESULT: &str = "
    insert into outing_results (programme_id, outing_id, day, year, people, minutes, syringes)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (programme_id, outing_id) do update set day = excluded.day, year = excluded.year,
      people = excluded.people, minutes = excluded.minutes, syringes = excluded.syringes";

/// Keeps what an outing came to.
pub(super) async fn keep_result(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    came: Came,
) -> Result<(), DbError> {
    sql(KEEP_RESULT)
        .bind(programme)
        .bind(outing)
        .bind(came.day)
        .bind(i64::from(came.day.0.year()))
        .bind(came.people)
        .bind(came.minutes)
        .bind(came.syringes)
        .run(tx)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ResultRow {
    outing_id: Uuid,
    day: String,
    people: i64,
    minutes: i64,
    syringes: i64,
}

const SELECT_RESULTS: &str = "
    select outing_id, day, people, minutes, syringes from outing_results where programme_id = $1";

/// What is kept of every outing.
pub(super) async fn results(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<(OutingId, Came)>, DbError> {
    let rows: Vec<ResultRow> = sql(SELECT_RESULTS).bind(programme).all(tx).await?;
    let read = |row: ResultRow| {
        let came = Came {
            day: read_day(&row.day)?,
            people: row.people,
            minutes: row.minutes,
            syringes: row.syringes,
        };
        Ok((OutingId(row.outing_id), came))
    };
    rows.into_iter().map(read).collect()
}

macro_rules! months {
    ($of:literal) => {
        concat!(
            "select programme_id, substr(day, 1, 7) as month, cast(count(*) as bigint) as outings,
               cast(sum(minutes) as bigint) as minutes
             from outing_results where programme_id = $1 ",
            $of,
            "group by programme_id, substr(day, 1, 7)"
        )
    };
}

macro_rules! keep_months {
    ($of:literal) => {
        concat!(
            "insert into month_results (programme_id, month, outings, minutes) ",
            months!($of),
            " on conflict (programme_id, month) do update set outings = excluded.outings,
                minutes = excluded.minutes"
        )
    };
}

const KEEP_MONTH: &str = keep_months!("and day >= $2 and day <= $3 ");
const KEEP_MONTHS: &str = keep_months!("");

/// Keeps what the outings of a month came to.
pub(super) async fn keep_month(
    tx: &mut Tx,
    programme: ProgrammeId,
    (first, last): (Day, Day),
) -> Result<(), DbError> {
    let insert = sql(KEEP_MONTH).bind(programme).bind(first).bind(last);
    insert.run(tx).await?;
    Ok(())
}

const DELETE_MONTHS: &str = "delete from month_results where programme_id = $1";

/// Keeps what the outings of every month came to.
pub(super) async fn keep_months(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    sql(DELETE_MONTHS).bind(programme).run(tx).await?;
    sql(KEEP_MONTHS).bind(programme).run(tx).await?;
    Ok(())
}

const SELECT_MONTHS_COMPUTED: &str = concat!(
    "select 'month' as what, $2 as about, t.month as name, $2 as at, t.outings as n, t.minutes as m
     from (",
    months!(""),
    ") t"
);
const SELECT_MONTHS_KEPT: &str = "
    select 'month' as what, $2 as about, month as name, $2 as at, outings as n, minutes as m
    from month_results where programme_id = $1";

/// The months: as they follow from outings, and as they are kept.
pub(super) async fn months(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<(Vec<Line>, Vec<Line>), DbError> {
    both(tx, programme, SELECT_MONTHS_COMPUTED, SELECT_MONTHS_KEPT).await
}

async fn both(
    tx: &mut Tx,
    programme: ProgrammeId,
    computed: &'static str,
    kept: &'static str,
) -> Result<(Vec<Line>, Vec<Line>), DbError> {
    let computed = sql(computed).bind(programme).bind(NOWHERE);
    let kept = sql(kept).bind(programme).bind(NOWHERE);
    Ok((computed.all(tx).await?, kept.all(tx).await?))
}

// `2026-4`: the last three months of 2026.
macro_rules! period {
    () => {
        "substr(o.day, 1, 5) || cast((cast(substr(o.day, 6, 2) as bigint) + 2) / 3 as text)"
    };
}

// An outing came to a place that was on its plan, or where it picked something up.
macro_rules! places {
    () => {
        places!("", "")
    };
    ($on_plan:literal, $by_sum:literal) => {
        concat!(
            "select t.programme_id, t.period, t.site_id, cast(count(*) as bigint) as outings,
               cast(sum(t.syringes) as bigint) as syringes
             from (
               select w.programme_id, w.period, w.site_id, w.outing_id,
                 sum(w.syringes) as syringes
               from (
                 select os.programme_id, ",
            period!(),
            " as period, os.site_id, os.outing_id, 1 as planned, 0 as total, 0 as syringes
                 from outing_sites os
                 join outings o on o.programme_id = os.programme_id and o.id = os.outing_id
                   and o.state = 'closed'
                 where os.programme_id = $1 ",
            $on_plan,
            "union all
                 select c.programme_id, ",
            period!(),
            ", c.site_id, c.outing_id, 0, c.total,
                   case when c.item = 'syringe' then c.total else 0 end
                 from outing_sums c
                 join outings o on o.programme_id = c.programme_id and o.id = c.outing_id
                   and o.state = 'closed'
                 where c.programme_id = $1 and c.kind = 'pickup' and c.site_id <> $2 ",
            $by_sum,
            ") w
               group by w.programme_id, w.period, w.site_id, w.outing_id
               having sum(w.planned) > 0 or sum(w.total) > 0
             ) t
             group by t.programme_id, t.period, t.site_id"
        )
    };
}

const DELETE_PLACE: &str = "
    delete from place_results where programme_id = $1 and period = $2 and site_id = $3";
const KEEP_PLACE: &str = concat!(
    "insert into place_results (programme_id, period, site_id, outings, syringes) ",
    places!(
        "and os.site_id = $3 and o.day >= $4 and o.day <= $5 ",
        "and c.site_id = $3 and o.day >= $4 and o.day <= $5 "
    )
);

/// Keeps what was done at a place in three months.
pub(super) async fn keep_place(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
    (period, first, last): (&str, Day, Day),
) -> Result<(), DbError> {
    let delete = sql(DELETE_PLACE).bind(programme).bind(period).bind(site);
    delete.run(tx).await?;
    sql(KEEP_PLACE)
        .bind(programme)
        .bind(NOWHERE)
        .bind(site)
        .bind(first)
        .bind(last)
        .run(tx)
        .await?;
    Ok(())
}

const DELETE_PLACES: &str = "delete from place_results where programme_id = $1";
const KEEP_PLACES: &str = concat!(
    "insert into place_results (programme_id, period, site_id, outings, syringes) ",
    places!()
);

/// Keeps what was done at every place.
pub(super) async fn keep_places(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    sql(DELETE_PLACES).bind(programme).run(tx).await?;
    let insert = sql(KEEP_PLACES).bind(programme).bind(NOWHERE);
    insert.run(tx).await?;
    Ok(())
}

const SELECT_PLACES_COMPUTED: &str = concat!(
    "select 'place' as what, p.site_id as about, p.period as name, $2 as at, p.outings as n,
       p.syringes as m from (",
    places!(),
    ") p"
);
const SELECT_PLACES_KEPT: &str = "
    select 'place' as what, site_id as about, period as name, $2 as at, outings as n, syringes as m
    from place_results where programme_id = $1";

/// The places: as they follow from plans and sums, and as they are kept.
pub(super) async fn places(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<(Vec<Line>, Vec<Line>), DbError> {
    both(tx, programme, SELECT_PLACES_COMPUTED, SELECT_PLACES_KEPT).await
}

// What came after closing, be it a count, a word that takes one back or a word about an « ici »,
// is left out: a total that changes afterwards would tell what changed. So are outings read from
// files of the past, which nobody of this server closed.
macro_rules! as_known_at_closing {
    () => {
        concat!(
            "select o.programme_id, cast($4 as text) as month,
               case when s.nature = 'discreet' then s.id
                 when s.id is null and d.decision is null then $5 else $6 end as place_id,
               cast(sum(f.count) as bigint) as total
             from outings o
             join facts f on f.programme_id = o.programme_id and f.outing_id = o.id
             left join here_decisions d on d.programme_id = f.programme_id and d.fact_id = f.id
               and d.decided_at <= o.closed_at
               and not exists (
                 select 1 from here_decisions later
                 where later.programme_id = d.programme_id and later.fact_id = d.fact_id
                   and later.rank > d.rank and later.decided_at <= o.closed_at)
             left join sites s on s.programme_id = f.programme_id
               and s.id = coalesce(d.site_id, f.site_id)
             where o.programme_id = $1 and o.state = 'closed' and o.closed_by is not null
               and o.closed_at >= $2 and o.closed_at < $3
               and f.kind = 'pickup' and f.item = 'syringe' and f.late = false and ",
            not_voided!(
                "and v.late = false and (v.outing_id is not null or v.received_at <= o.closed_at) "
            ),
            " group by 1, 2, 3"
        )
    };
}

const DELETE_MONTH_SUMS: &str = "delete from month_sums where programme_id = $1 and month = $2";
const KEEP_MONTH_SUMS: &str = concat!(
    "insert into month_sums (programme_id, month, place_id, total) ",
    as_known_at_closing!()
);
const SELECT_MONTH_SUMS_COMPUTED: &str = concat!(
    "select 'closing' as what, t.place_id as about, t.month as name, $5 as at, t.total as n,
       cast(0 as bigint) as m from (",
    as_known_at_closing!(),
    ") t"
);

/// Keeps the syringes of the outings that closed from one instant to another.
pub(super) async fn keep_month_sums(
    tx: &mut Tx,
    programme: ProgrammeId,
    month: Day,
    (from, to): (Instant, Instant),
) -> Result<(), DbError> {
    let delete = sql(DELETE_MONTH_SUMS).bind(programme).bind(month);
    delete.run(tx).await?;
    sql(KEEP_MONTH_SUMS)
        .bind(programme)
        .bind(from)
        .bind(to)
        .bind(month)
        .bind(NOWHERE)
        .bind(IN_PUBLIC)
        .run(tx)
        .await?;
    Ok(())
}

/// The same, only worked out.
pub(super) async fn month_sums_computed(
    tx: &mut Tx,
    programme: ProgrammeId,
    month: Day,
    (from, to): (Instant, Instant),
) -> Result<Vec<Line>, DbError> {
    sql(SELECT_MONTH_SUMS_COMPUTED)
        .bind(programme)
        .bind(from)
        .bind(to)
        .bind(month)
        .bind(NOWHERE)
        .bind(IN_PUBLIC)
        .all(tx)
        .await
}

const SELECT_MONTH_SUMS_KEPT: &str = "
    select 'closing' as what, place_id as about, month as name, $2 as at, total as n,
      cast(0 as bigint) as m
    from month_sums where programme_id = $1";

/// What is kept of every month.
pub(super) async fn month_sums_kept(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<Line>, DbError> {
    let query = sql(SELECT_MONTH_SUMS_KEPT).bind(programme).bind(NOWHERE);
    query.all(tx).await
}

const DELETE_ALL_MONTH_SUMS: &str = "delete from month_sums where programme_id = $1";
const DELETE_RESULTS: &str = "delete from outing_results where programme_id = $1";

/// Forgets what is kept of months and outings, to be made again.
pub(super) async fn forget(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    for text in [DELETE_ALL_MONTH_SUMS, DELETE_RESULTS] {
        sql(text).bind(programme).run(tx).await?;
    }
    Ok(())
}

const SELECT_CLOSINGS: &str = "
    select min(closed_at), max(closed_at) from outings
    where programme_id = $1 and state = 'closed' and closed_by is not null";

/// When the first and the last outing closed.
pub(super) async fn closings(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Option<(Instant, Instant)>, DbError> {
    let (first, last): (Option<i64>, Option<i64>) =
        sql(SELECT_CLOSINGS).bind(programme).one(tx).await?;
    let closings = first.zip(last);
    Ok(closings.map(|(first, last)| (Instant::from_ms(first), Instant::from_ms(last))))
}

/// What was picked up in a month at one place, with what that place became.
#[derive(sqlx::FromRow)]
pub struct MonthSum {
    /// First day of the month.
    pub month: String,
    /// A discreet site, [`NOWHERE`] or [`IN_PUBLIC`].
    pub place_id: Uuid,
    /// How many.
    pub total: i64,
    /// The site it was merged into.
    pub merged_into: Option<Uuid>,
    /// When that was said.
    pub merged_at: Option<i64>,
}

const SELECT_MONTH_SUMS: &str = "
    select m.month, m.place_id, m.total, s.merged_into, s.merged_at
    from month_sums m
    left join sites s on s.programme_id = m.programme_id and s.id = m.place_id
    where m.programme_id = $1 and m.month > $2 and m.month < $3
    order by m.month, m.place_id";

/// The months between two of them, neither included.
pub(super) async fn month_sums_between(
    tx: &mut Tx,
    programme: ProgrammeId,
    after: Day,
    before: Day,
) -> Result<Vec<MonthSum>, DbError> {
    let query = sql(SELECT_MONTH_SUMS).bind(programme).bind(after);
    query.bind(before).all(tx).await
}

/// A total that the city was told.
#[derive(sqlx::FromRow)]
pub struct ToldRow {
    /// First day of its first month.
    pub first_month: String,
    /// First day of its last month.
    pub last_month: String,
    /// How many.
    pub total: i64,
}

const SELECT_TOLD: &str = "
    select first_month, last_month, total from told_totals
    where programme_id = $1 and last_month >= $2 and last_month <= $3
    order by last_month desc limit $4";

/// The totals that the city was told, whose last month lies between two, the newest first.
pub async fn told_between(
    tx: &mut Tx,
    programme: ProgrammeId,
    (from, to): (Day, Day),
    limit: u32,
) -> Result<Vec<ToldRow>, DbError> {
    let query = sql(SELECT_TOLD).bind(programme).bind(from).bind(to);
    query.bind(limit).all(tx).await
}

const SELECT_LAST_TOLD: &str = "
    select max(last_month) from told_totals where programme_id = $1";

/// The last month that the city was told.
pub(super) async fn last_told(tx: &mut Tx, programme: ProgrammeId) -> Result<Option<Day>, DbError> {
    let (day,): (Option<String>,) = sql(SELECT_LAST_TOLD).bind(programme).one(tx).await?;
    day.map(|text| read_day(&text)).transpose()
}

const INSERT_TOLD: &str = "
    insert into told_totals (programme_id, first_month, last_month, total)
    values ($1, $2, $3, $4) on conflict do nothing";

/// Writes down what the city was told.
pub(super) async fn insert_told(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: &domain::totals::Told,
) -> Result<(), DbError> {
    sql(INSERT_TOLD)
        .bind(programme)
        .bind(it.first)
        .bind(it.last)
        .bind(it.total)
        .run(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;

    #[tokio::test]
    async fn new_facts_are_found_by_their_ids_whatever_the_engine_counted_before() {
        let folder = std::env::temp_dir().join(format!("cueillette-plan-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let url = format!("sqlite:{}", folder.join("plan.sqlite").display());
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        let facts: Vec<Uuid> = (0..60).map(Uuid::from_u128).collect();
        let mut tx = db.read().await.unwrap();
        for text in [ADD, ADD_MARKS, LET_WAIT, END_WAIT] {
            let text = Box::leak(format!("explain query plan {text}").into_boxed_str());
            let explain = sql(text).bind(Uuid::nil()).bind(NOWHERE).bind(0i64);
            let plan: Vec<(i64, i64, i64, String)> =
                explain.bind_among(&facts).all(&mut tx).await.unwrap();
            let steps: Vec<String> = plan.into_iter().map(|it| it.3).collect();
            let by_id =
                |it: &String| it.contains(" f ") && it.contains("(programme_id=? AND id=?)");
            assert!(steps.iter().any(by_id), "{text}: {steps:#?}");
        }
        drop(tx);
        db.close().await;
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

//! SQL of what is kept about sites: how it follows from facts, plans and decisions, for one site or
//! for all of them.

use super::Kept;
use crate::db::{AMONG_MAX, DbError, Tx, sql};
use crate::facts::store::not_voided;
use crate::flags::store::stands;
use domain::place::Visits;
use domain::{FactId, Instant, ProgrammeId, SiteId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// When a fact `f` happened. A clock that is ahead says no more than that it came in.
macro_rules! happened_at {
    () => {
        "case when f.time_to_check or f.recorded_at > f.received_at
           then f.received_at else f.recorded_at end"
    };
}

// Four ways to be visited: on the plan of an outing, by a pickup beside the plan, by an « ici »
// attached afterwards, by somebody who saw it or picked up outside any outing. What is added
// narrows each to one site, so that its own index answers.
macro_rules! visits {
    () => {
        visits!(
            "",
            concat!(
                "select coalesce(s.merged_into, s.id), 0, o.closed_at, null
       from facts f
       join outings o on o.programme_id = f.programme_id and o.id = f.outing_id
         and o.state = 'closed'
       join sites s on s.programme_id = f.programme_id and s.id = f.site_id
       where f.programme_id = $1 and f.kind = 'pickup' and f.site_id is not null
         and not exists (
           select 1 from outing_sites os
           where os.programme_id = f.programme_id and os.outing_id = f.outing_id
             and os.site_id = f.site_id)
         and ",
                not_voided!(),
                "  union all
       select p.site_id, 0, o.closed_at, null
       from here_decisions d
       join fact_sites p on p.programme_id = d.programme_id and p.fact_id = d.fact_id
       join outings o on o.programme_id = p.programme_id and o.id = p.outing_id
         and o.state = 'closed'
       join facts f on f.programme_id = d.programme_id and f.id = d.fact_id
       where d.programme_id = $1 and ",
                not_voided!()
            ),
            ""
        )
    };
    ($on_plan:literal, $by_pickup:expr, $seen:literal) => {
        concat!(
            "select v.site_id, max(v.planned) as planned, max(v.done_at) as done_at,
       max(v.seen_at) as seen_at
     from (
       select coalesce(s.merged_into, s.id) as site_id,
         cast(case when o.state in ('planned', 'open') then 1 else 0 end as bigint) as planned,
         case when o.state = 'closed' then o.closed_at end as done_at,
         cast(null as bigint) as seen_at
       from outing_sites os
       join outings o on o.programme_id = os.programme_id and o.id = os.outing_id
       join sites s on s.programme_id = os.programme_id and s.id = os.site_id
       where os.programme_id = $1 ",
            $on_plan,
            "union all ",
            $by_pickup,
            "  union all
       select coalesce(s.merged_into, s.id), 0,
         case when f.kind = 'city_pickup' then ",
            happened_at!(),
            " end,
         case when f.kind = 'sighting' then ",
            happened_at!(),
            " end
       from facts f
       join sites s on s.programme_id = f.programme_id and s.id = f.site_id
       where f.programme_id = $1 and f.kind in ('sighting', 'city_pickup') ",
            $seen,
            "and ",
            not_voided!(),
            ") v
     group by v.site_id"
        )
    };
}

// For every site of the programme, what is to be kept about it.
macro_rules! computed {
    ($columns:literal) => {
        concat!(
            "select ",
            $columns,
            "s.id as site_id, coalesce(t.planned, 0) > 0 as planned, t.done_at, t.seen_at,
       (s.merged_into is null and ",
            stands!(),
            ") as stands
     from sites s
     left join (",
            visits!(),
            ") t on t.site_id = s.id
     where s.programme_id = $1"
        )
    };
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    site_id: Uuid,
    planned: bool,
    done_at: Option<i64>,
    seen_at: Option<i64>,
    stands: bool,
}

impl KeptRow {
    fn read(self) -> (SiteId, Kept) {
        let visits = Visits {
            planned: self.planned,
            done_at: self.done_at.map(Instant::from_ms),
            seen_at: self.seen_at.map(Instant::from_ms),
        };
        let stands = self.stands;
        (SiteId(self.site_id), Kept { visits, stands })
    }
}

const SELECT_COMPUTED: &str = computed!("");

/// What is to be kept about every site, worked out anew from all that was recorded.
pub(super) async fn computed(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<BTreeMap<SiteId, Kept>, DbError> {
    let rows: Vec<KeptRow> = sql(SELECT_COMPUTED).bind(programme).all(tx).await?;
    Ok(rows.into_iter().map(KeptRow::read).collect())
}

const SELECT_KEPT: &str = "
    select site_id, planned, done_at, seen_at, stands from site_visits where programme_id = $1";

/// What is kept about every site.
pub(super) async fn kept(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<BTreeMap<SiteId, Kept>, DbError> {
    let rows: Vec<KeptRow> = sql(SELECT_KEPT).bind(programme).all(tx).await?;
    Ok(rows.into_iter().map(KeptRow::read).collect())
}

const REBUILD: &str = concat!(
    "insert into site_visits (programme_id, turn, site_id, planned, done_at, seen_at, stands) ",
    computed!("s.programme_id, cast($2 as bigint), "),
    " on conflict (programme_id, site_id) do update set planned = excluded.planned,
       done_at = excluded.done_at, seen_at = excluded.seen_at, stands = excluded.stands,
       turn = excluded.turn"
);

/// Keeps everything anew, about every site.
pub(super) async fn rebuild(tx: &mut Tx, programme: ProgrammeId, turn: i64) -> Result<(), DbError> {
    sql(REBUILD).bind(programme).bind(turn).run(tx).await?;
    Ok(())
}

const TAKE_TURN: &str = "
    insert into site_turns (programme_id, last) values ($1, 1)
    on conflict (programme_id) do update set last = site_turns.last + 1
    returning last";

/// The next turn of a programme. Whoever comes next waits here until this transaction ends, and
/// then sees what it did.
pub(super) async fn take_turn(tx: &mut Tx, programme: ProgrammeId) -> Result<i64, DbError> {
    let (turn,): (i64,) = sql(TAKE_TURN).bind(programme).one(tx).await?;
    Ok(turn)
}

const HOLD_TURN: &str = "select last from site_turns where programme_id = $1";

/// Whoever comes next waits here until this transaction ends, and then sees what it did.
pub(super) async fn hold_turn(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    let query = sql(HOLD_TURN).bind(programme).for_update();
    if query.maybe::<(i64,)>(tx).await?.is_none() {
        take_turn(tx, programme).await?;
    }
    Ok(())
}

/// The same, together with others who do no more than add.
pub(super) async fn share_turn(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    let query = sql(HOLD_TURN).bind(programme).for_share();
    if query.maybe::<(i64,)>(tx).await?.is_none() {
        take_turn(tx, programme).await?;
    }
    Ok(())
}

const SELECT_TURN: &str = "select last from site_turns where programme_id = $1";

/// The last turn taken, as the transaction sees it; 0 before the first.
pub async fn turn(tx: &mut Tx, programme: ProgrammeId) -> Result<i64, DbError> {
    let row: Option<(i64,)> = sql(SELECT_TURN).bind(programme).maybe(tx).await?;
    Ok(row.map_or(0, |(turn,)| turn))
}

const SELECT_WITHOUT: &str = "
    select id from programmes
    where not exists (select 1 from site_turns t where t.programme_id = programmes.id)
      or (not exists (select 1 from outing_sums c where c.programme_id = programmes.id)
        and exists (
          select 1 from facts f
          where f.programme_id = programmes.id and f.kind in ('pickup', 'tally')
            and f.outing_id is not null))";

/// The programmes about whose sites or outings nothing was ever kept.
pub(super) async fn programmes_without(tx: &mut Tx) -> Result<Vec<ProgrammeId>, DbError> {
    let rows: Vec<(Uuid,)> = sql(SELECT_WITHOUT).all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| ProgrammeId(id)).collect())
}

const SELECT_MEMBERS: &str = "
    select id from sites where programme_id = $1 and id = $2 and merged_into is null
    union all
    select id from sites where programme_id = $1 and merged_into = $2";
// The same for one site, whose pickups are told by the sums of outings: few rows, however many facts
// there are.
const SELECT_VISITS_OF: &str = visits!(
    "and os.site_id = $2 ",
    concat!(
        "select coalesce(s.merged_into, s.id), 0, o.closed_at, null
       from (
         select outing_id from outing_sums
         where programme_id = $1 and site_id = $2 and kind = 'pickup'
         group by outing_id having sum(total) > 0) c
       join outings o on o.programme_id = $1 and o.id = c.outing_id and o.state = 'closed'
       join sites s on s.programme_id = $1 and s.id = $2
       "
    ),
    "and f.site_id = $2 "
);

#[derive(sqlx::FromRow)]
struct VisitsRow {
    site_id: Uuid,
    planned: i64,
    done_at: Option<i64>,
    seen_at: Option<i64>,
}

/// What was recorded about one site and its duplicates; of a duplicate, nothing.
async fn visits_of(tx: &mut Tx, programme: ProgrammeId, site: SiteId) -> Result<Visits, DbError> {
    let query = sql(SELECT_MEMBERS).bind(programme).bind(site);
    let members: Vec<(Uuid,)> = query.all(tx).await?;
    let mut visits = Visits::default();
    for (member,) in members {
        let query = sql(SELECT_VISITS_OF).bind(programme).bind(member);
        let rows: Vec<VisitsRow> = query.all(tx).await?;
        for row in rows.into_iter().filter(|it| it.site_id == site.0) {
            visits = visits.joined(Visits {
                planned: row.planned > 0,
                done_at: row.done_at.map(Instant::from_ms),
                seen_at: row.seen_at.map(Instant::from_ms),
            });
        }
    }
    Ok(visits)
}

const KEEP: &str = concat!(
    "insert into site_visits (programme_id, site_id, planned, done_at, seen_at, stands, turn)
     select s.programme_id, s.id, cast($3 as boolean), cast($4 as bigint), cast($5 as bigint),
       (s.merged_into is null and ",
    stands!(),
    "), cast($6 as bigint)
     from sites s where s.programme_id = $1 and s.id = $2
     on conflict (programme_id, site_id) do update set planned = excluded.planned,
       done_at = excluded.done_at, seen_at = excluded.seen_at, stands = excluded.stands,
       turn = excluded.turn"
);

/// Works out one site again, and keeps it.
pub(super) async fn keep(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
    turn: i64,
) -> Result<(), DbError> {
    let visits = visits_of(tx, programme, site).await?;
    sql(KEEP)
        .bind(programme)
        .bind(site)
        .bind(visits.planned)
        .bind(visits.done_at)
        .bind(visits.seen_at)
        .bind(turn)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_MADE_BY_FLAG: &str = "
    select id from sites where programme_id = $1 and id in {among} and flag_id is not null";

/// Those of these sites that were made by a flag, with which they may go.
pub(super) async fn made_by_flag(
    tx: &mut Tx,
    programme: ProgrammeId,
    sites: BTreeSet<SiteId>,
) -> Result<Vec<SiteId>, DbError> {
    let mut made = Vec::new();
    let sites: Vec<Uuid> = sites.into_iter().map(|it| it.0).collect();
    for some in sites.chunks(AMONG_MAX) {
        let query = sql(SELECT_MADE_BY_FLAG).bind(programme);
        let rows: Vec<(Uuid,)> = query.bind_among(some).all(tx).await?;
        made.extend(rows.into_iter().map(|(id,)| SiteId(id)));
    }
    Ok(made)
}

/// A fact that was taken back, as far as it could matter.
#[derive(sqlx::FromRow)]
struct TargetRow {
    kind: String,
    site_id: Option<Uuid>,
    under_way: bool,
}

const SELECT_TARGET: &str = "
    select f.kind, f.site_id, (o.state in ('planned', 'open')) as under_way
    from facts f join outings o on o.programme_id = f.programme_id and o.id = f.outing_id
    where f.programme_id = $1 and f.id = $2";

/// What taking back a fact of an outing under way could change.
pub(super) enum TakenBack {
    /// Nothing that is kept.
    Nothing,
    /// At most whether this site still stands.
    Standing(SiteId),
    /// Not to be told without looking closely.
    Anything,
}

/// Looks at a fact that was taken back on an outing under way.
pub(super) async fn taken_back(
    tx: &mut Tx,
    programme: ProgrammeId,
    fact: FactId,
) -> Result<TakenBack, DbError> {
    let query = sql(SELECT_TARGET).bind(programme).bind(fact);
    let row: Option<TargetRow> = query.maybe(tx).await?;
    Ok(match row {
        Some(row) if row.under_way => match (row.kind.as_str(), row.site_id) {
            ("sighting" | "city_pickup", _) => TakenBack::Anything,
            ("pickup", Some(site)) => TakenBack::Standing(SiteId(site)),
            _ => TakenBack::Nothing,
        },
        _ => TakenBack::Anything,
    })
}

const SELECT_SITES_OF_FACT: &str = "
    select site_id from facts where programme_id = $1 and id = $2 and site_id is not null
    union
    select site_id from here_decisions
    where programme_id = $1 and fact_id = $2 and site_id is not null";

/// The sites that a fact was ever said to be at.
pub(super) async fn sites_of_fact(
    tx: &mut Tx,
    programme: ProgrammeId,
    fact: FactId,
) -> Result<Vec<SiteId>, DbError> {
    let query = sql(SELECT_SITES_OF_FACT).bind(programme).bind(fact);
    let rows: Vec<(Uuid,)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| SiteId(id)).collect())
}

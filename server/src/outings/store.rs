//! SQL of outings and their sites.

use crate::db::{AMONG_MAX, DbError, Tx, sql};
use crate::sites::kept;
use domain::fact::AgentAccess;
use domain::outing::Readiness;
use domain::{AccountId, Day, Instant, OutingId, OutingState, PeerId, ProgrammeId, SiteId};
use std::collections::HashMap;
use uuid::Uuid;

/// An outing as it is kept.
#[derive(Clone, Debug)]
pub struct Outing {
    /// Its id.
    pub id: OutingId,
    /// Its day.
    pub day: Day,
    /// « 14:00 », where the programme is.
    pub starts_at: Option<String>,
    /// Where the crew meets.
    pub meeting_point: Option<String>,
    /// Where it stands.
    pub state: OutingState,
    /// What was checked before leaving.
    pub ready: Readiness,
    /// The agent was told where to wait outside.
    pub agent_told: bool,
    /// The weekly repetition it is one of.
    pub series: Option<Uuid>,
    /// Opened without a green light, for a reason that is kept sealed.
    pub overridden: bool,
    /// How often the joining code was made anew; 0 when never.
    pub code_round: i64,
    /// Until when the code opens.
    pub code_expires_at: Option<Instant>,
    /// When it opened.
    pub opened_at: Option<Instant>,
    /// When it closed.
    pub closed_at: Option<Instant>,
    /// How many peers took part, as the file says that an outing of the past was read from.
    pub peers_counted: Option<i64>,
    /// Counts changes, for `If-Match`.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct OutingRow {
    id: Uuid,
    day: String,
    starts_at: Option<String>,
    meeting_point: Option<String>,
    state: String,
    coordinators_present: i64,
    agents_present: i64,
    equipment: String,
    agent_told: bool,
    series_id: Option<Uuid>,
    overridden: bool,
    code_round: i64,
    code_expires_at: Option<i64>,
    opened_at: Option<i64>,
    closed_at: Option<i64>,
    peers_counted: Option<i64>,
    version: i64,
}

impl OutingRow {
    fn read(self) -> Result<Outing, DbError> {
        let unreadable = |e: domain::Invalid| DbError::Unreadable(format!("outing: {e}"));
        Ok(Outing {
            id: OutingId(self.id),
            day: self.day.parse().map_err(unreadable)?,
            starts_at: self.starts_at,
            meeting_point: self.meeting_point,
            state: OutingState::parse(&self.state).map_err(unreadable)?,
            ready: Readiness {
                coordinators: u32::try_from(self.coordinators_present).unwrap_or(0),
                agents: u32::try_from(self.agents_present).unwrap_or(0),
                equipment: self.equipment.split_whitespace().map(Into::into).collect(),
            },
            agent_told: self.agent_told,
            series: self.series_id,
            overridden: self.overridden,
            code_round: self.code_round,
            code_expires_at: self.code_expires_at.map(Instant::from_ms),
            opened_at: self.opened_at.map(Instant::from_ms),
            closed_at: self.closed_at.map(Instant::from_ms),
            peers_counted: self.peers_counted,
            version: self.version,
        })
    }
}

macro_rules! outing_columns {
    () => {
        "select id, day, starts_at, meeting_point, state, coordinators_present, agents_present,
           equipment, coalesce(agent_told, false) as agent_told, series_id,
           sealed_override is not null as overridden, code_round, code_expires_at,
           opened_at, closed_at, peers_counted, version
         from outings "
    };
}

const SELECT_ONE: &str = concat!(outing_columns!(), "where programme_id = $1 and id = $2");

/// One outing of the programme.
pub async fn find(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
) -> Result<Option<Outing>, DbError> {
    let row: Option<OutingRow> = sql(SELECT_ONE).bind(programme).bind(id).maybe(tx).await?;
    row.map(OutingRow::read).transpose()
}

/// One outing, held until the transaction ends: nobody opens, closes or changes it meanwhile.
pub async fn find_for_update(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
) -> Result<Option<Outing>, DbError> {
    let query = sql(SELECT_ONE).bind(programme).bind(id).for_update();
    let row: Option<OutingRow> = query.maybe(tx).await?;
    row.map(OutingRow::read).transpose()
}

const SELECT_PAGE: &str = concat!(
    outing_columns!(),
    "where programme_id = $1 and (day < $2 or (day = $2 and id < $3))
     order by day desc, id desc limit $4"
);

/// Before this one come all of them.
pub const AFTER_THE_LAST: (Day, OutingId) = (Day(jiff::civil::Date::MAX), OutingId(Uuid::max()));

/// Outings before (day, id), newest first.
pub async fn page(
    tx: &mut Tx,
    programme: ProgrammeId,
    before: (Day, OutingId),
    limit: u32,
) -> Result<Vec<Outing>, DbError> {
    let rows: Vec<OutingRow> = sql(SELECT_PAGE)
        .bind(programme)
        .bind(before.0)
        .bind(before.1)
        .bind(limit)
        .all(tx)
        .await?;
    rows.into_iter().map(OutingRow::read).collect()
}

// Three readings of the index by state, so that years of closed outings are not walked through.
const SELECT_COMING: &str = concat!(
    "select * from (",
    outing_columns!(),
    "where programme_id = $1 and state = 'planned' union all ",
    outing_columns!(),
    "where programme_id = $1 and state = 'open' union all ",
    outing_columns!(),
    "where programme_id = $1 and state = 'cancelled' and day >= $2) coming
     order by day, id limit $3"
);

/// What comes or is under way, in the order it comes; a week that is skipped is among them.
pub async fn coming(
    tx: &mut Tx,
    programme: ProgrammeId,
    today: Day,
    limit: u32,
) -> Result<Vec<Outing>, DbError> {
    let query = sql(SELECT_COMING).bind(programme).bind(today).bind(limit);
    let rows: Vec<OutingRow> = query.all(tx).await?;
    rows.into_iter().map(OutingRow::read).collect()
}

const SELECT_PAST: &str = concat!(
    outing_columns!(),
    "where programme_id = $1 and (state = 'closed' or (state = 'cancelled' and day < $2))
       and (day < $3 or (day = $3 and id < $4))
     order by day desc, id desc limit $5"
);

/// What is over, newest first.
pub async fn past(
    tx: &mut Tx,
    programme: ProgrammeId,
    today: Day,
    before: (Day, OutingId),
    limit: u32,
) -> Result<Vec<Outing>, DbError> {
    let rows: Vec<OutingRow> = sql(SELECT_PAST)
        .bind(programme)
        .bind(today)
        .bind(before.0)
        .bind(before.1)
        .bind(limit)
        .all(tx)
        .await?;
    rows.into_iter().map(OutingRow::read).collect()
}

const SELECT_FIRST_DAY: &str = "
    select min(day) from outings where programme_id = $1 and state = 'closed'";

/// The day of the first outing that is over.
pub async fn first_day(tx: &mut Tx, programme: ProgrammeId) -> Result<Option<Day>, DbError> {
    let (day,): (Option<String>,) = sql(SELECT_FIRST_DAY).bind(programme).one(tx).await?;
    let day = day.map(|it| it.parse()).transpose();
    day.map_err(|e| DbError::Unreadable(format!("outing: {e}")))
}

// At most so many outings, each a few rows of what is kept: the same work in an old town.
const SELECT_HARVESTS: &str = "
    select o.id, o.day, cast(coalesce(sum(c.total), 0) as bigint) as syringes
    from (
      select id, day from outings
      where programme_id = $1 and state = 'closed' and day > $2
      order by day desc, id desc limit $3) o
    left join outing_sums c on c.programme_id = $1 and c.outing_id = o.id and c.kind = 'pickup'
      and c.item = 'syringe'
    group by o.id, o.day order by o.day, o.id";

/// How many syringes each outing after a day picked up, the oldest first; of many, the latest.
pub async fn harvests(
    tx: &mut Tx,
    programme: ProgrammeId,
    after: Day,
    limit: u32,
) -> Result<Vec<(OutingId, Day, i64)>, DbError> {
    let query = sql(SELECT_HARVESTS).bind(programme).bind(after).bind(limit);
    let rows: Vec<(Uuid, String, i64)> = query.all(tx).await?;
    let read = |(id, day, syringes): (Uuid, String, i64)| {
        let day = day.parse();
        let day = day.map_err(|e| DbError::Unreadable(format!("outing: {e}")))?;
        Ok((OutingId(id), day, syringes))
    };
    rows.into_iter().map(read).collect()
}

/// The plan of an outing.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its day.
    pub day: Day,
    /// « 14:00 ».
    pub starts_at: Option<String>,
    /// Where the crew meets.
    pub meeting_point: Option<String>,
}

const INSERT: &str = "
    insert into outings (programme_id, id, day, starts_at, meeting_point, state,
      coordinators_present, agents_present, equipment, code_round, version, created_at)
    values ($1, $2, $3, $4, $5, 'planned', 0, 0, '', 0, 1, $6)
    on conflict (programme_id, id) do nothing";

/// Plans an outing. Answers `false` when the id is there already.
pub async fn insert(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    plan: &Plan,
    now: Instant,
) -> Result<bool, DbError> {
    let touched = sql(INSERT)
        .bind(programme)
        .bind(id)
        .bind(plan.day)
        .bind(plan.starts_at.clone())
        .bind(plan.meeting_point.clone())
        .bind(now)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const UPDATE_PLAN: &str = "
    update outings set day = $3, starts_at = $4, meeting_point = $5, version = version + 1
    where programme_id = $1 and id = $2";

/// Changes the plan.
pub async fn update_plan(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    plan: &Plan,
) -> Result<(), DbError> {
    sql(UPDATE_PLAN)
        .bind(programme)
        .bind(id)
        .bind(plan.day)
        .bind(plan.starts_at.clone())
        .bind(plan.meeting_point.clone())
        .run(tx)
        .await?;
    Ok(())
}

const DELETE_SITES: &str = "delete from outing_sites where programme_id = $1 and outing_id = $2";
const INSERT_SITE: &str = "
    insert into outing_sites (programme_id, outing_id, site_id, rank) values ($1, $2, $3, $4)
    on conflict do nothing";

/// Sets the sites of an outing, in the order of the walk.
pub async fn set_sites(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    sites: &[SiteId],
) -> Result<(), DbError> {
    for site in site_ids(tx, programme, id).await?.iter().chain(sites) {
        kept::touch_site(tx, programme, *site);
    }
    sql(DELETE_SITES).bind(programme).bind(id).run(tx).await?;
    for (rank, site) in (0i64..).zip(sites) {
        sql(INSERT_SITE)
            .bind(programme)
            .bind(id)
            .bind(*site)
            .bind(rank)
            .run(tx)
            .await?;
    }
    Ok(())
}

const SELECT_SITE_IDS: &str = "
    select site_id from outing_sites where programme_id = $1 and outing_id = $2 order by rank";

/// The sites of an outing, in the order of the walk.
pub async fn site_ids(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
) -> Result<Vec<SiteId>, DbError> {
    let query = sql(SELECT_SITE_IDS).bind(programme).bind(id);
    let rows: Vec<(Uuid,)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| SiteId(id)).collect())
}

const SELECT_SITES_AMONG: &str = "
    select site_id from outing_sites
    where programme_id = $1 and outing_id = $2 and site_id in {among}";

/// Those of these sites that are on that outing.
pub async fn sites_among(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    sites: &[SiteId],
) -> Result<Vec<SiteId>, DbError> {
    let mut there = Vec::new();
    let sites: Vec<Uuid> = sites.iter().map(|it| it.0).collect();
    for some in sites.chunks(AMONG_MAX) {
        let query = sql(SELECT_SITES_AMONG).bind(programme).bind(id);
        let rows: Vec<(Uuid,)> = query.bind_among(some).all(tx).await?;
        there.extend(rows.into_iter().map(|(site,)| SiteId(site)));
    }
    Ok(there)
}

/// Who is expected on an outing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crew {
    /// Peers.
    pub peers: Vec<PeerId>,
    /// Staff of the association and of the city, by account.
    pub staff: Vec<AccountId>,
}

const DELETE_PEERS: &str = "delete from expected_peers where programme_id = $1 and outing_id = $2";
const DELETE_STAFF: &str = "delete from expected_staff where programme_id = $1 and outing_id = $2";
const INSERT_PEER: &str = "
    insert into expected_peers (programme_id, outing_id, peer_id) values ($1, $2, $3)
    on conflict do nothing";
const INSERT_STAFF: &str = "
    insert into expected_staff (programme_id, outing_id, account_id) values ($1, $2, $3)
    on conflict do nothing";

/// Says who is expected.
pub async fn set_crew(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    crew: &Crew,
) -> Result<(), DbError> {
    for text in [DELETE_PEERS, DELETE_STAFF] {
        sql(text).bind(programme).bind(id).run(tx).await?;
    }
    for peer in &crew.peers {
        let insert = sql(INSERT_PEER).bind(programme).bind(id).bind(*peer);
        insert.run(tx).await?;
    }
    for account in &crew.staff {
        let insert = sql(INSERT_STAFF).bind(programme).bind(id).bind(*account);
        insert.run(tx).await?;
    }
    Ok(())
}

const SELECT_PEERS: &str = "
    select peer_id from expected_peers where programme_id = $1 and outing_id = $2
    order by peer_id";
const SELECT_STAFF: &str = "
    select account_id from expected_staff where programme_id = $1 and outing_id = $2
    order by account_id";

/// Who is expected.
pub async fn crew(tx: &mut Tx, programme: ProgrammeId, id: OutingId) -> Result<Crew, DbError> {
    let peers: Vec<(Uuid,)> = sql(SELECT_PEERS).bind(programme).bind(id).all(tx).await?;
    let staff: Vec<(Uuid,)> = sql(SELECT_STAFF).bind(programme).bind(id).all(tx).await?;
    Ok(Crew {
        peers: peers.into_iter().map(|(id,)| PeerId(id)).collect(),
        staff: staff.into_iter().map(|(id,)| AccountId(id)).collect(),
    })
}

/// Somebody of the staff who may walk along.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Colleague {
    /// Their account.
    pub id: Uuid,
    /// `coordinator` or `agent`.
    pub role: String,
    /// As they are called.
    pub name: String,
}

const SELECT_COLLEAGUES: &str = "
    select id, role, name from accounts
    where programme_id = $1 and role in ('coordinator', 'agent') and ended_at is null
    order by role desc, name, id";

/// The staff who may walk along: the association's first, then the city's.
pub async fn colleagues(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Colleague>, DbError> {
    sql(SELECT_COLLEAGUES).bind(programme).all(tx).await
}

const SELECT_ACCESSES: &str = "
    select distinct s.agent_access from outing_sites w
    join sites s on s.programme_id = w.programme_id and s.id = w.site_id
    where w.programme_id = $1 and w.outing_id = $2 and s.nature = 'discreet'
      and s.agent_access is not null";

/// What was agreed about the agent at the discreet sites of an outing.
pub async fn accesses(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
) -> Result<Vec<AgentAccess>, DbError> {
    let query = sql(SELECT_ACCESSES).bind(programme).bind(id);
    let rows: Vec<(String,)> = query.all(tx).await?;
    let known = rows
        .iter()
        .filter_map(|(code,)| AgentAccess::from_code(code));
    Ok(known.collect())
}

const UPDATE_AGENT_TOLD: &str = "
    update outings set agent_told = $3, version = version + 1
    where programme_id = $1 and id = $2";

/// Says whether the agent was told where to wait outside.
pub async fn set_agent_told(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    told: bool,
) -> Result<(), DbError> {
    let update = sql(UPDATE_AGENT_TOLD).bind(programme).bind(id).bind(told);
    update.run(tx).await?;
    Ok(())
}

const SELECT_STATES: &str = "
    select id, state, day from outings where programme_id = $1 and id in {among}";

/// State and day of outings that nobody closes before this transaction ends.
pub async fn hold_states(
    tx: &mut Tx,
    programme: ProgrammeId,
    ids: &[OutingId],
) -> Result<HashMap<OutingId, (OutingState, Day)>, DbError> {
    let mut states = HashMap::new();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    for some in ids.chunks(AMONG_MAX) {
        let query = sql(SELECT_STATES).bind(programme).bind_among(some);
        let rows: Vec<(Uuid, String, String)> = query.for_share().all(tx).await?;
        for (id, state, day) in rows {
            let unreadable = |e: domain::Invalid| DbError::Unreadable(format!("outing: {e}"));
            let state = OutingState::parse(&state).map_err(unreadable)?;
            let day = day.parse().map_err(unreadable)?;
            states.insert(OutingId(id), (state, day));
        }
    }
    Ok(states)
}

const UPDATE_STAFF: &str = "
    update outings set coordinators_present = $3, agents_present = $4, version = version + 1
    where programme_id = $1 and id = $2";

/// Says how many of the staff are there.
pub async fn set_staff(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    coordinators: u32,
    agents: u32,
) -> Result<(), DbError> {
    sql(UPDATE_STAFF)
        .bind(programme)
        .bind(id)
        .bind(coordinators)
        .bind(agents)
        .run(tx)
        .await?;
    Ok(())
}

const UPDATE_EQUIPMENT: &str = "
    update outings set equipment = $3, version = version + 1
    where programme_id = $1 and id = $2";

/// Says which equipment was checked, by code.
pub async fn set_equipment(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    codes: &[&str],
) -> Result<(), DbError> {
    sql(UPDATE_EQUIPMENT)
        .bind(programme)
        .bind(id)
        .bind(codes.join(" "))
        .run(tx)
        .await?;
    Ok(())
}

const UPDATE_OPENED: &str = "
    update outings set state = 'open', opened_at = $3, sealed_override = $4, version = version + 1
    where programme_id = $1 and id = $2";

/// Opens it.
pub async fn set_opened(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    now: Instant,
    sealed_override: Option<Vec<u8>>,
) -> Result<(), DbError> {
    sql(UPDATE_OPENED)
        .bind(programme)
        .bind(id)
        .bind(now)
        .bind(sealed_override)
        .run(tx)
        .await?;
    Ok(())
}

const UPDATE_CLOSED: &str = "
    update outings
    set state = $3, closed_at = $4, closed_by = $5, version = version + 1
    where programme_id = $1 and id = $2";

/// Ends it, closed or cancelled. Its code is still known, so that who types it late is told why.
pub async fn set_ended(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    state: OutingState,
    by: AccountId,
    now: Instant,
) -> Result<(), DbError> {
    sql(UPDATE_CLOSED)
        .bind(programme)
        .bind(id)
        .bind(state.as_str())
        .bind(now)
        .bind(by)
        .run(tx)
        .await?;
    kept::touch_outing(tx, programme, id);
    Ok(())
}

const UPDATE_CODE: &str = "
    update outings set code_round = $3, code_mac = $4, code_expires_at = $5
    where programme_id = $1 and id = $2";

/// Gives it a joining code; only its keyed hash is kept.
pub async fn set_code(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    round: i64,
    mac: Vec<u8>,
    expires_at: Instant,
) -> Result<(), DbError> {
    sql(UPDATE_CODE)
        .bind(programme)
        .bind(id)
        .bind(round)
        .bind(mac)
        .bind(expires_at)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_BY_CODE: &str = "select programme_id, id from outings where code_mac = $1";

/// The outing a joining code opens.
pub async fn by_code(
    tx: &mut Tx,
    mac: Vec<u8>,
) -> Result<Option<(ProgrammeId, OutingId)>, DbError> {
    let row: Option<(Uuid, Uuid)> = sql(SELECT_BY_CODE).bind(mac).maybe(tx).await?;
    Ok(row.map(|(programme, id)| (ProgrammeId(programme), OutingId(id))))
}

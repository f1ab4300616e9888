//! SQL of facts. Facts are inserted once and never changed.

use crate::db::{AMONG_MAX, DbError, Rows, Sql, Tx, sql};
use crate::outings::totals::kept::store as totals;
use crate::sites::kept::{self, OfFact};
use domain::fact::Whose;
use domain::{AccountId, DeviceId, FactId, Instant, OutingId, PeerId, ProgrammeId, SiteId};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;
use uuid::Uuid;

/// A fact as it is kept: checked, its point and words sealed.
pub struct NewFact {
    /// The fact.
    pub fact: domain::Fact,
    /// When the server got it.
    pub received_at: Instant,
    /// Role of who sent it.
    pub sender_role: &'static str,
    /// Id of who sent it.
    pub sender_id: Option<Uuid>,
    /// How far the sender's clock was ahead of the server's when it was sent, in milliseconds.
    pub sender_ahead_ms: Option<i64>,
    /// The coordinator who handed it in for a phone.
    pub handed_in_by: Option<AccountId>,
    /// Before its outing opened.
    pub early: bool,
    /// After its outing ended.
    pub late: bool,
    /// Its time is absurd.
    pub time_to_check: bool,
    /// Columns that queries use, by kind.
    pub columns: Columns,
    /// The rest of its data that needs no sealing, as JSON.
    pub data: String,
    /// The rest of its data that does.
    pub sealed: Option<Vec<u8>>,
    /// Keyed hash of its canonical content.
    pub content_mac: Vec<u8>,
}

/// Columns that queries use.
#[derive(Default)]
pub struct Columns {
    /// Where, when a site.
    pub site: Option<SiteId>,
    /// Who, for presences and newcomers.
    pub peer: Option<PeerId>,
    /// What a void takes back, or a picture shows.
    pub target: Option<FactId>,
    /// What was picked up, or who was met.
    pub item: Option<&'static str>,
    /// Counted or estimated.
    pub method: Option<&'static str>,
    /// How many.
    pub count: Option<u32>,
    /// Present or not.
    pub present: Option<bool>,
}

const INSERT: &str = "
    insert into facts (programme_id, id, outing_id, device_id, seq, kind, recorded_at, received_at,
      sender_role, sender_id, early, late, time_to_check, site_id, peer_id, target_id, item, method,
      count, present, data, sealed, content_mac, sender_ahead_ms, handed_in_by)
    values {rows}
    on conflict (programme_id, id) do nothing
    returning id";
/// Columns of [`INSERT`].
const COLUMNS: usize = 25;
/// Rows of one statement: so many texts an engine prepares, and no others.
const ROWS: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// [`INSERT`] for each of [`ROWS`].
static INSERTS: LazyLock<[Rows; ROWS.len()]> =
    LazyLock::new(|| ROWS.map(|rows| Rows::new(INSERT, rows, COLUMNS)));

/// Keeps a fact. Answers `false` when the id is there already.
pub async fn insert(tx: &mut Tx, programme: ProgrammeId, it: NewFact) -> Result<bool, DbError> {
    let inserted = insert_all(tx, programme, vec![it]).await?;
    Ok(!inserted.is_empty())
}

/// Keeps facts. Answers the ids of those that are new: the others are there already.
pub async fn insert_all(
    tx: &mut Tx,
    programme: ProgrammeId,
    all: Vec<NewFact>,
) -> Result<HashSet<FactId>, DbError> {
    let may_change = all.iter().map(|it| (it.fact.id, OfFact::new(it)));
    let may_change: Vec<(FactId, OfFact)> = may_change.collect();
    let mut inserted = HashSet::with_capacity(all.len());
    let mut left = all.into_iter();
    for (rows, text) in ROWS.into_iter().zip(INSERTS.iter()) {
        while left.len() >= rows {
            let some = left.by_ref().take(rows);
            let insert = some.fold(text.sql(), |insert, it| bind(insert, programme, it));
            let ids: Vec<(Uuid,)> = insert.all(tx).await?;
            inserted.extend(ids.into_iter().map(|(id,)| FactId(id)));
        }
    }
    for (id, it) in may_change {
        if inserted.contains(&id) {
            it.touch(tx, programme);
        }
    }
    Ok(inserted)
}

fn bind(insert: Sql, programme: ProgrammeId, it: NewFact) -> Sql {
    insert
        .bind(programme)
        .bind(it.fact.id)
        .bind(it.fact.outing)
        .bind(it.fact.device)
        .bind(it.fact.seq)
        .bind(it.fact.kind.name())
        .bind(it.fact.recorded_at)
        .bind(it.received_at)
        .bind(it.sender_role)
        .bind(it.sender_id)
        .bind(it.early)
        .bind(it.late)
        .bind(it.time_to_check)
        .bind(it.columns.site)
        .bind(it.columns.peer)
        .bind(it.columns.target)
        .bind(it.columns.item)
        .bind(it.columns.method)
        .bind(it.columns.count)
        .bind(it.columns.present)
        .bind(it.data)
        .bind(it.sealed)
        .bind(it.content_mac)
        .bind(it.sender_ahead_ms)
        .bind(it.handed_in_by)
}

const SELECT_MACS: &str = "
    select id, content_mac from facts where programme_id = $1 and id in {among}";

/// The keyed hashes of those of these facts that are there.
pub async fn content_macs(
    tx: &mut Tx,
    programme: ProgrammeId,
    ids: &[FactId],
) -> Result<HashMap<FactId, Vec<u8>>, DbError> {
    let mut macs = HashMap::with_capacity(ids.len());
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    for some in ids.chunks(AMONG_MAX) {
        let query = sql(SELECT_MACS).bind(programme).bind_among(some);
        let rows: Vec<(Uuid, Vec<u8>)> = query.all(tx).await?;
        macs.extend(rows.into_iter().map(|(id, mac)| (FactId(id), mac)));
    }
    Ok(macs)
}

const SELECT_THERE: &str = "select 1 from facts where programme_id = $1 and id = $2";

/// Is there a fact of this id?
pub async fn is_there(tx: &mut Tx, programme: ProgrammeId, id: FactId) -> Result<bool, DbError> {
    let query = sql(SELECT_THERE).bind(programme).bind(id);
    let row: Option<(i32,)> = query.maybe(tx).await?;
    Ok(row.is_some())
}

/// A fact that is kept aside for a person to look at.
pub struct Quarantined<'a> {
    /// Keyed hash of its bytes: sent twice, kept once.
    pub content_mac: Vec<u8>,
    /// `conflict` or `refused`.
    pub status: &'static str,
    /// Why.
    pub reason: &'a str,
    /// Which field.
    pub field: Option<&'a str>,
    /// Its sender's outing.
    pub outing: Option<OutingId>,
    /// Its sender's phone.
    pub device: Option<Uuid>,
    /// Role of its sender.
    pub sender_role: &'static str,
    /// Id of its sender.
    pub sender_id: Option<Uuid>,
    /// When.
    pub received_at: Instant,
    /// All of it, sealed: nobody knows what it holds.
    pub sealed: Vec<u8>,
}

const INSERT_QUARANTINE: &str = "
    insert into quarantine (programme_id, content_mac, status, reason, field, outing_id, device_id,
      sender_role, sender_id, received_at, sealed)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict do nothing";

/// Keeps aside what could not be kept as a fact.
pub async fn quarantine(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: Quarantined<'_>,
) -> Result<(), DbError> {
    sql(INSERT_QUARANTINE)
        .bind(programme)
        .bind(it.content_mac)
        .bind(it.status)
        .bind(it.reason)
        .bind(it.field)
        .bind(it.outing)
        .bind(it.device)
        .bind(it.sender_role)
        .bind(it.sender_id)
        .bind(it.received_at)
        .bind(it.sealed)
        .run(tx)
        .await?;
    Ok(())
}

/// True of a fact `f` that nobody took back. A void that names an outing takes back facts of that
/// outing only. A coordinator may void any fact of the programme; a crew, facts of its own outing
/// that no coordinator made; anybody else, their own.
macro_rules! not_voided {
    () => {
        not_voided!("")
    };
    ($more:literal) => {
        concat!(
            "not exists (
          select 1 from facts v
          where v.programme_id = f.programme_id and v.target_id = f.id and v.kind = 'void' ",
            $more,
            "and (v.outing_id is null or v.outing_id = f.outing_id)
            and (v.sender_role = 'coordinator'
              or v.sender_id = f.sender_id
              or (v.outing_id = f.outing_id and f.sender_role <> 'coordinator')))"
        )
    };
}

pub(crate) use not_voided;

/// Sum of the pickups of one outing at one place, of one item, by one method.
#[derive(sqlx::FromRow)]
pub struct PickupSum {
    /// The site; none for « ici ».
    pub site_id: Option<Uuid>,
    /// Code of the item.
    pub item: String,
    /// `counted` or `estimated`.
    pub method: String,
    /// How many.
    pub total: i64,
}

// As it is kept while facts come in: an « ici » that a coordinator attached to a site is that
// site's, by the latest word.
const SUM_PICKUPS: &str = "
    select nullif(site_id, $3) as site_id, item, method, cast(sum(total) as bigint) as total
    from outing_sums
    where programme_id = $1 and outing_id = $2 and kind = 'pickup'
    group by site_id, item, method having sum(total) <> 0";

/// What was picked up on an outing.
pub async fn pickup_sums(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<PickupSum>, DbError> {
    kept::settle(tx).await?;
    let query = sql(SUM_PICKUPS).bind(programme).bind(outing);
    query.bind(totals::NOWHERE).all(tx).await
}

const SUM_TALLIES: &str = "
    select item, cast(sum(total) as bigint) as total from outing_sums
    where programme_id = $1 and outing_id = $2 and kind = 'tally'
    group by item having sum(total) <> 0";

/// Who was met on an outing, as numbers.
pub async fn tally_sums(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<BTreeMap<String, i64>, DbError> {
    kept::settle(tx).await?;
    let query = sql(SUM_TALLIES).bind(programme).bind(outing);
    let rows: Vec<(String, i64)> = query.all(tx).await?;
    Ok(rows.into_iter().collect())
}

#[derive(sqlx::FromRow)]
struct MarkRow {
    id: Uuid,
    peer_id: Uuid,
    present: bool,
    recorded_at: i64,
    sender_role: String,
}

// A mark, or a void of one, that came after closing waits for a revision: what closing made due
// stays what the summary says. So does a mark of somebody whom nobody knew before closing: a mark
// may come before the newcomer it speaks of, and counts once both are there.
const SELECT_MARKS: &str = concat!(
    "select f.id, f.peer_id, f.present, f.recorded_at, f.sender_role
     from facts f join peers p on p.programme_id = f.programme_id and p.id = f.peer_id
     where f.programme_id = $1 and f.outing_id = $2 and f.kind = 'presence' and f.late = false
       and not exists (
         select 1 from facts n
         where n.programme_id = f.programme_id and n.outing_id = f.outing_id
           and n.kind = 'newcomer' and n.peer_id = f.peer_id and n.late = true
           and n.received_at <= p.created_at)
       and ",
    not_voided!("and v.late = false ")
);

/// The presence marks of an outing that came before it closed and that nobody took back.
pub async fn marks(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<domain::presence::Mark>, DbError> {
    let rows: Vec<MarkRow> = sql(SELECT_MARKS)
        .bind(programme)
        .bind(outing)
        .all(tx)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| domain::presence::Mark {
            id: FactId(row.id),
            peer: PeerId(row.peer_id),
            present: row.present,
            recorded_at: Instant::from_ms(row.recorded_at),
            by_coordinator: row.sender_role == "coordinator",
        })
        .collect())
}

#[derive(sqlx::FromRow)]
struct ConfirmationRow {
    id: Uuid,
    recorded_at: i64,
    data: String,
}

/// The data of a `phone_confirmed`, as it is kept.
#[derive(Deserialize)]
struct Confirmation {
    device: DeviceId,
    whose: String,
}

impl Confirmation {
    fn read(data: &str) -> Result<Self, DbError> {
        serde_json::from_str(data).map_err(|e| DbError::Unreadable(format!("phone confirmed: {e}")))
    }
}

const SELECT_CONFIRMATIONS: &str = concat!(
    "select f.id, f.recorded_at, f.data from facts f
     where f.programme_id = $1 and f.outing_id = $2 and f.kind = 'phone_confirmed'
       and f.sender_role = 'coordinator' and ",
    not_voided!()
);

/// Whose a phone of an outing is, as coordinators say it: the latest by (recorded_at, id) decides.
pub async fn whose(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
) -> Result<Option<Whose>, DbError> {
    let query = sql(SELECT_CONFIRMATIONS).bind(programme).bind(outing);
    let rows: Vec<ConfirmationRow> = query.all(tx).await?;
    let mut latest = None;
    for row in rows {
        let said = Confirmation::read(&row.data)?;
        let at = (row.recorded_at, row.id);
        if said.device == device && latest.as_ref().is_none_or(|(then, _)| *then < at) {
            latest = Some((at, Whose::from_code(&said.whose)));
        }
    }
    Ok(latest.and_then(|(_, whose)| whose))
}

const SELECT_CONFIRMATION: &str = "
    select outing_id, data from facts
    where programme_id = $1 and id = $2 and kind = 'phone_confirmed' and outing_id is not null";

/// Of which phone of which outing a fact says whose it is, if it says that.
pub async fn confirmation(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: FactId,
) -> Result<Option<(OutingId, DeviceId)>, DbError> {
    let query = sql(SELECT_CONFIRMATION).bind(programme).bind(id);
    let row: Option<(Uuid, String)> = query.maybe(tx).await?;
    row.map(|(outing, data)| Ok((OutingId(outing), Confirmation::read(&data)?.device)))
        .transpose()
}

const SELECT_BOXES: &str = concat!(
    "select f.data from facts f
     where f.programme_id = $1 and f.outing_id = $2 and f.kind = 'box' and ",
    not_voided!(),
    " order by f.recorded_at, f.id"
);

/// The sharps boxes of an outing, as they were recorded.
pub async fn boxes(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<serde_json::Value>, DbError> {
    let rows: Vec<(String,)> = sql(SELECT_BOXES)
        .bind(programme)
        .bind(outing)
        .all(tx)
        .await?;
    rows.into_iter()
        .map(|(text,)| {
            serde_json::from_str(&text).map_err(|e| DbError::Unreadable(format!("box: {e}")))
        })
        .collect()
}

/// How many facts of an outing a person should look at.
#[derive(sqlx::FromRow, Default)]
pub struct ToLookAt {
    /// Came after closing.
    pub late: i64,
    /// Came before opening.
    pub early: i64,
    /// With an absurd time.
    pub to_check: i64,
}

const COUNT_TO_LOOK_AT: &str = "
    select cast(coalesce(sum(case when item = 'late' then total else 0 end), 0) as bigint) as late,
      cast(coalesce(sum(case when item = 'early' then total else 0 end), 0) as bigint) as early,
      cast(coalesce(sum(case when item = 'to_check' then total else 0 end), 0) as bigint)
        as to_check
    from outing_sums where programme_id = $1 and outing_id = $2 and kind = 'to_look_at'";

/// How many facts of an outing came late, early, or with an absurd time.
pub async fn to_look_at(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<ToLookAt, DbError> {
    kept::settle(tx).await?;
    sql(COUNT_TO_LOOK_AT)
        .bind(programme)
        .bind(outing)
        .one(tx)
        .await
}

const COUNT_QUARANTINED: &str = "
    select cast(count(*) as bigint) from quarantine where programme_id = $1 and outing_id = $2";

/// How many facts of an outing were kept aside.
pub async fn quarantined(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<i64, DbError> {
    let query = sql(COUNT_QUARANTINED).bind(programme).bind(outing);
    let (n,): (i64,) = query.one(tx).await?;
    Ok(n)
}

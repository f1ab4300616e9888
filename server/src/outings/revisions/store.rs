//! SQL of revisions. A revision is inserted once and never changed.

use super::{RevisedPeer, Revision};
use crate::db::{DbError, Tx, sql};
use crate::facts::store::not_voided;
use crate::sites::kept;
use domain::presence::Mark;
use domain::{AccountId, FactId, Instant, OutingId, PeerId, ProgrammeId};
use uuid::Uuid;

/// A revision to be made.
pub struct NewRevision {
    /// Its id.
    pub id: Uuid,
    /// Of which outing.
    pub outing: OutingId,
    /// `presence` or `late_facts`.
    pub corrects: &'static str,
    /// Who makes it.
    pub by: AccountId,
    /// Why, sealed.
    pub sealed_reason: Vec<u8>,
}

const INSERT: &str = "
    insert into revisions (programme_id, id, outing_id, corrects, made_at, made_by, sealed_reason)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (programme_id, id) do nothing";

/// Keeps a revision. Answers `false` when the id is another outing's already.
pub async fn insert(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: NewRevision,
    now: Instant,
) -> Result<bool, DbError> {
    kept::touch_outing(tx, programme, it.outing);
    let touched = sql(INSERT)
        .bind(programme)
        .bind(it.id)
        .bind(it.outing)
        .bind(it.corrects)
        .bind(now)
        .bind(it.by)
        .bind(it.sealed_reason)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const INSERT_FACT: &str = "
    insert into revision_facts (programme_id, fact_id, revision_id) values ($1, $2, $3)
    on conflict (programme_id, fact_id) do nothing";

/// Accepts a late fact.
pub async fn accept(
    tx: &mut Tx,
    programme: ProgrammeId,
    revision: Uuid,
    fact: FactId,
) -> Result<(), DbError> {
    let insert = sql(INSERT_FACT).bind(programme).bind(fact).bind(revision);
    insert.run(tx).await?;
    Ok(())
}

const INSERT_PEER: &str = "
    insert into revision_presences (programme_id, revision_id, peer_id, present, line)
    values ($1, $2, $3, $4, $5)";

/// Corrects a presence; `line` says what became of the allowance.
pub async fn insert_peer(
    tx: &mut Tx,
    programme: ProgrammeId,
    revision: Uuid,
    (peer, present): (PeerId, bool),
    line: &'static str,
) -> Result<(), DbError> {
    sql(INSERT_PEER)
        .bind(programme)
        .bind(revision)
        .bind(peer)
        .bind(present)
        .bind(line)
        .run(tx)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct RevisionRow {
    corrects: String,
    made_at: i64,
    facts: i64,
}

#[derive(sqlx::FromRow)]
struct PeerRow {
    peer_id: Uuid,
    present: bool,
    line: String,
}

const SELECT_ONE: &str = "
    select r.corrects, r.made_at, (
        select cast(count(*) as bigint) from revision_facts f
        where f.programme_id = r.programme_id and f.revision_id = r.id) as facts
    from revisions r where r.programme_id = $1 and r.outing_id = $2 and r.id = $3";
const SELECT_PEERS: &str = "
    select peer_id, present, line from revision_presences
    where programme_id = $1 and revision_id = $2 order by peer_id";

/// One revision of an outing.
pub async fn find(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    id: Uuid,
) -> Result<Option<Revision>, DbError> {
    let query = sql(SELECT_ONE).bind(programme).bind(outing).bind(id);
    let Some(row) = query.maybe::<RevisionRow>(tx).await? else {
        return Ok(None);
    };
    let peers: Vec<PeerRow> = sql(SELECT_PEERS).bind(programme).bind(id).all(tx).await?;
    let read = |it: PeerRow| RevisedPeer {
        peer: PeerId(it.peer_id),
        present: it.present,
        line: it.line,
    };
    Ok(Some(Revision {
        id,
        corrects: row.corrects,
        made_at: Instant::from_ms(row.made_at),
        peers: peers.into_iter().map(read).collect(),
        facts: row.facts,
    }))
}

/// A revision's id, who made it and its sealed reason.
#[derive(sqlx::FromRow)]
pub struct SealedRevision {
    /// Its id.
    pub id: Uuid,
    /// Who made it.
    pub by: String,
    /// Why.
    pub sealed_reason: Vec<u8>,
}

const SELECT_ALL: &str = "
    select r.id, a.name as by, r.sealed_reason from revisions r
    join accounts a on a.programme_id = r.programme_id and a.id = r.made_by
    where r.programme_id = $1 and r.outing_id = $2 order by r.made_at, r.id";

/// The revisions of an outing, in the order they were made.
pub async fn all(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<SealedRevision>, DbError> {
    sql(SELECT_ALL).bind(programme).bind(outing).all(tx).await
}

const SELECT_REVISED: &str = "
    select p.peer_id, p.present from revision_presences p
    join revisions r on r.programme_id = p.programme_id and r.id = p.revision_id
    where r.programme_id = $1 and r.outing_id = $2 order by r.made_at, r.id";

/// Whose presence revisions of an outing corrected, in the order they were made.
pub async fn revised(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<(PeerId, bool)>, DbError> {
    let query = sql(SELECT_REVISED).bind(programme).bind(outing);
    let rows: Vec<(Uuid, bool)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id, it)| (PeerId(id), it)).collect())
}

/// A fact that came after closing and that no revision accepted yet.
#[derive(Clone, Debug)]
pub struct Late {
    /// The fact.
    pub id: FactId,
    /// What kind.
    pub kind: String,
    /// Of what, for a pickup.
    pub item: Option<String>,
    /// How many, for a pickup.
    pub count: Option<i64>,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The person whom a coordinator's mark concerns.
    pub marks: Option<PeerId>,
}

#[derive(sqlx::FromRow)]
struct LateRow {
    id: Uuid,
    kind: String,
    item: Option<String>,
    count: Option<i64>,
    recorded_at: i64,
    peer_id: Option<Uuid>,
    sender_role: String,
}

const SELECT_WAITING: &str = "
    select f.id, f.kind, f.item, f.count, f.recorded_at, f.peer_id, f.sender_role from facts f
    where f.programme_id = $1 and f.outing_id = $2 and f.late = true
      and f.kind not in ('opening', 'phone_confirmed')
      and not exists (
        select 1 from revision_facts r
        where r.programme_id = f.programme_id and r.fact_id = f.id)
    order by f.recorded_at, f.id";

/// The facts of an outing that wait for a revision.
pub async fn waiting(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<Late>, DbError> {
    let rows: Vec<LateRow> = sql(SELECT_WAITING)
        .bind(programme)
        .bind(outing)
        .all(tx)
        .await?;
    let read = |it: LateRow| Late {
        id: FactId(it.id),
        recorded_at: Instant::from_ms(it.recorded_at),
        marks: it
            .peer_id
            .filter(|_| it.kind == "presence" && it.sender_role == "coordinator")
            .map(PeerId),
        kind: it.kind,
        item: it.item,
        count: it.count,
    };
    Ok(rows.into_iter().map(read).collect())
}

#[derive(sqlx::FromRow)]
struct MarkRow {
    id: Uuid,
    peer_id: Uuid,
    present: bool,
    recorded_at: i64,
    sender_role: String,
}

const SELECT_ALL_MARKS: &str = concat!(
    "select f.id, f.peer_id, f.present, f.recorded_at, f.sender_role
     from facts f join peers p on p.programme_id = f.programme_id and p.id = f.peer_id
     where f.programme_id = $1 and f.outing_id = $2 and f.kind = 'presence' and ",
    not_voided!()
);

/// Every presence mark of an outing that nobody took back, late ones too.
pub async fn all_marks(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<Mark>, DbError> {
    let rows: Vec<MarkRow> = sql(SELECT_ALL_MARKS)
        .bind(programme)
        .bind(outing)
        .all(tx)
        .await?;
    let read = |row: MarkRow| Mark {
        id: FactId(row.id),
        peer: PeerId(row.peer_id),
        present: row.present,
        recorded_at: Instant::from_ms(row.recorded_at),
        by_coordinator: row.sender_role == "coordinator",
    };
    Ok(rows.into_iter().map(read).collect())
}

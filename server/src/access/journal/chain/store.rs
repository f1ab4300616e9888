//! SQL of the journal's chain. Rows of the journal are read and, a whole month at its end, deleted.

use super::super::Row;
use crate::db::{DbError, Tx, sql};
use domain::ProgrammeId;
use uuid::Uuid;

/// Rows that are checked at once.
const ROWS_PER_READING: i64 = 5_000;

const SELECT_PROGRAMMES: &str = "select id, slug from programmes order by slug";

/// Every programme, with its short name.
pub async fn programmes(tx: &mut Tx) -> Result<Vec<(ProgrammeId, String)>, DbError> {
    let rows: Vec<(Uuid, String)> = sql(SELECT_PROGRAMMES).all(tx).await?;
    Ok(rows
        .into_iter()
        .map(|(id, slug)| (ProgrammeId(id), slug))
        .collect())
}

/// The chain of a programme, as far as it is.
#[derive(sqlx::FromRow)]
pub struct Chain {
    /// Its newest month; empty while there is none.
    pub month: String,
    /// Says that this is the newest.
    pub seal: Vec<u8>,
}

const INSERT_CHAIN: &str = "
    insert into journal_chains (programme_id, month, seal) values ($1, '', $2)
    on conflict do nothing";

/// Makes an empty chain, unless there is one.
pub async fn begin_chain(
    tx: &mut Tx,
    programme: ProgrammeId,
    seal: Vec<u8>,
) -> Result<(), DbError> {
    sql(INSERT_CHAIN).bind(programme).bind(seal).run(tx).await?;
    Ok(())
}

const SELECT_CHAIN: &str = "select month, seal from journal_chains where programme_id = $1";

/// The chain, held: nobody else links before this transaction ends.
pub async fn hold_chain(tx: &mut Tx, programme: ProgrammeId) -> Result<Chain, DbError> {
    sql(SELECT_CHAIN).bind(programme).for_update().one(tx).await
}

/// The chain, if there is one.
pub async fn chain(tx: &mut Tx, programme: ProgrammeId) -> Result<Option<Chain>, DbError> {
    sql(SELECT_CHAIN).bind(programme).maybe(tx).await
}

const UPDATE_CHAIN: &str =
    "update journal_chains set month = $2, seal = $3 where programme_id = $1";

/// Says which month is the newest.
pub async fn set_chain(
    tx: &mut Tx,
    programme: ProgrammeId,
    month: &str,
    seal: Vec<u8>,
) -> Result<(), DbError> {
    let query = sql(UPDATE_CHAIN).bind(programme).bind(month).bind(seal);
    query.run(tx).await?;
    Ok(())
}

/// One month of a chain.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Segment {
    /// Which month.
    pub month: String,
    /// How many rows it links.
    pub links: i64,
    /// The end of the month before.
    pub before_hash: Vec<u8>,
    /// Its own end.
    pub head: Vec<u8>,
    /// When a row was last linked.
    pub linked_at: i64,
    /// When its rows were destroyed.
    pub destroyed_at: Option<i64>,
    /// Over all of this.
    pub seal: Vec<u8>,
}

const SELECT_SEGMENT: &str = "
    select month, links, before_hash, head, linked_at, destroyed_at, seal from journal_segments
    where programme_id = $1 and month = $2";

/// One month.
pub async fn segment(
    tx: &mut Tx,
    programme: ProgrammeId,
    month: &str,
) -> Result<Option<Segment>, DbError> {
    sql(SELECT_SEGMENT)
        .bind(programme)
        .bind(month)
        .maybe(tx)
        .await
}

const SELECT_SEGMENTS: &str = "
    select month, links, before_hash, head, linked_at, destroyed_at, seal from journal_segments
    where programme_id = $1 order by month";

/// Every month, in order.
pub async fn segments(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Segment>, DbError> {
    let mut all: Vec<Segment> = sql(SELECT_SEGMENTS).bind(programme).all(tx).await?;
    all.sort_by(|a, b| a.month.cmp(&b.month));
    Ok(all)
}

const UPSERT_SEGMENT: &str = "
    insert into journal_segments
      (programme_id, month, links, before_hash, head, linked_at, destroyed_at, seal)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (programme_id, month) do update set
      links = excluded.links, head = excluded.head, linked_at = excluded.linked_at,
      destroyed_at = excluded.destroyed_at, seal = excluded.seal";

/// Keeps a month as it is now.
pub async fn keep_segment(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: &Segment,
    seal: Vec<u8>,
) -> Result<(), DbError> {
    sql(UPSERT_SEGMENT)
        .bind(programme)
        .bind(it.month.as_str())
        .bind(it.links)
        .bind(it.before_hash.clone())
        .bind(it.head.clone())
        .bind(it.linked_at)
        .bind(it.destroyed_at)
        .bind(seal)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_MONTHS_BEFORE: &str = "
    select month from journal_segments
    where programme_id = $1 and destroyed_at is null";

/// The months with rows that are older than one.
pub async fn months_before(
    tx: &mut Tx,
    programme: ProgrammeId,
    first_kept: &str,
) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> = sql(SELECT_MONTHS_BEFORE).bind(programme).all(tx).await?;
    // Compared here: engines may order text otherwise.
    let mut all: Vec<String> = rows.into_iter().map(|(it,)| it).collect();
    all.retain(|it| it.as_str() < first_kept);
    all.sort();
    Ok(all)
}

/// Where a row stands.
#[derive(sqlx::FromRow)]
pub struct Link {
    /// In which month.
    pub month: String,
    /// In which place.
    pub rank: i64,
    /// Since when.
    pub linked_at: i64,
    /// The row, with all before it.
    pub hash: Vec<u8>,
}

const SELECT_NEWEST: &str = "
    select s.linked_at from journal_chains c
    join journal_segments s on s.programme_id = c.programme_id and s.month = c.month
    where c.programme_id = $1";
const SELECT_ONE_UNLINKED: &str = "
    select j.id from journal j
    where j.programme_id = $1 and j.at >= $2 and not exists (
      select 1 from journal_links l
      where l.programme_id = j.programme_id and l.journal_id = j.id)
    limit 1";

/// Is there a row to link?
pub async fn has_unlinked(
    tx: &mut Tx,
    programme: ProgrammeId,
    late_ms: i64,
) -> Result<bool, DbError> {
    let newest: Option<(i64,)> = sql(SELECT_NEWEST).bind(programme).maybe(tx).await?;
    let since = newest.map_or(i64::MIN, |(at,)| at - late_ms);
    let query = sql(SELECT_ONE_UNLINKED).bind(programme).bind(since);
    Ok(query.maybe::<(Uuid,)>(tx).await?.is_some())
}

const SELECT_UNLINKED: &str = "
    select j.id, j.at, j.actor_role, j.actor_id, j.action, j.subjects from journal j
    where j.programme_id = $1 and j.at >= $2 and not exists (
      select 1 from journal_links l
      where l.programme_id = j.programme_id and l.journal_id = j.id)
    order by j.at, j.id
    limit $3";

/// Rows that are not linked, from a time on, the oldest first.
pub async fn unlinked(
    tx: &mut Tx,
    programme: ProgrammeId,
    since: i64,
    limit: usize,
) -> Result<Vec<Row>, DbError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = sql(SELECT_UNLINKED).bind(programme).bind(since);
    query.bind(limit).all(tx).await
}

const INSERT_LINK: &str = "
    insert into journal_links (programme_id, month, rank, journal_id, linked_at, hash)
    values ($1, $2, $3, $4, $5, $6)";

/// Links a row.
pub async fn insert_link(
    tx: &mut Tx,
    programme: ProgrammeId,
    row: Uuid,
    link: Link,
) -> Result<(), DbError> {
    sql(INSERT_LINK)
        .bind(programme)
        .bind(link.month)
        .bind(link.rank)
        .bind(row)
        .bind(link.linked_at)
        .bind(link.hash)
        .run(tx)
        .await?;
    Ok(())
}

/// A link, and the row it stands for if that is still there.
pub struct Standing {
    /// The link.
    pub link: Link,
    /// Of which row.
    pub id: Uuid,
    /// The row.
    pub row: Option<Row>,
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    #[sqlx(flatten)]
    link: Link,
    journal_id: Uuid,
    at: Option<i64>,
    actor_role: Option<String>,
    actor_id: Option<Uuid>,
    action: Option<String>,
    subjects: Option<String>,
}

const SELECT_STANDING: &str = "
    select l.month, l.rank, l.linked_at, l.hash, l.journal_id,
      j.at, j.actor_role, j.actor_id, j.action, j.subjects
    from journal_links l
    left join journal j on j.programme_id = l.programme_id and j.id = l.journal_id
    where l.programme_id = $1 and l.month = $2 and l.rank > $3
    order by l.rank
    limit $4";

/// Some of what stands in a month, after a place.
pub async fn standing(
    tx: &mut Tx,
    programme: ProgrammeId,
    month: &str,
    after: i64,
) -> Result<Vec<Standing>, DbError> {
    let query = sql(SELECT_STANDING).bind(programme).bind(month).bind(after);
    let rows: Vec<StandingRow> = query.bind(ROWS_PER_READING).all(tx).await?;
    let read = |it: StandingRow| Standing {
        link: it.link,
        id: it.journal_id,
        row: (it.at.zip(it.actor_role).zip(it.action).zip(it.subjects)).map(
            |(((at, actor_role), action), subjects)| Row {
                id: it.journal_id,
                at,
                actor_role,
                actor_id: it.actor_id,
                action,
                subjects,
            },
        ),
    };
    Ok(rows.into_iter().map(read).collect())
}

const SELECT_APART: &str = "
    select j.id, j.at from journal j
    where j.programme_id = $1 and not exists (
      select 1 from journal_links l
      where l.programme_id = j.programme_id and l.journal_id = j.id)
    order by j.at, j.id";

/// Rows that no link knows: those from before a time, and how many came since.
pub async fn standing_apart(
    tx: &mut Tx,
    programme: ProgrammeId,
    since: i64,
) -> Result<(Vec<Uuid>, u64), DbError> {
    let rows: Vec<(Uuid, i64)> = sql(SELECT_APART).bind(programme).all(tx).await?;
    let waiting = rows.iter().filter(|(_, at)| *at >= since).count() as u64;
    let late = rows.into_iter().filter(|(_, at)| *at < since);
    Ok((late.map(|(id, _)| id).collect(), waiting))
}

const DELETE_ROWS: &str = "
    delete from journal where programme_id = $1 and id in (
      select l.journal_id from journal_links l where l.programme_id = $1 and l.month = $2)";
const DELETE_LINKS: &str = "delete from journal_links where programme_id = $1 and month = $2";

/// Deletes the rows of a month.
pub async fn delete_rows(tx: &mut Tx, programme: ProgrammeId, month: &str) -> Result<(), DbError> {
    for text in [DELETE_ROWS, DELETE_LINKS] {
        sql(text).bind(programme).bind(month).run(tx).await?;
    }
    Ok(())
}

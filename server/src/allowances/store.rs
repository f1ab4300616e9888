//! SQL of allowances and lists. Knows presences only by the lines they made: no facts here.

use crate::db::{DbError, Tx, sql};
use domain::allowance::{DueLine, ListNumber};
use domain::{AccountId, AllowanceId, Cents, Day, Instant, ListId, OutingId, PeerId, ProgrammeId};
use uuid::Uuid;

const INSERT_LINE: &str = "
    insert into allowances (programme_id, id, outing_id, peer_id, entry, outing_day, amount_cents,
      state, created_at)
    values ($1, $2, $3, $4, 'original', $5, $6, 'due', $7)
    on conflict (programme_id, outing_id, peer_id, entry) do nothing";

/// Makes one original line due; a second one for the same peer and outing is never made.
pub async fn insert_due(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    day: Day,
    line: DueLine,
    now: Instant,
) -> Result<(), DbError> {
    sql(INSERT_LINE)
        .bind(programme)
        .bind(AllowanceId(Uuid::now_v7()))
        .bind(outing)
        .bind(line.peer)
        .bind(day)
        .bind(line.amount)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

const INSERT_COUNTER_LINE: &str = "
    insert into allowances (programme_id, id, outing_id, peer_id, entry, outing_day, amount_cents,
      state, created_at)
    values ($1, $2, $3, $4, 'counter', $5, $6, 'due', $7)
    on conflict (programme_id, outing_id, peer_id, entry) do nothing";

/// Takes a line back by a counter-line, for a later list; a second one is never made.
pub async fn insert_counter(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    day: Day,
    line: DueLine,
    now: Instant,
) -> Result<(), DbError> {
    sql(INSERT_COUNTER_LINE)
        .bind(programme)
        .bind(AllowanceId(Uuid::now_v7()))
        .bind(outing)
        .bind(line.peer)
        .bind(day)
        .bind(line.amount)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// A line of one person for one outing.
#[derive(sqlx::FromRow)]
pub struct Entry {
    /// `original` or `counter`.
    pub entry: String,
    /// How much.
    pub amount_cents: i64,
}

const SELECT_ENTRIES: &str = "
    select entry, amount_cents from allowances
    where programme_id = $1 and outing_id = $2 and peer_id = $3";

/// The lines of one person for one outing.
pub async fn entries(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    peer: PeerId,
) -> Result<Vec<Entry>, DbError> {
    let query = sql(SELECT_ENTRIES).bind(programme).bind(outing).bind(peer);
    query.all(tx).await
}

/// A line.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Line {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub peer_id: Uuid,
    /// For which outing.
    pub outing_id: Uuid,
    /// Of which day.
    pub outing_day: String,
    /// How much.
    pub amount_cents: i64,
    /// Where it stands.
    pub state: String,
    /// Year of its list.
    pub list_year: Option<i64>,
    /// Rank of its list.
    pub list_rank: Option<i64>,
}

macro_rules! line_columns {
    () => {
        "select a.id, a.peer_id, a.outing_id, a.outing_day, a.amount_cents, a.state,
           l.year as list_year, l.rank as list_rank
         from allowances a
         left join allowance_lists l on l.programme_id = a.programme_id and l.id = a.list_id "
    };
}

const SELECT_LINES: &str = concat!(
    line_columns!(),
    "where a.programme_id = $1 and ($2 = '' or a.state = $2) and a.id > $3
     order by a.id limit $4"
);

/// Lines after an id, in any state or in one.
pub async fn lines(
    tx: &mut Tx,
    programme: ProgrammeId,
    state: &str,
    after: AllowanceId,
    limit: u32,
) -> Result<Vec<Line>, DbError> {
    sql(SELECT_LINES)
        .bind(programme)
        .bind(state)
        .bind(after)
        .bind(limit)
        .all(tx)
        .await
}

const SELECT_LINES_OF_PEER: &str = concat!(
    line_columns!(),
    "where a.programme_id = $1 and ($2 = '' or a.state = $2) and a.id > $3 and a.peer_id = $5
     order by a.id limit $4"
);

/// The lines of one peer.
pub async fn lines_of_peer(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
    state: &str,
    after: AllowanceId,
    limit: u32,
) -> Result<Vec<Line>, DbError> {
    sql(SELECT_LINES_OF_PEER)
        .bind(programme)
        .bind(state)
        .bind(after)
        .bind(limit)
        .bind(peer)
        .all(tx)
        .await
}

const SELECT_DUE: &str = concat!(
    line_columns!(),
    "where a.programme_id = $1 and a.state = 'due' order by a.outing_day, a.id"
);

/// Every due line.
pub async fn due(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Line>, DbError> {
    sql(SELECT_DUE).bind(programme).all(tx).await
}

const INSERT_COUNTER: &str = "
    insert into list_counters (programme_id, year, last_rank) values ($1, $2, 0)
    on conflict do nothing";
const NEXT_RANK: &str = "
    update list_counters set last_rank = last_rank + 1
    where programme_id = $1 and year = $2 returning last_rank";

/// Takes the next number of the year. Whoever issues at the same time waits here, so that numbers
/// have no gap and no line is on two lists.
pub async fn next_number(
    tx: &mut Tx,
    programme: ProgrammeId,
    year: i16,
) -> Result<ListNumber, DbError> {
    let at = i64::from(year);
    sql(INSERT_COUNTER).bind(programme).bind(at).run(tx).await?;
    let (rank,): (i64,) = sql(NEXT_RANK).bind(programme).bind(at).one(tx).await?;
    let rank = u32::try_from(rank).map_err(|e| DbError::Unreadable(format!("rank: {e}")))?;
    Ok(ListNumber { year, rank })
}

/// A list to be made.
pub struct NewList {
    /// Its id, made by the caller.
    pub id: ListId,
    /// Its number.
    pub number: ListNumber,
    /// Its civil day.
    pub issued_on: Day,
    /// Who issues it.
    pub by: AccountId,
    /// How many lines.
    pub lines: usize,
    /// Their sum.
    pub total: Cents,
}

const INSERT_LIST: &str = "
    insert into allowance_lists (programme_id, id, year, rank, issued_on, issued_at, issued_by,
      lines, total_cents)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Makes a list.
pub async fn insert_list(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: &NewList,
    now: Instant,
) -> Result<(), DbError> {
    sql(INSERT_LIST)
        .bind(programme)
        .bind(it.id)
        .bind(i64::from(it.number.year))
        .bind(it.number.rank)
        .bind(it.issued_on)
        .bind(now)
        .bind(it.by)
        .bind(i64::try_from(it.lines).unwrap_or(i64::MAX))
        .bind(it.total)
        .run(tx)
        .await?;
    Ok(())
}

const UPDATE_LISTED: &str = "
    update allowances set state = 'listed', list_id = $3
    where programme_id = $1 and id = $2 and state = 'due'";

/// Puts a due line on a list.
pub async fn put_on_list(
    tx: &mut Tx,
    programme: ProgrammeId,
    line: Uuid,
    list: ListId,
) -> Result<(), DbError> {
    let touched = sql(UPDATE_LISTED)
        .bind(programme)
        .bind(line)
        .bind(list)
        .run(tx)
        .await?;
    if touched == 1 {
        Ok(())
    } else {
        Err(DbError::Unreadable("a due line went away".into()))
    }
}

const INSERT_FILE: &str = "
    insert into list_files (programme_id, list_id, name, dialect, sealed, sha256, bytes)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// A file of a list, rendered once.
pub struct NewFile {
    /// `list.csv`.
    pub name: &'static str,
    /// `excel-fr` or `open-data`.
    pub dialect: &'static str,
    /// Its bytes, sealed.
    pub sealed: Vec<u8>,
    /// Of its bytes before sealing.
    pub sha256: Vec<u8>,
    /// How many.
    pub bytes: i64,
}

/// Keeps a file.
pub async fn insert_file(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    it: NewFile,
) -> Result<(), DbError> {
    sql(INSERT_FILE)
        .bind(programme)
        .bind(list)
        .bind(it.name)
        .bind(it.dialect)
        .bind(it.sealed)
        .bind(it.sha256)
        .bind(it.bytes)
        .run(tx)
        .await?;
    Ok(())
}

/// A list, as its two readers see it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListRow {
    /// Its id.
    pub id: Uuid,
    /// Year of its number.
    pub year: i64,
    /// Rank of its number.
    pub rank: i64,
    /// Its civil day.
    pub issued_on: String,
    /// How many lines.
    pub lines: i64,
    /// Their sum.
    pub total_cents: i64,
}

impl ListRow {
    /// `2026-0007`.
    pub fn number(&self) -> ListNumber {
        ListNumber {
            year: i16::try_from(self.year).unwrap_or_default(),
            rank: u32::try_from(self.rank).unwrap_or_default(),
        }
    }
}

const SELECT_LISTS: &str = "
    select id, year, rank, issued_on, lines, total_cents from allowance_lists
    where programme_id = $1 and (year < $2 or (year = $2 and rank < $3))
    order by year desc, rank desc limit $4";

/// Before this one come all of them.
pub const AFTER_THE_LAST: ListNumber = ListNumber {
    year: i16::MAX,
    rank: u32::MAX,
};

/// Lists before a number, newest first.
pub async fn lists(
    tx: &mut Tx,
    programme: ProgrammeId,
    before: ListNumber,
    limit: u32,
) -> Result<Vec<ListRow>, DbError> {
    sql(SELECT_LISTS)
        .bind(programme)
        .bind(i64::from(before.year))
        .bind(before.rank)
        .bind(limit)
        .all(tx)
        .await
}

const SELECT_LIST: &str = "
    select id, year, rank, issued_on, lines, total_cents from allowance_lists
    where programme_id = $1 and year = $2 and rank = $3";

/// The list of a number.
pub async fn list(
    tx: &mut Tx,
    programme: ProgrammeId,
    number: ListNumber,
) -> Result<Option<ListRow>, DbError> {
    sql(SELECT_LIST)
        .bind(programme)
        .bind(i64::from(number.year))
        .bind(number.rank)
        .maybe(tx)
        .await
}

const SELECT_LIST_BY_ID: &str = "
    select id, year, rank, issued_on, lines, total_cents from allowance_lists
    where programme_id = $1 and id = $2";

/// The list of an id: asked again, answered the same.
pub async fn list_by_id(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: ListId,
) -> Result<Option<ListRow>, DbError> {
    sql(SELECT_LIST_BY_ID)
        .bind(programme)
        .bind(id)
        .maybe(tx)
        .await
}

/// A file of a list, still sealed.
#[derive(Debug, sqlx::FromRow)]
pub struct FileRow {
    /// Its bytes, sealed.
    pub sealed: Vec<u8>,
    /// Of its bytes before sealing.
    pub sha256: Vec<u8>,
}

const SELECT_FILE: &str = "
    select sealed, sha256 from list_files
    where programme_id = $1 and list_id = $2 and name = $3 and dialect = $4";

/// A file of a list.
pub async fn file(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    name: &str,
    dialect: &str,
) -> Result<Option<FileRow>, DbError> {
    sql(SELECT_FILE)
        .bind(programme)
        .bind(list)
        .bind(name)
        .bind(dialect)
        .maybe(tx)
        .await
}

const SELECT_HASHES: &str = "
    select name, dialect, sha256 from list_files
    where programme_id = $1 and list_id = $2 order by name, dialect";

/// Name, dialect and SHA-256 of each file of a list.
pub async fn hashes(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Vec<(String, String, Vec<u8>)>, DbError> {
    sql(SELECT_HASHES).bind(programme).bind(list).all(tx).await
}

/// What the lists of one year come to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct YearTotal {
    /// Civil year of issue.
    pub year: i64,
    /// How many lists.
    pub lists: i64,
    /// How many lines.
    pub lines: i64,
    /// Their sum.
    pub total_cents: i64,
}

const SUM_BY_YEAR: &str = "
    select year, cast(count(*) as bigint) as lists, cast(sum(lines) as bigint) as lines,
      cast(sum(total_cents) as bigint) as total_cents
    from allowance_lists where programme_id = $1
    group by year order by year desc";

/// The sum of each year's lists, newest first.
pub async fn by_year(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<YearTotal>, DbError> {
    sql(SUM_BY_YEAR).bind(programme).all(tx).await
}

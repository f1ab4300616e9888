//! SQL of allowances and lists. Knows presences only by the lines they made: no facts here.

use crate::db::{DbError, Tx, sql};
use domain::allowance::{AllowanceState, DueLine, Entry, ListNumber, Listing, listing};
use domain::{AccountId, AllowanceId, Cents, Day, Instant, ListId, OutingId, PeerId, ProgrammeId};
use uuid::Uuid;

const INSERT_LINE: &str = "
    insert into allowances (programme_id, id, outing_id, peer_id, entry, outing_day, amount_cents,
      state, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, 'due', $8)
    on conflict (programme_id, outing_id, peer_id, entry) do nothing";

/// Makes one line due. There is at most one original and one counter-line for a peer and an
/// outing: a second one is never made.
pub async fn insert_line(
    tx: &mut Tx,
    programme: ProgrammeId,
    (outing, day): (OutingId, Day),
    entry: Entry,
    line: DueLine,
    now: Instant,
) -> Result<(), DbError> {
    sql(INSERT_LINE)
        .bind(programme)
        .bind(AllowanceId(Uuid::now_v7()))
        .bind(outing)
        .bind(line.peer)
        .bind(entry.code())
        .bind(day)
        .bind(line.amount)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// A line of one person for one outing.
#[derive(sqlx::FromRow)]
pub struct EntryRow {
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
) -> Result<Vec<EntryRow>, DbError> {
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
    /// `original` or `counter`.
    pub entry: String,
    /// How much.
    pub amount_cents: i64,
    /// Where it stands.
    pub state: String,
    /// Where the other line of this peer and outing stands.
    pub other: Option<String>,
    /// `contested` or `answered`, if the person ever disagreed.
    pub contest: Option<String>,
    /// When it became due.
    pub created_at: i64,
    /// Year of its list.
    pub list_year: Option<i64>,
    /// Rank of its list.
    pub list_rank: Option<i64>,
}

macro_rules! line_columns {
    () => {
        "select a.id, a.peer_id, a.outing_id, a.outing_day, a.entry, a.amount_cents, a.state,
           o.state as other, a.created_at, l.year as list_year, l.rank as list_rank,
           (select e.what from ledger_events e
            where e.programme_id = a.programme_id and e.line_id = a.id
              and e.what in ('contested', 'answered')
            order by e.rank desc limit 1) as contest
         from allowances a
         left join allowances o on o.programme_id = a.programme_id
           and o.outing_id = a.outing_id and o.peer_id = a.peer_id and o.entry <> a.entry
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

impl Line {
    /// The list it is on.
    pub fn list(&self) -> Option<ListNumber> {
        let list = self.list_year.zip(self.list_rank);
        list.map(|(year, rank)| number_of(year, rank))
    }

    /// The person disagreed, and nobody answered yet.
    pub fn is_contested(&self) -> bool {
        self.contest.as_deref() == Some("contested")
    }

    /// Whether it may go on the next list, while it is due.
    pub fn listing(&self) -> Listing {
        let entry = Entry::from_code(&self.entry).unwrap_or(Entry::Original);
        let other = self.other.as_deref().and_then(AllowanceState::from_code);
        listing(entry, other)
    }
}

const SELECT_LINE: &str = concat!(line_columns!(), "where a.programme_id = $1 and a.id = $2");

/// One line.
pub async fn line(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: AllowanceId,
) -> Result<Option<Line>, DbError> {
    sql(SELECT_LINE).bind(programme).bind(id).maybe(tx).await
}

const SELECT_CONTESTED: &str = concat!(
    "select * from (",
    line_columns!(),
    "where a.programme_id = $1 and a.id in (
       select c.line_id from ledger_events c
       where c.programme_id = $1 and c.what = 'contested')
     ) lines where contest = 'contested' order by id"
);

/// The lines whose person disagrees, and waits for an answer.
pub async fn contested(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Line>, DbError> {
    sql(SELECT_CONTESTED).bind(programme).all(tx).await
}

const SELECT_LINES_OF_OUTING: &str = concat!(
    line_columns!(),
    "where a.programme_id = $1 and a.outing_id = $2 order by a.id"
);

/// The lines of one outing.
pub async fn lines_of_outing(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<Line>, DbError> {
    let query = sql(SELECT_LINES_OF_OUTING).bind(programme).bind(outing);
    query.all(tx).await
}

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

/// The due lines that may go on a list (see [`Listing`]).
pub async fn due(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Line>, DbError> {
    let mut lines: Vec<Line> = sql(SELECT_DUE).bind(programme).all(tx).await?;
    lines.retain(|line| line.listing() == Listing::Ready);
    Ok(lines)
}

const SELECT_LAST_DAY: &str = "
    select max(outing_day) from allowances where programme_id = $1";

/// The last outing day that lines were made for.
pub async fn counted_until(tx: &mut Tx, programme: ProgrammeId) -> Result<Option<Day>, DbError> {
    let (day,): (Option<String>,) = sql(SELECT_LAST_DAY).bind(programme).one(tx).await?;
    let day = day.map(|it| it.parse()).transpose();
    day.map_err(|e| DbError::Unreadable(format!("outing_day: {e}")))
}

/// A year's numbers of one kind of document, without gaps. Whoever issues at the same time waits
/// for [`Numbers::hold`], so that no number is taken twice or lost.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    insert: &'static str,
    hold: &'static str,
    next: &'static str,
}

macro_rules! numbers {
    ($table:literal) => {
        Numbers {
            insert: concat!(
                "insert into ",
                $table,
                " (programme_id, year, last_rank) values ($1, $2, 0) on conflict do nothing"
            ),
            hold: concat!(
                "select last_rank from ",
                $table,
                " where programme_id = $1 and year = $2"
            ),
            next: concat!(
                "update ",
                $table,
                " set last_rank = last_rank + 1
                 where programme_id = $1 and year = $2 returning last_rank"
            ),
        }
    };
}

/// Of lists.
pub const LISTS: Numbers = numbers!("list_counters");
/// Of « états de paiement ».
pub const STATEMENTS: Numbers = numbers!("statement_counters");

impl Numbers {
    /// Waits until nobody else issues, and keeps them waiting until this transaction ends.
    pub async fn hold(self, tx: &mut Tx, programme: ProgrammeId, year: i16) -> Result<(), DbError> {
        let at = i64::from(year);
        sql(self.insert).bind(programme).bind(at).run(tx).await?;
        let held = sql(self.hold).bind(programme).bind(at).for_update();
        held.one::<(i64,)>(tx).await?;
        Ok(())
    }

    /// Takes the next number of the year.
    pub async fn next(
        self,
        tx: &mut Tx,
        programme: ProgrammeId,
        year: i16,
    ) -> Result<ListNumber, DbError> {
        let next = sql(self.next).bind(programme).bind(i64::from(year));
        let (rank,): (i64,) = next.one(tx).await?;
        let rank = u32::try_from(rank).map_err(|e| DbError::Unreadable(format!("rank: {e}")))?;
        Ok(ListNumber { year, rank })
    }
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
    /// What its files are made from, sealed.
    pub sealed: Vec<u8>,
}

const INSERT_LIST: &str = "
    insert into allowance_lists (programme_id, id, year, rank, issued_on, issued_at, issued_by,
      lines, total_cents, sealed)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Makes a list.
pub async fn insert_list(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: NewList,
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
        .bind(it.sealed)
        .run(tx)
        .await?;
    Ok(())
}

const INSERT_LIST_LINE: &str = "
    insert into list_lines (programme_id, list_id, line_id, rank) values ($1, $2, $3, $4)";

/// Writes a line down as one of a list, at its place.
pub async fn insert_list_line(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    (line, rank): (Uuid, u32),
) -> Result<(), DbError> {
    sql(INSERT_LIST_LINE)
        .bind(programme)
        .bind(list)
        .bind(line)
        .bind(rank)
        .run(tx)
        .await?;
    Ok(())
}

const INSERT_FILE: &str = "
    insert into list_files (programme_id, list_id, name, dialect, sealed, sha256, bytes)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (programme_id, list_id, name, dialect) do nothing";

/// A file of a list, rendered once.
pub struct NewFile {
    /// `list.csv`, `payment.csv`.
    pub name: String,
    /// `excel-fr` or `open-data`; nothing for a kind of file that has no dialects.
    pub dialect: &'static str,
    /// Its bytes, sealed.
    pub sealed: Vec<u8>,
    /// Of its bytes before sealing.
    pub sha256: Vec<u8>,
    /// How many.
    pub bytes: i64,
}

/// Keeps a file, unless it is there.
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
    /// `preparing`, `issued`, `sent`, `acknowledged` or `settled`.
    pub state: String,
    /// When it was sent to the payer.
    pub sent_at: Option<i64>,
    /// When the payer said that it came.
    pub acknowledged_at: Option<i64>,
    /// What was paid of it.
    pub paid_cents: i64,
    /// How many of its lines wait to be paid.
    pub unpaid: i64,
    /// Year of its « état de paiement ».
    pub statement_year: Option<i64>,
    /// Its rank.
    pub statement_rank: Option<i64>,
}

impl ListRow {
    /// `2026-0007`.
    pub fn number(&self) -> ListNumber {
        number_of(self.year, self.rank)
    }

    /// The number of its « état de paiement ».
    pub fn statement(&self) -> Option<ListNumber> {
        let number = self.statement_year.zip(self.statement_rank);
        number.map(|(year, rank)| number_of(year, rank))
    }

    /// Its files are there.
    pub fn is_ready(&self) -> bool {
        self.state != "preparing"
    }
}

fn number_of(year: i64, rank: i64) -> ListNumber {
    ListNumber {
        year: i16::try_from(year).unwrap_or_default(),
        rank: u32::try_from(rank).unwrap_or_default(),
    }
}

// A list itself never changes: where it stands is told by what was put beside it.
macro_rules! list_rows {
    () => {
        "select l.programme_id, l.id, l.year, l.rank, l.issued_on, l.lines, l.total_cents,
           case when st.id is not null then 'settled' when ack.at is not null then 'acknowledged'
             when sent.at is not null then 'sent' when made.at is not null then 'issued'
             else 'preparing' end as state,
           sent.at as sent_at, ack.at as acknowledged_at,
           (select cast(coalesce(sum(a.amount_cents), 0) as bigint) from allowances a
            where a.programme_id = l.programme_id and a.list_id = l.id
              and a.state in ('paid', 'received')) as paid_cents,
           (select cast(count(*) as bigint) from allowances a
            where a.programme_id = l.programme_id and a.list_id = l.id
              and a.state in ('listed', 'sent')) as unpaid,
           st.year as statement_year, st.rank as statement_rank
         from allowance_lists l
         left join list_marks made on made.programme_id = l.programme_id
           and made.list_id = l.id and made.what = 'files'
         left join list_marks sent on sent.programme_id = l.programme_id
           and sent.list_id = l.id and sent.what = 'sent'
         left join list_marks ack on ack.programme_id = l.programme_id
           and ack.list_id = l.id and ack.what = 'acknowledged'
         left join payment_statements st on st.programme_id = l.programme_id
           and st.list_id = l.id
         where l.programme_id = $1 "
    };
}

/// Before this one come all of them.
pub const AFTER_THE_LAST: ListNumber = ListNumber {
    year: i16::MAX,
    rank: u32::MAX,
};

const SELECT_ISSUED: &str = concat!(
    list_rows!(),
    "and l.issued_on >= $2 and l.issued_on <= $3 order by l.year, l.rank"
);

/// Lists issued from one day to another, both included, oldest first.
pub async fn issued_between(
    tx: &mut Tx,
    programme: ProgrammeId,
    from: Day,
    to: Day,
) -> Result<Vec<ListRow>, DbError> {
    let query = sql(SELECT_ISSUED).bind(programme).bind(from).bind(to);
    query.all(tx).await
}

/// A line that somebody waits for, on a list that was sent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct UnderWay {
    /// Who.
    pub peer_id: Uuid,
    /// How much.
    pub amount_cents: i64,
    /// When its list was sent.
    pub sent_at: Option<i64>,
    /// When the payer said that it came.
    pub acknowledged_at: Option<i64>,
    /// When it was paid.
    pub paid_on: Option<String>,
}

// Nobody waits for a counter-line, and nothing more is expected after a transfer.
const SELECT_UNDER_WAY: &str = "
    select a.peer_id, a.amount_cents, sent.at as sent_at, ack.at as acknowledged_at, p.paid_on
    from allowances a
    left join list_marks sent on sent.programme_id = a.programme_id
      and sent.list_id = a.list_id and sent.what = 'sent'
    left join list_marks ack on ack.programme_id = a.programme_id
      and ack.list_id = a.list_id and ack.what = 'acknowledged'
    left join ledger_events e on e.programme_id = a.programme_id and e.line_id = a.id
      and e.list_id = a.list_id and e.what = 'paid'
    left join payments p on p.programme_id = e.programme_id and p.act_id = e.act_id
    where a.programme_id = $1 and a.state in ('sent', 'paid') and a.entry = 'original'
      and (p.mode is null or p.mode <> 'transfer')
    order by a.id";

/// The lines that were sent and are not in anybody's hand.
pub async fn under_way(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<UnderWay>, DbError> {
    sql(SELECT_UNDER_WAY).bind(programme).all(tx).await
}

const SELECT_LISTS: &str = concat!(
    "select * from (",
    list_rows!(),
    "and (l.year < $2 or (l.year = $2 and l.rank < $3))) lists
     where ($5 = '' or state = $5 or ($5 = 'open' and state in ('sent', 'acknowledged')))
     order by year desc, rank desc limit $4"
);

/// Lists before a number, newest first; in any state, in one, or `open`: waiting for the payer.
pub async fn lists(
    tx: &mut Tx,
    programme: ProgrammeId,
    before: ListNumber,
    limit: u32,
    state: &str,
) -> Result<Vec<ListRow>, DbError> {
    sql(SELECT_LISTS)
        .bind(programme)
        .bind(i64::from(before.year))
        .bind(before.rank)
        .bind(limit)
        .bind(state)
        .all(tx)
        .await
}

const COUNT_UNSENT: &str = "
    select cast(count(distinct a.list_id) as bigint) from allowances a
    where a.programme_id = $1 and a.state = 'listed'";

/// How many lists were issued and not sent to the payer.
pub async fn unsent_lists(tx: &mut Tx, programme: ProgrammeId) -> Result<i64, DbError> {
    let (n,): (i64,) = sql(COUNT_UNSENT).bind(programme).one(tx).await?;
    Ok(n)
}

const SUM_UNSENT: &str = "
    select cast(count(*) as bigint), cast(coalesce(sum(amount_cents), 0) as bigint)
    from allowances where programme_id = $1 and state = 'listed'";

/// How many lines are on lists that were not sent, and what they come to.
pub async fn unsent_lines(tx: &mut Tx, programme: ProgrammeId) -> Result<(i64, Cents), DbError> {
    let (n, cents): (i64, i64) = sql(SUM_UNSENT).bind(programme).one(tx).await?;
    Ok((n, Cents(cents)))
}

const SELECT_OPEN_LISTS: &str = concat!(
    list_rows!(),
    "and l.id in (
       select m.list_id from list_marks m
       where m.programme_id = $1 and m.what = 'sent' and not exists (
         select 1 from payment_statements p
         where p.programme_id = m.programme_id and p.list_id = m.list_id))
     order by l.year, l.rank limit $2"
);

/// Lists that were sent to the payer and are not settled, oldest first.
pub async fn open_lists(
    tx: &mut Tx,
    programme: ProgrammeId,
    limit: u32,
) -> Result<Vec<ListRow>, DbError> {
    let query = sql(SELECT_OPEN_LISTS).bind(programme).bind(limit);
    query.all(tx).await
}

const SELECT_LIST: &str = concat!(list_rows!(), "and l.year = $2 and l.rank = $3");

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

const SELECT_LIST_BY_ID: &str = concat!(list_rows!(), "and l.id = $2");

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

const SELECT_SEALED: &str = "
    select sealed from allowance_lists where programme_id = $1 and id = $2";

/// What the files of a list are made from, still sealed. Lists of the first version have none.
pub async fn sealed(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Option<Vec<u8>>, DbError> {
    let query = sql(SELECT_SEALED).bind(programme).bind(list);
    let row: Option<(Option<Vec<u8>>,)> = query.maybe(tx).await?;
    Ok(row.and_then(|(it,)| it))
}

const SELECT_UNFINISHED: &str = "
    select l.programme_id, l.id, 'list' as document from allowance_lists l
    where not exists (
      select 1 from list_marks m
      where m.programme_id = l.programme_id and m.list_id = l.id and m.what = 'files')
    union all
    select s.programme_id, s.list_id, 'payment' as document from payment_statements s
    where not exists (
      select 1 from list_marks m
      where m.programme_id = s.programme_id and m.list_id = s.list_id
        and m.what = 'payment_files')";

/// The documents of every programme whose files are not all there.
pub async fn unfinished(tx: &mut Tx) -> Result<Vec<(ProgrammeId, ListId, String)>, DbError> {
    let rows: Vec<(Uuid, Uuid, String)> = sql(SELECT_UNFINISHED).all(tx).await?;
    let read = |(programme, list, document)| (ProgrammeId(programme), ListId(list), document);
    Ok(rows.into_iter().map(read).collect())
}

const INSERT_MARK: &str = "
    insert into list_marks (programme_id, list_id, what, at) values ($1, $2, $3, $4)
    on conflict (programme_id, list_id, what) do nothing";

/// Puts a mark beside a list. Answers `false` when it is there already.
pub async fn mark(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    what: &'static str,
    now: Instant,
) -> Result<bool, DbError> {
    sql(INSERT_MARK)
        .bind(programme)
        .bind(list)
        .bind(what)
        .bind(now)
        .run(tx)
        .await
        .map(|touched| touched == 1)
}

const SELECT_MARK: &str = "
    select at from list_marks where programme_id = $1 and list_id = $2 and what = $3";

/// Is this mark there?
pub async fn has_mark(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    what: &'static str,
) -> Result<bool, DbError> {
    let query = sql(SELECT_MARK).bind(programme).bind(list).bind(what);
    let row: Option<(i64,)> = query.maybe(tx).await?;
    Ok(row.is_some())
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

//! SQL of acts on lists and of what they did to each line. Only `allowances.state` (and the list a
//! line is on) moves, by [`advance`], to where the events of the line led it; all else is inserted.

use super::NewAct;
use crate::access::Actor;
use crate::db::{DbError, Tx, sql};
use domain::allowance::{AllowanceState, ListNumber, Receipt, Step};
use domain::programme::PaymentMode;
use domain::{AccountId, AllowanceId, Cents, Day, Instant, ListId, PeerId, ProgrammeId};
use uuid::Uuid;

const INSERT_ACT: &str = "
    insert into ledger_acts (programme_id, id, what, list_id, at, by_role, by_id, sealed_words)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (programme_id, id) do nothing";

/// Keeps an act. Answers `false` when its id is there already.
pub async fn insert_act(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: NewAct,
    by: Actor,
    now: Instant,
) -> Result<bool, DbError> {
    let touched = sql(INSERT_ACT)
        .bind(programme)
        .bind(it.id)
        .bind(it.what)
        .bind(it.list)
        .bind(now)
        .bind(by.role.as_str())
        .bind(by.id.unwrap_or_default())
        .bind(it.words)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const SELECT_ACT: &str = "
    select what, list_id from ledger_acts where programme_id = $1 and id = $2";

/// What an act did, and on which list.
pub async fn act(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: Uuid,
) -> Result<Option<(String, Option<Uuid>)>, DbError> {
    sql(SELECT_ACT).bind(programme).bind(id).maybe(tx).await
}

const HOLD_LIST: &str = "
    select id from allowance_lists where programme_id = $1 and year = $2 and rank = $3";

/// The list of a number, held until the transaction ends.
pub async fn hold_list(
    tx: &mut Tx,
    programme: ProgrammeId,
    number: ListNumber,
) -> Result<Option<ListId>, DbError> {
    let row: Option<(Uuid,)> = sql(HOLD_LIST)
        .bind(programme)
        .bind(i64::from(number.year))
        .bind(number.rank)
        .for_update()
        .maybe(tx)
        .await?;
    Ok(row.map(|(id,)| ListId(id)))
}

const HOLD_LINES: &str = "
    select id from allowances where programme_id = $1 and id in (
      select line_id from list_lines where programme_id = $1 and list_id = $2)
    order by id";

/// Holds every line a list was issued with, so that nobody adds to their events meanwhile.
pub async fn hold_lines(tx: &mut Tx, programme: ProgrammeId, list: ListId) -> Result<(), DbError> {
    let query = sql(HOLD_LINES).bind(programme).bind(list).for_update();
    query.all::<(Uuid,)>(tx).await?;
    Ok(())
}

const HOLD_LINE: &str = "select id from allowances where programme_id = $1 and id = $2";

/// Holds one line.
pub async fn hold_line(
    tx: &mut Tx,
    programme: ProgrammeId,
    line: AllowanceId,
) -> Result<bool, DbError> {
    let query = sql(HOLD_LINE).bind(programme).bind(line).for_update();
    Ok(query.maybe::<(Uuid,)>(tx).await?.is_some())
}

macro_rules! next_rank {
    () => {
        "(select coalesce(max(e.rank), 0) + 1 from ledger_events e
          where e.programme_id = a.programme_id and e.line_id = a.id)"
    };
}

macro_rules! insert_events {
    ($list:literal) => {
        concat!(
            "insert into ledger_events (programme_id, line_id, rank, act_id, what, list_id)
             select a.programme_id, a.id, ",
            next_rank!(),
            ", $3, $4, ",
            $list,
            " from allowances a where a.programme_id = $1 "
        )
    };
}

// Counted line by line, not joined: of lines written a moment ago PostgreSQL knows nothing, and it
// compared each of ten thousand with every other.
const LIST_LINES: &str = concat!(
    insert_events!("$2"),
    "and a.state = $5 and (
       select count(*) from list_lines l
       where l.programme_id = $1 and l.list_id = $2 and l.line_id = a.id) = 1"
);

/// Says of the due lines of a new list that they are on it; answers how many.
pub async fn list_lines(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    act: Uuid,
) -> Result<u64, DbError> {
    sql(LIST_LINES)
        .bind(programme)
        .bind(list)
        .bind(act)
        .bind(Step::List.code())
        .bind(Step::List.from().code())
        .run(tx)
        .await
}

const MOVE_LIST: &str = concat!(
    insert_events!("a.list_id"),
    "and a.list_id = $2 and a.state = $5"
);

/// Says of every line of a list that can that it takes a step; answers how many.
pub async fn move_list(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    (act, step): (Uuid, Step),
) -> Result<u64, DbError> {
    sql(MOVE_LIST)
        .bind(programme)
        .bind(list)
        .bind(act)
        .bind(step.code())
        .bind(step.from().code())
        .run(tx)
        .await
}

const MOVE_LINE: &str = concat!(
    insert_events!("a.list_id"),
    "and a.list_id = $2 and a.state = $5 and a.id = $6
     and not exists (
       select 1 from ledger_events d
       where d.programme_id = $1 and d.line_id = $6 and d.act_id = $3 and d.what = $4)"
);

/// Says of one line that it takes a step. Answers `false` when it cannot.
pub async fn move_line(
    tx: &mut Tx,
    programme: ProgrammeId,
    (list, line): (ListId, AllowanceId),
    (act, step): (Uuid, Step),
) -> Result<bool, DbError> {
    let touched = sql(MOVE_LINE)
        .bind(programme)
        .bind(list)
        .bind(act)
        .bind(step.code())
        .bind(step.from().code())
        .bind(line)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

// A line that is returned leaves its list; `list_lines` keeps that it was there.
// The events of the act are read once: looked for again for each line, ten thousand lines took
// seconds.
const ADVANCE: &str = "
    update allowances set state = $4, list_id = case when $4 <> 'due' then e.list_id end
    from ledger_events e
    where e.programme_id = $1 and e.act_id = $2 and e.what = $3
      and allowances.programme_id = $1 and allowances.id = e.line_id";

/// Moves the lines of an act to where its step leads.
pub async fn advance(
    tx: &mut Tx,
    programme: ProgrammeId,
    act: Uuid,
    step: Step,
) -> Result<u64, DbError> {
    sql(ADVANCE)
        .bind(programme)
        .bind(act)
        .bind(step.code())
        .bind(step.to().code())
        .run(tx)
        .await
}

const INSERT_MARK_EVENT: &str = concat!(insert_events!("a.list_id"), "and a.id = $2");

/// Puts a word beside a line (`contested`, `answered`); its state stays.
pub async fn insert_word(
    tx: &mut Tx,
    programme: ProgrammeId,
    line: AllowanceId,
    (act, what): (Uuid, &'static str),
) -> Result<(), DbError> {
    sql(INSERT_MARK_EVENT)
        .bind(programme)
        .bind(line)
        .bind(act)
        .bind(what)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_STATE_ON: &str = "
    select case when a.list_id = l.list_id then a.state else 'due' end
    from list_lines l
    join allowances a on a.programme_id = l.programme_id and a.id = l.line_id
    where l.programme_id = $1 and l.list_id = $2 and l.line_id = $3";

/// Where a line of a list stands, as seen from that list: returned is `due`, whatever a later list
/// did with it.
pub async fn state_on(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    line: AllowanceId,
) -> Result<Option<AllowanceState>, DbError> {
    let query = sql(SELECT_STATE_ON).bind(programme).bind(list).bind(line);
    let row: Option<(String,)> = query.maybe(tx).await?;
    row.map(|(state,)| read_state(&state)).transpose()
}

fn read_state(code: &str) -> Result<AllowanceState, DbError> {
    AllowanceState::from_code(code).ok_or_else(|| DbError::Unreadable(format!("state {code}")))
}

const SELECT_STATES: &str = "
    select distinct state from allowances where programme_id = $1 and list_id = $2";

/// The state that says why nothing of a list could be moved: the earliest one of its lines.
pub async fn common_state(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<AllowanceState, DbError> {
    let query = sql(SELECT_STATES).bind(programme).bind(list);
    let states: Vec<(String,)> = query.all(tx).await?;
    let mut earliest = AllowanceState::Received;
    for (state,) in &states {
        earliest = earliest.min(read_state(state)?);
    }
    // Nothing is on it any more: every line was returned.
    Ok(if states.is_empty() {
        AllowanceState::Due
    } else {
        earliest
    })
}

const SELECT_LINES_OF_ACT: &str = "
    select distinct line_id from ledger_events where programme_id = $1 and act_id = $2
    order by line_id";

/// The lines that an act moved.
pub async fn lines_of_act(
    tx: &mut Tx,
    programme: ProgrammeId,
    act: Uuid,
) -> Result<Vec<AllowanceId>, DbError> {
    let query = sql(SELECT_LINES_OF_ACT).bind(programme).bind(act);
    let rows: Vec<(Uuid,)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| AllowanceId(id)).collect())
}

/// A payment to be kept.
pub struct NewPayment {
    /// The payer's decision.
    pub decision: Option<String>,
    /// Cash, voucher, transfer.
    pub mode: PaymentMode,
    /// When.
    pub paid_on: Day,
    /// Whose hand.
    pub hand: Option<String>,
}

const INSERT_PAYMENT: &str = "
    insert into payments (programme_id, act_id, decision, mode, paid_on, hand, lines, total_cents)
    select $1, $2, $3, $4, $5, $6, cast(count(*) as bigint),
      cast(coalesce(sum(a.amount_cents), 0) as bigint)
    from ledger_events e
    join allowances a on a.programme_id = e.programme_id and a.id = e.line_id
    where e.programme_id = $1 and e.act_id = $2 and e.what = 'paid'";

/// Keeps how an act paid its lines, and what they come to.
pub async fn insert_payment(
    tx: &mut Tx,
    programme: ProgrammeId,
    act: Uuid,
    it: NewPayment,
) -> Result<(), DbError> {
    sql(INSERT_PAYMENT)
        .bind(programme)
        .bind(act)
        .bind(it.decision)
        .bind(it.mode.code())
        .bind(it.paid_on)
        .bind(it.hand)
        .run(tx)
        .await?;
    Ok(())
}

const INSERT_VOUCHER: &str = "
    insert into vouchers (programme_id, number, line_id, act_id) values ($1, $2, $3, $4)
    on conflict (programme_id, number) do nothing";

/// Keeps the number of a voucher. Answers `false` when it was handed over before.
pub async fn insert_voucher(
    tx: &mut Tx,
    programme: ProgrammeId,
    (line, act): (AllowanceId, Uuid),
    number: &str,
) -> Result<bool, DbError> {
    let insert = sql(INSERT_VOUCHER).bind(programme).bind(number);
    Ok(insert.bind(line).bind(act).run(tx).await? == 1)
}

const INSERT_RECEIPT: &str = "insert into receipts (programme_id, act_id, how) values ($1, $2, $3)";

/// Keeps how an act knows that the person has it.
pub async fn insert_receipt(
    tx: &mut Tx,
    programme: ProgrammeId,
    act: Uuid,
    how: Receipt,
) -> Result<(), DbError> {
    let insert = sql(INSERT_RECEIPT).bind(programme).bind(act);
    insert.bind(how.code()).run(tx).await?;
    Ok(())
}

const SELECT_LOGIN: &str = "select login from accounts where programme_id = $1 and id = $2";

/// How a member of staff signs in.
pub async fn login(
    tx: &mut Tx,
    programme: ProgrammeId,
    account: AccountId,
) -> Result<Option<String>, DbError> {
    let query = sql(SELECT_LOGIN).bind(programme).bind(account);
    let row: Option<(String,)> = query.maybe(tx).await?;
    Ok(row.map(|(login,)| login))
}

/// Somebody whom the payer may appoint to hand the money over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Appointable {
    /// Their account.
    pub id: Uuid,
    /// `coordinator` or `clerk`.
    pub role: String,
    /// How they sign in.
    pub login: String,
    /// First name.
    pub name: String,
}

const SELECT_APPOINTABLE: &str = "
    select id, role, login, name from accounts
    where programme_id = $1 and role in ('coordinator', 'clerk') and ended_at is null
    order by role, name, id";

/// Those whom the payer may appoint: of its own people and of the association's.
pub async fn who_may_be_appointed(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<Appointable>, DbError> {
    sql(SELECT_APPOINTABLE).bind(programme).all(tx).await
}

/// What was paid in one month.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MonthTotal {
    /// `2026-11`.
    pub month: String,
    /// How many lines.
    pub lines: i64,
    /// Their sum.
    pub total_cents: i64,
}

const SUM_BY_MONTH: &str = "
    select substr(paid_on, 1, 7) as month, cast(sum(lines) as bigint) as lines,
      cast(sum(total_cents) as bigint) as total_cents
    from payments
    where programme_id = $1 and paid_on >= $2 and lines > 0
    group by substr(paid_on, 1, 7) order by month desc";

/// What was paid since a day, month by month, newest first.
pub async fn paid_by_month(
    tx: &mut Tx,
    programme: ProgrammeId,
    since: Day,
) -> Result<Vec<MonthTotal>, DbError> {
    let query = sql(SUM_BY_MONTH).bind(programme).bind(since);
    query.all(tx).await
}

const SUM_PROMISED: &str = "
    select cast(coalesce(sum(amount_cents), 0) as bigint) from allowances
    where programme_id = $1 and state = 'sent'";

/// What was sent to the payer and is not paid.
pub async fn promised(tx: &mut Tx, programme: ProgrammeId) -> Result<Cents, DbError> {
    let (cents,): (i64,) = sql(SUM_PROMISED).bind(programme).one(tx).await?;
    Ok(Cents(cents))
}

const SELECT_PAID_DAYS: &str = "
    select distinct a.peer_id, p.paid_on from payments p
    join ledger_events e on e.programme_id = p.programme_id and e.act_id = p.act_id
      and e.what = 'paid'
    join allowances a on a.programme_id = e.programme_id and a.id = e.line_id
    where p.programme_id = $1 and p.paid_on >= $2 and a.entry = 'original'
    order by a.peer_id, p.paid_on";

/// Who was paid on which days, since a day.
pub async fn paid_days(
    tx: &mut Tx,
    programme: ProgrammeId,
    since: Day,
) -> Result<Vec<(Uuid, String)>, DbError> {
    sql(SELECT_PAID_DAYS)
        .bind(programme)
        .bind(since)
        .all(tx)
        .await
}

const SELECT_PAID_DAYS_OF: &str = "
    select e.line_id, p.paid_on from ledger_events e
    join payments p on p.programme_id = e.programme_id and p.act_id = e.act_id
    join allowances a on a.programme_id = e.programme_id and a.id = e.line_id
    where a.programme_id = $1 and a.peer_id = $2 and e.what = 'paid'";

/// When each line of one person was paid.
pub async fn paid_days_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
) -> Result<Vec<(AllowanceId, Day)>, DbError> {
    let query = sql(SELECT_PAID_DAYS_OF).bind(programme).bind(peer);
    let rows: Vec<(Uuid, String)> = query.all(tx).await?;
    let read = |(line, day): (Uuid, String)| {
        let day = day.parse();
        let day = day.map_err(|e| DbError::Unreadable(format!("paid_on: {e}")))?;
        Ok((AllowanceId(line), day))
    };
    rows.into_iter().map(read).collect()
}

/// A line as its list sees it: where it stands there, and how it got there.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LineOnList {
    /// Which line.
    pub line_id: Uuid,
    /// Whose.
    pub peer_id: Uuid,
    /// `original` or `counter`.
    pub entry: String,
    /// For which outing.
    pub outing_id: Uuid,
    /// Of which day.
    pub outing_day: String,
    /// How much.
    pub amount_cents: i64,
    /// Where it stands; `due` when it was returned.
    pub state: String,
    /// A counter-line waits for it: the association corrected the presence since.
    pub corrected: bool,
    /// The person disagrees, and nobody answered yet.
    pub contest: Option<String>,
    /// The act that paid it.
    pub paid_act: Option<Uuid>,
    /// The payer's decision.
    pub decision: Option<String>,
    /// How it was paid.
    pub mode: Option<String>,
    /// When.
    pub paid_on: Option<String>,
    /// Whose hand.
    pub hand: Option<String>,
    /// The act that marked it received.
    pub received_act: Option<Uuid>,
    /// How it is known that the person has it.
    pub receipt: Option<String>,
    /// The act that returned it.
    pub returned_act: Option<Uuid>,
}

const SELECT_ON_LIST: &str = "
    select l.line_id, a.peer_id, a.entry, a.outing_id, a.outing_day, a.amount_cents,
      case when a.list_id = l.list_id then a.state else 'due' end as state,
      exists (
        select 1 from allowances o
        where o.programme_id = a.programme_id and o.outing_id = a.outing_id
          and o.peer_id = a.peer_id and o.entry = 'counter' and o.state = 'due'
          and a.entry = 'original') as corrected,
      (select e.what from ledger_events e
       where e.programme_id = a.programme_id and e.line_id = a.id
         and e.what in ('contested', 'answered')
       order by e.rank desc limit 1) as contest,
      pay.act_id as paid_act, p.decision, p.mode, p.paid_on, p.hand,
      got.act_id as received_act, r.how as receipt, back.act_id as returned_act
    from list_lines l
    join allowances a on a.programme_id = l.programme_id and a.id = l.line_id
    left join ledger_events pay on pay.programme_id = l.programme_id
      and pay.line_id = l.line_id and pay.list_id = l.list_id and pay.what = 'paid'
    left join payments p on p.programme_id = pay.programme_id and p.act_id = pay.act_id
    left join ledger_events got on got.programme_id = l.programme_id
      and got.line_id = l.line_id and got.list_id = l.list_id and got.what = 'received'
    left join receipts r on r.programme_id = got.programme_id and r.act_id = got.act_id
    left join ledger_events back on back.programme_id = l.programme_id
      and back.line_id = l.line_id and back.list_id = l.list_id and back.what = 'returned'
    where l.programme_id = $1 and l.list_id = $2
    order by l.rank";

/// The lines a list was issued with, in its order.
pub async fn lines_on(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Vec<LineOnList>, DbError> {
    sql(SELECT_ON_LIST).bind(programme).bind(list).all(tx).await
}

const SELECT_VOUCHERS: &str = "
    select v.line_id, v.number from vouchers v
    join list_lines l on l.programme_id = v.programme_id and l.line_id = v.line_id
    where v.programme_id = $1 and l.list_id = $2 order by v.number";

/// The voucher numbers of the lines of a list.
pub async fn vouchers(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Vec<(Uuid, String)>, DbError> {
    let query = sql(SELECT_VOUCHERS).bind(programme).bind(list);
    query.all(tx).await
}

const SELECT_WORDS: &str = "
    select id, sealed_words from ledger_acts
    where programme_id = $1 and list_id = $2 and sealed_words is not null";

/// The words of the acts on a list, still sealed.
pub async fn words_on(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Vec<(Uuid, Vec<u8>)>, DbError> {
    sql(SELECT_WORDS).bind(programme).bind(list).all(tx).await
}

/// One thing that happened to a line.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EventRow {
    /// `listed`, `sent`, `paid`, `received`, `returned`, `contested`, `answered`.
    pub what: String,
    /// When.
    pub at: i64,
    /// In which role.
    pub by_role: String,
    /// Who, if they are staff.
    pub by_name: Option<String>,
    /// Words, sealed.
    pub sealed_words: Option<Vec<u8>>,
}

const SELECT_EVENTS: &str = "
    select e.what, t.at, t.by_role, c.name as by_name, t.sealed_words
    from ledger_events e
    join ledger_acts t on t.programme_id = e.programme_id and t.id = e.act_id
    left join accounts c on c.programme_id = t.programme_id and c.id = t.by_id
    where e.programme_id = $1 and e.line_id = $2 order by e.rank";

/// What happened to a line, in order.
pub async fn events(
    tx: &mut Tx,
    programme: ProgrammeId,
    line: AllowanceId,
) -> Result<Vec<EventRow>, DbError> {
    sql(SELECT_EVENTS).bind(programme).bind(line).all(tx).await
}

//! SQL of the doctor: presences, revisions and lines told anew, and what must never be.

use crate::db::{DbError, Tx, sql};
use crate::facts::store::not_voided;
use uuid::Uuid;

/// A closed outing: who took part, and what its lines come to.
#[derive(sqlx::FromRow)]
pub(super) struct ClosedOuting {
    pub(super) programme_id: Uuid,
    pub(super) id: Uuid,
    pub(super) day: String,
    pub(super) present: i64,
    pub(super) lines_cents: i64,
}

// The latest word of a coordinator before closing, then the latest revision. Outings that came in
// from spreadsheets were closed by nobody here and owe nothing.
const SELECT_OUTINGS: &str = concat!(
    "with said as (
       select f.programme_id, f.outing_id, f.peer_id, f.present,
         row_number() over (
           partition by f.programme_id, f.outing_id, f.peer_id
           order by f.recorded_at desc, f.id desc) as n
       from facts f join peers p on p.programme_id = f.programme_id and p.id = f.peer_id
       where f.kind = 'presence' and f.sender_role = 'coordinator' and f.late = false
         and not exists (
           select 1 from facts w
           where w.programme_id = f.programme_id and w.outing_id = f.outing_id
             and w.kind = 'newcomer' and w.peer_id = f.peer_id and w.late = true
             and w.received_at <= p.created_at)
         and ",
    not_voided!("and v.late = false "),
    "), revised as (
       select r.programme_id, r.outing_id, x.peer_id, x.present,
         row_number() over (
           partition by r.programme_id, r.outing_id, x.peer_id
           order by r.made_at desc, r.id desc) as n
       from revision_presences x
       join revisions r on r.programme_id = x.programme_id and r.id = x.revision_id
     ), took_part as (
       select s.programme_id, s.outing_id from said s
       where s.n = 1 and s.present = true and not exists (
         select 1 from revised v
         where v.programme_id = s.programme_id and v.outing_id = s.outing_id
           and v.peer_id = s.peer_id)
       union all
       select v.programme_id, v.outing_id from revised v where v.n = 1 and v.present = true
     ), people as (
       select programme_id, outing_id, cast(count(*) as bigint) as present
       from took_part group by programme_id, outing_id
     ), money as (
       select programme_id, outing_id, cast(sum(amount_cents) as bigint) as lines_cents
       from allowances group by programme_id, outing_id
     )
     select o.programme_id, o.id, o.day, coalesce(t.present, 0) as present,
       coalesce(m.lines_cents, 0) as lines_cents
     from outings o
     left join people t on t.programme_id = o.programme_id and t.outing_id = o.id
     left join money m on m.programme_id = o.programme_id and m.outing_id = o.id
     where o.state = 'closed' and o.closed_by is not null
     order by o.programme_id, o.day, o.id"
);

/// Every outing that a coordinator closed.
pub(super) async fn outings(tx: &mut Tx) -> Result<Vec<ClosedOuting>, DbError> {
    sql(SELECT_OUTINGS).all(tx).await
}

const COUNT: &str = "
    select (select cast(count(*) as bigint) from allowances),
      (select cast(count(*) as bigint) from allowance_lists)";

/// How many lines and lists there are.
pub(super) async fn counts(tx: &mut Tx) -> Result<(i64, i64), DbError> {
    sql(COUNT).one(tx).await
}

const LINES_OF_OPEN_OUTINGS: &str = "
    select a.id from allowances a
    join outings o on o.programme_id = a.programme_id and o.id = a.outing_id
    where o.state <> 'closed' or o.closed_by is null";

const COUNTER_LINES_OF_NOTHING: &str = "
    select c.id from allowances c
    left join allowances a on a.programme_id = c.programme_id and a.outing_id = c.outing_id
      and a.peer_id = c.peer_id and a.entry = 'original'
    where c.entry <> 'original'
      and (a.id is null or c.entry <> 'counter' or c.amount_cents <> -a.amount_cents)";

const STATES_WITHOUT_EVENTS: &str = "
    select a.id from allowances a
    where a.state <> coalesce((
      select case when e.what = 'returned' then 'due' else e.what end from ledger_events e
      where e.programme_id = a.programme_id and e.line_id = a.id
        and e.what in ('listed', 'sent', 'paid', 'received', 'returned')
      order by e.rank desc limit 1), 'due')
      or (a.state = 'due') <> (a.list_id is null)";

const LISTS_THAT_DO_NOT_ADD_UP: &str = "
    select l.id from allowance_lists l
    where l.lines <> (
        select count(*) from list_lines i
        where i.programme_id = l.programme_id and i.list_id = l.id)
      or l.total_cents <> (
        select coalesce(sum(a.amount_cents), 0) from list_lines i
        join allowances a on a.programme_id = i.programme_id and a.id = i.line_id
        where i.programme_id = l.programme_id and i.list_id = l.id)";

const PAYMENTS_THAT_DO_NOT_ADD_UP: &str = "
    select p.act_id from payments p
    where p.lines <> (
        select count(*) from ledger_events e
        where e.programme_id = p.programme_id and e.act_id = p.act_id and e.what = 'paid')
      or p.total_cents <> (
        select coalesce(sum(a.amount_cents), 0) from ledger_events e
        join allowances a on a.programme_id = e.programme_id and a.id = e.line_id
        where e.programme_id = p.programme_id and e.act_id = p.act_id and e.what = 'paid')";

const PAIRS_ON_ONE_LIST: &str = "
    select i.line_id from list_lines i
    join allowances c on c.programme_id = i.programme_id and c.id = i.line_id
    join allowances a on a.programme_id = c.programme_id and a.outing_id = c.outing_id
      and a.peer_id = c.peer_id and a.entry = 'original'
    join list_lines j on j.programme_id = i.programme_id and j.list_id = i.list_id
      and j.line_id = a.id
    where c.entry = 'counter'";

const NUMBERS_WITH_GAPS: &str = "
    select n.programme_id from list_counters n
    where n.last_rank <> (
        select count(*) from allowance_lists l
        where l.programme_id = n.programme_id and l.year = n.year)
      or n.last_rank <> (
        select coalesce(max(l.rank), 0) from allowance_lists l
        where l.programme_id = n.programme_id and l.year = n.year)
    union all
    select n.programme_id from statement_counters n
    where n.last_rank <> (
        select count(*) from payment_statements s
        where s.programme_id = n.programme_id and s.year = n.year)
      or n.last_rank <> (
        select coalesce(max(s.rank), 0) from payment_statements s
        where s.programme_id = n.programme_id and s.year = n.year)";

const READY_WITHOUT_FILES: &str = "
    select m.list_id from list_marks m
    where m.what in ('files', 'payment_files') and not exists (
      select 1 from list_files f
      where f.programme_id = m.programme_id and f.list_id = m.list_id
        and f.name like case m.what when 'files' then 'list.%' else 'payment.%' end)";

/// What must never be, and how it is told. Each finds ids.
const RULES: [(&str, &str); 8] = [
    (
        "a line of an outing that is not closed",
        LINES_OF_OPEN_OUTINGS,
    ),
    (
        "a counter-line that does not take its original back",
        COUNTER_LINES_OF_NOTHING,
    ),
    (
        "a line that stands where its events did not lead it",
        STATES_WITHOUT_EVENTS,
    ),
    (
        "a list whose lines do not come to its total",
        LISTS_THAT_DO_NOT_ADD_UP,
    ),
    (
        "a payment whose lines do not come to its total",
        PAYMENTS_THAT_DO_NOT_ADD_UP,
    ),
    (
        "a counter-line on the list of its original",
        PAIRS_ON_ONE_LIST,
    ),
    ("a programme whose numbers have a gap", NUMBERS_WITH_GAPS),
    ("a document that says it has files", READY_WITHOUT_FILES),
];

/// Whatever breaks a rule.
pub(super) async fn broken(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    let mut faults = Vec::new();
    for (rule, text) in RULES {
        let found: Vec<(Uuid,)> = sql(text).all(tx).await?;
        faults.extend(found.into_iter().map(|(id,)| format!("{rule}: {id}")));
    }
    Ok(faults)
}

//! Years of history at once: what a demonstration recorded in two years is recorded again in the
//! years before, by more crews a week, with as many gestures an outing as a long afternoon has.
//!
//! Rows are copied within the engine, under ids of their own. What follows from them is not
//! written: `cueillette migrate --rebuild` works it out.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::str::FromStr;
use uuid::Uuid;

/// Days of the history that is copied.
const DAYS: u32 = 104 * 7;
/// So many of them follow each other; what is more than that is by other crews in the same weeks.
const SPANS: u32 = 10;
/// Gestures of an outing for each that the demonstration has.
const GESTURES: u32 = 13;
const DAY_MS: i64 = 86_400_000;

/// What is copied where.
#[derive(Deserialize)]
pub struct Plan {
    /// `sqlite:PATH` or `postgres://…`, with the demonstration.
    url: String,
    programme: Uuid,
    /// From which copy to which; copy 0 only adds gestures to the outings that are there.
    from: u32,
    to: u32,
}

/// What is there now.
#[derive(Serialize)]
pub struct Told {
    facts: i64,
    outings: i64,
}

/// Makes the copies.
pub async fn run(plan: Plan) -> Result<Told> {
    const FACTS: &str = "select count(*) from facts";
    const OUTINGS: &str = "select count(*) from outings";
    if plan.url.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(&plan.url)?
            .synchronous(SqliteSynchronous::Off)
            .pragma("cache_size", "-200000")
            .foreign_keys(false);
        let mut conn = SqliteConnection::connect_with(&options).await?;
        for text in statements(&plan, Engine::Sqlite) {
            sqlx::query(AssertSqlSafe(text)).execute(&mut conn).await?;
        }
        let facts = sqlx::query_scalar(FACTS).fetch_one(&mut conn).await?;
        let outings = sqlx::query_scalar(OUTINGS).fetch_one(&mut conn).await?;
        conn.close().await?;
        return Ok(Told { facts, outings });
    }
    let mut conn = PgConnection::connect(&plan.url).await?;
    for text in statements(&plan, Engine::Postgres) {
        sqlx::query(AssertSqlSafe(text)).execute(&mut conn).await?;
    }
    Ok(Told {
        facts: sqlx::query_scalar(FACTS).fetch_one(&mut conn).await?,
        outings: sqlx::query_scalar(OUTINGS).fetch_one(&mut conn).await?,
    })
}

/// What an engine does by itself in the hours after so many rows, done now: nothing is left to clean
/// up or to write beside what is measured next.
pub async fn rest(plan: Plan) -> Result<()> {
    match plan.url.starts_with("sqlite:") {
        true => Ok(()),
        false => postgres_rests(&plan.url).await,
    }
}

/// The same for a PostgreSQL whose URL is this.
pub async fn postgres_rests(url: &str) -> Result<()> {
    let mut conn = PgConnection::connect(url).await?;
    for text in ["vacuum analyze", "checkpoint"] {
        sqlx::raw_sql(text).execute(&mut conn).await?;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    fn id(self, id: Uuid) -> String {
        match self {
            Self::Sqlite => format!("x'{}'", id.simple()),
            Self::Postgres => format!("cast('{id}' as uuid)"),
        }
    }

    /// An id of a copy: its last bytes are the copy's, as those of no other id.
    fn of_copy(self, column: &str, copy: u32) -> String {
        match self {
            Self::Sqlite => format!("cast(substr({column}, 1, 12) || x'ffff{copy:04x}' as blob)"),
            Self::Postgres => {
                format!("cast(substr(cast({column} as text), 1, 28) || 'ffff{copy:04x}' as uuid)")
            }
        }
    }

    fn days_before(self, column: &str, days: u32) -> String {
        match self {
            Self::Sqlite => format!("date({column}, '-{days} days')"),
            Self::Postgres => {
                format!("to_char(cast({column} as date) - {days}, 'YYYY-MM-DD')")
            }
        }
    }
}

fn statements(plan: &Plan, engine: Engine) -> Vec<String> {
    let mut all = templates(plan, engine);
    if engine == Engine::Postgres {
        // Rows that are copied name rows that are copied.
        all.push("set session_replication_role = replica".into());
        all.push("set synchronous_commit = off".into());
    }
    for copy in plan.from..plan.to {
        all.push("begin".into());
        all.extend(one_copy(engine, copy));
        all.push("commit".into());
    }
    all.extend(counters(&engine.id(plan.programme)));
    all.push("analyze".into());
    all
}

/// The history that is copied: outings that closed in the weeks of the demonstration, and aids that
/// reached somebody. What was copied before lies in earlier years, or has a gesture's number.
fn templates(plan: &Plan, engine: Engine) -> Vec<String> {
    let programme = engine.id(plan.programme);
    let first_day = engine.days_before("(select max(day) from outings)", DAYS);
    let all = [
        (
            "outings",
            "select * from outings o where o.programme_id = $1 and o.state = 'closed'
               and o.closed_by is not null and o.version < 1000000 and o.day > $2"
                .to_owned(),
        ),
        (
            "facts",
            "select f.*, coalesce(f.site_id, (
                 select os.site_id from outing_sites os
                 where os.programme_id = f.programme_id and os.outing_id = f.outing_id
                 order by os.rank limit 1)) as place
               from facts f join t_outings o on o.id = f.outing_id
               where f.programme_id = $1 and f.seq < 1000000
                 and f.kind in ('pickup', 'tally', 'void', 'presence', 'box')"
                .to_owned(),
        ),
        (
            "lists",
            "select l.* from allowance_lists l
               join payment_statements s on s.programme_id = l.programme_id and s.list_id = l.id
               where l.programme_id = $1 and l.issued_on > $2 and l.rank < 1000000"
                .to_owned(),
        ),
        (
            "lines",
            "select a.* from allowances a
               join t_outings o on o.id = a.outing_id join t_lists l on l.id = a.list_id
               where a.programme_id = $1 and a.state = 'received'"
                .to_owned(),
        ),
        (
            "acts",
            "select a.* from ledger_acts a join t_lists l on l.id = a.list_id
               where a.programme_id = $1"
                .to_owned(),
        ),
        (
            "events",
            "select e.* from ledger_events e
               join t_lines a on a.id = e.line_id join t_acts c on c.id = e.act_id
               where e.programme_id = $1"
                .to_owned(),
        ),
    ];
    all.into_iter()
        .map(|(name, select)| {
            let select = select.replace("$1", &programme).replace("$2", &first_day);
            format!("create temp table t_{name} as {select}")
        })
        .collect()
}

/// One more history, so many years earlier and on another day of the week.
fn one_copy(engine: Engine, copy: u32) -> Vec<String> {
    let id = |column: &str| engine.of_copy(column, copy);
    // Two years less some days, so that no two copies have the same days.
    let days = copy % SPANS * DAYS + copy / SPANS;
    let ms = i64::from(days) * DAY_MS;
    let day = |column: &str| engine.days_before(column, days);
    let mut all = Vec::new();
    if copy > 0 {
        all.push(format!(
            "insert into outings (programme_id, id, day, starts_at, meeting_point, state,
               coordinators_present, agents_present, equipment, code_round, opened_at, closed_at,
               closed_by, version, created_at, agent_told)
             select programme_id, {}, {}, starts_at, meeting_point, state, coordinators_present,
               agents_present, equipment, 0, opened_at - {ms}, closed_at - {ms}, closed_by,
               version + 1000000, created_at - {ms}, agent_told from t_outings",
            id("id"),
            day("day"),
        ));
        all.push(format!(
            "insert into outing_sites (programme_id, outing_id, site_id, rank)
             select w.programme_id, {}, w.site_id, w.rank
             from outing_sites w join t_outings o on o.id = w.outing_id",
            id("w.outing_id"),
        ));
        all.extend(ledger(engine, copy, days));
    }
    for gesture in 0..GESTURES {
        if copy > 0 || gesture > 0 {
            all.push(facts(engine, copy, gesture, ms));
        }
    }
    all
}

fn facts(engine: Engine, copy: u32, gesture: u32, ms: i64) -> String {
    let id = |column: &str| engine.of_copy(column, copy * GESTURES + gesture);
    let outing = match copy {
        0 => "outing_id".to_owned(),
        _ => engine.of_copy("outing_id", copy),
    };
    // The phones of other years are others, as their numbers are.
    let device = match copy {
        0 => "device_id".to_owned(),
        _ => engine.of_copy("device_id", copy),
    };
    // Who was there is said once, and a box is filled once.
    let kinds = match gesture {
        0 => "",
        _ => "where kind in ('pickup', 'tally', 'void')",
    };
    format!(
        "insert into facts (programme_id, id, outing_id, device_id, seq, kind, recorded_at,
           received_at, sender_role, sender_id, early, late, time_to_check, site_id, peer_id,
           target_id, item, method, count, present, data, content_mac)
         select programme_id, {}, {outing}, {device}, seq + {}, kind, recorded_at - {ms},
           received_at - {ms}, sender_role, sender_id, early, late, time_to_check,
           case when kind = 'pickup' then place end, peer_id,
           case when target_id is not null then {} end, item, method, count, present, data,
           content_mac
         from t_facts {kinds}",
        id("id"),
        1_000_000 * (gesture + 1),
        id("target_id"),
    )
}

/// Aids that were listed, sent, paid and received.
fn ledger(engine: Engine, copy: u32, days: u32) -> Vec<String> {
    let id = |column: &str| engine.of_copy(column, copy);
    let ms = i64::from(days) * DAY_MS;
    let day = |column: &str| engine.days_before(column, days);
    let numbered = |table: &str, from: &str, columns: &str, values: &str| {
        let issued_on = day("x.issued_on");
        format!(
            "insert into {table} (programme_id, id, year, rank, issued_on, issued_at, issued_by,
               lines, total_cents, {columns})
             select x.programme_id, {}, cast(substr({issued_on}, 1, 4) as bigint),
               1000000 + {copy} * 1000 + row_number() over (order by x.issued_at, x.id),
               {issued_on}, x.issued_at - {ms}, x.issued_by, x.lines, x.total_cents, {values}
             from {from}",
            id("x.id"),
        )
    };
    vec![
        numbered("allowance_lists", "t_lists x", "sealed", "null"),
        numbered(
            "payment_statements",
            "payment_statements x join t_lists l on l.id = x.list_id",
            "list_id, returned, sealed",
            &format!("{}, x.returned, x.sealed", id("x.list_id")),
        ),
        format!(
            "insert into allowances (programme_id, id, outing_id, peer_id, entry, outing_day,
               amount_cents, state, list_id, created_at)
             select programme_id, {}, {}, peer_id, entry, {}, amount_cents, state, {},
               created_at - {ms} from t_lines",
            id("id"),
            id("outing_id"),
            day("outing_day"),
            id("list_id"),
        ),
        format!(
            "insert into list_lines (programme_id, list_id, line_id, rank)
             select i.programme_id, {}, {}, i.rank
             from list_lines i join t_lines a on a.id = i.line_id and a.list_id = i.list_id",
            id("i.list_id"),
            id("i.line_id"),
        ),
        format!(
            "insert into list_marks (programme_id, list_id, what, at)
             select m.programme_id, {}, m.what, m.at - {ms}
             from list_marks m join t_lists l on l.id = m.list_id",
            id("m.list_id"),
        ),
        format!(
            "insert into ledger_acts (programme_id, id, what, list_id, at, by_role, by_id)
             select programme_id, {}, what, {}, at - {ms}, by_role, by_id from t_acts",
            id("id"),
            id("list_id"),
        ),
        format!(
            "insert into ledger_events (programme_id, line_id, rank, act_id, what, list_id)
             select programme_id, {}, rank, {}, what, {} from t_events",
            id("line_id"),
            id("act_id"),
            id("list_id"),
        ),
        format!(
            "insert into payments (programme_id, act_id, decision, mode, paid_on, hand, lines,
               total_cents)
             select p.programme_id, {}, p.decision, p.mode, {}, p.hand, p.lines, p.total_cents
             from payments p join t_acts c on c.id = p.act_id",
            id("p.act_id"),
            day("p.paid_on"),
        ),
        format!(
            "insert into receipts (programme_id, act_id, how)
             select r.programme_id, {}, r.how from receipts r join t_acts c on c.id = r.act_id",
            id("r.act_id"),
        ),
    ]
}

/// The numbers that years have reached.
fn counters(programme: &str) -> Vec<String> {
    let of = |counters: &str, table: &str| {
        format!(
            "insert into {counters} (programme_id, year, last_rank)
             select programme_id, year, max(rank) from {table} where programme_id = {programme}
             group by programme_id, year
             on conflict (programme_id, year) do update set last_rank = excluded.last_rank"
        )
    };
    vec![
        of("list_counters", "allowance_lists"),
        of("statement_counters", "payment_statements"),
    ]
}

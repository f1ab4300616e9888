//! Phones that send facts over connections that stay open, and wait when they are told to.

use super::line::{Answer, Line};
use anyhow::{Context, Result, bail, ensure};
use rand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use uuid::Uuid;

/// One pickup of so many is « ici », where no site is: its point is sealed.
const HERE_EVERY: usize = 5;
/// Requests of one batch before it is given up: a phone goes on for days.
const TRIES_MAX: usize = 100;

/// Who sends how much.
#[derive(Deserialize)]
pub struct Plan {
    /// `127.0.0.1:PORT`
    address: String,
    phones: Vec<Phone>,
    /// Of each phone.
    batches: usize,
    facts_per_batch: usize,
    recorded_at: String,
}

/// A phone that joined.
#[derive(Deserialize)]
struct Phone {
    token: String,
    outing: Uuid,
    device: Uuid,
    sites: Vec<Uuid>,
}

/// What came of it.
#[derive(Serialize)]
pub struct Told {
    facts: usize,
    seconds: f64,
    /// Requests that were answered, by rank of their duration.
    p50_ms: f64,
    p99_ms: f64,
    slowest_phone_s: f64,
    /// Answers that said when to come again, by status.
    told_429: usize,
    told_503: usize,
}

/// What one phone lived through.
#[derive(Default)]
struct Day {
    facts: usize,
    requests_ms: Vec<f64>,
    told_429: usize,
    told_503: usize,
    seconds: f64,
}

/// All phones begin at the same moment; each connects, and sends one batch after the other.
pub async fn run(plan: Plan) -> Result<Told> {
    let barrier = Arc::new(Barrier::new(plan.phones.len() + 1));
    let mut tasks = JoinSet::new();
    for phone in &plan.phones {
        let bodies = (0..plan.batches).map(|n| phone.request(&plan, n));
        let bodies: Vec<Vec<u8>> = bodies.collect::<Result<_>>()?;
        let (address, facts, barrier) =
            (plan.address.clone(), plan.facts_per_batch, barrier.clone());
        tasks.spawn(async move {
            barrier.wait().await;
            send_all(&address, &bodies, facts).await
        });
    }
    barrier.wait().await;
    let start = Instant::now();
    let mut days = Vec::with_capacity(plan.phones.len());
    while let Some(day) = tasks.join_next().await {
        days.push(day.context("a phone broke")??);
    }
    let mut requests: Vec<f64> = days.iter().flat_map(|it| it.requests_ms.clone()).collect();
    requests.sort_by(f64::total_cmp);
    let rank = |percent: usize| {
        let at = (requests.len() * percent).div_ceil(100).saturating_sub(1);
        requests.get(at).copied().unwrap_or_default()
    };
    Ok(Told {
        facts: days.iter().map(|it| it.facts).sum(),
        seconds: start.elapsed().as_secs_f64(),
        p50_ms: rank(50),
        p99_ms: rank(99),
        slowest_phone_s: days.iter().map(|it| it.seconds).fold(0.0, f64::max),
        told_429: days.iter().map(|it| it.told_429).sum(),
        told_503: days.iter().map(|it| it.told_503).sum(),
    })
}

impl Phone {
    /// A whole request: head and body.
    fn request(&self, plan: &Plan, batch: usize) -> Result<Vec<u8>> {
        let first = batch * plan.facts_per_batch;
        let facts = first..first + plan.facts_per_batch;
        let facts: Vec<Value> = facts.map(|n| self.fact(plan, n)).collect();
        let body = json!({"sent_at": plan.recorded_at, "facts": facts});
        let body = serde_json::to_vec(&body)?;
        let head = format!(
            "POST /api/v1/facts HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            plan.address,
            self.token,
            body.len()
        );
        Ok([head.as_bytes(), &body].concat())
    }

    fn fact(&self, plan: &Plan, n: usize) -> Value {
        let mut data = json!({"item": "syringe", "count": 1 + n % 9, "method": "counted"});
        if n.is_multiple_of(HERE_EVERY) || self.sites.is_empty() {
            data["lat"] = json!(44.81 + (n % 1_000) as f64 / 20_000.0);
            data["lon"] = json!(-0.6 + (n % 777) as f64 / 20_000.0);
            data["accuracy_m"] = json!(12);
        } else {
            data["site"] = json!(self.sites[n / 7 % self.sites.len()]);
        }
        json!({
            "id": Uuid::now_v7(), "kind": "pickup", "outing": self.outing, "device": self.device,
            "seq": n + 1, "recorded_at": plan.recorded_at, "data": data,
        })
    }
}

async fn send_all(address: &str, requests: &[Vec<u8>], facts: usize) -> Result<Day> {
    let (mut day, start) = (Day::default(), Instant::now());
    let mut line = None;
    for request in requests {
        send(&mut day, &mut line, address, request, facts).await?;
        day.facts += facts;
    }
    day.seconds = start.elapsed().as_secs_f64();
    Ok(day)
}

async fn send(
    day: &mut Day,
    line: &mut Option<Line>,
    address: &str,
    request: &[u8],
    facts: usize,
) -> Result<()> {
    for _ in 0..TRIES_MAX {
        let start = Instant::now();
        let open = match line.take() {
            Some(open) => Ok(open),
            None => Line::open(address).await,
        };
        let asked = async {
            let mut open = open?;
            let answer = open.ask(request).await?;
            anyhow::Ok((open, answer))
        };
        let Ok((open, answer)) = asked.await else {
            // The line broke: a phone waits a moment and sends the same again.
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        };
        day.requests_ms
            .push(start.elapsed().as_secs_f64() * 1_000.0);
        *line = Some(open);
        match told_to_wait(day, &answer)? {
            None => return check(&answer, facts),
            Some(wait) => tokio::time::sleep(wait).await,
        }
    }
    bail!("a batch was given up after {TRIES_MAX} tries")
}

/// How long to wait, when the answer is not yet the answer. Phones do not all come back at once.
fn told_to_wait(day: &mut Day, answer: &Answer) -> Result<Option<Duration>> {
    match answer.status {
        200 => return Ok(None),
        429 => day.told_429 += 1,
        503 => day.told_503 += 1,
        status => bail!("{status}: {}", String::from_utf8_lossy(&answer.body)),
    }
    let seconds = answer.retry_after_s;
    let seconds = seconds.context("refused without a word of when to come again")?;
    let spread = rand::rng().random_range(0..500);
    Ok(Some(
        Duration::from_secs(seconds) + Duration::from_millis(spread),
    ))
}

/// Every fact of a batch must be kept.
fn check(answer: &Answer, facts: usize) -> Result<()> {
    let count = |what: &[u8]| {
        answer
            .body
            .windows(what.len())
            .filter(|it| *it == what)
            .count()
    };
    let kept = count(b"\"accepted\"") + count(b"\"duplicate\"");
    ensure!(
        kept == facts,
        "{kept} of {facts} were kept: {}",
        String::from_utf8_lossy(&answer.body)
    );
    Ok(())
}

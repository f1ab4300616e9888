//! The two sides of the API: the office that opens outings, and the phones that send facts.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::dice::Dice;
use super::figures::Sending;
use super::positions::Place;
use crate::{run, server};

/// What one `POST /api/v1/facts` may hold.
const FACTS_PER_BATCH_MAX: usize = 200;
/// Sent again, the facts are cut otherwise than the first time.
const FACTS_PER_BATCH_AGAIN: usize = 33;
/// As many crews as come home at the same hour.
pub const PHONES_AT_A_TIME: usize = 8;

/// An open outing with the phone that joined it, and all that this phone has to send.
pub struct Crew {
    pub outing: Uuid,
    token: String,
    pub facts: Vec<Value>,
}

/// One request: whose it is and its bytes.
pub struct Batch {
    token: String,
    body: Vec<u8>,
    facts: usize,
}

/// The coordinator's side.
pub struct Office {
    agent: ureq::Agent,
    api: String,
    token: String,
    /// Where the programme is. Phones may send for a few weeks only, so that all outings are of
    /// today, whatever the file's months.
    today: String,
}

impl Office {
    /// Signs in with the coordinator's token of the demonstration.
    pub fn new(address: &str, demo: &str) -> Result<Self> {
        let demo: Value = serde_json::from_str(demo).context("`demo --json` printed no JSON")?;
        let mut office = Self {
            agent: server::agent(),
            api: format!("{address}/api/v1"),
            token: text(&demo, "/tokens/coordinator")?,
            today: String::new(),
        };
        let outing = office.get(&format!("/outings/{}", text(&demo, "/outing_today")?))?;
        office.today = text(&outing, "/day")?;
        Ok(office)
    }

    /// Makes an outing, opens it and lets one phone join it.
    pub fn open(&self, places: &[Place]) -> Result<Crew> {
        run::go_on()?;
        let outing = Uuid::now_v7();
        let device = Uuid::now_v7();
        let at = format!("/outings/{outing}");
        self.post("/outings", &json!({ "id": outing, "day": self.today }))?;
        let opened = self.post(&format!("{at}/open"), &json!({ "override": "mesure" }))?;
        let code = text(&self.post(&format!("{at}/code"), &json!({}))?, "/code")?;
        let joined = self.post("/crew/join", &json!({ "code": code, "device": device }))?;
        let token = text(&joined, "/token")?;
        let facts = facts(places, outing, device, &text(&opened, "/opened_at")?);
        Ok(Crew {
            outing,
            token,
            facts,
        })
    }

    /// The syringes of an outing's summary.
    pub fn syringes(&self, crew: &Crew) -> Result<u64> {
        let summary = self.get(&format!("/outings/{}/summary", crew.outing))?;
        summary
            .pointer("/totals/syringe")
            .and_then(Value::as_u64)
            .with_context(|| {
                format!(
                    "the summary of the outing {} has no total of syringes: {summary}",
                    crew.outing
                )
            })
    }

    fn get(&self, path: &str) -> Result<Value> {
        let url = format!("{}{path}", self.api);
        let request = self
            .agent
            .get(&url)
            .header("authorization", format!("Bearer {}", self.token));
        answer(&url, request.call()?)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.post_as(&self.token, path, &serde_json::to_vec(body)?)
    }

    fn post_as(&self, token: &str, path: &str, body: &[u8]) -> Result<Value> {
        let url = format!("{}{path}", self.api);
        let request = self
            .agent
            .post(&url)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        answer(&url, request.send(body)?)
    }

    /// Sends one batch and checks the answer to each of its facts.
    fn send(&self, batch: &Batch, wanted: &str) -> Result<Duration> {
        let start = Instant::now();
        let answer = self.post_as(&batch.token, "/facts", &batch.body)?;
        let duration = start.elapsed();
        let results = answer["results"]
            .as_array()
            .context("an answer without results")?;
        ensure!(
            results.len() == batch.facts,
            "{} answers to {}",
            results.len(),
            batch.facts
        );
        for result in results {
            ensure!(
                result["status"] == wanted,
                "instead of `{wanted}`: {result}"
            );
        }
        Ok(duration)
    }
}

/// One pickup of one syringe per place.
fn facts(places: &[Place], outing: Uuid, device: Uuid, recorded_at: &str) -> Vec<Value> {
    let fact = |(index, place): (usize, &Place)| {
        json!({
            "id": Uuid::now_v7(),
            "kind": "pickup",
            "outing": outing,
            "device": device,
            "seq": index + 1,
            "recorded_at": recorded_at,
            "data": {
                "lat": place.lat,
                "lon": place.lon,
                "item": "syringe",
                "count": 1,
                "method": "counted",
            },
        })
    };
    places.iter().enumerate().map(fact).collect()
}

/// Each phone's facts in the order in which they were made.
pub fn in_order(crews: &[Crew]) -> Result<Vec<Batch>> {
    let cut = |crew: &Crew| batches(crew, &crew.facts, FACTS_PER_BATCH_MAX);
    Ok(crews
        .iter()
        .map(cut)
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// The same facts in another order, cut otherwise, the phones mixed.
pub fn shuffled(crews: &[Crew]) -> Result<Vec<Batch>> {
    let mut dice = Dice::new();
    let mut all = Vec::new();
    for crew in crews {
        let mut facts = crew.facts.clone();
        dice.shuffle(&mut facts);
        all.extend(batches(crew, &facts, FACTS_PER_BATCH_AGAIN)?);
    }
    dice.shuffle(&mut all);
    Ok(all)
}

fn batches(crew: &Crew, facts: &[Value], size: usize) -> Result<Vec<Batch>> {
    let batch = |facts: &[Value]| {
        let body = serde_json::to_vec(&json!({ "facts": facts }))?;
        Ok(Batch {
            token: crew.token.clone(),
            body,
            facts: facts.len(),
        })
    };
    facts.chunks(size).map(batch).collect()
}

/// Sends all batches, several phones at a time; every fact must be answered `wanted`.
pub fn send(office: &Office, batches: &[Batch], wanted: &str) -> Result<Sending> {
    let next = AtomicUsize::new(0);
    let durations = Mutex::new(Vec::with_capacity(batches.len()));
    let phone = || {
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            run::go_on()?;
            let duration = office.send(batch, wanted)?;
            durations
                .lock()
                .map_err(|_| anyhow!("another phone broke"))?
                .push(duration);
        }
        Ok::<_, anyhow::Error>(())
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        let phones: Vec<_> = (0..PHONES_AT_A_TIME).map(|_| scope.spawn(phone)).collect();
        phones
            .into_iter()
            .try_for_each(|phone| phone.join().map_err(|_| anyhow!("a phone broke"))?)
    })?;
    let wall = start.elapsed();
    let batches_took = durations
        .into_inner()
        .map_err(|_| anyhow!("a phone broke"))?;
    let facts = batches.iter().map(|batch| batch.facts).sum();
    Ok(Sending {
        facts,
        wall,
        batches: batches_took,
    })
}

fn answer(url: &str, mut response: ureq::http::Response<ureq::Body>) -> Result<Value> {
    let status = response.status();
    let body = response.body_mut().read_to_string()?;
    ensure!(status.is_success(), "{url} answered {status}: {body}");
    serde_json::from_str(&body).with_context(|| format!("{url} answered no JSON: {body}"))
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found
        .with_context(|| format!("{pointer} is missing in {value}"))?
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crew(places: usize) -> Crew {
        let places = vec![
            Place {
                lat: 42.3,
                lon: -71.1
            };
            places
        ];
        let outing = Uuid::now_v7();
        let facts = facts(&places, outing, Uuid::now_v7(), "2026-03-07T08:00:00Z");
        Crew {
            outing,
            token: "t".into(),
            facts,
        }
    }

    fn ids(batches: &[Batch]) -> Vec<String> {
        let facts_of = |batch: &Batch| {
            let body: Value = serde_json::from_slice(&batch.body).unwrap();
            body["facts"].as_array().unwrap().clone()
        };
        let facts = batches.iter().flat_map(facts_of);
        facts
            .map(|fact| fact["id"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn sent_again_the_same_facts_come_in_another_order_and_other_batches() {
        let crews = [crew(75), crew(40)];
        let (first, again) = (in_order(&crews).unwrap(), shuffled(&crews).unwrap());
        assert_ne!(first.len(), again.len());
        let (mut first, mut again) = (ids(&first), ids(&again));
        assert_ne!(first, again);
        first.sort();
        again.sort();
        assert_eq!(first, again);
    }
}

//! Phones that send as the real ones do: an outbox of facts as bytes, sent again, the same bytes,
//! after whatever was no answer to them; a fact leaves the outbox only once its id was answered.

use domain::SiteId;
use rand::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Facts in one batch at most: small, so that there are many.
const BATCH_MAX: usize = 20;
/// How long a phone waits for an answer: longer than the server may take.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// Between two batches that pass, and before one that failed is sent again. Real phones wait longer.
const PAUSE_MS: std::ops::Range<u64> = 5..30;
const AGAIN_MS: std::ops::Range<u64> = 10..50;
/// After a fault everything must be sent within this.
const DRAINED_WITHIN: Duration = Duration::from_secs(60);

pub struct Phone {
    device: Uuid,
    token: String,
    outing: Uuid,
    site: SiteId,
    seq: u32,
    /// Oldest first: id, count, and the bytes.
    outbox: Vec<(Uuid, i64, String)>,
    sent: Sent,
}

/// What became of what phones sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// Acknowledged facts and their counts.
    pub acknowledged: HashMap<Uuid, i64>,
    /// Answers that were none, by status; 0 for a connection that gave none.
    pub refusals: BTreeMap<u16, usize>,
    /// The longest that one batch took from its first sending to its answer.
    pub longest_wait: Duration,
}

/// Phones at work, each on a thread of its own.
pub struct Crew {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<Phone>>,
}

struct Shared {
    /// Where to send; the phone's number says which it tries first.
    servers: Mutex<Vec<String>>,
    acknowledged: AtomicUsize,
    refusals: Mutex<BTreeMap<u16, usize>>,
    /// What no phone should ever be told.
    wrong: Mutex<Option<String>>,
    is_over: AtomicBool,
    is_paused: AtomicBool,
}

impl Phone {
    pub fn new(device: Uuid, token: String, outing: Uuid, site: SiteId) -> Self {
        Self {
            device,
            token,
            outing,
            site,
            seq: 0,
            outbox: Vec::new(),
            sent: Sent::default(),
        }
    }

    fn record(&mut self, how_many: usize) {
        for _ in 0..how_many {
            self.seq += 1;
            let (id, count) = (Uuid::now_v7(), rand::rng().random_range(1..9));
            let mut data = json!({"item": "syringe", "count": count, "method": "counted"});
            if self.seq.is_multiple_of(4) {
                data["lat"] = json!(44.83);
                data["lon"] = json!(-0.57);
            } else {
                data["site"] = json!(self.site);
            }
            let fact = json!({
                "id": id, "kind": "pickup", "outing": self.outing, "device": self.device,
                "seq": self.seq, "recorded_at": jiff::Timestamp::now().to_string(), "data": data,
            });
            self.outbox.push((id, count, fact.to_string()));
        }
    }

    /// The status, and the ids that were answered; 0 for a connection that broke.
    fn send(&self, agent: &ureq::Agent, server: &str, shared: &Shared) -> (u16, Vec<Uuid>) {
        let batch = self.outbox.iter().take(BATCH_MAX);
        let facts: Vec<&str> = batch.map(|(_, _, fact)| fact.as_str()).collect();
        let body = format!(r#"{{"facts":[{}]}}"#, facts.join(","));
        let answer = agent
            .post(format!("{server}/api/v1/facts"))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .send(body);
        let Ok(mut answer) = answer else {
            return (0, Vec::new());
        };
        let status = answer.status().as_u16();
        let Ok(text) = answer.body_mut().read_to_string() else {
            return (0, Vec::new());
        };
        if status != 200 {
            let waits = answer.headers().contains_key("retry-after");
            if !(waits && matches!(status, 503 | 507)) {
                *shared.wrong.lock().unwrap() = Some(format!("{status} {text}"));
            }
            return (status, Vec::new());
        }
        (200, answered(&text))
    }

    fn work(mut self, number: usize, shared: &Shared) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_MAX));
        let agent = ureq::Agent::new_with_config(config.build());
        let (mut turn, mut since) = (number, Instant::now());
        loop {
            let is_over = shared.is_over.load(Ordering::Relaxed);
            if is_over && self.outbox.is_empty() {
                return self;
            }
            if shared.is_paused.load(Ordering::Relaxed) {
                pause(PAUSE_MS);
                continue;
            }
            if !is_over && self.outbox.len() < BATCH_MAX {
                self.record(rand::rng().random_range(1..6));
            }
            let server = {
                let servers = shared.servers.lock().unwrap();
                servers[turn % servers.len()].clone()
            };
            let (status, ids) = self.send(&agent, &server, shared);
            if status == 200 {
                self.sent.longest_wait = self.sent.longest_wait.max(since.elapsed());
                self.forget(&ids);
                shared.acknowledged.fetch_add(ids.len(), Ordering::Relaxed);
                pause(PAUSE_MS);
                since = Instant::now();
            } else {
                let mut refusals = shared.refusals.lock().unwrap();
                *refusals.entry(status).or_default() += 1;
                drop(refusals);
                // Another server may be there.
                turn += 1;
                pause(AGAIN_MS);
            }
        }
    }

    fn forget(&mut self, ids: &[Uuid]) {
        let sent = &mut self.sent;
        self.outbox.retain(|(id, count, _)| {
            let is_answered = ids.contains(id);
            if is_answered {
                sent.acknowledged.insert(*id, *count);
            }
            !is_answered
        });
    }
}

/// The ids of facts that are kept. Nothing else may come of these.
fn answered(text: &str) -> Vec<Uuid> {
    let answer: Value = serde_json::from_str(text).unwrap();
    let results = answer["results"].as_array().unwrap().iter();
    results
        .map(|it| {
            let status = it["status"].as_str().unwrap();
            assert!(matches!(status, "accepted" | "duplicate"), "{it}");
            it["id"].as_str().unwrap().parse().unwrap()
        })
        .collect()
}

fn pause(ms: std::ops::Range<u64>) {
    std::thread::sleep(Duration::from_millis(rand::rng().random_range(ms)));
}

impl Crew {
    /// Phones begin to send to these servers.
    pub fn begin(phones: Vec<Phone>, servers: &[&str]) -> Self {
        let shared = Arc::new(Shared {
            servers: Mutex::new(servers.iter().map(|it| (*it).to_owned()).collect()),
            acknowledged: AtomicUsize::new(0),
            refusals: Mutex::default(),
            wrong: Mutex::default(),
            is_over: AtomicBool::new(false),
            is_paused: AtomicBool::new(false),
        });
        let threads = phones.into_iter().enumerate().map(|(n, phone)| {
            let shared = shared.clone();
            std::thread::spawn(move || phone.work(n, &shared))
        });
        let threads = threads.collect();
        Self { shared, threads }
    }

    pub fn acknowledged(&self) -> usize {
        self.shared.acknowledged.load(Ordering::Relaxed)
    }

    /// How often phones got this status; 0 for a connection that broke.
    pub fn refusals(&self, status: u16) -> usize {
        let refusals = self.shared.refusals.lock().unwrap();
        refusals.get(&status).copied().unwrap_or_default()
    }

    /// Waits until phones were told of so many more facts that they are kept.
    pub fn until_more(&self, facts: usize) {
        let before = self.acknowledged();
        until("facts are acknowledged", || {
            assert_eq!(*self.shared.wrong.lock().unwrap(), None);
            self.acknowledged() >= before + facts
        });
    }

    pub fn pause(&self, paused: bool) {
        self.shared.is_paused.store(paused, Ordering::Relaxed);
    }

    /// Nothing new is recorded; everything is sent. Answers what became of it all.
    pub fn end(self) -> Sent {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let deadline = Instant::now() + DRAINED_WITHIN;
        while Instant::now() < deadline && !self.threads.iter().all(JoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(*self.shared.wrong.lock().unwrap(), None);
        let refusals = self.shared.refusals.lock().unwrap().clone();
        assert!(
            self.threads.iter().all(JoinHandle::is_finished),
            "phones could not send everything: {refusals:?}"
        );
        let mut all = Sent::default();
        for thread in self.threads {
            let sent = thread.join().unwrap().sent;
            all.acknowledged.extend(sent.acknowledged);
            all.longest_wait = all.longest_wait.max(sent.longest_wait);
        }
        all.refusals = refusals;
        all
    }
}

impl Sent {
    /// Phones met nothing but these statuses (0: no answer), so never one that says « our mistake ».
    pub fn expect_only(&self, statuses: &[u16]) {
        let others = self.refusals.keys().filter(|it| !statuses.contains(it));
        assert_eq!(others.count(), 0, "{:?}", self.refusals);
    }
}

/// Waits until it is so, for a minute at most.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited a minute until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

//! Whatever is done to the ledger, in any order, twice or at the same time: the lines are those
//! that presences and revisions ask for, the books balance after every step, and numbers have no
//! gap. Both engines; the seed is printed.

use crate::support::*;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use uuid::Uuid;

/// Stories told on each engine.
const STORIES: u32 = 6;
/// What happens in each.
const STEPS: u32 = 30;
/// Peers that may be there; the last two have no civil identity.
const PEERS: usize = 10;

/// What presences and revisions ask for, told by a few lines of code.
#[derive(Default)]
struct Asked {
    /// Who was there, of each closed outing, as it stands now.
    present: BTreeMap<Uuid, BTreeSet<usize>>,
    /// The lines: outing, peer, counter-line?
    lines: BTreeSet<(Uuid, usize, bool)>,
}

impl Asked {
    fn close(&mut self, outing: Uuid, there: BTreeSet<usize>) {
        let lines = there.iter().map(|peer| (outing, *peer, false));
        self.lines.extend(lines);
        self.present.insert(outing, there);
    }

    /// Answers whether it is possible: there is something to correct, and it was not taken back.
    fn revise(&mut self, outing: Uuid, peer: usize, there: bool) -> bool {
        let now = self.present.get_mut(&outing).unwrap();
        if now.contains(&peer) == there || self.lines.contains(&(outing, peer, true)) {
            return false;
        }
        if there {
            now.insert(peer);
        } else {
            now.remove(&peer);
        }
        self.lines.insert((outing, peer, !there));
        true
    }
}

struct Story<'w> {
    world: &'w World,
    rng: ChaCha8Rng,
    asked: Asked,
    /// Each request that changed something, to be sent again.
    sent: Vec<(Actor, String, Value)>,
}

impl Story<'_> {
    async fn tell(mut self) {
        for _ in 0..STEPS {
            match self.rng.random_range(0..10) {
                0 | 1 => self.close().await,
                2 => self.revise().await,
                3 => self.issue().await,
                4 => self.issue_at_once().await,
                5 => self.again().await,
                6 => self.contest().await,
                _ => self.act_on_a_list().await,
            }
            self.balances().await;
        }
        self.lines_are_those_asked_for().await;
    }

    async fn balances(&self) {
        let mut tx = self.world.app.db.read().await.unwrap();
        let faults = server::cli::doctor::ledger(&mut tx).await.unwrap();
        assert_eq!(faults, Vec::<String>::new());
    }

    /// An outing, its presences marked in any order and more than once, closed, and closed again.
    async fn close(&mut self) {
        let outing = self.world.open_outing().await;
        let mut there: Vec<usize> = (0..PEERS).filter(|_| self.rng.random_bool(0.4)).collect();
        let wanted: BTreeSet<usize> = there.iter().copied().collect();
        there.extend(there.clone());
        there.shuffle(&mut self.rng);
        for peer in there {
            let peer = self.world.town.peers[peer];
            self.world.mark(outing, peer, true).await.expect(200);
        }
        self.world.close(outing).await.expect(200);
        self.world.close(outing).await.expect(409);
        self.asked.close(outing, wanted);
    }

    async fn revise(&mut self) {
        let outings: Vec<Uuid> = self.asked.present.keys().copied().collect();
        let Some(outing) = outings.choose(&mut self.rng).copied() else {
            return;
        };
        let (peer, there) = (self.rng.random_range(0..PEERS), self.rng.random_bool(0.4));
        let body = json!({
            "id": Uuid::now_v7(), "corrects": "presence", "peer": self.world.town.peers[peer],
            "present": there, "reason": "relu",
        });
        let path = format!("/api/v1/outings/{outing}/revisions");
        let possible = self.asked.revise(outing, peer, there);
        let status = if possible { 201 } else { 409 };
        self.send(self.world.town.coordinator.clone(), path, body)
            .await
            .expect(status);
    }

    async fn send(&mut self, actor: Actor, path: String, body: Value) -> Answer {
        let answer = actor.post(&path, body.clone()).await;
        if answer.status.is_success() {
            self.sent.push((actor, path, body));
        }
        answer
    }

    /// Whatever was answered well is answered well again, and does nothing more.
    async fn again(&mut self) {
        if let Some((actor, path, body)) = self.sent.choose(&mut self.rng).cloned() {
            let answer = actor.post(&path, body).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text());
        }
    }

    async fn issue(&mut self) {
        let body = json!({"id": Uuid::now_v7()});
        let coordinator = self.world.town.coordinator.clone();
        let path = "/api/v1/allowance-lists".to_owned();
        let answer = self.send(coordinator, path, body).await;
        assert!([201, 409].contains(&answer.status.as_u16()));
    }

    /// Two coordinators at once, about outings that overlap.
    async fn issue_at_once(&mut self) {
        let all: Vec<Uuid> = self.asked.present.keys().copied().collect();
        let ask = |rng: &mut ChaCha8Rng| {
            let some: Vec<Uuid> = all
                .iter()
                .copied()
                .filter(|_| rng.random_bool(0.6))
                .collect();
            let (coordinator, id) = (self.world.town.coordinator.clone(), Uuid::now_v7());
            tokio::spawn(async move {
                let body = json!({"id": id, "outings": some});
                coordinator.post("/api/v1/allowance-lists", body).await
            })
        };
        let (a, b) = (ask(&mut self.rng), ask(&mut self.rng));
        for answer in [a.await.unwrap(), b.await.unwrap()] {
            let status = answer.status.as_u16();
            assert!([201, 409].contains(&status), "{}", answer.text());
        }
    }

    async fn contest(&mut self) {
        let peer = self.world.town.peer.clone();
        let own = peer.get("/api/v1/allowances").await.expect(200);
        let items = own["items"].as_array().unwrap().clone();
        if let Some(line) = items.choose(&mut self.rng) {
            let path = format!(
                "/api/v1/allowances/{}/contest",
                line["id"].as_str().unwrap()
            );
            self.send(peer, path, json!({"words": "non"}))
                .await
                .expect(200);
        }
    }

    /// Something the payer or the association does with a list, whether it is possible or not.
    async fn act_on_a_list(&mut self) {
        let (clerk, coordinator) = (
            self.world.town.clerk.clone(),
            self.world.town.coordinator.clone(),
        );
        let lists = coordinator
            .get("/api/v1/allowance-lists?limit=200")
            .await
            .expect(200);
        let lists = lists["items"].as_array().unwrap().clone();
        let Some(list) = lists.choose(&mut self.rng) else {
            return;
        };
        let path = format!(
            "/api/v1/allowance-lists/{}",
            list["number"].as_str().unwrap()
        );
        let lines = clerk.get(&format!("{path}/lines")).await.expect(200);
        let all: Vec<Value> = lines["items"].as_array().unwrap().clone();
        let some: Vec<&Value> = all.iter().filter(|_| self.rng.random_bool(0.5)).collect();
        let some: Vec<&Value> = some.into_iter().map(|it| &it["id"]).collect();
        let id = Uuid::now_v7();
        let one = all.choose(&mut self.rng).map(|it| it["id"].clone());
        let (actor, what, body) = match self.rng.random_range(0..8) {
            0 | 1 => (coordinator, "send", json!({"id": id})),
            2 => (clerk, "acknowledge", json!({"id": id})),
            3 => (clerk, "pay", json!({"id": id})),
            4 => (
                clerk,
                "pay",
                json!({"id": id, "lines": some, "receipt": {"how": "signed"}}),
            ),
            5 => (coordinator, "receipts", json!({"id": id, "how": "signed"})),
            6 => (
                clerk,
                "returns",
                json!({"id": id, "line": one, "reason": "inconnu"}),
            ),
            _ => (clerk, "statement", json!({"id": id})),
        };
        let answer = self.send(actor, format!("{path}/{what}"), body).await;
        let status = answer.status.as_u16();
        assert!(
            [200, 201, 409, 422].contains(&status),
            "{what}: {}",
            answer.text()
        );
    }

    async fn lines_are_those_asked_for(&self) {
        let mut tx = self.world.app.db.read().await.unwrap();
        let rows: Vec<(Uuid, Uuid, String, i64)> =
            server::db::sql("select outing_id, peer_id, entry, amount_cents from allowances")
                .all(&mut tx)
                .await
                .unwrap();
        let rank = |peer: Uuid| self.world.town.peers.iter().position(|it| it.0 == peer);
        let mut found = BTreeSet::new();
        for (outing, peer, entry, cents) in rows {
            let counter = entry == "counter";
            assert_eq!(cents, if counter { -1_500 } else { 1_500 });
            if self.asked.present.contains_key(&outing) {
                found.insert((outing, rank(peer).unwrap(), counter));
            }
        }
        assert_eq!(found, self.asked.lines);
    }
}

/// A number to begin from: the one asked for, to tell a story again, or a new one.
fn seed() -> u64 {
    let asked = std::env::var("CUEILLETTE_SEED").ok();
    asked.map_or_else(rand::random, |text| {
        text.parse().expect("CUEILLETTE_SEED is a number")
    })
}

async fn told(engine: Engine) {
    let world = World::new(engine).await;
    let seed = seed();
    // Past the capture of a test that passes: whoever reads the log can tell the same story.
    let said = format!("ledger: {engine:?}, {STORIES} stories, CUEILLETTE_SEED={seed}\n");
    _ = std::io::stderr().write_all(said.as_bytes());
    for n in 0..STORIES {
        let story = Story {
            world: &world,
            rng: ChaCha8Rng::seed_from_u64(seed.wrapping_add(u64::from(n))),
            asked: Asked::default(),
            sent: Vec::new(),
        };
        story.tell().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_after_every_step_on_sqlite() {
    told(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_after_every_step_on_postgres() {
    told(Engine::Postgres).await;
}

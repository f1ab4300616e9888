//! What is kept about each site and each outing is what follows from all that was recorded, whatever
//! happened in whatever order; and a map that is kept at hand shows what one read anew does.

use crate::on_both;
use crate::support::{NOW, Phone, TODAY, World, id_of};
use axum::body::Body;
use axum::http::{Method, header};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use server::outings::totals::kept as totals;
use server::sites::atlas::Atlases;
use server::sites::kept;
use uuid::Uuid;

/// Things that happen in one history.
const STEPS: usize = 60;

/// Something of an agent, outside any outing.
fn loose(kind: &str, data: Value) -> Value {
    json!({
        "id": Uuid::now_v7(), "kind": kind, "outing": null, "device": Uuid::nil(), "seq": 1,
        "recorded_at": NOW, "data": data,
    })
}

fn sighting(place: Value) -> Value {
    let mut data = place;
    data["category"] = json!("syringe");
    data["urgency"] = json!("normal");
    loose("sighting", data)
}

/// A town in which anything may happen.
struct History<'a> {
    world: &'a World,
    dice: ChaCha8Rng,
    sites: Vec<Uuid>,
    planned: Vec<Uuid>,
    /// Outings that were opened, whatever became of them.
    phones: Vec<Phone>,
    /// Facts that were sent, or will be.
    facts: Vec<Uuid>,
    here: Vec<Uuid>,
    /// Facts that somebody took back before they came.
    to_come: Vec<(usize, Value)>,
}

impl<'a> History<'a> {
    fn new(world: &'a World, seed: u64) -> Self {
        let mut sites: Vec<Uuid> = world.town.public_sites.iter().map(|it| it.0).collect();
        sites.push(world.town.discreet_site.0);
        Self {
            world,
            dice: ChaCha8Rng::seed_from_u64(seed),
            sites,
            planned: Vec::new(),
            phones: Vec::new(),
            facts: Vec::new(),
            here: Vec::new(),
            to_come: Vec::new(),
        }
    }

    fn site(&mut self) -> Uuid {
        *self.sites.choose(&mut self.dice).unwrap()
    }

    async fn step(&mut self) {
        match self.dice.random_range(0..18) {
            0 | 1 => self.plan().await,
            2 | 3 => self.open().await,
            4..=7 => self.pick_up().await,
            8 => self.end().await,
            9..=11 => self.agent_sends().await,
            12 => self.merge().await,
            13 => self.decide().await,
            14 => self.void_at_desk().await,
            15 => self.mark_present().await,
            16 => self.revise().await,
            _ => self.change_site().await,
        }
    }

    async fn plan(&mut self) {
        let some: Vec<Uuid> = (0..3).map(|_| self.site()).collect();
        let coordinator = &self.world.town.coordinator;
        let body =
            json!({"day": TODAY, "starts_at": "14:00", "meeting_point": "Ici", "sites": some});
        let made = coordinator.post("/api/v1/outings", body).await;
        if made.status == 201 {
            self.planned.push(id_of(&made.json()));
        }
    }

    async fn open(&mut self) {
        if let Some(id) = self.planned.pop() {
            self.world.open(id).await;
            self.phones.push(self.world.crew_phone(id).await);
        }
    }

    /// A phone sends a few things, on time or late, in any order.
    async fn pick_up(&mut self) {
        let Some(at) = (0..self.phones.len())
            .collect::<Vec<_>>()
            .choose(&mut self.dice)
            .copied()
        else {
            return;
        };
        let mut batch: Vec<Value> = Vec::new();
        let mut i = 0;
        while i < self.to_come.len() {
            if self.to_come[i].0 == at {
                batch.push(self.to_come.remove(i).1);
            } else {
                i += 1;
            }
        }
        for _ in 0..self.dice.random_range(1..5) {
            let (site, target) = (self.site(), self.facts.choose(&mut self.dice).copied());
            let what = self.dice.random_range(0..7);
            let phone = &mut self.phones[at];
            let fact = match (what, target) {
                (0, Some(target)) => phone.fact("void", json!({"target": target})),
                (1, _) => {
                    let fact = phone.pickup(json!({"lat": 44.85, "lon": -0.57}), 2);
                    self.here.push(id_of(&fact));
                    fact
                }
                (2, _) => {
                    // Taken back before it comes.
                    let late = phone.pickup(json!({"site": site}), 3);
                    let void = phone.fact("void", json!({"target": late["id"]}));
                    self.to_come.push((at, late));
                    void
                }
                (3, _) => phone.fact("tally", json!({"who": "resident", "count": 2})),
                _ => phone.pickup(json!({"site": site}), 1),
            };
            self.facts.push(id_of(&fact));
            batch.push(fact);
        }
        self.phones[at].actor.facts(&batch).await;
    }

    async fn end(&mut self) {
        let Some(phone) = self.phones.choose(&mut self.dice) else {
            return;
        };
        let outing = phone.outing;
        if self.dice.random_bool(0.8) {
            self.world.close(outing).await;
        } else {
            let path = format!("/api/v1/outings/{outing}/cancel");
            let coordinator = &self.world.town.coordinator;
            coordinator.post(&path, json!({})).await;
        }
    }

    async fn agent_sends(&mut self) {
        let (site, target) = (self.site(), self.facts.choose(&mut self.dice).copied());
        let minute = self.dice.random_range(0..50);
        let mut fact = match (self.dice.random_range(0..5), target) {
            (0, Some(target)) => loose("void", json!({"target": target})),
            (1, _) => loose("city_pickup", json!({"site": site, "count": 2})),
            (2, _) => sighting(json!({"lat": 44.83, "lon": -0.572, "accuracy_m": 8})),
            _ => sighting(json!({"site": site})),
        };
        fact["recorded_at"] = json!(format!("2026-11-24T13:{minute:02}:00.000Z"));
        self.facts.push(id_of(&fact));
        let agent = &self.world.town.agent;
        agent.facts(&[fact]).await;
        let all = agent.get("/api/v1/sites").await.expect(200);
        for feature in all["features"].as_array().unwrap() {
            let id = feature["id"].as_str().unwrap().parse().unwrap();
            if !self.sites.contains(&id) {
                self.sites.push(id);
            }
        }
    }

    async fn merge(&mut self) {
        let (id, into) = (self.site(), self.site());
        let path = format!("/api/v1/sites/{id}/merge");
        let coordinator = &self.world.town.coordinator;
        coordinator.post(&path, json!({"into": into})).await;
    }

    async fn decide(&mut self) {
        let site = self.site();
        let Some(fact) = self.here.choose(&mut self.dice) else {
            return;
        };
        let body = if self.dice.random_bool(0.7) {
            json!({"site": site})
        } else {
            json!({"public": true})
        };
        let path = format!("/api/v1/here-pickups/{fact}");
        self.world.town.coordinator.post(&path, body).await;
    }

    async fn mark_present(&mut self) {
        let peer = *self.world.town.peers.choose(&mut self.dice).unwrap();
        let present = self.dice.random_bool(0.8);
        if let Some(phone) = self.phones.choose(&mut self.dice) {
            let path = format!("/api/v1/outings/{}/presences", phone.outing);
            let coordinator = &self.world.town.coordinator;
            let body = json!({"peer": peer, "present": present});
            coordinator.post(&path, body).await;
        }
    }

    async fn revise(&mut self) {
        let peer = *self.world.town.peers.choose(&mut self.dice).unwrap();
        let present = self.dice.random_bool(0.5);
        if let Some(phone) = self.phones.choose(&mut self.dice) {
            let path = format!("/api/v1/outings/{}/revisions", phone.outing);
            let body = json!({
                "id": Uuid::now_v7(), "corrects": "presence", "reason": "Oubli",
                "peer": peer, "present": present,
            });
            self.world.town.coordinator.post(&path, body).await;
        }
    }

    async fn void_at_desk(&mut self) {
        if let Some(target) = self.facts.choose(&mut self.dice) {
            let void = loose("void", json!({"target": target}));
            self.world.town.coordinator.facts(&[void]).await;
        }
    }

    async fn change_site(&mut self) {
        let id = self.site();
        let coordinator = &self.world.town.coordinator;
        let body = match self.dice.random_range(0..3) {
            0 => json!({"nature": "public", "title": "Un autre", "lat": 44.84, "lon": -0.58}),
            1 => json!({"nature": "discreet", "title": "Cour", "lat": 44.84, "lon": -0.58}),
            _ => {
                self.change(id).await;
                return;
            }
        };
        let made = coordinator.post("/api/v1/sites", body).await.expect(201);
        self.sites.push(id_of(&made));
    }

    /// A site becomes discreet, or the people who live there say no, or it is called otherwise.
    async fn change(&mut self, id: Uuid) {
        let coordinator = &self.world.town.coordinator;
        let path = format!("/api/v1/sites/{id}");
        let read = coordinator.get(&path).await;
        let Some(version) = read.headers.get(header::ETAG) else {
            return;
        };
        let change = match self.dice.random_range(0..3) {
            0 => json!({"nature": "discreet"}),
            1 => json!({"residents_agree": false}),
            _ => json!({"title": "Autrement"}),
        };
        let request = coordinator
            .request(Method::PATCH, &path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, version);
        let request = request.body(Body::from(change.to_string())).unwrap();
        coordinator.send(request).await;
    }

    /// What is kept, against what follows from everything.
    async fn check(&self, shown: &Atlases, seed: u64, step: usize) {
        let programme = self.world.programme().await;
        let mut tx = self.world.app.db.read().await.unwrap();
        let differ = kept::differences(&mut tx, programme).await.unwrap();
        assert!(differ.is_empty(), "seed {seed}, step {step}: {differ:?}");
        let differ = totals::differences(&mut tx, programme).await.unwrap();
        assert!(differ.is_empty(), "seed {seed}, step {step}: {differ:#?}");
        let known = shown.of(&mut tx, programme).await.unwrap();
        let fresh = Atlases::default().of(&mut tx, programme).await.unwrap();
        assert_eq!(
            format!("{known:?}"),
            format!("{fresh:?}"),
            "seed {seed}, step {step}"
        );
    }
}

on_both! {
    async fn what_is_kept_follows_from_what_was_recorded(world) {
        let seed = std::env::var("CUEILLETTE_SEED").ok().and_then(|it| it.parse().ok());
        let seed = seed.unwrap_or_else(rand::random);
        let mut history = History::new(&world, seed);
        let shown = Atlases::default();
        for step in 0..STEPS {
            history.step().await;
            history.check(&shown, seed, step).await;
        }
        // Made again from nothing, it is the same.
        let programme = world.programme().await;
        let mut tx = world.app.db.write().await.unwrap();
        kept::rebuild(&mut tx, programme).await.unwrap();
        tx.commit().await.unwrap();
        history.check(&shown, seed, STEPS).await;
    }

    async fn a_fact_and_what_takes_it_back_may_come_at_the_very_same_time(world) {
        let agent = &world.town.agent;
        let site = world.town.public_sites[0];
        let mut sendings = Vec::new();
        for _ in 0..20 {
            let seen = sighting(json!({"site": site}));
            let void = loose("void", json!({"target": seen["id"]}));
            for fact in [seen, void] {
                let agent = agent.clone();
                sendings.push(tokio::spawn(async move { agent.facts(&[fact]).await }));
            }
        }
        for sending in sendings {
            assert_eq!(sending.await.unwrap()[0].0, "accepted");
        }
        let programme = world.programme().await;
        let mut tx = world.app.db.read().await.unwrap();
        assert_eq!(kept::differences(&mut tx, programme).await.unwrap(), []);
    }

    async fn phones_may_count_and_take_back_at_the_very_same_time(world) {
        let outing = world.open_outing().await;
        let mut one = world.crew_phone(outing).await;
        let other = world.crew_phone(outing).await;
        let site = world.town.public_sites[0];
        let mut sendings = Vec::new();
        for n in 0..20 {
            let there = one.pickup(json!({"site": site}), 1 + n % 3);
            // Twice taken back, by the other phone and by a coordinator, while it comes.
            let mut voids = vec![loose("void", json!({"target": there["id"]}))];
            let mut by_crew = loose("void", json!({"target": there["id"]}));
            by_crew["outing"] = json!(outing);
            by_crew["device"] = json!(other.device);
            voids.push(by_crew);
            let stays = one.pickup(json!({"site": site}), 5);
            let all = [
                (one.actor.clone(), vec![there, stays]),
                (world.town.coordinator.clone(), vec![voids[0].clone()]),
                (other.actor.clone(), vec![voids[1].clone()]),
            ];
            for (actor, facts) in all {
                sendings.push(tokio::spawn(async move { actor.facts(&facts).await }));
            }
        }
        for sending in sendings {
            assert_eq!(sending.await.unwrap()[0].0, "accepted");
        }
        let programme = world.programme().await;
        let mut tx = world.app.db.read().await.unwrap();
        let differ = totals::differences(&mut tx, programme).await.unwrap();
        assert!(differ.is_empty(), "{differ:#?}");
        let path = format!("/api/v1/outings/{outing}/summary");
        let summary = world.town.coordinator.get(&path).await.expect(200);
        assert_eq!(summary["totals"], json!({"syringe": 100}));
    }

    async fn a_database_of_before_gets_what_it_lacks_at_the_start(world) {
        let mut history = History::new(&world, 7);
        for _ in 0..STEPS / 2 {
            history.step().await;
        }
        let mut tx = world.app.db.write().await.unwrap();
        for text in [
            "delete from site_visits",
            "delete from site_turns",
            "delete from outing_sums",
            "delete from here_waiting",
            "delete from outing_results",
            "delete from month_results",
            "delete from place_results",
            "delete from month_sums",
        ] {
            server::db::sql(text).run(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        world.app.db.migrate().await.unwrap();
        history.check(&Atlases::default(), 7, STEPS / 2).await;
    }
}

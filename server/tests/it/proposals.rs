//! Proposals: what peers and crews find, what a coordinator answers, what who proposed sees of it.

use crate::on_both;
use serde_json::{Value, json};
use uuid::Uuid;

fn path(id: &Value, what: &str) -> String {
    format!("/api/v1/proposals/{}/{what}", id.as_str().unwrap())
}

on_both! {
    async fn a_peer_proposes_and_sees_what_became_of_it(world) {
        let (peer, coordinator) = (&world.town.peer, &world.town.coordinator);
        let id = Uuid::now_v7();
        let body = json!({
            "id": id, "nature": "discreet", "title": "Cave", "note": "au fond", "lat": 44.85, "lon": -0.56,
            "residents_agree": true, "agent": "waits",
        });
        let sent = peer.post("/api/v1/sites", body.clone()).await.expect(201);
        assert_eq!(sent["decision"], "waiting");
        let again = peer.post("/api/v1/sites", body).await.expect(201);
        assert_eq!(again["id"], sent["id"]);
        let own = peer.get("/api/v1/proposals").await.expect(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        // Nothing is a site yet, and the city knows nothing.
        let all = coordinator.get("/api/v1/sites").await.expect(200).to_string();
        assert!(!all.contains(&id.to_string()));
        let waiting = coordinator.get("/api/v1/proposals").await.expect(200);
        assert_eq!(waiting["items"][0]["note"], "Cave\nau fond");
        assert_eq!(waiting["items"][0]["from"], "peer");
        // One opening by the peer each time, one by the coordinator.
        let journal = world.journal("proposals_shown").await;
        assert!(journal.iter().any(|it| it.0 == "coordinator"), "{journal:?}");
        let body = json!({"title": "Cave du fond", "pictogram": "building"});
        let site = coordinator.post(&path(&sent["id"], "accept"), body.clone()).await.expect(200);
        assert_eq!(coordinator.post(&path(&sent["id"], "accept"), body).await.expect(200), site);
        let made = coordinator.get(&format!("/api/v1/sites/{id}")).await.expect(200);
        assert_eq!(made["properties"]["origin"], "peer");
        assert_eq!(made["properties"]["nature"], "discreet");
        assert_eq!((&made["properties"]["agent"], &made["properties"]["residents_agree"]), (&json!("waits"), &json!(true)));
        let own = peer.get("/api/v1/proposals").await.expect(200);
        assert_eq!((&own["items"][0]["decision"], &own["items"][0]["site"]), (&json!("accepted"), &site["site"]));
        let waiting = coordinator.get("/api/v1/proposals").await.expect(200);
        assert_eq!(waiting["items"], json!([]));
        let late = coordinator.post(&path(&sent["id"], "decline"), json!({"reason": "risk"})).await;
        assert_eq!(late.expect(409)["code"], "proposal_decided");
        world.town.agent.get(&format!("/api/v1/sites/{id}")).await.expect(404);
    }

    async fn what_was_proposed_as_discreet_stays_so(world) {
        let body = json!({"nature": "discreet", "title": "Cave", "lat": 44.85, "lon": -0.56});
        let sent = world.town.peer.post("/api/v1/sites", body).await.expect(201);
        let body = json!({"title": "Cave", "nature": "public"});
        let refused = world.town.coordinator.post(&path(&sent["id"], "accept"), body).await;
        assert_eq!(refused.expect(409)["code"], "stays_discreet");
    }

    async fn a_crews_proposal_is_merged_or_declined_with_a_kind_reason(world) {
        let coordinator = &world.town.coordinator;
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let found = |lat: f64| json!({"nature": "public", "lat": lat, "lon": -0.57, "note": "près du kiosque"});
        let facts = [phone.fact("site_proposal", found(44.83)), phone.fact("site_proposal", found(44.84))];
        phone.actor.facts(&facts).await;
        let site = world.town.public_sites[0];
        let merge = path(&facts[0]["id"], "merge");
        coordinator.post(&merge, json!({"site": Uuid::now_v7()})).await.expect(404);
        coordinator.post(&merge, json!({"site": site})).await.expect(204);
        coordinator.post(&merge, json!({"site": site})).await.expect(204);
        let decline = path(&facts[1]["id"], "decline");
        let silent = coordinator.post(&decline, json!({"reason": "other"})).await;
        assert_eq!(silent.problem(422), ("words".into(), "missing".into()));
        let body = json!({"reason": "too_far", "words": "merci, on y pensera"});
        coordinator.post(&decline, body).await.expect(204);
        assert_eq!(coordinator.get("/api/v1/proposals").await.expect(200)["items"], json!([]));
        let clear: i64 = world.value(
            "select cast(count(*) as bigint) from proposal_decisions where sealed is not null"
        ).await;
        assert_eq!(clear, 1);
        coordinator.post(&path(&json!(Uuid::nil()), "decline"), json!({"reason": "risk"})).await.expect(404);
    }

    async fn words_of_a_refusal_reach_who_proposed_and_nobody_else(world) {
        let body = json!({"nature": "public", "title": "Coin", "lat": 44.85, "lon": -0.56});
        let sent = world.town.peer.post("/api/v1/sites", body.clone()).await.expect(201);
        // Their own proposal is told to them when they come back to the same place.
        let twice = world.town.peer.post("/api/v1/sites", body.clone()).await.expect(201);
        assert_eq!(twice["nearby"][0]["id"], sent["id"]);
        let agents = world.town.agent.post("/api/v1/sites", body).await.expect(201);
        assert_eq!(agents["nearby"], json!([]));
        let body = json!({"reason": "residents", "words": "ils vous remercient"});
        world.town.coordinator.post(&path(&sent["id"], "decline"), body).await.expect(204);
        let own = world.town.peer.get("/api/v1/proposals").await.expect(200);
        let answered = own["items"].as_array().unwrap().iter().find(|it| it["id"] == sent["id"]).unwrap();
        assert_eq!((&answered["reason"], &answered["words"]), (&json!("residents"), &json!("ils vous remercient")));
        let elsewhere = world.another_town("ailleurs").await;
        let others = elsewhere.coordinator.get("/api/v1/proposals").await.expect(200);
        assert_eq!(others["items"], json!([]));
        let others = elsewhere.coordinator.post(&path(&sent["id"], "merge"), json!({"site": elsewhere.public_sites[0]})).await;
        others.expect(404);
    }
}

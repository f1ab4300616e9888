//! Receiving facts: who may record what, what is counted, what is sealed.

use crate::on_both;
use serde_json::{Value, json};
use server::db::sql;
use uuid::Uuid;

fn accepted(results: &[(String, Option<String>)]) -> bool {
    results.iter().all(|(status, _)| status == "accepted")
}

on_both! {
    async fn the_same_id_with_other_content_is_a_conflict_and_changes_nothing(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let fact = phone.pickup(json!({"site": world.town.public_sites[0]}), 5);
        let mut other = fact.clone();
        other["data"]["count"] = json!(500);
        let results = phone.actor.facts(&[fact.clone(), other, fact.clone()]).await;
        let statuses: Vec<&str> = results.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(statuses, ["accepted", "conflict", "duplicate"]);
        let summary = world.summary(outing).await;
        assert_eq!(summary["totals"]["syringe"], 5);
        assert_eq!(summary["set_aside"], 1);
    }

    async fn the_same_fact_written_in_another_order_is_the_same_fact(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let fact = phone.pickup(json!({"site": world.town.public_sites[0]}), 5);
        let turned: serde_json::Map<String, Value> =
            fact.as_object().unwrap().iter().rev().map(|(k, v)| (k.clone(), v.clone())).collect();
        phone.actor.facts(&[fact]).await;
        assert_eq!(phone.actor.facts(&[turned.into()]).await[0].0, "duplicate");
    }

    async fn a_void_may_come_before_its_target(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let pickup = phone.pickup(json!({"site": world.town.public_sites[0]}), 5);
        let void = phone.fact("void", json!({"target": pickup["id"]}));
        assert!(accepted(&phone.actor.facts(&[void]).await));
        assert!(accepted(&phone.actor.facts(&[pickup]).await));
        assert_eq!(world.summary(outing).await["totals"], json!({}));
    }

    async fn a_crew_cannot_take_back_what_a_coordinator_said(world) {
        let outing = world.open_outing().await;
        world.mark(outing, world.town.peers[0], true).await.expect(200);
        let mut tx = world.app.db.read().await.unwrap();
        let (id,): (Uuid,) = sql("select id from facts where kind = 'presence'")
            .one(&mut tx).await.unwrap();
        drop(tx);
        let mut phone = world.crew_phone(outing).await;
        let void = phone.fact("void", json!({"target": id}));
        assert!(accepted(&phone.actor.facts(&[void]).await));
        assert_eq!(world.summary(outing).await["presences"].as_array().unwrap().len(), 1);
    }

    async fn a_crew_phone_only_suggests_presences(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let seen = phone.fact("presence", json!({"peer": world.town.peers[1], "present": true}));
        assert!(accepted(&phone.actor.facts(&[seen]).await));
        let summary = world.summary(outing).await;
        assert_eq!(summary["presences"], json!([]));
        assert_eq!(summary["suggested"], json!([world.town.peers[1]]));
        world.close(outing).await.expect(200);
        let lines = world.town.coordinator.get("/api/v1/allowances").await.expect(200);
        assert_eq!(lines["items"], json!([]));
    }

    async fn each_sender_records_only_its_own_kinds(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let city = phone.fact("city_pickup", json!({"site": world.town.public_sites[0], "count": 1}));
        let results = phone.actor.facts(std::slice::from_ref(&city)).await;
        assert_eq!(results[0], ("refused".into(), Some("not_for_this_sender".into())));
        let mut of_agent = city;
        of_agent["id"] = json!(Uuid::now_v7());
        of_agent["outing"] = Value::Null;
        assert!(accepted(&world.town.agent.facts(&[of_agent.clone()]).await));
        let pickup = phone.pickup(json!({}), 1);
        assert_eq!(world.town.agent.facts(std::slice::from_ref(&pickup)).await[0].0, "refused");
        assert_eq!(world.town.peer.facts(&[pickup]).await[0].0, "refused");
        world.town.clerk.post("/api/v1/facts", json!({"facts": []})).await.expect(403);
    }

    async fn to_an_agent_a_discreet_site_is_a_site_that_is_not_there(world) {
        let mut results = Vec::new();
        for site in [world.town.discreet_site.0, Uuid::now_v7()] {
            let fact = json!({
                "id": Uuid::now_v7(), "kind": "city_pickup", "outing": null, "device": Uuid::new_v4(),
                "seq": 1, "recorded_at": world.app.now(), "data": {"site": site, "count": 3},
            });
            results.push(world.town.agent.facts(&[fact]).await);
        }
        assert_eq!(results[0], results[1]);
        assert_eq!(results[0][0].1.as_deref(), Some("unknown_site"));
    }

    async fn a_coordinators_phone_opens_confirms_and_makes_a_newcomer_by_facts(world) {
        let outing = world.planned_outing().await;
        let phone = world.crew_phone(outing).await;
        let newcomer = Uuid::now_v7();
        let fact = |kind: &str, data: Value| json!({
            "id": Uuid::now_v7(), "kind": kind, "outing": outing, "device": Uuid::nil(),
            "seq": 1, "recorded_at": world.app.now(), "data": data,
        });
        let equipment = ["gloves", "tongs", "boxes", "shoes", "gel", "phone", "tshirts"];
        let facts = [
            // A presence may come before the newcomer it speaks of.
            fact("presence", json!({"peer": newcomer, "present": true})),
            fact("newcomer", json!({"peer": newcomer, "pseudonym": "Zoé", "sign": "owl-blue"})),
            fact("phone_confirmed", json!({"device": phone.device, "whose": "peer"})),
            fact("opening", json!({"staff": ["coordinator", "agent"], "equipment": equipment})),
        ];
        for (status, _) in world.town.coordinator.facts(&facts).await {
            assert_eq!(status, "accepted");
        }
        let read = world.town.coordinator.get(&format!("/api/v1/outings/{outing}")).await.expect(200);
        assert_eq!(read["state"], "open");
        assert_eq!(world.summary(outing).await["presences"], json!([newcomer]));
        let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
        assert_eq!(pack["sites"].as_array().unwrap().len(), 4);
        assert_eq!(pack["peers"][0]["pseudonym"], "Zoé");
    }

    async fn points_and_words_are_sealed_on_receipt(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let here = phone.pickup(json!({"lat": 44.812_345, "lon": -0.598_765}), 2);
        let note = phone.fact("note", json!({"text": "portail mauve"}));
        let mut odd = phone.fact("hologram", json!({"words": "futur antérieur"}));
        odd["extra"] = json!("hors sujet");
        let results = phone.actor.facts(&[here, note, odd]).await;
        assert!(accepted(&results));
        assert_eq!(results[2].1.as_deref(), Some("unknown_kind"));
        let mut tx = world.app.db.read().await.unwrap();
        let rows: Vec<(String, Option<Vec<u8>>)> =
            sql("select data, sealed from facts where outing_id = $1").bind(outing)
                .all(&mut tx).await.unwrap();
        assert_eq!(rows.len(), 3);
        for (data, sealed) in rows {
            for secret in ["812345", "598765", "mauve", "futur"] {
                assert!(!data.contains(secret));
            }
            assert!(!sealed.unwrap().windows(5).any(|it| it == b"mauve"));
        }
    }
}

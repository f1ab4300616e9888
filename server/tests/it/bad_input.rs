//! Bad input: a problem that names the field, or one refused fact; nothing lost, nothing panics.

use crate::on_both;
use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

on_both! {
    async fn one_bad_fact_holds_back_none_of_the_others(world) {
        let other = world.another_town("ailleurs").await;
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let site = world.town.public_sites[0];
        let good = phone.pickup(json!({"site": site}), 2);
        let bad = |change: &dyn Fn(&mut Value)| {
            let mut fact = good.clone();
            fact["id"] = json!(Uuid::now_v7());
            change(&mut fact);
            fact
        };
        let cases = [
            ("out_of_range", bad(&|it| it["data"]["count"] = json!(0))),
            ("out_of_range", bad(&|it| it["data"]["count"] = json!(-3))),
            ("out_of_range", bad(&|it| it["data"]["count"] = json!(1001))),
            ("out_of_range", bad(&|it| it["data"] = json!({"lat": 95, "lon": 0, "item": "syringe", "count": 1, "method": "counted"}))),
            ("null_island", bad(&|it| it["data"] = json!({"lat": 0, "lon": 0, "item": "syringe", "count": 1, "method": "counted"}))),
            ("unknown_site", bad(&|it| it["data"]["site"] = json!(other.public_sites[0]))),
            ("unknown_site", bad(&|it| it["data"]["site"] = json!(Uuid::new_v4()))),
            ("not_of_this_phone", bad(&|it| it["outing"] = json!(Uuid::new_v4()))),
            ("not_of_this_phone", bad(&|it| it["outing"] = Value::Null)),
            ("not_this_phone", bad(&|it| it["device"] = json!(Uuid::new_v4()))),
            ("not_a_uuid", bad(&|it| it["id"] = json!("7"))),
            ("not_rfc3339", bad(&|it| it["recorded_at"] = json!("hier"))),
            ("not_an_object", json!(17)),
            ("missing", json!({})),
        ];
        let mut batch = vec![good.clone()];
        batch.extend(cases.iter().map(|(_, fact)| fact.clone()));
        batch.push(phone.pickup(json!({"site": site}), 3));
        let results = phone.actor.facts(&batch).await;
        assert_eq!(results[0].0, "accepted");
        for ((code, fact), (status, reason)) in cases.iter().zip(&results[1..]) {
            assert_eq!((status.as_str(), reason.as_deref()), ("refused", Some(*code)), "{fact}");
        }
        assert_eq!(results.last().unwrap().0, "accepted");
        let summary = world.summary(outing).await;
        assert_eq!(summary["totals"]["syringe"], 5);
        assert_eq!(summary["set_aside"], cases.len());
        phone.actor.facts(&batch).await;
        assert_eq!(world.summary(outing).await["set_aside"], cases.len(), "kept aside once");
    }

    async fn facts_out_of_time_are_kept_and_marked(world) {
        let outing = world.planned_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let fact = phone.pickup(json!({}), 1);
        assert_eq!(phone.actor.facts(&[fact]).await[0], ("accepted".into(), Some("early".into())));
        world.open(outing).await;
        for when in ["1970-01-01T00:00:09Z", "2027-11-24T13:05:00Z"] {
            let mut fact = phone.pickup(json!({}), 1);
            fact["recorded_at"] = json!(when);
            let results = phone.actor.facts(&[fact]).await;
            assert_eq!(results[0], ("accepted".into(), Some("time_to_check".into())), "{when}");
        }
        world.close(outing).await.expect(200);
        let fact = phone.pickup(json!({}), 1);
        assert_eq!(phone.actor.facts(&[fact]).await[0], ("accepted".into(), Some("late".into())));
        let summary = world.summary(outing).await;
        let marked = [&summary["early"], &summary["to_check"], &summary["late"]];
        assert_eq!(marked, [&json!(1), &json!(2), &json!(1)]);
        assert_eq!(summary["totals"]["syringe"], 4);
    }

    async fn a_body_that_cannot_be_read_is_a_problem_that_says_where(world) {
        let outing = world.open_outing().await;
        let phone = world.crew_phone(outing).await;
        let post = |kind: &'static str, body: Vec<u8>| {
            phone.actor.raw(Method::POST, "/api/v1/facts", kind, body)
        };
        let json_kind = "application/json";
        let said = post(json_kind, br#"{"facts": [{"id": "#.to_vec()).await.problem(400);
        assert_eq!(said, ("body".into(), "cut_short".into()));
        let said = post(json_kind, b"facts=1".to_vec()).await.problem(400);
        assert_eq!(said, ("body".into(), "not_json".into()));
        let said = post(json_kind, b"{\"facts\": [\"\xff\xfe\"]}".to_vec()).await.problem(400);
        assert_eq!(said.0, "body");
        let said = post("text/plain", b"{}".to_vec()).await.problem(415);
        assert_eq!(said, ("Content-Type".into(), "unsupported".into()));
        let said = post(json_kind, b"{}".to_vec()).await.problem(422);
        assert_eq!(said, ("facts".into(), "not_a_list".into()));
        let said = post(json_kind, vec![b' '; 1_100_000]).await.problem(413);
        assert_eq!(said, ("body".into(), "over_the_limit".into()));
        let many = json!({"facts": vec![json!({}); 201]}).to_string();
        let said = post(json_kind, many.into_bytes()).await.problem(413);
        assert_eq!(said, ("facts".into(), "too_many".into()));
        let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
        post(json_kind, deep.into_bytes()).await.problem(400);
    }

    async fn wrong_values_name_their_field(world) {
        let coordinator = &world.town.coordinator;
        let said = coordinator.post("/api/v1/outings", json!({"day": "24/11/2026"})).await.problem(422);
        assert_eq!(said, ("day".into(), "not_a_day".into()));
        let body = json!({"day": "2026-11-24", "starts_at": "25:00"});
        assert_eq!(coordinator.post("/api/v1/outings", body).await.problem(422).0, "starts_at");
        let body = json!({"day": "2026-11-24", "sites": [Uuid::new_v4()]});
        let said = coordinator.post("/api/v1/outings", body).await.problem(422);
        assert_eq!(said, ("sites".into(), "unknown_site".into()));
        let body = json!({"id": "pas un id", "day": "2026-11-24"});
        coordinator.post("/api/v1/outings", body).await.expect(422);
        for bad in ["1,2", "a,b,c,d", "0,91,1,92", "5,0,4,1"] {
            let said = coordinator.get(&format!("/api/v1/sites?bbox={bad}")).await.problem(422);
            assert_eq!(said.0, "bbox", "{bad}");
        }
        let site = json!({"nature": "public", "title": "X", "lat": 0, "lon": 0});
        assert_eq!(coordinator.post("/api/v1/sites", site).await.problem(422).1, "null_island");
        let said = coordinator.get("/api/v1/outings?limit=9999").await.problem(422);
        assert_eq!(said, ("limit".into(), "out_of_range".into()));
        coordinator.get("/api/v1/outings/not-an-id").await.expect(404);
        coordinator.get("/api/v1/allowance-lists/2026-1/list.csv").await.expect(404);
        let outing = world.open_outing().await;
        let path = format!("/api/v1/outings/{outing}/presences");
        let body = json!({"peer": Uuid::new_v4(), "present": true});
        assert_eq!(coordinator.post(&path, body).await.problem(404).0, "peer");
        coordinator.post(&path, json!({"present": true})).await.expect(422);
    }
}

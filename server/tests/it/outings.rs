//! Outings: planning, the green light, presences, closing.

use crate::on_both;
use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

on_both! {
    async fn without_an_agent_the_light_is_red_and_a_reason_opens_all_the_same(world) {
        let id = world.planned_outing().await;
        let coordinator = &world.town.coordinator;
        let path = |what: &str| format!("/api/v1/outings/{id}/{what}");
        coordinator.post(&path("staff"), json!({"coordinators": 1})).await.expect(200);
        let red = coordinator.post(&path("open"), json!({})).await.expect(409);
        assert_eq!(red["code"], "no_green_light");
        assert_eq!(red["errors"][0]["field"], "agent");
        let opened = coordinator.post(&path("open"), json!({"override": "agent malade"})).await;
        let opened = opened.expect(200);
        assert_eq!((&opened["state"], &opened["overridden"]), (&json!("open"), &json!(true)));
        coordinator.post(&path("open"), json!({})).await.expect(409);
    }

    async fn an_outing_is_created_once_however_often_it_is_sent(world) {
        let id = Uuid::now_v7();
        let body = json!({"id": id, "day": "2026-12-01"});
        let coordinator = &world.town.coordinator;
        let a = coordinator.post("/api/v1/outings", body.clone()).await.expect(201);
        let b = coordinator.post("/api/v1/outings", body).await.expect(201);
        assert_eq!(a, b);
        let list = coordinator.get("/api/v1/outings").await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }

    async fn two_coordinators_do_not_overwrite_each_other(world) {
        let id = world.planned_outing().await;
        let path = format!("/api/v1/outings/{id}");
        let coordinator = &world.town.coordinator;
        let tag = coordinator.get(&path).await.headers["etag"].clone();
        let change = |tag: Option<axum::http::HeaderValue>, text: &str| {
            let mut request = coordinator.request(Method::PATCH, &path)
                .header("content-type", "application/json");
            if let Some(tag) = tag {
                request = request.header("if-match", tag);
            }
            let body = json!({"meeting_point": text}).to_string();
            coordinator.send(request.body(body.into()).unwrap())
        };
        let first = change(Some(tag.clone()), "Au pont").await.expect(200);
        assert_eq!(first["meeting_point"], "Au pont");
        change(Some(tag), "Au local").await.expect(412);
        assert_eq!(change(None, "x").await.problem(400).0, "If-Match");
    }

    async fn what_the_people_who_live_there_refused_cannot_be_planned(world) {
        let coordinator = &world.town.coordinator;
        let site = json!({
            "nature": "discreet", "title": "Cour", "lat": 44.83, "lon": -0.57, "residents_agree": false,
        });
        let site = coordinator.post("/api/v1/sites", site).await.expect(201);
        let body = json!({"day": "2026-12-01", "sites": [site["id"]]});
        let refused = coordinator.post("/api/v1/outings", body).await;
        assert_eq!(refused.problem(422), ("sites".into(), "residents_said_no".into()));
    }

    async fn after_closing_nothing_is_edited(world) {
        let outing = world.open_outing().await;
        world.mark(outing, world.town.peers[0], true).await.expect(200);
        world.close(outing).await.expect(200);
        world.close(outing).await.expect(409);
        world.mark(outing, world.town.peers[1], true).await.expect(409);
        let lines = world.town.coordinator.get("/api/v1/allowances?state=due").await.expect(200);
        assert_eq!(lines["items"].as_array().unwrap().len(), 1);
        assert_eq!(lines["items"][0]["amount_cents"], 1500);
    }

    async fn a_presence_taken_back_is_no_presence(world) {
        let outing = world.open_outing().await;
        let peer = world.town.peers[0];
        world.mark(outing, peer, true).await.expect(200);
        world.set_clock("2026-11-24T13:06:00Z");
        let after = world.mark(outing, peer, false).await.expect(200);
        assert_eq!(after["presences"], json!([]));
    }

    async fn pages_of_a_list_meet_without_gap_or_repetition(world) {
        let coordinator = &world.town.coordinator;
        for day in 1..=7 {
            let body = json!({"day": format!("2026-12-{day:02}")});
            coordinator.post("/api/v1/outings", body).await.expect(201);
        }
        let (mut days, mut after) = (Vec::new(), String::new());
        loop {
            let page = coordinator.get(&format!("/api/v1/outings?limit=3{after}")).await.expect(200);
            for item in page["items"].as_array().unwrap() {
                days.push(item["day"].as_str().unwrap().to_owned());
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        let wanted: Vec<String> = (1..=7).rev().map(|day| format!("2026-12-{day:02}")).collect();
        assert_eq!(days, wanted);
    }
}

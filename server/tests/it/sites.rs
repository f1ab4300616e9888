//! Sites: each reader by their wall, and a site sent twice.

use crate::on_both;
use serde_json::{Value, json};
use uuid::Uuid;

fn titles(collection: &Value) -> Vec<String> {
    let features = collection["features"].as_array().unwrap();
    let title = |it: &Value| it["properties"]["title"].as_str().unwrap().to_owned();
    features.iter().map(title).collect()
}

on_both! {
    async fn a_site_sent_twice_is_one_site_and_the_first_one_stays(world) {
        let agent = &world.town.agent;
        let id = Uuid::now_v7();
        let site = |title: &str| json!({
            "id": id, "nature": "public", "title": title, "lat": 44.83, "lon": -0.57,
        });
        let first = agent.post("/api/v1/sites", site("Place du Palais")).await.expect(201);
        let again = agent.post("/api/v1/sites", site("Une autre place")).await.expect(201);
        assert_eq!(first, again);
        let all = titles(&agent.get("/api/v1/sites").await.expect(200));
        assert_eq!(all.iter().filter(|it| it.contains("lace du Palais")).count(), 1);
    }

    async fn a_discreet_site_is_a_coordinators_and_each_opening_is_journalled(world) {
        for actor in [&world.town.agent, &world.town.peer] {
            let all = titles(&actor.get("/api/v1/sites").await.expect(200));
            assert_eq!(all, ["Place 0", "Place 1", "Place 2"]);
        }
        assert!(world.journal("sites_shown").await.is_empty());
        let all = titles(&world.town.coordinator.get("/api/v1/sites").await.expect(200));
        assert_eq!(all[3], "Garage secret bordeaux");
        let journal = world.journal("sites_shown").await;
        assert_eq!(journal[0].1, format!("site:{}", world.town.discreet_site));
        // A box that holds no discreet site tells nothing, and the opening still leaves a trace.
        let empty = world.town.coordinator.get("/api/v1/sites?bbox=0,0,1,1").await.expect(200);
        assert!(titles(&empty).is_empty());
        assert_eq!(world.journal("sites_shown").await.len(), 2);
    }

    async fn an_agent_makes_no_discreet_site(world) {
        let body = json!({"nature": "discreet", "title": "Cour", "lat": 44.83, "lon": -0.57});
        let refused = world.town.agent.post("/api/v1/sites", body).await;
        assert_eq!(refused.problem(422), ("nature".into(), "not_for_this_sender".into()));
    }
}

//! Crew phones: joining, the pack, and what is no longer theirs.

use crate::on_both;
use serde_json::{Value, json};
use uuid::Uuid;

fn titles(pack: &Value) -> Vec<&str> {
    let sites = pack["sites"].as_array().unwrap();
    sites
        .iter()
        .map(|it| it["title"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn a_phone_gets_public_sites_and_discreet_ones_once_confirmed(world) {
        let outing = world.open_outing().await;
        let phone = world.crew_phone(outing).await;
        let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
        assert_eq!(titles(&pack), ["Place 0", "Place 1", "Place 2"]);
        assert_eq!(pack["outing"]["title"], "Sortie de mardi");
        assert!(world.journal("pack_given").await.is_empty());

        let path = format!("/api/v1/outings/{outing}/phones/{}/confirm", phone.device);
        let coordinator = &world.town.coordinator;
        coordinator.post(&path, json!({"whose": "agent"})).await.expect(204);
        let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
        assert_eq!(titles(&pack).len(), 3, "an agent's phone never gets a discreet site");

        coordinator.post(&path, json!({"whose": "association"})).await.expect(204);
        let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
        assert_eq!(titles(&pack)[3], "Garage secret bordeaux");
        let journal = world.journal("pack_given").await;
        assert_eq!(journal[0].0, "crew_phone");
        assert_eq!(journal[0].1, format!("site:{}", world.town.discreet_site));
    }

    async fn the_day_after_a_phone_reads_nothing_and_still_hands_in(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        world.close(outing).await.expect(200);
        world.set_clock("2026-11-27T09:00:00Z");
        phone.actor.get("/api/v1/crew/pack").await.expect(403);
        let fact = phone.pickup(json!({}), 3);
        assert_eq!(
            phone.actor.facts(&[fact]).await,
            [("accepted".into(), Some("late".into()))]
        );
        assert_eq!(world.summary(outing).await["late"], 1);
        world.set_clock("2027-03-01T09:00:00Z");
        phone.actor.post("/api/v1/facts", json!({"facts": []})).await.expect(401);
    }

    async fn a_revoked_phone_is_shut_out_and_cannot_join_again(world) {
        let outing = world.open_outing().await;
        let phone = world.crew_phone(outing).await;
        let path = format!("/api/v1/outings/{outing}/phones/{}/revoke", phone.device);
        world.town.coordinator.post(&path, json!({})).await.expect(204);
        phone.actor.get("/api/v1/crew/pack").await.expect(401);
        let body = json!({"code": world.code(outing).await, "device": phone.device});
        world.anon().post("/api/v1/crew/join", body).await.expect(409);
    }

    async fn a_code_that_is_wrong_expired_renewed_or_of_an_ended_outing_opens_nothing(world) {
        let outing = world.open_outing().await;
        let code = world.code(outing).await;
        let join = |code: String| json!({"code": code, "device": Uuid::new_v4()});
        let anon = world.anon();
        let wrong = anon.post("/api/v1/crew/join", join("AB".into())).await;
        assert_eq!(wrong.problem(422), ("code".into(), "not_a_code".into()));
        let unknown = if code == "ZZZZZZ" { "YYYYYY" } else { "ZZZZZZ" };
        let wrong = anon.post("/api/v1/crew/join", join(unknown.into())).await;
        assert_eq!(wrong.problem(404), ("code".into(), "unknown_code".into()));

        world.set_clock("2026-11-25T02:00:00Z");
        let expired = anon.post("/api/v1/crew/join", join(code.clone())).await;
        assert_eq!(expired.problem(409), ("code".into(), "code_expired".into()));
        let new = world.code(outing).await;
        assert_ne!(new, code);
        anon.post("/api/v1/crew/join", join(code)).await.expect(404);
        anon.post("/api/v1/crew/join", join(new.to_lowercase())).await.expect(200);
        world.close(outing).await.expect(200);
        let over = anon.post("/api/v1/crew/join", join(new)).await.expect(409);
        assert_eq!(over["code"], "outing_closed");
    }

    async fn guessing_codes_is_held_back(world) {
        let outing = world.open_outing().await;
        let code = world.code(outing).await;
        let join = |code: &str| json!({"code": code, "device": Uuid::new_v4()});
        let mut held = None;
        for _ in 0..30 {
            let answer = world.anon().post("/api/v1/crew/join", join("222222")).await;
            if answer.status == 429 {
                held = answer.headers.get("retry-after").cloned();
                break;
            }
        }
        assert!(held.unwrap().to_str().unwrap().parse::<u32>().unwrap() > 0);
        world.anon().post("/api/v1/crew/join", join(&code)).await.expect(429);
        world.set_clock("2026-11-24T13:07:00Z");
        world.anon().post("/api/v1/crew/join", join(&code)).await.expect(200);
    }
}

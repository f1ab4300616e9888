//! The end of an outing: what is looked at before closing, and revisions after it.

use crate::on_both;
use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const FORM: &str = "application/x-www-form-urlencoded";

async fn revise(
    world: &crate::support::World,
    outing: Uuid,
    body: Value,
) -> crate::support::Answer {
    let path = format!("/api/v1/outings/{outing}/revisions");
    world.town.coordinator.post(&path, body).await
}

/// The due lines, as (peer, cents).
async fn due(world: &crate::support::World) -> Vec<(String, i64)> {
    let lines = world
        .town
        .coordinator
        .get("/api/v1/allowances?state=due")
        .await
        .expect(200);
    let mut due: Vec<(String, i64)> = lines["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["peer"].as_str().unwrap().to_owned(),
                it["amount_cents"].as_i64().unwrap(),
            )
        })
        .collect();
    due.sort();
    due
}

on_both! {
    async fn closing_asks_twice_while_a_phone_may_still_hold_facts(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let site = world.town.public_sites[0];
        let first = phone.pickup(json!({"site": site}), 3);
        phone.pickup(json!({"site": site}), 4);
        let third = phone.pickup(json!({"site": site}), 5);
        phone.actor.facts(&[first, third]).await;
        let path = format!("/sorties/{outing}/fin");
        let page = world.town.coordinator.get(&path).await.expect_page(200);
        assert!(page.contains("1 relevé manque dans sa suite"), "the gap in its numbers is seen");
        let asked = world.town.coordinator.raw(Method::POST, &path, FORM, "").await;
        assert!(asked.expect_page(409).contains("Terminer quand même"));
        let outing_path = format!("/api/v1/outings/{outing}");
        let state = world.town.coordinator.get(&outing_path).await.expect(200)["state"].clone();
        assert_eq!(state, "open");
        world.town.coordinator.raw(Method::POST, &path, FORM, "sure=oui").await.expect_page(303);
        let state = world.town.coordinator.get(&outing_path).await.expect(200)["state"].clone();
        assert_eq!(state, "closed");
    }

    async fn a_phone_that_sent_all_of_it_and_is_heard_of_lets_close_at_once(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let site = world.town.public_sites[0];
        let fact = phone.pickup(json!({"site": site}), 3);
        phone.actor.facts(&[fact]).await;
        let path = format!("/sorties/{outing}/fin");
        world.town.coordinator.raw(Method::POST, &path, FORM, "").await.expect_page(303);
    }

    async fn a_phone_that_said_nothing_for_ten_minutes_is_asked_about(world) {
        let outing = world.open_outing().await;
        world.crew_phone(outing).await;
        world.set_clock("2026-11-24T13:16:00Z");
        let path = format!("/sorties/{outing}/fin");
        world.town.coordinator.raw(Method::POST, &path, FORM, "").await.expect_page(409);
    }

    async fn a_program_is_asked_twice_too_and_told_which_phones(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let quiet = world.crew_phone(outing).await;
        let shut_out = world.crew_phone(outing).await;
        let coordinator = &world.town.coordinator;
        let path = format!("/api/v1/outings/{outing}");
        let revoke = format!("{path}/phones/{}/revoke", shut_out.device);
        coordinator.post(&revoke, json!({})).await.expect(204);
        world.set_clock("2026-11-24T13:20:00Z");
        let site = world.town.public_sites[0];
        let first = phone.pickup(json!({"site": site}), 1);
        phone.pickup(json!({"site": site}), 2);
        let third = phone.pickup(json!({"site": site}), 3);
        phone.actor.facts(&[first, third]).await;
        let close = format!("{path}/close");
        for body in [json!({}), json!({"anyway": false})] {
            let asked = coordinator.post(&close, body).await.expect(409);
            assert_eq!(asked["code"], "phones_may_hold");
            let mut told: Vec<(String, &str)> = asked["errors"].as_array().unwrap().iter()
                .map(|it| (it["field"].as_str().unwrap().to_owned(), it["code"].as_str().unwrap()))
                .collect();
            let mut expected = vec![
                (format!("phones.{}", phone.device), "facts_missing"),
                (format!("phones.{}", quiet.device), "quiet"),
            ];
            told.sort();
            expected.sort();
            assert_eq!(told, expected);
        }
        assert_eq!(coordinator.get(&path).await.expect(200)["state"], "open");
        coordinator.post(&close, json!({"anyway": true})).await.expect(200);
        let over = coordinator.post(&close, json!({})).await.expect(409);
        assert_eq!(over["code"], "outing_closed", "what is over is not asked about");
    }

    async fn here_pickups_of_one_spot_are_attached_together_on_the_closing_screen(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let other = world.open_outing().await;
        let mut elsewhere = world.crew_phone(other).await;
        let here = |lat: f64| json!({"lat": lat, "lon": -0.57});
        let spot = [phone.pickup(here(44.85), 7), phone.pickup(here(44.850_1), 2)];
        let apart = [phone.pickup(here(44.86), 4), phone.pickup(json!({}), 1)];
        phone.actor.facts(&[spot.as_slice(), apart.as_slice()].concat()).await;
        let same_spot = elsewhere.pickup(here(44.85), 9);
        elsewhere.actor.facts(&[same_spot]).await;

        let coordinator = &world.town.coordinator;
        let path = format!("/sorties/{outing}/fin");
        let page = coordinator.get(&path).await.expect_page(200);
        assert!(page.contains("3 endroits à rattacher"));
        assert!(page.contains("9 seringues"));
        assert!(page.contains("Garage secret"));
        let id = |fact: &Value| fact["id"].as_str().unwrap().to_owned();
        let (first, second) = (id(&spot[0]), id(&spot[1]));
        let site = world.town.public_sites[0];
        let body = format!("vers=fin&avec={second}&site={site}&geste=rattacher");
        let path_of = |id: &str| format!("/lieux/ici/{id}");
        let done = coordinator.raw(Method::POST, &path_of(&first), FORM, body).await;
        assert_eq!(done.headers["location"], format!("{path}#ici").as_str());
        let summary = world.summary(outing).await;
        assert_eq!(summary["by_site"][0], json!({"site": site, "totals": {"syringe": 9}, "estimated": 0}));

        let public = "vers=fin&site=&geste=public";
        coordinator.raw(Method::POST, &path_of(&id(&apart[0])), FORM, public).await.expect_page(303);
        let page = coordinator.get(&path).await.expect_page(200);
        assert!(page.contains("1 endroit à rattacher"), "the one without a point stays « ici »");
        let told = world.town.agent.get("/api/v1/here-pickups").await.expect(200);
        assert_eq!(told["items"].as_array().unwrap().len(), 1);
        let waiting = coordinator.get("/api/v1/here-pickups").await.expect(200);
        let waiting: Vec<&Value> = waiting["items"].as_array().unwrap().iter().collect();
        assert_eq!(waiting.len(), 2, "another outing's points are another matter");
    }

    async fn after_a_word_about_here_one_goes_back_to_that_outing_and_nowhere_else(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let fact = phone.pickup(json!({"lat": 44.85, "lon": -0.57}), 7);
        phone.actor.facts(std::slice::from_ref(&fact)).await;
        let path = format!("/lieux/ici/{}", fact["id"].as_str().unwrap());
        let site = world.town.public_sites[0];
        let go = async |to: &str| {
            let body = format!("vers={to}&site={site}&geste=rattacher");
            let done = world.town.coordinator.raw(Method::POST, &path, FORM, body).await;
            done.headers["location"].to_str().unwrap().to_owned()
        };
        assert_eq!(go("fin").await, format!("/sorties/{outing}/fin#ici"));
        for elsewhere in ["https%3A%2F%2Fexample.org", "%2F%2Fexample.org", ""] {
            assert_eq!(go(elsewhere).await, "/lieux/a-regarder?fait=rattache");
        }
        world.close(outing).await.expect(200);
        assert_eq!(go("fin").await, format!("/sorties/{outing}"));
    }

    async fn the_city_is_told_a_month_once_its_total_says_nothing_of_one_place(world) {
        let coordinator = &world.town.coordinator;
        let mut discreet = Vec::new();
        for n in 0..3 {
            let body = json!({"nature": "discreet", "title": format!("Caché {n}"),
                "lat": 44.83 + f64::from(n) / 1000.0, "lon": -0.57});
            let made = coordinator.post("/api/v1/sites", body).await.expect(201);
            discreet.push(made["id"].clone());
        }
        let public = json!(world.town.public_sites[0]);
        let goes_out = async |picked: &[(&Value, u32)]| {
            let outing = world.open_outing().await;
            let path = format!("/api/v1/outings/{outing}");
            let version = coordinator.get(&path).await.expect(200)["version"].to_string();
            let sites: Vec<&Value> = picked.iter().map(|it| it.0).collect();
            let change = coordinator.request(Method::PATCH, &path)
                .header("if-match", format!("\"{version}\""))
                .header("content-type", "application/json");
            let change = change.body(json!({"sites": sites}).to_string().into()).unwrap();
            coordinator.send(change).await.expect(200);
            let mut phone = world.crew_phone(outing).await;
            let confirm = format!("{path}/phones/{}/confirm", phone.device);
            coordinator.post(&confirm, json!({"whose": "association"})).await.expect(204);
            for (site, n) in picked {
                let fact = phone.pickup(json!({"site": site}), *n);
                assert_eq!(phone.actor.facts(&[fact]).await[0].0, "accepted");
            }
            world.close(outing).await.expect(200);
            phone
        };
        let home = async || world.town.agent.get("/").await.expect_page(200);
        goes_out(&[(&public, 100), (&discreet[0], 11)]).await;
        assert!(home().await.contains("Pas encore de total"), "the month is not over");
        world.set_clock("2026-12-01T10:00:00Z");
        assert!(home().await.contains("Pas encore de total"), "it would tell of one place");
        let mut phone = goes_out(&[(&public, 50), (&discreet[1], 9), (&discreet[2], 8)]).await;
        world.set_clock("2027-01-01T10:00:00Z");
        let told = home().await;
        assert!(told.contains("Novembre à décembre 2026") || told.contains("Novembre 2026 à décembre 2026"));
        assert!(told.contains("<td class=\"n\">178</td>"));
        // What comes late would be told by the difference.
        let late = phone.pickup(json!({"site": discreet[2]}), 5);
        assert_eq!(phone.actor.facts(&[late]).await[0], ("accepted".into(), Some("late".into())));
        assert_eq!(home().await, told);
    }

    async fn what_is_far_from_usual_is_pointed_out_before_closing(world) {
        let site = world.town.public_sites[0];
        for _ in 0..3 {
            let outing = world.open_outing().await;
            let mut phone = world.crew_phone(outing).await;
            let fact = phone.pickup(json!({"site": site}), 10);
            phone.actor.facts(&[fact]).await;
            world.close(outing).await.expect(200);
        }
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let usual = phone.pickup(json!({"site": site}), 50);
        phone.actor.facts(&[usual]).await;
        let path = format!("/sorties/{outing}/fin");
        let page = world.town.coordinator.get(&path).await.expect_page(200);
        assert!(!page.contains("À regarder deux fois"));
        let more = phone.pickup(json!({"site": site}), 1);
        let here = phone.pickup(json!({"lat": 44.84, "lon": -0.57}), 250);
        phone.actor.facts(&[more, here]).await;
        let page = world.town.coordinator.get(&path).await.expect_page(200);
        assert!(page.contains("51 cette fois, d’habitude environ 10"));
        assert!(page.contains("250 d’un seul coup"));
        assert!(page.contains("1 endroit à rattacher"));
    }

    async fn a_presence_is_noted_on_the_closing_screen_and_one_stays_there(world) {
        let outing = world.open_outing().await;
        let body = format!("peer={}&present=true&vers=fin", world.town.peers[0]);
        let path = format!("/sorties/{outing}/presences");
        let there = world.town.coordinator.raw(Method::POST, &path, FORM, body).await;
        assert_eq!(there.headers["location"], format!("/sorties/{outing}/fin#equipe").as_str());
    }

    async fn a_forgotten_presence_is_revised_once_and_makes_its_line_due_once(world) {
        let outing = world.open_outing().await;
        let [a, b] = [world.town.peers[0], world.town.peers[1]];
        world.mark(outing, a, true).await.expect(200);
        let body = json!({"id": Uuid::now_v7(), "corrects": "presence", "peer": b, "present": true, "reason": "Oublié"});
        assert_eq!(revise(&world, outing, body.clone()).await.expect(409)["code"], "outing_open");
        world.close(outing).await.expect(200);
        let closed = world.town.coordinator.get(&format!("/api/v1/outings/{outing}")).await.expect(200);
        let made = revise(&world, outing, body.clone()).await.expect(201);
        assert_eq!(made["peers"], json!([{"peer": b, "present": true, "line": "added"}]));
        assert_eq!(revise(&world, outing, body).await.expect(201), made, "sent twice, made once");
        let mut both = vec![a, b];
        both.sort();
        let summary = world.summary(outing).await;
        assert_eq!(summary["presences"], json!(both));
        assert_eq!(due(&world).await.len(), 2);
        let again = json!({"corrects": "presence", "peer": b, "present": true, "reason": "Encore"});
        assert_eq!(revise(&world, outing, again).await.expect(409)["code"], "nothing_to_revise");
        let same = world.town.coordinator.get(&format!("/api/v1/outings/{outing}")).await.expect(200);
        assert_eq!(same, closed, "a closed outing never changes");
    }

    async fn a_wrong_presence_gets_a_counter_line_and_its_line_stays(world) {
        let outing = world.open_outing().await;
        let peer = world.town.peers[0];
        world.mark(outing, peer, true).await.expect(200);
        world.close(outing).await.expect(200);
        let wrong = |present| json!({"corrects": "presence", "peer": peer, "present": present, "reason": "Erreur de signe"});
        let made = revise(&world, outing, wrong(false)).await.expect(201);
        assert_eq!(made["peers"][0]["line"], "countered");
        assert_eq!(due(&world).await, [(peer.to_string(), -1500), (peer.to_string(), 1500)]);
        assert_eq!(world.summary(outing).await["presences"], json!([]));
        let back = revise(&world, outing, wrong(true)).await.expect(409);
        assert_eq!(back["code"], "countered_before");
        assert_eq!(world.summary(outing).await["presences"], json!([]), "nothing is half done");
    }

    async fn late_facts_wait_are_shown_and_become_a_revision_with_its_reason(world) {
        let outing = world.open_outing().await;
        let mut own = world.own_phone(outing).await;
        let peer = world.town.peers[2];
        let site = world.town.public_sites[0];
        let presence = own.fact("presence", json!({"peer": peer, "present": true}));
        let pickup = own.pickup(json!({"site": site}), 12);
        world.close(outing).await.expect(200);
        own.actor.facts(&[presence, pickup]).await;
        assert_eq!(due(&world).await, []);
        let path = format!("/sorties/{outing}");
        let page = world.town.coordinator.get(&path).await.expect_page(200);
        assert!(page.contains("2 relevés sont arrivés après la fin") && page.contains("12 seringues"));
        let body = json!({"corrects": "late_facts", "reason": "Téléphone sans réseau"});
        let made = revise(&world, outing, body.clone()).await.expect(201);
        assert_eq!((&made["facts"], &made["peers"][0]["line"]), (&json!(2), &json!("added")));
        assert_eq!(due(&world).await, [(peer.to_string(), 1500)]);
        assert_eq!(world.summary(outing).await["presences"], json!([peer]));
        assert_eq!(revise(&world, outing, body).await.expect(409)["code"], "nothing_to_revise");
        let page = world.town.coordinator.get(&path).await.expect_page(200);
        assert!(page.contains("Téléphone sans réseau") && page.contains("2 relevés en retard acceptés"));
        assert!(!page.contains("sont arrivés après la fin"));
    }

    async fn what_a_revision_said_of_a_person_stays_whatever_comes_late(world) {
        let outing = world.open_outing().await;
        let mut own = world.own_phone(outing).await;
        let peer = world.town.peers[2];
        let presence = own.fact("presence", json!({"peer": peer, "present": true}));
        world.close(outing).await.expect(200);
        let there = json!({"corrects": "presence", "peer": peer, "present": true, "reason": "Il était là"});
        revise(&world, outing, there).await.expect(201);
        own.actor.facts(&[presence]).await;
        let late = json!({"corrects": "late_facts", "reason": "Sans réseau"});
        let made = revise(&world, outing, late).await.expect(201);
        assert_eq!(made["peers"], json!([]));
        assert_eq!(due(&world).await.len(), 1);
    }

    async fn a_revision_asks_why_and_of_what(world) {
        let outing = world.open_outing().await;
        world.close(outing).await.expect(200);
        let peer = world.town.peers[0];
        for (body, wrong) in [
            (json!({"corrects": "late_facts"}), ("reason", "missing")),
            (json!({"corrects": "late_facts", "reason": "  "}), ("reason", "missing")),
            (json!({"corrects": "presence", "reason": "x", "present": true}), ("peer", "missing")),
            (json!({"corrects": "presence", "reason": "x", "peer": peer}), ("present", "missing")),
            (json!({"corrects": "counts", "reason": "x"}), ("corrects", "unknown_value")),
        ] {
            let refused = revise(&world, outing, body).await.problem(422);
            assert_eq!(refused, (wrong.0.to_owned(), wrong.1.to_owned()));
        }
        let nobody = json!({"corrects": "presence", "peer": Uuid::new_v4(), "present": true, "reason": "x"});
        assert_eq!(revise(&world, outing, nobody).await.expect(404)["code"], "unknown_peer");
    }
}

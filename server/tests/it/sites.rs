//! Sites: each reader by their wall, and a site sent twice.

use crate::on_both;
use crate::support::{Actor, Answer};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};
use server::db::sql;
use uuid::Uuid;

/// `PATCH` of a site as it was read: the version first, then the change.
async fn change(actor: &Actor, id: impl std::fmt::Display, version: &str, body: Value) -> Answer {
    let request = actor
        .request(Method::PATCH, &format!("/api/v1/sites/{id}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, version);
    actor
        .send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

async fn version(actor: &Actor, id: impl std::fmt::Display) -> String {
    let answer = actor.get(&format!("/api/v1/sites/{id}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.headers[header::ETAG].to_str().unwrap().to_owned()
}

/// The state of a site, as the list says.
async fn state(actor: &Actor, id: impl std::fmt::Display) -> String {
    let site = actor.get(&format!("/api/v1/sites/{id}")).await.expect(200);
    site["properties"]["state"].as_str().unwrap().to_owned()
}

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

    async fn a_map_from_near_opens_only_what_may_be_in_sight(world) {
        let (coordinator, known) = (&world.town.coordinator, world.town.discreet_site);
        let body = json!({"nature": "discreet", "title": "Cour", "lat": 44.95, "lon": -0.40});
        let made = coordinator.post("/api/v1/sites", body).await.expect(201);
        let far = made["id"].as_str().unwrap().to_owned();
        // Looking for duplicates of it opened nothing that lies elsewhere.
        let opened = world.journal("sites_shown").await;
        assert!(opened.iter().all(|it| !it.1.contains(&known.to_string())), "{opened:?}");
        let shown = || async { world.journal("sites_shown").await.pop().unwrap().1 };
        let around = |lat: f64, lon: f64| {
            let [west, south, east, north] = [lon - 0.002, lat - 0.001, lon + 0.002, lat + 0.001];
            format!("/api/v1/sites?bbox={west},{south},{east},{north}&zoom=16&nature=discreet")
        };
        let near = coordinator.get(&around(44.95, -0.40)).await.expect(200);
        assert_eq!(titles(&near), ["Cour"]);
        assert_eq!(shown().await, format!("site:{far}"));
        // Moved, it is found where it is now.
        let moved = json!({"lat": 44.99, "lon": -0.30});
        change(coordinator, &far, &version(coordinator, &far).await, moved).await.expect(200);
        let gone = coordinator.get(&around(44.95, -0.40)).await.expect(200);
        assert!(titles(&gone).is_empty());
        let there = coordinator.get(&around(44.99, -0.30)).await.expect(200);
        assert_eq!(titles(&there), ["Cour"]);
        // A row of an earlier version does not say where it lies: opened once, it does.
        let mut tx = world.app.db.write().await.unwrap();
        sql("update sites set cell = null").run(&mut tx).await.unwrap();
        sql("update site_turns set last = last + 1").run(&mut tx).await.unwrap();
        let turn = "update site_visits set turn = (select max(last) from site_turns)";
        sql(turn).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        for opened in [2, 1] {
            let there = coordinator.get(&around(44.99, -0.30)).await.expect(200);
            assert_eq!(titles(&there), ["Cour"]);
            assert_eq!(shown().await.matches("site:").count(), opened);
        }
    }

    async fn an_agent_makes_no_discreet_site(world) {
        let body = json!({"nature": "discreet", "title": "Cour", "lat": 44.83, "lon": -0.57});
        let refused = world.town.agent.post("/api/v1/sites", body).await;
        assert_eq!(refused.problem(422), ("nature".into(), "not_for_this_sender".into()));
    }

    async fn a_site_is_seen_planned_done_and_returns(world) {
        let (agent, site) = (&world.town.agent, world.town.public_sites[0]);
        assert_eq!(state(agent, site).await, "seen");
        let outing = world.open_outing().await;
        assert_eq!(state(agent, site).await, "planned");
        let mut phone = world.crew_phone(outing).await;
        let pickup = phone.pickup(json!({"site": site}), 23);
        phone.actor.facts(&[pickup]).await;
        world.set_clock("2026-11-24T15:05:00Z");
        world.close(outing).await.expect(200);
        assert_eq!(state(agent, site).await, "done");
        let sighting = |at: &str| json!({
            "id": Uuid::now_v7(), "kind": "sighting", "outing": null, "device": Uuid::nil(),
            "seq": 1, "recorded_at": at,
            "data": {"site": site, "category": "rue", "urgency": "normal", "near_children": false},
        });
        // Seen before it was done, and sent after: that is no return.
        agent.facts(&[sighting("2026-11-24T14:30:00Z")]).await;
        assert_eq!(state(agent, site).await, "done");
        world.set_clock("2026-11-25T09:00:00Z");
        let again = sighting("2026-11-25T08:00:00Z");
        agent.facts(std::slice::from_ref(&again)).await;
        assert_eq!(state(agent, site).await, "returned");
        let history = agent.get(&format!("/api/v1/sites/{site}/history")).await.expect(200);
        assert_eq!(history["outings"][0]["totals"], json!({"syringe": 23}));
        assert_eq!(history["outings"][0]["counted"], 23);
        assert_eq!(history["sightings"].as_array().unwrap().len(), 2);
        // Taken back, it never was.
        let void = json!({
            "id": Uuid::now_v7(), "kind": "void", "outing": null, "device": Uuid::nil(), "seq": 2,
            "recorded_at": "2026-11-25T08:30:00Z", "data": {"target": again["id"]},
        });
        agent.facts(&[void]).await;
        assert_eq!(state(agent, site).await, "done");
        // The city picked it up itself, after somebody saw needles once more.
        world.set_clock("2026-11-26T09:00:00Z");
        agent.facts(&[sighting("2026-11-26T08:00:00Z")]).await;
        assert_eq!(state(agent, site).await, "returned");
        let own = json!({
            "id": Uuid::now_v7(), "kind": "city_pickup", "outing": null, "device": Uuid::nil(),
            "seq": 3, "recorded_at": "2026-11-26T08:40:00Z", "data": {"site": site, "count": 4},
        });
        agent.facts(&[own]).await;
        assert_eq!(state(agent, site).await, "done");
        let history = agent.get(&format!("/api/v1/sites/{site}/history")).await.expect(200);
        assert_eq!(history["city_pickups"][0]["count"], 4);
        assert_eq!(history["outings"][0]["totals"], json!({"syringe": 23}));
    }

    async fn a_change_asks_for_the_version_that_was_read(world) {
        let (agent, site) = (&world.town.agent, world.town.public_sites[0]);
        let read = version(agent, site).await;
        let first = change(agent, site, &read, json!({"title": "Place du Palais"})).await;
        assert_eq!(first.headers[header::ETAG], "\"2\"");
        assert_eq!(first.expect(200)["properties"]["title"], "Place du Palais");
        let late = change(agent, site, &read, json!({"title": "Place Autre"})).await;
        assert_eq!(late.expect(412)["code"], "changed_meanwhile");
        let none = change(agent, site, "peut-être", json!({})).await;
        assert_eq!(none.problem(400), ("If-Match".into(), "not_a_version".into()));
        let half = change(agent, site, "\"2\"", json!({"lat": 44.8})).await;
        assert_eq!(half.problem(422), ("lon".into(), "missing".into()));
        for (body, field) in [(json!({"nature": "discreet"}), "nature"), (json!({"residents_agree": false}), "residents_agree"), (json!({"agent": "waits"}), "agent")] {
            let refused = change(agent, site, "\"2\"", body).await;
            assert_eq!(refused.problem(422), (field.into(), "not_for_this_sender".into()));
        }
    }

    async fn a_note_of_an_agent_is_read_by_coordinators_only_and_stays_when_others_change(world) {
        let (agent, site) = (&world.town.agent, world.town.public_sites[0]);
        change(agent, site, "\"1\"", json!({"note": "sous le banc"})).await.expect(200);
        let mine = change(agent, site, "\"2\"", json!({"pictogram": "garden"})).await;
        assert!(!mine.text().contains("sous le banc"));
        let seen = world.town.coordinator.get(&format!("/api/v1/sites/{site}")).await.expect(200);
        assert_eq!(seen["properties"]["note"], "sous le banc");
        assert_eq!(seen["properties"]["pictogram"], "garden");
    }

    async fn a_public_site_that_becomes_discreet_leaves_the_city_at_once_with_its_history(world) {
        let (coordinator, agent) = (&world.town.coordinator, &world.town.agent);
        let site = world.town.public_sites[1];
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let pickup = phone.pickup(json!({"site": site}), 7);
        phone.actor.facts(&[pickup]).await;
        world.close(outing).await.expect(200);
        agent.get(&format!("/api/v1/sites/{site}/history")).await.expect(200);
        let read = version(coordinator, site).await;
        let body = json!({"nature": "discreet", "note": "quelqu’un y dort"});
        change(coordinator, site, &read, body).await.expect(200);
        for path in [String::new(), format!("/{site}/history"), format!("/{site}")] {
            for actor in [agent, &world.town.peer] {
                let answer = actor.get(&format!("/api/v1/sites{path}")).await;
                assert!(!answer.text().contains("Place 1"), "{}", answer.text());
                assert!(path.is_empty() || answer.status == 404, "{}", answer.text());
            }
        }
        let outings = agent.get("/api/v1/outings").await.expect(200);
        assert!(!outings.to_string().contains(&site.to_string()));
        let kept: i64 = world.value(
            "select cast(count(*) as bigint) from sites
             where nature = 'discreet' and (title is not null or lat is not null or lon is not null)"
        ).await;
        assert_eq!(kept, 0);
        let seen = coordinator.get(&format!("/api/v1/sites/{site}")).await.expect(200);
        assert_eq!(seen["properties"]["title"], "Place 1");
        assert_eq!(seen["properties"]["note"], "quelqu’un y dort");
        let history = coordinator.get(&format!("/api/v1/sites/{site}/history")).await.expect(200);
        assert_eq!(history["outings"][0]["totals"]["syringe"], 7);
        let read = version(coordinator, site).await;
        let back = change(coordinator, site, &read, json!({"nature": "public"})).await;
        assert_eq!(back.expect(409)["code"], "stays_discreet");
        let agents = change(agent, site, &read, json!({"title": "Ici"})).await;
        assert_eq!(agents.expect(404)["code"], "not_found");
    }

    async fn where_residents_said_no_nothing_is_planned_any_more(world) {
        let (coordinator, site) = (&world.town.coordinator, world.town.discreet_site);
        let outing = world.planned_outing().await;
        let read = version(coordinator, site).await;
        change(coordinator, site, &read, json!({"residents_agree": false})).await.expect(200);
        let plan = coordinator.get(&format!("/api/v1/outings/{outing}")).await.expect(200);
        assert!(!plan["sites"].to_string().contains(&site.to_string()));
        let body = json!({"day": "2026-12-01", "sites": [site]});
        let refused = coordinator.post("/api/v1/outings", body).await;
        assert_eq!(refused.problem(422), ("sites".into(), "residents_said_no".into()));
        let read = version(coordinator, site).await;
        change(coordinator, site, &read, json!({"residents_agree": null})).await.expect(200);
        let body = json!({"day": "2026-12-01", "sites": [site]});
        coordinator.post("/api/v1/outings", body).await.expect(201);
    }

    async fn what_was_agreed_about_the_agent_may_change_and_is_kept_for_discreet_places_only(world) {
        let coordinator = &world.town.coordinator;
        let agreed = async |id| {
            let site = coordinator.get(&format!("/api/v1/sites/{id}")).await.expect(200);
            site["properties"]["agent"].clone()
        };
        let site = world.town.discreet_site;
        for agent in [json!("absent"), json!("waits"), Value::Null] {
            let read = version(coordinator, site).await;
            change(coordinator, site, &read, json!({"agent": agent})).await.expect(200);
            assert_eq!(agreed(site).await, agent);
        }
        let read = version(coordinator, site).await;
        let wrong = change(coordinator, site, &read, json!({"agent": "sleeps"})).await;
        assert_eq!(wrong.problem(422), ("agent".into(), "unknown_value".into()));
        let open = world.town.public_sites[0];
        let read = version(coordinator, open).await;
        change(coordinator, open, &read, json!({"agent": "waits"})).await.expect(200);
        assert_eq!(agreed(open).await, Value::Null);
    }

    async fn what_is_near_is_told_from_public_sites_only(world) {
        // The discreet site is at this very point, a public one twenty metres away.
        let discreet = (44.837_654, -0.563_21);
        let body = json!({"nature": "public", "title": "Tout près", "lat": 44.837_834, "lon": -0.563_21});
        world.town.agent.post("/api/v1/sites", body).await.expect(201);
        world.set_clock("2026-11-27T13:05:00Z");
        let body = json!({"nature": "public", "title": "Là", "lat": discreet.0, "lon": discreet.1});
        let made = world.town.agent.post("/api/v1/sites", body.clone()).await.expect(201);
        let near = made["nearby"].as_array().unwrap();
        assert_eq!(near.len(), 1, "{made}");
        assert_eq!(near[0]["title"], "Tout près");
        assert_eq!((&near[0]["distance_m"], &near[0]["age_days"]), (&json!(20), &json!(3)));
        assert_eq!(near[0]["state"], "seen");
        let made = world.town.coordinator.post("/api/v1/sites", body).await.expect(201);
        let told = made["nearby"].to_string();
        assert!(told.contains("Garage secret"), "{told}");
    }

    async fn two_sites_that_are_one_are_joined_with_their_histories(world) {
        let coordinator = &world.town.coordinator;
        let (gone, stays) = (world.town.public_sites[0], world.town.public_sites[1]);
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let facts = [
            phone.pickup(json!({"site": gone}), 3),
            phone.pickup(json!({"site": stays}), 4),
        ];
        phone.actor.facts(&facts).await;
        world.close(outing).await.expect(200);
        let body = json!({"day": "2026-12-01", "sites": [gone]});
        let next = coordinator.post("/api/v1/outings", body).await.expect(201);
        let path = format!("/api/v1/sites/{gone}/merge");
        coordinator.post(&path, json!({"into": stays})).await.expect(204);
        coordinator.post(&path, json!({"into": stays})).await.expect(204);
        for id in [gone, stays] {
            let history = world.town.agent.get(&format!("/api/v1/sites/{id}/history")).await.expect(200);
            assert_eq!(history["outings"][0]["totals"]["syringe"], 7);
            assert_eq!(history["merged"][0]["site"], json!(gone));
        }
        let all = titles(&world.town.agent.get("/api/v1/sites").await.expect(200));
        assert_eq!(all, ["Place 1", "Place 2"]);
        // What was planned at the duplicate is planned at the site that stays.
        let plan = coordinator.get(&format!("/api/v1/outings/{}", next["id"].as_str().unwrap())).await;
        assert_eq!(plan.expect(200)["sites"], json!([stays]));
        let body = json!({"day": "2026-12-08", "sites": [gone]});
        let refused = coordinator.post("/api/v1/outings", body).await;
        assert_eq!(refused.problem(422).0, "sites");
        // What a phone still sends for the duplicate is the other's.
        let refused = coordinator.post(&path, json!({"into": gone})).await;
        assert_eq!(refused.problem(422), ("into".into(), "same_site".into()));
        let other = world.town.public_sites[2];
        let back = coordinator.post(&format!("/api/v1/sites/{other}/merge"), json!({"into": gone})).await;
        assert_eq!(back.expect(409)["code"], "site_merged");
        let secret = world.town.discreet_site;
        let up = coordinator.post(&format!("/api/v1/sites/{secret}/merge"), json!({"into": stays})).await;
        assert_eq!(up.expect(409)["code"], "discreet_into_public");
        // A public one joins a discreet one: the city forgets it, and what joined it.
        coordinator.post(&format!("/api/v1/sites/{stays}/merge"), json!({"into": secret})).await.expect(204);
        for id in [gone, stays] {
            world.town.agent.get(&format!("/api/v1/sites/{id}/history")).await.expect(404);
        }
        let open: i64 = world.value("select cast(count(*) as bigint) from sites where lat is not null").await;
        assert_eq!(open, 1);
    }

    async fn an_ici_is_the_citys_only_once_a_coordinator_said_so(world) {
        let (coordinator, agent) = (&world.town.coordinator, &world.town.agent);
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let here = |lat: f64| json!({"lat": lat, "lon": -0.57});
        let facts: Vec<Value> = [here(44.85), here(44.850_1), here(44.86), json!({})]
            .into_iter()
            .map(|place| phone.pickup(place, 5))
            .collect();
        phone.actor.facts(&facts).await;
        let none = agent.get("/api/v1/here-pickups").await.expect(200);
        assert_eq!(none, json!({"items": []}));
        let waiting = coordinator.get("/api/v1/here-pickups").await.expect(200);
        assert_eq!(waiting["items"].as_array().unwrap().len(), 4);
        assert_eq!(world.journal("facts_shown").await.len(), 1);
        let decide = |fact: &Value, body: Value| {
            let path = format!("/api/v1/here-pickups/{}", fact["id"].as_str().unwrap());
            async move { coordinator.post(&path, body).await }
        };
        // Two of them are eleven metres apart.
        let site = world.town.public_sites[0];
        let both = decide(&facts[0], json!({"site": site, "around_m": 30})).await.expect(200);
        assert_eq!(both["decided"].as_array().unwrap().len(), 2);
        let by_site = &world.summary(outing).await["by_site"];
        let of_site = by_site.as_array().unwrap().iter().find(|it| it["site"] == json!(site)).unwrap();
        assert_eq!(of_site["totals"]["syringe"], 10);
        decide(&facts[2], json!({"public": true})).await.expect(200);
        let told = agent.get("/api/v1/here-pickups").await.expect(200);
        assert_eq!(told["items"][0]["lat"], 44.86);
        assert_eq!(told["items"].as_array().unwrap().len(), 1);
        let nowhere = decide(&facts[3], json!({"public": true})).await;
        assert_eq!(nowhere.problem(422), ("public".into(), "no_point".into()));
        for (body, code) in [(json!({}), "missing"), (json!({"site": site, "around_m": 500}), "out_of_range")] {
            assert_eq!(decide(&facts[3], body).await.problem(422).1, code);
        }
        // The latest word counts, and what was recorded never changed.
        decide(&facts[2], json!({"site": world.town.discreet_site})).await.expect(200);
        let none = agent.get("/api/v1/here-pickups").await.expect(200);
        assert_eq!(none, json!({"items": []}));
        let words: i64 = world.value("select cast(count(*) as bigint) from here_decisions").await;
        assert_eq!(words, 4);
        world.close(outing).await.expect(200);
        let path = format!("/api/v1/sites/{}/history", world.town.discreet_site);
        let history = coordinator.get(&path).await.expect(200);
        assert_eq!(history["outings"][0]["totals"]["syringe"], 5);
        agent.get(&path).await.expect(404);
        // Attached facts that were taken back are nowhere.
        assert_eq!(phone.actor.facts(&[json!({
            "id": Uuid::now_v7(), "kind": "void", "outing": outing, "device": phone.device, "seq": 99,
            "recorded_at": "2026-11-24T13:06:00Z", "data": {"target": facts[2]["id"]},
        })]).await[0].0, "accepted");
        let history = coordinator.get(&path).await.expect(200);
        assert_eq!(history["outings"], json!([]));
    }

    async fn a_map_gets_numbers_from_far_and_sites_from_near(world) {
        let agent = &world.town.agent;
        let from = |zoom: u32| format!("/api/v1/sites?bbox=-0.6,44.8,-0.5,44.9&zoom={zoom}");
        let far = agent.get(&from(10)).await.expect(200);
        assert_eq!(far["features"][0]["properties"]["count"], 3);
        assert_eq!(far["features"][0]["properties"]["states"], json!({"seen": 3}));
        let near = agent.get(&from(18)).await.expect(200);
        assert_eq!(titles(&near).len(), 3);
        let none = agent.get("/api/v1/sites?state=done").await.expect(200);
        assert_eq!(none["features"], json!([]));
        let wrong = agent.get("/api/v1/sites?zoom=99").await;
        assert_eq!(wrong.problem(422), ("zoom".into(), "out_of_range".into()));
        // What is kept at hand is never older than the last change.
        let site = world.town.public_sites[0];
        change(agent, site, "\"1\"", json!({"title": "Ailleurs", "lat": 44.7, "lon": -0.57})).await.expect(200);
        let far = agent.get(&from(10)).await.expect(200);
        assert_eq!(far["features"][0]["properties"]["count"], 2);
    }
}

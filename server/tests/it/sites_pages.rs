//! Places at a desk: a new one is read again before it is kept, with what the city will see; a
//! point is moved and doubted; what waits is answered spot by spot.

use crate::on_both;
use crate::support::{Actor, Answer, World};
use axum::http::Method;
use serde_json::json;
use server::sites::quarters::{Quarters, read, replace};
use uuid::Uuid;

async fn form(actor: &Actor, path: &str, fields: &[(&str, &str)]) -> Answer {
    let encoded =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs = fields.iter();
    let pairs: Vec<String> = pairs
        .map(|(name, it)| format!("{name}={}", encoded(it)))
        .collect();
    let kind = "application/x-www-form-urlencoded";
    actor.raw(Method::POST, path, kind, pairs.join("&")).await
}

/// Where a form led.
fn led_to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.headers["location"].to_str().unwrap()
}

/// The form of a new place, as a person fills it in.
fn place<'a>(id: &'a str, nature: &'a str, geste: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", id),
        ("nature", nature),
        ("title", "Square Dom-Bedos"),
        ("lat", "44,8305"),
        ("lon", "-0,5605"),
        ("pictogram", "garden"),
        ("note", "par la grille du fond"),
        ("residents", "oui"),
        ("agent", "waits"),
        ("geste", geste),
    ]
}

fn with<'a>(
    mut fields: Vec<(&'a str, &'a str)>,
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    fields.retain(|it| it.0 != name);
    fields.push((name, value));
    fields
}

async fn titles(actor: &Actor) -> Vec<String> {
    let all = actor.get("/api/v1/sites").await.expect(200);
    let features = all["features"].as_array().unwrap();
    let title = |it: &serde_json::Value| it["properties"]["title"].as_str().unwrap().to_owned();
    features.iter().map(title).collect()
}

/// One quarter around the sites of the tests.
async fn with_a_quarter(world: &World) {
    let square = [
        [-0.60, 44.80],
        [-0.50, 44.80],
        [-0.50, 44.90],
        [-0.60, 44.90],
        [-0.60, 44.80],
    ];
    let file = json!({"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"name": "La Bastide"},
        "geometry": {"type": "Polygon", "coordinates": [square]}}]});
    let quarters = Quarters::new(read(file.to_string().as_bytes(), None).unwrap());
    let operator = server::access::Actor {
        role: server::access::Role::Anon,
        id: None,
    };
    replace(&world.app, world.programme().await, operator, quarters)
        .await
        .unwrap();
}

on_both! {
    async fn a_new_place_is_kept_only_after_it_was_read_again_and_once(world) {
        let coordinator = &world.town.coordinator;
        let id = Uuid::now_v7().to_string();
        let review = form(coordinator, "/lieux/nouveau", &place(&id, "public", "relire")).await;
        let review = review.expect_page(200);
        assert!(review.contains("Ce que la mairie verra"), "{review}");
        assert!(review.contains("Jamais le mot pour l’équipe."));
        assert_eq!(titles(coordinator).await.len(), 4);
        for _ in 0..2 {
            let kept = form(coordinator, "/lieux/nouveau", &place(&id, "public", "garder")).await;
            assert_eq!(led_to(&kept), format!("/lieux/{id}?fait=ajoute"));
        }
        assert_eq!(titles(coordinator).await.len(), 5);
        let page = coordinator.get(&format!("/lieux/{id}")).await.expect_page(200);
        assert!(page.contains("Square Dom-Bedos") && page.contains("par la grille du fond"));
        let agents = world.town.agent.get(&format!("/lieux/{id}")).await.expect_page(200);
        assert!(agents.contains("Square Dom-Bedos") && !agents.contains("par la grille"));
    }

    async fn whoever_adds_a_discreet_place_reads_exactly_what_the_city_will(world) {
        with_a_quarter(&world).await;
        let (coordinator, agent) = (&world.town.coordinator, &world.town.agent);
        for n in 0..2 {
            let body = json!({"nature": "discreet", "title": format!("Cave {n}"), "lat": 44.85, "lon": -0.55});
            coordinator.post("/api/v1/sites", body).await.expect(201);
        }
        let id = Uuid::now_v7().to_string();
        let told = form(coordinator, "/lieux/nouveau", &place(&id, "discreet", "relire")).await;
        let told = told.expect_page(200);
        // With the one of the town of the tests they are four.
        for words in ["La Bastide", "4 lieux", "4 vus", "Jamais le point. Jamais le nom.", "verra de ses yeux où nous entrons"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        let kept = form(coordinator, "/lieux/nouveau", &place(&id, "discreet", "garder")).await;
        led_to(&kept);
        let city = agent.get("/lieux").await.expect_page(200);
        for words in ["La Bastide", "4 lieux", "4 vus"] {
            assert!(city.contains(words), "{words}: {city}");
        }
        assert!(!city.contains("Dom-Bedos"));
        for path in [format!("/lieux/{id}"), format!("/lieux/{id}/deplacer")] {
            agent.get(&path).await.expect_page(404);
        }
    }

    async fn what_is_missing_is_said_beside_what_was_typed(world) {
        let coordinator = &world.town.coordinator;
        let id = Uuid::now_v7().to_string();
        let full = || place(&id, "discreet", "garder");
        for (fields, words) in [
            (with(full(), "title", " "), "Écrivez un nom"),
            (with(full(), "nature", ""), "Dites si c’est un espace public"),
            (with(full(), "lat", ""), "Touchez la carte"),
            (with(full(), "lat", "448,3"), "Ce point n’existe pas"),
            (with(full(), "agent", ""), "Choisissez ce que fait l’agent."),
        ] {
            let page = form(coordinator, "/lieux/nouveau", &fields).await.expect_page(422);
            assert!(page.contains(words), "{words}: {page}");
            assert!(page.contains("par la grille du fond") && page.contains(&id));
        }
        let back = form(coordinator, "/lieux/nouveau", &place(&id, "discreet", "corriger")).await;
        assert!(back.expect_page(200).contains("44,8305"));
        assert_eq!(titles(coordinator).await.len(), 4);
    }

    async fn what_is_near_is_told_with_its_distance_before_anything_is_kept(world) {
        let coordinator = &world.town.coordinator;
        let near = json!({"nature": "public", "title": "Grille du square", "lat": 44.83055, "lon": -0.5605});
        coordinator.post("/api/v1/sites", near).await.expect(201);
        let id = Uuid::now_v7().to_string();
        let page = form(coordinator, "/lieux/nouveau", &place(&id, "public", "relire")).await;
        let page = page.expect_page(200);
        assert!(page.contains("Déjà connu tout près") && page.contains("Grille du square"), "{page}");
        assert!(page.contains("à 6 m"), "{page}");
    }

    async fn a_point_in_the_sea_is_doubted_before_it_is_kept(world) {
        let coordinator = &world.town.coordinator;
        let id = Uuid::now_v7().to_string();
        let sea = with(with(place(&id, "public", "relire"), "lat", "44,6"), "lon", "-1,9");
        let page = form(coordinator, "/lieux/nouveau", &sea).await.expect_page(200);
        assert!(page.contains("C’est plus loin que d’habitude."), "{page}");
        with_a_quarter(&world).await;
        let page = form(coordinator, "/lieux/nouveau", &sea).await.expect_page(200);
        assert!(page.contains("hors de tous les quartiers"), "{page}");
        let kept = form(coordinator, "/lieux/nouveau", &with(sea, "geste", "garder")).await;
        led_to(&kept);
        let inside = form(coordinator, "/lieux/nouveau", &place(&id, "public", "relire")).await;
        assert!(!inside.expect_page(200).contains("hors de tous"));
    }

    async fn a_point_is_moved_by_who_may_and_doubted_once(world) {
        with_a_quarter(&world).await;
        let (agent, site) = (&world.town.agent, world.town.public_sites[0]);
        let path = format!("/lieux/{site}/deplacer");
        let before = agent.get(&path).await.expect_page(200);
        assert!(before.contains("Garder ce point"));
        let version = before.split("name=\"version\" value=\"").nth(1).unwrap();
        let version = version.split('"').next().unwrap().to_owned();
        let far = [("version", version.as_str()), ("lat", "44,6"), ("lon", "-1,9")];
        let doubted = form(agent, &path, &far).await.expect_page(200);
        assert!(doubted.contains("Garder quand même") && doubted.contains("hors de tous les quartiers"));
        // The word given for one point is not given for another.
        let another = [far[0], ("lat", "44,7"), far[2], ("sur", "44,6 -1,9")];
        assert!(form(agent, &path, &another).await.expect_page(200).contains("Garder quand même"));
        let near = [far[0], ("lat", "44,8312"), ("lon", "-0,57")];
        assert_eq!(led_to(&form(agent, &path, &near).await), format!("/lieux/{site}?fait=deplace"));
        let there = agent.get(&format!("/api/v1/sites/{site}")).await.expect(200);
        assert_eq!(there["geometry"]["coordinates"], json!([-0.57, 44.8312]));
        // The same form again is of a version that is over.
        let late = form(agent, &path, &near).await.expect_page(409);
        assert!(late.contains("Quelqu’un a changé ce lieu"));
        let hidden = format!("/lieux/{}/deplacer", world.town.discreet_site);
        form(agent, &hidden, &near).await.expect_page(404);
    }

    async fn two_proposals_of_one_month_are_both_read(world) {
        let (peer, coordinator) = (&world.town.peer, &world.town.coordinator);
        for (n, at) in ["2026-11-24T10:00:00Z", "2026-11-24T10:05:00Z"].iter().enumerate() {
            world.set_clock(at);
            let body = json!({"nature": "discreet", "title": format!("Cave {n}"), "lat": 44.85, "lon": -0.56});
            peer.post("/api/v1/sites", body).await.expect(201);
        }
        let page = coordinator.get("/lieux").await.expect_page(200);
        assert!(page.contains("2 lieux proposés attendent une réponse."), "{page}");
        let page = coordinator.get("/lieux/a-regarder").await.expect_page(200);
        assert!(page.contains("Cave 0") && page.contains("Cave 1"), "{page}");
    }

    async fn what_was_picked_up_at_one_spot_is_one_question_and_one_answer(world) {
        let coordinator = &world.town.coordinator;
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let facts = [
            phone.pickup(json!({"lat": 44.8312, "lon": -0.5721}), 4),
            phone.pickup(json!({"lat": 44.83121, "lon": -0.57211}), 3),
            phone.pickup(json!({"lat": 44.85, "lon": -0.56}), 9),
        ];
        phone.actor.facts(&facts).await;
        let page = coordinator.get("/lieux/a-regarder").await.expect_page(200);
        assert!(page.contains("2 questions attendent une réponse."), "{page}");
        assert!(page.contains("7 seringues") && page.contains("9 seringues"), "{page}");
        let site = world.town.public_sites[0].to_string();
        let (first, other) = (facts[0]["id"].as_str().unwrap(), facts[1]["id"].as_str().unwrap());
        let answer = [("geste", "rattacher"), ("site", site.as_str()), ("avec", other)];
        let done = form(coordinator, &format!("/lieux/ici/{first}"), &answer).await;
        assert_eq!(led_to(&done), "/lieux/a-regarder?fait=rattache");
        let left = coordinator.get("/lieux/a-regarder").await.expect_page(200);
        assert!(left.contains("1 question attend une réponse.") && !left.contains("7 seringues"));
    }

    async fn the_map_and_the_list_answer_the_same_question_in_pages(world) {
        let (coordinator, agent) = (&world.town.coordinator, &world.town.agent);
        for n in 0..60 {
            let body = json!({"nature": "public", "title": format!("Rue {n:02}"), "lat": 44.83 + f64::from(n) / 1e3, "lon": -0.57});
            agent.post("/api/v1/sites", body).await.expect(201);
        }
        let first = agent.get("/carte?etat=seen&quartier=&depuis=30").await.expect_page(200);
        assert!(first.contains("63 lieux") && first.contains("Page 1 sur 2"), "{first}");
        assert!(first.contains("from=\"/api/v1/sites?state=seen&amp;days=30\""), "{first}");
        assert!(first.contains("Rue 00") && !first.contains("Rue 59"));
        let last = agent.get("/carte?etat=seen&page=1").await.expect_page(200);
        assert!(last.contains("Rue 59") && !last.contains("Rue 00") && !last.contains("secret"));
        // Nothing of what a person may type breaks the page.
        for path in ["/carte?etat=xyz&depuis=-3&page=99999", "/lieux?page=18446744073709551615", "/carte?quartier=%22%3E%3Cscript%3E"] {
            let page = agent.get(path).await.expect_page(200);
            assert!(!page.contains("<script>") && !page.contains("state="), "{path}");
        }
        let discreet = coordinator.get("/carte?nature=discreet").await.expect_page(200);
        assert!(discreet.contains("1 lieu") && discreet.contains("Garage secret") && discreet.contains("nature=discreet"));
        // To the city the word means nothing.
        assert!(agent.get("/carte?nature=discreet").await.expect_page(200).contains("Aucun lieu"));
    }

    async fn only_what_answers_the_question_is_opened(world) {
        let coordinator = &world.town.coordinator;
        coordinator.get("/lieux?nature=public").await.expect_page(200);
        coordinator.get("/carte?etat=done").await.expect_page(200);
        coordinator.get(&format!("/lieux/{}", world.town.public_sites[0])).await.expect_page(200);
        assert!(world.journal("sites_shown").await.is_empty());
        coordinator.get("/carte").await.expect_page(200);
        assert_eq!(world.journal("sites_shown").await.len(), 1);
    }
}

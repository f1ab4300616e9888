//! Flags of the city: a point becomes a public site, « c’est le même », pictures, « ramassé par
//! nous », and what becomes of it all.

use crate::on_both;
use crate::support::{Actor, Answer, NOW, World};
use axum::body::Body;
use axum::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::access::{Role, credentials};
use server::db::sql;
use std::io::Cursor;
use uuid::Uuid;

/// A fact as an agent's phone makes it.
fn fact(kind: &str, data: Value) -> Value {
    json!({
        "id": Uuid::now_v7(), "kind": kind, "outing": null, "device": Uuid::nil(), "seq": 1,
        "recorded_at": NOW, "data": data,
    })
}

fn sighting(place: Value) -> Value {
    let mut data = place;
    data["category"] = json!("syringe");
    data["urgency"] = json!("normal");
    fact("sighting", data)
}

fn here() -> Value {
    sighting(json!({"lat": 44.8312, "lon": -0.5721, "accuracy_m": 8}))
}

async fn pack(agent: &Actor) -> Value {
    agent.get("/api/v1/flagging").await.expect(200)
}

/// Titles of the public sites that the city sees.
async fn titles(agent: &Actor) -> Vec<String> {
    let pack = pack(agent).await;
    let sites = pack["sites"].as_array().unwrap();
    let title = |it: &Value| it["title"].as_str().unwrap().to_owned();
    sites.iter().map(title).collect()
}

/// The site that a flag made.
async fn made(agent: &Actor) -> Value {
    let pack = pack(agent).await;
    let sites = pack["sites"].as_array().unwrap();
    let made = sites
        .iter()
        .find(|it| it["title"] == "Une seringue · Bordeaux");
    made.unwrap_or_else(|| panic!("{sites:#?}")).clone()
}

async fn sent(actor: &Actor, fact: &Value) {
    let answer = actor.facts(std::slice::from_ref(fact)).await;
    assert_eq!(answer[0].0, "accepted", "{answer:?}");
}

fn jpeg() -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(40, 20, image::Rgb([200, 120, 40]));
    let mut out = Cursor::new(Vec::new());
    picture
        .write_to(&mut out, image::ImageFormat::Jpeg)
        .unwrap();
    out.into_inner()
}

/// The same, with where it was taken, as a camera writes it.
fn jpeg_with_exif() -> Vec<u8> {
    let mut body = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    body.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26]);
    body.extend([0; 4]);
    body.extend([0, 1, 0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0, 0, 0, 0, 0]);
    body.extend(b"44.837654 -0.563210");
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    let plain = jpeg();
    [&plain[..2], &[0xFF, 0xE1], &length, &body, &plain[2..]].concat()
}

fn photo(target: &Value, bytes: &[u8]) -> Value {
    let jpeg = STANDARD.encode(bytes);
    fact("photo", json!({"target": target["id"], "jpeg": jpeg}))
}

async fn picture(actor: &Actor, photo: &Value) -> Answer {
    let id = photo["id"].as_str().unwrap();
    actor.get(&format!("/api/v1/photos/{id}")).await
}

async fn post_form(actor: &Actor, path: &str, body: String) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    actor.raw(Method::POST, path, kind, body).await
}

/// Somebody else of the hygiene service.
async fn colleague(world: &World) -> Actor {
    let token = "bordeaux-colleague";
    let mut tx = world.app.db.write().await.unwrap();
    let (programme,): (Uuid,) = sql("select programme_id from accounts where role = 'agent'")
        .one(&mut tx)
        .await
        .unwrap();
    let account = Uuid::now_v7();
    sql(
        "insert into accounts (programme_id, id, role, login, name, password_hash, created_at)
         values ($1, $2, 'agent', 'colleague@test.example', 'Collègue', 'none', 0)",
    )
    .bind(programme)
    .bind(account)
    .run(&mut tx)
    .await
    .unwrap();
    sql(
        "insert into api_tokens (token_hash, programme_id, name, role, account_id, created_at)
         values ($1, $2, 'test', 'agent', $3, 0)",
    )
    .bind(credentials::token_hash(token))
    .bind(programme)
    .bind(account)
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    Actor {
        router: world.router.clone(),
        token: Some(token.into()),
    }
}

on_both! {
    async fn the_phone_of_an_agent_gets_public_sites_and_the_citys_own_number(world) {
        world.planned_outing().await;
        let pack = pack(&world.town.agent).await;
        assert_eq!(pack["city"], "la mairie");
        assert_eq!(pack["emergency_phone"], "05 36 49 11 11");
        assert_eq!(pack["next_outing"], "2026-11-24");
        assert_eq!(pack["sites"].as_array().unwrap().len(), 3, "no discreet site");
        assert_eq!(pack["sites"][0]["state"], "planned");
        let codes: Vec<&str> = pack["categories"].as_array().unwrap().iter()
            .map(|it| it["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["syringe", "syringes", "box", "other"]);
        assert!(!pack.to_string().contains("Garage"));
    }

    async fn what_was_recorded_for_one_account_is_not_sent_under_another(world) {
        let agent = &world.town.agent;
        let account = pack(agent).await["account"].as_str().unwrap().to_owned();
        let body = json!({"facts": [here()]}).to_string();
        let send = |account: String| {
            let request = agent.request(Method::POST, "/api/v1/facts")
                .header(header::CONTENT_TYPE, "application/json")
                .header("x-account", account);
            agent.send(request.body(Body::from(body.clone())).unwrap())
        };
        for other in [Uuid::now_v7().to_string(), "personne".into(), String::new()] {
            let refused = send(other).await.expect(403);
            assert_eq!(refused["code"], "other_account");
        }
        assert_eq!(world.value::<i64>("select count(*) from facts").await, 0);
        assert_eq!(send(account).await.expect(200)["results"][0]["status"], "accepted");
    }

    async fn a_session_sends_facts_from_our_own_pages_and_from_nowhere_else(world) {
        let token = world.administrator(Role::Agent).await.token.unwrap();
        let pair = format!("__Host-session={token}");
        let anon = world.anon();
        let send = |site: &'static str, origin: &'static str| {
            let request = anon.request(Method::POST, "/api/v1/facts")
                .header(header::HOST, "cueillette.example")
                .header(header::COOKIE, pair.clone())
                .header(header::CONTENT_TYPE, "application/json")
                .header("sec-fetch-site", site)
                .header(header::ORIGIN, origin);
            let body = json!({"facts": [here()]}).to_string();
            anon.send(request.body(Body::from(body)).unwrap())
        };
        let forged = send("cross-site", "https://elsewhere.example").await.expect(403);
        assert_eq!(forged["code"], "cross_site");
        let own = send("same-origin", "https://cueillette.example").await.expect(200);
        assert_eq!(own["results"][0]["status"], "accepted");
    }

    async fn an_agents_point_becomes_a_public_site_once(world) {
        let agent = &world.town.agent;
        let flag = here();
        sent(agent, &flag).await;
        assert_eq!(agent.facts(std::slice::from_ref(&flag)).await[0].0, "duplicate");
        let site = made(agent).await;
        assert_eq!((site["state"].as_str(), site["since"].as_str()), (Some("seen"), Some("2026-11-24")));
        assert_eq!((site["lat"].as_f64(), site["lon"].as_f64()), (Some(44.8312), Some(-0.5721)));
        assert_eq!(titles(agent).await.len(), 4);
        let pack = pack(agent).await;
        assert_eq!(pack["own"][0]["title"], "Une seringue · Bordeaux");
        assert_eq!(pack["own"][0]["state"], "seen");
        let all = world.town.coordinator.get("/api/v1/sites").await.expect(200).to_string();
        assert!(all.contains("Une seringue · Bordeaux"));
        // Another fact under the same id makes no second site.
        let mut other = here();
        other["id"] = flag["id"].clone();
        other["data"]["lat"] = json!(44.84);
        assert_eq!(agent.facts(&[other]).await[0].0, "conflict");
        assert_eq!(titles(agent).await.len(), 4);
    }

    async fn a_peers_point_stays_sealed_and_makes_nothing(world) {
        sent(&world.town.peer, &here()).await;
        assert_eq!(titles(&world.town.agent).await.len(), 3);
    }

    async fn a_flag_taken_back_takes_its_site_along_in_either_order(world) {
        let agent = &world.town.agent;
        let flag = here();
        let void = fact("void", json!({"target": flag["id"]}));
        sent(agent, &flag).await;
        sent(agent, &void).await;
        assert_eq!(titles(agent).await.len(), 3);
        assert_eq!(pack(agent).await["own"], json!([]));
        let flag = here();
        sent(agent, &fact("void", json!({"target": flag["id"]}))).await;
        sent(agent, &flag).await;
        assert_eq!(titles(agent).await.len(), 3);
    }

    async fn a_site_that_somebody_else_speaks_of_stays(world) {
        let agent = &world.town.agent;
        let colleague = colleague(&world).await;
        let flag = here();
        sent(agent, &flag).await;
        let site = made(agent).await;
        sent(&colleague, &fact("void", json!({"target": flag["id"]}))).await;
        assert_eq!(titles(agent).await.len(), 4, "nobody takes back another's flag");
        sent(&colleague, &sighting(json!({"site": site["id"]}))).await;
        sent(agent, &fact("void", json!({"target": flag["id"]}))).await;
        assert_eq!(made(&colleague).await["id"], site["id"]);
        assert_eq!(pack(&colleague).await["own"].as_array().unwrap().len(), 1);
        assert_eq!(pack(agent).await["own"], json!([]));
    }

    async fn a_discreet_site_cannot_be_flagged_nor_closed_by_the_city(world) {
        let site = world.town.discreet_site;
        for it in [
            sighting(json!({"site": site})),
            fact("city_pickup", json!({"site": site, "count": 2})),
        ] {
            let answer = world.town.agent.facts(&[it]).await;
            assert_eq!(answer[0], ("refused".into(), Some("unknown_site".into())));
        }
        let page = world.town.agent.get(&format!("/signalements/{site}")).await;
        assert_eq!(page.status, 404);
    }

    async fn the_note_of_a_flag_is_sealed_and_opened_for_the_city_and_coordinators(world) {
        let agent = &world.town.agent;
        let mut flag = here();
        flag["data"]["note"] = json!("derrière le banc");
        sent(agent, &flag).await;
        let kept = world.value::<String>("select data from facts").await;
        assert!(!kept.contains("banc") && !kept.contains("44.8"), "{kept}");
        let site = made(agent).await["id"].as_str().unwrap().to_owned();
        let path = format!("/signalements/{site}");
        for actor in [agent, &world.town.coordinator] {
            let page = actor.get(&path).await;
            assert_eq!(page.status, 200);
            assert!(page.text().contains("derrière le banc"));
        }
        assert_eq!(world.town.peer.get(&path).await.status, 403);
        let journal = world.journal("flags_shown").await;
        assert_eq!(journal.len(), 2);
        assert_eq!(journal[0].1, format!("site:{site}"));
    }

    async fn a_picture_is_kept_bare_and_shown_to_the_city_and_coordinators(world) {
        let agent = &world.town.agent;
        let flag = here();
        let photo = photo(&flag, &jpeg_with_exif());
        // It may come first.
        sent(agent, &photo).await;
        assert_eq!(picture(agent, &photo).await.status, 404);
        sent(agent, &flag).await;
        assert_eq!(agent.facts(std::slice::from_ref(&photo)).await[0].0, "duplicate");
        for actor in [agent, &world.town.coordinator] {
            let shown = picture(actor, &photo).await;
            assert_eq!(shown.status, 200);
            assert_eq!(shown.headers[header::CONTENT_TYPE], "image/jpeg");
            assert_eq!(shown.headers[header::CACHE_CONTROL], "no-store");
            let text = shown.text();
            assert!(!text.contains("Exif") && !text.contains("44.83"));
            let seen = image::load_from_memory(&shown.bytes).unwrap();
            assert_eq!((seen.width(), seen.height()), (40, 20));
        }
        assert_eq!(picture(&world.town.peer, &photo).await.status, 403);
        let id = photo["id"].as_str().unwrap();
        assert_eq!(world.journal("photo_shown").await[0].1, format!("photo:{id}"));
        let data = world.value::<String>("select data from facts where kind = 'photo'").await;
        assert!(data.contains("\"photo\"") && data.len() < 100, "{data}");
        let site = made(agent).await["id"].as_str().unwrap().to_owned();
        let page = agent.get(&format!("/signalements/{site}")).await.text();
        assert!(page.contains(&format!("/api/v1/photos/{id}")));
        let other = world.another_town("ailleurs").await;
        assert_eq!(picture(&other.agent, &photo).await.status, 404);
    }

    async fn a_picture_shows_only_a_flag_of_its_own_sender(world) {
        let flag = here();
        sent(&world.town.agent, &flag).await;
        let photo = photo(&flag, &jpeg());
        sent(&colleague(&world).await, &photo).await;
        assert_eq!(picture(&world.town.agent, &photo).await.status, 404);
    }

    async fn a_picture_goes_with_its_flag_and_by_its_own_void(world) {
        let agent = &world.town.agent;
        let flag = here();
        let (first, second) = (photo(&flag, &jpeg()), photo(&flag, &jpeg()));
        for it in [&flag, &first, &second] {
            sent(agent, it).await;
        }
        sent(agent, &fact("void", json!({"target": first["id"]}))).await;
        assert_eq!(picture(agent, &first).await.status, 404);
        assert_eq!(picture(agent, &second).await.status, 200);
        sent(agent, &fact("void", json!({"target": flag["id"]}))).await;
        assert_eq!(picture(agent, &second).await.status, 404);
    }

    async fn what_is_no_picture_is_refused_and_the_rest_of_the_batch_is_not(world) {
        let flag = here();
        let bad = photo(&flag, b"\x89PNG\r\n\x1a\n not a picture");
        let answer = world.town.agent.facts(&[bad, flag.clone(), photo(&flag, &jpeg())]).await;
        assert_eq!(answer[0], ("refused".into(), Some("not_a_photo".into())));
        assert_eq!((answer[1].0.as_str(), answer[2].0.as_str()), ("accepted", "accepted"));
        let theirs = world.town.peer.facts(&[photo(&flag, &jpeg())]).await;
        assert_eq!(theirs[0].1.as_deref(), Some("not_for_this_sender"));
    }

    async fn pictures_of_a_place_that_becomes_discreet_are_gone(world) {
        let agent = &world.town.agent;
        let flag = here();
        let first = photo(&flag, &jpeg());
        sent(agent, &flag).await;
        sent(agent, &first).await;
        let site = made(agent).await["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/sites/{site}");
        let coordinator = &world.town.coordinator;
        let version = coordinator.get(&path).await.headers[header::ETAG].clone();
        let request = coordinator.request(Method::PATCH, &path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, version);
        let body = json!({"nature": "discreet"}).to_string();
        coordinator.send(request.body(Body::from(body)).unwrap()).await.expect(200);
        for actor in [agent, coordinator] {
            assert_eq!(picture(actor, &first).await.status, 404);
        }
        assert_eq!(world.value::<i64>("select count(*) from photos").await, 0);
        assert_eq!(world.value::<i64>(
            "select count(*) from data_keys where scope = 'photo'").await, 0);
        // One that comes later is acknowledged as always, and not kept.
        sent(agent, &photo(&flag, &jpeg())).await;
        assert_eq!(world.value::<i64>("select count(*) from photos").await, 0);
        assert_eq!(pack(agent).await["own"], json!([]));
        assert_eq!(agent.get(&format!("/signalements/{site}")).await.status, 404);
        for file in ["signalements.csv", "mois.csv"] {
            let text = agent.get(&format!("/api/v1/flagging/{file}")).await.expect_csv();
            assert_eq!(text.lines().count(), 1, "{text}");
        }
    }

    async fn what_the_city_picks_up_closes_a_flag_and_is_in_no_outing(world) {
        let agent = &world.town.agent;
        let outing = world.open_outing().await;
        sent(agent, &here()).await;
        let site = made(agent).await["id"].clone();
        world.set_clock("2026-11-24T14:05:00Z");
        let mut done = fact("city_pickup", json!({"site": site, "count": 7}));
        done["recorded_at"] = json!("2026-11-24T14:00:00Z");
        sent(agent, &done).await;
        let pack = pack(agent).await;
        assert_eq!(pack["own"][0]["state"], "done");
        assert_eq!(pack["own"][0]["picked_up"], 7);
        assert_eq!(world.summary(outing).await["totals"], json!({}));
    }

    async fn an_outing_answers_back_with_its_day_then_with_its_count(world) {
        let agent = &world.town.agent;
        let site = world.town.public_sites[0];
        let mut flag = sighting(json!({"site": site}));
        flag["recorded_at"] = json!("2026-11-23T09:00:00Z");
        sent(agent, &flag).await;
        assert_eq!(pack(agent).await["own"][0]["state"], "seen");
        let outing = world.open_outing().await;
        let own = pack(agent).await["own"][0].clone();
        assert_eq!((own["state"].as_str(), own["planned_on"].as_str()), (Some("planned"), Some("2026-11-24")));
        let mut phone = world.crew_phone(outing).await;
        let pickup = phone.pickup(json!({"site": site}), 23);
        phone.actor.facts(&[pickup]).await;
        assert_eq!(pack(agent).await["own"][0]["picked_up"], Value::Null, "not before closing");
        world.close(outing).await.expect(200);
        let own = pack(agent).await["own"][0].clone();
        assert_eq!((own["state"].as_str(), own["picked_up"].as_i64()), (Some("done"), Some(23)));
        world.set_clock("2026-11-25T13:05:00Z");
        let mut again = sighting(json!({"site": site}));
        again["recorded_at"] = json!("2026-11-25T13:00:00Z");
        sent(agent, &again).await;
        let own = pack(agent).await["own"].clone();
        assert_eq!((own[0]["state"].as_str(), own[0]["picked_up"].as_i64()), (Some("returned"), None));
        assert_eq!(own[1]["picked_up"], 23);
    }

    async fn an_agent_sees_what_waits_urgent_first_and_says_it_is_picked_up(world) {
        let agent = &world.town.agent;
        let [calm, urgent, _] = world.town.public_sites[..] else { panic!() };
        sent(agent, &sighting(json!({"site": calm}))).await;
        let mut flag = sighting(json!({"site": urgent, "near_children": true}));
        flag["data"]["urgency"] = json!("urgent");
        sent(agent, &flag).await;
        let home = agent.get("/").await.text();
        let at = |words: &str| home.find(words).unwrap_or_else(|| panic!("{words}: {home}"));
        assert!(at("Place 1") < at("Place 0"));
        assert!(at("À voir aujourd’hui") < at("Sorties à venir"));
        for words in ["05 36 49 11 11", "Ouvrir le signaleur", "enfants"] {
            at(words);
        }
        let path = format!("/signalements/{urgent}/ramasse");
        let wrong = post_form(agent, &path, format!("fact={}&count=0", Uuid::now_v7())).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("Écrivez un nombre"));
        let body = format!("fact={}&count=4", Uuid::now_v7());
        for _ in 0..2 {
            let done = post_form(agent, &path, body.clone()).await;
            assert_eq!(done.headers[header::LOCATION], "/?fait=ramasse");
        }
        assert_eq!(world.value::<i64>("select count(*) from facts where kind = 'city_pickup'").await, 1);
        let home = agent.get("/?fait=ramasse").await.text();
        assert!(home.contains("Merci") && !home.contains("Place 1"));
        let list = agent.get("/signalements?etat=done").await.text();
        assert!(list.contains("Place 1") && !list.contains("Place 0"));
        let list = agent.get("/signalements?urgent=oui&quartier=Bordeaux").await.text();
        assert!(list.contains("Place 1") && !list.contains("Place 0"));
        let no_form = post_form(&world.town.coordinator, &path, body).await;
        assert_eq!(no_form.status, 403);
    }

    async fn the_city_takes_its_flags_delays_and_counts_away(world) {
        let agent = &world.town.agent;
        let site = world.town.public_sites[0];
        let mut flag = sighting(json!({"site": site, "count": 3}));
        flag["recorded_at"] = json!("2026-10-30T13:05:00Z");
        sent(agent, &flag).await;
        let mut done = fact("city_pickup", json!({"site": site, "count": 5}));
        done["recorded_at"] = json!("2026-11-02T01:05:00Z");
        sent(agent, &done).await;
        let text = agent.get("/api/v1/flagging/signalements.csv").await.expect_csv();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "30/10/2026;Place 0;Bordeaux;Une seringue;non;non;3;fait;;02/11/2026;la mairie;2,5;5");
        let text = agent.get("/api/v1/flagging/mois.csv?dialect=open-data").await.expect_csv();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1..], ["2026-10,Bordeaux,1,1,2.5,0", "2026-11,Bordeaux,0,0,,5"]);
        let book = agent.get("/api/v1/flagging/signalements.xlsx").await;
        assert_eq!(book.status, 200);
        assert!(book.bytes.starts_with(b"PK"));
        agent.get("/api/v1/flagging/autre.csv").await.expect(404);
        let wrong = agent.get("/api/v1/flagging/mois.csv?dialect=morse").await;
        assert_eq!(wrong.problem(422), ("dialect".into(), "unknown_value".into()));
    }
}

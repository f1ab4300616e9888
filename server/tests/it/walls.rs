//! Walls: what a reader may not know changes nothing in any answer to them.
//!
//! Two worlds begin as one: the same rows, keys, tokens and hour. In one of them every discreet
//! point moves within its quarter, every discreet title and note, every « ici » of a squat, every
//! word of a crew and every civil name becomes another one. Then a crawler asks both for everything
//! there is to ask (see `walls/crawl.rs`): to those who may not know, each answer is the same to
//! the byte, and no line of the log tells a secret in either.

mod crawl;
mod log;
mod town;

use crate::on_both;
use crate::support::World;
use axum::http::Method;
use crawl::{Crawler, Sent, Told, answer, bodies, differing, filled, without_fresh_ids};
use log::Ear;
use serde_json::{Value, json};
use server::http::table::{Kind, table};
use std::collections::{BTreeSet, HashSet};
use town::{
    FIRST, Reader, SECOND, Town, WORDS, change, furnish, grid, known_ids, numbered, tell_the_second,
};
use uuid::Uuid;

/// Where a coordinator sees what differs: by path, as the table writes it.
const SHOWS: [&str; 11] = [
    "/lieux",
    "/lieux/{id}",
    "/carte",
    "/sorties/prevoir",
    "/sorties/{id}",
    "/sorties/{id}/marche",
    "/sorties/{id}/feuille",
    "/sorties/{id}/fin",
    "/api/v1/sites",
    "/api/v1/sites/{id}",
    "/api/v1/here-pickups",
];

async fn crawled(world: &World, town: &Town, reader: &Reader, known: &HashSet<Uuid>) -> Told {
    let mut crawler = Crawler::new(world, town, reader, known);
    crawler.crawl().await;
    crawler.told
}

async fn looked(world: &World, town: &Town, reader: &Reader, known: &HashSet<Uuid>) -> Told {
    let mut crawler = Crawler::new(world, town, reader, known);
    crawler.look().await;
    crawler.told
}

/// Is this what a request to that path of the table asked for?
fn is_of(key: &str, route: &str) -> bool {
    let asked = key.split(' ').nth(2).unwrap_or_default();
    let asked: Vec<&str> = asked.split('?').next().unwrap().split('/').collect();
    let route: Vec<&str> = route.split('/').collect();
    let same = |(a, b): (&&str, &&str)| b.starts_with('{') && a.len() == 36 || a == b;
    asked.len() == route.len() && asked.iter().zip(&route).all(same)
}

on_both! {
    async fn no_answer_to_those_who_may_not_know_depends_on_a_discreet_place(world) {
        let town = furnish(&world).await;
        let known = known_ids(&world).await;
        let (first, second) = world.twins().await;
        tell_the_second(&second, &town).await;
        let ear = Ear::listen();
        // First those who may know: they see the difference, so the crawler can see.
        let coordinator = Reader {
            name: "coordinator",
            token: first.town.coordinator.token.clone(),
            phone: None,
        };
        let before = looked(&first, &town, &coordinator, &known).await;
        let after = looked(&second, &town, &coordinator, &known).await;
        let seen = differing(&before, &after);
        for route in SHOWS {
            assert!(seen.iter().any(|(key, _)| is_of(key, route)), "{route}: not seen");
        }
        let phone = &town.knowing_phone;
        let before = looked(&first, &town, phone, &known).await;
        let after = looked(&second, &town, phone, &known).await;
        let seen = differing(&before, &after);
        assert!(seen.iter().any(|(key, _)| is_of(key, "/api/v1/crew/pack")), "{seen:#?}");
        for reader in &town.readers {
            let name = reader.name;
            let before = crawled(&first, &town, reader, &known).await;
            let after = crawled(&second, &town, reader, &known).await;
            let told = differing(&before, &after);
            assert!(told.is_empty(), "{name}: {told:#?}");
            assert!(before.len() > 400, "{name}: {}", before.len());
            // And none of it was ever said.
            let says_one = |(status, headers, body): &crawl::Said| {
                assert!(*status < 500, "{name}: {body}");
                WORDS.iter().any(|it| headers.contains(it) || body.contains(it))
            };
            // The clerk reads names on the lists: their files, their lines, their page.
            let may_say = |key: &str| name == "clerk" && key.contains("/2026-0001");
            let said = before.iter().filter(|(key, it)| says_one(it) && !may_say(key));
            let leaks: Vec<_> = said.map(|(key, _)| key).collect();
            assert!(leaks.is_empty(), "{name}: {leaks:#?}");
        }
        let (lines, told) = ear.heard();
        assert!(lines > 1_000, "{lines}");
        assert!(told.is_empty(), "{told:#?}");
    }

    async fn to_who_may_not_know_what_is_hidden_is_as_if_it_had_never_been(world) {
        let town = furnish(&world).await;
        let mut unknown = 7_000_000;
        for reader in &town.readers {
            let actor = world.actor(reader.token.clone());
            let said = async |method: Method, path: &str, sent: Sent, id: Uuid| {
                let (status, headers, bytes) = answer(&actor, method, path, &sent).await;
                let text = String::from_utf8_lossy(&bytes).replace(&id.to_string(), "this-id");
                let text = without_fresh_ids(text.as_bytes(), &HashSet::new());
                (status, headers.replace(&id.to_string(), "this-id"), text)
            };
            // Not the place of the first outing, whose phone may still hand in what it counted.
            let hidden = [
                town.hidden[1].0,
                numbered(7),
                numbered(8),
                town.here[0],
                town.here[5],
                town.proposals[3],
                town.photos[2],
            ];
            for hidden in hidden {
                unknown += 1;
                let pair = [hidden, numbered(unknown)];
                for route in table().into_iter().filter(|it| it.path.contains("{id}")) {
                    let path = pair.map(|id| filled(route.path, id));
                    for sent in bodies(&town, &route, &path[0]) {
                        let a = said(route.method.clone(), &path[0], sent.clone(), pair[0]).await;
                        let b = said(route.method.clone(), &path[1], sent, pair[1]).await;
                        assert_eq!(a, b, "{}: {} {}", reader.name, route.method, route.path);
                    }
                }
                let is_site = town.hidden.iter().any(|it| it.0 == hidden) || hidden == numbered(7);
                for (path, body) in naming(reader, is_site.then_some(unknown)) {
                    let [a, b] = pair.map(body);
                    let a = said(Method::POST, path, Sent::Json(a), pair[0]).await;
                    let b = said(Method::POST, path, Sent::Json(b), pair[1]).await;
                    assert_eq!(a, b, "{}: {path}", reader.name);
                }
            }
        }
    }

    async fn a_place_that_becomes_discreet_has_left_every_answer_to_the_city(world) {
        // It was flagged, photographed, and done by an outing that is over.
        let site = numbered(2);
        let town = furnish(&world).await;
        let known = known_ids(&world).await;
        change(&world, site, json!({"title": "Kiosque Damson"})).await;
        let agent = town.readers.iter().find(|it| it.name == "agent").unwrap();
        let before = naming_it(site, looked(&world, &town, agent, &known).await);
        for path in [
            "/lieux",
            "/carte",
            "/signalements",
            "/api/v1/sites",
            "/api/v1/outings",
            "/api/v1/flagging",
            "/api/v1/flagging/signalements.csv",
            &format!("/lieux/{site}"),
            &format!("/signalements/{site}"),
            &format!("/api/v1/sites/{site}"),
        ] {
            assert!(before.contains(path), "{path}: {before:#?}");
        }
        let photo = format!("/api/v1/photos/{}", town.photos[1]);
        assert_eq!(world.town.agent.get(&photo).await.status, 200);
        change(&world, site, json!({"nature": "discreet"})).await;
        let after = naming_it(site, looked(&world, &town, agent, &known).await);
        assert!(after.is_empty(), "{after:#?}");
        assert_eq!(world.town.agent.get(&photo).await.status, 404);
        let history = format!("/api/v1/sites/{site}/history");
        assert_eq!(world.town.agent.get(&history).await.status, 404);
    }
}

/// Paths of good answers that give a place away: by its title or its point, or by its id where it
/// was not asked for by that.
fn naming_it(site: Uuid, told: Told) -> BTreeSet<String> {
    let (id, (lat, lon)) = (site.to_string(), grid(2));
    let points = [
        format!("{lon},{lat}"),
        format!("\"lat\":{lat},\"lon\":{lon}"),
    ];
    let names = |(key, (status, _, body)): &(String, crawl::Said)| {
        let has = |words: &str| body.contains(words);
        let by_id = has(&id) && !key.contains(&id);
        *status == 200 && (has("Damson") || by_id || points.iter().any(|it| has(it)))
    };
    let path = |(key, _): (String, crawl::Said)| key.split(' ').nth(2).unwrap().to_owned();
    told.into_iter().filter(names).map(path).collect()
}

type Naming = (&'static str, Box<dyn Fn(Uuid) -> Value>);

/// Bodies that name an id; a site's also as that of a new one, at the n-th point: nothing was asked
/// there before.
fn naming(reader: &Reader, n: Option<u32>) -> Vec<Naming> {
    let (device, outing) = reader
        .phone
        .map_or((json!(Uuid::nil()), Value::Null), |it| {
            (json!(it.0), json!(it.1))
        });
    let fact = move |kind: &'static str, data: fn(Uuid) -> Value| {
        let (device, outing) = (device.clone(), outing.clone());
        let body = move |id: Uuid| {
            json!({"facts": [{
                "id": Uuid::now_v7(), "kind": kind, "outing": outing, "device": device, "seq": 77,
                "recorded_at": crate::support::NOW, "data": data(id),
            }]})
        };
        (
            "/api/v1/facts",
            Box::new(body) as Box<dyn Fn(Uuid) -> Value>,
        )
    };
    let site = n.map(|n| {
        let lat = 44.81 + f64::from(n % 1_000) / 1_000.0;
        let body = move |id: Uuid| {
            json!({"id": id, "nature": "public", "title": "Sonde", "lat": lat, "lon": -0.6201})
        };
        ("/api/v1/sites", Box::new(body) as Box<dyn Fn(Uuid) -> Value>)
    });
    let mut all = vec![
        fact(
            "sighting",
            |id| json!({"site": id, "category": "syringe", "urgency": "normal"}),
        ),
        fact("city_pickup", |id| json!({"site": id, "count": 2})),
        fact(
            "pickup",
            |id| json!({"site": id, "item": "syringe", "count": 1, "method": "counted"}),
        ),
        fact("void", |id| json!({"target": id})),
        fact("photo", |id| json!({"target": id, "jpeg": "/9j/"})),
    ];
    all.extend(site);
    all
}

/// Every route is asked for by the crawler, under an address that it really has.
#[test]
fn every_path_of_the_table_can_be_told_from_what_was_asked() {
    let paths: BTreeSet<&str> = table().iter().map(|it| it.path).collect();
    for route in SHOWS {
        assert!(paths.contains(route), "{route} is in no table");
        let key = format!("00001 GET {} ", filled(route, numbered(1)));
        assert!(is_of(&key, route), "{key}");
    }
    assert!(table().iter().any(|it| it.kind == Kind::Api));
    assert_ne!(FIRST.title.len(), SECOND.title.len());
}

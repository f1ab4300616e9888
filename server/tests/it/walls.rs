//! Walls: what a reader may not know changes nothing in any answer to them.
//!
//! A crawler asks every route of the table with every id there is, and probes: duplicate checks on
//! a grid of points, boxes, zooms, filters. Then every discreet point, title and note changes
//! within its quarter, and it asks again: to those who may not know, each answer is the same to the
//! byte. Clock and ids are fixed, and a first crawl has left behind whatever crawling leaves.

use crate::on_both;
use crate::support::{Actor, World, id_of};
use axum::body::{Body, to_bytes};
use axum::http::{Method, header};
use serde_json::{Value, json};
use server::http::table::table;
use server::sites::quarters::{Quarters, read, replace};
use std::collections::BTreeMap;
use tower::ServiceExt;
use uuid::Uuid;

/// Public and discreet sites.
const SITES: (u32, u32) = (120, 80);
/// Answers by what was asked: status, headers, body.
type Told = BTreeMap<String, (u16, String, Vec<u8>)>;

fn at(n: u32) -> (f64, f64) {
    let (row, column) = (f64::from(n / 20), f64::from(n % 20));
    (44.801 + row * 0.009, -0.659 + column * 0.009)
}

fn site_id(n: u32) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

/// 200 sites in nine quarters of a grid, « ici » pickups where people live, outings with a single
/// discreet site: over, open and to come.
async fn furnish(world: &World) -> Vec<Uuid> {
    let squares = (0..9u32).map(|n| {
        let (w, s) = (
            -0.66 + f64::from(n % 3) * 0.06,
            44.8 + f64::from(n / 3) * 0.03,
        );
        let (e, t) = (w + 0.06, s + 0.03);
        json!({"type": "Feature", "properties": {"name": format!("Quartier {n}")}, "geometry": {
            "type": "Polygon", "coordinates": [[[w, s], [e, s], [e, t], [w, t], [w, s]]]}})
    });
    let file = json!({"type": "FeatureCollection", "features": squares.collect::<Vec<_>>()});
    let quarters = Quarters::new(read(file.to_string().as_bytes(), None).unwrap());
    let operator = server::access::Actor {
        role: server::access::Role::Anon,
        id: None,
    };
    let programme = world.programme().await;
    replace(&world.app, programme, operator, quarters)
        .await
        .unwrap();
    let coordinator = &world.town.coordinator;
    for n in 0..SITES.0 + SITES.1 {
        let nature = if n < SITES.0 { "public" } else { "discreet" };
        let (lat, lon) = at(n);
        let body = json!({
            "id": site_id(n), "nature": nature, "title": format!("Lieu {n}"), "lat": lat, "lon": lon,
            "note": format!("note {n}"),
        });
        insert(world, &body).await;
    }
    let mut outings = Vec::new();
    for n in 0..3u32 {
        let day = format!("2026-11-2{}", 3 + n);
        let body =
            json!({"day": day, "starts_at": "14:00", "sites": [site_id(n), site_id(SITES.0 + n)]});
        let outing = coordinator.post("/api/v1/outings", body).await;
        outings.push(id_of(&outing.expect(201)));
    }
    for (n, outing) in (0..).zip(&outings[..2]) {
        world.open(*outing).await;
        let mut phone = world.crew_phone(*outing).await;
        let (lat, lon) = at(SITES.0 + n);
        let facts = [
            phone.pickup(json!({"site": site_id(n)}), 4),
            phone.pickup(json!({"site": site_id(SITES.0 + n)}), 9),
            phone.pickup(json!({"lat": lat, "lon": lon}), 11),
            phone.fact(
                "site_proposal",
                json!({"nature": "discreet", "lat": lat, "lon": lon, "note": "ici"}),
            ),
            phone.fact("note", json!({"text": "on nous a ouvert"})),
        ];
        phone.actor.facts(&facts).await;
    }
    world.close(outings[0]).await.expect(200);
    outings
}

/// Makes a site without asking what is near it: two hundred times would take long.
async fn insert(world: &World, body: &Value) {
    use domain::outing::Reason;
    use domain::people::Title;
    use domain::{Nature, Position, SiteId};
    use server::access::{Caller, Role, Who};
    let caller = Caller {
        programme: world.programme().await,
        who: Who::Staff {
            role: Role::Coordinator,
            account: domain::AccountId(Uuid::nil()),
            name: String::new(),
        },
    };
    let text = |name: &str| body[name].as_str().unwrap();
    let new = server::sites::create::NewPlace {
        id: SiteId(text("id").parse().unwrap()),
        nature: Nature::parse(text("nature")).unwrap(),
        title: Title::new("title", text("title")).unwrap(),
        at: Position::new(body["lat"].as_f64().unwrap(), body["lon"].as_f64().unwrap()).unwrap(),
        note: Some(Reason::new("note", text("note")).unwrap()),
        residents_agree: None,
        pictogram: None,
        agent: None,
    };
    let mut tx = world.app.db.write().await.unwrap();
    server::sites::create::create(&mut tx, &world.app, &caller, new)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Moves every discreet site a little and gives it another title and note.
async fn change_every_secret(world: &World) {
    let coordinator = &world.town.coordinator;
    for n in SITES.0..SITES.0 + SITES.1 {
        let path = format!("/api/v1/sites/{}", site_id(n));
        let (lat, lon) = at(n);
        let body = json!({
            "title": format!("Autre nom {n}"), "note": "tout autre chose",
            "lat": lat + 0.000_4, "lon": lon + 0.000_4,
        });
        let request = coordinator
            .request(Method::PATCH, &path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, "\"1\"");
        coordinator
            .send(request.body(Body::from(body.to_string())).unwrap())
            .await
            .expect(200);
    }
}

/// Every route of the table with every id, and the probes.
async fn crawl(actor: &Actor, outings: &[Uuid]) -> Told {
    let mut told = Told::new();
    let some_sites = [0, 1, SITES.0, SITES.0 + 1, SITES.0 + 40].map(site_id);
    for route in table() {
        let ids: Vec<Uuid> = match route.path {
            path if path.contains("/sites/{id}") || path.contains("/lieux/{id}") => {
                some_sites.to_vec()
            }
            path if path.contains("{id}") => outings.to_vec(),
            _ => vec![Uuid::nil()],
        };
        for id in ids {
            let path = filled(route.path, id);
            // Signing in wrong too often is another story, and a secret address made anew is the
            // crawler's own doing.
            if ["/connexion", "/calendrier"].contains(&&*path) && route.method == Method::POST {
                continue;
            }
            ask(&mut told, actor, route.method.clone(), &path, json!({})).await;
        }
    }
    for box_ in [
        "-0.66,44.8,-0.48,44.89",
        "-0.60,44.85,-0.55,44.87",
        "-0.6001,44.8549,-0.5999,44.8551",
    ] {
        for more in [
            "",
            "&zoom=10",
            "&zoom=14",
            "&zoom=18",
            "&state=seen",
            "&nature=discreet",
            "&days=1",
            "&quarter=quartier-4",
        ] {
            let path = format!("/api/v1/sites?bbox={box_}{more}");
            ask(&mut told, actor, Method::GET, &path, Value::Null).await;
        }
    }
    // On the very points of discreet sites, where they are and where they will be.
    for n in SITES.0..SITES.0 + 12 {
        for (step, by) in [(0u32, 0.0), (1, 0.000_4)] {
            let (lat, lon) = at(n);
            let body = json!({
                "id": site_id(100_000 + n * 2 + step), "nature": "public", "title": "Sonde",
                "lat": lat + by, "lon": lon + by,
            });
            ask(&mut told, actor, Method::POST, "/api/v1/sites", body).await;
        }
        let sighting = json!({"facts": [{
            "id": site_id(200_000 + n), "kind": "sighting", "outing": null, "device": Uuid::nil(),
            "seq": n, "recorded_at": "2026-11-24T13:05:00.000Z",
            "data": {"site": site_id(n), "category": "rue", "urgency": "normal", "near_children": false},
        }]});
        ask(&mut told, actor, Method::POST, "/api/v1/facts", sighting).await;
    }
    told
}

fn filled(path: &str, id: Uuid) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap();
        out.push_str(before);
        match name {
            "number" => out.push_str("2026-0001"),
            "file" => out.push_str("list.csv"),
            _ => out.push_str(&id.to_string()),
        }
        rest = after;
    }
    out + rest
}

async fn ask(told: &mut Told, actor: &Actor, method: Method, path: &str, body: Value) {
    let request = actor.request(method.clone(), path);
    let request = if method == Method::GET {
        request.body(Body::empty())
    } else if path.starts_with("/api/") {
        let request = request.header(header::CONTENT_TYPE, "application/json");
        request
            .header(header::IF_MATCH, "\"1\"")
            .body(Body::from(body.to_string()))
    } else {
        let kind = "application/x-www-form-urlencoded";
        request
            .header(header::CONTENT_TYPE, kind)
            .body(Body::empty())
    };
    // Not through `Actor::send`: an answer that is the same need not be held against the document.
    let answer = actor
        .router
        .clone()
        .oneshot(request.unwrap())
        .await
        .unwrap();
    let (parts, content) = answer.into_parts();
    let bytes = to_bytes(content, usize::MAX).await.unwrap();
    let bytes = without_fresh_ids(&String::from_utf8_lossy(&bytes)).into_bytes();
    let key = format!("{method} {path} {body}");
    told.insert(
        key,
        (parts.status.as_u16(), format!("{:?}", parts.headers), bytes),
    );
}

/// A form carries an id that was made for it (of a site, or of the fact it will make): another one
/// each time, which says nothing.
fn without_fresh_ids(text: &str) -> String {
    let mut out = String::new();
    for (n, part) in text.split(" value=\"").enumerate() {
        let (id, rest) = part.split_once('"').unwrap_or((part, ""));
        let is_own = out.ends_with(" name=\"id\"");
        let is_fresh =
            |it: Uuid| it.get_version_num() == 4 || (it.get_version_num() == 7 && is_own);
        match n > 0 && id.parse::<Uuid>().is_ok_and(is_fresh) {
            true => out.push_str(&format!(" value=\"fresh\"{rest}")),
            false if n > 0 => out.push_str(&format!(" value=\"{part}")),
            false => out.push_str(part),
        }
    }
    out
}

/// What differs, from the first letter that does.
fn differing(a: &Told, b: &Told) -> Vec<String> {
    assert_eq!(a.len(), b.len());
    let pairs = a.iter().filter(|(key, told)| b.get(*key) != Some(told));
    let shown = |(key, told): (&String, &(u16, String, Vec<u8>))| {
        let (a, b) = (text(told), text(&b[key]));
        let from = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        let from = from.saturating_sub(60);
        let part = |it: &str| it.chars().skip(from).take(300).collect::<String>();
        format!("{key}\n  {}\n  {}", part(&a), part(&b))
    };
    pairs.map(shown).collect()
}

fn text((status, _, bytes): &(u16, String, Vec<u8>)) -> String {
    format!("{status} {}", String::from_utf8_lossy(bytes))
}

on_both! {
    async fn no_answer_to_those_who_may_not_know_depends_on_a_discreet_place(world) {
        let outings = furnish(&world).await;
        let other = world.planned_outing().await;
        world.open(other).await;
        let foreign = world.crew_phone(other).await;
        let actors = [
            ("agent", world.town.agent.clone()),
            ("clerk", world.town.clerk.clone()),
            ("peer", world.town.peer.clone()),
            ("crew phone of another outing", foreign.actor),
            ("anon", world.anon()),
        ];
        for (_, actor) in &actors {
            crawl(actor, &outings).await;
        }
        let coordinator = &world.town.coordinator;
        let sites = async || coordinator.get("/api/v1/sites").await.bytes;
        let before_for_coordinator = sites().await;
        let mut before = Vec::new();
        for (_, actor) in &actors {
            before.push(crawl(actor, &outings).await);
        }
        change_every_secret(&world).await;
        assert_ne!(before_for_coordinator, sites().await);
        for ((name, actor), before) in actors.iter().zip(before) {
            let after = crawl(actor, &outings).await;
            let told = differing(&before, &after);
            assert!(told.is_empty(), "{name}: {told:#?}");
            assert!(before.len() > 150, "{name}: {}", before.len());
            // And none of it was ever said.
            let names_one = |it: &(u16, String, Vec<u8>)| {
                let said = String::from_utf8_lossy(&it.2).into_owned();
                let n = SITES.0..SITES.0 + SITES.1;
                n.into_iter().any(|n| said.contains(&format!("Lieu {n}\"")) || said.contains(&format!("note {n}\"")))
            };
            let leaks: Vec<_> = before.iter().filter(|(_, it)| names_one(it)).map(|(key, _)| key).collect();
            assert!(leaks.is_empty(), "{name}: {leaks:?}");
        }
    }
}

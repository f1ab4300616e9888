//! The crawler: every route of the table with every kind of id there is, empty and with bodies as
//! somebody would send them, and the probes.

use super::town::{FIRST, PUBLIC, Reader, SECOND, Town, moved, numbered};
use crate::support::{Actor, NOW, World};
use axum::body::{Body, to_bytes};
use axum::http::{Method, header};
use serde_json::{Value, json};
use server::http::table::{Route, table};
use std::collections::{BTreeMap, HashSet};
use tower::ServiceExt;
use uuid::Uuid;

/// Answers by what was asked: status, headers, body.
pub type Told = BTreeMap<String, Said>;
pub type Said = (u16, String, String);

/// One who asks, in one world.
pub struct Crawler<'a> {
    pub told: Told,
    town: &'a Town,
    reader: Reader,
    actor: Actor,
    known: &'a HashSet<Uuid>,
    asked: usize,
}

/// What goes with a request.
#[derive(Clone)]
pub enum Sent {
    Nothing,
    Json(Value),
    Form(String),
}

impl<'a> Crawler<'a> {
    pub fn new(world: &World, town: &'a Town, reader: &Reader, known: &'a HashSet<Uuid>) -> Self {
        Self {
            told: Told::new(),
            town,
            reader: reader.clone(),
            actor: world.actor(reader.token.clone()),
            known,
            asked: 0,
        }
    }

    /// All of it.
    pub async fn crawl(&mut self) {
        self.every_route(|_| true).await;
        self.boxes().await;
        self.duplicates().await;
        self.facts().await;
        // What it all left behind.
        self.every_route(|it| it.method == Method::GET).await;
        self.boxes().await;
    }

    /// Every way to read, and nothing that changes anything.
    pub async fn look(&mut self) {
        self.every_route(|it| it.method == Method::GET).await;
        self.boxes().await;
    }

    async fn every_route(&mut self, wanted: fn(&Route) -> bool) {
        // A challenge is drawn at random each time, and says nothing of anybody.
        let is_told = |it: &Route| it.path != "/api/v1/cards/challenge" && wanted(it);
        for route in table().into_iter().filter(is_told) {
            for path in paths(self.town, route.path) {
                for sent in bodies(self.town, &route, &path) {
                    self.ask(route.method.clone(), &path, sent).await;
                }
            }
        }
    }

    async fn boxes(&mut self) {
        for box_ in [
            "-0.66,44.8,-0.48,44.89",
            "-0.60,44.85,-0.55,44.87",
            "-0.6556,44.8555,-0.6553,44.8557",
            "-0.6554,44.8555,-0.6553,44.8556",
        ] {
            for more in [
                "",
                "&zoom=10",
                "&zoom=14",
                "&zoom=18",
                "&state=seen",
                "&state=planned&zoom=12",
                "&nature=discreet",
                "&days=1",
                "&quarter=quartier-0",
                "&quarter=",
            ] {
                let path = format!("/api/v1/sites?bbox={box_}{more}");
                self.ask(Method::GET, &path, Sent::Nothing).await;
            }
        }
    }

    /// « Is there something near? », where discreet places are before and after.
    async fn duplicates(&mut self) {
        // A peer's own proposals are opened at each question: some places will do.
        let (who, natures, every) = match self.reader.name {
            "agent" => (0, ["public"].as_slice(), 1),
            "peer" => (1, ["public", "discreet"].as_slice(), 5),
            _ => (2, ["public"].as_slice(), 40),
        };
        for (n, (_, place)) in (0..).zip(&self.town.hidden).step_by(every) {
            for (k, secrets) in (0..).zip([FIRST, SECOND]) {
                for (m, nature) in (0..).zip(natures) {
                    let (lat, lon) = secrets.at(*place);
                    let id = numbered(100_000 + who * 10_000 + n * 8 + k * 4 + m);
                    let body = json!({
                        "id": id, "nature": nature, "title": "Sonde", "lat": lat, "lon": lon,
                    });
                    let sent = Sent::Json(body);
                    self.ask(Method::POST, "/api/v1/sites", sent).await;
                }
            }
        }
    }

    /// Facts at and about discreet places, as this sender makes them.
    async fn facts(&mut self) {
        let (device, outing) = match self.reader.phone {
            Some((device, outing)) => (json!(device), json!(outing)),
            None => (json!(Uuid::nil()), Value::Null),
        };
        let who = self.reader.name.len() as u32;
        let mut n = 200_000 + who * 1_000;
        let mut fact = |kind: &str, data: Value| {
            n += 1;
            json!({
                "id": numbered(n), "kind": kind, "outing": outing, "device": device, "seq": n,
                "recorded_at": NOW, "data": data,
            })
        };
        let mut all = Vec::new();
        for (site, place) in self.town.hidden.iter().take(12) {
            let seen = json!({"category": "syringe", "urgency": "normal"});
            for secrets in [FIRST, SECOND] {
                let (lat, lon) = moved(secrets.at(*place), (0.000_01, 0.0));
                let mut here = seen.clone();
                (here["lat"], here["lon"]) = (json!(lat), json!(lon));
                all.push(fact("sighting", here));
                let proposed = json!({"nature": "discreet", "lat": lat, "lon": lon});
                all.push(fact("site_proposal", proposed));
            }
            let mut there = seen.clone();
            there["site"] = json!(site);
            all.push(fact("sighting", there));
            all.push(fact("city_pickup", json!({"site": site, "count": 2})));
            let pickup = json!({"site": site, "item": "syringe", "count": 1, "method": "counted"});
            all.push(fact("pickup", pickup));
        }
        for target in self.town.here.iter().chain(&self.town.proposals) {
            all.push(fact("void", json!({"target": target})));
        }
        let sent = Sent::Json(json!({"facts": all}));
        self.ask(Method::POST, "/api/v1/facts", sent).await;
    }

    async fn ask(&mut self, method: Method, path: &str, sent: Sent) {
        let (status, headers, bytes) = answer(&self.actor, method.clone(), path, &sent).await;
        let text = without_fresh_ids(&bytes, self.known);
        let shown: String = match &sent {
            Sent::Nothing => String::new(),
            Sent::Json(body) => body.to_string().chars().take(200).collect(),
            Sent::Form(body) => body.clone(),
        };
        self.asked += 1;
        let key = format!("{:05} {method} {path} {shown}", self.asked);
        self.told.insert(key, (status, headers, text));
    }
}

/// One request and its answer. Not through `Actor::send`: an answer that is the same need not be
/// held against the document.
pub async fn answer(
    actor: &Actor,
    method: Method,
    path: &str,
    sent: &Sent,
) -> (u16, String, Vec<u8>) {
    let request = actor
        .request(method, path)
        .header(header::IF_MATCH, "\"1\"");
    let (kind, body) = match sent {
        Sent::Nothing => (None, Body::empty()),
        Sent::Json(body) => (Some("application/json"), Body::from(body.to_string())),
        Sent::Form(body) => (
            Some("application/x-www-form-urlencoded"),
            Body::from(body.clone()),
        ),
    };
    let request = match kind {
        Some(kind) => request.header(header::CONTENT_TYPE, kind),
        None => request,
    };
    let request = request.body(body).unwrap();
    let response = actor.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    (parts.status.as_u16(), format!("{:?}", parts.headers), bytes)
}

/// Every address of a route that is worth asking for.
fn paths(town: &Town, path: &'static str) -> Vec<String> {
    let sites = [0, 2, 7, 8, PUBLIC, PUBLIC + 1, PUBLIC + 40, 9_999].map(numbered);
    let of = |some: &[Uuid]| some.iter().map(|id| filled(path, *id)).collect::<Vec<_>>();
    let with = |queries: &[&str]| {
        let plain = path.replace("{number}", "2026-0001");
        let all = queries.iter().map(|it| format!("{plain}{it}"));
        all.collect::<Vec<_>>()
    };
    let has = |part: &str| path.contains(part);
    match path {
        "/calendrier/{file}" => town.feeds.clone(),
        "/resultats/{programme}" => ["", "?annee=2026", "?affiche"]
            .map(|it| format!("{}{it}", filled(path, Uuid::nil())))
            .to_vec(),
        "/lieux" | "/carte" => with(&[
            "",
            "?etat=seen",
            "?quartier=quartier-0",
            "?quartier=hors",
            "?nature=discreet",
            "?depuis=7",
            "?page=1",
        ]),
        "/signalements" => with(&["", "?etat=done", "?urgent=oui", "?quartier=Quartier%200"]),
        "/api/v1/outings" => with(&["", "?limit=2", &format!("?after={}", town.outings[2])]),
        "/api/v1/flagging/{file}" => with(&["", ""])
            .iter()
            .zip([
                ["signalements.csv", "mois.csv"],
                ["signalements.xlsx", "mois.csv?dialect=open-data"],
            ])
            .flat_map(|(it, files)| files.map(|file| it.replace("{file}", file)))
            .collect(),
        _ if has("/allowance-lists/{number}/{file}") => {
            let file = |it: &str| filled(path, Uuid::nil()).replace("list.csv", it);
            [
                "list.csv",
                "list.csv?dialect=open-data",
                "list.xlsx",
                "list.pdf",
            ]
            .map(file)
            .to_vec()
        }
        _ if has("/ici/{id}") || has("/here-pickups/{id}") => of(&town.here[..4]),
        _ if has("/propositions/{id}") || has("/proposals/{id}") => of(&town.proposals),
        _ if has("/photos/{id}") => of(&town.photos),
        _ if has("/sites/{id}") || has("/lieux/{id}") || has("/signalements/{id}") => of(&sites),
        "/sorties/{id}/feuille" => {
            let all = of(&town.outings);
            all.iter()
                .flat_map(|it| [it.clone(), format!("{it}?discrets=oui")])
                .collect()
        }
        _ if has("/sorties/{id}") || has("/outings/{id}") => of(&town.outings),
        // Whatever it is about: one of each.
        _ if has("{") => of(&[
            town.outings[0],
            town.here[0],
            town.hidden[0].0,
            numbered(0),
            numbered(9_999),
        ]),
        _ => vec![path.to_owned()],
    }
}

pub fn filled(path: &str, id: Uuid) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap();
        out.push_str(before);
        match name {
            "number" => out.push_str("2026-0001"),
            "file" => out.push_str("list.csv"),
            "programme" => out.push_str("bordeaux"),
            _ => out.push_str(&id.to_string()),
        }
        rest = after;
    }
    out + rest
}

/// What is sent there: nothing, and then what somebody would send.
pub fn bodies(town: &Town, route: &Route, path: &str) -> Vec<Sent> {
    if route.method == Method::GET {
        return vec![Sent::Nothing];
    }
    let json = |it: Value| vec![Sent::Nothing, Sent::Json(it)];
    let form = |it: &str| vec![Sent::Nothing, Sent::Form(it.to_owned())];
    let (hidden, open) = (town.hidden[0].0, numbered(1));
    let fresh = path.bytes().fold(300_000u32, |n, byte| {
        300_000 + (n * 31 + u32::from(byte)) % 1_000_000
    });
    let id = numbered(fresh);
    match route.path {
        // Signing in wrong, which is counted.
        "/connexion" => form("login=agent%40test.example&password=abricot"),
        "/calendrier" => form("geste=faire"),
        "/lieux/{id}" => form("version=1&title=Sonde&note=sonde&pictogram=street"),
        "/lieux/{id}/deplacer" => form("version=1&lat=44.8561&lon=-0.57&sur=oui"),
        "/lieux/{id}/reunir" => form(&format!("into={hidden}")),
        "/lieux/propositions/{id}" => form(&format!("geste=reunir&site={hidden}")),
        "/lieux/ici/{id}" => form(&format!("geste=lieu&site={hidden}&around=30")),
        "/signalements/{id}/ramasse" => form(&format!("fact={id}&count=3")),
        "/sorties" | "/sorties/{id}/modifier" => form(&format!(
            "id={id}&version=1&day=2026-12-01&starts_at=14:00&meeting_point=Ici&sites={hidden}"
        )),
        "/sorties/copier" => form(&format!("id={id}")),
        "/sorties/{id}/marche" => form(&format!("lieu={hidden}&geste=monter")),
        "/sorties/{id}/fin" => form("sure=oui"),
        "/terrain/simple" => form(&format!(
            "id={id}&at={NOW}&seq=900&lieu={hidden}&item=syringe&count=1&method=counted"
        )),
        "/terrain/simple/rejoindre" => form(&format!("code=000000&device={id}")),
        "/api/v1/crew/join" => json(json!({"code": "000000", "device": id})),
        "/api/v1/sites" => vec![Sent::Nothing],
        "/api/v1/sites/{id}" => json(json!({"title": "Sonde", "lat": 44.8561, "lon": -0.57})),
        "/api/v1/sites/{id}/merge" => json(json!({"into": open})),
        "/api/v1/proposals/{id}/accept" => json(json!({"title": "Sonde"})),
        "/api/v1/proposals/{id}/merge" => json(json!({"site": open})),
        "/api/v1/proposals/{id}/decline" => json(json!({"reason": "known"})),
        "/api/v1/here-pickups/{id}" => json(json!({"public": true})),
        "/api/v1/outings" => json(json!({"id": id, "day": "2026-12-01", "sites": [hidden]})),
        "/api/v1/outings/{id}" => json(json!({"sites": [hidden]})),
        path if path.starts_with("/api/") => json(json!({})),
        _ => form(&format!("id={id}")),
    }
}

/// Ids that were made for an answer are other ones each time, and say nothing.
pub fn without_fresh_ids(bytes: &[u8], known: &HashSet<Uuid>) -> String {
    const LONG: usize = 36;
    let is_id = |at: usize| {
        let it = match bytes.get(at + 8) {
            Some(b'-') => bytes.get(at..at + LONG)?,
            _ => return None,
        };
        let dashes = [8, 13, 18, 23].iter().all(|n| it[*n] == b'-');
        dashes.then(|| Uuid::try_parse_ascii(it).ok()).flatten()
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match is_id(at) {
            Some(id) if !known.contains(&id) => {
                out.extend(b"fresh-id");
                at += LONG;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What differs, from the first letter that does.
pub fn differing(a: &Told, b: &Told) -> Vec<(String, String)> {
    assert_eq!(a.len(), b.len());
    let pairs = a.iter().zip(b).filter(|(a, b)| a != b);
    let shown = |((key, a), (other, b)): ((&String, &Said), (&String, &Said))| {
        assert_eq!(key, other);
        let (a, b) = (text(a), text(b));
        let from = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        let from = from.saturating_sub(60);
        let part = |it: &str| it.chars().skip(from).take(300).collect::<String>();
        (key.clone(), format!("\n  {}\n  {}", part(&a), part(&b)))
    };
    pairs.map(shown).collect()
}

fn text((status, headers, body): &Said) -> String {
    format!("{status} {headers} {body}")
}

//! Recorded requests of every released client, replayed: an old phone keeps working against a newer
//! server. A released client's folder is never edited; each release adds one (see
//! `tests/fixtures/README.md`).

use crate::on_both;
use crate::support::{Actor, Answer, World};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The outing that the requests name.
const OUTING: &str = "0193b3f0-1111-7000-8000-000000000001";
/// The sites that they name.
const SITES: [&str; 2] = [
    "0193b3f0-3333-7000-8000-000000000011",
    "0193b3f0-3333-7000-8000-000000000012",
];

/// The folder of each released client.
fn released() -> Vec<PathBuf> {
    let all = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let entries = std::fs::read_dir(all).unwrap();
    let folders = entries.map(|it| it.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}

/// The requests of a client, in the order it sends them.
fn requests(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|it| std::fs::read_to_string(it).unwrap())
        .collect()
}

/// Sends a recorded request: a line, headers, an empty line, the body.
async fn send(anon: &Actor, recorded: &str, code: &str, token: &str) -> Answer {
    let text = recorded.replace("{code}", code).replace("{token}", token);
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let (method, path) = lines.next().unwrap().split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    let body = body.strip_suffix('\n').unwrap_or(body).to_owned();
    anon.send(request.body(Body::from(body)).unwrap()).await
}

/// The outing and the places that were there when the requests were made.
async fn the_same_outing(world: &World) {
    let coordinator = &world.town.coordinator;
    for (n, id) in SITES.iter().enumerate() {
        let title = format!("Lieu {n}");
        let site =
            json!({"id": id, "nature": "public", "title": title, "lat": 44.83, "lon": -0.57});
        coordinator.post("/api/v1/sites", site).await.expect(201);
    }
    let plan = json!({"id": OUTING, "day": "2026-11-24", "sites": SITES});
    coordinator.post("/api/v1/outings", plan).await.expect(201);
    world.open(OUTING.parse().unwrap()).await;
}

/// The statuses of an answer to facts, by the fields that client reads.
fn statuses(answer: &Value) -> BTreeSet<&str> {
    let results = answer["results"].as_array().unwrap();
    assert!(results.iter().all(|it| it["id"].is_string()));
    results
        .iter()
        .map(|it| it["status"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn a_released_client_joins_reads_and_sends_as_it_always_did(world) {
        let folders = released();
        assert!(!folders.is_empty());
        the_same_outing(&world).await;
        let code = world.code(OUTING.parse().unwrap()).await;
        let anon = world.anon();
        for folder in folders {
            let all = requests(&folder);
            let [join, pack, batches @ ..] = all.as_slice() else {
                panic!("{}: join, pack, facts", folder.display())
            };
            let joined = send(&anon, join, &code, "").await.expect(200);
            assert_eq!(joined["outing"], OUTING);
            let token = joined["token"].as_str().unwrap();
            let pack = send(&anon, pack, &code, token).await.expect(200);
            // What that client reads of a pack.
            assert_eq!(pack["outing"]["title"], "Sortie de mardi");
            for name in ["id", "title", "nature", "state"] {
                assert!(pack["sites"][1][name].is_string(), "{name}");
            }
            assert!(pack["sites"][0]["lat"].is_f64() && pack["sites"][0]["lon"].is_f64());
            assert!(!batches.is_empty());
            for expected in ["accepted", "duplicate"] {
                for batch in batches {
                    let answer = send(&anon, batch, &code, token).await.expect(200);
                    assert_eq!(statuses(&answer), [expected].into(), "{}", folder.display());
                }
            }
        }
        let summary = world.summary(OUTING.parse().unwrap()).await;
        assert_eq!(
            (&summary["totals"], &summary["to_check"], &summary["set_aside"]),
            (&json!({"syringe": 1036, "needle": 10, "pipe": 1, "other": 2}), &json!(0), &json!(0))
        );
    }
}

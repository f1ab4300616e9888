//! A server that runs for years: it stops without losing an answer, tells how it is, and never says
//! in its log what somebody is called or where something lies.

use crate::command_line::{Place, text};
use crate::served::{Served, demo};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Output;
use std::time::{Duration, Instant};

fn migrated() -> Place {
    let place = Place::new();
    assert!(place.run(&["migrate"]).status.success());
    place
}

fn connected(server: &Served) -> TcpStream {
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream
}

/// One answer, as far as it has come when its body has been read.
fn answer(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut some = [0; 4096];
    loop {
        let n = stream.read(&mut some).unwrap();
        all.extend(&some[..n]);
        let text = String::from_utf8_lossy(&all).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(n > 0, "no answer: {text}");
            continue;
        };
        let length = head.to_lowercase().lines().find_map(|it| {
            it.strip_prefix("content-length: ")
                .and_then(|it| it.parse::<usize>().ok())
        });
        if n == 0 || length.is_some_and(|it| body.len() >= it) {
            return text;
        }
    }
}

#[test]
fn a_request_in_flight_is_answered_when_the_server_is_asked_to_stop() {
    let place = Place::new();
    let demo = demo(&place, &[]);
    let mut server = Served::start(&place, &[], "warn");
    let office = server.caller(demo["tokens"]["coordinator"].as_str().unwrap());
    let mut phone = office.open_outing();
    let facts = phone.pickups(3);
    let body = json!({"facts": facts}).to_string();
    let (first, second) = body.split_at(body.len() / 2);
    // Browsers keep connections open for later, and open some that they never use.
    let mut idle = connected(&server);
    write!(idle, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(answer(&mut idle).ends_with("ok\n"));
    let unused = connected(&server);
    let mut slow = connected(&server);
    write!(
        slow,
        "POST /api/v1/facts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{first}",
        phone.asker.token,
        body.len()
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.ask_to_stop();
    std::thread::sleep(Duration::from_millis(300));
    slow.write_all(second.as_bytes()).unwrap();
    let told = answer(&mut slow);
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    assert_eq!(told.matches("accepted").count(), 3, "{told}");
    let (status, took) = server.ended();
    assert!(status.success(), "{}", server.said());
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop((idle, unused));
    // The file is alone: nothing waits in a journal beside it.
    assert!(!place.0.join("data/cueillette.sqlite-wal").exists());
    let mut server = Served::start(&place, &[], "warn");
    let again = server.caller(&phone.asker.token);
    let told = again.post("/api/v1/facts", &json!({"facts": facts}));
    let results = told["results"].as_array().unwrap();
    assert!(
        results.iter().all(|it| it["status"] == "duplicate"),
        "{told}"
    );
    server.ask_to_stop();
    assert!(server.ended().0.success());
}

#[test]
fn idle_connections_hold_nobody_back() {
    let place = migrated();
    let mut server = Served::start(&place, &[], "warn");
    let mut idle: Vec<TcpStream> = (0..20).map(|_| connected(&server)).collect();
    for stream in idle.iter_mut().take(10) {
        write!(stream, "GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        assert!(answer(stream).starts_with("HTTP/1.1 200"));
    }
    server.ask_to_stop();
    let (status, took) = server.ended();
    assert!(status.success());
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn a_server_whose_log_nobody_takes_any_more_goes_on_serving() {
    let place = migrated();
    let mut server = Served::unheard(&place, "trace");
    for _ in 0..3 {
        assert_eq!(server.caller("").get("/readyz").0, 200);
        assert_eq!(server.caller("").get("/nowhere").0, 404);
    }
    server.ask_to_stop();
    assert!(server.ended().0.success());
}

#[test]
fn metrics_tell_how_the_server_is_and_of_nobody() {
    let place = Place::new();
    let demo = demo(&place, &[]);
    let mut server = Served::start(&place, &[], "warn");
    let office = server.caller(demo["tokens"]["coordinator"].as_str().unwrap());
    let mut phone = office.open_outing();
    let facts = phone.pickups(4);
    phone.asker.post("/api/v1/facts", &json!({"facts": facts}));
    phone.asker.post("/api/v1/facts", &json!({"facts": facts}));
    let site = demo["sites"][0]["id"].as_str().unwrap();
    assert_eq!(office.get(&format!("/lieux/{site}")).0, 200);
    assert_eq!(office.get("/lieux/Durand").0, 404);
    assert_eq!(office.get("/nowhere/Durand?nom=Durand").0, 404);
    let address = server.metrics.clone().unwrap();
    let mut told = ureq::get(&address).call().unwrap();
    let told = told.body_mut().read_to_string().unwrap();
    for line in [
        "cueillette_facts_total{status=\"accepted\"} 4",
        "cueillette_facts_total{status=\"duplicate\"} 4",
        "cueillette_http_requests_total{route=\"/api/v1/facts\",method=\"POST\",status=\"2xx\"} 2",
        "cueillette_http_requests_total{route=\"none\",method=\"GET\",status=\"4xx\"} 1",
        "route=\"/lieux/{id}\",method=\"GET\",status=\"2xx\"",
        "cueillette_http_request_duration_seconds_bucket{le=\"0.05\",route=\"/api/v1/facts\"",
        "cueillette_database_reachable 1",
        "cueillette_backup_success_timestamp_seconds 0",
        "cueillette_process_resident_bytes ",
        "cueillette_process_open_files ",
        "cueillette_build_info{version=",
    ] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
    for secret in [
        site,
        "bordeaux",
        "Durand",
        "demo-",
        phone.outing.to_string().as_str(),
    ] {
        assert!(!told.contains(secret), "{secret} is in\n{told}");
    }
    // Not on the address where everybody is.
    assert_eq!(office.get("/metrics").0, 404);
    assert!(place.run(&["backup", "b.sqlite"]).status.success());
    let mut told = ureq::get(&address).call().unwrap();
    let told = told.body_mut().read_to_string().unwrap();
    assert!(
        !told.contains("cueillette_backup_success_timestamp_seconds 0"),
        "{told}"
    );
    server.ask_to_stop();
    assert!(server.ended().0.success());
}

/// What no line of the log may hold, of the demonstration and of what this story adds.
fn secrets(demo: &Value) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for town in std::iter::once(demo).chain(demo["others"].as_array().unwrap()) {
        let texts = |list: &str, fields: &[&str]| -> Vec<String> {
            let rows = town[list].as_array().unwrap().iter();
            rows.flat_map(|row| {
                let texts = fields.iter().filter_map(|it| row[*it].as_str());
                texts.map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
        };
        all.extend(texts("peers", &["pseudonym", "surname", "first_name"]));
        all.extend(texts("accounts", &["login", "secret"]));
        all.extend(texts("sites", &["title"]));
        let tokens = town["tokens"].as_object().unwrap().values();
        all.extend(tokens.filter_map(Value::as_str).map(str::to_owned));
        all.extend(town["join_code"].as_str().map(str::to_owned));
        all.push(town["card"]["code"].as_str().unwrap().to_owned());
        for site in town["sites"].as_array().unwrap() {
            for part in ["lat", "lon"] {
                let degrees = site[part].as_f64().unwrap().abs();
                all.push(format!("{degrees:.4}"));
                all.push(format!("{degrees:.4}").replace('.', ","));
                all.push(format!("{:.0}", degrees * 1e5));
            }
        }
    }
    all.extend(OWN.map(str::to_owned));
    all.sort();
    all.dedup();
    all
}

/// Said by this story alone.
const OWN: [&str; 8] = [
    "Zébulon",
    "Quetzalcoatl",
    "derrière le laurier",
    "44.83911",
    "4483911",
    "0.57431",
    "mot-de-passe-de-personne",
    "personne@nulle-part.example",
];

/// Words of a name that any log may use too.
fn is_a_common_word(secret: &str) -> bool {
    secret.chars().count() < 4 || ["info", "none", "data"].contains(&secret.to_lowercase().as_str())
}

#[test]
fn the_log_of_a_whole_day_names_nobody_and_no_place() {
    let place = Place::new();
    let demo = demo(&place, &[]);
    let mut server = Served::start(&place, &[], "trace");
    let of = |role: &str| server.caller(demo["tokens"][role].as_str().unwrap_or_default());
    let nobody = server.caller("");
    let office = of("coordinator");
    let mut phone = office.open_outing();
    crew_works(&demo, &mut phone);
    everybody_looks(
        &demo,
        &phone,
        [
            of("coordinator"),
            of("agent"),
            of("clerk"),
            of("peer"),
            phone.asker.clone(),
        ],
    );
    money_moves(&demo, &office, &of("clerk"), phone.outing);
    wrong_things_are_sent(&demo, &nobody, &office, &phone.asker);
    server.ask_to_stop();
    assert!(server.ended().0.success());
    let said = server.said();
    let lines = said.lines().count();
    assert!(lines > 500, "{lines}");
    let said: Vec<String> = said.lines().map(without_times).collect();
    let mut told = secrets(&demo);
    told.push(phone.asker.token.clone());
    told.retain(|it| !is_a_common_word(it));
    assert!(told.len() > 60, "{told:?}");
    let leaks = told.iter().filter_map(|it| {
        let line = said.iter().find(|line| line.contains(it.as_str()))?;
        Some(format!(
            "{it}: {}",
            line.chars().take(600).collect::<String>()
        ))
    });
    let leaks: Vec<String> = leaks.collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    // Requests are told by the pattern of their route.
    let route = "\"route\":\"/sorties/{id}\"";
    assert!(said.iter().any(|it| it.contains(route)), "no route is told");
}

/// A line of the log, which is JSON, without what is a number by chance.
fn without_times(line: &str) -> String {
    let told: Result<Value, _> = serde_json::from_str(line);
    let mut told = told.unwrap_or_else(|_| panic!("not a line of JSON: {line}"));
    for (within, name) in [
        ("", "timestamp"),
        ("/fields", "elapsed"),
        ("/fields", "elapsed_secs"),
        ("/fields", "ms"),
    ] {
        let place = told.pointer_mut(within).and_then(Value::as_object_mut);
        _ = place.and_then(|it| it.remove(name));
    }
    told.to_string()
}

fn crew_works(demo: &Value, phone: &mut crate::served::Phone) {
    let at = json!({"lat": 44.83911, "lon": -0.57431, "accuracy_m": 8, "item": "syringe",
        "count": 3, "method": "counted"});
    let mut facts = phone.pickups(5);
    facts.push(phone.fact("pickup", at));
    facts.push(phone.fact(
        "note",
        json!({"text": "Zébulon attend derrière le laurier"}),
    ));
    let peer = uuid::Uuid::now_v7();
    facts.push(phone.fact(
        "newcomer",
        json!({"peer": peer, "pseudonym": "Quetzalcoatl", "sign": "fox-red"}),
    ));
    facts.push(phone.fact("site_proposal", json!({"nature": "discreet", "lat": 44.83911, "lon": -0.57431, "note": "derrière le laurier"})));
    facts.push(phone.fact(
        "presence",
        json!({"peer": demo["peers"][0]["id"], "present": true}),
    ));
    // And what no phone should send.
    facts.push(phone.fact("pickup", json!({"lat": "44.83911", "lon": "Zébulon"})));
    facts.push(phone.fact("Quetzalcoatl", json!({"text": "derrière le laurier"})));
    phone.asker.post("/api/v1/facts", &json!({"facts": facts}));
    assert_eq!(phone.asker.get("/api/v1/crew/pack").0, 200);
}

/// Every way to read, with every id that somebody might hold.
fn everybody_looks(demo: &Value, phone: &crate::served::Phone, all: [crate::served::Asker; 5]) {
    let (outing, site, peer) = (
        phone.outing.to_string(),
        &demo["sites"][17]["id"],
        &demo["peers"][0]["id"],
    );
    let ids = [
        outing.as_str(),
        site.as_str().unwrap(),
        peer.as_str().unwrap(),
    ];
    let table = server::http::table::table();
    let paths = table
        .iter()
        .filter(|it| it.method == axum::http::Method::GET);
    for route in paths {
        for asker in &all {
            if !route.path.contains("{id}") {
                asker.get(&filled(route.path));
                continue;
            }
            for id in ids {
                asker.get(&filled(&route.path.replace("{id}", id)));
            }
        }
    }
    for asker in &all {
        asker.get("/api/v1/sites?bbox=-0.57432,44.8391,-0.57430,44.83912&q=Zébulon");
        asker.get("/lieux?recherche=Quetzalcoatl&lat=44.83911");
    }
}

fn filled(path: &str) -> String {
    let mut filled = path
        .replace("{number}", "2026-0001")
        .replace("{programme}", "bordeaux");
    while let (Some(from), Some(to)) = (filled.find('{'), filled.find('}')) {
        filled.replace_range(from..=to, "list.csv");
    }
    filled
}

fn money_moves(
    demo: &Value,
    office: &crate::served::Asker,
    clerk: &crate::served::Asker,
    outing: uuid::Uuid,
) {
    let at = format!("/api/v1/outings/{outing}");
    let named = demo["peers"].as_array().unwrap().iter();
    for peer in named.filter(|it| it["surname"].is_string()).take(3) {
        let present = json!({"peer": peer["id"], "present": true});
        office.post(&format!("{at}/presences"), &present);
    }
    office.post(&format!("{at}/close"), &json!({"anyway": true}));
    let list = office.post("/api/v1/allowance-lists", &json!({}));
    let number = list["number"].as_str().unwrap();
    let at = format!("/api/v1/allowance-lists/{number}");
    office.post(&format!("{at}/send"), &json!({}));
    for file in ["list.csv", "list.xlsx", "list.pdf"] {
        assert_eq!(clerk.get(&format!("{at}/{file}")).0, 200);
    }
    clerk.post(&format!("{at}/pay"), &json!({"mode": "transfer"}));
    assert_eq!(clerk.get(&format!("{at}/lines")).0, 200);
}

fn wrong_things_are_sent(
    demo: &Value,
    nobody: &crate::served::Asker,
    office: &crate::served::Asker,
    phone: &crate::served::Asker,
) {
    let login = demo["accounts"][0]["login"].as_str().unwrap();
    let secret = demo["accounts"][0]["secret"].as_str().unwrap();
    let form = "application/x-www-form-urlencoded";
    for body in [
        format!("login={login}&password={secret}"),
        format!("login={login}&password=mot-de-passe-de-personne"),
        "login=personne@nulle-part.example&password=mot-de-passe-de-personne".to_owned(),
    ] {
        _ = nobody.send("/connexion", form, &body);
    }
    let code = demo["join_code"].as_str().unwrap_or("AAAAAA");
    for body in [
        format!("{{\"code\": \"{code}\", \"device\": \"Zébulon\"}}"),
        format!("{{\"code\": \"{code}x\", \"device\": 3}}"),
        "{\"code\": \"Quetzalcoatl".to_owned(),
    ] {
        _ = nobody.send("/api/v1/crew/join", "application/json", &body);
    }
    for asker in [office, phone, nobody] {
        for path in [
            "/api/v1/facts",
            "/api/v1/sites",
            "/api/v1/peers",
            "/api/v1/outings",
        ] {
            for body in [
                "{\"pseudonym\": \"Quetzalcoatl\", \"sign\": \"Zébulon\", \"lat\": \"44.83911\"}",
                "{\"facts\": \"Zébulon\", \"day\": \"Quetzalcoatl\"}",
                "[\"Zébulon\", 44.83911",
            ] {
                _ = asker.send(path, "application/json", body);
                _ = asker.send(path, form, body);
            }
        }
        asker.get("/lieux/derri%C3%A8re%20le%20laurier");
        asker.get("/sorties/Quetzalcoatl");
        asker.get("/nulle-part/Quetzalcoatl?nom=Z%C3%A9bulon&mail=personne@nulle-part.example");
    }
    // A page asked for with a secret in its address by somebody who is not signed in.
    nobody.get("/equipe/Quetzalcoatl?nom=Quetzalcoatl");
}

fn refused(out: &Output, words: &str) {
    assert_eq!(
        out.status.code(),
        Some(1),
        "{}{}",
        text(&out.stdout),
        text(&out.stderr)
    );
    let said = text(&out.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(words), "{said}");
}

#[test]
fn two_servers_never_share_a_file() {
    let place = migrated();
    let mut first = Served::start(&place, &[], "warn");
    let begun = Instant::now();
    let second = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    refused(&second, "another server is using");
    assert!(begun.elapsed() < Duration::from_secs(5));
    // By whatever way it is reached.
    std::os::unix::fs::symlink(place.0.join("data"), place.0.join("link")).unwrap();
    let other = [
        "--database",
        "sqlite:link/cueillette.sqlite",
        "--key-file",
        "data/cueillette.key",
    ];
    let second = place
        .program(&other)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .output();
    refused(&second.unwrap(), "another server is using");
    first.ask_to_stop();
    assert!(first.ended().0.success());
    let mut again = Served::start(&place, &[], "warn");
    again.ask_to_stop();
    assert!(again.ended().0.success());
}

#[test]
fn health_and_readiness_are_told_to_anybody() {
    let place = migrated();
    let server = Served::start(&place, &[], "warn");
    let nobody = server.caller("");
    assert_eq!(nobody.get("/healthz").0, 200);
    assert_eq!(nobody.get("/readyz").0, 200);
    let key = place.0.join("data/cueillette.key");
    std::fs::rename(&key, place.0.join("away.key")).unwrap();
    let (status, said) = nobody.get("/readyz");
    assert_eq!((status, said.trim()), (503, "the key file cannot be read"));
    assert_eq!(nobody.get("/healthz").0, 200);
    std::fs::rename(place.0.join("away.key"), &key).unwrap();
    assert_eq!(nobody.get("/readyz").0, 200);
}

//! The wall of money: whoever pays reads names and amounts, and nothing of where or why; whoever
//! goes out for the city reads places, and no name and no amount. Every route that the table gives
//! them is asked for, and every file is read as its reader would read it.

use crate::on_both;
use crate::support::{Actor, Answer, TODAY, World, id_of};
use axum::http::{Method, header};
use calamine::{Reader as _, Xlsx};
use serde_json::{Value, json};
use server::access::Role;
use server::http::table::{Kind, table};
use std::io::Cursor;
use std::process::Command;
use uuid::Uuid;

/// What tells the payer where and why, whatever its case.
const WORDS: [&str; 4] = ["caarud", "seringue", "drogue", "usager"];
/// Sites and people, as the association calls them.
const PLACES: [&str; 6] = [
    "Place 0",
    "Place 1",
    "Place 2",
    "Garage",
    "porte verte",
    "Pair ",
];
/// What was counted: these figures are nothing else's.
const COUNTS: [u32; 2] = [731, 419];
/// Civil names of participants.
const NAMES: [&str; 5] = ["Éluard", "d’Aubigné", "Zola", "Nguyễn", "Prénom"];
/// What people said about a line, for the association alone.
const SAID: &str = "Je suis un usager de drogues du CAARUD, j’ai ramassé la seringue";

/// Ids, numbers and files that paths are filled with.
struct Known {
    ids: Vec<Uuid>,
    numbers: Vec<String>,
}

const FILES: [&str; 8] = [
    "list.csv",
    "list.csv?dialect=open-data",
    "list.xlsx",
    "list.pdf",
    "payment.csv",
    "payment.csv?dialect=open-data",
    "payment.xlsx",
    "payment.pdf",
];

async fn post(actor: &Actor, path: &str, body: Value) -> Value {
    let answer = actor.post(path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
    serde_json::from_slice(&answer.bytes).unwrap_or_default()
}

/// An outing with much on the ground and five people, closed, and its list issued.
async fn listed(world: &World, known: &mut Known) -> String {
    let outing = world.open_outing().await;
    let mut phone = world.crew_phone(outing).await;
    let sites = [
        json!(world.town.public_sites[0]),
        json!(world.town.discreet_site),
    ];
    let mut facts = Vec::new();
    for (site, count) in sites.iter().zip(COUNTS) {
        facts.push(phone.pickup(json!({"site": site}), count));
    }
    facts.push(phone.fact("note", json!({"text": "une seringue sous le porche"})));
    for (status, reason) in phone.actor.facts(&facts).await {
        assert_eq!(status, "accepted", "{reason:?}");
    }
    for peer in world.town.peers.iter().take(5) {
        world.mark(outing, *peer, true).await.expect(200);
    }
    world.close(outing).await.expect(200);
    let list = post(
        &world.town.coordinator,
        "/api/v1/allowance-lists",
        json!({}),
    )
    .await;
    let number = list["number"].as_str().unwrap().to_owned();
    known.ids.extend([outing, id_of(&list)]);
    known.ids.extend(facts.iter().map(id_of));
    known.numbers.push(number.clone());
    number
}

fn of(number: &str, what: &str) -> String {
    format!("/api/v1/allowance-lists/{number}/{what}")
}

/// Lists in every state there is: settled, being paid, sent, just issued; lines returned,
/// contested with words, answered with words, taken back.
async fn furnish(world: &World) -> Known {
    let (coordinator, clerk) = (&world.town.coordinator, &world.town.clerk);
    // She hands money over too: her screens of an outing are asked for like all others.
    crate::allowances_life::appoint(world).await;
    let mut known = Known {
        ids: vec![world.town.discreet_site.0, world.town.peers[0].0],
        numbers: Vec::new(),
    };
    known
        .ids
        .extend(world.town.public_sites.iter().map(|it| it.0));
    let settled = listed(world, &mut known).await;
    post(coordinator, &of(&settled, "send"), json!({})).await;
    let lines = clerk.get(&of(&settled, "lines")).await.expect(200);
    let first = lines["items"][0]["id"].clone();
    let why = json!({"line": first, "reason": "La date ne correspond pas."});
    post(clerk, &of(&settled, "returns"), why).await;
    let paid = json!({"decision": "2026-118", "mode": "cash", "hand": "Mme Roy"});
    post(clerk, &of(&settled, "pay"), paid).await;
    let seen = json!({"how": "witnesses", "names": "M. Dupin et Mme Sand"});
    post(coordinator, &of(&settled, "receipts"), seen).await;
    post(clerk, &of(&settled, "statement"), json!({})).await;
    let own = world.town.peer.get("/api/v1/allowances").await.expect(200);
    let own = own["items"][0]["id"].as_str().unwrap().to_owned();
    let about = |what: &str| format!("/api/v1/allowances/{own}/{what}");
    post(&world.town.peer, &about("contest"), json!({"words": SAID})).await;
    post(coordinator, &about("answer"), json!({"words": SAID})).await;
    post(&world.town.peer, &about("contest"), json!({"words": SAID})).await;
    known.ids.push(own.parse().unwrap());
    let paying = listed(world, &mut known).await;
    post(coordinator, &of(&paying, "send"), json!({})).await;
    let lines = clerk.get(&of(&paying, "lines")).await.expect(200);
    let some = json!({"lines": [lines["items"][0]["id"], lines["items"][1]["id"]]});
    post(clerk, &of(&paying, "pay"), some).await;
    // A presence of it was wrong, for a reason that is the association's.
    let outing = known.ids[known.ids.len() - 5];
    let wrong = json!({
        "corrects": "presence", "peer": world.town.peers[4], "present": false, "reason": SAID,
    });
    post(
        coordinator,
        &format!("/api/v1/outings/{outing}/revisions"),
        wrong,
    )
    .await;
    let sent = listed(world, &mut known).await;
    post(coordinator, &of(&sent, "send"), json!({})).await;
    listed(world, &mut known).await;
    let flag = json!({
        "id": Uuid::now_v7(), "kind": "sighting", "outing": null, "device": Uuid::nil(), "seq": 1,
        "recorded_at": crate::support::NOW, "data": {
            "site": world.town.public_sites[1], "category": "syringe", "urgency": "normal"},
    });
    assert_eq!(world.town.agent.facts(&[flag]).await[0].0, "accepted");
    known
}

/// Every address of a path of the table.
fn filled(path: &str, known: &Known) -> Vec<String> {
    let mut all = vec![path.to_owned()];
    let mut fill = |part: &str, values: &[String]| {
        if path.contains(part) {
            let each = |it: &String| values.iter().map(|value| it.replace(part, value)).collect();
            all = all
                .iter()
                .flat_map(|it| -> Vec<String> { each(it) })
                .collect();
        }
    };
    let ids: Vec<_> = known.ids.iter().map(Uuid::to_string).collect();
    let files: Vec<_> = FILES.iter().map(|it| (*it).to_owned()).collect();
    fill("{id}", &ids);
    fill("{device}", &ids[..1]);
    fill("{number}", &known.numbers);
    fill("{file}", &files);
    all
}

/// What may be asked of a path beside itself.
fn asked(path: &str) -> Vec<String> {
    let more: &[&str] = match path {
        "/ccas" => &[
            "etat=open",
            "etat=settled",
            "q=zola",
            "q=2026-0001",
            "avant=2026-0003",
        ],
        "/api/v1/allowance-lists" => &["state=open", "state=settled", "limit=1"],
        "/api/v1/sites" => &["bbox=-0.66,44.8,-0.48,44.89"],
        "/api/v1/allowance-lines.csv" => &[
            "from=2026-01-01&to=2026-12-31",
            "from=2026-01-01&to=2026-12-31&dialect=open-data",
        ],
        _ => &[],
    };
    let more = more.iter().map(|it| format!("{path}?{it}"));
    std::iter::once(path.to_owned()).chain(more).collect()
}

/// What a person or a program takes from an answer, its headers too.
fn read(at: &str, answer: &Answer) -> String {
    let headers: String = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let kind = answer.headers.get(header::CONTENT_TYPE);
    let kind = kind.map_or("", |it| it.to_str().unwrap());
    let body = match kind {
        "application/pdf" => paper(&answer.bytes),
        it if it.contains("spreadsheetml") => workbook(&answer.bytes),
        _ => String::from_utf8(answer.bytes.clone()).unwrap_or_else(|_| panic!("{at}: {kind}")),
    };
    format!("{headers}{body}").replace('\u{a0}', " ")
}

fn workbook(bytes: &[u8]) -> String {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let mut told = String::new();
    for (name, cells) in book.worksheets() {
        told.push_str(&name);
        for row in cells.rows() {
            let cells: Vec<_> = row.iter().map(ToString::to_string).collect();
            told.push_str(&cells.join(" | "));
            told.push('\n');
        }
    }
    // And what a reader of cells does not show: properties, headers, comments.
    const INSIDE: &str = "
import sys, zipfile
book = zipfile.ZipFile(sys.argv[1])
for name in book.namelist():
    print(name, book.read(name).decode('utf-8', 'replace'))
";
    told + &through(bytes, "/usr/bin/python3", |file| {
        vec!["-c".into(), INSIDE.into(), file]
    })
}

fn paper(bytes: &[u8]) -> String {
    let text = through(bytes, "pdftotext", |file| {
        vec!["-layout".into(), file, "-".into()]
    });
    text + &through(bytes, "pdfinfo", |file| vec![file])
}

/// What a program prints about a file.
fn through(bytes: &[u8], program: &str, arguments: fn(String) -> Vec<String>) -> String {
    let file = std::env::temp_dir().join(format!("cueillette-wall-{}", Uuid::new_v4()));
    std::fs::write(&file, bytes).unwrap();
    let out = Command::new(program)
        .args(arguments(file.to_str().unwrap().to_owned()))
        .output()
        .unwrap_or_else(|e| panic!("{program}: {e}"));
    std::fs::remove_file(&file).unwrap();
    assert!(out.status.success(), "{program}");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// What of all that is hidden from the payer a text tells.
fn told_to_the_payer(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = WORDS.iter().filter(|it| lower.contains(*it));
    let places = PLACES.iter().filter(|it| text.contains(*it));
    let mut told: Vec<_> = words.chain(places).map(|it| (*it).to_owned()).collect();
    let counts = COUNTS.map(|it| it.to_string());
    let figures = text.split(|it: char| !it.is_alphanumeric());
    told.extend(
        figures
            .filter(|it| counts.contains(&(*it).to_owned()))
            .map(str::to_owned),
    );
    told
}

/// What of names and amounts a text tells.
fn told_to_the_city(text: &str) -> Vec<String> {
    let amounts = ["€", "15,00", "amount_cents", "total_cents"];
    let hidden = NAMES.iter().chain(&amounts);
    hidden
        .filter(|it| text.contains(**it))
        .map(|it| (*it).to_owned())
        .collect()
}

/// Asks everything the table gives a role; answers how much was told, and what ought not to be.
async fn walked(
    actor: &Actor,
    role: Role,
    known: &Known,
    hidden: fn(&str) -> Vec<String>,
) -> (usize, Vec<String>) {
    let (mut told, mut leaks) = (0, Vec::new());
    let mut hear = |at: String, answer: &Answer| {
        assert!(answer.status.as_u16() < 500, "{at}");
        told += usize::from(answer.status.is_success());
        let found = hidden(&read(&at, answer));
        if !found.is_empty() {
            leaks.push(format!("{at}: {found:?}"));
        }
    };
    // Reading, then every act, asked as nobody would and as the page does; then reading again.
    for method in [Method::GET, Method::POST, Method::PATCH, Method::GET] {
        for route in table().into_iter().filter(|it| it.method == method) {
            let is_public = route.roles.len() == Role::ALL.len() && route.path != "/";
            if is_public || !route.roles.contains(&role) {
                continue;
            }
            for path in filled(route.path, known).iter().flat_map(|it| asked(it)) {
                let at = format!("{method} {path}");
                if method == Method::GET {
                    hear(at, &actor.get(&path).await);
                    continue;
                }
                let (kind, body) = match route.kind {
                    Kind::Api => ("application/json", "{}".to_owned()),
                    _ => {
                        let form = "application/x-www-form-urlencoded";
                        (form, format!("id={}&geste=tout&le={TODAY}", Uuid::now_v7()))
                    }
                };
                hear(at, &actor.raw(method.clone(), &path, kind, body).await);
            }
        }
    }
    (told, leaks)
}

on_both! {
    async fn the_payer_reads_names_and_amounts_and_nothing_of_where_or_why(world) {
        let known = furnish(&world).await;
        // All of it is there, for those who may know.
        let outing = known.ids.iter().find(|_| true).unwrap();
        assert_eq!(*outing, world.town.discreet_site.0);
        let aids = world.town.coordinator.get("/aides").await.expect_page(200);
        assert!(aids.contains(SAID) && aids.contains("Pair 0"), "{aids}");
        let heard = told_to_the_payer(&format!("{aids} 731 seringues à la Place 0"));
        assert_eq!(heard.len(), 7, "{heard:?}");
        for file in FILES {
            let answer = world.town.clerk.get(&of("2026-0001", file)).await;
            assert_eq!(answer.status, 200, "{file}");
            assert!(read(file, &answer).contains("Éluard"), "{file}: {}", read(file, &answer));
        }
        let (told, leaks) = walked(&world.town.clerk, Role::Clerk, &known, told_to_the_payer).await;
        assert!(leaks.is_empty(), "{leaks:#?}");
        assert!(told > 80, "{told}");
        let outing = known.ids[known.ids.len() - 5];
        let table = format!("/ccas/remise/{outing}");
        assert!(world.town.clerk.get(&table).await.expect_page(200).contains("Zola"));
    }

    async fn the_city_reads_no_name_of_a_participant_and_no_amount(world) {
        let known = furnish(&world).await;
        let list = world.town.clerk.get("/ccas/2026-0001").await.expect_page(200);
        assert!(told_to_the_city(&list).len() >= 5, "{:?}", told_to_the_city(&list));
        let (told, leaks) = walked(&world.town.agent, Role::Agent, &known, told_to_the_city).await;
        assert!(leaks.is_empty(), "{leaks:#?}");
        assert!(told > 20, "{told}");
    }
}

//! Many programmes on one server: founded by the operator, each with its own days and map, and no
//! key by which a row of one could be taken for another's.

use crate::command_line::{Place, text};
use crate::on_both;
use crate::support::*;
use server::app::local_day;
use server::db::Db;
use server::{demo, programmes};

const FOUND: [&str; 12] = [
    "programme",
    "add",
    "saint-denis",
    "--name",
    "A.P.C. Saint-Denis",
    "--town",
    "Saint-Denis",
    "--association",
    "l'Escale",
    "--payer",
    "le CCAS",
    "--time-zone=Indian/Reunion",
];

async fn opened(place: &Place, file: &str) -> Db {
    let url = format!("sqlite:{}", place.0.join(file).display());
    Db::open(&url).await.unwrap()
}

#[tokio::test]
async fn the_operator_founds_a_programme_and_its_first_administrator_comes_in_by_a_link() {
    let place = Place::new();
    let out = place.run(&FOUND);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let said = text(&out.stdout);
    let link = said.lines().nth(1).unwrap();
    assert!(link.contains("/invitation/lien_"), "{link}");
    let listed = text(&place.run(&["programme", "list"]).stdout);
    let line = "Saint-Denis\tIndian/Reunion\tl’Escale, le CCAS\n";
    assert!(
        listed.starts_with("saint-denis\t") && listed.ends_with(line),
        "{listed}"
    );

    let db = opened(&place, "data/cueillette.sqlite").await;
    let mut tx = db.read().await.unwrap();
    let (id, _, settings) = programmes::all(&mut tx).await.unwrap().swap_remove(0);
    // No city takes part, so the green light waits for none of its agents.
    assert_eq!(settings.green_light.agents_min, 0);
    let now = "2026-11-24T21:30:00.000Z".parse().unwrap();
    assert_eq!(local_day(&settings, now).to_string(), "2026-11-25");
    let of_journal = "select action from journal where programme_id = $1";
    let (action,): (String,) = server::db::sql(of_journal)
        .bind(id)
        .one(&mut tx)
        .await
        .unwrap();
    assert_eq!(action, "programme_founded");
}

#[test]
fn what_cannot_be_founded_is_refused_with_one_sentence_and_founds_nothing() {
    let place = Place::new();
    let refused = |args: &[&str], word: &str| {
        let out = place.run(args);
        assert_eq!(out.status.code(), Some(1), "{args:?}");
        let said = text(&out.stderr);
        let last = said.lines().last().unwrap();
        assert!(
            last.starts_with("cueillette: ") && last.contains(word),
            "{said}"
        );
    };
    let with = |at: usize, value: &'static str| {
        let mut args = FOUND;
        args[at] = value;
        args
    };
    refused(&with(2, "../x"), "short name");
    refused(&with(4, " "), "--name");
    refused(&with(8, "l'"), "--association");
    refused(&with(11, "--time-zone=Europe/Bordeaux"), "time zone");
    refused(&with(11, "--amount=much"), "amount");
    assert_eq!(text(&place.run(&["programme", "list"]).stdout), "");
    assert!(place.run(&FOUND).status.success());
    refused(&FOUND, "already");
    refused(&["demo"], "real programme");

    let demo = Place::new();
    assert!(demo.run(&["demo"]).status.success());
    let out = demo.run(&FOUND);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("demonstration"));
}

on_both! {
    async fn a_town_overseas_lives_by_its_own_days(world) {
        let mut settings = demo::bordeaux_settings();
        settings.time_zone = "Pacific/Tahiti".into();
        let papeete = world.town_with("papeete", settings).await;
        // Wednesday morning in Bordeaux, Tuesday evening in Papeete.
        world.set_clock("2026-11-25T05:00:00.000Z");
        let outing = |day: &str| serde_json::json!({
            "id": uuid::Uuid::now_v7(), "day": day, "meeting_point": "Devant la mairie",
        });
        let made = papeete.coordinator.post("/api/v1/outings", outing("2026-11-24")).await;
        let made = made.expect(201);
        let code = format!("/api/v1/outings/{}/code", made["id"].as_str().unwrap());
        papeete.coordinator.post(&code, serde_json::json!({})).await.expect(200);
        let page = papeete.coordinator.get("/").await.text();
        assert!(page.contains("Aujourd’hui"), "{page}");
        let elsewhere = world.town.coordinator.get("/").await.text();
        assert!(!elsewhere.contains(made["id"].as_str().unwrap()));
    }

    async fn each_town_has_its_own_map(world) {
        let world = world.with_base_maps(&[("bordeaux", b"PMTiles of Bordeaux")]);
        let other = world.another_town("bourg").await;
        let of = |answer: Answer| answer.expect(200)["available"].as_bool().unwrap();
        assert!(of(world.town.coordinator.get("/base-map.json").await));
        assert!(!of(other.coordinator.get("/base-map.json").await));
        // Nobody in particular is of no town.
        assert!(!of(world.anon().get("/base-map.json").await));

        // A crew phone has no cookie: its pack says where its map is.
        let outing = world.open_outing().await;
        let phone = world.crew_phone(outing).await;
        let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
        let map = pack["base_map"].as_str().unwrap();
        let file = world.anon().get(map).await;
        assert_eq!(file.bytes, b"PMTiles of Bordeaux");
        for nowhere in ["/base-map/..%2Fbordeaux.pmtiles", "/base-map/bordeaux.pmtiles"] {
            assert_eq!(world.anon().get(nowhere).await.status, 404, "{nowhere}");
        }
    }
}

/// Rows that belong to no programme, or are found by a secret that only one can know.
const KEYED_OTHERWISE: [(&str, &str); 10] = [
    ("programmes", "is the programme"),
    ("sessions", "found by the hash of a token"),
    ("api_tokens", "found by the hash of a token"),
    ("peer_sessions", "found by the hash of a token"),
    ("sign_in_steps", "found by the hash of a token"),
    ("invitations", "found by the hash of a token"),
    ("answered_challenges", "found by what was asked"),
    ("phone_codes", "found by the keyed hash of a code"),
    ("server_marks", "the server's own"),
    ("jobs", "the server's own"),
];

#[tokio::test]
async fn every_key_and_every_reference_begins_with_the_programme() {
    let place = Place::new();
    let db = opened(&place, "a.sqlite").await;
    db.migrate().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let tables: Vec<(String,)> = server::db::sql(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'
           and name not like '\\_%' escape '\\'",
    )
    .all(&mut tx)
    .await
    .unwrap();
    assert!(tables.len() > 40);
    for (table,) in &tables {
        let known = KEYED_OTHERWISE.iter().any(|(name, _)| name == table);
        let first: Option<(String,)> =
            server::db::sql("select name from pragma_table_info($1) where pk = 1")
                .bind(table.as_str())
                .maybe(&mut tx)
                .await
                .unwrap();
        let first = first.map(|(name,)| name);
        assert_eq!(
            first.as_deref() == Some("programme_id"),
            !known,
            "the key of {table} begins with {first:?}"
        );
        // A reference to a row of a programme names the programme: none crosses over.
        let crossing: Vec<(String,)> = server::db::sql(
            "select f.\"table\" from pragma_foreign_key_list($1) f where f.\"table\" <> 'programmes'
             group by f.id, f.\"table\"
             having sum(case when f.\"from\" = 'programme_id' and f.\"to\" = 'programme_id'
               then 1 else 0 end) <> 1",
        )
        .bind(table.as_str())
        .all(&mut tx)
        .await
        .unwrap();
        assert!(
            crossing.is_empty(),
            "{table} refers to {crossing:?} across programmes"
        );
    }
}

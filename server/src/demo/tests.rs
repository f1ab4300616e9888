//! The demonstration is the same for a given day, adds nothing twice, and keeps to itself.

use super::*;
use crate::access::KeyFile;
use crate::app::Clock;
use crate::db::{Db, sql};
use crate::{allowances, outings};
use domain::outing::missing_for_green_light;
use domain::{AllowanceId, Instant};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use uuid::Uuid;

/// Tuesday 24 November 2026, 09:05 in Bordeaux.
const MORNING: &str = "2026-11-24T08:05:00Z";

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("cueillette-demo-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn app_at(folder: &Path, database: &str, at: &str) -> App {
    let at: Instant = at.parse().unwrap();
    let url = format!("sqlite:{}", folder.join(database).display());
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    let (keys, _) = KeyFile::load_or_create(&folder.join("one.key")).unwrap();
    let clock = Clock::ByHand(Arc::new(AtomicI64::new(at.as_ms())));
    App::new(db, keys, clock, None)
}

async fn told(app: &App, scale: u32) -> Value {
    serde_json::to_value(load(app, scale).await.unwrap()).unwrap()
}

/// Rows and sums that say whether two databases hold the same.
async fn totals(app: &App) -> Vec<i64> {
    const COUNTS: [&str; 12] = [
        "select count(*) from outings",
        "select count(*) from facts",
        "select cast(sum(count) as bigint) from facts where kind = 'pickup'",
        "select count(*) from allowances where state = 'listed'",
        "select count(*) from allowances where state = 'due'",
        "select cast(sum(total_cents) as bigint) from allowance_lists",
        "select count(*) from crew_phones",
        "select count(*) from journal",
        "select count(*) from ledger_events",
        "select cast(sum(a.amount_cents) as bigint) from allowances a
           join ledger_events e on e.line_id = a.id where e.what = 'paid'",
        "select cast(sum(total_cents) as bigint) from payment_statements",
        "select cast(sum(amount_cents) as bigint) from advances",
    ];
    let mut tx = app.db.read().await.unwrap();
    let mut totals = Vec::new();
    for text in COUNTS {
        let (n,): (i64,) = sql(text).one(&mut tx).await.unwrap();
        totals.push(n);
    }
    totals
}

async fn count(app: &App, text: &'static str) -> i64 {
    let mut tx = app.db.read().await.unwrap();
    let (n,): (i64,) = sql(text).one(&mut tx).await.unwrap();
    n
}

#[tokio::test]
async fn a_day_gives_the_same_demonstration_everywhere_and_twice_adds_nothing() {
    let folder = Folder::new();
    let (one, other) = (
        app_at(&folder.0, "one.sqlite", MORNING).await,
        app_at(&folder.0, "other.sqlite", MORNING).await,
    );
    let first = told(&one, 1).await;
    assert_eq!(first, told(&other, 1).await);
    let loaded = totals(&one).await;
    assert_eq!(loaded, totals(&other).await);

    assert_eq!(first, told(&one, 1).await);
    assert_eq!(loaded, totals(&one).await);
}

#[tokio::test]
async fn the_city_has_two_plausible_years_and_an_open_outing() {
    let folder = Folder::new();
    let app = app_at(&folder.0, "demo.sqlite", MORNING).await;
    let loaded = told(&app, 1).await;
    assert_eq!(loaded["slug"], "bordeaux");
    assert_eq!(loaded["sites"].as_array().unwrap().len(), 20);
    let named = loaded["peers"].as_array().unwrap().iter();
    assert_eq!(named.filter(|it| it["surname"].is_string()).count(), 9);
    assert_eq!(loaded["join_code"].as_str().unwrap().len(), 6);
    assert!(loaded["tokens"]["agent"].is_string());

    let id: Uuid = loaded["programme"].as_str().unwrap().parse().unwrap();
    let mut tx = app.db.read().await.unwrap();
    let before = history::END_OF_TIME;
    let all = outings::store::page(&mut tx, ProgrammeId(id), before, 200).await;
    let all = all.unwrap();
    let closed: Vec<_> = all.iter().filter(|it| it.closed_at.is_some()).collect();
    assert_eq!((all.len(), closed.len()), (106, 104));
    for outing in closed {
        assert_eq!(outing.day.0.weekday(), jiff::civil::Weekday::Tuesday);
        assert!(outing.opened_at < outing.closed_at);
        let missing = missing_for_green_light(&bordeaux_settings().green_light, &outing.ready);
        assert_eq!(missing.is_empty(), !outing.overridden);
        let summary = outings::summary::of(&mut tx, ProgrammeId(id), outing.id).await;
        let summary = summary.unwrap();
        assert!(
            (10..=400).contains(&summary.totals["syringe"]),
            "{summary:?}"
        );
        assert!((4..=8).contains(&summary.presences.len()), "{summary:?}");
        assert_eq!((summary.late, summary.early, summary.to_check), (0, 0, 0));
    }
    let open = &all[1];
    assert_eq!(open.state, domain::OutingState::Open);
    assert_eq!(
        missing_for_green_light(&bordeaux_settings().green_light, &open.ready),
        []
    );
    let sites = outings::store::site_ids(&mut tx, ProgrammeId(id), open.id).await;
    assert_eq!(sites.unwrap().len(), 8);
    let marks = crate::facts::store::marks(&mut tx, ProgrammeId(id), open.id).await;
    assert!(marks.unwrap().is_empty());
    let midnight: Instant = "2026-11-24T23:00:00Z".parse().unwrap();
    assert!(open.code_expires_at.unwrap() >= midnight);
}

#[tokio::test]
async fn every_line_is_listed_but_for_those_who_gave_no_name() {
    let folder = Folder::new();
    let app = app_at(&folder.0, "demo.sqlite", MORNING).await;
    told(&app, 1).await;
    let stay = "
        select count(*) from allowances a
        join peers p on p.programme_id = a.programme_id and p.id = a.peer_id
        where a.state = 'due' and p.sealed_identity is not null";
    assert_eq!(count(&app, stay).await, 0);
    let gaps = "
        select count(*) from list_counters c where c.last_rank <>
          (select count(*) from allowance_lists l
           where l.programme_id = c.programme_id and l.year = c.year)";
    assert_eq!(count(&app, gaps).await, 0);
}

#[tokio::test]
async fn what_became_of_the_lists_shows_every_state_there_is() {
    let folder = Folder::new();
    let app = app_at(&folder.0, "demo.sqlite", MORNING).await;
    told(&app, 1).await;
    for town in [Town::bordeaux(), Town::bourg()] {
        let mut tx = app.db.read().await.unwrap();
        let after = allowances::store::AFTER_THE_LAST;
        let lists = allowances::store::lists(&mut tx, town.id(), after, 100, "").await;
        let states: Vec<_> = lists.unwrap().into_iter().map(|it| it.state).collect();
        let first = ["issued", "sent", "acknowledged", "acknowledged", "settled"];
        assert_eq!(states[..5], first, "{}", town.slug);
        assert!(states[4..].iter().all(|it| it == "settled"), "{states:?}");
        let mut seen = std::collections::BTreeSet::new();
        let lines =
            allowances::store::lines(&mut tx, town.id(), "", AllowanceId(Uuid::nil()), 9_999);
        for line in lines.await.unwrap() {
            seen.insert(line.state);
            seen.extend(line.contest);
        }
        let all = [
            "answered",
            "contested",
            "due",
            "listed",
            "paid",
            "received",
            "sent",
        ];
        assert!(seen.iter().eq(all), "{}: {seen:?}", town.slug);
    }
    let returned = "select count(*) from ledger_events where what = 'returned'";
    assert_eq!(count(&app, returned).await, 2);
    let mut tx = app.db.read().await.unwrap();
    let faults = crate::cli::doctor::ledger(&mut tx).await.unwrap();
    assert_eq!(faults, Vec::<String>::new());
}

/// What is told of a town, before anything is loaded.
fn shown(town: &Town) -> LoadedTown {
    let code = JoinCode::from_random(0);
    LoadedTown::of(town, OutingId(Uuid::nil()), Some(code))
}

#[test]
fn the_small_town_has_no_agent_and_none_of_the_citys_words() {
    let bourg = serde_json::to_value(shown(&Town::bourg())).unwrap();
    assert_eq!(bourg["slug"], "bourg");
    assert!(bourg["tokens"].get("agent").is_none());
    let text = bourg.to_string().to_lowercase();
    for word in ["ccas", "mairie", "la case"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_next_day_gets_its_own_outing_and_nothing_else() {
    let folder = Folder::new();
    let app = app_at(&folder.0, "demo.sqlite", MORNING).await;
    let first = told(&app, 1).await;
    let outings = count(&app, "select count(*) from outings").await;
    let facts = count(&app, "select count(*) from facts").await;
    let tomorrow = app_at(&folder.0, "demo.sqlite", "2026-11-25T08:05:00Z").await;
    let next = told(&tomorrow, 1).await;
    assert_ne!(first["outing_today"], next["outing_today"]);
    assert!(next["join_code"].is_string());
    assert_eq!(first["peers"], next["peers"]);
    assert_eq!(
        count(&app, "select count(*) from outings").await,
        outings + 2
    );
    assert_eq!(count(&app, "select count(*) from facts").await, facts);
}

#[tokio::test]
async fn a_greater_scale_reaches_further_back() {
    let folder = Folder::new();
    let app = app_at(&folder.0, "demo.sqlite", MORNING).await;
    told(&app, 1).await;
    told(&app, 2).await;
    let closed = "select count(*) from outings where state = 'closed'";
    assert_eq!(count(&app, closed).await, 2 * (104 + 20));
}

#[tokio::test]
async fn it_never_lives_beside_a_real_programme() {
    let folder = Folder::new();
    let app = app_at(&folder.0, "real.sqlite", MORNING).await;
    let mut tx = app.db.write().await.unwrap();
    let (id, settings) = (ProgrammeId(Uuid::new_v4()), bordeaux_settings());
    programmes::insert(&mut tx, id, "vraie", false, &settings, app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(load(&app, 1).await.is_err());
    assert_eq!(count(&app, "select count(*) from programmes").await, 1);
}

#[test]
fn a_visitor_is_told_how_to_come_in() {
    let loaded = Loaded {
        main: shown(&Town::bordeaux()),
        others: vec![shown(&Town::bourg())],
    };
    let text = loaded.as_text();
    for word in [
        "camille@lacase.example",
        "claude@lerelais.example",
        "belle-cueillette",
        "222222",
        "/terrain",
        "/connexion",
    ] {
        assert!(text.contains(word), "{word} in {text}");
    }
}

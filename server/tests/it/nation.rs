//! A federation on one server: 140 programmes, founded as the operator founds them, overseas too.

use crate::on_both;
use crate::support::{Actor, World, id_of};
use crate::table::{asked, bodies, unlike};
use domain::{AccountId, ProgrammeId};
use serde_json::{Value, json};
use server::access::credentials::token_hash;
use server::access::journal::chain;
use server::access::{Role, store as accounts};
use server::cli::programmes::{FoundingFlags, found};
use server::db::sql;
use server::http::table::{Route, allows, table};
use server::upkeep;
use std::collections::HashMap;
use uuid::Uuid;

const PROGRAMMES: usize = 140;

/// Where they are, and which day it is there: on the 24th at half past nine in the evening of UTC,
/// and six hours later.
const ZONES: [(&str, [&str; 2]); 10] = [
    ("Europe/Paris", ["2026-11-24", "2026-11-25"]),
    ("Indian/Reunion", ["2026-11-25", "2026-11-25"]),
    ("America/Martinique", ["2026-11-24", "2026-11-24"]),
    ("Pacific/Noumea", ["2026-11-25", "2026-11-25"]),
    ("America/Cayenne", ["2026-11-24", "2026-11-25"]),
    ("Indian/Mayotte", ["2026-11-25", "2026-11-25"]),
    ("America/Guadeloupe", ["2026-11-24", "2026-11-24"]),
    ("Pacific/Tahiti", ["2026-11-24", "2026-11-24"]),
    ("America/Miquelon", ["2026-11-24", "2026-11-25"]),
    ("Pacific/Wallis", ["2026-11-25", "2026-11-25"]),
];
const EVENINGS: [&str; 2] = ["2026-11-24T21:30:00.000Z", "2026-11-25T03:30:00.000Z"];

/// A programme, its coordinator, and what they made.
struct Founded {
    slug: String,
    days: [&'static str; 2],
    coordinator: Actor,
    site: Uuid,
    /// By day: of the 24th, and of the 25th.
    outings: HashMap<&'static str, Uuid>,
}

/// The operator founds a programme; its coordinator has a place and two days planned.
async fn founded(world: &World, n: usize) -> Founded {
    let slug = format!("ville-{n:03}");
    let (zone, days) = ZONES[n % ZONES.len()];
    let flags = FoundingFlags {
        slug: slug.clone(),
        name: format!("A.P.C. de la ville {n}"),
        town: format!("Ville {n}"),
        association: "l’Escale".into(),
        payer: "le CCAS".into(),
        city: Some("la mairie".into()),
        amount: "15,00".into(),
        time_zone: zone.into(),
    };
    let (id, link) = found(&world.app, &flags).await.unwrap();
    assert!(link.starts_with("lien_"));
    let coordinator = coordinator(world, id, &slug).await;
    let at = 44.0 + n as f64 / 1000.0;
    let place = json!({
        "id": Uuid::now_v7(), "nature": "public", "title": format!("Place {slug}"),
        "lat": at, "lon": -0.57,
    });
    let place = coordinator.post("/api/v1/sites", place).await.expect(201);
    let mut outings = HashMap::new();
    for day in ["2026-11-24", "2026-11-25"] {
        let body = json!({"day": day, "meeting_point": "Au local", "sites": [place["id"]]});
        let made = coordinator.post("/api/v1/outings", body).await.expect(201);
        outings.insert(day, id_of(&made));
    }
    Founded {
        slug,
        days,
        coordinator,
        site: id_of(&place),
        outings,
    }
}

/// Somebody of the association who is in: passwords are other stories, and slow on purpose.
async fn coordinator(world: &World, programme: ProgrammeId, slug: &str) -> Actor {
    let (token, login) = (
        format!("{slug}-coordinator"),
        format!("{slug}@test.example"),
    );
    let (account, now) = (AccountId(Uuid::now_v7()), world.app.now());
    let role = Role::Coordinator;
    let mut tx = world.app.db.write().await.unwrap();
    let new = accounts::NewAccount {
        programme,
        id: account,
        role,
        login: &login,
        name: slug,
        password_hash: "none",
        administers: false,
    };
    accounts::insert_account(&mut tx, new, now).await.unwrap();
    let new = accounts::NewToken {
        token_hash: token_hash(&token),
        programme,
        name: "test",
        role,
        account: Some(account),
        peer: None,
    };
    accounts::insert_token(&mut tx, new, now).await.unwrap();
    tx.commit().await.unwrap();
    world.actor(Some(token))
}

async fn federation(world: &World) -> Vec<Founded> {
    let mut tx = world.app.db.write().await.unwrap();
    // The town that every world has is a real one here: nothing real stands beside a demonstration.
    let real = sql("update programmes set is_demo = $1").bind(false);
    real.run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    // It is the 24th nearly everywhere.
    world.set_clock("2026-11-24T08:00:00.000Z");
    let mut all = Vec::with_capacity(PROGRAMMES);
    for n in 0..PROGRAMMES {
        all.push(founded(world, n).await);
    }
    all
}

/// Whose is each id that was made?
fn owners(all: &[Founded]) -> HashMap<String, &str> {
    let ids = all.iter().flat_map(|it| {
        let ids = it.outings.values().chain([&it.site]);
        ids.map(|id| (id.to_string(), it.slug.as_str()))
    });
    ids.collect()
}

/// Every id in a text, as far as it reads like one.
fn ids_in(text: &str) -> impl Iterator<Item = &str> {
    let is_of_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    let words = text.split(move |c: char| !is_of_id(c));
    words.filter(|it| it.len() == 36)
}

/// What a coordinator may ask of an outing or a place by its id.
fn by_id() -> Vec<Route> {
    let names_one = |path: &str| {
        [
            "/sorties/{id}",
            "/outings/{id}",
            "/lieux/{id}",
            "/sites/{id}",
        ]
        .iter()
        .any(|it| path.contains(it))
    };
    let mut routes = table();
    routes.retain(|it| {
        names_one(it.path) && allows(it.roles, Role::Coordinator) && !it.administrators
    });
    routes
}

/// The id of a neighbour is answered as one that never was.
async fn is_unknown(me: &Founded, them: &Founded, route: &Route) {
    let of_place = route.path.contains("/lieux/") || route.path.contains("/sites/");
    let id = match of_place {
        true => them.site,
        false => them.outings["2026-11-24"],
    };
    let id = id.to_string();
    let own = json!({"site": me.site, "peer": Uuid::now_v7()});
    let mut reached = false;
    for body in bodies(route, &own) {
        let at = format!("{} {} as {}", route.method, route.path, me.slug);
        let found = asked(&me.coordinator, route, &id, &body).await;
        let unknown = asked(&me.coordinator, route, &unlike(&id), &body).await;
        assert_eq!(found, unknown, "{at}");
        assert!(!(200..300).contains(&found.0), "{at}: {}", found.0);
        reached |= found.0 == 404;
    }
    assert!(reached, "{} {} is never 404", route.method, route.path);
}

/// Lists and pages tell each their own; ids of the next programme are unknown.
async fn each_is_alone(all: &[Founded]) {
    let (owners, routes) = (owners(all), by_id());
    assert_eq!(owners.len(), 3 * PROGRAMMES);
    // One route for each programme is each route for some programme.
    assert!(
        (20..=PROGRAMMES).contains(&routes.len()),
        "{}",
        routes.len()
    );
    for (n, me) in all.iter().enumerate() {
        let count = async |path: &str, of: &str| {
            let listed: Value = me.coordinator.get(path).await.expect(200);
            listed[of].as_array().unwrap().len()
        };
        assert_eq!(count("/api/v1/outings", "items").await, 2);
        assert_eq!(count("/api/v1/sites", "features").await, 1);
        for path in ["/", "/lieux"] {
            let page = me.coordinator.get(path).await.expect_page(200);
            let of = |id| owners.get(id).copied();
            let told: Vec<&str> = ids_in(&page).filter_map(of).collect();
            let slug = me.slug.as_str();
            assert!(told.contains(&slug), "{path} tells {slug} nothing");
            assert!(
                told.iter().all(|it| *it == slug),
                "{path} of {slug}: {told:?}"
            );
        }
        let them = &all[(n + 1) % PROGRAMMES];
        is_unknown(me, them, &routes[n % routes.len()]).await;
    }
}

/// The outing that is prepared on the first page is that of the day where they are.
async fn each_has_its_own_day(world: &World, all: &[Founded]) {
    for (evening, at) in EVENINGS.iter().enumerate() {
        world.set_clock(at);
        for me in all {
            let page = me.coordinator.get("/").await.expect_page(200);
            for (day, outing) in &me.outings {
                let departs = page.contains(&format!("/sorties/{outing}#depart"));
                assert_eq!(
                    departs,
                    *day == me.days[evening],
                    "{} {day} at {at}",
                    me.slug
                );
            }
        }
    }
}

/// Nobody is left out by the day's work.
async fn each_has_its_work_done(world: &World, all: &[Founded]) {
    upkeep::daily(&world.app).await.unwrap();
    let mut tx = world.app.db.read().await.unwrap();
    let checked = chain::check(&mut tx, &world.app.keys).await.unwrap();
    drop(tx);
    assert_eq!((checked.waiting, checked.faults), (0, Vec::new()));
    assert!(checked.linked >= PROGRAMMES as u64, "{}", checked.linked);
    // A year later each has a month of its journal that is over.
    world.set_clock("2027-12-01T03:00:00Z");
    let told = upkeep::daily(&world.app).await.unwrap();
    for it in all {
        let over = format!("{}: the journal of 2026-11 destroyed", it.slug);
        assert!(
            told.iter().any(|line| line.starts_with(&over)),
            "{over}: {told:#?}"
        );
    }
    assert!(upkeep::daily(&world.app).await.unwrap().is_empty());
}

on_both! {
    async fn a_hundred_and_forty_programmes_live_on_one_server_each_by_its_own_days_and_alone(world) {
        let all = federation(&world).await;
        each_is_alone(&all).await;
        each_has_its_own_day(&world, &all).await;
        each_has_its_work_done(&world, &all).await;
    }
}

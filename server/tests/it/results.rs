//! « Résultats »: what anybody may read of a programme, and that none of it tells of a discreet
//! place.

use crate::on_both;
use crate::support::{World, id_of};
use axum::http::header;
use domain::{Day, ProgrammeId};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use server::db::sql;
use server::outings::totals;
use server::programmes;
use uuid::Uuid;

/// Today, once everything happened.
const AFTERWARDS: &str = "2026-11-24T13:00:00.000Z";
const PAGE: &str = "/resultats/bordeaux";
/// All that is published of a programme.
const PAGES: [&str; 4] = [
    PAGE,
    "/resultats/bordeaux?annee=2026",
    "/resultats/bordeaux?affiche",
    "/resultats/bordeaux/donnees.csv",
];
/// Quarters of the public sites, then of the discreet ones.
const PUBLIC: [&str; 8] = ["sud", "sud", "sud", "sud", "nord", "nord", "est", "est"];
const DISCREET: [&str; 6] = ["sud", "sud", "nord", "nord", "est", "est"];

struct Town {
    programme: ProgrammeId,
    public: Vec<Uuid>,
    discreet: Vec<Uuid>,
}

async fn furnish(world: &World) -> Town {
    let programme = world.programme().await;
    let mut tx = world.app.db.write().await.unwrap();
    for (id, name) in [("sud", "Sud"), ("nord", "Nord"), ("est", "Est")] {
        sql("insert into quarters (programme_id, id, name, geometry) values ($1, $2, $3, '[]')")
            .bind(programme)
            .bind(id)
            .bind(name)
            .run(&mut tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let mut town = Town {
        programme,
        public: Vec::new(),
        discreet: Vec::new(),
    };
    for (n, quarter) in PUBLIC.iter().chain(&DISCREET).enumerate() {
        let is_public = n < PUBLIC.len();
        let nature = if is_public { "public" } else { "discreet" };
        let lat = 44.80 + 0.005 * n as f64;
        let body = json!({
            "nature": nature, "title": format!("Lieu {n}"), "lat": lat, "lon": -0.58,
        });
        let made = world.town.coordinator.post("/api/v1/sites", body).await;
        let id = id_of(&made.expect(201));
        let mut tx = world.app.db.write().await.unwrap();
        sql("update sites set quarter = $3 where programme_id = $1 and id = $2")
            .bind(programme)
            .bind(id)
            .bind(*quarter)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        match is_public {
            true => town.public.push(id),
            false => town.discreet.push(id),
        }
    }
    town
}

/// An outing of a month, which picked up so many at each place.
async fn go_out(world: &World, town: &Town, month: u32, public: &[u32], discreet: &[u32]) {
    world.set_clock(&format!("2026-{month:02}-10T12:00:00.000Z"));
    let coordinator = &world.town.coordinator;
    let sites: Vec<&Uuid> = town.public.iter().chain(&town.discreet).collect();
    let body = json!({"day": format!("2026-{month:02}-10"), "starts_at": "14:00", "sites": sites});
    let outing = id_of(&coordinator.post("/api/v1/outings", body).await.expect(201));
    world.open(outing).await;
    let mut phone = world.crew_phone(outing).await;
    let counts = public.iter().chain(discreet);
    let mut facts = Vec::new();
    for (site, count) in sites.into_iter().zip(counts) {
        if *count > 0 {
            facts.push(phone.pickup(json!({"site": site}), *count));
        }
    }
    phone.actor.facts(&facts).await;
    for peer in &world.town.peers[..3] {
        world.mark(outing, *peer, true).await.expect(200);
    }
    world.set_clock(&format!("2026-{month:02}-10T14:00:00.000Z"));
    world.close(outing).await.expect(200);
}

async fn text(world: &World, path: &str) -> String {
    let answer = world.anon().get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.text()
}

/// A page without its marks of a framework, as one reads it.
fn read(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            _ if !inside => out.push(if c == '\u{a0}' || c == '\u{202f}' {
                ' '
            } else {
                c
            }),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The totals that the city is told of the year.
async fn told(world: &World, town: &Town) -> Vec<domain::totals::Told> {
    let mut tx = world.app.db.read().await.unwrap();
    let settings = programmes::settings(&mut tx, town.programme).await.unwrap();
    let day = |m, d| Day::new(2026, m, d).unwrap();
    let within = (day(1, 1), day(12, 31));
    let now = world.app.now();
    totals::between(&mut tx, town.programme, &settings, now, within, 12)
        .await
        .unwrap()
}

on_both! {
    async fn anybody_reads_what_a_year_came_to(world) {
        let town = furnish(&world).await;
        go_out(&world, &town, 7, &[5, 3, 2, 1, 4, 4, 4, 0], &[4, 4, 4, 0, 0, 0]).await;
        go_out(&world, &town, 9, &[9, 3, 2, 1, 0, 0, 0, 0], &[4, 4, 4, 0, 0, 0]).await;
        go_out(&world, &town, 11, &[90, 90, 90, 0, 0, 0, 0, 0], &[0; 6]).await;
        world.set_clock(AFTERWARDS);
        let page = text(&world, PAGE).await;
        let words = read(&page);
        assert!(words.contains("Résultats 2026"), "{words}");
        assert!(words.contains("3 sorties"), "{words}");
        // 23 and 15 in public, twice 12 at discreet places; November is not over.
        assert!(words.contains("62 seringues ramassées, de juillet à septembre"), "{words}");
        assert!(words.contains("20 heures données"), "three times three for two hours: {words}");
        assert!(words.contains("8 lieux publics nettoyés"), "{words}");
        assert!(words.contains("Sud 26"), "{words}");
        assert!(words.contains("Autres secteurs 12"), "{words}");
        assert!(!words.contains("Nord") && !words.contains("Est "), "{words}");
        assert!(words.contains("23 seringues Une sortie en juillet 2026, 7 lieux publics"), "{words}");
        assert!(!words.contains("270"), "a part of the year that is not over: {words}");
        let months = "Juillet 1 Août 0 Septembre 1";
        assert!(words.contains(months), "{words}");
    }

    async fn the_page_is_the_same_bytes_for_everyone_and_may_be_kept(world) {
        let town = furnish(&world).await;
        go_out(&world, &town, 9, &[9, 3, 2, 1, 0, 0, 0, 0], &[4, 4, 4, 0, 0, 0]).await;
        world.set_clock(AFTERWARDS);
        for path in PAGES {
            let anon = world.anon().get(path).await;
            let kept = &anon.headers[header::CACHE_CONTROL];
            assert_eq!(kept, "public, max-age=300", "{path}");
            assert!(anon.headers.get(header::SET_COOKIE).is_none());
            let agent = world.town.agent.get(path).await;
            assert_eq!(anon.text(), agent.text(), "{path}");
            assert!(!anon.text().contains("<script"), "{path}");
            for hidden in ["Lieu ", "Cour", "44.8"] {
                assert!(!anon.text().contains(hidden), "{path}: {hidden}");
            }
        }
    }

    async fn figures_are_open_data_with_their_licence(world) {
        let town = furnish(&world).await;
        go_out(&world, &town, 9, &[9, 3, 2, 1, 0, 0, 0, 0], &[4, 4, 4, 0, 0, 0]).await;
        world.set_clock(AFTERWARDS);
        let answer = world.anon().get("/resultats/bordeaux/donnees.csv").await;
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
        let csv = answer.text();
        let mut lines = csv.lines();
        assert_eq!(
            lines.next().unwrap(),
            "debut,fin,indicateur,secteur,valeur,programme,licence"
        );
        let wanted = [
            "2026-09-01,2026-09-30,sorties,,1,",
            "2026-09-01,2026-09-30,seringues_ramassees,,27,",
            "2026-07-01,2026-09-30,seringues_ramassees_espace_public,Sud,15,",
            "2026-01-01,2026-12-31,lieux_publics_visites,,8,",
        ];
        for line in wanted {
            assert!(csv.lines().any(|it| it.starts_with(line)), "{line}: {csv}");
        }
        assert!(lines.all(|it| it.ends_with(",Licence Ouverte 2.0")), "{csv}");
    }

    async fn a_programme_or_a_year_that_is_not_there_is_not_found(world) {
        assert_eq!(world.anon().get("/resultats/nulle-part").await.status, 404);
        assert_eq!(world.anon().get("/resultats/nulle-part/donnees.csv").await.status, 404);
        assert_eq!(world.anon().get("/resultats/bordeaux?annee=1999").await.status, 404);
        let empty = read(&text(&world, PAGE).await);
        assert!(empty.contains("0 sortie"), "{empty}");
        assert_eq!(world.anon().get("/resultats").await.status, 303);
        world.another_town("ailleurs").await;
        assert!(text(&world, "/resultats").await.contains("/resultats/ailleurs"));
    }

    async fn few_places_are_told_together_or_not_at_all(world) {
        let town = furnish(&world).await;
        go_out(&world, &town, 8, &[70, 60, 0, 0, 0, 0, 0, 0], &[50, 0, 0, 0, 0, 0]).await;
        world.set_clock(AFTERWARDS);
        for path in PAGES {
            let words = read(&text(&world, path).await);
            for hidden in ["130", "180", "70", "60", "50"] {
                assert!(!words.contains(hidden), "{path}: {hidden} in {words}");
            }
        }
        // With a third place, of another quarter: both together, and no outing of two places.
        go_out(&world, &town, 8, &[0, 0, 0, 0, 7, 0, 0, 0], &[0; 6]).await;
        world.set_clock(AFTERWARDS);
        let words = read(&text(&world, PAGE).await);
        assert!(words.contains("Autres secteurs 137"), "{words}");
        assert!(!words.contains("Les plus belles cueillettes"), "{words}");
    }

    async fn totals_less_what_is_public_say_nothing_of_where_discreet_places_are(world) {
        let seed = std::env::var("CUEILLETTE_SEED").ok().and_then(|it| it.parse().ok());
        let seed: u64 = seed.unwrap_or_else(rand::random);
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let town = furnish(&world).await;
        let (first, second) = world.twins().await;
        // In the second world, what was picked up lies at other places, in other quarters.
        let mut moved: Vec<usize> = (0..DISCREET.len()).collect();
        moved.shuffle(&mut dice);
        for month in 4..=10 {
            let mut counts = |n: usize, most: u32| -> Vec<u32> {
                (0..n).map(|_| dice.random_range(0..most)).collect()
            };
            let (public, discreet) = (counts(PUBLIC.len(), 30), counts(DISCREET.len(), 12));
            let elsewhere: Vec<u32> = moved.iter().map(|n| discreet[*n]).collect();
            go_out(&first, &town, month, &public, &discreet).await;
            go_out(&second, &town, month, &public, &elsewhere).await;
        }
        for world in [&first, &second] {
            world.set_clock(AFTERWARDS);
        }
        for path in PAGES {
            assert_eq!(text(&first, path).await, text(&second, path).await, "seed {seed}: {path}");
        }
    }

    async fn of_discreet_places_nothing_but_the_total_that_the_city_is_told_is_read(world) {
        let seed = std::env::var("CUEILLETTE_SEED").ok().and_then(|it| it.parse().ok());
        let seed: u64 = seed.unwrap_or_else(rand::random);
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let town = furnish(&world).await;
        let (first, second) = world.twins().await;
        // The same sum every month, spread in any way.
        for month in 4..=10 {
            let public: Vec<u32> = (0..PUBLIC.len()).map(|_| dice.random_range(0..30)).collect();
            let mut spread = || {
                let mut counts = [0; DISCREET.len()];
                for _ in 0..40 {
                    counts[dice.random_range(0..DISCREET.len())] += 1;
                }
                counts
            };
            let (one, other) = (spread(), spread());
            go_out(&first, &town, month, &public, &one).await;
            go_out(&second, &town, month, &public, &other).await;
        }
        for world in [&first, &second] {
            world.set_clock(AFTERWARDS);
        }
        // Whether enough places gave enough may differ, and only then do the pages.
        let same = told(&first, &town).await == told(&second, &town).await;
        for path in PAGES {
            let (a, b) = (text(&first, path).await, text(&second, path).await);
            assert!(!same || a == b, "seed {seed}: {path}");
        }
    }
}

//! Help: each role finds its part, everybody may read them all, and the peers' one is the same
//! bytes for everyone, in their language.

use crate::on_both;
use crate::support::World;
use axum::http::header;

const PARTS: [&str; 5] = [
    "terrain",
    "coordination",
    "signaler",
    "listes",
    "administration",
];
const PEERS: [&str; 3] = ["/aide/terrain", "/aide/terrain-bg", "/aide/terrain-en"];

/// The addresses that a page leads to.
fn links(page: &str) -> Vec<&str> {
    let all = page.split("href=\"").skip(1);
    let all = all.filter_map(|it| it.split_once('"').map(|(href, _)| href));
    all.filter(|it| it.starts_with('/') && !it.starts_with("/pkg"))
        .collect()
}

async fn asked(world: &World, path: &str) -> String {
    world.anon().get(path).await.expect_page(200)
}

on_both! {
    async fn each_role_is_led_to_its_part_and_anybody_sees_all(world) {
        let town = &world.town;
        for (actor, part) in [
            (&town.coordinator, "/aide/coordination"),
            (&town.agent, "/aide/signaler"),
            (&town.clerk, "/aide/listes"),
            (&town.peer, "/aide/terrain"),
        ] {
            let answer = actor.get("/aide").await;
            assert_eq!((answer.status.as_u16(), answer.headers[header::LOCATION].to_str().unwrap()), (303, part));
        }
        let index = asked(&world, "/aide").await;
        for part in PARTS {
            assert!(index.contains(&format!("href=\"/aide/{part}\"")), "{part}");
            for actor in [&world.anon(), &town.coordinator, &town.agent, &town.clerk, &town.peer] {
                let page = actor.get(&format!("/aide/{part}")).await.expect_page(200);
                assert_eq!(page.matches("<h1").count(), 1, "{part}");
                assert!(page.contains("href=\"/aide/piqure\""), "{part}: a needle-stick is first");
            }
        }
        assert_eq!(world.anon().get("/aide/autre").await.status, 404);
        assert_eq!(world.anon().get("/aide/terrain-xx").await.status, 404);
    }

    async fn help_leads_to_pages_that_are_there(world) {
        for part in PARTS.map(|it| format!("/aide/{it}")).iter().map(String::as_str).chain(PEERS) {
            let page = asked(&world, part).await;
            for href in links(&page) {
                let path = href.split('#').next().unwrap();
                let status = world.anon().get(path).await.status;
                assert_ne!(status, 404, "{part}: {href}");
            }
        }
        // Others lead to a place in it.
        assert!(asked(&world, "/aide/administration").await.contains("id=\"sauvegardes\""));
    }

    async fn the_peers_part_is_the_same_bytes_for_everyone_and_speaks_their_language(world) {
        for path in PEERS {
            let anon = world.anon().get(path).await;
            assert_eq!(anon.headers[header::CACHE_CONTROL], "no-cache", "{path}");
            assert!(!anon.headers.contains_key(header::SET_COOKIE));
            for actor in [&world.town.peer, &world.town.coordinator] {
                assert_eq!(anon.text(), actor.get(path).await.text(), "{path}");
            }
            let page = anon.text();
            assert!(!page.contains("<script"), "{path}");
            let of_needle = page.find("/aide/piqure").unwrap();
            assert!(of_needle < page.find("guide-steps").unwrap(), "{path}: first of all");
            for other in PEERS.iter().filter(|it| **it != path) {
                assert!(page.contains(&format!("href=\"{other}\"")), "{path} to {other}");
            }
            assert_eq!(page.matches("class=\"shot\"").count(), page.matches("role=\"img\"").count());
        }
        assert!(asked(&world, "/aide/terrain-bg").await.contains("<html lang=\"bg\""));
        assert!(asked(&world, "/aide/terrain-bg").await.contains("Първото ми излизане"));
        assert!(asked(&world, "/aide/terrain-en").await.contains("My first outing"));
    }
}

//! « Avant la première sortie »: ticked by who manages the association's accounts, and papers that
//! speak of the programme's own bodies.

use crate::on_both;
use crate::support::*;
use server::access::Role;

const HERE: &str = "/avant-la-premiere-sortie";
const FORM: &str = "application/x-www-form-urlencoded";

on_both! {
    async fn what_is_settled_is_ticked_once_and_stands_in_the_journal(world) {
        let mut settings = server::demo::bourg_settings();
        settings.city = None;
        let bourg = world.town_with("bourg", settings).await;
        let page = bourg.coordinator.get(HERE).await.expect_page(200);
        assert!(page.contains("0 étape faite sur 11") && !page.contains("C’est fait"), "{page}");
        bourg.coordinator.raw("POST".parse().unwrap(), HERE, FORM, "etape=assurance&fait=oui").await
            .expect_page(403);

        let claude = world.administrator_of("bourg", Role::Coordinator).await;
        let tick = async |body: &'static str| claude.raw("POST".parse().unwrap(), HERE, FORM, body).await;
        assert!(claude.get("/").await.text().contains("0 sur 11"));
        for _ in 0..2 {
            assert_eq!(tick("etape=assurance&fait=oui").await.status, 303);
        }
        assert!(claude.get("/").await.text().contains("1 sur 11"));
        let page = claude.get(HERE).await.expect_page(200);
        assert!(page.contains("Fait le "), "{page}");
        assert_eq!(tick("etape=lune&fait=oui").await.status, 422);
        assert_eq!(tick("etape=assurance&fait=non").await.status, 303);
        let page = claude.get(HERE).await.expect_page(200);
        assert!(!page.contains("Fait le"));
        let changed: i64 = world.value(
            "select cast(count(*) as bigint) from journal where subjects = 'setting:first_steps'",
        ).await;
        assert_eq!(changed, 2, "a second tick changes nothing");
    }

    async fn its_papers_are_the_associations_alone(world) {
        for paper in ["convention", "registre", "information", "aipd"] {
            let path = format!("{HERE}/{paper}");
            let page = world.town.coordinator.get(&path).await.expect_page(200);
            assert!(page.contains("La CASE"), "{paper}");
            for actor in [&world.town.agent, &world.town.clerk, &world.town.peer] {
                assert_eq!(actor.get(&path).await.status, 403);
            }
        }
        world.town.coordinator.get(&format!("{HERE}/autre")).await.expect_page(404);
    }
}

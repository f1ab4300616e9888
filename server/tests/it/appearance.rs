//! « Affichage »: one choice, kept in a cookie, that changes how pages look and nothing else; and the
//! page of components, which only a demonstration shows.

use crate::on_both;
use crate::support::{Answer, World};
use axum::body::Body;
use axum::http::{Method, header};

const FORM: &str = "application/x-www-form-urlencoded";
/// Kept by the phone's worker: the same bytes for everyone.
const FOR_EVERYONE: [&str; 4] = ["/terrain", "/signaler", "/hors-ligne", "/aide/piqure"];

async fn choose(world: &World, theme: &str, back: &str) -> Answer {
    let body = format!("theme={theme}&retour={back}");
    world
        .anon()
        .raw(Method::POST, "/affichage", FORM, body)
        .await
}

async fn seen_with(world: &World, path: &str, theme: &str) -> String {
    let anon = world.anon();
    let request = anon.request(Method::GET, path);
    let request = request.header(header::COOKIE, format!("theme={theme}"));
    anon.send(request.body(Body::empty()).unwrap()).await.text()
}

fn is_sunny(page: &str) -> bool {
    page.contains("data-theme=\"sun\"")
}

on_both! {
    async fn full_sun_is_kept_a_year_and_forgotten_when_the_usual_look_is_chosen(world) {
        let answer = choose(&world, "sun", "/connexion").await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.headers[header::LOCATION], "/connexion");
        assert_eq!(
            answer.headers[header::SET_COOKIE],
            "theme=sun; Path=/; Max-Age=31536000; SameSite=Lax; Secure"
        );
        let answer = choose(&world, "habituel", "/connexion").await;
        assert_eq!(
            answer.headers[header::SET_COOKIE],
            "theme=; Path=/; Max-Age=0; SameSite=Lax; Secure"
        );
    }

    async fn a_look_that_is_none_is_refused_and_a_cookie_that_is_none_is_the_usual_look(world) {
        for theme in ["", "dark", "SUN", "sun;x", "<b>"] {
            let answer = choose(&world, theme, "/").await;
            assert_eq!(answer.status, 422, "{theme}");
            assert!(!answer.headers.contains_key(header::SET_COOKIE), "{theme}");
            let page = seen_with(&world, "/connexion", theme).await;
            assert_eq!(is_sunny(&page), theme == "sun;x", "{theme}");
        }
    }

    async fn the_choice_leads_back_to_pages_of_this_server_only(world) {
        for (back, to) in [
            ("/sorties%3Fpage%3D2", "/sorties?page=2"),
            ("https%3A%2F%2Failleurs.example", "/"),
            ("%2F%2Failleurs.example", "/"),
            ("%2F%5Cailleurs.example", "/"),
            ("%2Fnulle-part", "/"),
            ("", "/"),
        ] {
            let answer = choose(&world, "sun", back).await;
            assert_eq!(answer.headers[header::LOCATION], to, "{back}");
        }
    }

    async fn every_page_offers_the_choice_and_shows_what_was_chosen(world) {
        for (actor, path) in [
            (&world.anon(), "/connexion"),
            (&world.anon(), "/resultats/bordeaux?annee=2026"),
            (&world.town.coordinator, "/sorties"),
            (&world.town.clerk, "/ccas"),
        ] {
            let usual = actor.get(path).await.text();
            assert!(!is_sunny(&usual), "{path}");
            assert!(usual.contains(&format!("name=\"retour\" value=\"{path}\"")), "{path}");
            assert!(usual.contains("value=\"habituel\" aria-pressed=\"true\""), "{path}");
        }
        let chosen = seen_with(&world, "/connexion", "sun").await;
        assert!(is_sunny(&chosen));
        assert!(chosen.contains("value=\"sun\" aria-pressed=\"true\""));
        // The form without script has no menu; it follows.
        assert!(is_sunny(&seen_with(&world, "/terrain/simple", "sun").await));
    }

    async fn what_was_typed_is_not_lost_to_a_choice_of_looks(world) {
        let wrong = world.anon().raw(Method::POST, "/connexion", FORM, "login=a").await;
        assert_eq!(wrong.status, 422);
        assert!(!wrong.text().contains("/affichage"));
        let nothing = world.town.coordinator.get("/lieux/nulle-part").await;
        assert!(!nothing.text().contains("/affichage"));
    }

    async fn pages_that_phones_keep_are_the_same_bytes_for_everyone(world) {
        for path in FOR_EVERYONE {
            let usual = world.anon().get(path).await.text();
            assert_eq!(seen_with(&world, path, "sun").await, usual, "{path}");
            assert!(!usual.contains("/affichage"), "{path}");
        }
    }

    async fn only_a_demonstration_shows_the_page_of_components(world) {
        let page = world.anon().get("/styleguide").await.expect_page(200);
        for theme in ["light", "dark", "sun"] {
            assert!(page.contains(&format!("data-theme=\"{theme}\" aria-label")), "{theme}");
        }
        for shown in ["--ink-soft", "BASKET", "hérisson bleu", "Progression"] {
            assert!(page.contains(shown), "{shown}");
        }
        let mut tx = world.app.db.write().await.unwrap();
        server::db::sql("update programmes set is_demo = $1").bind(false).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let gone = world.anon().get("/styleguide").await;
        assert_eq!(gone.status, 404);
        assert!(!gone.text().contains("--ink-soft"));
    }
}

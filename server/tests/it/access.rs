//! Coming in: sessions, cookies, and requests forged from elsewhere.

use crate::on_both;
use crate::support::{Answer, World};
use axum::body::Body;
use axum::http::{Method, header};

/// Through the door, as a browser does.
async fn sign_in(world: &World, login: &str, password: &str) -> Answer {
    let encoded = server::http::layers::percent_encode;
    let body = format!("login={}&password={}", encoded(login), encoded(password));
    let kind = "application/x-www-form-urlencoded";
    world
        .anon()
        .raw(Method::POST, "/connexion", kind, body)
        .await
}

on_both! {
    async fn a_coordinator_signs_in_and_out(world) {
        let login = "bordeaux-coordinator@test.example";
        world.set_password(login, "une phrase de passe").await;
        for (login, password) in [(login, "autre"), ("nobody@test.example", "une phrase de passe")] {
            let tried = sign_in(&world, login, password).await;
            assert!(!tried.headers.contains_key(header::SET_COOKIE));
        }
        let typed = " Bordeaux-Coordinator@test.example ";
        let signed_in = sign_in(&world, typed, "une phrase de passe").await;
        let cookie = signed_in.headers[header::SET_COOKIE].to_str().unwrap();
        for flag in ["__Host-session=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        let pair = cookie.split(';').next().unwrap().to_owned();
        let anon = world.anon();
        let read = |pair: String| {
            let request = anon.request(Method::GET, "/api/v1/outings").header(header::COOKIE, pair);
            anon.send(request.body(axum::body::Body::empty()).unwrap())
        };
        read(pair.clone()).await.expect(200);
        let forged = anon.request(Method::POST, "/api/v1/allowance-lists")
            .header(header::COOKIE, pair.clone())
            .header("sec-fetch-site", "cross-site")
            .header(header::ORIGIN, "https://elsewhere.example");
        let forged = anon.send(forged.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(forged.status, 403, "a request from another site is nobody's");
        let out = anon.request(Method::POST, "/deconnexion").header(header::COOKIE, pair.clone());
        let out = anon.send(out.body(axum::body::Body::empty()).unwrap()).await;
        assert!(out.status.is_redirection(), "{}", out.status);
        read(pair).await.expect(401);
        assert_eq!(world.journal("signed_in").await.len(), 1);
    }

    async fn a_session_ends_by_itself(world) {
        world.set_password("bordeaux-clerk@test.example", "une phrase de passe").await;
        let signed_in = sign_in(&world, "bordeaux-clerk@test.example", "une phrase de passe").await;
        let cookie = signed_in.headers[header::SET_COOKIE].to_str().unwrap();
        let pair = cookie.split(';').next().unwrap().to_owned();
        world.set_clock("2026-11-25T13:05:00Z");
        let anon = world.anon();
        let request = anon.request(Method::GET, "/ccas").header(header::COOKIE, pair);
        let answer = anon.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.headers[header::LOCATION], "/connexion?vers=/ccas");
    }

    async fn headers_longer_than_a_browser_sends_are_a_problem_as_described(world) {
        let request = world.town.coordinator.request(Method::GET, "/api/v1/outings");
        let request = request.header("x-padding", "x".repeat(20_000));
        let answer = world.town.coordinator.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.expect(431)["code"], "headers_too_large");
    }

    async fn the_address_of_a_form_opened_like_a_page_says_where_the_form_is(world) {
        let outing = world.planned_outing().await;
        for (path, page) in [
            (format!("/sorties/{outing}/code"), format!("/sorties/{outing}")),
            ("/comptes/liens/7".into(), "/comptes".into()),
            ("/compte/mot-de-passe".into(), "/compte".into()),
            ("/deconnexion".into(), "/".into()),
        ] {
            let answer = world.town.coordinator.get(&path).await;
            assert!(answer.headers.contains_key(header::ALLOW), "{path}");
            let shown = answer.expect_page(405);
            assert!(shown.contains(&format!("href=\"{page}\"")), "{path}: {shown}");
        }
        // Programs are told as programs.
        let answer = world.anon().get("/api/v1/crew/join").await;
        assert_eq!(answer.expect(405)["code"], "method_not_allowed");
    }

    async fn phones_that_joined_are_listed_said_whose_and_shut_out_from_the_page_of_the_outing(world) {
        let town = &world.town;
        let outing = world.open_outing().await;
        let (kept, lost) = (world.crew_phone(outing).await, world.crew_phone(outing).await);
        let page = format!("/sorties/{outing}");
        let shown = town.coordinator.get(&page).await.expect_page(200);
        for phone in [&kept, &lost] {
            assert!(shown.contains(&format!("value=\"{}\"", phone.device)), "{shown}");
        }
        assert_eq!(shown.matches("à confirmer").count(), 2, "{shown}");
        let kind = "application/x-www-form-urlencoded";
        let path = format!("{page}/telephones");
        let said = format!("device={}&geste=peer", kept.device);
        town.coordinator.raw(Method::POST, &path, kind, said).await.expect_page(303);
        let shown = town.coordinator.get(&page).await.expect_page(200);
        assert_eq!(shown.matches("à confirmer").count(), 1, "{shown}");
        // Over or not: a phone that is lost is shut out, and says nothing more.
        world.close(outing).await.expect(200);
        let shown = town.coordinator.get(&page).await.expect_page(200);
        assert!(shown.contains(&lost.device.to_string()) && !shown.contains("value=\"agent\""), "{shown}");
        let taken = format!("device={}&geste=retirer", lost.device);
        town.coordinator.raw(Method::POST, &path, kind, taken).await.expect_page(303);
        lost.actor.get("/api/v1/crew/pack").await.expect(401);
        kept.actor.get("/api/v1/crew/pack").await.expect(200);
        assert!(town.coordinator.get(&page).await.expect_page(200).contains("retiré"));
        // Nobody of another body does it, and a phone of another outing is not there.
        let taken = format!("device={}&geste=retirer", kept.device);
        assert_eq!(town.agent.raw(Method::POST, &path, kind, taken).await.status, 403);
        let stranger = format!("device={}&geste=retirer", uuid::Uuid::now_v7());
        assert_eq!(town.coordinator.raw(Method::POST, &path, kind, stranger).await.status, 404);
    }

    async fn an_address_that_is_not_there_is_a_page_to_people_and_a_problem_to_programs(world) {
        let anon = world.anon();
        let asked = anon.request(Method::GET, "/nulle-part");
        let asked = asked.header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        let page = anon.send(asked.body(Body::empty()).unwrap()).await.expect_page(404);
        assert!(page.contains("<h1>") && page.contains("On ne trouve pas"), "{page}");
        assert_eq!(anon.get("/nulle-part").await.expect(404)["code"], "not_found");
    }

    async fn answers_carry_the_safety_headers_and_private_ones_are_not_stored(world) {
        for path in ["/healthz", "/terrain", "/api/v1/outings", "/nulle-part"] {
            let answer = world.anon().get(path).await;
            let csp = answer.headers["content-security-policy"].to_str().unwrap();
            assert!(csp.contains("default-src 'self'") && !csp.contains("unsafe-inline"));
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            assert_eq!(answer.headers["referrer-policy"], "same-origin");
        }
        let read = world.town.coordinator.get("/api/v1/outings").await;
        assert_eq!(read.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(world.anon().get("/readyz").await.status, 200);
    }
}

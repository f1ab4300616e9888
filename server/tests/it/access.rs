//! Coming in: sessions, cookies, and requests forged from elsewhere.

use crate::on_both;
use axum::http::{Method, header};
use server::access::{credentials, passwords};
use server::db::sql;

on_both! {
    async fn a_coordinator_signs_in_and_out(world) {
        let hash = passwords::hash("une phrase de passe").unwrap();
        let mut tx = world.app.db.write().await.unwrap();
        sql("update accounts set password_hash = $1").bind(hash).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let login = "bordeaux-coordinator@test.example";
        for (login, password) in [(login, "autre"), ("nobody@test.example", "une phrase de passe")] {
            let tried = credentials::sign_in(&world.app, login, password.into()).await.unwrap();
            assert!(tried.is_none());
        }
        let cookie = credentials::sign_in(&world.app, " Bordeaux-Coordinator@test.example ",
            "une phrase de passe".into()).await.unwrap().unwrap();
        let cookie = cookie.to_str().unwrap();
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
        let hash = passwords::hash("une phrase de passe").unwrap();
        let mut tx = world.app.db.write().await.unwrap();
        sql("update accounts set password_hash = $1").bind(hash).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let cookie = credentials::sign_in(&world.app, "bordeaux-clerk@test.example",
            "une phrase de passe".into()).await.unwrap().unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        world.set_clock("2026-11-25T13:05:00Z");
        let anon = world.anon();
        let request = anon.request(Method::GET, "/ccas").header(header::COOKIE, pair);
        let answer = anon.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.headers[header::LOCATION], "/connexion?vers=/ccas");
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

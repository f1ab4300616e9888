//! First-use hints: in sight once, dismissed for good, remembered on the device and nowhere else.

use crate::on_both;
use crate::support::{Actor, World};
use axum::body::Body;
use axum::http::{Method, header};

const FORM: &str = "application/x-www-form-urlencoded";
const HINT: &str = "Pour commencer";

async fn seen_with(actor: &Actor, path: &str, cookie: &str) -> String {
    let request = actor
        .request(Method::GET, path)
        .header(header::COOKIE, cookie);
    actor
        .send(request.body(Body::empty()).unwrap())
        .await
        .expect_page(200)
}

async fn dismiss(actor: &Actor, name: &str, cookie: &str) -> crate::support::Answer {
    let request = actor.request(Method::POST, "/indices");
    let request = request
        .header(header::CONTENT_TYPE, FORM)
        .header(header::COOKIE, cookie);
    actor
        .send(request.body(Body::from(format!("nom={name}"))).unwrap())
        .await
}

/// The screens that have one, with somebody who may open them.
fn screens(world: &World) -> [(&Actor, &'static str); 8] {
    let town = &world.town;
    [
        (&town.coordinator, "/sorties"),
        (&town.coordinator, "/lieux"),
        (&town.agent, "/lieux"),
        (&town.agent, "/carte"),
        (&town.coordinator, "/aides"),
        (&town.clerk, "/ccas"),
        (&town.agent, "/signalements"),
        (&town.peer, "/moi"),
    ]
}

on_both! {
    async fn a_hint_is_in_sight_until_it_is_dismissed_and_then_never_again(world) {
        let mut cookie = String::from("autre=1");
        for (actor, path) in screens(&world) {
            let name = path.trim_start_matches('/');
            if cookie.contains(name) {
                continue;
            }
            let page = seen_with(actor, path, &cookie).await;
            assert_eq!(page.matches(HINT).count(), 1, "{path}");
            let answer = dismiss(actor, name, &cookie).await;
            assert_eq!((answer.status.as_u16(), &answer.headers[header::LOCATION]), (303, &path.parse().unwrap()));
            let said = answer.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
            for part in ["__Host-indices=", "Max-Age=34560000", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
                assert!(said.contains(part), "{said}");
            }
            cookie = said.split(';').next().unwrap().to_owned();
        }
        assert_eq!(cookie, "__Host-indices=aides.carte.ccas.lieux.moi.signalements.sorties");
        for (actor, path) in screens(&world) {
            assert!(!seen_with(actor, path, &cookie).await.contains(HINT), "{path}");
        }
    }

    async fn a_name_that_is_none_is_refused_and_a_device_that_lies_is_not_believed(world) {
        let actor = &world.town.coordinator;
        for name in ["", "autre", "lieux.sorties", "%3Cb%3E", "..%2Fetc"] {
            let answer = dismiss(actor, name, "").await;
            assert_eq!(answer.status, 422, "{name}");
            assert!(!answer.headers.contains_key(header::SET_COOKIE), "{name}");
        }
        let wild = "__Host-indices=x.%00.lieux%0d%0aSet-Cookie: a=b.sorties";
        let answer = dismiss(actor, "aides", wild).await;
        let said = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(said.starts_with("__Host-indices=aides.sorties; "), "{said}");
        assert_eq!(dismiss(&world.anon(), "lieux", "").await.status, 303, "asked to come in");
        let anon = dismiss(&world.anon(), "lieux", "").await;
        assert!(anon.headers[header::LOCATION].to_str().unwrap().starts_with("/connexion"));
    }
}

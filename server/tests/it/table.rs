//! The table of routes, walked against every role.

use crate::on_both;
use crate::support::Actor;
use axum::body::Body;
use server::access::Role;
use server::http::table::{Kind, Route, allows, table};
use uuid::Uuid;

on_both! {
    async fn every_cell_of_the_table_is_as_stated(world) {
        crate::allowances_life::appoint(&world).await;
        let outing = world.open_outing().await;
        let phone = world.crew_phone(outing).await;
        let late_outing = world.open_outing().await;
        let late = world.crew_phone(late_outing).await;
        let actors = [
            (Role::Anon, world.anon()),
            (Role::Peer, world.town.peer.clone()),
            (Role::CrewPhone, phone.actor),
            (Role::Coordinator, world.town.coordinator.clone()),
            (Role::Agent, world.town.agent.clone()),
            (Role::Clerk, world.town.clerk.clone()),
        ];
        let mut cells = 0;
        for route in table() {
            for (role, actor) in &actors {
                let allowed = allows(route.roles, *role) && !route.administrators;
                check(&route, *role, actor, allowed).await;
                cells += 1;
            }
            // Who may manage the people of their body, each time anew: some routes end sessions.
            for role in [Role::Coordinator, Role::Agent, Role::Clerk] {
                let actor = world.administrator(role).await;
                check(&route, role, &actor, allows(route.roles, role)).await;
            }
        }
        // The same phone, three days on.
        world.set_clock("2026-11-27T09:00:00Z");
        for route in table() {
            let allowed = allows(route.roles, Role::LatePhone);
            check(&route, Role::LatePhone, &late.actor, allowed).await;
            cells += 1;
        }
        assert_eq!(cells, table().len() * Role::ALL.len());
    }

    async fn signed_in_pages_are_never_stored(world) {
        let actors = [&world.town.coordinator, &world.town.agent, &world.town.clerk, &world.town.peer];
        for route in table().iter().filter(|it| it.kind == Kind::Page && !it.roles.contains(&Role::Anon)) {
            for actor in actors {
                let request = actor.request(route.method.clone(), &path(route));
                let answer = actor.send(request.body(Body::empty()).unwrap()).await;
                assert_eq!(answer.headers["cache-control"], "no-store", "{}", route.path);
            }
        }
    }

    async fn what_is_not_in_the_table_is_not_there(world) {
        for path in ["/api/v1/accounts", "/admin", "/pkg/../Cargo.toml", "/api/v2/facts"] {
            world.town.coordinator.get(path).await.expect(404);
        }
    }
}

/// An empty request: let in, it may be wrong, but not 401, 403, nor sent to sign in; kept out, it is.
async fn check(route: &Route, role: Role, actor: &Actor, allowed: bool) {
    let path = path(route);
    let request = actor.request(route.method.clone(), &path);
    let answer = actor.send(request.body(Body::empty()).unwrap()).await;
    let to_sign_in = answer.headers.get("location").is_some_and(|it| {
        let doors: [&[u8]; 2] = [b"/connexion?vers=", b"/entrer?vers="];
        doors.iter().any(|door| it.as_bytes().starts_with(door))
    });
    let kept_out = matches!(answer.status.as_u16(), 401 | 403) || to_sign_in;
    assert_eq!(
        kept_out, !allowed,
        "{} {} as {role:?}: {} (allowed: {allowed})",
        route.method, route.path, answer.status
    );
    assert!(
        answer.status.as_u16() < 500,
        "{} {}",
        route.path,
        answer.status
    );
    if !allowed && route.kind == Kind::Api {
        let status = if role == Role::Anon { 401 } else { 403 };
        assert_eq!(answer.status.as_u16(), status, "{}", route.path);
    }
}

/// The path of a route, with ids that lead nowhere.
fn path(route: &Route) -> String {
    route
        .path
        .replace("{id}", &Uuid::nil().to_string())
        .replace("{device}", &Uuid::nil().to_string())
        .replace("{number}", "2026-0001")
        .replace("{token}", "none")
        .replace("{file}", "list.csv")
}

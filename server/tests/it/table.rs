//! The table of routes, walked: every role, every method, from another site, with the ids of
//! another programme, with credentials that are good no more. Each cell is as stated.

use crate::accounts::{accept, holder, invited, sign_in};
use crate::cards::{Holder, cookie, printed};
use crate::on_both;
use crate::support::{Actor, Answer, NOW, Phone, TODAY, World};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::access::Role;
use server::db::sql;
use server::http::table::{Kind, Route, allows, table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tower::ServiceExt;
use uuid::Uuid;

/// What a client may try.
const METHODS: [Method; 8] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
];
const FORM: &str = "application/x-www-form-urlencoded";
const PASSWORD: &str = "un zebre fume sous la grue jaune";

on_both! {
    async fn every_cell_of_the_table_is_as_stated(world) {
        crate::allowances_life::appoint(&world).await;
        let actors = everybody(&world).await;
        let late_outing = world.open_outing().await;
        let late = world.crew_phone(late_outing).await;
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

    async fn a_method_without_a_row_is_let_through_to_nobody(world) {
        crate::allowances_life::appoint(&world).await;
        let actors = everybody(&world).await;
        let mut rows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for route in table() {
            let methods = rows.entry(path(&route)).or_default();
            methods.insert(route.method.to_string());
            if route.method == Method::GET {
                methods.insert(Method::HEAD.to_string());
            }
        }
        for (path, known) in &rows {
            for method in METHODS.iter().filter(|it| !known.contains(it.as_str())) {
                for (role, actor) in &actors {
                    let request = actor.request(method.clone(), path);
                    let answer = plainly(actor, request.body(Body::empty()).unwrap()).await;
                    assert_eq!(answer.status, 405, "{method} {path} as {role:?}");
                    assert!(answer.headers.contains_key(header::ALLOW), "{method} {path}");
                }
            }
        }
        // HEAD goes where GET goes, and brings nothing back.
        for route in table().into_iter().filter(|it| it.method == Method::GET) {
            for (role, actor) in &actors {
                let request = actor.request(Method::HEAD, &path(&route));
                let answer = plainly(actor, request.body(Body::empty()).unwrap()).await;
                let allowed = allows(route.roles, *role) && !route.administrators;
                assert_eq!(kept_out(&answer), !allowed, "HEAD {} as {role:?}", route.path);
                assert!(answer.bytes.is_empty(), "HEAD {} as {role:?}", route.path);
            }
        }
    }

    async fn from_another_site_nothing_is_changed_with_a_cookie(world) {
        let actors = in_browsers(&world).await;
        let from = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let foreign = "https://ailleurs.example";
        let forged = [
            from("sec-fetch-site", "cross-site"),
            from("sec-fetch-site", "same-site"),
            from("origin", foreign),
            from("origin", "null"),
            from("origin", "http://cueillette.example.ailleurs.example"),
            [from("sec-fetch-site", "cross-site"), from("origin", "https://cueillette.example")].concat(),
        ];
        let before = rows_of(&world).await;
        for route in table().into_iter().filter(|it| it.method != Method::GET) {
            for (who, pair) in &actors {
                for headers in &forged {
                    let answer = from_a_browser(&world, &route, pair, headers).await;
                    let at = format!("{} {} as {who} with {headers:?}", route.method, route.path);
                    assert_eq!(answer.status, 403, "{at}");
                    assert_eq!(answer.json()["code"], "cross_site", "{at}");
                }
            }
        }
        assert_eq!(rows_of(&world).await, before);
        // From our own pages, typed by the person, or by a browser that says nothing (to which the
        // cookie is `SameSite=Lax`): as the table says.
        let own = [
            from("sec-fetch-site", "same-origin"),
            from("sec-fetch-site", "none"),
            from("origin", "https://cueillette.example"),
            Vec::new(),
        ];
        let leave = table().into_iter().find(|it| it.path == "/calendrier").unwrap();
        for headers in &own {
            for (who, pair) in actors.iter().filter(|it| ["coordinator", "agent"].contains(&it.0)) {
                let answer = from_a_browser(&world, &leave, pair, headers).await;
                assert_ne!(answer.status, 403, "{who} with {headers:?}");
            }
        }
        // A link on another site leads here, and changes nothing.
        for route in table().into_iter().filter(|it| it.method == Method::GET && it.kind == Kind::Page) {
            let (_, pair) = &actors[0];
            let answer = from_a_browser(&world, &route, pair, &from("sec-fetch-site", "cross-site")).await;
            let is_refused = answer.status == 403 && answer.text().contains("autre site");
            assert!(!is_refused, "{}", route.path);
        }
    }

    async fn another_programmes_ids_are_like_ids_that_never_were(world) {
        let mut world = world;
        let theirs = Theirs::furnish(&world).await;
        let mut other = world.another_town("ailleurs").await;
        std::mem::swap(&mut world.town, &mut other);
        let intruders = intruders(&world).await;
        let own = json!({"site": world.town.public_sites[0], "peer": world.town.peers[0]});
        let mut never_404 = Vec::new();
        for route in table() {
            for id in theirs.ids(route.path) {
                for (role, actor) in &intruders {
                    let mut reached = false;
                    for body in bodies(&route, &own) {
                        let at = format!("{} {} as {role} with {body:?}", route.method, route.path);
                        let found = asked(actor, &route, &id, &body).await;
                        let unknown = asked(actor, &route, &unlike(&id), &body).await;
                        assert_eq!(found, unknown, "{at}");
                        assert!(!(200..300).contains(&found.0), "{at}: {}", found.0);
                        for secret in SECRETS {
                            assert!(!found.1.contains(secret), "{at} tells {secret}");
                        }
                        reached |= found.0 == 404;
                    }
                    let allowed = Role::parse(role).is_some_and(|it| allows(route.roles, it));
                    let allowed = allowed && !route.administrators || role.starts_with("administrator")
                        && Role::parse(&role[14..]).is_some_and(|it| allows(route.roles, it));
                    if allowed && !reached {
                        never_404.push(format!("{} {} as {role}", route.method, route.path));
                    }
                }
            }
        }
        assert!(never_404.is_empty(), "{never_404:#?}");
    }

    async fn another_programmes_ids_in_a_body_are_like_ids_that_never_were(world) {
        let mut world = world;
        let theirs = Theirs::furnish(&world).await;
        let mut other = world.another_town("ailleurs").await;
        std::mem::swap(&mut world.town, &mut other);
        let outing = world.planned_outing().await;
        let own = world.town.public_sites[0];
        let of = |what: &str| format!("/api/v1/outings/{outing}/{what}");
        let site = format!("/api/v1/sites/{own}");
        let here = |id: &str| json!([id]);
        let (place, peer, line) = (&theirs.sites[0], &theirs.peer, &theirs.line);
        for (path, id, body) in [
            ("/api/v1/outings".to_owned(), place, json!({"day": TODAY, "sites": here(place)})),
            ("/api/v1/outings".to_owned(), peer, json!({"day": TODAY, "sites": [own], "peers": here(peer)})),
            (of("presences"), peer, json!({"peer": peer, "present": true})),
            (format!("{site}/merge"), place, json!({"into": place})),
            ("/api/v1/allowance-lists".to_owned(), &theirs.outings[0], json!({"outings": here(&theirs.outings[0])})),
            (of("hand-in"), &theirs.outings[0], json!({"cueillette": 1, "outing": theirs.outings[0], "device": theirs.device, "facts": []})),
            (format!("/api/v1/allowances/{line}/answer"), line, json!({"words": "non"})),
        ] {
            let unknown = unlike(id);
            let never = body.to_string().replace(id.as_str(), &unknown);
            let nowhere = path.replace(id.as_str(), &unknown);
            let said = world.town.coordinator.post(&path, body.clone()).await;
            let kind = "application/json";
            let expected = world.town.coordinator.raw(Method::POST, &nowhere, kind, never).await;
            assert!(!said.status.is_success(), "{path} {body}: {}", said.text());
            let same = |it: &Answer, id: &str| (it.status, it.text().replace(id, "…"));
            assert_eq!(same(&said, id), same(&expected, &unknown), "{path} {body}");
        }
        let coordinator = &world.town.coordinator;
        for (path, field) in [("/equipe/cartes", "pair"), ("/equipe/cartes/oublier", "oublier")] {
            let mut told = Vec::new();
            let series = Uuid::now_v7();
            for id in [peer, &unlike(peer)] {
                let body = format!("serie={series}&{field}={id}");
                let said = coordinator.raw(Method::POST, path, FORM, body).await;
                assert!(!said.text().contains("Reineclaude"), "{path}");
                told.push((said.status, said.text().replace(id.as_str(), "…")));
            }
            assert_eq!(told[0], told[1], "{path}");
        }
    }

    async fn what_was_revoked_or_used_is_nobodys(world) {
        let dead = revoked(&world).await;
        walked_like_nobody(&world, &dead).await;
    }

    async fn what_ended_by_itself_is_nobodys(world) {
        let mut ending = Vec::new();
        for role in [Role::Coordinator, Role::Agent, Role::Clerk] {
            let actor = world.administrator(role).await;
            ending.push(Dead::session("an expired session", &actor));
        }
        let outing = world.open_outing().await;
        let phone = world.crew_phone(outing).await;
        ending.extend(Dead::phone("a phone after ninety days", &phone));
        ending.push(Dead::cookie("an expired session of a peer", of_a_peer(&world, 1).await));
        ending.push(Dead::cookie("an expired step", step_of(&world).await));
        let by = world.administrator(Role::Coordinator).await;
        let invitation = invited(&by, "nour@lacase.example", "").await;
        world.set_clock("2027-02-25T13:05:01.000Z");
        walked_like_nobody(&world, &ending).await;
        assert_eq!(world.anon().get(&invitation).await.status, 410);
        assert_eq!(accept(&world, &invitation, PASSWORD).await.status, 410);
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

/// A route that somebody adds without an entry has no other way to be served.
#[test]
fn the_router_is_made_from_the_table_at_one_place_and_nothing_else_serves() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let makes = [
        ".route(",
        ".route_service(",
        ".nest(",
        ".nest_service(",
        ".fallback(",
        ".fallback_service(",
        "Router::new()",
        "Router::<",
        "ServeDir",
        "ServeFile",
        "axum::serve(",
        "serve_connection",
    ];
    for file in rust_files(&source) {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(&source).unwrap().display().to_string();
        for what in makes {
            let times = text.matches(what).count();
            let at = found.entry(what).or_default();
            at.extend(std::iter::repeat_n(name.clone(), times));
        }
    }
    // The operator's monitoring has an address of its own, with one page that names nobody.
    for what in [".route(", "Router::new()", ".fallback("] {
        let mut at = found.remove(what).unwrap_or_default();
        at.retain(|it| it != "http/metrics.rs" || what == ".fallback(");
        assert_eq!(at, ["http/router.rs"], "{what}");
    }
    let metrics = std::fs::read_to_string(source.join("http/metrics.rs")).unwrap();
    assert_eq!(metrics.matches(".route(").count(), 1);
    assert!(metrics.contains(".route(\"/metrics\", get(metrics))"));
    for what in [
        ".route_service(",
        ".nest(",
        ".nest_service(",
        ".fallback_service(",
        "Router::<",
        "ServeDir",
        "ServeFile",
        "serve_connection",
    ] {
        assert!(found[what].is_empty(), "{what}: {:?}", found[what]);
    }
    assert_eq!(found["axum::serve("].len(), 2, "{found:?}");
    // The one call takes what the table says, and the router is that of the server.
    let router = std::fs::read_to_string(source.join("http/router.rs")).unwrap();
    assert!(router.contains("for route in table() {"));
    assert!(router.contains("router.route(route.path, guarded(route, &app))"));
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(rust_files(&path)),
            false if path.extension().is_some_and(|it| it == "rs") => all.push(path),
            false => {}
        }
    }
    all
}

/// One of each role, but for the phone of the day before.
async fn everybody(world: &World) -> Vec<(Role, Actor)> {
    let outing = world.open_outing().await;
    let phone = world.crew_phone(outing).await;
    vec![
        (Role::Anon, world.anon()),
        (Role::Peer, world.town.peer.clone()),
        (Role::CrewPhone, phone.actor),
        (Role::Coordinator, world.town.coordinator.clone()),
        (Role::Agent, world.town.agent.clone()),
        (Role::Clerk, world.town.clerk.clone()),
    ]
}

/// An empty request: let in, it may be wrong, but not 401, 403, nor sent to sign in; kept out, it is.
async fn check(route: &Route, role: Role, actor: &Actor, allowed: bool) {
    let path = path(route);
    let request = actor.request(route.method.clone(), &path);
    let answer = actor.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        kept_out(&answer),
        !allowed,
        "{} {} as {role:?}: {} (allowed: {allowed})",
        route.method,
        route.path,
        answer.status
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

/// 401, 403, or sent to one of the doors.
fn kept_out(answer: &Answer) -> bool {
    let to_sign_in = answer.headers.get(header::LOCATION).is_some_and(|it| {
        let doors: [&[u8]; 2] = [b"/connexion?vers=", b"/entrer?vers="];
        doors.iter().any(|door| it.as_bytes().starts_with(door))
    });
    matches!(answer.status.as_u16(), 401 | 403) || to_sign_in
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
        .replace("{programme}", "none")
}

/// Not held against the OpenAPI document, which knows only what is asked as it says.
async fn plainly(actor: &Actor, request: axum::http::Request<Body>) -> Answer {
    let response = actor.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
    }
}

/// Everybody who comes with a cookie: who, and name and value of the cookie.
async fn in_browsers(world: &World) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for role in [Role::Coordinator, Role::Agent, Role::Clerk] {
        let actor = world.administrator(role).await;
        let token = actor.token.unwrap();
        all.push((role.as_str(), format!("__Host-session={token}")));
    }
    all.push(("peer", of_a_peer(world, 1).await));
    let outing = world.open_outing().await;
    let phone = world.crew_phone(outing).await;
    let token = phone.actor.token.unwrap();
    all.push(("crew phone", format!("__Host-crew={token}")));
    all
}

/// The session that a card opens.
async fn of_a_peer(world: &World, n: usize) -> String {
    let code = printed(world, world.town.peers[n]).await;
    let bound = Holder::new(world).bind(&code, "7294").await;
    cookie(&bound)
}

async fn from_a_browser(
    world: &World,
    route: &Route,
    pair: &str,
    headers: &[(String, String)],
) -> Answer {
    let anon = world.anon();
    let mut request = anon
        .request(route.method.clone(), &path(route))
        .header(header::HOST, "cueillette.example")
        .header(header::COOKIE, pair)
        .header(header::CONTENT_TYPE, FORM);
    for (name, value) in headers {
        request = request.header(name.as_str(), value.as_str());
    }
    plainly(&anon, request.body(Body::empty()).unwrap()).await
}

/// How much there is of what requests write.
async fn rows_of(world: &World) -> [i64; 4] {
    [
        world
            .value("select cast(count(*) as bigint) from journal")
            .await,
        world
            .value("select cast(count(*) as bigint) from sessions")
            .await,
        world
            .value("select cast(count(*) as bigint) from facts")
            .await,
        world
            .value("select cast(count(*) as bigint) from outings")
            .await,
    ]
}

/// A credential that is good no more.
struct Dead {
    what: &'static str,
    name: HeaderName,
    value: String,
}

impl Dead {
    fn session(what: &'static str, actor: &Actor) -> Self {
        let token = actor.token.clone().unwrap();
        Self::cookie(what, format!("__Host-session={token}"))
    }

    fn cookie(what: &'static str, value: String) -> Self {
        let name = header::COOKIE;
        Self { what, name, value }
    }

    fn bearer(what: &'static str, actor: &Actor) -> Self {
        let value = format!("Bearer {}", actor.token.clone().unwrap());
        let name = header::AUTHORIZATION;
        Self { what, name, value }
    }

    /// By its recorder, and by the form without script.
    fn phone(what: &'static str, phone: &Phone) -> [Self; 2] {
        let token = phone.actor.token.clone().unwrap();
        let cookie = Self::cookie(what, format!("__Host-crew={token}"));
        [Self::bearer(what, &phone.actor), cookie]
    }
}

/// One of each kind that somebody took back, or that was used up. What opens something before is
/// shown to do so.
async fn revoked(world: &World) -> Vec<Dead> {
    let mut all = Vec::new();
    // A session: signed out, signed out from elsewhere, of an account that was ended.
    let out = world.administrator(Role::Coordinator).await;
    out.get("/sorties").await.expect_page(200);
    let gone = out.raw(Method::POST, "/deconnexion", FORM, "").await;
    assert!(gone.status.is_redirection());
    all.push(Dead::session("a session that was signed out", &out));
    let elsewhere = world.administrator(Role::Clerk).await;
    let here = world.administrator(Role::Clerk).await;
    here.raw(Method::POST, "/compte/sessions", FORM, "").await;
    all.push(Dead::session(
        "a session that was ended from elsewhere",
        &elsewhere,
    ));
    let by = world.administrator(Role::Agent).await;
    let path = invited(&by, "nour@mairie.example", "").await;
    assert_eq!(accept(world, &path, PASSWORD).await.status, 303);
    assert_eq!(world.anon().get(&path).await.status, 410, "used");
    let nour = holder(
        world,
        &sign_in(world, "nour@mairie.example", PASSWORD).await,
    );
    nour.get("/lieux").await.expect_page(200);
    end_account(world, "nour@mairie.example").await;
    all.push(Dead::session("a session of an ended account", &nour));
    // A program's token.
    let program = &world.town.clerk;
    program.get("/api/v1/allowance-lists").await.expect(200);
    revoke_token(world, program).await;
    all.push(Dead::bearer("a token that was revoked", program));
    // A phone that was shut out.
    let outing = world.open_outing().await;
    let phone = world.crew_phone(outing).await;
    phone.actor.get("/api/v1/crew/pack").await.expect(200);
    let device = phone.device;
    let path = format!("/api/v1/outings/{outing}/phones/{device}/revoke");
    let done = world.town.coordinator.post(&path, json!({})).await;
    assert!(done.status.is_success(), "{}", done.text());
    all.extend(Dead::phone("a phone that was shut out", &phone));
    // A card that was replaced, and the step of a sign-in that is not over.
    let peer = of_a_peer(world, 2).await;
    printed(world, world.town.peers[2]).await;
    all.push(Dead::cookie("a session of a card that was replaced", peer));
    all.push(Dead::cookie(
        "a password without its code",
        step_of(world).await,
    ));
    // The address of a calendar.
    let coordinator = &world.town.coordinator;
    coordinator
        .raw(Method::POST, "/calendrier", FORM, "geste=faire")
        .await;
    let page = coordinator.get("/sorties").await.text();
    let secret = page.split("/calendrier/").nth(1).unwrap();
    let feed = format!("/calendrier/{}", secret.split('"').next().unwrap());
    world.anon().get(&feed).await.expect_page(200);
    coordinator
        .raw(Method::POST, "/calendrier", FORM, "geste=retirer")
        .await;
    world.anon().get(&feed).await.expect_page(404);
    all
}

/// What a password opens where a code is asked for, too: a step.
async fn step_of(world: &World) -> String {
    let login = "bordeaux-agent@test.example";
    world.set_password(login, PASSWORD).await;
    crate::accounts::change_settings(world, |it| {
        it.second_factor_for.push("agent".into());
    })
    .await;
    let asked = sign_in(world, login, PASSWORD).await;
    let step = crate::accounts::cookie(&asked, "__Host-step").expect("a step");
    assert!(crate::accounts::cookie(&asked, "__Host-session").is_none());
    step
}

async fn end_account(world: &World, login: &str) {
    let mut tx = world.app.db.write().await.unwrap();
    let update = sql("update accounts set ended_at = 1 where login = $1");
    assert_eq!(update.bind(login).run(&mut tx).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

async fn revoke_token(world: &World, program: &Actor) {
    let hash = server::access::credentials::token_hash(program.token.as_ref().unwrap());
    let mut tx = world.app.db.write().await.unwrap();
    let update = sql("update api_tokens set revoked_at = 1 where token_hash = $1");
    assert_eq!(update.bind(hash).run(&mut tx).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

/// Each is kept out of everything that nobody in particular is kept out of, in the same way.
async fn walked_like_nobody(world: &World, dead: &[Dead]) {
    let anon = world.anon();
    for route in table() {
        let path = path(&route);
        let ask = async |credential: Option<&Dead>| {
            let mut request = anon.request(route.method.clone(), &path);
            if let Some(it) = credential {
                request = request.header(it.name.clone(), it.value.as_str());
            }
            let answer = plainly(&anon, request.body(Body::empty()).unwrap()).await;
            let to = answer.headers.get(header::LOCATION).cloned();
            let out = kept_out(&answer);
            // What everybody may see may greet the browser it knows.
            let text = out.then(|| answer.text());
            (answer.status, to, out, text)
        };
        let nobody = ask(None).await;
        assert_eq!(nobody.2, !allows(route.roles, Role::Anon), "{}", route.path);
        for it in dead {
            // A step is good for its next step, and only there.
            if route.path.starts_with("/connexion/") && it.value.starts_with("__Host-step") {
                continue;
            }
            let at = format!("{} {} with {}", route.method, route.path, it.what);
            assert_eq!(ask(Some(it)).await, nobody, "{at}");
        }
    }
}

/// What is in nothing but the first town.
const SECRETS: [&str; 5] = [
    "Garage secret",
    "porte verte",
    "Reineclaude",
    "Quetsche",
    "bordeaux-",
];

/// Real ids of the first town, by what they are.
pub struct Theirs {
    peer: String,
    sites: Vec<String>,
    outings: Vec<String>,
    device: String,
    proposal: String,
    here: String,
    photo: String,
    line: String,
    accounts: Vec<String>,
    link: String,
    sessions: Vec<String>,
    keys: Vec<String>,
}

impl Theirs {
    pub async fn furnish(world: &World) -> Self {
        let coordinator = &world.town.coordinator;
        let named = json!({"pseudonym": "Reineclaude", "sign": "fox-red"});
        let peer = coordinator.post("/api/v1/peers", named).await.expect(201);
        let closed = world.open_outing().await;
        world
            .mark(closed, world.town.peers[0], true)
            .await
            .expect(200);
        let mut phone = world.crew_phone(closed).await;
        let here = phone.pickup(json!({"lat": 44.8312, "lon": -0.5721}), 3);
        phone.actor.facts(std::slice::from_ref(&here)).await;
        world.close(closed).await.expect(200);
        let list = coordinator
            .post("/api/v1/allowance-lists", json!({}))
            .await
            .expect(201);
        assert_eq!(list["number"], "2026-0001");
        let lines = coordinator.get("/api/v1/allowances").await.expect(200);
        let open = world.open_outing().await;
        let second = world.crew_phone(open).await;
        let proposal = Uuid::now_v7();
        let proposed = json!({
            "id": proposal, "nature": "public", "title": "Quetsche", "lat": 44.8412, "lon": -0.5821,
        });
        world
            .town
            .peer
            .post("/api/v1/sites", proposed)
            .await
            .expect(201);
        let by = world.administrator(Role::Coordinator).await;
        invited(&by, "bordeaux-nour@test.example", "").await;
        let (flagged, photo) = flag(world).await;
        let mut sites: Vec<_> = [world.town.discreet_site, world.town.public_sites[0]]
            .iter()
            .map(ToString::to_string)
            .collect();
        sites.push(flagged);
        Self {
            peer: peer["id"].as_str().unwrap().to_owned(),
            sites,
            outings: vec![open.to_string(), closed.to_string()],
            device: second.device.to_string(),
            proposal: proposal.to_string(),
            here: here["id"].as_str().unwrap().to_owned(),
            photo,
            line: lines["items"][0]["id"].as_str().unwrap().to_owned(),
            accounts: ids_in(world, "select id from accounts").await,
            link: ids_in(world, "select id from invitations").await[0].clone(),
            sessions: names_in(world, "select token_hash from sessions").await,
            keys: names_in(world, "select token_hash from api_tokens").await,
        }
    }

    /// Every address of a route, with other sites, peers and outings too.
    pub fn addresses(&self, path: &str, more: &[String; 3]) -> Vec<String> {
        let named = |it: &str| {
            it.replace("{number}", "2026-0002")
                .replace("{file}", "list.csv")
        };
        if path.starts_with("/api/v1/flagging/{") {
            let files = [
                "signalements.csv",
                "signalements.xlsx",
                "mois.csv",
                "mois.xlsx",
            ];
            return files.iter().map(|it| path.replace("{file}", it)).collect();
        }
        if path.ends_with("{number}/{file}") {
            let files = ["list", "payment"].iter().flat_map(|it| {
                ["csv", "xlsx", "pdf", "csv?dialect=open-data"].map(|kind| format!("{it}.{kind}"))
            });
            let files: Vec<_> = files.collect();
            return files
                .iter()
                .map(|it| named(&path.replace("{file}", it)))
                .collect();
        }
        if path.ends_with("lines.csv") {
            return vec![format!("{path}?from=2026-01-01&to=2026-12-31")];
        }
        let ids = self.ids(path);
        if !path.contains('{') || path.contains("{number}") {
            return vec![named(path)];
        }
        let ids = ids.iter().chain(more);
        ids.map(|id| named(&path.replace("{id}", id).replace("{device}", id)))
            .collect()
    }

    /// Real ones for the path of a route; none for a path without ids, or whose word is the secret.
    fn ids(&self, path: &str) -> Vec<String> {
        let one = |it: &String| vec![it.clone()];
        let begins = |part: &str| path.starts_with(part);
        let has = |part: &str| path.contains(part);
        match path {
            _ if !has("{") => Vec::new(),
            "/pkg/{file}" | "/calendrier/{file}" | "/invitation/{token}" => Vec::new(),
            "/api/v1/flagging/{file}" => Vec::new(),
            // Everybody's: what a town shows.
            _ if begins("/resultats/") || begins("/base-map/") => Vec::new(),
            "/avant-la-premiere-sortie/{paper}" => Vec::new(),
            // Help is the same for everybody.
            _ if begins("/aide/") => Vec::new(),
            _ if has("{number}") => vec!["2026-0001".to_owned()],
            _ if begins("/equipe/{id}") => one(&self.peer),
            _ if has("/propositions/{id}") || has("/proposals/{id}") => one(&self.proposal),
            _ if begins("/moi/lieux/{id}") => one(&self.proposal),
            _ if has("/ici/{id}") || has("/here-pickups/{id}") => one(&self.here),
            _ if has("/photos/{id}") => one(&self.photo),
            _ if has("/lieux/{id}") || has("/sites/{id}") || has("/signalements/{id}") => {
                self.sites.clone()
            }
            _ if has("/sorties/{id}") || has("/outings/{id}") || has("/remise/{id}") => {
                self.outings.clone()
            }
            _ if has("/aides/{id}") || has("/allowances/{id}") || has("/lignes/{id}") => {
                one(&self.line)
            }
            "/comptes/{id}" => self.accounts.clone(),
            "/comptes/liens/{id}" => one(&self.link),
            "/comptes/cles/{id}" => self.keys.clone(),
            "/compte/sessions/{id}" => self.sessions.clone(),
            _ => panic!("say which ids of another programme {path} could be asked with"),
        }
    }
}

async fn ids_in(world: &World, text: &'static str) -> Vec<String> {
    let mut tx = world.app.db.read().await.unwrap();
    let rows: Vec<(Uuid,)> = sql(text).all(&mut tx).await.unwrap();
    rows.iter().map(|(id,)| id.to_string()).collect()
}

/// What tokens are named by, where only their hashes are.
async fn names_in(world: &World, text: &'static str) -> Vec<String> {
    let mut tx = world.app.db.read().await.unwrap();
    let rows: Vec<(Vec<u8>,)> = sql(text).all(&mut tx).await.unwrap();
    let name = |hash: &Vec<u8>| server::access::tokens::store::name_of_hash(hash).to_string();
    rows.iter().map(|(hash,)| name(hash)).collect()
}

/// A flag of the city with a picture: its site, and the picture.
async fn flag(world: &World) -> (String, String) {
    let fact = |kind: &str, data: Value| {
        json!({
            "id": Uuid::now_v7(), "kind": kind, "outing": null, "device": Uuid::nil(), "seq": 1,
            "recorded_at": NOW, "data": data,
        })
    };
    let site = world.town.public_sites[1];
    let seen =
        json!({"site": site, "category": "syringe", "urgency": "normal", "note": "Quetsche"});
    let seen = fact("sighting", seen);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(20, 10, image::Rgb([200, 120, 40]));
    picture
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .unwrap();
    let jpeg = STANDARD.encode(jpeg.into_inner());
    let photo = fact("photo", json!({"target": seen["id"], "jpeg": jpeg}));
    let id = photo["id"].as_str().unwrap().to_owned();
    for (status, reason) in world.town.agent.facts(&[seen, photo]).await {
        assert_eq!(status, "accepted", "{reason:?}");
    }
    (site.to_string(), id)
}

/// Everybody of the town that asks, by role.
async fn intruders(world: &World) -> Vec<(String, Actor)> {
    let outing = world.open_outing().await;
    let phone = world.crew_phone(outing).await;
    let mut all = vec![
        ("anon".to_owned(), world.anon()),
        ("crew_phone".to_owned(), phone.actor),
    ];
    let town = &world.town;
    for (role, actor) in [
        ("coordinator", &town.coordinator),
        ("agent", &town.agent),
        ("clerk", &town.clerk),
        ("peer", &town.peer),
    ] {
        all.push((role.to_owned(), actor.clone()));
    }
    for role in [Role::Coordinator, Role::Agent, Role::Clerk] {
        let actor = world.administrator_of("ailleurs", role).await;
        all.push((format!("administrator {}", role.as_str()), actor));
    }
    all
}

/// An id, or a number, of the same form that was never given.
pub fn unlike(id: &str) -> String {
    match id.len() {
        9 => "2026-0999".to_owned(),
        _ => Uuid::now_v7().to_string(),
    }
}

/// Nothing, and all that any route could want.
pub fn bodies(route: &Route, own: &Value) -> Vec<Option<(&'static str, String)>> {
    if route.method == Method::GET {
        return vec![None];
    }
    let (site, peer) = (own["site"].as_str().unwrap(), own["peer"].as_str().unwrap());
    let full = match route.kind {
        Kind::Api => {
            let all = json!({
                "title": "Sonde", "reason": "known", "present": true, "peer": peer,
                "coordinators": 1, "agents": 1, "checked": [], "whose": "association",
                "words": "oui", "public": true, "into": site, "site": site, "corrects": "presence",
                "anyway": true, "how": "signed", "day": "2026-12-01",
                "cueillette": 1, "outing": site, "device": site, "facts": [],
            });
            ("application/json", all.to_string())
        }
        _ => {
            let id = Uuid::now_v7();
            let all = format!(
                "id={id}&fact={id}&version=1&title=Sonde&lat=44.83&lon=-0.57&count=3&into={site}\
                 &day=2026-12-01&starts_at=14:00&meeting_point=Ici&sites={site}&peer={peer}\
                 &present=true&corrects=presence&reason=known&words=oui&device={id}&geste=voir\
                 &action=fin&sure=oui&surname=Martin&first_name=Alma&born=1980-01-01&le={TODAY}\
                 &line={id}&lieu={site}&site={site}"
            );
            (FORM, all)
        }
    };
    let of_this_route = own_form(route.path, site).map(|it| (full.0, it));
    let file = (route.path == "/sorties/{id}/remettre").then(handed_in);
    let some = [Some(full), of_this_route, file].into_iter().flatten();
    std::iter::once(None).chain(some.map(Some)).collect()
}

/// What a route asks for that no other does, or that others must not be sent.
fn own_form(path: &str, site: &str) -> Option<String> {
    let id = Uuid::now_v7();
    Some(match path {
        "/api/v1/allowance-lists/{number}/returns" => {
            json!({"line": id, "reason": "Absent"}).to_string()
        }
        "/api/v1/here-pickups/{id}" => json!({"public": true}).to_string(),
        "/aides/lignes/{id}/reponse" => format!("id={id}&mots=Merci"),
        "/equipe/{id}/effacer" => "sur=oui".to_owned(),
        "/lieux/propositions/{id}" => format!("geste=reunir&site={site}"),
        "/lieux/{id}/fermer" => "geste=fermer".to_owned(),
        "/sorties/{id}/marche" => "geste=proposer".to_owned(),
        "/sorties/{id}/telephones" => format!("geste=retirer&device={id}"),
        _ => return None,
    })
}

/// A phone's file, as a browser sends it.
fn handed_in() -> (&'static str, String) {
    let file =
        json!({"cueillette": 1, "outing": Uuid::now_v7(), "device": Uuid::now_v7(), "facts": []});
    let part = "content-disposition: form-data; name=\"file\"; filename=\"releves.json\"";
    let body = format!("--x\r\n{part}\r\n\r\n{file}\r\n--x--\r\n");
    ("multipart/form-data; boundary=x", body)
}

/// Status and text of an answer, without the id that was asked for.
pub async fn asked(
    actor: &Actor,
    route: &Route,
    id: &str,
    body: &Option<(&'static str, String)>,
) -> (u16, String) {
    let path = route
        .path
        .replace("{id}", id)
        .replace("{device}", id)
        .replace("{number}", id)
        .replace("{file}", "list.csv");
    let mut request = actor
        .request(route.method.clone(), &path)
        .header(header::IF_MATCH, "\"1\"");
    let mut sent = Body::empty();
    if let Some((kind, text)) = body {
        request = request.header(header::CONTENT_TYPE, *kind);
        sent = Body::from(text.clone());
    }
    let answer = plainly(actor, request.body(sent).unwrap()).await;
    let mut text = answer.text();
    for name in [header::LOCATION, header::SET_COOKIE, header::ETAG] {
        for value in answer.headers.get_all(name) {
            text.push_str(&String::from_utf8_lossy(value.as_bytes()));
        }
    }
    (answer.status.as_u16(), text.replace(id, "…"))
}

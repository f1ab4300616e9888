//! A world for a story: a database on one engine, a clock set by hand, a programme, its actors.

use crate::openapi;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::outing::Reason;
use domain::people::Title;
use domain::{
    AccountId, CivilIdentity, Day, Instant, Nature, PeerId, Position, ProgrammeId, Pseudonym,
    Settings, SiteId,
};
use serde_json::{Value, json};
use server::access::accounts::store as people_of;
use server::access::credentials::{new_session_token, open_session, token_hash};
use server::access::{KeyFile, Role, Sealer, Staff, passwords, store as accounts};
use server::app::{App, Clock};
use server::base_map::Shelf;
use server::db::{Db, sql};
use server::sites::create::{NewPlace, put};
use server::{demo, http, people, programmes};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tower::ServiceExt;
use uuid::Uuid;

/// Both engines get every story.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// `on_both!(async fn what_happens(world) { … })`: the story, told on each engine.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            #[allow(unused_imports)]
            use $crate::support::*;

            async fn story($world: World) $body

            $(#[$meta])*
            #[tokio::test]
            async fn on_sqlite() {
                story(World::new(Engine::Sqlite).await).await;
            }

            $(#[$meta])*
            #[tokio::test]
            async fn on_postgres() {
                story(World::new(Engine::Postgres).await).await;
            }
        }
    )+};
}

/// Tuesday 24 November 2026, 14:05 in Bordeaux.
pub const NOW: &str = "2026-11-24T13:05:00.000Z";
/// Its day.
pub const TODAY: &str = "2026-11-24";

pub struct World {
    pub app: App,
    pub router: Router,
    pub town: Programme,
    clock: Arc<AtomicI64>,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A programme with its people and places.
pub struct Programme {
    pub coordinator: Actor,
    pub agent: Actor,
    pub clerk: Actor,
    pub peer: Actor,
    pub peers: Vec<PeerId>,
    pub public_sites: Vec<SiteId>,
    pub discreet_site: SiteId,
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Actor {
    pub router: Router,
    pub token: Option<String>,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The field and the code a problem names.
    #[track_caller]
    pub fn problem(self, status: u16) -> (String, String) {
        let kind = self.headers.get(header::CONTENT_TYPE).cloned();
        let body = self.expect(status);
        assert_eq!(kind.unwrap(), "application/problem+json");
        let error = &body["errors"][0];
        (
            error["field"].as_str().unwrap_or("").to_owned(),
            error["code"].as_str().unwrap_or("").to_owned(),
        )
    }
}

impl Actor {
    /// Sends, and holds request and answer against the OpenAPI document.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (asked, body) = request.into_parts();
        let sent = to_bytes(body, usize::MAX).await.unwrap();
        let request = Request::from_parts(asked.clone(), Body::from(sent.clone()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        };
        openapi::check(&asked, &sent, &answer);
        answer
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path);
        match &self.token {
            // Somebody in a browser, not a program.
            Some(token) if token.starts_with("session_") || token.starts_with("peer_") => {
                request.header(header::COOKIE, format!("__Host-session={token}"))
            }
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = self.request(Method::GET, path);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.raw(Method::POST, path, "application/json", body.to_string())
            .await
    }

    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = self
            .request(method, path)
            .header(header::CONTENT_TYPE, kind);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends facts; answers (status, reason) in the order sent.
    pub async fn facts(&self, facts: &[Value]) -> Vec<(String, Option<String>)> {
        let body = self
            .post("/api/v1/facts", json!({"facts": facts}))
            .await
            .expect(200);
        let results = body["results"].as_array().unwrap();
        assert_eq!(results.len(), facts.len());
        results
            .iter()
            .enumerate()
            .map(|(index, it)| {
                assert_eq!(it["index"], json!(index));
                (
                    it["status"].as_str().unwrap().to_owned(),
                    it["reason"].as_str().map(str::to_owned),
                )
            })
            .collect()
    }
}

impl World {
    pub async fn new(engine: Engine) -> Self {
        let folder = std::env::temp_dir().join(format!("cueillette-test-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.join("db.sqlite").display()),
            Engine::Postgres => new_postgres_database(None).await,
        };
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        let (keys, _) = KeyFile::load_or_create(&folder.join("db.key")).unwrap();
        let now: Instant = NOW.parse().unwrap();
        let clock = Arc::new(AtomicI64::new(now.as_ms()));
        let app = App::new(db, keys, Clock::ByHand(clock.clone()), None);
        let router = http::router::router(app.clone());
        let town = Programme::make(&app, &router, "bordeaux", demo::bordeaux_settings()).await;
        Self {
            app,
            router,
            town,
            clock,
            folder,
        }
    }

    /// Two worlds that are one up to here: the same rows, keys, tokens and hour, each on its own
    /// from now on.
    pub async fn twins(self) -> (Self, Self) {
        self.app.db.close().await;
        (self.twin().await, self.twin().await)
    }

    /// What a server that starts again finds: the same rows and keys, and nothing in memory.
    pub async fn restarted(&self) -> Self {
        self.app.db.close().await;
        self.twin().await
    }

    /// Another server on the same database: nothing is shared but its rows and the key file.
    pub async fn second_server(&self) -> Self {
        let url = match &self.app.db {
            Db::Sqlite { .. } => format!("sqlite:{}", self.folder.join("db.sqlite").display()),
            Db::Postgres(pool) => {
                let options = pool.connect_options();
                beside(&postgres_base(), options.get_database().unwrap())
            }
        };
        let (keys, made) = KeyFile::load_or_create(&self.folder.join("db.key")).unwrap();
        assert!(!made);
        let db = Db::open(&url).await.unwrap();
        let app = App::new(db, keys, Clock::ByHand(self.clock.clone()), None);
        let router = http::router::router(app.clone());
        Self {
            town: self.town.reached_by(&router),
            app,
            router,
            clock: self.clock.clone(),
            // Its own, and empty: it goes with it.
            folder: self.folder.join("second"),
        }
    }

    async fn twin(&self) -> Self {
        let folder = std::env::temp_dir().join(format!("cueillette-test-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let copy = |name: &str| {
            let to = folder.join(name);
            std::fs::copy(self.folder.join(name), &to).unwrap();
            to
        };
        let url = match &self.app.db {
            Db::Sqlite { .. } => format!("sqlite:{}", copy("db.sqlite").display()),
            Db::Postgres(pool) => {
                let options = pool.connect_options();
                new_postgres_database(options.get_database()).await
            }
        };
        let (keys, made) = KeyFile::load_or_create(&copy("db.key")).unwrap();
        assert!(!made);
        let clock = Arc::new(AtomicI64::new(self.clock.load(Ordering::Relaxed)));
        let db = Db::open(&url).await.unwrap();
        let app = App::new(db, keys, Clock::ByHand(clock.clone()), None);
        let router = http::router::router(app.clone());
        Self {
            town: self.town.reached_by(&router),
            app,
            router,
            clock,
            folder,
        }
    }

    /// Whoever holds this token.
    pub fn actor(&self, token: Option<String>) -> Actor {
        Actor {
            router: self.router.clone(),
            token,
        }
    }

    /// Another programme on the same server.
    pub async fn another_town(&self, slug: &str) -> Programme {
        self.town_with(slug, demo::bordeaux_settings()).await
    }

    /// The same, with its own way of doing it.
    pub async fn town_with(&self, slug: &str, settings: Settings) -> Programme {
        Programme::make(&self.app, &self.router, slug, settings).await
    }

    /// The same world with these base maps, by short name.
    pub fn with_base_maps(mut self, maps: &[(&str, &[u8])]) -> Self {
        let folder = self.folder.join("maps");
        std::fs::create_dir_all(&folder).unwrap();
        for (slug, bytes) in maps {
            std::fs::write(folder.join(format!("{slug}.pmtiles")), bytes).unwrap();
        }
        self.app.base_maps = Arc::new(Shelf::at(Some(folder)));
        self.router = http::router::router(self.app.clone());
        self.town = self.town.reached_by(&self.router);
        self
    }

    /// The first value of the first row of a query without values.
    pub async fn value<T>(&self, text: &'static str) -> T
    where
        (T,): server::db::Row,
    {
        let mut tx = self.app.db.read().await.unwrap();
        let (value,): (T,) = sql(text).one(&mut tx).await.unwrap();
        value
    }

    /// Gives an account of the first town a password.
    pub async fn set_password(&self, login: &str, password: &str) {
        let hash = passwords::hash(password).unwrap();
        let mut tx = self.app.db.write().await.unwrap();
        let update = sql("update accounts set password_hash = $2 where login = $1");
        let updated = update.bind(login).bind(hash).run(&mut tx).await.unwrap();
        assert_eq!(updated, 1, "{login}");
        tx.commit().await.unwrap();
    }

    /// The first town's member of a body, signed in, who may manage its people from now on.
    pub async fn administrator(&self, role: Role) -> Actor {
        self.administrator_of("bordeaux", role).await
    }

    /// The same of any town.
    pub async fn administrator_of(&self, slug: &str, role: Role) -> Actor {
        let mut tx = self.app.db.write().await.unwrap();
        let programme = programmes::by_slug(&mut tx, slug).await.unwrap().unwrap();
        let account = accounts::first_account(&mut tx, programme, role)
            .await
            .unwrap()
            .unwrap();
        let of = Staff {
            programme,
            role,
            account,
        };
        assert!(
            people_of::set_administers(&mut tx, &of, true)
                .await
                .unwrap()
        );
        let cookie = open_session(
            &self.app,
            &mut tx,
            &of,
            &HeaderMap::new(),
            new_session_token(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let cookie = cookie.unwrap().to_str().unwrap().to_owned();
        let pair = cookie.split(';').next().unwrap();
        self.actor(pair.split_once('=').map(|(_, token)| token.to_owned()))
    }

    /// The programme of the first town.
    pub async fn programme(&self) -> ProgrammeId {
        let mut tx = self.app.db.read().await.unwrap();
        let found = programmes::by_slug(&mut tx, "bordeaux").await.unwrap();
        found.unwrap()
    }

    pub fn set_clock(&self, at: &str) {
        let at: Instant = at.parse().unwrap();
        self.clock.store(at.as_ms(), Ordering::Relaxed);
    }

    pub fn anon(&self) -> Actor {
        Actor {
            router: self.router.clone(),
            token: None,
        }
    }

    /// An outing of today at every site, planned, not open.
    pub async fn planned_outing(&self) -> Uuid {
        let mut sites = self.town.public_sites.clone();
        sites.push(self.town.discreet_site);
        let body = json!({"day": TODAY, "starts_at": "14:00", "meeting_point": "Au local", "sites": sites});
        let outing = self.town.coordinator.post("/api/v1/outings", body).await;
        id_of(&outing.expect(201))
    }

    /// An outing of today, opened with a green light.
    pub async fn open_outing(&self) -> Uuid {
        let id = self.planned_outing().await;
        self.open(id).await;
        id
    }

    pub async fn open(&self, id: Uuid) {
        let coordinator = &self.town.coordinator;
        let path = |what: &str| format!("/api/v1/outings/{id}/{what}");
        let staff = json!({"coordinators": 1, "agents": 1});
        coordinator.post(&path("staff"), staff).await.expect(200);
        let all = [
            "gloves", "tongs", "boxes", "shoes", "gel", "phone", "tshirts",
        ];
        let body = json!({"checked": all});
        coordinator.post(&path("equipment"), body).await.expect(200);
        coordinator.post(&path("open"), json!({})).await.expect(200);
    }

    pub async fn code(&self, outing: Uuid) -> String {
        let path = format!("/api/v1/outings/{outing}/code");
        let answer = self
            .town
            .coordinator
            .post(&path, json!({}))
            .await
            .expect(200);
        answer["code"].as_str().unwrap().to_owned()
    }

    /// A phone that joined.
    pub async fn crew_phone(&self, outing: Uuid) -> Phone {
        let code = self.code(outing).await;
        self.joined(outing, &code, Uuid::new_v4()).await
    }

    /// A code that makes one phone the coordinator's own.
    pub async fn personal_code(&self, outing: Uuid) -> String {
        let path = format!("/api/v1/outings/{outing}/my-phone");
        let answer = self.town.coordinator.post(&path, json!({})).await;
        answer.expect(201)["code"].as_str().unwrap().to_owned()
    }

    /// A coordinator's own phone.
    pub async fn own_phone(&self, outing: Uuid) -> Phone {
        let code = self.personal_code(outing).await;
        self.joined(outing, &code, Uuid::new_v4()).await
    }

    /// This phone, joined with that code.
    pub async fn joined(&self, outing: Uuid, code: &str, device: Uuid) -> Phone {
        let body = json!({"code": code, "device": device});
        let answer = self
            .anon()
            .post("/api/v1/crew/join", body)
            .await
            .expect(200);
        Phone {
            actor: Actor {
                router: self.router.clone(),
                token: Some(answer["token"].as_str().unwrap().to_owned()),
            },
            device,
            outing,
            seq: 0,
        }
    }

    pub async fn summary(&self, outing: Uuid) -> Value {
        let path = format!("/api/v1/outings/{outing}/summary");
        self.town.coordinator.get(&path).await.expect(200)
    }

    pub async fn mark(&self, outing: Uuid, peer: PeerId, present: bool) -> Answer {
        let path = format!("/api/v1/outings/{outing}/presences");
        let body = json!({"peer": peer, "present": present});
        self.town.coordinator.post(&path, body).await
    }

    /// Whatever phones may still hold: a story that is about that asks for itself.
    pub async fn close(&self, outing: Uuid) -> Answer {
        let path = format!("/api/v1/outings/{outing}/close");
        self.town
            .coordinator
            .post(&path, json!({"anyway": true}))
            .await
    }

    /// How many rows the journal has of an action.
    pub async fn journal(&self, action: &str) -> Vec<(String, String)> {
        let mut tx = self.app.db.read().await.unwrap();
        sql("select actor_role, subjects from journal where action = $1 order by at, id")
            .bind(action)
            .all(&mut tx)
            .await
            .unwrap()
    }
}

pub fn id_of(json: &Value) -> Uuid {
    json["id"].as_str().unwrap().parse().unwrap()
}

/// A phone that joined an outing, and numbers its facts.
pub struct Phone {
    pub actor: Actor,
    pub device: Uuid,
    pub outing: Uuid,
    pub seq: u32,
}

impl Phone {
    pub fn fact(&mut self, kind: &str, data: Value) -> Value {
        self.seq += 1;
        json!({
            "id": Uuid::now_v7(), "kind": kind, "outing": self.outing, "device": self.device,
            "seq": self.seq, "recorded_at": NOW, "data": data,
        })
    }

    pub fn pickup(&mut self, place: Value, count: u32) -> Value {
        let mut data = place;
        data["item"] = json!("syringe");
        data["count"] = json!(count);
        data["method"] = json!("counted");
        self.fact("pickup", data)
    }
}

fn postgres_base() -> String {
    std::env::var("CUEILLETTE_TEST_POSTGRES")
        .expect("no PostgreSQL for tests: run `cargo xtask test`, which starts one")
}

/// Another database of the same server.
fn beside(base: &str, name: &str) -> String {
    let server = base.rsplit_once('/').map_or(base, |it| it.0);
    format!("{server}/{name}")
}

/// A database of its own, empty or with the rows of another one that nobody has open any more.
pub async fn new_postgres_database(like: Option<&str>) -> String {
    let base = postgres_base();
    let name = format!("t_{}", Uuid::new_v4().simple());
    let admin = sqlx::PgPool::connect(&base).await.unwrap();
    let template = like.map_or(String::new(), |it| format!(" template {it}"));
    let text = format!("create database {name}{template}");
    // Connections that were let go of may take a moment to end on the other side.
    for tries_left in (0..50).rev() {
        let made = sqlx::query(sqlx::AssertSqlSafe(text.clone())).execute(&admin);
        match made.await {
            Ok(_) => break,
            Err(wrong) if tries_left == 0 || like.is_none() => panic!("{wrong}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    admin.close().await;
    beside(&base, &name)
}

impl Programme {
    /// The same people, on another server.
    fn reached_by(&self, router: &Router) -> Self {
        let again = |actor: &Actor| Actor {
            router: router.clone(),
            token: actor.token.clone(),
        };
        Self {
            coordinator: again(&self.coordinator),
            agent: again(&self.agent),
            clerk: again(&self.clerk),
            peer: again(&self.peer),
            peers: self.peers.clone(),
            public_sites: self.public_sites.clone(),
            discreet_site: self.discreet_site,
        }
    }

    async fn make(app: &App, router: &Router, slug: &str, settings: Settings) -> Self {
        let id = ProgrammeId(Uuid::now_v7());
        let now = app.now();
        let mut tx = app.db.write().await.unwrap();
        programmes::insert(&mut tx, id, slug, true, &settings, now)
            .await
            .unwrap();
        let mut sealer = Sealer::new(&app.keys, id, now);
        let today: Day = TODAY.parse().unwrap();
        let mut peers = Vec::new();
        for n in 0..10u8 {
            let peer = PeerId(Uuid::now_v7());
            let pseudonym = Pseudonym::new(&format!("Pair {n}")).unwrap();
            let sign = "fox-red".parse().unwrap();
            people::store::insert_if_absent(&mut tx, id, peer, &pseudonym, sign, now)
                .await
                .unwrap();
            // The last two want no money, so nobody asked their name.
            if n < 8 {
                let born = Day::new(1980, 1, 1 + i8::try_from(n).unwrap());
                let surname = ["Éluard", "d’Aubigné", "Zola", "Nguyễn"][usize::from(n) % 4];
                let identity =
                    CivilIdentity::new(surname, &format!("Prénom{n}"), born, None, today).unwrap();
                people::keep_identity(&mut tx, &mut sealer, id, peer, &identity)
                    .await
                    .unwrap();
            }
            peers.push(peer);
        }
        let mut public_sites = Vec::new();
        let place = |nature, title: &str, at: (f64, f64)| NewPlace {
            id: SiteId(Uuid::now_v7()),
            nature,
            title: Title::new("title", title).unwrap(),
            at: Position::new(at.0, at.1).unwrap(),
            note: None,
            residents_agree: None,
            pictogram: None,
            agent: None,
        };
        for n in 0..3u8 {
            let at = (44.83 + f64::from(n) / 1000.0, -0.57);
            let site = place(Nature::Public, &format!("Place {n}"), at);
            public_sites.push(site.id);
            put(&mut tx, app, id, &mut sealer, &site, "city")
                .await
                .unwrap();
        }
        let garage = NewPlace {
            note: Some(Reason::new("note", "derrière la porte verte").unwrap()),
            residents_agree: Some(true),
            ..place(
                Nature::Discreet,
                &format!("Garage secret {slug}"),
                (44.837_654, -0.563_21),
            )
        };
        let discreet_site = garage.id;
        put(&mut tx, app, id, &mut sealer, &garage, "association")
            .await
            .unwrap();
        let mut actors = Vec::new();
        for role in [Role::Coordinator, Role::Agent, Role::Clerk, Role::Peer] {
            let token = format!("{slug}-{}", role.as_str());
            let account = AccountId(Uuid::now_v7());
            if role != Role::Peer {
                let login = format!("{token}@test.example");
                let new = accounts::NewAccount {
                    programme: id,
                    id: account,
                    role,
                    login: &login,
                    name: role.as_str(),
                    password_hash: "none",
                    administers: false,
                };
                accounts::insert_account(&mut tx, new, now).await.unwrap();
            }
            let new = accounts::NewToken {
                token_hash: token_hash(&token),
                programme: id,
                name: "test",
                role,
                account: (role != Role::Peer).then_some(account),
                peer: (role == Role::Peer).then_some(peers[0]),
            };
            accounts::insert_token(&mut tx, new, now).await.unwrap();
            actors.push(Actor {
                router: router.clone(),
                token: Some(token),
            });
        }
        tx.commit().await.unwrap();
        let [coordinator, agent, clerk, peer] = <[Actor; 4]>::try_from(actors).ok().unwrap();
        Self {
            coordinator,
            agent,
            clerk,
            peer,
            peers,
            public_sites,
            discreet_site,
        }
    }
}

impl Answer {
    /// A page, which must have this status; a space that does not break is a space.
    #[track_caller]
    pub fn expect_page(self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.text().replace('\u{a0}', " ")
    }

    /// A CSV that came with a 200.
    #[track_caller]
    pub fn expect_csv(self) -> String {
        assert_eq!(self.status, 200, "{}", self.text());
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "text/csv; charset=utf-8"
        );
        self.text()
    }
}

//! A programme in a database of its own, with an outing that is open and phones that joined: all
//! that is there before a fault, and what must be there after it.

use crate::crew::{Phone, Sent};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use domain::people::Title;
use domain::{AccountId, Instant, Nature, Position, ProgrammeId, SiteId};
use serde_json::{Value, json};
use server::access::credentials::token_hash;
use server::access::{KeyFile, Role, Sealer, store as accounts};
use server::app::{App, Clock, local_day};
use server::db::{Db, sql};
use server::sites::create::{NewPlace, put};
use server::{demo, http, programmes};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tower::ServiceExt;
use uuid::Uuid;

/// How many phones send.
pub const PHONES: usize = 16;
const COORDINATOR: &str = "the-coordinators-token";

pub struct House {
    pub folder: PathBuf,
    /// Where servers find the database.
    pub url: String,
    pub outing: Uuid,
    pub site: SiteId,
    tokens: Vec<(Uuid, String)>,
}

impl Drop for House {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl House {
    pub async fn on_sqlite() -> Self {
        let folder = new_folder();
        let url = format!("sqlite:{}", folder.join("db.sqlite").display());
        Self::at(folder, url).await
    }

    pub async fn on_postgres() -> Self {
        let base = std::env::var("CUEILLETTE_TEST_POSTGRES")
            .expect("no PostgreSQL for tests: run `cargo xtask test`, which starts one");
        Self::at(new_folder(), new_database(&base).await).await
    }

    /// With its rows in an empty database.
    pub async fn at(folder: PathBuf, url: String) -> Self {
        let app = open(&folder, &url).await;
        let site = furnish(&app).await;
        let router = http::router::router(app.clone());
        let ask = async |path: &str, token: Option<&str>, body: Value| {
            let answer = ask(&router, Method::POST, path, token, body).await;
            assert!(answer.0 < 300, "{path}: {answer:?}");
            answer.1
        };
        let lead = Some(COORDINATOR);
        let today = local_day(&demo::bordeaux_settings(), app.now());
        let body = json!({"day": today.to_string(), "starts_at": "14:00", "sites": [site]});
        let outing = ask("/api/v1/outings", lead, body).await;
        let outing: Uuid = outing["id"].as_str().unwrap().parse().unwrap();
        let of = |what: &str| format!("/api/v1/outings/{outing}/{what}");
        let why = json!({"override": "on vérifie les pannes"});
        ask(&of("open"), lead, why).await;
        let code = ask(&of("code"), lead, json!({})).await;
        let mut tokens = Vec::new();
        for _ in 0..PHONES {
            let device = Uuid::new_v4();
            let body = json!({"code": code["code"], "device": device});
            let joined = ask("/api/v1/crew/join", None, body).await;
            tokens.push((device, joined["token"].as_str().unwrap().to_owned()));
        }
        app.db.close().await;
        Self {
            folder,
            url,
            outing,
            site,
            tokens,
        }
    }

    pub fn key_file(&self) -> PathBuf {
        self.folder.join("db.key")
    }

    pub fn phones(&self) -> Vec<Phone> {
        let tokens = self.tokens.iter().cloned();
        tokens
            .map(|(device, token)| Phone::new(device, token, self.outing, self.site))
            .collect()
    }

    /// The facts that are in the database at this address, with their counts.
    pub async fn kept(&self, url: &str) -> HashMap<Uuid, i64> {
        let db = Db::open(url).await.unwrap();
        let mut tx = db.read().await.unwrap();
        let query = sql("select id, count from facts where kind = 'pickup'");
        let rows: Vec<(Uuid, i64)> = query.all(&mut tx).await.unwrap();
        drop(tx);
        db.close().await;
        rows.into_iter().collect()
    }

    /// Every fact that was acknowledged is there, none is twice, the totals are their sum, and
    /// nothing in the database contradicts anything else.
    pub async fn expect(&self, url: &str, sent: &Sent) {
        let kept = self.kept(url).await;
        let lost: Vec<_> = sent
            .acknowledged
            .keys()
            .filter(|id| !kept.contains_key(*id))
            .collect();
        assert!(
            lost.is_empty(),
            "{} acknowledged facts are gone",
            lost.len()
        );
        assert_eq!(
            kept.len(),
            sent.acknowledged.len(),
            "as many as were sent, each once"
        );
        assert_eq!(kept, sent.acknowledged, "each as it was sent");
        let app = open(&self.folder, url).await;
        let path = format!("/api/v1/outings/{}/summary", self.outing);
        let router = http::router::router(app.clone());
        let summary = ask(&router, Method::GET, &path, Some(COORDINATOR), Value::Null).await;
        assert_eq!(
            summary.1["totals"]["syringe"],
            sent.acknowledged.values().sum::<i64>(),
            "{summary:?}"
        );
        app.db.close().await;
        self.doctor(url);
    }

    fn doctor(&self, url: &str) {
        let mut command = self.program(url);
        let looked = command.arg("doctor").output().unwrap();
        let said = String::from_utf8_lossy(&looked.stdout);
        let wrong = String::from_utf8_lossy(&looked.stderr);
        assert!(looked.status.success(), "{said}{wrong}");
    }

    /// The program, on the database at this address.
    pub fn program(&self, url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cueillette"));
        command
            .current_dir(&self.folder)
            .args(["--database", url, "--key-file"])
            .arg(self.key_file());
        command
    }
}

/// A folder of its own under the system's.
pub fn new_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("cueillette-fault-{}", Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// An empty database beside this one.
pub async fn new_database(base: &str) -> String {
    let name = format!("f_{}", Uuid::new_v4().simple());
    let admin = sqlx::PgPool::connect(base).await.unwrap();
    let text = sqlx::AssertSqlSafe(format!("create database {name}"));
    sqlx::query(text).execute(&admin).await.unwrap();
    admin.close().await;
    let server = base.rsplit_once('/').map_or(base, |it| it.0);
    format!("{server}/{name}")
}

async fn open(folder: &Path, url: &str) -> App {
    let db = Db::open(url).await.unwrap();
    db.migrate().await.unwrap();
    let (keys, _) = KeyFile::load_or_create(&folder.join("db.key")).unwrap();
    App::new(db, keys, Clock::System, None)
}

/// A programme, a place, and a coordinator's token.
async fn furnish(app: &App) -> SiteId {
    let (id, now) = (ProgrammeId(Uuid::now_v7()), app.now());
    let mut tx = app.db.write().await.unwrap();
    let settings = demo::bordeaux_settings();
    programmes::insert(&mut tx, id, "bordeaux", true, &settings, now)
        .await
        .unwrap();
    let place = NewPlace {
        id: SiteId(Uuid::now_v7()),
        nature: Nature::Public,
        title: Title::new("title", "Place").unwrap(),
        at: Position::new(44.83, -0.57).unwrap(),
        note: None,
        residents_agree: None,
        pictogram: None,
        agent: None,
    };
    let mut sealer = Sealer::new(&app.keys, id, now);
    put(&mut tx, app, id, &mut sealer, &place, "city")
        .await
        .unwrap();
    let account = AccountId(Uuid::now_v7());
    let new = accounts::NewAccount {
        programme: id,
        id: account,
        role: Role::Coordinator,
        login: "coordinator@test.example",
        name: "coordinator",
        password_hash: "none",
        administers: true,
    };
    accounts::insert_account(&mut tx, new, now).await.unwrap();
    insert_token(&mut tx, id, account, now).await;
    tx.commit().await.unwrap();
    place.id
}

async fn insert_token(tx: &mut server::db::Tx, id: ProgrammeId, account: AccountId, now: Instant) {
    let new = accounts::NewToken {
        token_hash: token_hash(COORDINATOR),
        programme: id,
        name: "test",
        role: Role::Coordinator,
        account: Some(account),
        peer: None,
    };
    accounts::insert_token(tx, new, now).await.unwrap();
}

/// Status and body of an answer.
async fn ask(
    router: &Router,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Value,
) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// The coordinator's token, for what a person at a desk asks of a running server.
pub fn coordinator() -> String {
    format!("Bearer {COORDINATOR}")
}

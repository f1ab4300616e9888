//! Keys: a wrong key file is refused before anything is served, a copy of the database without it
//! says nothing, and what was destroyed opens from no backup once its time has passed.

use crate::command_line::{Place, text};
use crate::support::{Engine, new_postgres_database};
use axum::http::Method;
use domain::{CivilIdentity, Instant, OutingId, PeerId, ProgrammeId, SiteId};
use server::access::keys::{KeyFile, guard, paper};
use server::access::{Action, Actor, Opening, Role, Scope, Sealable, Sealed};
use server::app::{App, Clock};
use server::db::{Db, sql};
use server::facts::FactSecret;
use server::sites::store::SiteSecret;
use server::{demo, http, upkeep};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const NOW: &str = "2026-11-24T13:05:00.000Z";

/// A demonstration on one engine, with the clock set by hand.
struct Server {
    app: App,
    clock: Arc<AtomicI64>,
    folder: PathBuf,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    async fn with_demo(engine: Engine) -> Self {
        let folder = std::env::temp_dir().join(format!("cueillette-keys-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.join("db.sqlite").display()),
            Engine::Postgres => new_postgres_database(None).await,
        };
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        let (keys, made) = guard::open(&db, &folder.join("db.key")).await.unwrap();
        assert!(made);
        let clock = Arc::new(AtomicI64::new(NOW.parse::<Instant>().unwrap().as_ms()));
        let app = App::new(db, keys, Clock::ByHand(clock.clone()), None);
        demo::load(&app, 1).await.unwrap();
        Self {
            app,
            clock,
            folder,
            url,
        }
    }

    fn set_clock(&self, at: &str) {
        let at: Instant = at.parse().unwrap();
        self.clock.store(at.as_ms(), Ordering::Relaxed);
    }

    /// A copy of the database as it is, opened with the key file as it is whenever it is used.
    async fn backup(&mut self) -> Db {
        self.app.db.close().await;
        let copy = match &self.app.db {
            Db::Sqlite { .. } => {
                let to = self.folder.join("backup.sqlite");
                std::fs::copy(self.folder.join("db.sqlite"), &to).unwrap();
                format!("sqlite:{}", to.display())
            }
            Db::Postgres(pool) => {
                let options = pool.connect_options();
                new_postgres_database(options.get_database()).await
            }
        };
        self.app.db = Db::open(&self.url).await.unwrap();
        Db::open(&copy).await.unwrap()
    }

    /// The key file as it stands on the disk.
    fn keys(&self) -> KeyFile {
        KeyFile::load(&self.folder.join("db.key")).unwrap().unwrap()
    }
}

/// Everything sealed that a test can name: its programme, its scope, and the bytes.
struct SealedRow {
    programme: ProgrammeId,
    scope: Scope,
    bytes: Vec<u8>,
}

async fn sealed_rows(db: &Db) -> (Vec<SealedRow>, Vec<SealedRow>, Vec<SealedRow>) {
    let mut tx = db.read().await.unwrap();
    let row = |(programme, id, bytes): (Uuid, Uuid, Vec<u8>), scope: fn(Uuid) -> Scope| SealedRow {
        programme: ProgrammeId(programme),
        scope: scope(id),
        bytes,
    };
    let sites: Vec<(Uuid, Uuid, Vec<u8>)> =
        sql("select programme_id, id, sealed from sites where sealed is not null and nature = 'discreet'")
            .all(&mut tx).await.unwrap();
    let names: Vec<(Uuid, Uuid, Vec<u8>)> = sql(
        "select programme_id, id, sealed_identity from peers where sealed_identity is not null",
    )
    .all(&mut tx)
    .await
    .unwrap();
    // Points that a coordinator declared public are no secret any more, and words of old outings
    // came to their end.
    let facts: Vec<(Uuid, Uuid, Vec<u8>)> =
        sql("select f.programme_id, f.outing_id, f.sealed from facts f
             where f.sealed is not null and f.outing_id is not null
             and not exists (
               select 1 from ended_keys e
               where e.programme_id = f.programme_id and e.scope = 'outing'
                 and e.subject_id = f.outing_id)
             and not exists (
               select 1 from here_decisions d
               where d.programme_id = f.programme_id and d.fact_id = f.id and d.lat is not null)")
        .all(&mut tx)
        .await
        .unwrap();
    (
        sites
            .into_iter()
            .map(|it| row(it, |id| Scope::Site(SiteId(id))))
            .collect(),
        names
            .into_iter()
            .map(|it| row(it, |id| Scope::Identity(PeerId(id))))
            .collect(),
        facts
            .into_iter()
            .map(|it| row(it, |id| Scope::Outing(OutingId(id))))
            .collect(),
    )
}

/// Opens one sealed value; the journal row it writes is rolled back.
async fn opened<T: Sealable>(db: &Db, keys: &KeyFile, row: &SealedRow) -> Option<T> {
    let mut tx = db.write().await.unwrap();
    let actor = Actor {
        role: Role::Coordinator,
        id: None,
    };
    let (named, now) = (vec![row.scope], Instant::from_ms(0));
    let opening = Opening::begin(
        &mut tx,
        keys,
        row.programme,
        actor,
        Action::SitesShown,
        named,
        now,
    );
    let sealed = Sealed::from_row(row.scope, row.bytes.clone());
    opening.await.ok()?.open(&mut tx, &sealed).await.ok()
}

/// Every way in which a secret may stand in a file.
#[derive(Default)]
struct Needles(Vec<(String, Vec<u8>)>);

/// Figures in the middle of longer hexadecimal ones are a part of something sealed, by chance.
fn is_inside_hex(hay: &[u8], at: usize, it: &[u8]) -> bool {
    let is_hex = |n: Option<usize>| {
        n.and_then(|n| hay.get(n))
            .is_some_and(u8::is_ascii_hexdigit)
    };
    it.iter().all(u8::is_ascii_hexdigit)
        && (is_hex(at.checked_sub(1)) || is_hex(Some(at + it.len())))
}

impl Needles {
    fn words(&mut self, text: &str) {
        let (le, be): (Vec<_>, Vec<_>) = text
            .encode_utf16()
            .map(|it| (it.to_le_bytes(), it.to_be_bytes()))
            .unzip();
        for (how, bytes) in [
            ("utf-8", text.as_bytes().to_vec()),
            ("utf-16le", le.concat()),
            ("utf-16be", be.concat()),
            ("json", serde_json::to_vec(text).unwrap()[1..].to_vec()),
        ] {
            self.0.push((format!("{text} ({how})"), bytes));
        }
    }

    /// A degree that a place in the open shares says nothing by itself: then only both are searched.
    fn point(&mut self, (lat, lon): (f64, f64), open: &[f64]) {
        let both = format!("{lat} {lon}");
        let mut add = |how: &str, bytes: Vec<u8>| self.0.push((format!("{both} ({how})"), bytes));
        for it in [lat, lon].into_iter().filter(|it| !open.contains(it)) {
            // As people and programs write it; shorter ones stand for many places.
            for text in [format!("{it:.5}"), format!("{it:.6}"), format!("{it}")] {
                if text.len() >= 8 {
                    add("text", text.replace('.', ",").into_bytes());
                    add("text", text.into_bytes());
                }
            }
            add("f64 le", it.to_le_bytes().to_vec());
            add("f64 be", it.to_be_bytes().to_vec());
            let e7 = (it * 1e7).round() as i64;
            add("e7 i64 le", e7.to_le_bytes().to_vec());
            add("e7 i64 be", e7.to_be_bytes().to_vec());
            add("e7 text", e7.to_string().into_bytes());
        }
        add("text", format!("{lon},{lat}").into_bytes());
        // Four bytes alone are found in any large file; both together are not.
        let e7 = |it: f64| ((it * 1e7).round() as i32).to_le_bytes();
        let be = |it: f64| ((it * 1e7).round() as i32).to_be_bytes();
        add("e7 i32 le", [e7(lat), e7(lon)].concat());
        add("e7 i32 be", [be(lat), be(lon)].concat());
        add("e7 i32 le", [e7(lon), e7(lat)].concat());
        add("e7 i32 be", [be(lon), be(lat)].concat());
    }

    /// One pass over a large file, whatever is looked for: by the first three bytes, then whole.
    fn found_in(&self, hay: &[u8]) -> Vec<&str> {
        let start = |it: &[u8]| [it[0], it[1], it[2]];
        let place =
            |it: [u8; 3]| usize::from(it[0]) << 16 | usize::from(it[1]) << 8 | usize::from(it[2]);
        let mut known = vec![false; 1 << 24];
        let mut by_start: HashMap<[u8; 3], Vec<usize>> = HashMap::new();
        for (n, (_, it)) in self
            .0
            .iter()
            .enumerate()
            .filter(|(_, (_, it))| it.len() >= 3)
        {
            known[place(start(it))] = true;
            by_start.entry(start(it)).or_default().push(n);
        }
        let mut found = BTreeSet::new();
        for at in 0..hay.len().saturating_sub(2) {
            let here = [hay[at], hay[at + 1], hay[at + 2]];
            if known[place(here)] {
                let these = by_start[&here].iter().map(|n| &self.0[*n]);
                found.extend(
                    these
                        .filter(|(_, it)| hay[at..].starts_with(it))
                        .filter(|(name, it)| name.ends_with(" hex") || !is_inside_hex(hay, at, it))
                        .map(|(name, _)| name.as_str()),
                );
            }
        }
        found.into_iter().collect()
    }

    /// In a dump, bytes are written as hexadecimal digits.
    fn as_hex(&self) -> Self {
        let hex = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|it| format!("{it:02x}"))
                .collect::<String>()
                .into_bytes()
        };
        Self(
            self.0
                .iter()
                .map(|(name, it)| (format!("{name} hex"), hex(it)))
                .collect(),
        )
    }
}

async fn secrets_of(server: &Server) -> Needles {
    let (db, keys) = (&server.app.db, server.keys());
    let (sites, names, facts) = sealed_rows(db).await;
    assert!(
        sites.len() >= 6 && names.len() >= 10 && !facts.is_empty(),
        "{}",
        facts.len()
    );
    let mut tx = db.read().await.unwrap();
    let public: Vec<(f64, f64)> = sql("select lat, lon from sites where nature = 'public'")
        .all(&mut tx)
        .await
        .unwrap();
    drop(tx);
    let open: Vec<f64> = public.iter().flat_map(|(lat, lon)| [*lat, *lon]).collect();
    let mut needles = Needles::default();
    for row in &sites {
        let secret: SiteSecret = opened(db, &keys, row).await.unwrap();
        needles.words(secret.title.as_deref().unwrap());
        secret.note.iter().for_each(|it| needles.words(it));
        let at = secret.at.unwrap();
        needles.point((at.lat(), at.lon()), &open);
    }
    for row in &names {
        let it: CivilIdentity = opened(db, &keys, row).await.unwrap();
        needles.words(&it.surname);
        needles.words(&format!("{} {}", it.first_name, it.surname));
        // Five figures alone are part of many an id: looked for as a text or a cell has them.
        for reference in it.reference.iter() {
            needles.words(&format!("\"{reference}\""));
            needles.words(&format!(",{reference},"));
        }
    }
    for row in &facts {
        let secret: FactSecret = opened(db, &keys, row).await.unwrap();
        secret.words.iter().for_each(|it| needles.words(it));
        // A proposal that became a public site is no secret any more.
        if let Some(at) = secret.point.filter(|at| !public.contains(at)) {
            needles.point(at, &open);
        }
    }
    needles.0.sort();
    needles.0.dedup();
    needles
}

#[tokio::test]
async fn a_copy_of_the_database_without_the_key_file_says_nothing_on_sqlite() {
    let server = Server::with_demo(Engine::Sqlite).await;
    let needles = secrets_of(&server).await;
    let files = ["db.sqlite", "db.sqlite-wal"];
    let mut looked = 0;
    for name in files {
        let bytes = std::fs::read(server.folder.join(name)).unwrap_or_default();
        looked += bytes.len();
        assert_eq!(needles.found_in(&bytes), [""; 0], "{name}");
        // The search does find what is not sealed.
        if name == "db.sqlite" {
            let mut open = Needles::default();
            open.words("bordeaux");
            assert!(!open.found_in(&bytes).is_empty());
        }
    }
    assert!(looked > 1_000_000, "{looked}");
}

#[tokio::test]
async fn a_dump_of_every_table_says_nothing_on_postgres() {
    let server = Server::with_demo(Engine::Postgres).await;
    let needles = secrets_of(&server).await;
    let hex = needles.as_hex();
    let Db::Postgres(pool) = &server.app.db else {
        panic!()
    };
    let tables: Vec<(String,)> = sqlx::query_as(
        "select table_name::text from information_schema.tables
         where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    .fetch_all(&**pool)
    .await
    .unwrap();
    assert!(tables.len() > 40, "{}", tables.len());
    for (table,) in tables {
        let text = format!("select t::text from {table} t");
        let rows: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(text))
            .fetch_all(&**pool)
            .await
            .unwrap();
        let dump = rows.into_iter().map(|(it,)| it + "\n").collect::<String>();
        assert_eq!(needles.found_in(dump.as_bytes()), [""; 0], "{table}");
        assert_eq!(hex.found_in(dump.as_bytes()), [""; 0], "{table}");
    }
}

/// What was destroyed between a backup and now.
async fn gone(server: &Server, backup: &Db) -> Vec<SealedRow> {
    let mut gone = Vec::new();
    let mut tx = server.app.db.read().await.unwrap();
    let living: Vec<(Uuid, String, Uuid)> =
        sql("select programme_id, scope, subject_id from data_keys")
            .all(&mut tx)
            .await
            .unwrap();
    let living: HashSet<String> = living
        .into_iter()
        .map(|(p, kind, id)| format!("{p}/{kind}:{id}"))
        .collect();
    drop(tx);
    let (sites, names, facts) = sealed_rows(backup).await;
    for row in sites.into_iter().chain(names).chain(facts) {
        if !living.contains(&format!("{}/{}", row.programme, row.scope.journal_name())) {
            gone.push(row);
        }
    }
    gone
}

async fn does_open(db: &Db, keys: &KeyFile, row: &SealedRow) -> bool {
    match row.scope {
        Scope::Site(_) => opened::<SiteSecret>(db, keys, row).await.is_some(),
        Scope::Identity(_) => opened::<CivilIdentity>(db, keys, row).await.is_some(),
        _ => opened::<FactSecret>(db, keys, row).await.is_some(),
    }
}

async fn a_backup_forgets(engine: Engine) {
    let mut server = Server::with_demo(engine).await;
    server.set_clock("2026-12-01T02:00:00Z");
    upkeep::daily(&server.app).await.unwrap();
    let backup = server.backup().await;
    // A person is forgotten on the first day of the month, and a place that was closed in time.
    let router = http::router::router(server.app.clone());
    let loaded = serde_json::to_value(demo::load(&server.app, 1).await.unwrap()).unwrap();
    let coordinator = crate::support::Actor {
        router,
        token: loaded["tokens"]["coordinator"].as_str().map(str::to_owned),
    };
    let form = "application/x-www-form-urlencoded";
    let peers = loaded["peers"].as_array().unwrap();
    let peer = peers.iter().find(|it| it["surname"].is_string()).unwrap()["id"]
        .as_str()
        .unwrap();
    let path = format!("/equipe/{peer}/effacer");
    coordinator
        .raw(Method::POST, &path, form, "sur=oui")
        .await
        .expect_page(303);
    let sites = loaded["sites"].as_array().unwrap();
    let site = sites.iter().find(|it| it["nature"] == "discreet").unwrap()["id"]
        .as_str()
        .unwrap();
    let path = format!("/lieux/{site}/fermer");
    coordinator
        .raw(Method::POST, &path, form, "geste=fermer")
        .await
        .expect_page(303);
    server.set_clock("2026-12-31T03:00:00Z");
    let told = upkeep::daily(&server.app).await.unwrap();
    assert!(
        told.iter()
            .any(|it| it.contains("1 discreet sites emptied")),
        "{told:#?}"
    );
    let destroyed = gone(&server, &backup).await;
    // The person's, the place's, and those of outings of more than two years ago.
    let is_asked = |it: &&SealedRow| !matches!(it.scope, Scope::Outing(_));
    assert_eq!(destroyed.iter().filter(is_asked).count(), 2);
    assert!(
        destroyed.len() > 2,
        "the demonstration begins two years ago"
    );
    // The backup still opens it today: that is what the days are for.
    assert!(does_open(&backup, &server.keys(), &destroyed[0]).await);
    // 35 days after the second was destroyed, and once more the day before.
    server.set_clock("2027-02-04T03:00:00Z");
    upkeep::daily(&server.app).await.unwrap();
    let keys = server.keys();
    assert!(
        !keys.months().iter().any(|it| it.as_str() < "2027-01"),
        "{:?}",
        keys.months()
    );
    for row in gone(&server, &backup).await {
        assert!(!does_open(&backup, &keys, &row).await, "{:?}", row.scope);
    }
    // What lives opens where it lives, with the file as it is and as the server has it.
    let (sites, names, facts) = sealed_rows(&server.app.db).await;
    assert!(!sites.is_empty() && !names.is_empty());
    for row in sites.iter().chain(&names).chain(&facts) {
        assert!(
            does_open(&server.app.db, &keys, row).await,
            "{:?}",
            row.scope
        );
        assert!(
            does_open(&server.app.db, &server.app.keys, row).await,
            "{:?}",
            row.scope
        );
    }
}

#[tokio::test]
async fn what_was_destroyed_opens_from_no_backup_once_its_days_have_passed_on_sqlite() {
    a_backup_forgets(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_was_destroyed_opens_from_no_backup_once_its_days_have_passed_on_postgres() {
    a_backup_forgets(Engine::Postgres).await;
}

#[tokio::test]
async fn two_servers_on_one_file_agree_on_every_key() {
    let server = Server::with_demo(Engine::Sqlite).await;
    let other = KeyFile::load(&server.folder.join("db.key"))
        .unwrap()
        .unwrap();
    let far: Instant = "2029-03-01T00:00:00Z".parse().unwrap();
    server.app.keys.make_ahead(far).unwrap();
    other.make_ahead(far).unwrap();
    assert_eq!(server.app.keys.months(), other.months());
    assert_eq!(server.keys().months(), other.months());
    assert!(other.months().contains(&"2030-03".to_owned()));
}

#[tokio::test]
async fn rotated_keys_open_what_lives_and_no_backup() {
    let mut server = Server::with_demo(Engine::Sqlite).await;
    let backup = server.backup().await;
    let before = server.keys().months();
    server::access::seal::wraps::rotate(&server.app)
        .await
        .unwrap();
    let keys = server.keys();
    assert!(before.iter().all(|it| !keys.months().contains(it)));
    let (sites, ..) = sealed_rows(&server.app.db).await;
    assert!(does_open(&server.app.db, &keys, &sites[0]).await);
    let (old, ..) = sealed_rows(&backup).await;
    assert!(!does_open(&backup, &keys, &old[0]).await);
    // A new copy on paper opens all of it again.
    let typed = paper::print(&keys, "2026-11-24".parse().unwrap(), 35);
    let again = paper::restore(&server.folder.join("again.key"), &typed).unwrap();
    assert!(does_open(&server.app.db, &again, &sites[0]).await);
    assert!(guard::open(&server.app.db, again.path()).await.is_ok());
}

fn key_error(place: &Place) -> String {
    let out = place.run(&["doctor"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out.stdout));
    let said = text(&out.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

fn moved(place: &Place, from: &str, to: &str) {
    let at = |name: &str| -> PathBuf { Path::new(&place.0).join("data").join(name) };
    std::fs::rename(at(from), at(to)).unwrap();
}

#[test]
fn a_wrong_key_file_stops_the_program_before_anything() {
    let place = Place::new();
    let out = place.run(&["demo"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(
        text(&out.stderr).contains("Keep a copy NOW"),
        "{}",
        text(&out.stderr)
    );
    // The file is gone: no new one is made in its place.
    moved(&place, "cueillette.key", "kept.key");
    assert!(key_error(&place).contains("is not there, and this database was sealed with one"));
    assert!(!place.0.join("data/cueillette.key").exists());
    // Somebody else's.
    let elsewhere = Place::new();
    elsewhere.run(&["migrate"]);
    std::fs::copy(
        elsewhere.0.join("data/cueillette.key"),
        place.0.join("data/cueillette.key"),
    )
    .unwrap();
    assert!(key_error(&place).contains("is not the key file this database was sealed with"));
    // An old copy, from before a month was made.
    let kept = std::fs::read_to_string(place.0.join("data/kept.key")).unwrap();
    let old: String = kept
        .lines()
        .filter(|it| !it.starts_with("20") && !it.starts_with("\"20"))
        .map(|it| format!("{it}\n"))
        .collect();
    assert_ne!(kept, old);
    std::fs::write(place.0.join("data/cueillette.key"), old).unwrap();
    assert!(key_error(&place).contains("is an old copy"));
    // The right one, by way of paper.
    std::fs::remove_file(place.0.join("data/cueillette.key")).unwrap();
    moved(&place, "kept.key", "cueillette.key");
    let printed = place.run(&["key", "print"]);
    assert!(printed.status.success());
    assert!(text(&printed.stdout).contains("POUR REMETTRE LA CLÉ"));
    std::fs::write(place.0.join("copie.txt"), printed.stdout).unwrap();
    assert_eq!(
        place.run(&["key", "restore", "copie.txt"]).status.code(),
        Some(1),
        "there is one"
    );
    std::fs::remove_file(place.0.join("data/cueillette.key")).unwrap();
    let restored = place.run(&["key", "restore", "copie.txt"]);
    assert!(restored.status.success(), "{}", text(&restored.stderr));
    let out = place.run(&["doctor"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(
        text(&out.stdout).contains("journal: whole"),
        "{}",
        text(&out.stdout)
    );
    assert_eq!(place.run(&["key", "rotate"]).status.code(), Some(1));
    let out = place.run(&["key", "rotate", "--older-backups-are-lost"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(place.run(&["doctor"]).status.success());
    assert!(place.run(&["link-journal"]).status.success());
    assert!(place.run(&["retention"]).status.success());
}

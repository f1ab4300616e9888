//! Backups: one moment of a server that goes on, restored elsewhere on either engine.

use crate::command_line::{Place, text};
use crate::served::{Served, demo};
use crate::support::{Engine, new_postgres_database};
use serde_json::{Value, json};
use server::backup;
use server::db::{Db, sql};
use std::collections::HashSet;
use std::path::Path;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// Phones that send all the time, and facts of each request.
const PHONES: usize = 4;
const FACTS_PER_BATCH: usize = 10;
/// The backup begins when so many facts are acknowledged, and phones go on until so many more are.
const FACTS_BEFORE: usize = 200;
const FACTS_AFTER: usize = 200;

async fn address(place: &Place, engine: Engine, name: &str) -> String {
    match engine {
        Engine::Sqlite => format!("sqlite:{}", place.0.join(name).display()),
        Engine::Postgres => new_postgres_database(None).await,
    }
}

fn said(out: &Output) -> String {
    format!("{}{}", text(&out.stdout), text(&out.stderr))
}

fn well(out: &Output) -> String {
    assert!(out.status.success(), "{}", said(out));
    text(&out.stdout)
}

/// It failed with one sentence, that has these words.
#[track_caller]
fn refused(out: &Output, words: &str) {
    assert_eq!(out.status.code(), Some(1), "{}", said(out));
    let sentence = text(&out.stderr);
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert!(sentence.contains(words), "{sentence}");
}

async fn facts_of(url: &str) -> HashSet<Uuid> {
    let db = Db::open(url).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(Uuid,)> = sql("select id from facts").all(&mut tx).await.unwrap();
    drop(tx);
    db.close().await;
    rows.into_iter().map(|it| it.0).collect()
}

/// Phones send while a backup is made; answers those acknowledged before it began.
fn backed_up_under_load(place: &Place, url: &str, to: &Path, demo: &Value) -> HashSet<Uuid> {
    let mut server = Served::start(place, &["--database", url], "warn");
    let office = server.caller(demo["tokens"]["coordinator"].as_str().unwrap());
    let (acknowledged, is_over) = (Mutex::new(HashSet::new()), AtomicBool::new(false));
    let count = || acknowledged.lock().unwrap().len();
    let before = std::thread::scope(|scope| {
        for _ in 0..PHONES {
            let mut phone = office.open_outing();
            let (acknowledged, is_over) = (&acknowledged, &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let facts = phone.pickups(FACTS_PER_BATCH);
                    let answer = phone.asker.post("/api/v1/facts", &json!({"facts": facts}));
                    let results = answer["results"].as_array().unwrap();
                    assert!(
                        results.iter().all(|it| it["status"] == "accepted"),
                        "{answer}"
                    );
                    let ids = results.iter().map(|it| it["id"].as_str().unwrap());
                    let ids = ids.map(|it| it.parse::<Uuid>().unwrap());
                    acknowledged.lock().unwrap().extend(ids);
                }
            });
        }
        let wait_for = |n: usize| {
            while count() < n {
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        wait_for(FACTS_BEFORE);
        let before = acknowledged.lock().unwrap().clone();
        let out = place.run(&["--database", url, "backup", to.to_str().unwrap()]);
        let meanwhile = count();
        wait_for(meanwhile + FACTS_AFTER);
        is_over.store(true, Ordering::Relaxed);
        assert!(well(&out).contains("verified"), "{}", said(&out));
        assert!(meanwhile > before.len(), "the backup made phones wait");
        before
    });
    server.ask_to_stop();
    assert!(server.ended().0.success());
    before
}

/// What is restored is the moment of the backup, and sound.
async fn is_restored(place: &Place, from: &Path, url: &str, before: &HashSet<Uuid>) {
    let args = |more: &[&'static str]| -> Vec<String> {
        let mut all: Vec<String> = more.iter().map(|it| (*it).to_owned()).collect();
        all.extend(["--database".into(), url.into()]);
        all.extend([
            "--key-file".into(),
            place.0.join("db.key").display().to_string(),
        ]);
        all
    };
    let run = |more: &[&'static str], last: &[&str]| {
        let args = args(more);
        let mut all: Vec<&str> = args.iter().map(String::as_str).collect();
        all.extend(last);
        place.run(&all)
    };
    let told = well(&run(&["restore"], &[from.to_str().unwrap()]));
    assert!(told.contains("signs in again"), "{told}");
    let told = well(&run(&["doctor"], &[]));
    assert!(told.contains("all is well"), "{told}");
    let manifest = backup::verify(from).await.unwrap();
    let db = Db::open(url).await.unwrap();
    assert_eq!(backup::totals(&db).await.unwrap(), manifest.totals);
    db.close().await;
    let facts = facts_of(url).await;
    assert!(
        before.is_subset(&facts),
        "an acknowledged fact is not in the backup"
    );
    assert_eq!(manifest.totals["facts"], facts.len() as i64);
    // What is there is not replaced unless that was asked for.
    refused(
        &run(&["restore"], &[from.to_str().unwrap()]),
        "is not empty",
    );
    well(&run(&["restore", "--overwrite"], &[from.to_str().unwrap()]));
    assert_eq!(facts_of(url).await, facts);
}

async fn moves(from: Engine) {
    let place = Place::new();
    let url = address(&place, from, "db.sqlite").await;
    let key = place.0.join("db.key");
    let args = ["--database", &url, "--key-file", key.to_str().unwrap()];
    let demo = demo(&place, &args);
    if matches!(from, Engine::Postgres) {
        std::fs::create_dir_all(place.0.join("data")).unwrap();
        std::fs::copy(&key, place.0.join("data/cueillette.key")).unwrap();
    }
    let folder = place.0.join("backups");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("b.sqlite");
    let before = backed_up_under_load(&place, &url, &file, &demo);
    let sent = facts_of(&url).await;
    for to in [Engine::Sqlite, Engine::Postgres] {
        let url = address(&place, to, "elsewhere.sqlite").await;
        is_restored(&place, &file, &url, &before).await;
        let restored = facts_of(&url).await;
        assert!(restored.is_subset(&sent) && restored.len() < sent.len());
    }
    let names = std::fs::read_dir(&folder).unwrap();
    assert_eq!(names.count(), 1, "nothing half done is left");
    has_no_key(&key, &file);
}

/// Neither the keys' bytes nor how the key file writes them.
fn has_no_key(key: &Path, file: &Path) {
    use base64::Engine as _;
    let backup = std::fs::read(file).unwrap();
    let is_in = |needle: &[u8]| backup.windows(needle.len()).any(|it| it == needle);
    let text = std::fs::read_to_string(key).unwrap();
    let quoted = text.split('"').skip(1).step_by(2);
    let keys: Vec<&str> = quoted.filter(|it| it.len() > 40).collect();
    assert!(keys.len() > 2);
    for key in keys {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(key)
            .unwrap();
        assert!(!is_in(key.as_bytes()) && !is_in(&bytes));
    }
}

#[tokio::test]
async fn a_backup_of_sqlite_under_load_restores_elsewhere_on_either_engine() {
    moves(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_backup_of_postgresql_under_load_restores_elsewhere_on_either_engine() {
    moves(Engine::Postgres).await;
}

/// A database with one programme, and a backup of it.
fn small() -> Place {
    let place = Place::new();
    well(&place.run(&["migrate"]));
    well(&place.run(&["backup", "b.sqlite"]));
    place
}

#[test]
fn a_backup_replaces_no_file_unless_asked_and_a_folder_keeps_the_newest() {
    let place = small();
    refused(&place.run(&["backup", "b.sqlite"]), "is there already");
    well(&place.run(&["backup", "b.sqlite", "--overwrite"]));
    refused(
        &place.run(&["backup", "data/cueillette.sqlite", "--overwrite"]),
        "does not replace the database itself",
    );
    refused(
        &place.run(&["backup", "x.sqlite", "--keep", "2"]),
        "give a folder",
    );
    refused(
        &place.run(&["backup", "no/where/x.sqlite"]),
        "cannot be written",
    );
    let folder = place.0.join("daily");
    std::fs::create_dir(&folder).unwrap();
    for old in [
        "2026-01-01T00-00-00Z",
        "2026-01-02T00-00-00Z",
        "2026-01-03T00-00-00Z",
    ] {
        std::fs::write(folder.join(format!("cueillette-{old}.sqlite")), "old").unwrap();
    }
    std::fs::write(folder.join("letter.txt"), "mine").unwrap();
    well(&place.run(&["backup", "daily", "--keep", "2"]));
    let names = std::fs::read_dir(&folder).unwrap();
    let mut names: Vec<String> = names
        .map(|it| it.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(names[0], "cueillette-2026-01-03T00-00-00Z.sqlite");
    assert_eq!(names[2], "letter.txt");
    let elsewhere = Place::new();
    refused(
        &elsewhere.run(&["backup", "b.sqlite"]),
        "there is no database",
    );
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_a_backup() {
    use std::os::unix::fs::PermissionsExt;
    let place = small();
    let mode = std::fs::metadata(place.0.join("b.sqlite"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_no_backup_or_a_damaged_one_restores_nothing() {
    let place = small();
    let before = std::fs::read(place.0.join("data/cueillette.sqlite")).unwrap();
    let restore = |file: &str| place.run(&["restore", "--overwrite", file]);
    refused(&restore("nowhere.sqlite"), "there is no backup");
    std::fs::write(place.0.join("letter.txt"), "x".repeat(9000)).unwrap();
    refused(&restore("letter.txt"), "is not a backup");
    refused(&restore("data/cueillette.sqlite"), "is not a backup");
    // One bit of one page of it.
    let whole = std::fs::read(place.0.join("b.sqlite")).unwrap();
    let word = b"key file";
    let at = whole.windows(word.len()).position(|it| it == word).unwrap();
    let mut one = whole.clone();
    one[at + 1] ^= 1;
    std::fs::write(place.0.join("bit.sqlite"), one).unwrap();
    refused(&restore("bit.sqlite"), "damaged");
    let half = &whole[..whole.len() / 2];
    std::fs::write(place.0.join("half.sqlite"), half).unwrap();
    assert_eq!(restore("half.sqlite").status.code(), Some(1));
    let after = std::fs::read(place.0.join("data/cueillette.sqlite")).unwrap();
    assert_eq!(before, after);
    well(&restore("b.sqlite"));
}

#[test]
fn a_backup_is_restored_only_with_the_key_file_that_opens_it() {
    let place = Place::new();
    demo(&place, &[]);
    well(&place.run(&["backup", "b.sqlite"]));
    let elsewhere = Place::new();
    let file = place.0.join("b.sqlite");
    let restore = || elsewhere.run(&["restore", file.to_str().unwrap()]);
    refused(
        &restore(),
        "is not there, and this database was sealed with one",
    );
    assert!(!elsewhere.0.join("data/cueillette.sqlite").exists());
    std::fs::write(elsewhere.0.join("data/cueillette.key"), "mine").unwrap();
    refused(&restore(), "is not a key file");
    let other = small();
    let key = |place: &Place| place.0.join("data/cueillette.key");
    std::fs::copy(key(&other), key(&elsewhere)).unwrap();
    refused(&restore(), "is not the key file");
    std::fs::copy(key(&place), key(&elsewhere)).unwrap();
    well(&restore());
    let left = std::fs::read_dir(elsewhere.0.join("data")).unwrap();
    let left = left.map(|it| it.unwrap().file_name().into_string().unwrap());
    let left: HashSet<String> = left.filter(|it| it.contains("restoring")).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(well(&elsewhere.run(&["doctor"])).contains("all is well"));
}

#[test]
fn nothing_is_restored_under_a_server_that_serves() {
    let place = small();
    let mut server = Served::start(&place, &[], "warn");
    refused(
        &place.run(&["restore", "--overwrite", "b.sqlite"]),
        "another server is using",
    );
    // Beside it, whatever only reads goes on.
    well(&place.run(&["backup", "c.sqlite"]));
    assert!(well(&place.run(&["doctor"])).contains("all is well"));
    server.ask_to_stop();
    assert!(server.ended().0.success());
    well(&place.run(&["restore", "--overwrite", "b.sqlite"]));
}

//! From the release before to this one: its database opens, and says what it said.

use crate::command_line::{Place, text};
use crate::served::Served;
use crate::support::{Engine, new_postgres_database};
use serde_json::Value;
use sha2::{Digest, Sha384};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::path::Path;

const DATABASE: &str = include_str!("../fixtures/database-0.1.0.sql");
const KEYS: &str = include_str!("../fixtures/database-0.1.0.key");
/// The newest migration of that release.
const RELEASED: i64 = 14;

fn migrations(engine: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(engine)
}

/// SQLite writes ids and bytes as `x'…'`.
fn as_sqlite(text: &str) -> String {
    let rows = text.lines().filter(|it| !it.starts_with("--"));
    let text = rows.collect::<Vec<_>>().join("\n");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, literal)) = rest.split_once('\'') {
        let (word, literal_kind) = match before {
            it if it.ends_with("uuid") => (&it[..it.len() - 4], true),
            it if it.ends_with("bytea") => (&it[..it.len() - 5], true),
            it => (it, false),
        };
        let end = literal.find('\'').unwrap();
        out.push_str(word);
        let inside = &literal[..end];
        if literal_kind {
            let hex: String = inside.trim_start_matches("\\x").split('-').collect();
            out.push_str(&format!("x'{hex}'"));
        } else {
            out.push_str(&format!("'{inside}'"));
        }
        rest = &literal[end + 1..];
    }
    out + rest
}

/// The database of that release, as it left it.
async fn released(place: &Place, engine: Engine) -> String {
    match engine {
        Engine::Sqlite => {
            let path = place.0.join("old.sqlite");
            let options = SqliteConnectOptions::new().filename(&path);
            let mut file = options.create_if_missing(true).connect().await.unwrap();
            let all = Migrator::new(migrations("sqlite")).await.unwrap();
            all.run_to(RELEASED, &mut file).await.unwrap();
            let rows = sqlx::raw_sql(AssertSqlSafe(as_sqlite(DATABASE)));
            rows.execute(&mut file).await.unwrap();
            file.close().await.unwrap();
            format!("sqlite:{}", path.display())
        }
        Engine::Postgres => {
            let url = new_postgres_database(None).await;
            let mut server = PgConnection::connect(&url).await.unwrap();
            let all = Migrator::new(migrations("postgres")).await.unwrap();
            all.run_to(RELEASED, &mut server).await.unwrap();
            sqlx::raw_sql(DATABASE).execute(&mut server).await.unwrap();
            server.close().await.unwrap();
            url
        }
    }
}

async fn opens(engine: Engine) {
    let place = Place::new();
    let url = released(&place, engine).await;
    let key = place.0.join("old.key");
    std::fs::write(&key, KEYS).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let args = ["--database", &url, "--key-file", key.to_str().unwrap()];
    let run = |more: &[&str]| place.program(&args).args(more).output().unwrap();
    // Whoever only looks leaves it as it is; a backup of it is made before it is brought up.
    let looked = run(&["doctor"]);
    assert!(text(&looked.stderr).contains("is of an older version: bring it up"));
    let kept = run(&["backup", "before.sqlite"]);
    assert!(kept.status.success(), "{}", text(&kept.stderr));
    let migrated = run(&["migrate"]);
    assert!(migrated.status.success(), "{}", text(&migrated.stderr));
    let looked = run(&["doctor"]);
    assert!(
        looked.status.success(),
        "{}{}",
        text(&looked.stdout),
        text(&looked.stderr)
    );
    says_what_it_said(&place, &args);
    // And the backup of before is brought up when it is restored.
    let restore = [
        "--database",
        "sqlite:again.sqlite",
        "--key-file",
        key.to_str().unwrap(),
    ];
    let restored = place
        .program(&restore)
        .args(["restore", "before.sqlite"])
        .output()
        .unwrap();
    assert!(restored.status.success(), "{}", text(&restored.stderr));
    let looked = place.program(&restore).args(["doctor"]).output().unwrap();
    assert!(
        looked.status.success(),
        "{}{}",
        text(&looked.stdout),
        text(&looked.stderr)
    );
    says_what_it_said(&place, &restore);
}

fn says_what_it_said(place: &Place, args: &[&str]) {
    let mut server = Served::start(place, args, "warn");
    let office = server.caller("demo-bourg-coordinator");
    let json = |path: &str| -> Value {
        let (status, said) = office.get(path);
        assert_eq!(status, 200, "{path}: {said}");
        serde_json::from_str(&said).unwrap()
    };
    let outings = json("/api/v1/outings?limit=100");
    let outings = outings["items"].as_array().unwrap();
    assert_eq!(outings.len(), 22);
    let mut syringes = 0;
    for outing in outings {
        let id = outing["id"].as_str().unwrap();
        let summary = json(&format!("/api/v1/outings/{id}/summary"));
        syringes += summary["totals"]["syringe"].as_i64().unwrap_or(0);
    }
    assert_eq!(syringes, SYRINGES);
    let lines = json("/api/v1/allowances?limit=200");
    let lines = lines["items"].as_array().unwrap();
    let cents: i64 = lines
        .iter()
        .filter_map(|it| it["amount_cents"].as_i64())
        .sum();
    assert_eq!((lines.len(), cents), LINES);
    // What is sealed opens: a discreet site, and a list as it was issued.
    assert_eq!(office.get("/lieux").0, 200);
    let payer = server.caller("demo-bourg-clerk");
    let (status, list) = payer.get("/api/v1/allowance-lists");
    assert_eq!(status, 200);
    let list: Value = serde_json::from_str(&list).unwrap();
    let number = list["items"][0]["number"].as_str().unwrap();
    let (status, csv) = payer.get(&format!("/api/v1/allowance-lists/{number}/list.csv"));
    assert_eq!(status, 200, "{csv}");
    assert!(csv.lines().count() > 1);
    // And people sign in with the password they had.
    let form = format!("login={LOGIN}&password=belle-cueillette");
    let nobody = server.caller("");
    let kind = "application/x-www-form-urlencoded";
    let (status, said) = nobody.send("/connexion", kind, &form).unwrap();
    assert_eq!(status, 303, "{said}");
    server.ask_to_stop();
    assert!(server.ended().0.success());
}

/// What that release said of this database.
const SYRINGES: i64 = 575;
const LINES: (usize, i64) = (55, 55_000);
const LOGIN: &str = "claude@lerelais.example";

#[tokio::test]
async fn the_database_of_the_release_before_opens_on_sqlite() {
    opens(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_database_of_the_release_before_opens_on_postgresql() {
    opens(Engine::Postgres).await;
}

#[test]
fn applied_migrations_never_change() {
    let mut looked_at = 0;
    for line in DATABASE.lines() {
        let Some((name, sum)) = line.strip_prefix("-- ").and_then(|it| it.split_once(' ')) else {
            continue;
        };
        if !name.ends_with(".sql") {
            continue;
        }
        let text = std::fs::read(migrations(name)).unwrap();
        let found: String = Sha384::digest(text)
            .iter()
            .map(|it| format!("{it:02x}"))
            .collect();
        assert_eq!(found, sum, "{name} changed after it was released");
        looked_at += 1;
    }
    assert_eq!(looked_at, 26);
}

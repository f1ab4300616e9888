//! Databases that cannot be used: each is refused with one sentence that says what to do, and
//! nothing is changed.

use crate::command_line::{Place, text};
use crate::support::new_postgres_database;
use sqlx::sqlite::{SqliteConnectOptions, SqliteLockingMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use uuid::Uuid;

const KEY: &str = "test.key";

/// One sentence with these words, exit code 1, no panic.
#[track_caller]
fn refused(out: &Output, words: &str) {
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{said}{}", text(&out.stdout));
    let sentences: Vec<&str> = said.lines().filter(|it| !it.starts_with("! ")).collect();
    assert_eq!(sentences.len(), 1, "{said}");
    assert!(sentences[0].contains(words), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

fn run(place: &Place, database: &str, command: &str) -> Output {
    place.run(&["--database", database, "--key-file", KEY, command])
}

/// Whatever is asked of it.
#[track_caller]
fn always_refused(place: &Place, database: &str, words: &str) {
    for command in ["migrate", "serve", "doctor", "demo"] {
        refused(&run(place, database, command), words);
    }
    let backup = ["--database", database, "backup", "b.sqlite"];
    refused(&place.run(&backup), words);
    assert!(!place.0.join("b.sqlite").exists());
}

async fn change_file(path: &Path, statement: &'static str) {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    let mut file = options.connect().await.unwrap();
    sqlx::query(statement).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
}

async fn change_server(url: &str, statement: &'static str) {
    let mut server = PgConnection::connect(url).await.unwrap();
    sqlx::query(statement).execute(&mut server).await.unwrap();
    server.close().await.unwrap();
}

/// A place with a database in a file, brought up to this version.
fn with_file() -> (Place, PathBuf, String) {
    let place = Place::new();
    let path = place.0.join("x.sqlite");
    let url = format!("sqlite:{}", path.display());
    let out = run(&place, &url, "migrate");
    assert!(out.status.success(), "{}", text(&out.stderr));
    (place, path, url)
}

async fn with_server() -> (Place, String) {
    let (place, url) = (Place::new(), new_postgres_database(None).await);
    let out = run(&place, &url, "migrate");
    assert!(out.status.success(), "{}", text(&out.stderr));
    (place, url)
}

const NEWER: &str = "
    insert into _sqlx_migrations (version, description, success, checksum, execution_time)
    values (9999, 'later', true, '', 0)";
const CHANGED: &str = "update _sqlx_migrations set checksum = '' where version = 3";
const HALFWAY: &str = "update _sqlx_migrations set success = false where version = 3";
const FOREIGN: &str = "create table recipes (id bigint primary key)";

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let (place, path, url) = with_file();
    change_file(&path, NEWER).await;
    always_refused(&place, &url, "was made by a newer version (migration 9999");
    let (place, url) = with_server().await;
    change_server(&url, NEWER).await;
    always_refused(&place, &url, "was made by a newer version (migration 9999");
}

#[tokio::test]
async fn a_database_whose_migrations_are_not_ours_is_refused() {
    for (change, words) in [
        (CHANGED, "migration 3 of "),
        (HALFWAY, "stopped half way: restore"),
    ] {
        let (place, path, url) = with_file();
        change_file(&path, change).await;
        always_refused(&place, &url, words);
    }
    let (place, url) = with_server().await;
    change_server(&url, CHANGED).await;
    always_refused(&place, &url, "is not the one of this program");
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let place = Place::new();
    let path = place.0.join("x.sqlite");
    change_file(&path, FOREIGN).await;
    let url = format!("sqlite:{}", path.display());
    always_refused(&place, &url, "holds the tables of another program");
    let url = new_postgres_database(None).await;
    change_server(&url, FOREIGN).await;
    always_refused(&place, &url, "holds the tables of another program");
}

#[test]
fn what_is_no_database_is_refused_and_stays_as_it_is() {
    let place = Place::new();
    let letter = "Madame, Monsieur, ".repeat(400);
    std::fs::write(place.0.join("x.sqlite"), &letter).unwrap();
    always_refused(&place, "sqlite:x.sqlite", "is not a database");
    assert_eq!(
        std::fs::read_to_string(place.0.join("x.sqlite")).unwrap(),
        letter
    );
    std::fs::create_dir(place.0.join("folder")).unwrap();
    always_refused(&place, "sqlite:folder", "is a folder: give a file in it");
    // A path through a file leads nowhere.
    let out = run(&place, "sqlite:x.sqlite/in/y.sqlite", "migrate");
    refused(&out, "cannot be made");
}

#[test]
fn a_damaged_database_is_refused_and_says_what_to_restore() {
    let (place, path, url) = with_file();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..4096].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    always_refused(&place, &url, "is damaged: restore the last backup");
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_refused() {
    let (place, path, url) = with_file();
    let options = SqliteConnectOptions::new().filename(&path);
    let options = options.locking_mode(SqliteLockingMode::Exclusive);
    let mut holder = options.connect().await.unwrap();
    sqlx::query("begin exclusive")
        .execute(&mut holder)
        .await
        .unwrap();
    refused(&run(&place, &url, "migrate"), "another program holds");
    holder.close().await.unwrap();
    assert!(run(&place, &url, "migrate").status.success());
}

/// The program as somebody who may not write in the place.
#[cfg(unix)]
fn as_nobody(place: &Place, args: &[&str]) -> Output {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let is_root = std::fs::metadata("/proc/self").map_or(true, |it| it.uid() == 0);
    std::fs::set_permissions(&place.0, std::fs::Permissions::from_mode(0o555)).unwrap();
    let mut program = place.program(args);
    if is_root {
        const NOBODY: u32 = 65_534;
        program.uid(NOBODY).gid(NOBODY);
    }
    let out = program.output().unwrap();
    std::fs::set_permissions(&place.0, std::fs::Permissions::from_mode(0o755)).unwrap();
    out
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_refused() {
    let place = Place::new();
    let words = "needs the right to write";
    refused(
        &as_nobody(&place, &["--database", "sqlite:x.sqlite", "migrate"]),
        words,
    );
    refused(
        &as_nobody(&place, &["--database", "sqlite:x.sqlite", "serve"]),
        words,
    );
    refused(
        &as_nobody(&place, &["--database", "sqlite:sub/x.sqlite", "migrate"]),
        "cannot be made",
    );
    let (place, path, url) = with_file();
    let before = std::fs::read(&path).unwrap();
    let args = ["--database", &url, "--key-file", KEY, "migrate"];
    refused(&as_nobody(&place, &args), words);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_at_migration_is_told_and_nothing_half_done_is_left() {
    let place = Place::new();
    let program = env!("CARGO_BIN_EXE_cueillette");
    // A limit on the size of files says to the program what a full disk would.
    let script = "trap '' XFSZ; ulimit -f 60; exec \"$0\" --database sqlite:x.sqlite migrate";
    let out = Command::new("sh")
        .args(["-c", script, program])
        .current_dir(&place.0)
        .output()
        .unwrap();
    refused(&out, "took no more");
    let out = place.run(&["--database", "sqlite:x.sqlite", "migrate"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let out = place.run(&["--database", "sqlite:x.sqlite", "doctor"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
}

#[tokio::test]
async fn a_postgresql_that_cannot_be_used_says_why() {
    let place = Place::new();
    let out = run(&place, "postgres://nobody@127.0.0.1:1/none", "migrate");
    refused(&out, "PostgreSQL at 127.0.0.1:1 cannot be reached");
    let url = new_postgres_database(None).await;
    let (server, _) = url.rsplit_once('/').unwrap();
    let out = run(&place, &format!("{server}/nowhere"), "migrate");
    refused(&out, "has no database called nowhere: make it");
    let (_, at) = url.split_once('@').unwrap();
    let out = run(
        &place,
        &format!("postgres://stranger:secret@{at}"),
        "migrate",
    );
    refused(&out, "does not let stranger in");
    assert!(!text(&out.stderr).contains("secret"));
}

#[tokio::test]
async fn a_postgresql_user_without_rights_is_told_what_to_grant() {
    let (place, url) = (Place::new(), new_postgres_database(None).await);
    let name = format!("r_{}", Uuid::new_v4().simple());
    let mut server = PgConnection::connect(&url).await.unwrap();
    let make = format!("create role {name} login");
    sqlx::query(AssertSqlSafe(make))
        .execute(&mut server)
        .await
        .unwrap();
    let (_, at) = url.split_once('@').unwrap();
    let out = run(&place, &format!("postgres://{name}@{at}"), "migrate");
    refused(&out, &format!("{name} may not make tables in the database"));
    let drop = format!("drop role {name}");
    sqlx::query(AssertSqlSafe(drop))
        .execute(&mut server)
        .await
        .unwrap();
    server.close().await.unwrap();
}

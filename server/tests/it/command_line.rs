//! The command line, as the real program: exit codes, one sentence, and what is printed.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};
use uuid::Uuid;

/// A folder in which the program is started.
pub struct Place(pub PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Place {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("cueillette-cli-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn program(&self, args: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_cueillette"));
        program
            .current_dir(&self.0)
            .env_remove("CUEILLETTE_DATABASE")
            .env_remove("CUEILLETTE_KEY_FILE")
            .env_remove("CUEILLETTE_BASE_MAP")
            .args(args);
        program
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.program(args).output().unwrap()
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_demonstration_prints_what_a_program_needs_and_a_second_load_the_same() {
    let place = Place::new();
    let read = || -> Value {
        let out = place.run(&["demo", "--json"]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    };
    let first = read();
    assert_eq!(first, read());
    let roles: Vec<&str> = ["coordinator", "agent", "clerk", "peer"]
        .into_iter()
        .filter(|role| first["tokens"][role].is_string())
        .collect();
    assert_eq!(roles.len(), 4);
    let sites = first["sites"].as_array().unwrap();
    let of = |nature: &str| sites.iter().filter(|it| it["nature"] == nature).count();
    assert_eq!((of("public"), of("discreet")), (14, 6));
    let peers = first["peers"].as_array().unwrap();
    let named = peers.iter().filter(|it| it["surname"].is_string()).count();
    assert_eq!(peers.len(), 12);
    assert!(named >= 8, "{named}");

    // A token for a program, by the programme's short name or its id.
    for programme in ["bordeaux", first["programme"].as_str().unwrap()] {
        let out = place.run(&[
            "token",
            "create",
            "--role",
            "clerk",
            "--programme",
            programme,
        ]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        assert!(text(&out.stdout).starts_with("api_"));
    }
}

#[test]
fn wrong_usage_is_2_and_failure_is_1_with_one_line() {
    let place = Place::new();
    assert_eq!(place.run(&["dance"]).status.code(), Some(2));
    assert_eq!(place.run(&["demo", "--scale", "0"]).status.code(), Some(2));
    for args in [
        ["--database", "mysql://x", "migrate"].as_slice(),
        &[
            "--database",
            "postgres://nobody@127.0.0.1:1/none",
            "migrate",
        ],
        &[
            "token",
            "create",
            "--role",
            "clerk",
            "--programme",
            "nowhere",
        ],
        &["account", "reset", "--login", "nobody@test.example"],
        &["serve", "--base-map", "nowhere.pmtiles"],
    ] {
        let out = place.run(args);
        assert_eq!(out.status.code(), Some(1), "{args:?}");
        let said = text(&out.stderr);
        let sentences = said.lines().filter(|it| !it.starts_with("! "));
        assert_eq!(sentences.count(), 1, "{said}");
    }
}

#[test]
fn a_file_that_is_no_key_file_stops_the_program() {
    let place = Place::new();
    std::fs::write(place.0.join("a.key"), "hello").unwrap();
    let out = place.run(&["--key-file", "a.key", "migrate"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("is not a key file"));
}

#[test]
fn where_nobody_listens_any_more_a_command_ends_as_if_somebody_did() {
    let place = Place::new();
    assert!(place.run(&["demo"]).status.success());
    let unheard = |args: &[&str]| {
        let mut program = place.program(args);
        let (reads, writes) = std::io::pipe().unwrap();
        let also = writes.try_clone().unwrap();
        drop(reads);
        program.stdout(writes).stderr(also);
        program.status().unwrap().code()
    };
    for args in [
        ["demo", "--json"].as_slice(),
        &["demo"],
        &["doctor"],
        &["programme", "list"],
        &["account", "list"],
        &["token", "list"],
        &["import", "template", "sites"],
        &["key", "print"],
        &["retention"],
        &["backup", "kept.sqlite"],
        &["routes"],
        &["--help"],
    ] {
        assert_eq!(unheard(args), Some(0), "{args:?}");
    }
    // The work was done to its end.
    assert!(
        place
            .run(&["restore", "kept.sqlite", "--overwrite"])
            .status
            .success()
    );
    assert_eq!(
        unheard(&["account", "reset", "--login", "nobody@test.example"]),
        Some(1)
    );
    assert_eq!(unheard(&["dance"]), Some(2));
}

#[test]
#[cfg(target_os = "linux")]
fn what_can_be_printed_nowhere_is_a_failure() {
    let place = Place::new();
    let mut program = place.program(&["demo", "--json"]);
    let full = std::fs::File::create("/dev/full").unwrap();
    let out = program.stdout(full).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    let said = text(&out.stderr);
    let last = said.lines().last().unwrap();
    assert!(
        last.starts_with("cueillette: what was done could not be printed"),
        "{said}"
    );
}

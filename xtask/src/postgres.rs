//! A PostgreSQL of our own: a temporary cluster on loopback, gone when dropped.
//!
//! PostgreSQL refuses to run as root, so root lends the cluster to an unprivileged user.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::temp::TempFolder;
use crate::{progress, run, setup};

/// The address of an empty PostgreSQL database; set by the person, or by us for the tests.
pub const POSTGRES_ENV: &str = "CUEILLETTE_TEST_POSTGRES";
/// Where PostgreSQL's programs are, for tests that need a primary and a standby of their own.
pub const PROGRAMS_ENV: &str = "CUEILLETTE_TEST_POSTGRES_PROGRAMS";
/// The cluster's superuser; tests make a database each.
const USER: &str = "cueillette";
/// How long the server may take to answer.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// Many tests run side by side, each with its own pool.
const CONNECTIONS_MAX: u32 = 300;

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, PartialEq)]
pub enum Durability {
    /// As in real life: for measures.
    Durable,
    /// Faster, and nothing is lost with a test's data.
    Fast,
}

/// A running cluster.
pub struct Postgres {
    child: Child,
    programs: PathBuf,
    owner: Option<(u32, u32)>,
    port: u16,
    // Last, so that the folder goes once the server has stopped.
    folder: TempFolder,
}

impl Postgres {
    /// Makes a cluster, starts it and waits until it answers.
    pub fn start(durability: Durability) -> Result<Self> {
        let programs = setup::postgres_programs()?;
        progress::step("starting a temporary PostgreSQL", || {
            Self::start_with(programs, durability)
        })
    }

    fn start_with(programs: PathBuf, durability: Durability) -> Result<Self> {
        let folder = TempFolder::new("postgres")?;
        let owner = if setup::is_root() {
            Some(unprivileged_user()?)
        } else {
            None
        };
        if let Some((uid, gid)) = owner {
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid))?;
        }
        let data = folder.path().join("data");
        run::quiet(
            as_owner(
                &mut Command::new(programs.join("initdb")),
                owner,
                folder.path(),
            )
            .arg("--pgdata")
            .arg(&data)
            .args([
                "--username",
                USER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg("--no-sync"),
        )?;
        let port = free_port()?;
        let log = File::create(folder.path().join("log"))?;
        let mut command = Command::new(programs.join("postgres"));
        as_owner(&mut command, owner, folder.path())
            .arg("-D")
            .arg(&data)
            .args(
                settings(port, durability)
                    .iter()
                    .flat_map(|setting| ["-c", setting]),
            )
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // In a group of its own: Ctrl-C reaches the tests first, and us, who stop it.
            .process_group(0);
        let child = run::spawn(&mut command)?;
        let mut postgres = Self {
            child,
            programs,
            owner,
            port,
            folder,
        };
        postgres.wait_until_it_answers()?;
        Ok(postgres)
    }

    /// The address of its first database.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// The address of an empty database more.
    pub fn new_database(&self, name: &str) -> Result<String> {
        let mut command = Command::new(self.programs.join("createdb"));
        run::quiet(
            command
                .args(["--host=127.0.0.1", "--username", USER])
                .arg(format!("--port={}", self.port))
                .arg(name),
        )?;
        Ok(format!("postgres://{USER}@127.0.0.1:{}/{name}", self.port))
    }

    fn wait_until_it_answers(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_PATIENCE;
        let pid_file = self.folder.path().join("data/postmaster.pid");
        loop {
            run::go_on()?;
            // Its own state file says when it takes connections; the port alone is no proof.
            let ready = std::fs::read_to_string(&pid_file)
                .is_ok_and(|state| state.lines().any(|line| line.trim() == "ready"));
            if ready && TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return Ok(());
            }
            if self.child.try_wait()?.is_some() || Instant::now() > deadline {
                let log = std::fs::read_to_string(self.folder.path().join("log"));
                bail!(
                    "PostgreSQL did not start:\n{}",
                    run::tail(&log.unwrap_or_default())
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = Command::new(self.programs.join("pg_ctl"));
        let stopped = as_owner(&mut stop, self.owner, self.folder.path())
            .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.folder.path().join("data"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn settings(port: u16, durability: Durability) -> Vec<String> {
    let mut settings = vec![
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        format!("max_connections={CONNECTIONS_MAX}"),
    ];
    if durability == Durability::Fast {
        let fast = [
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ];
        settings.extend(fast.map(str::to_owned));
    }
    settings
}

/// Runs as the cluster's owner, in a folder that the owner may enter.
fn as_owner<'a>(
    command: &'a mut Command,
    owner: Option<(u32, u32)>,
    folder: &Path,
) -> &'a mut Command {
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid);
    }
    command.current_dir(folder)
}

/// The user and group that root lends the cluster to.
fn unprivileged_user() -> Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    ["postgres", "nobody"].iter().find_map(|name| ids_of(name, &users)).context(
        "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it.",
    )
}

/// Reads `name:x:uid:gid:…`.
fn ids_of(name: &str, users: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let ids: Vec<u32> = fields
            .skip(1)
            .take(2)
            .filter_map(|id| id.parse().ok())
            .collect();
        ids.try_into().ok().map(|[uid, gid]: [u32; 2]| (uid, gid))
    })
}

/// A port that nobody listens on just now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_from_the_list_of_users() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/bash\n";
        assert_eq!(ids_of("postgres", users), Some((101, 104)));
        assert_eq!(ids_of("post", users), None);
    }

    #[test]
    fn only_tests_do_without_the_disk() {
        let off = |durability| settings(1, durability).contains(&"fsync=off".to_owned());
        assert!(off(Durability::Fast));
        assert!(!off(Durability::Durable));
    }
}

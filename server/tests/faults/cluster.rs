//! A primary and its synchronous standby, by PostgreSQL's own streaming replication.

use crate::crew::until;
use crate::house::new_folder;
use crate::process::free_port;
use std::fs::File;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Where the programs are, when they are not where the system puts them.
const PROGRAMS_ENV: &str = "CUEILLETTE_TEST_POSTGRES_PROGRAMS";
const SYSTEM_PROGRAMS: &str = "/usr/lib/postgresql";
pub const USER: &str = "cueillette";

pub struct Cluster {
    programs: PathBuf,
    owner: Option<(u32, u32)>,
    folder: PathBuf,
    pub primary: Node,
    pub standby: Node,
}

/// One PostgreSQL.
pub struct Node {
    pub port: u16,
    data: PathBuf,
    child: Option<Child>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for node in [&mut self.primary, &mut self.standby] {
            node.kill();
        }
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Cluster {
    /// Both run, and a commit on the primary waits until the standby has it.
    pub fn start() -> Self {
        let folder = new_folder();
        let owner = owner();
        if let Some((uid, gid)) = owner {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let mut it = Self {
            programs: programs(),
            owner,
            primary: Node::at(folder.join("primary")),
            standby: Node::at(folder.join("standby")),
            folder,
        };
        let data = it.primary.data.display().to_string();
        let make = [
            "--pgdata",
            &data,
            "--username",
            USER,
            "--auth=trust",
            "--no-sync",
        ];
        it.run(
            "initdb",
            &[&make[..], &["--encoding=UTF8", "--locale=C"]].concat(),
        );
        it.primary.child = Some(it.spawn(&it.primary, &[]));
        it.until_it_answers(&it.primary);
        let (port, data) = (
            it.primary.port.to_string(),
            it.standby.data.display().to_string(),
        );
        let from = ["--host=127.0.0.1", "--port", &port, "--username", USER];
        let copy = [
            "--pgdata",
            &data,
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
        ];
        it.run("pg_basebackup", &[&from[..], &copy[..]].concat());
        it.standby.child = Some(it.spawn(&it.standby, &[]));
        it.until_it_answers(&it.standby);
        // From now on a commit waits for the standby.
        let waits = "alter system set synchronous_standby_names = '*'";
        it.ask(&it.primary, waits);
        it.ask(&it.primary, "select pg_reload_conf()");
        until("the standby is synchronous", || {
            it.ask(&it.primary, "select sync_state from pg_stat_replication") == "sync"
        });
        it
    }

    /// Where servers find it, whoever is the primary.
    pub fn url(&self, database: &str, query: &str) -> String {
        let (a, b) = (self.primary.port, self.standby.port);
        format!("postgres://{USER}@127.0.0.1:{a},127.0.0.1:{b}/{database}?{query}")
    }

    /// The standby stops in its tracks, or goes on.
    pub fn freeze_standby(&self, frozen: bool) {
        self.standby.signal(if frozen { "-STOP" } else { "-CONT" });
    }

    /// The standby becomes a primary, which waits for nobody.
    pub fn promote(&self) {
        let data = self.standby.data.display().to_string();
        self.run("pg_ctl", &["promote", "--silent", "--pgdata", &data]);
    }

    /// The first value of what a node answers.
    pub fn ask(&self, node: &Node, text: &str) -> String {
        let port = node.port.to_string();
        let to = ["--host=127.0.0.1", "--port", &port, "--username", USER];
        let how = [
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--dbname=postgres",
        ];
        self.run("psql", &[&to[..], &how[..], &["--command", text]].concat())
    }

    fn run(&self, program: &str, args: &[&str]) -> String {
        let done = self.command(program).args(args).output().unwrap();
        let wrong = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{program} {args:?}: {wrong}");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    fn spawn(&self, node: &Node, more: &[&str]) -> Child {
        let log = node.data.with_extension("log");
        let log = File::create(log).unwrap();
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", node.port),
            "unix_socket_directories=".to_owned(),
            "fsync=off".to_owned(),
            // The standby has applied it, too: who reads there after a promotion sees it.
            "synchronous_commit=remote_apply".to_owned(),
        ];
        self.command("postgres")
            .arg("-D")
            .arg(&node.data)
            .args(settings.iter().flat_map(|it| ["-c", it]))
            .args(more)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// PostgreSQL refuses to run as root, so root lends it to an unprivileged user.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        if let Some((uid, gid)) = self.owner {
            command.uid(uid).gid(gid);
        }
        command.current_dir(&self.folder);
        command
    }

    fn until_it_answers(&self, node: &Node) {
        until("PostgreSQL answers", || {
            let state = std::fs::read_to_string(node.data.join("postmaster.pid"));
            let is_ready = state.is_ok_and(|it| it.lines().any(|line| line.trim() == "ready"));
            is_ready && TcpStream::connect((Ipv4Addr::LOCALHOST, node.port)).is_ok()
        });
    }
}

impl Node {
    fn at(data: PathBuf) -> Self {
        Self {
            port: free_port(),
            data,
            child: None,
        }
    }

    /// `kill -9` of all its processes at once.
    pub fn kill(&mut self) {
        self.signal("-KILL");
        if let Some(mut child) = self.child.take() {
            _ = child.kill();
            _ = child.wait();
        }
    }

    fn signal(&self, signal: &str) {
        let Some(child) = &self.child else {
            return;
        };
        let all = with_children(child.id());
        let mut kill = Command::new("kill");
        _ = kill.arg(signal).args(all).stderr(Stdio::null()).status();
    }
}

/// A process and its children, by their ids.
fn with_children(id: u32) -> Vec<String> {
    let all = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let is_child = |path: &Path| {
        let state = std::fs::read_to_string(path.join("stat")).unwrap_or_default();
        let after_name = state.rsplit_once(") ").map_or("", |it| it.1);
        after_name.split(' ').nth(1) == Some(&id.to_string())
    };
    let children = all.map(|it| it.path()).filter(|path| is_child(path));
    let names = children.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    [id.to_string()].into_iter().chain(names).collect()
}

/// Where PostgreSQL's programs are: the newest that the system has.
fn programs() -> PathBuf {
    if let Some(named) = std::env::var_os(PROGRAMS_ENV) {
        return named.into();
    }
    let versions = std::fs::read_dir(SYSTEM_PROGRAMS).into_iter().flatten();
    let folders = versions.filter_map(|it| Some(it.ok()?.path().join("bin")));
    folders
        .filter(|it| it.join("initdb").is_file())
        .max()
        .expect("no programs of PostgreSQL: run `cargo xtask test`, which finds them")
}

/// The user that root lends a cluster to; nobody else needs one.
fn owner() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let of = |name: &str| {
        let line = users
            .lines()
            .find(|it| it.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map(|it| it.parse().ok());
        Some((fields.next()??, fields.next()??))
    };
    of("postgres").or_else(|| of("nobody"))
}

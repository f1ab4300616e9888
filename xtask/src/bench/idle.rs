//! A small box: how soon a server that starts cold answers, and what it holds in memory when nobody
//! asks for anything.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::process::{Child, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::book;
use super::figures::{megabytes, milliseconds, percentile};
use super::visitor::within;
use crate::server::{Installation, Profile};
use crate::{postgres, run, server, setup, site};

const STARTS: usize = 10;
/// What a start may take until the first answer.
const START_MAX: Duration = Duration::from_millis(300);
/// What the server may hold when idle.
const IDLE_BYTES_MAX: u64 = 50_000_000;
/// Requests before it is left alone, and for how long.
const REQUESTS: usize = 10;
const LEFT_ALONE: Duration = Duration::from_secs(2);
/// A server that does not answer by then does not start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The measure, on the demonstration in a SQLite file.
pub fn idle() -> Result<ExitCode> {
    setup::for_site()?;
    site::build()?;
    let binary = server::build(Profile::Release)?;
    let installation = Installation::on_sqlite(&binary)?;
    run::quiet(installation.command().arg("demo"))?;
    let mut starts = Vec::with_capacity(STARTS);
    let mut held = 0;
    for _ in 0..STARTS {
        run::go_on()?;
        let (server, took) = Starting::until_it_answers(&installation)?;
        starts.push(took);
        for _ in 0..REQUESTS {
            ask(server.port, "/connexion")?;
        }
        std::thread::sleep(LEFT_ALONE);
        held = held.max(server.memory_bytes()?);
    }
    let slowest = percentile(&starts, 100);
    let mut told = String::new();
    writeln!(told, "a small box, on SQLite ({STARTS} starts)")?;
    writeln!(
        told,
        "  from start to first answer     p50 {}, slowest {}  {} {}",
        milliseconds(percentile(&starts, 50)),
        milliseconds(slowest),
        within(slowest <= START_MAX),
        milliseconds(START_MAX)
    )?;
    writeln!(
        told,
        "  held when idle                 {}  {} {}",
        megabytes(held),
        within(held <= IDLE_BYTES_MAX),
        megabytes(IDLE_BYTES_MAX)
    )?;
    println!("\n{told}");
    book::put("Start and rest", "cargo xtask bench idle", &told)?;
    let is_within = slowest <= START_MAX && held <= IDLE_BYTES_MAX;
    Ok(if is_within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A server from its first moment on; killed when dropped.
struct Starting {
    child: Child,
    port: u16,
}

impl Drop for Starting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Starting {
    fn until_it_answers(installation: &Installation) -> Result<(Self, Duration)> {
        let port = postgres::free_port()?;
        let mut command = installation.command();
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let begun = Instant::now();
        let child = run::spawn(&mut command)?;
        let it = Self { child, port };
        while ask(port, "/healthz").is_err() {
            ensure!(begun.elapsed() < PATIENCE, "the server does not answer");
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok((it, begun.elapsed()))
    }

    fn memory_bytes(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let kib = line.and_then(|it| it.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        Ok(kib.context("this system does not tell a program's memory")? * 1_024)
    }
}

/// One request on a connection of its own.
fn ask(port: u16, path: &str) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{path} did not answer");
    Ok(())
}

//! The server's binary: building it, and running it for a measure.

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::temp::TempFolder;
use crate::{paths, postgres, progress, run};

/// How long the server may take until it is ready.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// How the server is compiled.
#[derive(Clone, Copy, PartialEq)]
pub enum Profile {
    /// Quick to build; reads the site from its folder.
    Dev,
    /// Quick to run; carries the site inside.
    Release,
}

/// Builds the server and returns its binary.
pub fn build(profile: Profile) -> Result<PathBuf> {
    let (args, folder): (&[&str], _) = match profile {
        // With the features of the whole workspace, as `cargo test --workspace` builds it: the
        // two then share what they compile.
        Profile::Dev => (&["--workspace"], "debug"),
        Profile::Release => (&["--package", "server", "--release"], "release"),
    };
    progress::loud_step("compiling the server", || {
        run::stream(
            Command::new("cargo")
                .args(["build", "--bin", "cueillette"])
                .args(args)
                .current_dir(paths::root()),
        )
    })?;
    Ok(paths::target().join(folder).join("cueillette"))
}

/// An installation to measure: a binary, a database, a key file, all temporary but the binary.
pub struct Installation<'a> {
    binary: &'a Path,
    database: String,
    folder: TempFolder,
}

impl<'a> Installation<'a> {
    /// On a SQLite file of its own.
    pub fn on_sqlite(binary: &'a Path) -> Result<Self> {
        let folder = TempFolder::new("server")?;
        let database = format!(
            "sqlite:{}",
            folder.path().join("cueillette.sqlite").display()
        );
        Ok(Self {
            binary,
            database,
            folder,
        })
    }

    /// On an empty PostgreSQL database.
    pub fn on_postgres(binary: &'a Path, url: String) -> Result<Self> {
        Ok(Self {
            binary,
            database: url,
            folder: TempFolder::new("server")?,
        })
    }

    /// The address of its database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The binary with this installation's settings, whatever the person's own are.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.binary);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CUEILLETTE_") {
                command.env_remove(name);
            }
        }
        command
            .arg("--database")
            .arg(&self.database)
            .arg("--key-file")
            .arg(self.folder.path().join("cueillette.key"))
            .current_dir(self.folder.path());
        command
    }

    /// Starts serving on a free port and waits until it is ready.
    pub fn serve(&self) -> Result<Running> {
        let port = postgres::free_port()?;
        let log = self.folder.path().join("log");
        let out = File::create(&log)?;
        let mut command = self.command();
        command
            .arg("serve")
            .args(["--listen", &format!("{}:{port}", Ipv4Addr::LOCALHOST)])
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out);
        let child = run::spawn(&mut command)?;
        let mut running = Running {
            child,
            address: format!("http://127.0.0.1:{port}"),
        };
        running.wait_until_ready(&log)?;
        Ok(running)
    }
}

/// A server at work; killed when dropped.
pub struct Running {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub address: String,
}

impl Running {
    fn wait_until_ready(&mut self, log: &Path) -> Result<()> {
        let deadline = Instant::now() + START_PATIENCE;
        let agent = agent();
        loop {
            run::go_on()?;
            if agent
                .get(format!("{}/readyz", self.address))
                .call()
                .is_ok_and(|r| r.status() == 200)
            {
                return Ok(());
            }
            if self.child.try_wait()?.is_some() || Instant::now() > deadline {
                let log = std::fs::read_to_string(log).unwrap_or_default();
                bail!("the server did not become ready:\n{}", run::tail(&log));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The most memory that the server has held so far, in bytes.
    pub fn peak_memory_bytes(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        peak_memory_bytes(&status).context("this system does not tell a program's peak memory")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads `VmHWM:    123456 kB`.
fn peak_memory_bytes(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// A client that hands over answers of every status, and bodies as they were sent.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

/// The body of a page, as a browser that takes brotli receives it.
pub fn fetch_brotli(agent: &ureq::Agent, url: &str) -> Result<(Vec<u8>, bool)> {
    let mut answer = agent.get(url).header("accept-encoding", "br").call()?;
    ensure!(answer.status() == 200, "{url} answered {}", answer.status());
    let packed = answer
        .headers()
        .get("content-encoding")
        .is_some_and(|value| value == "br");
    Ok((answer.body_mut().read_to_vec()?, packed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_memory_is_read_in_bytes() {
        let status = "Name:\tcueillette\nVmHWM:\t   20480 kB\nVmRSS:\t 100 kB\n";
        assert_eq!(peak_memory_bytes(status), Some(20_971_520));
        assert_eq!(peak_memory_bytes("Name:\tx\n"), None);
    }
}

//! A server as a process: started, asked whether it is ready, killed.

use crate::crew::until;
use crate::house::House;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that listens. Killed when dropped, as it would be by a power cut.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Server {
    /// Starts one and waits until it listens.
    pub fn start(house: &House, url: &str, port: u16) -> Self {
        Self::start_as(house, house.program(url), port)
    }

    /// The same, by this command.
    pub fn start_as(house: &House, mut command: Command, port: u16) -> Self {
        let log = house.folder.join(format!("server-{port}.log"));
        let log = File::options().create(true).append(true).open(log).unwrap();
        let child = command
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self {
            child,
            address: format!("http://127.0.0.1:{port}"),
        };
        let said = BufReader::new(server.child.stdout.take().unwrap());
        let listens = |line: std::io::Result<String>| {
            line.is_ok_and(|line| line.starts_with("Cueillette: http://"))
        };
        assert!(
            said.lines().any(listens),
            "the server ended: {}",
            house.log(port)
        );
        server
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Status and text of an answer; status 0 when there was none.
    pub fn get(&self, path: &str) -> (u16, String) {
        let asked = agent().get(format!("{}{path}", self.address)).call();
        asked.map_or((0, String::new()), |mut answer| {
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            (answer.status().as_u16(), text)
        })
    }

    /// Waits until `/readyz` says that it can serve, or that it cannot.
    pub fn until_ready(&self, ready: bool) -> String {
        let wanted = if ready { 200 } else { 503 };
        let mut said = String::new();
        until(&format!("/readyz says {wanted}"), || {
            let (status, text) = self.get("/readyz");
            said = text;
            status == wanted
        });
        said
    }
}

impl House {
    /// The end of what a server told.
    pub fn log(&self, port: u16) -> String {
        let log = self.folder.join(format!("server-{port}.log"));
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(20).collect();
        lines.join("\n")
    }
}

/// A client that reads every status.
pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)));
    ureq::Agent::new_with_config(config.build())
}

/// A port that nobody listens on just now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

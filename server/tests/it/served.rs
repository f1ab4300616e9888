//! The real program, serving: started, asked, and told to stop as a service manager does.

use crate::command_line::{Place, text};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a server may take to say where it listens, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server at work; killed when dropped.
pub struct Served {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// Where metrics are told, if it was asked to.
    pub metrics: Option<String>,
    /// What it says on stderr.
    pub log: PathBuf,
}

impl Drop for Served {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Served {
    /// Serves in this place, on a free port.
    pub fn start(place: &Place, args: &[&str], log_level: &str) -> Self {
        let log = place.0.join(format!("log-{}", Uuid::new_v4()));
        let stderr = File::create(&log).unwrap();
        Self::logging(place, args, log_level, log, stderr.into())
    }

    /// The same, where nobody takes what it writes on stderr.
    pub fn unheard(place: &Place, log_level: &str) -> Self {
        let (_, stderr) = std::io::pipe().unwrap();
        let log = place.0.join("no-log");
        Self::logging(place, &[], log_level, log, stderr.into())
    }

    fn logging(place: &Place, args: &[&str], log_level: &str, log: PathBuf, stderr: Stdio) -> Self {
        let mut child = place
            .program(args)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("CUEILLETTE_LOG", log_level)
            .env("CUEILLETTE_METRICS_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let (mut url, mut metrics) = (None, None);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while let Some(Ok(line)) = lines.next() {
            if let Some(at) = line.strip_prefix("Cueillette: metrics at ") {
                metrics = Some(at.to_owned());
                break;
            }
            if let Some(at) = line.strip_prefix("Cueillette: http") {
                url = Some(format!("http{}", at.trim_end_matches('/')));
            }
        }
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        Self {
            url: url.unwrap_or_else(|| panic!("it does not serve: {}", said())),
            child,
            metrics,
            log,
        }
    }

    /// Asks it to stop, as a service manager does.
    pub fn ask_to_stop(&self) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// How it ended, and how long that took from now.
    pub fn ended(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, begun.elapsed());
            }
            assert!(begun.elapsed() < PATIENCE, "it does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Somebody with a token, or nobody.
    pub fn caller(&self, token: &str) -> Asker {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .build();
        Asker {
            agent: agent.into(),
            url: self.url.clone(),
            token: token.to_owned(),
        }
    }
}

/// Somebody who asks a server over the network.
#[derive(Clone)]
pub struct Asker {
    agent: ureq::Agent,
    pub url: String,
    pub token: String,
}

impl Asker {
    pub fn get(&self, path: &str) -> (u16, String) {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let mut answer = request.call().unwrap();
        let bytes = answer.body_mut().read_to_vec().unwrap();
        (
            answer.status().as_u16(),
            String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    pub fn send(&self, path: &str, kind: &str, body: &str) -> Result<(u16, String), ureq::Error> {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let mut answer = request.header("content-type", kind).send(body)?;
        let bytes = answer.body_mut().read_to_vec()?;
        Ok((
            answer.status().as_u16(),
            String::from_utf8_lossy(&bytes).into_owned(),
        ))
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        let (status, said) = self
            .send(path, "application/json", &body.to_string())
            .unwrap();
        assert!((200..300).contains(&status), "{path}: {status} {said}");
        serde_json::from_str(&said).unwrap_or(Value::Null)
    }

    /// An open outing of today, and a phone that joined it.
    pub fn open_outing(&self) -> Phone {
        let (outing, device) = (Uuid::now_v7(), Uuid::now_v7());
        let today =
            jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::get("Europe/Paris").unwrap());
        let at = format!("/api/v1/outings/{outing}");
        self.post(
            "/api/v1/outings",
            &json!({"id": outing, "day": today.date().to_string()}),
        );
        self.post(&format!("{at}/open"), &json!({"override": "essai"}));
        let code = self.post(&format!("{at}/code"), &json!({}));
        let joined = self.post(
            "/api/v1/crew/join",
            &json!({"code": code["code"], "device": device}),
        );
        Phone {
            asker: Asker {
                token: joined["token"].as_str().unwrap().to_owned(),
                ..self.clone()
            },
            outing,
            device,
            seq: 0,
        }
    }
}

/// A phone of a crew.
pub struct Phone {
    pub asker: Asker,
    pub outing: Uuid,
    pub device: Uuid,
    seq: u32,
}

impl Phone {
    pub fn fact(&mut self, kind: &str, data: Value) -> Value {
        self.seq += 1;
        json!({
            "id": Uuid::now_v7(), "kind": kind, "outing": self.outing, "device": self.device,
            "seq": self.seq, "recorded_at": jiff::Timestamp::now().to_string(), "data": data,
        })
    }

    pub fn pickups(&mut self, count: usize) -> Vec<Value> {
        let data = json!({"item": "syringe", "count": 2, "method": "counted"});
        (0..count)
            .map(|_| self.fact("pickup", data.clone()))
            .collect()
    }
}

/// The demonstration in this place, as its program prints it.
pub fn demo(place: &Place, args: &[&str]) -> Value {
    let out = place
        .program(args)
        .args(["demo", "--json"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

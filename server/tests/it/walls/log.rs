//! An ear on the server's log: it keeps the lines that tell what no line may tell.

use super::town::{FIRST, PUBLIC, SECOND, WORDS, grid};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// What was heard.
#[derive(Default)]
struct Heard {
    lines: usize,
    told: Vec<String>,
}

/// Listens to every line of this thread, at every level, until it is dropped.
pub struct Ear {
    heard: Arc<Mutex<Heard>>,
    _listening: DefaultGuard,
}

impl Ear {
    pub fn listen() -> Self {
        let heard = Arc::new(Mutex::new(Heard::default()));
        // Statements are constants, and their values are never in the log: hearing each of them
        // would only take long.
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_env_filter("trace,sqlx=info")
            .with_writer(Paper(Arc::clone(&heard), secrets().into()))
            .finish();
        Self {
            heard,
            _listening: tracing::subscriber::set_default(subscriber),
        }
    }

    /// How many lines there were, and those that tell a secret.
    pub fn heard(&self) -> (usize, Vec<String>) {
        let heard = self.heard.lock().unwrap();
        (heard.lines, heard.told.clone())
    }
}

/// A word of each secret, and how far north each discreet place is, as digits.
fn secrets() -> Vec<String> {
    let mut all: Vec<String> = WORDS.iter().map(|it| (*it).to_owned()).collect();
    for secrets in [FIRST, SECOND] {
        for n in PUBLIC..PUBLIC + super::town::DISCREET {
            all.push(secrets.at(grid(n)).0.to_string());
        }
    }
    all.sort();
    all.dedup();
    all
}

#[derive(Clone)]
struct Paper(Arc<Mutex<Heard>>, Arc<[String]>);

impl Write for Paper {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let mut heard = self.0.lock().unwrap();
        heard.lines += 1;
        if self.1.iter().any(|it| text.contains(it)) {
            heard.told.push(text.into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Paper {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

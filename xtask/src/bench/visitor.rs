//! Somebody with a token of the demonstration, and what their requests took.

use std::io::Read;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use ureq::Body;
use ureq::http::Response;

use super::figures::{milliseconds, percentile};
use crate::{run, server};

/// The longest answer: every site of a town at once.
const ANSWER_BYTES_MAX: u64 = 1 << 30;

/// Somebody with a token.
pub struct Visitor {
    client: ureq::Agent,
    address: String,
    token: String,
}

impl Visitor {
    /// By their role in the demonstration.
    pub fn new(address: &str, demo: &Value, role: &str) -> Result<Self> {
        Ok(Self {
            client: server::agent(),
            address: address.to_owned(),
            token: text(demo, &format!("/tokens/{role}"))?.to_owned(),
        })
    }

    /// What is at an address, whole.
    pub fn get(&self, path: &str) -> Result<Vec<u8>> {
        whole(&mut self.asked(path)?)
    }

    /// How long the first byte of an answer took; the rest is read, and how much it was answered.
    pub fn first_byte(&self, path: &str) -> Result<(Duration, usize)> {
        let start = Instant::now();
        let mut response = self.asked(path)?;
        let mut body = response.body_mut().as_reader();
        let mut first = [0];
        body.read_exact(&mut first)?;
        let took = start.elapsed();
        let rest = std::io::copy(&mut body, &mut std::io::sink())?;
        Ok((took, usize::try_from(rest)? + first.len()))
    }

    fn asked(&self, path: &str) -> Result<Response<Body>> {
        let url = format!("{}{path}", self.address);
        let request = self.client.get(&url);
        let request = request.header("authorization", self.bearer());
        let response = request.call()?;
        let status = response.status();
        ensure!(status.is_success(), "{url} answered {status}");
        Ok(response)
    }

    /// Posts JSON; answers JSON.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}{path}", self.address);
        let request = self.client.post(&url);
        let request = request
            .header("authorization", self.bearer())
            .header("content-type", "application/json");
        let mut response = request.send(serde_json::to_vec(body)?)?;
        let status = response.status();
        let body = response.body_mut().read_to_string()?;
        ensure!(status.is_success(), "{url} answered {status}: {body}");
        Ok(serde_json::from_str(&body)?)
    }

    /// Fills a form in; what was done leads to another page.
    pub fn fill_in(&self, path: &str, fields: &[(&str, &str)]) -> Result<()> {
        let url = format!("{}{path}", self.address);
        let request = self.client.post(&url);
        let request = request.header("authorization", self.bearer());
        let response = request.send_form(fields.iter().copied())?;
        let status = response.status();
        ensure!(status.is_redirection(), "{url} answered {status}");
        Ok(())
    }

    /// Sends facts; every one must be taken.
    pub fn send(&self, facts: &[Value]) -> Result<()> {
        let answer = self.post("/api/v1/facts", &json!({"facts": facts}))?;
        let results = answer["results"].as_array();
        let results = results.context("an answer without results")?;
        let refused = results.iter().find(|it| it["status"] != "accepted");
        ensure!(refused.is_none(), "not accepted: {refused:?}");
        Ok(())
    }

    /// The day it is where the programme is.
    pub fn today(&self, demo: &Value) -> Result<String> {
        let path = format!("/api/v1/outings/{}", text(demo, "/outing_today")?);
        let outing: Value = serde_json::from_slice(&self.get(&path)?)?;
        Ok(text(&outing, "/day")?.to_owned())
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

fn whole(response: &mut Response<Body>) -> Result<Vec<u8>> {
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    Ok(body.read_to_vec()?)
}

/// A text that must be there.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.with_context(|| format!("{pointer} is missing"))
}

/// How long each of so many requests took.
pub fn times<T>(n: usize, request: impl FnMut() -> Result<T>) -> Result<Vec<Duration>> {
    times_after(n, || Ok(()), request)
}

/// The same, with something before each that does not count.
pub fn times_after<T>(
    n: usize,
    mut before: impl FnMut() -> Result<()>,
    mut request: impl FnMut() -> Result<T>,
) -> Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(n);
    for _ in 0..n {
        run::go_on()?;
        before()?;
        let start = Instant::now();
        request()?;
        took.push(start.elapsed());
    }
    Ok(took)
}

/// One line: p50, p95, p99, and whether the last is within what it may take.
pub fn line(name: &str, took: &[Duration], max: Duration) -> String {
    let [p50, p95, p99] = [50, 95, 99].map(|it| percentile(took, it));
    format!(
        "  {name:<30} {:>8} {:>8} {:>8}  {} {}",
        milliseconds(p50),
        milliseconds(p95),
        milliseconds(p99),
        within(p99 <= max),
        milliseconds(max)
    )
}

/// What a measure says of its limit.
pub fn within(is_within: bool) -> &'static str {
    if is_within { "within" } else { "OVER" }
}

//! What the operator's monitoring may know (`--metrics-listen`, on an address of its own): counts,
//! durations, sizes. Labels are patterns of routes, methods, classes of answers: never an id, a
//! name, a programme or a place.

use crate::app::App;
use crate::backup;
use crate::db::Db;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::crew::{FactResult, FactStatus};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Upper bounds of the classes of durations, in seconds.
const DURATIONS_S: [f64; 11] = [
    0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct On {
    route: String,
    method: &'static str,
}

macro_rules! one_label {
    ($($name:ident $label:ident)+) => {$(
        #[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
        struct $name {
            $label: &'static str,
        }
    )+};
}
one_label! { Code code  Answer status  Job job  Pool pool }

/// What is counted. Counting is a few atomic additions; encoding happens when it is asked for.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<On, Histogram>,
    failed: Family<Code, Counter>,
    facts: Family<Answer, Counter>,
    jobs: Family<Job, Gauge>,
    job_failures: Family<Job, Counter>,
    connections: Family<Pool, Gauge>,
    idle: Family<Pool, Gauge>,
    reachable: Gauge,
    backup: Gauge,
    memory: Gauge,
    files: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATIONS_S)),
            failed: Family::default(),
            facts: Family::default(),
            jobs: Family::default(),
            job_failures: Family::default(),
            connections: Family::default(),
            idle: Family::default(),
            reachable: Gauge::default(),
            backup: Gauge::default(),
            memory: Gauge::default(),
            files: Gauge::default(),
        };
        metrics.registered()
    }
}

impl Metrics {
    fn registered(mut self) -> Self {
        let mut it = Registry::with_prefix("cueillette");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        it.register("build", "The program", build);
        let started = Gauge::<i64>::default();
        started.set(seconds_since_1970(SystemTime::now()));
        let at = Unit::Other("timestamp_seconds".into());
        it.register_with_unit("started", "When this process began", at.clone(), started);
        it.register("http_requests", "Requests answered", self.requests.clone());
        let help = "From request to the beginning of the answer";
        let durations = self.durations.clone();
        it.register_with_unit("http_request_duration", help, Unit::Seconds, durations);
        let help = "Requests that the server could not serve, by the code of the problem";
        it.register("http_requests_failed", help, self.failed.clone());
        it.register("facts", "Facts answered, by status", self.facts.clone());
        let help = "When a job last ended well in this process";
        it.register_with_unit("job_success", help, at.clone(), self.jobs.clone());
        let help = "Jobs that stopped";
        it.register("job_failures", help, self.job_failures.clone());
        let help = "Connections to the database";
        it.register("database_connections", help, self.connections.clone());
        let help = "Connections to the database that nobody uses now";
        it.register("database_connections_idle", help, self.idle.clone());
        let help = "Whether the database answered just now";
        it.register("database_reachable", help, self.reachable.clone());
        let help = "When the last backup of this database was verified; 0: never";
        it.register_with_unit("backup_success", help, at, self.backup.clone());
        let help = "Memory that this process holds";
        it.register_with_unit("process_resident", help, Unit::Bytes, self.memory.clone());
        let help = "Files and connections that this process has open";
        it.register("process_open_files", help, self.files.clone());
        self.registry = it;
        self
    }

    /// A request was answered.
    pub(super) fn answered(&self, on: (&str, &'static str), status: StatusCode, took: Duration) {
        let (route, method) = (on.0.to_owned(), on.1);
        let status = match status.as_u16() {
            ..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500.. => "5xx",
        };
        let durations = On {
            route: route.clone(),
            method,
        };
        let durations = self.durations.get_or_create_owned(&durations);
        durations.observe(took.as_secs_f64());
        let request = Request {
            route,
            method,
            status,
        };
        self.requests.get_or_create_owned(&request).inc();
    }

    /// A request could not be served.
    pub(super) fn failed(&self, code: &'static str) {
        self.failed.get_or_create_owned(&Code { code }).inc();
    }

    /// Facts were answered.
    pub fn facts(&self, results: &[FactResult]) {
        for it in results {
            let status = match it.status {
                FactStatus::Accepted => "accepted",
                FactStatus::Duplicate => "duplicate",
                FactStatus::Conflict => "conflict",
                FactStatus::Refused => "refused",
            };
            self.facts.get_or_create_owned(&Answer { status }).inc();
        }
    }

    /// A job ended, well or not.
    pub fn job(&self, job: &'static str, is_well: bool) {
        let job = Job { job };
        if is_well {
            let now = seconds_since_1970(SystemTime::now());
            self.jobs.get_or_create_owned(&job).set(now);
        } else {
            self.job_failures.get_or_create_owned(&job).inc();
        }
    }

    async fn look(&self, app: &App) {
        let (name, pool) = match &app.db {
            Db::Sqlite(file) => ("readers", Connections::of(file.readers())),
            Db::Postgres(pool) => ("all", Connections::of(pool)),
        };
        let name = Pool { pool: name };
        self.connections.get_or_create_owned(&name).set(pool.open);
        self.idle.get_or_create_owned(&name).set(pool.idle);
        let last = backup::last_made(&app.db).await;
        self.reachable.set(i64::from(last.is_ok()));
        if let Ok(Some(at)) = last {
            self.backup.set(at.as_ms() / 1_000);
        }
        self.memory.set(resident_bytes().unwrap_or_default());
        self.files.set(open_files().unwrap_or_default());
    }

    fn told(&self) -> Result<String, std::fmt::Error> {
        let mut told = String::new();
        text::encode(&mut told, &self.registry)?;
        Ok(told)
    }
}

struct Connections {
    open: i64,
    idle: i64,
}

impl Connections {
    fn of<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> Self {
        Self {
            open: pool.size().into(),
            idle: i64::try_from(pool.num_idle()).unwrap_or(i64::MAX),
        }
    }
}

fn seconds_since_1970(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or_default()
}

/// `VmRSS:   12345 kB`, where the system tells.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

fn open_files() -> Option<i64> {
    i64::try_from(std::fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}

/// What answers at `--metrics-listen`.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(app)
}

async fn metrics(State(app): State<App>) -> Response {
    app.metrics.look(&app).await;
    match app.metrics.told() {
        Ok(told) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], told).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

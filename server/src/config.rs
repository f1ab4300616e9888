//! Settings of the server: flags, then environment `CUEILLETTE_*`, then `cueillette.toml`, then
//! defaults.

use crate::app::FORGET_DAYS_MIN;
use crate::http::client::Network;
use clap::Args;
use serde::Deserialize;
use sqlx::sqlite::SqliteConnectOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The settings file, beside which the program is started.
const FILE: &str = "cueillette.toml";

/// Settings as flags (or environment variables of the same name).
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// `sqlite:PATH` or `postgres://…` [default: sqlite:data/cueillette.sqlite]
    #[arg(
        long,
        env = "CUEILLETTE_DATABASE",
        global = true,
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// The key file: keep a copy apart from the database [default: beside the database]
    #[arg(long, env = "CUEILLETTE_KEY_FILE", global = true)]
    pub key_file: Option<PathBuf>,
    /// Days after which what was destroyed opens from no backup, at least 35 [default: 35]
    #[arg(
        long,
        env = "CUEILLETTE_FORGET_AFTER_DAYS",
        global = true,
        value_parser = clap::value_parser!(u32).range(i64::from(FORGET_DAYS_MIN)..=400)
    )]
    pub forget_after_days: Option<u32>,
    /// The address people use, in codes and links [default: as each browser says it]
    #[arg(long, env = "CUEILLETTE_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
}

/// Settings of `serve`.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeFlags {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "CUEILLETTE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Address and port of the metrics for Prometheus; best on loopback [default: none]
    #[arg(long, env = "CUEILLETTE_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// The town's base map (PMTiles), or a folder with SHORT-NAME.pmtiles for each programme
    /// [default: data/base-map.pmtiles when it is there]
    #[arg(long, env = "CUEILLETTE_BASE_MAP")]
    pub base_map: Option<PathBuf>,
    /// Addresses or networks of reverse proxies whose X-Forwarded-For is believed [default: none]
    #[arg(long, env = "CUEILLETTE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSettings {
    database: Option<String>,
    key_file: Option<PathBuf>,
    forget_after_days: Option<u32>,
    listen: Option<SocketAddr>,
    metrics_listen: Option<SocketAddr>,
    base_map: Option<PathBuf>,
    public_url: Option<String>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
}

/// Settings, resolved.
#[derive(Clone, Debug)]
pub struct Config {
    /// Database address.
    pub database: String,
    /// Key file.
    pub key_file: PathBuf,
    /// Days after which what was destroyed opens from no backup.
    pub forget_after_days: u32,
    /// Listening address.
    pub listen: SocketAddr,
    /// Where metrics are told.
    pub metrics_listen: Option<SocketAddr>,
    /// Base map.
    pub base_map: Option<PathBuf>,
    /// `https://cueillette.example`, when the operator says so.
    pub public_url: Option<String>,
    /// Proxies whose word about an address is taken.
    pub trusted_proxies: Vec<Network>,
}

const DEFAULT_DATABASE: &str = "sqlite:data/cueillette.sqlite";
const DEFAULT_BASE_MAP: &str = "data/base-map.pmtiles";
const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 3000);

impl Config {
    /// Puts flags, file and defaults together. The error is one sentence for the operator.
    pub fn resolve(flags: &Flags, serve: &ServeFlags) -> Result<Self, String> {
        let file = read_file(Path::new(FILE))?;
        let database = flags.database.clone().or(file.database);
        let database = database.unwrap_or_else(|| DEFAULT_DATABASE.into());
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|scheme| database.starts_with(scheme)) {
            return Err("--database takes sqlite:PATH or postgres://…".into());
        }
        let key_file = flags.key_file.clone().or(file.key_file);
        let key_file = key_file.unwrap_or_else(|| beside(&database));
        let base_map = serve.base_map.clone().or(file.base_map);
        if let Some(path) = base_map.as_ref().filter(|path| !path.exists()) {
            return Err(format!("the base map {} is not there", path.display()));
        }
        let public_url = flags.public_url.clone().or(file.public_url);
        let public_url = public_url.map(|it| origin_of(&it)).transpose()?;
        let proxies = match serve.trusted_proxies.as_slice() {
            [] => &file.trusted_proxies,
            said => said,
        };
        let trusted_proxies = proxies
            .iter()
            .map(|it| it.parse())
            .collect::<Result<_, _>>()?;
        let here = Some(PathBuf::from(DEFAULT_BASE_MAP)).filter(|path| path.is_file());
        let forget_after_days = flags.forget_after_days.or(file.forget_after_days);
        Ok(Self {
            key_file,
            forget_after_days: forget_after_days.unwrap_or(FORGET_DAYS_MIN),
            listen: serve.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
            metrics_listen: serve.metrics_listen.or(file.metrics_listen),
            base_map: base_map.or(here),
            public_url,
            trusted_proxies,
            database,
        })
    }
}

impl Config {
    /// The file of a SQLite database; `None` on PostgreSQL, or when it is in memory only.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let is_file = self.database.starts_with("sqlite:");
        let options = is_file.then(|| SqliteConnectOptions::from_str(&self.database));
        let path = options?.ok()?.get_filename().to_owned();
        // SQLite's own name for what is in memory is no path.
        let is_in_memory = path.to_string_lossy().starts_with("file:sqlx-in-memory");
        (!is_in_memory && !path.as_os_str().is_empty()).then_some(path)
    }
}

/// Scheme, host and port of an address, and nothing behind them.
fn origin_of(address: &str) -> Result<String, String> {
    let trimmed = address.trim().trim_end_matches('/');
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| trimmed.strip_prefix(scheme));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => {
            Ok(trimmed.to_owned())
        }
        _ => Err("--public-url takes https://HOST, with no path".into()),
    }
}

fn read_file(path: &Path) -> Result<FileSettings, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            toml::from_str(&text).map_err(|e| format!("{}: {}", path.display(), e.message()))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(FileSettings::default()),
        Err(e) => Err(format!("{}: {e}", path.display())),
    }
}

/// `data/cueillette.key` beside `data/cueillette.sqlite`; in `data/` for a database elsewhere.
fn beside(database: &str) -> PathBuf {
    match database.strip_prefix("sqlite:") {
        Some(path) => {
            let path = path.trim_start_matches("//");
            Path::new(path.split('?').next().unwrap_or(path)).with_extension("key")
        }
        None => PathBuf::from("data/cueillette.key"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_file_stands_beside_the_database() {
        assert_eq!(beside("sqlite:data/a.sqlite"), Path::new("data/a.key"));
        assert_eq!(beside("sqlite://x/a.sqlite?mode=rwc"), Path::new("x/a.key"));
        assert_eq!(beside("postgres://h/d"), Path::new("data/cueillette.key"));
    }

    #[test]
    fn a_public_address_is_a_host_and_nothing_behind_it() {
        let address = " https://cueillette.example/ ";
        assert_eq!(origin_of(address).unwrap(), "https://cueillette.example");
        for wrong in [
            "cueillette.example",
            "https://",
            "https://a/b",
            "ftp://a",
            "https://a#b",
        ] {
            assert!(origin_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_database_is_refused_in_one_sentence() {
        let flags = Flags {
            database: Some("mysql://x".into()),
            ..Flags::default()
        };
        assert!(Config::resolve(&flags, &ServeFlags::default()).is_err());
    }
}

//! Addresses of PostgreSQL: one server or several, and what each connection is told.

use super::Patience;
use sqlx::Error;
use sqlx::postgres::PgConnectOptions;
use std::str::FromStr;
use std::time::Duration;

/// Connections of one server of ours, unless the address says otherwise: several servers of ours
/// share the hundred that PostgreSQL takes by default.
const CONNECTIONS: u32 = 16;
const CONNECTIONS_MAX: u32 = 1_000;
/// Seconds a statement may take, unless the address says otherwise.
const ANSWER_S: u32 = 30;
const ANSWER_S_MAX: u32 = 600;

/// An address, read.
pub(super) struct Address {
    /// As they were written, in that order.
    written: Vec<PgConnectOptions>,
    patience: Patience,
    answer_s: u32,
    /// How long to wait for an answer before the link counts as broken.
    pub(super) answer_max: Option<Duration>,
    /// How many connections at a time.
    pub(super) connections_max: u32,
}

/// How much a connection is told when it begins. A pooler, or an engine that only speaks the
/// protocol, may refuse what it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Everything,
    /// How long things may take; nothing about the network.
    Limits,
    /// Nothing but the name of the program.
    Name,
}

impl Told {
    /// The next smaller, when that is what was refused.
    pub(super) fn less(self, wrong: &Error) -> Option<Self> {
        let code = wrong.as_database_error()?.code()?;
        // Protocol violation (a pooler), not supported, undefined object, invalid value.
        if !["08P01", "0A000", "42704", "22023"].contains(&code.as_ref()) {
            return None;
        }
        match self {
            Self::Everything => Some(Self::Limits),
            Self::Limits => Some(Self::Name),
            Self::Name => None,
        }
    }
}

impl Address {
    /// `postgres://user:word@one:5432,two:5432/name?…`, as `libpq` writes it. Beside what `sqlx`
    /// knows: `target_session_attrs=read-write` (which is always meant), `answer_within=SECONDS`
    /// and `connections=N`.
    pub(super) fn parse(url: &str, patience: Patience) -> Result<Self, Error> {
        let mut it = Self {
            written: Vec::new(),
            patience,
            answer_s: ANSWER_S,
            answer_max: None,
            connections_max: CONNECTIONS,
        };
        let (front, query) = url.split_once('?').unwrap_or((url, ""));
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|it| !it.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("target_session_attrs", "read-write" | "primary") => {}
                ("target_session_attrs", _) => {
                    return Err(wrong("target_session_attrs is read-write here"));
                }
                ("answer_within", s) => it.answer_s = number("answer_within", s, ANSWER_S_MAX)?,
                ("connections", n) => {
                    it.connections_max = number("connections", n, CONNECTIONS_MAX)?;
                }
                _ => kept.push(pair),
            }
        }
        if patience == Patience::Serving {
            // A little later than the server itself gives up, so that its word comes first.
            it.answer_max = Some(Duration::from_secs(it.answer_s.into()) * 5 / 4);
        }
        for server in one_by_one(front) {
            let alone = format!("{server}?{}", kept.join("&"));
            it.written.push(PgConnectOptions::from_str(&alone)?);
        }
        Ok(it)
    }

    /// The servers, and what a connection to each is told.
    pub(super) fn servers(&self, told: Told) -> Vec<PgConnectOptions> {
        let written = self.written.iter().cloned();
        written.map(|it| self.telling(it, told)).collect()
    }

    fn telling(&self, mut server: PgConnectOptions, told: Told) -> PgConnectOptions {
        server = server.statement_cache_capacity(super::STATEMENTS_MAX);
        if server.get_application_name().is_none() {
            server = server.application_name("cueillette");
        }
        let answer_s = self.answer_s;
        let limits = (told != Told::Name && self.patience == Patience::Serving).then(|| {
            [
                ("statement_timeout", format!("{answer_s}s")),
                ("lock_timeout", format!("{}ms", u64::from(answer_s) * 500)),
                // Nobody thinks as long as that between two statements: whoever asked is out of
                // reach, and others wait for the rows.
                (
                    "idle_in_transaction_session_timeout",
                    format!("{answer_s}s"),
                ),
            ]
        });
        // So that the rows of a server of ours that vanished without a word are free again after
        // half a minute.
        let network = (told == Told::Everything).then(|| {
            [
                ("tcp_keepalives_idle", "15".to_owned()),
                ("tcp_keepalives_interval", "5".to_owned()),
                ("tcp_keepalives_count", "3".to_owned()),
            ]
        });
        // What the address itself says stays.
        let said = server.get_options().unwrap_or_default().to_owned();
        let all = limits.into_iter().flatten();
        let all = all.chain(network.into_iter().flatten());
        server.options(all.filter(|(name, _)| !said.contains(name)))
    }
}

/// The same server without any limit of time.
pub(super) fn without_limits(server: &PgConnectOptions) -> PgConnectOptions {
    let none = [
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
    ];
    let said = server.get_options().unwrap_or_default().to_owned();
    let none = none.into_iter().filter(|name| said.contains(name));
    server.clone().options(none.map(|name| (name, "0")))
}

/// `postgres://u@a:1,b:2/db` is `postgres://u@a:1/db` and `postgres://u@b:2/db`.
fn one_by_one(front: &str) -> Vec<String> {
    let Some((scheme, rest)) = front.split_once("://") else {
        return vec![front.to_owned()];
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (user, hosts) = match authority.rfind('@') {
        Some(at) => authority.split_at(at + 1),
        None => ("", authority),
    };
    let each = hosts.split(',');
    each.map(|host| format!("{scheme}://{user}{host}{path}"))
        .collect()
}

fn number(name: &str, text: &str, max: u32) -> Result<u32, Error> {
    let read = text.parse().ok().filter(|n| (1..=max).contains(n));
    read.ok_or_else(|| wrong(&format!("{name} is a number from 1 to {max}")))
}

fn wrong(sentence: &str) -> Error {
    Error::Configuration(format!("the address of the database: {sentence}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Address {
        Address::parse(url, Patience::Serving).unwrap()
    }

    #[test]
    fn an_address_may_name_several_servers() {
        let address = read("postgres://u:p%40w@a:1,b,[::1]:3/db?target_session_attrs=read-write");
        let servers = address.servers(Told::Everything);
        let names: Vec<_> = servers.iter().map(super::super::name_of).collect();
        assert_eq!(names, ["a:1", "b:5432", "[::1]:3"]);
        for server in servers {
            assert_eq!(server.get_username(), "u");
            assert_eq!(server.get_database(), Some("db"));
            assert_eq!(server.get_application_name(), Some("cueillette"));
        }
    }

    #[test]
    fn what_the_address_says_of_limits_stays() {
        let url = "postgres://a/db?answer_within=4&options[lock_timeout]=9s&application_name=mine";
        let address = read(url);
        assert_eq!(address.answer_max, Some(Duration::from_secs(5)));
        let server = &address.servers(Told::Limits)[0];
        let options = server.get_options().unwrap();
        assert!(options.contains("statement_timeout=4s"), "{options}");
        assert!(options.contains("lock_timeout=9s"), "{options}");
        assert!(!options.contains("lock_timeout=2000ms"), "{options}");
        assert!(!options.contains("keepalives"), "{options}");
        assert_eq!(server.get_application_name(), Some("mine"));
        let free = without_limits(server);
        assert!(free.get_options().unwrap().ends_with("timeout=0"));
    }

    #[test]
    fn the_operators_commands_have_all_the_time_they_need() {
        let address = Address::parse("postgres://a/db", Patience::Working).unwrap();
        assert_eq!(address.answer_max, None);
        let server = &address.servers(Told::Everything)[0];
        assert!(!server.get_options().unwrap().contains("statement_timeout"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for query in [
            "target_session_attrs=standby",
            "answer_within=0",
            "answer_within=soon",
            "connections=5000",
        ] {
            let url = format!("postgres://a/db?{query}");
            assert!(Address::parse(&url, Patience::Serving).is_err(), "{query}");
        }
    }
}

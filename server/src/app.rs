//! What every handler needs: database, keys, clock, assets, limits.

use crate::access::KeyFile;
use crate::access::limits::WrongTries;
use crate::access::passwords::Hashing;
use crate::base_map::Shelf;
use crate::db::Db;
use crate::facts::crowd::Crowd;
use crate::http::assets::Assets;
use crate::http::client::Network;
use crate::http::metrics::Metrics;
use crate::sites::atlas::Atlases;
use domain::limits::{ACCOUNT_TRIES_MAX, ACCOUNT_WAIT_S, JOIN_TRIES_MAX, JOIN_WAIT_S};
use domain::{Day, Instant, Settings};
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A month's key is destroyed so many days after the month began at the earliest: a shorter term
/// would end within it.
pub const FORGET_DAYS_MIN: u32 = 35;

/// Shared by every request; cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The keys.
    pub keys: Arc<KeyFile>,
    /// The clock.
    pub clock: Clock,
    /// What the operator's monitoring may know.
    pub metrics: Arc<Metrics>,
    /// Hashed names of what the phone loads.
    pub assets: Arc<Assets>,
    /// The towns' base maps, as far as the operator gave them.
    pub base_maps: Arc<Shelf>,
    /// The address people use, if the operator gave one.
    pub public_url: Option<Arc<str>>,
    /// The proxies whose word about an address is taken.
    pub trusted_proxies: Arc<[Network]>,
    /// Days after which what was destroyed opens from no backup either.
    pub forget_days: u32,
    /// The room that senders of facts share.
    pub crowd: Crowd,
    /// Public sites with their states, kept at hand for maps.
    pub atlases: Arc<Atlases>,
    /// Wrong joining codes.
    pub join_tries: Arc<WrongTries>,
    /// Wrong passwords.
    pub sign_in_tries: Arc<WrongTries>,
    /// Wrong passwords, by the hash of the e-mail they were tried for, known or not.
    pub account_tries: Arc<WrongTries<Vec<u8>>>,
    /// Where password hashes are computed.
    pub hashing: Arc<Hashing>,
    /// Cards that are none, and signatures of other phones.
    pub card_tries: Arc<WrongTries>,
}

/// Where the time comes from: the system, or a test.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's.
    System,
    /// Set by hand, in epoch milliseconds.
    ByHand(Arc<AtomicI64>),
}

impl App {
    /// Puts the parts together.
    pub fn new(db: Db, keys: KeyFile, clock: Clock, base_map: Option<PathBuf>) -> Self {
        Self {
            db,
            keys: Arc::new(keys),
            clock,
            metrics: Arc::default(),
            assets: Arc::new(Assets::load()),
            base_maps: Arc::new(Shelf::at(base_map)),
            public_url: None,
            trusted_proxies: Arc::default(),
            forget_days: FORGET_DAYS_MIN,
            crowd: Crowd::default(),
            atlases: Arc::default(),
            join_tries: Arc::new(WrongTries::new(JOIN_TRIES_MAX, JOIN_WAIT_S)),
            sign_in_tries: Arc::new(WrongTries::new(JOIN_TRIES_MAX, JOIN_WAIT_S)),
            account_tries: Arc::new(WrongTries::new(ACCOUNT_TRIES_MAX, ACCOUNT_WAIT_S)),
            hashing: Arc::default(),
            card_tries: Arc::new(WrongTries::new(JOIN_TRIES_MAX, JOIN_WAIT_S)),
        }
    }

    /// Reached from outside under this address.
    #[must_use]
    pub fn reached_at(mut self, public_url: Option<String>) -> Self {
        self.public_url = public_url.map(Into::into);
        self
    }

    /// Behind these proxies, whose word about an address is taken.
    #[must_use]
    pub fn behind(mut self, trusted_proxies: Vec<Network>) -> Self {
        self.trusted_proxies = trusted_proxies.into();
        self
    }

    /// Reached over HTTPS only, as far as the operator said.
    pub fn is_behind_tls(&self) -> bool {
        let url = self.public_url.as_deref();
        url.is_some_and(|it| it.starts_with("https://"))
    }

    /// What was destroyed opens from no backup after so many days.
    #[must_use]
    pub fn forgetting_after(mut self, days: u32) -> Self {
        self.forget_days = days.max(FORGET_DAYS_MIN);
        self
    }

    /// Now.
    pub fn now(&self) -> Instant {
        match &self.clock {
            Clock::System => Instant::from_ms(jiff::Timestamp::now().as_millisecond()),
            Clock::ByHand(ms) => Instant::from_ms(ms.load(Ordering::Relaxed)),
        }
    }
}

/// The civil day of an instant where the programme is.
pub fn local_day(settings: &Settings, at: Instant) -> Day {
    Day(at.timestamp().to_zoned(time_zone(settings)).date())
}

/// « 14 h 05 » where the programme is.
pub fn local_hour(settings: &Settings, at: Instant) -> String {
    let time = at.timestamp().to_zoned(time_zone(settings)).time();
    domain::french::hour(time.hour(), time.minute())
}

/// The instant a civil day begins where the programme is.
pub fn start_of_day(settings: &Settings, day: Day) -> Instant {
    let zoned = day.0.to_zoned(time_zone(settings));
    zoned.map_or(day.utc_midnight(), |it| {
        Instant::from_ms(it.timestamp().as_millisecond())
    })
}

fn time_zone(settings: &Settings) -> TimeZone {
    TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC)
}

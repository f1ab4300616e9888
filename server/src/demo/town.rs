//! A demonstration programme as constants, and how its ids, its chance and its callers are made.
//!
//! Nothing here is random twice: ids are hashes of names such as `demo/bordeaux/outing/2026-11-24`,
//! and what chance decides about an outing is drawn from a seed that is one too. The same day gives
//! the same demonstration on every machine.

use super::people::{self, Person, Staff};
use super::places::{self, Place};
use super::settings::{bordeaux_settings, bourg_settings};
use crate::access::cards::CardCode;
use crate::access::{Caller, Role, Who};
use crate::app::{App, Clock, start_of_day};
use crate::cli::Failure;
use domain::{AccountId, Day, Instant, OutingId, PeerId, ProgrammeId, Settings, SiteId};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use uuid::Uuid;

/// A demonstration programme.
pub(super) struct Town {
    /// Short name, in ids, tokens and on the command line.
    pub(super) slug: &'static str,
    /// Its settings.
    pub(super) settings: Settings,
    /// Its accounts.
    pub(super) staff: &'static [Staff],
    /// Its peers; the first one has a token.
    pub(super) people: &'static [Person],
    /// Its sites.
    pub(super) places: &'static [Place],
    /// How its outings usually go.
    pub(super) habits: Habits,
}

/// How the outings of a town usually go.
pub(super) struct Habits {
    /// When an outing starts: `14:00`.
    pub(super) starts_at: &'static str,
    /// Where the crew meets.
    pub(super) meeting_point: &'static str,
    /// Weeks of history, before any scale.
    pub(super) weeks: u32,
    /// Public sites of one outing.
    pub(super) public: RangeInclusive<usize>,
    /// Discreet sites of one outing.
    pub(super) discreet: RangeInclusive<usize>,
    /// Peers who come.
    pub(super) present: RangeInclusive<usize>,
    /// Square roots of what is picked up: most outings find some, a few find a lot.
    pub(super) harvest_root: RangeInclusive<u32>,
    /// Public and discreet sites of today's outing.
    pub(super) today: (usize, usize),
}

impl Town {
    /// « A.P.C. Bordeaux ».
    pub(super) fn bordeaux() -> Self {
        Self {
            slug: "bordeaux",
            settings: bordeaux_settings(),
            staff: people::BORDEAUX_STAFF,
            people: people::BORDEAUX,
            places: places::BORDEAUX,
            habits: Habits {
                starts_at: "14:00",
                meeting_point: "Devant le local, sous l’horloge",
                weeks: 104,
                public: 3..=6,
                discreet: 1..=2,
                present: 4..=8,
                harvest_root: 0..=19,
                today: (6, 2),
            },
        }
    }

    /// A small invented town.
    pub(super) fn bourg() -> Self {
        Self {
            slug: "bourg",
            settings: bourg_settings(),
            staff: people::BOURG_STAFF,
            people: people::BOURG,
            places: places::BOURG,
            habits: Habits {
                starts_at: "14:00",
                meeting_point: "Parking de la salle des fêtes",
                weeks: 20,
                public: 2..=4,
                discreet: 0..=1,
                present: 2..=4,
                harvest_root: 0..=5,
                today: (4, 1),
            },
        }
    }

    /// The id of the programme.
    pub(super) fn id(&self) -> ProgrammeId {
        ProgrammeId(self.named("programme"))
    }

    /// The id of one of its things, by name.
    pub(super) fn named(&self, what: &str) -> Uuid {
        let hash = self.hash(what);
        Uuid::new_v8(hash.first_chunk().copied().unwrap_or_default())
    }

    /// The outing of a day.
    pub(super) fn outing(&self, day: Day) -> OutingId {
        OutingId(self.named(&format!("outing/{day}")))
    }

    /// One of its sites.
    pub(super) fn site(&self, place: &Place) -> SiteId {
        SiteId(self.named(&format!("site/{}", place.title)))
    }

    /// One of its peers.
    pub(super) fn peer(&self, person: &Person) -> PeerId {
        PeerId(self.named(&format!("peer/{}", person.pseudonym)))
    }

    /// One of its accounts.
    pub(super) fn account(&self, staff: &Staff) -> AccountId {
        AccountId(self.named(&format!("account/{}", staff.login)))
    }

    /// The chance of a day: always the same.
    pub(super) fn chance(&self, what: &str, day: Day) -> ChaCha8Rng {
        ChaCha8Rng::from_seed(self.hash(&format!("chance/{what}/{day}")))
    }

    fn hash(&self, what: &str) -> [u8; 32] {
        Sha256::digest(format!("demo/{}/{what}", self.slug)).into()
    }

    /// The instant of a wall clock's time, in minutes after midnight.
    pub(super) fn at(&self, day: Day, minutes: i64) -> Instant {
        start_of_day(&self.settings, day).plus_ms(minutes * 60_000)
    }

    /// The card of its first peer, as public as the tokens.
    pub(super) fn card(&self) -> CardCode {
        CardCode::from_bits(&self.hash("card"))
    }

    /// Its first member of staff of a role, as a caller.
    pub(super) fn caller(&self, role: Role) -> Option<Caller> {
        let staff = self.staff.iter().find(|it| it.role == role)?;
        Some(Caller {
            programme: self.id(),
            who: Who::Staff {
                role,
                account: self.account(staff),
                name: staff.name.into(),
                administers: false,
            },
        })
    }

    /// Its first coordinator, who runs every outing.
    pub(super) fn coordinator(&self) -> Result<Caller, Failure> {
        let caller = self.caller(Role::Coordinator);
        caller.ok_or_else(|| "the demonstration has no coordinator".into())
    }

    /// The API token of a role. Anybody can work it out: a demonstration is public, which is why
    /// it never lives beside a real programme.
    pub(super) fn token(&self, role: Role) -> String {
        format!("demo-{}-{}", self.slug, role.as_str())
    }
}

/// The application as it was at another time.
pub(super) fn at_time(app: &App, at: Instant) -> App {
    App {
        clock: Clock::ByHand(Arc::new(AtomicI64::new(at.as_ms()))),
        ..app.clone()
    }
}

//! Passwords: argon2id, one hash whether or not the account exists; how strong one is.
//!
//! Strength is measured (zxcvbn: common passwords, words, names, dates, keyboards), never ruled by
//! kinds of characters, and nothing asks for another password after a while.

use crate::http::error::Problem;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::limits::PASSWORD_CHARS_MAX;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use words::desk::access::passwords as say;

/// Bits of a password that stands alone (CNIL, 2022: 50 with a limit on wrong tries).
const BITS_ALONE: f64 = 50.0;
/// Bits of a password beside a second factor.
const BITS_WITH_CODE: f64 = 33.0;
/// Below this it is among the first that anybody tries.
const BITS_COMMON: f64 = 17.0;
/// Hashes computed at the same time: each takes 19 MiB.
const AT_ONCE_MAX: usize = 4;

/// What French speakers type first, which an English list does not know.
const COMMON_IN_FRENCH: &[&str] = &[
    "motdepasse",
    "azerty",
    "azertyuiop",
    "bonjour",
    "soleil",
    "doudou",
    "loulou",
    "chouchou",
    "marseille",
    "jetaime",
    "chocolat",
    "bordeaux",
    "coucou",
    "nicolas",
    "camille",
    "maison",
    "vacances",
    "princesse",
    "amour",
    "mamour",
    "monamour",
    "papillon",
    "secret",
    "motdepasse123",
    "bienvenue",
    "france",
    "paris",
    "lyon",
    "toulouse",
    "girondins",
    "cheval",
    "etoile",
    "tigrou",
    "bisous",
    "mercredi",
    "printemps",
    "automne",
    "hiver",
    "association",
    "mairie",
    "ccas",
    "cueillette",
    "coordination",
    "administrateur",
    "qsdfghjklm",
    "wxcvbn",
    "abcdef",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "janvier",
    "fevrier",
];

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Among those that anybody tries first.
    Common,
    /// Guessed too soon.
    Short,
    /// Longer than what is read.
    Long,
}

impl Weak {
    /// What to do about it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Common => say::REFUSED_COMMON,
            Self::Short => say::REFUSED_WEAK,
            Self::Long => say::REFUSED_TOO_LONG,
        }
    }
}

/// Is it strong enough? `about` is what others know of this person: name, e-mail, body.
pub fn strength(password: &str, about: &[&str], with_code: bool) -> Result<(), Weak> {
    if password.chars().count() > PASSWORD_CHARS_MAX {
        return Err(Weak::Long);
    }
    let parts = about
        .iter()
        .flat_map(|it| it.split(|c: char| !c.is_alphanumeric()));
    let mut known: Vec<&str> = parts.filter(|it| it.len() > 2).collect();
    known.extend(about);
    known.extend(COMMON_IN_FRENCH);
    let bits = zxcvbn::zxcvbn(password, &known).guesses_log10() * std::f64::consts::LOG2_10;
    let wanted = if with_code {
        BITS_WITH_CODE
    } else {
        BITS_ALONE
    };
    match bits {
        bits if bits < BITS_COMMON => Err(Weak::Common),
        bits if bits < wanted => Err(Weak::Short),
        _ => Ok(()),
    }
}

/// Where hashes are computed: few at a time, off the async threads, and counted.
#[derive(Debug)]
pub struct Hashing {
    turns: Semaphore,
    computed: AtomicU64,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE_MAX),
            computed: AtomicU64::new(0),
        }
    }
}

impl Hashing {
    /// The PHC string to keep.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        self.turn(move || hash(&password)).await?
    }

    /// Does it match? The same work without an account.
    pub async fn matches(&self, password: String, kept: Option<String>) -> Result<bool, Problem> {
        self.turn(move || matches(&password, kept.as_deref())).await
    }

    /// How many hashes were computed so far.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let failed = |e: &dyn std::fmt::Display| Problem::internal(format!("password hash: {e}"));
        let _turn = self.turns.acquire().await.map_err(|e| failed(&e))?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|e| failed(&e))
    }
}

/// OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// The PHC string to keep. Slow on purpose: call it off the async threads.
pub fn hash(password: &str) -> Result<String, Problem> {
    let salt = SaltString::generate(&mut OsRng);
    argon2id()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|e| Problem::internal(format!("password hash: {e}")))
}

/// Does it match? Without an account the same work is done on a hash that nothing matches.
pub fn matches(password: &str, kept: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y3VlaWxsZXR0ZS1ub2JvZHk$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let Ok(parsed) = PasswordHash::new(kept.unwrap_or(NOBODY)) else {
        return false;
    };
    let same = argon2id()
        .verify_password(password.as_bytes(), &parsed)
        .is_ok();
    same && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_hash_only() {
        let kept = hash("une phrase de passe").unwrap();
        assert!(matches("une phrase de passe", Some(&kept)));
        assert!(!matches("une autre", Some(&kept)));
        assert!(!matches("une phrase de passe", None));
        assert!(!matches("x", Some("not a hash")));
    }

    #[test]
    fn what_anybody_tries_first_is_refused_whatever_its_characters() {
        for common in [
            "password",
            "123456789012",
            "azertyuiop",
            "motdepasse",
            "MotDePasse1",
            "P@ssw0rd",
            "qwertyuiop",
            "aaaaaaaaaaaaaa",
            "soleil",
            "",
        ] {
            assert_eq!(strength(common, &[], true), Err(Weak::Common), "{common}");
        }
        let about = ["Camille Roy", "camille.roy@lacase.example"];
        for own in ["camille.roy", "Camille Roy 33", "camilleroy@lacase"] {
            assert!(strength(own, &about, true).is_err(), "{own}");
        }
    }

    #[test]
    fn without_a_code_more_is_asked_of_a_password() {
        let (short, long) = ("zebre-fumeux", "un zebre fume sous la grue jaune");
        assert_eq!(strength(long, &[], false), Ok(()));
        assert_eq!(strength(short, &[], true), Ok(()));
        assert_eq!(strength(short, &[], false), Err(Weak::Short));
        assert_eq!(strength(&"é".repeat(201), &[], true), Err(Weak::Long));
    }
}

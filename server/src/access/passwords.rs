//! Passwords: argon2id, one hash whether or not the account exists.

use crate::http::error::Problem;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

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
}

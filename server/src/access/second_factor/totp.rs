//! Codes of six digits from a secret and the time (RFC 6238: HMAC-SHA-1, 30 s), as every
//! authenticator program makes them.

use crate::http::layers::percent_encode;
use ring::hmac;
use serde::{Deserialize, Serialize};

const STEP_S: i64 = 30;
/// Clocks of phones may be this many steps off, on either side.
const SKEW_STEPS: i64 = 1;
const DIGITS: usize = 6;
/// Bytes of a secret: as long as the hash (RFC 4226 §4).
const SECRET_BYTES: usize = 20;
/// RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What phone and server share, in base 32. It is shown once, to be copied.
#[derive(Serialize, Deserialize)]
pub struct Secret(String);

impl crate::access::Sealable for Secret {
    const LABEL: &'static str = "totp";
}

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0; SECRET_BYTES];
        rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
        Self::of(&bytes)
    }

    fn of(bytes: &[u8]) -> Self {
        let chunks = bytes.chunks(5).map(|five| {
            let bits = five
                .iter()
                .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
            let bits = bits << (8 * (5 - five.len()));
            (0..8).map(move |n| char::from(BASE32[((bits >> (35 - 5 * n)) & 31) as usize]))
        });
        Self(chunks.flatten().collect())
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SECRET_BYTES);
        let (mut bits, mut held) = (0u32, 0);
        for sign in self.0.bytes() {
            let value = BASE32.iter().position(|it| *it == sign).unwrap_or(0);
            bits = bits << 5 | u32::try_from(value).unwrap_or(0);
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push((bits >> held & 0xff) as u8);
            }
        }
        bytes
    }

    /// To be typed by hand: groups of four.
    pub fn in_groups(&self) -> String {
        let signs: Vec<char> = self.0.chars().collect();
        let groups = signs.chunks(4).map(String::from_iter);
        groups.collect::<Vec<_>>().join(" ")
    }

    /// To be scanned by an authenticator program.
    pub fn address(&self, login: &str) -> String {
        let (login, secret) = (percent_encode(login), &self.0);
        // Algorithm, digits and period are the usual ones: a short address is a picture that scans.
        format!("otpauth://totp/Cueillette:{login}?secret={secret}&issuer=Cueillette")
    }

    /// The step of time a code is right for, unless that step's code (or a later one) was used.
    pub fn step_of(&self, code: &str, now_s: i64, used: Option<i64>) -> Option<i64> {
        let now = now_s.div_euclid(STEP_S);
        let near = now - SKEW_STEPS..=now + SKEW_STEPS;
        let fresh = near.filter(|step| used.is_none_or(|used| *step > used));
        // Every step is computed, right or wrong.
        fresh.fold(None, |found, step| {
            let same = same(&self.code(step), code);
            found.or(same.then_some(step))
        })
    }

    /// The code of a moment, as a phone shows it.
    pub fn code_at(&self, now_s: i64) -> String {
        self.code(now_s.div_euclid(STEP_S))
    }

    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.bytes());
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
        let four = tag.get(at..at + 4).unwrap_or(&[0; 4]);
        let number = four
            .iter()
            .fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
        format!("{:0DIGITS$}", (number & 0x7fff_ffff) % 1_000_000)
    }
}

fn same(a: &str, b: &str) -> bool {
    let pairs = a.bytes().zip(b.bytes());
    a.len() == b.len() && pairs.fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

impl std::fmt::Debug for Secret {
    // Whoever has it makes codes: it does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6238, appendix B, of which six digits are kept.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::of(b"12345678901234567890");
        assert_eq!(secret.0, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(secret.bytes(), b"12345678901234567890");
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(at), code, "{at}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_clock_a_little_off() {
        let secret = Secret::random();
        let code = secret.code_at(3_000);
        assert_eq!(secret.step_of(&code, 3_000, None), Some(100));
        assert_eq!(secret.step_of(&code, 3_031, None), Some(100));
        assert_eq!(secret.step_of(&code, 2_999, None), Some(100));
        assert_eq!(secret.step_of(&code, 3_061, None), None);
        assert_eq!(secret.step_of(&code, 3_000, Some(99)), Some(100));
        assert_eq!(secret.step_of(&code, 3_000, Some(100)), None);
        assert_eq!(secret.step_of("", 3_000, None), None);
        assert!(!format!("{secret:?}").contains(&secret.0));
    }

    #[test]
    fn an_address_for_authenticators_says_whose_and_how() {
        let address = Secret::of(b"12345678901234567890").address("a+b@lacase.example");
        assert!(
            address.starts_with("otpauth://totp/Cueillette:a%2Bb%40lacase.example?secret=GEZD")
        );
    }
}

//! The joining code of an outing: six signs to read aloud across a pavement.

use crate::problem::Invalid;
use std::{fmt, str::FromStr};

/// 32 signs without 0/O and 1/I, which look alike on a cracked screen.
pub const SIGNS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Signs in a code.
pub const JOIN_CODE_SIGNS: usize = 6;

/// Six signs, upper case. Thirty bits: guessing is held back by the limits on wrong tries.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JoinCode(String);

impl JoinCode {
    /// Makes a code of the low thirty bits of a random number.
    pub fn from_random(bits: u32) -> Self {
        let signs = (0..JOIN_CODE_SIGNS)
            .map(|i| char::from(SIGNS[((bits >> (5 * i)) & 31) as usize]))
            .collect();
        Self(signs)
    }

    /// The six signs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A code of so many signs as somebody typed it, upper case. Forgives case, spaces and hyphens.
pub fn signs_of(text: &str, count: usize) -> Result<String, Invalid> {
    let signs: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .take(count + 1)
        .collect();
    let known = signs.bytes().all(|b| SIGNS.contains(&b));
    if signs.len() == count && known {
        Ok(signs)
    } else {
        Err(Invalid::new("code", "not_a_code"))
    }
}

impl FromStr for JoinCode {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        signs_of(text, JOIN_CODE_SIGNS).map(Self)
    }
}

impl fmt::Display for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JoinCode {
    // A code opens an outing: it does not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_code_made_is_read_back(bits: u32) {
            let code = JoinCode::from_random(bits);
            prop_assert_eq!(code.as_str().parse::<JoinCode>().unwrap(), code.clone());
            let spoken = format!(" {}-{} ", code.as_str()[..3].to_lowercase(), &code.as_str()[3..]);
            prop_assert_eq!(spoken.parse::<JoinCode>().unwrap(), code);
        }
    }

    #[test]
    fn a_code_is_six_known_signs() {
        for wrong in [
            "", "ABC", "ABCDEFG", "ABC0EF", "ABC1EF", "ABCIEF", "ABCÉEF", "ABCDE!",
        ] {
            assert!(wrong.parse::<JoinCode>().is_err(), "{wrong}");
        }
    }
}

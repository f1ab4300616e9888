//! The code on a card: sixteen signs, eighty random bits. It says nothing of who holds it.

use domain::code::{SIGNS, signs_of};
use domain::{CardId, Invalid};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Signs in a code.
const CARD_CODE_SIGNS: usize = 16;
/// Signs that stand together on paper.
const SIGNS_PER_GROUP: usize = 4;

/// Sixteen signs, upper case.
#[derive(Clone, PartialEq, Eq)]
pub struct CardCode(String);

impl CardCode {
    /// Of the first eighty bits of a keyed hash.
    pub fn from_bits(bits: &[u8]) -> Self {
        let bit =
            |n: usize| usize::from(bits.get(n / 8).is_some_and(|it| it >> (7 - n % 8) & 1 == 1));
        let signs = (0..CARD_CODE_SIGNS).map(|sign| {
            let five = (0..5).fold(0, |sum, n| sum * 2 + bit(sign * 5 + n));
            char::from(SIGNS[five])
        });
        Self(signs.collect())
    }

    /// The sixteen signs.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four, to be typed from paper.
    pub fn in_groups(&self) -> String {
        let signs: Vec<char> = self.0.chars().collect();
        let groups = signs.chunks(SIGNS_PER_GROUP);
        groups.map(String::from_iter).collect::<Vec<_>>().join(" ")
    }

    /// The card's id follows from its code, so that a phone knows again a card that it holds.
    pub fn id(&self) -> CardId {
        let hash = Sha256::digest(format!("card {}", self.0));
        CardId(Uuid::new_v8(
            hash.first_chunk().copied().unwrap_or_default(),
        ))
    }
}

impl FromStr for CardCode {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        signs_of(text, CARD_CODE_SIGNS).map(Self)
    }
}

impl fmt::Debug for CardCode {
    // A code opens a card: it does not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_typed_as_it_is_read_from_paper() {
        let code = CardCode::from_bits(&[0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0]);
        assert_eq!(code.as_str().len(), CARD_CODE_SIGNS);
        let typed: CardCode = code.in_groups().to_lowercase().parse().unwrap();
        assert_eq!(typed, code);
        for wrong in ["", "ABCD", "0000000000000000", "ABCDABCDABCDABCDA"] {
            assert!(wrong.parse::<CardCode>().is_err(), "{wrong}");
        }
    }

    /// The phone works out the same id: see `card/keys.js` and its test, which names these two.
    #[test]
    fn the_id_follows_from_the_code() {
        let code: CardCode = "ABCD EFGH JKLM NPQR".parse().unwrap();
        assert_eq!(
            code.id().to_string(),
            "ada347c4-4c25-8aa9-91c1-7fcb5e3a9139"
        );
        assert!(!format!("{code:?}").contains("ABCD"));
    }
}

//! People: pseudonyms, picture signs, and the civil identity that only a list may carry.

use crate::limits::{NAME_CHARS_MAX, TITLE_CHARS_MAX};
use crate::problem::Invalid;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Trims, and refuses what is empty, too long, or holds control characters.
pub(crate) fn clean(field: &'static str, text: &str, chars_max: usize) -> Result<String, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Invalid::new(field, "missing"));
    }
    if text.chars().count() > chars_max {
        return Err(Invalid::new(field, "too_long"));
    }
    // Line breaks are fine in a note, never in a name: both are checked by who needs it.
    if text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r')
    {
        return Err(Invalid::new(field, "control_character"));
    }
    Ok(text.to_owned())
}

fn clean_line(field: &'static str, text: &str, chars_max: usize) -> Result<String, Invalid> {
    let text = clean(field, text, chars_max)?;
    if text.chars().any(char::is_control) {
        return Err(Invalid::new(field, "control_character"));
    }
    Ok(text)
}

/// A short line of text: a title, a meeting point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Title(String);

impl Title {
    /// 1 to 120 characters, on one line; `field` names the source in the error.
    pub fn new(field: &'static str, text: &str) -> Result<Self, Invalid> {
        clean_line(field, text, TITLE_CHARS_MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name a peer chose to be called by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Pseudonym(String);

impl Pseudonym {
    /// 1 to 120 characters, on one line.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        clean_line("pseudonym", text, TITLE_CHARS_MAX).map(Self)
    }

    /// The text, as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! coded_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All of them, in the order screens show them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code in the database, the API and class names.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The French word.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// From its code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.code() == code)
            }
        }
    };
}
pub(crate) use coded_enum;

coded_enum! {
    /// The animal of a picture sign.
    Animal {
        /// Hérisson.
        Hedgehog = "hedgehog", "hérisson";
        /// Renard.
        Fox = "fox", "renard";
        /// Hibou.
        Owl = "owl", "hibou";
        /// Chat.
        Cat = "cat", "chat";
        /// Chien.
        Dog = "dog", "chien";
        /// Ours.
        Bear = "bear", "ours";
        /// Lapin.
        Rabbit = "rabbit", "lapin";
        /// Cheval.
        Horse = "horse", "cheval";
        /// Oiseau.
        Bird = "bird", "oiseau";
        /// Poisson.
        Fish = "fish", "poisson";
        /// Escargot: all masculine, so that colours agree.
        Snail = "snail", "escargot";
        /// Écureuil.
        Squirrel = "squirrel", "écureuil";
    }
}

coded_enum! {
    /// The colour of a picture sign.
    SignColour {
        /// Bleu.
        Blue = "blue", "bleu";
        /// Vert.
        Green = "green", "vert";
        /// Orange.
        Orange = "orange", "orange";
        /// Violet.
        Purple = "purple", "violet";
        /// Rouge.
        Red = "red", "rouge";
        /// Jaune.
        Yellow = "yellow", "jaune";
    }
}

/// What a peer is recognised by without reading: an animal and a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sign {
    /// The animal.
    pub animal: Animal,
    /// Its colour.
    pub colour: SignColour,
}

impl Sign {
    /// Every sign there is: animal by animal, colour by colour.
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |animal: &Animal| {
            let animal = *animal;
            SignColour::ALL.iter().map(move |colour| Self {
                animal,
                colour: *colour,
            })
        };
        Animal::ALL.iter().flat_map(of)
    }

    /// « hérisson bleu ».
    pub fn label(self) -> String {
        format!("{} {}", self.animal.label(), self.colour.label())
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.animal.code(), self.colour.code())
    }
}

impl FromStr for Sign {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.split_once('-')
            .and_then(|(animal, colour)| {
                Some(Self {
                    animal: Animal::from_code(animal)?,
                    colour: SignColour::from_code(colour)?,
                })
            })
            .ok_or_else(|| Invalid::new("sign", "unknown_value"))
    }
}

impl Serialize for Sign {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sign {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Who a peer is for the payer. Sealed at rest; only the association can join it to a pseudonym.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CivilIdentity {
    /// Surname, accents and case as typed.
    pub surname: String,
    /// First name, accents and case as typed.
    pub first_name: String,
    /// Date of birth, unless the payer's own reference stands for it.
    pub born: Option<Day>,
    /// The payer's own reference.
    pub reference: Option<String>,
}

impl CivilIdentity {
    /// Names of 1 to 200 characters on one line, in letters that a list can be printed in; a date
    /// of birth not after `today`; at least a date of birth or a reference (domain rules §5: a list
    /// carries one of them).
    pub fn new(
        surname: &str,
        first_name: &str,
        born: Option<Day>,
        reference: Option<&str>,
        today: Day,
    ) -> Result<Self, Invalid> {
        let surname = civil_name("surname", surname)?;
        let first_name = civil_name("first_name", first_name)?;
        let reference = reference
            .map(|text| clean_line("reference", text, TITLE_CHARS_MAX))
            .transpose()?;
        if born.is_some_and(|born| born > today) {
            return Err(Invalid::new("born", "in_the_future"));
        }
        if born.is_none() && reference.is_none() {
            return Err(Invalid::new("born", "missing"));
        }
        Ok(Self {
            surname,
            first_name,
            born,
            reference,
        })
    }
}

/// A name as on a card of identity. Documents are printed in a font of Latin and Cyrillic letters
/// (with the marks that stand on them): a name in others would come out unreadable.
fn civil_name(field: &'static str, text: &str) -> Result<String, Invalid> {
    let name = clean_line(field, text, NAME_CHARS_MAX)?;
    let can_be_printed = |letter: char| {
        matches!(letter,
            ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{400}'..='\u{4ff}'
            | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{2015}' | '\u{2018}'..='\u{201d}' | '\u{202f}')
    };
    if !name.chars().all(can_be_printed) {
        return Err(Invalid::new(field, "letters"));
    }
    Ok(name)
}

impl fmt::Debug for CivilIdentity {
    // A name never reaches a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CivilIdentity(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_survives_its_code() {
        for animal in Animal::ALL {
            for colour in SignColour::ALL {
                let sign = Sign {
                    animal: *animal,
                    colour: *colour,
                };
                assert_eq!(sign.to_string().parse::<Sign>().unwrap(), sign);
            }
        }
        assert!("dragon-blue".parse::<Sign>().is_err());
        assert_eq!(
            "hedgehog-blue".parse::<Sign>().unwrap().label(),
            "hérisson bleu"
        );
    }

    #[test]
    fn a_pseudonym_is_one_line_that_says_something() {
        assert_eq!(Pseudonym::new("  Éloïse ").unwrap().as_str(), "Éloïse");
        for wrong in ["", "   ", "a\nb", "a\u{0}b", &"x".repeat(121)] {
            assert!(Pseudonym::new(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_identity_needs_a_birth_date_or_a_reference() {
        let today = Day::new(2026, 11, 24).unwrap();
        let born = Day::new(1984, 2, 29);
        assert!(CivilIdentity::new("D'Hérouville", "Zoé", born, None, today).is_ok());
        assert!(CivilIdentity::new("Nguyễn", "An", None, Some("0042"), today).is_ok());
        assert!(CivilIdentity::new("Nguyễn", "An", None, None, today).is_err());
        let tomorrow = Some(today.plus_days(1));
        assert!(CivilIdentity::new("Nguyễn", "An", tomorrow, None, today).is_err());
        assert!(CivilIdentity::new("", "An", born, None, today).is_err());
        assert!(CivilIdentity::new(&"é".repeat(201), "An", born, None, today).is_err());
        assert!(CivilIdentity::new(&"é".repeat(200), "A", born, None, today).is_ok());
    }

    #[test]
    fn a_civil_name_is_in_letters_that_a_list_can_be_printed_in() {
        let today = Day::new(2026, 11, 24).unwrap();
        let kept = |name: &str| CivilIdentity::new(name, "An", Some(today), None, today);
        for name in [
            "Любомиров",
            "Đặng",
            "O’Neill-D'Arcy",
            "e\u{301}",
            "Œ",
            "=1+1",
        ] {
            assert!(kept(name).is_ok(), "{name}");
        }
        for name in ["محمد", "עמית", "Zoé 😀", "a\u{202e}b", "李"] {
            assert_eq!(kept(name).unwrap_err().0.code, "letters", "{name}");
        }
    }

    #[test]
    fn an_identity_says_nothing_when_printed() {
        let today = Day::new(2026, 11, 24).unwrap();
        let who = CivilIdentity::new("Martin", "Zoé", Some(today), None, today).unwrap();
        assert!(!format!("{who:?}").contains("Martin"));
    }
}

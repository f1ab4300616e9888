//! Everything people read.
//!
//! What peers read is one file a language: `texts/fr.txt` is the original and says how to add one.
//! The build holds the others against it and makes a constant of each key, in modules named as the
//! headings are: `words::recorder::join::TITLE`.
//!
//! A constant is a place in a table and belongs to no language. On the server a `Lang` says it
//! (feature `all`), handed on from the request: two people may ask at once. On the phone there is
//! one reader: feature `screen` holds the table of the language on the screen.
//!
//! What staff read is in French, one file a room: `desk/*.txt`, made into [`desk`]. There a text is
//! a constant and a text with places to fill is a function of them.

#[cfg(test)]
#[path = "desk.rs"]
mod desk_build;
#[cfg(feature = "all")]
mod lang;
#[cfg(test)]
mod read;
#[cfg(feature = "screen")]
pub mod screen;
#[cfg(test)]
mod tree;

#[cfg(feature = "all")]
pub use lang::Lang;

include!(concat!(env!("OUT_DIR"), "/constants.rs"));
include!(concat!(env!("OUT_DIR"), "/offers.rs"));

/// What staff read, and the public on their pages: French, each text under where it stands.
#[cfg(feature = "all")]
pub mod desk {
    include!(concat!(env!("OUT_DIR"), "/desk.rs"));
}

/// A text, in whichever language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text(pub(crate) u16);

/// A text with so many places to fill, in the order in which French has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template<const N: usize>(pub(crate) u16);

/// Two forms of a text, by a number. The number itself is one of the places to fill, if it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plural<const N: usize>(pub(crate) u16);

/// A language that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// `bg`
    pub tag: &'static str,
    /// « Български »: as it calls itself.
    pub name: &'static str,
}

/// Beside each of [`OFFERS`]: that nobody has signed it yet, in that language and in French; empty
/// where somebody has.
pub fn marks() -> impl Iterator<Item = &'static str> {
    MARKS.split('\n')
}

/// Puts values into the numbered places of a text.
#[cfg(any(feature = "all", feature = "screen"))]
fn fill(text: &str, values: &[&str]) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match values.get((sign as usize).wrapping_sub(1)) {
            Some(value) => out += value,
            None => out.push(sign),
        }
    }
    out
}

/// `1205` with what the language writes between thousands.
#[cfg(any(feature = "all", feature = "screen"))]
fn grouped(n: u64, separator: &str) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out += separator;
        }
        out.push(digit);
    }
    out
}

/// Is the form for one used with this number? `of_one`: the figures that take it, « 0 1 ».
#[cfg(any(feature = "all", feature = "screen"))]
fn is_one(n: u64, of_one: &str) -> bool {
    let figure = n.saturating_add(b'0'.into());
    of_one.bytes().any(|it| u64::from(it) == figure)
}

#[cfg(all(test, feature = "all"))]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_each_language_wants_them() {
        assert_eq!(fill("\u{2} of \u{1}!", &["a", "b"]), "b of a!");
        assert_eq!(fill("\u{1}\u{3}", &["é"]), "é\u{3}");
        assert_eq!(fill("", &[]), "");
    }

    #[test]
    fn a_number_is_written_and_counted_as_the_language_does() {
        assert_eq!(grouped(1_234_567, "."), "1.234.567");
        assert_eq!(grouped(999, "."), "999");
        assert!(is_one(0, "0 1") && is_one(1, "0 1") && !is_one(2, "0 1"));
        assert!(!is_one(0, "1") && is_one(1, "1") && !is_one(11, "1"));
    }

    #[test]
    fn every_language_is_offered_by_its_own_name_and_french_comes_first() {
        assert_eq!(OFFERS[0].tag, "fr");
        let names: Vec<_> = OFFERS.iter().map(|it| it.name).collect();
        assert!(
            names.contains(&"Български") && names.contains(&"English"),
            "{names:?}"
        );
    }

    #[test]
    fn what_nobody_signed_is_marked_in_its_own_language_and_in_french() {
        assert_eq!(marks().count(), OFFERS.len());
        for (lang, mark) in Lang::all().zip(marks()) {
            let signed = !lang.say(language::SIGNED).is_empty();
            assert_eq!(signed, mark.is_empty(), "{mark}");
            let own = mark.starts_with(lang.say(language::TO_READ_AGAIN));
            assert!(
                signed || own && mark.ends_with("traduction à relire"),
                "{mark}"
            );
        }
    }
}

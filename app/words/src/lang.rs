//! Every language, for whoever serves more than one reader at once.

use crate::{OFFERS, Offer, PHONE_TEXTS, Plural, Template, Text, fill, grouped, is_one, language};

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// The language of one reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lang(usize);

impl Lang {
    /// The original; also what [`Default`] is.
    pub const FRENCH: Self = Self(0);

    /// All, French first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// By its tag: `bg`.
    pub fn of(tag: &str) -> Option<Self> {
        OFFERS.iter().position(|it| it.tag == tag).map(Self)
    }

    /// What its button says.
    pub fn offer(self) -> Offer {
        OFFERS[self.0]
    }

    /// For `lang="…"`.
    pub fn tag(self) -> &'static str {
        self.offer().tag
    }

    /// A text.
    pub fn say(self, text: Text) -> &'static str {
        self.at(text.0)
    }

    /// A text with its places filled, in the order in which French has them.
    pub fn fill<const N: usize>(self, text: Template<N>, values: [&str; N]) -> String {
        fill(self.at(text.0), &values)
    }

    /// The form that goes with a number, with its places filled.
    pub fn count<const N: usize>(self, text: Plural<N>, n: i64, values: [&str; N]) -> String {
        let one = is_one(n.unsigned_abs(), self.say(language::ONE));
        fill(self.at(text.0 + u16::from(!one)), &values)
    }

    /// A number and the word that goes with it: « 5 lieux ».
    pub fn counted(self, text: Plural<1>, n: i64) -> String {
        self.count(text, n, [&self.number(n)])
    }

    /// `1 204`, as this language writes it.
    pub fn number(self, n: i64) -> String {
        let sign = if n < 0 { "−" } else { "" };
        sign.to_owned() + &grouped(n.unsigned_abs(), self.say(language::THOUSANDS))
    }

    /// What a phone fetches to show this language: what the recorder says, one text a line.
    pub fn for_phone(self) -> String {
        LANGUAGES[self.0][..PHONE_TEXTS].join("\n")
    }

    fn at(self, place: u16) -> &'static str {
        LANGUAGES[self.0][usize::from(place)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder;

    fn lang(tag: &str) -> Lang {
        Lang::of(tag).unwrap()
    }

    #[test]
    fn the_same_constant_is_said_in_each_language() {
        let title = recorder::join::TITLE;
        assert_eq!(Lang::default().say(title), "Rejoindre la sortie");
        let all: Vec<_> = Lang::all().map(|it| it.say(title)).collect();
        assert_eq!(all.len(), OFFERS.len());
        assert!(all[1..].iter().all(|it| *it != all[0]), "{all:?}");
        assert_eq!(Lang::of("xx"), None);
    }

    #[test]
    fn nothing_takes_the_form_for_one_in_french_only() {
        let places = recorder::end::PLACES;
        let told = |tag: &str, n| lang(tag).counted(places, n);
        for tag in ["fr", "bg", "en"] {
            assert_ne!(told(tag, 1)[1..], told(tag, 2)[1..], "{tag}");
            let as_one = told(tag, 0)[1..] == told(tag, 1)[1..];
            assert_eq!(as_one, tag == "fr", "{tag}");
        }
        assert!(told("en", 1_204).starts_with("1,204"));
    }

    #[test]
    fn a_phones_file_has_a_line_a_text_and_begins_with_how_to_count() {
        for it in Lang::all() {
            let file = it.for_phone();
            assert_eq!(file.split('\n').count(), PHONE_TEXTS);
            assert_eq!(file.split('\n').next(), Some(it.offer().name));
        }
    }
}

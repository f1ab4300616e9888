//! The language of this screen: one reader, one table. French comes with the program, in two parts
//! as the program itself does; any other is a file that the loader fetched.

use crate::{FIRST_TEXTS, Plural, Template, Text, fill, grouped, is_one, language};
use std::cell::Cell;

const FRENCH_FIRST: &str = include_str!(concat!(env!("OUT_DIR"), "/french_first.txt"));
const FRENCH_LATER: &str = include_str!(concat!(env!("OUT_DIR"), "/french_later.txt"));

thread_local! {
    /// What the second part brings; natively nothing comes later.
    static LATER: Cell<&'static str> = const {
        Cell::new(if cfg!(target_arch = "wasm32") { "" } else { FRENCH_LATER })
    };
    static OTHER: Cell<&'static str> = const { Cell::new("") };
}

/// The French texts that come with the program's second part.
#[inline(never)]
pub fn add_french() {
    LATER.set(FRENCH_LATER);
}

/// From now on the screen speaks this language, from the file of its texts; French when it is
/// empty.
pub fn set(file: String) {
    OTHER.set(file.leak());
}

/// One line of a few hundred, looked for each time: an index of them would weigh more on the way to
/// the phone, and a screen asks for some sixty, most of them near the beginning.
#[inline(never)]
fn line(file: &'static str, at: usize) -> Option<&'static str> {
    let (mut begin, mut left) = (0, at);
    for (end, byte) in file.bytes().enumerate() {
        if byte == b'\n' {
            if left == 0 {
                return file.get(begin..end);
            }
            left -= 1;
            begin = end + 1;
        }
    }
    if left == 0 { file.get(begin..) } else { None }
}

fn french(at: u16) -> &'static str {
    let at = usize::from(at);
    let (file, at) = match at.checked_sub(FIRST_TEXTS) {
        None => (FRENCH_FIRST, at),
        Some(at) => (LATER.get(), at),
    };
    line(file, at).unwrap_or_default()
}

#[inline(never)]
fn said(at: u16) -> &'static str {
    let other = line(OTHER.get(), at.into());
    other
        .filter(|it| !it.is_empty())
        .unwrap_or_else(|| french(at))
}

/// Into the markup: no text holds a sign that would have to be escaped there.
#[inline(never)]
fn put(at: u16, markup: &mut String) {
    *markup += said(at);
}

#[inline(never)]
fn filled(at: u16, values: &[&str]) -> String {
    fill(said(at), values)
}

#[inline(never)]
fn form(at: u16, n: u32) -> u16 {
    at + u16::from(!is_one(n.into(), language::ONE.as_str()))
}

impl Text {
    /// In the language of the screen.
    pub fn as_str(self) -> &'static str {
        said(self.0)
    }

    /// As it is kept: what is written down for others is French whoever writes it.
    pub fn french(self) -> &'static str {
        french(self.0)
    }
}

impl maud::Render for Text {
    #[inline(always)]
    fn render_to(&self, buffer: &mut String) {
        put(self.0, buffer);
    }
}

impl<const N: usize> Template<N> {
    /// With its places filled, in the order in which French has them.
    #[inline(always)]
    pub fn with(self, values: &[&str; N]) -> String {
        filled(self.0, values)
    }
}

impl Plural<0> {
    /// The form that goes with a number, where that is not said.
    pub fn of(self, n: u32) -> Text {
        Text(form(self.0, n))
    }
}

impl Plural<1> {
    /// A number and the word that goes with it: « 5 lieux ».
    pub fn counted(self, n: u32) -> String {
        filled(form(self.0, n), &[&number(n)])
    }
}

/// `1 204`, as the language of the screen writes it.
#[inline(never)]
pub fn number(n: u32) -> String {
    grouped(n.into(), language::THOUSANDS.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::join;

    #[test]
    fn a_screen_speaks_french_until_it_is_given_another_file_and_after_it_is_taken_away() {
        let title = "Rejoindre la sortie";
        assert_eq!(join::TITLE.as_str(), title);
        let mut file: Vec<_> = FRENCH_FIRST.split('\n').collect();
        file[usize::from(join::TITLE.0)] = "Join";
        set(file.join("\n"));
        assert_eq!(
            (join::TITLE.as_str(), join::TITLE.french()),
            ("Join", title)
        );
        set(String::new());
        assert_eq!(join::TITLE.as_str(), title);
    }

    #[test]
    fn a_file_that_is_cut_off_leaves_the_rest_in_french() {
        set("x".to_owned());
        assert_eq!(join::TITLE.as_str(), "Rejoindre la sortie");
    }
}

//! The key file on paper: text to print, that a person can type in again, line by line.
//!
//! Every line has its own check, so that a wrong letter is found where it is. Months are lines of
//! their own to cut off: when a month is destroyed in the file, its line is destroyed on paper.

use super::{Key, KeyError, KeyFile, Keys, Month, is_month};
use domain::{Day, french};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use words::desk::access::key_paper as sheet;
use zeroize::Zeroizing;

/// Letters and digits that are not taken for one another (Crockford's base 32).
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How the line of the first key begins.
const FIRST: &str = "CLE";
/// Signs of a key: 256 bits, 5 a sign.
const SIGNS_PER_KEY: usize = 52;
const SIGNS_PER_CHECK: usize = 4;

/// Why a paper copy cannot be read: which line, for whoever typed it.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// A line does not agree with its check.
    #[error("line {0} has a wrong sign: look at « {1} » again")]
    Line(usize, String),
    /// The first key is not there.
    #[error("the line that begins with {FIRST} is missing")]
    NoFirst,
    /// There is no month.
    #[error("there is no month: type at least the newest one")]
    NoMonth,
    /// The file cannot be made.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Where months are cut from each other.
const CUT_HERE: &str = "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -";

/// The text to print.
pub fn print(keys: &KeyFile, today: Day, forget_days: u32) -> Zeroizing<String> {
    let held = keys.held();
    let mut out = Zeroizing::new(String::with_capacity(4_096));
    let last = held.wrapping.keys().next_back().map_or("", String::as_str);
    let mut say = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    say(sheet::TITLE);
    say(&sheet::made_on(&french::date(today)));
    say("");
    say(sheet::WHO_HAS_IT);
    say(sheet::WITHOUT_IT);
    say(sheet::SAFE);
    say("");
    say(&line(FIRST, &held.mac));
    say("");
    say(sheet::BY_MONTH);
    say("");
    for (month, key) in &held.wrapping {
        say(CUT_HERE);
        say(&line(month, key));
    }
    say(CUT_HERE);
    say("");
    say(sheet::EACH_MONTH);
    say(&sheet::cut_and_destroy(&forget_days));
    say(sheet::WHY_DESTROY);
    say("");
    say(&sheet::before_the_end(&last));
    say(sheet::MAKE_ANOTHER);
    say("");
    say(sheet::TO_RESTORE);
    say(&sheet::restore_type(&FIRST));
    say(&format!("   {}", sheet::RESTORE_SIGNS));
    say(sheet::RESTORE_RUN);
    say(sheet::RESTORE_ERROR);
    say(sheet::RESTORE_DESTROY);
    out
}

/// `2026-11  ABCD-… = CHCK`
fn line(name: &str, key: &Key) -> String {
    let signs = encode(&**key, SIGNS_PER_KEY);
    let groups: Vec<&str> = (0..SIGNS_PER_KEY)
        .step_by(4)
        .map(|at| &signs[at..at + 4])
        .collect();
    format!("{name}  {} = {}", groups.join("-"), check(name, key))
}

fn check(name: &str, key: &Key) -> String {
    let mut hash = Sha256::new();
    hash.update(name.as_bytes());
    hash.update(**key);
    encode(&hash.finalize(), SIGNS_PER_CHECK)
}

/// The first signs of bytes, five bits each.
fn encode(bytes: &[u8], signs: usize) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |it| it >> (7 - at % 8) & 1);
    let sign = |n: usize| {
        let value = (0..5).fold(0, |value, k| value << 1 | bit(n * 5 + k));
        char::from(SIGNS[usize::from(value)])
    };
    (0..signs).map(sign).collect()
}

fn decode(text: &str) -> Option<Key> {
    let mut key = Zeroizing::new([0; 32]);
    if text.len() != SIGNS_PER_KEY {
        return None;
    }
    for (n, sign) in text.bytes().enumerate() {
        let value = SIGNS.iter().position(|it| *it == sign)?;
        for k in (0..5).filter(|k| n * 5 + k < 256) {
            let at = n * 5 + k;
            let bit = u8::from(value >> (4 - k) & 1 == 1);
            key[at / 8] |= bit << (7 - at % 8);
        }
    }
    Some(key)
}

/// What people type for one another.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_ascii_alphanumeric());
    let upper = kept.map(|c| c.to_ascii_uppercase());
    upper
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// Reads the lines of a paper copy that were typed, and makes the key file of them.
pub fn restore(path: &Path, typed: &str) -> Result<KeyFile, PaperError> {
    let mut mac = None;
    let mut wrapping: BTreeMap<Month, Key> = BTreeMap::new();
    for (n, text) in (1..).zip(typed.lines()) {
        let Some((name, key)) = key_line(n, text)? else {
            continue;
        };
        match name {
            Some(month) => _ = wrapping.insert(month, key),
            None => mac = Some(key),
        }
    }
    let mac = mac.ok_or(PaperError::NoFirst)?;
    if wrapping.is_empty() {
        return Err(PaperError::NoMonth);
    }
    Ok(KeyFile::create(path, Keys { mac, wrapping })?)
}

/// A line with a key: its month, or none for the first key. Other lines of the paper are passed by.
#[allow(clippy::type_complexity)]
fn key_line(n: usize, text: &str) -> Result<Option<(Option<Month>, Key)>, PaperError> {
    let mut words = text.trim().splitn(2, char::is_whitespace);
    let (name, rest) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let is_first = name.to_uppercase() == FIRST || name.to_uppercase() == "CLÉ";
    if !is_first && !is_month(name) {
        return Ok(None);
    }
    let name = if is_first { FIRST } else { name };
    let wrong = || PaperError::Line(n, name.to_owned());
    let (key, said) = rest.split_once('=').ok_or_else(wrong)?;
    let key = decode(&plain(key)).ok_or_else(wrong)?;
    if check(name, &key) != plain(said) {
        return Err(wrong());
    }
    Ok(Some(((!is_first).then(|| name.to_owned()), key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;
    use proptest::prelude::*;

    fn folder() -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("cueillette-paper-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    fn printed() -> (KeyFile, Zeroizing<String>) {
        let (keys, _) = KeyFile::load_or_create(&folder().join("a.key")).unwrap();
        keys.make_ahead(Instant::from_ms(1_795_000_000_000))
            .unwrap();
        let text = print(&keys, Day::new(2026, 11, 24).unwrap(), 35);
        (keys, text)
    }

    #[test]
    fn what_was_printed_is_the_same_key_file_again() {
        let (keys, text) = printed();
        let sloppy = text
            .to_lowercase()
            .replace('-', " - ")
            .replace(" - - - ", "-");
        let sloppy: String = sloppy
            .lines()
            .map(|line| match line.split_once("  ") {
                // The name of a month keeps its dash.
                Some((name, rest)) => format!("{}  {rest}\n", name.replace(" - ", "-")),
                None => format!("{line}\n"),
            })
            .collect();
        for typed in [text.as_str(), &sloppy] {
            let again = restore(&folder().join("b.key"), typed).unwrap();
            assert_eq!(again.fingerprint(), keys.fingerprint());
            assert_eq!(again.months(), keys.months());
            assert_eq!(again.held().wrapping, keys.held().wrapping);
        }
        assert_eq!(keys.months().len(), 13);
        assert!(text.contains("AVANT LA FIN DE 2027-11"), "{}", *text);
    }

    #[test]
    fn a_key_file_that_is_there_is_left_alone() {
        let (keys, text) = printed();
        let refused = restore(keys.path(), &text);
        assert!(matches!(refused, Err(PaperError::Key(KeyError::There(_)))));
    }

    #[test]
    fn a_line_with_a_wrong_sign_is_named() {
        let (_, text) = printed();
        let line = text
            .lines()
            .position(|it| it.starts_with("2026-12"))
            .unwrap();
        let wrong: String = text
            .lines()
            .enumerate()
            .map(|(n, it)| match n == line {
                true => it.replacen(['A', '7'], "Z", 1) + " \n",
                false => format!("{it}\n"),
            })
            .collect();
        // Perhaps there was neither; then another sign.
        let wrong = if wrong.replace(" \n", "\n") == **text {
            wrong.replacen("= ", "= Z", 8)
        } else {
            wrong
        };
        let refused = restore(&folder().join("c.key"), &wrong);
        assert!(matches!(refused, Err(PaperError::Line(..))), "{refused:?}");
        let none = restore(&folder().join("d.key"), "rien");
        assert!(matches!(none, Err(PaperError::NoFirst)));
    }

    proptest! {
        #[test]
        fn any_key_is_read_back_and_any_changed_sign_is_found(bytes: [u8; 32], at in 0usize..52, by in 1usize..31) {
            let key: Key = Zeroizing::new(bytes);
            let text = line("2026-11", &key);
            let (_, read) = key_line(1, &text).unwrap().unwrap();
            prop_assert_eq!(*read, bytes);
            let mut signs: Vec<char> = encode(&bytes, SIGNS_PER_KEY).chars().collect();
            let old = SIGNS.iter().position(|it| char::from(*it) == signs[at]).unwrap();
            signs[at] = char::from(SIGNS[(old + by) % 32]);
            let changed: String = signs.into_iter().collect();
            let text = format!("2026-11  {changed} = {}", check("2026-11", &key));
            // The last sign holds four bits that mean nothing.
            if decode(&changed).is_none_or(|it| *it != bytes) {
                prop_assert!(key_line(1, &text).is_err());
            }
        }

        #[test]
        fn no_text_makes_the_reader_fall_over(text in "\\PC{0,200}") {
            _ = restore(&folder().join("e.key"), &text);
        }
    }
}

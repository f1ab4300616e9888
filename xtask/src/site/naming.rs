//! Names that say their content: `/pkg/loader.3f9a….js` never changes, so browsers keep it for
//! good. A file that refers to another (a style to its font) is named after it, since the
//! reference is part of its content.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use crate::setup;

/// Enough that two contents never meet.
const HASH_DIGITS: usize = 12;

/// A file under its final name.
pub struct Named {
    /// `loader.3f9a….js`
    pub file_name: String,
    pub bytes: Vec<u8>,
}

impl Named {
    /// The address that pages use.
    pub fn url(&self) -> String {
        format!("/pkg/{}", self.file_name)
    }

    /// The place inside the site's folder.
    pub fn file_path(&self) -> PathBuf {
        PathBuf::from("pkg").join(&self.file_name)
    }
}

/// Names each file by its content, references first; keys stay the logical names.
pub fn name_by_content(mut waiting: BTreeMap<String, Vec<u8>>) -> Result<BTreeMap<String, Named>> {
    let logical_names: Vec<String> = waiting.keys().cloned().collect();
    let mut named: BTreeMap<String, Named> = BTreeMap::new();
    while !waiting.is_empty() {
        let ready = waiting.iter().find(|(logical, bytes)| {
            let mut others = logical_names.iter().filter(|name| *name != *logical);
            others.all(|other| named.contains_key(other) || !refers_to(logical, bytes, other))
        });
        let Some(logical) = ready.map(|(logical, _)| logical.clone()) else {
            let names: Vec<&str> = waiting.keys().map(String::as_str).collect();
            bail!(
                "these files refer to each other in a circle: {}",
                names.join(", ")
            );
        };
        let bytes = waiting.remove(&logical).unwrap_or_default();
        let bytes = with_final_names(&logical, bytes, &named);
        let file_name = hashed_name(&logical, &bytes);
        named.insert(logical, Named { file_name, bytes });
    }
    Ok(named)
}

/// `loader.js` becomes `loader.3f9a….js`.
fn hashed_name(logical: &str, bytes: &[u8]) -> String {
    let mut hash = setup::hex(&Sha256::digest(bytes));
    hash.truncate(HASH_DIGITS);
    match logical.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{logical}.{hash}"),
    }
}

/// Only text refers to other files.
fn is_text(logical: &str) -> bool {
    [".js", ".css"]
        .iter()
        .any(|extension| logical.ends_with(extension))
}

fn refers_to(logical: &str, bytes: &[u8], other: &str) -> bool {
    is_text(logical)
        && std::str::from_utf8(bytes).is_ok_and(|text| !references(text, other).is_empty())
}

fn with_final_names(logical: &str, bytes: Vec<u8>, named: &BTreeMap<String, Named>) -> Vec<u8> {
    if !is_text(logical) {
        return bytes;
    }
    let Ok(mut text) = String::from_utf8(bytes.clone()) else {
        return bytes;
    };
    for (other, file) in named {
        // From the end, so that earlier places stay where they are.
        for place in references(&text, other).into_iter().rev() {
            text.replace_range(place, &file.url());
        }
    }
    text.into_bytes()
}

/// The places where `text` names `other`: as `/pkg/other` anywhere, or bare inside `url(…)`.
fn references(text: &str, other: &str) -> Vec<std::ops::Range<usize>> {
    let whole_name = |end: usize| {
        !text[end..].starts_with(|next: char| next.is_alphanumeric() || ".-_".contains(next))
    };
    text.match_indices(other)
        .filter(|(at, _)| whole_name(at + other.len()))
        .filter_map(|(at, _)| {
            let before = &text[..at];
            let start = match before.strip_suffix("/pkg/") {
                Some(rest) => rest.len(),
                None => {
                    let rest = before.strip_suffix("./").unwrap_or(before);
                    let opened = ["url(", "url(\"", "url('"]
                        .iter()
                        .any(|open| rest.ends_with(open));
                    opened.then_some(rest.len())?
                }
            };
            Some(start..at + other.len())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        list.iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    fn text_of(named: &BTreeMap<String, Named>, logical: &str) -> String {
        String::from_utf8(named[logical].bytes.clone()).unwrap()
    }

    #[test]
    fn a_style_names_its_font_by_the_fonts_final_name() {
        let named = name_by_content(files(&[
            (
                "a.css",
                "src: url(./andika-400.woff2) url('andika-400.woff2')",
            ),
            ("andika-400.woff2", "font"),
        ]))
        .unwrap();
        let font = named["andika-400.woff2"].url();
        assert_eq!(
            text_of(&named, "a.css"),
            format!("src: url({font}) url('{font}')")
        );
    }

    #[test]
    fn a_change_in_a_font_renames_the_style_too() {
        let name_with = |font: &str| {
            let list = files(&[("a.css", "url(f.woff2)"), ("f.woff2", font)]);
            name_by_content(list).unwrap()["a.css"].file_name.clone()
        };
        assert_ne!(name_with("one"), name_with("two"));
    }

    #[test]
    fn a_longer_name_is_not_mistaken_for_a_shorter_one() {
        let named = name_by_content(files(&[
            ("app.js", "glue"),
            (
                "loader.js",
                "import('/pkg/app.js'); fetch('/pkg/app.js.map'); 'app.js'",
            ),
        ]))
        .unwrap();
        let app = named["app.js"].url();
        let wanted = format!("import('{app}'); fetch('/pkg/app.js.map'); 'app.js'");
        assert_eq!(text_of(&named, "loader.js"), wanted);
    }

    #[test]
    fn files_that_name_each_other_are_refused() {
        let list = files(&[("a.js", "'/pkg/b.js'"), ("b.js", "'/pkg/a.js'")]);
        let error = name_by_content(list).err().unwrap();
        assert!(error.to_string().ends_with("a.js, b.js"), "{error}");
    }

    #[test]
    fn the_same_content_has_the_same_name() {
        assert_eq!(hashed_name("x.js", b"1"), hashed_name("x.js", b"1"));
        assert!(hashed_name("map.js", b"1").starts_with("map."));
        assert!(hashed_name("map.js", b"1").ends_with(".js"));
    }
}

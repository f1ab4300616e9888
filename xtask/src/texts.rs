//! What people read stands in `app/words`, and nowhere in the server's sources; and what stands
//! there is read somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use proc_macro2::{TokenStream, TokenTree};

use crate::paths;

/// Letters and signs that French has and programs have not.
const FRENCH: &str = "éèêëàâùûôîïçœÉÈÊÀÂÎÔÇŒ’";

/// Where such literals are no text of a page, by the beginning of the path, and why.
const APART: [(&str, &str); 5] = [
    ("demo/", "people and places of the demonstration"),
    ("http/styleguide.rs", "specimens of what pages are made of"),
    ("imports/", "names of columns in other people's files"),
    ("access/keys/paper.rs", "what may be typed from the paper"),
    (
        "sites/quarters/geojson.rs",
        "a hint beside an English sentence, for the operator",
    ),
];

/// What one source says.
#[derive(Default)]
struct Said {
    literals: Vec<String>,
    names: BTreeSet<String>,
}

/// Fails with each text that stands in a source, and each that no source says.
pub fn check() -> Result<()> {
    let sources = paths::root().join("server/src");
    let mut files = Vec::new();
    collect(&sources, &mut files)?;
    let (mut faults, mut names) = (Vec::new(), BTreeSet::new());
    for file in files {
        let path = file.strip_prefix(&sources)?.display().to_string();
        let text = std::fs::read_to_string(&file)?;
        let said = said(&text).with_context(|| format!("{path} cannot be read"))?;
        let texts = said.literals.iter().filter(|it| is_french(it));
        if !APART.iter().any(|(start, _)| path.starts_with(start)) {
            faults.extend(texts.map(|it| format!("{path}: {it} belongs in app/words/desk")));
        }
        names.extend(said.names);
    }
    for (key, name) in desk_names()? {
        if !names.contains(&name) {
            faults.push(format!("app/words/desk: no page says {key}"));
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "rs") && name != "tests.rs" {
            files.push(path);
        }
    }
    Ok(())
}

/// The literals and names of a source, but for its remarks and its tests.
fn said(source: &str) -> Result<Said> {
    let tokens: TokenStream = source.parse().map_err(|it| anyhow::anyhow!("{it}"))?;
    let mut said = Said::default();
    gather(tokens, &mut said);
    Ok(said)
}

fn gather(tokens: TokenStream, said: &mut Said) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(it) if it.as_char() == '#' => {
                tokens.next_if(|it| matches!(it, TokenTree::Punct(it) if it.as_char() == '!'));
                let attribute = tokens.next_if(|it| matches!(it, TokenTree::Group(_)));
                let is_test = attribute.is_some_and(|it| it.to_string().contains("cfg (test)"));
                if is_test {
                    // The module, the function or the `use` that only tests have.
                    for token in tokens.by_ref() {
                        let ends = match &token {
                            TokenTree::Group(it) => it.delimiter() == proc_macro2::Delimiter::Brace,
                            TokenTree::Punct(it) => it.as_char() == ';',
                            _ => false,
                        };
                        if ends {
                            break;
                        }
                    }
                }
            }
            TokenTree::Group(it) => gather(it.stream(), said),
            TokenTree::Ident(it) => drop(said.names.insert(it.to_string())),
            TokenTree::Literal(it) => said.literals.push(it.to_string()),
            TokenTree::Punct(_) => {}
        }
    }
}

fn is_french(literal: &str) -> bool {
    let is_text = !literal.starts_with(['\'', 'b']);
    is_text && literal.contains(|it| FRENCH.contains(it))
}

/// Each key of the desk's texts, and what it is called in Rust.
fn desk_names() -> Result<Vec<(String, String)>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(paths::root().join("app/words/desk"))? {
        let text = std::fs::read_to_string(entry?.path())?;
        let mut heading = "";
        for line in text.lines() {
            if let Some(it) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                heading = it;
            } else if let Some((key, text)) =
                line.split_once(" = ").filter(|_| !line.starts_with('#'))
            {
                let name = if text.contains('{') {
                    key.to_owned()
                } else {
                    key.to_uppercase()
                };
                names.push((format!("{heading}:{key}"), name));
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_and_tests_are_no_texts_of_a_page() {
        let said = said(
            "//! Où\n/// L’été\nfn a() { view! { <p>\"Lieu gardé\"{say::TITLE}</p> } }\n\
             #[cfg(test)]\nmod tests { fn b() { assert!(\"été\") } }",
        );
        let said = said.unwrap();
        let french: Vec<_> = said.literals.iter().filter(|it| is_french(it)).collect();
        assert_eq!(french, ["\"Lieu gardé\""]);
        assert!(said.names.contains("TITLE"));
    }
}

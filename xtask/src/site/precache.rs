//! What a phone keeps to work with no network: the list, and the service worker that holds it.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use super::naming::Named;
use words::OFFERS;

/// The peers' help: French at its own address, each other language after a hyphen.
const GUIDE: &str = "/aide/terrain";
/// Pages that are the same for everyone.
const PAGES: [&str; 4] = ["/terrain", "/signaler", "/hors-ligne", "/aide/piqure"];
/// Without one of these the recorder, or the help beside it, does not work.
const NEEDED: [&str; 10] = [
    "app.js",
    "app_bg.wasm",
    "app_more.wasm",
    "loader.js",
    "terrain.css",
    "style.css",
    "map.js",
    "photo.js",
    "help.js",
    "help.css",
];
/// Kept when the build makes it: the map may carry its style inside.
const WELCOME: [&str; 1] = ["map.css"];
/// The recorder's texts: all languages, so that one changes it without network.
const WORDS: &str = "words-";
/// Unhashed files that an installed app shows.
const PUBLIC: [&str; 2] = ["icon.svg", "manifest.webmanifest"];

/// Addresses in the order in which they are fetched: the page first.
pub fn list(
    named: &BTreeMap<String, Named>,
    public: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<String>> {
    let mut list: Vec<String> = PAGES.map(str::to_owned).into();
    for logical in NEEDED {
        ensure!(
            named.contains_key(logical),
            "the web build did not make {logical}"
        );
    }
    let scripts = NEEDED
        .iter()
        .chain(&WELCOME)
        .filter_map(|logical| named.get(*logical));
    let fonts = named
        .iter()
        .filter(|(logical, _)| logical.ends_with(".woff2"));
    let words = named
        .iter()
        .filter(|(logical, _)| logical.starts_with(WORDS));
    let found = fonts.chain(words).map(|(_, file)| file);
    list.extend(scripts.chain(found).map(Named::url));
    // After a needle-stick: each language at an address of its own.
    list.extend(OFFERS.iter().map(|it| format!("/aide/piqure/{}", it.tag)));
    list.extend(OFFERS.iter().map(|it| match it.tag {
        "fr" => GUIDE.to_owned(),
        tag => format!("{GUIDE}-{tag}"),
    }));
    for name in PUBLIC {
        ensure!(public.contains_key(name), "public/{name} is missing");
        list.push(format!("/{name}"));
    }
    Ok(list)
}

/// Writes the build id and the list into the service worker. The id goes in by the letter, since
/// a minifier may have joined its string with others; the list goes in as JSON.
pub fn fill(worker: &str, build_id: &str, list: &[String]) -> Result<String> {
    let list = serde_json::to_string(list)?;
    let mut filled = worker.to_owned();
    for (token, value) in [("__BUILD_ID__", build_id), ("__PRECACHE__", &list)] {
        ensure!(worker.contains(token), "sw.js has no place for {token}");
        filled = filled.replace(token, value);
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> BTreeMap<String, Named> {
        let file = |name: &str| Named {
            file_name: format!("H-{name}"),
            bytes: Vec::new(),
        };
        names
            .iter()
            .map(|name| ((*name).to_owned(), file(name)))
            .collect()
    }

    fn public() -> BTreeMap<String, Vec<u8>> {
        PUBLIC
            .iter()
            .map(|name| ((*name).to_owned(), Vec::new()))
            .collect()
    }

    #[test]
    fn the_list_holds_pages_scripts_fonts_and_icon() {
        let files = [
            &NEEDED[..],
            &["andika-400.woff2", "words-bg.txt", "desk.js"],
        ]
        .concat();
        let list = list(&named(&files), &public()).unwrap();
        let pages = ["/terrain", "/signaler", "/hors-ligne", "/aide/piqure"];
        assert_eq!(list[..4], pages);
        assert_eq!(list[4], "/pkg/H-app.js");
        assert!(list.contains(&"/pkg/H-help.js".to_owned()));
        assert!(list.contains(&"/pkg/H-andika-400.woff2".to_owned()));
        assert!(list.contains(&"/pkg/H-words-bg.txt".to_owned()));
        assert!(list.contains(&"/aide/piqure/bg".to_owned()));
        assert!(list.contains(&GUIDE.to_owned()) && list.contains(&"/aide/terrain-bg".to_owned()));
        assert!(list.contains(&"/manifest.webmanifest".to_owned()));
        assert!(
            !list.iter().any(|address| address.contains("desk")),
            "desks have a network"
        );
    }

    #[test]
    fn a_missing_part_is_named() {
        let error = list(&named(&NEEDED[1..]), &public()).unwrap_err();
        assert_eq!(error.to_string(), "the web build did not make app.js");
    }

    #[test]
    fn the_worker_holds_the_build_id_and_the_list() {
        let list = ["/terrain".to_owned()];
        let filled = fill("a('c-__BUILD_ID__',__PRECACHE__)", "7f", &list).unwrap();
        assert_eq!(filled, r#"a('c-7f',["/terrain"])"#);
        assert!(
            fill("a('__BUILD_ID__')", "7f", &list).is_err(),
            "a worker without its list"
        );
    }
}

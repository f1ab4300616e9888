//! Makes constants and tables of `texts/*.txt`: one file a language, French first. A language that
//! is not all there stops the build, with everything that is missing. Beside them, constants and
//! functions of `desk/*.txt`: one file a room, in French.

#[path = "src/desk.rs"]
mod desk;
#[path = "src/read.rs"]
mod read;
#[path = "src/tree.rs"]
mod tree;

use read::Line;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What the recorder shows at its start: these come to the phone with its first part.
const FIRST: [&str; 8] = [
    "language",
    "recorder.bar",
    "recorder.loading",
    "recorder.join",
    "recorder.tabs",
    "recorder.count",
    "recorder.item",
    "recorder.places",
];
/// All that the recorder shows: these come to the phone. The server alone has all others.
const RECORDER: &str = "recorder.";

/// One language.
struct Language {
    tag: String,
    /// In French order.
    texts: Vec<String>,
    signed: bool,
}

fn main() -> Result<()> {
    let mut faults = Vec::new();
    let mut files = files_of("texts", &mut faults)?;
    let rooms = files_of("desk", &mut faults)?;
    faults.extend(desk::faults(&rooms));
    let french = files.remove("fr").unwrap_or_default();
    for (name, lines) in files.iter().map(|(name, lines)| (name.as_str(), lines)) {
        let list = read::compare(&french, lines);
        faults.extend(list.iter().map(|it| format!("{name}.txt: {it}")));
    }
    faults.extend(read::check_forms(&french));
    faults.extend(tags_that_lie(&french, &files));
    if !faults.is_empty() {
        for fault in &faults {
            println!("cargo::error={fault}");
        }
        return Ok(());
    }
    let french = in_order_of_arrival(french);
    let mut languages = vec![translated("fr", &french, &french)];
    let others = files.iter();
    languages.extend(others.map(|(name, lines)| translated(name, &french, lines)));
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("desk.rs"), desk::code(&rooms))?;
    write_all(&out, &french, &languages)
}

/// The texts of each file of a folder, by its name.
fn files_of(folder: &str, faults: &mut Vec<String>) -> Result<BTreeMap<String, Vec<Line>>> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join(folder);
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if path.extension().is_none_or(|it| it != "txt") || name.starts_with('.') {
            continue;
        }
        match read::read(&fs::read_to_string(&path)?) {
            Ok(lines) => drop(files.insert(name.into_owned(), lines)),
            Err(list) => faults.extend(list.iter().map(|it| format!("{name}.txt: {it}"))),
        }
    }
    Ok(files)
}

/// A file is named by its language's tag.
fn tags_that_lie(french: &[Line], files: &BTreeMap<String, Vec<Line>>) -> Vec<String> {
    let others = files
        .iter()
        .map(|(name, lines)| (name.as_str(), lines.as_slice()));
    let all = others.chain([("fr", french)]);
    let lies = all.filter(|(name, lines)| text_of(lines, "language:tag") != *name);
    lies.map(|(name, _)| format!("{name}.txt: its tag must be {name}"))
        .collect()
}

fn text_of<'a>(lines: &'a [Line], key: &str) -> &'a str {
    let found = lines.iter().find(|it| it.key == key);
    found.map_or("", |it| it.text.as_str())
}

/// First what the phone needs first, then the recorder's, then all others; in each as written.
fn in_order_of_arrival(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_key(|it| rank(&it.key));
    lines
}

fn rank(key: &str) -> u8 {
    match read::heading(key) {
        it if FIRST.contains(&it) => 0,
        it if it.starts_with(RECORDER) => 1,
        _ => 2,
    }
}

fn translated(tag: &str, french: &[Line], lines: &[Line]) -> Language {
    let texts = french.iter().map(|it| {
        let names = read::places_of(french, &it.key);
        read::numbered(text_of(lines, &it.key), &names)
    });
    Language {
        tag: tag.to_owned(),
        texts: texts.collect(),
        signed: !text_of(lines, "language:signed").is_empty(),
    }
}

fn write_all(out: &Path, french: &[Line], languages: &[Language]) -> Result<()> {
    let count = |rank_max| french.iter().filter(|it| rank(&it.key) <= rank_max).count();
    let (first, phone) = (count(0), count(1));
    let texts = &languages[0].texts;
    fs::write(out.join("french_first.txt"), texts[..first].join("\n"))?;
    fs::write(out.join("french_later.txt"), texts[first..phone].join("\n"))?;
    fs::write(out.join("constants.rs"), constants(french)?)?;

    let tables = languages.iter().map(|it| format!("    &{:?},\n", it.texts));
    let tables: String = tables.collect();
    let head = "pub(crate) static LANGUAGES: &[&[&str]] = &[\n";
    fs::write(out.join("table.rs"), format!("{head}{tables}];\n"))?;
    fs::write(
        out.join("offers.rs"),
        offers(french, languages, [first, phone]),
    )?;
    Ok(())
}

/// What the buttons say by which a language is chosen.
fn offers(french: &[Line], languages: &[Language], counts: [usize; 2]) -> String {
    let [first, phone] = counts;
    let find = |language: &Language, key: &str| {
        let at = french.iter().position(|it| it.key == key);
        at.map_or_else(String::new, |it| language.texts[it].clone())
    };
    let again = |language| find(language, "language:to_read_again");
    let names = languages.iter().map(|it| {
        let name = find(it, "language:name");
        format!("    Offer {{ tag: {:?}, name: {name:?} }},\n", it.tag)
    });
    let names: String = names.collect();
    let marks = languages.iter().map(|it| match it.signed {
        true => String::new(),
        false => [again(it), again(&languages[0])].join(" · "),
    });
    let marks = marks.collect::<Vec<_>>().join("\n");
    format!(
        "/// Each language, French first.\npub const OFFERS: &[Offer] = &[\n{names}];\n\
         const MARKS: &str = {marks:?};\n\
         /// So many texts go to phones, from the first on.\n\
         pub const PHONE_TEXTS: usize = {phone};\n\
         #[cfg(feature = \"screen\")]\nconst FIRST_TEXTS: usize = {first};\n"
    )
}

fn constants(french: &[Line]) -> Result<String> {
    let mut root = tree::Module::default();
    for (at, line) in french.iter().enumerate() {
        let bare = read::bare(&line.key);
        // Both forms are one constant, at the place of the first.
        if bare != line.key && line.key.ends_with(read::FORMS[1]) {
            continue;
        }
        let name = bare.rsplit(':').next().unwrap_or_default().to_uppercase();
        let places = read::places_of(french, &line.key).len();
        let (kind, make) = match (bare == line.key, places) {
            (false, n) => (format!("Plural<{n}>"), "Plural"),
            (true, 0) => ("Text".to_owned(), "Text"),
            (true, n) => (format!("Template<{n}>"), "Template"),
        };
        let out = root.at(read::heading(&line.key));
        writeln!(out, "/// « {} »", line.text)?;
        writeln!(out, "pub const {name}: {kind} = {make}({at});")?;
    }
    let head = "#[allow(unused_imports)]\nuse crate::{Plural, Template, Text};\n";
    Ok(root.print(head))
}

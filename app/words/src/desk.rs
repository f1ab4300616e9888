//! Makes Rust of what staff read: a text is a constant, a text with places to fill is a function of
//! them, in modules named as the headings are. Used by the build and by its tests.

use crate::read::{self, Line};
use crate::tree::Module;
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong between files, or in one beyond what every file must be.
pub fn faults(rooms: &BTreeMap<String, Vec<Line>>) -> Vec<String> {
    let (mut faults, mut seen) = (Vec::new(), BTreeSet::new());
    for (room, line) in lines(rooms) {
        let (key, heading) = (&line.key, read::heading(&line.key));
        if heading.split('.').next() != Some(room) {
            faults.push(format!("{room}.txt: {key} stands in another file's place"));
        }
        if read::bare(key) != key {
            faults.push(format!("{room}.txt: {key}: two forms are two keys here"));
        }
        if !seen.insert(key) {
            faults.push(format!("{room}.txt: {key} is there twice"));
        }
    }
    faults
}

fn lines(rooms: &BTreeMap<String, Vec<Line>>) -> impl Iterator<Item = (&str, &Line)> {
    let rooms = rooms.iter();
    rooms.flat_map(|(room, lines)| lines.iter().map(move |it| (room.as_str(), it)))
}

/// `pub mod allowances { pub const TITLE: &str = …; … }`
pub fn code(rooms: &BTreeMap<String, Vec<Line>>) -> String {
    let mut root = Module::default();
    for (_, line) in lines(rooms) {
        let one = one(line);
        *root.at(read::heading(&line.key)) += &one;
    }
    root.print("")
}

fn one(line: &Line) -> String {
    let Line { key, text } = line;
    let name = key.rsplit(':').next().unwrap_or_default();
    let places = read::places(text).unwrap_or_default();
    let doc = format!("/// « {text} »\n");
    if places.is_empty() {
        return format!("{doc}pub const {}: &str = {text:?};\n", name.to_uppercase());
    }
    let places = places
        .iter()
        .map(|it| format!("{it}: &dyn std::fmt::Display"));
    let places = places.collect::<Vec<_>>().join(", ");
    format!("{doc}#[must_use]\npub fn {name}({places}) -> String {{\n    format!({text:?})\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms(content: &str) -> BTreeMap<String, Vec<Line>> {
        [("aids".to_owned(), read::read(content).unwrap())].into()
    }

    #[test]
    fn a_text_is_a_constant_and_one_with_places_a_function_of_them() {
        let code = code(&rooms(
            "[aids.list]\ntitle = Reçu\npaid = payé en~{year}, {year}, à {name}",
        ));
        assert!(code.contains("pub const TITLE: &str = \"Reçu\";"), "{code}");
        let wanted = "pub fn paid(year: &dyn std::fmt::Display, name: &dyn std::fmt::Display)";
        assert!(code.contains(wanted), "{code}");
        assert!(code.contains(r#"format!("payé en\u{a0}{year}, {year}, à {name}")"#));
    }

    #[test]
    fn a_text_of_another_room_or_without_a_place_or_in_two_forms_is_a_fault() {
        for wrong in [
            "title = Reçu",
            "[sites]\ntitle = Lieu",
            "[aids]\nn.one = {n}\nn.other = {n}",
        ] {
            assert_ne!(faults(&rooms(wrong)), [""; 0], "{wrong}");
        }
        assert_eq!(faults(&rooms("[aids]\ntitle = Aides")), [""; 0]);
    }
}

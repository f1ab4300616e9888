//! Reads the files of texts and holds them against each other. Used by the build and by its tests.

use std::collections::{BTreeMap, BTreeSet};

/// Characters that would be markup: a text is written into pages as it is.
const MARKUP: [char; 4] = ['<', '>', '&', '"'];
/// What says how a language counts and is called: before the first heading of each file.
pub const HEAD: &str = "language";
/// The two forms of what follows a number.
pub const FORMS: [&str; 2] = [".one", ".other"];

/// One text and where it stands: `recorder.join:title`.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The heading and the key.
    pub key: String,
    /// As it is read: a `~` is a space at which no line may break.
    pub text: String,
}

/// A file's lines in their order, or everything that is wrong with it.
pub fn read(content: &str) -> Result<Vec<Line>, Vec<String>> {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    let (mut heading, mut seen) = (HEAD.to_owned(), BTreeSet::new());
    for (at, line) in content.lines().enumerate() {
        let line = line.trim_matches(|it| matches!(it, ' ' | '\t' | '\r' | '\u{feff}'));
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            name.clone_into(&mut heading);
            if !name.split('.').all(is_name) {
                faults.push(format!("line {}: « {name} » is no heading", at + 1));
            }
            continue;
        }
        match one(&heading, line) {
            Ok(line) if seen.contains(&line.key) => {
                faults.push(format!("line {}: {} is there twice", at + 1, line.key));
            }
            Ok(line) => {
                seen.insert(line.key.clone());
                lines.push(line);
            }
            Err(fault) => faults.push(format!("line {}: {fault}", at + 1)),
        }
    }
    if faults.is_empty() {
        Ok(lines)
    } else {
        Err(faults)
    }
}

/// A small name of a key or a heading.
fn is_name(name: &str) -> bool {
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    name.starts_with(|it: char| it.is_ascii_lowercase()) && name.chars().all(plain)
}

fn one(heading: &str, line: &str) -> Result<Line, String> {
    let Some((key, text)) = line.split_once('=') else {
        return Err("there is no « = »".to_owned());
    };
    let key = key.trim_end();
    let text = text.trim_start_matches([' ', '\t']);
    let bare = FORMS.iter().find_map(|it| key.strip_suffix(it));
    if !is_name(bare.unwrap_or(key)) {
        return Err(format!("« {key} » is no key"));
    }
    let key = format!("{heading}:{key}");
    if text.is_empty() && key != "language:signed" {
        return Err(format!("{key} says nothing"));
    }
    if text.contains(MARKUP) || text.contains(char::is_control) {
        return Err(format!("{key} holds a sign that texts may not have"));
    }
    places(text).map_err(|fault| format!("{key}: {fault}"))?;
    let text = text.replace('~', "\u{a0}");
    Ok(Line { key, text })
}

/// The names of the places `{…}` in a text, in their order, each once.
pub fn places(text: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let place = after.split_once('}').filter(|(name, _)| is_name(name));
        let (Some((name, after)), false) = (place, before.contains('}')) else {
            return Err("a place is written {name}".to_owned());
        };
        if !names.iter().any(|it| it == name) {
            names.push(name.to_owned());
        }
        rest = after;
    }
    if rest.contains('}') {
        return Err("a place is written {name}".to_owned());
    }
    Ok(names)
}

/// Under which heading a key stands: `recorder.join` of `recorder.join:title`.
pub fn heading(key: &str) -> &str {
    key.split_once(':').map_or("", |it| it.0)
}

/// The key without its form: `recorder.item:pipes` of `recorder.item:pipes.one`.
pub fn bare(key: &str) -> &str {
    let mut forms = FORMS.iter();
    forms.find_map(|it| key.strip_suffix(it)).unwrap_or(key)
}

/// The places that a key fills: those of both its forms.
pub fn places_of(lines: &[Line], key: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in lines.iter().filter(|it| bare(&it.key) == bare(key)) {
        for name in places(&line.text).unwrap_or_default() {
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all
}

/// Both forms or none, one right after the other.
pub fn check_forms(lines: &[Line]) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).map_or("", |it| it.key.as_str());
        let before = if at == 0 { "" } else { &lines[at - 1].key };
        let alone = match line.key.strip_suffix(FORMS[0]) {
            Some(key) => next.strip_suffix(FORMS[1]) != Some(key),
            None => line
                .key
                .strip_suffix(FORMS[1])
                .is_some_and(|key| before.strip_suffix(FORMS[0]) != Some(key)),
        };
        if alone {
            faults.push(format!("{}: its other form is not beside it", line.key));
        }
    }
    faults
}

/// What another language lacks, has too much, or fills otherwise than French.
pub fn compare(french: &[Line], other: &[Line]) -> Vec<String> {
    let mut faults = Vec::new();
    let keys = |lines: &[Line]| -> BTreeMap<String, String> {
        let pairs = lines.iter().map(|it| (it.key.clone(), it.text.clone()));
        pairs.collect()
    };
    let (known, told) = (keys(french), keys(other));
    for key in known.keys().filter(|it| !told.contains_key(*it)) {
        faults.push(format!("{key} is missing"));
    }
    for key in told.keys() {
        if !known.contains_key(key) {
            faults.push(format!("{key} is not in fr.txt"));
            continue;
        }
        let sorted =
            |lines: &[Line]| -> BTreeSet<String> { places_of(lines, key).into_iter().collect() };
        if sorted(french) != sorted(other) {
            let wanted: Vec<_> = sorted(french).into_iter().collect();
            faults.push(format!("{key} must have the places {wanted:?} of fr.txt"));
        }
    }
    faults
}

/// A text with its places numbered as in French: the first is the sign U+0001.
pub fn numbered(text: &str, names: &[String]) -> String {
    let mut out = text.to_owned();
    for (sign, name) in ('\u{1}'..'\u{9}').zip(names) {
        out = out.replace(&format!("{{{name}}}"), &sign.to_string());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRENCH: &str = "# How to\nname = Français\n\n[me.home]\nhello = Bonjour {name}\n\
                          found.one = {n} lieu\nfound.other = {n} lieux\n";

    fn lines(content: &str) -> Vec<Line> {
        read(content).unwrap()
    }

    #[test]
    fn a_key_says_where_its_text_stands() {
        let keys: Vec<_> = lines(FRENCH).into_iter().map(|it| it.key).collect();
        let wanted = [
            "language:name",
            "me.home:hello",
            "me.home:found.one",
            "me.home:found.other",
        ];
        assert_eq!(keys, wanted);
    }

    #[test]
    fn a_file_that_is_all_there_has_no_fault_in_whatever_order() {
        let other = "name = English\n[me.home]\nfound.one = {n} place\nfound.other = {n} places\n\
                     hello = {name}, hello";
        assert_eq!(compare(&lines(FRENCH), &lines(other)), [""; 0]);
        assert_eq!(check_forms(&lines(other)), [""; 0]);
    }

    #[test]
    fn what_is_missing_or_too_much_or_filled_otherwise_is_named() {
        let other = "name = English\n[me.home]\nhello = Hello\nfound.one = {n} place\nbye = Bye";
        let faults = compare(&lines(FRENCH), &lines(other)).join("\n");
        assert!(
            faults.contains("me.home:found.other is missing"),
            "{faults}"
        );
        assert!(faults.contains("me.home:bye is not in fr.txt"), "{faults}");
        assert!(faults.contains(r#"me.home:hello must have the places ["name"]"#));
        let faults = check_forms(&lines(other)).join("\n");
        assert!(faults.contains("me.home:found.one"), "{faults}");
    }

    #[test]
    fn one_form_may_leave_its_number_out() {
        let other = "name = English\n[me.home]\nhello = {name}!\nfound.one = a place\n\
                     found.other = {n} places";
        assert_eq!(compare(&lines(FRENCH), &lines(other)), [""; 0]);
    }

    #[test]
    fn a_line_that_cannot_be_right_is_refused_with_its_number() {
        for wrong in [
            "no sign",
            "Key = x",
            "a.b = x",
            "key =",
            "key = <b>",
            "key = \"x\"",
            "key = {Name}",
            "key = {n",
            "key = n}",
            "[Place]\nkey = x",
            "[]",
        ] {
            assert!(read(&format!("{FRENCH}{wrong}")).is_err(), "{wrong}");
        }
        let faults = read("a = 1\na = 2").unwrap_err();
        assert_eq!(faults, ["line 2: language:a is there twice"]);
    }

    #[test]
    fn places_are_numbered_as_french_meets_them() {
        let names = places("{a} puis {b} puis {a}").unwrap();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(numbered("{b}, {a}", &names), "\u{2}, \u{1}");
    }
}

//! What stands in one cell, as French people write it. Errors never repeat the cell.

use domain::{Day, Invalid};

/// `09/01/2024` or `2024-01-09`.
pub(super) fn day(text: &str) -> Result<Day, &'static str> {
    const WRONG: &str = "not a date: write dd/mm/yyyy";
    if let Ok(day) = text.parse() {
        return Ok(day);
    }
    let parts: Vec<&str> = text.split(['/', '.', '-']).map(str::trim).collect();
    let [day, month, year] = parts[..] else {
        return Err(WRONG);
    };
    if year.len() != 4 {
        return Err("write the year with four figures");
    }
    let read = |text: &str| text.parse::<i8>().map_err(|_| WRONG);
    let year = year.parse().map_err(|_| WRONG)?;
    Day::new(year, read(month)?, read(day)?).ok_or("there is no such day")
}

/// `44,8378` or `44.8378`.
pub(super) fn decimal(text: &str) -> Result<f64, &'static str> {
    let plain: String = text.chars().filter(|c| !is_space(*c)).collect();
    let plain = plain.replace(',', ".").replace('−', "-");
    let figures = plain
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.".contains(c));
    match plain.parse() {
        Ok(number) if figures => Ok(number),
        _ => Err("not a number"),
    }
}

/// `1 250`, up to `max`.
pub(super) fn whole(text: &str, max: u32) -> Result<u32, String> {
    let plain: String = text.chars().filter(|c| !is_space(*c)).collect();
    let figures = !plain.is_empty() && plain.chars().all(|c| c.is_ascii_digit());
    match plain.parse::<u32>() {
        Ok(number) if figures && number <= max => Ok(number),
        _ if figures => Err(format!("more than {max}")),
        _ => Err("not a whole number".into()),
    }
}

/// `oui` or `non`.
pub(super) fn yes_or_no(text: &str) -> Result<bool, &'static str> {
    match folded(text).as_str() {
        "oui" | "o" | "vrai" | "yes" | "true" | "1" => Ok(true),
        "non" | "n" | "faux" | "no" | "false" | "0" => Ok(false),
        _ => Err("write oui or non, or nothing when nobody asked"),
    }
}

/// `14:00`, `14h00`, `14 h`.
pub(super) fn hour(text: &str) -> Result<(u8, u8), &'static str> {
    const WRONG: &str = "not a time: write 14:00";
    let plain: String = text.chars().filter(|c| !is_space(*c)).collect();
    let (hour, minute) = plain.split_once([':', 'h', 'H']).ok_or(WRONG)?;
    let minute = if minute.is_empty() { "0" } else { minute };
    match (hour.parse(), minute.parse()) {
        (Ok(hour @ 0..24), Ok(minute @ 0..60)) => Ok((hour, minute)),
        _ => Err(WRONG),
    }
}

/// Small letters without accents, signs as one space: how names of columns and choices compare.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim().to_lowercase().chars() {
        match c {
            'à' | 'â' | 'ä' => out.push('a'),
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'î' | 'ï' => out.push('i'),
            'ô' | 'ö' => out.push('o'),
            'ù' | 'û' | 'ü' => out.push('u'),
            'ç' => out.push('c'),
            c if c.is_alphanumeric() => out.push(c),
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.trim().to_owned()
}

/// Why the rules of the programme refuse a cell, for a person.
pub(super) fn refusal(invalid: &Invalid) -> String {
    match invalid.0.code {
        "missing" => "is missing",
        "too_long" => "is too long",
        "control_character" => "holds a sign that cannot be shown",
        "out_of_range" => "is out of range",
        "null_island" => "is 0, 0: a device without a position",
        other => other,
    }
    .to_owned()
}

fn is_space(c: char) -> bool {
    // With the two narrow and unbreakable ones of French figures.
    c.is_whitespace() || c == '\u{a0}' || c == '\u{202f}'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_read_as_french_people_write_them() {
        let right = Day::new(2024, 1, 9).unwrap();
        for text in [
            "09/01/2024",
            "9/1/2024",
            "09.01.2024",
            "09-01-2024",
            "2024-01-09",
        ] {
            assert_eq!(day(text), Ok(right), "{text}");
        }
        for text in [
            "",
            "9 janvier",
            "09/01/24",
            "31/02/2024",
            "2024/01/09",
            "45300",
            "01/13/2024",
        ] {
            assert!(day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_take_a_comma_or_a_point() {
        for text in ["-0,5792", "-0.5792", " −0,5792 "] {
            assert_eq!(decimal(text), Ok(-0.5792), "{text}");
        }
        for text in ["", "1.234,5", "44°50", "NaN", "inf", "1e3", "quarante"] {
            assert!(decimal(text).is_err(), "{text}");
        }
        assert_eq!(whole("1\u{202f}250", 5_000), Ok(1_250));
        for text in ["", "-1", "12,5", "6000", "+3", "99999999999"] {
            assert!(whole(text, 5_000).is_err(), "{text}");
        }
        assert_eq!(hour("14h30"), Ok((14, 30)));
        assert_eq!(hour("8 h"), Ok((8, 0)));
        assert!(hour("25:00").is_err() && hour("midi").is_err());
    }

    #[test]
    fn names_compare_without_accents_case_and_signs() {
        assert_eq!(folded(" Méthode "), "methode");
        assert_eq!(folded("Rendez-vous"), folded("rendez vous"));
        assert_eq!(folded("« Accord » (habitants)"), "accord habitants");
    }

    proptest! {
        #[test]
        fn no_cell_makes_it_panic(text: String) {
            _ = (day(&text), decimal(&text), whole(&text, 10), yes_or_no(&text), hour(&text));
            _ = folded(&text);
        }
    }
}

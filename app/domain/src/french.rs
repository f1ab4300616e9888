//! Numbers, amounts and dates as French people write them, on screens and on lists.
//!
//! Typography after the « Lexique des règles typographiques en usage à l'Imprimerie nationale »:
//! a narrow no-break space groups thousands, a no-break space stands before `€` and in `14 h 05`.

use crate::money::Cents;
use crate::time::Day;

const NARROW: char = '\u{202F}';
const NO_BREAK: char = '\u{A0}';

/// `24054` → `24 054`.
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('−');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(NARROW);
        }
        out.push(digit);
    }
    out
}

/// `Cents(12000)` → `120,00 €`.
pub fn amount(cents: Cents) -> String {
    let whole = cents.0 / 100;
    let sign = if cents.0 < 0 && whole == 0 { "−" } else { "" };
    let rest = cents.0.unsigned_abs() % 100;
    format!("{sign}{},{rest:02}{NO_BREAK}€", number(whole))
}

/// `Cents(1500)` → `15,00`: the cell of a list, without sign of currency or grouping.
pub fn amount_cell(cents: Cents) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let abs = cents.0.unsigned_abs();
    format!("{sign}{},{:02}", abs / 100, abs % 100)
}

/// `Cents(1550)` → « quinze euros et cinquante centimes ».
pub fn amount_in_words(cents: Cents) -> String {
    let abs = cents.0.unsigned_abs();
    let (euros, rest) = (abs / 100, abs % 100);
    let mut parts = Vec::new();
    if euros > 0 || rest == 0 {
        // « un million d'euros », « deux mille euros », « un million deux cents euros ».
        let of = if euros >= 1_000_000 && euros % 1_000_000 == 0 {
            " d’"
        } else {
            " "
        };
        let unit = if euros < 2 { "euro" } else { "euros" };
        parts.push(format!("{}{of}{unit}", in_words(euros)));
    }
    if rest > 0 {
        let unit = if rest < 2 { "centime" } else { "centimes" };
        parts.push(format!("{} {unit}", in_words(rest)));
    }
    let sign = if cents.0 < 0 { "moins " } else { "" };
    format!("{sign}{}", parts.join(" et "))
}

/// A whole number in words, in the traditional spelling: « quatre-vingt-un », « deux cents ».
pub fn in_words(n: u64) -> String {
    if n == 0 {
        return "zéro".into();
    }
    let mut words = Vec::new();
    let billions = n / 1_000_000_000_000;
    if billions > 0 {
        words.push(many(in_words(billions), billions, "billion"));
    }
    for (scale, name) in [(1_000_000_000, "milliard"), (1_000_000, "million")] {
        let k = n / scale % 1_000;
        if k > 0 {
            words.push(many(below_thousand(k, true), k, name));
        }
    }
    match n / 1_000 % 1_000 {
        0 => {}
        1 => words.push("mille".into()),
        // « deux cent mille », « quatre-vingt mille »: `mille` is a number and takes no plural before it.
        k => words.push(format!("{} mille", below_thousand(k, false))),
    }
    let rest = n % 1_000;
    if rest > 0 {
        words.push(below_thousand(rest, true));
    }
    words.join(" ")
}

fn many(words: String, n: u64, name: &str) -> String {
    let plural = if n > 1 { "s" } else { "" };
    format!("{words} {name}{plural}")
}

/// `last`: the number ends here, so `cent` and `vingt` may take their plural.
fn below_thousand(n: u64, last: bool) -> String {
    let (hundreds, rest) = (n / 100, n % 100);
    let plural = if hundreds > 1 && rest == 0 && last {
        "s"
    } else {
        ""
    };
    let head = match hundreds {
        0 => String::new(),
        1 => "cent".into(),
        h => format!("{} cent{plural}", UNITS[h as usize]),
    };
    match (head.is_empty(), rest) {
        (_, 0) => head,
        (true, _) => below_hundred(rest, last),
        (false, _) => format!("{head} {}", below_hundred(rest, last)),
    }
}

const UNITS: [&str; 20] = [
    "", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
];
const TENS: [&str; 7] = [
    "",
    "",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
];

fn below_hundred(n: u64, last: bool) -> String {
    match n {
        0..=19 => UNITS[n as usize].into(),
        20..=69 => tens(TENS[(n / 10) as usize], n % 10),
        70..=79 => tens("soixante", n - 60),
        80 if last => "quatre-vingts".into(),
        80 => "quatre-vingt".into(),
        _ => format!("quatre-vingt-{}", UNITS[(n - 80) as usize]),
    }
}

/// « vingt », « vingt et un », « vingt-deux », « soixante et onze », « soixante-douze ».
fn tens(ten: &str, rest: u64) -> String {
    match rest {
        0 => ten.into(),
        1 | 11 => format!("{ten} et {}", UNITS[rest as usize]),
        _ => format!("{ten}-{}", UNITS[rest as usize]),
    }
}

const WEEKDAYS: [&str; 7] = [
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
];
const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// « mardi ».
pub fn weekday(day: Day) -> &'static str {
    WEEKDAYS[day.0.weekday().to_monday_zero_offset() as usize % 7]
}

/// « 24 novembre 2026 », « 1er mai 2026 ».
pub fn date(day: Day) -> String {
    format!("{}{NO_BREAK}{}", day_and_month(day), day.0.year())
}

/// « mardi 24 novembre ».
pub fn weekday_and_date(day: Day) -> String {
    format!("{} {}", weekday(day), day_and_month(day))
}

/// « novembre 2026 »: the month of a day.
pub fn month(day: Day) -> String {
    format!("{}{NO_BREAK}{}", month_name(day), day.0.year())
}

/// « novembre ».
pub fn month_name(day: Day) -> &'static str {
    MONTHS[(day.0.month() - 1) as usize % 12]
}

fn day_and_month(day: Day) -> String {
    let n = day.0.day();
    let ordinal = if n == 1 { "er" } else { "" };
    format!("{n}{ordinal}{NO_BREAK}{}", month_name(day))
}

/// `24/11/2026`: the cell of a list.
pub fn date_cell(day: Day) -> String {
    format!(
        "{:02}/{:02}/{:04}",
        day.0.day(),
        day.0.month(),
        day.0.year()
    )
}

/// « 14 h 05 ».
pub fn hour(hour: i8, minute: i8) -> String {
    format!("{hour}{NO_BREAK}h{NO_BREAK}{minute:02}")
}

/// « à 12 m », « à 1,3 km »: no more digits than a phone's position deserves.
pub fn distance(metres: f64) -> String {
    if metres < 1_000.0 {
        format!("{}{NO_BREAK}m", metres.round() as i64)
    } else {
        let tenths = (metres / 100.0).round() as i64;
        format!("{},{}{NO_BREAK}km", number(tenths / 10), tenths % 10)
    }
}

/// A word that follows a number: « 0 seringue », « 1 seringue », « 2 seringues ».
pub fn counted(n: i64, one: &str, many: &str) -> String {
    let word = if n.abs() < 2 { one } else { many };
    format!("{}{NO_BREAK}{word}", number(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(24_054), "24\u{202F}054");
        assert_eq!(number(-1_234_567), "−1\u{202F}234\u{202F}567");
    }

    #[test]
    fn amounts_have_two_decimals_and_a_comma() {
        assert_eq!(amount(Cents(12_000)), "120,00\u{A0}€");
        assert_eq!(
            amount(Cents(123_456_705)),
            "1\u{202F}234\u{202F}567,05\u{A0}€"
        );
        assert_eq!(amount(Cents(-50)), "−0,50\u{A0}€");
        assert_eq!(amount(Cents(-1_500)), "−15,00\u{A0}€");
        assert_eq!(amount_cell(Cents(1_500)), "15,00");
        assert_eq!(amount_cell(Cents(-5)), "-0,05");
    }

    #[test]
    fn amounts_are_read_aloud_in_traditional_spelling() {
        for (cents, words) in [
            (0, "zéro euro"),
            (1, "un centime"),
            (100, "un euro"),
            (1_500, "quinze euros"),
            (1_550, "quinze euros et cinquante centimes"),
            (2_100, "vingt et un euros"),
            (7_100, "soixante et onze euros"),
            (7_700, "soixante-dix-sept euros"),
            (8_000, "quatre-vingts euros"),
            (8_100, "quatre-vingt-un euros"),
            (9_101, "quatre-vingt-onze euros et un centime"),
            (9_900, "quatre-vingt-dix-neuf euros"),
            (12_000, "cent vingt euros"),
            (20_000, "deux cents euros"),
            (20_100, "deux cent un euros"),
            (100_000, "mille euros"),
            (8_000_000, "quatre-vingt mille euros"),
            (20_000_000, "deux cent mille euros"),
            (100_000_000, "un million d’euros"),
            (100_020_000, "un million deux cents euros"),
            (20_000_000_000, "deux cents millions d’euros"),
            (-1_500, "moins quinze euros"),
        ] {
            assert_eq!(amount_in_words(Cents(cents)), words);
        }
    }

    /// The number that words say: read back with another grammar than the one that writes them.
    fn said(words: &str) -> u64 {
        let (mut total, mut group) = (0, 0);
        let words = words.replace("quatre-vingt", "huitante");
        for word in words.split([' ', '-']).filter(|it| *it != "et") {
            let singular = word.trim_end_matches('s');
            let unit = UNITS.iter().position(|it| *it == word);
            let ten = TENS.iter().position(|it| *it == word);
            match (singular, unit, ten) {
                ("mille", ..) => {
                    total += group.max(1) * 1_000;
                    group = 0;
                }
                ("million" | "milliard", ..) => {
                    let scale = if singular == "million" {
                        1_000_000
                    } else {
                        1_000_000_000
                    };
                    total += group * scale;
                    group = 0;
                }
                ("cent", ..) => group = group.max(1) * 100,
                ("huitante", ..) => group += 80,
                (_, Some(n), _) => group += n as u64,
                (_, _, Some(n)) => group += n as u64 * 10,
                _ => panic!("{word} in {words}"),
            }
        }
        total + group
    }

    proptest::proptest! {
        #[test]
        fn words_say_the_number_that_was_written(n in 1..1_000_000_000_000_u64) {
            proptest::prop_assert_eq!(said(&in_words(n)), n, "{}", in_words(n));
        }

        #[test]
        fn every_amount_of_a_list_reads_back_to_the_cent(cents in 1..100_000_000_i64) {
            let words = amount_in_words(Cents(cents)).replace("d’", "");
            let (euros, rest) = match words.split_once(" euro") {
                Some((euros, rest)) => (said(euros.trim()), rest.trim_start_matches('s')),
                None => (0, words.as_str()),
            };
            let rest = rest.trim_start_matches(" et ");
            let rest = rest.split_once(" centime").map_or(0, |(n, _)| said(n));
            proptest::prop_assert_eq!(euros * 100 + rest, cents.unsigned_abs(), "{}", words);
        }
    }

    #[test]
    fn the_numbers_below_ten_thousand_all_read_back() {
        for n in 1..10_000 {
            assert_eq!(said(&in_words(n)), n, "{}", in_words(n));
        }
    }

    #[test]
    fn the_largest_amount_has_words_too() {
        assert!(amount_in_words(Cents(i64::MAX)).ends_with("centimes"));
        assert!(amount_in_words(Cents(i64::MIN)).starts_with("moins "));
    }

    #[test]
    fn dates_and_hours_read_as_in_a_letter() {
        let day = Day::new(2026, 11, 24).unwrap();
        assert_eq!(weekday_and_date(day), "mardi 24\u{A0}novembre");
        assert_eq!(
            date(Day::new(2026, 5, 1).unwrap()),
            "1er\u{A0}mai\u{A0}2026"
        );
        assert_eq!(date_cell(day), "24/11/2026");
        assert_eq!(hour(14, 5), "14\u{A0}h\u{A0}05");
    }

    #[test]
    fn distances_are_rounded_to_what_a_phone_knows() {
        assert_eq!(distance(12.4), "12\u{A0}m");
        assert_eq!(distance(1_340.0), "1,3\u{A0}km");
    }

    #[test]
    fn one_and_a_half_is_still_singular_in_french() {
        assert_eq!(counted(0, "seringue", "seringues"), "0\u{A0}seringue");
        assert_eq!(counted(1, "seringue", "seringues"), "1\u{A0}seringue");
        assert_eq!(counted(2, "seringue", "seringues"), "2\u{A0}seringues");
    }
}

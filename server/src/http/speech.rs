//! Days, amounts, bodies and signs as the reader's language says them, for pages of peers. What they
//! are made of stands with all other texts; in French it comes out as `domain` writes it.

use super::pieces::capital;
use domain::programme::{Article, BodyName};
use domain::{Animal, Cents, Day, Instant, Settings, Sign, SignColour};
use serde_json::json;
use words::{Lang, Text, body, date, money, page, sign};

const MINUTE_MS: i64 = 60_000;

/// « 15,00 € », “€15.00”.
pub fn amount(lang: Lang, cents: Cents) -> String {
    let minus = if cents.0 < 0 { "−" } else { "" };
    let all = cents.0.unsigned_abs();
    let euros = lang.number(i64::try_from(all / 100).unwrap_or(i64::MAX));
    let rest = format!("{:02}", all % 100);
    minus.to_owned() + &lang.fill(money::AMOUNT, [&euros, &rest])
}

const WEEKDAYS: [Text; 7] = [
    date::MONDAY,
    date::TUESDAY,
    date::WEDNESDAY,
    date::THURSDAY,
    date::FRIDAY,
    date::SATURDAY,
    date::SUNDAY,
];

/// Each month, and as it stands on the leaf of a calendar.
const MONTHS: [(Text, Text); 12] = [
    (date::JANUARY, date::JANUARY_SHORT),
    (date::FEBRUARY, date::FEBRUARY_SHORT),
    (date::MARCH, date::MARCH_SHORT),
    (date::APRIL, date::APRIL_SHORT),
    (date::MAY, date::MAY_SHORT),
    (date::JUNE, date::JUNE_SHORT),
    (date::JULY, date::JULY_SHORT),
    (date::AUGUST, date::AUGUST_SHORT),
    (date::SEPTEMBER, date::SEPTEMBER_SHORT),
    (date::OCTOBER, date::OCTOBER_SHORT),
    (date::NOVEMBER, date::NOVEMBER_SHORT),
    (date::DECEMBER, date::DECEMBER_SHORT),
];

fn weekday(lang: Lang, day: Day) -> &'static str {
    lang.say(WEEKDAYS[day.0.weekday().to_monday_zero_offset() as usize % 7])
}

fn month(day: Day) -> (Text, Text) {
    MONTHS[(day.0.month() - 1) as usize % 12]
}

fn day_and_month(lang: Lang, day: Day) -> String {
    let number = match day.0.day() {
        1 => lang.say(date::FIRST).to_owned(),
        n => n.to_string(),
    };
    lang.fill(date::DAY_MONTH, [&number, lang.say(month(day).0)])
}

/// « 24 novembre 2026 ».
pub fn full(lang: Lang, day: Day) -> String {
    let year = day.0.year().to_string();
    lang.fill(date::FULL, [&day_and_month(lang, day), &year])
}

/// « Mardi 24 novembre », with its year when it is not this one.
pub fn day_title(lang: Lang, day: Day, today: Day) -> String {
    let said = match day.0.year() == today.0.year() {
        true => day_and_month(lang, day),
        false => full(lang, day),
    };
    let weekday = weekday(lang, day);
    capital(&lang.fill(date::WEEKDAY_AND_DAY, [weekday, &said]))
}

/// `24/11/2026`.
pub fn in_figures(lang: Lang, day: Day) -> String {
    let (d, m) = (day.0.day(), day.0.month());
    let (d, m, y) = (format!("{d:02}"), format!("{m:02}"), day.0.year());
    lang.fill(date::IN_FIGURES, [&d, &m, &format!("{y:04}")])
}

/// What stands on the leaf of a wall calendar, above and under the number.
pub fn leaf(lang: Lang, day: Day) -> (String, &'static str) {
    let letters: String = weekday(lang, day).chars().take(3).collect();
    let weekday = lang.fill(date::SHORT_WEEKDAY, [&letters]);
    (weekday, lang.say(month(day).1))
}

/// « à l’instant », « il y a 12 min », « il y a 3 h », « le 24 novembre 2026 ».
pub fn ago(lang: Lang, settings: &Settings, then: Instant, now: Instant) -> String {
    let minutes = (now.as_ms() - then.as_ms()) / MINUTE_MS;
    match minutes {
        ..1 => lang.say(date::NOW).to_owned(),
        1..60 => lang.fill(date::MINUTES_AGO, [&minutes.to_string()]),
        60..1_440 => lang.fill(date::HOURS_AGO, [&(minutes / 60).to_string()]),
        _ => {
            let day = full(lang, crate::app::local_day(settings, then));
            lang.fill(date::ON, [&day])
        }
    }
}

/// « le CCAS », “the CCAS”.
pub fn the(lang: Lang, it: &BodyName) -> String {
    let said = match it.article {
        Article::Le => body::THE_MASCULINE,
        Article::La => body::THE_FEMININE,
        Article::Elided => body::THE_ELIDED,
        Article::Proper => body::THE_PROPER,
    };
    lang.fill(said, [&it.name])
}

/// « au CCAS », “to the CCAS”.
pub fn to_the(lang: Lang, it: &BodyName) -> String {
    let said = match it.article {
        Article::Le => body::TO_MASCULINE,
        Article::La => body::TO_FEMININE,
        Article::Elided => body::TO_ELIDED,
        Article::Proper => body::TO_PROPER,
    };
    lang.fill(said, [&it.name])
}

/// « du CCAS », “from the CCAS”.
pub fn of_the(lang: Lang, it: &BodyName) -> String {
    let said = match it.article {
        Article::Le => body::OF_MASCULINE,
        Article::La => body::OF_FEMININE,
        Article::Elided => body::OF_ELIDED,
        Article::Proper => body::OF_PROPER,
    };
    lang.fill(said, [&it.name])
}

/// « hérisson bleu ».
pub fn sign(lang: Lang, it: Sign) -> String {
    let (animal, colour) = (lang.say(animal(it.animal)), lang.say(colour(it.colour)));
    lang.fill(sign::NAMED, [animal, colour])
}

/// An animal's name.
pub fn animal(it: Animal) -> Text {
    match it {
        Animal::Hedgehog => sign::HEDGEHOG,
        Animal::Fox => sign::FOX,
        Animal::Owl => sign::OWL,
        Animal::Cat => sign::CAT,
        Animal::Dog => sign::DOG,
        Animal::Bear => sign::BEAR,
        Animal::Rabbit => sign::RABBIT,
        Animal::Horse => sign::HORSE,
        Animal::Bird => sign::BIRD,
        Animal::Fish => sign::FISH,
        Animal::Snail => sign::SNAIL,
        Animal::Squirrel => sign::SQUIRREL,
    }
}

/// A colour's name.
pub fn colour(it: SignColour) -> Text {
    match it {
        SignColour::Blue => sign::BLUE,
        SignColour::Green => sign::GREEN,
        SignColour::Orange => sign::ORANGE,
        SignColour::Purple => sign::PURPLE,
        SignColour::Red => sign::RED,
        SignColour::Yellow => sign::YELLOW,
    }
}

/// What the script that reads a page aloud writes on its button (help/read-aloud.js).
pub fn words_of_reading(lang: Lang) -> String {
    let words = json!({
        "read_aloud": lang.say(page::READ_ALOUD),
        "stop_reading": lang.say(page::STOP_READING),
    });
    words.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pieces;
    use domain::french;

    fn day(month: i8, day: i8) -> Day {
        Day::new(2026, month, day).unwrap()
    }

    #[test]
    fn in_french_all_is_said_as_everywhere_else() {
        let french = Lang::FRENCH;
        for cents in [0, 1_500, 123_456_705, -50, -1_500] {
            let cents = Cents(cents);
            assert_eq!(amount(french, cents), french::amount(cents));
        }
        for month in 1..=12 {
            for it in [day(month, 1), day(month, 24)] {
                assert_eq!(full(french, it), french::date(it));
                assert_eq!(in_figures(french, it), french::date_cell(it));
                for today in [day(6, 1), Day::new(2027, 6, 1).unwrap()] {
                    let said = day_title(french, it, today);
                    assert_eq!(said, pieces::day_title(it, today));
                }
            }
        }
        for it in Sign::all() {
            assert_eq!(sign(french, it), it.label());
        }
        for said in ["le CCAS", "la mairie", "l’agglo", "La CASE"] {
            let it = BodyName::parse(said).unwrap();
            assert_eq!(the(french, &it), it.the());
            assert_eq!(to_the(french, &it), it.to_the());
            assert_eq!(of_the(french, &it), it.of_the());
        }
    }

    #[test]
    fn each_language_writes_the_same_figures_its_own_way() {
        let [bulgarian, english] = ["bg", "en"].map(|tag| Lang::of(tag).unwrap());
        let it = Cents(-123_450);
        assert_eq!(amount(bulgarian, it), "−1\u{202f}234,50\u{a0}€");
        assert_eq!(amount(english, it), "−€1,234.50");
        let (it, today) = (day(11, 24), day(12, 1));
        assert_eq!(day_title(bulgarian, it, today), "Вторник, 24\u{a0}ноември");
        assert_eq!(day_title(english, it, today), "Tuesday 24\u{a0}November");
        assert_eq!(full(bulgarian, it), "24\u{a0}ноември\u{a0}2026\u{a0}г.");
        assert_eq!(in_figures(bulgarian, it), "24.11.2026");
        assert_eq!(leaf(english, it), ("Tue".to_owned(), "Nov"));
        let fox = Sign {
            animal: Animal::Fox,
            colour: SignColour::Red,
        };
        assert_eq!(sign(bulgarian, fox), "лисица в червено");
        assert_eq!(sign(english, fox), "red fox");
    }
}

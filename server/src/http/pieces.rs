//! Pieces that several desk pages are made of: notes, fields with their error, dates in words.

use super::error::Problem;
use app::ui::Icon;
use app::ui::pictograms::{BACK, CHECK, INFO, WARNING};
use domain::{Day, FieldError, Instant, Settings, french};
use leptos::prelude::*;
use std::ops::Range;
use words::desk::http::pieces as say;

/// What is wrong with a form: a sentence a field, that says what to do.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<(String, String)>);

impl Faults {
    /// One fault.
    pub fn one(field: &str, sentence: impl Into<String>) -> Self {
        Self(vec![(field.into(), sentence.into())])
    }

    /// The faults of a problem, each put into words; `None` when the problem is not about fields
    /// that `words` knows: then it is for the edge to tell.
    pub fn of(
        problem: &Problem,
        words: impl Fn(&FieldError) -> Option<&'static str>,
    ) -> Option<Self> {
        let known: Vec<_> = problem
            .errors
            .iter()
            .filter_map(|it| Some((it.field.clone(), words(it)?.to_owned())))
            .collect();
        (!known.is_empty()).then_some(Self(known))
    }

    /// The sentence for a field.
    pub fn at(&self, field: &str) -> Option<String> {
        let found = self.0.iter().find(|(name, _)| name == field);
        found.map(|(_, sentence)| sentence.clone())
    }

    /// Nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A labelled line to type in.
#[derive(Default)]
pub struct Field {
    /// Name in the form, and id on the page.
    pub name: &'static str,
    /// What is asked.
    pub label: &'static str,
    /// `text`, `date`…
    pub kind: &'static str,
    /// What was typed, or is proposed.
    pub value: String,
    /// Helps to answer.
    pub help: Option<String>,
    /// What is wrong, and what to do.
    pub error: Option<String>,
    /// What a browser may fill in by itself.
    pub autocomplete: Option<&'static str>,
    /// Which keyboard a phone shows.
    pub inputmode: Option<&'static str>,
    /// For the style sheet.
    pub class: Option<&'static str>,
}

impl Field {
    /// Label, help and error belong to the input for screen readers too.
    pub fn view(self) -> AnyView {
        let name = self.name;
        let (help_id, error_id) = (format!("{name}-aide"), format!("{name}-erreur"));
        let mut about = Vec::new();
        if self.error.is_some() {
            about.push(error_id.clone());
        }
        if self.help.is_some() {
            about.push(help_id.clone());
        }
        let about = (!about.is_empty()).then(|| about.join(" "));
        let invalid = self.error.is_some().then_some("true");
        let (error, help) = (self.error, self.help);
        view! {
            <div class="field">
                <label for=name>{self.label}</label>
                {help.map(|text| view! { <p class="help" id=help_id>{text}</p> })}
                {error.map(|text| error_line(error_id, text))}
                <input
                    id=name
                    name=name
                    type=self.kind
                    class=self.class
                    value=self.value
                    autocomplete=self.autocomplete.unwrap_or("off")
                    inputmode=self.inputmode
                    aria-describedby=about
                    aria-invalid=invalid
                />
            </div>
        }
        .into_any()
    }
}

/// What is wrong, beside the field it is about.
pub fn error_line(id: String, text: String) -> AnyView {
    view! {
        <p class="error" id=id>
            <Icon path=WARNING/>
            <span>{text}</span>
        </p>
    }
    .into_any()
}

/// What a text area holds, for its `inner_html`: the framework would not escape it. A parser drops
/// the first line break, so there is one more.
pub fn in_text_area(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("\n{escaped}")
}

/// How a note sounds.
#[derive(Clone, Copy)]
pub enum Tone {
    /// Done.
    Ok,
    /// Good to know.
    Info,
    /// Look at this.
    Wait,
    /// Something is wrong.
    Alarm,
}

/// What is true, and what to do about it. Said aloud when the page opens.
pub fn note(tone: Tone, content: impl IntoView + 'static) -> AnyView {
    let (class, path) = match tone {
        Tone::Ok => ("note ok", CHECK),
        Tone::Info => ("note info", INFO),
        Tone::Wait => ("note", INFO),
        Tone::Alarm => ("note alarm", WARNING),
    };
    view! {
        <div class=class role="status">
            <Icon path=path/>
            <div>{content.into_view()}</div>
        </div>
    }
    .into_any()
}

/// The way back, above the title.
pub fn crumbs(href: String, label: &'static str) -> AnyView {
    view! {
        <p class="crumbs">
            <a href=href>
                <Icon path=BACK/>
                {label}
            </a>
        </p>
    }
    .into_any()
}

/// A text in which the number of a list, « 2026-0012 », keeps to one line: broken at its hyphen it
/// reads as two. What is copied, searched and read aloud is the text as it is.
pub fn unbroken(text: &str) -> AnyView {
    // A text of nothing would be written as a space.
    let plain = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut parts = Vec::new();
    let mut done = 0;
    for (dash, _) in text.match_indices('-') {
        let Some(number) = list_number_around(text, dash) else {
            continue;
        };
        let (before, whole) = (&text[done..number.start], &text[number.clone()]);
        done = number.end;
        parts.push(view! { {plain(before)}<span class="whole">{whole.to_owned()}</span> });
    }
    view! { {parts}{plain(&text[done..])} }.into_any()
}

/// Where the number stands whose hyphen this is: a year before it, four digits or more after it.
fn list_number_around(text: &str, dash: usize) -> Option<Range<usize>> {
    let is_digit = u8::is_ascii_digit;
    let before = text.as_bytes()[..dash].iter().rev();
    let year = before.take_while(|it| is_digit(it)).count();
    let after = text.as_bytes()[dash + 1..].iter();
    let rank = after.take_while(|it| is_digit(it)).count();
    (year == 4 && rank >= 4).then(|| dash - year..dash + 1 + rank)
}

/// A table whose words would not fit on a phone with large type: it scrolls within itself, by
/// keyboard too, and the page stays where it is.
pub fn scrolling(name: &str, table: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="scroll" role="group" aria-label=name.to_owned() tabindex="0">
            {table.into_view()}
        </div>
    }
    .into_any()
}

/// The leaf of a wall calendar; the row beside it says the same in words.
pub fn day_leaf(day: Day) -> AnyView {
    let weekday: String = french::weekday(day).chars().take(3).collect();
    let number = day.0.day();
    let month = short_month(day);
    view! {
        <span class="day" aria-hidden="true">
            <span>{weekday}"."</span>
            <b>{number}</b>
            <span>{month}</span>
        </span>
    }
    .into_any()
}

fn short_month(day: Day) -> &'static str {
    const SHORT: [&str; 12] = [
        say::MONTH_JANUARY,
        say::MONTH_FEBRUARY,
        say::MONTH_MARCH,
        say::MONTH_APRIL,
        say::MONTH_MAY,
        say::MONTH_JUNE,
        say::MONTH_JULY,
        say::MONTH_AUGUST,
        say::MONTH_SEPTEMBER,
        say::MONTH_OCTOBER,
        say::MONTH_NOVEMBER,
        say::MONTH_DECEMBER,
    ];
    SHORT[(day.0.month() - 1) as usize % 12]
}

/// « Mardi 24 novembre », with its year when it is not this one.
pub fn day_title(day: Day, today: Day) -> String {
    let title = capital(&french::weekday_and_date(day));
    if day.0.year() == today.0.year() {
        title
    } else {
        format!("{title}\u{a0}{}", day.0.year())
    }
}

/// With a capital letter first.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>());
    first.unwrap_or_default() + chars.as_str()
}

/// `14:05` of a plan, as « 14 h 05 ».
pub fn clock(text: &str) -> String {
    let parts = text.split_once(':');
    match parts.and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?))) {
        Some((hour, minute)) => french::hour(hour, minute),
        None => text.to_owned(),
    }
}

/// « à l’instant », « il y a 12 min », « il y a 3 h », « le 24 novembre 2026 ».
pub fn ago(settings: &Settings, then: Instant, now: Instant) -> String {
    let minutes = (now.as_ms() - then.as_ms()) / 60_000;
    match minutes {
        ..1 => say::AGO_NOW.into(),
        1..60 => say::ago_minutes(&minutes),
        60..1_440 => say::ago_hours(&(minutes / 60)),
        _ => say::ago_on_day(&french::date(crate::app::local_day(settings, then))),
    }
}

/// Plain links, of which one is where one stands: years, states, orders. Each is where it leads,
/// its words, and whether one is there.
pub fn tabs<T: IntoView + 'static>(
    name: &'static str,
    links: impl IntoIterator<Item = (String, T, bool)>,
) -> AnyView {
    let links = links.into_iter().map(|(href, words, is_here)| {
        let current = is_here.then_some("page");
        view! { <a class="button quiet" href=href aria-current=current>{words}</a> }
    });
    let links: Vec<_> = links.collect();
    view! { <nav class="actions tabs" aria-label=name>{links}</nav> }.into_any()
}

/// Names in a sentence: « gants, pinces et gel ».
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => say::list_end(&head.join(", "), &last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_said_only_when_it_is_another_one() {
        let day = |y| Day::new(y, 11, 24).unwrap();
        assert_eq!(
            day_title(day(2026), day(2026)),
            "Mardi 24\u{a0}novembre".to_owned()
        );
        assert!(day_title(day(2025), day(2026)).ends_with("\u{a0}2025"));
    }

    #[test]
    fn words_are_listed_as_one_says_them() {
        let words = |n: usize| -> Vec<String> {
            let all = ["gants", "pinces", "gel"];
            all[..n].iter().map(|it| (*it).to_owned()).collect()
        };
        assert_eq!(listed(&words(0)), "");
        assert_eq!(listed(&words(1)), "gants");
        assert_eq!(listed(&words(3)), "gants, pinces et gel");
    }

    #[test]
    fn an_hour_of_a_plan_is_written_as_one_reads_it() {
        assert_eq!(clock("09:30"), "9\u{a0}h\u{a0}30");
        assert_eq!(clock("bientôt"), "bientôt");
    }

    #[test]
    fn the_number_of_a_list_is_found_and_a_date_is_none() {
        let text = "Liste 2026-0012\u{a0}: 255,00 €, du 2026-11-23 au 12026-0001";
        let found: Vec<&str> = text
            .match_indices('-')
            .filter_map(|(dash, _)| list_number_around(text, dash))
            .map(|it| &text[it])
            .collect();
        assert_eq!(found, ["2026-0012"]);
    }
}

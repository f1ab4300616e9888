//! Time zones to choose from: those of France first, then every other that has a name.

use domain::Invalid;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use words::desk::settings::zones as say;

/// France and its overseas territories, by their own names.
const FRENCH: [(&str, &str); 14] = [
    ("Europe/Paris", say::METROPOLITAN_FRANCE),
    ("America/Guadeloupe", say::GUADELOUPE),
    ("America/Martinique", say::MARTINIQUE),
    ("America/Cayenne", say::FRENCH_GUIANA),
    ("Indian/Reunion", say::REUNION),
    ("Indian/Mayotte", say::MAYOTTE),
    ("America/Miquelon", say::SAINT_PIERRE_MIQUELON),
    ("America/St_Barthelemy", say::SAINT_BARTHELEMY),
    ("America/Marigot", say::SAINT_MARTIN),
    ("Pacific/Noumea", say::NEW_CALEDONIA),
    ("Pacific/Wallis", say::WALLIS_FUTUNA),
    ("Pacific/Tahiti", say::TAHITI),
    ("Pacific/Marquesas", say::MARQUESAS),
    ("Pacific/Gambier", say::GAMBIER),
];
/// Kept for old programs; nobody lives there.
const NO_PLACE: [&str; 6] = ["Etc/", "SystemV/", "posix/", "right/", "US/", "Antarctica/"];

/// What a zone is called.
pub(super) fn label(name: &str) -> String {
    let found = FRENCH.iter().find(|(code, _)| *code == name);
    found.map_or_else(|| name.to_owned(), |(_, label)| (*label).to_owned())
}

/// A zone that nobody knows the hours of is refused.
pub(super) fn check(name: &str) -> Result<(), Invalid> {
    let found = TimeZone::get(name);
    found
        .map(|_| ())
        .map_err(|_| Invalid::new("time_zone", "unknown_value"))
}

/// The options of a list, the chosen one marked, even if nobody knows it.
pub(super) fn options(chosen: &str) -> AnyView {
    let option = |code: String, label: String| {
        let selected = code == chosen;
        view! { <option value=code selected=selected>{label}</option> }
    };
    let french: Vec<_> = FRENCH
        .iter()
        .map(|(code, label)| option((*code).into(), (*label).into()))
        .collect();
    let mut names: Vec<String> = jiff::tz::db()
        .available()
        .map(|it| it.as_str().to_owned())
        .filter(|it| it.contains('/') && !NO_PLACE.iter().any(|no| it.starts_with(no)))
        .filter(|it| !FRENCH.iter().any(|(code, _)| code == it))
        .collect();
    if !chosen.is_empty() && !FRENCH.iter().any(|(code, _)| *code == chosen) {
        names.push(chosen.to_owned());
    }
    names.sort();
    names.dedup();
    let others: Vec<_> = names
        .into_iter()
        .map(|name| option(name.clone(), name.replace('_', " ")))
        .collect();
    view! {
        <optgroup label=say::GROUP_FRANCE>{french}</optgroup>
        <optgroup label=say::GROUP_ELSEWHERE>{others}</optgroup>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_france_has_hours_and_what_is_no_zone_is_refused() {
        for (code, label_) in FRENCH {
            assert!(check(code).is_ok(), "{code}");
            assert_eq!(label(code), label_);
        }
        for wrong in ["", "Paris", "Europe/Bordeaux", "Europe/Paris ", "../etc"] {
            assert_eq!(check(wrong).unwrap_err().0.field, "time_zone", "{wrong}");
        }
        assert_eq!(label("Europe/Berlin"), "Europe/Berlin");
    }
}

//! What is kept, why, and how long: the table that everybody reads. Each body reads what concerns
//! it: the payer nothing of places, the city nothing of names.

use crate::access::Role;
use crate::http::speech;
use domain::Settings;
use words::{Lang, Plural, Text, kept as say};

/// One line of the table.
pub(super) struct Term {
    /// What is kept.
    pub(super) what: String,
    /// Why.
    pub(super) why: &'static str,
    /// How long.
    pub(super) how_long: String,
    /// What stays after.
    pub(super) stays: &'static str,
}

/// The lines that a reader sees.
pub(super) fn of(lang: Lang, role: Role, it: &Settings, forget_days: u32) -> Vec<Term> {
    let association = matches!(role, Role::Coordinator | Role::Peer);
    let (city, payer) = (role == Role::Agent, role == Role::Clerk);
    let counted = |word: Plural<1>, n: u32| lang.counted(word, i64::from(n));
    let months = |n| counted(say::MONTHS, n);
    let days = |n| counted(say::DAYS, n);
    let said = |text: Text| lang.say(text).to_owned();
    let mut all = Vec::new();
    let mut add = |shown: bool, what: String, why, how_long: String, stays| {
        if shown {
            all.push(Term {
                what,
                why: lang.say(why),
                how_long,
                stays: lang.say(stays),
            });
        }
    };
    add(
        association,
        said(say::NAME),
        say::NAME_WHY,
        lang.fill(say::NAME_LONG, [&months(it.terms.peer_months)]),
        say::NAME_STAYS,
    );
    add(
        association,
        said(say::CARD),
        say::CARD_WHY,
        lang.fill(say::CARD_LONG, [&months(it.terms.peer_months)]),
        say::CARD_STAYS,
    );
    add(
        association || payer,
        said(say::LISTS),
        say::LISTS_WHY,
        lang.fill(say::LISTS_LONG, [&counted(say::YEARS, it.accounting_years)]),
        say::LISTS_STAYS,
    );
    add(
        association || payer,
        lang.fill(say::COPY, [&speech::the(lang, &it.association)]),
        say::COPY_WHY,
        lang.fill(say::COPY_LONG, [&days(it.own_copy_days)]),
        say::COPY_STAYS,
    );
    add(
        association,
        said(say::SITE),
        say::SITE_WHY,
        lang.fill(say::SITE_LONG, [&days(it.terms.closed_site_days)]),
        say::SITE_STAYS,
    );
    add(
        association,
        said(say::WORDS),
        say::WORDS_WHY,
        lang.fill(say::WORDS_LONG, [&months(it.terms.outing_months)]),
        say::WORDS_STAYS,
    );
    add(
        association || city,
        said(say::PHOTOS),
        say::PHOTOS_WHY,
        months(it.terms.photo_months) + ".",
        say::PHOTOS_STAYS,
    );
    add(
        association,
        said(say::PHONE),
        say::PHONE_WHY,
        lang.fill(say::PHONE_LONG, [&days(it.hand_in_days)]),
        say::PHONE_STAYS,
    );
    add(
        true,
        said(say::JOURNAL),
        say::JOURNAL_WHY,
        months(it.terms.journal_months) + ".",
        say::NOTHING_STAYS,
    );
    add(
        true,
        said(say::SESSIONS),
        say::SESSIONS_WHY,
        said(say::SESSIONS_LONG),
        say::NOTHING_STAYS,
    );
    add(
        true,
        said(say::BACKUPS),
        say::BACKUPS_WHY,
        lang.fill(say::BACKUPS_LONG, [&days(forget_days)]),
        say::BACKUPS_STAYS,
    );
    all
}

//! `/sorties/{id}/fin`: what is looked at before an outing is closed, all on one screen: who was
//! there, what was counted and where, what is far from usual, boxes, and what phones may still hold.

use super::kit;
use super::people;
use super::phones::contact;
use super::places::{table_card, title_of_site};
use super::points::{self, Point};
use super::sheet::Sheet;
use crate::app::local_hour;
use crate::http::pieces::{Tone, capital, crumbs, note};
use crate::outings::review::{self, Outlier, Why};
use app::ui::Icon;
use app::ui::pictograms::{CHECK, PHONE};
use domain::french::{amount, amount_in_words, counted, number};
use leptos::prelude::*;
use words::desk::common;
use words::desk::common::count;
use words::desk::outings::closing as say;

/// The page; `asks_again` once the button was pressed while phones may still hold facts.
pub fn view(sheet: &Sheet, spots: &[Point], asks_again: bool) -> AnyView {
    let here = format!("/sorties/{}", sheet.outing.id);
    view! {
        {crumbs(here.clone(), common::THE_OUTING)}
        <div class="head">
            <div>
                <h1>{common::END_THE_OUTING}</h1>
                <p class="soft">{super::title_of(&sheet.outing, sheet.today())}</p>
            </div>
        </div>
        {asks_again.then(|| ask_again(sheet))}
        <div class="two">
            <div class="col">
                {presences(sheet)}
                {what_comes(sheet)}
            </div>
            <div class="col">
                {table_card(sheet)}
                {outliers(sheet)}
                {points::card(spots)}
                {kit::boxes(sheet)}
                {phones(sheet)}
            </div>
        </div>
        {(!asks_again).then(|| button(sheet, here))}
    }
    .into_any()
}

/// The one button at the end.
fn button(sheet: &Sheet, here: String) -> AnyView {
    let action = format!("/sorties/{}/fin", sheet.outing.id);
    view! {
        <section class="card next">
            <div>
                <h2>{say::FINISH_TITLE}</h2>
                <p>{say::FINISH_ABOUT}</p>
            </div>
            <form class="actions" method="post" action=action>
                <button class="primary"><Icon path=CHECK/>{common::END_THE_OUTING}</button>
                <a class="button quiet" href=here>{say::NOT_YET}</a>
            </form>
        </section>
    }
    .into_any()
}

/// Phones may still hold facts: closing all the same is a second decision.
fn ask_again(sheet: &Sheet) -> AnyView {
    let action = format!("/sorties/{}/fin", sheet.outing.id);
    let again = format!("/sorties/{}/fin", sheet.outing.id);
    let words: Vec<_> = holding(sheet)
        .map(|(rank, why)| view! { <li>{say::PHONE_PREFIX}" "{rank}"\u{a0}: "{may_hold(Some(why))}</li> })
        .collect();
    let told = note(
        Tone::Alarm,
        view! {
            <b>{say::ASK_AGAIN_TITLE}</b>
            <ul>{words}</ul>
            <p>{say::ASK_AGAIN_ABOUT}</p>
        },
    );
    view! {
        {told}
        <form class="actions" method="post" action=action>
            <input type="hidden" name="sure" value="oui"/>
            <button class="danger">{say::FINISH_ALL_THE_SAME}</button>
            <a class="button" href=again>{say::WAIT}</a>
        </form>
    }
    .into_any()
}

/// Phones that may still hold facts, with their rank on the screen and why.
fn holding(sheet: &Sheet) -> impl Iterator<Item = (usize, Why)> {
    let ranked = sheet.phones.iter().enumerate().map(|(n, it)| (n + 1, it));
    ranked.filter_map(|(rank, it)| Some((rank, sheet.review.may_hold(it, sheet.now)?)))
}

/// What a phone may still hold, in words.
fn may_hold(why: Option<Why>) -> String {
    match why {
        Some(Why::Missing(n)) => {
            let words = counted(n, say::MISSING_ONE, say::MISSING_MANY);
            say::may_hold_missing(&words)
        }
        Some(Why::Quiet) => say::MAY_HOLD_QUIET.into(),
        None => say::MAY_HOLD_NOTHING.into(),
    }
}

fn presences(sheet: &Sheet) -> AnyView {
    let how_many = sheet.present().len();
    let nobody = (how_many == 0).then(|| note(Tone::Wait, say::PRESENCES_NONE));
    let seen = sheet.people.iter().filter(|it| it.seen).count();
    let seen = (seen > 0).then(|| {
        let who = counted(
            seen as i64,
            say::SEEN_NOT_PRESENT_ONE,
            say::SEEN_NOT_PRESENT_MANY,
        );
        note(Tone::Wait, who)
    });
    let title = say::presences_title(&how_many);
    view! {
        <section class="card" id="equipe">
            <h2>{title}</h2>
            <p class="soft">{say::PRESENCES_ABOUT}</p>
            {nobody}
            {seen}
            {people::taps(sheet, "fin")}
        </section>
    }
    .into_any()
}

/// Counts worth a second look: nothing is wrong with them for sure.
fn outliers(sheet: &Sheet) -> Option<AnyView> {
    if sheet.review.outliers.is_empty() {
        return None;
    }
    let rows: Vec<_> = sheet
        .review
        .outliers
        .iter()
        .map(|it| {
            let sentence = match it {
                Outlier::Pickup { site, count, at } => say::outlier_pickup(
                    &title_of_site(sheet, *site),
                    &number(*count),
                    &local_hour(&sheet.settings, *at),
                ),
                Outlier::Place { site, count, usual } => say::outlier_place(
                    &title_of_site(sheet, Some(*site)),
                    &number(*count),
                    &number(*usual),
                ),
            };
            view! { <li>{sentence}</li> }
        })
        .collect();
    Some(note(
        Tone::Wait,
        view! {
            <b>{say::OUTLIERS_TITLE}</b>
            <ul>{rows}</ul>
            {say::OUTLIERS_ABOUT}
        },
    ))
}

fn what_comes(sheet: &Sheet) -> AnyView {
    let total = sheet.amount();
    let (done, places) = sheet.done();
    let syringes = counted(sheet.syringes(), count::SYRINGE, count::SYRINGES);
    let estimated = sheet.estimated();
    let estimated = (estimated > 0).then(|| {
        say::of_which_estimated(&counted(estimated, say::ESTIMATED_ONE, say::ESTIMATED_MANY))
    });
    let payer = capital(&sheet.settings.payer.the());
    let unnamed = sheet
        .present()
        .iter()
        .filter(|it| !it.peer.has_identity)
        .count();
    let unnamed = (unnamed > 0).then(|| {
        let who = counted(unnamed as i64, say::UNNAMED_ONE, say::UNNAMED_MANY);
        view! { <p class="soft">{who}" "{say::UNNAMED_AID_WAITS}</p> }
    });
    view! {
        <section class="card">
            <h2>{say::OUTCOME_TITLE}</h2>
            <dl class="pairs">
                <div>
                    <dt>{common::PICKED_UP}</dt>
                    <dd><b>{syringes}</b>{estimated}</dd>
                </div>
                <div>
                    <dt>{say::PLACES_DONE}</dt>
                    <dd><b>{done}</b>" "{say::DONE_OUT_OF}" "{places}</dd>
                </div>
                <div>
                    <dt>{say::AIDS_TO_COME}</dt>
                    <dd><b class="amount">{amount(total)}</b><br/>{amount_in_words(total)}</dd>
                </div>
            </dl>
            <p class="soft">{payer}" "{say::PAYER_PAYS_PRESENCES}</p>
            {unnamed}
        </section>
    }
    .into_any()
}

fn phones(sheet: &Sheet) -> AnyView {
    let rows: Vec<_> = sheet
        .phones
        .iter()
        .enumerate()
        .map(|(rank, it)| {
            let why = sheet.review.may_hold(it, sheet.now);
            let held = (!it.revoked).then(|| may_hold(why));
            let tag = match (it.revoked, why.is_some()) {
                (true, _) => view! { <span class="tag">{say::PHONE_REMOVED}</span> },
                (false, true) => view! { <span class="tag todo">{say::PHONE_TO_SEE}</span> },
                (false, false) => view! { <span class="tag ok">{say::PHONE_UP_TO_DATE}</span> },
            };
            view! {
                <li>
                    <p class="phone-line">
                        <Icon path=PHONE/>
                        <span class="row-text">
                            <b>{say::PHONE_PREFIX}" "{rank + 1}</b>
                            <small>{contact(sheet, it)}</small>
                            {held.map(|text| view! { <small class="line">{capital(&text)}</small> })}
                        </span>
                        {tag}
                    </p>
                </li>
            }
        })
        .collect();
    let none = rows
        .is_empty()
        .then(|| view! { <p class="soft">{say::PHONES_NONE}</p> });
    let hand_in = (!rows.is_empty()).then(|| {
        let href = format!("/sorties/{}/remettre", sheet.outing.id);
        view! { <p><a href=href>{say::HAND_IN_BY_FILE}</a></p> }
    });
    view! {
        <section class="card" id="telephones">
            <h2>{say::PHONES_TITLE}</h2>
            {none}
            <ul class="phones">{rows}</ul>
            {hand_in}
        </section>
    }
    .into_any()
}

/// Phones that said nothing for a while may still hold facts.
pub fn quiet_phones(sheet: &Sheet) -> Option<AnyView> {
    let quiet: Vec<usize> = sheet
        .phones
        .iter()
        .zip(1..)
        .filter(|(it, _)| !it.revoked && review::is_quiet(it, sheet.now))
        .map(|(_, rank)| rank)
        .collect();
    let (who, they) = match quiet.as_slice() {
        [] => return None,
        [one] => (say::quiet_phone_one(&one), say::QUIET_PHONE_ONE_ABOUT),
        many => (
            say::quiet_phones_many(&many.len()),
            say::QUIET_PHONES_MANY_ABOUT,
        ),
    };
    let hand_in = format!("/sorties/{}/remettre", sheet.outing.id);
    Some(note(
        Tone::Wait,
        view! {
            <b>{who}</b>" "{they}
            " "<a href=hand_in>{say::HAND_IN_BY_FILE}</a>
        },
    ))
}

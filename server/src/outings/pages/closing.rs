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

/// The page; `asks_again` once the button was pressed while phones may still hold facts.
pub fn view(sheet: &Sheet, spots: &[Point], asks_again: bool) -> AnyView {
    let here = format!("/sorties/{}", sheet.outing.id);
    view! {
        {crumbs(here.clone(), "La sortie")}
        <div class="head">
            <div>
                <h1>"Terminer la sortie"</h1>
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
                <h2>"Tout est juste\u{a0}?"</h2>
                <p>"Une sortie terminée ne change plus. Une erreur se corrige ensuite par une révision, qui dit pourquoi."</p>
            </div>
            <form class="actions" method="post" action=action>
                <button class="primary"><Icon path=CHECK/>"Terminer la sortie"</button>
                <a class="button quiet" href=here>"Pas encore"</a>
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
        .map(|(rank, why)| view! { <li>"Téléphone "{rank}"\u{a0}: "{may_hold(Some(why))}</li> })
        .collect();
    let told = note(
        Tone::Alarm,
        view! {
            <b>"Des relevés ne sont peut-être pas encore arrivés."</b>
            <ul>{words}</ul>
            <p>"Le mieux\u{a0}: ouvrir la page sur ce téléphone, avec du réseau, puis revenir ici. Si on termine, ces relevés arriveront en retard et attendront une révision."</p>
        },
    );
    view! {
        {told}
        <form class="actions" method="post" action=action>
            <input type="hidden" name="sure" value="oui"/>
            <button class="danger">"Terminer quand même"</button>
            <a class="button" href=again>"Attendre"</a>
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
            let words = counted(n, "relevé manque", "relevés manquent");
            format!("{words} dans sa suite.")
        }
        Some(Why::Quiet) => {
            "plus de nouvelles depuis 10\u{a0}minutes. Il garde peut-être des relevés.".into()
        }
        None => "rien ne manque.".into(),
    }
}

fn presences(sheet: &Sheet) -> AnyView {
    let how_many = sheet.present().len();
    let nobody = (how_many == 0).then(|| {
        note(
            Tone::Wait,
            "Personne n’est noté présent. Sans présence, il n’y a pas d’aide.",
        )
    });
    let seen = sheet.people.iter().filter(|it| it.seen).count();
    let seen = (seen > 0).then(|| {
        let who = counted(
            seen as i64,
            "personne a été vue par l’équipe, et n’est pas notée présente.",
            "personnes ont été vues par l’équipe, et ne sont pas notées présentes.",
        );
        note(Tone::Wait, who)
    });
    let title = format!("Présences\u{a0}: {how_many}");
    view! {
        <section class="card" id="equipe">
            <h2>{title}</h2>
            <p class="soft">"Touchez pour noter une présence. Touchez encore pour la retirer."</p>
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
                Outlier::Pickup { site, count, at } => format!(
                    "{}\u{a0}: {} notées d’un coup, à {}.",
                    title_of_site(sheet, *site),
                    number(*count),
                    local_hour(&sheet.settings, *at),
                ),
                Outlier::Place { site, count, usual } => format!(
                    "{}\u{a0}: {} cette fois, d’habitude environ {}.",
                    title_of_site(sheet, Some(*site)),
                    number(*count),
                    number(*usual),
                ),
            };
            view! { <li>{sentence}</li> }
        })
        .collect();
    Some(note(
        Tone::Wait,
        view! {
            <b>"À regarder deux fois"</b>
            <ul>{rows}</ul>
            "Une faute de frappe s’annule sur le téléphone qui l’a notée."
        },
    ))
}

fn what_comes(sheet: &Sheet) -> AnyView {
    let total = sheet.amount();
    let (done, places) = sheet.done();
    let syringes = counted(sheet.syringes(), "seringue", "seringues");
    let estimated = sheet.estimated();
    let estimated =
        (estimated > 0).then(|| format!(", dont {}", counted(estimated, "estimée", "estimées")));
    let payer = capital(&sheet.settings.payer.the());
    let unnamed = sheet
        .present()
        .iter()
        .filter(|it| !it.peer.has_identity)
        .count();
    let unnamed = (unnamed > 0).then(|| {
        let who = counted(
            unnamed as i64,
            "personne présente n’a pas encore donné son nom.",
            "personnes présentes n’ont pas encore donné leur nom.",
        );
        view! { <p class="soft">{who}" L’aide attend."</p> }
    });
    view! {
        <section class="card">
            <h2>"Ce que la sortie donne"</h2>
            <dl class="pairs">
                <div>
                    <dt>"Ramassées"</dt>
                    <dd><b>{syringes}</b>{estimated}</dd>
                </div>
                <div>
                    <dt>"Lieux faits"</dt>
                    <dd><b>{done}</b>" sur "{places}</dd>
                </div>
                <div>
                    <dt>"Aides à venir"</dt>
                    <dd><b class="amount">{amount(total)}</b><br/>{amount_in_words(total)}</dd>
                </div>
            </dl>
            <p class="soft">{payer}" paie les présences. Le nombre de seringues n’y change rien."</p>
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
                (true, _) => view! { <span class="tag">"retiré"</span> },
                (false, true) => view! { <span class="tag todo">"à voir"</span> },
                (false, false) => view! { <span class="tag ok">"à jour"</span> },
            };
            view! {
                <li>
                    <p class="phone-line">
                        <Icon path=PHONE/>
                        <span class="row-text">
                            <b>"Téléphone "{rank + 1}</b>
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
        .then(|| view! { <p class="soft">"Aucun téléphone n’a rejoint cette sortie."</p> });
    let hand_in = (!rows.is_empty()).then(|| {
        let href = format!("/sorties/{}/remettre", sheet.outing.id);
        view! { <p><a href=href>"Remettre des relevés par fichier"</a></p> }
    });
    view! {
        <section class="card" id="telephones">
            <h2>"Téléphones"</h2>
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
        [one] => (
            format!("Le téléphone {one} n’a pas donné de nouvelles depuis 10\u{a0}minutes."),
            "Il garde peut-être des relevés. On peut attendre, ou terminer\u{a0}: \
             ils arriveront plus tard et seront signalés.",
        ),
        many => (
            format!(
                "{} téléphones n’ont pas donné de nouvelles depuis 10\u{a0}minutes.",
                many.len()
            ),
            "Ils gardent peut-être des relevés. On peut attendre, ou terminer\u{a0}: \
             ces relevés arriveront plus tard et seront signalés.",
        ),
    };
    let hand_in = format!("/sorties/{}/remettre", sheet.outing.id);
    Some(note(
        Tone::Wait,
        view! {
            <b>{who}</b>" "{they}
            " "<a href=hand_in>"Remettre des relevés par fichier"</a>
        },
    ))
}

//! `/sorties/{id}/fin`: what to look at before an outing is closed for good.

use super::people::those_present;
use super::phones::contact;
use super::sheet::Sheet;
use crate::http::pieces::{Tone, capital, crumbs, note};
use app::ui::Icon;
use app::ui::pictograms::{CHECK, PHONE};
use domain::french::{amount, amount_in_words, counted};
use leptos::prelude::*;

/// The page.
pub fn view(sheet: &Sheet) -> AnyView {
    let here = format!("/sorties/{}", sheet.outing.id);
    let action = format!("{here}/fin");
    view! {
        {crumbs(here.clone(), "La sortie")}
        <div class="head">
            <div>
                <h1>"Terminer la sortie"</h1>
                <p class="soft">{super::title_of(&sheet.outing, sheet.today())}</p>
            </div>
        </div>
        <div class="two">
            <div class="col">
                {presences(sheet)}
                {what_comes(sheet)}
            </div>
            {phones(sheet)}
        </div>
        <section class="card next">
            <div>
                <h2>"Tout est juste\u{a0}?"</h2>
                <p>"Une sortie terminée ne change plus. Les relevés en retard seront signalés."</p>
            </div>
            <form class="actions" method="post" action=action>
                <button class="primary"><Icon path=CHECK/>"Terminer la sortie"</button>
                <a class="button quiet" href=here>"Pas encore"</a>
            </form>
        </section>
    }
    .into_any()
}

fn presences(sheet: &Sheet) -> AnyView {
    let back = format!("/sorties/{}#equipe", sheet.outing.id);
    let people = those_present(sheet);
    let nobody = people.is_empty().then(|| {
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
    let title = format!("Présences\u{a0}: {}", people.len());
    view! {
        <section class="card">
            <h2>{title}</h2>
            {nobody}
            {seen}
            <ul class="people">{people}</ul>
            <p><a href=back>"Corriger les présences"</a></p>
        </section>
    }
    .into_any()
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
    let quiet = quiet_phones(sheet);
    let rows: Vec<_> = sheet
        .phones
        .iter()
        .enumerate()
        .map(|(rank, it)| {
            view! {
                <li>
                    <p class="phone-line">
                        <Icon path=PHONE/>
                        <span class="row-text">
                            <b>"Téléphone "{rank + 1}</b>
                            <small>{contact(sheet, it)}</small>
                        </span>
                    </p>
                </li>
            }
        })
        .collect();
    let about = if rows.is_empty() {
        view! { <p class="soft">"Aucun téléphone n’a rejoint cette sortie."</p> }.into_any()
    } else {
        view! {
            <p class="soft">"Un téléphone garde ses relevés tant qu’il n’a pas de réseau. Regardez les écrans avant de terminer."</p>
        }
        .into_any()
    };
    view! {
        <section class="card">
            <h2>"Téléphones"</h2>
            {about}
            {quiet}
            <ul class="phones">{rows}</ul>
        </section>
    }
    .into_any()
}

/// Phones that said nothing for a while may still hold facts.
pub fn quiet_phones(sheet: &Sheet) -> Option<AnyView> {
    const QUIET_MS: i64 = 10 * 60_000;
    let quiet: Vec<usize> = sheet
        .phones
        .iter()
        .enumerate()
        .filter(|(_, it)| !it.revoked && sheet.now.as_ms() - it.last_seen_at > QUIET_MS)
        .map(|(rank, _)| rank + 1)
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

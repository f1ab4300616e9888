//! The pages of settings: the table for everybody, and a form for each group.

use super::{READ_AS, change, read_as, terms, zones};
use crate::access::{Caller, Role};
use crate::allowances::pages::follow::rates_form;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Tone, capital, crumbs, error_line, in_text_area, note};
use crate::http::reading::{Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, EDIT, INFO, NEXT};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::setting::{self, Group, Setting, Shape};
use domain::{FieldError, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::{Lang, kept as say};

/// Which group, and what the form before this page did.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    groupe: String,
    #[serde(default)]
    fait: String,
}

/// `GET /reglages`
pub async fn overview(
    State(app): State<App>,
    caller: Caller,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let role = caller.role();
    // Staff read French.
    let lang = match role {
        Role::Peer => reader.lang,
        _ => Lang::FRENCH,
    };
    let title = match role {
        Role::Coordinator => "Réglages",
        _ => lang.say(words::page::WHAT_IS_KEPT),
    };
    let mut frame = Frame::of(&app.assets, &caller, &settings, title, "/reglages");
    if role == Role::Peer {
        frame.narrow = true;
        frame.part = Some("place");
        frame.reader = Some(reader);
    }
    let days = app.forget_days;
    Ok(page(&frame, || {
        overview_view((&caller, lang), &settings, days, &asked)
    })
    .into_response())
}

fn overview_view(
    (caller, lang): (&Caller, Lang),
    settings: &Settings,
    days: u32,
    asked: &Asked,
) -> AnyView {
    let role = caller.role();
    let is_coordinator = role == Role::Coordinator;
    let done = (asked.fait == "oui").then(|| {
        note(
            Tone::Ok,
            "C’est enregistré. Le changement est dans le journal.",
        )
    });
    let title = if is_coordinator {
        "Réglages"
    } else {
        lang.say(say::TITLE)
    };
    view! {
        <div class="head"><h1>{title}</h1></div>
        {done}
        {is_coordinator.then(|| groups(settings, caller.administers()))}
        {terms_table((role, lang), settings, days, is_coordinator)}
        {old_copies((role, lang), days)}
        {is_coordinator.then(more)}
    }
    .into_any()
}

fn groups(settings: &Settings, may_change: bool) -> AnyView {
    let rows: Vec<_> = Group::ALL
        .into_iter()
        .map(|group| {
            let some: Vec<_> = setting::ALL.iter().filter(|it| it.group == group).collect();
            let mut names: Vec<_> = some.iter().map(|it| it.label.to_lowercase()).collect();
            if group == Group::Money {
                names.insert(0, "montant d’une présence".into());
            }
            let names = names.join(", ");
            let href = format!("/reglages/modifier?groupe={}", group.code());
            let text = view! {
                <span class="row-text">
                    <b>{group.label()}</b>
                    <small>{names}</small>
                </span>
            };
            match may_change {
                true => view! { <li><a class="card row" href=href>{text}<span class="row-end"><Icon path=NEXT/></span></a></li> }.into_any(),
                false => view! { <li><details class="card"><summary>{group.label()}</summary>{values(settings, &some)}</details></li> }.into_any(),
            }
        })
        .collect();
    let who = (!may_change).then(|| {
        note(Tone::Info, "Pour changer un réglage, demandez à une personne qui gère les comptes de l’association.")
    });
    view! {
        {who}
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

/// What is set, to read only.
fn values(settings: &Settings, some: &[&Setting]) -> AnyView {
    let pairs: Vec<_> = some
        .iter()
        .map(|it| {
            let value = value_words(it, &setting::read(settings, it.code));
            view! { <div><dt>{it.label}</dt><dd>{value}</dd></div> }
        })
        .collect();
    view! { <dl class="pairs">{pairs}</dl> }.into_any()
}

fn value_words(it: &Setting, text: &str) -> String {
    match it.shape {
        _ if text.is_empty() => "—".into(),
        Shape::Number(_, _, unit) => format!("{text} {unit}"),
        Shape::MaybeEuros => format!("{text} €"),
        Shape::Zone => zones::label(text),
        Shape::One(known) | Shape::Some(known) => {
            let chosen = known
                .iter()
                .filter(|(code, _)| text.split(' ').any(|it| it == *code));
            chosen
                .map(|(_, label)| *label)
                .collect::<Vec<_>>()
                .join(", ")
        }
        _ => text.replace('\n', ", "),
    }
}

fn terms_table(
    (role, lang): (Role, Lang),
    settings: &Settings,
    days: u32,
    titled: bool,
) -> AnyView {
    let heads = [say::WHAT, say::WHY, say::HOW_LONG, say::STAYS];
    let [what, why, how_long, stays] = heads.map(|it| lang.say(it));
    let rows: Vec<_> = terms::of(lang, role, settings, days)
        .into_iter()
        .map(|it| {
            view! {
                <tr>
                    <td>{it.what}</td>
                    <td data-label=why>{it.why}</td>
                    <td data-label=how_long>{it.how_long}</td>
                    <td data-label=stays>{it.stays}</td>
                </tr>
            }
        })
        .collect();
    let title = titled.then(|| view! { <h2>{lang.say(say::TITLE)}</h2> });
    view! {
        <section class="card">
            {title}
            <table class="terms">
                <thead>
                    <tr>
                        <th scope="col">{what}</th>
                        <th scope="col">{why}</th>
                        <th scope="col">{how_long}</th>
                        <th scope="col">{stays}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="soft">{lang.say(say::EACH_NIGHT)}</p>
        </section>
    }
    .into_any()
}

/// What makes forgetting true: old copies of the key, and what to do with them.
fn old_copies((role, lang): (Role, Lang), days: u32) -> AnyView {
    if role != Role::Coordinator {
        return note(Tone::Info, lang.fill(say::OLD_COPIES, [&days.to_string()]));
    }
    view! {
        <section class="card old-copies">
            <h2>"Les vieilles copies de la clé"</h2>
            <p>"Les noms et les lieux discrets sont fermés par une clé par mois. Ces clés sont dans un fichier, à part de la base."</p>
            <p>"Quand quelque chose est effacé, une vieille sauvegarde pourrait encore l’ouvrir. C’est pourquoi chaque clé de mois est détruite "<b>{days}" jours"</b>" après le début de son mois. Ce qui vit encore est d’abord refermé avec la clé du mois en cours."</p>
            <p>"Une copie de la clé qui traîne rend l’oubli faux. À faire, par qui s’occupe du serveur\u{a0}:"</p>
            <ol>
                <li>"Garder le fichier de clés à part des sauvegardes de la base. Jamais dans le même disque, jamais dans le même sac."</li>
                <li>"Garder une seule copie de secours, sur papier, dans un coffre\u{a0}: "<code>"cueillette key print"</code>"."</li>
                <li>"Chaque mois, couper sur le papier la ligne des mois commencés depuis plus de "{days}" jours, et la détruire (déchiqueteuse, ciseaux)."</li>
                <li>"Si le fichier est sauvegardé ailleurs (disque, nuage, autre machine)\u{a0}: remplacer cette copie chaque mois par la nouvelle, et effacer l’ancienne, ses versions et sa corbeille."</li>
                <li>"Écrire la date et sa signature sur la feuille, à chaque fois."</li>
                <li>"Une copie perdue ou vue par quelqu’un\u{a0}: "<code>"cueillette key rotate"</code>" le jour même."</li>
                <li>"Ne pas compter sur une sauvegarde de plus de "{days - 31}" jours\u{a0}: selon le jour du mois, elle peut déjà ne plus s’ouvrir."</li>
            </ol>
        </section>
    }
    .into_any()
}

fn more() -> AnyView {
    view! {
        <section class="card">
            <h2>"Aussi"</h2>
            <ul class="ways">
                <li><a class="button" href="/avant-la-premiere-sortie"><Icon path=CHECK/><span><b>"Avant la première sortie"</b><small>"Convention, information, analyse d’impact\u{a0}: ce qui se règle avant de marcher."</small></span></a></li>
                <li><a class="button" href="/journal"><Icon path=INFO/><span><b>"Journal"</b><small>"Qui a fait quoi, et qui a ouvert quoi."</small></span></a></li>
                <li><a class="button" href="/reglages/tiers-autorises"><Icon path=CHECK/><span><b>"Tiers autorisés"</b><small>"La police ou la justice demande quelque chose\u{a0}: quoi faire, et le registre."</small></span></a></li>
            </ul>
        </section>
    }
    .into_any()
}

/// `GET /reglages/modifier?groupe=…`
pub async fn edit(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let Some(group) = Group::parse(&asked.groupe) else {
        return Ok(Redirect::to("/reglages").into_response());
    };
    shown(&app, &caller, group, None, &Faults::default()).await
}

/// `POST /reglages/modifier`
pub async fn save(
    State(app): State<App>,
    caller: Caller,
    ReadForm(typed): ReadForm<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let group = typed.iter().find(|(name, _)| name == "groupe");
    let Some(group) = group.and_then(|(_, code)| Group::parse(code)) else {
        return Ok(Redirect::to("/reglages").into_response());
    };
    match change(&app, &caller, group, &typed).await {
        Ok(changed) => {
            let end = if changed.is_empty() { "" } else { "?fait=oui" };
            Ok(Redirect::to(&format!("/reglages{end}")).into_response())
        }
        Err(problem) => {
            let Some(faults) = Faults::of(&problem, words) else {
                return Err(problem);
            };
            let page = shown(&app, &caller, group, Some(&typed), &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn words(wrong: &FieldError) -> Option<&'static str> {
    setting::find(&wrong.field)?;
    Some(match wrong.code {
        "missing" => "Écrivez quelque chose ici.",
        "too_long" => "C’est trop long\u{a0}: 120 signes au plus.",
        "control_character" => "Écrivez sur une seule ligne.",
        "out_of_range" => "Écrivez un nombre entier, entre les deux bornes données.",
        "not_an_amount" => "Écrivez un montant en euros, par exemple 5,00. Ou laissez vide.",
        "not_a_phone" => "Écrivez un numéro de téléphone\u{a0}: des chiffres et des espaces.",
        _ => "Choisissez parmi ce qui est proposé.",
    })
}

async fn shown(
    app: &App,
    caller: &Caller,
    group: Group,
    typed: Option<&[(String, String)]>,
    faults: &Faults,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let mut frame = Frame::of(&app.assets, caller, &settings, group.label(), "/reglages");
    frame.narrow = true;
    Ok(page(&frame, || form(&settings, group, typed, faults)).into_response())
}

fn form(
    settings: &Settings,
    group: Group,
    typed: Option<&[(String, String)]>,
    faults: &Faults,
) -> AnyView {
    let some = setting::ALL.iter().filter(|it| it.group == group);
    let fields: Vec<_> = some
        .map(|it| {
            let said = typed.map(|all| {
                let mine = all.iter().filter(|(name, _)| name == it.code);
                mine.map(|(_, text)| text.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            });
            let value = said.unwrap_or_else(|| setting::read(settings, it.code));
            one(it, &value, faults.at(it.code))
        })
        .collect();
    // A form that comes back for a mistake was still filled in from what was read first.
    let read = typed.and_then(|all| all.iter().find(|(name, _)| name == READ_AS));
    let read = read.map_or_else(|| read_as(settings, group), |(_, text)| text.clone());
    view! {
        {crumbs("/reglages".into(), "Réglages")}
        <div class="head"><h1>{group.label()}</h1></div>
        <form class="card form settings" method="post" action="/reglages/modifier">
            <input type="hidden" name="groupe" value=group.code()/>
            <input type="hidden" name=READ_AS value=read/>
            {fields}
            <p class="actions">
                <button class="primary"><Icon path=EDIT/>"Enregistrer"</button>
            </p>
            <p class="soft">"Chaque changement est écrit dans le journal, avec votre nom."</p>
        </form>
        {(group == Group::Money).then(|| rates(settings))}
        {(group == Group::Money).then(|| decided_by_payer(settings))}
    }
    .into_any()
}

/// Amounts by first day: each new one is added, none is changed.
fn rates(settings: &Settings) -> AnyView {
    view! {
        <section class="card" id="montants">
            <h2>"Le montant d’une présence"</h2>
            <p class="soft">"Chaque personne présente à une sortie reçoit le montant du jour de la sortie, quel que soit le nombre ramassé. Un nouveau montant commence à une date. Ce qui est déjà compté ne change pas."</p>
            {rates_form(settings, "reglages")}
        </section>
    }
    .into_any()
}

fn decided_by_payer(settings: &Settings) -> AnyView {
    let who = capital(&settings.payer.the());
    note(
        Tone::Info,
        view! {
            {who}" décide dans ses propres réglages\u{a0}: l’enveloppe de l’année, et qui remet l’argent en mains propres."
        },
    )
}

/// One setting: its name, what it changes, and how to write it.
fn one(it: &'static Setting, value: &str, error: Option<String>) -> AnyView {
    let (code, help_id, error_id) = (
        it.code,
        format!("{}-aide", it.code),
        format!("{}-erreur", it.code),
    );
    let about = match error {
        Some(_) => format!("{error_id} {help_id}"),
        None => help_id.clone(),
    };
    let invalid = error.is_some().then_some("true");
    let value = value.to_owned();
    let input = match it.shape {
        Shape::Number(min, max, unit) => view! {
            <div class="with-unit">
                <input id=code name=code type="number" inputmode="numeric" min=min.to_string() max=max.to_string() value=value required aria-describedby=about aria-invalid=invalid/>
                <span>{format!("{unit} ({min} à {max})")}</span>
            </div>
        }
        .into_any(),
        Shape::Lines => view! {
            <textarea id=code name=code rows="4" aria-describedby=about aria-invalid=invalid inner_html=in_text_area(&value)></textarea>
        }
        .into_any(),
        Shape::One(known) => {
            let options: Vec<_> = known
                .iter()
                .map(|(code, label)| view! { <option value=*code selected=*code == value>{*label}</option> })
                .collect();
            view! { <select id=code name=code aria-describedby=about aria-invalid=invalid>{options}</select> }.into_any()
        }
        Shape::Zone => view! {
            <select id=code name=code aria-describedby=about aria-invalid=invalid>{zones::options(&value)}</select>
        }
        .into_any(),
        Shape::Some(known) => return several(it, known, &value, error),
        Shape::Line | Shape::MaybeLine | Shape::MaybeEuros => {
            let keyboard = (it.shape == Shape::MaybeEuros).then_some("decimal");
            view! {
                <input id=code name=code type="text" inputmode=keyboard value=value autocomplete="off" aria-describedby=about aria-invalid=invalid/>
            }
            .into_any()
        }
    };
    view! {
        <div class="field setting">
            <label for=code>{it.label}</label>
            <p class="help" id=help_id>{it.effect}</p>
            {error.map(|text| error_line(error_id, text))}
            {input}
        </div>
    }
    .into_any()
}

fn several(
    it: &'static Setting,
    known: &'static [(&'static str, &'static str)],
    value: &str,
    error: Option<String>,
) -> AnyView {
    let boxes: Vec<_> = known
        .iter()
        .map(|(code, label)| {
            let checked = value.split(' ').any(|it| it == *code);
            view! {
                <label class="choice">
                    <input type="checkbox" name=it.code value=*code checked=checked/>
                    <span>{*label}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="setting">
            <legend>{it.label}</legend>
            <p class="help">{it.effect}</p>
            {error.map(|text| error_line(format!("{}-erreur", it.code), text))}
            {boxes}
        </fieldset>
    }
    .into_any()
}

//! « Tiers autorisés »: somebody whom a law lets ask (police, justice, taxes) asks for something.
//! A checklist to print, and the register of what was asked and answered, sealed.

mod store;

use crate::access::{Action, Caller, Opening, Scope, Sealable, Sealer, journal};
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, note};
use crate::http::reading::{Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::CHECK;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::date;
use domain::outing::Reason;
use domain::people::Title;
use domain::{Day, FieldError, Invalid, Settings};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was asked, in words that may name somebody.
#[derive(Serialize, Deserialize)]
struct Words {
    who: String,
    law: String,
    what: String,
    given: String,
}

impl Sealable for Words {
    const LABEL: &'static str = "third party request";
}

/// One line of the register, opened.
struct Line {
    asked_on: Day,
    answered: String,
    words: Words,
}

/// What was answered.
const ANSWERS: [(&str, &str); 4] = [
    ("refused", "Refusé"),
    ("nothing", "Rien à donner"),
    ("partly", "Donné en partie"),
    ("given", "Donné"),
];

/// What was typed. The id comes with the form: sent twice, it is one line.
#[derive(Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    id: Uuid,
    #[serde(default)]
    jour: String,
    #[serde(default)]
    qui: String,
    #[serde(default)]
    texte: String,
    #[serde(default)]
    quoi: String,
    #[serde(default)]
    reponse: String,
    #[serde(default)]
    donne: String,
}

impl Typed {
    fn read(&self, today: Day) -> Result<(Day, &'static str, Words), Invalid> {
        let day: Day = self
            .jour
            .parse()
            .map_err(|_| Invalid::new("jour", "not_a_day"))?;
        if day > today {
            return Err(Invalid::new("jour", "in_the_future"));
        }
        let answer = ANSWERS.iter().find(|(code, _)| *code == self.reponse);
        let (answer, _) = answer.ok_or_else(|| Invalid::new("reponse", "unknown_value"))?;
        let words = Words {
            who: Title::new("qui", &self.qui)?.as_str().into(),
            law: Title::new("texte", &self.texte)?.as_str().into(),
            what: Reason::new("quoi", &self.quoi)?.as_str().into(),
            given: match self.donne.trim() {
                "" => String::new(),
                text => Reason::new("donne", text)?.as_str().into(),
            },
        };
        Ok((day, answer, words))
    }
}

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    fait: String,
}

/// `GET /reglages/tiers-autorises`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    shown(
        &app,
        &caller,
        asked.fait == "oui",
        &Typed::default(),
        &Faults::default(),
    )
    .await
}

/// `POST /reglages/tiers-autorises`
pub async fn keep(
    State(app): State<App>,
    caller: Caller,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    let (day, answered, words) = match typed.read(local_day(&settings, now)) {
        Ok(read) => read,
        Err(wrong) => {
            drop(tx);
            let faults = Faults::of(&wrong.into(), fault_words).unwrap_or_default();
            let page = shown(&app, &caller, false, &typed, &faults).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let scope = Scope::Request(typed.id);
    let sealed = Sealer::new(&app.keys, programme, now)
        .seal(&mut tx, scope, &words)
        .await?;
    let new = store::Kept {
        id: typed.id,
        asked_on: day.to_string(),
        answered: answered.to_owned(),
        sealed: sealed.into_bytes(),
    };
    if store::insert(&mut tx, programme, new, &caller, now).await? {
        let (subjects, action) = ([scope.journal_name()], Action::RequestKept);
        journal::write(&mut tx, programme, caller.actor(), action, &subjects, now).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/reglages/tiers-autorises?fait=oui").into_response())
}

fn fault_words(wrong: &FieldError) -> Option<&'static str> {
    Some(match wrong.field.as_str() {
        "jour" => "Donnez le jour de la demande, passé ou d’aujourd’hui.",
        "qui" => "Écrivez qui demande, sur une ligne.",
        "texte" => "Écrivez l’article de loi, sur une ligne.",
        "quoi" => "Écrivez ce qui est demandé.",
        "donne" => "C’est trop long\u{a0}: 2\u{a0}000 signes au plus.",
        "reponse" => "Choisissez une réponse.",
        _ => return None,
    })
}

async fn lines(app: &App, caller: &Caller) -> Result<Vec<Line>, Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let kept = store::all(&mut tx, programme).await?;
    let sealed: Vec<_> = kept.into_iter().map(store::Kept::sealed).collect();
    let named = sealed.iter().map(|it| it.2.scope()).collect();
    let (actor, action) = (caller.actor(), Action::RequestsShown);
    let mut opening =
        Opening::begin(&mut tx, &app.keys, programme, actor, action, named, now).await?;
    let mut lines = Vec::with_capacity(sealed.len());
    for (day, answered, words) in &sealed {
        lines.push(Line {
            asked_on: day.parse().map_err(Problem::invalid)?,
            answered: answered.clone(),
            words: opening.open(&mut tx, words).await?,
        });
    }
    tx.commit().await?;
    Ok(lines)
}

async fn shown(
    app: &App,
    caller: &Caller,
    done: bool,
    typed: &Typed,
    faults: &Faults,
) -> Result<Response, Problem> {
    let lines = lines(app, caller).await?;
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let frame = Frame::of(
        &app.assets,
        caller,
        &settings,
        "Tiers autorisés",
        "/reglages",
    );
    Ok(page(&frame, || view(&settings, &lines, done, typed, faults)).into_response())
}

fn view(
    settings: &Settings,
    lines: &[Line],
    done: bool,
    typed: &Typed,
    faults: &Faults,
) -> AnyView {
    view! {
        <div class="on-screen">{crumbs("/reglages".into(), "Réglages")}</div>
        <div class="head"><h1>"Quelqu’un demande des informations"</h1></div>
        {done.then(|| note(Tone::Ok, "La demande est dans le registre. Ses mots sont fermés à clé."))}
        {checklist(settings)}
        <div class="on-screen register">
            {register(lines)}
            {form(typed, faults)}
        </div>
    }
    .into_any()
}

const STEPS: [(&str, &str); 9] = [
    (
        "Ne rien donner tout de suite.",
        "Ni à l’oral, ni au téléphone, ni sur place. Restez poli·e\u{a0}: « Je dois vérifier avec ma direction. »",
    ),
    (
        "Noter qui demande.",
        "Nom, service, numéro, jour et heure. Rappelez par le standard du service, pas par le numéro donné.",
    ),
    (
        "Demander un écrit signé.",
        "Avec le texte de loi qui le permet, la personne visée, et ce qui est demandé. Sans écrit\u{a0}: non.",
    ),
    (
        "Lire le texte de loi.",
        "Il dit qui peut demander, et quoi. Une réquisition judiciaire n’est pas une simple demande.",
    ),
    (
        "Appeler la direction, et la personne déléguée à la protection des données.",
        "Au besoin un·e avocat·e. Le secret professionnel peut être opposé.",
    ),
    (
        "Regarder ce qui existe vraiment.",
        "Ce qui n’est pas gardé ne peut pas être donné. Ne cherchez pas ailleurs, ne reconstituez rien.",
    ),
    (
        "Donner le moins possible.",
        "Seulement ce que le texte permet, sur cette personne, sur cette période. Jamais un fichier entier, jamais un lieu où des gens vivent si le texte ne l’exige pas.",
    ),
    (
        "Remettre par une voie sûre.",
        "En main propre contre signature, ou chiffré. Gardez une copie de la réponse à part.",
    ),
    (
        "Écrire dans le registre.",
        "Même quand la réponse est non. Prévenez la personne, si la loi ne l’interdit pas.",
    ),
];

fn checklist(settings: &Settings) -> AnyView {
    let steps: Vec<_> = STEPS
        .into_iter()
        .map(|(title, words)| view! { <li><b>{title}</b>" "{words}</li> })
        .collect();
    let association = settings.association.the();
    view! {
        <section class="card checklist">
            <h2>"Police, justice, impôts\u{a0}: ce qu’on fait"</h2>
            <p>"Une loi permet parfois à un service de demander des informations. On l’appelle « tiers autorisé ». Cette feuille sert à répondre juste, sans mettre personne en danger. "{association}" répond seule de ce qu’elle donne."</p>
            <ol class="to-tick">{steps}</ol>
            <p class="to-fill">"Demande reçue le\u{a0}: "<span></span></p>
            <p class="to-fill">"Par qui\u{a0}: "<span></span></p>
            <p class="soft on-screen">"Pour imprimer\u{a0}: dans le navigateur, Imprimer."</p>
        </section>
    }
    .into_any()
}

fn register(lines: &[Line]) -> AnyView {
    if lines.is_empty() {
        return view! {
            <section class="card"><h2>"Registre"</h2><p class="soft">"Aucune demande pour l’instant."</p></section>
        }
        .into_any();
    }
    let rows: Vec<_> = lines
        .iter()
        .map(|it| {
            let answer = ANSWERS.iter().find(|(code, _)| *code == it.answered);
            let answer = answer.map_or("", |(_, label)| label);
            let given = Some(it.words.given.clone()).filter(|it| !it.is_empty());
            view! {
                <tr>
                    <td>{date(it.asked_on)}</td>
                    <td data-label="Qui">{it.words.who.clone()}</td>
                    <td data-label="Texte">{it.words.law.clone()}</td>
                    <td data-label="Quoi">{it.words.what.clone()}</td>
                    <td data-label="Réponse">{answer}{given.map(|it| format!("\u{a0}: {it}"))}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="card">
            <h2>"Registre"</h2>
            <table class="terms">
                <thead>
                    <tr>
                        <th scope="col">"Jour"</th><th scope="col">"Qui"</th><th scope="col">"Texte"</th>
                        <th scope="col">"Quoi"</th><th scope="col">"Réponse"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn form(typed: &Typed, faults: &Faults) -> AnyView {
    let field = |name, label, kind, value: &str, help: Option<&str>| {
        Field {
            name,
            label,
            kind,
            value: value.into(),
            help: help.map(Into::into),
            error: faults.at(name),
            ..Field::default()
        }
        .view()
    };
    let options: Vec<_> = ANSWERS
        .into_iter()
        .map(|(code, label)| view! { <option value=code selected=typed.reponse == code>{label}</option> })
        .collect();
    let id = match typed.id.is_nil() {
        true => Uuid::now_v7(),
        false => typed.id,
    };
    view! {
        <form class="card form" method="post" action="/reglages/tiers-autorises">
            <h2>"Ajouter une demande"</h2>
            <input type="hidden" name="id" value=id.to_string()/>
            {field("jour", "Jour de la demande", "date", &typed.jour, None)}
            {field("qui", "Qui demande", "text", &typed.qui, Some("Le service et la personne."))}
            {field("texte", "Texte de loi", "text", &typed.texte, Some("Par exemple\u{a0}: article 77-1-1 du code de procédure pénale."))}
            {field("quoi", "Ce qui est demandé", "text", &typed.quoi, None)}
            <div class="field">
                <label for="reponse">"Réponse"</label>
                <select id="reponse" name="reponse">{options}</select>
            </div>
            {field("donne", "Ce qui a été donné", "text", &typed.donne, Some("Laissez vide si rien n’a été donné."))}
            <p class="actions"><button class="primary"><Icon path=CHECK/>"Garder dans le registre"</button></p>
        </form>
    }
    .into_any()
}

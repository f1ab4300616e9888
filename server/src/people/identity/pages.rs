//! `/equipe/{id}`: one person, for a coordinator: the civil identity, given, looked at, forgotten.

use super::{erase, keep, open};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, Html, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::people::store::{self, Peer};
use crate::programmes;
use app::ui::pictograms::DOWNLOAD;
use app::ui::{Icon, SignPicture};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{CivilIdentity, Day, FieldError, PeerId, Settings, french};
use leptos::prelude::*;
use serde::Deserialize;

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
pub struct IdentityForm {
    #[serde(default)]
    nom: String,
    #[serde(default)]
    prenom: String,
    #[serde(default)]
    naissance: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    autre: String,
}

impl IdentityForm {
    fn check(&self, today: Day) -> Result<CivilIdentity, Problem> {
        let typed = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
        let born = typed(&self.naissance)
            .map(|it| it.parse::<Day>())
            .transpose()
            .map_err(|_| domain::Invalid::new("born", "unknown_value"))?;
        let reference = typed(&self.reference);
        let (nom, prenom) = (&self.nom, &self.prenom);
        Ok(CivilIdentity::new(
            nom,
            prenom,
            born,
            reference.as_deref(),
            today,
        )?)
    }

    fn of(identity: &CivilIdentity) -> Self {
        Self {
            nom: identity.surname.clone(),
            prenom: identity.first_name.clone(),
            naissance: identity.born.map_or(String::new(), |it| it.to_string()),
            reference: identity.reference.clone().unwrap_or_default(),
            autre: String::new(),
        }
    }
}

/// What stands on the page.
#[derive(Default)]
struct Sheet {
    said: Option<AnyView>,
    opened: Option<CivilIdentity>,
    form: IdentityForm,
    faults: Faults,
    asks_another: bool,
}

/// `GET /equipe/{id}`
pub async fn detail(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
    Query(done): Query<Done>,
) -> Result<Html, Problem> {
    let said = match done.fait.as_str() {
        "garde" => Some("L’identité est gardée. Elle est fermée à clé."),
        "efface" => Some("L’identité est effacée. Elle ne peut plus être rouverte."),
        _ => None,
    };
    let sheet = Sheet {
        said: said.map(|it| note(Tone::Ok, it)),
        ..Sheet::default()
    };
    shown(&app, &caller, id, sheet).await
}

/// `POST /equipe/{id}/identite/ouvrir`: looked at by who needs it, and written down.
pub async fn look(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
) -> Result<Html, Problem> {
    let opened = open(&app, &caller, id).await?;
    let sheet = Sheet {
        form: opened.as_ref().map(IdentityForm::of).unwrap_or_default(),
        opened,
        ..Sheet::default()
    };
    shown(&app, &caller, id, sheet).await
}

/// `POST /equipe/{id}/identite`
pub async fn give(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
    ReadForm(form): ReadForm<IdentityForm>,
) -> Result<Response, Problem> {
    let today = today(&app, &caller).await?;
    let done = match form.check(today) {
        Ok(identity) => keep(&app, &caller, id, &identity, form.autre == "oui").await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = done else {
        return Ok(Redirect::to(&format!("/equipe/{id}?fait=garde")).into_response());
    };
    let (faults, asks_another) = match (problem.code, Faults::of(&problem, words)) {
        ("same_person", _) => (Faults::default(), true),
        (_, Some(faults)) => (faults, false),
        _ => return Err(problem),
    };
    let sheet = Sheet {
        said: asks_another.then(|| note(Tone::Alarm, SAME)),
        form,
        faults,
        asks_another,
        ..Sheet::default()
    };
    let status: StatusCode = problem.status;
    Ok((status, shown(&app, &caller, id, sheet).await?).into_response())
}

const SAME: &str = "Quelqu’un d’autre a déjà ce nom, avec la même date de naissance ou la même référence. Cette personne est peut-être là deux fois. Si ce sont deux personnes, cochez la case, puis gardez.";

/// `POST /equipe/{id}/identite/effacer`
pub async fn forget(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
) -> Result<Redirect, Problem> {
    erase(&app, &caller, id).await?;
    Ok(Redirect::to(&format!("/equipe/{id}?fait=efface")))
}

async fn today(app: &App, caller: &Caller) -> Result<Day, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    Ok(local_day(&settings, app.now()))
}

async fn shown(app: &App, caller: &Caller, id: PeerId, sheet: Sheet) -> Result<Html, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let peer = store::find(&mut tx, caller.programme, id).await?;
    let peer = peer.ok_or_else(Problem::not_found)?;
    drop(tx);
    let frame = Frame::of(
        &app.assets,
        caller,
        &settings,
        peer.pseudonym.clone(),
        "/equipe",
    );
    let this_year = local_day(&settings, app.now()).0.year();
    Ok(page(&frame, || view(&peer, &settings, this_year, sheet)))
}

fn words(wrong: &FieldError) -> Option<&'static str> {
    Some(match (wrong.field.as_str(), wrong.code) {
        ("surname" | "first_name", "letters") => {
            "Écrivez le nom en lettres latines ou cyrilliques, comme sur la pièce d’identité. Les listes ne savent pas écrire les autres signes."
        }
        ("surname", _) => "Écrivez le nom de famille, sur une ligne, 200 signes au plus.",
        ("first_name", _) => "Écrivez le prénom, sur une ligne, 200 signes au plus.",
        ("born", "in_the_future") => "Cette date n’est pas encore passée. Corrigez l’année.",
        ("born", "missing") => "Donnez la date de naissance, ou la référence ci-dessous.",
        ("born", _) => "Écrivez la date de naissance\u{a0}: jour, mois, année.",
        ("reference", _) => "Écrivez la référence, sur une ligne, 120 signes au plus.",
        _ => return None,
    })
}

fn view(peer: &Peer, settings: &Settings, this_year: i16, sheet: Sheet) -> AnyView {
    let name = peer.pseudonym.clone();
    let standing = match peer.has_identity {
        true => "Cette personne a donné son identité. Elle peut être sur une liste.",
        false => {
            "Cette personne n’a pas donné son identité. Ses aides l’attendent, mais elle n’est sur aucune liste."
        }
    };
    let known = format!(
        "L’identité est fermée à clé. {} et {} sont seuls à la voir\u{a0}: {} sur les listes, et ici, quand un·e professionnel·le l’ouvre. Chaque ouverture laisse une trace.",
        crate::http::pieces::capital(&settings.association.the()),
        settings.payer.the(),
        settings.payer.the(),
    );
    view! {
        {crumbs("/equipe".into(), "Équipe")}
        <div class="head">
            <div class="person-head">
                <SignPicture sign=peer.sign/>
                <h1>{name}</h1>
            </div>
        </div>
        {sheet.said}
        <div class="two">
            <section class="card col">
                <h2>"Identité pour l’aide"</h2>
                <p>{standing}</p>
                <p class="soft">{known}</p>
                {peer.has_identity.then(|| opened_part(peer, settings, sheet.opened.as_ref()))}
            </section>
            {identity_form(peer, settings, &sheet.form, &sheet.faults, sheet.asks_another)}
        </div>
        {papers(peer, this_year)}
        <p class="actions">
            <a class="button quiet" href=format!("/equipe/{}/effacer", peer.id)>"Effacer cette personne"</a>
        </p>
    }
    .into_any()
}

/// What somebody may need for an office: each year's aids, and that they took part.
fn papers(peer: &Peer, this_year: i16) -> AnyView {
    let yearly: Vec<_> = [this_year, this_year - 1]
        .into_iter()
        .map(|year| {
            let href = format!("/equipe/{}/releve.pdf?annee={year}", peer.id);
            view! {
                <a class="button" href=href download>
                    <Icon path=DOWNLOAD/>
                    <span>"Relevé "{year}" (PDF)"</span>
                </a>
            }
        })
        .collect();
    let attestation = format!("/equipe/{}/attestation", peer.id);
    let named = match peer.has_identity {
        true => "Le relevé porte le nom civil\u{a0}: l’ouvrir laisse une trace.",
        false => "Le nom s’écrit à la main sur le relevé\u{a0}: la personne ne l’a pas donné.",
    };
    view! {
        <section class="card col">
            <h2>"Papiers"</h2>
            <p class="soft">"À remettre à la personne, si elle le demande. "{named}</p>
            <p class="actions">
                {yearly}
                <a class="button quiet" href=attestation>"Attestation de participation"</a>
            </p>
        </section>
    }
    .into_any()
}

fn opened_part(peer: &Peer, settings: &Settings, opened: Option<&CivilIdentity>) -> AnyView {
    let (id, open_path, forget_path) = (
        peer.id,
        format!("/equipe/{}/identite/ouvrir", peer.id),
        format!("/equipe/{}/identite/effacer", peer.id),
    );
    let shown = opened.map(|it| facts(it, settings));
    let can_open = opened.is_none().then(|| {
        view! {
            <form method="post" action=open_path>
                <button>"Ouvrir l’identité"</button>
            </form>
        }
    });
    view! {
        {shown}
        {can_open}
        <details>
            <summary>"Effacer l’identité"</summary>
            <p>"Le nom est effacé pour toujours. Les aides déjà sur une liste y restent\u{a0}: les comptes doivent être gardés. Les aides à venir attendront une identité."</p>
            <form method="post" action=forget_path data-peer=id.to_string()>
                <button class="danger">"Effacer pour toujours"</button>
            </form>
        </details>
    }
    .into_any()
}

fn facts(identity: &CivilIdentity, settings: &Settings) -> AnyView {
    let born = identity.born.map(|it| {
        view! { <div><dt>"Date de naissance"</dt><dd>{french::date(it)}</dd></div> }
    });
    let reference = identity.reference.clone().map(|it| {
        let label = format!("Référence {}", settings.payer.of_the());
        view! { <div><dt>{label}</dt><dd>{it}</dd></div> }
    });
    view! {
        <dl class="pairs">
            <div><dt>"Nom"</dt><dd>{identity.surname.clone()}</dd></div>
            <div><dt>"Prénom"</dt><dd>{identity.first_name.clone()}</dd></div>
            {born}
            {reference}
        </dl>
    }
    .into_any()
}

fn identity_form(
    peer: &Peer,
    settings: &Settings,
    form: &IdentityForm,
    faults: &Faults,
    asks_another: bool,
) -> AnyView {
    let (title, action) = match peer.has_identity {
        true => ("Remplacer l’identité", "Remplacer"),
        false => ("Donner l’identité", "Garder"),
    };
    let field = |name, label, kind, value: &str, fault: &str, help: Option<String>| {
        Field {
            name,
            label,
            kind,
            value: value.into(),
            help,
            error: faults.at(fault),
            ..Field::default()
        }
        .view()
    };
    let instead = format!(
        "Celle {}. Elle peut remplacer la date de naissance.",
        settings.payer.of_the()
    );
    let another = asks_another.then(|| {
        view! {
            <label class="choice">
                <input type="checkbox" name="autre" value="oui"/>
                <span>"C’est bien une autre personne"</span>
            </label>
        }
    });
    view! {
        <form class="card form" method="post" action=format!("/equipe/{}/identite", peer.id)>
            <h2>{title}</h2>
            <p class="soft">"Seulement si la personne veut l’aide, et comme sur sa pièce d’identité."</p>
            {field("nom", "Nom de famille", "text", &form.nom, "surname", None)}
            {field("prenom", "Prénom", "text", &form.prenom, "first_name", None)}
            {field("naissance", "Date de naissance", "date", &form.naissance, "born", None)}
            {field("reference", "Référence", "text", &form.reference, "reference", Some(instead))}
            {another}
            <p class="actions"><button class="primary">{action}</button></p>
        </form>
    }
    .into_any()
}

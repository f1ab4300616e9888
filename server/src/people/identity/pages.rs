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
use words::desk::common;
use words::desk::people::identity as say;

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
        "garde" => Some(say::DONE_KEPT),
        "efface" => Some(say::DONE_ERASED),
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

const SAME: &str = say::SAME_PERSON_CHECK;

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
        ("surname" | "first_name", "letters") => say::WRONG_LETTERS,
        ("surname", _) => say::WRONG_SURNAME,
        ("first_name", _) => say::WRONG_FIRST_NAME,
        ("born", "in_the_future") => say::WRONG_BORN_IN_FUTURE,
        ("born", "missing") => say::WRONG_BORN_MISSING,
        ("born", _) => say::WRONG_BORN,
        ("reference", _) => say::WRONG_REFERENCE,
        _ => return None,
    })
}

fn view(peer: &Peer, settings: &Settings, this_year: i16, sheet: Sheet) -> AnyView {
    let name = peer.pseudonym.clone();
    let standing = match peer.has_identity {
        true => say::STANDING_GIVEN,
        false => say::STANDING_NOT_GIVEN,
    };
    let known = say::who_sees(
        &crate::http::pieces::capital(&settings.association.the()),
        &crate::http::pieces::capital(&settings.payer.the()),
    );
    view! {
        {crumbs("/equipe".into(), common::TEAM)}
        <div class="head">
            <div class="person-head">
                <SignPicture sign=peer.sign/>
                <h1>{name}</h1>
            </div>
        </div>
        {sheet.said}
        <div class="two">
            <section class="card col">
                <h2>{say::TITLE}</h2>
                <p>{standing}</p>
                <p class="soft">{known}</p>
                {peer.has_identity.then(|| opened_part(peer, settings, sheet.opened.as_ref()))}
            </section>
            {identity_form(peer, settings, &sheet.form, &sheet.faults, sheet.asks_another)}
        </div>
        {papers(peer, this_year)}
        <p class="actions">
            <a class="button quiet" href=format!("/equipe/{}/effacer", peer.id)>{say::ERASE_PERSON}</a>
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
                    <span>{say::YEARLY_BEFORE_YEAR}" "{year}" "{say::YEARLY_AFTER_YEAR}</span>
                </a>
            }
        })
        .collect();
    let attestation = format!("/equipe/{}/attestation", peer.id);
    let named = match peer.has_identity {
        true => say::YEARLY_NAMED,
        false => say::YEARLY_NOT_NAMED,
    };
    view! {
        <section class="card col">
            <h2>{say::PAPERS}</h2>
            <p class="soft">{say::PAPERS_ABOUT}" "{named}</p>
            <p class="actions">
                {yearly}
                <a class="button quiet" href=attestation>{say::ATTESTATION}</a>
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
                <button>{say::OPEN_IDENTITY}</button>
            </form>
        }
    });
    view! {
        {shown}
        {can_open}
        <details>
            <summary>{say::ERASE_IDENTITY}</summary>
            <p>{say::ERASE_IDENTITY_ABOUT}</p>
            <form method="post" action=forget_path data-peer=id.to_string()>
                <button class="danger">{say::ERASE_IDENTITY_BUTTON}</button>
            </form>
        </details>
    }
    .into_any()
}

fn facts(identity: &CivilIdentity, settings: &Settings) -> AnyView {
    let born = identity.born.map(|it| {
        view! { <div><dt>{say::LABEL_BORN}</dt><dd>{french::date(it)}</dd></div> }
    });
    let reference = identity.reference.clone().map(|it| {
        let label = say::reference_of(&settings.payer.of_the());
        view! { <div><dt>{label}</dt><dd>{it}</dd></div> }
    });
    view! {
        <dl class="pairs">
            <div><dt>{common::NAME}</dt><dd>{identity.surname.clone()}</dd></div>
            <div><dt>{common::FIRST_NAME}</dt><dd>{identity.first_name.clone()}</dd></div>
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
        true => (say::REPLACE_TITLE, say::REPLACE),
        false => (say::GIVE_TITLE, say::KEEP),
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
    let instead = say::reference_help(&settings.payer.of_the());
    let another = asks_another.then(|| {
        view! {
            <label class="choice">
                <input type="checkbox" name="autre" value="oui"/>
                <span>{say::ANOTHER_PERSON}</span>
            </label>
        }
    });
    view! {
        <form class="card form" method="post" action=format!("/equipe/{}/identite", peer.id)>
            <h2>{title}</h2>
            <p class="soft">{say::FORM_INTRO}</p>
            {field("nom", say::LABEL_SURNAME, "text", &form.nom, "surname", None)}
            {field("prenom", common::FIRST_NAME, "text", &form.prenom, "first_name", None)}
            {field("naissance", say::LABEL_BORN, "date", &form.naissance, "born", None)}
            {field("reference", say::LABEL_REFERENCE, "text", &form.reference, "reference", Some(instead))}
            {another}
            <p class="actions"><button class="primary">{action}</button></p>
        </form>
    }
    .into_any()
}

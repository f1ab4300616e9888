//! Forms of outings. What is right leads to a page to read; what is wrong is shown where it was
//! typed, with what was typed.

use super::pages::{
    PlanForm, Refusal, Sheet, Told, detail_page, fault_words, hand_in_page, planning,
};
use crate::access::Caller;
use crate::app::App;
use crate::facts::hand_in;
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::pieces::Faults;
use crate::http::reading::{Path, ReadFile, ReadForm};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::crew::FactsAnswer;
use domain::fact::Whose;
use domain::{DeviceId, FieldError, Invalid, OutingId, OutingState, PeerId};
use serde::Deserialize;

fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// `POST /sorties`: plans an outing.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<PlanForm>,
) -> Result<Response, Problem> {
    let id = form.id.ok_or_else(|| Problem::malformed("id", "missing"))?;
    match super::plan(&app, &caller, id, &form.typed()).await {
        Ok(outing) => Ok(to(&format!("/sorties/{}?fait=prevue", outing.id))),
        Err(problem) => match Faults::of(&problem, plan_words) {
            Some(faults) => {
                let page = planning(&app, &caller, form, faults).await?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
            }
            None => Err(problem),
        },
    }
}

fn plan_words(wrong: &FieldError) -> Option<&'static str> {
    Some(match (wrong.field.as_str(), wrong.code) {
        ("day", _) => "Choisissez un jour, par exemple le 24/11/2026.",
        ("starts_at", _) => "Écrivez une heure, par exemple 14:00. Ou laissez vide.",
        ("meeting_point", "too_long") => "C’est trop long. Gardez 120 signes au plus.",
        ("meeting_point", _) => "Écrivez le lieu sur une seule ligne.",
        ("sites", "too_many") => "C’est trop de lieux pour une marche. Gardez-en 100 au plus.",
        ("sites", "residents_said_no") => {
            "Dans un de ces lieux, les habitants ont dit non. Il n’est plus proposé."
        }
        ("sites", _) => "Un de ces lieux n’existe plus. Choisissez encore.",
        _ => return None,
    })
}

/// `POST /sorties/{id}/code`: a new joining code.
pub async fn code(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    super::renew_code(&app, &caller, id).await?;
    Ok(to(&format!("/sorties/{id}?fait=code#code")))
}

/// Who is there, what is ready, and whether to open.
#[derive(Deserialize)]
pub struct Departure {
    #[serde(default)]
    coordinators: String,
    #[serde(default)]
    agents: String,
    #[serde(default)]
    checked: Vec<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    geste: String,
}

/// `POST /sorties/{id}/depart`: keeps what was checked, and opens if asked.
pub async fn departure(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    origin: Origin,
    ReadForm(form): ReadForm<Departure>,
) -> Result<Response, Problem> {
    let outcome = depart(&app, &caller, id, &form).await;
    let no_green_light = match outcome {
        Ok(OutingState::Open) => return Ok(to(&format!("/sorties/{id}?fait=ouverte"))),
        Ok(_) => return Ok(to(&format!("/sorties/{id}?fait=gardee#depart"))),
        Err(problem) if problem.code == "no_green_light" => true,
        Err(problem) if problem.code == "invalid" => false,
        Err(problem) => return Err(problem),
    };
    let mut sheet = Sheet::load(&app, &caller, id).await?;
    sheet.refusal = Some(Refusal {
        no_green_light,
        sentence: if no_green_light {
            "Le feu n’est pas vert.".into()
        } else {
            "Un nombre ou une raison n’est pas juste. Écrivez de 0 à 50 personnes.".into()
        },
        reason: form.reason,
    });
    let status = if no_green_light {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, detail_page(&app, &caller, &sheet, "", &origin)).into_response())
}

async fn depart(
    app: &App,
    caller: &Caller,
    id: OutingId,
    form: &Departure,
) -> Result<OutingState, Problem> {
    let (coordinators, agents) = (
        people("coordinators", &form.coordinators)?,
        people("agents", &form.agents)?,
    );
    super::set_staff(app, caller, id, coordinators, agents).await?;
    let outing = super::set_equipment(app, caller, id, &form.checked).await?;
    if form.geste != "ouvrir" {
        return Ok(outing.state);
    }
    let outing = super::open(app, caller, id, Some(&form.reason)).await?;
    Ok(outing.state)
}

/// How many people; nothing typed is nobody.
fn people(field: &'static str, text: &str) -> Result<u32, Invalid> {
    match text.trim() {
        "" => Ok(0),
        text => text
            .parse()
            .map_err(|_| Invalid::new(field, "out_of_range")),
    }
}

/// One person, there or not after all.
#[derive(Deserialize)]
pub struct Presence {
    peer: PeerId,
    present: bool,
}

/// `POST /sorties/{id}/presences`
pub async fn presence(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadForm(form): ReadForm<Presence>,
) -> Result<Response, Problem> {
    super::mark_presence(&app, &caller, id, form.peer, form.present).await?;
    Ok(to(&format!("/sorties/{id}#equipe")))
}

/// Whose a phone is, or « retirer ».
#[derive(Deserialize)]
pub struct PhoneForm {
    device: DeviceId,
    geste: String,
}

/// `POST /sorties/{id}/telephones`
pub async fn phone(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadForm(form): ReadForm<PhoneForm>,
) -> Result<Response, Problem> {
    match Whose::from_code(&form.geste) {
        Some(whose) => super::confirm_phone(&app, &caller, id, form.device, whose).await?,
        None if form.geste == "retirer" => {
            super::revoke_phone(&app, &caller, id, form.device).await?;
        }
        None => return Err(Invalid::new("geste", "unknown_value").into()),
    }
    Ok(to(&format!("/sorties/{id}#telephones")))
}

/// Which phone becomes the coordinator's own: this one, or another.
#[derive(Deserialize)]
pub struct OwnPhone {
    #[serde(default)]
    geste: String,
}

/// `POST /sorties/{id}/mon-telephone`: this phone goes on to the recorder, the code with it in the
/// fragment; another one scans the code.
pub async fn own_phone(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    origin: Origin,
    ReadForm(form): ReadForm<OwnPhone>,
) -> Result<Response, Problem> {
    let code = super::personal_code(&app, &caller, id).await?;
    if form.geste != "autre" {
        return Ok(to(&format!("/terrain#code={}", code.code)));
    }
    let mut sheet = Sheet::load(&app, &caller, id).await?;
    sheet.own_code = Some(code);
    Ok(detail_page(&app, &caller, &sheet, "", &origin))
}

/// `POST /sorties/{id}/remettre`: the file that a phone wrote.
pub async fn hand_in(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    file: Result<ReadFile, Problem>,
) -> Result<Response, Problem> {
    let problem = match hand_in_file(&app, &caller, id, file).await {
        Ok(answer) => return hand_in_page(&app, &caller, id, Told::Received(answer)).await,
        Err(problem) => problem,
    };
    let Some(sentence) = problem.errors.first().and_then(fault_words) else {
        return Err(problem);
    };
    let page = hand_in_page(&app, &caller, id, Told::Fault(sentence)).await?;
    Ok((problem.status, page).into_response())
}

async fn hand_in_file(
    app: &App,
    caller: &Caller,
    id: OutingId,
    file: Result<ReadFile, Problem>,
) -> Result<FactsAnswer, Problem> {
    let ReadFile(bytes) = file?;
    if bytes.is_empty() {
        return Err(Invalid::new("file", "missing").into());
    }
    let file = hand_in::read(&bytes)?;
    hand_in::hand_in(app, caller, id, &file).await
}

/// `POST /sorties/{id}/fin`
pub async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    match super::close(&app, &caller, id).await {
        Ok(_) => {}
        // The same form sent twice: the first one did it.
        Err(problem) if problem.code == "outing_closed" => {}
        Err(problem) => return Err(problem),
    }
    Ok(to(&format!("/sorties/{id}?fait=terminee")))
}

/// `POST /sorties/{id}/annuler`
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    match super::cancel(&app, &caller, id).await {
        Ok(_) => {}
        Err(problem) if problem.code == "outing_cancelled" => {}
        Err(problem) => return Err(problem),
    }
    Ok(to("/sorties?fait=annulee"))
}

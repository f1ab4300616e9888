//! Forms of outings. What is right leads to a page to read; what is wrong is shown where it was
//! typed, with what was typed.

use super::pages::{
    Asked, PlanForm, Refusal, Sheet, Told, closing_page, detail_page, fault_words, hand_in_page,
    in_order_of, planning,
};
use super::revisions::{self, Corrects};
use super::series::{self, Copied};
use super::walk::{self, Step};
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
use domain::{DeviceId, FieldError, Invalid, OutingId, OutingState, PeerId, SiteId};
use serde::Deserialize;
use uuid::Uuid;
use words::desk::outings::forms as say;

fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// `POST /sorties`: plans an outing, its places in the order proposed for a walk.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<PlanForm>,
) -> Result<Response, Problem> {
    let id = form.id.ok_or_else(|| Problem::malformed("id", "missing"))?;
    let mut tx = app.db.write().await?;
    let order = walk::in_proposed_order(&mut tx, &app, &caller, form.sites()).await?;
    tx.commit().await?;
    let form = form.with_sites(order);
    match super::plan(&app, &caller, id, &form.typed()).await {
        Ok(outing) => Ok(to(&format!("/sorties/{}?fait=prevue", outing.id))),
        Err(problem) => plan_again(&app, &caller, form, Asked::New, problem).await,
    }
}

/// The form again, with what is wrong beside what was typed.
async fn plan_again(
    app: &App,
    caller: &Caller,
    form: PlanForm,
    asked: Asked,
    problem: Problem,
) -> Result<Response, Problem> {
    let Some(faults) = Faults::of(&problem, plan_words) else {
        return Err(problem);
    };
    let page = planning(app, caller, form, asked, faults).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /sorties/{id}/modifier`: another plan. When somebody else wrote meanwhile, what changed is
/// shown beside what was typed, and the person chooses.
pub async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadForm(form): ReadForm<PlanForm>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let outing = super::get(&mut tx, &caller, id).await?;
    let now = PlanForm::written(&mut tx, caller.programme, &outing).await?;
    drop(tx);
    if let Some((changes, merged)) = form.merged_with(&now) {
        let asked = Asked::Edit(changes);
        let page = planning(&app, &caller, merged, asked, Faults::default()).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let form = form
        .clone()
        .with_sites(in_order_of(now.sites(), form.sites()));
    match super::replan(&app, &caller, id, outing.version, &form.typed()).await {
        Ok(_) => Ok(to(&format!("/sorties/{id}?fait=modifiee"))),
        Err(problem) => {
            let asked = Asked::Edit(Vec::new());
            plan_again(&app, &caller, form, asked, problem).await
        }
    }
}

/// The id of the outing to be made.
#[derive(Deserialize)]
pub struct CopyForm {
    id: OutingId,
}

/// `POST /sorties/copier`: last week's outing, a week on.
pub async fn copy_last(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<CopyForm>,
) -> Result<Response, Problem> {
    Ok(match series::copy_last(&app, &caller, form.id).await? {
        Copied::Made(outing) => to(&format!("/sorties/{}?fait=copiee", outing.id)),
        Copied::There(outing) => to(&format!("/sorties/{}?fait=deja", outing.id)),
    })
}

/// `POST /sorties/{id}/repetition`: ends the repetition after this outing.
pub async fn end_repetition(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    series::end_after(&app, &caller, id).await?;
    Ok(to(&format!("/sorties/{id}?fait=arretee")))
}

/// One change of the walk.
#[derive(Deserialize)]
pub struct WalkForm {
    lieu: Option<SiteId>,
    #[serde(default)]
    geste: String,
}

/// `POST /sorties/{id}/marche`
pub async fn change_walk(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadForm(form): ReadForm<WalkForm>,
) -> Result<Response, Problem> {
    let here = format!("/sorties/{id}/marche");
    if form.geste == "proposer" {
        let before = walk_length(&app, &caller, id).await?;
        walk::change(&app, &caller, id, Step::Propose).await?;
        return Ok(to(&format!("{here}?avant={before:.0}")));
    }
    let site = form.lieu.ok_or_else(|| Invalid::new("lieu", "missing"))?;
    let step = match form.geste.as_str() {
        "monter" => Step::Earlier(site),
        "descendre" => Step::Later(site),
        "retirer" => Step::Remove(site),
        "ajouter" => Step::Add(site),
        _ => return Err(Invalid::new("geste", "unknown_value").into()),
    };
    walk::change(&app, &caller, id, step).await?;
    Ok(match step {
        Step::Earlier(_) | Step::Later(_) => {
            to(&format!("{here}?bouge={site}&sens={}", form.geste))
        }
        _ => to(&here),
    })
}

async fn walk_length(app: &App, caller: &Caller, id: OutingId) -> Result<f64, Problem> {
    let mut tx = app.db.write().await?;
    let sites = walk::of_outing(&mut tx, app, caller, id).await?;
    tx.commit().await?;
    Ok(walk::length_m(&sites))
}

/// What a revision corrects, and why.
#[derive(Deserialize)]
pub struct RevisionForm {
    id: Uuid,
    #[serde(default)]
    corrects: String,
    peer: Option<PeerId>,
    #[serde(default)]
    present: bool,
    #[serde(default)]
    reason: String,
}

/// `POST /sorties/{id}/revisions`
pub async fn revise(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadForm(form): ReadForm<RevisionForm>,
) -> Result<Response, Problem> {
    let corrects = match (form.corrects.as_str(), form.peer) {
        ("late_facts", _) => Corrects::LateFacts,
        ("presence", Some(peer)) => Corrects::Presence {
            peer,
            present: form.present,
        },
        _ => return Err(Invalid::new("corrects", "unknown_value").into()),
    };
    revisions::make(&app, &caller, id, form.id, corrects, &form.reason).await?;
    Ok(to(&format!("/sorties/{id}?fait=revisee#revisions")))
}

fn plan_words(wrong: &FieldError) -> Option<&'static str> {
    Some(match (wrong.field.as_str(), wrong.code) {
        ("day", _) => say::DAY_WRONG,
        ("starts_at", _) => say::HOUR_WRONG,
        ("meeting_point", "too_long") => say::MEETING_TOO_LONG,
        ("meeting_point", _) => say::MEETING_ONE_LINE,
        ("repeat_until", "too_far") => say::REPETITION_TOO_FAR,
        ("repeat_until", _) => say::REPETITION_DAY_WRONG,
        ("sites", "too_many") => say::SITES_TOO_MANY,
        ("sites", "residents_said_no") => say::SITE_REFUSED_BY_RESIDENTS,
        ("sites", _) => say::SITE_GONE,
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
    agent_told: String,
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
        // The same form sent twice: the first one did it.
        Err(problem) if problem.code == "outing_open" && form.geste == "ouvrir" => {
            return Ok(to(&format!("/sorties/{id}?fait=ouverte")));
        }
        Err(problem) => return Err(problem),
    };
    let mut sheet = Sheet::load(&app, &caller, id).await?;
    sheet.refusal = Some(Refusal {
        no_green_light,
        sentence: if no_green_light {
            say::DEPARTURE_NOT_GREEN.into()
        } else {
            say::DEPARTURE_WRONG.into()
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
    super::set_agent_told(app, caller, id, form.agent_told == "oui").await?;
    let outing = super::set_equipment(app, caller, id, &form.checked).await?;
    if form.geste != "ouvrir" {
        return Ok(outing.state);
    }
    let outing = super::open(app, caller, id, Some(&form.reason)).await?;
    // Phones join next: their code is on the page that comes.
    if super::shown_code(app, caller.programme, &outing).is_none() {
        super::renew_code(app, caller, id).await?;
    }
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
    #[serde(default)]
    vers: String,
}

/// `POST /sorties/{id}/presences`
pub async fn presence(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadForm(form): ReadForm<Presence>,
) -> Result<Response, Problem> {
    super::mark_presence(&app, &caller, id, form.peer, form.present).await?;
    let page = if form.vers == "fin" { "/fin" } else { "" };
    Ok(to(&format!("/sorties/{id}{page}#equipe")))
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

/// Said a second time: phones may still hold facts.
#[derive(Default, Deserialize)]
pub struct CloseForm {
    #[serde(default)]
    sure: String,
}

/// `POST /sorties/{id}/fin`: closes; asks again first while phones may still hold facts.
pub async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    form: Result<ReadForm<CloseForm>, Problem>,
) -> Result<Response, Problem> {
    let sure = form.is_ok_and(|ReadForm(it)| it.sure == "oui");
    match super::close(&app, &caller, id, sure).await {
        Ok(_) => {}
        Err(problem) if problem.code == "phones_may_hold" => {
            let sheet = Sheet::load(&app, &caller, id).await?;
            let page = closing_page(&app, &caller, &sheet, true).await?;
            return Ok((StatusCode::CONFLICT, page).into_response());
        }
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

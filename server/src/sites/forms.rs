//! Forms of sites. What is right leads to a page to read; what is wrong is shown where it was
//! typed.

use super::change::{self, Change};
use super::create;
use super::here::{self, Reach, Said};
use super::pages::point::{MoveForm, Refused, doubts, moving_page, said};
use super::pages::{PlaceForm, Wrong, form_page, review_page, site_page};
use super::proposals::{self, Acceptance};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::pieces::Faults;
use crate::http::reading::{Path, ReadForm};
use crate::{outings, programmes};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::fact::AgentAccess;
use domain::outing::Reason;
use domain::people::Title;
use domain::place::{DeclineReason, Pictogram};
use domain::{FactId, Invalid, Nature, OutingState, SiteId};
use serde::Deserialize;
use words::desk::sites::forms as say;

fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// `POST /lieux/nouveau`: reads a new site again, goes back to correct it, or keeps it.
pub async fn make(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<PlaceForm>,
) -> Result<Response, Problem> {
    if form.geste == "corriger" {
        return form_page(&app, &caller, &form, Faults::default()).await;
    }
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let place = match form.check(settings.city.is_some()) {
        Ok(place) => place,
        Err(faults) => return form_page(&app, &caller, &form, faults).await,
    };
    // Kept only by the button of the page where it was read again.
    if form.geste != "garder" {
        return review_page(&app, &caller, &form, place).await;
    }
    let id = place.id;
    let mut tx = app.db.write().await?;
    create::create(&mut tx, &app, &caller, place).await?;
    tx.commit().await?;
    Ok(to(&format!("/lieux/{id}?fait=ajoute")))
}

/// `POST /lieux/{id}/deplacer`: a point that somebody should look at twice is kept once they did.
pub async fn move_point(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
    ReadForm(form): ReadForm<MoveForm>,
) -> Result<Response, Problem> {
    let at = match form.point.check() {
        Ok(at) => at,
        Err(faults) => {
            return moving_page(&app, &caller, id, Some((form, Refused::Wrong(faults)))).await;
        }
    };
    let mut tx = app.db.write().await?;
    let doubts = doubts(&mut tx, &app, &caller, at).await?;
    tx.commit().await?;
    if let Some(warning) = doubts.warning.filter(|_| form.sur != said(&form.point)) {
        return moving_page(&app, &caller, id, Some((form, Refused::Doubtful(warning)))).await;
    }
    let moved = Change {
        at: Some(at),
        ..Change::default()
    };
    match change::change(&app, &caller, id, form.version, moved).await {
        Ok(()) => Ok(to(&format!("/lieux/{id}?fait=deplace"))),
        Err(problem) if problem.code == "changed_meanwhile" => {
            moving_page(&app, &caller, id, Some((form, Refused::Changed))).await
        }
        Err(problem) => Err(problem),
    }
}

/// What may be changed of a site.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct SiteForm {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    pictogram: String,
    residents: Option<String>,
    agent: Option<String>,
    #[serde(default)]
    discret: String,
}

impl SiteForm {
    fn check(&self, reads_notes: bool) -> Result<Change, Invalid> {
        let typed = Some(self.note.as_str()).filter(|it| !it.trim().is_empty());
        let note = typed.map(|it| Reason::new("note", it)).transpose()?;
        Ok(Change {
            title: Some(Title::new("title", &self.title)?),
            // Who cannot read the note that is there does not empty it by leaving the field empty.
            note: (reads_notes || note.is_some()).then_some(note),
            pictogram: Some(Pictogram::from_code(&self.pictogram)),
            residents_agree: self.residents.as_deref().map(|it| match it {
                "oui" => Some(true),
                "non" => Some(false),
                _ => None,
            }),
            agent: self.agent.as_deref().map(AgentAccess::from_code),
            nature: (self.discret == "oui").then_some(Nature::Discreet),
            ..Change::default()
        })
    }
}

/// `POST /lieux/{id}`
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
    ReadForm(form): ReadForm<SiteForm>,
) -> Result<Response, Problem> {
    let reads_notes = caller.role() == Role::Coordinator;
    let done = match form.check(reads_notes) {
        Ok(it) => change::change(&app, &caller, id, form.version, it).await,
        Err(wrong) => Err(wrong.into()),
    };
    let problem = match done {
        Ok(()) if form.discret == "oui" => return Ok(to(&format!("/lieux/{id}?fait=discret"))),
        Ok(()) => return Ok(to(&format!("/lieux/{id}?fait=change"))),
        Err(problem) => problem,
    };
    let sentence = match (problem.code, problem.errors.first()) {
        ("changed_meanwhile", _) => say::CHANGED_MEANWHILE,
        (_, Some(it)) if it.field == "title" => say::REFUSED_TITLE,
        (_, Some(it)) if it.field == "note" => say::REFUSED_NOTE_TOO_LONG,
        _ => return Err(problem),
    };
    let wrong = Wrong {
        sentence: sentence.into(),
        title: form.title,
        note: form.note,
    };
    let page = site_page(&app, &caller, id, "", Some(wrong)).await?;
    Ok((problem.status, page).into_response())
}

/// The site that stays.
#[derive(Deserialize)]
pub struct MergeForm {
    into: SiteId,
}

/// `POST /lieux/{id}/reunir`
pub async fn merge(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
    ReadForm(form): ReadForm<MergeForm>,
) -> Result<Response, Problem> {
    change::merge(&app, &caller, id, form.into).await?;
    Ok(to(&format!("/lieux/{}?fait=reuni", form.into)))
}

/// The answer to a proposal.
#[derive(Deserialize)]
pub struct ProposalForm {
    geste: String,
    #[serde(default)]
    title: String,
    site: Option<SiteId>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    words: String,
}

/// `POST /lieux/propositions/{id}`
pub async fn proposal(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
    ReadForm(form): ReadForm<ProposalForm>,
) -> Result<Response, Problem> {
    match form.geste.as_str() {
        "accepter" => {
            let how = Acceptance {
                title: Title::new("title", &form.title)?,
                nature: None,
                pictogram: None,
            };
            proposals::accept(&app, &caller, id, how).await?;
            Ok(to("/lieux/a-regarder?fait=accepte"))
        }
        "reunir" => {
            let site = form.site.ok_or_else(|| Invalid::new("site", "missing"))?;
            proposals::merge(&app, &caller, id, site).await?;
            Ok(to("/lieux/a-regarder?fait=reuni"))
        }
        "refuser" => {
            let reason = DeclineReason::from_code(&form.reason);
            let reason = reason.ok_or_else(|| Invalid::new("reason", "unknown_value"))?;
            let words = Some(form.words).filter(|it| !it.trim().is_empty());
            let words = words.map(|it| Reason::new("words", &it)).transpose()?;
            proposals::decline(&app, &caller, id, reason, words).await?;
            Ok(to("/lieux/a-regarder?fait=refuse"))
        }
        _ => Err(Invalid::new("geste", "unknown_value").into()),
    }
}

/// What a coordinator says of an « ici », and of others at the same spot.
#[derive(Deserialize)]
pub struct HereForm {
    geste: String,
    /// Empty where none was chosen.
    #[serde(default)]
    site: String,
    #[serde(default)]
    avec: Vec<FactId>,
    /// `fin`: the answer leads back to the end of the outing.
    #[serde(default)]
    vers: String,
}

/// `POST /lieux/ici/{id}`
pub async fn here(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
    ReadForm(form): ReadForm<HereForm>,
) -> Result<Response, Problem> {
    let (said, done) = match form.geste.as_str() {
        "public" => (Said::Public, "public"),
        _ => {
            let site = form.site.parse().map(SiteId);
            let site = site.map_err(|_| Invalid::new("site", "missing"))?;
            (Said::At(site), "rattache")
        }
    };
    let reach = match form.avec.is_empty() {
        true => Reach::Alone,
        false => Reach::With(form.avec),
    };
    here::decide(&app, &caller, id, said, reach).await?;
    if form.vers != "fin" {
        return Ok(to(&format!("/lieux/a-regarder?fait={done}")));
    }
    let mut tx = app.db.read().await?;
    let one = here::store::find(&mut tx, caller.programme, id).await?;
    let outing = one.and_then(|it| it.outing);
    let outing = outing.ok_or_else(Problem::not_found)?;
    let outing = outings::store::find(&mut tx, caller.programme, outing).await?;
    let outing = outing.ok_or_else(Problem::not_found)?;
    Ok(to(&match outing.state {
        OutingState::Open => format!("/sorties/{}/fin#ici", outing.id),
        _ => format!("/sorties/{}", outing.id),
    }))
}

//! Changing a site, and merging two that turned out to be one.
//!
//! A public site that becomes discreet leaves the open at once: title and point go into the sealed
//! column in the same statement, and with the nature its counts leave every answer to the city. It
//! never goes back: what was discreet would tell its past.

use super::store::{self, Changed, Held, SiteSecret, Unplannable};
use super::{cells, quarters};
use crate::access::{Action, Caller, Opening, Role, Scope, Sealed, Sealer};
use crate::app::App;
use crate::db::Tx;
use crate::flags;
use crate::http::error::Problem;
use domain::fact::AgentAccess;
use domain::outing::Reason;
use domain::people::Title;
use domain::place::Pictogram;
use domain::{Invalid, Nature, Position, SiteId};
use words::desk::sites::change as say;

/// What changes of a site; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Its title.
    pub title: Option<Title>,
    /// Its point.
    pub at: Option<Position>,
    /// Words for the crew, or none any more.
    pub note: Option<Option<Reason>>,
    /// What it looks like, or nothing any more.
    pub pictogram: Option<Option<Pictogram>>,
    /// « Les habitants sont d'accord »: yes, no, or not asked.
    pub residents_agree: Option<Option<bool>>,
    /// What was agreed about the agent who walks along, or nothing any more.
    pub agent: Option<Option<AgentAccess>>,
    /// Discreet from now on.
    pub nature: Option<Nature>,
}

/// Changes a site, if nobody did since it was read.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: SiteId,
    version: i64,
    change: Change,
) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    let held = hold(&mut tx, caller, id).await?;
    if caller.role() == Role::Agent {
        for (field, is_theirs) in [
            ("nature", change.nature.is_none()),
            ("residents_agree", change.residents_agree.is_none()),
            ("agent", change.agent.is_none()),
        ] {
            if !is_theirs {
                return Err(Invalid::new(field, "not_for_this_sender").into());
            }
        }
    }
    if held.version != version {
        return Err(Problem::changed_meanwhile());
    }
    let hides = (held.nature, change.nature) == (Nature::Public, Some(Nature::Discreet));
    apply(&mut tx, app, caller, id, held, change).await?;
    if hides {
        hide_duplicates(&mut tx, app, caller, id).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The duplicates of a site that became discreet stood at the same place: they leave the open too.
async fn hide_duplicates(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: SiteId,
) -> Result<(), Problem> {
    for (duplicate, _) in store::merged_into(tx, caller.programme, id).await? {
        if let Some(held) = store::hold(tx, caller.programme, duplicate).await?
            && held.nature == Nature::Public
        {
            apply(tx, app, caller, duplicate, held, discreet()).await?;
        }
    }
    Ok(())
}

fn discreet() -> Change {
    Change {
        nature: Some(Nature::Discreet),
        ..Change::default()
    }
}

/// The site, if this caller may change it: one that an agent may not know is not there for them.
async fn hold(tx: &mut Tx, caller: &Caller, id: SiteId) -> Result<Held, Problem> {
    let held = store::hold(tx, caller.programme, id).await?;
    let held = held.ok_or_else(Problem::not_found)?;
    if caller.role() != Role::Coordinator
        && (held.nature == Nature::Discreet || held.merged_into.is_some())
    {
        return Err(Problem::not_found());
    }
    if held.merged_into.is_some() {
        return Err(merged());
    }
    Ok(held)
}

fn merged() -> Problem {
    let words = say::REFUSED_MERGED;
    Problem::state("site_merged", words)
}

async fn apply(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: SiteId,
    held: Held,
    change: Change,
) -> Result<(), Problem> {
    let programme = caller.programme;
    let nature = change.nature.unwrap_or(held.nature);
    if (held.nature, nature) == (Nature::Discreet, Nature::Public) {
        let words = say::REFUSED_STAYS_DISCREET;
        return Err(Problem::state("stays_discreet", words));
    }
    let is_public = nature == Nature::Public;
    if held.nature == Nature::Public && !is_public {
        flags::photos::forget(tx, programme, id).await?;
        super::kept::touch_hidden(tx, programme, id);
    }
    // A public site is changed without reading its note: an agent may write one, never read it.
    let mut secret = match &held.sealed {
        Some(sealed) if !is_public => opened(tx, app, caller, sealed).await?,
        _ => SiteSecret::default(),
    };
    let before = held.open.or(secret.title.take().zip(secret.at.take()));
    let (title, at) = before.ok_or_else(|| Problem::internal("a site without title or point"))?;
    let title = change.title.map_or(title, |it| it.as_str().to_owned());
    let at = change.at.unwrap_or(at);
    let same_note = change.note.is_none();
    if let Some(note) = change.note {
        secret.note = note.map(|it| it.as_str().to_owned());
    }
    if !is_public {
        (secret.title, secret.at) = (Some(title.clone()), Some(at));
    }
    let mut sealer = Sealer::new(&app.keys, programme, app.now());
    let sealed = match (is_public && same_note, secret == SiteSecret::default()) {
        (true, _) => held.sealed,
        (false, true) => None,
        (false, false) => Some(sealer.seal(tx, Scope::Site(id), &secret).await?),
    };
    let quarter = match change.at {
        Some(at) => quarters::of_point(tx, programme, at).await?,
        None => held.quarter,
    };
    let cell = (!is_public).then(|| cells::of(&app.keys, programme, at));
    let residents_agree = change.residents_agree.unwrap_or(held.residents_agree);
    let changed = Changed {
        nature,
        open: is_public.then_some((title, at)),
        sealed,
        residents_agree: residents_agree.filter(|_| !is_public),
        agent: change.agent.unwrap_or(held.agent).filter(|_| !is_public),
        pictogram: change.pictogram.unwrap_or(held.pictogram),
        quarter,
        cell,
    };
    store::update(tx, programme, id, changed).await?;
    // « Non » counts from this moment, on what is planned too.
    if store::unplannable(tx, programme, id).await? == Some(Unplannable::ResidentsSaidNo) {
        store::take_off_plans(tx, programme, id).await?;
    }
    Ok(())
}

async fn opened(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    sealed: &Sealed<SiteSecret>,
) -> Result<SiteSecret, Problem> {
    let (programme, actor, now) = (caller.programme, caller.actor(), app.now());
    let (named, action) = (vec![sealed.scope()], Action::SiteChanged);
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
    Ok(opening.open(tx, sealed).await?)
}

/// Makes a site the duplicate of another: what was recorded at either is the other's from now on.
pub async fn merge(app: &App, caller: &Caller, id: SiteId, into: SiteId) -> Result<(), Problem> {
    let programme = caller.programme;
    if id == into {
        return Err(Invalid::new("into", "same_site").into());
    }
    let mut tx = app.db.write().await?;
    // In the order of their ids, so that two merges never wait for each other in a ring.
    let mut both = [id, into];
    both.sort();
    for it in both {
        store::hold(&mut tx, programme, it).await?;
    }
    let stays = store::hold(&mut tx, programme, into).await?;
    let unknown = || Problem::unknown("into", "unknown_site", say::UNKNOWN_SITE);
    let stays = stays.ok_or_else(unknown)?;
    let held = store::hold(&mut tx, programme, id).await?;
    let held = held.ok_or_else(Problem::not_found)?;
    if held.merged_into == Some(into) {
        // Said twice.
        return Ok(());
    }
    if held.merged_into.is_some() || stays.merged_into.is_some() {
        return Err(merged());
    }
    match (held.nature, stays.nature) {
        (Nature::Discreet, Nature::Public) => {
            let words = say::REFUSED_DISCREET_INTO_PUBLIC;
            return Err(Problem::state("discreet_into_public", words));
        }
        // The history of the public one becomes that of a discreet place.
        (Nature::Public, Nature::Discreet) => {
            apply(&mut tx, app, caller, id, held, discreet()).await?;
            hide_duplicates(&mut tx, app, caller, id).await?;
        }
        _ => {}
    }
    store::merge(&mut tx, programme, id, into, app.now()).await?;
    store::replace_on_plans(&mut tx, programme, id, into).await?;
    tx.commit().await?;
    Ok(())
}

//! Sites, each reader by their wall: the city's queries return the city's own type, which has no
//! field for what the city may not know.

pub mod api;
pub mod atlas;
pub mod cells;
pub mod change;
pub mod city;
pub mod closing;
pub mod create;
pub mod forms;
pub mod here;
pub mod history;
pub mod kept;
pub mod near;
pub mod pages;
pub mod proposals;
pub mod quarters;
pub mod store;

use crate::access::{Action, Caller, Opening};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::place::{SiteState, Visits};
use domain::{Nature, Position, SiteId};
use std::collections::HashSet;
use store::{About, Bounds, DiscreetSite, Mark};

/// A site as a coordinator sees it, opened.
#[derive(Clone, Debug)]
pub struct CoordinatorSite {
    /// Its id.
    pub id: SiteId,
    /// Public or discreet.
    pub nature: Nature,
    /// Its title.
    pub title: String,
    /// Where.
    pub at: Position,
    /// Where it stands.
    pub state: SiteState,
    /// What was recorded about it, as far as its state asks.
    pub visits: Visits,
    /// Words for the crew; of a public site only where it was opened by itself.
    pub note: Option<String>,
    /// « Les habitants sont d'accord »; asked of discreet sites only.
    pub residents_agree: Option<bool>,
    /// Everything else.
    pub about: About,
}

/// Opens discreet sites, leaving one row in the journal that names them.
pub async fn open(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    action: Action,
    sealed: Vec<DiscreetSite>,
) -> Result<Vec<CoordinatorSite>, Problem> {
    let named = sealed.iter().map(|site| site.sealed.scope()).collect();
    // On a coordinator's own phone it is the coordinator who sees them.
    let actor = caller.as_coordinator().unwrap_or_else(|| caller.actor());
    let (programme, now) = (caller.programme, app.now());
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
    let mut opened = Vec::with_capacity(sealed.len());
    for site in sealed {
        let secret = opening.open(tx, &site.sealed).await?;
        let (Some(title), Some(at)) = (secret.title, secret.at) else {
            return Err(Problem::internal("a discreet site without title or point"));
        };
        opened.push(CoordinatorSite {
            id: site.id,
            nature: Nature::Discreet,
            title,
            at,
            state: site.state,
            visits: site.visits,
            note: secret.note,
            residents_agree: site.residents_agree,
            about: site.about,
        });
    }
    Ok(opened)
}

/// The discreet sites that may be within a box, opened: those whose square it touches. `wanted` says
/// which of them are asked for; those that lie beside the box are left out.
pub async fn open_within(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    within: Bounds,
    wanted: impl Fn(&Mark) -> bool,
) -> Result<Vec<CoordinatorSite>, Problem> {
    let programme = caller.programme;
    let atlas = app.atlases.of(tx, programme).await?;
    let squares = cells::in_sight(&app.keys, programme, within);
    let may_be_in_sight = |mark: &&Mark| match (&squares, &mark.cell) {
        (Some(squares), Some(cell)) => squares.contains(cell),
        _ => true,
    };
    let marks = atlas.discreet.iter().filter(may_be_in_sight);
    let marks: Vec<&Mark> = marks.filter(|it| wanted(it)).collect();
    let ids: Vec<SiteId> = marks.iter().map(|it| it.id).collect();
    let sealed = store::discreet_among(tx, programme, &ids).await?;
    let mut opened = open(tx, app, caller, Action::SitesShown, sealed).await?;
    // An earlier version did not say in which square a site is.
    let unknown = marks.iter().filter(|it| it.cell.is_none());
    let unknown: HashSet<SiteId> = unknown.map(|it| it.id).collect();
    for site in opened.iter().filter(|it| unknown.contains(&it.id)) {
        let cell = cells::of(&app.keys, programme, site.at);
        store::set_cell(tx, programme, site.id, cell).await?;
    }
    opened.retain(|it| within.contains(it.at));
    opened.sort_by(|a, b| (&a.title, a.id).cmp(&(&b.title, b.id)));
    Ok(opened)
}

/// The sites of one outing, opened for a coordinator, in the order of the walk.
pub async fn of_outing_for_coordinator(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    outing: domain::OutingId,
) -> Result<Vec<CoordinatorSite>, Problem> {
    let public = store::public_sites_of(tx, caller.programme, outing).await?;
    let sealed = store::discreet_sites_of(tx, caller.programme, outing).await?;
    let mut all: Vec<CoordinatorSite> = public.into_iter().map(from_public).collect();
    all.append(&mut open(tx, app, caller, Action::SitesShown, sealed).await?);
    let order = crate::outings::store::site_ids(tx, caller.programme, outing).await?;
    all.sort_by_key(|site| order.iter().position(|id| *id == site.id));
    Ok(all)
}

/// A public site: nothing of it needs opening.
pub fn from_public(site: store::CitySite) -> CoordinatorSite {
    CoordinatorSite {
        id: site.id,
        nature: Nature::Public,
        title: site.title,
        at: site.at,
        state: site.state,
        visits: site.visits,
        note: None,
        residents_agree: None,
        about: site.about,
    }
}

/// One site, opened for a coordinator with its note.
pub async fn one_for_coordinator(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: SiteId,
) -> Result<CoordinatorSite, Problem> {
    if let Some(site) = store::discreet_site(tx, caller.programme, id).await? {
        let mut opened = open(tx, app, caller, Action::SitesShown, vec![site]).await?;
        return opened.pop().ok_or_else(Problem::not_found);
    }
    let site = store::public_site(tx, caller.programme, id).await?;
    let mut site = from_public(site.ok_or_else(Problem::not_found)?);
    let held = store::hold(tx, caller.programme, id).await?;
    if let Some(sealed) = held.and_then(|it| it.sealed) {
        let (named, now) = (vec![sealed.scope()], app.now());
        let (programme, actor) = (caller.programme, caller.actor());
        let action = Action::SitesShown;
        let mut opening =
            Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
        site.note = opening.open(tx, &sealed).await?.note;
    }
    Ok(site)
}

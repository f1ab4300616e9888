//! Sites, each reader by their wall: the city's queries return the city's own type, which has no
//! field for what the city may not know.

pub mod api;
pub mod store;

use crate::access::{Action, Caller, Opening};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::place::SiteState;
use domain::{Nature, Position, SiteId};
use store::DiscreetSite;

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
    /// « Les habitants sont d'accord »; asked of discreet sites only.
    pub residents_agree: Option<bool>,
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
            residents_agree: site.residents_agree,
        });
    }
    Ok(opened)
}

/// Every site of the programme, opened for a coordinator: public ones first, each by title.
pub async fn for_coordinator(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
) -> Result<Vec<CoordinatorSite>, Problem> {
    let public = store::public_sites(tx, caller.programme, store::Bounds::ALL).await?;
    let sealed = store::discreet_sites(tx, caller.programme).await?;
    let mut opened = open(tx, app, caller, Action::SitesShown, sealed).await?;
    opened.sort_by(|a, b| (&a.title, a.id).cmp(&(&b.title, b.id)));
    let mut all: Vec<CoordinatorSite> = public.into_iter().map(from_public).collect();
    all.append(&mut opened);
    Ok(all)
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
        residents_agree: None,
    }
}

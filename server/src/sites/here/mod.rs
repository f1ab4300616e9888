//! « Ici » pickups: points that are no site. Until a coordinator attaches one to a public site or
//! declares its point public, no answer to the city knows that it exists.

pub mod api;
pub mod store;

use super::store as sites;
use crate::access::{Action, Actor, Caller, Opening, Scope};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::{AccountId, FactId, Instant, Invalid, OutingId, Position, SiteId};
use std::collections::HashSet;
use store::{HereDecision, SealedHere};
use words::desk::sites::here as say;

/// How far « around » may reach, in metres.
pub const AROUND_M_MAX: u32 = 200;

/// An « ici », opened for a coordinator.
#[derive(Clone, Debug)]
pub struct Here {
    /// The fact.
    pub id: FactId,
    /// Its outing.
    pub outing: Option<OutingId>,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Code of the item.
    pub item: String,
    /// `counted` or `estimated`.
    pub method: String,
    /// How many.
    pub count: i64,
    /// Where, if the phone knew.
    pub at: Option<Position>,
    /// Its point came to its end.
    pub ended: bool,
}

/// What a coordinator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It was at this site.
    At(SiteId),
    /// Its point is a public place.
    Public,
}

/// What a word about one « ici » is said of besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Of nothing else.
    #[default]
    Alone,
    /// Of all that wait within so many metres.
    Around(u32),
    /// Of these.
    With(Vec<FactId>),
}

/// The « ici » that wait for a coordinator, opened under one journal row.
pub async fn waiting(tx: &mut Tx, app: &App, caller: &Caller) -> Result<Vec<Here>, Problem> {
    let sealed = store::waiting(tx, caller.programme).await?;
    open(tx, app, caller, Action::FactsShown, sealed).await
}

/// Those of one outing, opened under one journal row.
pub async fn waiting_of(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    outing: OutingId,
) -> Result<Vec<Here>, Problem> {
    let sealed = store::waiting_of(tx, caller.programme, outing).await?;
    open(tx, app, caller, Action::FactsShown, sealed).await
}

async fn open(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    action: Action,
    sealed: Vec<SealedHere>,
) -> Result<Vec<Here>, Problem> {
    let mut seen = HashSet::new();
    let scopes = sealed
        .iter()
        .filter_map(|it| Some(it.sealed.as_ref()?.scope()));
    let named: Vec<Scope> = scopes.filter(|it| seen.insert(it.journal_name())).collect();
    let (programme, actor, now) = (caller.programme, caller.actor(), app.now());
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
    let mut opened = Vec::with_capacity(sealed.len());
    for it in sealed {
        let secret = match &it.sealed {
            Some(sealed) => opening.open_if_kept(tx, sealed).await?,
            None => None,
        };
        let ended = it.sealed.is_some() && secret.is_none();
        let point = secret.and_then(|it| it.point);
        opened.push(Here {
            id: it.id,
            outing: it.outing,
            recorded_at: it.recorded_at,
            item: it.item,
            method: it.method,
            count: it.count,
            at: point.and_then(|(lat, lon)| Position::new(lat, lon).ok()),
            ended,
        });
    }
    Ok(opened)
}

/// Decides about one « ici », and about what is within reach of the word. Answers which.
pub async fn decide(
    app: &App,
    caller: &Caller,
    id: FactId,
    said: Said,
    reach: Reach,
) -> Result<Vec<FactId>, Problem> {
    let Some(Actor { id: Some(by), .. }) = caller.as_coordinator() else {
        return Err(Problem::forbidden());
    };
    if matches!(reach, Reach::Around(metres) if metres > AROUND_M_MAX) {
        return Err(Invalid::new("around_m", "out_of_range").into());
    }
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let one = store::find(&mut tx, programme, id).await?;
    let one = one.ok_or_else(Problem::not_found)?;
    let site = match said {
        Said::At(site) => Some(staying(&mut tx, caller, site).await?),
        Said::Public => None,
    };
    let mut sealed = vec![one];
    match &reach {
        Reach::Alone => {}
        Reach::Around(_) => {
            let others = store::waiting(&mut tx, programme).await?;
            sealed.extend(others.into_iter().filter(|it| it.id != id));
        }
        Reach::With(others) => {
            for other in others.iter().filter(|it| **it != id) {
                let found = store::find(&mut tx, programme, *other).await?;
                sealed.push(found.ok_or_else(Problem::not_found)?);
            }
        }
    }
    // To attach those that are named their points need not be read.
    let named = !matches!(reach, Reach::Around(_));
    let meant: Vec<(FactId, Option<Position>)> = if named && site.is_some() {
        sealed.iter().map(|it| (it.id, None)).collect()
    } else {
        let opened = open(&mut tx, app, caller, Action::HereDecided, sealed).await?;
        let middle = opened.first().and_then(|it| it.at);
        let near = |it: &Here| match (middle, it.at, &reach) {
            _ if named || it.id == id => true,
            (Some(a), Some(b), Reach::Around(metres)) => a.distance_m(b) <= f64::from(*metres),
            _ => false,
        };
        let meant = opened.iter().filter(|it| near(it));
        meant.map(|it| (it.id, it.at)).collect()
    };
    let mut decided = Vec::with_capacity(meant.len());
    for (id, at) in meant {
        let decision = match (site, at) {
            (Some(site), _) => HereDecision::Attached(site),
            (None, Some(at)) => HereDecision::Public(at),
            (None, None) => return Err(Invalid::new("public", "no_point").into()),
        };
        store::decide(&mut tx, programme, id, decision, (now, AccountId(by))).await?;
        decided.push(id);
    }
    tx.commit().await?;
    Ok(decided)
}

/// The site, or the one that stays when it was merged.
async fn staying(tx: &mut Tx, caller: &Caller, id: SiteId) -> Result<SiteId, Problem> {
    let held = sites::hold(tx, caller.programme, id).await?;
    let unknown = || Problem::unknown("site", "unknown_site", say::UNKNOWN_SITE);
    Ok(held.ok_or_else(unknown)?.merged_into.unwrap_or(id))
}

//! The sites of a walk: which to go to, and in which order.

pub mod store;

use super::store as outings;
use super::{before_the_end, may_be_walked};
use crate::access::{Action, Caller, Opening};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::fact::AgentAccess;
use domain::limits::SITES_PER_OUTING_MAX;
use domain::place::{SiteState, Visits};
use domain::{Invalid, Nature, OutingId, Position, SiteId};
use std::collections::HashSet;

/// Sites of one nature that a form offers at most: the rest is found by its title.
const OFFERED_MAX: usize = 60;
/// Sites that a search by title shows at most.
const FOUND_MAX: usize = 20;

/// A site that a walk may go to, opened for a coordinator.
#[derive(Clone, Debug)]
pub struct WalkSite {
    /// Its id.
    pub id: SiteId,
    /// Public or discreet.
    pub nature: Nature,
    /// Its title.
    pub title: String,
    /// Where.
    pub at: Position,
    /// What was recorded about it.
    pub visits: Visits,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
    /// What was agreed about the agent.
    pub agent: Option<AgentAccess>,
}

/// In which order sites are suggested: what came back, what was seen and never done, what nobody
/// looked at, then what was done, the longest ago first; what is planned already comes last.
fn rank(visits: &Visits) -> (u8, i64) {
    let ms = |at: Option<domain::Instant>| at.map_or(0, domain::Instant::as_ms);
    match (visits.state(), visits.seen_at) {
        (SiteState::Returned, _) => (0, -ms(visits.seen_at)),
        (SiteState::Seen, Some(_)) => (1, -ms(visits.seen_at)),
        (SiteState::Seen, None) => (2, 0),
        (SiteState::Done, _) => (3, ms(visits.done_at)),
        (SiteState::Planned, _) => (4, ms(visits.done_at)),
    }
}

/// The sites to choose from, best first, with those chosen already among them.
pub async fn offered(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    chosen: &[SiteId],
) -> Result<Vec<WalkSite>, Problem> {
    let atlas = app.atlases.of(tx, caller.programme).await?;
    let chosen: HashSet<SiteId> = chosen.iter().copied().collect();
    let may_be_walked = |id: &SiteId| !atlas.refused.contains(id);
    let public = atlas.sites.iter().map(|it| (it.id, it.visits));
    let discreet = atlas.discreet.iter().map(|it| (it.id, it.visits));
    let mut ids = best(public.filter(|it| may_be_walked(&it.0)), &chosen);
    ids.append(&mut best(
        discreet.filter(|it| may_be_walked(&it.0)),
        &chosen,
    ));
    opened(tx, app, caller, &ids).await
}

/// As many as a form offers, those chosen first: only these are read, and opened.
fn best(sites: impl Iterator<Item = (SiteId, Visits)>, chosen: &HashSet<SiteId>) -> Vec<SiteId> {
    let key = |(id, visits): (SiteId, Visits)| (!chosen.contains(&id), rank(&visits), id);
    let mut keys: Vec<_> = sites.map(key).collect();
    let max = OFFERED_MAX.max(chosen.len());
    if keys.len() > max {
        keys.select_nth_unstable(max);
        keys.truncate(max);
    }
    keys.sort_unstable();
    keys.into_iter().map(|(_, _, id)| id).collect()
}

/// The sites of an outing, in the order of the walk, each as it stood before this plan.
pub async fn of_outing(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: OutingId,
) -> Result<Vec<WalkSite>, Problem> {
    let ids = outings::site_ids(tx, caller.programme, id).await?;
    let mut walk = opened(tx, app, caller, &ids).await?;
    for site in &mut walk {
        site.visits.planned = false;
    }
    Ok(walk)
}

/// Public sites whose title holds these letters. Titles of discreet sites are sealed, and are not
/// searched.
pub async fn found(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    letters: &str,
) -> Result<Vec<WalkSite>, Problem> {
    let letters = letters.trim().to_lowercase();
    if letters.is_empty() {
        return Ok(Vec::new());
    }
    let atlas = app.atlases.of(tx, caller.programme).await?;
    let sites = atlas.sites.iter();
    let fits = sites.filter(|it| it.title.to_lowercase().contains(&letters));
    let ids: Vec<SiteId> = fits.map(|it| it.id).take(FOUND_MAX).collect();
    opened(tx, app, caller, &ids).await
}

/// Reads these sites, and opens the discreet ones: one row in the journal names them.
async fn opened(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    ids: &[SiteId],
) -> Result<Vec<WalkSite>, Problem> {
    let rows = store::some(tx, caller.programme, ids).await?;
    let sealed = rows.iter().filter(|it| it.nature == Nature::Discreet);
    let named = sealed.map(|it| it.sealed.scope()).collect();
    let mut opening = Opening::begin(
        tx,
        &app.keys,
        caller.programme,
        caller.actor(),
        Action::SitesShown,
        named,
        app.now(),
    )
    .await?;
    let mut walk = Vec::with_capacity(rows.len());
    for row in rows {
        let (title, at) = match (row.nature, row.open) {
            (Nature::Public, Some(open)) => open,
            _ => {
                let secret = opening.open(tx, &row.sealed).await?;
                let (Some(title), Some(at)) = (secret.title, secret.at) else {
                    return Err(Problem::internal("a discreet site without title or point"));
                };
                (title, at)
            }
        };
        walk.push(WalkSite {
            id: row.id,
            nature: row.nature,
            title,
            at,
            visits: row.visits,
            residents_agree: row.residents_agree,
            agent: row.agent,
        });
    }
    Ok(walk)
}

/// One change of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One place earlier.
    Earlier(SiteId),
    /// One place later.
    Later(SiteId),
    /// No longer on it.
    Remove(SiteId),
    /// At its end.
    Add(SiteId),
    /// All of it in the order proposed.
    Propose,
}

/// Changes the walk of an outing that has not ended. Steps are taken from the walk as it is now,
/// so two coordinators who move places at once both get what they asked for.
pub async fn change(app: &App, caller: &Caller, id: OutingId, step: Step) -> Result<(), Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    before_the_end(&mut tx, caller, id).await?;
    let walk = outings::site_ids(&mut tx, programme, id).await?;
    let changed = match step {
        Step::Propose => in_proposed_order(&mut tx, app, caller, &walk).await?,
        Step::Add(site) => {
            may_be_walked(&mut tx, caller, &[site]).await?;
            stepped(walk.clone(), step)
        }
        _ => stepped(walk.clone(), step),
    };
    if changed.len() > SITES_PER_OUTING_MAX {
        return Err(Invalid::new("sites", "too_many").into());
    }
    if changed != walk {
        outings::set_sites(&mut tx, programme, id, &changed).await?;
        store::touch(&mut tx, programme, id).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// These sites in the order proposed for a walk.
pub async fn in_proposed_order(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    ids: &[SiteId],
) -> Result<Vec<SiteId>, Problem> {
    let sites = opened(tx, app, caller, ids).await?;
    let points: Vec<Position> = sites.iter().map(|it| it.at).collect();
    let order = domain::walk::proposed(&points);
    Ok(order.into_iter().map(|it| sites[it].id).collect())
}

fn stepped(mut walk: Vec<SiteId>, step: Step) -> Vec<SiteId> {
    let at = |walk: &[SiteId], site: SiteId| walk.iter().position(|it| *it == site);
    match step {
        Step::Earlier(site) => {
            if let Some(place) = at(&walk, site).filter(|it| *it > 0) {
                walk.swap(place, place - 1);
            }
        }
        Step::Later(site) => {
            if let Some(place) = at(&walk, site).filter(|it| it + 1 < walk.len()) {
                walk.swap(place, place + 1);
            }
        }
        Step::Remove(site) => walk.retain(|it| *it != site),
        Step::Add(site) if !walk.contains(&site) => walk.push(site),
        Step::Add(_) | Step::Propose => {}
    }
    walk
}

/// How long the walk is from place to place, in metres.
pub fn length_m(walk: &[WalkSite]) -> f64 {
    let points: Vec<Position> = walk.iter().map(|it| it.at).collect();
    domain::walk::length_m(&points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;
    use uuid::Uuid;

    #[test]
    fn what_came_back_is_suggested_first_and_what_is_planned_last() {
        let at = |day: i64| Some(Instant::from_ms(day * 86_400_000));
        let visits = |planned, done, seen| Visits {
            planned,
            done_at: done,
            seen_at: seen,
        };
        let best_first = [
            visits(false, at(5), at(9)),
            visits(false, at(5), at(8)),
            visits(false, None, at(3)),
            visits(false, None, None),
            visits(false, at(1), None),
            visits(false, at(6), None),
            visits(true, at(1), at(9)),
        ];
        assert!(best_first.is_sorted_by_key(rank));
    }

    #[test]
    fn a_place_moves_by_one_and_stops_at_the_ends() {
        let ids: Vec<SiteId> = (1..=3).map(|n| SiteId(Uuid::from_u128(n))).collect();
        let [a, b, c] = [ids[0], ids[1], ids[2]];
        assert_eq!(stepped(ids.clone(), Step::Earlier(b)), [b, a, c]);
        assert_eq!(stepped(ids.clone(), Step::Later(b)), [a, c, b]);
        assert_eq!(stepped(ids.clone(), Step::Earlier(a)), ids);
        assert_eq!(stepped(ids.clone(), Step::Later(c)), ids);
        assert_eq!(stepped(ids.clone(), Step::Remove(b)), [a, c]);
        assert_eq!(stepped(ids.clone(), Step::Add(a)), ids);
    }
}

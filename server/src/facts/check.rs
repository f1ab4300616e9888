//! May a fact be kept? First by itself, then by what the database says about what it names.

use super::form::site_of;
use crate::access::{Caller, Role, Who};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::{outings, sites};
use domain::fact::Kind;
use domain::{Day, Fact, Invalid, Nature, OutingId, OutingState, ProgrammeId, SiteId};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Is it a fact, and may this sender record it? Asks nobody.
pub(super) fn read(caller: &Caller, raw: &Value, has_picture: bool) -> Result<Fact, Invalid> {
    let fact = Fact::parse(raw)?;
    may_record(caller, &fact)?;
    if matches!(fact.kind, Kind::Photo(_)) && !has_picture {
        return Err(Invalid::new("data.jpeg", "not_a_photo"));
    }
    Ok(fact)
}

/// Kinds by sender (contract): a crew phone records for its own outing and as itself; the own phone
/// of a coordinator says besides what a coordinator says.
fn may_record(caller: &Caller, fact: &Fact) -> Result<(), Invalid> {
    let kind_is_theirs = match caller.role() {
        Role::CrewPhone | Role::LatePhone => match fact.kind {
            Kind::Sighting(_) | Kind::CityPickup { .. } | Kind::Photo(_) => false,
            Kind::Newcomer { .. } | Kind::Opening { .. } | Kind::PhoneConfirmed { .. } => {
                caller.as_coordinator().is_some()
            }
            _ => true,
        },
        Role::Coordinator => !matches!(fact.kind, Kind::CityPickup { .. } | Kind::Photo(_)),
        Role::Agent => matches!(
            fact.kind,
            Kind::Sighting(_)
                | Kind::CityPickup { .. }
                | Kind::Photo(_)
                | Kind::Void { .. }
                | Kind::Unknown { .. }
        ),
        Role::Peer => matches!(
            fact.kind,
            Kind::SiteProposal { .. }
                | Kind::Sighting(_)
                | Kind::Void { .. }
                | Kind::Unknown { .. }
        ),
        Role::Clerk | Role::Anon => false,
    };
    if !kind_is_theirs {
        return Err(Invalid::new("kind", "not_for_this_sender"));
    }
    match caller.who {
        Who::Phone { outing, device, .. } => {
            if fact.outing != Some(outing) {
                return Err(Invalid::new("outing", "not_of_this_phone"));
            }
            if fact.device != device {
                return Err(Invalid::new("device", "not_this_phone"));
            }
        }
        Who::Staff {
            role: Role::Agent, ..
        }
        | Who::Peer(_) => {
            if fact.outing.is_some() {
                return Err(Invalid::new("outing", "not_for_this_sender"));
            }
        }
        Who::Staff { .. } => {
            if fact.outing.is_none() && needs_outing(&fact.kind) {
                return Err(Invalid::new("outing", "missing"));
            }
        }
    }
    Ok(())
}

fn needs_outing(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Pickup(_) | Kind::Presence { .. } | Kind::Tally { .. } | Kind::Opening { .. }
    )
}

/// What the database says about what the facts of a batch name, asked once for all of them.
pub(super) struct Named {
    outings: HashMap<OutingId, (OutingState, Day)>,
    sites: HashMap<SiteId, Nature>,
    /// Discreet sites on the outings that name them.
    planned: HashSet<(OutingId, SiteId)>,
}

impl Named {
    /// The outings are held until the batch is committed, so that closing and receiving never
    /// overlap.
    pub(super) async fn by<'f>(
        tx: &mut Tx,
        programme: ProgrammeId,
        facts: impl Iterator<Item = &'f Fact>,
    ) -> Result<Self, Problem> {
        let (mut outings, mut places) = (BTreeSet::new(), BTreeSet::new());
        for fact in facts {
            outings.extend(fact.outing);
            places.extend(site_of(&fact.kind).map(|site| (site, fact.outing)));
        }
        let outings: Vec<OutingId> = outings.into_iter().collect();
        let outings = outings::store::hold_states(tx, programme, &outings).await?;
        let sites: BTreeSet<SiteId> = places.iter().map(|(site, _)| *site).collect();
        let sites: Vec<SiteId> = sites.into_iter().collect();
        let sites = sites::store::natures(tx, programme, &sites).await?;
        let mut discreet: HashMap<OutingId, Vec<SiteId>> = HashMap::new();
        for (site, outing) in places {
            if let (Some(Nature::Discreet), Some(outing)) = (sites.get(&site), outing) {
                discreet.entry(outing).or_default().push(site);
            }
        }
        let mut planned = HashSet::new();
        for (outing, of) in discreet {
            let there = outings::store::sites_among(tx, programme, outing, &of).await?;
            planned.extend(there.into_iter().map(|site| (outing, site)));
        }
        Ok(Self {
            outings,
            sites,
            planned,
        })
    }

    /// Is what it names of this programme, and may this sender know of it? Answers where its
    /// outing stands.
    pub(super) fn allow(
        &self,
        caller: &Caller,
        fact: &Fact,
    ) -> Result<Option<(OutingState, Day)>, Invalid> {
        let outing = match fact.outing {
            None => None,
            Some(id) => {
                let unknown = || Invalid::new("outing", "unknown_outing");
                Some(*self.outings.get(&id).ok_or_else(unknown)?)
            }
        };
        let site = site_of(&fact.kind);
        if site.is_some_and(|site| !self.may_name_site(caller, fact.outing, site)) {
            return Err(Invalid::new("data.site", "unknown_site"));
        }
        Ok(outing)
    }

    /// A site of the programme; for an agent, a public one: a discreet one does not exist for them.
    fn may_name_site(&self, caller: &Caller, outing: Option<OutingId>, id: SiteId) -> bool {
        match (self.sites.get(&id), caller.role()) {
            (None, _) => false,
            (Some(Nature::Public), _) | (Some(_), Role::Coordinator) => true,
            (Some(Nature::Discreet), Role::CrewPhone | Role::LatePhone) => {
                outing.is_some_and(|outing| self.planned.contains(&(outing, id)))
            }
            (Some(Nature::Discreet), _) => false,
        }
    }
}

//! What was recorded about each site, kept at hand: when it was last done and seen, whether it is
//! planned, whether a site that a flag made still stands.
//!
//! It is never the truth itself: it follows from facts, plans, closings, decisions and merges, and
//! can be made again at any time ([`rebuild`]). Whoever changes one of those *touches* what it
//! concerns; before the transaction commits, what was touched is worked out again ([`settle`]).
//! This takes the programme's turn, as the last thing that a transaction waits for: so two
//! transactions never wait for each other in a ring, the later one sees what the earlier did, and
//! turns are in the order of commits.
//!
//! Pickups of an outing under way change nothing here until it closes, so that receiving them
//! stays as quick as it was: they only add to the outing's own sums ([`totals`]), which are settled
//! at the same time.

mod store;

pub use store::turn;

use crate::db::{Db, DbError, Tx};
use crate::facts::store::NewFact;
use crate::outings::totals::kept as totals;
use domain::place::Visits;
use domain::{FactId, OutingId, ProgrammeId, SiteId};
use std::collections::{BTreeMap, BTreeSet};
use store::TakenBack;

/// More sites than this are quicker done all at once, with everything of the programme.
const ONE_BY_ONE_MAX: usize = 1_000;

/// What is kept about a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What was recorded about it, with its duplicates.
    pub visits: Visits,
    /// It is no duplicate, and something still speaks of it.
    pub stands: bool,
}

/// What a transaction touched so far.
#[derive(Debug, Default)]
pub struct Touched {
    by_programme: BTreeMap<ProgrammeId, Marks>,
    /// It took its turn: what it reads may be known to nobody else yet.
    settled: bool,
}

#[derive(Debug, Default)]
struct Marks {
    sites: BTreeSet<SiteId>,
    outings: BTreeSet<OutingId>,
    facts: BTreeSet<FactId>,
    /// Picked up on an outing under way.
    picked_up: BTreeSet<SiteId>,
    /// Taken back on an outing under way.
    taken_back: BTreeSet<FactId>,
    /// Public until now.
    hidden: BTreeSet<SiteId>,
    /// What it did to sums.
    sums: totals::Marks,
}

impl Marks {
    /// Nobody needs to wait for it: it takes nothing back and ends nothing.
    fn only_adds(&self) -> bool {
        self.sums.only_adds()
            && self.sites.is_empty()
            && self.outings.is_empty()
            && self.facts.is_empty()
            && self.taken_back.is_empty()
            && self.hidden.is_empty()
    }
}

impl Touched {
    fn of(&mut self, programme: ProgrammeId) -> &mut Marks {
        self.by_programme.entry(programme).or_default()
    }

    /// Of a transaction that sees what others did and did not commit yet: as one that took its turn.
    pub fn ahead() -> Self {
        Self {
            settled: true,
            ..Self::default()
        }
    }

    /// Did the transaction take its turn already?
    pub fn is_settled(&self) -> bool {
        self.settled
    }
}

/// A site was made or changed, or its place on a plan.
pub fn touch_site(tx: &mut Tx, programme: ProgrammeId, site: SiteId) {
    tx.touched.of(programme).sites.insert(site);
}

/// A public site becomes a discreet one.
pub fn touch_hidden(tx: &mut Tx, programme: ProgrammeId, site: SiteId) {
    tx.touched.of(programme).hidden.insert(site);
}

/// An outing ended, or who took part is corrected.
pub fn touch_outing(tx: &mut Tx, programme: ProgrammeId, outing: OutingId) {
    tx.touched.of(programme).outings.insert(outing);
}

/// Where a fact was is said anew.
pub fn touch_place_of(tx: &mut Tx, programme: ProgrammeId, fact: FactId) {
    let marks = tx.touched.of(programme);
    marks.facts.insert(fact);
    marks.sums.note_moved(fact);
}

/// What a new fact may change.
pub struct OfFact {
    site: OfSite,
    sums: totals::OfFact,
}

/// What it may change about sites. The row of an outing under way is held while its facts come in,
/// so that it does not close meanwhile; closing then looks at all of it.
enum OfSite {
    /// Nothing that is kept here.
    Nothing,
    /// It says something of this site.
    At(SiteId),
    /// A pickup there, on an outing under way.
    PickedUp(SiteId),
    /// It takes back another fact.
    Void(FactId),
    /// It takes back another fact, on an outing under way.
    VoidUnderWay(FactId),
}

impl OfFact {
    /// Of a fact that is to be inserted.
    pub fn new(it: &NewFact) -> Self {
        let under_way = it.fact.outing.is_some() && !it.late;
        let site = match (it.fact.kind.name(), it.columns.site, it.columns.target) {
            ("pickup", Some(site), _) if under_way => OfSite::PickedUp(site),
            ("pickup" | "sighting" | "city_pickup", Some(site), _) => OfSite::At(site),
            ("void", _, Some(target)) if under_way => OfSite::VoidUnderWay(target),
            ("void", _, Some(target)) => OfSite::Void(target),
            _ => OfSite::Nothing,
        };
        let sums = totals::OfFact::new(it);
        Self { site, sums }
    }

    /// It was inserted.
    pub fn touch(self, tx: &mut Tx, programme: ProgrammeId) {
        let marks = tx.touched.of(programme);
        marks.sums.note(self.sums);
        match self.site {
            OfSite::Nothing => false,
            OfSite::At(site) => marks.sites.insert(site),
            OfSite::PickedUp(site) => marks.picked_up.insert(site),
            OfSite::Void(target) => marks.facts.insert(target),
            OfSite::VoidUnderWay(target) => marks.taken_back.insert(target),
        };
    }
}

/// Works out again what was touched. Nothing touched, nothing done.
pub async fn settle(tx: &mut Tx) -> Result<(), DbError> {
    for (programme, marks) in std::mem::take(&mut tx.touched.by_programme) {
        settle_one(tx, programme, marks).await?;
    }
    Ok(())
}

async fn settle_one(tx: &mut Tx, programme: ProgrammeId, mut marks: Marks) -> Result<(), DbError> {
    let picked_up = std::mem::take(&mut marks.picked_up);
    let may_go = store::made_by_flag(tx, programme, picked_up).await?;
    marks.sites.extend(may_go);
    if marks.only_adds() {
        if !marks.sums.is_empty() {
            store::share_turn(tx, programme).await?;
            totals::settle(tx, programme, &marks.sums).await?;
        }
        return Ok(());
    }
    store::hold_turn(tx, programme).await?;
    // From here on everything is seen that was done in earlier turns.
    totals::settle(tx, programme, &marks.sums).await?;
    for fact in std::mem::take(&mut marks.taken_back) {
        match store::taken_back(tx, programme, fact).await? {
            TakenBack::Nothing => {}
            TakenBack::Standing(site) => {
                let site = BTreeSet::from([site]);
                let may_go = store::made_by_flag(tx, programme, site).await?;
                marks.sites.extend(may_go);
            }
            TakenBack::Anything => _ = marks.facts.insert(fact),
        }
    }
    let ends = totals::Concerned {
        outings: marks.outings.clone(),
        facts: marks.facts.clone(),
        late: marks.sums.late().clone(),
        hidden: std::mem::take(&mut marks.hidden),
        sites: BTreeSet::new(),
    };
    if marks.sites.is_empty()
        && ends.outings.is_empty()
        && ends.facts.is_empty()
        && ends.late.is_empty()
        && ends.hidden.is_empty()
    {
        return Ok(());
    }
    let turn = store::take_turn(tx, programme).await?;
    tx.touched.settled = true;
    let sites = concerned(tx, programme, marks).await?;
    let ends = totals::Concerned {
        sites: sites.clone(),
        ..ends
    };
    totals::follow(tx, programme, ends).await?;
    if sites.len() > ONE_BY_ONE_MAX {
        return store::rebuild(tx, programme, turn).await;
    }
    for site in sites {
        store::keep(tx, programme, site, turn).await?;
    }
    Ok(())
}

/// The sites that were touched in whatever way, and those whose duplicates they are.
async fn concerned(
    tx: &mut Tx,
    programme: ProgrammeId,
    marks: Marks,
) -> Result<BTreeSet<SiteId>, DbError> {
    let mut sites = marks.sites;
    for fact in marks.facts {
        sites.extend(store::sites_of_fact(tx, programme, fact).await?);
    }
    for outing in marks.outings {
        sites.extend(totals::store::sites_of(tx, programme, outing).await?);
    }
    if sites.len() <= ONE_BY_ONE_MAX {
        for site in sites.clone() {
            sites.extend(super::store::root(tx, programme, site).await?);
        }
    }
    Ok(sites)
}

/// Keeps everything anew, whatever was kept before.
pub async fn rebuild(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    let turn = store::take_turn(tx, programme).await?;
    tx.touched.settled = true;
    totals::rebuild(tx, programme).await?;
    store::rebuild(tx, programme, turn).await
}

/// Keeps what a database of an earlier version does not have yet.
pub async fn build_missing(db: &Db) -> Result<(), DbError> {
    let mut tx = db.write().await?;
    for programme in store::programmes_without(&mut tx).await? {
        rebuild(&mut tx, programme).await?;
    }
    tx.commit().await
}

/// The sites about which something else is kept than what follows from all that was recorded.
pub async fn differences(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<SiteId>, DbError> {
    let (computed, kept) = (
        store::computed(tx, programme).await?,
        store::kept(tx, programme).await?,
    );
    let ids: BTreeSet<&SiteId> = computed.keys().chain(kept.keys()).collect();
    let differ = ids
        .into_iter()
        .filter(|id| computed.get(id) != kept.get(id));
    Ok(differ.copied().collect())
}

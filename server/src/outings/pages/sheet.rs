//! Everything the page of one outing is made from, loaded in one transaction that leaves its row
//! in the journal when discreet sites are opened.

use crate::access::{Action, Caller, Scope, seal};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::facts::store::PickupSum;
use crate::http::error::Problem;
use crate::outings::crew::store::{Phone, phones};
use crate::outings::review::{self, Review};
use crate::outings::revisions::store::Late;
use crate::outings::revisions::{self, ShownRevision};
use crate::outings::series::store as series_store;
use crate::outings::store::{self as outings, Colleague, Crew, Outing};
use crate::outings::summary::{self, BySite, Summary};
use crate::outings::{ShownCode, get, missing_now, shown_code};
use crate::people::store::Peer;
use crate::sites::CoordinatorSite;
use crate::sites::store::{CitySite, discreet_among};
use crate::{allowances, facts, people, programmes, sites};
use domain::fact::{AgentAccess, Item, Method};
use domain::outing::Missing;
use domain::{Cents, Day, Instant, OutingId, OutingState, Settings, SiteId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One outing, as its page shows it.
pub struct Sheet {
    /// The programme's settings.
    pub settings: Settings,
    /// The outing.
    pub outing: Outing,
    /// Places in the order of the walk, then others where something was recorded, then « ici ».
    pub places: Vec<Place>,
    /// Totals and presences.
    pub summary: Summary,
    /// Everybody of the team.
    pub people: Vec<Person>,
    /// Phones that joined.
    pub phones: Vec<Phone>,
    /// The joining code that opens now.
    pub code: Option<ShownCode>,
    /// A code that makes one phone the reader's own, just made: it is not kept.
    pub own_code: Option<ShownCode>,
    /// What keeps the light red.
    pub missing: Vec<Missing>,
    /// What was agreed about the agent at its discreet places.
    pub accesses: Vec<AgentAccess>,
    /// Who is expected.
    pub crew: Crew,
    /// The staff who may walk along.
    pub colleagues: Vec<Colleague>,
    /// The last day of the repetition it is one of.
    pub repeated_until: Option<Day>,
    /// What to look at before closing.
    pub review: Review,
    /// What was corrected after closing.
    pub revisions: Vec<ShownRevision>,
    /// When its words and « ici » points came to their end.
    pub words_ended: Option<Instant>,
    /// Facts that came after closing and wait.
    pub waiting: Vec<Late>,
    /// The payer appointed the reader to hand the money over.
    pub hands_over: bool,
    /// When this was read.
    pub now: Instant,
    /// Why a form of this page was refused.
    pub refusal: Option<Refusal>,
}

/// Why the departure form was refused, and what was typed.
pub struct Refusal {
    /// The light is not green and no reason was given.
    pub no_green_light: bool,
    /// In words.
    pub sentence: String,
    /// The reason as it was typed.
    pub reason: String,
}

/// A place of an outing with what was picked up there.
pub struct Place {
    /// The site; none for « ici » points, together.
    pub site: Option<CoordinatorSite>,
    /// On the plan of the walk.
    pub on_plan: bool,
    /// What was picked up; nothing when nothing was noted.
    pub picked: Option<BySite>,
    /// Of its syringes, how many were estimated.
    pub estimated: i64,
}

/// Somebody of the team, on this outing.
pub struct Person {
    /// Who.
    pub peer: Peer,
    /// Noted present by a coordinator.
    pub present: bool,
    /// Seen by a crew phone, and nobody decided yet.
    pub seen: bool,
    /// Was to come.
    pub expected: bool,
}

impl Sheet {
    /// Reads it all.
    pub async fn load(app: &App, caller: &Caller, id: OutingId) -> Result<Self, Problem> {
        let programme = caller.programme;
        let mut tx = app.db.write().await?;
        let outing = get(&mut tx, caller, id).await?;
        let settings = programmes::settings(&mut tx, programme).await?;
        let sums = facts::store::pickup_sums(&mut tx, programme, id).await?;
        let estimated = estimated_syringes(&sums);
        let summary = summary::from_sums(&mut tx, programme, id, sums).await?;
        let places = places_of(&mut tx, app, caller, id, &summary, &estimated).await?;
        let all = people::store::all(&mut tx, programme).await?;
        let expected = outings::crew(&mut tx, programme, id).await?;
        let people = people_of(all, &summary, &expected);
        let phones = phones(&mut tx, programme, id).await?;
        let missing = missing_now(&mut tx, programme, &settings, &outing).await?;
        let accesses = outings::accesses(&mut tx, programme, id).await?;
        let colleagues = outings::colleagues(&mut tx, programme).await?;
        let repeated_until = match outing.series {
            Some(series) => series_store::until(&mut tx, programme, series).await?,
            None => None,
        };
        let review = review::of(&mut tx, programme, id).await?;
        let revisions = revisions::shown(&mut tx, app, caller, id).await?;
        let words_ended = seal::ended_at(&mut tx, programme, Scope::Outing(id)).await?;
        let waiting = match outing.state {
            OutingState::Closed => revisions::store::waiting(&mut tx, programme, id).await?,
            _ => Vec::new(),
        };
        let hands_over = allowances::life::may_pay(&mut tx, &settings, caller).await?;
        tx.commit().await?;
        let code = shown_code(app, programme, &outing).filter(|_| outing.state.may_be_joined());
        Ok(Self {
            settings,
            places,
            summary,
            people,
            phones,
            code,
            outing,
            missing,
            accesses,
            crew: expected,
            colleagues,
            repeated_until,
            review,
            revisions,
            words_ended,
            waiting,
            hands_over,
            now: app.now(),
            own_code: None,
            refusal: None,
        })
    }

    /// The civil day where the programme is.
    pub fn today(&self) -> Day {
        local_day(&self.settings, self.now)
    }

    /// Is it under way?
    pub fn is_open(&self) -> bool {
        self.outing.state == OutingState::Open
    }

    /// Syringes of the whole outing.
    pub fn syringes(&self) -> i64 {
        of_item(&self.summary.totals, Item::Syringe)
    }

    /// Of these, how many were estimated.
    pub fn estimated(&self) -> i64 {
        self.places.iter().map(|it| it.estimated).sum()
    }

    /// Who is noted present.
    pub fn present(&self) -> Vec<&Person> {
        self.people.iter().filter(|it| it.present).collect()
    }

    /// What the presences are worth, at the rate of the outing's day.
    pub fn amount(&self) -> Cents {
        let rate = self.settings.rates.amount_on(self.outing.day);
        self.summary.presences.iter().map(|_| rate).sum()
    }

    /// Straight lines from place to place, in metres: the walk is a little longer.
    pub fn walk_m(&self) -> f64 {
        let planned = self.places.iter().filter(|it| it.on_plan);
        let points: Vec<_> = planned
            .filter_map(|it| Some(it.site.as_ref()?.at))
            .collect();
        points.windows(2).map(|it| it[0].distance_m(it[1])).sum()
    }

    /// Places of the plan, and how many of them have something noted.
    pub fn done(&self) -> (usize, usize) {
        let planned = self.places.iter().filter(|it| it.on_plan);
        let (mut all, mut done) = (0, 0);
        for place in planned {
            all += 1;
            done += usize::from(place.picked.is_some());
        }
        (done, all)
    }
}

/// How many of one item.
pub fn of_item(totals: &BTreeMap<String, i64>, item: Item) -> i64 {
    totals.get(item.code()).copied().unwrap_or(0)
}

async fn places_of(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: OutingId,
    summary: &Summary,
    estimated: &HashMap<Option<SiteId>, i64>,
) -> Result<Vec<Place>, Problem> {
    let about = |site: Option<SiteId>| estimated.get(&site).copied().unwrap_or(0);
    let picked = |site: Option<SiteId>| summary.by_site.iter().find(|it| it.site == site).cloned();
    let planned = sites::of_outing_for_coordinator(tx, app, caller, id).await?;
    let known: BTreeSet<SiteId> = planned.iter().map(|it| it.id).collect();
    let place = |site: CoordinatorSite, on_plan| Place {
        picked: picked(Some(site.id)),
        estimated: about(Some(site.id)),
        site: Some(site),
        on_plan,
    };
    let mut places: Vec<Place> = planned.into_iter().map(|it| place(it, true)).collect();
    let beside: BTreeSet<SiteId> = summary.by_site.iter().filter_map(|it| it.site).collect();
    let beside: BTreeSet<SiteId> = beside.difference(&known).copied().collect();
    for site in sites_by_id(tx, app, caller, &beside).await? {
        places.push(place(site, false));
    }
    if let Some(here) = picked(None) {
        places.push(Place {
            site: None,
            on_plan: false,
            picked: Some(here),
            estimated: about(None),
        });
    }
    Ok(places)
}

/// Estimated syringes by place: the summary's own number holds every kind of item.
fn estimated_syringes(sums: &[PickupSum]) -> HashMap<Option<SiteId>, i64> {
    let syringes = sums
        .iter()
        .filter(|it| it.item == Item::Syringe.code() && it.method == Method::Estimated.code());
    syringes
        .map(|it| (it.site_id.map(SiteId), it.total))
        .collect()
}

/// Sites that are not on the plan: only these are opened.
async fn sites_by_id(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    wanted: &BTreeSet<SiteId>,
) -> Result<Vec<CoordinatorSite>, Problem> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let atlas = app.atlases.of(tx, caller.programme).await?;
    let public = atlas.sites.iter().filter(|it| wanted.contains(&it.id));
    let mut found: Vec<CoordinatorSite> = public
        .map(|it| sites::from_public(CitySite::clone(it)))
        .collect();
    let ids: Vec<SiteId> = wanted.iter().copied().collect();
    let sealed = discreet_among(tx, caller.programme, &ids).await?;
    found.append(&mut sites::open(tx, app, caller, Action::SitesShown, sealed).await?);
    Ok(found)
}

/// Who was to come first, then everybody else, each by pseudonym.
fn people_of(peers: Vec<Peer>, summary: &Summary, crew: &Crew) -> Vec<Person> {
    let mut people: Vec<Person> = peers
        .into_iter()
        .map(|peer| Person {
            present: summary.presences.contains(&peer.id),
            seen: summary.suggested.contains(&peer.id),
            expected: crew.peers.contains(&peer.id),
            peer,
        })
        .collect();
    let collator = crate::export::collate::french();
    people.sort_by(|a, b| {
        b.expected
            .cmp(&a.expected)
            .then_with(|| collator.compare(&a.peer.pseudonym, &b.peer.pseudonym))
    });
    people
}

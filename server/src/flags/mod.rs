//! Flags: what the city's agents see in public space, and what becomes of it.
//!
//! An agent's sighting at a point makes a public site at once; at a site, it says « c’est le même ».
//! Discreet places do not exist in this room: every query joins a public site.

pub mod api;
mod export;
pub mod pages;
pub mod photos;
pub mod store;

use crate::access::{Action, Caller, Opening, Role, Scope};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::sites;
use crate::sites::atlas::Atlas;
use crate::sites::store::{CitySite, NewSite};
use domain::fact::{Kind, PickupPlace, Sighting, Urgency};
use domain::place::SiteState;
use domain::{
    AccountId, Day, Fact, FactId, Instant, Nature, Position, ProgrammeId, Settings, SiteId,
};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::{DeedRow, NewPhoto, SightingRow};
use uuid::Uuid;
use words::desk::flags as say;

/// What may be flagged: its code in a `sighting`, and the word on the screen.
pub const CATEGORIES: [(&str, &str); 4] = [
    ("syringe", say::CATEGORY_SYRINGE),
    ("syringes", say::CATEGORY_SYRINGES),
    ("box", say::CATEGORY_BOX),
    ("other", say::CATEGORY_OTHER),
];

/// The word for a category; a code of another version is something else that is dangerous.
pub fn category_label(code: &str) -> &'static str {
    let known = CATEGORIES.iter().find(|(it, _)| *it == code);
    known.map_or(CATEGORIES[3].1, |(_, label)| label)
}

/// The point of a sighting that makes a public site: only an agent's does.
pub fn point_of(role: Role, kind: &Kind) -> Option<(&Sighting, Position)> {
    match kind {
        Kind::Sighting(sighting) if role == Role::Agent => match sighting.place {
            PickupPlace::Here { at, .. } => Some((sighting, at)),
            _ => None,
        },
        _ => None,
    }
}

/// Makes the public site of a sighting. Its id follows from the fact's: sent twice, it is one site.
pub async fn make_site(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    flag: FactId,
    (sighting, at): (&Sighting, Position),
) -> Result<SiteId, Problem> {
    let id = site_id(app, programme, flag);
    let settings = crate::programmes::settings(tx, programme).await?;
    let quarter = sites::quarters::of_point(tx, programme, at).await?;
    let names = sites::quarters::store::names(tx, programme).await?;
    let place = quarter.as_ref().and_then(|id| names.get(id));
    let place = place.unwrap_or(&settings.town);
    let new = NewSite {
        id,
        nature: Nature::Public,
        origin: "city",
        open: Some((
            format!("{} · {place}", category_label(&sighting.category)),
            at,
        )),
        sealed: None,
        cell: None,
        residents_agree: None,
    };
    if sites::store::insert(tx, programme, new, app.now()).await? {
        store::set_made_by(tx, programme, id, flag, quarter).await?;
    }
    Ok(id)
}

fn site_id(app: &App, programme: ProgrammeId, flag: FactId) -> SiteId {
    let name = format!("{programme}/{flag}");
    let mac = app.keys.mac("site of a flag", name.as_bytes());
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(mac) {
        *byte = from;
    }
    SiteId(Uuid::new_v8(bytes))
}

/// Under whose key the words of a fact are sealed: a city's flag speaks of its site.
pub fn scope_of(role: Role, fact: &Fact, site: Option<SiteId>, now: Instant) -> Scope {
    match (fact.outing, site) {
        (Some(outing), _) => Scope::Outing(outing),
        (None, Some(site)) if role == Role::Agent => Scope::Site(site),
        (None, _) => Scope::Loose(now),
    }
}

/// A picture to be kept, but for its bytes.
pub fn new_photo(id: FactId, target: FactId, sender: Uuid, now: Instant) -> NewPhoto {
    NewPhoto {
        id,
        target,
        sender: AccountId(sender),
        received_at: now,
        sealed: Vec::new(),
    }
}

/// A flag, and what became of it.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The sighting.
    pub id: FactId,
    /// The account that flagged.
    pub sender: Option<AccountId>,
    /// When.
    pub at: Instant,
    /// Code of what was seen.
    pub category: String,
    /// Today, rather than with the next outing.
    pub urgent: bool,
    /// Children come there.
    pub near_children: bool,
    /// How many were seen.
    pub count: Option<i64>,
    /// The public site it is about now.
    pub site: SiteId,
    /// Its title.
    pub title: String,
    /// The name of its quarter.
    pub quarter: Option<String>,
    /// Where the site stands now.
    pub state: SiteState,
    /// The next outing that goes there.
    pub planned_on: Option<Day>,
    /// The first time it was done after the flag.
    pub done_at: Option<Instant>,
    /// That time it was the city itself.
    pub by_city: bool,
    /// How many were picked up there since.
    pub picked_up: i64,
}

impl Flag {
    /// Nothing was done about it yet.
    pub fn is_open(&self) -> bool {
        self.done_at.is_none()
    }
}

/// The data of a sighting, as it is kept.
#[derive(Deserialize)]
struct Data {
    category: String,
    urgency: String,
    #[serde(default)]
    near_children: bool,
    /// It has a note, which is sealed.
    #[serde(default)]
    note: bool,
}

impl Data {
    fn read(text: &str) -> Result<Self, Problem> {
        serde_json::from_str(text).map_err(|e| Problem::internal(format!("sighting: {e}")))
    }
}

/// All that the city flagged and what became of it, with the public sites of the programme.
pub struct Book {
    /// Newest first.
    pub flags: Vec<Flag>,
    /// The public sites of the programme.
    pub atlas: Arc<Atlas>,
    /// What the city picked up itself: site, when, how many.
    pub own_pickups: Vec<(Option<String>, Instant, i64)>,
}

/// Reads the book of the city's flags.
pub async fn book(tx: &mut Tx, app: &App, programme: ProgrammeId) -> Result<Book, Problem> {
    let atlas = app.atlases.of(tx, programme).await?;
    let quarters = sites::quarters::store::names(tx, programme).await?;
    let planned = store::planned_days(tx, programme).await?;
    let deeds = store::deeds(tx, programme).await?;
    let sites = atlas.sites.iter().map(Arc::as_ref);
    let by_id: HashMap<SiteId, &CitySite> = sites.map(|it| (it.id, it)).collect();
    let quarter_of = |site: &CitySite| {
        let id = site.about.quarter.as_ref();
        id.and_then(|id| quarters.get(id)).cloned()
    };
    let own_pickups = deeds.iter().filter(|it| it.by_city).map(|it| {
        let site = by_id.get(&SiteId(it.site_id));
        let quarter = site.and_then(|site| quarter_of(site));
        (quarter, Instant::from_ms(it.at), it.count)
    });
    let own_pickups = own_pickups.collect();
    let mut by_site: HashMap<SiteId, Vec<&DeedRow>> = HashMap::new();
    for deed in &deeds {
        by_site.entry(SiteId(deed.site_id)).or_default().push(deed);
    }
    let mut flags = Vec::new();
    for row in store::sightings(tx, programme).await? {
        let Some(site) = by_id.get(&SiteId(row.site_id)) else {
            continue;
        };
        let deeds = by_site.get(&site.id).map_or(&[][..], Vec::as_slice);
        let mut flag = read_flag(row, site, deeds)?;
        flag.quarter = quarter_of(site);
        flag.planned_on = planned.get(&site.id).copied();
        flags.push(flag);
    }
    Ok(Book {
        flags,
        atlas,
        own_pickups,
    })
}

/// Of what the city flagged, what nobody did yet, newest first: as [`book`] tells it, and read from
/// what is kept about each site.
pub async fn waiting(tx: &mut Tx, app: &App, programme: ProgrammeId) -> Result<Vec<Flag>, Problem> {
    let rows = store::waiting(tx, programme).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let atlas = app.atlases.of(tx, programme).await?;
    let by_id: HashMap<SiteId, &Arc<CitySite>> = atlas.sites.iter().map(|it| (it.id, it)).collect();
    let quarters = sites::quarters::store::names(tx, programme).await?;
    let planned = store::planned_days(tx, programme).await?;
    let mut flags = Vec::new();
    for row in rows {
        let Some(site) = by_id.get(&SiteId(row.site_id)) else {
            continue;
        };
        let mut flag = read_flag(row, site, &[])?;
        let quarter = site.about.quarter.as_ref();
        flag.quarter = quarter.and_then(|id| quarters.get(id)).cloned();
        flag.planned_on = planned.get(&site.id).copied();
        flags.push(flag);
    }
    Ok(flags)
}

/// How many places these flags are about, and how many of them are urgent.
pub fn places_of(flags: &[Flag]) -> (usize, usize) {
    let all: HashSet<SiteId> = flags.iter().map(|it| it.site).collect();
    let urgent = flags.iter().filter(|it| it.urgent).map(|it| it.site);
    (all.len(), urgent.collect::<HashSet<_>>().len())
}

fn read_flag(row: SightingRow, site: &CitySite, deeds: &[&DeedRow]) -> Result<Flag, Problem> {
    let data = Data::read(&row.data)?;
    // As the site's state says it: what was seen at the very moment it was done was picked up.
    let since = || deeds.iter().filter(|it| it.at >= row.at);
    Ok(Flag {
        id: FactId(row.id),
        sender: row.sender_id.map(AccountId),
        at: Instant::from_ms(row.at),
        urgent: data.urgency == Urgency::Urgent.code(),
        near_children: data.near_children,
        category: data.category,
        count: row.count,
        site: site.id,
        title: site.title.clone(),
        quarter: None,
        state: site.state,
        planned_on: None,
        done_at: since().next().map(|it| Instant::from_ms(it.at)),
        by_city: since().next().is_some_and(|it| it.by_city),
        picked_up: since().map(|it| it.count).sum(),
    })
}

/// The day a site was last seen or done; of one that nobody spoke of yet, the day it was made.
pub fn since(settings: &Settings, site: &CitySite, now: Instant) -> Day {
    let latest = site.visits.seen_at.max(site.visits.done_at);
    let latest = latest.or(site.about.created_at).unwrap_or(now);
    local_day(settings, latest)
}

/// What the flags about a public site say in words, opened: for agents, whose words they are, and
/// for coordinators. The journal names the site; without a note nothing is opened.
pub async fn notes(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    site: SiteId,
) -> Result<HashMap<FactId, String>, Problem> {
    let mut rows = Vec::new();
    for row in store::notes(tx, caller.programme, site).await? {
        if Data::read(&row.data)?.note {
            rows.push(row);
        }
    }
    let mut named: Vec<Scope> = rows.iter().map(|it| it.sealed.scope()).collect();
    named.dedup();
    let (programme, actor, now) = (caller.programme, caller.actor(), app.now());
    let action = Action::FlagsShown;
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
    let mut notes = HashMap::new();
    for row in rows {
        let secret = opening.open(tx, &row.sealed).await?;
        if let Some(words) = secret.words {
            notes.insert(row.flag, words);
        }
    }
    Ok(notes)
}

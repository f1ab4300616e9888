//! Outings of the past, from a spreadsheet: one line per outing, or per place of an outing.
//!
//! They come in closed, with their facts. No line of money is made: what was due then was paid
//! then, outside this server.

use super::sites::site_name;
use super::table::{self, Column, Line};
use super::{
    Job, Refused, Report, Trouble, all_right, cell, end, id_of, none_wrong, report_on, store,
};
use crate::access::Role;
use crate::app::{App, local_day, start_of_day};
use crate::db::Tx;
use crate::facts::content_mac;
use crate::facts::store::{Columns, NewFact, insert as insert_fact};
use crate::outings::store::{Plan, find, insert, set_sites};
use crate::programmes;
use domain::fact::{Count, Item, Method, Pickup, PickupPlace};
use domain::limits::{COUNT_MAX, SITES_PER_OUTING_MAX};
use domain::people::Title;
use domain::{Day, DeviceId, Fact, FactId, Instant, Kind, OutingId, PeerId, Settings, SiteId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Peers of one outing.
const PEERS_MAX: u32 = 200;
/// Items of one line: a box holds some hundreds.
const ITEMS_MAX: u32 = 50_000;
/// An outing whose hour nobody wrote down was at noon.
const NOON: (u8, u8) = (12, 0);

const REF: usize = 0;
const DATE: usize = 1;
const HOUR: usize = 2;
const MEETING: usize = 3;
const PEERS: usize = 4;
const PSEUDONYMS: usize = 5;
const PLACE: usize = 6;
const ITEM: usize = 7;
const COUNT: usize = 8;
const METHOD: usize = 9;

pub(super) const COLUMNS: &[Column] = &[
    Column {
        name: "ref",
        also: &["id", "reference"],
        needed: false,
    },
    Column {
        name: "date",
        also: &["jour", "day"],
        needed: true,
    },
    Column {
        name: "heure",
        also: &["horaire", "time"],
        needed: false,
    },
    Column {
        name: "rendez-vous",
        also: &["meeting point"],
        needed: false,
    },
    Column {
        name: "pairs",
        also: &["nombre de pairs", "peers"],
        needed: false,
    },
    Column {
        name: "pseudonymes",
        also: &["pseudonyme", "pseudonyms"],
        needed: false,
    },
    Column {
        name: "lieu",
        also: &["site", "place"],
        needed: false,
    },
    Column {
        name: "objet",
        also: &["item"],
        needed: false,
    },
    Column {
        name: "nombre",
        also: &["quantite", "count"],
        needed: true,
    },
    Column {
        name: "méthode",
        also: &["method"],
        needed: false,
    },
];

/// What a file may name, read once.
struct World {
    settings: Settings,
    today: Day,
    device: DeviceId,
    sites: BTreeSet<Uuid>,
    /// By folded title; none when two are called so.
    titles: HashMap<String, Option<Uuid>>,
    /// By folded pseudonym; none when two are called so.
    peers: HashMap<String, Option<Uuid>>,
    days: BTreeMap<String, Vec<Uuid>>,
}

/// A line that is right.
struct Known {
    line: u64,
    /// Its `ref`, else its day.
    name: String,
    has_ref: bool,
    day: Day,
    hour: Option<(u8, u8)>,
    meeting_point: Option<String>,
    peers: Option<u32>,
    who: Vec<PeerId>,
    pickup: Option<Found>,
}

/// What was picked up at one place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    site: Option<SiteId>,
    item: Item,
    method: Method,
    count: u32,
}

/// An outing, its lines put together.
struct Past {
    lines: Vec<u64>,
    name: String,
    has_ref: bool,
    day: Day,
    hour: Option<(u8, u8)>,
    meeting_point: Option<String>,
    peers: Option<u32>,
    who: BTreeSet<PeerId>,
    found: Vec<Found>,
}

/// Brings outings in, all or none.
pub async fn import(app: &App, job: &Job<'_>) -> Result<Report, Refused> {
    let table = table::read(job.bytes, COLUMNS)?;
    let mut report = report_on(&table);
    let mut tx = app.db.write().await?;
    let world = World::read(&mut tx, app, job).await?;
    let known = all_right(table.lines.iter().map(|line| world.line(app, job, line)))?;
    let all = put_together(known)?;
    let mut wrong = Vec::new();
    for past in &all {
        match bring(&mut tx, app, job, &world, past).await? {
            Ok(new) => {
                let said = if new {
                    "new outing"
                } else {
                    "there already, left as it is"
                };
                report
                    .lines
                    .extend(past.lines.iter().map(|line| (*line, said)));
                report.new += usize::from(new);
                report.there += usize::from(!new);
            }
            Err(trouble) => wrong.push(trouble),
        }
    }
    none_wrong(wrong)?;
    report.lines.sort_unstable();
    end(tx, app, job, "outings", &report).await?;
    Ok(report)
}

impl World {
    async fn read(tx: &mut Tx, app: &App, job: &Job<'_>) -> Result<Self, Refused> {
        let programme = job.programme;
        let settings = programmes::settings(tx, programme).await?;
        Ok(Self {
            today: local_day(&settings, app.now()),
            settings,
            device: DeviceId(id_of(app, programme, "device", "")),
            sites: store::site_ids(tx, programme).await?,
            titles: by_name(store::public_titles(tx, programme).await?),
            peers: by_name(store::pseudonyms(tx, programme).await?),
            days: store::days(tx, programme).await?,
        })
    }

    fn line(&self, app: &App, job: &Job<'_>, line: &Line) -> Result<Known, Trouble> {
        let day = cell::day(line.need(DATE)?).map_err(|why| line.trouble(DATE, why))?;
        if day > self.today {
            return Err(line.trouble(DATE, "in the future: only what is over is imported"));
        }
        let meeting = line.read(MEETING, |text| {
            Title::new("meeting_point", text).map_err(|e| cell::refusal(&e))
        })?;
        let (peers, who) = (
            line.read(PEERS, |text| cell::whole(text, PEERS_MAX))?,
            self.who(line)?,
        );
        if peers.is_some_and(|peers| (peers as usize) < who.len()) {
            return Err(line.trouble(PEERS, "fewer than the pseudonyms of this line"));
        }
        Ok(Known {
            line: line.number,
            name: line
                .get(REF)
                .map_or_else(|| day.to_string(), |text| format!("ref:{text}")),
            has_ref: line.get(REF).is_some(),
            day,
            hour: line.read(HOUR, cell::hour)?,
            meeting_point: meeting.map(|it| it.as_str().to_owned()),
            peers,
            who,
            pickup: self.found(app, job, line)?,
        })
    }

    /// The peers a line names: all of them known here, or the line is wrong.
    fn who(&self, line: &Line) -> Result<Vec<PeerId>, Trouble> {
        let text = line.get(PSEUDONYMS).unwrap_or("");
        let names = text
            .split(['/', '|'])
            .map(cell::folded)
            .filter(|it| !it.is_empty());
        names
            .map(|name| match self.peers.get(&name) {
                Some(Some(id)) => Ok(PeerId(*id)),
                Some(None) => Err(line.trouble(PSEUDONYMS, "two people are called so")),
                None => Err(line.trouble(PSEUDONYMS, "nobody of the team is called so")),
            })
            .collect()
    }

    fn found(&self, app: &App, job: &Job<'_>, line: &Line) -> Result<Option<Found>, Trouble> {
        let site = match line.get(PLACE) {
            None => None,
            Some(text) => Some(self.site(app, job, line, text)?),
        };
        let item = line.read(ITEM, |text| {
            choice(text, Item::ALL, Item::code, Item::label)
        })?;
        let method = line.read(METHOD, |text| {
            choice(text, Method::ALL, Method::code, Method::label)
        })?;
        let count = line.read(COUNT, |text| cell::whole(text, ITEMS_MAX))?;
        Ok(count.map(|count| Found {
            site,
            item: item.unwrap_or(Item::Syringe),
            // A total of the past that nobody calls counted was not.
            method: method.unwrap_or(Method::Estimated),
            count,
        }))
    }

    /// A site by the reference it was imported with, by its id, or a public one by its title.
    /// Titles of discreet sites stay sealed.
    fn site(&self, app: &App, job: &Job<'_>, line: &Line, text: &str) -> Result<SiteId, Trouble> {
        let imported = id_of(app, job.programme, "site", &site_name(text));
        let named = [Some(imported), Uuid::parse_str(text).ok()];
        if let Some(id) = named
            .into_iter()
            .flatten()
            .find(|id| self.sites.contains(id))
        {
            return Ok(SiteId(id));
        }
        match self.titles.get(&cell::folded(text)) {
            Some(Some(id)) => Ok(SiteId(*id)),
            Some(None) => Err(line.trouble(PLACE, "two public sites are called so: give the ref")),
            None => Err(line.trouble(
                PLACE,
                "no ref of an imported site, and no title of a public one",
            )),
        }
    }
}

fn by_name(all: Vec<(Uuid, String)>) -> HashMap<String, Option<Uuid>> {
    let mut names = HashMap::new();
    for (id, name) in all {
        names
            .entry(cell::folded(&name))
            .and_modify(|it| *it = None)
            .or_insert(Some(id));
    }
    names
}

/// One of a few words, in French or by its code.
fn choice<T: Copy>(
    text: &str,
    all: &[T],
    code: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
) -> Result<T, String> {
    let typed = cell::folded(text);
    let typed = typed.strip_suffix('s').unwrap_or(&typed);
    let is_it = |it: &&T| typed == code(**it) || typed == cell::folded(label(**it));
    all.iter().find(is_it).copied().ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|it| label(*it)).collect();
        format!("write one of: {}", words.join(", "))
    })
}

/// Lines of one outing must agree; what is said once holds for all of them.
fn put_together(known: Vec<Known>) -> Result<Vec<Past>, Refused> {
    let (mut all, mut wrong): (Vec<Past>, Vec<Trouble>) = (Vec::new(), Vec::new());
    let mut places: HashMap<String, usize> = HashMap::new();
    for line in known {
        match places.get(&line.name) {
            Some(at) => {
                if let Err(trouble) = all[*at].add(line) {
                    wrong.push(trouble);
                }
            }
            None => {
                places.insert(line.name.clone(), all.len());
                all.push(Past::from(line));
            }
        }
    }
    none_wrong(wrong)?;
    Ok(all)
}

impl From<Known> for Past {
    fn from(line: Known) -> Self {
        Self {
            lines: vec![line.line],
            name: line.name,
            has_ref: line.has_ref,
            day: line.day,
            hour: line.hour,
            meeting_point: line.meeting_point,
            peers: line.peers,
            who: line.who.into_iter().collect(),
            found: line.pickup.into_iter().collect(),
        }
    }
}

impl Past {
    fn add(&mut self, line: Known) -> Result<(), Trouble> {
        let first = self.lines[0];
        let differs = |column: usize| Trouble {
            line: line.line,
            column: COLUMNS[column].name,
            why: format!("not what line {first} says of the same outing"),
        };
        if line.day != self.day {
            return Err(differs(DATE));
        }
        agreed(&mut self.hour, line.hour).map_err(|()| differs(HOUR))?;
        agreed(&mut self.meeting_point, line.meeting_point).map_err(|()| differs(MEETING))?;
        agreed(&mut self.peers, line.peers).map_err(|()| differs(PEERS))?;
        self.lines.push(line.line);
        self.who.extend(line.who);
        self.found.extend(line.pickup);
        Ok(())
    }

    fn id(&self, app: &App, job: &Job<'_>) -> OutingId {
        OutingId(id_of(app, job.programme, "outing", &self.name))
    }

    fn plan(&self) -> Plan {
        Plan {
            day: self.day,
            starts_at: self
                .hour
                .map(|(hour, minute)| format!("{hour:02}:{minute:02}")),
            meeting_point: self.meeting_point.clone(),
        }
    }

    fn at(&self, settings: &Settings) -> Instant {
        let (hour, minute) = self.hour.unwrap_or(NOON);
        let minutes = i64::from(hour) * 60 + i64::from(minute);
        start_of_day(settings, self.day).plus_ms(minutes * 60_000)
    }

    /// How many peers were there, as far as anybody knows.
    fn peers(&self) -> Option<u32> {
        let named = u32::try_from(self.who.len()).ok().filter(|n| *n > 0);
        self.peers.max(named)
    }

    /// The sites, in the order of the file.
    fn sites(&self) -> Vec<SiteId> {
        let mut sites: Vec<SiteId> = Vec::new();
        for site in self.found.iter().filter_map(|it| it.site) {
            if !sites.contains(&site) {
                sites.push(site);
            }
        }
        sites
    }

    /// What happened, as facts that the same file always makes the same.
    fn facts(&self, app: &App, job: &Job<'_>, world: &World) -> Result<Vec<Fact>, Refused> {
        let (outing, recorded_at) = (self.id(app, job), self.at(&world.settings));
        let mut facts = Vec::new();
        let mut keep = |name: String, kind: Kind| {
            let name = format!("{}/{name}", self.name);
            facts.push(Fact {
                id: FactId(id_of(app, job.programme, "fact", &name)),
                outing: Some(outing),
                device: world.device,
                seq: u32::try_from(facts.len()).unwrap_or(u32::MAX),
                recorded_at,
                kind,
            });
        };
        // In an order of their own: lines that changed places are the same lines.
        let mut found = self.found.clone();
        found.sort_unstable();
        let mut nth = 0u32;
        for it in found {
            let mut left = it.count;
            while left > 0 {
                let count = left.min(COUNT_MAX);
                left -= count;
                nth += 1;
                let count = Count::new(count).map_err(|e| e.to_string())?;
                let place = it.site.map_or(PickupPlace::Nowhere, PickupPlace::Site);
                let pickup = Pickup {
                    place,
                    item: it.item,
                    count,
                    method: it.method,
                };
                keep(format!("pickup/{nth}"), Kind::Pickup(pickup));
            }
        }
        for peer in &self.who {
            let kind = Kind::Presence {
                peer: *peer,
                present: true,
            };
            keep(format!("presence/{peer}"), kind);
        }
        Ok(facts)
    }
}

/// What two lines say of one thing: the same, or only one of them says it.
fn agreed<T: PartialEq>(known: &mut Option<T>, said: Option<T>) -> Result<(), ()> {
    match (&known, said) {
        (Some(known), Some(said)) if *known != said => Err(()),
        (None, said) => {
            *known = said;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Makes one outing, closed; or finds it there as it is in the file. Answers whether it is new.
async fn bring(
    tx: &mut Tx,
    app: &App,
    job: &Job<'_>,
    world: &World,
    past: &Past,
) -> Result<Result<bool, Trouble>, Refused> {
    let (programme, id) = (job.programme, past.id(app, job));
    let trouble = |column: usize, why: &str| Trouble {
        line: past.lines[0],
        column: COLUMNS[column].name,
        why: why.to_owned(),
    };
    let sites = past.sites();
    if sites.len() > SITES_PER_OUTING_MAX {
        return Ok(Err(trouble(PLACE, "too many places for one outing")));
    }
    let that_day = world.days.get(&past.day.to_string());
    let is_there = that_day.is_some_and(|ids| ids.contains(&id.0));
    if !past.has_ref && !is_there && that_day.is_some() {
        let why = "an outing of that day is there already: give this one a ref if it is another";
        return Ok(Err(trouble(DATE, why)));
    }
    let facts = past.facts(app, job, world)?;
    if !insert(tx, programme, id, &past.plan(), app.now()).await? {
        let same = is_as_imported(tx, app, job, world, past, &facts).await?;
        let why = "not what was imported before: an outing that is over never changes";
        return Ok(same.map_err(|column| trouble(column, why)).map(|()| false));
    }
    set_sites(tx, programme, id, &sites).await?;
    store::set_over(tx, programme, id, past.at(&world.settings), past.peers()).await?;
    for fact in facts {
        insert_fact(tx, programme, as_kept(app, fact)?).await?;
    }
    Ok(Ok(true))
}

/// Is the outing that is there the one of the file? Else, which column says another thing.
async fn is_as_imported(
    tx: &mut Tx,
    app: &App,
    job: &Job<'_>,
    world: &World,
    past: &Past,
    facts: &[Fact],
) -> Result<Result<(), usize>, Refused> {
    let (programme, id) = (job.programme, past.id(app, job));
    let there = find(tx, programme, id)
        .await?
        .ok_or("an outing disappeared")?;
    let plan = past.plan();
    let peers = store::peers_counted(tx, programme, id).await?;
    let kept = store::imported(tx, programme, id, world.device).await?;
    let mut here = BTreeMap::new();
    for fact in facts {
        here.insert(fact.id.0, mac_of(app, fact)?);
    }
    Ok(if there.day != plan.day {
        Err(DATE)
    } else if there.starts_at != plan.starts_at {
        Err(HOUR)
    } else if there.meeting_point != plan.meeting_point {
        Err(MEETING)
    } else if peers != past.peers().map(i64::from) {
        Err(PEERS)
    } else if kept != here {
        Err(COUNT)
    } else {
        Ok(())
    })
}

fn mac_of(app: &App, fact: &Fact) -> Result<Vec<u8>, Refused> {
    content_mac(app, &fact.to_json()).map_err(|problem| problem.detail.to_string().into())
}

/// A fact of the past: on time, because nobody knows better. Who was there is a coordinator's word.
fn as_kept(app: &App, fact: Fact) -> Result<NewFact, Refused> {
    let columns = match &fact.kind {
        Kind::Pickup(it) => Columns {
            site: match it.place {
                PickupPlace::Site(site) => Some(site),
                _ => None,
            },
            item: Some(it.item.code()),
            method: Some(it.method.code()),
            count: Some(it.count.get()),
            ..Columns::default()
        },
        Kind::Presence { peer, present } => Columns {
            peer: Some(*peer),
            present: Some(*present),
            ..Columns::default()
        },
        _ => Columns::default(),
    };
    let sender_role = match fact.kind {
        Kind::Presence { .. } => Role::Coordinator.as_str(),
        _ => "import",
    };
    Ok(NewFact {
        received_at: app.now(),
        sender_role,
        sender_id: None,
        sender_ahead_ms: None,
        handed_in_by: None,
        early: false,
        late: false,
        time_to_check: false,
        columns,
        data: "{}".into(),
        sealed: None,
        content_mac: mac_of(app, &fact)?,
        fact,
    })
}

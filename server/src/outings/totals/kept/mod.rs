//! Totals that facts keep as they come: what an outing picked up, what outings came to by month,
//! what was done at each place, what the city may be told.
//!
//! None of it is the truth: it follows from facts, voids, decisions, presences and closings, and
//! can be made again ([`rebuild`]) and compared ([`differences`]). Only what was told once stays as
//! it was told. It is worked out before a transaction ends, with what is kept about sites
//! ([`crate::sites::kept`]):
//!
//! - A new pickup or tally is added where it belongs, unless a void of it is there already: it may
//!   come first. Phones that only add hold the programme's turn for sharing, and add to parts of
//!   their own.
//! - A void takes its target away once: when its target was there before this transaction, and no
//!   earlier void took it. Whoever voids or decides holds the turn alone, so that it sees every
//!   pickup that was added, and every later pickup sees it.
//! - After a decision about an « ici », its outing is counted again, and it waits no more.
//! - What follows from closed outings is worked out again for the outings and places concerned.

pub mod store;

use crate::app::{local_day, start_of_day};
use crate::db::{AMONG_MAX, DbError, Tx};
use crate::facts::store::NewFact;
use crate::outings::revisions;
use crate::programmes;
use domain::totals::{MonthSums, Told, told};
use domain::{Day, FactId, Instant, OutingId, ProgrammeId, Settings, SiteId};
use std::collections::{BTreeMap, BTreeSet};
use store::{Came, Closed, IN_PUBLIC, Line, MonthSum, NOWHERE};
use uuid::Uuid;

/// An outing that nobody ended in time lasts no longer than this, in minutes.
const OUTING_MINUTES_MAX: i64 = 6 * 60;
/// More outings than this are quicker done all at once, with everything of the programme.
const ONE_BY_ONE_MAX: usize = 200;
/// Phones that add at the same time share so many rows of each sum.
const PARTS: u8 = 8;
/// A month is written down as told once nobody can still be closing an outing in it.
const TOLD_AFTER_MS: i64 = domain::time::DAY_MS;

/// What a transaction did to sums.
#[derive(Debug, Default)]
pub struct Marks {
    added: BTreeSet<FactId>,
    /// Pickups that named no site.
    heres: BTreeSet<FactId>,
    /// What came early, late, or at an absurd time.
    to_look_at: BTreeSet<FactId>,
    /// By what they take back.
    voids: BTreeMap<FactId, BTreeSet<FactId>>,
    /// Where these were is said anew.
    moved: BTreeSet<FactId>,
    /// Closed outings that picked something up.
    late: BTreeSet<OutingId>,
    /// The part that sums are added to.
    part: u8,
}

/// What a new fact does to sums.
#[derive(Clone, Copy, Debug)]
pub struct OfFact {
    id: FactId,
    counts: bool,
    is_here: bool,
    to_look_at: bool,
    takes_back: Option<FactId>,
    late_pickup_of: Option<OutingId>,
    part: u8,
}

impl OfFact {
    /// Of a fact that is to be inserted.
    pub fn new(it: &NewFact) -> Self {
        let kind = it.fact.kind.name();
        let outing = it.fact.outing;
        let is_void = kind == "void";
        Self {
            id: it.fact.id,
            counts: outing.is_some() && matches!(kind, "pickup" | "tally"),
            is_here: kind == "pickup" && it.columns.site.is_none(),
            to_look_at: outing.is_some() && (it.early || it.late || it.time_to_check),
            takes_back: it.columns.target.filter(|_| is_void),
            late_pickup_of: outing.filter(|_| it.late && kind == "pickup"),
            part: it.fact.device.0.as_bytes()[15] % PARTS,
        }
    }
}

impl Marks {
    /// A fact was inserted.
    pub fn note(&mut self, it: OfFact) {
        for (is_one, of_its_kind) in [
            (it.counts, &mut self.added),
            (it.is_here, &mut self.heres),
            (it.to_look_at, &mut self.to_look_at),
        ] {
            if is_one {
                of_its_kind.insert(it.id);
                self.part = it.part;
            }
        }
        if let Some(target) = it.takes_back {
            self.voids.entry(target).or_default().insert(it.id);
        }
        self.late.extend(it.late_pickup_of);
    }

    /// A coordinator said where a fact was.
    pub fn note_moved(&mut self, fact: FactId) {
        self.moved.insert(fact);
    }

    /// Does nothing of it need anybody to wait?
    pub fn only_adds(&self) -> bool {
        let sets = [&self.added, &self.heres, &self.to_look_at];
        self.voids.is_empty()
            && self.moved.is_empty()
            && self.late.is_empty()
            && sets.iter().all(|it| it.len() <= AMONG_MAX)
    }

    /// Is there nothing at all?
    pub fn is_empty(&self) -> bool {
        let sets = [&self.added, &self.heres, &self.to_look_at];
        sets.iter().all(|it| it.is_empty()) && self.only_adds()
    }

    /// Closed outings that picked something up.
    pub fn late(&self) -> &BTreeSet<OutingId> {
        &self.late
    }
}

/// Brings the sums of outings up to what was inserted. The turn is held: for sharing, if what was
/// marked only adds.
pub async fn settle(tx: &mut Tx, programme: ProgrammeId, marks: &Marks) -> Result<(), DbError> {
    let part = i64::from(marks.part);
    for some in ids(&marks.added).chunks(AMONG_MAX) {
        store::add(tx, programme, some, part).await?;
    }
    for some in ids(&marks.to_look_at).chunks(AMONG_MAX) {
        store::add_marks(tx, programme, some, part).await?;
    }
    for some in ids(&marks.heres).chunks(AMONG_MAX) {
        store::let_wait(tx, programme, some).await?;
    }
    let no_more = ids(marks.voids.keys().chain(&marks.moved));
    for some in no_more.chunks(AMONG_MAX) {
        store::end_wait(tx, programme, some).await?;
    }
    for (target, voids) in &marks.voids {
        // What was added just now was looked at with its voids.
        if !marks.added.contains(target) {
            store::take_back(tx, programme, *target, &ids(voids), part).await?;
        }
    }
    let mut again = BTreeSet::new();
    for fact in &marks.moved {
        again.extend(store::outing_of(tx, programme, *fact).await?);
    }
    for outing in again {
        store::count_again(tx, programme, outing).await?;
    }
    Ok(())
}

fn ids<'a>(facts: impl IntoIterator<Item = &'a FactId>) -> Vec<Uuid> {
    facts.into_iter().map(|it| it.0).collect()
}

/// What closed outings are concerned by, after sums are settled.
#[derive(Debug, Default)]
pub struct Concerned {
    /// Outings that ended, or whose people were corrected.
    pub outings: BTreeSet<OutingId>,
    /// Facts that were taken back, or whose place is said anew.
    pub facts: BTreeSet<FactId>,
    /// Outings that got more after they closed.
    pub late: BTreeSet<OutingId>,
    /// Sites that were touched in any way.
    pub sites: BTreeSet<SiteId>,
    /// Sites that were public and are not any more.
    pub hidden: BTreeSet<SiteId>,
}

/// Works out again what follows from closed outings. The turn is held alone.
pub async fn follow(
    tx: &mut Tx,
    programme: ProgrammeId,
    concerned: Concerned,
) -> Result<(), DbError> {
    let mut outings = concerned.outings.clone();
    outings.extend(concerned.late);
    for fact in &concerned.facts {
        outings.extend(store::outing_of(tx, programme, *fact).await?);
    }
    for site in &concerned.hidden {
        outings.extend(store::outings_of_site(tx, programme, *site).await?);
    }
    if outings.len() > ONE_BY_ONE_MAX {
        return follow_all(tx, programme).await;
    }
    let mut work = Work::default();
    for outing in outings {
        let Some(closed) = store::closed(tx, programme, outing).await? else {
            continue;
        };
        let came = came(tx, programme, outing, &closed).await?;
        store::keep_result(tx, programme, outing, came).await?;
        let mut sites = concerned.sites.clone();
        if concerned.outings.contains(&outing) {
            sites.extend(store::sites_of(tx, programme, outing).await?);
        }
        work.add(&closed, sites);
    }
    work.done(tx, programme).await
}

/// What is to be worked out again.
#[derive(Default)]
struct Work {
    /// First days of the months of outings.
    months: BTreeSet<Day>,
    places: BTreeSet<(Quarter, SiteId)>,
    /// When outings of this server closed.
    closings: Vec<Instant>,
}

impl Work {
    fn add(&mut self, closed: &Closed, sites: BTreeSet<SiteId>) {
        self.months.insert(Day(closed.day.0.first_of_month()));
        let quarter = Quarter::of(closed.day);
        let places = sites.into_iter().map(|site| (quarter, site));
        self.places.extend(places);
        if closed.by_us {
            self.closings.push(closed.closed_at);
        }
    }

    async fn done(self, tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
        for first in self.months {
            let last = Day(first.0.last_of_month());
            store::keep_month(tx, programme, (first, last)).await?;
        }
        for (quarter, site) in self.places {
            let (name, (first, last)) = (quarter.name(), quarter.days());
            store::keep_place(tx, programme, site, (&name, first, last)).await?;
        }
        let Some(latest) = self.closings.iter().max().copied() else {
            return Ok(());
        };
        let settings = programmes::settings(tx, programme).await?;
        let months = self.closings.iter().map(|at| month_of(&settings, *at));
        for month in months.collect::<BTreeSet<Day>>() {
            let within = instants_of(&settings, month);
            store::keep_month_sums(tx, programme, month, within).await?;
        }
        tell(tx, programme, &settings, latest).await
    }
}

/// Three months of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    year: i16,
    /// 1 to 4.
    rank: i8,
}

impl Quarter {
    /// The one that a day lies in.
    pub fn of(day: Day) -> Self {
        let (year, month) = (day.0.year(), day.0.month());
        Self {
            year,
            rank: (month + 2) / 3,
        }
    }

    /// Those of a year.
    pub fn all_of(year: i16) -> [Self; 4] {
        [1, 2, 3, 4].map(|rank| Self { year, rank })
    }

    /// As it is kept: `2026-4`.
    pub fn name(self) -> String {
        format!("{:04}-{}", self.year, self.rank)
    }

    /// Its place in the year, from 1.
    pub fn rank(self) -> i8 {
        self.rank
    }

    /// Its first and its last day.
    pub fn days(self) -> (Day, Day) {
        let month = |n| Day::new(self.year, n, 1).unwrap_or(Day(jiff::civil::Date::MAX));
        let last = month(self.rank * 3).0.last_of_month();
        (month(self.rank * 3 - 2), Day(last))
    }
}

/// What an outing that closed came to.
async fn came(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    closed: &Closed,
) -> Result<Came, DbError> {
    let marks = store::marks(tx, programme, outing).await?;
    let revised = revisions::store::revised(tx, programme, outing).await?;
    let present = revisions::corrected(domain::presence::confirmed(marks), &revised);
    let people = i64::try_from(present.len()).unwrap_or(i64::MAX);
    let opened_at = closed.opened_at.unwrap_or(closed.closed_at);
    let minutes = (closed.closed_at.as_ms() - opened_at.as_ms()) / 60_000;
    Ok(Came {
        day: closed.day,
        people,
        minutes: people * minutes.clamp(0, OUTING_MINUTES_MAX),
        syringes: store::syringes_in_public(tx, programme, outing).await?,
    })
}

/// The first day of the month of an instant, where the programme is.
pub fn month_of(settings: &Settings, at: Instant) -> Day {
    Day(local_day(settings, at).0.first_of_month())
}

/// From when to when a month is.
fn instants_of(settings: &Settings, month: Day) -> (Instant, Instant) {
    let next = Day(month.0.last_of_month()).plus_days(1);
    (start_of_day(settings, month), start_of_day(settings, next))
}

/// Writes down what the city may be told of the months before an instant.
async fn tell(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    at: Instant,
) -> Result<(), DbError> {
    let before = month_of(settings, at.plus_ms(-TOLD_AFTER_MS));
    for it in not_told_yet(tx, programme, settings, before).await? {
        store::insert_told(tx, programme, &it).await?;
    }
    Ok(())
}

/// What the city may be told of months before another, after those that were written down.
pub(super) async fn not_told_yet(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    before: Day,
) -> Result<Vec<Told>, DbError> {
    let last = store::last_told(tx, programme).await?;
    let after = last.unwrap_or(Day(jiff::civil::date(1, 1, 1)));
    let mut months: BTreeMap<Day, MonthSums> = BTreeMap::new();
    for it in store::month_sums_between(tx, programme, after, before).await? {
        let unreadable = |e: domain::Invalid| DbError::Unreadable(format!("month: {e}"));
        let month = it.month.parse().map_err(unreadable)?;
        let sums = months.entry(month).or_insert_with(|| MonthSums {
            month,
            total: 0,
            discreet: BTreeMap::new(),
            here: 0,
        });
        add(sums, settings, &it);
    }
    let months: Vec<MonthSums> = months.into_values().collect();
    Ok(told(&months, settings.small_cell_min))
}

fn add(sums: &mut MonthSums, settings: &Settings, it: &MonthSum) {
    sums.total += it.total;
    match it.place_id {
        NOWHERE => sums.here += it.total,
        // Declared public, or public all along, it is the city's to know.
        IN_PUBLIC => {}
        site => {
            // Duplicates that were found later do not change what was told.
            let (_, end) = instants_of(settings, sums.month);
            let known = it.merged_at.is_some_and(|at| at < end.as_ms());
            let place = it.merged_into.filter(|_| known).unwrap_or(site);
            *sums.discreet.entry(SiteId(place)).or_insert(0) += it.total;
        }
    }
}

/// Keeps everything anew, whatever was kept before; what was told stays told.
pub async fn rebuild(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    store::count_all(tx, programme).await?;
    store::let_all_wait(tx, programme).await?;
    follow_all(tx, programme).await
}

/// Works out again what follows from every closed outing.
async fn follow_all(tx: &mut Tx, programme: ProgrammeId) -> Result<(), DbError> {
    store::forget(tx, programme).await?;
    for outing in store::all_closed(tx, programme).await? {
        if let Some(closed) = store::closed(tx, programme, outing).await? {
            let came = came(tx, programme, outing, &closed).await?;
            store::keep_result(tx, programme, outing, came).await?;
        }
    }
    store::keep_months(tx, programme).await?;
    store::keep_places(tx, programme).await?;
    let settings = programmes::settings(tx, programme).await?;
    for month in closing_months(tx, programme, &settings).await? {
        let within = instants_of(&settings, month);
        store::keep_month_sums(tx, programme, month, within).await?;
    }
    match store::closings(tx, programme).await? {
        Some((_, latest)) => tell(tx, programme, &settings, latest).await,
        None => Ok(()),
    }
}

/// The months from the first closing to the last.
async fn closing_months(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
) -> Result<Vec<Day>, DbError> {
    let Some((first, last)) = store::closings(tx, programme).await? else {
        return Ok(Vec::new());
    };
    let (mut month, last) = (month_of(settings, first), month_of(settings, last));
    let mut months = Vec::new();
    while month <= last {
        months.push(month);
        month = Day(month.0.last_of_month()).plus_days(1);
    }
    Ok(months)
}

/// What is kept otherwise than it follows from all that was recorded, in words.
pub async fn differences(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<String>, DbError> {
    let mut found = Vec::new();
    for (computed, kept) in [
        store::sums(tx, programme).await?,
        store::heres(tx, programme).await?,
        store::months(tx, programme).await?,
        store::places(tx, programme).await?,
        month_sums(tx, programme).await?,
    ] {
        found.extend(differing(computed, kept));
    }
    let mut kept: BTreeMap<OutingId, Came> =
        store::results(tx, programme).await?.into_iter().collect();
    for outing in store::all_closed(tx, programme).await? {
        let Some(closed) = store::closed(tx, programme, outing).await? else {
            continue;
        };
        let came = came(tx, programme, outing, &closed).await?;
        let there = kept.remove(&outing);
        if there != Some(came) {
            found.push(format!("outing {outing}: {came:?}, kept {there:?}"));
        }
    }
    let more = kept.keys().map(|it| format!("outing {it} did not close"));
    found.extend(more);
    Ok(found)
}

async fn month_sums(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<(Vec<Line>, Vec<Line>), DbError> {
    let settings = programmes::settings(tx, programme).await?;
    let mut computed = Vec::new();
    for month in closing_months(tx, programme, &settings).await? {
        let within = instants_of(&settings, month);
        computed.extend(store::month_sums_computed(tx, programme, month, within).await?);
    }
    Ok((computed, store::month_sums_kept(tx, programme).await?))
}

fn differing(computed: Vec<Line>, kept: Vec<Line>) -> Vec<String> {
    let (computed, kept): (BTreeSet<Line>, BTreeSet<Line>) =
        (computed.into_iter().collect(), kept.into_iter().collect());
    let tell = |words: &str, it: &Line| {
        let Line {
            what,
            about,
            name,
            at,
            n,
            m,
        } = it;
        format!("{what} {about} {name} {at}: {words} {n} and {m}")
    };
    let missing = computed.difference(&kept).map(|it| tell("there is", it));
    let wrong = kept.difference(&computed).map(|it| tell("kept is", it));
    missing.chain(wrong).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_has_three_months() {
        let day = |m, d| Day::new(2026, m, d).unwrap();
        assert_eq!(Quarter::of(day(11, 24)).name(), "2026-4");
        assert_eq!(Quarter::of(day(1, 1)).days(), (day(1, 1), day(3, 31)));
        assert_eq!(Quarter::of(day(6, 30)).days(), (day(4, 1), day(6, 30)));
        assert_eq!(Quarter::all_of(2026)[3], Quarter::of(day(12, 31)));
    }
}

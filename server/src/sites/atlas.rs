//! Sites with their states, kept at hand so that a map of thousands answers at once.
//!
//! What is kept is always true: each request first asks the database for the last turn
//! ([`super::kept`]), and reads what changed since the one it knows. Of discreet sites there is
//! only what needs no opening: no title and no point of one ever stays in memory.

use super::kept;
use super::store::{self, CitySite, Mark};
use crate::db::{DbError, Tx};
use domain::place::SiteState;
use domain::{Nature, Position, ProgrammeId, SiteId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Cells across the world at zoom 0: on the screen a cell is 64 pixels.
const CELLS_AT_ZOOM_0: f64 = 4.0;
/// From this zoom on every site is shown by itself.
pub const SINGLE_ZOOM: u32 = 17;
/// As far as maps zoom.
pub const ZOOM_MAX: u32 = 22;

/// The sites of a programme, as the database was at one turn.
#[derive(Debug, Default)]
pub struct Atlas {
    turn: i64,
    /// The public ones, by title.
    pub sites: Vec<Arc<CitySite>>,
    /// The discreet ones, by id: for whoever may know that they are there.
    pub discreet: Vec<Mark>,
    /// Those that are not to be walked to, because the people who live there said no.
    pub refused: HashSet<SiteId>,
}

/// The atlas of each programme that was asked for.
#[derive(Debug, Default)]
pub struct Atlases(Mutex<HashMap<ProgrammeId, Arc<Atlas>>>);

impl Atlases {
    /// The atlas of a programme, as the transaction sees it.
    pub async fn of(&self, tx: &mut Tx, programme: ProgrammeId) -> Result<Arc<Atlas>, DbError> {
        kept::settle(tx).await?;
        let turn = kept::turn(tx, programme).await?;
        let known = self.known(programme);
        if known.turn == turn {
            return Ok(known);
        }
        // A transaction that began before the latest change reads by itself.
        let base = match known.turn < turn {
            true => known,
            false => Arc::default(),
        };
        let atlas = Arc::new(base.brought_to(tx, programme, turn).await?);
        // What is not committed yet is not for others, and may never be.
        if !tx.touched.is_settled() {
            self.keep(programme, &atlas);
        }
        Ok(atlas)
    }

    fn known(&self, programme: ProgrammeId) -> Arc<Atlas> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&programme).cloned().unwrap_or_default()
    }

    fn keep(&self, programme: ProgrammeId, atlas: &Arc<Atlas>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let there = all.entry(programme).or_default();
        if there.turn < atlas.turn {
            *there = Arc::clone(atlas);
        }
    }
}

impl Atlas {
    /// The same, with what changed since.
    async fn brought_to(
        &self,
        tx: &mut Tx,
        programme: ProgrammeId,
        turn: i64,
    ) -> Result<Self, DbError> {
        let turns = (self.turn, turn);
        let marks = store::marks_since(tx, programme, turns).await?;
        let public = store::public_since(tx, programme, turns).await?;
        let changed: HashSet<SiteId> = marks.iter().map(|it| it.id).collect();
        let same = |id: &SiteId| !changed.contains(id);
        let mut refused = self.refused.clone();
        refused.retain(same);
        refused.extend(marks.iter().filter(|it| it.is_refused).map(|it| it.id));
        let mut sites: Vec<Arc<CitySite>> = self.sites.clone();
        sites.retain(|it| same(&it.id));
        sites.extend(public.into_iter().map(Arc::new));
        sites.sort_by(|a, b| (&a.title, a.id).cmp(&(&b.title, b.id)));
        let mut discreet: Vec<Mark> = self.discreet.clone();
        discreet.retain(|it| same(&it.id));
        let is_shown = |it: &Mark| it.nature == Nature::Discreet && it.is_there;
        discreet.extend(marks.into_iter().filter(is_shown));
        discreet.sort_by_key(|it| it.id);
        Ok(Self {
            turn,
            sites,
            discreet,
            refused,
        })
    }
}

/// What is near each other on the screen.
#[derive(Clone, Debug)]
pub struct Cluster<'a> {
    /// How many sites.
    pub count: u32,
    /// The middle of them: degrees north, degrees east.
    pub middle: (f64, f64),
    /// How many in each state, by code.
    pub states: BTreeMap<&'static str, u32>,
    /// The site itself, when it is alone.
    pub alone: Option<&'a CitySite>,
}

/// Sites by the cell of a grid, as a map of this zoom shows them.
pub fn clusters<'a>(sites: impl Iterator<Item = &'a CitySite>, zoom: u32) -> Vec<Cluster<'a>> {
    let mut cells: BTreeMap<(i64, i64, usize), Cluster<'a>> = BTreeMap::new();
    for (n, site) in sites.enumerate() {
        let (x, y) = cell(site.at, zoom);
        let alone = if zoom >= SINGLE_ZOOM { n } else { 0 };
        let cluster = cells.entry((x, y, alone)).or_insert(Cluster {
            count: 0,
            middle: (0.0, 0.0),
            states: BTreeMap::new(),
            alone: Some(site),
        });
        cluster.count += 1;
        cluster.middle.0 += site.at.lat();
        cluster.middle.1 += site.at.lon();
        *cluster.states.entry(site.state.as_str()).or_insert(0) += 1;
        if cluster.count > 1 {
            cluster.alone = None;
        }
    }
    let mut all: Vec<Cluster<'a>> = cells.into_values().collect();
    for cluster in &mut all {
        let n = f64::from(cluster.count);
        cluster.middle = (cluster.middle.0 / n, cluster.middle.1 / n);
    }
    all
}

/// The cell of the grid of a zoom, on the flat world that maps show (Web Mercator).
fn cell(at: Position, zoom: u32) -> (i64, i64) {
    const LAT_MAX: f64 = 85.0;
    let cells = CELLS_AT_ZOOM_0 * f64::from(1u32 << zoom.min(ZOOM_MAX));
    let lat = at.lat().clamp(-LAT_MAX, LAT_MAX).to_radians();
    let x = (at.lon() + 180.0) / 360.0;
    let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0;
    ((x * cells).floor() as i64, (y * cells).floor() as i64)
}

/// What a map or a list asks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<SiteState>,
    /// Only in this quarter, by id; an empty one is « hors quartier ».
    pub quarter: Option<String>,
    /// Only seen or made since so many days ago, as an instant.
    pub since: Option<domain::Instant>,
}

impl Filter {
    /// Does a site with this state, quarter and last sign of life pass?
    pub fn lets(
        &self,
        state: SiteState,
        quarter: Option<&str>,
        last: Option<domain::Instant>,
    ) -> bool {
        self.state.is_none_or(|it| it == state)
            && self
                .quarter
                .as_ref()
                .is_none_or(|it| it == quarter.unwrap_or_default())
            && self
                .since
                .is_none_or(|it| last.is_some_and(|last| last >= it))
    }

    /// Does a discreet site pass?
    pub fn lets_mark(&self, mark: &Mark) -> bool {
        let last = mark.visits.seen_at.max(Some(mark.created_at));
        self.lets(mark.visits.state(), mark.quarter.as_deref(), last)
    }

    /// Does a public site pass?
    pub fn lets_site(&self, site: &CitySite) -> bool {
        let last = site.visits.seen_at.max(site.about.created_at);
        self.lets(site.state, site.about.quarter.as_deref(), last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::SiteId;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn site(n: u128, lat: f64, lon: f64) -> CitySite {
        CitySite {
            id: SiteId(Uuid::from_u128(n)),
            title: String::new(),
            at: Position::new(lat, lon).unwrap(),
            state: SiteState::ALL[usize::try_from(n % 4).unwrap()],
            visits: domain::place::Visits::default(),
            about: store::About::default(),
        }
    }

    proptest! {
        #[test]
        fn every_site_is_in_one_cluster_at_every_zoom(
            points in proptest::collection::vec((44.8f64..44.9, -0.64f64..-0.53), 1..60),
            zoom in 0u32..=ZOOM_MAX,
        ) {
            let all: Vec<CitySite> = (0..).zip(&points).map(|(n, it)| site(n, it.0, it.1)).collect();
            let clusters = clusters(all.iter(), zoom);
            let told: u32 = clusters.iter().map(|it| it.count).sum();
            prop_assert_eq!(told as usize, all.len());
            for it in &clusters {
                prop_assert_eq!(it.states.values().sum::<u32>(), it.count);
                prop_assert_eq!(it.alone.is_some(), it.count == 1);
                prop_assert!((44.8..=44.9).contains(&it.middle.0));
            }
            if zoom >= SINGLE_ZOOM {
                prop_assert_eq!(clusters.len(), all.len());
            }
        }
    }

    #[test]
    fn the_whole_town_is_a_few_marks_from_far_and_many_from_near() {
        let all: Vec<CitySite> = (0..1_000u32)
            .map(|n| {
                let (row, column) = (f64::from(n / 40), f64::from(n % 40));
                site(u128::from(n), 44.8 + row / 400.0, -0.62 + column / 400.0)
            })
            .collect();
        let few = clusters(all.iter(), 11).len();
        let many = clusters(all.iter(), 15).len();
        assert!(few < 20 && many > 200, "{few} {many}");
    }
}

//! What the city may know of discreet sites: quarters and states, never a single place.
//!
//! A quarter is named only when enough discreet sites share it. The others are put together as
//! « autre secteur », which needs as many sites from at least two quarters. Where that cannot be,
//! everything becomes one line for the town: leaving out the rest only would let a reader subtract.

use crate::place::SiteState;
use serde::Serialize;
use std::collections::BTreeMap;

/// Quarters that « autre secteur » needs at least.
pub const OTHER_QUARTERS_MIN: usize = 2;

/// A discreet site, as far as this rule looks at it: no id, no point, no count, no day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenSite {
    /// The name of its quarter; none outside every quarter.
    pub quarter: Option<String>,
    /// Where it stands.
    pub state: SiteState,
    /// The ISO year and week it was last done.
    pub done_week: Option<(i16, i8)>,
}

/// Where a line of the city's view is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum Area {
    /// A quarter, by name.
    Quarter(String),
    /// « Autre secteur ».
    Other,
    /// The town as a whole.
    Town,
}

/// One line of the city's view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CityQuarter {
    /// Where.
    pub area: Area,
    /// How many discreet sites; none said when they are too few to say anything about them.
    pub sites: Option<u32>,
    /// How many in each state, by code; empty when they are too few.
    pub states: BTreeMap<&'static str, u32>,
    /// The last week one of them was done: « 2026-W47 ».
    pub done_week: Option<String>,
}

/// The city's view: named quarters by name, then « autre secteur », or one line for the town.
pub fn view(sites: &[HiddenSite], small_cell_min: u32) -> Vec<CityQuarter> {
    let min = usize::try_from(small_cell_min).unwrap_or(usize::MAX).max(1);
    let mut quarters: BTreeMap<&Option<String>, Vec<&HiddenSite>> = BTreeMap::new();
    for site in sites {
        quarters.entry(&site.quarter).or_default().push(site);
    }
    let mut lines = Vec::new();
    let (mut others, mut other_quarters) = (Vec::new(), 0);
    for (name, sites) in quarters {
        match name {
            Some(name) if sites.len() >= min => {
                lines.push(line(Area::Quarter(name.clone()), &sites));
            }
            _ => {
                other_quarters += 1;
                others.extend(sites);
            }
        }
    }
    if others.is_empty() {
        return lines;
    }
    if others.len() >= min && other_quarters >= OTHER_QUARTERS_MIN {
        lines.push(line(Area::Other, &others));
        return lines;
    }
    let all: Vec<&HiddenSite> = sites.iter().collect();
    if all.len() >= min {
        return vec![line(Area::Town, &all)];
    }
    // So few that a state would be somebody's: only that there are some.
    vec![CityQuarter {
        area: Area::Town,
        sites: None,
        states: BTreeMap::new(),
        done_week: None,
    }]
}

fn line(area: Area, sites: &[&HiddenSite]) -> CityQuarter {
    let mut states = BTreeMap::new();
    for site in sites {
        *states.entry(site.state.as_str()).or_insert(0) += 1;
    }
    let week = sites.iter().filter_map(|it| it.done_week).max();
    CityQuarter {
        area,
        sites: u32::try_from(sites.len()).ok(),
        states,
        done_week: week.map(|(year, week)| format!("{year}-W{week:02}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sites() -> impl Strategy<Value = Vec<HiddenSite>> {
        let quarter = proptest::option::of((0u8..5).prop_map(|n| format!("Quartier {n}")));
        let state = (0usize..4).prop_map(|n| SiteState::ALL[n]);
        let week = proptest::option::of((2025i16..2027, 1i8..53));
        let site = (quarter, state, week).prop_map(|(quarter, state, done_week)| HiddenSite {
            quarter,
            state,
            done_week,
        });
        proptest::collection::vec(site, 0..24)
    }

    fn in_quarter(sites: &[HiddenSite], name: &str) -> usize {
        let there = |it: &&HiddenSite| it.quarter.as_deref() == Some(name);
        sites.iter().filter(there).count()
    }

    proptest! {
        #[test]
        fn no_line_is_about_fewer_sites_than_the_programme_asks(sites in sites(), min in 1u32..6) {
            for line in view(&sites, min) {
                prop_assert!(line.sites.is_none_or(|n| n >= min));
                if let Area::Quarter(name) = &line.area {
                    let n = in_quarter(&sites, name);
                    prop_assert_eq!(line.sites, u32::try_from(n).ok());
                }
                if line.sites.is_none() {
                    prop_assert!(line.states.is_empty() && line.done_week.is_none());
                    prop_assert!(sites.len() < min as usize);
                }
            }
        }

        #[test]
        fn another_sector_is_never_one_quarter(sites in sites(), min in 1u32..6) {
            let lines = view(&sites, min);
            if lines.iter().any(|it| it.area == Area::Other) {
                let named: Vec<_> = lines.iter().map(|it| &it.area).collect();
                let mut others: Vec<_> = sites
                    .iter()
                    .map(|it| &it.quarter)
                    .filter(|it| !named.contains(&&Area::Quarter((*it).clone().unwrap_or_default())))
                    .collect();
                prop_assert!(others.len() >= min as usize);
                others.sort();
                others.dedup();
                prop_assert!(others.len() >= OTHER_QUARTERS_MIN);
            }
        }

        #[test]
        fn nothing_can_be_subtracted(sites in sites(), min in 1u32..6) {
            // The lines are everything there is, or the town's line stands alone.
            let lines = view(&sites, min);
            let told: u32 = lines.iter().filter_map(|it| it.sites).sum();
            let is_town = lines.iter().any(|it| it.area == Area::Town);
            prop_assert!(!is_town || lines.len() == 1);
            prop_assert!(told as usize == sites.len() || sites.len() < min as usize);
            for line in &lines {
                let by_state: u32 = line.states.values().sum();
                prop_assert_eq!(by_state, line.sites.unwrap_or(0));
            }
        }

        #[test]
        fn the_order_of_the_sites_is_not_told(sites in sites(), min in 1u32..6) {
            let mut turned = sites.clone();
            turned.reverse();
            prop_assert_eq!(view(&sites, min), view(&turned, min));
        }
    }

    fn hidden(quarter: Option<&str>, state: SiteState) -> HiddenSite {
        HiddenSite {
            quarter: quarter.map(Into::into),
            state,
            done_week: Some((2026, 7)),
        }
    }

    #[test]
    fn a_lone_small_quarter_hides_in_the_town() {
        let mut sites = vec![hidden(Some("Sud"), SiteState::Done); 4];
        let alone = view(&sites, 3);
        assert_eq!(alone[0].area, Area::Quarter("Sud".into()));
        assert_eq!(alone[0].done_week.as_deref(), Some("2026-W07"));
        sites.push(hidden(Some("Nord"), SiteState::Seen));
        let lines = view(&sites, 3);
        assert_eq!(lines.len(), 1);
        assert_eq!((&lines[0].area, lines[0].sites), (&Area::Town, Some(5)));
        sites.push(hidden(None, SiteState::Seen));
        sites.push(hidden(None, SiteState::Planned));
        let lines = view(&sites, 3);
        assert_eq!((&lines[1].area, lines[1].sites), (&Area::Other, Some(3)));
    }

    #[test]
    fn without_quarters_the_town_is_told_as_one() {
        let sites = vec![hidden(None, SiteState::Planned); 6];
        let lines = view(&sites, 3);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].states["planned"], 6);
        let few = view(&sites[..2], 3);
        assert_eq!((few[0].sites, few[0].states.len()), (None, 0));
        assert!(view(&[], 3).is_empty());
    }
}

//! What the planning form holds, and how two people who wrote at once are brought together.

use crate::db::Tx;
use crate::http::error::Problem;
use crate::outings::store::{self, Crew, Outing};
use crate::outings::{TypedPlan, series};
use domain::{AccountId, Day, OutingId, PeerId, ProgrammeId, SiteId};
use serde::Deserialize;
use words::desk::common;
use words::desk::outings::plan_form as say;

/// The form, as it was sent or as it is proposed. `was_…` is what its reader read: so that who
/// writes second learns what changed, and nothing typed is lost.
#[derive(Clone, Default, Deserialize)]
pub struct PlanForm {
    /// Made by the server with the form: sent twice, one outing.
    pub id: Option<OutingId>,
    #[serde(default)]
    pub(super) day: String,
    #[serde(default)]
    pub(super) starts_at: String,
    #[serde(default)]
    pub(super) meeting_point: String,
    #[serde(default)]
    pub(super) sites: Vec<SiteId>,
    #[serde(default)]
    pub(super) peers: Vec<PeerId>,
    #[serde(default)]
    pub(super) staff: Vec<AccountId>,
    #[serde(default)]
    pub(super) repeat_until: String,
    #[serde(default)]
    pub(super) was_day: String,
    #[serde(default)]
    pub(super) was_starts_at: String,
    #[serde(default)]
    pub(super) was_meeting_point: String,
    #[serde(default)]
    pub(super) was_sites: Vec<SiteId>,
    #[serde(default)]
    pub(super) was_peers: Vec<PeerId>,
    #[serde(default)]
    pub(super) was_staff: Vec<AccountId>,
}

impl PlanForm {
    /// For the rules of outings.
    pub fn typed(&self) -> TypedPlan {
        TypedPlan {
            day: self.day.clone(),
            starts_at: Some(self.starts_at.clone()),
            meeting_point: Some(self.meeting_point.clone()),
            sites: self.sites.clone(),
            crew: Some(Crew {
                peers: self.peers.clone(),
                staff: self.staff.clone(),
            }),
            repeat_until: Some(self.repeat_until.clone()),
        }
    }

    /// The sites that were chosen.
    pub fn sites(&self) -> &[SiteId] {
        &self.sites
    }

    /// The same with these sites.
    #[must_use]
    pub fn with_sites(mut self, sites: Vec<SiteId>) -> Self {
        self.sites = sites;
        self
    }

    /// As it is written now.
    pub async fn written(
        tx: &mut Tx,
        programme: ProgrammeId,
        outing: &Outing,
    ) -> Result<Self, Problem> {
        let crew = store::crew(tx, programme, outing.id).await?;
        let sites = store::site_ids(tx, programme, outing.id).await?;
        let (day, starts_at) = (outing.day.to_string(), outing.starts_at.clone());
        let (starts_at, place) = (
            starts_at.unwrap_or_default(),
            outing.meeting_point.clone().unwrap_or_default(),
        );
        Ok(Self {
            id: Some(outing.id),
            was_day: day.clone(),
            was_starts_at: starts_at.clone(),
            was_meeting_point: place.clone(),
            was_sites: sites.clone(),
            was_peers: crew.peers.clone(),
            was_staff: crew.staff.clone(),
            day,
            starts_at,
            meeting_point: place,
            sites,
            peers: crew.peers,
            staff: crew.staff,
            repeat_until: String::new(),
        })
    }

    /// What somebody else wrote since this form was read, and this form on top of it: what its
    /// writer changed stays, what they left alone is as it is now. `None` when nothing changed.
    pub fn merged_with(&self, now: &Self) -> Option<(Vec<Change>, Self)> {
        let mut changes = Vec::new();
        let mut merged = now.clone();
        let mut text = |what, was: &String, is: &String, typed: &String, into: &mut String| {
            if was != is {
                changes.push(Change::Text {
                    what,
                    was: was.clone(),
                    is: is.clone(),
                    typed: typed.clone(),
                });
            }
            if was != typed {
                into.clone_from(typed);
            }
        };
        text(
            common::DAY,
            &self.was_day,
            &now.day,
            &self.day,
            &mut merged.day,
        );
        text(
            say::CHANGED_HOUR,
            &self.was_starts_at,
            &now.starts_at,
            &self.starts_at,
            &mut merged.starts_at,
        );
        text(
            say::CHANGED_MEETING,
            &self.was_meeting_point,
            &now.meeting_point,
            &self.meeting_point,
            &mut merged.meeting_point,
        );
        if !same(&self.was_sites, &now.sites) {
            changes.push(Change::Sites);
        }
        if !same(&self.was_peers, &now.peers) || !same(&self.was_staff, &now.staff) {
            changes.push(Change::Crew);
        }
        if !same(&self.was_sites, &self.sites) {
            merged.sites = in_order_of(&now.sites, &self.sites);
        }
        if !same(&self.was_peers, &self.peers) {
            merged.peers.clone_from(&self.peers);
        }
        if !same(&self.was_staff, &self.staff) {
            merged.staff.clone_from(&self.staff);
        }
        (!changes.is_empty()).then_some((changes, merged))
    }

    /// As the last time: same hour, same place, same crew, a week later.
    pub async fn proposed(
        tx: &mut Tx,
        programme: ProgrammeId,
        today: Day,
    ) -> Result<Self, Problem> {
        const WEEK: i32 = 7;
        let last = match series::store::last(tx, programme, today).await? {
            Some(id) => store::find(tx, programme, id).await?,
            None => None,
        };
        let Some(last) = last else {
            return Ok(Self::default());
        };
        let crew = store::crew(tx, programme, last.id).await?;
        let mut day = last.day.plus_days(WEEK);
        while day <= today || series::store::on_day(tx, programme, day).await?.is_some() {
            day = day.plus_days(WEEK);
        }
        Ok(Self {
            day: day.to_string(),
            starts_at: last.starts_at.unwrap_or_default(),
            meeting_point: last.meeting_point.unwrap_or_default(),
            peers: crew.peers,
            staff: crew.staff,
            ..Self::default()
        })
    }
}

/// What somebody else changed meanwhile.
pub enum Change {
    /// A line of text: what was read, what is written now, what was typed.
    Text {
        /// Which.
        what: &'static str,
        /// As it was read.
        was: String,
        /// As it is now.
        is: String,
        /// As it was typed.
        typed: String,
    },
    /// The places.
    Sites,
    /// Who is expected.
    Crew,
}

fn same<T: Ord + Copy>(a: &[T], b: &[T]) -> bool {
    let set = |ids: &[T]| {
        ids.iter()
            .copied()
            .collect::<std::collections::BTreeSet<T>>()
    };
    set(a) == set(b)
}

/// What was chosen, in the order that is there, then what is new.
pub fn in_order_of(order: &[SiteId], chosen: &[SiteId]) -> Vec<SiteId> {
    let kept = order.iter().filter(|it| chosen.contains(it));
    let new = chosen.iter().filter(|it| !order.contains(it));
    kept.chain(new).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn form(day: &str, hour: &str, typed_hour: &str) -> PlanForm {
        PlanForm {
            was_day: day.into(),
            was_starts_at: hour.into(),
            day: day.into(),
            starts_at: typed_hour.into(),
            ..PlanForm::default()
        }
    }

    #[test]
    fn what_nobody_changed_meanwhile_is_simply_kept() {
        let mine = form("2026-11-24", "14:00", "15:00");
        let now = form("2026-11-24", "14:00", "14:00");
        assert!(mine.merged_with(&now).is_none());
    }

    #[test]
    fn what_i_typed_stays_and_what_i_left_alone_is_as_the_other_wrote_it() {
        let mine = form("2026-11-24", "14:00", "15:00");
        let now = form("2026-11-25", "14:00", "14:00");
        let (changes, merged) = mine.merged_with(&now).unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(
            (merged.day.as_str(), merged.starts_at.as_str()),
            ("2026-11-25", "15:00")
        );
        assert!(
            merged.merged_with(&now).is_none(),
            "chosen once, it is kept"
        );
    }

    #[test]
    fn the_order_of_the_walk_survives_a_change_of_its_places() {
        let ids: Vec<SiteId> = (1..=4).map(|n| SiteId(Uuid::from_u128(n))).collect();
        let chosen = [ids[0], ids[1], ids[3]];
        let order = [ids[2], ids[1], ids[0]];
        assert_eq!(in_order_of(&order, &chosen), [ids[1], ids[0], ids[3]]);
    }
}

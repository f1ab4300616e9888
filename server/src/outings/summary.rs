//! What an outing came to: totals that leave out what was taken back, presences, what to look at.

use crate::db::Tx;
use crate::facts;
use crate::facts::store::PickupSum;
use crate::http::error::Problem;
use domain::{OutingId, PeerId, ProgrammeId, SiteId};
use serde::Serialize;
use std::collections::BTreeMap;

/// The summary of an outing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Items by kind; a kind nobody picked up is absent.
    pub totals: BTreeMap<String, i64>,
    /// Of which estimated, all kinds together.
    pub estimated: i64,
    /// By place, sites first by id, then « ici ».
    pub by_site: Vec<BySite>,
    /// Encounters, as numbers.
    pub tallies: BTreeMap<String, i64>,
    /// Who took part, as coordinators say it.
    pub presences: Vec<PeerId>,
    /// Who crew phones saw and no coordinator has decided about.
    pub suggested: Vec<PeerId>,
    /// Facts that came after closing.
    pub late: i64,
    /// Facts that came before opening.
    pub early: i64,
    /// Facts with an absurd time.
    pub to_check: i64,
    /// Facts that were kept aside (refused, or the same id with another content).
    pub set_aside: i64,
    /// Sharps boxes.
    pub boxes: Vec<serde_json::Value>,
}

/// What was picked up at one place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BySite {
    /// The site; null for « ici » points, together.
    pub site: Option<SiteId>,
    /// Items by kind.
    pub totals: BTreeMap<String, i64>,
    /// Of which estimated.
    pub estimated: i64,
}

/// Computes the summary from facts.
pub async fn of(tx: &mut Tx, programme: ProgrammeId, id: OutingId) -> Result<Summary, Problem> {
    let sums = facts::store::pickup_sums(tx, programme, id).await?;
    from_sums(tx, programme, id, sums).await
}

/// The same, for who has read the sums of the pickups already.
pub async fn from_sums(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    sums: Vec<PickupSum>,
) -> Result<Summary, Problem> {
    let marks = facts::store::marks(tx, programme, id).await?;
    let look = facts::store::to_look_at(tx, programme, id).await?;
    let mut totals = BTreeMap::new();
    let mut places: BTreeMap<(bool, Option<SiteId>), BySite> = BTreeMap::new();
    let mut estimated = 0;
    for sum in sums {
        let site = sum.site_id.map(SiteId);
        let place = places.entry((site.is_none(), site)).or_insert(BySite {
            site,
            totals: BTreeMap::new(),
            estimated: 0,
        });
        *place.totals.entry(sum.item.clone()).or_insert(0) += sum.total;
        *totals.entry(sum.item).or_insert(0) += sum.total;
        if sum.method == "estimated" {
            place.estimated += sum.total;
            estimated += sum.total;
        }
    }
    Ok(Summary {
        totals,
        estimated,
        by_site: places.into_values().collect(),
        tallies: facts::store::tally_sums(tx, programme, id).await?,
        presences: super::revisions::corrected(
            domain::presence::confirmed(marks.clone()),
            &super::revisions::store::revised(tx, programme, id).await?,
        )
        .into_iter()
        .collect(),
        suggested: domain::presence::suggested(marks).into_iter().collect(),
        late: look.late,
        early: look.early,
        to_check: look.to_check,
        set_aside: facts::store::quarantined(tx, programme, id).await?,
        boxes: facts::store::boxes(tx, programme, id).await?,
    })
}

//! What the city sees of discreet sites: the pure rule of [`domain::city`], fed with quarters,
//! states and weeks only. No sealed column is read on this way.

use super::quarters;
use crate::app::local_day;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::programmes;
use domain::ProgrammeId;
use domain::city::{CityQuarter, HiddenSite, view};

/// The lines that the city may read.
pub async fn lines(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<CityQuarter>, Problem> {
    lines_with(tx, programme, None).await
}

/// The lines that the city will read once there is one site more, for whoever is about to make it.
pub async fn lines_with(
    tx: &mut Tx,
    programme: ProgrammeId,
    one_more: Option<HiddenSite>,
) -> Result<Vec<CityQuarter>, Problem> {
    let settings = programmes::settings(tx, programme).await?;
    let names = quarters::store::names(tx, programme).await?;
    let mut hidden = Vec::new();
    for (quarter, visits) in super::store::discreet_quarters(tx, programme).await? {
        let done = visits.done_at.map(|at| local_day(&settings, at).iso_week());
        hidden.push(HiddenSite {
            quarter: quarter.and_then(|it| names.get(&it).cloned()),
            state: visits.state(),
            done_week: done,
        });
    }
    hidden.extend(one_more);
    Ok(view(&hidden, settings.small_cell_min))
}

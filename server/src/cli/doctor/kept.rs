//! What is kept so that pages are quick, against what it follows from.

use super::report::Report;
use crate::access::journal::chain;
use crate::cli::Failure;
use crate::db::Tx;
use crate::outings::totals::kept as totals;
use crate::sites::kept;

const REBUILD: &str = "it is worked out again by `cueillette migrate --rebuild`";

pub(super) async fn look(tx: &mut Tx, report: &mut Report) -> Result<(), Failure> {
    let mut faults = 0;
    let programmes = chain::store::programmes(tx).await?;
    for (programme, slug) in &programmes {
        for site in kept::differences(tx, *programme).await? {
            faults += 1;
            let what = format!(
                "{slug}: what is kept about the site {site} does not follow from what was recorded"
            );
            report.fault("kept values", what, REBUILD);
        }
    }
    for (programme, slug) in &programmes {
        for what in totals::differences(tx, *programme).await? {
            faults += 1;
            report.fault("kept values", format!("{slug}: {what}"), REBUILD);
        }
    }
    if faults == 0 {
        let count = programmes.len();
        report.well(
            "kept values",
            format!("as they follow from all that was recorded ({count} programmes)"),
        );
    }
    Ok(())
}

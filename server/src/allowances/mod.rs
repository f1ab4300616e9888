//! Allowances: lines made due by closing an outing, the numbered lists the payer gets, and what
//! became of each line until the money is in somebody's hand.
//!
//! This room knows who took part, never what was picked up (invariant: no code path leads from a
//! count to an amount).

pub mod api;
pub mod files;
pub mod hands;
pub mod issue;
pub mod life;
pub mod pages;
pub mod period;
pub mod rates;
pub mod receipts;
pub mod retention;
pub mod statement;
pub mod store;
pub mod terms;

pub use files::download;
pub use issue::{Issued, issue};
pub use life::contest::contest;

use crate::db::Tx;
use crate::http::error::Problem;
use crate::outings::store::Outing;
use crate::programmes;
use domain::allowance::{DueLine, Entry, due_lines};
use domain::{Cents, Instant, PeerId, ProgrammeId};
use std::collections::BTreeSet;

/// One due line per confirmed presence of an outing that closes, at the rate of its day.
pub async fn make_due(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: &Outing,
    confirmed: &BTreeSet<PeerId>,
    now: Instant,
) -> Result<(), Problem> {
    // Nobody sets another rate between reading this one and making the lines.
    let settings = programmes::share_settings(tx, programme).await?;
    for line in due_lines(confirmed, outing.day, &settings.rates) {
        let of = (outing.id, outing.day);
        store::insert_line(tx, programme, of, Entry::Original, line, now).await?;
    }
    Ok(())
}

/// What a revision of a presence did to the allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrected {
    /// A late presence: one line is due.
    Added,
    /// A wrong presence: a counter-line takes its line back.
    Countered,
    /// There was nothing to do.
    Nothing,
    /// Its line was taken back before: there is at most one of each.
    CounteredBefore,
}

impl Corrected {
    /// As in the database and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Countered => "countered",
            Self::Nothing | Self::CounteredBefore => "none",
        }
    }
}

/// Corrects the line of one person for a closed outing: adds it once at the rate of the outing's
/// day, or takes it back by a counter-line. Nothing that is there ever changes.
pub async fn correct(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: &Outing,
    peer: PeerId,
    present: bool,
    now: Instant,
) -> Result<Corrected, Problem> {
    let entries = store::entries(tx, programme, outing.id, peer).await?;
    let amount = entries.iter().find(|it| it.entry == Entry::Original.code());
    let countered = entries.iter().any(|it| it.entry == Entry::Counter.code());
    Ok(match (present, amount) {
        (true, None) => {
            make_due(tx, programme, outing, &BTreeSet::from([peer]), now).await?;
            Corrected::Added
        }
        (true, Some(_)) if countered => Corrected::CounteredBefore,
        (false, Some(line)) if !countered => {
            let back = DueLine {
                peer,
                amount: Cents(-line.amount_cents),
            };
            let of = (outing.id, outing.day);
            store::insert_line(tx, programme, of, Entry::Counter, back, now).await?;
            Corrected::Countered
        }
        _ => Corrected::Nothing,
    })
}

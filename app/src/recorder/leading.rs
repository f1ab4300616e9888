//! Leading an outing from the pavement: each word of the team's screen is one fact of the same
//! outbox, and a mark of it in the same transaction.

use super::desk::Desk;
use super::team::{self, TeamAct, Told};
use crate::browser;

impl Desk {
    /// Does what was tapped on the team's screen.
    #[inline(never)]
    pub(super) fn lead(self, act: TeamAct) {
        let now = browser::now_ms();
        let Ok(id) = browser::new_fact_id(now) else {
            return;
        };
        let told = Told {
            hour: browser::hour_of(&browser::rfc3339(now)),
            why: browser::typed("why"),
            pseudonym: browser::typed("pseudonym"),
            id: id.0,
        };
        let mut said = Vec::new();
        self.change(|it| said = team::act(it, act, &told));
        for (data, mark) in said {
            self.record(mark.kind, data, move |_, ledger| ledger.marks.enter(&mark));
        }
    }
}

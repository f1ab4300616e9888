//! Counting: one tap, one fact, kept before it is said to be kept.

use super::desk::{Desk, Tools};
use super::facts::{Maker, Pickup, Void};
use super::ledger::{Gesture, Ledger};
use super::model::Saved;
use crate::browser;
use crate::outbox::plan::{Entry, Event, Seq};
use crate::outbox::store::{Record, StoreError};
use domain::fact::Count;
use domain::{FactId, OutingId};
use leptos::task::spawn_local;

/// Writes a fact into the ledger; false when there is nothing to write.
type Enter = dyn Fn(FactId, &mut Ledger) -> bool;

impl Desk {
    /// +n at the place on the screen.
    pub(super) fn add(self, n: u32) {
        let Ok(count) = Count::new(n) else { return };
        let pickup = self.read(|it| Pickup {
            place: it.place,
            here: it.here,
            item: it.item,
            count,
            method: it.method,
        });
        self.record(Pickup::KIND, pickup.data(), move |fact, ledger| {
            ledger.add(Gesture {
                fact,
                place: pickup.place.site(),
                item: pickup.item,
                count: n,
            });
            true
        });
    }

    /// Takes one pickup back.
    pub(super) fn undo(self, target: FactId) {
        let data = Void(target).data();
        self.record(Void::KIND, data, move |_, ledger| ledger.take_back(target));
    }

    /// Keeps one fact. `enter` writes it into the ledger as it is on the disk (another tab may
    /// have counted meanwhile), or says that there is nothing to record any more.
    fn record(
        self,
        kind: &'static str,
        data: String,
        enter: impl Fn(FactId, &mut Ledger) -> bool + 'static,
    ) {
        self.change(|it| it.saved = Saved::NotYet);
        let (outing, device) = self.read(|it| (it.outing, it.device));
        let (Some(tools), Some(outing), Some(device)) = (self.tools(), outing, device) else {
            return;
        };
        let now = browser::now_ms();
        let Ok(id) = browser::new_fact_id(now) else {
            self.change(|it| it.saved = Saved::Failed(StoreError::Unavailable));
            return;
        };
        let recorded_at = browser::rfc3339(now);
        let maker = Maker {
            id,
            outing,
            device,
            recorded_at,
        };
        let enter: Box<Enter> = Box::new(enter);
        spawn_local(async move {
            let make = |seq: Seq, mut ledger: Ledger| {
                enter(id, &mut ledger).then(|| Record {
                    text: maker.text(seq, kind, &data),
                    ledger,
                })
            };
            let entry = Entry { id, outing };
            let kept = match tools.store.record(entry, &make).await {
                Ok(Some((seq, ledger))) => {
                    self.kept(ledger);
                    tools.outbox.tell(Event::Kept(seq, entry));
                    self.first_kept(seq);
                    Ok(())
                }
                Ok(None) => self.read_again(&tools, outing).await,
                Err(error) => Err(error),
            };
            if let Err(error) = kept {
                self.change(|it| it.saved = Saved::Failed(error));
            }
        });
    }

    fn kept(self, ledger: Ledger) {
        self.change(|it| {
            it.ledger = ledger;
            it.saved = Saved::Kept;
        });
    }

    /// Somebody counts here: what we keep is worth keeping, and the type may come.
    fn first_kept(self, seq: Seq) {
        if seq == 1 {
            browser::persist_storage();
        }
        browser::bring_fonts();
    }

    /// The disk knows better than the screen.
    async fn read_again(self, tools: &Tools, outing: OutingId) -> Result<(), StoreError> {
        self.kept(tools.store.ledger(outing).await?);
        tools.outbox.wake().await
    }
}

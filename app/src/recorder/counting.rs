//! Counting: one tap, one fact, kept before it is said to be kept.

use super::desk::{Desk, Tools};
use super::facts::{Maker, Pickup, Tally, Void};
use super::lead::Source;
use super::ledger::{Gesture, Ledger, What};
use super::model::{Habit, Phase, Saved, Tab};
use crate::browser;
use crate::outbox::plan::{Entry, Event, Seq};
use crate::outbox::store::{Record, StoreError};
use crate::senses::{self, voice};
use crate::ui::texts;
use domain::fact::{Count, Encounter, Method};
use domain::{FactId, OutingId};
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;

/// After so long without an answer from the disk, in milliseconds, nothing is said to be kept.
const SLOW_MS: u32 = 250;

/// Writes a fact into the ledger; false when there is nothing to write.
type Enter = dyn Fn(FactId, &mut Ledger) -> bool;

impl Desk {
    /// +n at the place on the screen.
    pub(super) fn add(self, n: u32) {
        self.add_by(n, self.read(|it| it.method));
    }

    /// What a full box is estimated at.
    pub(super) fn add_full_box(self) {
        self.add_by(self.read(|it| it.pack.box_count), Method::Estimated);
    }

    fn add_by(self, n: u32, method: Method) {
        let Ok(count) = Count::new(n) else { return };
        let pickup = self.read(|it| Pickup {
            place: it.place,
            here: it.here,
            item: it.item,
            count,
            method,
        });
        let (place, what) = (pickup.place.site(), What::Item(pickup.item));
        self.record(Pickup::KIND, pickup.data(), move |fact, ledger| {
            ledger.add(Gesture {
                fact,
                place,
                what,
                count: n,
            });
            true
        });
    }

    /// Somebody was met.
    pub(super) fn met(self, who: Encounter) {
        self.record(Tally::KIND, Tally(who).data(), move |fact, ledger| {
            ledger.add(Gesture {
                fact,
                place: None,
                what: What::Met(who),
                count: 1,
            });
            true
        });
    }

    /// Takes one gesture back.
    pub(super) fn undo(self, target: FactId) {
        let data = Void(target).data();
        self.record(Void::KIND, data, move |_, ledger| ledger.take_back(target));
    }

    /// Keeps one fact, and answers its id. `enter` writes it into the ledger as it is on the disk
    /// (another tab may have counted meanwhile), or says that there is nothing to record any more.
    pub(super) fn record(
        self,
        kind: &'static str,
        data: String,
        enter: impl Fn(FactId, &mut Ledger) -> bool + 'static,
    ) -> Option<FactId> {
        self.record_dyn(kind, data, Box::new(enter))
    }

    /// One compiled body for all that is recorded.
    fn record_dyn(self, kind: &'static str, data: String, enter: Box<Enter>) -> Option<FactId> {
        let (outing, device) = self.read(|it| (it.outing, it.device));
        let (tools, outing, device) = (self.tools()?, outing?, device?);
        let now = browser::now_ms();
        let Ok(id) = browser::new_fact_id(now) else {
            self.change(|it| it.saved = Saved::Failed(StoreError::Unavailable));
            return None;
        };
        let recorded_at = browser::rfc3339(now);
        let maker = Maker {
            id,
            // A flag waits under its account, and is about no outing.
            outing: self.read(|it| (it.phase != Phase::Flagging).then_some(outing)),
            device,
            recorded_at,
        };
        let under_way = self.tell_when_slow();
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
                    self.confirm();
                    tools.outbox.tell(Event::Kept(seq, entry));
                    self.first_kept(seq);
                    Ok(())
                }
                Ok(None) => self.read_again(&tools, outing).await,
                Err(error) => Err(error),
            };
            under_way.set(false);
            if let Err(error) = kept {
                self.change(|it| it.saved = Saved::Failed(error));
            }
        });
        Some(id)
    }

    /// « gardé » speaks of the last tap. A disk that takes its time takes it back; drawing the
    /// screen twice for each tap would make every one of them slower.
    fn tell_when_slow(self) -> Rc<Cell<bool>> {
        let under_way = Rc::new(Cell::new(true));
        let still = Rc::clone(&under_way);
        browser::after(SLOW_MS, move || {
            if still.get() {
                self.change(|it| it.saved = Saved::NotYet);
            }
        });
        under_way
    }

    /// Felt and, where it is wanted, heard: nobody has to look.
    fn confirm(self) {
        senses::vibrate();
        if self.read(|it| it.has(Habit::Voice) && it.more) {
            voice::say(&self.read(|it| match it.tab {
                Tab::Count => texts::items(it.item, it.total()),
                Tab::Met => it.ledger.last().map(texts::gesture).unwrap_or_default(),
                _ => String::new(),
            }));
        }
    }

    fn kept(self, ledger: Ledger) {
        self.change(|it| {
            it.ledger = ledger;
            it.saved = Saved::Kept;
            it.team.source = Source::Own;
        });
    }

    /// Somebody counts here: what we keep is worth keeping, and the type may come.
    fn first_kept(self, seq: Seq) {
        if let Some(tools) = self.tools().filter(|_| seq == 1) {
            spawn_local(async move {
                let _ = tools.store.ask_to_persist().await;
            });
        }
        browser::bring_fonts();
    }

    /// The disk knows better than the screen.
    async fn read_again(self, tools: &Tools, outing: OutingId) -> Result<(), StoreError> {
        self.kept(tools.store.ledger(outing).await?);
        tools.outbox.wake().await
    }
}

//! The end of an outing for this phone: what was set aside goes once more or into a file, and
//! nothing stays.

use super::desk::Desk;
use super::model::{Model, Phase, Sheet};
use crate::browser;
use crate::outbox::store::{CURRENT, Store, Wiped, of_outing};
use leptos::task::spawn_local;

/// The name of the file: it says nothing of who or where.
const FILE_NAME: &str = "cueillette.json";

impl Desk {
    /// What is read of outings that are over goes by itself; and leaves the screen.
    #[inline(never)]
    pub(super) fn purge_and_go_on(self) {
        let Some(tools) = self.tools() else { return };
        spawn_local(async move {
            self.purge(&tools.store).await;
            // Not before: what the server says anew would be kept after all else has gone.
            self.start_the_rest();
        });
    }

    async fn purge(self, store: &Store) {
        if store.purge(browser::now_ms()).await.is_err() {
            return;
        }
        let recording = self.read(|it| (it.phase == Phase::Recording).then_some(it.outing));
        let Some(outing) = recording.flatten() else {
            return;
        };
        let pack = store.text(&of_outing("pack", outing)).await;
        let shown = self.read(|it| !it.pack.title.is_empty());
        match store.text(CURRENT).await {
            Ok(None) => self.change(|it| {
                it.outing = None;
                it.phase = Phase::Join;
            }),
            // What is unsent stays, without the titles around it.
            Ok(Some(_)) if shown && pack == Ok(None) => {
                let _ = self.enter(outing).await;
            }
            _ => {}
        }
    }

    /// What was set aside goes once more.
    #[inline(never)]
    pub(super) fn retry(self) {
        if let Some(tools) = self.tools() {
            spawn_local(async move {
                let _ = tools.outbox.retry_aside().await;
            });
        }
    }

    /// What was not sent, as a file for a coordinator.
    #[inline(never)]
    pub(super) fn export(self) {
        let (Some(tools), Some(outing)) = (self.tools(), self.read(|it| it.outing)) else {
            return;
        };
        spawn_local(async move {
            if let Ok(Some(text)) = tools.store.unsent(outing).await {
                browser::save_file(FILE_NAME, &text);
            }
        });
    }

    /// Nothing of the outing stays on the phone. Refused while something is unsent, unless that was
    /// asked for: the disk knows, not the screen.
    #[inline(never)]
    pub(super) fn wipe(self, even_unsent: bool) {
        let (Some(tools), Some(outing)) = (self.tools(), self.read(|it| it.outing)) else {
            return;
        };
        spawn_local(async move {
            match tools.store.wipe(outing, even_unsent).await {
                Ok(Wiped::Done) => {
                    let _ = tools.outbox.wake().await;
                    self.change(|it| {
                        *it = Model {
                            phase: Phase::Join,
                            device: it.device,
                            habits: std::mem::take(&mut it.habits),
                            can_speak: it.can_speak,
                            more: it.more,
                            update: it.update,
                            keeping: it.keeping,
                            wiped: true,
                            ..Model::default()
                        };
                    });
                }
                Ok(Wiped::Refused(_)) => {
                    let _ = tools.outbox.wake().await;
                    self.change(|it| it.sheet = Some(Sheet::End));
                }
                Err(_) => self.change(|it| it.phase = Phase::Broken),
            }
        });
    }
}

//! What waits and what was set aside, told in words while it is on the screen.

use super::desk::{Desk, Tools};
use super::facts::in_words;
use super::model::{Keeping, Row};
use super::team;
use crate::browser;
use crate::outbox::store::StoreError;
use crate::ui::texts::{self, Text};
use leptos::prelude::document;
use leptos::task::spawn_local;

/// Waiting facts shown in words; beyond, their number is enough.
const ROWS_MAX: usize = 50;

impl Desk {
    /// Reads it from the disk.
    #[inline(never)]
    pub(super) fn read_queue(self) {
        if let Some(tools) = self.tools() {
            spawn_local(async move {
                let _ = self.try_to_read_queue(&tools).await;
            });
        }
    }

    /// How the first copy goes for the day without network, as the loader heard it of the worker.
    #[inline(never)]
    pub(super) fn read_keeping(self) {
        let root = document().document_element();
        let said = root.and_then(|it| it.get_attribute("data-kept"));
        let keeping = match said.as_deref().map(str::parse) {
            None => Keeping::Unsaid,
            Some(Ok(100)) => Keeping::Whole,
            Some(Ok(percent)) => Keeping::UnderWay(percent),
            // Below zero.
            Some(Err(_)) => Keeping::NoNetwork,
        };
        self.change(|it| it.keeping = keeping);
    }

    async fn try_to_read_queue(self, tools: &Tools) -> Result<(), StoreError> {
        let store = &tools.store;
        let (facts, _) = store.texts(&tools.outbox.latest(ROWS_MAX)).await?;
        let aside = store.aside().await?;
        let waiting = facts.iter().map(|text| self.row(text, None)).collect();
        let aside = aside.iter().map(|it| {
            let reason = match it.reason.as_str() {
                "conflict" => texts::sending::CONFLICT,
                "damaged" => texts::sending::DAMAGED,
                _ => texts::sending::REFUSED,
            };
            self.row(&it.text, Some(reason))
        });
        let aside = aside.collect();
        let promised = store.persisted().await?;
        self.change(|it| {
            it.promised = promised;
            it.waiting = waiting;
            it.aside = aside;
        });
        Ok(())
    }

    fn row(self, text: &str, reason: Option<Text>) -> Row {
        let (words, at) = self.read(|model| {
            let title_of = |site| model.title_of(site).map(str::to_owned);
            in_words(text, title_of, |code| team::name_of(model, code))
        });
        Row {
            words,
            hour: browser::hour_of(&at),
            reason,
        }
    }
}

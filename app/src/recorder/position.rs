//! Where the phone is, asked by a tap. Nothing follows it.

use super::desk::Desk;
use super::model::{Fix, Looking, Place, Sheet};
use crate::browser;
use leptos::task::spawn_local;

impl Desk {
    /// Asks for the position, once.
    #[inline(never)]
    pub(super) fn find_position(self) {
        spawn_local(async move {
            let found = browser::position_once().await;
            let fix = found.map(|(at, accuracy_m)| Fix {
                at,
                accuracy_m: Some(accuracy_m),
            });
            self.change(|it| {
                it.looking = if fix.is_some() {
                    Looking::No
                } else {
                    Looking::Failed
                };
                it.position = fix;
                if it.sheet == Some(Sheet::Proposal) {
                    it.proposal.at = fix;
                } else if it.place == Place::Here {
                    it.here = fix;
                }
            });
        });
    }
}

//! The field recorder: one hand, one thumb, one number.
//!
//! The server renders its neutral state; the disk and the clock are read on the phone only, so
//! that the page kept for the day without network is the same bytes for everyone and for ever.
//! Then it goes round: a tap is an [`act::Act`], [`desk`] does it and changes the [`model`], the
//! model is looked at by [`views`], and [`morph`] brings that to the page.

pub mod act;
pub mod counting;
pub mod desk;
pub mod facts;
pub mod flag;
pub mod flagging;
pub mod joining;
pub mod lead;
pub mod leading;
pub mod leaving;
pub mod ledger;
pub mod map;
pub mod model;
pub mod morph;
pub mod pack;
pub mod position;
pub mod proposal;
pub mod queue;
pub mod team;
pub mod touch;
pub mod views;

use desk::Desk;
use leptos::html::Div;
use leptos::prelude::*;
use model::Model;

/// The recorder on `/terrain`.
#[island]
pub fn Recorder() -> impl IntoView {
    let root = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(root) = root.get_untracked() {
            Desk::open(root.into());
        }
    });
    let opening = views::screen(&Model::default()).into_string();
    view! { <div class="recorder" node_ref=root inner_html=opening></div> }
}

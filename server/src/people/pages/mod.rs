//! `/moi`: a peer's own page. What they took part in, what they get for it, what is known of them,
//! the places they propose. Nothing of anybody else, no ranking, and no count.

pub(super) mod aids;
mod home;
mod known;
mod places;
mod proposing;
mod statement;

pub(super) use aids::{Aid, of as aids_of};
pub use home::{contest, home};
pub use known::known;
pub(super) use places::nature_words;
pub use places::{places, withdraw};
pub use proposing::{propose, propose_page};
pub use statement::statement;

use super::store::{self, Peer};
use crate::access::{Caller, Who};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::Frame;
use crate::http::speech;
use domain::Settings;
use leptos::prelude::*;
use words::Lang;

/// The peer who asks. The table of routes lets nobody else in.
pub(super) async fn myself(tx: &mut Tx, caller: &Caller) -> Result<Peer, Problem> {
    let Who::Peer(peer) = caller.who else {
        return Err(Problem::forbidden());
    };
    let peer = store::find(tx, caller.programme, peer).await?;
    peer.ok_or_else(Problem::not_found)
}

/// The frame of these pages: one column, big targets.
pub(super) fn frame<'a>(
    app: &'a App,
    caller: &'a Caller,
    settings: &'a Settings,
    reader: &Reader,
    title: &'static str,
    here: &'static str,
) -> Frame<'a> {
    let mut frame = Frame::of(&app.assets, caller, settings, title, here);
    frame.reader = Some(reader.clone());
    frame.narrow = true;
    frame.part = Some("place");
    frame
}

/// Room for the button that reads the page aloud, by a voice of the device; empty without script.
fn read_aloud(lang: Lang) -> AnyView {
    let words = speech::words_of_reading(lang);
    view! { <div class="aloud" data-read-aloud data-words=words></div> }.into_any()
}

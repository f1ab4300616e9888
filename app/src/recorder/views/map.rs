//! The map: an element of its own (`app/web/map`), which is told sites and words.

use crate::recorder::map as told;
use crate::recorder::model::Model;
use crate::ui::texts;
use maud::{Markup, html};

/// All of the screen but what is around every screen.
#[inline(never)]
pub fn screen(model: &Model) -> Markup {
    let base = match model.pack.base_map.as_str() {
        "" => "/base-map.pmtiles",
        named => named,
    };
    html! {
        main #map .screen.mapping {
            h1.sr { (texts::map::NAME) }
            @if model.pointing { p.note role="status" { (texts::map::POINTING) } }
            div.map role="region" aria-label=(texts::map::NAME) {
                cueillette-map data-keep base=(base) locate
                    pick[model.pointing]
                    words=(told::words())
                    sites=(told::sites(model)) {}
            }
        }
    }
}

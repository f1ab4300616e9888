//! Whom one meets: numbers only, one tap each.

use super::{count, icon};
use crate::recorder::act::Act;
use crate::recorder::ledger::What;
use crate::recorder::model::Model;
use crate::ui::{pictograms as draw, texts};
use domain::fact::Encounter;
use maud::{Markup, html};

const PICTURES: [(Encounter, &str); 5] = [
    (Encounter::Resident, draw::HOME),
    (Encounter::Shopkeeper, draw::SHOP),
    (Encounter::User, draw::PERSON),
    (Encounter::Agent, draw::BROOM),
    (Encounter::Police, draw::SHIELD),
];

/// The screen.
#[inline(never)]
pub fn screen(model: &Model) -> Markup {
    html! {
        main #met .screen.meeting {
            h1 { (texts::met::TITLE) }
            p.soft { (texts::met::HELP) }
            ul.list {
                @for (who, path) in PICTURES {
                    li {
                        button.row type="button" data-do=(Act::Met(who).to_text()) {
                            (icon(path))
                            span { b { (texts::met(who)) } }
                            span.far.num aria-live="polite" {
                                (texts::number_of(model.ledger.total(What::Met(who))))
                            }
                        }
                    }
                }
            }
            (count::undo_and_saved(model))
        }
    }
}

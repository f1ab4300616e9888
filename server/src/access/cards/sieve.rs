//! Of whom the page of the team speaks, and in which order: plain links. Nobody is ever ordered by
//! what they did; the last contact is there because keeping a name ends by it.

use super::store::Card;
use crate::app::local_day;
use crate::export::collate;
use crate::http::sifting::{Asked, Choices};
use crate::people::store::Peer;
use domain::{Instant, Settings, french};
use words::desk::access::cards::sieve as say;
use words::desk::common;

/// Somebody of the team.
pub struct Holder {
    pub peer: Peer,
    pub card: Option<Card>,
    /// When the team last heard of them; read when it says the order.
    pub met: Option<Instant>,
}

const NO_CARD: &str = "sans";
const TO_GIVE: &str = "donner";
const IN_USE: &str = "service";
const TO_LOOK_AT: &str = "voir";
const BY_CONTACT: &str = "contact";
const NEWEST: &str = "nouveau";

/// What may be asked of the team.
pub const CHOICES: Choices = Choices {
    path: "/equipe",
    at: "#cartes",
    states_name: say::STATES_NAME,
    states: &[
        ("", common::EVERYBODY),
        (NO_CARD, say::STATE_NO_CARD),
        (TO_GIVE, say::STATE_TO_GIVE),
        (IN_USE, say::STATE_IN_USE),
        (TO_LOOK_AT, common::TO_LOOK_AT),
    ],
    orders: &[
        ("", say::ORDER_BY_NAME),
        (NEWEST, say::ORDER_NEWEST),
        (BY_CONTACT, say::ORDER_BY_CONTACT),
    ],
};

/// Is it to be said when each was last met?
pub fn by_contact(asked: &Asked) -> bool {
    CHOICES.order(asked) == BY_CONTACT
}

/// Those who are asked for, in the order that is asked for; all come in that of their arrival.
pub fn among<'a>(asked: &Asked, all: &'a [Holder]) -> Vec<&'a Holder> {
    let state = CHOICES.state(asked);
    let wanted = |it: &&Holder| state.is_empty() || state_of(it.card.as_ref()) == state;
    let mut shown: Vec<_> = all.iter().filter(wanted).collect();
    match CHOICES.order(asked) {
        NEWEST => shown.reverse(),
        BY_CONTACT => shown.sort_by_key(|it| it.met),
        _ => {
            let order = collate::french();
            shown.sort_by(|a, b| order.compare(&a.peer.pseudonym, &b.peer.pseudonym));
        }
    }
    shown
}

fn state_of(card: Option<&Card>) -> &'static str {
    let Some(card) = card else { return NO_CARD };
    match (card.locked_at.or(card.other_phone_at), card.bound_at) {
        (Some(_), _) => TO_LOOK_AT,
        (None, None) => TO_GIVE,
        (None, Some(_)) => IN_USE,
    }
}

/// « Dernier contact aujourd’hui », by day: more is nobody's business.
pub fn met_words(at: Instant, settings: &Settings, now: Instant) -> String {
    let day = local_day(settings, at);
    match day == local_day(settings, now) {
        true => say::MET_TODAY.into(),
        false => say::met_on_day(&french::date(day)),
    }
}

//! Of whom the page of the team speaks, and in which order: plain links. Nobody is ever ordered by
//! what they did; the last contact is there because keeping a name ends by it.

use super::store::Card;
use crate::app::local_day;
use crate::export::collate;
use crate::http::pieces::{CHOICE_MIN, tabs};
use crate::people::store::Peer;
use domain::{Instant, PeerId, Settings, french};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::HashMap;

/// What is asked of the page, by its address. What cannot be read is not asked.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// One of [`STATES`].
    #[serde(default)]
    etat: String,
    /// One of [`ORDERS`].
    #[serde(default)]
    tri: String,
    /// What the form before this page did.
    #[serde(default)]
    pub fait: String,
}

/// Somebody of the team.
pub struct Holder {
    pub peer: Peer,
    pub card: Option<Card>,
    /// When the team last heard of them; read when it says the order.
    pub met: Option<Instant>,
}

const STATES: [(&str, &str); 5] = [
    ("", "Tout le monde"),
    ("sans", "Sans carte"),
    ("donner", "À donner"),
    ("service", "En service"),
    ("voir", "À regarder"),
];
const BY_CONTACT: &str = "contact";
const NEWEST: &str = "nouveau";
const ORDERS: [(&str, &str); 3] = [
    ("", "Par nom"),
    (NEWEST, "Arrivées récentes"),
    (BY_CONTACT, "Par dernier contact"),
];

impl Asked {
    /// Is it to be said when each was last met?
    pub fn by_contact(&self) -> bool {
        self.tri == BY_CONTACT
    }

    /// Puts all in the order that is asked for; they come in that of their arrival.
    pub fn sort(&self, all: &mut [Holder], met: &HashMap<PeerId, i64>) {
        match self.tri.as_str() {
            NEWEST => all.reverse(),
            BY_CONTACT => {
                for it in all.iter_mut() {
                    it.met = met.get(&it.peer.id).copied().map(Instant::from_ms);
                }
                all.sort_by_key(|it| it.met);
            }
            _ => {
                let order = collate::french();
                all.sort_by(|a, b| order.compare(&a.peer.pseudonym, &b.peer.pseudonym));
            }
        }
    }

    /// Those who are asked for.
    pub fn among<'a>(&self, all: &'a [Holder]) -> Vec<&'a Holder> {
        let state = known(&STATES, &self.etat);
        let wanted = |it: &&Holder| state.is_empty() || state_of(it.card.as_ref()) == state;
        all.iter().filter(wanted).collect()
    }

    /// The links; none while all are seen at a glance.
    pub fn links(&self, all: &[Holder]) -> Option<AnyView> {
        if all.len() < CHOICE_MIN {
            return None;
        }
        let (state, order) = (known(&STATES, &self.etat), known(&ORDERS, &self.tri));
        let states = STATES.map(|(code, words)| {
            let href = format!("/equipe?etat={code}&tri={order}#cartes");
            (href, words, code == state)
        });
        let orders = ORDERS.map(|(code, words)| {
            let href = format!("/equipe?etat={state}&tri={code}#cartes");
            (href, words, code == order)
        });
        let all = view! {
            <div>{tabs("Cartes par état", states)}{tabs("Ordre de la liste", orders)}</div>
        };
        Some(all.into_any())
    }
}

/// What is asked, if it is one of these; otherwise the first.
fn known(codes: &[(&'static str, &str)], asked: &str) -> &'static str {
    let found = codes.iter().find(|(code, _)| *code == asked);
    found.map_or("", |(code, _)| *code)
}

fn state_of(card: Option<&Card>) -> &'static str {
    let Some(card) = card else { return "sans" };
    match (card.locked_at.or(card.other_phone_at), card.bound_at) {
        (Some(_), _) => "voir",
        (None, None) => "donner",
        (None, Some(_)) => "service",
    }
}

/// « Dernier contact aujourd’hui », by day: more is nobody's business.
pub fn met_words(at: Instant, settings: &Settings, now: Instant) -> String {
    let day = local_day(settings, at);
    match day == local_day(settings, now) {
        true => "Dernier contact aujourd’hui".into(),
        false => format!("Dernier contact le {}", french::date(day)),
    }
}

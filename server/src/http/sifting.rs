//! Links that sift and order a list of people: plain addresses, `?etat=…&tri=…`. What cannot be read
//! is not asked.

use super::pieces::tabs;
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::http::sifting as say;

/// From so many on there are links: fewer are seen at a glance.
const LINKS_FROM: usize = 5;

/// A code in an address, and its words.
type Code = (&'static str, &'static str);

/// What is asked of a list, by its address.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    etat: String,
    #[serde(default)]
    tri: String,
    /// What the form before this page did.
    #[serde(default)]
    pub fait: String,
}

/// What may be asked of one list; the first of each, whose code is empty, is what is shown unasked.
pub struct Choices {
    /// Its page.
    pub path: &'static str,
    /// Where it stands in the page, as `#cartes`; empty where it is what one sees.
    pub at: &'static str,
    /// What the states are of, to the ear.
    pub states_name: &'static str,
    /// Of whom or what it speaks.
    pub states: &'static [Code],
    /// How it is ordered.
    pub orders: &'static [Code],
}

impl Choices {
    /// The code of the state that is asked for.
    pub fn state(&self, asked: &Asked) -> &'static str {
        known(self.states, &asked.etat)
    }

    /// The code of the order that is asked for.
    pub fn order(&self, asked: &Asked) -> &'static str {
        known(self.orders, &asked.tri)
    }

    /// The links above a list of so many.
    pub fn links(&self, asked: &Asked, many: usize) -> Option<AnyView> {
        if many < LINKS_FROM {
            return None;
        }
        let (state, order) = (self.state(asked), self.order(asked));
        let href = |state, order| format!("{}?etat={state}&tri={order}{}", self.path, self.at);
        let states = self.states.iter();
        let states = states.map(|(code, words)| (href(*code, order), *words, *code == state));
        let orders = self.orders.iter();
        let orders = orders.map(|(code, words)| (href(state, *code), *words, *code == order));
        let all = view! {
            <div>{tabs(self.states_name, states)}{tabs(say::ORDERS_NAME, orders)}</div>
        };
        Some(all.into_any())
    }
}

fn known(codes: &[Code], asked: &str) -> &'static str {
    let found = codes.iter().find(|(code, _)| *code == asked);
    found.map_or("", |(code, _)| *code)
}

//! Who waits for what, and since when: from the outing to the money in hand, the longest first.

use super::day_words;
use crate::allowances::store::{Line, UnderWay};
use crate::app::local_day;
use crate::people::store::Peer;
use app::ui::SignPicture;
use domain::french::amount;
use domain::{Cents, Instant, PeerId, Settings};
use leptos::prelude::*;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;
use words::desk::allowances::waits as say;
use words::desk::common;

/// More are folded.
const IN_SIGHT: usize = 8;

/// What stands between a person and their money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Name,
    List,
    Arrival,
    Payment,
    Hand,
}

impl What {
    fn label(self) -> &'static str {
        match self {
            Self::Name => say::STEP_NAME,
            Self::List => say::STEP_LIST,
            Self::Arrival => say::STEP_ARRIVAL,
            Self::Payment => say::STEP_PAYMENT,
            Self::Hand => say::STEP_HAND_OVER,
        }
    }
}

/// One person's aids that wait for the same thing.
pub(super) struct Wait {
    peer: PeerId,
    what: What,
    /// The oldest of them.
    since: String,
    total: Cents,
}

/// What is due, and what is on its way, by person.
pub(super) fn waits(
    settings: &Settings,
    peers: &HashMap<PeerId, Peer>,
    due: &[Line],
    under_way: &[UnderWay],
) -> Vec<Wait> {
    let mut sums: BTreeMap<(Uuid, What), (String, Cents)> = BTreeMap::new();
    let mut add = |peer: Uuid, what: What, since: String, cents: i64| {
        let sum = sums
            .entry((peer, what))
            .or_insert_with(|| (since.clone(), Cents(0)));
        sum.0 = since.min(std::mem::take(&mut sum.0));
        sum.1 = sum.1 + Cents(cents);
    };
    for line in due.iter().filter(|it| it.entry == "original") {
        let peer = peers.get(&PeerId(line.peer_id));
        let what = match peer.is_some_and(|it| it.has_identity) {
            true => What::List,
            false => What::Name,
        };
        add(
            line.peer_id,
            what,
            line.outing_day.clone(),
            line.amount_cents,
        );
    }
    let day = |at: i64| local_day(settings, Instant::from_ms(at)).to_string();
    for it in under_way {
        let (what, since) = match (&it.paid_on, it.acknowledged_at, it.sent_at) {
            (Some(on), ..) => (What::Hand, on.clone()),
            (None, Some(at), _) => (What::Payment, day(at)),
            (None, None, Some(at)) => (What::Arrival, day(at)),
            (None, None, None) => continue,
        };
        add(it.peer_id, what, since, it.amount_cents);
    }
    let wait = |((peer, what), (since, total))| Wait {
        peer: PeerId(peer),
        what,
        since,
        total,
    };
    let mut all: Vec<_> = sums.into_iter().map(wait).collect();
    all.sort_by(|a, b| (&a.since, a.what).cmp(&(&b.since, b.what)));
    all
}

/// A table of them; nothing while nobody waits.
pub(super) fn waits_card(waits: &[Wait], peers: &HashMap<PeerId, Peer>) -> Option<AnyView> {
    if waits.is_empty() {
        return None;
    }
    let rows: Vec<_> = waits.iter().map(|it| row(it, peers)).collect();
    let how_many = rows.len();
    let table = view! {
        <table class="stack lines">
            <thead>
                <tr>
                    <th scope="col">{common::WHO}</th>
                    <th scope="col">{say::COLUMN_STEP}</th>
                    <th scope="col">{say::COLUMN_SINCE}</th>
                    <th scope="col" class="n">{common::AMOUNT}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let content = if how_many > IN_SIGHT {
        let words = say::see_all(&how_many);
        view! { <details><summary>{words}</summary>{table}</details> }.into_any()
    } else {
        table.into_any()
    };
    Some(view! { <section class="card"><h2>{say::TITLE}</h2>{content}</section> }.into_any())
}

fn row(it: &Wait, peers: &HashMap<PeerId, Peer>) -> AnyView {
    let who = peers.get(&it.peer).map(|peer| {
        let (sign, name) = (peer.sign, peer.pseudonym.clone());
        view! { <SignPicture sign=sign/><span>{name}</span> }
    });
    view! {
        <tr>
            <th scope="row"><span class="tick-line">{who}</span></th>
            <td data-label=say::COLUMN_STEP>{it.what.label()}</td>
            <td data-label=say::COLUMN_SINCE>{day_words(&it.since)}</td>
            <td class="n" data-label=common::AMOUNT>{amount(it.total)}</td>
        </tr>
    }
    .into_any()
}

//! What is kept of a fact: columns that queries use, data that anybody of the programme may read,
//! and what only a coordinator may open.

use super::FactSecret;
use super::store::Columns;
use domain::fact::{Item, Kind, PickupPlace, Sighting};
use domain::outing::Reason;
use domain::{Fact, SiteId};
use serde_json::{Value, json};

/// The site that a fact names.
pub(super) fn site_of(kind: &Kind) -> Option<SiteId> {
    let place = match kind {
        Kind::Pickup(it) => &it.place,
        Kind::Sighting(it) => &it.place,
        Kind::CityPickup { site, .. } => return Some(*site),
        _ => return None,
    };
    match place {
        PickupPlace::Site(site) => Some(*site),
        _ => None,
    }
}

/// The columns of a fact.
pub(super) fn columns_of(kind: &Kind) -> Columns {
    let mut columns = Columns {
        site: site_of(kind),
        ..Columns::default()
    };
    match kind {
        Kind::Pickup(it) => {
            columns.item = Some(it.item.code());
            columns.method = Some(it.method.code());
            columns.count = Some(it.count.get());
        }
        Kind::Void { target, .. } => columns.target = Some(*target),
        Kind::Photo(it) => columns.target = Some(it.target),
        Kind::Presence { peer, present } => {
            columns.peer = Some(*peer);
            columns.present = Some(*present);
        }
        Kind::Tally { who, count } => {
            columns.item = Some(who.code());
            columns.count = Some(count.get());
        }
        Kind::Sighting(it) => columns.count = it.count.map(|it| it.get()),
        Kind::CityPickup { count, .. } => {
            columns.item = Some(Item::Syringe.code());
            columns.count = Some(count.get());
        }
        Kind::Newcomer { peer, .. } => columns.peer = Some(*peer),
        _ => {}
    }
    columns
}

/// The data that has no column and needs no sealing.
pub(super) fn data_of(kind: &Kind) -> Value {
    match kind {
        Kind::SiteProposal {
            nature,
            residents_agree,
            agent,
            ..
        } => json!({
            "nature": nature, "residents_agree": residents_agree, "agent": agent.map(|it| it.code()),
        }),
        Kind::SharpsBox(it) => json!({
            "number": it.number, "litres": it.litres, "state": it.state.code(), "grams": it.weight_g,
        }),
        Kind::Sighting(Sighting {
            category,
            urgency,
            near_children,
            note,
            ..
        }) => json!({
            "category": category, "urgency": urgency.code(), "near_children": near_children,
            "note": note.is_some(),
        }),
        // What somebody is called stands with the peer, where it can be forgotten.
        Kind::Newcomer { .. } => json!({}),
        Kind::Opening {
            staff,
            equipment,
            about_agent,
            ..
        } => {
            let equipment = equipment.iter().map(|it| it.code());
            let about_agent = about_agent.iter().map(|it| it.code());
            let checked: Vec<_> = equipment.chain(about_agent).collect();
            json!({"staff": staff, "equipment": checked})
        }
        Kind::PhoneConfirmed { device, whose } => json!({"device": device, "whose": whose.code()}),
        _ => json!({}),
    }
}

/// The data that only a coordinator may open.
pub(super) fn secret_of(fact: &Fact, raw: &Value) -> Option<FactSecret> {
    let words = |text: &Option<Reason>| text.as_ref().map(|it| it.as_str().to_owned());
    let at_place = |place: &PickupPlace| match place {
        PickupPlace::Here { at, accuracy_m } => FactSecret {
            point: Some((at.lat(), at.lon())),
            accuracy_m: *accuracy_m,
            ..FactSecret::default()
        },
        _ => FactSecret::default(),
    };
    let secret = match &fact.kind {
        Kind::Pickup(it) => at_place(&it.place),
        Kind::Sighting(it) => FactSecret {
            words: words(&it.note),
            ..at_place(&it.place)
        },
        Kind::SiteProposal { at, note, .. } => FactSecret {
            point: Some((at.lat(), at.lon())),
            words: words(note),
            ..FactSecret::default()
        },
        Kind::Void { reason, .. } => FactSecret {
            words: words(reason),
            ..FactSecret::default()
        },
        Kind::Opening {
            override_reason, ..
        } => FactSecret {
            words: words(override_reason),
            ..FactSecret::default()
        },
        Kind::Note { text } => FactSecret {
            words: Some(text.as_str().to_owned()),
            ..FactSecret::default()
        },
        Kind::Unknown { .. } => FactSecret {
            unknown: raw.get("data").cloned(),
            ..FactSecret::default()
        },
        _ => FactSecret::default(),
    };
    (secret != FactSecret::default()).then_some(secret)
}

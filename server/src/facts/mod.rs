//! Receiving facts: the one way in for everything that happened outside.
//!
//! Check each fact alone, seal what must be sealed, insert, and answer per fact. One bad fact
//! never holds back the others, and what is refused is kept aside.

pub mod api;
pub mod hand_in;
pub mod store;

use crate::access::{Actor, Caller, Role, Scope, Sealable, Sealer, Who};
use crate::app::App;
use crate::db::Tx;
use crate::flags::photos::Picture;
use crate::http::error::Problem;
use crate::{flags, outings, people, sites};
use domain::crew::{FactResult, FactStatus, FactsAnswer};
use domain::fact::{Item, Kind, PickupPlace, Sighting, time_to_check};
use domain::outing::AboutAgent;
use domain::{
    AccountId, Day, DeviceId, Fact, FactId, Instant, Invalid, Nature, OutingId, OutingState,
    ProgrammeId, SiteId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{Columns, NewFact, Quarantined};
use uuid::Uuid;

/// What of a fact only a coordinator may open: the point of an « ici », and free words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FactSecret {
    /// Degrees north, degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<(f64, f64)>,
    /// Metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
    /// Free words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Data of a kind this version does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Value>,
}

impl Sealable for FactSecret {
    const LABEL: &'static str = "fact";
}

/// A fact that was kept aside, whole.
#[derive(Serialize, Deserialize)]
struct Aside(Value);

impl Sealable for Aside {
    const LABEL: &'static str = "aside";
}

/// How a batch came in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delivery {
    /// When it was sent, by the sender's clock.
    pub sent_at: Option<Instant>,
    /// The coordinator who handed it in for a phone.
    pub handed_in_by: Option<AccountId>,
}

/// What one request already looked up.
struct Batch<'a> {
    app: &'a App,
    caller: &'a Caller,
    delivery: Delivery,
    now: Instant,
    sealer: Sealer<'a>,
    /// By place in the batch: those that were looked at and are one.
    pictures: HashMap<usize, Picture>,
    outings: HashMap<OutingId, Option<(OutingState, Day)>>,
    sites: HashMap<SiteId, Option<Nature>>,
}

/// Receives a batch, in one transaction. Answers per fact, in the order sent.
pub async fn receive(
    app: &App,
    caller: &Caller,
    delivery: Delivery,
    raws: &[Value],
) -> Result<FactsAnswer, Problem> {
    let now = app.now();
    let pictures = flags::photos::look_at(caller, raws).await?;
    let mut tx = app.db.write().await?;
    let mut batch = Batch {
        app,
        caller,
        delivery,
        now,
        sealer: Sealer::new(&app.keys, caller.programme, now),
        pictures,
        outings: HashMap::new(),
        sites: HashMap::new(),
    };
    // By id, so that two phones that send the same facts never wait for each other in a ring.
    let mut order: Vec<usize> = (0..raws.len()).collect();
    order.sort_by_key(|index| raws[*index].get("id").and_then(Value::as_str));
    let mut results: Vec<Option<FactResult>> = vec![None; raws.len()];
    for index in order {
        let outcome = batch.take(&mut tx, index, &raws[index]).await?;
        results[index] = Some(FactResult {
            index,
            id: raws[index]
                .get("id")
                .and_then(Value::as_str)
                .map(str::to_owned),
            status: outcome.status,
            reason: outcome.reason,
            field: outcome.field,
        });
    }
    // A file handed in is no sign of life of the phone that wrote it.
    if let Who::Phone { outing, device, .. } = caller.who
        && delivery.handed_in_by.is_none()
    {
        outings::crew::store::phone_seen(&mut tx, caller.programme, outing, device, now).await?;
    }
    tx.commit().await?;
    Ok(FactsAnswer {
        results: results.into_iter().flatten().collect(),
        server_time: now,
    })
}

/// Keeps what a coordinator says at a desk: a fact like any other, on time by definition.
pub async fn record_at_desk(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    outing: OutingId,
    kind: Kind,
) -> Result<(), Problem> {
    let (now, actor) = (app.now(), caller.actor());
    let fact = Fact {
        id: FactId(Uuid::now_v7()),
        outing: Some(outing),
        device: DeviceId(actor.id.unwrap_or_default()),
        seq: 0,
        recorded_at: now,
        kind,
    };
    let new = NewFact {
        received_at: now,
        sender_role: actor.role.as_str(),
        sender_id: actor.id,
        sender_ahead_ms: None,
        handed_in_by: None,
        early: false,
        late: false,
        time_to_check: false,
        columns: columns_of(&fact.kind),
        data: data_of(&fact.kind).to_string(),
        sealed: None,
        content_mac: content_mac(app, &fact.to_json())?,
        fact,
    };
    store::insert(tx, caller.programme, new).await?;
    Ok(())
}

struct Outcome {
    status: FactStatus,
    reason: Option<String>,
    field: Option<String>,
}

impl Batch<'_> {
    async fn take(&mut self, tx: &mut Tx, index: usize, raw: &Value) -> Result<Outcome, Problem> {
        let picture = self.pictures.remove(&index);
        match self.check(tx, raw, picture.as_ref()).await? {
            Ok(checked) => self.keep(tx, raw, checked, picture).await,
            Err(Invalid(wrong)) => {
                self.set_aside(tx, raw, "refused", wrong.code, Some(&wrong.field))
                    .await?;
                Ok(Outcome {
                    status: FactStatus::Refused,
                    reason: Some(wrong.code.into()),
                    field: Some(wrong.field),
                })
            }
        }
    }

    /// Is it a fact, may this sender record it, and is what it names of this programme?
    async fn check(
        &mut self,
        tx: &mut Tx,
        raw: &Value,
        picture: Option<&Picture>,
    ) -> Result<Result<(Fact, Option<(OutingState, Day)>), Invalid>, Problem> {
        let fact = match Fact::parse(raw) {
            Ok(fact) => fact,
            Err(wrong) => return Ok(Err(wrong)),
        };
        if let Err(wrong) = may_record(self.caller, &fact) {
            return Ok(Err(wrong));
        }
        if matches!(fact.kind, Kind::Photo(_)) && picture.is_none() {
            return Ok(Err(Invalid::new("data.jpeg", "not_a_photo")));
        }
        let outing = match fact.outing {
            None => None,
            Some(id) => match self.outing(tx, id).await? {
                Some(outing) => Some(outing),
                None => return Ok(Err(Invalid::new("outing", "unknown_outing"))),
            },
        };
        if let Some(site) = site_of(&fact.kind)
            && !self.may_name_site(tx, fact.outing, site).await?
        {
            return Ok(Err(Invalid::new("data.site", "unknown_site")));
        }
        Ok(Ok((fact, outing)))
    }

    async fn outing(
        &mut self,
        tx: &mut Tx,
        id: OutingId,
    ) -> Result<Option<(OutingState, Day)>, Problem> {
        if let Some(known) = self.outings.get(&id) {
            return Ok(*known);
        }
        // Held until the batch is committed, so that closing and receiving never overlap.
        let found = outings::store::hold_state(tx, self.caller.programme, id).await?;
        self.outings.insert(id, found);
        Ok(found)
    }

    /// A site of the programme; for an agent, a public one: a discreet one does not exist for them.
    async fn may_name_site(
        &mut self,
        tx: &mut Tx,
        outing: Option<OutingId>,
        id: SiteId,
    ) -> Result<bool, Problem> {
        let programme = self.caller.programme;
        let nature = match self.sites.get(&id) {
            Some(known) => *known,
            None => {
                let found = sites::store::nature(tx, programme, id).await?;
                self.sites.insert(id, found);
                found
            }
        };
        Ok(match (nature, self.caller.role()) {
            (None, _) => false,
            (Some(Nature::Public), _) | (Some(_), Role::Coordinator) => true,
            (Some(Nature::Discreet), Role::CrewPhone | Role::LatePhone) => match outing {
                Some(outing) => outings::store::has_site(tx, programme, outing, id).await?,
                None => false,
            },
            (Some(Nature::Discreet), _) => false,
        })
    }

    async fn keep(
        &mut self,
        tx: &mut Tx,
        raw: &Value,
        (fact, outing): (Fact, Option<(OutingState, Day)>),
        picture: Option<Picture>,
    ) -> Result<Outcome, Problem> {
        let state = outing.map(|(state, _)| state);
        let late = matches!(state, Some(OutingState::Closed | OutingState::Cancelled));
        let early = state == Some(OutingState::Planned);
        let to_check = time_to_check(fact.recorded_at, self.now, outing.map(|(_, day)| day));
        let reason = reason_of(&fact, early, late, to_check);
        let content_mac = content_mac(self.app, raw)?;
        let mut columns = columns_of(&fact.kind);
        if let Some(made) = self.site_of_flag(tx, &fact).await? {
            columns.site = Some(made);
        }
        let mut data = data_of(&fact.kind);
        if let Some(picture) = &picture {
            data["photo"] = json!(picture.mac(self.app));
        }
        let sealed = match secret_of(&fact, raw) {
            Some(secret) => {
                let scope = flags::scope_of(self.caller.role(), &fact, columns.site, self.now);
                Some(self.sealer.seal(tx, scope, &secret).await?.into_bytes())
            }
            None => None,
        };
        let actor = sender_of(self.caller, &fact.kind);
        let sent_at = self.delivery.sent_at;
        let (id, kind) = (fact.id, fact.kind.clone());
        let new = NewFact {
            received_at: self.now,
            sender_role: actor.role.as_str(),
            sender_id: actor.id,
            sender_ahead_ms: sent_at.map(|at| at.as_ms().saturating_sub(self.now.as_ms())),
            handed_in_by: self.delivery.handed_in_by,
            early,
            late,
            time_to_check: to_check,
            columns,
            data: data.to_string(),
            sealed,
            content_mac: content_mac.clone(),
            fact,
        };
        let outing_id = new.fact.outing;
        if store::insert(tx, self.caller.programme, new).await? {
            if actor.role == Role::Coordinator {
                self.apply(tx, outing_id, kind).await?;
            } else if let (Kind::Photo(photo), Some(sender), Some(picture)) =
                (kind, actor.id, picture)
            {
                let new = flags::new_photo(id, photo.target, sender, self.now);
                let programme = self.caller.programme;
                flags::photos::keep(tx, &mut self.sealer, programme, new, &picture).await?;
            }
            return Ok(Outcome {
                status: FactStatus::Accepted,
                reason: reason.map(Into::into),
                field: None,
            });
        }
        let there = store::content_mac(tx, self.caller.programme, id).await?;
        if there == content_mac {
            return Ok(Outcome {
                status: FactStatus::Duplicate,
                reason: None,
                field: None,
            });
        }
        self.set_aside(tx, raw, "conflict", "other_content", None)
            .await?;
        Ok(Outcome {
            status: FactStatus::Conflict,
            reason: Some("other_content".into()),
            field: None,
        })
    }

    /// The public site that an agent's sighting at a point makes, unless its fact is there already.
    async fn site_of_flag(&self, tx: &mut Tx, fact: &Fact) -> Result<Option<SiteId>, Problem> {
        let programme = self.caller.programme;
        let Some(seen) = flags::point_of(self.caller.role(), &fact.kind) else {
            return Ok(None);
        };
        if store::is_there(tx, programme, fact.id).await? {
            return Ok(None);
        }
        let site = flags::make_site(tx, self.app, programme, fact.id, seen).await?;
        Ok(Some(site))
    }

    /// What a coordinator's fact does beyond being kept. Anybody else's is only kept.
    async fn apply(
        &mut self,
        tx: &mut Tx,
        outing: Option<OutingId>,
        kind: Kind,
    ) -> Result<(), Problem> {
        let programme = self.caller.programme;
        match (kind, outing) {
            (
                Kind::Newcomer {
                    peer,
                    pseudonym,
                    sign,
                },
                _,
            ) => {
                people::store::insert_if_absent(tx, programme, peer, &pseudonym, sign, self.now)
                    .await?;
            }
            (Kind::PhoneConfirmed { device, .. }, Some(outing)) => {
                settle_whose(tx, programme, outing, device).await?;
            }
            (Kind::Void { target, .. }, _) => {
                if let Some((outing, device)) = store::confirmation(tx, programme, target).await? {
                    settle_whose(tx, programme, outing, device).await?;
                }
            }
            (
                Kind::Opening {
                    staff,
                    equipment,
                    about_agent,
                    override_reason,
                },
                Some(outing),
            ) => {
                let light = outings::PavementLight {
                    staff,
                    equipment,
                    agent_told: about_agent.contains(&AboutAgent::Told),
                    override_reason,
                };
                outings::open_from_pavement(
                    tx,
                    &mut self.sealer,
                    programme,
                    outing,
                    light,
                    self.now,
                )
                .await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn set_aside(
        &mut self,
        tx: &mut Tx,
        raw: &Value,
        status: &'static str,
        reason: &str,
        field: Option<&str>,
    ) -> Result<(), Problem> {
        let (outing, device) = match self.caller.who {
            Who::Phone { outing, device, .. } => (Some(outing), Some(device.0)),
            _ => (None, None),
        };
        let scope = Scope::Loose(self.now);
        let aside = Aside(without_picture(raw));
        let sealed = self.sealer.seal(tx, scope, &aside).await?;
        let actor = self.caller.actor();
        let aside = Quarantined {
            content_mac: content_mac(self.app, raw)?,
            status,
            reason,
            field,
            outing,
            device,
            sender_role: actor.role.as_str(),
            sender_id: actor.id,
            received_at: self.now,
            sealed: sealed.into_bytes(),
        };
        store::quarantine(tx, self.caller.programme, aside).await?;
        Ok(())
    }
}

/// Whose a phone is, as the facts say it now: they may come in any order, before the phone joins
/// and after they were taken back.
async fn settle_whose(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
) -> Result<(), Problem> {
    let whose = store::whose(tx, programme, outing, device).await?;
    outings::crew::store::set_whose(tx, programme, outing, device, whose).await?;
    Ok(())
}

/// Who answers for a fact. What only a coordinator says is that coordinator's act, on the phone in
/// their hand too; what is counted there is the phone's, as on any other.
fn sender_of(caller: &Caller, kind: &Kind) -> Actor {
    let says = matches!(
        kind,
        Kind::Presence { .. }
            | Kind::Newcomer { .. }
            | Kind::Opening { .. }
            | Kind::PhoneConfirmed { .. }
            | Kind::Void { .. }
    );
    let coordinator = caller.as_coordinator().filter(|_| says);
    coordinator.unwrap_or_else(|| caller.actor())
}

/// Kinds by sender (contract): a crew phone records for its own outing and as itself; the own phone
/// of a coordinator says besides what a coordinator says.
fn may_record(caller: &Caller, fact: &Fact) -> Result<(), Invalid> {
    let kind_is_theirs = match caller.role() {
        Role::CrewPhone | Role::LatePhone => match fact.kind {
            Kind::Sighting(_) | Kind::CityPickup { .. } | Kind::Photo(_) => false,
            Kind::Newcomer { .. } | Kind::Opening { .. } | Kind::PhoneConfirmed { .. } => {
                caller.as_coordinator().is_some()
            }
            _ => true,
        },
        Role::Coordinator => !matches!(fact.kind, Kind::CityPickup { .. } | Kind::Photo(_)),
        Role::Agent => matches!(
            fact.kind,
            Kind::Sighting(_)
                | Kind::CityPickup { .. }
                | Kind::Photo(_)
                | Kind::Void { .. }
                | Kind::Unknown { .. }
        ),
        Role::Peer => matches!(
            fact.kind,
            Kind::SiteProposal { .. }
                | Kind::Sighting(_)
                | Kind::Void { .. }
                | Kind::Unknown { .. }
        ),
        Role::Clerk | Role::Anon => false,
    };
    if !kind_is_theirs {
        return Err(Invalid::new("kind", "not_for_this_sender"));
    }
    match caller.who {
        Who::Phone { outing, device, .. } => {
            if fact.outing != Some(outing) {
                return Err(Invalid::new("outing", "not_of_this_phone"));
            }
            if fact.device != device {
                return Err(Invalid::new("device", "not_this_phone"));
            }
        }
        Who::Staff {
            role: Role::Agent, ..
        }
        | Who::Peer(_) => {
            if fact.outing.is_some() {
                return Err(Invalid::new("outing", "not_for_this_sender"));
            }
        }
        Who::Staff { .. } => {
            if fact.outing.is_none() && needs_outing(&fact.kind) {
                return Err(Invalid::new("outing", "missing"));
            }
        }
    }
    Ok(())
}

fn needs_outing(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Pickup(_) | Kind::Presence { .. } | Kind::Tally { .. } | Kind::Opening { .. }
    )
}

/// One reason a fact: what a person should hear first.
fn reason_of(fact: &Fact, early: bool, late: bool, to_check: bool) -> Option<&'static str> {
    if matches!(fact.kind, Kind::Unknown { .. }) {
        Some("unknown_kind")
    } else if late {
        Some("late")
    } else if early {
        Some("early")
    } else if to_check {
        Some("time_to_check")
    } else {
        None
    }
}

/// A fact as it is kept aside: a picture that was not taken is nobody's to look at.
fn without_picture(raw: &Value) -> Value {
    let mut raw = raw.clone();
    if raw["kind"] == "photo"
        && let Some(data) = raw.get_mut("data").and_then(Value::as_object_mut)
    {
        data.remove("jpeg");
    }
    raw
}

/// Keyed hash of the canonical form (RFC 8785): same content, whatever the order of its fields.
pub fn content_mac(app: &App, raw: &Value) -> Result<Vec<u8>, Problem> {
    let canonical = serde_json_canonicalizer::to_vec(raw)
        .map_err(|e| Problem::internal(format!("canonical form: {e}")))?;
    Ok(app.keys.mac("fact", &canonical))
}

fn site_of(kind: &Kind) -> Option<SiteId> {
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

fn columns_of(kind: &Kind) -> Columns {
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
fn data_of(kind: &Kind) -> Value {
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
fn secret_of(fact: &Fact, raw: &Value) -> Option<FactSecret> {
    let words =
        |text: &Option<domain::outing::Reason>| text.as_ref().map(|it| it.as_str().to_owned());
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

//! Receiving a batch, in one transaction, with as few statements as the batch allows.
//!
//! What needs no database is done before the transaction begins: on SQLite the writer is one for
//! all, and is held as briefly as possible.

use super::check::{self, Named};
use super::store::{self, NewFact, Quarantined};
use super::{Delivery, FactSecret, Hasher, effects, form};
use crate::access::{Actor, Caller, Role, Scope, Sealable, Sealer, Who};
use crate::app::App;
use crate::db::Tx;
use crate::flags;
use crate::flags::photos::Picture;
use crate::http::error::Problem;
use crate::outings;
use domain::crew::{FactResult, FactStatus, FactsAnswer};
use domain::fact::{Kind, time_to_check};
use domain::{Day, Fact, FactId, Instant, Invalid, OutingId, OutingState, SiteId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// A fact that was kept aside, whole.
#[derive(Serialize, Deserialize)]
struct Aside(Value);

impl Sealable for Aside {
    const LABEL: &'static str = "aside";
}

/// One of a batch, as it came.
struct Sent<'a> {
    index: usize,
    raw: &'a Value,
    content_mac: Vec<u8>,
    picture: Option<Picture>,
}

/// What it is, as far as that can be told without the database.
type Read<'a> = (Sent<'a>, Result<Fact, Invalid>);

/// One that may be kept.
struct Kept<'a> {
    sent: Sent<'a>,
    id: FactId,
    outing: Option<OutingId>,
    kind: Kind,
    by: Actor,
    reason: Option<&'static str>,
}

/// A batch that is being received.
struct Batch<'a> {
    app: &'a App,
    caller: &'a Caller,
    delivery: Delivery,
    now: Instant,
    sealer: Sealer<'a>,
    results: Vec<Option<FactResult>>,
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
    let reads = read_all(app, caller, raws, pictures)?;
    let mut tx = app.db.write_in_group().await?;
    let mut batch = Batch {
        app,
        caller,
        delivery,
        now,
        sealer: Sealer::new(&app.keys, caller.programme, now),
        results: vec![None; raws.len()],
    };
    batch.take(&mut tx, reads).await?;
    // A file handed in is no sign of life of the phone that wrote it.
    if let Who::Phone { outing, device, .. } = caller.who
        && delivery.handed_in_by.is_none()
    {
        outings::crew::store::phone_seen(&mut tx, caller.programme, outing, device, now).await?;
    }
    tx.commit().await?;
    Ok(FactsAnswer {
        results: batch.results.into_iter().flatten().collect(),
        server_time: now,
    })
}

/// By id, so that two phones that send the same facts never wait for each other in a ring.
fn read_all<'a>(
    app: &App,
    caller: &Caller,
    raws: &'a [Value],
    mut pictures: HashMap<usize, Picture>,
) -> Result<Vec<Read<'a>>, Problem> {
    let mut order: Vec<(Option<&str>, usize)> = raws.iter().map(id_of).zip(0..).collect();
    order.sort_unstable();
    let hasher = Hasher::new(app);
    let read = |(_, index): (Option<&str>, usize)| {
        let (raw, picture) = (&raws[index], pictures.remove(&index));
        let fact = check::read(caller, raw, picture.is_some());
        let sent = Sent {
            index,
            raw,
            content_mac: hasher.content_mac(raw)?,
            picture,
        };
        Ok((sent, fact))
    };
    order.into_iter().map(read).collect()
}

fn id_of(raw: &Value) -> Option<&str> {
    raw.get("id").and_then(Value::as_str)
}

impl<'a> Batch<'a> {
    async fn take(&mut self, tx: &mut Tx, reads: Vec<Read<'a>>) -> Result<(), Problem> {
        let programme = self.caller.programme;
        let facts = || reads.iter().filter_map(|(_, fact)| fact.as_ref().ok());
        let named = Named::by(tx, programme, facts()).await?;
        let flagged = self.flagged_before(tx, facts()).await?;
        let (mut kept, mut new) = (Vec::new(), Vec::new());
        for (sent, fact) in reads {
            let allowed = fact.and_then(|it| Ok((named.allow(self.caller, &it)?, it)));
            match allowed {
                Ok((outing, fact)) => {
                    let (one, fact) = self.form(tx, sent, fact, outing, &flagged).await?;
                    kept.push(one);
                    new.push(fact);
                }
                Err(wrong) => self.refuse(tx, sent, wrong).await?,
            }
        }
        let mut inserted = store::insert_all(tx, programme, new).await?;
        let mut there = Vec::new();
        for one in kept {
            // The first of an id: what follows in the same batch was sent twice.
            if inserted.remove(&one.id) {
                self.accept(tx, one).await?;
            } else {
                there.push(one);
            }
        }
        self.compare(tx, there).await
    }

    /// Those sightings that would make a site and were received before.
    async fn flagged_before(
        &self,
        tx: &mut Tx,
        facts: impl Iterator<Item = &Fact>,
    ) -> Result<HashSet<FactId>, Problem> {
        let role = self.caller.role();
        let makes_site = |it: &&Fact| flags::point_of(role, &it.kind).is_some();
        let ids: Vec<FactId> = facts.filter(makes_site).map(|it| it.id).collect();
        let there = store::content_macs(tx, self.caller.programme, &ids).await?;
        Ok(there.into_keys().collect())
    }

    /// A fact as it is kept, and what is left to do once it is.
    async fn form(
        &mut self,
        tx: &mut Tx,
        sent: Sent<'a>,
        fact: Fact,
        outing: Option<(OutingState, Day)>,
        flagged: &HashSet<FactId>,
    ) -> Result<(Kept<'a>, NewFact), Problem> {
        let state = outing.map(|(state, _)| state);
        let late = matches!(state, Some(OutingState::Closed | OutingState::Cancelled));
        let early = state == Some(OutingState::Planned);
        let to_check = time_to_check(fact.recorded_at, self.now, outing.map(|(_, day)| day));
        let mut columns = form::columns_of(&fact.kind);
        if !flagged.contains(&fact.id)
            && let Some(made) = self.site_of_flag(tx, &fact).await?
        {
            columns.site = Some(made);
        }
        let mut data = form::data_of(&fact.kind);
        if let Some(picture) = &sent.picture {
            data["photo"] = json!(picture.mac(self.app));
        }
        let secret = form::secret_of(&fact, sent.raw);
        let sealed = self.seal(tx, &fact, columns.site, secret).await?;
        let by = sender_of(self.caller, &fact.kind);
        let sent_at = self.delivery.sent_at;
        let content_mac = sent.content_mac.clone();
        let one = Kept {
            sent,
            id: fact.id,
            outing: fact.outing,
            kind: fact.kind.clone(),
            by,
            reason: reason_of(&fact, early, late, to_check),
        };
        let new = NewFact {
            received_at: self.now,
            sender_role: by.role.as_str(),
            sender_id: by.id,
            sender_ahead_ms: sent_at.map(|at| at.as_ms().saturating_sub(self.now.as_ms())),
            handed_in_by: self.delivery.handed_in_by,
            early,
            late,
            time_to_check: to_check,
            columns,
            data: data.to_string(),
            sealed,
            content_mac,
            fact,
        };
        Ok((one, new))
    }

    async fn seal(
        &mut self,
        tx: &mut Tx,
        fact: &Fact,
        site: Option<SiteId>,
        secret: Option<FactSecret>,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let Some(secret) = secret else {
            return Ok(None);
        };
        let scope = flags::scope_of(self.caller.role(), fact, site, self.now);
        let sealed = self.sealer.seal(tx, scope, &secret).await?;
        Ok(Some(sealed.into_bytes()))
    }

    /// The public site that an agent's sighting at a point makes.
    async fn site_of_flag(&self, tx: &mut Tx, fact: &Fact) -> Result<Option<SiteId>, Problem> {
        let Some(seen) = flags::point_of(self.caller.role(), &fact.kind) else {
            return Ok(None);
        };
        let programme = self.caller.programme;
        let site = flags::make_site(tx, self.app, programme, fact.id, seen).await?;
        Ok(Some(site))
    }

    async fn accept(&mut self, tx: &mut Tx, one: Kept<'a>) -> Result<(), Problem> {
        self.answer(&one.sent, FactStatus::Accepted, one.reason, None);
        let (caller, now) = (self.caller, self.now);
        if one.by.role == Role::Coordinator {
            return effects::apply(tx, &mut self.sealer, caller, one.outing, one.kind, now).await;
        }
        if let (Kind::Photo(photo), Some(sender), Some(picture)) =
            (one.kind, one.by.id, one.sent.picture)
        {
            let new = flags::new_photo(one.id, photo.target, sender, now);
            let programme = caller.programme;
            flags::photos::keep(tx, &mut self.sealer, programme, new, &picture).await?;
        }
        Ok(())
    }

    /// Of those that are there already: the same again, or something else under the same id.
    async fn compare(&mut self, tx: &mut Tx, there: Vec<Kept<'a>>) -> Result<(), Problem> {
        let ids: Vec<FactId> = there.iter().map(|it| it.id).collect();
        let macs = store::content_macs(tx, self.caller.programme, &ids).await?;
        for Kept { sent, id, .. } in there {
            if macs.get(&id) == Some(&sent.content_mac) {
                self.answer(&sent, FactStatus::Duplicate, None, None);
                continue;
            }
            let other = "other_content";
            self.answer(&sent, FactStatus::Conflict, Some(other), None);
            self.set_aside(tx, sent, "conflict", other, None).await?;
        }
        Ok(())
    }

    async fn refuse(
        &mut self,
        tx: &mut Tx,
        sent: Sent<'a>,
        Invalid(wrong): Invalid,
    ) -> Result<(), Problem> {
        let (code, field) = (wrong.code, Some(&*wrong.field));
        self.answer(&sent, FactStatus::Refused, Some(code), field);
        self.set_aside(tx, sent, "refused", code, field).await
    }

    async fn set_aside(
        &mut self,
        tx: &mut Tx,
        sent: Sent<'a>,
        status: &'static str,
        reason: &str,
        field: Option<&str>,
    ) -> Result<(), Problem> {
        let (outing, device) = match self.caller.who {
            Who::Phone { outing, device, .. } => (Some(outing), Some(device.0)),
            _ => (None, None),
        };
        let scope = Scope::Loose(self.now);
        let aside = Aside(without_picture(sent.raw));
        let sealed = self.sealer.seal(tx, scope, &aside).await?;
        let actor = self.caller.actor();
        let aside = Quarantined {
            content_mac: sent.content_mac,
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

    fn answer(
        &mut self,
        sent: &Sent<'a>,
        status: FactStatus,
        reason: Option<&str>,
        field: Option<&str>,
    ) {
        self.results[sent.index] = Some(FactResult {
            index: sent.index,
            id: id_of(sent.raw).map(str::to_owned),
            status,
            reason: reason.map(str::to_owned),
            field: field.map(str::to_owned),
        });
    }
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

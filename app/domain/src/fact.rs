//! A fact (« relevé »): one immutable recorded event, with an id made by its maker.
//!
//! Facts come as JSON from phones that may be old, new, or wrong. [`Fact::parse`] is the only way
//! in: what it returns is checked; what it refuses names the field. Unknown kinds are kept as
//! they are, so that an old server loses nothing of a newer phone.

use crate::ids::{DeviceId, FactId, OutingId, PeerId, SiteId};
use crate::limits::{BOX_LITRES_MAX, BOX_WEIGHT_G_MAX, COUNT_MAX, PHOTO_CHARS_MAX};
use crate::outing::{AboutAgent, Equipment, Reason};
use crate::people::{Pseudonym, Sign, coded_enum};
use crate::place::{Nature, Position};
use crate::problem::Invalid;
use crate::time::{DAY_MS, Day, Instant};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// One immutable recorded event.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Made by the maker (UUID v7).
    pub id: FactId,
    /// The outing it belongs to, if any.
    pub outing: Option<OutingId>,
    /// The phone (or desk session) that made it.
    pub device: DeviceId,
    /// Order within the device: the clock of a phone may jump, this does not.
    pub seq: u32,
    /// By the maker's clock, never rewritten.
    pub recorded_at: Instant,
    /// What happened.
    pub kind: Kind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// +n items at a place.
    Pickup(Pickup),
    /// Takes another fact back.
    Void {
        /// The fact taken back.
        target: FactId,
        /// Why; free text.
        reason: Option<Reason>,
    },
    /// A peer proposes a place.
    SiteProposal {
        /// Public or discreet.
        nature: Nature,
        /// Where.
        at: Position,
        /// Free text.
        note: Option<Reason>,
        /// « Les habitants sont d'accord »: yes, no, or not asked.
        residents_agree: Option<bool>,
        /// At a discreet place: what the agent who walks along does. The green light obeys it.
        agent: Option<AgentAccess>,
    },
    /// A peer took part; `present: false` takes it back.
    Presence {
        /// Who.
        peer: PeerId,
        /// Took part.
        present: bool,
    },
    /// Encounters, as a number.
    Tally {
        /// With whom.
        who: Encounter,
        /// How many.
        count: Count,
    },
    /// A sharps box.
    SharpsBox(SharpsBox),
    /// An agent or a peer saw needles.
    Sighting(Sighting),
    /// The city's own service picked up, outside any outing.
    CityPickup {
        /// Where.
        site: SiteId,
        /// How many.
        count: Count,
    },
    /// Somebody new, made on the coordinator's phone.
    Newcomer {
        /// The id made for them.
        peer: PeerId,
        /// What they want to be called.
        pseudonym: Pseudonym,
        /// Their picture sign.
        sign: Sign,
    },
    /// The green light, given on the pavement.
    Opening {
        /// Codes of who is there (`coordinator`, `agent`), one entry a person.
        staff: Vec<String>,
        /// What was checked.
        equipment: Vec<Equipment>,
        /// What was checked about the agent, told among the equipment.
        about_agent: Vec<AboutAgent>,
        /// Why it is opened all the same.
        override_reason: Option<Reason>,
    },
    /// A coordinator says whose a joined phone is.
    PhoneConfirmed {
        /// The phone.
        device: DeviceId,
        /// Whose.
        whose: Whose,
    },
    /// A picture of what was seen, made small on the phone and without its hidden data.
    Photo(Photo),
    /// Free words.
    Note {
        /// The words.
        text: Reason,
    },
    /// A kind this version does not know: kept, acknowledged, not read.
    Unknown {
        /// Its name.
        kind: String,
    },
}

/// Items picked up in one gesture or one sitting: 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(u32);

impl Count {
    /// 1 to 1,000.
    pub fn new(n: u32) -> Result<Self, Invalid> {
        if (1..=COUNT_MAX).contains(&n) {
            Ok(Self(n))
        } else {
            Err(Invalid::new("count", "out_of_range"))
        }
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// +n items at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pickup {
    /// A known site, or a point.
    pub place: PickupPlace,
    /// What.
    pub item: Item,
    /// How many.
    pub count: Count,
    /// Counted one by one, or estimated.
    pub method: Method,
}

/// Where a pickup was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PickupPlace {
    /// A site of the programme.
    Site(SiteId),
    /// « Ici »: a point, sealed on receipt, that only a coordinator may attach or declare public.
    Here {
        /// The point.
        at: Position,
        /// Accuracy as the phone told it, in metres.
        accuracy_m: Option<f64>,
    },
    /// The phone had no position and no site was chosen: counted, to be attached by a coordinator.
    Nowhere,
}

coded_enum! {
    /// What was picked up.
    Item {
        /// A syringe, needle on or off.
        Syringe = "syringe", "seringue";
        /// A needle alone.
        Needle = "needle", "aiguille";
        /// A pipe.
        Pipe = "pipe", "pipe";
        /// Anything else that cuts or stings.
        Other = "other", "autre";
    }
}

coded_enum! {
    /// How a number came about.
    Method {
        /// One by one.
        Counted = "counted", "compté";
        /// By the eye or by the box.
        Estimated = "estimated", "estimé";
    }
}

coded_enum! {
    /// Who was met: numbers only, never a person.
    Encounter {
        /// Lives here.
        Resident = "resident", "riverain";
        /// Keeps a shop here.
        Shopkeeper = "shopkeeper", "commerçant";
        /// Comes to the association.
        User = "user", "usager";
        /// Works for the city.
        Agent = "agent", "agent";
        /// Police.
        Police = "police", "police";
    }
}

coded_enum! {
    /// Whose a joined phone is.
    Whose {
        /// The association's.
        Association = "association", "à l’association";
        /// A peer's.
        Peer = "peer", "à un pair";
        /// An agent's: never gets a discreet site.
        Agent = "agent", "à un agent";
    }
}

coded_enum! {
    /// What the city's agent does at a discreet place, as those who live there want it.
    AgentAccess {
        /// Comes in with the crew.
        Enters = "enters", "l’agent entre";
        /// Stays outside.
        Waits = "waits", "l’agent attend dehors";
        /// Does not come along.
        Absent = "absent", "l’agent ne vient pas";
    }
}

coded_enum! {
    /// Where a sharps box is in its life.
    BoxState {
        /// In use.
        Open = "open", "ouvert";
        /// Closed for good.
        Closed = "closed", "fermé";
    }
}

coded_enum! {
    /// How soon somebody should go.
    Urgency {
        /// Next outing.
        Normal = "normal", "normal";
        /// Today.
        Urgent = "urgent", "urgent";
    }
}

/// A sharps box (NF X30-511 / ISO 23907).
#[derive(Clone, Debug, PartialEq)]
pub struct SharpsBox {
    /// Printed on it.
    pub number: String,
    /// Capacity in litres.
    pub litres: f64,
    /// Open or closed for good.
    pub state: BoxState,
    /// Weight, if weighed, in grams.
    pub weight_g: Option<u32>,
}

/// Needles seen by an agent or a peer.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// A known site, or a point.
    pub place: PickupPlace,
    /// The category chosen on the screen.
    pub category: String,
    /// How soon.
    pub urgency: Urgency,
    /// How many were seen.
    pub count: Option<Count>,
    /// Children come here.
    pub near_children: bool,
    /// Free text.
    pub note: Option<Reason>,
}

/// A picture of a sighting.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// The sighting.
    pub target: FactId,
    /// JPEG, as base64: at most [`PHOTO_CHARS_MAX`].
    pub jpeg: String,
}

impl Fact {
    /// Checks one fact of a batch. The error names the field (`data.count`) and a stable code.
    pub fn parse(raw: &Value) -> Result<Self, Invalid> {
        let top = Fields::top(raw)?;
        let kind_name = top.text("kind")?;
        let empty = Value::Object(Map::new());
        let data = Fields::data(top.get("data").unwrap_or(&empty))?;
        Ok(Self {
            id: FactId(top.uuid("id")?),
            outing: top.optional("outing", Fields::uuid)?.map(OutingId),
            device: DeviceId(top.uuid("device")?),
            seq: top.whole("seq", 0, u32::MAX)?,
            recorded_at: top.instant("recorded_at")?,
            kind: Kind::parse(kind_name, &data)?,
        })
    }

    /// The fact as it travels and is kept on the phone.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "kind": self.kind.name(),
            "outing": self.outing,
            "device": self.device,
            "seq": self.seq,
            "recorded_at": self.recorded_at,
            "data": self.kind.data(),
        })
    }
}

impl Kind {
    fn parse(name: &str, data: &Fields) -> Result<Self, Invalid> {
        Ok(match name {
            "pickup" => Self::Pickup(Pickup {
                place: data.pickup_place()?,
                item: data.coded("item", Item::from_code)?,
                count: data.count("count")?,
                method: data.coded("method", Method::from_code)?,
            }),
            "void" => Self::Void {
                target: FactId(data.uuid("target")?),
                reason: data.optional("reason", Fields::words)?,
            },
            "site_proposal" => Self::SiteProposal {
                nature: Nature::parse(data.text("nature")?)
                    .map_err(|_| data.wrong("nature", "unknown_value"))?,
                at: data.position()?,
                note: data.optional("note", Fields::words)?,
                residents_agree: data.optional("residents_agree", Fields::truth)?,
                agent: data
                    .optional("agent", |it, field| it.coded(field, AgentAccess::from_code))?,
            },
            "presence" => Self::Presence {
                peer: PeerId(data.uuid("peer")?),
                present: data.truth("present")?,
            },
            "tally" => Self::Tally {
                who: data.coded("who", Encounter::from_code)?,
                count: data.count("count")?,
            },
            "box" => Self::SharpsBox(SharpsBox {
                number: data.short("number")?,
                litres: data.number("litres", f64::MIN_POSITIVE, BOX_LITRES_MAX)?,
                state: data.coded("state", BoxState::from_code)?,
                weight_g: data.optional("grams", |d, f| d.whole(f, 1, BOX_WEIGHT_G_MAX))?,
            }),
            "sighting" => Self::Sighting(Sighting {
                place: data.sighting_place()?,
                category: data.short("category")?,
                urgency: data.coded("urgency", Urgency::from_code)?,
                count: data.optional("count", Fields::count)?,
                near_children: data
                    .optional("near_children", Fields::truth)?
                    .unwrap_or(false),
                note: data.optional("note", Fields::words)?,
            }),
            "photo" => Self::Photo(Photo {
                target: FactId(data.uuid("target")?),
                jpeg: data.base64("jpeg")?,
            }),
            "city_pickup" => Self::CityPickup {
                site: SiteId(data.uuid("site")?),
                count: data.count("count")?,
            },
            "newcomer" => Self::Newcomer {
                peer: PeerId(data.uuid("peer")?),
                pseudonym: Pseudonym::new(data.text("pseudonym")?)
                    .map_err(|e| data.wrong("pseudonym", e.0.code))?,
                sign: data
                    .text("sign")?
                    .parse()
                    .map_err(|_| data.wrong("sign", "unknown_value"))?,
            },
            "opening" => Self::Opening {
                staff: data.texts("staff")?,
                equipment: data.checked(Equipment::from_code)?,
                about_agent: data.checked(AboutAgent::from_code)?,
                override_reason: data.optional("override", Fields::words)?,
            },
            "phone_confirmed" => Self::PhoneConfirmed {
                device: DeviceId(data.uuid("device")?),
                whose: data.coded("whose", Whose::from_code)?,
            },
            "note" => Self::Note {
                text: data.words("text")?,
            },
            other => Self::Unknown { kind: other.into() },
        })
    }

    /// As in the contract: `pickup`, `void`…
    pub fn name(&self) -> &str {
        match self {
            Self::Pickup(_) => "pickup",
            Self::Void { .. } => "void",
            Self::SiteProposal { .. } => "site_proposal",
            Self::Presence { .. } => "presence",
            Self::Tally { .. } => "tally",
            Self::SharpsBox(_) => "box",
            Self::Sighting(_) => "sighting",
            Self::CityPickup { .. } => "city_pickup",
            Self::Newcomer { .. } => "newcomer",
            Self::Opening { .. } => "opening",
            Self::PhoneConfirmed { .. } => "phone_confirmed",
            Self::Photo(_) => "photo",
            Self::Note { .. } => "note",
            Self::Unknown { kind } => kind,
        }
    }

    fn data(&self) -> Value {
        let mut data = match self {
            Self::Pickup(it) => {
                let mut data = it.place.data();
                data["item"] = json!(it.item.code());
                data["count"] = json!(it.count.get());
                data["method"] = json!(it.method.code());
                data
            }
            Self::Void { target, reason } => json!({"target": target, "reason": reason}),
            Self::SiteProposal {
                nature,
                at,
                note,
                residents_agree,
                agent,
            } => json!({
                "nature": nature, "lat": at.lat(), "lon": at.lon(),
                "note": note, "residents_agree": residents_agree,
                "agent": agent.map(AgentAccess::code),
            }),
            Self::Presence { peer, present } => json!({"peer": peer, "present": present}),
            Self::Tally { who, count } => json!({"who": who.code(), "count": count.get()}),
            Self::SharpsBox(it) => json!({
                "number": it.number, "litres": it.litres,
                "state": it.state.code(), "grams": it.weight_g,
            }),
            Self::Sighting(it) => {
                let mut data = it.place.data();
                data["category"] = json!(it.category);
                data["urgency"] = json!(it.urgency.code());
                data["count"] = json!(it.count.map(Count::get));
                data["near_children"] = json!(it.near_children);
                data["note"] = json!(it.note);
                data
            }
            Self::Photo(it) => json!({"target": it.target, "jpeg": it.jpeg}),
            Self::CityPickup { site, count } => json!({"site": site, "count": count.get()}),
            Self::Newcomer {
                peer,
                pseudonym,
                sign,
            } => json!({"peer": peer, "pseudonym": pseudonym, "sign": sign}),
            Self::Opening {
                staff,
                equipment,
                about_agent,
                override_reason,
            } => json!({
                "staff": staff,
                "equipment": codes_of(equipment, about_agent),
                "override": override_reason,
            }),
            Self::PhoneConfirmed { device, whose } => {
                json!({"device": device, "whose": whose.code()})
            }
            Self::Note { text } => json!({"text": text}),
            Self::Unknown { .. } => json!({}),
        };
        if let Value::Object(map) = &mut data {
            map.retain(|_, value| !value.is_null());
        }
        data
    }
}

fn codes_of(equipment: &[Equipment], about_agent: &[AboutAgent]) -> Vec<&'static str> {
    let equipment = equipment.iter().map(|it| it.code());
    equipment
        .chain(about_agent.iter().map(|it| it.code()))
        .collect()
}

impl PickupPlace {
    fn data(self) -> Value {
        match self {
            Self::Site(site) => json!({"site": site}),
            Self::Here { at, accuracy_m } => {
                json!({"lat": at.lat(), "lon": at.lon(), "accuracy_m": accuracy_m})
            }
            Self::Nowhere => json!({}),
        }
    }
}

/// How far from its outing a fact may say it was recorded before a person should look.
const TIME_SLACK_MS: i64 = 2 * DAY_MS;
/// How far ahead of the server a phone's clock may be before a person should look.
const CLOCK_AHEAD_MS: i64 = DAY_MS;
/// How old a fact outside any outing may be before a person should look.
const AGE_MAX_MS: i64 = 120 * DAY_MS;

/// Is the recorded time absurd (a flat battery puts a phone back to 1970)? The time is kept as
/// it is; a person checks.
pub fn time_to_check(recorded_at: Instant, received_at: Instant, outing_day: Option<Day>) -> bool {
    let recorded = recorded_at.as_ms();
    if recorded > received_at.as_ms().saturating_add(CLOCK_AHEAD_MS) {
        return true;
    }
    match outing_day {
        Some(day) => {
            let midnight = day.utc_midnight().as_ms();
            recorded < midnight - TIME_SLACK_MS || recorded > midnight + DAY_MS + TIME_SLACK_MS
        }
        None => recorded < received_at.as_ms().saturating_sub(AGE_MAX_MS),
    }
}

/// Reads the fields of one JSON object and says which one is wrong.
struct Fields<'a> {
    prefix: &'static str,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn top(raw: &'a Value) -> Result<Self, Invalid> {
        let map = raw
            .as_object()
            .ok_or_else(|| Invalid::new("fact", "not_an_object"))?;
        Ok(Self { prefix: "", map })
    }

    fn data(raw: &'a Value) -> Result<Self, Invalid> {
        let map = raw
            .as_object()
            .ok_or_else(|| Invalid::new("data", "not_an_object"))?;
        Ok(Self {
            prefix: "data.",
            map,
        })
    }

    fn wrong(&self, field: &str, code: &'static str) -> Invalid {
        Invalid::new(format!("{}{field}", self.prefix), code)
    }

    /// The field, unless absent or null.
    fn get(&self, field: &str) -> Option<&'a Value> {
        self.map.get(field).filter(|value| !value.is_null())
    }

    fn need(&self, field: &str) -> Result<&'a Value, Invalid> {
        self.get(field).ok_or_else(|| self.wrong(field, "missing"))
    }

    fn optional<T>(
        &self,
        field: &str,
        read: impl Fn(&Self, &str) -> Result<T, Invalid>,
    ) -> Result<Option<T>, Invalid> {
        self.get(field).map(|_| read(self, field)).transpose()
    }

    fn text(&self, field: &str) -> Result<&'a str, Invalid> {
        let text = self.need(field)?.as_str();
        text.ok_or_else(|| self.wrong(field, "not_text"))
    }

    /// A short line: a number printed on a box, a category.
    fn short(&self, field: &str) -> Result<String, Invalid> {
        crate::people::Title::new("text", self.text(field)?)
            .map(|title| title.as_str().to_owned())
            .map_err(|e| self.wrong(field, e.0.code))
    }

    fn texts(&self, field: &str) -> Result<Vec<String>, Invalid> {
        const ENTRIES_MAX: usize = 50;
        let list = self.need(field)?.as_array();
        let list = list.ok_or_else(|| self.wrong(field, "not_a_list"))?;
        if list.len() > ENTRIES_MAX {
            return Err(self.wrong(field, "too_many"));
        }
        let texts = list.iter().map(|it| it.as_str().map(str::to_owned));
        texts
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| self.wrong(field, "not_text"))
    }

    /// What was checked of one kind: equipment and words about the agent share a list, where
    /// nothing else may stand.
    fn checked<T>(&self, kind: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Invalid> {
        let codes = self.texts("equipment")?;
        let known = |code: &String| {
            Equipment::from_code(code).is_some() || AboutAgent::from_code(code).is_some()
        };
        if !codes.iter().all(known) {
            return Err(self.wrong("equipment", "unknown_value"));
        }
        Ok(codes.iter().filter_map(|code| kind(code)).collect())
    }

    fn words(&self, field: &str) -> Result<Reason, Invalid> {
        Reason::new("text", self.text(field)?).map_err(|e| self.wrong(field, e.0.code))
    }

    /// Standard base64 with its padding; what it holds is looked at by whoever decodes it.
    fn base64(&self, field: &str) -> Result<String, Invalid> {
        let text = self.text(field)?;
        if text.len() > PHOTO_CHARS_MAX {
            return Err(self.wrong(field, "too_long"));
        }
        let body = text.trim_end_matches('=');
        let known = |it: u8| it.is_ascii_alphanumeric() || it == b'+' || it == b'/';
        let padded = text.len().is_multiple_of(4) && text.len() - body.len() <= 2;
        if body.is_empty() || !padded || !body.bytes().all(known) {
            return Err(self.wrong(field, "not_base64"));
        }
        Ok(text.to_owned())
    }

    fn truth(&self, field: &str) -> Result<bool, Invalid> {
        let truth = self.need(field)?.as_bool();
        truth.ok_or_else(|| self.wrong(field, "not_a_boolean"))
    }

    fn uuid(&self, field: &str) -> Result<Uuid, Invalid> {
        Uuid::parse_str(self.text(field)?).map_err(|_| self.wrong(field, "not_a_uuid"))
    }

    fn instant(&self, field: &str) -> Result<Instant, Invalid> {
        let text = self.text(field)?;
        text.parse().map_err(|_| self.wrong(field, "not_rfc3339"))
    }

    fn whole(&self, field: &str, min: u32, max: u32) -> Result<u32, Invalid> {
        let value = self.need(field)?;
        if !value.is_number() {
            return Err(self.wrong(field, "not_a_number"));
        }
        let n = value.as_u64().and_then(|n| u32::try_from(n).ok());
        n.filter(|n| (min..=max).contains(n))
            .ok_or_else(|| self.wrong(field, "out_of_range"))
    }

    fn number(&self, field: &str, min: f64, max: f64) -> Result<f64, Invalid> {
        let n = self.need(field)?.as_f64();
        let n = n.ok_or_else(|| self.wrong(field, "not_a_number"))?;
        if (min..=max).contains(&n) {
            Ok(n)
        } else {
            Err(self.wrong(field, "out_of_range"))
        }
    }

    fn count(&self, field: &str) -> Result<Count, Invalid> {
        Count::new(self.whole(field, 1, COUNT_MAX)?).map_err(|e| self.wrong(field, e.0.code))
    }

    fn coded<T>(&self, field: &str, from: fn(&str) -> Option<T>) -> Result<T, Invalid> {
        from(self.text(field)?).ok_or_else(|| self.wrong(field, "unknown_value"))
    }

    fn position(&self) -> Result<Position, Invalid> {
        let lat = self.number("lat", f64::MIN, f64::MAX)?;
        let lon = self.number("lon", f64::MIN, f64::MAX)?;
        Position::new(lat, lon).map_err(|e| self.wrong(&e.0.field, e.0.code))
    }

    /// A site, a point, or neither; both at once is a contradiction.
    fn pickup_place(&self) -> Result<PickupPlace, Invalid> {
        const ACCURACY_M_MAX: f64 = 10_000_000.0;
        let has_point = self.get("lat").is_some() || self.get("lon").is_some();
        match (self.get("site").is_some(), has_point) {
            (true, true) => Err(self.wrong("site", "site_and_point")),
            (true, false) => Ok(PickupPlace::Site(SiteId(self.uuid("site")?))),
            (false, true) => Ok(PickupPlace::Here {
                at: self.position()?,
                accuracy_m: self.optional("accuracy_m", |d, f| d.number(f, 0.0, ACCURACY_M_MAX))?,
            }),
            (false, false) => Ok(PickupPlace::Nowhere),
        }
    }

    /// Nobody can go and look nowhere.
    fn sighting_place(&self) -> Result<PickupPlace, Invalid> {
        match self.pickup_place()? {
            PickupPlace::Nowhere => Err(self.wrong("site", "missing")),
            place => Ok(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pickup_json() -> Value {
        json!({
            "id": "01938f6e-2f6a-7bb0-8000-000000000001",
            "kind": "pickup",
            "outing": "01938f6e-2f6a-7bb0-8000-00000000000a",
            "device": "01938f6e-2f6a-7bb0-8000-00000000000d",
            "seq": 12,
            "recorded_at": "2026-11-24T13:05:00.000Z",
            "data": {"lat": 44.83, "lon": -0.57, "accuracy_m": 12.5,
                     "item": "syringe", "count": 5, "method": "counted"},
        })
    }

    fn refused(change: impl Fn(&mut Value)) -> (String, &'static str) {
        let mut raw = pickup_json();
        change(&mut raw);
        let wrong = Fact::parse(&raw).unwrap_err().0;
        (wrong.field, wrong.code)
    }

    #[test]
    fn a_pickup_survives_its_json() {
        let fact = Fact::parse(&pickup_json()).unwrap();
        assert_eq!(fact.to_json(), pickup_json());
    }

    #[test]
    fn a_count_is_one_to_a_thousand() {
        for wrong in [json!(0), json!(-1), json!(1001), json!(2.5), json!(1e30)] {
            let said = refused(|raw| raw["data"]["count"] = wrong.clone());
            assert_eq!(said, ("data.count".into(), "out_of_range"), "{wrong}");
        }
        let said = refused(|raw| raw["data"]["count"] = json!("5"));
        assert_eq!(said, ("data.count".into(), "not_a_number"));
        let said = refused(|raw| raw["data"]["count"] = Value::Null);
        assert_eq!(said, ("data.count".into(), "missing"));
    }

    #[test]
    fn a_point_is_on_the_earth() {
        let said = refused(|raw| raw["data"]["lat"] = json!(91));
        assert_eq!(said, ("data.lat".into(), "out_of_range"));
        let said = refused(|raw| raw["data"]["lon"] = json!(-181));
        assert_eq!(said, ("data.lon".into(), "out_of_range"));
        let said = refused(|raw| {
            raw["data"]["lat"] = json!(0);
            raw["data"]["lon"] = json!(0.0);
        });
        assert_eq!(said, ("data.lat".into(), "null_island"));
        let said = refused(|raw| raw["data"]["lon"] = Value::Null);
        assert_eq!(said, ("data.lon".into(), "missing"));
    }

    #[test]
    fn a_pickup_is_at_a_site_or_at_a_point_and_not_at_both() {
        let site = json!("01938f6e-2f6a-7bb0-8000-0000000000aa");
        let said = refused(|raw| raw["data"]["site"] = site.clone());
        assert_eq!(said, ("data.site".into(), "site_and_point"));
    }

    #[test]
    fn a_pickup_without_a_position_still_counts() {
        let mut raw = pickup_json();
        raw["data"] = json!({"item": "syringe", "count": 3, "method": "counted"});
        let Kind::Pickup(pickup) = Fact::parse(&raw).unwrap().kind else {
            panic!("not a pickup")
        };
        assert_eq!(pickup.place, PickupPlace::Nowhere);
    }

    #[test]
    fn what_is_not_a_fact_is_refused_by_name() {
        for (raw, field) in [
            (json!(null), "fact"),
            (json!([]), "fact"),
            (json!({}), "kind"),
            (json!({"kind": 3}), "kind"),
            (json!({"kind": "note", "data": []}), "data"),
        ] {
            assert_eq!(Fact::parse(&raw).unwrap_err().0.field, field, "{raw}");
        }
        assert_eq!(refused(|raw| raw["id"] = json!("7")).0, "id");
        assert_eq!(
            refused(|raw| raw["recorded_at"] = json!("hier")).0,
            "recorded_at"
        );
        assert_eq!(refused(|raw| raw["seq"] = json!(-1)).0, "seq");
    }

    #[test]
    fn a_kind_of_tomorrow_is_kept() {
        let mut raw = pickup_json();
        raw["kind"] = json!("hologram");
        let fact = Fact::parse(&raw).unwrap();
        assert_eq!(
            fact.kind,
            Kind::Unknown {
                kind: "hologram".into()
            }
        );
    }

    #[test]
    fn every_kind_survives_its_json() {
        let id = json!("01938f6e-2f6a-7bb0-8000-0000000000aa");
        for (kind, data) in [
            ("void", json!({"target": id, "reason": "erreur"})),
            (
                "site_proposal",
                json!({"nature": "discreet", "lat": 44.8, "lon": -0.5, "note": "au fond", "residents_agree": true}),
            ),
            ("presence", json!({"peer": id, "present": true})),
            ("tally", json!({"who": "resident", "count": 2})),
            (
                "box",
                json!({"number": "B-7", "litres": 2.5, "state": "closed", "grams": 900}),
            ),
            (
                "sighting",
                json!({"site": id, "category": "parc", "urgency": "urgent", "count": 3, "near_children": true}),
            ),
            ("city_pickup", json!({"site": id, "count": 4})),
            (
                "newcomer",
                json!({"peer": id, "pseudonym": "Zoé", "sign": "fox-red"}),
            ),
            (
                "opening",
                json!({"staff": ["coordinator", "agent"], "equipment": ["gloves"], "override": "pluie"}),
            ),
            ("phone_confirmed", json!({"device": id, "whose": "peer"})),
            ("note", json!({"text": "deux lignes\nici"})),
        ] {
            let mut raw = pickup_json();
            raw["kind"] = json!(kind);
            raw["data"] = data;
            assert_eq!(Fact::parse(&raw).unwrap().to_json(), raw, "{kind}");
        }
    }

    #[test]
    fn absurd_times_are_to_be_checked_and_honest_ones_are_not() {
        let day = Day::new(2026, 11, 24).unwrap();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let now = at("2026-11-24T15:00:00Z");
        assert!(!time_to_check(at("2026-11-24T13:00:00Z"), now, Some(day)));
        assert!(!time_to_check(at("2026-11-23T23:30:00Z"), now, Some(day)));
        assert!(time_to_check(at("1970-01-01T00:10:00Z"), now, Some(day)));
        assert!(time_to_check(at("2027-11-24T13:00:00Z"), now, Some(day)));
        assert!(time_to_check(at("1970-01-01T00:10:00Z"), now, None));
        let months_later = at("2027-02-01T10:00:00Z");
        assert!(!time_to_check(
            at("2026-11-24T13:00:00Z"),
            months_later,
            Some(day)
        ));
    }

    proptest! {
        #[test]
        fn nothing_that_comes_in_panics(text in "\\PC{0,40}", n: f64, field in 0usize..8) {
            let mut raw = pickup_json();
            let key = ["id", "kind", "outing", "device", "seq", "recorded_at", "data", "x"][field];
            raw[key] = if n > 0.0 { json!(text) } else { json!(n) };
            let _ = Fact::parse(&raw);
            let mut raw = pickup_json();
            let key = ["lat", "lon", "accuracy_m", "item", "count", "method", "site", "x"][field];
            raw["data"][key] = if n > 0.0 { json!(n) } else { json!(text) };
            let _ = Fact::parse(&raw);
        }
    }
}

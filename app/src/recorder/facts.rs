//! Facts as this phone writes them, and as it tells them.
//!
//! The phone writes its few kinds by hand: what reads all kinds is the server's, and
//! need not travel. Tests hold every text against [`domain::Fact::parse`].

use super::model::{Fix, Place};
use super::proposal::Proposal;
use super::team;
use crate::json::{Json, decimal, quoted};
use crate::ui::texts;
use domain::fact::{Count, Encounter, Item, Method};
use domain::{DeviceId, FactId, OutingId, SiteId};

/// Who records, where and when: what all facts of this phone have.
#[derive(Clone, Debug)]
pub struct Maker {
    /// The fact's id.
    pub id: FactId,
    /// The outing on the screen; none where it is about none.
    pub outing: Option<OutingId>,
    /// This phone.
    pub device: DeviceId,
    /// By the phone's clock, RFC 3339.
    pub recorded_at: String,
}

impl Maker {
    /// The exact text of a fact, kept and sent as it is.
    pub fn text(&self, seq: u32, kind: &str, data: &str) -> String {
        let text = [
            "{\"id\":",
            &quoted(&self.id.to_string()),
            ",\"kind\":",
            &quoted(kind),
            ",\"outing\":",
            &self
                .outing
                .map_or("null".to_owned(), |it| quoted(&it.to_string())),
            ",\"device\":",
            &quoted(&self.device.to_string()),
            ",\"seq\":",
            &seq.to_string(),
            ",\"recorded_at\":",
            &quoted(&self.recorded_at),
            ",\"data\":{",
            data,
            "}}",
        ];
        text.concat()
    }
}

/// What is counted: +n of something, somewhere.
#[derive(Clone, Copy, Debug)]
pub struct Pickup {
    /// Where the team says it is.
    pub place: Place,
    /// The point of « ici ».
    pub here: Option<Fix>,
    /// What.
    pub item: Item,
    /// How many.
    pub count: Count,
    /// Counted or estimated.
    pub method: Method,
}

impl Pickup {
    /// The name of its kind.
    pub const KIND: &str = "pickup";

    /// Its data. A site goes without the phone's position; « ici » without one is still counted.
    pub fn data(&self) -> String {
        let place = match (self.place, self.here) {
            (Place::Site(site), _) => ["\"site\":", &quoted(&site.to_string()), ","].concat(),
            (Place::Here, Some(fix)) => point(fix),
            (Place::Here | Place::Unset, _) => String::new(),
        };
        let rest = [
            &place,
            "\"item\":",
            &quoted(self.item.code()),
            ",\"count\":",
            &self.count.get().to_string(),
            ",\"method\":",
            &quoted(self.method.code()),
        ];
        rest.concat()
    }
}

/// `"lat":44.83,"lon":-0.57,"accuracy_m":12,`
pub fn point(fix: Fix) -> String {
    let (lat, lon) = (decimal(fix.at.lat()), decimal(fix.at.lon()));
    let accuracy = fix
        .accuracy_m
        .map(|it| ["\"accuracy_m\":", &it.to_string(), ","].concat());
    let accuracy = accuracy.unwrap_or_default();
    ["\"lat\":", &lat, ",\"lon\":", &lon, ",", &accuracy].concat()
}

/// Somebody was met: a number, never a person.
#[derive(Clone, Copy, Debug)]
pub struct Tally(pub Encounter);

impl Tally {
    /// The name of its kind.
    pub const KIND: &str = "tally";

    /// Its data.
    pub fn data(&self) -> String {
        ["\"who\":", &quoted(self.0.code()), ",\"count\":1"].concat()
    }
}

/// Takes another fact back.
#[derive(Clone, Copy, Debug)]
pub struct Void(pub FactId);

impl Void {
    /// The name of its kind.
    pub const KIND: &str = "void";

    /// Its data.
    pub fn data(&self) -> String {
        ["\"target\":", &quoted(&self.0.to_string())].concat()
    }
}

/// A fact in words: « 5 seringues · Place de la Victoire », and when it was recorded.
///
/// `name_of`: of somebody, or of a sign, as far as this phone may show it.
pub fn in_words(
    text: &str,
    title_of: impl Fn(SiteId) -> Option<String>,
    name_of: impl Fn(&str) -> String,
) -> (String, String) {
    let fact = Json::read(text).unwrap_or(Json::Null);
    let data = fact.get("data");
    let words = match fact.get("kind").text() {
        Some(Pickup::KIND) => {
            let item = data.get("item").text().and_then(Item::from_code);
            let count = data.get("count").whole().unwrap_or(0);
            let site: Option<SiteId> = data.get("site").id();
            let place = site.and_then(title_of);
            let place = place.as_deref().unwrap_or(texts::places::HERE.as_str());
            let what = texts::items(item.unwrap_or(Item::Other), count);
            [&what, " · ", place].concat()
        }
        Some(Tally::KIND) => {
            let who = data.get("who").text().and_then(Encounter::from_code);
            who.map_or("", |it| texts::met(it).as_str()).to_owned()
        }
        Some(Proposal::KIND) => texts::propose::KIND.as_str().to_owned(),
        Some(Void::KIND) => texts::sending::VOID.as_str().to_owned(),
        kind => {
            let words = team::in_words(kind.unwrap_or_default(), data, name_of);
            words.unwrap_or_else(|| texts::sending::OTHER.as_str().to_owned())
        }
    };
    let recorded_at = fact.get("recorded_at").text().unwrap_or_default();
    (words, recorded_at.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::fact::{Fact, Kind, PickupPlace};
    use domain::{Instant, Position};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn maker() -> Maker {
        Maker {
            id: FactId(Uuid::from_u128(1)),
            outing: Some(OutingId(Uuid::from_u128(2))),
            device: DeviceId(Uuid::from_u128(3)),
            recorded_at: "2026-11-24T13:05:00.250Z".into(),
        }
    }

    fn site() -> SiteId {
        SiteId(Uuid::from_u128(4))
    }

    fn five(place: Place, here: Option<Fix>) -> Pickup {
        Pickup {
            place,
            here,
            item: Item::Syringe,
            count: Count::new(5).unwrap(),
            method: Method::Counted,
        }
    }

    fn as_read(text: &str) -> Fact {
        Fact::parse(&serde_json::from_str(text).unwrap()).unwrap()
    }

    fn place_read(pickup: &Pickup) -> PickupPlace {
        match as_read(&maker().text(1, Pickup::KIND, &pickup.data())).kind {
            Kind::Pickup(it) => it.place,
            other => panic!("a pickup was expected, not {other:?}"),
        }
    }

    fn bordeaux() -> Fix {
        Fix {
            at: Position::new(44.83, -0.57).unwrap(),
            accuracy_m: Some(12),
        }
    }

    #[test]
    fn what_is_written_is_what_the_contract_reads() {
        let pickup = five(Place::Site(site()), Some(bordeaux()));
        let fact = as_read(&maker().text(12, Pickup::KIND, &pickup.data()));
        let expected = Fact {
            id: maker().id,
            outing: maker().outing,
            device: maker().device,
            seq: 12,
            recorded_at: "2026-11-24T13:05:00.250Z".parse::<Instant>().unwrap(),
            kind: Kind::Pickup(domain::fact::Pickup {
                place: PickupPlace::Site(site()),
                item: Item::Syringe,
                count: Count::new(5).unwrap(),
                method: Method::Counted,
            }),
        };
        assert_eq!(fact, expected);
    }

    #[test]
    fn a_void_names_its_target() {
        let target = FactId(Uuid::from_u128(9));
        let fact = as_read(&maker().text(13, Void::KIND, &Void(target).data()));
        let expected = Kind::Void {
            target,
            reason: None,
        };
        assert_eq!(fact.kind, expected);
    }

    #[test]
    fn a_site_is_recorded_without_the_phones_position() {
        let pickup = five(Place::Site(site()), Some(bordeaux()));
        assert!(!pickup.data().contains("lat"));
    }

    #[test]
    fn here_without_a_position_is_still_counted() {
        assert_eq!(place_read(&five(Place::Here, None)), PickupPlace::Nowhere);
        assert_eq!(
            place_read(&five(Place::Unset, Some(bordeaux()))),
            PickupPlace::Nowhere
        );
    }

    #[test]
    fn a_point_that_a_person_showed_has_no_accuracy() {
        let fix = Fix {
            accuracy_m: None,
            ..bordeaux()
        };
        let PickupPlace::Here { accuracy_m, .. } = place_read(&five(Place::Here, Some(fix))) else {
            panic!("a point was expected")
        };
        assert_eq!(accuracy_m, None);
    }

    #[test]
    fn an_encounter_is_one_and_nobody_in_particular() {
        for who in Encounter::ALL {
            let text = maker().text(3, Tally::KIND, &Tally(*who).data());
            let expected = Kind::Tally {
                who: *who,
                count: Count::new(1).unwrap(),
            };
            assert_eq!(as_read(&text).kind, expected);
        }
    }

    proptest! {
        #[test]
        fn here_is_where_the_phone_said(
            lat in -90.0..90.0f64, lon in -180.0..180.0f64, accuracy_m: u16,
        ) {
            let at = Position::new(lat, lon).unwrap();
            let fix = Fix { at, accuracy_m: Some(accuracy_m.into()) };
            let PickupPlace::Here { at: read, accuracy_m: about } =
                place_read(&five(Place::Here, Some(fix)))
            else {
                panic!("a point was expected")
            };
            prop_assert!(at.distance_m(read) < 0.05);
            prop_assert_eq!(about, Some(f64::from(accuracy_m)));
        }
    }

    #[test]
    fn a_waiting_fact_is_told_in_words() {
        let title = |_| Some("Place de la Victoire".to_owned());
        let nobody = |_: &str| String::new();
        let pickup = five(Place::Site(site()), None);
        let (words, at) = in_words(
            &maker().text(1, Pickup::KIND, &pickup.data()),
            title,
            nobody,
        );
        assert_eq!(words, "5\u{a0}seringues · Place de la Victoire");
        assert_eq!(at, "2026-11-24T13:05:00.250Z");
        let void = maker().text(2, Void::KIND, &Void(maker().id).data());
        assert_eq!(in_words(&void, title, nobody).0, "Annulation");
        assert_eq!(in_words("{", title, nobody).0, "Relevé");
    }
}

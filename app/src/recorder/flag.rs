//! Flagging, on an agent's phone: what was seen and where, and what became of earlier flags. Pure.
//!
//! Only public sites come to this phone: whether something discreet is near, it cannot know.

use super::facts::point;
use super::model::{Fix, Model};
use super::pack::{Site, by_distance};
use crate::json::{Json, id, quoted};
use domain::{AccountId, FactId, SiteId};

/// The names of the kinds of facts.
pub const SIGHTING: &str = "sighting";
/// A picture of a sighting.
pub const PHOTO: &str = "photo";
/// So near it is likely the same, in metres.
pub const NEAR_M: f64 = 30.0;

/// What was told so far, and what this phone knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flag {
    /// Whose phone it is; none until the account has been here with a network once.
    pub account: Option<AccountId>,
    /// The session ended: signing in again sends what waits.
    pub signed_out: bool,
    /// The city's own emergency number; empty where it has none.
    pub emergency_phone: String,
    /// The day of the next outing, as `2026-11-24`; empty when none is planned.
    pub next_outing: String,
    /// Codes and words.
    pub categories: Vec<(String, String)>,
    /// The day since when a site is as it is.
    pub since: Vec<(SiteId, String)>,
    /// Earlier flags of this account.
    pub own: Vec<Own>,
    /// The category that was chosen.
    pub category: Option<usize>,
    /// It is the same as this site.
    pub same: Option<SiteId>,
    /// How many were seen; 0: nobody counted.
    pub count: u32,
    /// Children come here.
    pub children: bool,
    /// Somebody should go today.
    pub urgent: bool,
    /// A small picture, JPEG as base64; empty without one.
    pub photo: String,
    /// The flag was just kept; and it was urgent.
    pub done: Option<bool>,
}

/// What became of an earlier flag.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// The site.
    pub title: String,
    /// When it was flagged.
    pub day: String,
    /// Code of where the site stands.
    pub state: String,
    /// When somebody goes there; empty while nobody does.
    pub planned_on: String,
    /// How many were picked up since.
    pub picked_up: u32,
}

impl Flag {
    /// As the server sent it, with its sites. `None`: it is not what a flag needs.
    pub fn read(text: &str) -> Option<(Self, Vec<Site>)> {
        let json = Json::read(text)?;
        let text = |from: &Json, name| from.get(name).text().unwrap_or_default().to_owned();
        let categories = json.get("categories").items().iter();
        let sites = json.get("sites").items().iter();
        let own = json.get("own").items().iter();
        let flag = Self {
            account: Some(json.get("account").id()?),
            emergency_phone: text(&json, "emergency_phone"),
            next_outing: text(&json, "next_outing"),
            categories: categories
                .map(|it| (text(it, "code"), text(it, "label")))
                .collect(),
            since: sites
                .clone()
                .filter_map(|it| Some((it.get("id").id()?, text(it, "since"))))
                .collect(),
            own: own
                .map(|it| Own {
                    title: text(it, "title"),
                    day: text(it, "day"),
                    state: text(it, "state"),
                    planned_on: text(it, "planned_on"),
                    picked_up: it.get("picked_up").whole().unwrap_or(0),
                })
                .collect(),
            ..Self::default()
        };
        Some((flag, sites.filter_map(Site::from_json).collect()))
    }

    /// What is told is told of another flag: what the phone knows stays.
    pub fn fresh(&self) -> Self {
        Self {
            category: None,
            same: None,
            count: 0,
            children: false,
            urgent: false,
            photo: String::new(),
            done: None,
            ..self.clone()
        }
    }

    /// The data of the sighting; none while what or where is not said.
    pub fn data(&self, at: Option<Fix>, note: &str) -> Option<String> {
        let (category, _) = self.categories.get(self.category?)?;
        let mut data = match (self.same, at) {
            (Some(site), _) => ["\"site\":", &quoted(&site.to_string()), ","].concat(),
            (None, Some(fix)) => point(fix),
            (None, None) => return None,
        };
        data += "\"category\":";
        data += &quoted(category);
        data += ",\"urgency\":";
        data += &quoted(if self.urgent { "urgent" } else { "normal" });
        if self.count > 0 {
            data += ",\"count\":";
            data += &self.count.to_string();
        }
        if self.children {
            data += ",\"near_children\":true";
        }
        let note = note.trim();
        if !note.is_empty() {
            data += ",\"note\":";
            data += &quoted(note);
        }
        Some(data)
    }

    /// The data of its picture.
    pub fn photo_data(&self, of: FactId) -> String {
        let (of, jpeg) = (quoted(&of.to_string()), quoted(&self.photo));
        ["\"target\":", &of, ",\"jpeg\":", &jpeg].concat()
    }
}

/// Sites so near that it may be the same, the nearest first, with their distance in metres.
pub fn near(model: &Model) -> Vec<(Site, f64)> {
    let Some(fix) = model.position else {
        return Vec::new();
    };
    let list = by_distance(&model.pack.sites, Some(fix.at)).into_iter();
    list.filter_map(|(site, away)| Some((site, away.filter(|it| *it <= NEAR_M)?)))
        .collect()
}

/// What a tap on the screen asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagAct {
    /// This was seen, by its place among the categories.
    What(usize),
    /// It is the same as this site; or not any more.
    Same(SiteId),
    /// One more was seen.
    More,
    /// One less.
    Less,
    /// Children come here, or not.
    Children,
    /// Somebody should go today, or not.
    Urgent,
    /// Without the picture.
    NoPhoto,
    /// Flags it.
    Send,
    /// Another one.
    Again,
}

const PLAIN: [(&str, FlagAct); 7] = [
    ("more", FlagAct::More),
    ("less", FlagAct::Less),
    ("children", FlagAct::Children),
    ("urgent", FlagAct::Urgent),
    ("no-photo", FlagAct::NoPhoto),
    ("send", FlagAct::Send),
    ("again", FlagAct::Again),
];

impl FlagAct {
    /// As it stands in the markup.
    pub fn to_text(self) -> String {
        match self {
            Self::What(at) => ["what ", &at.to_string()].concat(),
            Self::Same(site) => ["same ", &site.to_string()].concat(),
            plain => {
                let found = PLAIN.iter().find(|it| it.1 == plain);
                found.map_or("", |it| it.0).to_owned()
            }
        }
    }

    /// From the markup.
    pub fn from_text(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            Some(("what", at)) => Some(Self::What(at.parse().ok()?)),
            Some(("same", site)) => Some(Self::Same(id(site)?)),
            _ => PLAIN.iter().find(|it| it.0 == text).map(|it| it.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::facts::Maker;
    use domain::crew::{FlagCategory, FlagPack, FlagSite, OwnFlag};
    use domain::fact::{Fact, Kind, PickupPlace, Urgency};
    use domain::place::SiteState;
    use domain::{Day, DeviceId, Instant, Position};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn as_sent() -> FlagPack {
        let day = Day::new(2026, 11, 24).unwrap();
        FlagPack {
            account: AccountId(Uuid::from_u128(5)),
            city: "la mairie".into(),
            emergency_phone: Some("05 36 49 11 11".into()),
            next_outing: Some(day),
            categories: vec![FlagCategory {
                code: "syringe".into(),
                label: "Une seringue".into(),
            }],
            sites: vec![FlagSite {
                id: SiteId(Uuid::from_u128(2)),
                title: "Place de la Victoire".into(),
                lat: 44.830_9,
                lon: -0.572_4,
                state: SiteState::Planned,
                since: day,
            }],
            own: vec![OwnFlag {
                title: "Quai des Queyries".into(),
                day,
                state: SiteState::Done,
                planned_on: None,
                picked_up: Some(23),
            }],
            server_time: Instant::from_ms(0),
        }
    }

    fn flag() -> (Flag, Vec<Site>) {
        Flag::read(&serde_json::to_string(&as_sent()).unwrap()).unwrap()
    }

    fn fact(kind: &str, data: &str) -> Fact {
        let maker = Maker {
            id: FactId(Uuid::from_u128(1)),
            outing: None,
            device: DeviceId(Uuid::from_u128(3)),
            recorded_at: "2026-11-24T13:05:00.250Z".into(),
        };
        Fact::parse(&serde_json::from_str(&maker.text(1, kind, data)).unwrap()).unwrap()
    }

    fn bordeaux() -> Fix {
        let at = Position::new(44.831, -0.572_4).unwrap();
        let accuracy_m = Some(8);
        Fix { at, accuracy_m }
    }

    #[test]
    fn what_the_contract_sends_is_understood() {
        let (flag, sites) = flag();
        assert_eq!(flag.account, Some(AccountId(Uuid::from_u128(5))));
        assert_eq!(flag.emergency_phone, "05 36 49 11 11");
        assert_eq!(flag.next_outing, "2026-11-24");
        assert_eq!(flag.categories[0].1, "Une seringue");
        assert_eq!(
            (flag.own[0].state.as_str(), flag.own[0].picked_up),
            ("done", 23)
        );
        assert_eq!((sites.len(), sites[0].nature.as_str()), (1, "public"));
        assert_eq!(flag.since[0].1, "2026-11-24");
        for wrong in ["", "<html>", "{}", r#"{"account":"x"}"#] {
            assert_eq!(Flag::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_is_flagged_before_what_and_where_are_said() {
        let (mut flag, _) = flag();
        assert_eq!(flag.data(Some(bordeaux()), ""), None);
        flag.category = Some(0);
        assert_eq!(flag.data(None, ""), None);
        assert!(flag.data(Some(bordeaux()), "").is_some());
        flag.category = Some(7);
        assert_eq!(flag.data(Some(bordeaux()), ""), None);
    }

    #[test]
    fn a_site_within_thirty_metres_may_be_the_same() {
        let (flag, sites) = flag();
        let mut model = Model {
            flag,
            position: Some(bordeaux()),
            ..Model::default()
        };
        model.pack.sites = sites;
        let found = near(&model);
        assert_eq!(found.len(), 1);
        assert!(found[0].1 < 15.0);
        model.position.as_mut().unwrap().at = Position::new(44.832, -0.572_4).unwrap();
        assert_eq!(near(&model), []);
    }

    #[test]
    fn a_picture_names_its_sighting() {
        let (mut flag, _) = flag();
        flag.photo = "/9j/4AAQ".into();
        let target = FactId(Uuid::from_u128(9));
        let Kind::Photo(photo) = fact(PHOTO, &flag.photo_data(target)).kind else {
            panic!("a photo was expected")
        };
        assert_eq!((photo.target, photo.jpeg.as_str()), (target, "/9j/4AAQ"));
    }

    proptest! {
        #[test]
        fn what_is_told_is_what_the_contract_reads(
            same: bool, count in 0u32..=1_000, children: bool, urgent: bool, words in "\\PC{0,60}",
        ) {
            let (mut flag, sites) = flag();
            flag.category = Some(0);
            flag.same = same.then_some(sites[0].id);
            (flag.count, flag.children, flag.urgent) = (count, children, urgent);
            let data = flag.data(Some(bordeaux()), &words).unwrap();
            let Kind::Sighting(read) = fact(SIGHTING, &data).kind else {
                panic!("a sighting was expected")
            };
            prop_assert_eq!(matches!(read.place, PickupPlace::Site(_)), same);
            prop_assert_eq!(read.count.map_or(0, |it| it.get()), count);
            prop_assert_eq!(read.near_children, children);
            prop_assert_eq!(read.urgency == Urgency::Urgent, urgent);
            prop_assert_eq!(read.note.map_or(String::new(), |it| it.as_str().to_owned()), words.trim());
        }
    }

    #[test]
    fn what_the_markup_asks_for_is_what_is_done() {
        let site = FlagAct::Same(SiteId(Uuid::from_u128(2)));
        for act in [FlagAct::What(3), site]
            .into_iter()
            .chain(PLAIN.map(|it| it.1))
        {
            assert_eq!(FlagAct::from_text(&act.to_text()), Some(act));
        }
        assert_eq!(FlagAct::from_text("what x"), None);
    }
}

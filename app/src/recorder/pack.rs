//! What a phone keeps of its outing: the parts of [`domain::crew::Pack`] that the screens show.

use super::lead::Lead;
use crate::json::Json;
use domain::{Position, SiteId};

/// The outing, as its crew knows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pack {
    /// Neutral title: « Sortie de mardi ».
    pub title: String,
    /// The sites this phone may know, in the order of the walk.
    pub sites: Vec<Site>,
    /// « la mairie »; empty where no city takes part.
    pub city: String,
    /// Where the town's map is; empty: where a session's is.
    pub base_map: String,
    /// Litres of the usual sharps box.
    pub box_litres: u32,
    /// Items a full one is estimated at; 0 until the pack is here.
    pub box_count: u32,
    /// What a coordinator's own phone gets besides.
    pub lead: Option<Lead>,
}

/// A site, as the crew of its outing knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its title.
    pub title: String,
    /// Where.
    pub at: Position,
    /// Code of its nature.
    pub nature: String,
    /// Code of its state.
    pub state: String,
}

impl Pack {
    /// As the server sent it. `None`: it is not a pack at all.
    pub fn read(text: &str) -> Option<Self> {
        let json = Json::read(text)?;
        let sites = json.get("sites").items().iter();
        let limits = json.get("limits");
        Some(Self {
            title: json.get("outing").get("title").text()?.to_owned(),
            sites: sites.filter_map(Site::from_json).collect(),
            city: json
                .get("texts")
                .get("city")
                .text()
                .unwrap_or_default()
                .to_owned(),
            base_map: json.get("base_map").text().unwrap_or_default().to_owned(),
            box_litres: limits.get("full_box_litres").whole().unwrap_or(0),
            box_count: limits.get("full_box_count").whole().unwrap_or(0),
            lead: Lead::read(&json),
        })
    }
}

impl Site {
    /// One of a list.
    pub fn from_json(json: &Json) -> Option<Self> {
        let text = |name| json.get(name).text().map(str::to_owned);
        Some(Self {
            id: json.get("id").id()?,
            title: text("title")?,
            at: Position::new(json.get("lat").degrees()?, json.get("lon").degrees()?).ok()?,
            // Whoever flags knows of public sites only.
            nature: text("nature").unwrap_or_else(|| "public".into()),
            state: text("state")?,
        })
    }
}

/// Sites with their distance in metres from a position, the nearest first; in the order of the
/// walk when there is no position.
pub fn by_distance(sites: &[Site], from: Option<Position>) -> Vec<(Site, Option<f64>)> {
    let away = |site: &Site| from.map(|it| flat_distance_m(it, site.at));
    let mut list: Vec<_> = sites.iter().map(|it| (it.clone(), away(it))).collect();
    // A hundred sites at most, and a stable order: two that are as near keep the walk's.
    for end in 1..list.len() {
        let mut at = end;
        while at > 0 && list[at].1 < list[at - 1].1 {
            list.swap(at, at - 1);
            at -= 1;
        }
    }
    list
}

/// Metres between two points of one town, as on a flat map: within a thousandth of
/// [`Position::distance_m`], without the trigonometry that would weigh three thousand bytes.
fn flat_distance_m(a: Position, b: Position) -> f64 {
    const METRES_A_DEGREE: f64 = 111_195.08;
    let north = b.lat() - a.lat();
    // Cosine of the latitude, by its series: right to a millionth up to the poles.
    let x2 = (a.lat() + north / 2.0).to_radians().powi(2);
    let narrowing = 1.0
        - x2 / 2.0 * (1.0 - x2 / 12.0 * (1.0 - x2 / 30.0 * (1.0 - x2 / 56.0 * (1.0 - x2 / 90.0))));
    let east = (b.lon() - a.lon()) * narrowing;
    METRES_A_DEGREE * (north * north + east * east).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::crew::{PackLimits, PackOuting, PackSite, PackTexts};
    use domain::place::SiteState;
    use domain::{Day, Instant, Nature, OutingId};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn as_sent() -> domain::crew::Pack {
        let now = Instant::from_ms(0);
        domain::crew::Pack {
            outing: PackOuting {
                id: OutingId(Uuid::from_u128(1)),
                day: Day::new(2026, 11, 24).unwrap(),
                title: "Sortie de mardi".into(),
                state: "open".into(),
                reads_until: now,
            },
            sites: vec![PackSite {
                id: SiteId(Uuid::from_u128(2)),
                title: "Place de la Victoire".into(),
                nature: Nature::Discreet,
                lat: 44.830_9,
                lon: -0.572_4,
                state: SiteState::Returned,
            }],
            peers: vec![],
            texts: PackTexts {
                association: "La CASE".into(),
                city: None,
            },
            base_map: "/base-map/x.pmtiles".into(),
            limits: PackLimits {
                facts_per_batch: 200,
                count_max: 1_000,
                full_box_litres: 2,
                full_box_count: 60,
            },
            help: domain::programme::NeedleStickHelp::default(),
            lead: None,
            server_time: now,
        }
    }

    #[test]
    fn what_the_contract_sends_is_understood() {
        let read = Pack::read(&serde_json::to_string(&as_sent()).unwrap()).unwrap();
        let site = Site {
            id: SiteId(Uuid::from_u128(2)),
            title: "Place de la Victoire".into(),
            at: Position::new(44.830_9, -0.572_4).unwrap(),
            nature: "discreet".into(),
            state: "returned".into(),
        };
        let expected = Pack {
            title: "Sortie de mardi".into(),
            sites: vec![site],
            city: String::new(),
            base_map: "/base-map/x.pmtiles".into(),
            box_litres: 2,
            box_count: 60,
            lead: None,
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn an_answer_that_is_no_pack_is_none_and_a_site_nowhere_is_left_out() {
        for wrong in ["", "<html>", "{}", "[]", r#"{"outing":{}}"#] {
            assert_eq!(Pack::read(wrong), None, "{wrong}");
        }
        let mut pack = as_sent();
        (pack.sites[0].lat, pack.sites[0].lon) = (0.0, 0.0);
        let read = Pack::read(&serde_json::to_string(&pack).unwrap()).unwrap();
        assert_eq!(read.sites, []);
    }

    proptest! {
        #[test]
        fn on_a_flat_map_a_town_is_as_large_as_on_the_globe(
            lat in -65.0..65.0f64, lon in -179.0..179.0f64,
            north in -0.2..0.2f64, east in -0.2..0.2f64,
        ) {
            let a = Position::new(lat, lon).unwrap();
            let b = Position::new(lat + north, lon + east).unwrap();
            let (flat, globe) = (flat_distance_m(a, b), a.distance_m(b));
            prop_assert!((flat - globe).abs() <= globe * 0.001, "{flat} {globe}");
        }
    }

    fn site(n: u128, lat: f64) -> Site {
        Site {
            id: SiteId(Uuid::from_u128(n)),
            title: n.to_string(),
            at: Position::new(lat, -0.57).unwrap(),
            nature: "public".into(),
            state: "planned".into(),
        }
    }

    #[test]
    fn the_nearest_site_is_first_and_without_a_position_the_walk_is_kept() {
        let sites = [
            site(1, 44.90),
            site(2, 44.84),
            site(3, 44.83),
            site(4, 44.83),
        ];
        let order = |from| {
            let list = by_distance(&sites, from);
            list.iter().map(|it| it.0.title.clone()).collect::<String>()
        };
        assert_eq!(order(None), "1234");
        assert_eq!(order(Position::new(44.834, -0.57).ok()), "3421");
        assert_eq!(order(Position::new(44.836, -0.57).ok()), "2341");
    }
}

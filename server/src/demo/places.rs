//! The sites of the demonstration, and how an outing chooses among them.
//!
//! In Bordeaux every site stands at the point of a real public square, quay or street (names and
//! points © OpenStreetMap contributors, ODbL 1.0). The discreet ones are invented, at points of
//! streets without homes. The small town is invented altogether, in the fields.

use super::town::Town;
use crate::access::Sealer;
use crate::app::App;
use crate::cli::Failure;
use crate::db::Tx;
use crate::sites::create::{NewPlace, put};
use domain::outing::Reason;
use domain::people::Title;
use domain::{Nature, Position, SiteId};
use rand::Rng;
use rand::seq::SliceRandom;

/// A site.
pub(super) struct Place {
    /// Its title.
    pub(super) title: &'static str,
    /// Public or discreet.
    pub(super) nature: Nature,
    /// Degrees north, degrees east.
    pub(super) at: (f64, f64),
    /// `city`, `peer` or `association`.
    origin: &'static str,
    /// Words for the crew.
    note: Option<&'static str>,
    /// « Les habitants sont d'accord »; asked of discreet sites only.
    residents_agree: Option<bool>,
    /// Outings go there. Otherwise it was only seen, or the people who live there said no.
    pub(super) visited: bool,
}

const fn public(
    title: &'static str,
    lat: f64,
    lon: f64,
    origin: &'static str,
    note: Option<&'static str>,
) -> Place {
    Place {
        title,
        nature: Nature::Public,
        at: (lat, lon),
        origin,
        note,
        residents_agree: None,
        visited: true,
    }
}

const fn discreet(
    title: &'static str,
    lat: f64,
    lon: f64,
    residents_agree: Option<bool>,
    note: Option<&'static str>,
) -> Place {
    Place {
        title,
        nature: Nature::Discreet,
        at: (lat, lon),
        origin: "peer",
        note,
        residents_agree,
        visited: !matches!(residents_agree, Some(false)),
    }
}

/// Twenty sites in Bordeaux: fourteen public, six discreet.
pub(super) const BORDEAUX: &[Place] = &[
    public(
        "Place de la Victoire",
        44.83047,
        -0.5728,
        "city",
        Some("Regarder sous les bancs et dans les grilles des arbres, côté tram."),
    ),
    public("Place des Capucins", 44.83096, -0.56819, "city", None),
    public(
        "Place André Meunier dit Mureine",
        44.82954,
        -0.56132,
        "city",
        Some("Des enfants jouent ici : commencer par l’aire de jeux."),
    ),
    public("Cours de la Marne", 44.82881, -0.56357, "peer", None),
    public("Place Meynard", 44.8345, -0.56654, "association", None),
    public(
        "Quai de la Grave",
        44.83534,
        -0.56373,
        "peer",
        Some("Les marches glissent quand la Garonne est haute."),
    ),
    public("Quai Sainte-Croix", 44.83254, -0.56016, "city", None),
    public("Quai de Paludate", 44.82704, -0.55036, "peer", None),
    public("Place de la République", 44.83473, -0.57934, "city", None),
    public("Place Gambetta", 44.84157, -0.58089, "city", None),
    public(
        "Allées de Chartres",
        44.84721,
        -0.57313,
        "association",
        None,
    ),
    public(
        "Place de Stalingrad",
        44.8409,
        -0.55948,
        "city",
        Some("Dire bonjour au kiosque avant de commencer."),
    ),
    public("Quai des Queyries", 44.84813, -0.56364, "peer", None),
    Place {
        visited: false,
        ..public(
            "Place Ravezies",
            44.86627,
            -0.5758,
            "city",
            Some("Signalé par un commerçant. Personne n’y est encore allé."),
        )
    },
    // Rue des Terres de Borde.
    discreet(
        "Ancien garage, porte verte",
        44.82544,
        -0.55458,
        Some(true),
        Some("Frapper trois coups et attendre. Le chien est gentil."),
    ),
    // Pont Saint-Jean.
    discreet("Sous la rampe du pont", 44.83387, -0.55252, None, None),
    // Quai Deschamps.
    discreet(
        "Wagon au bout de la voie",
        44.83603,
        -0.55476,
        Some(true),
        Some("Y aller à deux, jamais plus. Prévenir la veille."),
    ),
    // Quai de Brazza.
    discreet("Hangar au portail rouillé", 44.857, -0.54775, None, None),
    // Cours du Raccordement.
    discreet(
        "Terrain clos, trou dans le grillage",
        44.86491,
        -0.56339,
        None,
        Some("Verre cassé à l’entrée : chaussures fermées."),
    ),
    // Boulevard Alfred Daney.
    discreet(
        "Maison aux volets gris",
        44.86815,
        -0.57059,
        Some(false),
        Some("Les habitants préfèrent ramasser eux-mêmes. Ne pas y retourner sans invitation."),
    ),
];

/// Six sites in the small town: five public, one discreet.
pub(super) const BOURG: &[Place] = &[
    public(
        "Place de la Fontaine",
        44.5752,
        0.2451,
        "association",
        Some("Jour de marché le jeudi : venir l’après-midi."),
    ),
    public(
        "Parking de la salle des fêtes",
        44.5738,
        0.2479,
        "association",
        None,
    ),
    public("Chemin du lavoir", 44.5771, 0.2423, "peer", None),
    public("Abri de bus de la halte", 44.5725, 0.2412, "peer", None),
    public("Jardin des Tilleuls", 44.576, 0.2488, "association", None),
    discreet("Grange au toit de tôle", 44.5794, 0.2517, Some(true), None),
];

impl Place {
    /// Its point, checked.
    pub(super) fn position(&self) -> Result<Position, Failure> {
        Ok(Position::new(self.at.0, self.at.1)?)
    }

    fn as_new(&self, id: SiteId) -> Result<NewPlace, Failure> {
        let note = self.note.map(|it| Reason::new("note", it));
        Ok(NewPlace {
            id,
            nature: self.nature,
            title: Title::new("title", self.title)?,
            at: self.position()?,
            note: note.transpose()?,
            residents_agree: self.residents_agree,
            pictogram: None,
            agent: None,
        })
    }

    /// How far apart two places are, good enough to compare within one town.
    fn apart(&self, other: &Self) -> f64 {
        let (lat, lon) = (self.at.0 - other.at.0, self.at.1 - other.at.1);
        lat.hypot(lon * self.at.0.to_radians().cos())
    }
}

/// Makes the sites, within the transaction that makes the programme.
pub(super) async fn bring(tx: &mut Tx, app: &App, town: &Town) -> Result<(), Failure> {
    let programme = town.id();
    let mut sealer = Sealer::new(&app.keys, programme, app.now());
    for place in town.places {
        let site = place.as_new(town.site(place))?;
        put(tx, app, programme, &mut sealer, &site, place.origin).await?;
    }
    Ok(())
}

/// Draws the sites of one outing, near each other, in the order of the walk.
pub(super) fn draw(
    town: &Town,
    chance: &mut impl Rng,
    public: usize,
    discreet: usize,
) -> Vec<&'static Place> {
    let mut known: Vec<&Place> = town.places.iter().filter(|it| it.visited).collect();
    known.shuffle(chance);
    let Some(start) = known.iter().copied().find(|it| it.nature == Nature::Public) else {
        return Vec::new();
    };
    let near = |nature: Nature, n: usize| {
        // The nearest of a few, not of all: otherwise some corners would never be seen.
        let of_nature = known.iter().copied().filter(move |it| it.nature == nature);
        let mut few: Vec<&Place> = of_nature.take(2 * n).collect();
        few.sort_by(|a, b| start.apart(a).total_cmp(&start.apart(b)));
        few.truncate(n);
        few
    };
    let mut chosen = near(Nature::Public, public);
    chosen.extend(near(Nature::Discreet, discreet));
    in_walking_order(chosen)
}

/// From the first place, always on to the nearest one left.
fn in_walking_order(mut left: Vec<&'static Place>) -> Vec<&'static Place> {
    let mut walk: Vec<&Place> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let next = match walk.last() {
            None => 0,
            Some(here) => nearest(here, &left),
        };
        walk.push(left.remove(next));
    }
    walk
}

fn nearest(here: &Place, among: &[&Place]) -> usize {
    let by_distance =
        |a: &usize, b: &usize| here.apart(among[*a]).total_cmp(&here.apart(among[*b]));
    (0..among.len()).min_by(by_distance).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Day;

    #[test]
    fn every_site_of_bordeaux_is_on_the_towns_map() {
        assert_eq!(BORDEAUX.len(), 20);
        for place in BORDEAUX {
            let (lat, lon) = place.at;
            let inside = (44.80..=44.87).contains(&lat) && (-0.64..=-0.53).contains(&lon);
            assert!(inside, "{}", place.title);
        }
        let hidden = BORDEAUX.iter().filter(|it| it.nature == Nature::Discreet);
        assert_eq!(hidden.count(), 6);
    }

    #[test]
    fn no_outing_goes_where_the_people_who_live_there_said_no() {
        let town = Town::bordeaux();
        for n in 0..200 {
            let day = Day::new(2026, 1, 1).unwrap().plus_days(n);
            let walk = draw(&town, &mut town.chance("test", day), 6, 2);
            assert_eq!(walk.len(), 8);
            assert!(walk.iter().all(|it| it.residents_agree != Some(false)));
        }
    }
}

//! Quarters of a town, as its operator imported them. Optional: without them every view works by
//! town. A point belongs to one quarter at most, on a border too.

mod geojson;
pub mod store;

pub use geojson::{FILE_BYTES_MAX, read};

use super::store as sites;
use crate::access::{Action, Actor, Opening, Role};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::{Position, ProgrammeId, SiteId};
use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::{Coord, MultiPolygon};
use std::path::Path;

/// One quarter.
#[derive(Clone, Debug, PartialEq)]
pub struct Quarter {
    /// Made from its name: the same in every import.
    pub id: String,
    /// As the town writes it.
    pub name: String,
    /// Its ground.
    pub area: MultiPolygon,
}

/// The quarters of a programme, by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quarters(Vec<Quarter>);

impl Quarters {
    /// In the order of their ids.
    pub fn new(mut all: Vec<Quarter>) -> Self {
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Self(all)
    }

    /// All of them.
    pub fn all(&self) -> &[Quarter] {
        &self.0
    }

    /// The quarter of a point. A point on a border is in the first quarter by id that it touches,
    /// unless it is well inside another: so it belongs to exactly one.
    pub fn of(&self, at: Position) -> Option<&Quarter> {
        let coord = Coord {
            x: at.lon(),
            y: at.lat(),
        };
        let mut touched = None;
        for quarter in &self.0 {
            match quarter.area.coordinate_position(&coord) {
                CoordPos::Inside => return Some(quarter),
                CoordPos::OnBoundary => touched = touched.or(Some(quarter)),
                CoordPos::Outside => {}
            }
        }
        touched
    }

    /// The id of the quarter of a point.
    pub fn id_of(&self, at: Position) -> Option<String> {
        self.of(at).map(|it| it.id.clone())
    }
}

/// The id of the quarter of a point of a programme.
pub async fn of_point(
    tx: &mut Tx,
    programme: ProgrammeId,
    at: Position,
) -> Result<Option<String>, Problem> {
    Ok(store::all(tx, programme).await?.id_of(at))
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many quarters there are now.
    pub quarters: usize,
    /// The file said something new.
    pub changed: bool,
    /// How many sites are in another quarter than before.
    pub sites_moved: usize,
}

/// Puts these quarters in place of those before, and every site in its quarter: all or nothing.
/// The same quarters again change nothing and open nothing.
pub async fn replace(
    app: &App,
    programme: ProgrammeId,
    actor: Actor,
    quarters: Quarters,
) -> Result<Imported, Problem> {
    let mut tx = app.db.write().await?;
    let mut done = Imported {
        quarters: quarters.all().len(),
        ..Imported::default()
    };
    if store::are(&mut tx, programme, &quarters).await? {
        return Ok(done);
    }
    store::replace(&mut tx, programme, &quarters).await?;
    done.changed = true;
    done.sites_moved = assign(&mut tx, app, programme, actor, &quarters).await?;
    tx.commit().await?;
    Ok(done)
}

/// Reads a file of quarters for the operator, and says in one sentence what it did or why not.
pub async fn import_file(app: &App, programme: ProgrammeId, file: &Path) -> Result<String, String> {
    let named = |wrong: String| format!("{}: {wrong}", file.display());
    let bytes_there = std::fs::metadata(file)
        .map_err(|e| named(e.to_string()))?
        .len();
    if bytes_there > FILE_BYTES_MAX {
        return Err(named(format!(
            "the file has {bytes_there} bytes; quarters need no more than {FILE_BYTES_MAX}"
        )));
    }
    let bytes = std::fs::read(file).map_err(|e| named(e.to_string()))?;
    let failed = |problem: Problem| named(format!("{} ({})", problem.detail, problem.code));
    let known = some_point(app, programme).await.map_err(failed)?;
    let quarters = Quarters::new(read(&bytes, known).map_err(named)?);
    // Nobody in particular: whoever holds the command line.
    let operator = Actor {
        role: Role::Anon,
        id: None,
    };
    let done = replace(app, programme, operator, quarters).await;
    let done = done.map_err(failed)?;
    Ok(match done.changed {
        false => format!("{} quarters, as before: nothing changed", done.quarters),
        true => format!(
            "{} quarters; {} sites are in another quarter than before",
            done.quarters, done.sites_moved
        ),
    })
}

/// A public site's point, if the programme has one.
async fn some_point(app: &App, programme: ProgrammeId) -> Result<Option<Position>, Problem> {
    let mut tx = app.db.read().await?;
    let all = sites::public_sites(&mut tx, programme, sites::Bounds::ALL).await?;
    Ok(all.first().map(|it| it.at))
}

/// Computes the quarter of every site. Sealed points are opened inside, under one journal row.
async fn assign(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    actor: Actor,
    quarters: &Quarters,
) -> Result<usize, Problem> {
    let mut found: Vec<(SiteId, Option<String>, Option<String>)> = Vec::new();
    for site in sites::public_sites(tx, programme, sites::Bounds::ALL).await? {
        found.push((site.id, site.about.quarter, quarters.id_of(site.at)));
    }
    let sealed = sites::discreet_sites(tx, programme).await?;
    let named = sealed.iter().map(|it| it.sealed.scope()).collect();
    let (keys, action, now) = (&app.keys, Action::QuartersComputed, app.now());
    let mut opening = Opening::begin(tx, keys, programme, actor, action, named, now).await?;
    for site in sealed {
        let secret = opening.open(tx, &site.sealed).await?;
        let quarter = secret.at.and_then(|at| quarters.id_of(at));
        found.push((site.id, site.about.quarter, quarter));
    }
    let mut moved = 0;
    for (id, before, now) in found {
        if before != now {
            sites::set_quarter(tx, programme, id, now).await?;
            moved += 1;
        }
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Distance, Geodesic, Point, polygon};
    use proptest::prelude::*;

    fn quarters() -> Quarters {
        let square = |id: &str, x: f64| Quarter {
            id: id.into(),
            name: id.into(),
            area: MultiPolygon(vec![polygon![
                (x: x, y: 44.0), (x: x + 1.0, y: 44.0), (x: x + 1.0, y: 45.0), (x: x, y: 45.0),
                (x: x, y: 44.0),
            ]]),
        };
        Quarters::new(vec![square("ouest", -1.0), square("est", 0.0)])
    }

    fn id(lat: f64, lon: f64) -> Option<String> {
        quarters().id_of(Position::new(lat, lon).unwrap())
    }

    #[test]
    fn a_border_belongs_to_exactly_one_quarter() {
        assert_eq!(id(44.5, 0.0).as_deref(), Some("est"));
        assert_eq!(id(44.0, 0.0).as_deref(), Some("est"));
        assert_eq!(id(44.0, -1.0).as_deref(), Some("ouest"));
        assert_eq!(id(44.5, -0.000_001).as_deref(), Some("ouest"));
        assert_eq!(id(45.000_001, 0.5), None);
    }

    #[test]
    fn known_distances_are_what_geodesy_says() {
        // Bordeaux to Paris by the ellipsoid (Karney), and two squares of one town.
        let bordeaux = Position::new(44.837_789, -0.579_18).unwrap();
        let paris = Position::new(48.856_613, 2.352_222).unwrap();
        let point = |it: Position| Point::new(it.lon(), it.lat());
        let exact = |a: Position, b: Position| Geodesic.distance(point(a), point(b));
        assert!((exact(bordeaux, paris) - 499_200.0).abs() < 600.0);
        // One degree of latitude at the equator is 110,574 m, of longitude 111,320 m.
        let (a, b) = (Point::new(0.0, 0.0), Point::new(0.0, 1.0));
        assert!((Geodesic.distance(a, b) - 110_574.4).abs() < 0.1);
        assert!((Geodesic.distance(a, Point::new(1.0, 0.0)) - 111_319.5).abs() < 0.1);
        // What a phone computes is within half a hundredth of it.
        let near = Position::new(44.830_47, -0.5728).unwrap();
        for (a, b) in [(bordeaux, paris), (bordeaux, near)] {
            assert!((a.distance_m(b) / exact(a, b) - 1.0).abs() < 0.005);
        }
    }

    proptest! {
        #[test]
        fn half_a_percent_separates_the_sphere_from_the_earth(
            lat in -70f64..70.0, lon in -179f64..179.0, up in -0.5f64..0.5, right in -0.5f64..0.5,
        ) {
            let a = Position::new(lat, lon).unwrap();
            let b = Position::new(lat + up, lon + right).unwrap();
            let exact = Geodesic.distance(Point::new(a.lon(), a.lat()), Point::new(b.lon(), b.lat()));
            prop_assert!((a.distance_m(b) - exact).abs() <= exact * 0.006 + 0.001);
        }
    }
}

//! Reading quarters from a GeoJSON file: what is wrong is said so that whoever made the file can
//! put it right.

use super::Quarter;
use domain::Position;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde_json::Value;
use std::collections::BTreeSet;

/// Bytes of a file of quarters.
pub const FILE_BYTES_MAX: u64 = 50_000_000;
/// Quarters of one programme.
const QUARTERS_MAX: usize = 1_000;
/// A ring has three corners, and comes back to the first.
const RING_POSITIONS_MIN: usize = 4;
/// Where towns publish the name of a quarter.
const NAME_KEYS: [&str; 5] = ["name", "nom", "n", "libelle", "label"];
/// Further from the programme's own sites than this, in degrees, and much nearer when turned
/// round: the file has its axes the wrong way.
const FAR_DEGREES: f64 = 5.0;

/// Reads the quarters of a file. `known` is a point of the programme, if it has one: it tells
/// longitude and latitude apart where both could be either.
pub fn read(bytes: &[u8], known: Option<Position>) -> Result<Vec<Quarter>, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| format!("the file is not UTF-8 (byte {})", e.valid_up_to()))?;
    let text = text.trim_start_matches('\u{feff}');
    let root: Value = serde_json::from_str(text).map_err(|e| {
        let (line, column) = (e.line(), e.column());
        format!("the file is not JSON (line {line}, column {column})")
    })?;
    let features = match (root["type"].as_str(), root["features"].as_array()) {
        (Some("FeatureCollection"), Some(features)) => features,
        _ => return Err("the file is not a GeoJSON FeatureCollection".into()),
    };
    if features.is_empty() || features.len() > QUARTERS_MAX {
        let n = features.len();
        return Err(format!(
            "the file holds {n} features; 1 to {QUARTERS_MAX} are quarters"
        ));
    }
    let mut names = BTreeSet::new();
    let mut quarters = Vec::with_capacity(features.len());
    for (n, feature) in (1..).zip(features) {
        let quarter = one(feature, known).map_err(|wrong| format!("feature {n}: {wrong}"))?;
        if !names.insert(quarter.id.clone()) {
            let name = &quarter.name;
            return Err(format!(
                "feature {n}: there is another quarter called « {name} »"
            ));
        }
        quarters.push(quarter);
    }
    quarters.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(quarters)
}

fn one(feature: &Value, known: Option<Position>) -> Result<Quarter, String> {
    let name = name_of(&feature["properties"])?;
    let geometry = &feature["geometry"];
    let coordinates = &geometry["coordinates"];
    let polygons = match geometry["type"].as_str() {
        Some("Polygon") => vec![polygon(coordinates)?],
        Some("MultiPolygon") => list(coordinates)?
            .iter()
            .map(polygon)
            .collect::<Result<_, _>>()?,
        Some(other) => {
            return Err(format!(
                "a quarter is a Polygon or a MultiPolygon, not {other}"
            ));
        }
        None => return Err("it has no geometry".into()),
    };
    if polygons.is_empty() {
        return Err("it has no polygon".into());
    }
    let area = MultiPolygon(polygons);
    check_axes(&area, known)?;
    Ok(Quarter {
        id: slug(&name),
        name,
        area,
    })
}

fn name_of(properties: &Value) -> Result<String, String> {
    let named = properties.as_object().into_iter().flatten();
    let found = named
        .filter_map(|(key, value)| {
            let key = key.to_lowercase();
            let rank = NAME_KEYS.iter().position(|it| *it == key)?;
            Some((rank, value.as_str()?.trim()))
        })
        .min();
    let name = found.map(|(_, name)| name).unwrap_or_default();
    let title = domain::people::Title::new("name", name);
    match title {
        Ok(title) if !slug(title.as_str()).is_empty() => Ok(title.as_str().to_owned()),
        _ => Err(format!(
            "it has no usable name (a text property {})",
            NAME_KEYS.join(", ")
        )),
    }
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    let wrong = "its coordinates are not lists of positions";
    value.as_array().ok_or_else(|| wrong.to_owned())
}

fn polygon(value: &Value) -> Result<Polygon, String> {
    let mut rings = list(value)?.iter().map(ring);
    let outer = rings.next().ok_or("a polygon has no ring")??;
    Ok(Polygon::new(outer, rings.collect::<Result<_, _>>()?))
}

fn ring(value: &Value) -> Result<LineString, String> {
    let corners: Vec<Coord> = list(value)?.iter().map(corner).collect::<Result<_, _>>()?;
    if corners.len() < RING_POSITIONS_MIN {
        let n = corners.len();
        return Err(format!(
            "a ring has {n} positions; it needs {RING_POSITIONS_MIN}"
        ));
    }
    if corners.first() != corners.last() {
        return Err("a ring is not closed: its last position is not its first".into());
    }
    Ok(LineString(corners))
}

fn corner(value: &Value) -> Result<Coord, String> {
    let at = |n: usize| value.get(n).and_then(Value::as_f64);
    match (at(0), at(1)) {
        (Some(x), Some(y)) if x.is_finite() && y.is_finite() => Ok(Coord { x, y }),
        _ => Err("a position is not two numbers".into()),
    }
}

/// Longitude comes first in GeoJSON; many files have it the other way round.
fn check_axes(area: &MultiPolygon, known: Option<Position>) -> Result<(), String> {
    const TURNED: &str = "its axes are the wrong way round: longitude first, then latitude \
                          (« longitude d’abord »)";
    let corners = || area.iter().flat_map(|it| it.exterior().coords());
    if corners().any(|it| it.x.abs() > 180.0 || it.y.abs() > 180.0) {
        return Err("its positions are not degrees: export it as WGS 84 (EPSG:4326)".into());
    }
    if corners().any(|it| it.y.abs() > 90.0) {
        return Err(TURNED.into());
    }
    let Some((known, first)) = known.zip(corners().next()) else {
        return Ok(());
    };
    let far = |lon: f64, lat: f64| (known.lon() - lon).abs().max((known.lat() - lat).abs());
    match (far(first.x, first.y), far(first.y, first.x)) {
        (as_is, turned) if as_is > FAR_DEGREES && turned < FAR_DEGREES => Err(TURNED.into()),
        _ => Ok(()),
    }
}

/// « Saint Augustin - Tauzin » as `saint-augustin-tauzin`: in addresses, and the same when the
/// file is imported again.
fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.to_lowercase().chars() {
        let plain = match c {
            'à' | 'â' | 'ä' => "a",
            'ç' => "c",
            'é' | 'è' | 'ê' | 'ë' => "e",
            'î' | 'ï' => "i",
            'ô' | 'ö' => "o",
            'ù' | 'û' | 'ü' => "u",
            'œ' => "oe",
            'æ' => "ae",
            c if c.is_alphanumeric() => {
                out.push(c);
                continue;
            }
            _ if out.is_empty() || out.ends_with('-') => continue,
            _ => "-",
        };
        out.push_str(plain);
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn file(geometry: Value) -> Vec<u8> {
        json!({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"NOM": "Saint-Éloi, bas"}, "geometry": geometry},
        ]})
        .to_string()
        .into_bytes()
    }

    fn square(x: f64, y: f64, side: f64) -> Value {
        json!([
            [x, y],
            [x + side, y],
            [x + side, y + side],
            [x, y + side],
            [x, y]
        ])
    }

    fn wrong(bytes: &[u8]) -> String {
        read(bytes, Position::new(44.84, -0.57).ok()).unwrap_err()
    }

    #[test]
    fn a_quarter_with_a_hole_is_read_and_named() {
        let rings = json!([square(-0.6, 44.8, 0.1), square(-0.57, 44.83, 0.02)]);
        let read = read(
            &file(json!({"type": "Polygon", "coordinates": rings})),
            None,
        )
        .unwrap();
        assert_eq!(read[0].id, "saint-eloi-bas");
        assert_eq!(read[0].name, "Saint-Éloi, bas");
        assert_eq!(read[0].area.0[0].interiors().len(), 1);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let polygon = |rings: Value| file(json!({"type": "Polygon", "coordinates": rings}));
        let mut open = square(-0.6, 44.8, 0.1);
        open.as_array_mut().unwrap().pop();
        for (bytes, said) in [
            (b"\xff\xfe{".to_vec(), "not UTF-8"),
            (b"hello".to_vec(), "not JSON (line 1"),
            (b"{}".to_vec(), "FeatureCollection"),
            (polygon(json!([open])), "feature 1: a ring is not closed"),
            (polygon(json!([[[1, 2], [1, 2]]])), "2 positions"),
            (
                polygon(json!([square(44.8, -0.6, 0.1)])),
                "longitude d’abord",
            ),
            (
                polygon(json!([square(2.0, 148.0, 0.1)])),
                "longitude d’abord",
            ),
            (
                polygon(json!([square(417_000.0, 6_421_000.0, 9.0)])),
                "EPSG:4326",
            ),
            (
                polygon(json!([[["a", 1], [1, 1], [2, 2], ["a", 1]]])),
                "two numbers",
            ),
            (
                file(json!({"type": "Point", "coordinates": [1, 2]})),
                "not Point",
            ),
            (file(Value::Null), "no geometry"),
            (
                file(json!({"type": "MultiPolygon", "coordinates": []})),
                "no polygon",
            ),
        ] {
            let error = wrong(&bytes);
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn two_quarters_of_one_name_and_one_without_are_refused() {
        let feature = |name: Value| {
            json!({"type": "Feature", "properties": {"name": name},
                   "geometry": {"type": "Polygon", "coordinates": [square(-0.6, 44.8, 0.1)]}})
        };
        let of = |a: Value, b: Value| {
            let all = json!({"type": "FeatureCollection", "features": [feature(a), feature(b)]});
            wrong(all.to_string().as_bytes())
        };
        assert!(of(json!("Sud"), json!("SUD")).contains("feature 2: there is another"));
        assert!(of(json!("Sud"), json!(7)).contains("feature 2: it has no usable name"));
    }
}

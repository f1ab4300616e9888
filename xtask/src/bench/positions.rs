//! The file of positions, cut into outings.

use anyhow::{Context, Result, ensure};

const HEADER: &str = "lat,lon,year,month";
/// What a crew may find on one outing.
const PLACES_PER_OUTING_MAX: usize = 75;

/// Where something was found, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub lat: f64,
    pub lon: f64,
}

/// Each row in the order of the file, one outing's worth at a time.
pub fn by_outing(csv: &str) -> Result<Vec<Vec<Place>>> {
    let mut lines = csv.lines();
    ensure!(
        lines.next() == Some(HEADER),
        "the positions' columns are not {HEADER}"
    );
    let place = |(index, line): (usize, &str)| {
        place(line).with_context(|| format!("line {} of the positions: {line}", index + 2))
    };
    let places = lines
        .enumerate()
        .map(place)
        .collect::<Result<Vec<Place>>>()?;
    Ok(places
        .chunks(PLACES_PER_OUTING_MAX)
        .map(<[Place]>::to_vec)
        .collect())
}

fn place(line: &str) -> Option<Place> {
    let fields: Vec<&str> = line.split(',').collect();
    let [lat, lon, _year, _month] = fields[..] else {
        return None;
    };
    Some(Place {
        lat: lat.parse().ok()?,
        lon: lon.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_cut_into_outings_and_loses_no_row() {
        let rows: String = (0..160)
            .map(|n| format!("42.3,-71.{n:03},2024,2\n"))
            .collect();
        let outings = by_outing(&format!("{HEADER}\n{rows}")).unwrap();
        let sizes: Vec<usize> = outings.iter().map(Vec::len).collect();
        assert_eq!(sizes, [75, 75, 10]);
        assert_eq!(
            outings[2][9],
            Place {
                lat: 42.3,
                lon: -71.159
            }
        );
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = by_outing(&format!("{HEADER}\n42.1,-71.1,2024\n"))
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            "line 2 of the positions: 42.1,-71.1,2024"
        );
    }
}

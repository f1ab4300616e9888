//! The file of positions, cut into outings.

use anyhow::{Context, Result, ensure};

const HEADER: &str = "lat,lon,year,month";
/// What a crew may find on one outing; a month of the file makes about a dozen of them.
const PLACES_PER_OUTING_MAX: usize = 75;
/// Every month has these days.
const DAYS_PER_MONTH: usize = 28;

/// Where something was found, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub lat: f64,
    pub lon: f64,
}

/// One outing: its civil day and what it finds.
pub struct Day {
    /// `2024-01-07`
    pub date: String,
    pub places: Vec<Place>,
}

/// Cuts each month of the file into outings, spread over its days.
pub fn days(csv: &str) -> Result<Vec<Day>> {
    let mut lines = csv.lines();
    ensure!(
        lines.next() == Some(HEADER),
        "the positions' columns are not {HEADER}"
    );
    let mut months: std::collections::BTreeMap<(u16, u8), Vec<Place>> = Default::default();
    for (index, line) in lines.enumerate() {
        let (month, place) =
            row(line).with_context(|| format!("line {} of the positions: {line}", index + 2))?;
        months.entry(month).or_default().push(place);
    }
    let days = months.iter().flat_map(|((year, month), places)| {
        places
            .chunks(PLACES_PER_OUTING_MAX)
            .enumerate()
            .map(move |(index, places)| Day {
                date: format!("{year:04}-{month:02}-{:02}", index % DAYS_PER_MONTH + 1),
                places: places.to_vec(),
            })
    });
    Ok(days.collect())
}

fn row(line: &str) -> Option<((u16, u8), Place)> {
    let mut fields = line.split(',').map(str::trim);
    let place = Place {
        lat: fields.next()?.parse().ok()?,
        lon: fields.next()?.parse().ok()?,
    };
    let month = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    fields.next().is_none().then_some((month, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_cut_into_outings_and_loses_no_row() {
        let rows: String = (0..160)
            .map(|n| format!("42.3,-71.{n:03},2024,2\n"))
            .collect();
        let days = days(&format!("{HEADER}\n42.1,-71.1,2024,1\n{rows}")).unwrap();
        let shape: Vec<(&str, usize)> = days
            .iter()
            .map(|day| (day.date.as_str(), day.places.len()))
            .collect();
        let wanted = [
            ("2024-01-01", 1),
            ("2024-02-01", 75),
            ("2024-02-02", 75),
            ("2024-02-03", 10),
        ];
        assert_eq!(shape, wanted);
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = days(&format!("{HEADER}\n42.1,-71.1,2024\n")).err().unwrap();
        assert_eq!(
            error.to_string(),
            "line 2 of the positions: 42.1,-71.1,2024"
        );
    }
}

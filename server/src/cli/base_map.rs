//! `cueillette base-map`: a town's map out of a large one. Needs no database.

use super::{Failure, aside, said, say};
use crate::base_map::{self, Area, Job, Operator, Size};
use clap::Args;
use domain::Day;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Columns of the bar.
const BAR_WIDTH: u64 = 40;

/// What to cut, and where it goes.
#[derive(Args)]
pub struct BaseMapFlags {
    /// The town: west,south,east,north in degrees, as in -0.64,44.80,-0.53,44.87
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Area,
    /// The large map: an address that answers ranges, or a file [default: the newest Protomaps build]
    #[arg(long, value_name = "URL|FILE")]
    from: Option<String>,
    /// The deepest zoom [default: as in the large map]
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=22))]
    max_zoom: Option<u8>,
    /// Fetch without asking
    #[arg(long)]
    yes: bool,
    /// The map to be made; `serve` picks up data/base-map.pmtiles
    #[arg(value_name = "OUT.pmtiles")]
    out: PathBuf,
}

/// Runs it.
pub async fn run(flags: BaseMapFlags) -> Result<(), Failure> {
    let BaseMapFlags {
        bbox,
        from,
        max_zoom,
        yes,
        out,
    } = flags;
    let today = Day(jiff::Zoned::now()
        .with_time_zone(jiff::tz::TimeZone::UTC)
        .date());
    let job = Job {
        area: bbox,
        from,
        max_zoom,
        out,
        today,
    };
    let cut = tokio::task::spawn_blocking(move || {
        let mut terminal = Terminal { yes, drawn: false };
        let made = base_map::cut(&job, &mut terminal);
        terminal.end();
        made.map(|made| (made, job.out))
    });
    match cut.await? {
        Ok((Some(made), out)) => {
            let (tiles, size) = (made.tiles, bytes(made.bytes));
            say!(
                "{}: {tiles} tiles, {size}, read back and right",
                out.display()
            )?;
            say!("The data is © OpenStreetMap contributors (ODbL); the map says so.")?;
            Ok(())
        }
        Ok((None, _)) => Err("nothing was fetched".into()),
        Err(failure) => Err(failure),
    }
}

/// A person at a terminal, or nobody.
struct Terminal {
    yes: bool,
    drawn: bool,
}

impl Operator for Terminal {
    fn agrees(&mut self, size: &Size) -> Result<bool, Failure> {
        let missing = size.fetch_bytes.saturating_sub(size.there_bytes);
        say!(
            "{} tiles of {}: a map of {}, {} to fetch{}",
            size.tiles,
            size.from,
            bytes(size.map_bytes),
            bytes(missing),
            match size.there_bytes {
                0 => String::new(),
                there => format!(" ({} are there already)", bytes(there)),
            }
        )?;
        if self.yes {
            return Ok(true);
        }
        if !std::io::stdin().is_terminal() {
            return Err("nobody is there to agree: add --yes".into());
        }
        said::text(format_args!("Fetch it? [y/N] "))?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        Ok(["y", "yes", "o", "oui"].contains(&answer.trim().to_lowercase().as_str()))
    }

    fn progress(&mut self, done: u64, all: u64) {
        if std::io::stderr().is_terminal() {
            self.drawn = true;
            said::apart(format_args!("\r{}", bar(done, all)));
        }
    }
}

impl Terminal {
    /// What comes next begins on a line of its own.
    fn end(&mut self) {
        if self.drawn {
            aside!("");
        }
    }
}

fn bar(done: u64, all: u64) -> String {
    let full = (done * BAR_WIDTH).checked_div(all).unwrap_or(BAR_WIDTH);
    let signs: String = (0..BAR_WIDTH)
        .map(|at| if at < full { '#' } else { '.' })
        .collect();
    let percent = (done * 100).checked_div(all).unwrap_or(100);
    format!(
        "[{signs}] {percent:3} %  {} of {}   ",
        bytes(done),
        bytes(all)
    )
}

/// « 1.2 MB », for a person.
fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} bytes"),
        1_000..1_000_000 => format!("{} kB", n.div_ceil(1_000)),
        _ => format!("{}.{} MB", n / 1_000_000, n % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_says_how_far_it_is() {
        assert!(bar(0, 100).starts_with("[....") && bar(0, 100).contains("  0 %"));
        assert!(bar(50, 100).contains("####....") && bar(50, 100).contains(" 50 %"));
        assert!(bar(0, 0).contains("100 %"));
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_001), "2 kB");
        assert_eq!(bytes(12_345_678), "12.3 MB");
    }
}

//! A town's map cut out of a large one: `cueillette base-map`.
//!
//! Only the directories that matter and the town's tiles are fetched, by HTTP ranges. The size is
//! told before anything large is fetched; an interrupted run is gone on with; the map is written
//! beside, read back tile by tile, and only then put in its place.

mod archive;
mod area;
mod partial;
mod plan;
mod shelf;
mod source;
mod write;

pub use area::Area;
pub use shelf::Shelf;

use crate::cli::Failure;
use archive::{HEAD_BYTES, Head};
use domain::{Day, Position};
use partial::Partial;
use plan::Plan;
use source::Source;
use std::path::{Path, PathBuf};

/// A map wider or higher than this is not one town's, in degrees.
const TOWN_DEGREES_MAX: f64 = 3.0;
/// Builds of the whole world are made every day and kept for about a week.
const BUILDS_KEPT_DAYS: i32 = 8;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Job {
    /// The town.
    pub area: Area,
    /// An address or a file; else the newest public build.
    pub from: Option<String>,
    /// The deepest zoom; else as the source.
    pub max_zoom: Option<u8>,
    /// Where the map goes.
    pub out: PathBuf,
    /// Today, for the newest build.
    pub today: Day,
}

/// What the operator is told and asked.
pub trait Operator {
    /// Before anything large is fetched. `false` ends it.
    fn agrees(&mut self, size: &Size) -> Result<bool, Failure>;
    /// So many bytes of so many are there.
    fn progress(&mut self, done: u64, all: u64);
}

/// How large it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Where it is fetched from.
    pub from: String,
    /// Tiles.
    pub tiles: usize,
    /// Bytes of the tiles: the size of the map, but for its directory.
    pub map_bytes: u64,
    /// Bytes to be fetched.
    pub fetch_bytes: u64,
    /// Bytes of them that an earlier run left.
    pub there_bytes: u64,
}

/// A map that is made and checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Tiles, read back.
    pub tiles: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Cuts the map. Answers nothing when the operator does not agree. Waits for network and disk: to
/// be called where waiting is allowed, within the runtime.
pub fn cut(job: &Job, operator: &mut dyn Operator) -> Result<Option<Made>, Failure> {
    may_be_written(&job.out)?;
    let (mut source, start) = open(job)?;
    let head = Head::read(&start)?;
    let area = asked_of(&head, job.area)?;
    let max_zoom = job
        .max_zoom
        .map_or(head.header.max_zoom, |it| it.min(head.header.max_zoom));
    let wanted = area.tile_ids(head.header.min_zoom..=max_zoom)?;
    let root = usize::try_from(head.root.offset)?..usize::try_from(head.root.end())?;
    let root = start.get(root).ok_or_else(archive::broken)?;
    let plan = Plan::make(&mut source, &head, root, &wanted)?;
    if plan.tiles.is_empty() {
        return Err("this map has no tile in that box".into());
    }
    let description = match head.metadata.length {
        0 => "{}".to_owned(),
        _ => String::from_utf8(head.unfold(&source.part(head.metadata)?)?)?,
    };
    let name = plan.name(source.version());
    let mut partial = Partial::open(&job.out, source.name(), name, &plan.parts)?;
    let there_bytes = partial.there().iter().map(|part| part.length).sum();
    let size = Size {
        from: source.name().to_owned(),
        tiles: plan.tiles.len(),
        map_bytes: plan.tile_bytes(),
        fetch_bytes: plan.part_bytes(),
        there_bytes,
    };
    if !operator.agrees(&size)? {
        if there_bytes == 0 {
            partial.remove()?;
        }
        return Ok(None);
    }
    fetch(&mut source, &mut partial, &size, operator)?;
    let looks = write::Looks {
        head: &head,
        area,
        max_zoom,
        description,
    };
    let made = write::write(&job.out, &looks, &plan, &mut partial)?;
    partial.remove()?;
    Ok(Some(made))
}

/// Said before fetching, not after it.
fn may_be_written(out: &Path) -> Result<(), Failure> {
    if out.is_dir() {
        return Err(format!("{} is a folder: give a file", out.display()).into());
    }
    match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()).into())
        }
        _ => Ok(()),
    }
}

/// What was asked for, or what an earlier run began with, or the newest public build.
fn open(job: &Job) -> Result<(Source, Vec<u8>), Failure> {
    let named = job.from.clone().or_else(|| partial::begun_from(&job.out));
    if let Some(from) = named {
        let mut source = Source::new(&from)?;
        let start = source.start(HEAD_BYTES)?;
        // An old build is deleted after some days: then there is nothing to go on with.
        match start {
            Some(start) => return Ok((source, start)),
            None if job.from.is_some() => return Err(format!("{from} is not there").into()),
            None => {}
        }
    }
    for ago in 0..=BUILDS_KEPT_DAYS {
        let mut source = Source::new(&public_build(job.today.plus_days(-ago)))?;
        if let Some(start) = source.start(HEAD_BYTES)? {
            return Ok((source, start));
        }
    }
    Err("no public build of the last days is there: give an address or a file with --from".into())
}

/// The middle of a town's map, to tell a point of the town from a slip of the keyboard. Nothing
/// when there is no such map, or it is a larger one.
pub fn middle_of(map: &Path) -> Option<Position> {
    let start = Source::new(map.to_str()?).ok()?.start(HEAD_BYTES).ok()??;
    let it = Head::read(&start).ok()?.area();
    let is_town = it.east - it.west <= TOWN_DEGREES_MAX && it.north - it.south <= TOWN_DEGREES_MAX;
    let middle = Position::new((it.south + it.north) / 2.0, (it.west + it.east) / 2.0).ok()?;
    is_town.then_some(middle)
}

fn public_build(day: Day) -> String {
    let day = day.to_string().replace('-', "");
    format!("https://build.protomaps.com/{day}.pmtiles")
}

/// What of the box the source has; else which mistake it may be.
fn asked_of(head: &Head, area: Area) -> Result<Area, Failure> {
    let covered = head.area();
    area.common(covered).ok_or_else(|| {
        let hint = match area.turned().common(covered) {
            Some(_) => ": longitude comes first, as in west,south,east,north",
            None => "",
        };
        format!("that box lies outside this map, which covers {covered}{hint}").into()
    })
}

fn fetch(
    source: &mut Source,
    partial: &mut Partial,
    size: &Size,
    operator: &mut dyn Operator,
) -> Result<(), Failure> {
    let mut done = size.there_bytes;
    operator.progress(done, size.fetch_bytes);
    for part in partial.missing() {
        let bytes = source.part(part).map_err(|failure| {
            let why = failure.sentence();
            format!("{why}; what was fetched is kept: run the same command to go on")
        })?;
        partial.keep(&bytes)?;
        done += part.length;
        operator.progress(done, size.fetch_bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_build_is_named_after_its_day() {
        let day = Day::new(2026, 3, 1).unwrap();
        let yesterday = public_build(day.plus_days(-1));
        assert_eq!(yesterday, "https://build.protomaps.com/20260228.pmtiles");
    }
}

//! Writing the town's map and reading it back, with another reader than the one that planned it.

use super::Made;
use super::archive::Head;
use super::area::Area;
use super::partial::{Partial, beside};
use super::plan::Plan;
use crate::cli::Failure;
use axum::body::Bytes;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, PmTilesWriter, PmtResult, TileCoord, TileId,
};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// How the map introduces itself.
pub(super) struct Looks<'a> {
    pub(super) head: &'a Head,
    pub(super) area: Area,
    pub(super) max_zoom: u8,
    pub(super) description: String,
}

/// Degrees in a header are whole numbers of this.
const DEGREE_STEP: f64 = 1e-7;

/// Writes beside, reads back, and puts the map in its place at once.
pub(super) fn write(
    out: &Path,
    looks: &Looks<'_>,
    plan: &Plan,
    partial: &mut Partial,
) -> Result<Made, Failure> {
    let beside = beside(out, ".new");
    let failed = |e: std::io::Error| Failure::from(format!("{}: {e}", beside.display()));
    let file = File::create(&beside).map_err(failed)?;
    fill(file, looks, plan, partial)?;
    let file = File::open(&beside).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    file.sync_all().map_err(failed)?;
    let checked = tokio::runtime::Handle::current().block_on(check(file, looks, plan, partial));
    let tiles = checked.map_err(|failure| {
        _ = std::fs::remove_file(&beside);
        let why = failure.sentence();
        format!("the map that was written is not the one that was meant ({why})")
    })?;
    std::fs::rename(&beside, out).map_err(failed)?;
    Ok(Made { tiles, bytes })
}

fn fill(file: File, looks: &Looks<'_>, plan: &Plan, partial: &mut Partial) -> Result<(), Failure> {
    let (from, area) = (&looks.head.header, looks.area);
    let mut writer = PmTilesWriter::new(from.tile_type)
        .dedup_by_key::<u64>()
        .precompressed(from.tile_compression)
        .min_zoom(from.min_zoom)
        .max_zoom(looks.max_zoom)
        .bounds(area.west, area.south, area.east, area.north)
        .center(
            (area.west + area.east) / 2.0,
            (area.south + area.north) / 2.0,
        )
        .center_zoom(from.center_zoom.clamp(from.min_zoom, looks.max_zoom))
        .metadata(looks.description.clone())
        .create(file)?;
    for tile in &plan.tiles {
        let bytes = partial.read(tile.at)?;
        let coord = TileCoord::from(TileId::new(tile.id)?);
        // Tiles that share their bytes in the source share them here.
        writer.add_tile(coord, &bytes, Some(tile.at.offset))?;
    }
    Ok(writer.finalize()?)
}

/// Every tile is there with its bytes, there is no other, and the header says what it should.
async fn check(
    file: File,
    looks: &Looks<'_>,
    plan: &Plan,
    partial: &mut Partial,
) -> Result<u64, Failure> {
    let reader = AsyncPmTilesReader::try_from_source(OnDisk(Mutex::new(file))).await?;
    let header = reader.get_header();
    let close = |a: f64, b: f64| (a - b).abs() <= DEGREE_STEP;
    let area = looks.area;
    let same_area = close(header.min_longitude, area.west)
        && close(header.min_latitude, area.south)
        && close(header.max_longitude, area.east)
        && close(header.max_latitude, area.north);
    if !same_area || header.max_zoom != looks.max_zoom {
        return Err("its header".into());
    }
    if header.n_addressed_tiles().map(u64::from) != Some(plan.tiles.len() as u64) {
        return Err("its number of tiles".into());
    }
    let reader = Arc::new(reader);
    for tile in &plan.tiles {
        let there = reader.get_tile(TileId::new(tile.id)?).await?;
        if there.as_deref() != Some(&*partial.read(tile.at)?) {
            return Err("one of its tiles".into());
        }
    }
    Ok(plan.tiles.len() as u64)
}

/// The written file, for the other reader.
struct OnDisk(Mutex<File>);

impl AsyncBackend for OnDisk {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        let mut bytes = Vec::new();
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        Read::take(&mut *file, length as u64).read_to_end(&mut bytes)?;
        Ok(BackendResponse::new(Bytes::from(bytes)))
    }
}

//! How long the disk takes to keep what was written.

use anyhow::Result;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Writings that are flushed one by one.
const FLUSHES: usize = 300;
/// As much as a short transaction writes.
const BYTES: usize = 16 * 1024;

/// The median time of a flush in this folder, in milliseconds.
pub fn flush_ms(folder: &Path) -> Result<f64> {
    let path = folder.join("flush");
    let mut file = File::create(&path)?;
    let mut took = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        file.write_all(&[7; BYTES])?;
        let start = Instant::now();
        file.sync_data()?;
        took.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    drop(file);
    std::fs::remove_file(&path)?;
    took.sort_by(f64::total_cmp);
    Ok(took[FLUSHES / 2])
}

//! What is around the database: room on the disk, the clock, time zones, backups.

use super::report::Report;
use crate::access::journal::chain;
use crate::backup;
use crate::cli::Failure;
use crate::config::Config;
use crate::db::{Db, Tx, sql};
use crate::programmes;
use domain::Instant;
use domain::time::DAY_MS;
use jiff::tz::TimeZone;
use std::path::Path;

/// Less than this is little, whatever the disk.
const FREE_BYTES_MIN: u64 = 1_000_000_000;
/// Less than one part in so many is little.
const FREE_PARTS_MIN: u64 = 10;
/// What a clock may differ from the one of yesterday.
const AHEAD_MS_MAX: i64 = 5 * 60_000;
/// A daily backup that is late.
const BACKUP_MS_MAX: i64 = 2 * DAY_MS;

pub(super) async fn look(db: &Db, config: &Config, report: &mut Report) -> Result<(), Failure> {
    look_at_disk(config, report);
    let now = Instant::from_ms(jiff::Timestamp::now().as_millisecond());
    let mut tx = db.read().await?;
    look_at_clock(&mut tx, now, report).await?;
    drop(tx);
    match backup::last_made(db).await? {
        None => report.note(
            "backup",
            "none was made yet: cueillette backup FOLDER --keep 30, daily",
        ),
        Some(at) if now.as_ms() - at.as_ms() > BACKUP_MS_MAX => report.note(
            "backup",
            format!("the last one is of {at}: see why the daily one is not made"),
        ),
        Some(at) => report.well("backup", format!("the last one is of {at}")),
    }
    Ok(())
}

fn look_at_disk(config: &Config, report: &mut Report) {
    let Some(file) = config.sqlite_file() else {
        return;
    };
    let size = std::fs::metadata(&file).map_or(0, |it| it.len());
    let Some((free, total)) = room(&file) else {
        return;
    };
    let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    let told = format!("{} of {} free", gigabytes(free), gigabytes(total));
    if free < size / 4 {
        report.fault(
            "disk",
            format!("{told}, less than a quarter of the database"),
            "make room now",
        );
    } else if free < FREE_BYTES_MIN || free < total / FREE_PARTS_MIN || free < size {
        report.note("disk", format!("{told}: make room soon"));
    } else {
        report.well("disk", told);
    }
}

/// Free and all bytes of the disk that a file is on.
#[cfg(unix)]
fn room(file: &Path) -> Option<(u64, u64)> {
    let it = rustix::fs::statvfs(file).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(it.f_frsize);
    Some((bytes(it.f_bavail), bytes(it.f_blocks)))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<(u64, u64)> {
    None
}

async fn look_at_clock(tx: &mut Tx, now: Instant, report: &mut Report) -> Result<(), Failure> {
    let newest = "select coalesce(max(received_at), 0) from facts";
    let (newest,): (i64,) = sql(newest).one(tx).await?;
    let mut is_well = true;
    if newest > now.as_ms() + AHEAD_MS_MAX {
        is_well = false;
        let newest = Instant::from_ms(newest);
        let what = format!("it is {now} here, and a fact came at {newest}");
        report.fault(
            "clock",
            what,
            "set the clock of this machine (timedatectl), by the network",
        );
    }
    for (programme, slug) in chain::store::programmes(tx).await? {
        let zone = programmes::settings(tx, programme).await?.time_zone;
        if TimeZone::get(&zone).is_err() {
            is_well = false;
            let what = format!("{slug}: the time zone {zone} is not known");
            report.fault(
                "clock",
                what,
                "correct it in the settings, or take a newer version",
            );
        }
    }
    if is_well {
        report.well("clock", format!("{now}; time zones are known"));
    }
    Ok(())
}

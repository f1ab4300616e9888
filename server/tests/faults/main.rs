//! Faults, with real processes: servers killed, links cut, disks full, primaries that die, while
//! phones send. Whatever happens, every fact that was acknowledged is there, and none is twice.
//!
//! They need a PostgreSQL and, for the promotion of a standby, its programs: `cargo xtask test`
//! starts the one and names the others.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cluster;
mod crew;
mod house;
mod process;
mod proxy;

mod disk_full;
mod killed;
mod link;
mod promoted;
mod slow_disk;
mod two_servers;

//! Where things lie in the repository.

use std::path::{Path, PathBuf};

/// The repository's root, absolute.
pub fn root() -> PathBuf {
    // Cargo says where xtask lies; its parent is the root. Without Cargo, the current folder is.
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .and_then(|xtask| xtask.parent().map(Path::to_path_buf))
        .or_else(|| std::env::current_dir().ok())
        .unwrap_or_else(|| PathBuf::from("."))
}

/// Where Cargo builds: `target`, unless `CARGO_TARGET_DIR` says otherwise.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// What the phones and desks receive. Always under `target/`: the server embeds it from there.
pub fn site() -> PathBuf {
    root().join("target/site")
}

/// The map element, service worker and loader, with their npm lockfile.
pub fn web() -> PathBuf {
    root().join("app/web")
}

/// The browser tests, with their npm lockfile.
pub fn end2end() -> PathBuf {
    root().join("end2end")
}

/// Real map and position files, which do not belong to the repository.
pub fn shared() -> PathBuf {
    match std::env::var_os("CUEILLETTE_SHARED") {
        Some(folder) => root().join(folder),
        None => root().join("../shared"),
    }
}

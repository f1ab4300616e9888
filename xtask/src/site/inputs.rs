//! The build id: a hash of everything that decides what a phone receives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{paths, run, setup};

/// Sources of what is sent, and of the pipeline that makes it. The server renders the page that
/// phones keep, with its headers: when these change, phones must see another build.
const INPUTS: [&str; 13] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "app",
    "public",
    "server/src/http/layers.rs",
    "server/src/http/needle_stick.rs",
    "server/src/http/page.rs",
    "server/src/http/pieces.rs",
    "server/src/http/terrain.rs",
    "style",
    "xtask/Cargo.toml",
    "xtask/src/site",
];

/// Folders of tools and tests, which send nothing.
const IGNORED: [&str; 3] = ["node_modules", "tests", "target"];

/// How many hexadecimal digits name a build.
const BUILD_ID_DIGITS: usize = 16;

/// Sixteen hexadecimal digits, the same for the same sources and compiler.
pub fn build_id() -> Result<String> {
    let compiler = run::quiet(Command::new("rustc").arg("--version"))?;
    let mut hash = Sha256::new();
    add(&mut hash, "rustc", compiler.as_bytes());
    let root = paths::root();
    for input in INPUTS {
        for file in files_under(&root.join(input))? {
            let name = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy();
            let bytes = fs::read(&file).with_context(|| format!("{name} cannot be read"))?;
            add(&mut hash, &name, &bytes);
        }
    }
    let mut id = setup::hex(&hash.finalize());
    id.truncate(BUILD_ID_DIGITS);
    Ok(id)
}

/// Lengths are hashed too, so that no byte can move from one field into the next unseen.
fn add(hash: &mut Sha256, name: &str, bytes: &[u8]) {
    hash.update((name.len() as u64).to_le_bytes());
    hash.update(name.as_bytes());
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// All files of a tree in a fixed order; a path that is not there has none.
fn files_under(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = fs::read_dir(path)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    entries.retain(|entry| {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        !IGNORED.contains(&name.as_ref()) && !name.ends_with('~') && !name.ends_with(".swp")
    });
    entries.sort();
    let trees = entries
        .iter()
        .map(|entry| files_under(entry))
        .collect::<Result<Vec<_>>>()?;
    Ok(trees.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::temp::TempFolder;

    #[test]
    fn files_come_in_the_same_order_without_tools_and_tests() {
        let folder = TempFolder::new("inputs").unwrap();
        for name in ["b.rs", "a/z.rs", "node_modules/x.js", "tests/t.rs"] {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, name).unwrap();
        }
        let found = files_under(folder.path()).unwrap();
        let wanted = ["a/z.rs", "b.rs"].map(|name| folder.path().join(name));
        assert_eq!(found, wanted);
    }

    #[test]
    fn moving_a_byte_from_name_to_content_changes_the_hash() {
        let hash_of = |name: &str, bytes: &[u8]| {
            let mut hash = Sha256::new();
            add(&mut hash, name, bytes);
            hash.finalize()
        };
        assert_ne!(hash_of("ab", b"c"), hash_of("a", b"bc"));
    }
}

//! A temporary folder that goes away with its owner.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Removed when dropped, whatever happened meanwhile.
pub struct TempFolder(PathBuf);

impl TempFolder {
    /// A new, empty folder that only its owner may enter.
    pub fn new(purpose: &str) -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let name = format!("cueillette-{purpose}-{}", uuid::Uuid::now_v7().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("cannot make the temporary folder {}", path.display()))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("xtask: could not remove {}: {error}", self.0.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_its_files_are_gone_after_use() {
        let folder = TempFolder::new("test").unwrap();
        let path = folder.path().to_path_buf();
        std::fs::write(path.join("file"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}

//! Where the base maps of the towns lie: one file for all, or a folder with one for each.

use std::path::{Path, PathBuf};

/// Maps by town.
#[derive(Clone, Debug, Default)]
pub enum Shelf {
    /// No maps: sites stand on plain paper.
    #[default]
    Empty,
    /// One file, whatever the town.
    One(PathBuf),
    /// `SHORT-NAME.pmtiles` for each programme.
    ByTown(PathBuf),
}

impl Shelf {
    /// What the operator gave: a file, or a folder.
    pub fn at(path: Option<PathBuf>) -> Self {
        match path {
            None => Self::Empty,
            Some(path) if path.is_dir() => Self::ByTown(path),
            Some(path) => Self::One(path),
        }
    }

    /// The file of a programme. It may not be there (yet).
    pub fn of(&self, slug: &str) -> Option<PathBuf> {
        match self {
            Self::Empty => None,
            Self::One(path) => Some(path.clone()),
            Self::ByTown(folder) => Some(folder.join(format!("{slug}.pmtiles"))),
        }
    }

    /// The file that is everybody's.
    pub fn only(&self) -> Option<&Path> {
        match self {
            Self::One(path) => Some(path),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_everybodys_and_a_folder_has_one_for_each() {
        let one = Shelf::at(Some("nowhere/town.pmtiles".into()));
        assert_eq!(one.of("bordeaux"), one.of("bourg"));
        assert!(one.only().is_some());
        let many = Shelf::at(Some(std::env::temp_dir()));
        assert!(many.of("bordeaux").unwrap().ends_with("bordeaux.pmtiles"));
        assert!(many.only().is_none());
        assert!(Shelf::at(None).of("bordeaux").is_none());
    }
}

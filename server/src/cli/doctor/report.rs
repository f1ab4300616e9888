//! What the doctor says: well, to know, or wrong and what to do.

use crate::cli::Failure;
use crate::cli::said::say;

/// What was found so far. It is printed as it comes: some things take long to look at.
#[derive(Default)]
pub(super) struct Report {
    faults: Vec<String>,
    notes: usize,
}

impl Report {
    /// It is as it must be.
    pub(super) fn well(&mut self, area: &str, what: impl AsRef<str>) {
        tell(&[area, ": ", what.as_ref()].concat());
    }

    /// Nothing is broken yet.
    pub(super) fn note(&mut self, area: &str, what: impl AsRef<str>) {
        self.notes += 1;
        tell(&[area, ": note: ", what.as_ref()].concat());
    }

    /// It must never be.
    pub(super) fn fault(&mut self, area: &str, what: impl AsRef<str>, to_do: &str) {
        let line = match to_do {
            "" => format!("{area}: {}", what.as_ref()),
            to_do => format!("{area}: {}; {to_do}", what.as_ref()),
        };
        tell(&line);
        self.faults.push(line);
    }

    /// The last line, and whether the doctor is content.
    pub(super) fn end(self) -> Result<(), Failure> {
        match (self.faults.as_slice(), self.notes) {
            ([], 0) => say!("all is well")?,
            ([], notes) => say!("all is well, but see the notes ({notes})")?,
            ([one], _) => return Err(Failure(one.clone())),
            (many, _) => {
                let count = many.len();
                return Err(Failure(format!(
                    "{count} things are wrong: each is told above, with what to do"
                )));
            }
        }
        Ok(())
    }
}

/// Where it cannot be printed, the last line cannot either, and says so.
fn tell(line: &str) {
    _ = say!("{line}");
}

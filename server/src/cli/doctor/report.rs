//! What the doctor says: well, to know, or wrong and what to do.

use crate::cli::Failure;

/// What was found so far. It is printed as it comes: some things take long to look at.
#[derive(Default)]
pub(super) struct Report {
    faults: Vec<String>,
    notes: usize,
}

impl Report {
    /// It is as it must be.
    pub(super) fn well(&mut self, area: &str, what: impl AsRef<str>) {
        println!("{area}: {}", what.as_ref());
    }

    /// Nothing is broken yet.
    pub(super) fn note(&mut self, area: &str, what: impl AsRef<str>) {
        self.notes += 1;
        println!("{area}: note: {}", what.as_ref());
    }

    /// It must never be.
    pub(super) fn fault(&mut self, area: &str, what: impl AsRef<str>, to_do: &str) {
        let line = match to_do {
            "" => format!("{area}: {}", what.as_ref()),
            to_do => format!("{area}: {}; {to_do}", what.as_ref()),
        };
        println!("{line}");
        self.faults.push(line);
    }

    /// The last line, and whether the doctor is content.
    pub(super) fn end(self) -> Result<(), Failure> {
        match (self.faults.as_slice(), self.notes) {
            ([], 0) => println!("all is well"),
            ([], notes) => println!("all is well, but see the notes ({notes})"),
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

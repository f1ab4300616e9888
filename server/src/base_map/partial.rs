//! What was fetched so far, in a file beside the map to be: one line that names the plan, then the
//! parts one behind the other. Only whole parts count, so that any interruption leaves good bytes.

use super::archive::Span;
use crate::cli::Failure;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The line that names the plan is no longer than this.
const LINE_BYTES_MAX: u64 = 64 * 1024;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    from: String,
    plan: String,
}

/// The file beside.
pub(super) struct Partial {
    path: PathBuf,
    file: File,
    /// Where each part begins in this file.
    starts: Vec<u64>,
    parts: Vec<Span>,
    /// How many parts are there.
    there: usize,
}

/// Beside `map.pmtiles`: `map.pmtiles.part`.
pub(super) fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Where an earlier run fetched from, when it left something.
pub(super) fn begun_from(out: &Path) -> Option<String> {
    let file = File::open(beside(out, ".part")).ok()?;
    Some(read_line(&file)?.0.from)
}

fn read_line(file: &File) -> Option<(Line, u64)> {
    let mut text = String::new();
    let mut reader = BufReader::new(file.take(LINE_BYTES_MAX));
    let length = reader.read_line(&mut text).ok()?;
    let line = serde_json::from_str(text.strip_suffix('\n')?).ok()?;
    Some((line, length as u64))
}

impl Partial {
    /// Goes on with what an earlier run of the same plan left; or begins.
    pub(super) fn open(
        out: &Path,
        from: &str,
        plan: String,
        parts: &[Span],
    ) -> Result<Self, Failure> {
        let path = beside(out, ".part");
        let failed = |e: std::io::Error| Failure::from(format!("{}: {e}", path.display()));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let ours = Line {
            from: from.to_owned(),
            plan,
        };
        let first = match read_line(&file) {
            Some((line, length)) if line.plan == ours.plan => length,
            _ => {
                let mut text = serde_json::to_string(&ours)?;
                text.push('\n');
                file.set_len(0).map_err(failed)?;
                file.seek(SeekFrom::Start(0)).map_err(failed)?;
                file.write_all(text.as_bytes()).map_err(failed)?;
                text.len() as u64
            }
        };
        let mut starts = vec![first];
        for part in parts {
            starts.push(starts.last().map_or(0, |it| it + part.length));
        }
        let length = file.metadata().map_err(failed)?.len();
        let there = starts[1..].iter().take_while(|end| **end <= length).count();
        file.set_len(starts[there]).map_err(failed)?;
        file.seek(SeekFrom::Start(starts[there])).map_err(failed)?;
        Ok(Self {
            path,
            file,
            starts,
            parts: parts.to_vec(),
            there,
        })
    }

    /// The parts that are there already.
    pub(super) fn there(&self) -> &[Span] {
        &self.parts[..self.there]
    }

    /// The parts that are missing.
    pub(super) fn missing(&self) -> Vec<Span> {
        self.parts[self.there..].to_vec()
    }

    /// Keeps the next part, for good.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let kept = self
            .file
            .write_all(bytes)
            .and_then(|()| self.file.sync_data());
        kept.map_err(|e| format!("{}: {e}", self.path.display()))?;
        self.there += 1;
        Ok(())
    }

    /// Bytes of the source that were kept here.
    pub(super) fn read(&mut self, span: Span) -> Result<Vec<u8>, Failure> {
        let index = self.parts.partition_point(|part| part.end() <= span.offset);
        let part = self
            .parts
            .get(index)
            .filter(|it| it.offset <= span.offset && span.end() <= it.end());
        let part = part.ok_or("a tile is in no part")?;
        let mut bytes = vec![0; usize::try_from(span.length)?];
        let at = self.starts[index] + (span.offset - part.offset);
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The map is made: nothing is left beside it.
    pub(super) fn remove(self) -> Result<(), Failure> {
        drop(self.file);
        Ok(std::fs::remove_file(&self.path)?)
    }
}

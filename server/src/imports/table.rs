//! A spreadsheet file as lines of cells: CSV as Excel and LibreOffice write it, or XLSX.
//!
//! An XLSX is an archive: a few kilobytes may unpack to gigabytes, name thousands of parts, or put
//! one cell at the far corner of a sheet. Each of that has a limit, looked at before it is kept.

use super::{Refused, Trouble, cell};
use calamine::{Data, Reader, Xlsx};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// A file.
const FILE_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Lines of one file.
const LINES_MAX: usize = 100_000;
/// Cells of one line.
const CELLS_MAX: usize = 100;
/// Letters of all cells together: many cells may repeat one long text.
const TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Parts of the archive that an XLSX is.
const PARTS_MAX: usize = 1_000;
/// All parts, unpacked.
const UNPACKED_BYTES_MAX: u64 = 100 * 1024 * 1024;
/// A part that holds no cells and no words (styles, names of sheets), unpacked.
const SMALL_PART_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A column of a template.
pub(super) struct Column {
    /// As the template writes it.
    pub(super) name: &'static str,
    /// Other names that are understood, folded.
    pub(super) also: &'static [&'static str],
    /// Without it there is nothing to read.
    pub(super) needed: bool,
}

/// A file, read.
pub(super) struct Table {
    pub(super) notes: Vec<String>,
    pub(super) lines: Vec<Line>,
}

/// One line, its cells in the order of the template's columns.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    pub(super) number: u64,
    cells: Vec<String>,
    columns: &'static [Column],
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Line {
    /// A cell; nothing when it is empty.
    pub(super) fn get(&self, column: usize) -> Option<&str> {
        let text = self.cells.get(column)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A cell that must not be empty.
    pub(super) fn need(&self, column: usize) -> Result<&str, Trouble> {
        self.get(column)
            .ok_or_else(|| self.trouble(column, "is missing"))
    }

    /// A cell, read; nothing when it is empty.
    pub(super) fn read<T, E: Into<String>>(
        &self,
        column: usize,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Trouble> {
        let text = self.get(column).map(read).transpose();
        text.map_err(|why| self.trouble(column, why))
    }

    /// What is wrong with one of its cells.
    pub(super) fn trouble(&self, column: usize, why: impl Into<String>) -> Trouble {
        Trouble {
            line: self.number,
            column: self.columns.get(column).map_or("?", |it| it.name),
            why: why.into(),
        }
    }
}

/// Cells as they stand in the file, with the number of each line that holds any.
type Raw = Vec<(u64, Vec<String>)>;

fn too_many_lines() -> Refused {
    format!("this file has more than {LINES_MAX} lines").into()
}

fn too_many_cells() -> Refused {
    format!("a line of this file has more than {CELLS_MAX} cells").into()
}

/// Reads a file whose first line names the columns.
pub(super) fn read(bytes: &[u8], columns: &'static [Column]) -> Result<Table, Refused> {
    if bytes.len() > FILE_BYTES_MAX {
        let most = FILE_BYTES_MAX / 1024 / 1024;
        return Err(format!("this file is larger than {most} MB").into());
    }
    let mut notes = Vec::new();
    let raw = match bytes.starts_with(b"PK") {
        true => from_xlsx(bytes)?,
        false => from_csv(bytes, &mut notes)?,
    };
    let mut raw = raw.into_iter();
    let Some((first, names)) = raw.next() else {
        return Err("this file is empty".into());
    };
    let order = order_of(first, &names, columns, &mut notes)?;
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for (number, cells) in raw {
        let beyond = cells
            .iter()
            .skip(names.len())
            .any(|it| !it.trim().is_empty());
        let at = |index: &Option<usize>| {
            index
                .and_then(|it| cells.get(it))
                .cloned()
                .unwrap_or_default()
        };
        let line = Line {
            number,
            cells: order.iter().map(at).collect(),
            columns,
        };
        if beyond {
            let last = columns.len().saturating_sub(1);
            wrong.push(line.trouble(
                last,
                "more cells than columns: is a decimal comma taken for a separator?",
            ));
        }
        lines.push(line);
    }
    super::none_wrong(wrong)?;
    if lines.is_empty() {
        return Err("this file has no line below the names of the columns".into());
    }
    Ok(Table { notes, lines })
}

/// Where each column of the template is in the file.
fn order_of(
    line: u64,
    names: &[String],
    columns: &'static [Column],
    notes: &mut Vec<String>,
) -> Result<Vec<Option<usize>>, Refused> {
    let mut order = vec![None; columns.len()];
    for (index, name) in names.iter().enumerate() {
        let folded = cell::folded(name);
        if folded.is_empty() {
            continue;
        }
        let is_it =
            |it: &Column| cell::folded(it.name) == folded || it.also.contains(&folded.as_str());
        match columns.iter().position(is_it) {
            None => notes.push(format!(
                "column {} of the file is not known, and not read",
                index + 1
            )),
            Some(known) if order[known].is_none() => order[known] = Some(index),
            Some(known) => {
                let why = "this column is there twice".to_owned();
                return Err(Refused::Lines(vec![Trouble {
                    line,
                    column: columns[known].name,
                    why,
                }]));
            }
        }
    }
    let missing = columns
        .iter()
        .zip(&order)
        .filter(|(it, at)| it.needed && at.is_none());
    let wrong = missing.map(|(it, _)| Trouble {
        line,
        column: it.name,
        why: "there is no such column: see `cueillette import template`".into(),
    });
    super::none_wrong(wrong.collect())?;
    Ok(order)
}

fn from_csv(bytes: &[u8], notes: &mut Vec<String>) -> Result<Raw, Refused> {
    // One kind of line end: the reader counts lines by it.
    let text = decoded(bytes, notes)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let (separator, skip) = separator_of(&text);
    let rest = &text[skip..];
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(rest.as_bytes());
    let mut raw = Raw::new();
    for record in reader.records() {
        let record = record?;
        if record.iter().all(|it| it.trim().is_empty()) {
            continue;
        }
        if record.len() > CELLS_MAX {
            return Err(too_many_cells());
        }
        // The names of the columns are a line, too.
        if raw.len() > LINES_MAX {
            return Err(too_many_lines());
        }
        let cells = record.iter().map(str::to_owned).collect();
        raw.push((line_of(rest, &record) + u64::from(skip > 0), cells));
    }
    Ok(raw)
}

/// The line a record begins on: its position is before the empty lines that were passed over.
fn line_of(text: &str, record: &csv::StringRecord) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let empty = text.as_bytes().get(from..).unwrap_or_default();
    let empty = empty.iter().take_while(|byte| **byte == b'\n').count();
    position.line() + empty as u64
}

/// UTF-8 with or without its mark, UTF-16 with its own; else what older Excel writes.
fn decoded(bytes: &[u8], notes: &mut Vec<String>) -> String {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            notes.push(
                "this file is not UTF-8: it was read as Windows-1252, look at its accents".into(),
            );
            encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned()
        }
    }
}

/// What separates the cells, and how many bytes of a « sep= » line come before them.
fn separator_of(text: &str) -> (u8, usize) {
    let first = text.lines().next().unwrap_or("");
    if let Some(said) = first.strip_prefix("sep=").and_then(|it| it.bytes().next()) {
        let skip = text.find('\n').map_or(text.len(), |at| at + 1);
        return (said, skip);
    }
    let count = |separator: char| {
        let mut quoted = false;
        first
            .chars()
            .filter(|c| {
                quoted ^= *c == '"';
                !quoted && *c == separator
            })
            .count()
    };
    let (mut best, mut most) = (b';', count(';'));
    for (separator, sign) in [(b',', ','), (b'\t', '\t')] {
        if count(sign) > most {
            (best, most) = (separator, count(sign));
        }
    }
    (best, 0)
}

fn from_xlsx(bytes: &[u8]) -> Result<Raw, Refused> {
    check_parts(bytes)?;
    let wrong = |e: calamine::XlsxError| format!("this file is no XLSX spreadsheet: {e}");
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(wrong)?;
    let first = book.sheet_names().into_iter().next();
    let first = first.ok_or("this spreadsheet has no sheet")?;
    let mut reader = book.worksheet_cells_reader(&first).map_err(wrong)?;
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut text_bytes = 0;
    // Cell by cell: the rectangle around two cells may be larger than any memory.
    while let Some(cell) = reader.next_cell().map_err(wrong)? {
        let (row, column) = cell.get_position();
        let text = shown(&cell.get_value().clone().into());
        if text.trim().is_empty() {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        text_bytes += text.len();
        if column >= CELLS_MAX {
            return Err(too_many_cells());
        }
        if text_bytes > TEXT_BYTES_MAX {
            return Err("this spreadsheet holds more words than sites or outings need".into());
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
        // The names of the columns are a line, too.
        if rows.len() > LINES_MAX + 1 {
            return Err(too_many_lines());
        }
    }
    let numbered = |(row, cells)| (u64::from(row) + 1, cells);
    Ok(rows.into_iter().map(numbered).collect())
}

/// Unpacks every part without keeping it, since what an archive says of its sizes need not be true.
fn check_parts(bytes: &[u8]) -> Result<(), Refused> {
    let wrong = |e: &dyn std::fmt::Display| format!("this file is no XLSX spreadsheet: {e}");
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|e| wrong(&e))?;
    if parts.len() > PARTS_MAX {
        return Err(format!("this spreadsheet has more than {PARTS_MAX} parts").into());
    }
    let mut left = UNPACKED_BYTES_MAX;
    for n in 0..parts.len() {
        let mut part = parts.by_index(n).map_err(|e| wrong(&e))?;
        let name = part.name().map_err(|e| wrong(&e))?.to_lowercase();
        let holds_lines = name.contains("worksheets/") || name.ends_with("sharedstrings.xml");
        let most = if holds_lines {
            left
        } else {
            left.min(SMALL_PART_BYTES_MAX)
        };
        let copied = std::io::copy(&mut part.by_ref().take(most + 1), &mut std::io::sink());
        let unpacked = copied.map_err(|e| wrong(&e))?;
        if unpacked > most {
            let most = UNPACKED_BYTES_MAX / 1024 / 1024;
            return Err(format!(
                "this spreadsheet unpacks to more than sites or outings need ({most} MB at most)"
            )
            .into());
        }
        left -= unpacked;
    }
    Ok(())
}

/// A cell as it would stand in a French CSV.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Int(n) => n.to_string(),
        Data::Float(n) => n.to_string(),
        Data::Bool(true) => "oui".into(),
        Data::Bool(false) => "non".into(),
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, ..) = at.to_ymd_hms_milli();
            match at.as_f64() < 1.0 {
                true => format!("{hour:02}:{minute:02}"),
                false => format!("{day:02}/{month:02}/{year:04}"),
            }
        }
        Data::DateTimeIso(text) => text.chars().take(10).collect(),
        Data::DurationIso(text) => text.clone(),
        Data::Error(_) => "#".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: &[Column] = &[
        Column {
            name: "titre",
            also: &["title"],
            needed: true,
        },
        Column {
            name: "méthode",
            also: &[],
            needed: false,
        },
    ];

    fn cells(bytes: &[u8]) -> Vec<(u64, Option<String>, Option<String>)> {
        let table = match read(bytes, COLUMNS) {
            Ok(table) => table,
            Err(refused) => panic!("{refused:?}"),
        };
        let own = |line: &Line, at| line.get(at).map(str::to_owned);
        table
            .lines
            .iter()
            .map(|it| (it.number, own(it, 0), own(it, 1)))
            .collect()
    }

    #[test]
    fn separators_marks_and_alphabets_are_found_out() {
        let there = |text: &str| Some(text.to_owned());
        let right = [(2, there("Été"), there("a, b")), (4, there("x"), None)];
        let semicolons = "titre;méthode\r\nÉté;a, b\r\n\r\nx\r\n";
        assert_eq!(cells(semicolons.as_bytes()), right);
        assert_eq!(cells(format!("\u{feff}{semicolons}").as_bytes()), right);
        assert_eq!(
            cells("Titre,METHODE\nÉté,\"a, b\"\n,\nx\n".as_bytes()),
            right
        );
        assert_eq!(
            cells("methode\ttitle\na, b\tÉté\n\t\n\tx".as_bytes()),
            right
        );
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(semicolons);
        assert_eq!(cells(&windows), right);
        let table = read(&windows, COLUMNS).unwrap_or_else(|it| panic!("{it:?}"));
        assert!(table.notes[0].contains("Windows-1252"));
        let said = cells("sep=,\ntitre,méthode\nx,y\n".as_bytes());
        assert_eq!(said, [(3, there("x"), there("y"))]);
    }

    #[test]
    fn a_decimal_comma_between_commas_is_found_out() {
        let Err(Refused::Lines(wrong)) = read(b"titre,methode\nx,1\ny,44,83\n", COLUMNS) else {
            panic!("taken");
        };
        assert_eq!((wrong.len(), wrong[0].line), (1, 3));
    }

    #[test]
    fn a_missing_or_doubled_column_is_named() {
        for (text, column) in [("methode\nx\n", "titre"), ("titre;Title\nx;y\n", "titre")] {
            let Err(Refused::Lines(wrong)) = read(text.as_bytes(), COLUMNS) else {
                panic!("{text} was taken");
            };
            assert_eq!((wrong[0].line, wrong[0].column), (1, column));
        }
        for empty in ["", "\n\n", "titre\n", "titre\n;\n"] {
            assert!(
                matches!(read(empty.as_bytes(), COLUMNS), Err(Refused::Whole(_))),
                "{empty:?}"
            );
        }
        assert!(matches!(
            read(b"PK\x03\x04 no spreadsheet", COLUMNS),
            Err(Refused::Whole(_))
        ));
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(bytes: Vec<u8>) {
            _ = read(&bytes, COLUMNS);
            _ = read(&[b"titre;methode\n".as_slice(), &bytes].concat(), COLUMNS);
        }
    }
}

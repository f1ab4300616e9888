//! A table of figures as a file: CSV in both dialects, or a sheet of a workbook.

use super::csv::{Dialect, harmless};
use domain::{Day, french};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with one decimal.
    Decimal(f64),
    /// A day.
    Day(Day),
    /// Nothing to say.
    Empty,
}

impl From<Option<Day>> for Cell {
    fn from(day: Option<Day>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Empty, Self::Whole)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// Columns are named and additive: readers find them by name.
#[derive(Clone, Debug)]
pub struct Table {
    /// Name of the sheet.
    pub name: &'static str,
    /// Names of the columns.
    pub columns: &'static [&'static str],
    /// As many cells a row as columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// As CSV.
    pub fn csv(&self, dialect: Dialect) -> Result<String, csv::Error> {
        let mut writer = dialect.writer();
        writer.write_record(self.columns)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| text(cell, dialect)))?;
        }
        dialect.finish(writer)
    }
}

fn text(cell: &Cell, dialect: Dialect) -> String {
    match cell {
        Cell::Text(words) => harmless(words).into_owned(),
        Cell::Whole(number) => number.to_string(),
        Cell::Decimal(number) => {
            let text = format!("{number:.1}");
            match dialect {
                Dialect::ExcelFr => text.replace('.', ","),
                Dialect::OpenData => text,
            }
        }
        Cell::Day(day) => match dialect {
            Dialect::ExcelFr => french::date_cell(*day),
            Dialect::OpenData => day.to_string(),
        },
        Cell::Empty => String::new(),
    }
}

/// Width of a column of the workbook, in characters of its usual font.
const COLUMN_WIDTH: f64 = 18.0;

/// As a workbook with one sheet a table: real dates and numbers, the head always in sight. The same
/// tables on the same day are the same bytes.
pub fn workbook(tables: &[Table], made_on: Day) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = DocProperties::new().set_creation_datetime(&date(made_on)?);
    book.set_properties(&made);
    let head = Format::new().set_bold();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let decimal = Format::new().set_num_format("0.0");
    for table in tables {
        let sheet = book.add_worksheet();
        sheet.set_name(table.name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, name) in (0..).zip(table.columns) {
            sheet.write_string_with_format(0, column, *name, &head)?;
            sheet.set_column_width(column, COLUMN_WIDTH)?;
        }
        for (line, row) in (1..).zip(&table.rows) {
            for (column, cell) in (0..).zip(row) {
                write(sheet, (line, column), cell, &day, &decimal)?;
            }
        }
    }
    book.save_to_buffer()
}

fn write(
    sheet: &mut Worksheet,
    (line, column): (u32, u16),
    cell: &Cell,
    day: &Format,
    decimal: &Format,
) -> Result<(), XlsxError> {
    match cell {
        // A string is never a formula in a workbook: it stays as it is.
        Cell::Text(words) => sheet.write_string(line, column, words)?,
        Cell::Whole(number) => sheet.write_number(line, column, *number as f64)?,
        Cell::Decimal(number) => sheet.write_number_with_format(line, column, *number, decimal)?,
        Cell::Day(it) => sheet.write_datetime_with_format(line, column, date(*it)?, day)?,
        Cell::Empty => return Ok(()),
    };
    Ok(())
}

pub(super) fn date(day: Day) -> Result<ExcelDateTime, XlsxError> {
    let (year, month) = (day.0.year().unsigned_abs(), day.0.month().unsigned_abs());
    ExcelDateTime::from_ymd(year, month, day.0.day().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    fn table() -> Table {
        let day = Day::new(2026, 11, 24).unwrap();
        let row = |title: &str| {
            vec![
                title.into(),
                Cell::Day(day),
                Cell::Decimal(2.5),
                Cell::Whole(7),
            ]
        };
        Table {
            name: "lieux",
            columns: &["lieu", "jour", "delai", "nombre"],
            rows: vec![row("Place; du Palais"), row("=cmd|calc")],
        }
    }

    #[test]
    fn french_excel_and_programs_each_get_their_own_way_of_writing() {
        let french = table().csv(Dialect::ExcelFr).unwrap();
        assert!(french.starts_with('\u{FEFF}'));
        assert!(
            french.contains("\"Place; du Palais\";24/11/2026;2,5;7\r\n"),
            "{french}"
        );
        let open = table().csv(Dialect::OpenData).unwrap();
        assert!(
            open.contains("Place; du Palais,2026-11-24,2.5,7\n"),
            "{open}"
        );
        for text in [french, open] {
            assert!(text.contains("'=cmd|calc"));
        }
    }

    #[test]
    fn a_workbook_holds_real_dates_and_numbers() {
        let made_on = Day::new(2026, 11, 25).unwrap();
        let bytes = workbook(&[table()], made_on).unwrap();
        assert_eq!(bytes, workbook(&[table()], made_on).unwrap());
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("lieux").unwrap();
        assert_eq!(sheet.get((0, 1)), Some(&Data::String("jour".into())));
        let Some(Data::DateTime(day)) = sheet.get((1, 1)) else {
            panic!("{:?}", sheet.get((1, 1)));
        };
        assert_eq!(day.to_ymd_hms_milli(), (2026, 11, 24, 0, 0, 0, 0));
        assert_eq!(sheet.get((1, 2)), Some(&Data::Float(2.5)));
        assert_eq!(sheet.get((2, 0)), Some(&Data::String("=cmd|calc".into())));
    }
}

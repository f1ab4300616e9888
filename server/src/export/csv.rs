//! Lists as CSV, in two dialects: the one French Excel opens at a double click, and open data.
//!
//! `excel-fr`: UTF-8 with BOM, `;`, decimal comma, `dd/mm/yyyy`, CRLF; `open-data`: UTF-8, `,`,
//! decimal point, ISO dates. In both, a cell that a spreadsheet would take for a formula is
//! neutralised (OWASP, CSV injection).

use domain::allowance::ListNumber;
use domain::{Cents, Day, Settings, french};
use std::borrow::Cow;

/// How a CSV is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// For French Excel.
    ExcelFr,
    /// For programs.
    OpenData,
}

impl Dialect {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ExcelFr, Self::OpenData];

    /// As in the address.
    pub fn code(self) -> &'static str {
        match self {
            Self::ExcelFr => "excel-fr",
            Self::OpenData => "open-data",
        }
    }

    /// From the address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Begins a file.
    pub(super) fn writer(self) -> csv::Writer<Vec<u8>> {
        let mut builder = csv::WriterBuilder::new();
        match self {
            Self::ExcelFr => builder.delimiter(b';').terminator(csv::Terminator::CRLF),
            Self::OpenData => builder.delimiter(b','),
        };
        builder.from_writer(Vec::new())
    }

    /// Ends it.
    pub(super) fn finish(self, writer: csv::Writer<Vec<u8>>) -> Result<String, csv::Error> {
        let bytes = writer.into_inner().map_err(|e| e.into_error())?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(match self {
            Self::ExcelFr => format!("\u{FEFF}{text}"),
            Self::OpenData => text,
        })
    }

    pub(super) fn day(self, day: Day) -> String {
        match self {
            Self::ExcelFr => french::date_cell(day),
            Self::OpenData => day.to_string(),
        }
    }

    /// A reference, as it was given. A spreadsheet would drop the zeros in front, and the end of a
    /// long one: for it, such digits are written as a formula that says a text.
    pub(super) fn reference(self, text: &str) -> Cow<'_, str> {
        const DIGITS_EXACT: usize = 15;
        let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        let is_changed = is_number && (text.starts_with('0') || text.len() > DIGITS_EXACT);
        match self {
            Self::ExcelFr if is_changed => format!("=\"{text}\"").into(),
            _ => harmless(text),
        }
    }

    pub(super) fn amount(self, cents: Cents) -> String {
        let text = french::amount_cell(cents);
        match self {
            Self::ExcelFr => text,
            Self::OpenData => text.replace(',', "."),
        }
    }
}

/// One line of a list: a person, an outing's day, an amount. Nothing else.
#[derive(Clone, Debug)]
pub struct ListLine<'a> {
    /// As typed.
    pub surname: &'a str,
    /// As typed.
    pub first_name: &'a str,
    /// Date of birth, unless the reference stands for it.
    pub born: Option<Day>,
    /// The payer's own reference.
    pub reference: Option<&'a str>,
    /// The outing's day.
    pub outing_day: Day,
    /// The amount.
    pub amount: Cents,
}

/// Columns are named and additive: readers find them by name.
const COLUMNS: [&str; 14] = [
    "etat",
    "ligne",
    "decision",
    "objet",
    "nom",
    "prenom",
    "date_naissance",
    "reference",
    "date_sortie",
    "montant",
    "montant_en_lettres",
    "mode",
    "date_paiement",
    "signature",
];

/// Writes a list. The payment columns are blank: they are the payer's to fill.
pub fn list_csv(
    settings: &Settings,
    number: ListNumber,
    lines: &[ListLine<'_>],
    dialect: Dialect,
) -> Result<String, csv::Error> {
    let mut writer = dialect.writer();
    writer.write_record(COLUMNS)?;
    for (rank, line) in (1..).zip(lines) {
        let row: [Cow<'_, str>; 14] = [
            number.to_string().into(),
            u32::to_string(&rank).into(),
            harmless(settings.decision_reference.as_deref().unwrap_or("")),
            harmless(&settings.list_object),
            harmless(line.surname),
            harmless(line.first_name),
            line.born
                .map_or(String::new(), |day| dialect.day(day))
                .into(),
            dialect.reference(line.reference.unwrap_or("")),
            dialect.day(line.outing_day).into(),
            dialect.amount(line.amount).into(),
            french::amount_in_words(line.amount).into(),
            settings.payment_mode.label().into(),
            "".into(),
            "".into(),
        ];
        writer.write_record(row.iter().map(|cell| cell.as_bytes()))?;
    }
    dialect.finish(writer)
}

/// An apostrophe before what a spreadsheet would run.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::bordeaux_settings;

    fn lines() -> Vec<ListLine<'static>> {
        vec![
            ListLine {
                surname: "D’Hérouville; \"dite\"",
                first_name: "Zoé",
                born: Day::new(1984, 2, 29),
                reference: None,
                outing_day: Day::new(2026, 11, 24).unwrap(),
                amount: Cents(1_500),
            },
            ListLine {
                surname: "=cmd|calc",
                first_name: "-1",
                born: None,
                reference: Some("0042"),
                outing_day: Day::new(2026, 11, 24).unwrap(),
                amount: Cents(1_500),
            },
        ]
    }

    fn number() -> ListNumber {
        ListNumber {
            year: 2026,
            rank: 1,
        }
    }

    fn read(text: &str, delimiter: u8) -> Vec<std::collections::HashMap<String, String>> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        reader.deserialize().map(|row| row.unwrap()).collect()
    }

    #[test]
    fn french_excel_gets_a_bom_semicolons_commas_and_french_dates() {
        let text = list_csv(&bordeaux_settings(), number(), &lines(), Dialect::ExcelFr).unwrap();
        assert!(text.starts_with('\u{FEFF}'));
        assert_eq!(text.matches("\r\n").count(), 3);
        let rows = read(&text, b';');
        assert_eq!(rows[0]["montant"], "15,00");
        assert_eq!(rows[0]["nom"], "D’Hérouville; \"dite\"");
        assert_eq!(rows[0]["date_naissance"], "29/02/1984");
        assert_eq!(rows[0]["montant_en_lettres"], "quinze euros");
        assert_eq!(rows[1]["reference"], "=\"0042\"");
    }

    #[test]
    fn a_reference_keeps_its_zeros_and_nothing_else_is_a_formula() {
        let cell = |text| Dialect::ExcelFr.reference(text).into_owned();
        assert_eq!(cell("0042"), "=\"0042\"");
        assert_eq!(cell("1234567890123456"), "=\"1234567890123456\"");
        assert_eq!(
            (cell("42"), cell("A-0042"), cell("")),
            ("42".into(), "A-0042".into(), "".into())
        );
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(Dialect::OpenData.reference("0042"), "0042");
    }

    #[test]
    fn open_data_gets_iso_dates_and_points() {
        let text = list_csv(&bordeaux_settings(), number(), &lines(), Dialect::OpenData).unwrap();
        let rows = read(&text, b',');
        assert_eq!(rows[0]["montant"], "15.00");
        assert_eq!(rows[0]["date_sortie"], "2026-11-24");
        assert!(!text.contains('\r') && !text.starts_with('\u{FEFF}'));
    }

    #[test]
    fn a_cell_never_becomes_a_formula() {
        for dialect in Dialect::ALL {
            let text = list_csv(&bordeaux_settings(), number(), &lines(), dialect).unwrap();
            assert!(text.contains("'=cmd|calc") && text.contains("'-1"));
        }
    }
}

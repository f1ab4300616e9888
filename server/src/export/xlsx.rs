//! Documents of money as workbooks: real dates and sums of money, the total as a formula that was
//! also worked out, the head always in sight, ready to be printed on A4.

use super::csv::ListLine;
use super::payment::{Paid, PaymentHead, PaymentLine, total, total_in_words};
use super::pdf::{ListHead, certified};
use super::table::date;
use domain::{Cents, Day, french};
use rust_xlsxwriter::{
    DocProperties, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError,
};
use words::desk::common;
use words::desk::export::xlsx as say;

/// One cell under the head of its column.
enum Cell {
    Words(String),
    Rank(u32),
    Day(Option<Day>),
    Money(Cents),
    /// For a pen.
    Blank,
}

/// A column's name and width, in characters of the sheet's usual font.
type Column = (&'static str, f64);

/// A document on one sheet.
struct Sheet<'a> {
    name: String,
    title: String,
    said: Vec<String>,
    columns: &'a [Column],
    rows: Vec<Vec<Cell>>,
    sum: Cents,
    /// The same sum, for a sheet to work out.
    sum_as: Formula,
    sum_in_words: String,
    made_on: Day,
}

const LIST: [Column; 9] = [
    (common::NUMBER_SIGN, 6.0),
    (common::NAME, 26.0),
    (common::FIRST_NAME, 22.0),
    (say::COLUMN_BORN, 18.0),
    (say::COLUMN_REFERENCE, 16.0),
    (say::COLUMN_OUTING, 18.0),
    (common::AMOUNT, 12.0),
    (say::COLUMN_PAID_ON, 18.0),
    (common::SIGNATURE, 24.0),
];
const PAYMENT: [Column; 14] = [
    (common::NUMBER_SIGN, 6.0),
    (common::NAME, 26.0),
    (common::FIRST_NAME, 22.0),
    (say::COLUMN_BORN, 18.0),
    (say::COLUMN_REFERENCE, 16.0),
    (say::COLUMN_OUTING, 18.0),
    (common::AMOUNT, 12.0),
    (say::COLUMN_PAID_ON, 18.0),
    (say::COLUMN_MODE, 24.0),
    (say::COLUMN_DECISION, 16.0),
    (say::COLUMN_PAID_BY, 20.0),
    (say::COLUMN_NUMBERS, 16.0),
    (common::RECEIPT, 28.0),
    (say::COLUMN_RETURNED, 24.0),
];
/// The amount's column, in both.
const MONEY: u16 = 6;
/// The head of the table: above it, what is said of the whole.
const HEAD_ROW: u32 = 5;
/// The first row under it, as a formula counts rows.
const FIRST_ROW: usize = 7;

/// A list. The payment columns are blank: they are the payer's to fill. The same list on the same
/// day is the same bytes.
pub fn list_xlsx(head: ListHead<'_>, lines: &[ListLine<'_>]) -> Result<Vec<u8>, XlsxError> {
    let settings = head.settings;
    let made = say::list_made(
        &french::date(head.issued_on),
        &settings.association.the(),
        &settings.payer.the(),
        &settings.payment_mode.label(),
        &certified(settings),
    );
    let sum = lines.iter().map(|it| it.amount).sum();
    let decision = settings.decision_reference.as_ref();
    written(&Sheet {
        name: say::list_sheet_name(&head.number),
        title: say::list_title(&head.number),
        said: vec![
            say::object(&settings.list_object),
            decision.map_or(String::new(), |it| say::decision(&it)),
            made,
        ],
        columns: &LIST,
        rows: (1..).zip(lines).map(list_row).collect(),
        sum,
        sum_as: sum_of(lines.len(), |last| format!("=SUM(G{FIRST_ROW}:G{last})")),
        sum_in_words: french::amount_in_words(sum),
        made_on: head.issued_on,
    })
}

fn list_row((rank, line): (u32, &ListLine<'_>)) -> Vec<Cell> {
    vec![
        Cell::Rank(rank),
        Cell::Words(line.surname.into()),
        Cell::Words(line.first_name.into()),
        Cell::Day(line.born),
        Cell::Words(line.reference.unwrap_or_default().into()),
        Cell::Day(Some(line.outing_day)),
        Cell::Money(line.amount),
        Cell::Blank,
        Cell::Blank,
    ]
}

/// An « état de paiement »: the total is what was paid.
pub fn payment_xlsx(head: PaymentHead<'_>, lines: &[PaymentLine]) -> Result<Vec<u8>, XlsxError> {
    written(&Sheet {
        name: say::payment_sheet_name(&head.number),
        title: say::payment_title(&head.number),
        said: vec![
            say::object(&head.settings.list_object),
            say::payment_of_list(&head.list),
            say::payment_made(&french::date(head.issued_on)),
        ],
        columns: &PAYMENT,
        rows: (1..).zip(lines).map(payment_row).collect(),
        sum: total(lines),
        // What has a date of payment was paid.
        sum_as: sum_of(lines.len(), |last| {
            format!("=SUMIF(H{FIRST_ROW}:H{last},\">0\",G{FIRST_ROW}:G{last})")
        }),
        sum_in_words: total_in_words(lines),
        made_on: head.issued_on,
    })
}

fn payment_row((rank, line): (u32, &PaymentLine)) -> Vec<Cell> {
    let paid = line.paid.as_ref();
    let words = |it: Option<&String>| Cell::Words(it.cloned().unwrap_or_default());
    vec![
        Cell::Rank(rank),
        Cell::Words(line.surname.clone()),
        Cell::Words(line.first_name.clone()),
        Cell::Day(line.born),
        words(line.reference.as_ref()),
        Cell::Day(Some(line.outing_day)),
        Cell::Money(line.amount_cents),
        Cell::Day(paid.map(|it| it.on)),
        Cell::Words(paid.map_or("", |it| it.mode.label()).into()),
        words(paid.and_then(|it| it.decision.as_ref())),
        words(paid.and_then(|it| it.hand.as_ref())),
        Cell::Words(paid.map_or(String::new(), |it| it.vouchers.join(" "))),
        Cell::Words(paid.map_or(String::new(), Paid::receipt_words)),
        words(line.returned.as_ref()),
    ]
}

fn sum_of(count: usize, formula: impl Fn(usize) -> String) -> Formula {
    match count {
        0 => Formula::new("=0"),
        _ => Formula::new(formula(FIRST_ROW + count - 1)),
    }
}

struct Formats {
    title: Format,
    head: Format,
    day: Format,
    money: Format,
    total: Format,
    strong: Format,
}

impl Formats {
    fn new() -> Self {
        let strong = Format::new().set_bold();
        let money = Format::new().set_num_format("#,##0.00\\ \"€\"");
        Self {
            title: Format::new().set_bold().set_font_size(16),
            head: strong.clone().set_text_wrap().set_align(FormatAlign::Top),
            day: Format::new().set_num_format("dd/mm/yyyy"),
            total: money.clone().set_bold(),
            money,
            strong,
        }
    }
}

fn written(it: &Sheet<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let about = DocProperties::new()
        .set_title(&it.title)
        .set_creation_datetime(&date(it.made_on)?);
    book.set_properties(&about);
    let formats = Formats::new();
    let sheet = book.add_worksheet();
    sheet.set_name(&it.name)?;
    sheet.write_string_with_format(0, 0, &it.title, &formats.title)?;
    for (row, text) in (1..HEAD_ROW).zip(&it.said) {
        sheet.write_string(row, 0, text)?;
    }
    for (column, (name, width)) in (0..).zip(it.columns) {
        sheet.write_string_with_format(HEAD_ROW, column, *name, &formats.head)?;
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_freeze_panes(HEAD_ROW + 1, 0)?;
    let mut row = HEAD_ROW + 1;
    for cells in &it.rows {
        for (column, cell) in (0..).zip(cells) {
            write(sheet, (row, column), cell, &formats)?;
        }
        row += 1;
    }
    totals(sheet, row, it, &formats)?;
    for_print(sheet, row + 1, it)?;
    book.save_to_buffer()
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        // A string is never a formula in a workbook: names stay as they are, and so do zeros.
        Cell::Words(text) => sheet.write_string(row, column, text)?,
        Cell::Rank(rank) => sheet.write_number(row, column, *rank)?,
        Cell::Money(amount) => {
            sheet.write_number_with_format(row, column, euros(*amount), &formats.money)?
        }
        // A sheet's calendar begins in 1900: what is before stays words.
        Cell::Day(Some(day)) if day.0.year() > 1900 => {
            sheet.write_datetime_with_format(row, column, &date(*day)?, &formats.day)?
        }
        Cell::Day(Some(day)) => sheet.write_string(row, column, french::date_cell(*day))?,
        Cell::Day(None) | Cell::Blank => sheet,
    };
    Ok(())
}

fn totals(
    sheet: &mut Worksheet,
    row: u32,
    it: &Sheet<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, 1, common::TOTAL, &formats.strong)?;
    // Worked out here too, for readers that do not calculate.
    let sum = it.sum_as.clone().set_result(euros(it.sum).to_string());
    sheet.write_formula_with_format(row, MONEY, sum, &formats.total)?;
    let words = say::total_in_words(&it.sum_in_words);
    sheet.write_string(row + 1, 1, words)?;
    Ok(())
}

fn for_print(sheet: &mut Worksheet, last_row: u32, it: &Sheet<'_>) -> Result<(), XlsxError> {
    const A4: u8 = 9;
    let last = u16::try_from(it.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.set_paper_size(A4);
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_print_area(0, 0, last_row, last)?;
    sheet.set_repeat_rows(HEAD_ROW, HEAD_ROW)?;
    sheet.set_footer(format!("&L{}&R{}", it.title, say::page_of(&"&P", &"&N")));
    Ok(())
}

/// Cents as the decimal number that a sheet shows with two decimals.
fn euros(amount: Cents) -> f64 {
    amount.0 as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::bordeaux_settings;
    use calamine::{Data, DataType, Reader, Xlsx};
    use domain::allowance::ListNumber;
    use std::io::Cursor;

    fn sheet(lines: &[ListLine<'_>]) -> Vec<Vec<Data>> {
        let settings = bordeaux_settings();
        let head = ListHead {
            settings: &settings,
            number: ListNumber {
                year: 2026,
                rank: 1,
            },
            issued_on: Day::new(2026, 11, 25).unwrap(),
        };
        let bytes = list_xlsx(head, lines).unwrap();
        assert_eq!(bytes, list_xlsx(head, lines).unwrap());
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("État 2026-0001").unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    #[test]
    fn days_are_days_money_is_money_and_names_are_never_formulas() {
        let line = ListLine {
            surname: "=cmd|calc",
            first_name: "Zoé",
            born: Day::new(1984, 2, 29),
            reference: Some("0042"),
            outing_day: Day::new(2026, 11, 24).unwrap(),
            amount: Cents(1_550),
        };
        let rows = sheet(&[line.clone(), line]);
        let first = &rows[6];
        assert_eq!(first[1], Data::String("=cmd|calc".into()));
        assert_eq!(first[3].get_datetime().unwrap().to_ymd_hms_milli().0, 1984);
        assert_eq!(first[4], Data::String("0042".into()));
        assert_eq!(first[6], Data::Float(15.5));
        // The sum is there for who does not calculate.
        assert_eq!(rows[8][6], Data::Float(31.0));
        assert!(rows[9][1].to_string().ends_with("trente et un euros"));
    }

    #[test]
    fn a_list_of_nobody_sums_to_nothing() {
        assert_eq!(sheet(&[])[6][6], Data::Float(0.0));
    }
}

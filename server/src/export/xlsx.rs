//! A list as a workbook: real dates and sums of money, totals as formulas that were also worked
//! out, the head always in sight, ready to be printed on A4.

use super::csv::ListLine;
use super::pdf::ListHead;
use super::table::date;
use domain::{Cents, Day, french};
use rust_xlsxwriter::{
    DocProperties, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError,
};

/// Names and widths, in characters of the sheet's usual font.
const COLUMNS: [(&str, f64); 9] = [
    ("N°", 6.0),
    ("Nom", 26.0),
    ("Prénom", 22.0),
    ("Date de naissance", 18.0),
    ("Référence", 16.0),
    ("Date de la sortie", 18.0),
    ("Montant", 12.0),
    ("Date de paiement", 18.0),
    ("Signature", 24.0),
];
const AMOUNT: u16 = 6;
const LAST: u16 = 8;
/// Above the table: number, object, decision, who and when, an empty line.
const HEAD_ROW: u32 = 5;

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

/// A list as a workbook. The payment columns are blank: they are the payer's to fill. The same list
/// on the same day is the same bytes.
pub fn list_xlsx(head: ListHead<'_>, lines: &[ListLine<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let title = format!("État nominatif n° {}", head.number);
    let about = DocProperties::new()
        .set_title(&title)
        .set_creation_datetime(&date(head.issued_on)?);
    book.set_properties(&about);
    let formats = Formats::new();
    let sheet = book.add_worksheet();
    sheet.set_name(format!("État {}", head.number))?;
    opening(sheet, head, &title, &formats)?;
    let mut row = HEAD_ROW + 1;
    for (rank, line) in (1..).zip(lines) {
        write_line(sheet, row, rank, line, &formats)?;
        row += 1;
    }
    totals(sheet, row, lines, &formats)?;
    for_print(sheet, row + 1, &title)?;
    book.save_to_buffer()
}

fn opening(
    sheet: &mut Worksheet,
    head: ListHead<'_>,
    title: &str,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let settings = head.settings;
    sheet.write_string_with_format(0, 0, title, &formats.title)?;
    sheet.write_string(1, 0, format!("Objet : {}", settings.list_object))?;
    if let Some(decision) = &settings.decision_reference {
        sheet.write_string(2, 0, format!("Décision : {decision}"))?;
    }
    let made = format!(
        "Établi le {} par {}, pour {}. Mode de paiement : {}. {}, certifié par {}.",
        french::date(head.issued_on),
        settings.association.the(),
        settings.payer.the(),
        settings.payment_mode.label(),
        settings.service_done,
        settings.association.the(),
    );
    sheet.write_string(3, 0, made)?;
    for (column, (name, width)) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(HEAD_ROW, column, name, &formats.head)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(HEAD_ROW + 1, 0)?;
    Ok(())
}

fn write_line(
    sheet: &mut Worksheet,
    row: u32,
    rank: u32,
    line: &ListLine<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.write_number(row, 0, rank)?;
    // Strings are never formulas in a workbook: names stay as they are, zeros in front included.
    sheet.write_string(row, 1, line.surname)?;
    sheet.write_string(row, 2, line.first_name)?;
    write_day(sheet, (row, 3), line.born, formats)?;
    sheet.write_string(row, 4, line.reference.unwrap_or_default())?;
    write_day(sheet, (row, 5), Some(line.outing_day), formats)?;
    sheet.write_number_with_format(row, AMOUNT, euros(line.amount), &formats.money)?;
    Ok(())
}

fn write_day(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    day: Option<Day>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    // A sheet's calendar begins in 1900: what is before stays words.
    match day {
        Some(day) if day.0.year() > 1900 => {
            sheet.write_datetime_with_format(row, column, &date(day)?, &formats.day)?;
        }
        Some(day) => {
            sheet.write_string(row, column, french::date_cell(day))?;
        }
        None => {}
    }
    Ok(())
}

fn totals(
    sheet: &mut Worksheet,
    row: u32,
    lines: &[ListLine<'_>],
    formats: &Formats,
) -> Result<(), XlsxError> {
    let total = Cents(lines.iter().map(|it| it.amount.0).sum());
    sheet.write_string_with_format(row, 1, "Total", &formats.strong)?;
    // Worked out here too, for readers that do not calculate. A formula counts rows from one.
    let (first, last) = (HEAD_ROW + 2, row);
    let sum = match lines {
        [] => Formula::new("=0"),
        _ => Formula::new(format!("=SUM(G{first}:G{last})")),
    };
    let sum = sum.set_result(euros(total).to_string());
    sheet.write_formula_with_format(row, AMOUNT, sum, &formats.total)?;
    let words = format!("Total en lettres : {}", french::amount_in_words(total));
    sheet.write_string(row + 1, 1, words)?;
    Ok(())
}

fn for_print(sheet: &mut Worksheet, last_row: u32, title: &str) -> Result<(), XlsxError> {
    const A4: u8 = 9;
    sheet.set_paper_size(A4);
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_print_area(0, 0, last_row, LAST)?;
    sheet.set_repeat_rows(HEAD_ROW, HEAD_ROW)?;
    sheet.set_footer(format!("&L{title}&Rpage &P sur &N"));
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

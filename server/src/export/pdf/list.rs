//! A list on paper, « état nominatif »: who, for which outing, how much, and room to sign.
//!
//! What a municipal accountant looks for (domain rules §5): number, decision, object, one line per
//! person and outing, the total in figures and in words, « service fait ». Nothing else is on it.

use super::PdfError;
use super::form::{closing, column, known_by, lines_in_words, opening};
use super::paper::Paper;
use super::table::{Column, Shape, table};
use crate::export::csv::ListLine;
use domain::allowance::ListNumber;
use domain::{Day, Settings, french};
use words::desk::common;
use words::desk::export::pdf::list as say;

/// Room for a hand to sign.
const ROW_PT_MIN: f32 = 28.0;

const COLUMNS: [Column; 8] = [
    column(common::NUMBER_SIGN, 4.0, true),
    column(common::NAME, 16.0, false),
    column(common::FIRST_NAME, 13.0, false),
    column(say::COLUMN_BORN, 11.0, false),
    column(say::COLUMN_OUTING, 11.0, false),
    column(common::AMOUNT, 10.0, true),
    column(common::PAID_ON, 11.0, false),
    column(common::SIGNATURE, 18.0, false),
];

/// What is said of a list as a whole.
#[derive(Clone, Copy, Debug)]
pub struct ListHead<'a> {
    /// Names of the bodies, object, decision, mode, « service fait ».
    pub settings: &'a Settings,
    /// Its number.
    pub number: ListNumber,
    /// The day it was issued.
    pub issued_on: Day,
}

/// A list as PDF. The payment columns are blank: they are for a pen.
pub fn list_pdf(head: ListHead<'_>, lines: &[ListLine<'_>]) -> Result<Vec<u8>, PdfError> {
    let mut paper = Paper::new()?;
    let title = say::title(&head.number);
    opening(&mut paper, head.settings, &title, &said(head, lines.len()));
    let rows: Vec<Vec<String>> = (1..).zip(lines).map(|(n, it)| row(n, it)).collect();
    let total = lines.iter().map(|it| it.amount).sum();
    let mut sums = vec![String::new(); COLUMNS.len()];
    if let [_, name, .., amount, _, _] = sums.as_mut_slice() {
        *name = common::TOTAL.into();
        *amount = french::amount(total);
    }
    let shape = Shape {
        about: say::TABLE_ABOUT,
        columns: &COLUMNS,
        row_head: 1,
        row_pt_min: ROW_PT_MIN,
    };
    table(&mut paper, shape, &rows, Some(&sums));
    let sum = say::sum(&french::amount_in_words(total), &french::amount(total));
    closing(&mut paper, head.settings, &sum, &certified(head.settings));
    paper.finish(&title, &title, head.issued_on)
}

/// « Service fait », and who says so.
pub fn certified(settings: &Settings) -> String {
    let who = settings.association.the();
    say::certified(&settings.service_done, &who)
}

fn said(head: ListHead<'_>, count: usize) -> Vec<String> {
    let settings = head.settings;
    let decision = settings.decision_reference.as_ref();
    let made = say::made(
        &french::date(head.issued_on),
        &settings.association.the(),
        &settings.payer.the(),
        &settings.payment_mode.label(),
        &lines_in_words(count),
    );
    [
        Some(say::object(&settings.list_object)),
        decision.map(|it| say::decision(&it)),
        Some(made),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn row(rank: u32, line: &ListLine<'_>) -> Vec<String> {
    vec![
        rank.to_string(),
        line.surname.to_owned(),
        line.first_name.to_owned(),
        known_by(line.born, line.reference),
        french::date_cell(line.outing_day),
        french::amount(line.amount),
        String::new(),
        String::new(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::bordeaux_settings;
    use domain::Cents;

    fn list(names: &[(&str, &str)]) -> Vec<u8> {
        let lines: Vec<ListLine<'_>> = names
            .iter()
            .map(|&(surname, first_name)| ListLine {
                surname,
                first_name,
                born: Day::new(1984, 2, 29),
                reference: None,
                outing_day: Day::new(2026, 11, 24).unwrap(),
                amount: Cents(1_500),
            })
            .collect();
        let settings = bordeaux_settings();
        let head = ListHead {
            settings: &settings,
            number: ListNumber {
                year: 2026,
                rank: 1,
            },
            issued_on: Day::new(2026, 11, 25).unwrap(),
        };
        list_pdf(head, &lines).unwrap()
    }

    #[test]
    fn the_same_list_is_the_same_bytes() {
        let names = [("D’Hérouville", "Zoé"), ("Любомиров", "Иван")];
        let first = list(&names);
        assert!(first.starts_with(b"%PDF-1.7"));
        assert_eq!(first, list(&names));
    }

    #[test]
    fn names_that_no_font_has_and_endless_ones_are_written_all_the_same() {
        let long = "x".repeat(200);
        list(&[("محمد", "😀"), (&long, "é\u{301}"), ("", "")]);
    }

    #[test]
    fn a_list_of_nobody_and_of_three_hundred_can_be_printed() {
        list(&[]);
        list(&[("Martin", "Camille"); 300]);
    }
}

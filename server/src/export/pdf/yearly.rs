//! « Relevé annuel »: what one person took part in during a year, what each outing brought, and
//! where that is.

use super::PdfError;
use super::form::{SIGNING_PT, SMALL, STRONG, TEXT, TITLE, column, signatures};
use super::paper::{MARGIN_PT, Paper, Part, WIDTH_PT};
use super::table::{Column, Shape, table};
use domain::{Cents, CivilIdentity, Day, Settings, french};
use words::desk::common;
use words::desk::common::count;
use words::desk::export::pdf::yearly as say;

/// Room for the sums and what is said of them.
const SUMS_PT: f32 = 70.0;

const COLUMNS: [Column; 4] = [
    column(say::COLUMN_OUTING, 14.0, false),
    column(say::COLUMN_STANDING, 30.0, false),
    column(say::COLUMN_PAID_ON, 14.0, false),
    column(common::AMOUNT, 12.0, true),
];

/// Whose, of when, and who says so.
#[derive(Clone, Copy, Debug)]
pub struct YearlyHead<'a> {
    /// Names of the bodies and object.
    pub settings: &'a Settings,
    /// The year of the outings.
    pub year: i16,
    /// The day it is made.
    pub made_on: Day,
    /// Whose; a line to fill in by hand when nothing was opened.
    pub identity: Option<&'a CivilIdentity>,
    /// The association certifies it. What a person prints alone says nothing of the association.
    pub is_certified: bool,
}

/// What one outing brought.
#[derive(Clone, Debug)]
pub struct YearlyLine {
    /// Its day.
    pub outing_day: Day,
    /// Where it is, in plain words.
    pub standing: String,
    /// When it was paid.
    pub paid_on: Option<Day>,
    /// It has left the payer.
    pub is_paid: bool,
    /// What it is worth now.
    pub amount: Cents,
}

/// A yearly statement as PDF.
pub fn yearly_pdf(head: YearlyHead<'_>, lines: &[YearlyLine]) -> Result<Vec<u8>, PdfError> {
    let mut paper = Paper::new()?;
    let title = say::title(&head.year);
    opening(&mut paper, head, &title);
    let total: Cents = lines.iter().map(|it| it.amount).sum();
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    let sums = [
        common::TOTAL.into(),
        String::new(),
        String::new(),
        french::amount(total),
    ];
    let shape = Shape {
        about: say::TABLE_ABOUT,
        columns: &COLUMNS,
        row_head: 0,
        row_pt_min: 0.0,
    };
    table(&mut paper, shape, &rows, Some(&sums));
    closing(&mut paper, head, lines, total);
    paper.finish(&title, &title, head.made_on)
}

fn opening(paper: &mut Paper, head: YearlyHead<'_>, title: &str) {
    let settings = head.settings;
    if head.is_certified {
        let from = format!("{} · {}", settings.association.name, settings.town);
        paper.paragraph(Part::Paragraph, SMALL, &from);
        paper.y_pt += 6.0;
    }
    paper.paragraph(Part::Title, TITLE, title);
    paper.y_pt += 4.0;
    match head.identity {
        Some(identity) => paper.paragraph(Part::Paragraph, STRONG, &whose(identity)),
        None => to_fill(paper),
    }
    let said = [
        say::object(&settings.list_object),
        say::made(&settings.payer.the(), &french::date(head.made_on)),
    ];
    for text in said {
        paper.paragraph(Part::Paragraph, TEXT, &text);
    }
    paper.y_pt += 12.0;
}

fn whose(identity: &CivilIdentity) -> String {
    let born = identity.born.map(|it| say::born(&french::date(it)));
    let reference = identity.reference.as_ref();
    let reference = reference.map(|it| say::reference(&it));
    let name = format!("{} {}", identity.surname, identity.first_name);
    let parts: Vec<String> = [Some(name), born, reference]
        .into_iter()
        .flatten()
        .collect();
    format!("{}.", parts.join(", "))
}

/// « Nom et prénom : » and a line for a pen.
fn to_fill(paper: &mut Paper) {
    const WORDS: &str = say::NAME_TO_FILL;
    let from = MARGIN_PT + paper.fonts.width_pt(WORDS, STRONG.weight, STRONG.size_pt) + 6.0;
    paper.y_pt += 8.0;
    let below = paper.y_pt + STRONG.size_pt + 2.0;
    paper.stripe((from, below), (MARGIN_PT + WIDTH_PT, below), 0.4);
    paper.paragraph(Part::Paragraph, STRONG, WORDS);
    paper.y_pt += 4.0;
}

fn row(line: &YearlyLine) -> Vec<String> {
    vec![
        french::date_cell(line.outing_day),
        line.standing.clone(),
        line.paid_on.map_or_else(String::new, french::date_cell),
        french::amount(line.amount),
    ]
}

/// The sums in figures and in words; who certifies them, where somebody does.
fn closing(paper: &mut Paper, head: YearlyHead<'_>, lines: &[YearlyLine], total: Cents) {
    let signing = if head.is_certified { SIGNING_PT } else { 0.0 };
    if !paper.has_room(SUMS_PT + signing) {
        paper.turn();
    }
    let paid: Cents = lines
        .iter()
        .filter(|it| it.is_paid)
        .map(|it| it.amount)
        .sum();
    let outings = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    paper.y_pt += 14.0;
    let sum = |what: &str, cents: Cents| {
        let (words, figures) = (french::amount_in_words(cents), french::amount(cents));
        say::sum(&what, &words, &figures)
    };
    let of_the_year = say::total_of_year(&french::counted(outings, count::OUTING, count::OUTINGS));
    paper.paragraph(Part::Paragraph, STRONG, &sum(&of_the_year, total));
    paper.paragraph(Part::Paragraph, TEXT, &sum(say::ALREADY_PAID, paid));
    let rest = Cents(total.0 - paid.0);
    paper.paragraph(Part::Paragraph, TEXT, &sum(say::LEFT_TO_PAY, rest));
    if head.is_certified {
        paper.y_pt += 14.0;
        let by = say::sign_for(&head.settings.association.the());
        signatures(paper, [(by.as_str(), say::SIGN_HINT), ("", "")]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::bordeaux_settings;

    #[test]
    fn a_year_with_nothing_and_one_with_much_can_both_be_printed() {
        let settings = bordeaux_settings();
        let day = Day::new(2026, 11, 24).unwrap();
        let identity = CivilIdentity::new("Éluard", "Zoé", Some(day), Some("0042"), day).unwrap();
        assert_eq!(
            whose(&identity),
            "Éluard Zoé, né·e le 24\u{a0}novembre\u{a0}2026, référence 0042."
        );
        let line = |n: i64| YearlyLine {
            outing_day: day,
            standing: "payée, liste 2026-0001".into(),
            paid_on: Some(day),
            is_paid: n % 2 == 0,
            amount: Cents(1_500),
        };
        for (count, identity) in [(0, None), (1, Some(&identity)), (120, None)] {
            let head = YearlyHead {
                settings: &settings,
                year: 2026,
                made_on: day,
                identity,
                is_certified: identity.is_some(),
            };
            let lines: Vec<_> = (0..count).map(line).collect();
            let bytes = yearly_pdf(head, &lines).unwrap();
            assert!(bytes.starts_with(b"%PDF-1.7"));
            assert_eq!(bytes, yearly_pdf(head, &lines).unwrap());
        }
    }
}

//! An « état de paiement » on paper: how each line of a list was paid, and how it was received.

use super::PdfError;
use super::form::{closing, column, known_by, lines_in_words, opening};
use super::paper::Paper;
use super::table::{Column, Shape, table};
use crate::export::payment::{Paid, PaymentHead, PaymentLine, total};
use domain::french;
use words::desk::common;
use words::desk::export::pdf::payment as say;

const COLUMNS: [Column; 8] = [
    column(common::NUMBER_SIGN, 4.0, true),
    column(say::COLUMN_NAME, 16.5, false),
    column(say::COLUMN_BORN, 12.0, false),
    column(say::COLUMN_OUTING, 12.0, false),
    column(common::AMOUNT, 10.5, true),
    column(common::PAID_ON, 12.0, false),
    column(say::COLUMN_WAY, 16.0, false),
    column(common::RECEIPT, 15.0, false),
];

/// An « état de paiement » as PDF.
pub fn payment_pdf(head: PaymentHead<'_>, lines: &[PaymentLine]) -> Result<Vec<u8>, PdfError> {
    let mut paper = Paper::new()?;
    let title = say::title(&head.number);
    opening(&mut paper, head.settings, &title, &said(head, lines));
    let rows: Vec<Vec<String>> = (1..).zip(lines).map(|(n, it)| row(n, it)).collect();
    let paid = total(lines);
    let mut sums = vec![String::new(); COLUMNS.len()];
    if let [_, name, _, _, amount, ..] = sums.as_mut_slice() {
        *name = say::TOTAL_PAID.into();
        *amount = french::amount(paid);
    }
    let shape = Shape {
        about: say::TABLE_ABOUT,
        columns: &COLUMNS,
        row_head: 1,
        row_pt_min: 0.0,
    };
    table(&mut paper, shape, &rows, Some(&sums));
    let (words, figures) = (french::amount_in_words(paid), french::amount(paid));
    let sum = say::sum(&words, &figures);
    let rest = lines.iter().filter(|it| it.paid.is_none()).count();
    let returned = match rest {
        0 => say::ALL_PAID.into(),
        n => say::without_payment(&lines_in_words(n)),
    };
    closing(&mut paper, head.settings, &sum, &returned);
    paper.finish(&title, &title, head.issued_on)
}

fn said(head: PaymentHead<'_>, lines: &[PaymentLine]) -> Vec<String> {
    let settings = head.settings;
    vec![
        say::object(&settings.list_object),
        say::made(
            &french::date(head.issued_on),
            &head.list,
            &settings.association.of_the(),
            &lines_in_words(lines.len()),
        ),
    ]
}

fn row(rank: u32, line: &PaymentLine) -> Vec<String> {
    let paid = line.paid.as_ref();
    let back = line.returned.as_ref().map(|it| say::returned(&it));
    vec![
        rank.to_string(),
        format!("{} {}", line.surname, line.first_name),
        known_by(line.born, line.reference.as_deref()),
        french::date_cell(line.outing_day),
        french::amount(line.amount_cents),
        paid.map_or_else(String::new, |it| french::date_cell(it.on)),
        paid.map_or_else(|| back.unwrap_or_default(), way),
        paid.map_or_else(String::new, Paid::receipt_words),
    ]
}

/// « espèces, par Mme Roy, décision 2026-12 ».
pub fn way(paid: &Paid) -> String {
    let vouchers = (!paid.vouchers.is_empty()).then(|| say::way_vouchers(&paid.vouchers.join(" ")));
    let parts = [
        Some(paid.mode.label().to_owned()),
        vouchers,
        paid.hand.as_ref().map(|it| say::way_hand(&it)),
        paid.decision.as_deref().map(decision),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Some payers write the word itself before their reference.
fn decision(reference: &str) -> String {
    match reference.to_lowercase().starts_with(say::DECISION_WORD) {
        true => reference.to_owned(),
        false => say::way_decision(&reference),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::bordeaux_settings;
    use domain::programme::PaymentMode;
    use domain::{Cents, Day};

    #[test]
    fn what_was_paid_and_what_came_back_are_both_on_paper() {
        let day = Day::new(2026, 11, 24).unwrap();
        let paid = Paid {
            decision: Some("2026-12".into()),
            mode: PaymentMode::Voucher,
            on: day,
            hand: Some("Mme Roy".into()),
            vouchers: vec!["007".into(), "008".into()],
            receipt: None,
            seen_by: None,
        };
        let words =
            "chèque d’accompagnement personnalisé, n° 007 008, par Mme Roy, décision 2026-12";
        assert_eq!(way(&paid), words);
        assert_eq!(decision("Décision 2026-03"), "Décision 2026-03");
        let line = |paid, returned: Option<&str>| PaymentLine {
            surname: "Éluard".into(),
            first_name: "Zoé".into(),
            born: Some(day),
            reference: None,
            outing_day: day,
            amount_cents: Cents(1_500),
            paid,
            returned: returned.map(Into::into),
        };
        let settings = bordeaux_settings();
        let head = PaymentHead {
            settings: &settings,
            number: "2026-0002".parse().unwrap(),
            list: "2026-0001".parse().unwrap(),
            issued_on: day,
        };
        let lines = [line(Some(paid), None), line(None, Some("date inconnue"))];
        assert_eq!(row(2, &lines[1])[6], "Retournée : date inconnue");
        let bytes = payment_pdf(head, &lines).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7"));
        assert_eq!(bytes, payment_pdf(head, &lines).unwrap());
    }
}

//! Receipts: who paid what to whom, when and how, and room to sign. Three on a sheet, to be cut.

use super::PdfError;
use super::fonts::Weight;
use super::form::{SIGNING_PT, SMALL, STRONG, TEXT, signatures};
use super::paper::{BOTTOM_PT, MARGIN_PT, PAGE_PT, Paper, Part, Style, WIDTH_PT};
use super::payment::way;
use crate::export::payment::{Paid, PaymentLine};
use domain::allowance::ListNumber;
use domain::{Day, Settings, french};
use words::desk::export::pdf::receipt as say;

/// Smaller than a document's: three are on a sheet.
const TITLE: Style = Style {
    weight: Weight::Bold,
    size_pt: 14.0,
};
/// A third of a sheet.
const SLOT_PT: f32 = (BOTTOM_PT - MARGIN_PT) / 3.0 - 1.0;
/// Between the line to cut along and the first words.
const AFTER_CUT_PT: f32 = 12.0;
const CUT_PT: f32 = 0.4;

/// What is said of all of them.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptsHead<'a> {
    /// Names of the bodies and object, as when the list was issued.
    pub settings: &'a Settings,
    /// The number of the list.
    pub list: ListNumber,
    /// The day they are printed.
    pub made_on: Day,
}

/// One receipt: a line of the list that was paid.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptLine<'a> {
    /// Its place on the list, from 1.
    pub rank: usize,
    /// The line.
    pub line: &'a PaymentLine,
    /// How it was paid.
    pub paid: &'a Paid,
}

/// Receipts as PDF, in the order given.
pub fn receipts_pdf(
    head: ReceiptsHead<'_>,
    receipts: &[ReceiptLine<'_>],
) -> Result<Vec<u8>, PdfError> {
    let mut paper = Paper::new()?;
    for (n, receipt) in receipts.iter().enumerate() {
        let said = said(head, receipt);
        let height_pt = height_pt(&paper, &said).max(SLOT_PT);
        if !paper.has_room(height_pt) {
            paper.turn();
        } else if n > 0 {
            let y_pt = paper.y_pt;
            paper.stripe((0.0, y_pt), (PAGE_PT.0, y_pt), CUT_PT);
        }
        let end_pt = paper.y_pt + height_pt;
        one(&mut paper, head, receipt, &said);
        paper.y_pt = end_pt;
    }
    let title = say::title(&head.list);
    paper.finish(&title, &title, head.made_on)
}

/// The first line says who: it stands out.
fn style(n: usize) -> Style {
    if n == 0 { STRONG } else { TEXT }
}

/// How high one is with all its words; most are as high as their third of the sheet.
fn height_pt(paper: &Paper, said: &[String]) -> f32 {
    let lines = said.iter().enumerate().map(|(n, text)| {
        let Style { weight, size_pt } = style(n);
        paper.fonts.lines(text, weight, size_pt, WIDTH_PT).len()
    });
    let lines = u16::try_from(lines.sum::<usize>()).unwrap_or(u16::MAX);
    let head = AFTER_CUT_PT + SMALL.line_pt() + TITLE.line_pt() + GAPS_PT;
    head + f32::from(lines) * TEXT.line_pt() + SIGNING_PT
}

const AFTER_TITLE_PT: f32 = 4.0;
const BEFORE_SIGNING_PT: f32 = 10.0;
const GAPS_PT: f32 = AFTER_TITLE_PT + BEFORE_SIGNING_PT;

fn one(paper: &mut Paper, head: ReceiptsHead<'_>, receipt: &ReceiptLine<'_>, said: &[String]) {
    let settings = head.settings;
    paper.y_pt += AFTER_CUT_PT;
    let from = format!("{} · {}", settings.payer.name, settings.town);
    paper.paragraph(Part::Paragraph, SMALL, &from);
    let y_pt = paper.y_pt;
    let title = say::receipt_title(&head.list, &receipt.rank);
    paper.paragraph(Part::Title, TITLE, &title);
    let amount = french::amount(receipt.line.amount_cents);
    let wide = paper.fonts.width_pt(&amount, TITLE.weight, TITLE.size_pt);
    let place = paper.part(Part::Paragraph, None, "");
    let right = MARGIN_PT + WIDTH_PT - wide;
    paper.words((right, y_pt), TITLE, &amount, place);
    paper.y_pt += AFTER_TITLE_PT;
    for (n, text) in said.iter().enumerate() {
        paper.paragraph(Part::Paragraph, style(n), text);
    }
    paper.y_pt += BEFORE_SIGNING_PT;
    let payer = say::sign_for(&settings.payer.the());
    let sides = [
        (say::SIGN_RECEIVED, say::SIGN_PERSON),
        (payer.as_str(), say::SIGN_HINT),
    ];
    signatures(paper, sides);
}

fn said(head: ReceiptsHead<'_>, receipt: &ReceiptLine<'_>) -> Vec<String> {
    let ReceiptLine { rank, line, paid } = receipt;
    let amount = line.amount_cents;
    let known_by = match (&line.reference, line.born) {
        (Some(reference), _) => say::known_by_reference(&reference),
        (None, Some(born)) => say::known_by_birth(&french::date(born)),
        (None, None) => String::new(),
    };
    let received = paid.receipt_words();
    [
        Some(say::to_whom(&line.surname, &line.first_name, &known_by)),
        Some(say::sum(
            &french::amount_in_words(amount),
            &french::amount(amount),
        )),
        Some(say::paid_on(&french::date(paid.on), &way(paid))),
        Some(say::object(
            &head.settings.list_object,
            &french::date(line.outing_day),
        )),
        Some(say::list_line(&head.list, &rank)),
        (!received.is_empty()).then(|| say::handed_over(&received)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::bordeaux_settings;
    use domain::Cents;
    use domain::allowance::Receipt;
    use domain::programme::PaymentMode;

    fn made(names: &[(&str, &str)], vouchers: usize) -> Vec<u8> {
        let day = Day::new(2026, 11, 24).unwrap();
        let paid = Paid {
            decision: Some("2026-12".into()),
            mode: PaymentMode::Cash,
            on: day,
            hand: Some("Mme Roy".into()),
            vouchers: (0..vouchers).map(|it| it.to_string()).collect(),
            receipt: Some(Receipt::Witnesses),
            seen_by: Some("M. Dupin".into()),
        };
        let lines: Vec<PaymentLine> = names
            .iter()
            .map(|(surname, first_name)| PaymentLine {
                surname: (*surname).into(),
                first_name: (*first_name).into(),
                born: Some(day),
                reference: None,
                outing_day: day,
                amount_cents: Cents(1_500),
                paid: None,
                returned: None,
            })
            .collect();
        let receipts: Vec<_> = (1..)
            .zip(&lines)
            .map(|(rank, line)| ReceiptLine {
                rank,
                line,
                paid: &paid,
            })
            .collect();
        let settings = bordeaux_settings();
        let head = ReceiptsHead {
            settings: &settings,
            list: "2026-0001".parse().unwrap(),
            made_on: day,
        };
        receipts_pdf(head, &receipts).unwrap()
    }

    /// Pages of a document, as it counts them itself.
    fn pages(bytes: &[u8]) -> usize {
        let is_page =
            |it: &&[u8]| it.starts_with(b"/Type /Page\n") || it.starts_with(b"/Type/Page/");
        bytes.windows(12).filter(is_page).count()
    }

    #[test]
    fn three_stand_on_a_sheet_and_the_same_are_the_same_bytes() {
        let people = [("Éluard", "Zoé"); 7];
        let bytes = made(&people, 2);
        assert_eq!(bytes, made(&people, 2));
        assert_eq!(pages(&bytes), 3);
    }

    #[test]
    fn one_with_many_words_takes_the_room_it_needs() {
        let long = "x".repeat(200);
        assert_eq!(pages(&made(&[("Éluard", "Zoé"), (&long, &long)], 400)), 2);
        made(&[("محمد", "😀"), ("", "")], 0);
        made(&[], 0);
    }
}

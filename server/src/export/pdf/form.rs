//! What every document of money has: who and what at the top, the sum in words, « service fait »
//! and room for two signatures at the end.

use super::fonts::Weight;
use super::paper::{MARGIN_PT, Paper, Part, Style, WIDTH_PT};
use super::table::Column;
use domain::{Day, Settings, french};
use words::desk::common::count;
use words::desk::export::pdf::form as say;

/// What is said beside.
pub const SMALL: Style = Style {
    weight: Weight::Regular,
    size_pt: 9.0,
};
/// What is said.
pub const TEXT: Style = Style {
    weight: Weight::Regular,
    size_pt: 10.5,
};
/// What it is about.
pub const STRONG: Style = Style {
    weight: Weight::Bold,
    size_pt: 10.5,
};
/// What a document is called.
pub const TITLE: Style = Style {
    weight: Weight::Bold,
    size_pt: 20.0,
};
/// Room for a stamp and a signature.
pub const SIGNING_PT: f32 = 96.0;
/// Room for the words above them.
const WORDS_PT: f32 = 90.0;

/// A column, its share of the width, and whether it holds figures.
pub const fn column(title: &'static str, share: f32, is_figure: bool) -> Column {
    Column {
        title,
        share,
        is_figure,
    }
}

/// What the payer knows somebody by: its own reference, or the date of birth.
pub fn known_by(born: Option<Day>, reference: Option<&str>) -> String {
    match (born, reference) {
        (_, Some(reference)) => reference.to_owned(),
        (Some(born), None) => french::date_cell(born),
        (None, None) => String::new(),
    }
}

/// « 8 lignes ».
pub fn lines_in_words(count: usize) -> String {
    french::counted(
        i64::try_from(count).unwrap_or(i64::MAX),
        count::LINE,
        count::LINES,
    )
}

/// Association and town, the title, then what is said of the whole.
pub fn opening(paper: &mut Paper, settings: &Settings, title: &str, said: &[String]) {
    let from = format!("{} · {}", settings.association.name, settings.town);
    paper.paragraph(Part::Paragraph, SMALL, &from);
    paper.y_pt += 6.0;
    paper.paragraph(Part::Title, TITLE, title);
    paper.y_pt += 4.0;
    for text in said {
        paper.paragraph(Part::Paragraph, TEXT, text);
    }
    paper.y_pt += 12.0;
}

/// The sum in words, what is certified, and room for both signatures, together on one page.
pub fn closing(paper: &mut Paper, settings: &Settings, sum: &str, certified: &str) {
    if !paper.has_room(WORDS_PT + SIGNING_PT) {
        paper.turn();
    }
    paper.y_pt += 14.0;
    paper.paragraph(Part::Paragraph, STRONG, sum);
    paper.y_pt += 4.0;
    paper.paragraph(Part::Paragraph, TEXT, certified);
    paper.y_pt += 14.0;
    let [association, payer] =
        [&settings.association, &settings.payer].map(|it| say::sign_for(&it.the()));
    let below = say::SIGN_HINT;
    signatures(paper, [(&association, below), (&payer, below)]);
}

/// Room for two hands to sign, side by side: what stands above each, and what is to be written.
/// A side without words is left out.
pub fn signatures(paper: &mut Paper, sides: [(&str, &str); 2]) {
    let y_pt = paper.y_pt;
    let starts = [MARGIN_PT, MARGIN_PT + WIDTH_PT / 2.0];
    for (x_pt, (above, below)) in starts.into_iter().zip(sides) {
        if above.is_empty() {
            continue;
        }
        let place = paper.part(Part::Paragraph, None, "");
        paper.words((x_pt, y_pt), STRONG, above, place);
        let hint = paper.part(Part::Paragraph, None, "");
        let next = y_pt + STRONG.line_pt();
        paper.words((x_pt, next), SMALL, below, hint);
    }
    paper.y_pt = y_pt + SIGNING_PT;
}

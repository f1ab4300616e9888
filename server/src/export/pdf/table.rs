//! A table on paper: rows as high as their words, the head again on each page.

use super::fonts::Weight;
use super::paper::{MARGIN_PT, Paper, Part, Place, Style, WIDTH_PT};

const TEXT: Style = Style {
    weight: Weight::Regular,
    size_pt: 9.0,
};
const STRONG: Style = Style {
    weight: Weight::Bold,
    size_pt: 9.0,
};
/// Between words and the lines around them.
const PAD_PT: f32 = 4.0;
const THIN_PT: f32 = 0.3;
const THICK_PT: f32 = 0.9;

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its head.
    pub title: &'static str,
    /// Its part of the width, beside the others'.
    pub share: f32,
    /// Figures stand at the right.
    pub is_figure: bool,
}

/// What a table is.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// What it is about, for who hears it read.
    pub about: &'a str,
    /// Its columns.
    pub columns: &'a [Column],
    /// The column that says what a row is about.
    pub row_head: usize,
    /// So high at least, for a hand to sign.
    pub row_pt_min: f32,
}

/// One cell laid out: its lines of words.
type Laid = Vec<Vec<String>>;

/// Sets a table and goes below it. A row has as many cells as there are columns.
pub fn table(paper: &mut Paper, shape: Shape<'_>, rows: &[Vec<String>], sums: Option<&[String]>) {
    let table = paper.part(Part::Table, None, shape.about);
    let titles: Vec<String> = shape.columns.iter().map(|it| it.title.into()).collect();
    let head = shape.lay(paper, &titles, STRONG);
    let head_part = paper.part(Part::Head, table, "");
    shape.head(paper, &head, Some(head_part));
    let body = paper.part(Part::Body, table, "");
    for row in rows {
        let laid = shape.lay(paper, row, TEXT);
        shape.turn_if_full(paper, &laid, &head);
        shape.row(paper, &laid, body, TEXT);
    }
    if let Some(sums) = sums {
        let laid = shape.lay(paper, sums, STRONG);
        shape.turn_if_full(paper, &laid, &head);
        let foot = paper.part(Part::Foot, table, "");
        shape.row(paper, &laid, foot, STRONG);
        shape.rule(paper, THICK_PT);
    }
}

impl Shape<'_> {
    fn width_pt(&self, column: &Column) -> f32 {
        let all: f32 = self.columns.iter().map(|it| it.share).sum();
        WIDTH_PT * column.share / all
    }

    fn lay(&self, paper: &Paper, cells: &[String], style: Style) -> Laid {
        let lines = |(column, text): (&Column, &String)| {
            let width = self.width_pt(column) - 2.0 * PAD_PT;
            paper.fonts.lines(text, style.weight, style.size_pt, width)
        };
        self.columns.iter().zip(cells).map(lines).collect()
    }

    fn height_pt(&self, laid: &Laid) -> f32 {
        let lines = laid.iter().map(Vec::len).max().unwrap_or_default();
        let words = f32::from(u16::try_from(lines).unwrap_or(u16::MAX)) * TEXT.line_pt();
        (words + 2.0 * PAD_PT).max(self.row_pt_min)
    }

    fn turn_if_full(&self, paper: &mut Paper, laid: &Laid, head: &Laid) {
        if !paper.has_room(self.height_pt(laid)) {
            paper.turn();
            // Read once is enough: the heads of the following pages are decoration.
            self.head(paper, head, None);
        }
    }

    fn head(&self, paper: &mut Paper, laid: &Laid, part: Option<Place>) {
        let row = part.and_then(|head| paper.part(Part::Row, head, ""));
        let lines = laid.iter().map(Vec::len).max().unwrap_or_default();
        let words = f32::from(u16::try_from(lines).unwrap_or(u16::MAX)) * STRONG.line_pt();
        let height = words + 2.0 * PAD_PT;
        self.cells(paper, laid, STRONG, height, |paper, _| {
            row.and_then(|it| paper.part(Part::ColumnHead, Some(it), ""))
        });
        paper.y_pt += height;
        self.rule(paper, THICK_PT);
    }

    fn row(&self, paper: &mut Paper, laid: &Laid, inside: Place, style: Style) {
        let row = paper.part(Part::Row, inside, "");
        let height = self.height_pt(laid);
        let row_head = self.row_head;
        self.cells(paper, laid, style, height, |paper, column| {
            let part = match column == row_head {
                true => Part::RowHead,
                false => Part::Cell,
            };
            paper.part(part, row, "")
        });
        paper.y_pt += height;
        self.rule(paper, THIN_PT);
    }

    /// The words of each cell, in the middle of the row's height.
    fn cells(
        &self,
        paper: &mut Paper,
        laid: &Laid,
        style: Style,
        height_pt: f32,
        part: impl Fn(&mut Paper, usize) -> Place,
    ) {
        let mut x_pt = MARGIN_PT;
        for (n, (column, lines)) in self.columns.iter().zip(laid).enumerate() {
            let place = part(paper, n);
            let width = self.width_pt(column);
            let count = f32::from(u16::try_from(lines.len()).unwrap_or(u16::MAX));
            let mut y_pt = paper.y_pt + (height_pt - count * style.line_pt()) / 2.0;
            for line in lines {
                let wide = paper
                    .fonts
                    .width_pt(line.trim_end(), style.weight, style.size_pt);
                let left = match column.is_figure {
                    true => x_pt + width - PAD_PT - wide,
                    false => x_pt + PAD_PT,
                };
                paper.words((left, y_pt), style, line, place);
                y_pt += style.line_pt();
            }
            x_pt += width;
        }
    }

    fn rule(&self, paper: &mut Paper, width_pt: f32) {
        let y_pt = paper.y_pt;
        paper.stripe((MARGIN_PT, y_pt), (MARGIN_PT + WIDTH_PT, y_pt), width_pt);
    }
}

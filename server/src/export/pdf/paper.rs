//! Sheets of paper: text and lines laid out on A4 pages, each belonging to a part of the document.
//!
//! Laying out comes first and draws nothing, because a page says « page 2 sur 3 ».

use super::PdfError;
use super::fonts::{Fonts, Weight};
use domain::Day;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagKind, TagTree,
};
use krilla::{Document, SerializeSettings, color::rgb};
use std::num::NonZeroU16;
use words::desk::export::pdf::paper as say;

/// A4, in points (ISO 216: 210 × 297 mm).
pub const PAGE_PT: (f32, f32) = (595.28, 841.89);
/// White on every side.
pub const MARGIN_PT: f32 = 42.0;
/// From margin to margin.
pub const WIDTH_PT: f32 = PAGE_PT.0 - 2.0 * MARGIN_PT;
/// Where the foot of a page begins.
pub const BOTTOM_PT: f32 = PAGE_PT.1 - 56.0;
const FOOT_PT: f32 = PAGE_PT.1 - 34.0;
const FOOT_SIZE_PT: f32 = 8.0;
/// Height of a line of text, times its size.
pub const LINE: f32 = 1.35;
/// The language of every document.
const LANGUAGE: &str = "fr-FR";

/// What a part of the document is, for who hears it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The one title.
    Title,
    /// A paragraph.
    Paragraph,
    /// A table.
    Table,
    /// The heads of its columns.
    Head,
    /// The lines of a table.
    Body,
    /// The sums of a table.
    Foot,
    /// A line of a table.
    Row,
    /// The head of a column.
    ColumnHead,
    /// The cell that says what its line is about.
    RowHead,
    /// A cell.
    Cell,
}

/// A part of the document, by its place in [`Paper`]. `None` is decoration.
pub type Place = Option<usize>;

struct Piece {
    part: Part,
    inside: Place,
    /// Of a table: what it is about. Of a title: its words.
    words: String,
}

/// Words at a place of a page.
struct Words {
    x_pt: f32,
    baseline_pt: f32,
    weight: Weight,
    size_pt: f32,
    text: String,
    place: Place,
}

/// A line between two points.
struct Stripe {
    from: (f32, f32),
    to: (f32, f32),
    width_pt: f32,
}

#[derive(Default)]
struct Page {
    words: Vec<Words>,
    stripes: Vec<Stripe>,
}

/// A document while it is laid out.
pub struct Paper {
    /// Its fonts.
    pub fonts: Fonts,
    /// How far down the page the next thing goes.
    pub y_pt: f32,
    pages: Vec<Page>,
    pieces: Vec<Piece>,
}

/// How words are set.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// How heavy.
    pub weight: Weight,
    /// How large.
    pub size_pt: f32,
}

impl Style {
    /// Height of a line.
    pub fn line_pt(self) -> f32 {
        self.size_pt * LINE
    }
}

impl Paper {
    /// An empty first page.
    pub fn new() -> Result<Self, PdfError> {
        Ok(Self {
            fonts: Fonts::new().ok_or(PdfError::Fonts)?,
            y_pt: MARGIN_PT,
            pages: vec![Page::default()],
            pieces: Vec::new(),
        })
    }

    /// Begins the next page.
    pub fn turn(&mut self) {
        self.pages.push(Page::default());
        self.y_pt = MARGIN_PT;
    }

    /// Is there room for something so high on this page?
    pub fn has_room(&self, height_pt: f32) -> bool {
        self.y_pt + height_pt <= BOTTOM_PT
    }

    /// Adds a part; its words are drawn later.
    pub fn part(&mut self, part: Part, inside: Place, words: &str) -> Place {
        self.pieces.push(Piece {
            part,
            inside,
            words: words.into(),
        });
        Some(self.pieces.len() - 1)
    }

    /// Sets one line of words, its upper edge at `y_pt`.
    pub fn words(&mut self, (x_pt, y_pt): (f32, f32), style: Style, text: &str, place: Place) {
        let words = Words {
            x_pt,
            // Andika stands on four fifths of its line.
            baseline_pt: y_pt + style.size_pt,
            weight: style.weight,
            size_pt: style.size_pt,
            text: text.into(),
            place,
        };
        if let Some(page) = self.pages.last_mut() {
            page.words.push(words);
        }
    }

    /// Draws a line.
    pub fn stripe(&mut self, from: (f32, f32), to: (f32, f32), width_pt: f32) {
        if let Some(page) = self.pages.last_mut() {
            page.stripes.push(Stripe { from, to, width_pt });
        }
    }

    /// Sets a paragraph from margin to margin and goes below it.
    pub fn paragraph(&mut self, part: Part, style: Style, text: &str) {
        let place = self.part(part, None, text);
        let lines = self
            .fonts
            .lines(text, style.weight, style.size_pt, WIDTH_PT);
        for line in lines {
            if !self.has_room(style.line_pt()) {
                self.turn();
            }
            self.words((MARGIN_PT, self.y_pt), style, &line, place);
            self.y_pt += style.line_pt();
        }
    }

    /// Draws everything. `title` is shown by readers, `foot` at the bottom of each page before its
    /// number. The same paper on the same day is the same bytes.
    pub fn finish(mut self, title: &str, foot: &str, made_on: Day) -> Result<Vec<u8>, PdfError> {
        self.number_pages(foot);
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|e| PdfError::Refused(format!("{e:?}")))?;
        let mut document = Document::new_with(SerializeSettings {
            configuration,
            ..SerializeSettings::default()
        });
        let mut drawn: Vec<Vec<Identifier>> = self.pieces.iter().map(|_| Vec::new()).collect();
        for page in &self.pages {
            draw(page, &self.fonts, &mut document, &mut drawn)?;
        }
        document.set_tag_tree(tree(&self.pieces, drawn));
        let mut outline = Outline::new();
        let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(title.into(), top));
        document.set_outline(outline);
        document.set_metadata(metadata(title, made_on));
        document
            .finish()
            .map_err(|e| PdfError::Refused(format!("{e:?}")))
    }

    fn number_pages(&mut self, foot: &str) {
        let count = self.pages.len();
        for (number, page) in (1..).zip(&mut self.pages) {
            let text = say::foot_page(&foot, &number, &count);
            let width = self.fonts.width_pt(&text, Weight::Regular, FOOT_SIZE_PT);
            page.words.push(Words {
                x_pt: PAGE_PT.0 - MARGIN_PT - width,
                baseline_pt: FOOT_PT,
                weight: Weight::Regular,
                size_pt: FOOT_SIZE_PT,
                text,
                place: None,
            });
        }
    }
}

fn metadata(title: &str, made_on: Day) -> Metadata {
    let date = made_on.0;
    let year = u16::try_from(date.year()).unwrap_or_default();
    let small = |n: i8| u8::try_from(n).unwrap_or(1);
    let made = DateTime::new(year)
        .month(small(date.month()))
        .day(small(date.day()));
    Metadata::new()
        .title(title.into())
        .language(LANGUAGE.into())
        .creator("Cueillette".into())
        .document_id(title.into())
        .creation_date(made)
}

fn draw(
    page: &Page,
    fonts: &Fonts,
    document: &mut Document,
    drawn: &mut [Vec<Identifier>],
) -> Result<(), PdfError> {
    let a4 = PageSettings::from_wh(PAGE_PT.0, PAGE_PT.1)
        .ok_or_else(|| PdfError::Refused("A4 is no page".into()))?;
    let mut sheet = document.start_page_with(a4);
    let mut surface = sheet.surface();
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(20, 20, 20).into(),
        ..Fill::default()
    }));
    for words in &page.words {
        let tag = match words.place {
            Some(_) => ContentTag::Span(SpanTag::empty()),
            None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
        };
        let id = surface.start_tagged(tag);
        surface.draw_glyphs(
            Point::from_xy(words.x_pt, words.baseline_pt),
            &fonts.glyphs(&words.text, words.weight),
            fonts.font(words.weight),
            &words.text,
            words.size_pt,
            false,
        );
        surface.end_tagged();
        if let Some(ids) = words.place.and_then(|it| drawn.get_mut(it)) {
            ids.push(id);
        }
    }
    for stripe in &page.stripes {
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(
            ArtifactType::Layout,
        )));
        draw_stripe(&mut surface, stripe);
        surface.end_tagged();
    }
    surface.finish();
    sheet.finish();
    Ok(())
}

fn draw_stripe(surface: &mut Surface<'_>, stripe: &Stripe) {
    let mut path = PathBuilder::new();
    path.move_to(stripe.from.0, stripe.from.1);
    path.line_to(stripe.to.0, stripe.to.1);
    let Some(path) = path.finish() else { return };
    let fill = surface.get_fill().cloned();
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke {
        paint: rgb::Color::new(90, 90, 90).into(),
        width: stripe.width_pt,
        ..Stroke::default()
    }));
    surface.draw_path(&path);
    surface.set_stroke(None);
    surface.set_fill(fill);
}

/// The parts as a tree: each after what was made before it, with its words first.
fn tree(pieces: &[Piece], drawn: Vec<Vec<Identifier>>) -> TagTree {
    // A part comes after the one it is in: taken from the last to the first, each is whole when it
    // is handed on, and what waits for an outer part does so in reverse.
    let mut waiting: Vec<Vec<TagGroup>> = pieces.iter().map(|_| Vec::new()).collect();
    let mut top = Vec::new();
    for (piece, ids) in pieces.iter().zip(drawn).rev() {
        let mut children: Vec<Node> = ids.into_iter().map(Node::from).collect();
        let inner = waiting.pop().unwrap_or_default();
        children.extend(inner.into_iter().rev().map(Node::from));
        let group = TagGroup::with_children(tag(piece), children);
        let outer = piece.inside.and_then(|it| waiting.get_mut(it));
        outer.unwrap_or(&mut top).push(group);
    }
    let mut tree = TagTree::new().with_lang(Some(LANGUAGE.into()));
    for group in top.into_iter().rev() {
        tree.push(group);
    }
    tree
}

fn tag(piece: &Piece) -> TagKind {
    match piece.part {
        Part::Title => Tag::Hn(NonZeroU16::MIN, Some(piece.words.clone())).into(),
        Part::Paragraph => Tag::P.into(),
        Part::Table => Tag::Table.with_summary(Some(piece.words.clone())).into(),
        Part::Head => Tag::THead.into(),
        Part::Body => Tag::TBody.into(),
        Part::Foot => Tag::TFoot.into(),
        Part::Row => Tag::TR.into(),
        Part::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
        Part::RowHead => Tag::TH(TableHeaderScope::Row).into(),
        Part::Cell => Tag::TD.into(),
    }
}

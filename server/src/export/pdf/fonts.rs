//! The two fonts of every document, and how wide words are in them.
//!
//! Andika (SIL, OFL 1.1): drawn for people who are learning to read; Latin and Cyrillic.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

static REGULAR: &[u8] = include_bytes!("../../../fonts/Andika-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../../fonts/Andika-Bold.ttf");

/// Shown where a font has no sign for a letter; both fonts have this one.
const UNKNOWN: char = '?';

/// How heavy letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Titles, heads of columns, totals.
    Bold,
}

/// Both fonts, read once a document.
pub struct Fonts {
    regular: Face,
    bold: Face,
}

struct Face {
    font: Font,
    read: FontRef<'static>,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Option<Self> {
        Some(Self {
            font: Font::new(bytes.into(), 0)?,
            read: FontRef::new(bytes).ok()?,
        })
    }

    /// The glyph of a letter and its width, for a letter one unit high.
    fn glyph(&self, letter: char) -> (u32, f32) {
        let map = self.read.charmap();
        let found = map.map(letter).or_else(|| map.map(UNKNOWN));
        let glyph = found.unwrap_or_default();
        let metrics = self
            .read
            .glyph_metrics(Size::unscaled(), LocationRef::default());
        let width = metrics.advance_width(glyph).unwrap_or_default();
        (glyph.to_u32(), width / self.font.units_per_em())
    }
}

impl Fonts {
    /// Reads the fonts of the binary. `None` only if the build put something else there.
    pub fn new() -> Option<Self> {
        Some(Self {
            regular: Face::new(REGULAR)?,
            bold: Face::new(BOLD)?,
        })
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The font itself.
    pub fn font(&self, weight: Weight) -> Font {
        self.face(weight).font.clone()
    }

    /// Width of a text, in points.
    pub fn width_pt(&self, text: &str, weight: Weight, size_pt: f32) -> f32 {
        let face = self.face(weight);
        text.chars().map(|it| face.glyph(it).1).sum::<f32>() * size_pt
    }

    /// The text as glyphs, letter by letter.
    pub fn glyphs(&self, text: &str, weight: Weight) -> Vec<KrillaGlyph> {
        let face = self.face(weight);
        let glyph = |(start, letter): (usize, char)| {
            let (id, width) = face.glyph(letter);
            let place = start..start + letter.len_utf8();
            KrillaGlyph::new(GlyphId::new(id), width, 0.0, 0.0, 0.0, place, None)
        };
        text.char_indices().map(glyph).collect()
    }

    /// Breaks a text into lines no wider than a column: between words, after a hyphen, and within
    /// what is wider than the column. A space stays at the end of its line, so that whoever copies
    /// or hears the text gets words. Never empty.
    pub fn lines(&self, text: &str, weight: Weight, size_pt: f32, width_pt: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_inclusive([' ', '-']) {
            for part in self.parts(word, weight, size_pt, width_pt) {
                match lines.last_mut() {
                    Some(line) if line.is_empty() => line.push_str(&part),
                    Some(line) => {
                        let both = [line.as_str(), &part].concat();
                        match self.width_pt(both.trim_end(), weight, size_pt) <= width_pt {
                            true => *line = both,
                            false => lines.push(part),
                        }
                    }
                    None => {}
                }
            }
        }
        lines
    }

    /// A word, cut where it would be wider than the column.
    fn parts(&self, word: &str, weight: Weight, size_pt: f32, width_pt: f32) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut wide = 0.0;
        for letter in word.chars() {
            let more = self.face(weight).glyph(letter).1 * size_pt;
            if wide > 0.0 && letter != ' ' && wide + more > width_pt {
                parts.push(String::new());
                wide = 0.0;
            }
            wide += more;
            if let Some(part) = parts.last_mut() {
                part.push(letter);
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_between_them_and_long_ones_within() {
        let fonts = Fonts::new().unwrap();
        let column = fonts.width_pt("Marie-Antoinette", Weight::Regular, 10.0);
        let lines = fonts.lines("Marie-Antoinette de l’Hay", Weight::Regular, 10.0, column);
        assert_eq!(lines, ["Marie-Antoinette ", "de l’Hay"]);
        let narrow = fonts.width_pt("Antoinette", Weight::Regular, 10.0);
        let lines = fonts.lines("Marie-Antoinette", Weight::Regular, 10.0, narrow);
        assert_eq!(lines, ["Marie-", "Antoinette"]);
        let endless = "x".repeat(200);
        let lines = fonts.lines(&endless, Weight::Regular, 10.0, column);
        assert!(lines.len() > 5);
        assert_eq!(lines.concat(), endless);
        for line in lines {
            assert!(fonts.width_pt(&line, Weight::Regular, 10.0) <= column);
        }
        assert_eq!(fonts.lines("", Weight::Bold, 10.0, column), [""]);
    }

    #[test]
    fn whatever_peers_read_can_stand_on_paper_in_each_language() {
        let fonts = Fonts::new().unwrap();
        let texts: String = words::Lang::all().map(words::Lang::for_phone).collect();
        for letter in texts
            .chars()
            .filter(|it| !it.is_control() && *it != '\u{ad}')
        {
            for weight in [Weight::Regular, Weight::Bold] {
                let found = fonts.face(weight).read.charmap().map(letter);
                assert!(found.is_some(), "{letter:?}");
            }
        }
    }

    #[test]
    fn bulgarian_and_vietnamese_names_have_their_letters() {
        let fonts = Fonts::new().unwrap();
        for weight in [Weight::Regular, Weight::Bold] {
            let face = fonts.face(weight);
            for letter in "Любомир Nguyễn Œuvrard Ÿ’–€ Şahin Łucja".chars() {
                assert!(face.read.charmap().map(letter).is_some(), "{letter}");
            }
        }
    }
}

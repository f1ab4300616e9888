//! A pencil for small pictures: shapes on a sheet of 200 by 240, in the colours of the style sheet.
//! There are no words in a picture but numbers, so that it is the same in every language.

use std::fmt::Write as _;

/// Width and height of a sheet.
const SHEET: (i32, i32) = (200, 240);

/// A picture under way.
pub(super) struct Drawing(String);

impl Drawing {
    /// An empty sheet.
    pub(super) fn new() -> Self {
        Self(String::new())
    }

    /// A phone with its bar at the top: what follows is drawn on its screen, from (24, 44).
    pub(super) fn phone() -> Self {
        Self::new()
            .block("body", (14, 6), (172, 228), 18)
            .block("bar", (22, 16), (156, 22), 5)
            .block("on-bar", (28, 23), (34, 8), 4)
            .block("on-bar", (158, 23), (12, 8), 4)
    }

    /// A sheet of paper.
    pub(super) fn paper() -> Self {
        Self::new().block("body", (24, 8), (152, 224), 4)
    }

    /// A rounded block.
    pub(super) fn block(
        mut self,
        class: &str,
        at: (i32, i32),
        size: (i32, i32),
        round: i32,
    ) -> Self {
        _ = write!(
            self.0,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{round}\"/>",
            at.0, at.1, size.0, size.1
        );
        self
    }

    /// A line that stands for words.
    pub(super) fn words(self, at: (i32, i32), wide: i32) -> Self {
        self.block("words", at, (wide, 7), 3)
    }

    /// A pictogram of the product, so many times its size of 24.
    pub(super) fn icon(mut self, class: &str, path: &str, at: (i32, i32), scale: f32) -> Self {
        _ = write!(
            self.0,
            "<path class=\"icon {class}\" transform=\"translate({} {}) scale({scale})\" d=\"{path}\"/>",
            at.0, at.1
        );
        self
    }

    /// A number or a sign, its middle at this place.
    pub(super) fn number(mut self, class: &str, text: &str, at: (i32, i32)) -> Self {
        _ = write!(
            self.0,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{text}</text>",
            at.0, at.1
        );
        self
    }

    /// A line drawn by hand.
    pub(super) fn path(mut self, class: &str, path: &str) -> Self {
        _ = write!(self.0, "<path class=\"{class}\" d=\"{path}\"/>");
        self
    }

    /// The picture, with what it shows for who does not see it.
    pub(super) fn done(self, shows: &str) -> String {
        let shows = shows.replace('&', "&amp;").replace('"', "&quot;");
        format!(
            "<svg class=\"shot\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{shows}\">{}</svg>",
            SHEET.0, SHEET.1, self.0
        )
    }
}

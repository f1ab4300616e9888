//! The pictures of the help: screens as they are, drawn from their pieces, and what hands do.

use super::draw::Drawing;
use app::ui::pictograms::{
    BOX, CALENDAR, CHECK, EURO, FLAG, HAND, HERE, KEY, LOCK, PIN, SEND, SYRINGE, TONGS, UNDO,
};

/// What may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    Join,
    Places,
    Picking,
    Count,
    Sent,
    Present,
    Aid,
    Plan,
    GreenLight,
    Closing,
    Sheet,
    FlagWhere,
    FlagWhat,
    FlagSent,
    Pay,
    Sign,
    Key,
    Backup,
}

impl Picture {
    /// The picture, told in these words to who does not see it.
    pub(super) fn svg(self, shows: &str) -> String {
        self.drawn().done(shows)
    }

    fn drawn(self) -> Drawing {
        match self {
            Self::Join => join(),
            Self::Places => places(),
            Self::Picking => picking(),
            Self::Count => count(),
            Self::Sent => sent(),
            Self::Present => present(),
            Self::Aid => aid(),
            Self::Plan => plan(),
            Self::GreenLight => green_light(),
            Self::Closing => closing(),
            Self::Sheet => sheet(),
            Self::FlagWhere => flag_where(),
            Self::FlagWhat => flag_what(),
            Self::FlagSent => flag_sent(),
            Self::Pay => pay(),
            Self::Sign => sign(),
            Self::Key => key(),
            Self::Backup => backup(),
        }
    }
}

fn join() -> Drawing {
    let boxes = ["4", "0", "7", "2", "1", "9"].into_iter().zip(0..);
    let mut it = Drawing::phone().words((32, 60), 110).words((32, 74), 80);
    for (digit, n) in boxes {
        // Two groups of three: the way it is said.
        let x = 29 + n * 23 + i32::from(n > 2) * 6;
        it = it
            .block("soft", (x, 104), (20, 32), 5)
            .number("digit", digit, (x + 10, 127));
    }
    it.block("primary", (29, 170), (142, 34), 9)
        .words_on((66, 184), 68)
}

fn places() -> Drawing {
    let mut it = Drawing::phone();
    for n in 0..3 {
        let y = 50 + n * 56;
        it = it
            .block("card", (26, y), (148, 48), 8)
            .icon("river", PIN, (32, y + 10), 1.1)
            .words((66, y + 14), 72 - n * 8)
            .words((66, y + 28), 48)
            .block(
                if n == 0 { "leaf" } else { "honey" },
                (142, y + 26),
                (24, 12),
                6,
            );
    }
    it
}

fn picking() -> Drawing {
    Drawing::new()
        .path("ground", "M10 206H190")
        // The box stands on the ground, and the hand brings nothing but the tongs.
        .path("box", "M104 132h64l-6 74h-52z")
        .path("line", "M110 150h52")
        .block("lid", (98, 118), (76, 16), 4)
        .path("hole", "M120 126h28")
        .icon("ink", TONGS, (28, 22), 3.4)
        .path("needle", "M84 108l34 12M88 98l-8 20M78 104l-14-5")
        .icon("river", HAND, (8, 4), 1.6)
}

fn count() -> Drawing {
    Drawing::phone()
        .words((58, 54), 84)
        .number("huge", "12", (100, 116))
        .block("primary", (26, 136), (148, 40), 10)
        .number("on-primary", "+1", (100, 164))
        .block("card", (26, 184), (70, 34), 9)
        .number("digit", "+5", (61, 208))
        .block("card", (104, 184), (70, 34), 9)
        .icon("river", UNDO, (127, 189), 1.0)
}

fn sent() -> Drawing {
    Drawing::phone()
        .block("leaf", (40, 62), (120, 26), 13)
        .icon("on-leaf", CHECK, (48, 64), 0.9)
        .words((76, 72), 68)
        .icon("river", SEND, (64, 108), 3.0)
        .words((44, 204), 112)
}

fn present() -> Drawing {
    let mut it = Drawing::phone();
    for (n, class) in (0..).zip(["one", "two", "three", "four"]) {
        let (x, y) = (28 + (n % 2) * 74, 52 + (n / 2) * 84);
        it = it
            .block(
                if n < 3 { "leaf-card" } else { "card" },
                (x, y),
                (68, 76),
                9,
            )
            .block(class, (x + 18, y + 10), (32, 32), 9)
            .words((x + 14, y + 54), 40);
        if n < 3 {
            it = it.icon("leaf-line", CHECK, (x + 49, y), 0.75);
        }
    }
    it
}

fn aid() -> Drawing {
    let mut it = Drawing::phone()
        .block("card", (26, 50), (148, 70), 9)
        .icon("river", EURO, (78, 62), 1.9)
        .path("axis", "M46 156H154");
    for n in 0..4 {
        let x = 46 + n * 36;
        let class = if n < 3 { "dot" } else { "dot-todo" };
        it = it.block(class, (x - 11, 145), (22, 22), 11);
        if n < 3 {
            it = it.icon("on-dot", CHECK, (x - 8, 148), 0.66);
        }
    }
    it.words((44, 190), 112)
}

fn plan() -> Drawing {
    Drawing::phone()
        .icon("river", CALENDAR, (28, 50), 1.4)
        .words((72, 58), 90)
        .words((72, 72), 60)
        .block("card", (26, 96), (148, 26), 7)
        .words((34, 105), 70)
        .block("card", (26, 130), (148, 26), 7)
        .words((34, 139), 96)
        .block("primary", (26, 178), (148, 34), 9)
        .words_on((66, 192), 68)
}

fn green_light() -> Drawing {
    let mut it = Drawing::phone();
    for (n, path) in (0..).zip([HAND, TONGS, BOX]) {
        let y = 50 + n * 42;
        it = it
            .block("card", (26, y), (148, 34), 8)
            .icon("river", path, (32, y + 5), 1.0)
            .words((66, y + 14), 60)
            .icon("leaf-line", CHECK, (142, y + 5), 1.0);
    }
    it.block("primary", (26, 182), (148, 34), 9)
        .icon("on-primary-line", CHECK, (88, 187), 1.0)
}

fn closing() -> Drawing {
    Drawing::phone()
        .block("card", (26, 50), (70, 54), 8)
        .number("digit", "58", (61, 76))
        .words((40, 88), 42)
        .block("card", (104, 50), (70, 54), 8)
        .number("digit", "8", (139, 76))
        .words((118, 88), 42)
        .words((30, 126), 130)
        .words((30, 142), 104)
        .block("primary", (26, 178), (148, 34), 9)
        .icon("on-primary-line", CHECK, (40, 183), 1.0)
        .words_on((72, 192), 72)
}

fn sheet() -> Drawing {
    let mut it = Drawing::paper()
        .number("digit", "2026-0007", (88, 40))
        .words((36, 52), 80);
    for n in 0..5 {
        let y = 80 + n * 22;
        it = it
            .path("axis", &format!("M36 {}H164", y + 14))
            .words((36, y), 64)
            .words((134, y), 30);
    }
    it.block("soft", (104, 198), (60, 22), 5)
        .number("digit", "120", (134, 215))
}

fn flag_where() -> Drawing {
    Drawing::phone()
        .block("soft", (26, 46), (148, 128), 8)
        .path("axis", "M26 92L174 70M70 46L92 174M26 150L174 132")
        .icon("apricot", PIN, (76, 72), 2.0)
        .block("primary", (26, 184), (148, 32), 9)
        .icon("on-primary-line", HERE, (88, 188), 1.0)
}

fn flag_what() -> Drawing {
    let mut it = Drawing::phone();
    for (n, path) in (0..).zip([SYRINGE, SYRINGE, BOX, FLAG]) {
        let (x, y) = (28 + (n % 2) * 74, 52 + (n / 2) * 84);
        let class = if n == 0 { "chosen" } else { "card" };
        it = it
            .block(class, (x, y), (68, 76), 9)
            .icon("river", path, (x + 16, y + 10), 1.5)
            .words((x + 14, y + 58), 40);
    }
    it
}

fn flag_sent() -> Drawing {
    Drawing::phone()
        .icon("leaf-line", CHECK, (62, 58), 3.2)
        .words((50, 150), 100)
        .block("honey", (62, 172), (76, 16), 8)
        .block("leaf", (62, 196), (76, 16), 8)
}

fn pay() -> Drawing {
    let mut it = Drawing::paper();
    for n in 0..4 {
        let y = 34 + n * 34;
        it = it
            .block(
                if n < 3 { "tick-done" } else { "tick-todo" },
                (36, y),
                (20, 20),
                4,
            )
            .words((66, y + 7), 56)
            .words((136, y + 7), 26);
        if n < 3 {
            it = it.icon("on-dot", CHECK, (38, y + 2), 0.66);
        }
    }
    it.block("primary", (46, 184), (108, 32), 8)
        .icon("on-primary-line", EURO, (88, 188), 1.0)
}

fn sign() -> Drawing {
    Drawing::paper()
        .words((36, 34), 90)
        .words((36, 50), 110)
        .icon("river", EURO, (74, 76), 2.2)
        .path("axis", "M36 196H164")
        .path(
            "pen",
            "M44 190c10-22 18-22 16-8s10 8 18-6 14-4 10 6 14 2 24-8 18 2 30-4",
        )
}

fn key() -> Drawing {
    Drawing::paper()
        .icon("river", KEY, (64, 30), 3.0)
        .words((40, 124), 120)
        .words((40, 140), 120)
        .words((40, 156), 96)
        .icon("ink", LOCK, (84, 178), 1.6)
}

fn backup() -> Drawing {
    Drawing::new()
        .block("body", (20, 30), (70, 92), 8)
        .words((32, 46), 46)
        .words((32, 62), 46)
        .words((32, 78), 34)
        .path("pen", "M98 76h36M124 64l12 12-12 12")
        .block("body", (142, 30), (40, 92), 8)
        .icon("ink", LOCK, (150, 60), 1.0)
        .icon("leaf-line", CHECK, (70, 150), 2.4)
}

impl Drawing {
    /// Words on a button.
    fn words_on(self, at: (i32, i32), wide: i32) -> Self {
        self.block("words-on", at, (wide, 7), 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_colours_of_the_style_sheet_only_and_says_what_it_shows() {
        for it in [
            Picture::Join,
            Picture::Picking,
            Picture::Sheet,
            Picture::Backup,
        ] {
            let svg = it.svg("Le code \"à taper\"");
            assert!(svg.contains("role=\"img\" aria-label=\"Le code &quot;à taper&quot;\""));
            for inline in ["fill=", "stroke=", "style="] {
                assert!(!svg.contains(inline), "{it:?}: {inline}");
            }
        }
    }
}

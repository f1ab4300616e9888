//! Picture signs of peers: twelve animals in six colours, recognised without reading.
//!
//! Drawn for the product, each on a square of 24. A colour is always one that can be said aloud,
//! and the label names both, so that nobody needs to tell two colours apart.

use domain::{Animal, Sign, SignColour};
use leptos::prelude::*;

/// A sign as a picture, named for screen readers: « hérisson bleu ».
#[component]
pub fn SignPicture(
    /// Whose animal, in which colour.
    sign: Sign,
    /// Its name, where French is not what is read.
    #[prop(optional)]
    label: Option<String>,
) -> impl IntoView {
    let drawing = drawing(sign.animal);
    let label = label.unwrap_or_else(|| sign.label());
    view! {
        <span class=tile(sign.colour) role="img" aria-label=label>
            <svg viewBox="0 0 24 24" width="30" height="30" aria-hidden="true">
                <path class="fur" d=drawing.body></path>
                <path d=drawing.lines></path>
            </svg>
        </span>
    }
}

/// The classes of the coloured tile. The style sheet holds the colours: pages allow no inline style.
const fn tile(colour: SignColour) -> &'static str {
    match colour {
        SignColour::Blue => "sign sign-blue",
        SignColour::Green => "sign sign-green",
        SignColour::Orange => "sign sign-orange",
        SignColour::Purple => "sign sign-purple",
        SignColour::Red => "sign sign-red",
        SignColour::Yellow => "sign sign-yellow",
    }
}

/// An animal in two strokes of the pen.
struct Drawing {
    /// What is outlined and filled lightly, to stand out from the tile.
    body: &'static str,
    /// Eyes, noses, whiskers, spines: lines only. A dot is a line with no length.
    lines: &'static str,
}

/// The strokes of an animal, for who draws it without this crate: what is filled, then the lines.
pub const fn strokes(animal: Animal) -> (&'static str, &'static str) {
    let drawing = drawing(animal);
    (drawing.body, drawing.lines)
}

// A table of shapes: longer than a screen, and nothing in it to follow.
const fn drawing(animal: Animal) -> Drawing {
    match animal {
        Animal::Hedgehog => Drawing {
            body: "M14.4 8.5C18.6 9.4 19 13.6 22.3 16.2c-.2 1.9-1.9 2.9-4.3 2.9h-3\
                 c-2.3-3.2-2.4-7.2-.6-10.6z",
            lines: "M4.3 18.5L1.5 18.2L3.7 15.5L1.2 14.1L4.3 12.4L2.5 10.1L6.0 9.8L5.2 7.0L8.5 8.1\
                 L8.9 5.2L11.5 7.5L12.9 5.0L14.5 8.2M15 19.1H5.2M7.6 19.3v1.4M14.6 19.3v1.4\
                 M7.9 13.6l-.5 2.2M11.2 11.4l-.5 2.6M17.7 13.7h.01M22 16.4h.01",
        },
        Animal::Fox => Drawing {
            body: "M3 3.5l5.6 4.2h6.8L21 3.5l-.5 9.2L12 20.8 3.5 12.7zM3.7 12.8\
                 c3.6-.4 6 1.6 6.6 5.6M20.3 12.8c-3.6-.4-6 1.6-6.6 5.6",
            lines: "M8.6 10.9h.01M15.4 10.9h.01M10.7 18.9h2.6L12 20.5z",
        },
        Animal::Owl => Drawing {
            body: "M4.5 2.8c1.8 2.2 4 2.7 7.5 2.7S17.7 5 19.5 2.8v11.4c0 4.3-3 7-7.5 7\
                 s-7.5-2.7-7.5-7zM5.1 10a3.3 3.3 0 116.6 0 3.3 3.3 0 11-6.6 0zM12.3 10\
                 a3.3 3.3 0 116.6 0 3.3 3.3 0 11-6.6 0zM8.4 17.2\
                 l1.8 1.3 1.8-1.3 1.8 1.3 1.8-1.3",
            lines: "M8.6 10h.01M15.4 10h.01M11.3 13.3h1.4L12 14.6z",
        },
        Animal::Cat => Drawing {
            body: "M4.3 3l.2 7.8C3.6 16.5 7.2 20.4 12 20.4s8.4-3.9 7.5-9.6L19.7 3l-5.2 3.5\
                 a11 11 0 00-5 0zM1.5 13l2.9.6M1.7 17l3.1-1.1M22.5 13l-2.9.6M22.3 17l-3.1-1.1\
                 M9.9 16.6c.8 1.2 1.8.9 2.1-.3.3 1.2 1.3 1.5 2.1.3",
            lines: "M8.6 11.5h.01M15.4 11.5h.01M11.4 14.3h1.2l-.6.7z",
        },
        Animal::Dog => Drawing {
            body: "M7.6 5.2c2.6-1.5 6.2-1.5 8.8 0 1 2.6 1.3 6.3.7 9.4-.6 3.8-2.4 6.2-5.1 6.2\
                 s-4.5-2.4-5.1-6.2c-.6-3.1-.3-6.8.7-9.4zM7.6 5.2C5 3.7 2.4 6.2 2.2 9.8\
                 c-.1 2.4.7 4.6 2 4.6 1.5 0 2.2-1.8 2.5-3.6M16.4 5.2\
                 c2.6-1.5 5.2 1 5.4 4.6.1 2.4-.7 4.6-2 4.6-1.5 0-2.2-1.8-2.5-3.6M12 16.8v1.4",
            lines: "M9.4 10.8h.01M14.6 10.8h.01M10.7 14.5c.8-.4 1.8-.4 2.6 0 .2.8-.5 1.5-1.3 1.5\
                 s-1.5-.7-1.3-1.5zM11.5 15.1h1",
        },
        Animal::Bear => Drawing {
            body: "M8.4 6A8 8 0 0112 5.2c1.3 0 2.5.3 3.6.8a2.9 2.9 0 114 4.3 8 8 0 11-15.2 0\
                 A2.9 2.9 0 118.4 6zM8 16.4a4 3.2 0 108 0 4 3.2 0 10-8 0zM12 15.8v1.4",
            lines: "M8.5 10.9h.01M15.5 10.9h.01M11.2 15h1.6l-.8.8z",
        },
        Animal::Rabbit => Drawing {
            body: "M9.2 11.2C6.4 8.5 5.6 2.3 7.6 1.9\
                 c1.9-.3 3.5 4 3.5 8.3.6-.1 1.2-.1 1.8 0 0-4.3 1.6-8.6 3.5-8.3 2 .4 1.2 6.6-1.6 9.3\
                 a6.4 6.4 0 013.7 5.3c0 3-2.7 5.2-6.5 5.2s-6.5-2.2-6.5-5.2a6.4 6.4 0 013.7-5.3z\
                 M12 17.8v.8",
            lines: "M9.4 14.7h.01M14.6 14.7h.01M11.3 16.9h1.4l-.7.8z",
        },
        Animal::Horse => Drawing {
            body: "M13.2 2.6L14 6c3 1.5 4.6 4.6 5.5 8l1.8 3.3\
                 c.6 1.3.2 2.7-1 3.3-1.3.7-2.7.3-3.5-.8l-2.5-3.3c-1.5-.2-2.8-.8-3.8-1.8\
                 C10.3 17 9.3 19.2 7.6 21H3.2C2.7 14 4.5 7.4 9.8 4.9z",
            lines: "M9.8 4.9C6.5 3.6 3.3 5.2 1.8 8.6c1.3-.3 2.1-.2 2.9.1C3 10 2 11.8 1.8 14.2\
                 c.6-.5 1.2-.8 1.8-.9M14.3 10h.01M18.7 17.5h.01M10.5 14.7c-.6-1.2-.8-2.4-.6-3.7",
        },
        Animal::Bird => Drawing {
            body: "M2 18.6l5.5-6.4c1.7-1.9 3.7-2 3.7-4.2a4.3 4.3 0 018.6 0v2.3\
                 c0 5-3.3 8.3-8.5 8.3zM19.6 7l2.9 1.7-2.7 1.3M9.6 14.6c2.7.4 4.8-.8 5.4-3.3\
                 M10.2 18.8v2.7M13.8 18.2v3.3",
            lines: "M15.8 7.8h.01",
        },
        Animal::Fish => Drawing {
            body: "M1.8 12.5C4.5 8 8 6.2 11.5 6.2c3.4 0 6 2 7.6 4.6l3.3-3.3c-.7 3.3-.7 6.7 0 10\
                 l-3.3-3.3c-1.6 2.6-4.2 4.6-7.6 4.6-3.5 0-7-1.8-9.7-6.3zM9.8 9\
                 c1.3 2.2 1.3 4.8 0 7M10 6.2C11 4.5 12.7 3.7 14.5 3.7c-.4 1.2-.4 2 0 3.2",
            lines: "M6.2 11.2h.01",
        },
        Animal::Snail => Drawing {
            body: "M2 19.8c4.3.3 9.6.2 14.2 0 3.3-.1 5.3-2.1 5.3-5.3V12c0-2.2-3.6-2.2-3.6 0v2.3\
                 c0 1-.6 1.7-1.7 1.9M3.5 12a6.4 6.4 0 1112.8 0 6.4 6.4 0 11-12.8 0z",
            lines: "M3.4 19.5c1-1 1.7-1.7 2-3M18.7 10.2L17.6 7M20.8 10.2L22 7M9.9 12.4\
                 c-.3-1.2 1.5-1.7 2.2-.3.9 1.9-.9 3.8-3.1 3.2-2.3-.7-3.1-3.5-1.6-5.4 1.2-1.5 3.2-2 5.1-1.1",
        },
        Animal::Squirrel => Drawing {
            body: "M14.3 19.6c4.8-.2 7.7-3.9 7.7-8.9C22 6 19.6 2.6 16.5 2.6\
                 c-2.3 0-3.9 1.7-3.9 3.7 0 1.7 1.1 2.8 2.5 2.8 1.7 0 2 2.3 1 4M6.1 5.9V3.2\
                 C7.5 3.5 8.3 4.5 8.5 6\
                 c2.3.8 3.2 2.6 2.8 4.6 2.3 1.1 3.5 3.1 3.5 5.7 0 2.9-1.2 4.9-3.2 4.9H5.9\
                 c0-1.5.8-2.4 2.3-2.6-1.5-1-1.9-2.6-1.6-4.6-2.6.2-4.8-.9-4.9-3-.1-2.5 1.8-4.6 4.4-5.1\
                 zM3.9 14.7c1.5-.5 2.9-.5 4.3.5",
            lines: "M6.3 9.6h.01M1.9 10.6h.01",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_signs_look_the_same() {
        let shapes: HashSet<_> = Animal::ALL.iter().map(|a| drawing(*a).body).collect();
        let tiles: HashSet<_> = SignColour::ALL.iter().map(|c| tile(*c)).collect();
        assert_eq!(shapes.len(), Animal::ALL.len());
        assert_eq!(tiles.len(), SignColour::ALL.len());
    }

    #[test]
    fn the_tile_is_named_by_the_code_of_its_colour() {
        for colour in SignColour::ALL {
            assert_eq!(tile(*colour), format!("sign sign-{}", colour.code()));
        }
    }
}

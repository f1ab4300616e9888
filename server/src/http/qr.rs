//! A code to be scanned: one path in an SVG, dark on white whatever the theme, with its quiet zone.

use leptos::prelude::*;

/// White around the code, in modules: readers need four.
const QUIET_MODULES: usize = 4;
/// Sides of the picture, in CSS pixels: held up, it is scanned from an arm's length.
const SIDE_PX: &str = "264";

/// The code of a text, named for who does not see it. Nothing when the text does not fit.
pub fn picture(text: &str, name: &'static str) -> Option<AnyView> {
    let code = fast_qr::QRBuilder::new(text).build().ok()?;
    let side = code.size + 2 * QUIET_MODULES;
    let view_box = format!("0 0 {side} {side}");
    let dark = dark_runs(&code);
    Some(
        view! {
            <svg
                class="qr"
                role="img"
                aria-label=name
                viewBox=view_box
                width=SIDE_PX
                height=SIDE_PX
                shape-rendering="crispEdges"
            >
                <path fill="#fff" d=format!("M0 0h{side}v{side}H0z")></path>
                <path fill="#000" d=dark></path>
            </svg>
        }
        .into_any(),
    )
}

/// Dark modules, run by run, as one path.
fn dark_runs(code: &fast_qr::QRCode) -> String {
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let start = x;
            while x < code.size && code[y][x].value() {
                x += 1;
            }
            if x > start {
                let (left, top, run) = (start + QUIET_MODULES, y + QUIET_MODULES, x - start);
                path.push_str(&format!("M{left} {top}h{run}v1h-{run}z"));
            }
            x += 1;
        }
    }
    path
}

//! Charts, drawn on the server: data in, a picture and the table behind it out. Plain SVG that needs
//! no script; colours are the style sheet's, and whatever a chart tells it tells in words too.
//!
//! A chart counts outings, months, areas or boxes, never a person.

use domain::french::number;
use leptos::prelude::*;
use std::fmt::Write as _;
use words::desk::http::charts as say;

/// Width of a chart, in units of its own: as many as pixels on a small phone.
const WIDTH: i64 = 320;
/// Letters of a chart; the style sheet says the same.
const LETTER_WIDTH: i64 = 8;

/// One bar.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    /// What it is of, in the table and beside a lying bar.
    pub label: String,
    /// Under a standing bar, where there is room.
    pub mark: Option<String>,
    /// How much.
    pub value: i64,
    /// Where more of it is.
    pub href: Option<String>,
}

/// Bars of one kind.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Of the elements of this chart, on a page with several.
    pub id: &'static str,
    /// What is shown: the whole in one sentence.
    pub title: String,
    /// Heads of the table: what a bar is of, and what it counts.
    pub heads: (&'static str, &'static str),
    /// In their order.
    pub bars: Vec<Bar>,
}

impl Chart {
    /// Is there anything to show?
    pub fn is_empty(&self) -> bool {
        self.most() == 0
    }

    fn most(&self) -> i64 {
        let values = self.bars.iter().map(|it| it.value);
        values.max().unwrap_or(0).max(0)
    }

    /// « Le plus : mai, 212. »
    fn described(&self) -> String {
        let largest = self.bars.iter().rev().max_by_key(|it| it.value);
        largest
            .filter(|it| it.value > 0)
            .map(|it| say::largest_bar(&it.label, &number(it.value)))
            .unwrap_or_default()
    }

    /// Bars that lie, one on a line with its name: few of them, with names that matter.
    pub fn lying(&self) -> AnyView {
        self.figure("chart bars", self.lying_svg())
    }

    /// Bars that stand, in the order of time: as many as a year has weeks.
    pub fn standing(&self) -> AnyView {
        self.figure("chart", self.standing_svg())
    }

    /// The bars that lie, alone: on paper a fold is nothing.
    pub fn picture(&self) -> AnyView {
        view! { <figure class="chart bars" inner_html=self.lying_svg()></figure> }.into_any()
    }

    /// The picture, and all its numbers as a table that is folded away.
    fn figure(&self, class: &'static str, svg: String) -> AnyView {
        let rows: Vec<_> = self.bars.iter().map(row).collect();
        let (of, counts) = self.heads;
        view! {
            <figure class=class>
                <div class="drawn" inner_html=svg></div>
                <details>
                    <summary>{say::SHOW_NUMBERS}</summary>
                    <table>
                        <caption class="sr">{self.title.clone()}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{of}</th>
                                <th scope="col" class="n">{counts}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </details>
            </figure>
        }
        .into_any()
    }

    fn begun(&self, height: i64) -> String {
        let (id, title, more) = (self.id, escaped(&self.title), escaped(&self.described()));
        format!(
            "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{id}-titre {id}-mots\">\
             <title id=\"{id}-titre\">{title}</title><desc id=\"{id}-mots\">{more}</desc>"
        )
    }

    fn lying_svg(&self) -> String {
        const ROW: i64 = 27;
        let longest = self.bars.iter().map(|it| it.label.chars().count()).max();
        let longest = i64::try_from(longest.unwrap_or(0)).unwrap_or(i64::MAX / LETTER_WIDTH);
        // Names take what they need and little more than half: a longer one is cut, the table has it.
        let left = (longest * LETTER_WIDTH + 12).clamp(60, WIDTH * 11 / 20);
        let most = self.most();
        let right = i64::try_from(number(most).chars().count()).unwrap_or(9) * LETTER_WIDTH + 14;
        let room = WIDTH - left - right;
        let rows = i64::try_from(self.bars.len()).unwrap_or(0);
        let mut svg = self.begun(rows * ROW);
        for (n, bar) in (0..).zip(&self.bars) {
            let (top, long) = (n * ROW, scaled(bar.value, most, room).max(2));
            let name = cut(&bar.label, (left - 12) / LETTER_WIDTH);
            _ = write!(
                svg,
                "<text x=\"0\" y=\"{}\">{}</text>\
                 <rect x=\"{left}\" y=\"{}\" width=\"{long}\" height=\"17\" rx=\"4\"/>\
                 <text class=\"n\" x=\"{}\" y=\"{}\">{}</text>",
                top + 18,
                escaped(&name),
                top + 5,
                left + long + 8,
                top + 18,
                number(bar.value)
            );
        }
        svg + "</svg>"
    }

    fn standing_svg(&self) -> String {
        const TOP: i64 = 26;
        const TALLEST: i64 = 110;
        const GROUND: i64 = TOP + TALLEST;
        /// A mark never touches the one before.
        const BETWEEN_MARKS: i64 = 12;
        let most = self.most();
        let bars = i64::try_from(self.bars.len()).unwrap_or(1).max(1);
        let mut svg = self.begun(GROUND + 24);
        _ = write!(
            svg,
            "<path class=\"axis\" d=\"M0 {TOP}H{WIDTH}M0 {GROUND}H{WIDTH}\"/>\
             <text class=\"n\" x=\"0\" y=\"{}\">{}</text>",
            TOP - 8,
            number(most)
        );
        // In hundredths, so that fifty bars stand at even distances.
        let pitch = WIDTH * 100 / bars;
        let wide = (pitch * 3 / 4).min(3_600);
        let mut free_from = 0;
        for (n, bar) in (0..).zip(&self.bars) {
            let x = pitch * n + (pitch - wide) / 2;
            let tall = scaled(bar.value, most, TALLEST).max(i64::from(bar.value > 0));
            _ = write!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{tall}\"/>",
                hundredths(x),
                GROUND - tall,
                hundredths(wide)
            );
            let Some(mark) = &bar.mark else { continue };
            let from = x / 100;
            let letters = i64::try_from(mark.chars().count()).unwrap_or(WIDTH);
            let to = from + letters * LETTER_WIDTH;
            // The last one would go over the edge.
            if from >= free_from && to <= WIDTH {
                _ = write!(
                    svg,
                    "<text x=\"{}\" y=\"{}\">{}</text>",
                    hundredths(x),
                    GROUND + 19,
                    escaped(mark)
                );
                free_from = to + BETWEEN_MARKS;
            }
        }
        svg + "</svg>"
    }
}

fn row(bar: &Bar) -> AnyView {
    let label = bar.label.clone();
    let label = match bar.href.clone() {
        Some(href) => view! { <a href=href>{label}</a> }.into_any(),
        None => label.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{label}</th>
            <td class="n">{number(bar.value)}</td>
        </tr>
    }
    .into_any()
}

/// A part of a length, in proportion.
fn scaled(value: i64, most: i64, length: i64) -> i64 {
    value.clamp(0, most) * length / most.max(1)
}

fn hundredths(n: i64) -> String {
    format!("{}.{:02}", n / 100, n % 100)
}

/// At most so many letters, with a sign that there were more.
fn cut(text: &str, letters: i64) -> String {
    let letters = usize::try_from(letters).unwrap_or(0);
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(letters.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "…"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// How far something is on its way, for who reads little: one dot a stage, joined. The words are
/// beside it on the page, and in it for who does not see it.
pub fn dots(done: usize, of: usize, words: &str) -> AnyView {
    view! { <span class="progress-dots" inner_html=dots_svg(done, of, words)></span> }.into_any()
}

fn dots_svg(done: usize, of: usize, words: &str) -> String {
    const PITCH: usize = 30;
    const MIDDLE: usize = 12;
    let at = |n: usize| MIDDLE + n * PITCH;
    let last = of.saturating_sub(1);
    let width = at(last) + MIDDLE;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} 24\" width=\"{width}\" height=\"24\" role=\"img\" aria-label=\"{}\">\
         <path class=\"axis\" d=\"M{MIDDLE} {MIDDLE}H{}\"/>",
        escaped(words).replace('"', "&quot;"),
        at(last)
    );
    if done > 1 {
        let reached = at(done.min(of) - 1);
        _ = write!(
            svg,
            "<path class=\"done\" d=\"M{MIDDLE} {MIDDLE}H{reached}\"/>"
        );
    }
    for n in 0..of {
        let (class, tick) = match n < done {
            // Done is a tick, not a colour alone.
            true => (
                "done",
                format!("<path class=\"tick\" d=\"M{} 12l3.5 3.5 6-7\"/>", at(n) - 5),
            ),
            false => ("todo", String::new()),
        };
        _ = write!(
            svg,
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{MIDDLE}\" r=\"10\"/>{tick}",
            at(n)
        );
    }
    svg + "</svg>"
}

/// One stage of a life, and how many are there.
pub struct Stage {
    /// What it is called.
    pub label: &'static str,
    /// How many are there now.
    pub count: i64,
    /// What they come to.
    pub worth: String,
}

/// Stages in the order of a life, with how many are at each: where it is empty nothing waits.
pub fn stages(label: &'static str, stages: Vec<Stage>) -> AnyView {
    let steps: Vec<_> = stages
        .into_iter()
        .map(|it| {
            let is_empty = it.count == 0;
            let worth = (!is_empty).then(|| view! { <small class="num">{it.worth}</small> });
            view! {
                <li class:none=is_empty>
                    <b class="num">{number(it.count)}</b>
                    <span>{it.label}</span>
                    {worth}
                </li>
            }
        })
        .collect();
    view! { <ol class="pipeline" role="list" aria-label=label>{steps}</ol> }.into_any()
}

/// How far one thing is: what is done, what comes next, what is to come.
pub fn steps(label: &'static str, all: &[(&'static str, bool)]) -> AnyView {
    let next = all.iter().position(|(_, done)| !done);
    let steps: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(n, (words, done))| {
            let current = (next == Some(n)).then_some("step");
            let said = done.then(|| view! { <span class="sr">" "{say::STEP_DONE}</span> });
            view! { <li class:done=*done aria-current=current>{*words}{said}</li> }
        })
        .collect();
    view! { <ol class="steps wide" role="list" aria-label=label>{steps}</ol> }.into_any()
}

/// A sharps box, drawn: with its line, open or closed for good.
pub fn sharps_box(is_closed: bool) -> AnyView {
    let lid = match is_closed {
        true => "M5 10h22v6H5zM12 10V5h8v5",
        false => "M5 16h22M8 13l2-8 13 3.5-1 4.5",
    };
    view! {
        <svg class="sharps-box" viewBox="0 0 32 40" width="48" height="60" aria-hidden="true">
            <path class="body" d="M6 16h20l-1.5 21h-17z"></path>
            <path class="lid" d=lid></path>
            <path class="fill-line" d="M9 22h14"></path>
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[(&str, i64)]) -> Chart {
        let bars = values.iter().map(|(label, value)| Bar {
            label: (*label).to_owned(),
            mark: Some((*label).to_owned()),
            value: *value,
            href: None,
        });
        Chart {
            id: "essai",
            title: "Essai".into(),
            heads: ("Mois", "Sorties"),
            bars: bars.collect(),
        }
    }

    /// The values of an attribute of every bar.
    fn of_bars(svg: &str, name: &str) -> Vec<f64> {
        let rects = svg.split("<rect ").skip(1);
        let value = |rect: &str| {
            let rest = rect.split_once(&format!("{name}=\"")).unwrap().1;
            rest.split_once('"').unwrap().0.parse().unwrap()
        };
        rects.map(value).collect()
    }

    #[test]
    fn a_bar_is_as_long_as_its_share_of_the_largest() {
        let svg = chart(&[("Mai", 50), ("Juin", 100), ("Juillet", 0)]).lying_svg();
        let long = of_bars(&svg, "width");
        assert!((long[1] / 2.0 - long[0]).abs() <= 1.0, "{svg}");
        assert!(long[2] <= 2.0, "nothing is still a line to see: {svg}");
        let widest = of_bars(&svg, "x")[1] + long[1] + 8.0 + 3.0 * LETTER_WIDTH as f64;
        assert!(widest <= WIDTH as f64, "{svg}");
    }

    #[test]
    fn standing_bars_are_as_tall_as_their_share_and_stay_inside() {
        let weeks: Vec<(&str, i64)> = (0..52).map(|n| ("sem.", n * 3)).collect();
        let svg = chart(&weeks).standing_svg();
        let (tall, x, wide) = (
            of_bars(&svg, "height"),
            of_bars(&svg, "x"),
            of_bars(&svg, "width"),
        );
        assert_eq!((tall.len(), tall[0], tall[51]), (52, 0.0, 110.0));
        assert_eq!(tall[17], (17 * 110 / 51) as f64);
        assert!(
            x.windows(2).all(|it| it[0] + wide[0] < it[1]),
            "none over another"
        );
        assert!(x[51] + wide[51] <= WIDTH as f64);
        assert!(
            svg.matches(">sem.<").count() <= 7,
            "marks that would touch are left out"
        );
    }

    #[test]
    fn a_picture_says_what_it_is_and_what_is_largest() {
        let svg = chart(&[("Mai", 5), ("Juin", 1_200)]).standing_svg();
        assert!(svg.contains("role=\"img\" aria-labelledby=\"essai-titre essai-mots\""));
        assert!(svg.contains("<title id=\"essai-titre\">Essai</title>"));
        let desc = svg.split_once("<desc id=\"essai-mots\">").unwrap().1;
        assert!(
            desc.replace(['\u{a0}', '\u{202f}'], " ")
                .starts_with("Le plus : Juin, 1 200.")
        );
    }

    #[test]
    fn charts_of_nothing_and_of_wild_words_are_still_pictures() {
        let none = chart(&[]);
        assert!(none.is_empty() && none.lying_svg().ends_with("</svg>"));
        assert!(none.standing_svg().ends_with("</svg>"));
        let zero = chart(&[("Mai", 0)]);
        assert!(zero.is_empty() && !zero.lying_svg().contains("Le plus"));
        let wild = chart(&[("<b>&quot;</b> un nom de quartier qui n’en finit pas", 3)]);
        let svg = wild.lying_svg();
        assert!(
            !svg.contains("<b>") && svg.contains("&lt;b&gt;") && svg.contains('…'),
            "{svg}"
        );
        assert!(
            chart(&[("Mai", -4), ("Juin", 2)])
                .standing_svg()
                .contains("height=\"0\"")
        );
    }

    #[test]
    fn dots_are_ticked_up_to_where_one_is() {
        let svg = dots_svg(3, 5, "envoyée \"ici\"");
        assert_eq!(svg.matches("class=\"tick\"").count(), 3);
        assert_eq!(svg.matches("<circle").count(), 5);
        assert!(
            svg.contains("aria-label=\"envoyée &quot;ici&quot;\""),
            "{svg}"
        );
        assert_eq!(dots_svg(0, 5, "rien").matches("class=\"tick\"").count(), 0);
    }
}

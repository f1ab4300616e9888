//! Places: a list, and the point of « ici ».

use super::{button, icon};
use crate::recorder::act::Act;
use crate::recorder::model::{Looking, Model, Place};
use crate::recorder::pack::by_distance;
use crate::ui::{pictograms as draw, texts};
use maud::{Markup, html};

/// The list.
pub fn screen(model: &Model) -> Markup {
    let about_position = match (model.looking, model.position) {
        (Looking::Now, _) => texts::places::LOOKING.as_str().to_owned(),
        (Looking::Failed, _) => texts::places::SORT_FAILED.as_str().to_owned(),
        (Looking::No, Some(fix)) => texts::accuracy(fix.accuracy_m),
        (Looking::No, None) => String::new(),
    };
    html! {
        main #places .screen {
            h1 { (texts::places::TITLE) }
            ul.list { (one(model, Place::Here, texts::places::HERE.as_str(), "", None)) }
            @if model.place == Place::Here { (button("quiet", Act::Point, &html! { (texts::places::ON_THE_MAP) })) }
            div {
                (button("quiet", Act::LookAround, &html! { (texts::places::SORT) }))
                p.soft role="status" { (about_position) }
            }
            ul.list {
                @for (site, away) in by_distance(&model.pack.sites, model.position.map(|it| it.at)) {
                    (one(model, Place::Site(site.id), &site.title, &site.nature, away))
                }
            }
        }
    }
}

fn one(model: &Model, place: Place, title: &str, nature: &str, away: Option<f64>) -> Markup {
    let (class, path) = match (place, nature) {
        (Place::Site(_), "public") => ("row", draw::PIN),
        (Place::Site(_), _) => ("row", draw::PIN_DISCREET),
        _ => ("row here", draw::HERE),
    };
    let more = match (model.total_at(place.site()), place) {
        (0, Place::Here) => texts::places::HERE_HELP.as_str().to_owned(),
        (0, _) => String::new(),
        (n, _) => texts::counted_here(n),
    };
    html! {
        li {
            button type="button" class=(class) data-do=(Act::Choose(place).to_text())
                aria-current=[(model.place == place).then_some("true")] {
                (icon(path))
                span { b { (title) } small { (more) } }
                span.far { (away.map(texts::away).unwrap_or_default()) }
            }
        }
    }
}

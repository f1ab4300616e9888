//! What an outing carries, as pictures: the equipment that was checked, the sharps boxes.

use super::sheet::Sheet;
use crate::http::charts::sharps_box;
use crate::http::pieces::capital;
use app::ui::Icon;
use app::ui::pictograms::{BOX, CHECK, DROP, HAND, PERSON, PHONE, QUIT, TONGS, WALK};
use domain::OutingState;
use domain::fact::BoxState;
use domain::french::counted;
use domain::outing::Equipment;
use leptos::prelude::*;
use words::desk::common::count;
use words::desk::outings::kit as say;

fn picture(it: Equipment) -> &'static str {
    match it {
        Equipment::Gloves => HAND,
        Equipment::Tongs => TONGS,
        Equipment::Boxes => BOX,
        Equipment::Shoes => WALK,
        Equipment::Gel => DROP,
        Equipment::Phone => PHONE,
        Equipment::Tshirts => PERSON,
    }
}

/// What was checked before leaving; before that it is a form.
pub(super) fn equipment(sheet: &Sheet) -> Option<AnyView> {
    if !matches!(sheet.outing.state, OutingState::Open | OutingState::Closed) {
        return None;
    }
    let needed = &sheet.settings.green_light.equipment;
    let checked = &sheet.outing.ready.equipment;
    let has = |codes: &[String], it: &Equipment| codes.iter().any(|code| code == it.code());
    let items: Vec<_> = Equipment::ALL
        .iter()
        .filter(|it| has(needed, it) || has(checked, it))
        .map(|it| {
            let (mark, said) = match has(checked, it) {
                true => (CHECK, say::CHECKED),
                false => (QUIT, say::NOT_CHECKED),
            };
            view! {
                <li class:missing=!has(checked, it)>
                    <Icon path=picture(*it)/>
                    <span>{capital(it.label())}<span class="sr">", "{said}</span></span>
                    <Icon path=mark/>
                </li>
            }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{say::TITLE}</h2>
                <ul class="kit" role="list">{items}</ul>
            </section>
        }
        .into_any()
    })
}

/// Sharps boxes, each with its number and whether it is closed for good.
pub(super) fn boxes(sheet: &Sheet) -> Option<AnyView> {
    let boxes = &sheet.summary.boxes;
    if boxes.is_empty() {
        return None;
    }
    let items: Vec<_> = boxes
        .iter()
        .map(|it| {
            let number = it["number"].as_str().unwrap_or("?").to_owned();
            let litres = it["litres"].as_f64().unwrap_or_default().to_string();
            let litres = format!("{}\u{a0}L", litres.replace('.', ","));
            let state = it["state"].as_str().and_then(BoxState::from_code);
            let words = state.map_or("", BoxState::label);
            view! {
                <li>
                    {sharps_box(state == Some(BoxState::Closed))}
                    <span><b>{number}</b><small class="line">{litres}" · "{words}</small></span>
                </li>
            }
        })
        .collect();
    let title = counted(
        i64::try_from(boxes.len()).unwrap_or(i64::MAX),
        count::SHARPS_BOX,
        count::SHARPS_BOXES,
    );
    Some(
        view! {
            <section class="card">
                <h2>{title}</h2>
                <ul class="boxes" role="list">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

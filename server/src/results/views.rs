//! The views of results: a page to read, and one to put on a wall.

use super::data::LICENCE;
use super::{Harvest, Results, Shown, Year, area_name};
use crate::http::charts::{Bar, Chart};
use crate::http::pieces::{capital, crumbs, scrolling};
use app::ui::Icon;
use app::ui::pictograms::{BASKET, DOWNLOAD, NEXT, SHEET};
use domain::french::{self, counted, number};
use domain::totals::Told;
use domain::{Day, Settings};
use leptos::prelude::*;
use words::desk::common;
use words::desk::common::count;
use words::desk::results as say;

/// The programmes of this server.
pub(super) fn index(all: &[Shown]) -> AnyView {
    let row = |it: &Shown| {
        let href = format!("/resultats/{}", it.slug);
        let (name, town) = (it.name.clone(), it.town.clone());
        view! {
            <li>
                <a class="card row" href=href>
                    <span class="row-mark"><Icon path=BASKET/></span>
                    <span class="row-text"><b>{name}</b><small>{town}</small></span>
                    <span class="row-mark"><Icon path=NEXT/></span>
                </a>
            </li>
        }
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let none = rows.is_empty().then(|| view! { <p>{say::INDEX_EMPTY}</p> });
    view! {
        <div class="head">
            <div>
                <h1>{common::RESULTS}</h1>
                <p class="soft">{say::INDEX_INTRO}</p>
            </div>
        </div>
        {none}
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

/// One year of a programme.
pub(super) fn results(it: &Results) -> AnyView {
    let year = it.of_year();
    let intro = intro(&it.settings);
    let under_way = it
        .is_under_way
        .then(|| view! { <p class="soft">{say::YEAR_UNDER_WAY}</p> });
    view! {
        <div class="head">
            <div>
                <h1>{say::title(&it.year)}</h1>
                <p>{intro}</p>
                {under_way}
            </div>
            {years_nav(it)}
        </div>
        {figures(it, year)}
        <p class="soft">{what_counts(it)}</p>
        <div class="two">
            <div class="col">{outings_card(it)}{harvests_card(&it.harvests)}</div>
            <div class="col">{told_card(it)}{areas_card(it)}</div>
        </div>
        {years_card(it)}
        {more_card(it)}
    }
    .into_any()
}

fn intro(settings: &Settings) -> String {
    let by = capital(&settings.association.the());
    let with = settings
        .city
        .as_ref()
        .map(|it| format!(" {}", say::intro_with_city(&it.the())));
    say::intro(&by, &with.unwrap_or_default())
}

fn years_nav(it: &Results) -> Option<AnyView> {
    /// More years are reached from the table below.
    const IN_SIGHT: usize = 4;
    if it.years.len() < 2 {
        return None;
    }
    let link = |year: &Year| {
        let href = format!("/resultats/{}?annee={}", it.slug, year.year);
        let current = (year.year == it.year).then_some("page");
        view! { <a class="button quiet" href=href aria-current=current>{year.year}</a> }
    };
    let links: Vec<_> = it.years.iter().take(IN_SIGHT).map(link).collect();
    Some(
        view! { <nav class="actions tabs years" aria-label=say::YEARS_LABEL>{links}</nav> }
            .into_any(),
    )
}

/// Four figures, with the words that say what each is.
fn figures(it: &Results, year: Year) -> AnyView {
    let figure =
        |n: String, words: String| view! { <li class="card"><strong>{n}</strong>{words}</li> };
    let syringes = it.total().map(|total| {
        let words = match period(&total, it.year) {
            None => say::FIGURE_SYRINGES.to_owned(),
            Some(when) => say::figure_syringes_when(&when),
        };
        figure(number(total.total), words)
    });
    let outings = figure(
        number(year.outings),
        plural(year.outings, count::OUTING, count::OUTINGS),
    );
    let places = i64::try_from(it.places).unwrap_or(i64::MAX);
    let places = (places > 0).then(|| {
        let words = plural(places, say::FIGURE_PLACES_ONE, say::FIGURE_PLACES_MANY);
        figure(number(places), words)
    });
    let hours = (year.hours() > 0).then(|| figure(number(year.hours()), say::FIGURE_HOURS.into()));
    view! { <ul class="tiles" aria-label=say::FIGURES_LABEL>{outings}{syringes}{places}{hours}</ul> }
        .into_any()
}

fn plural(n: i64, one: &str, many: &str) -> String {
    if n < 2 { one.into() } else { many.into() }
}

/// « d’avril à octobre », « de novembre 2024 à décembre 2025 »; nothing when it is the whole year.
fn period(told: &Told, year: i16) -> Option<String> {
    let whole = |it: Day, month| it.0.year() == year && it.0.month() == month;
    if whole(told.first, 1) && whole(told.last, 12) {
        return None;
    }
    let of = |it: Day| match told.first.0.year() == year {
        true => french::month_name(it).to_owned(),
        false => french::month(it),
    };
    let (first, last) = (of(told.first), of(told.last));
    Some(if told.first == told.last {
        say::period_one(&first)
    } else if first.starts_with(['a', 'o']) {
        say::period_from_vowel_to(&first, &last)
    } else {
        say::period_from_to(&first, &last)
    })
}

/// What the number of syringes is, and what it is not.
fn what_counts(it: &Results) -> &'static str {
    match it.total() {
        Some(_) => say::WHAT_COUNTS,
        None => say::TOTAL_LATER,
    }
}

fn outings_card(it: &Results) -> AnyView {
    view! {
        <section class="card">
            <h2>{say::OUTINGS_TITLE}</h2>
            {outings_chart(it).lying()}
        </section>
    }
    .into_any()
}

fn outings_chart(it: &Results) -> Chart {
    let bars = (1..=12).zip(it.months).filter_map(|(n, outings)| {
        Some(Bar {
            label: capital(french::month_name(Day::new(it.year, n, 1)?)),
            value: outings,
            ..Bar::default()
        })
    });
    let all = counted(it.months.iter().sum(), count::OUTING, count::OUTINGS);
    Chart {
        id: "sorties-mois",
        title: say::outings_chart(&all, &it.year),
        heads: (common::MONTH, common::OUTINGS),
        bars: bars.collect(),
    }
}

/// What the programme picked up, by the periods of which the whole may be told.
fn told_card(it: &Results) -> Option<AnyView> {
    let bars = it.told.iter().map(|told| Bar {
        label: capital(&period_name(told, it.year)),
        value: told.total,
        ..Bar::default()
    });
    let total = it.total()?;
    let chart = Chart {
        id: "seringues-mois",
        title: counted(total.total, say::TOLD_CHART_ONE, say::TOLD_CHART_MANY),
        heads: (say::TOLD_COLUMN_MONTHS, common::SYRINGES),
        bars: bars.collect(),
    };
    Some(
        view! {
            <section class="card">
                <h2>{say::TOLD_TITLE}</h2>
                <p class="soft">{say::TOLD_ABOUT}</p>
                {chart.lying()}
            </section>
        }
        .into_any(),
    )
}

/// « octobre », « août à octobre », « décembre 2025 à février ».
fn period_name(told: &Told, year: i16) -> String {
    let of = |day: Day| match day.0.year() == year {
        true => french::month_name(day).to_owned(),
        false => french::month(day),
    };
    match told.first == told.last {
        true => of(told.last),
        false => say::bar_from_to(&of(told.first), &of(told.last)),
    }
}

fn areas_card(it: &Results) -> AnyView {
    let areas = it.areas();
    let bars = areas.iter().map(|line| Bar {
        label: area_name(&line.area, &it.settings.town),
        value: line.syringes,
        ..Bar::default()
    });
    let chart = Chart {
        id: "seringues-secteurs",
        title: say::areas_chart(&it.year),
        heads: (common::QUARTER, common::SYRINGES),
        bars: bars.collect(),
    };
    let shown = match areas.is_empty() {
        true => view! {
            <p>{say::AREAS_EMPTY}</p>
        }
        .into_any(),
        false => chart.lying(),
    };
    view! {
        <section class="card">
            <h2>{say::AREAS_TITLE}</h2>
            <p class="soft">{say::AREAS_ABOUT}</p>
            {shown}
        </section>
    }
    .into_any()
}

fn harvests_card(harvests: &[Harvest]) -> Option<AnyView> {
    if harvests.is_empty() {
        return None;
    }
    let rows: Vec<_> = harvests.iter().map(harvest).collect();
    Some(
        view! {
            <section class="card">
                <h2>{say::HARVESTS_TITLE}</h2>
                <p class="soft">{say::HARVESTS_ABOUT}</p>
                <ol class="harvests" role="list">{rows}</ol>
            </section>
        }
        .into_any(),
    )
}

fn harvest(it: &Harvest) -> AnyView {
    let places = i64::try_from(it.places).unwrap_or(i64::MAX);
    let words = counted(it.syringes, count::SYRINGE, count::SYRINGES);
    let at = counted(places, say::HARVEST_PLACES_ONE, say::HARVEST_PLACES_MANY);
    view! {
        <li>
            <Icon path=BASKET/>
            <span>
                <b>{words}</b>
                <small>{say::harvest_when(&french::month(it.month), &at)}</small>
            </span>
        </li>
    }
    .into_any()
}

fn years_card(it: &Results) -> Option<AnyView> {
    if it.years.len() < 2 {
        return None;
    }
    let row = |year: &Year| {
        let href = format!("/resultats/{}?annee={}", it.slug, year.year);
        let hours = match year.hours() {
            0 => String::new(),
            n => number(n),
        };
        view! {
            <tr>
                <th scope="row"><a href=href>{year.year}</a></th>
                <td class="n">{number(year.outings)}</td>
                <td class="n">{hours}</td>
            </tr>
        }
    };
    let rows: Vec<_> = it.years.iter().map(row).collect();
    Some(
        view! {
            <section class="card">
                <h2>{say::YEARS_TITLE}</h2>
                {scrolling(say::YEARS_TITLE, view! {
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{say::YEARS_COLUMN_YEAR}</th>
                                <th scope="col" class="n">{common::OUTINGS}</th>
                                <th scope="col" class="n">{say::YEARS_COLUMN_HOURS}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                })}
            </section>
        }
        .into_any(),
    )
}

fn more_card(it: &Results) -> AnyView {
    let poster = format!("/resultats/{}?annee={}&affiche", it.slug, it.year);
    let csv = format!("/resultats/{}/donnees.csv", it.slug);
    view! {
        <section class="card">
            <h2>{say::MORE_TITLE}</h2>
            <p class="actions">
                <a class="button" href=poster><Icon path=SHEET/>{say::MORE_POSTER}</a>
                <a class="button" href=csv download="resultats.csv"><Icon path=DOWNLOAD/>{say::MORE_DATA}</a>
            </p>
            <p class="help">{say::MORE_LICENCE}" "{LICENCE}"."</p>
        </section>
    }
    .into_any()
}

/// The same year on one sheet of paper.
pub(super) fn poster(it: &Results, public_url: Option<&str>) -> AnyView {
    let year = it.of_year();
    let back = format!("/resultats/{}?annee={}", it.slug, it.year);
    let areas: Vec<_> = it
        .areas()
        .iter()
        .map(|line| {
            view! {
                <li>
                    <span>{area_name(&line.area, &it.settings.town)}</span>
                    <b>{number(line.syringes)}</b>
                </li>
            }
        })
        .collect();
    let areas = (!areas.is_empty()).then(|| {
        view! {
            <section>
                <h2>{say::POSTER_AREAS}</h2>
                <ul class="poster-areas" role="list">{areas}</ul>
            </section>
        }
    });
    let best = it.harvests.first().map(|best| {
        let words = say::poster_best(
            &counted(best.syringes, count::SYRINGE, count::SYRINGES),
            &french::month(best.month),
        );
        view! { <p class="poster-best"><Icon path=BASKET/><span>{words}</span></p> }
    });
    let seen = it
        .settings
        .city
        .as_ref()
        .map(|city| say::poster_found_one(&city.to_the()));
    let address = public_url.map(|url| format!("{url}/resultats/{}", it.slug));
    let name = it.settings.name.clone();
    view! {
        {crumbs(back, say::POSTER_BACK)}
        <p class="note info on-screen"><span>{say::POSTER_PRINT_HELP}</span></p>
        <article class="card poster">
            <p class="poster-name">{name}</p>
            <h1>{say::poster_title(&it.year)}</h1>
            <p class="poster-intro">{intro(&it.settings)}</p>
            {figures(it, year)}
            {best}
            <div class="poster-two">
                <section>
                    <h2>{say::OUTINGS_TITLE}</h2>
                    {outings_chart(it).picture()}
                </section>
                {areas}
            </div>
            {seen.map(|words| view! { <p class="poster-foot">{words}</p> })}
            {address.map(|text| view! { <p class="poster-foot">{text}</p> })}
        </article>
    }
    .into_any()
}

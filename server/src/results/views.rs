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
    let none = rows
        .is_empty()
        .then(|| view! { <p>"Pas encore de programme."</p> });
    view! {
        <div class="head">
            <div>
                <h1>"Résultats"</h1>
                <p class="soft">"Des sorties où l’on ramasse ensemble les seringues laissées dehors."</p>
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
        .then(|| view! { <p class="soft">"L’année n’est pas finie."</p> });
    view! {
        <div class="head">
            <div>
                <h1>{format!("Résultats {}", it.year)}</h1>
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
        .map(|it| format!(" avec {}", it.the()));
    format!(
        "{by} organise les sorties{}. On ramasse ensemble les seringues laissées dehors.",
        with.unwrap_or_default()
    )
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
    Some(view! { <nav class="actions tabs years" aria-label="Années">{links}</nav> }.into_any())
}

/// Four figures, with the words that say what each is.
fn figures(it: &Results, year: Year) -> AnyView {
    let figure =
        |n: String, words: String| view! { <li class="card"><strong>{n}</strong>{words}</li> };
    let syringes = it.total().map(|total| {
        let words = match period(&total, it.year) {
            None => "seringues ramassées".to_owned(),
            Some(when) => format!("seringues ramassées, {when}"),
        };
        figure(number(total.total), words)
    });
    let outings = figure(
        number(year.outings),
        plural(year.outings, "sortie", "sorties"),
    );
    let places = i64::try_from(it.places).unwrap_or(i64::MAX);
    let places = (places > 0).then(|| {
        let words = plural(places, "lieu public nettoyé", "lieux publics nettoyés");
        figure(number(places), words)
    });
    let hours =
        (year.hours() > 0).then(|| figure(number(year.hours()), "heures données, environ".into()));
    view! { <ul class="tiles" aria-label="L’année en chiffres">{outings}{syringes}{places}{hours}</ul> }
        .into_any()
}

fn plural(n: i64, one: &str, many: &str) -> String {
    if n < 2 { one.into() } else { many.into() }
}

/// « de janvier à octobre », « de novembre 2024 à décembre 2025 »; nothing when it is the whole year.
fn period(told: &Told, year: i16) -> Option<String> {
    let whole = |it: Day, month| it.0.year() == year && it.0.month() == month;
    if whole(told.first, 1) && whole(told.last, 12) {
        return None;
    }
    let of = |it: Day| match told.first.0.year() == year {
        true => french::month_name(it).to_owned(),
        false => french::month(it),
    };
    Some(match told.first == told.last {
        true => format!("en {}", of(told.first)),
        false => format!("de {} à {}", of(told.first), of(told.last)),
    })
}

/// What the number of syringes is, and what it is not.
fn what_counts(it: &Results) -> &'static str {
    match it.total() {
        Some(_) => {
            "Les seringues ramassées dehors sont comptées ici. Celles qu’on rapporte au comptoir se \
             comptent à part\u{a0}: on n’ajoute jamais les deux."
        }
        None => {
            "Le total des seringues paraît plus tard\u{a0}: quand il y a assez de lieux pour qu’il ne \
             parle d’aucun en particulier."
        }
    }
}

fn outings_card(it: &Results) -> AnyView {
    view! {
        <section class="card">
            <h2>"Les sorties, mois par mois"</h2>
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
    let all = counted(it.months.iter().sum(), "sortie", "sorties");
    Chart {
        id: "sorties-mois",
        title: format!("{all} en {}, mois par mois", it.year),
        heads: ("Mois", "Sorties"),
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
        title: counted(
            total.total,
            "seringue ramassée dehors",
            "seringues ramassées dehors",
        ),
        heads: ("Sorties terminées en", "Seringues"),
        bars: bars.collect(),
    };
    Some(
        view! {
            <section class="card">
                <h2>"Les seringues ramassées"</h2>
                <p class="soft">"Des mois paraissent ensemble quand un seul en dirait trop sur un lieu."</p>
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
        false => format!("{} à {}", of(told.first), of(told.last)),
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
        title: format!("Seringues ramassées dans l’espace public en {}", it.year),
        heads: ("Quartier", "Seringues"),
        bars: bars.collect(),
    };
    let shown = match areas.is_empty() {
        true => view! {
            <p>"Rien à montrer encore pour cette année."</p>
        }
        .into_any(),
        false => chart.lying(),
    };
    view! {
        <section class="card">
            <h2>"Dans l’espace public"</h2>
            <p class="soft">"On ne dit jamais ce qui vient d’un seul lieu. Un quartier paraît quand il a assez de lieux. Les chiffres viennent à la fin de chaque trimestre."</p>
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
                <h2>"Les plus belles cueillettes"</h2>
                <p class="soft">"Des sorties, jamais des personnes."</p>
                <ol class="harvests" role="list">{rows}</ol>
            </section>
        }
        .into_any(),
    )
}

fn harvest(it: &Harvest) -> AnyView {
    let places = i64::try_from(it.places).unwrap_or(i64::MAX);
    let words = format!("{} seringues", number(it.syringes));
    let at = counted(places, "lieu public", "lieux publics");
    view! {
        <li>
            <Icon path=BASKET/>
            <span>
                <b>{words}</b>
                <small>{format!("Une sortie en {}, {at}", french::month(it.month))}</small>
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
                <h2>"Année par année"</h2>
                {scrolling("Année par année", view! {
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Année"</th>
                                <th scope="col" class="n">"Sorties"</th>
                                <th scope="col" class="n">"Heures, environ"</th>
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
            <h2>"À montrer, à réutiliser"</h2>
            <p class="actions">
                <a class="button" href=poster><Icon path=SHEET/>"Une affiche à imprimer"</a>
                <a class="button" href=csv download="resultats.csv"><Icon path=DOWNLOAD/>"Les données (CSV)"</a>
            </p>
            <p class="help">"Chacun peut reprendre ces chiffres, en disant d’où ils viennent\u{a0}: "{LICENCE}"."</p>
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
                <h2>"Ramassées dans l’espace public"</h2>
                <ul class="poster-areas" role="list">{areas}</ul>
            </section>
        }
    });
    let best = it.harvests.first().map(|best| {
        let words = format!(
            "La plus belle cueillette\u{a0}: {} seringues en une sortie, en {}.",
            number(best.syringes),
            french::month(best.month)
        );
        view! { <p class="poster-best"><Icon path=BASKET/><span>{words}</span></p> }
    });
    let seen = it.settings.city.as_ref().map(|city| {
        format!(
            "Une seringue dehors\u{a0}? On n’y touche pas. On le dit {}.",
            city.to_the()
        )
    });
    let address = public_url.map(|url| format!("{url}/resultats/{}", it.slug));
    let name = it.settings.name.clone();
    view! {
        {crumbs(back, "Les résultats")}
        <p class="note info on-screen"><span>"Pour imprimer\u{a0}: le menu du navigateur, puis «\u{a0}Imprimer\u{a0}». Tout tient sur une page A4."</span></p>
        <article class="card poster">
            <p class="poster-name">{name}</p>
            <h1>{format!("Ensemble, en {}", it.year)}</h1>
            <p class="poster-intro">{intro(&it.settings)}</p>
            {figures(it, year)}
            {best}
            <div class="poster-two">
                <section>
                    <h2>"Les sorties, mois par mois"</h2>
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

//! Sites at a desk: the list, what waits for an answer, one site with its history, a new one, the
//! map. Each handler loads what the wall lets through, then renders.

mod city;
mod list;
mod look;
mod map;
mod merge;
mod new;
pub mod point;
mod site;

pub use list::{list, waiting_words};
pub use look::look;
pub use map::map;
pub use merge::merge_page;
pub use new::{PlaceForm, form_page, new_page, review_page};
pub use point::{move_page, moving_page};
pub use site::{Wrong, detail, site_page};

use crate::access::{Caller, Role};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::sites::atlas::Filter;
use crate::sites::store::{Bounds, CitySite, Mark};
use crate::sites::{CoordinatorSite, from_public, open_within};
use app::ui::Icon;
use app::ui::pictograms::CHECK;
use domain::french::counted;
use domain::place::{Pictogram, SiteState};
use domain::time::DAY_MS;
use domain::{Instant, Nature};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use words::desk::common;
use words::desk::common::count;
use words::desk::sites as say;

/// Sites on one page of a list.
const SITES_PER_PAGE: usize = 50;

/// The shapes of the states, as on the map: a shape first, then a colour.
const SEEN: &str = "M5.5 12a6.5 6.5 0 1013 0 6.5 6.5 0 10-13 0z";
const PLANNED: &str = "M5.5 5.5h13v13h-13z";
const RETURNED: &str = "M12 4.5l8.5 15h-17z";

/// What a person asked to see, as the form gives it: empty is everything.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    etat: String,
    #[serde(default)]
    quartier: String,
    #[serde(default)]
    nature: String,
    #[serde(default)]
    depuis: String,
    /// `attente`: what was done longest ago first; otherwise by quarter.
    #[serde(default)]
    tri: String,
    #[serde(default)]
    page: usize,
    #[serde(default)]
    fait: String,
}

impl Asked {
    /// What cannot be read is not asked.
    fn filter(&self, now: Instant) -> Filter {
        Filter {
            state: SiteState::parse(&self.etat).ok(),
            quarter: match self.quartier.as_str() {
                "" => None,
                "hors" => Some(String::new()),
                id => Some(id.to_owned()),
            },
            since: self.days().map(|it| now.plus_ms(-it * DAY_MS)),
        }
    }

    /// The same question as the map asks it, and no more than what could be read of it.
    fn for_map(&self) -> String {
        let mut parts = Vec::new();
        if let Ok(state) = SiteState::parse(&self.etat) {
            parts.push(format!("state={}", state.as_str()));
        }
        if !self.quartier.is_empty() {
            let id = if self.quartier == "hors" {
                ""
            } else {
                &self.quartier
            };
            parts.push(format!("quarter={}", safe(id)));
        }
        if let Ok(nature) = Nature::parse(&self.nature) {
            parts.push(format!("nature={}", nature.as_str()));
        }
        if let Some(days) = self.days() {
            parts.push(format!("days={days}"));
        }
        format!("/api/v1/sites?{}", parts.join("&"))
    }

    /// Nothing is left out.
    fn is_all(&self) -> bool {
        [&self.etat, &self.quartier, &self.nature, &self.depuis]
            .iter()
            .all(|it| it.is_empty())
    }

    /// Days since a sign of life, as far as anybody can mean it.
    fn days(&self) -> Option<i64> {
        const DAYS_MAX: i64 = 36_500;
        let days = self.depuis.parse().ok();
        days.filter(|it| (0..=DAYS_MAX).contains(it))
    }

    /// The same question, for another page of its answer.
    fn query(&self, page: usize) -> String {
        format!(
            "etat={}&quartier={}&nature={}&depuis={}&tri={}&page={page}",
            safe(&self.etat),
            safe(&self.quartier),
            safe(&self.nature),
            safe(&self.depuis),
            safe(&self.tri),
        )
    }

    /// The same question from its beginning, in another order.
    fn sorted(&self, tri: &str) -> String {
        let tri = tri.to_owned();
        Self {
            tri,
            ..self.clone()
        }
        .query(0)
    }

    /// What was done longest ago, or never, comes first.
    fn by_wait(&self) -> bool {
        self.tri == "attente"
    }
}

/// Letters, figures and hyphens: all that a code has, and nothing that an address could stumble on.
fn safe(text: &str) -> String {
    let letters = text.chars();
    letters
        .filter(|c| c.is_alphanumeric() || *c == '-')
        .collect()
}

/// The sites a reader may know that answer the question: public ones by title, then for a
/// coordinator the discreet ones, of which only those that answer are opened.
async fn asked_sites(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    asked: &Asked,
) -> Result<Vec<CoordinatorSite>, Problem> {
    let filter = asked.filter(app.now());
    let nature = Nature::parse(&asked.nature).ok();
    let mut all = Vec::new();
    if nature != Some(Nature::Discreet) {
        let atlas = app.atlases.of(tx, caller.programme).await?;
        let sites = atlas.sites.iter().filter(|it| filter.lets_site(it));
        all.extend(sites.map(|it| from_public(CitySite::clone(it))));
    }
    if caller.role() == Role::Coordinator && nature != Some(Nature::Public) {
        let wanted = |it: &Mark| filter.lets_mark(it);
        let mut opened = open_within(tx, app, caller, Bounds::ALL, wanted).await?;
        all.append(&mut opened);
    }
    Ok(all)
}

/// The state of a site: a word, a shape and a colour, those of the map.
pub fn state_tag(state: SiteState) -> AnyView {
    state_tag_with(state, String::new())
}

/// The same, with something more to say after the word.
pub fn state_tag_with(state: SiteState, more: String) -> AnyView {
    let (class, path) = match state {
        SiteState::Seen => ("tag wait", SEEN),
        SiteState::Planned => ("tag info", PLANNED),
        SiteState::Done => ("tag ok", CHECK),
        SiteState::Returned => ("tag todo", RETURNED),
    };
    view! { <span class=class><Icon path=path/>{state.label()}{more}</span> }.into_any()
}

/// « lieu discret · proposé par un pair · square ou jardin »
fn about(site: &CoordinatorSite) -> String {
    let discreet = (site.nature == Nature::Discreet).then_some(common::DISCREET_SITE);
    let agreed = match (site.nature, site.residents_agree) {
        (Nature::Discreet, Some(false)) => Some(say::RESIDENTS_REFUSE),
        (Nature::Discreet, Some(true)) => Some(say::RESIDENTS_AGREE),
        _ => None,
    };
    let words = [
        discreet,
        agreed,
        origin(&site.about.origin),
        site.about.pictogram.map(Pictogram::label),
        site.about.agent.map(domain::fact::AgentAccess::label),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn origin(code: &str) -> Option<&'static str> {
    match code {
        "peer" => Some(say::ORIGIN_PEER),
        "city" => Some(say::ORIGIN_AGENT),
        _ => None,
    }
}

/// A choice among a few, as a labelled list.
fn choice(
    id: String,
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: &str,
) -> AnyView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name>{options}</select>
        </div>
    }
    .into_any()
}

/// The form that says what to see: the list and the map take the same.
fn filters(
    action: &'static str,
    asked: &Asked,
    quarters: &BTreeMap<String, String>,
    is_coordinator: bool,
) -> AnyView {
    let all = |words: &str| (String::new(), words.to_owned());
    let mut states = vec![all(common::ALL_MASCULINE)];
    states.extend(SiteState::ALL.map(|it| (it.as_str().to_owned(), it.label().to_owned())));
    let mut places = vec![all(common::ALL_MASCULINE)];
    places.extend(quarters.iter().map(|(id, name)| (id.clone(), name.clone())));
    places.push(("hors".into(), say::FILTER_NO_QUARTER.into()));
    let natures = vec![
        all(common::ALL_FEMININE),
        ("public".into(), say::FILTER_PUBLIC.into()),
        ("discreet".into(), common::DISCREET_SITE_TITLE.into()),
    ];
    let ages = vec![
        all(say::FILTER_ALWAYS),
        ("7".into(), say::FILTER_WEEK.into()),
        ("30".into(), say::FILTER_MONTH.into()),
        ("365".into(), say::FILTER_YEAR.into()),
    ];
    let quarter = (!quarters.is_empty()).then(|| {
        choice(
            "quartier".into(),
            "quartier",
            common::QUARTER,
            places,
            &asked.quartier,
        )
    });
    let nature = is_coordinator.then(|| {
        choice(
            "nature".into(),
            "nature",
            say::LABEL_NATURE,
            natures,
            &asked.nature,
        )
    });
    view! {
        <form class="card filters by-place" method="get" action=action aria-label=say::FILTERS_LABEL>
            {choice("etat".into(), "etat", common::STATE, states, &asked.etat)}
            {quarter}
            {nature}
            {choice("depuis".into(), "depuis", say::LABEL_SEEN_SINCE, ages, &asked.depuis)}
            <div class="field"><button>{say::APPLY_FILTERS}</button></div>
        </form>
    }
    .into_any()
}

/// « 14 lieux », and of which page.
fn how_many(n: usize) -> String {
    match n {
        0 => say::COUNT_NONE.into(),
        n => counted(
            i64::try_from(n).unwrap_or(i64::MAX),
            count::SITE,
            count::SITES,
        ),
    }
}

/// The way to the other pages of a list of `n` sites.
fn pages(path: &'static str, asked: &Asked, n: usize) -> Option<AnyView> {
    let last = n.saturating_sub(1) / SITES_PER_PAGE;
    let link = |page: usize, words: &'static str| {
        let href = format!("{path}?{}", asked.query(page));
        view! { <a class="button" href=href>{words}</a> }
    };
    // Beyond the last page there is the way back to it.
    let at = asked.page.min(last + 1);
    let before = (at > 0).then(|| link(at - 1, say::PAGES_BEFORE));
    let after = (at < last).then(|| link(at + 1, say::PAGES_AFTER));
    let (page, of) = (at + 1, last + 1);
    (last > 0).then(|| {
        view! {
            <nav class="actions turning" aria-label=common::MORE_OF_THE_LIST>
                {before}
                <span class="soft">{say::PAGE_NUMBER}" "{page}" "{say::PAGE_OF}" "{of}</span>
                {after}
            </nav>
        }
        .into_any()
    })
}

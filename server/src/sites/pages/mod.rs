//! Sites at a desk: the list with what waits for an answer first, one site with its history, the
//! map. Each handler loads what the wall lets through, then renders.

mod city;
mod list;
mod look;
mod map;
mod site;

pub use list::list;
pub use map::map;
pub use site::{Wrong, detail, site_page};

use crate::access::{Caller, Role};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::sites::atlas::Filter;
use crate::sites::store::CitySite;
use crate::sites::{CoordinatorSite, for_coordinator, from_public};
use domain::french::counted;
use domain::place::{Pictogram, SiteState};
use domain::time::DAY_MS;
use domain::{Instant, Nature};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Sites on one page of the list, and on a map without numbers.
const SITES_PER_PAGE: usize = 200;

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
    #[serde(default)]
    page: usize,
    #[serde(default)]
    fait: String,
}

impl Asked {
    /// What cannot be read is not asked.
    fn filter(&self, now: Instant) -> Filter {
        let days: Option<i64> = self.depuis.parse().ok();
        Filter {
            state: SiteState::parse(&self.etat).ok(),
            quarter: match self.quartier.as_str() {
                "" => None,
                "hors" => Some(String::new()),
                id => Some(id.to_owned()),
            },
            since: days.map(|it| now.plus_ms(-it * DAY_MS)),
        }
    }

    /// The same question, for another page of its answer.
    fn query(&self, page: usize) -> String {
        let safe = |text: &str| -> String {
            text.chars()
                .filter(|c| c.is_alphanumeric() || *c == '-')
                .collect()
        };
        format!(
            "etat={}&quartier={}&nature={}&depuis={}&page={page}",
            safe(&self.etat),
            safe(&self.quartier),
            safe(&self.nature),
            safe(&self.depuis),
        )
    }
}

/// The sites a reader may know that answer the question: public ones for the city, opened ones too
/// for a coordinator.
async fn asked_sites(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    asked: &Asked,
) -> Result<Vec<CoordinatorSite>, Problem> {
    let mut all = if caller.role() == Role::Coordinator && asked.nature != "public" {
        for_coordinator(tx, app, caller).await?
    } else {
        let atlas = app.atlases.of(tx, caller.programme).await?;
        atlas
            .sites
            .iter()
            .map(|it| from_public(CitySite::clone(it)))
            .collect()
    };
    let filter = asked.filter(app.now());
    let nature = Nature::parse(&asked.nature).ok();
    all.retain(|it| {
        let last = it.visits.seen_at.max(it.about.created_at);
        nature.is_none_or(|nature| nature == it.nature)
            && filter.lets(it.state, it.about.quarter.as_deref(), last)
    });
    Ok(all)
}

/// The state of a site: a word in a colour.
fn state_tag(state: SiteState) -> AnyView {
    let class = match state {
        SiteState::Seen => "tag todo",
        SiteState::Planned => "tag wait",
        SiteState::Done => "tag ok",
        SiteState::Returned => "tag alarm",
    };
    view! { <span class=class>{state.label()}</span> }.into_any()
}

/// « lieu discret · proposé par un pair · square ou jardin »
fn about(site: &CoordinatorSite) -> String {
    let discreet = (site.nature == Nature::Discreet).then_some("lieu discret");
    let agreed = match (site.nature, site.residents_agree) {
        (Nature::Discreet, Some(false)) => Some("les habitants ont dit non"),
        (Nature::Discreet, Some(true)) => Some("les habitants sont d’accord"),
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
        "peer" => Some("proposé par un pair"),
        "city" => Some("signalé par la mairie"),
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
    let mut states = vec![all("Tous")];
    states.extend(SiteState::ALL.map(|it| (it.as_str().to_owned(), it.label().to_owned())));
    let mut places = vec![all("Tous")];
    places.extend(quarters.iter().map(|(id, name)| (id.clone(), name.clone())));
    places.push(("hors".into(), "Hors quartier".into()));
    let natures = vec![
        all("Toutes"),
        ("public".into(), "Espace public".into()),
        ("discreet".into(), "Lieu discret".into()),
    ];
    let ages = vec![
        all("Toujours"),
        ("7".into(), "7 jours".into()),
        ("30".into(), "30 jours".into()),
        ("365".into(), "un an".into()),
    ];
    let quarter = (!quarters.is_empty()).then(|| {
        choice(
            "quartier".into(),
            "quartier",
            "Quartier",
            places,
            &asked.quartier,
        )
    });
    let nature =
        is_coordinator.then(|| choice("nature".into(), "nature", "Nature", natures, &asked.nature));
    view! {
        <form class="card filters" method="get" action=action aria-label="Choisir les lieux">
            {choice("etat".into(), "etat", "État", states, &asked.etat)}
            {quarter}
            {nature}
            {choice("depuis".into(), "depuis", "Vu depuis", ages, &asked.depuis)}
            <button>"Montrer"</button>
        </form>
    }
    .into_any()
}

fn how_many(n: usize) -> String {
    match n {
        0 => "Aucun lieu.".into(),
        n => counted(i64::try_from(n).unwrap_or(i64::MAX), "lieu.", "lieux."),
    }
}

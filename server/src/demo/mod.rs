//! The two demonstration programmes: a city and a small town, with their people, places and years
//! of outings. All of it is invented but the names of the city's streets.
//!
//! Loading is idempotent, and the same on every machine for a given day: ids, tokens and counts
//! come from names and from the day, never from chance (see `town.rs`). A demonstration is public (its passwords and
//! tokens are printed), so it refuses a database that holds a real programme.

mod haste;
mod history;
mod ledger;
mod notes;
mod people;
mod places;
mod settings;
mod store;
mod today;
mod town;

pub use settings::{bordeaux_settings, bourg_settings};

use crate::access::Role;
use crate::app::{App, local_day};
use crate::cli::Failure;
use crate::http::error::Problem;
use crate::programmes;
use domain::{Day, JoinCode, Nature, OutingId, PeerId, ProgrammeId, SiteId};
use serde::Serialize;
use std::fmt::Write;
use town::Town;

/// What was loaded: the city, and the other towns.
#[derive(Serialize)]
pub struct Loaded {
    #[serde(flatten)]
    main: LoadedTown,
    others: Vec<LoadedTown>,
}

/// One demonstration programme: all that a script or a visitor needs to use it.
#[derive(Serialize)]
struct LoadedTown {
    #[serde(skip)]
    name: String,
    slug: &'static str,
    programme: ProgrammeId,
    outing_today: OutingId,
    join_code: Option<String>,
    card: Card,
    tokens: Tokens,
    accounts: Vec<Account>,
    sites: Vec<Site>,
    peers: Vec<Peer>,
}

/// A peer's card that nobody used yet: `/entrer#` and its code. The first phone keeps it.
#[derive(Serialize)]
struct Card {
    peer: PeerId,
    code: String,
}

/// Bearer tokens for the API, by role.
#[derive(Serialize)]
struct Tokens {
    coordinator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    clerk: String,
    peer: String,
}

#[derive(Serialize)]
struct Account {
    role: &'static str,
    body: String,
    login: &'static str,
    secret: &'static str,
}

#[derive(Serialize)]
struct Site {
    id: SiteId,
    nature: Nature,
    lat: f64,
    lon: f64,
    title: &'static str,
}

#[derive(Serialize)]
struct Peer {
    id: PeerId,
    pseudonym: &'static str,
    surname: Option<&'static str>,
    first_name: Option<&'static str>,
}

/// Loads what is missing of both programmes; `scale` multiplies their history.
pub async fn load(app: &App, scale: u32) -> Result<Loaded, Failure> {
    let mut tx = app.db.read().await?;
    if programmes::has_real_ones(&mut tx).await? {
        return Err(
            "this database holds a real programme: load the demonstration into a database of \
             its own (--database)"
                .into(),
        );
    }
    drop(tx);
    Ok(Loaded {
        main: load_town(app, &Town::bordeaux(), scale).await?,
        others: vec![load_town(app, &Town::bourg(), scale).await?],
    })
}

async fn load_town(app: &App, town: &Town, scale: u32) -> Result<LoadedTown, Failure> {
    let first_day = settle(app, town).await?;
    let hasty = haste::in_haste(app).await?;
    history::load(&hasty, town, scale, first_day).await?;
    today::seen_again(&hasty, town, first_day).await?;
    haste::close(hasty).await;
    let (outing, code) = today::load(app, town).await?;
    Ok(LoadedTown::of(town, outing, code))
}

/// Makes the programme, its people and its places, all or nothing. Answers the day this was done:
/// its history stands before that day, however often and late this runs again.
async fn settle(app: &App, town: &Town) -> Result<Day, Failure> {
    let mut tx = app.db.read().await?;
    let made = store::created_at(&mut tx, town.id()).await?;
    drop(tx);
    if let Some(made) = made {
        return Ok(local_day(&town.settings, made));
    }
    let hash = people::password_hash().await?;
    let now = app.now();
    let mut tx = app.db.write().await?;
    programmes::insert(&mut tx, town.id(), town.slug, true, &town.settings, now).await?;
    people::bring(&mut tx, app, town, &hash).await?;
    places::bring(&mut tx, app, town).await?;
    tx.commit().await?;
    Ok(local_day(&town.settings, now))
}

/// A problem, as one sentence for the operator.
fn failed(problem: Problem) -> Failure {
    let why = problem.cause().unwrap_or(problem.code);
    format!(
        "the demonstration could not be loaded: {} ({why})",
        problem.detail
    )
    .into()
}

impl LoadedTown {
    fn of(town: &Town, outing_today: OutingId, code: Option<JoinCode>) -> Self {
        let has_agent = town.caller(Role::Agent).is_some();
        Self {
            name: town.settings.name.clone(),
            slug: town.slug,
            programme: town.id(),
            outing_today,
            join_code: code.map(|it| it.as_str().to_owned()),
            card: Card {
                peer: town.peer(&town.people[0]),
                code: town.card().as_str().to_owned(),
            },
            tokens: Tokens {
                coordinator: town.token(Role::Coordinator),
                agent: has_agent.then(|| town.token(Role::Agent)),
                clerk: town.token(Role::Clerk),
                peer: town.token(Role::Peer),
            },
            accounts: accounts_of(town),
            sites: sites_of(town),
            peers: peers_of(town),
        }
    }
}

fn accounts_of(town: &Town) -> Vec<Account> {
    let settings = &town.settings;
    let body = |role: Role| match role {
        Role::Agent => settings.city.as_ref().map(|it| it.name.clone()),
        Role::Clerk => Some(settings.payer.name.clone()),
        _ => Some(settings.association.name.clone()),
    };
    let account = |it: &people::Staff| Account {
        role: it.role.as_str(),
        body: body(it.role).unwrap_or_default(),
        login: it.login,
        secret: people::PASSWORD,
    };
    town.staff.iter().map(account).collect()
}

fn sites_of(town: &Town) -> Vec<Site> {
    let site = |it: &places::Place| Site {
        id: town.site(it),
        nature: it.nature,
        lat: it.at.0,
        lon: it.at.1,
        title: it.title,
    };
    town.places.iter().map(site).collect()
}

fn peers_of(town: &Town) -> Vec<Peer> {
    let peer = |it: &people::Person| Peer {
        id: town.peer(it),
        pseudonym: it.pseudonym,
        surname: it.civil.as_ref().map(|it| it.surname),
        first_name: it.civil.as_ref().map(|it| it.first_name),
    };
    town.people.iter().map(peer).collect()
}

impl Loaded {
    /// For a person at a terminal.
    pub fn as_text(&self) -> String {
        let mut text = String::new();
        for town in std::iter::once(&self.main).chain(&self.others) {
            // Writing to a string has no error.
            _ = town.tell(&mut text);
        }
        text.push_str(
            "Staff sign in at /connexion with an e-mail and its password. A phone joins today's\n\
             outing at /terrain with the code. Everything here is invented, and public: never\n\
             record real people or places beside it.",
        );
        text
    }
}

impl LoadedTown {
    fn tell(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "{}", self.name)?;
        for it in &self.accounts {
            let body = format!("{} ({})", it.role, it.body);
            writeln!(text, "  {body:<26} {:<32} {}", it.login, it.secret)?;
        }
        writeln!(text, "  {:<26} /entrer#{}", "a peer's card", self.card.code)?;
        match &self.join_code {
            Some(code) => writeln!(text, "  {:<26} {code}\n", "today's joining code"),
            None => writeln!(text, "  today's outing is over: come back tomorrow\n"),
        }
    }
}

#[cfg(test)]
mod tests;

//! `cueillette programme add|list`: the towns that one server serves.

use super::accounts::OPERATOR;
use super::{Failure, say};
use crate::access::accounts::set_up_link;
use crate::access::{Action, journal};
use crate::app::App;
use crate::programmes;
use clap::{Args, Subcommand};
use domain::allowance::{Rate, RateTable};
use domain::programme::{BodyName, Founding};
use domain::{Day, ProgrammeId, Settings, setting};
use jiff::tz::TimeZone;
use uuid::Uuid;

/// Letters of a short name.
const SLUG_LETTERS_MAX: usize = 40;

/// Programmes.
#[derive(Subcommand)]
pub(super) enum ProgrammeCommand {
    /// Found a programme; prints the link by which its first administrator comes in
    Add(FoundingFlags),
    /// List programmes: short name, id, town, time zone, bodies
    List,
}

/// What must be said at the beginning; everything else is set on `/reglages`.
#[derive(Args)]
pub struct FoundingFlags {
    /// Short name for commands and public addresses: small letters, figures and hyphens
    pub slug: String,
    /// Name on screens and documents, such as « A.P.C. Bordeaux »
    #[arg(long)]
    pub name: String,
    /// The town
    #[arg(long)]
    pub town: String,
    /// The association, as it is said: « La CASE », « l'entraide »
    #[arg(long)]
    pub association: String,
    /// Who pays, as it is said: « le CCAS »
    #[arg(long)]
    pub payer: String,
    /// The city's service, as it is said: « la mairie »; leave it out where none takes part
    #[arg(long)]
    pub city: Option<String>,
    /// Euros for one person and one outing
    #[arg(long, default_value = "15,00")]
    pub amount: String,
    /// Where its days begin and end: Europe/Paris, Indian/Reunion, America/Cayenne…
    #[arg(long, default_value = "Europe/Paris")]
    pub time_zone: String,
}

/// Founds or lists programmes.
pub(super) async fn run(app: &App, command: ProgrammeCommand) -> Result<(), Failure> {
    match command {
        ProgrammeCommand::Add(flags) => add(app, flags).await,
        ProgrammeCommand::List => list(app).await,
    }
}

async fn add(app: &App, flags: FoundingFlags) -> Result<(), Failure> {
    let (id, token) = found(app, &flags).await?;
    let slug = &flags.slug;
    say!("{slug}\t{id}")?;
    let origin = app.public_url.as_deref().unwrap_or("http://127.0.0.1:3000");
    say!("{}", set_up_line(origin, slug, &token))
}

/// Founds a programme; answers its id, and the token of its first administrator's link.
pub async fn found(app: &App, flags: &FoundingFlags) -> Result<(ProgrammeId, String), Failure> {
    let slug = slug_of(&flags.slug)?;
    let settings = founded(app, flags)?;
    let (id, now) = (ProgrammeId(Uuid::now_v7()), app.now());
    let mut tx = app.db.write().await?;
    if programmes::has_demo_ones(&mut tx).await? {
        return Err(
            "this database holds the demonstration, whose passwords are public: found the \
             programme in a database of its own (--database)"
                .into(),
        );
    }
    if programmes::by_slug(&mut tx, slug).await?.is_some() {
        return Err(Failure(format!(
            "there is a programme called {slug} already"
        )));
    }
    programmes::insert(&mut tx, id, slug, false, &settings, now).await?;
    let about = [format!("programme:{id}")];
    journal::write(&mut tx, id, OPERATOR, Action::ProgrammeFounded, &about, now).await?;
    let token = set_up_link(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok((id, token))
}

/// What is told of a programme that nobody can come into yet.
pub(super) fn set_up_line(origin: &str, slug: &str, token: &str) -> String {
    format!(
        "Cueillette: {slug} has no account yet. For its first administrator, once, within \
         24 hours: {origin}/invitation/{token}"
    )
}

/// Its settings as they begin, or why they cannot be.
fn founded(app: &App, flags: &FoundingFlags) -> Result<Settings, Failure> {
    let body = |option: &str, said: &str| {
        BodyName::parse(said).map_err(|_| Failure(format!("--{option} needs a name")))
    };
    let zone = TimeZone::get(&flags.time_zone).map_err(|_| {
        Failure(format!(
            "{} is no time zone: give one such as Europe/Paris or Indian/Reunion",
            flags.time_zone
        ))
    })?;
    let amount_cents = setting::euros("amount", &flags.amount)
        .map_err(|_| Failure(format!("{} is no amount in euros", flags.amount)))?;
    // From the first of January, so that the year's first outings are worth the same.
    let from = Day(app.now().timestamp().to_zoned(zone).date().first_of_year());
    let rates = RateTable::new(vec![Rate { from, amount_cents }])
        .map_err(|_| Failure("--amount must be above zero".into()))?;
    Ok(Settings::founded(Founding {
        name: words("name", &flags.name)?,
        town: words("town", &flags.town)?,
        time_zone: flags.time_zone.clone(),
        association: body("association", &flags.association)?,
        city: flags
            .city
            .as_deref()
            .map(|it| body("city", it))
            .transpose()?,
        payer: body("payer", &flags.payer)?,
        rates,
    }))
}

fn words(option: &str, said: &str) -> Result<String, Failure> {
    match said.trim() {
        "" => Err(Failure(format!("--{option} needs a name"))),
        said => Ok(said.to_owned()),
    }
}

/// Part of addresses and file names, so nothing else may be in it.
fn slug_of(text: &str) -> Result<&str, Failure> {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let whole = text.chars().all(known) && !text.starts_with('-') && !text.ends_with('-');
    // A programme is also named by its id: a short name that reads like one would be taken for it.
    let is_id = text.parse::<ProgrammeId>().is_ok();
    if text.is_empty() || text.len() > SLUG_LETTERS_MAX || !whole || is_id {
        return Err(Failure(format!(
            "{text:?} is no short name: up to {SLUG_LETTERS_MAX} small letters, figures and hyphens"
        )));
    }
    Ok(text)
}

async fn list(app: &App) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    for (id, slug, settings) in programmes::all(&mut tx).await? {
        let bodies = [
            Some(settings.association.the()),
            settings.city.as_ref().map(BodyName::the),
            Some(settings.payer.the()),
        ];
        let bodies: Vec<String> = bodies.into_iter().flatten().collect();
        say!(
            "{slug}\t{id}\t{}\t{}\t{}",
            settings.town,
            settings.time_zone,
            bodies.join(", ")
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_fits_into_an_address_and_a_file_name() {
        for good in ["bordeaux", "saint-denis-974", "x"] {
            assert_eq!(slug_of(good).unwrap(), good);
        }
        let long = "a".repeat(SLUG_LETTERS_MAX + 1);
        let id = "0193a1b2-c3d4-7000-8000-000000000001";
        for wrong in ["", "Bordeaux", "../x", "a b", "-a", "a-", "é", &long, id] {
            assert!(slug_of(wrong).is_err(), "{wrong}");
        }
    }
}

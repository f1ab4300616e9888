//! The ends of what the law and the programme's settings give a term: peers that nobody met for
//! long, pictures, discreet sites that are over, months of the journal, accesses that open nothing.
//!
//! Facts stay: what is sealed loses its key, rows that are no facts are emptied. Each end is one
//! transaction that also writes into the journal what it ended.

use super::store;
use crate::access::journal::{self, chain};
use crate::access::{Action, Actor, Role, Scope, seal};
use crate::app::{App, local_day};
use crate::db::{DbError, Tx};
use crate::{people, programmes};
use domain::time::DAY_MS;
use domain::{FactId, Instant, PeerId, ProgrammeId, Settings, SiteId};
use std::collections::HashSet;

/// More of one kind than this are counted in the journal, and not named.
const NAMED_MAX: usize = 50;
/// An ended card is known as one for so long.
const ENDED_CARD_MS: i64 = 90 * DAY_MS;

/// Ends what is due, of every programme; one line for each kind of thing.
pub async fn run(app: &App) -> Result<Vec<String>, DbError> {
    let mut tx = app.db.read().await?;
    let all = chain::store::programmes(&mut tx).await?;
    drop(tx);
    let mut done = Vec::new();
    for (programme, slug) in all {
        let told = of_programme(app, programme).await?;
        done.extend(told.into_iter().map(|it| format!("{slug}: {it}")));
    }
    let swept = sweep(app).await?;
    if swept > 0 {
        done.push(format!(
            "{swept} sessions, codes and invitations that had ended"
        ));
    }
    Ok(done)
}

async fn of_programme(app: &App, programme: ProgrammeId) -> Result<Vec<String>, DbError> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    drop(tx);
    let mut done = Vec::new();
    let mut tell = |n: usize, what: &str| {
        if n > 0 {
            done.push(format!("{n} {what}"));
        }
    };
    tell(peers(app, programme, &settings).await?, "peers forgotten");
    tell(
        photos(app, programme, &settings).await?,
        "pictures destroyed",
    );
    tell(
        sites(app, programme, &settings).await?,
        "discreet sites emptied",
    );
    tell(
        words(app, programme, &settings).await?,
        "outings and months without their words",
    );
    tell(access(app, programme).await?, "tokens and cards emptied");
    let first_kept = months_ago(app.now(), settings.terms.journal_months);
    let first_kept: String = first_kept.to_string().chars().take(7).collect();
    for (month, rows) in chain::destroy_before(app, programme, &first_kept).await? {
        done.push(format!("the journal of {month} destroyed ({rows} rows)"));
    }
    Ok(done)
}

/// The same moment, so many months ago.
pub(crate) fn months_ago(now: Instant, months: u32) -> Instant {
    let zoned = now.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    let span = jiff::Span::new().months(i32::try_from(months).unwrap_or(i32::MAX));
    let then = zoned.checked_sub(span);
    then.map_or(Instant::from_ms(0), |it| {
        Instant::from_ms(it.timestamp().as_millisecond())
    })
}

async fn tell(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    action: Action,
    named: Vec<String>,
) -> Result<(), DbError> {
    let nobody = Actor {
        role: Role::Anon,
        id: None,
    };
    let subjects = match named.len() {
        n if n > NAMED_MAX => vec![format!("rows:{n}")],
        _ => named,
    };
    journal::write(tx, programme, nobody, action, &subjects, app.now()).await
}

/// Peers whom nobody met for the programme's term. Where money is still owed, the name and the
/// pseudonym wait for it, and only what lets them in goes.
async fn peers(app: &App, programme: ProgrammeId, settings: &Settings) -> Result<usize, DbError> {
    let since = months_ago(app.now(), settings.terms.peer_months);
    let mut tx = app.db.read().await?;
    let contacts = people::store::last_contacts(&mut tx, programme).await?;
    drop(tx);
    let mut due: Vec<PeerId> = contacts
        .into_iter()
        .filter(|(_, at)| *at <= since.as_ms())
        .map(|(peer, _)| peer)
        .collect();
    due.sort();
    if due.is_empty() {
        return Ok(0);
    }
    let mut tx = app.db.write().await?;
    let owed = people::store::owed(&mut tx, programme).await?;
    let owed: HashSet<PeerId> = owed.iter().map(people::store::Owed::peer).collect();
    let (mut forgotten, mut waiting) = (Vec::new(), Vec::new());
    for peer in due {
        let name = format!("peer:{peer}");
        if owed.contains(&peer) {
            if people::store::end_access(&mut tx, programme, peer, app.now()).await? > 0 {
                waiting.push(name);
            }
        } else if people::erase::erase(&mut tx, programme, peer, app.now()).await? {
            forgotten.push(name);
        }
    }
    let n = forgotten.len();
    for (named, action) in [
        (forgotten, Action::PeersEnded),
        (waiting, Action::PeersWait),
    ] {
        if !named.is_empty() {
            tell(&mut tx, app, programme, action, named).await?;
        }
    }
    tx.commit().await?;
    Ok(n)
}

/// Pictures of flags. The flag stays.
async fn photos(app: &App, programme: ProgrammeId, settings: &Settings) -> Result<usize, DbError> {
    let since = months_ago(app.now(), settings.terms.photo_months);
    let mut tx = app.db.write().await?;
    let due = store::photos_before(&mut tx, programme, since).await?;
    let mut named = Vec::with_capacity(due.len());
    for id in due {
        store::delete_photo(&mut tx, programme, id).await?;
        seal::destroy(&mut tx, programme, Scope::Photo(FactId(id))).await?;
        named.push(format!("photo:{id}"));
    }
    let n = named.len();
    if n > 0 {
        tell(&mut tx, app, programme, Action::PhotosEnded, named).await?;
    }
    tx.commit().await?;
    Ok(n)
}

/// What is sealed of discreet sites that were closed, or merged into another, some days ago.
async fn sites(app: &App, programme: ProgrammeId, settings: &Settings) -> Result<usize, DbError> {
    let days_ms = i64::from(settings.terms.closed_site_days) * DAY_MS;
    let since = app.now().plus_ms(-days_ms);
    let mut tx = app.db.write().await?;
    let due = store::closed_sites_before(&mut tx, programme, since).await?;
    let mut named = Vec::with_capacity(due.len());
    for id in due {
        store::empty_site(&mut tx, programme, SiteId(id)).await?;
        seal::destroy(&mut tx, programme, Scope::Site(SiteId(id))).await?;
        named.push(format!("site:{id}"));
    }
    let n = named.len();
    if n > 0 {
        tell(&mut tx, app, programme, Action::SitesEnded, named).await?;
    }
    tx.commit().await?;
    Ok(n)
}

/// Words, notes and « ici » points of outings of long ago, and of what belonged to none. What was
/// counted stays: facts are never touched, only the key goes.
async fn words(app: &App, programme: ProgrammeId, settings: &Settings) -> Result<usize, DbError> {
    let since = months_ago(app.now(), settings.terms.outing_months);
    let day = local_day(settings, since);
    let mut tx = app.db.write().await?;
    let due = store::words_before(&mut tx, programme, day, since).await?;
    for scope in &due {
        seal::end(&mut tx, programme, *scope, app.now()).await?;
    }
    let named: Vec<String> = due.iter().map(|it| it.journal_name()).collect();
    let n = named.len();
    if n > 0 {
        tell(&mut tx, app, programme, Action::WordsEnded, named).await?;
    }
    tx.commit().await?;
    Ok(n)
}

/// Tokens of crew phones that may hand in nothing any more, and cards that ended long ago.
async fn access(app: &App, programme: ProgrammeId) -> Result<usize, DbError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let phones = store::empty_phones(&mut tx, programme, now).await?;
    let cards = store::delete_cards(&mut tx, programme, now.plus_ms(-ENDED_CARD_MS)).await?;
    let n = phones + cards;
    if n > 0 {
        tell(
            &mut tx,
            app,
            programme,
            Action::AccessEnded,
            vec![format!("rows:{n}")],
        )
        .await?;
    }
    tx.commit().await?;
    Ok(n)
}

/// What ended by itself and only takes room: of all programmes.
async fn sweep(app: &App) -> Result<u64, DbError> {
    let mut tx = app.db.write().await?;
    let swept = store::sweep(&mut tx, app.now()).await?;
    tx.commit().await?;
    Ok(swept)
}

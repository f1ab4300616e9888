//! People whom the team met last long ago, and to whom money is still owed: their name waits with
//! it, and coordinators see that it does.

use super::store::{self, Peer};
use crate::app::local_day;
use crate::db::{DbError, Tx};
use crate::http::pieces::listed;
use crate::upkeep::ends::months_ago;
use app::ui::pictograms::NEXT;
use app::ui::{Icon, SignPicture};
use domain::french::{amount, counted, date};
use domain::{Cents, Instant, PeerId, ProgrammeId, Settings};
use leptos::prelude::*;
use std::collections::HashMap;
use words::desk::common::count;
use words::desk::people::away as say;

/// Somebody who is away, and whose money waits.
pub struct Away {
    peer: Peer,
    owed: Cents,
    last_met: Instant,
}

/// Who they are, the longest away first.
pub async fn who(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    now: Instant,
) -> Result<Vec<Away>, DbError> {
    let since = months_ago(now, settings.terms.peer_months);
    let day = local_day(settings, since);
    let mut owed = store::owed(tx, programme).await?;
    // Whoever came to an outing since was met there: most days nobody is left to look for.
    owed.retain(|it| it.is_from_before(day));
    if owed.is_empty() {
        return Ok(Vec::new());
    }
    let contacts = store::last_contacts(tx, programme).await?;
    let peers = store::all(tx, programme).await?;
    let mut by_id: HashMap<PeerId, Peer> = peers.into_iter().map(|it| (it.id, it)).collect();
    let mut away: Vec<Away> = owed
        .into_iter()
        .filter_map(|it| {
            let at = *contacts.get(&it.peer())?;
            Some(Away {
                peer: by_id.remove(&it.peer()).filter(|_| at <= since.as_ms())?,
                owed: Cents(it.cents),
                last_met: Instant::from_ms(at),
            })
        })
        .collect();
    away.sort_by_key(|it| (it.last_met, it.peer.id));
    Ok(away)
}

/// What waits, on the page of the team; nothing on most days.
pub fn card(away: &[Away], settings: &Settings) -> Option<AnyView> {
    if away.is_empty() {
        return None;
    }
    let rows: Vec<_> = away.iter().map(|it| row(it, settings)).collect();
    let n = i64::from(settings.terms.peer_months);
    let term = counted(n, count::MONTH, count::MONTHS);
    let without_name: Vec<String> = away
        .iter()
        .filter(|it| !it.peer.has_identity)
        .map(|it| it.peer.pseudonym.clone())
        .collect();
    let nameless = (!without_name.is_empty()).then(|| {
        let who = listed(&without_name);
        view! { <p class="soft">{say::WITHOUT_NAME}" "{who}"."</p> }
    });
    let view = view! {
        <section class="card accounts" id="attend">
            <h2>{say::TITLE}</h2>
            <p>{say::NOT_MET_SINCE}" "{term}{say::WHAT_IS_KEPT}</p>
            <ul class="rows">{rows}</ul>
            {nameless}
            <p class="soft">{say::WHEN_PAID}</p>
        </section>
    };
    Some(view.into_any())
}

fn row(it: &Away, settings: &Settings) -> AnyView {
    let href = format!("/equipe/{}", it.peer.id);
    let (name, owed) = (it.peer.pseudonym.clone(), amount(it.owed));
    let day = date(local_day(settings, it.last_met));
    view! {
        <li>
            <a class="row" href=href>
                <SignPicture sign=it.peer.sign/>
                <span class="row-text">
                    <b>{name}</b>
                    <small>{say::LAST_MET}" "{day}</small>
                </span>
                <b class="n">{owed}</b>
                <Icon path=NEXT/>
            </a>
        </li>
    }
    .into_any()
}

//! Crew phones: joining by code, and the pack a phone needs to work with no network.

use super::{code_mac, get, phone_terms, store, within_discreet_term};
use crate::access::credentials::{new_token, token_hash};
use crate::access::{Action, Caller, Who};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::{facts, people, programmes, sites};
use domain::crew::{
    JoinAnswer, JoinRequest, Pack, PackLimits, PackOuting, PackPeer, PackSite, PackTexts,
};
use domain::fact::Whose;
use domain::limits::{COUNT_MAX, FACTS_PER_BATCH_MAX};
use domain::{Invalid, JoinCode, Nature, OutingId, ProgrammeId, Settings, SiteId, french};
use std::collections::HashMap;
use std::net::IpAddr;
use store::{Joining, Outing};

/// Lets a phone join the outing of a code.
pub async fn join(app: &App, from: IpAddr, asked: &JoinRequest) -> Result<JoinAnswer, Problem> {
    let now = app.now();
    app.join_tries
        .may_try(from, now)
        .map_err(Problem::too_many)?;
    let wrong = |problem: Problem| {
        app.join_tries.wrong(from, now);
        problem
    };
    let code: JoinCode = asked.code.parse().map_err(|e: Invalid| wrong(e.into()))?;
    let mut tx = app.db.write().await?;
    let Some((programme, id)) = store::by_code(&mut tx, code_mac(app, &code)).await? else {
        return Err(wrong(Problem::unknown(
            "code",
            "unknown_code",
            "Ce code n’existe pas, ou ne sert plus. Demandez-le encore une fois.",
        )));
    };
    let outing = super::hold(&mut tx, programme, id).await?;
    check_joinable(&outing, now).map_err(wrong)?;
    let settings = programmes::settings(&mut tx, programme).await?;
    let (reads_until, hands_in_until) = phone_terms(&settings, &outing);
    let token = new_token("crew");
    let joining = Joining {
        programme,
        outing: id,
        device: asked.device,
        token_hash: token_hash(&token),
        now,
        reads_until,
        hands_in_until,
    };
    if !store::join(&mut tx, joining).await? {
        return Err(Problem::state(
            "phone_revoked",
            "Ce téléphone a été retiré de la sortie. Parlez-en à un·e professionnel·le.",
        ));
    }
    tx.commit().await?;
    Ok(JoinAnswer {
        token,
        outing: id,
        programme,
        expires_at: reads_until,
    })
}

fn check_joinable(outing: &Outing, now: domain::Instant) -> Result<(), Problem> {
    if !outing.state.may_be_joined() {
        return Err(super::wrong_state(outing.state));
    }
    if outing.code_expires_at.is_none_or(|until| until <= now) {
        let mut problem = Problem::state(
            "code_expired",
            "Ce code ne sert plus. Demandez le nouveau code.",
        );
        problem.errors = vec![Invalid::new("code", "code_expired").0];
        return Err(problem);
    }
    Ok(())
}

/// What a joined phone may know of its outing, opened for it when it was confirmed.
pub async fn pack(app: &App, caller: &Caller) -> Result<Pack, Problem> {
    let Who::Phone {
        outing: id,
        device,
        whose,
        ..
    } = caller.who
    else {
        return Err(Problem::forbidden());
    };
    let now = app.now();
    let mut tx = app.db.write().await?;
    let outing = get(&mut tx, caller, id).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let confirmed = matches!(whose, Some(Whose::Association | Whose::Peer));
    let discreet = confirmed && within_discreet_term(&settings, &outing, now);
    let pack = Pack {
        sites: sites_of(&mut tx, app, caller, &outing, discreet).await?,
        peers: crew_of(&mut tx, caller.programme, id, confirmed).await?,
        texts: texts_of(&settings),
        limits: PackLimits {
            facts_per_batch: FACTS_PER_BATCH_MAX,
            count_max: COUNT_MAX,
            full_box_litres: settings.full_box_litres,
            full_box_count: settings.full_box_count,
        },
        help: settings.help.clone(),
        lead: None,
        server_time: now,
        outing: PackOuting {
            id,
            day: outing.day,
            title: format!("Sortie de {}", french::weekday(outing.day)),
            state: outing.state.as_str().into(),
            reads_until: phone_terms(&settings, &outing).0,
        },
    };
    store::phone_seen(&mut tx, caller.programme, id, device, now).await?;
    tx.commit().await?;
    Ok(pack)
}

async fn sites_of(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    outing: &Outing,
    discreet: bool,
) -> Result<Vec<PackSite>, Problem> {
    let programme = caller.programme;
    let mut known: HashMap<SiteId, PackSite> = HashMap::new();
    for site in sites::store::public_sites_of(tx, programme, outing.id).await? {
        known.insert(
            site.id,
            PackSite {
                id: site.id,
                title: site.title,
                nature: Nature::Public,
                lat: site.at.lat(),
                lon: site.at.lon(),
                state: site.state,
            },
        );
    }
    if discreet {
        for site in opened_sites_of(tx, app, caller, outing.id).await? {
            known.insert(site.id, site);
        }
    }
    let order = store::site_ids(tx, programme, outing.id).await?;
    Ok(order.iter().filter_map(|id| known.remove(id)).collect())
}

async fn opened_sites_of(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    outing: OutingId,
) -> Result<Vec<PackSite>, Problem> {
    let programme = caller.programme;
    let sealed = sites::store::discreet_sites_of(tx, programme, outing).await?;
    let opened = sites::open(tx, app, caller, Action::PackGiven, sealed).await?;
    Ok(opened
        .into_iter()
        .map(|site| PackSite {
            id: site.id,
            title: site.title,
            nature: Nature::Discreet,
            lat: site.at.lat(),
            lon: site.at.lon(),
            state: site.state,
        })
        .collect())
}

/// Its own crew only, and only once a coordinator said whose the phone is.
async fn crew_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    confirmed: bool,
) -> Result<Vec<PackPeer>, Problem> {
    if !confirmed {
        return Ok(Vec::new());
    }
    let marks = facts::store::marks(tx, programme, outing).await?;
    let present = domain::presence::confirmed(marks);
    let peers = people::store::all(tx, programme).await?;
    Ok(peers
        .into_iter()
        .filter(|peer| present.contains(&peer.id))
        .map(|peer| PackPeer {
            id: peer.id,
            sign: peer.sign,
            pseudonym: peer.pseudonym,
            present: true,
        })
        .collect())
}

fn texts_of(settings: &Settings) -> PackTexts {
    PackTexts {
        association: settings.association.the(),
        city: settings.city.as_ref().map(|it| it.the()),
    }
}

//! Crew phones: joining by code, and the pack a phone needs to work with no network.

pub mod store;

use super::store::{self as outings, Outing};
use super::{code_mac, get, phone_terms, within_discreet_term, wrong_state};
use crate::access::credentials::{new_token, token_hash};
use crate::access::{Action, Actor, Caller, Role, Who, journal};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::{facts, people, programmes, sites};
use app::ui::signs;
use domain::crew::{
    JoinAnswer, JoinRequest, Pack, PackAnimal, PackEquipment, PackLead, PackLimits, PackOuting,
    PackPeer, PackPhone, PackSign, PackSite, PackTexts,
};
use domain::fact::Whose;
use domain::limits::{COUNT_MAX, FACTS_PER_BATCH_MAX};
use domain::outing::{AboutAgent, Equipment};
use domain::{
    AccountId, Animal, DeviceId, Instant, Invalid, JoinCode, Nature, OutingId, ProgrammeId,
    Settings, Sign, SiteId, french,
};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use store::Joining;
use words::desk::outings::crew as say;

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
    let mac = code_mac(app, &code);
    let Some(opened) = opened_by(&mut tx, &mac).await? else {
        return Err(wrong(unknown_code()));
    };
    let (programme, id) = (opened.programme, opened.outing);
    let outing = super::hold(&mut tx, programme, id).await?;
    check_joinable(&outing, &opened, now).map_err(wrong)?;
    let whose = match opened.account {
        Some(_) => Some(Whose::Association),
        None => facts::store::whose(&mut tx, programme, id, asked.device).await?,
    };
    if let Some(account) = opened.account {
        if !store::use_personal_code(&mut tx, mac).await? {
            return Err(wrong(unknown_code()));
        }
        let actor = Actor {
            role: Role::Coordinator,
            id: Some(account.0),
        };
        let subjects = [format!("outing:{id}"), format!("phone:{}", asked.device)];
        let action = Action::OwnPhoneJoined;
        journal::write(&mut tx, programme, actor, action, &subjects, now).await?;
    }
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
        whose,
        account: opened.account,
    };
    if !store::join(&mut tx, joining).await? {
        return Err(Problem::state("phone_revoked", say::PHONE_REMOVED));
    }
    tx.commit().await?;
    Ok(JoinAnswer {
        token,
        outing: id,
        programme,
        expires_at: reads_until,
    })
}

/// What a code opens.
struct Opened {
    programme: ProgrammeId,
    outing: OutingId,
    /// Whose own phone it makes, for a personal code.
    account: Option<AccountId>,
    /// Until when, for a personal code.
    until: Option<Instant>,
}

/// The outing's code first: whatever the crew was told is never taken for somebody's own.
async fn opened_by(tx: &mut Tx, mac: &[u8]) -> Result<Option<Opened>, Problem> {
    if let Some((programme, outing)) = super::store::by_code(tx, mac.to_vec()).await? {
        return Ok(Some(Opened {
            programme,
            outing,
            account: None,
            until: None,
        }));
    }
    let personal = store::personal_code(tx, mac.to_vec()).await?;
    Ok(personal.map(|it| Opened {
        programme: it.programme,
        outing: it.outing,
        account: Some(it.account),
        until: Some(it.expires_at),
    }))
}

fn unknown_code() -> Problem {
    Problem::unknown("code", "unknown_code", say::CODE_UNKNOWN)
}

fn check_joinable(outing: &Outing, opened: &Opened, now: Instant) -> Result<(), Problem> {
    if !outing.state.may_be_joined() {
        return Err(wrong_state(outing.state));
    }
    let until = opened.until.or(outing.code_expires_at);
    if until.is_none_or(|until| until <= now) {
        let mut problem = Problem::state("code_expired", say::CODE_EXPIRED);
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
        account,
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
        peers: match account {
            Some(_) => everybody(&mut tx, caller.programme, id).await?,
            None => crew_of(&mut tx, caller.programme, id, confirmed).await?,
        },
        texts: texts_of(&settings),
        limits: PackLimits {
            facts_per_batch: FACTS_PER_BATCH_MAX,
            count_max: COUNT_MAX,
            full_box_litres: settings.full_box_litres,
            full_box_count: settings.full_box_count,
        },
        base_map: format!("/base-map/{}.pmtiles", caller.programme),
        help: settings.help.clone(),
        lead: match account {
            Some(_) => Some(lead_of(&mut tx, caller.programme, &settings, id, device).await?),
            None => None,
        },
        server_time: now,
        outing: PackOuting {
            id,
            day: outing.day,
            title: say::pack_title(&french::weekday(outing.day)),
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
    if !discreet {
        // By title: the order of a walk would tell where its discreet places are.
        let mut public: Vec<PackSite> = known.into_values().collect();
        public.sort_by(|a, b| (&a.title, a.id).cmp(&(&b.title, b.id)));
        return Ok(public);
    }
    let order = super::store::site_ids(tx, programme, outing.id).await?;
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
    let mut crew = everybody(tx, programme, outing).await?;
    crew.retain(|it| it.present);
    Ok(crew)
}

/// The programme's peers, and who of them is noted present.
async fn everybody(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<PackPeer>, Problem> {
    let marks = facts::store::marks(tx, programme, outing).await?;
    let present = domain::presence::confirmed(marks);
    let peers = people::store::all(tx, programme).await?;
    Ok(peers
        .into_iter()
        .map(|peer| PackPeer {
            present: present.contains(&peer.id),
            id: peer.id,
            sign: peer.sign,
            pseudonym: peer.pseudonym,
        })
        .collect())
}

/// What a coordinator's own phone needs to lead with no network.
async fn lead_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    outing: OutingId,
    device: DeviceId,
) -> Result<PackLead, Problem> {
    // The phone obeys what was agreed about the agent by the rule it has, and a line to check.
    let accesses = outings::accesses(tx, programme, outing).await?;
    let mut rule = settings.green_light.for_walk(&accesses);
    let about_agent = AboutAgent::on_walk(&accesses);
    let mut equipment: Vec<PackEquipment> = Equipment::ALL
        .iter()
        .filter(|it| rule.equipment.iter().any(|code| code == it.code()))
        .map(|it| to_check(it.code(), it.label()))
        .collect();
    equipment.extend(about_agent.map(|it| to_check(it.code(), it.label())));
    rule.equipment
        .extend(about_agent.map(|it| it.code().into()));
    let phones = store::phones(tx, programme, outing).await?;
    let peers = people::store::all(tx, programme).await?;
    let taken: HashSet<Sign> = peers.iter().map(|it| it.sign).collect();
    Ok(PackLead {
        equipment,
        green_light: rule,
        phones: phones
            .into_iter()
            .filter(|it| !it.revoked && it.device_id != device.0)
            .map(|it| PackPhone {
                device: DeviceId(it.device_id),
                joined_at: Instant::from_ms(it.joined_at),
                whose: it.whose,
            })
            .collect(),
        signs: Sign::all()
            .map(|sign| PackSign {
                sign,
                label: sign.label(),
                taken: taken.contains(&sign),
            })
            .collect(),
        animals: Animal::ALL
            .iter()
            .map(|animal| {
                let (body, lines) = signs::strokes(*animal);
                PackAnimal {
                    animal: animal.code().into(),
                    body: body.into(),
                    lines: lines.into(),
                }
            })
            .collect(),
    })
}

fn to_check(code: &str, label: &str) -> PackEquipment {
    PackEquipment {
        code: code.into(),
        label: label.into(),
    }
}

fn texts_of(settings: &Settings) -> PackTexts {
    PackTexts {
        association: settings.association.the(),
        city: settings.city.as_ref().map(|it| it.the()),
    }
}

//! Proposals: places that peers and crews found. A coordinator decides each once; who proposed
//! sees what became of it.

pub mod api;
pub mod store;

use super::create::{NewPlace, insert};
use super::store as sites;
use crate::access::{Action, Actor, Caller, Opening, Scope, Sealer, Who};
use crate::app::App;
use crate::db::Tx;
use crate::facts;
use crate::http::error::Problem;
use domain::fact::AgentAccess;
use domain::outing::Reason;
use domain::people::Title;
use domain::place::{DeclineReason, Pictogram};
use domain::{AccountId, FactId, Instant, Invalid, Nature, OutingId, PeerId, Position, SiteId};
use serde_json::json;
use std::collections::HashSet;
use store::{Decision, SealedProposal, Words};
use uuid::Uuid;
use words::desk::sites::proposals as desk;

/// A proposal, opened for a coordinator or for who made it.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The fact.
    pub id: FactId,
    /// The outing it was made on.
    pub outing: Option<OutingId>,
    /// When it came in.
    pub received_at: Instant,
    /// By whom, as a role.
    pub from: String,
    /// Public or discreet.
    pub nature: Nature,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
    /// What the agent who walks along does there.
    pub agent: Option<AgentAccess>,
    /// Where.
    pub at: Option<Position>,
    /// Words of who proposed.
    pub note: Option<String>,
    /// What became of it, and when.
    pub decision: Option<(Decision, Instant)>,
    /// Words to who proposed.
    pub words: Option<String>,
    /// Its point and words came to their end.
    pub ended: bool,
}

async fn open(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    action: Action,
    sealed: Vec<SealedProposal>,
) -> Result<Vec<Proposal>, Problem> {
    let of_words = sealed
        .iter()
        .filter_map(|it| Some(it.words.as_ref()?.scope()));
    let of_facts = sealed
        .iter()
        .filter_map(|it| Some(it.sealed.as_ref()?.scope()));
    let mut named: Vec<Scope> = Vec::new();
    let mut seen = HashSet::new();
    named.extend(
        of_facts
            .chain(of_words)
            .filter(|it| seen.insert(it.journal_name())),
    );
    let actor = caller.as_coordinator().unwrap_or_else(|| caller.actor());
    let (programme, now) = (caller.programme, app.now());
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
    let mut opened = Vec::with_capacity(sealed.len());
    for it in sealed {
        let secret = match &it.sealed {
            Some(sealed) => opening.open_if_kept(tx, sealed).await?,
            None => Some(facts::FactSecret::default()),
        };
        let ended = secret.is_none();
        let secret = secret.unwrap_or_default();
        let words = match &it.words {
            Some(sealed) => opening.open_if_kept(tx, sealed).await?.map(|it| it.0),
            None => None,
        };
        opened.push(Proposal {
            id: it.id,
            outing: it.outing,
            received_at: it.received_at,
            from: it.from,
            nature: it.nature,
            residents_agree: it.residents_agree,
            agent: it.agent,
            at: secret
                .point
                .and_then(|(lat, lon)| Position::new(lat, lon).ok()),
            note: secret.words,
            decision: it.decision,
            words,
            ended,
        });
    }
    Ok(opened)
}

/// The proposals that wait for a coordinator, opened under one journal row.
pub async fn waiting(tx: &mut Tx, app: &App, caller: &Caller) -> Result<Vec<Proposal>, Problem> {
    let sealed = store::waiting(tx, caller.programme).await?;
    open(tx, app, caller, Action::ProposalsShown, sealed).await
}

/// The caller's own proposals.
pub async fn own(tx: &mut Tx, app: &App, caller: &Caller) -> Result<Vec<Proposal>, Problem> {
    let Who::Peer(peer) = caller.who else {
        return Ok(Vec::new());
    };
    let sealed = store::of_peer(tx, caller.programme, peer).await?;
    open(tx, app, caller, Action::ProposalsShown, sealed).await
}

/// A place that a peer found, checked.
#[derive(Clone, Debug)]
pub struct Found {
    /// Made by the caller: sent twice, it is one proposal.
    pub id: FactId,
    /// Public or discreet.
    pub nature: Nature,
    /// Where.
    pub at: Position,
    /// Words for the association.
    pub words: Option<String>,
    /// « Les habitants sont d'accord »; asked of discreet sites only.
    pub residents_agree: Option<bool>,
    /// What the agent who walks along does there.
    pub agent: Option<AgentAccess>,
}

impl From<&NewPlace> for Found {
    /// A proposal has no title of its own: a coordinator gives one. What was typed is kept in words.
    fn from(it: &NewPlace) -> Self {
        let words = match &it.note {
            Some(note) => format!("{}\n{}", it.title.as_str(), note.as_str()),
            None => it.title.as_str().to_owned(),
        };
        Self {
            id: FactId(it.id.0),
            nature: it.nature,
            at: it.at,
            words: Some(words.chars().take(domain::limits::NOTE_CHARS_MAX).collect()),
            residents_agree: it.residents_agree,
            agent: it.agent,
        }
    }
}

/// Keeps what a peer proposes through the API or on `/moi` as a fact like any other. Answers the
/// proposal as it is kept: the same id twice is one proposal.
pub async fn propose(
    app: &App,
    caller: &Caller,
    peer: PeerId,
    it: &Found,
) -> Result<Proposal, Problem> {
    if let Some(there) = own_one(app, caller, it.id).await? {
        return Ok(there);
    }
    let data = json!({
        "nature": it.nature, "lat": it.at.lat(), "lon": it.at.lon(), "note": it.words,
        "residents_agree": it.residents_agree, "agent": it.agent.map(AgentAccess::code),
    });
    say(app, caller, peer, it.id, "site_proposal", data).await?;
    let kept = own_one(app, caller, it.id).await?;
    // The id is a fact of somebody else's, or one that was taken back.
    kept.ok_or_else(|| Problem::state("id_taken", desk::REFUSED_ID_TAKEN))
}

/// Takes back a proposal of one's own that nobody answered yet: a fact, too.
pub async fn withdraw(app: &App, caller: &Caller, peer: PeerId, id: FactId) -> Result<(), Problem> {
    let there = own_one(app, caller, id).await?;
    let there = there.ok_or_else(Problem::not_found)?;
    if there.decision.is_some() {
        return Err(decided());
    }
    let own = FactId(Uuid::now_v7());
    say(app, caller, peer, own, "void", json!({"target": id})).await
}

/// One proposal of the caller's own, opened.
pub async fn own_one(app: &App, caller: &Caller, id: FactId) -> Result<Option<Proposal>, Problem> {
    let mut tx = app.db.write().await?;
    let own = own(&mut tx, app, caller).await?;
    tx.commit().await?;
    Ok(own.into_iter().find(|it| it.id == id))
}

/// A fact of a peer, by the same way in as any other.
async fn say(
    app: &App,
    caller: &Caller,
    peer: PeerId,
    id: FactId,
    kind: &str,
    data: serde_json::Value,
) -> Result<(), Problem> {
    let raw = json!({
        "id": id, "kind": kind, "outing": null, "device": peer.0, "seq": 0,
        "recorded_at": app.now(), "data": data,
    });
    let delivery = facts::Delivery::default();
    facts::receive(app, caller, delivery, std::slice::from_ref(&raw)).await?;
    Ok(())
}

/// How a coordinator takes a proposal up.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// The title it gets.
    pub title: Title,
    /// Public or discreet; as proposed when nothing is said.
    pub nature: Option<Nature>,
    /// What it looks like.
    pub pictogram: Option<Pictogram>,
}

/// Makes a site of a proposal: it stays visible that a peer proposed it.
pub async fn accept(
    app: &App,
    caller: &Caller,
    id: FactId,
    how: Acceptance,
) -> Result<SiteId, Problem> {
    let by = account(caller)?;
    let site = SiteId(id.0);
    let mut tx = app.db.write().await?;
    let it = to_decide(&mut tx, app, caller, id).await?;
    if let Some((decision, _)) = it.decision {
        return same(decision, Decision::Accepted(site)).map(|()| site);
    }
    let nature = how.nature.unwrap_or(it.nature);
    if (it.nature, nature) == (Nature::Discreet, Nature::Public) {
        let words = desk::REFUSED_STAYS_DISCREET;
        return Err(Problem::state("stays_discreet", words));
    }
    let at = match it.at {
        Some(at) => at,
        None if it.ended => return Err(no_longer_kept()),
        None => return Err(Problem::internal("a proposal without a point")),
    };
    let note = it.note.map(|text| Reason::new("note", &text)).transpose()?;
    let new = NewPlace {
        id: site,
        nature,
        title: how.title,
        at,
        note,
        residents_agree: it.residents_agree,
        pictogram: how.pictogram,
        agent: it.agent,
    };
    insert(&mut tx, app, caller, new, "peer").await?;
    decide(
        &mut tx,
        caller,
        id,
        Decision::Accepted(site),
        None,
        (app.now(), by),
    )
    .await?;
    tx.commit().await?;
    Ok(site)
}

fn no_longer_kept() -> Problem {
    let words = desk::REFUSED_NO_LONGER_KEPT;
    Problem::state("no_longer_kept", words)
}

/// Says that a proposal is a site that is known.
pub async fn merge(app: &App, caller: &Caller, id: FactId, site: SiteId) -> Result<(), Problem> {
    let by = account(caller)?;
    let mut tx = app.db.write().await?;
    let it = find(&mut tx, caller, id).await?;
    if let Some((decision, _)) = it.decision {
        return same(decision, Decision::Merged(site));
    }
    let held = sites::hold(&mut tx, caller.programme, site).await?;
    let unknown = || Problem::unknown("site", "unknown_site", desk::UNKNOWN_SITE);
    let held = held.ok_or_else(unknown)?;
    let site = held.merged_into.unwrap_or(site);
    decide(
        &mut tx,
        caller,
        id,
        Decision::Merged(site),
        None,
        (app.now(), by),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Does not take a proposal, and says kindly why.
pub async fn decline(
    app: &App,
    caller: &Caller,
    id: FactId,
    reason: DeclineReason,
    words: Option<Reason>,
) -> Result<(), Problem> {
    let by = account(caller)?;
    if reason == DeclineReason::Other && words.is_none() {
        return Err(Invalid::new("words", "missing").into());
    }
    let now = app.now();
    let mut tx = app.db.write().await?;
    let it = find(&mut tx, caller, id).await?;
    if let Some((decision, _)) = it.decision {
        return same(decision, Decision::Declined(reason));
    }
    let sealed = match words {
        Some(words) => {
            let mut sealer = Sealer::new(&app.keys, caller.programme, now);
            let words = Words(words.as_str().to_owned());
            Some(sealer.seal(&mut tx, Scope::Loose(now), &words).await?)
        }
        None => None,
    };
    decide(
        &mut tx,
        caller,
        id,
        Decision::Declined(reason),
        sealed,
        (now, by),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn find(tx: &mut Tx, caller: &Caller, id: FactId) -> Result<SealedProposal, Problem> {
    let found = store::find(tx, caller.programme, id).await?;
    found.ok_or_else(Problem::not_found)
}

async fn to_decide(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: FactId,
) -> Result<Proposal, Problem> {
    let sealed = find(tx, caller, id).await?;
    let mut opened = open(tx, app, caller, Action::ProposalDecided, vec![sealed]).await?;
    opened.pop().ok_or_else(Problem::not_found)
}

async fn decide(
    tx: &mut Tx,
    caller: &Caller,
    id: FactId,
    decision: Decision,
    words: Option<crate::access::Sealed<Words>>,
    (now, by): (Instant, AccountId),
) -> Result<(), Problem> {
    let programme = caller.programme;
    if store::decide(tx, programme, id, decision, words, (now, by)).await? {
        return Ok(());
    }
    // Somebody decided between our look and our word.
    Err(decided())
}

/// The same word twice is said once; another word comes too late.
fn same(there: Decision, said: Decision) -> Result<(), Problem> {
    match there == said {
        true => Ok(()),
        false => Err(decided()),
    }
}

fn decided() -> Problem {
    let words = desk::REFUSED_DECIDED;
    Problem::state("proposal_decided", words)
}

fn account(caller: &Caller) -> Result<AccountId, Problem> {
    match caller.as_coordinator() {
        Some(Actor { id: Some(id), .. }) => Ok(AccountId(id)),
        _ => Err(Problem::forbidden()),
    }
}

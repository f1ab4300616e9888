//! SQL of proposals: facts that a coordinator decides once.

use crate::access::{Scope, Sealed};
use crate::db::{DbError, Tx, sql};
use crate::facts::FactSecret;
use crate::facts::store::not_voided;
use domain::fact::AgentAccess;
use domain::place::DeclineReason;
use domain::{AccountId, FactId, Instant, Nature, OutingId, PeerId, ProgrammeId, SiteId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Words to who proposed, beside the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words(pub String);

impl crate::access::Sealable for Words {
    const LABEL: &'static str = "proposal words";
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is this site now.
    Accepted(SiteId),
    /// It was this site already.
    Merged(SiteId),
    /// Not taken, for this reason.
    Declined(DeclineReason),
}

impl Decision {
    /// As in the table and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::Merged(_) => "merged",
            Self::Declined(_) => "declined",
        }
    }

    /// The site it led to.
    pub fn site(self) -> Option<SiteId> {
        match self {
            Self::Accepted(site) | Self::Merged(site) => Some(site),
            Self::Declined(_) => None,
        }
    }
}

/// A proposal, still sealed.
pub struct SealedProposal {
    /// The fact.
    pub id: FactId,
    /// The outing it was made on.
    pub outing: Option<OutingId>,
    /// When it came in.
    pub received_at: Instant,
    /// By whom, as a role: `peer`, `crew_phone`…
    pub from: String,
    /// Public or discreet.
    pub nature: Nature,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
    /// What the agent who walks along does there.
    pub agent: Option<AgentAccess>,
    /// Point and words.
    pub sealed: Option<Sealed<FactSecret>>,
    /// What became of it, and when.
    pub decision: Option<(Decision, Instant)>,
    /// Words to who proposed.
    pub words: Option<Sealed<Words>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    outing_id: Option<Uuid>,
    received_at: i64,
    sender_role: String,
    data: String,
    sealed: Option<Vec<u8>>,
    decision: Option<String>,
    site_id: Option<Uuid>,
    reason: Option<String>,
    words: Option<Vec<u8>>,
    decided_at: Option<i64>,
}

#[derive(Deserialize)]
struct Data {
    nature: Nature,
    residents_agree: Option<bool>,
    agent: Option<String>,
}

impl Row {
    fn read(self) -> Result<SealedProposal, DbError> {
        let unreadable = |what: &str| DbError::Unreadable(format!("proposal: {what}"));
        let data: Data = serde_json::from_str(&self.data).map_err(|_| unreadable("data"))?;
        let received_at = Instant::from_ms(self.received_at);
        let outing = self.outing_id.map(OutingId);
        let scope = outing.map_or(Scope::Loose(received_at), Scope::Outing);
        let site = self.site_id.map(SiteId);
        let decision = match (self.decision.as_deref(), site) {
            (None, _) => None,
            (Some("accepted"), Some(site)) => Some(Decision::Accepted(site)),
            (Some("merged"), Some(site)) => Some(Decision::Merged(site)),
            (Some("declined"), _) => {
                let reason = self.reason.as_deref().and_then(DeclineReason::from_code);
                Some(Decision::Declined(reason.unwrap_or(DeclineReason::Other)))
            }
            _ => return Err(unreadable("decision")),
        };
        let decided_at = Instant::from_ms(self.decided_at.unwrap_or_default());
        Ok(SealedProposal {
            id: FactId(self.id),
            outing,
            received_at,
            from: self.sender_role,
            nature: data.nature,
            residents_agree: data.residents_agree,
            agent: data.agent.as_deref().and_then(AgentAccess::from_code),
            sealed: self.sealed.map(|it| Sealed::from_row(scope, it)),
            decision: decision.map(|it| (it, decided_at)),
            words: self
                .words
                .map(|it| Sealed::from_row(Scope::Loose(decided_at), it)),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select f.id, f.outing_id, f.received_at, f.sender_role, f.data, f.sealed, d.decision,
               d.site_id, d.reason, d.sealed as words, d.decided_at
             from facts f
             left join proposal_decisions d
               on d.programme_id = f.programme_id and d.fact_id = f.id
             where f.programme_id = $1 and f.kind = 'site_proposal' and ",
            not_voided!(),
            $rest
        )
    };
}

const SELECT_WAITING: &str =
    select!(" and d.decision is null order by f.received_at desc, f.id desc");

/// Proposals that nobody decided yet, the newest first.
pub async fn waiting(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<SealedProposal>, DbError> {
    let rows: Vec<Row> = sql(SELECT_WAITING).bind(programme).all(tx).await?;
    rows.into_iter().map(Row::read).collect()
}

const SELECT_OWN: &str = select!(
    " and f.sender_role = 'peer' and f.sender_id = $2 order by f.received_at desc, f.id desc"
);

/// The proposals of a peer, the newest first.
pub async fn of_peer(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
) -> Result<Vec<SealedProposal>, DbError> {
    let rows: Vec<Row> = sql(SELECT_OWN).bind(programme).bind(peer).all(tx).await?;
    rows.into_iter().map(Row::read).collect()
}

const SELECT_ONE: &str = select!(" and f.id = $2");

/// One proposal of the programme.
pub async fn find(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: FactId,
) -> Result<Option<SealedProposal>, DbError> {
    let row: Option<Row> = sql(SELECT_ONE).bind(programme).bind(id).maybe(tx).await?;
    row.map(Row::read).transpose()
}

const INSERT: &str = "
    insert into proposal_decisions (programme_id, fact_id, decision, site_id, reason, sealed,
      decided_at, decided_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";

/// Keeps what became of a proposal. Answers `false` when it was decided before.
pub async fn decide(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: FactId,
    decision: Decision,
    words: Option<Sealed<Words>>,
    (now, by): (Instant, AccountId),
) -> Result<bool, DbError> {
    let reason = match decision {
        Decision::Declined(reason) => Some(reason.code()),
        _ => None,
    };
    let touched = sql(INSERT)
        .bind(programme)
        .bind(id)
        .bind(decision.as_str())
        .bind(decision.site())
        .bind(reason)
        .bind(words.map(Sealed::into_bytes))
        .bind(now)
        .bind(by)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

//! The roles of the table of routes, and the caller of one request.

use crate::access::Actor;
use crate::http::error::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::fact::Whose;
use domain::{AccountId, DeviceId, OutingId, PeerId, ProgrammeId};

/// What somebody is, for the walls. One person acts for one body only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Nobody in particular.
    Anon,
    /// « acteur·rice de prévention communautaire ».
    Peer,
    /// A phone that joined an outing, until the day after.
    CrewPhone,
    /// The same phone later: it reads nothing and may only hand in facts.
    LatePhone,
    /// Staff of the association.
    Coordinator,
    /// Hygiene service of the city.
    Agent,
    /// The payer's staff.
    Clerk,
}

impl Role {
    /// Every role, for the test that walks the table.
    pub const ALL: [Self; 7] = [
        Self::Anon,
        Self::Peer,
        Self::CrewPhone,
        Self::LatePhone,
        Self::Coordinator,
        Self::Agent,
        Self::Clerk,
    ];

    /// As in the database and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anon => "anon",
            Self::Peer => "peer",
            Self::CrewPhone => "crew_phone",
            Self::LatePhone => "late_phone",
            Self::Coordinator => "coordinator",
            Self::Agent => "agent",
            Self::Clerk => "clerk",
        }
    }

    /// The role of an account or an API token.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// Who makes this request. Absent from a request without (good) credentials.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The one programme they may see anything of.
    pub programme: ProgrammeId,
    /// Who they are in it.
    pub who: Who,
}

/// Who somebody is in their programme.
#[derive(Clone, Debug)]
pub enum Who {
    /// Staff of one of the bodies.
    Staff {
        /// Coordinator, agent or clerk.
        role: Role,
        /// Their account.
        account: AccountId,
        /// How the screen greets them.
        name: String,
        /// They may also manage the people of their body. The wall stays the role's.
        administers: bool,
    },
    /// A peer.
    Peer(PeerId),
    /// A phone that joined an outing.
    Phone {
        /// The outing it joined.
        outing: OutingId,
        /// The phone.
        device: DeviceId,
        /// Still within its time to read.
        reads: bool,
        /// As a coordinator said.
        whose: Option<Whose>,
        /// The coordinator whose own phone it is, bound by a personal code.
        account: Option<AccountId>,
    },
}

impl Caller {
    /// Their role in the table of routes.
    pub fn role(&self) -> Role {
        match &self.who {
            Who::Staff { role, .. } => *role,
            Who::Peer(_) => Role::Peer,
            Who::Phone { reads: true, .. } => Role::CrewPhone,
            Who::Phone { reads: false, .. } => Role::LatePhone,
        }
    }

    /// How the journal and a fact name them.
    pub fn actor(&self) -> Actor {
        let id = match &self.who {
            Who::Staff { account, .. } => account.0,
            Who::Peer(peer) => peer.0,
            Who::Phone { device, .. } => device.0,
        };
        Actor {
            role: self.role(),
            id: Some(id),
        }
    }

    /// The coordinator who answers for what only a coordinator does: staff who signed in, or the
    /// own phone of one, on its outing.
    pub fn as_coordinator(&self) -> Option<Actor> {
        let account = match &self.who {
            Who::Staff {
                role: Role::Coordinator,
                account,
                ..
            } => *account,
            Who::Phone { account, .. } => (*account)?,
            _ => return None,
        };
        Some(Actor {
            role: Role::Coordinator,
            id: Some(account.0),
        })
    }

    /// May they manage the people of their own body?
    pub fn administers(&self) -> bool {
        matches!(
            self.who,
            Who::Staff {
                administers: true,
                ..
            }
        )
    }

    /// The same, who may (or may not) manage the people of their body.
    #[must_use]
    pub fn administering(mut self, truth: bool) -> Self {
        if let Who::Staff { administers, .. } = &mut self.who {
            *administers = truth;
        }
        self
    }

    /// The name on the screen; peers and phones have none here.
    pub fn name(&self) -> Option<&str> {
        match &self.who {
            Who::Staff { name, .. } => Some(name),
            _ => None,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(Problem::unauthenticated)
    }
}

/// Somebody who has an account, whatever their body.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Their programme.
    pub programme: ProgrammeId,
    /// Their body.
    pub role: Role,
    /// Their account.
    pub account: AccountId,
}

impl Staff {
    /// How the journal names them.
    pub fn actor(&self) -> Actor {
        Actor {
            role: self.role,
            id: Some(self.account.0),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        match caller.who {
            Who::Staff { role, account, .. } => Ok(Self {
                programme: caller.programme,
                role,
                account,
            }),
            _ => Err(Problem::forbidden()),
        }
    }
}

/// Staff who may manage the people of their own body, and of no other.
#[derive(Clone, Debug)]
pub struct Administrator(pub Staff);

impl<S: Sync> FromRequestParts<S> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if !caller.administers() {
            return Err(Problem::forbidden());
        }
        Staff::from_request_parts(parts, state).await.map(Self)
    }
}

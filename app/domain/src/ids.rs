//! One type for each kind of id, so that an outing is never taken for a site.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A programme: one association, one payer, perhaps one city.
    ProgrammeId,
    /// A staff account of one body.
    AccountId,
    /// An outing (« sortie »).
    OutingId,
    /// A site (« lieu »).
    SiteId,
    /// A peer (« acteur·rice de prévention communautaire »).
    PeerId,
    /// A phone, as it names itself: made on the phone, kept there.
    DeviceId,
    /// A fact (« relevé »), made by whoever records it.
    FactId,
    /// One line: peer × outing × amount.
    AllowanceId,
    /// An allowance list; people know it by its number.
    ListId,
    /// The card that a peer comes in with: it follows from the code on the paper.
    CardId,
}

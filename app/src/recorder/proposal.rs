//! A place that somebody of the crew proposes, as it is being told.

use super::desk::Desk;
use super::facts::point;
use super::model::{Fix, Tab};
use crate::json::quoted;
use domain::Nature;
use domain::fact::AgentAccess;

/// What is known so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Proposal {
    /// A public space, or a place where somebody may live.
    pub nature: Option<Nature>,
    /// Those who live there agree; none while nobody asked.
    pub residents_agree: Option<bool>,
    /// What the agent who walks along does there.
    pub agent: Option<AgentAccess>,
    /// Where.
    pub at: Option<Fix>,
}

impl Desk {
    /// Proposes the place that is being told.
    #[inline(never)]
    pub(super) fn propose(self) {
        if let Some(data) = self.read(|it| it.proposal.data(&it.note)) {
            self.record(Proposal::KIND, data, |_, _| true);
            self.change(|it| {
                it.proposal = Proposal::default();
                it.note.clear();
                it.sheet = None;
                // Where it is said that it is kept.
                it.tab = Tab::Count;
            });
        }
    }
}

impl Proposal {
    /// The name of its kind.
    pub const KIND: &str = "site_proposal";

    /// Is it a place where somebody may live?
    pub fn is_discreet(&self) -> bool {
        self.nature == Some(Nature::Discreet)
    }

    /// Its data; none while what it is or where it is was not said.
    pub fn data(&self, note: &str) -> Option<String> {
        let (nature, fix) = (self.nature?, self.at?);
        let accuracy_m = None;
        let mut data = point(Fix { accuracy_m, ..fix });
        data += "\"nature\":";
        data += &quoted(nature.as_str());
        // About a public space nobody has to be asked.
        if self.is_discreet() {
            if let Some(agree) = self.residents_agree {
                data += ",\"residents_agree\":";
                data += if agree { "true" } else { "false" };
            }
            if let Some(agent) = self.agent {
                data += ",\"agent\":";
                data += &quoted(agent.code());
            }
        }
        let note = note.trim();
        if !note.is_empty() {
            data += ",\"note\":";
            data += &quoted(note);
        }
        Some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::facts::Maker;
    use domain::fact::{Fact, Kind};
    use domain::{DeviceId, FactId, OutingId, Position};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn as_read(proposal: Proposal, note: &str) -> Kind {
        let maker = Maker {
            id: FactId(Uuid::from_u128(1)),
            outing: Some(OutingId(Uuid::from_u128(2))),
            device: DeviceId(Uuid::from_u128(3)),
            recorded_at: "2026-11-24T13:05:00.250Z".into(),
        };
        let text = maker.text(1, Proposal::KIND, &proposal.data(note).unwrap());
        Fact::parse(&serde_json::from_str(&text).unwrap())
            .unwrap()
            .kind
    }

    fn somewhere() -> Option<Fix> {
        let at = Position::new(44.83, -0.57).unwrap();
        let accuracy_m = Some(12);
        Some(Fix { at, accuracy_m })
    }

    #[test]
    fn nothing_is_proposed_before_what_and_where_are_said() {
        let what = Proposal {
            nature: Some(Nature::Public),
            ..Proposal::default()
        };
        let whereabouts = Proposal {
            at: somewhere(),
            ..Proposal::default()
        };
        for proposal in [Proposal::default(), what, whereabouts] {
            assert_eq!(proposal.data(""), None);
        }
    }

    #[test]
    fn about_a_public_space_nobody_was_asked() {
        let proposal = Proposal {
            nature: Some(Nature::Public),
            residents_agree: Some(false),
            agent: Some(AgentAccess::Waits),
            at: somewhere(),
        };
        let Kind::SiteProposal {
            nature,
            note,
            residents_agree,
            agent,
            ..
        } = as_read(proposal, " ")
        else {
            panic!("a proposal was expected")
        };
        assert_eq!(
            (nature, note, residents_agree, agent),
            (Nature::Public, None, None, None)
        );
    }

    proptest! {
        #[test]
        fn what_is_told_of_a_discreet_place_is_what_the_contract_reads(
            agree: Option<bool>, agent in 0..=AgentAccess::ALL.len(), words in "\\PC{0,60}",
        ) {
            let agent = AgentAccess::ALL.get(agent).copied();
            let proposal = Proposal {
                nature: Some(Nature::Discreet), residents_agree: agree, agent, at: somewhere(),
            };
            let Kind::SiteProposal { nature, at, note, residents_agree, agent: read } =
                as_read(proposal, &words)
            else {
                panic!("a proposal was expected")
            };
            prop_assert_eq!((nature, residents_agree, read), (Nature::Discreet, agree, agent));
            prop_assert!(at.distance_m(somewhere().unwrap().at) < 0.05);
            let note = note.map(|it| it.as_str().to_owned()).unwrap_or_default();
            prop_assert_eq!(note, words.trim());
        }
    }
}

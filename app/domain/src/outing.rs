//! An outing: its states, and the green light that opens it.

use crate::fact::AgentAccess;
use crate::limits::NOTE_CHARS_MAX;
use crate::people::{clean, coded_enum};
use crate::problem::Invalid;
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// `planned → open → closed`, or `cancelled` before it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutingState {
    /// On the calendar.
    Planned,
    /// The crew is out.
    Open,
    /// Checked by a coordinator: counts and money come from here. Never changes again.
    Closed,
    /// Called off. Never changes again.
    Cancelled,
}

/// The outing is not in a state that allows this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongState(pub OutingState);

impl OutingState {
    /// Planned → open, once the green light was given or overridden.
    pub fn open(self) -> Result<Self, WrongState> {
        match self {
            Self::Planned => Ok(Self::Open),
            other => Err(WrongState(other)),
        }
    }

    /// Open → closed.
    pub fn close(self) -> Result<Self, WrongState> {
        match self {
            Self::Open => Ok(Self::Closed),
            other => Err(WrongState(other)),
        }
    }

    /// Planned → cancelled. An outing that was opened happened, and is closed instead.
    pub fn cancel(self) -> Result<Self, WrongState> {
        match self {
            Self::Planned => Ok(Self::Cancelled),
            other => Err(WrongState(other)),
        }
    }

    /// May its plan (day, meeting point, sites) still change?
    pub fn plan_may_change(self) -> bool {
        matches!(self, Self::Planned | Self::Open)
    }

    /// May a crew phone join?
    pub fn may_be_joined(self) -> bool {
        matches!(self, Self::Planned | Self::Open)
    }

    /// As in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// From the database or the API.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "planned" => Ok(Self::Planned),
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            "cancelled" => Ok(Self::Cancelled),
            _ => Err(Invalid::new("state", "unknown_value")),
        }
    }

    /// The word on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Planned => "prévue",
            Self::Open => "ouverte",
            Self::Closed => "terminée",
            Self::Cancelled => "annulée",
        }
    }
}

coded_enum! {
    /// What the crew must have with it.
    Equipment {
        /// Gloves.
        Gloves = "gloves", "gants";
        /// Tongs.
        Tongs = "tongs", "pinces";
        /// Sharps boxes (NF X30-511 / ISO 23907).
        Boxes = "boxes", "collecteurs";
        /// Closed shoes.
        Shoes = "shoes", "chaussures fermées";
        /// Hand gel.
        Gel = "gel", "gel";
        /// A charged phone.
        Phone = "phone", "téléphone chargé";
        /// T-shirts with the logos.
        Tshirts = "tshirts", "tee-shirts";
    }
}

coded_enum! {
    /// What a walk to discreet places asks about the agent. A phone checks it beside the
    /// equipment, under these codes, because its checklist needs no new screen for that.
    AboutAgent {
        /// The agent knows where to wait outside.
        Told = "agent_told", "agent·e prévenu·e d’attendre dehors";
        /// No agent comes along.
        StaysAway = "no_agent", "départ sans agent·e, comme un lieu le demande";
    }
}

impl AboutAgent {
    /// What to check on a walk to places with these words about the agent.
    pub fn on_walk(accesses: &[AgentAccess]) -> Option<Self> {
        if accesses.contains(&AgentAccess::Absent) {
            Some(Self::StaysAway)
        } else if accesses.contains(&AgentAccess::Waits) {
            Some(Self::Told)
        } else {
            None
        }
    }
}

/// Which of the two bodies that walk a member of staff belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// « professionnel·le » of the association.
    Coordinator,
    /// « agent d'hygiène » of the city.
    Agent,
}

impl StaffRole {
    /// As in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Agent => "agent",
        }
    }
}

/// Who must be there for the green light: a setting of the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GreenLightRule {
    /// At least so many coordinators.
    pub coordinators_min: u32,
    /// At least so many agents of the city; 0 where no city takes part.
    pub agents_min: u32,
    /// Codes of [`Equipment`] that must be checked.
    pub equipment: Vec<String>,
}

impl GreenLightRule {
    /// The rule of a walk to these discreet places: where no agent may come, none is asked for.
    #[must_use]
    pub fn for_walk(&self, accesses: &[AgentAccess]) -> Self {
        let alone = AboutAgent::on_walk(accesses) == Some(AboutAgent::StaysAway);
        Self {
            agents_min: if alone { 0 } else { self.agents_min },
            ..self.clone()
        }
    }
}

/// What is there before leaving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Coordinators present.
    pub coordinators: u32,
    /// Agents present.
    pub agents: u32,
    /// Codes of the equipment that was checked.
    pub equipment: Vec<String>,
}

/// One thing that keeps the light red.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No (or too few) coordinators.
    Coordinator,
    /// No (or too few) agents.
    Agent,
    /// Unchecked equipment.
    Equipment(Equipment),
    /// An agent is there, and the walk goes to a place where none may come.
    AgentStaysAway,
    /// Nobody told the agent yet where to wait outside.
    AgentTold,
}

impl Missing {
    /// The code in an API problem.
    pub fn code(&self) -> String {
        match self {
            Self::Coordinator => "coordinator".into(),
            Self::Agent => "agent".into(),
            Self::Equipment(item) => format!("equipment.{}", item.code()),
            Self::AgentStaysAway => "agent_stays_away".into(),
            Self::AgentTold => "agent_told".into(),
        }
    }
}

/// What is missing for the green light, in the order screens tell it; empty means green.
pub fn missing_for_green_light(rule: &GreenLightRule, ready: &Readiness) -> Vec<Missing> {
    let mut missing = Vec::new();
    if ready.coordinators < rule.coordinators_min {
        missing.push(Missing::Coordinator);
    }
    if ready.agents < rule.agents_min {
        missing.push(Missing::Agent);
    }
    for item in Equipment::ALL {
        let code = item.code();
        let needed = rule.equipment.iter().any(|it| it == code);
        if needed && !ready.equipment.iter().any(|it| it == code) {
            missing.push(Missing::Equipment(*item));
        }
    }
    missing
}

/// The same for a walk to these discreet sites: the light obeys what the people there were told
/// about the agent. Where the agent does not come, none is asked for, and none may be there; where
/// the agent waits outside, somebody has told them so.
pub fn missing_for_walk(
    rule: &GreenLightRule,
    ready: &Readiness,
    accesses: &[AgentAccess],
    agent_told: bool,
) -> Vec<Missing> {
    let rule = rule.for_walk(accesses);
    let mut missing = missing_for_green_light(&rule, ready);
    match AboutAgent::on_walk(accesses) {
        Some(AboutAgent::StaysAway) if ready.agents > 0 => missing.push(Missing::AgentStaysAway),
        Some(AboutAgent::Told) if ready.agents > 0 && !agent_told => {
            missing.push(Missing::AgentTold);
        }
        _ => {}
    }
    missing
}

/// Outings of one repetition at most: a year of weeks.
pub const REPEATED_WEEKS_MAX: usize = 53;

/// The days of a weekly repetition after its first one, up to a last day.
pub fn weekly(first: Day, until: Day) -> Result<Vec<Day>, Invalid> {
    const WEEK: i32 = 7;
    if until < first {
        return Err(Invalid::new("repeat_until", "before_the_first"));
    }
    let mut days = Vec::new();
    let mut day = first.plus_days(WEEK);
    while day <= until {
        if days.len() == REPEATED_WEEKS_MAX {
            return Err(Invalid::new("repeat_until", "too_far"));
        }
        days.push(day);
        day = day.plus_days(WEEK);
    }
    Ok(days)
}

/// One pickup of so many is worth a second look before closing.
pub const PICKUP_OUTLIER_MIN: i64 = 200;
/// A place with so many times its usual is worth a second look.
pub const USUAL_TIMES_MAX: i64 = 5;
/// A usual is known from so many outings.
pub const OUTINGS_FOR_A_USUAL: i64 = 3;

/// What a place gave before: over how many outings, how many in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usual {
    /// Closed outings that noted something there.
    pub outings: i64,
    /// All that they noted.
    pub total: i64,
}

impl Usual {
    /// Is this far more than usual there? Nobody knows before a few outings.
    pub fn is_exceeded_by(self, count: i64) -> bool {
        self.outings >= OUTINGS_FOR_A_USUAL && count * self.outings > self.total * USUAL_TIMES_MAX
    }

    /// The usual of one outing, rounded.
    pub fn of_one_outing(self) -> i64 {
        (self.total + self.outings / 2) / self.outings.max(1)
    }
}

/// A reason that a person typed: 1 to 2,000 characters. Free text: sealed on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reason(String);

impl Reason {
    /// `field` names the source in the error.
    pub fn new(field: &'static str, text: &str) -> Result<Self, Invalid> {
        clean(field, text, NOTE_CHARS_MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OutingState::*;

    #[test]
    fn an_outing_opens_once_closes_once_and_then_rests() {
        assert_eq!(Planned.open(), Ok(Open));
        assert_eq!(Open.close(), Ok(Closed));
        assert_eq!(Planned.cancel(), Ok(Cancelled));
        for state in [Open, Closed, Cancelled] {
            assert_eq!(state.open(), Err(WrongState(state)));
            assert_eq!(state.cancel(), Err(WrongState(state)));
        }
        for state in [Planned, Closed, Cancelled] {
            assert_eq!(state.close(), Err(WrongState(state)));
        }
    }

    fn bordeaux() -> GreenLightRule {
        GreenLightRule {
            coordinators_min: 1,
            agents_min: 1,
            equipment: Equipment::ALL.iter().map(|it| it.code().into()).collect(),
        }
    }

    #[test]
    fn the_light_is_green_when_both_bodies_and_the_equipment_are_there() {
        let ready = Readiness {
            coordinators: 1,
            agents: 1,
            equipment: bordeaux().equipment,
        };
        assert!(missing_for_green_light(&bordeaux(), &ready).is_empty());
    }

    #[test]
    fn the_light_says_what_is_missing() {
        let mut ready = Readiness {
            coordinators: 1,
            agents: 0,
            equipment: bordeaux().equipment,
        };
        ready.equipment.retain(|it| it != "tongs");
        assert_eq!(
            missing_for_green_light(&bordeaux(), &ready),
            [Missing::Agent, Missing::Equipment(Equipment::Tongs)]
        );
    }

    #[test]
    fn a_town_without_an_agent_gets_its_green_light() {
        let rule = GreenLightRule {
            agents_min: 0,
            ..bordeaux()
        };
        let ready = Readiness {
            coordinators: 1,
            agents: 0,
            equipment: rule.equipment.clone(),
        };
        assert!(missing_for_green_light(&rule, &ready).is_empty());
    }

    #[test]
    fn the_light_obeys_what_was_agreed_about_the_agent() {
        let ready = |agents| Readiness {
            coordinators: 1,
            agents,
            equipment: bordeaux().equipment,
        };
        let missing = |agents, told, accesses: &[AgentAccess]| {
            missing_for_walk(&bordeaux(), &ready(agents), accesses, told)
        };
        use AgentAccess::{Absent, Enters, Waits};
        assert_eq!(missing(1, false, &[Enters]), []);
        assert_eq!(missing(1, false, &[Enters, Waits]), [Missing::AgentTold]);
        assert_eq!(missing(1, true, &[Waits]), []);
        assert_eq!(missing(0, false, &[Absent, Waits]), []);
        assert_eq!(missing(1, true, &[Absent]), [Missing::AgentStaysAway]);
        assert_eq!(missing(0, false, &[Waits]), [Missing::Agent]);
    }

    #[test]
    fn a_repetition_comes_every_week_until_its_last_day_and_a_year_at_most() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let first = day("2026-11-24");
        assert_eq!(weekly(first, day("2026-11-30")).unwrap(), []);
        assert_eq!(
            weekly(first, day("2026-12-08")).unwrap(),
            [day("2026-12-01"), day("2026-12-08")]
        );
        assert!(weekly(first, day("2026-11-23")).is_err());
        assert!(weekly(first, day("2027-11-24")).is_ok());
        assert!(weekly(first, day("2028-11-24")).is_err());
    }

    #[test]
    fn five_times_the_usual_of_a_place_is_pointed_out_once_there_is_a_usual() {
        let usual = |outings, total| Usual { outings, total };
        assert!(!usual(2, 2).is_exceeded_by(100));
        assert!(!usual(4, 40).is_exceeded_by(50));
        assert!(usual(4, 40).is_exceeded_by(51));
        assert_eq!(usual(4, 42).of_one_outing(), 11);
    }
}

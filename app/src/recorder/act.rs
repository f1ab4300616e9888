//! What a tap asks for, as it stands in the markup (`data-do="add 5"`) and as the desk does it.

use super::flag::FlagAct;
use super::model::{Habit, Place, Sheet, Tab};
use super::team::TeamAct;
use crate::json::id;
use domain::fact::{AgentAccess, Encounter, Item, Method};
use domain::{FactId, Nature};

/// Something a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// +n.
    Add(u32),
    /// A full box, estimated.
    Full,
    /// Somebody was met.
    Met(Encounter),
    /// Takes this gesture back, the one the button names.
    Undo(FactId),
    /// The team is there now.
    Choose(Place),
    /// This is being picked up.
    Take(Item),
    /// Counted, or estimated.
    By(Method),
    /// Another screen.
    Show(Tab),
    /// Lays something over the screen.
    Open(Sheet),
    /// Takes it away.
    Close,
    /// Asks the phone where it is, once.
    LookAround,
    /// The next touch on the map says where.
    Point,
    /// What the proposed place is.
    Nature(Nature),
    /// Those who live there agree, or not; none: not asked.
    Agree(Option<bool>),
    /// What the agent does there.
    Access(AgentAccess),
    /// Proposes the place.
    Propose,
    /// Something of the page for flagging.
    Flag(FlagAct),
    /// Sets it, or not any more.
    Turn(Habit),
    /// Locks the screen against the rain.
    Lock,
    /// Opens it.
    Unlock,
    /// Sends now.
    Send,
    /// On a coordinator's own phone.
    Team(TeamAct),
    /// What was set aside goes once more.
    Retry,
    /// What was not sent, as a file.
    Export,
    /// The newer version may take over.
    Update,
    /// Nothing of the outing stays on the phone; refused while something is unsent.
    Wipe,
    /// Not even what is unsent.
    WipeUnsent,
    /// To the joining screen.
    Rejoin,
    /// Back from it.
    Back,
    /// Leaves for an empty page.
    Quit,
}

/// Acts that name nothing else.
const PLAIN: [(&str, Act); 17] = [
    ("full", Act::Full),
    ("close", Act::Close),
    ("look-around", Act::LookAround),
    ("point", Act::Point),
    ("propose", Act::Propose),
    ("lock", Act::Lock),
    ("unlock", Act::Unlock),
    ("send", Act::Send),
    ("retry", Act::Retry),
    ("export", Act::Export),
    ("update", Act::Update),
    ("wipe", Act::Wipe),
    ("wipe-unsent", Act::WipeUnsent),
    ("rejoin", Act::Rejoin),
    ("back", Act::Back),
    ("quit", Act::Quit),
    ("agree", Act::Agree(None)),
];

impl Act {
    /// As it stands in the markup.
    pub fn to_text(self) -> String {
        let (name, of) = match self {
            Self::Add(n) => ("add", n.to_string()),
            Self::Met(who) => ("met", who.code().to_owned()),
            Self::Undo(fact) => ("undo", fact.to_string()),
            Self::Choose(place) => ("choose", place.to_text()),
            Self::Take(item) => ("take", item.code().to_owned()),
            Self::By(method) => ("by", method.code().to_owned()),
            Self::Show(tab) => ("show", tab.code().to_owned()),
            Self::Open(sheet) => ("open", sheet.code().to_owned()),
            Self::Nature(nature) => ("nature", nature.as_str().to_owned()),
            Self::Agree(Some(true)) => ("agree", "yes".to_owned()),
            Self::Agree(Some(false)) => ("agree", "no".to_owned()),
            Self::Access(access) => ("access", access.code().to_owned()),
            Self::Turn(habit) => ("turn", habit.code().to_owned()),
            Self::Flag(act) => ("flag", act.to_text()),
            Self::Team(act) => ("team", act.to_text()),
            plain => {
                let found = PLAIN.iter().find(|(_, act)| *act == plain);
                (found.map_or("", |it| it.0), String::new())
            }
        };
        [name, " ", &of].concat()
    }

    /// From the markup.
    pub fn from_text(text: &str) -> Option<Self> {
        let (name, of) = text.split_once(' ')?;
        if of.is_empty() {
            return PLAIN.iter().find(|it| it.0 == name).map(|it| it.1);
        }
        Some(match name {
            "add" => Self::Add(of.parse().ok()?),
            "met" => Self::Met(Encounter::from_code(of)?),
            "undo" => Self::Undo(id(of)?),
            "choose" => Self::Choose(Place::from_text(of)),
            "take" => Self::Take(Item::from_code(of)?),
            "by" => Self::By(Method::from_code(of)?),
            "show" => Self::Show(Tab::from_code(of)?),
            "open" => Self::Open(Sheet::from_code(of)?),
            "nature" => Self::Nature(Nature::parse(of).ok()?),
            "agree" => Self::Agree(Some(of == "yes")),
            "access" => Self::Access(AgentAccess::from_code(of)?),
            "turn" => Self::Turn(Habit::from_code(of)?),
            "flag" => Self::Flag(FlagAct::from_text(of)?),
            "team" => Self::Team(TeamAct::from_text(of)?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::team::What;
    use domain::SiteId;
    use uuid::Uuid;

    #[test]
    fn what_the_markup_asks_for_is_what_is_done() {
        let with_words = [
            Act::Add(10),
            Act::Met(Encounter::Police),
            Act::Undo(FactId(Uuid::from_u128(1))),
            Act::Choose(Place::Here),
            Act::Choose(Place::Site(SiteId(Uuid::from_u128(2)))),
            Act::Take(Item::Needle),
            Act::By(Method::Estimated),
            Act::Show(Tab::Sending),
            Act::Open(Sheet::Wipe),
            Act::Nature(Nature::Discreet),
            Act::Agree(Some(true)),
            Act::Agree(Some(false)),
            Act::Access(AgentAccess::Absent),
            Act::Turn(Habit::Sun),
            Act::Flag(FlagAct::What(2)),
            Act::Team(TeamAct::at(What::Open, 0)),
        ];
        for act in with_words.into_iter().chain(PLAIN.map(|it| it.1)) {
            assert_eq!(Act::from_text(&act.to_text()), Some(act));
        }
        for wrong in ["", "add", "add x", "undo 1", "show ", "choose ", "wipe all"] {
            assert_eq!(Act::from_text(wrong), None, "{wrong}");
        }
    }
}

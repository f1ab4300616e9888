//! What a tap asks for, as it stands in the markup (`data-do="add 5"`) and as the desk does it.

use super::model::{Place, Tab};
use crate::json::id;
use domain::FactId;
use domain::fact::{Item, Method};

/// Something a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// +n.
    Add(u32),
    /// Takes this pickup back, the one the button names.
    Undo(FactId),
    /// The team is there now.
    Choose(Place),
    /// This is being picked up.
    Take(Item),
    /// Counted, or estimated.
    By(Method),
    /// Another screen.
    Show(Tab),
    /// Opens the choice of what is picked up.
    AskItem,
    /// Closes it.
    CloseItem,
    /// Asks the phone where it is, once.
    LookAround,
    /// Sends now.
    Send,
    /// To the joining screen.
    Rejoin,
    /// Back from it.
    Back,
    /// Leaves for an empty page.
    Quit,
}

impl Act {
    /// As it stands in the markup.
    pub fn to_text(self) -> String {
        let (name, of) = match self {
            Self::Add(n) => ("add", n.to_string()),
            Self::Undo(fact) => ("undo", fact.to_string()),
            Self::Choose(place) => ("choose", place.to_text()),
            Self::Take(item) => ("take", item.code().to_owned()),
            Self::By(method) => ("by", method.code().to_owned()),
            Self::Show(tab) => ("show", tab.code().to_owned()),
            Self::AskItem => ("ask-item", String::new()),
            Self::CloseItem => ("close-item", String::new()),
            Self::LookAround => ("look-around", String::new()),
            Self::Send => ("send", String::new()),
            Self::Rejoin => ("rejoin", String::new()),
            Self::Back => ("back", String::new()),
            Self::Quit => ("quit", String::new()),
        };
        [name, " ", &of].concat()
    }

    /// From the markup.
    pub fn from_text(text: &str) -> Option<Self> {
        let (name, of) = text.split_once(' ')?;
        Some(match name {
            "add" => Self::Add(of.parse().ok()?),
            "undo" => Self::Undo(id(of)?),
            "choose" => Self::Choose(Place::from_text(of)),
            "take" => Self::Take(Item::from_code(of)?),
            "by" => Self::By(Method::from_code(of)?),
            "show" => Self::Show(Tab::from_code(of)?),
            "ask-item" => Self::AskItem,
            "close-item" => Self::CloseItem,
            "look-around" => Self::LookAround,
            "send" => Self::Send,
            "rejoin" => Self::Rejoin,
            "back" => Self::Back,
            "quit" => Self::Quit,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::SiteId;
    use uuid::Uuid;

    #[test]
    fn what_the_markup_asks_for_is_what_is_done() {
        for act in [
            Act::Add(10),
            Act::Undo(FactId(Uuid::from_u128(1))),
            Act::Choose(Place::Here),
            Act::Choose(Place::Site(SiteId(Uuid::from_u128(2)))),
            Act::Take(Item::Needle),
            Act::By(Method::Estimated),
            Act::Show(Tab::Sending),
            Act::AskItem,
            Act::CloseItem,
            Act::LookAround,
            Act::Send,
            Act::Rejoin,
            Act::Back,
            Act::Quit,
        ] {
            assert_eq!(Act::from_text(&act.to_text()), Some(act));
        }
        for wrong in ["", "add", "add x", "undo 1", "show ", "wipe "] {
            assert_eq!(Act::from_text(wrong), None, "{wrong}");
        }
    }
}

//! What the screen knows. Nothing here is the truth: that is on the phone's disk.

use super::flag::Flag;
use super::ledger::{Gesture, Ledger, What};
use super::pack::Pack;
use super::proposal::Proposal;
use super::team::Team;
use crate::json::id;
use crate::outbox::Status;
use crate::outbox::store::StoreError;
use crate::ui::texts::{self, Text};
use domain::fact::{Item, Method};
use domain::{DeviceId, OutingId, Position, SiteId};

/// Which of the great states the recorder is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing read yet: what the server renders.
    Loading,
    /// A code is needed.
    Join,
    /// An outing is on the screen.
    Recording,
    /// The page for flagging, whose screen is not here yet.
    Waiting,
    /// The page for flagging.
    Flagging,
    /// This browser keeps nothing.
    Broken,
}

/// Which screen of the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Counting.
    Count,
    /// Places.
    Places,
    /// Map.
    Map,
    /// Whom one meets.
    Met,
    /// Who is there: on a coordinator's own phone only.
    Team,
    /// Sending.
    Sending,
}

impl Tab {
    const ALL: [Self; 6] = [
        Self::Count,
        Self::Places,
        Self::Map,
        Self::Met,
        Self::Team,
        Self::Sending,
    ];

    /// Its name in the markup.
    pub fn code(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Places => "places",
            Self::Map => "map",
            Self::Met => "met",
            Self::Team => "team",
            Self::Sending => "sending",
        }
    }

    /// From the markup.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What lies over the screen until it is answered or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// What is picked up.
    Items,
    /// The latest gestures, each of which can be taken back.
    Gestures,
    /// All that is not needed at each step.
    Menu,
    /// Who does what, in a picture: before the first tap of an outing.
    Picture,
    /// A place is proposed.
    Proposal,
    /// The outing is over for this phone.
    End,
    /// Wiping what was not sent: asked a second time.
    Wipe,
    /// The green light.
    Light,
    /// Somebody new.
    Newcomer,
    /// Whose the other phones are.
    Phones,
}

impl Sheet {
    const ALL: [Self; 10] = [
        Self::Items,
        Self::Gestures,
        Self::Menu,
        Self::Picture,
        Self::Proposal,
        Self::End,
        Self::Wipe,
        Self::Light,
        Self::Newcomer,
        Self::Phones,
    ];

    /// Its name in the markup.
    pub fn code(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Gestures => "gestures",
            Self::Menu => "menu",
            Self::Picture => "picture",
            Self::Proposal => "proposal",
            Self::End => "end",
            Self::Wipe => "wipe",
            Self::Light => "light",
            Self::Newcomer => "newcomer",
            Self::Phones => "phones",
        }
    }

    /// From the markup.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What a person set on this phone, remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// The total is said aloud after each tap.
    Voice,
    /// The strongest contrast.
    Sun,
}

impl Habit {
    /// Each.
    pub const ALL: [Self; 2] = [Self::Voice, Self::Sun];

    /// Its name in the markup and on the disk.
    pub fn code(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Sun => "sun",
        }
    }

    /// From the markup.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// Where the team is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Nobody said yet.
    #[default]
    Unset,
    /// « Ici »: a point, or not even that.
    Here,
    /// A site of the outing.
    Site(SiteId),
}

impl Place {
    /// The site, if it is one.
    pub fn site(self) -> Option<SiteId> {
        match self {
            Self::Site(site) => Some(site),
            Self::Here | Self::Unset => None,
        }
    }

    /// As it is kept: never the point itself.
    pub fn to_text(self) -> String {
        match self {
            Self::Site(site) => site.to_string(),
            Self::Here => "here".into(),
            Self::Unset => String::new(),
        }
    }

    /// As it was kept.
    pub fn from_text(text: &str) -> Self {
        match text {
            "here" => Self::Here,
            site => id(site).map_or(Self::Unset, Self::Site),
        }
    }
}

/// A position, as the phone told it once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fix {
    /// Where.
    pub at: Position,
    /// Give or take, in metres; none where a person pointed at the map.
    pub accuracy_m: Option<u32>,
}

/// How looking for the position went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Looking {
    /// Not asked, or found.
    #[default]
    No,
    /// Under way.
    Now,
    /// Refused or not found.
    Failed,
}

/// What the last gesture became.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Saved {
    /// No gesture yet, or one that is not on the disk yet.
    #[default]
    NotYet,
    /// On the disk.
    Kept,
    /// It is not.
    Failed(StoreError),
}

/// How the first copy goes of all that is needed with no network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// It was here before, or came in a moment.
    #[default]
    Unsaid,
    /// So many percent.
    UnderWay(u32),
    /// It has just come.
    Whole,
    /// It goes on once there is a network.
    NoNetwork,
}

/// One fact of the queue, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What and where.
    pub words: String,
    /// « 14 h 05 ».
    pub hour: String,
    /// Why a person must look at it; none while it only waits.
    pub reason: Option<Text>,
}

/// What the screen knows.
#[derive(Clone, Debug)]
pub struct Model {
    /// Which great state.
    pub phase: Phase,
    /// Which screen of it.
    pub tab: Tab,
    /// This phone.
    pub device: Option<DeviceId>,
    /// The outing on the screen.
    pub outing: Option<OutingId>,
    /// What came with it.
    pub pack: Pack,
    /// What was counted.
    pub ledger: Ledger,
    /// What a coordinator prepares on their own phone.
    pub team: Team,
    /// Where the team is.
    pub place: Place,
    /// The point of « ici ».
    pub here: Option<Fix>,
    /// What is being picked up.
    pub item: Item,
    /// Counted or estimated.
    pub method: Method,
    /// What lies over the screen.
    pub sheet: Option<Sheet>,
    /// The screen is locked against the rain: only a long touch opens it.
    pub locked: bool,
    /// What is set on this phone.
    pub habits: Vec<Habit>,
    /// This phone can speak by itself, with nothing leaving it.
    pub can_speak: bool,
    /// A place that is being proposed.
    pub proposal: Proposal,
    /// The words typed beside what is proposed or flagged; whatever the screen becomes meanwhile.
    pub note: String,
    /// A touch on the map says where: « ici », or the place that is proposed.
    pub pointing: bool,
    /// What the last gesture became.
    pub saved: Saved,
    /// The phone's position, asked by a tap; sorts the places.
    pub position: Option<Fix>,
    /// How looking for it goes.
    pub looking: Looking,
    /// What is being flagged.
    pub flag: Flag,
    /// The outing was just wiped from this phone.
    pub wiped: bool,
    /// The screens that are not needed for the first tap are here: the phone fetches them after it
    /// could be made.
    pub more: bool,
    /// A newer version of the product waits to take over.
    pub update: bool,
    /// How the first copy goes, for the day without network.
    pub keeping: Keeping,
    /// The browser promised to keep what is here, or did not; none before it was asked.
    pub promised: Option<bool>,
    /// A code that waits for the other part of the recorder.
    pub wish: String,
    /// Joining is under way.
    pub joining: bool,
    /// Why joining failed.
    pub join_error: Option<Text>,
    /// How the sending goes.
    pub status: Status,
    /// What waits, in words, while it is on the screen.
    pub waiting: Vec<Row>,
    /// What a person must look at, in words, while it is on the screen.
    pub aside: Vec<Row>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            phase: Phase::Loading,
            tab: Tab::Count,
            device: None,
            outing: None,
            pack: Pack::default(),
            ledger: Ledger::default(),
            team: Team::default(),
            place: Place::Unset,
            here: None,
            item: Item::Syringe,
            method: Method::Counted,
            sheet: None,
            locked: false,
            habits: Vec::new(),
            can_speak: false,
            proposal: Proposal::default(),
            note: String::new(),
            pointing: false,
            saved: Saved::NotYet,
            position: None,
            looking: Looking::No,
            flag: Flag::default(),
            wiped: false,
            more: false,
            update: false,
            keeping: Keeping::Unsaid,
            promised: None,
            wish: String::new(),
            joining: false,
            join_error: None,
            status: Status::default(),
            waiting: Vec::new(),
            aside: Vec::new(),
        }
    }
}

impl Model {
    /// The title of a site, if this phone may know it.
    pub fn title_of(&self, site: SiteId) -> Option<&str> {
        let found = self.pack.sites.iter().find(|it| it.id == site);
        found.map(|it| it.title.as_str())
    }

    /// Everything of the kind in hand, wherever it was.
    pub fn total(&self) -> u32 {
        self.ledger.total(What::Item(self.item))
    }

    /// The kind in hand, at this place.
    pub fn total_here(&self) -> u32 {
        self.total_at(self.place.site())
    }

    /// The kind in hand, at one place.
    pub fn total_at(&self, place: Option<SiteId>) -> u32 {
        self.ledger.total_at(place, What::Item(self.item))
    }

    /// Where a gesture was made, in words.
    pub fn place_of(&self, gesture: &Gesture) -> &str {
        let title = gesture.place.and_then(|it| self.title_of(it));
        match (title, gesture.what) {
            (Some(title), _) => title,
            (None, What::Item(_)) => texts::places::HERE.as_str(),
            (None, What::Met(_)) => "",
        }
    }

    /// Facts that the server does not have.
    pub fn unsent(&self) -> u32 {
        self.status.waiting + self.status.aside
    }

    /// Does the server have everything? Not before somebody has looked.
    pub fn all_sent(&self) -> bool {
        self.status.looked && self.unsent() == 0
    }

    /// Is it set on this phone?
    pub fn has(&self, habit: Habit) -> bool {
        self.habits.contains(&habit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_place_is_kept_without_its_point() {
        let site = Place::Site(SiteId(Uuid::from_u128(7)));
        for place in [Place::Unset, Place::Here, site] {
            assert_eq!(Place::from_text(&place.to_text()), place);
        }
        assert_eq!(Place::from_text("?"), Place::Unset);
    }
}

//! The team, on a coordinator's own phone: the green light, who is there, somebody new, whose the
//! other phones are. Pure: what is shown is the pack and, over it, the own words of this phone
//! that the server may not have yet.

use super::lead::{Entry, Lead, Mark, NEWCOMER, OPENING, PHONE_CONFIRMED, PRESENCE, Source};
use super::model::Model;
use crate::json::{Json, quoted};
use crate::ui::texts;
use uuid::Uuid;

/// The two bodies that walk, as an `opening` names them.
pub const ROLES: [&str; 2] = ["coordinator", "agent"];
/// Members of one body at one outing.
const STAFF_MAX: u32 = 9;

/// What is being prepared on the screen, and whose word it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Coordinators and agents who are there.
    pub staff: [u32; 2],
    /// Codes of the equipment that was checked.
    pub checked: Vec<String>,
    /// It opens all the same: the reasons are on the screen.
    pub anyway: bool,
    /// Which of [`texts::REASONS`].
    pub reason: Option<usize>,
    /// The newcomer's sign: its place in [`Lead::signs`].
    pub sign: Option<usize>,
    /// All free signs are shown.
    pub all_signs: bool,
    /// Whose word is shown.
    pub source: Source,
}

impl Default for Team {
    fn default() -> Self {
        Self {
            staff: [1, 0],
            checked: Vec::new(),
            anyway: false,
            reason: None,
            sign: None,
            all_signs: false,
            source: Source::Own,
        }
    }
}

impl Team {
    /// One more or one less of a body. Whoever holds the phone is there.
    pub fn count(&mut self, role: usize, more: bool) {
        if let Some(n) = self.staff.get_mut(role) {
            let least = u32::from(role == 0);
            *n = if more { *n + 1 } else { n.saturating_sub(1) };
            *n = (*n).clamp(least, STAFF_MAX);
        }
    }

    /// It is there, or not any more.
    pub fn check(&mut self, code: &str) {
        match self.checked.iter().position(|it| it == code) {
            Some(at) => drop(self.checked.remove(at)),
            None => self.checked.push(code.to_owned()),
        }
    }

    /// Was it checked?
    pub fn has(&self, code: &str) -> bool {
        self.checked.iter().any(|it| it == code)
    }

    /// This still keeps the light red. What is asked about the agent stands among the equipment:
    /// nobody is told anything where no agent is, and a word does not make one go away.
    fn lacks(&self, item: &Entry) -> bool {
        let agents = self.staff[1] > 0;
        match item.code.as_str() {
            "agent_told" => agents && !self.has(&item.code),
            "no_agent" => agents || !self.has(&item.code),
            code => item.is && !self.has(code),
        }
    }

    /// What the green light still asks for, as [`domain::outing::missing_for_green_light`] says
    /// it: how many of each body, and the labels of the equipment.
    pub fn missing<'a>(&self, lead: &'a Lead) -> ([u32; 2], Vec<&'a str>) {
        let equipment = lead.equipment.iter();
        let wanted = equipment.filter(|it| self.lacks(it));
        let few = |role: usize| lead.staff_min[role].saturating_sub(self.staff[role]);
        (
            [few(0), few(1)],
            wanted.map(|it| it.words.as_str()).collect(),
        )
    }

    /// Nothing is missing.
    pub fn is_ready(&self, lead: &Lead) -> bool {
        let (staff, equipment) = self.missing(lead);
        staff == [0, 0] && equipment.is_empty()
    }

    /// The green light, as a fact says it; `words` are why it is given all the same.
    pub fn opening(&self, lead: &Lead, words: &str) -> String {
        let mut data = String::from("\"staff\":[");
        for (role, n) in ROLES.into_iter().zip(self.staff) {
            for _ in 0..n {
                add(&mut data, role);
            }
        }
        data += "],\"equipment\":[";
        for code in &self.checked {
            add(&mut data, code);
        }
        data += "]";
        let reason = self.reason.and_then(|it| texts::REASONS.get(it));
        if let Some(reason) = reason.filter(|_| !self.is_ready(lead)) {
            let words = words.trim();
            let between = if words.is_empty() { "" } else { " : " };
            data += ",\"override\":";
            data += &quoted(&[reason.french(), between, words].concat());
        }
        data
    }
}

/// Adds a text to a list in JSON.
fn add(list: &mut String, text: &str) {
    if !list.ends_with('[') {
        list.push(',');
    }
    *list += &quoted(text);
}

/// `true` or `false`, in a fact and in a mark.
pub fn truth(it: bool) -> &'static str {
    if it { "true" } else { "false" }
}

/// What a mark says, as a fact says it; all but the green light, which says more.
pub fn data(mark: &Mark) -> String {
    let (about, word, more) = match mark.kind {
        PRESENCE => ("\"peer\":", ",\"present\":", ""),
        NEWCOMER => ("\"peer\":", ",\"sign\":", ",\"pseudonym\":"),
        _ => ("\"device\":", ",\"whose\":", ""),
    };
    let mut data = [about, &quoted(&mark.about), word].concat();
    if mark.kind == PRESENCE {
        data += &mark.word;
    } else {
        data += &quoted(&mark.word);
    }
    if !more.is_empty() {
        data += more;
        data += &quoted(&mark.more);
    }
    data
}

/// Somebody on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person<'a> {
    /// Who.
    pub id: &'a str,
    /// What they are called.
    pub pseudonym: &'a str,
    /// Code of their sign.
    pub sign: &'a str,
    /// They are there.
    pub there: bool,
}

/// Everybody: those whom only this phone knows, then the programme's in its order.
pub fn people<'a>(model: &'a Model, lead: &'a Lead) -> Vec<Person<'a>> {
    let mut list = Vec::new();
    let mut add = |id: &'a str, pseudonym: &'a str, sign: &'a str, there| {
        let word = own_word(model, PRESENCE, id);
        list.push(Person {
            id,
            pseudonym,
            sign,
            there: word.map_or(there, |it| it == truth(true)),
        });
    };
    for new in model.ledger.marks.of(NEWCOMER) {
        if !lead.peers.iter().any(|it| it.code == new.about) {
            add(&new.about, &new.more, &new.word, false);
        }
    }
    for peer in &lead.peers {
        add(&peer.code, &peer.words, &peer.more, peer.is);
    }
    list
}

/// Whose a phone is, by its code; empty while nobody said so.
pub fn whose<'a>(model: &'a Model, phone: &'a Entry) -> &'a str {
    own_word(model, PHONE_CONFIRMED, &phone.code).unwrap_or(&phone.more)
}

/// What this phone said, unless the pack knows better.
fn own_word<'a>(model: &'a Model, kind: &str, about: &str) -> Option<&'a str> {
    let word = model.ledger.marks.word(kind, about);
    word.filter(|_| model.team.source != Source::Pack)
}

/// The free signs and their places in the list: of each animal the first, or the chosen one; or
/// all of them.
pub fn free_signs<'a>(model: &Model, lead: &'a Lead) -> Vec<(usize, &'a Entry)> {
    let animal = |it: &'a Entry| it.code.split_once('-').map(|it| it.0);
    let mut list: Vec<(usize, &Entry)> = Vec::new();
    for (at, sign) in lead.signs.iter().enumerate() {
        let mut own = model.ledger.marks.of(NEWCOMER);
        if sign.is || own.any(|it| it.word == sign.code) {
            continue;
        }
        match list.last_mut() {
            Some(last) if !model.team.all_signs && animal(last.1) == animal(sign) => {
                if model.team.sign == Some(at) {
                    *last = (at, sign);
                }
            }
            _ => list.push((at, sign)),
        }
    }
    list
}

/// What a fact of the team says in the queue: « Présence · Lou », with the names that this phone
/// may know. `None`: it is another kind of fact.
#[inline(never)]
pub fn in_words(kind: &str, data: &Json, name_of: impl Fn(&str) -> String) -> Option<String> {
    let (what, about) = match kind {
        PRESENCE => (texts::team::PRESENCE, "peer"),
        NEWCOMER => (texts::team::NEWCOMER, "sign"),
        OPENING => (texts::team::LIGHT, ""),
        PHONE_CONFIRMED => (texts::team::PHONE, ""),
        _ => return None,
    };
    let name = data.get(about).text().map(name_of).unwrap_or_default();
    let between = if name.is_empty() { "" } else { " · " };
    Some([what.as_str(), between, &name].concat())
}

/// The name of somebody, or of a sign, that this phone may show; empty when it may not.
#[inline(never)]
pub fn name_of(model: &Model, code: &str) -> String {
    let Some(lead) = &model.pack.lead else {
        return String::new();
    };
    let somebody = people(model, lead).into_iter().find(|it| it.id == code);
    somebody
        .map_or(lead.label_of(code), |it| it.pseudonym)
        .to_owned()
}

/// What a tap on the team's screen asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TeamAct {
    /// What.
    pub what: What,
    /// Which of a list, or which body; 0 where there is none.
    pub at: usize,
    /// Whom, or which phone; nil where there is none.
    pub of: Uuid,
}

/// The things that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// One more of a body.
    More,
    /// One less.
    Less,
    /// This is there, or not any more.
    Check,
    /// All of it is.
    AllThere,
    /// It opens all the same: why?
    Anyway,
    /// For this reason.
    Reason,
    /// The green light.
    Open,
    /// Somebody is there.
    There,
    /// They were marked by mistake.
    Mistake,
    /// The newcomer's sign.
    Sign,
    /// All free signs.
    AllSigns,
    /// Somebody new, with that sign.
    Newcomer,
    /// The phone is the association's.
    Association,
    /// It is a peer's.
    Peer,
    /// It is an agent's.
    Agent,
}

/// Their names in the markup; of a phone, also in its fact.
const WHATS: [(What, &str); 15] = [
    (What::More, "more"),
    (What::Less, "less"),
    (What::Check, "check"),
    (What::AllThere, "all-there"),
    (What::Anyway, "anyway"),
    (What::Reason, "reason"),
    (What::Open, "open"),
    (What::There, "there"),
    (What::Mistake, "mistake"),
    (What::Sign, "sign"),
    (What::AllSigns, "all-signs"),
    (What::Newcomer, "newcomer"),
    (What::Association, "association"),
    (What::Peer, "peer"),
    (What::Agent, "agent"),
];

impl What {
    /// Its name.
    pub fn code(self) -> &'static str {
        WHATS[self as usize].1
    }
}

impl TeamAct {
    /// Something that names nothing else, or one of a list.
    pub fn at(what: What, at: usize) -> Self {
        let of = Uuid::nil();
        Self { what, at, of }
    }

    /// As it stands in the markup: `there 0 01933e4c-…`.
    pub fn to_text(self) -> String {
        let (at, of) = (self.at.to_string(), self.of.to_string());
        [self.what.code(), " ", &at, " ", &of].concat()
    }

    /// From the markup.
    pub fn from_text(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once(' ')?;
        let (at, of) = rest.split_once(' ')?;
        Some(Self {
            what: WHATS.iter().find(|it| it.1 == name)?.0,
            at: at.parse().ok()?,
            of: crate::json::id(of)?,
        })
    }
}

/// What an act is done with.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// « 14 h 05 », by the phone's clock.
    pub hour: String,
    /// Why it opens all the same, as typed.
    pub why: String,
    /// The newcomer's pseudonym, as typed.
    pub pseudonym: String,
    /// A new id, should it be needed.
    pub id: Uuid,
}

/// Does what was tapped; what it says is to be recorded, each word with the data of its fact.
pub fn act(model: &mut Model, act: TeamAct, told: &Told) -> Vec<(String, Mark)> {
    let mut said = Vec::new();
    let Some(lead) = &model.pack.lead else {
        return said;
    };
    let mut say = |kind, about: &str, word: &str, more: &str, opening: Option<String>| {
        let (about, word, more) = (about.to_owned(), word.to_owned(), more.to_owned());
        let mark = Mark {
            kind,
            about,
            word,
            more,
        };
        said.push((opening.unwrap_or_else(|| data(&mark)), mark));
    };
    let team = &mut model.team;
    let about = act.of.to_string();
    match act.what {
        What::More | What::Less => team.count(act.at, act.what == What::More),
        What::Check => {
            if let Some(item) = lead.equipment.get(act.at) {
                team.check(&item.code);
            }
        }
        What::AllThere => {
            for item in &lead.equipment {
                if !team.has(&item.code) {
                    team.check(&item.code);
                }
            }
        }
        What::Anyway => team.anyway = true,
        What::Reason => team.reason = Some(act.at),
        What::Open => {
            let opening = team.opening(lead, &told.why);
            say(OPENING, "", &told.hour, "", Some(opening));
            *team = Team::default();
            model.sheet = None;
        }
        What::There | What::Mistake => {
            say(PRESENCE, &about, truth(act.what == What::There), "", None);
        }
        What::Sign => {
            team.sign = Some(act.at);
            team.all_signs = false;
        }
        What::AllSigns => team.all_signs = true,
        What::Newcomer => {
            if let Some(sign) = team.sign.and_then(|it| lead.signs.get(it)) {
                let about = told.id.to_string();
                let typed = told.pseudonym.trim();
                let pseudonym = if typed.is_empty() { &sign.words } else { typed };
                say(NEWCOMER, &about, &sign.code, pseudonym, None);
                say(PRESENCE, &about, truth(true), "", None);
                team.sign = None;
                model.sheet = None;
            }
        }
        What::Association | What::Peer | What::Agent => {
            say(PHONE_CONFIRMED, &about, act.what.code(), "", None);
        }
    }
    said
}

#[cfg(test)]
mod tests;

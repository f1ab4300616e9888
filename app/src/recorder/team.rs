//! The team, on a coordinator's own phone: the green light, who is there, somebody new, whose the
//! other phones are. Pure: what is shown is the pack and, over it, the own words of this phone
//! that the server may not have yet.

use super::lead::{Entry, Lead, NEWCOMER, OPENING, PHONE_CONFIRMED, PRESENCE, Source};
use super::model::Model;
use crate::json::{Json, id, listed, quoted};
use crate::ui::texts;
use domain::fact::Whose;
use domain::{DeviceId, PeerId};

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
    /// Which of [`texts::team::REASONS`].
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
        if self.has(code) {
            self.checked.retain(|it| it != code);
        } else {
            self.checked.push(code.to_owned());
        }
    }

    /// Was it checked?
    pub fn has(&self, code: &str) -> bool {
        self.checked.iter().any(|it| it == code)
    }

    /// What the green light still asks for, as [`domain::outing::missing_for_green_light`] says
    /// it: how many of each body, and the labels of the equipment.
    pub fn missing<'a>(&self, lead: &'a Lead) -> ([u32; 2], Vec<&'a str>) {
        let equipment = lead.equipment.iter();
        let wanted = equipment.filter(|it| lead.needed.contains(&it.code) && !self.has(&it.code));
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
        let there = self.staff.iter().zip(ROLES);
        let mut staff = there.flat_map(|(n, role)| (0..*n).map(move |_| quoted(role)));
        let mut equipment = self.checked.iter().map(|it| quoted(it));
        let (staff, equipment) = (listed(&mut staff), listed(&mut equipment));
        let mut data = ["\"staff\":[", &staff, "],\"equipment\":[", &equipment, "]"].concat();
        let reason = self.reason.and_then(|it| texts::team::REASONS.get(it));
        if let Some(reason) = reason.filter(|_| !self.is_ready(lead)) {
            let words = words.trim();
            let between = if words.is_empty() { "" } else { " : " };
            data += ",\"override\":";
            data += &quoted(&[reason, between, words].concat());
        }
        data
    }
}

/// Somebody is there, or was marked by mistake.
pub fn presence(peer: PeerId, present: bool) -> String {
    let peer = quoted(&peer.to_string());
    ["\"peer\":", &peer, ",\"present\":", truth(present)].concat()
}

/// `true` or `false`, in a fact and in a mark.
pub fn truth(it: bool) -> &'static str {
    if it { "true" } else { "false" }
}

/// Somebody new.
pub fn newcomer(peer: PeerId, pseudonym: &str, sign: &str) -> String {
    let (peer, pseudonym) = (quoted(&peer.to_string()), quoted(pseudonym));
    let sign = quoted(sign);
    [
        "\"peer\":",
        &peer,
        ",\"pseudonym\":",
        &pseudonym,
        ",\"sign\":",
        &sign,
    ]
    .concat()
}

/// Whose a phone is.
pub fn phone_confirmed(device: DeviceId, whose: Whose) -> String {
    let (device, whose) = (quoted(&device.to_string()), quoted(whose.code()));
    ["\"device\":", &device, ",\"whose\":", &whose].concat()
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
    let marks = &model.ledger.marks;
    let known = |id: &str| lead.peers.iter().any(|it| it.code == id);
    let own = marks.of(NEWCOMER).filter(|it| !known(&it.about));
    let own = own.map(|it| (&it.about, &it.more, &it.word, false));
    let all = lead
        .peers
        .iter()
        .map(|it| (&it.code, &it.words, &it.more, it.is));
    let person = |(id, pseudonym, sign, there): (&'a String, &'a String, &'a String, bool)| {
        let word = own_word(model, PRESENCE, id);
        Person {
            id,
            pseudonym,
            sign,
            there: word.map_or(there, |it| it == truth(true)),
        }
    };
    own.chain(all).map(person).collect()
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
    let animal = |it: &'a Entry| it.code.split('-').next();
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
    Some([what, between, &name].concat())
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
pub enum TeamAct {
    /// One more, or less, of a body.
    Staff(usize, bool),
    /// This is there, or not any more: its place in the list.
    Check(usize),
    /// All of it is.
    AllThere,
    /// It opens all the same: why?
    Anyway,
    /// For this reason.
    Reason(usize),
    /// The green light.
    Open,
    /// Somebody is there, or was marked by mistake.
    Presence(PeerId, bool),
    /// The newcomer's sign: its place in the list.
    Sign(usize),
    /// All free signs.
    AllSigns,
    /// Somebody new, with that sign.
    Newcomer,
    /// Whose a phone is.
    Phone(DeviceId, Whose),
}

/// Acts that name nothing else.
const PLAIN: [(&str, TeamAct); 5] = [
    ("all-there", TeamAct::AllThere),
    ("anyway", TeamAct::Anyway),
    ("open", TeamAct::Open),
    ("all-signs", TeamAct::AllSigns),
    ("newcomer", TeamAct::Newcomer),
];

impl TeamAct {
    /// As it stands in the markup.
    pub fn to_text(self) -> String {
        let (name, of) = match self {
            Self::Staff(role, true) => ("more", role.to_string()),
            Self::Staff(role, false) => ("less", role.to_string()),
            Self::Check(at) => ("check", at.to_string()),
            Self::Reason(at) => ("reason", at.to_string()),
            Self::Sign(at) => ("sign", at.to_string()),
            Self::Presence(peer, true) => ("there", peer.to_string()),
            Self::Presence(peer, false) => ("mistake", peer.to_string()),
            Self::Phone(device, whose) => (whose.code(), device.to_string()),
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
        let at = || of.parse().ok();
        Some(match name {
            "more" => Self::Staff(at()?, true),
            "less" => Self::Staff(at()?, false),
            "check" => Self::Check(at()?),
            "reason" => Self::Reason(at()?),
            "sign" => Self::Sign(at()?),
            "there" => Self::Presence(id(of)?, true),
            "mistake" => Self::Presence(id(of)?, false),
            _ if of.is_empty() => PLAIN.iter().find(|it| it.0 == name)?.1,
            whose => Self::Phone(id(of)?, Whose::from_code(whose)?),
        })
    }
}

#[cfg(test)]
mod tests;

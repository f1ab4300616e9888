//! What only a coordinator's own phone knows: what its pack brings besides, and what was said on
//! it. Read with the pack and the ledger at the start; [`super::team`] says what it means.

use crate::json::{Json, quoted};

/// Kind of the fact that somebody is there, or was marked by mistake.
pub const PRESENCE: &str = "presence";
/// Kind of the fact that somebody is new.
pub const NEWCOMER: &str = "newcomer";
/// Kind of the green light.
pub const OPENING: &str = "opening";
/// Kind of the fact that says whose a phone is.
pub const PHONE_CONFIRMED: &str = "phone_confirmed";

/// Something that the pack lists: all of its lists have the same form here, so that one small
/// function reads them.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its code or id.
    pub code: String,
    /// A pseudonym, a label, an hour, an outline.
    pub words: String,
    /// A sign, whose it is, the strokes; empty where there is none.
    pub more: String,
    /// Present; taken; needed.
    pub is: bool,
}

/// What only a coordinator's own phone gets: see [`domain::crew::PackLead`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lead {
    /// The outing's state, by its code.
    pub state: String,
    /// Coordinators and agents that the green light asks for.
    pub staff_min: [u32; 2],
    /// The programme's peers: id, pseudonym, sign, present.
    pub peers: Vec<Entry>,
    /// What to check: code, label, whether the green light asks for it.
    pub equipment: Vec<Entry>,
    /// The other phones: device, when it joined, whose it is.
    pub phones: Vec<Entry>,
    /// The signs: code, label, taken.
    pub signs: Vec<Entry>,
    /// The animals on them: code, outline, strokes.
    pub animals: Vec<Entry>,
}

impl Lead {
    /// From a pack. `None`: this phone does not lead.
    pub fn read(pack: &Json) -> Option<Self> {
        let lead = pack.get("lead");
        let rule = lead.get("green_light");
        let list = |name, of| entries(lead.get(name), of);
        let mut equipment = list("equipment", ["code", "label", "", ""]);
        for it in &mut equipment {
            let codes = rule.get("equipment").items();
            it.is = codes.iter().any(|code| code.text() == Some(&it.code));
        }
        Some(Self {
            state: text(pack.get("outing"), "state"),
            staff_min: [
                rule.get("coordinators_min").whole()?,
                rule.get("agents_min").whole()?,
            ],
            peers: entries(pack.get("peers"), ["id", "pseudonym", "sign", "present"]),
            equipment,
            phones: list("phones", ["device", "joined_at", "whose", ""]),
            signs: list("signs", ["sign", "label", "", "taken"]),
            animals: list("animals", ["animal", "body", "lines", ""]),
        })
    }

    /// « hérisson bleu » of a sign.
    pub fn label_of(&self, sign: &str) -> &str {
        let found = self.signs.iter().find(|it| it.code == sign);
        found.map_or("", |it| &it.words)
    }
}

fn entries(list: &Json, [code, words, more, is]: [&str; 4]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for it in list.items() {
        entries.push(Entry {
            code: text(it, code),
            words: text(it, words),
            more: text(it, more),
            is: matches!(it.get(is), Json::Bool(true)),
        });
    }
    entries
}

fn text(json: &Json, name: &str) -> String {
    json.get(name).text().unwrap_or_default().to_owned()
}

/// The latest that this phone said about somebody or something.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Kind of the fact.
    pub kind: &'static str,
    /// About whom, or which phone: its id; empty for the outing.
    pub about: String,
    /// `true`, a sign, whose, an hour.
    pub word: String,
    /// A pseudonym.
    pub more: String,
}

/// All that this phone said, kept in the ledger: in the same transaction as the facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks(Vec<Mark>);

impl Marks {
    /// As they were kept; what cannot be read is left out.
    pub fn from_json(list: &Json) -> Self {
        let mut marks = Self::default();
        for mark in list.items() {
            marks.0.extend(Mark::from_json(mark));
        }
        marks
    }

    /// As they are kept, without the brackets.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for it in &self.0 {
            out += if out.is_empty() { "[" } else { ",[" };
            for (at, field) in [it.kind, &it.about, &it.word, &it.more].iter().enumerate() {
                out += if at == 0 { "" } else { "," };
                out += &quoted(field);
            }
            out.push(']');
        }
        out
    }

    /// Says something; it takes the place of what was said before about the same. False: it is
    /// said already, and for good. The green light is given once, also by two tabs.
    pub fn enter(&mut self, mark: &Mark) -> bool {
        let same = |it: &Mark| it.kind == mark.kind && it.about == mark.about;
        match self.0.iter_mut().find(|it| same(it)) {
            Some(_) if mark.kind == OPENING => return false,
            Some(known) => *known = mark.clone(),
            None => self.0.push(mark.clone()),
        }
        true
    }

    /// The latest word about it.
    pub fn word(&self, kind: &str, about: &str) -> Option<&str> {
        let found = self.of(kind).find(|it| it.about == about);
        found.map(|it| it.word.as_str())
    }

    /// All of a kind.
    pub fn of<'a>(&'a self, kind: &str) -> impl Iterator<Item = &'a Mark> {
        self.0.iter().filter(move |it| it.kind == kind)
    }
}

impl Mark {
    fn from_json(json: &Json) -> Option<Self> {
        let [kind, about, word, more] = json.items() else {
            return None;
        };
        let kind = kind.text()?;
        let kinds = [PRESENCE, NEWCOMER, OPENING, PHONE_CONFIRMED];
        Some(Self {
            kind: kinds.into_iter().find(|it| *it == kind)?,
            about: about.text()?.to_owned(),
            word: word.text()?.to_owned(),
            more: more.text()?.to_owned(),
        })
    }
}

/// Whose word is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The own words lie over the pack.
    #[default]
    Own,
    /// The same; but a pack was asked for since all of them are sent.
    Asked,
    /// The pack was asked for since all own words are sent: it knows better.
    Pack,
}

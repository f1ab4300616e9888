//! The server of the model, and the network in front of it.

use super::dice::Dice;
use super::phone::Call;
use crate::outbox::plan::{Answer, Reply};
use crate::outbox::wire;
use domain::FactId;
use domain::crew::FactStatus;
use std::collections::{HashMap, HashSet};

/// Outings of one phone: each has its own token.
pub const OUTINGS: usize = 2;

const PROBLEM: &str = r#"{"type":"about:blank"}"#;
const PORTAL: &str = "<!DOCTYPE html><h1>Wi-Fi gratuit</h1>";

/// What a fact says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// So many items.
    Pickup(u32),
    /// Takes another fact back.
    Void(FactId),
}

/// What the server thinks of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// Refused with a reason, alone.
    Refused,
    /// Refused until the server has learnt.
    TooNew,
    /// Makes its whole batch unreadable.
    Unreadable,
}

/// A fact as it was kept and is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    pub id: FactId,
    pub what: What,
    pub flaw: Flaw,
}

impl Fact {
    /// Never taken, whatever the server learns.
    pub fn is_flawed(&self) -> bool {
        matches!(self.flaw, Flaw::Refused | Flaw::Unreadable)
    }
}

/// What a phone shows to be let in: a number that changes when the old one is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub phone: usize,
    pub outing: usize,
    pub number: u32,
}

/// A batch on its way.
#[derive(Clone, Debug)]
pub struct Request {
    pub call: Call,
    pub token: Token,
    pub facts: Vec<Fact>,
}

/// Something between the phones and the server.
#[derive(Clone, Debug)]
pub enum Packet {
    Request(Request),
    Answer(Call, Reply),
}

/// What was deliberately broken, to see that it is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    None,
    /// The server counts a fact each time it comes.
    ServerCountsAgain,
    /// A phone takes any 200 for « all is kept ».
    PhoneForgetsTooEarly,
}

/// What survives a crash is `log` and what is made from it; what does not is `at_work`.
pub struct Server {
    mutant: Mutant,
    batch_max: usize,
    log: Vec<Fact>,
    known: HashMap<FactId, Fact>,
    tokens: Vec<[u32; OUTINGS]>,
    at_work: Vec<Request>,
    learnt: bool,
}

impl Server {
    pub fn new(phones: usize, batch_max: usize, mutant: Mutant) -> Self {
        Self {
            mutant,
            batch_max,
            log: Vec::new(),
            known: HashMap::new(),
            tokens: vec![[0; OUTINGS]; phones],
            at_work: Vec::new(),
            learnt: false,
        }
    }

    /// An update: from now on it takes what was too new for it.
    pub fn learn(&mut self) {
        self.learnt = true;
    }

    /// The token that is good now.
    pub fn token(&self, phone: usize, outing: usize) -> u32 {
        self.tokens[phone][outing]
    }

    /// From now on the old token is worth nothing.
    pub fn withdraw_token(&mut self, phone: usize, outing: usize) {
        self.tokens[phone][outing] += 1;
    }

    pub fn is_at_work(&self) -> bool {
        !self.at_work.is_empty()
    }

    pub fn has(&self, id: FactId) -> bool {
        self.known.contains_key(&id)
    }

    pub fn known(&self) -> usize {
        self.known.len()
    }

    /// Items of all pickups in the log that nobody took back.
    pub fn total(&self) -> u64 {
        let voided = self.log.iter().filter_map(|it| match it.what {
            What::Void(target) => Some(target),
            What::Pickup(_) => None,
        });
        let voided: HashSet<FactId> = voided.collect();
        let counts = self.log.iter().map(|it| match it.what {
            What::Pickup(count) if !voided.contains(&it.id) => u64::from(count),
            _ => 0,
        });
        counts.sum()
    }

    /// A request arrives; a bad network answers in the server's place now and then.
    pub fn receive(&mut self, request: Request, dice: Option<&mut Dice>) -> Option<Packet> {
        let status = dice.map_or(8, |it| it.below(24));
        let answer = match status {
            0 => wire::read(500, None, PROBLEM),
            1 => wire::read(503, None, PORTAL),
            2 => wire::read(429, Some("7"), ""),
            3 => wire::read(200, None, PORTAL),
            4 => wire::read(200, None, "{}"),
            5 => wire::read(401, None, PORTAL),
            _ => {
                self.at_work.push(request);
                return None;
            }
        };
        Some(Packet::Answer(request.call, answer))
    }

    /// Ends one of the requests at work, whichever is ready: one transaction, then the answer.
    /// A bad day crashes between the two, breaks after the first, or answers only in part.
    pub fn work(&mut self, dice: &mut Dice, bad_day: bool) -> Option<Packet> {
        if self.at_work.is_empty() {
            return None;
        }
        let at = dice.below(self.at_work.len());
        let request = self.at_work.swap_remove(at);
        let mut reply = self.commit(&request);
        match if bad_day { dice.below(16) } else { 16 } {
            0 => {
                self.restart();
                return None;
            }
            1 => reply = wire::read(500, None, PROBLEM),
            2 => {
                if let Reply::Answers(answers) = &mut reply {
                    answers.truncate(answers.len() / 2);
                }
            }
            _ => {}
        }
        Some(Packet::Answer(request.call, reply))
    }

    /// Only what was committed is still there.
    pub fn restart(&mut self) {
        self.at_work.clear();
        self.known = self.log.iter().map(|it| (it.id, *it)).collect();
    }

    fn commit(&mut self, request: &Request) -> Reply {
        let Token {
            phone,
            outing,
            number,
        } = request.token;
        if number != self.token(phone, outing) {
            return wire::read(401, None, PROBLEM);
        }
        if request.facts.len() > self.batch_max {
            return wire::read(413, None, PROBLEM);
        }
        if request.facts.iter().any(|it| it.flaw == Flaw::Unreadable) {
            return wire::read(422, None, PROBLEM);
        }
        let answers = request.facts.iter().map(|it| Answer {
            id: it.id,
            status: self.take(*it),
            reason: None,
        });
        Reply::Answers(answers.collect())
    }

    fn take(&mut self, fact: Fact) -> FactStatus {
        if fact.flaw == Flaw::Refused || fact.flaw == Flaw::TooNew && !self.learnt {
            return FactStatus::Refused;
        }
        let before = self.known.insert(fact.id, fact);
        if before.is_none() || self.mutant == Mutant::ServerCountsAgain {
            self.log.push(fact);
        }
        match before {
            None => FactStatus::Accepted,
            Some(same) if same == fact => FactStatus::Duplicate,
            Some(_) => FactStatus::Conflict,
        }
    }
}

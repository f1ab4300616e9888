//! One schedule: phones, taps, troubles, then calm; and what must be true at its end.

use super::dice::Dice;
use super::outing;
use super::phone::{Outside, Phone, WORKER};
use super::server::{Fact, Flaw, Mutant, OUTINGS, Packet, Server, What};
use crate::outbox::plan::Trouble;
use domain::FactId;
use std::collections::HashSet;
use uuid::Uuid;

/// Most phones of one schedule.
pub const PHONES_MAX: usize = 8;
/// A calm world comes to rest within so many rounds, or never.
const ROUNDS_MAX: usize = 20_000;

/// What a schedule came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Facts that were tapped.
    pub facts: usize,
    /// Requests that were made.
    pub requests: u32,
    /// The first promise that was broken.
    pub fault: Option<String>,
    /// What happened, step by step, where it was asked for.
    pub trace: Vec<String>,
}

struct World {
    dice: Dice,
    phones: Vec<Phone>,
    outside: Outside,
    /// All that was ever kept, by phone: what the phone itself may forget.
    kept: Vec<Vec<Fact>>,
    facts: usize,
    trace: Option<Vec<String>>,
}

/// Plays the schedule of this seed.
pub fn play(seed: u64, mutant: Mutant, traced: bool) -> Outcome {
    let mut world = World::new(seed, mutant, traced);
    let steps = 40 + 12 * world.phones.len();
    for _ in 0..steps {
        world.step();
        if world.outside.fault.is_some() {
            break;
        }
    }
    if world.outside.fault.is_none() {
        world.calm_down();
        world.account();
    }
    Outcome {
        facts: world.facts,
        requests: world.outside.calls,
        fault: world.outside.fault,
        trace: world.trace.unwrap_or_default(),
    }
}

impl World {
    fn new(seed: u64, mutant: Mutant, traced: bool) -> Self {
        let mut dice = Dice::new(seed);
        let count = 1 + dice.below(PHONES_MAX);
        let batch_max = if dice.one_in(4) {
            1 + dice.below(4)
        } else {
            200
        };
        let mut phones: Vec<Phone> = (0..count).map(|n| Phone::new(n, !dice.one_in(4))).collect();
        for phone in &mut phones {
            phone.open(0);
        }
        Self {
            dice,
            phones,
            outside: Outside {
                server: Server::new(count, batch_max, mutant),
                network: Vec::new(),
                calls: 0,
                fault: None,
                mutant,
            },
            kept: vec![Vec::new(); count],
            facts: 0,
            trace: traced.then(Vec::new),
        }
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(line());
        }
    }

    /// Anything at all happens, to any phone.
    fn step(&mut self) {
        let phone = self.dice.below(self.phones.len());
        let tab = usize::from(self.dice.one_in(4));
        let what = self.dice.below(43);
        self.note(|| format!("step {what} of phone {phone}, tab {tab}"));
        match what {
            0..6 => self.taps(phone, tab),
            6 => self.void(phone, tab),
            7 => self.phones[phone].kill(tab),
            8 => self.phones[phone].open(tab),
            9 => self.phones[phone].wake(tab),
            10..13 => {
                self.phones[phone].ring(tab);
            }
            13 => {
                self.phones[phone].time_out(tab, &mut self.dice, &mut self.outside);
            }
            14 if self.dice.one_in(4) => self.outside.server.restart(),
            15 if self.dice.one_in(2) => {
                let outing = self.dice.below(OUTINGS);
                self.outside.server.withdraw_token(phone, outing);
            }
            14..17 => {
                let outing = self.dice.below(OUTINGS);
                self.join(phone, tab, outing);
            }
            17..25 => self.work(phone, tab),
            25..33 => {
                self.carry(true);
            }
            40 => self.phones[phone].retry_aside(tab),
            41 => self.phones[phone].sync(),
            42 => {
                self.work(phone, WORKER);
            }
            _ => {
                self.serve(true);
            }
        }
    }

    /// A few taps in a row; once in a while, a whole hour without network.
    fn taps(&mut self, phone: usize, tab: usize) {
        let count = match self.dice.below(1_000) {
            0 => 250,
            it => 1 + it % 3,
        };
        for _ in 0..count {
            let items = 1 + self.dice.any() % 10;
            self.keep(phone, tab, What::Pickup(items));
        }
    }

    /// Takes one of this phone's own facts back, perhaps for the second time.
    fn void(&mut self, phone: usize, tab: usize) {
        let at = self.dice.below(self.kept[phone].len());
        if let Some(target) = self.kept[phone].get(at).map(|it| it.id) {
            self.keep(phone, tab, What::Void(target));
        }
    }

    fn keep(&mut self, phone: usize, tab: usize, what: What) {
        if self.phones[phone].tabs[tab].is_none() {
            return;
        }
        self.facts += 1;
        let flaw = match self.dice.below(48) {
            0 => Flaw::Unreadable,
            1..4 => Flaw::Refused,
            4..6 => Flaw::TooNew,
            _ => Flaw::None,
        };
        let id = FactId(Uuid::from_u128(u128::try_from(self.facts).unwrap()));
        let fact = Fact { id, what, flaw };
        let outing = outing(usize::from(self.dice.one_in(4)));
        self.note(|| format!("phone {phone} keeps {fact:?}"));
        self.kept[phone].push(fact);
        self.phones[phone].tap(tab, outing, fact);
    }

    fn join(&mut self, phone: usize, tab: usize, outing: usize) {
        if self.phones[phone].tabs[tab].is_some() {
            let token = self.outside.server.token(phone, outing);
            self.phones[phone].join(tab, outing, token);
        }
    }

    fn work(&mut self, phone: usize, tab: usize) {
        while self.phones[phone].work(tab, &mut self.dice, &mut self.outside) {
            // Stopped half-way more often than not.
            if !self.dice.one_in(3) {
                break;
            }
        }
    }

    /// Any packet arrives, whatever its age; a bad network loses it, or brings it again later.
    fn carry(&mut self, bad: bool) -> bool {
        if self.outside.network.is_empty() {
            return false;
        }
        let at = self.dice.below(self.outside.network.len());
        let fate = if bad { self.dice.below(12) } else { 12 };
        let packet = match fate {
            0 => self.outside.network[at].clone(),
            _ => self.outside.network.swap_remove(at),
        };
        self.note(|| format!("fate {fate} of {packet:?}"));
        match packet {
            _ if fate == 1 => {}
            Packet::Request(request) => {
                let dice = Some(&mut self.dice).filter(|_| bad);
                let answer = self.outside.server.receive(request, dice);
                self.outside.network.extend(answer);
            }
            Packet::Answer(call, reply) => {
                let phone = &mut self.phones[call.phone];
                phone.hear(call, reply, &mut self.dice, &mut self.outside);
            }
        }
        true
    }

    fn serve(&mut self, bad: bool) -> bool {
        let busy = self.outside.server.is_at_work();
        let answer = self.outside.server.work(&mut self.dice, bad);
        self.note(|| format!("the server answers {answer:?}"));
        self.outside.network.extend(answer);
        busy
    }

    fn each_tab(
        &mut self,
        mut act: impl FnMut(&mut Phone, usize, &mut Dice, &mut Outside) -> bool,
    ) -> bool {
        let mut any = false;
        for phone in &mut self.phones {
            for tab in 0..phone.tabs.len() {
                any |= act(phone, tab, &mut self.dice, &mut self.outside);
            }
        }
        any
    }

    /// An honest network and server, and time. A tab is never woken for nothing: it must have
    /// asked for it.
    fn run_until_quiet(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let moved = self.each_tab(Phone::work) | self.carry(false) | self.serve(false);
            let moved = moved
                || self.each_tab(Phone::time_out)
                || self.each_tab(|phone, tab, _, _| phone.ring(tab));
            if !moved {
                return;
            }
        }
        self.outside
            .check(false, || "the outbox never came to rest".into());
    }

    /// The phone is opened if it was not; whoever is asked to join again does so, in one tab; the
    /// other tab is looked at.
    fn calm_down(&mut self) {
        for phone in &mut self.phones {
            if phone.tabs[..WORKER].iter().all(Option::is_none) {
                phone.open(0);
            }
        }
        self.run_until_quiet();
        for phone in 0..self.phones.len() {
            let tab = usize::from(self.phones[phone].tabs[0].is_none());
            for outing in 0..OUTINGS {
                if self.phones[phone].disk.tokens[outing]
                    != self.outside.server.token(phone, outing)
                {
                    self.join(phone, tab, outing);
                }
            }
        }
        self.run_until_quiet();
        self.each_tab(|phone, tab, _, _| {
            phone.wake(tab);
            false
        });
        self.run_until_quiet();
        self.retry_refused();
    }

    /// The server is brought up to date, and somebody presses « réessayer » in each tab.
    fn retry_refused(&mut self) {
        self.outside.server.learn();
        self.each_tab(|phone, tab, _, _| {
            phone.retry_aside(tab);
            false
        });
        self.run_until_quiet();
    }

    /// No fact lost, none counted twice, queues empty, refused ones aside.
    fn account(&mut self) {
        let (mut good, mut total) = (0, 0);
        let outside = &mut self.outside;
        for (n, (phone, kept)) in self.phones.iter().zip(&self.kept).enumerate() {
            let left = phone.disk.outbox.len();
            outside.check(left == 0, || {
                format!("phone {n} still has {left} facts to send")
            });
            for tab in phone.tabs.iter().flatten() {
                let said = (tab.state.waiting(), tab.state.trouble());
                let calm = (0, None::<Trouble>);
                outside.check(said == calm, || format!("phone {n} still says {said:?}"));
            }
            let aside: HashSet<FactId> = phone.disk.aside.values().map(|it| it.id).collect();
            for fact in kept {
                let flawed = fact.is_flawed();
                let there = (outside.server.has(fact.id), aside.contains(&fact.id));
                let on_disk = phone.disk.facts.contains_key(&fact.id);
                let right = there == (!flawed, flawed) && on_disk == flawed;
                outside.check(right, || format!("{fact:?}: server, aside {there:?}"));
            }
            good += kept.iter().filter(|it| !it.is_flawed()).count();
            total += expected(kept);
        }
        let known = outside.server.known();
        outside.check(known == good, || {
            format!("{known} facts on the server, not {good}")
        });
        let counted = outside.server.total();
        outside.check(counted == total, || {
            format!("{counted} items counted, not {total}")
        });
    }
}

/// What was tapped minus what was voided, of the facts that the server takes.
fn expected(kept: &[Fact]) -> u64 {
    let taken = kept.iter().filter(|it| !it.is_flawed());
    let voided: HashSet<FactId> = taken
        .clone()
        .filter_map(|it| match it.what {
            What::Void(target) => Some(target),
            What::Pickup(_) => None,
        })
        .collect();
    let counts = taken.map(|it| match it.what {
        What::Pickup(count) if !voided.contains(&it.id) => u64::from(count),
        _ => 0,
    });
    counts.sum()
}

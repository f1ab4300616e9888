//! A phone of the model: its disk, and two tabs and a service worker that share nothing else.
//!
//! A tab, and the worker, does what `Outbox` and `send` do, one wait at a time: between any two of its steps the
//! page may be killed, the other tab may go on, the network may answer.

use super::dice::Dice;
use super::outing;
use super::server::{Fact, Mutant, OUTINGS, Packet, Request, Server, Token};
use crate::outbox::plan::{Action, Answer, Entry, Event, Reply, Seq, State, Trouble, plan};
use domain::crew::FactStatus;
use domain::limits::FACTS_PER_BATCH_MAX;
use domain::{FactId, OutingId};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// The service worker's place beside the tabs. Nobody taps in it.
pub const WORKER: usize = 2;

/// One request and whoever waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub phone: usize,
    pub tab: usize,
    pub number: u32,
}

/// What a tab can reach, and the first promise that was broken.
pub struct Outside {
    pub server: Server,
    pub network: Vec<Packet>,
    pub calls: u32,
    pub fault: Option<String>,
    pub mutant: Mutant,
}

impl Outside {
    pub fn check(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds && self.fault.is_none() {
            self.fault = Some(fault());
        }
    }
}

/// What is on the disk: each function is one transaction of `Store`.
#[derive(Default)]
pub struct Disk {
    next_seq: Seq,
    pub facts: HashMap<FactId, Fact>,
    pub outbox: BTreeMap<Seq, Entry>,
    pub aside: BTreeMap<Seq, Entry>,
    pub tokens: [u32; OUTINGS],
}

impl Disk {
    fn record(&mut self, entry: Entry, fact: Fact) -> Seq {
        self.next_seq += 1;
        self.facts.insert(fact.id, fact);
        self.outbox.insert(self.next_seq, entry);
        self.next_seq
    }

    fn waiting(&self) -> Vec<(Seq, Entry)> {
        self.outbox.iter().map(|(seq, it)| (*seq, *it)).collect()
    }

    fn texts(&self, seqs: &[Seq]) -> (Vec<Fact>, Vec<Seq>) {
        let (mut texts, mut gone) = (Vec::new(), Vec::new());
        for seq in seqs {
            match self.outbox.get(seq).and_then(|it| self.facts.get(&it.id)) {
                Some(fact) => texts.push(*fact),
                None => gone.push(*seq),
            }
        }
        (texts, gone)
    }

    fn forget(&mut self, seqs: &[Seq]) -> Vec<FactId> {
        let rows = seqs.iter().filter_map(|seq| self.outbox.remove(seq));
        let ids: Vec<FactId> = rows.map(|it| it.id).collect();
        self.facts.retain(|id, _| !ids.contains(id));
        ids
    }

    fn set_aside(&mut self, seq: Seq) {
        if let Some(row) = self.outbox.remove(&seq) {
            self.aside.insert(seq, row);
        }
    }

    fn retry_aside(&mut self) {
        self.outbox.append(&mut self.aside);
    }
}

/// What a tab will do once it is its turn.
enum Work {
    /// Reads what waits on the disk.
    Wake,
    /// Puts what was set aside back, then wakes.
    RetryAside,
    Tell(Event),
    Perform(VecDeque<Action>),
    /// The lock is held: reads these from the disk and sends them.
    Send(OutingId, Vec<Seq>),
}

#[derive(Default)]
pub struct Tab {
    pub state: State,
    work: Vec<Work>,
    alarm: bool,
    in_flight: Vec<Seq>,
    awaits: Option<u32>,
}

pub struct Phone {
    number: usize,
    pub disk: Disk,
    pub tabs: [Option<Tab>; 3],
    /// The tab that sends. Older browsers have no such lock: there both may send.
    lock: Option<usize>,
    has_locks: bool,
}

impl Phone {
    pub fn new(number: usize, has_locks: bool) -> Self {
        Self {
            number,
            disk: Disk::default(),
            tabs: [None, None, None],
            lock: None,
            has_locks,
        }
    }

    /// The page is opened; when it was open already, it is loaded again.
    pub fn open(&mut self, tab: usize) {
        self.kill(tab);
        self.tabs[tab] = Some(Tab::default());
        self.wake(tab);
    }

    /// Only the disk is left, and what is already on the network.
    pub fn kill(&mut self, tab: usize) {
        self.tabs[tab] = None;
        self.unlock(tab);
    }

    fn later(&mut self, tab: usize, work: Work) {
        if let Some(tab) = &mut self.tabs[tab] {
            tab.work.push(work);
        }
    }

    /// The page becomes visible, or the network comes back.
    pub fn wake(&mut self, tab: usize) {
        self.later(tab, Work::Wake);
    }

    /// A person wants what was refused to be tried again.
    pub fn retry_aside(&mut self, tab: usize) {
        self.later(tab, Work::RetryAside);
    }

    /// The browser wakes the worker; one that is at work goes on.
    pub fn sync(&mut self) {
        if self.tabs[WORKER].is_none() {
            self.open(WORKER);
        }
    }

    /// A worker that has nothing to do at once is put to sleep: it rests by being woken again.
    fn sleep(&mut self) {
        let idle = |it: &mut Tab| it.work.is_empty() && it.awaits.is_none();
        if self.tabs[WORKER].as_mut().is_some_and(idle) {
            self.kill(WORKER);
        }
    }

    /// On the disk first; the outbox of this tab hears of it later, or never.
    pub fn tap(&mut self, tab: usize, outing: OutingId, fact: Fact) {
        let id = fact.id;
        let entry = Entry { id, outing };
        let seq = self.disk.record(entry, fact);
        self.later(tab, Work::Tell(Event::Kept(seq, entry)));
    }

    /// A person gave the code again in this tab.
    pub fn join(&mut self, tab: usize, n: usize, token: u32) {
        self.disk.tokens[n] = token;
        self.later(tab, Work::Tell(Event::Joined(outing(n))));
    }

    /// Rings if a wait was asked for.
    pub fn ring(&mut self, tab: usize) -> bool {
        let alarm = self.tabs[tab].as_mut().map(|it| &mut it.alarm);
        let rings = alarm.is_some_and(std::mem::take);
        if rings {
            self.later(tab, Work::Tell(Event::Rested));
        }
        rings
    }

    /// The answer did not come in time.
    pub fn time_out(&mut self, tab: usize, dice: &mut Dice, outside: &mut Outside) -> bool {
        let waits = self.tabs[tab]
            .as_ref()
            .is_some_and(|it| it.awaits.is_some());
        if waits {
            let reply = Reply::Failed {
                trouble: Trouble::Offline,
                retry_after_ms: None,
            };
            self.end_call(tab, reply, dice, outside);
        }
        waits
    }

    /// An answer arrives; it may be one that nobody waits for any more.
    pub fn hear(&mut self, call: Call, reply: Reply, dice: &mut Dice, outside: &mut Outside) {
        let awaited = self.tabs[call.tab].as_ref().and_then(|it| it.awaits);
        if awaited == Some(call.number) {
            self.end_call(call.tab, reply, dice, outside);
        }
    }

    fn end_call(&mut self, at: usize, mut reply: Reply, dice: &mut Dice, outside: &mut Outside) {
        self.unlock(at);
        let Some(tab) = &mut self.tabs[at] else {
            return;
        };
        tab.awaits = None;
        if outside.mutant == Mutant::PhoneForgetsTooEarly && is_a_200(&reply) {
            let rows = tab
                .in_flight
                .iter()
                .filter_map(|it| self.disk.outbox.get(it));
            let answers = rows.map(|it| Answer {
                id: it.id,
                status: FactStatus::Accepted,
                reason: None,
            });
            reply = Reply::Answers(answers.collect());
        }
        self.tell(at, Event::Replied(reply), dice, outside);
    }

    fn unlock(&mut self, tab: usize) {
        if self.lock == Some(tab) {
            self.lock = None;
        }
    }

    fn tell(&mut self, at: usize, event: Event, dice: &mut Dice, outside: &mut Outside) {
        let Some(tab) = &mut self.tabs[at] else {
            return;
        };
        let (state, todo) = plan(std::mem::take(&mut tab.state), event, dice.any());
        tab.state = state;
        for action in &todo {
            if let Action::Send(_, seqs) = action {
                let fits = (1..=FACTS_PER_BATCH_MAX).contains(&seqs.len());
                outside.check(fits, || format!("a batch of {}", seqs.len()));
                outside.check(tab.awaits.is_none(), || "two batches of one tab".into());
                tab.in_flight.clone_from(seqs);
            }
        }
        if !todo.is_empty() {
            tab.work.push(Work::Perform(todo.into()));
        }
    }

    /// Does the next step of any of the things this tab is at. False: there was nothing to do.
    pub fn work(&mut self, at: usize, dice: &mut Dice, outside: &mut Outside) -> bool {
        let Some(tab) = self.tabs[at].as_mut().filter(|it| !it.work.is_empty()) else {
            self.sleep();
            return false;
        };
        let which = dice.below(tab.work.len());
        match tab.work.swap_remove(which) {
            Work::Wake => {
                let found = Event::Found(self.disk.waiting());
                self.later(at, Work::Tell(found));
            }
            Work::RetryAside => {
                self.disk.retry_aside();
                self.wake(at);
            }
            Work::Tell(event) => self.tell(at, event, dice, outside),
            Work::Send(outing, seqs) => self.send(at, outing, &seqs, dice, outside),
            Work::Perform(mut todo) => {
                let first = todo.pop_front();
                if !todo.is_empty() {
                    tab.work.push(Work::Perform(todo));
                }
                if let Some(action) = first {
                    self.perform(at, action, dice, outside);
                }
            }
        }
        true
    }

    fn perform(&mut self, at: usize, action: Action, dice: &mut Dice, outside: &mut Outside) {
        match action {
            Action::Send(..) if self.has_locks && self.lock.is_some() => {
                self.tell(at, Event::Replied(Reply::OtherTab), dice, outside);
            }
            Action::Send(outing, seqs) => {
                self.lock = Some(at).filter(|_| self.has_locks);
                self.later(at, Work::Send(outing, seqs));
            }
            Action::Forget(seqs) => {
                for id in self.disk.forget(&seqs) {
                    let safe = outside.server.has(id);
                    outside.check(safe, || format!("{id} was forgotten too early"));
                }
            }
            Action::SetAside(seq, _) => self.disk.set_aside(seq),
            Action::Rest(_) => {
                if let Some(tab) = &mut self.tabs[at] {
                    tab.alarm = true;
                }
            }
        }
    }

    fn send(
        &mut self,
        at: usize,
        of: OutingId,
        seqs: &[Seq],
        dice: &mut Dice,
        outside: &mut Outside,
    ) {
        let (facts, gone) = self.disk.texts(seqs);
        if !gone.is_empty() {
            self.tell(at, Event::Gone(gone), dice, outside);
        }
        if facts.is_empty() {
            return self.end_call(at, Reply::Answers(Vec::new()), dice, outside);
        }
        outside.calls += 1;
        let call = Call {
            phone: self.number,
            tab: at,
            number: outside.calls,
        };
        let n = usize::from(of == outing(1));
        let token = Token {
            phone: self.number,
            outing: n,
            number: self.disk.tokens[n],
        };
        if let Some(tab) = &mut self.tabs[at] {
            tab.awaits = Some(call.number);
        }
        let request = Request { call, token, facts };
        outside.network.push(Packet::Request(request));
    }
}

/// Our answers, and the page of a public Wi-Fi.
fn is_a_200(reply: &Reply) -> bool {
    let portal = |it| matches!(it, Trouble::Portal);
    match reply {
        Reply::Answers(_) => true,
        Reply::Failed { trouble, .. } => portal(*trouble),
        _ => false,
    }
}

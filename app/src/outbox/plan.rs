//! What to send, when to try again, what to let go: decided here, done elsewhere.
//!
//! [`plan`] is pure and total: the state and what just happened go in, the new state and what to
//! do come out. It reads no clock (waiting is told as "so long from now", so a phone whose clock
//! jumps waits no longer) and no randomness (passed in). What is on the phone's disk is the truth;
//! this state is made anew from it at each start by [`Event::Found`].

use domain::crew::FactStatus;
use domain::limits::FACTS_PER_BATCH_MAX;
use domain::{FactId, OutingId};

/// Longest wait of the first new try, in milliseconds; doubles with each failure.
pub const BACKOFF_BASE_MS: u32 = 2_000;
/// Longest wait of any new try, in milliseconds: a walk out of a cellar.
pub const BACKOFF_CAP_MS: u32 = 300_000;
/// Longest `Retry-After` that is obeyed, in milliseconds: beyond it, the server is mistaken.
pub const RETRY_AFTER_MAX_MS: u32 = 3_600_000;
/// When another tab is sending, look again after so many milliseconds.
pub const OTHER_TAB_MS: u32 = 3_000;

/// Order of a fact on this phone.
pub type Seq = u32;

/// A fact that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The fact.
    pub id: FactId,
    /// Whose token sends it.
    pub outing: OutingId,
}

#[derive(Clone, Debug, PartialEq)]
struct Waiting {
    seq: Seq,
    entry: Entry,
    /// Times it was sent and the answer did not speak of it. Such a fact lets the others pass.
    unanswered: u32,
}

/// A batch on its way.
#[derive(Clone, Debug, PartialEq)]
struct InFlight {
    outing: OutingId,
    seqs: Vec<Seq>,
    /// A fresh token came while it was on its way: a 401 may speak of the old one.
    old_token: bool,
}

/// Why nothing may be sent just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    /// Our own back-off: a sign that things got better ends it.
    BackOff,
    /// The server asked for it: only time ends it.
    Asked,
}

/// What a person should know about the sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No network, or it is too slow.
    Offline,
    /// Something that is not our server answered: the sign-in page of a public Wi-Fi.
    Portal,
    /// The server cannot just now.
    Server,
    /// The server does not know this phone any more: join again with a code.
    SignedOut,
}

/// What the outbox knows.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// In the order of `seq`. A list and not a map: facts come last and leave first.
    waiting: Vec<Waiting>,
    in_flight: Option<InFlight>,
    batch_max: usize,
    failures: u32,
    pause: Option<Pause>,
    signed_out: Vec<OutingId>,
    trouble: Option<Trouble>,
}

/// What the server said, or did not.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// An answer per fact.
    Answers(Vec<Answer>),
    /// 401 or 403: the token is worth nothing any more.
    SignedOut,
    /// 413: too much at once.
    TooLarge,
    /// 400, 415 or 422 of our own server: something in this batch cannot even be read.
    Unreadable,
    /// Anything else. `retry_after_ms` is the server's own wish.
    Failed {
        /// What it looks like.
        trouble: Trouble,
        /// `Retry-After`.
        retry_after_ms: Option<u32>,
    },
    /// Another tab of this phone is sending.
    OtherTab,
}

/// What became of one fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The fact.
    pub id: FactId,
    /// What became of it.
    pub status: FactStatus,
    /// Why, when refused.
    pub reason: Option<String>,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// What waits on this phone, read anew. Also ends a back-off: the page has just started, became
    /// visible, or the network came back. Dead tokens get a new try: another tab may have joined.
    Found(Vec<(Seq, Entry)>),
    /// A fact was kept.
    Kept(Seq, Entry),
    /// These are not on the phone any more: another tab has sent them.
    Gone(Vec<Seq>),
    /// The wait is over.
    Rested,
    /// The batch in flight came to its end.
    Replied(Reply),
    /// This outing has a fresh token.
    Joined(OutingId),
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send these, in this order, with the token of this outing.
    Send(OutingId, Vec<Seq>),
    /// The server has them: let go.
    Forget(Vec<Seq>),
    /// Keep it apart, « à corriger », with the reason.
    SetAside(Seq, String),
    /// Say [`Event::Rested`] after so many milliseconds. Replaces an earlier wish.
    Rest(u32),
}

impl Default for State {
    fn default() -> Self {
        Self {
            waiting: Vec::new(),
            in_flight: None,
            batch_max: FACTS_PER_BATCH_MAX,
            failures: 0,
            pause: None,
            signed_out: Vec::new(),
            trouble: None,
        }
    }
}

impl State {
    /// How many facts wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The latest facts that wait, the last one first.
    pub fn latest(&self, most: usize) -> Vec<Seq> {
        let latest = self.waiting.iter().rev().take(most);
        latest.map(|it| it.seq).collect()
    }

    /// Whether the server asked for time: then nobody sends in our place either.
    pub fn was_asked_to_wait(&self) -> bool {
        self.pause == Some(Pause::Asked)
    }

    /// What a person should know, while something waits.
    pub fn trouble(&self) -> Option<Trouble> {
        let stuck = |it: &Waiting| self.signed_out.contains(&it.entry.outing);
        if self.waiting.iter().any(stuck) {
            return Some(Trouble::SignedOut);
        }
        self.trouble.filter(|_| !self.waiting.is_empty())
    }

    /// The oldest fact that may go, and those after it that go with the same token; facts that
    /// were left without an answer go after all others.
    fn next_batch(&self) -> Option<(OutingId, Vec<Seq>)> {
        let may_go = |it: &&Waiting| !self.signed_out.contains(&it.entry.outing);
        let may_go = self.waiting.iter().filter(may_go);
        let fewest = may_go.clone().map(|it| it.unanswered).min()?;
        let mut ready = may_go.filter(|it| it.unanswered == fewest).peekable();
        let outing = ready.peek()?.entry.outing;
        let seqs = ready
            .filter(|it| it.entry.outing == outing)
            .map(|it| it.seq)
            .take(self.batch_max)
            .collect();
        Some((outing, seqs))
    }
}

/// The one decision of the outbox. `random` is spread evenly over all its values.
pub fn plan(mut state: State, event: Event, random: u32) -> (State, Vec<Action>) {
    let mut todo = Vec::new();
    match event {
        Event::Found(entries) => found(&mut state, entries),
        Event::Kept(seq, entry) => keep(&mut state, seq, entry),
        Event::Gone(seqs) => let_go(&mut state, &seqs),
        Event::Rested => state.pause = None,
        Event::Joined(outing) => {
            joined(&mut state, outing);
            end_back_off(&mut state);
        }
        Event::Replied(reply) => {
            if let Some(sent) = state.in_flight.take() {
                replied(&mut state, sent, reply, random, &mut todo);
            }
        }
    }
    if state.pause.is_none()
        && state.in_flight.is_none()
        && let Some((outing, seqs)) = state.next_batch()
    {
        state.in_flight = Some(InFlight {
            outing,
            seqs: seqs.clone(),
            old_token: false,
        });
        todo.push(Action::Send(outing, seqs));
    }
    (state, todo)
}

/// Adds, never removes: a fact kept while the phone's disk was being read must not be missed. One
/// that another tab has sent meanwhile is found out when it is to be sent.
fn found(state: &mut State, entries: Vec<(Seq, Entry)>) {
    for (seq, entry) in entries {
        keep(state, seq, entry);
    }
    state.signed_out.clear();
    end_back_off(state);
}

fn joined(state: &mut State, outing: OutingId) {
    state.signed_out.retain(|it| *it != outing);
    if let Some(sent) = state.in_flight.as_mut().filter(|it| it.outing == outing) {
        sent.old_token = true;
    }
}

fn keep(state: &mut State, seq: Seq, entry: Entry) {
    if let Err(at) = state.waiting.binary_search_by_key(&seq, |it| it.seq) {
        let unanswered = 0;
        state.waiting.insert(
            at,
            Waiting {
                seq,
                entry,
                unanswered,
            },
        );
    }
}

fn end_back_off(state: &mut State) {
    if state.pause == Some(Pause::BackOff) {
        state.pause = None;
    }
}

fn find(state: &mut State, seq: Seq) -> Option<&mut Waiting> {
    let at = state.waiting.binary_search_by_key(&seq, |it| it.seq).ok()?;
    state.waiting.get_mut(at)
}

fn let_go(state: &mut State, seqs: &[Seq]) {
    state.waiting.retain(|it| !seqs.contains(&it.seq));
}

fn replied(state: &mut State, sent: InFlight, reply: Reply, random: u32, todo: &mut Vec<Action>) {
    let InFlight {
        outing,
        seqs: sent,
        old_token,
    } = sent;
    match reply {
        Reply::Answers(answers) => answered(state, &sent, answers, random, todo),
        // With the fresh token it is sent again at once.
        Reply::SignedOut if old_token => {}
        Reply::SignedOut => state.signed_out.push(outing),
        Reply::TooLarge | Reply::Unreadable if sent.len() > 1 => {
            // Smaller and smaller, oldest first: the one that is wrong ends up alone.
            state.batch_max = sent.len().div_ceil(2);
        }
        Reply::TooLarge => fail(state, Trouble::Server, random, todo),
        Reply::Unreadable => {
            let_go(state, &sent);
            let aside = |seq| Action::SetAside(seq, "unreadable".into());
            todo.extend(sent.into_iter().map(aside));
            went_well(state);
        }
        Reply::Failed {
            trouble,
            retry_after_ms: Some(ms),
        } => {
            state.trouble = Some(trouble);
            state.pause = Some(Pause::Asked);
            // The jitter goes on top: all phones were told the same second.
            let ms = ms.min(RETRY_AFTER_MAX_MS) + share(BACKOFF_BASE_MS, random);
            todo.push(Action::Rest(ms));
        }
        Reply::Failed {
            trouble,
            retry_after_ms: None,
        } => fail(state, trouble, random, todo),
        Reply::OtherTab => {
            state.pause = Some(Pause::BackOff);
            todo.push(Action::Rest(OTHER_TAB_MS));
        }
    }
}

fn answered(
    state: &mut State,
    sent: &[Seq],
    answers: Vec<Answer>,
    random: u32,
    todo: &mut Vec<Action>,
) {
    let mut done = Vec::new();
    let mut aside = Vec::new();
    let mut silence = false;
    for seq in sent {
        let Some(fact) = find(state, *seq) else {
            continue;
        };
        match answers.iter().find(|it| it.id == fact.entry.id) {
            None => {
                fact.unanswered += 1;
                silence = true;
            }
            Some(it) => match it.status {
                FactStatus::Accepted | FactStatus::Duplicate => done.push(*seq),
                FactStatus::Conflict => aside.push((*seq, "conflict".to_owned())),
                FactStatus::Refused => {
                    let reason = it.reason.clone().unwrap_or_else(|| "refused".into());
                    aside.push((*seq, reason));
                }
            },
        }
    }
    // A batch of which nothing is left to answer is one that another tab had sent already.
    let progress = !done.is_empty() || !aside.is_empty() || !silence;
    let_go(state, &done);
    if !done.is_empty() {
        todo.push(Action::Forget(done));
    }
    for (seq, reason) in aside {
        let_go(state, &[seq]);
        todo.push(Action::SetAside(seq, reason));
    }
    if progress {
        went_well(state);
    } else {
        fail(state, Trouble::Server, random, todo);
    }
}

fn went_well(state: &mut State) {
    state.failures = 0;
    state.trouble = None;
    state.batch_max = (state.batch_max * 2).min(FACTS_PER_BATCH_MAX);
}

/// Full jitter: anywhere between at once and the bound, so that phones that lost the same server
/// together do not come back together.
fn fail(state: &mut State, trouble: Trouble, random: u32, todo: &mut Vec<Action>) {
    let doubled = BACKOFF_BASE_MS.saturating_mul(1 << state.failures.min(16));
    state.failures = state.failures.saturating_add(1);
    state.trouble = Some(trouble);
    state.pause = Some(Pause::BackOff);
    todo.push(Action::Rest(share(doubled.min(BACKOFF_CAP_MS), random)));
}

/// A part of `whole`, as large as `random` among all its values.
fn share(whole: u32, random: u32) -> u32 {
    let part = u64::from(whole) * u64::from(random) / (u64::from(u32::MAX) + 1);
    u32::try_from(part).unwrap_or(whole)
}

#[cfg(test)]
mod tests;

//! What was recorded and must reach the server: decided by [`plan`], kept by [`store`], carried
//! by [`send`].
//!
//! All of it runs in the page, and again in the service worker ([`send_all`]), which has no window.

pub mod plan;
pub mod send;
pub mod store;
pub mod wire;

use crate::browser;
use js_sys::Promise;
use plan::{Action, Entry, Event, Seq, State, Trouble};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use store::{CLOCK, Store, StoreError, whole};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// A clock that is measured again and differs by less, in seconds, has not changed.
const CLOCK_NOISE_S: u32 = 2;

/// How the sending goes, for the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The disk was read: before that, nobody knows what waits.
    pub looked: bool,
    /// Facts that wait.
    pub waiting: u32,
    /// Facts that a person must look at.
    pub aside: u32,
    /// What stands in the way.
    pub trouble: Option<Trouble>,
    /// Seconds by which the phone's clock is ahead of the server's; negative when it is behind.
    /// `None` until the server said its time for the first time.
    pub clock_ahead_s: Option<i32>,
}

/// The outbox of this page: performs what [`plan::plan`] decides.
pub struct Outbox {
    store: Rc<Store>,
    state: RefCell<State>,
    looked: Cell<bool>,
    aside: Cell<u32>,
    /// Which rest is the latest: an earlier alarm that still rings says nothing.
    rest: Cell<u32>,
    /// As [`Status::clock_ahead_s`].
    clock: Cell<Option<i32>>,
    /// Who this page is, where a row stands for a lock.
    owner: u32,
    /// Events whose actions are not all done yet.
    busy: Cell<u32>,
    /// Called each time nothing is left to do at once, with how many facts wait.
    on_rest: Box<dyn Fn(usize)>,
    on_change: Box<dyn Fn(Status)>,
}

impl Outbox {
    /// An outbox over what is on the phone; says how it goes after each event.
    pub fn new(store: Rc<Store>, on_change: impl Fn(Status) + 'static) -> Rc<Self> {
        Self::with(store, Box::new(on_change), Box::new(|_| ()))
    }

    fn with(
        store: Rc<Store>,
        on_change: Box<dyn Fn(Status)>,
        on_rest: Box<dyn Fn(usize)>,
    ) -> Rc<Self> {
        Rc::new(Self {
            store,
            state: RefCell::default(),
            looked: Cell::default(),
            aside: Cell::default(),
            rest: Cell::default(),
            clock: Cell::default(),
            owner: browser::random_u32(),
            busy: Cell::default(),
            on_rest,
            on_change,
        })
    }

    /// Reads what waits on the phone and sends it: at the start, when the page becomes visible,
    /// when the network comes back, when a person asks.
    pub async fn wake(self: &Rc<Self>) -> Result<(), StoreError> {
        let waiting = self.look().await?;
        self.tell(Event::Found(waiting));
        Ok(())
    }

    /// What is on the phone now.
    async fn look(&self) -> Result<Vec<(Seq, Entry)>, StoreError> {
        let found = self.store.found().await?;
        self.looked.set(true);
        self.aside.set(found.aside);
        self.clock.set(found.clock_ahead_s);
        Ok(found.waiting)
    }

    /// Puts what a person looked at back into the queue, and sends it: the server may have learnt,
    /// or a site may have come into the programme. What is damaged stays.
    pub async fn retry_aside(self: &Rc<Self>) -> Result<(), StoreError> {
        self.store.retry_aside().await?;
        self.wake().await
    }

    /// Takes the row that stands for a lock, or gives it back. A disk that fails stops nobody:
    /// sending twice is harmless.
    async fn lease(&self, hold: bool) -> bool {
        let answer = self.store.lease(self.owner, browser::now_ms(), hold).await;
        answer.unwrap_or(true)
    }

    /// The phone's clock is so much ahead of the server's.
    async fn measured(&self, ahead_ms: f64) {
        // Whole seconds: the network is no better.
        let now = whole(ahead_ms / 1_000.0);
        let same = |known: i32| known.abs_diff(now) < CLOCK_NOISE_S;
        if !self.clock.get().is_some_and(same) {
            self.clock.set(Some(now));
            let _ = self.store.keep_number(CLOCK, now.into()).await;
        }
    }

    /// Something happened: plans, and does what is planned.
    pub fn tell(self: &Rc<Self>, event: Event) {
        let state = self.state.take();
        let (state, todo) = plan::plan(state, event, browser::random_u32());
        self.state.replace(state);
        let me = Rc::clone(self);
        self.busy.set(self.busy.get() + 1);
        spawn_local(async move {
            for action in todo {
                me.perform(action).await;
            }
            // What was done may have told us of something else, which is counted by now.
            me.busy.set(me.busy.get() - 1);
            if me.busy.get() == 0 {
                (me.on_rest)(me.state.borrow().waiting());
            }
        });
        self.say();
    }

    /// The latest facts that wait, the last one first.
    pub fn latest(&self, most: usize) -> Vec<Seq> {
        self.state.borrow().latest(most)
    }

    fn say(&self) {
        let state = self.state.borrow();
        (self.on_change)(Status {
            looked: self.looked.get(),
            waiting: u32::try_from(state.waiting()).unwrap_or(u32::MAX),
            aside: self.aside.get(),
            trouble: state.trouble(),
            clock_ahead_s: self.clock.get(),
        });
    }

    /// A failing disk here loses nothing: what is not forgotten is sent again and answered
    /// `duplicate`.
    async fn perform(self: &Rc<Self>, action: Action) {
        match action {
            Action::Send(outing, seqs) => send::send(self, outing, seqs).await,
            Action::Forget(seqs) => {
                let _ = self.store.forget(&seqs).await;
            }
            Action::SetAside(seq, reason) => self.set_aside(seq, &reason).await,
            Action::Rest(ms) => self.rest(ms),
        }
    }

    async fn set_aside(&self, seq: Seq, reason: &str) {
        if self.store.set_aside(seq, reason).await.is_ok() {
            self.aside.set(self.aside.get() + 1);
            self.say();
        }
    }

    /// Tries again after so long; and asks the browser to do it in our place should the page be
    /// closed by then, unless the server wants to be left alone.
    fn rest(self: &Rc<Self>, ms: u32) {
        if !self.state.borrow().was_asked_to_wait() {
            browser::send_later();
        }
        let mine = self.rest.get().wrapping_add(1);
        self.rest.set(mine);
        let me = Rc::clone(self);
        browser::after(ms, move || {
            if me.rest.get() == mine {
                me.tell(Event::Rested);
            }
        });
    }
}

/// Sends what waits, until nothing more may go now; for the service worker, which the browser
/// wakes when there is a network. Rejected while something still waits: the browser may try again.
pub fn send_all() -> Promise {
    Promise::new(&mut |sent, left| {
        let unread = left.clone();
        let on_rest = move |waiting| {
            let end = if waiting == 0 { &sent } else { &left };
            let _ = end.call0(&JsValue::UNDEFINED);
        };
        let outbox = Outbox::with(Rc::default(), Box::new(|_| ()), Box::new(on_rest));
        spawn_local(async move {
            if outbox.wake().await.is_err() {
                let _ = unread.call0(&JsValue::UNDEFINED);
            }
        });
    })
}

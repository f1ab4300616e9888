//! What was recorded and must reach the server: decided by [`plan`], kept by [`store`], carried
//! by [`send`].

pub mod plan;
pub mod send;
pub mod store;
pub mod wire;

use crate::browser;
use plan::{Action, Event, Seq, State, Trouble};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use store::{Store, StoreError};

/// How the sending goes, for the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Facts that wait.
    pub waiting: u32,
    /// Facts that a person must look at.
    pub aside: u32,
    /// What stands in the way.
    pub trouble: Option<Trouble>,
}

/// The outbox of this page: performs what [`plan::plan`] decides.
pub struct Outbox {
    store: Rc<Store>,
    state: RefCell<State>,
    aside: Cell<u32>,
    /// Which rest is the latest: an earlier alarm that still rings says nothing.
    rest: Cell<u32>,
    on_change: Box<dyn Fn(Status)>,
}

impl Outbox {
    /// An outbox over what is on the phone; says how it goes after each event.
    pub fn new(store: Rc<Store>, on_change: impl Fn(Status) + 'static) -> Rc<Self> {
        Rc::new(Self {
            store,
            state: RefCell::default(),
            aside: Cell::default(),
            rest: Cell::default(),
            on_change: Box::new(on_change),
        })
    }

    /// Reads what waits on the phone and sends it: at the start, when the page becomes visible,
    /// when the network comes back, when a person asks.
    pub async fn wake(self: &Rc<Self>) -> Result<(), StoreError> {
        self.aside.set(self.store.aside_count().await?);
        let waiting = self.store.waiting().await?;
        self.tell(Event::Found(waiting));
        Ok(())
    }

    /// Something happened: plans, and does what is planned.
    pub fn tell(self: &Rc<Self>, event: Event) {
        let state = self.state.take();
        let (state, todo) = plan::plan(state, event, browser::random_u32());
        self.state.replace(state);
        let me = Rc::clone(self);
        leptos::task::spawn_local(async move {
            for action in todo {
                me.perform(action).await;
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
            waiting: u32::try_from(state.waiting()).unwrap_or(u32::MAX),
            aside: self.aside.get(),
            trouble: state.trouble(),
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

    fn rest(self: &Rc<Self>, ms: u32) {
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

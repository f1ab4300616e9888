//! The recorder's desk: holds the model, hears what happens on the screen and does it. Each act is
//! short, and safe to be cut off anywhere. [`super::joining`] and [`super::counting`] hold the acts
//! that record something.

use super::act::Act;
use super::facts::in_words;
use super::model::{Fix, Looking, Model, Phase, Place, Row, Saved, Tab};
use super::pack::Pack;
use super::{morph, views};
use crate::browser;
use crate::json::id;
use crate::outbox::Outbox;
use crate::outbox::store::{CURRENT, Store, StoreError, of_outing};
use crate::ui::texts;
use domain::OutingId;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use web_sys::{Element, Event as PageEvent};

/// Waiting facts shown in words; beyond, their number is enough.
const ROWS_MAX: usize = 50;

/// What the acts need besides the screen.
pub(super) struct Tools {
    /// The phone's disk.
    pub(super) store: Rc<Store>,
    /// What waits.
    pub(super) outbox: Rc<Outbox>,
}

/// The model and the acts on it; a handle that is copied to wherever something happens.
#[derive(Clone, Copy)]
pub struct Desk {
    model: RwSignal<Model>,
    tools: StoredValue<Option<Rc<Tools>>, LocalStorage>,
}

impl Desk {
    /// Shows the recorder in `root` from now on, and begins to read what is on the phone.
    pub fn open(root: Element) {
        let desk = Self {
            model: RwSignal::new(Model::default()),
            tools: StoredValue::new_local(None),
        };
        let heard = ["click", "submit", "site-chosen", "keydown"];
        browser::listen(&root, &heard, move |event| desk.hear(&event));
        Effect::new(move |_| {
            let html = desk.model.with(views::screen).into_string();
            // What cannot be shown now is shown with the next change.
            let _ = morph::show(&root, &html);
        });
        spawn_local(async move {
            if desk.start().await.is_err() {
                desk.change(|it| it.phase = Phase::Broken);
            }
        });
    }

    async fn start(self) -> Result<(), StoreError> {
        let store = Rc::new(Store::default());
        let outbox = Outbox::new(Rc::clone(&store), move |status| {
            self.change(|it| it.status = status);
            self.show_queue();
        });
        let device = store.device().await?;
        self.change(|it| it.device = Some(device));
        let current = store.text(CURRENT).await?;
        self.tools.set_value(Some(Rc::new(Tools { store, outbox })));
        match current.and_then(|it| id(&it)) {
            Some(outing) => self.enter(outing).await?,
            None => self.change(|it| it.phase = Phase::Join),
        }
        self.listen();
        self.join_by_address();
        self.wake();
        Ok(())
    }

    /// Something happened on the screen: a tap on what asks for an act, a code sent off, a site
    /// chosen on the map.
    fn hear(self, event: &PageEvent) {
        match event.type_().as_str() {
            "submit" => {
                event.prevent_default();
                self.join(&browser::typed("code"));
            }
            "site-chosen" => {
                let chosen = browser::field(&browser::field(event, "detail"), "id").as_string();
                if let Some(site) = chosen.and_then(|it| id(&it)) {
                    self.choose(Place::Site(site));
                }
            }
            "click" => {
                let act = browser::around(event, "data-do");
                if let Some(act) = act.and_then(|it| Act::from_text(&it)) {
                    self.act(act);
                }
            }
            _ if browser::field(event, "key") == "Escape" => self.act(Act::CloseItem),
            _ => {}
        }
    }

    fn act(self, act: Act) {
        match act {
            Act::Add(n) => self.add(n),
            Act::Undo(fact) => self.undo(fact),
            Act::Choose(place) => self.choose(place),
            Act::Take(item) => {
                self.change(|it| it.item = item);
                self.ask_item(false);
            }
            Act::By(method) => self.change(|it| it.method = method),
            Act::Show(tab) => self.show(tab),
            Act::AskItem => self.ask_item(true),
            Act::CloseItem => self.ask_item(false),
            Act::LookAround => self.look_around(),
            Act::Send => self.wake(),
            Act::Rejoin => self.change(|it| it.phase = Phase::Join),
            Act::Back => self.change(|it| it.phase = Phase::Recording),
            // The way back does not lead here.
            Act::Quit => browser::leave(),
        }
    }

    /// Opens or closes the choice of what is picked up; the focus goes in, and comes back.
    fn ask_item(self, open: bool) {
        if self.read(|it| it.choosing) != open {
            self.change(|it| it.choosing = open);
            let to = if open {
                ".sheet [aria-current]"
            } else {
                ".kind"
            };
            browser::focus(to);
        }
    }

    /// Reads the model, without following it.
    pub(super) fn read<T>(self, what: impl FnOnce(&Model) -> T) -> T {
        let model = self.model.read_untracked();
        what(&model)
    }

    /// Changes the model; the screen follows. One compiled body for all changes.
    pub(super) fn change(self, what: impl FnOnce(&mut Model)) {
        let mut what = Some(what);
        self.change_dyn(&mut |it| {
            if let Some(what) = what.take() {
                what(it);
            }
        });
    }

    fn change_dyn(self, what: &mut dyn FnMut(&mut Model)) {
        self.model.update(what);
    }

    /// What wakes the outbox, and a code that comes in by an address.
    fn listen(self) {
        let wakes = ["online", "visibilitychange", "hashchange"];
        browser::listen(&window(), &wakes, move |_| {
            self.join_by_address();
            if !document().hidden() {
                self.wake();
            }
        });
    }

    pub(super) fn tools(self) -> Option<Rc<Tools>> {
        self.tools.get_value()
    }

    /// Sends what waits, and brings the pack up to date.
    fn wake(self) {
        let Some(tools) = self.tools() else { return };
        spawn_local(async move {
            let _ = tools.outbox.wake().await;
            if let Some(outing) = self.read(|it| it.outing) {
                // Another tab may have counted meanwhile.
                if let Ok(ledger) = tools.store.ledger(outing).await {
                    self.change(|it| it.ledger = ledger);
                }
                let _ = self.fetch_pack(&tools.store, outing).await;
            }
        });
    }

    /// Shows an outing that is on this phone.
    pub(super) async fn enter(self, outing: OutingId) -> Result<(), StoreError> {
        let Some(tools) = self.tools() else {
            return Ok(());
        };
        let store = &tools.store;
        let pack = store.text(&of_outing("pack", outing)).await?;
        let pack = pack.and_then(|it| Pack::read(&it)).unwrap_or_default();
        let place = store.text(&of_outing("place", outing)).await?;
        let ledger = store.ledger(outing).await?;
        self.change(|it| {
            it.outing = Some(outing);
            it.pack = pack;
            it.ledger = ledger;
            it.place = Place::from_text(&place.unwrap_or_default());
            it.here = None;
            it.saved = Saved::NotYet;
            // The first question of an outing; afterwards the place is known.
            it.tab = match it.place {
                Place::Unset => Tab::Places,
                Place::Here | Place::Site(_) => Tab::Count,
            };
            it.phase = Phase::Recording;
        });
        Ok(())
    }

    /// The team is there now. « Ici » counts at once, and takes the point when the phone has found
    /// it.
    fn choose(self, place: Place) {
        self.change(|it| {
            it.place = place;
            it.here = None;
            it.tab = Tab::Count;
        });
        if place == Place::Here {
            self.look_around();
        }
        let outing = self.read(|it| it.outing);
        if let (Some(tools), Some(outing)) = (self.tools(), outing) {
            spawn_local(async move {
                let name = of_outing("place", outing);
                let _ = tools.store.keep_texts(&[(&name, &place.to_text())]).await;
            });
        }
    }

    /// Asks for the position, once. Nothing follows the phone.
    fn look_around(self) {
        if self.read(|it| it.looking) == Looking::Now {
            return;
        }
        self.change(|it| it.looking = Looking::Now);
        spawn_local(async move {
            let found = browser::position_once().await;
            let fix = found.map(|(at, accuracy_m)| Fix { at, accuracy_m });
            self.change(|it| {
                it.looking = if fix.is_some() {
                    Looking::No
                } else {
                    Looking::Failed
                };
                it.position = fix;
                if it.place == Place::Here {
                    it.here = fix;
                }
            });
        });
    }

    /// Another screen.
    fn show(self, tab: Tab) {
        self.change(|it| it.tab = tab);
        self.show_queue();
        if tab == Tab::Map {
            browser::load_map();
        }
    }

    /// Reads the queue again, while it is on the screen.
    fn show_queue(self) {
        let Some(tools) = self.tools() else { return };
        if self.read(|it| it.tab) != Tab::Sending {
            return;
        }
        spawn_local(async move {
            let _ = self.read_queue(&tools).await;
        });
    }

    async fn read_queue(self, tools: &Tools) -> Result<(), StoreError> {
        let store = &tools.store;
        let (facts, _) = store.texts(&tools.outbox.latest(ROWS_MAX)).await?;
        let aside = store.aside().await?;
        let waiting = facts.iter().map(|text| self.row(text, "")).collect();
        let aside = aside.iter().map(|it| {
            let reason = match it.reason.as_str() {
                "conflict" => texts::sending::CONFLICT,
                _ => texts::sending::REFUSED,
            };
            self.row(&it.text, reason)
        });
        let aside = aside.collect();
        self.change(|it| {
            it.waiting = waiting;
            it.aside = aside;
        });
        Ok(())
    }

    fn row(self, text: &str, reason: &'static str) -> Row {
        let (words, at) =
            self.read(|model| in_words(text, |site| model.title_of(site).map(str::to_owned)));
        Row {
            words,
            hour: browser::hour_of(&at),
            reason,
        }
    }
}

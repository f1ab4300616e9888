//! What a tap does: the acts of the recorder, each short, each safe to be cut off anywhere.

use super::act::Act;
use super::facts::{Maker, Pickup, Void, in_words};
use super::ledger::{Gesture, Ledger};
use super::model::{Fix, Looking, Model, Phase, Place, Row, Saved, Tab};
use super::pack::Pack;
use super::{morph, views};
use crate::browser;
use crate::json::{Json, id, quoted};
use crate::outbox::Outbox;
use crate::outbox::plan::{Entry, Event, Seq};
use crate::outbox::store::{CURRENT, Record, Store, StoreError, of_outing};
use crate::ui::texts;
use domain::fact::Count;
use domain::{FactId, JoinCode, OutingId};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{Element, Event as PageEvent};

const JOIN_PATH: &str = "/api/v1/crew/join";
const PACK_PATH: &str = "/api/v1/crew/pack";
/// A code in an address stands behind this, where no server sees it.
const CODE_IN_FRAGMENT: &str = "#code=";
/// Waiting facts shown in words; beyond, their number is enough.
const ROWS_MAX: usize = 50;

/// Writes a fact into the ledger; false when there is nothing to write.
type Enter = dyn Fn(FactId, &mut Ledger) -> bool;

/// What the acts need besides the screen.
struct Tools {
    store: Rc<Store>,
    outbox: Rc<Outbox>,
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
        browser::listen(
            &root,
            &["click", "submit", "site-chosen", "keydown"],
            move |event| {
                desk.hear(&event);
            },
        );
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
            browser::focus(if open {
                ".sheet [aria-current]"
            } else {
                ".kind"
            });
        }
    }

    /// Reads the model, without following it.
    fn read<T>(self, what: impl FnOnce(&Model) -> T) -> T {
        let model = self.model.read_untracked();
        what(&model)
    }

    /// Changes the model; the screen follows. One compiled body for all changes.
    fn change(self, what: impl FnOnce(&mut Model)) {
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

    fn tools(self) -> Option<Rc<Tools>> {
        self.tools.get_value()
    }

    /// Sends what waits, and brings the pack up to date.
    fn wake(self) {
        let Some(tools) = self.tools() else { return };
        spawn_local(async move {
            let _ = tools.outbox.wake().await;
            if let Some(outing) = self.read(|it| it.outing) {
                let _ = self.fetch_pack(&tools.store, outing).await;
            }
        });
    }

    /// Shows an outing that is on this phone.
    async fn enter(self, outing: OutingId) -> Result<(), StoreError> {
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
            it.tab = if it.place == Place::Unset {
                Tab::Places
            } else {
                Tab::Count
            };
            it.phase = Phase::Recording;
        });
        Ok(())
    }

    async fn fetch_pack(self, store: &Store, outing: OutingId) -> Option<()> {
        let token = store.text(&of_outing("token", outing)).await.ok()??;
        let reply = browser::request(PACK_PATH, Some(&token), None).await.ok()?;
        let pack = Pack::read(&reply.body)?;
        let name = of_outing("pack", outing);
        store.keep_texts(&[(&name, &reply.body)]).await.ok()?;
        self.change(|it| {
            if it.outing == Some(outing) {
                it.pack = pack;
            }
        });
        Some(())
    }

    /// `/terrain#code=ABCDEF`: joins, and leaves no code in the history.
    fn join_by_address(self) {
        let location = window().location();
        let Ok(fragment) = location.hash() else {
            return;
        };
        let Some(code) = fragment.strip_prefix(CODE_IN_FRAGMENT) else {
            return;
        };
        let path = location.pathname().unwrap_or_default();
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
        }
        self.change(|it| it.phase = Phase::Join);
        self.join(code);
    }

    /// Joins with a code, as typed.
    fn join(self, code: &str) {
        let Ok(code) = code.parse::<JoinCode>() else {
            self.change(|it| it.join_error = texts::join::NOT_A_CODE);
            return;
        };
        self.change(|it| {
            it.joining = true;
            it.join_error = "";
        });
        spawn_local(async move {
            let error = self.try_join(code).await.err().unwrap_or_default();
            self.change(|it| {
                it.joining = false;
                it.join_error = error;
            });
        });
    }

    async fn try_join(self, code: JoinCode) -> Result<(), &'static str> {
        let device = self.read(|it| it.device);
        let (Some(tools), Some(device)) = (self.tools(), device) else {
            return Err(texts::loading::BROKEN);
        };
        let device = quoted(&device.to_string());
        let code = quoted(code.as_str());
        let body = ["{\"code\":", &code, ",\"device\":", &device, "}"].concat();
        let reply = browser::request(JOIN_PATH, None, Some(&body)).await;
        let reply = reply.map_err(|_| texts::join::OFFLINE)?;
        match reply.status {
            200..=299 => {}
            409 => return Err(texts::join::CLOSED),
            429 => return Err(texts::join::TOO_MANY),
            400..=499 => return Err(texts::join::UNKNOWN),
            _ => return Err(texts::join::SERVER),
        }
        let answer = Json::read(&reply.body).unwrap_or(Json::Null);
        let (outing, token) = (answer.get("outing").id(), answer.get("token").text());
        let (Some(outing), Some(token)) = (outing, token) else {
            return Err(texts::join::SERVER);
        };
        let kept = self.keep_pass(&tools, outing, token).await;
        kept.map_err(|_| texts::loading::BROKEN)
    }

    async fn keep_pass(
        self,
        tools: &Tools,
        outing: OutingId,
        token: &str,
    ) -> Result<(), StoreError> {
        let name = of_outing("token", outing);
        let texts = [(&*name, token), (CURRENT, &outing.to_string())];
        tools.store.keep_texts(&texts).await?;
        tools.outbox.tell(Event::Joined(outing));
        // Without the pack one can already count « ici »; it comes later.
        let _ = self.fetch_pack(&tools.store, outing).await;
        self.enter(outing).await
    }

    /// +n at the place on the screen.
    fn add(self, n: u32) {
        let Ok(count) = Count::new(n) else { return };
        let pickup = self.read(|it| Pickup {
            place: it.place,
            here: it.here,
            item: it.item,
            count,
            method: it.method,
        });
        self.record(Pickup::KIND, pickup.data(), move |fact, ledger| {
            ledger.add(Gesture {
                fact,
                place: pickup.place.site(),
                item: pickup.item,
                count: n,
            });
            true
        });
    }

    /// Takes one pickup back.
    fn undo(self, target: FactId) {
        let data = Void(target).data();
        self.record(Void::KIND, data, move |_, ledger| ledger.take_back(target));
    }

    /// Keeps one fact. `enter` writes it into the ledger as it is on the disk (another tab may
    /// have counted meanwhile), or says that there is nothing to record any more.
    fn record(
        self,
        kind: &'static str,
        data: String,
        enter: impl Fn(FactId, &mut Ledger) -> bool + 'static,
    ) {
        self.change(|it| it.saved = Saved::NotYet);
        let (outing, device) = self.read(|it| (it.outing, it.device));
        let (Some(tools), Some(outing), Some(device)) = (self.tools(), outing, device) else {
            return;
        };
        let now = browser::now_ms();
        let Ok(id) = browser::new_fact_id(now) else {
            self.change(|it| it.saved = Saved::Failed(StoreError::Unavailable));
            return;
        };
        let recorded_at = browser::rfc3339(now);
        let maker = Maker {
            id,
            outing,
            device,
            recorded_at,
        };
        let enter: Box<Enter> = Box::new(enter);
        spawn_local(async move {
            let make = |seq: Seq, mut ledger: Ledger| {
                enter(id, &mut ledger).then(|| Record {
                    text: maker.text(seq, kind, &data),
                    ledger,
                })
            };
            let entry = Entry { id, outing };
            let kept = match tools.store.record(entry, &make).await {
                Ok(Some((seq, ledger))) => {
                    self.kept(ledger);
                    tools.outbox.tell(Event::Kept(seq, entry));
                    self.first_kept(seq);
                    Ok(())
                }
                Ok(None) => self.read_again(&tools, outing).await,
                Err(error) => Err(error),
            };
            if let Err(error) = kept {
                self.change(|it| it.saved = Saved::Failed(error));
            }
        });
    }

    fn kept(self, ledger: Ledger) {
        self.change(|it| {
            it.ledger = ledger;
            it.saved = Saved::Kept;
        });
    }

    /// Somebody counts here: what we keep is worth keeping, and the type may come.
    fn first_kept(self, seq: Seq) {
        if seq == 1 {
            browser::persist_storage();
        }
        browser::bring_fonts();
    }

    /// The disk knows better than the screen.
    async fn read_again(self, tools: &Tools, outing: OutingId) -> Result<(), StoreError> {
        self.kept(tools.store.ledger(outing).await?);
        tools.outbox.wake().await
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
            let _ = self.read_queue(&tools.store).await;
        });
    }

    async fn read_queue(self, store: &Store) -> Result<(), StoreError> {
        let waiting = store.waiting().await?;
        let latest: Vec<Seq> = waiting.iter().rev().take(ROWS_MAX).map(|it| it.0).collect();
        let (facts, _) = store.texts(&latest).await?;
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

//! The recorder's desk: holds the model, hears what happens on the screen and does it. Each act is
//! short, and safe to be cut off anywhere. [`super::joining`] and [`super::counting`] hold the acts
//! that record something.

use super::act::Act;
use super::model::{Fix, Habit, Looking, Model, Phase, Place, Saved, Sheet, Tab};
use super::pack::Pack;
use super::team::Team;
use super::touch::{HOLD_MS, Touches};
use super::{morph, views};
use crate::browser;
use crate::json::id;
use crate::outbox::Outbox;
use crate::outbox::store::{CURRENT, Store, StoreError, of_outing};
use crate::senses::voice;
use domain::{OutingId, Position};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use web_sys::{Element, Event as PageEvent};

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
    touches: StoredValue<Touches, LocalStorage>,
}

impl Desk {
    /// Shows the recorder in `root` from now on, and begins to read what is on the phone.
    pub fn open(root: Element) {
        let desk = Self {
            model: RwSignal::new(Model::default()),
            tools: StoredValue::new_local(None),
            touches: StoredValue::new_local(Touches::default()),
        };
        let heard = [
            "click",
            "submit",
            "input",
            "site-chosen",
            "place-chosen",
            "photo-taken",
            "keydown",
            "pointerdown",
            "pointerup",
            "pointercancel",
        ];
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

    /// What was set on this phone. The look is one for all pages: the page's script knows it.
    async fn read_habits(self, store: &Store) -> Result<(), StoreError> {
        let mut habits = Vec::new();
        if is_set(store, Habit::Voice.code()).await? {
            habits.push(Habit::Voice);
        }
        if browser::page_says("data-theme") {
            habits.push(Habit::Sun);
        }
        self.change(|it| it.habits = habits);
        Ok(())
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
        self.read_habits(&store).await?;
        self.tools.set_value(Some(Rc::new(Tools { store, outbox })));
        match current.and_then(|it| id(&it)) {
            // The page for flagging is one of the things that come after the first part.
            _ if browser::page_says("data-page") => self.change(|it| it.phase = Phase::Waiting),
            Some(outing) => self.enter(outing).await?,
            None => self.change(|it| it.phase = Phase::Join),
        }
        self.listen();
        self.wake();
        Ok(())
    }

    /// Something happened on the screen: a tap on what asks for an act, a code sent off, a place
    /// chosen on the map.
    fn hear(self, event: &PageEvent) {
        match event.type_().as_str() {
            "submit" => {
                event.prevent_default();
                self.wish_to_join(browser::typed("code"));
            }
            "input" => self.heard_typing(event),
            "site-chosen" => {
                let chosen = browser::field(&browser::field(event, "detail"), "id").as_string();
                if let Some(site) = chosen.and_then(|it| id(&it)) {
                    self.choose(Place::Site(site));
                }
            }
            "place-chosen" => self.pointed(event),
            "photo-taken" => self.photo_taken(event),
            "click" => {
                let by_touch = browser::field(event, "pointerType") == "touch";
                if by_touch && self.touches.read_value().is_rain() {
                    return;
                }
                let act = browser::around(event, "data-do");
                if let Some(act) = act.and_then(|it| Act::from_text(&it)) {
                    // A keyboard or a screen reader opens the locked screen at once; a touch by
                    // its length only.
                    if act != Act::Unlock || !by_touch {
                        self.act(act);
                    }
                }
            }
            "keydown" => {
                if browser::field(event, "key") == "Escape" {
                    self.close();
                }
            }
            pointer => self.touched(event, pointer),
        }
    }

    /// Keeps the note as it is typed. The screen shows it already: nothing is drawn anew.
    fn heard_typing(self, event: &PageEvent) {
        let field = browser::field(event, "target");
        if browser::field(&field, "id").as_string().as_deref() == Some("note") {
            let note = browser::typed("note");
            self.model.update_untracked(|it| it.note = note);
        }
    }

    /// Follows the touches, and opens the locked screen after a long one.
    fn touched(self, event: &PageEvent, what: &str) {
        if browser::field(event, "pointerType") != "touch" {
            return;
        }
        let now = event.time_stamp();
        let mut touches = self.touches.write_value();
        match what {
            "pointerdown" => {
                touches.begin(now);
                let alone = !touches.is_rain();
                if alone && browser::around(event, "data-hold").is_some() {
                    let begun = *touches;
                    browser::after(HOLD_MS, move || {
                        let still = *self.touches.read_value() == begun;
                        if still {
                            self.touches.write_value().spend();
                            self.act(Act::Unlock);
                        }
                    });
                }
            }
            "pointerup" => touches.end(now),
            _ => touches.forget(),
        }
    }

    fn act(self, act: Act) {
        match act {
            Act::Add(n) => self.add(n),
            Act::Full => self.add_full_box(),
            Act::Met(who) => self.met(who),
            Act::Undo(fact) => self.undo(fact),
            Act::Choose(place) => self.choose(place),
            Act::Take(item) => {
                self.change(|it| it.item = item);
                self.close();
            }
            Act::By(method) => self.change(|it| it.method = method),
            Act::Show(tab) => self.show(tab),
            Act::Open(sheet) => self.open_sheet(sheet),
            Act::Close => self.close(),
            Act::LookAround => self.look_around(),
            Act::Point => self.point(),
            Act::Nature(nature) => self.change(|it| it.proposal.nature = Some(nature)),
            Act::Agree(answer) => self.change(|it| it.proposal.residents_agree = answer),
            Act::Access(access) => self.change(|it| it.proposal.agent = Some(access)),
            Act::Propose => self.propose(),
            Act::Flag(act) => self.flag(act),
            Act::Turn(habit) => self.turn(habit),
            Act::Lock => self.change(|it| {
                it.sheet = None;
                it.locked = true;
            }),
            Act::Unlock => self.change(|it| it.locked = false),
            Act::Team(act) => self.lead(act),
            Act::Send => self.wake(),
            Act::Retry => self.retry(),
            Act::Export => self.export(),
            Act::Update => browser::tell_page("update-agreed"),
            Act::Wipe => self.wipe(false),
            Act::WipeUnsent => self.wipe(true),
            Act::Rejoin => self.change(|it| it.phase = Phase::Join),
            Act::Back => self.change(|it| it.phase = Phase::Recording),
            // The way back does not lead here.
            Act::Quit => browser::leave(),
        }
    }

    /// Lays a sheet over the screen; the focus goes in, and comes back.
    fn open_sheet(self, sheet: Sheet) {
        self.change(|it| it.sheet = Some(sheet));
        browser::focus(".sheet [aria-current], .sheet");
    }

    fn close(self) {
        let Some(sheet) = self.read(|it| it.sheet) else {
            return;
        };
        self.change(|it| it.sheet = None);
        browser::focus(if sheet == Sheet::Items {
            ".kind"
        } else {
            ".bar [aria-haspopup]"
        });
        if sheet == Sheet::Picture {
            self.remember("picture", true);
        }
    }

    /// Sets something on this phone, or not any more.
    fn turn(self, habit: Habit) {
        let on = !self.read(|it| it.has(habit));
        self.change(|it| {
            it.habits.retain(|it| *it != habit);
            if on {
                it.habits.push(habit);
            }
        });
        match habit {
            Habit::Sun => browser::show_theme(on),
            Habit::Voice => self.remember(habit.code(), on),
        }
    }

    fn remember(self, name: &'static str, on: bool) {
        if let Some(tools) = self.tools() {
            spawn_local(async move {
                let _ = tools
                    .store
                    .keep_texts(&[(name, if on { "1" } else { "" })])
                    .await;
            });
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

    /// What the loader said: a newer version waits, the first copy comes, the other screens are here,
    /// another language was chosen.
    fn look_at_page(self) {
        let more = browser::page_says("data-more");
        let just_came = more && !self.read(|it| it.more);
        if just_came {
            words::screen::add_french();
            voice::when_voices_change(move || self.look_at_page());
        }
        self.change(|it| {
            it.update = browser::page_says("data-update");
            it.can_speak = more && voice::can_speak();
            it.more = more;
        });
        if just_came {
            self.purge_and_go_on();
        }
        if more {
            self.read_keeping();
        }
        self.show_queue();
        self.show_map();
    }

    /// What could not be done before the other part was here.
    pub(super) fn start_the_rest(self) {
        let (phase, outing) = self.read(|it| (it.phase, it.outing));
        match (phase, outing) {
            (Phase::Waiting, _) => self.start_flagging(),
            (Phase::Recording, Some(outing)) => self.bring_pack(outing),
            _ => {}
        }
        if self.read(|it| it.looking) == Looking::Now {
            self.find_position();
        }
        let mut wish = String::new();
        self.change(|it| wish = std::mem::take(&mut it.wish));
        if !wish.is_empty() {
            self.join(&wish);
        }
        self.join_by_address();
    }

    /// A code was typed and sent off: now, or once it is known how to join.
    fn wish_to_join(self, code: String) {
        if self.read(|it| it.more) {
            self.join(&code);
        } else {
            self.change(|it| {
                it.joining = !code.is_empty();
                it.wish = code;
            });
        }
    }

    /// Brings the map's script, once somebody wants to see it.
    fn show_map(self) {
        if self.read(|it| it.tab == Tab::Map && it.more) {
            browser::load_map();
        }
    }

    /// Reads the queue again, while it is on the screen.
    fn show_queue(self) {
        if self.read(|it| it.tab == Tab::Sending && it.more) {
            self.read_queue();
        }
    }

    /// What wakes the outbox, and a code that comes in by an address.
    fn listen(self) {
        let wakes = ["online", "visibilitychange", "hashchange"];
        browser::listen(&window(), &wakes, move |_| {
            if self.read(|it| it.more) {
                self.join_by_address();
            }
            if !document().hidden() {
                self.wake();
            }
        });
        // The loader may have told the page before we listened.
        self.look_at_page();
        let told = ["update-ready", "more-ready", "words-ready"];
        browser::listen(&window(), &told, move |_| self.look_at_page());
    }

    pub(super) fn tools(self) -> Option<Rc<Tools>> {
        self.tools.get_value()
    }

    /// Sends what waits, and brings the pack up to date.
    fn wake(self) {
        let Some(tools) = self.tools() else { return };
        if self.read(|it| it.phase) == Phase::Flagging {
            self.start_flagging();
            return;
        }
        spawn_local(async move {
            let _ = tools.outbox.wake().await;
            if let Some(outing) = self.read(|it| it.outing) {
                // Another tab may have counted meanwhile.
                if let Ok(ledger) = tools.store.ledger(outing).await {
                    self.change(|it| it.ledger = ledger);
                }
                if self.read(|it| it.more) {
                    self.bring_pack(outing);
                }
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
        let pack = pack.and_then(|it| read_pack(&it)).unwrap_or_default();
        let place = store.text(&of_outing("place", outing)).await?;
        let ledger = store.ledger(outing).await?;
        let picture_seen = is_set(store, "picture").await?;
        self.change(|it| {
            it.sheet = (!picture_seen).then_some(Sheet::Picture);
            it.wiped = false;
            it.outing = Some(outing);
            it.pack = pack;
            it.ledger = ledger;
            it.team = Team::default();
            it.place = Place::from_text(&place.unwrap_or_default());
            it.here = None;
            it.saved = Saved::NotYet;
            // The first question of an outing; afterwards the place is known.
            it.tab = match it.place {
                Place::Unset if it.pack.lead.is_some() => Tab::Team,
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

    /// The next touch on the map says where.
    fn point(self) {
        self.change(|it| {
            it.sheet = None;
            it.pointing = true;
        });
        self.show(Tab::Map);
    }

    /// A person touched the map: that is where the proposed place is, or « ici ».
    fn pointed(self, event: &PageEvent) {
        let detail = browser::field(event, "detail");
        let degrees = |name| browser::field(&detail, name).as_f64();
        let (Some(lat), Some(lon)) = (degrees("lat"), degrees("lon")) else {
            return;
        };
        let Ok(at) = Position::new(lat, lon) else {
            return;
        };
        let accuracy_m = None;
        let fix = Some(Fix { at, accuracy_m });
        self.change(|it| {
            it.pointing = false;
            if it.phase == Phase::Flagging {
                it.position = fix;
            } else if it.proposal.nature.is_some() {
                it.proposal.at = fix;
                it.sheet = Some(Sheet::Proposal);
            } else {
                it.place = Place::Here;
                it.here = fix;
            }
            it.tab = Tab::Count;
        });
    }

    /// Asks for the position, once: now, or when it is known how.
    fn look_around(self) {
        if self.read(|it| it.looking) == Looking::Now {
            return;
        }
        self.change(|it| it.looking = Looking::Now);
        if self.read(|it| it.more) {
            self.find_position();
        }
    }

    /// Another screen.
    fn show(self, tab: Tab) {
        self.change(|it| {
            it.tab = tab;
            it.pointing &= tab == Tab::Map;
        });
        self.show_queue();
        self.show_map();
    }
}

/// Was it set on this phone?
async fn is_set(store: &Store, name: &str) -> Result<bool, StoreError> {
    Ok(store.text(name).await?.is_some_and(|it| !it.is_empty()))
}

/// A pack as it was kept, with its hours by this phone's clock.
pub(super) fn read_pack(text: &str) -> Option<Pack> {
    let mut pack = Pack::read(text)?;
    if let Some(lead) = &mut pack.lead {
        for phone in &mut lead.phones {
            phone.words = browser::hour_of(&phone.words);
        }
    }
    Some(pack)
}

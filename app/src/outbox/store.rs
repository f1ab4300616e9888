//! What is kept on the phone: IndexedDB, one transaction for each thing that happened.
//!
//! Four stores. `facts`: id → the exact text that is sent. `outbox`: order → id and outing of a
//! fact that waits. `aside`: the same for facts that a person must look at, with the reason and
//! the row as it was. `meta`: everything else, under a name: texts, and a few numbers. A fact leaves
//! `facts` once the server has it: a lost phone then says nothing.
//!
//! What cannot be read is set aside as [`DAMAGED`] and stops nobody; it leaves the phone by hand
//! only ([`Store::unsent`]).

use super::plan::{Entry, Seq};
use super::wire::{could_be, hand_in};
use crate::browser::{field, method, new_device_id, object, persist_storage};
use crate::json::id;
use crate::recorder::ledger::Ledger;
use domain::{DeviceId, OutingId};
use js_sys::{Array, JSON, Object, Promise};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction};

const DATABASE: &str = "cueillette";
const VERSION: u32 = 1;
const FACTS: &str = "facts";
const OUTBOX: &str = "outbox";
const ASIDE: &str = "aside";
const META: &str = "meta";

/// The name under which the next order is kept.
const NEXT_SEQ: &str = "seq";
/// The name under which this phone's own name is kept.
const DEVICE: &str = "device";
/// The name under which it is kept who sends, and until when, where the browser has no locks.
const LEASE: &str = "lease";
/// The name under which the browser's answer to [`Store::ask_to_persist`] is kept.
const PERSISTED: &str = "persisted";
/// The name under which it is kept by how many seconds the phone's clock is ahead.
pub const CLOCK: &str = "clock";
/// The outing that is open on the screen.
pub const CURRENT: &str = "current";
/// Why something was set aside: it cannot be read, and is not sent again.
pub const DAMAGED: &str = "damaged";

/// What sends the facts of an outing, and until when the rest of it may stay.
const TOKEN_AND_TERM: [&str; 2] = ["token", "term"];
/// Longer than a request may take, in milliseconds.
const LEASE_MS: f64 = 40_000.0;

/// The name under which something of one outing is kept: `token`, `term`, `pack`, `ledger`,
/// `place`.
pub fn of_outing(what: &str, outing: OutingId) -> String {
    [what, ":", &outing.to_string()].concat()
}

/// Why something could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The phone's memory is full.
    Full,
    /// This browser does not let us keep anything (private window, broken profile).
    Unavailable,
}

impl From<JsValue> for StoreError {
    fn from(error: JsValue) -> Self {
        match field(&error, "name").as_string().as_deref() {
            Some("QuotaExceededError") => Self::Full,
            _ => Self::Unavailable,
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// A database whose transactions take options: web-sys knows them behind a flag only.
    #[wasm_bindgen(extends = IdbDatabase)]
    #[derive(Clone)]
    type Database;

    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn begin(
        this: &Database,
        stores: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;

    /// `indexedDB`, which some private windows lack: the error is caught.
    #[wasm_bindgen(catch, js_namespace = indexedDB, js_name = open)]
    fn open_database(name: &str, version: u32) -> Result<IdbOpenDbRequest, JsValue>;
}

/// Waits for a request. Its events are taken by the promise itself: nothing to free, no leak.
async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let settled = Promise::new(&mut |good, bad| {
        request.set_onsuccess(Some(&good));
        request.set_onerror(Some(&bad));
        // Said to a request to open only: a tab with an older version must not make us hang.
        let opening: &IdbOpenDbRequest = request.unchecked_ref();
        opening.set_onblocked(Some(&bad));
    });
    match JsFuture::from(settled).await {
        Ok(_) => request.result(),
        Err(_) => Err(request.error()?.map_or(JsValue::NULL, Into::into)),
    }
}

async fn open() -> Result<Database, JsValue> {
    let request = open_database(DATABASE, VERSION)?;
    let asked = request.clone();
    let upgrade = Closure::once(move |_: Event| -> Result<(), JsValue> {
        let database: IdbDatabase = asked.result()?.unchecked_into();
        for store in [FACTS, OUTBOX, ASIDE, META] {
            database.create_object_store(store)?;
        }
        Ok(())
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database: Database = done(&request).await?.unchecked_into();
    // A newer version wants in: we do not stand in its way. On a connection that is closed, by us
    // or by the browser, the next transaction cannot begin, and the database is opened anew.
    database.set_onversionchange(Some(&method(&database, "close")));
    Ok(database)
}

/// One transaction over all stores. What was asked in it happens whole or not at all.
struct Transaction {
    inner: IdbTransaction,
    end: Promise,
}

impl Transaction {
    fn begin(database: &Database, mode: &str) -> Result<Self, JsValue> {
        let stores = [FACTS, OUTBOX, ASIDE, META].map(JsValue::from_str);
        // Kept through a battery that falls out; browsers that do not know it ignore it.
        let options = object(&[("durability", "strict".into())]);
        let inner = database.begin(&stores.iter().collect(), mode, &options)?;
        // Both ends fulfil the promise: one that nobody waits for must not complain.
        let end = Promise::new(&mut |settled, _| {
            inner.set_oncomplete(Some(&settled));
            inner.set_onabort(Some(&settled));
        });
        Ok(Self { inner, end })
    }

    fn store(&self, name: &str) -> Result<IdbObjectStore, JsValue> {
        self.inner.object_store(name)
    }

    async fn get(&self, store: &str, key: &JsValue) -> Result<JsValue, JsValue> {
        done(&self.store(store)?.get(key)?).await
    }

    /// Several values of one store. Requests are answered in the order they were made: when the
    /// last is done all are, and the page is woken once and not two hundred times.
    async fn get_many(&self, store: &str, keys: &[JsValue]) -> Result<Vec<JsValue>, JsValue> {
        let store = self.store(store)?;
        let requests = keys.iter().map(|key| store.get(key));
        let requests = requests.collect::<Result<Vec<_>, _>>()?;
        if let Some(last) = requests.last() {
            done(last).await?;
        }
        requests.iter().map(IdbRequest::result).collect()
    }

    /// All that is in these stores.
    async fn rows(&self, stores: &[&'static str]) -> Result<Vec<Row>, JsValue> {
        let mut rows = Vec::new();
        for store in stores {
            let from = self.store(store)?;
            let (keys, values) = (from.get_all_keys()?, from.get_all()?);
            let values: Array = done(&values).await?.unchecked_into();
            let keys: Array = keys.result()?.unchecked_into();
            for at in 0..values.length() {
                rows.push(Row {
                    store,
                    key: keys.get(at),
                    value: values.get(at),
                });
            }
        }
        Ok(rows)
    }

    fn set_aside(&self, key: &JsValue, row: &JsValue, reason: &str) -> Result<(), JsValue> {
        let aside = object(&[
            ("id", field(row, "id")),
            ("outing", field(row, "outing")),
            ("reason", reason.into()),
            ("row", row.clone()),
        ]);
        self.put(ASIDE, key, &aside)?;
        self.delete(OUTBOX, key)
    }

    /// Deletes all of an outing; or, where something must stay, what is kept under other names
    /// only.
    fn forget_outing(&self, rows: &[Row], outing: OutingId, but: &[&str]) -> Result<(), JsValue> {
        let id = outing.to_string();
        for row in rows {
            if row.store == META {
                let name = row.key.as_string().unwrap_or_default();
                let goes = match name.strip_suffix(&*id).and_then(|it| it.strip_suffix(':')) {
                    Some(what) => !but.contains(&what),
                    None => but.is_empty() && name == CURRENT && row.value == *id,
                };
                if !goes {
                    continue;
                }
            } else if but.is_empty() && row.might_be_of(outing) {
                self.delete(FACTS, &fact_key(&row.value))?;
            } else {
                continue;
            }
            self.delete(row.store, &row.key)?;
        }
        Ok(())
    }

    /// What is kept as the facts of these rows, and their texts where they could be facts.
    async fn facts(&self, rows: &[JsValue]) -> Result<Vec<Kept>, JsValue> {
        let mut keys = Vec::new();
        for row in rows {
            keys.push(fact_key(row));
        }
        let mut list = Vec::new();
        for (at, raw) in self.get_many(FACTS, &keys).await?.into_iter().enumerate() {
            let id = keys[at].as_string().unwrap_or_default();
            let text = raw.as_string().filter(|it| could_be(it, &id));
            list.push(Kept { raw, text });
        }
        Ok(list)
    }

    async fn text(&self, name: &str) -> Result<Option<String>, JsValue> {
        Ok(self.get(META, &name.into()).await?.as_string())
    }

    fn put(&self, store: &str, key: &JsValue, value: &JsValue) -> Result<(), JsValue> {
        self.store(store)?.put_with_key(value, key).map(|_| ())
    }

    fn add(&self, store: &str, key: &JsValue, value: &JsValue) -> Result<(), JsValue> {
        self.store(store)?.add_with_key(value, key).map(|_| ())
    }

    fn delete(&self, store: &str, key: &JsValue) -> Result<(), JsValue> {
        self.store(store)?.delete(key).map(|_| ())
    }

    /// Waits until everything is on the disk.
    async fn complete(self) -> Result<(), JsValue> {
        // Nothing more is asked: the disk need not wait until we have heard of each request. One
        // that has failed already has its say below.
        let _ = method(&self.inner, "commit").call0(&JsValue::UNDEFINED);
        let event = JsFuture::from(self.end).await?;
        if event.unchecked_ref::<Event>().type_() == "complete" {
            return Ok(());
        }
        Err(self.inner.error().map_or(JsValue::NULL, Into::into))
    }
}

/// A fact to keep, and what the ledger says after it.
pub struct Record {
    /// The exact text that is kept and sent.
    pub text: String,
    /// The ledger with it.
    pub ledger: Ledger,
}

/// Makes a fact of its order on this phone and the ledger as it is on the disk. May be called
/// again when the browser dropped the connection. `None`: there is nothing to record any more.
pub type MakeRecord<'a> = dyn Fn(Seq, Ledger) -> Option<Record> + 'a;

/// A fact that a person must look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Aside {
    /// Its order.
    pub seq: Seq,
    /// As it was recorded.
    pub text: String,
    /// Why.
    pub reason: String,
}

/// What is kept under a key.
struct Row {
    store: &'static str,
    key: JsValue,
    value: JsValue,
}

impl Row {
    /// A fact of this outing, or nobody can say of which: then it might be.
    fn might_be_of(&self, outing: OutingId) -> bool {
        let of = field(&self.value, "outing").as_string();
        let of: Option<OutingId> = of.and_then(|it| id(&it));
        of.is_none_or(|it| it == outing)
    }
}

/// How many of these are facts of an outing.
fn count_of(rows: &[Row], outing: OutingId) -> u32 {
    let mut count = 0;
    for row in rows {
        count += u32::from(row.store != META && row.might_be_of(outing));
    }
    count
}

/// What is kept under a name.
fn named(rows: &[Row], name: &str) -> JsValue {
    let row = rows.iter().find(|it| it.store == META && it.key == *name);
    row.map_or(JsValue::UNDEFINED, |it| it.value.clone())
}

/// What is kept as a fact, and its text if it could be one.
struct Kept {
    raw: JsValue,
    text: Option<String>,
}

/// Looks at all that was read, and asks for what is to be written.
type Decide<'a> = dyn FnMut(&Transaction, &[Row]) -> Result<(), JsValue> + 'a;

/// What the outbox finds on the phone.
#[derive(Default)]
pub(super) struct Found {
    /// All that waits.
    pub(super) waiting: Vec<(Seq, Entry)>,
    /// How many facts a person must look at.
    pub(super) aside: u32,
    /// As [`super::Status::clock_ahead_s`].
    pub(super) clock_ahead_s: Option<i32>,
}

/// What became of the wish to wipe an outing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wiped {
    /// Nothing of it is left.
    Done,
    /// So many facts have not reached the server, and everything is still there.
    Refused(u32),
}

/// What is kept on the phone.
#[derive(Default)]
pub struct Store {
    database: RefCell<Option<Database>>,
}

impl Store {
    /// Begins a transaction; opens the database anew, once, when the browser has dropped it.
    async fn begin(&self, mode: &str) -> Result<Transaction, JsValue> {
        let open_now = self.database.borrow().clone();
        if let Some(database) = open_now
            && let Ok(transaction) = Transaction::begin(&database, mode)
        {
            return Ok(transaction);
        }
        let database = open().await?;
        let transaction = Transaction::begin(&database, mode);
        *self.database.borrow_mut() = Some(database);
        transaction
    }

    async fn read(&self) -> Result<Transaction, JsValue> {
        self.begin("readonly").await
    }

    async fn write(&self) -> Result<Transaction, JsValue> {
        self.begin("readwrite").await
    }

    /// One transaction that reads whole stores and then writes what `decide` asks for, or nothing.
    /// `decide` is asked again when the browser dropped the connection on the way.
    async fn change(
        &self,
        stores: &[&'static str],
        decide: &mut Decide<'_>,
    ) -> Result<(), StoreError> {
        let mut again = false;
        loop {
            match self.try_change(stores, decide).await {
                Err(error) if !again && self.lost(&error) => again = true,
                end => return Ok(end?),
            }
        }
    }

    async fn try_change(
        &self,
        stores: &[&'static str],
        decide: &mut Decide<'_>,
    ) -> Result<(), JsValue> {
        let transaction = self.write().await?;
        let rows = transaction.rows(stores).await?;
        if let Err(error) = decide(&transaction, &rows) {
            let _ = transaction.inner.abort();
            return Err(error);
        }
        transaction.complete().await
    }

    /// Whether it looks as if the connection had died: the next transaction opens it anew.
    fn lost(&self, error: &JsValue) -> bool {
        let lost = StoreError::from(error.clone()) == StoreError::Unavailable;
        if lost {
            self.database.borrow_mut().take();
        }
        lost
    }

    /// This phone's own name; made at the first call.
    pub async fn device(&self) -> Result<DeviceId, StoreError> {
        let mut device = None;
        let mut find = |transaction: &Transaction, rows: &[Row]| {
            device = named(rows, DEVICE).as_string().and_then(|it| id(&it));
            if device.is_some() {
                return Ok(());
            }
            let new: DeviceId = new_device_id()?;
            device = Some(new);
            transaction.put(META, &DEVICE.into(), &new.to_string().into())
        };
        self.change(&[META], &mut find).await?;
        device.ok_or(StoreError::Unavailable)
    }

    /// A text kept under a name.
    pub async fn text(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.read().await?.text(name).await?)
    }

    /// Keeps texts under their names.
    pub async fn keep_texts(&self, texts: &[(&str, &str)]) -> Result<(), StoreError> {
        let mut put = |transaction: &Transaction, _: &[Row]| {
            for (name, text) in texts {
                transaction.put(META, &(*name).into(), &(*text).into())?;
            }
            Ok(())
        };
        self.change(&[], &mut put).await
    }

    /// Keeps a number under its name.
    pub(super) async fn keep_number(&self, name: &str, number: f64) -> Result<(), StoreError> {
        let mut put = |transaction: &Transaction, _: &[Row]| {
            transaction.put(META, &name.into(), &number.into())
        };
        self.change(&[], &mut put).await
    }

    /// Keeps a fact, its place in the outbox, the next order and the ledger: all or nothing. When
    /// this answers, the fact is on the disk. `None`: it was there already, or is not wanted any
    /// more; the disk knows better than the screen.
    pub async fn record(
        &self,
        entry: Entry,
        make: &MakeRecord<'_>,
    ) -> Result<Option<(Seq, Ledger)>, StoreError> {
        let mut again = false;
        loop {
            match self.try_record(entry, make).await {
                // Should the fact have been kept all the same, it is found by its id and not kept
                // twice.
                Err(error) if !again && self.lost(&error) => again = true,
                end => return Ok(end?),
            }
        }
    }

    async fn try_record(
        &self,
        entry: Entry,
        make: &MakeRecord<'_>,
    ) -> Result<Option<(Seq, Ledger)>, JsValue> {
        let ledger_name = of_outing("ledger", entry.outing);
        let id = JsValue::from_str(&entry.id.to_string());
        let transaction = self.write().await?;
        // Asked together, answered in order: the page is woken once.
        let known_fact = transaction.store(FACTS)?.get(&id)?;
        let names = [NEXT_SEQ.into(), (&*ledger_name).into()];
        let known = transaction.get_many(META, &names).await?;
        if !known_fact.result()?.is_undefined() {
            return Ok(None);
        }
        let seq = known[0].as_string().and_then(|it| it.parse().ok());
        let seq: Seq = seq.unwrap_or(1);
        let ledger = read_ledger(known[1].as_string());
        let Some(Record { text, ledger }) = make(seq, ledger) else {
            return Ok(None);
        };
        let waiting = waiting_row(id.clone(), entry.outing.to_string().into());
        // Added, never put: an order that was given twice stops here and overwrites nothing.
        transaction.add(FACTS, &id, &JsValue::from_str(&text))?;
        transaction.add(OUTBOX, &seq.into(), &waiting)?;
        transaction.put(META, &NEXT_SEQ.into(), &(seq + 1).to_string().into())?;
        transaction.put(META, &ledger_name.into(), &ledger.to_text().into())?;
        transaction.complete().await?;
        Ok(Some((seq, ledger)))
    }

    /// The ledger of an outing.
    pub async fn ledger(&self, outing: OutingId) -> Result<Ledger, StoreError> {
        Ok(read_ledger(self.text(&of_outing("ledger", outing)).await?))
    }

    /// What is there when the outbox wakes up. What waits and cannot be read is set aside; an order
    /// that was lost, or given twice, is made good.
    pub(super) async fn found(&self) -> Result<Found, StoreError> {
        let mut found = Found::default();
        let mut look = |transaction: &Transaction, rows: &[Row]| {
            found = Found::default();
            let mut last = 0;
            for row in rows.iter().filter(|it| it.store != META) {
                let seq = seq_of(&row.key);
                last = last.max(seq.unwrap_or(0));
                match (seq, entry_of(&row.value)) {
                    (Some(seq), Some(entry)) if row.store == OUTBOX => {
                        found.waiting.push((seq, entry));
                        continue;
                    }
                    _ if row.store == OUTBOX => {
                        transaction.set_aside(&row.key, &row.value, DAMAGED)?;
                    }
                    _ => {}
                }
                found.aside += 1;
            }
            let next: Option<Seq> = named(rows, NEXT_SEQ)
                .as_string()
                .and_then(|it| it.parse().ok());
            if next.unwrap_or(1) <= last {
                transaction.put(META, &NEXT_SEQ.into(), &(last + 1).to_string().into())?;
            }
            found.clock_ahead_s = named(rows, CLOCK).as_f64().map(whole);
            Ok(())
        };
        match self.change(&[OUTBOX, ASIDE, META], &mut look).await {
            Err(error) if found.waiting.is_empty() => Err(error),
            // A full disk that cannot set aside is no reason not to send the others.
            _ => Ok(found),
        }
    }

    /// The exact texts of these facts, and which of them wait no more: they were sent by another
    /// tab, or are set aside now because they cannot be read.
    pub async fn texts(&self, seqs: &[Seq]) -> Result<(Vec<String>, Vec<Seq>), StoreError> {
        let transaction = self.write().await?;
        let keys: Vec<JsValue> = seqs.iter().map(|it| (*it).into()).collect();
        let rows = transaction.get_many(OUTBOX, &keys).await?;
        let facts = transaction.facts(&rows).await?;
        let (mut texts, mut gone) = (Vec::new(), Vec::new());
        for (at, fact) in facts.into_iter().enumerate() {
            match fact.text {
                Some(text) => texts.push(text),
                None => {
                    gone.push(seqs[at]);
                    if !rows[at].is_undefined() {
                        transaction.set_aside(&keys[at], &rows[at], DAMAGED)?;
                    }
                }
            }
        }
        Ok((texts, gone))
    }

    /// The server has these: they leave the phone.
    pub async fn forget(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        let keys: Vec<JsValue> = seqs.iter().map(|it| (*it).into()).collect();
        let rows = transaction.get_many(OUTBOX, &keys).await?;
        for (key, row) in keys.iter().zip(rows) {
            if !row.is_undefined() {
                transaction.delete(FACTS, &field(&row, "id"))?;
                transaction.delete(OUTBOX, key)?;
            }
        }
        Ok(transaction.complete().await?)
    }

    /// Out of the queue, still on the phone: a person must look at it.
    pub async fn set_aside(&self, seq: Seq, reason: &str) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        let key = seq.into();
        let row = transaction.get(OUTBOX, &key).await?;
        if !row.is_undefined() {
            transaction.set_aside(&key, &row, reason)?;
        }
        Ok(transaction.complete().await?)
    }

    /// Puts all that was set aside back into the queue, at its old place, but for what is damaged.
    pub async fn retry_aside(&self) -> Result<(), StoreError> {
        let mut put_back = |transaction: &Transaction, rows: &[Row]| {
            for row in rows {
                if field(&row.value, "reason") != *DAMAGED {
                    let (id, outing) = (field(&row.value, "id"), field(&row.value, "outing"));
                    transaction.put(OUTBOX, &row.key, &waiting_row(id, outing))?;
                    transaction.delete(ASIDE, &row.key)?;
                }
            }
            Ok(())
        };
        self.change(&[ASIDE], &mut put_back).await
    }

    /// The rows of these stores, and what is kept as their facts.
    async fn with_facts(
        &self,
        stores: &[&'static str],
    ) -> Result<(Vec<Row>, Vec<Kept>), StoreError> {
        let transaction = self.read().await?;
        let rows = transaction.rows(stores).await?;
        let mut values = Vec::new();
        for row in &rows {
            values.push(row.value.clone());
        }
        let facts = transaction.facts(&values).await?;
        Ok((rows, facts))
    }

    /// The facts that a person must look at.
    pub async fn aside(&self) -> Result<Vec<Aside>, StoreError> {
        let (rows, facts) = self.with_facts(&[ASIDE]).await?;
        let mut list = Vec::new();
        for (row, fact) in rows.into_iter().zip(facts) {
            list.push(Aside {
                seq: seq_of(&row.key).unwrap_or(0),
                text: fact.text.unwrap_or_default(),
                reason: field(&row.value, "reason").as_string().unwrap_or_default(),
            });
        }
        Ok(list)
    }

    /// All facts of an outing that the server does not have, as the text of a
    /// [`domain::crew::HandIn`]: what waits, what was set aside, and, for a person's eyes, what
    /// cannot be read. `None`: there are none.
    pub async fn unsent(&self, outing: OutingId) -> Result<Option<String>, StoreError> {
        let device = self.device().await?;
        let (rows, facts) = self.with_facts(&[OUTBOX, ASIDE]).await?;
        let (mut texts, mut damaged) = (Vec::new(), Vec::new());
        for (row, fact) in rows.into_iter().zip(facts) {
            if !row.might_be_of(outing) {
                continue;
            }
            match fact.text {
                Some(text) => texts.push(text),
                None => {
                    let raw = object(&[("row", row.value), ("fact", fact.raw)]);
                    damaged.push(JSON::stringify(&raw).map_or("null".into(), String::from));
                }
            }
        }
        let any = !texts.is_empty() || !damaged.is_empty();
        Ok(any.then(|| hand_in(outing, device, texts, damaged)))
    }

    /// Deletes all that this phone knows of an outing: facts, token, pack, ledger, place. Refused
    /// while something has not reached the server, unless `even_unsent`. Counting and deleting are
    /// one transaction: what another tab records is either counted, or recorded afterwards.
    pub async fn wipe(&self, outing: OutingId, even_unsent: bool) -> Result<Wiped, StoreError> {
        let mut wiped = Wiped::Done;
        let mut wipe = |transaction: &Transaction, rows: &[Row]| {
            let unsent = count_of(rows, outing);
            if unsent > 0 && !even_unsent {
                wiped = Wiped::Refused(unsent);
                return Ok(());
            }
            transaction.forget_outing(rows, outing, &[])?;
            if rows
                .iter()
                .all(|it| it.store == META || it.might_be_of(outing))
            {
                // Nothing else waits: a fact that no row knows is nobody's.
                transaction.store(FACTS)?.clear()?;
            }
            Ok(())
        };
        self.change(&[OUTBOX, ASIDE, META], &mut wipe).await?;
        Ok(wiped)
    }

    /// Keeps until when what is read of an outing may stay on this phone (by the server's clock, in
    /// milliseconds since 1970): `expires_at` of the answer to joining.
    pub async fn keep_term(&self, outing: OutingId, until_ms: f64) -> Result<(), StoreError> {
        self.keep_number(&of_outing("term", outing), until_ms).await
    }

    /// Deletes what is read of outings whose term is over; and, where nothing of it is unsent, the
    /// rest of it. Unsent facts, and the token that sends them, never leave by time. `now_ms` is by
    /// the phone's clock: it is corrected by what the server last said of it.
    pub async fn purge(&self, now_ms: f64) -> Result<(), StoreError> {
        let mut purge = |transaction: &Transaction, rows: &[Row]| {
            let ahead_s = named(rows, CLOCK).as_f64().unwrap_or(0.0);
            let now_ms = now_ms - ahead_s * 1_000.0;
            for row in rows.iter().filter(|it| it.store == META) {
                let name = row.key.as_string().unwrap_or_default();
                let outing: Option<OutingId> = name.strip_prefix("term:").and_then(id);
                let Some(outing) = outing else { continue };
                if row.value.as_f64().is_some_and(|it| it <= now_ms) {
                    let waits = count_of(rows, outing) > 0;
                    let but = if waits { &TOKEN_AND_TERM[..] } else { &[] };
                    transaction.forget_outing(rows, outing, but)?;
                }
            }
            Ok(())
        };
        self.change(&[OUTBOX, ASIDE, META], &mut purge).await
    }

    /// Takes, or renews, the row that stands for a lock; or gives it back. False: somebody else has
    /// it.
    pub(super) async fn lease(
        &self,
        owner: u32,
        now_ms: f64,
        hold: bool,
    ) -> Result<bool, StoreError> {
        let mut ours = true;
        let mut take = |transaction: &Transaction, rows: &[Row]| {
            let known = named(rows, LEASE);
            let left_ms = field(&known, "until").as_f64().unwrap_or(0.0) - now_ms;
            let other = field(&known, "owner") != f64::from(owner);
            // One that lasts longer than any can was made before the clock was set back.
            if other && (0.0..=LEASE_MS).contains(&left_ms) {
                ours = false;
                return Ok(());
            }
            if !hold {
                return transaction.delete(META, &LEASE.into());
            }
            let until = (now_ms + LEASE_MS).into();
            let lease = object(&[("owner", owner.into()), ("until", until)]);
            transaction.put(META, &LEASE.into(), &lease)
        };
        self.change(&[META], &mut take).await?;
        Ok(ours)
    }

    /// Asks the browser not to throw our data away when the phone is full, and keeps its answer.
    /// `None`: it cannot say.
    pub async fn ask_to_persist(&self) -> Option<bool> {
        let answer = persist_storage().await?;
        let word = if answer { "yes" } else { "no" };
        let _ = self.keep_texts(&[(PERSISTED, word)]).await;
        Some(answer)
    }

    /// What the browser answered to [`Store::ask_to_persist`]. `None`: it was not asked yet, or
    /// cannot say.
    pub async fn persisted(&self) -> Result<Option<bool>, StoreError> {
        Ok(self.text(PERSISTED).await?.map(|it| it == "yes"))
    }
}

/// A row of `outbox`.
fn waiting_row(id: JsValue, outing: JsValue) -> Object {
    object(&[("id", id), ("outing", outing)])
}

/// Under which the fact of a row is kept. No key at all would be an error, so a row that has none
/// asks for a fact that is not there.
fn fact_key(row: &JsValue) -> JsValue {
    field(row, "id").as_string().unwrap_or_default().into()
}

/// A number without its fraction; `as` saturates.
pub(super) fn whole(number: f64) -> i32 {
    #[allow(clippy::cast_possible_truncation)]
    let whole = number as i32;
    whole
}

/// A ledger that cannot be read starts anew: the facts are what counts, and they are safe.
fn read_ledger(text: Option<String>) -> Ledger {
    Ledger::from_text(&text.unwrap_or_default())
}

fn seq_of(key: &JsValue) -> Option<Seq> {
    let number = key.as_f64()?;
    // Whole numbers that we wrote ourselves; `as` saturates on anything else, which then differs.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let seq = number as Seq;
    (*key == f64::from(seq)).then_some(seq)
}

fn entry_of(row: &JsValue) -> Option<Entry> {
    let text = |name| field(row, name).as_string();
    Some(Entry {
        id: id(&text("id")?)?,
        outing: id(&text("outing")?)?,
    })
}

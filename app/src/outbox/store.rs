//! What is kept on the phone: IndexedDB, one transaction for each thing that happened.
//!
//! Four stores. `facts`: id → the exact text that is sent. `outbox`: order → id and outing of a
//! fact that waits. `aside`: the same for facts that a person must look at, with the reason.
//! `meta`: everything else, as text under a name. A fact leaves `facts` once the server has it:
//! a lost phone then says nothing.

use super::plan::{Entry, Seq};
use crate::browser::{field, new_device_id, object};
use crate::json::id;
use crate::recorder::ledger::Ledger;
use domain::{DeviceId, OutingId};
use js_sys::{Array, Object, Promise, Reflect};
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
/// The outing that is open on the screen.
pub const CURRENT: &str = "current";

/// The name under which something of one outing is kept: `pass`, `pack`, `ledger`, `place`.
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
    Ok(done(&request).await?.unchecked_into())
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

    /// This phone's own name; made at the first call.
    pub async fn device(&self) -> Result<DeviceId, StoreError> {
        let transaction = self.write().await?;
        if let Some(known) = transaction.text(DEVICE).await?
            && let Some(device) = id(&known)
        {
            return Ok(device);
        }
        let device = new_device_id()?;
        transaction.put(META, &DEVICE.into(), &device.to_string().into())?;
        transaction.complete().await?;
        Ok(device)
    }

    /// A text kept under a name.
    pub async fn text(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.read().await?.text(name).await?)
    }

    /// Keeps texts under their names.
    pub async fn keep_texts(&self, texts: &[(&str, &str)]) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        for (name, text) in texts {
            transaction.put(META, &(*name).into(), &(*text).into())?;
        }
        Ok(transaction.complete().await?)
    }

    /// Keeps a fact, its place in the outbox, the next order and the ledger: all or nothing. When
    /// this answers, the fact is on the disk. `None`: it was there already, or is not wanted any
    /// more; the disk knows better than the screen.
    pub async fn record(
        &self,
        entry: Entry,
        make: &MakeRecord<'_>,
    ) -> Result<Option<(Seq, Ledger)>, StoreError> {
        match self.try_record(entry, make).await {
            // A connection that died on the way: once more. Should the fact have been kept all the
            // same, it is found by its id and not kept twice.
            Err(error) if StoreError::from(error.clone()) == StoreError::Unavailable => {
                self.database.borrow_mut().take();
                Ok(self.try_record(entry, make).await?)
            }
            other => Ok(other?),
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
        if !transaction.get(FACTS, &id).await?.is_undefined() {
            return Ok(None);
        }
        let names = [NEXT_SEQ.into(), (&*ledger_name).into()];
        let known = transaction.get_many(META, &names).await?;
        let seq = known[0].as_string().and_then(|it| it.parse().ok());
        let seq: Seq = seq.unwrap_or(1);
        let ledger = read_ledger(known[1].as_string());
        let Some(Record { text, ledger }) = make(seq, ledger) else {
            return Ok(None);
        };
        let outing = entry.outing.to_string();
        let waiting = object(&[("id", id.clone()), ("outing", outing.into())]);
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

    /// All that waits.
    pub async fn waiting(&self) -> Result<Vec<(Seq, Entry)>, StoreError> {
        let transaction = self.read().await?;
        let store = transaction.store(OUTBOX)?;
        let (keys, rows) = (store.get_all_keys()?, store.get_all()?);
        let keys: Array = done(&keys).await?.unchecked_into();
        let rows: Array = done(&rows).await?.unchecked_into();
        let both = keys.iter().zip(rows.iter());
        Ok(both
            .filter_map(|(key, row)| Some((seq_of(&key)?, entry_of(&row)?)))
            .collect())
    }

    /// The exact texts of these facts, and which of them wait no more.
    pub async fn texts(&self, seqs: &[Seq]) -> Result<(Vec<String>, Vec<Seq>), StoreError> {
        let transaction = self.read().await?;
        let keys: Vec<JsValue> = seqs.iter().map(|it| (*it).into()).collect();
        let rows = transaction.get_many(OUTBOX, &keys).await?;
        // No key at all is an error: what waits no more asks for a fact that is not there.
        let ids = rows.iter().map(|row| match field(row, "id") {
            id if id.is_undefined() => JsValue::from_str(""),
            id => id,
        });
        let facts = transaction
            .get_many(FACTS, &ids.collect::<Vec<_>>())
            .await?;
        let (mut texts, mut gone) = (Vec::new(), Vec::new());
        for (seq, fact) in seqs.iter().zip(facts) {
            match fact.as_string() {
                Some(text) => texts.push(text),
                None => gone.push(*seq),
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
        let row = transaction.get(OUTBOX, &seq.into()).await?;
        if !row.is_undefined() {
            Reflect::set(&row, &"reason".into(), &reason.into())?;
            transaction.put(ASIDE, &seq.into(), &row)?;
            transaction.delete(OUTBOX, &seq.into())?;
        }
        Ok(transaction.complete().await?)
    }

    /// How many facts a person must look at.
    pub async fn aside_count(&self) -> Result<u32, StoreError> {
        let transaction = self.read().await?;
        let count = done(&transaction.store(ASIDE)?.count()?).await?;
        Ok(seq_of(&count).unwrap_or(0))
    }

    /// The facts that a person must look at.
    pub async fn aside(&self) -> Result<Vec<Aside>, StoreError> {
        let transaction = self.read().await?;
        let store = transaction.store(ASIDE)?;
        let (keys, rows) = (store.get_all_keys()?, store.get_all()?);
        let keys: Array = done(&keys).await?.unchecked_into();
        let rows: Array = done(&rows).await?.unchecked_into();
        let mut list = Vec::new();
        for (key, row) in keys.iter().zip(rows.iter()) {
            let text = transaction.get(FACTS, &field(&row, "id")).await?;
            list.push(Aside {
                seq: seq_of(&key).unwrap_or(0),
                text: text.as_string().unwrap_or_default(),
                reason: field(&row, "reason").as_string().unwrap_or_default(),
            });
        }
        Ok(list)
    }
}

/// A ledger that cannot be read starts anew: the facts are what counts, and they are safe.
fn read_ledger(text: Option<String>) -> Ledger {
    Ledger::from_text(&text.unwrap_or_default())
}

fn seq_of(key: &JsValue) -> Option<Seq> {
    // Whole numbers that we wrote ourselves; `as` saturates on anything else.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    key.as_f64().map(|it| it as Seq)
}

fn entry_of(row: &JsValue) -> Option<Entry> {
    let text = |name| field(row, name).as_string();
    Some(Entry {
        id: id(&text("id")?)?,
        outing: id(&text("outing")?)?,
    })
}

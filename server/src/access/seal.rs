//! Sealing: values that nobody reads without leaving a trace.
//!
//! A [`Sealed<T>`] cannot be printed, serialised or logged. Opening it needs an [`Opening`], and
//! making one writes the journal row, in the same transaction, that names what is opened.
//! Envelope encryption: one data key per subject (a site, an outing, an identity, a list),
//! wrapped under the month's key of the key file; XChaCha20-Poly1305 for both.

pub mod wraps;

use super::journal::{self, Action, Actor};
use super::keys::{Key, KeyError, KeyFile, month_of, random_key};
use crate::db::{AMONG_MAX, DbError, Tx, sql};
use chacha20poly1305::aead::{Aead, AeadInPlace, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use domain::{AccountId, FactId, Instant, ListId, OutingId, PeerId, ProgrammeId, SiteId};
use rand::RngCore;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use uuid::Uuid;
use zeroize::Zeroizing;

const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = 1 + NONCE_BYTES;
const TAG_BYTES: usize = 16;

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What shares one data key, and so one fate when that key is destroyed.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    /// Point, title and note of a site.
    Site(SiteId),
    /// « Ici » points and words recorded on an outing.
    Outing(OutingId),
    /// A peer's civil identity.
    Identity(PeerId),
    /// The files of an allowance list.
    List(ListId),
    /// A picture of a flag.
    Photo(FactId),
    /// The second factor of an account.
    Account(AccountId),
    /// A request of an authorised third party.
    Request(Uuid),
    /// What belongs to no outing, by the month it came in.
    Loose(Instant),
}

/// Two moments of one month are one scope: what shares a key is equal.
impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        (self.name(), self.subject()) == (other.name(), other.subject())
    }
}

impl Eq for Scope {}

impl Hash for Scope {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name(), self.subject()).hash(state);
    }
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::Site(_) => "site",
            Self::Outing(_) => "outing",
            Self::Identity(_) => "identity",
            Self::List(_) => "list",
            Self::Photo(_) => "photo",
            Self::Account(_) => "account",
            Self::Request(_) => "request",
            Self::Loose(_) => "loose",
        }
    }

    fn subject(self) -> Uuid {
        match self {
            Self::Site(id) => id.0,
            Self::Outing(id) => id.0,
            Self::Identity(id) => id.0,
            Self::List(id) => id.0,
            Self::Photo(id) => id.0,
            Self::Account(id) => id.0,
            Self::Request(id) => id,
            Self::Loose(at) => {
                // A name for the month, in the form of an id.
                let mut name = [0; 16];
                let month = month_of(at);
                name[..month.len()].copy_from_slice(month.as_bytes());
                Uuid::new_v8(name)
            }
        }
    }

    /// How the journal names it: `site:0193…`.
    pub fn journal_name(self) -> String {
        format!("{}:{}", self.name(), self.subject())
    }
}

/// A type that may be sealed. The label is bound to the ciphertext: a note never opens as a name.
pub trait Sealable: Serialize + DeserializeOwned {
    /// Unique among sealed types.
    const LABEL: &'static str;
}

/// Ciphertext of a `T`. Neither `Serialize`, nor `Display`; `Debug` says nothing.
pub struct Sealed<T> {
    scope: Scope,
    bytes: Vec<u8>,
    of: PhantomData<fn() -> T>,
}

impl<T> std::fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl<T: Sealable> Sealed<T> {
    /// From a column of a row; the scope comes from the row's own ids.
    pub fn from_row(scope: Scope, bytes: Vec<u8>) -> Self {
        Self {
            scope,
            bytes,
            of: PhantomData,
        }
    }

    /// For a column.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What it belongs to.
    pub fn scope(&self) -> Scope {
        self.scope
    }
}

/// Seals values of one programme within one transaction; keeps the data keys it met.
pub struct Sealer<'k> {
    keys: &'k KeyFile,
    programme: ProgrammeId,
    now: Instant,
    met: HashMap<Scope, Key>,
}

impl<'k> Sealer<'k> {
    /// For one transaction.
    pub fn new(keys: &'k KeyFile, programme: ProgrammeId, now: Instant) -> Self {
        Self {
            keys,
            programme,
            now,
            met: HashMap::new(),
        }
    }

    /// Seals a value under the data key of its scope, which is made when absent.
    pub async fn seal<T: Sealable>(
        &mut self,
        tx: &mut Tx,
        scope: Scope,
        value: &T,
    ) -> Result<Sealed<T>, SealError> {
        let plain = serde_json::to_vec(value).map_err(|_| KeyError::Sealed)?;
        let plain = Zeroizing::new(plain);
        let bytes = self.seal_bytes(tx, scope, T::LABEL, &[&plain]).await?;
        Ok(Sealed::from_row(scope, bytes))
    }

    /// Seals bytes as they are, one part after the other: for what is large.
    pub async fn seal_bytes(
        &mut self,
        tx: &mut Tx,
        scope: Scope,
        label: &'static str,
        parts: &[&[u8]],
    ) -> Result<Vec<u8>, SealError> {
        let key = self.data_key(tx, scope).await?;
        Ok(encrypt(
            &key,
            parts,
            &bound_to(self.programme, scope, label),
        )?)
    }

    async fn data_key(&mut self, tx: &mut Tx, scope: Scope) -> Result<Key, SealError> {
        if let Some(key) = self.met.get(&scope) {
            return Ok(key.clone());
        }
        let key = match find_data_key(tx, self.keys, self.programme, scope).await? {
            Some(key) => key,
            // What comes after the end is not kept either: its key is nowhere.
            None if ended_at(tx, self.programme, scope).await?.is_some() => random_key(),
            None => self.make_data_key(tx, scope).await?,
        };
        self.met.insert(scope, key.clone());
        Ok(key)
    }

    async fn make_data_key(&self, tx: &mut Tx, scope: Scope) -> Result<Key, SealError> {
        let (month, wrapping) = self.keys.current(self.now)?;
        let key = random_key();
        let wrapped = encrypt(&wrapping, &[&*key], &bound_to(self.programme, scope, "key"))?;
        let made = sql(INSERT_DATA_KEY)
            .bind(self.programme)
            .bind(scope.name())
            .bind(scope.subject())
            .bind(month)
            .bind(wrapped)
            .bind(self.now)
            .run(tx)
            .await?;
        if made == 1 {
            return Ok(key);
        }
        // Another request made it meanwhile: theirs is the one.
        let theirs = find_data_key(tx, self.keys, self.programme, scope).await?;
        Ok(theirs.ok_or(KeyError::Sealed)?)
    }
}

/// The right to open named things, once, in one transaction. Its journal row is already written.
pub struct Opening<'k> {
    keys: &'k KeyFile,
    programme: ProgrammeId,
    named: HashSet<Scope>,
    met: HashMap<Scope, Key>,
}

impl<'k> Opening<'k> {
    /// Writes who opens what into the journal. Nothing to open writes nothing: neither does what
    /// came to its end, whose key is gone.
    pub async fn begin(
        tx: &mut Tx,
        keys: &'k KeyFile,
        programme: ProgrammeId,
        actor: Actor,
        action: Action,
        named: Vec<Scope>,
        now: Instant,
    ) -> Result<Self, SealError> {
        let all: HashSet<Scope> = named.iter().copied().collect();
        let met = find_data_keys(tx, keys, programme, &all).await?;
        let there = named.iter().filter(|it| met.contains_key(it));
        let subjects: Vec<String> = there.map(|it| it.journal_name()).collect();
        if !subjects.is_empty() {
            journal::write(tx, programme, actor, action, &subjects, now).await?;
        }
        Ok(Self {
            keys,
            programme,
            named: all,
            met,
        })
    }

    /// Opens one value of a scope that was named.
    pub async fn open<T: Sealable>(
        &mut self,
        tx: &mut Tx,
        sealed: &Sealed<T>,
    ) -> Result<T, SealError> {
        let plain = self
            .open_bytes(tx, sealed.scope, T::LABEL, &sealed.bytes)
            .await?;
        Ok(serde_json::from_slice(&plain).map_err(|_| KeyError::Sealed)?)
    }

    /// The same of what has an end: `None` when it is no longer kept.
    pub async fn open_if_kept<T: Sealable>(
        &mut self,
        tx: &mut Tx,
        sealed: &Sealed<T>,
    ) -> Result<Option<T>, SealError> {
        match self.key_of(tx, sealed.scope).await? {
            Some(_) => self.open(tx, sealed).await.map(Some),
            None => Ok(None),
        }
    }

    /// Opens bytes that were sealed as they are.
    pub async fn open_bytes(
        &mut self,
        tx: &mut Tx,
        scope: Scope,
        label: &'static str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let key = self.key_of(tx, scope).await?.ok_or(KeyError::Sealed)?;
        let bound = bound_to(self.programme, scope, label);
        Ok(decrypt(&key, sealed, &bound)?)
    }

    /// The key of a scope that was named and had one when this began.
    async fn key_of(&mut self, tx: &mut Tx, scope: Scope) -> Result<Option<Key>, SealError> {
        if !self.named.contains(&scope) {
            return Err(KeyError::Sealed.into());
        }
        if let Some(key) = self.met.get(&scope) {
            return Ok(Some(key.clone()));
        }
        // Made since, in this transaction.
        let found = find_data_key(tx, self.keys, self.programme, scope).await?;
        if let Some(key) = &found {
            self.met.insert(scope, key.clone());
        }
        Ok(found)
    }
}

const INSERT_DATA_KEY: &str = "
    insert into data_keys (programme_id, scope, subject_id, wrapped_under, wrapped, created_at)
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing";

const SELECT_DATA_KEY: &str = "
    select wrapped_under, wrapped from data_keys
    where programme_id = $1 and scope = $2 and subject_id = $3";

const DELETE_DATA_KEY: &str = "
    delete from data_keys where programme_id = $1 and scope = $2 and subject_id = $3";

/// Destroys the data key of a scope: what was sealed under it never opens again.
pub async fn destroy(tx: &mut Tx, programme: ProgrammeId, scope: Scope) -> Result<(), DbError> {
    sql(DELETE_DATA_KEY)
        .bind(programme)
        .bind(scope.name())
        .bind(scope.subject())
        .run(tx)
        .await?;
    Ok(())
}

const INSERT_ENDED: &str = "
    insert into ended_keys (programme_id, scope, subject_id, ended_at)
    values ($1, $2, $3, $4) on conflict do nothing";
const SELECT_ENDED: &str = "
    select ended_at from ended_keys
    where programme_id = $1 and scope = $2 and subject_id = $3";

/// The end of a scope: its key is destroyed, and what comes for it later is not kept.
pub async fn end(
    tx: &mut Tx,
    programme: ProgrammeId,
    scope: Scope,
    now: Instant,
) -> Result<(), DbError> {
    let query = sql(INSERT_ENDED).bind(programme).bind(scope.name());
    query.bind(scope.subject()).bind(now).run(tx).await?;
    destroy(tx, programme, scope).await
}

/// When a scope came to its end, if it did.
pub async fn ended_at(
    tx: &mut Tx,
    programme: ProgrammeId,
    scope: Scope,
) -> Result<Option<Instant>, DbError> {
    let query = sql(SELECT_ENDED).bind(programme).bind(scope.name());
    let row: Option<(i64,)> = query.bind(scope.subject()).maybe(tx).await?;
    Ok(row.map(|(at,)| Instant::from_ms(at)))
}

async fn find_data_key(
    tx: &mut Tx,
    keys: &KeyFile,
    programme: ProgrammeId,
    scope: Scope,
) -> Result<Option<Key>, SealError> {
    let row: Option<(String, Vec<u8>)> = sql(SELECT_DATA_KEY)
        .bind(programme)
        .bind(scope.name())
        .bind(scope.subject())
        .maybe(tx)
        .await?;
    let unwrap =
        |(month, wrapped): (String, Vec<u8>)| unwrapped(keys, programme, scope, &month, &wrapped);
    Ok(row.map(unwrap).transpose()?)
}

fn unwrapped(
    keys: &KeyFile,
    programme: ProgrammeId,
    scope: Scope,
    month: &str,
    wrapped: &[u8],
) -> Result<Key, KeyError> {
    let wrapping = keys.of_month(month)?;
    let plain = decrypt(&wrapping, wrapped, &bound_to(programme, scope, "key"))?;
    let key = <[u8; 32]>::try_from(plain.as_slice()).map_err(|_| KeyError::Sealed)?;
    Ok(Zeroizing::new(key))
}

const SELECT_DATA_KEYS: &str = "
    select subject_id, wrapped_under, wrapped from data_keys
    where programme_id = $1 and scope = $2 and subject_id in {among}";

/// The keys of many scopes at once.
async fn find_data_keys(
    tx: &mut Tx,
    keys: &KeyFile,
    programme: ProgrammeId,
    named: &HashSet<Scope>,
) -> Result<HashMap<Scope, Key>, SealError> {
    let mut met = HashMap::new();
    let kinds: HashSet<&str> = named.iter().map(|it| it.name()).collect();
    for kind in kinds {
        let of_kind = named.iter().filter(|it| it.name() == kind);
        let by_subject: HashMap<Uuid, Scope> = of_kind.map(|it| (it.subject(), *it)).collect();
        let subjects: Vec<Uuid> = by_subject.keys().copied().collect();
        for some in subjects.chunks(AMONG_MAX) {
            let query = sql(SELECT_DATA_KEYS).bind(programme).bind(kind);
            let rows: Vec<(Uuid, String, Vec<u8>)> = query.bind_among(some).all(tx).await?;
            for (subject, month, wrapped) in rows {
                if let Some(scope) = by_subject.get(&subject) {
                    let key = unwrapped(keys, programme, *scope, &month, &wrapped)?;
                    met.insert(*scope, key);
                }
            }
        }
    }
    Ok(met)
}

/// What the ciphertext is bound to: moved to another row, it does not open.
fn bound_to(programme: ProgrammeId, scope: Scope, label: &str) -> Vec<u8> {
    format!("{programme}/{}/{}/{label}", scope.name(), scope.subject()).into_bytes()
}

/// Format byte, nonce, ciphertext with its tag.
fn encrypt(key: &Key, parts: &[&[u8]], bound: &[u8]) -> Result<Vec<u8>, KeyError> {
    let mut nonce = [0; NONCE_BYTES];
    rand::rng().fill_bytes(&mut nonce);
    let plain: usize = parts.iter().map(|it| it.len()).sum();
    // All the room at once: what is plain is written where it is encrypted, and nowhere else.
    let mut out = Vec::with_capacity(HEAD_BYTES + plain + TAG_BYTES);
    out.push(FORMAT);
    out.extend_from_slice(&nonce);
    for part in parts {
        out.extend_from_slice(part);
    }
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let tag = cipher
        .encrypt_in_place_detached(XNonce::from_slice(&nonce), bound, &mut out[HEAD_BYTES..])
        .map_err(|_| KeyError::Sealed)?;
    out.extend_from_slice(&tag);
    Ok(out)
}

fn decrypt(key: &Key, bytes: &[u8], bound: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (head, body) = bytes.split_at_checked(HEAD_BYTES).ok_or(KeyError::Sealed)?;
    if head[0] != FORMAT {
        return Err(KeyError::Sealed);
    }
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let payload = Payload {
        msg: body,
        aad: bound,
    };
    cipher
        .decrypt(XNonce::from_slice(&head[1..]), payload)
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_nothing_else_does(plain: Vec<u8>, flip: usize) {
            let (key, other) = (random_key(), random_key());
            let sealed = encrypt(&key, &[&plain], b"row 1").unwrap();
            prop_assert_eq!(&*decrypt(&key, &sealed, b"row 1").unwrap(), &plain);
            prop_assert!(decrypt(&other, &sealed, b"row 1").is_err());
            prop_assert!(decrypt(&key, &sealed, b"row 2").is_err());
            let mut bad = sealed.clone();
            let at = flip % bad.len();
            bad[at] ^= 1;
            prop_assert!(decrypt(&key, &bad, b"row 1").is_err());
            prop_assert!(decrypt(&key, &sealed[..at], b"row 1").is_err());
        }
    }
}

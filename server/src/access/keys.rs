//! The key file: what opens sealed values. It lives beside the database, never in it nor in a backup.
//!
//! Two kinds of keys: one for keyed hashes (contents of facts, joining codes, the journal's chain),
//! and one wrapping key a month. Data keys in the database are wrapped under the month's key, so
//! that destroying an old month here makes what it wrapped unreadable in every old backup at once.
//!
//! Months are made `MONTHS_AHEAD` before their time: a copy on paper stays good for as long, and
//! servers that each hold a copy of the file agree on the keys to come. Every change reads the file
//! again under a lock first, so that two servers on one file never undo each other's.

pub mod guard;
pub mod paper;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::time::DAY_MS;
use domain::{Day, Instant};
use hmac::{Hmac, Mac};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
/// Months whose keys are made before their time.
const MONTHS_AHEAD: i32 = 12;
/// A 256-bit key, wiped from memory when dropped.
pub type Key = Zeroizing<[u8; KEY_BYTES]>;
/// `2026-11`: the month a wrapping key was made in.
pub type Month = String;

/// Why the key file cannot be used, as one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the key file {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database was sealed by a key file that is not there.
    #[error(
        "the key file {0} is not there, and this database was sealed with one; put it back from \
         your copy (cueillette key restore)"
    )]
    Missing(PathBuf),
    /// Another key file than the one this database was sealed with.
    #[error("{0} is not the key file this database was sealed with; put the right one there")]
    Other(PathBuf),
    /// A copy from before some month was made.
    #[error(
        "the key file {0} is an old copy: it has no key of {1}, which sealed values need; put the \
         newest one there"
    )]
    Old(PathBuf, Month),
    /// There is one already.
    #[error("there is a key file at {0} already; move it away first")]
    There(PathBuf),
    /// The file is not a key file.
    #[error("{0} is not a key file of this program; restore it from your copy")]
    Unreadable(PathBuf),
    /// A key is not there (any more): what it opened was to be forgotten.
    #[error("the wrapping key of {0} is not in the key file")]
    Gone(Month),
    /// A sealed value does not open: wrong key file, or a damaged row.
    #[error("a sealed value does not open with this key file")]
    Sealed,
}

#[derive(Serialize, Deserialize)]
struct OnDisk {
    version: u32,
    mac: String,
    wrapping: BTreeMap<Month, String>,
}

/// What the file holds.
#[derive(Clone)]
struct Keys {
    mac: Key,
    wrapping: BTreeMap<Month, Key>,
}

/// The keys of this server.
pub struct KeyFile {
    path: PathBuf,
    keys: Mutex<Keys>,
}

impl std::fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyFile({})", self.path.display())
    }
}

impl KeyFile {
    /// Reads the file, or makes it with mode 0600 when there is none. Answers whether it was made.
    pub fn load_or_create(path: &Path) -> Result<(Self, bool), KeyError> {
        if let Some(there) = Self::load(path)? {
            return Ok((there, false));
        }
        let keys = Keys {
            mac: random_key(),
            wrapping: BTreeMap::new(),
        };
        Ok((Self::create(path, keys)?, true))
    }

    /// Reads the file, if there is one.
    pub fn load(path: &Path) -> Result<Option<Self>, KeyError> {
        let keys = read(path)?;
        Ok(keys.map(|keys| Self {
            path: path.to_owned(),
            keys: Mutex::new(keys),
        }))
    }

    /// Makes the file. One that is there stays as it is.
    fn create(path: &Path, keys: Keys) -> Result<Self, KeyError> {
        if path.exists() {
            return Err(KeyError::There(path.to_owned()));
        }
        save(path, &keys).map_err(|source| in_file(path, source))?;
        Ok(Self {
            path: path.to_owned(),
            keys: Mutex::new(keys),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Is the file there still, and a key file?
    pub fn is_there(&self) -> bool {
        matches!(read(&self.path), Ok(Some(_)))
    }

    /// Says which key file this is, and opens nothing.
    pub fn fingerprint(&self) -> Vec<u8> {
        self.mac("key file", b"fingerprint")
    }

    /// HMAC-SHA-256 of `content`, under a key derived for `purpose`, so that a hash made for one
    /// thing says nothing about another.
    pub fn mac(&self, purpose: &str, content: &[u8]) -> Vec<u8> {
        self.hashing(purpose).mac(content)
    }

    /// The same for many: the key for `purpose` is derived once.
    pub fn hashing(&self, purpose: &str) -> KeyedHash {
        let keys = self.held();
        KeyedHash(Zeroizing::new(hmac(&*keys.mac, purpose.as_bytes())))
    }

    /// The wrapping key of the month of `now`, made and saved when it is the first asked for.
    pub(super) fn current(&self, now: Instant) -> Result<(Month, Key), KeyError> {
        let month = month_of(now);
        if let Some(found) = newest_of(&self.held(), &month) {
            return Ok(found);
        }
        self.make_ahead(now)?;
        newest_of(&self.held(), &month).ok_or(KeyError::Gone(month))
    }

    /// The wrapping key of a month, unless it was destroyed.
    pub(super) fn of_month(&self, month: &str) -> Result<Key, KeyError> {
        if let Some(key) = self.held().wrapping.get(month) {
            return Ok(key.clone());
        }
        // Another server on this file may have made it.
        if let Some(keys) = read(&self.path)? {
            *self.held() = keys;
        }
        let key = self.held().wrapping.get(month).cloned();
        key.ok_or_else(|| KeyError::Gone(month.to_owned()))
    }

    /// Makes the keys of this month and of those ahead, where there are none.
    pub fn make_ahead(&self, now: Instant) -> Result<(), KeyError> {
        self.update(|keys| {
            for month in months_from(now) {
                if newest_of(keys, &month).is_none() {
                    keys.wrapping.insert(month, random_key());
                }
            }
        })
    }

    /// Makes new keys for this month and those ahead, beside the old ones.
    pub(super) fn renew(&self, now: Instant) -> Result<(), KeyError> {
        self.update(|keys| {
            for month in months_from(now) {
                let newest = newest_of(keys, &month).map_or(0, |(it, _)| turn_of(&it) + 1);
                let name = match newest {
                    0 => month,
                    turn => format!("{month}.{turn:02}"),
                };
                keys.wrapping.insert(name, random_key());
            }
        })
    }

    /// The names of all wrapping keys, the oldest first.
    pub fn months(&self) -> Vec<Month> {
        self.held().wrapping.keys().cloned().collect()
    }

    /// The months that are due to be destroyed: past, and begun so many days ago that no value
    /// destroyed within them may open any more.
    pub fn overdue(&self, now: Instant, days: u32) -> Vec<Month> {
        let this = month_of(now);
        let is_due = |it: &Month| it[..7] < this[..] && begins_by(it, now, days);
        self.months().into_iter().filter(is_due).collect()
    }

    /// Destroys wrapping keys: whatever is still wrapped under them opens nowhere any more.
    pub(super) fn destroy(&self, months: &[Month]) -> Result<(), KeyError> {
        self.update(|keys| keys.wrapping.retain(|it, _| !months.contains(it)))
    }

    fn held(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the file: what is there now is read first, under a lock that other servers on this
    /// file wait for. Saved before anything is wrapped: a key that exists only in memory loses data.
    fn update(&self, change: impl FnOnce(&mut Keys)) -> Result<(), KeyError> {
        let problem = |source| in_file(&self.path, source);
        let mut held = self.held();
        let lock = private_file(&self.path.with_extension("key.lock")).map_err(problem)?;
        lock.lock().map_err(problem)?;
        let mut keys = read(&self.path)?.ok_or_else(|| KeyError::Missing(self.path.clone()))?;
        let before = keys.clone();
        change(&mut keys);
        if keys.wrapping != before.wrapping {
            save(&self.path, &keys).map_err(problem)?;
        }
        *held = keys;
        Ok(())
    }
}

/// Makes keyed hashes for one purpose.
pub struct KeyedHash(Zeroizing<Vec<u8>>);

impl KeyedHash {
    /// HMAC-SHA-256.
    pub fn mac(&self, content: &[u8]) -> Vec<u8> {
        hmac(&self.0, content)
    }
}

fn in_file(path: &Path, source: std::io::Error) -> KeyError {
    let path = path.to_owned();
    KeyError::File { path, source }
}

/// The keys of a file, if it is there.
fn read(path: &Path) -> Result<Option<Keys>, KeyError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) if e.kind() == std::io::ErrorKind::InvalidData => {
            return Err(KeyError::Unreadable(path.to_owned()));
        }
        Err(e) => return Err(in_file(path, e)),
    };
    let unreadable = || KeyError::Unreadable(path.to_owned());
    let file: OnDisk = toml::from_str(&text).map_err(|_| unreadable())?;
    if file.version != 1 {
        return Err(unreadable());
    }
    let mut wrapping = BTreeMap::new();
    for (month, key) in &file.wrapping {
        if !is_month(month) {
            return Err(unreadable());
        }
        wrapping.insert(month.clone(), decode(key).ok_or_else(unreadable)?);
    }
    let mac = decode(&file.mac).ok_or_else(unreadable)?;
    Ok(Some(Keys { mac, wrapping }))
}

/// `2026-11`, or `2026-11.02` for one that was made anew.
fn is_month(text: &str) -> bool {
    let is = |it: &str, len: usize| it.len() == len && it.bytes().all(|b| b.is_ascii_digit());
    let (month, turn) = text.split_once('.').unwrap_or((text, "00"));
    is(turn, 2)
        && month
            .split_once('-')
            .is_some_and(|(y, m)| is(y, 4) && is(m, 2))
}

fn turn_of(month: &str) -> u32 {
    let turn = month
        .split_once('.')
        .and_then(|(_, turn)| turn.parse().ok());
    turn.unwrap_or(0)
}

/// The newest key of a month.
fn newest_of(keys: &Keys, month: &str) -> Option<(Month, Key)> {
    let named = keys.wrapping.iter().rev();
    let found = named.into_iter().find(|(it, _)| it.starts_with(month));
    found.map(|(month, key)| (month.clone(), key.clone()))
}

/// The month of `now`, and those ahead.
fn months_from(now: Instant) -> impl Iterator<Item = Month> {
    let day = now
        .timestamp()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
        .first_of_month();
    (0..=MONTHS_AHEAD).map(move |n| {
        let it = day.saturating_add(jiff::Span::new().months(n));
        it.to_string().chars().take(7).collect()
    })
}

/// Did a month begin at least so many days ago?
fn begins_by(month: &str, now: Instant, days: u32) -> bool {
    let first: Option<Day> = format!("{}-01", &month[..7]).parse().ok();
    first.is_some_and(|it| it.utc_midnight().as_ms() + i64::from(days) * DAY_MS <= now.as_ms())
}

/// `2026-11`, in UTC: the border between two keys need not be that of any town.
pub(super) fn month_of(now: Instant) -> Month {
    now.to_string().chars().take(7).collect()
}

/// A key from the system's randomness.
pub(super) fn random_key() -> Key {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    rand::rng().fill_bytes(&mut *key);
    key
}

fn decode(text: &str) -> Option<Key> {
    let bytes = Zeroizing::new(BASE64.decode(text).ok()?);
    <[u8; KEY_BYTES]>::try_from(bytes.as_slice())
        .ok()
        .map(Zeroizing::new)
}

fn hmac(key: &[u8], content: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length, so this has no error; an empty hash would never match.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

/// Written beside, then renamed: a cut in the middle leaves the old file whole.
fn save(path: &Path, keys: &Keys) -> std::io::Result<()> {
    let encode = |key: &Key| BASE64.encode(**key);
    let on_disk = OnDisk {
        version: 1,
        mac: encode(&keys.mac),
        wrapping: keys
            .wrapping
            .iter()
            .map(|(month, key)| (month.clone(), encode(key)))
            .collect(),
    };
    let text = Zeroizing::new(toml::to_string(&on_disk).map_err(std::io::Error::other)?);
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("key.new");
    let mut file = private_file(&beside)?;
    file.write_all(
        b"# The keys of Cueillette. Keep a copy apart from the backups of the database:\n",
    )?;
    file.write_all(b"# without this file nothing that is sealed can be read again.\n")?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let old = OpenOptions::new().write(true).open(path);
    fs::rename(&beside, path)?;
    // What the old file held is written over, as far as the disk lets: a destroyed key is gone.
    if let Ok(mut old) = old {
        let length = old.metadata().map_or(0, |it| it.len());
        let nothing = vec![0; usize::try_from(length).unwrap_or_default()];
        _ = old.write_all(&nothing).and_then(|()| old.sync_all());
    }
    Ok(())
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_destroyed_so_many_days_ago_was_wrapped_under_a_key_that_is_due(
            now in 0i64..4_000, hour in 0i64..24, days in 35u32..200, more in 0i64..400,
        ) {
            let now = Instant::from_ms(1_790_000_000_000 + now * DAY_MS + hour * 3_600_000);
            let destroyed = now.plus_ms(-(i64::from(days) + more) * DAY_MS);
            let month = month_of(destroyed);
            prop_assert!(month < month_of(now));
            prop_assert!(begins_by(&month, now, days));
            // The month that is wrapped under now is never due.
            prop_assert!(!begins_by(&month_of(now), now, days));
        }
    }

    fn folder() -> PathBuf {
        let path = std::env::temp_dir().join(format!("cueillette-keys-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_key_file_is_made_once_and_read_back() {
        let path = folder().join("a.key");
        let now = Instant::from_ms(1_800_000_000_000);
        let (first, made) = KeyFile::load_or_create(&path).unwrap();
        assert!(made);
        let (month, key) = first.current(now).unwrap();
        assert_eq!(month, "2027-01");
        let (again, made) = KeyFile::load_or_create(&path).unwrap();
        assert!(!made);
        assert_eq!(*again.of_month("2027-01").unwrap(), *key);
        assert_eq!(again.mac("x", b"y"), first.mac("x", b"y"));
        assert_ne!(again.mac("x", b"y"), first.mac("z", b"y"));
        assert!(again.of_month("2026-12").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_key_file() {
        use std::os::unix::fs::PermissionsExt;
        let path = folder().join("b.key");
        KeyFile::load_or_create(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_key_file_is_refused_and_left_alone() {
        let path = folder().join("c.key");
        fs::write(&path, "version = 1\nmac = \"short\"\n[wrapping]\n").unwrap();
        assert!(matches!(
            KeyFile::load_or_create(&path),
            Err(KeyError::Unreadable(_))
        ));
        assert!(fs::read_to_string(&path).unwrap().contains("short"));
    }
}

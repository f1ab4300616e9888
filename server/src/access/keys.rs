//! The key file: what opens sealed values. It lives beside the database, never in it nor in a backup.
//!
//! Two kinds of keys: one for keyed hashes (contents of facts, joining codes), and one wrapping
//! key a month. Data keys in the database are wrapped under the month's key, so that destroying
//! an old month here makes what it wrapped unreadable in every old backup at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::Instant;
use hmac::{Hmac, Mac};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
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
        let in_file = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        match fs::read_to_string(path) {
            Ok(text) => Ok((Self::read(path, &Zeroizing::new(text))?, false)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let keys = Keys {
                    mac: random_key(),
                    wrapping: BTreeMap::new(),
                };
                save(path, &keys).map_err(in_file)?;
                let keys = Mutex::new(keys);
                let path = path.to_owned();
                Ok((Self { path, keys }, true))
            }
            Err(e) => Err(in_file(e)),
        }
    }

    fn read(path: &Path, text: &str) -> Result<Self, KeyError> {
        let unreadable = || KeyError::Unreadable(path.to_owned());
        let file: OnDisk = toml::from_str(text).map_err(|_| unreadable())?;
        if file.version != 1 {
            return Err(unreadable());
        }
        let mut wrapping = BTreeMap::new();
        for (month, key) in &file.wrapping {
            wrapping.insert(month.clone(), decode(key).ok_or_else(unreadable)?);
        }
        let mac = decode(&file.mac).ok_or_else(unreadable)?;
        Ok(Self {
            path: path.to_owned(),
            keys: Mutex::new(Keys { mac, wrapping }),
        })
    }

    /// HMAC-SHA-256 of `content`, under a key derived for `purpose`, so that a hash made for one
    /// thing says nothing about another.
    pub fn mac(&self, purpose: &str, content: &[u8]) -> Vec<u8> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let derived = Zeroizing::new(hmac(&*keys.mac, purpose.as_bytes()));
        hmac(&derived, content)
    }

    /// The wrapping key of the month of `now`, made and saved when it is the first asked for.
    pub(super) fn current(&self, now: Instant) -> Result<(Month, Key), KeyError> {
        let month = month_of(now);
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.wrapping.get(&month) {
            return Ok((month, key.clone()));
        }
        let key = random_key();
        keys.wrapping.insert(month.clone(), key.clone());
        // Saved before anything is wrapped under it: a key that exists only in memory loses data.
        if let Err(source) = save(&self.path, &keys) {
            keys.wrapping.remove(&month);
            let path = self.path.clone();
            return Err(KeyError::File { path, source });
        }
        Ok((month, key))
    }

    /// The wrapping key of a month, unless it was destroyed.
    pub(super) fn of_month(&self, month: &str) -> Result<Key, KeyError> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let key = keys.wrapping.get(month).cloned();
        key.ok_or_else(|| KeyError::Gone(month.to_owned()))
    }
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
    fs::rename(&beside, path)
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

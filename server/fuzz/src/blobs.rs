//! Sealed values: whatever is done to one, it opens as what it was or not at all.

use crate::RUNTIME;
use domain::{Instant, OutingId, PeerId, ProgrammeId};
use server::access::{Action, Actor, KeyFile, Opening, Role, Scope, Sealer};
use server::db::{Db, Tx};
use server::{demo, programmes};
use std::sync::{LazyLock, Mutex};
use uuid::Uuid;

const LABEL: &str = "identity";
const PLAIN: &[u8] = b"what nobody reads without leaving a trace";

/// A transaction in which two scopes are open, and what is sealed in the first.
struct Open {
    tx: Tx,
    opening: Opening<'static>,
    own: Scope,
    other: Scope,
    sealed: Vec<u8>,
}

static OPEN: LazyLock<Mutex<Open>> =
    LazyLock::new(|| Mutex::new(RUNTIME.block_on(begin()).expect("a place to seal in")));

type Failed = Box<dyn std::error::Error>;

async fn begin() -> Result<Open, Failed> {
    let folder = std::env::temp_dir().join(format!("cueillette-fuzz-{}", Uuid::new_v4()));
    std::fs::create_dir_all(&folder)?;
    let (keys, _) = KeyFile::load_or_create(&folder.join("a.key"))?;
    let keys: &'static KeyFile = Box::leak(Box::new(keys));
    let now = Instant::from_ms(1_795_000_000_000);
    let db = Db::open(&format!("sqlite:{}", folder.join("a.sqlite").display())).await?;
    db.migrate().await?;
    let mut tx = db.write().await?;
    let programme = ProgrammeId(Uuid::now_v7());
    let settings = demo::bordeaux_settings();
    programmes::insert(&mut tx, programme, "fuzz", true, &settings, now).await?;
    let (own, other) = (
        Scope::Identity(PeerId(Uuid::now_v7())),
        Scope::Outing(OutingId(Uuid::now_v7())),
    );
    let mut sealer = Sealer::new(keys, programme, now);
    let sealed = sealer.seal_bytes(&mut tx, own, LABEL, &[PLAIN]).await?;
    sealer.seal_bytes(&mut tx, other, LABEL, &[PLAIN]).await?;
    let actor = Actor {
        role: Role::Coordinator,
        id: Some(Uuid::now_v7()),
    };
    let (action, named) = (Action::IdentityOpened, vec![own, other]);
    let opening = Opening::begin(&mut tx, keys, programme, actor, action, named, now).await?;
    // What is open stays open; what is left of it goes with the process.
    std::fs::remove_dir_all(&folder)?;
    Ok(Open {
        tx,
        opening,
        own,
        other,
        sealed,
    })
}

/// The first byte says what is done to a sealed value, the rest how.
pub fn sealed(bytes: &[u8]) {
    let Some((how, with)) = bytes.split_first() else {
        return;
    };
    let mut open = OPEN.lock().unwrap_or_else(|it| it.into_inner());
    let Open {
        tx,
        opening,
        own,
        other,
        sealed,
    } = &mut *open;
    let changed = changed(sealed, how % 5, with);
    let (scope, label) = match how / 5 % 3 {
        0 => (*own, LABEL),
        1 => (*other, LABEL),
        _ => (*own, "note"),
    };
    let is_own = how / 5 % 3 == 0 && changed == *sealed;
    let opened = RUNTIME.block_on(opening.open_bytes(tx, scope, label, &changed));
    match opened {
        Ok(plain) => assert!(is_own && *plain == PLAIN, "it opened"),
        Err(_) => assert!(!is_own, "it did not open"),
    }
}

fn changed(sealed: &[u8], how: u8, with: &[u8]) -> Vec<u8> {
    let at = with.first().map_or(0, |it| usize::from(*it)) % (sealed.len() + 1);
    let rest = with.get(1..).unwrap_or_default();
    match how {
        0 => with.to_vec(),
        1 => {
            let mut out = sealed.to_vec();
            for pair in with.chunks_exact(2) {
                let at = usize::from(pair[0]) % out.len();
                out[at] ^= pair[1];
            }
            out
        }
        2 => sealed[..at].to_vec(),
        3 => [sealed, with].concat(),
        _ => [&sealed[..at], rest, &sealed[at..]].concat(),
    }
}

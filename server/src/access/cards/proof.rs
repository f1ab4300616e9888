//! What a phone proves: that it holds the key a card is bound to, for a challenge of this server
//! that nobody answered yet, and that the PIN was typed.
//!
//! A challenge is not kept until it is answered: it carries its end and a keyed hash, so that asking
//! for one writes nothing.

use super::store;
use crate::access::KeyFile;
use crate::db::Tx;
use crate::http::error::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{CardId, Instant, Invalid};
use rand::RngCore;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;
use words::desk::access::cards::proof as say;

/// A challenge is answered within so long: the PIN is typed before it is asked for.
const CHALLENGE_LIFE_MS: i64 = 2 * 60_000;
const NONCE_BYTES: usize = 16;
const INSTANT_BYTES: usize = 8;
const MAC_BYTES: usize = 16;
/// An uncompressed point of P-256.
const KEY_BYTES: usize = 65;
const SIGNATURE_BYTES: usize = 64;
const PIN_PROOF_BYTES: usize = 32;

/// A fresh challenge.
pub fn challenge(keys: &KeyFile, now: Instant) -> String {
    let mut bytes = vec![0; NONCE_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    bytes.extend(now.plus_ms(CHALLENGE_LIFE_MS).as_ms().to_be_bytes());
    bytes.extend(mac(keys, &bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn mac(keys: &KeyFile, bytes: &[u8]) -> Vec<u8> {
    let mut mac = keys.mac("card challenge", bytes);
    mac.truncate(MAC_BYTES);
    mac
}

/// What a phone sends with either act, as text: what was signed is what was sent.
#[derive(Deserialize)]
pub struct ProofBody {
    challenge: String,
    /// What the phone's secret makes of the PIN.
    pin: String,
    signature: String,
}

/// A signature that was checked, with the PIN as the phone hides it.
pub struct Proof {
    nonce: Vec<u8>,
    expires_at: Instant,
    /// Kept and compared as it is: the secret that made it never leaves the phone.
    pub pin_mac: Vec<u8>,
}

impl ProofBody {
    /// Is the challenge ours and in time, and did this key sign it for this act?
    pub fn check(
        &self,
        keys: &KeyFile,
        now: Instant,
        act: &str,
        card: CardId,
        key: &[u8],
    ) -> Result<Proof, Problem> {
        let pin = exactly("pin", &self.pin, PIN_PROOF_BYTES)?;
        let signature = exactly("signature", &self.signature, SIGNATURE_BYTES)?;
        let sealed = exactly(
            "challenge",
            &self.challenge,
            NONCE_BYTES + INSTANT_BYTES + MAC_BYTES,
        )?;
        let (told, theirs) = sealed.split_at(NONCE_BYTES + INSTANT_BYTES);
        if mac(keys, told) != theirs {
            return Err(Invalid::new("challenge", "wrong_shape").into());
        }
        let (nonce, end) = told.split_at(NONCE_BYTES);
        let end = end.first_chunk().copied().unwrap_or_default();
        let expires_at = Instant::from_ms(i64::from_be_bytes(end));
        if expires_at <= now {
            return Err(over());
        }
        let message = format!("card\n{act}\n{card}\n{}\n{}", self.challenge, self.pin);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
            .verify(message.as_bytes(), &signature)
            .map_err(|_| Invalid::new("signature", "not_this_phone"))?;
        Ok(Proof {
            nonce: nonce.to_vec(),
            expires_at,
            pin_mac: keys.mac("card pin", &pin),
        })
    }
}

impl Proof {
    /// Answered once: a second time is a replay.
    pub async fn spend(&self, tx: &mut Tx, now: Instant) -> Result<(), Problem> {
        match store::spend(tx, self.nonce.clone(), self.expires_at, now).await? {
            true => Ok(()),
            false => Err(over()),
        }
    }
}

/// The public key of a phone, as Web Crypto exports it.
pub fn key_of(text: &str) -> Result<Vec<u8>, Invalid> {
    exactly("key", text, KEY_BYTES)
}

fn exactly(field: &'static str, text: &str, bytes: usize) -> Result<Vec<u8>, Invalid> {
    let read = URL_SAFE_NO_PAD.decode(text).ok();
    read.filter(|it| it.len() == bytes)
        .ok_or_else(|| Invalid::new(field, "wrong_shape"))
}

fn over() -> Problem {
    let words = say::REFUSED_TOO_LONG;
    Problem::state("challenge_over", words)
}

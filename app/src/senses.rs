//! What is felt, at each tap; and what is heard, by [`voice`].

pub mod voice;

use wasm_bindgen::prelude::*;

/// How long the phone shakes when something is kept, in milliseconds.
const SHAKE_MS: u32 = 30;

#[wasm_bindgen]
extern "C" {
    /// `navigator.vibrate`, which some phones lack: the error is caught.
    #[wasm_bindgen(catch, js_namespace = navigator, js_name = vibrate)]
    fn shake(ms: u32) -> Result<bool, JsValue>;
}

/// Says by the hand that something is kept.
pub fn vibrate() {
    let _ = shake(SHAKE_MS);
}

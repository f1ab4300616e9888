//! What is felt and heard: a short vibration, and numbers said by the phone's own voice.
//!
//! Only a voice that lives on the phone (`localService`): any other sends the words away.

use crate::browser::{field, listen};
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

/// How long the phone shakes when something is kept, in milliseconds.
const SHAKE_MS: u32 = 30;

#[wasm_bindgen]
extern "C" {
    /// `navigator.vibrate`, which some phones lack: the error is caught.
    #[wasm_bindgen(catch, js_namespace = navigator, js_name = vibrate)]
    fn shake(ms: u32) -> Result<bool, JsValue>;

    #[wasm_bindgen(catch, js_namespace = speechSynthesis, js_name = getVoices)]
    fn voices() -> Result<Array, JsValue>;

    #[wasm_bindgen(catch, js_namespace = speechSynthesis, js_name = cancel)]
    fn hush() -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = speechSynthesis, js_name = speak)]
    fn speak(words: &Utterance) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = SpeechSynthesisUtterance)]
    type Utterance;

    #[wasm_bindgen(catch, constructor, js_class = SpeechSynthesisUtterance)]
    fn new(words: &str) -> Result<Utterance, JsValue>;
}

/// Says by the hand that something is kept.
pub fn vibrate() {
    let _ = shake(SHAKE_MS);
}

/// A French voice that lives on this phone.
fn voice() -> Option<JsValue> {
    let is_ours = |voice: &JsValue| {
        let speaks = field(voice, "lang").as_string().unwrap_or_default();
        field(voice, "localService").is_truthy() && speaks.starts_with("fr")
    };
    voices().ok()?.iter().find(is_ours)
}

/// Runs `then` once it is known that this phone has such a voice: now, or when its voices come.
pub fn when_it_can_speak(then: impl Fn() + Clone + 'static) {
    if voice().is_some() {
        then();
        return;
    }
    let speech = field(&js_sys::global(), "speechSynthesis");
    if let Ok(speech) = speech.dyn_into::<EventTarget>() {
        listen(&speech, &["voiceschanged"], move |_| {
            if voice().is_some() {
                then();
            }
        });
    }
}

/// Says it, in place of what is being said.
pub fn say(words: &str) {
    let _ = try_to_say(words);
}

fn try_to_say(words: &str) -> Result<(), JsValue> {
    let Some(voice) = voice() else { return Ok(()) };
    hush()?;
    let words = Utterance::new(words)?;
    Reflect::set(&words, &"voice".into(), &voice)?;
    speak(&words)
}

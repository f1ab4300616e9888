//! Numbers said by the phone's own voice, in the language of the screen. Of the second part: what is
//! kept is felt from the first tap on, and said a moment later.
//!
//! Only a voice that lives on the phone (`localService`): any other sends the words away.

use crate::browser::{field, listen};
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;
use words::language::TAG;

#[wasm_bindgen]
extern "C" {
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

/// A voice that lives on this phone and speaks the language of the screen.
fn voice() -> Option<JsValue> {
    let is_ours = |voice: &JsValue| {
        let speaks = field(voice, "lang").as_string().unwrap_or_default();
        field(voice, "localService").is_truthy() && speaks.starts_with(TAG.as_str())
    };
    voices().ok()?.iter().find(is_ours)
}

/// Has this phone such a voice? Its voices may come later.
#[inline(never)]
pub fn can_speak() -> bool {
    voice().is_some()
}

/// Runs `then` each time the phone's voices have come or gone.
#[inline(never)]
pub fn when_voices_change(then: impl Fn() + 'static) {
    let speech = field(&js_sys::global(), "speechSynthesis");
    if let Ok(speech) = speech.dyn_into::<EventTarget>() {
        listen(&speech, &["voiceschanged"], move |_| then());
    }
}

/// Says it, in place of what is being said.
#[inline(never)]
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

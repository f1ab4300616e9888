//! All that runs on the phone. The server renders its first HTML; the phone wakes it up.
//!
//! One island, the [`Recorder`]. Its script is started by the loader of the page, which checks
//! first that page, glue and WASM were built together ([`build_id`]).

pub mod browser;
pub mod json;
pub mod outbox;
pub mod recorder;
pub mod senses;
pub mod ui;

pub use recorder::Recorder;

/// Which build this is: a page of another build must not be woken up by it.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn build_id() -> String {
    option_env!("CUEILLETTE_BUILD_ID").unwrap_or("dev").into()
}

/// Makes the page ready for its islands; each is then started by its own name.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}

/// From now on the screen speaks this language, whose texts these are; French when there are none.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn speak(texts: String) {
    words::screen::set(texts);
}

/// Sends what waits on this phone; the service worker calls it when the browser wakes it.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn send_waiting() -> js_sys::Promise {
    outbox::send_all()
}

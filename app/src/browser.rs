//! What the app asks of the browser: the clock, chance, one position, one request at a time.
//!
//! What the outbox uses of it works in the service worker too, where there is no window: it asks
//! for names that pages and workers share. Compiled on the server as well, where nothing of it is
//! ever called: it renders the first HTML only.

use crate::ui::texts;
use domain::crew::ACCOUNT_HEADER;
use domain::{DeviceId, FactId, Position};
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Element, Event, EventTarget, Headers, HtmlElement, RequestCache,
    RequestCredentials, RequestInit, RequestRedirect, Response,
};

/// How long a request may take, in milliseconds: beyond it, the network counts as gone.
const REQUEST_MS_MAX: u32 = 30_000;
/// How long a phone may look for its position, in milliseconds.
const POSITION_MS_MAX: u32 = 15_000;
/// How old a position may be, in milliseconds, and still be « here ».
const POSITION_AGE_MS_MAX: u32 = 20_000;

#[wasm_bindgen]
extern "C" {
    /// `navigator.locks`, which older phones lack: the error is caught.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, options: &Object, held: &Function) -> Result<Promise, JsValue>;

    /// `navigator.geolocation`, which a page without HTTPS lacks: the error is caught.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "geolocation"], js_name = getCurrentPosition)]
    fn current_position(good: &Function, bad: &Function, options: &Object) -> Result<(), JsValue>;

    /// `navigator.storage`, which older phones lack: the error is caught.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "storage"], js_name = persist)]
    fn storage_persist() -> Result<Promise, JsValue>;

    /// `crypto`, of pages and of workers.
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill_by_chance(bytes: &mut [u8]) -> Result<(), JsValue>;

    /// The loader's, which knows the service worker; there is none in the worker itself.
    #[wasm_bindgen(catch, js_name = sendLater)]
    fn ask_for_sync() -> Result<(), JsValue>;

    /// `setTimeout`, of pages and of workers.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &JsValue, ms: u32);

    /// `fetch`, of pages and of workers.
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(path: &str, init: &RequestInit) -> Promise;

    /// `navigator`, of pages and of workers.
    #[wasm_bindgen(thread_local_v2, js_name = navigator)]
    static NAVIGATOR: JsValue;
}

/// The phone's clock, in milliseconds since 1970.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// A time of the phone's clock as facts carry it: `2026-11-24T13:05:00.250Z`.
pub fn rfc3339(ms: f64) -> String {
    js_sys::Date::new(&ms.into()).to_iso_string().into()
}

/// The same back: milliseconds since 1970 of an RFC 3339 time. `None`: it is none.
pub fn ms_of(time: &str) -> Option<f64> {
    Some(js_sys::Date::parse(time)).filter(|it| it.is_finite())
}

/// Any number, each as likely: for the jitter of new tries, not for secrets.
pub fn random_u32() -> u32 {
    // A fraction below one: the product fits.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let number = (js_sys::Math::random() * 4_294_967_296.0) as u32;
    number
}

fn random_bytes<const N: usize>() -> Result<[u8; N], JsValue> {
    let mut bytes = [0; N];
    fill_by_chance(&mut bytes)?;
    Ok(bytes)
}

/// A fact's id: UUID v7 of the phone's clock.
pub fn new_fact_id(now_ms: f64) -> Result<FactId, JsValue> {
    let random = random_bytes()?;
    // Before 1970 is 1970: the id only has to be its own.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let id = uuid::Builder::from_unix_timestamp_millis(now_ms as u64, &random).into_uuid();
    Ok(FactId(id))
}

/// This phone's own name, made once: UUID v4.
pub fn new_device_id() -> Result<DeviceId, JsValue> {
    let id = uuid::Builder::from_random_bytes(random_bytes()?).into_uuid();
    Ok(DeviceId(id))
}

/// A plain JavaScript object.
pub fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a plain object that we just made cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

/// A field of a JavaScript object; undefined when there is none.
pub fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// What this object does under that name, as a function of its own.
pub fn method(of: &JsValue, name: &str) -> Function {
    field(of, name).unchecked_into::<Function>().bind0(of)
}

/// « 14 h 05 », by the phone's clock, of an RFC 3339 time.
pub fn hour_of(time: &str) -> String {
    let date = js_sys::Date::new(&time.into());
    texts::hour(date.get_hours(), date.get_minutes())
}

/// The product's own type comes once somebody has tapped: before, the network has better to do.
pub fn bring_fonts() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("class", "fonts-ready");
    }
}

/// Fetches the script of the camera, the first time; the page says where it is.
#[inline(never)]
pub fn load_camera() {
    let _ = try_load(&[("data-photo", "script", "src", "type", "module")]);
}

/// Fetches the map's script, the first time; the page says where it is.
#[inline(never)]
pub fn load_map() {
    let _ = try_load(&[
        ("data-map-css", "link", "href", "rel", "stylesheet"),
        ("data-map", "script", "src", "type", "module"),
    ]);
}

/// Each: the loader's attribute that says where, the element, its attribute, and another with its
/// value.
#[inline(never)]
fn try_load(list: &[(&str, &str, &str, &str, &str)]) -> Result<(), JsValue> {
    let document = document();
    let Some(loader) = document.query_selector("script[data-map]")? else {
        return Ok(());
    };
    for (from, name, to, attribute, value) in list {
        if let Some(source) = loader.get_attribute(from).filter(|it| !it.is_empty()) {
            let element = document.create_element(name)?;
            element.set_attribute(attribute, value)?;
            element.set_attribute(to, &source)?;
            loader.after_with_node_1(&element)?;
            loader.set_attribute(from, "")?;
        }
    }
    Ok(())
}

/// Runs `then` each time one of these happens to `target`, for as long as the page is open.
pub fn listen(target: &EventTarget, events: &[&str], then: impl Fn(Event) + 'static) {
    let then = Closure::<dyn Fn(Event)>::new(then).into_js_value();
    for event in events {
        let _ = target.add_event_listener_with_callback(event, then.unchecked_ref());
    }
}

/// The attribute of what was tapped, or of what it stands in.
pub fn around(event: &Event, attribute: &str) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let selector = ["[", attribute, "]"].concat();
    target.closest(&selector).ok()??.get_attribute(attribute)
}

/// What was typed into a field.
pub fn typed(id: &str) -> String {
    let input = document().get_element_by_id(id);
    input
        .and_then(|it| field(&it, "value").as_string())
        .unwrap_or_default()
}

/// Moves the focus, once the screen has followed.
pub fn focus(selector: &'static str) {
    after(0, move || {
        if let Ok(Some(element)) = document().query_selector(selector) {
            let _ = element.unchecked_ref::<HtmlElement>().focus();
        }
    });
}

/// Leaves for an empty page that has no way back here.
pub fn leave() {
    let _ = window().location().replace("about:blank");
}

/// Runs `then` after so many milliseconds.
pub fn after(ms: u32, then: impl FnOnce() + 'static) {
    // Boxed here: one compiled body for all that is ever put off.
    let then: Box<dyn FnOnce()> = Box::new(then);
    set_timeout(&Closure::once_into_js(then), ms);
}

/// Where the phone is, asked once. `None` when it is refused, unknown, or takes too long.
pub async fn position_once() -> Option<(Position, u32)> {
    let options = object(&[
        ("enableHighAccuracy", true.into()),
        ("timeout", POSITION_MS_MAX.into()),
        ("maximumAge", POSITION_AGE_MS_MAX.into()),
    ]);
    let asked = Promise::new(&mut |good, bad| {
        if current_position(&good, &bad, &options).is_err() {
            let _ = bad.call0(&JsValue::UNDEFINED);
        }
    });
    let found = JsFuture::from(asked).await.ok()?;
    let coords = field(&found, "coords");
    let number = |name| field(&coords, name).as_f64();
    let at = Position::new(number("latitude")?, number("longitude")?).ok()?;
    // Whole metres: a phone does not know better.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some((at, number("accuracy")?.round() as u32))
}

/// Asks the browser not to throw our data away when the phone is full. `None`: it cannot say.
pub async fn persist_storage() -> Option<bool> {
    let answer = JsFuture::from(storage_persist().ok()?).await;
    answer.ok()?.as_bool()
}

/// What has a name, of the browser itself.
fn of_navigator(name: &str) -> JsValue {
    NAVIGATOR.with(|it| field(it, name))
}

/// Asks the browser to send in our place once there is a network, even if the page is closed by
/// then; where it can do that.
pub fn send_later() {
    let _ = ask_for_sync();
}

/// A lock that is held for all tabs of the phone and its worker, until it is dropped.
pub struct Lock(Function);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// The browser has no locks.
pub struct NoLocks;

/// Takes the phone's only lock of that name. `None`: another tab, or the worker, holds it.
pub async fn try_lock(name: &str) -> Result<Option<Lock>, NoLocks> {
    let options = object(&[("ifAvailable", true.into())]);
    // The lock lasts as long as the promise that `held` answers; whoever asked gets the function
    // that ends it, or null when somebody else has the lock.
    let asked = Promise::new(&mut |got, failed| {
        let held = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let say = |what: &JsValue| got.call1(&JsValue::UNDEFINED, what);
            if lock.is_null() {
                let _ = say(&JsValue::NULL);
                return JsValue::UNDEFINED;
            }
            Promise::new(&mut |release, _| {
                let _ = say(&release);
            })
            .into()
        });
        if request_lock(name, &options, held.unchecked_ref()).is_err() {
            let _ = failed.call0(&JsValue::UNDEFINED);
        }
    });
    let release = JsFuture::from(asked).await.map_err(|_| NoLocks)?;
    Ok(release.dyn_into().ok().map(Lock))
}

/// Surely no network. The contrary is never sure: only an answer tells.
pub fn is_offline() -> bool {
    of_navigator("onLine") == JsValue::FALSE
}

/// The server's answer, read to its end.
pub struct Reply {
    /// The status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// The body.
    pub body: String,
}

/// Kept in a token's place: the session of whoever is signed in sends.
pub const SESSION: &str = "session";

/// Who asks.
#[derive(Clone, Copy)]
pub enum Pass<'a> {
    /// Anybody.
    Nobody,
    /// Whoever holds this token.
    Token(&'a str),
    /// Whoever is signed in; and only if it is this account, where one is named.
    Session(&'a str),
}

/// One request to our own server, with a token where one is needed and JSON where something is
/// sent. `Err`: no network, too slow, or sent somewhere else by a redirect.
pub async fn request(path: &str, pass: Pass<'_>, json: Option<&str>) -> Result<Reply, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    // A token says who we are: a staff session in the same browser must not.
    let mut session = RequestCredentials::Omit;
    match pass {
        Pass::Nobody => {}
        Pass::Token(token) => headers.set("authorization", &["Bearer ", token].concat())?,
        Pass::Session(account) => {
            session = RequestCredentials::SameOrigin;
            if !account.is_empty() {
                headers.set(ACCOUNT_HEADER, account)?;
            }
        }
    }
    init.set_credentials(session);
    if let Some(json) = json {
        headers.set("content-type", "application/json")?;
        init.set_method("POST");
        init.set_body(&JsValue::from_str(json));
    }
    let abort = AbortController::new()?;
    init.set_signal(Some(&abort.signal()));
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_redirect(RequestRedirect::Error);
    set_timeout(&method(&abort, "abort"), REQUEST_MS_MAX);
    let response = JsFuture::from(fetch(path, &init)).await?;
    let response: Response = response.unchecked_into();
    let body = JsFuture::from(response.text()?).await?;
    Ok(Reply {
        status: response.status(),
        retry_after: response.headers().get("retry-after")?,
        body: body.as_string().unwrap_or_default(),
    })
}

/// The strongest contrast, or the usual colours; the page's script keeps it (`look.js`).
pub fn show_theme(sun: bool) {
    if let Some(root) = document().document_element() {
        let _ = if sun {
            root.set_attribute("data-theme", "sun")
        } else {
            root.remove_attribute("data-theme")
        };
    }
}

/// Did the loader say this of the page?
pub fn page_says(attribute: &str) -> bool {
    let root = document().document_element();
    root.is_some_and(|it| it.has_attribute(attribute))
}

/// Tells the page's other scripts.
pub fn tell_page(name: &str) {
    if let Ok(event) = Event::new(name) {
        let _ = window().dispatch_event(&event);
    }
}

/// Hands a text over as a file, to be kept where the person wants. A data address: it needs nothing
/// to be freed afterwards, and the policy of the page lets it through.
pub fn save_file(name: &str, text: &str) {
    if let Ok(link) = document().create_element("a") {
        let encoded: String = js_sys::encode_uri_component(text).into();
        let address = ["data:application/json;charset=utf-8,", &encoded].concat();
        let _ = link.set_attribute("href", &address);
        let _ = link.set_attribute("download", name);
        link.unchecked_ref::<HtmlElement>().click();
    }
}

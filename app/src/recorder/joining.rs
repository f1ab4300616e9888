//! Joining an outing: a code for a token, and the pack that comes with it.

use super::desk::{Desk, Tools, read_pack};
use super::lead::Source;
use super::model::Phase;
use crate::browser::{self, Pass};
use crate::json::{Json, quoted};
use crate::outbox::plan::Event;
use crate::outbox::store::{CURRENT, Store, StoreError, of_outing};
use crate::ui::texts::{self, Text};
use domain::{JoinCode, OutingId};
use leptos::prelude::window;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

const JOIN_PATH: &str = "/api/v1/crew/join";
const PACK_PATH: &str = "/api/v1/crew/pack";
/// A code in an address stands behind this, where no server sees it.
const CODE_IN_FRAGMENT: &str = "#code=";

impl Desk {
    /// `/terrain#code=ABCDEF`: joins, and leaves no code in the history.
    #[inline(never)]
    pub(super) fn join_by_address(self) {
        let location = window().location();
        let Ok(fragment) = location.hash() else {
            return;
        };
        let Some(code) = fragment.strip_prefix(CODE_IN_FRAGMENT) else {
            return;
        };
        let path = location.pathname().unwrap_or_default();
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
        }
        self.change(|it| it.phase = Phase::Join);
        self.join(code);
    }

    /// Joins with a code, as typed.
    #[inline(never)]
    pub(super) fn join(self, code: &str) {
        let Ok(code) = code.parse::<JoinCode>() else {
            self.change(|it| it.join_error = Some(texts::not_joined::NOT_A_CODE));
            return;
        };
        self.change(|it| {
            it.joining = true;
            it.join_error = None;
        });
        spawn_local(async move {
            let error = self.try_join(code).await.err();
            self.change(|it| {
                it.joining = false;
                it.join_error = error;
            });
        });
    }

    async fn try_join(self, code: JoinCode) -> Result<(), Text> {
        let device = self.read(|it| it.device);
        let (Some(tools), Some(device)) = (self.tools(), device) else {
            return Err(texts::loading::BROKEN);
        };
        let device = quoted(&device.to_string());
        let code = quoted(code.as_str());
        let body = ["{\"code\":", &code, ",\"device\":", &device, "}"].concat();
        let reply = browser::request(JOIN_PATH, Pass::Nobody, Some(&body)).await;
        let reply = reply.map_err(|_| texts::not_joined::OFFLINE)?;
        match reply.status {
            200..=299 => {}
            409 => return Err(texts::not_joined::CLOSED),
            429 => return Err(texts::not_joined::TOO_MANY),
            400..=499 => return Err(texts::not_joined::UNKNOWN),
            _ => return Err(texts::not_joined::SERVER),
        }
        let answer = Json::read(&reply.body).unwrap_or(Json::Null);
        let (outing, token) = (answer.get("outing").id(), answer.get("token").text());
        let (Some(outing), Some(token)) = (outing, token) else {
            return Err(texts::not_joined::SERVER);
        };
        let until = answer.get("expires_at").text().unwrap_or_default();
        let kept = self.keep_pass(&tools, outing, token, until).await;
        kept.map_err(|_| texts::loading::BROKEN)
    }

    async fn keep_pass(
        self,
        tools: &Tools,
        outing: OutingId,
        token: &str,
        until: &str,
    ) -> Result<(), StoreError> {
        let name = of_outing("token", outing);
        let texts = [(&*name, token), (CURRENT, &outing.to_string())];
        tools.store.keep_texts(&texts).await?;
        if let Some(until_ms) = browser::ms_of(until) {
            tools.store.keep_term(outing, until_ms).await?;
        }
        tools.outbox.tell(Event::Joined(outing));
        // Without the pack one can already count « ici »; it comes later.
        let _ = self.fetch_pack(&tools.store, outing).await;
        self.enter(outing).await
    }

    /// Brings what the phone knows of the outing up to date, when there is a network.
    #[inline(never)]
    pub(super) fn bring_pack(self, outing: OutingId) {
        if let Some(tools) = self.tools() {
            spawn_local(async move {
                let _ = self.fetch_pack(&tools.store, outing).await;
            });
        }
    }

    async fn fetch_pack(self, store: &Store, outing: OutingId) -> Option<()> {
        let token = store.text(&of_outing("token", outing)).await.ok()??;
        // It will know better than this phone if all is sent by now.
        self.change(|it| {
            if it.unsent() == 0 && it.team.source == Source::Own {
                it.team.source = Source::Asked;
            }
        });
        let reply = browser::request(PACK_PATH, Pass::Token(&token), None)
            .await
            .ok()?;
        let pack = read_pack(&reply.body)?;
        // The outing may have left the phone meanwhile: nothing of it comes back.
        store.text(&of_outing("token", outing)).await.ok()??;
        let name = of_outing("pack", outing);
        store.keep_texts(&[(&name, &reply.body)]).await.ok()?;
        self.change(|it| {
            if it.outing == Some(outing) {
                it.pack = pack;
                if it.team.source == Source::Asked {
                    it.team.source = Source::Pack;
                }
            }
        });
        Some(())
    }
}

//! Flagging from an agent's phone: facts of the same outbox, under the account that made them.
//!
//! There is no token: the agent's session sends them, and each request names the account, so that
//! nothing ever goes under another.

use super::desk::Desk;
use super::flag::{Flag, FlagAct, PHOTO, SIGHTING};
use super::model::Phase;
use crate::browser::{self, Pass};
use crate::outbox::store::{Store, of_outing};
use domain::limits::COUNT_MAX;
use domain::{AccountId, OutingId};
use leptos::task::spawn_local;
use web_sys::Event as PageEvent;

const PACK_PATH: &str = "/api/v1/flagging";
/// The name under which the account of this phone is kept.
const FLAGGER: &str = "flagger";

/// Under whose pass the facts of an account wait: the outbox knows senders by one kind of id.
pub fn pass_of(account: AccountId) -> OutingId {
    OutingId(account.0)
}

impl Desk {
    /// Shows the page for flagging: what is on the phone at once, then what the server says.
    #[inline(never)]
    pub(super) fn start_flagging(self) {
        self.change(|it| it.phase = Phase::Flagging);
        browser::load_camera();
        let Some(tools) = self.tools() else { return };
        spawn_local(async move {
            let store = &tools.store;
            if let Ok(Some(account)) = store.text(FLAGGER).await
                && let Some(account) = crate::json::id(&account)
                && let Ok(Some(pack)) = store.text(&of_outing("pack", pass_of(account))).await
            {
                self.take_flag_pack(&pack);
            }
            self.fetch_flag_pack(store).await;
            let _ = tools.outbox.wake().await;
        });
    }

    fn take_flag_pack(self, text: &str) -> Option<AccountId> {
        let (flag, sites) = Flag::read(text)?;
        let account = flag.account;
        self.change(|it| {
            let told = std::mem::take(&mut it.flag);
            it.flag = Flag {
                category: told.category,
                same: told.same,
                count: told.count,
                children: told.children,
                urgent: told.urgent,
                photo: told.photo,
                done: told.done,
                ..flag
            };
            it.pack.sites = sites;
            it.outing = account.map(pass_of);
        });
        account
    }

    async fn fetch_flag_pack(self, store: &Store) {
        let Ok(reply) = browser::request(PACK_PATH, Pass::Session(""), None).await else {
            return;
        };
        match reply.status {
            200 => {
                if let Some(account) = self.take_flag_pack(&reply.body) {
                    let pass = pass_of(account);
                    let (token, pack) = (of_outing("token", pass), of_outing("pack", pass));
                    let texts = [
                        (FLAGGER, &*account.to_string()),
                        (&token, browser::SESSION),
                        (&pack, &reply.body),
                    ];
                    let _ = store.keep_texts(&texts).await;
                }
            }
            401 | 403 => self.change(|it| it.flag.signed_out = true),
            _ => {}
        }
    }

    /// Does what was tapped on the page.
    #[inline(never)]
    pub(super) fn flag(self, act: FlagAct) {
        if act == FlagAct::Send {
            self.send_flag();
            return;
        }
        self.change(|model| {
            let it = &mut model.flag;
            match act {
                FlagAct::What(at) => it.category = Some(at),
                FlagAct::Same(site) => it.same = (it.same != Some(site)).then_some(site),
                FlagAct::More => it.count = (it.count + 1).min(COUNT_MAX),
                FlagAct::Less => it.count = it.count.saturating_sub(1),
                FlagAct::Children => it.children = !it.children,
                FlagAct::Urgent => it.urgent = !it.urgent,
                FlagAct::NoPhoto => it.photo.clear(),
                FlagAct::Again => {
                    *it = it.fresh();
                    model.position = None;
                }
                FlagAct::Send => {}
            }
        });
    }

    fn send_flag(self) {
        let (data, photo) = self.read(|it| (it.flag.data(it.position, &it.note), it.flag.clone()));
        let Some(data) = data else { return };
        let sighting = self.record(SIGHTING, data, |_, _| true);
        if let Some(sighting) = sighting.filter(|_| !photo.photo.is_empty()) {
            self.record(PHOTO, photo.photo_data(sighting), |_, _| true);
        }
        self.change(|it| {
            it.flag = it.flag.fresh();
            it.flag.done = Some(photo.urgent);
            it.note.clear();
            it.position = None;
        });
    }

    /// A picture was taken, and made small by the page.
    #[inline(never)]
    pub(super) fn photo_taken(self, event: &PageEvent) {
        let jpeg = browser::field(&browser::field(event, "detail"), "jpeg");
        if let Some(jpeg) = jpeg.as_string() {
            self.change(|it| it.flag.photo = jpeg);
        }
    }
}

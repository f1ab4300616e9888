//! One batch on its way: read from the phone, sent by one tab or the worker at a time, answered.

use super::Outbox;
use super::plan::{Event, Reply, Seq, Trouble};
use super::store::of_outing;
use super::wire;
use crate::browser::{self, Lock};
use domain::OutingId;
use std::rc::Rc;

/// Where facts go.
const FACTS_PATH: &str = "/api/v1/facts";
/// Held by whoever sends.
const LOCK: &str = "cueillette-outbox";

/// The right to send one batch: the browser's own lock, or a row of ours where it has none.
struct Held(Option<Lock>);

/// Sends these facts and tells the outbox what became of them.
pub async fn send(outbox: &Rc<Outbox>, outing: OutingId, seqs: Vec<Seq>) {
    let reply = match hold(outbox).await {
        Some(Held(lock)) => {
            let reply = deliver(outbox, outing, &seqs).await;
            if lock.is_none() {
                outbox.lease(false).await;
            }
            reply
        }
        None => Reply::OtherTab,
    };
    outbox.tell(Event::Replied(reply));
}

async fn hold(outbox: &Rc<Outbox>) -> Option<Held> {
    match browser::try_lock(LOCK).await {
        Ok(lock) => lock.map(|it| Held(Some(it))),
        Err(browser::NoLocks) => outbox.lease(true).await.then_some(Held(None)),
    }
}

async fn deliver(outbox: &Rc<Outbox>, outing: OutingId, seqs: &[Seq]) -> Reply {
    let unreachable = |trouble| Reply::Failed {
        trouble,
        retry_after_ms: None,
    };
    if browser::is_offline() {
        return unreachable(Trouble::Offline);
    }
    let Ok((texts, gone)) = outbox.store.texts(seqs).await else {
        return unreachable(Trouble::Server);
    };
    if !gone.is_empty() {
        // Some of them may have been set aside.
        let _ = outbox.look().await;
        outbox.tell(Event::Gone(gone));
    }
    if texts.is_empty() {
        return Reply::Answers(Vec::new());
    }
    let Ok(Some(token)) = outbox.store.text(&of_outing("token", outing)).await else {
        return Reply::SignedOut;
    };
    let sent_ms = browser::now_ms();
    let body = wire::batch(texts, &browser::rfc3339(sent_ms));
    let account = outing.to_string();
    let pass = match token.as_str() {
        browser::SESSION => browser::Pass::Session(&account),
        token => browser::Pass::Token(token),
    };
    let Ok(answer) = browser::request(FACTS_PATH, pass, Some(&body)).await else {
        return unreachable(Trouble::Offline);
    };
    if let Some(server_ms) = wire::server_time(&answer.body).and_then(|it| browser::ms_of(&it)) {
        // The server looked at its clock half-way, as far as we can tell.
        let ahead_ms = f64::midpoint(sent_ms, browser::now_ms()) - server_ms;
        outbox.measured(ahead_ms).await;
    }
    wire::read(answer.status, answer.retry_after.as_deref(), &answer.body)
}

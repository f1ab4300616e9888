//! One batch on its way: read from the phone, sent by one tab at a time, answered.

use super::Outbox;
use super::plan::{Event, Reply, Seq, Trouble};
use super::store::of_outing;
use super::wire;
use crate::browser;
use domain::OutingId;
use std::rc::Rc;

/// Where facts go.
const FACTS_PATH: &str = "/api/v1/facts";
/// Held by the tab that sends.
const LOCK: &str = "cueillette-outbox";

/// Sends these facts and tells the outbox what became of them.
pub async fn send(outbox: &Rc<Outbox>, outing: OutingId, seqs: Vec<Seq>) {
    let reply = match browser::try_lock(LOCK).await {
        Some(_held) => deliver(outbox, outing, &seqs).await,
        None => Reply::OtherTab,
    };
    outbox.tell(Event::Replied(reply));
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
        outbox.tell(Event::Gone(gone));
    }
    if texts.is_empty() {
        return Reply::Answers(Vec::new());
    }
    let Ok(Some(token)) = outbox.store.text(&of_outing("token", outing)).await else {
        return Reply::SignedOut;
    };
    let body = wire::batch(texts);
    match browser::request(FACTS_PATH, Some(&token), Some(&body)).await {
        Ok(answer) => wire::read(answer.status, answer.retry_after.as_deref(), &answer.body),
        Err(_) => unreachable(Trouble::Offline),
    }
}

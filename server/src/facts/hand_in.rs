//! Facts that a phone could not send, handed in for it by a coordinator, as the file it wrote.
//!
//! They are received as that phone's: its kinds, its outing, its device. So nobody gains anything
//! by writing such a file, and the same fact sent later by the phone itself is a duplicate.

use super::{Delivery, receive};
use crate::access::{Action, Caller, Who, journal};
use crate::app::App;
use crate::http::error::Problem;
use crate::outings;
use domain::crew::{FactsAnswer, HAND_IN_FORMAT, HandIn};
use domain::fact::Whose;
use domain::limits::{FACTS_PER_BATCH_MAX, HAND_IN_FACTS_MAX};
use domain::{AccountId, Instant, Invalid, OutingId};
use serde_json::Value;

/// Reads a file that a person chose. The error says what it is instead.
pub fn read(bytes: &[u8]) -> Result<HandIn, Invalid> {
    let json: Value =
        serde_json::from_slice(bytes).map_err(|_| Invalid::new("file", "not_json"))?;
    match json.get("cueillette").and_then(Value::as_u64) {
        None => return Err(Invalid::new("cueillette", "missing")),
        Some(format) if format != u64::from(HAND_IN_FORMAT) => {
            return Err(Invalid::new("cueillette", "other_format"));
        }
        Some(_) => {}
    }
    serde_json::from_value(json).map_err(|_| Invalid::new("file", "wrong_shape"))
}

/// Receives the facts of a file for an outing. One that is refused holds back none of the others;
/// the same file twice is the same facts twice.
pub async fn hand_in(
    app: &App,
    caller: &Caller,
    outing: OutingId,
    file: &HandIn,
) -> Result<FactsAnswer, Problem> {
    if file.cueillette != HAND_IN_FORMAT {
        return Err(Invalid::new("cueillette", "other_format").into());
    }
    if file.facts.len() > HAND_IN_FACTS_MAX {
        return Err(Problem::too_large("facts", "too_many"));
    }
    let (phone, by) = begin(app, caller, outing, file).await?;
    let delivery = Delivery {
        sent_at: None,
        handed_in_by: Some(by),
    };
    let mut answer = FactsAnswer {
        results: Vec::with_capacity(file.facts.len()),
        server_time: app.now(),
    };
    // A batch is a transaction: what was received stays received, whatever comes after.
    for batch in file.facts.chunks(FACTS_PER_BATCH_MAX) {
        let before = answer.results.len();
        let received = receive(app, &phone, delivery, batch).await?;
        let results = received.results.into_iter().map(|mut it| {
            it.index += before;
            it
        });
        answer.results.extend(results);
        answer.server_time = received.server_time;
    }
    Ok(answer)
}

/// Is it of this outing, by a phone that joined it? Leaves a row in the journal, and answers the
/// phone that the facts are received from. It may be shut out or out of time: a coordinator hands
/// them in on purpose. But a phone that was shut out speaks for no coordinator any more.
async fn begin(
    app: &App,
    caller: &Caller,
    outing: OutingId,
    file: &HandIn,
) -> Result<(Caller, AccountId), Problem> {
    let actor = caller.as_coordinator().ok_or_else(Problem::forbidden)?;
    let by = actor.id.map(AccountId).ok_or_else(Problem::forbidden)?;
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    outings::get(&mut tx, caller, outing).await?;
    if file.outing != outing {
        return Err(Invalid::new("outing", "other_outing").into());
    }
    let joined = outings::crew::store::joined(&mut tx, programme, outing, file.device).await?;
    let joined = joined.ok_or_else(|| Invalid::new("device", "unknown_phone"))?;
    let subjects = [format!("outing:{outing}"), format!("phone:{}", file.device)];
    let action = Action::FactsHandedIn;
    journal::write(&mut tx, programme, actor, action, &subjects, now).await?;
    tx.commit().await?;
    let phone = Caller {
        programme,
        who: Who::Phone {
            outing,
            device: file.device,
            reads: now < Instant::from_ms(joined.reads_until),
            whose: joined.whose.as_deref().and_then(Whose::from_code),
            account: joined.account_id.map(AccountId),
        },
    };
    Ok((phone, by))
}

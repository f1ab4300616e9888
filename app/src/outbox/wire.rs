//! The body of a batch, and what an answer means. Pure text in, pure text out.

use super::plan::{Answer, Reply, Trouble};
use crate::json::{Json, id, listed, quoted};
use domain::crew::{FactStatus, HAND_IN_FORMAT};
use domain::{DeviceId, FactId, OutingId};

/// `{"facts":[…],"sent_at":…}` of texts that are sent exactly as they were kept: a fact sent twice
/// is the same bytes twice, only the envelope says when.
pub fn batch(texts: Vec<String>, sent_at: &str) -> String {
    let facts = listed(&mut texts.into_iter());
    let sent_at = quoted(sent_at);
    ["{\"facts\":[", &facts, "],\"sent_at\":", &sent_at, "}"].concat()
}

/// A [`domain::crew::HandIn`]: what a phone could not send, as a file. `damaged` are JSON texts of
/// what could not be read; nobody reads them but a person.
pub fn hand_in(
    outing: OutingId,
    device: DeviceId,
    facts: Vec<String>,
    damaged: Vec<String>,
) -> String {
    let text = [
        "{\"cueillette\":",
        &HAND_IN_FORMAT.to_string(),
        ",\"outing\":",
        &quoted(&outing.to_string()),
        ",\"device\":",
        &quoted(&device.to_string()),
        ",\"facts\":[",
        &listed(&mut facts.into_iter()),
        "],\"damaged\":[",
        &listed(&mut damaged.into_iter()),
        "]}",
    ];
    text.concat()
}

/// Whether a text could be the fact of that id: a text cut off by a dying battery could not.
pub fn could_be(text: &str, fact: &str) -> bool {
    let said: Option<FactId> = Json::read(text).and_then(|it| it.get("id").id());
    said.is_some() && said == id(fact)
}

/// The server's clock, of its answer.
pub fn server_time(body: &str) -> Option<String> {
    let answer = Json::read(body)?;
    answer.get("server_time").text().map(str::to_owned)
}

/// What the server's answer means for the batch.
///
/// Only JSON is believed: a 200 or a 403 in HTML is the sign-in page of a public Wi-Fi, or a
/// proxy's own words.
pub fn read(status: u16, retry_after: Option<&str>, body: &str) -> Reply {
    let retry_after_ms = retry_after
        .and_then(|seconds| seconds.trim().parse::<u32>().ok())
        .map(|seconds| seconds.saturating_mul(1_000));
    let failed = |trouble| Reply::Failed {
        trouble,
        retry_after_ms,
    };
    let json = Json::read(body).filter(|it| matches!(it, Json::Object(_)));
    match (status, json) {
        (200..=299, Some(json)) => answers(&json).unwrap_or(failed(Trouble::Server)),
        (401 | 403, Some(_)) => Reply::SignedOut,
        (400 | 415 | 422, Some(_)) => Reply::Unreadable,
        (413, _) => Reply::TooLarge,
        (429 | 500..=599, _) | (_, Some(_)) => failed(Trouble::Server),
        _ => failed(Trouble::Portal),
    }
}

/// The parts of [`domain::crew::FactsAnswer`] that the outbox acts on. `None`: there are no
/// results at all.
fn answers(json: &Json) -> Option<Reply> {
    let Json::List(results) = json.get("results") else {
        return None;
    };
    Some(Reply::Answers(results.iter().filter_map(answer).collect()))
}

/// An answer that names no fact we could have made, or says what we do not know, is no answer:
/// the fact stays.
fn answer(json: &Json) -> Option<Answer> {
    let status = match json.get("status").text()? {
        "accepted" => FactStatus::Accepted,
        "duplicate" => FactStatus::Duplicate,
        "conflict" => FactStatus::Conflict,
        "refused" => FactStatus::Refused,
        _ => return None,
    };
    Some(Answer {
        id: json.get("id").id()?,
        status,
        reason: json.get("reason").text().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01938f6e-2f6a-7bb0-8000-000000000001";

    #[test]
    fn a_batch_holds_the_exact_texts_and_says_when() {
        let texts = || vec![r#"{"a": 1 }"#.to_owned(), "{}".to_owned()];
        let at = "2026-11-24T13:05:00.250Z";
        let written = r#"{"facts":[{"a": 1 },{}],"sent_at":"2026-11-24T13:05:00.250Z"}"#;
        assert_eq!(batch(texts(), at), written);
        let read: domain::crew::FactsRequest = serde_json::from_str(written).unwrap();
        assert_eq!(read.facts.len(), 2);
        assert_eq!(read.sent_at, at.parse().ok());
        assert!(read.sent_at.is_some());
    }

    #[test]
    fn what_could_not_be_sent_is_read_as_a_hand_in() {
        let (outing, device) = (ID.parse().unwrap(), ID.parse().unwrap());
        let facts = vec![
            [r#"{"id":""#, ID, r#""}"#].concat(),
            r#"{"b":2}"#.to_owned(),
        ];
        let damaged = vec![r#"{"row":null,"fact":"{\"id"}"#.to_owned()];
        for (facts, damaged) in [(facts, damaged), (vec![], vec![])] {
            let text = hand_in(outing, device, facts.clone(), damaged.clone());
            let read: domain::crew::HandIn = serde_json::from_str(&text).unwrap();
            assert_eq!(read.cueillette, HAND_IN_FORMAT);
            assert_eq!((read.outing, read.device), (outing, device));
            let said: Vec<String> = read.facts.iter().map(ToString::to_string).collect();
            assert_eq!(said, facts);
            let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(whole["damaged"].as_array().unwrap().len(), damaged.len());
        }
    }

    #[test]
    fn a_text_that_was_cut_off_or_says_another_id_is_no_fact() {
        let whole = [r#"{"id":""#, ID, r#"","kind":"pickup"}"#].concat();
        assert!(could_be(&whole, ID));
        assert!(!could_be(&whole[..whole.len() - 1], ID));
        assert!(!could_be(&whole, "01938f6e-2f6a-7bb0-8000-000000000002"));
        assert!(!could_be(&whole, ""));
        assert!(!could_be("{}", ""));
        assert!(!could_be("", ID));
        assert!(!could_be("null", ID));
    }

    #[test]
    fn the_servers_clock_is_read_from_its_answer_only() {
        let answer = r#"{"results":[],"server_time":"2026-11-24T13:05:00Z"}"#;
        assert_eq!(server_time(answer).as_deref(), Some("2026-11-24T13:05:00Z"));
        assert_eq!(server_time("<html>"), None);
        assert_eq!(server_time("{}"), None);
    }

    #[test]
    fn each_fact_is_answered_by_its_id() {
        let body = format!(
            r#"{{"results":[{{"index":0,"id":"{ID}","status":"accepted","reason":"late"}},
                {{"index":1,"id":null,"status":"refused"}},
                {{"index":2,"id":"?","status":"refused"}}],
                "server_time":"2026-11-24T13:05:00Z","news":1}}"#
        );
        let Reply::Answers(answers) = read(200, None, &body) else {
            panic!("an answer was expected")
        };
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0].id.to_string(), ID);
        assert_eq!(answers[0].status, FactStatus::Accepted);
    }

    #[test]
    fn what_the_contract_answers_is_understood() {
        for status in [
            FactStatus::Accepted,
            FactStatus::Duplicate,
            FactStatus::Conflict,
            FactStatus::Refused,
        ] {
            let answer = domain::crew::FactsAnswer {
                results: vec![domain::crew::FactResult {
                    index: 0,
                    id: Some(ID.into()),
                    status,
                    reason: Some("out_of_range".into()),
                    field: Some("data.count".into()),
                }],
                server_time: domain::Instant::from_ms(0),
            };
            let expected = Answer {
                id: ID.parse().unwrap(),
                status,
                reason: Some("out_of_range".into()),
            };
            let body = serde_json::to_string(&answer).unwrap();
            assert_eq!(read(200, None, &body), Reply::Answers(vec![expected]));
        }
    }

    fn failed(trouble: Trouble) -> Reply {
        Reply::Failed {
            trouble,
            retry_after_ms: None,
        }
    }

    #[test]
    fn html_is_a_portal_whatever_its_status() {
        for status in [200, 302, 401, 403, 404, 511] {
            let said = read(status, None, "<!DOCTYPE html><h1>Wi-Fi gratuit</h1>");
            let expected = if status == 511 {
                Trouble::Server
            } else {
                Trouble::Portal
            };
            assert_eq!(said, failed(expected), "{status}");
        }
        assert_eq!(read(200, None, ""), failed(Trouble::Portal));
        assert_eq!(read(204, None, ""), failed(Trouble::Portal));
    }

    #[test]
    fn a_problem_of_our_server_is_believed() {
        let problem = r#"{"type":"about:blank","status":0}"#;
        assert_eq!(read(401, None, problem), Reply::SignedOut);
        assert_eq!(read(403, None, problem), Reply::SignedOut);
        assert_eq!(read(400, None, problem), Reply::Unreadable);
        assert_eq!(read(422, None, problem), Reply::Unreadable);
        assert_eq!(read(413, None, problem), Reply::TooLarge);
        assert_eq!(read(413, None, "<html>"), Reply::TooLarge);
        assert_eq!(read(500, None, problem), failed(Trouble::Server));
        assert_eq!(read(404, None, problem), failed(Trouble::Server));
        assert_eq!(read(200, None, r#"{"result":[]}"#), failed(Trouble::Server));
        let strange = r#"{"results":[{"id":1,"status":"accepted"},{"id":"x","status":"?"}]}"#;
        assert_eq!(read(200, None, strange), Reply::Answers(vec![]));
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        let wish = |text| match read(429, Some(text), "") {
            Reply::Failed { retry_after_ms, .. } => retry_after_ms,
            _ => None,
        };
        assert_eq!(wish(" 30 "), Some(30_000));
        assert_eq!(wish("4294967295"), Some(u32::MAX));
        assert_eq!(wish("-1"), None);
        assert_eq!(wish("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}

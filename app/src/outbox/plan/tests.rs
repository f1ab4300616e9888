//! The outbox, decision by decision; [`schedules`] sets it against a server and a network that do
//! all they can to lose a fact.

mod dice;
mod phone;
mod schedules;
mod server;
mod world;

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn outing(n: usize) -> OutingId {
    OutingId(Uuid::from_u128(1_000_000 + n as u128))
}

fn entry(seq: Seq) -> Entry {
    Entry {
        id: FactId(Uuid::from_u128(u128::from(seq))),
        outing: outing(0),
    }
}

fn entries(seqs: impl IntoIterator<Item = Seq>) -> Vec<(Seq, Entry)> {
    seqs.into_iter().map(|seq| (seq, entry(seq))).collect()
}

fn answer(seq: Seq, status: FactStatus) -> Answer {
    Answer {
        id: entry(seq).id,
        status,
        reason: None,
    }
}

fn accepted(seqs: impl IntoIterator<Item = Seq>) -> Event {
    let answers = seqs
        .into_iter()
        .map(|seq| answer(seq, FactStatus::Accepted));
    Event::Replied(Reply::Answers(answers.collect()))
}

fn offline() -> Event {
    Event::Replied(Reply::Failed {
        trouble: Trouble::Offline,
        retry_after_ms: None,
    })
}

/// A state after these events, and what the last of them asked for.
fn after(events: impl IntoIterator<Item = Event>) -> (State, Vec<Action>) {
    let start = (State::default(), Vec::new());
    let step = |(state, _), event| plan(state, event, u32::MAX / 2);
    events.into_iter().fold(start, step)
}

fn sent(todo: &[Action]) -> Vec<Seq> {
    let batch = todo.iter().find_map(|it| match it {
        Action::Send(_, seqs) => Some(seqs.clone()),
        _ => None,
    });
    batch.unwrap_or_default()
}

fn rest(todo: &[Action]) -> Option<u32> {
    todo.iter().find_map(|it| match it {
        Action::Rest(ms) => Some(*ms),
        _ => None,
    })
}

#[test]
fn an_empty_outbox_does_nothing() {
    let (state, todo) = after([Event::Found(vec![])]);
    assert_eq!((state.waiting(), todo), (0, vec![]));
}

#[test]
fn the_oldest_go_first_in_batches_of_at_most_two_hundred() {
    let (_, todo) = after([Event::Found(entries((0..450).rev()))]);
    assert_eq!(sent(&todo), (0..200).collect::<Vec<_>>());
}

#[test]
fn the_latest_are_told_last_first() {
    let (state, _) = after([Event::Found(entries([3, 1, 2]))]);
    assert_eq!(
        (state.latest(2), state.latest(9)),
        (vec![3, 2], vec![3, 2, 1])
    );
}

#[test]
fn one_batch_is_in_flight_at_a_time() {
    let (_, todo) = after([Event::Kept(1, entry(1)), Event::Kept(2, entry(2))]);
    assert_eq!(todo, []);
    let (_, todo) = after([
        Event::Kept(1, entry(1)),
        Event::Kept(2, entry(2)),
        accepted([1]),
    ]);
    assert_eq!(todo[0], Action::Forget(vec![1]));
    assert_eq!(sent(&todo), [2]);
}

#[test]
fn a_batch_goes_with_one_token() {
    let other = Entry {
        id: FactId(Uuid::from_u128(2)),
        outing: outing(7),
    };
    let found = vec![(1, entry(1)), (2, other), (3, entry(3))];
    let (_, todo) = after([Event::Found(found.clone())]);
    assert_eq!(todo, [Action::Send(outing(0), vec![1, 3])]);
    let (_, todo) = after([Event::Found(found), accepted([1, 3])]);
    assert_eq!(todo[1], Action::Send(outing(7), vec![2]));
}

#[test]
fn waits_double_up_to_the_cap_and_a_success_forgets_them() {
    let mut state = plan(State::default(), Event::Kept(1, entry(1)), 0).0;
    let mut waits = Vec::new();
    for _ in 0..12 {
        let (next, todo) = plan(state, offline(), u32::MAX);
        waits.extend(rest(&todo));
        state = plan(next, Event::Rested, 0).0;
    }
    assert_eq!(waits[..3], [1_999, 3_999, 7_999]);
    assert_eq!(waits[11], BACKOFF_CAP_MS - 1);
    let (state, _) = plan(state, accepted([1]), 0);
    assert_eq!((state.failures, state.trouble()), (0, None));
}

#[test]
fn nothing_is_sent_while_it_rests_except_when_things_got_better() {
    let (state, _) = after([Event::Kept(1, entry(1)), offline()]);
    let (state, todo) = plan(state, Event::Kept(2, entry(2)), 0);
    assert_eq!(todo, []);
    assert_eq!(state.trouble(), Some(Trouble::Offline));
    let (_, todo) = plan(state.clone(), Event::Rested, 0);
    assert_eq!(sent(&todo), [1, 2]);
    let (_, todo) = plan(state, Event::Found(entries([1, 2])), 0);
    assert_eq!(sent(&todo), [1, 2]);
}

#[test]
fn a_wait_that_the_server_asked_for_is_obeyed_even_when_the_network_comes_back() {
    let busy = Event::Replied(Reply::Failed {
        trouble: Trouble::Server,
        retry_after_ms: Some(30_000),
    });
    let (state, todo) = after([Event::Kept(1, entry(1)), busy]);
    let ms = rest(&todo).unwrap();
    assert!((30_000..30_000 + BACKOFF_BASE_MS).contains(&ms));
    let (state, todo) = plan(state, Event::Found(entries([1])), 0);
    assert_eq!(todo, []);
    assert!(state.was_asked_to_wait());
    let (state, todo) = plan(state, Event::Rested, 0);
    assert_eq!(sent(&todo), [1]);
    assert!(!state.was_asked_to_wait());
    assert!(!plan(state, offline(), 0).0.was_asked_to_wait());
}

#[test]
fn an_absurd_wish_to_wait_is_cut_short() {
    let busy = Event::Replied(Reply::Failed {
        trouble: Trouble::Server,
        retry_after_ms: Some(u32::MAX),
    });
    let (_, todo) = after([Event::Kept(1, entry(1)), busy]);
    assert!(rest(&todo).unwrap() < RETRY_AFTER_MAX_MS + BACKOFF_BASE_MS);
}

#[test]
fn a_dead_token_pauses_its_outing_keeps_its_facts_and_lets_others_pass() {
    let other = Entry {
        id: FactId(Uuid::from_u128(9)),
        outing: outing(7),
    };
    let (state, todo) = after([
        Event::Found(vec![(1, entry(1)), (9, other)]),
        Event::Replied(Reply::SignedOut),
    ]);
    assert_eq!(todo, [Action::Send(outing(7), vec![9])]);
    let (state, todo) = plan(state, accepted([9]), 0);
    assert_eq!(todo, [Action::Forget(vec![9])]);
    assert_eq!(
        (state.waiting(), state.trouble()),
        (1, Some(Trouble::SignedOut))
    );
    let (_, todo) = plan(state, Event::Joined(outing(0)), 0);
    assert_eq!(sent(&todo), [1]);
}

#[test]
fn a_dead_token_gets_a_new_try_when_the_page_becomes_visible() {
    let (state, todo) = after([Event::Kept(1, entry(1)), Event::Replied(Reply::SignedOut)]);
    assert_eq!(todo, []);
    let (_, todo) = plan(state, Event::Found(entries([1])), 0);
    assert_eq!(sent(&todo), [1]);
}

#[test]
fn a_late_401_for_the_old_token_does_not_withdraw_the_fresh_one() {
    let late = [
        Event::Kept(1, entry(1)),
        Event::Joined(outing(0)),
        Event::Replied(Reply::SignedOut),
    ];
    let (state, todo) = after(late);
    assert_eq!((sent(&todo), state.trouble()), (vec![1], None));
    let (state, todo) = plan(state, Event::Replied(Reply::SignedOut), 0);
    assert_eq!((todo, state.trouble()), (vec![], Some(Trouble::SignedOut)));
}

#[test]
fn a_dead_token_is_noted_even_when_another_tab_has_sent_the_oldest() {
    let (state, todo) = after([
        Event::Found(entries([1, 2])),
        Event::Gone(vec![1]),
        Event::Replied(Reply::SignedOut),
    ]);
    assert_eq!((todo, state.waiting()), (vec![], 1));
}

#[test]
fn too_large_halves_the_batch() {
    let too_large = || Event::Replied(Reply::TooLarge);
    let (state, todo) = after([Event::Found(entries(0..5)), too_large()]);
    assert_eq!(sent(&todo), [0, 1, 2]);
    let (state, todo) = plan(state, too_large(), 0);
    assert_eq!(sent(&todo), [0, 1]);
    // And grows again once it fits.
    let (_, todo) = plan(state, accepted([0, 1]), 0);
    assert_eq!(sent(&todo), [2, 3, 4]);
}

#[test]
fn a_single_fact_that_is_too_large_is_kept_and_waits() {
    let (state, todo) = after([Event::Kept(1, entry(1)), Event::Replied(Reply::TooLarge)]);
    assert_eq!(state.waiting(), 1);
    assert!(rest(&todo).is_some());
}

#[test]
fn one_unreadable_fact_is_isolated_set_aside_and_the_others_pass() {
    let bad = 6;
    let (mut state, mut todo) = after([Event::Found(entries(0..10))]);
    let (mut aside, mut done) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        let batch = sent(&todo);
        if batch.is_empty() {
            break;
        }
        let event = if batch.contains(&bad) {
            Event::Replied(Reply::Unreadable)
        } else {
            accepted(batch)
        };
        (state, todo) = plan(state, event, 0);
        for action in &todo {
            match action {
                Action::SetAside(seq, why) => aside.push((*seq, why.clone())),
                Action::Forget(seqs) => done.extend(seqs.clone()),
                _ => {}
            }
        }
    }
    done.sort_unstable();
    assert_eq!(aside, [(bad, "unreadable".to_owned())]);
    assert_eq!(done, [0, 1, 2, 3, 4, 5, 7, 8, 9]);
    assert_eq!(state.waiting(), 0);
}

#[test]
fn a_refused_fact_and_a_conflict_are_set_aside_and_the_rest_is_forgotten() {
    let mut refused = answer(1, FactStatus::Refused);
    refused.reason = Some("out_of_range".into());
    let reply = Reply::Answers(vec![
        refused,
        answer(2, FactStatus::Conflict),
        answer(3, FactStatus::Duplicate),
        answer(99, FactStatus::Accepted),
    ]);
    let (state, todo) = after([Event::Found(entries(1..5)), Event::Replied(reply)]);
    let expected = [
        Action::Forget(vec![3]),
        Action::SetAside(1, "out_of_range".into()),
        Action::SetAside(2, "conflict".into()),
        Action::Send(outing(0), vec![4]),
    ];
    assert_eq!(todo, expected);
    assert_eq!(state.waiting(), 1);
}

#[test]
fn facts_without_an_answer_stay_and_let_the_others_pass() {
    let (state, _) = after([Event::Found(entries(0..300)), accepted([5])]);
    let (state, todo) = plan(state, Event::Gone(vec![]), 0);
    assert_eq!((state.waiting(), todo), (299, vec![]));
    // The hundred that were not tried yet are in flight, then the silent ones come again.
    let (_, todo) = plan(state, accepted(200..300), 0);
    assert_eq!(sent(&todo).len(), 199);
}

#[test]
fn an_answer_about_nothing_we_sent_is_a_failure() {
    let (state, todo) = after([Event::Kept(1, entry(1)), accepted([7])]);
    assert_eq!(
        (state.waiting(), state.trouble()),
        (1, Some(Trouble::Server))
    );
    assert!(rest(&todo).is_some());
}

#[test]
fn what_another_tab_has_sent_is_let_go_without_an_answer() {
    let (state, _) = after([Event::Found(entries([1, 2])), Event::Gone(vec![1, 2])]);
    let (state, todo) = plan(state, accepted([]), 0);
    assert_eq!((state.waiting(), todo), (0, vec![]));
}

proptest! {
    #[test]
    fn any_event_in_any_state_leaves_a_plan_that_sends_one_batch_at_most(
        seqs in prop::collection::vec(0u32..50, 0..30),
        replies in prop::collection::vec((0u8..8, any::<u32>()), 0..60),
    ) {
        let mut state = plan(State::default(), Event::Found(entries(seqs)), 0).0;
        for (what, random) in replies {
            let event = match what {
                0 => Event::Rested,
                1 => Event::Gone(vec![random % 50]),
                2 => Event::Kept(random % 50, entry(random % 50)),
                3 => accepted([random % 50]),
                4 => Event::Replied(Reply::SignedOut),
                5 => Event::Joined(outing(0)),
                6 => Event::Replied(Reply::Unreadable),
                _ => offline(),
            };
            let (next, todo) = plan(state, event, random);
            let batches = todo.iter().filter(|it| matches!(it, Action::Send(..))).count();
            prop_assert!(batches <= 1);
            state = next;
        }
    }
}

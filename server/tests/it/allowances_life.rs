//! The life of lists: sent, acknowledged, paid, received, returned, contested, settled. Each change
//! is an act with its author, done once, or not at all.

use crate::on_both;
use crate::support::{Actor, Answer, World};
use domain::{AllowanceId, ListId};
use serde_json::{Value, json};
use server::access::{Caller, Role, Sealer, Who};
use server::allowances::{files, issue, life};
use server::db::sql;
use uuid::Uuid;

/// An outing with the first `peers` present, closed.
async fn closed_outing(world: &World, peers: usize) -> Uuid {
    let outing = world.open_outing().await;
    for peer in world.town.peers.iter().take(peers) {
        world.mark(outing, *peer, true).await.expect(200);
    }
    world.close(outing).await.expect(200);
    outing
}

async fn act(actor: &Actor, number: &str, what: &str, body: Value) -> Answer {
    let path = format!("/api/v1/allowance-lists/{number}/{what}");
    actor.post(&path, body).await
}

/// A list of that many people, issued and sent.
async fn sent_list(world: &World, peers: usize) -> String {
    closed_outing(world, peers).await;
    let coordinator = &world.town.coordinator;
    let issued = coordinator.post("/api/v1/allowance-lists", json!({})).await;
    let number = issued.expect(201)["number"].as_str().unwrap().to_owned();
    act(coordinator, &number, "send", json!({}))
        .await
        .expect(200);
    number
}

/// The lines of a list, as the payer reads them.
async fn lines_of(world: &World, number: &str) -> Vec<Value> {
    let path = format!("/api/v1/allowance-lists/{number}/lines");
    let page = world.town.clerk.get(&path).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn states(world: &World, number: &str) -> Vec<String> {
    let lines = lines_of(world, number).await;
    let state = |it: &Value| it["state"].as_str().unwrap().to_owned();
    lines.iter().map(state).collect()
}

async fn healthy(world: &World) {
    let mut tx = world.app.db.read().await.unwrap();
    let faults = server::cli::doctor::ledger(&mut tx).await.unwrap();
    assert_eq!(faults, Vec::<String>::new());
}

async fn caller_of(world: &World, role: Role) -> Caller {
    let mut tx = world.app.db.read().await.unwrap();
    let (account,): (Uuid,) = sql("select a.id from accounts a join programmes p
        on p.id = a.programme_id where p.slug = 'bordeaux' and a.role = $1")
    .bind(role.as_str())
    .one(&mut tx)
    .await
    .unwrap();
    Caller {
        programme: world.programme().await,
        who: Who::Staff {
            role,
            account: domain::AccountId(account),
            name: "Camille".into(),
            administers: false,
        },
    }
}

on_both! {
    async fn a_list_goes_from_due_to_received_and_ends_in_a_second_document(world) {
        let number = sent_list(&world, 3).await;
        let (clerk, coordinator) = (&world.town.clerk, &world.town.coordinator);
        let list = act(clerk, &number, "acknowledge", json!({})).await.expect(200);
        assert_eq!(list["state"], "acknowledged");
        let early = act(clerk, &number, "statement", json!({})).await.expect(409);
        assert_eq!(early["code"], "not_settled");
        let body = json!({"decision": "2026-118", "mode": "cash", "paid_on": "2026-11-24", "hand": "Mme Roy"});
        let paid = act(clerk, &number, "pay", body).await.expect(200);
        assert_eq!(paid["paid_cents"], 4_500);
        let body = json!({"how": "signed"});
        act(coordinator, &number, "receipts", body).await.expect(200);
        let settled = act(clerk, &number, "statement", json!({})).await.expect(201);
        assert_eq!((&settled["state"], &settled["statement"]), (&json!("settled"), &json!("2026-0001")));
        let path = format!("/api/v1/allowance-lists/{number}/payment.csv");
        let text = clerk.get(&path).await.expect_csv();
        assert!(text.contains(";espèces;24/11/2026;Mme Roy;;signature sur la liste;;"), "{text}");
        assert!(text.contains("2026-118"));
        assert_eq!(coordinator.get(&path).await.bytes, clerk.get(&path).await.bytes);
        healthy(&world).await;
    }

    async fn each_wrong_step_is_told_and_changes_nothing(world) {
        closed_outing(&world, 2).await;
        let (clerk, coordinator) = (&world.town.clerk, &world.town.coordinator);
        coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        let number = "2026-0001";
        for (actor, what, body, code) in [
            (clerk, "pay", json!({}), "not_sent"),
            (clerk, "acknowledge", json!({}), "not_sent"),
            (coordinator, "receipts", json!({"how": "signed"}), "not_sent"),
        ] {
            assert_eq!(act(actor, number, what, body).await.expect(409)["code"], code, "{what}");
        }
        act(coordinator, number, "send", json!({})).await.expect(200);
        let again = act(coordinator, number, "send", json!({})).await.expect(409);
        assert_eq!(again["code"], "already_sent");
        let unpaid = act(coordinator, number, "receipts", json!({"how": "signed"})).await;
        assert_eq!(unpaid.expect(409)["code"], "not_paid");
        let lines = lines_of(&world, number).await;
        let (first, second) = (&lines[0]["id"], &lines[1]["id"]);
        act(clerk, number, "pay", json!({"lines": [first]})).await.expect(200);
        // One of the two was paid before: neither is paid now.
        let both = act(clerk, number, "pay", json!({"lines": [second, first]})).await;
        assert_eq!(both.expect(409)["code"], "already_paid");
        let twice = act(clerk, number, "pay", json!({"lines": [second, second]})).await;
        assert_eq!(twice.problem(422), ("lines".into(), "twice".into()));
        let strange = act(clerk, number, "pay", json!({"lines": [Uuid::nil()]})).await;
        assert_eq!(strange.problem(404).1, "unknown_line");
        assert_eq!(states(&world, number).await, ["paid", "sent"]);
        let body = json!({"line": first, "reason": "trop tard"});
        assert_eq!(act(clerk, number, "returns", body).await.expect(409)["code"], "already_paid");
        for (body, field, code) in [
            (json!({"paid_on": "2027-01-01"}), "paid_on", "in_the_future"),
            (json!({"paid_on": "hier"}), "paid_on", "not_a_day"),
            (json!({"mode": "gold"}), "mode", "unknown_value"),
            (json!({"receipt": {"how": "witnesses"}}), "names", "missing"),
            (json!({"lines": []}), "lines", "missing"),
            (json!({"vouchers": {(second.as_str().unwrap()): ["7"]}}), "vouchers", "not_paid_in_vouchers"),
        ] {
            let said = act(clerk, number, "pay", body.clone()).await.problem(422);
            assert_eq!(said, (field.to_owned(), code.to_owned()), "{body}");
        }
        assert_eq!(states(&world, number).await, ["paid", "sent"]);
        healthy(&world).await;
    }

    async fn an_act_sent_twice_is_done_once(world) {
        let number = sent_list(&world, 2).await;
        let clerk = &world.town.clerk;
        let body = json!({"id": Uuid::now_v7()});
        act(clerk, &number, "pay", body.clone()).await.expect(200);
        act(clerk, &number, "pay", body.clone()).await.expect(200);
        let events: i64 = world.value(
            "select cast(count(*) as bigint) from ledger_events where what = 'paid'").await;
        assert_eq!(events, 2);
        // The same id for something else is a mistake of whoever sends it.
        let other = act(clerk, &number, "acknowledge", body).await;
        assert_eq!(other.problem(422), ("id".into(), "taken".into()));
        let fresh = act(clerk, &number, "pay", json!({})).await.expect(409);
        assert_eq!(fresh["code"], "already_paid");
    }

    async fn two_clerks_at_once_pay_each_line_once(world) {
        let number = sent_list(&world, 8).await;
        let pay = || {
            let (clerk, number) = (world.town.clerk.clone(), number.clone());
            tokio::spawn(async move { act(&clerk, &number, "pay", json!({})).await })
        };
        let (a, b) = tokio::join!(pay(), pay());
        let mut answers = [a.unwrap().status.as_u16(), b.unwrap().status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [200, 409]);
        let events: i64 = world.value(
            "select cast(count(*) as bigint) from ledger_events where what = 'paid'").await;
        assert_eq!(events, 8);
        healthy(&world).await;
    }

    async fn a_returned_line_is_still_owed_and_comes_back_on_a_later_list(world) {
        let number = sent_list(&world, 2).await;
        let (clerk, coordinator) = (&world.town.clerk, &world.town.coordinator);
        let line = lines_of(&world, &number).await[0]["id"].clone();
        let body = json!({"line": line, "reason": "La date de naissance ne correspond pas."});
        act(clerk, &number, "returns", body.clone()).await.expect(200);
        let again = act(clerk, &number, "returns", body).await.expect(409);
        assert_eq!(again["code"], "not_listed");
        act(clerk, &number, "pay", json!({"receipt": {"how": "signed"}})).await.expect(200);
        let settled = act(clerk, &number, "statement", json!({})).await.expect(201);
        assert_eq!(settled["paid_cents"], 1_500);
        let path = format!("/api/v1/allowance-lists/{number}/payment.csv");
        let text = clerk.get(&path).await.expect_csv();
        assert!(text.contains("La date de naissance ne correspond pas."), "{text}");
        let next = coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        assert_eq!((&next["number"], &next["lines"]), (&json!("2026-0002"), &json!(1)));
        assert_eq!(lines_of(&world, "2026-0002").await[0]["id"], line);
        assert_eq!(states(&world, &number).await, ["due", "received"]);
        healthy(&world).await;
    }

    async fn a_mistake_found_before_any_list_puts_nothing_on_a_list(world) {
        let outing = closed_outing(&world, 1).await;
        revise(&world, outing, 0, false).await;
        let coordinator = &world.town.coordinator;
        let nothing = coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(409);
        assert_eq!(nothing["code"], "nothing_due");
        healthy(&world).await;
    }

    async fn a_counter_line_waits_until_there_is_something_to_take_back(world) {
        let outing = closed_outing(&world, 1).await;
        let (clerk, coordinator) = (&world.town.clerk, &world.town.coordinator);
        coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        act(coordinator, "2026-0001", "send", json!({})).await.expect(200);
        revise(&world, outing, 0, false).await;
        let waits = coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(409);
        assert_eq!(waits["code"], "nothing_due");
        act(clerk, "2026-0001", "pay", json!({})).await.expect(200);
        let back = coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        assert_eq!(back["total_cents"], -1_500);
        healthy(&world).await;
    }

    async fn a_mistake_that_the_payer_returns_cancels_with_its_counter_line(world) {
        let outing = closed_outing(&world, 1).await;
        let (clerk, coordinator) = (&world.town.clerk, &world.town.coordinator);
        coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        act(coordinator, "2026-0001", "send", json!({})).await.expect(200);
        revise(&world, outing, 0, false).await;
        let line = lines_of(&world, "2026-0001").await[0]["id"].clone();
        let body = json!({"line": line, "reason": "corrigée par l’association"});
        act(clerk, "2026-0001", "returns", body).await.expect(200);
        let nothing = coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(409);
        assert_eq!(nothing["code"], "nothing_due");
        healthy(&world).await;
    }

    async fn a_person_disagrees_with_an_own_line_and_is_answered(world) {
        closed_outing(&world, 2).await;
        let (peer, coordinator) = (&world.town.peer, &world.town.coordinator);
        let own = peer.get("/api/v1/allowances").await.expect(200);
        let line = own["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/allowances/{line}/contest");
        let body = json!({"words": "J’étais aussi là mardi."});
        let said = peer.post(&path, body.clone()).await.expect(200);
        assert_eq!((&said["contested"], &said["state"]), (&json!(true), &json!("due")));
        peer.post(&path, body).await.expect(200);
        let contests: i64 = world.value(
            "select cast(count(*) as bigint) from ledger_events where what = 'contested'").await;
        assert_eq!(contests, 1);
        let all = coordinator.get("/api/v1/allowances").await.expect(200);
        let other = all["items"].as_array().unwrap().iter().find(|it| it["id"] != line).unwrap();
        let other = format!("/api/v1/allowances/{}/contest", other["id"].as_str().unwrap());
        peer.post(&other, json!({})).await.expect(404);
        let answer = format!("/api/v1/allowances/{line}/answer");
        coordinator.post(&answer, json!({})).await.problem(422);
        let body = json!({"words": "C’est corrigé."});
        let answered = coordinator.post(&answer, body.clone()).await.expect(200);
        assert_eq!(answered["contested"], false);
        let twice = coordinator.post(&answer, body).await.expect(409);
        assert_eq!(twice["code"], "not_contested");
        let words = words_of(&world, line.parse().unwrap()).await;
        assert_eq!(words, ["J’étais aussi là mardi.", "C’est corrigé."]);
        // A contest stops nobody: the list is issued, and says nothing of it.
        coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        healthy(&world).await;
    }

    async fn another_programmes_number_leads_nowhere(world) {
        let number = sent_list(&world, 1).await;
        let other = world.another_town("ailleurs").await;
        for (actor, what) in [
            (&other.coordinator, "send"), (&other.clerk, "acknowledge"), (&other.clerk, "pay"),
            (&other.clerk, "statement"),
        ] {
            act(actor, &number, what, json!({})).await.expect(404);
            act(actor, "pas-un-numero", what, json!({})).await.expect(404);
        }
        act(&other.coordinator, &number, "receipts", json!({"how": "signed"})).await.expect(404);
        let body = json!({"line": Uuid::nil(), "reason": "non"});
        act(&other.clerk, &number, "returns", body).await.expect(404);
        other.clerk.get(&format!("/api/v1/allowance-lists/{number}/lines")).await.expect(404);
        assert_eq!(states(&world, &number).await, ["sent"]);
    }

    async fn money_is_handed_over_only_by_the_payer_or_whom_it_appointed(world) {
        let number = sent_list(&world, 1).await;
        let coordinator = &world.town.coordinator;
        let refused = act(coordinator, &number, "pay", json!({})).await.expect(403);
        assert_eq!(refused["code"], "not_appointed");
        appoint(&world).await;
        act(coordinator, &number, "pay", json!({})).await.expect(200);
    }

    async fn a_voucher_is_handed_over_once(world) {
        let number = sent_list(&world, 2).await;
        let clerk = &world.town.clerk;
        let lines = lines_of(&world, &number).await;
        let (first, second) = (lines[0]["id"].as_str().unwrap(), lines[1]["id"].as_str().unwrap());
        let pay = |line: &str| json!({"lines": [line], "mode": "voucher", "vouchers": {(line): ["007"]}});
        act(clerk, &number, "pay", pay(first)).await.expect(200);
        let taken = act(clerk, &number, "pay", pay(second)).await.expect(409);
        assert_eq!(taken["code"], "voucher_taken");
        assert_eq!(states(&world, &number).await, ["paid", "sent"]);
    }

    async fn files_come_after_the_number_and_nothing_in_between_changes_a_byte(world) {
        let outing = closed_outing(&world, 2).await;
        let caller = caller_of(&world, Role::Coordinator).await;
        let (app, id) = (&world.app, ListId(Uuid::now_v7()));
        // The server stops right after the number was taken.
        let mut tx = app.db.write().await.unwrap();
        let outings = [domain::OutingId(outing)];
        issue::number(&mut tx, app, &caller, id, Some(&outings)).await.unwrap();
        tx.commit().await.unwrap();
        let lists = world.town.clerk.get("/api/v1/allowance-lists").await.expect(200);
        assert_eq!(lists["items"][0]["state"], "preparing");
        // A name is corrected, and a setting changes, before anybody looks.
        let mut tx = app.db.write().await.unwrap();
        let mut sealer = Sealer::new(&app.keys, caller.programme, app.now());
        let today = crate::support::TODAY.parse().unwrap();
        let corrected =
            domain::CivilIdentity::new("Corrigé", "Autre", Some(today), None, today).unwrap();
        let peer = world.town.peers[0];
        server::people::keep_identity(&mut tx, &mut sealer, caller.programme, peer, &corrected)
            .await
            .unwrap();
        let mut settings = server::programmes::settings(&mut tx, caller.programme).await.unwrap();
        settings.list_object = "Autre objet".into();
        server::programmes::set_settings(&mut tx, caller.programme, &settings).await.unwrap();
        tx.commit().await.unwrap();
        // The next start makes the files, once.
        assert_eq!(files::finish_all(app).await.unwrap(), 1);
        assert_eq!(files::finish_all(app).await.unwrap(), 0);
        let path = "/api/v1/allowance-lists/2026-0001/list.csv";
        let text = world.town.clerk.get(path).await.expect_csv();
        assert!(text.contains("Éluard") && !text.contains("Corrigé"), "{text}");
        assert!(!text.contains("Autre objet"));
        let made: i64 = world.value("select cast(count(*) as bigint) from list_files").await;
        assert_eq!(made, 4, "two CSV, a workbook, a PDF");
        healthy(&world).await;
    }

    async fn who_looks_first_makes_the_files_that_are_missing(world) {
        let outing = closed_outing(&world, 1).await;
        let caller = caller_of(&world, Role::Coordinator).await;
        let app = &world.app;
        let mut tx = app.db.write().await.unwrap();
        let outings = [domain::OutingId(outing)];
        let id = ListId(Uuid::now_v7());
        issue::number(&mut tx, app, &caller, id, Some(&outings)).await.unwrap();
        tx.commit().await.unwrap();
        let path = "/api/v1/allowance-lists/2026-0001/list.csv";
        let look = || {
            let clerk = world.town.clerk.clone();
            tokio::spawn(async move { clerk.get(path).await })
        };
        let (a, b) = tokio::join!(look(), look());
        assert_eq!(a.unwrap().expect_csv(), b.unwrap().expect_csv());
        let lists = world.town.clerk.get("/api/v1/allowance-lists").await.expect(200);
        assert_eq!(lists["items"][0]["state"], "issued");
        // Both may have made them; one set was kept.
        let kept: i64 = world.value("select cast(count(*) as bigint) from list_files").await;
        assert_eq!(kept, 4, "two CSV, a workbook, a PDF");
    }

    async fn one_request_to_issue_sent_twice_at_once_is_one_list(world) {
        closed_outing(&world, 3).await;
        let id = Uuid::now_v7();
        let issue = || {
            let coordinator = world.town.coordinator.clone();
            tokio::spawn(async move {
                coordinator.post("/api/v1/allowance-lists", json!({"id": id})).await
            })
        };
        let (a, b) = tokio::join!(issue(), issue());
        let (a, b) = (a.unwrap().expect(201), b.unwrap().expect(201));
        assert_eq!((&a["number"], &b["number"]), (&json!("2026-0001"), &json!("2026-0001")));
        healthy(&world).await;
    }

    async fn a_rate_never_reaches_back_to_what_was_counted(world) {
        closed_outing(&world, 1).await;
        let coordinator = &world.town.coordinator;
        let set = async |from: &str, cents: i64| {
            let body = json!({"from": from, "amount_cents": cents});
            coordinator.post("/api/v1/rates", body).await
        };
        for (from, cents, field, code) in [
            ("2026-11-24", 1_800, "from", "before_what_was_counted"),
            ("2020-01-01", 1_800, "from", "before_what_was_counted"),
            ("2027-01-01", 0, "amount_cents", "out_of_range"),
            ("2027-01-01", -1_500, "amount_cents", "out_of_range"),
            ("bientôt", 1_800, "from", "not_a_day"),
        ] {
            let said = set(from, cents).await.problem(422);
            assert_eq!(said, (field.to_owned(), code.to_owned()), "{from} {cents}");
        }
        let rates = set("2026-11-25", 1_800).await.expect(200);
        assert_eq!(rates["rates"].as_array().unwrap().len(), 2);
        assert_eq!(world.journal("rate_set").await.len(), 1);
        healthy(&world).await;
    }

    async fn the_payer_reads_names_and_the_association_whose_line_it_is(world) {
        let number = sent_list(&world, 1).await;
        let path = format!("/api/v1/allowance-lists/{number}/lines");
        let told = world.town.clerk.get(&path).await.expect(200);
        assert_eq!((&told["items"][0]["surname"], &told["items"][0]["peer"]), (&json!("Éluard"), &Value::Null));
        assert_eq!(world.journal("list_shown").await.len(), 1);
        let told = world.town.coordinator.get(&path).await.expect(200);
        assert_eq!(told["items"][0]["surname"], Value::Null);
        assert_eq!(told["items"][0]["peer"], json!(world.town.peers[0]));
        assert_eq!(world.journal("list_shown").await.len(), 1);
    }

    async fn the_doctor_finds_money_that_no_presence_is_worth(world) {
        closed_outing(&world, 2).await;
        healthy(&world).await;
        let mut tx = world.app.db.write().await.unwrap();
        sql("update allowances set amount_cents = 1400 where peer_id = $1")
            .bind(world.town.peers[0])
            .run(&mut tx)
            .await
            .unwrap();
        let faults = server::cli::doctor::ledger(&mut tx).await.unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("2 present are worth 3000 cents, its lines come to 2900"));
    }
}

async fn words_of(world: &World, line: AllowanceId) -> Vec<String> {
    let caller = caller_of(world, Role::Coordinator).await;
    let mut tx = world.app.db.write().await.unwrap();
    let found = server::allowances::store::line(&mut tx, caller.programme, line).await;
    let found = found.unwrap().unwrap();
    let said = life::contest::said(&mut tx, &world.app, &caller, &found).await;
    let words = said.unwrap().into_iter().map(|it| it.words.unwrap());
    words.collect()
}

/// The payer appoints the coordinator of the story, and its own agent.
pub async fn appoint(world: &World) {
    let programme = world.programme().await;
    let mut tx = world.app.db.write().await.unwrap();
    let mut settings = server::programmes::settings(&mut tx, programme)
        .await
        .unwrap();
    settings.appointed = ["coordinator", "clerk"]
        .map(|it| format!("bordeaux-{it}@test.example"))
        .to_vec();
    server::programmes::set_settings(&mut tx, programme, &settings)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn revise(world: &World, outing: Uuid, peer: usize, present: bool) {
    let path = format!("/api/v1/outings/{outing}/revisions");
    let body = json!({
        "corrects": "presence", "peer": world.town.peers[peer], "present": present,
        "reason": "erreur de saisie",
    });
    world.town.coordinator.post(&path, body).await.expect(201);
}

//! « Remise en mains propres »: one outing issued, paid and receipted on one screen by whom the
//! payer appointed; the advance of the day; what is asked of the payer to replenish it.

use crate::allowances_life::appoint;
use crate::moi::Words;
use crate::on_both;
use crate::support::{Actor, Answer, World};
use axum::http::Method;
use domain::Cents;
use domain::programme::PaymentMode;
use std::fmt::Write as _;
use uuid::Uuid;

/// A closed outing with these of the ten people; the last two of the ten gave no name.
async fn closed_with(world: &World, present: &[usize]) -> Uuid {
    let outing = world.open_outing().await;
    for n in present {
        let peer = world.town.peers[*n];
        world.mark(outing, peer, true).await.expect(200);
    }
    world.close(outing).await.expect(200);
    outing
}

async fn form(actor: &Actor, path: &str, body: String) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    actor.raw(Method::POST, path, kind, body).await
}

fn screen(outing: Uuid) -> String {
    format!("/sorties/{outing}/aides")
}

/// The lines that the screen offers, in its order.
fn offered(page: &str) -> Vec<Uuid> {
    let parts = page.split("name=\"ligne\" value=\"").skip(1);
    parts.map(|it| it[..36].parse().unwrap()).collect()
}

/// The form as a browser sends it, with these names touched.
fn handing(id: Uuid, lines: &[Uuid], more: &str) -> String {
    let mut body = format!("id={id}&geste=remettre{more}");
    if !more.contains("recu=") {
        body.push_str("&recu=signed&noms=");
    }
    for line in lines {
        _ = write!(body, "&ligne={line}");
    }
    body
}

async fn count(world: &World, what: &'static str) -> i64 {
    let mut tx = world.app.db.read().await.unwrap();
    let query =
        server::db::sql("select cast(count(*) as bigint) from ledger_events where what = $1");
    let (n,): (i64,) = query.bind(what).one(&mut tx).await.unwrap();
    n
}

async fn healthy(world: &World) {
    let mut tx = world.app.db.read().await.unwrap();
    let faults = server::cli::doctor::ledger(&mut tx).await.unwrap();
    assert_eq!(faults, Vec::<String>::new());
}

/// The payer gives vouchers of five euros.
async fn in_vouchers(world: &World) {
    let programme = world.programme().await;
    let mut tx = world.app.db.write().await.unwrap();
    let mut settings = server::programmes::settings(&mut tx, programme)
        .await
        .unwrap();
    settings.payment_mode = PaymentMode::Voucher;
    settings.voucher_cents = Some(Cents(500));
    server::programmes::set_settings(&mut tx, programme, &settings)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

on_both! {
    async fn eight_people_are_issued_paid_and_receipted_by_one_form(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 1, 2, 3, 4, 5, 6, 7]).await;
        let coordinator = &world.town.coordinator;
        let page = coordinator.get(&screen(outing)).await.words(200);
        assert!(page.contains("8 personnes, 120,00"), "{page}");
        let lines = offered(&page);
        assert_eq!(lines.len(), 8);
        let body = handing(Uuid::now_v7(), &lines, "");
        let answer = form(coordinator, &screen(outing), body).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
        let page = coordinator.get(&screen(outing)).await.words(200);
        assert!(offered(&page).is_empty());
        assert_eq!(page.matches("Liste 2026-0001").count(), 8);
        assert_eq!((count(&world, "paid").await, count(&world, "received").await), (8, 8));
        // The payer finds the list, and closes it as any other.
        let path = "/api/v1/allowance-lists/2026-0001/statement";
        let settled = world.town.clerk.post(path, serde_json::json!({})).await.expect(201);
        assert_eq!(settled["paid_cents"], 12_000);
        healthy(&world).await;
    }

    async fn the_same_form_sent_twice_is_done_once(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 1]).await;
        let coordinator = &world.town.coordinator;
        let lines = offered(&coordinator.get(&screen(outing)).await.words(200));
        let body = handing(Uuid::now_v7(), &lines, "");
        for _ in 0..2 {
            let answer = form(coordinator, &screen(outing), body.clone()).await;
            assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
        }
        assert_eq!(count(&world, "paid").await, 2);
        // Another form for the same people is told that they have it.
        let again = handing(Uuid::now_v7(), &lines, "");
        form(coordinator, &screen(outing), again).await.words(409);
        assert_eq!(count(&world, "paid").await, 2);
        let lists: i64 =
            world.value("select cast(count(*) as bigint) from allowance_lists").await;
        assert_eq!(lists, 1);
        healthy(&world).await;
    }

    async fn two_tables_at_once_pay_each_person_once(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 1, 2]).await;
        let coordinator = &world.town.coordinator;
        let lines = offered(&coordinator.get(&screen(outing)).await.words(200));
        let hand = || {
            let (actor, path) = (coordinator.clone(), screen(outing));
            let body = handing(Uuid::now_v7(), &lines, "");
            tokio::spawn(async move { form(&actor, &path, body).await.status.as_u16() })
        };
        let (a, b) = tokio::join!(hand(), hand());
        let mut answers = [a.unwrap(), b.unwrap()];
        answers.sort_unstable();
        assert_eq!(answers, [303, 409]);
        assert_eq!(count(&world, "paid").await, 3);
        healthy(&world).await;
    }

    async fn whom_the_payer_did_not_appoint_sees_and_does_nothing(world) {
        let outing = closed_with(&world, &[0]).await;
        let coordinator = &world.town.coordinator;
        let page = coordinator.get(&screen(outing)).await.words(403);
        assert!(page.contains("désignée par l’organisme qui paie"), "{page}");
        coordinator.get(&format!("{}/feuille", screen(outing))).await.words(403);
        let body = handing(Uuid::now_v7(), &[Uuid::nil()], "");
        form(coordinator, &screen(outing), body).await.words(403);
        let body = format!("id={}&geste=avance&montant=100", Uuid::now_v7());
        form(coordinator, &screen(outing), body).await.words(403);
        let lists: i64 =
            world.value("select cast(count(*) as bigint) from allowance_lists").await;
        assert_eq!(lists, 0);
        let page = coordinator.get(&format!("/sorties/{outing}")).await.words(200);
        assert!(!page.contains("Remettre les aides"));
        appoint(&world).await;
        let page = coordinator.get(&format!("/sorties/{outing}")).await.words(200);
        assert!(page.contains("Remettre les aides"));
    }

    async fn who_gave_no_name_is_told_and_the_others_are_paid(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 9]).await;
        let coordinator = &world.town.coordinator;
        let page = coordinator.get(&screen(outing)).await.words(200);
        let lines = offered(&page);
        assert_eq!(lines.len(), 1);
        let nameless = world.town.peers[9];
        assert!(page.contains(&format!("/equipe/{nameless}")), "{page}");
        assert!(page.contains("pas encore de nom"));
        let body = handing(Uuid::now_v7(), &lines, "");
        assert_eq!(form(coordinator, &screen(outing), body).await.status.as_u16(), 303);
        assert_eq!(count(&world, "paid").await, 1);
        let due: i64 = world.value(
            "select cast(count(*) as bigint) from allowances where state = 'due'").await;
        assert_eq!(due, 1);
        let paper = coordinator.get(&format!("{}/feuille", screen(outing))).await.words(200);
        assert!(!paper.contains("Pair 9"), "{paper}");
        healthy(&world).await;
    }

    async fn who_cannot_sign_is_seen_by_witnesses_who_have_a_name(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 1]).await;
        let coordinator = &world.town.coordinator;
        let lines = offered(&coordinator.get(&screen(outing)).await.words(200));
        let body = handing(Uuid::now_v7(), &lines[..1], "&recu=witnesses&noms=");
        let page = form(coordinator, &screen(outing), body).await.words(422);
        assert!(page.contains("Écrivez qui a vu ou reçu l’argent."), "{page}");
        // What was touched stays touched, and nothing is done.
        assert_eq!(offered(&page), lines);
        assert_eq!(page.matches(" checked").count(), 2);
        assert_eq!(count(&world, "listed").await, 0);
        let body = handing(Uuid::now_v7(), &lines[..1], "&recu=witnesses&noms=Awa+et+Jo");
        assert_eq!(form(coordinator, &screen(outing), body).await.status.as_u16(), 303);
        let how: String = world.value("select how from receipts").await;
        assert_eq!(how, "witnesses");
        let page = coordinator.get(&screen(outing)).await.words(200);
        assert_eq!(offered(&page), lines[1..]);
    }

    async fn vouchers_are_as_many_as_make_the_amount_and_handed_over_once(world) {
        appoint(&world).await;
        in_vouchers(&world).await;
        let outing = closed_with(&world, &[0, 1]).await;
        let coordinator = &world.town.coordinator;
        let page = coordinator.get(&screen(outing)).await.words(200);
        assert!(page.contains("3 chèques"), "{page}");
        let lines = offered(&page);
        let numbered = |line: Uuid, numbers: &str| {
            let more = format!("&de={line}&numeros={numbers}");
            handing(Uuid::now_v7(), &[line], &more)
        };
        let short = numbered(lines[0], "701+702");
        let page = form(coordinator, &screen(outing), short).await.words(422);
        assert!(page.contains("Écrivez le numéro de chaque chèque"), "{page}");
        assert!(page.contains("value=\"701 702\""), "{page}");
        let first = numbered(lines[0], "701+702+703");
        assert_eq!(form(coordinator, &screen(outing), first).await.status.as_u16(), 303);
        let taken = numbered(lines[1], "703,704,705");
        let page = form(coordinator, &screen(outing), taken).await.words(409);
        assert!(page.contains("Le chèque n° 703 a déjà été remis."), "{page}");
        assert_eq!(count(&world, "paid").await, 1);
        let second = numbered(lines[1], "704,705,706");
        assert_eq!(form(coordinator, &screen(outing), second).await.status.as_u16(), 303);
        let kept: i64 = world.value("select cast(count(*) as bigint) from vouchers").await;
        assert_eq!(kept, 6);
    }

    async fn the_day_sheet_says_received_paid_returned_and_left(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 1, 2]).await;
        let coordinator = &world.town.coordinator;
        let note = |what: &str, euros: &str| {
            let body = format!("id={}&geste={what}&montant={euros}", Uuid::now_v7());
            let (actor, path) = (coordinator.clone(), screen(outing));
            async move { form(&actor, &path, body).await }
        };
        assert_eq!(note("avance", "60").await.status.as_u16(), 303);
        let lines = offered(&coordinator.get(&screen(outing)).await.words(200));
        let body = handing(Uuid::now_v7(), &lines[..2], "");
        assert_eq!(form(coordinator, &screen(outing), body).await.status.as_u16(), 303);
        let page = note("rendu", "30,01").await.words(409);
        assert!(page.contains("C’est plus que ce qui reste de l’avance."), "{page}");
        for wrong in ["", "0", "-5", "10000,01", "abc"] {
            let page = note("rendu", wrong).await.words(422);
            assert!(page.contains("Écrivez un montant"), "{wrong}: {page}");
        }
        assert_eq!(note("rendu", "20,50").await.status.as_u16(), 303);
        let paper = coordinator.get(&format!("{}/feuille", screen(outing))).await.words(200);
        for figure in ["60,00", "30,00", "20,50", "9,50", "trente euros", "Signature"] {
            assert!(paper.contains(figure), "{figure}: {paper}");
        }
    }

    async fn what_was_handed_over_since_a_day_is_asked_of_the_payer(world) {
        appoint(&world).await;
        let coordinator = &world.town.coordinator;
        let outing = closed_with(&world, &[0, 1]).await;
        let lines = offered(&coordinator.get(&screen(outing)).await.words(200));
        let body = handing(Uuid::now_v7(), &lines, "");
        form(coordinator, &screen(outing), body).await;
        let page = coordinator.get("/aides/avances").await.words(200);
        assert!(page.contains("30,00"), "{page}");
        assert!(page.contains(&screen(outing)));
        let text = coordinator.get("/aides/avances.csv").await.expect_csv();
        assert!(text.ends_with("24/11/2026;2;0,00;30,00;0,00\r\n"), "{text}");
        let later = coordinator.get("/aides/avances?depuis=2026-11-25").await.words(200);
        assert!(later.contains("Rien n’a été remis depuis ce jour."), "{later}");
    }

    async fn an_outing_of_another_town_is_not_there(world) {
        appoint(&world).await;
        let elsewhere = world.another_town("ailleurs").await;
        let outing = closed_with(&world, &[0]).await;
        let lines = offered(&world.town.coordinator.get(&screen(outing)).await.words(200));
        elsewhere.coordinator.get(&screen(outing)).await.words(404);
        let body = handing(Uuid::now_v7(), &lines, "");
        form(&elsewhere.coordinator, &screen(outing), body).await.words(404);
        // A line of another outing of the same town is not of this one.
        let other = closed_with(&world, &[1]).await;
        let body = handing(Uuid::now_v7(), &lines, "");
        form(&world.town.coordinator, &screen(other), body).await.words(404);
        assert_eq!(count(&world, "paid").await, 0);
    }
}

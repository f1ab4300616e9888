//! « Remise en mains propres »: one outing issued, paid and receipted on one screen by whom the
//! payer appointed; the advance of the day; what is asked of the payer to replenish it.

use crate::allowances_life::appoint;
use crate::identity::give;
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
        let page = coordinator.get(&screen(outing)).await.expect_page(200);
        assert!(page.contains("8 personnes, 120,00"), "{page}");
        let lines = offered(&page);
        assert_eq!(lines.len(), 8);
        let body = handing(Uuid::now_v7(), &lines, "");
        let answer = form(coordinator, &screen(outing), body).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
        let page = coordinator.get(&screen(outing)).await.expect_page(200);
        assert!(offered(&page).is_empty());
        assert_eq!(page.matches("Liste <span class=\"whole\">2026-0001</span>").count(), 8);
        assert_eq!((count(&world, "paid").await, count(&world, "received").await), (8, 8));
        // The payer finds the list, and closes it as any other.
        let path = "/api/v1/allowance-lists/2026-0001/statement";
        let settled = world.town.clerk.post(path, serde_json::json!({})).await.expect(201);
        assert_eq!(settled["paid_cents"], 12_000);
        healthy(&world).await;
    }

    async fn two_people_of_one_name_are_told_apart_on_the_screen_and_on_the_sheet(world) {
        let fields = [
            [("nom", "Martin"), ("prenom", "Camille"), ("naissance", "1984-02-29"), ("reference", "0042")],
            [("nom", "MARTIN"), ("prenom", "Camille"), ("naissance", "1990-01-01"), ("reference", "")],
        ];
        for (n, fields) in fields.iter().enumerate() {
            assert_eq!(give(&world.town.coordinator, world.town.peers[n], fields).await.0, 303);
        }
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 1, 2]).await;
        let marks = ["né·e le 29/02/1984, référence 0042", "né·e le 01/01/1990"];
        for path in [screen(outing), format!("{}/feuille", screen(outing))] {
            let page = world.town.coordinator.get(&path).await.expect_page(200);
            for mark in marks {
                assert!(page.contains(mark), "{path}: {mark}: {page}");
            }
            // Whoever bears a name alone is told by it alone.
            assert_eq!(page.matches("né·e le").count(), 2, "{path}: {page}");
        }
        // Paid, they are still two.
        let page = world.town.coordinator.get(&screen(outing)).await.expect_page(200);
        let body = handing(Uuid::now_v7(), &offered(&page), "");
        assert_eq!(form(&world.town.coordinator, &screen(outing), body).await.status, 303);
        let page = world.town.coordinator.get(&screen(outing)).await.expect_page(200);
        assert!(marks.iter().all(|it| page.contains(it)), "{page}");
    }

    async fn the_same_form_sent_twice_is_done_once(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 1]).await;
        let coordinator = &world.town.coordinator;
        let lines = offered(&coordinator.get(&screen(outing)).await.expect_page(200));
        let body = handing(Uuid::now_v7(), &lines, "");
        for _ in 0..2 {
            let answer = form(coordinator, &screen(outing), body.clone()).await;
            assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
        }
        assert_eq!(count(&world, "paid").await, 2);
        // Another form for the same people is told that they have it.
        let again = handing(Uuid::now_v7(), &lines, "");
        form(coordinator, &screen(outing), again).await.expect_page(409);
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
        let lines = offered(&coordinator.get(&screen(outing)).await.expect_page(200));
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
        let page = coordinator.get(&screen(outing)).await.expect_page(403);
        assert!(page.contains("désignée par l’organisme qui paie"), "{page}");
        coordinator.get(&format!("{}/feuille", screen(outing))).await.expect_page(403);
        let body = handing(Uuid::now_v7(), &[Uuid::nil()], "");
        form(coordinator, &screen(outing), body).await.expect_page(403);
        let body = format!("id={}&geste=avance&montant=100", Uuid::now_v7());
        form(coordinator, &screen(outing), body).await.expect_page(403);
        let lists: i64 =
            world.value("select cast(count(*) as bigint) from allowance_lists").await;
        assert_eq!(lists, 0);
        let page = coordinator.get(&format!("/sorties/{outing}")).await.expect_page(200);
        assert!(!page.contains("Remettre les aides"));
        appoint(&world).await;
        let page = coordinator.get(&format!("/sorties/{outing}")).await.expect_page(200);
        assert!(page.contains("Remettre les aides"));
    }

    async fn who_gave_no_name_is_told_and_the_others_are_paid(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 9]).await;
        let coordinator = &world.town.coordinator;
        let page = coordinator.get(&screen(outing)).await.expect_page(200);
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
        let paper = coordinator.get(&format!("{}/feuille", screen(outing))).await.expect_page(200);
        assert!(!paper.contains("Pair 9"), "{paper}");
        healthy(&world).await;
    }

    async fn who_cannot_sign_is_seen_by_witnesses_who_have_a_name(world) {
        appoint(&world).await;
        let outing = closed_with(&world, &[0, 1]).await;
        let coordinator = &world.town.coordinator;
        let lines = offered(&coordinator.get(&screen(outing)).await.expect_page(200));
        let body = handing(Uuid::now_v7(), &lines[..1], "&recu=witnesses&noms=");
        let page = form(coordinator, &screen(outing), body).await.expect_page(422);
        assert!(page.contains("Écrivez qui a vu ou reçu l’argent."), "{page}");
        // What was touched stays touched, and nothing is done.
        assert_eq!(offered(&page), lines);
        assert_eq!(page.matches(" checked").count(), 2);
        assert_eq!(count(&world, "listed").await, 0);
        let body = handing(Uuid::now_v7(), &lines[..1], "&recu=witnesses&noms=Awa+et+Jo");
        assert_eq!(form(coordinator, &screen(outing), body).await.status.as_u16(), 303);
        let how: String = world.value("select how from receipts").await;
        assert_eq!(how, "witnesses");
        let page = coordinator.get(&screen(outing)).await.expect_page(200);
        assert_eq!(offered(&page), lines[1..]);
    }

    async fn vouchers_are_as_many_as_make_the_amount_and_handed_over_once(world) {
        appoint(&world).await;
        in_vouchers(&world).await;
        let outing = closed_with(&world, &[0, 1]).await;
        let coordinator = &world.town.coordinator;
        let page = coordinator.get(&screen(outing)).await.expect_page(200);
        assert!(page.contains("3 chèques"), "{page}");
        let lines = offered(&page);
        let numbered = |line: Uuid, numbers: &str| {
            let more = format!("&de={line}&numeros={numbers}");
            handing(Uuid::now_v7(), &[line], &more)
        };
        let short = numbered(lines[0], "701+702");
        let page = form(coordinator, &screen(outing), short).await.expect_page(422);
        assert!(page.contains("Écrivez le numéro de chaque chèque"), "{page}");
        assert!(page.contains("value=\"701 702\""), "{page}");
        let first = numbered(lines[0], "701+702+703");
        assert_eq!(form(coordinator, &screen(outing), first).await.status.as_u16(), 303);
        let taken = numbered(lines[1], "703,704,705");
        let page = form(coordinator, &screen(outing), taken).await.expect_page(409);
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
        let lines = offered(&coordinator.get(&screen(outing)).await.expect_page(200));
        let body = handing(Uuid::now_v7(), &lines[..2], "");
        assert_eq!(form(coordinator, &screen(outing), body).await.status.as_u16(), 303);
        let page = note("rendu", "30,01").await.expect_page(409);
        assert!(page.contains("C’est plus que ce qui reste de l’avance."), "{page}");
        for wrong in ["", "0", "-5", "10000,01", "abc"] {
            let page = note("rendu", wrong).await.expect_page(422);
            assert!(page.contains("Écrivez un montant"), "{wrong}: {page}");
        }
        assert_eq!(note("rendu", "20,50").await.status.as_u16(), 303);
        let paper = coordinator.get(&format!("{}/feuille", screen(outing))).await.expect_page(200);
        for figure in ["60,00", "30,00", "20,50", "9,50", "trente euros", "Signature"] {
            assert!(paper.contains(figure), "{figure}: {paper}");
        }
    }

    async fn what_was_handed_over_since_a_day_is_asked_of_the_payer(world) {
        appoint(&world).await;
        let coordinator = &world.town.coordinator;
        let outing = closed_with(&world, &[0, 1]).await;
        let lines = offered(&coordinator.get(&screen(outing)).await.expect_page(200));
        let body = handing(Uuid::now_v7(), &lines, "");
        form(coordinator, &screen(outing), body).await;
        let page = coordinator.get("/aides/avances").await.expect_page(200);
        assert!(page.contains("30,00"), "{page}");
        assert!(page.contains(&screen(outing)));
        let text = coordinator.get("/aides/avances.csv").await.expect_csv();
        assert!(text.ends_with("24/11/2026;2;0,00;30,00;0,00\r\n"), "{text}");
        let later = coordinator.get("/aides/avances?depuis=2026-11-25").await.expect_page(200);
        assert!(later.contains("Rien n’a été remis depuis ce jour."), "{later}");
    }

    async fn an_outing_of_another_town_is_not_there(world) {
        appoint(&world).await;
        let elsewhere = world.another_town("ailleurs").await;
        let outing = closed_with(&world, &[0]).await;
        let lines = offered(&world.town.coordinator.get(&screen(outing)).await.expect_page(200));
        elsewhere.coordinator.get(&screen(outing)).await.expect_page(404);
        let body = handing(Uuid::now_v7(), &lines, "");
        form(&elsewhere.coordinator, &screen(outing), body).await.expect_page(404);
        // A line of another outing of the same town is not of this one.
        let other = closed_with(&world, &[1]).await;
        let body = handing(Uuid::now_v7(), &lines, "");
        form(&world.town.coordinator, &screen(other), body).await.expect_page(404);
        assert_eq!(count(&world, "paid").await, 0);
    }
}

// ---- The payer's own agent

fn table_of(outing: Uuid) -> String {
    format!("/ccas/remise/{outing}")
}

/// The payer's agent says who hands the money over; answers those whom the page offers.
async fn appointing(world: &World, who: &[&str]) -> Answer {
    let clerk = &world.town.clerk;
    let page = clerk.get("/ccas/reglages").await.expect_page(200);
    let mut body = "geste=designer".to_owned();
    for login in who {
        let (before, _) = page.split_once(login).unwrap();
        let (_, id) = before.rsplit_once("name=\"qui\" value=\"").unwrap();
        _ = write!(body, "&qui={}", &id[..36]);
    }
    form(clerk, "/ccas/reglages", body).await
}

const CLERK: &str = "bordeaux-clerk@test.example";
const COORDINATOR: &str = "bordeaux-coordinator@test.example";

on_both! {
    async fn an_agent_of_the_payer_hands_over_by_one_form_and_reads_names_amounts_and_the_day(world) {
        let outing = closed_with(&world, &[0, 1, 2, 3, 4, 5, 6, 7, 8]).await;
        let clerk = &world.town.clerk;
        assert_eq!(appointing(&world, &[CLERK]).await.status.as_u16(), 303);
        let days = clerk.get("/ccas/remise").await.expect_page(200);
        assert!(days.contains(&table_of(outing)) && days.contains("Mardi 24 novembre"), "{days}");
        // The last of the nine gave no name: that is the association's to know.
        assert!(days.contains("8 personnes attendent") && days.contains("120,00"), "{days}");
        let page = clerk.get(&table_of(outing)).await.expect_page(200);
        assert!(page.contains("8 personnes, 120,00"), "{page}");
        assert!(page.contains("Éluard Prénom0") && page.contains("né·e le "), "{page}");
        for hidden in ["Pair ", "Place ", "Garage", "/equipe", "/sorties", "pas encore de nom"] {
            assert!(!page.contains(hidden), "{hidden}: {page}");
        }
        let lines = offered(&page);
        let body = handing(Uuid::now_v7(), &lines, "");
        for _ in 0..2 {
            let answer = form(clerk, &table_of(outing), body.clone()).await;
            assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
        }
        let page = clerk.get(&table_of(outing)).await.expect_page(200);
        assert!(offered(&page).is_empty() && page.contains("Remis aux personnes"), "{page}");
        assert_eq!((count(&world, "paid").await, count(&world, "received").await), (8, 8));
        let days = clerk.get("/ccas/remise").await.expect_page(200);
        assert!(days.contains("Rien à remettre"), "{days}");
        let paper = clerk.get(&format!("{}/feuille", table_of(outing))).await.expect_page(200);
        assert!(paper.contains("cent vingt euros") && !paper.contains("Pair "), "{paper}");
        healthy(&world).await;
    }

    async fn an_agent_whom_the_payer_did_not_appoint_pays_at_the_desk_only(world) {
        let outing = closed_with(&world, &[0]).await;
        let clerk = &world.town.clerk;
        let page = clerk.get("/ccas").await.expect_page(200);
        assert!(!page.contains("/ccas/remise"), "{page}");
        let paper = format!("{}/feuille", table_of(outing));
        for path in ["/ccas/remise", &table_of(outing), &paper] {
            let page = clerk.get(path).await.expect_page(403);
            assert!(page.contains("désignée par l’organisme qui paie"), "{path}: {page}");
        }
        let body = handing(Uuid::now_v7(), &[Uuid::nil()], "");
        form(clerk, &table_of(outing), body).await.expect_page(403);
        let body = format!("id={}&geste=avance&montant=100", Uuid::now_v7());
        form(clerk, &table_of(outing), body).await.expect_page(403);
        assert_eq!(count(&world, "listed").await, 0);
        appointing(&world, &[CLERK]).await;
        let page = clerk.get("/ccas").await.expect_page(200);
        assert!(page.contains("/ccas/remise"), "{page}");
        // An outing that nobody is paid for is not the payer's to know.
        let open = world.open_outing().await;
        clerk.get(&table_of(open)).await.expect_page(404);
        let elsewhere = world.another_town("ailleurs").await;
        elsewhere.clerk.get(&table_of(outing)).await.expect_page(404);
    }

    async fn the_payer_says_who_hands_the_money_over_and_the_journal_keeps_it(world) {
        let outing = closed_with(&world, &[0]).await;
        let (clerk, coordinator) = (&world.town.clerk, &world.town.coordinator);
        coordinator.get(&screen(outing)).await.expect_page(403);
        appointing(&world, &[COORDINATOR, CLERK]).await;
        coordinator.get(&screen(outing)).await.expect_page(200);
        assert_eq!(world.journal("appointed").await.len(), 2);
        appointing(&world, &[CLERK]).await;
        coordinator.get(&screen(outing)).await.expect_page(403);
        clerk.get(&table_of(outing)).await.expect_page(200);
        assert_eq!(world.journal("dismissed").await.len(), 1);
        // Nothing changed, nothing to keep.
        appointing(&world, &[CLERK]).await;
        assert_eq!(world.journal("appointed").await.len(), 2);
        let body = format!("geste=designer&qui={}", Uuid::nil());
        let page = form(clerk, "/ccas/reglages", body).await.expect_page(422);
        assert!(page.contains("Ce compte n’existe plus."), "{page}");
        coordinator.get("/ccas/reglages").await.expect_page(403);
    }

    async fn the_payer_sets_the_years_envelope_and_sees_what_is_left(world) {
        let clerk = &world.town.clerk;
        let set = |year: i32, typed: &str| {
            let body = format!("geste=enveloppe&annee={year}&montant={typed}");
            form(clerk, "/ccas/reglages", body)
        };
        assert_eq!(set(2026, "12+500").await.status.as_u16(), 303);
        let page = clerk.get("/ccas").await.expect_page(200);
        assert!(page.contains("budget 2026") && page.contains("restant ensuite"), "{page}");
        assert_eq!(page.matches("12\u{202f}500,00").count(), 2, "{page}");
        assert_eq!(world.journal("budget_set").await.len(), 1);
        for wrong in ["abc", "-5", "0", "99999999999"] {
            let page = set(2026, wrong).await.expect_page(422);
            assert!(page.contains("Écrivez un montant en euros, ou laissez vide."), "{page}");
        }
        set(2024, "100").await.expect_page(422);
        assert_eq!(set(2027, "9000,50").await.status.as_u16(), 303);
        assert_eq!(set(2026, "").await.status.as_u16(), 303);
        let page = clerk.get("/ccas").await.expect_page(200);
        assert!(!page.contains("budget 2026"), "{page}");
        let page = clerk.get("/ccas/reglages").await.expect_page(200);
        assert!(page.contains("value=\"9000,50\""), "{page}");
    }

    async fn what_the_payer_puts_into_the_advance_is_kept_and_what_is_left_is_right(world) {
        appoint(&world).await;
        let (clerk, coordinator) = (&world.town.clerk, &world.town.coordinator);
        let give = |actor: &Actor, path: &str, id: Uuid, day: &str, euros: &str| {
            let body = format!("id={id}&le={day}&montant={euros}");
            let (actor, path) = (actor.clone(), path.to_owned());
            async move { form(&actor, &path, body).await }
        };
        let first = Uuid::now_v7();
        for _ in 0..2 {
            let given = give(clerk, "/ccas/avances", first, "2026-11-20", "200").await;
            assert_eq!(given.status.as_u16(), 303, "{}", given.text());
        }
        let outing = closed_with(&world, &[0, 1]).await;
        let page = coordinator.get(&screen(outing)).await.expect_page(200);
        assert!(page.contains("Dans la pochette avant") && page.contains("200,00"), "{page}");
        let body = handing(Uuid::now_v7(), &offered(&page), "");
        form(coordinator, &screen(outing), body).await;
        let page = coordinator.get("/aides/avances").await.expect_page(200);
        assert!(page.contains("170,00") && page.contains("30,00"), "{page}");
        let more = give(coordinator, "/aides/avances", Uuid::now_v7(), "2026-11-24", "30");
        assert_eq!(more.await.status.as_u16(), 303);
        for actor_page in [coordinator.get("/aides/avances").await, clerk.get("/ccas/avances").await] {
            let page = actor_page.expect_page(200);
            assert!(page.contains("L’avance a été reconstituée"), "{page}");
            assert!(page.contains("20 novembre 2026"), "{page}");
            assert!(page.contains("200,00") && !page.contains("Pair "), "{page}");
        }
        // What a desk pays comes out of no purse.
        closed_with(&world, &[3]).await;
        let lists = "/api/v1/allowance-lists";
        let list = coordinator.post(lists, serde_json::json!({})).await.expect(201);
        let of = |what: &str| format!("{lists}/{}/{what}", list["number"].as_str().unwrap());
        coordinator.post(&of("send"), serde_json::json!({})).await.expect(200);
        clerk.post(&of("pay"), serde_json::json!({})).await.expect(200);
        let page = clerk.get("/ccas/avances").await.expect_page(200);
        assert!(page.contains("<b class=\"amount\">200,00"), "{page}");
        for (day, euros, said) in [
            ("2026-11-25", "10", "La date ne peut pas être à venir."),
            ("", "10", "Écrivez la date."),
            ("2026-11-24", "0", "Écrivez un montant entre"),
            ("2026-11-24", "10000,01", "Écrivez un montant entre"),
        ] {
            let page = give(clerk, "/ccas/avances", Uuid::now_v7(), day, euros).await.expect_page(422);
            assert!(page.contains(said), "{day} {euros}: {page}");
        }
        let kept: i64 = world.value("select cast(count(*) as bigint) from replenishments").await;
        assert_eq!(kept, 2);
    }

    async fn whom_the_payer_did_not_appoint_writes_nothing_into_the_advance(world) {
        let coordinator = &world.town.coordinator;
        let page = coordinator.get("/aides/avances").await.expect_page(200);
        assert!(!page.contains("Noter cet argent"), "{page}");
        let body = format!("id={}&le=2026-11-24&montant=10", Uuid::now_v7());
        form(coordinator, "/aides/avances", body).await.expect_page(403);
        let kept: i64 = world.value("select cast(count(*) as bigint) from replenishments").await;
        assert_eq!(kept, 0);
    }

    async fn a_name_is_found_without_its_accents(world) {
        closed_with(&world, &[0, 3]).await;
        let (clerk, coordinator) = (&world.town.clerk, &world.town.coordinator);
        coordinator.post("/api/v1/allowance-lists", serde_json::json!({})).await.expect(201);
        for typed in ["eluard", "ELUARD", "%C3%A9luard+prenom", "nguyen"] {
            let page = clerk.get(&format!("/ccas?q={typed}")).await.expect_page(200);
            assert!(page.contains("1 ligne trouvée"), "{typed}: {page}");
        }
        let page = clerk.get("/ccas?q=eluart").await.expect_page(200);
        assert!(page.contains("Personne ne s’appelle"), "{page}");
    }
}

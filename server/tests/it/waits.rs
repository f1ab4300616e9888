//! Who waits for what, and since when; and all lines of a period as one file.

use crate::on_both;
use crate::support::{Actor, World};
use serde_json::{Value, json};

async fn post(actor: &Actor, path: &str, body: Value) -> Value {
    let answer = actor.post(path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
    answer.json()
}

fn of(number: &str, what: &str) -> String {
    format!("/api/v1/allowance-lists/{number}/{what}")
}

/// An outing of today with these of the ten peers, closed.
async fn closed_with(world: &World, present: &[usize]) {
    let outing = world.open_outing().await;
    for n in present {
        world
            .mark(outing, world.town.peers[*n], true)
            .await
            .expect(200);
    }
    world.close(outing).await.expect(200);
}

async fn issued(world: &World) -> String {
    let list = post(
        &world.town.coordinator,
        "/api/v1/allowance-lists",
        json!({}),
    )
    .await;
    list["number"].as_str().unwrap().to_owned()
}

/// The rows of « Qui attend »: name, what, since, how much.
async fn waits(world: &World) -> Vec<String> {
    let page = world.town.coordinator.get("/aides").await.expect_page(200);
    let Some((_, after)) = page.split_once("<h2>Qui attend</h2>") else {
        return Vec::new();
    };
    let (card, _) = after.split_once("</section>").unwrap();
    let rows = card.split("<tr>").filter(|it| it.contains("data-label"));
    let words = |row: &str| -> String {
        let mut told = String::new();
        let mut rest = row;
        while let Some((text, tag)) = rest.split_once('<') {
            told.push_str(text);
            told.push('|');
            rest = tag.split_once('>').map_or("", |it| it.1);
        }
        let parts = told.split('|').map(str::trim).filter(|it| !it.is_empty());
        parts.collect::<Vec<_>>().join(" · ")
    };
    rows.map(words).collect()
}

on_both! {
    async fn the_association_sees_who_waits_for_what_since_when(world) {
        let (coordinator, clerk) = (&world.town.coordinator, &world.town.clerk);
        assert_eq!(waits(&world).await, [""; 0]);
        // The last of these gave no name.
        closed_with(&world, &[0, 1, 9]).await;
        assert_eq!(waits(&world).await, [
            "Pair 9 · Un nom à demander · 24 novembre 2026 · 15,00 €",
            "Pair 0 · À mettre sur une liste · 24 novembre 2026 · 15,00 €",
            "Pair 1 · À mettre sur une liste · 24 novembre 2026 · 15,00 €",
        ]);
        let number = issued(&world).await;
        world.set_clock("2026-11-26T10:00:00Z");
        post(coordinator, &of(&number, "send"), json!({})).await;
        assert_eq!(waits(&world).await[1], "Pair 0 · Liste envoyée, pas encore arrivée · 26 novembre 2026 · 15,00 €");
        world.set_clock("2026-11-28T10:00:00Z");
        post(clerk, &of(&number, "acknowledge"), json!({})).await;
        assert_eq!(waits(&world).await[2], "Pair 1 · Liste arrivée, à payer · 28 novembre 2026 · 15,00 €");
        world.set_clock("2026-11-30T10:00:00Z");
        post(clerk, &of(&number, "pay"), json!({"mode": "cash", "paid_on": "2026-11-29"})).await;
        assert_eq!(waits(&world).await[1], "Pair 0 · Payée, pas encore reçue · 29 novembre 2026 · 15,00 €");
        post(coordinator, &of(&number, "receipts"), json!({"how": "signed"})).await;
        assert_eq!(waits(&world).await, ["Pair 9 · Un nom à demander · 24 novembre 2026 · 15,00 €"]);
        // With a bank, nobody waits for a signature.
        closed_with(&world, &[2]).await;
        let number = issued(&world).await;
        post(coordinator, &of(&number, "send"), json!({})).await;
        post(clerk, &of(&number, "pay"), json!({"mode": "transfer"})).await;
        assert_eq!(waits(&world).await.len(), 1);
    }

    async fn the_payer_takes_all_lines_of_a_period_with_where_each_stands(world) {
        let (coordinator, clerk) = (&world.town.coordinator, &world.town.clerk);
        closed_with(&world, &[0, 1]).await;
        let first = issued(&world).await;
        post(coordinator, &of(&first, "send"), json!({})).await;
        let lines = clerk.get(&of(&first, "lines")).await.expect(200);
        let why = json!({"line": lines["items"][0]["id"], "reason": "La date ne va pas."});
        post(clerk, &of(&first, "returns"), why).await;
        let paying = json!({"decision": "2026-118", "mode": "cash", "hand": "Mme Roy"});
        post(clerk, &of(&first, "pay"), paying).await;
        post(coordinator, &of(&first, "receipts"), json!({"how": "signed"})).await;
        post(clerk, &of(&first, "statement"), json!({})).await;
        world.set_clock("2026-12-02T10:00:00Z");
        issued(&world).await;
        let asked = |more: &str| format!("/api/v1/allowance-lines.csv?from=2026-11-01{more}");
        let text = clerk.get(&asked("&to=2026-12-31")).await.expect_csv();
        let rows: Vec<_> = text.lines().map(str::trim_end).collect();
        assert_eq!(rows.len(), 4, "{text}");
        assert!(rows[0].starts_with("\u{feff}etat;edite_le;etat_paiement;ligne;nom;"), "{text}");
        assert!(rows[1].starts_with("2026-0001;24/11/2026;2026-0001;1;d’Aubigné;Prénom1;02/01/1980;"), "{text}");
        assert!(rows[1].ends_with(";24/11/2026;15,00;retournée;;;;;;oui"), "{text}");
        let ends = ";24/11/2026;15,00;reçue;2026-118;espèces;24/11/2026;Mme Roy;signature sur la liste;";
        assert!(rows[2].ends_with(ends), "{text}");
        assert!(rows[3].starts_with("2026-0002;02/12/2026;;1;d’Aubigné;"), "{text}");
        let text = clerk.get(&asked("&to=2026-11-30&dialect=open-data")).await.expect_csv();
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains(",2026-11-24,15.00,retournée,"), "{text}");
        for (more, field, code) in [
            ("&to=2026-10-31", "to", "before_from"),
            ("&to=hier", "to", "not_a_day"),
            ("&to=2026-12-31&dialect=ods", "dialect", "unknown_value"),
        ] {
            let said = clerk.get(&asked(more)).await.problem(422);
            assert_eq!(said, (field.to_owned(), code.to_owned()), "{more}");
        }
        let page = clerk.get("/ccas").await.expect_page(200);
        assert!(page.contains("Exporter une période"), "{page}");
        // Names end with their lists; figures stay.
        world.set_clock("2037-01-02T10:00:00Z");
        server::allowances::retention::run(&world.app).await.unwrap();
        let text = clerk.get(&asked("&to=2026-12-31")).await.expect_csv();
        assert_eq!(text.lines().count(), 4);
        assert!(text.contains("2026-0001;24/11/2026;2026-0001;1;;;;;24/11/2026;15,00;retournée"), "{text}");
    }
}

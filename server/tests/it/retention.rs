//! The end of a list's files: the association's copy some days after the payer has it, everything
//! sealed once the accounts need it no more. Figures, lines and hashes stay.

use crate::on_both;
use crate::support::{Actor, World};
use serde_json::{Value, json};
use server::allowances::retention;
use sha2::{Digest, Sha256};

const FILES: [&str; 8] = [
    "list.csv",
    "list.csv?dialect=open-data",
    "list.xlsx",
    "list.pdf",
    "payment.csv",
    "payment.csv?dialect=open-data",
    "payment.xlsx",
    "payment.pdf",
];

fn of(what: &str) -> String {
    format!("/api/v1/allowance-lists/2026-0001/{what}")
}

async fn post(actor: &Actor, path: &str, body: Value) {
    let answer = actor.post(path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
}

/// A list of three people with a returned line, acknowledged and settled on 24 November 2026.
async fn settled(world: &World) {
    let (coordinator, clerk) = (&world.town.coordinator, &world.town.clerk);
    let outing = world.open_outing().await;
    for peer in world.town.peers.iter().take(3) {
        world.mark(outing, *peer, true).await.expect(200);
    }
    world.close(outing).await.expect(200);
    post(coordinator, "/api/v1/allowance-lists", json!({})).await;
    post(coordinator, &of("send"), json!({})).await;
    post(clerk, &of("acknowledge"), json!({})).await;
    let lines = clerk.get(&of("lines")).await.expect(200);
    let why = json!({"line": lines["items"][0]["id"], "reason": "La date ne correspond pas."});
    post(clerk, &of("returns"), why).await;
    post(clerk, &of("pay"), json!({"receipt": {"how": "signed"}})).await;
    post(clerk, &of("statement"), json!({})).await;
}

/// What the retention says that it ended, at an hour.
async fn ended_at(world: &World, at: &str) -> Vec<String> {
    world.set_clock(at);
    let ended = retention::run(&world.app).await.unwrap();
    ended.iter().map(ToString::to_string).collect()
}

/// The code of the problem that every file is refused with.
async fn refused(actor: &Actor) -> String {
    let mut codes = Vec::new();
    for file in FILES {
        let problem = actor.get(&of(file)).await.expect(410);
        codes.push(problem["code"].as_str().unwrap().to_owned());
    }
    codes.dedup();
    codes.join(" ")
}

async fn hashes(actor: &Actor) -> Vec<String> {
    let mut all = Vec::new();
    for file in FILES {
        let answer = actor.get(&of(file)).await;
        assert_eq!(answer.status, 200, "{file}: {}", answer.text());
        let hash = Sha256::digest(&answer.bytes);
        all.push(hash.iter().map(|it| format!("{it:02x}")).collect());
    }
    all
}

on_both! {
    async fn the_associations_copy_ends_some_days_after_the_payer_has_the_list(world) {
        settled(&world).await;
        let (coordinator, clerk) = (&world.town.coordinator, &world.town.clerk);
        let taken = hashes(coordinator).await;
        assert_eq!(ended_at(&world, "2027-02-22T13:04:00Z").await, [""; 0]);
        assert_eq!(hashes(coordinator).await, taken);
        // The hour alone is enough: nobody ran anything yet.
        world.set_clock("2027-02-22T13:06:00Z");
        assert_eq!(refused(coordinator).await, "own_copy_ended");
        assert_eq!(ended_at(&world, "2027-02-22T13:06:00Z").await, [
            "bordeaux: list 2026-0001: the association's copy of the list ended",
            "bordeaux: list 2026-0001: the association's copy of the payment ended",
        ]);
        assert_eq!(ended_at(&world, "2027-02-23T13:06:00Z").await, [""; 0]);
        let told = coordinator.get(&of("list.pdf")).await.expect(410);
        assert!(told["detail"].as_str().unwrap().contains("Ils restent chez le CCAS"), "{told}");
        let page = coordinator.get("/aides/2026-0001").await.expect_page(200);
        assert!(page.contains("ne sont plus ici pour l’association"), "{page}");
        assert!(!page.contains("list.pdf"), "{page}");
        // A longer delay set afterwards brings nothing back.
        let programme = world.programme().await;
        let mut tx = world.app.db.write().await.unwrap();
        let mut settings = server::programmes::settings(&mut tx, programme).await.unwrap();
        settings.own_copy_days = 3_650;
        server::programmes::set_settings(&mut tx, programme, &settings).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refused(coordinator).await, "own_copy_ended");
        // Whoever pays has the same bytes as before.
        assert_eq!(hashes(clerk).await, taken);
        for hash in &taken {
            assert!(page.contains(hash), "{hash}");
        }
    }

    async fn files_names_and_words_end_with_the_accounting_term_and_figures_stay(world) {
        settled(&world).await;
        let (coordinator, clerk) = (&world.town.coordinator, &world.town.clerk);
        let taken = hashes(clerk).await;
        ended_at(&world, "2036-12-31T22:30:00Z").await;
        assert_eq!(hashes(clerk).await, taken, "until the last hour of the year");
        world.set_clock("2036-12-31T23:30:00Z");
        assert_eq!(refused(clerk).await, "files_destroyed");
        assert_eq!(ended_at(&world, "2036-12-31T23:30:00Z").await, [
            "bordeaux: list 2026-0001: files, names and words destroyed, and their key",
        ]);
        assert_eq!(ended_at(&world, "2037-06-01T10:00:00Z").await, [""; 0]);
        assert_eq!(refused(clerk).await, "files_destroyed");
        assert_eq!(refused(coordinator).await, "files_destroyed");
        // Nothing sealed is left, nor a key that would open it.
        for text in [
            "select cast(count(*) as bigint) from data_keys where scope = 'list'",
            "select cast(coalesce(sum(length(sealed)), 0) as bigint) from list_files",
            "select cast(coalesce(sum(length(sealed)), 0) as bigint) from payment_statements",
            "select cast(count(*) as bigint) from allowance_lists where sealed is not null",
            "select cast(count(*) as bigint) from ledger_acts
             where list_id is not null and sealed_words is not null",
        ] {
            assert_eq!(world.value::<i64>(text).await, 0, "{text}");
        }
        assert_eq!(world.journal("list_destroyed").await.len(), 1);
        // Number, totals, lines under a number and hashes are.
        for (actor, path) in [(clerk, "/ccas/2026-0001"), (coordinator, "/aides/2026-0001")] {
            let page = actor.get(path).await.expect_page(200);
            for words in ["Liste <span class=\"whole\">2026-0001</span>", "45,00 €", "15,00 €", "sont détruits", "(10 ans)"] {
                assert!(page.contains(words), "{path}: {words}: {page}");
            }
            for hash in &taken {
                assert!(page.contains(hash), "{path}: {hash}");
            }
            for name in ["Éluard", "d’Aubigné", "Zola", "La date ne correspond pas"] {
                assert!(!page.contains(name), "{path}: {name}");
            }
        }
        let page = clerk.get("/ccas/2026-0001").await.expect_page(200);
        assert!(page.contains("Ligne 1") && page.contains("Ligne 3"), "{page}");
        let lines = clerk.get(&of("lines")).await.expect(200);
        assert_eq!(lines["items"].as_array().unwrap().len(), 3);
        assert_eq!((&lines["items"][1]["surname"], &lines["items"][1]["peer"]), (&Value::Null, &Value::Null));
        clerk.get("/ccas?q=zola").await.expect_page(200);
        let mut tx = world.app.db.read().await.unwrap();
        let faults = server::cli::doctor::ledger(&mut tx).await.unwrap();
        assert_eq!(faults, Vec::<String>::new());
    }

    async fn a_list_that_the_payer_has_not_acknowledged_stays_with_the_association(world) {
        let outing = world.open_outing().await;
        world.mark(outing, world.town.peers[0], true).await.expect(200);
        world.close(outing).await.expect(200);
        let coordinator = &world.town.coordinator;
        post(coordinator, "/api/v1/allowance-lists", json!({})).await;
        post(coordinator, &of("send"), json!({})).await;
        assert_eq!(ended_at(&world, "2030-01-01T10:00:00Z").await, [""; 0]);
        assert_eq!(coordinator.get(&of("list.pdf")).await.status, 200);
    }
}

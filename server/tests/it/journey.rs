//! The spine: one outing, from the pavement to the payer's list.

use crate::on_both;
use serde_json::json;

on_both! {
    async fn eight_present_make_a_list_of_eight_lines_and_one_hundred_and_twenty_euros(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let mut facts = Vec::new();
        for site in &world.town.public_sites {
            facts.push(phone.pickup(json!({"site": site}), 5));
        }
        facts.push(phone.pickup(json!({"lat": 44.84, "lon": -0.58, "accuracy_m": 12.5}), 10));
        let undone = phone.pickup(json!({"site": world.town.public_sites[0]}), 100);
        let void = phone.fact("void", json!({"target": undone["id"]}));
        facts.extend([undone, void]);
        for (status, reason) in phone.actor.facts(&facts).await {
            assert_eq!((status.as_str(), reason), ("accepted", None));
        }
        for peer in world.town.peers.iter().take(8) {
            world.mark(outing, *peer, true).await.expect(200);
        }
        let before = world.summary(outing).await;
        assert_eq!(before["totals"], json!({"syringe": 25}));
        assert_eq!(before["presences"].as_array().unwrap().len(), 8);

        facts.reverse();
        for (status, _) in phone.actor.facts(&facts).await {
            assert_eq!(status, "duplicate");
        }
        assert_eq!(world.summary(outing).await, before);

        assert_eq!(world.close(outing).await.expect(200)["state"], "closed");
        let coordinator = &world.town.coordinator;
        let issued = coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        assert_eq!(issued["number"], "2026-0001");
        assert_eq!(issued["lines"], 8);
        assert_eq!(issued["total_cents"], 12_000);
        let clerk = &world.town.clerk;
        let path = "/api/v1/allowance-lists/2026-0001/list.csv";
        let list = clerk.get(path).await;
        assert_eq!(list.status, 200);
        let names = read_column(&list.text(), b';', "nom");
        assert_eq!(
            names,
            ["d’Aubigné", "d’Aubigné", "Éluard", "Éluard", "Nguyễn", "Nguyễn", "Zola", "Zola"]
        );
        let total: f64 = read_column(&list.text(), b';', "montant")
            .iter()
            .map(|cell| cell.replace(',', ".").parse::<f64>().unwrap())
            .sum();
        assert!((total - 120.0).abs() < 1e-9);
        let open = clerk.get(&format!("{path}?dialect=open-data")).await;
        assert_eq!(read_column(&open.text(), b',', "date_sortie"), vec!["2026-11-24"; 8]);
    }

    async fn the_same_list_downloaded_again_is_the_same_bytes(world) {
        let outing = world.open_outing().await;
        world.mark(outing, world.town.peers[0], true).await.expect(200);
        world.close(outing).await.expect(200);
        let id = uuid::Uuid::now_v7();
        let coordinator = &world.town.coordinator;
        let body = json!({"id": id, "outings": [outing]});
        let first = coordinator.post("/api/v1/allowance-lists", body.clone()).await.expect(201);
        let again = coordinator.post("/api/v1/allowance-lists", body).await.expect(201);
        assert_eq!(first["number"], again["number"]);
        let path = "/api/v1/allowance-lists/2026-0001/list.csv";
        let (a, b) = (coordinator.get(path).await, world.town.clerk.get(path).await);
        assert_eq!(a.bytes, b.bytes);
        assert_eq!(world.journal("list_downloaded").await.len(), 2);
        assert_eq!(world.journal("list_issued").await.len(), 1);
        let nothing = coordinator.post("/api/v1/allowance-lists", json!({})).await;
        nothing.problem(409);
    }
}

fn read_column(text: &str, delimiter: u8, name: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let rows = reader.deserialize::<std::collections::HashMap<String, String>>();
    rows.map(|row| row.unwrap()[name].clone()).collect()
}

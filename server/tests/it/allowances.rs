//! Lists: numbers without gaps, names only where they belong, one list for one line.

use crate::on_both;
use serde_json::json;

on_both! {
    async fn a_peer_without_a_name_is_on_no_list_and_the_coordinator_is_told(world) {
        let outing = world.open_outing().await;
        for peer in &world.town.peers {
            world.mark(outing, *peer, true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        let coordinator = &world.town.coordinator;
        let issued = coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        assert_eq!((&issued["lines"], &issued["without_identity"]), (&json!(8), &json!(2)));
        let again = coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(409);
        assert_eq!(again["code"], "no_identity");
    }

    async fn two_lists_issued_at_once_share_no_line_and_leave_no_gap(world) {
        let mut outings = Vec::new();
        for _ in 0..4 {
            let outing = world.open_outing().await;
            world.mark(outing, world.town.peers[0], true).await.expect(200);
            world.close(outing).await.expect(200);
            outings.push(outing);
        }
        let issue = |outings: Vec<uuid::Uuid>| {
            let coordinator = world.town.coordinator.clone();
            tokio::spawn(async move {
                let body = json!({"outings": outings});
                coordinator.post("/api/v1/allowance-lists", body).await
            })
        };
        let (a, b, c) = tokio::join!(
            issue(outings[..2].to_vec()), issue(outings[2..].to_vec()), issue(outings.clone()));
        let mut numbers = Vec::new();
        let mut lines = 0;
        for answer in [a.unwrap(), b.unwrap(), c.unwrap()] {
            if answer.status == 201 {
                let json = answer.json();
                numbers.push(json["number"].as_str().unwrap().to_owned());
                lines += json["lines"].as_i64().unwrap();
            } else {
                answer.expect(409);
            }
        }
        numbers.sort();
        let wanted: Vec<String> = (1..=numbers.len()).map(|n| format!("2026-{n:04}")).collect();
        assert_eq!((numbers, lines), (wanted, 4));
    }

    async fn each_town_numbers_its_own_lists_and_reads_no_other(world) {
        let other = world.another_town("ailleurs").await;
        let outing = world.open_outing().await;
        world.mark(outing, world.town.peers[0], true).await.expect(200);
        world.close(outing).await.expect(200);
        world.town.coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        let path = "/api/v1/allowance-lists/2026-0001/list.csv";
        world.town.clerk.get(path).await.expect_csv();
        other.clerk.get(path).await.expect(404);
        other.coordinator.get(&format!("/api/v1/outings/{outing}")).await.expect(404);
        let body = json!({"outings": [outing]});
        let refused = other.coordinator.post("/api/v1/allowance-lists", body).await;
        assert_eq!(refused.problem(422).1, "unknown_outing");
    }

    async fn a_peer_sees_their_own_lines_and_nobody_elses(world) {
        let outing = world.open_outing().await;
        for peer in world.town.peers.iter().take(3) {
            world.mark(outing, *peer, true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        let own = world.town.peer.get("/api/v1/allowances").await.expect(200);
        let items = own["items"].as_array().unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0]["peer"], json!(world.town.peers[0]));
    }
}

#[test]
fn the_room_of_allowances_knows_nothing_of_pickups() {
    let mut read = 0;
    for (path, text) in sources_of("/src/allowances") {
        for word in ["facts::", "from facts", "pickup", "summary::", "Summary"] {
            assert!(
                !text.contains(word),
                "{path}: allowances must not know {word}"
            );
        }
        read += 1;
    }
    assert!(read >= 3);
}

/// What was issued is never edited: the room updates nothing but the counters of numbers and where
/// a line stands, in one statement, and deletes nothing. At the end of a term what is sealed is
/// emptied, and nothing else.
#[test]
fn the_ledger_is_written_by_adding_to_it() {
    let mut updates = Vec::new();
    for (path, text) in sources_of("/src/allowances") {
        let text = text.to_lowercase();
        assert!(!text.contains("delete from"), "{path}");
        for (at, _) in text.match_indices("update ") {
            let rest: Vec<&str> = text[at..].split_whitespace().take(4).collect();
            if path.contains("/retention/") && rest.get(2) == Some(&"set") {
                assert!(rest[3].starts_with("sealed"), "{path}: {rest:?}");
                continue;
            }
            let rest = &rest[..rest.len().min(3)];
            if rest.get(2) == Some(&"set") || rest.get(1) == Some(&"\",") {
                updates.push(rest.join(" "));
            }
        }
    }
    updates.sort();
    assert_eq!(updates, ["update \", $table,", "update allowances set"]);
}

fn sources_of(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(format!(
        "{}{folder}",
        env!("CARGO_MANIFEST_DIR")
    ))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}

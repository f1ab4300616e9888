//! A civil identity: given by who wants the money, opened with a trace, forgotten for good.

use crate::on_both;
use crate::support::{Actor, Answer};
use axum::http::Method;
use serde_json::json;

/// Sends a form.
async fn form(actor: &Actor, path: &str, fields: &[(&str, &str)]) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    actor.raw(Method::POST, path, kind, encoded(fields)).await
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let letters = |text: &str| {
        text.bytes()
            .map(|it| format!("%{it:02X}"))
            .collect::<String>()
    };
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", letters(value)));
    fields.collect::<Vec<_>>().join("&")
}

/// Sends the form of an identity; answers the status and the page.
pub async fn give(
    coordinator: &Actor,
    peer: domain::PeerId,
    fields: &[(&str, &str)],
) -> (u16, String) {
    let answer = form(coordinator, &format!("/equipe/{peer}/identite"), fields).await;
    (answer.status.as_u16(), answer.text().replace('\u{a0}', " "))
}

const ZOE: [(&str, &str); 3] = [
    ("nom", "D’Hérouville"),
    ("prenom", "Zoé"),
    ("naissance", "1984-02-29"),
];

on_both! {
    async fn an_identity_is_sealed_opened_with_a_trace_and_forgotten_for_good(world) {
        let (coordinator, peer) = (&world.town.coordinator, world.town.peers[8]);
        let (status, _) = give(coordinator, peer, &ZOE).await;
        assert_eq!(status, 303);
        let page = coordinator.get(&format!("/equipe/{peer}")).await.expect_page(200);
        assert!(!page.contains("Hérouville"), "nothing is shown before it is asked for");
        let look = format!("/equipe/{peer}/identite/ouvrir");
        let opened = form(coordinator, &look, &[]).await.expect_page(200);
        assert!(opened.contains("D’Hérouville") && opened.contains("29 février 1984"), "{opened}");
        assert_eq!(world.journal("identity_opened").await.len(), 1);
        let count = "select cast(count(*) as bigint) from data_keys where scope = 'identity'";
        let keys_before: i64 = world.value(count).await;
        let forget = format!("/equipe/{peer}/identite/effacer");
        assert_eq!(form(coordinator, &forget, &[]).await.status, 303);
        assert!(!form(coordinator, &look, &[]).await.text().contains("Hérouville"));
        let keys: i64 = world.value(count).await;
        assert_eq!((keys_before - keys, world.journal("identity_erased").await.len()), (1, 1));
    }

    async fn who_gave_a_name_late_is_on_the_next_list_and_who_took_it_back_is_not(world) {
        let (coordinator, peer) = (&world.town.coordinator, world.town.peers[8]);
        for (n, wanted) in [(0, 409), (1, 201), (2, 409)] {
            let outing = world.open_outing().await;
            world.mark(outing, peer, true).await.expect(200);
            world.close(outing).await.expect(200);
            match n {
                1 => assert_eq!(give(coordinator, peer, &ZOE).await.0, 303),
                2 => {
                    let forget = format!("/equipe/{peer}/identite/effacer");
                    assert_eq!(form(coordinator, &forget, &[]).await.status, 303);
                }
                _ => {}
            }
            let issued = coordinator.post("/api/v1/allowance-lists", json!({})).await;
            assert_eq!(issued.status, wanted, "{n}: {}", issued.text());
        }
    }

    async fn what_is_wrong_with_a_name_is_said_where_it_was_typed(world) {
        let (coordinator, peer) = (&world.town.coordinator, world.town.peers[8]);
        let long = "é".repeat(201);
        let cases: [(&str, &str, &str, &str); 7] = [
            ("", "Zoé", "1984-02-29", "Écrivez le nom de famille"),
            (&long, "Zoé", "1984-02-29", "200 signes au plus"),
            ("Martin", "محمد", "1984-02-29", "lettres latines"),
            ("Martin", "Zoé 😀", "1984-02-29", "lettres latines"),
            ("Mar\u{7}tin", "Zoé", "1984-02-29", "sur une ligne"),
            ("Martin", "Zoé", "2031-01-01", "Cette date n’est pas encore passée"),
            ("Martin", "Zoé", "", "Donnez la date de naissance"),
        ];
        for (surname, first_name, born, sentence) in cases {
            let fields = [("nom", surname), ("prenom", first_name), ("naissance", born)];
            let (status, page) = give(coordinator, peer, &fields).await;
            assert_eq!(status, 422, "{surname} {first_name} {born}");
            assert!(page.contains(sentence), "{sentence}: {page}");
            assert!(page.contains(&format!("value=\"{born}\"")), "what was typed stays");
        }
        for name in ["X", &"é".repeat(200)] {
            let fields = [("nom", name), ("prenom", "A"), ("reference", "0042")];
            assert_eq!(give(coordinator, peer, &fields).await.0, 303, "{name}");
        }
    }

    async fn two_people_of_one_name_are_told_apart_and_one_person_is_not_there_twice(world) {
        let coordinator = &world.town.coordinator;
        let (one, other) = (world.town.peers[8], world.town.peers[9]);
        assert_eq!(give(coordinator, one, &ZOE).await.0, 303);
        let (status, page) = give(coordinator, other, &ZOE).await;
        assert_eq!(status, 409);
        assert!(page.contains("C’est bien une autre personne") && page.contains("value=\"Zoé\""));
        let born_another_day = [ZOE[0], ZOE[1], ("naissance", "1990-01-01")];
        assert_eq!(give(coordinator, other, &born_another_day).await.0, 303);
        let looked = [ZOE[0], ZOE[1], ZOE[2], ("autre", "oui")];
        assert_eq!(give(coordinator, other, &looked).await.0, 303);
    }

    async fn nobody_but_the_association_opens_a_name_and_not_another_towns(world) {
        let peer = world.town.peers[0];
        let elsewhere = world.another_town("ailleurs").await;
        let look = format!("/equipe/{peer}/identite/ouvrir");
        for actor in [&world.town.agent, &world.town.clerk, &world.town.peer] {
            assert_eq!(form(actor, &look, &[]).await.status, 403);
            assert_eq!(actor.get(&format!("/equipe/{peer}")).await.status, 403);
        }
        assert_eq!(form(&elsewhere.coordinator, &look, &[]).await.status, 404);
        assert_eq!(give(&elsewhere.coordinator, peer, &ZOE).await.0, 404);
    }

    async fn an_attestation_counts_outings_and_says_only_the_words_that_were_chosen(world) {
        let (coordinator, peer) = (&world.town.coordinator, world.town.peers[0]);
        for _ in 0..2 {
            let outing = world.open_outing().await;
            world.mark(outing, peer, true).await.expect(200);
            world.close(outing).await.expect(200);
        }
        let path = format!("/equipe/{peer}/attestation");
        let page = coordinator.get(&path).await.expect_page(200);
        assert!(page.contains("2 sorties") && page.contains("une action collective"));
        for word in ["seringue", "drogue", "usager", "CAARUD", "CCAS", "€"] {
            assert!(!page.contains(word), "{word}");
        }
        let own = coordinator.get(&format!("{path}?mots=a%20tenu%20le%20stand&au=2020-01-01")).await;
        let page = own.expect_page(200);
        assert!(page.contains("a tenu le stand") && page.contains("0 sortie"));
        assert!(world.journal("identity_opened").await.is_empty(), "no name is opened for it");
    }
}

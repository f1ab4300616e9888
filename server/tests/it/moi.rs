//! `/moi`: a peer sees what is theirs, in plain words, and nothing of anybody else.

use crate::on_both;
use crate::support::{Actor, Answer, World};
use axum::http::{Method, header};
use serde_json::json;
use uuid::Uuid;

async fn form(actor: &Actor, path: &str, body: String) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    actor.raw(Method::POST, path, kind, body).await
}

fn place(nature: &str, id: Uuid, more: &str) -> String {
    format!(
        "id={id}&nature={nature}&lat=44.8512&lon=-0.5634&note=au+fond+de+la+cour&habitants=oui&agent=waits{more}"
    )
}

/// An outing of today with these of the ten peers, closed.
async fn closed_with(world: &World, present: &[usize]) -> Uuid {
    let outing = world.open_outing().await;
    for n in present {
        world
            .mark(outing, world.town.peers[*n], true)
            .await
            .expect(200);
    }
    world.close(outing).await.expect(200);
    outing
}

on_both! {
    async fn my_outings_and_where_each_aid_is(world) {
        let me = &world.town.peer;
        assert!(me.get("/moi").await.expect_page(200).contains("Rien en 2026"));
        let under_way = world.open_outing().await;
        world.mark(under_way, world.town.peers[0], true).await.expect(200);
        let page = me.get("/moi").await.expect_page(200);
        assert!(page.contains("La sortie n’est pas finie."), "{page}");
        world.close(under_way).await.expect(200);
        let page = me.get("/moi").await.expect_page(200);
        for words in ["Mardi 24 novembre", "15,00 €", "à venir sur une liste", "pour 1 sortie"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let issued = world.town.coordinator.post("/api/v1/allowance-lists", json!({})).await;
        let number = issued.expect(201)["number"].as_str().unwrap().to_owned();
        let page = me.get("/moi").await.expect_page(200);
        assert!(page.contains(&format!("sur la liste {number}")), "{page}");
        let statement = me.get("/moi/releve?annee=2026").await.expect_page(200);
        for words in ["Relevé 2026", "24/11/2026", "quinze euros", "Nom et prénom"] {
            assert!(statement.contains(words), "{words}: {statement}");
        }
        let other_year = me.get("/moi?annee=2025").await.expect_page(200);
        assert!(other_year.contains("Rien en 2025") && other_year.contains("/moi?annee=2026"));
    }

    async fn a_peer_sees_nothing_of_another_and_no_count(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let pickup = phone.pickup(json!({"site": world.town.public_sites[0]}), 417);
        phone.actor.facts(&[pickup]).await;
        for n in [0, 1, 8] {
            world.mark(outing, world.town.peers[n], true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        for path in ["/moi", "/moi/ce-qu-on-sait", "/moi/releve", "/moi/lieux", "/moi/lieux/proposer?nature=public"] {
            let page = world.town.peer.get(path).await.expect_page(200);
            for theirs in ["Pair 1", "Pair 8", "d’Aubigné", "Prénom1", "417"] {
                assert!(!page.contains(theirs), "{path}: {theirs}");
            }
        }
        // A line of somebody else is not there.
        let all = world.town.coordinator.get("/api/v1/allowances").await.expect(200);
        let theirs = all["items"].as_array().unwrap().iter()
            .find(|it| it["peer"] == json!(world.town.peers[1])).unwrap();
        let path = format!("/moi/aides/{}/contester", theirs["id"].as_str().unwrap());
        assert_eq!(form(&world.town.peer, &path, String::new()).await.status, 404);
    }

    async fn i_disagree_with_a_line_and_it_is_a_mark_beside_its_state(world) {
        closed_with(&world, &[0]).await;
        let mine = world.town.peer.get("/api/v1/allowances").await.expect(200);
        let line = mine["items"][0]["id"].as_str().unwrap().to_owned();
        let page = world.town.peer.get("/moi").await.expect_page(200);
        assert!(page.contains(&format!("/moi/aides/{line}/contester")));
        let path = format!("/moi/aides/{line}/contester");
        let said = form(&world.town.peer, &path, "mots=j%27%C3%A9tais+l%C3%A0+deux+fois".into()).await;
        assert_eq!(said.headers[header::LOCATION], "/moi?fait=dit");
        let page = world.town.peer.get("/moi").await.expect_page(200);
        assert!(page.contains("Vous avez dit : je ne suis pas d’accord."), "{page}");
        assert!(page.contains("à venir sur une liste"), "the state stays");
        assert!(!page.contains(&path), "said once");
    }

    async fn what_the_payer_knows_is_opened_for_its_owner_and_noted(world) {
        let page = world.town.peer.get("/moi/ce-qu-on-sait").await.expect_page(200);
        for words in [
            "Ce que le CCAS sait de moi", "Éluard", "Prénom0", "1er janvier 1980",
            "La CASE certifie la liste.", "peut penser que vous en consommez",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let opened = world.journal("identity_shown").await;
        assert_eq!(opened, [("peer".to_owned(), format!("identity:{}", world.town.peers[0]))]);
        // The other pages open nothing.
        world.town.peer.get("/moi").await.expect_page(200);
        world.town.peer.get("/moi/releve").await.expect_page(200);
        assert_eq!(world.journal("identity_shown").await.len(), 1);
    }

    async fn a_squat_is_proposed_after_seeing_what_the_city_will_see(world) {
        let (me, id) = (&world.town.peer, Uuid::now_v7());
        let look = form(me, "/moi/lieux", place("discreet", id, "&geste=voir")).await.expect_page(200);
        for words in ["Voici ce que la mairie verra", "autre secteur", "L’agent attend dehors", "au fond de la cour"] {
            assert!(look.contains(words), "{words}: {look}");
        }
        let none = me.get("/api/v1/proposals").await.expect(200);
        assert_eq!(none["items"], json!([]), "looking sends nothing");
        for _ in 0..2 {
            let sent = form(me, "/moi/lieux", place("discreet", id, "&geste=proposer")).await;
            assert_eq!(sent.headers[header::LOCATION], "/moi/lieux?fait=propose");
        }
        let waiting = world.town.coordinator.get("/api/v1/proposals").await.expect(200);
        assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
        let it = &waiting["items"][0];
        assert_eq!((&it["nature"], &it["agent"], &it["residents_agree"], &it["from"]),
            (&json!("discreet"), &json!("waits"), &json!(true), &json!("peer")));
        let mine = me.get("/moi/lieux").await.expect_page(200);
        assert!(mine.contains("en attente") && mine.contains("au fond de la cour"), "{mine}");
        let path = format!("/api/v1/proposals/{id}/decline");
        let body = json!({"reason": "residents", "words": "ils vous remercient"});
        world.town.coordinator.post(&path, body).await.expect(204);
        let mine = me.get("/moi/lieux").await.expect_page(200);
        for words in ["Les personnes qui vivent là préfèrent", "ils vous remercient"] {
            assert!(mine.contains(words), "{words}: {mine}");
        }
    }

    async fn what_waits_may_be_changed_or_taken_back_and_what_was_answered_may_not(world) {
        let (me, first, second) = (&world.town.peer, Uuid::now_v7(), Uuid::now_v7());
        form(me, "/moi/lieux", place("public", first, "&geste=proposer")).await;
        let change = me.get(&format!("/moi/lieux/proposer?de={first}")).await.expect_page(200);
        assert!(change.contains("44.8512") && change.contains("au fond de la cour"), "{change}");
        let more = format!("&geste=proposer&remplace={first}");
        form(me, "/moi/lieux", place("public", second, &more)).await;
        let waiting = world.town.coordinator.get("/api/v1/proposals").await.expect(200);
        let ids: Vec<_> = waiting["items"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
        assert_eq!(ids, [json!(second)]);
        let accept = format!("/api/v1/proposals/{second}/accept");
        world.town.coordinator.post(&accept, json!({"title": "Cour"})).await.expect(200);
        let late = form(me, &format!("/moi/lieux/{second}/retirer"), String::new()).await;
        assert_eq!(late.status, 409);
        assert_eq!(me.get(&format!("/moi/lieux/proposer?de={second}")).await.status, 404);
        let third = Uuid::now_v7();
        form(me, "/moi/lieux", place("discreet", third, "&geste=proposer")).await;
        let gone = form(me, &format!("/moi/lieux/{third}/retirer"), String::new()).await;
        assert_eq!(gone.headers[header::LOCATION], "/moi/lieux?fait=retire");
        let waiting = world.town.coordinator.get("/api/v1/proposals").await.expect(200);
        assert_eq!(waiting["items"], json!([]));
        // Nobody takes back what another proposed.
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let found = phone.fact("site_proposal", json!({"nature": "public", "lat": 44.83, "lon": -0.57}));
        phone.actor.facts(std::slice::from_ref(&found)).await;
        let path = format!("/moi/lieux/{}/retirer", found["id"].as_str().unwrap());
        assert_eq!(form(me, &path, String::new()).await.status, 404);
    }

    async fn a_proposal_without_a_place_is_asked_for_it_and_keeps_what_was_typed(world) {
        let id = Uuid::now_v7();
        let typed = format!("id={id}&nature=discreet&lat=&lon=&note=derri%C3%A8re&habitants=&agent=");
        let again = form(&world.town.peer, "/moi/lieux", typed).await.expect_page(422);
        assert!(again.contains("Dites où c’est") && again.contains("derrière"), "{again}");
        let typed = format!("id={id}&nature=discreet&lat=44.85&lon=-0.56&agent=");
        let again = form(&world.town.peer, "/moi/lieux", typed).await.expect_page(422);
        assert!(again.contains("Choisissez ce que fait l’agent."), "{again}");
        let typed = format!("id={id}&nature=public&lat=0&lon=0");
        assert_eq!(form(&world.town.peer, "/moi/lieux", typed).await.status, 422);
    }

    async fn a_counter_line_is_told_as_a_correction(world) {
        let outing = closed_with(&world, &[0]).await;
        let path = format!("/api/v1/outings/{outing}/revisions");
        let body = json!({"corrects": "presence", "peer": world.town.peers[0], "present": false, "reason": "ce n’était pas vous"});
        let answer = world.town.coordinator.post(&path, body).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        let page = world.town.peer.get("/moi").await.expect_page(200);
        assert!(page.contains("retirée") && page.contains("0,00 €"), "{page}");
    }
}

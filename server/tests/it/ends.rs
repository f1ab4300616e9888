//! Ends: what the day's work destroys, who is forgotten, what stays, and the pages about it.

use crate::on_both;
use crate::support::{World, id_of};
use axum::http::Method;
use serde_json::json;
use server::access::Role;
use server::upkeep;
use uuid::Uuid;

const FORM: &str = "application/x-www-form-urlencoded";

async fn daily(world: &World, at: &str) -> Vec<String> {
    world.set_clock(at);
    upkeep::daily(&world.app).await.unwrap()
}

on_both! {
    async fn a_person_whom_nobody_met_for_two_years_becomes_a_number(world) {
        let town = &world.town;
        let outing = world.open_outing().await;
        for peer in &town.peers[..2] {
            world.mark(outing, *peer, true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        // Nothing is owed to the first one any more: the line was a mistake.
        let revise = format!("/api/v1/outings/{outing}/revisions");
        let body = json!({"id": Uuid::now_v7(), "corrects": "presence", "peer": town.peers[0], "present": false, "reason": "erreur"});
        assert!(town.coordinator.post(&revise, body).await.status.is_success());
        // One of them comes back a year later.
        world.set_clock("2027-11-24T13:05:00Z");
        let body = json!({"day": "2027-11-24", "starts_at": "14:00"});
        let second = id_of(&town.coordinator.post("/api/v1/outings", body).await.expect(201));
        world.open(second).await;
        world.mark(second, town.peers[1], true).await.expect(200);
        world.close(second).await.expect(200);
        let told = daily(&world, "2028-11-23T03:00:00Z").await;
        assert!(!told.iter().any(|it| it.contains("peers")), "{told:#?}");
        let told = daily(&world, "2028-11-25T03:00:00Z").await;
        assert!(told.contains(&"bordeaux: 9 peers forgotten".to_owned()), "{told:#?}");
        assert_eq!(world.value::<i64>(
            "select cast(count(*) as bigint) from data_keys where scope = 'identity'").await, 1);
        assert_eq!(world.value::<i64>(
            "select cast(count(*) as bigint) from peers where sealed_identity is not null").await, 1);
        let team = town.coordinator.get("/equipe").await.expect_page(200);
        assert!(team.contains("Pair 1") && !team.contains("Pair 0") && !team.contains("Personne "), "{team}");
        // The lines stay, and the books add up.
        let lines = town.coordinator.get("/api/v1/allowances").await.expect(200);
        assert_eq!(lines["items"].as_array().unwrap().len(), 4);
        let aids = town.coordinator.get("/aides").await.expect_page(200);
        assert!(!aids.contains("Pair 0"), "{aids}");
        let mut tx = world.app.db.read().await.unwrap();
        assert_eq!(server::cli::doctor::ledger(&mut tx).await.unwrap(), Vec::<String>::new());
        drop(tx);
        assert_eq!(world.journal("peers_ended").await.len(), 1);
        assert!(!daily(&world, "2028-11-26T03:00:00Z").await.iter().any(|it| it.contains("peers")));
    }

    async fn words_and_points_of_an_outing_end_after_two_years_and_its_counts_stay(world) {
        let town = &world.town;
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let here = phone.pickup(json!({"lat": 44.8342, "lon": -0.5743}), 7);
        let at_site = phone.pickup(json!({"site": town.public_sites[0]}), 5);
        let (x, y) = (44.8377, -0.5811);
        let proposed = phone.fact("site_proposal", json!({
            "nature": "public", "lat": x, "lon": y, "note": "le muret aux mirabelles"}));
        let note = phone.fact("note", json!({"text": "une dame nous a offert des mirabelles"}));
        let sent = phone.actor.facts(&[here, at_site.clone(), proposed, note]).await;
        assert!(sent.iter().all(|it| it.0 == "accepted"), "{sent:?}");
        for peer in &town.peers[..2] {
            world.mark(outing, *peer, true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        let revise = format!("/api/v1/outings/{outing}/revisions");
        let body = json!({"id": Uuid::now_v7(), "corrects": "presence", "peer": town.peers[2], "present": true, "reason": "elle cueillait des mirabelles"});
        let revised = town.coordinator.post(&revise, body).await;
        assert!(revised.status.is_success(), "{}", revised.text());
        let loose = json!({"id": Uuid::now_v7(), "nature": "discreet", "title": "Cabane", "lat": 44.84, "lon": -0.57, "note": "sous les mirabelliers", "residents_agree": true});
        town.peer.post("/api/v1/sites", loose).await.expect(201);
        let summary = format!("/api/v1/outings/{outing}/summary");
        let counted = town.coordinator.get(&summary).await.expect(200);
        let history = format!("/api/v1/sites/{}/history", town.public_sites[0]);
        let told = town.coordinator.get(&history).await.expect(200);
        let page = town.coordinator.get(&format!("/sorties/{outing}")).await.expect_page(200);
        assert!(page.contains("elle cueillait des mirabelles"), "{page}");
        let keys = "select cast(count(*) as bigint) from data_keys where scope in ('outing', 'loose')";
        let facts = "select cast(count(*) as bigint) from facts";
        let kept = world.value::<i64>(facts).await;
        // Not the day before; then the key goes, and nothing else.
        assert!(!daily(&world, "2028-11-23T03:00:00Z").await.iter().any(|it| it.contains("words")));
        assert_eq!(world.value::<i64>(keys).await, 2);
        let told_then = daily(&world, "2028-11-25T03:00:00Z").await;
        assert!(told_then.contains(&"bordeaux: 1 outings and months without their words".to_owned()), "{told_then:#?}");
        daily(&world, "2028-12-27T03:00:00Z").await;
        assert_eq!(world.value::<i64>(keys).await, 0);
        let ended = world.journal("words_ended").await;
        assert_eq!((ended.len(), &ended[0].1), (2, &format!("outing:{outing}")));
        assert_eq!(world.value::<i64>(facts).await, kept);
        // Every page and answer about it still comes; what was counted is what it was.
        assert_eq!(town.coordinator.get(&summary).await.expect(200), counted);
        assert_eq!(town.coordinator.get(&history).await.expect(200), told);
        let before = world.journal("facts_shown").await.len();
        for path in ["", "/fin", "/marche", "/feuille", "/carte-mission", "/remettre", "/aides"] {
            let answer = town.coordinator.get(&format!("/sorties/{outing}{path}")).await;
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
            assert!(!answer.text().contains("mirabelles"), "{path}");
        }
        let page = town.coordinator.get(&format!("/sorties/{outing}")).await.expect_page(200);
        assert!(page.contains("ont été effacés le 25 novembre 2028") && page.contains("La raison n’est plus gardée."), "{page}");
        let look = town.coordinator.get("/lieux/a-regarder").await.expect_page(200);
        assert!(look.contains("son point et ses mots ne sont plus gardés") && look.contains("7 seringues"), "{look}");
        assert!(!look.contains("Ajouter ce lieu"), "{look}");
        for path in ["/api/v1/here-pickups", "/api/v1/proposals", "/api/v1/sites", "/api/v1/outings"] {
            town.coordinator.get(path).await.expect(200);
        }
        for path in ["/lieux", "/carte", "/sorties", "/journal"] {
            town.coordinator.get(path).await.expect_page(200);
        }
        town.coordinator.get(&format!("/lieux/{}", town.public_sites[0])).await.expect_page(200);
        town.agent.get(&format!("/lieux/{}", town.public_sites[0])).await.expect_page(200);
        // What nobody could read is not said to have been read.
        assert_eq!(world.journal("facts_shown").await.len(), before);
        let waiting = town.coordinator.get("/api/v1/proposals").await.expect(200);
        for it in waiting["items"].as_array().unwrap() {
            assert!(it["lat"].is_null() && it["note"].is_null(), "{it}");
            let accept = format!("/api/v1/proposals/{}/accept", it["id"].as_str().unwrap());
            let refused = town.coordinator.post(&accept, json!({"title": "Muret"})).await.expect(409);
            assert_eq!(refused["code"], "no_longer_kept");
        }
        // Words that come after the end are not kept either, and break nothing.
        let late = json!({"id": Uuid::now_v7(), "kind": "note", "outing": outing, "device": Uuid::now_v7(), "seq": 1,
            "recorded_at": "2026-11-24T13:30:00.000Z", "data": {"text": "encore des mirabelles"}});
        assert_eq!(town.coordinator.facts(&[late]).await[0].0, "accepted");
        assert_eq!(world.value::<i64>(keys).await, 0);
        town.coordinator.get(&format!("/sorties/{outing}")).await.expect_page(200);
        // An « ici » of then may still be put at its place: the count goes with it.
        let here = town.coordinator.get("/api/v1/here-pickups").await.expect(200);
        let decide = format!("/api/v1/here-pickups/{}", here["items"][0]["id"].as_str().unwrap());
        town.coordinator.post(&decide, json!({"public": true})).await.expect(422);
        town.coordinator.post(&decide, json!({"site": town.public_sites[1]})).await.expect(200);
        let open = town.coordinator.get(&summary).await.expect(200);
        assert_eq!(open["totals"], counted["totals"]);
        // Nothing of it is in the database in clear, and what is sealed has no key.
        for found in [
            "select cast(count(*) as bigint) from facts where data like '%mirabel%'",
            "select cast(count(*) as bigint) from journal where subjects like '%mirabel%'",
            "select cast(count(*) as bigint) from sites where title like '%mirabel%'",
        ] {
            assert_eq!(world.value::<i64>(found).await, 0, "{found}");
        }
    }

    async fn money_that_is_owed_keeps_a_name_until_it_is_in_the_hand(world) {
        let town = &world.town;
        let outing = world.open_outing().await;
        for peer in &town.peers[..3] {
            world.mark(outing, *peer, true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        // The third has been taken back by a counter-line: nothing is owed.
        let revise = format!("/api/v1/outings/{outing}/revisions");
        let body = json!({"id": Uuid::now_v7(), "corrects": "presence", "peer": town.peers[2], "present": false, "reason": "erreur"});
        assert!(town.coordinator.post(&revise, body).await.status.is_success());
        let team = town.coordinator.get("/equipe").await.expect_page(200);
        assert!(!team.contains("De l’argent les attend"), "{team}");
        let told = daily(&world, "2028-11-25T03:00:00Z").await;
        assert!(told.contains(&"bordeaux: 8 peers forgotten".to_owned()), "{told:#?}");
        let identities = "select cast(count(*) as bigint) from data_keys where scope = 'identity'";
        assert_eq!(world.value::<i64>(identities).await, 2);
        // What lets them in is gone; the name and the pseudonym wait with the money.
        town.peer.get("/api/v1/me").await.expect(401);
        let waits = world.journal("peers_wait").await;
        assert_eq!((waits.len(), &waits[0].1), (1, &format!("peer:{}", town.peers[0])));
        let team = town.coordinator.get("/equipe").await.expect_page(200);
        assert!(team.contains("De l’argent les attend") && team.contains("Pair 0") && team.contains("15,00 €"), "{team}");
        assert!(team.contains("Vu·e le 24 novembre 2026") && !team.contains("Pair 2"), "{team}");
        // Told once.
        daily(&world, "2028-11-26T03:00:00Z").await;
        assert_eq!(world.journal("peers_wait").await.len(), 1);
        // The money still goes its way: the name is on the list.
        let listed = town.coordinator.post("/api/v1/allowance-lists", json!({"id": Uuid::now_v7()})).await.expect(201);
        assert_eq!((&listed["lines"], &listed["total_cents"]), (&json!(2), &json!(3000)));
        // Or the person asks: everything goes at once.
        let path = format!("/equipe/{}/effacer", town.peers[0]);
        let asked = town.coordinator.get(&path).await.expect_page(200);
        assert!(asked.contains("1 aide n’est pas encore dans sa main"), "{asked}");
        town.coordinator.raw(Method::POST, &path, FORM, "sur=oui").await.expect_page(303);
        let team = town.coordinator.get("/equipe").await.expect_page(200);
        assert!(!team.contains("Pair 0") && team.contains("Pair 1"), "{team}");
    }

    async fn every_setting_of_the_domain_is_on_a_screen_with_its_effect(world) {
        let by = world.administrator(Role::Coordinator).await;
        for it in domain::setting::ALL {
            let form = by.get(&format!("/reglages/modifier?groupe={}", it.group.code())).await.expect_page(200);
            assert!(form.contains(&format!("name=\"{}\"", it.code)), "{}: {form}", it.code);
            assert!(it.effect.len() > 20, "{}", it.code);
        }
        // Whatever the settings hold is there, but for what the payer decides.
        let settings = serde_json::to_value(server::demo::bordeaux_settings()).unwrap();
        let elsewhere = ["rates", "first_steps", "appointed", "budgets", "green_light", "help", "terms", "voucher_cents"];
        for name in settings.as_object().unwrap().keys() {
            let is_there = domain::setting::find(name).is_some() || elsewhere.contains(&name.as_str());
            assert!(is_there, "{name} is on no screen");
        }
        for part in ["green_light", "help", "terms"] {
            for name in settings[part].as_object().unwrap().keys() {
                assert!(domain::setting::find(name).is_some(), "{part}.{name} is on no screen");
            }
        }
        // Amounts by date, from here too.
        let money = by.get("/reglages/modifier?groupe=aides").await.expect_page(200);
        assert!(money.contains("Le montant d’une présence") && money.contains("action=\"/aides/montant\""), "{money}");
        let set = by.raw(Method::POST, "/aides/montant", FORM, "vers=reglages&depuis=2027-01-01&montant=16").await;
        assert_eq!(set.headers["location"], "/reglages?fait=oui");
        assert!(by.get("/reglages/modifier?groupe=aides").await.expect_page(200).contains("16,00 €"));
    }

    async fn the_hour_of_the_place_says_which_day_it_is(world) {
        let by = world.administrator(Role::Coordinator).await;
        let form = by.get("/reglages/modifier?groupe=noms").await.expect_page(200);
        let (reunion, berlin) = (form.find("La Réunion").unwrap(), form.find("Europe/Berlin").unwrap());
        assert!(reunion < berlin, "France first");
        let others = "groupe=noms&name=A.P.C.&town=Saint-Denis&association=La+CASE&association_article=proper&city=mairie&city_article=la&payer=CCAS&payer_article=le&peer_word=pair";
        for wrong in ["Indian/Mascareignes", "", "Saint-Denis"] {
            let typed = format!("{others}&time_zone={wrong}");
            let refused = by.raw(Method::POST, "/reglages/modifier", FORM, typed).await.expect_page(422);
            assert!(refused.contains("Choisissez parmi ce qui est proposé"), "{wrong}: {refused}");
        }
        let typed = format!("{others}&time_zone=Indian/Reunion");
        let done = by.raw(Method::POST, "/reglages/modifier", FORM, typed).await;
        assert_eq!(done.headers["location"], "/reglages?fait=oui", "{}", done.text());
        assert!(world.journal("setting_changed").await.iter().any(|it| it.1.contains("setting:time_zone")));
        // 21:30 in Bordeaux is half past midnight there: another day.
        world.set_clock("2026-11-24T20:30:00.000Z");
        let page = world.town.coordinator.get("/reglages").await.expect_page(200);
        assert!(page.contains("La Réunion"), "{page}");
        let mut tx = world.app.db.read().await.unwrap();
        let programme = world.programme().await;
        let settings = server::programmes::settings(&mut tx, programme).await.unwrap();
        assert_eq!(server::app::local_day(&settings, world.app.now()).to_string(), "2026-11-25");
    }

    async fn whose_second_factor_is_asked_for_is_a_setting_that_the_journal_tells(world) {
        let by = world.administrator(Role::Coordinator).await;
        let form = by.get("/reglages/modifier?groupe=comptes").await.expect_page(200);
        assert!(form.contains("Qui donne un code à chaque connexion") && form.contains("prochaine connexion"), "{form}");
        let typed = "groupe=comptes&second_factor_for=agent";
        by.raw(Method::POST, "/reglages/modifier", FORM, typed).await.expect_page(303);
        world.set_password("bordeaux-agent@test.example", "sept pianos volent vers la lune").await;
        let body = "login=bordeaux-agent%40test.example&password=sept+pianos+volent+vers+la+lune";
        let asked = world.anon().raw(Method::POST, "/connexion", FORM, body).await;
        assert_eq!(asked.headers["location"], "/connexion/second-facteur?vers=/");
        let told = world.town.coordinator.get("/journal").await.expect_page(200);
        assert!(told.contains("« Qui donne un code à chaque connexion »"), "{told}");
        // Another body's people change nothing of it, and administrators of another body neither.
        let clerk = world.administrator(Role::Clerk).await;
        assert_eq!(clerk.raw(Method::POST, "/reglages/modifier", FORM, typed).await.status, 403);
    }

    async fn a_closed_discreet_site_leaves_plans_at_once_and_is_emptied_after_thirty_days(world) {
        let town = &world.town;
        let outing = world.planned_outing().await;
        let site = town.discreet_site;
        let path = format!("/lieux/{site}/fermer");
        // A public one is not closed this way, nor by an agent.
        let public = format!("/lieux/{}/fermer", town.public_sites[0]);
        assert_eq!(town.coordinator.raw(Method::POST, &public, FORM, "geste=fermer").await.status, 409);
        assert_eq!(town.agent.raw(Method::POST, &path, FORM, "geste=fermer").await.status, 403);
        town.coordinator.raw(Method::POST, &path, FORM, "geste=fermer").await.expect_page(303);
        let page = town.coordinator.get(&format!("/lieux/{site}?fait=ferme")).await.expect_page(200);
        assert!(page.contains("fermé depuis le 24 novembre 2026") && page.contains("24 décembre 2026"), "{page}");
        let planned = town.coordinator.get(&format!("/sorties/{outing}")).await.expect_page(200);
        assert!(!planned.contains("Garage secret"), "{planned}");
        let map = town.coordinator.get("/lieux").await.expect_page(200);
        assert!(!map.contains("Garage secret"), "{map}");
        let body = json!({"day": "2026-12-01", "sites": [site]});
        town.coordinator.post("/api/v1/outings", body).await.expect(422);
        // Opened again, it is planned again.
        town.coordinator.raw(Method::POST, &path, FORM, "geste=rouvrir").await.expect_page(303);
        let body = json!({"day": "2026-12-01", "sites": [site]});
        town.coordinator.post("/api/v1/outings", body).await.expect(201);
        town.coordinator.raw(Method::POST, &path, FORM, "geste=fermer").await.expect_page(303);
        assert!(!daily(&world, "2026-12-24T03:00:00Z").await.iter().any(|it| it.contains("site")));
        assert!(daily(&world, "2026-12-25T03:00:00Z").await.contains(&"bordeaux: 1 discreet sites emptied".to_owned()));
        assert_eq!(world.value::<i64>(
            "select cast(count(*) as bigint) from data_keys where scope = 'site'").await, 0);
        assert_eq!(town.coordinator.get(&format!("/lieux/{site}")).await.status, 404);
        town.coordinator.get(&format!("/sorties/{outing}")).await.expect_page(200);
        assert_eq!(world.journal("sites_ended").await[0].1, format!("site:{site}"));
    }

    async fn what_ended_by_itself_is_emptied_and_facts_stay(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let fact = phone.pickup(json!({"lat": 44.83, "lon": -0.57}), 3);
        phone.actor.facts(&[fact]).await;
        let facts = world.value::<i64>("select cast(count(*) as bigint) from facts").await;
        world.town.coordinator.get("/lieux").await.expect_page(200);
        let token = "select cast(count(*) as bigint) from crew_phones where length(token_hash) = 32";
        daily(&world, "2027-02-20T03:00:00Z").await;
        assert_eq!(world.value::<i64>(token).await, 1);
        assert!(daily(&world, "2027-02-24T03:00:00Z").await.iter().any(|it| it.contains("tokens")));
        assert_eq!(world.value::<i64>(token).await, 0);
        phone.actor.get("/api/v1/crew/pack").await.expect(401);
        // The journal of November is a year old at the end of November.
        let months = "select cast(count(*) as bigint) from journal_segments where destroyed_at is not null";
        daily(&world, "2027-11-30T03:00:00Z").await;
        assert_eq!(world.value::<i64>(months).await, 0);
        let told = daily(&world, "2027-12-01T03:00:00Z").await;
        assert!(told.iter().any(|it| it.starts_with("bordeaux: the journal of 2026-11 destroyed")), "{told:#?}");
        assert_eq!(world.value::<i64>("select cast(count(*) as bigint) from facts").await, facts);
    }

    async fn the_days_work_is_done_once_a_day_by_whoever_comes_first(world) {
        let (a, b) = tokio::join!(upkeep::daily_if_due(&world.app), upkeep::daily_if_due(&world.app));
        let done = [a.unwrap(), b.unwrap()];
        assert_eq!(done.iter().filter(|it| it.is_some()).count(), 1);
        assert!(upkeep::daily_if_due(&world.app).await.unwrap().is_none());
        world.set_clock("2026-11-25T00:10:00Z");
        assert!(upkeep::daily_if_due(&world.app).await.unwrap().is_some());
        // A server that died at it is followed by another, after a while.
        let mut tx = world.app.db.write().await.unwrap();
        let until: domain::Instant = "2026-11-26T01:00:00Z".parse().unwrap();
        server::db::sql("update jobs set leased_until = $1").bind(until).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        world.set_clock("2026-11-26T00:50:00Z");
        assert!(upkeep::daily_if_due(&world.app).await.unwrap().is_none());
        world.set_clock("2026-11-26T01:10:00Z");
        assert!(upkeep::daily_if_due(&world.app).await.unwrap().is_some());
    }

    async fn a_peer_reads_everything_and_has_it_forgotten(world) {
        let town = &world.town;
        let outing = world.open_outing().await;
        world.mark(outing, town.peers[0], true).await.expect(200);
        world.close(outing).await.expect(200);
        let look = format!("/equipe/{}/identite/ouvrir", town.peers[0]);
        town.coordinator.raw(Method::POST, &look, FORM, "").await.expect_page(200);
        let data = town.peer.get("/api/v1/me").await.expect(200);
        assert_eq!(data["identity"]["surname"], "Éluard");
        assert_eq!(data["outings"][0]["day"], "2026-11-24");
        assert_eq!(data["openings"][0]["who"], "coordinator");
        let page = town.peer.get("/moi/mes-donnees").await.expect_page(200);
        for words in ["Prénom0 Éluard", "Pair 0", "15,00 €", "coordinator a ouvert une identité", "Oui, effacer pour toujours"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        // Without « oui » nothing happens.
        town.peer.raw(Method::POST, "/moi/effacer", FORM, "").await.expect_page(303);
        town.peer.get("/moi").await.expect_page(200);
        let done = town.peer.raw(Method::POST, "/moi/effacer", FORM, "sur=oui").await;
        assert_eq!(done.headers["location"], "/moi/efface");
        assert_ne!(town.peer.get("/moi").await.status, 200);
        world.anon().get("/moi/efface").await.expect_page(200);
        let peer = town.peers[0];
        let page = town.coordinator.get(&format!("/equipe/{peer}")).await.expect_page(200);
        assert!(page.contains("Personne 1") && !page.contains("Pair 0"), "{page}");
        // The line stays; the journal says that somebody was forgotten, and not who.
        let lines = town.coordinator.get("/api/v1/allowances").await.expect(200);
        assert_eq!(lines["items"].as_array().unwrap().len(), 1);
        let journal = town.coordinator.get("/journal").await.expect_page(200);
        assert!(journal.contains("a effacé une personne") && !journal.contains("Pair 0"), "{journal}");
        // By a coordinator: asked for twice it is done once.
        let path = format!("/equipe/{}/effacer", town.peers[1]);
        let page = town.coordinator.get(&path).await.expect_page(200);
        assert!(page.contains("Effacer Pair 1"), "{page}");
        let unsure = town.coordinator.raw(Method::POST, &path, FORM, "").await;
        assert_eq!(unsure.headers["location"], format!("{path}?fait=coche"));
        town.coordinator.raw(Method::POST, &path, FORM, "sur=oui").await.expect_page(303);
        assert_eq!(town.coordinator.raw(Method::POST, &path, FORM, "sur=oui").await.status, 404);
        assert_eq!(world.journal("peer_erased").await.len(), 2);
        assert_eq!(world.value::<i64>(
            "select cast(count(*) as bigint) from data_keys where scope = 'identity'").await, 6);
    }

    async fn everybody_reads_what_is_kept_and_administrators_change_settings(world) {
        let town = &world.town;
        for (actor, reads, not) in [
            (&town.coordinator, "Un lieu discret", ""),
            (&town.agent, "Les photos des signalements", "fichiers des listes"),
            (&town.clerk, "fichiers des listes", "lieu"),
            (&town.peer, "Le nom d’une personne", ""),
        ] {
            let page = actor.get("/reglages").await.expect_page(200);
            assert!(page.contains(reads) && page.contains("35 jours"), "{reads}: {page}");
            if !not.is_empty() {
                assert!(!page.contains(not), "{not}: {page}");
            }
        }
        let by = world.administrator(Role::Coordinator).await;
        let form = by.get("/reglages/modifier?groupe=durees").await.expect_page(200);
        assert!(form.contains("name=\"photo_months\"") && form.contains("la photo est détruite"), "{form}");
        let typed = "groupe=durees&photo_months=3&journal_months=12";
        let done = by.raw(Method::POST, "/reglages/modifier", FORM, typed).await;
        assert_eq!(done.headers["location"], "/reglages?fait=oui", "{}", done.text());
        let page = town.agent.get("/reglages").await.expect_page(200);
        assert!(page.contains("3 mois."), "{page}");
        assert_eq!(world.journal("setting_changed").await[0].1, "setting:photo_months");
        let page = town.coordinator.get("/journal").await.expect_page(200);
        assert!(page.contains("a changé un réglage") && page.contains("« Photos des signalements »"), "{page}");
        // What is wrong is told beside its field, and changes nothing.
        let typed = "groupe=durees&photo_months=0&journal_months=24";
        let refused = by.raw(Method::POST, "/reglages/modifier", FORM, typed).await.expect_page(422);
        assert!(refused.contains("entre les deux bornes") && refused.contains("value=\"24\""), "{refused}");
        assert_eq!(world.journal("setting_changed").await.len(), 1);
        // Ticks: none is an answer.
        let typed = "groupe=sorties&coordinators_min=1&agents_min=0&equipment=gloves&equipment=gel&hand_in_days=90";
        by.raw(Method::POST, "/reglages/modifier", FORM, typed).await.expect_page(303);
        let mut tx = world.app.db.read().await.unwrap();
        let programme = world.programme().await;
        let settings = server::programmes::settings(&mut tx, programme).await.unwrap();
        assert_eq!(settings.green_light.equipment, ["gloves", "gel"]);
        assert_eq!(settings.green_light.agents_min, 0);
    }

    async fn requests_of_third_parties_are_kept_sealed(world) {
        let coordinator = &world.town.coordinator;
        let path = "/reglages/tiers-autorises";
        let page = coordinator.get(path).await.expect_page(200);
        assert!(page.contains("Ne rien donner tout de suite") && page.contains("Aucune demande"), "{page}");
        let typed = "id=0193a000-0000-7000-8000-000000000001&jour=2026-11-20&qui=Brigade+Mirabelle&texte=Article+77-1-1&quoi=La+liste&reponse=refused&donne=";
        for _ in 0..2 {
            coordinator.raw(Method::POST, path, FORM, typed).await.expect_page(303);
        }
        let page = coordinator.get(path).await.expect_page(200);
        assert!(page.contains("Brigade Mirabelle") && page.contains("Refusé"), "{page}");
        assert_eq!(page.matches("Brigade Mirabelle").count(), 1);
        assert_eq!(world.journal("request_kept").await.len(), 1);
        let wrong = coordinator.raw(Method::POST, path, FORM, "jour=2027-01-01&qui=a&texte=b&quoi=c&reponse=given").await.expect_page(422);
        assert!(wrong.contains("passé ou d’aujourd’hui"), "{wrong}");
    }
}

//! The calendar of outings: repetition, last week copied, two coordinators at once, the walk, who
//! is expected, and what is printed.

use crate::on_both;
use crate::support::id_of as id;
use axum::http::Method;
use domain::{PeerId, SiteId};
use serde_json::{Value, json};
use uuid::Uuid;

const FORM: &str = "application/x-www-form-urlencoded";

/// Posts a form; answers where it leads.
async fn form(world: &crate::support::World, path: &str, body: String) -> String {
    let answer = world
        .town
        .coordinator
        .raw(Method::POST, path, FORM, body)
        .await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    answer.headers["location"].to_str().unwrap().to_owned()
}

async fn days(world: &crate::support::World, state: &str) -> Vec<String> {
    let list = world
        .town
        .coordinator
        .get("/api/v1/outings?limit=200")
        .await
        .expect(200);
    let items = list["items"].as_array().unwrap().iter();
    let mut days: Vec<String> = items
        .filter(|it| it["state"] == state)
        .map(|it| it["day"].as_str().unwrap().to_owned())
        .collect();
    days.sort();
    days
}

async fn walk(world: &crate::support::World, outing: Uuid) -> Vec<SiteId> {
    let path = format!("/api/v1/outings/{outing}");
    let outing = world.town.coordinator.get(&path).await.expect(200);
    serde_json::from_value(outing["sites"].clone()).unwrap()
}

on_both! {
    async fn a_weekly_outing_has_its_weeks_and_one_can_be_skipped_or_changed_alone(world) {
        let coordinator = &world.town.coordinator;
        let peers: Vec<PeerId> = world.town.peers[..2].to_vec();
        let body = json!({
            "id": Uuid::now_v7(), "day": "2026-12-01", "starts_at": "14:00", "meeting_point": "Au local",
            "sites": [world.town.public_sites[0]], "peers": peers, "repeat_until": "2026-12-25",
        });
        let first = coordinator.post("/api/v1/outings", body.clone()).await.expect(201);
        coordinator.post("/api/v1/outings", body).await.expect(201);
        assert_eq!(
            days(&world, "planned").await,
            ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22"]
        );
        let list = coordinator.get("/api/v1/outings").await.expect(200);
        let second = list["items"].as_array().unwrap().iter()
            .find(|it| it["day"] == "2026-12-08").unwrap().clone();
        assert_eq!(second["series"], first["series"]);
        let mut wanted = peers.clone();
        wanted.sort();
        assert_eq!(second["expected_peers"], json!(wanted));
        assert_eq!(second["sites"], json!([]), "places are chosen week by week");
        // One week is skipped, the others stay; then the rest is ended.
        let id = second["id"].as_str().unwrap();
        coordinator.post(&format!("/api/v1/outings/{id}/cancel"), json!({})).await.expect(200);
        assert_eq!(days(&world, "cancelled").await, ["2026-12-08"]);
        let third = list["items"].as_array().unwrap().iter()
            .find(|it| it["day"] == "2026-12-15").unwrap().clone();
        let third = third["id"].as_str().unwrap();
        form(&world, &format!("/sorties/{third}/repetition"), String::new()).await;
        assert_eq!(days(&world, "planned").await, ["2026-12-01", "2026-12-15"]);
        assert_eq!(days(&world, "cancelled").await, ["2026-12-08", "2026-12-22"]);
    }

    async fn a_repetition_that_ends_before_it_begins_or_never_ends_is_refused(world) {
        let coordinator = &world.town.coordinator;
        for (until, code) in [("2026-11-30", "before_the_first"), ("2030-01-01", "too_far"), ("bientôt", "not_a_day")] {
            let body = json!({"day": "2026-12-01", "repeat_until": until});
            let refused = coordinator.post("/api/v1/outings", body).await;
            assert_eq!(refused.problem(422), ("repeat_until".into(), code.into()));
        }
        assert_eq!(days(&world, "planned").await, Vec::<String>::new(), "nothing is half done");
    }

    async fn last_week_is_copied_in_one_tap_and_two_taps_copy_it_once(world) {
        let coordinator = &world.town.coordinator;
        let mut sites = world.town.public_sites.clone();
        sites.push(world.town.discreet_site);
        let body = json!({
            "day": "2026-11-17", "starts_at": "14:30", "meeting_point": "Au local",
            "sites": sites, "peers": [world.town.peers[3]],
        });
        coordinator.post("/api/v1/outings", body).await.expect(201);
        let id = Uuid::now_v7();
        for _ in 0..2 {
            let there = form(&world, "/sorties/copier", format!("id={id}")).await;
            assert_eq!(there, format!("/sorties/{id}?fait=copiee"));
        }
        let copy = coordinator.get(&format!("/api/v1/outings/{id}")).await.expect(200);
        assert_eq!(
            (&copy["day"], &copy["starts_at"], &copy["meeting_point"], &copy["state"]),
            (&json!("2026-11-24"), &json!("14:30"), &json!("Au local"), &json!("planned"))
        );
        assert_eq!(copy["sites"], json!(sites));
        assert_eq!(copy["expected_peers"], json!([world.town.peers[3]]));
        // That week has its outing now, with places: another tap changes nothing.
        let again = form(&world, "/sorties/copier", format!("id={}", Uuid::now_v7())).await;
        assert_eq!(again, format!("/sorties/{id}?fait=deja"));
    }

    async fn copying_fills_the_week_that_a_repetition_made_and_leaves_out_who_said_no(world) {
        let coordinator = &world.town.coordinator;
        let body = json!({"day": "2026-11-17", "sites": [world.town.public_sites[0], world.town.discreet_site], "repeat_until": "2026-12-08"});
        coordinator.post("/api/v1/outings", body).await.expect(201);
        let mut tx = world.app.db.write().await.unwrap();
        server::db::sql("update sites set residents_agree = false where nature = 'discreet'")
            .run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let there = form(&world, "/sorties/copier", format!("id={}", Uuid::now_v7())).await;
        let id: Uuid = there.trim_start_matches("/sorties/").split('?').next().unwrap().parse().unwrap();
        assert_eq!(walk(&world, id).await, [world.town.public_sites[0]]);
        assert_eq!(days(&world, "planned").await.len(), 4, "no outing beside the repetition's");
    }

    async fn who_writes_second_sees_what_changed_and_loses_nothing(world) {
        let id = world.planned_outing().await;
        let path = format!("/sorties/{id}/modifier");
        let site = world.town.public_sites[0];
        let typed = |was: &str, hour: &str, place: &str| format!(
            "id={id}&day=2026-11-24&was_day=2026-11-24&starts_at={hour}&was_starts_at={was}\
             &meeting_point={place}&was_meeting_point=Au+local&sites={site}{}",
            world.town.public_sites.iter().chain([&world.town.discreet_site])
                .map(|it| format!("&was_sites={it}")).collect::<String>()
        );
        // Staff and equipment changed meanwhile: the plan did not, and nobody is bothered.
        world.town.coordinator
            .post(&format!("/api/v1/outings/{id}/staff"), json!({"coordinators": 1})).await.expect(200);
        form(&world, &path, typed("14:00", "15:00", "Au+local")).await;
        let second = world.town.coordinator
            .raw(Method::POST, &path, FORM, typed("14:00", "14:00", "Au+pont")).await;
        assert_eq!(second.status, 409);
        let page = second.text();
        for told in ["14:00", "15:00", "Au pont", "Quelqu’un a modifié cette sortie"] {
            assert!(page.contains(told), "{told}");
        }
        assert!(page.contains(r#"name="was_starts_at" value="15:00""#), "chosen once, it is kept");
        let outing = world.town.coordinator.get(&format!("/api/v1/outings/{id}")).await.expect(200);
        assert_eq!((&outing["starts_at"], &outing["meeting_point"]), (&json!("15:00"), &json!("Au local")));
    }

    async fn the_walk_is_moved_step_by_step_and_put_in_the_order_proposed(world) {
        let coordinator = &world.town.coordinator;
        let [a, b, c] = <[SiteId; 3]>::try_from(world.town.public_sites.clone()).unwrap();
        let body = json!({"day": "2026-12-01", "sites": [a, c, b]});
        let outing: Uuid = coordinator.post("/api/v1/outings", body).await.expect(201)["id"]
            .as_str().unwrap().parse().unwrap();
        let path = format!("/sorties/{outing}/marche");
        let there = form(&world, &path, format!("lieu={b}&geste=monter")).await;
        assert_eq!(there, format!("{path}?bouge={b}&sens=monter"));
        assert_eq!(walk(&world, outing).await, [a, b, c]);
        let page = coordinator.get(&there).await.text();
        assert_eq!(page.matches("autofocus").count(), 1, "the focus stays on what was moved");
        form(&world, &path, format!("lieu={a}&geste=descendre")).await;
        assert_eq!(walk(&world, outing).await, [b, a, c]);
        form(&world, &path, format!("lieu={a}&geste=retirer")).await;
        form(&world, &path, format!("lieu={a}&geste=ajouter")).await;
        assert_eq!(walk(&world, outing).await, [b, c, a]);
        form(&world, &path, "geste=proposer".into()).await;
        let proposed = walk(&world, outing).await;
        assert!(proposed == [a, b, c] || proposed == [c, b, a], "{proposed:?}");
        let found = coordinator.get(&format!("{path}?q=PLACE")).await;
        assert_eq!(found.status, 200);
        assert!(!found.text().contains("Garage secret"), "titles of discreet sites are not searched");
    }

    async fn the_order_of_the_walk_is_told_only_to_who_may_know_its_discreet_places(world) {
        let coordinator = &world.town.coordinator;
        let [a, b, c] = <[SiteId; 3]>::try_from(world.town.public_sites.clone()).unwrap();
        let plan = async |sites: Vec<SiteId>| {
            let body = json!({"day": "2026-11-24", "sites": sites});
            id(&coordinator.post("/api/v1/outings", body).await.expect(201))
        };
        let seen = async |outing: Uuid| {
            let phone = world.crew_phone(outing).await;
            let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
            let agent = world.town.agent.get(&format!("/api/v1/outings/{outing}")).await.expect(200);
            let titles: Vec<Value> = pack["sites"].as_array().unwrap().iter()
                .map(|it| it["title"].clone()).collect();
            (titles, agent["sites"].clone())
        };
        let one = plan(vec![c, world.town.discreet_site, a, b]).await;
        let other = plan(vec![b, a, world.town.discreet_site, c]).await;
        assert_eq!(walk(&world, one).await[0], c);
        assert_eq!(seen(one).await, seen(other).await);
    }

    async fn the_green_light_obeys_what_was_agreed_about_the_agent(world) {
        let id = world.planned_outing().await;
        let coordinator = &world.town.coordinator;
        let path = |what: &str| format!("/api/v1/outings/{id}/{what}");
        let agreed = async |word: &str| {
            let mut tx = world.app.db.write().await.unwrap();
            server::db::sql("update sites set agent_access = $1 where nature = 'discreet'")
                .bind(word).run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        let equipment = ["gloves", "tongs", "boxes", "shoes", "gel", "phone", "tshirts"];
        coordinator.post(&path("equipment"), json!({"checked": equipment})).await.expect(200);
        coordinator.post(&path("staff"), json!({"coordinators": 1, "agents": 1})).await.expect(200);
        agreed("absent").await;
        let red = coordinator.post(&path("open"), json!({})).await.expect(409);
        assert_eq!(red["errors"][0]["field"], "agent_stays_away");
        agreed("waits").await;
        let red = coordinator.post(&path("open"), json!({})).await.expect(409);
        assert_eq!(red["errors"][0]["field"], "agent_told");
        agreed("absent").await;
        coordinator.post(&path("staff"), json!({"coordinators": 1, "agents": 0})).await.expect(200);
        coordinator.post(&path("open"), json!({})).await.expect(200);
    }

    async fn the_crews_sheet_has_no_names_and_discreet_places_only_when_asked_for(world) {
        let coordinator = &world.town.coordinator;
        let id = world.planned_outing().await;
        let sheet = coordinator.get(&format!("/sorties/{id}/feuille")).await.expect_page(200);
        assert!(sheet.contains("Place 0") && sheet.contains("1 lieu discret n’est pas sur cette feuille"));
        assert!(!sheet.contains("Garage secret") && !sheet.contains("Pair 1"));
        assert!(world.journal("sites_printed").await.is_empty());
        let whole = coordinator.get(&format!("/sorties/{id}/feuille?discrets=oui")).await.expect_page(200);
        assert!(whole.contains("Garage secret"));
        let journal = world.journal("sites_printed").await;
        assert_eq!(journal.len(), 1);
        assert!(journal[0].1.contains(&world.town.discreet_site.to_string()));
    }

    async fn the_mission_card_names_bodies_law_and_phone_and_neither_people_nor_places(world) {
        let coordinator = &world.town.coordinator;
        let id = world.planned_outing().await;
        let card = coordinator.get(&format!("/sorties/{id}/carte-mission")).await.expect_page(200);
        for told in ["24 novembre", "La CASE", "la mairie", "R. 3121-33-1", "annexe 31-2", "06 39 98 12 34"] {
            assert!(card.contains(told), "{told}");
        }
        for kept in ["Place 0", "Garage", "Pair 1", "Au local", "CCAS", "CAARUD"] {
            assert!(!card.contains(kept), "{kept}");
        }
    }

    async fn a_calendar_reads_neutral_outings_under_a_secret_address_until_it_is_taken_back(world) {
        world.planned_outing().await;
        let address = async |who: &crate::support::Actor, page: &str| {
            let text = who.get(page).await.text();
            let from = text.split("/calendrier/").nth(1)?;
            Some(format!("/calendrier/{}", from.split('"').next()?)).filter(|it| it.ends_with(".ics"))
        };
        let coordinator = &world.town.coordinator;
        assert_eq!(address(coordinator, "/sorties").await, None);
        form(&world, "/calendrier", "geste=faire".into()).await;
        let first = address(coordinator, "/sorties").await.unwrap();
        let feed = world.anon().get(&first).await;
        assert_eq!(feed.headers["content-type"], "text/calendar; charset=utf-8");
        let text = feed.text();
        assert!(text.contains("SUMMARY:Sortie\r\n") && text.contains("DTSTART:20261124T130000Z\r\n"));
        for kept in ["Au local", "Place", "Garage", "CASE", "Pair"] {
            assert!(!text.contains(kept), "{kept}");
        }
        form(&world, "/calendrier", "geste=faire".into()).await;
        let second = address(coordinator, "/sorties").await.unwrap();
        world.anon().get(&first).await.expect_page(404);
        world.anon().get(&second).await.expect_page(200);
        form(&world, "/calendrier", "geste=retirer".into()).await;
        world.anon().get(&second).await.expect_page(404);
        let kept: Value = json!(first.trim_start_matches("/calendrier/").trim_end_matches(".ics"));
        assert!(kept.as_str().unwrap().len() >= 40, "too long to guess");
        world.town.agent.raw(Method::POST, "/calendrier", FORM, "geste=faire").await.expect_page(303);
        let agents = address(&world.town.agent, "/").await.unwrap();
        world.anon().get(&agents).await.expect_page(200);
    }
}

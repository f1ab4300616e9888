//! Home: the one next thing by role, what waits with how many, and what teaches who is new.

use crate::allowances_life::appoint;
use crate::on_both;
use crate::support::{Actor, NOW, World};
use axum::http::{Method, header};
use domain::{Day, Instant};
use serde_json::{Value, json};
use server::access::Role;
use server::backup;
use server::db::sql;
use uuid::Uuid;

const FORM: &str = "application/x-www-form-urlencoded";

async fn home(actor: &Actor) -> String {
    actor.get("/").await.expect_page(200)
}

/// What the large card says.
fn next(page: &str) -> &str {
    let card = page.split_once("card next\"").map(|(_, rest)| rest);
    let card = card.unwrap_or_else(|| panic!("no next thing: {page}"));
    card.split_once("</section>").unwrap().0
}

/// What stands under « Ce qui attend ».
fn waiting(page: &str) -> &str {
    let (_, rest) = page.split_once("Ce qui attend").unwrap();
    rest.split_once("</section>").unwrap().0
}

async fn planned(world: &World, day: &str) -> Uuid {
    let body = json!({"day": day, "starts_at": "14:00", "meeting_point": "place Meynard"});
    let made = world.town.coordinator.post("/api/v1/outings", body).await;
    crate::support::id_of(&made.expect(201))
}

fn flag(site: Uuid, at: &str, urgency: &str) -> Value {
    json!({
        "id": Uuid::now_v7(), "kind": "sighting", "outing": null, "device": Uuid::now_v7(),
        "seq": 1, "recorded_at": at,
        "data": {"site": site, "category": "syringe", "urgency": urgency},
    })
}

/// Is this the step of a list that comes next?
fn is_next(page: &str, words: &str) -> bool {
    let (before, _) = page.split_once(&format!(">{words}")).unwrap();
    before
        .rsplit('<')
        .next()
        .unwrap()
        .contains("aria-current=\"step\"")
}

/// A programme that is at work, not one that shows the product.
async fn in_earnest(world: &World) {
    let mut tx = world.app.db.write().await.unwrap();
    sql("update programmes set is_demo = false")
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Issues a list of all that is due, and sends it.
async fn sent_list(world: &World) -> String {
    let coordinator = &world.town.coordinator;
    let list = coordinator
        .post("/api/v1/allowance-lists", json!({"id": Uuid::now_v7()}))
        .await;
    let number = list.expect(201)["number"].as_str().unwrap().to_owned();
    let send = format!("/api/v1/allowance-lists/{number}/send");
    coordinator
        .post(&send, json!({"id": Uuid::now_v7()}))
        .await
        .expect(200);
    number
}

on_both! {
    async fn whoever_is_nobody_reads_what_this_is_and_how_to_come_in(world) {
        let page = home(&world.anon()).await;
        for way in ["/terrain", "/entrer", "/connexion", "/resultats", "/aide", "/aide/piqure"] {
            assert!(page.contains(&format!("href=\"{way}\"")), "{way}");
        }
        assert!(page.contains("On ramasse ensemble"), "{page}");
        let answer = world.town.peer.get("/").await;
        assert_eq!((answer.status.as_u16(), &answer.headers[header::LOCATION]), (303, &"/moi".parse().unwrap()));
    }

    async fn a_coordinator_sees_the_outing_that_comes_first_and_then_what_waits(world) {
        let coordinator = &world.town.coordinator;
        // Before the first outing: what to do, in its order.
        let page = home(coordinator).await;
        assert!(next(&page).contains("Vers la première sortie"), "{page}");
        assert!(waiting(&page).contains("Rien d’autre n’attend"), "{page}");
        let coming = planned(&world, "2026-11-27").await;
        let page = home(coordinator).await;
        assert!(next(&page).contains("Vendredi 27 novembre, 14 h"), "{page}");
        assert!(next(&page).contains("Dans 3 jours") && next(&page).contains("place Meynard"));
        let forgotten = planned(&world, "2026-11-17").await;
        let page = home(coordinator).await;
        assert!(next(&page).contains("Ouvrir ou annuler la sortie"), "{page}");
        // Today's comes before what was forgotten, and an open one before all.
        let today = planned(&world, "2026-11-24").await;
        let page = home(coordinator).await;
        assert!(next(&page).contains("Préparer le départ") && next(&page).contains("Aujourd’hui"));
        assert!(waiting(&page).contains(&format!("/sorties/{forgotten}")), "{page}");
        world.open(coming).await;
        let page = home(coordinator).await;
        assert!(next(&page).contains(&format!("/sorties/{coming}")), "{page}");
        assert!(next(&page).contains("Suivre la sortie"), "{page}");
        assert!(!waiting(&page).contains(&today.to_string()), "it is not late: {page}");
        world.set_clock("2026-11-28T09:00:00Z");
        let page = home(coordinator).await;
        assert!(next(&page).contains(&format!("/sorties/{coming}/fin")), "{page}");
        assert!(next(&page).contains("À terminer"), "{page}");
    }

    async fn what_waits_is_counted_and_leads_to_where_it_is_done(world) {
        let coordinator = &world.town.coordinator;
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let here = phone.pickup(json!({"lat": 44.84, "lon": -0.57, "accuracy_m": 8}), 2);
        phone.actor.facts(&[here]).await;
        for peer in [0, 1, 8] {
            world.mark(outing, world.town.peers[peer], true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        let page = home(coordinator).await;
        // Nothing is planned: what is to be looked at is the next thing.
        assert!(next(&page).contains("1 ramassage « ici »"), "{page}");
        assert!(next(&page).contains("/lieux/a-regarder") && next(&page).contains("/sorties/prevoir"));
        assert!(waiting(&page).contains("Aides à mettre sur une liste"), "{page}");
        assert!(waiting(&page).contains("30,00 €") && waiting(&page).contains("15,00 €"), "{page}");
        assert!(waiting(&page).contains("Aides qui attendent un nom"), "{page}");
        let list = coordinator.post("/api/v1/allowance-lists", json!({"id": Uuid::now_v7()})).await;
        list.expect(201);
        let page = home(coordinator).await;
        assert!(waiting(&page).contains("Listes à envoyer"), "{page}");
        assert!(!waiting(&page).contains("Aides à mettre sur une liste"), "{page}");
        // A phone that was off: what came after the end is looked at.
        let late = phone.pickup(json!({"site": world.town.public_sites[0]}), 3);
        phone.actor.facts(&[late]).await;
        let line = world.town.peer.get("/api/v1/allowances").await.expect(200)["items"][0]["id"].clone();
        let contest = format!("/api/v1/allowances/{}/contest", line.as_str().unwrap());
        world.town.peer.post(&contest, json!({})).await;
        let page = home(coordinator).await;
        assert!(waiting(&page).contains("Des relevés sont arrivés après la fin"), "{page}");
        assert!(waiting(&page).contains("1 personne attend une réponse"), "{page}");
        planned(&world, "2026-11-27").await;
        let page = home(coordinator).await;
        assert!(waiting(&page).contains("Lieux à regarder"), "said once, below: {page}");
    }

    async fn only_who_can_do_something_about_it_is_told_that_no_backup_is_made(world) {
        let told = "<b>La dernière sauvegarde";
        let never = "<b>Aucune sauvegarde n’a encore été faite";
        let claude = world.administrator(Role::Coordinator).await;
        assert!(!home(&claude).await.contains(never), "a demonstration needs none");
        in_earnest(&world).await;
        assert!(home(&claude).await.contains(never));
        for other in [&world.town.agent, &world.town.clerk] {
            assert!(!home(other).await.contains(never));
        }
        let now: Instant = NOW.parse().unwrap();
        backup::mark_made(&world.app.db, now.plus_ms(-47 * 3_600_000)).await.unwrap();
        assert!(!home(&claude).await.contains(told), "the one of yesterday night");
        backup::mark_made(&world.app.db, now.plus_ms(-49 * 3_600_000)).await.unwrap();
        let page = home(&claude).await;
        assert!(page.contains("La dernière sauvegarde est du 22 novembre 2026"), "{page}");
        assert!(page.contains("/aide/administration#sauvegardes"), "{page}");
    }

    async fn a_clerk_sees_the_list_to_receive_then_to_pay_then_to_settle(world) {
        let clerk = &world.town.clerk;
        let page = home(clerk).await;
        assert!(next(&page).contains("Rien à faire pour le moment"), "{page}");
        assert!(!page.contains("Ce qui attend"), "{page}");
        appoint(&world).await;
        let outing = world.open_outing().await;
        for peer in [0, 1] {
            world.mark(outing, world.town.peers[peer], true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        let page = home(clerk).await;
        assert!(next(&page).contains("À remettre en mains propres"), "{page}");
        assert!(next(&page).contains("2 personnes attendent · 30,00 €"), "{page}");
        let number = sent_list(&world).await;
        let page = home(clerk).await;
        assert!(next(&page).contains("À recevoir") && next(&page).contains(&number), "{page}");
        let act = async |gesture: &str| {
            let body = format!("id={}&{gesture}", Uuid::now_v7());
            let done = clerk.raw(Method::POST, &format!("/ccas/{number}"), FORM, body).await;
            assert_eq!(done.status, 303, "{}", done.text());
        };
        act("geste=arrivee").await;
        let page = home(clerk).await;
        assert!(next(&page).contains("Payer la liste"), "{page}");
        assert!(waiting(&page).contains("Listes à payer"), "{page}");
        act("geste=tout&mode=cash&le=2026-11-24&signe=true&decision=D-1").await;
        let page = home(clerk).await;
        assert!(next(&page).contains("Terminer la liste"), "{page}");
        act("geste=regler").await;
        let page = home(clerk).await;
        assert!(next(&page).contains("Rien à payer pour le moment") && next(&page).contains(&number), "{page}");
        for word in ["seringue", "Place ", "Garage", "Pair "] {
            assert!(!page.contains(word), "{word}");
        }
    }

    async fn an_agents_home_tells_of_the_same_flags_as_the_page_of_all_of_them(world) {
        let agent = &world.town.agent;
        let [a, b, c] = [0, 1, 2].map(|n| world.town.public_sites[n].0);
        let sent = async |fact: Value| {
            assert_eq!(agent.facts(&[fact]).await[0].0, "accepted");
        };
        sent(flag(a, "2026-11-20T10:00:00Z", "normal")).await;
        sent(flag(b, "2026-11-20T10:00:00Z", "urgent")).await;
        sent(flag(c, "2026-11-21T10:00:00Z", "urgent")).await;
        let urgent = home(&world.town.coordinator).await;
        assert!(waiting(&urgent).contains("Dont 2 urgents"), "{urgent}");
        // One is done by an outing, one by the city; then it comes back.
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let pickup = phone.pickup(json!({"site": b}), 4);
        phone.actor.facts(&[pickup]).await;
        world.close(outing).await.expect(200);
        let mut done = flag(c, "2026-11-22T10:00:00Z", "normal");
        done["kind"] = json!("city_pickup");
        done["data"] = json!({"site": c, "count": 2});
        sent(done).await;
        let page = home(agent).await;
        // The plan of an outing holds every public place here: all were visited when it closed.
        let open = page.matches("class=\"card to-see\"").count();
        let list = agent.get("/signalements?etat=seen").await.expect_page(200);
        let all = agent.get("/signalements").await.expect_page(200);
        assert_eq!(open, list.matches("class=\"card row\"").count(), "{page}");
        assert_eq!(all.matches("class=\"card row\"").count(), 3, "{all}");
        world.set_clock("2026-11-25T13:05:00Z");
        sent(flag(b, "2026-11-25T13:00:00Z", "normal")).await;
        let page = home(agent).await;
        assert!(page.contains("Place 1"), "it came back: {page}");
        assert!(!waiting(&home(&world.town.coordinator).await).contains("Dont"), "nothing urgent");
        // Merged places are one: a flag of the duplicate is the other's.
        let merge = format!("/api/v1/sites/{b}/merge");
        world.town.coordinator.post(&merge, json!({"into": a})).await.expect(204);
        let page = home(agent).await;
        assert!(page.contains("Place 0") && !page.contains("Place 1"), "{page}");
    }

    async fn a_year_of_outings_is_a_picture_with_its_table(world) {
        let coordinator = &world.town.coordinator;
        for (day, count) in [(2, 5), (3, 12), (4, 3)] {
            world.set_clock(&format!("2026-11-{day:02}T12:00:00Z"));
            let on = Day::new(2026, 11, day).unwrap().to_string();
            let outing = planned(&world, &on).await;
            world.open(outing).await;
            let mut phone = world.crew_phone(outing).await;
            let pickup = phone.pickup(json!({"site": world.town.public_sites[0]}), count);
            phone.actor.facts(&[pickup]).await;
            world.close(outing).await.expect(200);
        }
        world.set_clock(NOW);
        let page = coordinator.get("/sorties").await.expect_page(200);
        assert!(page.contains("role=\"img\" aria-labelledby=\"annee-titre annee-mots\""), "{page}");
        assert!(page.contains("Le plus : 3 novembre 2026, 12."), "{page}");
        let (_, table) = page.split_once("Voir les chiffres").unwrap();
        let rows: Vec<_> = table.split("<tr>").skip(2).take(3).collect();
        for (row, count) in rows.iter().zip(["5", "12", "3"]) {
            assert!(row.contains(&format!("<td class=\"n\">{count}</td>")), "{row}");
            assert!(row.contains("href=\"/sorties/"), "{row}");
        }
        for other in [&world.town.agent, &world.town.clerk, &world.town.peer] {
            assert_eq!(other.get("/sorties").await.status, 403);
        }
    }

    async fn aids_are_told_by_stages_and_a_list_by_its_steps(world) {
        let coordinator = &world.town.coordinator;
        let outing = world.open_outing().await;
        for peer in [0, 1, 8] {
            world.mark(outing, world.town.peers[peer], true).await.expect(200);
        }
        world.close(outing).await.expect(200);
        let stages = async || {
            let page = coordinator.get("/aides").await.expect_page(200);
            let (_, rest) = page.split_once("class=\"pipeline\"").unwrap();
            let list = rest.split_once("</ol>").unwrap().0.to_owned();
            let counts = list.split("<b class=\"num\">").skip(1);
            counts.map(|it| it.split_once('<').unwrap().0.parse().unwrap()).collect::<Vec<u32>>()
        };
        assert_eq!(stages().await, [1, 2, 0, 0, 0]);
        let number = sent_list(&world).await;
        assert_eq!(stages().await, [1, 0, 0, 2, 0]);
        for (actor, path) in [(coordinator, "/aides"), (&world.town.clerk, "/ccas")] {
            let page = actor.get(&format!("{path}/{number}")).await.expect_page(200);
            assert!(is_next(&page, "Arrivée"), "{page}");
        }
    }
}

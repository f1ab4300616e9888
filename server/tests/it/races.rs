//! Races: two servers on one database are asked for the same thing at the same moment. One of them
//! does it; nothing is done twice, nothing half, and nobody is told otherwise.

use crate::accounts::{accept, change_settings, invited, sign_in};
use crate::allowances_life::appoint;
use crate::cards::{Holder, printed};
use crate::on_both;
use crate::support::{Answer, World};
use axum::http::Method;
use serde_json::{Value, json};
use server::access::Role;
use server::access::journal::chain;
use server::access::seal::wraps;
use server::sites::kept;
use server::upkeep;
use uuid::Uuid;

const FORM: &str = "application/x-www-form-urlencoded";
/// How often each race is run: the order in which two meet differs.
const ROUNDS: u128 = 3;

/// The statuses of two answers, the smaller first.
fn statuses(a: &Answer, b: &Answer) -> [u16; 2] {
    let mut both = [a.status.as_u16(), b.status.as_u16()];
    both.sort_unstable();
    both
}

/// The same request of a coordinator to both servers at once.
async fn both(world: &World, there: &World, path: &str, body: Value) -> [Answer; 2] {
    let here = world.town.coordinator.post(path, body.clone());
    let (a, b) = tokio::join!(here, there.town.coordinator.post(path, body));
    [a, b]
}

/// Due lines of an outing, by peer.
async fn due_peers(world: &World) -> Vec<Value> {
    let path = "/api/v1/allowances?state=due";
    let lines = world.town.coordinator.get(path).await.expect(200);
    let items = lines["items"].as_array().unwrap().iter();
    let mut peers: Vec<Value> = items.map(|it| it["peer"].clone()).collect();
    peers.sort_by_key(ToString::to_string);
    peers
}

/// Everything that follows from something else still does.
async fn whole(world: &World) {
    let mut tx = world.app.db.read().await.unwrap();
    let ledger = server::cli::doctor::ledger(&mut tx).await.unwrap();
    assert_eq!(ledger, Vec::<String>::new());
    let programme = world.programme().await;
    assert_eq!(kept::differences(&mut tx, programme).await.unwrap(), []);
}

on_both! {
    async fn an_outing_closed_by_two_is_closed_once_with_one_line_each(world) {
        let there = world.second_server().await;
        for round in 1..=ROUNDS {
            let outing = world.open_outing().await;
            for peer in &world.town.peers[..3] {
                world.mark(outing, *peer, true).await.expect(200);
            }
            let path = format!("/api/v1/outings/{outing}/close");
            let [a, b] = both(&world, &there, &path, json!({"anyway": true})).await;
            assert!([[200, 200], [200, 409]].contains(&statuses(&a, &b)), "{} {}", a.text(), b.text());
            assert_eq!(due_peers(&world).await.len() as u128, 3 * round);
        }
        whole(&world).await;
    }

    async fn what_is_received_while_an_outing_closes_is_counted_or_late_and_never_both(world) {
        let there = world.second_server().await;
        let outing = world.open_outing().await;
        let mut own = world.own_phone(outing).await;
        own.actor.router = there.town.coordinator.router.clone();
        let mut sendings = Vec::new();
        for peer in world.town.peers.clone() {
            let facts = [
                own.fact("presence", json!({"peer": peer, "present": true})),
                own.pickup(json!({"site": world.town.public_sites[0]}), 2),
            ];
            let phone = own.actor.clone();
            sendings.push(tokio::spawn(async move { (peer, phone.facts(&facts).await) }));
            tokio::task::yield_now().await;
        }
        world.close(outing).await.expect(200);
        let mut on_time = Vec::new();
        for sending in sendings {
            let (peer, answers) = sending.await.unwrap();
            let late = answers.iter().map(|(_, why)| why.as_deref() == Some("late"));
            let late: Vec<bool> = late.collect();
            assert_eq!(late[0], late[1], "one batch is on one side of the closing");
            if !late[0] {
                on_time.push(json!(peer));
            }
        }
        on_time.sort_by_key(ToString::to_string);
        assert_eq!(due_peers(&world).await, on_time);
        let summary = world.summary(outing).await;
        assert_eq!(summary["late"], json!(2 * (world.town.peers.len() - on_time.len())));
        whole(&world).await;
    }

    async fn the_same_revision_asked_by_two_is_made_once(world) {
        let there = world.second_server().await;
        for round in 0..3 {
            let outing = world.open_outing().await;
            world.close(outing).await.expect(200);
            let path = format!("/api/v1/outings/{outing}/revisions");
            let peer = world.town.peers[round];
            let body = json!({"corrects": "presence", "peer": peer, "present": true, "reason": "Oublié"});
            let [a, b] = both(&world, &there, &path, body).await;
            assert_eq!(statuses(&a, &b), [201, 409], "{} {}", a.text(), b.text());
            assert_eq!(due_peers(&world).await.len(), round + 1);
        }
        // Taken back by two at once, it is taken back once.
        let outing = world.open_outing().await;
        world.mark(outing, world.town.peers[5], true).await.expect(200);
        world.close(outing).await.expect(200);
        let path = format!("/api/v1/outings/{outing}/revisions");
        let back = json!({
            "corrects": "presence", "peer": world.town.peers[5], "present": false, "reason": "Erreur",
        });
        let [a, b] = both(&world, &there, &path, back).await;
        assert_eq!(statuses(&a, &b), [201, 409], "{} {}", a.text(), b.text());
        assert_eq!(due_peers(&world).await.len(), 3 + 2, "a line and its counter-line");
        whole(&world).await;
    }

    async fn lists_issued_and_paid_on_two_servers_share_no_line_and_pay_each_once(world) {
        let there = world.second_server().await;
        appoint(&world).await;
        for round in 1..=2 {
            let outing = world.open_outing().await;
            for peer in &world.town.peers[..4] {
                world.mark(outing, *peer, true).await.expect(200);
            }
            world.close(outing).await.expect(200);
            let [a, b] = both(&world, &there, "/api/v1/allowance-lists", json!({})).await;
            assert_eq!(statuses(&a, &b), [201, 409], "{} {}", a.text(), b.text());
            let issued = if a.status == 201 { a } else { b };
            let number = issued.json()["number"].as_str().unwrap().to_owned();
            assert_eq!(number, format!("2026-{round:04}"), "no gap");
            let at = |what: &str| format!("/api/v1/allowance-lists/{number}/{what}");
            world.town.coordinator.post(&at("send"), json!({})).await.expect(200);
            let (path, pay) = (at("pay"), json!({}));
            let (a, b) = tokio::join!(
                world.town.clerk.post(&path, pay.clone()),
                there.town.clerk.post(&path, pay.clone())
            );
            assert!([[200, 200], [200, 409]].contains(&statuses(&a, &b)), "{} {}", a.text(), b.text());
        }
        let paid = "select cast(count(*) as bigint) from ledger_events where what = 'paid'";
        assert_eq!(world.value::<i64>(paid).await, 8);
        whole(&world).await;
    }

    async fn an_invitation_a_personal_code_a_challenge_and_a_recovery_code_are_good_once(world) {
        let there = world.second_server().await;
        let by = world.administrator(Role::Agent).await;
        for round in 0..2 {
            let path = invited(&by, &format!("nour{round}@mairie.example"), "").await;
            let good = "un zebre fume sous la grue jaune";
            let (a, b) = tokio::join!(accept(&world, &path, good), accept(&there, &path, good));
            assert_eq!(statuses(&a, &b), [303, 410], "{} {}", a.text(), b.text());

            let outing = world.open_outing().await;
            let code = world.personal_code(outing).await;
            let join = || json!({"code": code, "device": Uuid::new_v4()});
            let (mine, yours) = (world.anon(), there.anon());
            let (a, b) = tokio::join!(
                mine.post("/api/v1/crew/join", join()),
                yours.post("/api/v1/crew/join", join())
            );
            assert_eq!(statuses(&a, &b), [200, 404], "{} {}", a.text(), b.text());
            world.close(outing).await.expect(200);

            let card = printed(&world, world.town.peers[round]).await;
            let phone = Holder::new(&world);
            let body = phone.binding(&card, "7294").await;
            let (a, b) = tokio::join!(
                mine.post("/api/v1/cards/bind", body.clone()),
                yours.post("/api/v1/cards/bind", body)
            );
            assert_eq!(statuses(&a, &b), [200, 409], "{} {}", a.text(), b.text());
            let body = phone.entering(&card, "7294").await;
            let (a, b) = tokio::join!(
                mine.post("/api/v1/cards/enter", body.clone()),
                yours.post("/api/v1/cards/enter", body)
            );
            assert_eq!(statuses(&a, &b), [200, 409], "{} {}", a.text(), b.text());
        }
        recovery_code_is_good_once(&world, &there).await;
    }

    async fn tries_of_a_pin_on_two_servers_are_counted_together(world) {
        let there = world.second_server().await;
        let card = printed(&world, world.town.peers[1]).await;
        let phone = Holder::new(&world);
        phone.bind(&card, "7294").await.expect(200);
        let mut tries = Vec::new();
        for n in 0..10 {
            let body = phone.entering(&card, &format!("000{n}")).await;
            let actor = if n % 2 == 0 { world.anon() } else { there.anon() };
            tries.push(tokio::spawn(async move { actor.post("/api/v1/cards/enter", body).await }));
        }
        let mut wrong = 0;
        for one in tries {
            let answer = one.await.unwrap();
            assert!([409, 422].contains(&answer.status.as_u16()), "{}", answer.text());
            wrong += usize::from(answer.status == 422);
        }
        assert_eq!(wrong, 2, "two are told that it was wrong, the third that the card is locked");
        assert_eq!(phone.enter(&card, "7294").await.status, 409);
    }

    async fn a_site_merged_by_two_goes_one_way(world) {
        let there = world.second_server().await;
        let sites = &world.town.public_sites;
        let merge = |id| format!("/api/v1/sites/{id}/merge");
        // Each into the other: one of them is left.
        let (first, second) = (merge(sites[0]), merge(sites[1]));
        let (a, b) = tokio::join!(
            world.town.coordinator.post(&first, json!({"into": sites[1]})),
            there.town.coordinator.post(&second, json!({"into": sites[0]}))
        );
        let told = statuses(&a, &b);
        assert!(told[0] == 204 && [409, 422].contains(&told[1]), "{} {}", a.text(), b.text());
        let stays = if a.status == 204 { sites[1] } else { sites[0] };
        // The one that is left into two others at once: it goes into one.
        let body = |into| json!({"into": into});
        let (path, secret) = (merge(stays), world.town.discreet_site);
        let (a, b) = tokio::join!(
            world.town.coordinator.post(&path, body(sites[2])),
            there.town.coordinator.post(&path, body(secret))
        );
        assert_eq!(statuses(&a, &b), [204, 409], "{} {}", a.text(), b.text());
        let gone = "select cast(count(*) as bigint) from sites where merged_into is not null";
        assert_eq!(world.value::<i64>(gone).await, 2);
        whole(&world).await;
    }

    async fn of_two_who_change_settings_one_is_told_of_the_other(world) {
        let there = world.second_server().await;
        let mine = world.administrator(Role::Coordinator).await;
        let yours = there.actor(mine.token.clone());
        let page = mine.get("/reglages/modifier?groupe=durees").await.expect_page(200);
        let name = |text: &str| {
            let at = page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
            let rest = page[at..].split("value=\"").nth(1).unwrap();
            rest[..rest.find('"').unwrap()].to_owned()
        };
        let read = name("name=\"lu\"");
        let body = |months: u32| format!("groupe=durees&lu={read}&photo_months={months}");
        let path = "/reglages/modifier";
        let (a, b) = tokio::join!(
            mine.raw(Method::POST, path, FORM, body(5)),
            yours.raw(Method::POST, path, FORM, body(7))
        );
        assert_eq!(statuses(&a, &b), [303, 412], "{} {}", a.text(), b.text());
        let told = if a.status == 412 { a } else { b };
        assert!(told.text().contains("entre-temps"), "{}", told.text());
        assert_eq!(world.journal("setting_changed").await.len(), 1);
    }

    async fn the_days_work_and_the_links_of_the_journal_are_done_by_one_of_two_servers(world) {
        let there = world.second_server().await;
        let (a, b) = tokio::join!(upkeep::daily_if_due(&world.app), upkeep::daily_if_due(&there.app));
        let done = [a.unwrap(), b.unwrap()];
        assert_eq!(done.iter().filter(|it| it.is_some()).count(), 1);
        for _ in 0..5 {
            world.planned_outing().await;
            world.town.coordinator.get("/lieux").await.expect_page(200);
            let (a, b) = tokio::join!(chain::link_all(&world.app), chain::link_all(&there.app));
            a.unwrap();
            b.unwrap();
        }
        let mut tx = world.app.db.read().await.unwrap();
        let looked = chain::check(&mut tx, &world.app.keys).await.unwrap();
        assert_eq!(looked.faults, Vec::<String>::new());
    }

    async fn keys_rotated_while_two_servers_seal_open_everything(world) {
        let there = world.second_server().await;
        let outing = world.open_outing().await;
        let mut phones = [world.crew_phone(outing).await, world.crew_phone(outing).await];
        phones[1].actor.router = there.town.coordinator.router.clone();
        let mut sent = 0;
        for _ in 0..4 {
            // The first « ici » of an outing makes its data key: on both servers at once.
            let here = json!({"lat": 44.83, "lon": -0.57});
            let [one, two] = &mut phones;
            let (first, second) = (one.pickup(here.clone(), 1), two.pickup(here, 1));
            let (first, second) = ([first], [second]);
            let (a, b, rotated) = tokio::join!(
                one.actor.facts(&first),
                two.actor.facts(&second),
                wraps::rotate(&world.app)
            );
            assert_eq!((a[0].0.as_str(), b[0].0.as_str()), ("accepted", "accepted"));
            rotated.unwrap();
            sent += 2;
            // The other server reads what this one made.
            wraps::rotate(&there.app).await.unwrap();
        }
        let keys = "select cast(count(*) as bigint) from data_keys where scope = 'outing'";
        assert_eq!(world.value::<i64>(keys).await, 1, "one key for one outing");
        for coordinator in [&world.town.coordinator, &there.town.coordinator] {
            let page = coordinator.get(&format!("/sorties/{outing}/fin")).await.expect_page(200);
            assert!(page.contains("1 endroit à rattacher"), "{page}");
            assert!(page.contains(&format!("{sent} seringues")), "{page}");
        }
    }

    async fn a_repetition_asked_of_two_servers_has_each_week_once(world) {
        let there = world.second_server().await;
        let body = json!({
            "id": Uuid::now_v7(), "day": "2026-12-01", "starts_at": "14:00",
            "sites": [world.town.public_sites[0]], "repeat_until": "2026-12-25",
        });
        let [a, b] = both(&world, &there, "/api/v1/outings", body).await;
        assert_eq!(statuses(&a, &b), [201, 201], "{} {}", a.text(), b.text());
        let weeks = "select cast(count(*) as bigint) from outings";
        assert_eq!(world.value::<i64>(weeks).await, 4);
        // Last week copied by two who do not know of each other.
        world.set_clock("2026-12-28T09:00:00Z");
        let copied = |n: u128| format!("id={}", Uuid::from_u128(n));
        let (a, b) = tokio::join!(
            world.town.coordinator.raw(Method::POST, "/sorties/copier", FORM, copied(1)),
            there.town.coordinator.raw(Method::POST, "/sorties/copier", FORM, copied(2))
        );
        assert_eq!(statuses(&a, &b), [303, 303], "{} {}", a.text(), b.text());
        assert_eq!(world.value::<i64>(weeks).await, 5, "one copy");
    }
}

/// One of the codes on paper, typed on two servers at once.
async fn recovery_code_is_good_once(world: &World, there: &World) {
    let login = "bordeaux-clerk@test.example";
    let good = "un zebre fume sous la grue jaune";
    change_settings(world, |it| it.second_factor_for = vec!["clerk".into()]).await;
    world.set_password(login, good).await;
    let codes = crate::accounts::with_codes(world, login, good).await;
    for code in &codes[..2] {
        let mut steps = Vec::new();
        for _ in 0..2 {
            let asked = sign_in(world, login, good).await;
            steps.push(crate::accounts::cookie(&asked, "__Host-step").unwrap());
        }
        let body = format!("code={code}");
        let (a, b) = tokio::join!(
            crate::accounts::step(world, &steps[0], "/connexion/code", &body),
            crate::accounts::step(there, &steps[1], "/connexion/code", &body)
        );
        let sessions = [&a, &b].map(|it| crate::accounts::cookie(it, "__Host-session").is_some());
        assert_eq!(sessions.iter().filter(|it| **it).count(), 1, "{a:?} {b:?}");
    }
}

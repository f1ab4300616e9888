//! A coordinator's own phone: what it may say with no network, and what nobody may do with it.

use crate::on_both;
use crate::support::{Actor, Phone};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};
use server::db::sql;
use uuid::Uuid;

const EQUIPMENT: [&str; 7] = [
    "gloves", "tongs", "boxes", "shoes", "gel", "phone", "tshirts",
];

fn all_accepted(results: &[(String, Option<String>)]) -> bool {
    results.iter().all(|(status, _)| status == "accepted")
}

/// What a coordinator says and a crew does not.
fn coordinators_kinds(phone: &mut Phone, peer: Value, other: Uuid) -> [Value; 4] {
    [
        phone.fact("presence", json!({"peer": peer, "present": true})),
        phone.fact(
            "newcomer",
            json!({"peer": peer, "pseudonym": "Zoé", "sign": "owl-blue"}),
        ),
        phone.fact("phone_confirmed", json!({"device": other, "whose": "peer"})),
        phone.fact(
            "opening",
            json!({"staff": ["coordinator", "agent"], "equipment": EQUIPMENT}),
        ),
    ]
}

on_both! {
    async fn with_no_network_it_opens_notes_presences_and_makes_a_newcomer(world) {
        let outing = world.planned_outing().await;
        let crew = world.crew_phone(outing).await;
        let mut own = world.own_phone(outing).await;
        let newcomer = json!(Uuid::now_v7());
        let facts = coordinators_kinds(&mut own, newcomer.clone(), crew.device);
        assert!(all_accepted(&own.actor.facts(&facts).await));
        let count = own.pickup(json!({"site": world.town.discreet_site}), 5);
        assert!(all_accepted(&own.actor.facts(&[count]).await), "a pickup, like any crew's");

        let summary = world.summary(outing).await;
        assert_eq!(summary["presences"], json!([newcomer]));
        assert_eq!(summary["suggested"], json!([]));
        let path = format!("/api/v1/outings/{outing}");
        let read = world.town.coordinator.get(&path).await.expect(200);
        assert_eq!(read["state"], "open");
        let pack = crew.actor.get("/api/v1/crew/pack").await.expect(200);
        assert_eq!(pack["peers"][0]["pseudonym"], "Zoé");
        assert!(pack.get("lead").is_none());

        let mut tx = world.app.db.read().await.unwrap();
        let senders: Vec<(String, String, Option<Uuid>)> =
            sql("select kind, sender_role, sender_id from facts order by kind").all(&mut tx).await.unwrap();
        let (account,): (Uuid,) = sql("select id from accounts where login = 'bordeaux-coordinator@test.example'")
            .one(&mut tx).await.unwrap();
        assert_eq!(senders.len(), 5);
        for (kind, role, id) in senders {
            let expected = match kind.as_str() {
                "pickup" => ("crew_phone", own.device),
                _ => ("coordinator", account),
            };
            assert_eq!((role.as_str(), id.unwrap()), expected, "{kind}");
        }
    }

    async fn its_pack_holds_what_leading_needs(world) {
        let outing = world.open_outing().await;
        world.mark(outing, world.town.peers[3], true).await.expect(200);
        let crew = world.crew_phone(outing).await;
        let shut_out = world.crew_phone(outing).await;
        let path = format!("/api/v1/outings/{outing}/phones/{}/revoke", shut_out.device);
        world.town.coordinator.post(&path, json!({})).await.expect(204);
        let own = world.own_phone(outing).await;
        let pack = own.actor.get("/api/v1/crew/pack").await.expect(200);
        let peers = pack["peers"].as_array().unwrap();
        assert_eq!(peers.len(), 10, "everybody, so that anybody can be noted present");
        let present: Vec<&Value> = peers.iter().filter(|it| it["present"] == true).collect();
        assert_eq!(present.len(), 1);
        assert_eq!(present[0]["id"], json!(world.town.peers[3]));
        assert_eq!(pack["sites"].as_array().unwrap().len(), 4, "it is the association's");
        let lead = &pack["lead"];
        assert_eq!(lead["green_light"]["agents_min"], 1);
        let codes: Vec<&str> = lead["equipment"].as_array().unwrap().iter()
            .map(|it| it["code"].as_str().unwrap()).collect();
        assert_eq!(codes, EQUIPMENT);
        assert_eq!(lead["equipment"][3]["label"], "chaussures fermées");
        let phones = lead["phones"].as_array().unwrap();
        assert_eq!(phones.len(), 1, "neither itself nor one that was shut out");
        assert_eq!(phones[0]["device"], json!(crew.device));
        assert_eq!(phones[0]["whose"], Value::Null);
        let signs = lead["signs"].as_array().unwrap();
        assert_eq!(signs.len(), 72);
        let taken: Vec<&Value> = signs.iter().filter(|it| it["taken"] == true).collect();
        assert_eq!((taken.len(), &taken[0]["label"]), (1, &json!("renard rouge")));
        assert_eq!(lead["animals"].as_array().unwrap().len(), 12);
        let journal = world.journal("pack_given").await;
        let joined = world.journal("own_phone_joined").await;
        let subjects = format!("outing:{outing} phone:{}", own.device);
        assert_eq!(joined, [("coordinator".to_owned(), subjects)]);
        assert_eq!(journal[0].0, "coordinator", "it is the coordinator who sees discreet places");
    }

    async fn its_light_obeys_what_was_agreed_about_the_agent(world) {
        let agreed = async |word: &str| {
            let mut tx = world.app.db.write().await.unwrap();
            sql("update sites set agent_access = $1 where nature = 'discreet'")
                .bind(word).run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        for (word, agents_min, line) in [("waits", 1, "agent_told"), ("absent", 0, "no_agent")] {
            agreed(word).await;
            let outing = world.planned_outing().await;
            let mut own = world.own_phone(outing).await;
            let lead = own.actor.get("/api/v1/crew/pack").await.expect(200)["lead"].clone();
            assert_eq!(lead["green_light"]["agents_min"], agents_min);
            assert_eq!(lead["equipment"][7]["code"], line);
            assert_eq!(lead["green_light"]["equipment"][7], line);
            let state = async || {
                let path = format!("/api/v1/outings/{outing}");
                world.town.coordinator.get(&path).await.expect(200)
            };
            let mut say = async |staff: &[&str], checked: &[&str]| {
                let data = json!({"staff": staff, "equipment": checked});
                let opening = own.fact("opening", data);
                assert!(all_accepted(&own.actor.facts(&[opening]).await));
            };
            let all = [EQUIPMENT.as_slice(), &[line]].concat();
            match word {
                "waits" => say(&["coordinator", "agent"], &EQUIPMENT).await,
                _ => say(&["coordinator", "agent"], &all).await,
            }
            assert_eq!(state().await["state"], "planned", "{word}: the light is red");
            match word {
                "waits" => say(&["coordinator", "agent"], &all).await,
                _ => say(&["coordinator"], &all).await,
            }
            let opened = state().await;
            assert_eq!((&opened["state"], &opened["overridden"]), (&json!("open"), &json!(false)));
            assert_eq!(opened["agent_told"], word == "waits");
            assert_eq!(opened["equipment"], json!(EQUIPMENT));
        }
    }

    async fn a_personal_code_opens_once_for_ten_minutes_and_ends_with_the_next(world) {
        let outing = world.open_outing().await;
        let join = |code: &str| json!({"code": code, "device": Uuid::new_v4()});
        let first = world.personal_code(outing).await;
        let second = world.personal_code(outing).await;
        let anon = world.anon();
        anon.post("/api/v1/crew/join", join(&first)).await.expect(404);
        anon.post("/api/v1/crew/join", join(&second.to_lowercase())).await.expect(200);
        anon.post("/api/v1/crew/join", join(&second)).await.expect(404);
        let third = world.personal_code(outing).await;
        let kept: Vec<u8> = world.value("select code_mac from phone_codes").await;
        assert!(!kept.windows(6).any(|it| it == third.as_bytes()), "only its hash is kept");
        world.set_clock("2026-11-24T13:15:00Z");
        let late = anon.post("/api/v1/crew/join", join(&third)).await;
        assert_eq!(late.problem(409), ("code".into(), "code_expired".into()));
        world.close(outing).await.expect(200);
        let path = format!("/api/v1/outings/{outing}/my-phone");
        let over = world.town.coordinator.post(&path, json!({})).await.expect(409);
        assert_eq!(over["code"], "outing_closed");
        let other = world.another_town("ailleurs").await;
        other.coordinator.post(&path, json!({})).await.expect(404);
    }

    async fn an_ordinary_phone_says_nothing_that_only_a_coordinator_says(world) {
        let outing = world.planned_outing().await;
        let mut crew = world.crew_phone(outing).await;
        let path = format!("/api/v1/outings/{outing}/phones/{}/confirm", crew.device);
        world.town.coordinator.post(&path, json!({"whose": "association"})).await.expect(204);
        let peer = json!(world.town.peers[0]);
        let device = crew.device;
        let facts = coordinators_kinds(&mut crew, peer.clone(), device);
        let results = crew.actor.facts(&facts).await;
        assert_eq!(results[0].0, "accepted", "a presence is a suggestion");
        for refused in &results[1..] {
            assert_eq!(refused.1.as_deref(), Some("not_for_this_sender"));
        }
        let summary = world.summary(outing).await;
        assert_eq!((&summary["presences"], &summary["suggested"]), (&json!([]), &json!([peer])));
    }

    async fn it_speaks_for_its_outing_only_as_itself_only_and_reaches_no_desk(world) {
        let other_outing = world.open_outing().await;
        let outing = world.open_outing().await;
        let peer = world.town.peers[0];
        let mut own = world.own_phone(outing).await;
        let mut elsewhere = own.fact("presence", json!({"peer": peer, "present": true}));
        elsewhere["outing"] = json!(other_outing);
        let mut as_other = own.fact("presence", json!({"peer": peer, "present": true}));
        as_other["device"] = json!(Uuid::new_v4());
        let mut nowhere = own.fact("newcomer", json!({"peer": Uuid::now_v7(), "pseudonym": "Zoé", "sign": "owl-blue"}));
        nowhere["outing"] = Value::Null;
        let city = own.fact("city_pickup", json!({"site": world.town.public_sites[0], "count": 1}));
        let reasons: Vec<String> = own.actor.facts(&[elsewhere, as_other, nowhere, city]).await
            .into_iter().map(|(_, reason)| reason.unwrap()).collect();
        assert_eq!(reasons, ["not_of_this_phone", "not_this_phone", "not_of_this_phone", "not_for_this_sender"]);
        for path in ["/api/v1/outings", "/api/v1/peers", "/api/v1/sites", "/api/v1/allowances", "/sorties"] {
            assert_eq!(own.actor.get(path).await.status, 403, "{path}");
        }
        let path = format!("/api/v1/outings/{outing}");
        for what in ["my-phone", "hand-in", "close", "code"] {
            own.actor.post(&format!("{path}/{what}"), json!({})).await.expect(403);
        }
    }

    async fn what_it_takes_back_is_of_its_outing(world) {
        let other_outing = world.open_outing().await;
        let outing = world.open_outing().await;
        let peer = world.town.peers[0];
        for id in [other_outing, outing] {
            world.mark(id, peer, true).await.expect(200);
        }
        let mut tx = world.app.db.read().await.unwrap();
        let marks: Vec<(Uuid,)> = sql("select id from facts where kind = 'presence'").all(&mut tx).await.unwrap();
        drop(tx);
        let mut own = world.own_phone(outing).await;
        let voids: Vec<Value> = marks.iter().map(|(id,)| own.fact("void", json!({"target": id}))).collect();
        assert!(all_accepted(&own.actor.facts(&voids).await));
        assert_eq!(world.summary(outing).await["presences"], json!([]));
        assert_eq!(world.summary(other_outing).await["presences"], json!([peer]));
    }

    async fn joining_again_with_the_crews_code_makes_it_an_ordinary_phone(world) {
        let outing = world.open_outing().await;
        let own = world.own_phone(outing).await;
        let code = world.code(outing).await;
        let mut again = world.joined(outing, &code, own.device).await;
        own.actor.get("/api/v1/crew/pack").await.expect(401);
        let pack = again.actor.get("/api/v1/crew/pack").await.expect(200);
        assert!(pack.get("lead").is_none());
        assert_eq!(pack["sites"].as_array().unwrap().len(), 3, "and nobody said whose it is");
        let newcomer = again.fact("newcomer", json!({"peer": Uuid::now_v7(), "pseudonym": "Zoé", "sign": "owl-blue"}));
        assert_eq!(again.actor.facts(&[newcomer]).await[0].0, "refused");
    }

    async fn shut_out_or_without_its_coordinator_it_sends_nothing(world) {
        let outing = world.open_outing().await;
        let first = world.own_phone(outing).await;
        let second = world.own_phone(outing).await;
        let path = format!("/api/v1/outings/{outing}/phones/{}/revoke", first.device);
        world.town.coordinator.post(&path, json!({})).await.expect(204);
        let empty = json!({"facts": []});
        first.actor.post("/api/v1/facts", empty.clone()).await.expect(401);
        let code = world.personal_code(outing).await;
        let body = json!({"code": code, "device": first.device});
        world.anon().post("/api/v1/crew/join", body).await.expect(409);
        world.joined(outing, &code, Uuid::new_v4()).await;

        let waiting = world.personal_code(outing).await;
        second.actor.post("/api/v1/facts", empty.clone()).await.expect(200);
        let mut tx = world.app.db.write().await.unwrap();
        sql("update accounts set role = 'agent' where role = 'coordinator'").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        second.actor.post("/api/v1/facts", empty).await.expect(401);
        let body = json!({"code": waiting, "device": Uuid::new_v4()});
        world.anon().post("/api/v1/crew/join", body).await.expect(404);
    }

    async fn once_somebody_elses_it_is_nobodys_own(world) {
        let outing = world.open_outing().await;
        let mut own = world.own_phone(outing).await;
        // A fact does not change what the personal code made: a slip of the thumb on another phone.
        let mut other = world.own_phone(outing).await;
        let slip = other.fact("phone_confirmed", json!({"device": own.device, "whose": "agent"}));
        assert!(all_accepted(&other.actor.facts(&[slip]).await));
        assert!(own.actor.get("/api/v1/crew/pack").await.expect(200).get("lead").is_some());
        let path = format!("/api/v1/outings/{outing}/phones/{}/confirm", own.device);
        world.town.coordinator.post(&path, json!({"whose": "agent"})).await.expect(204);
        let pack = own.actor.get("/api/v1/crew/pack").await.expect(200);
        assert!(pack.get("lead").is_none());
        assert_eq!(pack["sites"].as_array().unwrap().len(), 3);
        let opening = own.fact("opening", json!({"staff": ["coordinator"], "equipment": EQUIPMENT}));
        assert_eq!(own.actor.facts(&[opening]).await[0].0, "refused");
    }

    async fn after_the_outing_it_hands_in_and_what_is_closed_stays(world) {
        let outing = world.open_outing().await;
        let mut own = world.own_phone(outing).await;
        let before = own.fact("presence", json!({"peer": world.town.peers[0], "present": true}));
        assert!(all_accepted(&own.actor.facts(&[before]).await));
        world.close(outing).await.expect(200);
        world.set_clock("2026-11-27T09:00:00Z");
        own.actor.get("/api/v1/crew/pack").await.expect(403);
        let newcomer = Uuid::now_v7();
        let facts = coordinators_kinds(&mut own, json!(newcomer), Uuid::new_v4());
        for result in own.actor.facts(&facts).await {
            assert_eq!(result, ("accepted".into(), Some("late".into())));
        }
        let summary = world.summary(outing).await;
        assert_eq!(summary["presences"], json!([world.town.peers[0]]));
        assert_eq!(summary["late"], 4);
        let lines = world.town.coordinator.get("/api/v1/allowances").await.expect(200);
        assert_eq!(lines["items"].as_array().unwrap().len(), 1);
    }

    async fn a_presence_counts_once_its_newcomer_is_there(world) {
        let outing = world.open_outing().await;
        let mut own = world.own_phone(outing).await;
        let [seen, made, ..] = coordinators_kinds(&mut own, json!(Uuid::now_v7()), Uuid::new_v4());
        let [late_seen, late_made, ..] = coordinators_kinds(&mut own, json!(Uuid::now_v7()), Uuid::new_v4());
        assert!(all_accepted(&own.actor.facts(&[seen.clone(), late_seen]).await));
        assert_eq!(world.summary(outing).await["presences"], json!([]), "nobody knows them yet");
        assert!(all_accepted(&own.actor.facts(std::slice::from_ref(&made)).await));
        assert_eq!(own.actor.facts(&[seen.clone(), made]).await[0].0, "duplicate");
        assert_eq!(world.summary(outing).await["presences"], json!([seen["data"]["peer"]]));
        world.close(outing).await.expect(200);
        // A newcomer who becomes known after closing waits for a revision, whenever they were seen.
        assert_eq!(own.actor.facts(&[late_made]).await[0].1.as_deref(), Some("late"));
        assert_eq!(world.summary(outing).await["presences"], json!([seen["data"]["peer"]]));
        let lines = world.town.coordinator.get("/api/v1/allowances").await.expect(200);
        assert_eq!(lines["items"].as_array().unwrap().len(), 1);
    }

    async fn a_phone_that_was_confirmed_before_it_joined_is_confirmed(world) {
        let outing = world.open_outing().await;
        let mut own = world.own_phone(outing).await;
        let (kept, taken_back, agents) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
        let mut confirm = |device: Uuid, whose: &str, at: &str| {
            let mut fact = own.fact("phone_confirmed", json!({"device": device, "whose": whose}));
            fact["recorded_at"] = json!(at);
            fact
        };
        let slip = confirm(taken_back, "association", "2026-11-24T13:00:00Z");
        let facts = [
            confirm(kept, "peer", "2026-11-24T13:00:00Z"),
            // The later word comes first: it holds all the same.
            confirm(agents, "agent", "2026-11-24T13:02:00Z"),
            confirm(agents, "association", "2026-11-24T13:01:00Z"),
            slip.clone(),
        ];
        for fact in facts {
            assert!(all_accepted(&own.actor.facts(&[fact]).await));
        }
        let void = own.fact("void", json!({"target": slip["id"]}));
        assert!(all_accepted(&own.actor.facts(&[void]).await));
        let code = world.code(outing).await;
        for (device, sites) in [(kept, 4), (taken_back, 3), (agents, 3)] {
            let phone = world.joined(outing, &code, device).await;
            let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
            assert_eq!(pack["sites"].as_array().unwrap().len(), sites);
        }
        let whose: String = world.value(
            "select whose from crew_phones where whose is not null and whose <> 'association' and whose <> 'peer'",
        ).await;
        assert_eq!(whose, "agent");
    }

    async fn an_older_word_from_the_pavement_changes_nothing_said_at_the_desk(world) {
        let outing = world.open_outing().await;
        let phone = world.crew_phone(outing).await;
        let mut own = world.own_phone(outing).await;
        let mut older = own.fact("phone_confirmed", json!({"device": phone.device, "whose": "association"}));
        older["recorded_at"] = json!("2026-11-24T12:00:00Z");
        let path = format!("/api/v1/outings/{outing}/phones/{}/confirm", phone.device);
        world.town.coordinator.post(&path, json!({"whose": "agent"})).await.expect(204);
        assert!(all_accepted(&own.actor.facts(&[older]).await));
        let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
        assert_eq!(pack["sites"].as_array().unwrap().len(), 3, "still an agent's");
        // A word taken back is as if it had not been said.
        let newer = own.fact("phone_confirmed", json!({"device": phone.device, "whose": "peer"}));
        let mut newer = newer;
        newer["recorded_at"] = json!("2026-11-24T13:06:00Z");
        let void = own.fact("void", json!({"target": newer["id"]}));
        assert!(all_accepted(&own.actor.facts(&[newer]).await));
        let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
        assert_eq!(pack["sites"].as_array().unwrap().len(), 4);
        assert!(all_accepted(&own.actor.facts(&[void]).await));
        let pack = phone.actor.get("/api/v1/crew/pack").await.expect(200);
        assert_eq!(pack["sites"].as_array().unwrap().len(), 3, "an agent's again");
    }

    async fn how_far_the_senders_clock_is_ahead_is_kept_beside(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let mut send = |sent_at: Value| {
            let fact = phone.pickup(json!({}), 1);
            let body = json!({"facts": [fact], "sent_at": sent_at});
            let actor = phone.actor.clone();
            async move { actor.post("/api/v1/facts", body).await.expect(200) }
        };
        for sent_at in [json!("2026-11-24T14:05:00.250Z"), json!("2026-11-24T14:00:00+01:00"),
            json!("hier"), json!(17), Value::Null] {
            assert_eq!(send(sent_at).await["results"][0]["status"], "accepted");
        }
        let mut tx = world.app.db.read().await.unwrap();
        let rows: Vec<(i64, i64, Option<i64>)> =
            sql("select recorded_at, received_at, sender_ahead_ms from facts order by seq")
                .all(&mut tx).await.unwrap();
        let ahead: Vec<Option<i64>> = rows.iter().map(|it| it.2).collect();
        assert_eq!(ahead, [Some(3_600_250), Some(-300_000), None, None, None]);
        assert!(rows.iter().all(|it| it.0 == it.1), "nothing is rewritten");
    }

    async fn the_outings_page_prepares_this_phone_or_another_and_shows_codes_to_scan(world) {
        let outing = world.planned_outing().await;
        let coordinator = &world.town.coordinator;
        let team = world.code(outing).await;
        let page = coordinator.get(&format!("/sorties/{outing}")).await.text();
        assert!(page.contains("aria-label=\"Code à scanner pour rejoindre la sortie\""));
        assert!(!page.contains("style="), "no inline style");
        let seen_at = async |actor: &Actor, host: &str| {
            let request = actor.request(Method::GET, &format!("/sorties/{outing}"));
            let page = actor.send(request.header("host", host).body(Body::empty()).unwrap()).await.text();
            let code = page.split("class=\"qr\"").nth(1).unwrap();
            code.split("</svg>").next().unwrap().to_owned()
        };
        let one = seen_at(coordinator, "une.example").await;
        assert_ne!(one, seen_at(coordinator, "deux.example").await, "the code leads where the browser is");
        let set = server::http::router::router(
            world.app.clone().reached_at(Some("https://une.example".into())));
        let set = Actor { router: set, token: coordinator.token.clone() };
        assert_eq!(one, seen_at(&set, "deux.example").await, "or where the operator says");
        let path = format!("/sorties/{outing}/mon-telephone");
        let form = "application/x-www-form-urlencoded";
        let here = coordinator.raw(Method::POST, &path, form, "geste=ici").await;
        assert_eq!(here.status, 303);
        let to = here.headers[header::LOCATION].to_str().unwrap().to_owned();
        let code = to.strip_prefix("/terrain#code=").unwrap().to_owned();
        assert_ne!(code, team);
        let own = world.joined(outing, &code, Uuid::new_v4()).await;
        assert!(own.actor.get("/api/v1/crew/pack").await.expect(200).get("lead").is_some());
        let there = coordinator.raw(Method::POST, &path, form, "geste=autre").await;
        assert_eq!(there.status, 200);
        let page = there.text();
        assert!(page.contains("aria-label=\"Code à scanner avec mon téléphone\""));
        assert!(page.contains("professionnel·le</span>"), "the first one is marked");
        world.open(outing).await;
        world.close(outing).await.expect(200);
        assert_eq!(coordinator.raw(Method::POST, &path, form, "geste=ici").await.status, 409);
        let page = coordinator.get(&format!("/sorties/{outing}")).await.text();
        assert!(!page.contains("Mon téléphone") && !page.contains("Code à scanner"));
    }
}

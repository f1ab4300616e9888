//! Facts that a phone could not send, handed in as a file.

use crate::on_both;
use crate::support::{Actor, Answer, Phone};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};
use server::db::sql;
use uuid::Uuid;

/// The file a phone wrote.
fn file(phone: &Phone, facts: &[Value]) -> Value {
    json!({"cueillette": 1, "outing": phone.outing, "device": phone.device, "facts": facts})
}

/// The form of the page, with one file.
async fn upload(actor: &Actor, outing: Uuid, content: &str) -> Answer {
    let body = format!(
        "--LIMITE\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"releves.json\"\r\n\
         Content-Type: application/json\r\n\r\n{content}\r\n--LIMITE--\r\n"
    );
    let request = actor
        .request(Method::POST, &format!("/sorties/{outing}/remettre"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=LIMITE");
    actor.send(request.body(Body::from(body)).unwrap()).await
}

fn statuses(answer: &Value) -> Vec<&str> {
    let results = answer["results"].as_array().unwrap();
    results
        .iter()
        .map(|it| it["status"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn a_file_is_received_as_its_phones_and_says_who_handed_it_in(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let sent = phone.pickup(json!({"site": world.town.public_sites[0]}), 2);
        phone.actor.facts(std::slice::from_ref(&sent)).await;
        world.close(outing).await.expect(200);
        let kept = phone.pickup(json!({"site": world.town.public_sites[0]}), 5);
        let wrong = phone.fact("newcomer", json!({"peer": Uuid::now_v7(), "pseudonym": "Zoé", "sign": "owl-blue"}));
        let mut of_other = phone.pickup(json!({}), 7);
        of_other["device"] = json!(Uuid::new_v4());
        // Months after the token ended.
        world.set_clock("2027-05-01T09:00:00Z");
        phone.actor.post("/api/v1/facts", json!({"facts": []})).await.expect(401);
        let path = format!("/api/v1/outings/{outing}/hand-in");
        let body = file(&phone, &[sent, wrong, kept.clone(), of_other]);
        let coordinator = &world.town.coordinator;
        let answer = coordinator.post(&path, body.clone()).await.expect(200);
        assert_eq!(statuses(&answer), ["duplicate", "refused", "accepted", "refused"]);
        assert_eq!(answer["results"][1]["reason"], "not_for_this_sender");
        assert_eq!(answer["results"][2]["reason"], "late");
        let again = coordinator.post(&path, body).await.expect(200);
        assert_eq!(statuses(&again), ["duplicate", "refused", "duplicate", "refused"]);
        let summary = world.summary(outing).await;
        assert_eq!((&summary["totals"]["syringe"], &summary["late"]), (&json!(7), &json!(1)));

        let mut tx = world.app.db.read().await.unwrap();
        let rows: Vec<(Uuid, String, Option<Uuid>, Option<Uuid>)> =
            sql("select id, sender_role, sender_id, handed_in_by from facts order by seq").all(&mut tx).await.unwrap();
        let (account,): (Uuid,) = sql("select id from accounts where role = 'coordinator'").one(&mut tx).await.unwrap();
        drop(tx);
        assert_eq!((rows.len(), rows[0].3), (2, None), "the first came by itself");
        assert_eq!((rows[1].1.as_str(), rows[1].2, rows[1].3), ("late_phone", Some(phone.device), Some(account)));
        let journal = world.journal("facts_handed_in").await;
        let subjects = format!("outing:{outing} phone:{}", phone.device);
        assert_eq!(journal, vec![("coordinator".to_owned(), subjects); 2]);
    }

    async fn a_presence_in_a_file_counts_only_from_a_coordinators_own_phone(world) {
        let outing = world.open_outing().await;
        let path = format!("/api/v1/outings/{outing}/hand-in");
        let coordinator = &world.town.coordinator;
        let mut crew = world.crew_phone(outing).await;
        let mut own = world.own_phone(outing).await;
        let mut stolen = world.own_phone(outing).await;
        let revoke = format!("/api/v1/outings/{outing}/phones/{}/revoke", stolen.device);
        coordinator.post(&revoke, json!({})).await.expect(204);
        for (n, phone) in [&mut crew, &mut own, &mut stolen].into_iter().enumerate() {
            let seen = phone.fact("presence", json!({"peer": world.town.peers[n], "present": true}));
            let made = phone.fact("newcomer", json!({"peer": Uuid::now_v7(), "pseudonym": "Zoé", "sign": "owl-blue"}));
            let answer = coordinator.post(&path, file(phone, &[seen, made])).await.expect(200);
            // What a phone that was shut out counted is taken; nobody speaks through it any more.
            let expected = if n == 1 { "accepted" } else { "refused" };
            assert_eq!(statuses(&answer), ["accepted", expected], "{n}");
        }
        let summary = world.summary(outing).await;
        assert_eq!(summary["presences"], json!([world.town.peers[1]]));
        let mut suggested: Vec<Uuid> = serde_json::from_value(summary["suggested"].clone()).unwrap();
        suggested.sort();
        assert_eq!(suggested, [world.town.peers[0].0, world.town.peers[2].0]);
    }

    async fn what_is_no_file_of_this_outing_is_told_so(world) {
        let outing = world.open_outing().await;
        let other = world.open_outing().await;
        let phone = world.crew_phone(outing).await;
        let coordinator = &world.town.coordinator;
        let path = format!("/api/v1/outings/{outing}/hand-in");
        let good = file(&phone, &[]);
        let changed = |name: &str, value: Value| {
            let mut it = good.clone();
            it[name] = value;
            it
        };
        let cases = [
            (changed("cueillette", json!(2)), "cueillette", "other_format", "autre version"),
            (changed("outing", json!(other)), "outing", "other_outing", "autre sortie"),
            (changed("device", json!(Uuid::new_v4())), "device", "unknown_phone", "jamais rejoint"),
            (changed("facts", json!(7)), "facts", "wrong_shape", "abîmé"),
            (json!({"nom": "liste"}), "cueillette", "missing", "ne vient pas de Cueillette"),
        ];
        for (body, field, code, words) in cases {
            let shown = upload(coordinator, outing, &body.to_string()).await;
            assert_eq!(shown.status, 422);
            assert!(shown.text().contains(words), "{words}: {}", shown.text());
            let said = coordinator.post(&path, body).await.problem(422);
            assert_eq!(said, (field.into(), code.into()));
        }
        for (content, words) in [("", "Choisissez un fichier."), ("Bonjour", "pas un fichier de relevés")] {
            let shown = upload(coordinator, outing, content).await;
            assert_eq!(shown.status, 422);
            assert!(shown.text().contains(words), "{words}");
        }
        let many: Vec<Value> = vec![json!(0); 10_001];
        let said = coordinator.post(&path, changed("facts", json!(many))).await.problem(413);
        assert_eq!(said, ("facts".into(), "too_many".into()));
        let heavy = format!("{}{}", " ".repeat(4 * 1_048_576), good);
        let said = coordinator.raw(Method::POST, &path, "application/json", heavy.clone()).await;
        assert_eq!(said.problem(413), ("body".into(), "over_the_limit".into()));
        let shown = upload(coordinator, outing, &heavy).await;
        assert_eq!(shown.status, 413);
        assert!(shown.text().contains("trop gros"));
        assert!(world.journal("facts_handed_in").await.is_empty());
    }

    async fn the_page_takes_a_long_file_and_says_in_words_what_became_of_it(world) {
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let coordinator = &world.town.coordinator;
        let page = coordinator.get(&format!("/sorties/{outing}")).await.text();
        assert!(page.contains(&format!("/sorties/{outing}/remettre")));
        let page = coordinator.get(&format!("/sorties/{outing}/remettre")).await;
        assert_eq!(page.status, 200);
        let mut facts: Vec<Value> = (0..450).map(|_| phone.pickup(json!({}), 1)).collect();
        phone.actor.facts(&facts[..3]).await;
        facts.push(json!({"id": Uuid::now_v7(), "kind": "pickup"}));
        let shown = upload(coordinator, outing, &file(&phone, &facts).to_string()).await;
        assert_eq!(shown.status, 200);
        let words = shown.text().replace('\u{a0}', " ");
        assert!(words.contains("447 relevés reçus, 3 déjà là, 1 refusé."), "{words}");
        assert!(words.contains("une information manque, ou n’est pas juste."), "{words}");
        assert_eq!(world.summary(outing).await["totals"]["syringe"], 450);
        // More bytes than any other request may have.
        let long = format!("{}{}", " ".repeat(2 * 1_048_576), file(&phone, &facts[..1]));
        assert_eq!(upload(coordinator, outing, &long).await.status, 200);
    }
}

//! Cards: first use, four digits, three errors, another card; replay, copies, guessing; and what a
//! session of a peer opens and for how long.

use crate::on_both;
use crate::support::{Actor, Answer, World};
use axum::body::Body;
use axum::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::PeerId;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use server::access::cards::CardCode;
use uuid::Uuid;

/// A phone with Web Crypto: a key that signs, and a secret that hides the PIN.
pub struct Holder {
    pub actor: Actor,
    key: EcdsaKeyPair,
    secret: Vec<u8>,
}

impl Holder {
    pub fn new(world: &World) -> Self {
        let (random, suite) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(suite, &random).unwrap();
        Self {
            actor: world.anon(),
            key: EcdsaKeyPair::from_pkcs8(suite, pkcs8.as_ref(), &random).unwrap(),
            secret: Uuid::new_v4().as_bytes().to_vec(),
        }
    }

    async fn challenge(&self) -> String {
        let path = "/api/v1/cards/challenge";
        let answer = self.actor.post(path, json!({})).await.expect(200);
        answer["challenge"].as_str().unwrap().to_owned()
    }

    fn proof(&self, act: &str, code: &CardCode, challenge: &str, pin: &str) -> Value {
        let card = code.id();
        let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &self.secret);
        let hidden = ring::hmac::sign(&secret, format!("{card} {pin}").as_bytes());
        let hidden = URL_SAFE_NO_PAD.encode(hidden);
        let message = format!("card\n{act}\n{card}\n{challenge}\n{hidden}");
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes());
        json!({
            "challenge": challenge, "pin": hidden,
            "signature": URL_SAFE_NO_PAD.encode(signature.unwrap()),
        })
    }

    pub async fn binding(&self, code: &CardCode, pin: &str) -> Value {
        let mut body = self.proof("bind", code, &self.challenge().await, pin);
        body["code"] = json!(code.as_str());
        body["key"] = json!(URL_SAFE_NO_PAD.encode(self.key.public_key()));
        body
    }

    pub async fn bind(&self, code: &CardCode, pin: &str) -> Answer {
        let body = self.binding(code, pin).await;
        self.actor.post("/api/v1/cards/bind", body).await
    }

    pub async fn entering(&self, code: &CardCode, pin: &str) -> Value {
        let mut body = self.proof("enter", code, &self.challenge().await, pin);
        body["card"] = json!(code.id());
        body
    }

    pub async fn enter(&self, code: &CardCode, pin: &str) -> Answer {
        let body = self.entering(code, pin).await;
        self.actor.post("/api/v1/cards/enter", body).await
    }
}

/// The code of a card that was printed for a peer, as a person reads it from the sheet.
pub async fn printed(world: &World, peer: PeerId) -> CardCode {
    printed_of(world, peer, Uuid::now_v7()).await
}

async fn printed_of(world: &World, peer: PeerId, series: Uuid) -> CardCode {
    let page = print(world, peer, series).await.expect_page(200);
    let code = page.split("data-code=\"").nth(1).unwrap();
    code.split('"').next().unwrap().parse().unwrap()
}

async fn print(world: &World, peer: PeerId, series: Uuid) -> Answer {
    let body = format!("serie={series}&pair={peer}");
    form(&world.town.coordinator, "/equipe/cartes", body).await
}

async fn form(actor: &Actor, path: &str, body: String) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    actor.raw(Method::POST, path, kind, body).await
}

/// What the browser keeps of the answer: name and value.
pub fn cookie(answer: &Answer) -> String {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for flag in [
        "__Host-session=peer_",
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
        "Path=/",
    ] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    cookie.split(';').next().unwrap().to_owned()
}

async fn get(world: &World, path: &str, cookie: &str) -> Answer {
    let anon = world.anon();
    let request = anon
        .request(Method::GET, path)
        .header(header::COOKIE, cookie);
    anon.send(request.body(Body::empty()).unwrap()).await
}

async fn is_in(world: &World, cookie: &str) -> bool {
    let answer = get(world, "/moi", cookie).await;
    if answer.status == 200 {
        return true;
    }
    assert_eq!(answer.headers[header::LOCATION], "/entrer?vers=/moi");
    false
}

on_both! {
    async fn a_card_is_bound_on_first_use_and_opens_ones_own_page(world) {
        let peer = world.town.peers[1];
        let code = printed(&world, peer).await;
        let phone = Holder::new(&world);
        let bound = phone.bind(&code, "7294").await;
        let first = cookie(&bound);
        let told = bound.expect(200);
        assert_eq!((&told["sign"], &told["sign_label"]), (&json!("fox-red"), &json!("renard rouge")));
        assert!(get(&world, "/moi", &first).await.expect_page(200).contains("Bonjour Pair 1"));
        let again = phone.enter(&code, "7294").await;
        assert!(is_in(&world, &cookie(&again)).await);
        let signed_in = world.journal("signed_in").await;
        assert_eq!(signed_in.len(), 2);
        assert!(signed_in.iter().all(|it| it.0 == "peer" && it.1 == format!("card:{}", code.id())));
        // The answer to the first use was lost: the same phone asks again and is let in.
        phone.bind(&code, "7294").await.expect(200);
        let journal = world.journal("cards_issued").await;
        assert_eq!(journal, [("coordinator".to_owned(), format!("peer:{peer}"))]);
    }

    async fn three_wrong_pins_lock_a_card_whatever_happens_between_them(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let phone = Holder::new(&world);
        let open = cookie(&phone.bind(&code, "7294").await);
        let wrong = phone.enter(&code, "0001").await.problem(422);
        assert_eq!(wrong, ("pin".into(), "two_tries_left".into()));
        // A new connection, an hour later, by the way of the first use: the count stays.
        world.set_clock("2026-11-24T13:20:00Z");
        let wrong = phone.bind(&code, "0002").await.problem(422);
        assert_eq!(wrong, ("pin".into(), "one_try_left".into()));
        assert!(is_in(&world, &open).await);
        assert_eq!(phone.enter(&code, "0003").await.expect(409)["code"], "card_locked");
        for _ in 0..3 {
            assert_eq!(phone.enter(&code, "7294").await.expect(409)["code"], "card_locked");
        }
        assert_eq!(phone.bind(&code, "7294").await.expect(409)["code"], "card_locked");
        assert!(!is_in(&world, &open).await, "what the card had opened is closed");
        // Another phone is told the same, and nobody is told of a second one.
        let other = Holder::new(&world).bind(&code, "7294").await;
        assert_eq!(other.expect(409)["code"], "card_locked");
        assert!(world.journal("card_refused").await.is_empty());
        assert_eq!(world.journal("card_locked").await.len(), 1);
        let team = world.town.coordinator.get("/equipe").await.expect_page(200);
        assert!(team.contains("bloquée"), "{team}");
    }

    async fn the_right_pin_begins_the_count_anew(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let phone = Holder::new(&world);
        phone.bind(&code, "7294").await.expect(200);
        for _ in 0..3 {
            phone.enter(&code, "0001").await.problem(422);
            phone.enter(&code, "0002").await.problem(422);
            phone.enter(&code, "7294").await.expect(200);
        }
    }

    async fn tries_at_the_same_time_are_counted_one_by_one(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let phone = Holder::new(&world);
        phone.bind(&code, "7294").await.expect(200);
        let mut bodies = Vec::new();
        for n in 0..8 {
            bodies.push(phone.entering(&code, &format!("000{n}")).await);
        }
        let tries = bodies.into_iter().map(|body| {
            let actor = phone.actor.clone();
            tokio::spawn(async move { actor.post("/api/v1/cards/enter", body).await.status.as_u16() })
        });
        let mut answers = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            answers.push(one.await.unwrap());
        }
        answers.sort_unstable();
        assert_eq!(answers, [409, 409, 409, 409, 409, 409, 422, 422]);
    }

    async fn a_new_card_kills_the_old_one_and_what_it_opened_at_once(world) {
        let peer = world.town.peers[1];
        let (old, phone) = (printed(&world, peer).await, Holder::new(&world));
        let open = cookie(&phone.bind(&old, "7294").await);
        assert!(is_in(&world, &open).await);
        let series = Uuid::now_v7();
        let new = printed_of(&world, peer, series).await;
        assert_ne!(new, old);
        assert!(!is_in(&world, &open).await);
        assert_eq!(phone.enter(&old, "7294").await.expect(404)["code"], "unknown_card");
        assert_eq!(phone.bind(&old, "7294").await.expect(404)["code"], "unknown_card");
        // The same form sent twice is the same card; an older form prints nothing.
        assert_eq!(printed_of(&world, peer, series).await, new);
        phone.bind(&new, "5830").await.expect(200);
        printed(&world, peer).await;
        assert_eq!(print(&world, peer, series).await.status, 409);
    }

    async fn a_card_that_is_forgotten_opens_nothing(world) {
        let peer = world.town.peers[1];
        let (code, phone) = (printed(&world, peer).await, Holder::new(&world));
        let open = cookie(&phone.bind(&code, "7294").await);
        // It is asked first, on a page that needs no script and changes nothing.
        let path = format!("/equipe/cartes/oublier?oublier={peer}");
        let team = world.town.coordinator.get("/equipe").await.expect_page(200);
        assert!(team.contains(&format!("href=\"{path}\"")), "{team}");
        let asks = world.town.coordinator.get(&path).await.expect_page(200);
        assert!(asks.contains("Oublier la carte ?") && asks.contains("Pair 1"), "{asks}");
        assert!(is_in(&world, &open).await);
        let nobody = format!("/equipe/cartes/oublier?oublier={}", Uuid::nil());
        world.town.coordinator.get(&nobody).await.expect_page(404);
        let gone = form(&world.town.coordinator, "/equipe/cartes/oublier", format!("oublier={peer}")).await;
        assert!(gone.status.is_redirection());
        assert!(!is_in(&world, &open).await);
        phone.enter(&code, "7294").await.expect(404);
        assert_eq!(world.journal("card_forgotten").await.len(), 1);
    }

    async fn a_cloned_card_is_refused_and_the_coordinator_is_told(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let (phone, other) = (Holder::new(&world), Holder::new(&world));
        phone.bind(&code, "7294").await.expect(200);
        // The right digits change nothing: the paper is not the phone.
        assert_eq!(other.bind(&code, "7294").await.expect(409)["code"], "card_taken");
        let signed = other.enter(&code, "7294").await.problem(422);
        assert_eq!(signed, ("signature".into(), "not_this_phone".into()));
        assert_eq!(world.journal("card_refused").await.len(), 1);
        let team = world.town.coordinator.get("/equipe").await.expect_page(200);
        assert!(team.contains("montrée par un deuxième téléphone : Pair 1."), "{team}");
        // Nobody locks another's card from afar, and its holder goes on.
        for _ in 0..4 {
            other.enter(&code, "0000").await.problem(422);
        }
        phone.enter(&code, "7294").await.expect(200);
    }

    async fn a_replayed_challenge_is_refused_it_is_answered_once_and_soon(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let phone = Holder::new(&world);
        let body = phone.binding(&code, "7294").await;
        phone.actor.post("/api/v1/cards/bind", body.clone()).await.expect(200);
        let replayed = phone.actor.post("/api/v1/cards/bind", body).await;
        assert_eq!(replayed.expect(409)["code"], "challenge_over");
        let body = phone.entering(&code, "7294").await;
        phone.actor.post("/api/v1/cards/enter", body.clone()).await.expect(200);
        let replayed = phone.actor.post("/api/v1/cards/enter", body).await;
        assert_eq!(replayed.expect(409)["code"], "challenge_over");
        // What was signed for coming in is not what is signed for a first use.
        let mut body = phone.entering(&code, "7294").await;
        body["code"] = json!(code.as_str());
        body["key"] = json!(URL_SAFE_NO_PAD.encode(phone.key.public_key()));
        body.as_object_mut().unwrap().remove("card");
        let other_act = phone.actor.post("/api/v1/cards/bind", body).await.problem(422);
        assert_eq!(other_act.0, "signature");
        let late = phone.entering(&code, "7294").await;
        world.set_clock("2026-11-24T13:07:30Z");
        let late = phone.actor.post("/api/v1/cards/enter", late).await;
        assert_eq!(late.expect(409)["code"], "challenge_over");
        let mut forged = phone.entering(&code, "7294").await;
        let challenge = forged["challenge"].as_str().unwrap().to_owned();
        let another = if challenge.starts_with('A') { 'B' } else { 'A' };
        forged["challenge"] = json!(format!("{another}{}", &challenge[1..]));
        let refused = phone.actor.post("/api/v1/cards/enter", forged).await;
        assert_eq!(refused.status, 422);
    }

    async fn codes_are_not_guessed(world) {
        let phone = Holder::new(&world);
        let never = CardCode::from_bits(b"0123456789");
        for _ in 0..20 {
            phone.bind(&never, "7294").await.expect(404);
        }
        let waits = phone.bind(&never, "7294").await;
        assert_eq!(waits.headers[header::RETRY_AFTER], "60");
        assert_eq!(waits.expect(429)["code"], "too_many_tries");
    }

    async fn a_card_that_nobody_used_is_dead_after_two_months(world) {
        let code = printed(&world, world.town.peers[1]).await;
        world.set_clock("2027-01-24T13:05:00Z");
        Holder::new(&world).bind(&code, "7294").await.expect(404);
    }

    async fn a_session_ends_after_half_an_hour_of_nothing_and_by_leaving(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let phone = Holder::new(&world);
        let open = cookie(&phone.bind(&code, "7294").await);
        for at in ["13:30", "13:55", "14:20"] {
            world.set_clock(&format!("2026-11-24T{at}:00Z"));
            assert!(is_in(&world, &open).await, "{at}");
        }
        world.set_clock("2026-11-24T14:51:00Z");
        assert!(!is_in(&world, &open).await);
        let open = cookie(&phone.enter(&code, "7294").await);
        let anon = world.anon();
        let leave = anon.request(Method::POST, "/deconnexion").header(header::COOKIE, &open);
        let left = anon.send(leave.body(Body::empty()).unwrap()).await;
        assert_eq!(left.headers[header::LOCATION], "/entrer");
        assert!(left.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        assert!(!is_in(&world, &open).await);
    }

    async fn who_comes_in_on_a_shared_phone_ends_the_session_before(world) {
        let codes = [printed(&world, world.town.peers[1]).await, printed(&world, world.town.peers[2]).await];
        let phones = [Holder::new(&world), Holder::new(&world)];
        let first = cookie(&phones[0].bind(&codes[0], "7294").await);
        let body = phones[1].binding(&codes[1], "5830").await;
        let anon = world.anon();
        let request = anon.request(Method::POST, "/api/v1/cards/bind")
            .header(header::COOKIE, &first)
            .header(header::CONTENT_TYPE, "application/json");
        let second = anon.send(request.body(Body::from(body.to_string())).unwrap()).await;
        assert!(!is_in(&world, &first).await);
        assert!(get(&world, "/moi", &cookie(&second)).await.expect_page(200).contains("Bonjour Pair 2"));
    }

    async fn a_peers_session_opens_no_other_room_and_no_other_role_opens_theirs(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let phone = Holder::new(&world);
        let open = cookie(&phone.bind(&code, "7294").await);
        for path in ["/sorties", "/equipe", "/lieux", "/aides", "/ccas", "/signalements"] {
            assert_eq!(get(&world, path, &open).await.status, 403, "{path}");
        }
        assert_eq!(get(&world, "/", &open).await.headers[header::LOCATION], "/moi");
        for actor in [&world.town.coordinator, &world.town.agent, &world.town.clerk] {
            for path in ["/moi", "/moi/lieux", "/moi/ce-qu-on-sait", "/moi/releve"] {
                assert_eq!(actor.get(path).await.status, 403, "{path}");
            }
        }
        let elsewhere = world.another_town("ailleurs").await;
        let body = format!("serie={}&pair={}", Uuid::now_v7(), world.town.peers[1]);
        let theirs = form(&elsewhere.coordinator, "/equipe/cartes", body).await.expect_page(200);
        assert!(!theirs.contains("data-code"), "a peer of another programme is nobody's to print for");
        assert!(is_in(&world, &open).await);
    }

    async fn the_sheet_names_nobody_on_the_card_and_the_database_keeps_no_code(world) {
        let series = Uuid::now_v7();
        let peers: Vec<String> = world.town.peers.iter().map(|it| format!("&pair={it}")).collect();
        let body = format!("serie={series}{}", peers.concat());
        let page = form(&world.town.coordinator, "/equipe/cartes", body).await.expect_page(200);
        assert_eq!(page.matches("class=\"paper\"").count(), 10);
        assert_eq!(page.matches("class=\"card-sheet\"").count(), 2, "eight on a sheet");
        for face in page.split("class=\"face\"").skip(1) {
            let face = face.split("</article>").next().unwrap();
            assert!(!face.contains("Pair ") && !face.contains("renard"), "{face}");
        }
        let kept: i64 = world.value(
            "select cast(count(*) as bigint) from cards where device_key is null and length(code_hash) = 32"
        ).await;
        assert_eq!(kept, 10);
    }

    async fn a_body_that_is_wrong_is_told_which_field(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let phone = Holder::new(&world);
        let good = phone.binding(&code, "7294").await;
        for (field, wrong, said) in [
            ("code", json!("ABC"), "not_a_code"),
            ("key", json!("AAAA"), "wrong_shape"),
            ("pin", json!("7294"), "wrong_shape"),
            ("signature", json!("é"), "wrong_shape"),
            ("challenge", json!(""), "wrong_shape"),
            ("pin", Value::Null, "missing"),
        ] {
            let mut body = good.clone();
            match &wrong {
                Value::Null => _ = body.as_object_mut().unwrap().remove(field),
                wrong => body[field] = wrong.clone(),
            }
            let told = phone.actor.post("/api/v1/cards/bind", body).await.problem(422);
            assert_eq!(told, (field.to_owned(), said.to_owned()));
        }
        phone.actor.post("/api/v1/cards/bind", good).await.expect(200);
    }
}

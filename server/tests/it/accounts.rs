//! The staff's way in: invitations, passwords, second factors, own accounts; and that nobody who
//! manages people reaches those of another body.

use crate::command_line::{Place, text};
use crate::on_both;
use crate::support::{Actor, Answer, World};
use axum::body::Body;
use axum::http::{Method, header};
use server::access::second_factor::totp::Secret;
use server::access::{Role, accounts};
use server::db::{Db, sql};
use server::programmes;

const PASSWORD: &str = "un zebre fume sous la grue jaune";
const OTHER: &str = "sept pianos volent vers la lune";
const WRONG: &str = "L’adresse ou le mot de passe n’est pas juste.";

async fn form(actor: &Actor, path: &str, body: &str) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    actor.raw(Method::POST, path, kind, body.to_owned()).await
}

fn encoded(text: &str) -> String {
    server::http::layers::percent_encode(text)
}

pub async fn sign_in(world: &World, login: &str, password: &str) -> Answer {
    let body = format!("login={}&password={}", encoded(login), encoded(password));
    form(&world.anon(), "/connexion", &body).await
}

#[track_caller]
fn location(answer: &Answer) -> String {
    assert!(
        answer.status.is_redirection(),
        "{}: {}",
        answer.status,
        answer.text()
    );
    answer.headers[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned()
}

/// Name and value of a cookie that an answer sets.
pub fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.get_all(header::SET_COOKIE).iter();
    let pairs = set.filter_map(|it| it.to_str().unwrap().split(';').next());
    let found = pairs
        .map(str::to_owned)
        .find(|it| it.starts_with(&format!("{name}=")));
    found.filter(|it| !it.ends_with('='))
}

/// Whoever holds the session that an answer opened.
#[track_caller]
pub fn holder(world: &World, answer: &Answer) -> Actor {
    let pair = cookie(answer, "__Host-session").expect("a session");
    let token = pair.split_once('=').unwrap().1.to_owned();
    world.actor(Some(token))
}

/// With the step of a sign-in that waits for a code.
pub async fn step(world: &World, pair: &str, path: &str, body: &str) -> Answer {
    let anon = world.anon();
    let request = anon
        .request(Method::POST, path)
        .header(header::COOKIE, pair)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    anon.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

async fn with_cookie(world: &World, pair: &str, path: &str) -> Answer {
    let anon = world.anon();
    let request = anon.request(Method::GET, path).header(header::COOKIE, pair);
    anon.send(request.body(Body::empty()).unwrap()).await
}

pub async fn change_settings(world: &World, change: impl FnOnce(&mut domain::Settings)) {
    let programme = world.programme().await;
    let mut tx = world.app.db.write().await.unwrap();
    let mut settings = programmes::hold_settings(&mut tx, programme).await.unwrap();
    change(&mut settings);
    programmes::set_settings(&mut tx, programme, &settings)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// The key that a page shows, once.
#[track_caller]
fn shown_key(page: &str) -> String {
    let rest = &page[page.find("api_").expect("a key")..];
    rest[..rest.find('<').unwrap()].to_owned()
}

/// The path of the one link a page shows.
#[track_caller]
fn link(page: &str) -> String {
    let at = page.find("/invitation/").expect("a link");
    let rest = &page[at..];
    rest[..rest.find('<').unwrap()].to_owned()
}

pub async fn invited(by: &Actor, login: &str, more: &str) -> String {
    let body = format!("name=Nour+Benali&login={}{more}", encoded(login));
    link(&form(by, "/comptes", &body).await.expect_page(200))
}

pub async fn accept(world: &World, path: &str, password: &str) -> Answer {
    let password = encoded(password);
    let body = format!("name=Nour+Benali&password={password}&again={password}");
    form(&world.anon(), path, &body).await
}

async fn account_of(world: &World, role: &str) -> uuid::Uuid {
    let mut tx = world.app.db.read().await.unwrap();
    let login = format!("bordeaux-{role}@test.example");
    let (id,): (uuid::Uuid,) = sql("select id from accounts where login = $1")
        .bind(login)
        .one(&mut tx)
        .await
        .unwrap();
    id
}

fn now_s(world: &World) -> i64 {
    world.app.now().as_ms() / 1000
}

/// Takes a second factor into use; answers its secret as a phone keeps it, and the page of codes.
async fn enrolled(world: &World, pair: &str, back: &str) -> (Secret, Answer) {
    let page = with_cookie(world, pair, &format!("/connexion/second-facteur{back}"))
        .await
        .expect_page(200);
    let shown = page.split("class=\"secret\">").nth(1).unwrap();
    let signs: String = shown.split('<').next().unwrap().split(' ').collect();
    let secret: Secret = serde_json::from_value(serde_json::json!(signs)).unwrap();
    let body = format!("code={}&vers=/sorties", secret.code_at(now_s(world)));
    let done = step(world, pair, "/connexion/second-facteur", &body).await;
    (secret, done)
}

/// Takes a second factor into use for an account that must have one; answers its recovery codes.
pub async fn with_codes(world: &World, login: &str, password: &str) -> Vec<String> {
    let asked = sign_in(world, login, password).await;
    let pair = cookie(&asked, "__Host-step").unwrap();
    let (_, done) = enrolled(world, &pair, "").await;
    recovery_codes(&done.expect_page(200))
}

/// Recovery codes as a page shows them.
fn recovery_codes(page: &str) -> Vec<String> {
    let list = page.split("class=\"recovery\">").nth(1).unwrap();
    let list = list.split("</ol>").next().unwrap();
    let items = list.split("<li>").skip(1);
    items
        .map(|it| it.split('<').next().unwrap().to_owned())
        .collect()
}

on_both! {
    async fn an_unknown_email_and_a_wrong_password_cost_one_hash_and_get_one_answer(world) {
        world.set_password("bordeaux-clerk@test.example", PASSWORD).await;
        let mut answers = Vec::new();
        for login in ["bordeaux-clerk@test.example", "personne@test.example", "pas une adresse"] {
            let before = world.app.hashing.computed();
            let id = "019ab000-0000-7000-8000-000000000001";
            let body = format!("id={id}&login={}&password=faux", encoded(login));
            let answer = form(&world.anon(), "/connexion", &body).await;
            assert_eq!(world.app.hashing.computed() - before, 1, "{login}");
            assert_eq!(answer.status, 422);
            let text = answer.text();
            assert!(text.contains(WRONG));
            let mut headers = answer.headers.clone();
            headers.remove(header::CONTENT_LENGTH);
            answers.push((text.replace(login, "…"), headers));
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]));
        assert!(world.journal("signed_in").await.is_empty());
    }

    async fn wrong_passwords_of_one_account_must_wait_from_wherever_they_come(world) {
        world.set_password("bordeaux-clerk@test.example", PASSWORD).await;
        for login in ["bordeaux-clerk@test.example", "personne@test.example"] {
            for _ in 0..10 {
                assert_eq!(sign_in(&world, login, "faux").await.status, 422);
            }
            let hashes = world.app.hashing.computed();
            let waits = sign_in(&world, login, PASSWORD).await;
            assert_eq!(waits.status, 429, "{login}");
            assert_eq!(waits.headers[header::RETRY_AFTER], "60");
            assert_eq!(world.app.hashing.computed(), hashes);
            // Others come in meanwhile: an address alone has more tries.
            world.set_clock("2026-11-24T13:07:00.000Z");
        }
        assert_eq!(location(&sign_in(&world, "bordeaux-clerk@test.example", PASSWORD).await), "/");
    }

    async fn a_wrong_password_on_ones_own_page_counts_like_at_the_door(world) {
        let me = world.administrator(Role::Clerk).await;
        world.set_password("bordeaux-clerk@test.example", PASSWORD).await;
        for _ in 0..10 {
            assert_eq!(form(&me, "/compte/codes", "pour-le-code=faux").await.status, 422);
        }
        let waits = form(&me, "/compte/codes", "pour-le-code=faux").await;
        assert_eq!((waits.status.as_u16(), &waits.headers[header::RETRY_AFTER]), (429, &header::HeaderValue::from(60)));
        assert_eq!(sign_in(&world, "bordeaux-clerk@test.example", PASSWORD).await.status, 429);
    }

    async fn session_fixation_the_token_is_new_at_sign_in_and_the_old_session_ends(world) {
        let login = "bordeaux-clerk@test.example";
        world.set_password(login, PASSWORD).await;
        let first = sign_in(&world, login, PASSWORD).await;
        let planted = cookie(&first, "__Host-session").unwrap();
        for brought in [planted.as_str(), "__Host-session=session_chosen-by-somebody-else"] {
            let body = format!("login={}&password={}", encoded(login), encoded(PASSWORD));
            let again = step(&world, brought, "/connexion", &body).await;
            let pair = cookie(&again, "__Host-session").unwrap();
            assert_ne!(pair, brought);
            assert_eq!(with_cookie(&world, &pair, "/ccas").await.status, 200);
            assert_eq!(location(&with_cookie(&world, brought, "/ccas").await), "/connexion?vers=/ccas");
        }
    }

    async fn open_redirects_lead_home(world) {
        let login = "bordeaux-clerk@test.example";
        world.set_password(login, PASSWORD).await;
        for (vers, to) in [
            ("/ccas", "/ccas"),
            ("/ccas/2026-0001?page=2", "/ccas/2026-0001?page=2"),
            ("https://ailleurs.example/", "/"),
            ("//ailleurs.example/", "/"),
            ("/\\ailleurs.example", "/"),
            ("/ccas\r\nX: y", "/"),
            ("javascript:alert(1)", "/"),
            ("/nulle-part", "/"),
        ] {
            let body = format!("login={}&password={}&vers={}", encoded(login), encoded(PASSWORD), encoded(vers));
            assert_eq!(location(&form(&world.anon(), "/connexion", &body).await), to, "{vers}");
        }
    }

    async fn somebody_is_invited_chooses_a_password_and_comes_in(world) {
        let by = world.administrator(Role::Coordinator).await;
        let path = invited(&by, "Nour@LaCase.example", "").await;
        let listed = by.get("/comptes").await.expect_page(200);
        assert!(listed.contains("Liens qui attendent") && listed.contains("nour@lacase.example"));
        assert!(!listed.contains("/invitation/"), "a link is shown once");
        let page = world.anon().get(&path).await.expect_page(200);
        assert!(page.contains("de La CASE") && page.contains("nour@lacase.example"), "{page}");
        let weak = accept(&world, &path, "motdepasse").await.expect_page(422);
        assert!(weak.contains("trop connu"), "{weak}");
        let differ = form(&world.anon(), &path, "name=N&password=a&again=b").await.expect_page(422);
        assert!(differ.contains("ne sont pas pareils"));
        assert_eq!(location(&accept(&world, &path, PASSWORD).await), "/connexion?fait=compte");
        let entered = sign_in(&world, "nour@lacase.example", PASSWORD).await;
        let nour = holder(&world, &entered);
        nour.get("/sorties").await.expect_page(200);
        assert_eq!(nour.get("/comptes").await.status, 403, "nobody said that they manage");
        for (action, rows) in [("account_invited", 1), ("account_made", 1), ("signed_in", 1)] {
            assert_eq!(world.journal(action).await.len(), rows, "{action}");
        }
    }

    async fn a_reused_an_expired_a_withdrawn_and_a_foreign_invitation_answer_alike_and_kindly(world) {
        let by = world.administrator(Role::Coordinator).await;
        let used = invited(&by, "un@lacase.example", "").await;
        accept(&world, &used, PASSWORD).await;
        let replaced = invited(&by, "deux@lacase.example", "").await;
        let expired = invited(&by, "deux@lacase.example", "").await;
        let withdrawn = invited(&by, "trois@lacase.example", "").await;
        let listed = by.get("/comptes").await.expect_page(200);
        let id = listed.split("/comptes/liens/").nth(2).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(location(&form(&by, &format!("/comptes/liens/{id}"), "").await), "/comptes?fait=annulee");
        world.set_clock("2026-12-01T13:05:01.000Z");
        for path in [used.as_str(), &replaced, &expired, &withdrawn, "/invitation/lien_jamais"] {
            let shown = world.anon().get(path).await.expect_page(410);
            assert!(shown.contains("Demandez un autre lien"), "{path}: {shown}");
            let taken = accept(&world, path, PASSWORD).await;
            assert_eq!(taken.status, 410, "{path}");
        }
        let accounts: i64 = world.value("select cast(count(*) as bigint) from accounts").await;
        assert_eq!(accounts, 4);
    }

    async fn an_invitation_is_good_once_even_for_two_at_the_same_time(world) {
        let by = world.administrator(Role::Agent).await;
        let path = invited(&by, "nour@mairie.example", "").await;
        let (a, b) = tokio::join!(accept(&world, &path, PASSWORD), accept(&world, &path, OTHER));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
    }

    async fn no_administrator_reaches_another_body_nor_another_programme(world) {
        let other = world.another_town("ailleurs").await;
        _ = other;
        let roles = [(Role::Coordinator, "coordinator"), (Role::Agent, "agent"), (Role::Clerk, "clerk")];
        for (role, own) in roles {
            let by = world.administrator(role).await;
            let page = by.get("/comptes").await.expect_page(200);
            for (_, name) in roles {
                let there = page.contains(&format!("bordeaux-{name}@test.example"));
                assert_eq!(there, name == own, "{own} sees {name}");
                if name == own {
                    continue;
                }
                let id = account_of(&world, name).await;
                by.get(&format!("/comptes/{id}")).await.expect_page(404);
                for action in ["mot-de-passe", "gerer", "ne-plus-gerer", "fin"] {
                    let body = format!("action={action}");
                    form(&by, &format!("/comptes/{id}"), &body).await.expect_page(404);
                }
            }
            assert!(!page.contains("ailleurs-"));
            // What they invite is of their own body, whatever the form says.
            let login = format!("{own}-2@test.example");
            let path = invited(&by, &login, "&role=coordinator&programme=ailleurs").await;
            accept(&world, &path, PASSWORD).await;
            let mut tx = world.app.db.read().await.unwrap();
            let (made,): (String,) = sql("select role from accounts where login = $1")
                .bind(login).one(&mut tx).await.unwrap();
            assert_eq!(made, own);
        }
        assert!(world.journal("account_ended").await.is_empty());
        // Their walls stay what they are: an administrator of the payer's reads no place.
        let clerk = world.administrator(Role::Clerk).await;
        assert_eq!(clerk.get("/lieux").await.status, 403);
        assert_eq!(world.administrator(Role::Agent).await.get("/aides").await.status, 403);
    }

    async fn a_token_of_a_program_manages_nobody(world) {
        let id = account_of(&world, "coordinator").await;
        let mut tx = world.app.db.write().await.unwrap();
        sql("update accounts set administers = true where id = $1").bind(id).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.town.coordinator.get("/comptes").await.status, 403);
    }

    async fn a_key_for_a_program_is_shown_once_opens_its_wall_only_and_is_taken_back(world) {
        let by = world.administrator(Role::Clerk).await;
        let refused = form(&by, "/comptes/cles", "name=+").await.expect_page(422);
        assert!(refused.contains("Il manque le nom du logiciel"), "{refused}");
        let made = form(&by, "/comptes/cles", "name=Tableur+du+mois").await;
        assert_eq!(made.headers[header::CACHE_CONTROL], "no-store");
        let made = made.expect_page(200);
        let token = shown_key(&made);
        assert!(token.starts_with("api_") && made.contains("Cette page ne revient pas"), "{made}");
        let listed = by.get("/comptes/cles").await.expect_page(200);
        assert!(listed.contains("Tableur du mois") && listed.contains("Jamais utilisée"), "{listed}");
        assert!(!listed.contains(&token), "a key is shown once");
        let kept: i64 = world.value("select cast(count(*) as bigint) from api_tokens where name = 'Tableur du mois' and length(token_hash) = 32").await;
        assert_eq!(kept, 1);
        // It is the payer's: lists, no places; and nothing that asks for an administrator.
        let program = world.actor(Some(token));
        program.get("/api/v1/allowance-lists").await.expect(200);
        program.get("/api/v1/sites").await.expect(403);
        for (method, path) in [
            (Method::GET, "/comptes"), (Method::POST, "/comptes"), (Method::GET, "/comptes/cles"),
            (Method::POST, "/comptes/cles"), (Method::GET, "/reglages/modifier"), (Method::POST, "/reglages/modifier"),
        ] {
            let answer = program.raw(method, path, "application/x-www-form-urlencoded", "name=encore").await;
            assert_eq!(answer.status, 403, "{path}");
        }
        // It closes no session either.
        form(&program, "/compte/sessions", "").await.expect_page(409);
        by.get("/compte").await.expect_page(200);
        // Last use: by the hour in the table, by the day on the screen.
        let used = "select last_used_at from api_tokens where name = 'Tableur du mois'";
        let at = |text: &str| text.parse::<domain::Instant>().unwrap().as_ms();
        assert_eq!(world.value::<i64>(used).await, at("2026-11-24T13:00:00Z"));
        for (now, noted) in [("2026-11-24T13:59:59Z", "2026-11-24T13:00:00Z"), ("2026-11-24T15:01:00Z", "2026-11-24T15:00:00Z")] {
            world.set_clock(now);
            program.get("/api/v1/allowance-lists").await.expect(200);
            assert_eq!(world.value::<i64>(used).await, at(noted), "{now}");
        }
        let listed = by.get("/comptes/cles").await.expect_page(200);
        assert!(listed.contains("Utilisée aujourd’hui"), "{listed}");
        // Nobody of another body sees it, nor takes it back.
        let rows = listed.split("action=\"/comptes/cles/").skip(1).find(|it| it.contains("Tableur du mois")).unwrap();
        let path = format!("/comptes/cles/{}", rows.split('"').next().unwrap());
        for role in [Role::Coordinator, Role::Agent] {
            let other = world.administrator(role).await;
            assert!(!other.get("/comptes/cles").await.expect_page(200).contains("Tableur du mois"));
            form(&other, &path, "").await.expect_page(404);
        }
        assert_eq!(location(&form(&by, &path, "").await), "/comptes/cles?fait=retiree");
        program.get("/api/v1/allowance-lists").await.expect(401);
        form(&by, &path, "").await.expect_page(404);
        assert!(!by.get("/comptes/cles").await.expect_page(200).contains("Tableur du mois"));
        // The journal tells the making and the revoking, by name, to the body that it is of.
        let told = by.get("/journal").await.expect_page(200);
        for words in ["a fait une clé d’accès pour un logiciel", "a retiré une clé d’accès à un logiciel", "« Tableur du mois »"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        let other = world.administrator(Role::Coordinator).await.get("/journal").await.expect_page(200);
        assert!(!other.contains("Tableur"), "{other}");
        assert_eq!((world.journal("token_made").await.len(), world.journal("token_revoked").await.len()), (1, 1));
    }

    async fn keys_of_a_body_are_not_without_number_and_end_with_the_account_that_made_them(world) {
        let by = world.administrator(Role::Agent).await;
        for n in 1..20 {
            form(&by, "/comptes/cles", &format!("name=Logiciel+{n}")).await.expect_page(200);
        }
        // The world has one of its own: twenty.
        let answer = form(&by, "/comptes/cles", "name=un+de+trop").await.expect_page(409);
        assert!(answer.contains("trop de clés"), "{answer}");
        let path = invited(&by, "nour@mairie.example", "&administers=oui").await;
        accept(&world, &path, PASSWORD).await;
        let nour = holder(&world, &sign_in(&world, "nour@mairie.example", PASSWORD).await);
        let listed = by.get("/comptes/cles").await.expect_page(200);
        let first = listed.split("action=\"/comptes/cles/").nth(1).unwrap().split('"').next().unwrap();
        form(&by, &format!("/comptes/cles/{first}"), "").await;
        let made = form(&nour, "/comptes/cles", "name=De+Nour").await.expect_page(200);
        let token = shown_key(&made);
        let program = world.actor(Some(token));
        program.get("/api/v1/sites").await.expect(200);
        let listed = by.get("/comptes").await.expect_page(200);
        let rows = listed.split("href=\"/comptes/").skip(1);
        let row = rows.into_iter().find(|it| it.contains("Nour Benali")).unwrap();
        form(&by, &format!("/comptes/{}", row.split('"').next().unwrap()), "action=fin").await;
        program.get("/api/v1/sites").await.expect(401);
    }

    async fn signing_in_with_two_taps_opens_one_session(world) {
        let login = "bordeaux-clerk@test.example";
        world.set_password(login, PASSWORD).await;
        let page = world.anon().get("/connexion").await.expect_page(200);
        let id = page.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let body = format!("id={id}&login={}&password={}", encoded(login), encoded(PASSWORD));
        let anon = world.anon();
        let send = || form(&anon, "/connexion", &body);
        let (first, second) = tokio::join!(send(), send());
        // And once more: the answer was lost.
        let third = send().await;
        let opened = [&first, &second, &third].map(|it| cookie(it, "__Host-session").unwrap());
        assert!(opened.iter().all(|it| *it == opened[0]), "{opened:?}");
        assert_eq!(world.journal("signed_in").await.len(), 1);
        let clerk = holder(&world, &first);
        let own = clerk.get("/compte").await.expect_page(200);
        assert!(!own.contains("action=\"/compte/sessions/"), "no other session: {own}");
        // Closed is closed: the same form, later, opens another one.
        form(&clerk, "/deconnexion", "").await;
        world.set_clock("2026-11-24T13:09:00.000Z");
        assert_ne!(cookie(&send().await, "__Host-session").unwrap(), opened[0]);
        assert_eq!(location(&clerk.get("/ccas").await), "/connexion?vers=/ccas");
    }

    async fn one_session_is_closed_from_the_list_and_the_others_stay(world) {
        let login = "bordeaux-clerk@test.example";
        world.set_password(login, PASSWORD).await;
        let lost = holder(&world, &sign_in(&world, login, PASSWORD).await);
        world.set_clock("2026-11-24T13:40:00.000Z");
        let here = holder(&world, &sign_in(&world, login, PASSWORD).await);
        let page = here.get("/compte").await.expect_page(200);
        assert_eq!(page.matches("cette session").count(), 1, "{page}");
        assert!(page.contains("Ouverte aujourd’hui à 14 h 05.") && page.contains("Utilisée aujourd’hui."), "{page}");
        let path = page.split("action=\"/compte/sessions/").nth(1).unwrap().split('"').next().unwrap();
        let path = format!("/compte/sessions/{path}");
        // A session of somebody else is not there.
        let other = world.administrator(Role::Agent).await;
        form(&other, &path, "").await.expect_page(404);
        assert_eq!(location(&form(&here, &path, "").await), "/compte?fait=session");
        assert_eq!(location(&lost.get("/ccas").await), "/connexion?vers=/ccas");
        let page = here.get("/compte?fait=session").await.expect_page(200);
        assert!(page.contains("La session est fermée") && !page.contains("action=\"/compte/sessions/"), "{page}");
        form(&here, &path, "").await.expect_page(404);
        assert_eq!(world.journal("session_ended").await.len(), 1);
    }

    async fn an_ended_account_opens_nothing_from_that_moment(world) {
        let by = world.administrator(Role::Coordinator).await;
        let path = invited(&by, "nour@lacase.example", "&administers=oui").await;
        accept(&world, &path, PASSWORD).await;
        let nour = holder(&world, &sign_in(&world, "nour@lacase.example", PASSWORD).await);
        let made_by_nour = invited(&nour, "ami@lacase.example", "").await;
        let listed = by.get("/comptes").await.expect_page(200);
        let rows = listed.split("href=\"/comptes/").skip(1);
        let row = rows.into_iter().find(|it| it.contains("Nour Benali")).unwrap();
        let id = row.split('"').next().unwrap();
        assert_eq!(location(&form(&by, &format!("/comptes/{id}"), "action=fin").await), "/comptes?fait=fin");
        assert_eq!(location(&nour.get("/sorties").await), "/connexion?vers=/sorties");
        let refused = sign_in(&world, "nour@lacase.example", PASSWORD).await;
        assert!(refused.text().contains(WRONG));
        world.anon().get(&made_by_nour).await.expect_page(410);
        assert!(!by.get("/comptes").await.expect_page(200).contains("nour@lacase.example"));
        // The address is free for a new account; nobody ends their own.
        invited(&by, "nour@lacase.example", "").await;
        let own = account_of(&world, "coordinator").await;
        form(&by, &format!("/comptes/{own}"), "action=fin").await.expect_page(409);
        assert_eq!(world.journal("account_ended").await.len(), 1);
    }

    async fn a_forgotten_password_is_replaced_by_a_link_and_sessions_end(world) {
        let login = "bordeaux-clerk@test.example";
        world.set_password(login, PASSWORD).await;
        let clerk = holder(&world, &sign_in(&world, login, PASSWORD).await);
        let by = world.administrator(Role::Clerk).await;
        let id = account_of(&world, "clerk").await;
        // Somebody else of the body asks: the administrator's own account is the same one here.
        let path = link(&form(&by, &format!("/comptes/{id}"), "action=mot-de-passe").await.expect_page(200));
        clerk.get("/ccas").await.expect_page(200);
        assert!(world.anon().get(&path).await.expect_page(200).contains("Bonjour clerk"));
        accept(&world, &path, OTHER).await;
        assert_eq!(location(&clerk.get("/ccas").await), "/connexion?vers=/ccas");
        assert_eq!(sign_in(&world, login, PASSWORD).await.status, 422);
        assert_eq!(location(&sign_in(&world, login, OTHER).await), "/");
        accept(&world, &path, PASSWORD).await.expect_page(410);
    }

    async fn where_a_code_is_required_the_first_sign_in_sets_it_up_and_later_ones_ask_for_it(world) {
        change_settings(&world, |it| it.second_factor_for = vec!["coordinator".into(), "clerk".into()]).await;
        let login = "bordeaux-coordinator@test.example";
        world.set_password(login, PASSWORD).await;
        world.set_password("bordeaux-agent@test.example", PASSWORD).await;
        assert_eq!(location(&sign_in(&world, "bordeaux-agent@test.example", PASSWORD).await), "/");
        let asked = sign_in(&world, login, PASSWORD).await;
        assert_eq!(location(&asked), "/connexion/second-facteur?vers=/");
        assert!(cookie(&asked, "__Host-session").is_none(), "a password alone opens nothing");
        let pair = cookie(&asked, "__Host-step").unwrap();
        let away = with_cookie(&world, &pair.replace("__Host-step", "__Host-session"), "/sorties").await;
        assert_eq!(location(&away), "/connexion?vers=/sorties");
        let wrong = step(&world, &pair, "/connexion/second-facteur", "code=000000").await;
        assert_eq!(wrong.status, 422);
        let (secret, done) = enrolled(&world, &pair, "").await;
        let first = holder(&world, &done);
        let opened = cookie(&done, "__Host-session");
        let codes = recovery_codes(&done.expect_page(200));
        assert_eq!(codes.len(), 10);
        // Sent again, it is the same session and the same codes.
        let body = format!("code={}", secret.code_at(now_s(&world)));
        let again = step(&world, &pair, "/connexion/second-facteur", &body).await;
        assert_eq!(cookie(&again, "__Host-session"), opened);
        assert_eq!(recovery_codes(&again.expect_page(200)), codes);
        first.get("/sorties").await.expect_page(200);
        let kept: Vec<u8> = world.value("select sealed_totp from accounts where sealed_totp is not null").await;
        let plain = serde_json::to_string(&secret).unwrap();
        let plain = plain.trim_matches('"').as_bytes();
        assert!(!kept.windows(plain.len()).any(|it| it == plain), "sealed at rest");
        // Next time, a code; the one just used is used up.
        world.set_clock("2026-11-24T13:05:10.000Z");
        let asked = sign_in(&world, login, PASSWORD).await;
        assert_eq!(location(&asked), "/connexion/code?vers=/");
        let pair = cookie(&asked, "__Host-step").unwrap();
        let used = format!("code={}", secret.code_at(now_s(&world)));
        assert_eq!(step(&world, &pair, "/connexion/code", &used).await.status, 422);
        world.set_clock("2026-11-24T13:05:40.000Z");
        let fresh = format!("code={}&vers=/lieux", secret.code_at(now_s(&world)));
        let entered = step(&world, &pair, "/connexion/code", &fresh).await;
        assert_eq!(location(&entered), "/lieux");
        holder(&world, &entered).get("/sorties").await.expect_page(200);
        // Sent again within a minute, it is the same session.
        let again = step(&world, &pair, "/connexion/code", &fresh).await;
        assert_eq!(location(&again), "/lieux");
        assert_eq!(cookie(&again, "__Host-session"), cookie(&entered, "__Host-session"));
        assert_eq!(step(&world, &pair, "/connexion/code", "code=000000").await.status, 422);
        // Then the step is over, and a recovery code opens one session only.
        world.set_clock("2026-11-24T13:06:41.000Z");
        assert_eq!(location(&step(&world, &pair, "/connexion/code", &fresh).await), "/connexion?fait=trop-long&vers=/lieux");
        for (n, status) in [(0, 303), (0, 422), (1, 303)] {
            let pair = cookie(&sign_in(&world, login, PASSWORD).await, "__Host-step").unwrap();
            let body = format!("code={}", codes[n].to_lowercase());
            assert_eq!(step(&world, &pair, "/connexion/code", &body).await.status, status, "{n}");
        }
        for (action, rows) in [("code_refused", 3), ("recovery_code_used", 2), ("second_factor_set", 1)] {
            assert_eq!(world.journal(action).await.len(), rows, "{action}");
        }
        let own = first.get("/compte").await.expect_page(200);
        assert!(own.contains("Il vous reste 8 codes de secours"), "{own}");
    }

    async fn five_wrong_codes_make_an_account_wait_whatever_step_they_come_by(world) {
        let login = "bordeaux-agent@test.example";
        world.set_password(login, PASSWORD).await;
        let agent = sign_in(&world, login, PASSWORD).await;
        let session = cookie(&agent, "__Host-session").unwrap();
        let body = format!("pour-le-code={}", encoded(PASSWORD));
        let begun = step(&world, &session, "/compte/second-facteur", &body).await;
        assert_eq!(location(&begun), "/connexion/second-facteur?vers=/compte");
        let (secret, done) = enrolled(&world, &cookie(&begun, "__Host-step").unwrap(), "?vers=/compte").await;
        assert_eq!(done.status, 200);
        assert_eq!(location(&with_cookie(&world, &session, "/compte").await), "/connexion?vers=/compte");
        world.set_clock("2026-11-24T13:06:00.000Z");
        let mut pairs = Vec::new();
        for _ in 0..8 {
            pairs.push(cookie(&sign_in(&world, login, PASSWORD).await, "__Host-step").unwrap());
        }
        let mut said = Vec::new();
        for pair in &pairs[..6] {
            let answer = step(&world, pair, "/connexion/code", "code=000000").await;
            said.push(answer.status.as_u16());
        }
        assert_eq!(said, [422, 422, 422, 422, 429, 429]);
        // The right code waits, too; a quarter of an hour later it opens.
        let right = |world: &World| format!("code={}", secret.code_at(now_s(world)));
        let waits = step(&world, &pairs[6], "/connexion/code", &right(&world)).await;
        assert_eq!((waits.status.as_u16(), &waits.headers[header::RETRY_AFTER]), (429, &header::HeaderValue::from(901)));
        world.set_clock("2026-11-24T13:21:01.000Z");
        let pair = cookie(&sign_in(&world, login, PASSWORD).await, "__Host-step").unwrap();
        let entered = step(&world, &pair, "/connexion/code", &right(&world)).await;
        assert_eq!(location(&entered), "/");
    }

    async fn a_lost_phone_is_answered_by_a_link_that_takes_the_second_factor_away(world) {
        let login = "bordeaux-agent@test.example";
        let by = world.administrator(Role::Agent).await;
        let path = invited(&by, "nour@mairie.example", "").await;
        accept(&world, &path, PASSWORD).await;
        let nour = sign_in(&world, "nour@mairie.example", PASSWORD).await;
        let session = cookie(&nour, "__Host-session").unwrap();
        let body = format!("pour-le-code={}", encoded(PASSWORD));
        let begun = step(&world, &session, "/compte/second-facteur", &body).await;
        enrolled(&world, &cookie(&begun, "__Host-step").unwrap(), "").await;
        _ = login;
        let listed = by.get("/comptes").await.expect_page(200);
        let row = listed.split("href=\"/comptes/").find(|it| it.contains("Nour Benali")).unwrap();
        let path = format!("/comptes/{}", row.split('"').next().unwrap());
        let kept = link(&form(&by, &path, "action=mot-de-passe").await.expect_page(200));
        accept(&world, &kept, OTHER).await;
        let asked = sign_in(&world, "nour@mairie.example", OTHER).await;
        assert_eq!(location(&asked), "/connexion/code?vers=/");
        let lost = link(&form(&by, &path, "action=mot-de-passe&telephone=perdu").await.expect_page(200));
        accept(&world, &lost, PASSWORD).await;
        assert_eq!(location(&sign_in(&world, "nour@mairie.example", PASSWORD).await), "/");
        let keys: i64 = world.value("select cast(count(*) as bigint) from data_keys where scope = 'account'").await;
        assert_eq!(keys, 0);
    }

    async fn ones_own_account_is_changed_with_the_password_at_hand(world) {
        let login = "bordeaux-coordinator@test.example";
        world.set_password(login, PASSWORD).await;
        change_settings(&world, |it| it.appointed = vec![login.into()]).await;
        let me = holder(&world, &sign_in(&world, login, PASSWORD).await);
        let elsewhere = holder(&world, &sign_in(&world, login, PASSWORD).await);
        let wrong = form(&me, "/compte/adresse", "login=c@lacase.example&pour-l-adresse=faux").await;
        assert!(wrong.expect_page(422).contains("Ce n’est pas votre mot de passe"));
        let current = encoded(PASSWORD);
        let body = format!("login=bordeaux-clerk@test.example&pour-l-adresse={current}");
        assert!(form(&me, "/compte/adresse", &body).await.expect_page(422).contains("ne peut pas être prise"));
        let body = format!("login=C@lacase.example&pour-l-adresse={current}");
        assert_eq!(location(&form(&me, "/compte/adresse", &body).await), "/compte?fait=adresse");
        let settings: String = world.value("select settings from programmes").await;
        assert!(settings.contains("\"c@lacase.example\"") && !settings.contains(login), "still appointed");
        let page = me.get("/compte").await.expect_page(200);
        assert_eq!(page.matches("Utilisée aujourd’hui").count(), 2, "{page}");
        let short = form(&me, "/compte/mot-de-passe",
            &format!("pour-le-mot-de-passe={current}&password=coordinator&again=coordinator")).await;
        assert!(short.expect_page(422).contains("trop connu"));
        let new = encoded(OTHER);
        let body = format!("pour-le-mot-de-passe={current}&password={new}&again={new}");
        let changed = form(&me, "/compte/mot-de-passe", &body).await;
        assert_eq!(location(&changed), "/compte?fait=mot-de-passe");
        let me = holder(&world, &changed);
        me.get("/compte").await.expect_page(200);
        let twice = form(&me, "/compte/mot-de-passe", &body).await;
        assert_eq!(location(&twice), "/compte?fait=mot-de-passe", "the second tap changes nothing");
        assert_eq!(location(&elsewhere.get("/sorties").await), "/connexion?vers=/sorties");
        let again = holder(&world, &sign_in(&world, "c@lacase.example", OTHER).await);
        assert_eq!(location(&form(&me, "/compte/sessions", "").await), "/connexion?fait=sortie");
        for gone in [me, again] {
            assert_eq!(location(&gone.get("/compte").await), "/connexion?vers=/compte");
        }
    }

    async fn the_first_administrator_comes_by_a_set_up_link_that_dies_with_the_first_account(world) {
        let mut tx = world.app.db.write().await.unwrap();
        let id = domain::ProgrammeId(uuid::Uuid::now_v7());
        let settings = server::demo::bordeaux_settings();
        programmes::insert(&mut tx, id, "vraie", false, &settings, world.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        let old = accounts::set_up_links(&world.app).await.unwrap();
        let links = accounts::set_up_links(&world.app).await.unwrap();
        let [(slug, token)] = links.as_slice() else { panic!("{}", links.len()) };
        assert_eq!(slug, "vraie");
        let path = format!("/invitation/{token}");
        world.anon().get(&format!("/invitation/{}", old[0].1)).await.expect_page(410);
        let password = encoded(PASSWORD);
        let body = |login: &str| format!("name=Alex&login={login}&password={password}&again={password}");
        let wrong = form(&world.anon(), &path, &body("alex")).await.expect_page(422);
        assert!(wrong.contains("Ce n’est pas une adresse e-mail"));
        let taken = form(&world.anon(), &path, &body("bordeaux-clerk@test.example")).await.expect_page(422);
        assert!(taken.contains("ne peut pas être prise"));
        form(&world.anon(), &path, &body("alex@vraie.example")).await;
        let alex = holder(&world, &sign_in(&world, "alex@vraie.example", PASSWORD).await);
        alex.get("/comptes").await.expect_page(200);
        assert!(accounts::set_up_links(&world.app).await.unwrap().is_empty());
        world.anon().get(&path).await.expect_page(410);
    }

    async fn oversized_headers_are_refused_and_ordinary_ones_are_not(world) {
        let anon = world.anon();
        for (bytes, status) in [(8_000, 200), (20_000, 431)] {
            let request = anon.request(Method::GET, "/connexion").header("x-long", "a".repeat(bytes));
            assert_eq!(anon.send(request.body(Body::empty()).unwrap()).await.status, status);
        }
    }

    async fn x_forwarded_for_forged_changes_nothing_of_who_must_wait(world) {
        for n in 0..20 {
            let anon = world.anon();
            let request = anon.request(Method::POST, "/connexion")
                .header("x-forwarded-for", format!("198.51.100.{n}"))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let body = format!("login=a{n}@test.example&password=x");
            assert_eq!(anon.send(request.body(Body::from(body)).unwrap()).await.status, 422);
        }
        let waits = sign_in(&world, "b@test.example", "x").await;
        assert_eq!(waits.status, 429);
        assert!(waits.headers.contains_key(header::RETRY_AFTER));
    }

    async fn what_was_typed_at_the_door_and_every_secret_stays_out_of_the_journal(world) {
        let by = world.administrator(Role::Coordinator).await;
        let path = invited(&by, "nour@lacase.example", "").await;
        accept(&world, &path, PASSWORD).await;
        sign_in(&world, "nour@lacase.example", PASSWORD).await;
        let mut tx = world.app.db.read().await.unwrap();
        let rows: Vec<(String, String)> = sql("select action, subjects from journal").all(&mut tx).await.unwrap();
        for (action, subjects) in rows {
            for secret in ["nour", "lacase", "lien_", "session_", "zebre"] {
                assert!(!subjects.contains(secret), "{action}: {subjects}");
            }
        }
    }
}

#[tokio::test]
async fn behind_tls_browsers_are_told_to_stay_there() {
    let world = World::new(crate::support::Engine::Sqlite).await;
    let plain = world.anon().get("/connexion").await;
    assert!(
        !plain
            .headers
            .contains_key(header::STRICT_TRANSPORT_SECURITY)
    );
    let app = world
        .app
        .clone()
        .reached_at(Some("https://cueillette.example".into()));
    let behind = Actor {
        router: server::http::router::router(app),
        token: None,
    };
    let answer = behind.get("/connexion").await;
    assert_eq!(
        answer.headers[header::STRICT_TRANSPORT_SECURITY],
        "max-age=63072000"
    );
    assert_eq!(
        answer.headers["permissions-policy"],
        "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()"
    );
}

#[tokio::test]
async fn the_operator_makes_an_administrator_and_serve_prints_a_set_up_link() {
    use std::io::{BufRead, BufReader};
    let place = Place::new();
    let settings = server::demo::bordeaux_settings();
    let db = Db::open(&format!("sqlite:{}", place.0.join("a.sqlite").display()))
        .await
        .unwrap();
    db.migrate().await.unwrap();
    let mut tx = db.write().await.unwrap();
    let now = "2026-11-24T13:05:00.000Z".parse().unwrap();
    for slug in ["vide", "pleine"] {
        let id = domain::ProgrammeId(uuid::Uuid::now_v7());
        programmes::insert(&mut tx, id, slug, false, &settings, now)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    db.close().await;
    let database = ["--database", "sqlite:a.sqlite"];
    let add = "account add --programme pleine --role clerk --name Ali --administrator --login";
    let add: Vec<&str> = add.split(' ').collect();
    let made = place.run(&[&database, add.as_slice(), &["ali@ccas.example"]].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));
    let wrong = place.run(&[&database, add.as_slice(), &["ali"]].concat());
    assert_eq!(wrong.status.code(), Some(1));
    let listed = place.run(&[&database[..], &["account", "list"]].concat());
    let line = "pleine\tclerk\tali@ccas.example\tAli\tadministrator\n";
    assert_eq!(text(&listed.stdout), line);
    let said = |args: &[&str], code: i32| -> String {
        let out = place.run(&[&database[..], args].concat());
        assert_eq!(out.status.code(), Some(code), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    let of = [
        "--role",
        "clerk",
        "--programme",
        "pleine",
        "--name",
        "Tableur",
    ];
    let token = said(&[&["token", "create"], &of[..]].concat(), 0);
    assert!(token.starts_with("api_"), "{token}");
    let listed = said(&["token", "list", "--programme", "pleine"], 0);
    let cells: Vec<&str> = listed.trim_end().split('\t').collect();
    assert_eq!(cells[1..5], ["pleine", "clerk", "Tableur", "Ali"]);
    assert_eq!(cells[6], "never used");
    assert_eq!(said(&["token", "list", "--programme", "vide"], 0), "");
    said(&["token", "revoke", cells[0]], 0);
    assert_eq!(said(&["token", "list"], 0), "");
    said(&["token", "revoke", cells[0]], 1);
    said(&["token", "revoke", "Tableur"], 2);
    let mut serve = place.program(&[&database[..], &["serve", "--listen", "127.0.0.1:0"]].concat());
    let mut serve = serve.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(serve.stdout.take().unwrap()).lines();
    let said: Vec<String> = lines.take(2).map(Result::unwrap).collect();
    serve.kill().unwrap();
    serve.wait().unwrap();
    assert!(said[1].contains("vide has no account yet"), "{said:?}");
    assert!(said[1].contains("/invitation/lien_"), "{said:?}");
}

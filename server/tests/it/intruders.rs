//! Bad input, by name. Some of it is met where it belongs, under a name that says so (the last
//! test here reads them): session fixation, reused invitation, oversized headers in `accounts`,
//! replayed challenge and cloned card in `cards`. The rest is here.

use crate::accounts::sign_in;
use crate::cards::{Holder, cookie, printed};
use crate::command_line::{Place, text};
use crate::on_both;
use crate::support::{Actor, Answer, NOW, TODAY, World};
use crate::table::Theirs;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, header};
use calamine::{Data, Reader as _, Xlsx};
use domain::people::Title;
use domain::{CivilIdentity, Day, PeerId};
use serde_json::{Value, json};
use server::access::{Role, Sealer};
use server::db::sql;
use server::http::table::{Kind, table};
use server::imports::{Job, Refused, import_outings, import_sites};
use server::people;
use std::io::{Cursor, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::LazyLock;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const FORM: &str = "application/x-www-form-urlencoded";
const PASSWORD: &str = "un zebre fume sous la grue jaune";
/// Ends a script, begins a picture, leaves an attribute; and all of it is a formula, too.
const SLY: &str = "=1+1</script></textarea><img src=x onerror=alert(1)>\"'";
/// What a browser would take for markup.
const MARKUP: &str = "<img src=x";

async fn form(actor: &Actor, path: &str, body: String) -> Answer {
    actor.raw(Method::POST, path, FORM, body).await
}

fn encoded(text: &str) -> String {
    server::http::layers::percent_encode(text)
}

on_both! {
    async fn pin_brute_force_over_reconnects_addresses_and_a_restart_is_counted_in_the_database(world) {
        let code = printed(&world, world.town.peers[1]).await;
        let mut phone = Holder::new(&world);
        let open = cookie(&phone.bind(&code, "7294").await);
        assert!(open.starts_with("__Host-session=peer_"));
        let wrong = phone.enter(&code, "0000").await.problem(422);
        assert_eq!(wrong.1, "two_tries_left");
        // From a hundred addresses it is still one card: who asks is not who is counted.
        let mut world = world;
        for (n, left) in [(1, "one_try_left"), (2, "")] {
            world = world.restarted().await;
            phone.actor = world.anon();
            let body = phone.entering(&code, &format!("000{n}")).await;
            let request = phone.actor.request(Method::POST, "/api/v1/cards/enter")
                .header("x-forwarded-for", format!("198.51.100.{n}"))
                .header(header::CONTENT_TYPE, "application/json")
                .extension(ConnectInfo(SocketAddr::from(([203, 0, 113, n], 4711))));
            let answer = phone.actor.send(request.body(Body::from(body.to_string())).unwrap()).await;
            match left {
                "" => assert_eq!(answer.expect(409)["code"], "card_locked"),
                left => assert_eq!(answer.problem(422).1, left),
            }
        }
        world = world.restarted().await;
        phone.actor = world.anon();
        assert_eq!(phone.enter(&code, "7294").await.expect(409)["code"], "card_locked");
    }

    async fn a_cookie_of_another_programme_opens_the_rooms_of_that_programme_only(world) {
        let outing = world.open_outing().await;
        world.another_town("ailleurs").await;
        let theirs = world.administrator_of("ailleurs", Role::Coordinator).await;
        let own = theirs.get("/sorties").await.expect_page(200);
        assert!(!own.contains(&outing.to_string()));
        for path in ["", "/modifier", "/feuille", "/fin", "/remettre", "/aides"] {
            assert_eq!(theirs.get(&format!("/sorties/{outing}{path}")).await.status, 404, "{path}");
        }
        // Beside a cookie of this programme, one is read, and no more than that one is opened.
        let here = world.administrator(Role::Clerk).await;
        let both = format!("__Host-session={}; __Host-session={}",
            theirs.token.clone().unwrap(), here.token.clone().unwrap());
        let anon = world.anon();
        for path in [format!("/sorties/{outing}"), format!("/api/v1/outings/{outing}")] {
            let request = anon.request(Method::GET, &path).header(header::COOKIE, both.clone());
            assert_eq!(anon.send(request.body(Body::empty()).unwrap()).await.status, 404);
        }
        // A cookie is no bearer token, and the other way round.
        for token in [here.token.clone().unwrap(), theirs.token.clone().unwrap()] {
            let request = anon.request(Method::GET, "/api/v1/outings")
                .header(header::AUTHORIZATION, format!("Bearer {token}"));
            assert_eq!(anon.send(request.body(Body::empty()).unwrap()).await.status, 401);
        }
        let request = anon.request(Method::GET, "/api/v1/outings")
            .header(header::COOKIE, "__Host-session=bordeaux-coordinator");
        assert_eq!(anon.send(request.body(Body::empty()).unwrap()).await.status, 401);
    }

    async fn x_forwarded_for_forged_behind_a_trusted_proxy_changes_nothing_of_who_must_wait(world) {
        let app = world.app.clone().behind(vec!["10.0.0.0/8".parse().unwrap()]);
        let router = server::http::router::router(app);
        let tried = async |from: [u8; 4], said: String, n: usize| {
            let actor = Actor { router: router.clone(), token: None };
            let request = actor.request(Method::POST, "/connexion")
                .header("x-forwarded-for", said)
                .header(header::CONTENT_TYPE, FORM)
                .extension(ConnectInfo(SocketAddr::from((from, 4711))));
            let body = format!("login=a{n}@test.example&password=x");
            actor.send(request.body(Body::from(body)).unwrap()).await.status.as_u16()
        };
        // Whoever asks through the proxy writes what they like to the left of what it adds.
        for n in 0..20 {
            let said = format!("127.0.0.1, 192.0.2.{n}, 198.51.100.7");
            assert_eq!(tried([10, 0, 0, 1], said, n).await, 422);
        }
        assert_eq!(tried([10, 0, 0, 1], "198.51.100.7".into(), 20).await, 429);
        // Others behind the same proxy are others; and who is no proxy speaks for nobody.
        assert_eq!(tried([10, 0, 0, 1], "198.51.100.8".into(), 21).await, 422);
        for n in 22..42 {
            assert_eq!(tried([203, 0, 113, 9], format!("198.51.100.{n}"), n).await, 422);
        }
        assert_eq!(tried([203, 0, 113, 9], "198.51.100.9".into(), 42).await, 429);
    }

    async fn open_redirects_in_every_form_lead_home(world) {
        let login = "bordeaux-clerk@test.example";
        world.set_password(login, PASSWORD).await;
        for vers in [
            "//ailleurs.example", "///ailleurs.example", "/\\ailleurs.example", "\\\\ailleurs.example",
            "http://ailleurs.example", "http:ailleurs.example", "HTTPS://ailleurs.example/ccas",
            "javascript:alert(1)", "data:text/html,x", "%2F%2Failleurs.example", "/%2F%2Failleurs.example",
            "/%5Cailleurs.example", "/\t/ailleurs.example", "\t//ailleurs.example", " //ailleurs.example",
            "/ccas\n//ailleurs.example", "/ccas\0", "/ccas/../..//ailleurs.example", "@ailleurs.example",
            "/connexion@ailleurs.example", "ccas", "?vers=/ccas", "#//ailleurs.example", "",
        ] {
            let body = format!("login={}&password={}&vers={}", encoded(login), encoded(PASSWORD), encoded(vers));
            let answer = form(&world.anon(), "/connexion", body).await;
            assert!(answer.status.is_redirection(), "{vers:?}: {}", answer.status);
            assert_eq!(answer.headers[header::LOCATION], "/", "{vers:?}");
            // What is carried from page to page is carried as text.
            for door in ["/connexion", "/connexion/code", "/entrer"] {
                let shown = world.anon().get(&format!("{door}?vers={}", encoded(vers))).await;
                if let Some(to) = shown.headers.get(header::LOCATION) {
                    let to = to.to_str().unwrap();
                    assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains("ailleurs"), "{door} {vers:?}: {to}");
                }
                let page = shown.text();
                for link in ["href=\"//", "href=\"http://ailleurs", "href=\"javascript", "action=\"//"] {
                    assert!(!page.contains(link), "{door} {vers:?}: {link}");
                }
            }
        }
        // The desk's own forms name a page of theirs, never an address.
        let outing = world.open_outing().await;
        let peer = world.town.peers[0];
        for vers in ["//ailleurs.example", "https://ailleurs.example", "/ailleurs"] {
            let body = format!("peer={peer}&present=true&vers={}", encoded(vers));
            let said = form(&world.town.coordinator, &format!("/sorties/{outing}/presences"), body).await;
            let to = said.headers[header::LOCATION].to_str().unwrap().to_owned();
            assert!(to.starts_with("/sorties/"), "{to}");
        }
    }

    async fn dots_in_names_lead_nowhere(world) {
        Theirs::furnish(&world).await;
        let readers = [&world.town.coordinator, &world.town.clerk, &world.town.agent];
        for folder in ["/pkg", "/api/v1/allowance-lists/2026-0001", "/api/v1/flagging", "/calendrier", "/invitation"] {
            for name in [
                "..", "%2e%2e", "..%2f..%2fCargo.toml", "%2e%2e%2f%2e%2e%2fCargo.toml", "..%5c..%5cCargo.toml",
                "..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "%2fproc%2fself%2fenviron",
                "list.csv%00", "list.csv%2f..", "..%2flist.csv", ".%2flist.csv", "%252e%252e%252fCargo.toml", "db.key",
                "..%c0%af..%c0%afCargo.toml",
            ] {
                for reader in readers {
                    let path = format!("{folder}/{name}");
                    let answer = reader.get(&path).await;
                    let status = answer.status.as_u16();
                    assert!((400..500).contains(&status), "{path}: {status}");
                    let text = answer.text();
                    assert!(!text.contains("root:") && !text.contains("[package]"), "{path}");
                }
            }
        }
        // The name that a browser gives a file is nobody's path.
        let outing = world.open_outing().await;
        let body = format!(
            "--LIMITE\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"../../../../tmp/{outing}\"\r\n\
             Content-Type: application/json\r\n\r\n{{}}\r\n--LIMITE--\r\n"
        );
        let request = world.town.coordinator.request(Method::POST, &format!("/sorties/{outing}/remettre"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=LIMITE");
        let said = world.town.coordinator.send(request.body(Body::from(body)).unwrap()).await;
        assert!(said.status.as_u16() < 500);
        assert!(!Path::new("/tmp").join(outing.to_string()).exists());
    }

    async fn csv_formulas_are_words_in_every_file(world) {
        let told = everything_told(&world).await;
        let (mut files, mut sly) = (0, 0);
        for (path, answer) in &told {
            let kind = kind_of(answer);
            let cells: Vec<String> = match kind.as_str() {
                "text/csv; charset=utf-8" => cells_of(&answer.text()),
                it if it.contains("spreadsheetml") => {
                    assert_no_formula_but_sums(path, &answer.bytes);
                    files += 1;
                    continue;
                }
                _ => continue,
            };
            files += 1;
            for cell in cells {
                // A number is a number, and « ="0042" » says a text.
                let number = cell.trim_start_matches(['-', '+']).chars().all(|c| c.is_ascii_digit() || ",.".contains(c));
                let said = cell.starts_with("=\"") && cell[2..].trim_end_matches('"').chars().all(|c| c.is_ascii_digit());
                let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(!begins || said || number && cell.len() > 1, "{path}: {cell:?}");
                sly += usize::from(cell.starts_with("'="));
            }
        }
        assert!(files >= 8 && sly >= 4, "{files} files, {sly} cells that would be formulas");
    }

    async fn html_in_pseudonyms_notes_titles_and_labels_is_text_on_every_page(world) {
        let told = everything_told(&world).await;
        let (mut pages, mut shown) = (0, Vec::new());
        for (path, answer) in &told {
            let kind = kind_of(answer);
            if !kind.starts_with("text/html") {
                // What a browser might show by itself says what it is, and is not guessed at.
                assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
                continue;
            }
            pages += 1;
            let page = answer.text();
            assert!(!page.contains(MARKUP), "{path}: {}", around(&page, MARKUP));
            assert!(!page.contains("=1+1</script>"), "{path}");
            // Data for the map are JSON in a script, where no tag begins.
            let outside_data = page.replace("\\u003cimg src=x onerror=alert(1)>", "");
            assert!(!outside_data.contains("onerror=alert(1)>"), "{path}");
            if page.contains("&lt;img src=x") || page.contains("\\u003cimg src=x") {
                shown.push(path.clone());
            }
        }
        assert!(pages >= 40 && shown.len() >= 20, "{pages} pages, shown on {shown:#?}");
        for part in ["/equipe", "/lieux", "/sorties", "/aides", "/ccas", "/reglages", "/comptes", "/moi", "/signalements", "/carte"] {
            assert!(shown.iter().any(|it| it.contains(&format!(" {part}"))), "nothing of it is shown on {part}");
        }
    }

    async fn zip_bombs_in_xlsx_are_refused_in_one_sentence(world) {
        let programme = world.programme().await;
        for (what, bytes, why) in BOMBS.iter() {
            assert!(bytes.len() < 25_000_000, "{what}: {} bytes", bytes.len());
            let job = Job { bytes, programme, dry_run: false, anywhere: false };
            for done in [import_sites(&world.app, &job).await, import_outings(&world.app, &job).await] {
                let Err(Refused::Whole(said)) = done else { panic!("{what}: {done:?}") };
                let said = format!("{said:?}");
                assert!(said.contains(why) && said.lines().count() == 1, "{what}: {said}");
            }
        }
        let sites: i64 = world.value("select cast(count(*) as bigint) from sites").await;
        assert_eq!(sites, 4);
    }
}

/// As the operator runs it, with no more memory than a small machine has to spare.
#[test]
fn zip_bombs_in_xlsx_take_no_more_memory_than_an_honest_file() {
    const KIB_MAX: u32 = 900 * 1024;
    let place = Place::new();
    assert!(place.run(&["demo", "--json"]).status.success());
    let within = |args: &[&str]| {
        let program = place.program(args);
        let quoted = |it: &std::ffi::OsStr| format!("'{}'", it.to_str().unwrap());
        let words: Vec<_> = std::iter::once(program.get_program())
            .chain(program.get_args())
            .map(quoted)
            .collect();
        let script = format!("ulimit -v {KIB_MAX}; exec {}", words.join(" "));
        std::process::Command::new("sh")
            .args(["-c", &script])
            .env("MALLOC_ARENA_MAX", "2")
            .current_dir(&place.0)
            .output()
            .unwrap()
    };
    for (what, bytes, why) in BOMBS.iter() {
        std::fs::write(place.0.join("past.xlsx"), bytes).unwrap();
        let out = within(&["import", "sites", "past.xlsx", "--programme", "bordeaux"]);
        let said = text(&out.stderr);
        assert_eq!(
            out.status.code(),
            Some(1),
            "{what}: {:?} {said}",
            out.status
        );
        assert!(said.contains(why), "{what}: {said}");
    }
    let honest = sheet(&[("A1", "titre"), ("A2", "Place")]);
    std::fs::write(place.0.join("past.xlsx"), workbook(&honest, None)).unwrap();
    let out = within(&["import", "sites", "past.xlsx", "--programme", "bordeaux"]);
    assert!(
        text(&out.stderr).contains("there is no such column"),
        "{}",
        text(&out.stderr)
    );
}

/// Each name of the list finds its test.
#[test]
fn each_bad_input_of_the_list_is_tested_by_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut names = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let tests = text.lines().filter(|it| it.contains("fn "));
            names.extend(tests.map(|it| format!("{it}\n")));
        }
    }
    for name in [
        "session_fixation",
        "reused_an_expired_a_withdrawn_and_a_foreign_invitation",
        "replayed_challenge",
        "cloned_card",
        "pin_brute_force_over_reconnects",
        "cookie_of_another_programme",
        "oversized_headers",
        "x_forwarded_for_forged",
        "open_redirects",
        "dots_in_names",
        "csv_formulas",
        "html_in_pseudonyms_notes_titles",
        "zip_bombs_in_xlsx",
    ] {
        assert!(names.contains(name), "{name}");
    }
}

fn kind_of(answer: &Answer) -> String {
    let kind = answer.headers.get(header::CONTENT_TYPE);
    kind.map_or(String::new(), |it| it.to_str().unwrap().to_owned())
}

fn around(page: &str, what: &str) -> String {
    let at = page.find(what).unwrap_or(0);
    let from = page
        .char_indices()
        .map(|(n, _)| n)
        .rfind(|n| *n + 200 <= at);
    page[from.unwrap_or(0)..].chars().take(400).collect()
}

/// Cells of a CSV of either dialect.
fn cells_of(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or("");
    let separator = if first.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let records = reader.records().map(Result::unwrap);
    records
        .flat_map(|it| it.iter().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// In a workbook a text is a text by its type; the only formulas are our own sums and tests.
fn assert_no_formula_but_sums(path: &str, bytes: &[u8]) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    for name in book.sheet_names() {
        let formulas = book.worksheet_formula(&name).unwrap();
        for (.., formula) in formulas.used_cells() {
            assert!(!formula.contains("1+1"), "{path}: {formula}");
            assert!(formula.starts_with("S"), "{path}: {formula}");
        }
        let cells = book.worksheet_range(&name).unwrap();
        let said = cells
            .used_cells()
            .filter(|(.., it)| matches!(it, Data::String(text) if text.starts_with("=1+1")));
        for (.., it) in said {
            assert!(it.to_string().contains(MARKUP), "{path}: {it}");
        }
    }
}

/// Sly words wherever somebody may write some; then every page and file, as everybody.
async fn everything_told(world: &World) -> Vec<(String, Answer)> {
    crate::allowances_life::appoint(world).await;
    label(world).await;
    let theirs = Theirs::furnish(world).await;
    let more = write_everywhere(world).await;
    let mut told = Vec::new();
    let mut readers = vec![
        ("peer", Role::Peer, world.town.peer.clone()),
        ("anon", Role::Anon, world.anon()),
    ];
    for role in [Role::Coordinator, Role::Agent, Role::Clerk] {
        readers.push((role.as_str(), role, world.administrator(role).await));
    }
    for (name, role, actor) in &readers {
        for route in table().into_iter().filter(|it| it.method == Method::GET) {
            if !server::http::table::allows(route.roles, *role) {
                continue;
            }
            for path in theirs.addresses(route.path, &more) {
                let answer = actor.get(&path).await;
                assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
                if answer.status == 200 && !route.path.contains("openapi") {
                    told.push((format!("{name} {path}"), answer));
                }
            }
        }
    }
    assert!(table().iter().any(|it| it.kind == Kind::Page));
    told
}

/// Every label that somebody sets for a programme.
async fn label(world: &World) {
    crate::accounts::change_settings(world, |it| {
        for text in [
            &mut it.name,
            &mut it.town,
            &mut it.association.name,
            &mut it.payer.name,
            &mut it.peer_word,
            &mut it.list_object,
            &mut it.service_done,
        ] {
            *text = SLY.to_owned();
        }
        if let Some(city) = &mut it.city {
            city.name = SLY.to_owned();
        }
        it.decision_reference = Some(SLY.to_owned());
        it.city_emergency_phone = Some(SLY.to_owned());
        it.help.validated_by = Some(SLY.to_owned());
        it.help.coordinator_phone = Some(SLY.to_owned());
        it.help.places = vec![domain::programme::HelpPlace {
            name: SLY.to_owned(),
            address: SLY.to_owned(),
            phone: Some(SLY.to_owned()),
        }];
    })
    .await;
    let mut tx = world.app.db.write().await.unwrap();
    let update = sql("update accounts set name = $1").bind(SLY.to_owned());
    update.run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Answers ids of sites, people and outings that are called so.
async fn write_everywhere(world: &World) -> [String; 3] {
    let (coordinator, agent) = (&world.town.coordinator, &world.town.agent);
    let mut peer = String::new();
    for (n, before) in ["", "+", "-", "@"].into_iter().enumerate() {
        let body = json!({"pseudonym": format!("{before}{SLY}"), "sign": "owl-blue"});
        let made = coordinator.post("/api/v1/peers", body).await.expect(201);
        peer = made["id"].as_str().unwrap().to_owned();
        let title = format!("{before}{SLY}");
        let at = 44.85 + 0.002 * f64::from(u8::try_from(n).unwrap());
        let site = json!({
            "nature": if n % 2 == 0 { "public" } else { "discreet" }, "title": title, "note": SLY,
            "lat": at, "lon": -0.56, "residents_agree": true,
        });
        coordinator.post("/api/v1/sites", site).await.expect(201);
    }
    name(world, &peer).await;
    let site = json!({"nature": "public", "title": SLY, "note": SLY, "lat": 44.86, "lon": -0.57});
    let site = coordinator.post("/api/v1/sites", site).await.expect(201);
    let site = site["id"].as_str().unwrap().to_owned();
    let fact = |kind: &str, data: Value| {
        json!({
            "id": Uuid::now_v7(), "kind": kind, "outing": null, "device": Uuid::nil(), "seq": 1,
            "recorded_at": NOW, "data": data,
        })
    };
    let seen = json!({"site": site, "category": "syringe", "urgency": "high", "note": SLY});
    agent.facts(&[fact("sighting", seen)]).await;
    let body = json!({"day": TODAY, "starts_at": "14:00", "meeting_point": SLY, "sites": [site]});
    let outing = coordinator.post("/api/v1/outings", body).await.expect(201);
    let outing: Uuid = outing["id"].as_str().unwrap().parse().unwrap();
    world.open(outing).await;
    let mut phone = world.crew_phone(outing).await;
    let words = phone.fact("note", json!({"text": SLY}));
    let found = json!({"nature": "public", "lat": 44.83, "lon": -0.57, "note": SLY});
    let found = phone.fact("site_proposal", found);
    phone.actor.facts(&[words, found]).await;
    let me = world.town.peers[0];
    for one in [me, PeerId(peer.parse().unwrap())] {
        world.mark(outing, one, true).await.expect(200);
    }
    world.close(outing).await.expect(200);
    let revised = json!({
        "corrects": "presence", "peer": world.town.peers[2], "present": true, "reason": SLY,
    });
    let path = format!("/api/v1/outings/{outing}/revisions");
    coordinator.post(&path, revised).await.expect(201);
    money(world).await;
    let by = world.administrator(Role::Coordinator).await;
    let words = encoded(SLY);
    let asked = format!("name={words}&login=autre%40test.example");
    form(&by, "/comptes", asked).await.expect_page(200);
    let asked = format!(
        "id={}&jour={TODAY}&qui={words}&texte={words}&quoi={words}&donne={words}&geste=garder",
        Uuid::now_v7()
    );
    form(coordinator, "/reglages/tiers-autorises", asked).await;
    sign_in(world, SLY, SLY).await;
    [site, peer, outing.to_string()]
}

/// A civil name that a spreadsheet would take for a formula: one that no form takes is left out.
async fn name(world: &World, peer: &str) {
    let (today, programme): (Day, _) = (TODAY.parse().unwrap(), world.programme().await);
    let reference = Title::new("reference", SLY).unwrap();
    let named = CivilIdentity::new(SLY, "@Alma", None, Some(reference.as_str()), today).unwrap();
    let mut tx = world.app.db.write().await.unwrap();
    let mut sealer = Sealer::new(&world.app.keys, programme, world.app.now());
    let peer = PeerId(peer.parse().unwrap());
    people::keep_identity(&mut tx, &mut sealer, programme, peer, &named)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// A list with words at each of its steps.
async fn money(world: &World) {
    let (coordinator, clerk) = (&world.town.coordinator, &world.town.clerk);
    let list = coordinator.post("/api/v1/allowance-lists", json!({})).await;
    let number = list.expect(201)["number"].as_str().unwrap().to_owned();
    let of = |what: &str| format!("/api/v1/allowance-lists/{number}/{what}");
    let done = async |actor: &Actor, path: &str, body: Value| {
        let answer = actor.post(path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
    };
    done(coordinator, &of("send"), json!({})).await;
    let lines = clerk.get(&of("lines")).await.expect(200);
    let returned = json!({"line": lines["items"][0]["id"], "reason": SLY});
    done(clerk, &of("returns"), returned).await;
    let paid = json!({"decision": SLY, "mode": "cash", "hand": SLY});
    done(clerk, &of("pay"), paid).await;
    let seen = json!({"how": "witnesses", "names": SLY});
    done(coordinator, &of("receipts"), seen).await;
    let own = world.town.peer.get("/api/v1/allowances").await.expect(200);
    let own = own["items"][0]["id"].as_str().unwrap();
    let about = |what: &str| format!("/api/v1/allowances/{own}/{what}");
    done(&world.town.peer, &about("contest"), json!({"words": SLY})).await;
    done(coordinator, &about("answer"), json!({"words": SLY})).await;
    done(&world.town.peer, &about("contest"), json!({"words": SLY})).await;
}

/// What it is, its bytes, and a word of the sentence that refuses it.
type Bomb = (&'static str, Vec<u8>, &'static str);

/// Made once: gigabytes take a while to pack.
static BOMBS: LazyLock<Vec<Bomb>> = LazyLock::new(bombs);

/// Files of a few kilobytes that are meant to fill a machine.
fn bombs() -> Vec<Bomb> {
    const GIGABYTE: usize = 1 << 30;
    let head = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>";
    let long = vec![b' '; 8 << 20];
    let hollow_sheet = |zip: &mut ZipWriter<Cursor<Vec<u8>>>| {
        zip.write_all(head.as_bytes()).unwrap();
        for _ in 0..(2 * GIGABYTE / long.len()) {
            zip.write_all(&long).unwrap();
        }
    };
    let many = |zip: &mut ZipWriter<Cursor<Vec<u8>>>| {
        for n in 0..20_000 {
            zip.start_file(format!("xl/media/{n}.bin"), options())
                .unwrap();
        }
    };
    let strings = |zip: &mut ZipWriter<Cursor<Vec<u8>>>| {
        zip.write_all(b"<sst>").unwrap();
        let some = "<si><t>x</t></si>".repeat(100_000);
        for _ in 0..80 {
            zip.write_all(some.as_bytes()).unwrap();
        }
    };
    // One long text, said by very many cells.
    let text = "x".repeat(1 << 20);
    let one = format!("<sst><si><t>{text}</t></si></sst>");
    let rows: String = (1..20_000)
        .map(|n| format!("<row r=\"{n}\"><c r=\"A{n}\" t=\"s\"><v>0</v></c></row>"))
        .collect();
    let styles = |zip: &mut ZipWriter<Cursor<Vec<u8>>>| {
        zip.write_all(b"<styleSheet><cellXfs>").unwrap();
        zip.write_all("<xf/>".repeat(20_000_000).as_bytes())
            .unwrap();
    };
    let corner = sheet(&[("A1", "titre"), ("XFD1048576", "loin")]);
    let deep = format!("{head}{}", "<row>".repeat(3_000_000));
    let laughs = "<!DOCTYPE x [<!ENTITY a \"hahahahaha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
         <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><sst><si><t>&c;</t></si></sst>";
    let small = sheet(&[("A1", "titre")]);
    let more = "than sites or outings need";
    vec![
        (
            "a sheet of two gigabytes",
            built(None, Some(("xl/worksheets/sheet1.xml", &hollow_sheet))),
            more,
        ),
        (
            "twenty thousand parts",
            built(Some(&small), Some(("xl/media/x.bin", &many))),
            "parts",
        ),
        (
            "eight million words",
            built(Some(&small), Some(("xl/sharedStrings.xml", &strings))),
            more,
        ),
        (
            "styles without end",
            built(Some(&small), Some(("xl/styles.xml", &styles))),
            more,
        ),
        (
            "one long text in every cell",
            workbook(&format!("{head}{rows}</sheetData></worksheet>"), Some(&one)),
            "more words",
        ),
        ("a cell in the far corner", workbook(&corner, None), "cells"),
        (
            "rows within rows",
            workbook(&deep, None),
            "no XLSX spreadsheet",
        ),
        (
            "entities of entities",
            workbook(&small, Some(laughs)),
            "no XLSX spreadsheet",
        ),
    ]
}

/// A sheet with these cells.
fn sheet(cells: &[(&str, &str)]) -> String {
    let rows: String = cells
        .iter()
        .map(|(at, text)| {
            let row = at.trim_start_matches(char::is_alphabetic);
            format!(
                "<row r=\"{row}\"><c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>"
            )
        })
        .collect();
    format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <sheetData>{rows}</sheetData></worksheet>"
    )
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
}

fn workbook(sheet: &str, strings: Option<&str>) -> Vec<u8> {
    let write = |zip: &mut ZipWriter<Cursor<Vec<u8>>>| {
        zip.write_all(strings.unwrap_or("<sst/>").as_bytes())
            .unwrap();
    };
    built(Some(sheet), Some(("xl/sharedStrings.xml", &write)))
}

/// A part, and who writes it.
type Part<'a> = (&'a str, &'a dyn Fn(&mut ZipWriter<Cursor<Vec<u8>>>));

fn built(sheet: Option<&str>, more: Option<Part<'_>>) -> Vec<u8> {
    const BOOK: &str = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
        xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
        <sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |id: &str, kind: &str, to: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{to}\"/>")
    };
    let relations = |all: &str| format!("<Relationships xmlns=\"{PACKAGE}\">{all}</Relationships>");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &str| {
        zip.start_file(name, options()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    part(
        "_rels/.rels",
        &relations(&relation("rId1", "officeDocument", "xl/workbook.xml")),
    );
    part("xl/workbook.xml", BOOK);
    let own = relation("rId1", "worksheet", "worksheets/sheet1.xml")
        + &relation("rId2", "sharedStrings", "sharedStrings.xml")
        + &relation("rId3", "styles", "styles.xml");
    part("xl/_rels/workbook.xml.rels", &relations(&own));
    if let Some(sheet) = sheet {
        part("xl/worksheets/sheet1.xml", sheet);
    }
    if let Some((name, write)) = more {
        zip.start_file(name, options()).unwrap();
        write(&mut zip);
    }
    zip.finish().unwrap().into_inner()
}

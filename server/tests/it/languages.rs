//! Languages of peers: every page they see says the same in each, with nothing left in French; the
//! choice is kept by a cookie and leads back to pages of this server only.

use crate::on_both;
use crate::support::{Actor, Answer, World};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

const FORM: &str = "application/x-www-form-urlencoded";
/// What stays as it is in every language: names that come from the programme, from people, and of
/// things that are called so everywhere.
const NAMES: [&str; 22] = [
    "coordinator",
    "Cueillette",
    "La CASE",
    "CCAS",
    "CNIL",
    "mairie",
    "Mairie",
    "Au local",
    "Bordeaux",
    "JavaScript",
    "PDF",
    "Dakin",
    "eau de Javel",
    "alcool",
    "povidone iodée",
    "Éluard",
    "Prénom0",
    "Pair 0",
    "au fond de la cour",
    "ils vous remercient",
    "3 place de Fontenoy, 75007 Paris, cnil.fr",
    "A.P.C.",
];
/// Without an end tag.
const VOID: [&str; 7] = ["meta", "link", "input", "br", "hr", "img", "wbr"];

/// The texts of a language, by their keys; a space that does not break is a space.
fn texts(tag: &str) -> Vec<(String, String)> {
    let file = match tag {
        "fr" => include_str!("../../../app/words/texts/fr.txt"),
        "bg" => include_str!("../../../app/words/texts/bg.txt"),
        _ => include_str!("../../../app/words/texts/en.txt"),
    };
    let (mut heading, mut all) = (String::new(), Vec::new());
    for line in file.lines().filter(|it| !it.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            name.clone_into(&mut heading);
        } else if let Some((key, text)) = line.split_once('=') {
            let key = format!("{heading}{}", key.trim());
            all.push((key, text.trim().replace('~', " ")));
        }
    }
    all
}

/// What a page says to eyes and ears: its texts, the names of its parts, what its script may say.
/// Left out are the choice of a language, which names them all, and what is marked as French.
struct Said {
    lang: String,
    words: Vec<String>,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let from = tag.split_once(&format!(" {name}=\"")).map(|it| it.1)?;
    let value = from.split_once('"').map_or(from, |it| it.0);
    Some(plain(value))
}

fn plain(html: &str) -> String {
    let text = html.replace("&quot;", "\"").replace("&#x27;", "'");
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn is_apart(tag: &str, lang: &str) -> bool {
    let choice = tag.contains("action=\"/langue\"") || tag.contains("class=\"languages\"");
    let other = attribute(tag, "lang").is_some_and(|it| it != lang);
    choice || other || tag.starts_with("script") || tag.starts_with("style")
}

fn strings(of: &Value, into: &mut Vec<String>) {
    match of {
        Value::String(text) => into.push(plain(text)),
        Value::Array(all) => all.iter().for_each(|it| strings(it, into)),
        Value::Object(all) => {
            // The language itself, by which a script writes numbers, is not said.
            let said = all.iter().filter(|it| it.0 != "lang");
            said.for_each(|it| strings(it.1, into));
        }
        _ => {}
    }
}

fn said(page: &str) -> Said {
    let (mut lang, mut words) = (String::new(), Vec::new());
    // How deep, and where what is left out began.
    let (mut depth, mut apart) = (0_usize, None);
    let mut rest = page;
    while let Some((text, after)) = rest.split_once('<') {
        if apart.is_none() && !text.trim().is_empty() {
            words.push(plain(text).trim().to_owned());
        }
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        if tag.starts_with('!') {
            continue;
        }
        if tag.starts_with('/') {
            depth -= 1;
            apart = apart.filter(|at| *at < depth);
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        if name == "html" {
            lang = attribute(tag, "lang").unwrap();
        } else if apart.is_none() {
            if is_apart(tag, &lang) {
                apart = Some(depth);
            } else {
                let parts = ["aria-label", "title", "alt", "placeholder", "data-label"];
                words.extend(parts.iter().filter_map(|it| attribute(tag, it)));
                if let Some(script) = attribute(tag, "data-words") {
                    strings(&serde_json::from_str(&script).unwrap(), &mut words);
                }
            }
        }
        if VOID.contains(&name) {
            apart = apart.filter(|at| *at < depth);
        } else {
            depth += 1;
        }
    }
    Said { lang, words }
}

/// The figures of a page: amounts, days, how many. What tells of each opening tells of this one too:
/// there each counts once.
fn figures(page: &Said, path: &str) -> Vec<String> {
    let mut all: Vec<String> = page
        .words
        .iter()
        .flat_map(|it| it.split(|c: char| !c.is_ascii_digit()))
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    all.sort();
    if path == "/moi/mes-donnees" {
        all.dedup();
    }
    all
}

/// Nothing of it is said as in French, but for what is said alike in both.
fn holds_no_french(page: &Said, path: &str) {
    let own: HashSet<String> = texts(&page.lang).into_iter().map(|it| it.1).collect();
    for (key, french) in texts("fr") {
        // The literal parts of a text, around what it is filled with.
        let parts: Vec<&str> = french.split(['{', '}']).step_by(2).collect();
        let longest = parts
            .iter()
            .map(|it| it.trim())
            .max_by_key(|it| it.chars().count());
        let longest = longest.unwrap_or_default();
        if longest.chars().count() < 4 || own.iter().any(|it| it.contains(longest)) {
            continue;
        }
        for words in &page.words {
            let found = match french.contains('{') {
                true => words.starts_with(parts[0]) && words.contains(longest),
                false => words == longest,
            };
            assert!(!found, "{path} in {}: « {words} » is {key}", page.lang);
        }
    }
}

/// Bulgarian has letters of its own: whatever else stands there is a name.
fn holds_only_cyrillic(page: &Said, path: &str) {
    for words in &page.words {
        let mut left = words.clone();
        for name in NAMES {
            left = left.replace(name, "");
        }
        // Places that a script fills: {n}.
        let mut bare = String::new();
        for (n, part) in left.split(['{', '}']).enumerate() {
            if n % 2 == 0 {
                bare += part;
            }
        }
        let latin = bare
            .chars()
            .find(|it| it.is_alphabetic() && (*it as u32) < 0x250);
        assert!(latin.is_none(), "{path}: « {words} »");
    }
}

async fn ask(actor: &Actor, method: Method, path: &str, body: &str, tag: &str) -> Answer {
    let request = actor.request(method, path);
    let request = request
        .header(header::COOKIE, format!("lang={tag}"))
        .header(header::CONTENT_TYPE, FORM);
    actor
        .send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

/// The same page in every language: the same figures, and nothing in another language.
async fn says_the_same_in_each(actor: &Actor, method: Method, path: &str, body: &str) {
    let mut french = None;
    for tag in ["fr", "bg", "en"] {
        let answer = ask(actor, method.clone(), path, body, tag).await;
        let status = answer.status;
        let page = said(&answer.text());
        assert_eq!(page.lang, tag, "{path}");
        assert!(page.words.len() > 3, "{path}: {:?}", page.words);
        if tag == "bg" {
            holds_only_cyrillic(&page, path);
        }
        if tag != "fr" {
            holds_no_french(&page, path);
        }
        let told = (status, figures(&page, path));
        let first = french.get_or_insert_with(|| told.clone());
        assert_eq!(told, *first, "{path} in {tag}: {:?}", page.words);
    }
}

/// A peer with an aid in each state one can see, and a place for each answer there is.
async fn full_life(world: &World) {
    let me = world.town.peers[0];
    let coordinator = &world.town.coordinator;
    let outing = world.open_outing().await;
    world.mark(outing, me, true).await.expect(200);
    world.close(outing).await.expect(200);
    let mine = world.town.peer.get("/api/v1/allowances").await.expect(200);
    let line = mine["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/moi/aides/{line}/contester");
    ask(&world.town.peer, Method::POST, &path, "mots=", "bg").await;
    coordinator
        .post("/api/v1/allowance-lists", json!({}))
        .await
        .expect(201);
    for reason in [
        "known",
        "residents",
        "risk",
        "too_far",
        "not_found",
        "other",
        "",
    ] {
        let id = Uuid::now_v7();
        let body = format!(
            "id={id}&nature=public&lat=44.8512&lon=-0.5634&note=au+fond+de+la+cour&geste=proposer"
        );
        ask(&world.town.peer, Method::POST, "/moi/lieux", &body, "bg").await;
        if !reason.is_empty() {
            let path = format!("/api/v1/proposals/{id}/decline");
            let body = json!({"reason": reason, "words": "ils vous remercient"});
            coordinator.post(&path, body).await.expect(204);
        }
    }
    let under_way = world.open_outing().await;
    world.mark(under_way, me, true).await.expect(200);
}

on_both! {
    async fn every_page_of_a_peer_says_the_same_in_each_language(world) {
        full_life(&world).await;
        let me = &world.town.peer;
        for path in [
            "/moi", "/moi?fait=dit", "/moi?annee=2025", "/moi/ce-qu-on-sait", "/moi/releve",
            "/moi/mes-donnees", "/moi/lieux?fait=propose", "/moi/lieux?fait=retire",
            "/moi/lieux/proposer", "/moi/lieux/proposer?nature=public",
            "/moi/lieux/proposer?nature=discreet", "/reglages", "/moi/efface",
            // What is not there, and what is for others.
            "/moi/lieux/proposer?de=00000000-0000-0000-0000-000000000000", "/sorties",
        ] {
            says_the_same_in_each(me, Method::GET, path, "").await;
        }
        let place = "nature=discreet&lat=44.8512&lon=-0.5634&note=au+fond+de+la+cour";
        for more in [
            "&habitants=oui&agent=waits&geste=voir", "&habitants=non&agent=absent&geste=voir",
            "&habitants=&agent=enters&geste=voir", "&agent=&geste=voir", "&lat=x",
        ] {
            let body = format!("{place}{more}");
            says_the_same_in_each(me, Method::POST, "/moi/lieux", &body).await;
        }
        let public = "nature=public&lat=44.8512&lon=-0.5634&geste=voir";
        says_the_same_in_each(me, Method::POST, "/moi/lieux", public).await;
        says_the_same_in_each(me, Method::POST, "/moi/lieux", "lat=&lon=").await;
        says_the_same_in_each(me, Method::GET, "/moi/effacer", "").await;
    }

    async fn so_do_the_pages_of_who_has_not_come_in(world) {
        let anon = world.anon();
        for path in ["/", "/entrer", "/aide/piqure", "/moi/efface"] {
            says_the_same_in_each(&anon, Method::GET, path, "").await;
        }
        // Nothing sent yet, and nobody's name given.
        let me = &world.town.peer;
        for path in ["/moi", "/moi/lieux", "/moi/releve"] {
            says_the_same_in_each(me, Method::GET, path, "").await;
        }
    }

    async fn the_needle_stick_page_has_an_address_in_each_language(world) {
        let anon = world.anon();
        let french = anon.get("/aide/piqure").await.text();
        for tag in ["fr", "bg", "en"] {
            let path = format!("/aide/piqure/{tag}");
            let answer = anon.get(&path).await;
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-cache");
            let own = answer.text();
            assert_eq!(said(&own).lang, tag);
            assert_eq!(own == french, tag == "fr");
            // It is what it is, whoever asks; the bare address follows the reader.
            let asked = |path: &'static str| ask(&world.town.peer, Method::GET, path, "", tag);
            assert_eq!(asked("/aide/piqure").await.text(), own);
            assert_eq!(asked("/aide/piqure/fr").await.text(), french);
            let link = format!("href=\"/aide/piqure/{tag}\" lang=\"{tag}\"");
            assert!(french.contains(&link), "{link}: {french}");
        }
        assert!(french.contains("Български") && french.contains("English"));
        assert!(french.contains("traduction à relire"), "nobody signed them");
        let bulgarian = anon.get("/aide/piqure/bg").await.text();
        let sentence = "<b lang=\"fr\">« Je me suis piqué·e. »</b>";
        assert!(bulgarian.contains(sentence), "what to show at the hospital: {bulgarian}");
        assert_eq!(anon.get("/aide/piqure/xx").await.status, 404);
    }

    async fn a_language_is_chosen_by_its_name_and_leads_back_to_this_server_only(world) {
        let me = &world.town.peer;
        let page = me.get("/moi").await.expect_page(200);
        for (tag, name) in [("fr", "Français"), ("bg", "Български"), ("en", "English")] {
            let button = format!("value=\"{tag}\" lang=\"{tag}\"");
            assert!(page.contains(&button) && page.contains(name), "{button}: {page}");
        }
        let choose = |body: &'static str| me.raw(Method::POST, "/langue", FORM, body);
        let chosen = choose("lang=bg&retour=/moi/lieux").await;
        assert_eq!(chosen.headers[header::LOCATION], "/moi/lieux");
        let cookie = chosen.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with("lang=bg; Path=/; Max-Age=31536000"), "{cookie}");
        for back in ["lang=bg&retour=https://ailleurs.example", "lang=bg&retour=//ailleurs.example"] {
            assert_eq!(choose(back).await.headers[header::LOCATION], "/", "{back}");
        }
        let none = choose("lang=xx&retour=/moi").await;
        assert_eq!(none.status, 422);
        assert!(!none.headers.contains_key(header::SET_COOKIE));
    }

    async fn a_language_that_is_none_is_french_and_staff_read_french(world) {
        for tag in ["xx", "", "BG", "../bg"] {
            let page = ask(&world.town.peer, Method::GET, "/moi", "", tag).await.text();
            assert_eq!(said(&page).lang, "fr", "{tag}");
            assert!(page.contains("Mes sorties et mes aides"), "{tag}");
        }
        for path in ["/sorties", "/reglages", "/equipe", "/nulle-part", "/ccas"] {
            let french = world.town.coordinator.get(path).await.text();
            let asked = ask(&world.town.coordinator, Method::GET, path, "", "bg").await.text();
            let is_apart = |it: &str| it.contains("name=\"serie\"");
            if !is_apart(&french) {
                assert_eq!(asked, french, "{path}");
            }
            assert!(!asked.contains("lang=\"bg\" data-theme"), "{path}");
        }
    }

    async fn cards_and_the_notice_are_printed_in_the_language_of_who_gets_them(world) {
        let coordinator = &world.town.coordinator;
        let team = coordinator.get("/equipe").await.expect_page(200);
        assert!(team.contains("<option value=\"bg\" lang=\"bg\">Български</option>"), "{team}");
        let body = format!("serie={}&pair={}&langue=bg", Uuid::now_v7(), world.town.peers[2]);
        let sheet = coordinator.raw(Method::POST, "/equipe/cartes", FORM, body).await;
        let sheet = sheet.expect_page(200);
        assert!(sheet.contains("<div lang=\"bg\"><p>Сканирам с моя телефон.</p>"), "{sheet}");
        let path = "/avant-la-premiere-sortie/information";
        let french = coordinator.get(path).await.expect_page(200);
        assert!(french.contains("Ce que nous savons de vous"), "{french}");
        for tag in ["bg", "en"] {
            let page = coordinator.get(&format!("{path}?langue={tag}")).await.expect_page(200);
            let (_, paper) = page.split_once("<article").unwrap();
            let (paper, _) = paper.split_once("</article>").unwrap();
            let paper = said(&format!("<html lang=\"{tag}\"><article{paper}</article>"));
            holds_no_french(&paper, path);
            if tag == "bg" {
                holds_only_cyrillic(&paper, path);
            }
        }
    }

    async fn what_a_program_reads_of_me_does_not_depend_on_the_language(world) {
        full_life(&world).await;
        let me = &world.town.peer;
        let mut told = Vec::new();
        for tag in ["fr", "bg"] {
            let mut json = ask(me, Method::GET, "/api/v1/me", "", tag).await.expect(200);
            // Asking is itself an opening.
            json.as_object_mut().unwrap().remove("openings");
            told.push(json);
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(told[0]["outings"][0]["state"].as_str().unwrap().chars().next(), Some('s'));
    }
}

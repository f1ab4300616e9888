//! Lists of what one asks for, in the order one asks for: plain links that need no script.

use crate::accounts::{accept, invited};
use crate::cards::{Holder, printed};
use crate::on_both;
use crate::support::{Actor, World};
use domain::AccountId;
use serde_json::{Value, json};
use server::access::{Role, store as accounts};
use uuid::Uuid;

const PASSWORD: &str = "quatre chats sous la pluie";

/// What a page shows between its heading and a mark further down; all of the rest without one.
async fn shown(actor: &Actor, path: &str, from: &str) -> String {
    let page = actor.get(path).await.expect_page(200);
    let at = page
        .find(from)
        .unwrap_or_else(|| panic!("no {from}: {page}"));
    page[at..].to_owned()
}

/// A member of the association, with a password that nobody knows.
async fn somebody(world: &World, name: &str) {
    let login = format!("{}@lacase.example", Uuid::new_v4());
    let new = accounts::NewAccount {
        programme: world.programme().await,
        id: AccountId(Uuid::now_v7()),
        role: Role::Coordinator,
        login: &login,
        name,
        password_hash: "none",
        administers: false,
    };
    let mut tx = world.app.db.write().await.unwrap();
    accounts::insert_account(&mut tx, new, world.app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Which of these a page names, in its order.
fn named<'a>(page: &str, names: &[&'a str]) -> Vec<&'a str> {
    let mut found: Vec<_> = names
        .iter()
        .filter_map(|it| Some((page.find(&format!(">{it}<"))?, *it)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).collect()
}

/// The words of the links that say « here ».
fn here(page: &str) -> Vec<&str> {
    let links = page.split("aria-current=\"page\"").skip(1);
    let words = links.filter_map(|it| it.split_once('>')?.1.split('<').next());
    words.collect()
}

async fn post(actor: &Actor, path: &str, body: Value) -> Value {
    let answer = actor.post(path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
    answer.json()
}

on_both! {
    async fn the_team_stands_by_name_by_arrival_or_by_last_contact_never_by_what_anybody_did(world) {
        let by = world.town.coordinator.clone();
        world.set_clock("2026-11-25T09:00:00.000Z");
        let body = json!({"pseudonym": "Élan", "sign": "fox-blue"});
        post(&by, "/api/v1/peers", body).await;
        world.set_clock("2026-11-26T09:00:00.000Z");
        printed(&world, world.town.peers[0]).await;
        let names = ["Pair 0", "Pair 1", "Pair 9", "Élan"];
        let by_name = shown(&by, "/equipe", "Cartes par état").await;
        assert_eq!(named(&by_name, &names), ["Élan", "Pair 0", "Pair 1", "Pair 9"]);
        assert_eq!(here(&by_name), ["Tout le monde", "Par nom"]);
        let newest = shown(&by, "/equipe?tri=nouveau", "Cartes par état").await;
        assert_eq!(named(&newest, &names), ["Élan", "Pair 9", "Pair 1", "Pair 0"]);
        let met = shown(&by, "/equipe?etat=&tri=contact", "Cartes par état").await;
        assert_eq!(named(&met, &names), ["Pair 1", "Pair 9", "Élan", "Pair 0"]);
        assert_eq!(here(&met), ["Tout le monde", "Par dernier contact"]);
        assert!(met.contains("Dernier contact le 24 novembre 2026") && met.contains("Dernier contact aujourd’hui"));
        assert!(!by_name.contains("Dernier contact "), "said only where it says the order");
        assert!(!met.contains("seringue"));
    }

    async fn cards_are_listed_by_what_becomes_of_them_and_links_keep_the_order(world) {
        let by = world.town.coordinator.clone();
        let code = printed(&world, world.town.peers[0]).await;
        let names = ["Pair 0", "Pair 1"];
        let of = |state: &str| format!("/equipe?etat={state}&tri=nouveau");
        let without = shown(&by, &of("sans"), "Cartes par état").await;
        assert_eq!((named(&without, &names), here(&without)), (vec!["Pair 1"], vec!["Sans carte", "Arrivées récentes"]));
        assert!(without.contains("href=\"/equipe?etat=donner&amp;tri=nouveau#cartes\""), "{without}");
        assert!(without.contains("href=\"/equipe?etat=sans&amp;tri=contact#cartes\""), "{without}");
        assert_eq!(named(&shown(&by, &of("donner"), "Cartes par état").await, &names), ["Pair 0"]);
        let nobody = shown(&by, &of("service"), "Cartes par état").await;
        assert!(nobody.contains("Personne ici.") && !nobody.contains("Imprimer les cartes"));
        Holder::new(&world).bind(&code, "2580").await.expect(200);
        assert_eq!(named(&shown(&by, &of("service"), "Cartes par état").await, &names), ["Pair 0"]);
        // A second phone showed the card: somebody has to look at it.
        Holder::new(&world).bind(&code, "2580").await;
        assert_eq!(named(&shown(&by, &of("voir"), "Cartes par état").await, &names), ["Pair 0"]);
        let odd = shown(&by, "/equipe?etat=%22%3E%3Cscript%3E&tri=seringues", "Cartes par état").await;
        assert!(!odd.contains("<script>") && named(&odd, &names) == names && here(&odd) == ["Tout le monde", "Par nom"]);
    }

    async fn accounts_stand_by_name_or_by_arrival_and_are_found_by_what_there_is_to_do(world) {
        let by = world.administrator(Role::Coordinator).await;
        let alone = by.get("/comptes").await.expect_page(200);
        assert!(!alone.contains("Comptes par état"), "a few are seen at a glance");
        for name in ["Zoé", "Yann", "Éva"] {
            somebody(&world, name).await;
        }
        world.set_clock("2026-11-24T14:00:00.000Z");
        let link = invited(&by, "nour@lacase.example", "").await;
        accept(&world, &link, PASSWORD).await;
        let names = ["coordinator (vous)", "Éva", "Nour Benali", "Yann", "Zoé"];
        let by_name = shown(&by, "/comptes", "Comptes par état").await;
        assert_eq!((named(&by_name, &names), here(&by_name)), (names.to_vec(), vec!["Tout le monde", "Par nom"]));
        let newest = shown(&by, "/comptes?tri=nouveau", "Comptes par état").await;
        assert_eq!((named(&newest, &names)[0], here(&newest)), ("Nour Benali", vec!["Tout le monde", "Arrivées récentes"]));
        let managing = shown(&by, "/comptes?etat=gere&tri=nouveau", "Comptes par état").await;
        assert_eq!(named(&managing, &names), [names[0]]);
        assert!(managing.contains("href=\"/comptes?etat=sans-code&amp;tri=nouveau\""), "{managing}");
        assert_eq!(named(&shown(&by, "/comptes?etat=sans-session", "Comptes par état").await, &names), names[1..]);
        assert_eq!(named(&shown(&by, "/comptes?etat=sans-code", "Comptes par état").await, &names), names);
        assert_eq!(here(&shown(&by, "/comptes?etat=x&tri=y", "Comptes par état").await), ["Tout le monde", "Par nom"]);
    }

    async fn lists_are_found_by_their_state_by_those_who_issue_and_by_those_who_pay(world) {
        let (coordinator, clerk) = (&world.town.coordinator, &world.town.clerk);
        for number in ["2026-0001", "2026-0002"] {
            let outing = world.open_outing().await;
            world.mark(outing, world.town.peers[0], true).await.expect(200);
            world.close(outing).await.expect(200);
            let list = post(coordinator, "/api/v1/allowance-lists", json!({})).await;
            assert_eq!(list["number"], number);
        }
        post(coordinator, "/api/v1/allowance-lists/2026-0001/send", json!({})).await;
        let both = ["2026-0001", "2026-0002"];
        for (who, page) in [(coordinator, "/aides"), (clerk, "/ccas")] {
            for (state, numbers) in [("", &both[..]), ("open", &both[..1]), ("issued", &both[1..]), ("settled", &[])] {
                let path = format!("{page}?etat={state}");
                let listed = shown(who, &path, "Listes par état").await;
                let found: Vec<_> = both.iter().filter(|it| listed.contains(&format!("{page}/{it}"))).collect();
                assert_eq!(found, numbers.iter().collect::<Vec<_>>(), "{path}: {listed}");
                assert_eq!(here(&listed).len(), 1, "{path}");
            }
            assert_eq!(here(&shown(who, &format!("{page}?etat=x"), "Listes par état").await), ["Toutes"]);
        }
    }

    async fn places_stand_by_quarter_or_by_how_long_ago_they_were_made_clean(world) {
        let by = &world.town.coordinator;
        let body = json!({"day": TODAY, "starts_at": "14:00", "meeting_point": "Au local", "sites": world.town.public_sites[..1]});
        let outing = crate::support::id_of(&post(by, "/api/v1/outings", body).await);
        world.open(outing).await;
        world.close(outing).await.expect(200);
        let names = ["Place 0", "Place 1", "Place 2"];
        let by_quarter = shown(by, "/lieux", "Ordre de la liste").await;
        assert_eq!((named(&by_quarter, &names), here(&by_quarter)), (names.to_vec(), vec!["Par quartier"]));
        let by_wait = shown(by, "/lieux?tri=attente&nature=public", "Ordre de la liste").await;
        assert_eq!(named(&by_wait, &names), ["Place 1", "Place 2", "Place 0"]);
        assert_eq!(here(&by_wait), ["Les plus anciens d’abord"]);
        assert!(by_wait.contains("href=\"/lieux?etat=&amp;quartier=&amp;nature=public&amp;depuis=&amp;tri=&amp;page=0\""), "{by_wait}");
        let done = by.get("/lieux?etat=done&tri=attente").await.expect_page(200);
        assert_eq!(named(&done, &names), ["Place 0"]);
    }

    async fn a_year_of_outings_is_one_link_away(world) {
        let by = &world.town.coordinator;
        let mut ids = Vec::<Uuid>::new();
        for day in ["2024-06-04", "2025-06-03", "2026-11-24"] {
            world.set_clock(&format!("{day}T05:00:00.000Z"));
            let body = json!({"day": day, "starts_at": "14:00", "meeting_point": "Au local", "sites": world.town.public_sites});
            let id = crate::support::id_of(&post(by, "/api/v1/outings", body).await);
            world.open(id).await;
            world.close(id).await.expect(200);
            ids.push(id);
        }
        world.set_clock("2026-11-25T09:00:00.000Z");
        for (path, there) in [("/sorties?annee=2026", 3), ("/sorties?annee=2025", 2), ("/sorties?annee=2024", 1), ("/sorties?annee=1999", 0)] {
            let page = by.get(path).await.expect_page(200);
            let found = ids.iter().filter(|it| page.contains(&format!("/sorties/{it}\""))).count();
            assert_eq!(found, there, "{path}");
        }
        let year = shown(by, "/sorties?annee=2025", "aria-label=\"Années\"").await;
        assert_eq!(here(&year), ["2025"]);
        assert!(year.contains("href=\"/sorties?annee=2024\""));
        assert!(here(&shown(by, "/sorties?annee=trois", "aria-label=\"Années\"").await).is_empty());
    }
}

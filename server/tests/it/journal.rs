//! The journal: a chain that tells when somebody changed the past, and pages on which each body
//! reads its own part.

use crate::on_both;
use crate::support::{Actor, World};
use serde_json::json;
use server::access::journal::{self, About, Action, chain};
use server::access::{self, Role};
use server::db::sql;
use uuid::Uuid;

async fn link(world: &World) -> u64 {
    chain::link_all(&world.app).await.unwrap()
}

async fn faults(world: &World) -> Vec<String> {
    let mut tx = world.app.db.read().await.unwrap();
    chain::check(&mut tx, &world.app.keys).await.unwrap().faults
}

async fn change(world: &World, text: &'static str) {
    let mut tx = world.app.db.write().await.unwrap();
    let touched = sql(text).run(&mut tx).await.unwrap();
    assert!(touched > 0, "{text}");
    tx.commit().await.unwrap();
}

async fn ids(world: &World) -> Vec<Uuid> {
    let mut tx = world.app.db.read().await.unwrap();
    let rows: Vec<(Uuid,)> = sql("select id from journal order by at, id")
        .all(&mut tx)
        .await
        .unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

/// Some rows over three months.
async fn some_rows(world: &World) {
    let programme = world.programme().await;
    for (n, at) in [
        "2026-09-30T23:59:00Z",
        "2026-10-01T00:00:00Z",
        "2026-10-12T10:00:00Z",
        "2026-11-02T10:00:00Z",
        "2026-11-02T10:00:00Z",
        "2026-11-20T10:00:00Z",
    ]
    .into_iter()
    .enumerate()
    {
        let mut tx = world.app.db.write().await.unwrap();
        let actor = access::Actor {
            role: Role::Coordinator,
            id: None,
        };
        let (action, subjects) = (
            Action::SitesShown,
            [format!("site:{}", Uuid::from_u128(n as u128))],
        );
        journal::write(
            &mut tx,
            programme,
            actor,
            action,
            &subjects,
            at.parse().unwrap(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn rows_are_linked_afterwards_and_stand(world) {
        some_rows(&world).await;
        assert_eq!(link(&world).await, 6);
        assert_eq!(link(&world).await, 0);
        assert_eq!(faults(&world).await, [""; 0]);
        world.town.coordinator.get("/lieux").await.expect_page(200);
        let mut tx = world.app.db.read().await.unwrap();
        let checked = chain::check(&mut tx, &world.app.keys).await.unwrap();
        assert_eq!((checked.linked, checked.waiting), (6, 1));
        drop(tx);
        assert_eq!(link(&world).await, 1);
        assert_eq!(faults(&world).await, [""; 0]);
        assert_eq!(world.value::<i64>("select cast(count(*) as bigint) from journal_segments").await, 3);
    }

    async fn a_row_that_was_edited_is_named(world) {
        some_rows(&world).await;
        link(&world).await;
        change(&world, "update journal set subjects = 'site:none' where at = 1791799200000").await;
        let told = faults(&world).await;
        let named = ids(&world).await[2];
        assert_eq!(told, [format!("bordeaux: row {named} of 2026-10 was changed or moved")]);
    }

    async fn a_row_that_was_removed_is_named(world) {
        some_rows(&world).await;
        link(&world).await;
        let named = ids(&world).await[2];
        change(&world, "delete from journal where at = 1791799200000").await;
        assert_eq!(faults(&world).await, [format!("bordeaux: row {named} of 2026-10 was removed")]);
        // With its link, too.
        change(&world, "delete from journal_links where month = '2026-10' and rank = 2").await;
        assert_eq!(faults(&world).await, ["bordeaux: the row at place 2 of 2026-10 was removed"]);
    }

    async fn the_last_row_is_missed_though_its_month_says_otherwise(world) {
        some_rows(&world).await;
        link(&world).await;
        change(&world, "delete from journal where at = 1795168800000").await;
        change(&world, "delete from journal_links where month = '2026-11' and rank = 3").await;
        assert_eq!(faults(&world).await, ["bordeaux: the row at place 3 of 2026-11 was removed"]);
        change(&world, "update journal_segments set links = 2, head = (
            select l.hash from journal_links l where l.month = '2026-11' and l.rank = 2)
            where month = '2026-11'").await;
        assert_eq!(faults(&world).await, ["bordeaux: month 2026-11 does not end as it was sealed"]);
        // The whole month.
        change(&world, "delete from journal where at > 1793500000000").await;
        change(&world, "delete from journal_links where month = '2026-11'").await;
        change(&world, "delete from journal_segments where month = '2026-11'").await;
        assert_eq!(faults(&world).await, ["bordeaux: the chain does not end with its month 2026-10"]);
        change(&world, "update journal_chains set month = '2026-10'").await;
        assert_eq!(faults(&world).await, ["bordeaux: the chain does not end with its month 2026-10"]);
    }

    async fn a_row_put_into_the_past_is_named_and_never_linked(world) {
        some_rows(&world).await;
        link(&world).await;
        let programme = world.programme().await;
        let mut tx = world.app.db.write().await.unwrap();
        let actor = access::Actor { role: Role::Clerk, id: None };
        let at = "2026-10-05T10:00:00Z".parse().unwrap();
        journal::write(&mut tx, programme, actor, Action::ListShown, &[], at).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(link(&world).await, 0);
        let named = ids(&world).await[2];
        assert_eq!(faults(&world).await, [format!("bordeaux: row {named} was inserted afterwards")]);
    }

    async fn rows_that_changed_places_are_named(world) {
        some_rows(&world).await;
        link(&world).await;
        let named = ids(&world).await;
        for text in [
            "update journal_links set rank = 9 where month = '2026-11' and rank = 1",
            "update journal_links set rank = 1 where month = '2026-11' and rank = 2",
            "update journal_links set rank = 2 where month = '2026-11' and rank = 9",
        ] {
            change(&world, text).await;
        }
        let told = faults(&world).await;
        for id in [named[3], named[4]] {
            let sentence = format!("bordeaux: row {id} of 2026-11 was changed or moved");
            assert!(told.contains(&sentence), "{told:#?}");
        }
    }

    async fn a_destroyed_month_does_not_break_the_next(world) {
        some_rows(&world).await;
        link(&world).await;
        let programme = world.programme().await;
        let gone = chain::destroy_before(&world.app, programme, "2026-11").await.unwrap();
        assert_eq!(gone, [("2026-09".to_owned(), 1), ("2026-10".to_owned(), 2)]);
        assert_eq!(chain::destroy_before(&world.app, programme, "2026-11").await.unwrap(), []);
        assert_eq!(link(&world).await, 2, "what was destroyed is in the journal");
        assert_eq!(faults(&world).await, [""; 0]);
        assert_eq!(world.value::<i64>("select cast(count(*) as bigint) from journal").await, 5);
        assert_eq!(world.journal("journal_destroyed").await[1].1, "month:2026-10 rows:2");
        // A month that says it was destroyed and was not is told.
        change(&world, "update journal_segments set destroyed_at = 1 where month = '2026-11'").await;
        assert_eq!(faults(&world).await, ["bordeaux: month 2026-11 does not end as it was sealed"]);
    }

    async fn whatever_is_done_to_any_row_is_told(world) {
        some_rows(&world).await;
        link(&world).await;
        for path in ["/lieux", "/sorties", "/lieux", "/carte"] {
            world.town.coordinator.get(path).await.expect_page(200);
            link(&world).await;
        }
        let rows = ids(&world).await;
        assert!(rows.len() > 8, "{}", rows.len());
        let mut tried = 0;
        for id in rows {
            for text in [
                "update journal set at = at + 1 where id = $1",
                "update journal set actor_role = 'clerk' where id = $1",
                "update journal set actor_id = id where id = $1",
                "update journal set action = 'signed_in' where id = $1",
                "update journal set subjects = subjects || ' ' where id = $1",
                "delete from journal where id = $1",
                "delete from journal_links where journal_id = $1",
                "update journal_links set linked_at = linked_at + 1 where journal_id = $1",
                "update journal_links set rank = rank + 1000 where journal_id = $1",
            ] {
                // Tried in a transaction that is rolled back.
                let mut tx = world.app.db.write().await.unwrap();
                assert_eq!(sql(text).bind(id).run(&mut tx).await.unwrap(), 1, "{text}");
                let checked = chain::check(&mut tx, &world.app.keys).await.unwrap();
                assert!(!checked.faults.is_empty(), "{text}");
                tried += 1;
            }
        }
        assert!(tried > 72);
        assert_eq!(faults(&world).await, [""; 0]);
    }

    async fn two_servers_that_link_at_once_make_one_chain(world) {
        some_rows(&world).await;
        let programme = world.programme().await;
        let writing = async {
            for _ in 0..40 {
                let mut tx = world.app.db.write().await.unwrap();
                let actor = access::Actor { role: Role::Agent, id: None };
                let now = world.app.now();
                journal::write(&mut tx, programme, actor, Action::FlagsShown, &[], now).await.unwrap();
                tx.commit().await.unwrap();
            }
            0
        };
        let linking = || async {
            let mut linked = 0;
            for _ in 0..15 {
                linked += link(&world).await;
            }
            linked
        };
        let (a, b, c) = tokio::join!(linking(), linking(), writing);
        assert_eq!(a + b + c + link(&world).await, 46);
        assert_eq!(faults(&world).await, [""; 0]);
    }

    async fn each_body_reads_its_own_part(world) {
        let town = &world.town;
        let outing = world.open_outing().await;
        world.mark(outing, town.peers[0], true).await.expect(200);
        world.close(outing).await.expect(200);
        let form = "application/x-www-form-urlencoded";
        let open = format!("/equipe/{}/identite/ouvrir", town.peers[0]);
        town.coordinator.raw(axum::http::Method::POST, &open, form, "").await.expect_page(200);
        town.coordinator.get("/lieux").await.expect_page(200);
        town.coordinator.post("/api/v1/allowance-lists", json!({})).await.expect(201);
        town.coordinator.post("/api/v1/allowance-lists/2026-0001/send", json!({})).await.expect(200);
        town.clerk.get("/api/v1/allowance-lists/2026-0001/lines").await.expect(200);
        let page = |actor: &Actor| {
            let actor = actor.clone();
            async move { actor.get("/journal").await.expect_page(200) }
        };
        let association = page(&town.coordinator).await;
        for words in [
            "coordinator a ouvert une identité",
            "Pair 0",
            "a ouvert des lieux discrets",
            "un lieu discret",
            "a émis une liste",
        ] {
            assert!(association.contains(words), "{words}: {association}");
        }
        // A civil name is in no journal, nor what a place is called.
        for secret in ["Éluard", "Prénom0", "Garage secret", "clerk a "] {
            assert!(!association.contains(secret), "{secret}");
        }
        let clerk = page(&town.clerk).await;
        assert!(clerk.contains("clerk a ouvert les noms d’une liste"), "{clerk}");
        assert!(clerk.contains("liste <span class=\"whole\">2026-0001</span>"), "{clerk}");
        for theirs in ["coordinator a", "Pair 0", "lieu discret", "sortie du", "seringue"] {
            assert!(!clerk.contains(theirs), "{theirs}: {clerk}");
        }
        let agent = page(&town.agent).await;
        for theirs in ["coordinator a", "clerk a", "2026-0001", "Pair 0", "identité :"] {
            assert!(!agent.contains(theirs), "{theirs}: {agent}");
        }
    }

    async fn links_choose_and_pages_turn(world) {
        let programme = world.programme().await;
        let mut tx = world.app.db.write().await.unwrap();
        let actor = access::Actor { role: Role::Coordinator, id: None };
        for n in 0..120 {
            let action = if n % 2 == 0 { Action::SitesShown } else { Action::CardsIssued };
            journal::write(&mut tx, programme, actor, action, &[], world.app.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let coordinator = &world.town.coordinator;
        let count = |page: &str| page.matches("Le serveur a ").count();
        let mut path = "/journal".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = coordinator.get(&path).await.expect_page(200);
            seen.push(count(&page));
            let Some((before, _)) = page.split_once("\">Plus ancien") else { break };
            let (_, href) = before.rsplit_once("href=\"").unwrap();
            path = href.split('"').next().unwrap().replace("&amp;", "&");
        }
        assert_eq!(seen, [50, 50, 20]);
        let page = coordinator.get("/journal?genre=entrees&mois=2026-11").await.expect_page(200);
        assert!(!page.contains("des lieux discrets") && page.contains("a fait des cartes"), "{page}");
        let none = coordinator.get("/journal?mois=2026-10").await.expect_page(200);
        assert_eq!(count(&none), 0);
        for odd in ["?mois=2026-13", "?jour=x", "?avant=1.2", "?genre=%3Cb%3E", "?qui=me"] {
            coordinator.get(&format!("/journal{odd}")).await.expect_page(200);
        }
        let csv = coordinator.get("/api/v1/journal.csv?month=2026-11&dialect=open-data").await.expect_csv();
        assert_eq!(csv.lines().count(), 121);
        assert!(csv.contains("2026-11-24,"), "{csv}");
        assert_eq!(world.journal("journal_exported").await.len(), 1);
        assert_eq!(coordinator.get("/api/v1/journal.csv?month=now").await.problem(422).0, "month");
    }
}

#[test]
fn every_action_has_a_code_of_its_own_and_words() {
    let mut codes: Vec<&str> = Action::ALL.iter().map(|it| it.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Action::ALL.len());
    for it in Action::ALL {
        assert_eq!(Action::parse(it.as_str()), Some(*it));
        let words = it.words();
        assert!(words.starts_with(|c: char| c.is_lowercase()), "{words}");
        assert!(!words.ends_with('.') && !words.contains('\''), "{words}");
        assert!(About::ALL.contains(&it.about()));
    }
}

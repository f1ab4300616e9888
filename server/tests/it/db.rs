//! The two engines behind one door; commits that many share on SQLite.

use crate::on_both;
use crate::support::{Engine, World};
use domain::PeerId;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use server::db::{AMONG_MAX, Db, DbError, Tx, sql};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Barrier;
use uuid::Uuid;

on_both! {
    async fn rows_are_found_among_few_ids_and_among_many(world) {
        let known: Vec<Uuid> = world.town.peers.iter().map(|PeerId(id)| *id).collect();
        let mut tx = world.app.db.read().await.unwrap();
        for others in [0, 60, AMONG_MAX - known.len()] {
            let mut ids = known.clone();
            ids.extend(std::iter::repeat_with(Uuid::now_v7).take(others));
            let count = "select cast(count(*) as bigint) from peers where id in {among}";
            let (found,): (i64,) = sql(count).bind_among(&ids).one(&mut tx).await.unwrap();
            assert_eq!(found, known.len() as i64, "{others} others");
        }
        let none = sql("select id from peers where id in {among}").bind_among(&[]);
        assert!(none.all::<(Uuid,)>(&mut tx).await.unwrap().is_empty());
    }
}

/// Writings of one run.
const WRITINGS: i64 = 240;
/// That many at the same time.
const AT_ONCE: i64 = 24;

/// What a writing does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Commits,
    /// Has no room for a second row of its number.
    Fails,
    /// Is dropped with its row written.
    LetsGo,
    /// Is given up from outside, wherever it is.
    GivenUp,
    /// Wants the writer for itself.
    Alone,
}

/// Where a writing came to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Acknowledged,
    /// It said itself that there is nothing.
    Not,
    /// It had asked for its commit when it was given up.
    Unknown,
}

/// A file of its own, with two tables; gone when dropped.
struct File {
    db: Db,
    folder: PathBuf,
}

impl Drop for File {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl File {
    async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("cueillette-test-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let db = open(&folder.join("db.sqlite")).await;
        make_tables(&db).await;
        Self { db, folder }
    }

    /// What somebody finds who opens the file after a power cut at this moment.
    async fn numbers_after_a_cut(&self) -> BTreeSet<i64> {
        let folder = self.folder.join(Uuid::new_v4().to_string());
        std::fs::create_dir(&folder).unwrap();
        for name in ["db.sqlite", "db.sqlite-wal"] {
            std::fs::copy(self.folder.join(name), folder.join(name)).unwrap();
        }
        let db = open(&folder.join("db.sqlite")).await;
        let found = numbers(&db).await;
        db.close().await;
        found
    }
}

async fn open(path: &Path) -> Db {
    let url = format!("sqlite:{}", path.display());
    Db::open(&url).await.unwrap()
}

async fn make_tables(db: &Db) {
    let mut tx = db.write().await.unwrap();
    for text in [
        "create table numbers (n bigint primary key)",
        "create table of_numbers (n bigint references numbers (n) deferrable initially deferred)",
    ] {
        sql(text).run(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn put(tx: &mut Tx, n: i64) -> Result<(), DbError> {
    let insert = sql("insert into numbers (n) values ($1)").bind(n);
    insert.run(tx).await.map(|_| ())
}

async fn numbers(db: &Db) -> BTreeSet<i64> {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(i64,)> = sql("select n from numbers").all(&mut tx).await.unwrap();
    rows.into_iter().map(|(n,)| n).collect()
}

async fn write(db: &Db, n: i64, deed: Deed, asked: &AtomicBool) -> End {
    let mut tx = match deed {
        Deed::Alone => db.write().await.unwrap(),
        _ => db.write_in_group().await.unwrap(),
    };
    put(&mut tx, n).await.unwrap();
    match deed {
        Deed::Fails => {
            assert!(put(&mut tx, n).await.is_err());
            return End::Not;
        }
        Deed::LetsGo => return End::Not,
        Deed::GivenUp => tokio::task::yield_now().await,
        _ => {}
    }
    asked.store(true, Ordering::SeqCst);
    tx.commit().await.unwrap();
    End::Acknowledged
}

/// The same, and given up after a while when that is what becomes of it.
async fn tell(db: Db, n: i64, deed: Deed, patience: Duration) -> End {
    let asked = Arc::new(AtomicBool::new(false));
    let known = asked.clone();
    let task = tokio::spawn(async move { write(&db, n, deed, &known).await });
    if deed == Deed::GivenUp {
        tokio::time::sleep(patience).await;
        task.abort();
    }
    match task.await {
        Ok(end) => end,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) if asked.load(Ordering::SeqCst) => End::Unknown,
        Err(_) => End::Not,
    }
}

fn deeds(rng: &mut ChaCha8Rng) -> Vec<(i64, Deed, Duration)> {
    use Deed::{Alone, Commits, Fails, GivenUp, LetsGo};
    let usual = [
        Commits, Commits, Commits, Commits, Fails, LetsGo, GivenUp, GivenUp, Alone,
    ];
    let deed = |n| {
        let deed = *usual.choose(rng).unwrap();
        (n, deed, Duration::from_micros(rng.random_range(0..6_000)))
    };
    (0..WRITINGS).map(deed).collect()
}

/// Many at the same time, of all kinds; `look` is asked after each that was acknowledged.
async fn all_together<F>(db: &Db, seed: u64, look: impl Fn(i64) -> F) -> BTreeMap<i64, End>
where
    F: Future<Output = ()>,
{
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut ends = BTreeMap::new();
    for some in deeds(&mut rng).chunks(AT_ONCE as usize) {
        let mut tasks = tokio::task::JoinSet::new();
        for (n, deed, patience) in some.iter().copied() {
            let db = db.clone();
            tasks.spawn(async move { (n, tell(db, n, deed, patience).await) });
        }
        while let Some(told) = tasks.join_next().await {
            let (n, end) = told.unwrap();
            ends.insert(n, end);
            if end == End::Acknowledged {
                look(n).await;
            }
        }
    }
    ends
}

fn agree(ends: &BTreeMap<i64, End>, found: &BTreeSet<i64>, seed: u64) {
    for (n, end) in ends {
        match end {
            End::Acknowledged => assert!(found.contains(n), "{n} is not there, seed {seed}"),
            End::Not => assert!(!found.contains(n), "{n} is there, seed {seed}"),
            End::Unknown => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_outlives_a_cut_and_what_failed_is_nowhere_on_sqlite() {
    let (file, seed) = (File::new().await, rand::random());
    let mut tx = file.db.write().await.unwrap();
    // Nothing moves from the journal into the file while both are copied.
    let off = sql("pragma wal_autocheckpoint = 0");
    off.all::<(i64,)>(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let look = async |n: i64| {
        if n % 5 == 0 {
            let found = file.numbers_after_a_cut().await;
            assert!(found.contains(&n), "{n} was acknowledged, seed {seed}");
        }
    };
    let ends = all_together(&file.db, seed, look).await;
    agree(&ends, &numbers(&file.db).await, seed);
    agree(&ends, &file.numbers_after_a_cut().await, seed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_is_there_and_what_failed_is_not_on_postgres() {
    let world = World::new(Engine::Postgres).await;
    make_tables(&world.app.db).await;
    let seed = rand::random();
    let ends = all_together(&world.app.db, seed, async |_| {}).await;
    agree(&ends, &numbers(&world.app.db).await, seed);
}

/// Lets as many writings wait in line as there are, behind one that holds the writer; answers what
/// became of each.
async fn in_one_line(db: &Db, deeds: Vec<(i64, bool)>) -> Vec<(i64, Result<(), DbError>)> {
    let holding = db.write().await.unwrap();
    let barrier = Arc::new(Barrier::new(deeds.len() + 1));
    let mut tasks = Vec::new();
    for (n, is_good) in deeds {
        let (db, barrier) = (db.clone(), barrier.clone());
        tasks.push(tokio::spawn(async move {
            barrier.wait().await;
            let mut tx = db.write_in_group().await?;
            put(&mut tx, n).await?;
            if !is_good {
                let nobody = sql("insert into of_numbers (n) values (-1)");
                nobody.run(&mut tx).await?;
            }
            tx.commit().await
        }));
        // In the order of their numbers.
        tokio::task::yield_now().await;
    }
    barrier.wait().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    holding.commit().await.unwrap();
    let mut ends = Vec::new();
    for (n, task) in (0..).zip(tasks) {
        ends.push((n, task.await.unwrap()));
    }
    ends
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_that_fails_fails_for_all_who_share_it_and_for_nobody_after() {
    let file = File::new().await;
    // On a machine that is busy the first may have been committed before the others came.
    for _ in 0..20 {
        let ends = in_one_line(&file.db, (0..8).map(|n| (n, n != 3)).collect()).await;
        assert!(ends[3].1.is_err());
        let found = numbers(&file.db).await;
        for (n, end) in &ends {
            assert_eq!(end.is_ok(), found.contains(n), "{n}: {end:?}");
        }
        let shared = ends.iter().filter(|(_, end)| end.is_err()).count() > 1;
        let after = file.db.write_in_group().await.unwrap();
        after.commit().await.unwrap();
        let mut tx = file.db.write().await.unwrap();
        sql("delete from numbers").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        if shared {
            return;
        }
    }
    panic!("no commit was shared");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_last_of_a_group_lets_go_the_others_are_committed_all_the_same() {
    let file = File::new().await;
    for round in 0..20 {
        let first = {
            let db = file.db.clone();
            let holding = db.write_in_group().await.unwrap();
            // Comes in line, and lets go as soon as it is its turn.
            let last = tokio::spawn({
                let db = db.clone();
                async move {
                    let mut tx = db.write_in_group().await.unwrap();
                    put(&mut tx, -1).await.unwrap();
                }
            });
            tokio::time::sleep(Duration::from_millis(5)).await;
            let mut tx = holding;
            put(&mut tx, round).await.unwrap();
            let committed = tokio::time::timeout(Duration::from_millis(900), tx.commit());
            let committed = committed.await.expect("nobody committed the group");
            last.await.unwrap();
            committed
        };
        first.unwrap();
        let found = numbers(&file.db).await;
        assert!(found.contains(&round) && !found.contains(&-1));
    }
}

#[tokio::test]
async fn what_is_not_committed_is_seen_by_nobody() {
    let file = File::new().await;
    let mut tx = file.db.write_in_group().await.unwrap();
    put(&mut tx, 1).await.unwrap();
    assert!(numbers(&file.db).await.is_empty());
    tx.commit().await.unwrap();
    assert_eq!(numbers(&file.db).await.len(), 1);
}

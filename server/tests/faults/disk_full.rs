//! The disk of a SQLite database is full: a clear problem, nothing half written, and it goes on by
//! itself once there is room.

use crate::crew::{Crew, until};
use crate::house::{House, coordinator};
use crate::process::{Server, agent, free_port};
use server::db::{Db, Fault, sql};
use std::process::Command;

/// What the server may still write when the story begins.
const ROOM_BYTES: u64 = 1_500_000;

/// The same program, whose files may not grow over a size: what a full disk or a quota is to it,
/// which everybody may set up. The signal that comes with it is not heeded, as with a full disk.
fn with_little_room(house: &House, bytes: u64) -> Command {
    let program = house.program(&house.url);
    let mut command = Command::new("sh");
    command
        .current_dir(&house.folder)
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", "prlimit"])
        .arg(format!("--fsize={bytes}:unlimited"))
        .arg(program.get_program())
        .args(program.get_args());
    command
}

fn make_room(server: &Server) {
    let made = Command::new("prlimit")
        .args(["--pid", &server.id().to_string()])
        .arg("--fsize=unlimited:unlimited")
        .status();
    assert!(made.unwrap().success());
}

/// What a coordinator does at a desk; the answer and its text.
fn at_the_desk(house: &House, server: &Server) -> (ureq::http::Response<ureq::Body>, String) {
    let path = format!("/api/v1/outings/{}/staff", house.outing);
    let asked = agent()
        .post(format!("{}{path}", server.address))
        .header("Authorization", coordinator())
        .header("Content-Type", "application/json")
        .send(r#"{"coordinators":1,"agents":1}"#);
    let mut told = asked.unwrap();
    let text = told.body_mut().read_to_string().unwrap();
    (told, text)
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_half_written() {
    let house = House::on_sqlite().await;
    let size = std::fs::metadata(house.folder.join("db.sqlite"))
        .unwrap()
        .len();
    let command = with_little_room(&house, size.max(ROOM_BYTES));
    let server = Server::start_as(&house, command, free_port());
    let crew = Crew::begin(house.phones(), &[&server.address]);
    until("the disk is full", || crew.refusals(507) > 20);
    crew.pause(true);
    let in_flight = std::time::Duration::from_millis(500);
    std::thread::sleep(in_flight);
    // Nothing of what was answered so is there: not a batch, not half of one.
    let kept = house.kept(&house.url).await.len();
    assert_eq!(kept, crew.acknowledged());
    // A person at a desk writes little, and is told so, in words, once not even that has room.
    let (told, text) = (0..1_000)
        .map(|_| at_the_desk(&house, &server))
        .find(|(told, _)| told.status() != 200)
        .expect("there is no room left");
    assert_eq!(told.status(), 507, "{text}");
    assert_eq!(told.headers()["content-type"], "application/problem+json");
    assert!(
        text.contains("disk_full") && text.contains("disque du serveur est plein"),
        "{text}"
    );
    assert!(text.contains("rien n’est perdu"), "{text}");
    // What only reads goes on.
    assert_eq!(server.get("/readyz").0, 200);

    make_room(&server);
    crew.pause(false);
    crew.until_more(200);
    let sent = crew.end();
    sent.expect_only(&[507]);
    server.kill();
    house.expect(&house.url, &sent).await;
}

/// SQLite's own word for it, in the middle of a transaction: all of it is gone, and of no other.
#[tokio::test]
async fn a_transaction_that_meets_a_full_disk_leaves_nothing() {
    let house = House::on_sqlite().await;
    let db = Db::open(&house.url).await.unwrap();
    let mut tx = db.write().await.unwrap();
    let (pages,): (i64,) = sql("pragma page_count").one(&mut tx).await.unwrap();
    assert!(pages > 10);
    let limited = sql("pragma max_page_count = 1").run(&mut tx).await;
    limited.unwrap();
    tx.commit().await.unwrap();

    let mut tx = db.write().await.unwrap();
    let mark = "insert into server_marks (name, value) values ($1, $2)";
    let mut wrong = None;
    for n in 0..100 {
        let name = format!("mark {n}");
        let insert = sql(mark).bind(name).bind(vec![7_u8; 3_000]);
        if let Err(it) = insert.run(&mut tx).await {
            wrong = Some(it);
            break;
        }
    }
    let wrong = wrong.expect("there is no room for that");
    assert_eq!(wrong.fault(), Fault::Full, "{wrong}");
    drop(tx);
    let mut tx = db.read().await.unwrap();
    let count = "select cast(count(*) as bigint) from server_marks where name like 'mark %'";
    let (left,): (i64,) = sql(count).one(&mut tx).await.unwrap();
    assert_eq!(left, 0);
    drop(tx);
    // What needs no new room still passes.
    let mut tx = db.write().await.unwrap();
    let small = sql(mark).bind("small").bind(vec![1_u8]);
    small.run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}

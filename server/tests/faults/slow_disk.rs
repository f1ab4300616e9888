//! A disk that takes its time: commits wait. Phones are kept waiting, or are told to come again.

use crate::crew::{Crew, until};
use crate::house::House;
use crate::process::{Server, free_port};
use sqlx::{Connection, PgConnection, SqliteConnection};

/// As long as this holds, no commit ends. Both engines give up waiting before it is over.
async fn phones_wait(house: &House, url: &str, crew: &Crew, server: &Server) {
    // A short while is a delay, and nothing else.
    let told = crew.refusals(503);
    stall(house, std::time::Duration::from_millis(600)).await;
    crew.until_more(50);
    assert_eq!(crew.refusals(503), told);
    // A long one is told: come again.
    let stalled = tokio::spawn(stall_until_told(url.to_owned()));
    until("phones are told to come again", || {
        crew.refusals(503) > told
    });
    stalled.abort();
    _ = stalled.await;
    server.until_ready(true);
    crew.until_more(50);
}

/// Holds what every writer needs.
async fn stall(house: &House, for_so_long: std::time::Duration) {
    let held = tokio::spawn(stall_until_told(house.url.clone()));
    tokio::time::sleep(for_so_long).await;
    held.abort();
    _ = held.await;
}

async fn stall_until_told(url: String) {
    if url.starts_with("sqlite:") {
        let mut disk = SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql("begin immediate")
            .execute(&mut disk)
            .await
            .unwrap();
        std::future::pending::<()>().await;
    }
    let mut disk = PgConnection::connect(&url).await.unwrap();
    let hold = sqlx::raw_sql("begin; lock table facts in share row exclusive mode");
    hold.execute(&mut disk).await.unwrap();
    std::future::pending::<()>().await;
}

async fn slow(house: House, url: &str) {
    let server = Server::start(&house, url, free_port());
    let crew = Crew::begin(house.phones(), &[&server.address]);
    crew.until_more(50);
    phones_wait(&house, &house.url, &crew, &server).await;
    let sent = crew.end();
    sent.expect_only(&[503]);
    println!(
        "{:?}, longest wait {:.1?}",
        sent.refusals, sent.longest_wait
    );
    server.kill();
    house.expect(&house.url, &sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_disk_delays_phones_and_loses_nothing_on_sqlite() {
    let house = House::on_sqlite().await;
    let url = house.url.clone();
    slow(house, &url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_disk_delays_phones_and_loses_nothing_on_postgres() {
    let house = House::on_postgres().await;
    // Rows are waited for for half as long as an answer.
    let url = format!("{}?answer_within=4", house.url);
    slow(house, &url).await;
}

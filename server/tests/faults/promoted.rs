//! The primary dies and its synchronous standby is promoted, while phones send. The server finds
//! the new one by itself; phones notice nothing but a delay.

use crate::cluster::{Cluster, USER};
use crate::crew::{Crew, until};
use crate::house::{House, new_database, new_folder};
use crate::process::{Server, free_port};
use std::time::{Duration, Instant};

/// Seconds that a statement may take here.
const ANSWER_S: u32 = 2;

#[tokio::test]
async fn every_acknowledged_fact_is_on_the_standby_that_was_promoted() {
    let mut cluster = Cluster::start();
    let base = format!(
        "postgres://{USER}@127.0.0.1:{}/postgres",
        cluster.primary.port
    );
    let made = new_database(&base).await;
    let name = made.rsplit_once('/').unwrap().1.to_owned();
    let house = House::at(new_folder(), made.clone()).await;
    let query = format!("target_session_attrs=read-write&answer_within={ANSWER_S}");
    let server = Server::start(&house, &cluster.url(&name, &query), free_port());
    let crew = Crew::begin(house.phones(), &[&server.address]);
    crew.until_more(200);

    // A standby that does not answer holds every commit back, for longer than a statement may
    // take: nothing is acknowledged that only the primary has.
    cluster.freeze_standby(true);
    std::thread::sleep(Duration::from_millis(300));
    let before = crew.acknowledged();
    std::thread::sleep(Duration::from_secs(u64::from(ANSWER_S) + 2));
    assert_eq!(
        crew.acknowledged(),
        before,
        "acknowledged without the standby"
    );
    cluster.freeze_standby(false);
    crew.until_more(200);

    let died = Instant::now();
    cluster.primary.kill();
    until("the link is seen to be gone", || {
        server.get("/readyz").0 == 503
    });
    cluster.promote();
    crew.until_more(1);
    println!(
        "facts are acknowledged again {:.1?} after the primary died",
        died.elapsed()
    );
    server.until_ready(true);
    crew.until_more(200);
    let sent = crew.end();
    println!(
        "{:?}, longest wait {:.1?}",
        sent.refusals, sent.longest_wait
    );
    // The server was there all the time, and never made a mistake.
    sent.expect_only(&[503]);
    server.kill();
    let promoted = format!(
        "postgres://{USER}@127.0.0.1:{}/{name}",
        cluster.standby.port
    );
    house.expect(&promoted, &sent).await;
}

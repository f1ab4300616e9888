//! `kill -9` of the server at random moments, again and again, while sixteen phones send.

use crate::crew::Crew;
use crate::house::House;
use crate::process::{Server, free_port};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::time::{Duration, Instant};

/// How often a server is killed, unless `CUEILLETTE_KILLS` says otherwise. One that starts costs
/// little, so that all of it is in every run of the tests.
const KILLS: u32 = 300;
/// How long a server lives once it listens.
const LIFE_MS: std::ops::Range<u64> = 20..200;

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

async fn killed_again_and_again(house: House) {
    let kills = from_environment("CUEILLETTE_KILLS").unwrap_or(KILLS);
    let seed = from_environment("CUEILLETTE_SEED").unwrap_or_else(rand::random);
    println!("CUEILLETTE_SEED={seed} CUEILLETTE_KILLS={kills}");
    let mut moments = StdRng::seed_from_u64(seed);
    let port = free_port();
    let address = format!("http://127.0.0.1:{port}");
    let began = Instant::now();
    let crew = Crew::begin(house.phones(), &[&address]);
    for _ in 0..kills {
        let server = Server::start(&house, &house.url, port);
        let life_ms = moments.random_range(LIFE_MS);
        std::thread::sleep(Duration::from_millis(life_ms));
        server.kill();
    }
    let while_dying = crew.acknowledged();
    let last = Server::start(&house, &house.url, port);
    let sent = crew.end();
    last.kill();
    println!(
        "{kills} kills in {:.0?}: {} facts acknowledged ({while_dying} between kills), {} sendings \
         without an answer, longest wait {:.1?}",
        began.elapsed(),
        sent.acknowledged.len(),
        sent.refusals.get(&0).copied().unwrap_or_default(),
        sent.longest_wait,
    );
    assert!(while_dying > 0, "phones got through between kills");
    sent.expect_only(&[0, 503]);
    house.expect(&house.url, &sent).await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_server_is_killed_again_and_again_on_sqlite() {
    killed_again_and_again(House::on_sqlite().await).await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_server_is_killed_again_and_again_on_postgres() {
    killed_again_and_again(House::on_postgres().await).await;
}

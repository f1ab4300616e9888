//! The link between the server and its database is cut, goes silent, is slow, and is whole again.

use crate::crew::Crew;
use crate::house::House;
use crate::process::{Server, free_port};
use crate::proxy::{Proxy, Wire};
use std::net::ToSocketAddrs;

/// Seconds that an answer of the database may take here: the test does not wait for half a minute.
const ANSWER_S: u32 = 3;

/// The address of a database, without its scheme and its name.
fn authority(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").unwrap().1;
    let (authority, name) = rest.split_once('/').unwrap();
    (authority, name)
}

fn through(proxy: &Proxy, url: &str) -> String {
    let (authority, name) = authority(url);
    let user = authority.rsplit_once('@').map_or("postgres", |it| it.0);
    let port = proxy.port;
    format!("postgres://{user}@127.0.0.1:{port}/{name}?answer_within={ANSWER_S}")
}

fn wire_to(url: &str) -> Proxy {
    let (authority, _) = authority(url);
    let host = authority.rsplit_once('@').map_or(authority, |it| it.1);
    Proxy::to(host.to_socket_addrs().unwrap().next().unwrap())
}

#[tokio::test]
async fn nothing_is_lost_when_the_link_to_the_database_breaks_goes_silent_or_is_slow() {
    let house = House::on_postgres().await;
    let wire = wire_to(&house.url);
    let server = Server::start(&house, &through(&wire, &house.url), free_port());
    let crew = Crew::begin(house.phones(), &[&server.address]);
    server.until_ready(true);
    crew.until_more(100);

    wire.set(Wire::Cut);
    assert_eq!(server.until_ready(false), "the database does not answer\n");
    // The process is well, and says so: nobody should start it again for that.
    assert_eq!(server.get("/healthz").0, 200);
    crate::crew::until("phones are told to wait", || crew.refusals(503) > 0);
    wire.set(Wire::Whole);
    server.until_ready(true);
    crew.until_more(100);

    wire.set(Wire::Silent);
    assert_eq!(server.until_ready(false), "the database does not answer\n");
    wire.set(Wire::Whole);
    server.until_ready(true);
    crew.until_more(100);

    wire.set(Wire::Slow);
    crew.until_more(100);
    server.until_ready(true);
    wire.set(Wire::Whole);

    let sent = crew.end();
    sent.expect_only(&[503]);
    println!(
        "{:?}, longest wait {:.1?}",
        sent.refusals, sent.longest_wait
    );
    server.kill();
    house.expect(&house.url, &sent).await;
}

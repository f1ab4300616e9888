//! Two servers on one PostgreSQL: one is killed in the middle, and its phones go to the other.

use crate::crew::Crew;
use crate::house::House;
use crate::process::{Server, free_port};

#[tokio::test]
async fn nothing_is_lost_when_one_of_two_servers_is_killed() {
    let house = House::on_postgres().await;
    let servers = [free_port(), free_port()].map(|port| Server::start(&house, &house.url, port));
    let addresses: Vec<&str> = servers.iter().map(|it| it.address.as_str()).collect();
    let crew = Crew::begin(house.phones(), &addresses);
    crew.until_more(300);
    let [first, second] = servers;
    first.kill();
    assert!(crew.refusals(503) == 0);
    // The other one has them all.
    crew.until_more(300);
    let sent = crew.end();
    assert!(
        sent.refusals.contains_key(&0),
        "phones met the one that is gone"
    );
    sent.expect_only(&[0]);
    second.kill();
    house.expect(&house.url, &sent).await;
}

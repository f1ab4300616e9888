//! The two engines behind one door.

use crate::on_both;
use domain::PeerId;
use server::db::{AMONG_MAX, sql};
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

//! SQL of the history of one site, with those that were merged into it.

use crate::db::{DbError, Tx, sql};
use crate::facts::store::not_voided;
use domain::{ProgrammeId, SiteId};
use uuid::Uuid;

/// Sum of what was picked up at a site on one outing.
#[derive(sqlx::FromRow)]
pub struct PickupRow {
    /// The outing.
    pub outing_id: Uuid,
    /// Its day.
    pub day: String,
    /// Its state.
    pub state: String,
    /// Code of the item.
    pub item: String,
    /// `counted` or `estimated`.
    pub method: String,
    /// How many.
    pub total: i64,
}

// A coordinator's word about an « ici » only ever adds: a fact that named a site stays with it.
const SELECT_PICKUPS: &str = concat!(
    "select o.id as outing_id, o.day, o.state, f.item, f.method,
       cast(sum(f.count) as bigint) as total
     from (
       select f.id from facts f
       join sites s on s.programme_id = f.programme_id and s.id = f.site_id
       where f.programme_id = $1 and f.kind = 'pickup' and (s.id = $2 or s.merged_into = $2)
       union
       select d.fact_id from here_decisions d
       join fact_sites p on p.programme_id = d.programme_id and p.fact_id = d.fact_id
       where d.programme_id = $1 and p.site_id = $2
     ) there
     join facts f on f.programme_id = $1 and f.id = there.id
     join outings o on o.programme_id = f.programme_id and o.id = f.outing_id
     where ",
    not_voided!(),
    " group by o.id, o.day, o.state, f.item, f.method
      order by o.day desc, o.id desc, f.item, f.method"
);

/// What was picked up there, the latest outing first.
pub async fn pickups(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
) -> Result<Vec<PickupRow>, DbError> {
    sql(SELECT_PICKUPS).bind(programme).bind(site).all(tx).await
}

/// A sighting, or a pickup by the city itself.
#[derive(sqlx::FromRow)]
pub struct EventRow {
    /// `sighting` or `city_pickup`.
    pub kind: String,
    /// When, by the clock of whoever recorded it.
    pub recorded_at: i64,
    /// When it came in.
    pub received_at: i64,
    /// The clock was absurd.
    pub time_to_check: bool,
    /// How many were seen or picked up.
    pub count: Option<i64>,
    /// Category, urgency, children nearby.
    pub data: String,
}

const SELECT_EVENTS: &str = concat!(
    "select f.kind, f.recorded_at, f.received_at, f.time_to_check, f.count, f.data
     from facts f
     join sites s on s.programme_id = f.programme_id and s.id = f.site_id
     where f.programme_id = $1 and f.kind in ('sighting', 'city_pickup')
       and (s.id = $2 or s.merged_into = $2) and ",
    not_voided!(),
    " order by f.recorded_at desc, f.id desc"
);

/// Who saw needles there, and what the city picked up itself, the latest first.
pub async fn events(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
) -> Result<Vec<EventRow>, DbError> {
    sql(SELECT_EVENTS).bind(programme).bind(site).all(tx).await
}

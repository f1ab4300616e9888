//! SQL of imports only: an outing that was closed before this server knew it.

use crate::db::{DbError, Tx, sql};
use crate::sites::kept;
use domain::{DeviceId, Instant, OutingId, Position, ProgrammeId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const SELECT_POINTS: &str = "
    select lat, lon from sites
    where programme_id = $1 and nature = 'public' and lat is not null and lon is not null";

/// Where the public sites are.
pub(super) async fn public_points(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<Position>, DbError> {
    let rows: Vec<(f64, f64)> = sql(SELECT_POINTS).bind(programme).all(tx).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(lat, lon)| Position::new(lat, lon).ok())
        .collect())
}

const SELECT_TITLES: &str = "
    select id, title from sites
    where programme_id = $1 and nature = 'public' and title is not null";

/// The public sites by title.
pub(super) async fn public_titles(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<(Uuid, String)>, DbError> {
    sql(SELECT_TITLES).bind(programme).all(tx).await
}

const SELECT_SITE_IDS: &str = "select id from sites where programme_id = $1";

/// Every site there is.
pub(super) async fn site_ids(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<BTreeSet<Uuid>, DbError> {
    let rows: Vec<(Uuid,)> = sql(SELECT_SITE_IDS).bind(programme).all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

const SELECT_PSEUDONYMS: &str = "select id, pseudonym from peers where programme_id = $1";

/// The peers by pseudonym.
pub(super) async fn pseudonyms(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<(Uuid, String)>, DbError> {
    sql(SELECT_PSEUDONYMS).bind(programme).all(tx).await
}

const SELECT_DAYS: &str = "
    select day, id from outings where programme_id = $1 and state <> 'cancelled'";

/// The outings by day.
pub(super) async fn days(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<BTreeMap<String, Vec<Uuid>>, DbError> {
    let rows: Vec<(String, Uuid)> = sql(SELECT_DAYS).bind(programme).all(tx).await?;
    let mut days: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for (day, id) in rows {
        days.entry(day).or_default().push(id);
    }
    Ok(days)
}

const UPDATE_CLOSED: &str = "
    update outings set state = 'closed', opened_at = $3, closed_at = $3, peers_counted = $4
    where programme_id = $1 and id = $2";

/// Says that an outing was over long ago. Nobody of this server closed it.
pub(super) async fn set_over(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    at: Instant,
    peers: Option<u32>,
) -> Result<(), DbError> {
    sql(UPDATE_CLOSED)
        .bind(programme)
        .bind(id)
        .bind(at)
        .bind(peers)
        .run(tx)
        .await?;
    kept::touch_outing(tx, programme, id);
    Ok(())
}

const SELECT_PEERS_COUNTED: &str = "
    select peers_counted from outings where programme_id = $1 and id = $2";

/// How many peers were there, when only their number is known.
pub(super) async fn peers_counted(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
) -> Result<Option<i64>, DbError> {
    let query = sql(SELECT_PEERS_COUNTED).bind(programme).bind(id);
    let (peers,): (Option<i64>,) = query.one(tx).await?;
    Ok(peers)
}

const SELECT_MACS: &str = "
    select id, content_mac from facts
    where programme_id = $1 and outing_id = $2 and device_id = $3";

/// What was imported of an outing: keyed hash by fact.
pub(super) async fn imported(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
) -> Result<BTreeMap<Uuid, Vec<u8>>, DbError> {
    let query = sql(SELECT_MACS).bind(programme).bind(outing).bind(device);
    let rows: Vec<(Uuid, Vec<u8>)> = query.all(tx).await?;
    Ok(rows.into_iter().collect())
}

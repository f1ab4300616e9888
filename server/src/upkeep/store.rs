//! SQL of ends. Facts are never among what changes here.

use crate::access::Scope;
use crate::db::{DbError, Tx, sql};
use crate::sites::kept;
use domain::time::DAY_MS;
use domain::{Day, Instant, OutingId, ProgrammeId, SiteId};
use uuid::Uuid;

const SELECT_PHOTOS: &str = "select id from photos where programme_id = $1 and received_at <= $2";
const DELETE_PHOTO: &str = "delete from photos where programme_id = $1 and id = $2";

/// Pictures that came before a moment.
pub(super) async fn photos_before(
    tx: &mut Tx,
    programme: ProgrammeId,
    since: Instant,
) -> Result<Vec<Uuid>, DbError> {
    let query = sql(SELECT_PHOTOS).bind(programme).bind(since);
    let rows: Vec<(Uuid,)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Deletes a picture.
pub(super) async fn delete_photo(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: Uuid,
) -> Result<(), DbError> {
    sql(DELETE_PHOTO).bind(programme).bind(id).run(tx).await?;
    Ok(())
}

const SELECT_CLOSED_SITES: &str = "
    select id from sites
    where programme_id = $1 and nature = 'discreet' and sealed is not null
      and (closed_at <= $2 or merged_at <= $2)";

/// Discreet sites that were closed or merged before a moment, and still hold something.
pub(super) async fn closed_sites_before(
    tx: &mut Tx,
    programme: ProgrammeId,
    since: Instant,
) -> Result<Vec<Uuid>, DbError> {
    let query = sql(SELECT_CLOSED_SITES).bind(programme).bind(since);
    let rows: Vec<(Uuid,)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

const EMPTY_SITE: &str = "
    update sites set sealed = null, cell = null, version = version + 1 where programme_id = $1 and id = $2";

/// Empties what is sealed of a site.
pub(super) async fn empty_site(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<(), DbError> {
    sql(EMPTY_SITE).bind(programme).bind(id).run(tx).await?;
    kept::touch_site(tx, programme, id);
    Ok(())
}

const SELECT_OUTING_KEYS: &str = "
    select o.id from outings o
    join data_keys k on k.programme_id = o.programme_id and k.scope = 'outing'
      and k.subject_id = o.id
    where o.programme_id = $1 and o.day <= $2
    order by o.day, o.id";
// The key of a month is made within it, and nothing is sealed under it after.
const SELECT_LOOSE_KEYS: &str = "
    select created_at from data_keys
    where programme_id = $1 and scope = 'loose' and created_at <= $2
    order by created_at";
const LOOSE_MONTH_MS: i64 = 31 * DAY_MS;

/// Whose words came to their end: outings of a day or before, and months of what belongs to none.
pub(super) async fn words_before(
    tx: &mut Tx,
    programme: ProgrammeId,
    day: Day,
    since: Instant,
) -> Result<Vec<Scope>, DbError> {
    let outings = sql(SELECT_OUTING_KEYS)
        .bind(programme)
        .bind(day.to_string());
    let outings: Vec<(Uuid,)> = outings.all(tx).await?;
    let whole_month = since.plus_ms(-LOOSE_MONTH_MS);
    let loose = sql(SELECT_LOOSE_KEYS).bind(programme).bind(whole_month);
    let loose: Vec<(i64,)> = loose.all(tx).await?;
    let outings = outings.into_iter().map(|(id,)| Scope::Outing(OutingId(id)));
    let loose = loose
        .into_iter()
        .map(|(at,)| Scope::Loose(Instant::from_ms(at)));
    Ok(outings.chain(loose).collect())
}

const SELECT_PHONES: &str = "
    select outing_id, device_id from crew_phones
    where programme_id = $1 and hands_in_until <= $2 and length(token_hash) = 32";
const EMPTY_PHONE: &str = "
    update crew_phones set token_hash = $4
    where programme_id = $1 and outing_id = $2 and device_id = $3";

/// Empties the tokens of phones that may hand in nothing any more. That they joined stays.
pub(super) async fn empty_phones(
    tx: &mut Tx,
    programme: ProgrammeId,
    now: Instant,
) -> Result<usize, DbError> {
    let query = sql(SELECT_PHONES).bind(programme).bind(now);
    let rows: Vec<(Uuid, Uuid)> = query.all(tx).await?;
    for (outing, device) in &rows {
        // The column asks for something that nobody else has; no token has such a hash.
        let nothing = [b"ended".as_slice(), outing.as_bytes(), device.as_bytes()].concat();
        let query = sql(EMPTY_PHONE).bind(programme).bind(*outing).bind(*device);
        query.bind(nothing).run(tx).await?;
    }
    Ok(rows.len())
}

const DELETE_SESSIONS_OF_CARDS: &str = "
    delete from peer_sessions where programme_id = $1 and card_id in (
      select id from cards where programme_id = $1 and ended_at <= $2)";
const DELETE_CARDS: &str = "delete from cards where programme_id = $1 and ended_at <= $2";

/// Deletes cards that ended before a moment.
pub(super) async fn delete_cards(
    tx: &mut Tx,
    programme: ProgrammeId,
    since: Instant,
) -> Result<usize, DbError> {
    let sessions = sql(DELETE_SESSIONS_OF_CARDS).bind(programme).bind(since);
    sessions.run(tx).await?;
    let cards = sql(DELETE_CARDS).bind(programme).bind(since);
    Ok(usize::try_from(cards.run(tx).await?).unwrap_or(usize::MAX))
}

/// What has an hour of its own at which it ends.
const SWEPT: [&str; 5] = [
    "delete from sessions where expires_at <= $1",
    "delete from peer_sessions where expires_at <= $1",
    "delete from answered_challenges where expires_at <= $1",
    "delete from phone_codes where expires_at <= $1",
    "delete from sign_in_steps where expires_at <= $1",
];
/// Links that were never used, or long ago.
const DELETE_INVITATIONS: &str = "delete from invitations where expires_at <= $1";
const INVITATION_MS: i64 = 30 * DAY_MS;

/// Deletes what ended by itself.
pub(super) async fn sweep(tx: &mut Tx, now: Instant) -> Result<u64, DbError> {
    let mut swept = 0;
    for text in SWEPT {
        swept += sql(text).bind(now).run(tx).await?;
    }
    let old = sql(DELETE_INVITATIONS).bind(now.plus_ms(-INVITATION_MS));
    Ok(swept + old.run(tx).await?)
}

//! SQL of the phones that joined an outing, and of personal joining codes.

use crate::db::{DbError, Tx, sql};
use domain::fact::Whose;
use domain::{AccountId, DeviceId, Instant, OutingId, ProgrammeId};
use uuid::Uuid;

/// A phone that joins.
pub struct Joining {
    /// Its programme.
    pub programme: ProgrammeId,
    /// The outing.
    pub outing: OutingId,
    /// The phone.
    pub device: DeviceId,
    /// Hash of its new token; an earlier one ends.
    pub token_hash: Vec<u8>,
    /// Now.
    pub now: Instant,
    /// Until when it reads.
    pub reads_until: Instant,
    /// Until when it may hand in facts.
    pub hands_in_until: Instant,
    /// Whose it is, if that is known already.
    pub whose: Option<Whose>,
    /// The coordinator whose own phone it is, by a personal code.
    pub account: Option<AccountId>,
}

// A phone that joins again stays whose it was. But what a personal code gave lasts only as long as
// the token of that code: the outing's code, which the whole crew knows, gives an ordinary phone.
const UPSERT_PHONE: &str = "
    insert into crew_phones (programme_id, outing_id, device_id, token_hash, joined_at, reads_until,
      hands_in_until, last_seen_at, whose, account_id)
    values ($1, $2, $3, $4, $5, $6, $7, $5, $8, $9)
    on conflict (programme_id, outing_id, device_id) do update
    set token_hash = excluded.token_hash, last_seen_at = excluded.last_seen_at,
      whose = case when excluded.account_id is null and crew_phones.account_id is null
        then crew_phones.whose else excluded.whose end,
      account_id = excluded.account_id
    where crew_phones.revoked_at is null";

/// Lets a phone in. Answers `false` when it was revoked.
pub async fn join(tx: &mut Tx, it: Joining) -> Result<bool, DbError> {
    let touched = sql(UPSERT_PHONE)
        .bind(it.programme)
        .bind(it.outing)
        .bind(it.device)
        .bind(it.token_hash)
        .bind(it.now)
        .bind(it.reads_until)
        .bind(it.hands_in_until)
        .bind(it.whose.map(Whose::code))
        .bind(it.account)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const UPDATE_WHOSE: &str = "
    update crew_phones set whose = $4,
      account_id = case when $4 = 'association' then account_id end
    where programme_id = $1 and outing_id = $2 and device_id = $3";

/// Says at a desk whose a joined phone is; one that is no longer the association's is no longer a
/// coordinator's own either. Answers whether it is known.
pub async fn confirm_phone(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
    whose: Whose,
) -> Result<bool, DbError> {
    let touched = sql(UPDATE_WHOSE)
        .bind(programme)
        .bind(outing)
        .bind(device)
        .bind(whose.code())
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const UPDATE_WHOSE_BY_FACTS: &str = "
    update crew_phones set whose = $4
    where programme_id = $1 and outing_id = $2 and device_id = $3 and account_id is null";

/// Whose a joined phone is, as facts say it. A coordinator's own phone stays what its code made it.
pub async fn set_whose(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
    whose: Option<Whose>,
) -> Result<(), DbError> {
    sql(UPDATE_WHOSE_BY_FACTS)
        .bind(programme)
        .bind(outing)
        .bind(device)
        .bind(whose.map(Whose::code))
        .run(tx)
        .await?;
    Ok(())
}

/// A personal joining code: it makes one phone a coordinator's own.
pub struct PersonalCode {
    /// Keyed hash of the code.
    pub mac: Vec<u8>,
    /// Its programme.
    pub programme: ProgrammeId,
    /// The outing it opens.
    pub outing: OutingId,
    /// Whose phone.
    pub account: AccountId,
    /// Until when it opens.
    pub expires_at: Instant,
}

const DELETE_CODES: &str = "
    delete from phone_codes
    where expires_at <= $1 or (programme_id = $2 and outing_id = $3 and account_id = $4)";
const INSERT_CODE: &str = "
    insert into phone_codes (code_mac, programme_id, outing_id, account_id, expires_at)
    values ($1, $2, $3, $4, $5) on conflict do nothing";

/// Keeps a personal code in place of the one before, and sweeps those that ended. Answers `false`
/// when that code is somebody's already.
pub async fn insert_personal_code(
    tx: &mut Tx,
    it: PersonalCode,
    now: Instant,
) -> Result<bool, DbError> {
    sql(DELETE_CODES)
        .bind(now)
        .bind(it.programme)
        .bind(it.outing)
        .bind(it.account)
        .run(tx)
        .await?;
    let touched = sql(INSERT_CODE)
        .bind(it.mac)
        .bind(it.programme)
        .bind(it.outing)
        .bind(it.account)
        .bind(it.expires_at)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

#[derive(sqlx::FromRow)]
struct PersonalCodeRow {
    programme_id: Uuid,
    outing_id: Uuid,
    account_id: Uuid,
    expires_at: i64,
}

// Only while the account is a coordinator's.
const SELECT_PERSONAL_CODE: &str = "
    select c.programme_id, c.outing_id, c.account_id, c.expires_at
    from phone_codes c
    join accounts a on a.programme_id = c.programme_id and a.id = c.account_id
      and a.role = 'coordinator' and a.ended_at is null
    where c.code_mac = $1";

/// The personal code of a hash.
pub async fn personal_code(tx: &mut Tx, mac: Vec<u8>) -> Result<Option<PersonalCode>, DbError> {
    let query = sql(SELECT_PERSONAL_CODE).bind(mac.clone());
    let row: Option<PersonalCodeRow> = query.maybe(tx).await?;
    Ok(row.map(|row| PersonalCode {
        mac,
        programme: ProgrammeId(row.programme_id),
        outing: OutingId(row.outing_id),
        account: AccountId(row.account_id),
        expires_at: Instant::from_ms(row.expires_at),
    }))
}

const DELETE_CODE: &str = "delete from phone_codes where code_mac = $1";

/// Ends a personal code. Answers `false` when another phone used it first.
pub async fn use_personal_code(tx: &mut Tx, mac: Vec<u8>) -> Result<bool, DbError> {
    Ok(sql(DELETE_CODE).bind(mac).run(tx).await? == 1)
}

const UPDATE_REVOKED: &str = "
    update crew_phones set revoked_at = $4
    where programme_id = $1 and outing_id = $2 and device_id = $3";

/// Shuts a joined phone out. Answers whether it is known.
pub async fn revoke_phone(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
    now: Instant,
) -> Result<bool, DbError> {
    let touched = sql(UPDATE_REVOKED)
        .bind(programme)
        .bind(outing)
        .bind(device)
        .bind(now)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const UPDATE_SEEN: &str = "
    update crew_phones set last_seen_at = $4
    where programme_id = $1 and outing_id = $2 and device_id = $3";

/// Notes that a phone was in touch.
pub async fn phone_seen(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
    now: Instant,
) -> Result<(), DbError> {
    sql(UPDATE_SEEN)
        .bind(programme)
        .bind(outing)
        .bind(device)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// A joined phone, as the coordinator sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Phone {
    /// The phone.
    pub device_id: Uuid,
    /// When it joined.
    pub joined_at: i64,
    /// Its last contact.
    pub last_seen_at: i64,
    /// Whose it is, once a coordinator said.
    pub whose: Option<String>,
    /// Shut out.
    pub revoked: bool,
    /// Facts it handed in.
    pub facts: i64,
    /// The coordinator whose own phone it is.
    pub account_id: Option<Uuid>,
}

const SELECT_JOINED: &str = "
    select p.reads_until, p.whose, a.id as account_id
    from crew_phones p
    left join accounts a on a.programme_id = p.programme_id and a.id = p.account_id
      and a.role = 'coordinator' and a.ended_at is null and p.revoked_at is null
    where p.programme_id = $1 and p.outing_id = $2 and p.device_id = $3";

/// A phone that joined once, as whoever hands in its facts needs it.
#[derive(sqlx::FromRow)]
pub struct Joined {
    /// Until when it reads.
    pub reads_until: i64,
    /// Whose it is.
    pub whose: Option<String>,
    /// The coordinator whose own phone it is; nobody's once it was shut out.
    pub account_id: Option<Uuid>,
}

/// The phone, if it ever joined that outing: shut out or not, in time or not.
pub async fn joined(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
) -> Result<Option<Joined>, DbError> {
    sql(SELECT_JOINED)
        .bind(programme)
        .bind(outing)
        .bind(device)
        .maybe(tx)
        .await
}

const SELECT_PHONES: &str = "
    select p.device_id, p.joined_at, p.last_seen_at, p.whose, p.revoked_at is not null as revoked,
      p.account_id,
      (select cast(count(*) as bigint) from facts f
       where f.programme_id = p.programme_id and f.outing_id = p.outing_id
         and f.device_id = p.device_id) as facts
    from crew_phones p
    where p.programme_id = $1 and p.outing_id = $2 order by p.joined_at, p.device_id";

/// The phones that joined an outing.
pub async fn phones(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<Phone>, DbError> {
    sql(SELECT_PHONES)
        .bind(programme)
        .bind(outing)
        .all(tx)
        .await
}

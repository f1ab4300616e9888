//! SQL of « états de paiement ». One is inserted once and never changed.

use crate::db::{DbError, Tx, sql};
use domain::allowance::ListNumber;
use domain::{AccountId, Cents, Day, Instant, ListId, ProgrammeId};
use uuid::Uuid;

/// One to be made.
pub struct NewStatement {
    /// Its id, made by the caller.
    pub id: Uuid,
    /// Of which list.
    pub list: ListId,
    /// Its number.
    pub number: ListNumber,
    /// Its civil day.
    pub issued_on: Day,
    /// Who issues it.
    pub by: AccountId,
    /// How many lines the list has.
    pub lines: usize,
    /// How many of them were returned.
    pub returned: usize,
    /// What was paid.
    pub total: Cents,
    /// What its files are made from, sealed.
    pub sealed: Vec<u8>,
}

const INSERT: &str = "
    insert into payment_statements (programme_id, id, list_id, year, rank, issued_on, issued_at,
      issued_by, lines, total_cents, returned, sealed)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (programme_id, id) do nothing";

/// Keeps it. Answers `false` when its id is another list's already.
pub async fn insert(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: NewStatement,
    now: Instant,
) -> Result<bool, DbError> {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let touched = sql(INSERT)
        .bind(programme)
        .bind(it.id)
        .bind(it.list)
        .bind(i64::from(it.number.year))
        .bind(it.number.rank)
        .bind(it.issued_on)
        .bind(now)
        .bind(it.by)
        .bind(count(it.lines))
        .bind(it.total)
        .bind(count(it.returned))
        .bind(it.sealed)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const SELECT_OF_LIST: &str = "
    select id, year, rank from payment_statements where programme_id = $1 and list_id = $2";

/// Id and number of the one of a list.
pub async fn of_list(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Option<(Uuid, ListNumber)>, DbError> {
    let query = sql(SELECT_OF_LIST).bind(programme).bind(list);
    let row: Option<(Uuid, i64, i64)> = query.maybe(tx).await?;
    row.map(|(id, year, rank)| {
        let unreadable = |_| DbError::Unreadable("the number of a statement".into());
        let year = i16::try_from(year).map_err(unreadable)?;
        let rank = u32::try_from(rank).map_err(unreadable)?;
        Ok((id, ListNumber { year, rank }))
    })
    .transpose()
}

const SELECT_SEALED: &str = "
    select sealed from payment_statements where programme_id = $1 and list_id = $2";

/// What the files of the one of a list are made from, still sealed.
pub async fn sealed(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Option<Vec<u8>>, DbError> {
    let query = sql(SELECT_SEALED).bind(programme).bind(list);
    let row: Option<(Vec<u8>,)> = query.maybe(tx).await?;
    Ok(row.map(|(it,)| it))
}

//! SQL of the register of third parties' requests. Lines are inserted and never changed.

use super::Words;
use crate::access::{Caller, Scope, Sealed};
use crate::db::{DbError, Tx, sql};
use domain::{Instant, ProgrammeId};
use uuid::Uuid;

/// A line of the register.
#[derive(sqlx::FromRow)]
pub(super) struct Kept {
    pub(super) id: Uuid,
    pub(super) asked_on: String,
    pub(super) answered: String,
    pub(super) sealed: Vec<u8>,
}

impl Kept {
    /// Day, answer, and words still sealed.
    pub(super) fn sealed(self) -> (String, String, Sealed<Words>) {
        let words = Sealed::from_row(Scope::Request(self.id), self.sealed);
        (self.asked_on, self.answered, words)
    }
}

const INSERT: &str = "
    insert into third_party_requests
      (programme_id, id, asked_on, answered, kept_at, kept_by, sealed)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";

/// Keeps a line. `false`: it is there.
pub(super) async fn insert(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: Kept,
    by: &Caller,
    now: Instant,
) -> Result<bool, DbError> {
    let inserted = sql(INSERT)
        .bind(programme)
        .bind(it.id)
        .bind(it.asked_on)
        .bind(it.answered)
        .bind(now)
        .bind(by.actor().id.unwrap_or_default())
        .bind(it.sealed)
        .run(tx)
        .await?;
    Ok(inserted == 1)
}

const SELECT_ALL: &str = "
    select id, asked_on, answered, sealed from third_party_requests
    where programme_id = $1 order by kept_at desc, id desc";

/// The register, the newest first.
pub(super) async fn all(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Kept>, DbError> {
    sql(SELECT_ALL).bind(programme).all(tx).await
}

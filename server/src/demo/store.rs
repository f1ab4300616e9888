//! SQL that only the demonstration needs.

use crate::db::{DbError, Tx, sql};
use domain::{Instant, ProgrammeId};

const SELECT_CREATED: &str = "select created_at from programmes where id = $1";

/// When a programme was made; nothing when it is not there.
pub(super) async fn created_at(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Option<Instant>, DbError> {
    let row: Option<(i64,)> = sql(SELECT_CREATED).bind(programme).maybe(tx).await?;
    Ok(row.map(|(ms,)| Instant::from_ms(ms)))
}

//! SQL of home pages: what waits, among the latest outings, however long the history is.

use crate::db::{DbError, Tx, sql};
use domain::{Day, OutingId, ProgrammeId};
use uuid::Uuid;

/// Outings that ended and are looked at: a season of weeks.
const LATEST: u32 = 12;

macro_rules! latest {
    () => {
        "from (select id, day from outings where programme_id = $1 and state = 'closed'
           order by day desc, id desc limit $2) o "
    };
}

// Which of them got something late is known from their sums; only there facts are looked at.
const SELECT_LATE: &str = concat!(
    "select o.id, o.day ",
    latest!(),
    "where exists (
       select 1 from outing_sums c
       where c.programme_id = $1 and c.outing_id = o.id and c.kind = 'to_look_at'
         and c.item = 'late')
     and exists (
       select 1 from facts f
       where f.programme_id = $1 and f.outing_id = o.id and f.late = true
         and f.kind not in ('opening', 'phone_confirmed')
         and not exists (
           select 1 from revision_facts r
           where r.programme_id = f.programme_id and r.fact_id = f.id))
     order by o.day desc, o.id desc"
);

/// The latest outings to which something came after they ended, which no revision looked at.
pub(super) async fn with_late_facts(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<(OutingId, Day)>, DbError> {
    let query = sql(SELECT_LATE).bind(programme).bind(LATEST);
    let rows: Vec<(Uuid, String)> = query.all(tx).await?;
    let read = |(id, day): (Uuid, String)| {
        let day = day.parse();
        let day = day.map_err(|e| DbError::Unreadable(format!("outing: {e}")))?;
        Ok((OutingId(id), day))
    };
    rows.into_iter().map(read).collect()
}

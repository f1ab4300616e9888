//! SQL of what was picked up at each place, as it was known when its outing closed.

use crate::db::{DbError, Tx, sql};
use crate::facts::store::not_voided;
use domain::{Instant, ProgrammeId};
use uuid::Uuid;

/// Syringes of one outing at one place.
#[derive(sqlx::FromRow)]
pub struct Picked {
    /// When its outing closed.
    pub closed_at: i64,
    /// Where; none for « ici ».
    pub site_id: Option<Uuid>,
    /// Nature of that site.
    pub nature: Option<String>,
    /// The site it was merged into.
    pub merged_into: Option<Uuid>,
    /// When that was said.
    pub merged_at: Option<i64>,
    /// What a coordinator had said of an « ici » before closing.
    pub decision: Option<String>,
    /// How many.
    pub total: i64,
}

// What came after closing, be it a count, a word that takes one back or a word about an « ici »,
// is left out: a total that changes afterwards would tell what changed. So are outings read from
// files of the past, which nobody of this server closed.
const SELECT: &str = concat!(
    "select o.closed_at, s.id as site_id, s.nature, s.merged_into, s.merged_at, d.decision,
       cast(sum(f.count) as bigint) as total
     from outings o
     join facts f on f.programme_id = o.programme_id and f.outing_id = o.id
     left join here_decisions d on d.programme_id = f.programme_id and d.fact_id = f.id
       and d.decided_at <= o.closed_at
       and not exists (
         select 1 from here_decisions later
         where later.programme_id = d.programme_id and later.fact_id = d.fact_id
           and later.rank > d.rank and later.decided_at <= o.closed_at)
     left join sites s on s.programme_id = f.programme_id
       and s.id = coalesce(d.site_id, f.site_id)
     where o.programme_id = $1 and o.state = 'closed' and o.closed_by is not null
       and o.closed_at < $2 and f.kind = 'pickup' and f.item = 'syringe' and f.late = false and ",
    not_voided!("and v.late = false "),
    " group by o.id, o.closed_at, s.id, s.nature, s.merged_into, s.merged_at, d.decision
      order by o.closed_at, o.id"
);

/// Syringes by outing and place, of outings that closed before an instant.
pub async fn picked(
    tx: &mut Tx,
    programme: ProgrammeId,
    before: Instant,
) -> Result<Vec<Picked>, DbError> {
    sql(SELECT).bind(programme).bind(before).all(tx).await
}

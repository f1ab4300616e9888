//! SQL of the sites a walk may go to.

use crate::access::{Scope, Sealed};
use crate::db::{DbError, Tx, sql};
use crate::sites::store::SiteSecret;
use domain::fact::AgentAccess;
use domain::place::Visits;
use domain::{Instant, Nature, OutingId, Position, ProgrammeId, SiteId};

const SELECT_REFUSED: &str = "
    select cast(count(*) as bigint) from sites
    where programme_id = $1 and residents_agree = false and merged_into is null";

/// How many sites are not offered because the people who live there said no.
pub async fn refused(tx: &mut Tx, programme: ProgrammeId) -> Result<i64, DbError> {
    let (n,): (i64,) = sql(SELECT_REFUSED).bind(programme).one(tx).await?;
    Ok(n)
}

/// A site, still sealed when it is discreet.
pub struct Row {
    /// Its id.
    pub id: SiteId,
    /// Public or discreet.
    pub nature: Nature,
    /// Title and point, when public.
    pub open: Option<(String, Position)>,
    /// Title and point, when discreet.
    pub sealed: Sealed<SiteSecret>,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
    /// What was agreed about the agent.
    pub agent: Option<AgentAccess>,
    /// What was recorded about it.
    pub visits: Visits,
}

#[derive(sqlx::FromRow)]
struct RawRow {
    nature: String,
    title: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    sealed: Option<Vec<u8>>,
    residents_agree: Option<bool>,
    agent_access: Option<String>,
    planned: Option<bool>,
    done_at: Option<i64>,
    seen_at: Option<i64>,
}

const SELECT_ONE: &str = "
    select s.nature, s.title, s.lat, s.lon, s.sealed, s.residents_agree, s.agent_access,
      v.planned, v.done_at, v.seen_at
    from sites s
    left join site_visits v on v.programme_id = s.programme_id and v.site_id = s.id
    where s.programme_id = $1 and s.id = $2";

/// These sites, in this order; one that is gone is left out.
pub async fn some(
    tx: &mut Tx,
    programme: ProgrammeId,
    ids: &[SiteId],
) -> Result<Vec<Row>, DbError> {
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let query = sql(SELECT_ONE).bind(programme).bind(*id);
        if let Some(raw) = query.maybe::<RawRow>(tx).await? {
            rows.push(raw.read(*id)?);
        }
    }
    Ok(rows)
}

impl RawRow {
    fn read(self, id: SiteId) -> Result<Row, DbError> {
        let unreadable = |e: domain::Invalid| DbError::Unreadable(format!("site: {e}"));
        let open = match (self.title, self.lat, self.lon) {
            (Some(title), Some(lat), Some(lon)) => {
                Some((title, Position::new(lat, lon).map_err(unreadable)?))
            }
            _ => None,
        };
        let sealed = self.sealed.unwrap_or_default();
        let visits = Visits {
            planned: self.planned.unwrap_or_default(),
            done_at: self.done_at.map(Instant::from_ms),
            seen_at: self.seen_at.map(Instant::from_ms),
        };
        Ok(Row {
            id,
            nature: Nature::parse(&self.nature).map_err(unreadable)?,
            open,
            sealed: Sealed::from_row(Scope::Site(id), sealed),
            residents_agree: self.residents_agree,
            agent: self
                .agent_access
                .as_deref()
                .and_then(AgentAccess::from_code),
            visits,
        })
    }
}

const TOUCH: &str = "
    update outings set version = version + 1 where programme_id = $1 and id = $2";

/// Counts a change of the walk.
pub async fn touch(tx: &mut Tx, programme: ProgrammeId, id: OutingId) -> Result<(), DbError> {
    sql(TOUCH).bind(programme).bind(id).run(tx).await?;
    Ok(())
}

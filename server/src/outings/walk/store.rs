//! SQL of the sites a walk may go to.

use crate::access::{Scope, Sealed};
use crate::db::{DbError, Tx, sql};
use crate::sites::store::SiteSecret;
use domain::fact::AgentAccess;
use domain::{Nature, OutingId, Position, ProgrammeId, SiteId};
use uuid::Uuid;

const SELECT_PLANNABLE: &str = "
    select id from sites
    where programme_id = $1 and nature = $2 and merged_into is null
      and (nature = 'public' or sealed is not null)
      and (residents_agree is null or residents_agree = true)";

/// Every site of a nature that may be planned.
pub async fn plannable(
    tx: &mut Tx,
    programme: ProgrammeId,
    nature: Nature,
) -> Result<Vec<SiteId>, DbError> {
    let query = sql(SELECT_PLANNABLE).bind(programme).bind(nature.as_str());
    let rows: Vec<(Uuid,)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| SiteId(id)).collect())
}

const SELECT_REFUSED: &str = "
    select cast(count(*) as bigint) from sites
    where programme_id = $1 and residents_agree = false and merged_into is null";

/// How many sites are not offered because the people who live there said no.
pub async fn refused(tx: &mut Tx, programme: ProgrammeId) -> Result<i64, DbError> {
    let (n,): (i64,) = sql(SELECT_REFUSED).bind(programme).one(tx).await?;
    Ok(n)
}

const SELECT_PUBLIC_TITLES: &str = "
    select id, title from sites
    where programme_id = $1 and nature = 'public' and merged_into is null
    order by title, id";

/// The titles of the public sites.
pub async fn public_titles(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<(SiteId, String)>, DbError> {
    let rows: Vec<(Uuid, String)> = sql(SELECT_PUBLIC_TITLES).bind(programme).all(tx).await?;
    let read = |(id, title)| (SiteId(id), title);
    Ok(rows.into_iter().map(read).collect())
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
}

const SELECT_ONE: &str = "
    select nature, title, lat, lon, sealed, residents_agree, agent_access
    from sites where programme_id = $1 and id = $2";

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

//! SQL of sites. A discreet site has no title and no point outside its sealed column.

use crate::access::{Scope, Sealable, Sealed};
use crate::db::{DbError, Tx, sql};
use domain::place::SiteState;
use domain::{Instant, Nature, OutingId, Position, ProgrammeId, SiteId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What of a site only a coordinator (and a confirmed crew phone) may open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteSecret {
    /// Title of a discreet site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Point of a discreet site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Position>,
    /// Free words about any site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Sealable for SiteSecret {
    const LABEL: &'static str = "site";
}

/// A site to be made.
pub struct NewSite {
    /// Its id.
    pub id: SiteId,
    /// Public or discreet.
    pub nature: Nature,
    /// `city`, `peer` or `association`.
    pub origin: &'static str,
    /// Title and point, when public.
    pub open: Option<(String, Position)>,
    /// The rest.
    pub sealed: Option<Sealed<SiteSecret>>,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
}

const INSERT: &str = "
    insert into sites (programme_id, id, nature, origin, title, lat, lon, sealed, residents_agree,
      created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (programme_id, id) do nothing";

/// Makes a site. Answers `false` when the id is there already.
pub async fn insert(
    tx: &mut Tx,
    programme: ProgrammeId,
    it: NewSite,
    now: Instant,
) -> Result<bool, DbError> {
    let (title, at) = it.open.unzip();
    let touched = sql(INSERT)
        .bind(programme)
        .bind(it.id)
        .bind(it.nature.as_str())
        .bind(it.origin)
        .bind(title)
        .bind(at.map(Position::lat))
        .bind(at.map(Position::lon))
        .bind(it.sealed.map(Sealed::into_bytes))
        .bind(it.residents_agree)
        .bind(now)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const SELECT_NATURE: &str = "select nature from sites where programme_id = $1 and id = $2";

/// Public or discreet; nothing when it is not of this programme.
pub async fn nature(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: SiteId,
) -> Result<Option<Nature>, DbError> {
    let row: Option<(String,)> = sql(SELECT_NATURE)
        .bind(programme)
        .bind(id)
        .maybe(tx)
        .await?;
    row.map(|(text,)| Nature::parse(&text))
        .transpose()
        .map_err(|e| DbError::Unreadable(format!("site: {e}")))
}

/// A public site, whole: what the city, a peer and an unconfirmed phone may know.
#[derive(Clone, Debug)]
pub struct CitySite {
    /// Its id.
    pub id: SiteId,
    /// Its title.
    pub title: String,
    /// Where.
    pub at: Position,
    /// Where it stands.
    pub state: SiteState,
}

/// A discreet site, still sealed.
#[derive(Debug)]
pub struct DiscreetSite {
    /// Its id.
    pub id: SiteId,
    /// Title, point, note.
    pub sealed: Sealed<SiteSecret>,
    /// Where it stands.
    pub state: SiteState,
    /// « Les habitants sont d'accord ».
    pub residents_agree: Option<bool>,
}

#[derive(sqlx::FromRow)]
struct PublicRow {
    id: Uuid,
    title: String,
    lat: f64,
    lon: f64,
    planned: bool,
    done_at: Option<i64>,
    flagged_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct DiscreetRow {
    id: Uuid,
    sealed: Vec<u8>,
    residents_agree: Option<bool>,
    planned: bool,
    done_at: Option<i64>,
    flagged_at: Option<i64>,
}

/// What the state of a site `s` is computed from: an outing to come or under way, the last outing
/// that did it (by its pickups once closed), the last time somebody saw needles there.
macro_rules! state_columns {
    () => {
        "exists (
           select 1 from outing_sites os
           join outings o on o.programme_id = os.programme_id and o.id = os.outing_id
           where os.programme_id = s.programme_id and os.site_id = s.id
             and o.state in ('planned', 'open')) as planned,
         (select max(o.closed_at) from outing_sites os
          join outings o on o.programme_id = os.programme_id and o.id = os.outing_id
          where os.programme_id = s.programme_id and os.site_id = s.id
            and o.state = 'closed') as done_at,
         (select max(f.received_at) from facts f
          where f.programme_id = s.programme_id and f.site_id = s.id
            and f.kind = 'sighting') as flagged_at "
    };
}

fn state(planned: bool, done_at: Option<i64>, flagged_at: Option<i64>) -> SiteState {
    match (planned, done_at, flagged_at) {
        (true, _, _) => SiteState::Planned,
        (false, None, _) => SiteState::Seen,
        (false, Some(done), Some(flagged)) if flagged > done => SiteState::Returned,
        (false, Some(_), _) => SiteState::Done,
    }
}

impl PublicRow {
    fn read(self) -> Result<CitySite, DbError> {
        Ok(CitySite {
            id: SiteId(self.id),
            title: self.title,
            at: Position::new(self.lat, self.lon)
                .map_err(|e| DbError::Unreadable(format!("site: {e}")))?,
            state: state(self.planned, self.done_at, self.flagged_at),
        })
    }
}

impl DiscreetRow {
    fn read(self) -> DiscreetSite {
        let id = SiteId(self.id);
        DiscreetSite {
            id,
            sealed: Sealed::from_row(Scope::Site(id), self.sealed),
            state: state(self.planned, self.done_at, self.flagged_at),
            residents_agree: self.residents_agree,
        }
    }
}

/// A box on the map, in degrees.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// West.
    pub west: f64,
    /// South.
    pub south: f64,
    /// East.
    pub east: f64,
    /// North.
    pub north: f64,
}

impl Bounds {
    /// The whole earth.
    pub const ALL: Self = Self {
        west: -180.0,
        south: -90.0,
        east: 180.0,
        north: 90.0,
    };

    /// Is the point in it?
    pub fn contains(&self, at: Position) -> bool {
        (self.south..=self.north).contains(&at.lat()) && (self.west..=self.east).contains(&at.lon())
    }
}

const SELECT_PUBLIC: &str = concat!(
    "select s.id, s.title, s.lat, s.lon, ",
    state_columns!(),
    "from sites s
     where s.programme_id = $1 and s.nature = 'public'
       and s.lat between $2 and $3 and s.lon between $4 and $5
     order by s.title, s.id"
);

/// The public sites of the programme within a box.
pub async fn public_sites(
    tx: &mut Tx,
    programme: ProgrammeId,
    within: Bounds,
) -> Result<Vec<CitySite>, DbError> {
    let rows: Vec<PublicRow> = sql(SELECT_PUBLIC)
        .bind(programme)
        .bind(within.south)
        .bind(within.north)
        .bind(within.west)
        .bind(within.east)
        .all(tx)
        .await?;
    rows.into_iter().map(PublicRow::read).collect()
}

const SELECT_DISCREET: &str = concat!(
    "select s.id, s.sealed, s.residents_agree, ",
    state_columns!(),
    "from sites s
     where s.programme_id = $1 and s.nature = 'discreet' and s.sealed is not null
     order by s.id"
);

/// The discreet sites of the programme, sealed: their points are known only once opened.
pub async fn discreet_sites(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<DiscreetSite>, DbError> {
    let rows: Vec<DiscreetRow> = sql(SELECT_DISCREET).bind(programme).all(tx).await?;
    Ok(rows.into_iter().map(DiscreetRow::read).collect())
}

const SELECT_PUBLIC_OF_OUTING: &str = concat!(
    "select s.id, s.title, s.lat, s.lon, ",
    state_columns!(),
    "from sites s
     join outing_sites w on w.programme_id = s.programme_id and w.site_id = s.id
     where s.programme_id = $1 and s.nature = 'public' and w.outing_id = $2
     order by w.rank"
);

/// The public sites of an outing.
pub async fn public_sites_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<CitySite>, DbError> {
    let query = sql(SELECT_PUBLIC_OF_OUTING).bind(programme).bind(outing);
    let rows: Vec<PublicRow> = query.all(tx).await?;
    rows.into_iter().map(PublicRow::read).collect()
}

const SELECT_DISCREET_OF_OUTING: &str = concat!(
    "select s.id, s.sealed, s.residents_agree, ",
    state_columns!(),
    "from sites s
     join outing_sites w on w.programme_id = s.programme_id and w.site_id = s.id
     where s.programme_id = $1 and s.nature = 'discreet' and s.sealed is not null
       and w.outing_id = $2
     order by w.rank"
);

/// The discreet sites of an outing, sealed.
pub async fn discreet_sites_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<DiscreetSite>, DbError> {
    let query = sql(SELECT_DISCREET_OF_OUTING).bind(programme).bind(outing);
    let rows: Vec<DiscreetRow> = query.all(tx).await?;
    Ok(rows.into_iter().map(DiscreetRow::read).collect())
}

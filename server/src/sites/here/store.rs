//! SQL of « ici » pickups and of what a coordinator decided about each: one row a word, the latest
//! counts, none is ever changed.

use crate::access::{Scope, Sealed};
use crate::db::{DbError, Tx, sql};
use crate::facts::FactSecret;
use crate::facts::store::not_voided;
use crate::sites::kept;
use domain::{AccountId, FactId, Instant, OutingId, Position, ProgrammeId, SiteId};
use uuid::Uuid;

/// A pickup that named no site, still sealed.
pub struct SealedHere {
    /// The fact.
    pub id: FactId,
    /// Its outing.
    pub outing: Option<OutingId>,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Code of the item.
    pub item: String,
    /// `counted` or `estimated`.
    pub method: String,
    /// How many.
    pub count: i64,
    /// Its point, if the phone had one.
    pub sealed: Option<Sealed<FactSecret>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    outing_id: Option<Uuid>,
    received_at: i64,
    recorded_at: i64,
    item: String,
    method: String,
    count: i64,
    sealed: Option<Vec<u8>>,
}

impl Row {
    fn read(self) -> SealedHere {
        let outing = self.outing_id.map(OutingId);
        let received_at = Instant::from_ms(self.received_at);
        let scope = outing.map_or(Scope::Loose(received_at), Scope::Outing);
        SealedHere {
            id: FactId(self.id),
            outing,
            recorded_at: Instant::from_ms(self.recorded_at),
            item: self.item,
            method: self.method,
            count: self.count,
            sealed: self.sealed.map(|it| Sealed::from_row(scope, it)),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select f.id, f.outing_id, f.received_at, f.recorded_at, f.item, f.method, f.count,
               f.sealed
             from facts f
             where f.programme_id = $1 and f.kind = 'pickup' and f.site_id is null and ",
            not_voided!(),
            $rest
        )
    };
}

const SELECT_WAITING: &str = "
    select f.id, f.outing_id, f.received_at, f.recorded_at, f.item, f.method, f.count, f.sealed
    from here_waiting w
    join facts f on f.programme_id = w.programme_id and f.id = w.fact_id
    where w.programme_id = $1
    order by f.recorded_at, f.id";

/// The « ici » that nobody decided about, the oldest first.
pub async fn waiting(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<SealedHere>, DbError> {
    kept::settle(tx).await?;
    let rows: Vec<Row> = sql(SELECT_WAITING).bind(programme).all(tx).await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

const COUNT_WAITING: &str = "
    select cast(count(*) as bigint) from here_waiting where programme_id = $1";

/// How many there are.
pub async fn count_waiting(tx: &mut Tx, programme: ProgrammeId) -> Result<usize, DbError> {
    kept::settle(tx).await?;
    let (count,): (i64,) = sql(COUNT_WAITING).bind(programme).one(tx).await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

const SELECT_WAITING_OF: &str = select!(
    " and f.outing_id = $2 and not exists (
        select 1 from here_decisions d
        where d.programme_id = f.programme_id and d.fact_id = f.id)
      order by f.recorded_at, f.id"
);

/// Those of one outing that nobody decided about, the oldest first.
pub async fn waiting_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<SealedHere>, DbError> {
    let query = sql(SELECT_WAITING_OF).bind(programme).bind(outing);
    let rows: Vec<Row> = query.all(tx).await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

const SELECT_ONE: &str = select!(" and f.id = $2");

/// One « ici » of the programme, decided or not.
pub async fn find(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: FactId,
) -> Result<Option<SealedHere>, DbError> {
    let row: Option<Row> = sql(SELECT_ONE).bind(programme).bind(id).maybe(tx).await?;
    Ok(row.map(Row::read))
}

/// An « ici » whose point a coordinator declared public: what the city may know of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CityHere {
    /// The fact.
    pub id: Uuid,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// When it was recorded.
    pub recorded_at: i64,
    /// Code of the item.
    pub item: String,
    /// `counted` or `estimated`.
    pub method: String,
    /// How many.
    pub count: i64,
}

const SELECT_PUBLIC: &str = concat!(
    "select f.id, d.lat, d.lon, f.recorded_at, f.item, f.method, f.count
     from here_decisions d
     join facts f on f.programme_id = d.programme_id and f.id = d.fact_id
     where d.programme_id = $1 and d.decision = 'public' and d.lat is not null
       and not exists (
         select 1 from here_decisions later
         where later.programme_id = d.programme_id and later.fact_id = d.fact_id
           and later.rank > d.rank)
       and ",
    not_voided!(),
    " order by f.recorded_at, f.id"
);

/// The points that were declared public.
pub async fn public(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<CityHere>, DbError> {
    sql(SELECT_PUBLIC).bind(programme).all(tx).await
}

/// What a coordinator says of an « ici ».
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HereDecision {
    /// It was at this site.
    Attached(SiteId),
    /// Its point is a public place, here.
    Public(Position),
}

const SELECT_LATEST: &str = "
    select rank, decision, site_id from here_decisions
    where programme_id = $1 and fact_id = $2 order by rank desc limit 1";
const INSERT: &str = "
    insert into here_decisions (programme_id, fact_id, rank, decision, site_id, lat, lon,
      decided_at, decided_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Adds a word about an « ici »; the word that stands already is not said twice.
pub async fn decide(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: FactId,
    decision: HereDecision,
    (now, by): (Instant, AccountId),
) -> Result<(), DbError> {
    let query = sql(SELECT_LATEST).bind(programme).bind(id);
    let latest: Option<(i64, String, Option<Uuid>)> = query.maybe(tx).await?;
    let (name, site, at) = match decision {
        HereDecision::Attached(site) => ("attached", Some(site), None),
        HereDecision::Public(at) => ("public", None, Some(at)),
    };
    let stands = |it: &(i64, String, Option<Uuid>)| it.1 == name && it.2 == site.map(|it| it.0);
    if latest.as_ref().is_some_and(stands) {
        return Ok(());
    }
    sql(INSERT)
        .bind(programme)
        .bind(id)
        .bind(latest.map_or(1, |(rank, ..)| rank + 1))
        .bind(name)
        .bind(site)
        .bind(at.map(Position::lat))
        .bind(at.map(Position::lon))
        .bind(now)
        .bind(by)
        .run(tx)
        .await?;
    kept::touch_place_of(tx, programme, id);
    Ok(())
}

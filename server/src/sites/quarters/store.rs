//! SQL of quarters: their ground is kept as the coordinates of a GeoJSON multipolygon.

use super::{Quarter, Quarters};
use crate::db::{DbError, Tx, sql};
use domain::ProgrammeId;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use std::collections::BTreeMap;

/// Polygons of rings of positions, longitude first.
type Coordinates = Vec<Vec<Vec<(f64, f64)>>>;

const SELECT: &str = "select id, name, geometry from quarters where programme_id = $1 order by id";

/// The quarters of a programme.
pub async fn all(tx: &mut Tx, programme: ProgrammeId) -> Result<Quarters, DbError> {
    let rows: Vec<(String, String, String)> = sql(SELECT).bind(programme).all(tx).await?;
    let read = |(id, name, text): (String, String, String)| {
        let area = read_area(&text)?;
        Ok(Quarter { id, name, area })
    };
    let all: Result<Vec<Quarter>, DbError> = rows.into_iter().map(read).collect();
    Ok(Quarters::new(all?))
}

/// Are these the quarters that are kept? As text: numbers that are read twice may differ in the
/// last bit.
pub async fn are(
    tx: &mut Tx,
    programme: ProgrammeId,
    quarters: &Quarters,
) -> Result<bool, DbError> {
    let mut rows: Vec<(String, String, String)> = sql(SELECT).bind(programme).all(tx).await?;
    rows.sort();
    let told = quarters.all().iter();
    let told = told.map(|it| Ok((it.id.clone(), it.name.clone(), text_of(&it.area)?)));
    Ok(rows == told.collect::<Result<Vec<_>, DbError>>()?)
}

const SELECT_NAMES: &str = "select id, name from quarters where programme_id = $1";

/// The name of each quarter, by id.
pub async fn names(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<BTreeMap<String, String>, DbError> {
    let rows: Vec<(String, String)> = sql(SELECT_NAMES).bind(programme).all(tx).await?;
    Ok(rows.into_iter().collect())
}

const DELETE: &str = "delete from quarters where programme_id = $1";
const INSERT: &str = "
    insert into quarters (programme_id, id, name, geometry) values ($1, $2, $3, $4)";

/// Puts these in place of those before.
pub async fn replace(
    tx: &mut Tx,
    programme: ProgrammeId,
    quarters: &Quarters,
) -> Result<(), DbError> {
    sql(DELETE).bind(programme).run(tx).await?;
    for quarter in quarters.all() {
        sql(INSERT)
            .bind(programme)
            .bind(quarter.id.clone())
            .bind(quarter.name.clone())
            .bind(text_of(&quarter.area)?)
            .run(tx)
            .await?;
    }
    Ok(())
}

fn text_of(area: &MultiPolygon) -> Result<String, DbError> {
    let ring = |it: &LineString| it.coords().map(|it| (it.x, it.y)).collect();
    let polygon = |it: &Polygon| {
        let rings = std::iter::once(it.exterior()).chain(it.interiors());
        rings.map(ring).collect()
    };
    let all: Coordinates = area.iter().map(polygon).collect();
    serde_json::to_string(&all).map_err(|e| DbError::Unreadable(format!("quarter: {e}")))
}

fn read_area(text: &str) -> Result<MultiPolygon, DbError> {
    let all: Coordinates =
        serde_json::from_str(text).map_err(|e| DbError::Unreadable(format!("quarter: {e}")))?;
    let ring = |it: Vec<(f64, f64)>| -> LineString {
        it.into_iter().map(|(x, y)| Coord { x, y }).collect()
    };
    let polygon = |rings: Vec<Vec<(f64, f64)>>| {
        let mut rings = rings.into_iter().map(ring);
        let outer = rings.next().unwrap_or(LineString(Vec::new()));
        Polygon::new(outer, rings.collect())
    };
    Ok(MultiPolygon(all.into_iter().map(polygon).collect()))
}

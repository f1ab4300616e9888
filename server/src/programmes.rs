//! Programmes: their settings, read with every request that needs them.

use crate::db::{DbError, Tx, sql};
use domain::{Instant, ProgrammeId, Settings};
use uuid::Uuid;

const SELECT_SETTINGS: &str = "select settings from programmes where id = $1";

/// The settings of a programme.
pub async fn settings(tx: &mut Tx, programme: ProgrammeId) -> Result<Settings, DbError> {
    let (text,): (String,) = sql(SELECT_SETTINGS).bind(programme).one(tx).await?;
    read(&text)
}

/// The same, held: nobody changes them, nor closes an outing by them, before this transaction ends.
pub async fn hold_settings(tx: &mut Tx, programme: ProgrammeId) -> Result<Settings, DbError> {
    let query = sql(SELECT_SETTINGS).bind(programme).for_update();
    read(&query.one::<(String,)>(tx).await?.0)
}

/// The same, held for sharing: they stay as they are until this transaction ends.
pub async fn share_settings(tx: &mut Tx, programme: ProgrammeId) -> Result<Settings, DbError> {
    let query = sql(SELECT_SETTINGS).bind(programme).for_share();
    read(&query.one::<(String,)>(tx).await?.0)
}

const UPDATE_SETTINGS: &str = "update programmes set settings = $2 where id = $1";

/// Keeps changed settings.
pub async fn set_settings(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
) -> Result<(), DbError> {
    let text = written(settings)?;
    sql(UPDATE_SETTINGS)
        .bind(programme)
        .bind(text)
        .run(tx)
        .await?;
    Ok(())
}

fn read(text: &str) -> Result<Settings, DbError> {
    serde_json::from_str(text).map_err(|e| DbError::Unreadable(format!("settings: {e}")))
}

fn written(settings: &Settings) -> Result<String, DbError> {
    serde_json::to_string(settings).map_err(|e| DbError::Unreadable(format!("settings: {e}")))
}

const INSERT: &str = "
    insert into programmes (id, slug, is_demo, settings, created_at) values ($1, $2, $3, $4, $5)";

/// Makes a programme.
pub async fn insert(
    tx: &mut Tx,
    id: ProgrammeId,
    slug: &str,
    is_demo: bool,
    settings: &Settings,
    now: Instant,
) -> Result<(), DbError> {
    let text = written(settings)?;
    sql(INSERT)
        .bind(id)
        .bind(slug)
        .bind(is_demo)
        .bind(text)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_BY_SLUG: &str = "select id from programmes where slug = $1";

/// The programme of a slug.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<ProgrammeId>, DbError> {
    let row: Option<(Uuid,)> = sql(SELECT_BY_SLUG).bind(slug).maybe(tx).await?;
    Ok(row.map(|(id,)| ProgrammeId(id)))
}

const SELECT_BY_ID: &str = "select id from programmes where id = $1";

/// The programme an operator names: by its slug, or by its id.
pub async fn named(tx: &mut Tx, name: &str) -> Result<Option<ProgrammeId>, DbError> {
    let Ok(id) = name.parse::<ProgrammeId>() else {
        return by_slug(tx, name).await;
    };
    let row: Option<(Uuid,)> = sql(SELECT_BY_ID).bind(id).maybe(tx).await?;
    Ok(row.map(|(id,)| ProgrammeId(id)))
}

const SELECT_ALL: &str = "select id, slug, settings from programmes order by slug";

/// Every programme, by short name.
pub async fn all(tx: &mut Tx) -> Result<Vec<(ProgrammeId, String, Settings)>, DbError> {
    let rows: Vec<(Uuid, String, String)> = sql(SELECT_ALL).all(tx).await?;
    rows.into_iter()
        .map(|(id, slug, text)| Ok((ProgrammeId(id), slug, read(&text)?)))
        .collect()
}

const SELECT_IS_DEMO: &str = "select is_demo from programmes where id = $1";

/// Was it made to show the product?
pub async fn is_demo(tx: &mut Tx, id: ProgrammeId) -> Result<bool, DbError> {
    let row: Option<(bool,)> = sql(SELECT_IS_DEMO).bind(id).maybe(tx).await?;
    Ok(row.is_some_and(|(it,)| it))
}

const SELECT_SLUG: &str = "select slug from programmes where id = $1";

/// The short name of a programme.
pub async fn slug(tx: &mut Tx, id: ProgrammeId) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = sql(SELECT_SLUG).bind(id).maybe(tx).await?;
    Ok(row.map(|(slug,)| slug))
}

const COUNT_OF_KIND: &str = "select cast(count(*) as bigint) from programmes where is_demo = $1";

async fn has_some(tx: &mut Tx, is_demo: bool) -> Result<bool, DbError> {
    let (n,): (i64,) = sql(COUNT_OF_KIND).bind(is_demo).one(tx).await?;
    Ok(n > 0)
}

/// Are there demonstrations? Their passwords are public.
pub async fn has_demo_ones(tx: &mut Tx) -> Result<bool, DbError> {
    has_some(tx, true).await
}

/// Are there programmes that are not a demonstration?
pub async fn has_real_ones(tx: &mut Tx) -> Result<bool, DbError> {
    has_some(tx, false).await
}

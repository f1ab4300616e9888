//! SQL of the end of a list's files. Numbers, totals, lines and hashes stay; what is sealed goes.

use crate::db::{DbError, Tx, sql};
use domain::{ListId, ProgrammeId};
use uuid::Uuid;

/// What the end of a list's files follows from.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListEnd {
    /// Whose.
    pub programme_id: Uuid,
    /// Their short name.
    pub slug: String,
    /// Which list.
    pub id: Uuid,
    /// Year of its number.
    pub year: i64,
    /// Rank of its number.
    pub rank: i64,
    /// When the payer said that it came.
    pub acknowledged_at: Option<i64>,
    /// Year of its « état de paiement ».
    pub stated_year: Option<i64>,
    /// When that was issued.
    pub stated_at: Option<i64>,
    /// When the association's copy of the list ended.
    pub own_list_at: Option<i64>,
    /// When its copy of the « état de paiement » ended.
    pub own_payment_at: Option<i64>,
    /// When everything sealed was destroyed.
    pub destroyed_at: Option<i64>,
}

macro_rules! ends {
    () => {
        "select l.programme_id, p.slug, l.id, l.year, l.rank, ack.at as acknowledged_at,
           st.year as stated_year, st.issued_at as stated_at, ol.at as own_list_at,
           op.at as own_payment_at, gone.at as destroyed_at
         from allowance_lists l
         join programmes p on p.id = l.programme_id
         left join list_marks ack on ack.programme_id = l.programme_id
           and ack.list_id = l.id and ack.what = 'acknowledged'
         left join payment_statements st on st.programme_id = l.programme_id
           and st.list_id = l.id
         left join list_marks ol on ol.programme_id = l.programme_id
           and ol.list_id = l.id and ol.what = 'own_list_ended'
         left join list_marks op on op.programme_id = l.programme_id
           and op.list_id = l.id and op.what = 'own_payment_ended'
         left join list_marks gone on gone.programme_id = l.programme_id
           and gone.list_id = l.id and gone.what = 'destroyed' "
    };
}

const SELECT_KEPT: &str = concat!(
    ends!(),
    "where gone.at is null order by p.slug, l.year, l.rank"
);

/// The lists of every programme whose files are there.
pub async fn kept(tx: &mut Tx) -> Result<Vec<ListEnd>, DbError> {
    sql(SELECT_KEPT).all(tx).await
}

const SELECT_ONE: &str = concat!(ends!(), "where l.programme_id = $1 and l.id = $2");

/// Of one list.
pub async fn of(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Option<ListEnd>, DbError> {
    sql(SELECT_ONE).bind(programme).bind(list).maybe(tx).await
}

const EMPTY_FILES: &str = "
    update list_files set sealed = $3 where programme_id = $1 and list_id = $2";
const EMPTY_STATEMENT: &str = "
    update payment_statements set sealed = $3 where programme_id = $1 and list_id = $2";
const EMPTY_LIST: &str = "
    update allowance_lists set sealed = null where programme_id = $1 and id = $2";
const EMPTY_WORDS: &str = "
    update ledger_acts set sealed_words = null where programme_id = $1 and list_id = $2";

/// Empties whatever was sealed with a list. Only ciphertext goes: no figure of any row changes.
pub async fn empty(tx: &mut Tx, programme: ProgrammeId, list: ListId) -> Result<(), DbError> {
    for text in [EMPTY_FILES, EMPTY_STATEMENT] {
        let query = sql(text).bind(programme).bind(list);
        query.bind(Vec::<u8>::new()).run(tx).await?;
    }
    for text in [EMPTY_LIST, EMPTY_WORDS] {
        sql(text).bind(programme).bind(list).run(tx).await?;
    }
    Ok(())
}

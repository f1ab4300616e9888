//! SQL of reading the journal: only the rows of one body, and names that it may know.

use super::{Body, Wanted};
use crate::access::tokens::store as tokens;
use crate::db::{DbError, Tx, sql};
use domain::{Day, Instant, ProgrammeId, french};
use std::collections::HashMap;
use uuid::Uuid;

/// A row with the name of whoever acted.
#[derive(sqlx::FromRow)]
pub struct BookRow {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: i64,
    /// In which role.
    pub actor_role: String,
    /// Account, peer or device.
    pub actor_id: Option<Uuid>,
    /// What was done.
    pub action: String,
    /// To what.
    pub subjects: String,
    /// Of an account.
    pub name: Option<String>,
    /// Of a peer.
    pub pseudonym: Option<String>,
}

/// Whose a row is: of the body of the account, or of the role.
macro_rules! body_of {
    () => {
        "case coalesce(a.role, j.actor_role)
           when 'agent' then 'city' when 'clerk' then 'payer' else 'association' end"
    };
}

const SELECT_ROWS: &str = concat!(
    "select j.id, j.at, j.actor_role, j.actor_id, j.action, j.subjects, a.name, p.pseudonym
     from journal j
     left join accounts a on a.programme_id = j.programme_id and a.id = j.actor_id
     left join peers p on p.programme_id = j.programme_id and p.id = j.actor_id
     where j.programme_id = $1 and ",
    body_of!(),
    " = $2 and j.at >= $3 and j.at < $4
       and ($5 = '' or $5 like '% ' || j.action || ' %')
       and ($6 = false or j.actor_id = $7)
       and (j.at < $8 or (j.at = $8 and j.id < $9))
     order by j.at desc, j.id desc
     limit $10"
);

/// Some rows, the newest first.
pub async fn rows(
    tx: &mut Tx,
    programme: ProgrammeId,
    body: &str,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<BookRow>, DbError> {
    let (before_at, before_id) = wanted.before.unwrap_or((i64::MAX, Uuid::max()));
    sql(SELECT_ROWS)
        .bind(programme)
        .bind(body)
        .bind(wanted.from.map_or(i64::MIN, Instant::as_ms))
        .bind(wanted.to.map_or(i64::MAX, Instant::as_ms))
        .bind(wanted.about.map_or(String::new(), super::About::actions))
        .bind(wanted.who.is_some())
        .bind(wanted.who.unwrap_or_default())
        .bind(before_at)
        .bind(before_id)
        .bind(limit)
        .all(tx)
        .await
}

const SELECT_ABOUT: &str = "
    select j.id, j.at, j.actor_role, j.actor_id, j.action, j.subjects, a.name, p.pseudonym
    from journal j
    left join accounts a on a.programme_id = j.programme_id and a.id = j.actor_id
    left join peers p on p.programme_id = j.programme_id and p.id = j.actor_id
    where j.programme_id = $1 and ' ' || j.subjects || ' ' like '% ' || $2 || ' %'
    order by j.at desc, j.id desc
    limit 500";

/// Whatever names one thing, the newest first.
pub async fn about(
    tx: &mut Tx,
    programme: ProgrammeId,
    subject: &str,
) -> Result<Vec<BookRow>, DbError> {
    sql(SELECT_ABOUT)
        .bind(programme)
        .bind(subject)
        .all(tx)
        .await
}

const SELECT_OLDEST: &str = "select min(at) from journal where programme_id = $1";

/// When the oldest row was written.
pub async fn oldest(tx: &mut Tx, programme: ProgrammeId) -> Result<Option<i64>, DbError> {
    let (at,): (Option<i64>,) = sql(SELECT_OLDEST).bind(programme).one(tx).await?;
    Ok(at)
}

const SELECT_PEOPLE: &str = concat!(
    "select distinct j.actor_id, a.name
     from journal j
     join accounts a on a.programme_id = j.programme_id and a.id = j.actor_id
     where j.programme_id = $1 and ",
    body_of!(),
    " = $2 and j.at >= $3"
);

/// Staff who acted since a moment.
pub async fn people(
    tx: &mut Tx,
    programme: ProgrammeId,
    body: &str,
    since: Instant,
) -> Result<Vec<(Uuid, String)>, DbError> {
    let query = sql(SELECT_PEOPLE).bind(programme).bind(body);
    query.bind(since).all(tx).await
}

/// What this reader may know of what rows are about.
pub struct Names {
    programme: ProgrammeId,
    body: Body,
    accounts: HashMap<Uuid, String>,
    peers: HashMap<Uuid, String>,
    lists: HashMap<Uuid, String>,
    tokens: HashMap<Uuid, String>,
    met: HashMap<Uuid, Option<String>>,
}

const SELECT_ACCOUNTS: &str = "
    select id, name from accounts
    where programme_id = $1 and case role
      when 'agent' then 'city' when 'clerk' then 'payer' else 'association' end = $2";
const SELECT_PEERS: &str = "select id, pseudonym from peers where programme_id = $1";
const SELECT_LISTS: &str = "select id, year, rank from allowance_lists where programme_id = $1";
const SELECT_SITE: &str = "
    select nature, title from sites where programme_id = $1 and id = $2";
const SELECT_OUTING: &str = "select day from outings where programme_id = $1 and id = $2";
const SELECT_CARD: &str = "
    select p.pseudonym from cards c
    join peers p on p.programme_id = c.programme_id and p.id = c.peer_id
    where c.programme_id = $1 and c.id = $2";

impl Names {
    /// Reads what is short; the rest is looked up when it is met.
    pub async fn read(tx: &mut Tx, programme: ProgrammeId, body: Body) -> Result<Self, DbError> {
        let accounts: Vec<(Uuid, String)> = sql(SELECT_ACCOUNTS)
            .bind(programme)
            .bind(body.code())
            .all(tx)
            .await?;
        let peers: Vec<(Uuid, String)> = match body {
            Body::Association => sql(SELECT_PEERS).bind(programme).all(tx).await?,
            _ => Vec::new(),
        };
        let lists: Vec<(Uuid, i64, i64)> = match body {
            Body::City => Vec::new(),
            _ => sql(SELECT_LISTS).bind(programme).all(tx).await?,
        };
        let tokens = tokens::names(tx, programme, body.code()).await?;
        let number = |(id, year, rank)| (id, format!("liste {year}-{rank:04}"));
        Ok(Self {
            programme,
            body,
            accounts: accounts.into_iter().collect(),
            peers: peers.into_iter().collect(),
            lists: lists.into_iter().map(number).collect(),
            tokens: tokens.into_iter().collect(),
            met: HashMap::new(),
        })
    }

    /// The name of one thing, if this reader may know it and it is there.
    pub async fn of(
        &mut self,
        tx: &mut Tx,
        kind: &str,
        id: Uuid,
    ) -> Result<Option<String>, DbError> {
        match kind {
            "account" => return Ok(self.accounts.get(&id).cloned()),
            "identity" | "peer" => return Ok(self.peers.get(&id).cloned()),
            "list" => return Ok(self.lists.get(&id).cloned()),
            "token" => return Ok(self.tokens.get(&id).map(|it| format!("«\u{a0}{it}\u{a0}»"))),
            _ => {}
        }
        if let Some(known) = self.met.get(&id) {
            return Ok(known.clone());
        }
        let found = match (kind, self.body) {
            ("site", Body::Association | Body::City) => self.site(tx, id).await?,
            ("outing", Body::Association) => self.outing(tx, id).await?,
            ("card", Body::Association) => {
                let query = sql(SELECT_CARD).bind(self.programme).bind(id);
                let row: Option<(String,)> = query.maybe(tx).await?;
                row.map(|(whose,)| format!("carte de {whose}"))
            }
            _ => None,
        };
        self.met.insert(id, found.clone());
        Ok(found)
    }

    /// A public site by its title; a discreet one is only that, and to the city not even.
    async fn site(&self, tx: &mut Tx, id: Uuid) -> Result<Option<String>, DbError> {
        let query = sql(SELECT_SITE).bind(self.programme).bind(id);
        let row: Option<(String, Option<String>)> = query.maybe(tx).await?;
        Ok(row.and_then(|(nature, title)| match nature.as_str() {
            "public" => title,
            _ => (self.body == Body::Association).then(|| "un lieu discret".into()),
        }))
    }

    async fn outing(&self, tx: &mut Tx, id: Uuid) -> Result<Option<String>, DbError> {
        let query = sql(SELECT_OUTING).bind(self.programme).bind(id);
        let row: Option<(String,)> = query.maybe(tx).await?;
        let day = row.and_then(|(day,)| day.parse::<Day>().ok());
        Ok(day.map(|day| format!("sortie du {}", french::date(day))))
    }
}

//! Civil identities: asked only from who wants the money, sealed, opened when a coordinator asks
//! for one, never without a trace, and forgotten when the person says so.

pub mod pages;

use super::{keep_identity, store};
use crate::access::{Action, Caller, Opening, Scope, Sealer, journal, seal};
use crate::app::App;
use crate::db::Tx;
use crate::export::collate;
use crate::http::error::Problem;
use domain::{CivilIdentity, PeerId};
use std::cmp::Ordering;
use words::desk::people::identity as say;

/// Opens the identity of one peer for a coordinator. `None` when there is none.
pub async fn open(
    app: &App,
    caller: &Caller,
    peer: PeerId,
) -> Result<Option<CivilIdentity>, Problem> {
    let mut tx = app.db.write().await?;
    let Some(sealed) = store::identity(&mut tx, caller.programme, peer).await? else {
        return Ok(None);
    };
    let named = vec![Scope::Identity(peer)];
    let mut opening = begin(&mut tx, app, caller, Action::IdentityOpened, named).await?;
    let identity = opening.open(&mut tx, &sealed).await?;
    tx.commit().await?;
    Ok(Some(identity))
}

/// Keeps an identity, or replaces the one that is there.
///
/// Two peers may bear one name: the date of birth, or the payer's reference, tells them apart on a
/// list. When that is the same too, somebody is probably there twice: 409 `same_person`, unless
/// `is_another` says that a coordinator has looked.
pub async fn keep(
    app: &App,
    caller: &Caller,
    peer: PeerId,
    identity: &CivilIdentity,
    is_another: bool,
) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    if !store::exists(&mut tx, programme, peer).await? {
        return Err(Problem::not_found());
    }
    if !is_another && is_there_already(&mut tx, app, caller, peer, identity).await? {
        return Err(Problem::state("same_person", say::REFUSED_SAME_PERSON));
    }
    let mut sealer = Sealer::new(&app.keys, programme, now);
    keep_identity(&mut tx, &mut sealer, programme, peer, identity).await?;
    trace(&mut tx, app, caller, Action::IdentityKept, peer).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets an identity: the row is emptied and its key destroyed. Lines and sealed lists stay as
/// they are, for as long as accounts must be kept.
pub async fn erase(app: &App, caller: &Caller, peer: PeerId) -> Result<(), Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    if store::find(&mut tx, programme, peer).await?.is_none() {
        return Err(Problem::not_found());
    }
    if store::forget_identity(&mut tx, programme, peer).await? {
        seal::destroy(&mut tx, programme, Scope::Identity(peer)).await?;
        trace(&mut tx, app, caller, Action::IdentityErased, peer).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn is_there_already(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    peer: PeerId,
    identity: &CivilIdentity,
) -> Result<bool, Problem> {
    let all = store::identities(tx, caller.programme).await?;
    let others: Vec<_> = all.into_iter().filter(|(id, _)| *id != peer).collect();
    let named = others.iter().map(|(id, _)| Scope::Identity(*id)).collect();
    let mut opening = begin(tx, app, caller, Action::IdentitiesCompared, named).await?;
    for (_, sealed) in &others {
        if is_same(&opening.open(tx, sealed).await?, identity) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Same names, whatever their case, and nothing on a list that tells them apart.
fn is_same(one: &CivilIdentity, other: &CivilIdentity) -> bool {
    let order = collate::french();
    let alike =
        |a: &str, b: &str| order.compare(&a.to_lowercase(), &b.to_lowercase()) == Ordering::Equal;
    let is_same_mark = (one.born.is_some() && one.born == other.born)
        || (one.reference.is_some() && one.reference == other.reference);
    is_same_mark && alike(&one.surname, &other.surname) && alike(&one.first_name, &other.first_name)
}

async fn begin<'k>(
    tx: &mut Tx,
    app: &'k App,
    caller: &Caller,
    action: Action,
    named: Vec<Scope>,
) -> Result<Opening<'k>, Problem> {
    let (keys, programme, now) = (&app.keys, caller.programme, app.now());
    Ok(Opening::begin(tx, keys, programme, caller.actor(), action, named, now).await?)
}

async fn trace(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    action: Action,
    peer: PeerId,
) -> Result<(), Problem> {
    let subjects = [Scope::Identity(peer).journal_name()];
    let (programme, actor, now) = (caller.programme, caller.actor(), app.now());
    journal::write(tx, programme, actor, action, &subjects, now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Day;

    fn who(surname: &str, born: Option<Day>, reference: Option<&str>) -> CivilIdentity {
        let today = Day::new(2026, 11, 24).unwrap();
        CivilIdentity::new(surname, "Zoé", born, reference, today).unwrap()
    }

    #[test]
    fn a_name_alone_never_makes_two_people_one() {
        let (born, other) = (Day::new(1984, 2, 29), Day::new(1990, 1, 1));
        assert!(is_same(
            &who("Martin", born, None),
            &who("MARTIN", born, None)
        ));
        assert!(!is_same(
            &who("Martin", born, None),
            &who("Martin", other, None)
        ));
        assert!(!is_same(
            &who("Martin", born, None),
            &who("Martin", None, Some("42"))
        ));
        assert!(is_same(
            &who("Martin", other, Some("42")),
            &who("Martin", born, Some("42"))
        ));
        assert!(!is_same(
            &who("Martin", born, None),
            &who("Marin", born, None)
        ));
    }
}

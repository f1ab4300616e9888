//! What the payer decides by itself: the year's envelope, and who may hand the money over.

use super::life::store;
use crate::access::{Action, Caller, journal};
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::programmes;
use domain::programme::Budget;
use domain::{AccountId, Cents, Invalid};

/// Cents of a year's envelope: ten million euros are another programme.
pub const BUDGET_CENTS_MAX: i64 = 1_000_000_000;

/// Sets aside an amount for a year, this one or the next; nothing takes the envelope away.
pub async fn set_budget(
    app: &App,
    caller: &Caller,
    year: i16,
    amount: Option<Cents>,
) -> Result<(), Problem> {
    if amount.is_some_and(|it| !(1..=BUDGET_CENTS_MAX).contains(&it.0)) {
        return Err(Invalid::new("amount", "out_of_range").into());
    }
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let mut settings = programmes::hold_settings(&mut tx, programme).await?;
    let this_year = local_day(&settings, now).0.year();
    if ![this_year, this_year + 1].contains(&year) {
        return Err(Invalid::new("year", "out_of_range").into());
    }
    let before = settings.budgets.clone();
    settings.budgets.retain(|it| it.year != year);
    settings
        .budgets
        .extend(amount.map(|amount_cents| Budget { year, amount_cents }));
    settings.budgets.sort_by_key(|it| it.year);
    if settings.budgets != before {
        programmes::set_settings(&mut tx, programme, &settings).await?;
        let (actor, named) = (caller.actor(), [format!("budget:{year}")]);
        journal::write(&mut tx, programme, actor, Action::BudgetSet, &named, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Says who may hand the money over: these accounts of the programme, and nobody else.
pub async fn appoint(app: &App, caller: &Caller, chosen: &[AccountId]) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let mut settings = programmes::hold_settings(&mut tx, programme).await?;
    let staff = store::who_may_be_appointed(&mut tx, programme).await?;
    if !chosen
        .iter()
        .all(|it| staff.iter().any(|one| one.id == it.0))
    {
        return Err(Invalid::new("accounts", "unknown_account").into());
    }
    let mut changed = Vec::new();
    for it in &staff {
        let (was, is) = (
            settings.appointed.contains(&it.login),
            chosen.contains(&AccountId(it.id)),
        );
        match (was, is) {
            (false, true) => {
                settings.appointed.push(it.login.clone());
                changed.push((Action::Appointed, it.id));
            }
            (true, false) => {
                settings.appointed.retain(|login| *login != it.login);
                changed.push((Action::Dismissed, it.id));
            }
            _ => {}
        }
    }
    if !changed.is_empty() {
        programmes::set_settings(&mut tx, programme, &settings).await?;
        for (action, account) in changed {
            let named = [format!("account:{account}")];
            journal::write(&mut tx, programme, caller.actor(), action, &named, now).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

//! The amount of one presence, from a day on. What was counted keeps its amount.

use super::store;
use crate::access::{Action, Caller, journal};
use crate::app::App;
use crate::http::error::Problem;
use crate::programmes;
use domain::allowance::{Rate, RateTable};

/// Sets the amount from a first day on. A day that lines were made for, or one before it, is
/// refused: what those presences are worth would change, and sealed lists say it.
pub async fn set(app: &App, caller: &Caller, rate: Rate) -> Result<RateTable, Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let mut settings = programmes::hold_settings(&mut tx, programme).await?;
    let counted_until = store::counted_until(&mut tx, programme).await?;
    settings.rates = settings.rates.with(rate, counted_until)?;
    programmes::set_settings(&mut tx, programme, &settings).await?;
    let named = [format!("rate:{}", rate.from)];
    journal::write(
        &mut tx,
        programme,
        caller.actor(),
        Action::RateSet,
        &named,
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(settings.rates)
}

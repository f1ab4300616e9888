//! The advance: what the payer gave, what was handed over out of it and brought back, day by day.
//!
//! Nothing here is counted down: what is left is worked out from everything that was written down,
//! so it is right whatever came late.

use super::store;
use crate::access::{Caller, Who};
use crate::allowances::life;
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::{outings, programmes};
use domain::{Cents, Day, Invalid, OutingId, ProgrammeId};
use uuid::Uuid;
use words::desk::allowances::hands::advance as say;

/// Cents that are written down at once: a purse, not a vault.
pub const ADVANCE_CENTS_MAX: i64 = 1_000_000;

/// What happened to the advance on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DaySheet {
    /// In the purse before.
    pub before: Cents,
    /// Taken along.
    pub received: Cents,
    /// Handed over, by those who were appointed.
    pub paid: Cents,
    /// Brought back.
    pub returned: Cents,
}

impl DaySheet {
    /// Still in the purse.
    pub fn left(self) -> Cents {
        self.before + self.received + -self.paid + -self.returned
    }
}

/// One day of the advance.
#[derive(Clone, Copy, Debug)]
pub struct AdvanceDay {
    /// Of which outing.
    pub outing: OutingId,
    /// Its day.
    pub day: Day,
    /// To how many people.
    pub lines: i64,
    /// The money.
    pub sheet: DaySheet,
}

/// The payer put money into the advance.
#[derive(Clone, Debug)]
pub struct Replenishment {
    /// When.
    pub on: Day,
    /// How much.
    pub amount: Cents,
    /// Who wrote it down, if they still have an account.
    pub by: Option<String>,
}

/// Everything that was written down about the advance of a programme, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Outings on which it moved.
    pub days: Vec<AdvanceDay>,
    /// What the payer put into it.
    pub replenishments: Vec<Replenishment>,
}

impl Books {
    fn given(&self, until: Day) -> Cents {
        let given = self.replenishments.iter().filter(|it| it.on <= until);
        given.map(|it| it.amount).sum()
    }

    /// In the purse now.
    pub fn left(&self) -> Cents {
        let moved = self.days.iter().map(|it| it.sheet);
        let moved: Cents = moved.map(|it| it.received + -it.paid + -it.returned).sum();
        self.replenishments
            .iter()
            .map(|it| it.amount)
            .sum::<Cents>()
            + moved
    }

    /// The sheet of an outing, with what was in the purse before it.
    pub fn sheet(&self, outing: OutingId, day: Day) -> DaySheet {
        let of = |it: &&AdvanceDay| it.outing == outing;
        let own = self.days.iter().find(of).map(|it| it.sheet);
        let earlier = self
            .days
            .iter()
            .filter(|it| (it.day, it.outing) < (day, outing));
        let moved = earlier.map(|it| it.sheet.received + -it.sheet.paid + -it.sheet.returned);
        DaySheet {
            before: self.given(day) + moved.sum(),
            ..own.unwrap_or_default()
        }
    }

    /// The days since `from`, each with what was in the purse before it.
    pub fn since(&self, from: Day) -> Vec<AdvanceDay> {
        let since = self.days.iter().filter(|it| it.day >= from);
        let whole = |it: &AdvanceDay| AdvanceDay {
            sheet: self.sheet(it.outing, it.day),
            ..*it
        };
        since.map(whole).collect()
    }
}

/// Reads the books.
pub async fn books(tx: &mut Tx, programme: ProgrammeId) -> Result<Books, Problem> {
    Ok(Books {
        days: store::days(tx, programme).await?,
        replenishments: store::replenishments(tx, programme).await?,
    })
}

fn in_range(amount: Cents) -> Result<(), Invalid> {
    if (1..=ADVANCE_CENTS_MAX).contains(&amount.0) {
        Ok(())
    } else {
        Err(Invalid::new("amount", "out_of_range"))
    }
}

/// Writes down that an advance was received (`true`) or that money was brought back.
pub async fn note(
    app: &App,
    caller: &Caller,
    outing: OutingId,
    (id, received, amount): (Uuid, bool, Cents),
) -> Result<(), Problem> {
    let Who::Staff { account, .. } = caller.who else {
        return Err(Problem::forbidden());
    };
    in_range(amount)?;
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    // One purse: whoever writes about it at the same time waits here.
    let settings = programmes::hold_settings(&mut tx, programme).await?;
    life::must_be_appointed(&mut tx, &settings, caller).await?;
    let held = outings::store::find_for_update(&mut tx, programme, outing).await?;
    let day = held.ok_or_else(Problem::not_found)?.day;
    let books = books(&mut tx, programme).await?;
    let left = books.sheet(outing, day).left().min(books.left());
    let what = if received { "received" } else { "returned" };
    let new = (id, what, amount);
    if store::insert(&mut tx, programme, outing, new, account, app.now()).await?
        && !received
        && amount > left
    {
        return Err(Problem::state(
            "more_than_left",
            say::REFUSED_MORE_THAN_LEFT,
        ));
    }
    tx.commit().await?;
    Ok(())
}

/// Writes down that the payer put money into the advance. The payer may say so, and whom the payer
/// appointed.
pub async fn replenish(
    app: &App,
    caller: &Caller,
    (id, on, amount): (Uuid, Day, Cents),
) -> Result<(), Problem> {
    let Who::Staff { account, .. } = caller.who else {
        return Err(Problem::forbidden());
    };
    in_range(amount)?;
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let settings = programmes::hold_settings(&mut tx, programme).await?;
    if !life::may_pay(&mut tx, &settings, caller).await? {
        return Err(life::not_appointed());
    }
    if on > local_day(&settings, now) {
        return Err(Invalid::new("given_on", "in_the_future").into());
    }
    store::insert_replenishment(&mut tx, programme, (id, on, amount), account, now).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: i8) -> Day {
        Day::new(2026, 11, d).unwrap()
    }

    fn moved(d: i8, received: i64, paid: i64, returned: i64) -> AdvanceDay {
        AdvanceDay {
            outing: OutingId(Uuid::from_u128(d.unsigned_abs().into())),
            day: day(d),
            lines: 1,
            sheet: DaySheet {
                before: Cents(0),
                received: Cents(received),
                paid: Cents(paid),
                returned: Cents(returned),
            },
        }
    }

    #[test]
    fn what_is_left_goes_on_from_one_day_to_the_next() {
        let given = |d, cents| Replenishment {
            on: day(d),
            amount: Cents(cents),
            by: None,
        };
        let books = Books {
            days: vec![moved(3, 0, 12_000, 0), moved(10, 5_000, 9_000, 500)],
            replenishments: vec![given(1, 30_000), given(10, 12_000)],
        };
        let left: Vec<_> = books
            .since(day(1))
            .iter()
            .map(|it| it.sheet.left())
            .collect();
        assert_eq!(left, [Cents(18_000), Cents(25_500)]);
        assert_eq!(books.left(), Cents(25_500));
        // A day on which nothing moved.
        let quiet = books.sheet(OutingId(Uuid::nil()), day(5));
        assert_eq!((quiet.before, quiet.left()), (Cents(18_000), Cents(18_000)));
        // Two outings of one day follow one another.
        assert_eq!(books.since(day(4)).len(), 1);
    }
}

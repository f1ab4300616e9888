//! A peer's own aids, by outing: the line, what took it back, and where it is in plain words.

use super::Peer;
use crate::access::Caller;
use crate::allowances::store::{self, Line};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::speech;
use domain::allowance::AllowanceState;
use domain::{AllowanceId, Cents, Day, Settings};
use uuid::Uuid;
use words::{Lang, me::aid as say};

/// Lines of one person: two a week for twenty years.
const LINES_MAX: u32 = 2_000;

/// What one outing brought.
pub struct Aid {
    /// The line.
    pub id: AllowanceId,
    /// Day of the outing.
    pub day: Day,
    /// How much it was made for.
    pub amount: Cents,
    /// Where it is.
    pub state: AllowanceState,
    /// The number of its list.
    pub list: Option<String>,
    /// What took it back.
    pub counter: Option<Cents>,
    /// `contested` or `answered`.
    pub contest: Option<String>,
}

impl Aid {
    /// What is left of it.
    pub fn worth(&self) -> Cents {
        Cents(self.amount.0 + self.counter.map_or(0, |it| it.0))
    }

    /// Is it in the person's hand?
    pub fn is_received(&self) -> bool {
        self.state == AllowanceState::Received && self.counter.is_none()
    }

    /// Is there nothing to wait for any more?
    pub fn is_over(&self) -> bool {
        self.state == AllowanceState::Received || self.counter.is_some()
    }

    /// Where it is, in plain words, and the look of the tag.
    pub fn standing(
        &self,
        settings: &Settings,
        has_identity: bool,
        lang: Lang,
    ) -> (&'static str, String) {
        if self.counter.is_some() {
            return ("tag", lang.say(say::TAKEN_BACK).into());
        }
        let (class, text) = match (self.state, &self.list) {
            (AllowanceState::Due, _) if !has_identity => ("tag todo", say::WAITS_FOR_NAME),
            (AllowanceState::Due, _) => ("tag wait", say::TO_BE_LISTED),
            (AllowanceState::Listed, Some(list)) => {
                return ("tag info", lang.fill(say::LISTED, [list]));
            }
            (AllowanceState::Listed, None) => ("tag info", say::ON_A_LIST),
            (AllowanceState::Sent, _) => {
                let payer = speech::to_the(lang, &settings.payer);
                return ("tag info", lang.fill(say::SENT, [&payer]));
            }
            (AllowanceState::Paid, _) => ("tag ok", say::PAID),
            (AllowanceState::Received, _) => ("tag ok", say::RECEIVED),
        };
        (class, lang.say(text).into())
    }
}

/// All of them, the latest outing first.
pub async fn of(tx: &mut Tx, caller: &Caller, peer: &Peer) -> Result<Vec<Aid>, Problem> {
    let after = AllowanceId(Uuid::nil());
    let programme = caller.programme;
    let lines = store::lines_of_peer(tx, programme, peer.id, "", after, LINES_MAX).await?;
    let counters: Vec<&Line> = lines.iter().filter(|it| it.entry == "counter").collect();
    let counter_of = |outing: Uuid| counters.iter().find(|it| it.outing_id == outing);
    let originals = lines.iter().filter(|it| it.entry == "original");
    let aids: Result<Vec<Aid>, Problem> = originals
        .map(|it| {
            read(
                it,
                counter_of(it.outing_id).map(|it| Cents(it.amount_cents)),
            )
        })
        .collect();
    let mut aids = aids?;
    aids.sort_by_key(|it| std::cmp::Reverse((it.day, it.id)));
    Ok(aids)
}

fn read(line: &Line, counter: Option<Cents>) -> Result<Aid, Problem> {
    let day = line.outing_day.parse();
    let list = line.list_year.zip(line.list_rank);
    Ok(Aid {
        id: AllowanceId(line.id),
        day: day.map_err(|e| Problem::internal(format!("line: {e}")))?,
        amount: Cents(line.amount_cents),
        state: AllowanceState::parse(&line.state).map_err(|e| Problem::internal(e.0.code))?,
        list: list.map(|(year, rank)| format!("{year:04}-{rank:04}")),
        counter,
        contest: line.contest.clone(),
    })
}

/// The years there is something of, the latest first; this year always.
pub fn years(aids: &[Aid], today: Day) -> Vec<i16> {
    let mut years: Vec<i16> = aids.iter().map(|it| it.day.0.year()).collect();
    years.push(today.0.year());
    years.sort_unstable();
    years.dedup();
    years.reverse();
    years
}

/// The year that was asked for, or this one.
pub fn year_of(asked: &str, today: Day) -> i16 {
    asked.parse().unwrap_or(today.0.year())
}

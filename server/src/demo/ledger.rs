//! What became of the lists of the past: most of them are settled, the latest ones are on their
//! way, so that every state there is can be looked at.
//!
//! All of it goes through the doors that the association, the payer and a peer use, with the clock
//! set back. Ids follow from names, so what was done is not done again.

use super::failed;
use super::town::{Town, at_time};
use crate::access::{Caller, Role, Who};
use crate::allowances::hands::{self, Handing, advance};
use crate::allowances::life::store::LineOnList;
use crate::allowances::life::{self, Paying, Receipted, contest};
use crate::allowances::{statement, store};
use crate::app::App;
use crate::cli::Failure;
use domain::allowance::{Entry, ListNumber, Receipt};
use domain::outing::Reason;
use domain::people::Title;
use domain::programme::PaymentMode;
use domain::{AllowanceId, Cents, Day, ListId, PeerId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Ten in the morning, in minutes.
const MORNING: i64 = 10 * 60;
/// The payer gets a list so many days after the last outing of its month…
const SENT_DAYS: i32 = 1;
/// …says that it came…
const ARRIVED_DAYS: i32 = 2;
/// …pays it…
const PAID_DAYS: i32 = 6;
/// …and settles it.
const SETTLED_DAYS: i32 = 7;
/// The purse that goes along to an outing.
const PURSE: Cents = Cents(15_000);

const RETURNED: &str = "La date de naissance n’est pas celle de la pièce d’identité.";
const NOT_RECEIVED: &str = "Je n’ai rien reçu pour cette sortie.";
const TOO_LITTLE: &str = "J’étais venu aussi la semaine d’avant.";
const ANSWER: &str = "Nous avons regardé ensemble la feuille de ce jour-là. Elle est juste.";
const WITNESSES: &str = "Camille et Idriss";

/// How far a list has come, by how many months are newer than its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Issued; the association has not sent it.
    Issued,
    /// Sent; it waits at the payer.
    Waits,
    /// Being paid; somebody disagrees. Its last outing was handed over on the spot.
    Paying,
    /// One line was returned, the others are settled.
    Returned,
    /// Settled.
    Settled,
}

impl Fate {
    pub(super) fn of(newer: usize) -> Self {
        match newer {
            0 => Self::Issued,
            1 => Self::Waits,
            2 => Self::Paying,
            3 => Self::Returned,
            _ => Self::Settled,
        }
    }
}

/// One list of the past, and who deals with it.
struct Follow<'a> {
    app: &'a App,
    town: &'a Town,
    /// Names its acts.
    id: ListId,
    number: ListNumber,
    /// The last outing it was issued for.
    last: Day,
    coordinator: Caller,
    clerk: Caller,
}

/// Leads a list as far as it has come.
pub(super) async fn follow(
    app: &App,
    town: &Town,
    (id, number): (ListId, ListNumber),
    last: Day,
    fate: Fate,
) -> Result<(), Failure> {
    let it = Follow {
        app,
        town,
        id,
        number,
        last,
        coordinator: town.coordinator()?,
        clerk: clerk(town)?,
    };
    if fate == Fate::Issued {
        return Ok(());
    }
    it.send().await?;
    if fate == Fate::Waits {
        return Ok(());
    }
    it.arrive().await?;
    match fate {
        Fate::Paying => it.pay_some().await,
        Fate::Returned => {
            it.give_one_back().await?;
            it.pay(None, false).await?;
            it.receive_before_witnesses().await?;
            it.answer_somebody().await?;
            it.settle().await
        }
        _ => {
            it.pay(None, true).await?;
            it.settle().await
        }
    }
}

fn clerk(town: &Town) -> Result<Caller, Failure> {
    let clerk = town.caller(Role::Clerk);
    clerk.ok_or_else(|| "the demonstration has nobody who pays".into())
}

impl Follow<'_> {
    /// The application as it was so many days after the last outing.
    fn after(&self, days: i32) -> App {
        at_time(self.app, self.town.at(self.last.plus_days(days), MORNING))
    }

    fn act(&self, what: &str) -> Uuid {
        self.town.named(&format!("{what}/{}", self.id))
    }

    async fn send(&self) -> Result<(), Failure> {
        let then = self.after(SENT_DAYS);
        let sent = life::send(&then, &self.coordinator, self.number, self.act("send"));
        sent.await.map_err(failed)
    }

    async fn arrive(&self) -> Result<(), Failure> {
        let (then, act) = (self.after(ARRIVED_DAYS), self.act("acknowledge"));
        let arrived = life::acknowledge(&then, &self.clerk, self.number, act);
        arrived.await.map_err(failed)
    }

    /// Its lines, in an order that is the same on every machine.
    async fn lines(&self) -> Result<Vec<LineOnList>, Failure> {
        let mut tx = self.app.db.read().await?;
        let mut lines = life::store::lines_on(&mut tx, self.town.id(), self.id).await?;
        let place = |peer: Uuid| {
            let mut people = self.town.people.iter();
            people.position(|it| self.town.peer(it).0 == peer)
        };
        lines.sort_by_cached_key(|it| (it.outing_day.clone(), place(it.peer_id)));
        Ok(lines)
    }

    /// Some lines, or all that wait; signed for at once, or not yet.
    async fn pay(&self, lines: Option<Vec<LineOnList>>, signed: bool) -> Result<(), Failure> {
        let lines = match lines {
            Some(lines) => lines,
            None => self.lines().await?,
        };
        let waits = |it: &&LineOnList| it.returned_act.is_none() && it.paid_act.is_none();
        let lines: Vec<_> = lines.iter().filter(waits).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let (year, month) = (self.last.0.year(), self.last.0.month());
        let own = self.town.settings.decision_reference.is_some();
        let decision = format!("Décision {year}-{month:02}");
        let paying = Paying {
            id: self.act("pay"),
            lines: Some(lines.iter().map(|it| AllowanceId(it.line_id)).collect()),
            decision: (!own)
                .then(|| Title::new("decision", &decision))
                .transpose()?,
            mode: None,
            paid_on: None,
            hand: None,
            vouchers: vouchers(self.town, lines.iter().map(|it| of(it)))?,
            receipt: signed.then(signed_for),
        };
        let then = self.after(PAID_DAYS);
        let paid = life::pay(&then, &self.clerk, self.number, paying);
        paid.await.map_err(failed)
    }

    /// A line of the first peer, whose card and token a visitor has; anybody's, when there is none.
    fn shown_to_visitors<'b>(&self, lines: &'b [LineOnList]) -> Option<&'b LineOnList> {
        let first = self.town.people.first().map(|it| self.town.peer(it).0);
        let own = lines.iter().rev().find(|it| Some(it.peer_id) == first);
        own.or(lines.last())
    }

    /// The first half of the lines is paid, nobody signed yet, and one of them says so.
    async fn pay_some(&self) -> Result<(), Failure> {
        let mut lines = self.lines().await?;
        lines.truncate(lines.len().div_ceil(2));
        let Some(contested) = self.shown_to_visitors(&lines).cloned() else {
            return Ok(());
        };
        self.pay(Some(lines), false).await?;
        self.contest(&contested, NOT_RECEIVED).await
    }

    async fn give_one_back(&self) -> Result<(), Failure> {
        let lines = self.lines().await?;
        let Some(line) = lines.first() else {
            return Ok(());
        };
        let reason = Reason::new("reason", RETURNED)?;
        let act = (self.act("return"), AllowanceId(line.line_id));
        let then = self.after(PAID_DAYS);
        let back = life::give_back(&then, &self.clerk, self.number, act, &reason);
        back.await.map_err(failed)
    }

    /// Somebody could not sign: two people saw it. The others signed.
    async fn receive_before_witnesses(&self) -> Result<(), Failure> {
        let mut lines = self.lines().await?;
        lines.retain(|it| it.returned_act.is_none());
        let lines: Vec<_> = lines.iter().map(|it| AllowanceId(it.line_id)).collect();
        let Some((first, others)) = lines.split_first() else {
            return Ok(());
        };
        let seen = Receipted::new(Receipt::Witnesses, Some(Reason::new("names", WITNESSES)?))?;
        self.receive("seen", &[*first], &seen).await?;
        match others {
            [] => Ok(()),
            others => self.receive("signed", others, &signed_for()).await,
        }
    }

    async fn receive(
        &self,
        what: &str,
        lines: &[AllowanceId],
        how: &Receipted,
    ) -> Result<(), Failure> {
        let then = self.after(PAID_DAYS);
        let act = (self.act(what), Some(lines));
        let received = life::receive(&then, &self.coordinator, self.number, act, how);
        received.await.map_err(failed)
    }

    async fn settle(&self) -> Result<(), Failure> {
        let (then, act) = (self.after(SETTLED_DAYS), self.act("settle"));
        let settled = statement::issue(&then, &self.clerk, self.number, act);
        settled.await.map(|_| ()).map_err(failed)
    }

    /// The person of a line disagrees, once.
    async fn contest(&self, line: &LineOnList, words: &str) -> Result<(), Failure> {
        if line.contest.is_some() {
            return Ok(());
        }
        let peer = Caller {
            programme: self.town.id(),
            who: Who::Peer(PeerId(line.peer_id)),
        };
        let words = Some(Reason::new("words", words)?);
        let then = self.after(SETTLED_DAYS);
        let said = contest::contest(&then, &peer, AllowanceId(line.line_id), words);
        said.await.map_err(failed)
    }

    /// The last line was contested, and answered.
    async fn answer_somebody(&self) -> Result<(), Failure> {
        let lines = self.lines().await?;
        let Some(line) = self.shown_to_visitors(&lines) else {
            return Ok(());
        };
        self.contest(line, TOO_LITTLE).await?;
        let (id, words) = (self.act("answer"), Reason::new("words", ANSWER)?);
        let then = self.after(SETTLED_DAYS);
        let line = AllowanceId(line.line_id);
        let answered = contest::answer(&then, &self.coordinator, line, (id, &words));
        answered.await.map_err(failed)
    }
}

fn signed_for() -> Receipted {
    Receipted {
        how: Receipt::Signed,
        names: None,
    }
}

/// What a line is, for its vouchers.
fn of(line: &LineOnList) -> (AllowanceId, &str, PeerId, Cents) {
    let (id, peer) = (AllowanceId(line.line_id), PeerId(line.peer_id));
    (id, &line.outing_day, peer, Cents(line.amount_cents))
}

/// Numbers of the vouchers of some lines, where money is vouchers: of the day, the person, the
/// voucher.
fn vouchers<'a>(
    town: &Town,
    lines: impl Iterator<Item = (AllowanceId, &'a str, PeerId, Cents)>,
) -> Result<BTreeMap<AllowanceId, Vec<Title>>, Failure> {
    let mut all = BTreeMap::new();
    if town.settings.payment_mode != PaymentMode::Voucher {
        return Ok(all);
    }
    for (line, day, peer, amount) in lines {
        let count = hands::vouchers_of(&town.settings, amount).unwrap_or(1);
        let place = town.people.iter().position(|it| town.peer(it) == peer);
        let day: String = day.chars().filter(char::is_ascii_digit).skip(2).collect();
        let number = |n| format!("{day}{:02}{n}", place.unwrap_or_default());
        let numbers = (1..=count).map(|n| Title::new("vouchers", &number(n)));
        all.insert(line, numbers.collect::<Result<_, _>>()?);
    }
    Ok(all)
}

/// The last outing of a month is handed over on the spot, by whom the payer appointed: an advance
/// in the purse, one list of its own, what is left brought back.
pub(super) async fn hand_over(app: &App, town: &Town, day: Day) -> Result<(), Failure> {
    let coordinator = town.coordinator()?;
    let outing = town.outing(day);
    let mut tx = app.db.read().await?;
    let mut lines = store::lines_of_outing(&mut tx, town.id(), outing).await?;
    drop(tx);
    let named = town.people.iter().filter(|it| it.civil.is_some());
    let named: Vec<Uuid> = named.map(|it| town.peer(it).0).collect();
    lines.retain(|it| it.entry == Entry::Original.code() && named.contains(&it.peer_id));
    if lines.is_empty() {
        return Ok(());
    }
    let paid: Cents = lines.iter().map(|it| Cents(it.amount_cents)).sum();
    let of = lines.iter().map(|it| {
        let (id, peer) = (AllowanceId(it.id), PeerId(it.peer_id));
        (id, it.outing_day.as_str(), peer, Cents(it.amount_cents))
    });
    let handing = Handing {
        id: town.named(&format!("hand over/{day}")),
        vouchers: vouchers(town, of)?,
        lines: lines.iter().map(|it| AllowanceId(it.id)).collect(),
        receipt: signed_for(),
    };
    let noted =
        |what: &str, received, amount| (town.named(&format!("{what}/{day}")), received, amount);
    let then = |minutes| at_time(app, town.at(day, minutes));
    // Before the outing, at its end, and on the way home.
    let (before, end, home) = (then(13 * 60), then(18 * 60), then(19 * 60));
    let purse = noted("purse", true, PURSE);
    let taken = advance::note(&before, &coordinator, outing, purse);
    taken.await.map_err(failed)?;
    let handed = hands::hand_over(&end, &coordinator, outing, handing);
    handed.await.map_err(failed)?;
    let rest = noted("rest", false, PURSE + -paid);
    let back = advance::note(&home, &coordinator, outing, rest);
    back.await.map_err(failed)
}

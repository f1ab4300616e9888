//! `/` for whoever pays: the list to receive or to pay, else the next money to hand over. It knows
//! numbers, dates and amounts, and nothing of where or why.

use super::{Next, Waiting, waiting, way};
use crate::access::Caller;
use crate::allowances::hands::store::{WaitingDay, waiting as waiting_days};
use crate::allowances::life;
use crate::allowances::pages::{day_words, downloads};
use crate::allowances::store::{self, ListRow};
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{day_title, unbroken};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, EURO, HAND, LIST, SEND, SHEET};
use axum::response::{IntoResponse, Response};
use domain::french::{amount, amount_in_words, counted};
use domain::{Cents, Day, Settings};
use leptos::prelude::*;
use words::desk::common;
use words::desk::common::count;
use words::desk::home::clerk as say;

/// Lists that wait at once: some years of months.
const LISTS_MAX: u32 = 60;
/// Days of handing over in sight.
const DAYS_MAX: u32 = 26;

struct Home {
    settings: Settings,
    today: Day,
    /// Sent and not settled, oldest first.
    open: Vec<ListRow>,
    /// The latest one, whatever became of it.
    latest: Option<ListRow>,
    /// Only for whom the payer appointed.
    days: Vec<WaitingDay>,
}

impl Home {
    async fn load(app: &App, caller: &Caller) -> Result<Self, Problem> {
        let programme = caller.programme;
        let mut tx = app.db.read().await?;
        let settings = programmes::settings(&mut tx, programme).await?;
        let days = match life::is_appointed(&mut tx, &settings, caller).await? {
            true => waiting_days(&mut tx, programme, DAYS_MAX).await?,
            false => Vec::new(),
        };
        let last = store::AFTER_THE_LAST;
        Ok(Self {
            open: store::open_lists(&mut tx, programme, LISTS_MAX).await?,
            latest: store::lists(&mut tx, programme, last, 1, "").await?.pop(),
            today: local_day(&settings, app.now()),
            days,
            settings,
        })
    }
}

/// What a list that was sent waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Arrival,
    Payment,
    Statement,
}

impl Step {
    fn of(list: &ListRow) -> Self {
        match (list.unpaid, list.acknowledged_at) {
            (0, _) => Self::Statement,
            (_, None) => Self::Arrival,
            (_, Some(_)) => Self::Payment,
        }
    }
}

/// `/` for the payer.
pub(super) async fn home(app: &App, caller: &Caller) -> Result<Response, Problem> {
    let it = Home::load(app, caller).await?;
    let hello = say::hello(&caller.name().unwrap_or_default());
    let frame = Frame::of(&app.assets, caller, &it.settings, say::TITLE, "/");
    Ok(page(&frame, || {
        view! {
            <h1>{hello}</h1>
            {next(&it)}
            {it.latest.is_some().then(|| waiting(rows(&it)))}
            <ul class="rows">{way("/ccas".into(), LIST, common::ALL_LISTS, say::ALL_LISTS_ABOUT)}</ul>
        }
        .into_any()
    })
    .into_response())
}

fn next(it: &Home) -> AnyView {
    // Who waits for money waits longer than a paper; of each the oldest.
    let list = it
        .open
        .iter()
        .min_by_key(|list| Step::of(list) == Step::Statement);
    match (list, it.days.first(), &it.latest) {
        (Some(list), ..) => list_to_do(list).view(),
        (None, Some(_), _) => hand_over(it),
        (None, None, Some(list)) => latest(list),
        (None, None, None) => nothing_yet(it),
    }
}

fn list_to_do(list: &ListRow) -> Next {
    let number = list.number().to_string();
    let lines = counted(list.lines, count::LINE, count::LINES);
    let (tag, class, action) = match Step::of(list) {
        Step::Arrival => (say::TAG_TO_RECEIVE, "tag todo", say::ACKNOWLEDGE),
        Step::Payment => (say::TAG_TO_PAY, "tag todo", say::PAY),
        Step::Statement => (say::TAG_PAID, "tag ok", say::SETTLE),
    };
    let total = Cents(list.total_cents);
    Next {
        tags: view! { <span class=class>{tag}</span> }.into_any(),
        title: say::list_title(&number, &amount(total)),
        about: Some(say::list_about(
            &lines,
            &amount_in_words(total),
            &day_words(&list.issued_on),
        )),
        more: Some(downloads_of(&number)),
        href: format!("/ccas/{number}"),
        action,
    }
}

fn downloads_of(number: &str) -> AnyView {
    view! { <div class="actions">{downloads(number, "quiet")}</div> }.into_any()
}

/// The oldest day on which money waits comes first: whoever waits longest.
fn hand_over(it: &Home) -> AnyView {
    let Some(day) = it.days.last() else {
        return ().into_any();
    };
    let title = day.outing_day.parse();
    let title = title.map_or_else(|_| day.outing_day.clone(), |on| day_title(on, it.today));
    let people = counted(day.lines, say::WAITING_ONE, say::WAITING_MANY);
    Next {
        tags: view! { <span class="tag todo">{say::TO_HAND_OVER}</span> }.into_any(),
        title,
        about: Some(format!("{people} · {}", amount(Cents(day.total_cents)))),
        more: None,
        href: format!("/ccas/remise/{}", day.outing_id),
        action: say::HAND_OVER,
    }
    .view()
}

/// Nothing is to be done: the latest list, in case it is looked for.
fn latest(list: &ListRow) -> AnyView {
    let number = list.number().to_string();
    let (href, total) = (format!("/ccas/{number}"), Cents(list.total_cents));
    let lines = counted(list.lines, count::LINE, count::LINES);
    let issued = day_words(&list.issued_on);
    view! {
        <section class="card next">
            <div>
                <p class="tags"><span class="tag ok"><Icon path=CHECK/>{say::ALL_DONE}</span></p>
                <h2 class="big">{say::NOTHING_TO_PAY}</h2>
                <p>{say::NEXT_LIST}</p>
            </div>
            <p class="soft">
                {say::LATEST_PREFIX}" "<a href=href>{unbroken(&number)}</a>" "{say::LATEST_ISSUED_ON}" "{issued}" · "{lines}" · "{amount(total)}
            </p>
            {downloads_of(&number)}
        </section>
    }
    .into_any()
}

/// Before the first list: what will be here, and how one gets ready.
fn nothing_yet(it: &Home) -> AnyView {
    let sends = it.settings.association.the();
    view! {
        <section class="card next">
            <div>
                <h2 class="big">{say::FIRST_TITLE}</h2>
                <p>{say::FIRST_BEFORE_ASSOCIATION}" "{sends}" "{say::FIRST_AFTER_ASSOCIATION}</p>
            </div>
            <ol class="plain-list">
                <li>{say::FIRST_STEP_ARRIVAL}</li>
                <li>{say::FIRST_STEP_PAYMENT}</li>
                <li>{say::FIRST_STEP_STATEMENT}</li>
            </ol>
            <p class="actions">
                <a class="button" href="/ccas/reglages"><Icon path=EURO/>{say::FIRST_SETTINGS}</a>
                <a class="button quiet" href="/aide/listes">{say::FIRST_HELP}</a>
            </p>
        </section>
    }
    .into_any()
}

/// All that waits, by what it waits for.
fn rows(it: &Home) -> Vec<Waiting> {
    let lists = |step: Step| it.open.iter().filter(move |list| Step::of(list) == step);
    let row = |step, picture, title: &str, about: &str| {
        let n = lists(step).count() as i64;
        let total: Cents = lists(step).map(|list| Cents(list.total_cents)).sum();
        (n > 0).then(|| Waiting {
            picture,
            title: title.to_owned(),
            about: format!("{about}\u{a0}: {}", amount(total)),
            href: "/ccas?etat=open".into(),
            count: Some(n),
            is_urgent: false,
        })
    };
    let handing = (!it.days.is_empty()).then(|| {
        let people: i64 = it.days.iter().map(|day| day.lines).sum();
        let total = it.days.iter().map(|day| Cents(day.total_cents)).sum();
        Waiting {
            picture: HAND,
            title: say::TO_HAND_OVER.into(),
            about: format!(
                "{}\u{a0}: {}",
                counted(people, count::PERSON, count::PEOPLE),
                amount(total)
            ),
            href: "/ccas/remise".into(),
            count: Some(it.days.len() as i64),
            is_urgent: false,
        }
    });
    let rows = [
        row(Step::Arrival, SEND, say::ROW_TO_RECEIVE, say::ROW_SENT),
        row(Step::Payment, EURO, say::ROW_TO_PAY, say::ROW_ARRIVED),
        row(Step::Statement, SHEET, say::ROW_STATEMENTS, say::ROW_PAID),
        handing,
    ];
    rows.into_iter().flatten().collect()
}

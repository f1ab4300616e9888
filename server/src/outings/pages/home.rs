//! What the home page of the city's agents tells of outings.

use super::list::calendar_card;
use super::{title_of, today};
use crate::access::Caller;
use crate::app::App;
use crate::db::Tx;
use crate::http::charts::{Bar, Chart};
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::pieces::{capital, clock, day_leaf};
use crate::outings::store::{self, Outing};
use crate::outings::{calendar, totals};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::CALENDAR;
use domain::french;
use domain::limits::PAGE_ITEMS_MAX;
use domain::totals::Told;
use domain::{Day, OutingState, ProgrammeId};
use leptos::prelude::*;
use words::desk::common;
use words::desk::outings::home as say;

/// Totals on an agent's page: a year of months.
const TOTALS_SHOWN: u32 = 12;

/// Outings that are not over, in the order they come.
pub async fn not_over(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Outing>, Problem> {
    let never = Day(jiff::civil::Date::MAX);
    let mut rows = store::coming(tx, programme, never, PAGE_ITEMS_MAX).await?;
    rows.retain(|it| it.state != OutingState::Cancelled);
    Ok(rows)
}

/// What an agent may know of the outings: when and where the crew meets, and nothing else.
pub struct AgentOutings {
    /// In the order they come.
    pub coming: Vec<Outing>,
    association: String,
    feed: Option<String>,
    /// What the programme picked up, as far as the city may know it.
    totals: Vec<Told>,
    today: Day,
}

impl AgentOutings {
    /// The outings that come, and the agent's own calendar feed.
    pub async fn load(app: &App, tx: &mut Tx, caller: &Caller) -> Result<Self, Problem> {
        let settings = programmes::settings(tx, caller.programme).await?;
        let today = today(app, &settings);
        let mut coming = not_over(tx, caller.programme).await?;
        coming.retain(|it| it.day >= today);
        Ok(Self {
            coming,
            association: settings.association.the(),
            feed: calendar::path(app, tx, caller).await?,
            totals: totals::for_city(tx, caller.programme, &settings, app.now(), TOTALS_SHOWN)
                .await?,
            today,
        })
    }

    /// A section of the agent's home.
    pub fn view(&self, origin: &Origin) -> AnyView {
        let rows: Vec<_> = self
            .coming
            .iter()
            .map(|it| agent_row(it, self.today))
            .collect();
        let none = rows.is_empty().then(|| {
            view! {
                <div class="empty">
                    <Icon path=CALENDAR/>
                    <h3>{common::NO_OUTING_PLANNED}</h3>
                    <p>{say::EMPTY_ABOUT}</p>
                </div>
            }
        });
        let association = self.association.clone();
        view! {
            <section class="months">
                <h2>{say::COMING_TITLE}</h2>
                <p class="soft">{say::ORGANISED_BY}" "{association}"."</p>
                {none}
                <ul class="rows">{rows}</ul>
                {calendar_card(self.feed.as_deref(), &origin.0)}
            </section>
            {totals_card(&self.totals)}
        }
        .into_any()
    }
}

/// The programme's totals: the only number in which discreet places are. See [`domain::totals`].
fn totals_card(told: &[Told]) -> AnyView {
    let bars = told.iter().map(|it| Bar {
        label: months_of(it),
        value: it.total,
        ..Bar::default()
    });
    let chart = Chart {
        id: "totaux-mois",
        title: say::CHART_TITLE.into(),
        heads: (say::CHART_HEAD_MONTHS, common::SYRINGES),
        bars: bars.collect(),
    };
    let shown = match told.is_empty() {
        true => view! { <p>{say::TOTALS_EMPTY}</p> }.into_any(),
        false => chart.lying(),
    };
    view! {
        <section class="card" id="totaux">
            <h2>{say::TOTALS_TITLE}</h2>
            <p class="soft">{say::TOTALS_ABOUT}</p>
            {shown}
        </section>
    }
    .into_any()
}

/// « octobre 2026 », « août à octobre 2026 ».
fn months_of(it: &Told) -> String {
    let (first, last) = (it.first, it.last);
    if first == last {
        return capital(&french::month(last));
    }
    let from = match first.0.year() == last.0.year() {
        true => french::month_name(first).to_owned(),
        false => french::month(first),
    };
    capital(&say::months_range(&from, &french::month(last)))
}

fn agent_row(outing: &Outing, today: Day) -> AnyView {
    let hour = outing.starts_at.as_deref().map(clock);
    let place = outing.meeting_point.clone();
    let is_today = outing.day == today;
    view! {
        <li class:today=is_today>
            <div class="card row">
                {day_leaf(outing.day)}
                <span class="row-text">
                    <b>{title_of(outing, today)}</b>
                    {hour.map(|text| view! { <span class="line">{text}</span> })}
                    {place.map(|text| view! { <small>{say::MEETING_PREFIX}" "{text}</small> })}
                </span>
                {is_today.then(|| view! {
                    <span class="row-end"><span class="tag info">{say::TAG_TODAY}</span></span>
                })}
            </div>
        </li>
    }
    .into_any()
}

//! `/`: home by role. The one next thing to do, large; then what waits, each with how many and the
//! way there. Whoever comes for the first time reads what will be here, and what to do for it.

mod anybody;
mod clerk;
mod coordinator;
mod store;

use crate::access::{Caller, Role};
use crate::app::App;
use crate::flags;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::origin::Origin;
use crate::http::pieces::unbroken;
use crate::http::reading::Query;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, NEXT};
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::number;
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::home as say;

/// What the form before this page did.
#[derive(Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// `GET /`: the one next thing, by role.
pub async fn show(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    Query(done): Query<Done>,
    origin: Origin,
    reader: Reader,
) -> Result<Response, Problem> {
    let Some(Extension(caller)) = caller else {
        return Ok(anybody::home(&app, reader));
    };
    match caller.role() {
        Role::Coordinator => coordinator::home(&app, &caller).await,
        Role::Agent => flags::pages::home(&app, &caller, &origin, &done.fait).await,
        Role::Clerk => clerk::home(&app, &caller).await,
        Role::Peer => Ok(Redirect::to("/moi").into_response()),
        _ => Ok(anybody::home(&app, reader)),
    }
}

/// The one next thing to do.
struct Next {
    /// Above the title: a state, how soon.
    tags: AnyView,
    title: String,
    about: Option<String>,
    /// What else is said or offered.
    more: Option<AnyView>,
    href: String,
    action: &'static str,
}

impl Next {
    fn view(self) -> AnyView {
        view! {
            <section class="card next">
                <div>
                    <p class="tags">{self.tags}</p>
                    <h2 class="big">{unbroken(&self.title)}</h2>
                    {self.about.map(|text| view! { <p>{text}</p> })}
                </div>
                <a class="button primary" href=self.href>
                    {self.action}
                    <Icon path=NEXT/>
                </a>
                {self.more}
            </section>
        }
        .into_any()
    }
}

/// Something that waits for an answer.
struct Waiting {
    picture: &'static str,
    title: String,
    about: String,
    href: String,
    /// How many; none where it is one thing.
    count: Option<i64>,
    /// It cannot wait long.
    is_urgent: bool,
}

impl Waiting {
    fn view(self) -> AnyView {
        let class = if self.is_urgent {
            "tag alarm"
        } else {
            "tag todo"
        };
        let count = self
            .count
            .map(|n| view! { <span class=class>{number(n)}</span> });
        view! {
            <li>
                <a class="card row in-line" href=self.href>
                    <span class="row-mark"><Icon path=self.picture/></span>
                    <span class="row-text">
                        <b>{self.title}</b>
                        <small>{self.about}</small>
                    </span>
                    {count}
                    <span class="row-mark"><Icon path=NEXT/></span>
                </a>
            </li>
        }
        .into_any()
    }
}

/// All that waits, or a quiet word that nothing does.
fn waiting(rows: Vec<Waiting>) -> AnyView {
    let nothing = rows.is_empty().then(|| {
        view! {
            <p class="still soft"><Icon path=CHECK/><span>{say::NOTHING_WAITS}</span></p>
        }
    });
    let rows: Vec<_> = rows.into_iter().map(Waiting::view).collect();
    view! {
        <section>
            <h2>{say::WAITING}</h2>
            {nothing}
            <ul class="rows">{rows}</ul>
        </section>
    }
    .into_any()
}

/// Where one also goes from here.
fn way(href: String, picture: &'static str, title: &'static str, about: &'static str) -> AnyView {
    view! {
        <li>
            <a class="card row in-line" href=href>
                <span class="row-mark"><Icon path=picture/></span>
                <span class="row-text"><b>{title}</b><small>{about}</small></span>
                <span class="row-mark"><Icon path=NEXT/></span>
            </a>
        </li>
    }
    .into_any()
}

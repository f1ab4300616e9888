//! Help inside the product, by role, in small steps with pictures. The peers' part speaks their
//! language, is the same bytes for everyone and is kept by the worker, so that it opens with no
//! network. Everybody may read every part: nothing here is anybody's secret.

mod draw;
mod peers;
mod pictures;
mod staff;

use crate::access::{Caller, Role};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::{Frame, page};
use crate::http::reading::Path;
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{FLAG, LOCK, NEXT, PEOPLE, SHEET, WALK, WARNING};
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use words::Lang;
use words::desk::help as say;

/// A part of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Peers: the first outing.
    Outing,
    /// Coordinators: a week.
    Coordination,
    /// Agents: three taps.
    Flagging,
    /// The payer: a list.
    Lists,
    /// Those who look after it all.
    Administration,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::Outing,
        Self::Coordination,
        Self::Flagging,
        Self::Lists,
        Self::Administration,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Outing => "terrain",
            Self::Coordination => "coordination",
            Self::Flagging => "signaler",
            Self::Lists => "listes",
            Self::Administration => "administration",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Outing => say::TITLE_OUTING,
            Self::Coordination => say::TITLE_COORDINATION,
            Self::Flagging => say::TITLE_FLAGGING,
            Self::Lists => say::TITLE_LISTS,
            Self::Administration => say::TITLE_ADMINISTRATION,
        }
    }

    fn whom(self) -> &'static str {
        match self {
            Self::Outing => say::WHOM_OUTING,
            Self::Coordination => say::WHOM_COORDINATION,
            Self::Flagging => say::WHOM_FLAGGING,
            Self::Lists => say::WHOM_LISTS,
            Self::Administration => say::WHOM_ADMINISTRATION,
        }
    }

    fn picture(self) -> &'static str {
        match self {
            Self::Outing => WALK,
            Self::Coordination => PEOPLE,
            Self::Flagging => FLAG,
            Self::Lists => SHEET,
            Self::Administration => LOCK,
        }
    }

    fn of(role: Role) -> Option<Self> {
        match role {
            Role::Peer | Role::CrewPhone | Role::LatePhone => Some(Self::Outing),
            Role::Coordinator => Some(Self::Coordination),
            Role::Agent => Some(Self::Flagging),
            Role::Clerk => Some(Self::Lists),
            Role::Anon => None,
        }
    }

    fn path(self) -> String {
        format!("/aide/{}", self.code())
    }
}

/// Where the peers' part is in a language.
fn peers_path(lang: Lang) -> String {
    app::ui::texts::peers_help(lang.tag())
}

/// `GET /aide`: the part of whoever asks, or all of them.
pub async fn index(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    reader: Reader,
) -> Response {
    match caller.and_then(|it| Part::of(it.role())) {
        Some(Part::Outing) => Redirect::to(&peers_path(reader.lang)).into_response(),
        Some(part) => Redirect::to(&part.path()).into_response(),
        None => all_parts(&app),
    }
}

fn all_parts(app: &App) -> Response {
    let frame = Frame::for_anyone(&app.assets, say::TITLE);
    let rows: Vec<_> = Part::ALL.into_iter().map(row).collect();
    page(&frame, || {
        view! {
            <div class="head"><h1>{say::TITLE}</h1></div>
            <a class="button danger" href="/aide/piqure"><Icon path=WARNING/>{say::PRICKED}</a>
            <ul class="rows">{rows}</ul>
        }
        .into_any()
    })
    .into_response()
}

fn row(part: Part) -> AnyView {
    view! {
        <li>
            <a class="card row in-line" href=part.path()>
                <span class="row-mark"><Icon path=part.picture()/></span>
                <span class="row-text"><b>{part.title()}</b><small>{part.whom()}</small></span>
                <span class="row-mark"><Icon path=NEXT/></span>
            </a>
        </li>
    }
    .into_any()
}

/// `GET /aide/{partie}`
pub async fn part(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let of_peers = Lang::all().find(|lang| peers_path(*lang) == format!("/aide/{code}"));
    if let Some(lang) = of_peers {
        return Ok(peers::page(&app.assets, lang));
    }
    let part = Part::ALL.into_iter().find(|it| it.code() == code);
    let part = part.ok_or_else(Problem::not_found)?;
    let caller = caller
        .map(|Extension(it)| it)
        .filter(|it| it.name().is_some());
    let settings = match &caller {
        Some(caller) => {
            let mut tx = app.db.read().await?;
            Some(programmes::settings(&mut tx, caller.programme).await?)
        }
        None => None,
    };
    let frame = match (&caller, &settings) {
        (Some(caller), Some(settings)) => {
            Frame::of(&app.assets, caller, settings, part.title(), "/aide")
        }
        _ => Frame {
            narrow: false,
            ..Frame::for_anyone(&app.assets, part.title())
        },
    };
    let others = Part::ALL.into_iter().filter(|it| *it != part);
    let others: Vec<_> = others.map(row).collect();
    Ok(page(&frame, || {
        view! {
            <div class="head">
                <div>
                    <h1>{part.title()}</h1>
                    <p class="soft">{part.whom()}"."</p>
                </div>
                <a class="button danger" href="/aide/piqure"><Icon path=WARNING/>{say::PRICKED}</a>
            </div>
            {staff::steps(part)}
            <section>
                <h2>{say::OTHER_PARTS}</h2>
                <ul class="rows">{others}</ul>
            </section>
        }
        .into_any()
    })
    .into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_own_address_and_every_role_a_part() {
        for part in Part::ALL {
            let same = Part::ALL.iter().filter(|it| it.code() == part.code());
            assert_eq!(same.count(), 1);
            assert!(
                !part.code().contains('-'),
                "what follows a hyphen is a language"
            );
        }
        for role in Role::ALL {
            assert_eq!(Part::of(role).is_none(), role == Role::Anon, "{role:?}");
        }
        assert_eq!(peers_path(Lang::FRENCH), "/aide/terrain");
        assert!(Lang::all().any(|it| peers_path(it) == "/aide/terrain-bg"));
    }
}

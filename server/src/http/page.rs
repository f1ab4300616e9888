//! The frame of every desk page: head, navigation by role, main, foot. Plain HTML, no script needed.

use super::appearance;
use super::assets::Assets;
use super::error::Problem;
use super::language::Reader;
use super::pieces::capital;
use crate::access::{Caller, Role};
use app::ui::Icon;
use app::ui::pictograms::{BASKET, LEAVE};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Settings;
use leptos::prelude::*;
use words::desk::common;
use words::desk::http::page as desk;
use words::{Lang, Text, page as around, problem as say};

/// A rendered page.
pub struct Html(pub String);

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        ([(header::CONTENT_TYPE, kind)], self.0).into_response()
    }
}

/// Turns a view into a document. No `Resource`, no `Suspense`: handlers load what the wall lets
/// through, then render. No script wakes it up later, so the marks by which one finds its places go:
/// in a title or in a text to edit they would be letters.
pub fn render(view: impl FnOnce() -> AnyView) -> Html {
    // What somebody typed is escaped, so this is never theirs.
    Html(render_with_marks(view).0.replace("<!>", ""))
}

/// The same for a page with an island, which needs the marks.
pub fn render_with_marks(view: impl FnOnce() -> AnyView) -> Html {
    let owner = Owner::new();
    let body = owner.with(|| view().to_html());
    Html(format!("<!DOCTYPE html>{body}"))
}

/// What the frame needs to know.
pub struct Frame<'a> {
    /// Hashed names.
    pub assets: &'a Assets,
    /// Who looks, if somebody.
    pub caller: Option<&'a Caller>,
    /// Their programme's settings.
    pub settings: Option<&'a Settings>,
    /// Title of the page.
    pub title: String,
    /// Address of the current entry of the navigation.
    pub here: &'static str,
    /// The page shows a map.
    pub with_map: bool,
    /// One narrow column: a page with one question.
    pub narrow: bool,
    /// Peers' pages: big targets and a style of their own, and the script of this name if there is
    /// one.
    pub part: Option<&'static str>,
    /// A style sheet of this page alone.
    pub sheet: Option<&'static str>,
    /// `html[data-theme]`.
    pub theme: Option<&'static str>,
    /// Pages that speak the reader's language, and offer the others; all others are French.
    pub reader: Option<Reader>,
}

impl<'a> Frame<'a> {
    /// A page of somebody who is signed in.
    pub fn of(
        assets: &'a Assets,
        caller: &'a Caller,
        settings: &'a Settings,
        title: impl Into<String>,
        here: &'static str,
    ) -> Self {
        Self {
            caller: Some(caller),
            settings: Some(settings),
            here,
            narrow: false,
            ..Self::for_anyone(assets, title)
        }
    }

    /// A page that knows nobody.
    pub fn for_anyone(assets: &'a Assets, title: impl Into<String>) -> Self {
        Self {
            assets,
            caller: None,
            settings: None,
            title: title.into(),
            here: "",
            with_map: false,
            narrow: true,
            part: None,
            sheet: None,
            theme: appearance::theme(),
            reader: None,
        }
    }
}

impl Frame<'_> {
    /// What this page speaks.
    fn lang(&self) -> Lang {
        self.reader.as_ref().map_or(Lang::FRENCH, |it| it.lang)
    }
}

/// A whole desk page around its content.
pub fn page(frame: &Frame<'_>, content: impl FnOnce() -> AnyView) -> Html {
    render(|| document(frame, content()).into_any())
}

fn document(frame: &Frame<'_>, content: AnyView) -> impl IntoView + use<> {
    let path = |name: &str| frame.assets.path(name).map(str::to_owned);
    let style = path("style.css");
    let (map_js, map_css) = if frame.with_map {
        (path("map.js"), path("map.css"))
    } else {
        (None, None)
    };
    let part = frame
        .part
        .map(|name| (path("card.css"), path(&format!("{name}.js"))));
    let (part_css, part_js) = part.unwrap_or_default();
    let for_peers = frame.part.map(|_| "for-peers");
    let sheet = frame.sheet.and_then(path);
    let wait_js = frame.caller.and_then(|_| path("wait.js"));
    let theme = frame.theme;
    let (lang, skip) = (frame.lang().tag(), frame.lang().say(around::SKIP));
    let working = frame.caller.map(|_| frame.lang().say(around::WORKING));
    let title = if frame.title == "Cueillette" {
        frame.title.clone()
    } else {
        format!("{} · Cueillette", frame.title)
    };
    let narrow = frame.narrow.then_some("narrow");
    view! {
        <html lang=lang data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{title}</title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                {style.map(|href| view! { <link rel="stylesheet" href=href/> })}
                {part_css.map(|href| view! { <link rel="stylesheet" href=href/> })}
                {sheet.map(|href| view! { <link rel="stylesheet" href=href/> })}
                {wait_js.map(|src| view! { <script type="module" src=src></script> })}
                {part_js.map(|src| view! { <script type="module" src=src></script> })}
                {map_css.map(|href| view! { <link rel="stylesheet" href=href/> })}
                {map_js.map(|src| view! { <script type="module" src=src></script> })}
            </head>
            <body class=for_peers data-working=working>
                <a class="skip button" href="#contenu">{skip}</a>
                {top(frame)}
                <main id="contenu" class=narrow>{content}</main>
                {foot(frame)}
            </body>
        </html>
    }
}

fn top(frame: &Frame<'_>) -> AnyView {
    let lang = frame.lang();
    let entries: &[(&'static str, &'static str)] = match frame.caller.map(Caller::role) {
        Some(Role::Coordinator) => &[
            ("/sorties", common::OUTINGS),
            ("/lieux", common::SITES),
            ("/carte", common::MAP),
            ("/equipe", common::TEAM),
            ("/aides", common::AIDS),
        ],
        Some(Role::Agent) => &[
            ("/", desk::NAV_TO_SEE),
            ("/signalements", common::FLAGS),
            ("/lieux", common::SITES),
            ("/carte", common::MAP),
        ],
        Some(Role::Clerk) => &[
            ("/ccas", desk::NAV_LISTS),
            ("/ccas/avances", desk::NAV_ADVANCE),
            ("/ccas/reglages", desk::NAV_ENVELOPE_AND_HANDING),
        ],
        Some(Role::Peer) => &[
            ("/moi", lang.say(around::MY_AIDS)),
            ("/moi/lieux", lang.say(around::MY_PLACES)),
            ("/moi/ce-qu-on-sait", lang.say(around::WHAT_IS_KNOWN)),
        ],
        _ => &[],
    };
    let here = frame.here;
    let links: Vec<_> = entries
        .iter()
        .map(|(href, label)| {
            let current = (*href == here).then_some("page");
            view! { <a href=*href aria-current=current>{*label}</a> }
        })
        .collect();
    view! {
        <header class="top">
            <a class="brand" href="/">
                <Icon path=BASKET/>
                <span>"Cueillette"</span>
            </a>
            {(!links.is_empty()).then(|| view! { <nav aria-label=lang.say(around::PAGES)>{links}</nav> })}
            {who(frame)}
        </header>
    }
    .into_any()
}

fn who(frame: &Frame<'_>) -> Option<AnyView> {
    let caller = frame.caller?;
    if caller.role() == Role::Peer {
        let said = frame.lang().say(around::LEAVE);
        let leave = view! {
            <form class="who" method="post" action="/deconnexion">
                <button class="quiet"><Icon path=LEAVE/>{said}</button>
            </form>
        };
        return Some(leave.into_any());
    }
    let name = caller.name()?.to_owned();
    let body = body_name(frame.settings?, caller.role())?;
    Some(
        view! {
            <form class="who" method="post" action="/deconnexion">
                <a href="/compte">{body}" · "{name}</a>
                <button class="link">{desk::SIGN_OUT}</button>
            </form>
        }
        .into_any(),
    )
}

fn body_name(settings: &Settings, role: Role) -> Option<String> {
    match role {
        Role::Coordinator => Some(capital(&settings.association.name)),
        Role::Agent => settings.city.as_ref().map(|it| capital(&it.name)),
        Role::Clerk => Some(capital(&settings.payer.name)),
        _ => None,
    }
}

fn foot(frame: &Frame<'_>) -> AnyView {
    let lang = frame.lang();
    let name = frame.settings.map(|it| it.name.clone());
    let links: &[(&str, &str)] = match frame.caller.map(Caller::role) {
        Some(Role::Coordinator) => &[
            ("/journal", common::JOURNAL),
            ("/reglages", common::SETTINGS),
        ],
        Some(Role::Agent | Role::Clerk) => &[
            ("/journal", common::JOURNAL),
            ("/reglages", desk::FOOT_WHAT_IS_KEPT),
        ],
        Some(Role::Peer) => &[
            ("/moi/mes-donnees", lang.say(around::MY_DATA)),
            ("/reglages", lang.say(around::WHAT_IS_KEPT)),
        ],
        _ => &[],
    };
    let here = frame.here;
    let help = ("/aide", lang.say(words::welcome::HELP));
    let statement = ("/accessibilite", lang.say(around::ACCESSIBILITY));
    let links: Vec<_> = links
        .iter()
        .chain([&help, &statement])
        .map(|(href, label)| {
            let current = (*href == here).then_some("page");
            view! { <a href=*href aria-current=current>{*label}</a> }
        })
        .collect();
    let links = view! { <nav aria-label=lang.say(around::MORE)>{links}</nav> };
    let languages = frame.reader.as_ref().and_then(Reader::choice);
    let choice = appearance::choice(lang);
    let name = name.map(|it| view! { <span>{it}</span> });
    view! { <footer class="foot">{links}{languages}{choice}{name}</footer> }.into_any()
}

/// What stands in the place of a page.
fn notice(frame: &Frame<'_>, content: impl FnOnce() -> AnyView) -> Html {
    appearance::without_choice(|| page(frame, content))
}

/// The address of a form was opened like a page: where the form is.
pub fn form_address(assets: &Assets, reader: Reader, page_of_form: String) -> Html {
    let lang = reader.lang;
    let title = lang.say(say::FORM_TITLE);
    let mut frame = Frame::for_anyone(assets, title);
    frame.reader = Some(reader);
    notice(&frame, || {
        view! {
            <section class="card">
                <h1>{title}</h1>
                <p>{lang.say(say::FORM_HELP)}</p>
                <p class="actions"><a class="button primary" href=page_of_form>{lang.say(say::FORM_OPEN)}</a></p>
            </section>
        }
        .into_any()
    })
}

/// A problem, told to a person: what happened and what to do next.
pub fn problem(assets: &Assets, reader: Reader, problem: &Problem) -> Html {
    let lang = reader.lang;
    let title = lang.say(match problem.status {
        StatusCode::NOT_FOUND => say::TITLE_NOT_FOUND,
        StatusCode::FORBIDDEN => say::TITLE_FORBIDDEN,
        StatusCode::CONFLICT => say::TITLE_CONFLICT,
        StatusCode::GONE => say::TITLE_GONE,
        StatusCode::TOO_MANY_REQUESTS => say::TITLE_WAIT,
        StatusCode::SERVICE_UNAVAILABLE => say::TITLE_BUSY,
        StatusCode::INSUFFICIENT_STORAGE => say::TITLE_FULL,
        _ => say::TITLE_OTHER,
    });
    let detail = match lang == Lang::FRENCH {
        true => problem.detail.clone(),
        false => lang.say(what_to_do(problem.code)).to_owned(),
    };
    let mut frame = Frame::for_anyone(assets, title);
    frame.reader = Some(reader);
    notice(&frame, || {
        view! {
            <section class="card">
                <h1>{title}</h1>
                <p>{detail}</p>
                <p class="actions"><a class="button primary" href="/">{lang.say(say::HOME)}</a></p>
            </section>
        }
        .into_any()
    })
}

/// What a peer may meet, by its code: French is told by the problem itself.
fn what_to_do(code: &str) -> Text {
    match code {
        "malformed" => say::MALFORMED,
        "forbidden" => say::FORBIDDEN,
        "cross_site" => say::CROSS_SITE,
        "not_found" => say::NOT_FOUND,
        "too_large" => say::TOO_LARGE,
        "invalid" => say::INVALID,
        "too_many_tries" => say::TOO_MANY_TRIES,
        "internal" => say::INTERNAL,
        "unavailable" => say::UNAVAILABLE,
        "disk_full" => say::DISK_FULL,
        "proposal_decided" => say::PROPOSAL_DECIDED,
        _ => say::OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pieces::in_text_area;

    #[test]
    fn what_other_languages_say_of_a_problem_is_what_french_says() {
        for problem in [
            Problem::malformed("body", "cut_short"),
            Problem::forbidden(),
            Problem::cross_site(),
            Problem::not_found(),
            Problem::too_large("body", "over_the_limit"),
            Problem::invalid(domain::Invalid::new("n", "missing")),
            Problem::too_many(60),
            Problem::internal("a test"),
            Problem::busy("a test"),
            Problem::disk_full("a test"),
        ] {
            let known = what_to_do(problem.code);
            assert_eq!(Lang::FRENCH.say(known), problem.detail, "{}", problem.code);
        }
    }

    #[test]
    fn what_was_typed_stays_what_it_is_in_a_title_a_field_and_a_text_to_edit() {
        let typed = "\na <!> b</textarea>&amp;".to_owned();
        let html = render(|| {
            view! {
                <title>{typed.clone()}</title>
                <textarea inner_html=in_text_area(&typed)></textarea>
                <input value=typed.clone()/>
                {Some(view! { <p>{typed}</p> })}
            }
            .into_any()
        });
        let escaped = "\na &lt;!&gt; b&lt;/textarea&gt;&amp;amp;";
        assert_eq!(
            html.0,
            format!(
                "<!DOCTYPE html><title>{escaped}</title><textarea>\n{escaped}</textarea>\
                 <input value=\"{escaped}\"><p>{escaped}</p>"
            )
        );
    }

    #[test]
    fn no_text_to_edit_is_left_to_the_framework_which_does_not_escape_it() {
        let mut looked_at = 0;
        let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for (at, _) in text.match_indices(concat!("<text", "area ")) {
                    let end = text[at..].find(concat!("</text", "area>")).unwrap();
                    assert!(text[at..at + end].ends_with('>'), "{}", path.display());
                    looked_at += 1;
                }
            }
        }
        assert!(looked_at > 5);
    }
}

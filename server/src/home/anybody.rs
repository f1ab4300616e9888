//! `/` for nobody in particular: what this is, and the ways in, in the reader's language.

use crate::app::App;
use crate::http::language::Reader;
use crate::http::page::{Frame, page};
use app::ui::Icon;
use app::ui::pictograms::{BASKET, INFO, KEY, NEXT, SHEET, WALK, WARNING};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use words::desk::home::anybody as desk;
use words::{needle, welcome as say};

/// Nobody we know: the pavement, a card, or the desk.
pub(super) fn home(app: &App, reader: Reader) -> Response {
    let lang = reader.lang;
    let frame = Frame {
        reader: Some(reader),
        ..Frame::for_anyone(&app.assets, desk::TITLE)
    };
    let text = |it| lang.say(it);
    page(&frame, || {
        view! {
            <div class="welcome">
                <Icon path=BASKET/>
                <h1>{text(say::TITLE)}</h1>
                <p>{text(say::ABOUT)}</p>
            </div>
            <ul class="doors">
                <li>{door("/terrain", WALK, text(say::FIELD), text(say::FIELD_HELP))}</li>
                <li>{door("/entrer", KEY, text(say::CARD), text(say::CARD_HELP))}</li>
                <li>{door("/connexion", SHEET, text(say::DESK), text(say::DESK_HELP))}</li>
            </ul>
            <a class="button danger" href="/aide/piqure"><Icon path=WARNING/>{text(needle::TITLE)}</a>
            <ul class="rows">
                {also("/resultats", BASKET, text(say::RESULTS), text(say::RESULTS_HELP))}
                {also("/aide", INFO, text(say::HELP), text(say::HELP_HELP))}
            </ul>
        }
        .into_any()
    })
    .into_response()
}

fn door(
    href: &'static str,
    path: &'static str,
    title: &'static str,
    what: &'static str,
) -> AnyView {
    view! {
        <a class="card door" href=href>
            <Icon path=path/>
            <span>
                <b>{title}</b>
                <small>{what}</small>
            </span>
        </a>
    }
    .into_any()
}

fn also(
    href: &'static str,
    path: &'static str,
    title: &'static str,
    what: &'static str,
) -> AnyView {
    view! {
        <li>
            <a class="card row in-line" href=href>
                <span class="row-mark"><Icon path=path/></span>
                <span class="row-text"><b>{title}</b><small>{what}</small></span>
                <span class="row-mark"><Icon path=NEXT/></span>
            </a>
        </li>
    }
    .into_any()
}

//! The sheet of cards: A4, eight to cut out. A card carries a code and how to use it: no name, no
//! sign, no logo. Whose it is stands on the strip above it, which is cut off and thrown away. The card
//! speaks its holder's language, as the coordinator chose; the rest is for the coordinator.

use super::Printed;
use crate::http::origin::Origin;
use crate::http::pieces::{Tone, crumbs, note};
use crate::http::qr;
use app::ui::SignPicture;
use domain::french::counted;
use leptos::prelude::*;
use words::desk::access::cards::sheet as desk;
use words::desk::common;
use words::{Lang, card as say};

/// Cards on a sheet of A4, in two columns.
const CARDS_PER_SHEET: usize = 8;

/// What is printed, and above it on the screen only, how.
pub fn print_sheet(printed: &[Printed], origin: &Origin, lang: Lang) -> AnyView {
    let sheets: Vec<_> = printed
        .chunks(CARDS_PER_SHEET)
        .map(|cards| {
            let cards: Vec<_> = cards.iter().map(|it| card(it, origin, lang)).collect();
            view! { <div class="card-sheet">{cards}</div> }
        })
        .collect();
    let n = counted(
        printed.len() as i64,
        desk::CARDS_READY_ONE,
        desk::CARDS_READY_MANY,
    );
    view! {
        <div class="on-screen card-help">
            {crumbs("/equipe".into(), common::TEAM)}
            <h1>{n}</h1>
            {note(Tone::Info, desk::PRINT_NOW)}
            <p>{desk::HOW_TO_CUT}</p>
        </div>
        {sheets}
    }
    .into_any()
}

fn card(it: &Printed, origin: &Origin, lang: Lang) -> AnyView {
    let (name, sign) = (it.peer.pseudonym.clone(), it.peer.sign);
    let address = format!("{}/entrer#{}", origin.0, it.code.as_str());
    let typed = format!("{}/entrer", origin.0);
    let typed = typed
        .split_once("://")
        .map_or(typed.clone(), |(_, it)| it.to_owned());
    view! {
        <article class="paper">
            <p class="strip">
                <SignPicture sign=sign/>
                <span>{sign.label()}<b class="on-screen">" · "{name}</b></span>
            </p>
            <div class="face">
                {qr::picture(&address, desk::PICTURE_LABEL)}
                <div lang=lang.tag()>
                    <p>{lang.say(say::PAPER_SCAN)}</p>
                    <p>{lang.say(say::PAPER_DIGITS)}</p>
                    <p class="typed" data-code=it.code.as_str().to_owned()>
                        <span>{typed}</span>
                        <b>{it.code.in_groups()}</b>
                    </p>
                </div>
            </div>
        </article>
    }
    .into_any()
}

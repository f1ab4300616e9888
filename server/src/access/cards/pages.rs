//! Pages of cards: `/entrer`, where a peer comes in, the same bytes for everyone who reads the same
//! language; and `/equipe`, where a coordinator prints, replaces and forgets cards.

use super::sheet::print_sheet;
use super::sieve::{self, Holder, met_words};
use super::store::{self, Card};
use super::{Printed, forget, issue};
use crate::access::Caller;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::origin::Origin;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, ago, crumbs, note};
use crate::http::reading::{Query, ReadForm};
use crate::http::sifting::Asked;
use crate::http::speech;
use crate::people::away::Away;
use crate::people::store::Peer;
use crate::{people, programmes};
use app::ui::pictograms::{KEY, NEXT, PEOPLE, TRASH};
use app::ui::{Icon, SignPicture};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Animal, Instant, PeerId, Settings, Sign, SignColour};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;
use words::desk::access::cards as desk;
use words::desk::common;
use words::{Lang, OFFERS, Text, card as say, card::refused, problem, sign};

/// `GET /entrer`: neutral; who comes in is known by the phone.
pub async fn enter_page(State(app): State<App>, reader: Reader) -> Response {
    let lang = reader.lang;
    let mut frame = Frame::for_anyone(&app.assets, lang.say(say::TITLE));
    frame.part = Some("card");
    frame.reader = Some(reader);
    page(&frame, || {
        let animals: Vec<_> = Animal::ALL.iter().map(|it| animal(*it, lang)).collect();
        view! {
            <section class="enter" data-enter data-words=words_of_entering(lang)>
                <h1>{lang.say(say::TITLE)}</h1>
                <noscript>
                    <p>{lang.say(say::NO_SCRIPT)}</p>
                </noscript>
            </section>
            <div hidden data-signs>{animals}</div>
        }
        .into_any()
    })
    .into_response()
}

/// Each animal once: the script dresses it in its colour.
fn animal(animal: Animal, lang: Lang) -> AnyView {
    let colour = SignColour::ALL[0];
    let sign = Sign { animal, colour };
    let label = speech::sign(lang, sign);
    view! { <div data-animal=animal.code()><SignPicture sign=sign label=label/></div> }.into_any()
}

/// What the script says (card.js), by the names it uses.
const SAID: [(&str, Text); 32] = [
    ("title", say::TITLE),
    ("scan", say::SCAN),
    ("type_code", say::TYPE_CODE),
    ("go_on", say::GO_ON),
    ("not_a_code", say::NOT_A_CODE),
    ("choose_title", say::CHOOSE_TITLE),
    ("choose_help", say::CHOOSE_HELP),
    ("too_easy", say::TOO_EASY),
    ("repeat_title", say::REPEAT_TITLE),
    ("repeat_help", say::REPEAT_HELP),
    ("not_the_same", say::NOT_THE_SAME),
    ("wait", say::WAIT),
    ("ready_title", say::READY_TITLE),
    ("ready_help", say::READY_HELP),
    ("open_mine", say::OPEN_MINE),
    ("who_title", say::WHO_TITLE),
    ("other_card", say::OTHER_CARD),
    ("pin_title", say::PIN_TITLE),
    ("not_me", say::NOT_ME),
    ("forget", say::FORGET),
    ("forget_title", say::FORGET_TITLE),
    ("forget_help", say::FORGET_HELP),
    ("forget_yes", say::FORGET_YES),
    ("forget_no", say::FORGET_NO),
    ("forgotten_title", say::FORGOTTEN_TITLE),
    ("forgotten_help", say::FORGOTTEN_HELP),
    ("dead_title", say::DEAD_TITLE),
    ("dead_help", say::DEAD_HELP),
    ("have_another", say::HAVE_ANOTHER),
    ("cannot_keep", say::CANNOT_KEEP),
    ("digits", say::DIGITS),
    ("erase_digit", say::ERASE_DIGIT),
];

/// Why a card is not let in, by the codes of the answers; `other` is for all that have no words here.
const REFUSED: [(&str, Text); 11] = [
    ("no_network", refused::NO_NETWORK),
    ("unknown_card", refused::UNKNOWN_CARD),
    ("card_taken", refused::CARD_TAKEN),
    ("card_locked", refused::CARD_LOCKED),
    ("two_tries_left", refused::TWO_TRIES_LEFT),
    ("one_try_left", refused::ONE_TRY_LEFT),
    ("too_many_tries", problem::TOO_MANY_TRIES),
    ("internal", problem::INTERNAL),
    ("unavailable", problem::UNAVAILABLE),
    ("disk_full", problem::DISK_FULL),
    ("other", problem::OTHER),
];

fn words_of_entering(lang: Lang) -> String {
    let told = |all: &[(&str, Text)]| -> serde_json::Map<String, Value> {
        let pairs = all
            .iter()
            .map(|(name, it)| ((*name).into(), lang.say(*it).into()));
        pairs.collect()
    };
    let animals = Animal::ALL.iter();
    let animals: Vec<_> = animals.map(|it| (it.code(), speech::animal(*it))).collect();
    let colours = SignColour::ALL.iter();
    let colours: Vec<_> = colours.map(|it| (it.code(), speech::colour(*it))).collect();
    let mut words = told(&SAID);
    words.insert("refused".into(), told(&REFUSED).into());
    words.insert("animals".into(), told(&animals).into());
    words.insert("colours".into(), told(&colours).into());
    let sign = lang.fill(sign::NAMED, ["{animal}", "{colour}"]);
    words.insert("sign".into(), json!(sign));
    let typed = lang.fill(say::TYPED, ["{n}", "{all}"]);
    words.insert("typed".into(), json!(typed));
    Value::from(words).to_string()
}

/// `GET /equipe`: everybody's card at a glance.
pub async fn team(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let peers = people::store::all(&mut tx, caller.programme).await?;
    let cards = store::alive(&mut tx, caller.programme).await?;
    let away = people::away::who(&mut tx, caller.programme, &settings, now).await?;
    let met = match sieve::by_contact(&asked) {
        true => people::store::last_contacts(&mut tx, caller.programme).await?,
        false => HashMap::new(),
    };
    drop(tx);
    let mut cards: HashMap<Uuid, Card> = cards.into_iter().map(|it| (it.peer_id, it)).collect();
    let holders = peers.into_iter().map(|peer| Holder {
        card: cards.remove(&peer.id.0),
        met: met.get(&peer.id).copied().map(Instant::from_ms),
        peer,
    });
    let holders: Vec<_> = holders.collect();
    let frame = Frame::of(&app.assets, &caller, &settings, common::TEAM, "/equipe");
    Ok(page(&frame, || {
        team_view(&holders, &away, &settings, now, &asked)
    })
    .into_response())
}

fn team_view(
    holders: &[Holder],
    away: &[Away],
    settings: &Settings,
    now: Instant,
    asked: &Asked,
) -> AnyView {
    let erased = (asked.fait == "effacee").then(|| note(Tone::Ok, desk::DONE_PERSON_ERASED));
    let forgotten = (asked.fait == "oubliee").then(|| note(Tone::Ok, desk::DONE_CARD_FORGOTTEN));
    let series = Uuid::now_v7().to_string();
    view! {
        <div class="head">
            <div>
                <h1>{common::TEAM}</h1>
                <p class="soft">{desk::INTRO}</p>
            </div>
        </div>
        {forgotten}
        {erased}
        {copied(holders)}
        {people::away::card(away, settings)}
        <form class="form card" method="post" action="/equipe/cartes" id="cartes">
            <input type="hidden" name="serie" value=series/>
            <h2>{desk::CARDS_TITLE}</h2>
            <p class="soft">{desk::CARDS_INTRO}</p>
            {sieve::CHOICES.links(asked, holders.len())}
            {rows(&sieve::among(asked, holders), settings, now)}
        </form>
    }
    .into_any()
}

fn rows(shown: &[&Holder], settings: &Settings, now: Instant) -> AnyView {
    if shown.is_empty() {
        return view! { <div class="empty"><Icon path=PEOPLE/><p>{desk::EMPTY}</p></div> }
            .into_any();
    }
    let rows: Vec<_> = shown.iter().map(|it| row(it, settings, now)).collect();
    view! {
        <ul class="holders">{rows}</ul>
        <p class="actions">
            <button class="primary"><Icon path=KEY/>{desk::PRINT_CHECKED}</button>
        </p>
        {card_language()}
    }
    .into_any()
}

/// In which language the cards say how to use them.
fn card_language() -> AnyView {
    let options: Vec<_> = OFFERS
        .iter()
        .map(|it| view! { <option value=it.tag lang=it.tag>{it.name}</option> })
        .collect();
    view! {
        <div class="field">
            <label for="langue">{desk::LABEL_LANGUAGE}</label>
            <select id="langue" name="langue">{options}</select>
        </div>
    }
    .into_any()
}

/// A card that two phones showed: somebody may have copied it.
fn copied(holders: &[Holder]) -> Option<AnyView> {
    let names: Vec<String> = holders
        .iter()
        .filter(|it| {
            it.card
                .as_ref()
                .is_some_and(|it| it.other_phone_at.is_some())
        })
        .map(|it| it.peer.pseudonym.clone())
        .collect();
    if names.is_empty() {
        return None;
    }
    let who = crate::http::pieces::listed(&names);
    Some(note(
        Tone::Alarm,
        view! {
            <b>{desk::COPIED_BY_SECOND_PHONE}" "{who}"."</b>
            " "{desk::COPIED_WHAT_TO_DO}
        },
    ))
}

fn row(holder: &Holder, settings: &Settings, now: Instant) -> AnyView {
    let peer = &holder.peer;
    let (id, name, sign) = (peer.id.to_string(), peer.pseudonym.clone(), peer.sign);
    let (file, whose) = (format!("/equipe/{id}"), name.clone());
    let ticked = holder.card.is_none();
    let (class, said, when) = standing(holder.card.as_ref(), settings, now);
    let when = match holder.met {
        Some(at) => met_words(at, settings, now),
        None => when,
    };
    let to_forget = holder.card.as_ref().map(|_| forget_link(peer));
    view! {
        <li>
            <label class="choice holder">
                <input type="checkbox" name="pair" value=id checked=ticked/>
                <SignPicture sign=sign/>
                <span class="holder-name">
                    <b>{name}</b>
                    <small>{when}</small>
                </span>
                <span class=class>{said}</span>
            </label>
            <a class="button quiet icon" href=file>
                <Icon path=NEXT/>
                <span class="sr">{desk::FILE_OF_PERSON}" "{whose}</span>
            </a>
            {to_forget}
        </li>
    }
    .into_any()
}

fn standing(
    card: Option<&Card>,
    settings: &Settings,
    now: Instant,
) -> (&'static str, &'static str, String) {
    let Some(card) = card else {
        return ("tag", desk::STATE_NO_CARD, String::new());
    };
    let since = |at: i64| ago(settings, Instant::from_ms(at), now);
    let used = card.last_used_at.map(|at| desk::used_since(&since(at)));
    match (card.locked_at, card.other_phone_at, card.bound_at) {
        (Some(at), _, _) => (
            "tag alarm",
            desk::STATE_LOCKED,
            desk::locked_since(&since(at)),
        ),
        (None, Some(at), _) => ("tag alarm", desk::STATE_TWO_PHONES, since(at)),
        (None, None, None) => (
            "tag wait",
            desk::STATE_TO_GIVE,
            desk::printed_since(&since(card.issued_at)),
        ),
        (None, None, Some(_)) => ("tag ok", desk::STATE_IN_USE, used.unwrap_or_default()),
    }
}

fn forget_link(peer: &Peer) -> AnyView {
    let name = peer.pseudonym.clone();
    let href = format!("/equipe/cartes/oublier?oublier={}", peer.id);
    view! {
        <a class="button quiet icon" href=href title=desk::FORGET_CARD>
            <Icon path=TRASH/>
            <span class="sr">{desk::FORGET_CARD_OF}" "{name}</span>
        </a>
    }
    .into_any()
}

/// Whose cards are printed. The series comes with the form: sent twice, the same cards.
#[derive(Deserialize)]
pub struct Printing {
    serie: Uuid,
    #[serde(default)]
    pair: Vec<PeerId>,
    /// What the cards say; French when nothing is chosen.
    #[serde(default)]
    langue: String,
}

/// `POST /equipe/cartes`: new cards, on a sheet to print and cut.
pub async fn print(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    ReadForm(form): ReadForm<Printing>,
) -> Result<Response, Problem> {
    if form.pair.is_empty() {
        return Ok(Redirect::to("/equipe").into_response());
    }
    let printed: Vec<Printed> = issue(&app, &caller, form.serie, &form.pair).await?;
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let frame = Frame::of(
        &app.assets,
        &caller,
        &settings,
        desk::PRINT_PAGE_TITLE,
        "/equipe",
    );
    let lang = Lang::of(&form.langue).unwrap_or_default();
    Ok(page(&frame, || print_sheet(&printed, &origin, lang)).into_response())
}

/// Whose card is forgotten.
#[derive(Deserialize)]
pub struct Forgetting {
    oublier: PeerId,
}

/// `GET /equipe/cartes/oublier`: asks before a card stops opening anything.
pub async fn forget_page(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Forgetting>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let peer = people::store::find(&mut tx, caller.programme, asked.oublier).await?;
    drop(tx);
    let peer = peer.ok_or_else(Problem::not_found)?;
    let frame = Frame::of(
        &app.assets,
        &caller,
        &settings,
        desk::FORGET_PAGE_TITLE,
        "/equipe",
    );
    Ok(page(&frame, || forget_view(&peer)).into_response())
}

fn forget_view(peer: &Peer) -> AnyView {
    let (id, name, sign) = (peer.id.to_string(), peer.pseudonym.clone(), peer.sign);
    view! {
        {crumbs("/equipe".into(), desk::BACK_TO_TEAM)}
        <section class="card">
            <h1>{desk::FORGET_QUESTION}</h1>
            <p class="tick-line"><SignPicture sign=sign/><b>{name}</b></p>
            <p>{desk::FORGET_WHAT_HAPPENS}</p>
            <p class="soft">{desk::FORGET_WHAT_STAYS}</p>
            <form class="actions" method="post" action="/equipe/cartes/oublier">
                <input type="hidden" name="oublier" value=id/>
                <button class="primary"><Icon path=TRASH/>{desk::FORGET_CARD}</button>
                <a class="button quiet" href="/equipe">{desk::KEEP_CARD}</a>
            </form>
        </section>
    }
    .into_any()
}

/// `POST /equipe/cartes/oublier`
pub async fn forget_card(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<Forgetting>,
) -> Result<Response, Problem> {
    forget(&app, &caller, form.oublier).await?;
    Ok(Redirect::to("/equipe?fait=oubliee").into_response())
}

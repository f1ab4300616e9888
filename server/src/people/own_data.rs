//! « Mes données »: everything that is kept about one peer, for that peer: a page to read, a file
//! for programs, and the way to have it forgotten.

use super::pages::{Aid, aids_of, nature_words};
use super::store::{self, Peer};
use super::{erase, pages};
use crate::access::cards::store as cards;
use crate::access::journal::book;
use crate::access::{Action, Caller, Opening, Scope};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, capital, crumbs, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::http::speech;
use crate::programmes;
use crate::sites::proposals;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::counted;
use domain::{CivilIdentity, Day, Instant, Nature, PeerId, Settings};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use words::desk::common::count;
use words::desk::people::own_data as desk;
use words::me::data::{self as say, opened};
use words::{Lang, Text};

/// Everything that is kept about one peer.
#[derive(Serialize)]
pub struct OwnData {
    id: PeerId,
    pseudonym: String,
    sign: String,
    identity: Option<OwnIdentity>,
    card: Option<OwnCard>,
    outings: Vec<OwnOuting>,
    proposals: Vec<OwnProposal>,
    openings: Vec<OwnOpening>,
}

#[derive(Serialize)]
struct OwnIdentity {
    surname: String,
    first_name: String,
    born: Option<Day>,
    reference: Option<String>,
}

#[derive(Serialize)]
struct OwnCard {
    issued_at: Instant,
    bound_at: Option<Instant>,
    last_used_at: Option<Instant>,
}

/// An outing that was taken part in, and what became of the money for it.
#[derive(Serialize)]
struct OwnOuting {
    day: Day,
    amount_cents: i64,
    state: String,
    /// The state, for the reader of the page.
    #[serde(skip)]
    said: String,
    /// Nothing of it is to come.
    #[serde(skip)]
    is_over: bool,
}

#[derive(Serialize)]
struct OwnProposal {
    received_at: Instant,
    nature: Nature,
    lat: Option<f64>,
    lon: Option<f64>,
    words: Option<String>,
    decided_at: Option<Instant>,
    answer: Option<String>,
}

/// Somebody opened the civil name.
#[derive(Serialize)]
struct OwnOpening {
    at: Instant,
    who: String,
    what: &'static str,
    #[serde(skip)]
    by: By,
    #[serde(skip)]
    action: Option<Action>,
}

/// Who opened it, as its owner sees them.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Oneself,
    Somebody,
    Server,
}

/// Reads all of it; what is sealed is opened for its owner, which the journal keeps.
async fn read(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    settings: &Settings,
    lang: Lang,
) -> Result<OwnData, Problem> {
    let peer = pages::myself(tx, caller).await?;
    let openings = openings(tx, caller, &peer).await?;
    let identity = identity(tx, app, caller, peer.id).await?;
    let card = cards::alive_of(tx, caller.programme, peer.id).await?;
    let aids = aids_of(tx, caller, &peer).await?;
    let own = proposals::own(tx, app, caller).await?;
    Ok(OwnData {
        id: peer.id,
        pseudonym: peer.pseudonym.clone(),
        sign: peer.sign.to_string(),
        identity: identity.map(|it| OwnIdentity {
            surname: it.surname,
            first_name: it.first_name,
            born: it.born,
            reference: it.reference,
        }),
        card: card.map(|it| OwnCard {
            issued_at: Instant::from_ms(it.issued_at),
            bound_at: it.bound_at.map(Instant::from_ms),
            last_used_at: it.last_used_at.map(Instant::from_ms),
        }),
        outings: aids
            .iter()
            .map(|it| outing(it, settings, &peer, lang))
            .collect(),
        proposals: own.into_iter().map(proposal).collect(),
        openings,
    })
}

fn outing(it: &Aid, settings: &Settings, peer: &Peer, lang: Lang) -> OwnOuting {
    let said = |lang| it.standing(settings, peer.has_identity, lang).1;
    OwnOuting {
        day: it.day,
        amount_cents: it.worth().0,
        state: said(Lang::FRENCH),
        said: said(lang),
        is_over: it.is_over(),
    }
}

fn proposal(it: proposals::Proposal) -> OwnProposal {
    OwnProposal {
        received_at: it.received_at,
        nature: it.nature,
        lat: it.at.map(|at| at.lat()),
        lon: it.at.map(|at| at.lon()),
        words: it.note,
        decided_at: it.decision.map(|(_, at)| at),
        answer: it.words,
    }
}

async fn identity(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    peer: PeerId,
) -> Result<Option<CivilIdentity>, Problem> {
    let (programme, actor, now) = (caller.programme, caller.actor(), app.now());
    let sealed = store::identity(tx, programme, peer).await?;
    let named = vec![Scope::Identity(peer)];
    let action = Action::OwnDataShown;
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
    match sealed {
        Some(sealed) => Ok(Some(opening.open(tx, &sealed).await?)),
        None => Ok(None),
    }
}

/// Who opened the civil name, as the journal tells it. One row may name many people: what it was
/// about for others is not told.
async fn openings(tx: &mut Tx, caller: &Caller, peer: &Peer) -> Result<Vec<OwnOpening>, Problem> {
    let subject = Scope::Identity(peer.id).journal_name();
    let rows = book::store::about(tx, caller.programme, &subject).await?;
    let told = rows.into_iter().map(|row| {
        let (by, who) = match (row.actor_id == Some(peer.id.0), row.name) {
            (true, _) => (By::Oneself, desk::OPENED_BY_YOU.into()),
            (false, Some(name)) => (By::Somebody, name),
            (false, None) => (By::Server, desk::OPENED_BY_SERVER.into()),
        };
        let action = Action::parse(&row.action);
        OwnOpening {
            at: Instant::from_ms(row.at),
            who,
            what: action.map_or(desk::OPENED_NAME, Action::words),
            by,
            action,
        }
    });
    Ok(told.collect())
}

/// What was done with the name, in the words of the journal.
fn what_was_done(action: Option<Action>) -> Text {
    match action {
        Some(Action::IdentityOpened) => opened::IDENTITY_OPENED,
        Some(Action::IdentitiesCompared) => opened::IDENTITIES_COMPARED,
        Some(Action::IdentityKept) => opened::IDENTITY_KEPT,
        Some(Action::IdentityErased) => opened::IDENTITY_ERASED,
        Some(Action::ListIssued) => opened::LIST_ISSUED,
        Some(Action::ListShown) => opened::LIST_SHOWN,
        Some(Action::ListFilesMade) => opened::LIST_FILES_MADE,
        Some(Action::StatementIssued) => opened::STATEMENT_ISSUED,
        Some(Action::ReceiptsMade) => opened::RECEIPTS_MADE,
        Some(Action::YearlyMade) => opened::YEARLY_MADE,
        Some(Action::LineWordsShown) => opened::LINE_WORDS_SHOWN,
        _ => opened::OTHER,
    }
}

/// `GET /api/v1/me`: all of it, for programs.
pub async fn json(State(app): State<App>, caller: Caller) -> Result<Json<OwnData>, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let data = read(&mut tx, &app, &caller, &settings, Lang::FRENCH).await?;
    tx.commit().await?;
    Ok(Json(data))
}

/// `GET /moi/mes-donnees`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    reader: Reader,
) -> Result<Response, Problem> {
    let lang = reader.lang;
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let data = read(&mut tx, &app, &caller, &settings, lang).await?;
    tx.commit().await?;
    let now = app.now();
    let (title, here) = (lang.say(say::TITLE), "/moi/mes-donnees");
    let frame = pages::frame(&app, &caller, &settings, &reader, title, here);
    let shown = Shown {
        data,
        settings: &settings,
        lang,
    };
    Ok(page(&frame, || shown.view(now)).into_response())
}

/// The page.
struct Shown<'a> {
    data: OwnData,
    settings: &'a Settings,
    lang: Lang,
}

fn line(what: &'static str, said: String) -> AnyView {
    view! { <div><dt>{what}</dt><dd>{said}</dd></div> }.into_any()
}

impl Shown<'_> {
    fn say(&self, text: Text) -> &'static str {
        self.lang.say(text)
    }

    fn day(&self, at: Instant) -> String {
        speech::full(self.lang, local_day(self.settings, at))
    }

    fn view(&self, now: Instant) -> AnyView {
        view! {
            {crumbs("/moi".into(), self.say(say::BACK))}
            <h1>{self.say(say::TITLE)}</h1>
            <p>{self.say(say::INTRO)}</p>
            {self.who(now)}
            {self.outings()}
            {self.proposals()}
            {self.openings()}
            <section class="card own-data">
                <h2>{self.say(say::TAKE)}</h2>
                <p>{self.say(say::TAKE_HELP)}</p>
                <p class="ways-on"><a class="button" href="/api/v1/me" download="mes-donnees.json">{self.say(say::TAKE_FILE)}</a></p>
            </section>
            {self.forget()}
        }
        .into_any()
    }

    fn who(&self, now: Instant) -> AnyView {
        use words::me::known;
        let lang = self.lang;
        let identity = self.data.identity.as_ref();
        let name = identity.map_or_else(
            || self.say(say::NOT_GIVEN).into(),
            |it| format!("{} {}", it.first_name, it.surname),
        );
        let born = identity
            .and_then(|it| it.born)
            .map(|it| line(self.say(known::BORN), speech::full(lang, it)));
        let reference = identity.and_then(|it| it.reference.clone());
        let reference = reference.map(|it| line(self.say(known::NUMBER), it));
        let card = match &self.data.card {
            None => self.say(say::NO_CARD).into(),
            Some(it) => match it.last_used_at {
                Some(at) => {
                    let when = speech::ago(lang, self.settings, at, now);
                    lang.fill(say::CARD_USED, [&when])
                }
                None => self.say(say::CARD_UNUSED).into(),
            },
        };
        view! {
            <section class="card own-data">
                <h2>{self.say(say::WHO)}</h2>
                <dl class="pairs known">
                    {line(self.say(say::CALLED), self.data.pseudonym.clone())}
                    {line(self.say(say::MY_NAME), name)}
                    {born}
                    {reference}
                    {line(self.say(say::MY_CARD), card)}
                </dl>
            </section>
        }
        .into_any()
    }

    fn outings(&self) -> AnyView {
        let lang = self.lang;
        let row = |it: &OwnOuting| {
            let amount = speech::amount(lang, domain::Cents(it.amount_cents));
            let day = speech::full(lang, it.day);
            let said = lang.fill(say::OUTING, [&day, &amount, &it.said]);
            view! { <li>{said}</li> }
        };
        let rows: Vec<_> = self.data.outings.iter().map(row).collect();
        let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let all = match rows.is_empty() {
            true => view! { <p>{self.say(say::NO_OUTING)}</p> }.into_any(),
            false => view! {
                <details>
                    <summary>{lang.counted(say::COUNT, n)}</summary>
                    <ul>{rows}</ul>
                </details>
            }
            .into_any(),
        };
        view! {
            <section class="card own-data">
                <h2>{self.say(say::OUTINGS)}</h2>
                {all}
            </section>
        }
        .into_any()
    }

    fn proposals(&self) -> Option<AnyView> {
        let row = |it: &OwnProposal| {
            let what = self.say(nature_words(it.nature).1);
            let day = self.day(it.received_at);
            let said = match &it.words {
                Some(words) => self.lang.fill(say::PLACE_WORDS, [what, &day, words]),
                None => self.lang.fill(say::PLACE, [what, &day]),
            };
            view! { <li>{said}</li> }
        };
        let rows: Vec<_> = self.data.proposals.iter().map(row).collect();
        (!rows.is_empty()).then(|| {
            view! {
                <section class="card own-data">
                    <h2>{self.say(say::PLACES)}</h2>
                    <ul>{rows}</ul>
                </section>
            }
            .into_any()
        })
    }

    fn openings(&self) -> AnyView {
        const SHOWN_MAX: usize = 8;
        let (lang, all) = (self.lang, &self.data.openings);
        let row = |it: &OwnOpening| view! { <li>{self.opening(it)}</li> };
        let rows: Vec<_> = all.iter().take(SHOWN_MAX).map(row).collect();
        let none = rows
            .is_empty()
            .then(|| view! { <p>{self.say(say::NOBODY)}</p> });
        let more = all.len().saturating_sub(SHOWN_MAX);
        let more = (more > 0).then(|| {
            let words = lang.counted(say::MORE, i64::try_from(more).unwrap_or(i64::MAX));
            view! { <p class="soft">{words}</p> }
        });
        let kept = self.settings.terms.journal_months.to_string();
        view! {
            <section class="card own-data">
                <h2>{self.say(say::OPENINGS)}</h2>
                {none}
                <ul>{rows}</ul>
                {more}
                <p class="soft">{lang.fill(say::KEPT_FOR, [&kept])}</p>
            </section>
        }
        .into_any()
    }

    fn opening(&self, it: &OwnOpening) -> String {
        let day = self.day(it.at);
        let who = match it.by {
            By::Oneself => return self.lang.fill(say::READ_BY_YOU, [&day]),
            By::Somebody => it.who.as_str(),
            By::Server => self.say(say::SERVER),
        };
        let what = self.say(what_was_done(it.action));
        self.lang.fill(say::OPENING, [&day, who, what])
    }

    fn forget(&self) -> AnyView {
        let waits = self.data.outings.iter().any(|it| !it.is_over);
        let money = waits.then(|| note(Tone::Alarm, self.say(say::ERASE_MONEY)));
        view! {
            <section class="card own-data">
                <h2>{self.say(say::ERASE)}</h2>
                <p>{self.say(say::ERASE_CHOICE)}</p>
                <p>{self.say(say::ERASE_WHAT)}</p>
                <p>{self.say(say::ERASE_NOT)}</p>
                {money}
                <details>
                    <summary>{self.say(say::ERASE_OPEN)}</summary>
                    <form method="post" action="/moi/effacer">
                        <label class="choice">
                            <input type="checkbox" name="sur" value="oui" required/>
                            <span>{self.say(say::ERASE_SURE)}</span>
                        </label>
                        <p class="ways-on"><button class="danger">{self.say(say::ERASE)}</button></p>
                    </form>
                </details>
            </section>
        }
        .into_any()
    }
}

/// « Oui ».
#[derive(Default, Deserialize)]
pub struct Sure {
    #[serde(default)]
    sur: String,
}

/// `POST /moi/effacer`
pub async fn forget_me(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<Sure>,
) -> Result<Response, Problem> {
    if form.sur != "oui" {
        return Ok(Redirect::to("/moi/mes-donnees").into_response());
    }
    let mut tx = app.db.read().await?;
    let peer = pages::myself(&mut tx, &caller).await?;
    drop(tx);
    erase::on_demand(&app, &caller, peer.id).await?;
    Ok(Redirect::to("/moi/efface").into_response())
}

/// `GET /moi/efface`: whoever is forgotten is nobody here.
pub async fn forgotten(State(app): State<App>, reader: Reader) -> Result<Response, Problem> {
    let lang = reader.lang;
    let mut frame = Frame::for_anyone(&app.assets, lang.say(say::ERASED));
    frame.reader = Some(reader);
    Ok(page(&frame, || {
        view! {
            <section class="card">
                <h1>{lang.say(say::ERASED)}</h1>
                <p>{lang.say(say::ERASED_HELP)}</p>
                <p>{lang.say(say::ERASED_BACK)}</p>
                <p>{lang.say(say::ERASED_PHONE)}</p>
                <p class="actions"><a class="button primary" href="/entrer">{lang.say(say::ERASED_DOOR)}</a></p>
            </section>
        }
        .into_any()
    })
    .into_response())
}

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// `GET /equipe/{id}/effacer`: what it does, before it is done.
pub async fn ask(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let peer = store::find(&mut tx, caller.programme, id).await?;
    let peer = peer.ok_or_else(Problem::not_found)?;
    let aids = aids_of(&mut tx, &caller, &peer).await?;
    drop(tx);
    let waiting = aids
        .iter()
        .filter(|it| !it.is_received() && it.counter.is_none())
        .count();
    let unsure = done.fait == "coche";
    let mut frame = Frame::of(
        &app.assets,
        &caller,
        &settings,
        desk::title(&peer.pseudonym),
        "/equipe",
    );
    frame.narrow = true;
    Ok(page(&frame, || ask_view(&peer, &settings, waiting, unsure)).into_response())
}

fn ask_view(peer: &Peer, settings: &Settings, waiting: usize, unsure: bool) -> AnyView {
    let (back, action) = (
        format!("/equipe/{}", peer.id),
        format!("/equipe/{}/effacer", peer.id),
    );
    let n = i64::try_from(waiting).unwrap_or(i64::MAX);
    let money = (waiting > 0).then(|| {
        let are_not = if waiting > 1 {
            desk::MONEY_ARE_NOT
        } else {
            desk::MONEY_IS_NOT
        };
        let words = desk::money_waits(
            &counted(n, count::AID, count::AIDS),
            &are_not,
            &settings.payer.the(),
        );
        note(Tone::Alarm, words)
    });
    let asks = unsure.then(|| note(Tone::Wait, desk::REFUSED_NOT_TICKED));
    let title = desk::title(&peer.pseudonym);
    let association = capital(&settings.association.the());
    view! {
        {crumbs(back, desk::BACK)}
        <h1>{title}</h1>
        {asks}
        <section class="card brief">
            <p>{desk::INTRO}</p>
            <ul>
                <li>{desk::WHAT_GOES}</li>
                <li>{desk::WHAT_STAYS}</li>
                <li>{desk::LISTS_STAY}</li>
            </ul>
            <p class="soft">{association}" "{desk::JOURNAL_NOTES}</p>
            {money}
            <form class="form" method="post" action=action>
                <label class="choice">
                    <input type="checkbox" name="sur" value="oui"/>
                    <span>{desk::CONFIRM}</span>
                </label>
                <p class="actions"><button class="danger">{desk::ERASE}</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// `POST /equipe/{id}/effacer`
pub async fn forget_peer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
    ReadForm(form): ReadForm<Sure>,
) -> Result<Response, Problem> {
    if form.sur != "oui" {
        return Ok(Redirect::to(&format!("/equipe/{id}/effacer?fait=coche")).into_response());
    }
    erase::on_demand(&app, &caller, id).await?;
    Ok(Redirect::to("/equipe?fait=effacee").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_with_a_name_is_told_as_the_journal_tells_it() {
        let known = Action::ALL
            .iter()
            .map(|it| (*it, what_was_done(Some(*it))))
            .filter(|(_, text)| *text != opened::OTHER);
        let mut n = 0;
        for (action, text) in known {
            assert_eq!(Lang::FRENCH.say(text), action.words());
            n += 1;
        }
        assert_eq!(n, 11);
    }
}

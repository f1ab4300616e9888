//! The joining code, and the phones that joined.

use super::sheet::Sheet;
use crate::app::{local_day, local_hour, start_of_day};
use crate::http::origin::Origin;
use crate::http::pieces::ago;
use crate::http::qr;
use crate::outings::ShownCode;
use crate::outings::crew::store::Phone;
use app::ui::Icon;
use app::ui::pictograms::{KEY, PHONE, QUIT, REFRESH};
use domain::fact::Whose;
use domain::french::counted;
use domain::{Instant, Settings};
use leptos::prelude::*;
use words::desk::outings::phones as say;

/// The joining code, while phones may join.
pub fn code_card(sheet: &Sheet, origin: &Origin) -> Option<AnyView> {
    if !sheet.outing.state.may_be_joined() {
        return None;
    }
    let action = format!("/sorties/{}/code", sheet.outing.id);
    let content = match &sheet.code {
        Some(code) => shown(sheet, code, origin, action),
        None => view! {
            <h2>{say::CODE_TITLE}</h2>
            <p>{say::CODE_NONE}</p>
            <form class="actions" method="post" action=action>
                <button><Icon path=KEY/>{say::CODE_MAKE}</button>
            </form>
        }
        .into_any(),
    };
    Some(view! { <section class="card code-card" id="code">{content}</section> }.into_any())
}

fn shown(sheet: &Sheet, shown: &ShownCode, origin: &Origin, action: String) -> AnyView {
    let until = until(&sheet.settings, shown.expires_at, sheet.now);
    view! {
        <h2>{say::CODE_TITLE}</h2>
        {signs(shown)}
        {to_scan(shown, origin, say::CODE_PICTURE)}
        <p class="soft">{say::CODE_UNTIL}" "{until}"."</p>
        <form class="actions" method="post" action=action>
            <button class="quiet"><Icon path=REFRESH/>{say::CODE_RENEW}</button>
        </form>
    }
    .into_any()
}

/// The six signs, to be read aloud or typed.
fn signs(shown: &ShownCode) -> AnyView {
    let signs: Vec<_> = shown
        .code
        .as_str()
        .chars()
        .map(|sign| view! { <span>{sign.to_string()}</span> })
        .collect();
    let aloud: Vec<String> = shown.code.as_str().chars().map(String::from).collect();
    view! {
        <p class="code" aria-hidden="true">{signs}</p>
        <p class="sr">{say::CODE_ALOUD}" "{aloud.join(" ")}</p>
    }
    .into_any()
}

/// An address that a phone's own camera opens. The code stands in its fragment, which no server
/// and no log sees.
fn to_scan(shown: &ShownCode, origin: &Origin, name: &'static str) -> Option<AnyView> {
    let address = format!("{}/terrain#code={}", origin.0, shown.code);
    let picture = qr::picture(&address, name)?;
    Some(view! { <p class="to-scan">{picture}</p> }.into_any())
}

/// Making a phone the reader's own, while phones may join.
pub fn own_card(sheet: &Sheet, origin: &Origin) -> Option<AnyView> {
    if !sheet.outing.state.may_be_joined() {
        return None;
    }
    let action = format!("/sorties/{}/mon-telephone#mon-telephone", sheet.outing.id);
    let (class, content) = match &sheet.own_code {
        Some(code) => ("card code-card", own_code(code, origin, action)),
        None => ("card", own_choice(action)),
    };
    Some(
        view! {
            <section class=class id="mon-telephone">
                <h2>{say::OWN_TITLE}</h2>
                {content}
            </section>
        }
        .into_any(),
    )
}

fn own_choice(action: String) -> AnyView {
    view! {
        <p class="soft">{say::OWN_ABOUT}</p>
        <form class="actions" method="post" action=action>
            <button name="geste" value="ici"><Icon path=PHONE/>{say::OWN_THIS_PHONE}</button>
            <button class="quiet" name="geste" value="autre">{say::OWN_OTHER_PHONE}</button>
        </form>
    }
    .into_any()
}

fn own_code(code: &ShownCode, origin: &Origin, action: String) -> AnyView {
    view! {
        {signs(code)}
        {to_scan(code, origin, say::OWN_CODE_PICTURE)}
        <p class="soft">{say::OWN_CODE_ABOUT}</p>
        <form class="actions" method="post" action=action>
            <button class="quiet" name="geste" value="autre"><Icon path=REFRESH/>{say::CODE_RENEW}</button>
        </form>
    }
    .into_any()
}

/// « 18 h 00 », « minuit », « demain à 2 h 10 ».
fn until(settings: &Settings, end: Instant, now: Instant) -> String {
    let (today, day) = (local_day(settings, now), local_day(settings, end));
    let hour = local_hour(settings, end);
    if day == today {
        hour
    } else if start_of_day(settings, today.plus_days(1)) == end {
        say::MIDNIGHT.into()
    } else {
        say::until_tomorrow(&hour)
    }
}

/// Phones that joined: last contact, facts handed in, whose.
pub fn card(sheet: &Sheet) -> Option<AnyView> {
    if sheet.phones.is_empty() && !sheet.outing.state.may_be_joined() {
        return None;
    }
    let may_change = sheet.outing.state.may_be_joined();
    let rows: Vec<_> = sheet
        .phones
        .iter()
        .enumerate()
        .map(|(rank, it)| row(sheet, rank + 1, it, may_change))
        .collect();
    let about = if rows.is_empty() {
        say::EMPTY.to_owned()
    } else if may_change {
        who_gets_what(&sheet.settings)
    } else {
        String::new()
    };
    Some(
        view! {
            <section class="card" id="telephones">
                <h2>{say::TITLE}</h2>
                <p class="soft">{about}</p>
                <ul class="phones">{rows}</ul>
                {hand_in(sheet)}
            </section>
        }
        .into_any(),
    )
}

/// The way to hand in what a phone could not send.
fn hand_in(sheet: &Sheet) -> Option<AnyView> {
    let href = format!("/sorties/{}/remettre", sheet.outing.id);
    let link = view! { <p><a href=href>{say::HAND_IN_BY_FILE}</a></p> };
    (!sheet.phones.is_empty()).then(|| link.into_any())
}

fn who_gets_what(settings: &Settings) -> String {
    let first = say::WHOSE_ABOUT;
    match &settings.city {
        Some(city) => say::whose_about_with_city(&first, &city.of_the()),
        None => first.into(),
    }
}

/// « Vu il y a 12 min · 34 relevés reçus ».
pub fn contact(sheet: &Sheet, phone: &Phone) -> String {
    let seen = ago(
        &sheet.settings,
        Instant::from_ms(phone.last_seen_at),
        sheet.now,
    );
    let facts = counted(phone.facts, say::RECEIVED_ONE, say::RECEIVED_MANY);
    say::contact(&seen, &facts)
}

fn row(sheet: &Sheet, rank: usize, phone: &Phone, may_change: bool) -> AnyView {
    let whose = phone.whose.as_deref().and_then(Whose::from_code);
    let tag = match (phone.revoked, whose) {
        (true, _) => view! { <span class="tag">{say::TAG_REMOVED}</span> }.into_any(),
        (false, Some(_)) if phone.account_id.is_some() => {
            view! { <span class="tag info">{say::TAG_PROFESSIONAL}</span> }.into_any()
        }
        (false, Some(whose)) => view! { <span class="tag ok">{whose.label()}</span> }.into_any(),
        (false, None) => view! { <span class="tag todo">{say::TAG_TO_CONFIRM}</span> }.into_any(),
    };
    let ask = (!phone.revoked).then(|| match whose {
        None if may_change => buttons(sheet, rank, phone, None),
        _ => view! {
            <details>
                <summary>{say::CHANGE}<span class="sr">" "{say::CHANGE_WHICH}" "{rank}</span></summary>
                {buttons(sheet, rank, phone, whose)}
            </details>
        }
        .into_any(),
    });
    view! {
        <li>
            <p class="phone-line">
                <Icon path=PHONE/>
                <span class="row-text">
                    <b>{say::PHONE_PREFIX}" "{rank}</b>
                    <small>{contact(sheet, phone)}</small>
                </span>
                {tag}
            </p>
            {ask}
        </li>
    }
    .into_any()
}

fn buttons(sheet: &Sheet, rank: usize, phone: &Phone, now: Option<Whose>) -> AnyView {
    let action = format!("/sorties/{}/telephones", sheet.outing.id);
    let device = phone.device_id.to_string();
    let has_agents = sheet.settings.city.is_some();
    // A phone of an outing that is over may hand in for long: it can still be shut out.
    let may_change = sheet.outing.state.may_be_joined();
    let choices: Vec<_> = Whose::ALL
        .iter()
        .filter(|_| may_change)
        .filter(|it| has_agents || **it != Whose::Agent)
        .filter(|it| Some(**it) != now)
        .map(|it| {
            let which = format!(" {}", say::whose_which(&rank));
            view! {
                <button name="geste" value=it.code()>
                    <span>{it.label()}<span class="sr">{which}</span></span>
                </button>
            }
        })
        .collect();
    let which = format!(" {}", say::remove_which(&rank));
    view! {
        <form class="whose" method="post" action=action>
            <input type="hidden" name="device" value=device/>
            {choices}
            <button class="quiet away" name="geste" value="retirer">
                <Icon path=QUIT/>
                <span>{say::REMOVE}<span class="sr">{which}</span></span>
            </button>
        </form>
    }
    .into_any()
}

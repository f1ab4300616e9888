//! Every screen, looked at without a browser.

use super::*;
use crate::outbox::Status;
use crate::outbox::plan::Trouble;
use crate::outbox::store::StoreError;
use crate::recorder::ledger::{Gesture, What};
use crate::recorder::model::{Fix, Habit, Keeping, Looking, Place, Row, Saved};
use crate::recorder::pack::{Pack, Site};
use crate::recorder::proposal::Proposal;
use domain::fact::{AgentAccess, Encounter, Item};
use domain::{FactId, Nature, OutingId, Position, SiteId};
use uuid::Uuid;

fn site(n: u128, nature: &str) -> Site {
    Site {
        id: SiteId(Uuid::from_u128(n)),
        title: format!("Place <{n}> & rue"),
        at: Position::new(44.8 + n as f64 / 1000.0, -0.57).unwrap(),
        nature: nature.into(),
        state: "planned".into(),
    }
}

/// A recorder in the middle of an outing: something of everything.
fn busy(tab: Tab) -> Model {
    let row = |reason: Option<texts::Text>| Row {
        words: "5 seringues · Ici".into(),
        hour: "14 h 05".into(),
        reason,
    };
    let mut model = Model {
        phase: Phase::Recording,
        tab,
        outing: Some(OutingId(Uuid::from_u128(1))),
        pack: Pack {
            title: "Sortie de mardi".into(),
            sites: vec![site(7, "public"), site(8, "discreet")],
            box_litres: 2,
            box_count: 60,
            ..Pack::default()
        },
        place: Place::Site(SiteId(Uuid::from_u128(7))),
        can_speak: true,
        more: true,
        saved: Saved::Kept,
        status: Status {
            waiting: 3,
            aside: 1,
            trouble: Some(Trouble::Offline),
            looked: true,
            ..Status::default()
        },
        waiting: vec![row(None)],
        aside: vec![row(Some(texts::sending::REFUSED))],
        ..Model::default()
    };
    model.ledger.add(Gesture {
        fact: FactId(Uuid::from_u128(99)),
        place: model.place.site(),
        what: What::Item(Item::Syringe),
        count: 5,
    });
    model
}

const TABS: [Tab; 5] = [Tab::Count, Tab::Places, Tab::Map, Tab::Met, Tab::Sending];
const SHEETS: [Sheet; 7] = [
    Sheet::Items,
    Sheet::Gestures,
    Sheet::Menu,
    Sheet::Picture,
    Sheet::Proposal,
    Sheet::End,
    Sheet::Wipe,
];

/// Every screen there is, in several states.
fn all() -> Vec<String> {
    let phases = [
        Phase::Loading,
        Phase::Waiting,
        Phase::Broken,
        Phase::Join,
        Phase::Recording,
        Phase::Flagging,
    ];
    let phases = phases.map(|phase| Model {
        phase,
        ..Model::default()
    });
    let troubles = [
        Trouble::Offline,
        Trouble::Portal,
        Trouble::Server,
        Trouble::SignedOut,
    ];
    let troubles = troubles.map(|trouble| {
        let mut model = busy(Tab::Sending);
        model.status.trouble = Some(trouble);
        model
    });
    let failures = [StoreError::Full, StoreError::Unavailable].map(|error| Model {
        saved: Saved::Failed(error),
        ..busy(Tab::Count)
    });
    let joining = Model {
        phase: Phase::Join,
        join_error: Some(texts::not_joined::NOT_A_CODE),
        joining: true,
        ..busy(Tab::Count)
    };
    let sheets = SHEETS.map(|sheet| Model {
        sheet: Some(sheet),
        ..busy(Tab::Count)
    });
    let locked = Model {
        locked: true,
        ..busy(Tab::Count)
    };
    let proposals = [Nature::Public, Nature::Discreet].map(|nature| {
        let mut model = Model {
            sheet: Some(Sheet::Proposal),
            ..busy(Tab::Count)
        };
        model.proposal.nature = Some(nature);
        model
    });
    let models = phases
        .into_iter()
        .chain(troubles)
        .chain(failures)
        .chain(sheets)
        .chain(proposals)
        .chain([joining, locked, flagging(None), flagging(Some(true))]);
    models
        .chain(TABS.map(busy))
        .map(|it| screen(&it).into_string())
        .collect()
}

/// The values of an attribute, as they stand in the markup.
fn values(html: &str, attribute: &str) -> Vec<String> {
    let opening = format!(" {attribute}=\"");
    let parts = html.split(&opening).skip(1);
    parts
        .map(|it| it.split('"').next().unwrap().to_owned())
        .collect()
}

#[test]
fn how_the_first_copy_goes_is_told_before_the_first_tap_and_among_what_this_phone_promises() {
    let told = |phase, tab, keeping| {
        screen(&Model {
            phase,
            keeping,
            saved: Saved::NotYet,
            ..busy(tab)
        })
        .into_string()
    };
    for (phase, tab) in [
        (Phase::Join, Tab::Count),
        (Phase::Recording, Tab::Count),
        (Phase::Recording, Tab::Sending),
        (Phase::Flagging, Tab::Count),
    ] {
        let said = |keeping, words| told(phase, tab, keeping).contains(words);
        assert!(said(Keeping::UnderWay(40), "prêt sans réseau… 40\u{a0}%<"));
        assert!(said(Keeping::Whole, ">Prêt sans réseau.<"));
        assert!(said(Keeping::NoNetwork, ">Pas encore prêt sans réseau"));
        assert!(
            !said(Keeping::Unsaid, "rêt sans réseau"),
            "{phase:?} {tab:?}"
        );
    }
    // Once something is counted, whether it is kept matters more.
    let counting = Model {
        keeping: Keeping::Whole,
        ..busy(Tab::Count)
    };
    assert!(!screen(&counting).into_string().contains("Prêt sans"));
}

#[test]
fn every_button_asks_for_something_that_can_be_done() {
    for html in all() {
        for act in values(&html, "data-do") {
            // The sheet itself: a tap beside its buttons does nothing, and does not close it.
            assert!(act.is_empty() || Act::from_text(&act).is_some(), "{act}");
        }
    }
}

#[test]
fn every_button_has_a_name() {
    for html in all() {
        for button in html.split("<button").skip(1) {
            let (tag, rest) = button.split_once('>').unwrap();
            let inside = rest.split("</button>").next().unwrap();
            let words: String = inside
                .split('<')
                .filter_map(|it| it.split_once('>'))
                .map(|it| it.1)
                .collect();
            let words = words + inside.split('<').next().unwrap();
            let named = !words.trim().is_empty() || tag.contains("aria-label");
            assert!(named || tag.contains("disabled"), "{button}");
        }
    }
}

#[test]
fn no_screen_names_a_body_of_one_town_or_says_what_is_done_here() {
    for html in all() {
        let html = html.to_lowercase();
        for word in ["ccas", "mairie", "caarud", "drogue"] {
            assert!(!html.contains(word), "{word}");
        }
    }
}

#[test]
fn whoever_is_hurt_finds_help_on_every_screen() {
    for html in all() {
        assert_eq!(html.matches(r#"href="/aide/piqure""#).count(), 1, "{html}");
        assert!(html.contains("Piqûre</a>"), "{html}");
    }
}

#[test]
fn a_title_cannot_write_markup() {
    for tab in TABS {
        assert!(!screen(&busy(tab)).into_string().contains("<7>"));
    }
}

#[test]
fn the_number_is_the_teams_and_is_heard_when_it_changes() {
    let mut model = busy(Tab::Count);
    let html = screen(&model).into_string();
    assert!(
        html.contains(r#"aria-live="polite" aria-label="Total de l’équipe">5</output>"#),
        "{html}"
    );
    model.item = Item::Pipe;
    assert!(screen(&model).into_string().contains(">0</output>"));
    model.item = Item::Syringe;
    for n in 0..10 {
        model.ledger.add(Gesture {
            fact: FactId(Uuid::from_u128(n)),
            place: None,
            what: What::Item(Item::Syringe),
            count: 120,
        });
    }
    let html = screen(&model).into_string();
    assert!(html.contains(r#"<output class="num long""#), "{html}");
    assert!(html.contains(">1\u{202f}205</output>"), "{html}");
}

#[test]
fn undo_names_the_gesture_it_takes_back() {
    let html = screen(&busy(Tab::Count)).into_string();
    let undo = Act::Undo(FactId(Uuid::from_u128(99))).to_text();
    assert!(values(&html, "data-do").contains(&undo));
    assert!(html.contains("Annuler +\u{a0}5"));
    let fresh = Model {
        phase: Phase::Recording,
        ..Model::default()
    };
    assert!(!screen(&fresh).into_string().contains("Annuler"));
}

#[test]
fn kept_is_said_only_once_it_is() {
    let mut model = busy(Tab::Count);
    assert!(
        screen(&model)
            .into_string()
            .contains(texts::count::KEPT.as_str())
    );
    for other in [Saved::NotYet, Saved::Failed(StoreError::Full)] {
        model.saved = other;
        assert!(
            !screen(&model)
                .into_string()
                .contains(texts::count::KEPT.as_str())
        );
    }
}

#[test]
fn the_nearest_place_comes_first_after_here() {
    let mut model = busy(Tab::Places);
    model.position = Some(Fix {
        at: site(8, "").at,
        accuracy_m: Some(12),
    });
    let acts = values(&screen(&model).into_string(), "data-do");
    let places: Vec<_> = acts.iter().filter(|it| it.starts_with("choose ")).collect();
    let eighth = Act::Choose(Place::Site(SiteId(Uuid::from_u128(8)))).to_text();
    assert_eq!(places[..2], ["choose here", &eighth]);
}

#[test]
fn what_waits_and_what_is_to_correct_are_told_apart() {
    let html = screen(&busy(Tab::Sending)).into_string();
    assert!(html.contains("<h1>3 à envoyer</h1>"));
    assert!(
        html.find(texts::sending::TO_CORRECT.as_str())
            < html.find(texts::sending::WAITING.as_str())
    );
    let mut sent = busy(Tab::Sending);
    sent.status.waiting = 0;
    let html = screen(&sent).into_string();
    assert!(html.contains("<h1>1 à corriger</h1>"));
    assert!(!html.contains("out est envoyé") && !html.contains(texts::sending::NOW.as_str()));
    sent.status.aside = 0;
    let html = screen(&sent).into_string();
    assert!(
        html.contains("<h1>Tout est envoyé</h1>") && html.contains(texts::bar::ALL_SENT.as_str())
    );
}

fn with_city(city: &str) -> Model {
    let mut model = Model {
        sheet: Some(Sheet::Proposal),
        proposal: Proposal {
            nature: Some(Nature::Discreet),
            at: Some(Fix {
                at: site(8, "").at,
                accuracy_m: None,
            }),
            ..Proposal::default()
        },
        ..busy(Tab::Count)
    };
    model.pack.city = city.into();
    model
}

#[test]
fn before_it_is_sent_one_reads_what_the_city_will_see() {
    let html = screen(&with_city("la mairie")).into_string();
    assert!(html.contains("Ce que la mairie verra"), "{html}");
    assert!(html.contains(texts::propose::OWN_EYES.as_str()));
    for access in AgentAccess::ALL {
        assert!(html.contains(texts::access(*access).as_str()));
    }
    let mut public = with_city("la mairie");
    public.proposal.nature = Some(Nature::Public);
    let html = screen(&public).into_string();
    assert!(html.contains(texts::propose::SEES_PUBLIC.as_str()));
    assert!(
        !html.contains(texts::propose::OWN_EYES.as_str())
            && !html.contains(texts::propose::AGREE.as_str())
    );
}

#[test]
fn where_no_city_takes_part_none_is_spoken_of() {
    let html = screen(&with_city("")).into_string();
    assert!(html.contains(texts::propose::ONLY_US.as_str()));
    assert!(
        !html.contains(texts::propose::AGENT.as_str())
            && !html.contains(texts::propose::OWN_EYES.as_str())
    );
}

#[test]
fn nothing_is_wiped_before_it_is_sent_unless_it_is_said_twice() {
    let asks = |sheet, waiting, aside| {
        let mut model = Model {
            sheet: Some(sheet),
            ..busy(Tab::Count)
        };
        (model.status.waiting, model.status.aside) = (waiting, aside);
        values(&screen(&model).into_string(), "data-do")
    };
    for (waiting, aside) in [(3, 0), (0, 1)] {
        let first = asks(Sheet::End, waiting, aside);
        assert!(!first.contains(&Act::Wipe.to_text()));
        assert!(!first.contains(&Act::WipeUnsent.to_text()));
        assert!(first.contains(&Act::Export.to_text()));
        assert!(first.contains(&Act::Open(Sheet::Wipe).to_text()));
        assert!(asks(Sheet::Wipe, waiting, aside).contains(&Act::WipeUnsent.to_text()));
    }
    let sent = asks(Sheet::End, 0, 0);
    assert!(sent.contains(&Act::Wipe.to_text()) && !sent.contains(&Act::WipeUnsent.to_text()));
}

#[test]
fn the_locked_screen_shows_the_number_and_nothing_that_adds() {
    let model = Model {
        locked: true,
        ..busy(Tab::Count)
    };
    let html = screen(&model).into_string();
    assert!(html.contains(">5</output>"), "{html}");
    let acts = values(&html, "data-do");
    assert_eq!(acts, [Act::Quit.to_text(), Act::Unlock.to_text()]);
}

#[test]
fn without_a_voice_of_its_own_the_phone_offers_none() {
    let mut model = Model {
        sheet: Some(Sheet::Menu),
        ..busy(Tab::Count)
    };
    let voice = Act::Turn(Habit::Voice).to_text();
    assert!(values(&screen(&model).into_string(), "data-do").contains(&voice));
    model.can_speak = false;
    assert!(!values(&screen(&model).into_string(), "data-do").contains(&voice));
}

#[test]
fn everybody_one_may_meet_is_one_tap_away() {
    let mut model = busy(Tab::Met);
    model.ledger.add(Gesture {
        fact: FactId(Uuid::from_u128(1)),
        place: None,
        what: What::Met(Encounter::Police),
        count: 1,
    });
    let html = screen(&model).into_string();
    for who in Encounter::ALL {
        assert!(html.contains(&Act::Met(*who).to_text()));
    }
    assert!(html.contains(r#"aria-live="polite">1</span>"#), "{html}");
    assert!(model.looking == Looking::No && model.total() == 5);
}

/// What is read or heard of a screen: its text, and names of what has none.
fn words_of(html: &str) -> Vec<String> {
    let texts = html.split('<').filter_map(|it| it.split_once('>'));
    let texts = texts.map(|it| it.1.trim().to_owned());
    let all = texts.chain(values(html, "aria-label"));
    all.filter(|it| !it.is_empty()).collect()
}

/// All screens but those for flagging, which agents have, in a language.
fn all_in(lang: words::Lang) -> Vec<String> {
    words::screen::set(lang.for_phone());
    let screens = all();
    words::screen::set(String::new());
    let of_agents = |it: &&String| it.contains(r#"id="flag""#);
    let agents = screens.iter().filter(of_agents).count();
    assert_eq!(agents, 3);
    screens.into_iter().filter(|it| !of_agents(&it)).collect()
}

#[test]
fn in_bulgarian_no_letter_of_another_alphabet_is_left() {
    let lang = words::Lang::of("bg").unwrap();
    // What comes from elsewhere, names of languages, and what is to be read by whoever signs.
    let mut foreign = vec![
        "Sortie de mardi",
        "Place",
        "rue",
        "5 seringues · Ici",
        "amp",
        "lt",
        "gt",
        "14 h 05",
    ];
    foreign.extend(words::OFFERS.iter().map(|it| it.name));
    foreign.push("traduction à relire");
    foreign.extend(["translation to be checked", "la mairie"]);
    for html in all_in(lang) {
        for words in words_of(&html) {
            let own = foreign
                .iter()
                .fold(words.clone(), |it, word| it.replace(word, ""));
            assert!(
                !own.contains(|it: char| it.is_ascii_alphabetic()),
                "{words}"
            );
        }
    }
}

#[test]
fn in_english_no_french_text_is_left() {
    let (french, english) = (words::Lang::FRENCH, words::Lang::of("en").unwrap());
    let texts = |lang: words::Lang| -> Vec<String> {
        let file = lang.for_phone();
        file.split('\n').map(str::to_owned).collect()
    };
    let known = texts(english);
    let other = texts(french).into_iter().filter(|it| !known.contains(it));
    let other: Vec<_> = other.filter(|it| it.chars().count() > 3).collect();
    for html in all_in(english) {
        for words in words_of(&html) {
            let allowed = words == "Français" || words.ends_with("traduction à relire");
            assert!(allowed || !other.contains(&words), "{words}");
        }
    }
}

#[test]
fn each_language_is_offered_by_its_name_where_one_joins_and_in_the_menu() {
    let joining = Model {
        phase: Phase::Join,
        ..Model::default()
    };
    let menu = Model {
        sheet: Some(Sheet::Menu),
        ..busy(Tab::Count)
    };
    for model in [&joining, &menu] {
        let html = screen(model).into_string();
        for offer in words::OFFERS {
            let pressed = if offer.tag == "fr" { "true" } else { "false" };
            let button = [
                "lang=\"",
                offer.tag,
                "\" data-lang=\"",
                offer.tag,
                "\" aria-pressed=\"",
                pressed,
                "\">",
            ];
            assert!(
                html.contains(&button.concat()) && html.contains(offer.name),
                "{html}"
            );
        }
    }
    let html = screen(&menu).into_string();
    for mark in words::marks() {
        assert!(html.contains(mark), "{mark}");
    }
    assert!(!screen(&joining).into_string().contains("à relire"));
}

#[test]
fn one_can_leave_at_once_from_every_screen() {
    for html in all() {
        let leaves = values(&html, "data-do").contains(&Act::Quit.to_text());
        let starting = html.contains(texts::loading::OPENING.as_str())
            || html.contains(texts::loading::BROKEN.as_str());
        assert!(leaves || starting, "{html}");
    }
}

#[test]
fn before_the_other_screens_are_here_one_counts_and_the_rest_says_that_it_comes() {
    for tab in TABS {
        let model = Model {
            more: false,
            sheet: Some(Sheet::Menu),
            ..busy(tab)
        };
        let html = screen(&model).into_string();
        let comes = html.contains(texts::loading::OPENING.as_str());
        assert_eq!(comes, !matches!(tab, Tab::Count | Tab::Places), "{html}");
        assert!(!html.contains("dialog\" aria-modal"), "{html}");
    }
}

fn flagging(done: Option<bool>) -> Model {
    let mut model = Model {
        phase: Phase::Flagging,
        position: Some(Fix {
            at: site(7, "").at,
            accuracy_m: Some(8),
        }),
        ..busy(Tab::Count)
    };
    model.flag.account = Some(domain::AccountId(Uuid::from_u128(5)));
    model.flag.categories = vec![("syringe".into(), "Une seringue".into())];
    model.flag.emergency_phone = "05 36 49 11 11".into();
    model.flag.next_outing = "2026-11-24".into();
    model.flag.done = done;
    model
}

#[test]
fn a_flag_is_three_taps_and_shows_what_is_near_before_it_goes() {
    let html = screen(&flagging(None)).into_string();
    let acts = values(&html, "data-do");
    for wanted in ["look-around ", "flag what 0", "flag send"] {
        assert!(acts.iter().any(|it| it == wanted), "{wanted}: {acts:?}");
    }
    let same = format!("flag same {}", site(7, "").id);
    assert!(acts.contains(&same), "{acts:?}");
    assert!(html.contains(r#"disabled data-do="flag send""#), "{html}");
    let mut told = flagging(None);
    told.flag.category = Some(0);
    let html = screen(&told).into_string();
    assert!(!html.contains(r#"disabled data-do="flag send""#), "{html}");
}

#[test]
fn an_urgent_flag_shows_whom_to_call_and_the_next_outing() {
    let html = screen(&flagging(Some(true))).into_string();
    assert!(
        html.contains(r#"href="tel:0536491111""#) && html.contains("24/11/2026"),
        "{html}"
    );
    let html = screen(&flagging(Some(false))).into_string();
    assert!(!html.contains("tel:"), "{html}");
}

#[test]
fn whoever_is_not_signed_in_is_shown_the_way_in() {
    let mut model = flagging(None);
    model.flag.signed_out = true;
    for model in [
        model,
        Model {
            phase: Phase::Flagging,
            ..Model::default()
        },
    ] {
        let html = screen(&model).into_string();
        assert!(html.contains("/connexion?vers=/signaler"), "{html}");
    }
}

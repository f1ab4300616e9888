//! Help for those who work at a desk: one thing a step, with the way to where it is done.

use super::Part;
use super::pictures::Picture;
use leptos::prelude::*;
use words::desk::common;
use words::desk::help::staff as say;

/// One thing to do.
struct Step {
    /// For links that lead to it.
    id: &'static str,
    title: &'static str,
    words: &'static [&'static str],
    /// What is drawn, and what it shows in words.
    picture: Option<(Picture, &'static str)>,
    /// Where it is done.
    way: Option<(&'static str, &'static str)>,
}

const COORDINATION: [Step; 8] = [
    Step {
        id: "prevoir",
        title: common::PLAN_THE_OUTING,
        words: &[say::PLAN_CHOOSE, say::PLAN_COPY, say::PLAN_CONSENT],
        picture: Some((Picture::Plan, say::PLAN_PICTURE)),
        way: Some(("/sorties/prevoir", common::PLAN_AN_OUTING)),
    },
    Step {
        id: "regarder",
        title: say::QUESTIONS_TITLE,
        words: &[say::QUESTIONS_FROM_CREW, say::QUESTIONS_ANSWERS],
        picture: None,
        way: Some(("/lieux/a-regarder", say::QUESTIONS_LINK)),
    },
    Step {
        id: "feu-vert",
        title: say::GREEN_LIGHT_TITLE,
        words: &[say::GREEN_LIGHT_CHECK, say::GREEN_LIGHT_MISSING],
        picture: Some((Picture::GreenLight, say::GREEN_LIGHT_PICTURE)),
        way: Some(("/sorties", say::GREEN_LIGHT_LINK)),
    },
    Step {
        id: "code",
        title: say::CODE_TITLE,
        words: &[say::CODE_JOIN, say::CODE_WHOSE_PHONE, say::CODE_MY_PHONE],
        picture: Some((Picture::Join, say::CODE_PICTURE)),
        way: None,
    },
    Step {
        id: "presences",
        title: say::PRESENCES_TITLE,
        words: &[
            say::PRESENCES_TOUCH,
            say::PRESENCES_NO_ABSENT,
            say::PRESENCES_AID,
        ],
        picture: Some((Picture::Present, say::PRESENCES_PICTURE)),
        way: None,
    },
    Step {
        id: "terminer",
        title: common::END_THE_OUTING,
        words: &[say::CLOSE_PAGE, say::CLOSE_REVISION],
        picture: Some((Picture::Closing, say::CLOSE_PICTURE)),
        way: None,
    },
    Step {
        id: "liste",
        title: say::AIDS_TITLE,
        words: &[
            say::AIDS_FROM_PRESENCE,
            say::AIDS_WITHOUT_NAME,
            say::AIDS_LIST_FROZEN,
        ],
        picture: Some((Picture::Sheet, say::AIDS_PICTURE)),
        way: Some(("/aides", say::AIDS_LINK)),
    },
    Step {
        id: "souci",
        title: say::TROUBLE_TITLE,
        words: &[
            say::TROUBLE_PRICK,
            say::TROUBLE_NO_NETWORK,
            say::TROUBLE_DEAD_PHONE,
        ],
        picture: None,
        way: None,
    },
];

const FLAGGING: [Step; 4] = [
    Step {
        id: "ou",
        title: say::FLAG_PLACE_TITLE,
        words: &[
            say::FLAG_PLACE_OPEN,
            say::FLAG_PLACE_POINT,
            say::FLAG_PLACE_SAME,
        ],
        picture: Some((Picture::FlagWhere, say::FLAG_PLACE_PICTURE)),
        way: Some(("/signaler", say::FLAG_PLACE_LINK)),
    },
    Step {
        id: "quoi",
        title: common::WHAT,
        words: &[
            say::FLAG_WHAT_TOUCH,
            say::FLAG_WHAT_URGENT,
            say::FLAG_WHAT_PHOTO,
        ],
        picture: Some((Picture::FlagWhat, say::FLAG_WHAT_PICTURE)),
        way: None,
    },
    Step {
        id: "envoyer",
        title: say::FLAG_SEND_TITLE,
        words: &[say::FLAG_SEND_TOUCH, say::FLAG_SEND_FOLLOW],
        picture: Some((Picture::FlagSent, say::FLAG_SEND_PICTURE)),
        way: Some(("/signalements", say::FLAG_SEND_LINK)),
    },
    Step {
        id: "ramasse",
        title: say::FLAG_PICKED_TITLE,
        words: &[say::FLAG_PICKED_COUNT, say::FLAG_PICKED_DISCREET],
        picture: None,
        way: None,
    },
];

const LISTS: [Step; 6] = [
    Step {
        id: "arrivee",
        title: say::LIST_ARRIVES_TITLE,
        words: &[say::LIST_ARRIVES_CONTENT, say::LIST_ARRIVES_CONFIRM],
        picture: Some((Picture::Sheet, say::AIDS_PICTURE)),
        way: Some(("/ccas", say::LIST_ARRIVES_LINK)),
    },
    Step {
        id: "fichiers",
        title: say::LIST_FILES_TITLE,
        words: &[say::LIST_FILES_FORMATS, say::LIST_FILES_FINGERPRINT],
        picture: None,
        way: None,
    },
    Step {
        id: "payer",
        title: say::LIST_PAY_TITLE,
        words: &[say::LIST_PAY_TICK, say::LIST_PAY_HOW, say::LIST_PAY_RETURN],
        picture: Some((Picture::Pay, say::LIST_PAY_PICTURE)),
        way: None,
    },
    Step {
        id: "remettre",
        title: say::HAND_OVER_TITLE,
        words: &[say::HAND_OVER_SAME_DAY, say::HAND_OVER_DAY_SHEET],
        picture: Some((Picture::Sign, say::HAND_OVER_PICTURE)),
        way: Some(("/ccas/remise", say::HAND_OVER_LINK)),
    },
    Step {
        id: "terminer",
        title: say::STATEMENT_TITLE,
        words: &[say::STATEMENT_CLOSES, say::STATEMENT_NUMBER],
        picture: None,
        way: None,
    },
    Step {
        id: "annee",
        title: say::YEAR_TITLE,
        words: &[say::YEAR_ENVELOPE, say::YEAR_SEARCH],
        picture: None,
        way: Some(("/ccas/reglages", say::YEAR_LINK)),
    },
];

const ADMINISTRATION: [Step; 6] = [
    Step {
        id: "avant",
        title: common::BEFORE_THE_FIRST_OUTING,
        words: &[say::FIRST_STEPS_TICK, say::FIRST_STEPS_PAPERS],
        picture: None,
        way: Some(("/avant-la-premiere-sortie", say::FIRST_STEPS_LINK)),
    },
    Step {
        id: "comptes",
        title: say::ACCOUNTS_TITLE,
        words: &[
            say::ACCOUNTS_INVITATION,
            say::ACCOUNTS_PASSWORD,
            say::ACCOUNTS_WALLS,
        ],
        picture: None,
        way: Some(("/comptes", say::ACCOUNTS_LINK)),
    },
    Step {
        id: "cle",
        title: say::KEY_TITLE,
        words: &[say::KEY_FILE, say::KEY_PRINT, say::KEY_BOTH],
        picture: Some((Picture::Key, say::KEY_PICTURE)),
        way: None,
    },
    Step {
        id: "sauvegardes",
        title: say::BACKUPS_TITLE,
        words: &[
            say::BACKUPS_NIGHTLY,
            say::BACKUPS_ELSEWHERE,
            say::BACKUPS_REHEARSAL,
        ],
        picture: Some((Picture::Backup, say::BACKUPS_PICTURE)),
        way: None,
    },
    Step {
        id: "verifier",
        title: say::DOCTOR_TITLE,
        words: &[say::DOCTOR_REREADS, say::DOCTOR_CHANGES_NOTHING],
        picture: None,
        way: None,
    },
    Step {
        id: "journal",
        title: say::JOURNAL_TITLE,
        words: &[say::JOURNAL_CONTENT, say::JOURNAL_CHAINED],
        picture: None,
        way: Some(("/journal", say::JOURNAL_LINK)),
    },
];

fn steps_of(part: Part) -> &'static [Step] {
    match part {
        // The peers' part has a page of its own.
        Part::Outing => &[],
        Part::Coordination => &COORDINATION,
        Part::Flagging => &FLAGGING,
        Part::Lists => &LISTS,
        Part::Administration => &ADMINISTRATION,
    }
}

/// The steps of a part.
pub(super) fn steps(part: Part) -> AnyView {
    let steps: Vec<_> = steps_of(part).iter().map(step).collect();
    view! { <ol class="help-steps" role="list">{steps}</ol> }.into_any()
}

fn step(step: &'static Step) -> AnyView {
    let words: Vec<_> = step.words.iter().map(|it| view! { <p>{*it}</p> }).collect();
    let picture = step
        .picture
        .map(|(picture, shows)| view! { <figure inner_html=picture.svg(shows)></figure> });
    let way = step.way.map(
        |(href, label)| view! { <p class="actions"><a class="button" href=href>{label}</a></p> },
    );
    view! {
        <li class="card" id=step.id>
            <div>
                <h2>{step.title}</h2>
                {words}
                {way}
            </div>
            {picture}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::table::is_page;
    use std::collections::BTreeSet;

    #[test]
    fn a_step_leads_to_a_page_that_is_there_and_has_an_id_of_its_own() {
        for part in Part::ALL {
            let steps = steps_of(part);
            let ids: BTreeSet<_> = steps.iter().map(|it| it.id).collect();
            assert_eq!(ids.len(), steps.len(), "{part:?}");
            for (href, _) in steps.iter().filter_map(|it| it.way) {
                assert!(is_page(href), "{href}");
            }
        }
    }

    #[test]
    fn a_step_is_one_idea_a_sentence_and_labels_nobody() {
        let all = Part::ALL.into_iter().flat_map(steps_of);
        for words in all.flat_map(|it| it.words) {
            assert!(words.chars().count() < 140, "{words}");
            for label in ["toxico", "drogué", "SDF", "CAARUD"] {
                assert!(!words.contains(label), "{words}");
            }
        }
    }
}

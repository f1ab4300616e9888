//! The papers of « Avant la première sortie »: points of a convention, the entry of the register of
//! processing (GDPR article 30), the notice for people (article 13) and the impact assessment
//! (article 35, in the three parts of the CNIL's method). What the settings say is filled in; what
//! only people can know is a line to write on. None of it replaces a lawyer or a data protection
//! officer, and each says so. The notice speaks the language of who reads it, as peers' pages do.

use super::terms;
use crate::access::Role;
use crate::http::pieces::capital;
use crate::http::speech;
use domain::Settings;
use domain::programme::BodyName;
use leptos::prelude::*;
use words::desk::common;
use words::desk::settings::papers as desk;
use words::{Lang, OFFERS, Template, Text, kept, marks};

/// One paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// Points to agree on between the bodies.
    Convention,
    /// Entry of the register of processing.
    Register,
    /// For people who take part.
    Notice,
    /// Impact assessment.
    Impact,
}

impl Paper {
    /// From an address.
    pub fn parse(code: &str) -> Option<Self> {
        Some(match code {
            "convention" => Self::Convention,
            "registre" => Self::Register,
            "information" => Self::Notice,
            "aipd" => Self::Impact,
            _ => return None,
        })
    }

    /// On top of it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Convention => desk::TITLE_CONVENTION,
            Self::Register => desk::TITLE_REGISTER,
            Self::Notice => desk::TITLE_NOTICE,
            Self::Impact => desk::TITLE_IMPACT,
        }
    }

    fn parts(self) -> &'static [Part] {
        match self {
            Self::Convention => CONVENTION,
            Self::Register => REGISTER,
            // Its texts stand with all that peers read.
            Self::Notice => &[],
            Self::Impact => IMPACT,
        }
    }
}

/// A heading and what stands under it.
struct Part {
    title: &'static str,
    lines: &'static [Line],
}

enum Line {
    /// A sentence.
    Say(&'static str),
    /// A sentence that names who takes part.
    Of(fn(&Names) -> String),
    /// The same, only where the city takes part.
    City(fn(&Names) -> String),
    /// Something to write on paper.
    Write(&'static str),
    /// The table of what is kept, as the association reads it.
    Terms,
    /// Risk, what could happen, what reduces it.
    Risk(&'static str, &'static str, &'static [&'static str]),
}

use Line::{City, Of, Risk, Say, Terms, Write};

/// How this programme calls what the papers name; bodies with their articles.
struct Names {
    association: String,
    city: String,
    payer: String,
    to_payer: String,
    programme: String,
    /// Until what was destroyed opens from no backup.
    days: u32,
}

impl Names {
    fn of(settings: &Settings, days: u32) -> Self {
        Self {
            association: settings.association.the(),
            city: settings.city.as_ref().map_or(String::new(), BodyName::the),
            payer: settings.payer.the(),
            to_payer: settings.payer.to_the(),
            programme: settings.name.to_string(),
            days,
        }
    }
}

const CONVENTION: &[Part] = &[
    Part {
        title: desk::CONVENTION_SIGNERS,
        lines: &[
            Of(|it| desk::signer_association(&it.association)),
            City(|it| desk::signer_city(&it.city)),
            Of(|it| desk::signer_payer(&it.payer)),
        ],
    },
    Part {
        title: desk::CONVENTION_AID,
        lines: &[
            Say(desk::CONVENTION_AID_MEANING),
            Say(desk::CONVENTION_AID_LATE),
            Write(desk::CONVENTION_WRITE_AMOUNT),
            Write(desk::CONVENTION_WRITE_PAYMENT),
            Write(desk::CONVENTION_WRITE_DELAY),
        ],
    },
    Part {
        title: desk::CONVENTION_KNOWLEDGE,
        lines: &[
            Of(|it| desk::association_alone(&it.association, &it.to_payer)),
            City(|it| desk::city_knows(&it.city)),
            Of(|it| desk::payer_knows(&it.payer)),
            Say(desk::CONVENTION_NO_ASKING),
            Say(desk::CONVENTION_SECRECY),
        ],
    },
    Part {
        title: desk::CONVENTION_SAFETY,
        lines: &[
            Say(desk::CONVENTION_GREEN_LIGHT),
            Say(desk::CONVENTION_PRICK),
            Write(desk::CONVENTION_WRITE_INSURER),
            Write(desk::CONVENTION_WRITE_EQUIPMENT),
        ],
    },
    Part {
        title: desk::CONVENTION_WASTE,
        lines: &[
            Write(desk::CONVENTION_WRITE_PRODUCER),
            Write(desk::CONVENTION_WRITE_SLIPS),
        ],
    },
    Part {
        title: desk::CONVENTION_LIFE,
        lines: &[
            Say(desk::CONVENTION_FIRST_PERIOD),
            Write(desk::CONVENTION_WRITE_DURATION),
            Write(desk::CONVENTION_WRITE_MEETINGS),
            Write(desk::CONVENTION_WRITE_SIGNATURES),
        ],
    },
];

const REGISTER: &[Part] = &[
    Part {
        title: desk::REGISTER_PROCESSING,
        lines: &[
            Of(|it| desk::register_name(&it.programme)),
            Write(desk::REGISTER_WRITE_CONTROLLER),
            Write(desk::REGISTER_WRITE_OFFICER),
            Write(desk::REGISTER_WRITE_DATES),
        ],
    },
    Part {
        title: common::WHY,
        lines: &[
            Say(desk::REGISTER_PURPOSES),
            Of(|it| desk::register_legal_basis(&it.association, &it.payer)),
            City(|it| desk::register_legal_basis_city(&it.city)),
            Say(desk::REGISTER_HEALTH_DATA),
        ],
    },
    Part {
        title: desk::REGISTER_PEOPLE,
        lines: &[
            Say(desk::REGISTER_PARTICIPANTS),
            Say(desk::REGISTER_STAFF),
            Say(desk::REGISTER_NO_TRACKING),
        ],
    },
    Part {
        title: desk::REGISTER_RECIPIENTS,
        lines: &[
            Of(|it| desk::recipient_payer(&it.payer)),
            City(|it| desk::recipient_city(&it.city)),
            Say(desk::REGISTER_NO_TRANSFER),
            Write(desk::REGISTER_WRITE_HOST),
        ],
    },
    Part {
        title: desk::REGISTER_HOW_LONG,
        lines: &[Terms],
    },
    Part {
        title: desk::REGISTER_PROTECTION,
        lines: &[
            Say(desk::REGISTER_SEALED),
            Say(desk::REGISTER_SEPARATE_ACCOUNTS),
            Of(|it| desk::register_backups(&it.days)),
        ],
    },
];

const IMPACT: &[Part] = &[
    Part {
        title: desk::IMPACT_CONTEXT,
        lines: &[
            Of(|it| desk::impact_what(&it.programme)),
            Say(desk::IMPACT_WHY),
            Of(|it| desk::impact_controllers(&it.association, &it.payer)),
            City(|it| desk::impact_controller_city(&it.city)),
            Say(desk::IMPACT_TOOL),
            Write(desk::IMPACT_WRITE_HOSTING),
        ],
    },
    Part {
        title: desk::IMPACT_NECESSITY,
        lines: &[
            Say(desk::IMPACT_PURPOSES),
            Say(desk::IMPACT_MINIMISATION),
            Say(desk::IMPACT_ACCURACY),
            Say(desk::IMPACT_INFORMATION),
            Write(desk::IMPACT_WRITE_LEGAL_BASIS),
            Write(desk::IMPACT_WRITE_PROCESSORS),
        ],
    },
    Part {
        title: desk::IMPACT_TERMS,
        lines: &[Terms],
    },
    Part {
        title: desk::IMPACT_RISKS,
        lines: &[
            Risk(
                desk::RISK_READING,
                desk::RISK_READING_THEN,
                &[
                    desk::RISK_READING_WALLS,
                    desk::RISK_READING_SEALED,
                    desk::RISK_READING_LOST_PHONE,
                    desk::RISK_READING_SMALL_NUMBERS,
                ],
            ),
            Risk(
                desk::RISK_CHANGE,
                desk::RISK_CHANGE_THEN,
                &[
                    desk::RISK_CHANGE_FROZEN,
                    desk::RISK_CHANGE_JOURNAL,
                    desk::RISK_CHANGE_TOTALS,
                ],
            ),
            Risk(
                desk::RISK_LOSS,
                desk::RISK_LOSS_THEN,
                &[
                    desk::RISK_LOSS_PHONE,
                    desk::RISK_LOSS_BACKUP,
                    desk::RISK_LOSS_PAPER_KEY,
                ],
            ),
        ],
    },
    Part {
        title: desk::IMPACT_DECISION,
        lines: &[
            Write(desk::IMPACT_WRITE_SEVERITY),
            Write(desk::IMPACT_WRITE_MEASURES),
            Write(desk::IMPACT_WRITE_PARTICIPANTS),
            Write(desk::IMPACT_WRITE_OFFICER),
            Write(desk::IMPACT_WRITE_DECISION),
            Write(desk::IMPACT_WRITE_NEXT),
        ],
    },
];

/// The paper, on a screen and for the printer.
pub(super) fn view(paper: Paper, settings: &Settings, forget_days: u32) -> AnyView {
    let parts: Vec<_> = paper
        .parts()
        .iter()
        .map(|it| part(it, settings, forget_days))
        .collect();
    view! {
        <div class="head"><h1>{paper.title()}</h1></div>
        <article class="card brief">
            <p class="on-screen soft">{desk::PRINT_HINT}</p>
            {parts}
            <p class="soft">{desk::DISCLAIMER}</p>
        </article>
    }
    .into_any()
}

/// The notice, in one language, with the way to the others.
pub(super) fn notice(settings: &Settings, forget_days: u32, lang: Lang) -> AnyView {
    use words::notice as say;
    let p = |text: Text| view! { <p>{lang.say(text)}</p> }.into_any();
    let fill = |text: Template<1>, it: &str| capital(&lang.fill(text, [it]));
    let of = |text, it: &str| {
        let said = fill(text, it);
        view! { <p>{said}</p> }.into_any()
    };
    let (a, b) = (&settings.association, &settings.payer);
    let (a_name, b_name) = (speech::the(lang, a), speech::the(lang, b));
    let city = settings.city.as_ref().map(|it| {
        let name = speech::the(lang, it);
        (of(say::CITY_NAME, &name), of(say::CITY_PLACES, &name))
    });
    let from = of(say::PAYER_FROM, &speech::of_the(lang, a));
    view! {
        {other_languages(lang)}
        <article class="card brief" lang=lang.tag()>
            <h1>{lang.say(say::TITLE)}</h1>
            <p class="on-screen soft">{lang.say(say::PRINT)}</p>
            <section>
                <h2>{fill(say::KEPT, &a_name)}</h2>
                {p(say::KEPT_CALLED)}{p(say::KEPT_DAYS)}{p(say::KEPT_NAME)}{p(say::KEPT_COUNT)}
            </section>
            <section>
                <h2>{fill(say::PAYER, &b_name)}</h2>
                {p(say::PAYER_NAME)}{from}{of(say::PAYER_NOT, &b_name)}
            </section>
            <section>
                <h2>{lang.say(say::OTHERS)}</h2>
                {city}{p(say::NO_TRACKING)}
            </section>
            <section>
                <h2>{lang.say(say::HOW_LONG)}</h2>
                {terms_table((Role::Peer, lang), settings, forget_days)}
            </section>
            <section>
                <h2>{lang.say(say::RIGHTS)}</h2>
                {p(say::RIGHT_SEE)}{p(say::RIGHT_CORRECT)}{p(say::RIGHT_ERASE)}
                {p(say::RIGHT_NO_NAME)}{p(say::RIGHT_COMPLAIN)}
                <p class="to-fill">{lang.say(say::CONTACT)}" "<span></span></p>
            </section>
        </article>
    }
    .into_any()
}

/// Each by its own name, and whether somebody has signed it.
fn other_languages(shown: Lang) -> AnyView {
    let links: Vec<_> = OFFERS
        .iter()
        .zip(marks())
        .map(|(it, mark)| {
            let current = (it.tag == shown.tag()).then_some("true");
            let href = format!("/avant-la-premiere-sortie/information?langue={}", it.tag);
            let mark = (!mark.is_empty()).then(|| view! { <small class="line soft">{mark}</small> });
            view! {
                <li><a href=href lang=it.tag hreflang=it.tag aria-current=current>{it.name}</a>{mark}</li>
            }
        })
        .collect();
    view! { <nav class="on-screen" aria-label=desk::LABEL_LANGUAGES><ul class="links" role="list">{links}</ul></nav> }
        .into_any()
}

fn part(part: &'static Part, settings: &Settings, days: u32) -> AnyView {
    let lines: Vec<_> = part
        .lines
        .iter()
        .filter_map(|it| line(it, settings, days))
        .collect();
    view! { <section><h2>{part.title}</h2>{lines}</section> }.into_any()
}

fn line(line: &'static Line, settings: &Settings, days: u32) -> Option<AnyView> {
    let p = |text: String| view! { <p>{text}</p> }.into_any();
    Some(match line {
        Say(text) => p((*text).to_owned()),
        City(_) if settings.city.is_none() => return None,
        Of(text) | City(text) => p(capital(&text(&Names::of(settings, days)))),
        Write(what) => view! { <p class="to-fill">{*what}"\u{a0}: "<span></span></p> }.into_any(),
        Terms => terms_table((Role::Coordinator, Lang::FRENCH), settings, days),
        Risk(what, then, measures) => risk(what, then, measures),
    })
}

fn terms_table((role, lang): (Role, Lang), settings: &Settings, days: u32) -> AnyView {
    let rows: Vec<_> = terms::of(lang, role, settings, days)
        .into_iter()
        .map(|it| view! { <tr><th scope="row">{it.what}</th><td>{it.how_long}</td></tr> })
        .collect();
    view! {
        <table class="terms">
            <thead><tr><th scope="col">{lang.say(kept::WHAT)}</th><th scope="col">{lang.say(kept::HOW_LONG)}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn risk(what: &'static str, then: &'static str, measures: &'static [&'static str]) -> AnyView {
    let measures: Vec<_> = measures.iter().map(|it| view! { <li>{*it}</li> }).collect();
    view! {
        <h3>{what}</h3>
        <p>{desk::RISK_CONSEQUENCE}" "{then}</p>
        <ul>{measures}</ul>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{bordeaux_settings, bourg_settings};

    #[test]
    fn every_paper_speaks_of_the_bodies_that_there_are() {
        for code in ["convention", "registre", "information", "aipd"] {
            let paper = Paper::parse(code).unwrap();
            let of = |settings: &Settings| match paper {
                Paper::Notice => notice(settings, 35, Lang::FRENCH).to_html(),
                _ => view(paper, settings, 35).to_html(),
            };
            let city = of(&bordeaux_settings());
            assert!(city.contains("La CASE") && city.contains("CCAS"), "{code}");
            let bourg = of(&bourg_settings());
            assert!(bourg.contains("Le Relais") && bourg.contains("Département"));
            assert!(
                !bourg.contains("mairie"),
                "{code}: no city takes part there"
            );
            assert!(!city.contains('{') && !bourg.contains('{'), "{code}");
        }
        assert!(Paper::parse("autre").is_none());
    }
}

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
            Self::Convention => "Convention\u{a0}: les points à écrire",
            Self::Register => "Fiche du registre des traitements",
            Self::Notice => "Ce que nous savons de vous",
            Self::Impact => "Analyse d’impact (AIPD)",
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

/// A heading and what stands under it. In the words `{A}` is the association, `{V}` the city and
/// `{P}` the payer, with their articles; `{N}` the programme, `{D}` the days of backups.
struct Part {
    title: &'static str,
    lines: &'static [Line],
}

enum Line {
    /// A sentence.
    Say(&'static str),
    /// The same, only where the city takes part.
    City(&'static str),
    /// Something to write on paper.
    Write(&'static str),
    /// The table of what is kept, as the association reads it.
    Terms,
    /// Risk, what could happen, what reduces it.
    Risk(&'static str, &'static str, &'static [&'static str]),
}

use Line::{City, Risk, Say, Terms, Write};

const CONVENTION: &[Part] = &[
    Part {
        title: "Qui signe",
        lines: &[
            Say("{A}, qui prévoit et mène les sorties, et certifie qui a pris part."),
            City("{V}, dont une personne marche avec l’équipe, et qui signale des endroits."),
            Say("{P}, qui verse une aide à chaque personne qui a pris part."),
        ],
    },
    Part {
        title: "Ce que l’aide est",
        lines: &[
            Say(
                "Une aide pour une participation à une action collective. Ni salaire, ni prix à la seringue\u{a0}: le montant ne dépend jamais d’un nombre ramassé.",
            ),
            Say("Arriver tard ou partir tôt reste une participation. L’association décide."),
            Write("Montant par sortie, et décision qui le fixe"),
            Write(
                "Mode de paiement (espèces par régie d’avances, chèque d’accompagnement personnalisé, virement)",
            ),
            Write("Délai entre la liste et le paiement"),
        ],
    },
    Part {
        title: "Qui sait quoi",
        lines: &[
            Say(
                "{A} seule relie un surnom et un nom. Elle ne donne à {P} que les listes\u{a0}: nom, prénom, date de naissance ou numéro, jour, montant.",
            ),
            City(
                "{V} ne reçoit ni nom ni montant. Les lieux où des personnes vivent ne lui sont connus que par quartier, et jamais en dessous de trois lieux.",
            ),
            Say("{P} ne reçoit ni lieu, ni nombre ramassé, ni photo."),
            Say(
                "Aucun organisme ne demande à un autre ce que ce mur lui cache, ni à l’oral ni par courriel.",
            ),
            Say(
                "Le personnel est tenu au secret professionnel (code de l’action sociale et des familles, article L. 133-5).",
            ),
        ],
    },
    Part {
        title: "La sécurité",
        lines: &[
            Say(
                "Une sortie ne s’ouvre qu’avec le feu vert\u{a0}: les personnes prévues et le matériel vérifié.",
            ),
            Say("Après une piqûre, la présence et l’aide restent dues."),
            Write("Assureur et numéro de contrat de chaque organisme"),
            Write("Qui fournit gants, pinces, collecteurs, tee-shirts"),
        ],
    },
    Part {
        title: "Les déchets",
        lines: &[
            Write("Producteur au sens de la loi (DASRI), lieu de dépôt, société qui enlève"),
            Write("Qui garde les bordereaux pendant 3\u{a0}ans"),
        ],
    },
    Part {
        title: "La vie de la convention",
        lines: &[
            Say(
                "Une première période courte, une évaluation faite avec les personnes qui participent, puis la suite.",
            ),
            Write("Début, durée, comment elle s’arrête"),
            Write("Qui se réunit, quand, pour en parler"),
            Write("Signatures"),
        ],
    },
];

const REGISTER: &[Part] = &[
    Part {
        title: "Le traitement",
        lines: &[
            Say(
                "Nom\u{a0}: {N}, sorties de ramassage de seringues usagées et aides à la participation.",
            ),
            Write("Responsable du traitement (un par organisme) et ses coordonnées"),
            Write("Personne déléguée à la protection des données"),
            Write("Date de création de la fiche, date de mise à jour"),
        ],
    },
    Part {
        title: "Pourquoi",
        lines: &[
            Say(
                "Organiser les sorties, compter ce qui est ramassé, verser une aide à chaque personne qui a pris part, rendre compte.",
            ),
            Say(
                "Base légale, à valider\u{a0}: mission d’intérêt public (médiation des CAARUD, code de la santé publique, article R. 3121-33-1) pour {A}\u{a0}; mission d’intérêt public d’action sociale pour {P}.",
            ),
            City("Pour {V}\u{a0}: mission d’intérêt public de salubrité."),
            Say(
                "Données de santé au sens de l’article 9 du RGPD\u{a0}: être sur une liste peut le laisser penser. Condition à valider\u{a0}: article 9, 2, h, ou consentement explicite.",
            ),
        ],
    },
    Part {
        title: "Les personnes et les données",
        lines: &[
            Say(
                "Personnes qui participent\u{a0}: surnom, signe, présences. Nom, prénom, date de naissance ou numéro\u{a0}: seulement pour qui veut l’aide.",
            ),
            Say(
                "Personnel des trois organismes\u{a0}: nom, adresse électronique, ce qui a été fait dans l’outil.",
            ),
            Say("Aucune position d’un téléphone n’est suivie. Aucun trajet n’est gardé."),
        ],
    },
    Part {
        title: "Qui reçoit",
        lines: &[
            Say("{P}\u{a0}: les listes qui lui sont envoyées, et rien d’autre."),
            City("{V}\u{a0}: les lieux publics, leurs nombres, des totaux. Ni nom, ni montant."),
            Say(
                "Aucun transfert hors de l’Union européenne. Aucune demande à un autre serveur que le nôtre.",
            ),
            Write("Hébergeur, s’il y en a un, et son certificat HDS"),
        ],
    },
    Part {
        title: "Combien de temps",
        lines: &[Terms],
    },
    Part {
        title: "Comment c’est protégé",
        lines: &[
            Say(
                "Points des lieux discrets, mots libres, noms\u{a0}: fermés par une clé gardée hors de la base, détruite à son terme. Chaque ouverture laisse une trace.",
            ),
            Say(
                "Chaque organisme a ses comptes et ne voit que sa part. Mots de passe forts, deuxième contrôle, sessions courtes.",
            ),
            Say("Une vieille sauvegarde n’ouvre plus, après {D}\u{a0}jours, ce qui a été effacé."),
        ],
    },
];

const IMPACT: &[Part] = &[
    Part {
        title: "1. De quoi il s’agit",
        lines: &[
            Say(
                "{N}\u{a0}: des personnes qui consomment des drogues sortent une fois par semaine ramasser des seringues, avec l’association. Elles reçoivent une aide parce qu’elles ont pris part.",
            ),
            Say(
                "Pourquoi une analyse\u{a0}: personnes vulnérables, données qui peuvent révéler la santé, croisement entre organismes. Trois des neuf critères du Comité européen de la protection des données.",
            ),
            Say(
                "Responsables\u{a0}: {A} pour les sorties, les lieux et les noms\u{a0}; {P} pour les listes qu’il paie.",
            ),
            City("{V} pour ses signalements."),
            Say(
                "Outil\u{a0}: logiciel libre, sur une machine choisie par l’association\u{a0}; téléphones ordinaires\u{a0}; aucun service extérieur.",
            ),
            Write("Hébergement choisi"),
        ],
    },
    Part {
        title: "2. Est-ce nécessaire, et juste",
        lines: &[
            Say(
                "Finalités déterminées\u{a0}: organiser, compter, payer, rendre compte. Aucune autre. Pas de classement, pas de suivi d’une personne, pas de sanction d’une absence\u{a0}: l’outil ne sait pas les faire.",
            ),
            Say(
                "Minimisation\u{a0}: un surnom suffit pour participer. Le nom n’est demandé qu’à qui veut l’aide. Les ramassages sont ceux de l’équipe.",
            ),
            Say(
                "Exactitude\u{a0}: rien n’est réécrit\u{a0}; une correction s’ajoute et dit pourquoi. La personne peut contester.",
            ),
            Say(
                "Information\u{a0}: feuille facile à lire, lue ensemble. Droits\u{a0}: « Ma page » montre tout, exporte, efface.",
            ),
            Write("Base légale retenue (articles 6 et 9 du RGPD)"),
            Write("Sous-traitants et contrats (article 28)"),
        ],
    },
    Part {
        title: "Durées",
        lines: &[Terms],
    },
    Part {
        title: "3. Les risques, et ce qui les réduit",
        lines: &[
            Risk(
                "Quelqu’un lit ce qu’il ne doit pas lire",
                "Une personne est connue comme consommant des drogues. Un lieu où des gens vivent est trouvé, fermé, détruit.",
                &[
                    "Trois murs\u{a0}: chaque organisme ne voit que sa part, et un essai automatique compare chaque réponse, octet par octet.",
                    "Lieux discrets, mots et noms fermés par des clés gardées hors de la base. Chaque ouverture est écrite au journal.",
                    "Un téléphone perdu ne dit rien\u{a0}: nom neutre, rien de gardé après l’envoi, accès fermé le lendemain.",
                    "Petits nombres cachés\u{a0}: jamais un quartier avec moins de trois lieux.",
                ],
            ),
            Risk(
                "Quelque chose est changé",
                "Une présence disparaît, une aide n’est pas versée, une somme est fausse.",
                &[
                    "Un relevé ne se modifie jamais. Une liste émise est gelée, avec son empreinte.",
                    "Le journal est enchaîné\u{a0}: ce qui est changé après coup se voit.",
                    "Les totaux sont refaits et comparés par une commande.",
                ],
            ),
            Risk(
                "Quelque chose est perdu",
                "Une sortie n’est pas comptée, une personne n’est pas payée.",
                &[
                    "Le téléphone garde tout jusqu’à ce que le serveur ait répondu.",
                    "Sauvegarde vérifiée chaque nuit, copie ailleurs, remise en route essayée.",
                    "La clé est aussi sur papier, au coffre.",
                ],
            ),
        ],
    },
    Part {
        title: "4. Avis et décision",
        lines: &[
            Write("Gravité et vraisemblance retenues pour chaque risque"),
            Write("Mesures à ajouter, par qui, pour quand"),
            Write("Avis des personnes qui participent, ou de qui les représente"),
            Write("Avis de la personne déléguée à la protection des données"),
            Write("Décision du responsable, date, signature"),
            Write("Prochaine relecture"),
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
            <p class="on-screen soft">"Pour imprimer\u{a0}: dans le navigateur, Imprimer."</p>
            {parts}
            <p class="soft">"Une aide pour commencer. Elle ne remplace ni l’avis d’un·e juriste, ni celui de la personne déléguée à la protection des données."</p>
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
            let mark = (!mark.is_empty()).then(|| view! { <small>" ("{mark}")"</small> });
            view! {
                <li><a href=href lang=it.tag hreflang=it.tag aria-current=current>{it.name}</a>{mark}</li>
            }
        })
        .collect();
    view! { <nav class="on-screen" aria-label="Langue de la feuille"><ul>{links}</ul></nav> }
        .into_any()
}

fn part(part: &'static Part, settings: &Settings, days: u32) -> AnyView {
    let title = filled(part.title, settings, days);
    let lines: Vec<_> = part
        .lines
        .iter()
        .filter_map(|it| line(it, settings, days))
        .collect();
    view! { <section><h2>{title}</h2>{lines}</section> }.into_any()
}

fn line(line: &'static Line, settings: &Settings, days: u32) -> Option<AnyView> {
    let say = |text| filled(text, settings, days);
    Some(match line {
        Say(text) => view! { <p>{say(text)}</p> }.into_any(),
        City(_) if settings.city.is_none() => return None,
        City(text) => view! { <p>{say(text)}</p> }.into_any(),
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
        <p>"Ce qui peut arriver\u{a0}: "{then}</p>
        <ul>{measures}</ul>
    }
    .into_any()
}

/// The words with the names of this programme; a sentence begins with a capital.
fn filled(text: &str, settings: &Settings, days: u32) -> String {
    let payer = &settings.payer;
    let association = &settings.association;
    let city = settings.city.as_ref().map_or(String::new(), BodyName::the);
    let said = text
        .replace("{de A}", &association.of_the())
        .replace("à {P}", &payer.to_the())
        .replace("{A}", &association.the())
        .replace("{P}", &payer.the())
        .replace("{V}", &city)
        .replace("{N}", &settings.name)
        .replace("{D}", &days.to_string());
    capital(&said)
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

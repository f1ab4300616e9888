//! Help for those who work at a desk: one thing a step, with the way to where it is done.

use super::Part;
use super::pictures::Picture;
use leptos::prelude::*;

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
        title: "Prévoir la sortie",
        words: &[
            "On choisit un jour, une heure, un rendez-vous et des lieux.",
            "«\u{a0}Copier la semaine dernière\u{a0}» reprend tout d’un coup.",
            "Un lieu où des gens vivent demande leur accord.",
        ],
        picture: Some((
            Picture::Plan,
            "Dessin\u{a0}: la page où l’on écrit le jour, l’heure et les lieux.",
        )),
        way: Some(("/sorties/prevoir", "Prévoir une sortie")),
    },
    Step {
        id: "regarder",
        title: "Regarder ce qui attend",
        words: &[
            "L’équipe propose des lieux, et ramasse parfois «\u{a0}ici\u{a0}», à un point de la carte.",
            "Chaque question a sa réponse à côté\u{a0}: ajouter, réunir, refuser avec un merci.",
        ],
        picture: None,
        way: Some(("/lieux/a-regarder", "Voir les questions")),
    },
    Step {
        id: "feu-vert",
        title: "Donner le feu vert",
        words: &[
            "Avant de partir, on coche le matériel et qui est là\u{a0}: au moins un·e professionnel·le et un·e agent.",
            "S’il manque quelque chose, on peut partir quand même, en disant pourquoi.",
        ],
        picture: Some((
            Picture::GreenLight,
            "Dessin\u{a0}: la liste du matériel, chaque ligne cochée.",
        )),
        way: Some(("/sorties", "Voir les sorties")),
    },
    Step {
        id: "code",
        title: "Donner le code",
        words: &[
            "Un téléphone rejoint la sortie avec un code. Ni compte, ni mot de passe.",
            "Dites ensuite à qui est le téléphone. Un téléphone perdu se retire d’un bouton.",
            "«\u{a0}Mon téléphone\u{a0}» donne le feu vert et les présences sans réseau.",
        ],
        picture: Some((
            Picture::Join,
            "Dessin\u{a0}: l’écran où l’on tape le code de la sortie.",
        )),
        way: None,
    },
    Step {
        id: "presences",
        title: "Noter les présences",
        words: &[
            "On touche le signe de chaque personne qui est là. C’est tout ce qu’on note.",
            "«\u{a0}Absent\u{a0}» n’existe pas. Arriver tard ou partir tôt, c’est être là.",
            "L’aide vient de la présence, jamais du nombre ramassé.",
        ],
        picture: Some((
            Picture::Present,
            "Dessin\u{a0}: quatre signes, dont trois cochés.",
        )),
        way: None,
    },
    Step {
        id: "terminer",
        title: "Terminer la sortie",
        words: &[
            "Une page montre tout\u{a0}: chiffres, présences, téléphones qui ont encore des relevés.",
            "Une sortie terminée ne change plus. Une erreur se corrige par une révision, qui dit pourquoi.",
        ],
        picture: Some((
            Picture::Closing,
            "Dessin\u{a0}: les chiffres de la sortie et le bouton pour la terminer.",
        )),
        way: None,
    },
    Step {
        id: "liste",
        title: "Éditer la liste des aides",
        words: &[
            "Chaque présence devient une aide. Une liste réunit celles dont le nom est connu.",
            "Qui ne veut pas donner son nom n’est sur aucune liste. Son aide l’attend.",
            "Une liste ne change plus. On l’envoie, puis on la suit jusqu’à la signature.",
        ],
        picture: Some((
            Picture::Sheet,
            "Dessin\u{a0}: une liste numérotée avec ses lignes et son total.",
        )),
        way: Some(("/aides", "Voir les aides")),
    },
    Step {
        id: "souci",
        title: "En cas de souci",
        words: &[
            "Une piqûre\u{a0}: la page rouge, tout de suite. La présence et l’aide restent dues.",
            "Un téléphone sans réseau\u{a0}: rien n’est perdu, il enverra plus tard.",
            "Un téléphone qui ne marche plus\u{a0}: ses relevés se remettent par un fichier, sur la page de la sortie.",
        ],
        picture: None,
        way: None,
    },
];

const FLAGGING: [Step; 4] = [
    Step {
        id: "ou",
        title: "Où",
        words: &[
            "Ouvrez le signaleur. Il marche sans réseau.",
            "Touchez «\u{a0}ici\u{a0}», ou posez le point sur la carte.",
            "Si le lieu est déjà connu, dites «\u{a0}c’est le même\u{a0}».",
        ],
        picture: Some((
            Picture::FlagWhere,
            "Dessin\u{a0}: une carte avec un point posé, et le bouton «\u{a0}ici\u{a0}».",
        )),
        way: Some(("/signaler", "Ouvrir le signaleur")),
    },
    Step {
        id: "quoi",
        title: "Quoi",
        words: &[
            "Touchez ce que vous voyez\u{a0}: une seringue, plusieurs, une boîte, autre chose.",
            "Dites si c’est urgent, et si des enfants passent.",
            "Une photo aide. On n’y met personne.",
        ],
        picture: Some((
            Picture::FlagWhat,
            "Dessin\u{a0}: quatre grands boutons avec chacun une image.",
        )),
        way: None,
    },
    Step {
        id: "envoyer",
        title: "Envoyer",
        words: &[
            "Touchez «\u{a0}Signaler\u{a0}». Sans réseau, ça part plus tard, tout seul.",
            "Le signalement dit ensuite ce qu’il est devenu\u{a0}: vu, prévu, fait, revenu.",
        ],
        picture: Some((
            Picture::FlagSent,
            "Dessin\u{a0}: une grande coche, et l’état du signalement dessous.",
        )),
        way: Some(("/signalements", "Voir mes signalements")),
    },
    Step {
        id: "ramasse",
        title: "Ramassé par vous",
        words: &[
            "Si votre service ramasse lui-même, écrivez combien. Le lieu passe à «\u{a0}fait\u{a0}».",
            "Les lieux discrets ne paraissent jamais ici. On ne vous en dit que le quartier, et seulement quand il y en a assez.",
        ],
        picture: None,
        way: None,
    },
];

const LISTS: [Step; 6] = [
    Step {
        id: "arrivee",
        title: "La liste arrive",
        words: &[
            "Elle a un numéro, des lignes, un total en chiffres et en lettres.",
            "Ouvrez-la et dites «\u{a0}bien arrivée\u{a0}». L’association le voit.",
        ],
        picture: Some((
            Picture::Sheet,
            "Dessin\u{a0}: une liste numérotée avec ses lignes et son total.",
        )),
        way: Some(("/ccas", "Voir les listes")),
    },
    Step {
        id: "fichiers",
        title: "Prendre ses fichiers",
        words: &[
            "CSV pour Excel, classeur, PDF à signer\u{a0}: tous disent la même chose.",
            "L’empreinte à côté permet de vérifier que rien n’a changé.",
        ],
        picture: None,
        way: None,
    },
    Step {
        id: "payer",
        title: "Payer",
        words: &[
            "Cochez les lignes payées, ou payez tout d’un coup.",
            "Dites le mode, le jour, et la référence de la décision.",
            "Une ligne qui pose question se retourne, avec un motif. Elle peut revenir sur une autre liste.",
        ],
        picture: Some((
            Picture::Pay,
            "Dessin\u{a0}: des lignes cochées et le bouton pour payer.",
        )),
        way: None,
    },
    Step {
        id: "remettre",
        title: "Remettre en mains propres",
        words: &[
            "Pour payer le jour même\u{a0}: choisissez le jour, touchez chaque personne, remettez, faites signer.",
            "La feuille du jour dit l’avance reçue, ce qui est payé, ce qui reste.",
        ],
        picture: Some((
            Picture::Sign,
            "Dessin\u{a0}: une feuille avec un montant et une signature.",
        )),
        way: Some(("/ccas/remise", "Voir les jours")),
    },
    Step {
        id: "terminer",
        title: "Éditer l’état de paiement",
        words: &[
            "Quand toutes les lignes sont payées, l’état de paiement ferme la liste.",
            "Il a son numéro. Il ne change plus.",
        ],
        picture: None,
        way: None,
    },
    Step {
        id: "annee",
        title: "Suivre l’année",
        words: &[
            "L’enveloppe de l’année, ce qui est payé, ce qui reste\u{a0}: tout est en haut de vos listes.",
            "Vous cherchez une personne\u{a0}? Écrivez son nom. Chaque ouverture est notée au journal.",
        ],
        picture: None,
        way: Some(("/ccas/reglages", "Régler l’enveloppe")),
    },
];

const ADMINISTRATION: [Step; 6] = [
    Step {
        id: "avant",
        title: "Avant la première sortie",
        words: &[
            "Onze étapes à cocher\u{a0}: convention, assurance, information, médecin, déchets…",
            "Les papiers sont déjà remplis avec ce que le programme sait.",
        ],
        picture: None,
        way: Some(("/avant-la-premiere-sortie", "Voir les étapes")),
    },
    Step {
        id: "comptes",
        title: "Faire venir les collègues",
        words: &[
            "Un lien d’invitation suffit. On le donne de la main à la main\u{a0}: pas besoin de courrier.",
            "Chacun choisit son mot de passe, et un second facteur si vous le demandez.",
            "Vous gérez les personnes de votre organisme seulement. Les murs restent.",
        ],
        picture: None,
        way: Some(("/comptes", "Gérer les comptes")),
    },
    Step {
        id: "cle",
        title: "La clé sur papier",
        words: &[
            "Ce qui est fermé ne s’ouvre qu’avec le fichier de clés.",
            "Sur le serveur\u{a0}: cueillette key print. Imprimez, mettez au coffre, loin des sauvegardes.",
            "Qui a les deux lit tout. Qui n’en a qu’un ne lit rien.",
        ],
        picture: Some((
            Picture::Key,
            "Dessin\u{a0}: une feuille avec une clé, et un cadenas.",
        )),
        way: None,
    },
    Step {
        id: "sauvegardes",
        title: "Les sauvegardes",
        words: &[
            "Chaque nuit, sur le serveur\u{a0}: cueillette backup DOSSIER --keep 30.",
            "Une copie part ailleurs. La page d’accueil vous prévient après deux jours sans sauvegarde.",
            "Une fois l’an, essayez de tout remettre sur une autre machine\u{a0}: cueillette restore FICHIER.",
        ],
        picture: Some((
            Picture::Backup,
            "Dessin\u{a0}: un document copié dans un coffre fermé.",
        )),
        way: None,
    },
    Step {
        id: "verifier",
        title: "Vérifier",
        words: &[
            "cueillette doctor relit tout\u{a0}: les comptes, le journal, la place sur le disque.",
            "Il ne change rien. Il dit en une phrase ce qu’il faut faire.",
        ],
        picture: None,
        way: None,
    },
    Step {
        id: "journal",
        title: "Lire le journal",
        words: &[
            "Qui a ouvert quoi, et quand. Chaque ouverture d’un nom ou d’un lieu discret y est.",
            "On ne peut ni l’effacer, ni le changer sans que cela se voie.",
        ],
        picture: None,
        way: Some(("/journal", "Voir le journal")),
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

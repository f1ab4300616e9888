//! « Avant la première sortie »: what an association settles before anybody walks. A list to tick,
//! and papers that are filled in from the settings as far as a program can know.

use super::papers::{self, Paper};
use crate::access::{Action, Caller, journal};
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, crumbs, note};
use crate::http::reading::{Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, NEXT};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::{counted, date};
use domain::programme::FirstStep;
use domain::{Day, Invalid, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::Lang;

const HERE: &str = "/avant-la-premiere-sortie";

/// One thing to settle.
struct Step {
    code: &'static str,
    title: &'static str,
    why: &'static str,
    todo: &'static [&'static str],
    /// Where it is done here, or what helps: address and words.
    help: Option<(&'static str, &'static str)>,
}

const STEPS: [Step; 11] = [
    Step {
        code: "convention",
        title: "La convention",
        why: "Trois organismes travaillent ensemble. Chacun doit savoir ce qu’il fait, ce qu’il paie, et ce qu’il a le droit de savoir.",
        todo: &[
            "Écrire qui prévoit, qui marche, qui paie, qui assure.",
            "Écrire le montant, le mode de paiement et la référence de la décision.",
            "Signer avant la première sortie.",
        ],
        help: Some((
            "/avant-la-premiere-sortie/convention",
            "Les points à y mettre",
        )),
    },
    Step {
        code: "responsable",
        title: "Qui répond des données",
        why: "La loi demande un responsable pour chaque fichier. Ici il y en a trois, un par organisme, et des murs entre eux.",
        todo: &[
            "Nommer le responsable et la personne déléguée à la protection des données de chaque organisme.",
            "Inscrire l’outil au registre de chacun.",
        ],
        help: Some((
            "/avant-la-premiere-sortie/registre",
            "La fiche de registre, remplie",
        )),
    },
    Step {
        code: "information",
        title: "Dire aux personnes ce qui est gardé",
        why: "Chacun a le droit de savoir ce qu’on garde de lui, pourquoi, et combien de temps.",
        todo: &[
            "Imprimer la feuille, la lire ensemble, la laisser à chacun.",
            "L’afficher au local.",
        ],
        help: Some((
            "/avant-la-premiere-sortie/information",
            "La feuille à imprimer",
        )),
    },
    Step {
        code: "aipd",
        title: "L’analyse d’impact (AIPD)",
        why: "Être sur une liste peut dire quelque chose de la santé. La loi demande alors d’écrire les risques et ce qui les réduit.",
        todo: &[
            "Relire l’analyse avec la personne déléguée à la protection des données.",
            "Compléter les lignes vides, donner un avis, signer.",
        ],
        help: Some((
            "/avant-la-premiere-sortie/aipd",
            "L’analyse, déjà remplie en partie",
        )),
    },
    Step {
        code: "hebergement",
        title: "Où sont les données",
        why: "Si un autre que l’association garde ces données, il lui faut le certificat HDS (hébergeur de données de santé).",
        todo: &[
            "Machine de l’association, dans ses murs\u{a0}: pas de HDS.",
            "Machine d’un hébergeur\u{a0}: demander son certificat HDS et signer le contrat de sous-traitance (RGPD, article 28).",
        ],
        help: None,
    },
    Step {
        code: "cle",
        title: "La clé et les sauvegardes",
        why: "Sans le fichier de clés, ce qui est fermé ne se rouvre jamais. Avec lui seul, rien ne se lit.",
        todo: &[
            "Imprimer la clé, la mettre au coffre, loin des sauvegardes.",
            "Faire une sauvegarde chaque nuit, avec une copie ailleurs.",
            "Essayer une fois de tout remettre sur une autre machine.",
        ],
        help: Some((
            "/reglages",
            "Combien de temps ce qui est effacé reste dans une sauvegarde",
        )),
    },
    Step {
        code: "assurance",
        title: "L’assurance",
        why: "Une chute, une piqûre, une vitre cassée\u{a0}: chaque personne qui marche doit être couverte, aussi celle qui n’est pas salariée.",
        todo: &[
            "Écrire à l’assureur\u{a0}: sorties, personnes, matériel, transport des collecteurs.",
            "Garder sa réponse écrite.",
        ],
        help: None,
    },
    Step {
        code: "medecin",
        title: "Le médecin référent",
        why: "Après une piqûre, les gestes et les adresses doivent être justes.",
        todo: &[
            "Faire relire la page «\u{a0}Je me suis piqué·e\u{a0}».",
            "Écrire son nom, les urgences et le numéro à appeler.",
        ],
        help: Some((
            "/reglages/modifier?groupe=piqure",
            "Écrire le nom et les adresses",
        )),
    },
    Step {
        code: "regie",
        title: "La régie d’avances",
        why: "Pour payer le jour même, en espèces, contre signature, il faut une régie et une personne nommée.",
        todo: &[
            "Faire créer la régie par qui paie, et nommer la personne qui remet l’argent.",
            "Fixer le montant de l’avance et comment elle est rendue.",
        ],
        help: None,
    },
    Step {
        code: "dechets",
        title: "Les collecteurs pleins",
        why: "Les seringues ramassées sont des déchets dangereux (DASRI). Il faut dire qui les produit, qui les garde, qui les enlève.",
        todo: &[
            "Signer avec un collecteur agréé, et dire où sont les boîtes en attendant.",
            "Garder les bordereaux 3\u{a0}ans. L’adresse est celle du dépôt, jamais d’un lieu.",
        ],
        help: None,
    },
    Step {
        code: "police",
        title: "La police et les voisins",
        why: "La loi veut que l’action et les personnes soient reconnues (code de la santé publique, annexe 31-2).",
        todo: &[
            "Prévenir le commissariat, la police municipale, les pompiers.",
            "Donner à chacun le tee-shirt et la carte de mission, sans nom ni lieu.",
        ],
        help: None,
    },
];

/// All of them, settled on one day: for a programme that walks since long.
pub fn all_on(day: Day) -> Vec<FirstStep> {
    let done = STEPS.iter().map(|it| FirstStep {
        code: it.code.to_owned(),
        on: day,
    });
    done.collect()
}

/// How many are settled, of how many.
pub fn settled(settings: &Settings) -> (usize, usize) {
    let done = STEPS.iter().filter(|it| done_on(settings, it).is_some());
    (done.count(), STEPS.len())
}

fn done_on<'a>(settings: &'a Settings, step: &Step) -> Option<&'a FirstStep> {
    settings.first_steps.iter().find(|it| it.code == step.code)
}

/// `GET /avant-la-premiere-sortie`
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let frame = Frame::of(
        &app.assets,
        &caller,
        &settings,
        "Avant la première sortie",
        "/reglages",
    );
    Ok(page(&frame, || view(&settings, caller.administers())).into_response())
}

fn view(settings: &Settings, may_tick: bool) -> AnyView {
    let (done, of) = settled(settings);
    let how_far = match done == of {
        true => "Tout est réglé. Bonne cueillette\u{a0}!".to_owned(),
        false => format!("{} sur {of}.", counted_settled(done)),
    };
    let who = (!may_tick).then(|| {
        note(
            Tone::Info,
            "Une personne qui gère les comptes de l’association coche ce qui est fait.",
        )
    });
    let steps: Vec<_> = STEPS
        .iter()
        .map(|it| card(settings, it, may_tick))
        .collect();
    view! {
        {crumbs("/reglages".into(), "Réglages")}
        <div class="head"><h1>"Avant la première sortie"</h1></div>
        <p>{how_far}" Chaque étape se fait hors d’ici, avec des personnes. Cette page aide à n’en oublier aucune."</p>
        {who}
        <ol class="first-steps">{steps}</ol>
    }
    .into_any()
}

fn counted_settled(n: usize) -> String {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    counted(n, "étape faite", "étapes faites")
}

fn card(settings: &Settings, step: &'static Step, may_tick: bool) -> AnyView {
    let done = done_on(settings, step);
    let since = done.map(|it| view! { <p class="tags"><span class="tag ok"><Icon path=CHECK/>"Fait le "{date(it.on)}</span></p> });
    let todo: Vec<_> = step
        .todo
        .iter()
        .map(|it| view! { <li>{*it}</li> })
        .collect();
    let help = step
        .help
        .map(|(href, words)| view! { <p><a href=href>{words}<Icon path=NEXT/></a></p> });
    let tick = may_tick.then(|| tick(step, done.is_some()));
    view! {
        <li class="card" id=step.code>
            <h2>{step.title}</h2>
            {since}
            <p>{step.why}</p>
            <ul>{todo}</ul>
            {help}
            {tick}
        </li>
    }
    .into_any()
}

fn tick(step: &'static Step, is_done: bool) -> AnyView {
    let (value, words, class) = match is_done {
        true => ("non", "Ce n’est plus fait", "quiet"),
        false => ("oui", "C’est fait", "primary"),
    };
    view! {
        <form method="post" action=HERE>
            <input type="hidden" name="etape" value=step.code/>
            <button class=class name="fait" value=value aria-label=format!("{words}\u{a0}: {}", step.title)>{words}</button>
        </form>
    }
    .into_any()
}

/// What was ticked, or not any more.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    etape: String,
    #[serde(default)]
    fait: String,
}

/// `POST /avant-la-premiere-sortie`
pub async fn save(
    State(app): State<App>,
    caller: Caller,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let step = STEPS.iter().find(|it| it.code == typed.etape);
    let step = step.ok_or_else(|| Invalid::new("etape", "unknown_value"))?;
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let mut settings = programmes::hold_settings(&mut tx, programme).await?;
    let was_done = done_on(&settings, step).is_some();
    let is_done = typed.fait == "oui";
    if was_done != is_done {
        settings.first_steps.retain(|it| it.code != step.code);
        if is_done {
            let on = local_day(&settings, now);
            let code = step.code.to_owned();
            settings.first_steps.push(FirstStep { code, on });
        }
        programmes::set_settings(&mut tx, programme, &settings).await?;
        let about = ["setting:first_steps".to_owned()];
        let (actor, action) = (caller.actor(), Action::SettingChanged);
        journal::write(&mut tx, programme, actor, action, &about, now).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("{HERE}#{}", step.code)).into_response())
}

/// The language of a paper that people read; French when none is asked for.
#[derive(Default, Deserialize)]
pub struct InLanguage {
    #[serde(default)]
    langue: String,
}

/// `GET /avant-la-premiere-sortie/{paper}`
pub async fn paper(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(asked): Query<InLanguage>,
) -> Result<Response, Problem> {
    let paper = Paper::parse(&code).ok_or_else(Problem::not_found)?;
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let frame = Frame::of(&app.assets, &caller, &settings, paper.title(), "/reglages");
    let days = app.forget_days;
    let lang = Lang::of(&asked.langue).unwrap_or_default();
    Ok(page(&frame, || {
        view! {
            <div class="on-screen">{crumbs(HERE.into(), "Avant la première sortie")}</div>
            {match paper {
                Paper::Notice => papers::notice(&settings, days, lang),
                _ => papers::view(paper, &settings, days),
            }}
        }
        .into_any()
    })
    .into_response())
}

//! `/styleguide`: every component in every state and theme, every token, drawing and sign. Only
//! where the demonstration is loaded: it is for those who build pages, not for those who use them.

use super::error::Problem;
use super::page::{Frame, page};
use super::pieces::{Field, Tone, note, scrolling};
use crate::app::App;
use crate::programmes;
use app::ui::pictograms::{
    ALL as DRAWINGS, BASKET, BOX, CALENDAR, CHECK, CLOCK, COUNTED, DOWNLOAD, ESTIMATED, INFO, NEXT,
    QUIT, SUN, SYRINGE, UNDO, WARNING,
};
use app::ui::{Icon, SignPicture};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Animal, Sign, SignColour};
use leptos::prelude::*;

/// What the tokens are is written there, and nowhere else.
const TOKENS: &str = include_str!("../../../style/tokens.css");

/// A theme that can be shown beside others.
struct Theme {
    code: &'static str,
    name: &'static str,
    /// Names of its fields: each id is on the page once.
    fields: [&'static str; 3],
}

const THEMES: [Theme; 3] = [
    Theme {
        code: "light",
        name: "Habituel",
        fields: ["clair-1", "clair-2", "clair-3"],
    },
    Theme {
        code: "dark",
        name: "Sombre",
        fields: ["sombre-1", "sombre-2", "sombre-3"],
    },
    Theme {
        code: "sun",
        name: "Plein soleil",
        fields: ["soleil-1", "soleil-2", "soleil-3"],
    },
];

/// `GET /styleguide`
pub async fn show(State(app): State<App>) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    if !programmes::has_demo_ones(&mut tx).await? {
        return Err(Problem::not_found());
    }
    drop(tx);
    let frame = Frame {
        narrow: false,
        sheet: Some("styleguide.css"),
        // Every theme has its panel.
        theme: Some("light"),
        ..Frame::for_anyone(&app.assets, "Composants")
    };
    Ok(page(&frame, content).into_response())
}

fn content() -> AnyView {
    let panels: Vec<_> = THEMES.iter().map(panel).collect();
    view! {
        <div class="head">
            <div>
                <h1>"Composants"</h1>
                <p>"Ce dont les pages sont faites : chaque pièce, dans chaque état et chaque thème."</p>
            </div>
        </div>
        {panels}
        {drawings()}
        {signs()}
        {sizes()}
        {tokens()}
    }
    .into_any()
}

fn panel(theme: &Theme) -> AnyView {
    let pieces = [
        piece("Bouton", buttons()),
        piece("Étiquette", tags()),
        piece("Note", notes()),
        piece("Carte", cards()),
        piece("Tuile", tiles()),
        piece("Tableau", table()),
        piece("Personne", people()),
        piece("Champ", fields(theme)),
        piece("Choix", choices(theme)),
        piece("Étapes", steps()),
        piece("Progression", progress()),
        piece("Graphique", chart()),
        piece("Rien encore", empty()),
        piece("Détails", details()),
        piece("Compteur", counter()),
        piece("Ce qui vient d’être gardé", toasts()),
        piece("Dialogue", dialog(theme)),
    ];
    view! {
        <section class="panel" data-theme=theme.code aria-label=theme.name>
            <h2>{theme.name}</h2>
            {pieces}
        </section>
    }
    .into_any()
}

fn piece(name: &'static str, shown: AnyView) -> AnyView {
    view! {
        <div class="piece">
            <h3>{name}</h3>
            {shown}
        </div>
    }
    .into_any()
}

fn buttons() -> AnyView {
    let kinds = [
        ("primary", "Terminer la sortie"),
        ("", "Modifier"),
        ("quiet", "Annuler"),
        ("danger", "Effacer"),
        ("link", "Voir plus"),
    ];
    let kinds =
        kinds.map(|(class, words)| view! { <button type="button" class=class>{words}</button> });
    let with_picture =
        view! { <button type="button"><Icon path=DOWNLOAD/>"Prendre le fichier"</button> };
    let busy = ["primary", ""].map(
        |class| view! { <button type="button" class=class aria-busy="true">"Un instant…"</button> },
    );
    let off = ["primary", ""]
        .map(|class| view! { <button type="button" class=class disabled>"Pas encore"</button> });
    view! { <div class="samples">{kinds}{with_picture}{busy}{off}</div> }.into_any()
}

fn tags() -> AnyView {
    let all = [
        ("tag", CALENDAR, "Prévue"),
        ("tag ok", CHECK, "Fait"),
        ("tag wait", CLOCK, "À envoyer"),
        ("tag todo", WARNING, "À voir"),
        ("tag info", INFO, "Ouverte"),
        ("tag alarm", WARNING, "Contestée"),
    ];
    let all =
        all.map(|(class, path, words)| view! { <span class=class><Icon path=path/>{words}</span> });
    view! { <div class="samples">{all}</div> }.into_any()
}

fn notes() -> AnyView {
    let all = [
        (Tone::Ok, "C’est fait.", "La sortie est terminée."),
        (
            Tone::Info,
            "Bon à savoir.",
            "La carte se charge une seule fois.",
        ),
        (
            Tone::Wait,
            "Un téléphone n’a pas tout envoyé.",
            "On peut attendre, ou terminer.",
        ),
        (
            Tone::Alarm,
            "Ce n’est pas gardé.",
            "Notez le nombre sur papier, puis recommencez.",
        ),
    ];
    let all = all.map(|(tone, head, words)| note(tone, view! { <p><b>{head}</b>" "{words}</p> }));
    all.into_view().into_any()
}

fn cards() -> AnyView {
    view! {
        <div class="samples">
            <div class="card">
                <p><b>"Une carte"</b></p>
                <p class="soft">"Ce qui va ensemble, sur un fond à part."</p>
            </div>
            <div class="card next">
                <p><b>"La prochaine chose à faire"</b></p>
                <button type="button" class="primary">"Ouvrir la sortie"</button>
            </div>
        </div>
        <ul class="rows">
            <li>
                <a class="row card" href="/styleguide">
                    <span class="day" aria-hidden="true"><span>"mar."</span><b>"24"</b><span>"nov."</span></span>
                    <span class="row-text"><b>"Saint-Michel et Capucins"</b><small>"6 lieux · 2,3 km"</small></span>
                    <span class="row-end"><Icon path=NEXT/></span>
                </a>
            </li>
        </ul>
    }
    .into_any()
}

fn tiles() -> AnyView {
    view! {
        <ul class="tiles">
            <li class="card"><strong>"312"</strong>"seringues ramassées, dont 40 estimées"</li>
            <li class="card"><strong>"5 "<small>"sur 6"</small></strong>"lieux faits"</li>
            <li class="card"><strong class="money">"75,00\u{a0}€"</strong>"pour 5 personnes"</li>
        </ul>
    }
    .into_any()
}

fn table() -> AnyView {
    view! {
        <div class="card">
            {scrolling("Tableau", view! {
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Lieu"</th>
                            <th scope="col">"État"</th>
                            <th scope="col" class="n">"Ramassées"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">"Place de la Victoire"</th>
                            <td><span class="tag ok"><Icon path=CHECK/>"Fait"</span></td>
                            <td class="n">"47"</td>
                        </tr>
                        <tr>
                            <th scope="row">"Quai des Salinières"</th>
                            <td><span class="tag wait"><Icon path=CLOCK/>"Prévu"</span></td>
                            <td class="n">"–"</td>
                        </tr>
                    </tbody>
                    <tfoot>
                        <tr>
                            <th scope="row" colspan="2">"En tout"</th>
                            <td class="n">"47"</td>
                        </tr>
                    </tfoot>
                </table>
            })}
        </div>
    }
    .into_any()
}

fn people() -> AnyView {
    let sign = |animal, colour| Sign { animal, colour };
    let all = [
        (
            sign(Animal::Hedgehog, SignColour::Blue),
            "Framboise",
            "true",
        ),
        (sign(Animal::Fox, SignColour::Orange), "Cassis", "false"),
    ];
    let all = all.map(|(sign, name, there)| {
        view! {
            <li>
                <button type="button" class="person" aria-pressed=there>
                    <SignPicture sign=sign/>
                    <span>{name}</span>
                </button>
            </li>
        }
    });
    view! { <ul class="people">{all}</ul> }.into_any()
}

fn fields(theme: &Theme) -> AnyView {
    let [plain, helped, wrong] = theme.fields;
    let fields = [
        Field {
            name: plain,
            label: "Titre",
            value: "Square Dom-Bedos".into(),
            ..Field::default()
        },
        Field {
            name: helped,
            label: "Rendez-vous",
            help: Some("Un lieu et une heure, comme on les dit.".into()),
            ..Field::default()
        },
        Field {
            name: wrong,
            label: "Montant",
            value: "quinze".into(),
            error: Some("Ce n’est pas un montant. Écrivez par exemple 15,00.".into()),
            ..Field::default()
        },
    ];
    let fields = fields.map(|it| Field { kind: "text", ..it }.view());
    view! { <div class="form">{fields}</div> }.into_any()
}

fn choices(theme: &Theme) -> AnyView {
    let name = format!("{}-choix", theme.code);
    let radios = [("Lieu public", true), ("Lieu discret", false)].map(|(words, on)| {
        let name = name.clone();
        view! {
            <label class="choice">
                <input type="radio" name=name checked=on/>
                <span>{words}<small>"Une phrase qui aide à choisir."</small></span>
            </label>
        }
    });
    view! {
        <fieldset>
            <legend>"Nature du lieu"</legend>
            <div class="choices">
                {radios}
                <label class="choice"><input type="checkbox" checked=true/><span>"J’ai vérifié"</span></label>
            </div>
        </fieldset>
    }
    .into_any()
}

fn steps() -> AnyView {
    let list = |class: &'static str| {
        view! {
            <ol class=class>
                <li class="done">"Due"<small>"24 novembre"</small></li>
                <li class="done">"Sur une liste"<small>"2026-0012"</small></li>
                <li aria-current="step">"Chez le payeur"<small>"depuis 3 jours"</small></li>
                <li>"Payée"</li>
            </ol>
        }
    };
    view! { <div class="card">{list("steps wide")}</div><div class="card">{list("steps")}</div> }
        .into_any()
}

fn progress() -> AnyView {
    view! {
        <div class="card progress">
            <p>"On lit le fichier : 120 lignes sur 300."</p>
            <progress max="300" value="120" aria-label="Lignes lues"></progress>
            <p class="actions"><button type="button">"Arrêter"</button></p>
        </div>
        <div class="card progress">
            <p>"Le fichier se prépare…"</p>
            <progress aria-label="Le fichier se prépare"></progress>
        </div>
    }
    .into_any()
}

fn chart() -> AnyView {
    view! {
        <figure class="chart card">
            <svg class="picture" viewBox="0 0 320 100" role="img" aria-label="Trois mois : 12, 20 et 8 sorties">
                <rect class="ground" width="320" height="80" rx="6"></rect>
                <rect x="30" y="32" width="60" height="48"></rect>
                <rect class="now" x="130" width="60" height="80"></rect>
                <rect class="part" x="230" y="48" width="60" height="32"></rect>
                <line class="goal" x1="0" y1="20" x2="320" y2="20"></line>
                <text x="46" y="96">"sept."</text>
                <text x="150" y="96">"oct."</text>
                <text class="soft" x="246" y="96">"nov."</text>
            </svg>
            <figcaption>"Le trait : ce qu’on voulait faire."</figcaption>
        </figure>
    }
    .into_any()
}

fn empty() -> AnyView {
    view! {
        <div class="empty">
            <Icon path=BASKET/>
            <p><b>"Aucune sortie encore"</b></p>
            <p>"Prévoyez la première : le jour, le lieu, l’équipe."</p>
            <a class="button primary" href="/styleguide">"Prévoir une sortie"</a>
        </div>
    }
    .into_any()
}

fn details() -> AnyView {
    let words = "Ce qui n’est pas utile à chacun attend derrière.";
    view! {
        <details><summary>"Fermé"</summary><p>{words}</p></details>
        <details open=true><summary>"Ouvert"</summary><p>{words}</p></details>
    }
    .into_any()
}

fn counter() -> AnyView {
    let pads = [("one", "+1"), ("", "+5"), ("", "+10")]
        .map(|(class, words)| view! { <button type="button" class=class>{words}</button> });
    view! {
        <div class="phone">
            <div class="count"><output class="num">"88"</output><span class="soft">"seringues, toutes ensemble"</span></div>
            <div class="method" role="group" aria-label="Comment">
                <button type="button" aria-pressed="true"><Icon path=COUNTED/>"compté"</button>
                <button type="button" aria-pressed="false"><Icon path=ESTIMATED/>"estimé"</button>
            </div>
            <div class="pads" role="group" aria-label="Ajouter">
                {pads}
                <button type="button" class="full"><small><b>"Boîte pleine"</b><br/>"environ 30"</small></button>
                <button type="button" class="kind"><Icon path=SYRINGE/><small><b>"seringue"</b></small></button>
            </div>
            <div class="undo">
                <button type="button"><Icon path=UNDO/>"Annuler +5"</button>
                <span><span class="kept"><Icon path=CHECK/>"gardé sur ce téléphone"</span></span>
            </div>
        </div>
    }
    .into_any()
}

fn toasts() -> AnyView {
    view! {
        <div class="samples">
            <span class="kept"><Icon path=CHECK/>"gardé sur ce téléphone"</span>
            <span class="kept wait"><Icon path=CLOCK/>"à envoyer"</span>
            <span class="kept alarm"><Icon path=WARNING/>"Pas gardé : le téléphone est plein."</span>
        </div>
    }
    .into_any()
}

/// It is not one here: nothing is behind it, and the keyboard goes on.
fn dialog(theme: &Theme) -> AnyView {
    let label = format!("Exemple de dialogue, {}", theme.name.to_lowercase());
    view! {
        <div class="phone">
            <div class="veil">
                <div class="sheet" role="group" aria-label=label>
                    <p><b>"Effacer ce téléphone ?"</b></p>
                    <p>"Tout est envoyé. Rien n’est perdu."</p>
                    <button type="button" class="danger"><Icon path=BOX/>"Oui, effacer"</button>
                    <button type="button" class="quiet"><Icon path=QUIT/>"Fermer"</button>
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn drawings() -> AnyView {
    let all: Vec<_> = DRAWINGS
        .iter()
        .map(|(name, meaning, path)| {
            view! {
                <li>
                    <Icon path=*path/>
                    <code>{*name}</code>
                    <span class="soft" lang="en">{meaning.trim()}</span>
                </li>
            }
        })
        .collect();
    view! { <section class="card"><h2>"Pictogrammes"</h2><ul class="drawings">{all}</ul></section> }
        .into_any()
}

fn signs() -> AnyView {
    let colours = SignColour::ALL.iter().cycle();
    let all: Vec<_> = Animal::ALL
        .iter()
        .zip(colours)
        .map(|(animal, colour)| {
            let sign = Sign {
                animal: *animal,
                colour: *colour,
            };
            view! { <li><SignPicture sign=sign/><span>{sign.label()}</span></li> }
        })
        .collect();
    view! { <section class="card"><h2>"Signes"</h2><ul class="drawings">{all}</ul></section> }
        .into_any()
}

fn sizes() -> AnyView {
    let all = [
        ("size-s", "14 px, le plus petit : --text-s"),
        ("", "16 px, la lecture : --text"),
        ("size-l", "20 px, les titres de partie : --text-l"),
        ("size-xl", "28 px, le titre de la page : --text-xl"),
    ];
    let all = all.map(|(class, words)| view! { <li class=class>{words}</li> });
    view! { <section class="card"><h2>"Lettres"</h2><ul class="scale">{all}</ul></section> }
        .into_any()
}

/// Name and value of each token of the usual theme.
fn token_list() -> Vec<(&'static str, &'static str)> {
    let usual = TOKENS.split_once("[data-theme").map_or(TOKENS, |it| it.0);
    usual
        .lines()
        .filter_map(|line| line.trim().strip_suffix(';')?.split_once(": "))
        .filter(|(name, _)| name.starts_with("--"))
        .collect()
}

fn tokens() -> AnyView {
    let all: Vec<_> = token_list()
        .into_iter()
        .map(|(name, value)| {
            let swatch = value.starts_with('#').then(|| {
                let fill = format!("var({name})");
                view! {
                    <svg aria-hidden="true">
                        <rect class="frame" width="100%" height="100%" rx="9" fill=fill></rect>
                    </svg>
                }
            });
            view! { <li>{swatch}<b>{name}</b><span class="soft">{value}</span></li> }
        })
        .collect();
    view! {
        <section class="card">
            <h2><Icon path=SUN/>" Jetons"</h2>
            <ul class="swatches">{all}</ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_shown_with_its_value() {
        let all = token_list();
        let written = TOKENS.split("[data-theme").next().unwrap();
        assert_eq!(all.len(), written.matches("  --").count());
        assert!(all.contains(&("--ink", "#14232b")));
    }
}

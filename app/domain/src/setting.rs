//! The settings of a programme one by one: what each is called, what it changes, what it may be.
//!
//! What the payer decides by itself (who hands the money over, the year's envelope) is not here.
//! A screen shows and reads them as text; what is refused here is refused for everybody.

use crate::money::Cents;
use crate::outing::Equipment;
use crate::people::Title;
use crate::problem::Invalid;
use crate::programme::{Article, BodyName, HelpPlace, PaymentMode, Settings};

/// How a setting is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One line of words.
    Line,
    /// One line, or nothing.
    MaybeLine,
    /// A whole number, from one to another, with its unit.
    Number(u32, u32, &'static str),
    /// An amount in euros, or nothing.
    MaybeEuros,
    /// One of these codes.
    One(&'static [(&'static str, &'static str)]),
    /// Some of these codes, with a space between.
    Some(&'static [(&'static str, &'static str)]),
    /// One a line.
    Lines,
    /// The name of a time zone. Whether it has hours is known where the hours are.
    Zone,
}

/// What settings are about, in the order of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What everything is called.
    Names,
    /// What opens an outing.
    Outings,
    /// Lists and money.
    Money,
    /// How long things are kept.
    Terms,
    /// What the city sees and gives.
    City,
    /// Sharps boxes.
    Boxes,
    /// After a needle-stick.
    Help,
    /// How the staff come in.
    Accounts,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Names,
        Self::Outings,
        Self::Money,
        Self::Terms,
        Self::City,
        Self::Boxes,
        Self::Help,
        Self::Accounts,
    ];

    /// As in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Names => "noms",
            Self::Outings => "sorties",
            Self::Money => "aides",
            Self::Terms => "durees",
            Self::City => "ville",
            Self::Boxes => "collecteurs",
            Self::Help => "piqure",
            Self::Accounts => "comptes",
        }
    }

    /// On a screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Names => "Les noms et l’heure",
            Self::Outings => "Le départ des sorties",
            Self::Money => "Les aides et les listes",
            Self::Terms => "Les durées de garde",
            Self::City => "Ce que la ville voit",
            Self::Boxes => "Les collecteurs",
            Self::Help => "Après une piqûre",
            Self::Accounts => "L’entrée dans les comptes",
        }
    }

    /// From an address.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in forms and in the journal.
    pub code: &'static str,
    /// What it is about.
    pub group: Group,
    /// How it is written.
    pub shape: Shape,
    /// What it is called.
    pub label: &'static str,
    /// What it changes.
    pub effect: &'static str,
}

const ARTICLES: &[(&str, &str)] = &[
    ("le", "le … (le CCAS)"),
    ("la", "la … (la mairie)"),
    ("elided", "l’… (l’association)"),
    ("proper", "rien (La CASE)"),
];
const MODES: &[(&str, &str)] = &[
    ("cash", "espèces"),
    ("voucher", "chèque d’accompagnement personnalisé"),
    ("transfer", "virement"),
];
const ROLES: &[(&str, &str)] = &[
    ("coordinator", "l’association"),
    ("agent", "la ville"),
    ("clerk", "qui paie"),
];
const EQUIPMENT: &[(&str, &str)] = &[
    ("gloves", "gants"),
    ("tongs", "pinces"),
    ("boxes", "collecteurs"),
    ("shoes", "chaussures fermées"),
    ("gel", "gel"),
    ("phone", "téléphone chargé"),
    ("tshirts", "tee-shirts"),
];

macro_rules! settings {
    ($($group:ident: $($code:literal $shape:expr, $label:literal, $effect:literal;)+)+) => {
        /// Every setting that a screen changes.
        pub const ALL: &[Setting] = &[$($(Setting {
            code: $code,
            group: Group::$group,
            shape: $shape,
            label: $label,
            effect: $effect,
        },)+)+];
    };
}

settings! {
    Names:
    "name" Shape::Line, "Nom du programme", "Écrit en bas de chaque page, et sur les feuilles.";
    "town" Shape::Line, "Ville", "Écrite dans les titres, et pour un lieu hors de tout quartier.";
    "association" Shape::Line, "Nom de l’association", "Écrit partout où l’association parle, et sur chaque liste qu’elle certifie.";
    "association_article" Shape::One(ARTICLES), "Petit mot devant l’association", "Pour écrire « de La CASE », et pas « du La CASE ».";
    "city" Shape::MaybeLine, "Nom du service de la ville", "Laissez vide si aucun service de la ville ne vient. Les comptes des agents restent.";
    "city_article" Shape::One(ARTICLES), "Petit mot devant la ville", "Pour écrire « de la mairie ».";
    "payer" Shape::Line, "Nom de qui paie", "Écrit partout où on parle de l’aide. Les listes déjà faites ne changent pas.";
    "payer_article" Shape::One(ARTICLES), "Petit mot devant qui paie", "Pour écrire « du CCAS ».";
    "peer_word" Shape::Line, "Comment s’appelle une personne qui participe", "Écrit sur les attestations et les feuilles.";
    "time_zone" Shape::Zone, "Heure du lieu", "Dit quel jour on est\u{a0}: le jour d’une sortie commence et finit à minuit, à cette heure-là. Change aussi les heures montrées. Une sortie déjà prévue garde son jour.";
    Outings:
    "coordinators_min" Shape::Number(1, 10, "professionnel·le·s au moins"), "Professionnel·le·s au départ", "Le feu vert attend ce nombre de professionnel·le·s.";
    "agents_min" Shape::Number(0, 10, "agent·e·s au moins"), "Agent·e·s au départ", "Le feu vert attend ce nombre d’agent·e·s. Avec 0, l’équipe part sans agent·e.";
    "equipment" Shape::Some(EQUIPMENT), "Matériel à vérifier", "Le feu vert demande chacune de ces choses.";
    "hand_in_days" Shape::Number(1, 365, "jours"), "Remise tardive d’un téléphone", "Pendant ces jours, un téléphone resté éteint peut encore remettre ses relevés. Il ne lit plus rien dès le lendemain de la sortie.";
    Money:
    "list_object" Shape::Line, "Objet écrit sur les listes", "Écrit sur les listes à venir. Ne dites rien ici de la santé des personnes.";
    "service_done" Shape::Line, "Ce que l’association certifie", "Écrit en bas des listes à venir.";
    "decision_reference" Shape::MaybeLine, "Décision de qui paie", "La référence écrite sur les listes à venir.";
    "payment_mode" Shape::One(MODES), "Paiement habituel", "Écrit sur chaque ligne des listes à venir.";
    "payment_modes" Shape::Some(MODES), "Paiements possibles", "Qui paie peut choisir parmi ceux-ci. Le paiement habituel en fait toujours partie.";
    "voucher_cents" Shape::MaybeEuros, "Valeur d’un chèque", "Si tous les chèques valent pareil\u{a0}: le nombre de chèques à donner est alors compté.";
    "regular_months" Shape::Number(2, 24, "mois de suite"), "Paiements réguliers", "Après ces mois payés de suite, l’équipe est prévenue\u{a0}: d’autres droits de la personne peuvent changer. Le logiciel ne décide rien.";
    Terms:
    "peer_months" Shape::Number(6, 60, "mois"), "Une personne que l’équipe ne voit plus", "Après ces mois sans contact, son nom, sa carte et son surnom sont effacés. Si de l’argent lui est dû, la carte part et le nom attend. Ses aides restent sous un numéro.";
    "outing_months" Shape::Number(6, 60, "mois"), "Mots et points « ici » d’une sortie", "Ces mois après une sortie, ses notes, ses raisons écrites et ses points « ici » sont effacés. Rangez avant ce qui reste « ici »\u{a0}: après, on ne sait plus où c’était. Les nombres restent.";
    "photo_months" Shape::Number(1, 24, "mois"), "Photos des signalements", "Après ces mois, la photo est détruite. Le signalement reste.";
    "closed_site_days" Shape::Number(1, 365, "jours"), "Lieu discret fermé", "Ces jours après la fermeture d’un lieu discret, son nom, son point et ses mots sont détruits. Les nombres restent.";
    "journal_months" Shape::Number(6, 36, "mois"), "Journal", "Après ces mois, un mois du journal est détruit en entier.";
    "accounting_years" Shape::Number(1, 30, "ans"), "Fichiers des listes", "Comptés depuis la fin de l’année du dernier document. Ensuite les noms sont détruits\u{a0}; les numéros et les totaux restent.";
    "own_copy_days" Shape::Number(1, 3_650, "jours"), "Copie de l’association", "Pendant ces jours après l’arrivée de la liste, l’association peut encore prendre les fichiers. Ensuite seul qui paie les a.";
    City:
    "small_cell_min" Shape::Number(3, 50, "lieux discrets"), "Lieux discrets par quartier", "La ville ne voit un quartier que s’il a au moins ce nombre de lieux discrets. Sinon ils sont comptés ailleurs, ensemble. Jamais moins de 3.";
    "city_emergency_phone" Shape::MaybeLine, "Numéro d’urgence de la ville", "Montré avec un signalement urgent.";
    Boxes:
    "full_box_litres" Shape::Number(1, 60, "litres"), "Collecteur habituel", "Proposé quand on ferme un collecteur.";
    "full_box_count" Shape::Number(1, 5_000, "seringues"), "Un collecteur plein", "Sert à estimer, et s’affiche toujours « estimé »\u{a0}: personne ne connaît le vrai nombre.";
    Help:
    "validated_by" Shape::MaybeLine, "Médecin qui a relu le texte", "Sans ce nom, la page dit que le texte est à valider.";
    "coordinator_phone" Shape::MaybeLine, "Numéro à appeler", "Le gros bouton de la page « Je me suis piqué·e ».";
    "places" Shape::Lines, "Où aller", "Un lieu par ligne\u{a0}: nom\u{a0}; adresse\u{a0}; téléphone. Le premier est le meilleur.";
    Accounts:
    "second_factor_for" Shape::Some(ROLES), "Qui donne un code à chaque connexion", "Le mot de passe ne suffit plus\u{a0}: il faut aussi un code de son téléphone. Qui n’en a pas encore le met en place à la prochaine connexion. Qui en a un le garde, même si vous décochez. Sans code, le mot de passe doit être plus long. L’association et qui paie ouvrent des noms\u{a0}: mieux vaut les cocher.";
}

/// The setting of a code.
pub fn find(code: &str) -> Option<&'static Setting> {
    ALL.iter().find(|it| it.code == code)
}

/// What a setting is called.
pub fn label(code: &str) -> Option<&'static str> {
    match code {
        // Ticked on a page of its own.
        "first_steps" => Some("Avant la première sortie"),
        _ => find(code).map(|it| it.label),
    }
}

const NAMES: [(Article, &str); 4] = [
    (Article::Le, "le"),
    (Article::La, "la"),
    (Article::Elided, "elided"),
    (Article::Proper, "proper"),
];

fn article_code(article: Article) -> String {
    let found = NAMES.iter().find(|(it, _)| *it == article);
    found.map_or("le", |(_, code)| code).to_owned()
}

fn article_of(code: &str) -> Article {
    let found = NAMES.iter().find(|(_, it)| *it == code);
    found.map_or(Article::Le, |(it, _)| *it)
}

/// « 12 000,00 », « 5 » or « 5.50 » as cents.
pub fn euros(field: &'static str, text: &str) -> Result<Cents, Invalid> {
    let wrong = || Invalid::new(field, "not_an_amount");
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '€')
        .collect();
    let text = text.replace(',', ".");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, "0"));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(rest) || rest.len() > 2 || whole.len() > 9 {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let cents: i64 = format!("{rest:0<2}").parse().map_err(|_| wrong())?;
    match whole * 100 + cents {
        0 => Err(wrong()),
        cents => Ok(Cents(cents)),
    }
}

fn plain_euros(cents: Cents) -> String {
    crate::french::amount_cell(cents)
}

/// The lines of a text that hold something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|it| !it.is_empty())
}

fn place(line: &str) -> Result<HelpPlace, Invalid> {
    let mut parts = line.split(';').map(str::trim);
    let mut part = || parts.next().unwrap_or_default();
    let (name, address, phone) = (part(), part(), part());
    Ok(HelpPlace {
        name: Title::new("places", name)?.as_str().into(),
        address: Title::new("places", address)?.as_str().into(),
        phone: maybe_phone("places", phone)?,
    })
}

fn maybe_line(field: &'static str, text: &str) -> Result<Option<String>, Invalid> {
    match text.trim() {
        "" => Ok(None),
        text => Title::new(field, text).map(|it| Some(it.as_str().into())),
    }
}

/// As it is dialled: digits, spaces, points, and a plus in front.
fn maybe_phone(field: &'static str, text: &str) -> Result<Option<String>, Invalid> {
    let found = maybe_line(field, text)?;
    let is_phone = |it: &String| {
        let digits = it.bytes().filter(u8::is_ascii_digit).count();
        (2..=15).contains(&digits) && it.chars().all(|c| c.is_ascii_digit() || " .+-".contains(c))
    };
    match found {
        Some(it) if !is_phone(&it) => Err(Invalid::new(field, "not_a_phone")),
        found => Ok(found),
    }
}

/// As such names are written: « America/Port-au-Prince », « Etc/GMT+1 ».
fn zone(field: &'static str, text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    let known = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    match (1..=64).contains(&text.len()) && text.chars().all(known) {
        true => Ok(text.to_owned()),
        false => Err(Invalid::new(field, "unknown_value")),
    }
}

fn number(it: &Setting, text: &str) -> Result<u32, Invalid> {
    let Shape::Number(min, max, _) = it.shape else {
        return Err(Invalid::new(it.code, "unknown_value"));
    };
    let number: Option<u32> = text.trim().parse().ok();
    number
        .filter(|n| (min..=max).contains(n))
        .ok_or_else(|| Invalid::new(it.code, "out_of_range"))
}

/// The codes of a text, each known, in the order of the list.
fn codes(it: &Setting, text: &str) -> Result<Vec<&'static str>, Invalid> {
    let (Shape::One(known) | Shape::Some(known)) = it.shape else {
        return Err(Invalid::new(it.code, "unknown_value"));
    };
    let asked: Vec<&str> = text.split_whitespace().collect();
    if !asked
        .iter()
        .all(|it| known.iter().any(|(code, _)| code == it))
    {
        return Err(Invalid::new(it.code, "unknown_value"));
    }
    let chosen = known.iter().map(|(code, _)| *code);
    Ok(chosen.filter(|code| asked.contains(code)).collect())
}

fn one_code(it: &Setting, text: &str) -> Result<&'static str, Invalid> {
    match codes(it, text)?.as_slice() {
        [one] => Ok(one),
        _ => Err(Invalid::new(it.code, "unknown_value")),
    }
}

/// What a setting is now, as text. Unknown codes are nothing.
pub fn read(settings: &Settings, code: &str) -> String {
    let it = settings;
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    match code {
        "name" => it.name.clone(),
        "town" => it.town.clone(),
        "association" => it.association.name.clone(),
        "association_article" => article_code(it.association.article),
        "city" => it.city.as_ref().map_or(String::new(), |it| it.name.clone()),
        "city_article" => it
            .city
            .as_ref()
            .map_or("la".into(), |it| article_code(it.article)),
        "payer" => it.payer.name.clone(),
        "payer_article" => article_code(it.payer.article),
        "peer_word" => it.peer_word.clone(),
        "coordinators_min" => it.green_light.coordinators_min.to_string(),
        "agents_min" => it.green_light.agents_min.to_string(),
        "equipment" => it.green_light.equipment.join(" "),
        "list_object" => it.list_object.clone(),
        "service_done" => it.service_done.clone(),
        "decision_reference" => text(&it.decision_reference),
        "time_zone" => it.time_zone.clone(),
        "second_factor_for" => it.second_factor_for.join(" "),
        "payment_mode" => it.payment_mode.code().into(),
        "payment_modes" => {
            let codes: Vec<_> = it.payment_modes.iter().map(|it| it.code()).collect();
            codes.join(" ")
        }
        "voucher_cents" => it.voucher_cents.map_or(String::new(), plain_euros),
        "validated_by" => text(&it.help.validated_by),
        "coordinator_phone" => text(&it.help.coordinator_phone),
        "city_emergency_phone" => text(&it.city_emergency_phone),
        "places" => {
            let of = |it: &HelpPlace| match &it.phone {
                Some(phone) => format!("{} ; {} ; {phone}", it.name, it.address),
                None => format!("{} ; {}", it.name, it.address),
            };
            it.help.places.iter().map(of).collect::<Vec<_>>().join("\n")
        }
        code => number_in(&mut it.clone(), code).map_or(String::new(), |n| n.to_string()),
    }
}

/// Where a number of the terms and boxes lives.
fn number_in<'a>(it: &'a mut Settings, code: &str) -> Option<&'a mut u32> {
    Some(match code {
        "hand_in_days" => &mut it.hand_in_days,
        "regular_months" => &mut it.regular_months,
        "peer_months" => &mut it.terms.peer_months,
        "photo_months" => &mut it.terms.photo_months,
        "outing_months" => &mut it.terms.outing_months,
        "closed_site_days" => &mut it.terms.closed_site_days,
        "journal_months" => &mut it.terms.journal_months,
        "accounting_years" => &mut it.accounting_years,
        "own_copy_days" => &mut it.own_copy_days,
        "small_cell_min" => &mut it.small_cell_min,
        "full_box_litres" => &mut it.full_box_litres,
        "full_box_count" => &mut it.full_box_count,
        "coordinators_min" => &mut it.green_light.coordinators_min,
        "agents_min" => &mut it.green_light.agents_min,
        _ => return None,
    })
}

/// Sets one; the error names the setting.
pub fn write(settings: &mut Settings, code: &str, text: &str) -> Result<(), Invalid> {
    let it = find(code).ok_or_else(|| Invalid::new("setting", "unknown_value"))?;
    let line = |text: &str| Title::new(it.code, text).map(|it| it.as_str().to_owned());
    let to = settings;
    match it.code {
        "name" => to.name = line(text)?,
        "town" => to.town = line(text)?,
        "association" => to.association.name = line(text)?,
        "association_article" => to.association.article = article_of(one_code(it, text)?),
        "city" => to.city = city(to, maybe_line(it.code, text)?),
        "city_article" => {
            let article = article_of(one_code(it, text)?);
            if let Some(city) = &mut to.city {
                city.article = article;
            }
        }
        "payer" => to.payer.name = line(text)?,
        "payer_article" => to.payer.article = article_of(one_code(it, text)?),
        "peer_word" => to.peer_word = line(text)?,
        "equipment" => {
            let chosen = codes(it, text)?;
            let known = Equipment::ALL.iter().map(|it| it.code());
            let kept = known.filter(|it| chosen.contains(it)).map(str::to_owned);
            to.green_light.equipment = kept.collect();
        }
        "time_zone" => to.time_zone = zone(it.code, text)?,
        "second_factor_for" => {
            let chosen = codes(it, text)?.into_iter();
            to.second_factor_for = chosen.map(str::to_owned).collect();
        }
        "list_object" => to.list_object = line(text)?,
        "service_done" => to.service_done = line(text)?,
        "decision_reference" => to.decision_reference = maybe_line(it.code, text)?,
        "payment_mode" => to.payment_mode = mode(one_code(it, text)?),
        "payment_modes" => to.payment_modes = codes(it, text)?.into_iter().map(mode).collect(),
        "voucher_cents" => {
            let text = text.trim();
            let euros = (!text.is_empty()).then(|| euros(it.code, text));
            to.voucher_cents = euros.transpose()?;
        }
        "validated_by" => to.help.validated_by = maybe_line(it.code, text)?,
        "coordinator_phone" => to.help.coordinator_phone = maybe_phone(it.code, text)?,
        "city_emergency_phone" => to.city_emergency_phone = maybe_phone(it.code, text)?,
        "places" => to.help.places = lines(text).map(place).collect::<Result<_, _>>()?,
        code => {
            let number = number(it, text)?;
            if let Some(place) = number_in(to, code) {
                *place = number;
            }
        }
    }
    // The usual way to pay is always one of the possible ones.
    if !to.payment_modes.contains(&to.payment_mode) {
        to.payment_modes.insert(0, to.payment_mode);
    }
    Ok(())
}

fn city(settings: &Settings, name: Option<String>) -> Option<BodyName> {
    let article = settings.city.as_ref().map_or(Article::La, |it| it.article);
    name.map(|name| BodyName { name, article })
}

fn mode(code: &str) -> PaymentMode {
    PaymentMode::from_code(code).unwrap_or(PaymentMode::Cash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowance::RateTable;
    use proptest::prelude::*;

    fn some() -> Settings {
        let json = r#"{"name":"A","town":"B","time_zone":"Europe/Paris",
          "association":{"name":"La CASE","article":"proper"},
          "city":{"name":"mairie","article":"la"},"payer":{"name":"CCAS","article":"le"},
          "peer_word":"pair","rates":[{"from":"2019-01-01","amount_cents":1500}],
          "payment_mode":"cash",
          "green_light":{"coordinators_min":1,"agents_min":1,"equipment":["gloves"]},
          "list_object":"Objet","service_done":"Fait"}"#;
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_a_screen_shows_of_a_setting_may_be_sent_back_and_changes_nothing() {
        let mut settings = some();
        write(
            &mut settings,
            "places",
            "Urgences ; 1 rue Haute ; 05 56 00 00 00\nAutre; ici",
        )
        .unwrap();
        write(&mut settings, "voucher_cents", "5,00 €").unwrap();
        for it in ALL {
            let before = settings.clone();
            let text = read(&settings, it.code);
            write(&mut settings, it.code, &text).unwrap_or_else(|e| panic!("{}: {e}", it.code));
            assert_eq!(settings, before, "{}", it.code);
        }
        let _: &RateTable = &settings.rates;
        assert_eq!(settings.voucher_cents, Some(Cents(500)));
    }

    #[test]
    fn what_cannot_be_is_refused_and_named() {
        for (code, wrong) in [
            ("name", ""),
            ("name", "deux\nlignes"),
            ("small_cell_min", "2"),
            ("journal_months", "0"),
            ("journal_months", "douze"),
            ("payment_mode", "gold"),
            ("payment_mode", ""),
            ("equipment", "gloves sword"),
            ("voucher_cents", "0"),
            ("voucher_cents", "-5"),
            ("coordinator_phone", "appelez Léa"),
            ("places", "Urgences"),
            ("time_zone", ""),
            ("time_zone", "Ici, chez nous"),
            ("second_factor_for", "coordinator peer"),
            ("no_such", "1"),
        ] {
            let mut settings = some();
            let refused = write(&mut settings, code, wrong).unwrap_err();
            let named = if code == "no_such" { "setting" } else { code };
            assert_eq!(refused.0.field, named, "{code}: {wrong}");
            assert_eq!(settings, some(), "{code}: {wrong}");
        }
    }

    #[test]
    fn the_usual_way_to_pay_is_always_possible() {
        let mut settings = some();
        write(&mut settings, "payment_modes", "voucher").unwrap();
        assert_eq!(
            settings.payment_modes,
            [PaymentMode::Cash, PaymentMode::Voucher]
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_settings_that_cannot_be_kept(n in 0..ALL.len(), text in "\\PC{0,40}") {
            let mut settings = some();
            let code = ALL[n].code;
            let before = settings.clone();
            if write(&mut settings, code, &text).is_err() {
                prop_assert_eq!(&settings, &before);
            }
            let kept = serde_json::to_string(&settings).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Settings>(&kept).unwrap(), &settings);
            prop_assert!(settings.small_cell_min >= 3);
        }
    }
}

//! The settings of a programme: everything one town does otherwise than another.

use crate::allowance::RateTable;
use crate::money::Cents;
use crate::outing::{Equipment, GreenLightRule};
use crate::people::coded_enum;
use crate::problem::Invalid;
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// How a body's name takes its article, so that no screen says « de le CCAS ».
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Article {
    /// « le CCAS », « du CCAS », « au CCAS ».
    Le,
    /// « la mairie », « de la mairie », « à la mairie ».
    La,
    /// « l'association », « de l'association », « à l'association ».
    Elided,
    /// A proper name: « La CASE », « de La CASE », « à La CASE ».
    Proper,
}

/// What a body is called on this programme's screens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyName {
    /// Without article, unless it is part of the name: « CCAS », « La CASE ».
    pub name: String,
    /// Its article.
    pub article: Article,
}

impl BodyName {
    /// Makes a name.
    pub fn new(name: &str, article: Article) -> Self {
        Self {
            name: name.into(),
            article,
        }
    }

    /// Reads a name as it is said, with its article in small letters: « le CCAS », « l’agglo »,
    /// « La CASE » (whose article is part of it).
    pub fn parse(said: &str) -> Result<Self, Invalid> {
        let said = said.trim();
        let articles = [
            ("le ", Article::Le),
            ("la ", Article::La),
            ("l’", Article::Elided),
            ("l'", Article::Elided),
        ];
        let found = articles
            .iter()
            .find_map(|(word, article)| Some((said.strip_prefix(word)?, *article)));
        match found.unwrap_or((said, Article::Proper)) {
            ("", _) => Err(Invalid::new("name", "missing")),
            (name, article) => Ok(Self::new(name.trim(), article)),
        }
    }

    /// « le CCAS ».
    pub fn the(&self) -> String {
        self.with("le ", "la ", "l’", "")
    }

    /// « du CCAS ».
    pub fn of_the(&self) -> String {
        self.with("du ", "de la ", "de l’", "de ")
    }

    /// « au CCAS ».
    pub fn to_the(&self) -> String {
        self.with("au ", "à la ", "à l’", "à ")
    }

    fn with(&self, le: &str, la: &str, elided: &str, proper: &str) -> String {
        let before = match self.article {
            Article::Le => le,
            Article::La => la,
            Article::Elided => elided,
            Article::Proper => proper,
        };
        format!("{before}{}", self.name)
    }
}

coded_enum! {
    /// How the money reaches a person.
    PaymentMode {
        /// Cash against signature (« régie d'avances »).
        Cash = "cash", "espèces";
        /// « Chèque d'accompagnement personnalisé ».
        Voucher = "voucher", "chèque d’accompagnement personnalisé";
        /// Bank transfer.
        Transfer = "transfer", "virement";
    }
}

impl Serialize for PaymentMode {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for PaymentMode {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = String::deserialize(from)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("unknown payment mode"))
    }
}

/// Where to go and whom to call after a needle-stick, as the association set it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedleStickHelp {
    /// The doctor who checked the words; until then the page says that somebody must.
    #[serde(default)]
    pub validated_by: Option<String>,
    /// The number of whoever coordinates, as it is dialled.
    #[serde(default)]
    pub coordinator_phone: Option<String>,
    /// Emergency departments, the nearest or best first.
    #[serde(default)]
    pub places: Vec<HelpPlace>,
}

/// Where somebody who was pricked is received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpPlace {
    /// « Urgences de l’hôpital Saint-André ».
    pub name: String,
    /// Street and town.
    pub address: String,
    /// As it is dialled.
    #[serde(default)]
    pub phone: Option<String>,
}

/// What the payer set aside for one civil year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// The year.
    pub year: i16,
    /// How much.
    pub amount_cents: Cents,
}

/// Something that was settled before the first outing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstStep {
    /// Which.
    pub code: String,
    /// The day it was ticked.
    pub on: Day,
}

/// How long things are kept that nobody needs any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Months without contact after which a peer is forgotten.
    pub peer_months: u32,
    /// Months that a picture of a flag is kept.
    pub photo_months: u32,
    /// Months that words, notes and « ici » points of an outing stay after its day.
    pub outing_months: u32,
    /// Days that what is sealed of a discreet site stays after it was closed.
    pub closed_site_days: u32,
    /// Months that the journal is kept.
    pub journal_months: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            peer_months: 24,
            photo_months: 6,
            outing_months: 24,
            closed_site_days: 30,
            journal_months: 12,
        }
    }
}

/// One town's way of doing it. Kept as JSON in the programme's row; a missing new setting takes
/// its default, so that an older row is always read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// « A.P.C. Bordeaux ».
    pub name: String,
    /// The town, for titles and for flags outside any quarter.
    pub town: String,
    /// IANA time zone: days and weeks are those of the place.
    pub time_zone: String,
    /// The association that runs the outings.
    pub association: BodyName,
    /// The city's hygiene service, where one takes part.
    pub city: Option<BodyName>,
    /// Who pays.
    pub payer: BodyName,
    /// What a peer is called on lists and cards.
    pub peer_word: String,
    /// Amounts by first day.
    pub rates: RateTable,
    /// How the money reaches a person.
    pub payment_mode: PaymentMode,
    /// What opens an outing.
    pub green_light: GreenLightRule,
    /// The object written on every list.
    pub list_object: String,
    /// « Service fait » as the association certifies it on a list.
    pub service_done: String,
    /// The payer's decision that lists refer to.
    #[serde(default)]
    pub decision_reference: Option<String>,
    /// Every way the payer pays in; the usual one is [`Settings::payment_mode`].
    #[serde(default = "every_mode")]
    pub payment_modes: Vec<PaymentMode>,
    /// What one voucher is worth, where all are worth the same.
    #[serde(default)]
    pub voucher_cents: Option<Cents>,
    /// Logins of those whom the payer appointed to hand the money over (« régie d'avances »).
    #[serde(default)]
    pub appointed: Vec<String>,
    /// What the payer set aside, by civil year.
    #[serde(default)]
    pub budgets: Vec<Budget>,
    /// Months of payment in a row from which the association is told: regular payments may matter
    /// to other rights of a person.
    #[serde(default = "default_regular_months")]
    pub regular_months: u32,
    /// Years that the files of a list are kept for the accounts, from the end of the year of its
    /// last document; then they are destroyed.
    #[serde(default = "default_accounting_years")]
    pub accounting_years: u32,
    /// Days after a list was acknowledged in which the association may still take its files.
    #[serde(default = "default_own_copy_days")]
    pub own_copy_days: u32,
    /// Litres of the usual sharps box.
    #[serde(default = "default_box_litres")]
    pub full_box_litres: u32,
    /// Items a full box is estimated at. No reliable factor exists: a setting, shown as « estimé ».
    #[serde(default = "default_box_count")]
    pub full_box_count: u32,
    /// Days after an outing in which a crew phone may still hand in facts.
    #[serde(default = "default_hand_in_days")]
    pub hand_in_days: u32,
    /// Where to go and whom to call after a needle-stick.
    #[serde(default)]
    pub help: NeedleStickHelp,
    /// Discreet sites a quarter needs before the city sees the quarter at all.
    #[serde(default = "default_small_cell")]
    pub small_cell_min: u32,
    /// How long things are kept.
    #[serde(default)]
    pub terms: Terms,
    /// What was settled before the first outing.
    #[serde(default)]
    pub first_steps: Vec<FirstStep>,
    /// The city's own emergency number, as it is dialled: shown with an urgent flag.
    #[serde(default)]
    pub city_emergency_phone: Option<String>,
    /// Roles whose accounts come in with a second factor only: `coordinator`, `agent`, `clerk`.
    #[serde(default = "default_second_factor_for")]
    pub second_factor_for: Vec<String>,
}

/// What must be said of a programme when it is founded.
#[derive(Clone, Debug)]
pub struct Founding {
    /// « A.P.C. Bordeaux ».
    pub name: String,
    /// The town.
    pub town: String,
    /// IANA time zone.
    pub time_zone: String,
    /// The association that runs the outings.
    pub association: BodyName,
    /// The city's hygiene service, where one takes part.
    pub city: Option<BodyName>,
    /// Who pays.
    pub payer: BodyName,
    /// Amounts by first day.
    pub rates: RateTable,
}

impl Settings {
    /// The settings that a programme begins with; they are then changed on `/reglages`.
    pub fn founded(it: Founding) -> Self {
        let agents_min = u32::from(it.city.is_some());
        Self {
            name: it.name,
            town: it.town,
            time_zone: it.time_zone,
            association: it.association,
            city: it.city,
            payer: it.payer,
            peer_word: "acteur·rice de prévention communautaire".into(),
            rates: it.rates,
            payment_mode: PaymentMode::Cash,
            green_light: GreenLightRule {
                coordinators_min: 1,
                agents_min,
                equipment: Equipment::ALL.iter().map(|it| it.code().into()).collect(),
            },
            list_object: "Participation à une action collective".into(),
            service_done: "Service fait".into(),
            decision_reference: None,
            payment_modes: every_mode(),
            voucher_cents: None,
            appointed: Vec::new(),
            budgets: Vec::new(),
            regular_months: default_regular_months(),
            accounting_years: default_accounting_years(),
            own_copy_days: default_own_copy_days(),
            full_box_litres: default_box_litres(),
            full_box_count: default_box_count(),
            hand_in_days: default_hand_in_days(),
            help: NeedleStickHelp::default(),
            small_cell_min: default_small_cell(),
            terms: Terms::default(),
            first_steps: Vec::new(),
            city_emergency_phone: None,
            second_factor_for: default_second_factor_for(),
        }
    }
}

fn default_second_factor_for() -> Vec<String> {
    ["coordinator", "clerk"].map(str::to_owned).to_vec()
}

fn every_mode() -> Vec<PaymentMode> {
    PaymentMode::ALL.to_vec()
}
fn default_regular_months() -> u32 {
    3
}
fn default_accounting_years() -> u32 {
    10
}
fn default_own_copy_days() -> u32 {
    90
}
fn default_box_litres() -> u32 {
    2
}
fn default_box_count() -> u32 {
    60
}
fn default_hand_in_days() -> u32 {
    90
}
fn default_small_cell() -> u32 {
    3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_bodies_take_their_article() {
        let ccas = BodyName::new("CCAS", Article::Le);
        assert_eq!(
            (ccas.the(), ccas.of_the(), ccas.to_the()),
            ("le CCAS".into(), "du CCAS".into(), "au CCAS".into())
        );
        let case = BodyName::new("La CASE", Article::Proper);
        assert_eq!(case.of_the(), "de La CASE");
        assert_eq!(BodyName::new("mairie", Article::La).to_the(), "à la mairie");
        assert_eq!(
            BodyName::new("agglo", Article::Elided).of_the(),
            "de l’agglo"
        );
    }

    #[test]
    fn a_name_is_read_as_it_is_said() {
        let said = |text: &str| BodyName::parse(text).unwrap().of_the();
        assert_eq!(said("le CCAS"), "du CCAS");
        assert_eq!(said(" la mairie "), "de la mairie");
        assert_eq!(said("l'agglo"), "de l’agglo");
        assert_eq!(said("La CASE"), "de La CASE");
        assert!(BodyName::parse(" ").is_err() && BodyName::parse("l’").is_err());
    }
}

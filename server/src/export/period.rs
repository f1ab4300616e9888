//! All lines of the lists of a period, and where each stands: what the payer keeps its books by.
//!
//! Written list by list, so that ten years take no more memory than one list.

use super::csv::{Dialect, harmless};
use domain::allowance::{ListNumber, Receipt};
use domain::programme::PaymentMode;
use domain::{Cents, CivilIdentity, Day};
use std::borrow::Cow;

/// Columns are named and additive: readers find them by name.
const COLUMNS: [&str; 17] = [
    "etat",
    "edite_le",
    "etat_paiement",
    "ligne",
    "nom",
    "prenom",
    "date_naissance",
    "reference",
    "date_sortie",
    "montant",
    "situation",
    "decision",
    "mode",
    "date_paiement",
    "paye_par",
    "recu",
    "retournee",
];

/// One line of a list, and where it stands.
#[derive(Clone, Debug)]
pub struct PeriodLine<'a> {
    /// The list's number.
    pub list: ListNumber,
    /// The day it was issued.
    pub issued_on: Day,
    /// The number of its « état de paiement ».
    pub statement: Option<ListNumber>,
    /// Place on the list, from one.
    pub rank: usize,
    /// Nobody once the names of the list are destroyed.
    pub identity: Option<&'a CivilIdentity>,
    /// The outing's day.
    pub outing_day: Day,
    /// The amount.
    pub amount: Cents,
    /// « à payer », « payée », « reçue »…
    pub situation: &'a str,
    /// The payer's decision.
    pub decision: Option<&'a str>,
    /// How it was paid.
    pub mode: Option<PaymentMode>,
    /// When.
    pub paid_on: Option<Day>,
    /// Whose hand.
    pub hand: Option<&'a str>,
    /// How it is known that the person has it.
    pub receipt: Option<Receipt>,
    /// It came back, and waits for a later list.
    pub is_returned: bool,
}

/// A file that is being written.
pub struct Period {
    dialect: Dialect,
    writer: csv::Writer<Vec<u8>>,
}

impl Period {
    /// With its head.
    pub fn begin(dialect: Dialect) -> Result<Self, csv::Error> {
        let mut writer = dialect.writer();
        writer.write_record(COLUMNS)?;
        Ok(Self { dialect, writer })
    }

    /// One line of a list.
    pub fn line(&mut self, it: &PeriodLine<'_>) -> Result<(), csv::Error> {
        let dialect = self.dialect;
        let day = |day: Option<Day>| day.map_or(String::new(), |it| dialect.day(it)).into();
        let words = |text: Option<&str>| harmless(text.unwrap_or("")).into_owned().into();
        let who = it.identity;
        let reference = who.and_then(|it| it.reference.as_deref());
        let row: [Cow<'_, str>; 17] = [
            it.list.to_string().into(),
            day(Some(it.issued_on)),
            it.statement
                .map_or(String::new(), |it| it.to_string())
                .into(),
            it.rank.to_string().into(),
            words(who.map(|it| it.surname.as_str())),
            words(who.map(|it| it.first_name.as_str())),
            day(who.and_then(|it| it.born)),
            dialect.reference(reference.unwrap_or("")),
            day(Some(it.outing_day)),
            dialect.amount(it.amount).into(),
            it.situation.into(),
            words(it.decision),
            it.mode.map_or("", PaymentMode::label).into(),
            day(it.paid_on),
            words(it.hand),
            it.receipt.map_or("", Receipt::label).into(),
            if it.is_returned { "oui" } else { "" }.into(),
        ];
        self.writer.write_record(row.iter().map(|it| it.as_bytes()))
    }

    /// The whole file.
    pub fn end(self) -> Result<String, csv::Error> {
        self.dialect.finish(self.writer)
    }
}

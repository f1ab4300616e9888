//! The « état de paiement » of a list: how each of its lines was paid, by whom, and how it is known
//! that the person has it. Its own number and the list's stand on it.

use super::csv::{Dialect, harmless};
use domain::allowance::{ListNumber, Receipt};
use domain::programme::PaymentMode;
use domain::{Cents, Day, Settings, french};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A line as the payer settled it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentLine {
    /// As on the list.
    pub surname: String,
    /// As on the list.
    pub first_name: String,
    /// As on the list.
    pub born: Option<Day>,
    /// As on the list.
    pub reference: Option<String>,
    /// The outing's day.
    pub outing_day: Day,
    /// The amount; negative when something was taken back.
    pub amount_cents: Cents,
    /// How it was paid; nothing when the payer returned it.
    pub paid: Option<Paid>,
    /// Why the payer returned it.
    pub returned: Option<String>,
}

/// How one line was paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Paid {
    /// The payer's decision.
    pub decision: Option<String>,
    /// Cash, voucher, transfer.
    pub mode: PaymentMode,
    /// When.
    pub on: Day,
    /// Whose hand.
    pub hand: Option<String>,
    /// Numbers of vouchers.
    pub vouchers: Vec<String>,
    /// How it is known that the person has it.
    #[serde(with = "receipt_code")]
    pub receipt: Option<Receipt>,
    /// Who saw it or took it.
    pub seen_by: Option<String>,
}

impl Paid {
    /// « devant deux témoins : A. et B. »
    pub fn receipt_words(&self) -> String {
        let how = self.receipt.map(|it| it.label().to_owned());
        let parts = [how, self.seen_by.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" : ")
    }
}

/// A receipt goes by its code.
mod receipt_code {
    use domain::allowance::Receipt;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::ref_option, reason = "the shape that serde asks for")]
    pub(super) fn serialize<S: Serializer>(it: &Option<Receipt>, to: S) -> Result<S::Ok, S::Error> {
        it.map(Receipt::code).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Receipt>, D::Error> {
        let code = Option::<String>::deserialize(from)?;
        Ok(code.as_deref().and_then(Receipt::from_code))
    }
}

/// What is said of the document as a whole.
#[derive(Clone, Copy, Debug)]
pub struct PaymentHead<'a> {
    /// Names of the bodies and object, as when the list was issued.
    pub settings: &'a Settings,
    /// Its own number.
    pub number: ListNumber,
    /// The number of the list.
    pub list: ListNumber,
    /// The day it was issued.
    pub issued_on: Day,
}

/// Columns are named and additive: readers find them by name.
const COLUMNS: [&str; 18] = [
    "etat_paiement",
    "etat",
    "ligne",
    "decision",
    "objet",
    "nom",
    "prenom",
    "date_naissance",
    "reference",
    "date_sortie",
    "montant",
    "mode",
    "date_paiement",
    "paye_par",
    "numeros",
    "recu",
    "recu_par",
    "retour",
];

/// Writes it as CSV.
pub fn payment_csv(
    head: PaymentHead<'_>,
    lines: &[PaymentLine],
    dialect: Dialect,
) -> Result<String, csv::Error> {
    let mut writer = dialect.writer();
    writer.write_record(COLUMNS)?;
    for (rank, line) in (1..).zip(lines) {
        let row = row(head, rank, line, dialect);
        writer.write_record(row.iter().map(|cell| cell.as_bytes()))?;
    }
    dialect.finish(writer)
}

fn row<'a>(
    head: PaymentHead<'a>,
    rank: u32,
    line: &'a PaymentLine,
    dialect: Dialect,
) -> [Cow<'a, str>; 18] {
    let paid = line.paid.as_ref();
    let words = |it: Option<&'a String>| harmless(it.map_or("", String::as_str));
    let day = |it: Option<Day>| it.map_or(String::new(), |day| dialect.day(day)).into();
    [
        head.number.to_string().into(),
        head.list.to_string().into(),
        u32::to_string(&rank).into(),
        words(paid.and_then(|it| it.decision.as_ref())),
        harmless(&head.settings.list_object),
        harmless(&line.surname),
        harmless(&line.first_name),
        day(line.born),
        words(line.reference.as_ref()),
        dialect.day(line.outing_day).into(),
        dialect.amount(line.amount_cents).into(),
        paid.map_or("", |it| it.mode.label()).into(),
        day(paid.map(|it| it.on)),
        words(paid.and_then(|it| it.hand.as_ref())),
        paid.map_or_else(String::new, |it| it.vouchers.join(" "))
            .into(),
        receipt(paid).into(),
        words(paid.and_then(|it| it.seen_by.as_ref())),
        words(line.returned.as_ref()),
    ]
}

fn receipt(paid: Option<&Paid>) -> &'static str {
    let receipt = paid.and_then(|it| it.receipt);
    receipt.map_or("", Receipt::label)
}

/// What was paid, of the lines of a document.
pub fn total(lines: &[PaymentLine]) -> Cents {
    let paid = lines.iter().filter(|it| it.paid.is_some());
    paid.map(|it| it.amount_cents).sum()
}

/// How much was paid, in words.
pub fn total_in_words(lines: &[PaymentLine]) -> String {
    french::amount_in_words(total(lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::bordeaux_settings;

    #[test]
    fn each_line_says_how_it_was_paid_or_why_it_came_back() {
        let settings = bordeaux_settings();
        let day = Day::new(2026, 11, 24).unwrap();
        let line = |paid, returned: Option<&str>| PaymentLine {
            surname: "=Éluard".into(),
            first_name: "Zoé".into(),
            born: Some(day),
            reference: None,
            outing_day: day,
            amount_cents: Cents(1_500),
            paid,
            returned: returned.map(Into::into),
        };
        let paid = Paid {
            decision: Some("2026-12".into()),
            mode: PaymentMode::Voucher,
            on: day,
            hand: Some("Mme Roy".into()),
            vouchers: vec!["007".into(), "008".into()],
            receipt: Some(Receipt::Witnesses),
            seen_by: Some("A. et B.".into()),
        };
        let lines = [line(Some(paid), None), line(None, Some("date inconnue"))];
        let number = "2026-0002".parse().unwrap();
        let head = PaymentHead {
            settings: &settings,
            number,
            list: "2026-0001".parse().unwrap(),
            issued_on: day,
        };
        let text = payment_csv(head, &lines, Dialect::ExcelFr).unwrap();
        assert!(text.contains("2026-0002;2026-0001;1;2026-12;"), "{text}");
        assert!(
            text.contains("24/11/2026;Mme Roy;007 008;devant deux témoins;A. et B.;\r\n"),
            "{text}"
        );
        assert!(text.contains("'=Éluard") && text.contains("date inconnue"));
        assert_eq!(total(&lines), Cents(1_500));
        assert_eq!(total_in_words(&lines), "quinze euros");
        let sealed = serde_json::to_string(&lines[0]).unwrap();
        let read: PaymentLine = serde_json::from_str(&sealed).unwrap();
        assert_eq!(read.paid.unwrap().receipt, Some(Receipt::Witnesses));
    }
}

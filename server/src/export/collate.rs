//! Sorting names as French people do (Unicode collation with CLDR's French rules).

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;

/// « Ébène » between « Dupont » and « Faure »; case and accents decide only between equals.
pub fn french() -> FrenchOrder {
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Tertiary);
    FrenchOrder(Collator::try_new(locale!("fr").into(), options).ok())
}

/// The order of a French index.
pub struct FrenchOrder(Option<CollatorBorrowed<'static>>);

impl FrenchOrder {
    /// Which of two names comes first.
    pub fn compare(&self, a: &str, b: &str) -> std::cmp::Ordering {
        match &self.0 {
            Some(collator) => collator.compare(a, b),
            None => a.cmp(b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_send_a_name_to_the_end() {
        let order = french();
        let mut names = [
            "Zola",
            "Élie",
            "eliard",
            "Faure",
            "Dupont",
            "Œuvrard",
            "O’Brien",
        ];
        names.sort_by(|a, b| order.compare(a, b));
        assert_eq!(
            names,
            [
                "Dupont",
                "eliard",
                "Élie",
                "Faure",
                "O’Brien",
                "Œuvrard",
                "Zola"
            ]
        );
    }
}

//! The settings of the two demonstration programmes: two towns that do everything otherwise.

use crate::settings::first_steps;
use domain::allowance::{Rate, RateTable};
use domain::outing::{Equipment, GreenLightRule};
use domain::programme::{Article, BodyName, HelpPlace, NeedleStickHelp, PaymentMode, Terms};
use domain::{Cents, Day, Settings};
use jiff::civil::Date;

/// Settings of « A.P.C. Bordeaux ».
pub fn bordeaux_settings() -> Settings {
    Settings {
        name: "A.P.C. Bordeaux".into(),
        town: "Bordeaux".into(),
        time_zone: "Europe/Paris".into(),
        association: BodyName::new("La CASE", Article::Proper),
        city: Some(BodyName::new("mairie", Article::La)),
        payer: BodyName::new("CCAS", Article::Le),
        peer_word: "acteur·rice de prévention communautaire".into(),
        rates: one_rate(2019, Cents(1_500)),
        payment_mode: PaymentMode::Cash,
        green_light: GreenLightRule {
            coordinators_min: 1,
            agents_min: 1,
            equipment: codes(Equipment::ALL),
        },
        list_object: "Participation à une action collective".into(),
        service_done: "Service fait".into(),
        decision_reference: None,
        payment_modes: PaymentMode::ALL.to_vec(),
        voucher_cents: None,
        appointed: vec!["camille@lacase.example".into()],
        budgets: Vec::new(),
        regular_months: 3,
        accounting_years: 10,
        own_copy_days: 90,
        full_box_litres: 2,
        full_box_count: 60,
        hand_in_days: 90,
        small_cell_min: 3,
        terms: Terms::default(),
        first_steps: first_steps::all_on(Day(Date::constant(2019, 3, 4))),
        // Kept for fiction, like the others.
        city_emergency_phone: Some("05 36 49 11 11".into()),
        // A demonstration's passwords are public: codes would only be in the way.
        second_factor_for: Vec::new(),
        help: bordeaux_help(),
    }
}

/// Settings of a small invented town: a department pays, 10 € in vouchers, and no city service
/// walks along.
pub fn bourg_settings() -> Settings {
    Settings {
        name: "Le Relais à Saint-Aubin".into(),
        town: "Saint-Aubin-des-Vignes".into(),
        time_zone: "Europe/Paris".into(),
        association: BodyName::new("Le Relais", Article::Proper),
        city: None,
        payer: BodyName::new("Département", Article::Le),
        peer_word: "participant·e".into(),
        rates: one_rate(2025, Cents(1_000)),
        payment_mode: PaymentMode::Voucher,
        green_light: GreenLightRule {
            coordinators_min: 1,
            agents_min: 0,
            equipment: codes(&[
                Equipment::Gloves,
                Equipment::Tongs,
                Equipment::Boxes,
                Equipment::Shoes,
                Equipment::Gel,
            ]),
        },
        list_object: "Participation aux sorties de ramassage".into(),
        service_done: "Présence attestée".into(),
        decision_reference: Some("Convention 2025-018".into()),
        payment_modes: vec![PaymentMode::Voucher],
        voucher_cents: Some(Cents(500)),
        appointed: vec!["claude@lerelais.example".into()],
        budgets: Vec::new(),
        regular_months: 3,
        accounting_years: 10,
        own_copy_days: 90,
        full_box_litres: 3,
        full_box_count: 80,
        hand_in_days: 60,
        small_cell_min: 3,
        terms: Terms::default(),
        first_steps: Vec::new(),
        city_emergency_phone: None,
        // A demonstration's passwords are public: codes would only be in the way.
        second_factor_for: Vec::new(),
        help: bourg_help(),
    }
}

/// A real hospital; the coordinator's number is one that is kept for fiction, as is the doctor.
fn bordeaux_help() -> NeedleStickHelp {
    NeedleStickHelp {
        validated_by: None,
        coordinator_phone: Some("06 39 98 12 34".into()),
        places: vec![HelpPlace {
            name: "Urgences de l’hôpital Saint-André".into(),
            address: "1 rue Jean-Burguet, Bordeaux".into(),
            phone: Some("05 56 79 56 79".into()),
        }],
    }
}

/// All of it invented, with numbers that are kept for fiction.
fn bourg_help() -> NeedleStickHelp {
    NeedleStickHelp {
        validated_by: Some("Dr Odile Marchand".into()),
        coordinator_phone: Some("06 39 98 56 78".into()),
        places: vec![HelpPlace {
            name: "Urgences du centre hospitalier".into(),
            address: "12 avenue des Tilleuls, Saint-Aubin-des-Vignes".into(),
            phone: Some("05 36 49 12 34".into()),
        }],
    }
}

/// The same amount since the first of January of a year.
fn one_rate(year: i16, amount_cents: Cents) -> RateTable {
    let from = Day(Date::constant(year, 1, 1));
    let Ok(table) = RateTable::new(vec![Rate { from, amount_cents }]) else {
        unreachable!("one amount above zero is a rate table")
    };
    table
}

fn codes(equipment: &[Equipment]) -> Vec<String> {
    equipment.iter().map(|it| it.code().into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_towns_differ_where_towns_differ() {
        let (city, bourg) = (bordeaux_settings(), bourg_settings());
        let day = Day::new(2026, 11, 24).unwrap();
        assert_eq!(city.rates.amount_on(day), Cents(1_500));
        assert_eq!(bourg.rates.amount_on(day), Cents(1_000));
        assert!(city.city.is_some() && bourg.city.is_none());
        assert_eq!(bourg.green_light.agents_min, 0);
    }

    #[test]
    fn the_small_town_never_says_the_words_of_the_big_one() {
        let text = serde_json::to_string(&bourg_settings()).unwrap();
        for word in ["CCAS", "airie", "CASE", "hygiène"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

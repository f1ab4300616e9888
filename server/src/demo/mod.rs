//! Two demonstration programmes.

use crate::app::App;
use crate::http::error::Problem;
use domain::allowance::{Rate, RateTable};
use domain::outing::{Equipment, GreenLightRule};
use domain::programme::{Article, BodyName, PaymentMode};
use domain::{Cents, Day, Settings};
use serde::Serialize;

/// What was loaded.
#[derive(Serialize)]
pub struct Loaded {}

impl Loaded {
    /// For a person.
    pub fn as_text(&self) -> String {
        String::new()
    }
}

/// Loads.
pub async fn load(_app: &App, _scale: u32) -> Result<Loaded, crate::cli::Failure> {
    Ok(Loaded {})
}

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
        rates: RateTable::new(vec![Rate {
            from: Day(jiff::civil::date(2019, 1, 1)),
            amount_cents: Cents(1_500),
        }])
        .unwrap(),
        payment_mode: PaymentMode::Cash,
        green_light: GreenLightRule {
            coordinators_min: 1,
            agents_min: 1,
            equipment: Equipment::ALL.iter().map(|it| it.code().into()).collect(),
        },
        list_object: "Participation à une action collective".into(),
        service_done: "Service fait".into(),
        decision_reference: None,
        full_box_litres: 2,
        full_box_count: 60,
        hand_in_days: 90,
        small_cell_min: 3,
    }
}

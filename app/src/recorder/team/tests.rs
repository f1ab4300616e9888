//! What a coordinator says on their own phone, held against the contract.

use super::*;
use crate::recorder::facts::Maker;
use crate::recorder::lead::{Mark, Marks};
use crate::recorder::ledger::Ledger;
use crate::recorder::pack::Pack;
use domain::fact::{AgentAccess, Fact, Kind, Whose};
use domain::outing::{AboutAgent, Equipment, GreenLightRule, Missing, Readiness, missing_for_walk};
use domain::{DeviceId, FactId, OutingId, PeerId, Sign};
use proptest::prelude::*;
use uuid::Uuid;

fn as_read(kind: &str, data: &str) -> Kind {
    let maker = Maker {
        id: FactId(Uuid::from_u128(1)),
        outing: Some(OutingId(Uuid::from_u128(2))),
        device: DeviceId(Uuid::from_u128(3)),
        recorded_at: "2026-11-24T13:05:00.250Z".into(),
    };
    let text = maker.text(1, kind, data);
    let fact = Fact::parse(&serde_json::from_str(&text).unwrap());
    fact.unwrap().kind
}

fn entry(code: &str, words: &str, more: &str, is: bool) -> Entry {
    Entry {
        code: code.into(),
        words: words.into(),
        more: more.into(),
        is,
    }
}

fn equipment() -> Vec<Entry> {
    let all = Equipment::ALL.iter();
    all.map(|it| entry(it.code(), it.label(), "", true))
        .collect()
}

fn peer(n: u128) -> PeerId {
    PeerId(Uuid::from_u128(n))
}

fn mark(kind: &'static str, about: &str, word: &str, more: &str) -> Mark {
    Mark {
        kind,
        about: about.into(),
        word: word.into(),
        more: more.into(),
    }
}

/// A phone that leads: Lou is there, Sam was not marked.
fn leading() -> Model {
    let (lou, sam) = (peer(1).to_string(), peer(2).to_string());
    let signs = Sign::all().map(|it| entry(&it.to_string(), &it.label(), "", false));
    let mut signs: Vec<Entry> = signs.collect();
    signs[0].is = true;
    let lead = Lead {
        state: "planned".into(),
        staff_min: [1, 1],
        peers: vec![
            entry(&lou, "Lou", "hedgehog-blue", true),
            entry(&sam, "Sam", "fox-red", false),
        ],
        equipment: equipment(),
        phones: vec![entry("phone", "14 h 05", "", false)],
        signs,
        animals: vec![],
    };
    Model {
        pack: Pack {
            lead: Some(lead),
            ..Pack::default()
        },
        ..Model::default()
    }
}

fn there(model: &Model) -> Vec<(&str, bool)> {
    let list = people(model, model.pack.lead.as_ref().unwrap());
    list.into_iter()
        .map(|it| (it.pseudonym, it.there))
        .collect()
}

#[test]
fn what_the_contract_sends_to_a_coordinators_phone_is_understood() {
    use domain::crew::{PackAnimal, PackEquipment, PackLead, PackPhone, PackSign};
    let sign: Sign = "owl-green".parse().unwrap();
    let lead = PackLead {
        green_light: GreenLightRule {
            coordinators_min: 2,
            agents_min: 0,
            equipment: vec!["gel".into()],
        },
        equipment: vec![PackEquipment {
            code: "gel".into(),
            label: "gel".into(),
        }],
        phones: vec![PackPhone {
            device: DeviceId(Uuid::from_u128(3)),
            joined_at: domain::Instant::from_ms(0),
            whose: Some("peer".into()),
        }],
        signs: vec![PackSign {
            sign,
            label: sign.label(),
            taken: true,
        }],
        animals: vec![PackAnimal {
            animal: "owl".into(),
            body: "M1".into(),
            lines: "M2".into(),
        }],
    };
    let peer = domain::crew::PackPeer {
        id: peer(1),
        sign,
        pseudonym: "Lou".into(),
        present: true,
    };
    let pack = serde_json::json!({"outing": {"state": "open"}, "lead": lead, "peers": [peer]});
    let read = Lead::read(&Json::read(&pack.to_string()).unwrap()).unwrap();
    let expected = Lead {
        state: "open".into(),
        staff_min: [2, 0],
        peers: vec![entry(
            &super::tests::peer(1).to_string(),
            "Lou",
            "owl-green",
            true,
        )],
        equipment: vec![entry("gel", "gel", "", true)],
        phones: vec![entry(
            &Uuid::from_u128(3).to_string(),
            "1970-01-01T00:00:00.000Z",
            "peer",
            false,
        )],
        signs: vec![entry("owl-green", "hibou vert", "", true)],
        animals: vec![entry("owl", "M1", "M2", false)],
    };
    assert_eq!(read, expected);
}

#[test]
fn a_phone_that_does_not_lead_has_no_team() {
    for pack in ["{}", r#"{"lead":null}"#, r#"{"lead":{}}"#, "[]"] {
        assert_eq!(Lead::read(&Json::read(pack).unwrap()), None, "{pack}");
    }
}

proptest! {
    #[test]
    fn the_light_asks_for_what_the_domain_asks_for(
        staff in [0..9u32, 0..9u32], staff_min in [0..4u32, 0..4u32],
        needed in prop::collection::vec(0..Equipment::ALL.len(), 0..9),
        checked in prop::collection::vec(0..Equipment::ALL.len(), 0..9),
        accesses in prop::collection::vec(0..AgentAccess::ALL.len(), 0..3), told: bool,
    ) {
        let accesses: Vec<_> = accesses.iter().map(|it| AgentAccess::ALL[*it]).collect();
        let codes = |list: &[usize]| -> Vec<String> {
            list.iter().map(|it| Equipment::ALL[*it].code().to_owned()).collect()
        };
        let rule = GreenLightRule {
            coordinators_min: staff_min[0], agents_min: staff_min[1], equipment: codes(&needed),
        };
        // As the server puts it into the pack.
        let obeyed = rule.for_walk(&accesses);
        let mut lead = Lead {
            staff_min: [obeyed.coordinators_min, obeyed.agents_min],
            equipment: equipment(),
            ..Lead::default()
        };
        for (n, item) in lead.equipment.iter_mut().enumerate() {
            item.is = needed.contains(&n);
        }
        let about = AboutAgent::on_walk(&accesses);
        lead.equipment.extend(about.map(|it| entry(it.code(), it.label(), "", true)));
        let mut team = Team { staff, checked: codes(&checked), ..Team::default() };
        // Whoever leaves without an agent says so, or the light stays red.
        let says = told || about == Some(AboutAgent::StaysAway);
        team.checked.extend(about.filter(|_| says).map(|it| it.code().to_owned()));
        let ready = Readiness {
            coordinators: staff[0], agents: staff[1], equipment: codes(&checked),
        };
        let theirs = missing_for_walk(&rule, &ready, &accesses, told);
        let (few, labels) = team.missing(&lead);
        let mut ours = Vec::new();
        if few[0] > 0 { ours.push(Missing::Coordinator) }
        if few[1] > 0 { ours.push(Missing::Agent) }
        let of = |label: &str| Equipment::ALL.iter().copied().find(|it| it.label() == label);
        ours.extend(labels.iter().filter_map(|it| of(it)).map(Missing::Equipment));
        ours.extend(about.filter(|it| labels.contains(&it.label())).map(|it| match it {
            AboutAgent::Told => Missing::AgentTold,
            AboutAgent::StaysAway => Missing::AgentStaysAway,
        }));
        prop_assert_eq!(&ours, &theirs);
        prop_assert_eq!(team.is_ready(&lead), theirs.is_empty());
        let said = texts::missing(few, &team.missing(&lead).1);
        prop_assert_eq!(said.is_empty(), theirs.is_empty());
    }

    #[test]
    fn a_green_light_is_what_the_contract_reads(
        taps in prop::collection::vec((0..2usize, any::<bool>()), 0..30),
        checks in prop::collection::vec(0..Equipment::ALL.len(), 0..12),
        reason in prop::option::of(0..3usize), words in "\\PC{0,60}",
    ) {
        let lead = leading().pack.lead.unwrap();
        let mut team = Team { reason, ..Team::default() };
        for (role, more) in taps { team.count(role, more) }
        for n in checks { team.check(&lead.equipment[n].code) }
        let Kind::Opening { staff, equipment, override_reason, .. } =
            as_read(OPENING, &team.opening(&lead, &words))
        else {
            panic!("a green light was expected")
        };
        for (role, n) in ROLES.iter().zip(team.staff) {
            prop_assert_eq!(staff.iter().filter(|it| it == role).count(), n as usize);
        }
        prop_assert!(team.staff[0] > 0, "whoever holds the phone is there");
        let codes: Vec<_> = equipment.iter().map(|it| it.code()).collect();
        prop_assert_eq!(codes, team.checked.clone());
        let asked = reason.filter(|_| !team.is_ready(&lead)).map(|it| texts::REASONS[it].french());
        prop_assert_eq!(override_reason.is_some(), asked.is_some());
        if let (Some(read), Some(asked)) = (override_reason, asked) {
            prop_assert!(read.as_str().starts_with(asked));
            prop_assert!(read.as_str().ends_with(words.trim()));
        }
    }

    #[test]
    fn who_is_there_and_who_is_new_is_what_the_contract_reads(
        n: u128, present: bool, name in "[^\\p{C}\\s][^\\p{C}]{0,60}", sign in 0..72usize,
        whose in 0..Whose::ALL.len(),
    ) {
        let mut model = leading();
        let id = Uuid::from_u128(n);
        let mut done = |what, at, of| {
            let told = Told { id, pseudonym: name.clone(), ..Told::default() };
            let said = act(&mut model, TeamAct { what, at, of }, &told);
            said.iter().map(|it| as_read(it.1.kind, &it.0)).collect::<Vec<_>>()
        };
        let what = if present { What::There } else { What::Mistake };
        prop_assert_eq!(done(what, 0, id), [Kind::Presence { peer: peer(n), present }]);
        prop_assert_eq!(done(What::Newcomer, 0, Uuid::nil()), []);
        prop_assert_eq!(done(What::Sign, sign, Uuid::nil()), []);
        prop_assert_eq!(done(What::Newcomer, 0, Uuid::nil()), [
            Kind::Newcomer {
                peer: peer(n),
                pseudonym: domain::Pseudonym::new(&name).unwrap(),
                sign: Sign::all().nth(sign).unwrap(),
            },
            Kind::Presence { peer: peer(n), present: true },
        ]);
        prop_assert_eq!(done(What::Newcomer, 0, Uuid::nil()), [], "a second tap adds nobody");
        let whats = [What::Association, What::Peer, What::Agent];
        let (device, whose) = (DeviceId(id), Whose::ALL[whose]);
        let what = whats.into_iter().find(|it| it.code() == whose.code()).unwrap();
        prop_assert_eq!(done(what, 0, id), [Kind::PhoneConfirmed { device, whose }]);
    }

    #[test]
    fn what_was_said_survives_on_the_phone(
        said in prop::collection::vec(("[a-c]", "\\PC{0,20}", "\\PC{0,20}", 0..4usize), 0..20),
    ) {
        let kinds = [PRESENCE, NEWCOMER, OPENING, PHONE_CONFIRMED];
        let mut ledger = Ledger::default();
        for (about, word, more, kind) in &said {
            ledger.marks.enter(&mark(kinds[*kind], about, word, more));
        }
        let read = Ledger::from_text(&ledger.to_text());
        prop_assert_eq!(&read, &ledger);
        for (about, word, _, kind) in said.iter().rev().take(1) {
            // The green light is given once.
            if kinds[*kind] != OPENING {
                prop_assert_eq!(read.marks.word(kinds[*kind], about), Some(word.as_str()));
            }
        }
    }
}

#[test]
fn a_ledger_from_before_there_were_teams_still_reads() {
    let old = r#"{"lines":[["","syringe",5]],"gestures":[]}"#;
    let ledger = Ledger::from_text(old);
    assert_eq!(ledger.places(), 1);
    assert_eq!(ledger.marks, Marks::default());
    let odd = r#"{"lines":[],"marks":[["presence","a"],["dance","a","b","c"],7,[]]}"#;
    assert_eq!(Ledger::from_text(odd), Ledger::default());
}

#[test]
fn the_latest_word_of_this_phone_lies_over_the_pack_until_the_pack_knows_better() {
    let mut model = leading();
    assert_eq!(there(&model), [("Lou", true), ("Sam", false)]);
    let sam = peer(2).to_string();
    for (word, present) in [("true", true), ("false", false), ("true", true)] {
        model.ledger.marks.enter(&mark(PRESENCE, &sam, word, ""));
        assert_eq!(there(&model), [("Lou", true), ("Sam", present)]);
    }
    model.team.source = Source::Asked;
    assert_eq!(there(&model)[1], ("Sam", true));
    model.team.source = Source::Pack;
    assert_eq!(there(&model)[1], ("Sam", false));
}

#[test]
fn whoever_is_new_is_shown_at_once_and_once() {
    let mut model = leading();
    let new = peer(9).to_string();
    model
        .ledger
        .marks
        .enter(&mark(NEWCOMER, &new, "owl-red", "Mika"));
    model.ledger.marks.enter(&mark(PRESENCE, &new, "true", ""));
    assert_eq!(there(&model)[0], ("Mika", true));
    let lead = model.pack.lead.as_mut().unwrap();
    lead.peers.push(entry(&new, "Mika", "owl-red", true));
    assert_eq!(there(&model).len(), 3);
}

#[test]
fn a_sign_that_somebody_has_is_not_offered() {
    let mut model = leading();
    let offered = |model: &Model| -> Vec<String> {
        let list = free_signs(model, model.pack.lead.as_ref().unwrap());
        list.into_iter().map(|it| it.1.code.clone()).collect()
    };
    let first = offered(&model);
    assert_eq!(first.len(), 12);
    assert_eq!(first[..2], ["hedgehog-green", "fox-blue"]);
    model
        .ledger
        .marks
        .enter(&mark(NEWCOMER, "a", "fox-blue", "Mika"));
    assert_eq!(offered(&model)[1], "fox-green");
    // What was chosen among all of them stays in sight.
    model.team.sign = Some(9);
    assert_eq!(offered(&model)[1], "fox-purple");
    model.team.all_signs = true;
    assert_eq!(offered(&model).len(), 70);
}

#[test]
fn what_the_markup_asks_for_is_what_is_done() {
    for (n, (what, _)) in WHATS.into_iter().enumerate() {
        assert_eq!(what as usize, n);
        let of = Uuid::from_u128(n as u128);
        let act = TeamAct { what, at: n, of };
        assert_eq!(TeamAct::from_text(&act.to_text()), Some(act));
    }
    for wrong in ["", "open", "open 0 ", "there 0 x", "sign -1 x", "dance 0 x"] {
        assert_eq!(TeamAct::from_text(wrong), None, "{wrong}");
    }
}

#[test]
fn a_fact_of_the_team_is_told_with_the_names_this_phone_may_show() {
    let mut model = leading();
    let told = |model: &Model, kind: &str, data: &str| {
        let data = Json::read(&["{", data, "}"].concat()).unwrap();
        in_words(kind, &data, |code| name_of(model, code)).unwrap()
    };
    let lou = data(&mark(PRESENCE, &peer(1).to_string(), "true", ""));
    let new = data(&mark(NEWCOMER, &peer(9).to_string(), "owl-red", "Mika"));
    assert_eq!(told(&model, PRESENCE, &lou), "Présence · Lou");
    assert_eq!(
        told(&model, NEWCOMER, &new),
        "Nouvelle personne · hibou rouge"
    );
    assert_eq!(told(&model, OPENING, ""), "Feu vert");
    assert_eq!(told(&model, PHONE_CONFIRMED, ""), "Téléphone");
    assert_eq!(in_words("dance", &Json::Null, |_| "Lou".into()), None);
    model.pack.lead = None;
    assert_eq!(told(&model, PRESENCE, &lou), "Présence");
}

/// Every screen of the team, before and after the green light, where a city takes part and where
/// none does.
fn screens() -> Vec<String> {
    use crate::recorder::model::{Phase, Sheet, Tab};
    let sheets = [
        None,
        Some(Sheet::Light),
        Some(Sheet::Newcomer),
        Some(Sheet::Phones),
    ];
    let mut all = Vec::new();
    for (sheet, city, late) in sheets.iter().flat_map(|it| {
        [false, true]
            .map(|city| [(it, city, false), (it, city, true)])
            .concat()
    }) {
        let mut model = Model {
            phase: Phase::Recording,
            tab: Tab::Team,
            more: true,
            sheet: *sheet,
            ..leading()
        };
        let lead = model.pack.lead.as_mut().unwrap();
        lead.phones[0].code = Uuid::from_u128(3).to_string();
        if city {
            model.pack.city = "la mairie".into();
        } else {
            lead.staff_min[1] = 0;
        }
        if late {
            model.team.anyway = true;
            model.team.all_signs = true;
            model.ledger.marks.enter(&mark(OPENING, "", "14 h 05", ""));
        }
        all.push(crate::recorder::views::screen(&model).into_string());
    }
    all
}

#[test]
fn every_button_of_the_team_has_a_name_and_asks_for_something_that_can_be_done() {
    use crate::recorder::act::Act;
    for html in screens() {
        for button in html.split("<button").skip(1) {
            let (tag, rest) = button.split_once('>').unwrap();
            let inside = rest.split("</button>").next().unwrap();
            let words: String = ["<>", inside]
                .concat()
                .split('<')
                .filter_map(|it| it.split_once('>'))
                .map(|it| it.1)
                .collect();
            let named = !words.trim().is_empty() || button.contains("aria-label");
            let disabled = tag.contains("disabled") && words.trim().is_empty();
            assert!(named || disabled, "{button}");
            if let Some((_, act)) = tag.split_once("data-do=\"") {
                let act = act.split('"').next().unwrap();
                assert!(Act::from_text(act).is_some(), "{act}");
            }
        }
        assert!(!html.to_lowercase().contains("absent"));
    }
}

#[test]
fn without_a_city_nobody_speaks_of_its_agents() {
    let (with, without): (Vec<_>, Vec<_>) = screens()
        .into_iter()
        .enumerate()
        .partition(|(at, _)| at % 4 >= 2);
    let speak = |list: Vec<(usize, String)>| {
        let all: String = list.into_iter().map(|it| it.1).collect();
        (
            all.contains(texts::team::NEVER.as_str()),
            all.contains("à un agent"),
            all.contains(texts::STAFF[1].as_str()),
        )
    };
    assert_eq!(speak(with), (true, true, true));
    assert_eq!(speak(without), (false, false, false));
}

//! What the recorder says. The texts are in the crate `words`, one file a language, by where they
//! stand on the screen; here they meet the numbers and the things they speak of.
//!
//! « Facile à lire »: one idea a sentence, the same word for the same thing, no body named (each
//! town has its own: their names come with the pack).

use crate::outbox::plan::Trouble;
use crate::recorder::ledger::{Gesture, What};
use domain::fact::{AgentAccess, Encounter, Item, Method, Whose};
pub use words::recorder::*;
pub use words::screen::number as number_of;
pub use words::{Template, Text};

pub mod flag;

/// The help of peers, one address a language; all of them are kept on the phone.
#[inline(never)]
pub fn peers_help(tag: &str) -> String {
    match tag {
        "fr" => "/aide/terrain".to_owned(),
        _ => ["/aide/terrain-", tag].concat(),
    }
}

/// What the map says by itself, each under the name that its script knows (`app/web/map/words.js`).
#[inline(always)]
pub fn each_of_map(mut say: impl FnMut(&'static str, Text)) {
    use map::says;
    say("lang", words::language::TAG);
    say("zoom_in", says::ZOOM_IN);
    say("zoom_out", says::ZOOM_OUT);
    say("all", says::ALL);
    say("here", says::HERE);
    say("ground", says::GROUND);
    say("coming", says::COMING);
    say("later", says::LATER);
    say("unreadable", says::UNREADABLE);
    say("too_big", says::TOO_BIG);
    say("looking", says::LOOKING);
    say("refused", says::REFUSED);
    say("not_found", says::NOT_FOUND);
    say("no_position", says::NO_POSITION);
    say("legend", says::LEGEND);
    say("seen", says::SEEN);
    say("planned", says::PLANNED);
    say("done", says::DONE);
    say("returned", says::RETURNED);
    say("discreet", says::DISCREET);
}

/// Of these, those with a number, for which the script looks as `{n}`.
#[inline(always)]
pub fn each_number_of_map(mut say: impl FnMut(&'static str, Template<1>)) {
    say("found", map::says::FOUND);
    say("picked_one", places::COUNTED_HERE);
    say("picked", places::COUNTED_HERE);
}

/// The tag when something waits: « 3 à envoyer ».
pub fn waiting(n: u32) -> String {
    bar::WAITING.with(&[&number_of(n)])
}

/// The tag when a person must look: « 1 à corriger ».
pub fn to_correct(n: u32) -> String {
    bar::TO_CORRECT.with(&[&number_of(n)])
}

/// « On prépare ce téléphone… 40 % ».
pub fn preparing(percent: u32) -> String {
    sending::PREPARING.with(&[&number_of(percent)])
}

/// The kind on its button.
pub fn item(item: Item) -> Text {
    match item {
        Item::Syringe => item::SYRINGE,
        Item::Needle => item::NEEDLE,
        Item::Pipe => item::PIPE,
        Item::Other => item::OTHER,
    }
}

/// « 5 seringues ».
pub fn items(item: Item, n: u32) -> String {
    let words = match item {
        Item::Syringe => item::SYRINGES,
        Item::Needle => item::NEEDLES,
        Item::Pipe => item::PIPES,
        Item::Other => item::OTHERS,
    };
    words.counted(n)
}

/// Under the great number: « seringues, tous ensemble ».
pub fn all_together(item: Item, n: u32) -> Text {
    let words = match item {
        Item::Syringe => item::ALL_SYRINGES,
        Item::Needle => item::ALL_NEEDLES,
        Item::Pipe => item::ALL_PIPES,
        Item::Other => item::ALL_OTHERS,
    };
    words.of(n)
}

/// Name of the button that says what is picked up: « On ramasse : Seringue ».
pub fn taking(what: Item) -> String {
    count::TAKING.with(&[item(what).as_str()])
}

/// « + 5 ».
pub fn plus(n: u32) -> String {
    count::PLUS.with(&[&number_of(n)])
}

/// « Annuler + 5 ».
pub fn undo(n: u32) -> String {
    count::UNDO.with(&[&plus(n)])
}

/// Counted or estimated.
pub fn method(method: Method) -> Text {
    match method {
        Method::Counted => count::COUNTED,
        Method::Estimated => count::ESTIMATED,
    }
}

/// « environ 60 ».
pub fn about(n: u32) -> String {
    count::ABOUT.with(&[&number_of(n)])
}

/// « Boîte pleine, environ 60, 2 litres »: what is read on the button comes first.
pub fn full_box(litres: u32, n: u32) -> String {
    count::FULL_BOX_OF.with(&[&about(n), &count::LITRES.counted(litres)])
}

/// Under the name of the place: « 12 ici · on change ? ».
pub fn at_this_place(n: u32, more: &str) -> String {
    if n == 0 {
        return more.to_owned();
    }
    [&counted_here(n), " · ", more].concat()
}

/// « 12 ici ».
pub fn counted_here(n: u32) -> String {
    places::COUNTED_HERE.with(&[&number_of(n)])
}

/// « à 12 m ».
pub fn away(metres: f64) -> String {
    places::AWAY.with(&[&distance(metres)])
}

/// « précision 30 m », or shown by a person.
pub fn accuracy(metres: Option<u32>) -> String {
    match metres {
        Some(metres) => places::ACCURACY.with(&[&distance(metres.into())]),
        None => places::POINTED.as_str().to_owned(),
    }
}

/// « 12 m », « 1,3 km »: no more digits than a phone's position deserves.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn distance(metres: f64) -> String {
    if metres < 1_000.0 {
        return places::METRES.with(&[&number_of(metres.round() as u32)]);
    }
    let tenths = (metres / 100.0).round() as u32;
    let decimal = words::language::DECIMAL.as_str();
    let parts = [&number_of(tenths / 10), decimal, &number_of(tenths % 10)];
    places::KILOMETRES.with(&[&parts.concat()])
}

/// One of those whom one meets.
pub fn met(who: Encounter) -> Text {
    match who {
        Encounter::Resident => met::RESIDENT,
        Encounter::Shopkeeper => met::SHOPKEEPER,
        Encounter::User => met::USER,
        Encounter::Agent => met::AGENT,
        Encounter::Police => met::POLICE,
    }
}

/// What one gesture counted: « 5 seringues », « Riverain·e ».
pub fn gesture(gesture: &Gesture) -> String {
    match gesture.what {
        What::Item(item) => items(item, gesture.count),
        What::Met(who) => met(who).as_str().to_owned(),
    }
}

/// What the agent does at a discreet place.
pub fn access(access: AgentAccess) -> Text {
    match access {
        AgentAccess::Enters => propose::ENTERS,
        AgentAccess::Waits => propose::WAITS,
        AgentAccess::Absent => propose::ABSENT,
    }
}

/// « Ce que la mairie verra ».
pub fn what_it_sees(city: &str) -> String {
    propose::WHAT_IT_SEES.with(&[city])
}

/// « 27 seringues, 4 lieux ».
pub fn harvest(things: &str, places: u32) -> String {
    [things, ", ", &end::PLACES.counted(places)].concat()
}

/// What stands in the way, and what happens next.
pub fn trouble(trouble: Trouble) -> Text {
    match trouble {
        Trouble::Offline => sending::OFFLINE,
        Trouble::Portal => sending::PORTAL,
        Trouble::Server => sending::SERVER,
        Trouble::SignedOut => sending::SIGNED_OUT,
    }
}

/// Who is there, one line a body: `coordinator`, then `agent`.
pub const STAFF: [Text; 2] = [team::COORDINATORS, team::AGENTS];
/// The usual reasons to open all the same; the first is about an agent.
pub const REASONS: [Text; 3] = [team::NO_AGENT, team::NO_EQUIPMENT, team::OTHER_REASON];

/// « Il manque : 1 agent, gants, gel »; empty when nothing is.
pub fn missing(staff: [u32; 2], equipment: &[&str]) -> String {
    let [coordinators, agents] = staff;
    let mut list = String::new();
    let mut tell = |what: &str| {
        if !list.is_empty() {
            list += ", ";
        }
        list += what;
    };
    if coordinators > 0 {
        tell(&team::MISSING_COORDINATORS.counted(coordinators));
    }
    if agents > 0 {
        tell(&team::MISSING_AGENTS.counted(agents));
    }
    equipment.iter().for_each(|label| tell(label));
    if list.is_empty() {
        return list;
    }
    team::MISSING.with(&[&list])
}

/// « 5 présents »: nobody is ever absent.
pub fn present(n: usize) -> String {
    team::PRESENT.counted(many(n))
}

/// « 2 à confirmer ».
pub fn to_confirm(n: usize) -> String {
    if n == 0 {
        return String::new();
    }
    team::TO_CONFIRM.with(&[&number_of(many(n))])
}

/// A crew is never so large that this matters.
fn many(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// « Arrivé à 14 h 05 ».
pub fn joined(hour: &str) -> String {
    team::JOINED.with(&[&at(hour)])
}

/// « à 14 h 05 ».
pub fn at(hour: &str) -> String {
    team::AT.with(&[hour])
}

/// Whose a phone is.
pub fn owner(whose: Whose) -> Text {
    match whose {
        Whose::Association => team::OF_ASSOCIATION,
        Whose::Peer => team::OF_PEER,
        Whose::Agent => team::OF_AGENT,
    }
}

/// « 14 h 05 ».
pub fn hour(hours: u32, minutes: u32) -> String {
    let zero = if minutes < 10 { "0" } else { "" };
    let minutes = [zero, &minutes.to_string()].concat();
    words::language::HOUR.with(&[&hours.to_string(), &minutes])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_word_agree() {
        assert_eq!(items(Item::Syringe, 1), "1\u{a0}seringue");
        assert_eq!(items(Item::Other, 12), "12\u{a0}autres objets");
        let together = all_together(Item::Needle, 0).as_str();
        assert_eq!(together, "aiguille, tous ensemble");
        assert_eq!(undo(10), "Annuler +\u{a0}10");
        assert_eq!(waiting(3), "3 à envoyer");
        assert_eq!(hour(14, 5), "14\u{a0}h\u{a0}05");
    }

    #[test]
    fn distances_are_rounded_to_what_a_phone_knows() {
        assert_eq!(away(12.4), "à 12\u{a0}m");
        assert_eq!(away(1_340.0), "à 1,3\u{a0}km");
    }

    #[test]
    fn what_is_missing_is_listed_and_nothing_is_said_when_all_is_there() {
        let list = missing([0, 1], &["gants", "gel"]);
        assert_eq!(list, "Il manque : 1\u{a0}agent, gants, gel");
        assert_eq!(missing([0, 0], &[]), "");
    }

    #[test]
    fn another_language_counts_in_its_own_way() {
        let english = words::Lang::of("en").unwrap();
        words::screen::set(english.for_phone());
        assert_eq!(items(Item::Syringe, 0), "0\u{a0}syringes");
        assert_eq!(away(1_340.0), "1.3\u{a0}km away");
        assert_eq!(
            (number_of(1_204), hour(9, 5)),
            ("1,204".into(), "9:05".into())
        );
        words::screen::set(String::new());
    }
}

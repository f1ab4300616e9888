//! Texts of the team's screen, on a coordinator's own phone.

use domain::french::{counted, number};

/// The green light.
pub const LIGHT: &str = "Feu vert";
/// Who is there, one line a body: `coordinator`, then `agent`.
pub const STAFF: [&str; 2] = ["Professionnel·les", "Agents de la ville"];
/// On a button that says one less.
pub const LESS: &str = "Un de moins : ";
/// On a button that says one more.
pub const MORE: &str = "Un de plus : ";
/// What the crew must have with it.
pub const EQUIPMENT: &str = "Matériel";
/// All of it is checked.
pub const ALL_THERE: &str = "Tout est là";
/// The button.
pub const GO: &str = "Feu vert : on y va";
/// Opens all the same.
pub const ANYWAY: &str = "Ouvrir quand même";
/// Then a reason is asked.
pub const WHY: &str = "Pourquoi ?";
/// The usual ones, as they are kept; the first is about an agent.
pub const REASONS: [&str; 3] = ["L’agent n’est pas venu", "Il manque du matériel", "Autre"];
/// Label of the words.
pub const WORDS: &str = "Quelques mots (si on veut)";
/// The outing is open.
pub const OPEN: &str = "La sortie est ouverte";
/// « Il manque : 1 agent, gants, gel ».
pub fn missing(staff: [u32; 2], equipment: &[&str]) -> String {
    let [coordinators, agents] = staff;
    let mut out = String::new();
    let mut tell = |what: &str| {
        out += if out.is_empty() { "Il manque : " } else { ", " };
        out += what;
    };
    if coordinators > 0 {
        tell(&counted(
            coordinators.into(),
            "professionnel·le",
            "professionnel·les",
        ));
    }
    if agents > 0 {
        tell(&counted(agents.into(), "agent", "agents"));
    }
    for label in equipment {
        tell(label);
    }
    out
}

/// « 5 présents »: nobody is ever absent.
pub fn present(n: usize) -> String {
    counted(many(n), "présent", "présents")
}
/// On the mark of somebody who is there.
pub const THERE: &str = "là";
/// On the mark of anybody else: it asks, it does not say.
pub const THERE_OR_NOT: &str = "là ?";

/// Somebody new.
pub const NEWCOMER: &str = "Nouvelle personne";
/// What it takes.
pub const NEWCOMER_HELP: &str = "un signe, un nom";
/// The pictures.
pub const SIGN: &str = "Un signe";
/// More of them.
pub const OTHERS: &str = "D’autres";
/// Label of the pseudonym.
pub const PSEUDONYM: &str = "On l’appelle";
/// The button.
pub const ADD: &str = "Ajouter";

/// The other phones that joined.
pub const PHONES: &str = "Téléphones";
/// « 2 à confirmer ».
pub fn to_confirm(n: usize) -> String {
    if n == 0 {
        return String::new();
    }
    [&number(many(n)), " à confirmer"].concat()
}

/// A crew is never so large that this matters.
fn many(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
/// « Arrivé à 14 h 05 ».
pub fn joined(hour: &str) -> String {
    ["Arrivé ", &at(hour)].concat()
}
/// « à 14 h 05 ».
pub fn at(hour: &str) -> String {
    ["à ", hour].concat()
}
/// Plainly.
pub const NEVER: &str = "Un téléphone d’agent ne reçoit jamais les lieux discrets.";

/// A presence, in the queue.
pub const PRESENCE: &str = "Présence";
/// A phone, in the queue.
pub const PHONE: &str = "Téléphone";

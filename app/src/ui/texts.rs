//! All French texts of the recorder, by where they stand on the screen.
//!
//! « Facile à lire »: one idea a sentence, the same word for the same thing, no body named (each
//! town has its own: their names come with the pack).

use crate::outbox::plan::Trouble;
use domain::fact::Item;
use domain::french::{counted, number};

/// At the top of every screen.
pub mod bar {
    /// Leaves for an empty page.
    pub const QUIT: &str = "Quitter vite";
    /// The tag when nothing waits.
    pub const ALL_SENT: &str = "tout est envoyé";
    /// The tag when something waits.
    pub fn waiting(n: u32) -> String {
        [&super::number_of(n), " à envoyer"].concat()
    }
    /// The tag when a person must look.
    pub fn to_correct(n: u32) -> String {
        [&super::number_of(n), " à corriger"].concat()
    }
}

/// Before anything is read from the phone.
pub mod loading {
    /// The whole screen.
    pub const OPENING: &str = "On ouvre…";
    /// This browser keeps nothing.
    pub const BROKEN: &str = "Ce téléphone ne peut rien garder. Fermer la navigation privée, ou \
                              prendre la page simple.";
    /// The way out.
    pub const SIMPLE: &str = "Ouvrir la page simple";
}

/// Joining an outing.
pub mod join {
    /// Title.
    pub const TITLE: &str = "Rejoindre la sortie";
    /// Label of the field.
    pub const LABEL: &str = "Code de la sortie";
    /// Under the field.
    pub const HELP: &str = "6 signes. L’équipe donne le code.";
    /// The button.
    pub const BUTTON: &str = "Rejoindre";
    /// The button, while it works.
    pub const BUSY: &str = "On rejoint…";
    /// Back to the outing that is on this phone.
    pub const BACK: &str = "Revenir à la sortie";
    /// Not six known signs.
    pub const NOT_A_CODE: &str = "Il manque un signe, ou un signe est faux. On relit le code ?";
    /// The server does not know it, or not any more.
    pub const UNKNOWN: &str = "Ce code ne marche pas. Demander le code du jour à l’équipe.";
    /// The outing is over.
    pub const CLOSED: &str = "Cette sortie est terminée. On ne peut plus la rejoindre.";
    /// Too many wrong codes.
    pub const TOO_MANY: &str = "Trop d’essais. Attendre une minute.";
    /// No network.
    pub const OFFLINE: &str = "Pas de réseau. Il en faut une seule fois : pour rejoindre.";
    /// The server is ill.
    pub const SERVER: &str = "Le serveur ne répond pas. Réessayer dans un moment.";
}

/// The four screens.
pub mod tabs {
    /// Name of the bar.
    pub const NAME: &str = "Écrans";
    /// Counting.
    pub const COUNT: &str = "Compter";
    /// Places.
    pub const PLACES: &str = "Lieux";
    /// Map.
    pub const MAP: &str = "Carte";
    /// Sending.
    pub const SENDING: &str = "Envoi";
    /// The way to what to do after a needle-stick, from every screen.
    pub const NEEDLE_STICK: &str = "Piqûre";
}

/// Counting.
pub mod count {
    /// Name of the great number.
    pub const TOTAL: &str = "Total de l’équipe";
    /// Name of the choice of what is picked up, and above it on its button.
    pub const ITEM: &str = "On ramasse";
    /// +1.
    pub const PLUS_ONE: &str = "Plus une";
    /// +5.
    pub const PLUS_FIVE: &str = "Plus cinq";
    /// +10.
    pub const PLUS_TEN: &str = "Plus dix";
    /// Name of the buttons that add.
    pub const PADS: &str = "Ajouter";
    /// Name of the switch between counted and estimated.
    pub const METHOD: &str = "Compté ou estimé";
    /// After a save.
    pub const KEPT: &str = "gardé sur ce téléphone";
    /// Before the first place was chosen.
    pub const NO_PLACE: &str = "Où est-on ?";
    /// Under « Où est-on ? ».
    pub const CHOOSE: &str = "choisir un lieu";
    /// Under the name of the place.
    pub const CHANGE: &str = "on change ?";
    /// The phone's memory is full.
    pub const FULL: &str = "La mémoire du téléphone est pleine. Ce dernier nombre n’est pas \
                            gardé. Effacer des photos, puis recommencer.";
    /// The browser failed.
    pub const NOT_KEPT: &str = "Ce dernier nombre n’est pas gardé. Recommencer.";
    /// Under the name of the place: « 12 ici · on change ? ».
    pub fn at_this_place(n: u32, more: &str) -> String {
        if n == 0 {
            return more.to_owned();
        }
        [&super::places::counted_here(n), " · ", more].concat()
    }
}

/// Places.
pub mod places {
    /// Title.
    pub const TITLE: &str = "Où est-on ?";
    /// A point and no site.
    pub const HERE: &str = "Ici";
    /// Under « Ici », before it was chosen.
    pub const HERE_HELP: &str = "un endroit qui n’est pas dans la liste";
    /// Under « Ici », while the phone looks for its position.
    pub const LOOKING: &str = "on cherche la position…";
    /// Under « Ici », when there is no position: it counts all the same.
    pub const NO_POSITION: &str = "sans position";
    /// Asks for the position, once.
    pub const SORT: &str = "Les plus proches d’abord";
    /// The position was refused or not found.
    pub const SORT_FAILED: &str = "Le téléphone ne trouve pas sa position.";
    /// « 12 ici ».
    pub fn counted_here(n: u32) -> String {
        [&super::number_of(n), " ici"].concat()
    }
    /// « à 12 m ».
    pub fn away(metres: f64) -> String {
        ["à ", &domain::french::distance(metres)].concat()
    }
    /// « précision 30 m ».
    pub fn accuracy(metres: u32) -> String {
        ["précision ", &domain::french::distance(metres.into())].concat()
    }
}

/// Map.
pub mod map {
    /// Name of the region.
    pub const NAME: &str = "Carte des lieux";
}

/// Sending.
pub mod sending {
    /// Nothing waits.
    pub const ALL_SENT: &str = "Tout est envoyé";
    /// Nothing stands in the way.
    pub const UNDER_WAY: &str = "L’envoi est en cours.";
    /// Sends now.
    pub const NOW: &str = "Envoyer maintenant";
    /// To join again.
    pub const REJOIN: &str = "Rejoindre avec un code";
    /// Title of what waits.
    pub const WAITING: &str = "À envoyer";
    /// Title of what a person must look at.
    pub const TO_CORRECT: &str = "À corriger";
    /// Under that title.
    pub const TO_CORRECT_HELP: &str = "Ces relevés restent sur le téléphone. Les montrer à \
                                       l’équipe.";
    /// A void.
    pub const VOID: &str = "Annulation";
    /// Another kind of fact.
    pub const OTHER: &str = "Relevé";
    /// The server has another content under this id.
    pub const CONFLICT: &str = "Le serveur a déjà un autre relevé sous ce numéro.";
    /// The server said no.
    pub const REFUSED: &str = "Le serveur n’a pas pris ce relevé.";
}

/// « 1 204 ».
pub fn number_of(n: u32) -> String {
    number(n.into())
}

/// The kind on its button.
pub fn item(item: Item) -> &'static str {
    match item {
        Item::Syringe => "Seringue",
        Item::Needle => "Aiguille",
        Item::Pipe => "Pipe",
        Item::Other => "Autre",
    }
}

/// « 5 seringues ».
pub fn items(item: Item, n: u32) -> String {
    let (one, many) = words(item);
    counted(n.into(), one, many)
}

/// Under the great number: « seringues, tous ensemble ».
pub fn all_together(item: Item, n: u32) -> String {
    let (one, many) = words(item);
    let word = if n < 2 { one } else { many };
    [word, ", tous ensemble"].concat()
}

fn words(item: Item) -> (&'static str, &'static str) {
    match item {
        Item::Syringe => ("seringue", "seringues"),
        Item::Needle => ("aiguille", "aiguilles"),
        Item::Pipe => ("pipe", "pipes"),
        Item::Other => ("autre objet", "autres objets"),
    }
}

/// « + 5 ».
pub fn plus(n: u32) -> String {
    ["+\u{a0}", &number(n.into())].concat()
}

/// « Annuler + 5 ».
pub fn undo(n: u32) -> String {
    ["Annuler ", &plus(n)].concat()
}

/// What stands in the way, and what happens next.
pub fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Offline => "Pas de réseau. L’envoi se fera tout seul.",
        Trouble::Portal => "Ce Wi-Fi demande une connexion. L’envoi se fera plus tard.",
        Trouble::Server => "Le serveur ne répond pas bien. On réessaie dans un moment.",
        Trouble::SignedOut => {
            "Le code de ce téléphone ne marche plus. Rien n’est perdu. Demander un code à l’équipe."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_word_agree() {
        assert_eq!(items(Item::Syringe, 1), "1\u{a0}seringue");
        assert_eq!(items(Item::Other, 12), "12\u{a0}autres objets");
        assert_eq!(all_together(Item::Needle, 0), "aiguille, tous ensemble");
        assert_eq!(undo(10), "Annuler +\u{a0}10");
        assert_eq!(bar::waiting(3), "3 à envoyer");
    }
}

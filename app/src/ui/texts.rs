//! All French texts of the recorder, by where they stand on the screen.
//!
//! « Facile à lire »: one idea a sentence, the same word for the same thing, no body named (each
//! town has its own: their names come with the pack).

use crate::outbox::plan::Trouble;
use crate::recorder::ledger::{Gesture, What};
use domain::fact::Item;
use domain::french::{counted, number};

/// At the top of every screen.
pub mod bar {
    /// Leaves for an empty page.
    pub const QUIT: &str = "Quitter vite";
    /// All that is not needed at each step.
    pub const MENU: &str = "Menu";
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

pub mod flag;
pub mod team;

/// The screens.
pub mod tabs {
    /// Name of the bar.
    pub const NAME: &str = "Écrans";
    /// Counting.
    pub const COUNT: &str = "Compter";
    /// Places.
    pub const PLACES: &str = "Lieux";
    /// Map.
    pub const MAP: &str = "Carte";
    /// Whom one meets.
    pub const MET: &str = "Rencontres";
    /// Who is there.
    pub const TEAM: &str = "Équipe";
    /// The way to what to do after a needle-stick, from every screen.
    pub const NEEDLE_STICK: &str = "Piqûre";
}

/// Counting.
pub mod count {
    /// Name of the great number.
    pub const TOTAL: &str = "Total de l’équipe";
    /// Name of the choice of what is picked up, and above it on its button.
    pub const ITEM: &str = "On ramasse";
    /// Name of its button: « On ramasse : seringue ».
    pub fn taking(item: super::Item) -> String {
        [ITEM, " : ", super::item(item)].concat()
    }
    /// +1.
    pub const PLUS_ONE: &str = "Plus une";
    /// +5.
    pub const PLUS_FIVE: &str = "Plus cinq";
    /// +10.
    pub const PLUS_TEN: &str = "Plus dix";
    /// On the button of a full box.
    pub const FULL_BOX: &str = "Boîte pleine";
    /// Under it: « environ 60 ».
    pub fn about(n: u32) -> String {
        ["environ ", &super::number_of(n)].concat()
    }
    /// Its name: « Une boîte pleine de 2 litres, environ 60 ».
    pub fn full_box(litres: u32, n: u32) -> String {
        let litres = domain::french::counted(litres.into(), "litre", "litres");
        ["Une boîte pleine de ", &litres, ", ", &about(n)].concat()
    }
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
    /// « précision 30 m », or shown by a person.
    pub fn accuracy(metres: Option<u32>) -> String {
        match metres {
            Some(metres) => ["précision ", &domain::french::distance(metres.into())].concat(),
            None => super::map::POINTED.to_owned(),
        }
    }
}

/// Map.
pub mod map {
    /// Name of the region.
    pub const NAME: &str = "Carte des lieux";
    /// A touch on the map says where.
    pub const POINT: &str = "Sur la carte";
    /// Over the map, meanwhile.
    pub const POINTING: &str = "Toucher la carte, là où c’est.";
    /// A point that a person showed.
    pub const POINTED: &str = "montré sur la carte";
}

/// Whom one meets.
pub mod met {
    use domain::fact::Encounter;
    /// Title.
    pub const TITLE: &str = "Qui a-t-on rencontré ?";
    /// Under it.
    pub const HELP: &str = "Un appui par personne. Aucun nom.";
    /// One of them.
    pub fn name(who: Encounter) -> &'static str {
        match who {
            Encounter::Resident => "Riverain·e",
            Encounter::Shopkeeper => "Commerçant·e",
            Encounter::User => "Usager·e",
            Encounter::Agent => "Agent de la ville",
            Encounter::Police => "Police",
        }
    }
}

/// The menu and what it opens.
pub mod menu {
    /// The latest gestures.
    pub const GESTURES: &str = "Derniers gestes";
    /// Takes one back.
    pub const UNDO: &str = "Annuler";
    /// None yet.
    pub const NO_GESTURE: &str = "Rien à annuler.";
    /// A place is proposed.
    pub const PROPOSE: &str = "Proposer un lieu";
    /// Numbers are said aloud.
    pub const VOICE: &str = "Dire les nombres";
    /// The strongest contrast.
    pub const SUN: &str = "Plein soleil";
    /// Locks the screen.
    pub const LOCK: &str = "Verrou pluie";
    /// On the locked screen.
    pub const UNLOCK: &str = "Appuyer longtemps pour ouvrir";
    /// Who does what.
    pub const PICTURE: &str = "Qui fait quoi";
    /// The outing is over for this phone.
    pub const END: &str = "Fin de sortie";
    /// Closes.
    pub const CLOSE: &str = "Fermer";
    /// It is set.
    pub const ON: &str = "oui";
    /// It is not.
    pub const OFF: &str = "non";
}

/// The first picture: who does what.
pub mod picture {
    /// Title.
    pub const TITLE: &str = "Qui fait quoi ?";
    /// Who holds the phone.
    pub const ONE_COUNTS: &str =
        "Une personne compte. Ses mains restent propres. Elle ne ramasse pas.";
    /// Everybody else.
    pub const OTHERS_PICK: &str = "Les autres ramassent. Gants, pince, chaussures fermées.";
    /// The box.
    pub const BOX: &str = "La boîte est par terre. La pointe entre d’abord. On ne remet jamais le \
                           capuchon.";
    /// The button.
    pub const UNDERSTOOD: &str = "C’est compris";
}

/// A place is proposed.
pub mod propose {
    use domain::fact::AgentAccess;
    /// What it is.
    pub const WHAT: &str = "C’est quoi ?";
    /// A public space.
    pub const PUBLIC: &str = "Espace public";
    /// A place where somebody may live.
    pub const DISCREET: &str = "Lieu discret";
    /// Under it.
    pub const DISCREET_HELP: &str = "un squat, là où quelqu’un vit";
    /// About those who live there.
    pub const AGREE: &str = "Les habitants sont d’accord ?";
    /// They are.
    pub const YES: &str = "oui";
    /// Nobody asked.
    pub const NOT_ASKED: &str = "pas demandé";
    /// They are not.
    pub const NO: &str = "non";
    /// Then nobody goes there.
    pub const NO_HELP: &str = "On n’ira pas. Le lieu ne pourra pas être prévu.";
    /// About the agent.
    pub const AGENT: &str = "L’agent de la ville";
    /// What the agent does.
    pub fn access(access: AgentAccess) -> &'static str {
        match access {
            AgentAccess::Enters => "entre",
            AgentAccess::Waits => "attend dehors",
            AgentAccess::Absent => "ne vient pas",
        }
    }
    /// Where it is.
    pub const WHERE: &str = "C’est où ?";
    /// Where the phone is.
    pub const HERE: &str = "Là où je suis";
    /// Label of the note.
    pub const NOTE: &str = "Une note (si on veut)";
    /// « Ce que la mairie verra ».
    pub fn what_it_sees(city: &str) -> String {
        ["Ce que ", city, " verra"].concat()
    }
    /// Of a public space.
    pub const SEES_PUBLIC: &str =
        "Le point sur la carte, quand l’équipe aura dit oui. Jamais la note.";
    /// Of a discreet place.
    pub const SEES_DISCREET: &str = "Le quartier, et seulement si 3 lieux discrets y sont. Jamais \
                                     le point. Jamais la note.";
    /// Plainly.
    pub const OWN_EYES: &str = "L’agent qui marche avec nous verra ce lieu de ses yeux.";
    /// Where no city takes part.
    pub const ONLY_US: &str = "L’association seule verra ce lieu.";
    /// The button.
    pub const SEND: &str = "Proposer";
    /// In the queue.
    pub const KIND: &str = "Lieu proposé";
}

/// The outing is over for this phone.
pub mod end {
    /// Title when all is sent.
    pub const THANKS: &str = "Merci !";
    /// « 27 seringues, 4 lieux ».
    pub fn harvest(things: &str, places: u32) -> String {
        let places = domain::french::counted(places.into(), "lieu", "lieux");
        [things, ", ", &places].concat()
    }
    /// What becomes of what is on the phone.
    pub const WIPE_HELP: &str =
        "On efface cette sortie du téléphone. Elle est gardée par l’équipe.";
    /// The button.
    pub const WIPE: &str = "Effacer de ce téléphone";
    /// Something is not sent.
    pub const NOT_YET: &str = "Pas encore tout envoyé";
    /// What to do.
    pub const NOT_YET_HELP: &str = "Chercher du réseau et envoyer. Ou garder une copie, et la donner \
                                    à l’équipe.";
    /// A file.
    pub const EXPORT: &str = "Garder une copie (fichier)";
    /// All the same.
    pub const ALL_THE_SAME: &str = "Effacer quand même";
    /// « Effacer 3 relevés pour toujours ? »
    pub fn sure(n: u32) -> String {
        let facts = domain::french::counted(n.into(), "relevé", "relevés");
        ["Effacer ", &facts, " pour toujours ?"].concat()
    }
    /// Under it.
    pub const SURE_HELP: &str = "Ils ne sont nulle part ailleurs, sauf dans la copie.";
    /// Yes.
    pub const SURE: &str = "Oui, effacer";
    /// No.
    pub const KEEP: &str = "Non, garder";
    /// On the joining screen afterwards.
    pub const WIPED: &str = "La sortie est effacée de ce téléphone. Merci !";
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
    /// What was set aside goes once more.
    pub const RETRY: &str = "Réessayer";
    /// What this phone kept is broken: nobody can send it.
    pub const DAMAGED: &str = "Ce relevé est abîmé. Il est dans la copie.";
    /// The browser promised to keep.
    pub const PROMISED: &str = "Le téléphone promet de tout garder.";
    /// It did not.
    pub const NOT_PROMISED: &str = "Le téléphone ne promet pas de tout garder. Envoyer dès qu’il y a \
                                    du réseau.";
    /// The phone's clock is wrong.
    pub const CLOCK: &str = "L’heure du téléphone n’est pas juste. Rien n’est perdu : l’équipe le \
                             verra.";
    /// A newer version waits.
    pub const UPDATE: &str = "Une version plus récente est prête.";
    /// It may take over.
    pub const UPDATE_NOW: &str = "Mettre à jour";
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

/// What one gesture counted: « 5 seringues », « Riverain·e ».
pub fn gesture(gesture: &Gesture) -> String {
    match gesture.what {
        What::Item(item) => items(item, gesture.count),
        What::Met(who) => met::name(who).to_owned(),
    }
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

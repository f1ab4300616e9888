//! Texts of the page for flagging.

use domain::french::counted;

/// Title.
pub const TITLE: &str = "Signaler";
/// From the map.
pub const BACK: &str = "Revenir";
/// Where it is.
pub const WHERE: &str = "C’est où ?";
/// What it is.
pub const WHAT: &str = "C’est quoi ?";
/// Likely the same.
pub const SAME: &str = "Déjà signalé tout près. C’est le même ?";
/// It is.
pub const IS_SAME: &str = "c’est le même";
/// Label of the number.
pub const HOW_MANY: &str = "Combien (si on a compté)";
/// One less.
pub const LESS: &str = "Un de moins";
/// One more.
pub const MORE: &str = "Un de plus";
/// Children come here.
pub const CHILDREN: &str = "Près d’enfants";
/// Somebody should go today.
pub const URGENT: &str = "Urgent";
/// Takes a picture.
pub const PHOTO: &str = "Prendre une photo";
/// Under the picture.
pub const PHOTO_TAKEN: &str = "Une photo est jointe. Ni lieu ni date n’y sont écrits.";
/// Without it.
pub const NO_PHOTO: &str = "Retirer la photo";
/// The button.
pub const SEND: &str = "Signaler";
/// After it was kept.
pub const THANKS: &str = "Merci. C’est gardé sur ce téléphone.";
/// When it is urgent.
pub const CALL: &str = "Appeler ";
/// « Prochaine sortie : 24/11/2026 ».
pub const NEXT_OUTING: &str = "Prochaine sortie : ";
/// Another one.
pub const AGAIN: &str = "Signaler autre chose";
/// What became of the others.
pub const OWN: &str = "Mes signalements";
/// Nobody is signed in.
pub const SIGN_IN_HELP: &str =
    "Se connecter une fois, avec du réseau. Ensuite, on signale sans réseau.";
/// The session ended.
pub const SIGNED_OUT: &str = "La connexion est finie. Rien n’est perdu. Se connecter pour envoyer.";
/// The button.
pub const SIGN_IN: &str = "Se connecter";

/// « vu depuis le 24/11/2026 ».
pub fn since(state: &str, day: &str) -> String {
    [self::state(state), " depuis le ", &date(day)].concat()
}

/// The word of a site's state.
pub fn state(code: &str) -> &'static str {
    match code {
        "planned" => "prévu",
        "done" => "fait",
        "returned" => "revenu",
        _ => "vu",
    }
}

/// What became of a flag: « prévu le 24/11/2026 », « fait, 23. Merci ! ».
pub fn became(code: &str, planned_on: &str, picked_up: u32) -> String {
    match code {
        "planned" if !planned_on.is_empty() => ["prévu le ", &date(planned_on)].concat(),
        "done" if picked_up > 0 => {
            let what = counted(picked_up.into(), "ramassée", "ramassées");
            ["fait, ", &what, ". Merci !"].concat()
        }
        "done" => "fait. Merci !".to_owned(),
        code => state(code).to_owned(),
    }
}

/// `2026-11-24` as it is written in France.
pub fn date(day: &str) -> String {
    let parts: Vec<&str> = day.split('-').collect();
    match parts.as_slice() {
        [year, month, day] => [day, "/", month, "/", year].concat(),
        _ => day.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_flag_is_told_with_its_day_or_its_number() {
        assert_eq!(became("seen", "", 0), "vu");
        assert_eq!(became("planned", "2026-11-24", 0), "prévu le 24/11/2026");
        assert_eq!(became("done", "", 23), "fait, 23\u{a0}ramassées. Merci !");
        assert_eq!(became("returned", "", 3), "revenu");
        assert_eq!(date("?"), "?");
    }
}

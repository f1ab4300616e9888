//! What is kept, why, and how long: the table that everybody reads. Each body reads what concerns
//! it: the payer nothing of places, the city nothing of names.

use crate::access::Role;
use domain::Settings;
use domain::french::counted;

/// One line of the table.
pub(super) struct Term {
    /// What is kept.
    pub(super) what: String,
    /// Why.
    pub(super) why: &'static str,
    /// How long.
    pub(super) how_long: String,
    /// What stays after.
    pub(super) stays: &'static str,
}

fn months(n: u32) -> String {
    counted(i64::from(n), "mois", "mois")
}

fn days(n: u32) -> String {
    counted(i64::from(n), "jour", "jours")
}

/// The lines that a reader sees.
pub(super) fn of(role: Role, it: &Settings, forget_days: u32) -> Vec<Term> {
    let association = matches!(role, Role::Coordinator | Role::Peer);
    let (city, payer) = (role == Role::Agent, role == Role::Clerk);
    let mut all = Vec::new();
    let mut add = |shown: bool, what: String, why, how_long: String, stays| {
        if shown {
            all.push(Term {
                what,
                why,
                how_long,
                stays,
            });
        }
    };
    add(
        association,
        "Le nom d’une personne qui participe".into(),
        "Pour qu’elle reçoive son aide.",
        format!(
            "{} après le dernier contact. Si de l’argent lui est dû\u{a0}: son nom attend qu’il soit dans sa main. Ou tout de suite, si elle le demande.",
            months(it.terms.peer_months)
        ),
        "Ses aides, sous un numéro.",
    );
    add(
        association,
        "Sa carte, son surnom, son signe".into(),
        "Pour entrer sur «\u{a0}Ma page\u{a0}» et pour se reconnaître dans l’équipe.",
        format!(
            "{} après le dernier contact. Si de l’argent lui est dû, le surnom et le signe attendent aussi.",
            months(it.terms.peer_months)
        ),
        "Un numéro.",
    );
    add(
        association || payer,
        "Les noms et les fichiers des listes".into(),
        "Parce que les comptes doivent pouvoir être vérifiés.",
        format!(
            "{} après la fin de l’année du dernier document.",
            counted(i64::from(it.accounting_years), "an", "ans")
        ),
        "Les numéros, les totaux, l’empreinte des fichiers.",
    );
    add(
        association || payer,
        format!("La copie des listes chez {}", it.association.the()),
        "Pour répondre à une question juste après l’envoi.",
        format!(
            "{} après que la liste est bien arrivée.",
            days(it.own_copy_days)
        ),
        "L’original, chez qui paie.",
    );
    add(
        association,
        "Un lieu discret\u{a0}: son point, son nom, ses mots".into(),
        "Pour que l’équipe puisse y aller.",
        format!("{} après sa fermeture.", days(it.terms.closed_site_days)),
        "Les nombres.",
    );
    add(
        association,
        "Les mots d’une sortie\u{a0}: notes, raisons écrites, lieux proposés, points «\u{a0}ici\u{a0}»".into(),
        "Pour compter juste, et pour ranger chaque ramassage à son lieu.",
        format!("{} après le jour de la sortie.", months(it.terms.outing_months)),
        "Les nombres, les présences, les lieux connus.",
    );
    add(
        association || city,
        "Les photos des signalements".into(),
        "Pour retrouver l’endroit.",
        months(it.terms.photo_months) + ".",
        "Le signalement, sans photo.",
    );
    add(
        association,
        "L’accès d’un téléphone d’équipe".into(),
        "Pour compter pendant la sortie.",
        format!(
            "Il lit jusqu’au lendemain. Il peut remettre ses relevés pendant {}.",
            days(it.hand_in_days)
        ),
        "Les relevés de l’équipe.",
    );
    add(
        true,
        "Le journal\u{a0}: qui a fait quoi".into(),
        "Pour que chacun puisse vérifier qui a ouvert quoi.",
        months(it.terms.journal_months) + ".",
        "Rien.",
    );
    add(
        true,
        "Les connexions et les codes".into(),
        "Pour rester connecté·e.",
        "Quelques heures. Ou jusqu’à «\u{a0}Sortir\u{a0}».".into(),
        "Rien.",
    );
    add(
        true,
        "Les vieilles sauvegardes".into(),
        "Pour réparer après une panne.",
        format!(
            "{} au plus\u{a0}: après, ce qui a été effacé ne s’ouvre plus, même dans une vieille sauvegarde.",
            days(forget_days)
        ),
        "Rien de ce qui a été effacé.",
    );
    all
}

//! The people of the demonstration, all invented: staff, and peers with names as they really come.

use super::town::Town;
use crate::access::credentials::token_hash;
use crate::access::{Role, Sealer, cards, passwords, store};
use crate::app::{App, local_day};
use crate::cli::Failure;
use crate::db::Tx;
use crate::people;
use domain::people::{Animal, Sign, SignColour};
use domain::{CivilIdentity, Day, Pseudonym};

/// One password for all demonstration accounts: easy to type, and told by the command.
pub(super) const PASSWORD: &str = "belle-cueillette";

/// A member of staff.
pub(super) struct Staff {
    /// Coordinator, agent or clerk.
    pub(super) role: Role,
    /// E-mail.
    pub(super) login: &'static str,
    /// First name.
    pub(super) name: &'static str,
}

/// A peer.
pub(super) struct Person {
    /// What they are called.
    pub(super) pseudonym: &'static str,
    /// Their picture sign.
    pub(super) sign: Sign,
    /// How many weeks ago they came for the first time.
    pub(super) weeks: u32,
    /// Their civil identity, if they want the money.
    pub(super) civil: Option<Civil>,
}

/// A civil identity: a date of birth, or the payer's reference that stands for it.
pub(super) struct Civil {
    /// Surname.
    pub(super) surname: &'static str,
    /// First name.
    pub(super) first_name: &'static str,
    born: Option<(i16, i8, i8)>,
    reference: Option<&'static str>,
}

const fn staff(role: Role, login: &'static str, name: &'static str) -> Staff {
    Staff { role, login, name }
}

const fn peer(
    pseudonym: &'static str,
    (animal, colour): (Animal, SignColour),
    weeks: u32,
    civil: Option<Civil>,
) -> Person {
    Person {
        pseudonym,
        sign: Sign { animal, colour },
        weeks,
        civil,
    }
}

const fn born(
    surname: &'static str,
    first_name: &'static str,
    day: (i16, i8, i8),
) -> Option<Civil> {
    Some(Civil {
        surname,
        first_name,
        born: Some(day),
        reference: None,
    })
}

const fn known_as(
    surname: &'static str,
    first_name: &'static str,
    reference: &'static str,
) -> Option<Civil> {
    Some(Civil {
        surname,
        first_name,
        born: None,
        reference: Some(reference),
    })
}

/// Staff of « A.P.C. Bordeaux ».
pub(super) const BORDEAUX_STAFF: &[Staff] = &[
    staff(Role::Coordinator, "camille@lacase.example", "Camille"),
    staff(Role::Coordinator, "idriss@lacase.example", "Idriss"),
    staff(Role::Agent, "sonia@mairie.example", "Sonia"),
    staff(Role::Clerk, "helene@ccas.example", "Hélène"),
];

/// Peers of « A.P.C. Bordeaux »: accents, apostrophe, hyphens, a particle, a ligature, two people
/// of one name, a reference that begins with zeros, and three who gave no name.
pub(super) const BORDEAUX: &[Person] = &[
    peer(
        "Zézé",
        (Animal::Hedgehog, SignColour::Blue),
        112,
        born("Béranger", "Zoé", (1984, 2, 29)),
    ),
    peer(
        "Le Grand",
        (Animal::Fox, SignColour::Orange),
        111,
        born("D'Hérouville", "Jean-Marc", (1969, 7, 14)),
    ),
    peer(
        "Петко",
        (Animal::Bear, SignColour::Red),
        110,
        born("Dimitrov", "Petko", (1988, 9, 6)),
    ),
    peer(
        "Nana",
        (Animal::Owl, SignColour::Purple),
        109,
        born("Œuvrard", "Françoise", (1977, 12, 1)),
    ),
    peer(
        "Jo",
        (Animal::Dog, SignColour::Yellow),
        108,
        born("Martin", "Joël", (1975, 5, 3)),
    ),
    peer(
        "Mimi la Puce",
        (Animal::Cat, SignColour::Green),
        107,
        born("de La Tour", "Amélie", (1993, 3, 17)),
    ),
    peer(
        "An",
        (Animal::Horse, SignColour::Green),
        90,
        known_as("Nguyễn", "An", "000417"),
    ),
    peer(
        "Titi",
        (Animal::Bird, SignColour::Blue),
        71,
        born("Martin", "Joël", (1991, 11, 21)),
    ),
    peer(
        "P’tit Loup",
        (Animal::Rabbit, SignColour::Orange),
        52,
        born("Aït-Ouali", "Malik", (1999, 8, 30)),
    ),
    peer("Éric B.", (Animal::Fish, SignColour::Purple), 31, None),
    peer("X", (Animal::Snail, SignColour::Yellow), 14, None),
    peer("Ücel", (Animal::Squirrel, SignColour::Red), 5, None),
];

/// Staff of the small town.
pub(super) const BOURG_STAFF: &[Staff] = &[
    staff(Role::Coordinator, "claude@lerelais.example", "Claude"),
    staff(Role::Clerk, "dominique@departement.example", "Dominique"),
];

/// Peers of the small town.
pub(super) const BOURG: &[Person] = &[
    peer(
        "Mado",
        (Animal::Owl, SignColour::Orange),
        25,
        born("Larrieu", "Madeleine", (1966, 4, 9)),
    ),
    peer(
        "Gégé",
        (Animal::Dog, SignColour::Red),
        24,
        born("Peyré", "Gérard", (1971, 10, 28)),
    ),
    peer(
        "Sacha",
        (Animal::Fox, SignColour::Blue),
        23,
        known_as("Le Guen", "Sacha", "00052"),
    ),
    peer(
        "Lulu",
        (Animal::Cat, SignColour::Purple),
        12,
        born("da Silva", "Luís", (1990, 1, 31)),
    ),
    peer("Kim", (Animal::Snail, SignColour::Green), 6, None),
];

/// Makes accounts, tokens and peers, within the transaction that makes the programme.
pub(super) async fn bring(tx: &mut Tx, app: &App, town: &Town, hash: &str) -> Result<(), Failure> {
    let (programme, now) = (town.id(), app.now());
    for staff in town.staff {
        let account = store::NewAccount {
            programme,
            id: town.account(staff),
            role: staff.role,
            login: staff.login,
            name: staff.name,
            password_hash: hash,
            // A visitor may look at what those who manage a body see.
            administers: true,
        };
        store::insert_account(tx, account, now).await?;
    }
    bring_tokens(tx, app, town).await?;
    let today = local_day(&town.settings, now);
    let mut sealer = Sealer::new(&app.keys, programme, now);
    for person in town.people {
        let (id, pseudonym) = (town.peer(person), Pseudonym::new(person.pseudonym)?);
        let came = town.at(first_came(person, today), 14 * 60);
        people::store::insert_if_absent(tx, programme, id, &pseudonym, person.sign, came).await?;
        if let Some(civil) = &person.civil {
            let identity = identity(civil, today)?;
            people::keep_identity(tx, &mut sealer, programme, id, &identity)
                .await
                .map_err(super::failed)?;
        }
    }
    let first = town.peer(&town.people[0]);
    let card = cards::issue_known(tx, programme, first, &town.card(), now).await;
    card.map_err(super::failed)
}

/// One token for each role of staff, for its first account, and one for the first peer.
async fn bring_tokens(tx: &mut Tx, app: &App, town: &Town) -> Result<(), Failure> {
    let first_of = |role| town.staff.iter().find(|it| it.role == role);
    for role in [Role::Coordinator, Role::Agent, Role::Clerk, Role::Peer] {
        let peer = town.people.first().filter(|_| role == Role::Peer);
        let account = first_of(role);
        if peer.is_none() && account.is_none() {
            continue;
        }
        let new = store::NewToken {
            token_hash: token_hash(&town.token(role)),
            programme: town.id(),
            name: "demonstration",
            role,
            account: account.map(|it| town.account(it)),
            peer: peer.map(|it| town.peer(it)),
        };
        store::insert_token(tx, new, app.now()).await?;
    }
    Ok(())
}

fn first_came(person: &Person, today: Day) -> Day {
    today.plus_days(-7 * i32::try_from(person.weeks).unwrap_or(0))
}

fn identity(civil: &Civil, today: Day) -> Result<CivilIdentity, Failure> {
    let born = civil
        .born
        .and_then(|(year, month, day)| Day::new(year, month, day));
    let reference = civil.reference;
    Ok(CivilIdentity::new(
        civil.surname,
        civil.first_name,
        born,
        reference,
        today,
    )?)
}

/// The hash of [`PASSWORD`], made once a programme: slow on purpose.
pub(super) async fn password_hash() -> Result<String, Failure> {
    let hash = tokio::task::spawn_blocking(|| passwords::hash(PASSWORD)).await?;
    hash.map_err(super::failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everybody_has_a_sign_and_a_pseudonym_of_their_own() {
        for people in [BORDEAUX, BOURG] {
            let signs: BTreeSet<_> = people.iter().map(|it| it.sign).collect();
            let names: BTreeSet<_> = people.iter().map(|it| it.pseudonym).collect();
            assert_eq!((signs.len(), names.len()), (people.len(), people.len()));
        }
    }

    #[test]
    fn every_identity_is_a_right_one_and_two_people_share_a_name() {
        let today = Day::new(2026, 11, 24).unwrap();
        let civils: Vec<_> = BORDEAUX.iter().filter_map(|it| it.civil.as_ref()).collect();
        assert_eq!((BORDEAUX.len(), civils.len()), (12, 9));
        for civil in &civils {
            identity(civil, today).unwrap();
        }
        let names: BTreeSet<_> = civils
            .iter()
            .map(|it| (it.surname, it.first_name))
            .collect();
        assert_eq!(names.len(), civils.len() - 1);
        assert!(
            civils
                .iter()
                .any(|it| it.reference.is_some_and(|text| text.starts_with("00")))
        );
    }
}

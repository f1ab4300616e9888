//! What an outing of the past recorded: the crew phone's facts and the coordinator's marks.
//!
//! Numbers are plausible, nothing more: 10 to 400 syringes, counted one by one or estimated, most
//! at the sites, some « ici », sometimes a gesture taken back, encounters, a box that is full.

use super::places::Place;
use super::town::Town;
use crate::access::Role;
use crate::cli::Failure;
use domain::fact::{BoxState, Count, Encounter, Item, Method, Pickup, PickupPlace, SharpsBox};
use domain::outing::Reason;
use domain::{Day, DeviceId, Fact, FactId, Instant, Kind, OutingId, PeerId, Position};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Everything one outing recorded.
pub(super) struct Notes {
    /// The crew's phone.
    pub(super) device: DeviceId,
    /// What it recorded.
    pub(super) phone: Vec<Fact>,
    /// Who took part, as the coordinator marked it.
    pub(super) coordinator: Vec<Fact>,
    /// The last thing that was recorded.
    pub(super) ended: Instant,
}

/// The pages of one device: numbers its facts and keeps its clock.
struct Pages<'a> {
    town: &'a Town,
    outing: OutingId,
    day: Day,
    device: DeviceId,
    now: Instant,
    facts: Vec<Fact>,
}

impl Pages<'_> {
    /// Writes one fact, one to five minutes after the one before.
    fn write(&mut self, chance: &mut ChaCha8Rng, kind: Kind) -> Result<FactId, Failure> {
        let seq = u32::try_from(self.facts.len())? + 1;
        self.now = self.now.plus_ms(chance.random_range(60_000..300_000));
        let name = format!("fact/{}/{}/{seq}", self.day, self.device);
        let id = FactId(self.town.named(&name));
        self.facts.push(Fact {
            id,
            outing: Some(self.outing),
            device: self.device,
            seq,
            recorded_at: self.now,
            kind,
        });
        Ok(id)
    }

    fn pickup(
        &mut self,
        chance: &mut ChaCha8Rng,
        place: PickupPlace,
        item: Item,
        (count, method): (u32, Method),
    ) -> Result<FactId, Failure> {
        let count = Count::new(count)?;
        let pickup = Pickup {
            place,
            item,
            count,
            method,
        };
        self.write(chance, Kind::Pickup(pickup))
    }
}

/// Draws what an outing recorded.
pub(super) fn draw_notes(
    town: &Town,
    chance: &mut ChaCha8Rng,
    day: Day,
    weeks_ago: i32,
    places: &[&Place],
) -> Result<Notes, Failure> {
    let device = DeviceId(town.named(&format!("phone/{day}")));
    let pages = |device| Pages {
        town,
        outing: town.outing(day),
        day,
        device,
        now: town.at(day, 14 * 60 + 10),
        facts: Vec::new(),
    };
    let mut marks = pages(desk(town, day));
    for peer in draw_crew(town, chance, weeks_ago) {
        marks.write(
            chance,
            Kind::Presence {
                peer,
                present: true,
            },
        )?;
    }
    let mut phone = pages(device);
    let root = chance.random_range(town.habits.harvest_root.clone());
    let harvest = 10 + root * root + chance.random_range(0..=20);
    for (place, n) in shares(town, chance, places, harvest)? {
        note_place(&mut phone, chance, place, n)?;
    }
    note_encounters(&mut phone, chance)?;
    note_box(&mut phone, chance, harvest)?;
    Ok(Notes {
        device,
        ended: phone.now.max(marks.now),
        phone: phone.facts,
        coordinator: marks.facts,
    })
}

/// A desk session names its account where a phone names itself.
fn desk(town: &Town, day: Day) -> DeviceId {
    let staff = town.staff.iter().find(|it| it.role == Role::Coordinator);
    staff.map_or_else(
        || DeviceId(town.named(&format!("desk/{day}"))),
        |it| DeviceId(town.account(it).0),
    )
}

/// Who came, among those who had come before or came that day for the first time.
pub(super) fn draw_crew(town: &Town, chance: &mut ChaCha8Rng, weeks_ago: i32) -> Vec<PeerId> {
    let most = i32::try_from(town.habits.weeks).unwrap_or(i32::MAX);
    // Before that, at a greater scale, those of the first day.
    let ago = weeks_ago.min(most);
    let there = |weeks: u32| i32::try_from(weeks).is_ok_and(|weeks| weeks >= ago);
    let known = town.people.iter().filter(|it| there(it.weeks));
    let known: Vec<PeerId> = known.map(|it| town.peer(it)).collect();
    let n = chance.random_range(town.habits.present.clone());
    known.choose_multiple(chance, n).copied().collect()
}

/// Parts a harvest among the sites, and sometimes a place on the way (« ici »).
fn shares(
    town: &Town,
    chance: &mut ChaCha8Rng,
    places: &[&Place],
    harvest: u32,
) -> Result<Vec<(PickupPlace, u32)>, Failure> {
    let mut spots: Vec<PickupPlace> = places
        .iter()
        .map(|it| PickupPlace::Site(town.site(it)))
        .collect();
    if let Some(near) = places.choose(chance)
        && chance.random_ratio(2, 5)
    {
        let aside = |chance: &mut ChaCha8Rng| f64::from(chance.random_range(-80..=80)) / 100_000.0;
        let (lat, lon) = (near.at.0 + aside(chance), near.at.1 + aside(chance));
        let here = PickupPlace::Here {
            at: Position::new(lat, lon)?,
            accuracy_m: Some(f64::from(chance.random_range(4..=45))),
        };
        spots.insert(chance.random_range(0..=spots.len()), here);
    }
    let weights: Vec<u32> = spots.iter().map(|_| chance.random_range(1..=6)).collect();
    let sum: u32 = weights.iter().sum();
    let mut left = harvest;
    let mut shares = Vec::with_capacity(spots.len());
    for (rank, (spot, weight)) in spots.iter().zip(weights).enumerate() {
        let last = rank + 1 == spots.len();
        let n = if last { left } else { harvest * weight / sum };
        left -= n;
        shares.push((*spot, n));
    }
    Ok(shares)
}

/// A handful, one box, a full one: what one gesture or one sitting records.
const AT_ONCE: [u32; 6] = [5, 5, 10, 10, 20, 40];

fn note_place(
    phone: &mut Pages<'_>,
    chance: &mut ChaCha8Rng,
    place: PickupPlace,
    mut left: u32,
) -> Result<(), Failure> {
    while left > 0 {
        let n = AT_ONCE.choose(chance).copied().unwrap_or(5).min(left);
        let method = match n >= 20 && chance.random_ratio(1, 2) {
            true => Method::Estimated,
            false => Method::Counted,
        };
        phone.pickup(chance, place, Item::Syringe, (n, method))?;
        left -= n;
    }
    if chance.random_ratio(1, 8) {
        let n = chance.random_range(1..=6);
        phone.pickup(chance, place, Item::Needle, (n, Method::Counted))?;
    }
    if chance.random_ratio(1, 25) {
        phone.pickup(chance, place, Item::Pipe, (1, Method::Counted))?;
    }
    if chance.random_ratio(1, 20) {
        let ten = (10, Method::Counted);
        let target = phone.pickup(chance, place, Item::Syringe, ten)?;
        let reason = Some(Reason::new("reason", "Appuyé deux fois.")?);
        phone.write(chance, Kind::Void { target, reason })?;
    }
    Ok(())
}

/// Words a crew may leave.
const WORDS: [&str; 4] = [
    "Beaucoup de verre cassé près des bancs.",
    "Une voisine demande quand nous revenons.",
    "Il faudrait un collecteur près des marches.",
    "Rien sous les buissons, c’est la première fois.",
];

fn note_encounters(phone: &mut Pages<'_>, chance: &mut ChaCha8Rng) -> Result<(), Failure> {
    let usual = [
        (Encounter::Resident, 6),
        (Encounter::Shopkeeper, 3),
        (Encounter::User, 9),
        (Encounter::Agent, 1),
        (Encounter::Police, 1),
    ];
    for (who, most) in usual {
        let n = chance.random_range(0..=most);
        if n > 0 {
            let count = Count::new(n)?;
            phone.write(chance, Kind::Tally { who, count })?;
        }
    }
    if chance.random_ratio(1, 10)
        && let Some(words) = WORDS.choose(chance)
    {
        let text = Reason::new("text", words)?;
        phone.write(chance, Kind::Note { text })?;
    }
    Ok(())
}

/// A box is closed for good after a big harvest, and sometimes after a small one.
fn note_box(phone: &mut Pages<'_>, chance: &mut ChaCha8Rng, harvest: u32) -> Result<(), Failure> {
    if harvest < 150 && !chance.random_ratio(1, 5) {
        return Ok(());
    }
    let closed = SharpsBox {
        number: format!("C-{:05}", chance.random_range(1..=99_999)),
        litres: f64::from(phone.town.settings.full_box_litres),
        state: BoxState::Closed,
        weight_g: Some(chance.random_range(350..=900)),
    };
    phone.write(chance, Kind::SharpsBox(closed))?;
    Ok(())
}

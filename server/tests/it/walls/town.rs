//! A town with a lot to hide: 200 sites, « ici » pickups inside squats, outings with a single
//! discreet place; and the same town with other secrets.

use crate::support::{NOW, Phone, World, id_of};
use axum::body::Body;
use axum::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::outing::Reason;
use domain::people::Title;
use domain::{CivilIdentity, Day, Nature, OutingId, Position, SiteId};
use serde_json::{Value, json};
use server::access::{Action, Actor, Caller, Opening, Role, Scope, Sealed, Sealer, Who};
use server::db::sql;
use server::facts::FactSecret;
use server::sites::create::{self, NewPlace};
use server::sites::quarters::{Quarters, read, replace};
use std::collections::HashSet;
use uuid::Uuid;

pub const PUBLIC: u32 = 120;
pub const DISCREET: u32 = 80;
/// Outings that are over, one that is open, one to come.
const OVER: u32 = 4;
const OUTINGS: u32 = 6;

/// What nobody but the association may read. Both tell other words, of other lengths, and points
/// some steps apart.
pub struct Secrets {
    pub title: &'static str,
    pub note: &'static str,
    pub said: &'static str,
    pub surname: &'static str,
    pub first_name: &'static str,
    /// From the grid to where a discreet place is, in degrees.
    pub step: f64,
}

pub const FIRST: Secrets = Secrets {
    title: "Friche Mirabelle",
    note: "passer par la Quetsche",
    said: "Reineclaude nous a ouvert",
    surname: "Groseillier",
    first_name: "Alma",
    step: 0.000_137,
};
pub const SECOND: Secrets = Secrets {
    title: "Le hangar Bigarreau, tout au fond de la cour, troisième porte",
    note: "Amarelle",
    said: "Burlat dort là depuis l’automne et ne veut voir personne avant midi",
    surname: "d’Aubépine-Sureau",
    first_name: "Jean-Baptiste Emmanuel",
    step: 0.000_541,
};
/// A word of each secret that is in nothing else.
pub const WORDS: [&str; 8] = [
    "Mirabelle",
    "Quetsche",
    "Reineclaude",
    "Groseillier",
    "Bigarreau",
    "Amarelle",
    "Burlat",
    "Sureau",
];

/// What a crawler asks about, and who asks.
pub struct Town {
    pub outings: Vec<Uuid>,
    /// Discreet sites, and where each is before [`FIRST`] moves it.
    pub hidden: Vec<(Uuid, (f64, f64))>,
    /// « Ici » pickups inside squats.
    pub here: Vec<Uuid>,
    pub proposals: Vec<Uuid>,
    pub photos: Vec<Uuid>,
    /// Paths of calendars.
    pub feeds: Vec<String>,
    pub readers: Vec<Reader>,
    /// A phone that may know the discreet place of its outing.
    pub knowing_phone: Reader,
    /// Facts and sites whose secrets somebody may know, so they stay.
    spared: HashSet<Uuid>,
}

/// Somebody who may not know.
#[derive(Clone)]
pub struct Reader {
    pub name: &'static str,
    pub token: Option<String>,
    /// Of a phone: itself and its outing.
    pub phone: Option<(Uuid, Uuid)>,
}

impl Reader {
    fn of_phone(name: &'static str, phone: &Phone) -> Self {
        Self {
            name,
            token: phone.actor.token.clone(),
            phone: Some((phone.device, phone.outing)),
        }
    }
}

/// Where the n-th place of the grid is: public ones in the south, discreet ones in the north, but
/// for three that are alone or nearly so in their quarters.
pub fn grid(n: u32) -> (f64, f64) {
    match n.checked_sub(PUBLIC) {
        Some(0) => (44.8055, -0.6555),
        Some(1) => (44.8055, -0.6465),
        Some(2) => (44.8055, -0.5745),
        _ => {
            let (row, column) = (f64::from(n / 20), f64::from(n % 20));
            moved((44.801, -0.659), (row * 0.009, column * 0.009))
        }
    }
}

pub fn moved((lat, lon): (f64, f64), (up, right): (f64, f64)) -> (f64, f64) {
    let round = |it: f64| (it * 1e6).round() / 1e6;
    (round(lat + up), round(lon + right))
}

impl Secrets {
    /// Where a discreet place is when this is told.
    pub fn at(&self, place: (f64, f64)) -> (f64, f64) {
        moved(place, (self.step, self.step))
    }
}

pub fn numbered(n: u32) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

/// Nine quarters, three by three.
async fn quarters(world: &World) {
    let squares = (0..9u32).map(|n| {
        let (w, s) = (
            -0.66 + f64::from(n % 3) * 0.06,
            44.8 + f64::from(n / 3) * 0.03,
        );
        let (e, t) = (w + 0.06, s + 0.03);
        json!({"type": "Feature", "properties": {"name": format!("Quartier {n}")}, "geometry": {
            "type": "Polygon", "coordinates": [[[w, s], [e, s], [e, t], [w, t], [w, s]]]}})
    });
    let file = json!({"type": "FeatureCollection", "features": squares.collect::<Vec<_>>()});
    let quarters = Quarters::new(read(file.to_string().as_bytes(), None).unwrap());
    let operator = Actor {
        role: Role::Anon,
        id: None,
    };
    let programme = world.programme().await;
    replace(&world.app, programme, operator, quarters)
        .await
        .unwrap();
}

/// Makes the sites without asking what is near each: two hundred times would take long.
async fn sites(world: &World) {
    let caller = Caller {
        programme: world.programme().await,
        who: Who::Staff {
            role: Role::Coordinator,
            account: domain::AccountId(Uuid::nil()),
            name: String::new(),
            administers: false,
        },
    };
    let mut tx = world.app.db.write().await.unwrap();
    for n in 0..PUBLIC + DISCREET {
        let (nature, title, (lat, lon)) = match n < PUBLIC {
            true => (Nature::Public, format!("Lieu {n}"), grid(n)),
            false => (
                Nature::Discreet,
                format!("{} {n}", FIRST.title),
                FIRST.at(grid(n)),
            ),
        };
        let note = (n >= PUBLIC).then(|| Reason::new("note", FIRST.note).unwrap());
        let new = NewPlace {
            id: SiteId(numbered(n)),
            nature,
            title: Title::new("title", &title).unwrap(),
            at: Position::new(lat, lon).unwrap(),
            note,
            residents_agree: None,
            pictogram: None,
            agent: None,
        };
        create::create(&mut tx, &world.app, &caller, new)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Gives everybody who wants money the names of these secrets.
async fn names(world: &World, secrets: &Secrets) {
    let (programme, now) = (world.programme().await, world.app.now());
    let today: Day = "2026-11-24".parse().unwrap();
    let mut tx = world.app.db.write().await.unwrap();
    let mut sealer = Sealer::new(&world.app.keys, programme, now);
    // The first peer is a reader, who knows their own name.
    for (n, peer) in (1..).zip(&world.town.peers[1..8]) {
        let surname = format!("{} {n}", secrets.surname);
        let born = Day::new(1980, 1, n);
        let identity = CivilIdentity::new(&surname, secrets.first_name, born, None, today).unwrap();
        server::people::keep_identity(&mut tx, &mut sealer, programme, *peer, &identity)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Everything there is, before anybody asks.
pub async fn furnish(world: &World) -> Town {
    quarters(world).await;
    sites(world).await;
    names(world, &FIRST).await;
    let hidden = (PUBLIC..PUBLIC + DISCREET).map(|n| (numbered(n), grid(n)));
    let mut town = Town {
        outings: Vec::new(),
        hidden: hidden.collect(),
        here: Vec::new(),
        proposals: Vec::new(),
        photos: Vec::new(),
        feeds: Vec::new(),
        readers: Vec::new(),
        knowing_phone: Reader {
            name: "",
            token: None,
            phone: None,
        },
        spared: HashSet::from([world.town.discreet_site.0]),
    };
    for n in 0..OUTINGS {
        one_outing(world, &mut town, n).await;
    }
    world.set_clock(NOW);
    decisions(world, &mut town).await;
    flags(world, &mut town).await;
    own_proposal(world, &mut town).await;
    money_and_calendars(world, &mut town).await;
    readers(world, &mut town).await;
    town
}

/// One public and one discreet place, three « ici » inside the squat, what a crew says of it.
async fn one_outing(world: &World, town: &mut Town, n: u32) {
    let day = match n {
        n if n < OVER => format!("2026-11-{}", 17 + n),
        n => format!("2026-11-{}", 20 + n),
    };
    world.set_clock(&format!("{day}T13:05:00.000Z"));
    let squat = numbered(PUBLIC + n);
    let outing = numbered(1_000 + n);
    let body = json!({
        "id": outing, "day": day, "starts_at": "14:00", "sites": [numbered(n), squat],
    });
    let coordinator = &world.town.coordinator;
    coordinator.post("/api/v1/outings", body).await.expect(201);
    town.outings.push(outing);
    if n > OVER {
        return;
    }
    world.open(outing).await;
    let mut phone = world.crew_phone(outing).await;
    let (lat, lon) = FIRST.at(grid(PUBLIC + n));
    let mut facts = vec![
        phone.pickup(json!({"site": numbered(n)}), 4),
        phone.pickup(json!({"site": squat}), 9),
        phone.fact(
            "site_proposal",
            json!({"nature": "discreet", "lat": lat, "lon": lon, "note": FIRST.said}),
        ),
        phone.fact("note", json!({"text": FIRST.said})),
    ];
    town.proposals.push(id_of(&facts[2]));
    for count in 11..14 {
        let ici = phone.pickup(json!({"lat": lat, "lon": lon}), count);
        town.here.push(id_of(&ici));
        facts.push(ici);
    }
    for (status, reason) in phone.actor.facts(&facts).await {
        assert_eq!(status, "accepted", "{reason:?}");
    }
    for peer in &world.town.peers[..4] {
        world.mark(outing, *peer, true).await.expect(200);
    }
    if n < OVER {
        world.close(outing).await.expect(200);
    }
    if n == 0 {
        let late = Reader::of_phone("crew phone of an outing that is over", &phone);
        town.readers.push(late);
    }
}

/// Of the « ici » of the first outing one is a squat's, one a public site's, one declared public;
/// proposals are taken, merged, declined, or wait.
async fn decisions(world: &World, town: &mut Town) {
    let coordinator = &world.town.coordinator;
    let said = [
        json!({"site": numbered(PUBLIC)}),
        json!({"site": numbered(0)}),
        json!({"public": true}),
    ];
    for (ici, body) in town.here.iter().zip(said) {
        let path = format!("/api/v1/here-pickups/{ici}");
        coordinator.post(&path, body).await.expect(200);
    }
    town.spared.insert(town.here[2]);
    let path = |n: usize, what: &str| format!("/api/v1/proposals/{}/{what}", town.proposals[n]);
    let body = json!({"title": FIRST.title});
    coordinator.post(&path(0, "accept"), body).await.expect(200);
    let body = json!({"site": numbered(PUBLIC + 1)});
    coordinator.post(&path(1, "merge"), body).await.expect(204);
    let body = json!({"reason": "known", "words": FIRST.said});
    coordinator
        .post(&path(2, "decline"), body)
        .await
        .expect(204);
    town.hidden.push((town.proposals[0], grid(PUBLIC)));
    // A public place joins a discreet one.
    let body = json!({"into": numbered(PUBLIC + 5)});
    let path = format!("/api/v1/sites/{}/merge", numbered(7));
    coordinator.post(&path, body).await.expect(204);
}

fn fact(kind: &str, data: Value) -> Value {
    json!({
        "id": Uuid::now_v7(), "kind": kind, "outing": null, "device": Uuid::nil(), "seq": 1,
        "recorded_at": NOW, "data": data,
    })
}

fn photo(of: &Value) -> Value {
    let picture = image::RgbImage::from_pixel(16, 8, image::Rgb([200, 120, 40]));
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .unwrap();
    let jpeg = STANDARD.encode(jpeg.into_inner());
    fact("photo", json!({"target": of["id"], "jpeg": jpeg}))
}

/// The city flags a new place and two that are known, with pictures; one of these turns out to be
/// where somebody lives.
async fn flags(world: &World, town: &mut Town) {
    let agent = &world.town.agent;
    let sighting = |mut place: Value| {
        place["category"] = json!("syringe");
        place["urgency"] = json!("normal");
        place["note"] = json!("derrière le banc");
        fact("sighting", place)
    };
    let (lat, lon) = moved(FIRST.at(grid(PUBLIC)), (0.000_05, 0.0));
    let gone = 8;
    for flag in [
        sighting(json!({"lat": lat, "lon": lon, "accuracy_m": 8})),
        sighting(json!({"site": numbered(2)})),
        sighting(json!({"site": numbered(gone)})),
    ] {
        let picture = photo(&flag);
        town.photos.push(id_of(&picture));
        for (status, reason) in agent.facts(&[flag, picture]).await {
            assert_eq!(status, "accepted", "{reason:?}");
        }
    }
    let done = fact("city_pickup", json!({"site": numbered(3), "count": 6}));
    assert_eq!(agent.facts(&[done]).await[0].0, "accepted");
    let body = json!({"nature": "discreet", "title": FIRST.title, "note": FIRST.note});
    change(world, numbered(gone), body).await;
    town.hidden.push((numbered(gone), grid(gone)));
}

/// The peer who reads proposed a discreet place, and may know it.
async fn own_proposal(world: &World, town: &mut Town) {
    let own = Uuid::now_v7();
    let (lat, lon) = moved(grid(PUBLIC + 30), (0.002, 0.002));
    let body = json!({
        "id": own, "nature": "discreet", "title": "Chez des amis", "lat": lat, "lon": lon,
    });
    let peer = &world.town.peer;
    peer.post("/api/v1/sites", body).await.expect(201);
    let path = format!("/api/v1/proposals/{own}/accept");
    let coordinator = &world.town.coordinator;
    let body = json!({"title": "Chez des amis"});
    coordinator.post(&path, body).await.expect(200);
    town.spared.insert(own);
}

async fn money_and_calendars(world: &World, town: &mut Town) {
    let (coordinator, agent) = (&world.town.coordinator, &world.town.agent);
    let body = json!({"outings": [town.outings[0]]});
    coordinator
        .post("/api/v1/allowance-lists", body)
        .await
        .expect(201);
    for (actor, page) in [(agent, "/"), (coordinator, "/sorties")] {
        let kind = "application/x-www-form-urlencoded";
        actor
            .raw(Method::POST, "/calendrier", kind, "geste=faire")
            .await
            .expect_page(303);
        let page = actor.get(page).await.text();
        let (_, after) = page.split_once("/calendrier/").unwrap();
        let (secret, _) = after.split_once(".ics").unwrap();
        town.feeds.push(format!("/calendrier/{secret}.ics"));
    }
}

async fn readers(world: &World, town: &mut Town) {
    let open = town.outings[OVER as usize];
    let coordinator = &world.town.coordinator;
    let confirm = async |phone: &Phone| {
        let (outing, device) = (phone.outing, phone.device);
        let path = format!("/api/v1/outings/{outing}/phones/{device}/confirm");
        let body = json!({"whose": "association"});
        coordinator.post(&path, body).await.expect_page(204);
    };
    let knowing = world.crew_phone(open).await;
    confirm(&knowing).await;
    town.knowing_phone = Reader::of_phone("confirmed phone of the outing", &knowing);
    let unconfirmed = world.crew_phone(open).await;
    let elsewhere = world.planned_outing().await;
    world.open(elsewhere).await;
    let foreign = world.crew_phone(elsewhere).await;
    confirm(&foreign).await;
    let staff = |name, actor: &crate::support::Actor| Reader {
        name,
        token: actor.token.clone(),
        phone: None,
    };
    town.readers.extend([
        staff("agent", &world.town.agent),
        staff("clerk", &world.town.clerk),
        staff("peer", &world.town.peer),
        staff("nobody", &world.anon()),
        Reader::of_phone("confirmed phone of another outing", &foreign),
        Reader::of_phone("phone of the outing that nobody confirmed", &unconfirmed),
    ]);
}

/// What a coordinator changes of a site.
pub async fn change(world: &World, site: Uuid, body: Value) {
    let coordinator = &world.town.coordinator;
    let path = format!("/api/v1/sites/{site}");
    let read = coordinator.get(&path).await.headers[header::ETAG].clone();
    let request = coordinator
        .request(Method::PATCH, &path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, read);
    let body = Body::from(body.to_string());
    coordinator
        .send(request.body(body).unwrap())
        .await
        .expect(200);
}

/// Tells the second secrets in place of the first: every discreet point within its quarter, every
/// title and note, what crews said and where, every name.
pub async fn tell_the_second(world: &World, town: &Town) {
    for (n, (site, place)) in town.hidden.iter().enumerate() {
        let (lat, lon) = SECOND.at(*place);
        let title = format!("{} {n}", SECOND.title);
        let body = json!({"title": title, "note": SECOND.note, "lat": lat, "lon": lon});
        change(world, *site, body).await;
    }
    names(world, &SECOND).await;
    facts_told_otherwise(world, town).await;
}

/// No route changes a fact: what is sealed in it is sealed anew.
async fn facts_told_otherwise(world: &World, town: &Town) {
    let programme = world.programme().await;
    let (keys, now) = (&world.app.keys, world.app.now());
    let mut tx = world.app.db.write().await.unwrap();
    let rows: Vec<(Uuid, Uuid, Vec<u8>)> = sql(
        "select id, outing_id, sealed from facts where outing_id is not null and sealed is not null",
    )
    .all(&mut tx)
    .await
    .unwrap();
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|it| !town.spared.contains(&it.0))
        .map(|(id, outing, bytes)| (id, Scope::Outing(OutingId(outing)), bytes))
        .collect();
    assert!(rows.len() > 20, "{}", rows.len());
    let named = rows.iter().map(|it| it.1).collect();
    let operator = Actor {
        role: Role::Coordinator,
        id: None,
    };
    let action = Action::FactsShown;
    let mut opening = Opening::begin(&mut tx, keys, programme, operator, action, named, now)
        .await
        .unwrap();
    let mut sealer = Sealer::new(keys, programme, now);
    for (id, scope, bytes) in rows {
        let sealed: Sealed<FactSecret> = Sealed::from_row(scope, bytes);
        let mut secret = opening.open(&mut tx, &sealed).await.unwrap();
        let step = SECOND.step - FIRST.step;
        secret.point = secret.point.map(|it| moved(it, (step, step)));
        secret.words = secret.words.map(|_| SECOND.said.to_owned());
        let sealed = sealer.seal(&mut tx, scope, &secret).await.unwrap();
        sql("update facts set sealed = $2 where id = $1")
            .bind(id)
            .bind(sealed.into_bytes())
            .run(&mut tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Ids of rows that both worlds have: any other id was made while somebody asked.
pub async fn known_ids(world: &World) -> HashSet<Uuid> {
    let mut tx = world.app.db.read().await.unwrap();
    let mut known = HashSet::new();
    for text in [
        "select id from programmes",
        "select id from sites",
        "select id from outings",
        "select id from facts",
        "select id from peers",
        "select id from accounts",
        "select id from allowance_lists",
        "select id from allowances",
        "select device_id as id from crew_phones",
    ] {
        let rows: Vec<(Uuid,)> = sql(text).all(&mut tx).await.unwrap();
        known.extend(rows.into_iter().map(|it| it.0));
    }
    known
}

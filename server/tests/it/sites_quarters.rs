//! Quarters: imported whole or not at all, and every site in one of them at most.

use crate::on_both;
use crate::support::World;
use domain::Position;
use geo::{Coord, Distance, Geodesic, InteriorPoint};
use serde_json::{Value, json};
use server::access::{Actor, Role};
use server::sites::quarters::{Imported, Quarters, read, replace};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const OPERATOR: Actor = Actor {
    role: Role::Anon,
    id: None,
};

fn file(squares: &[(&str, f64)]) -> Vec<u8> {
    let feature = |(name, west): &(&str, f64)| {
        let (w, e) = (*west, west + 0.1);
        json!({"type": "Feature", "properties": {"nom": name}, "geometry": {"type": "Polygon",
            "coordinates": [[[w, 44.8], [e, 44.8], [e, 44.9], [w, 44.9], [w, 44.8]]]}})
    };
    let features: Vec<Value> = squares.iter().map(feature).collect();
    let all = json!({"type": "FeatureCollection", "features": features});
    all.to_string().into_bytes()
}

async fn import(world: &World, bytes: &[u8]) -> Imported {
    let programme = world.programme().await;
    let quarters = Quarters::new(read(bytes, None).unwrap());
    replace(&world.app, programme, OPERATOR, quarters)
        .await
        .unwrap()
}

async fn quarter(world: &World, id: domain::SiteId) -> Value {
    let path = format!("/api/v1/sites/{id}");
    world.town.coordinator.get(&path).await.expect(200)["properties"]["quarter"].clone()
}

on_both! {
    async fn an_import_puts_every_site_in_its_quarter_and_the_same_again_changes_nothing(world) {
        let bytes = file(&[("Est", -0.565), ("Ouest", -0.665)]);
        let done = import(&world, &bytes).await;
        assert_eq!(done, Imported { quarters: 2, changed: true, sites_moved: 4 });
        assert_eq!(quarter(&world, world.town.public_sites[0]).await, "ouest");
        assert_eq!(quarter(&world, world.town.discreet_site).await, "est");
        // Sealed points were opened inside, under one row that names them.
        let journal = world.journal("quarters_computed").await;
        assert_eq!(journal, [("anon".into(), format!("site:{}", world.town.discreet_site))]);
        let again = import(&world, &bytes).await;
        assert_eq!(again, Imported { quarters: 2, changed: false, sites_moved: 0 });
        assert_eq!(world.journal("quarters_computed").await.len(), 1);
        let moved = import(&world, &file(&[("Est", -0.565)])).await;
        assert_eq!(moved, Imported { quarters: 1, changed: true, sites_moved: 3 });
        assert_eq!(quarter(&world, world.town.public_sites[0]).await, Value::Null);
    }

    async fn a_site_gets_its_quarter_when_it_is_made_and_when_it_moves(world) {
        import(&world, &file(&[("Est", -0.565), ("Ouest", -0.665)])).await;
        let coordinator = &world.town.coordinator;
        for (nature, expected) in [("public", "est"), ("discreet", "est")] {
            let body = json!({"nature": nature, "title": "Là", "lat": 44.85, "lon": -0.5});
            let made = coordinator.post("/api/v1/sites", body).await.expect(201);
            assert_eq!(made["properties"]["quarter"], expected);
        }
        let id = world.town.discreet_site;
        let request = coordinator
            .request(axum::http::Method::PATCH, &format!("/api/v1/sites/{id}"))
            .header("content-type", "application/json")
            .header("if-match", "\"2\"");
        let body = json!({"lat": 44.85, "lon": -0.6}).to_string();
        let moved = coordinator.send(request.body(body.into()).unwrap()).await.expect(200);
        assert_eq!(moved["properties"]["quarter"], "ouest");
    }

    async fn quarters_are_kept_as_they_were_read_to_the_last_digit(world) {
        for (file, count) in towns() {
            let done = import(&world, file.to_string().as_bytes()).await;
            assert_eq!((done.quarters, done.changed), (count, true));
            let mut tx = world.app.db.read().await.unwrap();
            let kept = server::sites::quarters::store::all(&mut tx, world.programme().await).await;
            assert_eq!(kept.unwrap(), quarters_of(&file));
        }
    }

    async fn a_point_in_the_sea_is_kept_and_said_to_be_in_no_quarter(world) {
        import(&world, &file(&[("Est", -0.565), ("Ouest", -0.665)])).await;
        // West of Arcachon, sixty kilometres off: a fix that went astray loses nobody's flag.
        let (agent, coordinator) = (&world.town.agent, &world.town.coordinator);
        let body = json!({"nature": "public", "title": "Au large", "lat": 44.65, "lon": -1.35});
        let made = agent.post("/api/v1/sites", body).await.expect(201);
        assert_eq!(made["properties"]["quarter"], Value::Null);
        let flag = json!({
            "id": uuid::Uuid::now_v7(), "kind": "sighting", "outing": null,
            "device": uuid::Uuid::nil(), "seq": 1, "recorded_at": crate::support::NOW,
            "data": {"category": "syringe", "urgency": "normal", "lat": 44.66, "lon": -1.35},
        });
        assert_eq!(agent.facts(&[flag]).await[0].0, "accepted");
        for actor in [agent, coordinator] {
            let none = actor.get("/api/v1/sites?quarter=").await.expect(200);
            assert_eq!(none["features"].as_array().unwrap().len(), 2, "{none}");
            let page = actor.get("/lieux?quartier=hors").await.expect_page(200);
            assert!(page.contains("Au large") && page.contains("Hors quartier"), "{page}");
            let page = actor.get("/lieux?quartier=ouest").await.expect_page(200);
            assert!(!page.contains("Au large"));
        }
        // What the city is told of discreet places is the same as without it.
        let lines = agent.get("/api/v1/sites/discreet").await.expect(200);
        assert_eq!(lines["items"][0]["kind"], "town");
    }

    async fn the_city_sees_quarters_only_where_enough_discreet_sites_share_them(world) {
        let (coordinator, agent) = (&world.town.coordinator, &world.town.agent);
        let lines = async || agent.get("/api/v1/sites/discreet").await.expect(200)["items"].clone();
        assert_eq!(lines().await, json!([{"kind": "town", "sites": null, "states": {}, "done_week": null}]));
        let make = async |lon: f64| {
            let body = json!({"nature": "discreet", "title": "Secret", "lat": 44.85, "lon": lon});
            coordinator.post("/api/v1/sites", body).await.expect(201);
        };
        make(-0.52).await;
        make(-0.53).await;
        // Without quarters the whole town is one line.
        assert_eq!(lines().await[0]["sites"], 3);
        import(&world, &file(&[("Est", -0.565), ("Ouest", -0.665)])).await;
        assert_eq!(lines().await[0], json!({
            "kind": "quarter", "name": "Est", "sites": 3, "states": {"seen": 3}, "done_week": null,
        }));
        make(-0.6).await;
        let all = lines().await;
        assert_eq!((all.as_array().unwrap().len(), &all[0]["kind"], &all[0]["sites"]), (1, &json!("town"), &json!(4)));
        world.town.peer.get("/api/v1/sites/discreet").await.expect(403);
    }
}

/// Quarters as towns draw them: a border with corners that both neighbours have, a corner where
/// three meet, an enclave in a hole, and one quarter in two pieces.
fn drawn() -> Value {
    let feature = |name: &str, polygons: Value| {
        json!({"type": "Feature", "properties": {"nom": name},
               "geometry": {"type": "MultiPolygon", "coordinates": polygons}})
    };
    let enclave = json!([
        [-0.55, 44.84],
        [-0.54, 44.84],
        [-0.545, 44.85],
        [-0.55, 44.84]
    ]);
    let east = json!([
        [-0.57, 44.80],
        [-0.50, 44.80],
        [-0.50, 44.90],
        [-0.5633, 44.90],
        [-0.5721, 44.8713],
        [-0.5687, 44.8391],
        [-0.57, 44.80]
    ]);
    let west = json!([
        [-0.57, 44.80],
        [-0.5687, 44.8391],
        [-0.5721, 44.8713],
        [-0.62, 44.86],
        [-0.63, 44.81],
        [-0.57, 44.80]
    ]);
    let north = json!([
        [-0.5721, 44.8713],
        [-0.5633, 44.90],
        [-0.61, 44.90],
        [-0.62, 44.86],
        [-0.5721, 44.8713]
    ]);
    let island = json!([
        [-0.48, 44.80],
        [-0.47, 44.80],
        [-0.47, 44.81],
        [-0.48, 44.80]
    ]);
    json!({"type": "FeatureCollection", "features": [
        feature("Est", json!([[east, enclave]])),
        feature("Ouest", json!([[west]])),
        feature("Nord", json!([[north], [island]])),
        feature("Enclave", json!([[enclave]])),
    ]})
}

/// The quarters of a real town where the operator of the tests has them, and drawn ones always.
fn towns() -> Vec<(Value, usize)> {
    let mut towns = vec![(drawn(), 4)];
    if let Some(shared) = std::env::var_os("CUEILLETTE_SHARED") {
        let path = Path::new(&shared).join("geodata/quartiers.geojson");
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        towns.push((serde_json::from_slice(&bytes).unwrap(), 8));
    }
    towns
}

fn bordeaux() -> Position {
    Position::new(44.84, -0.57).unwrap()
}

fn quarters_of(file: &Value) -> Quarters {
    Quarters::new(read(file.to_string().as_bytes(), Some(bordeaux())).unwrap())
}

/// The same ground, told the other way: features and rings from their ends.
fn told_backwards(file: &Value) -> Value {
    let mut file = file.clone();
    let features = file["features"].as_array_mut().unwrap();
    features.reverse();
    for feature in features {
        let polygons = feature["geometry"]["coordinates"].as_array_mut().unwrap();
        for ring in polygons
            .iter_mut()
            .flat_map(|it| it.as_array_mut().unwrap())
        {
            ring.as_array_mut().unwrap().reverse();
        }
    }
    file
}

type At = (f64, f64);

/// The borders, by the quarters that have them: corners, and pieces between two corners.
type Corners = BTreeMap<[u64; 2], BTreeSet<String>>;
type Pieces = BTreeMap<[[u64; 2]; 2], (At, At, BTreeSet<String>)>;

fn borders(quarters: &Quarters) -> (Corners, Pieces) {
    let (mut corners, mut pieces) = (Corners::new(), Pieces::new());
    let name = |it: Coord| [it.x.to_bits(), it.y.to_bits()];
    for quarter in quarters.all() {
        for polygon in &quarter.area {
            let rings = polygon.interiors().iter().chain([polygon.exterior()]);
            for line in rings.flat_map(|it| it.lines()) {
                let (a, b) = (name(line.start), name(line.end));
                corners.entry(a).or_default().insert(quarter.id.clone());
                let at = |it: Coord| (it.y, it.x);
                let piece = pieces.entry([a.min(b), a.max(b)]);
                let piece = piece.or_insert((at(line.start), at(line.end), BTreeSet::new()));
                piece.2.insert(quarter.id.clone());
            }
        }
    }
    (corners, pieces)
}

/// Is a point within a quarter? Counted by hand: a line from it to the east crosses its border an
/// odd number of times. (Real neighbours overlap here and there: a corner of one may stand some
/// metres inside the other, whose point it then is.)
fn holds(quarters: &Quarters, id: &str, (lat, lon): At) -> bool {
    let quarter = quarters.all().iter().find(|it| it.id == id).unwrap();
    let rings = quarter
        .area
        .iter()
        .flat_map(|it| it.interiors().iter().chain([it.exterior()]));
    let crossed = rings.flat_map(|it| it.lines()).filter(|line| {
        let (a, b) = (line.start, line.end);
        (a.y > lat) != (b.y > lat) && lon < a.x + (lat - a.y) / (b.y - a.y) * (b.x - a.x)
    });
    crossed.count() % 2 == 1
}

#[test]
fn each_quarter_holds_its_own_middle() {
    for (file, count) in towns() {
        let quarters = quarters_of(&file);
        assert_eq!(quarters.all().len(), count);
        for quarter in quarters.all() {
            let inside = quarter.area.interior_point().unwrap();
            let found = quarters.of(Position::new(inside.y(), inside.x()).unwrap());
            assert_eq!(found.unwrap().id, quarter.id);
        }
        assert_eq!(quarters.id_of(Position::new(48.85, 2.35).unwrap()), None);
    }
}

#[test]
fn every_point_of_a_border_belongs_to_one_quarter_that_has_it_and_always_to_the_same() {
    for (file, _) in towns() {
        let (quarters, backwards) = (quarters_of(&file), quarters_of(&told_backwards(&file)));
        let owner = |(lat, lon): At| {
            let at = Position::new(lat, lon).unwrap();
            let found = quarters.id_of(at);
            assert_eq!(found, quarters.id_of(at));
            assert_eq!(found, backwards.id_of(at), "{lat},{lon}");
            found
        };
        let (corners, pieces) = borders(&quarters);
        for ([x, y], of) in &corners {
            let at = (f64::from_bits(*y), f64::from_bits(*x));
            let found = owner(at).unwrap_or_else(|| panic!("{at:?} of {of:?} is in none"));
            assert!(
                of.contains(&found) || holds(&quarters, &found, at),
                "{found}: {of:?}"
            );
        }
        let mut shared = 0;
        for ((a_lat, a_lon), (b_lat, b_lon), of) in pieces.values() {
            assert!(of.len() <= 2, "{of:?}");
            shared += usize::from(of.len() == 2);
            for part in [0.5, 0.1, 0.25, 1.0 / 3.0, 0.9] {
                // Rounding puts such a point on the line or a hair beside it.
                let at = (
                    a_lat + (b_lat - a_lat) * part,
                    a_lon + (b_lon - a_lon) * part,
                );
                match (owner(at), of.len()) {
                    (Some(found), _) => {
                        let theirs = of.contains(&found) || holds(&quarters, &found, at);
                        assert!(theirs, "{found}: {of:?}");
                    }
                    (None, sides) => assert_eq!(sides, 1, "{at:?} is in neither of {of:?}"),
                }
            }
        }
        assert!(shared >= 4, "{shared}");
    }
}

#[test]
fn a_hole_is_not_of_the_quarter_around_it_and_a_quarter_in_two_pieces_is_one() {
    let quarters = quarters_of(&drawn());
    let of = |lat, lon| quarters.id_of(Position::new(lat, lon).unwrap());
    assert_eq!(of(44.843, -0.545).as_deref(), Some("enclave"));
    assert_eq!(of(44.835, -0.545).as_deref(), Some("est"));
    assert_eq!(of(44.88, -0.59).as_deref(), Some("nord"));
    assert_eq!(of(44.802, -0.472).as_deref(), Some("nord"));
    let mut pierced = drawn();
    pierced["features"].as_array_mut().unwrap().pop();
    let pierced = quarters_of(&pierced);
    assert_eq!(pierced.id_of(Position::new(44.843, -0.545).unwrap()), None);
}

#[test]
fn a_file_with_its_axes_turned_round_is_refused_with_the_word_that_helps() {
    for (mut file, _) in towns() {
        turn(&mut file);
        let error = read(file.to_string().as_bytes(), Some(bordeaux())).unwrap_err();
        assert!(error.contains("longitude d’abord"), "{error}");
    }
}

/// Known distances on WGS 84: two that are published, and two of Bordeaux worked out from
/// Vincenty's inverse formula by a program of its own, which finds the published ones too.
#[test]
fn distances_are_those_that_geodesists_publish() {
    let known = [
        // Flinders Peak to Buninyong, the worked example of the Australian geodetic manual (GDA94,
        // on GRS 80, which is WGS 84 to a tenth of a millimetre).
        (
            (-37.951_033_416_7, 144.424_867_888_9),
            (-37.652_821_138_9, 143.926_495_527_8),
            54_972.271,
            0.001,
        ),
        // New York to Singapore, the example of GeodSolve (Karney), in whole metres.
        (
            (40.639_722_222_2, -73.778_888_888_9),
            (1.359_166_666_7, 103.989_444_444_4),
            15_347_628.0,
            0.5,
        ),
        // The cathedral to the Pont de pierre; the town to Paris.
        (
            (44.837_78, -0.577_22),
            (44.838_61, -0.562_78),
            1_145.468,
            0.001,
        ),
        (
            (44.837_789, -0.579_18),
            (48.856_613, 2.352_222),
            499_491.827,
            0.001,
        ),
        // A degree at the equator: along it, and up the meridian; a degree north of 44°.
        ((0.0, 1.0), (0.0, 2.0), 111_319.491, 0.001),
        ((0.0, 1.0), (1.0, 1.0), 110_574.389, 0.001),
        ((44.0, 0.0), (45.0, 0.0), 111_122.008, 0.001),
    ];
    for (a, b, metres, within) in known {
        let point = |(lat, lon): At| geo::Point::new(lon, lat);
        let exact = Geodesic.distance(point(a), point(b));
        assert!((exact - metres).abs() < within, "{a:?} {b:?}: {exact}");
        assert!((Geodesic.distance(point(b), point(a)) - exact).abs() < 1e-6);
        // What a phone computes on a sphere is within half a hundredth.
        let place = |(lat, lon): At| Position::new(lat, lon).unwrap();
        let on_a_sphere = place(a).distance_m(place(b));
        assert!((on_a_sphere / metres - 1.0).abs() < 0.006, "{on_a_sphere}");
    }
}

fn turn(value: &mut Value) {
    match value {
        Value::Array(list) if list.len() == 2 && list[0].is_number() => list.swap(0, 1),
        Value::Array(list) => list.iter_mut().for_each(turn),
        Value::Object(map) => map.values_mut().for_each(turn),
        _ => {}
    }
}

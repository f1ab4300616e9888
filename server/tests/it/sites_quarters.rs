//! Quarters: imported whole or not at all, and every site in one of them at most.

use crate::on_both;
use crate::support::World;
use domain::Position;
use serde_json::{Value, json};
use server::access::{Actor, Role};
use server::sites::quarters::{Imported, Quarters, read, replace};
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

/// The quarters of a real town, where the operator of the tests has them.
#[test]
fn each_quarter_of_a_real_town_holds_its_own_middle_and_borders_belong_to_one() {
    use geo::{CoordsIter, InteriorPoint};
    let Some(shared) = std::env::var_os("CUEILLETTE_SHARED") else {
        return;
    };
    let path = Path::new(&shared).join("geodata/quartiers.geojson");
    let bytes =
        std::fs::read(&path).expect("CUEILLETTE_SHARED is set and the quarters are missing");
    let bordeaux = Position::new(44.84, -0.57).unwrap();
    let quarters = Quarters::new(read(&bytes, Some(bordeaux)).unwrap());
    assert_eq!(quarters.all().len(), 8);
    let at = |x: f64, y: f64| Position::new(y, x).unwrap();
    for quarter in quarters.all() {
        let inside = quarter.area.interior_point().unwrap();
        let found = quarters.of(at(inside.x(), inside.y())).unwrap();
        assert_eq!(found.id, quarter.id);
        for corner in quarter.area.coords_iter() {
            let found: Vec<_> = (0..2)
                .map(|_| quarters.of(at(corner.x, corner.y)))
                .collect();
            assert_eq!(found[0].unwrap().id, found[1].unwrap().id);
        }
    }
    // Turned round, the file is refused with the word that helps.
    let mut turned: Value = serde_json::from_slice(&bytes).unwrap();
    turn(&mut turned);
    let error = read(turned.to_string().as_bytes(), Some(bordeaux)).unwrap_err();
    assert!(error.contains("longitude d’abord"), "{error}");
}

fn turn(value: &mut Value) {
    match value {
        Value::Array(list) if list.len() == 2 && list[0].is_number() => list.swap(0, 1),
        Value::Array(list) => list.iter_mut().for_each(turn),
        Value::Object(map) => map.values_mut().for_each(turn),
        _ => {}
    }
}

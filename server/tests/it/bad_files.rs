//! Bad files: quarters that are wrong, files that are too large, pictures that are none. Each is
//! refused in one sentence, and nothing of it is kept.

use crate::command_line::{Place, text};
use crate::on_both;
use crate::support::{NOW, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::sites::quarters::{FILE_BYTES_MAX, Quarters, import_file, store};
use std::io::Cursor;
use std::path::Path;
use uuid::Uuid;

/// A square of a tenth of a degree, by the corner where it begins.
fn square(a: f64, b: f64) -> Value {
    json!([
        [a, b],
        [a + 0.1, b],
        [a + 0.1, b + 0.1],
        [a, b + 0.1],
        [a, b]
    ])
}

fn quarters(rings: &[(&str, Value)]) -> Vec<u8> {
    let feature = |(name, ring): &(&str, Value)| {
        json!({"type": "Feature", "properties": {"nom": name},
               "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    let features: Vec<Value> = rings.iter().map(feature).collect();
    let all = json!({"type": "FeatureCollection", "features": features});
    all.to_string().into_bytes()
}

async fn kept(world: &World) -> Quarters {
    let programme = world.programme().await;
    let mut tx = world.app.db.read().await.unwrap();
    store::all(&mut tx, programme).await.unwrap()
}

/// A file of so many bytes that takes no room.
fn hollow(path: &Path, bytes: u64) {
    std::fs::File::create(path).unwrap().set_len(bytes).unwrap();
}

fn jpeg() -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(40, 20, image::Rgb([200, 120, 40]));
    let mut out = Cursor::new(Vec::new());
    picture
        .write_to(&mut out, image::ImageFormat::Jpeg)
        .unwrap();
    out.into_inner()
}

/// The same picture, which says that it has so many pixels on each side.
fn claiming(side: u16) -> Vec<u8> {
    let mut bytes = jpeg();
    let frame = bytes.windows(2).position(|it| it == [0xFF, 0xC0]).unwrap();
    let side = side.to_be_bytes();
    bytes[frame + 5..frame + 9].copy_from_slice(&[side[0], side[1], side[0], side[1]]);
    bytes
}

/// The same picture with words in a segment for remarks.
fn remarking(words: &[u8]) -> Vec<u8> {
    let plain = jpeg();
    let length = u16::try_from(words.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xFF, 0xFE], &length, words, &plain[2..]].concat()
}

fn fact(kind: &str, data: Value) -> Value {
    json!({
        "id": Uuid::now_v7(), "kind": kind, "outing": null, "device": Uuid::nil(), "seq": 1,
        "recorded_at": NOW, "data": data,
    })
}

on_both! {
    async fn a_file_of_quarters_that_is_wrong_is_refused_whole_and_says_why(world) {
        let (place, programme) = (Place::new(), world.programme().await);
        let path = place.0.join("quartiers.geojson");
        let good = ("Est", square(-0.6, 44.8));
        std::fs::write(&path, quarters(std::slice::from_ref(&good))).unwrap();
        let said = import_file(&world.app, programme, &path).await.unwrap();
        assert!(said.starts_with("1 quarters; "), "{said}");
        let before = kept(&world).await;
        let mut open = square(-0.7, 44.8);
        open.as_array_mut().unwrap().pop();
        let whole = quarters(std::slice::from_ref(&good));
        let turned = square(44.8, -0.6);
        for (bytes, why) in [
            (quarters(&[good.clone(), ("Ouest", open)]), "feature 2: a ring is not closed"),
            (quarters(&[good.clone(), ("Ouest", turned)]), "feature 2: its axes are the wrong way"),
            (quarters(&[("Ouest", square(417_000.0, 6_421_000.0))]), "EPSG:4326"),
            (quarters(&[good.clone(), good.clone()]), "another quarter called « Est »"),
            (whole[..whole.len() / 2].to_vec(), "not JSON (line 1"),
            ([b"\xC9st".as_slice(), &whole].concat(), "not UTF-8"),
            (Vec::new(), "not JSON"),
            (quarters(&[]), "holds 0 features"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let said = import_file(&world.app, programme, &path).await.unwrap_err();
            assert!(said.contains(why) && said.lines().count() == 1, "{said}");
            assert!(said.starts_with(&path.display().to_string()), "{said}");
            assert_eq!(kept(&world).await, before);
        }
        // Fifty million bytes are the most; what is larger is not even read.
        hollow(&path, FILE_BYTES_MAX + 1);
        let said = import_file(&world.app, programme, &path).await.unwrap_err();
        assert!(said.contains("50000001 bytes") && said.contains("no more than 50000000"), "{said}");
        let nowhere = place.0.join("nulle-part.geojson");
        import_file(&world.app, programme, &nowhere).await.unwrap_err();
        assert_eq!(kept(&world).await, before);
    }

    async fn what_is_no_picture_is_refused_by_whatever_name_it_goes(world) {
        let agent = &world.town.agent;
        let here = json!({
            "lat": 44.8312, "lon": -0.5721, "category": "syringe", "urgency": "normal",
        });
        let flag = fact("sighting", here);
        assert_eq!(agent.facts(std::slice::from_ref(&flag)).await[0].0, "accepted");
        let photo = |bytes: &[u8]| {
            let jpeg = STANDARD.encode(bytes);
            fact("photo", json!({"target": flag["id"], "jpeg": jpeg}))
        };
        let behind = |more: &[u8]| [jpeg().as_slice(), more].concat();
        for (what, bytes) in [
            ("words", b"ceci n'est pas une image".to_vec()),
            ("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
            ("SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec()),
            ("a page behind a picture", behind(b"<html><script>alert(1)</script></html>")),
            ("an archive behind a picture", behind(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0")),
            ("a picture behind a page", [b"<html>".as_slice(), &jpeg()].concat()),
            ("a hundred megapixels", claiming(10_000)),
        ] {
            let answer = agent.facts(&[photo(&bytes)]).await;
            let refused = ("refused".into(), Some("not_a_photo".into()));
            assert_eq!(answer[0], refused, "{what}");
        }
        // Nothing at all, no base64, too much of it.
        let mut odd = photo(b"");
        assert_eq!(agent.facts(&[odd.clone()]).await[0].0, "refused");
        odd["id"] = json!(Uuid::now_v7());
        odd["data"]["jpeg"] = json!("pas de la base64 !");
        assert_eq!(agent.facts(&[odd.clone()]).await[0].0, "refused");
        odd["id"] = json!(Uuid::now_v7());
        odd["data"]["jpeg"] = json!("A".repeat(domain::limits::PHOTO_CHARS_MAX + 4));
        assert_eq!(agent.facts(&[odd]).await[0].0, "refused");
        assert_eq!(world.value::<i64>("select count(*) from photos").await, 0);
        // A page hidden in a remark is gone with all that is no pixel.
        let sly = photo(&remarking(b"<html><script>alert(1)</script>PK\x03\x04"));
        assert_eq!(agent.facts(std::slice::from_ref(&sly)).await[0].0, "accepted");
        let path = format!("/api/v1/photos/{}", sly["id"].as_str().unwrap());
        let shown = agent.get(&path).await;
        assert_eq!(shown.status, 200);
        assert_eq!(shown.headers["content-type"], "image/jpeg");
        assert_eq!(shown.headers["x-content-type-options"], "nosniff");
        let text = shown.text();
        assert!(!text.contains("script") && !text.contains("PK"), "{text}");
    }

    async fn what_the_city_picks_up_itself_is_in_no_total_of_an_outing(world) {
        let (agent, coordinator) = (&world.town.agent, &world.town.coordinator);
        let site = world.town.public_sites[0];
        let outing = world.open_outing().await;
        let mut phone = world.crew_phone(outing).await;
        let own = async || {
            let own = fact("city_pickup", json!({"site": site, "count": 100}));
            assert_eq!(agent.facts(&[own]).await[0].0, "accepted");
        };
        own().await;
        let pickup = phone.pickup(json!({"site": site}), 23);
        phone.actor.facts(&[pickup]).await;
        own().await;
        world.close(outing).await.expect(200);
        own().await;
        let summary = world.summary(outing).await;
        assert_eq!(summary["totals"], json!({"syringe": 23}));
        let by_site = summary["by_site"].as_array().unwrap();
        let told: i64 = by_site.iter().filter_map(|it| it["totals"]["syringe"].as_i64()).sum();
        assert_eq!(told, 23, "{summary}");
        for path in ["/sorties".to_owned(), format!("/sorties/{outing}")] {
            let page = coordinator.get(&path).await.expect_page(200);
            assert!(page.contains("23"), "{page}");
            for wrong in ["123", "223", "323", "300"] {
                assert!(!page.contains(&format!(">{wrong}")), "{path}: {wrong}");
            }
        }
        for actor in [agent, coordinator] {
            let history = actor.get(&format!("/api/v1/sites/{site}/history")).await.expect(200);
            assert_eq!(history["outings"][0]["totals"], json!({"syringe": 23}));
            assert_eq!(history["city_pickups"].as_array().unwrap().len(), 3);
        }
        // Nobody else records in the city's name.
        let theirs = phone.fact("city_pickup", json!({"site": site, "count": 1}));
        assert_eq!(phone.actor.facts(&[theirs]).await[0].0, "refused");
    }
}

#[test]
fn a_spreadsheet_that_is_too_large_is_refused_before_it_is_read() {
    let place = Place::new();
    hollow(&place.0.join("past.csv"), FILE_BYTES_MAX + 1);
    for what in ["sites", "outings"] {
        let out = place.run(&["import", what, "past.csv", "--programme", "bordeaux"]);
        assert_eq!(out.status.code(), Some(1));
        let said = text(&out.stderr);
        let last = said.lines().last().unwrap();
        assert!(last.contains("50000001 bytes"), "{said}");
    }
}

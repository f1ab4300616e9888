//! The past from spreadsheets: all of a file or nothing, the same file twice is once, and what is
//! wrong is named by line and column.

use crate::command_line::{Place, text};
use crate::on_both;
use crate::support::{TODAY, World};
use domain::ProgrammeId;
use serde_json::{Value, json};
use server::imports::{
    Job, OUTINGS_TEMPLATE, Refused, Report, SITES_TEMPLATE, import_outings, import_sites,
};
use server::programmes;
use std::time::{Duration, Instant};

const SITES: &str = "select cast(count(*) as bigint) from sites";
const OUTINGS: &str = "select cast(count(*) as bigint) from outings";
const FACTS: &str = "select cast(count(*) as bigint) from facts";
const LINES_OF_MONEY: &str = "select cast(count(*) as bigint) from allowances";

async fn programme(world: &World, slug: &str) -> ProgrammeId {
    let mut tx = world.app.db.read().await.unwrap();
    programmes::by_slug(&mut tx, slug).await.unwrap().unwrap()
}

async fn sites(world: &World, file: &[u8]) -> Result<Report, Refused> {
    let programme = programme(world, "bordeaux").await;
    let job = Job {
        bytes: file,
        programme,
        dry_run: false,
        anywhere: false,
    };
    import_sites(&world.app, &job).await
}

async fn outings(world: &World, file: &[u8]) -> Result<Report, Refused> {
    let programme = programme(world, "bordeaux").await;
    let job = Job {
        bytes: file,
        programme,
        dry_run: false,
        anywhere: false,
    };
    import_outings(&world.app, &job).await
}

/// The lines that are wrong, as the operator reads them.
#[track_caller]
fn wrong(done: Result<Report, Refused>) -> Vec<String> {
    match done {
        Err(Refused::Lines(wrong)) => wrong.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

/// How much there is of everything.
async fn counts(world: &World) -> [i64; 5] {
    [
        world.value(SITES).await,
        world.value(OUTINGS).await,
        world.value(FACTS).await,
        world.value(LINES_OF_MONEY).await,
        world
            .value("select cast(count(*) as bigint) from journal")
            .await,
    ]
}

async fn features(actor: &crate::support::Actor) -> Vec<Value> {
    let all = actor.get("/api/v1/sites").await.expect(200);
    all["features"].as_array().unwrap().clone()
}

/// The outing of a day, as the API shows it.
async fn outing_of(world: &World, day: &str) -> Value {
    let all = world
        .town
        .coordinator
        .get("/api/v1/outings?limit=200")
        .await
        .expect(200);
    let items = all["items"].as_array().unwrap().clone();
    items.into_iter().find(|it| it["day"] == day).unwrap()
}

on_both! {
    async fn the_templates_come_in_as_they_are_and_twice_is_once(world) {
        let done = sites(&world, SITES_TEMPLATE.as_bytes()).await.unwrap();
        assert_eq!((done.new, done.there), (2, 0));
        let done = outings(&world, OUTINGS_TEMPLATE.as_bytes()).await.unwrap();
        assert_eq!((done.new, done.there), (2, 0));
        let before = counts(&world).await;
        let again = sites(&world, SITES_TEMPLATE.as_bytes()).await.unwrap();
        assert_eq!((again.new, again.there), (0, 2));
        let again = outings(&world, OUTINGS_TEMPLATE.as_bytes()).await.unwrap();
        assert_eq!((again.new, again.there), (0, 2));
        assert_eq!(counts(&world).await, before);

        // Closed, with their facts and the walk; and no money.
        let outing = outing_of(&world, "2024-01-09").await;
        assert_eq!(outing["state"], "closed");
        assert_eq!(outing["meeting_point"], "Devant le local");
        let summary = world.summary(crate::support::id_of(&outing)).await;
        assert_eq!(summary["totals"], json!({"syringe": 63}));
        assert_eq!((&summary["estimated"], &summary["late"]), (&json!(40), &json!(0)));
        assert_eq!(summary["by_site"].as_array().unwrap().len(), 2);
        let second = world.summary(crate::support::id_of(&outing_of(&world, "2024-01-16").await)).await;
        assert_eq!(second["by_site"][0]["site"], Value::Null);
        assert_eq!(world.value::<i64>(LINES_OF_MONEY).await, 0);
        let six = "select peers_counted from outings where day = '2024-01-09'";
        assert_eq!(world.value::<i64>(six).await, 6);
        let page = format!("/sorties/{}", crate::support::id_of(&outing));
        let page = world.town.coordinator.get(&page).await.expect_page(200);
        assert!(page.contains("participant·es") && page.contains("d’après le fichier importé"));
        let list = world.town.coordinator.get("/sorties").await.expect_page(200);
        assert!(list.contains("6 participant·es"));
        let issued = world.town.coordinator.post("/api/v1/allowance-lists", json!({})).await;
        assert_eq!(issued.expect(409)["code"], "nothing_due");
    }

    async fn a_discreet_site_comes_in_sealed_and_behind_its_wall(world) {
        sites(&world, SITES_TEMPLATE.as_bytes()).await.unwrap();
        let bare = "select cast(count(*) as bigint) from sites
            where nature = 'discreet' and (title is not null or lat is not null or lon is not null)";
        assert_eq!(world.value::<i64>(bare).await, 0);
        let titles = |all: Vec<Value>| -> Vec<String> {
            let title = |it: &Value| it["properties"]["title"].as_str().unwrap().to_owned();
            all.iter().map(title).collect()
        };
        let city = titles(features(&world.town.agent).await);
        assert!(city.contains(&"Square des Tilleuls".into()) && !city.contains(&"Cour des artisans".into()));
        let own = features(&world.town.coordinator).await;
        let court = own.iter().find(|it| it["properties"]["title"] == "Cour des artisans").unwrap();
        assert_eq!(court["properties"]["residents_agree"], true);
        assert_eq!(court["geometry"]["coordinates"], json!([-0.5664, 44.8291]));
        let journal = world.journal("imported").await;
        assert_eq!(journal.len(), 1);
        assert!(journal[0].1.starts_with("sites new:2 file:"), "{journal:?}");
    }

    async fn one_bad_line_refuses_the_whole_file_and_is_named_with_its_column(world) {
        let before = counts(&world).await;
        let head = "ref;titre;nature;latitude;longitude;note;accord\n\
                    1;Bonne ligne;public;44,83;-0,57;;\n";
        for (line, column, why) in [
            ("2;;public;44,83;-0,57;;", "titre", "is missing"),
            ("2;Cour secrète;cachée;44,83;-0,57;;", "nature", "public or discret"),
            ("2;Cour secrète;discret;quarante;-0,57;;", "latitude", "not a number"),
            ("2;Cour secrète;discret;44,83;;;", "longitude", "is missing"),
            ("2;Cour secrète;discret;144,83;-0,57;;", "latitude", "out of range"),
            ("2;Cour secrète;discret;0;0;;", "latitude", "0, 0"),
            ("2;Cour secrète;discret;-0,57;44,83;;", "latitude", "each other's place"),
            ("2;Cour secrète;discret;48,85;2,35;;", "latitude", "100 km"),
            ("2;Cour secrète;discret;44,83;-0,57;;peut-être", "accord", "oui or non"),
            ("1;Cour secrète;discret;44,83;-0,57;;", "ref", "as line 2"),
        ] {
            let said = wrong(sites(&world, format!("{head}{line}\n").as_bytes()).await);
            assert_eq!(said.len(), 1, "{line}: {said:?}");
            assert!(said[0].starts_with(&format!("line 3, column « {column} »: ")), "{line}: {said:?}");
            assert!(said[0].contains(why) && !said[0].contains("secrète"), "{line}: {said:?}");
        }
        let head = "date;nombre;lieu;pairs;pseudonymes;objet;méthode;heure;ref\n\
                    09/01/2024;12;Place 0;4;Pair 1 / Pair 2;;compté;;\n";
        for (line, column, why) in [
            (";3;;;;;;;", "date", "is missing"),
            ("31/02/2024;3;;;;;;;", "date", "no such day"),
            ("09/01/24;3;;;;;;;", "date", "four figures"),
            ("09/01/2027;3;;;;;;;", "date", "in the future"),
            ("10/01/2024;douze;;;;;;;", "nombre", "not a whole number"),
            ("10/01/2024;3;Place 9;;;;;;", "lieu", "no ref"),
            ("10/01/2024;3;Garage secret bordeaux;;;;;;", "lieu", "no ref"),
            ("10/01/2024;3;;;Zoé;;;;", "pseudonymes", "nobody"),
            ("10/01/2024;3;;1;Pair 1/Pair 2;;;;", "pairs", "fewer"),
            ("10/01/2024;3;;;;pierre;;;", "objet", "seringue"),
            ("10/01/2024;3;;;;;deviné;;", "méthode", "compté"),
            ("10/01/2024;3;;;;;;midi;", "heure", "not a time"),
            ("09/01/2024;3;;5;;;;;", "pairs", "line 2"),
        ] {
            let said = wrong(outings(&world, format!("{head}{line}\n").as_bytes()).await);
            assert_eq!(said.len(), 1, "{line}: {said:?}");
            assert!(said[0].starts_with(&format!("line 3, column « {column} »: ")), "{line}: {said:?}");
            assert!(said[0].contains(why), "{line}: {said:?}");
        }
        let everything = wrong(outings(&world, b"date;nombre\nx;1\n09/01/2024;1\n;2\n").await);
        assert_eq!(everything.len(), 2, "{everything:?}");
        assert_eq!(counts(&world).await, before);
        // The good line alone comes in: a title names a public site, pseudonyms name peers.
        outings(&world, head.as_bytes()).await.unwrap();
        let summary = world.summary(crate::support::id_of(&outing_of(&world, "2024-01-09").await)).await;
        assert_eq!(summary["presences"].as_array().unwrap().len(), 2);
        assert_eq!(summary["by_site"][0]["site"], json!(world.town.public_sites[0]));
        assert_eq!(world.value::<i64>(LINES_OF_MONEY).await, 0);
    }

    async fn a_dry_run_says_what_every_line_would_do_and_does_nothing(world) {
        let before = counts(&world).await;
        let programme = programme(&world, "bordeaux").await;
        let job = Job { bytes: SITES_TEMPLATE.as_bytes(), programme, dry_run: true, anywhere: false };
        let report = import_sites(&world.app, &job).await.unwrap();
        assert_eq!(report.lines, [(2, "new public site"), (3, "new discreet site, sealed")]);
        let job = Job {
            bytes: "date,nombre\n09/01/2024,3\n".as_bytes(), programme, dry_run: true, anywhere: true,
        };
        let report = import_outings(&world.app, &job).await.unwrap();
        assert_eq!(report.lines, [(2, "new outing")]);
        assert_eq!(counts(&world).await, before);
    }

    async fn an_outing_that_came_in_never_changes(world) {
        let file = "ref;date;nombre;méthode\nA;09/01/2024;12;compté\nA;09/01/2024;2500;estimé\n";
        outings(&world, file.as_bytes()).await.unwrap();
        let before = counts(&world).await;
        let turned = "ref,date,nombre,méthode\nA,2024-01-09,2500,estimé\nA,2024-01-09,12,compté\n";
        assert_eq!(outings(&world, turned.as_bytes()).await.unwrap().there, 1);
        for (changed, column) in [
            (file.replace("12", "13"), "nombre"),
            (file.replace("A;09/01/2024;12;compté\n", ""), "nombre"),
            (file.replace("09/01", "10/01"), "date"),
            (file.replace("méthode", "heure").replace("compté", "14:00").replace("estimé", ""), "heure"),
        ] {
            let said = wrong(outings(&world, changed.as_bytes()).await);
            assert!(said[0].contains(&format!("column « {column} »")), "{said:?}");
            assert!(said[0].contains("never changes"), "{said:?}");
        }
        // More than one fact may hold, and all of it is there.
        let summary = world.summary(crate::support::id_of(&outing_of(&world, "2024-01-09").await)).await;
        assert_eq!(summary["totals"], json!({"syringe": 2512}));
        assert_eq!(counts(&world).await[..4], before[..4]);
    }

    async fn an_outing_that_this_server_knows_is_not_counted_twice(world) {
        world.open_outing().await;
        let file = format!("date;nombre\n{TODAY};3\n");
        let said = wrong(outings(&world, file.as_bytes()).await);
        assert!(said[0].contains("there already"), "{said:?}");
        let another = format!("ref;date;nombre\nmatin;{TODAY};3\n");
        assert_eq!(outings(&world, another.as_bytes()).await.unwrap().new, 1);
    }

    async fn each_programme_has_its_own_past(world) {
        world.another_town("bourg").await;
        let bourg = programme(&world, "bourg").await;
        sites(&world, SITES_TEMPLATE.as_bytes()).await.unwrap();
        let job = Job {
            bytes: OUTINGS_TEMPLATE.as_bytes(), programme: bourg, dry_run: false, anywhere: false,
        };
        let said = wrong(import_outings(&world.app, &job).await);
        assert_eq!(said.len(), 2, "the references are Bordeaux's: {said:?}");
        let job = Job { bytes: SITES_TEMPLATE.as_bytes(), ..job };
        assert_eq!(import_sites(&world.app, &job).await.unwrap().new, 2);
    }

    async fn a_point_far_from_the_others_comes_in_only_when_that_is_meant(world) {
        let file = "titre,nature,latitude,longitude\nRefuge,public,\"48,8566\",2.3522\n";
        let said = wrong(sites(&world, file.as_bytes()).await);
        assert!(said[0].contains("--anywhere"), "{said:?}");
        let programme = programme(&world, "bordeaux").await;
        let job = Job { bytes: file.as_bytes(), programme, dry_run: false, anywhere: true };
        assert_eq!(import_sites(&world.app, &job).await.unwrap().new, 1);
    }

    async fn in_a_new_programme_the_towns_map_finds_out_a_file_with_swapped_axes(world) {
        let mut tx = world.app.db.write().await.unwrap();
        let new = ProgrammeId(uuid::Uuid::now_v7());
        let settings = server::demo::bordeaux_settings();
        programmes::insert(&mut tx, new, "new", true, &settings, world.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        let file = "titre,nature,latitude,longitude\nA,public,-0.57,44.83\nB,public,-0.58,44.84\n";
        let job = Job { bytes: file.as_bytes(), programme: new, dry_run: true, anywhere: false };
        let place = Place::new();
        let map = place.0.join("map.pmtiles");
        std::fs::write(&map, crate::base_map::small_map()).unwrap();
        let mut app = world.app.clone();
        app.base_maps = std::sync::Arc::new(server::base_map::Shelf::at(Some(map)));
        let said = wrong(import_sites(&app, &job).await);
        assert!(said.len() == 2 && said[0].contains("each other's place"), "{said:?}");
    }

    async fn a_spreadsheet_of_excel_says_the_same_as_a_csv(world) {
        let rows = [
            vec![text_cell("date"), text_cell("nombre"), text_cell("méthode"), text_cell("heure")],
            vec![date_cell(45_300), number_cell("23"), text_cell("compté"), time_cell("0.604166666666667")],
            vec![],
            vec![text_cell("16/01/2024"), number_cell("7")],
            vec![number_cell("45300.5"), number_cell("1")],
        ];
        let said = wrong(outings(&world, &xlsx(&rows)).await);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("line 5, column « date »"), "{said:?}");
        let done = outings(&world, &xlsx(&rows[..4])).await.unwrap();
        assert_eq!((done.new, done.lines[1].0), (2, 4));
        let outing = outing_of(&world, "2024-01-09").await;
        assert_eq!(outing["starts_at"], "14:30");
        let csv = "date;heure;nombre;méthode\n09/01/2024;14:30;23;compté\n16/01/2024;;7;\n";
        assert_eq!(outings(&world, csv.as_bytes()).await.unwrap().there, 2);
    }

    async fn twenty_thousand_lines_come_in_in_reasonable_time(world) {
        let begun = Instant::now();
        let mut file = String::from("ref;titre;nature;latitude;longitude\n");
        for n in 0..10_000 {
            let nature = if n % 5 == 0 { "discret" } else { "public" };
            let (lat, lon) = (44.80 + f64::from(n % 100) / 2_000.0, -0.60 + f64::from(n / 100) / 2_000.0);
            file += &format!("L{n};Lieu {n};{nature};{lat};{lon}\n");
        }
        assert_eq!(sites(&world, file.as_bytes()).await.unwrap().new, 10_000);
        let sites_took = begun.elapsed();
        let mut file = String::from("ref;date;lieu;nombre\n");
        for n in 0..10_000 {
            let (outing, year, month, day) = (n / 5, 2000 + n / 500, 1 + n / 5 % 12, 1 + n / 60 % 28);
            file += &format!("S{outing};{day:02}/{month:02}/{year};L{};{}\n", n % 10_000, n % 90);
        }
        // Lines of one outing share its day.
        let mut days = std::collections::HashMap::new();
        let file: String = file.lines().map(|line| {
            let mut cells: Vec<&str> = line.split(';').collect();
            let day = *days.entry(cells[0]).or_insert(cells[1]);
            cells[1] = day;
            cells.join(";") + "\n"
        }).collect();
        assert_eq!(outings(&world, file.as_bytes()).await.unwrap().new, 2_000);
        let took = begun.elapsed();
        println!("10,000 sites: {sites_took:?}; 2,000 outings of 10,000 lines: {:?}", took - sites_took);
        // Seconds on a quiet machine; this only finds out what grows with the square.
        assert!(took < Duration::from_secs(300), "{took:?}");
    }
}

#[test]
fn on_the_command_line_a_template_needs_no_database_and_a_failure_is_one_sentence() {
    let place = Place::new();
    let out = place.run(&["import", "template", "sites"]);
    assert!(
        out.status.success()
            && out
                .stdout
                .starts_with("\u{feff}ref;titre;nature".as_bytes())
    );
    assert_eq!(std::fs::read_dir(&place.0).unwrap().count(), 0);
    assert_eq!(
        place.run(&["import", "sites", "a.csv"]).status.code(),
        Some(2)
    );

    assert!(place.run(&["demo"]).status.success());
    let run = |args: &[&str], content: &str| {
        std::fs::write(place.0.join("past.csv"), content).unwrap();
        let mut all = vec!["import", args[0], "past.csv", "--programme", "bordeaux"];
        all.extend(&args[1..]);
        place.run(&all)
    };
    let wrong = run(&["outings"], "date;nombre\n09/01/2019;x\nhier;3\n");
    assert_eq!(wrong.status.code(), Some(1));
    let said = text(&wrong.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.contains("nothing was imported: line 2, column « nombre »") && said.contains("1 more")
    );
    assert_eq!(text(&wrong.stdout).lines().count(), 2);
    let dry = text(&run(&["outings", "--dry-run"], "date;nombre\n09/01/2019;3\n").stdout);
    assert!(
        dry.contains("line 2: new outing") && dry.contains("nothing was changed"),
        "{dry}"
    );
    let done = text(&run(&["outings"], "date;nombre\n09/01/2019;3\n").stdout);
    assert!(done.contains("1 came in, 0 were there already"), "{done}");
}

fn text_cell(words: &str) -> String {
    format!("<c r=\"REF\" t=\"inlineStr\"><is><t>{words}</t></is></c>")
}

fn number_cell(number: &str) -> String {
    format!("<c r=\"REF\"><v>{number}</v></c>")
}

/// A day as Excel keeps it: days since the end of 1899, shown as a date.
fn date_cell(serial: u32) -> String {
    format!("<c r=\"REF\" s=\"1\"><v>{serial}</v></c>")
}

fn time_cell(fraction: &str) -> String {
    format!("<c r=\"REF\" s=\"2\"><v>{fraction}</v></c>")
}

/// The smallest spreadsheet that Excel would open.
fn xlsx(rows: &[Vec<String>]) -> Vec<u8> {
    let mut sheet = String::new();
    for (row, cells) in (1..).zip(rows) {
        sheet += &format!("<row r=\"{row}\">");
        for (column, cell) in ('A'..).zip(cells) {
            sheet += &cell.replace("REF", &format!("{column}{row}"));
        }
        sheet += "</row>";
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let xml = |body: String| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}");
    let relation = |id: u8, kind: &str, to: &str| {
        format!("<Relationship Id=\"rId{id}\" Type=\"{office}/{kind}\" Target=\"{to}\"/>")
    };
    let relations = |all: String| {
        xml(format!(
            "<Relationships xmlns=\"{package}/relationships\">{all}</Relationships>"
        ))
    };
    zip(&[
        (
            "[Content_Types].xml",
            xml(format!("<Types xmlns=\"{package}/content-types\"/>")),
        ),
        (
            "_rels/.rels",
            relations(relation(1, "officeDocument", "xl/workbook.xml")),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            relations(
                relation(1, "worksheet", "worksheets/sheet1.xml")
                    + &relation(2, "styles", "styles.xml"),
            ),
        ),
        (
            "xl/workbook.xml",
            xml(format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>\
             <sheet name=\"Sorties\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            )),
        ),
        (
            "xl/styles.xml",
            xml(format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/>\
             <xf numFmtId=\"14\"/><xf numFmtId=\"20\"/></cellXfs></styleSheet>"
            )),
        ),
        (
            "xl/worksheets/sheet1.xml",
            xml(format!(
                "<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>"
            )),
        ),
    ])
}

/// A ZIP archive whose files are not folded.
fn zip(files: &[(&str, String)]) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut crc = flate2::Crc::new();
        crc.update(content.as_bytes());
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let mut about = Vec::new();
        about.extend([20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        about.extend(crc.sum().to_le_bytes());
        about.extend(size);
        about.extend(size);
        about.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        about.extend([0, 0]);
        let at = u32::try_from(out.len()).unwrap();
        out.extend(b"PK\x03\x04");
        out.extend(&about);
        out.extend(name.as_bytes());
        out.extend(content.as_bytes());
        list.extend(b"PK\x01\x02\x14\x00");
        list.extend(&about);
        list.extend([0; 10]);
        list.extend(at.to_le_bytes());
        list.extend(name.as_bytes());
    }
    let (start, files) = (out.len(), u16::try_from(files.len()).unwrap());
    out.extend(&list);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(files.to_le_bytes());
    out.extend(files.to_le_bytes());
    out.extend(u32::try_from(list.len()).unwrap().to_le_bytes());
    out.extend(u32::try_from(start).unwrap().to_le_bytes());
    out.extend([0, 0]);
    out
}

//! Lists as others read them: a spreadsheet of a French office, and readers of PDF that are not
//! ours. `cargo xtask test` installs what they need.

use crate::identity::give;
use crate::on_both;
use crate::support::{Actor, Answer, Engine, World};
use calamine::{Data, DataType, Reader, Xlsx, open_workbook};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names that spreadsheets and fonts trip over, with what the payer knows them by.
const PEOPLE: [[&str; 4]; 6] = [
    ["D’Hérouville; \"dite\"", "Zoé", "1984-02-29", ""],
    ["=1+1", "@somme", "1990-01-01", ""],
    ["Œuvrard", "Anaïs", "", "0042"],
    [
        "de La Tour du Pin-Montauban",
        "Marie-Antoinette",
        "1970-12-31",
        "",
    ],
    ["Иванов", "Георги", "", "12345678901234567890"],
    ["Nguyễn", "-Thị Ánh", "2001-05-05", "A-7"],
];

/// A list of these people, and the folder its files are in.
struct Issued {
    world: World,
    folder: PathBuf,
}

async fn issued() -> Issued {
    issued_in(World::new(Engine::Sqlite).await).await
}

async fn issued_in(world: World) -> Issued {
    let coordinator = &world.town.coordinator;
    for (peer, [surname, first_name, born, reference]) in world.town.peers.iter().zip(PEOPLE) {
        let fields = [
            ("nom", surname),
            ("prenom", first_name),
            ("naissance", born),
            ("reference", reference),
        ];
        assert_eq!(give(coordinator, *peer, &fields).await.0, 303, "{surname}");
    }
    let outing = world.open_outing().await;
    for peer in world.town.peers.iter().take(PEOPLE.len()) {
        world.mark(outing, *peer, true).await.expect(200);
    }
    world.close(outing).await.expect(200);
    let list = coordinator.post("/api/v1/allowance-lists", json!({})).await;
    assert_eq!(list.expect(201)["lines"], json!(PEOPLE.len()));
    let folder =
        std::env::temp_dir().join(format!("cueillette-documents-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    Issued { world, folder }
}

impl Drop for Issued {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Issued {
    async fn get(&self, name: &str) -> Answer {
        let path = format!("/api/v1/allowance-lists/2026-0001/{name}");
        let answer = self.world.town.clerk.get(&path).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        answer
    }

    /// Downloads a file into the folder.
    async fn saved(&self, name: &str) -> PathBuf {
        let bytes = self.get(name).await.bytes;
        self.kept(name.split('?').next().unwrap(), &bytes)
    }

    fn kept(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// What somebody finds at an address, as a file.
    async fn paper(&self, actor: &Actor, path: &str) -> PathBuf {
        let answer = actor.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.headers["content-type"], "application/pdf");
        self.kept("paper.pdf", &answer.bytes)
    }

    /// Sends the list and pays all of it in cash, before two witnesses.
    async fn pay(&self) {
        let at = |what: &str| format!("/api/v1/allowance-lists/2026-0001/{what}");
        let (coordinator, clerk) = (&self.world.town.coordinator, &self.world.town.clerk);
        coordinator.post(&at("send"), json!({})).await.expect(200);
        let paying = json!({
            "decision": "2026-118", "mode": "cash", "hand": "Mme Roy",
            "receipt": {"how": "witnesses", "names": "M. Dupin et Mme Sand"},
        });
        clerk.post(&at("pay"), paying).await.expect(200);
    }
}

/// The words of a paper, on one line.
fn words_of(file: &Path) -> String {
    let words = said("pdftotext", &["-raw", text(file), "-"]);
    words.replace(['\n', '\u{a0}', '\u{202f}', '\u{c}'], " ")
}

/// A4, tagged, titled, with its fonts inside.
fn is_for_keeping(file: &Path, title: &str, pages: usize) {
    let about = said("pdfinfo", &[text(file)]);
    let pages = format!("Pages:           {pages}");
    let title = format!("Title:           {title}");
    for line in [title.as_str(), "Tagged:          yes", "(A4)", &pages] {
        assert!(about.contains(line), "{line}: {about}");
    }
    let fonts = said("pdffonts", &[text(file)]);
    for row in fonts.lines().skip(2) {
        assert!(
            row.contains("Andika") && row.contains("yes yes yes"),
            "embedded: {row}"
        );
    }
}

/// What a program prints; it must end well.
fn said(program: &str, arguments: &[&str]) -> String {
    let out = Command::new(program).args(arguments).output();
    let out = out.unwrap_or_else(|e| panic!("{program}: {e} (`cargo xtask test` installs it)"));
    let error = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{program} {arguments:?}: {error}");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Opens a file as a French office does at a double click, and saves what it understood.
fn understood(file: &Path, filter: &str) -> Vec<Vec<Data>> {
    const FRENCH_CSV: &str = "CSV:59,34,76,1,,1036,false,true";
    let out = file.with_extension("understood");
    let profile = format!(
        "-env:UserInstallation=file://{}",
        text(&file.with_extension("profile"))
    );
    let infilter = format!(
        "--infilter={}",
        if filter == "csv" { FRENCH_CSV } else { filter }
    );
    let to = "xlsx:Calc MS Excel 2007 XML";
    let arguments = [
        &profile,
        "--headless",
        &infilter,
        "--convert-to",
        to,
        "--outdir",
    ];
    said(
        "soffice",
        &[&arguments[..], &[text(&out), text(file)]].concat(),
    );
    let saved = out.join(file.with_extension("xlsx").file_name().unwrap());
    let mut book: Xlsx<_> = open_workbook(saved).unwrap();
    let sheet = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&sheet).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// The rows of the people, in the order of the list, as a map from the column's name.
fn cells(rows: &[Vec<Data>], head: usize) -> Vec<std::collections::HashMap<String, Data>> {
    let names: Vec<String> = rows[head].iter().map(ToString::to_string).collect();
    let named = |row: &Vec<Data>| names.iter().cloned().zip(row.clone()).collect();
    rows[head + 1..=head + PEOPLE.len()]
        .iter()
        .map(named)
        .collect()
}

fn day(cell: &Data) -> String {
    let date = cell
        .get_datetime()
        .unwrap_or_else(|| panic!("not a day: {cell:?}"));
    let (year, month, day, ..) = date.to_ymd_hms_milli();
    format!("{year}-{month:02}-{day:02}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_french_spreadsheet_opens_the_csv_as_it_was_meant() {
    let list = issued().await;
    let file = list.saved("list.csv?dialect=excel-fr").await;
    let rows = cells(&understood(&file, "csv"), 0);
    for [surname, first_name, born, reference] in PEOPLE {
        let harmless = |name: &str| match name.starts_with(['=', '-', '@']) {
            true => format!("'{name}"),
            false => name.to_owned(),
        };
        let is_them = |row: &&std::collections::HashMap<String, Data>| {
            row["nom"].to_string() == harmless(surname)
        };
        let row = rows
            .iter()
            .find(is_them)
            .unwrap_or_else(|| panic!("{surname}: {rows:?}"));
        assert_eq!(row["prenom"].to_string(), harmless(first_name));
        assert_eq!(row["montant"], Data::Float(15.0), "money is a number");
        assert_eq!(day(&row["date_sortie"]), "2026-11-24");
        assert_eq!(
            row["reference"].to_string(),
            reference,
            "zeros and long ones stay"
        );
        if !born.is_empty() {
            assert_eq!(day(&row["date_naissance"]), born);
        }
        assert_eq!(row["montant_en_lettres"].to_string(), "quinze euros");
        assert_eq!(row["etat"].to_string(), "2026-0001");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_reads_days_and_money_in_the_workbook_and_works_out_the_sum() {
    let list = issued().await;
    let file = list.saved("list.xlsx").await;
    let rows = understood(&file, "Calc MS Excel 2007 XML");
    let people = cells(&rows, 5);
    for [surname, first_name, born, reference] in PEOPLE {
        let row = people
            .iter()
            .find(|row| row["Nom"].get_string() == Some(surname))
            .unwrap();
        assert_eq!(row["Prénom"].to_string(), first_name);
        assert_eq!(row["Référence"].to_string(), reference);
        assert_eq!(row["Montant"], Data::Float(15.0));
        assert_eq!(day(&row["Date de la sortie"]), "2026-11-24");
        if !born.is_empty() {
            assert_eq!(day(&row["Date de naissance"]), born);
        }
    }
    let total = &rows[6 + PEOPLE.len()];
    assert_eq!(
        (total[1].to_string(), &total[6]),
        ("Total".into(), &Data::Float(90.0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pdf_is_read_by_eyes_and_by_ears() {
    let list = issued().await;
    let file = list.saved("list.pdf").await;
    let words = said("pdftotext", &["-raw", text(&file), "-"]);
    let flat = words.replace(['\n', '\u{a0}', '\u{202f}'], " ");
    for [surname, ..] in PEOPLE {
        let first = surname.split([' ', '-']).next().unwrap();
        assert!(flat.contains(first), "{surname}: {words}");
    }
    for part in [
        "n° 2026-0001",
        "15,00 €",
        "90,00 €",
        "quatre-vingt-dix euros",
        "Service fait",
        "Participation à une action collective",
        "page 1 sur 1",
        "29/02/1984",
        "0042",
    ] {
        assert!(flat.contains(part), "{part}: {words}");
    }
    let about = said("pdfinfo", &[text(&file)]);
    for line in [
        "Title:           État nominatif n° 2026-0001",
        "Tagged:          yes",
        "(A4)",
    ] {
        assert!(about.contains(line), "{about}");
    }
    let fonts = said("pdffonts", &[text(&file)]);
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 2, "{fonts}");
    for row in rows {
        assert!(
            row.contains("Andika") && row.contains("yes yes yes"),
            "embedded: {row}"
        );
    }
    assert_eq!(heard(&file), "fr-FR True 8 8 P H1 P P Table P P P P P P");
    looks_printed(&file, &list.folder);
}

/// Language, whether the title is shown, rows of the table, least cells of one, parts in order.
fn heard(file: &Path) -> String {
    const READER: &str = "
import sys, pikepdf
pdf = pikepdf.open(sys.argv[1])
def children(node):
    kids = node.get('/K', [])
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [it for it in kids if isinstance(it, pikepdf.Dictionary) and '/S' in it]
def walk(node):
    yield node
    for it in children(node):
        yield from walk(it)
root = pdf.Root
document = children(root.StructTreeRoot)[0]
rows = [it for it in walk(document) if it.S == '/TR']
parts = [str(it.S)[1:] for it in children(document)]
print(root.Lang, root.ViewerPreferences.DisplayDocTitle, len(rows),
      min((len(children(it)) for it in rows), default=0), *parts)
";
    said("/usr/bin/python3", &["-c", READER, text(file)])
        .trim()
        .into()
}

/// Draws the page: ink where words are, white around.
fn looks_printed(file: &Path, folder: &Path) {
    let picture = folder.join("page");
    said(
        "pdftoppm",
        &[
            "-r",
            "40",
            "-gray",
            "-singlefile",
            text(file),
            text(&picture),
        ],
    );
    let bytes = std::fs::read(picture.with_extension("pgm")).unwrap();
    let pixels = &bytes[bytes.len() - 331 * 468..];
    let ink = pixels.iter().filter(|it| **it < 200).count() * 1_000 / pixels.len();
    assert!((5..200).contains(&ink), "{ink} of a thousand");
    assert!(
        pixels[..331 * 10].iter().all(|it| *it > 250),
        "the margin is white"
    );
}

on_both! {
    async fn a_list_is_the_same_bytes_after_a_name_was_corrected_and_a_restart(world) {
        let list = issued_in(world).await;
        let names = [
            "list.csv", "list.csv?dialect=open-data", "list.xlsx", "list.pdf",
        ];
        let mut before = Vec::new();
        for name in names {
            before.push(list.get(name).await.bytes);
        }
        let fields = [("nom", "Autrement"), ("prenom", "Zoé"), ("naissance", "1984-02-29")];
        let peer = list.world.town.peers[0];
        assert_eq!(give(&list.world.town.coordinator, peer, &fields).await.0, 303);
        let restarted = list.world.restarted().await;
        let clerk = &restarted.town.clerk;
        let page = clerk.get("/ccas/2026-0001").await.expect_page(200);
        for (name, bytes) in names.iter().zip(&before) {
            let again = clerk.get(&format!("/api/v1/allowance-lists/2026-0001/{name}")).await;
            assert_eq!((again.status.as_u16(), &again.bytes), (200, bytes), "{name}");
            use sha2::Digest;
            let hash = sha2::Sha256::digest(bytes);
            let hash: String = hash.iter().map(|it| format!("{it:02x}")).collect();
            assert!(page.contains(&hash), "{name}: {hash}");
        }
    }

    async fn whoever_is_paid_has_a_receipt_to_sign_three_on_a_sheet(world) {
        let list = issued_in(world).await;
        let (clerk, coordinator) = (&list.world.town.clerk, &list.world.town.coordinator);
        let at = "/api/v1/allowance-lists/2026-0001/receipts.pdf";
        assert_eq!(clerk.get(at).await.expect(409)["code"], "nothing_paid");
        let page = clerk.get("/ccas/2026-0001").await.expect_page(200);
        assert!(!page.contains("receipts.pdf"), "a receipt comes with the payment");
        list.pay().await;
        let page = clerk.get("/ccas/2026-0001").await.expect_page(200);
        assert!(page.contains("receipts.pdf"));
        let before = list.world.journal("receipts_made").await.len();
        let file = list.paper(clerk, at).await;
        assert!(list.world.journal("receipts_made").await.len() > before);
        is_for_keeping(&file, "Reçus de la liste n° 2026-0001", 2);
        let words = words_of(&file);
        for [surname, first_name, ..] in PEOPLE {
            assert!(words.contains(&format!("{surname} {first_name}")), "{surname}: {words}");
        }
        for part in [
            "Reçu n° 2026-0001-1", "Reçu n° 2026-0001-6", "La somme de : quinze euros (15,00 €).",
            "né·e le 29 février 1984", "référence 0042", "sortie du 24 novembre 2026",
            "espèces, par Mme Roy, décision 2026-118", "Signature de la personne",
            "Remise : devant deux témoins : M. Dupin et Mme Sand.",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        let receipt = " P H1 P P P P P P P P P P P";
        let read = heard(&file);
        assert_eq!(read, format!("fr-FR True 0 0{}", receipt.repeat(6)));
        looks_printed(&file, &list.folder);

        // One alone, for whoever lost theirs; a line of nobody is nowhere.
        let lines = clerk.get("/api/v1/allowance-lists/2026-0001/lines").await.expect(200);
        let second = lines["items"][1]["id"].as_str().unwrap();
        let file = list.paper(coordinator, &format!("{at}?line={second}")).await;
        assert_eq!(words_of(&file).matches("Reçu n°").count(), 1);
        assert!(words_of(&file).contains("Reçu n° 2026-0001-2"));
        let nobody = format!("{at}?line={}", uuid::Uuid::new_v4());
        assert_eq!(clerk.get(&nobody).await.status, 404);
        let elsewhere = at.replace("0001", "0002");
        assert_eq!(clerk.get(&elsewhere).await.status, 404);
    }

    async fn a_line_that_came_back_has_no_receipt(world) {
        let list = issued_in(world).await;
        let (clerk, coordinator) = (&list.world.town.clerk, &list.world.town.coordinator);
        let at = |what: &str| format!("/api/v1/allowance-lists/2026-0001/{what}");
        coordinator.post(&at("send"), json!({})).await.expect(200);
        let lines = clerk.get(&at("lines")).await.expect(200);
        let first = json!({"line": lines["items"][0]["id"], "reason": "La date est fausse."});
        clerk.post(&at("returns"), first).await.expect(200);
        clerk.post(&at("pay"), json!({"mode": "transfer"})).await.expect(200);
        let words = words_of(&list.paper(clerk, &at("receipts.pdf")).await);
        assert!(!words.contains("2026-0001-1 ") && words.contains("2026-0001-2"), "{words}");
        let only = format!("{}?line={}", at("receipts.pdf"), lines["items"][0]["id"].as_str().unwrap());
        assert_eq!(clerk.get(&only).await.expect(409)["code"], "nothing_paid");
    }

    async fn a_year_of_one_person_is_a_paper_with_or_without_the_name(world) {
        let list = issued_in(world).await;
        list.pay().await;
        let town = &list.world.town;
        let open = list.world.open_outing().await;
        list.world.mark(open, town.peers[0], true).await.expect(200);
        list.world.close(open).await.expect(200);

        let at = format!("/equipe/{}/releve.pdf?annee=2026", town.peers[0]);
        let file = list.paper(&town.coordinator, &at).await;
        let opened = list.world.journal("yearly_made").await;
        assert_eq!(opened, [("coordinator".to_owned(), format!("identity:{}", town.peers[0]))]);
        is_for_keeping(&file, "Relevé annuel 2026", 1);
        let words = words_of(&file);
        for part in [
            "D’Hérouville; \"dite\" Zoé, né·e le 29 février 1984.", "24/11/2026", "reçue",
            "à venir sur une liste", "Total 30,00 €", "2 sorties : trente euros (30,00 €).",
            "Déjà payé : quinze euros (15,00 €).", "Reste à payer : quinze euros (15,00 €).",
            "Pour La CASE, le",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert_eq!(heard(&file), "fr-FR True 4 4 P H1 P P P Table P P P P P");
        looks_printed(&file, &list.folder);

        // From one's own page: the name only when it is asked for, and nothing of the association.
        let page = town.peer.get("/moi/releve?annee=2026").await.expect_page(200);
        assert!(page.contains("/moi/releve.pdf?annee=2026"));
        let words = words_of(&list.paper(&town.peer, "/moi/releve.pdf?annee=2026").await);
        assert!(words.contains("Nom et prénom :") && words.contains("trente euros"), "{words}");
        assert!(!words.contains("Hérouville") && !words.contains("CASE"), "{words}");
        assert!(list.world.journal("identity_shown").await.is_empty());
        let named = list.paper(&town.peer, "/moi/releve.pdf?annee=2026&nom=oui").await;
        assert!(words_of(&named).contains("D’Hérouville"));
        assert_eq!(list.world.journal("identity_shown").await.len(), 1);

        // A year with nothing is a paper too; nobody's paper is nowhere.
        let empty = words_of(&list.paper(&town.peer, "/moi/releve.pdf?annee=2024").await);
        assert!(empty.contains("0 sortie : zéro euro (0,00 €)."), "{empty}");
        let nobody = format!("/equipe/{}/releve.pdf", uuid::Uuid::new_v4());
        assert_eq!(town.coordinator.get(&nobody).await.status, 404);
    }
}

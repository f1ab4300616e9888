//! What each parser must hold to, whatever comes: one function per target.
//!
//! Each panics when it does not hold, and that is what the fuzzer looks for. They are compiled and
//! run on their seeds by every test run; the fuzzer itself is behind the feature `libfuzzer`, and
//! `cargo xtask check --deep` builds it with our own crates watched (see `watched.sh`).

// What panics here is a find.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod blobs;

pub use blobs::sealed;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use domain::{Fact, Instant, Position};
use serde_json::Value;
use server::access::keys::paper;
use server::http::reading::ReadValue;
use server::imports;
use server::sites::quarters;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What is done with one input.
pub type Target = fn(&[u8]);

/// Every target, by name.
pub const TARGETS: [(&str, Target); 5] = [
    ("facts", facts),
    ("quarters", quarters),
    ("spreadsheets", spreadsheets),
    ("sealed", sealed),
    ("paper", paper),
];

pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
});

/// A body of a batch: read as the server reads it; a fact that is taken is the same fact when it is
/// written and read again.
pub fn facts(bytes: &[u8]) {
    let request = Request::post("/api/v1/facts")
        .header("content-type", "application/json")
        .body(Body::from(bytes.to_vec()))
        .expect("a request");
    let read = RUNTIME.block_on(ReadValue::from_request(request, &()));
    let Ok(ReadValue(body)) = read else {
        return;
    };
    let batch = body.get("facts").and_then(Value::as_array);
    let alone = std::slice::from_ref(&body);
    for raw in batch.map_or(alone, Vec::as_slice) {
        match Fact::parse(raw) {
            Ok(fact) => {
                let again = fact.to_json();
                assert_eq!(Fact::parse(&again).as_ref(), Ok(&fact), "{again}");
            }
            // Nothing of what was sent is in what is said about it.
            Err(wrong) => assert!(wrong.0.field.len() < 200 && !wrong.0.code.is_empty()),
        }
    }
    if let Some(text) = body.as_str()
        && let Ok(at) = text.parse::<Instant>()
    {
        assert_eq!(at.to_string().parse(), Ok(at), "{text}");
    }
}

/// A file of quarters: taken, each has a name and a border of real positions.
pub fn quarters(bytes: &[u8]) {
    // The first byte says whether the town is known already.
    let (known, text) = match bytes.split_first() {
        Some((b'@', text)) => (Position::new(44.837, -0.579).ok(), text),
        _ => (None, bytes),
    };
    match quarters::read(text, known) {
        Ok(found) => {
            assert!(!found.is_empty());
            for quarter in &found {
                assert!(!quarter.id.is_empty() && !quarter.name.is_empty());
            }
        }
        Err(said) => assert!(!said.is_empty() && said.lines().count() == 1, "{said}"),
    }
}

/// A spreadsheet: CSV or XLSX as it comes, and the parts of an XLSX, packed here, since no fuzzer
/// finds the sums of an archive by chance.
pub fn spreadsheets(bytes: &[u8]) {
    let packed = match bytes.split_first() {
        Some((b'1', xml)) => Some(xlsx(xml, b"<sst/>")),
        Some((b'2', xml)) => Some(xlsx(SHEET, xml)),
        _ => None,
    };
    let bytes = packed.as_deref().unwrap_or(bytes);
    for read in [imports::lines_of_sites, imports::lines_of_outings] {
        match read(bytes) {
            Ok(lines) => assert!(lines > 0),
            Err(imports::Refused::Lines(wrong)) => assert!(!wrong.is_empty()),
            Err(imports::Refused::Whole(_)) => {}
        }
    }
}

const SHEET: &[u8] = b"<worksheet><sheetData>\
    <row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>\
    <row r=\"2\"><c r=\"A2\" t=\"s\"><v>2</v></c><c r=\"B2\"><v>1.5</v></c></row>\
    </sheetData></worksheet>";

fn xlsx(sheet: &[u8], strings: &[u8]) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, kind: &str, to: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{to}\"/>")
    };
    let relations = |all: &str| format!("<Relationships>{all}</Relationships>").into_bytes();
    let book = format!(
        "<workbook xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/>\
         </sheets></workbook>"
    );
    let own = relation("rId1", "worksheet", "worksheets/sheet1.xml")
        + &relation("rId2", "sharedStrings", "sharedStrings.xml");
    let root = relation("rId1", "officeDocument", "xl/workbook.xml");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in [
        ("_rels/.rels", relations(&root)),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/_rels/workbook.xml.rels", relations(&own)),
        ("xl/worksheets/sheet1.xml", sheet.to_vec()),
        ("xl/sharedStrings.xml", strings.to_vec()),
    ] {
        zip.start_file(name, stored).expect("a part");
        zip.write_all(&text).expect("a part");
    }
    zip.finish().expect("an archive").into_inner()
}

/// A paper copy that somebody typed: a key file is made only of lines that agree with their checks.
pub fn paper(bytes: &[u8]) {
    let typed = String::from_utf8_lossy(bytes);
    let path = std::env::temp_dir().join(format!("cueillette-fuzz-{}.key", std::process::id()));
    match paper::restore(&path, &typed) {
        Ok(keys) => {
            assert!(!keys.months().is_empty());
            forget(&path);
        }
        Err(said) => assert!(!said.to_string().is_empty() && !path.exists()),
    }
}

fn forget(path: &Path) {
    std::fs::remove_file(path).expect("it was just made");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The seeds are read, and are what they are for.
    #[test]
    fn every_seed_holds() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
        for (name, target) in crate::TARGETS {
            let files = std::fs::read_dir(seeds.join(name)).unwrap();
            let mut bytes = 0;
            for file in files {
                let seed = std::fs::read(file.unwrap().path()).unwrap();
                bytes += seed.len();
                target(&seed);
            }
            assert!(
                (1..20_000).contains(&bytes),
                "{name}: {bytes} bytes of seeds"
            );
        }
    }
}

//! The files of a numbered document, made once, after its number.
//!
//! What a file is made from (names, settings, lines in their order) is sealed in the transaction
//! that takes the number; the files follow from it alone. So a name corrected a moment later, a
//! setting changed or a server that stops in between changes no byte of them: whoever looks next,
//! or the next start, makes what is missing. Two who make them at once make the same bytes, and
//! the first to keep them wins.

use super::issue::ListContent;
use super::retention;
use super::statement::StatementContent;
use super::store::{self, NewFile};
use crate::access::{Action, Actor, Caller, Opening, Role, Scope, Sealed, Sealer};
use crate::app::App;
use crate::db::Tx;
use crate::export::csv::{Dialect, list_csv};
use crate::export::payment::payment_csv;
use crate::export::pdf::{ListHead, list_pdf, payment_pdf};
use crate::export::xlsx::{list_xlsx, payment_xlsx};
use crate::http::error::Problem;
use crate::programmes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::allowance::ListNumber;
use domain::{ListId, ProgrammeId};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use words::desk::allowances::files as say;

/// Which of the two documents of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// « État nominatif »: what is to be paid.
    List,
    /// « État de paiement »: what was paid.
    Payment,
}

impl Document {
    /// As the file's name begins, in the address and in the table.
    pub fn code(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Payment => "payment",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::List, Self::Payment]
            .into_iter()
            .find(|it| it.code() == code)
    }

    /// The mark of a list whose files of this document are all there.
    fn mark(self) -> &'static str {
        match self {
            Self::List => "files",
            Self::Payment => "payment_files",
        }
    }

    /// How a downloaded file is called.
    fn saved_as(self) -> &'static str {
        match self {
            Self::List => "etat",
            Self::Payment => "paiement",
        }
    }
}

/// A kind of file that every document comes in. Another kind is one more line in each of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table for a spreadsheet or a program.
    Csv(Dialect),
    /// A workbook, for those who count.
    Xlsx,
    /// Paper, for those who sign, and for those who hear it read.
    Pdf,
}

impl Format {
    /// Every kind: what is made for a new document. Documents made before keep what they have.
    pub const ALL: [Self; 4] = [
        Self::Csv(Dialect::ExcelFr),
        Self::Csv(Dialect::OpenData),
        Self::Xlsx,
        Self::Pdf,
    ];

    /// The end of its name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    /// As in the address and in the table; nothing where there is no choice.
    pub fn dialect(self) -> &'static str {
        match self {
            Self::Csv(dialect) => dialect.code(),
            Self::Xlsx | Self::Pdf => "",
        }
    }

    /// For `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv(_) => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }

    /// A kind by the end of a name and the dialect asked for.
    fn of(extension: &str, dialect: Dialect) -> Option<Self> {
        let asked =
            |it: &Self| it.extension() == extension && [dialect.code(), ""].contains(&it.dialect());
        Self::ALL.into_iter().find(asked)
    }
}

/// What a document's files are made from.
pub enum Content {
    /// Of a list.
    List(ListContent),
    /// Of an « état de paiement ».
    Payment(StatementContent),
}

impl Content {
    fn document(&self) -> Document {
        match self {
            Self::List(_) => Document::List,
            Self::Payment(_) => Document::Payment,
        }
    }

    /// The bytes of one file: they follow from the content and nothing else.
    fn render(&self, format: Format) -> Result<Vec<u8>, Problem> {
        match self {
            Self::List(it) => render_list(it, format),
            Self::Payment(it) => render_payment(it, format),
        }
    }
}

fn render_list(it: &ListContent, format: Format) -> Result<Vec<u8>, Problem> {
    let head = ListHead {
        settings: &it.settings,
        number: it.number(),
        issued_on: it.issued_on,
    };
    let rows = it.rows();
    match format {
        Format::Csv(dialect) => list_csv(&it.settings, it.number(), &rows, dialect)
            .map(String::into_bytes)
            .map_err(not_rendered),
        Format::Xlsx => list_xlsx(head, &rows).map_err(not_rendered),
        Format::Pdf => list_pdf(head, &rows).map_err(not_rendered),
    }
}

fn render_payment(it: &StatementContent, format: Format) -> Result<Vec<u8>, Problem> {
    match format {
        Format::Csv(dialect) => payment_csv(it.head(), &it.lines, dialect)
            .map(String::into_bytes)
            .map_err(not_rendered),
        Format::Xlsx => payment_xlsx(it.head(), &it.lines).map_err(not_rendered),
        Format::Pdf => payment_pdf(it.head(), &it.lines).map_err(not_rendered),
    }
}

fn not_rendered(e: impl std::fmt::Display) -> Problem {
    Problem::internal(format!("a document's file: {e}"))
}

/// What a sealed file is bound to.
const LABEL: &str = "list file";
/// Before the bytes of a file that is sealed as it is. JSON never begins so.
const AS_IT_IS: u8 = 0;

/// Earlier versions sealed a file as JSON: a text as it was, anything else in base 64.
#[derive(Deserialize)]
#[serde(untagged)]
enum Packed {
    Text(String),
    Bytes { base64: String },
}

/// The bytes of a file, from what was sealed.
fn unpacked(mut plain: Vec<u8>) -> Result<Vec<u8>, Problem> {
    if plain.first() == Some(&AS_IT_IS) {
        plain.remove(0);
        return Ok(plain);
    }
    let unreadable = || Problem::internal("a list's file cannot be read");
    match serde_json::from_slice(&plain).map_err(|_| unreadable())? {
        Packed::Text(text) => Ok(text.into_bytes()),
        Packed::Bytes { base64 } => STANDARD.decode(base64).map_err(|_| unreadable()),
    }
}

/// Makes and keeps the files of a document, all of them in one transaction.
pub(super) async fn make(
    app: &App,
    programme: ProgrammeId,
    list: ListId,
    content: Content,
) -> Result<(), Problem> {
    let document = content.document();
    let content = Arc::new(content);
    let mut made = Vec::with_capacity(Format::ALL.len());
    for format in Format::ALL {
        // Many lines take a while: other requests go on meanwhile.
        let content = content.clone();
        let rendered = tokio::task::spawn_blocking(move || content.render(format)).await;
        let bytes = rendered.map_err(|e| Problem::internal(format!("rendering: {e}")))??;
        made.push((format, bytes));
    }
    let mut tx = app.db.write().await?;
    let mut sealer = Sealer::new(&app.keys, programme, app.now());
    for (format, bytes) in made {
        let file = sealed_file(&mut tx, &mut sealer, list, (document, format), bytes).await?;
        store::insert_file(&mut tx, programme, list, file).await?;
    }
    store::mark(&mut tx, programme, list, document.mark(), app.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn sealed_file(
    tx: &mut Tx,
    sealer: &mut Sealer<'_>,
    list: ListId,
    (document, format): (Document, Format),
    bytes: Vec<u8>,
) -> Result<NewFile, Problem> {
    let sha256 = Sha256::digest(&bytes).to_vec();
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let parts: [&[u8]; 2] = [&[AS_IT_IS], &bytes];
    let sealed = sealer
        .seal_bytes(tx, Scope::List(list), LABEL, &parts)
        .await?;
    Ok(NewFile {
        name: format!("{}.{}", document.code(), format.extension()),
        dialect: format.dialect(),
        sealed,
        sha256,
        bytes: length,
    })
}

/// Makes the files of a document that has a number and no files yet. Asked again, it does nothing.
pub async fn finish(
    app: &App,
    programme: ProgrammeId,
    list: ListId,
    document: Document,
) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    if store::has_mark(&mut tx, programme, list, document.mark()).await? {
        return Ok(());
    }
    let system = Actor {
        role: Role::Anon,
        id: None,
    };
    let asked = (system, Action::ListFilesMade);
    let content = match document {
        Document::List => Content::List(open_list(&mut tx, app, programme, list, asked).await?),
        Document::Payment => {
            let content = super::statement::open(&mut tx, app, programme, list, asked).await?;
            Content::Payment(content)
        }
    };
    tx.commit().await?;
    make(app, programme, list, content).await
}

/// Makes every file that a stopped server left unmade; answers how many documents got theirs. One
/// that cannot be made keeps none of the others waiting.
pub async fn finish_all(app: &App) -> Result<usize, Problem> {
    let mut tx = app.db.read().await?;
    let unfinished = store::unfinished(&mut tx).await?;
    drop(tx);
    let mut finished = 0;
    for (programme, list, document) in unfinished {
        let document = Document::from_code(&document).unwrap_or(Document::List);
        if finish(app, programme, list, document).await.is_ok() {
            finished += 1;
        }
    }
    Ok(finished)
}

/// Opens what the files of a list are made from.
pub(super) async fn open_list(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    list: ListId,
    (actor, action): (Actor, Action),
) -> Result<ListContent, Problem> {
    let Some(sealed) = store::sealed(tx, programme, list).await? else {
        if store::has_mark(tx, programme, list, "destroyed").await? {
            let settings = programmes::settings(tx, programme).await?;
            return Err(retention::destroyed(&settings));
        }
        return Err(issued_by_the_first_version());
    };
    let scope = Scope::List(list);
    let sealed: Sealed<ListContent> = Sealed::from_row(scope, sealed);
    let (keys, now) = (&app.keys, app.now());
    let mut opening = Opening::begin(tx, keys, programme, actor, action, vec![scope], now).await?;
    Ok(opening.open(tx, &sealed).await?)
}

fn issued_by_the_first_version() -> Problem {
    Problem::state("old_list", say::REFUSED_FIRST_VERSION)
}

/// A file, opened for somebody.
pub struct Download {
    /// The bytes that were made once.
    pub bytes: Vec<u8>,
    /// For `Content-Type`.
    pub media_type: &'static str,
    /// What it is saved as.
    pub name: String,
}

/// Opens a file of a list for somebody who downloads it; journalled.
pub async fn download(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    name: &str,
    dialect: Dialect,
) -> Result<Download, Problem> {
    let (document, extension) = name.split_once('.').ok_or_else(Problem::not_found)?;
    let document = Document::from_code(document).ok_or_else(Problem::not_found)?;
    let format = Format::of(extension, dialect).ok_or_else(Problem::not_found)?;
    let programme = caller.programme;
    let mut tx = app.db.read().await?;
    let row = store::list(&mut tx, programme, number).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let list = ListId(row.id);
    let called = match document {
        Document::List => number,
        Document::Payment => row.statement().ok_or_else(Problem::not_found)?,
    };
    let of = (list, document);
    if let Some(gone) = retention::why_gone(&mut tx, caller, of, app.now()).await? {
        return Err(gone);
    }
    let there = store::has_mark(&mut tx, programme, list, document.mark()).await?;
    drop(tx);
    if !there {
        finish(app, programme, list, document).await?;
    }
    let bytes = opened(app, caller, list, name, format).await?;
    Ok(Download {
        bytes,
        media_type: format.media_type(),
        name: format!("{}-{called}.{extension}", document.saved_as()),
    })
}

async fn opened(
    app: &App,
    caller: &Caller,
    list: ListId,
    name: &str,
    format: Format,
) -> Result<Vec<u8>, Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    let row = store::file(&mut tx, programme, list, name, format.dialect()).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let scope = Scope::List(list);
    let (actor, action) = (caller.actor(), Action::ListDownloaded);
    let named = vec![scope];
    let mut opening = Opening::begin(
        &mut tx,
        &app.keys,
        programme,
        actor,
        action,
        named,
        app.now(),
    )
    .await?;
    let mut plain = opening
        .open_bytes(&mut tx, scope, LABEL, &row.sealed)
        .await?;
    let bytes = unpacked(std::mem::take(&mut plain))?;
    if Sha256::digest(&bytes).as_slice() != row.sha256 {
        return Err(Problem::internal("a list's file does not match its hash"));
    }
    tx.commit().await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_every_version_sealed_it() {
        for bytes in [
            b"\xef\xbb\xbfnom;15,00\r\n".to_vec(),
            vec![0, 159, 146, 150],
            Vec::new(),
        ] {
            let sealed = [&[AS_IT_IS], bytes.as_slice()].concat();
            assert_eq!(unpacked(sealed).unwrap(), bytes);
        }
        assert_eq!(unpacked(b"\"etat;ligne\"".to_vec()).unwrap(), b"etat;ligne");
        let base64 = b"{\"base64\":\"AJ+Slg==\"}".to_vec();
        assert_eq!(unpacked(base64).unwrap(), [0, 159, 146, 150]);
        assert!(unpacked(b"nonsense".to_vec()).is_err());
    }
}

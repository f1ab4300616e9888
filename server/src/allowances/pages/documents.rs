//! The files of one list, for both of its readers: where each is taken, and its SHA-256 beside it,
//! so that whoever keeps a copy can see that it is the same bytes.

use crate::access::Caller;
use crate::allowances::files::{Document, Format};
use crate::allowances::retention;
use crate::allowances::store::{self, ListRow};
use crate::db::Tx;
use crate::export::csv::Dialect;
use crate::hex::hex;
use crate::http::error::Problem;
use crate::http::pieces::{Tone, note, unbroken};
use app::ui::Icon;
use app::ui::pictograms::DOWNLOAD;
use domain::{Instant, ListId};
use leptos::prelude::*;
use words::desk::allowances::documents as say;
use words::desk::common;

/// What a kind of file is called.
pub(super) fn label(document: Document, format: Format) -> &'static str {
    match (format, document) {
        (Format::Csv(Dialect::ExcelFr), _) => common::DOWNLOAD_FOR_EXCEL,
        (Format::Csv(Dialect::OpenData), _) => common::OPEN_DATA,
        (Format::Xlsx, _) => say::FILE_WORKBOOK,
        (Format::Pdf, Document::List) => say::FILE_PDF_LIST,
        (Format::Pdf, Document::Payment) => say::FILE_PDF_STATEMENT,
    }
}

fn address(list: &str, document: Document, format: Format) -> String {
    let (name, end) = (document.code(), format.extension());
    let path = format!("/api/v1/allowance-lists/{list}/{name}.{end}");
    match format.dialect() {
        "" => path,
        dialect => format!("{path}?dialect={dialect}"),
    }
}

/// What the card of files shows.
pub(super) struct Files {
    hashes: Vec<(String, String, Vec<u8>)>,
    /// Why this reader cannot take the list's any more.
    list_gone: Option<String>,
    /// Nor those of its « état de paiement ».
    payment_gone: Option<String>,
}

impl Files {
    /// Of one list, for this reader.
    pub(super) async fn read(
        tx: &mut Tx,
        caller: &Caller,
        list: ListId,
        now: Instant,
    ) -> Result<Self, Problem> {
        let mut why = [None, None];
        for (document, why) in [Document::List, Document::Payment]
            .into_iter()
            .zip(&mut why)
        {
            let gone = retention::why_gone(tx, caller, (list, document), now).await?;
            *why = gone.map(|it| it.detail);
        }
        let [list_gone, payment_gone] = why;
        Ok(Self {
            hashes: store::hashes(tx, caller.programme, list).await?,
            list_gone,
            payment_gone,
        })
    }

    fn gone(&self, document: Document) -> Option<&String> {
        match document {
            Document::List => self.list_gone.as_ref(),
            Document::Payment => self.payment_gone.as_ref(),
        }
    }
}

/// The card of a list's files, and of those of its « état de paiement ».
pub(super) fn files_card(list: &ListRow, files: &Files) -> AnyView {
    let statement = list.statement().map(|number| {
        // Said once, when it is the same for both.
        let why = files.payment_gone.clone();
        let why = why.filter(|it| files.list_gone.as_ref() != Some(it));
        view! {
            <h3>{say::STATEMENT_BEFORE_NUMBER}" "{unbroken(&number.to_string())}</h3>
            {why.map(|it| note(Tone::Info, it))}
            {files_of(list, Document::Payment, files)}
        }
    });
    let why = files.list_gone.clone().map(|it| note(Tone::Info, it));
    view! {
        <section class="card">
            <h2>{say::TITLE}</h2>
            <p class="soft">
                {say::HASH_HELP}
            </p>
            {why}
            {files_of(list, Document::List, files)}
            {statement}
            {receipts(list, files)}
        </section>
    }
    .into_any()
}

/// What was paid has receipts, made anew each time: they have no hash.
fn receipts(list: &ListRow, files: &Files) -> Option<AnyView> {
    if list.paid_cents == 0 || files.list_gone.is_some() {
        return None;
    }
    let number = list.number().to_string();
    let href = format!("/api/v1/allowance-lists/{number}/receipts.pdf");
    let which = format!(" {}", say::receipts_which(&number));
    Some(
        view! {
            <h3>{say::RECEIPTS_TITLE}</h3>
            <p class="soft">{say::RECEIPTS_HELP}</p>
            <p>
                <a class="button" href=href download>
                    <Icon path=DOWNLOAD/>
                    <span>{say::RECEIPTS_DOWNLOAD}<span class="sr">{which}</span></span>
                </a>
            </p>
        }
        .into_any(),
    )
}

/// One row for each file: those of an older document are fewer. Where none is made yet, the first
/// who asks has it made.
fn files_of(list: &ListRow, document: Document, files: &Files) -> AnyView {
    let name = list.number().to_string();
    let made = |format: Format| {
        let called = format!("{}.{}", document.code(), format.extension());
        let is_it = |it: &&(String, String, Vec<u8>)| it.0 == called && it.1 == format.dialect();
        files.hashes.iter().find(is_it).map(|it| &it.2)
    };
    let gone = files.gone(document).is_some();
    let none_made = !gone && Format::ALL.iter().all(|it| made(*it).is_none());
    let rows: Vec<_> = Format::ALL
        .into_iter()
        .filter(|it| none_made || made(*it).is_some())
        .map(|format| {
            let href = address(&name, document, format);
            let which = format!(" {}", say::file_which(&name));
            let print = made(format).map(|it| hex(it));
            let print = print.map(|it| view! { <code class="hash">{it}</code> });
            let called = label(document, format);
            let name = if gone {
                view! { <span>{called}</span> }.into_any()
            } else {
                view! {
                    <a class="button" href=href download>
                        <Icon path=DOWNLOAD/>
                        <span>{called}<span class="sr">{which}</span></span>
                    </a>
                }
                .into_any()
            };
            view! { <li>{name}{print}</li> }
        })
        .collect();
    view! { <ul class="files-made">{rows}</ul> }.into_any()
}

//! The files of one list, for both of its readers: where each is taken, and its SHA-256 beside it,
//! so that whoever keeps a copy can see that it is the same bytes.

use super::hex;
use crate::allowances::files::{Document, Format};
use crate::allowances::store::ListRow;
use crate::export::csv::Dialect;
use app::ui::Icon;
use app::ui::pictograms::DOWNLOAD;
use leptos::prelude::*;

/// Name, dialect and SHA-256 of each file that was made.
pub(super) type Hashes = [(String, String, Vec<u8>)];

/// What a kind of file is called.
pub(super) fn label(document: Document, format: Format) -> &'static str {
    match (format, document) {
        (Format::Csv(Dialect::ExcelFr), _) => "Télécharger pour Excel",
        (Format::Csv(Dialect::OpenData), _) => "Données ouvertes",
        (Format::Xlsx, _) => "Classeur (XLSX)",
        (Format::Pdf, Document::List) => "PDF à signer",
        (Format::Pdf, Document::Payment) => "PDF à garder",
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

/// The card of a list's files, and of those of its « état de paiement ».
pub(super) fn files_card(list: &ListRow, hashes: &Hashes) -> AnyView {
    let statement = list.statement().map(|number| {
        view! {
            <h3>"État de paiement "{number.to_string()}</h3>
            {files_of(list, Document::Payment, hashes)}
        }
    });
    view! {
        <section class="card">
            <h2>"Fichiers"</h2>
            <p class="soft">
                "L’empreinte SHA-256 prouve qu’un fichier n’a pas changé depuis qu’il a été édité."
            </p>
            {files_of(list, Document::List, hashes)}
            {statement}
        </section>
    }
    .into_any()
}

/// One row for each file: those of an older document are fewer. Where none is made yet, the first
/// who asks has it made.
fn files_of(list: &ListRow, document: Document, hashes: &Hashes) -> AnyView {
    let name = list.number().to_string();
    let made = |format: Format| {
        let called = format!("{}.{}", document.code(), format.extension());
        let is_it = |it: &&(String, String, Vec<u8>)| it.0 == called && it.1 == format.dialect();
        hashes.iter().find(is_it).map(|it| &it.2)
    };
    let none_made = Format::ALL.iter().all(|it| made(*it).is_none());
    let rows: Vec<_> = Format::ALL
        .into_iter()
        .filter(|it| none_made || made(*it).is_some())
        .map(|format| {
            let href = address(&name, document, format);
            let which = format!(" liste {name}");
            let print = made(format).map(|it| hex(it, it.len()));
            let print = print.map(|it| view! { <code class="hash">{it}</code> });
            view! {
                <li>
                    <a class="button" href=href download>
                        <Icon path=DOWNLOAD/>
                        <span>{label(document, format)}<span class="sr">{which}</span></span>
                    </a>
                    {print}
                </li>
            }
        })
        .collect();
    view! { <ul class="files-made">{rows}</ul> }.into_any()
}

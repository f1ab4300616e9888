//! Documents as PDF: A4, for printing and for keeping (PDF/A-2a), and for people who hear them
//! read (PDF/UA-1): tagged, with a language, a title and fonts inside.
//!
//! A document is first laid out (`paper`): what goes where, on how many pages. Then it is drawn.

mod fonts;
mod form;
mod list;
mod paper;
mod payment;
mod receipt;
mod table;
mod yearly;

pub use list::{ListHead, certified, list_pdf};
pub use payment::payment_pdf;
pub use receipt::{ReceiptLine, ReceiptsHead, receipts_pdf};
pub use yearly::{YearlyHead, YearlyLine, yearly_pdf};

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The fonts of the binary cannot be read.
    #[error("the fonts of the binary cannot be read")]
    Fonts,
    /// The document would not be what it says it is.
    #[error("the document cannot be written: {0}")]
    Refused(String),
}

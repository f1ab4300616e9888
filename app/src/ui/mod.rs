//! Pictures and words that screens share.

pub mod pictograms;
pub mod signs;
pub mod texts;

pub use pictograms::Icon;
pub use signs::SignPicture;

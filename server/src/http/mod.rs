//! HTTP: the one table of routes, layers, problems, assets, the frame of pages.

pub mod again;
pub mod appearance;
pub mod assets;
pub mod charts;
pub mod client;
pub mod edge;
pub mod error;
pub mod health;
pub mod hints;
pub mod language;
pub mod layers;
mod maps;
pub mod metrics;
pub mod needle_stick;
pub mod openapi;
pub mod origin;
pub mod page;
pub mod paging;
pub mod pieces;
pub mod qr;
pub mod reading;
pub mod router;
pub mod speech;
mod styleguide;
pub mod table;
pub mod terrain;

//! All that runs on the server: pages, API, rules of use, storage, exports.
//!
//! One room per capability; each has its rules of use (`mod.rs`), its pages (`pages.rs`), forms
//! (`forms.rs`), JSON (`api.rs`) and SQL (`store.rs`). See ARCHITECTURE.md.

// Both panic where nobody listens: see `cli::said`.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod access;
pub mod accessibility;
pub mod allowances;
pub mod app;
pub mod backup;
pub mod base_map;
pub mod cli;
pub mod config;
pub mod db;
pub mod demo;
pub mod export;
pub mod facts;
pub mod flags;
pub mod help;
mod hex;
pub mod home;
pub mod http;
pub mod imports;
pub mod outings;
pub mod people;
pub mod programmes;
pub mod results;
pub mod settings;
pub mod sites;
pub mod upkeep;

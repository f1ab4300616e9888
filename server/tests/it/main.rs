//! Stories on both engines, through the whole router: tests mirror the rooms, and each is a
//! sentence about behaviour. They need a PostgreSQL: `cargo xtask test` starts one.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod accounts;
mod allowances;
mod allowances_life;
mod allowances_properties;
mod backup;
mod bad_files;
mod bad_input;
mod base_map;
mod cards;
mod client_versions;
mod command_line;
mod crew;
mod db;
mod documents;
mod ends;
mod facts;
mod flags;
mod hand_in;
mod hands;
mod identity;
mod imports;
mod intruders;
mod journal;
mod journey;
mod keys;
mod moi;
mod money_walls;
mod needle_stick;
mod openapi;
mod operations;
mod outings;
mod outings_end;
mod outings_plan;
mod own_phone;
mod properties;
mod proposals;
mod refusals;
mod results;
mod retention;
mod served;
mod races;
mod sites;
mod sites_pages;
mod sites_quarters;
mod support;
mod table;
mod upgrade;
mod visits;
mod waits;
mod walls;

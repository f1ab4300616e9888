//! Stories on both engines, through the whole router: tests mirror the rooms, and each is a
//! sentence about behaviour. They need a PostgreSQL: `cargo xtask test` starts one.

mod access;
mod allowances;
mod bad_input;
mod crew;
mod facts;
mod journey;
mod outings;
mod properties;
mod support;
mod table;

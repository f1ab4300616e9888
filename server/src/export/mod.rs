//! Writers of files for people outside: they are given values, and know nothing of SQL.

pub mod collate;
pub mod csv;
pub mod payment;
pub mod pdf;
pub mod period;
pub mod table;
pub mod xlsx;

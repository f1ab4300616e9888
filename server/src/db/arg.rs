//! A value bound to a statement, in the few types both engines store.

use domain::{
    AccountId, AllowanceId, CardId, Cents, Day, DeviceId, FactId, Instant, ListId, OutingId,
    PeerId, ProgrammeId, SiteId,
};
use uuid::Uuid;

/// A value bound to a statement. Nulls are typed: PostgreSQL asks.
#[derive(Clone, Debug)]
pub enum Arg {
    /// bigint
    Int(Option<i64>),
    /// double precision
    Real(Option<f64>),
    /// text
    Text(Option<String>),
    /// bytes
    Bytes(Option<Vec<u8>>),
    /// uuid
    Id(Option<Uuid>),
    /// boolean
    Truth(Option<bool>),
}

macro_rules! args {
    ($($from:ty => $variant:ident, $value:ident => $into:expr;)+) => {$(
        impl From<$from> for Arg {
            fn from($value: $from) -> Self {
                Self::$variant(Some($into))
            }
        }
        impl From<Option<$from>> for Arg {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map(|$value| $into))
            }
        }
    )+};
}

args! {
    i64 => Int, n => n;
    u32 => Int, n => i64::from(n);
    Instant => Int, at => at.as_ms();
    Cents => Int, cents => cents.0;
    f64 => Real, n => n;
    bool => Truth, truth => truth;
    String => Text, text => text;
    &str => Text, text => text.to_owned();
    Day => Text, day => day.to_string();
    Vec<u8> => Bytes, bytes => bytes;
    Uuid => Id, id => id;
    ProgrammeId => Id, id => id.0;
    AccountId => Id, id => id.0;
    OutingId => Id, id => id.0;
    SiteId => Id, id => id.0;
    PeerId => Id, id => id.0;
    DeviceId => Id, id => id.0;
    FactId => Id, id => id.0;
    AllowanceId => Id, id => id.0;
    ListId => Id, id => id.0;
    CardId => Id, id => id.0;
}

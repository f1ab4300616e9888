//! What kind of trouble an engine is in, so that the edge knows what to answer.

use sqlx::Error;

/// Whose turn it is when the database said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Undone because of another transaction: the same work may pass when it is done again.
    Again,
    /// The link broke, or leads to a server that takes no writes any more: another connection may
    /// pass at once. Whether a commit under way was done is not known.
    Lost,
    /// No room or no time just now: nothing was done, and it may pass in a moment.
    Away,
    /// The disk takes no more: nothing was done, and it passes once there is room.
    Full,
    /// None of that: a mistake of ours, or of whoever set the database up.
    Ours,
}

impl Fault {
    /// The kind of trouble behind an engine's error.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Database(it) => it.code().map_or(Self::Ours, |code| Self::of_code(&code)),
            Error::Io(_) | Error::Tls(_) | Error::WorkerCrashed | Error::BeginFailed => Self::Lost,
            Error::PoolTimedOut | Error::PoolClosed => Self::Away,
            _ => Self::Ours,
        }
    }

    /// PostgreSQL's codes have five characters (<https://www.postgresql.org/docs/current/errcodes-appendix.html>),
    /// SQLite's are numbers of four digits at most (<https://sqlite.org/rescode.html>).
    fn of_code(code: &str) -> Self {
        match code {
            // Serialization failure, deadlock.
            "40001" | "40P01" => Self::Again,
            // The administrator ended it, the server crashed, the database went, it idled too
            // long; a server that only reads; a commit whose end is not known.
            "57P01" | "57P02" | "57P04" | "57P05" | "25P03" | "25P04" | "25006" | "40003" => {
                Self::Lost
            }
            code if code.len() == 5 && code.starts_with("08") => Self::Lost,
            // Starting up, waited too long for a row, too long at it, too many connections, no
            // memory left for more.
            "57P03" | "55P03" | "57014" | "53000" | "53200" | "53300" | "53400" => Self::Away,
            "53100" => Self::Full,
            // Busy, or locked, in their several ways.
            "5" | "6" | "261" | "262" | "517" => Self::Away,
            // Full; and what a system says instead where a quota or a limit ends: writing,
            // flushing, truncating or sizing failed.
            "13" | "778" | "1034" | "1546" | "4874" => Self::Full,
            _ => Self::Ours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_one_kind_of_trouble() {
        assert_eq!(Fault::of_code("40P01"), Fault::Again);
        assert_eq!(Fault::of_code("08006"), Fault::Lost);
        assert_eq!(Fault::of_code("25006"), Fault::Lost);
        assert_eq!(Fault::of_code("53300"), Fault::Away);
        assert_eq!(Fault::of_code("53100"), Fault::Full);
        assert_eq!(Fault::of_code("13"), Fault::Full);
        assert_eq!(Fault::of_code("5"), Fault::Away);
        // A broken rule of ours is nobody else's, on either engine.
        assert_eq!(Fault::of_code("23505"), Fault::Ours);
        assert_eq!(Fault::of_code("2067"), Fault::Ours);
        // No code of SQLite is taken for a class of PostgreSQL.
        assert_eq!(Fault::of_code("0800"), Fault::Ours);
    }
}

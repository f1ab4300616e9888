//! What commands say. `println!` panics where nobody listens any more (`cueillette … | head`): here
//! the rest is said to nobody, the work goes on to its end, and the exit code is that of the work.

use super::Failure;
use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};

/// A line on the standard output, as `println!` makes it; fails where it can be kept nowhere, as on
/// a full disk: it may be a password that is said only once.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::cli::said::text(format_args!("{}\n", format_args!($($words)*)))
    };
}

/// A line beside what is asked for, on the standard error. It never fails: there would be nowhere
/// to say so.
macro_rules! aside {
    ($($words:tt)*) => {
        $crate::cli::said::apart(format_args!("{}\n", format_args!($($words)*)))
    };
}

pub(crate) use {aside, say};

/// The same as `say!`, as it is.
pub(super) fn text(words: Arguments<'_>) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match out.write_fmt(words).and_then(|()| out.flush()) {
        Err(wrong) if wrong.kind() != ErrorKind::BrokenPipe => Err(Failure(format!(
            "what was done could not be printed: {wrong}"
        ))),
        _ => Ok(()),
    }
}

/// The same as `aside!`, as it is.
pub(super) fn apart(words: Arguments<'_>) {
    _ = stderr().lock().write_fmt(words);
}

//! One line per step, with its duration, and a sign of life while it lasts.

use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How often a silent step shows that it is still at work: each second on a terminal, where the
/// line is rewritten, and seldom in a log, where each sign is one more line.
const TERMINAL_TICK: Duration = Duration::from_secs(1);
const LOG_TICK: Duration = Duration::from_secs(20);

/// A step that prints nothing itself: a ticker shows that it lives.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let ticker = Ticker::start(what, start);
    let result = work();
    ticker.stop();
    close(what, start, result.is_ok());
    result
}

/// A step whose programs write their own progress to the terminal.
pub fn loud_step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    judged_step(what, |_| true, work)
}

/// The same, for work that can end without an error and yet not well.
pub fn judged_step<T>(
    what: &str,
    is_good: impl FnOnce(&T) -> bool,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    eprintln!("· {what}…");
    let start = Instant::now();
    let result = work();
    close(what, start, result.as_ref().is_ok_and(is_good));
    result
}

/// Something that was already as it should be, or a remark.
pub fn note(what: &str) {
    eprintln!("· {what}");
}

fn close(what: &str, start: Instant, good: bool) {
    let mark = if good { '✓' } else { '✗' };
    eprintln!("{mark} {what} ({})", seconds(start.elapsed()));
}

/// `0.3 s`, `48.1 s`, `2 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

struct Ticker {
    done: Sender<()>,
    thread: JoinHandle<()>,
}

impl Ticker {
    fn start(what: &str, start: Instant) -> Self {
        let (done, is_done) = channel();
        let what = what.to_owned();
        let terminal = stderr().is_terminal();
        let tick = if terminal { TERMINAL_TICK } else { LOG_TICK };
        let thread = std::thread::spawn(move || {
            while is_done.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                let sign = format!("… {what} ({} s)", start.elapsed().as_secs());
                if terminal {
                    eprint!("\r{sign}");
                } else {
                    eprintln!("{sign}");
                }
            }
            if terminal {
                // Back to the start of the line and clear it, for the closing line.
                eprint!("\r\x1b[K");
            }
            let _ = stderr().flush();
        });
        Self { done, thread }
    }

    fn stop(self) {
        let _ = self.done.send(());
        let _ = self.thread.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_would_say_them() {
        assert_eq!(seconds(Duration::from_millis(320)), "0.3 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}

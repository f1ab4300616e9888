//! Running other programs: streamed or quiet, and stopped with us on Ctrl-C.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::temp::TempFolder;

/// How many of a failed program's last lines are shown.
const TAIL_LINES: usize = 25;
/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(40);
/// How long a program may take to stop by itself after Ctrl-C, which the terminal sends it too.
const STOP_PATIENCE: Duration = Duration::from_secs(3);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C ends the command through its ordinary error path, so that what it started
/// is stopped and removed. A second Ctrl-C ends it at once.
pub fn stop_cleanly_on_ctrl_c() -> Result<()> {
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl-C")
}

/// Fails once Ctrl-C was pressed: for loops that run no program.
pub fn go_on() -> Result<()> {
    ensure!(!INTERRUPTED.load(Ordering::SeqCst), "stopped as asked");
    Ok(())
}

/// Runs to the end, its output going straight to the terminal.
pub fn stream(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    ensure!(status.success(), "`{}` failed ({status})", shown(command));
    Ok(())
}

/// Like [`stream`], but a failure is the caller's to judge.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    let mut child = spawn(command.stdin(Stdio::null()))?;
    wait(&mut child)
}

/// Runs to the end and gives each line of its standard output to `each` as it comes; its error
/// output goes to the terminal.
pub fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            each(&String::from_utf8_lossy(&line?));
        }
    }
    wait(&mut child)
}

/// Runs in silence and returns the standard output; a failure shows the last lines of both.
pub fn quiet(command: &mut Command) -> Result<String> {
    let folder = TempFolder::new("log")?;
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    command
        .stdin(Stdio::null())
        .stdout(File::create(&out)?)
        .stderr(File::create(&err)?);
    let mut child = spawn(command)?;
    let status = wait(&mut child)?;
    let text = String::from_utf8_lossy(&std::fs::read(&out)?).into_owned();
    if !status.success() {
        let log = text + &String::from_utf8_lossy(&std::fs::read(&err)?);
        bail!("`{}` failed ({status}):\n{}", shown(command), tail(&log));
    }
    Ok(text)
}

/// Starts a program; a missing one is named.
pub fn spawn(command: &mut Command) -> Result<Child> {
    go_on()?;
    command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            anyhow::anyhow!(
                "`{}` is not installed",
                command.get_program().to_string_lossy()
            )
        }
        _ => anyhow::anyhow!("cannot start `{}`: {error}", shown(command)),
    })
}

/// Waits for a program, and takes it down with us on Ctrl-C.
fn wait(child: &mut Child) -> Result<ExitStatus> {
    let mut stop_at = None;
    loop {
        if let Some(status) = child.try_wait()? {
            go_on()?;
            return Ok(status);
        }
        if go_on().is_err() {
            let deadline = *stop_at.get_or_insert_with(|| Instant::now() + STOP_PATIENCE);
            if Instant::now() > deadline {
                child.kill()?;
            }
        }
        std::thread::sleep(POLL);
    }
}

/// The last lines of a log.
pub fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// The full path of a program, if the system has it.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let error = quiet(&mut Command::new("no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program` is not installed");
    }

    #[test]
    fn a_quiet_failure_shows_what_the_program_said() {
        let error = quiet(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().ends_with("\nwhy"), "{error}");
    }

    #[test]
    fn only_the_end_of_a_long_log_is_shown() {
        let log = (0..100).map(|n| format!("{n}\n")).collect::<String>();
        assert!(tail(&log).starts_with("75\n"));
    }
}

//! The `cueillette` program.

use clap::Parser;
use server::cli::{self, Cli};
use tracing_subscriber::EnvFilter;

fn main() -> std::process::ExitCode {
    give_large_blocks_back();
    run()
}

/// A list's files are megabytes for a moment. By itself glibc learns from the first of them to keep
/// such blocks for later ones, in each thread's heap: ten thousand lines left 230 MB behind, and
/// leave 45 MB so.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the C library's own setting has no safe door")]
fn give_large_blocks_back() {
    /// What glibc begins with.
    const LARGE_BYTES: libc::c_int = 128 * 1024;
    // SAFETY: it sets a number, and no other thread is there yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_large_blocks_back() {}

#[tokio::main]
async fn run() -> std::process::ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(what_is_told())
        // Where nobody takes the log any more, saying so would panic.
        .log_internal_errors(false)
        .init();
    tell_panics_without_their_words();
    // Leptos renders on this runtime.
    _ = any_spawner::Executor::init_tokio();
    cli::run(cli).await
}

/// As much as the operator asks for in `CUEILLETTE_LOG`, but never an address with all that is in it.
fn what_is_told() -> EnvFilter {
    const ADDRESSES: &str = "tower_http::csrf=off";
    let asked = EnvFilter::try_from_env("CUEILLETTE_LOG");
    let asked = asked.unwrap_or_else(|_| EnvFilter::new("warn,server=info,sqlx=error"));
    match ADDRESSES.parse() {
        Ok(directive) => asked.add_directive(directive),
        Err(_) => asked,
    }
}

/// What a panic says may hold what somebody typed: the log gets the place in the code alone.
fn tell_panics_without_their_words() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string);
        tracing::error!(at = at.unwrap_or_default(), "a handler panicked");
    }));
}

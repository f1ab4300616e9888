//! The `cueillette` program.

use clap::Parser;
use server::cli::{self, Cli};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("CUEILLETTE_LOG");
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(filter.unwrap_or_else(|_| EnvFilter::new("warn,server=info,sqlx=error")))
        .init();
    // Leptos renders on this runtime.
    _ = any_spawner::Executor::init_tokio();
    cli::run(cli).await
}

//! The two sides of `cargo xtask bench writes`, compiled as the server is: phones by the hundred,
//! and an engine that inserts the same rows with nobody in front of it.
//!
//! `load COMMAND PLAN` reads a plan as JSON from a file and prints what came of it as JSON.

mod bare;
mod disk;
mod history;
mod line;
mod phones;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words).await {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(words: &[String]) -> Result<serde_json::Value> {
    let [command, path] = words else {
        bail!(
            "load COMMAND PLAN: `disk FOLDER`, `bare FILE`, `history FILE`, `rest FILE`, `phones FILE`"
        );
    };
    Ok(match command.as_str() {
        "disk" => json!({"flush_ms": disk::flush_ms(path.as_ref())?}),
        "bare" => json!(bare::run(read(path)?).await?),
        "history" => json!(history::run(read(path)?).await?),
        "rest" => json!(history::rest(read(path)?).await?),
        "phones" => json!(phones::run(read(path)?).await?),
        _ => bail!("there is no command `{command}`"),
    })
}

fn read<T: DeserializeOwned>(path: &str) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    serde_json::from_str(&text).with_context(|| format!("{path} is no plan"))
}

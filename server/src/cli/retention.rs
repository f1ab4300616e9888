//! `cueillette retention`: destroys what has come to the end of its term, and says what that was.

use super::{Failure, say};
use crate::app::App;
use crate::upkeep;

/// One line for each thing that ended.
pub(super) async fn run(app: &App) -> Result<(), Failure> {
    let done = upkeep::daily(app).await?;
    if done.is_empty() {
        say!("retention: nothing has come to its end")?;
    }
    for it in done {
        say!("retention: {it}")?;
    }
    Ok(())
}

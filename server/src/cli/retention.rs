//! `cueillette retention`: destroys what has come to the end of its term, and says what that was.

use super::Failure;
use crate::allowances::retention;
use crate::app::App;

/// One line for each thing that ended.
pub(super) async fn run(app: &App) -> Result<(), Failure> {
    let ended = retention::run(app).await?;
    if ended.is_empty() {
        println!("retention: nothing has come to its end");
    }
    for it in ended {
        println!("retention: {it}");
    }
    Ok(())
}

//! `/reglages`: what is kept, why and how long, for everybody; the programme's settings, one by
//! one with their effect, for the association's administrators; requests of authorised third
//! parties with their register; and what is settled before the first outing.

pub mod first_steps;
pub mod pages;
mod papers;
mod terms;
pub mod third_parties;
mod zones;

use crate::access::{Action, Caller, journal};
use crate::app::App;
use crate::hex::hex;
use crate::http::error::Problem;
use crate::programmes;
use domain::setting::{self, Group};
use domain::{Invalid, Settings};
use sha2::{Digest, Sha256};

/// The field of a form that says which values it was filled in from.
pub const READ_AS: &str = "lu";

/// What somebody read of a group, in short: who saves what another changed meanwhile is told.
pub fn read_as(settings: &Settings, group: Group) -> String {
    let mut hash = Sha256::new();
    for it in setting::ALL.iter().filter(|it| it.group == group) {
        hash.update([it.code, "=", &setting::read(settings, it.code), "\n"].concat());
    }
    hex(&hash.finalize()[..8])
}

/// Changes settings of one group, all or none, unless somebody changed one of them since the form
/// was read. Answers the codes of those that changed; each is in
/// the journal.
pub async fn change(
    app: &App,
    caller: &Caller,
    group: Group,
    typed: &[(String, String)],
) -> Result<Vec<&'static str>, Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let before = programmes::hold_settings(&mut tx, programme).await?;
    let read = typed.iter().find(|(name, _)| name == READ_AS);
    if read.is_some_and(|(_, read)| *read != read_as(&before, group)) {
        return Err(Problem::changed_meanwhile());
    }
    let mut after = before.clone();
    let mut wrong: Vec<Invalid> = Vec::new();
    for it in setting::ALL.iter().filter(|it| it.group == group) {
        let mut said = typed.iter().filter(|(name, _)| name == it.code);
        let many = matches!(it.shape, setting::Shape::Some(_));
        let text = match many {
            // Nothing ticked is an answer, too: the form says that it was there.
            true => said
                .map(|(_, it)| it.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            false => match said.next() {
                Some((_, text)) => text.clone(),
                None => continue,
            },
        };
        wrong.extend(setting::write(&mut after, it.code, &text).err());
    }
    wrong.extend(zones::check(&after.time_zone).err());
    if !wrong.is_empty() {
        let mut problem = Problem::invalid(wrong.swap_remove(0));
        problem.errors.extend(wrong.into_iter().map(|it| it.0));
        return Err(problem);
    }
    let is_changed = |code: &&str| setting::read(&before, code) != setting::read(&after, code);
    let codes = setting::ALL.iter().map(|it| it.code);
    let changed: Vec<&'static str> = codes.filter(is_changed).collect();
    if changed.is_empty() {
        return Ok(changed);
    }
    programmes::set_settings(&mut tx, programme, &after).await?;
    let named: Vec<String> = changed.iter().map(|it| format!("setting:{it}")).collect();
    let action = Action::SettingChanged;
    journal::write(&mut tx, programme, caller.actor(), action, &named, now).await?;
    tx.commit().await?;
    Ok(changed)
}

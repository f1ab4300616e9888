//! Making a site: coordinators any, agents public ones; what a peer makes is a proposal.

use super::store::{self, NewSite, SiteSecret};
use super::{cells, quarters};
use crate::access::{Caller, Role, Scope, SealError, Sealer};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::fact::AgentAccess;
use domain::outing::Reason;
use domain::people::Title;
use domain::place::Pictogram;
use domain::{Invalid, Nature, Position, ProgrammeId, SiteId};

/// A site to be made, checked.
#[derive(Clone, Debug)]
pub struct NewPlace {
    /// Made by the caller: sent twice, it is one site.
    pub id: SiteId,
    /// Public or discreet.
    pub nature: Nature,
    /// Its title.
    pub title: Title,
    /// Where.
    pub at: Position,
    /// Words for the crew.
    pub note: Option<Reason>,
    /// « Les habitants sont d'accord »; asked of discreet sites only.
    pub residents_agree: Option<bool>,
    /// What it looks like.
    pub pictogram: Option<Pictogram>,
    /// What the agent who walks along does there.
    pub agent: Option<AgentAccess>,
}

/// Makes a site for a coordinator or an agent. Answers `false` when the id is there already.
pub async fn create(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    it: NewPlace,
) -> Result<bool, Problem> {
    if caller.role() == Role::Agent && it.nature == Nature::Discreet {
        return Err(Invalid::new("nature", "not_for_this_sender").into());
    }
    let origin = match caller.role() {
        Role::Agent => "city",
        _ => "association",
    };
    insert(tx, app, caller, it, origin).await
}

/// The same, whoever it came from.
pub async fn insert(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    it: NewPlace,
    origin: &'static str,
) -> Result<bool, Problem> {
    let programme = caller.programme;
    let mut sealer = Sealer::new(&app.keys, programme, app.now());
    let made = put(tx, app, programme, &mut sealer, &it, origin).await?;
    if made {
        let quarter = quarters::of_point(tx, programme, it.at).await?;
        let agent = it.agent.filter(|_| it.nature == Nature::Discreet);
        store::set_extras(tx, programme, it.id, it.pictogram, agent, quarter).await?;
    }
    Ok(made)
}

/// Writes it: title and point of a discreet site are sealed, and so is every note. Answers `false`
/// when the id is there already.
pub async fn put(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    sealer: &mut Sealer<'_>,
    it: &NewPlace,
    origin: &'static str,
) -> Result<bool, SealError> {
    let title = it.title.as_str().to_owned();
    let is_public = it.nature == Nature::Public;
    let secret = SiteSecret {
        title: (!is_public).then(|| title.clone()),
        at: (!is_public).then_some(it.at),
        note: it.note.as_ref().map(|it| it.as_str().to_owned()),
    };
    let sealed = match secret == SiteSecret::default() {
        true => None,
        false => Some(sealer.seal(tx, Scope::Site(it.id), &secret).await?),
    };
    let new = NewSite {
        id: it.id,
        nature: it.nature,
        origin,
        open: is_public.then_some((title, it.at)),
        sealed,
        cell: (!is_public).then(|| cells::of(&app.keys, programme, it.at)),
        residents_agree: it.residents_agree.filter(|_| !is_public),
    };
    Ok(store::insert(tx, programme, new, app.now()).await?)
}

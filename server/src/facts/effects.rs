//! What a coordinator's fact does beyond being kept. Anybody else's is only kept.

use super::store;
use crate::access::{Caller, Sealer};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::{outings, people};
use domain::fact::Kind;
use domain::outing::AboutAgent;
use domain::{DeviceId, Instant, OutingId, ProgrammeId};

/// Does what a coordinator's new fact says.
pub(super) async fn apply(
    tx: &mut Tx,
    sealer: &mut Sealer<'_>,
    caller: &Caller,
    outing: Option<OutingId>,
    kind: Kind,
    now: Instant,
) -> Result<(), Problem> {
    let programme = caller.programme;
    match (kind, outing) {
        (
            Kind::Newcomer {
                peer,
                pseudonym,
                sign,
            },
            _,
        ) => {
            people::store::insert_if_absent(tx, programme, peer, &pseudonym, sign, now).await?;
        }
        (Kind::PhoneConfirmed { device, .. }, Some(outing)) => {
            settle_whose(tx, programme, outing, device).await?;
        }
        (Kind::Void { target, .. }, _) => {
            if let Some((outing, device)) = store::confirmation(tx, programme, target).await? {
                settle_whose(tx, programme, outing, device).await?;
            }
        }
        (
            Kind::Opening {
                staff,
                equipment,
                about_agent,
                override_reason,
            },
            Some(outing),
        ) => {
            let light = outings::PavementLight {
                staff,
                equipment,
                agent_told: about_agent.contains(&AboutAgent::Told),
                override_reason,
            };
            outings::open_from_pavement(tx, sealer, programme, outing, light, now).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Whose a phone is, as the facts say it now: they may come in any order, before the phone joins
/// and after they were taken back.
async fn settle_whose(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    device: DeviceId,
) -> Result<(), Problem> {
    let whose = store::whose(tx, programme, outing, device).await?;
    outings::crew::store::set_whose(tx, programme, outing, device, whose).await?;
    Ok(())
}

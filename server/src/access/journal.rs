//! The journal: who opened which sealed thing, who signed in, who issued what. Ids only, no words.

use crate::access::Role;
use crate::db::{DbError, Tx, sql};
use domain::{Instant, ProgrammeId};
use uuid::Uuid;

/// Who did it.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// In which role.
    pub role: Role,
    /// Account, peer or device; none for the command line.
    pub id: Option<Uuid>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Somebody came in.
    SignedIn,
    /// Somebody was invited into a body, by a link handed over.
    AccountInvited,
    /// An invitation was taken back before it was used.
    InvitationWithdrawn,
    /// Somebody has an account: by an invitation, or by the command line.
    AccountMade,
    /// Somebody may manage their body's accounts from now on.
    AdministrationGiven,
    /// Somebody may no longer manage their body's accounts.
    AdministrationTaken,
    /// An account was ended; its sessions, tokens and addresses are dead.
    AccountEnded,
    /// A link for a new password was made for somebody.
    PasswordLinkMade,
    /// A password was changed; other sessions ended.
    PasswordChanged,
    /// The e-mail of an account was changed.
    LoginChanged,
    /// The secret of a second factor was shown to its owner, to be copied.
    SecondFactorShown,
    /// A second factor is in use from now on.
    SecondFactorSet,
    /// A second factor was taken away: its phone was lost.
    SecondFactorDropped,
    /// Recovery codes were made anew.
    RecoveryCodesMade,
    /// A recovery code opened a session.
    RecoveryCodeUsed,
    /// The password was right, the code of the second factor was not.
    CodeRefused,
    /// Somebody ended all their sessions.
    SignedOutEverywhere,
    /// Cards were made for peers; those they had are dead.
    CardsIssued,
    /// A peer's card was ended, without another.
    CardForgotten,
    /// A second phone showed the code of a card.
    CardRefused,
    /// A card was locked after wrong PINs.
    CardLocked,
    /// A civil identity was opened for its own owner.
    IdentityShown,
    /// A civil identity was opened by a coordinator, on demand.
    IdentityOpened,
    /// Civil identities were opened to see that a new one is nobody else's.
    IdentitiesCompared,
    /// A civil identity was given, or given anew.
    IdentityKept,
    /// A civil identity was forgotten, and its key destroyed.
    IdentityErased,
    /// Sites were opened to be shown to a coordinator.
    SitesShown,
    /// Discreet sites were opened to be printed on the sheet of a crew.
    SitesPrinted,
    /// Sites were opened to be changed, or to be merged.
    SiteChanged,
    /// Sites were opened to compute which quarter each is in.
    QuartersComputed,
    /// Proposals of sites were opened to be shown.
    ProposalsShown,
    /// A proposal was opened to be decided.
    ProposalDecided,
    /// « Ici » points were opened to be attached to a site or declared public.
    HereDecided,
    /// Sites were opened for a confirmed crew phone.
    PackGiven,
    /// « Ici » points or words of an outing were opened to be shown.
    FactsShown,
    /// What the city's flags about a site say in words was opened to be shown.
    FlagsShown,
    /// A picture of a flag was opened to be shown.
    PhotoShown,
    /// A phone became a coordinator's own, by a personal code.
    OwnPhoneJoined,
    /// Facts that a phone could not send were handed in for it, as a file.
    FactsHandedIn,
    /// A spreadsheet of the past came in, by the command line.
    Imported,
    /// Civil identities were opened to issue a list.
    ListIssued,
    /// A list's file was downloaded.
    ListDownloaded,
    /// The names of a list were opened to be shown, or to be searched.
    ListShown,
    /// A list's names were opened to make its files, which a stopped server had left unmade.
    ListFilesMade,
    /// A list's names were opened to issue its « état de paiement ».
    StatementIssued,
    /// Words about a line (a return, a contest) were opened to be shown.
    LineWordsShown,
    /// A list's files came to the end of their term: they and their key were destroyed.
    ListDestroyed,
    /// The amount of a presence was set for days to come.
    RateSet,
}

impl Action {
    /// As in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::AccountInvited => "account_invited",
            Self::InvitationWithdrawn => "invitation_withdrawn",
            Self::AccountMade => "account_made",
            Self::AdministrationGiven => "administration_given",
            Self::AdministrationTaken => "administration_taken",
            Self::AccountEnded => "account_ended",
            Self::PasswordLinkMade => "password_link_made",
            Self::PasswordChanged => "password_changed",
            Self::LoginChanged => "login_changed",
            Self::SecondFactorShown => "second_factor_shown",
            Self::SecondFactorSet => "second_factor_set",
            Self::SecondFactorDropped => "second_factor_dropped",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::CodeRefused => "code_refused",
            Self::SignedOutEverywhere => "signed_out_everywhere",
            Self::CardsIssued => "cards_issued",
            Self::CardForgotten => "card_forgotten",
            Self::CardRefused => "card_refused",
            Self::CardLocked => "card_locked",
            Self::IdentityShown => "identity_shown",
            Self::IdentityOpened => "identity_opened",
            Self::IdentitiesCompared => "identities_compared",
            Self::IdentityKept => "identity_kept",
            Self::IdentityErased => "identity_erased",
            Self::SitesShown => "sites_shown",
            Self::SitesPrinted => "sites_printed",
            Self::SiteChanged => "site_changed",
            Self::QuartersComputed => "quarters_computed",
            Self::ProposalsShown => "proposals_shown",
            Self::ProposalDecided => "proposal_decided",
            Self::HereDecided => "here_decided",
            Self::PackGiven => "pack_given",
            Self::FactsShown => "facts_shown",
            Self::FlagsShown => "flags_shown",
            Self::PhotoShown => "photo_shown",
            Self::OwnPhoneJoined => "own_phone_joined",
            Self::FactsHandedIn => "facts_handed_in",
            Self::Imported => "imported",
            Self::ListIssued => "list_issued",
            Self::ListDownloaded => "list_downloaded",
            Self::ListShown => "list_shown",
            Self::ListFilesMade => "list_files_made",
            Self::StatementIssued => "statement_issued",
            Self::LineWordsShown => "line_words_shown",
            Self::ListDestroyed => "list_destroyed",
            Self::RateSet => "rate_set",
        }
    }
}

const INSERT: &str = "
    insert into journal (programme_id, id, at, actor_role, actor_id, action, subjects)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// Writes one row; `subjects` are names like `site:0193…`.
pub async fn write(
    tx: &mut Tx,
    programme: ProgrammeId,
    actor: Actor,
    action: Action,
    subjects: &[String],
    now: Instant,
) -> Result<(), DbError> {
    sql(INSERT)
        .bind(programme)
        .bind(Uuid::now_v7())
        .bind(now)
        .bind(actor.role.as_str())
        .bind(actor.id)
        .bind(action.as_str())
        .bind(subjects.join(" "))
        .run(tx)
        .await?;
    Ok(())
}

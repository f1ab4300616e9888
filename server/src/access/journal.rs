//! The journal: who opened which sealed thing, who signed in, who issued what. Ids only, no words.

pub mod book;
pub mod chain;

use crate::access::Role;
use crate::db::{DbError, Tx, sql};
use domain::{Instant, ProgrammeId};
use uuid::Uuid;
use words::desk::access::journal as say;

/// Who did it.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// In which role.
    pub role: Role,
    /// Account, peer or device; none for the command line.
    pub id: Option<Uuid>,
}

/// What an action is about, for whoever looks for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Coming in: passwords, cards, phones.
    Entry,
    /// Something sealed was opened to be read.
    Opening,
    /// Something was changed.
    Change,
    /// A document was made or taken.
    Document,
    /// Settings, accounts and rights.
    Setting,
    /// Something was destroyed for good.
    End,
}

/// Each action with its code in the table, what it is about, and how it is told after a name.
macro_rules! actions {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $about:ident, $words:expr;)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])+ $name,)+
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As in the table.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// What it is about.
            pub fn about(self) -> About {
                match self {
                    $(Self::$name => About::$about,)+
                }
            }

            /// What somebody did, in French, after their name.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)+
                }
            }
        }
    };
}

actions! {
    /// Somebody came in.
    SignedIn = "signed_in", Entry, say::SIGNED_IN;
    /// Somebody was invited into a body, by a link handed over.
    AccountInvited = "account_invited", Setting, say::ACCOUNT_INVITED;
    /// An invitation was taken back before it was used.
    InvitationWithdrawn = "invitation_withdrawn", Setting, say::INVITATION_WITHDRAWN;
    /// Somebody has an account: by an invitation, or by the command line.
    AccountMade = "account_made", Setting, say::ACCOUNT_MADE;
    /// Somebody may manage their body's accounts from now on.
    AdministrationGiven = "administration_given", Setting, say::ADMINISTRATION_GIVEN;
    /// Somebody may no longer manage their body's accounts.
    AdministrationTaken = "administration_taken", Setting, say::ADMINISTRATION_TAKEN;
    /// An account was ended; its sessions, tokens and addresses are dead.
    AccountEnded = "account_ended", Setting, say::ACCOUNT_ENDED;
    /// A key for a program was made.
    TokenMade = "token_made", Setting, say::TOKEN_MADE;
    /// A key for a program was taken back.
    TokenRevoked = "token_revoked", Setting, say::TOKEN_REVOKED;
    /// A link for a new password was made for somebody.
    PasswordLinkMade = "password_link_made", Setting, say::PASSWORD_LINK_MADE;
    /// A password was changed; other sessions ended.
    PasswordChanged = "password_changed", Setting, say::PASSWORD_CHANGED;
    /// The e-mail of an account was changed.
    LoginChanged = "login_changed", Setting, say::LOGIN_CHANGED;
    /// The secret of a second factor was shown to its owner, to be copied.
    SecondFactorShown = "second_factor_shown", Entry, say::SECOND_FACTOR_SHOWN;
    /// A second factor is in use from now on.
    SecondFactorSet = "second_factor_set", Setting, say::SECOND_FACTOR_SET;
    /// A second factor was taken away: its phone was lost.
    SecondFactorDropped = "second_factor_dropped", Setting, say::SECOND_FACTOR_DROPPED;
    /// Recovery codes were made anew.
    RecoveryCodesMade = "recovery_codes_made", Setting, say::RECOVERY_CODES_MADE;
    /// A recovery code opened a session.
    RecoveryCodeUsed = "recovery_code_used", Entry, say::RECOVERY_CODE_USED;
    /// The password was right, the code of the second factor was not.
    CodeRefused = "code_refused", Entry, say::CODE_REFUSED;
    /// Somebody ended all their sessions.
    SignedOutEverywhere = "signed_out_everywhere", Entry, say::SIGNED_OUT_EVERYWHERE;
    /// Somebody ended one of their sessions.
    SessionEnded = "session_ended", Entry, say::SESSION_ENDED;
    /// Cards were made for peers; those they had are dead.
    CardsIssued = "cards_issued", Entry, say::CARDS_ISSUED;
    /// A peer's card was ended, without another.
    CardForgotten = "card_forgotten", Entry, say::CARD_FORGOTTEN;
    /// A second phone showed the code of a card.
    CardRefused = "card_refused", Entry, say::CARD_REFUSED;
    /// A card was locked after wrong PINs.
    CardLocked = "card_locked", Entry, say::CARD_LOCKED;
    /// A civil identity was opened for its own owner.
    IdentityShown = "identity_shown", Opening, say::IDENTITY_SHOWN;
    /// A civil identity was opened by a coordinator, on demand.
    IdentityOpened = "identity_opened", Opening, say::IDENTITY_OPENED;
    /// Civil identities were opened to see that a new one is nobody else's.
    IdentitiesCompared = "identities_compared", Opening, say::IDENTITIES_COMPARED;
    /// A civil identity was given, or given anew.
    IdentityKept = "identity_kept", Change, say::IDENTITY_KEPT;
    /// A civil identity was forgotten, and its key destroyed.
    IdentityErased = "identity_erased", End, say::IDENTITY_ERASED;
    /// Sites were opened to be shown to a coordinator.
    SitesShown = "sites_shown", Opening, say::SITES_SHOWN;
    /// Discreet sites were opened to be printed on the sheet of a crew.
    SitesPrinted = "sites_printed", Opening, say::SITES_PRINTED;
    /// Sites were opened to be changed, or to be merged.
    SiteChanged = "site_changed", Change, say::SITE_CHANGED;
    /// Sites were opened to compute which quarter each is in.
    QuartersComputed = "quarters_computed", Opening, say::QUARTERS_COMPUTED;
    /// Proposals of sites were opened to be shown.
    ProposalsShown = "proposals_shown", Opening, say::PROPOSALS_SHOWN;
    /// A proposal was opened to be decided.
    ProposalDecided = "proposal_decided", Change, say::PROPOSAL_DECIDED;
    /// « Ici » points were opened to be attached to a site or declared public.
    HereDecided = "here_decided", Change, say::HERE_DECIDED;
    /// Sites were opened for a confirmed crew phone.
    PackGiven = "pack_given", Opening, say::PACK_GIVEN;
    /// « Ici » points or words of an outing were opened to be shown.
    FactsShown = "facts_shown", Opening, say::FACTS_SHOWN;
    /// What the city's flags about a site say in words was opened to be shown.
    FlagsShown = "flags_shown", Opening, say::FLAGS_SHOWN;
    /// A picture of a flag was opened to be shown.
    PhotoShown = "photo_shown", Opening, say::PHOTO_SHOWN;
    /// A phone became a coordinator's own, by a personal code.
    OwnPhoneJoined = "own_phone_joined", Entry, say::OWN_PHONE_JOINED;
    /// Facts that a phone could not send were handed in for it, as a file.
    FactsHandedIn = "facts_handed_in", Change, say::FACTS_HANDED_IN;
    /// A spreadsheet of the past came in, by the command line.
    Imported = "imported", Change, say::IMPORTED;
    /// Civil identities were opened to issue a list.
    ListIssued = "list_issued", Document, say::LIST_ISSUED;
    /// A list's file was downloaded.
    ListDownloaded = "list_downloaded", Document, say::LIST_DOWNLOADED;
    /// The names of a list were opened to be shown, or to be searched.
    ListShown = "list_shown", Opening, say::LIST_SHOWN;
    /// A list's names were opened to make its files, which a stopped server had left unmade.
    ListFilesMade = "list_files_made", Document, say::LIST_FILES_MADE;
    /// A list's names were opened to issue its « état de paiement ».
    StatementIssued = "statement_issued", Document, say::STATEMENT_ISSUED;
    /// A list's names were opened to print receipts of what was paid.
    ReceiptsMade = "receipts_made", Document, say::RECEIPTS_MADE;
    /// A civil identity was opened for somebody's yearly statement.
    YearlyMade = "yearly_made", Document, say::YEARLY_MADE;
    /// Words about a line (a return, a contest) were opened to be shown.
    LineWordsShown = "line_words_shown", Opening, say::LINE_WORDS_SHOWN;
    /// A list's files came to the end of their term: they and their key were destroyed.
    ListDestroyed = "list_destroyed", End, say::LIST_DESTROYED;
    /// The amount of a presence was set for days to come.
    RateSet = "rate_set", Setting, say::RATE_SET;
    /// The payer set aside an amount for a year, or took it back.
    BudgetSet = "budget_set", Setting, say::BUDGET_SET;
    /// The payer appointed somebody to hand the money over.
    Appointed = "appointed", Setting, say::APPOINTED;
    /// The payer appoints somebody no more.
    Dismissed = "dismissed", Setting, say::DISMISSED;
    /// A month of the journal came to its end.
    JournalDestroyed = "journal_destroyed", End, say::JOURNAL_DESTROYED;
    /// A peer was forgotten: name, card, pseudonym. Lines stay under a number.
    PeerErased = "peer_erased", End, say::PEER_ERASED;
    /// Peers were forgotten, long after the last contact.
    PeersEnded = "peers_ended", End, say::PEERS_ENDED;
    /// Cards of peers whom nobody met for long were ended; their name waits with their money.
    PeersWait = "peers_wait", End, say::PEERS_WAIT;
    /// Pictures came to their end.
    PhotosEnded = "photos_ended", End, say::PHOTOS_ENDED;
    /// What was sealed of sites that are over was destroyed.
    SitesEnded = "sites_ended", End, say::SITES_ENDED;
    /// Words, notes and « ici » points of outings of long ago were destroyed. The counts stay.
    WordsEnded = "words_ended", End, say::WORDS_ENDED;
    /// Tokens, sessions and cards that open nothing any more were emptied.
    AccessEnded = "access_ended", End, say::ACCESS_ENDED;
    /// A discreet site is over: its point goes after some days.
    SiteClosed = "site_closed", Change, say::SITE_CLOSED;
    /// It is not over after all.
    SiteReopened = "site_reopened", Change, say::SITE_REOPENED;
    /// A peer read everything that is kept about them.
    OwnDataShown = "own_data_shown", Opening, say::OWN_DATA_SHOWN;
    /// The programme was founded, by the command line.
    ProgrammeFounded = "programme_founded", Setting, say::PROGRAMME_FOUNDED;
    /// A setting of the programme was changed.
    SettingChanged = "setting_changed", Setting, say::SETTING_CHANGED;
    /// A request of an authorised third party was written into the register.
    RequestKept = "request_kept", Document, say::REQUEST_KEPT;
    /// The register of such requests was opened.
    RequestsShown = "requests_shown", Opening, say::REQUESTS_SHOWN;
    /// The journal was taken as a file.
    JournalExported = "journal_exported", Document, say::JOURNAL_EXPORTED;
}

impl Action {
    /// From the table; an action of another version is none.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.as_str() == code)
    }
}

/// One row, as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    /// Its id: in the order of time.
    pub id: Uuid,
    /// When, in epoch milliseconds.
    pub at: i64,
    /// In which role.
    pub actor_role: String,
    /// Account, peer or device.
    pub actor_id: Option<Uuid>,
    /// What was done.
    pub action: String,
    /// To what: names like `site:0193…`, with spaces between.
    pub subjects: String,
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

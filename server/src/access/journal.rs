//! The journal: who opened which sealed thing, who signed in, who issued what. Ids only, no words.

pub mod book;
pub mod chain;

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
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $about:ident, $words:literal;)+) => {
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
    SignedIn = "signed_in", Entry, "est entré·e";
    /// Somebody was invited into a body, by a link handed over.
    AccountInvited = "account_invited", Setting, "a invité une personne";
    /// An invitation was taken back before it was used.
    InvitationWithdrawn = "invitation_withdrawn", Setting, "a retiré une invitation";
    /// Somebody has an account: by an invitation, or by the command line.
    AccountMade = "account_made", Setting, "a créé un compte";
    /// Somebody may manage their body's accounts from now on.
    AdministrationGiven = "administration_given", Setting, "a confié les comptes à quelqu’un";
    /// Somebody may no longer manage their body's accounts.
    AdministrationTaken = "administration_taken", Setting, "a retiré la gestion des comptes à quelqu’un";
    /// An account was ended; its sessions, tokens and addresses are dead.
    AccountEnded = "account_ended", Setting, "a fermé un compte";
    /// A key for a program was made.
    TokenMade = "token_made", Setting, "a fait une clé d’accès pour un logiciel";
    /// A key for a program was taken back.
    TokenRevoked = "token_revoked", Setting, "a retiré une clé d’accès à un logiciel";
    /// A link for a new password was made for somebody.
    PasswordLinkMade = "password_link_made", Setting, "a fait un lien pour un nouveau mot de passe";
    /// A password was changed; other sessions ended.
    PasswordChanged = "password_changed", Setting, "a changé de mot de passe";
    /// The e-mail of an account was changed.
    LoginChanged = "login_changed", Setting, "a changé d’adresse";
    /// The secret of a second factor was shown to its owner, to be copied.
    SecondFactorShown = "second_factor_shown", Entry, "a regardé le code à relier pour le deuxième contrôle";
    /// A second factor is in use from now on.
    SecondFactorSet = "second_factor_set", Setting, "a mis en place le deuxième contrôle";
    /// A second factor was taken away: its phone was lost.
    SecondFactorDropped = "second_factor_dropped", Setting, "a enlevé le deuxième contrôle";
    /// Recovery codes were made anew.
    RecoveryCodesMade = "recovery_codes_made", Setting, "a fait des codes de secours";
    /// A recovery code opened a session.
    RecoveryCodeUsed = "recovery_code_used", Entry, "est entré·e avec un code de secours";
    /// The password was right, the code of the second factor was not.
    CodeRefused = "code_refused", Entry, "a donné un code faux";
    /// Somebody ended all their sessions.
    SignedOutEverywhere = "signed_out_everywhere", Entry, "a fermé toutes ses sessions";
    /// Somebody ended one of their sessions.
    SessionEnded = "session_ended", Entry, "a fermé une de ses sessions";
    /// Cards were made for peers; those they had are dead.
    CardsIssued = "cards_issued", Entry, "a fait des cartes";
    /// A peer's card was ended, without another.
    CardForgotten = "card_forgotten", Entry, "a arrêté une carte";
    /// A second phone showed the code of a card.
    CardRefused = "card_refused", Entry, "a montré une carte déjà prise par un autre téléphone";
    /// A card was locked after wrong PINs.
    CardLocked = "card_locked", Entry, "a bloqué une carte, après des codes faux";
    /// A civil identity was opened for its own owner.
    IdentityShown = "identity_shown", Opening, "a lu son propre nom";
    /// A civil identity was opened by a coordinator, on demand.
    IdentityOpened = "identity_opened", Opening, "a ouvert une identité";
    /// Civil identities were opened to see that a new one is nobody else's.
    IdentitiesCompared = "identities_compared", Opening, "a fait comparer des identités, pour voir si une personne est là deux fois";
    /// A civil identity was given, or given anew.
    IdentityKept = "identity_kept", Change, "a gardé une identité";
    /// A civil identity was forgotten, and its key destroyed.
    IdentityErased = "identity_erased", End, "a effacé une identité";
    /// Sites were opened to be shown to a coordinator.
    SitesShown = "sites_shown", Opening, "a ouvert des lieux discrets";
    /// Discreet sites were opened to be printed on the sheet of a crew.
    SitesPrinted = "sites_printed", Opening, "a imprimé des lieux discrets sur une feuille de route";
    /// Sites were opened to be changed, or to be merged.
    SiteChanged = "site_changed", Change, "a ouvert un lieu pour le modifier ou le réunir";
    /// Sites were opened to compute which quarter each is in.
    QuartersComputed = "quarters_computed", Opening, "a fait calculer le quartier de lieux discrets";
    /// Proposals of sites were opened to be shown.
    ProposalsShown = "proposals_shown", Opening, "a ouvert des propositions de lieux";
    /// A proposal was opened to be decided.
    ProposalDecided = "proposal_decided", Change, "a répondu à une proposition de lieu";
    /// « Ici » points were opened to be attached to a site or declared public.
    HereDecided = "here_decided", Change, "a rangé des points « ici »";
    /// Sites were opened for a confirmed crew phone.
    PackGiven = "pack_given", Opening, "a reçu les lieux de sa sortie";
    /// « Ici » points or words of an outing were opened to be shown.
    FactsShown = "facts_shown", Opening, "a ouvert des points « ici » ou des mots";
    /// What the city's flags about a site say in words was opened to be shown.
    FlagsShown = "flags_shown", Opening, "a ouvert les mots d’un signalement";
    /// A picture of a flag was opened to be shown.
    PhotoShown = "photo_shown", Opening, "a ouvert une photo";
    /// A phone became a coordinator's own, by a personal code.
    OwnPhoneJoined = "own_phone_joined", Entry, "a relié son propre téléphone à une sortie";
    /// Facts that a phone could not send were handed in for it, as a file.
    FactsHandedIn = "facts_handed_in", Change, "a remis le fichier d’un téléphone";
    /// A spreadsheet of the past came in, by the command line.
    Imported = "imported", Change, "a importé un tableau du passé";
    /// Civil identities were opened to issue a list.
    ListIssued = "list_issued", Document, "a émis une liste";
    /// A list's file was downloaded.
    ListDownloaded = "list_downloaded", Document, "a pris un fichier d’une liste";
    /// The names of a list were opened to be shown, or to be searched.
    ListShown = "list_shown", Opening, "a ouvert les noms d’une liste";
    /// A list's names were opened to make its files, which a stopped server had left unmade.
    ListFilesMade = "list_files_made", Document, "a fait les fichiers d’une liste";
    /// A list's names were opened to issue its « état de paiement ».
    StatementIssued = "statement_issued", Document, "a émis un état de paiement";
    /// A list's names were opened to print receipts of what was paid.
    ReceiptsMade = "receipts_made", Document, "a fait les reçus d’une liste";
    /// A civil identity was opened for somebody's yearly statement.
    YearlyMade = "yearly_made", Document, "a fait le relevé annuel d’une personne";
    /// Words about a line (a return, a contest) were opened to be shown.
    LineWordsShown = "line_words_shown", Opening, "a ouvert les mots d’une ligne";
    /// A list's files came to the end of their term: they and their key were destroyed.
    ListDestroyed = "list_destroyed", End, "a détruit les fichiers et les noms d’une liste";
    /// The amount of a presence was set for days to come.
    RateSet = "rate_set", Setting, "a changé le montant d’une sortie";
    /// The payer set aside an amount for a year, or took it back.
    BudgetSet = "budget_set", Setting, "a fixé l’enveloppe d’une année";
    /// The payer appointed somebody to hand the money over.
    Appointed = "appointed", Setting, "a désigné une personne pour remettre l’argent";
    /// The payer appoints somebody no more.
    Dismissed = "dismissed", Setting, "ne désigne plus une personne pour remettre l’argent";
    /// A month of the journal came to its end.
    JournalDestroyed = "journal_destroyed", End, "a détruit un mois du journal";
    /// A peer was forgotten: name, card, pseudonym. Lines stay under a number.
    PeerErased = "peer_erased", End, "a effacé une personne";
    /// Peers were forgotten, long after the last contact.
    PeersEnded = "peers_ended", End, "a oublié des personnes que l’équipe ne voit plus";
    /// Cards of peers whom nobody met for long were ended; their name waits with their money.
    PeersWait = "peers_wait", End, "a effacé les cartes de personnes que l’équipe ne voit plus, à qui de l’argent est dû";
    /// Pictures came to their end.
    PhotosEnded = "photos_ended", End, "a détruit des photos à la fin de leur durée";
    /// What was sealed of sites that are over was destroyed.
    SitesEnded = "sites_ended", End, "a détruit ce qui était fermé à clé sur des lieux finis";
    /// Words, notes and « ici » points of outings of long ago were destroyed. The counts stay.
    WordsEnded = "words_ended", End, "a effacé les mots et les points « ici » de sorties anciennes";
    /// Tokens, sessions and cards that open nothing any more were emptied.
    AccessEnded = "access_ended", End, "a effacé des accès finis";
    /// A discreet site is over: its point goes after some days.
    SiteClosed = "site_closed", Change, "a fermé un lieu";
    /// It is not over after all.
    SiteReopened = "site_reopened", Change, "a rouvert un lieu";
    /// A peer read everything that is kept about them.
    OwnDataShown = "own_data_shown", Opening, "a lu ses propres données";
    /// The programme was founded, by the command line.
    ProgrammeFounded = "programme_founded", Setting, "a créé le programme";
    /// A setting of the programme was changed.
    SettingChanged = "setting_changed", Setting, "a changé un réglage";
    /// A request of an authorised third party was written into the register.
    RequestKept = "request_kept", Document, "a noté la demande d’un tiers autorisé";
    /// The register of such requests was opened.
    RequestsShown = "requests_shown", Opening, "a ouvert le registre des tiers autorisés";
    /// The journal was taken as a file.
    JournalExported = "journal_exported", Document, "a pris un fichier du journal";
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

//! `cueillette account` and `cueillette token`.

use super::{Failure, programme_of, say};
use crate::access::accounts::login_of;
use crate::access::credentials::new_token;
use crate::access::tokens::{self, store::Line};
use crate::access::{
    Action, Actor, Role, Staff, journal, passwords, second_factor, store as accounts,
};
use crate::app::App;
use clap::{Subcommand, ValueEnum};
use domain::{AccountId, Instant};
use uuid::Uuid;

/// The command line, for the journal.
pub(super) const OPERATOR: Actor = Actor {
    role: Role::Anon,
    id: None,
};

/// Accounts of the staff.
#[derive(Subcommand)]
pub enum AccountCommand {
    /// Make an account; its first password is printed once
    Add {
        /// Programme, by its short name or its id
        #[arg(long)]
        programme: String,
        /// Role
        #[arg(long)]
        role: StaffRole,
        /// E-mail
        #[arg(long)]
        login: String,
        /// Name on screen
        #[arg(long)]
        name: String,
        /// May invite, help and end the people of the same body
        #[arg(long)]
        administrator: bool,
    },
    /// Give an account a new password, printed once; its sessions end
    Reset {
        /// E-mail
        #[arg(long)]
        login: String,
        /// Take its second factor away, too: the phone is lost
        #[arg(long)]
        drop_second_factor: bool,
    },
    /// List accounts
    List,
}

/// Tokens.
#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a bearer token, printed once
    Create {
        /// Role
        #[arg(long)]
        role: StaffRole,
        /// Programme, by its short name or its id
        #[arg(long)]
        programme: String,
        /// What it is for
        #[arg(long, default_value = "command line")]
        name: String,
    },
    /// List the tokens that work: id, programme, role, name, for whom, since when, last used
    List {
        /// Only those of this programme, by its short name or its id
        #[arg(long)]
        programme: Option<String>,
    },
    /// Take a token back: from now on it opens nothing
    Revoke {
        /// Its id, as `token list` prints it
        id: Uuid,
    },
}

/// Roles that have accounts.
#[derive(Clone, Copy, ValueEnum)]
pub enum StaffRole {
    /// Staff of the association
    Coordinator,
    /// Hygiene service of the city
    Agent,
    /// The payer's staff
    Clerk,
}

impl From<StaffRole> for Role {
    fn from(role: StaffRole) -> Self {
        match role {
            StaffRole::Coordinator => Self::Coordinator,
            StaffRole::Agent => Self::Agent,
            StaffRole::Clerk => Self::Clerk,
        }
    }
}

/// Makes, resets or lists accounts.
pub async fn account(app: &App, command: AccountCommand) -> Result<(), Failure> {
    match command {
        AccountCommand::Add {
            programme,
            role,
            login,
            name,
            administrator,
        } => {
            let programme = programme_of(app, &programme).await?;
            let password = new_token("mdp");
            let hash = passwords::hash(&password).map_err(|e| e.detail)?;
            let login = login_of(&login).map_err(|_| format!("{login} is no e-mail address"))?;
            let mut tx = app.db.write().await?;
            if accounts::account_by_login(&mut tx, &login).await?.is_some() {
                return Err(Failure(format!("{login} has an account already")));
            }
            let new = accounts::NewAccount {
                programme,
                id: AccountId(Uuid::now_v7()),
                role: role.into(),
                login: &login,
                name: &name,
                password_hash: &hash,
                administers: administrator,
            };
            let (action, about) = (Action::AccountMade, format!("account:{}", new.id));
            accounts::insert_account(&mut tx, new, app.now()).await?;
            journal::write(&mut tx, programme, OPERATOR, action, &[about], app.now()).await?;
            tx.commit().await?;
            say!("{password}")?;
        }
        AccountCommand::Reset {
            login,
            drop_second_factor,
        } => say!("{}", reset(app, &login, drop_second_factor).await?)?,
        AccountCommand::List => {
            let mut tx = app.db.read().await?;
            for line in accounts::accounts(&mut tx).await? {
                let rank = if line.administers {
                    "administrator"
                } else {
                    ""
                };
                say!(
                    "{}\t{}\t{}\t{}\t{rank}",
                    line.slug,
                    line.role,
                    line.login,
                    line.name
                )?;
            }
        }
    }
    Ok(())
}

/// Gives an account a new password; answers it.
async fn reset(app: &App, login: &str, drop_second_factor: bool) -> Result<String, Failure> {
    let password = new_token("mdp");
    let hash = passwords::hash(&password).map_err(|e| e.detail)?;
    let login = login.trim().to_lowercase();
    let mut tx = app.db.write().await?;
    let account = accounts::account_by_login(&mut tx, &login).await?;
    let of = account.and_then(|it| it.staff());
    let of = of.ok_or_else(|| Failure(format!("{login} has no account")))?;
    accounts::set_password(&mut tx, &of, &hash).await?;
    second_factor::store::delete_steps(&mut tx, &of).await?;
    let mut actions = vec![Action::PasswordChanged];
    if drop_second_factor {
        let removed = second_factor::remove(&mut tx, &of).await;
        removed.map_err(|e| Failure(e.detail))?;
        actions.push(Action::SecondFactorDropped);
    }
    let about = [format!("account:{}", of.account)];
    for action in actions {
        journal::write(&mut tx, of.programme, OPERATOR, action, &about, app.now()).await?;
    }
    tx.commit().await?;
    Ok(password)
}

/// Makes, lists or revokes tokens.
pub async fn token(app: &App, command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Create {
            role,
            programme,
            name,
        } => say!("{}", make_token(app, role.into(), &programme, &name).await?)?,
        TokenCommand::List { programme } => {
            let wanted = match programme {
                Some(name) => Some(programme_of(app, &name).await?),
                None => None,
            };
            let mut tx = app.db.read().await?;
            let all = tokens::store::all(&mut tx).await?;
            let is_wanted = |it: &&Line| wanted.is_none_or(|programme| it.programme() == programme);
            for it in all.iter().filter(is_wanted) {
                say!("{}", token_line(it))?;
            }
        }
        TokenCommand::Revoke { id } => {
            let mut tx = app.db.write().await?;
            let all = tokens::store::all(&mut tx).await?;
            let found = all.iter().find(|it| it.id() == id);
            let found = found.ok_or_else(|| Failure(format!("no token {id} is in use")))?;
            tokens::revoke(&mut tx, found, OPERATOR, app.now()).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Makes a token of the first account of a role; answers it.
async fn make_token(app: &App, role: Role, programme: &str, name: &str) -> Result<String, Failure> {
    let programme = programme_of(app, programme).await?;
    let wrong = |_| "the name of a token is one line, not empty".to_owned();
    let name = tokens::name_of(name).map_err(wrong)?;
    let mut tx = app.db.write().await?;
    let account = accounts::first_account(&mut tx, programme, role).await?;
    let Some(account) = account else {
        let role = role.as_str();
        return Err(Failure(format!(
            "no {role} account yet: make one with `account add`"
        )));
    };
    let of = Staff {
        programme,
        role,
        account,
    };
    let token = tokens::make_for(&mut tx, &of, OPERATOR, &name, app.now()).await?;
    tx.commit().await?;
    Ok(token)
}

/// Id, programme, role, name, for whom, since when, last used: tabs between.
fn token_line(it: &Line) -> String {
    let at = |ms: i64| Instant::from_ms(ms).to_string();
    let used = it.last_used_at.map_or("never used".into(), at);
    let whose = it.whose.as_deref().unwrap_or("");
    let (id, made) = (it.id(), at(it.created_at));
    let Line {
        slug, role, name, ..
    } = it;
    format!("{id}\t{slug}\t{role}\t{name}\t{whose}\t{made}\t{used}")
}

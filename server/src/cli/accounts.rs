//! `cueillette account` and `cueillette token`.

use super::{Failure, programme_of};
use crate::access::accounts::login_of;
use crate::access::credentials::{new_token, token_hash};
use crate::access::{Action, Actor, Role, journal, passwords, second_factor, store as accounts};
use crate::app::App;
use clap::{Subcommand, ValueEnum};
use domain::AccountId;
use uuid::Uuid;

/// The command line, for the journal.
const OPERATOR: Actor = Actor {
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
            println!("{password}");
        }
        AccountCommand::Reset {
            login,
            drop_second_factor,
        } => println!("{}", reset(app, &login, drop_second_factor).await?),
        AccountCommand::List => {
            let mut tx = app.db.read().await?;
            for line in accounts::accounts(&mut tx).await? {
                let rank = if line.administers {
                    "administrator"
                } else {
                    ""
                };
                println!(
                    "{}\t{}\t{}\t{}\t{rank}",
                    line.slug, line.role, line.login, line.name
                );
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

/// Makes a token.
pub async fn token(app: &App, command: TokenCommand) -> Result<(), Failure> {
    let TokenCommand::Create {
        role,
        programme,
        name,
    } = command;
    let (role, programme) = (Role::from(role), programme_of(app, &programme).await?);
    let mut tx = app.db.write().await?;
    let account = accounts::first_account(&mut tx, programme, role).await?;
    let Some(account) = account else {
        let role = role.as_str();
        return Err(Failure(format!(
            "no {role} account yet: make one with `account add`"
        )));
    };
    let token = new_token("api");
    let new = accounts::NewToken {
        token_hash: token_hash(&token),
        programme,
        name: &name,
        role,
        account: Some(account),
        peer: None,
    };
    accounts::insert_token(&mut tx, new, app.now()).await?;
    tx.commit().await?;
    println!("{token}");
    Ok(())
}

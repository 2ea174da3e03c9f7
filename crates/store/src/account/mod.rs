//! People and programs that may come in: workspaces, agents, links, sessions, tokens, and what they are held to.
//!
//! Whatever comes from a browser or a program before anybody is known (a session's secret, a link's, a token's) is looked
//! up by its hash alone and yields the [`domain::people::Scope`] under which everything else happens.

mod agent;
mod audit;
mod connect_flow;
mod idempotency;
mod link;
mod login;
mod loose;
mod session;
mod token;
mod upload;
mod workspace;

pub use agent::{Agent, NewAgent, Profile};
pub use audit::{AuditEntry, NewAudit};
pub use connect_flow::{ConnectFlow, NewConnectFlow};
pub use idempotency::{Claim, RequestKey, StoredAnswer};
pub use link::{Link, Purpose};
pub use login::{Allowance, LoginLimit};
pub use loose::LooseFile;
pub use session::{Ending, NewSession, Session};
pub use token::{Token, TokenAccess};
pub use upload::{NewUpload, Upload};
pub use workspace::Workspace;

use crate::error::{Error, Result};
use domain::people::Scope;

/// Only people who manage may go on.
fn managers_only(scope: &Scope) -> Result<()> {
    if scope.may_manage() { Ok(()) } else { Err(Error::Forbidden) }
}

//! Who acts: every read and write of the product carries a scope.

use crate::id::{AgentId, TokenId, WorkspaceId};
use crate::vocabulary::Role;
use serde::{Deserialize, Serialize};

/// The one who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A person.
    Agent {
        /// Who.
        agent: AgentId,
        /// What they may do.
        role: Role,
    },
    /// A program with a token.
    Token {
        /// Which.
        token: TokenId,
        /// Whether it may write.
        write: bool,
    },
    /// The product itself: the way of a message, the command line.
    System,
}

/// Workspace, actor and permissions: there is no query without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The only workspace that is seen.
    pub workspace: WorkspaceId,
    /// Who asks.
    pub actor: Actor,
}

impl Scope {
    /// The product's own scope in a workspace.
    pub fn system(workspace: WorkspaceId) -> Self {
        Self { workspace, actor: Actor::System }
    }
    /// The person who acts, when it is one.
    pub fn agent(&self) -> Option<AgentId> {
        match self.actor {
            Actor::Agent { agent, .. } => Some(agent),
            Actor::Token { .. } | Actor::System => None,
        }
    }
    /// Whether settings, people, apps and tokens may be changed.
    pub fn may_manage(&self) -> bool {
        matches!(self.actor, Actor::System | Actor::Agent { role: Role::Owner, .. })
    }
    /// Whether cases may be worked on.
    pub fn may_work(&self) -> bool {
        match self.actor {
            Actor::System | Actor::Agent { .. } => true,
            Actor::Token { write, .. } => write,
        }
    }
}

//! The customer: their accounts, and what happened with them before.

use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{CaseId, ContactId, IdentityId};
use domain::people::Scope;
use domain::vocabulary::{CaseState, Kind};
use serde::Serialize;

/// One account of a customer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdentityView {
    /// Which.
    pub id: IdentityId,
    /// Network by id.
    pub network: String,
    /// The network's id of the account.
    pub external_id: String,
    /// Handle without `@`.
    pub handle: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Picture, at the network.
    pub avatar_url: Option<String>,
    /// Followers, when the network said so.
    pub followers: Option<i64>,
    /// Earlier handles, oldest first.
    pub handle_history: Vec<String>,
    /// When we first heard of it.
    pub created_at: Timestamp,
}

/// An earlier case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PastCase {
    /// Which.
    pub id: CaseId,
    /// Its number.
    pub number: i64,
    /// Where it stands.
    pub state: CaseState,
    /// Priority.
    pub priority: i64,
    /// Kind.
    pub kind: Kind,
    /// First words.
    pub excerpt: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Time of its newest message.
    pub last_at: Timestamp,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactView {
    /// Who.
    pub id: ContactId,
    /// As they call themselves.
    pub name: String,
    /// Language they write, when known.
    pub language: Option<String>,
    /// When we first heard of them.
    pub created_at: Timestamp,
    /// Their accounts.
    pub identities: Vec<IdentityView>,
    /// Their other cases, newest first (the newest 20).
    pub past: Vec<PastCase>,
}

impl Store {
    /// A customer with accounts and cases; `leave_out` is the case that is open anyway.
    pub async fn contact_view(
        &self,
        scope: &Scope,
        contact: ContactId,
        leave_out: Option<CaseId>,
    ) -> Result<ContactView> {
        let key = [scope.workspace.into(), contact.into()];
        let row = self
            .main
            .fetch_one("SELECT name, language, created_at FROM contact WHERE workspace_id = $1 AND id = $2", &key)
            .await?;
        let identities = self
            .main
            .fetch_all(
                "SELECT id, network, external_id, handle, name, avatar_url, followers, handle_history, created_at FROM identity
                 WHERE workspace_id = $1 AND contact_id = $2 ORDER BY created_at, id LIMIT 100",
                &key,
            )
            .await?;
        let past = self
            .main
            .fetch_all(
                "SELECT id, number, state, priority, kind, excerpt, created_at, last_position FROM cases
                 WHERE workspace_id = $1 AND contact_id = $2 ORDER BY last_position DESC, id DESC LIMIT 21",
                &key,
            )
            .await?;
        let identities = identities
            .iter()
            .map(|row| {
                Ok(IdentityView {
                    id: row.id("id")?,
                    network: row.text("network")?,
                    external_id: row.text("external_id")?,
                    handle: row.optional_text("handle")?,
                    name: row.optional_text("name")?,
                    avatar_url: row.optional_text("avatar_url")?,
                    followers: row.optional_int("followers")?,
                    handle_history: row.json("handle_history")?,
                    created_at: row.time("created_at")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let past = past
            .iter()
            .map(|row| {
                Ok(PastCase {
                    id: row.id("id")?,
                    number: row.int("number")?,
                    state: row.word("state", CaseState::from_word)?,
                    priority: row.int("priority")?,
                    kind: row.word("kind", Kind::from_word)?,
                    excerpt: row.text("excerpt")?,
                    created_at: row.time("created_at")?,
                    last_at: domain::position::time_of(row.int("last_position")?),
                })
            })
            .collect::<Result<Vec<PastCase>>>()?;
        Ok(ContactView {
            id: contact,
            name: row.text("name")?,
            language: row.optional_text("language")?,
            created_at: row.time("created_at")?,
            identities,
            past: past.into_iter().filter(|past| Some(past.id) != leave_out).take(20).collect(),
        })
    }
}

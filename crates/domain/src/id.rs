//! Identifiers: every row's id is a UUIDv7 wrapped in a type of its own, so that two kinds cannot be mixed up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifiers {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(formatter) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }
        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
    )*};
}

identifiers! {
    /// One company's desk; every row belongs to exactly one.
    WorkspaceId
    /// Our registration at a network.
    AppId
    /// One connected account on a network.
    ChannelId
    /// A person who answers.
    AgentId
    /// A customer.
    ContactId
    /// A customer's account on one network.
    IdentityId
    /// The public place where something happens.
    ThreadId
    /// What one identity and we say to each other in one place.
    ConversationId
    /// The unit of work.
    CaseId
    /// One item, inbound or outbound.
    MessageId
    /// An internal remark on a case.
    NoteId
    /// One thing we owe a network.
    OutboxId
    /// A delivery or item that could not be read.
    ParkedId
    /// A bearer token of the API.
    TokenId
    /// A stretch of time for which a source may have missed items.
    GapId
    /// A file that belongs to a message or a draft.
    AttachmentId
}

//! A parameter of a statement, with one meaning on both engines.

use crate::error::Result;
use domain::Timestamp;
use sqlx::encode::{Encode, IsNull};
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, types::Oid};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Postgres, Type};
use uuid::Uuid;

/// A parameter. Integers are always bound as i64; times as microseconds (SQLite) or `timestamptz` (PostgreSQL).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Integer, or NULL.
    Int(Option<i64>),
    /// Floating point.
    Real(f64),
    /// Text, or NULL. U+0000 must have been replaced: PostgreSQL cannot store it.
    Text(Option<String>),
    /// Bytes, or NULL.
    Bytes(Option<Vec<u8>>),
    /// Truth.
    Bool(bool),
    /// UUID, or NULL.
    Uuid(Option<Uuid>),
    /// Time, or NULL.
    Time(Option<Timestamp>),
    /// A JSON document as text (TEXT on SQLite, jsonb on PostgreSQL).
    Json(String),
}

impl Value {
    /// A JSON document from anything that serialises.
    pub fn json<T: serde::Serialize>(value: &T) -> Result<Self> {
        let text = serde_json::to_string(value).map_err(|error| crate::Error::Unreadable(error.to_string()))?;
        Ok(Self::Json(text))
    }

    pub(super) fn bind_sqlite(&self, arguments: &mut SqliteArguments) -> Result<()> {
        let added = match self {
            Self::Int(value) => arguments.add(*value),
            Self::Real(value) => arguments.add(*value),
            Self::Text(value) => arguments.add(value.clone()),
            Self::Bytes(value) => arguments.add(value.clone()),
            Self::Bool(value) => arguments.add(i64::from(*value)),
            Self::Uuid(value) => arguments.add(value.map(|id| id.as_bytes().to_vec())),
            Self::Time(value) => arguments.add(value.map(|time| time.as_microsecond())),
            Self::Json(value) => arguments.add(value.clone()),
        };
        added.map_err(|error| crate::Error::Database(sqlx::Error::Encode(error)))
    }

    pub(super) fn bind_postgres(&self, arguments: &mut PgArguments) -> Result<()> {
        let added = match self {
            Self::Int(value) => arguments.add(*value),
            Self::Real(value) => arguments.add(*value),
            Self::Text(value) => arguments.add(value.clone()),
            Self::Bytes(value) => arguments.add(value.clone()),
            Self::Bool(value) => arguments.add(*value),
            Self::Uuid(value) => arguments.add(*value),
            Self::Time(value) => arguments.add(value.map(PostgresTime)),
            Self::Json(value) => arguments.add(PostgresJson(value.clone())),
        };
        added.map_err(|error| crate::Error::Database(sqlx::Error::Encode(error)))
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident($map:expr)),* $(,)?) => {$(
        impl From<$from> for Value { fn from(value: $from) -> Self { let map = $map; Self::$variant(map(value)) } }
    )*};
}

from! {
    i64 => Int(Some),
    Option<i64> => Int(|value| value),
    f64 => Real(|value| value),
    bool => Bool(|value| value),
    &str => Text(|value: &str| Some(value.to_owned())),
    &String => Text(|value: &String| Some(value.clone())),
    String => Text(Some),
    Option<String> => Text(|value| value),
    Option<&str> => Text(|value: Option<&str>| value.map(str::to_owned)),
    Vec<u8> => Bytes(Some),
    &[u8] => Bytes(|value: &[u8]| Some(value.to_vec())),
    Option<Vec<u8>> => Bytes(|value| value),
    Uuid => Uuid(Some),
    Option<Uuid> => Uuid(|value| value),
    Timestamp => Time(Some),
    Option<Timestamp> => Time(|value| value),
}

macro_rules! from_identifiers {
    ($($name:ident)*) => {$(
        impl From<domain::id::$name> for Value { fn from(id: domain::id::$name) -> Self { Self::Uuid(Some(id.0)) } }
        impl From<Option<domain::id::$name>> for Value {
            fn from(id: Option<domain::id::$name>) -> Self { Self::Uuid(id.map(|id| id.0)) }
        }
    )*};
}
from_identifiers! {
    WorkspaceId AppId ChannelId AgentId ContactId IdentityId ThreadId ConversationId CaseId MessageId NoteId OutboxId
    ParkedId TokenId GapId AttachmentId
}

/// Microseconds between 1970 and PostgreSQL's epoch, 2000-01-01.
pub(super) const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// `timestamptz` in PostgreSQL's binary form: sqlx has no jiff types.
struct PostgresTime(Timestamp);

impl Type<Postgres> for PostgresTime {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(1184))
    }
}

impl Encode<'_, Postgres> for PostgresTime {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> std::result::Result<IsNull, sqlx::error::BoxDynError> {
        buffer.extend_from_slice(&(self.0.as_microsecond() - POSTGRES_EPOCH).to_be_bytes());
        Ok(IsNull::No)
    }
}

/// `jsonb` in PostgreSQL's binary form: one version byte, then the text.
struct PostgresJson(String);

impl Type<Postgres> for PostgresJson {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(3802))
    }
}

impl Encode<'_, Postgres> for PostgresJson {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> std::result::Result<IsNull, sqlx::error::BoxDynError> {
        buffer.extend_from_slice(&[1]);
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}

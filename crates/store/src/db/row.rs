//! A row of either engine, read by column name.

use super::value::POSTGRES_EPOCH;
use crate::error::{Error, Result};
use domain::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, ValueRef};
use uuid::Uuid;

/// A row; getters fail with [`Error::Database`] when the column is absent or of another type.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

macro_rules! both {
    ($self:ident, $column:ident, $kind:ty) => {
        match $self {
            Row::Sqlite(row) => row.try_get::<$kind, _>($column).map_err(Error::Database),
            Row::Postgres(row) => row.try_get::<$kind, _>($column).map_err(Error::Database),
        }
    };
}

impl Row {
    /// Integer.
    pub fn int(&self, column: &str) -> Result<i64> {
        both!(self, column, i64)
    }
    /// Integer or NULL.
    pub fn optional_int(&self, column: &str) -> Result<Option<i64>> {
        both!(self, column, Option<i64>)
    }
    /// Text.
    pub fn text(&self, column: &str) -> Result<String> {
        both!(self, column, String)
    }
    /// Text or NULL.
    pub fn optional_text(&self, column: &str) -> Result<Option<String>> {
        both!(self, column, Option<String>)
    }
    /// Bytes.
    pub fn bytes(&self, column: &str) -> Result<Vec<u8>> {
        both!(self, column, Vec<u8>)
    }
    /// Bytes or NULL.
    pub fn optional_bytes(&self, column: &str) -> Result<Option<Vec<u8>>> {
        both!(self, column, Option<Vec<u8>>)
    }
    /// Truth.
    pub fn bool(&self, column: &str) -> Result<bool> {
        both!(self, column, bool)
    }
    /// An identifier.
    pub fn id<T: From<Uuid>>(&self, column: &str) -> Result<T> {
        self.optional_id(column)?.ok_or_else(|| Error::Unreadable(format!("{column} is null")))
    }
    /// An identifier or NULL.
    pub fn optional_id<T: From<Uuid>>(&self, column: &str) -> Result<Option<T>> {
        let id: Option<Uuid> = both!(self, column, Option<Uuid>)?;
        Ok(id.map(T::from))
    }
    /// A time.
    pub fn time(&self, column: &str) -> Result<Timestamp> {
        self.optional_time(column)?.ok_or_else(|| Error::Unreadable(format!("{column} is null")))
    }
    /// A time or NULL.
    pub fn optional_time(&self, column: &str) -> Result<Option<Timestamp>> {
        let microseconds = match self {
            Row::Sqlite(row) => row.try_get::<Option<i64>, _>(column)?,
            Row::Postgres(row) => {
                let value: PgValueRef<'_> = row.try_get_raw(column)?;
                if value.is_null() {
                    None
                } else {
                    let bytes = value.as_bytes().map_err(|error| Error::Unreadable(error.to_string()))?;
                    let bytes: [u8; 8] =
                        bytes.try_into().map_err(|_| Error::Unreadable(format!("{column} is no time")))?;
                    Some(i64::from_be_bytes(bytes).saturating_add(POSTGRES_EPOCH))
                }
            }
        };
        microseconds
            .map(|microseconds| {
                Timestamp::from_microsecond(microseconds)
                    .map_err(|error| Error::Unreadable(format!("{column}: {error}")))
            })
            .transpose()
    }
    /// A JSON document.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        self.optional_json(column)?.ok_or_else(|| Error::Unreadable(format!("{column} is null")))
    }
    /// A JSON document or NULL.
    pub fn optional_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        let text = match self {
            Row::Sqlite(row) => row.try_get::<Option<String>, _>(column)?,
            Row::Postgres(row) => {
                let value = row.try_get_raw(column)?;
                if value.is_null() {
                    None
                } else {
                    let bytes = value.as_bytes().map_err(|error| Error::Unreadable(error.to_string()))?;
                    // jsonb's binary form starts with a version byte.
                    let text = bytes.strip_prefix(&[1]).unwrap_or(bytes);
                    Some(String::from_utf8_lossy(text).into_owned())
                }
            }
        };
        text.map(|text| serde_json::from_str(&text).map_err(|error| Error::Unreadable(format!("{column}: {error}"))))
            .transpose()
    }
    /// A word of a closed list.
    pub fn word<T>(&self, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        let word = self.text(column)?;
        read(&word).ok_or_else(|| Error::Unreadable(format!("{column}: unknown word {word}")))
    }
    /// A word of a closed list, or NULL.
    pub fn optional_word<T>(&self, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        self.optional_text(column)?
            .map(|word| read(&word).ok_or_else(|| Error::Unreadable(format!("{column}: unknown word {word}"))))
            .transpose()
    }
}

//! Many rows in one parameter: a JSON array of arrays, unpacked by `json_each` or `jsonb_array_elements`.
//!
//! Thousands of numbered parameters in one SQLite statement cost three to five times as much.

use super::{Engine, Value};
use std::fmt::Write as _;

/// A column of a batch, with its type.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name.
    pub name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Int,
    Real,
    Text,
    Bytes,
    Bool,
    Uuid,
    Time,
    Json,
}

macro_rules! constructors {
    ($($(#[$meta:meta])* $function:ident $kind:ident)*) => {
        impl Column {$(
            $(#[$meta])*
            pub const fn $function(name: &'static str) -> Self { Self { name, kind: Kind::$kind } }
        )*}
    };
}
constructors! {
    /// An integer column.
    int Int
    /// A floating-point column.
    real Real
    /// A text column.
    text Text
    /// A bytes column.
    bytes Bytes
    /// A truth column.
    bool Bool
    /// A UUID column.
    uuid Uuid
    /// A time column.
    time Time
    /// A JSON column.
    json Json
}

/// The FROM item that yields one row `batch(row_value)` per row of parameter `number`, in order.
pub fn rows_from(engine: Engine, number: usize) -> String {
    engine.pick(
        format!("(SELECT value AS row_value FROM json_each(${number})) AS batch"),
        format!("jsonb_array_elements(${number}) AS batch(row_value)"),
    )
}

/// The expressions that read each column of a batch row.
pub(super) fn selection(engine: Engine, columns: &[Column]) -> Vec<String> {
    columns.iter().enumerate().map(|(index, column)| column.expression(engine, index)).collect()
}

impl Column {
    /// The expression that reads this column, at `index` in each row, of [`rows_from`].
    pub fn expression(&self, engine: Engine, index: usize) -> String {
        let cell = format!("batch.row_value ->> {index}");
        match engine {
            Engine::Sqlite => match self.kind {
                Kind::Bytes | Kind::Uuid => format!("unhex({cell})"),
                _ => cell,
            },
            Engine::Postgres => match self.kind {
                Kind::Int => format!("({cell})::bigint"),
                Kind::Real => format!("({cell})::double precision"),
                Kind::Text => format!("({cell})"),
                Kind::Bytes => format!("decode({cell}, 'hex')"),
                Kind::Bool => format!("({cell})::boolean"),
                Kind::Uuid => format!("({cell})::uuid"),
                Kind::Time => format!("({cell})::timestamptz"),
                Kind::Json => format!("({cell})::jsonb"),
            },
        }
    }
}

/// Packs rows into one parameter.
pub fn json_rows(columns: &[Column], rows: &[Vec<Value>], engine: Engine) -> Value {
    let mut text = String::with_capacity(rows.len() * columns.len() * 24 + 2);
    text.push('[');
    for (row_index, row) in rows.iter().enumerate() {
        if row_index > 0 {
            text.push(',');
        }
        text.push('[');
        for (index, value) in row.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            push_cell(&mut text, value, engine);
        }
        text.push(']');
    }
    text.push(']');
    Value::Json(text)
}

fn push_cell(text: &mut String, value: &Value, engine: Engine) {
    // Writing into a string cannot fail. Identifiers and times hold nothing that JSON would escape.
    let _ = match value {
        Value::Int(Some(number)) => write!(text, "{number}"),
        Value::Real(number) => write!(text, "{}", serde_json::Value::from(*number)),
        Value::Bool(truth) => write!(text, "{truth}"),
        Value::Text(Some(words)) | Value::Json(words) => {
            push_text(text, words);
            Ok(())
        }
        Value::Bytes(Some(bytes)) => write!(text, "\"{}\"", hex::encode(bytes)),
        Value::Uuid(Some(id)) => write!(text, "\"{}\"", id.simple()),
        Value::Time(Some(time)) => match engine {
            Engine::Sqlite => write!(text, "{}", time.as_microsecond()),
            Engine::Postgres => write!(text, "\"{time}\""),
        },
        Value::Int(None) | Value::Text(None) | Value::Bytes(None) | Value::Uuid(None) | Value::Time(None) => {
            text.push_str("null");
            Ok(())
        }
    };
}

/// A JSON string. What needs no escape is copied as it is: most texts need none at all.
fn push_text(text: &mut String, words: &str) {
    if words.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        text.push('"');
        text.push_str(words);
        text.push('"');
    } else {
        text.push_str(&serde_json::Value::from(words).to_string());
    }
}

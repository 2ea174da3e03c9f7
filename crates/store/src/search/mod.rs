//! Search in messages: words first, then the grams of scripts without spaces; newest first, paged by key.
//!
//! [`index`] fills the index behind the acknowledgement, from the numbered events; [`find`] asks it; [`highlight`] marks
//! what was found in the text itself, because the index holds no text.

mod find;
mod highlight;
mod index;

pub use find::{Hit, Query, SearchCursor, SearchPage};
pub use highlight::highlights;

use domain::id::WorkspaceId;
use language::tokens::Tokens;

/// A token that no text can contain: what search can be narrowed by. Quotes and blanks cannot come in.
fn label(name: &str, value: &str) -> String {
    let value: String = value.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    format!("{name}:{}", value.to_ascii_lowercase())
}

fn workspace_label(workspace: WorkspaceId) -> String {
    label("ws", &workspace.0.simple().to_string())
}

/// Tokens without those that an engine would read as something else.
fn clean(tokens: Tokens) -> Tokens {
    let fine = |token: &String| !token.is_empty() && !token.contains(['\0', ':']);
    Tokens {
        words: tokens.words.into_iter().filter(fine).collect(),
        grams: tokens.grams.into_iter().filter(fine).collect(),
    }
}

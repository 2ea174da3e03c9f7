//! Search: messages by words, people by their names and handles, cases by number.

use crate::{Desk, Error, Result};
use domain::people::Scope;
use serde::Serialize;
use store::case_list::CaseRow;
use store::search::{Hit, Query, SearchCursor};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SearchResults {
    /// The case whose number was typed (`#123` or `123`); only on the first part.
    pub cases: Vec<CaseRow>,
    /// Messages, newest first.
    pub hits: Vec<Hit>,
    /// Name it as `after` to go on; `None` at the end.
    pub next: Option<String>,
}

impl Desk {
    /// Searches; `limit` is cut to 50. An empty text finds nothing.
    pub async fn search(
        &self,
        scope: &Scope,
        query: &Query,
        after: Option<&str>,
        limit: usize,
    ) -> Result<SearchResults> {
        let cursor = match after {
            None => None,
            Some(text) => Some(SearchCursor::parse(text).ok_or(Error::Invalid { field: "after", code: "unreadable" })?),
        };
        let mut cases = Vec::new();
        let typed = query.text.trim();
        let number = typed.strip_prefix('#').unwrap_or(typed);
        if after.is_none()
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(number) = number.parse()
        {
            cases.extend(self.store.case_by_number(scope, number).await?);
        }
        let page = self.store.search_messages(scope, query, cursor, limit).await?;
        Ok(SearchResults { cases, hits: page.hits, next: page.next })
    }
}

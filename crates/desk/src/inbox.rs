//! The inbox: lists by filter and order, the default views, their live counts.

use crate::{Desk, Error, Result};
use domain::people::Scope;
use serde::Serialize;
use store::case_list::{CaseRow, Cursor, Filter, Order, View, default_views};

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inbox {
    /// Rows in order.
    pub rows: Vec<CaseRow>,
    /// Name it as `after` to go on; `None` at the end.
    pub next: Option<String>,
}

/// How many cases a default view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ViewCount {
    /// Key of the view.
    pub key: &'static str,
    /// How many, to 999.
    pub count: i64,
    /// Whether there are more.
    pub more: bool,
}

/// The greatest count that is shown.
const SHOWN: i64 = 999;

impl Desk {
    /// A part of a list; `limit` is cut to 100.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an `after` that this order did not give, or a filter with too many values.
    pub async fn inbox(
        &self,
        scope: &Scope,
        filter: &Filter,
        order: Order,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Inbox> {
        let after = match after {
            None => None,
            Some(text) => {
                Some(Cursor::parse(text, order).ok_or(Error::Invalid { field: "after", code: "unreadable" })?)
            }
        };
        if filter.is_too_large() {
            return Err(Error::Invalid { field: "filter", code: "too_many" });
        }
        let page = self.store.case_list(scope, filter, order, after, limit).await?;
        Ok(Inbox { rows: page.rows, next: page.next })
    }

    /// The default views, with `mine` meaning the reader.
    pub fn views(&self, scope: &Scope) -> Vec<View> {
        default_views(scope.agent())
    }

    /// Live counts of the default views.
    pub async fn view_counts(&self, scope: &Scope) -> Result<Vec<ViewCount>> {
        let counts = self.store.view_counts(scope).await?;
        Ok(counts
            .into_iter()
            .map(|(key, count)| ViewCount { key, count: count.min(SHOWN), more: count > SHOWN })
            .collect())
    }

    /// How many cases a filter shows, to 999; `None` when nobody has counted them and counting would be slow.
    pub async fn count(&self, scope: &Scope, filter: &Filter) -> Result<Option<i64>> {
        Ok(self.store.case_count(scope, filter).await?.map(|count| count.min(SHOWN)))
    }

    /// One case as a row of a list.
    pub async fn case_row(&self, scope: &Scope, case: domain::id::CaseId) -> Result<CaseRow> {
        Ok(self.store.case_row(scope, case).await?)
    }
}

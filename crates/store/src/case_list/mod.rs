//! Lists of cases: any filter, three orders, paged by key; never an offset, never a count of everything.

mod cursor;
mod facets;
mod filter;
mod plan;
mod row;
mod view;

pub use cursor::Cursor;
pub use filter::{AssigneeFilter, Filter, NoiseFilter};
pub(crate) use row::rows_of;
pub use row::{AgentName, CaseRow};
pub use view::{View, default_view, default_views};

use crate::error::Result;
use crate::open::Store;
use cursor::Key;
use domain::id::CaseId;
use domain::people::Scope;
use futures::{StreamExt, TryStreamExt, stream};
use plan::{Plan, Query};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a list is sorted. Each is total: no two cases share a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Most pressing first; within a level the one who waits longest; those that do not wait behind them.
    Priority,
    /// Newest message first.
    #[default]
    Recent,
    /// The one who waits longest first; behind them, newest first, those that do not wait.
    Waiting,
}

impl Order {
    fn columns(self) -> &'static str {
        match self {
            Self::Priority => "priority, waiting_key, id",
            Self::Recent => "last_position DESC, id DESC",
            Self::Waiting => "waiting_key, id",
        }
    }
    fn key_columns(self) -> &'static str {
        match self {
            Self::Priority => "priority, waiting_key, id, last_position",
            Self::Recent => "last_position, id",
            Self::Waiting => "waiting_key, id, last_position",
        }
    }
    fn key_of(self, row: &CaseRow) -> Key {
        match (self, row.waiting_since) {
            (Self::Priority, waiting) => Key::Priority { priority: row.priority, waiting, id: row.id },
            (Self::Waiting, Some(since)) => Key::Waiting { since, id: row.id },
            (Self::Recent | Self::Waiting, _) => Key::Recent { position: row.last_position, id: row.id },
        }
    }
}

/// The most rows of one page.
pub const MOST_ROWS: usize = 100;
/// Counts stop here: one more than what is shown.
pub const COUNT_LIMIT: i64 = 1000;
/// Views counted at once: every page waits for all of them, and the database has more than one processor.
const COUNTS_AT_ONCE: usize = 4;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// Rows in order.
    pub rows: Vec<CaseRow>,
    /// Where it goes on; `None` at the end.
    pub next: Option<String>,
}

impl Store {
    /// One part of a list. `limit` is cut to [`MOST_ROWS`].
    pub async fn case_list(
        &self,
        scope: &Scope,
        filter: &Filter,
        order: Order,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page> {
        let limit = limit.clamp(1, MOST_ROWS);
        let mut rows: Vec<CaseRow> = Vec::with_capacity(limit + 1);
        if !filter.is_impossible() {
            match order {
                Order::Waiting => self.by_waiting(scope, filter, after, limit + 1, &mut rows).await?,
                Order::Priority if filter.priorities.len() > 1 => {
                    self.by_level(scope, filter, after, limit + 1, &mut rows).await?;
                }
                Order::Priority | Order::Recent => {
                    let key = after.map(|cursor| cursor.key);
                    self.fill(scope, filter, order, key, limit + 1, &mut rows).await?;
                }
            }
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| Cursor { order, key: order.key_of(row) }.to_string());
        Ok(Page { rows, next })
    }

    /// Those that wait by their waiting time, then the others by their newest message.
    async fn by_waiting(
        &self,
        scope: &Scope,
        filter: &Filter,
        after: Option<Cursor>,
        wanted: usize,
        rows: &mut Vec<CaseRow>,
    ) -> Result<()> {
        let (mut waiting_key, mut other_key) = (None, None);
        match after.map(|cursor| cursor.key) {
            Some(key @ Key::Recent { .. }) => other_key = Some(key),
            key => waiting_key = key,
        }
        if other_key.is_none() && filter.waiting != Some(false) {
            let filter = Filter { waiting: Some(true), ..filter.clone() };
            self.fill(scope, &filter, Order::Waiting, waiting_key, wanted, rows).await?;
        }
        if rows.len() < wanted && filter.waiting != Some(true) {
            let filter = Filter { waiting: Some(false), ..filter.clone() };
            self.fill(scope, &filter, Order::Recent, other_key, wanted, rows).await?;
        }
        Ok(())
    }

    /// The levels that are asked for, one after the other: each begins at its own place of the index.
    async fn by_level(
        &self,
        scope: &Scope,
        filter: &Filter,
        after: Option<Cursor>,
        wanted: usize,
        rows: &mut Vec<CaseRow>,
    ) -> Result<()> {
        let levels: BTreeSet<i64> = filter.priorities.iter().copied().collect();
        for level in levels {
            let key = match after.map(|cursor| cursor.key) {
                Some(Key::Priority { priority, .. }) if level < priority => continue,
                Some(key @ Key::Priority { priority, .. }) if level == priority => Some(key),
                _ => None,
            };
            let filter = Filter { priorities: vec![level], ..filter.clone() };
            self.fill(scope, &filter, Order::Priority, key, wanted, rows).await?;
        }
        Ok(())
    }

    /// Adds rows until there are `wanted` or no more.
    async fn fill(
        &self,
        scope: &Scope,
        filter: &Filter,
        order: Order,
        mut key: Option<Key>,
        wanted: usize,
        rows: &mut Vec<CaseRow>,
    ) -> Result<()> {
        while rows.len() < wanted {
            let lacking = wanted - rows.len();
            let ids = self.candidates(scope, filter, order, key, i64::try_from(lacking).unwrap_or(i64::MAX)).await?;
            let found = rows_of(&self.main, scope, &ids).await?;
            let Some(last) = found.last() else { break };
            key = Some(order.key_of(last));
            // Facets of open vocabularies let a stranger through now and then.
            rows.extend(found.into_iter().filter(|row| filter.matches(row)));
            if ids.len() < lacking {
                break;
            }
        }
        Ok(())
    }

    async fn candidates(
        &self,
        scope: &Scope,
        filter: &Filter,
        order: Order,
        key: Option<Key>,
        limit: i64,
    ) -> Result<Vec<CaseId>> {
        let engine = self.engine();
        let ask = async |query: (String, Vec<crate::db::Value>)| -> Result<Vec<CaseId>> {
            let rows = self.main.fetch_all(&query.0, &query.1).await?;
            rows.iter().map(|row| row.id("id")).collect()
        };
        let mut plan = Plan::first(filter, order);
        if plan.whole && order == Order::Priority && (filter.from.is_some() || filter.to.is_some()) {
            let by_time = Plan::by_time();
            let (sql, values) = Query::new(engine, scope, &by_time).probe_of_times(filter);
            if plan::is_short(self.main.fetch_one(&sql, &values).await?.int("found")?) {
                plan = by_time;
            }
        }
        if plan.whole
            && let Some(second) = Plan::second(filter)
        {
            let mut query = Query::new(engine, scope, &plan);
            if let Some(key) = key {
                query.after(key);
            }
            let found = ask(query.ids_of_stretch(filter, order, limit)).await?;
            if i64::try_from(found.len()) == Ok(limit) {
                return Ok(found);
            }
            plan = second;
        }
        let mut query = Query::new(engine, scope, &plan);
        query.facets(filter);
        ask(query.ids_of(&plan, order, key, limit)).await
    }

    /// How many cases a filter shows, to [`COUNT_LIMIT`]; `None` when finding out would mean to read the whole workspace.
    pub async fn case_count(&self, scope: &Scope, filter: &Filter) -> Result<Option<i64>> {
        if filter.is_impossible() {
            return Ok(Some(0));
        }
        let engine = self.engine();
        let mut plan = Plan::first(filter, Order::Recent);
        if plan.whole {
            let (sql, values) = Query::new(engine, scope, &plan).count_of_stretch(filter);
            let row = self.main.fetch_one(&sql, &values).await?;
            let found = row.int("found")?;
            if found >= COUNT_LIMIT {
                return Ok(Some(COUNT_LIMIT));
            }
            let exact = filter.languages.is_empty() && filter.networks.is_empty() && filter.channels.is_empty();
            if exact && !plan::was_cut(row.int("seen")?) {
                return Ok(Some(found));
            }
            match Plan::second(filter) {
                Some(second) => plan = second,
                None if plan::was_cut(row.int("seen")?) => return Ok(None),
                None => {}
            }
        }
        let mut query = Query::new(engine, scope, &plan);
        query.facets(filter);
        query.exactly(filter);
        let (sql, values) = query.count(COUNT_LIMIT);
        Ok(Some(self.main.fetch_one(&sql, &values).await?.int("found")?))
    }

    /// Live counts of the default views, to [`COUNT_LIMIT`].
    pub async fn view_counts(&self, scope: &Scope) -> Result<Vec<(&'static str, i64)>> {
        let counts = default_views(scope.agent()).into_iter().map(|view| async move {
            let count = self.case_count(scope, &view.filter).await?;
            Ok::<_, crate::Error>((view.key, count))
        });
        let counts: Vec<_> = stream::iter(counts).buffered(COUNTS_AT_ONCE).try_collect().await?;
        Ok(counts.into_iter().filter_map(|(key, count)| Some((key, count?))).collect())
    }

    /// One case as a row of a list; [`crate::Error::NotFound`] outside the scope.
    pub async fn case_row(&self, scope: &Scope, case: CaseId) -> Result<CaseRow> {
        rows_of(&self.main, scope, &[case]).await?.pop().ok_or(crate::Error::NotFound)
    }
}

//! Which index answers a filter in an order. SQLite has no statistics worth the name and no bitmap scans, so that the
//! choice is made here, and told to it; PostgreSQL's planner follows the same conditions by itself.
//!
//! A whole pass over a million index entries takes about a tenth of a second. So a list in index order first looks at a
//! stretch of it, and only when that does not fill the page asks the most selective index, and sorts what it finds.

use super::Order;
use super::cursor::Key;
use super::filter::{AssigneeFilter, Filter, NoiseFilter, first_position};
use crate::db::{Engine, Value};
use domain::people::Scope;
use domain::vocabulary::Form;

/// Entries that a first look covers.
const STRETCH: i64 = 20_000;

/// Entries of a stretch of time that are worth to be read and sorted.
const SHORT: i64 = 5_000;

/// Indexes that begin with the priority.
const BY_PRIORITY: [&str; 3] = ["cases_order", "cases_live_order", "cases_waiting_order"];

/// A column has one of these many values: worth an index only while they are few.
fn among(column: &str, count: usize) -> Option<String> {
    match count {
        1 => Some(format!("{column} = ?")),
        2 | 3 => Some(format!("{column} IN ({})", vec!["?"; count].join(", "))),
        _ => None,
    }
}

/// A way to find cases.
pub(super) struct Plan {
    /// Name of the index.
    index: &'static str,
    /// What makes it usable, beside the workspace.
    conditions: Vec<(String, Vec<Value>)>,
    /// Whether the whole workspace lies in it.
    pub(super) whole: bool,
    /// Whether it is the second way: few of what the filter lets pass are expected.
    second: bool,
}

impl Plan {
    fn of(index: &'static str) -> Self {
        Self { index, conditions: Vec::new(), whole: false, second: false }
    }
    fn when(mut self, condition: &'static str) -> Self {
        self.conditions.push((condition.to_owned(), Vec::new()));
        self
    }
    fn with(mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        self.conditions.push((condition.into(), values.into_iter().collect()));
        self
    }
    /// Whether the index yields cases in this order by itself, and its entries are mostly wanted.
    fn is_ordered(&self, order: Order) -> bool {
        match order {
            Order::Priority => BY_PRIORITY.contains(&self.index) || self.index == "cases_live_assignee",
            Order::Recent => {
                ["cases_recent", "cases_live_recent", "cases_assignee", "cases_contact"].contains(&self.index)
            }
            Order::Waiting => self.index == "cases_waiting_age",
        }
    }

    fn whole(order: Order) -> Self {
        let index = if order == Order::Priority { "cases_order" } else { "cases_recent" };
        Self { whole: true, ..Self::of(index) }
    }

    /// The way to go first.
    pub(super) fn first(filter: &Filter, order: Order) -> Self {
        let plan = Self::in_order(filter, order);
        match filter.priorities[..] {
            // The level begins where the order says, not behind all levels before it.
            [level] if order == Order::Priority && BY_PRIORITY.contains(&plan.index) => {
                plan.with("priority = ?", [level.into()])
            }
            _ => plan,
        }
    }

    fn in_order(filter: &Filter, order: Order) -> Self {
        if let Some(contact) = filter.contact {
            return Self::of("cases_contact").with("contact_id = ?", [contact.into()]);
        }
        if let Some(AssigneeFilter::Agent { agent }) = filter.assignee {
            return if filter.is_live() && order != Order::Recent {
                Self::of("cases_live_assignee").with("assignee_id = ?", [agent.into()]).when("state <> 'closed'")
            } else {
                Self::of("cases_assignee").with("assignee_id = ?", [agent.into()])
            };
        }
        if filter.waiting == Some(true) && !(order == Order::Recent && filter.is_live()) {
            let index = if order == Order::Priority { "cases_waiting_order" } else { "cases_waiting_age" };
            return Self::of(index).when("waiting_since IS NOT NULL");
        }
        if filter.is_live() {
            let index = if order == Order::Priority { "cases_live_order" } else { "cases_live_recent" };
            return Self::of(index).when("state <> 'closed'");
        }
        Self::whole(order)
    }

    /// By time, for a stretch of time that holds few cases.
    pub(super) fn by_time() -> Self {
        Self::of("cases_recent")
    }

    /// The most selective way, when the first look over the whole workspace did not fill the page.
    pub(super) fn second(filter: &Filter) -> Option<Self> {
        Self::most_selective(filter).map(|plan| Self { second: true, ..plan })
    }

    fn most_selective(filter: &Filter) -> Option<Self> {
        if !filter.no_reply_reasons.is_empty() {
            return Some(Self::of("cases_no_reply").when("no_reply_reason IS NOT NULL"));
        }
        if matches!(filter.noise, Some(NoiseFilter::Any | NoiseFilter::Of { .. })) {
            return Some(Self::of("cases_noise").when("noise IS NOT NULL"));
        }
        let common = [Form::Mention, Form::Reply, Form::DirectMessage];
        if !filter.forms.is_empty() && !filter.forms.iter().any(|form| common.contains(form)) {
            let rare = "form NOT IN ('mention', 'reply', 'direct_message')";
            return Some(Self::of("cases_rare_form").when(rare));
        }
        if let Some(condition) = among("kind", filter.kinds.len()) {
            let kinds = filter.kinds.iter().map(|kind| kind.word().into());
            return Some(Self::of("cases_kind").with(condition, kinds));
        }
        if let Some(condition) = among("priority", filter.priorities.len()) {
            return Some(
                Self::of("cases_order").with(condition, filter.priorities.iter().map(|level| (*level).into())),
            );
        }
        if let Some(condition) = among("language", filter.languages.len()) {
            return Some(Self::of("cases_language").with(condition, filter.languages.iter().map(Value::from)));
        }
        if filter.private == Some(true) {
            return Some(Self::of("cases_private").when("private"));
        }
        None
    }
}

/// A query under construction.
pub(super) struct Query {
    engine: Engine,
    pub(super) values: Vec<Value>,
    conditions: Vec<String>,
    index: &'static str,
}

impl Query {
    /// Cases of the scope that a plan finds.
    pub(super) fn new(engine: Engine, scope: &Scope, plan: &Plan) -> Self {
        let mut query = Self {
            engine,
            values: vec![scope.workspace.into()],
            conditions: vec!["workspace_id = $1".to_owned()],
            index: plan.index,
        };
        for (condition, values) in &plan.conditions {
            query.and(condition, values.iter().cloned());
        }
        query
    }

    /// Only what lies in the filter's stretch of time.
    pub(super) fn times(&mut self, filter: &Filter) {
        if let Some(from) = filter.from {
            self.and("last_position >= ?", [first_position(from).into()]);
        }
        if let Some(to) = filter.to {
            self.and("last_position < ?", [first_position(to).into()]);
        }
    }

    /// Adds a condition; each `?` is one value.
    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        let mut text = String::new();
        let mut values = values.into_iter();
        for (index, part) in condition.split('?').enumerate() {
            if index > 0
                && let Some(value) = values.next()
            {
                self.values.push(value);
                text.push_str(&format!("${}", self.values.len()));
            }
            text.push_str(part);
        }
        self.conditions.push(text);
    }

    /// Only what lies behind a key.
    pub(super) fn after(&mut self, key: Key) {
        let never = self.engine.pick("9223372036854775807", "'infinity'");
        match key {
            Key::Recent { position, id } => {
                self.and("(last_position, id) < (?, ?)", [position.into(), id.into()]);
            }
            Key::Waiting { since, id } => self.and("(waiting_key, id) > (?, ?)", [since.into(), id.into()]),
            Key::Priority { priority, waiting: Some(since), id } => {
                self.and("(priority, waiting_key, id) > (?, ?, ?)", [priority.into(), since.into(), id.into()]);
            }
            Key::Priority { priority, waiting: None, id } => {
                self.and(&format!("(priority, waiting_key, id) > (?, {never}, ?)"), [priority.into(), id.into()])
            }
        }
    }

    /// Only what the filter's times and facets let pass.
    pub(super) fn facets(&mut self, filter: &Filter) {
        self.times(filter);
        let (condition, values) = super::facets::condition(filter, self.values.len() + 1);
        if !condition.is_empty() {
            self.conditions.push(condition);
            self.values.extend(values);
        }
    }

    /// Fields whose facet is only a part of their value, to the letter.
    pub(super) fn exactly(&mut self, filter: &Filter) {
        let places = |count: usize| vec!["?"; count].join(", ");
        if !filter.languages.is_empty() {
            let condition = format!("language IN ({})", places(filter.languages.len()));
            self.and(&condition, filter.languages.iter().map(Value::from));
        }
        if !filter.networks.is_empty() {
            let condition = format!("network IN ({})", places(filter.networks.len()));
            self.and(&condition, filter.networks.iter().map(Value::from));
        }
        if !filter.channels.is_empty() {
            let condition = format!("channel_id IN ({})", places(filter.channels.len()));
            self.and(&condition, filter.channels.iter().map(|channel| (*channel).into()));
        }
    }

    fn source(&self) -> String {
        let index = self.engine.pick(format!(" INDEXED BY {}", self.index), String::new());
        format!("FROM cases{index} WHERE {}", self.conditions.join(" AND "))
    }

    fn number(&mut self, value: i64) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The ids in order.
    fn ids(mut self, order: Order, limit: i64) -> (String, Vec<Value>) {
        let limit = self.number(limit);
        (format!("SELECT id {} ORDER BY {} LIMIT {limit}", self.source(), order.columns()), self.values)
    }

    /// The ids of a plan, in order, behind a key.
    ///
    /// Where the plan's index is not in the list's order, PostgreSQL is kept from walking one that is: it would look at
    /// every case for the sake of the first few. What is found comes from the index alone, which holds the columns of
    /// every order, and is sorted apart.
    pub(super) fn ids_of(mut self, plan: &Plan, order: Order, key: Option<Key>, limit: i64) -> (String, Vec<Value>) {
        if self.engine == Engine::Sqlite || (plan.is_ordered(order) && !plan.second) {
            if let Some(key) = key {
                self.after(key);
            }
            return self.ids(order, limit);
        }
        let found = self.source();
        self.conditions.clear();
        if let Some(key) = key {
            self.after(key);
        }
        let behind = if self.conditions.is_empty() { "true".to_owned() } else { self.conditions.join(" AND ") };
        let limit = self.number(limit);
        let sql = format!(
            "WITH found AS MATERIALIZED (SELECT {} {found}) SELECT id FROM found WHERE {behind} ORDER BY {} LIMIT {limit}",
            order.key_columns(),
            order.columns()
        );
        (sql, self.values)
    }

    /// The ids in order among the first stretch of the index; facets are looked at behind the stretch, and times too
    /// unless the index is in their order.
    pub(super) fn ids_of_stretch(mut self, filter: &Filter, order: Order, limit: i64) -> (String, Vec<Value>) {
        let (columns, by) = (order.key_columns(), order.columns());
        if order == Order::Recent {
            self.times(filter);
        }
        let stretch = self.number(STRETCH);
        let inner = format!("SELECT {columns}, facets {} ORDER BY {by} LIMIT {stretch}", self.source());
        let condition = if order == Order::Recent {
            self.only_facets(filter)
        } else {
            self.conditions.clear();
            self.facets(filter);
            if self.conditions.is_empty() { "true".to_owned() } else { self.conditions.join(" AND ") }
        };
        let limit = self.number(limit);
        (format!("SELECT id FROM ({inner}) AS stretch WHERE {condition} ORDER BY {by} LIMIT {limit}"), self.values)
    }

    fn only_facets(&mut self, filter: &Filter) -> String {
        let (condition, values) = super::facets::condition(filter, self.values.len() + 1);
        self.values.extend(values);
        if condition.is_empty() { "true".to_owned() } else { condition }
    }

    /// How many there are, to `limit`.
    pub(super) fn count(mut self, limit: i64) -> (String, Vec<Value>) {
        let limit = self.number(limit);
        (
            format!("SELECT count(*) AS found FROM (SELECT 1 AS one {} LIMIT {limit}) AS counted", self.source()),
            self.values,
        )
    }

    /// How many there are among the first stretch of the index, and how long the stretch was.
    pub(super) fn count_of_stretch(mut self, filter: &Filter) -> (String, Vec<Value>) {
        let by = Order::Recent.columns();
        self.times(filter);
        let stretch = self.number(STRETCH);
        let inner = format!("SELECT facets {} ORDER BY {by} LIMIT {stretch}", self.source());
        let condition = self.only_facets(filter);
        let sql = format!(
            "SELECT count(*) AS seen, count(CASE WHEN {condition} THEN 1 END) AS found FROM ({inner}) AS stretch"
        );
        (sql, self.values)
    }
}

impl Query {
    /// Whether the filter's stretch of time holds few cases: as many as are counted, to one more than that.
    pub(super) fn probe_of_times(mut self, filter: &Filter) -> (String, Vec<Value>) {
        self.times(filter);
        self.count(SHORT + 1)
    }
}

/// Whether a stretch of time with so many cases is short.
pub(super) fn is_short(count: i64) -> bool {
    count <= SHORT
}

/// Whether a stretch of this length was cut.
pub(super) fn was_cut(seen: i64) -> bool {
    seen >= STRETCH
}

//! The views that every workspace has, as data.

use super::{AssigneeFilter, Filter, NoiseFilter, Order};
use domain::id::AgentId;
use domain::vocabulary::{CaseState, Kind, ReplyNeed};
use serde::Serialize;

/// A named list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// Stable key, in API, addresses and translation keys.
    pub key: &'static str,
    /// What it shows.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
}

/// The default views in the order of the screens. `mine` needs a person: without one it shows what nobody can have.
pub fn default_views(me: Option<AgentId>) -> Vec<View> {
    let open = || Filter { states: vec![CaseState::Open], ..Filter::default() };
    let calm = || Filter { noise: Some(NoiseFilter::None), ..open() };
    let view = |key, filter, order| View { key, filter, order };
    let nobody_at_all = AgentId(uuid::Uuid::nil());
    let mine = AssigneeFilter::Agent { agent: me.unwrap_or(nobody_at_all) };
    vec![
        view("needs_reply", Filter { waiting: Some(true), ..open() }, Order::Priority),
        view("mine", Filter { assignee: Some(mine), ..open() }, Order::Priority),
        view("unassigned", Filter { assignee: Some(AssigneeFilter::Nobody), ..calm() }, Order::Priority),
        view("waiting", Filter { states: vec![CaseState::Waiting], ..Filter::default() }, Order::Recent),
        view("private", Filter { private: Some(true), ..calm() }, Order::Priority),
        view(
            "public_complaints",
            Filter { private: Some(false), kinds: vec![Kind::Complaint, Kind::Urgent, Kind::PrRisk], ..calm() },
            Order::Priority,
        ),
        view(
            "praise",
            Filter { kinds: vec![Kind::Praise], reply_needs: vec![ReplyNeed::Must, ReplyNeed::Worth], ..calm() },
            Order::Recent,
        ),
        view("noise", Filter { noise: Some(NoiseFilter::Any), ..open() }, Order::Recent),
        view("snoozed", Filter { states: vec![CaseState::Snoozed], ..Filter::default() }, Order::Recent),
        view("closed", Filter { states: vec![CaseState::Closed], ..Filter::default() }, Order::Recent),
        view("all", Filter::default(), Order::Recent),
    ]
}

/// The default view with this key.
pub fn default_view(key: &str, me: Option<AgentId>) -> Option<View> {
    default_views(me).into_iter().find(|view| view.key == key)
}

//! The filter of a list of cases, as a query string: values of one field are separated by commas.

use super::read::word;
use crate::error::{Error, Result};
use crate::session::Visitor;
use desk::{AssigneeFilter, Filter, NoiseFilter, Order, default_view};
use domain::id::{ChannelId, ContactId};
use domain::vocabulary::{CaseState, Form, Kind, ReplyNeed};
use serde::Deserialize;
use std::str::FromStr;
use utoipa::IntoParams;

const ORDERS: &[(&str, Order)] =
    &[("priority", Order::Priority), ("recent", Order::Recent), ("waiting", Order::Waiting)];

/// Which cases, in which order. Values of one field, separated by commas, are alternatives; fields narrow each other.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// A default view to begin with, e.g. `needs_reply`; other fields narrow it.
    #[param(max_length = 40)]
    pub view: Option<String>,
    /// States: open, waiting, snoozed, closed.
    #[param(max_length = 200)]
    pub state: Option<String>,
    /// Priorities: 0 to 8.
    #[param(max_length = 200)]
    pub priority: Option<String>,
    /// Kinds.
    #[param(max_length = 200)]
    pub kind: Option<String>,
    /// Languages, BCP 47 primary subtags.
    #[param(max_length = 200)]
    pub language: Option<String>,
    /// Networks by id.
    #[param(max_length = 200)]
    pub network: Option<String>,
    /// Channels that were addressed.
    #[param(max_length = 2000)]
    pub channel: Option<String>,
    /// Shapes.
    #[param(max_length = 200)]
    pub form: Option<String>,
    /// must, worth, none.
    #[param(max_length = 200)]
    pub reply_need: Option<String>,
    /// `me`, `nobody`, `anybody`, or a person's id.
    #[param(max_length = 40)]
    pub assignee: Option<String>,
    /// `none` or `any`.
    #[param(max_length = 10)]
    pub noise: Option<String>,
    /// Whether it is private.
    pub private: Option<bool>,
    /// Whether the customer waits.
    pub waiting: Option<bool>,
    /// Whose.
    pub contact: Option<uuid::Uuid>,
    /// priority, recent or waiting.
    #[param(max_length = 10)]
    pub order: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 200)]
    pub after: Option<String>,
    /// Cases of the page; 50 unless told.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
}

fn several<T>(field: &str, text: Option<&String>, into: &mut Vec<T>, read: impl Fn(&str) -> Result<T>) -> Result<()> {
    let Some(text) = text else { return Ok(()) };
    let values = text.split(',').map(str::trim).map(&read).collect::<Result<Vec<T>>>()?;
    if values.len() > Filter::MOST_VALUES {
        return Err(Error::field(field, "at most 100 values"));
    }
    *into = values;
    Ok(())
}

fn parsed<T: FromStr>(field: &str, text: &str, allowed: &str) -> Result<T> {
    text.parse().map_err(|_| Error::field(field, allowed))
}

fn short(field: &str, text: &str) -> Result<String> {
    if text.len() <= 35 { Ok(text.to_owned()) } else { Err(Error::field(field, "at most 35 bytes each")) }
}

impl CaseQuery {
    /// The filter and the order.
    pub(super) fn read(&self, visitor: &Visitor) -> Result<(Filter, Order)> {
        let (mut filter, mut order) = match &self.view {
            None => (Filter::default(), Order::default()),
            Some(key) => {
                let view =
                    default_view(key, visitor.agent_id()).ok_or_else(|| Error::field("view", "one of GET /views"))?;
                (view.filter, view.order)
            }
        };
        several("state", self.state.as_ref(), &mut filter.states, |text| {
            word("state", text, CaseState::ALL, CaseState::word)
        })?;
        several("priority", self.priority.as_ref(), &mut filter.priorities, |text| {
            let level: i64 = parsed("priority", text, "0 to 8")?;
            if (0..=8).contains(&level) { Ok(level) } else { Err(Error::field("priority", "0 to 8")) }
        })?;
        several("kind", self.kind.as_ref(), &mut filter.kinds, |text| word("kind", text, Kind::ALL, Kind::word))?;
        several("language", self.language.as_ref(), &mut filter.languages, |text| short("language", text))?;
        several("network", self.network.as_ref(), &mut filter.networks, |text| short("network", text))?;
        several("channel", self.channel.as_ref(), &mut filter.channels, |text| {
            parsed::<ChannelId>("channel", text, "ids")
        })?;
        several("form", self.form.as_ref(), &mut filter.forms, |text| word("form", text, Form::ALL, Form::word))?;
        several("reply_need", self.reply_need.as_ref(), &mut filter.reply_needs, |text| {
            word("reply_need", text, ReplyNeed::ALL, ReplyNeed::word)
        })?;
        filter.assignee = match self.assignee.as_deref() {
            None => filter.assignee,
            Some("nobody") => Some(AssigneeFilter::Nobody),
            Some("anybody") => Some(AssigneeFilter::Anybody),
            Some("me") => {
                let agent =
                    visitor.agent_id().ok_or_else(|| Error::field("assignee", "a person's id: a token is nobody"))?;
                Some(AssigneeFilter::Agent { agent })
            }
            Some(id) => {
                let agent = parsed("assignee", id, "me, nobody, anybody, or a person's id")?;
                Some(AssigneeFilter::Agent { agent })
            }
        };
        filter.noise = match self.noise.as_deref() {
            None => filter.noise,
            Some("none") => Some(NoiseFilter::None),
            Some("any") => Some(NoiseFilter::Any),
            Some(_) => return Err(Error::field("noise", "none or any")),
        };
        filter.private = self.private.or(filter.private);
        filter.waiting = self.waiting.or(filter.waiting);
        filter.contact = self.contact.map(ContactId).or(filter.contact);
        if let Some(name) = &self.order {
            let found = ORDERS.iter().find(|(known, _)| known == name);
            order = found.ok_or_else(|| Error::field("order", "priority, recent or waiting"))?.1;
        }
        Ok((filter, order))
    }

    /// How many.
    pub(super) fn limit(&self) -> Result<usize> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=100 => Ok(usize::try_from(limit).unwrap_or(50)),
            _ => Err(Error::field("limit", "1 to 100")),
        }
    }
}

//! Faults on command: what should go wrong, where, how often; drawn from a seed.

use crate::random::Random;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The call answers `status` (default 503) and does nothing.
    ServerError,
    /// The call answers 429 with a reset `reset_seconds` ahead and does nothing.
    RateLimit,
    /// The call is carried out, but the answer never comes: after `delay_ms` the connection closes.
    TimeoutAfter,
    /// The call is not carried out and never answered: after `delay_ms` the connection closes.
    TimeoutBefore,
    /// The call answers 401, as if the token had expired or been revoked.
    Unauthorized,
    /// The answer comes `delay_ms` late. On webhooks: the delivery leaves late.
    Slow,
    /// Webhooks: the event is delivered twice.
    Duplicate,
    /// Webhooks: the event waits up to `delay_ms` (default 500) while later ones pass.
    Reorder,
    /// Webhooks: the event is never delivered; replay still has it.
    Lose,
}

impl FaultKind {
    fn concerns_deliveries(self) -> bool {
        matches!(self, Self::Duplicate | Self::Reorder | Self::Lose)
    }
}

impl Fault {
    /// `Slow` strikes deliveries only when it names an event type, so that slow answers alone can be asked for.
    fn on_deliveries(&self) -> bool {
        let named = self.endpoint.as_deref().is_some_and(|place| place != "*");
        self.kind.concerns_deliveries() || (self.kind == FaultKind::Slow && named)
    }

    fn on_calls(&self) -> bool {
        !self.kind.concerns_deliveries()
    }
}

/// One standing order for something to go wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Only calls or deliveries of this app.
    #[serde(default, deserialize_with = "crate::world::optional_id")]
    pub app: Option<u64>,
    /// Only calls to this endpoint (`POST /2/tweets`, `PUT /2/tweets/{tweet_id}/hidden`), or deliveries of this event type. Absent or `*`: all.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// So many times; absent: until removed.
    #[serde(default)]
    pub count: Option<u32>,
    /// Chance per call, 0.0 ..= 1.0.
    #[serde(default = "always")]
    pub probability: f64,
    /// Status of `server_error`.
    #[serde(default)]
    pub status: Option<u16>,
    /// Seconds to the reset of `rate_limit` (default 60).
    #[serde(default)]
    pub reset_seconds: Option<i64>,
    /// See the kinds.
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// How often it struck.
    #[serde(default)]
    pub struck: u32,
}

fn always() -> f64 {
    1.0
}

#[derive(Debug)]
pub(crate) struct Faults {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    random: Random,
    standing: Vec<Fault>,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { inner: Mutex::new(Inner { random: Random::new(seed ^ 0xfau64), standing: Vec::new() }) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.lock().standing.push(fault);
    }

    pub(crate) fn clear(&self) {
        self.lock().standing.clear();
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.lock().standing.clone()
    }

    /// The fault that strikes this call, if one does.
    pub(crate) fn on_call(&self, app: Option<u64>, endpoint: &str) -> Option<Fault> {
        self.lock().strike(app, endpoint, Fault::on_calls)
    }

    /// The fault that strikes this delivery, if one does. `Slow` strikes deliveries only when it names an event type.
    pub(crate) fn on_delivery(&self, app: u64, event_type: &str) -> Option<Fault> {
        let mut inner = self.lock();
        if inner.standing.is_empty() {
            return None;
        }
        inner.strike(Some(app), event_type, Fault::on_deliveries)
    }
}

impl Inner {
    fn strike(&mut self, app: Option<u64>, place: &str, applies: fn(&Fault) -> bool) -> Option<Fault> {
        for fault in &mut self.standing {
            let here = match fault.endpoint.as_deref() {
                None | Some("*") => true,
                Some(endpoint) => endpoint.eq_ignore_ascii_case(place),
            };
            let left = fault.count.is_none_or(|count| fault.struck < count);
            let ours = fault.app.is_none() || fault.app == app;
            if applies(fault) && here && left && ours && self.random.chance(fault.probability) {
                fault.struck += 1;
                return Some(fault.clone());
            }
        }
        None
    }
}

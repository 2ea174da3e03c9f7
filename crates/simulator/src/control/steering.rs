//! Control: faults, clock, limits, customers.

use super::{Answer, done, read};
use crate::customers::stream::Order;
use crate::{Fault, World, timestamp};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

pub(super) async fn faults(State(world): State<World>) -> Answer {
    Ok(Json(json!({"faults": world.shared().faults.list()})))
}

pub(super) async fn add_fault(State(world): State<World>, bytes: Bytes) -> Answer {
    world.shared().faults.add(read::<Fault>(&bytes)?);
    faults(State(world)).await
}

pub(super) async fn clear_faults(State(world): State<World>) -> Answer {
    world.shared().faults.clear();
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    advance_seconds: Option<i64>,
    freeze: Option<bool>,
    #[serde(default)]
    reset: bool,
}

pub(super) async fn clock(State(world): State<World>, bytes: Bytes) -> Answer {
    let order = read::<ClockOrder>(&bytes)?;
    let clock = world.clock();
    if order.reset {
        clock.reset();
    }
    match order.freeze {
        Some(true) => clock.freeze(),
        Some(false) => clock.thaw(),
        None => {}
    }
    if let Some(seconds) = order.advance_seconds {
        clock.advance(seconds.saturating_mul(1000));
    }
    Ok(Json(json!({"now": timestamp(clock.now()), "frozen": clock.is_frozen()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookOrder {
    valid: bool,
}

pub(super) async fn webhooks(State(world): State<World>, bytes: Bytes) -> Answer {
    world.set_webhooks_valid(read::<WebhookOrder>(&bytes)?.valid);
    done()
}

pub(super) async fn cut_streams(State(world): State<World>) -> Answer {
    world.cut_streams();
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitOrder {
    multiplier: Option<f64>,
    endpoint: Option<String>,
    limit: Option<u32>,
    #[serde(default)]
    reset: bool,
}

pub(super) async fn limits(State(world): State<World>, bytes: Bytes) -> Answer {
    let order = read::<LimitOrder>(&bytes)?;
    let mut state = world.lock();
    if let Some(multiplier) = order.multiplier {
        state.limits.set_multiplier(multiplier);
    }
    if let Some(endpoint) = order.endpoint {
        state.limits.set_limit(&endpoint, order.limit);
    }
    if order.reset {
        state.limits.reset();
    }
    done()
}

pub(super) async fn start_customers(State(world): State<World>, bytes: Bytes) -> Answer {
    world.start_customers(read::<Order>(&bytes)?)?;
    done()
}

pub(super) async fn stop_customers(State(world): State<World>) -> Answer {
    world.stop_customers();
    done()
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Burst {
    factor: f64,
    seconds: u64,
}

impl Default for Burst {
    fn default() -> Self {
        Self { factor: 100.0, seconds: 10 }
    }
}

pub(super) async fn burst(State(world): State<World>, bytes: Bytes) -> Answer {
    let burst = read::<Burst>(&bytes)?;
    world.burst(burst.factor, burst.seconds);
    done()
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Outage {
    count: usize,
}

impl Default for Outage {
    fn default() -> Self {
        Self { count: 20 }
    }
}

pub(super) async fn outage(State(world): State<World>, bytes: Bytes) -> Answer {
    let posts = world.outage(read::<Outage>(&bytes)?.count)?;
    Ok(Json(json!({"posts": posts})))
}

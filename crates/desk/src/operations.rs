//! What operators look at: parked deliveries, the health of every source, what the networks charge.

use crate::{Desk, Error, Result, managers_only};
use domain::Timestamp;
use domain::id::{AppId, ChannelId, GapId, ParkedId};
use domain::people::{Actor, Scope};
use serde::Serialize;
use store::channel::ChannelState;
use store::parked::Parked;

/// One source of a channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceHealth {
    /// Stable name: `deliveries`, `mentions`, `direct_messages`, …
    pub source: String,
    /// When it was asked, or heard, last.
    pub last_attempt_at: Option<Timestamp>,
    /// When that went well last.
    pub last_success_at: Option<Timestamp>,
    /// When it brought something last.
    pub last_item_at: Option<Timestamp>,
    /// What the network said, when the last try failed.
    pub last_error: Option<String>,
    /// When it is asked again, when it has to wait.
    pub retry_at: Option<Timestamp>,
    /// Whether it works: its last try went well, or it has not been asked yet.
    pub healthy: bool,
}

/// A stretch of time for which a source may have missed something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapView {
    /// Which.
    pub id: GapId,
    /// Of which source.
    pub source: String,
    /// From.
    pub from_at: Timestamp,
    /// To.
    pub to_at: Timestamp,
    /// Why, as a code.
    pub reason: String,
    /// How it was closed; `None` while open.
    pub closed_by: Option<String>,
    /// When.
    pub closed_at: Option<Timestamp>,
    /// Whether the network's history ended before the gap did: those minutes cannot be had any more.
    pub lost: bool,
}

/// A channel with its sources and gaps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelHealth {
    /// Which.
    pub channel: ChannelId,
    /// Network by id.
    pub network: String,
    /// Handle without `@`.
    pub handle: String,
    /// Where it stands.
    pub state: ChannelState,
    /// Why, when it is not connected.
    pub state_reason: Option<String>,
    /// Its sources.
    pub sources: Vec<SourceHealth>,
    /// Its gaps, newest first.
    pub gaps: Vec<GapView>,
}

/// One line of the cost meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CostLine {
    /// Which app.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// Network by id.
    pub network: String,
    /// Day in UTC, `2026-11-22`.
    pub day: String,
    /// Key in the network's price list.
    pub what: String,
    /// How many.
    pub count: i64,
    /// Millionths of a US dollar.
    pub micros: i64,
}

/// The cost meter over some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Costs {
    /// Newest day first.
    pub lines: Vec<CostLine>,
    /// All lines together, in millionths of a US dollar.
    pub total_micros: i64,
}

/// Reading what operators look at needs a manager, or a program's token.
fn operators_only(scope: &Scope) -> Result<()> {
    if scope.may_manage() || matches!(scope.actor, Actor::Token { .. }) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Whether this is a day as the meter writes it.
fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

impl Desk {
    /// Parked deliveries that wait for a person, oldest first; `limit` is cut to 100.
    pub async fn parked(&self, scope: &Scope, after: Option<ParkedId>, limit: usize) -> Result<Vec<Parked>> {
        operators_only(scope)?;
        let limit = i64::try_from(limit.clamp(1, 100)).unwrap_or(100);
        Ok(self.store.parked(scope, after, limit).await?)
    }

    /// How many wait, to 1000.
    pub async fn parked_count(&self, scope: &Scope) -> Result<i64> {
        Ok(self.store.parked_count(scope).await?)
    }

    /// The raw item, as it came; undecodable bytes are replaced.
    pub async fn parked_raw(&self, scope: &Scope, id: ParkedId) -> Result<String> {
        operators_only(scope)?;
        Ok(String::from_utf8_lossy(&self.store.parked_raw(scope, id).await?).into_owned())
    }

    /// Sends a parked delivery on its way again.
    ///
    /// # Errors
    /// [`Error::Conflict`] `settled` when that was done already.
    pub async fn replay_parked(&self, scope: &Scope, id: ParkedId) -> Result<()> {
        managers_only(scope)?;
        self.store.replay_parked(scope, id, self.now()).await?;
        self.bus.work(bus::Work::Journal);
        self.announce(scope).await;
        Ok(())
    }

    /// Says that nothing is to be done about a parked delivery.
    pub async fn dismiss_parked(&self, scope: &Scope, id: ParkedId) -> Result<()> {
        managers_only(scope)?;
        self.store.dismiss_parked(scope, id, self.now()).await?;
        self.announce(scope).await;
        Ok(())
    }

    /// Every channel with the health of its sources, and its gaps.
    pub async fn sources(&self, scope: &Scope) -> Result<Vec<ChannelHealth>> {
        let channels = self.store.channels(scope).await?;
        let sources = self.store.sources(scope).await?;
        let gaps = self.store.gaps(scope).await?;
        Ok(channels
            .into_iter()
            .map(|channel| ChannelHealth {
                sources: sources
                    .iter()
                    .filter(|source| source.channel == channel.id)
                    .map(|source| SourceHealth {
                        source: source.source.clone(),
                        last_attempt_at: source.last_attempt_at,
                        last_success_at: source.last_success_at,
                        last_item_at: source.last_item_at,
                        last_error: source.last_error.clone(),
                        retry_at: source.retry_at,
                        healthy: source.last_error.is_none(),
                    })
                    .collect(),
                gaps: gaps
                    .iter()
                    .filter(|gap| gap.channel == channel.id)
                    .map(|gap| GapView {
                        id: gap.id,
                        source: gap.source.clone(),
                        from_at: gap.from_at,
                        to_at: gap.to_at,
                        reason: gap.reason.clone(),
                        closed_by: gap.closed_by.clone(),
                        closed_at: gap.closed_at,
                        lost: gap.lost,
                    })
                    .collect(),
                channel: channel.id,
                network: channel.network,
                handle: channel.handle,
                state: channel.state,
                state_reason: channel.state_reason,
            })
            .collect())
    }

    /// The cost meter from one day to another, both included (`2026-11-22`).
    pub async fn costs(&self, scope: &Scope, from_day: &str, to_day: &str) -> Result<Costs> {
        operators_only(scope)?;
        for (field, day) in [("from", from_day), ("to", to_day)] {
            if !is_day(day) {
                return Err(Error::Invalid { field, code: "unreadable" });
            }
        }
        let apps = self.store.apps(scope).await?;
        let lines: Vec<CostLine> = self
            .store
            .costs(scope, from_day, to_day)
            .await?
            .into_iter()
            .map(|cost| {
                let app = apps.iter().find(|app| app.id == cost.app);
                CostLine {
                    app: cost.app,
                    app_name: app.map(|app| app.name.clone()).unwrap_or_default(),
                    network: app.map(|app| app.network.clone()).unwrap_or_default(),
                    day: cost.day,
                    what: cost.what,
                    count: cost.count,
                    micros: cost.micros,
                }
            })
            .collect();
        let total_micros = lines.iter().map(|line| line.micros).sum();
        Ok(Costs { lines, total_micros })
    }
}

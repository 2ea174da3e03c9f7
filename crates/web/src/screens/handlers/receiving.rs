//! Settings about what arrives: the health of sources, what it costs, parked deliveries.

use super::context::{desk, failed, frame, managing, network};
use super::people::{Said, back};
use crate::error::Result;
use crate::screens::settings::apps::CostView;
use crate::screens::settings::parked::{self, ParkedRow, ParkedView};
use crate::screens::settings::sources::{self, GapView, Health, SourceRow, SourcesView};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use domain::id::{AppId, ParkedId};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::channel::ChannelState;

/// Parked items of one page.
const ITEMS: usize = 25;
/// The raw item is shown as far as a person reads it.
const SHOWN_RAW: usize = 4000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    after: Option<ParkedId>,
}

/// What each app cost this month, by name.
pub(super) async fn costs(edge: &Edge, visitor: &Visitor) -> Result<BTreeMap<AppId, (String, CostView)>> {
    let today = edge.now().strftime("%Y-%m-%d").to_string();
    let first = edge.now().strftime("%Y-%m-01").to_string();
    let costs = desk(edge).costs(&visitor.scope, &first, &today).await.map_err(failed)?;
    let mut of_apps: BTreeMap<AppId, (String, CostView)> = BTreeMap::new();
    for line in costs.lines {
        let (_, cost) =
            of_apps.entry(line.app).or_insert_with(|| (line.app_name.clone(), CostView { spent: 0, calls: 0 }));
        cost.spent += line.micros;
        cost.calls += line.count;
    }
    Ok(of_apps)
}

/// The ledger of every source.
pub(super) async fn sources(State(edge): State<Edge>, visitor: Visitor) -> Result<Response> {
    managing(&visitor)?;
    let channels = edge.store.channels(&visitor.scope).await?;
    let health = desk(&edge).sources(&visitor.scope).await.map_err(failed)?;
    let mut rows = Vec::new();
    for channel in health {
        let role = channels.iter().find(|known| known.id == channel.channel).map(|known| known.role);
        let Some(role) = role else { continue };
        for source in channel.sources {
            let gaps: Vec<GapView> = channel
                .gaps
                .iter()
                .filter(|gap| gap.source == source.source)
                .map(|gap| GapView { from: gap.from_at, to: gap.to_at, closed_at: gap.closed_at, lost: gap.lost })
                .collect();
            let open = gaps.iter().any(|gap| gap.closed_at.is_none() && !gap.lost);
            rows.push(SourceRow {
                network: network(&edge, &channel.network),
                handle: channel.handle.clone(),
                role,
                health: match (channel.state, source.healthy, open) {
                    (ChannelState::Revoked | ChannelState::Disabled, ..) => Health::Off,
                    (ChannelState::Connected, false, _) => Health::Failing,
                    (ChannelState::Connected, true, true) => Health::Catching,
                    (ChannelState::Connected, true, false) => Health::Live,
                },
                source: source.source,
                last_success: source.last_success_at,
                last_item: source.last_item_at,
                retry_at: source.retry_at,
                gaps,
                problem: source.last_error,
            });
        }
    }
    let costs = costs(&edge, &visitor).await?.into_values().collect();
    Ok(sources::page(&frame(&edge, &visitor).await?, &SourcesView { rows, costs }).into_response())
}

/// What could not be read.
pub(super) async fn parked(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(place): Query<Place>,
    Query(said): Query<Said>,
) -> Result<Response> {
    managing(&visitor)?;
    let desk = desk(&edge);
    let items = desk.parked(&visitor.scope, place.after, ITEMS).await.map_err(failed)?;
    let next = (items.len() == ITEMS).then(|| items.last().map(|item| item.id.to_string())).flatten();
    let mut rows = Vec::new();
    for item in items {
        let raw = desk.parked_raw(&visitor.scope, item.id).await.map_err(failed)?;
        rows.push(ParkedRow {
            parked: item.id,
            network: network(&edge, &item.network),
            at: item.received_at,
            reason: item.reason,
            detail: item.detail,
            raw: raw.chars().take(SHOWN_RAW).collect(),
        });
    }
    Ok(parked::page(&frame(&edge, &visitor).await?, &ParkedView { rows, next, notice: said.notice() }).into_response())
}

/// Tries one again.
pub(super) async fn replay(State(edge): State<Edge>, visitor: Visitor, Path(item): Path<ParkedId>) -> Result<Response> {
    let done = desk(&edge).replay_parked(&visitor.scope, item).await.map_err(failed);
    back("/settings/parked", done, "replayed")
}

/// Says that nothing is to be done about one.
pub(super) async fn dismiss(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(item): Path<ParkedId>,
) -> Result<Response> {
    let done = desk(&edge).dismiss_parked(&visitor.scope, item).await.map_err(failed);
    back("/settings/parked", done, "saved")
}

/// Tries those of the first page again; one that was settled meanwhile is no reason to stop.
pub(super) async fn replay_all(State(edge): State<Edge>, visitor: Visitor) -> Result<Response> {
    managing(&visitor)?;
    let desk = desk(&edge);
    for item in desk.parked(&visitor.scope, None, ITEMS).await.map_err(failed)? {
        match desk.replay_parked(&visitor.scope, item.id).await {
            Ok(()) | Err(desk::Error::Conflict(_)) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    back("/settings/parked", Ok(()), "replayed")
}

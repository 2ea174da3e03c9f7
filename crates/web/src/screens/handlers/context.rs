//! What every handler needs: the desk, the reader, the frame of a page, the filter of the page one looks at.

use crate::error::{Error, Result};
use crate::screens::filter::{Filter, View};
use crate::screens::view::{Colleague, Density, Frame, KeyChoice, NetworkMark, Reader, Theme};
use crate::session::Visitor;
use crate::state::Edge;
use crate::words::Words;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use desk::Desk;
use domain::people::Scope;
use url::Url;

/// The desk.
pub(super) fn desk(edge: &Edge) -> &Desk {
    &edge.desk
}

/// An error of the desk as this edge tells it.
pub(super) fn failed(error: desk::Error) -> Error {
    error.into()
}

/// The reader's language, for fragments.
pub(super) fn words(visitor: &Visitor) -> Words {
    Words::of(visitor.agent.as_ref().map_or("en", |agent| agent.profile.language.as_str()))
}

/// The person in front of the screen.
pub(super) fn reader(visitor: &Visitor) -> Result<Reader> {
    let agent = visitor.person()?;
    let changed = agent.profile.keys.get("changed").and_then(serde_json::Value::as_object);
    let changed =
        changed.map(|keys| keys.iter().filter_map(|(id, key)| Some((id.clone(), key.as_str()?.to_owned()))).collect());
    Ok(Reader {
        agent: agent.id,
        name: agent.name.clone(),
        role: agent.role,
        words: words(visitor),
        zone: agent.profile.zone.clone(),
        theme: Theme::of(&agent.profile.theme),
        density: Density::of(&agent.profile.density),
        keys: KeyChoice {
            off: agent.profile.keys.get("off").and_then(serde_json::Value::as_bool).unwrap_or(false),
            changed: changed.unwrap_or_default(),
        },
        csrf: visitor.csrf().unwrap_or_default().to_owned(),
    })
}

/// The frame of a page.
pub(super) async fn frame(edge: &Edge, visitor: &Visitor) -> Result<Frame> {
    let scope = &visitor.scope;
    let (workspace, counts, sources, event, colleagues) = tokio::try_join!(
        edge.store.workspace(scope),
        edge.store.view_counts(scope),
        edge.store.sources(scope),
        edge.store.last_event(scope),
        edge.store.colleagues(scope),
    )?;
    let live = sources.iter().filter(|source| source.last_error.is_none()).count();
    Ok(Frame {
        reader: reader(visitor)?,
        company: workspace.name,
        counts: counts.into_iter().filter_map(|(key, number)| Some((View::of(key)?, number))).collect(),
        sources: (!sources.is_empty()).then_some((live, sources.len())),
        event,
        colleagues: colleagues.into_iter().map(colleague).collect(),
    })
}

/// A colleague's name as screens show it.
pub(super) fn colleague(name: desk::AgentName) -> Colleague {
    Colleague { agent: name.id, name: name.name }
}

/// The mark of a network, also of one that this build no longer knows.
pub(super) fn network(edge: &Edge, id: &str) -> NetworkMark {
    let name = edge.networks.get(id).map_or_else(|| id.to_owned(), |network| network.capabilities().name.clone());
    NetworkMark { id: id.to_owned(), name }
}

/// Whether the script asks for a fragment; a browser without it wants a page.
pub(super) fn wants_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

/// The filter of the list that the reader looks at, as the script tells it.
pub(super) fn current_filter(headers: &HeaderMap) -> Filter {
    let address = headers.get("hx-current-url").and_then(|value| value.to_str().ok());
    let query = address.and_then(|address| Url::parse(address).ok()).and_then(|url| url.query().map(str::to_owned));
    filter_of(&query.unwrap_or_default())
}

/// A filter out of a query; fields that are no filter are left out.
pub(super) fn filter_of(query: &str) -> Filter {
    url::form_urlencoded::parse(query.as_bytes())
        .filter(|(_, value)| !value.is_empty())
        .fold(Filter::default(), |filter, (name, value)| filter.with(&name, Some(&value)))
}

/// To a page of ours, after a form.
pub(super) fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// Settings of others than oneself are for those who manage.
pub(super) fn managing(visitor: &Visitor) -> Result<&Scope> {
    visitor.must_manage()?;
    Ok(&visitor.scope)
}

//! Search: the page, and its results while one types.

use super::context::{desk, failed, filter_of, frame, words};
use super::lists::row;
use crate::error::Result;
use crate::screens::filter::Filter;
use crate::screens::search::{self, Hit, SearchView};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::{Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use domain::vocabulary::{Form, Kind};
use maud::Markup;
use serde::Deserialize;

const HITS: usize = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    after: Option<String>,
}

/// The search page.
pub(super) async fn page(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(place): Query<Place>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let filter = filter_of(&query.unwrap_or_default());
    let (frame, found) = tokio::try_join!(frame(&edge, &visitor), found(&edge, &visitor, filter, place.after))?;
    Ok(search::page(&frame, &found).into_response())
}

/// The results alone.
pub(super) async fn hits(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(place): Query<Place>,
    RawQuery(query): RawQuery,
) -> Result<Markup> {
    let more = place.after.is_some();
    let found = found(&edge, &visitor, filter_of(&query.unwrap_or_default()), place.after).await?;
    let words = words(&visitor);
    Ok(if more { search::part(words, &found) } else { search::hits(words, &found) })
}

async fn found(edge: &Edge, visitor: &Visitor, filter: Filter, after: Option<String>) -> Result<SearchView> {
    let query = desk::Query {
        text: filter.q.clone().unwrap_or_default(),
        network: filter.network.clone(),
        language: filter.language.clone(),
        direction: None,
        form: filter.form.as_deref().and_then(Form::from_word),
        kind: filter.kind.as_deref().and_then(Kind::from_word),
        private: filter.private.as_deref().map(|private| private == "yes"),
    };
    let results = desk(edge).search(&visitor.scope, &query, after.as_deref(), HITS).await.map_err(failed)?;
    let by_number = results.cases.iter().map(|case| Hit { row: row(edge, case), excerpt: case.excerpt.clone() });
    let by_words = results.hits.iter().map(|hit| Hit {
        row: crate::screens::view::CaseRow {
            last_at: hit.sent_at,
            language: Some(hit.language.clone()),
            ..row(edge, &hit.case)
        },
        excerpt: hit.excerpt.clone(),
    });
    Ok(SearchView { hits: by_number.chain(by_words).collect(), next: results.next, filter })
}

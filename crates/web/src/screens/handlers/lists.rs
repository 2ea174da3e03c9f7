//! Lists: the inbox page, its rows in parts, single rows as they are now, counts.

use super::cases;
use super::context::{colleague, current_filter, desk, failed, filter_of, frame, network, reader, words};
use crate::error::Result;
use crate::screens::empty::Emptiness;
use crate::screens::filter::{Filter, View};
use crate::screens::inbox::{self, ListView};
use crate::screens::view::{CaseRow, Person, Priority};
use crate::screens::{palette, view};
use crate::session::Visitor;
use crate::state::Edge;
use axum::Json;
use axum::extract::{Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use desk::{AssigneeFilter, Order};
use domain::id::{CaseId, ConversationId};
use domain::people::Scope;
use domain::vocabulary::{CaseState, Form, Kind};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Rows of one part; with the rest of a page they stay under 60 KB.
const ROWS: usize = 25;
/// A priority that does not exist: nothing can have it.
const NOTHING: i64 = -1;

/// What an address of the inbox holds beside its filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    case: Option<CaseId>,
    conversation: Option<ConversationId>,
    after: Option<String>,
    ids: Option<String>,
}

/// The inbox.
pub(super) async fn page(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(place): Query<Place>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let mut filter = filter_of(&query.unwrap_or_default());
    if filter.q.is_some() {
        return Ok(Redirect::to(&filter.address("/search")).into_response());
    }
    if filter.view.is_none() && filter.narrowing().is_empty() {
        filter.view = Some(View::NeedsReply.word().to_owned());
    }
    let open = async {
        let Some(case) = place.case else { return Ok(None) };
        cases::view(&edge, &visitor, case, place.conversation, None, &filter).await.map(Some)
    };
    let list = list(&edge, &visitor, &filter, place.after.as_deref());
    let (frame, list, open) = tokio::try_join!(frame(&edge, &visitor), list, open)?;
    Ok(inbox::page(&frame, &list, open.as_ref().map(|(case, customer)| (case, customer))).into_response())
}

/// A part of a list, as rows.
pub(super) async fn rows(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(place): Query<Place>,
    RawQuery(query): RawQuery,
) -> Result<Markup> {
    let filter = filter_of(&query.unwrap_or_default());
    let list = list(&edge, &visitor, &filter, place.after.as_deref()).await?;
    Ok(inbox::rows(words(&visitor), &list, None))
}

/// Single rows as they are now; those that the filter no longer shows are left out.
pub(super) async fn some_rows(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(place): Query<Place>,
    RawQuery(query): RawQuery,
) -> Result<Markup> {
    let filter = filter_of(&query.unwrap_or_default());
    let (asked, _) = asked(&visitor.scope, &filter);
    let ids = place.ids.unwrap_or_default();
    let mut shown = Vec::new();
    for case in ids.split(',').filter_map(|id| id.parse::<CaseId>().ok()).take(100) {
        match edge.store.case_row(&visitor.scope, case).await {
            Ok(found) if asked.matches(&found) => shown.push(row(&edge, &found)),
            Ok(_) | Err(store::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(html! { @for row in &shown { (inbox::row(words(&visitor), row, &filter, false)) } })
}

/// Live counts of the views.
pub(super) async fn counts(State(edge): State<Edge>, visitor: Visitor) -> Result<Json<BTreeMap<&'static str, i64>>> {
    Ok(Json(edge.store.view_counts(&visitor.scope).await?.into_iter().collect()))
}

/// The sheet of keys.
pub(super) async fn keys(visitor: Visitor) -> Result<Markup> {
    Ok(palette::sheet(&reader(&visitor)?))
}

/// A list with what its pane shows.
pub(super) async fn list(edge: &Edge, visitor: &Visitor, filter: &Filter, after: Option<&str>) -> Result<ListView> {
    let desk = desk(edge);
    let scope = &visitor.scope;
    let (asked, order) = asked(scope, filter);
    let part = desk.inbox(scope, &asked, order, after, ROWS).await.map_err(failed)?;
    let total = desk.count(scope, &asked).await.map_err(failed)?;
    let emptiness =
        if part.rows.is_empty() { emptiness(edge, visitor, filter).await? } else { Emptiness::Hidden { waiting: 0 } };
    Ok(ListView {
        filter: filter.clone(),
        rows: part.rows.iter().map(|found| row(edge, found)).collect(),
        next: part.next,
        total,
        emptiness,
        choices: choices(edge, visitor).await?,
    })
}

/// Why there is nothing to see.
async fn emptiness(edge: &Edge, visitor: &Visitor, filter: &Filter) -> Result<Emptiness> {
    let scope = &visitor.scope;
    let counts = edge.store.view_counts(scope).await?;
    let of = |view: View| counts.iter().find(|(key, _)| View::of(key) == Some(view)).map_or(0, |(_, number)| *number);
    if edge.store.channels(scope).await?.is_empty() && of(View::All) == 0 {
        return Ok(Emptiness::NothingYet { may_connect: scope.may_manage() });
    }
    if !filter.narrowing().is_empty() {
        return Ok(Emptiness::Hidden { waiting: of(filter.named()) });
    }
    Ok(Emptiness::Done { to_thank: if filter.named() == View::PraiseToThank { 0 } else { of(View::PraiseToThank) } })
}

/// Values of the filter menus that are no closed vocabulary.
async fn choices(edge: &Edge, visitor: &Visitor) -> Result<Vec<(&'static str, String, String)>> {
    let words = words(visitor);
    let (channels, colleagues) =
        tokio::try_join!(edge.store.channels(&visitor.scope), edge.store.colleagues(&visitor.scope))?;
    let mut choices = vec![
        ("assignee", "me".to_owned(), words.say("assignee-me")),
        ("assignee", "nobody".to_owned(), words.say("assignee-nobody")),
    ];
    choices.extend(
        colleagues
            .into_iter()
            .map(colleague)
            .map(|colleague| ("assignee", colleague.agent.to_string(), colleague.name)),
    );
    choices.extend(
        channels.into_iter().map(|channel| ("channel", channel.id.to_string(), format!("@{}", channel.handle))),
    );
    choices.extend(
        ["en", "ja", "de", "es", "fr"].map(|tag| ("language", tag.to_owned(), inbox::language_name(words, tag))),
    );
    Ok(choices)
}

/// The desk's filter and order for an address: the named view, narrowed by the other fields.
pub(super) fn asked(scope: &Scope, filter: &Filter) -> (desk::Filter, Order) {
    let view = desk::default_view(filter.named().word(), scope.agent());
    let (mut asked, mut order) = view.map_or_else(Default::default, |view| (view.filter, view.order));
    let mut impossible = false;
    let mut narrow = |values: &Option<String>, field: &str| -> Vec<String> {
        let given: Vec<String> = values
            .iter()
            .flat_map(|values| values.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect();
        let known: Vec<String> = given.iter().filter(|value| is_known(field, value)).cloned().collect();
        impossible |= !given.is_empty() && known.is_empty();
        known
    };
    if let states @ [_, ..] = narrow(&filter.state, "state")
        .iter()
        .filter_map(|word| CaseState::from_word(word))
        .collect::<Vec<_>>()
        .as_slice()
    {
        asked.states = states.to_vec();
    }
    let kinds: Vec<Kind> = narrow(&filter.kind, "kind").iter().filter_map(|word| Kind::from_word(word)).collect();
    let none_left = overlap(&mut asked.kinds, kinds);
    let forms: Vec<Form> = narrow(&filter.form, "form").iter().filter_map(|word| Form::from_word(word)).collect();
    let none_left = overlap(&mut asked.forms, forms) || none_left;
    asked.priorities = narrow(&filter.priority, "priority").iter().filter_map(|level| level.parse().ok()).collect();
    asked.languages = narrow(&filter.language, "language");
    asked.networks = narrow(&filter.network, "network");
    asked.channels = narrow(&filter.channel, "channel").iter().filter_map(|id| id.parse().ok()).collect();
    match filter.private.as_deref() {
        Some("yes") => asked.private = Some(true),
        Some("no") => asked.private = Some(false),
        _ => {}
    }
    match filter.assignee.as_deref() {
        Some("me") => asked.assignee = scope.agent().map(|agent| AssigneeFilter::Agent { agent }),
        Some("nobody") => asked.assignee = Some(AssigneeFilter::Nobody),
        Some(id) => match id.parse() {
            Ok(agent) => asked.assignee = Some(AssigneeFilter::Agent { agent }),
            Err(_) => impossible = true,
        },
        None => {}
    }
    match filter.order.as_deref() {
        Some("priority") => order = Order::Priority,
        Some("recent") => order = Order::Recent,
        Some("waiting") => order = Order::Waiting,
        _ => {}
    }
    if impossible || none_left {
        asked.priorities = vec![NOTHING];
    }
    (asked, order)
}

/// Whether a value can be meant in a field.
fn is_known(field: &str, value: &str) -> bool {
    match field {
        "state" => CaseState::from_word(value).is_some(),
        "kind" => Kind::from_word(value).is_some(),
        "form" => Form::from_word(value).is_some(),
        "priority" => value.parse::<i64>().is_ok_and(|level| (0..=8).contains(&level)),
        "channel" => value.parse::<uuid::Uuid>().is_ok(),
        _ => value.len() <= 40,
    }
}

/// Narrows what a view asks by what the address asks; says whether nothing can be left.
fn overlap<T: PartialEq>(of_view: &mut Vec<T>, of_address: Vec<T>) -> bool {
    if of_address.is_empty() {
        return false;
    }
    if of_view.is_empty() {
        *of_view = of_address;
        return false;
    }
    of_view.retain(|value| of_address.contains(value));
    of_view.is_empty()
}

/// A row as screens show it.
pub(super) fn row(edge: &Edge, row: &desk::CaseRow) -> CaseRow {
    CaseRow {
        case: row.id,
        person: Person {
            name: Some(row.contact_name.clone()).filter(|name| !name.is_empty()),
            handle: row.contact_handle.clone(),
        },
        network: network(edge, &row.network),
        form: row.form,
        private: row.private,
        language: Some(row.language.clone()),
        excerpt: row.excerpt.clone(),
        priority: priority(row),
        assignee: row.assignee.clone().map(colleague),
        state: row.state,
        waiting_since: row.waiting_since,
        snoozed_until: row.snoozed_until,
        last_at: row.last_at,
    }
}

/// Priority with the weightiest reason that its name does not say already.
pub(super) fn priority(row: &desk::CaseRow) -> Priority {
    let told = |code: &str| code.starts_with("policy.kind.") || code.starts_with("policy.noise.");
    let lead = row.reasons.iter().find(|reason| !told(&reason.code)).cloned();
    view::Priority { level: row.priority, kind: row.kind, noise: row.noise, lead }
}

/// The filter of the list beside which something is shown.
pub(super) fn beside(headers: &HeaderMap, query: Option<String>) -> Filter {
    let named = filter_of(&query.unwrap_or_default());
    if named == Filter::default() { current_filter(headers) } else { named }
}

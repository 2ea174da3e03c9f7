//! Signing in and out. The same answer after the same work, whether the address is known or not.

use super::form::{DoorQuery, answer, door_token, is_ours, words};
use crate::client_address::{Peer, client_address};
use crate::error::{Error, Result};
use crate::login_limit;
use crate::password::LONGEST;
use crate::screens::door::{self, DemoEntry, DoorProblem, SignIn};
use crate::session::{Credential, Visitor, cookie_name, session_cookie, session_set_cookie, set_cookie};
use crate::state::Edge;
use axum::Extension;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::people::Scope;
use serde::Deserialize;
use store::account::{Agent, Ending};
use subtle::ConstantTimeEq;

/// Where somebody goes who just came in.
const HOME: &str = "/inbox";

/// What is typed at the door.
#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    next: Option<String>,
}

/// Token of the demo's one-click form.
#[derive(Deserialize)]
pub(super) struct DemoForm {
    token: String,
}

/// The sign-in page; before anybody exists, the set-up page.
pub(super) async fn page(
    State(edge): State<Edge>,
    Query(query): Query<DoorQuery>,
    visitor: Option<Extension<Visitor>>,
    headers: HeaderMap,
) -> Result<Response> {
    if visitor.is_some() {
        return Ok(Redirect::to(query.next.as_deref().and_then(is_ours).as_deref().unwrap_or(HOME)).into_response());
    }
    if !edge.store.is_set_up().await? {
        return Ok(Redirect::to("/first-run").into_response());
    }
    show(&edge, &query, &headers, String::new(), None).await
}

async fn show(
    edge: &Edge,
    query: &DoorQuery,
    headers: &HeaderMap,
    email: String,
    problem: Option<DoorProblem>,
) -> Result<Response> {
    let words = words(query, headers);
    let (door, csrf) = door_token(headers);
    let workspaces = edge.store.workspaces().await?;
    // With several workspaces the page names none: who is here is not for strangers.
    let company = match workspaces.as_slice() {
        [only] => Some(only.name.clone()),
        _ => None,
    };
    let entries = edge.settings.demo.iter().flatten();
    let demo = entries
        .map(|entry| DemoEntry { name: entry.name.clone(), role: entry.role.word(), token: entry.token.clone() })
        .collect();
    let next = query.next.as_deref().and_then(is_ours);
    let status = match problem {
        None => StatusCode::OK,
        Some(DoorProblem::TooManyTries { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNAUTHORIZED,
    };
    answer(edge, status, words, &door, door::sign_in(words, &SignIn { company, csrf, email, next, problem, demo }))
}

/// Takes address and password.
pub(super) async fn sign_in(
    State(edge): State<Edge>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response> {
    let address = client_address(&edge.settings, peer.map(|peer| peer.0), &headers);
    let query = DoorQuery { lang: None, next: form.next.clone() };
    let refused = |problem| show(&edge, &query, &headers, form.email.clone(), Some(problem));
    match login_limit::count(&edge, &form.email, address).await {
        Ok(()) => {}
        Err(Error::TooMany(until)) => {
            let minutes = (until.as_second() - edge.now().as_second()).max(0) / 60 + 1;
            return refused(DoorProblem::TooManyTries { minutes }).await;
        }
        Err(error) => return Err(error),
    }
    let known = edge.store.agent_by_email(form.email.trim()).await?;
    let (agent, hash) = match known {
        Some((agent, hash)) if agent.disabled_at.is_none() => (Some(agent), hash),
        // Whoever is kept out is answered like somebody unknown.
        _ => (None, None),
    };
    let too_long = form.password.len() > LONGEST;
    let password = if too_long { String::new() } else { form.password.clone() };
    let fits = edge.passwords.check(password, hash).await? && !too_long;
    match agent {
        Some(agent) if fits => {
            login_limit::succeeded(&edge, &form.email).await?;
            let next = form.next.as_deref().and_then(is_ours);
            let_in(&edge, &agent, &headers, next.as_deref().unwrap_or(HOME)).await
        }
        _ => refused(DoorProblem::WrongPassword).await,
    }
}

/// Begins a session with a new secret, whatever the browser held before, and sends the person on.
///
/// # Errors
/// When the store fails.
pub async fn let_in(edge: &Edge, agent: &Agent, headers: &HeaderMap, next: &str) -> Result<Response> {
    let device = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let before = session_cookie(&edge.settings, headers);
    let session = edge.store.begin_session(agent, device, before, edge.now()).await?;
    let mut response = Redirect::to(next).into_response();
    response.headers_mut().append(header::SET_COOKIE, session_set_cookie(edge, &session));
    response.headers_mut().append(header::SET_COOKIE, set_cookie(&edge.settings, crate::csrf::DOOR_COOKIE, "", 0));
    Ok(response)
}

async fn demo(edge: &Edge, token: &str, headers: &HeaderMap) -> Result<Response> {
    let mut entries = edge.settings.demo.iter().flatten();
    let entry =
        entries.find(|entry| bool::from(entry.token.as_bytes().ct_eq(token.as_bytes()))).ok_or(Error::NotFound)?;
    let (agent, _) = edge.store.agent_by_email(&entry.email).await?.ok_or(Error::NotFound)?;
    if agent.disabled_at.is_some() {
        return Err(Error::NotFound);
    }
    let_in(edge, &agent, headers, HOME).await
}

/// The link that the demo prints; dead outside the demo.
pub(super) async fn demo_link(
    State(edge): State<Edge>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    demo(&edge, &token, &headers).await
}

/// The button that the demo's sign-in page shows. The token is its own proof; the form needs no other.
pub(super) async fn demo_form(
    State(edge): State<Edge>,
    headers: HeaderMap,
    Form(form): Form<DemoForm>,
) -> Result<Response> {
    demo(&edge, &form.token, &headers).await
}

/// Ends this session.
pub(super) async fn sign_out(State(edge): State<Edge>, visitor: Option<Extension<Visitor>>) -> Result<Response> {
    if let Some(Extension(Visitor { scope, credential: Credential::Session { hash, .. }, .. })) = visitor {
        let scope: Scope = scope;
        edge.store.end_sessions(&scope, Ending::This(&hash), edge.now()).await?;
        edge.wake(scope.workspace).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    let gone = set_cookie(&edge.settings, cookie_name(&edge.settings), "", 0);
    response.headers_mut().append(header::SET_COOKIE, gone);
    response.headers_mut().insert("clear-site-data", header::HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

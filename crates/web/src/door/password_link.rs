//! Choosing a password: the first owner of an installation, an invitation, a reset.

use super::form::{DoorQuery, answer, door_token, words};
use super::sign_in::let_in;
use crate::client_address::{Peer, client_address};
use crate::error::{Error, Result};
use crate::login_limit;
use crate::password::is_acceptable;
use crate::screens::door::{self, DoorProblem, SetPassword, Setting};
use crate::state::Edge;
use crate::words::Words;
use axum::Extension;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::people::Scope;
use domain::vocabulary::Role;
use serde::Deserialize;
use store::account::{NewAgent, NewAudit, Profile, Purpose};

const HOME: &str = "/inbox";
const LONGEST_NAME: usize = 80;

/// What is typed into the three forms.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PasswordForm {
    token: String,
    company: String,
    name: String,
    email: String,
    password: String,
    again: String,
}

fn setting_of(purpose: Purpose) -> Setting {
    match purpose {
        Purpose::Invitation => Setting::Invitation,
        Purpose::Reset => Setting::Reset,
    }
}

fn show(
    edge: &Edge,
    words: Words,
    headers: &HeaderMap,
    setting: Setting,
    form: PasswordForm,
    problem: Option<DoorProblem>,
) -> Result<Response> {
    let (door, csrf) = door_token(headers);
    let status = match problem {
        None => StatusCode::OK,
        Some(DoorProblem::LinkSpent) => StatusCode::GONE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let company = Some(form.company).filter(|company| !company.is_empty());
    let view = SetPassword { setting, company, csrf, token: form.token, name: form.name, email: form.email, problem };
    answer(edge, status, words, &door, door::set_password(words, &view))
}

/// A name, trimmed; `None` when it is empty, too long or holds control characters.
pub(crate) fn acceptable_name(name: &str) -> Option<String> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

/// An address that could be one: one `@`, something on both sides, no blanks, at most 200 bytes; in lower case.
pub(crate) fn acceptable_email(email: &str) -> Option<String> {
    let email = email.trim();
    let (local, host) = email.rsplit_once('@')?;
    let fits = !local.is_empty()
        && !local.contains('@')
        && host.len() >= 2
        && email.len() <= 200
        && !email.chars().any(|character| character.is_whitespace() || character.is_control());
    fits.then(|| email.to_lowercase())
}

fn password_problem(form: &PasswordForm) -> Option<DoorProblem> {
    if !is_acceptable(&form.password) {
        Some(DoorProblem::ShortPassword)
    } else if form.password != form.again {
        Some(DoorProblem::Different)
    } else {
        None
    }
}

/// The set-up page; dead as soon as somebody exists.
pub(super) async fn first_run_page(
    State(edge): State<Edge>,
    Query(query): Query<DoorQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    if edge.store.is_set_up().await? {
        return Err(Error::NotFound);
    }
    show(&edge, words(&query, &headers), &headers, Setting::FirstOwner, PasswordForm::default(), None)
}

/// Makes the first owner, once.
pub(super) async fn first_run(
    State(edge): State<Edge>,
    Query(query): Query<DoorQuery>,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response> {
    if edge.store.is_set_up().await? {
        return Err(Error::NotFound);
    }
    let words = words(&query, &headers);
    let complete = (acceptable_name(&form.company), acceptable_name(&form.name), acceptable_email(&form.email));
    let (Some(company), Some(name), Some(email)) = complete else {
        return show(&edge, words, &headers, Setting::FirstOwner, form, Some(DoorProblem::Incomplete));
    };
    if let Some(problem) = password_problem(&form) {
        return show(&edge, words, &headers, Setting::FirstOwner, form, Some(problem));
    }
    let owner = NewAgent {
        email,
        name,
        role: Role::Owner,
        profile: Profile::new(words.tag(), "UTC"),
        password_hash: Some(edge.passwords.hash(form.password).await?),
    };
    match edge.store.create_first_owner(&company, &owner, edge.now()).await {
        Ok(agent) => let_in(&edge, &agent, &headers, HOME).await,
        Err(store::Error::Conflict(_)) => Err(Error::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn link_page(
    edge: &Edge,
    purpose: Purpose,
    token: String,
    query: &DoorQuery,
    headers: &HeaderMap,
) -> Result<Response> {
    let words = words(query, headers);
    match edge.store.link_owner(purpose, &token, edge.now()).await? {
        Some(agent) => {
            let form = PasswordForm { token, name: agent.name, email: agent.email, ..PasswordForm::default() };
            show(edge, words, headers, setting_of(purpose), form, None)
        }
        None => {
            let problem = Some(DoorProblem::LinkSpent);
            show(edge, words, headers, setting_of(purpose), PasswordForm::default(), problem)
        }
    }
}

async fn use_link(
    edge: &Edge,
    purpose: Purpose,
    peer: Option<Peer>,
    headers: &HeaderMap,
    form: PasswordForm,
) -> Result<Response> {
    let words = words(&DoorQuery::default(), headers);
    login_limit::count_address(edge, client_address(&edge.settings, peer, headers)).await?;
    let refuse = |form, problem| show(edge, words, headers, setting_of(purpose), form, Some(problem));
    let Some(agent) = edge.store.link_owner(purpose, &form.token, edge.now()).await? else {
        return refuse(PasswordForm::default(), DoorProblem::LinkSpent);
    };
    // The address is shown, never taken from the form.
    let form = PasswordForm { email: agent.email, ..form };
    let name = match purpose {
        Purpose::Invitation => match acceptable_name(&form.name) {
            Some(name) => Some(name),
            None => return refuse(form, DoorProblem::Incomplete),
        },
        Purpose::Reset => None,
    };
    if let Some(problem) = password_problem(&form) {
        return refuse(form, problem);
    }
    let hash = edge.passwords.hash(form.password).await?;
    match edge.store.use_link(purpose, &form.token, name.as_deref(), &hash, edge.now()).await {
        Ok(agent) => {
            let scope = Scope {
                workspace: agent.workspace,
                actor: domain::people::Actor::Agent { agent: agent.id, role: agent.role },
            };
            let act = format!("{}.used", purpose.word());
            let entry = NewAudit { act: &act, subject: &agent.id.to_string(), detail: serde_json::json!({}) };
            edge.store.write_audit(&scope, entry, edge.now()).await?;
            edge.wake(agent.workspace).await?;
            let_in(edge, &agent, headers, HOME).await
        }
        Err(store::Error::NotFound) => refuse(PasswordForm::default(), DoorProblem::LinkSpent),
        Err(error) => Err(error.into()),
    }
}

/// The page of an invitation.
pub(super) async fn invitation_page(
    State(edge): State<Edge>,
    Path(token): Path<String>,
    Query(query): Query<DoorQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    link_page(&edge, Purpose::Invitation, token, &query, &headers).await
}

/// Takes an invitation up.
pub(super) async fn invitation(
    State(edge): State<Edge>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response> {
    use_link(&edge, Purpose::Invitation, peer.map(|peer| peer.0), &headers, form).await
}

/// The page of a reset.
pub(super) async fn reset_page(
    State(edge): State<Edge>,
    Path(token): Path<String>,
    Query(query): Query<DoorQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    link_page(&edge, Purpose::Reset, token, &query, &headers).await
}

/// Sets another password.
pub(super) async fn reset(
    State(edge): State<Edge>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response> {
    use_link(&edge, Purpose::Reset, peer.map(|peer| peer.0), &headers, form).await
}

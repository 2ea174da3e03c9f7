//! Settings about people: own profile, agents, API tokens.

use super::context::{frame, managing, see};
use crate::accounts::{self, ProfileChange};
use crate::client_address::{Peer, client_address};
use crate::csrf::own_origin;
use crate::error::{Error, Result};
use crate::screens::commands::COMMANDS;
use crate::screens::settings::Notice;
use crate::screens::settings::agents::{self, AgentRow, AgentsView, FreshLink};
use crate::screens::settings::profile::{self, ProfileView};
use crate::screens::settings::tokens::{self, TokenRow, TokensView};
use crate::session::{Visitor, session_set_cookie};
use crate::state::Edge;
use axum::Extension;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::id::{AgentId, TokenId};
use domain::vocabulary::Role;
use serde::Deserialize;

/// People and tokens on one page; beyond that the API pages on.
const MOST: i64 = 500;

/// What the last act said, as a word in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    said: Option<String>,
}

impl Said {
    /// Only words that we know become a notice.
    pub(super) fn notice(&self) -> Notice {
        match self.said.as_deref() {
            Some("saved") => Notice::Done("notice-saved"),
            Some("changed") => Notice::Done("notice-agent-changed"),
            Some("password") => Notice::Done("notice-password-changed"),
            Some("wrong-password") => Notice::Failed("notice-password-wrong"),
            Some("short-password") => Notice::Failed("notice-password-short"),
            Some("signed-out") => Notice::Done("notice-signed-out-everywhere"),
            Some("revoked") => Notice::Done("notice-token-revoked"),
            Some("replayed") => Notice::Done("notice-replayed"),
            Some("connected") => Notice::Done("notice-connected"),
            Some("not-connected") => Notice::Failed("notice-connect-failed"),
            Some("webhook") => Notice::Done("notice-webhook-asked"),
            Some("no-webhook") => Notice::Failed("notice-webhook-failed"),
            Some("keys") => Notice::Done("notice-keys-saved"),
            Some("invalid") => Notice::Failed("notice-invalid"),
            _ => Notice::None,
        }
    }
}

/// After a form: back to the page with what came of it; only what a person can mend becomes a notice.
pub(super) fn back<T>(page: &str, done: Result<T>, word: &str) -> Result<Response> {
    match done {
        Ok(_) => Ok(see(&format!("{page}?said={word}"))),
        Err(Error::Invalid(_) | Error::Conflict(_)) => Ok(see(&format!("{page}?said=invalid"))),
        Err(error) => Err(error),
    }
}

/// Own profile.
pub(super) async fn profile(State(edge): State<Edge>, visitor: Visitor, Query(said): Query<Said>) -> Result<Response> {
    let person = visitor.person()?;
    let sessions = edge.store.session_count(&visitor.scope).await?;
    let view = ProfileView {
        email: person.email.clone(),
        sign_off: person.profile.sign_off.clone(),
        undo_seconds: person.profile.undo_seconds,
        other_sessions: (sessions - 1).max(0),
        notice: said.notice(),
    };
    Ok(profile::page(&frame(&edge, &visitor).await?, &view).into_response())
}

#[derive(Deserialize)]
pub(super) struct ProfileForm {
    name: String,
    sign_off: String,
    undo_seconds: i64,
    language: String,
    zone: String,
    theme: String,
    density: String,
}

/// Changes the own profile.
pub(super) async fn change_profile(
    State(edge): State<Edge>,
    visitor: Visitor,
    Form(form): Form<ProfileForm>,
) -> Result<Response> {
    let change = ProfileChange {
        name: Some(form.name),
        language: Some(form.language),
        zone: Some(form.zone),
        theme: Some(form.theme),
        density: Some(form.density),
        sign_off: Some(form.sign_off),
        undo_seconds: Some(form.undo_seconds),
        keys: None,
    };
    back("/settings/profile", accounts::change_profile(&edge, &visitor, change).await, "saved")
}

/// Changes the own keys; what is the usual key anyway is not kept.
pub(super) async fn change_keys(
    State(edge): State<Edge>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let given = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim());
    let mut changed = serde_json::Map::new();
    if given("restore").is_none() {
        for command in COMMANDS {
            match given(&format!("key-{}", command.id)) {
                Some(key) if command.keys.first() != Some(&key) => changed.insert(command.id.to_owned(), key.into()),
                _ => None,
            };
        }
    }
    let keys = serde_json::json!({ "off": given("off") == Some("yes"), "changed": changed });
    let change = ProfileChange { keys: Some(keys), ..ProfileChange::default() };
    back("/settings/profile", accounts::change_profile(&edge, &visitor, change).await, "saved")
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    password: String,
    new: String,
}

/// Changes the own password.
pub(super) async fn change_password(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response> {
    let address = client_address(&edge.settings, peer.map(|peer| peer.0), &headers);
    let said = match accounts::change_password(&edge, &visitor, address, form.password, form.new).await {
        // Every session ended; the one that asked goes on with a new cookie.
        Ok(()) => {
            let device = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let session = edge.store.begin_session(visitor.person()?, device, None, edge.now()).await?;
            let mut response = see("/settings/profile?said=password");
            response.headers_mut().append(header::SET_COOKIE, session_set_cookie(&edge, &session));
            return Ok(response);
        }
        Err(Error::Invalid(fields)) if fields.iter().any(|field| field.field == "new") => "short-password",
        Err(Error::Invalid(_)) => "wrong-password",
        Err(error) => return Err(error),
    };
    Ok(see(&format!("/settings/profile?said={said}")))
}

/// Ends every other session.
pub(super) async fn sign_out_everywhere(State(edge): State<Edge>, visitor: Visitor) -> Result<Response> {
    back("/settings/profile", accounts::sign_out_everywhere(&edge, &visitor, true).await, "signed-out")
}

/// Our own address, for links that people pass on.
pub(super) fn base(edge: &Edge, peer: Option<Extension<Peer>>, headers: &HeaderMap) -> String {
    edge.settings.public_base().or_else(|| own_origin(edge, peer.map(|peer| peer.0), headers)).unwrap_or_default()
}

async fn agents_page(edge: &Edge, visitor: &Visitor, link: Option<FreshLink>, notice: Notice) -> Result<Response> {
    let agents = edge.store.agents(managing(visitor)?, None, MOST).await?;
    let rows = agents.into_iter().map(|agent| AgentRow {
        agent: agent.id,
        name: agent.name,
        email: agent.email,
        role: agent.role,
        disabled: agent.disabled_at.is_some(),
        invited: agent.invited,
        last_seen: agent.seen_at,
    });
    let view = AgentsView { agents: rows.collect(), link, notice };
    Ok(agents::page(&frame(edge, visitor).await?, &view).into_response())
}

/// The people who answer.
pub(super) async fn agents(State(edge): State<Edge>, visitor: Visitor, Query(said): Query<Said>) -> Result<Response> {
    agents_page(&edge, &visitor, None, said.notice()).await
}

#[derive(Deserialize)]
pub(super) struct Invitation {
    email: String,
    role: String,
}

/// Invites somebody: the link is shown once, on the page that answers.
pub(super) async fn invite(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(form): Form<Invitation>,
) -> Result<Response> {
    managing(&visitor)?;
    let role = Role::from_word(&form.role).ok_or_else(|| Error::field("role", "owner or agent"))?;
    match accounts::invite(&edge, &visitor, &base(&edge, peer, &headers), &form.email, role).await {
        Ok((agent, link)) => {
            let link = FreshLink { email: agent.email, link: link.url, until: link.expires_at };
            agents_page(&edge, &visitor, Some(link), Notice::Done("notice-invited")).await
        }
        failure => back("/settings/agents", failure, "changed"),
    }
}

/// A new link, or switching somebody off and on.
pub(super) async fn act_on_agent(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path((agent, act)): Path<(AgentId, String)>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response> {
    let scope = managing(&visitor)?;
    let enabled = match act.as_str() {
        "link" => {
            let email = edge.store.agent(scope, agent).await?.email;
            return match accounts::fresh_link(&edge, &visitor, &base(&edge, peer, &headers), agent).await {
                Ok(link) => {
                    agents_page(
                        &edge,
                        &visitor,
                        Some(FreshLink { email, link: link.url, until: link.expires_at }),
                        Notice::None,
                    )
                    .await
                }
                failure => back("/settings/agents", failure, "changed"),
            };
        }
        "enable" => true,
        "disable" => false,
        _ => return Err(Error::NotFound),
    };
    back("/settings/agents", accounts::change_agent(&edge, &visitor, agent, None, Some(enabled)).await, "changed")
}

async fn tokens_page(edge: &Edge, visitor: &Visitor, fresh: Option<String>, notice: Notice) -> Result<Response> {
    let scope = managing(visitor)?;
    let (tokens, colleagues) = tokio::try_join!(edge.store.tokens(scope, None, MOST), edge.store.colleagues(scope))?;
    let rows = tokens.into_iter().map(|token| TokenRow {
        token: token.id,
        name: token.name,
        write: token.can_write,
        by: colleagues
            .iter()
            .find(|colleague| Some(colleague.id) == token.created_by)
            .map(|colleague| colleague.name.clone()),
        made_at: token.created_at,
        used_at: token.used_at,
    });
    let view = TokensView { tokens: rows.collect(), fresh, notice };
    Ok(tokens::page(&frame(edge, visitor).await?, &view).into_response())
}

/// API tokens.
pub(super) async fn tokens(State(edge): State<Edge>, visitor: Visitor, Query(said): Query<Said>) -> Result<Response> {
    tokens_page(&edge, &visitor, None, said.notice()).await
}

#[derive(Deserialize)]
pub(super) struct NewToken {
    name: String,
    write: String,
}

/// Makes a token: it is shown once, on the page that answers.
pub(super) async fn create_token(
    State(edge): State<Edge>,
    visitor: Visitor,
    Form(form): Form<NewToken>,
) -> Result<Response> {
    match accounts::create_token(&edge, &visitor, &form.name, form.write == "yes").await {
        Ok((_, secret)) => tokens_page(&edge, &visitor, Some(secret), Notice::None).await,
        failure => back("/settings/tokens", failure, "saved"),
    }
}

/// Takes a token away.
pub(super) async fn revoke_token(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(token): Path<TokenId>,
) -> Result<Response> {
    back("/settings/tokens", accounts::revoke_token(&edge, &visitor, token).await, "revoked")
}

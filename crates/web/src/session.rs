//! Who asks: the session cookie or the bearer token of a request, and the extractor that handlers take.

use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::state::Edge;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::{AgentId, TokenId};
use domain::people::Scope;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::account::{Agent, NewSession, Session};

/// What lets a request in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A browser's session; the hash names it, the token goes into every form.
    Session {
        /// Hash of the session's secret.
        hash: Vec<u8>,
        /// Token that every write carries.
        csrf: String,
    },
    /// A program's token.
    Token(TokenId),
}

/// Whoever asks. Handlers that take it answer 401 to anybody unknown.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Workspace and permissions.
    pub scope: Scope,
    /// The person, when it is one.
    pub agent: Option<Arc<Agent>>,
    /// What let them in.
    pub credential: Credential,
}

impl Visitor {
    /// The visitor behind a session.
    pub fn of_session(session: Session, secret: &str) -> Self {
        Self {
            scope: session.scope(),
            agent: Some(Arc::new(session.agent)),
            credential: Credential::Session { hash: session.hash, csrf: csrf_token(secret) },
        }
    }

    /// The person, or 403 for a program: a token never acts as a person.
    pub fn person(&self) -> Result<&Agent> {
        self.agent.as_deref().ok_or(Error::Forbidden)
    }

    /// Goes on only for who may change settings, people, apps and tokens.
    pub fn must_manage(&self) -> Result<()> {
        if self.scope.may_manage() { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Goes on only for who may work on cases.
    pub fn must_work(&self) -> Result<()> {
        if self.scope.may_work() { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The person's id, when it is one.
    pub fn agent_id(&self) -> Option<AgentId> {
        self.agent.as_ref().map(|agent| agent.id)
    }

    /// Token of the forms; `None` for programs.
    pub fn csrf(&self) -> Option<&str> {
        match &self.credential {
            Credential::Session { csrf, .. } => Some(csrf),
            Credential::Token(_) => None,
        }
    }

    /// Whether what let them in still holds; streams ask it again and again.
    pub async fn still_holds(&self, edge: &Edge) -> Result<bool> {
        match &self.credential {
            Credential::Session { hash, .. } => {
                let session = edge.store.session_by_hash(hash, edge.now()).await?;
                Ok(session.is_some_and(|session| session.scope() == self.scope))
            }
            Credential::Token(token) => Ok(edge.store.token_holds(&self.scope, *token).await?),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or(Error::Unauthorised)
    }
}

/// Reads cookie or bearer token and puts the [`Visitor`] into the request. A wrong bearer token is refused, never ignored.
pub async fn identify(State(edge): State<Edge>, mut request: Request, next: Next) -> Result<Response> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let secret = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).ok_or(Error::Unauthorised)?;
        let access = edge.store.token_access(secret.trim(), edge.now()).await?.ok_or(Error::Unauthorised)?;
        let visitor = Visitor { scope: access.scope, agent: None, credential: Credential::Token(access.token) };
        request.extensions_mut().insert(visitor);
    } else if let Some(secret) = session_cookie(&edge.settings, request.headers()) {
        let secret = secret.to_owned();
        if let Some(session) = edge.store.session(&secret, edge.now()).await? {
            request.extensions_mut().insert(Visitor::of_session(session, &secret));
        }
    }
    Ok(next.run(request).await)
}

/// Name of the session's cookie. `__Host-` binds it to TLS, to this host and to the root path.
pub fn cookie_name(settings: &Settings) -> &'static str {
    if settings.is_https() { "__Host-madoguchi" } else { "madoguchi" }
}

/// The session's secret, if the browser sends exactly one.
pub fn session_cookie<'a>(settings: &Settings, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, cookie_name(settings))
}

/// The value of a cookie that is sent exactly once: of two, one was planted by a neighbour.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// A `Set-Cookie` value; `seconds` zero takes the cookie away.
pub fn set_cookie(settings: &Settings, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let secure = if settings.is_https() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    // Names and values are ours: letters, digits, `-` and `_`.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The cookie of a new session.
pub fn session_set_cookie(edge: &Edge, session: &NewSession) -> HeaderValue {
    let seconds = session.expires_at.as_second() - edge.now().as_second();
    set_cookie(&edge.settings, cookie_name(&edge.settings), &session.secret, seconds)
}

/// The token of a session's forms: derived, so that it needs no place of its own; the secret cannot be had from it.
pub fn csrf_token(secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"csrf:");
    hash.update(secret.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

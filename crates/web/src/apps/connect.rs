//! Connecting an account: OAuth 2.0 with PKCE, bound to the session that began it.

use super::{ChannelChoice, check_level, keep_channel, said};
use crate::error::{Error, Result};
use crate::session::{Credential, Visitor};
use crate::state::Edge;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::AppId;
use jiff::{SignedDuration, Timestamp};
use pipeline::access::app_access;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::account::NewConnectFlow;
use store::channel::Channel;

/// How long somebody may take at the network's page.
const LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// A flow that began.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where to send the owner of the account.
    pub authorize_url: String,
    /// When the way back closes.
    pub expires_at: Timestamp,
}

/// The path that the network sends people back to; it is what must be registered there.
pub fn callback_path(network: &str) -> String {
    format!("/connect/{network}/callback")
}

/// The way back from the network.
pub fn routes() -> Router<Edge> {
    Router::new().route("/connect/{network}/callback", get(callback))
}

fn session_hash(visitor: &Visitor) -> Result<&[u8]> {
    match &visitor.credential {
        Credential::Session { hash, .. } => Ok(hash),
        // The way back is a browser's: a program has none.
        Credential::Token(_) => Err(Error::Forbidden),
    }
}

fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(store::vault::random_bytes::<32>())
}

/// Begins: the address to send the browser to. `base` is our own address, as the network knows it.
///
/// # Errors
/// 403 unless the visitor manages with a session, 422 for a level that the network does not have or an app without its keys.
pub async fn begin_connect(
    edge: &Edge,
    visitor: &Visitor,
    base: &str,
    app: AppId,
    choice: ChannelChoice,
) -> Result<Begun> {
    visitor.must_manage()?;
    let hash = session_hash(visitor)?;
    let app = edge.store.app(&visitor.scope, app).await?;
    let network = edge.networks.get(&app.network).ok_or(Error::NotFound)?;
    check_level(network.capabilities(), choice.access_level)?;
    let (state, verifier) = (random_text(), random_text());
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let redirect = format!("{base}{}", callback_path(&app.network));
    let authorize_url = network
        .authorize_url(&app_access(&app), &redirect, &state, &challenge)
        .ok_or_else(|| Error::Refused("app_incomplete", "the app lacks what the network's sign-in needs".to_owned()))?;
    let expires_at = edge.now() + LIFETIME;
    // The redirect address is stored: what the token is bought with must be what the code was asked with.
    let settings = serde_json::json!({ "choice": choice, "redirect": redirect });
    let flow =
        NewConnectFlow { app: app.id, state: &state, verifier: &verifier, session_hash: hash, settings, expires_at };
    edge.store.begin_connect_flow(&visitor.scope, &flow, edge.now()).await?;
    Ok(Begun { authorize_url, expires_at })
}

#[derive(Deserialize)]
struct FlowSettings {
    choice: ChannelChoice,
    redirect: String,
}

/// Ends: buys the tokens and keeps the channel.
///
/// # Errors
/// 404 for a state that this session did not begin, 502 with the network's words.
pub async fn end_connect(edge: &Edge, visitor: &Visitor, network: &str, state: &str, code: &str) -> Result<Channel> {
    visitor.must_manage()?;
    let flow = edge.store.end_connect_flow(&visitor.scope, state, session_hash(visitor)?, edge.now()).await?;
    let app = edge.store.app(&visitor.scope, flow.app).await?;
    if app.network != network {
        return Err(Error::NotFound);
    }
    let settings: FlowSettings =
        serde_json::from_value(flow.settings).map_err(|error| Error::Inner(error.to_string()))?;
    let folder = edge.networks.get(network).ok_or(Error::NotFound)?;
    let connected = folder.connect(&app_access(&app), code, &flow.verifier, &settings.redirect).await.map_err(said)?;
    keep_channel(edge, visitor, &app, connected, settings.choice).await
}

#[derive(Deserialize)]
struct CallbackQuery {
    state: Option<String>,
    code: Option<String>,
}

async fn callback(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(network): Path<String>,
    Query(query): Query<CallbackQuery>,
) -> Result<Redirect> {
    let (Some(state), Some(code)) = (query.state, query.code) else {
        // The owner of the account said no: back to where it began.
        return Ok(Redirect::to("/settings/apps?connect=refused"));
    };
    let channel = end_connect(&edge, &visitor, &network, &state, &code).await?;
    Ok(Redirect::to(&format!("/settings/channels/{}", channel.id)))
}

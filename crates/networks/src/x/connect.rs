//! Connecting an account: OAuth 2.0 with PKCE (RFC 7636), and the next token pair when the old one dies.

use super::api::{API_BASE, Api, WEB_BASE, base};
use super::errors::{No, Trouble};
use crate::access::{AppAccess, Secret, Tokens};
use crate::client::Client;
use crate::network::{CallError, Connected};
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::Url;

/// What we ask the owner of an account to allow (contracts §1.1).
const SCOPES: &str = "tweet.read users.read tweet.write tweet.moderate.write dm.read dm.write like.read media.write \
                      offline.access";

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Me {
    data: MeUser,
}

#[derive(Deserialize)]
struct MeUser {
    id: String,
    username: String,
    name: String,
    profile_image_url: Option<String>,
}

/// Where to send the owner of the account.
pub(super) fn authorize_url(app: &AppAccess, redirect_uri: &str, state: &str, challenge: &str) -> Option<String> {
    let mut url = Url::parse(base(app, "authorize_base", WEB_BASE)).ok()?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(["i", "oauth2", "authorize"]);
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", app.setting("client_id")?)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", SCOPES)
        .append_pair("state", state)
        .append_pair("code_challenge", challenge)
        .append_pair("code_challenge_method", "S256");
    Some(url.into())
}

/// Buys the first pair with the code, and asks whose account it is. The code lives 30 seconds.
pub(super) async fn connect(
    client: &Client,
    app: &AppAccess,
    code: &str,
    verifier: &str,
    redirect_uri: &str,
) -> Result<Connected, CallError> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    let tokens = token(client, app, &form, None).await?;
    whoami(client, app, &tokens).await
}

/// Buys the next pair. X gives each refresh token once: the caller stores the new pair before its first use.
pub(super) async fn refresh(client: &Client, app: &AppAccess, tokens: &Tokens) -> Result<Tokens, CallError> {
    let Some(old) = &tokens.refresh_token else {
        return Err(CallError::Unauthorised { message: "there is no refresh token".to_owned() });
    };
    let form = [("grant_type", "refresh_token"), ("refresh_token", old.reveal())];
    token(client, app, &form, Some(tokens)).await
}

/// Whose account the tokens open.
pub(super) async fn whoami(client: &Client, app: &AppAccess, tokens: &Tokens) -> Result<Connected, CallError> {
    let api = Api::of_token(client, app, &tokens.access_token);
    let me: Me = api.get("me", "/2/users/me", &[("user.fields", "profile_image_url")]).await?;
    Ok(Connected {
        external_id: me.data.id,
        handle: me.data.username,
        name: me.data.name,
        avatar_url: me.data.profile_image_url,
        tokens: tokens.clone(),
    })
}

async fn token(
    client: &Client,
    app: &AppAccess,
    form: &[(&str, &str)],
    before: Option<&Tokens>,
) -> Result<Tokens, CallError> {
    let client_id = app.setting("client_id").ok_or_else(|| Trouble::Unfit("the app has no client_id".to_owned()))?;
    let url = format!("{}/2/oauth2/token", base(app, "api_base", API_BASE));
    let mut form = form.to_vec();
    form.push(("client_id", client_id));
    let mut request = client.request(Method::POST, &url).map_err(Trouble::from)?.form(&form);
    // A confidential client proves itself; a public one has no secret and is known by its id alone.
    if let Some(secret) = app.secret("client_secret") {
        request = request.basic_auth(client_id, Some(secret.reveal()));
    }
    let answer = client.send(request).await.map_err(Trouble::from)?;
    if !answer.status.is_success() {
        let no = No::read(&answer, None);
        // OAuth says "the grant is dead" with 400; for us that is a permission that is gone.
        let dead = no.status == StatusCode::BAD_REQUEST && matches!(&*no.code, "invalid_grant" | "invalid_request");
        return Err(if dead { CallError::Unauthorised { message: no.message } } else { Trouble::Said(no).into() });
    }
    let answer: TokenAnswer = serde_json::from_slice(&answer.body)
        .map_err(|error| Trouble::Lost(format!("the token answer cannot be read: {error}")))?;
    let lifetime = answer.expires_in.map(SignedDuration::from_secs);
    Ok(Tokens {
        access_token: Secret::new(answer.access_token),
        refresh_token: answer
            .refresh_token
            .map(Secret::new)
            .or_else(|| before.and_then(|tokens| tokens.refresh_token.clone())),
        expires_at: lifetime.and_then(|lifetime| Timestamp::now().checked_add(lifetime).ok()),
        permissions: match (answer.scope, before) {
            (Some(scope), _) => scope.split_whitespace().map(str::to_owned).collect(),
            (None, Some(tokens)) => tokens.permissions.clone(),
            (None, None) => Vec::new(),
        },
    })
}

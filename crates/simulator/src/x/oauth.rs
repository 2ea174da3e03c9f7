//! OAuth 2.0 with PKCE: consent page, codes that live 30 s, tokens that live 2 h, refresh tokens that rotate.

use super::events;
use super::model::{App, Code};
use crate::world::{State as Everything, TOKEN_LIFE_MS};
use crate::{Error, World};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use maud::{DOCTYPE, Markup, html};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const CODE_LIFE_MS: i64 = 30_000;
const MAX_STATE: usize = 500;
const SCOPES: &[&str] = &[
    "tweet.read",
    "tweet.write",
    "tweet.moderate.write",
    "users.read",
    "users.email",
    "follows.read",
    "follows.write",
    "offline.access",
    "space.read",
    "mute.read",
    "mute.write",
    "like.read",
    "like.write",
    "list.read",
    "list.write",
    "block.read",
    "block.write",
    "bookmark.read",
    "bookmark.write",
    "dm.read",
    "dm.write",
    "media.write",
];

type Form = HashMap<String, String>;

fn form(bytes: &[u8]) -> Form {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}

fn field<'a>(form: &'a Form, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

/// What is wrong with a request for consent, if anything.
fn check(state: &Everything, form: &Form) -> Result<App, &'static str> {
    let app =
        state.apps.values().find(|app| app.client_id == field(form, "client_id")).ok_or("client_id is not known")?;
    let redirect = field(form, "redirect_uri");
    if redirect.is_empty() || !(app.redirect_uris.is_empty() || app.redirect_uris.iter().any(|own| own == redirect)) {
        return Err("redirect_uri does not match one that was registered, letter by letter");
    }
    if field(form, "response_type") != "code" {
        return Err("response_type must be code");
    }
    if field(form, "state").is_empty() || field(form, "state").len() > MAX_STATE {
        return Err("state is required and has at most 500 characters");
    }
    if field(form, "code_challenge").is_empty() || !["S256", "plain"].contains(&field(form, "code_challenge_method")) {
        return Err("code_challenge and code_challenge_method (S256 or plain) are required");
    }
    let scope = field(form, "scope");
    if scope.is_empty() || scope.split_whitespace().any(|scope| !SCOPES.contains(&scope)) {
        return Err("scope is empty or has a value that does not exist");
    }
    Ok(app.clone())
}

fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (maud::PreEscaped(crate::control::page::STYLE)) }
            }
            body { main class="narrow" { h1 { (title) } (content) } }
        }
    }
}

fn refusal(reason: &str) -> Response {
    (
        StatusCode::BAD_REQUEST,
        page("Something went wrong", &html! { p { "You weren’t able to give access to the app: " (reason) "." } }),
    )
        .into_response()
}

/// GET /i/oauth2/authorize. `auto_approve=<username>` agrees at once, for tests.
pub(crate) async fn authorize(State(world): State<World>, RawQuery(query): RawQuery) -> Response {
    let form = form(query.unwrap_or_default().as_bytes());
    let (app, mut accounts) = {
        let state = world.lock();
        let app = match check(&state, &form) {
            Ok(app) => app,
            Err(reason) => return refusal(reason),
        };
        let accounts: Vec<(u64, String, String, bool)> = state
            .users
            .values()
            .map(|user| (user.followers, user.username.clone(), user.name.clone(), user.verified))
            .collect();
        (app, accounts)
    };
    if let Some(username) = form.get("auto_approve") {
        return decide(&world, &form, username);
    }
    accounts
        .sort_by_key(|(followers, username, _, verified)| (!verified, std::cmp::Reverse(*followers), username.clone()));
    accounts.truncate(20);
    let hidden =
        ["client_id", "redirect_uri", "response_type", "state", "scope", "code_challenge", "code_challenge_method"];
    let content = html! {
        p { strong { (app.name) } " wants to access a simulated X account." }
        ul { @for scope in field(&form, "scope").split_whitespace() { li { code { (scope) } } } }
        form method="post" action="/x/i/oauth2/authorize" {
            @for name in hidden { input type="hidden" name=(name) value=(field(&form, name)); }
            label { "Account "
                select name="account" { @for (_, username, name, _) in &accounts { option value=(username) { (name) " (@" (username) ")" } } }
            }
            button name="decision" value="allow" { "Authorize app" }
            button class="quiet" name="decision" value="deny" { "Cancel" }
        }
    };
    page("Authorize app", &content).into_response()
}

/// POST of the consent page.
pub(crate) async fn consent(State(world): State<World>, bytes: Bytes) -> Response {
    let form = form(&bytes);
    if let Err(reason) = check(&world.lock(), &form) {
        return refusal(reason);
    }
    if field(&form, "decision") == "allow" {
        decide(&world, &form, field(&form, "account"))
    } else {
        back(&form, &[("error", "access_denied")])
    }
}

fn back(form: &Form, pairs: &[(&str, &str)]) -> Response {
    let Ok(mut target) = url::Url::parse(field(form, "redirect_uri")) else {
        return refusal("redirect_uri is not a URL");
    };
    {
        let mut query = target.query_pairs_mut();
        query.append_pair("state", field(form, "state"));
        for (name, value) in pairs {
            query.append_pair(name, value);
        }
    }
    Redirect::to(target.as_str()).into_response()
}

fn decide(world: &World, form: &Form, username: &str) -> Response {
    let now = world.now();
    let mut state = world.lock();
    let app = match check(&state, form) {
        Ok(app) => app.id,
        Err(reason) => return refusal(reason),
    };
    let Ok(user) = state.find_user(username).map(|user| user.id) else { return refusal("there is no such account") };
    let code = state.random.token(91);
    state.codes.insert(
        code.clone(),
        Code {
            app,
            user,
            scopes: field(form, "scope").split_whitespace().map(str::to_owned).collect(),
            redirect_uri: field(form, "redirect_uri").to_owned(),
            challenge: field(form, "code_challenge").to_owned(),
            challenge_method: field(form, "code_challenge_method").to_owned(),
            expires_ms: now + CODE_LIFE_MS,
        },
    );
    drop(state);
    back(form, &[("code", &code)])
}

fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    super::problem::answer(status, &json!({"error": error, "error_description": description}))
}

/// The app that calls, by Basic authentication or (public clients) by `client_id` in the form.
fn client(state: &Everything, headers: &HeaderMap, form: &Form) -> Option<u64> {
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "));
    if let Some(basic) = basic {
        let decoded = base64::engine::general_purpose::STANDARD
            .decode(basic)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())?;
        let (id, secret) = decoded.split_once(':')?;
        return state.apps.values().find(|app| app.client_id == id && app.client_secret == secret).map(|app| app.id);
    }
    let id = form.get("client_id")?;
    let secret = form.get("client_secret");
    state
        .apps
        .values()
        .find(|app| app.client_id == *id && secret.is_none_or(|secret| app.client_secret == *secret))
        .map(|app| app.id)
}

fn verified(code: &Code, verifier: &str) -> bool {
    match code.challenge_method.as_str() {
        "S256" => {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
                == code.challenge
        }
        _ => code.challenge == verifier,
    }
}

/// POST /2/oauth2/token
pub(crate) async fn token(State(world): State<World>, headers: HeaderMap, bytes: Bytes) -> Response {
    let form = form(&bytes);
    let now = world.now();
    let mut state = world.lock();
    let Some(app) = client(&state, &headers, &form) else {
        return refused(StatusCode::UNAUTHORIZED, "unauthorized_client", "Missing valid authorization header");
    };
    let (user, scopes, grant) = match field(&form, "grant_type") {
        "authorization_code" => {
            let Some(code) = state.codes.remove(field(&form, "code")) else {
                return refused(
                    StatusCode::BAD_REQUEST,
                    "invalid_request",
                    "Value passed for the authorization code was invalid.",
                );
            };
            if code.app != app || code.expires_ms <= now {
                return refused(
                    StatusCode::BAD_REQUEST,
                    "invalid_request",
                    "Value passed for the authorization code was invalid.",
                );
            }
            if code.redirect_uri != field(&form, "redirect_uri") {
                return refused(
                    StatusCode::BAD_REQUEST,
                    "invalid_request",
                    "Value passed for the redirect uri did not match the uri of the authorization code.",
                );
            }
            if !verified(&code, field(&form, "code_verifier")) {
                return refused(
                    StatusCode::BAD_REQUEST,
                    "invalid_request",
                    "Value passed for the code verifier did not match the code challenge.",
                );
            }
            let grant = state.random.bits();
            (code.user, code.scopes, grant)
        }
        "refresh_token" => {
            let Some(old) =
                state.refresh_tokens.get(field(&form, "refresh_token")).filter(|old| old.app == app).cloned()
            else {
                return refused(StatusCode::BAD_REQUEST, "invalid_request", "Value passed for the token was invalid.");
            };
            state.refresh_tokens.remove(field(&form, "refresh_token"));
            (old.user, old.scopes, old.grant)
        }
        _ => {
            return refused(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "grant_type must be authorization_code or refresh_token",
            );
        }
    };
    let lasting = scopes.iter().any(|scope| scope == "offline.access");
    let (access, refresh) = state.issue_pair(now, app, user, scopes.clone(), grant);
    let mut answer = json!({"token_type": "bearer", "expires_in": TOKEN_LIFE_MS / 1000, "access_token": access, "scope": scopes.join(" ")});
    if lasting {
        if let Some(fields) = answer.as_object_mut() {
            fields.insert("refresh_token".to_owned(), json!(refresh));
        }
    } else {
        state.refresh_tokens.remove(&refresh);
    }
    super::problem::ok(&answer)
}

/// POST /2/oauth2/revoke
pub(crate) async fn revoke(State(world): State<World>, headers: HeaderMap, bytes: Bytes) -> Response {
    let form = form(&bytes);
    let found = {
        let state = world.lock();
        let Some(app) = client(&state, &headers, &form) else {
            return refused(StatusCode::UNAUTHORIZED, "unauthorized_client", "Missing valid authorization header");
        };
        let token = field(&form, "token");
        state
            .tokens
            .get(token)
            .or_else(|| state.refresh_tokens.get(token))
            .filter(|token| token.app == app)
            .map(|token| (app, token.user, token.grant))
    };
    if let Some((app, user, grant)) = found {
        world.end_grant(app, user, Some(grant));
    }
    super::problem::ok(&json!({"revoked": true}))
}

impl World {
    /// Ends tokens of an account for an app; when none is left, its subscriptions end and `oauth.revoke` is sent.
    fn end_grant(&self, app: u64, user: u64, grant: Option<u64>) {
        let now = self.now();
        let mut state = self.lock();
        let ends = |token: &super::model::Token| {
            token.app == app && token.user == user && grant.is_none_or(|grant| token.grant == grant)
        };
        state.tokens.retain(|_, token| !ends(token));
        state.refresh_tokens.retain(|_, token| !ends(token));
        let left = state
            .refresh_tokens
            .values()
            .chain(state.tokens.values())
            .any(|token| token.app == app && token.user == user);
        if left {
            return;
        }
        state.subscriptions.retain(|_, subscription| !(subscription.app == app && subscription.user == Some(user)));
        let outgoing = events::revoked(&mut state, app, user, now);
        drop(state);
        self.deliver(outgoing);
    }

    /// The person takes the app's permission back in their settings.
    ///
    /// # Errors
    /// When the account does not exist.
    pub fn revoke(&self, app: u64, account: &str) -> Result<(), Error> {
        let user = self.lock().find_user(account)?.id;
        self.end_grant(app, user, None);
        Ok(())
    }

    /// Lets every access token of an account expire now; refresh tokens stay.
    ///
    /// # Errors
    /// When the account does not exist.
    pub fn expire_tokens(&self, account: &str) -> Result<(), Error> {
        let now = self.now();
        let mut state = self.lock();
        let user = state.find_user(account)?.id;
        state.tokens.values_mut().filter(|token| token.user == user).for_each(|token| token.expires_ms = now);
        Ok(())
    }
}

//! Consent, codes, rotation, revocation.

use crate::scene::Scene;
use base64::Engine;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const VERIFIER: &str = "a-verifier-of-some-length-0123456789-0123456789";
const REDIRECT: &str = "http://127.0.0.1:9/callback";

fn consent_url(scene: &Scene, redirect: &str) -> String {
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut url = url::Url::parse(&format!("{}/i/oauth2/authorize", scene.simulator.base_url())).unwrap();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &scene.world.app.client_id)
        .append_pair("redirect_uri", redirect)
        .append_pair("scope", "tweet.read users.read tweet.write offline.access")
        .append_pair("state", "s1")
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    url.to_string()
}

async fn code(scene: &Scene) -> String {
    let answer =
        scene.client.get(format!("{}&auto_approve=aobabank", consent_url(scene, REDIRECT))).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let target = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    let pairs: Vec<(String, String)> = target.query_pairs().into_owned().collect();
    assert_eq!(pairs[0], ("state".to_owned(), "s1".to_owned()));
    pairs[1].1.clone()
}

async fn token(scene: &Scene, form: &[(&str, &str)]) -> (u16, Value) {
    let url = format!("{}/2/oauth2/token", scene.simulator.base_url());
    let app = &scene.world.app;
    let answer =
        scene.client.post(url).basic_auth(&app.client_id, Some(&app.client_secret)).form(form).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn exchange(scene: &Scene, code: &str, verifier: &str, redirect: &str) -> (u16, Value) {
    token(
        scene,
        &[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ],
    )
    .await
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let scene = Scene::start().await;
    let (status, pair) = exchange(&scene, &code(&scene).await, VERIFIER, REDIRECT).await;
    assert_eq!((status, pair["expires_in"].as_i64().unwrap()), (200, 7200), "{pair}");
    let access = pair["access_token"].as_str().unwrap();
    assert_eq!(scene.call("GET", "/2/users/me", access, None).await.body["data"]["username"], "aobabank");
    let old = pair["refresh_token"].as_str().unwrap();
    let (status, renewed) = token(&scene, &[("grant_type", "refresh_token"), ("refresh_token", old)]).await;
    assert_eq!(status, 200, "{renewed}");
    assert_ne!(renewed["refresh_token"], pair["refresh_token"]);
    let (status, refused) = token(&scene, &[("grant_type", "refresh_token"), ("refresh_token", old)]).await;
    assert_eq!((status, refused["error"].as_str().unwrap()), (400, "invalid_request"));
    scene.control("POST", "/clock", json!({"advance_seconds": 7201})).await;
    assert_eq!(
        scene.call("GET", "/2/users/me", renewed["access_token"].as_str().unwrap(), None).await.status,
        401,
        "access tokens live two hours"
    );
    let (status, _) = token(
        &scene,
        &[("grant_type", "refresh_token"), ("refresh_token", renewed["refresh_token"].as_str().unwrap())],
    )
    .await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn codes_are_short_lived_single_and_bound() {
    let scene = Scene::start().await;
    let first = code(&scene).await;
    assert_eq!(exchange(&scene, &first, "another verifier", REDIRECT).await.0, 400);
    assert_eq!(exchange(&scene, &first, VERIFIER, REDIRECT).await.0, 400, "a code is tried once");
    assert_eq!(exchange(&scene, &code(&scene).await, VERIFIER, "http://127.0.0.1:9/other").await.0, 400);
    let late = code(&scene).await;
    scene.control("POST", "/clock", json!({"advance_seconds": 31})).await;
    assert_eq!(exchange(&scene, &late, VERIFIER, REDIRECT).await.0, 400);
    let strict = scene.control("POST", "/apps", json!({"name": "strict", "redirect_uris": [REDIRECT]})).await;
    let url = consent_url(&scene, "http://127.0.0.1:9/callback/")
        .replace(&scene.world.app.client_id, strict["client_id"].as_str().unwrap());
    assert_eq!(scene.client.get(url).send().await.unwrap().status(), 400, "the redirect address must match exactly");
}

#[tokio::test]
async fn people_choose_the_account_on_the_consent_page() {
    let scene = Scene::start().await;
    let page = scene.client.get(consent_url(&scene, REDIRECT)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("aoba_help") && page.contains("Authorize app"));
    let url = url::Url::parse(&consent_url(&scene, REDIRECT)).unwrap();
    let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    form.push(("account".to_owned(), "aoba_help".to_owned()));
    form.push(("decision".to_owned(), "allow".to_owned()));
    let answer = scene
        .client
        .post(format!("{}/i/oauth2/authorize", scene.simulator.base_url()))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert!(answer.headers()["location"].to_str().unwrap().starts_with("http://127.0.0.1:9/callback?state=s1&code="));
    form.retain(|(name, _)| name != "decision");
    let denied = scene
        .client
        .post(format!("{}/i/oauth2/authorize", scene.simulator.base_url()))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert!(denied.headers()["location"].to_str().unwrap().ends_with("error=access_denied"));
}

#[tokio::test]
async fn revocation_ends_tokens_and_subscriptions_and_is_told() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    scene.control("POST", "/tokens/revoke", json!({"account": "aobabank"})).await;
    assert_eq!(scene.brand("GET", "/2/users/me", None).await.status, 401);
    let told = scene.events_of("oauth.revoke").await;
    assert_eq!(told[0]["data"]["payload"]["user_id"], json!(scene.world.brand.user.id.to_string()));
    assert_eq!(told[0]["data"]["filter"], json!({}));
    scene.customer("tom", "@aobabank hello?", None).await;
    assert!(scene.events_of("post.mention.create").await.is_empty());
}

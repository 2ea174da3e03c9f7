//! Webhooks by the test's own hand: signed as X signs them, or wrongly.

use super::Scene;
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use sha2::Sha256;

/// The header that carries the signature.
pub const SIGNATURE: &str = "x-twitter-webhooks-signature";

/// `sha256=` and base64 of the HMAC of the body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
}

impl Scene {
    /// The address that X delivers to.
    pub fn webhook(&self) -> String {
        format!("{}/hooks/x/{}", self.address(), self.app)
    }

    /// Delivers a body with a signature; the status, or `None` when no answer came.
    pub async fn deliver(&self, body: Vec<u8>, signature: Option<String>) -> Option<StatusCode> {
        let client = reqwest::Client::new();
        let mut request = client.post(self.webhook()).header("content-type", "application/json").body(body);
        if let Some(signature) = signature {
            request = request.header(SIGNATURE, signature);
        }
        request.send().await.ok().map(|response| response.status())
    }

    /// Delivers a body as X would.
    pub async fn deliver_signed(&self, body: &[u8]) -> Option<StatusCode> {
        let secret = &self.network.made().app.consumer_secret;
        self.deliver(body.to_vec(), Some(signature(secret, body))).await
    }

    /// The body of a mention of the support account by somebody.
    pub fn mention(&self, id: u64, words: &str) -> Vec<u8> {
        let author = 7_000_000_000 + id % 100;
        let help = self.network.account_id(super::HELP);
        let post = serde_json::json!({
            "id": id.to_string(), "text": format!("@{} {words}", super::HELP), "author_id": author.to_string(),
            "conversation_id": id.to_string(), "created_at": "2026-03-01T10:00:00.000Z", "lang": "en",
            "edit_history_tweet_ids": [id.to_string()],
            "entities": { "mentions": [{ "start": 0, "end": super::HELP.len() + 1, "username": super::HELP, "id": help }] },
        });
        let users = serde_json::json!([{ "id": author.to_string(), "username": format!("person_{}", id % 100), "name": "Person" }]);
        serde_json::to_vec(&serde_json::json!({ "data": {
            "event_uuid": id.to_string(), "filter": { "user_id": help }, "event_type": "post.mention.create", "payload": post,
            "includes": { "users": users },
        }}))
        .unwrap()
    }
}

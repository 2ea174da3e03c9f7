//! What the product has stored, as the tests look it up.

use super::Scene;
use super::patience::eventually;
use serde_json::Value;
use std::time::Duration;

/// A message as it lies in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id in the product.
    pub id: String,
    /// Inbound or outbound.
    pub direction: String,
    /// Where an outbound one stands.
    pub send_state: Option<String>,
    /// The network's id.
    pub external_id: Option<String>,
    /// Text.
    pub text: String,
}

impl Scene {
    /// All messages with a network id; there may be several only if something is wrong.
    pub async fn with_external_id(&self, external_id: &str) -> Vec<Stored> {
        self.find_messages("external_id", external_id).await
    }

    /// All messages with exactly this text.
    pub async fn with_text(&self, text: &str) -> Vec<Stored> {
        self.find_messages("text", text).await
    }

    async fn find_messages(&self, column: &str, value: &str) -> Vec<Stored> {
        let sql = format!("SELECT id, direction, send_state, external_id, text FROM message WHERE {column} = $1");
        let rows = self.store.main.fetch_all(&sql, &[value.into()]).await.unwrap();
        rows.iter()
            .map(|row| Stored {
                id: row.id::<domain::id::MessageId>("id").unwrap().to_string(),
                direction: row.text("direction").unwrap(),
                send_state: row.optional_text("send_state").unwrap(),
                external_id: row.optional_text("external_id").unwrap(),
                text: row.text("text").unwrap(),
            })
            .collect()
    }

    /// How many rows a question finds.
    pub async fn count(&self, sql: &str) -> i64 {
        self.store.main.fetch_one(sql, &[]).await.unwrap().int("count").unwrap()
    }

    /// Waits until a message of the network is stored; as the API shows it.
    pub async fn arrived(&self, external_id: &str) -> Value {
        let what = format!("{external_id} is stored");
        let stored = eventually(&what, super::patience::SOON, || async {
            self.with_external_id(external_id).await.into_iter().next()
        });
        let stored = stored.await;
        self.api().get(&format!("/messages/{}", stored.id)).await
    }

    /// Waits until a message of the API looks as wanted.
    pub async fn becomes(&self, id: &str, what: &str, wanted: impl Fn(&Value) -> bool, patience: Duration) -> Value {
        let path = format!("/messages/{id}");
        let (api, wanted) = (self.api(), &wanted);
        eventually(&format!("message {id}: {what}"), patience, || {
            let (api, path) = (api.clone(), path.clone());
            async move { Some(api.get(&path).await).filter(|message| wanted(message)) }
        })
        .await
    }

    /// Waits until a message of ours has left.
    pub async fn leaves(&self, id: &str, patience: Duration) -> Value {
        self.becomes(id, "sent", |message| message["send_state"] == "sent", patience).await
    }

    /// Posts of an account of ours with exactly these visible words.
    pub async fn standing_posts(&self, handle: &str, words: &str) -> Vec<Value> {
        let timeline = self.network.timeline(handle).await;
        timeline
            .into_iter()
            .filter(|post| post["visible_text"].as_str().is_some_and(|text| text.trim() == words))
            .collect()
    }

    /// Private messages that an account of ours sent with exactly these words.
    pub async fn sent_messages(&self, handle: &str, words: &str) -> Vec<Value> {
        let messages = self.network.messages(handle).await;
        messages.into_iter().filter(|message| message["from"] == handle && message["text"] == words).collect()
    }
}

//! Deliveries as X makes them: a post that mentions us or a private message, each distinct, signed over its bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write as _;

/// Account id of the channel that is written to.
pub const ACCOUNT: &str = "4400000000000000001";
/// Its handle.
pub const HANDLE: &str = "NordhafenBank";
/// Signs the bodies.
pub const CONSUMER_SECRET: &str = "benchmark-consumer-secret-0123456789abcdef";
/// People who write; most write more than once in a run.
const AUTHORS: u64 = 50_000;
/// First post id; the number of the delivery is added.
const FIRST_POST: u64 = 2_110_000_000_000_000_000;

/// What customers write, in the languages that the language engine knows.
const TEXTS: &[&str] = &[
    "the app says my transfer failed twice and nobody tells me why. Order 4711 is still open, please help",
    "my card was declined in the supermarket although there is money on the account. What is going on?",
    "thank you for the quick help this morning, everything works again",
    "meine Karte wurde eingezogen und die App zeigt nur einen Fehler. Wann kann ich wieder bezahlen?",
    "seit drei Stunden kein Login möglich, das ist eine Frechheit. Ich kündige mein Konto",
    "アプリにログインできません。昨日から何度も試していますが、エラーが出ます。いつ直りますか?",
    "振込がまだ反映されていません。急いでいます。至急確認をお願いします。",
    "窓口の対応がとても丁寧でした。ありがとうございました。",
    "je n'arrive pas à me connecter depuis hier soir, pouvez-vous m'aider s'il vous plaît ?",
    "no puedo pagar con la tarjeta y nadie contesta al teléfono. Necesito una solución hoy",
    "nice weather in the harbour today, greetings from the ferry",
    "is the branch at the station open on Saturday?",
];

/// Makes deliveries for one app.
#[derive(Clone)]
pub struct Mint {
    path: String,
}

impl Mint {
    /// For the webhook of an app.
    pub fn new(app: &str) -> Self {
        Self { path: format!("/hooks/x/{app}") }
    }

    /// External id of the post of delivery `number`.
    pub fn post_id(number: u64) -> u64 {
        FIRST_POST + number
    }

    /// The whole HTTP request of a mention: a post of its own by one of 50,000 authors.
    pub fn mention(&self, number: u64, now: jiff::Timestamp) -> Vec<u8> {
        let id = Self::post_id(number);
        let author = 7_700_000_000_000_000_000 + number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % AUTHORS;
        let words = TEXTS.get(usize::try_from(number).unwrap_or(0) % TEXTS.len()).copied().unwrap_or_default();
        let text = format!("@{HANDLE} {words} {number}");
        let handle_end = HANDLE.len() + 1;
        let (length, text) = (text.chars().count(), serde_json::Value::from(text));
        let user = |id: &str, username: &str, name: &str, followers: u64| {
            format!(
                r#"{{"id":"{id}","username":"{username}","name":"{name}","profile_image_url":"https://pbs.twimg.com/profile_images/1/{username}_normal.jpg","verified":false,"verified_type":"none","protected":false,"public_metrics":{{"followers_count":{followers},"followers_count_str":"{followers}","following_count":290}}}}"#
            )
        };
        let users = [
            user(&author.to_string(), &format!("customer{}", author % AUTHORS), "A customer", 312),
            user(ACCOUNT, HANDLE, "Nordhafen Bank", 48_210),
        ]
        .join(",");
        let body = format!(
            r#"{{"data":{{"event_uuid":"-{id}","filter":{{"user_id":"{ACCOUNT}"}},"event_type":"post.mention.create","tag":"madoguchi","payload":{{"id":"{id}","text":{text},"author_id":"{author}","conversation_id":"{id}","created_at":"{now:.3}","lang":"und","reply_settings":"everyone","edit_history_tweet_ids":["{id}"],"possibly_sensitive":false,"paid_partnership":false,"display_text_range":[0,{length}],"public_metrics":{{"retweet_count":0,"retweet_count_str":"0","reply_count":0,"reply_count_str":"0","like_count":0,"like_count_str":"0"}},"entities":{{"mentions":[{{"start":0,"start_str":"0","end":{handle_end},"end_str":"{handle_end}","username":"{HANDLE}","id":"{ACCOUNT}"}}]}}}},"includes":{{"users":[{users}],"tweets":[]}}}}}}"#
        );
        self.request(&body)
    }

    /// The whole HTTP request of a private message from a person of its own.
    pub fn private(&self, number: u64, now: jiff::Timestamp) -> Vec<u8> {
        let (id, author) = (FIRST_POST / 2 + number, 8_800_000_000_000_000_000 + number);
        let body = format!(
            r#"{{"data":{{"event_uuid":"{id}","filter":{{"user_id":"{ACCOUNT}"}},"event_type":"dm.received","tag":"madoguchi","payload":{{"direct_message_events":[{{"type":"message_create","id":"{id}","created_timestamp":"{}","message_create":{{"target":{{"recipient_id":"{ACCOUNT}"}},"sender_id":"{author}","message_data":{{"text":"My account is locked since this morning, please help","entities":{{"hashtags":[],"symbols":[],"user_mentions":[],"urls":[]}}}}}}}}],"users":{{"{author}":{{"data":{{"id":"{author}","username":"private{number}","name":"A private customer","verified":false,"verified_type":"none","protected":false,"public_metrics":{{"followers_count":3,"followers_count_str":"3","following_count":9}}}}}}}}}}}}}}"#,
            now.as_millisecond()
        );
        self.request(&body)
    }

    fn request(&self, body: &str) -> Vec<u8> {
        let mut head = format!(
            "POST {} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\nx-twitter-webhooks-signature: sha256=",
            self.path,
            body.len()
        );
        // A key of any length is a key: this cannot fail.
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(CONSUMER_SECRET.as_bytes()) {
            mac.update(body.as_bytes());
            let _ = write!(head, "{}\r\n\r\n", STANDARD.encode(mac.finalize().into_bytes()));
        }
        head.push_str(body);
        head.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_json_and_distinct() {
        let mint = Mint::new("0190");
        let now = jiff::Timestamp::UNIX_EPOCH;
        let body = |request: Vec<u8>| {
            let text = String::from_utf8(request).unwrap();
            serde_json::from_str::<serde_json::Value>(text.split_once("\r\n\r\n").unwrap().1).unwrap()
        };
        let one = body(mint.mention(1, now));
        assert_eq!(one["data"]["payload"]["id"], "2110000000000000001");
        assert_ne!(one, body(mint.mention(2, now)));
        assert_eq!(body(mint.private(1, now))["data"]["event_type"], "dm.received");
    }
}

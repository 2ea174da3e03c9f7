//! One line of `madoguchi classify`: a JSON object with a text in, a JSON object with the labels out.

use crate::reader::{Hints, Reader};
use crate::rules::RuleReader;
use domain::priority::{Circumstances, NOISE, Policy, triage};
use domain::understanding::{PersonalData, Reason, Understanding};
use domain::vocabulary::{About, Kind, Noise, ReplyNeed, Sentiment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    text: String,
}

/// The answer's fields in their documented order.
#[derive(Serialize)]
struct Labels<'a> {
    id: &'a Value,
    language: &'a str,
    language_confidence: f32,
    kind: Kind,
    kind_confidence: f32,
    unsorted: bool,
    about: About,
    sentiment: Sentiment,
    complaint: f32,
    anger: f32,
    urgency: f32,
    noise: Option<Noise>,
    reply_need: ReplyNeed,
    priority: Option<i64>,
    answerable: bool,
    pii: &'a [PersonalData],
    reasons: &'a [Reason],
}

/// Reads one line `{"id","text"}` with the shipped rules and the standard policy; without `brand_keywords` any company
/// counts as us. A line that cannot be read gives `{"error":{"code","message"}}`; the caller adds its number.
pub fn classify_json(line: &str, brand_keywords: &[String]) -> String {
    match RuleReader::new() {
        Ok(reader) => classify_with(&reader, &Policy::standard(), line, brand_keywords),
        Err(error) => failure("engine", &error.to_string()),
    }
}

/// As [`classify_json`], with any reader and policy.
pub fn classify_with(reader: &dyn Reader, policy: &Policy, line: &str, brand_keywords: &[String]) -> String {
    let line: Line = match serde_json::from_str(line) {
        Ok(line) => line,
        Err(error) => return failure("bad_line", &error.to_string()),
    };
    let hints = Hints { brand_names: brand_keywords, ..Hints::default() };
    let understanding = reader.read(&line.text, &hints);
    let decided = triage(policy, &understanding, &Circumstances::default());
    let labels = labels(&line.id, &understanding, &decided);
    serde_json::to_string(&labels).unwrap_or_else(|error| failure("engine", &error.to_string()))
}

fn labels<'a>(id: &'a Value, understanding: &'a Understanding, decided: &'a domain::priority::Triage) -> Labels<'a> {
    Labels {
        id,
        language: &understanding.language,
        language_confidence: understanding.language_confidence,
        kind: understanding.kind,
        kind_confidence: understanding.kind_confidence,
        unsorted: understanding.unsorted,
        about: understanding.about,
        sentiment: understanding.sentiment,
        complaint: understanding.complaint,
        anger: understanding.anger,
        urgency: understanding.urgency,
        noise: decided.noise,
        reply_need: decided.reply_need,
        priority: Some(decided.priority).filter(|priority| *priority != NOISE),
        answerable: understanding.answerable,
        pii: &understanding.personal_data,
        reasons: &decided.reasons,
    }
}

fn failure(code: &str, message: &str) -> String {
    json!({ "error": { "code": code, "message": message } }).to_string()
}

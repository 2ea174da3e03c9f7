//! One act towards X: reply, post, private message, delete, hide. Nothing that people see is ever tried twice here.

pub(super) mod upload;

use super::api::{Api, Body, segment, web_base};
use super::capabilities::prices;
use super::errors::Trouble;
use super::{direct, length};
use crate::access::ChannelAccess;
use crate::client::Client;
use crate::network::{Charge, Files, Sent};
use domain::outgoing::{Outcome, Outgoing, OutgoingMedia};
use domain::vocabulary::AccessLevel;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Made<T> {
    data: T,
}

#[derive(Deserialize)]
struct MadePost {
    id: String,
}

#[derive(Deserialize)]
struct MadeDirectMessage {
    dm_event_id: String,
}

/// Does one act and says what came of it.
pub(super) async fn send(client: &Client, channel: &ChannelAccess, outgoing: &Outgoing, files: &dyn Files) -> Sent {
    let api = Api::of_channel(client, channel);
    let done = match outgoing {
        Outgoing::Reply { in_reply_to, text, media } => post(api, channel, text, media, Some(in_reply_to), files).await,
        Outgoing::Post { text, media } => post(api, channel, text, media, None, files).await,
        Outgoing::DirectMessage { recipient, text, media } => direct_message(api, recipient, text, media, files).await,
        Outgoing::Delete { external_id, private } => delete(api, external_id, *private).await,
        Outgoing::Hide { external_id, hidden } => hide(api, external_id, *hidden).await,
    };
    match done {
        Ok(sent) => sent,
        Err(trouble) => Sent { outcome: trouble.outcome(outgoing.appears()), charges: Vec::new() },
    }
}

async fn post(
    api: Api<'_>,
    channel: &ChannelAccess,
    text: &str,
    media: &[OutgoingMedia],
    in_reply_to: Option<&String>,
    files: &dyn Files,
) -> Result<Sent, Trouble> {
    let mut body = Map::new();
    if !text.is_empty() {
        body.insert("text".to_owned(), text.into());
    }
    if let Some(id) = in_reply_to {
        body.insert("reply".to_owned(), json!({ "in_reply_to_tweet_id": id }));
    }
    if !media.is_empty() {
        let ids = upload::all(api, media, files, upload::Use::Post).await?;
        body.insert("media".to_owned(), json!({ "media_ids": ids }));
    }
    let made: Made<MadePost> = api.call("post_create", Method::POST, "/2/tweets", &[], Body::Json(body.into())).await?;
    let what = match in_reply_to {
        _ if length::has_link(text) => prices::POST_CREATE_WITH_URL,
        // On self-serve access X takes a reply only from whom the author summoned, by name or quote.
        Some(_) if channel.facts.access_level == Some(AccessLevel::SelfServe) => prices::POST_CREATE_SUMMONED,
        _ => prices::POST_CREATE,
    };
    let id = made.data.id;
    let url = status_url(web_base(&channel.app), Some(&channel.facts.handle), &id);
    Ok(sent(Some(id), Some(url), Some(what)))
}

async fn direct_message(
    api: Api<'_>,
    recipient: &str,
    text: &str,
    media: &[OutgoingMedia],
    files: &dyn Files,
) -> Result<Sent, Trouble> {
    let mut body = Map::new();
    if !text.is_empty() {
        body.insert("text".to_owned(), text.into());
    }
    if !media.is_empty() {
        let ids = upload::all(api, media, files, upload::Use::DirectMessage).await?;
        let attachments = ids.into_iter().map(|id| json!({ "media_id": id })).collect();
        body.insert("attachments".to_owned(), attachments);
    }
    let path = format!("{}/messages", direct::conversation_path(recipient)?);
    let made: Made<MadeDirectMessage> =
        api.call("dm_create", Method::POST, &path, &[], Body::Json(body.into())).await?;
    Ok(sent(Some(made.data.dm_event_id), None, Some(prices::DIRECT_MESSAGE_CREATE)))
}

async fn delete(api: Api<'_>, external_id: &str, private: bool) -> Result<Sent, Trouble> {
    let id = segment(external_id)?;
    let (endpoint, path) = match private {
        true => ("dm_delete", format!("/2/dm_events/{id}")),
        false => ("post_delete", format!("/2/tweets/{id}")),
    };
    match api.call::<Value>(endpoint, Method::DELETE, &path, &[], Body::Nothing).await {
        Ok(_) => Ok(sent(None, None, None)),
        // Gone is what was wanted, whoever did it: a repeated delete after a lost answer must not look like a failure.
        Err(Trouble::Said(no)) if no.status == StatusCode::NOT_FOUND => Ok(sent(None, None, None)),
        Err(trouble) => Err(trouble),
    }
}

async fn hide(api: Api<'_>, external_id: &str, hidden: bool) -> Result<Sent, Trouble> {
    let path = format!("/2/tweets/{}/hidden", segment(external_id)?);
    let body = Body::Json(json!({ "hidden": hidden }));
    api.call::<Value>("hide", Method::PUT, &path, &[], body).await?;
    Ok(sent(None, None, None))
}

fn sent(external_id: Option<String>, url: Option<String>, what: Option<&str>) -> Sent {
    let charges = what.map(|what| Charge { what: what.to_owned(), count: 1 }).into_iter().collect();
    Sent { outcome: Outcome::Sent { external_id, url }, charges }
}

/// Address of a post. X finds the post by its id; `i` stands for an author whose handle is not known.
pub(super) fn status_url(web_base: &str, handle: Option<&str>, id: &str) -> String {
    format!("{web_base}/{}/status/{id}", handle.filter(|handle| !handle.is_empty()).unwrap_or("i"))
}

/// Id of the post at an address as people copy it (`https://x.com/name/status/123?s=20`), or an id alone.
pub(super) fn status_at(address: &str) -> Option<String> {
    let address = address.trim();
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let id = match path.split_once("/status/") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default(),
        None => address,
    };
    let is_id = (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::status_at;

    #[test]
    fn a_post_is_named_by_its_address_or_its_id() {
        for (typed, id) in [
            ("https://x.com/aoba/status/1922?s=20", Some("1922")),
            (" https://twitter.com/aoba/status/1922/photo/1 ", Some("1922")),
            ("http://127.0.0.1:7301/x/aoba/status/1922#m", Some("1922")),
            ("1922", Some("1922")),
            ("https://x.com/aoba", None),
            ("https://x.com/aoba/status/", None),
            ("1922 or so", None),
            ("123456789012345678901", None),
            ("", None),
        ] {
            assert_eq!(status_at(typed).as_deref(), id, "{typed}");
        }
    }
}

//! The stream of activities: the way in for those whom X cannot reach. One connection an app; a line of JSON for each
//! event, and blank lines while nothing happens.

use super::api::Api;
use super::errors::Trouble;
use super::receive::{BODY_LIMIT, is_private};
use crate::access::AppAccess;
use crate::client::Client;
use crate::network::{CallError, Deliveries};
use bytes::{Bytes, BytesMut};
use std::time::Duration;

/// X breaks the silence every twenty seconds. Longer silence is a connection that died without a word.
const SILENCE: Duration = Duration::from_secs(60);

/// Whether the app is to be heard this way.
pub(super) fn is_wanted(app: &AppAccess) -> bool {
    app.setting("inbound") == Some("stream")
}

/// Holds the connection and hands over what comes, until it breaks; why it did.
pub(super) async fn hold(client: &Client, app: &AppAccess, deliveries: &dyn Deliveries) -> CallError {
    match listen(Api::of_app(client, app), deliveries).await {
        Ok(()) => CallError::Later { at: None, message: "the stream ended".to_owned() },
        Err(trouble) => trouble.into(),
    }
}

async fn listen(api: Api<'_>, deliveries: &dyn Deliveries) -> Result<(), Trouble> {
    let mut stream = api.open("activity_stream", "/2/activity/stream").await?;
    if !deliveries.take(Vec::new()).await {
        return Ok(());
    }
    let mut rest = BytesMut::new();
    while let Some(part) = stream.part(SILENCE).await? {
        rest.extend_from_slice(&part);
        if !deliveries.take(lines(&mut rest)).await {
            return Err(Trouble::NotSent("what the stream brought could not be kept".to_owned()));
        }
        if rest.len() > BODY_LIMIT {
            return Err(Trouble::Lost("a line of the stream does not end".to_owned()));
        }
    }
    Ok(())
}

/// The whole lines so far, without the blank ones, each with whether it is private; what has begun stays.
fn lines(rest: &mut BytesMut) -> Vec<(Bytes, bool)> {
    let mut found = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = rest.split_to(end + 1).freeze();
        let line = line.slice_ref(line.trim_ascii());
        if !line.is_empty() {
            // What cannot be read is kept and parked, like any delivery.
            let private = is_private(&line).unwrap_or(true);
            found.push((line, private));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_the_connection_cuts_them() {
        let sent = b"\r\n{\"data\":{\"event_type\":\"dm.received\"}}\r\n\r\n{\"data\":{\"event_type\":\"post.create\"}}\n{\"da";
        for size in 1..sent.len() {
            let (mut rest, mut found) = (BytesMut::new(), Vec::new());
            for part in sent.chunks(size) {
                rest.extend_from_slice(part);
                found.extend(lines(&mut rest));
            }
            let private: Vec<bool> = found.iter().map(|(_, private)| *private).collect();
            assert_eq!((private, &rest[..]), (vec![true, false], &b"{\"da"[..]), "cut every {size} bytes");
            assert_eq!(&found[1].0[..], b"{\"data\":{\"event_type\":\"post.create\"}}");
        }
    }
}

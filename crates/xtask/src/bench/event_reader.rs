//! A reader of `/api/v1/events`: which message was seen when.

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A message that the stream has told of.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its id.
    pub message: uuid::Uuid,
    /// When.
    pub at: Instant,
}

/// What was seen so far.
#[derive(Default)]
struct Log {
    public: Vec<Seen>,
    private: Vec<Seen>,
    /// Events were skipped: the numbers of this run are void.
    reset: bool,
}

/// A reader in the background; dropping it ends it.
pub struct EventReader {
    log: Arc<Mutex<Log>>,
    counts: watch::Receiver<(usize, usize)>,
    task: JoinHandle<Result<()>>,
}

impl Drop for EventReader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl EventReader {
    /// Opens the stream and returns when it stands.
    pub async fn open(address: SocketAddr, token: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\naccept: text/event-stream\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut begun = Vec::new();
        while !contains(&begun, b"retry:") {
            if stream.read_buf(&mut begun).await? == 0 {
                bail!("no event stream: {}", String::from_utf8_lossy(&begun));
            }
        }
        if !begun.starts_with(b"HTTP/1.1 200") {
            bail!("no event stream: {}", String::from_utf8_lossy(&begun));
        }
        let log = Arc::new(Mutex::new(Log::default()));
        let (sender, counts) = watch::channel((0, 0));
        let task = tokio::spawn(follow(stream, Arc::clone(&log), sender));
        Ok(Self { log, counts, task })
    }

    fn with<T>(&self, read: impl FnOnce(&Log) -> T) -> T {
        read(&self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Public messages so far.
    pub fn public_count(&self) -> usize {
        self.counts.borrow().0
    }

    /// The public messages.
    pub fn public(&self) -> Vec<Seen> {
        self.with(|log| log.public.clone())
    }

    /// Whether the stream skipped events.
    pub fn was_reset(&self) -> bool {
        self.with(|log| log.reset)
    }

    /// Waits until so many public messages were seen.
    pub async fn until_public(&self, count: usize) -> Result<()> {
        let mut counts = self.counts.clone();
        counts.wait_for(|(public, _)| *public >= count).await.context("the event stream broke off")?;
        Ok(())
    }

    /// Waits for private message number `number` (from 1) and says when it was seen.
    pub async fn private(&self, number: usize) -> Result<Instant> {
        let mut counts = self.counts.clone();
        counts.wait_for(|(_, private)| *private >= number).await.context("the event stream broke off")?;
        self.with(|log| log.private.get(number - 1).map(|seen| seen.at)).context("a private message vanished")
    }
}

async fn follow(mut stream: TcpStream, log: Arc<Mutex<Log>>, counts: watch::Sender<(usize, usize)>) -> Result<()> {
    let mut buffer: Vec<u8> = Vec::with_capacity(256 * 1024);
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            bail!("the event stream ended");
        }
        let Some(whole) = buffer.iter().rposition(|byte| *byte == b'\n') else { continue };
        let at = Instant::now();
        let rest = buffer.split_off(whole + 1);
        let counted = {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            for line in buffer.split(|byte| *byte == b'\n') {
                read_line(line, at, &mut log);
            }
            (log.public.len(), log.private.len())
        };
        counts.send_replace(counted);
        buffer = rest;
    }
}

/// Lines that are no `data:` of an arrived message (chunk sizes, ids, names) are passed over. A line that a chunk border
/// cuts in two would be lost, and the count of messages would show it.
fn read_line(line: &[u8], at: Instant, log: &mut Log) {
    if line.starts_with(b"event: reset") {
        log.reset = true;
    }
    let Some(data) = line.strip_prefix(b"data: ") else { return };
    if !contains(data, b"\"message.arrived\"") {
        return;
    }
    let Some(message) = find(data, b"\"message\":\"").and_then(|start| data.get(start..start + 36)) else { return };
    let Some(message) = std::str::from_utf8(message).ok().and_then(|text| text.parse().ok()) else { return };
    let seen = Seen { message, at };
    if contains(data, b"\"private\":true") { log.private.push(seen) } else { log.public.push(seen) }
}

/// The place after the first occurrence.
fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part).map(|start| start + part.len())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrived_messages_are_told_apart() {
        let mut log = Log::default();
        let id = "01920000-0000-7000-8000-000000000001";
        for private in ["true", "false"] {
            let line = format!(
                r#"data: {{"number":1,"kind":"message.arrived","case":null,"message":"{id}","data":{{"opened":true,"private":{private}}}}}"#
            );
            read_line(line.as_bytes(), Instant::now(), &mut log);
        }
        read_line(b"data: {\"number\":2,\"kind\":\"case.changed\"}", Instant::now(), &mut log);
        assert_eq!((log.public.len(), log.private.len()), (1, 1));
        assert_eq!(log.public[0].message.to_string(), id);
    }
}

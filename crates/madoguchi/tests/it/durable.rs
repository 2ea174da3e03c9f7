//! What strace sees: the fdatasync that covers a delivery's row in the journal returned before the first byte of its 200 left.

use crate::scene::Scene;
use crate::scene::database::Database;
use crate::scene::patience::SOON;
use crate::scene::webhook::{SIGNATURE, signature};
use futures::StreamExt;
use std::collections::{HashMap, HashSet};
use std::process::Command;

const DELIVERIES: u64 = 1_000;
const FIRST_ID: u64 = 1_900_000_000_000_800_000;
/// Connections that deliver at once, so that groups form.
const CONNECTIONS: usize = 16;

/// Why system calls cannot be watched here, if they cannot.
fn obstacle() -> Option<String> {
    match Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output() {
        Err(error) => Some(format!("strace cannot be run ({error})")),
        Ok(output) if !output.status.success() => {
            Some(format!("ptrace is forbidden here: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
        Ok(_) => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_durable_before_it_is_acknowledged() {
    if let Some(obstacle) = obstacle() {
        println!("skipped: {obstacle}");
        return;
    }
    let mut scene = Scene::new(Database::sqlite()).await;
    scene.stop().await;
    let trace = scene.database.folder().join("trace");
    let trace_name = trace.to_str().unwrap().to_owned();
    let calls = "trace=fdatasync,fsync,pwrite64,pwritev,write,writev,sendto,sendmsg,recvfrom,recvmsg,read,readv";
    // -D: the product stays our child. -y: descriptors with their names. -s: long enough for a page of the database.
    let watched = scene.command().under(&["strace", "-D", "-f", "-y", "-s", "8192", "-e", calls, "-o", &trace_name]);
    scene.start_as(&watched).await;
    let client = reqwest::Client::new();
    let secret = scene.network.made().app.consumer_secret.clone();
    let address = scene.webhook();
    let acknowledged: Vec<(u64, u16)> = futures::stream::iter(0..DELIVERIES)
        .map(|number| {
            let body = scene.mention(FIRST_ID + number, &marker(number));
            let request = client.post(&address).header(SIGNATURE, signature(&secret, &body)).body(body);
            async move { (number, request.send().await.unwrap().status().as_u16()) }
        })
        .buffer_unordered(CONNECTIONS)
        .collect()
        .await;
    assert!(acknowledged.iter().all(|(_, status)| *status == 200));
    scene.filed(SOON).await;
    scene.stop().await;

    let lines = std::fs::read(&trace).unwrap();
    let seen = Seen::read(&String::from_utf8_lossy(&lines));
    for number in 0..DELIVERIES {
        seen.check(number);
    }
    println!("{DELIVERIES} deliveries, {} syncs of the journal, none late", seen.syncs);
    assert!(seen.syncs > 0);
}

fn marker(number: u64) -> String {
    format!("marker-{number:06}-end")
}

/// Where, in the order of the trace, each step of each delivery stands.
#[derive(Default)]
struct Seen {
    /// The line at which the write of the journal that first holds it began.
    written: HashMap<u64, usize>,
    /// The line at which the first sync after that write, by the same thread, had returned well.
    synced: HashMap<u64, usize>,
    /// The line at which the 200 on its connection began to leave.
    answered: HashMap<u64, usize>,
    syncs: usize,
}

/// A call as the trace tells it: in one line, or in two with others between.
struct Line<'a> {
    thread: &'a str,
    call: &'a str,
    rest: &'a str,
    begins: bool,
    ends: bool,
}

fn parse(line: &str) -> Option<Line<'_>> {
    let (thread, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    if let Some(resumed) = rest.strip_prefix("<... ") {
        let (call, rest) = resumed.split_once(" resumed>")?;
        return Some(Line { thread, call, rest, begins: false, ends: true });
    }
    let (call, rest) = rest.split_once('(')?;
    Some(Line { thread, call, rest, begins: true, ends: !rest.ends_with("<unfinished ...>") })
}

fn markers(text: &str) -> impl Iterator<Item = u64> {
    text.match_indices("marker-").filter_map(|(at, _)| {
        let digits = text.get(at + 7..at + 13)?;
        text.get(at + 13..at + 17).filter(|end| *end == "-end")?;
        digits.parse().ok()
    })
}

impl Seen {
    fn read(trace: &str) -> Self {
        let mut seen = Self::default();
        // Per thread: what it wrote into the journal and has not synced yet, and the descriptor of a call under way.
        let mut unsynced: HashMap<&str, HashSet<u64>> = HashMap::new();
        let mut descriptors: HashMap<(&str, &str), &str> = HashMap::new();
        // Per connection: the delivery that it is busy with.
        let mut busy: HashMap<&str, u64> = HashMap::new();
        for (at, line) in trace.lines().enumerate() {
            let Some(line) = parse(line) else { continue };
            let descriptor = if line.begins {
                let end = line.rest.find(['>', ',', ')']).unwrap_or(line.rest.len());
                line.rest.get(..end).unwrap_or_default()
            } else {
                descriptors.get(&(line.thread, line.call)).copied().unwrap_or_default()
            };
            if line.begins && !line.ends {
                descriptors.insert((line.thread, line.call), descriptor);
            }
            match line.call {
                "recvfrom" | "recvmsg" | "read" | "readv" if line.ends && descriptor.contains("socket:") => {
                    if let Some(number) = markers(line.rest).next() {
                        busy.insert(descriptor, number);
                    }
                }
                "pwrite64" | "pwritev" if line.begins && descriptor.ends_with("/journal.db-wal") => {
                    for number in markers(line.rest) {
                        if let std::collections::hash_map::Entry::Vacant(first) = seen.written.entry(number) {
                            first.insert(at);
                            unsynced.entry(line.thread).or_default().insert(number);
                        }
                    }
                }
                "fdatasync" | "fsync" if line.ends && descriptor.ends_with("/journal.db-wal") => {
                    assert!(line.rest.trim_end().ends_with("= 0"), "a sync failed: {}", line.rest);
                    seen.syncs += 1;
                    for number in unsynced.remove(line.thread).unwrap_or_default() {
                        seen.synced.insert(number, at);
                    }
                }
                "sendto" | "sendmsg" | "write" | "writev" if line.begins && line.rest.contains("HTTP/1.1 200") => {
                    if let Some(number) = busy.remove(descriptor) {
                        seen.answered.insert(number, at);
                    }
                }
                _ => {}
            }
        }
        seen
    }

    fn check(&self, number: u64) {
        let at = |steps: &HashMap<u64, usize>, what: &str| {
            *steps.get(&number).unwrap_or_else(|| panic!("delivery {number}: its {what} is not in the trace"))
        };
        let (written, synced) = (at(&self.written, "row"), at(&self.synced, "sync"));
        let answered = at(&self.answered, "answer");
        assert!(
            written < synced && synced < answered,
            "delivery {number}: written at {written}, synced at {synced}, answered at {answered}"
        );
    }
}

#[test]
fn an_answer_before_its_sync_is_seen() {
    let honest = r#"7 recvfrom(12<socket:[1]>, "POST … marker-000001-end", 8192, 0, NULL, NULL) = 24
8 pwrite64(9</d/journal.db-wal>, "… marker-000001-end", 4096, 32) = 4096
8 fdatasync(9</d/journal.db-wal> <unfinished ...>
7 recvfrom(13<socket:[2]>, "", 8192, 0, NULL, NULL) = 0
8 <... fdatasync resumed>) = 0
7 sendto(12<socket:[1]>, "HTTP/1.1 200 OK\r\n", 17, 0, NULL, 0) = 17
"#;
    Seen::read(honest).check(1);
    let mut lines: Vec<&str> = honest.lines().collect();
    lines.swap(4, 5);
    let late = lines.join("\n");
    assert!(std::panic::catch_unwind(|| Seen::read(&late).check(1)).is_err());
}

//! The load: connections that send one delivery after the other, or deliveries on a schedule whatever the server does.

use super::delivery::Mint;
use super::http_client::Connection;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// What one round of load came to.
#[derive(Default)]
pub struct Outcome {
    /// How long each acknowledged delivery took.
    pub times: Vec<Duration>,
    /// Which deliveries were acknowledged, and when they were sent (open loop: should have been sent).
    pub sent: Vec<(u64, Instant)>,
    /// Answers that were not 200.
    pub refused: u64,
    /// From the first to the last.
    pub took: Duration,
}

impl Outcome {
    /// Acknowledged deliveries a second.
    pub fn rate(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64().max(f64::EPSILON)
    }

    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.sent.extend(other.sent);
        self.refused += other.refused;
    }
}

/// Sends for `time` with so many connections, each as fast as it is answered; deliveries are numbered from `numbers`.
pub async fn closed_loop(
    address: SocketAddr,
    mint: &Mint,
    connections: usize,
    time: Duration,
    numbers: &Arc<AtomicU64>,
) -> Result<Outcome> {
    let (begun, mut tasks) = (Instant::now(), JoinSet::new());
    for _ in 0..connections {
        let (mint, numbers) = (mint.clone(), Arc::clone(numbers));
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut outcome = Outcome::default();
            while begun.elapsed() < time {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                let request = mint.mention(number, jiff::Timestamp::now());
                let at = Instant::now();
                send(&mut connection, &request, number, at, &mut outcome).await?;
            }
            Ok::<_, anyhow::Error>(outcome)
        });
    }
    gather(tasks, begun).await
}

/// Sends `rate` deliveries a second for `time`; times count from when a delivery was due, so that a stall is not hidden.
pub async fn open_loop(
    address: SocketAddr,
    mint: &Mint,
    rate: u64,
    time: Duration,
    numbers: &Arc<AtomicU64>,
) -> Result<Outcome> {
    let connections = 64;
    let total = rate * time.as_secs();
    let first = numbers.fetch_add(total, Ordering::Relaxed);
    let (begun, mut tasks) = (Instant::now(), JoinSet::new());
    let next = Arc::new(AtomicU64::new(0));
    for _ in 0..connections {
        let (mint, next) = (mint.clone(), Arc::clone(&next));
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut outcome = Outcome::default();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= total {
                    return Ok::<_, anyhow::Error>(outcome);
                }
                let due = begun + Duration::from_micros(index * 1_000_000 / rate);
                tokio::time::sleep_until(due.into()).await;
                let number = first + index;
                let request = mint.mention(number, jiff::Timestamp::now());
                send(&mut connection, &request, number, due, &mut outcome).await?;
            }
        });
    }
    gather(tasks, begun).await
}

async fn send(
    connection: &mut Connection,
    request: &[u8],
    number: u64,
    at: Instant,
    outcome: &mut Outcome,
) -> Result<()> {
    if connection.ask(request).await?.status == 200 {
        outcome.times.push(at.elapsed());
        outcome.sent.push((number, at));
    } else {
        outcome.refused += 1;
        // As a network would: not at once again.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn gather(mut tasks: JoinSet<Result<Outcome>>, begun: Instant) -> Result<Outcome> {
    let mut all = Outcome::default();
    while let Some(ended) = tasks.join_next().await {
        all.add(ended.context("a connection's task")??);
    }
    all.took = begun.elapsed();
    Ok(all)
}

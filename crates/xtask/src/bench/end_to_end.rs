//! Webhook to event stream at a steady rate, then a flood, how it is worked off, and private messages behind it.

use super::Engine;
use super::delivery::Mint;
use super::event_reader::EventReader;
use super::http_client::Connection;
use super::load::{closed_loop, open_loop};
use super::memory::Memory;
use super::percentile::Times;
use super::place::Place;
use super::product::Product;
use super::seed;
use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::Store;

/// Measures both.
pub async fn run(engine: Engine, seconds: u64, rate: u64, flood: u64) -> Result<()> {
    println!("# end to end, {engine:?}: {rate}/s for {seconds} s, then {flood} s of as much as is taken");
    let place = Place::fresh(engine)?;
    let seed = seed::plant(&place.settings()).await?;
    let product = Product::serve(&place.data(), place.database_url()).await?;
    let reader = EventReader::open(product.address, &seed.token).await?;
    let (mint, numbers) = (Mint::new(&seed.app), Arc::new(AtomicU64::new(1)));

    let memory = watch_memory(&product);
    let before = product.processor_seconds()?;
    let steady = open_loop(product.address, &mint, rate, Duration::from_secs(seconds), &numbers).await?;
    within(60, reader.until_public(steady.sent.len())).await?;
    let used = (product.processor_seconds()? - before) / steady.took.as_secs_f64();
    let highest = memory.end().await?;
    let seen = reader.public();
    println!(
        "steady: {:.0}/s acknowledged, {} refused, acknowledged after {}",
        steady.rate(),
        steady.refused,
        Times::of(steady.times.clone())
    );
    println!("steady: processor {used:.2} s a second; at most {highest}");

    let flooded = surge(&product, &reader, &mint, &numbers, Duration::from_secs(flood)).await?;
    let was_reset = reader.was_reset();
    drop(reader);
    product.stop().await?;

    let ids = external_ids(&place, &seed.workspace).await?;
    let mut told: HashMap<u64, Instant> = HashMap::with_capacity(seen.len());
    for message in &seen {
        if let Some(id) = ids.get(&message.message) {
            told.insert(*id, message.at);
        }
    }
    let mut times = Vec::with_capacity(steady.sent.len());
    for (number, sent) in &steady.sent {
        let at = told.get(&Mint::post_id(*number)).with_context(|| format!("delivery {number} was never told"))?;
        times.push(at.saturating_duration_since(*sent));
    }
    println!("steady: webhook to event stream {}", Times::of(times));
    println!("{flooded}");
    println!("events skipped: {was_reset}; stored messages: {}", ids.len());
    Ok(())
}

/// As much as is taken for a while, with a private message every second, then the backlog.
async fn surge(
    product: &Product,
    reader: &EventReader,
    mint: &Mint,
    numbers: &Arc<AtomicU64>,
    time: Duration,
) -> Result<String> {
    if time.is_zero() {
        return Ok("no flood".to_owned());
    }
    let told_before = reader.public_count();
    let privates = AtomicUsize::new(0);
    let during = private_messages(product, reader, mint, &privates);
    tokio::pin!(during);
    let load = closed_loop(product.address, mint, 64, time, numbers);
    let (outcome, waits_during) = {
        tokio::pin!(load);
        let mut waits = Vec::new();
        loop {
            tokio::select! {
                outcome = &mut load => break (outcome?, waits),
                wait = &mut during => {
                    waits.push(wait?);
                    during.set(private_messages(product, reader, mint, &privates));
                }
            }
        }
    };
    let all = told_before + outcome.sent.len();
    let backlog = all - reader.public_count();
    let begun = Instant::now();
    let drained = within(1200, reader.until_public(all));
    tokio::pin!(drained);
    let mut waits_after = Vec::new();
    loop {
        tokio::select! {
            done = &mut drained => { done?; break; }
            wait = &mut during => {
                waits_after.push(wait?);
                during.set(private_messages(product, reader, mint, &privates));
            }
        }
    }
    let took = begun.elapsed();
    Ok(format!(
        "flood: {:.0}/s taken ({} refused), acknowledged after {}; filed meanwhile {:.0}/s\n\
         flood: backlog of {backlog} worked off in {:.1} s: {:.0}/s; {}\n\
         flood: private message shown, during {}\n\
         flood: private message shown, while working off {}",
        outcome.rate(),
        outcome.refused,
        Times::of(outcome.times.clone()),
        (outcome.sent.len() - backlog) as f64 / outcome.took.as_secs_f64(),
        took.as_secs_f64(),
        backlog as f64 / took.as_secs_f64().max(0.001),
        product.memory()?,
        Times::of(waits_during),
        Times::of(waits_after),
    ))
}

/// One private message: from sending it to seeing it. Then a pause.
async fn private_messages(
    product: &Product,
    reader: &EventReader,
    mint: &Mint,
    number: &AtomicUsize,
) -> Result<Duration> {
    let number = number.fetch_add(1, Ordering::Relaxed) + 1;
    let mut connection = Connection::open(product.address).await?;
    let at = Instant::now();
    let request = mint.private(u64::try_from(number)?, jiff::Timestamp::now());
    let status = connection.ask(&request).await?.status;
    if status != 200 {
        bail!("a private message was refused: {status}");
    }
    let seen = within(60, reader.private(number)).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(seen.saturating_duration_since(at))
}

async fn within<T>(seconds: u64, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(Duration::from_secs(seconds), work)
        .await
        .with_context(|| format!("not done after {seconds} s"))?
}

/// The post ids of all messages.
async fn external_ids(place: &Place, workspace: &domain::id::WorkspaceId) -> Result<HashMap<uuid::Uuid, u64>> {
    let store = Store::open(&place.settings()).await?;
    let rows = store
        .main
        .fetch_all("SELECT id, external_id FROM message WHERE workspace_id = $1", &[(*workspace).into()])
        .await?;
    let mut ids = HashMap::with_capacity(rows.len());
    for row in &rows {
        ids.insert(row.id::<uuid::Uuid>("id")?, row.text("external_id")?.parse()?);
    }
    store.close().await;
    Ok(ids)
}

struct MemoryWatch {
    stop: tokio::sync::oneshot::Sender<()>,
    task: tokio::task::JoinHandle<Memory>,
}

/// Looks once a second.
fn watch_memory(product: &Product) -> MemoryWatch {
    let process = product.process();
    let (stop, mut stopped) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        let mut most = Memory::default();
        loop {
            if let Ok(now) = Memory::of(process) {
                most = most.most(now);
            }
            tokio::select! {
                _ = &mut stopped => return most,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    });
    MemoryWatch { stop, task }
}

impl MemoryWatch {
    async fn end(self) -> Result<Memory> {
        let _ = self.stop.send(());
        Ok(self.task.await?)
    }
}

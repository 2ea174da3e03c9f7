//! Durable deliveries a second, beside the same router with an intake that keeps nothing.

use super::Engine;
use super::delivery::Mint;
use super::event_reader::EventReader;
use super::load::{Outcome, closed_loop};
use super::percentile::Times;
use super::place::Place;
use super::product::{Product, free_address};
use super::seed::{self, Seed};
use anyhow::{Context, Result, bail};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use store::Store;
use store::journal::PUBLIC_LANE;

/// Warming up: connections, caches, the first files.
const WARM: Duration = Duration::from_secs(2);
/// How long the backlog of a run may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Measures in turns, so that what else the machine does meanwhile falls on both alike. Both halves of a turn work on the
/// same database: the second one files what the first one left in the journal, with the same reader of events.
pub async fn run(engine: Engine, seconds: u64, connections: usize, turns: u32) -> Result<()> {
    let time = Duration::from_secs(seconds);
    for turn in 1..=turns {
        println!("# intake, {engine:?}, {connections} connections, {seconds} s, turn {turn} of {turns}");
        let place = Place::fresh(engine)?;
        let seed = seed::plant(&place.settings()).await?;
        let product = Product::serve(&place.data(), place.database_url()).await?;
        let (durable, kept) = load(&product, &seed, connections, time).await?;
        product.stop().await?;
        println!(
            "durable:         {:.0}/s, {}, {} refused",
            durable.rate(),
            Times::of(durable.times.clone()),
            durable.refused
        );

        let program = std::env::current_exe().context("this tool's own place")?;
        let data = place.data();
        let arguments = ["bench".as_ref(), "without-journal".as_ref(), data.as_os_str()];
        let router = Product::start(&program, &arguments, &data, place.database_url(), free_address()?).await?;
        let (bare, _) = load(&router, &seed, connections, time).await?;
        println!("without journal: {:.0}/s, {}", bare.rate(), Times::of(bare.times.clone()));
        println!("ratio:           {:.0} %", 100.0 * durable.rate() / bare.rate());
        check(&place, &seed, kept).await?;
        router.stop().await?;
    }
    Ok(())
}

/// Load with everything running: understanding, filing, and a reader of the event stream. Also how many deliveries were
/// acknowledged in all.
async fn load(product: &Product, seed: &Seed, connections: usize, time: Duration) -> Result<(Outcome, usize)> {
    let reader = EventReader::open(product.address, &seed.token).await?;
    let (mint, numbers) = (Mint::new(&seed.app), Arc::new(AtomicU64::new(1)));
    let warm = closed_loop(product.address, &mint, connections, WARM, &numbers).await?;
    let before = (reader.public_count(), product.processor_seconds()?);
    let outcome = closed_loop(product.address, &mint, connections, time, &numbers).await?;
    let told = reader.public_count() - before.0;
    println!(
        "meanwhile filed and told {:.0}/s; processor {:.2} s a second; {}",
        told as f64 / outcome.took.as_secs_f64(),
        (product.processor_seconds()? - before.1) / outcome.took.as_secs_f64(),
        product.memory()?
    );
    let kept = warm.times.len() + outcome.times.len();
    Ok((outcome, kept))
}

/// Every acknowledged delivery is a message, once.
async fn check(place: &Place, seed: &Seed, kept: usize) -> Result<()> {
    let store = Store::open(&place.settings()).await?;
    let (begun, left) = (Instant::now(), waiting(&store).await?);
    while waiting(&store).await? > 0 {
        if begun.elapsed() > PATIENCE {
            bail!("the backlog is not worked off after {PATIENCE:?}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rate = left as f64 / begun.elapsed().as_secs_f64().max(0.001);
    let row = store
        .main
        .fetch_one("SELECT count(*) AS messages FROM message WHERE workspace_id = $1", &[seed.workspace.into()])
        .await?;
    let stored = usize::try_from(row.int("messages")?)?;
    store.close().await;
    if stored != kept {
        bail!("{kept} deliveries were acknowledged, {stored} messages are stored");
    }
    println!("all {kept} acknowledged deliveries are stored once; the last {left} were filed at {rate:.0}/s");
    Ok(())
}

async fn waiting(store: &Store) -> Result<i64> {
    Ok(store.journal_head(PUBLIC_LANE).await? - store.journal_filed(PUBLIC_LANE).await?)
}

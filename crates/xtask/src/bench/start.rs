//! Start to first answer, and memory a minute later, on a filled database.

use super::Engine;
use super::filled::Filled;
use super::product::Product;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// Measures three starts; the last one is watched for a minute.
pub async fn run(engine: Engine, data: Option<&Path>, cases: u64) -> Result<()> {
    let filled = Filled::open(engine, data, cases).await?;
    println!("# start on {}, {engine:?}", filled.data.display());
    for start in 1..=3 {
        let product = Product::serve(&filled.data, filled.database_url.as_deref()).await?;
        println!("start {start}: first answer after {:.0} ms", product.first_answer.as_secs_f64() * 1000.0);
        if start == 3 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            println!("a minute after the start: {}", product.memory()?);
        }
        product.stop().await?;
    }
    Ok(())
}

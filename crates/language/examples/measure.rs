//! Speed on one core and agreement with the public sets under `MADOGUCHI_TEST_DATA`: `cargo run --release -p language --example measure`.

use domain::vocabulary::Sentiment;
use language::{Hints, Reader, RuleReader};
use serde_json::Value;
use std::io::Write;
use std::time::Instant;

fn rows(path: &str) -> Vec<Value> {
    let root = std::env::var("MADOGUCHI_TEST_DATA").unwrap_or_default();
    let text = std::fs::read_to_string(format!("{root}/data/{path}")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn field<'a>(row: &'a Value, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    let begun = Instant::now();
    let reader = RuleReader::new()?;
    writeln!(out, "compiled in {:?}", begun.elapsed())?;
    let airline = rows("airline/dev.jsonl");
    let complaints = rows("complaints/dev.jsonl");
    if airline.is_empty() {
        writeln!(out, "skipped: needs the test data")?;
        return Ok(());
    }
    let hints = Hints::default();
    let share = |right: usize, all: usize| 100.0 * right as f64 / all.max(1) as f64;
    let right = airline.iter().filter(|row| {
        let tone = reader.read(field(row, "text"), &hints).sentiment;
        Sentiment::from_word(field(row, "label")) == Some(tone)
    });
    writeln!(out, "airline dev, sentiment: {:.1} % of {}", share(right.count(), airline.len()), airline.len())?;
    let right = complaints.iter().filter(|row| {
        let complains = reader.read(field(row, "text"), &hints).complaint >= 0.25;
        complains == (field(row, "label") == "complaint")
    });
    writeln!(
        out,
        "complaints dev, complaint or not: {:.1} % of {}",
        share(right.count(), complaints.len()),
        complaints.len()
    )?;
    for language in ["en", "de", "es", "fr", "it", "pt"] {
        let tweets: Vec<Value> =
            rows("umsab/dev.jsonl").into_iter().filter(|row| field(row, "lang") == language).collect();
        let right = tweets.iter().filter(|row| reader.read(field(row, "text"), &hints).language == language).count();
        writeln!(out, "umsab dev, language {language}: {:.1} % of {}", share(right, tweets.len()), tweets.len())?;
    }
    let begun = Instant::now();
    let mut read = 0_usize;
    while begun.elapsed().as_secs() < 3 {
        for row in airline.iter().chain(&complaints) {
            std::hint::black_box(reader.read(field(row, "text"), &hints));
            read += 1;
        }
    }
    writeln!(out, "{:.0} messages/s on one core", read as f64 / begun.elapsed().as_secs_f64())?;
    Ok(())
}

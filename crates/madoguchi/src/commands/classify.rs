//! `madoguchi classify`: JSON lines in, JSON lines out, in the same order.

use anyhow::Result;
use domain::priority::Policy;
use std::io::{BufRead, BufWriter, Write};

/// What `classify` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Names of our brands; without them any company that a text names counts as us.
    #[arg(long, value_delimiter = ',')]
    brand_keywords: Vec<String>,
}

/// Reads standard input to its end.
pub fn run(arguments: &Arguments) -> Result<()> {
    let reader = language::RuleReader::new()?;
    let policy = Policy::standard();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        writeln!(out, "{}", language::classify::classify_with(&reader, &policy, &line, &arguments.brand_keywords))?;
    }
    out.flush()?;
    Ok(())
}

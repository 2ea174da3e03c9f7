//! `cargo xtask test`: every check of the project, one after the other, with a table of durations at the end.

mod counts;
mod step;
mod steps;

use crate::postgres::URL_VARIABLE;
use crate::postgres::cluster::Cluster;
use crate::workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use counts::Counts;
use step::{Outcome, Step};

/// Which steps to run.
#[derive(Args)]
pub struct TestArguments {
    /// Names of steps; all of them when none is given.
    #[arg(value_parser = steps::NAMES)]
    steps: Vec<String>,
}

/// Runs the steps; one that fails does not keep the later ones from running.
pub fn run(arguments: &TestArguments) -> Result<()> {
    let root = workspace::root();
    let wanted = |step: &Step| arguments.steps.is_empty() || arguments.steps.iter().any(|name| *name == step.name);
    let steps: Vec<Step> = steps::all(&root).into_iter().filter(wanted).collect();

    // One cluster for all tests: each makes a database of its own in it.
    let cluster = if steps.iter().any(|step| step.needs_postgres) {
        Some(Cluster::start().context("starting PostgreSQL for the tests")?)
    } else {
        None
    };
    let mut environment = steps::environment(&root)?;
    if let Some(cluster) = &cluster {
        environment.push((URL_VARIABLE.to_owned(), cluster.url().into()));
    }

    let mut outcomes = Vec::new();
    for step in steps {
        outcomes.push(step.run(&root, &environment)?);
    }
    drop(cluster);
    summarise(&outcomes)
}

/// The runners' own closing lines, the durations, and one plain line with the sums.
fn summarise(outcomes: &[Outcome]) -> Result<()> {
    println!("\n== What the test runners said");
    for outcome in outcomes {
        for line in &outcome.summaries {
            println!("{:<14} {line}", outcome.name);
        }
    }
    println!("\n== Steps");
    let mut total = Counts::default();
    for outcome in outcomes {
        let verdict = if outcome.succeeded { "ok" } else { "FAILED" };
        println!("{:<14} {:>8.1} s  {verdict}", outcome.name, outcome.duration.as_secs_f64());
        total.add(outcome.counts);
        // A step that broke off before its runner could count is one failure of its own.
        if !outcome.succeeded && outcome.counts.failed == 0 {
            total.failed += 1;
        }
    }
    println!("\n{total}");
    let failed: Vec<&str> = outcomes.iter().filter(|outcome| !outcome.succeeded).map(|outcome| outcome.name).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

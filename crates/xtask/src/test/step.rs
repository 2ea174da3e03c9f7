//! One step: a command whose output passes through while its closing lines are kept.

use super::counts::Counts;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Something to run.
pub struct Step {
    /// One word, as in the closing table and on the command line.
    pub name: &'static str,
    /// The program with its arguments; they run in this order until one fails.
    pub commands: Vec<Vec<OsString>>,
    /// Where it runs, from the root.
    pub folder: PathBuf,
    /// Variables for this step alone.
    pub variables: Vec<(&'static str, OsString)>,
    /// Whether tests in it ask for a database server.
    pub needs_postgres: bool,
}

/// How a step went.
pub struct Outcome {
    /// The step's name.
    pub name: &'static str,
    /// Whether every command of it succeeded.
    pub succeeded: bool,
    /// From start to end.
    pub duration: Duration,
    /// The closing lines of its test runners, as printed.
    pub summaries: Vec<String>,
    /// Their sum.
    pub counts: Counts,
}

impl Step {
    /// Runs the commands with their output passed on line by line.
    pub fn run(&self, root: &Path, environment: &[(String, OsString)]) -> Result<Outcome> {
        println!("\n== {}", self.name);
        let started = Instant::now();
        let mut outcome = Outcome {
            name: self.name,
            succeeded: true,
            duration: Duration::ZERO,
            summaries: Vec::new(),
            counts: Counts::default(),
        };
        for words in &self.commands {
            let (program, arguments) = words.split_first().context("a step without a command")?;
            let mut command = Command::new(program);
            command
                .args(arguments)
                .current_dir(root.join(&self.folder))
                .envs(environment.iter().map(|(name, value)| (name, value)))
                .envs(self.variables.iter().map(|(name, value)| (name, value)))
                .stdin(Stdio::null());
            outcome.succeeded &= pass_through(command, &mut outcome)?;
            if !outcome.succeeded {
                break;
            }
        }
        outcome.duration = started.elapsed();
        Ok(outcome)
    }
}

/// Runs one command; standard output and error share a pipe, so that their lines keep their order.
fn pass_through(mut command: Command, outcome: &mut Outcome) -> Result<bool> {
    let (reader, writer) = std::io::pipe().context("creating a pipe")?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("{}: {error}", command.get_program().display());
            return Ok(false);
        }
    };
    // Our own ends of the pipe live in `command`: while they are open, the reader sees no end.
    drop(command);
    let mut lines = BufReader::new(reader);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        let plain = without_colours(&text);
        if let Some(counts) = Counts::in_line(&plain) {
            outcome.counts.add(counts);
            outcome.summaries.push(plain.trim().to_owned());
        }
        line.clear();
    }
    Ok(child.wait()?.success())
}

/// The line without terminal colour sequences (`ESC [ … letter`).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // Up to and with the letter that ends the sequence.
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(scripts: &[&str]) -> Outcome {
        let step = Step {
            name: "shell",
            commands: scripts.iter().map(|script| ["sh", "-c", script].map(OsString::from).to_vec()).collect(),
            folder: PathBuf::new(),
            variables: vec![("OWN", "of the step".into())],
            needs_postgres: false,
        };
        let environment = [("GIVEN".to_owned(), "for all".into())];
        step.run(Path::new("/"), &environment).unwrap()
    }

    #[test]
    fn closing_lines_are_kept_from_both_outputs_and_colours_removed() {
        let outcome = shell(&[
            "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'",
            "printf '\\033[32m Summary\\033[0m [ 1s] 3 tests run: 3 passed, 1 skipped\\n' >&2",
        ]);
        assert!(outcome.succeeded);
        assert_eq!(outcome.counts.to_string(), "5 passed, 0 failed, 1 skipped");
        assert_eq!(outcome.summaries.len(), 2);
    }

    #[test]
    fn the_first_failing_command_ends_the_step() {
        let outcome = shell(&["exit 3", "echo '# pass 1'"]);
        assert!(!outcome.succeeded);
        assert_eq!(outcome.counts, Counts::default());
    }

    #[test]
    fn variables_of_the_run_and_of_the_step_arrive() {
        assert!(shell(&["test \"$OWN\" = 'of the step' && test \"$GIVEN\" = 'for all'"]).succeeded);
    }

    #[test]
    fn a_missing_program_fails_the_step_only() {
        let step = Step {
            name: "absent",
            commands: vec![vec!["no-such-program-here".into()]],
            folder: PathBuf::new(),
            variables: Vec::new(),
            needs_postgres: false,
        };
        assert!(!step.run(Path::new("/"), &[]).unwrap().succeeded);
    }
}

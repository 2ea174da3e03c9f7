//! One thing that a rule found, and how it is printed.

use std::fmt;

/// Whether a finding stops the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; the build goes on.
    Warning,
    /// The build fails.
    Failure,
}

/// A rule's complaint about one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Whether the build fails.
    pub severity: Severity,
    /// Path from the workspace root, or the name of a package.
    pub place: String,
    /// Line, from 1, where there is one.
    pub line: Option<usize>,
    /// The rule's name: its file under `tidy/`.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    /// A failure in a file or package as a whole.
    pub fn failure(rule: &'static str, place: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Failure, place: place.to_owned(), line: None, rule, message: message.into() }
    }

    /// A warning about a file or package as a whole.
    pub fn warning(rule: &'static str, place: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::failure(rule, place, message) }
    }

    /// The same finding at a line.
    pub fn at(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "watch",
            Severity::Failure => "mend",
        };
        write!(formatter, "{severity}: {}", self.place)?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        write!(formatter, ": {} [{}]", self.message, self.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_like_a_compiler_message() {
        let finding = Finding::failure("first_line", "crates/a/src/lib.rs", "no `//!`").at(1);
        assert_eq!(finding.to_string(), "mend: crates/a/src/lib.rs:1: no `//!` [first_line]");
    }
}

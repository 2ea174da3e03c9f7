//! How many tests passed, read from the closing lines of cargo test, nextest and node's runner.

use std::fmt;

/// Tests of one or more runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed, timed out or were cancelled.
    pub failed: usize,
    /// Tests that did not run.
    pub skipped: usize,
}

impl Counts {
    /// Adds the tests of another run.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// The counts in a runner's closing line; none for any other line.
    pub fn in_line(line: &str) -> Option<Self> {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("test result:") {
            return Some(Self::of_phrases(rest.split([';', '.'])));
        }
        if let Some(rest) = line.strip_prefix("Summary [") {
            let (_, counts) = rest.split_once("tests run:").or_else(|| rest.split_once("test run:"))?;
            // The brackets only say how: "7 passed (1 slow)".
            return Some(Self::of_phrases(without_brackets(counts).split(',')));
        }
        let rest = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?;
        let (word, number) = rest.split_once(' ')?;
        let mut counts = Self::default();
        counts.count(number.parse().ok()?, word);
        (counts != Self::default()).then_some(counts)
    }

    /// "7 passed", "1 failed", "2 ignored", each its own phrase.
    fn of_phrases<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = Self::default();
        for phrase in phrases {
            let mut words = phrase.split_whitespace();
            if let (Some(Ok(number)), Some(word)) = (words.next().map(str::parse), words.next()) {
                counts.count(number, word);
            }
        }
        counts
    }

    fn count(&mut self, number: usize, word: &str) {
        match word {
            "passed" | "pass" => self.passed += number,
            // nextest: "1 timed out", "1 exec failed"; node: "cancelled"
            "failed" | "fail" | "timed" | "exec" | "cancelled" => self.failed += number,
            "skipped" | "ignored" => self.skipped += number,
            _ => {}
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|letter| {
            match letter {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: usize, failed: usize, skipped: usize) -> Option<Counts> {
        Some(Counts { passed, failed, skipped })
    }

    #[test]
    fn each_runner_is_understood() {
        for (line, expected) in [
            (
                "test result: FAILED. 8 passed; 1 failed; 2 ignored; 0 measured; 5 filtered out; finished in 1.5s",
                counts(8, 1, 2),
            ),
            (
                "     Summary [   3.127s] 12 tests run: 10 passed (1 slow, 1 flaky), 1 failed, 1 timed out, 3 skipped",
                counts(10, 2, 3),
            ),
            ("     Summary [   0.1s] 1 test run: 1 passed, 0 skipped", counts(1, 0, 0)),
            ("# pass 11", counts(11, 0, 0)),
            ("ℹ fail 2", counts(0, 2, 0)),
            ("# cancelled 1", counts(0, 1, 0)),
            ("# duration_ms 12796.46", None),
            ("# tests 11", None),
            ("# fail 0", None),
            ("test tidy::x ... ok", None),
        ] {
            assert_eq!(Counts::in_line(line), expected, "{line}");
        }
    }

    #[test]
    fn the_sum_is_one_plain_line() {
        let mut total = Counts::default();
        total.add(counts(3, 0, 0).unwrap());
        assert_eq!(total.to_string(), "3 passed, 0 failed");
        total.add(counts(1, 2, 4).unwrap());
        assert_eq!(total.to_string(), "4 passed, 2 failed, 4 skipped");
    }
}

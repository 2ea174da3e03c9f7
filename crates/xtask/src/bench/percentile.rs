//! Percentiles of measured times.

use std::fmt;
use std::time::Duration;

/// Times, sorted once.
pub struct Times(Vec<Duration>);

impl Times {
    /// Sorts.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that `percent` of all do not exceed (nearest rank); zero when there are none.
    pub fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1) - 1;
        self.0.get(rank).copied().unwrap_or_default()
    }
}

/// Milliseconds with one digit.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, most, nearly, last] = [50, 95, 99, 100].map(|percent| milliseconds(self.percentile(percent)));
        write!(formatter, "p50 {half}, p95 {most}, p99 {nearly}, longest {last} ({} measured)", self.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let times = Times::of((1..=100).rev().map(Duration::from_millis).collect());
        assert_eq!(times.percentile(50), Duration::from_millis(50));
        assert_eq!(times.percentile(95), Duration::from_millis(95));
        assert_eq!(times.percentile(100), Duration::from_millis(100));
        assert_eq!(Times::of(Vec::new()).percentile(99), Duration::ZERO);
        assert_eq!(Times::of(vec![Duration::from_secs(1)]).percentile(1), Duration::from_secs(1));
    }
}

//! Waiting for an event with a deadline; what did not happen is named.

use std::future::Future;
use std::time::{Duration, Instant};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(40);

/// Looks until there is something to see.
///
/// # Panics
/// When it did not happen in time.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    patience: Duration,
    mut look: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "did not happen within {patience:?}: {what}");
        tokio::time::sleep(LOOK).await;
    }
}

/// The usual patience with a busy machine.
pub const SOON: Duration = Duration::from_secs(60);

//! How crowded the way in is: while deliveries throng, what follows them leaves the processor to those who wait for a 200;
//! while deliveries wait to be filed, what can wait longer leaves it to filing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A group of so many deliveries means that they come faster than one commit after the other takes them.
const DENSE: usize = 16;
/// After so long without such a group nobody throngs any more.
const OVER: Duration = Duration::from_millis(250);
/// After so long without a full batch nothing waits to be filed any more.
const CAUGHT_UP: Duration = Duration::from_secs(1);

/// When something was last seen.
#[derive(Clone, Debug, Default)]
struct LastSeen(Arc<Mutex<Option<Instant>>>);

impl LastSeen {
    fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn is_within(&self, time: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() < time)
    }
}

/// Shared by the way in, which says how it is, and the steps behind it, which listen; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    throng: LastSeen,
    backlog: LastSeen,
}

impl Crowd {
    /// The way in has just written a group of this size.
    pub fn note(&self, group: usize) {
        if group >= DENSE {
            self.throng.now();
        }
    }

    /// As many deliveries as one batch may hold have just been filed: more wait.
    pub fn note_full_batch(&self) {
        self.backlog.now();
    }

    /// Whether deliveries throng now.
    pub fn is_dense(&self) -> bool {
        self.throng.is_within(OVER)
    }

    /// Whether deliveries wait to be filed.
    pub fn is_behind(&self) -> bool {
        self.backlog.is_within(CAUGHT_UP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_great_group_is_a_throng() {
        let crowd = Crowd::default();
        crowd.note(DENSE - 1);
        assert!(!crowd.is_dense());
        crowd.clone().note(DENSE);
        assert!(crowd.is_dense());
        assert!(!crowd.is_behind());
    }

    #[test]
    fn a_full_batch_is_a_backlog_and_no_throng() {
        let crowd = Crowd::default();
        assert!(!crowd.is_behind());
        crowd.clone().note_full_batch();
        assert!(crowd.is_behind());
        assert!(!crowd.is_dense());
    }
}

//! How crowded the way in is: while deliveries throng, what follows them leaves the processor to those who wait for a 200.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A group of so many deliveries means that they come faster than one commit after the other takes them.
const DENSE: usize = 16;
/// After so long without such a group nobody throngs any more.
const OVER: Duration = Duration::from_millis(250);

/// Shared by the way in, which says how it is, and the steps behind it, which listen; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Crowd(Arc<Mutex<Option<Instant>>>);

impl Crowd {
    /// The way in has just written a group of this size.
    pub fn note(&self, group: usize) {
        if group >= DENSE {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }

    /// Whether deliveries throng now.
    pub fn is_dense(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() < OVER)
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
    }
}

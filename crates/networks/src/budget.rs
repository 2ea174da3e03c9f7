//! What is left of the networks' rate limits, per app, account and endpoint: says when the next call may go.

use domain::id::AppId;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Waited for when a network says "too many" without saying until when.
const BLIND_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// A reset further away than this is not believed.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);
/// Forgotten windows are swept when the table grows beyond this.
const SWEEP_AT: usize = 4096;

/// Which limit a call falls under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BudgetKey {
    /// The app that calls.
    pub app: AppId,
    /// Account id at the network; empty for calls of the app itself.
    pub account: String,
    /// Stable name of the endpoint, e.g. `post_create`.
    pub endpoint: &'static str,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    remaining: i64,
    reset: Timestamp,
}

/// Rate limits as the networks' headers told them. Never blocks: it answers, and the caller comes back.
#[derive(Debug, Default)]
pub struct Budgets {
    windows: Mutex<HashMap<BudgetKey, Window>>,
}

impl Budgets {
    /// Takes one call out of the budget, or says when the next may go.
    pub fn take(&self, key: &BudgetKey, now: Timestamp) -> Result<(), Timestamp> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        match windows.get_mut(key) {
            Some(window) if window.reset <= now => {
                windows.remove(key);
                Ok(())
            }
            Some(window) if window.remaining <= 0 => Err(window.reset),
            Some(window) => {
                // Calls under way are not in the last header yet; counting down here keeps them from overrunning.
                window.remaining -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Learns from an answer's headers; `exhausted` when the answer itself was "too many requests".
    /// Returns when the next call may go, if that is not now.
    pub fn learn(&self, key: &BudgetKey, headers: &HeaderMap, exhausted: bool, now: Timestamp) -> Option<Timestamp> {
        let remaining = number(headers, "x-rate-limit-remaining");
        let reset = number(headers, "x-rate-limit-reset")
            .and_then(|second| Timestamp::from_second(second).ok())
            .or_else(|| number(headers, "retry-after").and_then(|wait| after(now, SignedDuration::from_secs(wait))))
            .map(|reset| reset.min(after(now, LONGEST_WAIT).unwrap_or(reset)));
        let window = match (exhausted, remaining, reset) {
            (true, _, reset) => {
                let reset = reset.filter(|reset| *reset > now).or_else(|| after(now, BLIND_WAIT))?;
                Window { remaining: 0, reset }
            }
            (false, Some(remaining), Some(reset)) if reset > now => Window { remaining, reset },
            (false, ..) => return None,
        };
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= SWEEP_AT {
            windows.retain(|_, window| window.reset > now);
        }
        windows.insert(key.clone(), window);
        (window.remaining <= 0).then_some(window.reset)
    }
}

fn after(now: Timestamp, wait: SignedDuration) -> Option<Timestamp> {
    now.checked_add(wait).ok()
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> BudgetKey {
        BudgetKey {
            app: "01890000-0000-7000-8000-000000000000".parse().unwrap(),
            account: "1".into(),
            endpoint: "post",
        }
    }
    fn headers(remaining: &str, reset: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-rate-limit-remaining", remaining.parse().unwrap());
        headers.insert("x-rate-limit-reset", reset.parse().unwrap());
        headers
    }
    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_empty_window_waits_for_its_reset() {
        let budgets = Budgets::default();
        assert_eq!(budgets.take(&key(), at(100)), Ok(()));
        budgets.learn(&key(), &headers("1", "900"), false, at(100));
        assert_eq!(budgets.take(&key(), at(101)), Ok(()));
        assert_eq!(budgets.take(&key(), at(102)), Err(at(900)));
        assert_eq!(budgets.take(&key(), at(900)), Ok(()));
    }

    #[test]
    fn too_many_without_headers_waits_blindly_and_other_accounts_go_on() {
        let budgets = Budgets::default();
        assert_eq!(budgets.learn(&key(), &HeaderMap::new(), true, at(0)), Some(at(60)));
        assert_eq!(budgets.take(&key(), at(59)), Err(at(60)));
        assert_eq!(budgets.take(&BudgetKey { account: "2".into(), ..key() }, at(59)), Ok(()));
    }

    #[test]
    fn an_absurd_reset_is_cut_to_a_day() {
        let budgets = Budgets::default();
        let told = budgets.learn(&key(), &headers("0", "99999999999"), true, at(0));
        assert_eq!(told, Some(at(24 * 3600)));
    }
}

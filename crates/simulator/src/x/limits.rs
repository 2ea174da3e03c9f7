//! Rate limits per account and per app, 15 minutes and 24 hours (CONTRACTS §1.2).

use std::collections::HashMap;

const QUARTER_MS: i64 = 15 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Limits of one endpoint; `None` where the table has a dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowance {
    user: Option<u32>,
    app: Option<u32>,
    user_day: Option<u32>,
    app_day: Option<u32>,
}

const fn quarter(user: Option<u32>, app: Option<u32>) -> Allowance {
    Allowance { user, app, user_day: None, app_day: None }
}

fn allowance(endpoint: &str) -> Allowance {
    match endpoint {
        "GET /2/users/me" => quarter(Some(75), None),
        "GET /2/users/{id}/mentions"
        | "GET /2/tweets/search/recent"
        | "GET /2/users/{id}"
        | "GET /2/users/by/username/{username}"
        | "GET /2/users" => quarter(Some(300), Some(450)),
        "GET /2/users/{id}/tweets" | "GET /2/tweets/{id}" => quarter(Some(900), Some(450)),
        "GET /2/tweets" => quarter(Some(5000), Some(3500)),
        "POST /2/tweets" => Allowance { user: Some(100), app: None, user_day: None, app_day: Some(10_000) },
        "DELETE /2/tweets/{id}" | "PUT /2/tweets/{tweet_id}/hidden" => quarter(Some(50), None),
        "POST /2/users/{id}/likes" => Allowance { user: Some(50), app: None, user_day: Some(1000), app_day: None },
        "GET /2/dm_events"
        | "GET /2/dm_events/{event_id}"
        | "GET /2/dm_conversations/with/{participant_id}/dm_events"
        | "GET /2/dm_conversations/{id}/dm_events" => quarter(Some(15), None),
        "POST /2/dm_conversations/with/{participant_id}/messages"
        | "POST /2/dm_conversations"
        | "POST /2/dm_conversations/{dm_conversation_id}/messages" => {
            Allowance { user: Some(15), app: None, user_day: Some(1440), app_day: Some(1440) }
        }
        "DELETE /2/dm_events/{event_id}" => {
            Allowance { user: Some(300), app: None, user_day: Some(1500), app_day: None }
        }
        "POST /2/users/{id}/dm/block" | "POST /2/users/{id}/dm/unblock" => {
            Allowance { user: Some(10), app: None, user_day: Some(400), app_day: None }
        }
        "POST /2/webhooks/replay" => quarter(None, Some(100)),
        "GET /2/activity/stream" => quarter(None, Some(450)),
        _ if endpoint.contains("/2/media") => quarter(Some(1875), None),
        _ if endpoint.contains("/2/webhooks") => quarter(None, Some(450)),
        _ if endpoint.contains("/2/activity/subscriptions") => quarter(Some(500), Some(500)),
        _ => quarter(Some(300), Some(300)),
    }
}

/// What the headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset_s: i64,
    pub(crate) allowed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    start_ms: i64,
    used: u32,
}

type Key = (String, char, u64);

/// Counters of every endpoint, account and app.
#[derive(Debug)]
pub(crate) struct Limits {
    multiplier: f64,
    overrides: HashMap<String, u32>,
    windows: HashMap<Key, Window>,
}

impl Limits {
    pub(crate) fn new(multiplier: f64) -> Self {
        Self { multiplier, overrides: HashMap::new(), windows: HashMap::new() }
    }

    /// Scales the whole table; the counters stay.
    pub(crate) fn set_multiplier(&mut self, multiplier: f64) {
        self.multiplier = multiplier;
    }

    /// Gives one endpoint a limit of its own per account; `None` restores the table.
    pub(crate) fn set_limit(&mut self, endpoint: &str, limit: Option<u32>) {
        match limit {
            Some(limit) => self.overrides.insert(endpoint.to_owned(), limit),
            None => self.overrides.remove(endpoint),
        };
    }

    /// Forgets what was used.
    pub(crate) fn reset(&mut self) {
        self.windows.clear();
    }

    /// Counts a call and says how the caller stands. The narrowest window speaks.
    pub(crate) fn take(&mut self, endpoint: &str, app: u64, user: Option<u64>, now: i64) -> Standing {
        let table = allowance(endpoint);
        let own = self.overrides.get(endpoint).copied();
        let mut windows = Vec::new();
        let person = user.map_or((app, 'b'), |user| (user, 'u'));
        let per_caller = own.or(if user.is_some() { table.user.or(table.app) } else { table.app.or(table.user) });
        windows.push((person.1, person.0, per_caller, QUARTER_MS));
        if let Some(user) = user {
            windows.push(('U', user, table.user_day, DAY_MS));
        }
        windows.push(('A', app, table.app_day, DAY_MS));
        let mut narrowest: Option<Standing> = None;
        for (kind, id, limit, length) in windows {
            let Some(limit) = limit else { continue };
            let limit = if own.is_some() && kind != 'U' && kind != 'A' { limit } else { self.scaled(limit) };
            let window =
                self.windows.entry((endpoint.to_owned(), kind, id)).or_insert(Window { start_ms: now, used: 0 });
            if now >= window.start_ms + length || now < window.start_ms {
                *window = Window { start_ms: now, used: 0 };
            }
            let allowed = window.used < limit;
            window.used = window.used.saturating_add(1);
            let standing = Standing {
                limit,
                remaining: limit.saturating_sub(window.used),
                reset_s: (window.start_ms + length + 999) / 1000,
                allowed,
            };
            let narrower =
                narrowest.is_none_or(|it| (standing.allowed, standing.remaining) < (it.allowed, it.remaining));
            if narrower && (length == QUARTER_MS || !allowed || narrowest.is_none()) {
                narrowest = Some(standing);
            }
        }
        narrowest.unwrap_or(Standing { limit: 300, remaining: 299, reset_s: (now + QUARTER_MS) / 1000, allowed: true })
    }

    fn scaled(&self, limit: u32) -> u32 {
        (f64::from(limit) * self.multiplier).round().clamp(0.0, f64::from(u32::MAX)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_message_reads_are_fifteen_a_quarter() {
        let mut limits = Limits::new(1.0);
        let last = (0..15).map(|_| limits.take("GET /2/dm_events", 1, Some(2), 0)).last().unwrap();
        assert_eq!((last.limit, last.remaining, last.allowed), (15, 0, true));
        assert!(!limits.take("GET /2/dm_events", 1, Some(2), 1).allowed);
        assert!(limits.take("GET /2/dm_events", 1, Some(3), 1).allowed, "another account has its own window");
        assert!(limits.take("GET /2/dm_events", 1, Some(2), QUARTER_MS).allowed, "the window ends");
    }
}

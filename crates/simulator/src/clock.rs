//! The simulated clock: real time plus an offset, or frozen.

use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

/// Time of the simulated world in milliseconds since 1970, UTC.
#[derive(Debug, Default)]
pub struct Clock {
    setting: Mutex<Setting>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Setting {
    offset_ms: i64,
    frozen_at: Option<i64>,
}

impl Clock {
    fn setting(&self) -> std::sync::MutexGuard<'_, Setting> {
        self.setting.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Now, in milliseconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        let setting = *self.setting();
        setting.frozen_at.unwrap_or_else(|| real_now() + setting.offset_ms)
    }

    /// Stops the clock where it stands.
    pub fn freeze(&self) {
        let now = self.now();
        self.setting().frozen_at = Some(now);
    }

    /// Lets a frozen clock run on from where it stood.
    pub fn thaw(&self) {
        let mut setting = self.setting();
        if let Some(frozen_at) = setting.frozen_at.take() {
            setting.offset_ms = frozen_at - real_now();
        }
    }

    /// Moves the clock, frozen or running; negative moves back.
    pub fn advance(&self, milliseconds: i64) {
        let mut setting = self.setting();
        match &mut setting.frozen_at {
            Some(frozen_at) => *frozen_at += milliseconds,
            None => setting.offset_ms += milliseconds,
        }
    }

    /// Back to real time.
    pub fn reset(&self) {
        *self.setting() = Setting::default();
    }

    /// Whether the clock stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.setting().frozen_at.is_some()
    }
}

fn real_now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// `2026-07-24T21:23:23.000Z`, the form X writes.
#[must_use]
pub fn timestamp(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
        .unwrap_or_default()
}

/// Reads an RFC 3339 time as milliseconds since 1970.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

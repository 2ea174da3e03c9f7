//! Where a message stands in time: an i64 that sorts by the network's clock, so that back-filled items sort right.

use jiff::Timestamp;

/// Bits left for the counter below each millisecond.
const COUNTER_BITS: u32 = 19;
/// How far a network's clock may run ahead of ours before it is not believed (ATTACKS 14), in milliseconds.
const AHEAD_LIMIT: i64 = 5 * 60 * 1000;

/// Position of a message: the network's time in milliseconds × 2^19 plus a counter that separates items of one millisecond.
///
/// The time is clamped to `received + 5 minutes`, and never below the epoch. The counter is taken modulo 2^19.
pub fn position(network_time: Timestamp, received: Timestamp, counter: u64) -> i64 {
    let latest = received.as_millisecond().saturating_add(AHEAD_LIMIT);
    let milliseconds = network_time.as_millisecond().min(latest).max(0);
    let low = i64::try_from(counter % (1 << COUNTER_BITS)).unwrap_or(0);
    milliseconds.saturating_mul(1 << COUNTER_BITS).saturating_add(low)
}

/// The counter that an external id gives: equal items get equal positions however often and in whatever order they arrive.
///
/// FNV-1a over the id's bytes; only its low 19 bits are used by [`position`].
pub fn counter_of(external_id: &str) -> u64 {
    // A numeric id's low bits keep the network's own order within the millisecond.
    if let Ok(number) = external_id.parse::<u64>() {
        return number;
    }
    external_id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The moment a position stands for, to the millisecond.
pub fn time_of(position: i64) -> Timestamp {
    Timestamp::from_millisecond(position >> COUNTER_BITS).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_from_the_future_is_clamped() {
        let received: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let future: Timestamp = "2099-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(time_of(position(future, received, 7)), "2026-01-01T00:05:00Z".parse().unwrap());
    }

    proptest::proptest! {
        #[test]
        fn earlier_sorts_before_later(a in 0i64..4_000_000_000_000, b in 0i64..4_000_000_000_000, x: u64, y: u64) {
            let received = Timestamp::from_millisecond(5_000_000_000_000).unwrap();
            let (first, second) = (Timestamp::from_millisecond(a.min(b)).unwrap(), Timestamp::from_millisecond(a.max(b)).unwrap());
            if a != b {
                proptest::prop_assert!(position(first, received, x) < position(second, received, y));
            }
            proptest::prop_assert_eq!(time_of(position(first, received, x)), first);
        }
    }
}

//! Where a list goes on: the sort key of the last row, as a short text that is checked to the letter.

use super::Order;
use domain::Timestamp;
use domain::id::CaseId;
use uuid::Uuid;

/// The key of a row in one of the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// By newest message.
    Recent { position: i64, id: CaseId },
    /// By priority, then by waiting time.
    Priority { priority: i64, waiting: Option<Timestamp>, id: CaseId },
    /// By waiting time, those that wait.
    Waiting { since: Timestamp, id: CaseId },
}

/// A place in a list. Its text form says nothing of another workspace's rows, and opens none: lists are read in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) order: Order,
    pub(super) key: Key,
}

impl Cursor {
    /// Reads the text form; `None` when a letter is wrong, or when it belongs to another order.
    pub fn parse(text: &str, order: Order) -> Option<Self> {
        if text.len() > 100 {
            return None;
        }
        let mut parts = text.split('.');
        let key = match (parts.next()?, order) {
            ("p", Order::Priority) => Key::Priority {
                priority: number(parts.next()?).filter(|level| (0..=15).contains(level))?,
                waiting: match parts.next()? {
                    "-" => None,
                    text => Some(moment(text)?),
                },
                id: case(parts.next()?)?,
            },
            ("r", Order::Recent) | ("t", Order::Waiting) => {
                Key::Recent { position: number(parts.next()?)?, id: case(parts.next()?)? }
            }
            ("w", Order::Waiting) => Key::Waiting { since: moment(parts.next()?)?, id: case(parts.next()?)? },
            _ => return None,
        };
        parts.next().is_none().then_some(Self { order, key })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key {
            Key::Priority { priority, waiting, id } => {
                let waiting = waiting.map_or_else(|| "-".to_owned(), |since| since.as_microsecond().to_string());
                write!(formatter, "p.{priority}.{waiting}.{}", id.0.simple())
            }
            Key::Recent { position, id } => {
                let tag = if self.order == Order::Waiting { "t" } else { "r" };
                write!(formatter, "{tag}.{position}.{}", id.0.simple())
            }
            Key::Waiting { since, id } => write!(formatter, "w.{}.{}", since.as_microsecond(), id.0.simple()),
        }
    }
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn moment(text: &str) -> Option<Timestamp> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    number(digits)?;
    Timestamp::from_microsecond(text.parse().ok()?).ok()
}

fn case(text: &str) -> Option<CaseId> {
    (text.len() == 32).then(|| Uuid::try_parse(text).ok()).flatten().map(CaseId)
}

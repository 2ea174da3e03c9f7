//! How a case moves when a message arrives or leaves: pure, so that filing, replay and simulation agree.

use crate::vocabulary::{CaseState, Kind, Noise, ReplyNeed};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The part of a case that messages change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseProgress {
    /// Where it stands.
    pub state: CaseState,
    /// 0 = safety, 1–7 the levels, 8 = set aside as noise.
    pub priority: i64,
    /// Kind of the message that set the priority.
    pub kind: Kind,
    /// Whether it wants an answer.
    pub reply_need: ReplyNeed,
    /// Why it is set aside, if it is.
    pub noise: Option<Noise>,
    /// Since when the customer waits for an answer; `None` when nobody does.
    pub waiting_since: Option<Timestamp>,
    /// Position of the newest inbound message.
    pub last_inbound: i64,
    /// Position of our newest answer.
    pub last_outbound: i64,
}

/// The part of a triaged inbound message that moves its case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// Position of the message.
    pub position: i64,
    /// Its time.
    pub at: Timestamp,
    /// 0 = safety, 1–7, 8 = noise.
    pub priority: i64,
    /// What it is.
    pub kind: Kind,
    /// Whether it wants an answer.
    pub reply_need: ReplyNeed,
    /// Why it is set aside, if it is.
    pub noise: Option<Noise>,
}

impl CaseProgress {
    /// A case that its first inbound message opens.
    pub fn opened_by(arrival: &Arrival) -> Self {
        Self {
            state: CaseState::Open,
            priority: arrival.priority,
            kind: arrival.kind,
            reply_need: arrival.reply_need,
            noise: arrival.noise,
            waiting_since: (arrival.reply_need != ReplyNeed::None).then_some(arrival.at),
            last_inbound: arrival.position,
            last_outbound: 0,
        }
    }

    /// A case that a message of ours opens: the customer is next.
    pub fn opened_by_us(position: i64) -> Self {
        Self {
            state: CaseState::Waiting,
            priority: 5,
            kind: Kind::Mention,
            reply_need: ReplyNeed::None,
            noise: None,
            waiting_since: None,
            last_inbound: 0,
            last_outbound: position,
        }
    }

    /// An inbound message joined. Returns whether its labels now stand for the case.
    ///
    /// A message older than our newest answer (back-fill, reordering) neither reopens the case nor starts a clock.
    /// While the customer waits, the most pressing of the unanswered messages leads; thanks after an answer do not
    /// reopen a closed case.
    pub fn arrived(&mut self, arrival: &Arrival) -> bool {
        let first_inbound = self.last_inbound == 0;
        self.last_inbound = self.last_inbound.max(arrival.position);
        if arrival.position < self.last_outbound {
            return first_inbound && {
                self.kind = arrival.kind;
                self.priority = arrival.priority;
                true
            };
        }
        let asks = arrival.reply_need != ReplyNeed::None && arrival.noise.is_none();
        let leads = if self.waiting_since.is_some() { arrival.priority < self.priority } else { true };
        if leads {
            self.priority = arrival.priority;
            self.kind = arrival.kind;
            self.noise = arrival.noise;
            self.reply_need = arrival.reply_need;
        }
        if asks {
            self.waiting_since = Some(self.waiting_since.map_or(arrival.at, |since| since.min(arrival.at)));
        }
        let wakes = match self.state {
            CaseState::Open => false,
            CaseState::Waiting | CaseState::Snoozed => arrival.noise.is_none(),
            CaseState::Closed => arrival.reply_need == ReplyNeed::Must && arrival.noise.is_none(),
        };
        if wakes {
            self.state = CaseState::Open;
        }
        leads
    }

    /// A message of ours is on its way or was made elsewhere: whatever was asked before it is answered.
    pub fn answered(&mut self, position: i64) {
        self.last_outbound = self.last_outbound.max(position);
        if self.last_inbound <= self.last_outbound {
            self.waiting_since = None;
            self.reply_need = ReplyNeed::None;
            if self.state == CaseState::Open {
                self.state = CaseState::Waiting;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(position: i64, priority: i64, reply_need: ReplyNeed) -> Arrival {
        Arrival {
            position,
            at: Timestamp::from_second(position).unwrap(),
            priority,
            kind: Kind::Question,
            reply_need,
            noise: None,
        }
    }

    #[test]
    fn the_most_pressing_unanswered_message_leads() {
        let mut case = CaseProgress::opened_by(&arrival(10, 2, ReplyNeed::Must));
        assert!(!case.arrived(&arrival(20, 5, ReplyNeed::Worth)));
        assert_eq!((case.priority, case.waiting_since), (2, Some(Timestamp::from_second(10).unwrap())));
        assert!(case.arrived(&arrival(30, 0, ReplyNeed::Must)));
        assert_eq!(case.priority, 0);
    }

    #[test]
    fn an_answer_stops_the_clock_and_a_late_older_message_does_not_start_it() {
        let mut case = CaseProgress::opened_by(&arrival(10, 2, ReplyNeed::Must));
        case.answered(50);
        assert_eq!((case.state, case.waiting_since), (CaseState::Waiting, None));
        case.arrived(&arrival(40, 1, ReplyNeed::Must));
        assert_eq!((case.state, case.waiting_since), (CaseState::Waiting, None));
        case.arrived(&arrival(60, 1, ReplyNeed::Must));
        assert_eq!(case.state, CaseState::Open);
    }

    #[test]
    fn thanks_do_not_reopen_a_closed_case() {
        let mut case = CaseProgress::opened_by(&arrival(10, 2, ReplyNeed::Must));
        case.answered(20);
        case.state = CaseState::Closed;
        case.arrived(&arrival(30, 6, ReplyNeed::Worth));
        assert_eq!(case.state, CaseState::Closed);
        case.arrived(&arrival(40, 2, ReplyNeed::Must));
        assert_eq!(case.state, CaseState::Open);
    }
}

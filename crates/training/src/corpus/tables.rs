//! Who wrote how much of what: the numbers of the data card.

use super::Message;
use domain::vocabulary::Kind;
use std::collections::BTreeMap;

/// Counts of a corpus.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shares {
    /// Messages by language and kind.
    pub by_kind: BTreeMap<(String, Kind), usize>,
    /// Messages by industry.
    pub by_industry: BTreeMap<String, usize>,
    /// Messages by the guide's hard cases.
    pub by_hard_case: BTreeMap<String, usize>,
    /// The largest share that one writer has of a language and kind, with the writer.
    pub largest: BTreeMap<(String, Kind), (String, f64)>,
}

/// Counts what the data card reports.
pub fn shares(messages: &[Message]) -> Shares {
    let mut shares = Shares::default();
    let mut writers: BTreeMap<(String, Kind), BTreeMap<&str, usize>> = BTreeMap::new();
    for message in messages {
        let cell = (message.language().to_owned(), message.kind);
        *writers.entry(cell.clone()).or_default().entry(message.writer()).or_default() += 1;
        *shares.by_kind.entry(cell).or_default() += 1;
        *shares.by_industry.entry(message.industry.clone()).or_default() += 1;
        for case in &message.hard {
            *shares.by_hard_case.entry(case.clone()).or_default() += 1;
        }
    }
    for (cell, writers) in writers {
        let all = shares.by_kind.get(&cell).copied().unwrap_or(1);
        if let Some((writer, most)) = writers.into_iter().max_by_key(|(_, count)| *count) {
            shares.largest.insert(cell, (writer.to_owned(), most as f64 / all as f64));
        }
    }
    shares
}

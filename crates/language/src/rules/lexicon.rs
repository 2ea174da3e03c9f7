//! The lexicons as data, and their search automata: one per language, compiled once.

use super::cue::Cue;
use crate::normalise::{Folded, begins_word, ends_word, fold};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a lexicon cannot be used.
#[derive(Debug, Error)]
pub enum LexiconError {
    /// Not TOML, or not of our shape.
    #[error("lexicon {language}: {source}")]
    Syntax {
        /// Language of the lexicon.
        language: &'static str,
        /// What is wrong with it.
        source: Box<toml::de::Error>,
    },
    /// A cue that the rules do not know.
    #[error("lexicon {language}: unknown cue {cue}")]
    UnknownCue {
        /// Language of the lexicon.
        language: &'static str,
        /// The word.
        cue: String,
    },
    /// The automaton could not be built.
    #[error("lexicon {language}: {source}")]
    Automaton {
        /// Language of the lexicon.
        language: &'static str,
        /// What is wrong with it.
        source: aho_corasick::BuildError,
    },
}

/// A cue found in a text; bytes of the folded text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// Which.
    pub(crate) cue: Cue,
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

/// One language's phrases.
pub(crate) struct Lexicon {
    automaton: AhoCorasick,
    /// Cue of each pattern, and whether more letters may follow it.
    patterns: Vec<(Cue, bool)>,
}

impl Lexicon {
    /// Reads TOML of the shape `[cues]` → cue = ["phrase", "begin of a word*", …]; several files add up.
    pub(crate) fn read(language: &'static str, files: &[&str]) -> Result<Self, LexiconError> {
        #[derive(serde::Deserialize)]
        struct File {
            cues: BTreeMap<String, Vec<String>>,
        }
        let mut phrases: BTreeMap<(String, Cue), bool> = BTreeMap::new();
        for file in files {
            let file: File =
                toml::from_str(file).map_err(|source| LexiconError::Syntax { language, source: Box::new(source) })?;
            for (cue, list) in file.cues {
                let known = Cue::from_word(&cue).ok_or(LexiconError::UnknownCue { language, cue })?;
                for phrase in list {
                    let open = phrase.ends_with('*');
                    let folded = fold(phrase.trim_end_matches('*'));
                    if !folded.is_empty() {
                        *phrases.entry((folded, known)).or_insert(false) |= open;
                    }
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(phrases.keys().map(|(phrase, _)| phrase))
            .map_err(|source| LexiconError::Automaton { language, source })?;
        let patterns = phrases.into_iter().map(|((_, cue), open)| (cue, open)).collect();
        Ok(Self { automaton, patterns })
    }

    /// Every cue that stands in the text as words of their own; longer phrases of a cue swallow shorter ones.
    pub(crate) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        let text = folded.text();
        for found in self.automaton.find_overlapping_iter(text) {
            let Some((cue, open)) = self.patterns.get(found.pattern().as_usize()) else { continue };
            if begins_word(text, found.start()) && (*open || ends_word(text, found.end())) {
                hits.push(Hit { cue: *cue, start: found.start(), end: found.end() });
            }
        }
        hits.sort_by_key(|hit| (hit.cue, hit.start, std::cmp::Reverse(hit.end)));
        let mut last: Option<Hit> = None;
        hits.retain(|hit| {
            let swallowed = last.is_some_and(|last| last.cue == hit.cue && hit.end <= last.end);
            if !swallowed {
                last = Some(*hit);
            }
            !swallowed
        });
    }
}

//! A plain, rule-based reader: weighs the cues of the language's lexicon and says which words carried each label.

mod cue;
mod decide;
mod lexicon;
mod signals;

pub use cue::CUE_CODES;
pub use decide::DECISION_CODES;
pub use lexicon::LexiconError;
pub use signals::SIGNAL_CODES;

use crate::identify::identify;
use crate::normalise::Folded;
use crate::personal_data::find_in;
use crate::reader::{Hints, Reader};
use domain::understanding::Understanding;
use lexicon::Lexicon;
use signals::Signals;
use std::sync::{Arc, LazyLock};

/// Marks and words that mean the same in every language.
const COMMON: &str = include_str!("../lexicons/common.toml");
const JAPANESE: &str = include_str!("../lexicons/ja.toml");
const ENGLISH: &str = include_str!("../lexicons/en.toml");
const GERMAN: &str = include_str!("../lexicons/de.toml");
const SPANISH: &str = include_str!("../lexicons/es.toml");
const FRENCH: &str = include_str!("../lexicons/fr.toml");

/// Reads Japanese, English, German, Spanish and French by rules; other languages by what all have in common.
#[derive(Clone)]
pub struct RuleReader {
    lexicons: Arc<Lexicons>,
}

struct Lexicons {
    japanese: Lexicon,
    english: Lexicon,
    german: Lexicon,
    spanish: Lexicon,
    french: Lexicon,
    every: Lexicon,
}

impl Lexicons {
    fn read() -> Result<Self, LexiconError> {
        // English words stand in messages of every language ("App down?"), so each lexicon of another language
        // is used alone only where the language is known.
        Ok(Self {
            japanese: Lexicon::read("ja", &[COMMON, JAPANESE])?,
            english: Lexicon::read("en", &[COMMON, ENGLISH])?,
            german: Lexicon::read("de", &[COMMON, GERMAN])?,
            spanish: Lexicon::read("es", &[COMMON, SPANISH])?,
            french: Lexicon::read("fr", &[COMMON, FRENCH])?,
            every: Lexicon::read("und", &[COMMON, JAPANESE, ENGLISH, GERMAN, SPANISH, FRENCH])?,
        })
    }

    fn of(&self, language: &str) -> &Lexicon {
        match language {
            "ja" => &self.japanese,
            "en" => &self.english,
            "de" => &self.german,
            "es" => &self.spanish,
            "fr" => &self.french,
            _ => &self.every,
        }
    }
}

static SHIPPED: LazyLock<Result<Arc<Lexicons>, LexiconError>> = LazyLock::new(|| Lexicons::read().map(Arc::new));

impl RuleReader {
    /// The engine's name and version.
    pub const NAME: &'static str = "rules-1";

    /// The reader with the shipped lexicons, which are compiled once per process (a few milliseconds).
    pub fn new() -> Result<Self, &'static LexiconError> {
        SHIPPED.as_ref().map(|lexicons| Self { lexicons: Arc::clone(lexicons) })
    }
}

impl Reader for RuleReader {
    fn read(&self, text: &str, hints: &Hints<'_>) -> Understanding {
        let folded = Folded::of(text);
        let identified = identify(text, &folded, hints);
        let personal_data = find_in(text, &folded, identified.language);
        let mut hits = Vec::with_capacity(16);
        self.lexicons.of(identified.language).find(&folded, &mut hits);
        let signals = Signals::of(text, &folded, identified.language, hints);
        decide::decide(decide::Evidence { text, folded: &folded, identified, hits, signals, personal_data })
    }

    fn name(&self) -> &str {
        Self::NAME
    }
}

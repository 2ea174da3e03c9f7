//! What the shape of a text says beside its words: question marks and endings, shouting, links, names.

use crate::normalise::{Folded, begins_word, ends_word, fold};
use crate::reader::Hints;

/// Every reason code that a signal can give.
pub const SIGNAL_CODES: &[&str] =
    &["text.question_mark", "text.question_ending", "text.shouting", "text.links", "text.hashtags", "text.names_us"];

/// Shape of a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signals {
    /// A question mark outside links.
    pub(crate) question_mark: bool,
    /// A Japanese sentence that ends as a question without a mark.
    pub(crate) question_ending: bool,
    /// Exclamation marks, at most five.
    pub(crate) exclamations: u8,
    /// Mostly capitals, and long enough to mean it.
    pub(crate) shouting: bool,
    /// Links, at most 255.
    pub(crate) links: u8,
    /// Hashtags, at most 255.
    pub(crate) hashtags: u8,
    /// Words, or for unspaced scripts a quarter of the characters.
    pub(crate) length: usize,
    /// Whether one of our names, or an account, stands in it, or it is addressed to us otherwise.
    pub(crate) about_us: AboutUs,
}

/// Whether the text is about us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AboutUs {
    /// Names us or is addressed to us.
    Yes,
    /// Our names are known, and none stands in it.
    No,
    /// Our names are not known: any company counts as us.
    #[default]
    Unknown,
}

impl Signals {
    pub(crate) fn of(text: &str, folded: &Folded, language: &str, hints: &Hints<'_>) -> Self {
        let mut signals = Self::default();
        for piece in text.split_whitespace() {
            if piece.starts_with("http://") || piece.starts_with("https://") || piece.starts_with("www.") {
                signals.links = signals.links.saturating_add(1);
                continue;
            }
            let hashtags = piece.chars().filter(|letter| matches!(letter, '#' | '＃')).count();
            signals.hashtags = signals.hashtags.saturating_add(u8::try_from(hashtags).unwrap_or(u8::MAX));
            signals.question_mark |= piece.contains(['?', '？', '¿', '⁉', '❓']);
            let exclamations = piece.chars().filter(|letter| matches!(letter, '!' | '！' | '‼')).count();
            signals.exclamations = signals.exclamations.saturating_add(u8::try_from(exclamations).unwrap_or(5)).min(5);
            signals.length += 1;
        }
        let unspaced = folded.text().chars().filter(|letter| crate::normalise::is_unspaced(*letter)).count();
        signals.length += unspaced / 4;
        signals.shouting = is_shouting(text);
        signals.question_ending = language == "ja" && ends_as_question(folded.text());
        signals.about_us = about_us(folded.text(), hints);
        signals
    }
}

fn about_us(folded: &str, hints: &Hints<'_>) -> AboutUs {
    if hints.addressed {
        return AboutUs::Yes;
    }
    if hints.brand_names.is_empty() {
        return AboutUs::Unknown;
    }
    let named = hints.brand_names.iter().map(|name| fold(name.trim_start_matches(['@', '#']))).any(|name| {
        !name.is_empty()
            && folded.match_indices(&name).any(|(at, _)| begins_word(folded, at) && ends_word(folded, at + name.len()))
    });
    if named { AboutUs::Yes } else { AboutUs::No }
}

fn is_shouting(text: &str) -> bool {
    let mut capitals = 0_usize;
    let mut letters = 0_usize;
    for piece in text.split_whitespace().filter(|piece| !piece.starts_with(['@', '#']) && !piece.contains("://")) {
        capitals += piece.chars().filter(|letter| letter.is_uppercase()).count();
        letters += piece.chars().filter(|letter| letter.is_uppercase() || letter.is_lowercase()).count();
    }
    letters >= 12 && capitals * 10 >= letters * 7
}

/// Endings that ask in Japanese, with or without a mark.
const ENDINGS: &[&str] = &[
    "ですか",
    "ますか",
    "ましたか",
    "ませんか",
    "でしょうか",
    "だろうか",
    "のか",
    "んですか",
    "ないか",
    "るの",
    "かな",
    "かしら",
    "かね",
    "たっけ",
    "だっけ",
    "どこ",
    "いつ",
    "なに",
    "何",
    "いくら",
    "どうすれば",
    "どうしたら",
    "教えて",
    "教えてください",
    "教えて下さい",
    "お教えください",
    "知りたい",
    "知りたいです",
    "ますかね",
    "できるの",
    "無理",
    "ありですか",
    "なの",
    "は",
    "ってこと",
    "方法は",
    "のでしょう",
];

fn ends_as_question(folded: &str) -> bool {
    folded.split(['。', '!', '\n', '…', '、', '　']).any(|sentence| {
        let sentence =
            sentence.trim_end_matches(|letter: char| !letter.is_alphanumeric()).trim_end_matches(['w', '笑', 'ー']);
        ENDINGS.iter().any(|ending| {
            sentence.strip_suffix(ending).is_some_and(|before| {
                // A bare topic ("営業時間は") asks only when it is all there is.
                let topic = *ending == "は" || *ending == "無理" || *ending == "何";
                !topic || (before.chars().count() <= 12 && folded.trim_end().ends_with(sentence))
            })
        })
    })
}

//! Which language a text is in: scripts first, then function words, endings and letters of our own choosing.

mod profiles;

use crate::normalise::{Folded, is_han, is_hangul, is_kana};
use crate::reader::Hints;
use profiles::{JAPANESE_ONLY_HAN, LATIN, letter_weight, profiles};

/// A language and how sure we are of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identified {
    /// BCP 47 primary subtag; `und` when nothing speaks for any language.
    pub language: &'static str,
    /// 0..1.
    pub confidence: f32,
}

/// Below this weight of evidence a text in Latin letters is `und`.
const LEAST_EVIDENCE: f32 = 0.6;
/// What a statement of the network, or the habit of the author, is worth beside the words.
const HINT_WEIGHT: f32 = 0.9;

/// Says the language of a text. `folded` must be the folded form of `original`.
pub fn identify(original: &str, folded: &Folded, hints: &Hints<'_>) -> Identified {
    let scripts = Scripts::of(original);
    if let Some(found) = scripts.decide(original, hints) {
        return found;
    }
    let mut scores = [0.0_f32; LATIN.len()];
    words(folded.text(), &mut scores);
    for letter in original.chars().filter(|letter| !letter.is_ascii()) {
        letter_weight(letter, &mut scores);
    }
    let from_text = scores.iter().copied().fold(0.0, f32::max);
    for hint in [hints.network_language, hints.usual_language].into_iter().flatten() {
        let subtag = primary(hint);
        for (score, language) in scores.iter_mut().zip(LATIN) {
            if *language == subtag {
                *score += HINT_WEIGHT;
            }
        }
    }
    best(&scores, from_text)
}

fn best(scores: &[f32], from_text: f32) -> Identified {
    let mut best = ("und", 0.0_f32);
    let mut second = 0.0_f32;
    for (score, language) in scores.iter().zip(LATIN) {
        if *score > best.1 {
            second = best.1;
            best = (language, *score);
        } else {
            second = second.max(*score);
        }
    }
    if best.1 < LEAST_EVIDENCE {
        return Identified { language: "und", confidence: 0.0 };
    }
    let margin = (best.1 - second) / (best.1 + 0.5);
    let evidence = from_text.max(HINT_WEIGHT) / (from_text.max(HINT_WEIGHT) + 0.8);
    Identified { language: best.0, confidence: (0.35 + 0.65 * margin * evidence).clamp(0.0, 0.99) }
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

/// Counts of letters by script, links and account names left out.
#[derive(Default)]
struct Scripts {
    kana: usize,
    han: usize,
    hangul: usize,
    latin: usize,
    other: Option<&'static str>,
}

impl Scripts {
    fn of(text: &str) -> Self {
        let mut scripts = Self::default();
        for piece in text.split(char::is_whitespace) {
            // In text without spaces a name or link is followed by letters of another script: count those.
            let is_name = piece.starts_with(['@', '＠']) || piece.starts_with("http");
            for letter in piece.chars().filter(|letter| !is_name || !letter.is_ascii()) {
                scripts.count(letter);
            }
        }
        scripts
    }

    fn count(&mut self, letter: char) {
        if letter.is_ascii() {
            self.latin += usize::from(letter.is_ascii_alphabetic());
        } else if is_kana(letter) {
            self.kana += usize::from(!matches!(letter, 'ー' | '・' | 'ｰ' | '･' | 'ﾟ' | 'ﾞ'));
        } else if is_han(letter) {
            self.han += 1;
        } else if is_hangul(letter) {
            self.hangul += 1;
        } else {
            match letter {
                'ª'..='ɏ' => self.latin += usize::from(letter.is_alphabetic()),
                'Ͱ'..='Ͽ' => self.other = Some("el"),
                'Ѐ'..='ӿ' => self.other = Some("ru"),
                '\u{590}'..='\u{5ff}' => self.other = Some("he"),
                '\u{600}'..='\u{6ff}' => self.other = Some("ar"),
                '\u{900}'..='\u{97f}' => self.other = Some("hi"),
                '\u{e00}'..='\u{e7f}' => self.other = Some("th"),
                _ => {}
            }
        }
    }

    fn decide(&self, text: &str, hints: &Hints<'_>) -> Option<Identified> {
        let asian = self.kana + self.han + self.hangul;
        if asian == 0 {
            return self.other.filter(|_| self.latin < 8).map(|language| Identified { language, confidence: 0.8 });
        }
        // One character of an unspaced script says about as much as three Latin letters.
        if asian * 6 < self.latin && asian < 8 {
            return None;
        }
        let sure = (0.8 + 0.03 * f32::from(u8::try_from(asian.min(6)).unwrap_or(6))).min(0.99);
        let found = |language, confidence| Some(Identified { language, confidence });
        if self.hangul > self.kana {
            return found("ko", sure);
        }
        if self.kana > 0 {
            return found("ja", sure);
        }
        let expected = [hints.usual_language, hints.network_language].into_iter().flatten().map(primary).next();
        if expected == Some("ja") || text.chars().any(|letter| JAPANESE_ONLY_HAN.contains(letter)) {
            return found("ja", 0.8);
        }
        found("zh", if expected == Some("zh") { 0.95 } else { 0.7 })
    }
}

/// Adds what function words and endings say.
fn words(folded: &str, scores: &mut [f32; LATIN.len()]) {
    let profiles = profiles();
    for piece in folded.split_whitespace() {
        if piece.starts_with(['@', '#']) || piece.starts_with("http") || piece.contains("://") {
            continue;
        }
        for word in piece.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()) {
            if let Some(weights) = profiles.words.get(word) {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += weight;
                }
                continue;
            }
            for length in [5, 4, 3] {
                let ending = word.len().checked_sub(length).filter(|at| *at >= 2).and_then(|at| word.get(at..));
                if let Some(weights) = ending.and_then(|ending| profiles.endings.get(ending)) {
                    for (score, weight) in scores.iter_mut().zip(weights) {
                        *score += weight;
                    }
                    break;
                }
            }
            profiles.inner.iter().filter(|(piece, _)| word.contains(piece)).for_each(|(_, language)| {
                if let Some(score) = scores.get_mut(*language) {
                    *score += 0.25;
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(text: &str) -> &'static str {
        identify(text, &Folded::of(text), &Hints::default()).language
    }

    #[test]
    fn short_messages_in_ten_languages() {
        let cases = [
            ("ja", "カードが使えません"),
            ("ja", "@bank_help 残高照会"),
            ("ja", "ATMが動かないんですけど"),
            ("zh", "我的卡不能用了"),
            ("ko", "카드가 안 돼요"),
            ("en", "my card does not work"),
            ("en", "@bank why is the app down again"),
            ("de", "meine Karte funktioniert nicht"),
            ("de", "Wann kommt mein Paket?"),
            ("es", "mi tarjeta no funciona"),
            ("es", "¿Cuándo llega mi pedido?"),
            ("fr", "ma carte ne marche pas"),
            ("fr", "Où est ma commande ?"),
            ("it", "la mia carta non funziona"),
            ("pt", "meu cartão não funciona"),
            ("nl", "mijn kaart werkt niet"),
            ("und", "12345 !!! 😀"),
            ("und", ""),
            ("ru", "карта не работает"),
        ];
        for (expected, text) in cases {
            assert_eq!(language(text), expected, "{text}");
        }
    }

    #[test]
    fn the_network_tips_the_scales_only_where_words_are_few() {
        let hints = Hints { network_language: Some("fr"), ..Hints::default() };
        let short = "ok super";
        assert_eq!(identify(short, &Folded::of(short), &hints).language, "fr");
        let long = "my card was swallowed by the machine and nobody is there";
        assert_eq!(identify(long, &Folded::of(long), &hints).language, "en");
        let han = "残高";
        let japanese = Hints { network_language: Some("ja"), ..Hints::default() };
        assert_eq!(identify(han, &Folded::of(han), &japanese).language, "ja");
    }
}

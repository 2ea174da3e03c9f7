//! The product's words: one Fluent file per area and language under `locales/`, compiled in.

use domain::understanding::Reason;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use maud::{Markup, PreEscaped, html};
use std::borrow::Cow;
use std::collections::HashMap;
use unic_langid::langid;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Names are isolated by <bdi> in the markup; invisible marks would end up in attributes and copied text.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ENGLISH: LanguageIdentifier = langid!("en");
static JAPANESE: LanguageIdentifier = langid!("ja");

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// English.
    English,
    /// Japanese.
    Japanese,
}

impl Words {
    /// Every language of the screens.
    pub const ALL: &'static [Self] = &[Self::English, Self::Japanese];

    /// BCP 47 tag, for `lang` and profiles.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// The language's own name.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Japanese => "日本語",
        }
    }

    /// Reads a BCP 47 tag by its primary part; anything we do not speak is English.
    pub fn of(tag: &str) -> Self {
        match tag.split(['-', '_', ';']).next() {
            Some(primary) if primary.eq_ignore_ascii_case("ja") => Self::Japanese,
            _ => Self::English,
        }
    }

    /// The language a browser asks for first among ours (`Accept-Language`, in its order).
    pub fn accepted(header: &str) -> Self {
        let named = |tag: &&str| tag.starts_with("ja") || tag.starts_with("en");
        header.split(',').map(str::trim).find(named).map_or(Self::English, Self::of)
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }

    /// The words of a key; the key itself when it is missing, which a test forbids.
    pub fn say(self, key: &str) -> String {
        LOCALES.try_lookup(self.identifier(), key).unwrap_or_else(|| key.to_owned())
    }

    /// The words of a key with parameters.
    pub fn say_with(self, key: &str, arguments: &[(&'static str, FluentValue<'static>)]) -> String {
        LOCALES.try_lookup_with_args(self.identifier(), key, &owned(arguments)).unwrap_or_else(|| key.to_owned())
    }

    /// The words of a key with markup in place of its parameters: words are escaped, each language chooses the order.
    pub fn say_around(self, key: &str, parts: &[(&'static str, Markup)]) -> Markup {
        // Each part stands for one private-use character, which Fluent passes through and no translation contains.
        let place = |index: usize| char::from_u32(0xF0000 + u32::try_from(index).unwrap_or(0)).unwrap_or('\u{F0000}');
        let arguments: Vec<(&'static str, FluentValue<'static>)> = parts
            .iter()
            .enumerate()
            .map(|(index, (name, _))| (*name, FluentValue::from(place(index).to_string())))
            .collect();
        let text = self.say_with(key, &arguments);
        let pieces = text.split_inclusive(|character| ('\u{F0000}'..='\u{FFFFD}').contains(&character));
        html! {
            @for piece in pieces {
                @let part = piece.chars().next_back().and_then(|last| parts.iter().enumerate().find(|(index, _)| place(*index) == last));
                @if let Some((index, (_, markup))) = part { (piece.trim_end_matches(place(index))) (markup) } @else { (piece) }
            }
        }
    }

    /// A word of the product's vocabulary, e.g. `("kind", "complaint")`.
    pub fn term(self, family: &str, word: &str) -> String {
        self.say(&format!("{family}-{}", word.replace(['.', '_'], "-")))
    }

    /// The key of a reason's words: `draft.too_long` → `reason-draft-too-long`.
    pub fn reason_key(code: &str) -> String {
        format!("reason-{}", code.replace(['.', '_'], "-"))
    }

    /// A reason in words. Its code is a key below `reason-` (dots and underscores become hyphens), its parameters are `$words`.
    pub fn reason(self, reason: &Reason) -> String {
        let key = Self::reason_key(&reason.code);
        let quoted: Vec<String> = reason.words.iter().map(|word| self.quoted(word)).collect();
        let first = reason.words.first().cloned().unwrap_or_default();
        let arguments = [
            ("words", FluentValue::from(quoted.join(&self.say("list-separator")))),
            ("first", FluentValue::from(first)),
            ("count", FluentValue::from(reason.words.len())),
        ];
        match LOCALES.try_lookup_with_args(self.identifier(), &key, &owned(&arguments)) {
            Some(text) => text,
            None => self.say_with("reason-other", &[("code", FluentValue::from(reason.code.clone()))]),
        }
    }

    /// A word in this language's quotation marks; numbers and handles stand without.
    fn quoted(self, word: &str) -> String {
        let bare = |character: char| character.is_ascii_digit() || matches!(character, '.' | ',');
        if word.starts_with('@') || word.chars().all(bare) {
            return word.to_owned();
        }
        match self {
            Self::English => format!("“{word}”"),
            Self::Japanese => format!("「{word}」"),
        }
    }
}

fn owned(arguments: &[(&'static str, FluentValue<'static>)]) -> HashMap<Cow<'static, str>, FluentValue<'static>> {
    arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect()
}

/// A bold `<b>` part for [`Words::say_around`].
pub fn bold(text: impl maud::Render) -> Markup {
    html! { b { bdi { (text) } } }
}

/// Markup that is nothing, for optional parts.
pub fn nothing() -> Markup {
    PreEscaped(String::new())
}

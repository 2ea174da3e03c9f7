//! The customers' texts: one file a language, with personas, topics, fitting answers and reactions.

use crate::Error;
use crate::random::Random;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What a message is about, as its writer meant it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Wants to know something.
    Question,
    /// Is not content.
    Complaint,
    /// Money or account in danger now.
    Urgent,
    /// Many are watching: outage, press, threats to go public.
    PrRisk,
    /// Names the bank in passing.
    Mention,
    /// Is content.
    Praise,
    /// Not about the bank's service.
    OffTopic,
    /// Advertising, fraud, insults.
    SpamAbuse,
}

/// Where a topic is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A public post that names one of our accounts.
    #[default]
    Post,
    /// A private message.
    Message,
    /// Either.
    Any,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    /// Handle.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Profile text.
    #[serde(default)]
    pub description: String,
    /// Place.
    #[serde(default)]
    pub location: Option<String>,
}

/// Texts about one thing, with answers that fit each of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// What it is.
    pub kind: Kind,
    /// Where it is written.
    #[serde(default)]
    pub form: Form,
    /// Variants, with `{slots}`.
    pub texts: Vec<String>,
    /// Our answers; none for what nobody answers.
    #[serde(default)]
    pub answers: Vec<String>,
    /// Description of an attached picture.
    #[serde(default)]
    pub picture: Option<String>,
}

/// How people react to an answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reactions {
    /// It helped.
    pub thanks: Vec<String>,
    /// It did not.
    pub complain: Vec<String>,
    /// The private message after an invitation to write one.
    pub private: Vec<String>,
    /// Others who have the same trouble, under somebody's post.
    pub pile_on: Vec<String>,
    /// Words by which an invitation to a private message is recognised, lower case.
    pub invitation: Vec<String>,
    /// Our closing words.
    pub closing: Vec<String>,
}

/// Everything of one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// `ja`, `en`, `de`, `es`, `fr`.
    pub code: String,
    /// The bank's name in this language.
    pub bank: String,
    /// People who write most.
    pub personas: Vec<Persona>,
    /// Given names for further people: [display, handle part].
    pub given: Vec<(String, String)>,
    /// Family names: [display, handle part].
    pub family: Vec<(String, String)>,
    /// Fillings of `{slots}`.
    pub slots: BTreeMap<String, Vec<String>>,
    /// What they write about.
    pub topics: Vec<Topic>,
    /// Posts of the hour when nothing works.
    pub outage: Vec<String>,
    /// How they react.
    pub reactions: Reactions,
}

const FILES: [(&str, &str); 5] = [
    ("ja.json", include_str!("texts/ja.json")),
    ("en.json", include_str!("texts/en.json")),
    ("de.json", include_str!("texts/de.json")),
    ("es.json", include_str!("texts/es.json")),
    ("fr.json", include_str!("texts/fr.json")),
];

/// All languages, parsed once.
///
/// # Errors
/// When a text file is broken; a test reads them all.
pub fn languages() -> Result<&'static [Language], Error> {
    static PARSED: OnceLock<Vec<Language>> = OnceLock::new();
    if let Some(parsed) = PARSED.get() {
        return Ok(parsed);
    }
    let mut all = Vec::new();
    for (file, content) in FILES {
        all.push(serde_json::from_str::<Language>(content).map_err(|source| Error::Texts { file, source })?);
    }
    Ok(PARSED.get_or_init(|| all))
}

/// The accounts that customers write to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Addressees {
    /// Handle of the brand.
    pub brand: String,
    /// Handle of support.
    pub support: String,
    /// Name of the company; absent: the bank's name in each language.
    pub company: Option<String>,
}

impl Default for Addressees {
    fn default() -> Self {
        Self { brand: "aobabank".to_owned(), support: "aoba_help".to_owned(), company: None }
    }
}

impl Language {
    /// Fills the slots of a text.
    #[must_use]
    pub fn fill(&self, text: &str, addressees: &Addressees, random: &mut Random) -> String {
        let mut out = String::with_capacity(text.len() + 24);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((slot, remaining)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match slot {
                "brand" => out.extend(["@", &addressees.brand]),
                "help" => out.extend(["@", &addressees.support]),
                "bank" => out.push_str(addressees.company.as_deref().unwrap_or(&self.bank)),
                _ => out
                    .push_str(self.slots.get(slot).and_then(|values| random.pick(values)).map_or(slot, String::as_str)),
            }
            rest = remaining;
        }
        out.push_str(rest);
        out
    }

    /// A person: one of the named ones, or one made of two names.
    #[must_use]
    pub fn person(&self, random: &mut Random) -> Persona {
        if let Some(persona) =
            Some(random.chance(0.35)).filter(|named| *named).and_then(|_| random.pick(&self.personas))
        {
            return persona.clone();
        }
        let (given, family) = (
            random.pick(&self.given).cloned().unwrap_or_default(),
            random.pick(&self.family).cloned().unwrap_or_default(),
        );
        let style = random.below(4);
        let number = 1 + random.below(89);
        let handle = match style {
            0 => format!("{}_{}", given.1, family.1),
            1 => format!("{}{}{number}", given.1, family.1.chars().next().unwrap_or('x')),
            2 => format!("{}.{}", family.1, given.1).replace('.', "_"),
            _ => format!("{}{number}", given.1),
        };
        let name = match (style, self.code.as_str()) {
            (3, _) => given.0,
            (_, "ja") => format!("{} {}", family.0, given.0),
            _ => format!("{} {}", given.0, family.0),
        };
        Persona { username: handle.chars().take(15).collect(), name, description: String::new(), location: None }
    }

    /// A topic; questions and complaints are the most common.
    #[must_use]
    pub fn topic(&self, random: &mut Random, form: Form) -> Option<&Topic> {
        let weight = |kind: Kind| match kind {
            Kind::Question => 30,
            Kind::Complaint => 24,
            Kind::Urgent => 9,
            Kind::PrRisk => 3,
            Kind::Mention => 10,
            Kind::Praise => 9,
            Kind::OffTopic => 8,
            Kind::SpamAbuse => 7,
        };
        let fits: Vec<&Topic> = self
            .topics
            .iter()
            .filter(|topic| topic.form == form || topic.form == Form::Any || form == Form::Any)
            .collect();
        let kinds: std::collections::BTreeSet<Kind> = fits.iter().map(|topic| topic.kind).collect();
        let total: usize = kinds.iter().map(|kind| weight(*kind)).sum();
        let mut at = random.below(total);
        let kind = kinds.iter().copied().find(|kind| {
            let own = weight(*kind);
            let here = at < own;
            at = at.saturating_sub(own);
            here
        })?;
        let of_kind: Vec<&Topic> = fits.into_iter().filter(|topic| topic.kind == kind).collect();
        random.pick(&of_kind).copied()
    }
}

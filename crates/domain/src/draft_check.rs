//! What is looked at before a draft may leave: stops that hold it back, warnings that a person may overrule.

use crate::understanding::{PersonalData, PersonalDataKind, Reason};
use serde::{Deserialize, Serialize};

/// Every reason code that [`check`] can give.
pub const REASON_CODES: &[&str] = &[
    "draft.personal_data.iban",
    "draft.personal_data.card",
    "draft.personal_data.email",
    "draft.personal_data.phone",
    "draft.personal_data.address",
    "draft.personal_data.order",
    "draft.personal_data.bank_account",
    "draft.personal_data.my_number",
    "draft.personal_data.secret",
    "draft.empty",
    "draft.too_long",
    "draft.unfilled_variable",
    "draft.other_language",
    "draft.many_links",
];

/// Whether a finding holds the draft back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does not leave.
    Stop,
    /// It may leave after a look.
    Warn,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whether it holds the draft back.
    pub severity: Severity,
    /// What was found; words are numbers or names of variables, never the personal data itself.
    pub reason: Reason,
    /// Where, in Unicode scalars of the text, end exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
}

/// A draft and what is known about it.
#[derive(Clone, Debug, Default)]
pub struct Draft<'a> {
    /// The text that would leave, sign-off included.
    pub text: &'a str,
    /// Whether others than the customer can read it.
    pub public: bool,
    /// Whether files go along, so that the text may be empty.
    pub has_media: bool,
    /// Length as the network counts it.
    pub length: usize,
    /// Greatest length allowed; `None` when there is no limit.
    pub limit: Option<usize>,
    /// Personal data found in the text (by the language engine).
    pub personal_data: &'a [PersonalData],
    /// Our own published addresses and numbers, which may stand in public: compared without spaces, signs and case.
    pub published: &'a [&'a str],
    /// Language of the draft, BCP 47 primary subtag; `None` or `und` when unknown.
    pub language: Option<&'a str>,
    /// Language of the customer; `None` or `und` when unknown.
    pub customer_language: Option<&'a str>,
}

/// Looks at a draft. Stops come first; an empty list means that it may leave.
pub fn check(draft: &Draft<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    personal_data(draft, &mut findings);
    if draft.text.trim().is_empty() && !draft.has_media {
        findings.push(Finding { severity: Severity::Stop, reason: Reason::of("draft.empty"), span: None });
    }
    if let Some(limit) = draft.limit.filter(|limit| draft.length > *limit) {
        let reason = Reason::with("draft.too_long", [draft.length.to_string(), limit.to_string()]);
        findings.push(Finding { severity: Severity::Stop, reason, span: None });
    }
    for (name, span) in unfilled_variables(draft.text) {
        let reason = Reason::with("draft.unfilled_variable", [name]);
        findings.push(Finding { severity: Severity::Stop, reason, span: Some(span) });
    }
    if let (Some(ours), Some(theirs)) = (known(draft.language), known(draft.customer_language))
        && ours != theirs
    {
        let reason = Reason::with("draft.other_language", [ours, theirs]);
        findings.push(Finding { severity: Severity::Warn, reason, span: None });
    }
    let links = links(draft.text);
    if links > 1 {
        let reason = Reason::with("draft.many_links", [links.to_string()]);
        findings.push(Finding { severity: Severity::Warn, reason, span: None });
    }
    findings.sort_by_key(|finding| finding.severity == Severity::Warn);
    findings
}

/// Whether nothing holds the draft back.
pub fn may_leave(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity == Severity::Warn)
}

fn personal_data(draft: &Draft<'_>, findings: &mut Vec<Finding>) {
    for data in draft.personal_data {
        let severity = if draft.public {
            if is_published(draft, data) {
                continue;
            }
            Severity::Stop
        } else if matches!(data.kind, PersonalDataKind::Card | PersonalDataKind::MyNumber | PersonalDataKind::Secret) {
            // Privately the customer may be told their own data, but these are never needed in full.
            Severity::Warn
        } else {
            continue;
        };
        let reason = Reason::of(code(data.kind));
        findings.push(Finding { severity, reason, span: Some((data.start, data.end)) });
    }
}

fn code(kind: PersonalDataKind) -> &'static str {
    match kind {
        PersonalDataKind::Iban => "draft.personal_data.iban",
        PersonalDataKind::Card => "draft.personal_data.card",
        PersonalDataKind::Email => "draft.personal_data.email",
        PersonalDataKind::Phone => "draft.personal_data.phone",
        PersonalDataKind::Address => "draft.personal_data.address",
        PersonalDataKind::Order => "draft.personal_data.order",
        PersonalDataKind::BankAccount => "draft.personal_data.bank_account",
        PersonalDataKind::MyNumber => "draft.personal_data.my_number",
        PersonalDataKind::Secret => "draft.personal_data.secret",
    }
}

fn is_published(draft: &Draft<'_>, data: &PersonalData) -> bool {
    // Only what a company prints on its door can be published; a card number never is.
    if !matches!(data.kind, PersonalDataKind::Email | PersonalDataKind::Phone | PersonalDataKind::Address) {
        return false;
    }
    let found: String = draft.text.chars().skip(data.start).take(data.end.saturating_sub(data.start)).collect();
    let found = bare(&found);
    !found.is_empty() && draft.published.iter().any(|ours| bare(ours) == found)
}

fn bare(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn known(language: Option<&str>) -> Option<&str> {
    language.and_then(|tag| tag.split(['-', '_']).next()).filter(|tag| !tag.is_empty() && *tag != "und")
}

/// Names and scalar spans of `{{…}}` that no value replaced; an opening without an end counts to the end of its line.
fn unfilled_variables(text: &str) -> Vec<(String, (usize, usize))> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut before = 0;
    while let Some((ahead, inside)) = rest.split_once("{{") {
        let start = before + ahead.chars().count();
        let line_end = inside.find('\n').unwrap_or(inside.len());
        let (name, after, marks) = match inside.split_once("}}") {
            Some((name, after)) if name.len() <= line_end => (name, after, 4),
            _ => {
                let (name, after) = inside.split_at(line_end);
                (name, after, 2)
            }
        };
        let end = start + name.chars().count() + marks;
        found.push((name.trim().to_owned(), (start, end)));
        before = end;
        rest = after;
    }
    found
}

fn links(text: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    lower
        .match_indices("://")
        .filter(|(at, _)| lower.get(..*at).is_some_and(|head| head.ends_with("http") || head.ends_with("https")))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(draft: &Draft<'_>) -> Vec<String> {
        check(draft).into_iter().map(|finding| finding.reason.code).collect()
    }

    fn data(kind: PersonalDataKind, start: usize, end: usize) -> PersonalData {
        PersonalData { kind, start, end }
    }

    #[test]
    fn a_public_text_with_personal_data_stays() {
        let found = [data(PersonalDataKind::Email, 9, 24)];
        let mut draft =
            Draft { text: "Write to kim@example.com", public: true, personal_data: &found, ..Draft::default() };
        let findings = check(&draft);
        assert_eq!(findings[0].reason.code, "draft.personal_data.email");
        assert_eq!(findings[0].span, Some((9, 24)));
        assert!(!may_leave(&findings));
        draft.published = &["KIM@example.com"];
        assert!(may_leave(&check(&draft)));
        draft.published = &[];
        draft.public = false;
        assert!(check(&draft).is_empty());
    }

    #[test]
    fn a_card_number_is_never_published_and_warned_of_in_private() {
        let found = [data(PersonalDataKind::Card, 0, 16)];
        let mut draft = Draft {
            text: "4111111111111111",
            public: true,
            personal_data: &found,
            published: &["4111111111111111"],
            ..Draft::default()
        };
        assert!(!may_leave(&check(&draft)));
        draft.public = false;
        assert_eq!(codes(&draft), ["draft.personal_data.card"]);
        assert!(may_leave(&check(&draft)));
    }

    #[test]
    fn empty_long_and_unfilled_texts_stay() {
        assert_eq!(codes(&Draft { text: " \n", ..Draft::default() }), ["draft.empty"]);
        assert!(codes(&Draft { text: "", has_media: true, ..Draft::default() }).is_empty());
        let long = Draft { text: "Hello", length: 281, limit: Some(280), ..Draft::default() };
        assert_eq!(check(&long)[0].reason, Reason::with("draft.too_long", ["281", "280"]));
        assert!(codes(&Draft { text: "Hello", length: 280, limit: Some(280), ..Draft::default() }).is_empty());
        let template = Draft { text: "こんにちは {{ name }} さん {{ date\nbye", ..Draft::default() };
        let findings = check(&template);
        assert_eq!(findings[0].reason, Reason::with("draft.unfilled_variable", ["name"]));
        assert_eq!(findings[0].span, Some((6, 16)));
        assert_eq!(findings[1].reason, Reason::with("draft.unfilled_variable", ["date"]));
        assert!(!may_leave(&findings));
    }

    #[test]
    fn another_language_and_many_links_are_warned_of() {
        let draft = Draft {
            text: "See https://a.example and http://b.example",
            language: Some("en"),
            customer_language: Some("ja"),
            ..Draft::default()
        };
        assert_eq!(codes(&draft), ["draft.other_language", "draft.many_links"]);
        assert!(may_leave(&check(&draft)));
        let same = Draft { text: "Hi", language: Some("en-GB"), customer_language: Some("en"), ..Draft::default() };
        assert!(check(&same).is_empty());
        let unknown = Draft { text: "ok", language: Some("und"), customer_language: Some("ja"), ..Draft::default() };
        assert!(check(&unknown).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_checked_with_spans_inside_it(text: String, public: bool) {
            let length = text.chars().count();
            for finding in check(&Draft { text: &text, public, length, limit: Some(10), ..Draft::default() }) {
                proptest::prop_assert!(REASON_CODES.contains(&finding.reason.code.as_str()));
                if let Some((start, end)) = finding.span {
                    proptest::prop_assert!(start < end && end <= length);
                }
            }
        }
    }
}

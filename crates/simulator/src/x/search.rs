//! The search language, as much of it as listening needs: words, phrases, `from:`, `to:`, `@`, `#`, `conversation_id:`, `lang:`, `is:`, `-`, `OR`.

use super::model::Post;
use super::problem::Problem;
use crate::world::State;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Words(String),
    From(Option<u64>),
    To(Option<u64>),
    Names(Option<u64>),
    Tag(String),
    Conversation(u64),
    Language(String),
    IsReply,
    IsQuote,
    IsRetweet,
    HasMedia,
    HasLinks,
}

/// A query: every group must be met by one of its terms.
#[derive(Debug)]
pub(crate) struct Query {
    groups: Vec<Vec<(bool, Term)>>,
}

impl Query {
    /// Reads a query; parentheses only group an `OR` list.
    pub(crate) fn parse(text: &str, state: &State) -> Result<Self, Problem> {
        let mut groups: Vec<Vec<(bool, Term)>> = Vec::new();
        let mut joined = false;
        for token in tokens(text) {
            if token == "OR" {
                joined = true;
                continue;
            }
            let (negated, bare) = token.strip_prefix('-').map_or((false, token.as_str()), |bare| (true, bare));
            let term = term(bare, state).map_err(|message| Problem::invalid("query", text, &message))?;
            match (joined, groups.last_mut()) {
                (true, Some(group)) => group.push((negated, term)),
                _ => groups.push(vec![(negated, term)]),
            }
            joined = false;
        }
        Ok(Self { groups })
    }

    pub(crate) fn fits(&self, post: &Post) -> bool {
        self.groups.iter().all(|group| group.iter().any(|(negated, term)| fits(term, post) != *negated))
    }

    /// The conversations, when the query is limited to some.
    pub(crate) fn conversations(&self) -> Option<Vec<u64>> {
        self.groups.iter().find_map(|group| {
            let roots = group.iter().map(|(negated, term)| match term {
                Term::Conversation(root) if !negated => Some(*root),
                _ => None,
            });
            roots.collect()
        })
    }
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => {
                quoted = !quoted;
            }
            _ if quoted => current.push(letter),
            '(' | ')' => {}
            _ if letter.is_whitespace() => {
                if !current.is_empty() {
                    tokens.push(std::mem::take(&mut current));
                }
            }
            _ => current.push(letter),
        }
    }
    if !current.is_empty() {
        tokens.push(current);
    }
    tokens
}

fn term(text: &str, state: &State) -> Result<Term, String> {
    let user = |name: &str| state.find_user(name).ok().map(|user| user.id);
    if let Some(name) = text.strip_prefix('@') {
        return Ok(Term::Names(user(name)));
    }
    if let Some(tag) = text.strip_prefix('#') {
        return Ok(Term::Tag(tag.to_lowercase()));
    }
    let Some((operator, value)) = text
        .split_once(':')
        .filter(|(operator, _)| operator.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
    else {
        return Ok(Term::Words(text.to_lowercase()));
    };
    match (operator, value) {
        ("from", name) => Ok(Term::From(user(name))),
        ("to", name) => Ok(Term::To(user(name))),
        ("conversation_id", id) => {
            id.parse().map(Term::Conversation).map_err(|_| format!("invalid conversation_id {id}"))
        }
        ("lang", code) => Ok(Term::Language(code.to_owned())),
        ("is", "reply") => Ok(Term::IsReply),
        ("is", "quote") => Ok(Term::IsQuote),
        ("is", "retweet") => Ok(Term::IsRetweet),
        ("has", "media" | "images") => Ok(Term::HasMedia),
        ("has", "links") => Ok(Term::HasLinks),
        ("http" | "https", _) => Ok(Term::Words(text.to_lowercase())),
        _ => Err(format!(
            "Reference to invalid operator '{operator}'. Operator is not available in current product or product packaging."
        )),
    }
}

fn fits(term: &Term, post: &Post) -> bool {
    match term {
        Term::Words(words) => post.text.to_lowercase().contains(words.as_str()),
        Term::From(user) => *user == Some(post.author),
        Term::To(user) => user.is_some() && *user == post.in_reply_to_user,
        Term::Names(user) => post.entities.mentions.iter().any(|mention| Some(mention.user) == *user),
        Term::Tag(tag) => post.entities.hashtags.iter().any(|own| own.tag.to_lowercase() == *tag),
        Term::Conversation(root) => post.conversation == *root,
        Term::Language(code) => post.language == code,
        Term::IsReply => post.in_reply_to.is_some(),
        Term::IsQuote => post.quotes.is_some(),
        Term::IsRetweet => false,
        Term::HasMedia => !post.media.is_empty(),
        Term::HasLinks => post.entities.links.iter().any(|link| link.media_key.is_none()),
    }
}

//! Asking the index.

use super::{clean, highlights, label, workspace_label};
use crate::case_list::{CaseRow, rows_of};
use crate::db::{Engine, Value};
use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{CaseId, MessageId};
use domain::people::Scope;
use domain::vocabulary::{Direction, Form, Kind};
use language::normalise::is_unspaced;
use language::tokens::query_tokens;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Words as typed; all must be found.
    pub text: String,
    /// Only on this network.
    pub network: Option<String>,
    /// Only in this language, BCP 47 primary subtag.
    pub language: Option<String>,
    /// Only theirs, or only ours.
    pub direction: Option<Direction>,
    /// Only this shape.
    pub form: Option<Form>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only private ones, or only public ones.
    pub private: Option<bool>,
}

/// Where a search goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchCursor {
    grams: bool,
    place: i64,
    id: MessageId,
}

impl SearchCursor {
    /// Reads the text form; `None` when a letter is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let grams = match parts.next()? {
            "w" => false,
            "g" => true,
            _ => return None,
        };
        let place = parts.next().filter(|place| place.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
        let id = parts.next().filter(|id| id.len() == 32).and_then(|id| Uuid::try_parse(id).ok())?;
        parts.next().is_none().then_some(Self { grams, place, id: MessageId(id) })
    }
}

impl std::fmt::Display for SearchCursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}.{}", if self.grams { "g" } else { "w" }, self.place, self.id.0.simple())
    }
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit {
    /// Which.
    pub message: MessageId,
    /// Its case as a list shows it.
    pub case: CaseRow,
    /// Who wrote it.
    pub direction: Direction,
    /// When.
    pub sent_at: Timestamp,
    /// BCP 47 primary subtag.
    pub language: String,
    /// The part of the text around the first match.
    pub excerpt: String,
    /// What matched in it, in Unicode scalars, end exclusive.
    pub highlights: Vec<(usize, usize)>,
}

/// A part of what was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SearchPage {
    /// Newest first; messages with the words before messages with their characters only.
    pub hits: Vec<Hit>,
    /// Where it goes on; `None` at the end.
    pub next: Option<String>,
}

/// What the index is asked: all of `words` in its words, all of `grams` in its grams, and not all of `unless` in its words.
struct Asked {
    words: Vec<String>,
    /// The last word may be unfinished.
    unfinished: Option<String>,
    grams: Vec<String>,
    unless: Vec<String>,
}

/// Longest query that is looked at, in Unicode scalars.
const LONGEST_QUERY: usize = 200;
/// Scalars of text around the first match.
const EXCERPT: usize = 160;

impl Store {
    /// Looks for messages; `limit` is cut to 50. An empty query finds nothing.
    pub async fn search_messages(
        &self,
        scope: &Scope,
        query: &Query,
        after: Option<SearchCursor>,
        limit: usize,
    ) -> Result<SearchPage> {
        let limit = limit.clamp(1, 50);
        let text: String = query.text.chars().take(LONGEST_QUERY).collect();
        let tokens = clean(query_tokens(&text));
        if tokens.words.is_empty() && tokens.grams.is_empty() {
            return Ok(SearchPage::default());
        }
        let labels = labels(scope, query);
        let typed_on = !text.ends_with(char::is_whitespace);
        let (mut words, mut unfinished) = (tokens.words.clone(), None);
        if typed_on
            && let Some(last) = tokens.words.last()
            && last.chars().count() >= 3
            && !last.chars().any(is_unspaced)
        {
            unfinished = words.pop();
        }
        let spaced: Vec<String> = tokens.words.iter().filter(|word| !word.chars().any(is_unspaced)).cloned().collect();
        let by_words =
            Asked { words: [labels.clone(), words].concat(), unfinished, grams: Vec::new(), unless: Vec::new() };
        let by_grams = Asked {
            words: [labels, spaced].concat(),
            unfinished: None,
            grams: tokens.grams.clone(),
            unless: tokens.words.clone(),
        };
        let mut found: Vec<SearchCursor> = Vec::new();
        let wanted = limit + 1;
        if !tokens.words.is_empty() && after.is_none_or(|cursor| !cursor.grams) {
            self.ask(scope, &by_words, false, after, wanted, &mut found).await?;
        }
        if found.len() < wanted && !tokens.grams.is_empty() {
            let after = after.filter(|cursor| cursor.grams);
            self.ask(scope, &by_grams, true, after, wanted, &mut found).await?;
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(SearchCursor::to_string);
        let ids: Vec<MessageId> = found.iter().map(|cursor| cursor.id).collect();
        Ok(SearchPage { hits: self.hits(scope, &ids, &text).await?, next })
    }

    async fn ask(
        &self,
        scope: &Scope,
        asked: &Asked,
        grams: bool,
        after: Option<SearchCursor>,
        wanted: usize,
        found: &mut Vec<SearchCursor>,
    ) -> Result<()> {
        let limit = i64::try_from(wanted - found.len()).unwrap_or(i64::MAX);
        let place = after.map_or(i64::MAX, |cursor| cursor.place);
        let id = after.map_or(MessageId(Uuid::nil()), |cursor| cursor.id);
        let rows = match self.search.engine() {
            Engine::Sqlite => {
                self.search
                    .fetch_all(
                        "SELECT i.position, i.message_id FROM message_index f JOIN indexed_message i ON i.position = f.rowid
                         WHERE f.message_index MATCH $1 AND f.rowid < $2 ORDER BY f.rowid DESC LIMIT $3",
                        &[asked.sqlite().into(), place.into(), limit.into()],
                    )
                    .await?
            }
            Engine::Postgres => {
                let mut values: Vec<Value> =
                    vec![scope.workspace.into(), place.into(), id.into(), limit.into(), quoted(&asked.words, asked.unfinished.as_deref()).into()];
                let mut more = String::new();
                if !asked.grams.is_empty() {
                    values.push(quoted(&asked.grams, None).into());
                    more.push_str(&format!(" AND grams @@ (${})::tsquery", values.len()));
                }
                if !asked.unless.is_empty() {
                    values.push(quoted(&asked.unless, None).into());
                    more.push_str(&format!(" AND NOT words @@ (${})::tsquery", values.len()));
                }
                self.search
                    .fetch_all(
                        &format!(
                            "SELECT position, message_id FROM indexed_message
                             WHERE workspace_id = $1 AND (position, message_id) < ($2, $3) AND words @@ ($5)::tsquery{more}
                             ORDER BY position DESC, message_id DESC LIMIT $4"
                        ),
                        &values,
                    )
                    .await?
            }
        };
        for row in &rows {
            found.push(SearchCursor { grams, place: row.int("position")?, id: row.id("message_id")? });
        }
        Ok(())
    }

    async fn hits(&self, scope: &Scope, ids: &[MessageId], text: &str) -> Result<Vec<Hit>> {
        // What was deleted a moment ago is still in the index, and must not show.
        let messages = self.messages(scope, ids).await?;
        let cases: BTreeSet<CaseId> = messages.iter().map(|message| message.case).collect();
        let cases: Vec<CaseId> = cases.into_iter().collect();
        let cases: HashMap<CaseId, CaseRow> =
            rows_of(&self.main, scope, &cases).await?.into_iter().map(|case| (case.id, case)).collect();
        Ok(messages
            .into_iter()
            .filter(|message| message.deleted_at.is_none())
            .filter_map(|message| {
                let case = cases.get(&message.case)?.clone();
                let (excerpt, highlights) = excerpt(&message.text, text);
                Some(Hit {
                    message: message.id,
                    case,
                    direction: message.direction,
                    sent_at: message.sent_at,
                    language: message.language,
                    excerpt,
                    highlights,
                })
            })
            .collect())
    }

    /// The case with a number.
    pub async fn case_by_number(&self, scope: &Scope, number: i64) -> Result<Option<CaseRow>> {
        let row = self
            .main
            .fetch_optional(
                "SELECT id FROM cases WHERE workspace_id = $1 AND number = $2",
                &[scope.workspace.into(), number.into()],
            )
            .await?;
        match row {
            Some(row) => Ok(rows_of(&self.main, scope, &[row.id("id")?]).await?.pop()),
            None => Ok(None),
        }
    }
}

fn labels(scope: &Scope, query: &Query) -> Vec<String> {
    let mut labels = vec![workspace_label(scope.workspace)];
    labels.extend(query.network.as_deref().map(|network| label("net", network)));
    labels.extend(query.language.as_deref().map(|language| label("lang", language)));
    labels.extend(query.direction.map(|direction| label("dir", direction.word())));
    labels.extend(query.form.map(|form| label("form", form.word())));
    labels.extend(query.kind.map(|kind| label("kind", kind.word())));
    labels.extend(query.private.map(|private| label("private", if private { "yes" } else { "no" })));
    labels
}

impl Asked {
    /// As an FTS5 expression. Every token is a quoted string: nothing in it is an operator.
    fn sqlite(&self) -> String {
        let all = |tokens: &[String]| {
            tokens.iter().map(|token| format!("\"{}\"", token.replace('"', "\"\""))).collect::<Vec<_>>().join(" AND ")
        };
        let mut words = all(&self.words);
        if let Some(unfinished) = &self.unfinished {
            words.push_str(&format!(" AND \"{}\" *", unfinished.replace('"', "\"\"")));
        }
        let mut expression = format!("(words : ({words}))");
        if !self.grams.is_empty() {
            expression = format!("({expression} AND (grams : ({})))", all(&self.grams));
        }
        if !self.unless.is_empty() {
            expression = format!("{expression} NOT (words : ({}))", all(&self.unless));
        }
        expression
    }
}

/// As a `tsquery`: lexemes in quotes, taken to the letter.
fn quoted(tokens: &[String], unfinished: Option<&str>) -> String {
    let quote = |token: &str| format!("'{}'", token.replace('\\', "\\\\").replace('\'', "''"));
    let mut parts: Vec<String> = tokens.iter().map(|token| quote(token)).collect();
    parts.extend(unfinished.map(|token| format!("{}:*", quote(token))));
    parts.join(" & ")
}

/// The part of a text around the first match, and the matches in it.
fn excerpt(text: &str, query: &str) -> (String, Vec<(usize, usize)>) {
    let matches = highlights(text, query);
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= EXCERPT {
        return (text.to_owned(), matches);
    }
    let first = matches.first().map_or(0, |(start, _)| *start);
    let start = first.saturating_sub(EXCERPT / 4).min(letters.len().saturating_sub(EXCERPT));
    let end = (start + EXCERPT).min(letters.len());
    let part: String = letters.get(start..end).unwrap_or_default().iter().collect();
    let (lead, tail) = (if start > 0 { "…" } else { "" }, if end < letters.len() { "…" } else { "" });
    let shift = lead.chars().count();
    let inside = matches
        .into_iter()
        .filter(|(from, to)| *from >= start && *to <= end)
        .map(|(from, to)| (from - start + shift, to - start + shift))
        .collect();
    (format!("{lead}{part}{tail}"), inside)
}

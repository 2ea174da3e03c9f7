//! Reading posts: look-ups, mentions, an account's own posts, recent search.

use super::gate::Caller;
use super::listing;
use super::model::AccessLevel;
use super::parameters::{POST_SHAPE, Parameters, parse_id};
use super::problem::{Answer, Problem, missing, ok};
use super::search::Query;
use crate::World;
use crate::world::State as Everything;
use axum::extract::{Path, RawQuery, State};
use serde_json::json;
use std::collections::BTreeSet;

/// Longest query in characters: the specification's, and the one that self-serve plans have.
const LONGEST_QUERY: usize = 4096;
const LONGEST_SELF_SERVE_QUERY: usize = 512;
const WINDOW: &[&str] = &["since_id", "until_id", "start_time", "end_time", "pagination_token", "max_results"];

/// GET /2/tweets/{id}
pub(crate) async fn by_id(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    caller.scoped(&["tweet.read", "users.read"])?;
    let parameters = Parameters::read(query.as_deref(), &[], POST_SHAPE)?;
    let number = parse_id("id", &id)?;
    let state = world.lock();
    let (data, includes, errors) = listing::posts(&state, &[number], &parameters, world.origin(), world.now());
    let Some(post) = data.into_iter().next() else { return Ok(ok(&json!({"errors": [missing("tweet", "id", &id)]}))) };
    let mut body = json!({"data": post});
    if let Some(fields) = body.as_object_mut() {
        if !includes.is_empty() {
            fields.insert("includes".to_owned(), includes.into());
        }
        if !errors.is_empty() {
            fields.insert("errors".to_owned(), errors.into());
        }
    }
    Ok(ok(&body))
}

/// GET /2/tweets?ids=
pub(crate) async fn by_ids(State(world): State<World>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    caller.scoped(&["tweet.read", "users.read"])?;
    let parameters = Parameters::read(query.as_deref(), &["ids"], POST_SHAPE)?;
    let texts = parameters.list("ids");
    if texts.is_empty() || texts.len() > 100 {
        return Err(Problem::invalid(
            "ids",
            "",
            "The number of values in the `ids` query parameter list is not between 1 and 100",
        ));
    }
    let numbers = texts.iter().map(|text| parse_id("ids", text)).collect::<Result<Vec<_>, _>>()?;
    let state = world.lock();
    let (data, includes, mut errors) = listing::posts(&state, &numbers, &parameters, world.origin(), world.now());
    errors.extend(
        numbers.iter().filter(|id| state.post(**id).is_none()).map(|id| missing("tweet", "ids", &id.to_string())),
    );
    Ok(ok(&listing::assemble(data, includes, errors, None)))
}

/// Which ids of a list a call asks for.
struct Window {
    above: u64,
    below: u64,
    from_ms: i64,
    to_ms: i64,
}

impl Window {
    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let below = parameters.page()?.into_iter().chain(parameters.id("until_id")?).min().unwrap_or(u64::MAX);
        Ok(Self {
            above: parameters.id("since_id")?.unwrap_or(0),
            below,
            from_ms: parameters.time("start_time")?.unwrap_or(i64::MIN),
            to_ms: parameters.time("end_time")?.unwrap_or(i64::MAX),
        })
    }

    /// Newest first, at most `most`.
    fn choose<'a>(
        &self,
        state: &Everything,
        ids: impl DoubleEndedIterator<Item = &'a u64>,
        most: usize,
        fits: impl Fn(&super::model::Post) -> bool,
    ) -> Vec<u64> {
        ids.rev()
            .copied()
            .filter(|id| *id > self.above && *id < self.below)
            .filter_map(|id| state.post(id))
            .filter(|post| {
                post.created_ms >= self.from_ms
                    && post.created_ms < self.to_ms
                    && post.superseded_by.is_none()
                    && fits(post)
            })
            .map(|post| post.id)
            .take(most)
            .collect()
    }
}

/// GET /2/users/{id}/mentions
pub(crate) async fn mentions(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    caller.scoped(&["tweet.read", "users.read"])?;
    let parameters = Parameters::read(query.as_deref(), WINDOW, POST_SHAPE)?;
    let size = parameters.number("max_results", 5, 100, 10)?;
    let number = parse_id("id", &id)?;
    let window = Window::read(&parameters)?;
    let state = world.lock();
    if !state.users.contains_key(&number) {
        return Ok(ok(&json!({"errors": [missing("user", "id", &id)]})));
    }
    let protected = |author: u64| state.users.get(&author).is_some_and(|author| author.protected);
    let ids = state
        .by_mention
        .get(&number)
        .map(|all| window.choose(&state, all.iter(), size + 1, |post| post.author != number && !protected(post.author)))
        .unwrap_or_default();
    Ok(ok(&listing::page(&state, &ids, size, &parameters, world.origin(), world.now())))
}

/// GET /2/users/{id}/tweets
pub(crate) async fn by_author(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    caller.scoped(&["tweet.read", "users.read"])?;
    let names: Vec<&str> = WINDOW.iter().copied().chain(["exclude"]).collect();
    let parameters = Parameters::read(query.as_deref(), &names, POST_SHAPE)?;
    let size = parameters.number("max_results", 5, 100, 10)?;
    let number = parse_id("id", &id)?;
    let window = Window::read(&parameters)?;
    let no_replies = parameters.has("exclude", "replies");
    let state = world.lock();
    if !state.users.contains_key(&number) {
        return Ok(ok(&json!({"errors": [missing("user", "id", &id)]})));
    }
    let ids = state
        .by_author
        .get(&number)
        .map(|all| window.choose(&state, all.iter(), size + 1, |post| !(no_replies && post.in_reply_to.is_some())))
        .unwrap_or_default();
    Ok(ok(&listing::page(&state, &ids, size, &parameters, world.origin(), world.now())))
}

/// GET /2/tweets/search/recent
pub(crate) async fn search(State(world): State<World>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    caller.scoped(&["tweet.read", "users.read"])?;
    let names: Vec<&str> = WINDOW.iter().copied().chain(["query", "next_token", "sort_order"]).collect();
    let parameters = Parameters::read(query.as_deref(), &names, POST_SHAPE)?;
    let size = parameters.number("max_results", 10, 100, 10)?;
    let text = parameters.get("query").unwrap_or_default();
    let longest = match world.lock().apps.get(&caller.app).map(|app| app.access_level) {
        Some(AccessLevel::Enterprise) => LONGEST_QUERY,
        _ => LONGEST_SELF_SERVE_QUERY,
    };
    if text.trim().is_empty() || text.chars().count() > longest {
        let words = format!("The `query` query parameter must have 1 to {longest} characters");
        return Err(Problem::invalid("query", text, &words));
    }
    let mut window = Window::read(&parameters)?;
    let now = world.now();
    window.from_ms = window.from_ms.max(now - 7 * 24 * 60 * 60 * 1000);
    let state = world.lock();
    let wanted = Query::parse(text, &state)?;
    let public = |post: &super::model::Post| {
        wanted.fits(post) && !state.users.get(&post.author).is_some_and(|author| author.protected)
    };
    let ids = match wanted.conversations() {
        Some(roots) => {
            let all: BTreeSet<u64> =
                roots.iter().filter_map(|root| state.by_conversation.get(root)).flatten().copied().collect();
            window.choose(&state, all.iter(), size + 1, public)
        }
        None => {
            let all: Vec<u64> = state.posts.range(window.above..window.below).map(|(id, _)| *id).collect();
            window.choose(&state, all.iter(), size + 1, public)
        }
    };
    Ok(ok(&listing::page(&state, &ids, size, &parameters, world.origin(), now)))
}

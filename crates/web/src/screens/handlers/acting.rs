//! Acts on a case: assign, close, close without a reply, reopen, snooze, note.

use super::cases;
use super::context::{current_filter, desk, failed, see, wants_fragment, words};
use super::writing;
use crate::error::{Error, Result};
use crate::screens::{case, customer};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk::Expected;
use domain::id::{AgentId, CaseId};
use domain::vocabulary::NoReplyReason;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};
use serde::Deserialize;

/// Hour at which somebody comes in.
const MORNING: i8 = 9;

#[derive(Deserialize)]
pub(super) struct Assign {
    agent: String,
}

#[derive(Deserialize)]
pub(super) struct NoReply {
    reason: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Snooze {
    r#for: Option<String>,
    until: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct NoteText {
    text: String,
}

/// Gives a case to `me`, a colleague, or `nobody`.
pub(super) async fn assign(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    headers: HeaderMap,
    Form(form): Form<Assign>,
) -> Result<Response> {
    let agent: Option<AgentId> = match form.agent.as_str() {
        "nobody" => None,
        "me" => Some(visitor.person()?.id),
        id => Some(id.parse().map_err(|_| Error::field("agent", "an agent, me, or nobody"))?),
    };
    desk(&edge).assign(&visitor.scope, case, agent, Expected::default()).await.map_err(failed)?;
    shown(&edge, &visitor, case, &headers).await
}

/// Closes a case.
pub(super) async fn close(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    headers: HeaderMap,
) -> Result<Response> {
    match desk(&edge).close(&visitor.scope, case, None, Expected::default()).await {
        // The customer still waits: the pane asks why no answer is needed.
        Err(desk::Error::Conflict("needs_reason")) => asked_why(&edge, &visitor, case, &headers).await,
        closed => {
            closed.map_err(failed)?;
            shown(&edge, &visitor, case, &headers).await
        }
    }
}

/// Closes a case without a reply, with the reason.
pub(super) async fn no_reply(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    headers: HeaderMap,
    Form(form): Form<NoReply>,
) -> Result<Response> {
    let reason =
        NoReplyReason::from_word(&form.reason).ok_or_else(|| Error::field("reason", "a reason of the list"))?;
    desk(&edge).close(&visitor.scope, case, Some(reason), Expected::default()).await.map_err(failed)?;
    shown(&edge, &visitor, case, &headers).await
}

/// Opens a closed case, or wakes one that sleeps.
pub(super) async fn reopen(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    headers: HeaderMap,
) -> Result<Response> {
    desk(&edge).reopen(&visitor.scope, case, Expected::default()).await.map_err(failed)?;
    shown(&edge, &visitor, case, &headers).await
}

/// Puts a case to sleep.
pub(super) async fn snooze(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    headers: HeaderMap,
    Form(form): Form<Snooze>,
) -> Result<Response> {
    let zone = TimeZone::get(&visitor.person()?.profile.zone).unwrap_or(TimeZone::UTC);
    let now = edge.now().to_zoned(zone.clone());
    let until = match (form.r#for.as_deref(), form.until.as_deref()) {
        (Some(length), _) => sleeps_until(length, &now),
        (None, Some(typed)) => {
            typed.parse::<DateTime>().ok().and_then(|typed| typed.to_zoned(zone).ok()).map(|typed| typed.timestamp())
        }
        (None, None) => None,
    };
    let until = until.ok_or_else(|| Error::field("until", "a time in the future"))?;
    desk(&edge).snooze(&visitor.scope, case, until, Expected::default()).await.map_err(failed)?;
    shown(&edge, &visitor, case, &headers).await
}

/// Notes something on the case; from the customer's panel.
pub(super) async fn note(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    headers: HeaderMap,
    Form(form): Form<NoteText>,
) -> Result<Response> {
    desk(&edge).note(&visitor.scope, case, &form.text).await.map_err(failed)?;
    if !wants_fragment(&headers) {
        return Ok(see(&format!("/cases/{case}")));
    }
    let (_, shown) = cases::view(&edge, &visitor, case, None, None, &current_filter(&headers)).await?;
    Ok(customer::pane(words(&visitor), &shown, visitor.csrf()).into_response())
}

async fn asked_why(edge: &Edge, visitor: &Visitor, case: CaseId, headers: &HeaderMap) -> Result<Response> {
    let (mut shown, customer) = cases::view(edge, visitor, case, None, None, &current_filter(headers)).await?;
    shown.asks_reason = true;
    writing::answer(edge, visitor, StatusCode::CONFLICT, &shown, &customer, headers).await
}

/// The case as it is now: its pane for the script, its page otherwise.
pub(super) async fn shown(edge: &Edge, visitor: &Visitor, case: CaseId, headers: &HeaderMap) -> Result<Response> {
    let filter = current_filter(headers);
    if !wants_fragment(headers) {
        return Ok(see(&filter.address_of_case(case)));
    }
    let (shown, _) = cases::view(edge, visitor, case, None, None, &filter).await?;
    Ok(case::pane(words(visitor), &shown, visitor.csrf()).into_response())
}

/// When a length of sleep ends: whole mornings begin in the reader's zone.
fn sleeps_until(length: &str, now: &Zoned) -> Option<Timestamp> {
    let after = |span: Span| now.checked_add(span).ok();
    let morning = |day: Zoned| day.with().hour(MORNING).minute(0).second(0).subsec_nanosecond(0).build().ok();
    let until = match length {
        "one-hour" => after(1.hour()),
        "three-hours" => after(3.hours()),
        "tomorrow-morning" => after(1.day()).and_then(morning),
        "next-monday" => now.nth_weekday(1, Weekday::Monday).ok().and_then(morning),
        "one-week" => after(7.days()).and_then(morning),
        _ => None,
    };
    until.map(|until| until.timestamp())
}

#[cfg(test)]
mod tests {
    use super::sleeps_until;
    use crate::screens::acts::SNOOZES;

    #[test]
    fn a_sleep_ends_in_the_readers_morning() {
        let now: jiff::Zoned = "2026-11-20T23:30:00[Asia/Tokyo]".parse().unwrap();
        let until = |length| {
            sleeps_until(length, &now).unwrap().to_zoned(now.time_zone().clone()).strftime("%Y-%m-%d %H:%M").to_string()
        };
        assert_eq!(until("one-hour"), "2026-11-21 00:30");
        assert_eq!(until("tomorrow-morning"), "2026-11-21 09:00");
        assert_eq!(until("next-monday"), "2026-11-23 09:00");
        assert_eq!(until("one-week"), "2026-11-27 09:00");
        assert!(SNOOZES.iter().all(|length| sleeps_until(length, &now).is_some()));
        assert_eq!(sleeps_until("for-ever", &now), None);
    }
}

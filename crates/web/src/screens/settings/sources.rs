//! Source health: the ledger of every source, with cursor, last success, gaps, and what is done about them.

use super::super::marks::{TimeStyle, handle, icon, network, time};
use super::super::text;
use super::super::view::{Frame, NetworkMark};
use super::apps::{CostView, costs};
use super::{Notice, Section, table};
use domain::vocabulary::ChannelRole;
use jiff::Timestamp;
use maud::{Markup, html};

/// How a source does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Receives.
    Live,
    /// A gap is being closed.
    Catching,
    /// The last try failed.
    Failing,
    /// Disconnected or paused.
    Off,
}

/// A stretch that may be missing.
#[derive(Clone, Debug, PartialEq)]
pub struct GapView {
    /// From.
    pub from: Timestamp,
    /// To.
    pub to: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Whether the network's history ended before it could be closed.
    pub lost: bool,
}

/// One source of one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRow {
    /// Where.
    pub network: NetworkMark,
    /// Handle of the channel.
    pub handle: String,
    /// Role of the channel.
    pub role: ChannelRole,
    /// Stable name, a translation key below `source-`, e.g. `webhook`, `mentions`.
    pub source: String,
    /// How it does.
    pub health: Health,
    /// When it last answered well.
    pub last_success: Option<Timestamp>,
    /// When its newest item was written.
    pub last_item: Option<Timestamp>,
    /// When it is asked again, when it has to wait.
    pub retry_at: Option<Timestamp>,
    /// Gaps, newest first.
    pub gaps: Vec<GapView>,
    /// The last failure in the network's words.
    pub problem: Option<String>,
}

/// The page of sources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourcesView {
    /// Sources.
    pub rows: Vec<SourceRow>,
    /// Cost of each app this month.
    pub costs: Vec<(String, CostView)>,
}

/// The page.
pub fn page(frame: &Frame, view: &SourcesView) -> Markup {
    let words = frame.reader.words;
    super::page(
        frame,
        Section::Sources,
        &Notice::None,
        html! {
            @if view.rows.is_empty() { p.flag.plain { (icon("i-plug")) span { (words.say("sources-none")) } } }
            @else { (table(&words.term("settings", "sources"), html! { tr { th { (words.say("source")) } th { (words.say("source-state")) } th { (words.say("source-success")) } th { (words.say("source-item")) } th { (words.say("source-retry")) } th { (words.say("source-gaps")) } } },
                html! { @for source in &view.rows { (row(frame, source)) } })) }
            @if !view.costs.is_empty() { section.section { header { h2 { (words.say("cost")) } p.muted { (words.say("cost-means")) } } div.cols { @for (app, cost) in &view.costs { div.card { h3 { (text::plain(app)) } (costs(frame, cost)) } } } } }
        },
    )
}

fn row(frame: &Frame, source: &SourceRow) -> Markup {
    let words = frame.reader.words;
    let moment = |at: Option<Timestamp>| html! { @match at { Some(at) => (time(at, TimeStyle::Ago)), None => span.faint { (words.say("never")) } } };
    html! {
        tr {
            th scope="row" { span.line { (network(&source.network)) span { (handle(&source.handle)) br; span.small.faint { (words.term("source", &source.source)) " · " (words.term("channel-role", source.role.word())) } } } }
            td { @match source.health {
                Health::Live => span.chip.ok { (icon("i-check")) (words.say("health-live")) },
                Health::Catching => span.chip.warn { (icon("i-retry")) (words.say("health-catching")) },
                Health::Failing => span.chip.bad { (icon("i-stop")) (words.say("health-failing")) },
                Health::Off => span.chip { (icon("i-wait")) (words.say("health-off")) },
            } @if let Some(problem) = &source.problem { p.small.muted { q { (text::plain(problem)) } } } }
            td { (moment(source.last_success)) } td { (moment(source.last_item)) }
            td { @if let Some(at) = source.retry_at { (time(at, TimeStyle::Clock)) } }
            td { (gaps(frame, &source.gaps)) }
        }
    }
}

fn gaps(frame: &Frame, gaps: &[GapView]) -> Markup {
    let words = frame.reader.words;
    html! { @if gaps.is_empty() { span.faint { (words.say("gaps-none")) } } @else { ul.stack.tight role="list" { @for gap in gaps.iter().take(3) {
        li.small { (time(gap.from, TimeStyle::Full)) " – " (time(gap.to, TimeStyle::Full)) " · "
            @if gap.lost { b { (words.say("gap-lost")) } } @else if gap.closed_at.is_some() { (words.say("gap-closed")) } @else { b { (words.say("gap-filling")) } } }
    } } } }
}

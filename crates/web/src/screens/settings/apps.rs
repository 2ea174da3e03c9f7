//! Apps and channels: our registrations at networks, the accounts they carry, what they cost.

use super::super::marks::{csrf, handle, icon, network};
use super::super::text;
use super::super::view::{Frame, NetworkMark};
use super::{Notice, Section, table};
use domain::id::{AppId, ChannelId};
use domain::vocabulary::{AccessLevel, ChannelRole};
use maud::{Markup, html};

/// Money and calls of one app in this month.
#[derive(Clone, Debug, PartialEq)]
pub struct CostView {
    /// Spent, in millionths of a US dollar.
    pub spent: i64,
    /// Things that were charged.
    pub calls: i64,
}

/// A channel as a line.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelRow {
    /// Which.
    pub channel: ChannelId,
    /// Handle without `@`.
    pub handle: String,
    /// What it is for.
    pub role: ChannelRole,
    /// How far the network lets it go.
    pub access_level: Option<AccessLevel>,
    /// Whether it receives and sends.
    pub connected: bool,
    /// Whether somebody paused it.
    pub paused: bool,
}

/// An app with its channels.
#[derive(Clone, Debug, PartialEq)]
pub struct AppView {
    /// Which.
    pub app: AppId,
    /// Its name here.
    pub name: String,
    /// Where.
    pub network: NetworkMark,
    /// Its channels.
    pub channels: Vec<ChannelRow>,
    /// What it cost this month; `None` when nothing is known.
    pub cost: Option<CostView>,
}

/// The page of apps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppsView {
    /// Apps.
    pub apps: Vec<AppView>,
    /// Networks that can be connected.
    pub networks: Vec<NetworkMark>,
    /// What the last act said.
    pub notice: Notice,
}

/// Millionths of a US dollar as `$ 41.80`.
pub fn dollars(millionths: i64) -> String {
    let cents = (millionths + if millionths < 0 { -5000 } else { 5000 }) / 10_000;
    format!("$ {}.{:02}", cents / 100, (cents % 100).abs())
}

/// The page.
pub fn page(frame: &Frame, view: &AppsView) -> Markup {
    let words = frame.reader.words;
    super::page(
        frame,
        Section::Apps,
        &view.notice,
        html! {
            @if view.apps.is_empty() { p.flag.plain { (icon("i-plug")) span { (words.say("apps-none")) } } }
            @for app in &view.apps { (card(frame, app)) }
            @for mark in &view.networks {
                form.line.wrap method="post" action="/settings/apps" {
                    (csrf(Some(&frame.reader.csrf))) input type="hidden" name="network" value=(mark.id);
                    label.field.grows { span { (words.say_with("app-new-name", &[("network", mark.name.clone().into())])) } input.input.big name="name" required maxlength="80" placeholder=(words.say("app-name-hint")); }
                    button.btn.big.bottom.(if view.apps.is_empty() { "fill" } else { "" }) type="submit" { (icon("i-plus")) (words.say_with("app-new", &[("network", mark.name.clone().into())])) }
                }
            }
        },
    )
}

fn card(frame: &Frame, app: &AppView) -> Markup {
    let words = frame.reader.words;
    html! {
        section.card {
            h2.line { (network(&app.network)) (text::plain(&app.name)) a.btn.push href={ "/settings/apps/" (app.app) } { (words.say("app-open")) } }
            @if !app.channels.is_empty() { (table(&words.say("channels"), html! { tr { th { (words.say("channel")) } th { (words.say("channel-role")) } th { (words.say("access-level")) } th { (words.say("channel-state")) } th { span.sr { (words.say("acts")) } } } }, html! {
                @for channel in &app.channels { (channel_row(frame, channel)) }
            })) } @else { p.muted { (words.say("channels-none")) } }
            @if let Some(cost) = &app.cost { (costs(frame, cost)) }
        }
    }
}

fn channel_row(frame: &Frame, channel: &ChannelRow) -> Markup {
    let words = frame.reader.words;
    html! {
        tr {
            th scope="row" { (handle(&channel.handle)) }
            td { (words.term("channel-role", channel.role.word())) }
            td { @if let Some(level) = channel.access_level { (words.term("access-level", level.word())) } }
            td { @match (channel.paused, channel.connected) {
                (true, _) => span.chip { (icon("i-wait")) (words.say("channel-paused")) },
                (false, true) => span.chip.ok { (icon("i-check")) (words.say("channel-connected")) },
                (false, false) => span.chip.bad { (icon("i-stop")) (words.say("channel-disconnected")) },
            } }
            td { a href={ "/settings/channels/" (channel.channel) } { (words.say("channel-change")) } }
        }
    }
}

/// What an app cost this month.
pub fn costs(frame: &Frame, cost: &CostView) -> Markup {
    let words = frame.reader.words;
    html! {
        dl.facts { dt { (words.say("cost-month")) }
            dd.num { (dollars(cost.spent)) }
            dt { (words.say("cost-calls")) } dd.num { (cost.calls) }
        }
    }
}

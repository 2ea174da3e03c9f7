//! Connecting an app step by step, and the settings of one channel: role, access level, sign-off.

use super::super::marks::{TimeStyle, csrf, handle, icon, network, time};
use super::super::text;
use super::super::view::{Frame, NetworkMark};
use super::apps::{CostView, costs};
use super::{Notice, Section, table};
use crate::words::Words;
use domain::id::{AppId, ChannelId};
use domain::vocabulary::{AccessLevel, ChannelRole};
use jiff::Timestamp;
use maud::{Markup, html};

/// How far one step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Done.
    Done,
    /// The next one.
    Now,
    /// Later.
    Todo,
}

impl StepState {
    const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Todo => "todo",
        }
    }
}

/// A key of an app that the network's folder asks for: name below `app-key-`, and whether it is kept already.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyField {
    /// Stable name, e.g. `consumer_secret`.
    pub name: String,
    /// Whether a value is kept; it is never shown again.
    pub kept: bool,
    /// Whether it must not be shown while typed, nor ever again.
    pub secret: bool,
    /// Whether the app works only with it.
    pub required: bool,
    /// What is kept, of what may be shown.
    pub value: Option<String>,
    /// What is used when nothing is entered.
    pub default: Option<String>,
}

/// A connected account.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectedAccount {
    /// Which.
    pub channel: ChannelId,
    /// Handle without `@`.
    pub handle: String,
    /// What it is for.
    pub role: ChannelRole,
    /// Its level.
    pub access_level: Option<AccessLevel>,
}

/// An app on its way to being connected.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectView {
    /// Which.
    pub app: AppId,
    /// Its name.
    pub name: String,
    /// Where.
    pub network: NetworkMark,
    /// Keys.
    pub keys: Vec<KeyField>,
    /// Address that the network's console must know for sign-in.
    pub callback_url: String,
    /// Address to which the network delivers.
    pub webhook_url: String,
    /// When a delivery last came.
    pub delivered_at: Option<Timestamp>,
    /// Levels that the network has.
    pub access_levels: Vec<AccessLevel>,
    /// Accounts connected so far.
    pub accounts: Vec<ConnectedAccount>,
    /// When the first message arrived.
    pub first_message_at: Option<Timestamp>,
    /// What it cost this month.
    pub cost: Option<CostView>,
    /// Whether the app is switched on.
    pub enabled: bool,
    /// What the last act said.
    pub notice: Notice,
}

/// Whether everything is there without which the app does not work.
fn has_keys(view: &ConnectView) -> bool {
    view.enabled && view.keys.iter().all(|key| key.kept || !key.required || key.default.is_some())
}

/// Steps: keys, sign-in, webhook, first message. The first that is not done is the next.
fn states(view: &ConnectView) -> [StepState; 4] {
    let done =
        [has_keys(view), !view.accounts.is_empty(), view.delivered_at.is_some(), view.first_message_at.is_some()];
    let first_open = done.iter().position(|done| !done);
    let mut states = [StepState::Todo; 4];
    for (index, (state, done)) in states.iter_mut().zip(done).enumerate() {
        *state = match (done, Some(index) == first_open) {
            (true, _) => StepState::Done,
            (false, true) => StepState::Now,
            (false, false) => StepState::Todo,
        };
    }
    states
}

/// The page of one app.
pub fn connect(frame: &Frame, view: &ConnectView) -> Markup {
    let words = frame.reader.words;
    let network_name = || [("network", view.network.name.clone().into())];
    let [keys, accounts, webhook, test] = states(view);
    let done = states(view).iter().filter(|state| **state == StepState::Done).count();
    super::page(
        frame,
        Section::Apps,
        &view.notice,
        html! {
            p.small { a href="/settings/apps" { (words.term("settings", "apps")) } " / " (text::plain(&view.name)) }
            h2.line.connect-title { (network(&view.network)) (words.say_with("connect-title", &network_name())) }
            p.muted { (words.say_with("connect-done", &[("done", done.into()), ("all", 4.into())])) }
            div.cols {
                section.section { h3.sr { (words.say("steps")) } ol.steps role="list" {
                    (step(keys, &words.say_with("step-keys", &network_name()), html! { p { (words.say("step-keys-means")) } (key_form(frame, view)) }))
                    (step(accounts, &words.say_with("step-account", &network_name()), html! { p { (words.say("step-account-means")) } (account_list(words, view))
                        p.small.muted { (words.say("step-callback")) } p { code { (view.callback_url) } }
                        @if keys == StepState::Done { (connect_form(frame, view, accounts)) } }))
                    (step(webhook, &words.say_with("step-webhook", &network_name()), html! { p { (words.say("step-webhook-means")) } p { code { (view.webhook_url) } }
                        @if !view.accounts.is_empty() { form method="post" action={ "/settings/apps/" (view.app) "/subscribe" } { (csrf(Some(&frame.reader.csrf))) button.btn type="submit" { (icon("i-retry")) (words.say("subscribe-again")) } } }
                        @if let Some(at) = view.delivered_at { p.small.line { (icon("i-check")) span { (words.say_around("step-webhook-proved", &[("at", time(at, TimeStyle::Full))])) } } } }))
                    (step(test, &words.say("step-test"), html! { p { @match view.first_message_at {
                        Some(at) => (words.say_around("step-test-done", &[("at", time(at, TimeStyle::Full))])),
                        None => (words.say_with("step-test-means", &[("account", view.accounts.first().map(|account| account.handle.clone()).unwrap_or_default().into())])),
                    } } }))
                } }
                section.section {
                    @if let Some(cost) = &view.cost { div.card { h3 { (words.say("cost")) } (costs(frame, cost)) p.small.muted { (words.say("cost-means")) } } }
                    p.small { a href="/settings/sources" { (words.term("settings", "sources")) } }
                }
            }
        },
    )
}

const fn next(state: StepState) -> &'static str {
    if matches!(state, StepState::Now) { "fill" } else { "" }
}

fn step(state: StepState, title: &str, body: Markup) -> Markup {
    html! { li data-is=(state.word()) aria-current=[(state == StepState::Now).then_some("step")] { div.stack { h3 { (title) } (body) } } }
}

fn key_form(frame: &Frame, view: &ConnectView) -> Markup {
    let words = frame.reader.words;
    let all_kept = has_keys(view);
    html! {
        form.stack method="post" action={ "/settings/apps/" (view.app) "/keys" } autocomplete="off" {
            (csrf(Some(&frame.reader.csrf)))
            @for key in &view.keys {
                label.field { span { (words.term("app-key", &key.name)) @if key.kept && key.secret { " " span.chip.ok { (icon("i-lock")) (words.say("key-kept")) } } }
                    input.input name=(key.name) type=(if key.secret { "password" } else { "text" }) autocomplete="off" spellcheck="false" required[key.required && !key.kept && key.default.is_none()] value=[key.value.as_deref()] placeholder=[if key.kept && key.secret { Some(words.say("key-replace")) } else { key.default.clone() }]; }
            }
            p { button.btn.(if all_kept { "" } else { "fill" }) type="submit" { (words.say(if all_kept { "keys-replace" } else { "save" })) } }
        }
    }
}

/// What the account will be for, then to the network.
fn connect_form(frame: &Frame, view: &ConnectView, state: StepState) -> Markup {
    let words = frame.reader.words;
    html! {
        form.stack method="post" action={ "/settings/apps/" (view.app) "/connect" } {
            (csrf(Some(&frame.reader.csrf)))
            label.field { span { (words.say("channel-role")) } select.input name="role" { @for role in ChannelRole::ALL.iter().rev() { option value=(role.word()) selected[*role == ChannelRole::Support] { (words.term("channel-role", role.word())) } } } }
            @if !view.access_levels.is_empty() { label.field { span { (words.say("access-level")) } select.input name="access_level" { @for level in &view.access_levels { option value=(level.word()) { (words.term("access-level", level.word())) } } } } }
            label.field { span { (words.say("sign-off")) } select.input name="sign_off" { @for word in ["initials", "name", "none"] { option value=(word) { (words.term("sign-off", word)) } } } }
            p { button.btn.(next(state)) type="submit" { (words.say_with("step-account-do", &[("network", view.network.name.clone().into())])) (icon("i-out")) } }
        }
    }
}

fn account_list(words: Words, view: &ConnectView) -> Markup {
    html! { @if !view.accounts.is_empty() { ul.stack role="list" { @for account in &view.accounts {
        li.line.wrap { b { (handle(&account.handle)) } span.chip { (words.term("channel-role", account.role.word())) }
            @if let Some(level) = account.access_level { span.chip.outline { (words.term("access-level", level.word())) } }
            a href={ "/settings/channels/" (account.channel) } { (words.say("channel-change")) } }
    } } } }
}

/// What the network lets accounts do at all, as a line: translation key below `ability-`, and whether.
#[derive(Clone, Debug, PartialEq)]
pub struct AbilityRow {
    /// Stable name, e.g. `reply`.
    pub name: &'static str,
    /// Whether the network has it.
    pub possible: bool,
}

/// The settings of one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelView {
    /// Which.
    pub channel: ChannelId,
    /// Its app.
    pub app: AppId,
    /// Handle without `@`.
    pub handle: String,
    /// Where.
    pub network: NetworkMark,
    /// What it is for.
    pub role: ChannelRole,
    /// Its level.
    pub access_level: Option<AccessLevel>,
    /// Levels that the network has.
    pub access_levels: Vec<AccessLevel>,
    /// How people sign: `none`, `initials` or `name`.
    pub sign_off: &'static str,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether the permission still holds.
    pub connected: bool,
    /// What it can do.
    pub abilities: Vec<AbilityRow>,
    /// What the last act said.
    pub notice: Notice,
}

/// The page of one channel.
pub fn page(frame: &Frame, view: &ChannelView) -> Markup {
    let words = frame.reader.words;
    let token = Some(frame.reader.csrf.as_str());
    super::page(
        frame,
        Section::Apps,
        &view.notice,
        html! {
            p.small { a href="/settings/apps" { (words.term("settings", "apps")) } " / " a href={ "/settings/apps/" (view.app) } { (view.network.name) } }
            h2.line.connect-title { (network(&view.network)) (handle(&view.handle)) @if !view.connected { span.chip.bad { (icon("i-stop")) (words.say("channel-disconnected")) } } }
            @if !view.connected { p.flag.bad { (icon("i-warn")) span { (words.say("channel-reconnect")) } a.btn href={ "/settings/apps/" (view.app) } { (words.say("app-open")) } } }
            div.cols {
                form.card method="post" action={ "/settings/channels/" (view.channel) } {
                    (csrf(token))
                    label.field { span { (words.say("channel-role")) } select.input name="role" { @for role in ChannelRole::ALL { option value=(role.word()) selected[*role == view.role] { (words.term("channel-role", role.word())) } } } span.small.faint { (words.say("channel-role-hint")) } }
                    @if !view.access_levels.is_empty() {
                        fieldset.stack.tight { legend.label { (words.say("access-level")) }
                            @for level in &view.access_levels { label.check.top { input type="radio" name="access_level" value=(level.word()) checked[Some(*level) == view.access_level]; span { b { (words.term("access-level", level.word())) } br; span.small.muted { (words.say(&format!("access-level-{}-means", level.word().replace('_', "-")))) } } } }
                        }
                    }
                    label.field { span { (words.say("sign-off")) } select.input name="sign_off" { @for word in ["none", "initials", "name"] { option value=(word) selected[word == view.sign_off] { (words.term("sign-off", word)) } } } span.small.faint { (words.say("sign-off-hint")) } }
                    p { button.btn.fill type="submit" { (words.say("save")) } }
                }
                section.section {
                    div.card { h3 { (words.say_around("abilities", &[("account", handle(&view.handle))])) } (table(&words.say("abilities-label"), html! { tr { th { (words.say("ability")) } th { (words.say("ability-may")) } } }, html! { @for ability in &view.abilities { (ability_row(words, ability)) } })) }
                    form.card method="post" action={ "/settings/channels/" (view.channel) "/subscribe" } { (csrf(token)) h3 { (words.say("subscribe-title")) } p.muted { (words.say_with("subscribe-means", &[("network", view.network.name.clone().into())])) } p { button.btn type="submit" { (icon("i-retry")) (words.say("subscribe-again")) } } }
                    form.card method="post" action={ "/settings/channels/" (view.channel) (if view.paused { "/resume" } else { "/pause" }) } { (csrf(token)) p.muted { (words.say(if view.paused { "channel-resume-means" } else { "channel-pause-means" })) } p { button.btn type="submit" { (words.say(if view.paused { "channel-resume" } else { "channel-pause" })) } } }
                }
            }
        },
    )
}

fn ability_row(words: Words, ability: &AbilityRow) -> Markup {
    html! { tr { th scope="row" { (words.term("ability", ability.name)) }
        td { @if ability.possible { span.chip.ok { (icon("i-check")) (words.say("yes")) } } @else { span.chip { (icon("i-flat")) (words.say("no")) } } }
    } }
}

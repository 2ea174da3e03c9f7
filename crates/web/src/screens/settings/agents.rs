//! Agents: who answers here, invitations by link, switching somebody off.

use super::super::marks::{TimeStyle, agent_avatar, csrf, icon, time};
use super::super::view::Frame;
use super::{Notice, Section, table};
use domain::id::AgentId;
use domain::vocabulary::Role;
use jiff::Timestamp;
use maud::{Markup, html};

/// A person, as a line.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRow {
    /// Who.
    pub agent: AgentId,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether they were switched off.
    pub disabled: bool,
    /// Whether they have not taken up the invitation yet.
    pub invited: bool,
    /// When they were last here.
    pub last_seen: Option<Timestamp>,
}

/// A one-time link that was just made; shown once.
#[derive(Clone, Debug, PartialEq)]
pub struct FreshLink {
    /// For whom.
    pub email: String,
    /// The link.
    pub link: String,
    /// Until when it works.
    pub until: Timestamp,
}

/// The page of agents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentsView {
    /// Everyone.
    pub agents: Vec<AgentRow>,
    /// The link just made.
    pub link: Option<FreshLink>,
    /// What the last act said.
    pub notice: Notice,
}

/// The page.
pub fn page(frame: &Frame, view: &AgentsView) -> Markup {
    let words = frame.reader.words;
    super::page(
        frame,
        Section::Agents,
        &view.notice,
        html! {
            @if let Some(link) = &view.link { (fresh(frame, link)) }
            (table(&words.term("settings", "agents"), html! { tr { th { (words.say("name")) } th { (words.say("role")) } th { (words.say("last-seen")) } th { span.sr { (words.say("acts")) } } } }, html! { @for agent in &view.agents { (row(frame, agent)) } }))
            form.card.narrow method="post" action="/settings/agents" {
                (csrf(Some(&frame.reader.csrf))) h2 { (words.say("invite")) } p.muted { (words.say("invite-means")) }
                label.field { span { (words.say("email")) } input.input type="email" name="email" required; }
                label.field { span { (words.say("role")) } select.input name="role" { @for role in Role::ALL.iter().rev() { option value=(role.word()) { (words.term("role", role.word())) } } } }
                p { button.btn.fill type="submit" { (icon("i-plus")) (words.say("invite-do")) } }
            }
        },
    )
}

fn fresh(frame: &Frame, link: &FreshLink) -> Markup {
    let words = frame.reader.words;
    html! { section.card.fresh role="status" { h2 { (words.say_around("link-for", &[("email", html! { bdi { (link.email) } })])) } p.line.wrap { code.grows #fresh { (link.link) } button.btn type="button" data-copies="fresh" { (words.say("copy")) } } p.small.muted { (words.say_around("link-until", &[("until", time(link.until, TimeStyle::Full))])) } } }
}

fn row(frame: &Frame, agent: &AgentRow) -> Markup {
    let words = frame.reader.words;
    let act = |act: &str, key: &str| html! { form.inline method="post" action={ "/settings/agents/" (agent.agent) "/" (act) } { (csrf(Some(&frame.reader.csrf))) button.btn.plain type="submit" { (words.say(key)) } } };
    html! {
        tr {
            th scope="row" { span.line { (agent_avatar(agent.agent, &agent.name)) span { (agent.name) br; span.small.faint { (agent.email) } } } }
            td { (words.term("role", agent.role.word())) }
            td { @if agent.disabled { span.chip { (icon("i-stop")) (words.say("agent-disabled")) } } @else if agent.invited { span.chip.warn { (icon("i-wait")) (words.say("agent-invited")) } } @else if let Some(at) = agent.last_seen { (time(at, TimeStyle::Clock)) } }
            td { span.line.wrap {
                @if agent.disabled { (act("enable", "agent-enable")) }
                @else { (act("link", if agent.invited { "invite-again" } else { "reset-link" })) @if agent.agent != frame.reader.agent { (act("disable", "agent-disable")) } }
            } }
        }
    }
}

//! A case: as a page beside its list, as panes for the script, its earlier messages, its reasons.

use super::context::{colleague, desk, failed, frame, network, words};
use super::lists::{beside, priority};
use super::{drafting, entries};
use crate::error::{Error, Result};
use crate::screens::case::{self, CaseView, TabView};
use crate::screens::composer::{AccountChoice, ComposerView, Voice, VoiceView};
use crate::screens::customer::{self, AccountView, CustomerView, NoteView, PastCase};
use crate::screens::filter::Filter;
use crate::screens::message;
use crate::screens::view::{Colleague, Person, Priority};
use crate::screens::why::{self, WhyView};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use desk::{CasePage, Draft, VoiceOptions};
use domain::ability::{May, Way};
use domain::id::{CaseId, ChannelId, ConversationId};
use domain::understanding::Reason;
use domain::vocabulary::Direction;
use maud::{Markup, html};
use serde::Deserialize;

/// Which part of a case.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    conversation: Option<ConversationId>,
    /// The account that the reader wants to speak.
    r#as: Option<ChannelId>,
    before: Option<String>,
}

/// The short address of a case: beside the list of everything.
pub(super) async fn address(Path(case): Path<CaseId>) -> Redirect {
    Redirect::to(&format!("/inbox?view=all&case={case}"))
}

/// Case and customer, for the script.
pub(super) async fn panes(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    Query(part): Query<Part>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Markup> {
    let filter = beside(&headers, query);
    let (shown, customer) = view(&edge, &visitor, case, part.conversation, part.r#as, &filter).await?;
    // A tab replaces the pane of the case alone.
    let tab = part.conversation.is_some() || part.r#as.is_some();
    let words = words(&visitor);
    Ok(
        html! { (case::pane(words, &shown, visitor.csrf())) @if !tab { (customer::pane(words, &customer, visitor.csrf())) } },
    )
}

/// Messages before those that are shown.
pub(super) async fn earlier(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    Query(part): Query<Part>,
) -> Result<Markup> {
    let words = words(&visitor);
    let page = desk(&edge)
        .messages(&visitor.scope, case, part.conversation, part.before.as_deref(), None, None)
        .await
        .map_err(failed)?;
    let colleagues = edge.store.colleagues(&visitor.scope).await?.into_iter().map(colleague).collect::<Vec<_>>();
    let mut shown = Vec::new();
    for item in &page.messages {
        shown.push((
            entries::network_name(&edge, &item.message.network),
            message::Entry::Message(Box::new(entries::message(&edge, &visitor, item, &colleagues)?)),
        ));
    }
    let conversation =
        part.conversation.map(|conversation| format!("conversation={conversation}&")).unwrap_or_default();
    Ok(html! {
        @if let Some(before) = &page.before { (case::earlier(words, case, &conversation, before)) }
        @for (network, entry) in &shown { (message::entry(words, entry, network, visitor.csrf())) }
    })
}

/// The reasons, as a dialog.
pub(super) async fn why(State(edge): State<Edge>, visitor: Visitor, Path(case): Path<CaseId>) -> Result<Markup> {
    Ok(why::dialog(words(&visitor), &reasons(&edge, &visitor, case).await?))
}

/// The reasons, as a page.
pub(super) async fn why_page(State(edge): State<Edge>, visitor: Visitor, Path(case): Path<CaseId>) -> Result<Response> {
    let (frame, reasons) = tokio::try_join!(frame(&edge, &visitor), reasons(&edge, &visitor, case))?;
    Ok(why::page(&frame, &reasons).into_response())
}

async fn reasons(edge: &Edge, visitor: &Visitor, case: CaseId) -> Result<WhyView> {
    let page = desk(edge).case(&visitor.scope, case, None).await.map_err(failed)?;
    let row = &page.view.case;
    let theirs = || {
        page.page
            .messages
            .iter()
            .rev()
            .map(|item| &item.message)
            .filter(|message| message.case == case && message.direction == Direction::Inbound)
    };
    let set_it =
        theirs().find(|message| message.priority == row.priority).or_else(|| theirs().next()).ok_or(Error::NotFound)?;
    Ok(WhyView {
        case,
        person: Person {
            name: Some(row.contact_name.clone()).filter(|name| !name.is_empty()),
            handle: row.contact_handle.clone(),
        },
        priority: priority(row),
        text: set_it.text.clone(),
        at: set_it.sent_at,
        understanding: set_it.understanding.clone(),
        steps: row.reasons.clone(),
        policy: row.policy_version.to_string(),
    })
}

/// A case and its customer as the screen shows them; `account` is the account that the reader wants to speak.
pub(super) async fn view(
    edge: &Edge,
    visitor: &Visitor,
    case: CaseId,
    conversation: Option<ConversationId>,
    account: Option<ChannelId>,
    filter: &Filter,
) -> Result<(CaseView, CustomerView)> {
    let desk = desk(edge);
    let page = desk.case(&visitor.scope, case, conversation).await.map_err(failed)?;
    if visitor.scope.agent().is_some() {
        desk.mark_seen(&visitor.scope, case, page.seen_position).await.map_err(failed)?;
    }
    let mut shown = case_view(edge, visitor, &page, account, filter)?;
    if let (Some(composer), Some(draft)) = (&mut shown.composer, drafting::newest(&page.view.drafts)) {
        composer.media = drafting::files_of(edge, visitor, draft).await?;
    }
    Ok((shown, customer_view(edge, visitor, &page)))
}

fn case_view(
    edge: &Edge,
    visitor: &Visitor,
    page: &CasePage,
    account: Option<ChannelId>,
    filter: &Filter,
) -> Result<CaseView> {
    let row = &page.view.case;
    let words = words(visitor);
    let colleagues: Vec<Colleague> = page.view.colleagues.iter().cloned().map(colleague).collect();
    let shown =
        page.shown.or(page.view.conversations.first().map(|conversation| conversation.id)).ok_or(Error::NotFound)?;
    let tabs = page.view.conversations.iter().map(|conversation| TabView {
        conversation: conversation.id,
        private: conversation.private,
        count: usize::try_from(conversation.people).unwrap_or(0),
        about: None,
    });
    Ok(CaseView {
        case: row.id,
        filter: filter.clone(),
        person: Person {
            name: Some(row.contact_name.clone()).filter(|name| !name.is_empty()),
            handle: row.contact_handle.clone(),
        },
        network: entries::network_name(edge, &row.network),
        priority: priority(row),
        state: row.state,
        snoozed_until: row.snoozed_until,
        waiting_since: row.waiting_since,
        assignee: row.assignee.clone().map(colleague),
        entries: entries::merged(edge, visitor, words, page, &colleagues)?,
        colleagues,
        may_work: visitor.scope.may_work(),
        tabs: tabs.collect(),
        shown,
        before: page.page.before.clone(),
        readers: Vec::new(),
        seen: page.seen_position,
        composer: page.composer.as_ref().map(|composer| composer_view(composer, &page.view.drafts, account)),
        asks_reason: false,
        me: visitor.agent_id(),
    })
}

/// The composer with the reader's newest draft and the account that is to speak.
pub(super) fn composer_view(composer: &desk::Composer, drafts: &[Draft], account: Option<ChannelId>) -> ComposerView {
    let draft = drafting::newest(drafts);
    let voice = draft.map_or(composer.voice, |draft| draft.voice);
    let wanted = account.or(draft.and_then(|draft| draft.channel));
    let public = composer.public.as_ref().map(|options| voice_view(options, wanted));
    let private = composer.private.as_ref().map(|options| voice_view(options, wanted));
    let spoken = if voice == desk::Voice::Private { &private } else { &public };
    let channel = spoken.as_ref().and_then(|voice| voice.account.as_ref()).map(|account| account.channel);
    let options = [&composer.public, &composer.private];
    let choices = options.into_iter().flatten().flat_map(|options| &options.choices);
    let sign_off =
        choices.filter(|choice| Some(choice.channel) == channel).map(|choice| choice.sign_off.trim().to_owned()).next();
    ComposerView {
        in_reply_to: Some(composer.in_reply_to),
        to: Person { name: composer.to.name.clone(), handle: composer.to.handle.clone() },
        voice: Voice::of(voice.word()).unwrap_or(Voice::Note),
        public,
        private,
        network: composer.network_name.clone(),
        text: draft.map(|draft| draft.text.clone()).unwrap_or_default(),
        language: Some(composer.language.clone()),
        sign_off: sign_off.filter(|sign_off| !sign_off.is_empty()),
        media: Vec::new(),
        findings: Vec::new(),
        saved: draft.is_some(),
        guard: None,
    }
}

fn voice_view(options: &VoiceOptions, wanted: Option<ChannelId>) -> VoiceView {
    let choices: Vec<AccountChoice> = options
        .choices
        .iter()
        .map(|choice| AccountChoice {
            channel: choice.channel,
            handle: choice.handle.clone(),
            role: choice.role.word().to_owned(),
            may: choice.may.clone(),
            because: choice.because.first().cloned().unwrap_or_else(|| Reason::of("answering.only_way")),
        })
        .collect();
    let find = |id: Option<ChannelId>| choices.iter().find(|choice| Some(choice.channel) == id).cloned();
    let account = find(wanted).or_else(|| find(options.proposed)).or_else(|| choices.first().cloned());
    let may = account.as_ref().map_or_else(|| options.may.clone(), |account| account.may.clone());
    let mut ways = options.ways.clone();
    // A chosen account that may not speak beside one that may: the way back is offered first.
    if let (May::No { .. }, Some(proposed)) = (&may, find(options.proposed)) {
        ways.insert(0, Way::AnswerAs { channel: proposed.channel, handle: proposed.handle });
    }
    VoiceView { may, ways, account, choices, limit: options.limit, media: options.media }
}

pub(super) fn customer_view(edge: &Edge, visitor: &Visitor, page: &CasePage) -> CustomerView {
    let contact = &page.view.contact;
    let person = |name: &Option<String>, handle: &Option<String>| Person { name: name.clone(), handle: handle.clone() };
    let urls = page.profile_urls.iter().cloned().chain(std::iter::repeat(None));
    let accounts = contact.identities.iter().zip(urls).map(|(identity, url)| AccountView {
        network: network(edge, &identity.network),
        person: person(&identity.name, &identity.handle),
        url,
        followers: identity.followers,
        verified: false,
        earlier_handles: identity.handle_history.iter().rev().cloned().collect(),
    });
    let past = contact.past.iter().map(|past| PastCase {
        case: past.id,
        at: past.created_at,
        excerpt: past.excerpt.clone(),
        priority: Priority { level: past.priority, kind: past.kind, noise: None, lead: None },
        state: past.state,
    });
    let notes = page.view.notes.iter().rev().map(|note| NoteView {
        note: note.id,
        by: note.agent_name.clone().unwrap_or_default(),
        at: note.created_at,
        text: note.text.clone(),
    });
    CustomerView {
        case: page.view.case.id,
        person: Person {
            name: Some(contact.name.clone()).filter(|name| !name.is_empty()),
            handle: page.view.case.contact_handle.clone(),
        },
        since: contact.created_at,
        language: contact.language.clone(),
        repeat: page.view.case.reasons.iter().find(|reason| reason.code == "policy.lift.repeat").cloned(),
        accounts: accounts.collect(),
        past: past.collect(),
        notes: notes.collect(),
        may_work: visitor.scope.may_work(),
    }
}

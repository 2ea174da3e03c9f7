//! What stands in a thread: messages, notes and what happened to the case, merged by time.

use super::context::network;
use crate::error::Result;
use crate::screens::message::{Entry, From, MediaView, MessageView, SystemLine};
use crate::screens::sending::{CandidateView, DecisionView, Sending};
use crate::screens::view::{Colleague, Person};
use crate::session::Visitor;
use crate::state::Edge;
use crate::uploads::file_link;
use crate::words::Words;
use desk::{AttachmentView, HistoryLine, MessageItem, Note, SendView};
use domain::item::{Media, MediaKind};
use domain::vocabulary::{Form, NoReplyReason, SendState};
use jiff::{SignedDuration, Timestamp};

/// So long the network is asked what became of a message before a person is asked as well.
const LOOKS_LAST: SignedDuration = SignedDuration::from_mins(2);

/// A message as the screen shows it.
pub(super) fn message(
    edge: &Edge,
    visitor: &Visitor,
    item: &MessageItem,
    colleagues: &[Colleague],
) -> Result<MessageView> {
    let message = &item.message;
    let (name, handle) = message.speaker();
    let person = Person { name: name.map(str::to_owned), handle: handle.map(str::to_owned) };
    let by = message.agent.map(|agent| Colleague { agent, name: message.agent_name.clone().unwrap_or_default() });
    let from = match item.from {
        desk::From::Contact => From::Contact(person),
        desk::From::Us => From::Us { account: message.channel_handle.clone().unwrap_or_default(), by },
        desk::From::Other => From::Other {
            person,
            case: Some(message.case),
            assignee: message
                .case_assignee
                .and_then(|agent| colleagues.iter().find(|colleague| colleague.agent == agent))
                .cloned(),
            look_alike: item.look_alike,
        },
    };
    // What stands in public hides from shoulders; who answers privately needs what they were sent.
    let read = message.understanding.as_ref().filter(|_| !message.private);
    Ok(MessageView {
        message: message.id,
        from,
        form: message.form,
        private: message.private,
        text: message.text.clone(),
        language: Some(message.language.clone()),
        masked: read.map(|read| read.personal_data.clone()).unwrap_or_default(),
        at: message.sent_at,
        url: item.url.clone(),
        media: media(edge, visitor, &message.entities.media, &message.attachments)?,
        placeholder: message.placeholder.clone(),
        edits: message.versions.len(),
        deleted_at: message.deleted_at,
        hidden: message.hidden_at.is_some(),
        sending: message
            .send
            .as_ref()
            .map(|send| Sending { decision: decision(edge, visitor, send, item), ..sending(send, message.sent_at) }),
        may_hide: item.hidable_by.is_some(),
        may_delete: item.deletable_by.is_some(),
    })
}

fn sending(send: &SendView, sent_at: Timestamp) -> Sending {
    Sending {
        state: send.state,
        undo_until: send.undo_until,
        confirmed_at: (send.state == SendState::Sent).then_some(sent_at),
        network_words: send
            .error
            .as_ref()
            .map(|error| error.message.clone())
            .filter(|words| !words.is_empty() && !matches!(send.state, SendState::Sent | SendState::Unknown)),
        decision: None,
    }
}

/// A message of unknown outcome is looked for at the network; a person is asked when that is over, or has led to nothing for long.
fn decision(edge: &Edge, visitor: &Visitor, send: &SendView, item: &MessageItem) -> Option<DecisionView> {
    let looked_enough = send.error.as_ref().is_some_and(|error| error.waits_for_a_person());
    let open = send.state == SendState::Unknown
        && (looked_enough || edge.now().duration_since(item.message.sent_at) > LOOKS_LAST);
    let candidate = |candidate: &desk::CandidateView| CandidateView {
        external_id: candidate.external_id.clone(),
        sent_at: candidate.sent_at,
        url: candidate.url.clone(),
    };
    (open && visitor.scope.may_work()).then(|| DecisionView {
        candidates: item.candidates.iter().map(candidate).collect(),
        by_address: item.message.form != Form::DirectMessage,
    })
}

/// Media as the network named them, with ours where they are kept; then files that only we know.
fn media(edge: &Edge, visitor: &Visitor, named: &[Media], kept: &[AttachmentView]) -> Result<Vec<MediaView>> {
    let address = |file: Option<&AttachmentView>| match file {
        Some(file) if file.kept => file_link(edge, &visitor.scope, file.id, false).map(|link| Some(link.path)),
        _ => Ok(None),
    };
    let mut shown = Vec::new();
    for media in named {
        let file = kept.iter().find(|file| file.external_id.as_deref() == Some(media.external_id.as_str()));
        shown.push(MediaView {
            address: address(file)?,
            kind: media.kind,
            alt_text: media.alt_text.clone(),
            size: media.size,
        });
    }
    let is_named = |file: &AttachmentView| {
        named.iter().any(|media| file.external_id.as_deref() == Some(media.external_id.as_str()))
    };
    for file in kept.iter().filter(|file| !is_named(file)) {
        let kind = match file.content_type.split('/').next() {
            Some("image") => MediaKind::Image,
            Some("video") => MediaKind::Video,
            _ => MediaKind::File,
        };
        shown.push(MediaView {
            address: address(Some(file))?,
            kind,
            alt_text: file.alt_text.clone().or_else(|| Some(file.name.clone())),
            size: None,
        });
    }
    Ok(shown)
}

/// A note, as a message that only colleagues see.
pub(super) fn note(note: &Note) -> Option<MessageView> {
    let by = Colleague { agent: note.agent?, name: note.agent_name.clone().unwrap_or_default() };
    Some(MessageView {
        message: note.id.0.into(),
        from: From::Note(by),
        form: Form::Note,
        private: false,
        text: note.text.clone(),
        language: None,
        masked: Vec::new(),
        at: note.created_at,
        url: None,
        media: Vec::new(),
        placeholder: None,
        edits: 0,
        deleted_at: None,
        hidden: false,
        sending: None,
        may_hide: false,
        may_delete: false,
    })
}

/// A line of the case's history; `None` for what other lines tell already.
pub(super) fn happened(words: Words, line: &HistoryLine) -> Option<SystemLine> {
    let data = &line.event.data;
    let text = |name: &str| data.get(name).and_then(|value| value.as_str());
    let reason = text("reason").and_then(NoReplyReason::from_word).map(|reason| words.term("no-reply", reason.word()));
    let (code, about) = match line.event.kind.as_str() {
        "case.assigned" => ("assigned", text("to_name").map(str::to_owned)),
        "case.unassigned" => ("unassigned", None),
        "case.closed" if reason.is_some() => ("closed-no-reply", reason),
        "case.closed" => ("closed", None),
        "case.reopened" => ("reopened", None),
        "case.woke" => ("woke", None),
        "case.snoozed" => ("snoozed", None),
        "message.hidden" => (
            if data.get("hidden").and_then(|hidden| hidden.as_bool()) == Some(false) { "shown" } else { "hidden" },
            None,
        ),
        _ => return None,
    };
    Some(SystemLine {
        code: code.to_owned(),
        by: line.actor_name.clone(),
        about,
        until: text("until").and_then(|until| until.parse().ok()),
        at: line.event.at,
    })
}

/// Everything in one order; notes and history only as far back as the messages that are shown.
pub(super) fn merged(
    edge: &Edge,
    visitor: &Visitor,
    words: Words,
    page: &desk::CasePage,
    colleagues: &[Colleague],
) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for item in &page.page.messages {
        entries.push(Entry::Message(Box::new(message(edge, visitor, item, colleagues)?)));
    }
    let begin = entries.first().map(Entry::at).filter(|_| page.page.before.is_some());
    let in_sight = |at: Timestamp| begin.is_none_or(|begin| at >= begin);
    entries.extend(
        page.view
            .notes
            .iter()
            .filter_map(note)
            .filter(|note| in_sight(note.at))
            .map(|note| Entry::Message(Box::new(note))),
    );
    entries.extend(
        page.view
            .history
            .iter()
            .filter_map(|line| happened(words, line))
            .filter(|line| in_sight(line.at))
            .map(Entry::System),
    );
    // The messages keep the order of their positions: a stable sort by time only lets the others in between.
    entries.sort_by_key(Entry::at);
    Ok(entries)
}

/// The network's own name.
pub(super) fn network_name(edge: &Edge, id: &str) -> String {
    network(edge, id).name
}

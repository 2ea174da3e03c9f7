//! A message in a thread: theirs, ours with what became of it, somebody else's, a note, or a line of the system.

use super::marks::{TimeStyle, avatar, called, csrf, handle, icon, lang_of, time};
use super::sending::{self, Sending};
use super::text;
use super::view::{Colleague, Person};
use crate::words::Words;
use domain::id::{CaseId, MessageId};
use domain::item::MediaKind;
use domain::understanding::PersonalData;
use domain::vocabulary::Form;
use jiff::Timestamp;
use maud::{Markup, html};

/// Whose message it is, as seen from the case that is open.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// The customer of this case.
    Contact(Person),
    /// We: the account that spoke, and who of us wrote it (`None` when made elsewhere).
    Us {
        /// Handle of the account without `@`.
        account: String,
        /// Who wrote it.
        by: Option<Colleague>,
    },
    /// Somebody else in the thread, with the case their conversation belongs to.
    Other {
        /// Who.
        person: Person,
        /// Their case.
        case: Option<CaseId>,
        /// Who is on it.
        assignee: Option<Colleague>,
        /// Whether the name or handle imitates one of our accounts.
        look_alike: bool,
    },
    /// A colleague's internal note.
    Note(Colleague),
}

/// A picture, film or file.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaView {
    /// Address on our origin that works for a while, when it is kept here.
    pub address: Option<String>,
    /// What it is.
    pub kind: MediaKind,
    /// The author's description.
    pub alt_text: Option<String>,
    /// Width and height in pixels, so that nothing jumps while it loads.
    pub size: Option<(i64, i64)>,
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageView {
    /// Which.
    pub message: MessageId,
    /// Whose.
    pub from: From,
    /// Shape.
    pub form: Form,
    /// Whether only the two sides can read it.
    pub private: bool,
    /// Text as the reader sees it.
    pub text: String,
    /// BCP 47 tag, when known.
    pub language: Option<String>,
    /// Personal data in the text, in Unicode scalars; masked.
    pub masked: Vec<PersonalData>,
    /// When.
    pub at: Timestamp,
    /// Address at the network.
    pub url: Option<String>,
    /// Media.
    pub media: Vec<MediaView>,
    /// Code of a text of ours that stands for what the network did not let us read, e.g. `x.encrypted_message`.
    pub placeholder: Option<String>,
    /// Number of earlier versions.
    pub edits: usize,
    /// When it was deleted; its text is gone then.
    pub deleted_at: Option<Timestamp>,
    /// Whether it is hidden under our post.
    pub hidden: bool,
    /// What became of it, for ours.
    pub sending: Option<Sending>,
    /// Whether the answering account may hide or show it.
    pub may_hide: bool,
    /// Whether the answering account may delete it.
    pub may_delete: bool,
}

/// A line that says what happened to the case.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemLine {
    /// Translation key below `event-`, e.g. `assigned`, with its parameters.
    pub code: String,
    /// Who did it; the system itself otherwise.
    pub by: Option<String>,
    /// The other parameter: a colleague, a reason.
    pub about: Option<String>,
    /// A moment that belongs to it, e.g. until when a case sleeps.
    pub until: Option<Timestamp>,
    /// When.
    pub at: Timestamp,
}

/// One entry of a thread, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A message.
    Message(Box<MessageView>),
    /// A system line.
    System(SystemLine),
}

impl Entry {
    /// Its moment, for day lines.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Message(message) => message.at,
            Self::System(line) => line.at,
        }
    }
}

/// One entry as a list item.
pub fn entry(words: Words, entry: &Entry, network: &str, token: Option<&str>) -> Markup {
    match entry {
        Entry::Message(message) => {
            html! { li id={ "message-" (message.message) } { (article(words, message, network, token)) } }
        }
        Entry::System(line) => system_line(words, line),
    }
}

fn system_line(words: Words, line: &SystemLine) -> Markup {
    let parts = [
        ("by", html! { b { (line.by.clone().unwrap_or_else(|| words.say("event-by-system"))) } }),
        ("about", html! { (line.about.clone().unwrap_or_default()) }),
        ("until", html! { @if let Some(until) = line.until { (time(until, TimeStyle::Full)) } }),
    ];
    html! { li.sys { span { (words.say_around(&format!("event-{}", line.code.replace(['.', '_'], "-")), &parts)) } (time(line.at, TimeStyle::Clock)) } }
}

/// One message.
pub fn article(words: Words, message: &MessageView, network: &str, token: Option<&str>) -> Markup {
    let (from, who) = match &message.from {
        From::Contact(person) => ("contact", person.called().map(str::to_owned)),
        From::Us { account, by } => ("us", Some(by.as_ref().map_or_else(|| account.clone(), |by| by.name.clone()))),
        From::Other { person, look_alike, .. } => ("other", person.called().filter(|_| !look_alike).map(str::to_owned)),
        From::Note(colleague) => ("note", Some(colleague.name.clone())),
    };
    html! {
        article.msg data-from=(from) data-private=[message.private.then_some("yes")] {
            (avatar(who.as_deref().unwrap_or("?"), ""))
            div.msg-body {
                header.msg-head { (head(words, message)) (marks(words, message)) (time(message.at, TimeStyle::Clock)) }
                (body(words, message))
                (media(words, &message.media))
                (foot(words, message, network, token))
            }
        }
    }
}

fn head(words: Words, message: &MessageView) -> Markup {
    html! {
        @match &message.from {
            From::Contact(person) => { b { (called(words, person)) } @if let Some(name) = &person.handle { span.muted { (handle(name)) } } },
            From::Other { person, look_alike, .. } => {
                b { (called(words, person)) } @if let Some(name) = &person.handle { span.muted { (handle(name)) } }
                @if *look_alike { span.chip.bad { (icon("i-warn")) (words.say("look-alike")) } }
            },
            From::Us { account, by: Some(by) } => { b { (by.name) } span.muted { (words.say_around("as-account", &[("account", handle(account))])) } },
            From::Us { account, by: None } => { b { (handle(account)) } span.muted { (words.say("made-elsewhere")) } },
            From::Note(colleague) => { b { (colleague.name) } span.chip.note { (icon("i-note")) (words.say("note")) } },
        }
    }
}

fn marks(words: Words, message: &MessageView) -> Markup {
    html! {
        @if message.private { span.chip.private { (icon("i-lock")) (words.say("private-message")) } }
        @else if matches!(message.from, From::Us { .. }) && message.form == Form::Post { span.chip.public { (icon("i-public")) (words.say("our-post")) } }
        @if message.edits > 0 { span.chip { (icon("i-pencil")) (words.say_with("edited", &[("count", message.edits.into())])) } }
        @if message.hidden { span.chip.warn { (icon("i-eye")) (words.say("hidden")) } }
    }
}

fn body(words: Words, message: &MessageView) -> Markup {
    html! {
        @if message.deleted_at.is_some() { p.read.muted { (words.say("deleted-text")) } }
        @else if let Some(code) = &message.placeholder {
            p.flag.private { (icon("i-lock")) span { (words.say(&code.replace(['.', '_'], "-"))) }
                @if let Some(url) = message.url.as_deref().and_then(text::safe_address) { a.btn href=(url) target="_blank" rel="noopener noreferrer" { (words.say("open-at-network")) (icon("i-out")) } } }
        }
        @else { p.read.keeps-lines lang=[lang_of(message.language.as_deref())] dir="auto" { (masked(words, &message.text, &message.masked)) } }
    }
}

/// The text with personal data behind a mark that says what it is.
fn masked(words: Words, whole: &str, masks: &[PersonalData]) -> Markup {
    let mut masks: Vec<&PersonalData> = masks.iter().collect();
    masks.sort_by_key(|mask| mask.start);
    let characters: Vec<char> = whole.chars().collect();
    let part = |from: usize, to: usize| {
        characters.get(from..to.min(characters.len())).unwrap_or_default().iter().collect::<String>()
    };
    let mut pieces = Vec::new();
    let mut at = 0;
    for mask in masks.into_iter().filter(|mask| mask.end > mask.start) {
        if mask.start >= at {
            pieces.push((part(at, mask.start), Some(mask.kind)));
            at = mask.end;
        }
    }
    let rest = part(at, characters.len());
    html! {
        @for (before, kind) in pieces {
            (text::message(&before))
            @if let Some(kind) = kind { span.masked { (icon("i-lock")) " " (words.say(&format!("masked-{}", personal_data_word(kind)))) } }
        }
        (text::message(&rest))
    }
}

fn personal_data_word(kind: domain::understanding::PersonalDataKind) -> &'static str {
    use domain::understanding::PersonalDataKind as Kind;
    match kind {
        Kind::Iban => "iban",
        Kind::Card => "card",
        Kind::Email => "email",
        Kind::Phone => "phone",
        Kind::Address => "address",
        Kind::Order => "order",
        Kind::BankAccount => "bank-account",
        Kind::MyNumber => "my-number",
        Kind::Secret => "secret",
    }
}

fn media(words: Words, media: &[MediaView]) -> Markup {
    html! {
        @if !media.is_empty() {
            ul.media role="list" {
                @for item in media {
                    @let described = item.alt_text.clone().unwrap_or_else(|| words.say("media-undescribed"));
                    li { @match (&item.address, item.kind) {
                        (Some(address), MediaKind::Image | MediaKind::Animation) => a href=(address) target="_blank" rel="noopener" {
                            img src=(address) alt=(described) loading="lazy" width=[item.size.map(|size| size.0)] height=[item.size.map(|size| size.1)];
                        },
                        (Some(address), _) => a.btn href=(address) { (icon("i-clip")) (described) },
                        (None, _) => span.chip { (icon("i-clip")) (words.say("media-not-kept")) " " (described) },
                    } }
                }
            }
        }
    }
}

fn foot(words: Words, message: &MessageView, network: &str, token: Option<&str>) -> Markup {
    let open = message
        .url
        .as_deref()
        .and_then(text::safe_address)
        .filter(|_| message.placeholder.is_none() && message.deleted_at.is_none());
    let other = match &message.from {
        From::Other { case, assignee, .. } => Some((*case, assignee.as_ref())),
        _ => None,
    };
    html! {
        footer.msg-foot {
            @if let Some(sending) = &message.sending { (sending::shown(words, message.message, sending, network, token)) }
            @if let Some((case, assignee)) = other {
                @match assignee { Some(assignee) => span { (words.say_around("own-case-of", &[("agent", html! { (assignee.name) })])) }, None => span { (words.say("own-case")) } }
                @if let Some(case) = case { a href={ "/cases/" (case) } data-case=(case) { (words.say("open-case")) } }
            }
            @if let Some(url) = open { a href=(url) target="_blank" rel="noopener noreferrer" { (words.say_with("see-at", &[("network", network.to_owned().into())])) } }
            @if message.may_hide { (act(words, message.message, if message.hidden { "show" } else { "hide" }, token)) }
            @if message.may_delete && message.deleted_at.is_none() { (act(words, message.message, "delete", token)) }
        }
    }
}

fn act(words: Words, message: MessageId, act: &str, token: Option<&str>) -> Markup {
    html! {
        form.inline method="post" action={ "/app/messages/" (message) "/" (act) } hx-post={ "/app/messages/" (message) "/" (act) } hx-target="#talk" hx-swap="outerHTML"
            hx-confirm=[(act != "show").then(|| words.say(&format!("message-{act}-sure")))] {
            (csrf(token)) button.linklike type="submit" { (words.say(&format!("message-{act}"))) }
        }
    }
}

//! The composer: three voices that cannot be mixed up, the account that speaks and why, the network's limits, what is refused and which ways remain.

use super::case::CaseView;
use super::marks::{agent_avatar, called, csrf, handle, icon, key, lang_of};
use super::message::{self, MessageView};
use super::text;
use super::view::Person;
use crate::words::{Words, bold};
use domain::ability::{May, Way};
use domain::capability::{LengthUnit, MediaLimit, TextLimit};
use domain::draft_check::{Finding, Severity};
use domain::id::{AttachmentId, ChannelId, MessageId};
use domain::understanding::Reason;
use maud::{Markup, html};

/// Rules of the weighted count (twitter-text configuration 3): what weighs one, what everything else weighs, what a link weighs.
const WEIGHTED: &str =
    r#"{"ranges":[[0,4351],[8192,8205],[8208,8223],[8242,8247]],"light":1,"heavy":2,"url":23,"emoji":2}"#;

/// Who will read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Everyone.
    Public,
    /// The customer alone.
    Private,
    /// Colleagues.
    Note,
}

impl Voice {
    /// Every voice, in the order of the tabs.
    pub const ALL: &'static [Self] = &[Self::Public, Self::Private, Self::Note];
    /// Stable spelling in forms and translation keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Note => "note",
        }
    }
    /// Reads the stable spelling.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|voice| voice.word() == word)
    }
    const fn icon(self) -> &'static str {
        match self {
            Self::Public => "i-public",
            Self::Private => "i-lock",
            Self::Note => "i-note",
        }
    }
    const fn command(self) -> (&'static str, &'static str) {
        match self {
            Self::Public => ("reply", "r"),
            Self::Private => ("private", "d"),
            Self::Note => ("note", "n"),
        }
    }
}

/// An account of ours that could speak in one voice.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountChoice {
    /// Which.
    pub channel: ChannelId,
    /// Its handle without `@`.
    pub handle: String,
    /// Its role's word, for the translation key.
    pub role: String,
    /// Whether the network lets it.
    pub may: May,
    /// Why it would be chosen, or is offered.
    pub because: Reason,
}

/// One voice towards the network.
#[derive(Clone, Debug, PartialEq)]
pub struct VoiceView {
    /// Whether it may be used, by the chosen account.
    pub may: May,
    /// Ways that remain when it may not.
    pub ways: Vec<Way>,
    /// The account that will speak.
    pub account: Option<AccountChoice>,
    /// All accounts, for the change.
    pub choices: Vec<AccountChoice>,
    /// Limit of the text.
    pub limit: Option<TextLimit>,
    /// Limits of media.
    pub media: Option<MediaLimit>,
}

/// A file of the draft.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftMedia {
    /// Which.
    pub attachment: AttachmentId,
    /// Its name.
    pub name: String,
    /// Address of the picture, for a while; `None` for other files.
    pub address: Option<String>,
    /// Its description.
    pub alt_text: String,
}

/// An answer that somebody sent since the case was opened.
#[derive(Clone, Debug, PartialEq)]
pub struct GuardView {
    /// What they sent.
    pub answers: Vec<MessageView>,
    /// Position up to which the writer has now seen the case; sending again names it.
    pub seen: i64,
}

/// The composer of one conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct ComposerView {
    /// The message that is answered.
    pub in_reply_to: Option<MessageId>,
    /// Whom it goes to.
    pub to: Person,
    /// The voice that is chosen.
    pub voice: Voice,
    /// Public reply; `None` when the network has no public place here.
    pub public: Option<VoiceView>,
    /// Private message; `None` when the network has none.
    pub private: Option<VoiceView>,
    /// The network's name.
    pub network: String,
    /// The saved draft.
    pub text: String,
    /// Language the customer writes, for `lang` of the field.
    pub language: Option<String>,
    /// What will be appended, counted in the length, e.g. `^TM`.
    pub sign_off: Option<String>,
    /// Files of the draft.
    pub media: Vec<DraftMedia>,
    /// What the draft check says of the saved draft.
    pub findings: Vec<Finding>,
    /// Whether a draft is kept on the server.
    pub saved: bool,
    /// Somebody answered meanwhile.
    pub guard: Option<GuardView>,
}

/// The composer.
pub fn composer(words: Words, case: &CaseView, view: &ComposerView, token: Option<&str>) -> Markup {
    let send = format!("/app/cases/{}/send", case.case);
    html! {
        form.composer #composer method="post" action=(send) hx-post=(send) hx-target="#talk" hx-swap="outerHTML" aria-label=(words.say("composer"))
            data-case=(case.case) data-draft={ "/app/cases/" (case.case) "/draft" } data-attach={ "/app/attachments" } data-sign-off=[view.sign_off.as_deref()] data-weights=(WEIGHTED) {
            (csrf(token))
            input type="hidden" name="conversation" value=(case.shown);
            input type="hidden" name="seen" value=(view.guard.as_ref().map_or(case.seen, |guard| guard.seen));
            @if let Some(message) = view.in_reply_to { input type="hidden" name="in_reply_to" value=(message); }
            (voices(words, view))
            @if let Some(guard) = &view.guard { (self::guard(words, guard, &view.network)) }
            @if let Some(voice) = &view.public { (speaks(words, view, voice, Voice::Public)) }
            @if let Some(voice) = &view.private { (speaks(words, view, voice, Voice::Private)) }
            div.speaks.if-note { span { (words.say("speaks-note")) } }
            textarea #composer-text name="text" lang=[lang_of(view.language.as_deref())] aria-label=(words.say("composer-text")) aria-describedby="checks" rows="3" dir="auto" { (view.text) }
            (files(words, view))
            ul.checks #checks role="list" aria-live="polite" { (checks(words, &view.findings)) }
            (tools(words, view))
        }
    }
}

fn voices(words: Words, view: &ComposerView) -> Markup {
    let exists = |voice: &Voice| match voice {
        Voice::Public => view.public.is_some(),
        Voice::Private => view.private.is_some(),
        Voice::Note => true,
    };
    html! {
        div.voices role="radiogroup" aria-label=(words.say("voice")) {
            @for voice in Voice::ALL.iter().copied().filter(exists) {
                @let (command, shown) = voice.command();
                label { input type="radio" name="voice" value=(voice.word()) checked[voice == view.voice] data-command=(command); (icon(voice.icon())) (words.term("voice", voice.word())) span.hide-small { (key(command, shown)) } }
            }
        }
    }
}

/// Who speaks, to whom, and why; or why not, and what remains.
fn speaks(words: Words, view: &ComposerView, voice: &VoiceView, kind: Voice) -> Markup {
    let shown = if kind == Voice::Public { "if-public" } else { "if-private" };
    html! {
        @match (&voice.may, &voice.account) {
            (May::Yes, Some(account)) => div.speaks.(shown) {
                span { (sentence(words, view, account, kind)) }
                (change_account(words, voice, account, kind))
            },
            (May::No { reason }, account) => div.speaks.refused.(shown) {
                p.refusal { (icon("i-stop")) span { b { (words.say(if kind == Voice::Public { "refused-public" } else { "refused-private" })) } " " (words.reason(reason)) } }
                (ways(words, &voice.ways, &view.network))
                @if let Some(account) = account { (change_account(words, voice, account, kind)) }
            },
            (May::Yes, None) => div.speaks.refused.(shown) { p.refusal { (icon("i-stop")) span { (words.say("no-account")) } } },
        }
    }
}

fn sentence(words: Words, view: &ComposerView, account: &AccountChoice, kind: Voice) -> Markup {
    let parts = [
        ("account", html! { b { (handle(&account.handle)) } }),
        ("name", called(words, &view.to)),
        ("because", html! { (words.reason(&account.because)) }),
    ];
    words.say_around(if kind == Voice::Public { "speaks-public" } else { "speaks-private" }, &parts)
}

fn change_account(words: Words, voice: &VoiceView, chosen: &AccountChoice, kind: Voice) -> Markup {
    let field = format!("account_{}", kind.word());
    html! {
        @if voice.choices.len() > 1 {
            details.menu.up.end { summary { (words.say("change-account")) } div.stack.tight {
                @for choice in &voice.choices {
                    label.check.top { input type="radio" name=(field) value=(choice.channel) checked[choice.channel == chosen.channel] disabled[!choice.may.is_yes()];
                        span { b { (handle(&choice.handle)) } br; span.small.muted { (words.term("channel-role", &choice.role)) ". " @match &choice.may { May::Yes => (words.reason(&choice.because)), May::No { reason } => (words.reason(reason)) } } } }
                }
            } }
        } @else { input type="hidden" name=(field) value=(chosen.channel); }
    }
}

/// What remains when the direct way is closed.
fn ways(words: Words, ways: &[Way], network: &str) -> Markup {
    html! {
        p.line.wrap.ways { @for way in ways { @match way {
            Way::AnswerAs { channel, handle: name } => button.btn type="button" data-answer-as=(channel) { (icon("i-public")) (words.say_around("way-answer-as", &[("account", handle(name))])) },
            Way::OpenAtNetwork { url } => @if let Some(url) = text::safe_address(url) {
                a.btn href=(url) target="_blank" rel="noopener noreferrer" data-copies="text" { (icon("i-out")) (words.say_with("way-open", &[("network", network.to_owned().into())])) }
            },
            Way::InviteToPrivate { url } => @if let Some(url) = text::safe_address(url) { button.btn type="button" data-insert=(url) { (icon("i-lock")) (words.say("way-invite")) } },
            Way::WritePrivately => button.btn type="button" data-voice="private" { (icon("i-lock")) (words.say("way-private")) },
        } } }
        @if ways.iter().any(|way| matches!(way, Way::OpenAtNetwork { .. })) { p.small.muted { (words.say("way-open-means")) } }
    }
}

/// "Someone answered since you looked": their answer, and the two ways on.
fn guard(words: Words, guard: &GuardView, network: &str) -> Markup {
    html! {
        div.guard role="alert" {
            p.flag { (icon("i-warn")) span { b { (words.say("guard-title")) } " " (words.say("guard-means")) } }
            // A form cannot stand in a form: what can be done to their answer is done in the thread.
            @for answer in &guard.answers { (message::article(words, &MessageView { sending: None, may_hide: false, may_delete: false, ..answer.clone() }, network, None)) }
            p.line.wrap { button.btn.fill type="button" data-keep-draft { (words.say("guard-keep")) } button.btn type="submit" name="anyway" value="yes" { (words.say("guard-send")) } }
        }
    }
}

fn files(words: Words, view: &ComposerView) -> Markup {
    html! {
        ul.files #files role="list" { @for media in &view.media { (file(words, media)) } }
    }
}

/// One file of a draft with its description.
pub fn file(words: Words, media: &DraftMedia) -> Markup {
    let described = format!("alt-{}", media.attachment);
    html! {
        li.file data-attachment=(media.attachment) {
            @if let Some(address) = &media.address { img src=(address) alt="" width="48" height="48"; } @else { (icon("i-clip")) }
            input type="hidden" name="attachment" value=(media.attachment);
            label.field for=(described) { span.small { (words.say("alt-text")) " " span.faint { (text::plain(&media.name)) } }
                input.input id=(described) name=(described) value=(media.alt_text) maxlength="1000" placeholder=(words.say("alt-text-hint")); }
            button.btn.plain.square type="button" data-detach=(media.attachment) aria-label=(words.say("detach")) { (icon("i-stop")) }
        }
    }
}

/// What the draft check says, one line each; stops first.
pub fn checks(words: Words, findings: &[Finding]) -> Markup {
    html! { @for finding in findings {
        @match finding.severity {
            Severity::Stop => li data-is="stop" { (icon("i-stop")) span { (words.reason(&finding.reason)) } },
            Severity::Warn => li data-is="warn" { (icon("i-warn")) span { (words.reason(&finding.reason)) } },
        }
    } }
}

fn tools(words: Words, view: &ComposerView) -> Markup {
    let takes_files = |voice: &Option<VoiceView>| voice.as_ref().is_some_and(|voice| voice.media.is_some());
    html! {
        div.tools {
            @if takes_files(&view.public) || takes_files(&view.private) {
                label.btn.plain.square.attach title=(words.say("attach")) { (icon("i-clip")) span.sr { (words.say("attach")) } input.sr #attach type="file" accept="image/png,image/jpeg,image/gif,image/webp,video/mp4" multiple; }
            }
            @if let Some(sign_off) = &view.sign_off { span.small.muted.sign-off title=(words.say("sign-off-counted")) { (sign_off) } }
            span.small.faint.saved #saved aria-live="polite" { @if view.saved { (words.say("draft-saved")) } }
            span.push {}
            @if let Some(voice) = &view.public { (meter(words, voice, "if-public")) }
            @if let Some(voice) = &view.private { (meter(words, voice, "if-private")) }
            @for voice in Voice::ALL { (send(words, view, *voice)) }
        }
    }
}

/// Length as the network counts it. The script keeps it up; the server judges.
fn meter(words: Words, voice: &VoiceView, shown: &str) -> Markup {
    html! {
        @if let Some(limit) = &voice.limit {
            @let unit = match limit.unit { LengthUnit::Scalars => "scalars", LengthUnit::Weighted => "weighted", LengthUnit::Graphemes => "graphemes" };
            span.meter.(shown) data-limit=(limit.limit) data-unit=(unit) title=(words.say("meter-means")) {
                svg viewBox="0 0 18 18" aria-hidden="true" { circle cx="9" cy="9" r="7" {} circle cx="9" cy="9" r="7" pathLength="100" stroke-dasharray="0 100" {} }
                span data-length { "0" } span.hide-small { " / " (limit.limit) }
            }
        }
    }
}

fn send(words: Words, view: &ComposerView, voice: Voice) -> Markup {
    let (may, shown) = match voice {
        Voice::Public => {
            (view.public.as_ref().is_some_and(|voice| voice.may.is_yes() && voice.account.is_some()), "if-public")
        }
        Voice::Private => {
            (view.private.as_ref().is_some_and(|voice| voice.may.is_yes() && voice.account.is_some()), "if-private")
        }
        Voice::Note => (true, "if-note"),
    };
    let label = words.term("send-as", voice.word());
    html! {
        @if may {
            span.btn-pair.(shown) {
                button.btn.(voice.word()) type="submit" name="then" value="stay" data-command="send" { (label) span.hide-small { (key("send", "Ctrl ↵")) } }
                button.btn.square.(voice.word()) type="submit" name="then" value="close" data-command="send-and-close" aria-label=(words.say_with("send-and-close", &[("send", label.clone().into())])) title=(words.say_with("send-and-close", &[("send", label.clone().into())])) { (icon("i-check")) }
            }
        }
    }
}

/// The sentence that names a colleague who writes at this moment.
pub fn writing(words: Words, colleague: &super::view::Colleague) -> Markup {
    html! { span.presence { (agent_avatar(colleague.agent, &colleague.name)) (words.say_around("is-writing", &[("name", bold(&colleague.name))])) } }
}

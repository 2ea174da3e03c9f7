//! A fictional bank with customers in five languages; every text is ours.

use domain::ability::{May, Way};
use domain::capability::{LengthUnit, MediaLimit, TextLimit};
use domain::draft_check::{Finding, Severity};
use domain::item::MediaKind;
use domain::understanding::{PersonalData, PersonalDataKind, Reason, Understanding};
use domain::vocabulary::*;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use web::screens::case::{CaseView, TabView};
use web::screens::composer::*;
use web::screens::customer::*;
use web::screens::empty::Emptiness;
use web::screens::filter::{Filter, View};
use web::screens::inbox::ListView;
use web::screens::message::*;
use web::screens::search::{Hit, SearchView};
use web::screens::sending::*;
use web::screens::settings::{Notice, agents::*, apps::*, channel::*, parked::*, profile::*, sources::*, tokens::*};
use web::screens::view::*;
use web::screens::why::WhyView;
use web::screens::write_new::WriteNewView;
use web::words::Words;

/// An id that is the same in every run.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

pub fn now() -> Timestamp {
    "2026-11-20T10:06:00Z".parse().unwrap()
}

pub fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

pub fn reader(words: Words) -> Reader {
    Reader {
        agent: id(1).into(),
        name: if words == Words::Japanese { "黒田 美奈".into() } else { "Mina Kuroda".into() },
        role: Role::Owner,
        words,
        zone: if words == Words::Japanese { "Asia/Tokyo".into() } else { "Europe/Berlin".into() },
        theme: Theme::System,
        density: Density::Default,
        keys: KeyChoice::default(),
        csrf: "sample-token".into(),
    }
}

pub fn jonas() -> Colleague {
    Colleague { agent: id(2).into(), name: "Jonas Weber".into() }
}

pub fn aiko() -> Colleague {
    Colleague { agent: id(3).into(), name: "佐藤 あいこ".into() }
}

pub fn frame(words: Words) -> Frame {
    let counts = [38, 6, 11, 24, 9, 14, 17, 212, 3, 1000, 1000];
    Frame {
        reader: reader(words),
        company: if words == Words::Japanese { "アクメ銀行".into() } else { "Acme Bank".into() },
        counts: View::ALL.iter().copied().zip(counts).collect(),
        sources: Some((5, 6)),
        event: 4711,
        colleagues: vec![jonas(), aiko()],
    }
}

pub fn x() -> NetworkMark {
    NetworkMark { id: "x".into(), name: "X".into() }
}

pub fn person(name: &str, handle: &str) -> Person {
    Person { name: Some(name.into()), handle: Some(handle.into()) }
}

fn priority(level: i64, kind: Kind, lead: Option<Reason>) -> Priority {
    Priority { level, kind, noise: None, lead }
}

struct Line(&'static str, &'static str, Form, &'static str, &'static str, i64, Kind, i64, Option<Colleague>);

pub fn rows() -> Vec<CaseRow> {
    let lines = [
        Line(
            "Mehmet Aydın",
            "maydin",
            Form::DirectMessage,
            "de",
            "Jemand ist in meinem Konto, da gehen Überweisungen raus, die ich nicht gemacht habe",
            0,
            Kind::Urgent,
            3,
            Some(jonas()),
        ),
        Line(
            "Claire Fontaine",
            "clairef",
            Form::Mention,
            "fr",
            "L’appli se ferme dès que j’ouvre les virements. iPhone 13, version 7.2",
            1,
            Kind::Question,
            9,
            None,
        ),
        Line(
            "川口 真由",
            "mayu_k",
            Form::DirectMessage,
            "ja",
            "振込の限度額を今日だけ上げたいのですが、アプリのどこから変えられますか。",
            1,
            Kind::Question,
            14,
            None,
        ),
        Line(
            "Diego Salas",
            "dsalas",
            Form::Reply,
            "es",
            "¿Se puede pagar con la tarjeta en Japón sin comisión?",
            1,
            Kind::Question,
            26,
            Some(aiko()),
        ),
        Line(
            "Priya Raman",
            "priya_in_leeds",
            Form::Reply,
            "en",
            "third time now. The app says “delivered” since yesterday and there is nothing here",
            2,
            Kind::Complaint,
            12,
            Some(Colleague { agent: id(1).into(), name: "Mina Kuroda".into() }),
        ),
        Line(
            "Lukas Wendt",
            "lwendt_k",
            Form::Reply,
            "de",
            "Hier in Köln dasselbe. Laut App „zugestellt“. Ist sie nicht.",
            2,
            Kind::Complaint,
            20,
            Some(jonas()),
        ),
        Line(
            "Marta Ruiz",
            "martar",
            Form::DirectMessage,
            "es",
            "Estoy en el aeropuerto de Narita y la tarjeta está bloqueada",
            3,
            Kind::Urgent,
            130,
            None,
        ),
        Line(
            "Netzwelt Magazin",
            "netzwelt",
            Form::Quote,
            "de",
            "Häufen sich gerade die Kartenprobleme bei Acme? Wir fragen nach.",
            4,
            Kind::PrRisk,
            44,
            Some(aiko()),
        ),
        Line(
            "haruka_t",
            "haruka_t",
            Form::Mention,
            "ja",
            "アクメの新しいカード、もう届いた人いますか？",
            5,
            Kind::Mention,
            131,
            None,
        ),
        Line(
            "Tom Becker",
            "tbecker",
            Form::Mention,
            "de",
            "Danke ans Team, gestern Nacht in zehn Minuten geholfen. Stark.",
            6,
            Kind::Praise,
            361,
            None,
        ),
        Line(
            "finanz_frosch",
            "finanz_frosch",
            Form::Mention,
            "de",
            "Acme, Bergbank oder doch klassisch zur Filiale? Umfrage unten",
            7,
            Kind::OffTopic,
            1440,
            None,
        ),
    ];
    lines
        .into_iter()
        .enumerate()
        .map(|(index, Line(name, handle, form, language, excerpt, level, kind, minutes, assignee))| CaseRow {
            case: id(100 + index as u128).into(),
            person: person(name, handle),
            network: x(),
            form,
            private: form == Form::DirectMessage,
            language: Some(language.into()),
            excerpt: excerpt.into(),
            priority: priority(level, kind, (level == 2).then(|| Reason::with("policy.lift.repeat", ["3"]))),
            assignee,
            state: CaseState::Open,
            waiting_since: Some(ago(minutes)),
            snoozed_until: None,
            last_at: ago(minutes),
        })
        .collect()
}

pub fn needs_reply() -> Filter {
    Filter { view: Some("needs_reply".into()), ..Filter::default() }
}

pub fn list() -> ListView {
    ListView {
        filter: needs_reply(),
        rows: rows(),
        next: Some("MjAyNi0xMS0yMA".into()),
        total: Some(38),
        emptiness: Emptiness::NothingYet { may_connect: true },
        choices: vec![
            ("language", "de".into(), "German".into()),
            ("channel", id(31).to_string(), "@acme_help".into()),
            ("assignee", "me".into(), "me".into()),
            ("assignee", id(2).to_string(), "Jonas Weber".into()),
        ],
    }
}

pub fn emptied(emptiness: Emptiness, filter: Filter) -> ListView {
    ListView { filter, rows: Vec::new(), next: None, total: Some(0), emptiness, choices: Vec::new() }
}

pub fn message(number: u128, from: From, text: &str, language: &str, minutes: i64) -> MessageView {
    MessageView {
        message: id(500 + number).into(),
        from,
        form: Form::Reply,
        private: false,
        text: text.into(),
        language: Some(language.into()),
        masked: Vec::new(),
        at: ago(minutes),
        url: Some(format!("https://x.com/i/status/{}", 1900 + number)),
        media: Vec::new(),
        placeholder: None,
        edits: 0,
        deleted_at: None,
        hidden: false,
        sending: None,
        may_hide: false,
        may_delete: false,
    }
}

fn priya() -> Person {
    person("Priya Raman", "priya_in_leeds")
}

fn us(by: Option<Colleague>) -> From {
    From::Us { account: "acme_help".into(), by }
}

fn ours(number: u128, text: &str, minutes: i64, state: SendState) -> MessageView {
    let sending = Sending {
        state,
        undo_until: (state == SendState::Queued).then(|| now() + SignedDuration::from_secs(4)),
        confirmed_at: (state == SendState::Sent).then(|| ago(minutes)),
        network_words: (state == SendState::Failed)
            .then(|| "You are not permitted to reply to this conversation.".into()),
        decision: None,
    };
    MessageView {
        sending: Some(sending),
        may_delete: state == SendState::Sent,
        ..message(number, us(Some(jonas())), text, "en", minutes)
    }
}

pub fn entries() -> Vec<Entry> {
    let said = "@acme_help third time now. The app says “delivered” since yesterday and there is nothing here. Order A-20931. How am I supposed to pay my rent?";
    let start = said.chars().count() - "A-20931. How am I supposed to pay my rent?".chars().count();
    let masked = PersonalData { kind: PersonalDataKind::Order, start, end: start + 7 };
    let stranger = |look_alike| From::Other {
        person: person(
            if look_alike { "Acme HeIp Desk" } else { "Lukas Wendt" },
            if look_alike { "acme_heIp_desk" } else { "lwendt_k" },
        ),
        case: Some(id(105).into()),
        assignee: (!look_alike).then(jonas),
        look_alike,
    };
    let post = MessageView {
        form: Form::Post,
        ..message(
            1,
            us(None),
            "New cards are on their way to our first 10,000 customers. Not there yet? Ask @acme_help. https://acme.example/cards",
            "en",
            4400,
        )
    };
    let messages = [
        post,
        message(
            2,
            From::Contact(priya()),
            "@acme_help second time asking. Ordered on 2 Nov, still no card?",
            "en",
            4166,
        ),
        ours(
            3,
            "Hi Priya, it left our factory this morning. You should have it by Thursday. ^JW",
            4141,
            SendState::Sent,
        ),
        MessageView {
            masked: vec![masked],
            edits: 1,
            media: vec![MediaView {
                address: None,
                kind: MediaKind::Image,
                alt_text: Some("An empty letter box".into()),
                size: Some((640, 480)),
            }],
            ..message(4, From::Contact(priya()), said, "en", 6)
        },
        message(5, stranger(false), "@acme_help Hier in Köln dasselbe. Laut App „zugestellt“. Ist sie nicht.", "de", 5),
        MessageView {
            hidden: true,
            may_hide: true,
            ..message(
                6,
                stranger(true),
                "Dear customer kindly send your card details here for urgent verification: https://аcme.example/verify",
                "en",
                5,
            )
        },
        MessageView {
            deleted_at: Some(ago(4)),
            text: String::new(),
            ..message(7, From::Contact(priya()), "", "en", 4)
        },
        MessageView {
            form: Form::Note,
            url: None,
            ..message(
                8,
                From::Note(jonas()),
                "The carrier scanned the whole batch as delivered by mistake. We can promise Tuesday, not earlier.",
                "en",
                2,
            )
        },
    ];
    let mut entries: Vec<Entry> = messages.into_iter().map(|message| Entry::Message(Box::new(message))).collect();
    let line = SystemLine {
        code: "assigned".into(),
        by: Some("Jonas Weber".into()),
        about: Some("Mina Kuroda".into()),
        until: None,
        at: ago(3),
    };
    entries.insert(7, Entry::System(line));
    entries
}

/// The same thread with one reply in every state.
pub fn sending() -> Vec<Entry> {
    let states = [
        SendState::Sent,
        SendState::Failed,
        SendState::Unknown,
        SendState::Sending,
        SendState::Queued,
        SendState::Cancelled,
    ];
    let ours = states.into_iter().enumerate().map(|(index, state)| {
        ours(
            20 + index as u128,
            "Hi Priya, I am so sorry. Your card reaches you by Tuesday. ^JW",
            12 - index as i64,
            state,
        )
    });
    ours.map(|message| Entry::Message(Box::new(message))).collect()
}

/// Messages of ours about which only a person can say what became of them.
pub fn undecided() -> Vec<MessageView> {
    let candidate = |number: u32| CandidateView {
        external_id: format!("{}", 1930 + number),
        sent_at: Some(now() - SignedDuration::from_secs(i64::from(90 - 7 * number))),
        url: Some(format!("https://x.com/acme_help/status/{}", 1930 + number)),
    };
    let several = DecisionView { candidates: vec![candidate(1), candidate(2)], by_address: true };
    let open = DecisionView { candidates: Vec::new(), by_address: true };
    let text = "Hi Priya, I am so sorry. Your card reaches you by Tuesday. ^JW";
    [several, open]
        .into_iter()
        .map(|decision| {
            let mut view = ours(30, text, 2, SendState::Unknown);
            view.url = None;
            view.sending.as_mut().unwrap().decision = Some(decision);
            view
        })
        .collect()
}

pub fn account(handle: &str, role: &str, may: May, because: Reason) -> AccountChoice {
    AccountChoice {
        channel: id(if handle == "acme_help" { 31 } else { 32 }).into(),
        handle: handle.into(),
        role: role.into(),
        may,
        because,
    }
}

fn voice(may: May, ways: Vec<Way>) -> VoiceView {
    let named = || account("acme_help", "support", May::Yes, Reason::with("answering.named", ["acme_help"]));
    let brand = || {
        account(
            "acme",
            "brand",
            May::No { reason: Reason::with("x.not_named_by_author", ["acme"]) },
            Reason::of("answering.other_inbox"),
        )
    };
    VoiceView {
        account: Some(if may.is_yes() { named() } else { brand() }),
        choices: vec![named(), brand()],
        may,
        ways,
        limit: Some(TextLimit { limit: 280, unit: LengthUnit::Weighted }),
        media: Some(MediaLimit { files: 4, bytes: 5_000_000, alt_text: 1000 }),
    }
}

pub fn composer() -> ComposerView {
    ComposerView {
        in_reply_to: Some(id(504).into()),
        to: priya(),
        voice: Voice::Public,
        public: Some(voice(May::Yes, Vec::new())),
        private: Some(VoiceView { limit: Some(TextLimit { limit: 10_000, unit: LengthUnit::Scalars }), ..voice(May::Yes, Vec::new()) }),
        network: "X".into(),
        text: "Hi Priya, you should not have had to ask three times. I am sorry. The “delivered” was the carrier’s mistake: your card reaches you by Tuesday 24 Nov.".into(),
        language: Some("en".into()),
        sign_off: Some("^MK".into()),
        media: Vec::new(),
        findings: vec![Finding { severity: Severity::Warn, reason: Reason::with("draft.many_links", ["2"]), span: None }],
        saved: true,
        guard: None,
    }
}

pub fn refused() -> ComposerView {
    let ways = vec![
        Way::AnswerAs { channel: id(31).into(), handle: "acme_help".into() },
        Way::OpenAtNetwork { url: "https://x.com/i/status/1904".into() },
        Way::InviteToPrivate { url: "https://x.com/messages/compose?recipient_id=111".into() },
    ];
    let stop = Finding { severity: Severity::Stop, reason: Reason::of("draft.personal_data.iban"), span: None };
    ComposerView {
        public: Some(voice(May::No { reason: Reason::with("x.not_named_by_author", ["acme"]) }, ways)),
        findings: vec![stop],
        ..composer()
    }
}

pub fn guarded() -> ComposerView {
    let answer = ours(
        9,
        "Hi Priya, I am so sorry. The carrier made a mistake; the card arrives by Tuesday. ^JW",
        1,
        SendState::Sent,
    );
    let picture = DraftMedia {
        attachment: id(700).into(),
        name: "card.png".into(),
        address: Some("/attachments/sample".into()),
        alt_text: String::new(),
    };
    ComposerView { guard: Some(GuardView { answers: vec![answer], seen: 99 }), media: vec![picture], ..composer() }
}

pub fn case() -> CaseView {
    CaseView {
        case: id(104).into(),
        filter: needs_reply(),
        person: priya(),
        network: "X".into(),
        priority: priority(2, Kind::Complaint, Some(Reason::with("policy.lift.repeat", ["3"]))),
        state: CaseState::Open,
        snoozed_until: None,
        waiting_since: Some(ago(6)),
        assignee: Some(Colleague { agent: id(1).into(), name: "Mina Kuroda".into() }),
        colleagues: vec![jonas(), aiko()],
        may_work: true,
        tabs: vec![
            TabView { conversation: id(300).into(), private: false, count: 4, about: None },
            TabView { conversation: id(301).into(), private: true, count: 2, about: None },
        ],
        shown: id(300).into(),
        entries: entries(),
        before: Some("earlier".into()),
        readers: vec![jonas()],
        seen: 98,
        composer: Some(composer()),
        asks_reason: false,
        me: Some(id(1).into()),
    }
}

pub fn private_case() -> CaseView {
    let ask = MessageView {
        private: true,
        form: Form::DirectMessage,
        url: None,
        ..message(30, From::Contact(priya()), "Here is my address as you asked.\nThank you!", "en", 50)
    };
    let sealed = MessageView {
        private: true,
        form: Form::DirectMessage,
        placeholder: Some("x.encrypted_message".into()),
        text: String::new(),
        url: Some("https://x.com/messages".into()),
        ..message(31, From::Contact(priya()), "", "en", 40)
    };
    let answer = MessageView {
        private: true,
        form: Form::DirectMessage,
        url: None,
        ..ours(32, "Thank you, Priya. It is on its way.", 30, SendState::Sent)
    };
    CaseView {
        shown: id(301).into(),
        entries: [ask, sealed, answer].map(|message| Entry::Message(Box::new(message))).into(),
        before: None,
        composer: Some(ComposerView {
            voice: Voice::Private,
            text: String::new(),
            findings: Vec::new(),
            saved: false,
            public: None,
            ..composer()
        }),
        ..case()
    }
}

pub fn customer() -> CustomerView {
    let past = |number: u128, days: i64, excerpt: &str, state| PastCase {
        case: id(200 + number).into(),
        at: ago(days * 1440),
        excerpt: excerpt.into(),
        priority: priority(2, Kind::Complaint, None),
        state,
    };
    CustomerView {
        case: id(104).into(),
        person: priya(),
        since: "2025-03-14T08:00:00Z".parse().unwrap(),
        language: Some("en".into()),
        repeat: Some(Reason::with("policy.lift.repeat", ["3"])),
        accounts: vec![AccountView {
            network: x(),
            person: priya(),
            url: Some("https://x.com/priya_in_leeds".into()),
            followers: Some(1240),
            verified: true,
            earlier_handles: vec!["priya_r".into()],
        }],
        past: vec![
            past(1, 3, "told “by Thursday”", CaseState::Closed),
            past(2, 11, "Where is my card?", CaseState::Closed),
        ],
        notes: vec![NoteView {
            note: id(401).into(),
            by: "Jonas Weber".into(),
            at: ago(4000),
            text: "Prefers to be called in the evening.".into(),
        }],
        may_work: true,
    }
}

pub fn why() -> WhyView {
    WhyView {
        case: id(104).into(),
        person: priya(),
        priority: priority(2, Kind::Complaint, Some(Reason::with("policy.lift.repeat", ["3"]))),
        text: "@acme_help third time now. The app says “delivered” since yesterday and there is nothing here.".into(),
        at: ago(6),
        understanding: Some(Understanding {
            language: "en".into(),
            language_confidence: 0.99,
            kind: Kind::Complaint,
            kind_confidence: 0.92,
            unsorted: false,
            about: About::Account,
            sentiment: Sentiment::Negative,
            complaint: 0.92,
            anger: 0.71,
            urgency: 0.4,
            noise: None,
            reply_need: ReplyNeed::Must,
            answerable: false,
            safety: None,
            personal_data: Vec::new(),
            reasons: vec![Reason::of("text.question_mark")],
            engine: "rules-1".into(),
        }),
        steps: vec![Reason::of("policy.kind.complaint"), Reason::with("policy.lift.repeat", ["3"])],
        policy: "14".into(),
    }
}

pub fn search() -> SearchView {
    let hits = rows().into_iter().take(3).map(|row| Hit { excerpt: row.excerpt.clone(), row }).collect();
    SearchView { filter: Filter { q: Some("card delivered".into()), ..Filter::default() }, hits, next: None }
}

pub fn write_new() -> WriteNewView {
    let help = || account("acme_help", "support", May::Yes, Reason::of("answering.only_way"));
    WriteNewView {
        post_from: vec![help()],
        message_from: vec![help()],
        post_limit: Some(TextLimit { limit: 280, unit: LengthUnit::Weighted }),
        ..WriteNewView::default()
    }
}

fn cost() -> CostView {
    CostView { spent: 41_800_000, calls: 9_310 }
}

pub fn apps() -> AppsView {
    let row = |number: u128, handle: &str, role, level, connected| ChannelRow {
        channel: id(number).into(),
        handle: handle.into(),
        role,
        access_level: Some(level),
        connected,
        paused: false,
    };
    AppsView {
        apps: vec![AppView {
            app: id(21).into(),
            name: "Acme Care".into(),
            network: x(),
            channels: vec![
                row(31, "acme_help", ChannelRole::Support, AccessLevel::SelfServe, true),
                row(32, "acme", ChannelRole::Brand, AccessLevel::Enterprise, false),
            ],
            cost: Some(cost()),
        }],
        networks: vec![x()],
        notice: Notice::Done("notice-saved"),
    }
}

pub fn connect() -> ConnectView {
    let key = |name: &str, secret| KeyField {
        name: name.into(),
        kept: true,
        secret,
        required: true,
        value: None,
        default: None,
    };
    ConnectView {
        app: id(21).into(),
        name: "Acme Care".into(),
        network: x(),
        keys: vec![
            key("consumer_key", false),
            key("consumer_secret", true),
            key("bearer_token", true),
            key("client_id", false),
            key("client_secret", true),
        ],
        callback_url: "https://care.acme.example/connect/x/callback".into(),
        webhook_url: "https://care.acme.example/hooks/x/7c1e".into(),
        delivered_at: None,
        access_levels: AccessLevel::ALL.to_vec(),
        enabled: true,
        accounts: vec![ConnectedAccount {
            channel: id(31).into(),
            handle: "acme_help".into(),
            role: ChannelRole::Support,
            access_level: Some(AccessLevel::SelfServe),
        }],
        first_message_at: None,
        cost: Some(cost()),
        notice: Notice::None,
    }
}

pub fn channel() -> ChannelView {
    ChannelView {
        channel: id(31).into(),
        app: id(21).into(),
        handle: "acme_help".into(),
        network: x(),
        role: ChannelRole::Support,
        access_level: Some(AccessLevel::SelfServe),
        access_levels: AccessLevel::ALL.to_vec(),
        sign_off: "initials",
        paused: false,
        connected: true,
        abilities: ["reply", "post", "direct-message", "hide", "delete"]
            .map(|name| AbilityRow { name, possible: name != "hide" })
            .into(),
        notice: Notice::None,
    }
}

pub fn agents() -> AgentsView {
    let row = |colleague: Colleague, email: &str, role, disabled, invited| AgentRow {
        agent: colleague.agent,
        name: colleague.name,
        email: email.into(),
        role,
        disabled,
        invited,
        last_seen: (!invited).then(|| ago(12)),
    };
    AgentsView {
        agents: vec![
            row(
                Colleague { agent: id(1).into(), name: "Mina Kuroda".into() },
                "mina@acme.example",
                Role::Owner,
                false,
                false,
            ),
            row(jonas(), "jonas@acme.example", Role::Agent, false, false),
            row(aiko(), "aiko@acme.example", Role::Agent, false, true),
            row(
                Colleague { agent: id(4).into(), name: "Sam Lee".into() },
                "sam@acme.example",
                Role::Agent,
                true,
                false,
            ),
        ],
        link: Some(FreshLink {
            email: "aiko@acme.example".into(),
            link: "https://care.acme.example/invitation#3f9a0c".into(),
            until: now() + SignedDuration::from_hours(72),
        }),
        notice: Notice::None,
    }
}

pub fn parked() -> ParkedView {
    let row = ParkedRow {
        parked: id(800).into(),
        network: x(),
        at: ago(90),
        reason: "unknown_event".into(),
        detail: "post.poll.create".into(),
        raw: "{\"data\":{\"event_type\":\"post.poll.create\",\"payload\":{\"id\":\"2080765813578191303\"}}}".into(),
    };
    ParkedView { rows: vec![row], next: None, notice: Notice::None }
}

pub fn sources() -> SourcesView {
    let row = |source: &str, health, gaps| SourceRow {
        network: x(),
        handle: "acme_help".into(),
        role: ChannelRole::Support,
        source: source.into(),
        health,
        last_success: Some(ago(1)),
        last_item: Some(ago(3)),
        retry_at: (health == Health::Failing).then(now),
        problem: (health == Health::Failing).then(|| "Too Many Requests".into()),
        gaps,
    };
    let gap = GapView { from: ago(180), to: ago(140), closed_at: None, lost: false };
    SourcesView {
        rows: vec![
            row("deliveries", Health::Live, Vec::new()),
            row("mentions", Health::Catching, vec![gap]),
            row("direct_messages", Health::Failing, Vec::new()),
        ],
        costs: vec![("Acme Care".into(), cost())],
    }
}

pub fn tokens() -> TokensView {
    let row = TokenRow {
        token: id(900).into(),
        name: "Weekly export".into(),
        write: false,
        by: Some("Mina Kuroda".into()),
        made_at: ago(90_000),
        used_at: Some(ago(600)),
    };
    TokensView { tokens: vec![row], fresh: Some("mdg_3fA9sample".into()), notice: Notice::None }
}

pub fn profile() -> ProfileView {
    ProfileView {
        email: "mina@acme.example".into(),
        sign_off: "MK".into(),
        undo_seconds: 5,
        other_sessions: 2,
        notice: Notice::None,
    }
}

/// Every screen with sample data: name and HTML.
pub fn screens(words: Words) -> Vec<(&'static str, String)> {
    use web::screens::*;
    let frame = frame(words);
    let shown = |list: &ListView, case: &CaseView| inbox::page(&frame, list, Some((case, &customer()))).into_string();
    let narrowed = Filter { language: Some("fr".into()), kind: Some("praise".into()), ..needs_reply() };
    let door = |setting, problem| {
        door::set_password(
            words,
            &door::SetPassword {
                setting,
                company: Some(frame.company.clone()),
                csrf: "t".into(),
                token: "one-time".into(),
                name: String::new(),
                email: "aiko@acme.example".into(),
                problem,
            },
        )
    };
    let sign_in = |problem, demo| {
        door::sign_in(
            words,
            &door::SignIn {
                company: Some(frame.company.clone()),
                csrf: "t".into(),
                email: "mina@acme.example".into(),
                next: None,
                problem,
                demo,
            },
        )
    };
    let demo = vec![
        door::DemoEntry { name: "Mina Kuroda".into(), role: "owner", token: "a".into() },
        door::DemoEntry { name: "Jonas Weber".into(), role: "agent", token: "b".into() },
    ];
    vec![
        ("inbox", inbox::page(&frame, &list(), None).into_string()),
        ("case", shown(&list(), &case())),
        ("case-private", shown(&list(), &private_case())),
        ("case-sending", shown(&list(), &CaseView { entries: sending(), before: None, ..case() })),
        ("case-refused", shown(&list(), &CaseView { composer: Some(refused()), ..case() })),
        ("case-guard", shown(&list(), &CaseView { composer: Some(guarded()), ..case() })),
        (
            "case-closed",
            shown(&list(), &CaseView { state: CaseState::Closed, composer: None, waiting_since: None, ..case() }),
        ),
        (
            "empty-nothing",
            inbox::page(&frame, &emptied(Emptiness::NothingYet { may_connect: true }, needs_reply()), None)
                .into_string(),
        ),
        (
            "empty-hidden",
            inbox::page(&frame, &emptied(Emptiness::Hidden { waiting: 38 }, narrowed), None).into_string(),
        ),
        (
            "empty-done",
            inbox::page(&frame, &emptied(Emptiness::Done { to_thank: 17 }, needs_reply()), None).into_string(),
        ),
        ("why", why::page(&frame, &why()).into_string()),
        ("search", search::page(&frame, &search()).into_string()),
        (
            "search-none",
            search::page(
                &frame,
                &SearchView { filter: Filter { q: Some("zzz".into()), ..Filter::default() }, ..SearchView::default() },
            )
            .into_string(),
        ),
        ("write-new", write_new::page(&frame, &write_new()).into_string()),
        ("settings-profile", settings::profile::page(&frame, &profile()).into_string()),
        ("settings-apps", settings::apps::page(&frame, &apps()).into_string()),
        ("settings-connect", settings::channel::connect(&frame, &connect()).into_string()),
        ("settings-channel", settings::channel::page(&frame, &channel()).into_string()),
        ("settings-agents", settings::agents::page(&frame, &agents()).into_string()),
        ("settings-sources", settings::sources::page(&frame, &sources()).into_string()),
        ("settings-parked", settings::parked::page(&frame, &parked()).into_string()),
        ("settings-tokens", settings::tokens::page(&frame, &tokens()).into_string()),
        ("sign-in", sign_in(Some(door::DoorProblem::WrongPassword), Vec::new()).into_string()),
        ("sign-in-demo", sign_in(None, demo).into_string()),
        ("first-run", door(door::Setting::FirstOwner, None).into_string()),
        ("invitation", door(door::Setting::Invitation, Some(door::DoorProblem::Different)).into_string()),
        ("reset-spent", door(door::Setting::Reset, Some(door::DoorProblem::LinkSpent)).into_string()),
        ("failure", failure::page(words, axum::http::StatusCode::INTERNAL_SERVER_ERROR, Some("01J9X4")).into_string()),
        ("not-found", failure::page(words, axum::http::StatusCode::NOT_FOUND, None).into_string()),
    ]
}

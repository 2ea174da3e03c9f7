//! A small company with two accounts and two agents, whose customers write by way of filing.

use bus::Bus;
use desk::{Desk, FixedClock};
use domain::Timestamp;
use domain::id::{AppId, CaseId, ChannelId, MessageId, WorkspaceId};
use domain::item::{Author, Change, IncomingMessage, Item, Mentioned};
use domain::people::{Actor, Scope};
use domain::priority::{Circumstances, Policy, triage};
use domain::vocabulary::{AccessLevel, ChannelRole, Form, Role};
use language::{Hints, Reader, RuleReader};
use networks::{Client, ClientOptions, Registry};
use std::sync::Arc;
use store::account::{NewAgent, Profile};
use store::channel::{Fields, NewChannel, SignOff};
use store::filing::{Batch, FilingItem, Place, Reading};
use store::testing::Fresh;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub struct World {
    pub desk: Desk,
    pub workspace: WorkspaceId,
    pub brand: ChannelId,
    pub support: ChannelId,
    /// An owner.
    pub mina: Scope,
    /// An agent.
    pub taro: Scope,
    app: AppId,
    number: std::sync::atomic::AtomicI64,
}

/// A post or private message of a customer.
pub struct Wrote<'a> {
    pub id: &'a str,
    pub author: &'a str,
    pub root: &'a str,
    pub second: i64,
    pub text: &'a str,
    pub private: bool,
}

impl World {
    pub async fn new(fresh: &Fresh) -> Self {
        let store = fresh.store.clone();
        let workspace = store::testing::workspace(&store, "Nordhafen", at(0)).await;
        let system = Scope::system(workspace);
        let app = AppId(uuid::Uuid::now_v7());
        store.add_app(&system, app, "x", "X", &Fields::new(), &Fields::new(), true, at(0)).await.unwrap();
        let mut channels = Vec::new();
        for (account, handle, role, sign_off) in [
            ("1", "nordhafen", ChannelRole::Brand, SignOff::None),
            ("2", "nordhafen_hilfe", ChannelRole::Support, SignOff::Initials),
        ] {
            let channel = NewChannel {
                app,
                network: "x".into(),
                external_id: account.into(),
                handle: handle.into(),
                name: handle.into(),
                avatar_url: None,
                role,
                access_level: Some(AccessLevel::SelfServe),
                sign_off,
                tokens: "{}".into(),
                tokens_expire_at: None,
            };
            channels.push(store.add_channel(&system, &channel, at(0)).await.unwrap());
        }
        let mut agents = Vec::new();
        for (name, sign_off, role) in [("Mina Weber", "MW", Role::Owner), ("佐藤太郎", "佐藤", Role::Agent)] {
            let profile = Profile { sign_off: sign_off.into(), undo_seconds: 10, ..Profile::new("en", "UTC") };
            let email = format!("{}@{}.example", role.word(), workspace);
            let new = NewAgent { email, name: name.into(), role, profile, password_hash: None };
            let agent = store.create_agent(&system, &new, at(0)).await.unwrap().id;
            agents.push(Scope { workspace, actor: Actor::Agent { agent, role } });
        }
        let clock = Arc::new(FixedClock::at(at(1000)));
        let registry = Registry::standard(Client::new(ClientOptions::default()).unwrap());
        let reader = Arc::new(RuleReader::new().unwrap());
        let desk = Desk::new(store, registry, reader, Bus::new(), clock);
        Self {
            desk,
            workspace,
            brand: channels[0],
            support: channels[1],
            mina: agents[0],
            taro: agents[1],
            app,
            number: std::sync::atomic::AtomicI64::new(1),
        }
    }

    /// Files messages in one batch, read by the real reader and the real policy.
    pub async fn file(&self, wrote: &[Wrote<'_>]) {
        let reader = RuleReader::new().unwrap();
        let items = wrote
            .iter()
            .map(|wrote| {
                let number = self.number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let understanding = reader.read(wrote.text, &Hints { addressed: true, ..Hints::default() });
                let circumstances = Circumstances { private: wrote.private, ..Circumstances::default() };
                let triage = triage(&Policy::standard(), &understanding, &circumstances);
                let reading = Reading { understanding, triage, excerpt: wrote.text.chars().take(80).collect() };
                FilingItem {
                    workspace: self.workspace,
                    app: self.app,
                    network: "x".into(),
                    place: Place { lane: 1, number, item: 0 },
                    received_at: at(wrote.second),
                    item: Item {
                        account: "2".into(),
                        scope: String::new(),
                        change: Change::Message(Box::new(incoming(wrote))),
                    },
                    reading: Some(reading),
                    written_by: None,
                }
            })
            .collect();
        let batch = Batch { progress: None, items, parked: Vec::new() };
        self.desk.store.file(&batch, at(2000)).await.unwrap();
    }

    /// The case and message of a customer's text.
    pub async fn found(&self, external_id: &str) -> (CaseId, MessageId) {
        let row = self
            .desk
            .store
            .main
            .fetch_one(
                "SELECT m.id, c.case_id FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
                 WHERE m.workspace_id = $1 AND m.external_id = $2",
                &[self.workspace.into(), external_id.into()],
            )
            .await
            .unwrap();
        (row.id("case_id").unwrap(), row.id("id").unwrap())
    }
}

fn incoming(wrote: &Wrote<'_>) -> IncomingMessage {
    let mentioned = Mentioned { external_id: Some("2".into()), handle: "nordhafen_hilfe".into() };
    IncomingMessage {
        external_id: wrote.id.into(),
        form: if wrote.private { Form::DirectMessage } else { Form::Mention },
        private: wrote.private,
        author: Author {
            external_id: wrote.author.into(),
            handle: Some(format!("user{}", wrote.author)),
            name: Some(format!("User {}", wrote.author)),
            ..Author::default()
        },
        counterpart: None,
        text: wrote.text.into(),
        language: None,
        sent_at: at(wrote.second),
        thread_root: (!wrote.private).then(|| wrote.root.to_owned()),
        in_reply_to: (wrote.id != wrote.root && !wrote.private).then(|| wrote.root.to_owned()),
        in_reply_to_author: None,
        quotes: None,
        quotes_author: None,
        mentions: if wrote.private { Vec::new() } else { vec![mentioned] },
        links: Vec::new(),
        media: Vec::new(),
        placeholder: None,
        earlier_versions: Vec::new(),
    }
}

/// A public post.
pub fn post<'a>(id: &'a str, author: &'a str, second: i64, text: &'a str) -> Wrote<'a> {
    Wrote { id, author, root: id, second, text, private: false }
}

/// Something that must not stop an `axum` handler from being sent between threads.
pub fn is_send<T: Send>(value: T) -> T {
    value
}

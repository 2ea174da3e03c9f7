//! Filing: once, in its place, whatever the order and however often.

use domain::Timestamp;
use domain::id::{AgentId, AppId, ChannelId, WorkspaceId};
use domain::item::{Author, Change, IncomingMessage, Item};
use domain::people::Scope;
use domain::priority::Triage;
use domain::understanding::Understanding;
use domain::vocabulary::{About, ChannelRole, Form, Kind, ReplyNeed, Role, Sentiment};
use store::account::{NewAgent, Profile};
use store::channel::{ChannelState, NewChannel, SignOff};
use store::db::Value;
use store::event::Read;
use store::filing::{Batch, FilingItem, Place, Reading};
use store::testing::{Fresh, every_engine, workspace};

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub struct Desk {
    pub workspace: WorkspaceId,
    pub app: AppId,
    pub brand: ChannelId,
    pub support: ChannelId,
}

pub async fn desk(fresh: &Fresh) -> Desk {
    let workspace = workspace(&fresh.store, "Test", at(0)).await;
    let scope = Scope::system(workspace);
    let app = AppId(uuid::Uuid::now_v7());
    let fields = store::channel::Fields::new();
    fresh.store.add_app(&scope, app, "x", "X", &fields, &fields, true, at(0)).await.unwrap();
    let mut ids = Vec::new();
    for account in ["1", "2"] {
        ids.push(fresh.store.add_channel(&scope, &channel(app, account), at(0)).await.unwrap());
    }
    Desk { workspace, app, brand: ids[0], support: ids[1] }
}

/// The brand's account is `1`, the support's `2`.
fn channel(app: AppId, account: &str) -> NewChannel {
    let (handle, role) =
        if account == "1" { ("acme", ChannelRole::Brand) } else { ("acme_help", ChannelRole::Support) };
    NewChannel {
        app,
        network: "x".into(),
        external_id: account.into(),
        handle: handle.into(),
        name: handle.into(),
        avatar_url: None,
        role,
        access_level: None,
        sign_off: SignOff::None,
        tokens: "{}".into(),
        tokens_expire_at: None,
    }
}

fn reading(text: &str) -> Reading {
    let understanding = Understanding {
        language: "en".into(),
        language_confidence: 1.0,
        kind: Kind::Question,
        kind_confidence: 1.0,
        unsorted: false,
        about: About::Account,
        sentiment: Sentiment::Neutral,
        complaint: 0.0,
        anger: 0.0,
        urgency: 0.0,
        noise: None,
        reply_need: ReplyNeed::Must,
        answerable: false,
        safety: None,
        personal_data: Vec::new(),
        reasons: Vec::new(),
        engine: "test".into(),
    };
    let triage = Triage {
        priority: 1,
        reply_need: ReplyNeed::Must,
        noise: None,
        reasons: Vec::new(),
        policy: "standard".into(),
        policy_version: 1,
    };
    Reading { understanding, triage, excerpt: text.into() }
}

pub fn message(id: &str, author: &str, root: &str, second: i64, text: &str) -> IncomingMessage {
    IncomingMessage {
        external_id: id.into(),
        form: Form::Mention,
        private: false,
        author: Author { external_id: author.into(), handle: Some(format!("user{author}")), ..Author::default() },
        counterpart: None,
        text: text.into(),
        language: None,
        sent_at: at(second),
        thread_root: Some(root.into()),
        in_reply_to: (id != root).then(|| root.to_owned()),
        in_reply_to_author: None,
        quotes: None,
        quotes_author: None,
        mentions: Vec::new(),
        links: Vec::new(),
        media: Vec::new(),
        placeholder: None,
        earlier_versions: Vec::new(),
    }
}

pub fn filing(desk: &Desk, account: &str, number: i64, change: Change) -> FilingItem {
    let text = match &change {
        Change::Message(message) => message.text.clone(),
        _ => String::new(),
    };
    FilingItem {
        workspace: desk.workspace,
        app: desk.app,
        network: "x".into(),
        place: Place { lane: 1, number, item: 0 },
        received_at: at(1000 + number),
        item: Item { account: account.into(), scope: String::new(), change },
        reading: Some(reading(&text)),
        written_by: None,
    }
}

pub async fn count(fresh: &Fresh, table: &str) -> i64 {
    fresh.store.main.fetch_one(&format!("SELECT count(*) AS n FROM {table}"), &[]).await.unwrap().int("n").unwrap()
}

#[tokio::test]
async fn a_post_that_names_both_accounts_is_one_message_with_two_sightings() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        let post = message("100", "9", "100", 0, "hello @acme @acme_help");
        let items: Vec<FilingItem> = ["1", "2", "1"]
            .iter()
            .enumerate()
            .map(|(index, account)| filing(&desk, account, index as i64, Change::Message(Box::new(post.clone()))))
            .collect();
        let batch = Batch { progress: Some((1, 3)), items, parked: Vec::new() };
        // Setting the desk up made events of its own.
        let events = count(&fresh, "event").await;
        for _ in 0..2 {
            fresh.store.file(&batch, at(2000)).await.unwrap();
        }
        assert_eq!((count(&fresh, "message").await, count(&fresh, "sighting").await), (1, 2), "{}", fresh.name);
        assert_eq!(
            (count(&fresh, "cases").await, count(&fresh, "conversation").await, count(&fresh, "event").await - events),
            (1, 1, 1)
        );
        assert_ne!(desk.brand, desk.support);
    }
}

#[tokio::test]
async fn five_people_in_a_thread_are_five_conversations_in_any_order() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        let mut posts = vec![message("100", "10", "100", 0, "root")];
        for person in 11..15 {
            posts.push(message(&format!("10{person}"), &person.to_string(), "100", i64::from(person), "me too"));
        }
        posts.reverse();
        for (number, post) in posts.into_iter().enumerate() {
            let item = filing(&desk, "1", number as i64, Change::Message(Box::new(post)));
            let batch = Batch { progress: Some((1, number as i64)), items: vec![item], parked: Vec::new() };
            fresh.store.file(&batch, at(2000)).await.unwrap();
        }
        assert_eq!(
            (count(&fresh, "thread").await, count(&fresh, "conversation").await, count(&fresh, "cases").await),
            (1, 5, 5)
        );
        let row = fresh.store.main.fetch_one("SELECT root_author FROM thread", &[]).await.unwrap();
        assert_eq!(row.optional_text("root_author").unwrap().as_deref(), Some("10"));
        let rows = fresh.store.main.fetch_all("SELECT external_id FROM message ORDER BY position", &[]).await.unwrap();
        let order: Vec<String> = rows.iter().map(|row| row.text("external_id").unwrap()).collect();
        assert_eq!(order, ["100", "1011", "1012", "1013", "1014"], "{}", fresh.name);
    }
}

#[tokio::test]
async fn events_have_gap_free_numbers_and_old_readers_are_reset() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        let scope = Scope::system(desk.workspace);
        let start = fresh.store.last_event(&scope).await.unwrap();
        let items = (0..70)
            .map(|n| {
                filing(
                    &desk,
                    "1",
                    n,
                    Change::Message(Box::new(message(
                        &format!("5{n:03}"),
                        &n.to_string(),
                        &format!("5{n:03}"),
                        n,
                        "hi",
                    ))),
                )
            })
            .collect();
        fresh.store.file(&Batch { progress: Some((1, 70)), items, parked: Vec::new() }, at(3000)).await.unwrap();
        let Read::Events(events) = fresh.store.events_after(&scope, start, 100).await.unwrap() else { panic!("reset") };
        let numbers: Vec<i64> = events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, (start + 1..=start + 70).collect::<Vec<_>>());
        assert_eq!(fresh.store.events_after(&scope, start + 70, 100).await.unwrap(), Read::Events(Vec::new()));
        assert_eq!(fresh.store.events_after(&scope, start + 71, 100).await.unwrap(), Read::Reset { last: start + 70 });
        fresh.store.prune_events(at(4000)).await.unwrap();
        assert_eq!(fresh.store.events_after(&scope, start, 100).await.unwrap(), Read::Reset { last: start + 70 });
    }
}

#[tokio::test]
async fn a_delete_erases_the_text_and_a_late_original_stays_erased() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        let file = async |number, change| {
            let batch = Batch {
                progress: Some((1, number)),
                items: vec![filing(&desk, "1", number, change)],
                parked: Vec::new(),
            };
            fresh.store.file(&batch, at(2000)).await.unwrap();
        };
        file(1, Change::Message(Box::new(message("100", "9", "100", 0, "my card is 1234")))).await;
        file(2, Change::Deleted { external_id: "100".into(), by: None }).await;
        file(3, Change::Deleted { external_id: "200".into(), by: None }).await;
        file(4, Change::Message(Box::new(message("200", "8", "200", 0, "gone before it came")))).await;
        let rows = fresh.store.main.fetch_all("SELECT text, deleted_at FROM message", &[]).await.unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert_eq!(row.text("text").unwrap(), "");
            assert!(row.optional_time("deleted_at").unwrap().is_some());
        }
        let excerpt =
            fresh.store.main.fetch_one("SELECT excerpt FROM cases WHERE contact_name = '@user9'", &[]).await.unwrap();
        assert_eq!(excerpt.text("excerpt").unwrap(), "");
    }
}

#[tokio::test]
async fn an_edit_keeps_the_earlier_version_in_either_order() {
    for fresh in every_engine().await {
        for (first, second) in [(false, true), (true, false)] {
            let desk = desk(&fresh).await;
            for (number, edited) in [(1, first), (2, second)] {
                let mut post = message(
                    if edited { "101" } else { "100" },
                    "9",
                    "100",
                    0,
                    if edited { "new words" } else { "old words" },
                );
                if edited {
                    post.earlier_versions = vec!["100".into()];
                }
                let batch = Batch {
                    progress: Some((1, number)),
                    items: vec![filing(&desk, "1", number, Change::Message(Box::new(post)))],
                    parked: Vec::new(),
                };
                fresh.store.file(&batch, at(2000)).await.unwrap();
            }
            let values: [Value; 1] = [desk.workspace.into()];
            let row =
                fresh.store.main.fetch_one("SELECT text FROM message WHERE workspace_id = $1", &values).await.unwrap();
            assert_eq!(row.text("text").unwrap(), "new words");
            let row = fresh
                .store
                .main
                .fetch_one("SELECT text FROM message_version WHERE workspace_id = $1", &values)
                .await
                .unwrap();
            assert_eq!(row.text("text").unwrap(), "old words", "{} edited first: {first}", fresh.name);
        }
    }
}

#[tokio::test]
async fn a_notice_of_an_earlier_revocation_does_not_end_a_new_connection() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        let state = async || fresh.store.channel(&Scope::system(desk.workspace), desk.support).await.unwrap().state;
        let notice = async |second: Option<i64>, number: i64| {
            let change = Change::Revoked { account: "2".into(), at: second.map(at) };
            let items = vec![filing(&desk, "2", number, change)];
            fresh
                .store
                .file(&Batch { progress: Some((1, number)), items, parked: Vec::new() }, at(2000))
                .await
                .unwrap();
        };
        notice(Some(100), 1).await;
        assert_eq!(state().await, ChannelState::Revoked);
        fresh.store.add_channel(&Scope::system(desk.workspace), &channel(desk.app, "2"), at(500)).await.unwrap();
        assert_eq!(state().await, ChannelState::Connected);
        notice(Some(100), 2).await;
        assert_eq!(state().await, ChannelState::Connected, "the same notice, delivered again");
        // The network names whole seconds: half a second later it says the second of the connection.
        notice(Some(500), 3).await;
        assert_eq!(state().await, ChannelState::Revoked);
        fresh.store.add_channel(&Scope::system(desk.workspace), &channel(desk.app, "2"), at(1000)).await.unwrap();
        notice(None, 4).await;
        assert_eq!(state().await, ChannelState::Revoked, "a notice without a time is of now");
    }
}

#[tokio::test]
async fn an_account_that_is_no_channel_of_the_app_is_parked_once() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        let item = filing(&desk, "777", 1, Change::Message(Box::new(message("100", "9", "100", 0, "hi"))));
        let batch = Batch { progress: Some((1, 1)), items: vec![item], parked: Vec::new() };
        for _ in 0..2 {
            fresh.store.file(&batch, at(2000)).await.unwrap();
        }
        assert_eq!((count(&fresh, "parked").await, count(&fresh, "message").await), (1, 0));
    }
}

#[tokio::test]
async fn a_past_that_knows_who_wrote_an_answer_keeps_it() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        let scope = Scope::system(desk.workspace);
        let new = NewAgent {
            email: "mina@acme.example".into(),
            name: "Mina".into(),
            role: Role::Agent,
            profile: Profile::new("en", "UTC"),
            password_hash: None,
        };
        let mina = fresh.store.create_agent(&scope, &new, at(0)).await.unwrap().id;
        let start = fresh.store.last_event(&scope).await.unwrap();
        let ours = |id: &str, second: i64| Change::Message(Box::new(message(id, "2", "100", second, "Here you are.")));
        let asked = Change::Message(Box::new(message("100", "9", "100", 10, "Where?")));
        let items = vec![
            // What a customer wrote is never ours, whoever claims it.
            FilingItem { written_by: Some(mina), ..filing(&desk, "2", 1, asked) },
            FilingItem { written_by: Some(mina), ..filing(&desk, "2", 2, ours("101", 20)) },
            filing(&desk, "2", 3, ours("102", 30)),
        ];
        fresh.store.file(&Batch { progress: None, items, parked: Vec::new() }, at(2000)).await.unwrap();
        let rows = fresh
            .store
            .main
            .fetch_all(
                "SELECT agent_id FROM message WHERE workspace_id = $1 ORDER BY position",
                &[desk.workspace.into()],
            )
            .await
            .unwrap();
        let writers: Vec<Option<AgentId>> = rows.iter().map(|row| row.optional_id("agent_id").unwrap()).collect();
        assert_eq!(writers, [None, Some(mina), None], "{}", fresh.name);
        let Read::Events(events) = fresh.store.events_after(&scope, start, 100).await.unwrap() else { panic!() };
        let told: Vec<(&str, Option<AgentId>)> =
            events.iter().map(|event| (event.kind.as_str(), event.actor)).collect();
        assert_eq!(
            told,
            [("message.arrived", None), ("message.sent", Some(mina)), ("message.made_elsewhere", None)],
            "{}",
            fresh.name
        );
    }
}

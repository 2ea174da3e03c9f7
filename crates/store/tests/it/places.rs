//! Where conversations stand: private groups beside private talks, and the threads that are still alive.

use crate::filing::{Desk, at, count, desk, filing, message};
use domain::id::ChannelId;
use domain::item::{Author, Change, IncomingMessage};
use domain::people::Scope;
use domain::vocabulary::Form;
use store::filing::Batch;
use store::testing::{Fresh, every_engine};

async fn file(fresh: &Fresh, desk: &Desk, account: &str, number: i64, message: IncomingMessage) {
    let items = vec![filing(desk, account, number, Change::Message(Box::new(message)))];
    fresh.store.file(&Batch { progress: None, items, parked: Vec::new() }, at(2000)).await.unwrap();
}

fn private(id: &str, author: &str, with: Author, second: i64) -> IncomingMessage {
    IncomingMessage {
        form: Form::DirectMessage,
        private: true,
        thread_root: None,
        in_reply_to: None,
        counterpart: Some(with),
        ..message(id, author, id, second, "hello")
    }
}

#[tokio::test]
async fn a_private_group_is_one_conversation_that_knows_who_spoke() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        let group = || Author { external_id: "group-77".into(), name: Some("👥 77".into()), ..Author::default() };
        let person = |id: &str| Author { external_id: id.into(), ..Author::default() };
        file(&fresh, &desk, "2", 1, private("100", "9", group(), 0)).await;
        file(&fresh, &desk, "2", 2, private("101", "8", group(), 1)).await;
        // Our own answer from the phone, and a word of one of them alone.
        file(&fresh, &desk, "2", 3, private("102", "2", group(), 2)).await;
        file(&fresh, &desk, "2", 4, private("103", "9", person("9"), 3)).await;
        assert_eq!((count(&fresh, "conversation").await, count(&fresh, "cases").await), (2, 2), "{}", fresh.name);
        let scope = Scope::system(desk.workspace);
        let rows = fresh.store.main.fetch_all("SELECT id FROM message ORDER BY position", &[]).await.unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row.id("id").unwrap()).collect();
        let messages = fresh.store.messages(&scope, &ids).await.unwrap();
        let seen: Vec<(&str, Option<&str>)> =
            messages.iter().map(|message| (message.identity_external_id.as_str(), message.speaker().1)).collect();
        assert_eq!(
            seen,
            [("group-77", Some("user9")), ("group-77", Some("user8")), ("group-77", None), ("9", Some("user9"))],
            "{}",
            fresh.name
        );
        assert_eq!(messages[0].conversation, messages[2].conversation);
        assert_ne!(messages[0].conversation, messages[3].conversation);
    }
}

#[tokio::test]
async fn a_live_thread_is_read_by_one_connected_account_until_it_is_closed() {
    for fresh in every_engine().await {
        let desk = desk(&fresh).await;
        file(&fresh, &desk, "1", 1, message("100", "9", "90", 10, "hello @acme")).await;
        file(&fresh, &desk, "2", 2, message("200", "8", "200", 20, "hello @acme_help")).await;
        file(&fresh, &desk, "2", 3, message("201", "7", "90", 30, "hello @acme_help")).await;
        file(&fresh, &desk, "2", 4, private("300", "9", Author { external_id: "9".into(), ..Author::default() }, 40))
            .await;
        let roots = async |channel: ChannelId, since: i64, most: usize| {
            let live = fresh.store.live_threads(desk.workspace, "x", channel, at(since), most).await.unwrap();
            live.into_iter().map(|thread| (thread.root, thread.since)).collect::<Vec<_>>()
        };
        let (first, second) = (("90".to_owned(), at(10)), ("200".to_owned(), at(20)));
        // The newest word in the thread came to the support account: the brand does not pay for it too.
        assert_eq!(roots(desk.support, 0, 9).await, [first.clone(), second.clone()], "{}", fresh.name);
        assert_eq!(roots(desk.brand, 0, 9).await, []);
        assert_eq!(roots(desk.support, 0, 1).await, std::slice::from_ref(&first));
        assert_eq!(roots(desk.support, 25, 9).await, std::slice::from_ref(&first), "what is quiet is left alone");
        assert_eq!(fresh.store.live_threads(desk.workspace, "y", desk.support, at(0), 9).await.unwrap(), []);

        fresh.store.revoke_channel(desk.workspace, desk.support, "test", at(50)).await.unwrap();
        assert_eq!(roots(desk.brand, 0, 9).await, [first], "another account takes over");
        fresh.store.main.execute("UPDATE cases SET state = 'closed'", &[]).await.unwrap();
        assert_eq!(roots(desk.brand, 0, 9).await, []);
    }
}

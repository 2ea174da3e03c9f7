//! One day at the desk: somebody asks, a colleague answers, another one comes too late, undo, private, close, reopen.

use crate::world::{World, Wrote, at, is_send, post};
use desk::{Error, Expected, From, NewDraft, Order, PrivateText, Reply, Voice, default_view};
use domain::ability::Way;
use domain::people::{Actor, Scope};
use domain::vocabulary::{CaseState, NoReplyReason, Noise, SendState};
use store::testing::every_engine;

fn reply(text: &str) -> Reply {
    Reply { text: text.into(), ..Reply::default() }
}

#[tokio::test]
async fn a_question_is_answered_and_a_second_answer_is_held_back() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        let (desk, mina, taro) = (&world.desk, &world.mina, &world.taro);
        world.file(&[post("100", "9", 10, "@nordhafen_hilfe How do I reset my card PIN?")]).await;
        world
            .file(&[Wrote { id: "101", author: "8", root: "100", second: 20, text: "same here!", private: false }])
            .await;
        let (case, message) = world.found("100").await;

        let view = default_view("needs_reply", mina.agent()).unwrap();
        let list = is_send(desk.inbox(mina, &view.filter, view.order, None, 50)).await.unwrap();
        assert_eq!(list.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [case], "{}", fresh.name);
        assert!(list.rows[0].unread && list.rows[0].contact_handle.as_deref() == Some("user9"));

        let page = is_send(desk.case(mina, case, None)).await.unwrap();
        let whose: Vec<From> = page.page.messages.iter().map(|item| item.from).collect();
        assert_eq!(whose, [From::Contact, From::Other], "the thread shows everybody in it");
        let composer = page.composer.clone().unwrap();
        assert_eq!((composer.in_reply_to, composer.voice), (message, Voice::Public));
        let public = composer.public.unwrap();
        assert_eq!(public.proposed, Some(world.support));
        assert_eq!(public.choices[0].sign_off, " ^MW");
        desk.mark_seen(mina, case, page.seen_position).await.unwrap();
        assert!(!desk.case_row(mina, case).await.unwrap().unread);

        let written = is_send(desk.reply(
            mina,
            message,
            &Reply { seen_position: Some(page.seen_position), ..reply("Open the app, then Cards.") },
        ))
        .await
        .unwrap();
        assert_eq!(written.undo_until, at(1010));
        let sent = desk.store.message(mina, written.message).await.unwrap();
        assert_eq!(sent.text, "Open the app, then Cards. ^MW");
        assert_eq!(
            sent.send.as_ref().map(|send| (send.state, send.undo_until)),
            Some((SendState::Queued, Some(at(1010))))
        );
        let row = desk.case_row(mina, case).await.unwrap();
        assert_eq!((row.state, row.waiting_since), (CaseState::Waiting, None));

        // Taro looked at the same moment.
        let late =
            desk.reply(taro, message, &Reply { seen_position: Some(page.seen_position), ..reply("Hello!") }).await;
        let Err(Error::AnsweredSince { messages, seen }) = late else { panic!("{late:?}") };
        assert_eq!(messages, [written.message]);
        assert_eq!(desk.message_items(taro, case, &messages).await.unwrap().len(), 1);
        desk.reply(taro, message, &Reply { seen_position: Some(seen), ..reply("One more thing.") }).await.unwrap();
    }
}

#[tokio::test]
async fn undo_brings_the_waiting_customer_and_the_text_back() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        let (desk, mina) = (&world.desk, &world.mina);
        world.file(&[post("100", "9", 10, "@nordhafen_hilfe How do I reset my card PIN?")]).await;
        let (case, message) = world.found("100").await;
        let before = desk.case_row(mina, case).await.unwrap();
        let draft = NewDraft { case, voice: Voice::Public, text: "Open the", channel: None, files: None };
        desk.save_draft(mina, &draft).await.unwrap();
        let written = desk.reply(mina, message, &reply("Open the app.")).await.unwrap();
        assert!(desk.drafts(mina, case).await.unwrap().is_empty(), "what was sent is no draft any more");
        desk.cancel(mina, written.message).await.unwrap();
        let after = desk.case_row(mina, case).await.unwrap();
        assert_eq!((after.state, after.waiting_since), (CaseState::Open, before.waiting_since), "{}", fresh.name);
        let drafts = desk.drafts(mina, case).await.unwrap();
        assert_eq!(drafts.iter().map(|draft| draft.text.as_str()).collect::<Vec<_>>(), ["Open the app."]);
        assert_eq!(desk.cancel(mina, written.message).await.unwrap_err().code(), "already_sent");
    }
}

#[tokio::test]
async fn personal_data_does_not_leave_in_public_and_the_way_on_is_shown() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        let (desk, mina) = (&world.desk, &world.mina);
        world.file(&[post("100", "9", 10, "@nordhafen_hilfe Wo ist meine Überweisung geblieben?")]).await;
        let (case, message) = world.found("100").await;
        let text = "Ihre IBAN ist DE89 3704 0044 0532 0130 00";
        let stopped = desk.reply(mina, message, &reply(text)).await;
        let Err(Error::DraftStopped { findings, ways }) = stopped else { panic!("{stopped:?}") };
        assert_eq!(findings[0].reason.code, "draft.personal_data.iban");
        assert!(
            ways.iter().any(|way| matches!(way, Way::WritePrivately))
                && ways.iter().any(|way| matches!(way, Way::InviteToPrivate { .. }))
        );
        assert!(desk.invitation(mina, message, None).await.unwrap().unwrap().contains("https://"));
        let written = desk
            .direct_message(mina, message, &PrivateText { text: text.into(), ..PrivateText::default() })
            .await
            .unwrap();
        assert_eq!(written.case, case, "a private message from a case joins that case");
        let page = desk.case(mina, case, None).await.unwrap();
        assert_eq!(page.view.conversations.len(), 2);
        let sent = desk.store.message(mina, written.message).await.unwrap();
        assert!(sent.private && sent.text.contains("DE89"));
    }
}

#[tokio::test]
async fn a_waiting_customer_is_closed_only_with_a_reason_and_waits_again_when_it_is_taken_back() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        let (desk, mina, taro) = (&world.desk, &world.mina, &world.taro);
        world.file(&[post("100", "9", 10, "@nordhafen_hilfe How do I reset my card PIN?")]).await;
        let (case, _) = world.found("100").await;
        let any = Expected::default();
        let waiting = desk.case_row(mina, case).await.unwrap();
        assert_eq!(desk.close(mina, case, None, any).await.unwrap_err().code(), "needs_reason");
        let seen = Expected { position: Some(waiting.last_position - 1), ..any };
        assert_eq!(
            desk.close(mina, case, Some(NoReplyReason::Solved), seen).await.unwrap_err().code(),
            "message_since"
        );
        let closed = desk.close(mina, case, Some(NoReplyReason::Solved), any).await.unwrap();
        assert!(closed.changed && closed.version > waiting.version);
        let row = desk.case_row(mina, case).await.unwrap();
        assert_eq!(
            (row.state, row.waiting_since, row.no_reply_reason),
            (CaseState::Closed, None, Some(NoReplyReason::Solved))
        );
        desk.reopen(mina, case, any).await.unwrap();
        let row = desk.case_row(mina, case).await.unwrap();
        assert_eq!(
            (row.state, row.waiting_since, row.priority),
            (CaseState::Open, waiting.waiting_since, waiting.priority)
        );

        desk.assign(mina, case, taro.agent(), any).await.unwrap();
        assert!(!desk.assign(mina, case, taro.agent(), any).await.unwrap().changed);
        let stale = Expected { version: Some(waiting.version), ..any };
        assert_eq!(desk.assign(mina, case, None, stale).await.unwrap_err().code(), "changed_since");
        let row = desk.case_row(mina, case).await.unwrap();
        assert_eq!(row.assignee.unwrap().name, "佐藤太郎");

        assert_eq!(desk.snooze(mina, case, at(5), any).await.unwrap_err().code(), "in_the_past");
        desk.snooze(mina, case, at(4000), any).await.unwrap();
        assert!(desk.store.wake_due(at(3999), 10).await.unwrap().is_empty());
        assert!(desk.store.wake_due(at(4000), 10).await.unwrap().contains_key(&world.workspace));
        assert_eq!(desk.case_row(mina, case).await.unwrap().state, CaseState::Open);

        desk.set_noise(mina, case, Some(Noise::Spam), any).await.unwrap();
        assert_eq!(desk.case_row(mina, case).await.unwrap().priority, 8);
        desk.set_noise(mina, case, None, any).await.unwrap();
        let row = desk.case_row(mina, case).await.unwrap();
        assert_eq!((row.priority, row.waiting_since), (waiting.priority, waiting.waiting_since));

        desk.note(taro, case, "Asked the card team.").await.unwrap();
        let page = desk.case(mina, case, None).await.unwrap();
        assert_eq!(page.view.notes[0].agent_name.as_deref(), Some("佐藤太郎"));
        let kinds: Vec<&str> = page.view.history.iter().map(|line| line.event.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "case.closed",
                "case.reopened",
                "case.assigned",
                "case.snoozed",
                "case.woke",
                "case.noise",
                "case.noise",
                "note.added"
            ]
        );
        assert!(
            page.view
                .history
                .iter()
                .filter(|line| line.event.kind != "case.woke")
                .all(|line| line.actor_name.is_some())
        );
    }
}

#[tokio::test]
async fn posts_and_private_messages_begin_without_a_question() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        let (desk, mina) = (&world.desk, &world.mina);
        let post_of_ours =
            desk::Post { channel: world.brand, text: "Our app is back.".into(), attachments: Vec::new() };
        let written = is_send(desk.new_post(mina, &post_of_ours)).await.unwrap();
        assert_eq!(desk.case_row(mina, written.case).await.unwrap().state, CaseState::Closed);
        world.file(&[post("100", "9", 10, "@nordhafen_hilfe How do I reset my card PIN?")]).await;
        let mut new = desk::NewMessage {
            channel: world.support,
            identity: None,
            handle: Some("@USER9".into()),
            text: "Hello, this is Nordhafen.".into(),
            attachments: Vec::new(),
        };
        let written = is_send(desk.new_direct_message(mina, &new)).await.unwrap();
        let row = desk.case_row(mina, written.case).await.unwrap();
        assert_eq!((row.private, row.message_count, row.state), (true, 1, CaseState::Waiting));
        new.handle = Some("nobody".into());
        assert_eq!(desk.new_direct_message(mina, &new).await.unwrap_err().code(), "invalid");
        let list = desk.inbox(mina, &desk::Filter::default(), Order::Recent, None, 10).await.unwrap();
        assert_eq!(list.rows.len(), 3);
    }
}

#[tokio::test]
async fn a_token_that_only_reads_changes_nothing() {
    let fresh = store::testing::sqlite().await;
    let world = World::new(&fresh).await;
    world.file(&[post("100", "9", 10, "@nordhafen_hilfe How do I reset my card PIN?")]).await;
    let (case, message) = world.found("100").await;
    let token = domain::id::TokenId(uuid::Uuid::now_v7());
    let reader = Scope { workspace: world.workspace, actor: Actor::Token { token, write: false } };
    let desk = &world.desk;
    assert!(desk.case(&reader, case, None).await.is_ok());
    for outcome in [
        desk.reply(&reader, message, &reply("Hello")).await.err(),
        desk.close(&reader, case, Some(NoReplyReason::Solved), Expected::default()).await.err(),
        desk.note(&reader, case, "x").await.err(),
        desk.hide(&reader, message, true).await.err(),
    ] {
        assert_eq!(outcome.map(|error| error.code()), Some("forbidden"));
    }
}

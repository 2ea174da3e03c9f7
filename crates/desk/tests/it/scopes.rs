//! Ids of another workspace are not there, whatever is done with them (ATTACKS 27, 29).

use crate::world::{World, post};
use desk::{Expected, Filter, NewDraft, Order, Query, Reply, Voice};
use domain::vocabulary::NoReplyReason;
use store::testing::every_engine;

#[tokio::test]
async fn another_workspaces_ids_are_not_there() {
    for fresh in every_engine().await {
        let ours = World::new(&fresh).await;
        let theirs = World::new(&fresh).await;
        theirs.file(&[post("100", "9", 10, "@nordhafen_hilfe How do I reset my card PIN?")]).await;
        let (case, message) = theirs.found("100").await;
        let (desk, me) = (&ours.desk, &ours.mina);
        let any = Expected::default();
        let reply = Reply { text: "Hello".into(), ..Reply::default() };
        let draft = NewDraft { case, voice: Voice::Note, text: "x", channel: None, files: None };
        let outcomes = [
            desk.case(me, case, None).await.err(),
            desk.case_row(me, case).await.err(),
            desk.messages(me, case, None, None, None, None).await.err(),
            desk.composer(me, message).await.err(),
            desk.abilities(me, message).await.err(),
            desk.reply(me, message, &reply).await.err(),
            desk.direct_message(me, message, &reply).await.err(),
            desk.invitation(me, message, None).await.err(),
            desk.delete_own(me, message).await.err(),
            desk.hide(me, message, true).await.err(),
            desk.cancel(me, message).await.err(),
            desk.retry_failed(me, message).await.err(),
            desk.close(me, case, Some(NoReplyReason::Solved), any).await.err(),
            desk.reopen(me, case, any).await.err(),
            desk.assign(me, case, me.agent(), any).await.err(),
            desk.note(me, case, "x").await.err(),
            desk.notes(me, case).await.err(),
            desk.save_draft(me, &draft).await.err(),
            desk.mark_seen(me, case, 1).await.err(),
            desk.check(me, theirs.support, None, Voice::Public, "x", false).await.err(),
        ];
        for (number, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome.map(|error| error.code()), Some("not_found"), "{} {number}", fresh.name);
        }
        // Somebody else's colleague cannot be given our cases.
        ours.file(&[post("100", "9", 10, "@nordhafen_hilfe How do I reset my card PIN?")]).await;
        let (own, _) = ours.found("100").await;
        assert_eq!(desk.assign(me, own, theirs.mina.agent(), any).await.unwrap_err().code(), "not_found");
        let bulk = desk.close_many(me, &[case, own], Some(NoReplyReason::Solved)).await.unwrap();
        let of = |id| bulk.iter().find(|outcome| outcome.case == id).unwrap();
        assert_eq!((of(case).error, of(own).changed), (Some("not_found"), true));
        assert!(theirs.desk.case_row(&theirs.mina, case).await.unwrap().waiting_since.is_some());
        let list = desk.inbox(me, &Filter::default(), Order::Recent, None, 50).await.unwrap();
        assert_eq!(list.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [own]);
        // The same post stands in both indexes: each finds its own.
        for world in [&ours, &theirs] {
            while world.desk.store.index_pass(world.workspace, 10).await.unwrap() {}
        }
        let query = Query { text: "card PIN".into(), ..Query::default() };
        let found = desk.search(me, &query, None, 10).await.unwrap();
        assert_eq!(found.hits.iter().map(|hit| hit.case.id).collect::<Vec<_>>(), [own]);
    }
}

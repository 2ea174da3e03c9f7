//! Search in Japanese, English and German; what was edited or deleted is found as it stands.

use crate::world::{World, post};
use desk::Query;
use domain::vocabulary::Direction;
use store::testing::every_engine;

async fn ids(world: &World, text: &str) -> Vec<String> {
    let query = Query { text: text.into(), ..Query::default() };
    let found = world.desk.search(&world.mina, &query, None, 50).await.unwrap();
    let mut ids = Vec::new();
    for hit in found.hits {
        ids.push(world.desk.store.message(&world.mina, hit.message).await.unwrap().external_id.unwrap());
    }
    ids
}

#[tokio::test]
async fn words_come_before_characters_and_the_newest_first() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        world
            .file(&[
                post("100", "51", 10, "京都の支店は何時まで開いていますか"),
                post("101", "52", 20, "東京都に住んでいます。カードが届きません"),
                post("102", "53", 30, "The transfer failed twice, don't ask me again"),
                post("103", "54", 40, "Die Überweisung ist nicht angekommen"),
                post("104", "55", 50, "My transfers are late"),
            ])
            .await;
        while world.desk.store.index_pass(world.workspace, 2).await.unwrap() {}
        assert!(world.desk.store.index_due().await.unwrap().iter().all(|due| *due != world.workspace));
        assert_eq!(ids(&world, "京都").await, ["100", "101"], "{}: the word first, then the characters", fresh.name);
        assert_eq!(ids(&world, "都").await, ["101", "100"], "one character");
        assert_eq!(ids(&world, "カード").await, ["101"]);
        assert_eq!(ids(&world, "ｶｰﾄﾞ").await, ["101"], "half width");
        assert_eq!(ids(&world, "TRANSFER").await, ["104", "102"], "the last word may be unfinished");
        assert_eq!(ids(&world, "transfer ").await, ["102"]);
        assert_eq!(ids(&world, "don't").await, ["102"]);
        assert_eq!(ids(&world, "überweisung").await, ["103"]);
        assert_eq!(ids(&world, "user54").await, ["103"], "by handle");
        assert_eq!(ids(&world, "transfer twice").await, ["102"]);
        assert!(ids(&world, "transfer Überweisung").await.is_empty());
        for inert in
            ["\"", "*", "transfer OR late", "words:transfer", "' | 'x", "NEAR(a b)", "%", "\\", "ws:", "", " ", "\0"]
        {
            let query = Query { text: inert.into(), ..Query::default() };
            world.desk.search(&world.mina, &query, None, 50).await.unwrap();
        }
        assert!(ids(&world, "transfer OR late").await.is_empty(), "operators are words");
        let theirs = Query { text: "transfer".into(), direction: Some(Direction::Outbound), ..Query::default() };
        assert!(world.desk.search(&world.mina, &theirs, None, 50).await.unwrap().hits.is_empty());
        let number =
            world.desk.search(&world.mina, &Query { text: "#1".into(), ..Query::default() }, None, 5).await.unwrap();
        assert_eq!(number.cases.len(), 1);
    }
}

#[tokio::test]
async fn pages_of_results_join_without_a_seam() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        let texts: Vec<(String, String)> = (0..25)
            .map(|number| {
                (format!("{}", 500 + number), format!("{} の件です", if number % 2 == 0 { "京都" } else { "東京都" }))
            })
            .collect();
        for (number, (id, text)) in texts.iter().enumerate() {
            world.file(&[post(id, "7", 10 + number as i64, text)]).await;
        }
        while world.desk.store.index_pass(world.workspace, 500).await.unwrap() {}
        let query = Query { text: "京都".into(), ..Query::default() };
        let (mut after, mut seen) = (None::<String>, Vec::new());
        loop {
            let part = world.desk.search(&world.mina, &query, after.as_deref(), 4).await.unwrap();
            seen.extend(part.hits.iter().map(|hit| hit.message));
            assert!(part.hits.iter().all(|hit| !hit.highlights.is_empty()));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 25, "{}", fresh.name);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 25);
        let bad = world.desk.search(&world.mina, &query, Some("w.1'; DROP TABLE message.x"), 4).await;
        assert_eq!(bad.unwrap_err().code(), "invalid");
    }
}

#[tokio::test]
async fn a_rebuilt_index_finds_the_same() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        world.file(&[post("100", "51", 10, "The transfer failed"), post("101", "52", 20, "transfer again")]).await;
        assert_eq!(world.desk.store.rebuild_index(world.workspace).await.unwrap(), 2);
        assert_eq!(ids(&world, "transfer").await, ["101", "100"]);
        while world.desk.store.index_pass(world.workspace, 500).await.unwrap() {}
        assert_eq!(ids(&world, "transfer").await, ["101", "100"], "indexed twice is found once");
    }
}

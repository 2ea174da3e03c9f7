//! Paging by key yields every case once under every order, and agrees with the filter said plainly; hostile values are inert.

use crate::world::{World, at, post};
use desk::{AssigneeFilter, Expected, Filter, NoiseFilter, Order};
use domain::id::{AgentId, CaseId, ChannelId, ContactId};
use domain::vocabulary::{CaseState, Kind, NoReplyReason, Noise, Sentiment};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::cmp::Reverse;
use store::testing::every_engine;

async fn all(world: &World, filter: &Filter, order: Order, limit: usize) -> Vec<CaseId> {
    let (mut after, mut seen) = (None::<String>, Vec::new());
    loop {
        let part = world.desk.inbox(&world.mina, filter, order, after.as_deref(), limit).await.unwrap();
        assert!(part.rows.len() <= limit);
        seen.extend(part.rows.iter().map(|row| row.id));
        after = part.next;
        if after.is_none() {
            return seen;
        }
    }
}

/// Sixty cases in every state.
async fn filled(world: &World) {
    let texts = [
        "How do I reset my PIN?",
        "Your service is terrible, nobody answers, I am angry",
        "Thank you, you are great!",
        "カードが届きません。どうなっていますか？",
        "Wo ist meine Überweisung?",
        "just saw the @nordhafen_hilfe building",
    ];
    let ids: Vec<String> = (0..60).map(|number| (1000 + number).to_string()).collect();
    for (number, id) in ids.iter().enumerate() {
        let author = (50 + number % 40).to_string();
        world.file(&[post(id, &author, 10 + number as i64 / 2, texts[number % texts.len()])]).await;
    }
    let any = Expected::default();
    for (number, id) in ids.iter().enumerate() {
        let (case, _) = world.found(id).await;
        let desk = &world.desk;
        match number % 9 {
            0 => drop(desk.close(&world.mina, case, Some(NoReplyReason::Solved), any).await.unwrap()),
            1 => drop(desk.snooze(&world.mina, case, at(9000), any).await.unwrap()),
            2 => drop(desk.assign(&world.mina, case, world.taro.agent(), any).await.unwrap()),
            3 => drop(desk.set_noise(&world.mina, case, Some(Noise::Abuse), any).await.unwrap()),
            _ => {}
        }
    }
}

fn filters() -> impl Strategy<Value = Filter> {
    let states = prop::collection::vec(prop::sample::select(CaseState::ALL), 0..3);
    let kinds = prop::collection::vec(prop::sample::select(Kind::ALL), 0..3);
    let sentiments = prop::collection::vec(prop::sample::select(Sentiment::ALL), 0..2);
    let priorities = prop::collection::vec(-1i64..10, 0..4);
    let languages = prop::collection::vec(
        prop::sample::select(vec!["en".to_owned(), "ja".into(), "de".into(), "und".into(), "unx".into()]),
        0..3,
    );
    let noise = prop::option::of(prop_oneof![
        Just(NoiseFilter::None),
        Just(NoiseFilter::Any),
        Just(NoiseFilter::Of { noises: vec![Noise::Abuse] })
    ]);
    let assignee = prop::option::of(prop_oneof![Just(AssigneeFilter::Nobody), Just(AssigneeFilter::Anybody)]);
    let times = (prop::option::of(0i64..50), prop::option::of(0i64..50));
    let reasons = prop::collection::vec(prop::sample::select(NoReplyReason::ALL), 0..2);
    (states, kinds, sentiments, priorities, languages, noise, assignee, prop::option::of(any::<bool>()), times, reasons)
        .prop_map(
            |(
                states,
                kinds,
                sentiments,
                priorities,
                languages,
                noise,
                assignee,
                waiting,
                (from, to),
                no_reply_reasons,
            )| Filter {
                states,
                kinds,
                sentiments,
                priorities,
                languages,
                noise,
                assignee,
                waiting,
                from: from.map(at),
                to: to.map(at),
                no_reply_reasons,
                ..Filter::default()
            },
        )
}

#[tokio::test]
async fn every_case_comes_once_under_every_order_and_filter() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        filled(&world).await;
        let everything =
            world.desk.inbox(&world.mina, &Filter::default(), Order::Recent, None, 100).await.unwrap().rows;
        assert_eq!(everything.len(), 60, "{}", fresh.name);
        let mut runner = TestRunner::new_with_rng(
            Config { failure_persistence: None, ..Config::default() },
            proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
        );
        let taro = Some(AssigneeFilter::Agent { agent: world.taro.agent().unwrap() });
        let live = vec![CaseState::Open, CaseState::Snoozed];
        let mut fixed = Vec::new();
        for states in [Vec::new(), live] {
            let filter = Filter { states, ..Filter::default() };
            fixed.extend([
                Filter { assignee: taro, ..filter.clone() },
                Filter { priorities: vec![5, 2, 1, 2], ..filter.clone() },
                Filter { priorities: vec![2, 1], noise: Some(NoiseFilter::Any), ..filter },
            ]);
        }
        // Each of the fixed ones in each order, then drawn ones.
        let fixed: Vec<Filter> = fixed.into_iter().flat_map(|filter| vec![filter; 3]).collect();
        for number in 0..138 {
            let drawn = filters().new_tree(&mut runner).unwrap().current();
            let filter = fixed.get(number).cloned().unwrap_or(drawn);
            let order = [Order::Priority, Order::Recent, Order::Waiting][number % 3];
            let found = all(&world, &filter, order, 1 + number % 13).await;
            let count = world.desk.count(&world.mina, &filter).await.unwrap();
            assert_eq!(count, Some(found.len() as i64), "{filter:?}");
            let mut wanted: Vec<&desk::CaseRow> = everything.iter().filter(|row| plainly(&filter, row)).collect();
            wanted.sort_by_key(|row| place(order, row));
            let wanted: Vec<CaseId> = wanted.into_iter().map(|row| row.id).collect();
            assert_eq!(found, wanted, "{} {order:?} {filter:?}", fresh.name);
        }
        // Each order is what it says.
        let list = world.desk.inbox(&world.mina, &Filter::default(), Order::Priority, None, 100).await.unwrap().rows;
        assert!(list.windows(2).all(|pair| pair[0].priority <= pair[1].priority));
        let list = world.desk.inbox(&world.mina, &Filter::default(), Order::Recent, None, 100).await.unwrap().rows;
        assert!(list.windows(2).all(|pair| pair[0].last_position >= pair[1].last_position));
        let list = world.desk.inbox(&world.mina, &Filter::default(), Order::Waiting, None, 100).await.unwrap().rows;
        let waits: Vec<_> = list.iter().map_while(|row| row.waiting_since).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(waits.len(), list.iter().filter(|row| row.waiting_since.is_some()).count());
    }
}

/// Where a row stands in an order, in other words than the product's.
fn place(order: Order, row: &desk::CaseRow) -> (i64, i64, Reverse<i64>, Result<CaseId, Reverse<CaseId>>) {
    let waiting = row.waiting_since.map(|since| since.as_microsecond());
    let newest = (Reverse(row.last_position), Err(Reverse(row.id)));
    match (order, waiting) {
        (Order::Priority, _) => (row.priority, waiting.unwrap_or(i64::MAX), Reverse(0), Ok(row.id)),
        (Order::Waiting, Some(since)) => (0, since, Reverse(0), Ok(row.id)),
        (Order::Waiting, None) => (1, 0, newest.0, newest.1),
        (Order::Recent, _) => (0, 0, newest.0, newest.1),
    }
}

/// The filter in other words than the product's.
fn plainly(filter: &Filter, row: &desk::CaseRow) -> bool {
    let moment = |at: domain::Timestamp| at.as_millisecond();
    (filter.states.is_empty() || filter.states.contains(&row.state))
        && (filter.kinds.is_empty() || filter.kinds.contains(&row.kind))
        && (filter.sentiments.is_empty() || filter.sentiments.contains(&row.sentiment))
        && (filter.priorities.is_empty() || filter.priorities.contains(&row.priority))
        && (filter.languages.is_empty() || filter.languages.contains(&row.language))
        && (filter.no_reply_reasons.is_empty()
            || row.no_reply_reason.is_some_and(|reason| filter.no_reply_reasons.contains(&reason)))
        && match &filter.noise {
            None => true,
            Some(NoiseFilter::None) => row.noise.is_none(),
            Some(NoiseFilter::Any) => row.noise.is_some(),
            Some(NoiseFilter::Of { noises }) => row.noise.is_some_and(|noise| noises.contains(&noise)),
        }
        && match filter.assignee {
            None => true,
            Some(AssigneeFilter::Nobody) => row.assignee.is_none(),
            Some(AssigneeFilter::Anybody) => row.assignee.is_some(),
            Some(AssigneeFilter::Agent { agent }) => row.assignee.as_ref().is_some_and(|assignee| assignee.id == agent),
        }
        && filter.waiting.is_none_or(|waiting| row.waiting_since.is_some() == waiting)
        && filter.from.is_none_or(|from| moment(row.last_at) >= moment(from))
        && filter.to.is_none_or(|to| moment(row.last_at) < moment(to))
}

/// ATTACKS 51, 52, 56: wildcards, operators, huge numbers, foreign ids and impossible times find nothing and break nothing.
#[tokio::test]
async fn hostile_values_are_inert() {
    for fresh in every_engine().await {
        let world = World::new(&fresh).await;
        world.file(&[post("100", "9", 10, "@nordhafen_hilfe How do I reset my card PIN?")]).await;
        let nobody = uuid::Uuid::max();
        let hostile = [
            Filter {
                languages: vec!["%".into(), "_n".into(), "en' OR '1'='1".into(), "\\".into()],
                ..Filter::default()
            },
            Filter { networks: vec!["%".into(), "x; DROP TABLE cases".into()], ..Filter::default() },
            Filter { priorities: vec![i64::MAX, i64::MIN, -1, 9, 15, 16], ..Filter::default() },
            Filter { channels: vec![ChannelId(nobody)], ..Filter::default() },
            Filter { contact: Some(ContactId(nobody)), ..Filter::default() },
            Filter { assignee: Some(AssigneeFilter::Agent { agent: AgentId(nobody) }), ..Filter::default() },
            Filter { from: Some(domain::Timestamp::MAX), ..Filter::default() },
            Filter { to: Some(domain::Timestamp::MIN), ..Filter::default() },
            Filter { noise: Some(NoiseFilter::Of { noises: Vec::new() }), ..Filter::default() },
        ];
        for filter in &hostile {
            for order in [Order::Priority, Order::Recent, Order::Waiting] {
                let list = world.desk.inbox(&world.mina, filter, order, None, 50).await.unwrap();
                assert!(list.rows.is_empty(), "{} {filter:?}", fresh.name);
            }
            assert_eq!(world.desk.count(&world.mina, filter).await.unwrap(), Some(0));
        }
        let id = "0".repeat(32);
        for after in [
            "".to_owned(),
            "r".into(),
            format!("r.{}.{id}", "9".repeat(40)),
            format!("r.-1.{id}"),
            format!("r.1.{id}.x"),
            "r.1.' OR 1=1".into(),
            format!("p.NaN.-.{id}"),
            format!("w.1.{id}"),
            "x".repeat(5000),
        ] {
            let list = world.desk.inbox(&world.mina, &Filter::default(), Order::Recent, Some(&after), 50).await;
            assert_eq!(list.unwrap_err().code(), "invalid", "{after}");
        }
        let far = format!("r.{}.{id}", i64::MAX);
        let list =
            world.desk.inbox(&world.mina, &Filter::default(), Order::Recent, Some(&far), usize::MAX).await.unwrap();
        assert_eq!(list.rows.len(), 1);
        let many = Filter { languages: vec!["en".into(); 101], ..Filter::default() };
        assert_eq!(world.desk.inbox(&world.mina, &many, Order::Recent, None, 5).await.unwrap_err().code(), "invalid");
        // Values of one field beside each other that share their packed bits: only the ones asked for come.
        let alike = Filter { languages: vec!["enm".into(), "EN".into()], ..Filter::default() };
        assert!(world.desk.inbox(&world.mina, &alike, Order::Recent, None, 5).await.unwrap().rows.is_empty());
        assert_eq!(world.desk.count(&world.mina, &alike).await.unwrap(), Some(0));
    }
}

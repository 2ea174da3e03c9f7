//! Polling and reconciling against a small server that lists what it is told.

use super::calls::{channel, reply, x};
use crate::network::Network;
use domain::outgoing::{Outgoing, Reconciled};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wiremock::matchers::{path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn standing(id: &str, text: &str, in_reply_to: Option<&str>, at: Timestamp) -> Value {
    let references: Vec<Value> = in_reply_to.map(|id| json!({ "type": "replied_to", "id": id })).into_iter().collect();
    json!({ "id": id, "author_id": "44", "text": text, "created_at": at, "referenced_tweets": references })
}

async fn looked(timeline: Vec<Value>, outgoing: &Outgoing, from: Timestamp, taken: &[&str]) -> Reconciled {
    let server = MockServer::start().await;
    let (newer, older) = timeline.split_at(timeline.len().min(1));
    let page = |data: &[Value], next: Option<&str>| {
        ResponseTemplate::new(200).set_body_json(json!({ "data": data, "meta": { "next_token": next } }))
    };
    let route = || Mock::given(path("/2/users/44/tweets")).and(query_param("max_results", "100"));
    route().and(query_param_is_missing("pagination_token")).respond_with(page(newer, Some("p2"))).mount(&server).await;
    route().and(query_param("pagination_token", "p2")).respond_with(page(older, None)).mount(&server).await;
    let taken: Vec<String> = taken.iter().map(|id| (*id).to_owned()).collect();
    x(&server).reconcile(&channel(&server), outgoing, from, &taken).await
}

#[tokio::test]
async fn reconciling_finds_exactly_our_reply() {
    let now = Timestamp::now();
    let from = now - SignedDuration::from_secs(60);
    let ours = standing("901", "@mika Danke &amp; gern: https://t.co/x", Some("900"), from);
    let mut ours = ours;
    ours["entities"] = json!({ "urls": [{ "url": "https://t.co/x", "expanded_url": "https://example.com" }] });
    let wanted = reply("Danke & gern: example.com");
    let elsewhere = standing("902", "Danke & gern: example.com", Some("899"), from);
    let early = standing("903", "Danke & gern: example.com", Some("900"), from - SignedDuration::from_mins(10));
    let found = looked(vec![elsewhere.clone(), early.clone(), ours.clone()], &wanted, from, &[]).await;
    assert_eq!(found, Reconciled::Found { external_id: "901".into() });
    assert_eq!(looked(vec![elsewhere.clone(), early], &wanted, from, &[]).await, Reconciled::Absent);
    assert_eq!(looked(vec![elsewhere, ours.clone()], &wanted, from, &["901"]).await, Reconciled::Absent);
    let twin = standing("904", "Danke & gern: http://example.com/", Some("900"), now);
    let both = looked(vec![twin, ours], &wanted, from, &[]).await;
    assert!(matches!(both, Reconciled::Ambiguous { candidates } if candidates.len() == 2));
}

#[tokio::test]
async fn absence_is_not_claimed_too_soon_nor_without_an_answer() {
    let now = Timestamp::now();
    assert!(matches!(looked(Vec::new(), &reply("a"), now, &[]).await, Reconciled::NotNow { at: Some(_), .. }));
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(503)).mount(&server).await;
    let outcome = x(&server).reconcile(&channel(&server), &reply("a"), now, &[]).await;
    assert!(matches!(outcome, Reconciled::NotNow { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_poll_run_goes_on_where_it_was_interrupted() {
    let server = MockServer::start().await;
    let since = "2026-11-03T00:00:00Z".parse().unwrap();
    let page = |ids: &[&str], next: Option<&str>| {
        let data: Vec<Value> = ids.iter().map(|id| json!({ "id": id, "author_id": "77", "text": id })).collect();
        let meta = json!({ "next_token": next, "result_count": data.len() });
        let includes = json!({ "users": [{ "id": "77", "username": "mika", "name": "M" }, { "id": "78", "username": "b", "name": "B" }] });
        ResponseTemplate::new(200).set_body_json(json!({ "data": data, "meta": meta, "includes": includes }))
    };
    let route = || Mock::given(path("/2/users/44/mentions"));
    // Ids of different lengths: as texts "999" would be greater than "1000".
    route()
        .and(query_param_is_missing("pagination_token"))
        .and(query_param("start_time", "2026-11-03T00:00:00Z"))
        .respond_with(page(&["1001", "1000"], Some("p2")))
        .expect(1)
        .mount(&server)
        .await;
    route()
        .and(query_param("pagination_token", "p2"))
        .respond_with(page(&["999"], None))
        .expect(1)
        .mount(&server)
        .await;
    route()
        .and(query_param_is_missing("pagination_token"))
        .and(query_param("since_id", "1001"))
        .respond_with(page(&[], None))
        .expect(1)
        .mount(&server)
        .await;
    let (x, channel) = (x(&server), channel(&server));
    let first = x.poll(&channel, "mentions", None, since).await.unwrap();
    assert!(first.more);
    // A restart between the pages: all that is left is the cursor.
    let second = x.poll(&channel, "mentions", first.cursor.as_deref(), since).await.unwrap();
    assert!(!second.more && !second.truncated);
    let third = x.poll(&channel, "mentions", second.cursor.as_deref(), since).await.unwrap();
    assert_eq!((third.deliveries.len(), third.cursor), (0, second.cursor));
    assert_eq!(first.charges[0].count, 2);
    let (delivery, private) = &first.deliveries[0];
    let read: Value = serde_json::from_slice(delivery).unwrap();
    assert_eq!(read["includes"], json!({ "users": [{ "id": "77", "username": "mika", "name": "M" }] }));
    assert!(!private);
    assert_eq!(x.normalise(delivery, since).items.len(), 1);
}

#[tokio::test]
async fn private_messages_are_read_down_to_the_known_one() {
    let server = MockServer::start().await;
    let event = |id: &str| json!({ "id": id, "event_type": "MessageCreate", "sender_id": "77", "dm_conversation_id": "44-77", "text": id });
    let answer = json!({ "data": [event("30"), event("20"), event("10")], "meta": { "next_token": "older" } });
    Mock::given(path("/2/dm_events"))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .mount(&server)
        .await;
    let page = x(&server)
        .poll(&channel(&server), "direct_messages", Some(r#"{"known":"20"}"#), Timestamp::now())
        .await
        .unwrap();
    assert_eq!((page.deliveries.len(), page.more, page.cursor.as_deref()), (1, false, Some(r#"{"known":"30"}"#)));
    assert!(page.deliveries[0].1);
}

//! Posts, replies, the self-serve rule, private messages, media, and the events they cause.

use crate::scene::Scene;
use serde_json::{Value, json};

#[tokio::test]
async fn a_mention_is_delivered_once_for_each_subscribed_account() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    let id = scene.customer("mika_sendai", "@aobabank @aoba_help カードが使えません", None).await;
    let events = scene.events_of("post.mention.create").await;
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event["data"]["payload"]["id"] == json!(id)));
    assert_ne!(events[0]["data"]["event_uuid"], events[1]["data"]["event_uuid"]);
    assert_ne!(events[0]["data"]["filter"]["user_id"], events[1]["data"]["filter"]["user_id"]);
    assert_eq!(events[0]["data"]["payload"]["lang"], "ja");
}

#[tokio::test]
async fn self_serve_answers_only_whom_mentions_or_quotes_it() {
    let scene = Scene::start().await;
    let to_support = scene.customer("tom", "@aoba_help where is my card?", None).await;
    let reply = |id: &str, text: &str| json!({"text": text, "reply": {"in_reply_to_tweet_id": id}});
    let refused = scene.brand("POST", "/2/tweets", Some(reply(&to_support, "On it"))).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.body["detail"].as_str().unwrap().contains("not been mentioned"));
    let to_brand = scene.customer("tom", "@aobabank where is my card?", None).await;
    let accepted = scene.brand("POST", "/2/tweets", Some(reply(&to_brand, "On its way"))).await;
    assert_eq!(accepted.status, 201, "{}", accepted.body);
    assert_eq!(accepted.body["data"]["text"], "@tom On its way");
    // Enterprise answers anybody.
    let elsewhere = scene.customer("ann", "Nobody answers at Aoba Bank", None).await;
    assert_eq!(scene.support("POST", "/2/tweets", Some(reply(&elsewhere, "How can we help?"))).await.status, 201);
    // A quote of our post opens the door too.
    let own = scene.brand("POST", "/2/tweets", Some(json!({"text": "New branch in Sendai"}))).await.body["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let quote = scene.control("POST", "/post", json!({"author": "ann", "text": "finally", "quote": own})).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(scene.brand("POST", "/2/tweets", Some(reply(&quote, "See you there"))).await.status, 201);
    // A reply to us names us in its prefix.
    let followed_up = scene.customer("tom", "still nothing", Some(accepted.body["data"]["id"].as_str().unwrap())).await;
    assert_eq!(scene.brand("POST", "/2/tweets", Some(reply(&followed_up, "We look again"))).await.status, 201);
    // The plan can be changed.
    scene.control("POST", "/accounts/aobabank/access_level", json!({"access_level": "enterprise"})).await;
    assert_eq!(scene.brand("POST", "/2/tweets", Some(reply(&to_support, "On it"))).await.status, 201);
}

#[tokio::test]
async fn replies_and_quotes_and_own_posts_have_their_events() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    let own = scene
        .brand("POST", "/2/tweets", Some(json!({"text": "Our app is back. https://aoba.example/status?from=x"})))
        .await;
    let id = own.body["data"]["id"].as_str().unwrap().to_owned();
    assert!(own.body["data"]["text"].as_str().unwrap().starts_with("Our app is back. https://t.co/"));
    let created = scene.events_of("post.create").await;
    assert_eq!(
        created[0]["data"]["payload"]["entities"]["urls"][0]["expanded_url"],
        "https://aoba.example/status?from=x"
    );
    let reply = scene.customer("lea", "merci !", Some(&id)).await;
    let replies = scene.events_of("post.reply.create").await;
    assert_eq!(replies.len(), 1);
    let payload = &replies[0]["data"]["payload"];
    assert_eq!(
        (payload["id"].as_str().unwrap(), payload["in_reply_to_tweet_id"].as_str().unwrap()),
        (reply.as_str(), id.as_str())
    );
    assert_eq!(payload["text"], "@aobabank merci !");
    assert_eq!(payload["display_text_range"], json!([10, 17]));
    assert!(scene.events_of("post.mention.create").await.is_empty(), "the reply's prefix is no explicit mention");
    let deep = scene.customer("max", "ich auch", Some(&reply)).await;
    assert_eq!(scene.events_of("post.reply.create").await.len(), 1, "a reply to a reply fires nothing: {deep}");
    scene.control("POST", "/post", json!({"author": "eva", "text": "por fin", "quote": id})).await;
    assert_eq!(scene.events_of("post.quote.create").await.len(), 1);
    assert_eq!(scene.brand("DELETE", &format!("/2/tweets/{id}"), None).await.body["data"]["deleted"], true);
    assert_eq!(
        scene.events_of("post.delete").await[0]["data"]["payload"],
        json!({"id": id, "author_id": scene.world.brand.user.id.to_string()})
    );
    let gone = scene.brand("GET", &format!("/2/tweets/{id}"), None).await;
    assert_eq!(gone.body["errors"][0]["type"], "https://api.x.com/2/problems/resource-not-found");
}

#[tokio::test]
async fn wrong_posts_are_refused_in_the_words_of_x() {
    let scene = Scene::start().await;
    let long = scene.brand("POST", "/2/tweets", Some(json!({"text": "あ".repeat(141)}))).await;
    assert_eq!(
        (long.status, long.body["type"].as_str().unwrap()),
        (400, "https://api.x.com/2/problems/invalid-request")
    );
    assert_eq!(scene.brand("POST", "/2/tweets", Some(json!({"text": "あ".repeat(140)}))).await.status, 201);
    let twice = scene.brand("POST", "/2/tweets", Some(json!({"text": "あ".repeat(140)}))).await;
    assert_eq!(
        (twice.status, twice.body["detail"].as_str().unwrap()),
        (403, "You are not allowed to create a Tweet with duplicate content.")
    );
    assert_eq!(scene.brand("POST", "/2/tweets", Some(json!({"text": "hi", "txet": 1}))).await.status, 400);
    assert_eq!(scene.brand("GET", "/2/users/me?user.fields=shoe_size", None).await.status, 400);
    assert_eq!(scene.call("GET", "/2/users/me", "nonsense", None).await.status, 401);
    assert_eq!(scene.app("POST", "/2/tweets", Some(json!({"text": "as app"}))).await.status, 403);
    let reader =
        scene.control("POST", "/tokens", json!({"account": "aobabank", "scopes": ["tweet.read", "users.read"]})).await;
    assert_eq!(
        scene
            .call("POST", "/2/tweets", reader["access_token"].as_str().unwrap(), Some(json!({"text": "x"})))
            .await
            .status,
        403
    );
    let id = scene.customer("tom", "hello", None).await;
    let like = json!({"tweet_id": id});
    let brand = scene.world.brand.user.id;
    assert_eq!(
        scene.brand("POST", &format!("/2/users/{brand}/likes"), Some(like.clone())).await.status,
        403,
        "self-serve may not like"
    );
    let support = scene.world.support.user.id;
    assert_eq!(
        scene.support("POST", &format!("/2/users/{support}/likes"), Some(like)).await.body["data"]["liked"],
        true
    );
}

#[tokio::test]
async fn only_replies_in_our_own_conversation_can_be_hidden() {
    let scene = Scene::start().await;
    let own = scene.brand("POST", "/2/tweets", Some(json!({"text": "Good morning"}))).await.body["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let rude = scene.customer("troll", "you all stink", Some(&own)).await;
    let hidden = scene.brand("PUT", &format!("/2/tweets/{rude}/hidden"), Some(json!({"hidden": true}))).await;
    assert_eq!(hidden.body["data"]["hidden"], true, "{}", hidden.body);
    let elsewhere = scene.customer("troll", "@aobabank you stink", None).await;
    assert_eq!(
        scene.brand("PUT", &format!("/2/tweets/{elsewhere}/hidden"), Some(json!({"hidden": true}))).await.status,
        403
    );
    let page = scene
        .client
        .get(format!("{}/aobabank/status/{own}", scene.simulator.base_url()))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains(&format!(
            "data-post-id=\"{rude}\" data-author=\"troll\" data-in-reply-to=\"{own}\" data-hidden=\"true\""
        )),
        "{page}"
    );
}

#[tokio::test]
async fn private_messages_travel_both_ways() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    scene.control("POST", "/dm", json!({"from": "mika_sendai", "to": "aoba_help", "text": "口座について質問です", "media": [{"alt_text": "画面"}]})).await;
    let received = scene.events_of("dm.received").await;
    let message = &received[0]["data"]["payload"]["direct_message_events"][0];
    assert!(
        message["message_create"]["message_data"]["text"]
            .as_str()
            .unwrap()
            .starts_with("口座について質問です https://t.co/")
    );
    let sender = message["message_create"]["sender_id"].as_str().unwrap();
    let sent = scene
        .support(
            "POST",
            &format!("/2/dm_conversations/with/{sender}/messages"),
            Some(json!({"text": "ありがとうございます"})),
        )
        .await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(scene.events_of("dm.sent").await.len(), 1);
    let listed = scene
        .support(
            "GET",
            "/2/dm_events?dm_event.fields=sender_id,created_at,dm_conversation_id&expansions=sender_id&max_results=1",
            None,
        )
        .await;
    assert_eq!(listed.body["data"][0]["id"], sent.body["data"]["dm_event_id"]);
    let next = listed.body["meta"]["next_token"].as_str().unwrap();
    let second = scene
        .support(
            "GET",
            &format!("/2/dm_events?pagination_token={next}&expansions=sender_id&dm_event.fields=sender_id"),
            None,
        )
        .await;
    assert_eq!(second.body["includes"]["users"][0]["username"], "mika_sendai");
    scene.control("POST", "/read", json!({"account": "mika_sendai", "target": "aoba_help"})).await;
    assert_eq!(scene.events_of("dm.read").await.len(), 1);
    scene.control("POST", "/encrypted", json!({"from": "mika_sendai", "to": "aoba_help"})).await;
    assert_eq!(scene.events_of("chat.received").await.len(), 1);
    scene.control("POST", "/accounts", json!({"username": "closed", "refuses_messages": true, "id": "4242"})).await;
    assert_eq!(
        scene.support("POST", "/2/dm_conversations/with/4242/messages", Some(json!({"text": "hello"}))).await.status,
        403
    );
    let deleted = scene
        .support("DELETE", &format!("/2/dm_events/{}", sent.body["data"]["dm_event_id"].as_str().unwrap()), None)
        .await;
    assert_eq!(deleted.body["data"]["deleted"], true);
}

#[tokio::test]
async fn media_go_up_in_parts_and_carry_their_description() {
    let scene = Scene::start().await;
    let begun = scene
        .brand(
            "POST",
            "/2/media/upload/initialize",
            Some(json!({"media_type": "image/png", "media_category": "tweet_image", "total_bytes": 6})),
        )
        .await;
    let id = begun.body["data"]["id"].as_str().unwrap().to_owned();
    for (index, part) in ["abc", "def"].iter().enumerate() {
        let form = reqwest::multipart::Form::new()
            .text("segment_index", index.to_string())
            .part("media", reqwest::multipart::Part::text(*part).file_name("blob"));
        let url = format!("{}/2/media/upload/{id}/append", scene.simulator.base_url());
        let answer =
            scene.client.post(url).bearer_auth(&scene.world.brand.access_token).multipart(form).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    assert_eq!(scene.brand("POST", &format!("/2/media/upload/{id}/finalize"), None).await.body["data"]["size"], 6);
    let described = scene
        .brand("POST", "/2/media/metadata", Some(json!({"id": id, "metadata": {"alt_text": {"text": "Six letters"}}})))
        .await;
    assert_eq!(described.body["data"]["associated_metadata"]["alt_text"]["text"], "Six letters");
    let post = scene.brand("POST", "/2/tweets", Some(json!({"text": "look", "media": {"media_ids": [id]}}))).await.body
        ["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let read = scene
        .brand("GET", &format!("/2/tweets/{post}?expansions=attachments.media_keys&media.fields=alt_text,url"), None)
        .await;
    assert_eq!(read.body["includes"]["media"][0]["alt_text"], "Six letters");
    let file = scene.client.get(read.body["includes"]["media"][0]["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), "abcdef");
}

#[tokio::test]
async fn mentions_are_read_forward_with_since_id_and_backward_by_pages() {
    let scene = Scene::start().await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(scene.customer("tom", &format!("@aobabank question {number}"), None).await);
    }
    let user = scene.world.brand.user.id;
    let newer = scene
        .brand(
            "GET",
            &format!("/2/users/{user}/mentions?since_id={}&max_results=100&tweet.fields=author_id", ids[8]),
            None,
        )
        .await;
    assert_eq!(newer.body["meta"]["result_count"], 3);
    assert_eq!(newer.body["meta"]["newest_id"], json!(ids[11]));
    let first = scene.brand("GET", &format!("/2/users/{user}/mentions?max_results=5"), None).await;
    let token = first.body["meta"]["next_token"].as_str().unwrap();
    let second =
        scene.brand("GET", &format!("/2/users/{user}/mentions?max_results=5&pagination_token={token}"), None).await;
    assert_eq!(second.body["data"][0]["id"], json!(ids[6]));
    let found =
        scene.brand("GET", "/2/tweets/search/recent?query=%22question%2011%22%20from%3Atom%20-is%3Areply", None).await;
    assert_eq!(found.body["data"][0]["id"], json!(ids[11]));
    let edited =
        scene.control("POST", "/edit", json!({"id": ids[11], "text": "@aobabank question eleven"})).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
    let read = scene.brand("GET", &format!("/2/tweets/{edited}"), None).await;
    assert_eq!(read.body["data"]["edit_history_tweet_ids"], json!([ids[11], edited]));
}

#[tokio::test]
async fn several_conversations_are_searched_at_once_and_a_long_query_is_refused() {
    let scene = Scene::start().await;
    let (one, other) =
        (scene.customer("tom", "@aobabank one", None).await, scene.customer("ida", "@aobabank two", None).await);
    let silent = scene.customer("eva", "nobody asks for this", None).await;
    scene.customer("kai", "not for you", Some(&silent)).await;
    let mut replies = Vec::new();
    for root in [&one, &other] {
        let post = json!({"author": "kai", "text": "the same here", "in_reply_to": root, "exact": true});
        replies.insert(0, scene.control("POST", "/post", post).await["id"].clone());
        scene.customer("kai", "@aobabank hello", Some(root)).await;
    }
    let query = format!("(conversation_id:{one} OR conversation_id:{other}) -from:aobabank -@aobabank");
    let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let found = scene.brand("GET", &format!("/2/tweets/search/recent?query={encoded}"), None).await;
    let ids: Vec<Value> = found.body["data"].as_array().unwrap().iter().map(|post| post["id"].clone()).collect();
    assert_eq!(ids, replies, "newest first, without those that name the account");
    let long = "x".repeat(513);
    let refused = scene.brand("GET", &format!("/2/tweets/search/recent?query={long}"), None).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
}

//! Bodies against the contract: events key path by key path, REST answers by schema.

use crate::scene::Scene;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn specs() -> Option<PathBuf> {
    let found = std::env::var_os("MADOGUCHI_TEST_DATA").map(|data| PathBuf::from(data).join("contracts/specs/x"));
    if found.is_none() {
        println!("skipped: needs the test data");
    }
    found
}

fn read(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap()
}

/// `data.payload.users.*.data.id`, `data.payload.edit_history_tweet_ids[]`.
fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let name = if name.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { name };
                let here = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                found.insert(here.clone());
                paths(inner, &here, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                paths(item, &format!("{path}[]"), found);
            }
        }
        _ => {}
    }
}

fn key_paths(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    paths(value, "", &mut found);
    found
}

/// What we emit although the one sample of the type lacks it, and why.
fn allowed(path: &str) -> bool {
    // The samples of mention, quote and create each show one kind of entity; every post can have each of them.
    let entities =
        ["entities", "entities.urls", "entities.mentions", "entities.hashtags"].iter().any(|part| path.contains(part));
    // Media: `attachments` and `includes.media` are OpenAPI's `Tweet` and `Expansions`; no sample has a picture.
    let media = path.contains(".attachments") || path.starts_with("data.includes.media");
    // The sample of a DM has no picture; the form is the Account Activity API's.
    let message_media = path.contains("message_data.attachment");
    // Samples show people without a place or the newest post.
    let person = path.ends_with(".location") || path.ends_with(".most_recent_tweet_id");
    // A mention may stand in a reply; the fields are those of the reply sample.
    let reply = path.contains("in_reply_to") || path.contains("referenced_tweets");
    entities || media || message_media || person || reply
}

/// What a sample has and we leave out, and why.
fn optional(path: &str) -> bool {
    // Facts about the people of the samples: links in their profile, where they live, a pinned post, a business's number.
    let profile =
        ["entities", "profile_geo_enrichment", "pinned_tweet_id", "affiliation", "location", "most_recent_tweet_id"]
            .iter()
            .any(|part| {
                path.contains(&format!("users[].{part}"))
                    || path.contains(&format!("data.{part}"))
                        && (path.contains("users.*")
                            || path.contains("users[]")
                            || path.contains("payload.source")
                            || path.contains("payload.target"))
            });
    // The liked post of the sample quotes another and has entities.
    let liked = path.starts_with("data.includes.tweets[].referenced_tweets")
        || path.starts_with("data.includes.tweets[].entities");
    profile || liked
}

async fn everything(scene: &Scene) -> Vec<Value> {
    scene.subscribe().await;
    let own = scene.support("POST", "/2/tweets", Some(json!({"text": "Hello from the desk"}))).await.body["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    scene.customer("tom", "hey @aobabank #app see https://example.com/a", None).await;
    scene
        .control(
            "POST",
            "/post",
            json!({"author": "eva", "text": "@aobabank mira", "media": [{"alt_text": "a screen"}]}),
        )
        .await;
    scene.customer("lea", "merci", Some(&own)).await;
    scene.control("POST", "/post", json!({"author": "ann", "text": "Adding some context", "quote": own})).await;
    scene.control("POST", "/dm", json!({"from": "tom", "to": "aoba_help", "text": "hello!"})).await;
    scene
        .control(
            "POST",
            "/dm",
            json!({"from": "tom", "to": "aoba_help", "text": "see", "media": [{"alt_text": "a screen"}]}),
        )
        .await;
    let tom = scene
        .simulator
        .world()
        .create_account(simulator::NewAccount { username: "tom".to_owned(), ..Default::default() })
        .unwrap()
        .id;
    assert_eq!(
        scene
            .support("POST", &format!("/2/dm_conversations/with/{tom}/messages"), Some(json!({"text": "Thanks!"})))
            .await
            .status,
        201
    );
    scene.control("POST", "/read", json!({"account": "tom", "target": "aoba_help"})).await;
    scene.control("POST", "/encrypted", json!({"from": "tom", "to": "aoba_help"})).await;
    scene.control("POST", "/follow", json!({"account": "tom", "target": "aoba_help"})).await;
    let id = scene.customer("tom", "like me", None).await;
    scene.control("POST", "/like", json!({"account": "aoba_help", "id": id})).await;
    assert_eq!(scene.support("DELETE", &format!("/2/tweets/{own}"), None).await.status, 200);
    scene.control("POST", "/tokens/revoke", json!({"account": "aobabank"})).await;
    scene.events().await
}

#[tokio::test]
async fn event_bodies_have_the_key_paths_of_the_samples() {
    let Some(specs) = specs() else { return };
    let scene = Scene::start().await;
    let events = everything(&scene).await;
    let types: BTreeSet<&str> = events.iter().filter_map(|event| event["data"]["event_type"].as_str()).collect();
    assert_eq!(types.len(), 12, "{types:?}");
    let mut wrong = Vec::new();
    for event_type in types {
        let emitted: BTreeSet<String> =
            events.iter().filter(|event| event["data"]["event_type"] == event_type).flat_map(key_paths).collect();
        let sample = if event_type == "dm.read" {
            // No sample of its own: the DM envelope around the Account Activity body.
            let old = read(specs.join("aaa-event-payloads/direct_message_mark_read_events.json"));
            let mut sample = read(specs.join("xaa-event-payloads/dm.received.json"));
            let payload = sample["data"]["payload"].as_object_mut().unwrap();
            payload.remove("direct_message_events");
            payload
                .insert("direct_message_mark_read_events".to_owned(), old["direct_message_mark_read_events"].clone());
            sample
        } else {
            read(specs.join(format!("xaa-event-payloads/{event_type}.json")))
        };
        let sample = key_paths(&sample);
        wrong.extend(
            emitted
                .difference(&sample)
                .filter(|path| !allowed(path))
                .map(|path| format!("{event_type}: {path} is not in the sample")),
        );
        let direction = |path: &str| event_type == "like.create" && path == "data.filter.direction";
        wrong.extend(
            sample
                .difference(&emitted)
                .filter(|path| !optional(path) && !direction(path))
                .map(|path| format!("{event_type}: {path} is missing")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Slips of the generator: `ProcessingInfo` requires `type` and `MediaUploadResponse` requires `meta`, which they do not define.
fn drop_undefined_requirements(components: &mut Value) {
    for name in ["ProcessingInfo", "MediaUploadResponse", "MediaUploadAppendResponse", "MetadataCreateResponse"] {
        let schema = components["schemas"][name].as_object_mut().unwrap();
        let defined = schema["properties"].clone();
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|property| defined.get(property.as_str().unwrap()).is_some());
        }
        if schema.get("required").is_some_and(|required| required == &json!([])) {
            schema.remove("required");
        }
    }
}

struct Schemas {
    components: Value,
}

impl Schemas {
    fn check(&self, name: &str, body: &Value) {
        let schema = json!({"$ref": format!("#/components/schemas/{name}"), "components": self.components});
        let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft4).build(&schema).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(body).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {}\n{body}", errors.join("\n"));
    }
}

#[tokio::test]
async fn rest_answers_follow_the_published_schemas() {
    let Some(specs) = specs() else { return };
    let mut components = read(specs.join("openapi-2.159-xdk.json"))["components"].clone();
    drop_undefined_requirements(&mut components);
    let schemas = Schemas { components };
    let scene = Scene::start().await;
    scene.subscribe().await;
    let (brand, support) = (scene.world.brand.user.id, scene.world.support.user.id);
    schemas.check("Get2WebhooksResponse", &scene.app("GET", "/2/webhooks", None).await.body);
    schemas.check(
        "WebhookConfigPutResponse",
        &scene.app("PUT", &format!("/2/webhooks/{}", scene.webhook_id), None).await.body,
    );
    let listed = scene.app("GET", "/2/activity/subscriptions?max_results=5", None).await.body;
    schemas.check("ActivitySubscriptionGetResponse", &listed);
    assert!(listed["meta"]["next_token"].is_string());
    let id = listed["data"][0]["subscription_id"].as_str().unwrap();
    schemas.check(
        "ActivitySubscriptionUpdateResponse",
        &scene.app("PUT", &format!("/2/activity/subscriptions/{id}"), Some(json!({"tag": "new"}))).await.body,
    );
    schemas.check(
        "ActivitySubscriptionDeleteResponse",
        &scene.app("DELETE", &format!("/2/activity/subscriptions/{id}"), None).await.body,
    );
    let body = json!({"event_type": "follow.follow", "filter": {"user_id": brand.to_string()}});
    schemas.check(
        "ActivitySubscriptionCreateResponse",
        &scene.app("POST", "/2/activity/subscriptions", Some(body)).await.body,
    );

    let asked = scene.customer("tom", "@aobabank see https://example.com/a?b=c #app", None).await;
    scene.control("POST", "/post", json!({"author": "eva", "text": "@aobabank mira", "media": [{"alt_text": "a screen"}], "in_reply_to": asked})).await;
    let created = scene
        .brand(
            "POST",
            "/2/tweets",
            Some(json!({"text": "See https://aoba.example", "reply": {"in_reply_to_tweet_id": asked}})),
        )
        .await;
    schemas.check("TweetCreateResponse", &created.body);
    let own = created.body["data"]["id"].as_str().unwrap().to_owned();
    let fields = "tweet.fields=attachments,author_id,conversation_id,created_at,display_text_range,edit_controls,entities,in_reply_to_user_id,lang,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,source&expansions=author_id,attachments.media_keys,referenced_tweets.id,referenced_tweets.id.author_id,in_reply_to_user_id,entities.mentions.username&user.fields=created_at,description,location,most_recent_tweet_id,profile_image_url,protected,public_metrics,url,verified,verified_type&media.fields=alt_text,height,url,width,type";
    let mentions = scene.brand("GET", &format!("/2/users/{brand}/mentions?{fields}"), None).await.body;
    assert_eq!(mentions["data"].as_array().unwrap().len(), 2);
    assert_eq!(mentions["includes"]["media"][0]["alt_text"], "a screen");
    schemas.check("Get2UsersIdMentionsResponse", &mentions);
    schemas.check(
        "Get2UsersIdTweetsResponse",
        &scene.brand("GET", &format!("/2/users/{brand}/tweets?{fields}"), None).await.body,
    );
    schemas.check("Get2TweetsIdResponse", &scene.brand("GET", &format!("/2/tweets/{own}?{fields}"), None).await.body);
    schemas.check(
        "Get2TweetsResponse",
        &scene.brand("GET", &format!("/2/tweets?ids={own},{asked},12345&{fields}"), None).await.body,
    );
    schemas.check(
        "Get2TweetsSearchRecentResponse",
        &scene
            .brand("GET", &format!("/2/tweets/search/recent?query=conversation_id%3A{asked}&{fields}"), None)
            .await
            .body,
    );
    schemas.check("Get2UsersMeResponse", &scene.brand("GET", "/2/users/me?user.fields=created_at,description,location,most_recent_tweet_id,public_metrics,verified_type", None).await.body);
    schemas.check("Get2UsersIdResponse", &scene.app("GET", &format!("/2/users/{brand}"), None).await.body);
    schemas.check(
        "Get2UsersByUsernameUsernameResponse",
        &scene.app("GET", "/2/users/by/username/nobody_here", None).await.body,
    );
    schemas.check(
        "UsersLikesCreateResponse",
        &scene.support("POST", &format!("/2/users/{support}/likes"), Some(json!({"tweet_id": asked}))).await.body,
    );

    let root = scene.brand("POST", "/2/tweets", Some(json!({"text": "a root"}))).await.body["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let reply = scene.customer("tom", "rude", Some(&root)).await;
    schemas.check(
        "TweetHideResponse",
        &scene.brand("PUT", &format!("/2/tweets/{reply}/hidden"), Some(json!({"hidden": true}))).await.body,
    );
    schemas.check("TweetDeleteResponse", &scene.brand("DELETE", &format!("/2/tweets/{root}"), None).await.body);

    scene.control("POST", "/dm", json!({"from": "tom", "to": "aoba_help", "text": "see https://example.com", "media": [{"alt_text": "a screen"}]})).await;
    let listed = scene.support("GET", "/2/dm_events?dm_event.fields=attachments,created_at,dm_conversation_id,entities,event_type,id,sender_id,text&expansions=sender_id,participant_ids,attachments.media_keys&user.fields=created_at", None).await.body;
    schemas.check("Get2DmEventsResponse", &listed);
    let tom = listed["data"][0]["sender_id"].as_str().unwrap();
    let sent = scene
        .support("POST", &format!("/2/dm_conversations/with/{tom}/messages"), Some(json!({"text": "hi"})))
        .await
        .body;
    schemas.check("CreateDmEventResponse", &sent);
    schemas.check(
        "Get2DmConversationsWithParticipantIdDmEventsResponse",
        &scene.support("GET", &format!("/2/dm_conversations/with/{tom}/dm_events"), None).await.body,
    );
    schemas.check(
        "DeleteDmResponse",
        &scene
            .support("DELETE", &format!("/2/dm_events/{}", sent["data"]["dm_event_id"].as_str().unwrap()), None)
            .await
            .body,
    );
    let conversation = json!({"conversation_type": "Group", "participant_ids": [tom, brand.to_string()], "message": {"text": "all of us"}});
    schemas
        .check("CreateDmEventResponse", &scene.support("POST", "/2/dm_conversations", Some(conversation)).await.body);

    let begun = scene
        .brand(
            "POST",
            "/2/media/upload/initialize",
            Some(json!({"media_type": "video/mp4", "media_category": "tweet_video", "total_bytes": 3})),
        )
        .await
        .body;
    schemas.check("MediaUploadResponse", &begun);
    let media = begun["data"]["id"].as_str().unwrap();
    schemas.check(
        "MediaUploadAppendResponse",
        &scene
            .brand(
                "POST",
                &format!("/2/media/upload/{media}/append"),
                Some(json!({"media": "YWJj", "segment_index": 0})),
            )
            .await
            .body,
    );
    schemas.check(
        "MediaUploadResponse",
        &scene.brand("POST", &format!("/2/media/upload/{media}/finalize"), None).await.body,
    );
    schemas.check(
        "MediaUploadResponse",
        &scene.brand("GET", &format!("/2/media/upload?media_id={media}&command=STATUS"), None).await.body,
    );
    schemas.check(
        "MetadataCreateResponse",
        &scene
            .brand("POST", "/2/media/metadata", Some(json!({"id": media, "metadata": {"alt_text": {"text": "x"}}})))
            .await
            .body,
    );
    let now = scene.simulator.world().now();
    let minute = |ms: i64| simulator::timestamp(ms)[..16].replace(['-', 'T', ':'], "");
    let replay = json!({"webhook_id": scene.webhook_id, "from_date": minute(now - 120_000), "to_date": minute(now)});
    schemas.check("ReplayJobCreateResponse", &scene.app("POST", "/2/webhooks/replay", Some(replay)).await.body);
    schemas.check("Problem", &scene.brand("GET", "/2/users/me?user.fields=nonsense", None).await.body);
    schemas.check("ResourceNotFoundProblem", &scene.brand("GET", "/2/tweets/12345", None).await.body["errors"][0]);
    schemas.check(
        "WebhookConfigDeleteResponse",
        &scene.app("DELETE", &format!("/2/webhooks/{}", scene.webhook_id), None).await.body,
    );
}

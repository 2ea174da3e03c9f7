//! "Subscribe again": the network is asked anew, and what it said stands on the page in words.

use crate::world::{Browser, Making, World};
use axum::http::StatusCode;
use domain::people::Scope;
use networks::ClientOptions;
use networks::client::HostPort;
use serde_json::json;
use store::testing::every_engine;
use wiremock::matchers::{body_string_contains, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

struct Scene {
    world: World,
    owner: Browser,
    channel: String,
}

/// On each engine, with our app pointed at a network of the test.
async fn on_every_engine(server: &MockServer, story: impl AsyncFn(Scene)) {
    for fresh in every_engine().await {
        let allowed = [HostPort::of(&server.uri().parse().unwrap())].into();
        let world = World::made(
            fresh,
            Making { client: ClientOptions { allowed, ..ClientOptions::default() }, ..Making::default() },
            |_| {},
        )
        .await;
        let (store, scope) = (&world.edge.store, Scope::system(world.ours.workspace));
        let mut app = store.app(&scope, world.ours.app).await.unwrap();
        app.settings.insert("api_base".into(), server.uri());
        app.secrets.insert("bearer_token".into(), "bearer".into());
        store.change_app(&scope, &app, world.edge.now()).await.unwrap();
        let channel = store.channels(&scope).await.unwrap()[0].id.to_string();
        let owner = world.browser(&world.ours.owner).await;
        let stop = world.stop.clone();
        story(Scene { world, owner, channel }).await;
        stop.cancel();
    }
}

impl Scene {
    async fn press(&self, who: &Browser, address: &str) -> (StatusCode, String) {
        let answer = self.world.post(address).by(who).send().await;
        (answer.status, answer.text)
    }
}

async fn network() -> MockServer {
    let server = MockServer::start().await;
    let nothing = || ResponseTemplate::new(200).set_body_json(json!({ "data": [], "meta": {} }));
    Mock::given(method("GET")).and(path("/2/webhooks")).respond_with(nothing()).mount(&server).await;
    Mock::given(method("GET")).and(path("/2/activity/subscriptions")).respond_with(nothing()).mount(&server).await;
    let made = ResponseTemplate::new(200)
        .set_body_json(json!({ "id": "77", "url": "http://desk.test/hooks/x/a", "valid": true }));
    Mock::given(method("POST")).and(path("/2/webhooks")).respond_with(made).mount(&server).await;
    server
}

async fn subscriptions(server: &MockServer) {
    let made = ResponseTemplate::new(200).set_body_json(json!({}));
    Mock::given(method("POST")).and(path("/2/activity/subscriptions")).respond_with(made).mount(server).await;
}

#[tokio::test]
async fn what_the_network_takes_and_leaves_out_is_named() {
    let server = network().await;
    let refused =
        ResponseTemplate::new(403).set_body_json(json!({ "title": "Forbidden", "detail": "Not in your plan" }));
    Mock::given(method("POST")).and(body_string_contains("chat.received")).respond_with(refused).mount(&server).await;
    subscriptions(&server).await;
    on_every_engine(&server, async |scene| {
        let page = scene.world.get(&format!("/settings/channels/{}", scene.channel)).by(&scene.owner).send().await;
        assert!(page.text.contains("Subscribe again"), "{}: {}", scene.world.engine, page.text);
        let address = format!("/settings/channels/{}/subscribe", scene.channel);
        let (status, text) = scene.press(&scene.owner, &address).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("X now tells us about @AsterCare, but not these: chat.received"), "{text}");
        let app = format!("/settings/apps/{}/subscribe", scene.world.ours.app);
        let (status, text) = scene.press(&scene.owner, &app).await;
        assert!(status.is_success() && text.contains("@AsterCare, but not these: chat.received"), "{text}");
        let api = scene.world.post(&format!("/api/v1/channels/{}/subscribe", scene.channel)).by(&scene.owner);
        assert_eq!(api.send().await.json(), json!({ "refused": ["chat.received"] }));
        let audit = scene.world.get("/api/v1/audit").by(&scene.owner).send().await.text;
        assert_eq!(audit.matches("channel.subscribed").count(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_told_in_the_networks_words_and_only_to_who_manages() {
    let server = network().await;
    let refused =
        ResponseTemplate::new(403).set_body_json(json!({ "title": "Forbidden", "detail": "Too many webhooks" }));
    Mock::given(method("POST")).and(path("/2/activity/subscriptions")).respond_with(refused).mount(&server).await;
    on_every_engine(&server, async |scene| {
        let address = format!("/settings/channels/{}/subscribe", scene.channel);
        let (status, text) = scene.press(&scene.owner, &address).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("X refused for @AsterCare: “Too many webhooks”"), "{}: {text}", scene.world.engine);
        assert!(text.contains("role=\"alert\""));
        let api = scene.world.post(&format!("/api/v1/channels/{}/subscribe", scene.channel)).by(&scene.owner);
        assert_eq!(api.send().await.status, StatusCode::BAD_GATEWAY);
        let agent = scene.world.browser(&scene.world.ours.agent).await;
        assert_eq!(scene.press(&agent, &address).await.0, StatusCode::FORBIDDEN);
        let stranger = scene.world.browser(&scene.world.theirs.owner).await;
        assert_eq!(scene.press(&stranger, &address).await.0, StatusCode::NOT_FOUND);
    })
    .await;
}

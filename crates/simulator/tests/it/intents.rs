//! Deep links: what an agent or a customer does on the network's own pages arrives as if typed there.

use crate::scene::Scene;

async fn submit(scene: &Scene, path: &str, body: String) -> reqwest::Response {
    let url = format!("{}{path}", scene.simulator.base_url());
    let request = scene.client.post(url).header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_post_is_answered_on_its_page() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    let asked = scene.customer("tom", "where is the branch?", None).await;
    let page = format!("{}/intent/post?in_reply_to={asked}", scene.simulator.base_url());
    let text = scene.client.get(page).send().await.unwrap().text().await.unwrap();
    assert!(text.contains(&format!("data-post-id=\"{asked}\"")) && text.contains("value=\"aobabank\""), "{text}");
    let absent = format!("{}/intent/post?in_reply_to=12", scene.simulator.base_url());
    assert_eq!(scene.client.get(absent).send().await.unwrap().status(), 404);

    let answer = submit(&scene, "/intent/post", format!("from=aobabank&text=Next+door.&in_reply_to={asked}")).await;
    assert_eq!(answer.status(), 303);
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(place.starts_with("/x/aobabank/status/"), "{place}");
    let events = scene.events_of("post.create").await;
    assert!(events.iter().any(|event| event["data"]["payload"]["text"].as_str().unwrap().ends_with("Next door.")));
}

#[tokio::test]
async fn an_invitation_leads_to_a_private_message() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    let page = format!("{}/messages/compose?recipient_id={}", scene.simulator.base_url(), scene.world.support.user.id);
    let text = scene.client.get(page).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("value=\"aoba_help\""), "{text}");
    let sent = submit(&scene, "/messages/compose", "from=%40tom&to=aoba_help&text=My+order".to_owned()).await;
    assert_eq!(sent.status(), 200);
    assert_eq!(scene.events_of("dm.received").await.len(), 1);
    let nobody = submit(&scene, "/messages/compose", "from=tom&to=nobody_at_all&text=x".to_owned()).await;
    assert_eq!(nobody.status(), 400);
}

//! Attacks on rights: every operation as everybody with other people's ids, forged fields, removed people, tokens.

use crate::world::{World, on_every_engine};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A body that each writing operation accepts as far as its form goes.
fn body_of(operation: &str, channel: &str) -> Value {
    match operation {
        "change_workspace" | "change_me" => json!({ "name": "Changed" }),
        "change_password" => json!({ "password": "wrong wrong wrong", "new": "another password 1" }),
        "invite_agent" => json!({ "email": format!("{}@elsewhere.test", uuid::Uuid::now_v7()) }),
        "change_agent" => json!({ "role": "owner" }),
        "create_token" => json!({ "name": "t" }),
        "create_app" => json!({ "network": "x", "name": "A" }),
        "change_app" => json!({ "name": "Changed" }),
        "connect_account" => json!({ "role": "brand", "access_level": "enterprise" }),
        "create_channel" => {
            json!({ "app": uuid::Uuid::now_v7(), "access_token": "t", "role": "brand", "access_level": "enterprise" })
        }
        "change_channel" => json!({ "role": "brand" }),
        "snooze_case" => json!({ "until": "2026-12-31T00:00:00Z" }),
        "mark_case_seen" => json!({ "position": "1" }),
        "create_note" | "save_draft" | "reply" | "reply_privately" => json!({ "text": "hello" }),
        "create_direct_message" => json!({ "channel": channel, "handle": "somebody", "text": "hello" }),
        "create_post" => json!({ "channel": channel, "text": "hello" }),
        "check_draft" => json!({ "channel": channel, "voice": "public", "text": "hello" }),
        "hide_message" => json!({ "hidden": true }),
        _ => json!({}),
    }
}

/// One id of the other company for each kind of thing.
async fn their_ids(world: &World) -> BTreeMap<&'static str, String> {
    let case = world.case_of(&world.theirs, "@BirchCare a secret of Birch").await;
    let owner = world.browser(&world.theirs.owner).await;
    let case_id = case["id"].as_str().unwrap().to_owned();
    let messages = world.get(&format!("/api/v1/cases/{case_id}/messages")).by(&owner).send().await.json();
    let made = world.post("/api/v1/tokens").by(&owner).json(&json!({ "name": "birch" })).send().await.json();
    let channels = world.get("/api/v1/channels").by(&owner).send().await.json();
    let file = crate::attacks_files::upload(world, &owner, "a.txt", b"secret of Birch").await.json();
    BTreeMap::from([
        ("cases", case_id),
        ("messages", messages["items"][0]["id"].as_str().unwrap().to_owned()),
        ("contacts", case["contact"].as_str().unwrap().to_owned()),
        ("tokens", made["token"]["id"].as_str().unwrap().to_owned()),
        ("channels", channels["items"][0]["id"].as_str().unwrap().to_owned()),
        ("attachments", file["id"].as_str().unwrap().to_owned()),
        ("apps", world.theirs.app.to_string()),
        ("agents", world.theirs.agent.id.to_string()),
        ("workspaces", world.theirs.workspace.to_string()),
        ("parked", uuid::Uuid::now_v7().to_string()),
    ])
}

#[tokio::test]
async fn attack_27_every_operation_every_role_the_other_companys_ids() {
    on_every_engine(async |world| {
        let ids = their_ids(&world).await;
        let document: Value = serde_json::from_str(&web::api::document()).unwrap();
        let owner = world.browser(&world.ours.owner).await;
        let agent = world.browser(&world.ours.agent).await;
        let token = async |write: bool| {
            let made =
                world.post("/api/v1/tokens").by(&owner).json(&json!({ "name": "t", "write": write })).send().await;
            made.json()["secret"].as_str().unwrap().to_owned()
        };
        let (reads, writes) = (token(false).await, token(true).await);
        let mut asked = 0;
        for (template, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                if id == "follow_events" {
                    continue;
                }
                let kind = template.split('/').nth(3).unwrap();
                let theirs = ids.get(kind).cloned().unwrap_or_default();
                let address = template.replace("{id}", &theirs).replace("{voice}", "public");
                let address = if id == "search" { format!("{address}?q=secret") } else { address };
                let address =
                    if id == "list_costs" { format!("{address}?from=2026-01-01&to=2026-12-31") } else { address };
                let method: Method = method.to_uppercase().parse().unwrap();
                let names_theirs = template.contains("{id}");
                for who in ["nobody", "agent", "owner", "read token", "write token"] {
                    if id == "end_sessions" && who != "nobody" {
                        continue;
                    }
                    let mut ask = world.ask(method.clone(), &address);
                    if method != Method::GET {
                        ask = ask.json(&body_of(id, &ids["channels"]));
                    }
                    ask = match who {
                        "agent" => ask.by(&agent),
                        "owner" => ask.by(&owner),
                        "read token" => ask.bearer(&reads),
                        "write token" => ask.bearer(&writes),
                        _ => ask,
                    };
                    let answer = ask.send().await;
                    asked += 1;
                    let said = format!("{}: {who} {id}: {} {}", world.engine, answer.status, answer.text);
                    assert!(!answer.status.is_server_error(), "{said}");
                    assert!(
                        !answer.text.contains("secret of Birch") && !answer.text.contains(&world.theirs.secret),
                        "{said}"
                    );
                    match who {
                        "nobody" => assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{said}"),
                        _ if names_theirs => {
                            let hidden =
                                [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN, StatusCode::UNSUPPORTED_MEDIA_TYPE];
                            assert!(hidden.contains(&answer.status), "{said}");
                        }
                        "read token" if method != Method::GET => assert!(answer.status.is_client_error(), "{said}"),
                        _ => {}
                    }
                }
            }
        }
        assert!(asked > 250, "the whole document was walked: {asked}");
        let after = their_case(&world, &ids["cases"]).await;
        assert_eq!(
            (after["state"].as_str(), after["assignee"].is_null()),
            (Some("open"), true),
            "nothing happened at Birch"
        );
    })
    .await;
}

async fn their_case(world: &World, case: &str) -> Value {
    let owner = world.browser(&world.theirs.owner).await;
    world.get(&format!("/api/v1/cases/{case}")).by(&owner).send().await.json()
}

#[tokio::test]
async fn attack_28_who_and_where_follow_from_who_asks() {
    on_every_engine(async |world| {
        let case = world.case_of(&world.ours, "@AsterCare hello").await;
        let id = case["id"].as_str().unwrap();
        let agent = world.browser(&world.ours.agent).await;
        let forged = json!({
            "text": "a note", "workspace_id": world.theirs.workspace, "workspace": world.theirs.workspace, "id": uuid::Uuid::nil(),
            "agent": world.ours.owner.id, "created_by": world.ours.owner.id, "created_at": "2001-01-01T00:00:00Z",
        });
        let note = world.post(&format!("/api/v1/cases/{id}/notes")).by(&agent).json(&forged).send().await.json();
        assert_eq!(note["agent"], world.ours.agent.id.to_string());
        assert_ne!(note["id"], uuid::Uuid::nil().to_string());
        assert!(note["created_at"].as_str().unwrap() > "2026");
        let me = world.ask(Method::PATCH, "/api/v1/me").by(&agent).json(&json!({ "role": "owner", "workspace": world.theirs.workspace })).send().await;
        assert_eq!(me.json()["agent"]["role"], "agent");
        assert_eq!(me.json()["workspace"], world.ours.workspace.to_string());
    })
    .await;
}

#[tokio::test]
async fn attack_29_numbers_words_and_handles_find_nothing_elsewhere() {
    on_every_engine(async |world| {
        let case = world.case_of(&world.theirs, "@BirchCare zebracrossing").await;
        let owner = world.browser(&world.ours.owner).await;
        for q in ["zebracrossing", "%23", "customer", &format!("%23{}", case["number"])] {
            let found = world.get(&format!("/api/v1/search?q={q}")).by(&owner).send().await;
            assert_eq!(found.status, StatusCode::OK, "{}", found.text);
            assert_eq!(found.json()["items"], json!([]), "{q}");
            assert_eq!(found.json()["cases"], json!([]), "{q}");
        }
        let contact = case["contact"].as_str().unwrap();
        let list = world.get(&format!("/api/v1/cases?contact={contact}")).by(&owner).send().await.json();
        assert_eq!(list["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn attack_34_secrets_go_in_and_never_come_out() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let agent = world.browser(&world.ours.agent).await;
        let app = format!("/api/v1/apps/{}", world.ours.app);
        let change = json!({ "fields": { "client_secret": "very-secret-indeed" } });
        let changed = world.ask(Method::PATCH, &app).by(&owner).json(&change).send().await;
        assert_eq!(changed.json()["secrets"], json!(["client_secret", "consumer_secret"]), "{}", changed.text);
        for at in [app.as_str(), "/api/v1/apps", "/api/v1/channels", "/api/v1/audit", "/api/v1/networks"] {
            let seen = world.get(at).by(&owner).send().await;
            assert!(!seen.text.contains("very-secret-indeed") && !seen.text.contains(&world.ours.secret), "{at}");
            assert!(!seen.text.contains("access_token"), "{at}");
        }
        assert_eq!(world.get(&app).by(&agent).send().await.status, StatusCode::FORBIDDEN);
        let kept = world.edge.store.app(&world.ours.owner_scope(), world.ours.app).await.unwrap();
        assert_eq!(kept.secrets["consumer_secret"], world.ours.secret, "what was not named stays");
    })
    .await;
}

#[tokio::test]
async fn attack_37_who_is_kept_out_is_out_at_once() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let agent = world.browser(&world.ours.agent).await;
        let at = format!("/api/v1/agents/{}", world.ours.agent.id);
        let out = world.ask(Method::PATCH, &at).by(&owner).json(&json!({ "enabled": false })).send().await;
        assert_eq!(out.json()["disabled"], true, "{}", out.text);
        assert_eq!(world.get("/api/v1/me").by(&agent).send().await.status, StatusCode::UNAUTHORIZED);
        let again = world.sign_in("agent@aster.test", crate::world::PASSWORD, "203.0.113.3").await;
        assert_eq!(again.status, StatusCode::UNAUTHORIZED);
        let own = format!("/api/v1/agents/{}", world.ours.owner.id);
        for change in [json!({ "enabled": false }), json!({ "role": "agent" })] {
            let last = world.ask(Method::PATCH, &own).by(&owner).json(&change).send().await;
            assert_eq!(last.status, StatusCode::CONFLICT, "the last owner stays: {}", last.text);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_37_the_keys_of_whoever_may_make_none_any_more_end_with_it() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        for change in [json!({ "enabled": false }), json!({ "role": "agent" })] {
            let at = format!("/api/v1/agents/{}", world.ours.agent.id);
            let made = world
                .ask(Method::PATCH, &at)
                .by(&owner)
                .json(&json!({ "role": "owner", "enabled": true }))
                .send()
                .await;
            assert_eq!(made.status, StatusCode::OK, "{}", made.text);
            let second = world.browser(&world.ours.agent).await;
            let key = async |who, name: &str| {
                let made = world.post("/api/v1/tokens").by(who).json(&json!({ "name": name })).send().await;
                made.json()["secret"].as_str().unwrap().to_owned()
            };
            let (theirs, mine) = (key(&second, "theirs").await, key(&owner, "mine").await);
            let stream = world.get("/api/v1/events").bearer(&theirs).raw().await.into_body();
            assert_eq!(world.ask(Method::PATCH, &at).by(&owner).json(&change).send().await.status, StatusCode::OK);
            assert_eq!(world.get("/api/v1/me").bearer(&theirs).send().await.status, StatusCode::UNAUTHORIZED);
            assert_eq!(world.get("/api/v1/me").bearer(&mine).send().await.status, StatusCode::OK, "others' keys stay");
            let ended =
                tokio::time::timeout(std::time::Duration::from_secs(20), http_body_util::BodyExt::collect(stream));
            assert!(ended.await.is_ok(), "{}: its stream ends with it", world.engine);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_38_a_token_is_no_person_and_dies_at_once() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let made =
            world.post("/api/v1/tokens").by(&owner).json(&json!({ "name": "bot", "write": true })).send().await.json();
        let (secret, id) = (made["secret"].as_str().unwrap(), made["token"]["id"].as_str().unwrap());
        let me = world.get("/api/v1/me").bearer(secret).send().await.json();
        assert_eq!((me["agent"].is_null(), me["may_manage"].as_bool()), (true, Some(false)));
        for (method, at, body) in [
            (Method::PATCH, "/api/v1/me", json!({ "name": "Human" })),
            (Method::POST, "/api/v1/agents", json!({ "email": "a@b.test", "role": "owner" })),
            (Method::POST, "/api/v1/tokens", json!({ "name": "child", "write": true })),
        ] {
            let answer = world.ask(method, at).bearer(secret).json(&body).send().await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{at}");
        }
        let case = world.case_of(&world.ours, "@AsterCare hello").await;
        let at = format!("/api/v1/cases/{}/notes", case["id"].as_str().unwrap());
        let note = world.post(&at).bearer(secret).json(&json!({ "text": "by a program" })).send().await.json();
        assert!(note["agent"].is_null(), "a note of a program is signed by nobody");
        let both = world.get("/api/v1/me").by(&owner).bearer("mdg_wrong").send().await;
        assert_eq!(both.status, StatusCode::UNAUTHORIZED, "a wrong token is not covered by a session");
        let gone = world.ask(Method::DELETE, &format!("/api/v1/tokens/{id}")).by(&owner).send().await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert_eq!(world.get("/api/v1/me").bearer(secret).send().await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn the_same_key_does_a_write_once_and_another_request_with_it_is_refused() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let make = async |key: &str, name: &str| {
            world
                .post("/api/v1/tokens")
                .by(&owner)
                .header("idempotency-key", key)
                .json(&json!({ "name": name }))
                .send()
                .await
        };
        let answers = futures::future::join_all((0..6).map(|_| make("one", "t"))).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).collect();
        assert_eq!(made.len(), 6, "{}: those that came while the first was under way waited for it", world.engine);
        assert!(made.iter().all(|answer| answer.text == made[0].text), "{}", world.engine);
        let again = make("one", "t").await;
        assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (made[0].text.as_str(), "true"));
        assert_eq!(make("one", "other").await.code(), "idempotency_key_reused");
        assert_eq!(make("two words", "t").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let list = world.get("/api/v1/tokens").by(&owner).send().await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        let other = world.browser(&world.theirs.owner).await;
        let theirs = world
            .post("/api/v1/tokens")
            .by(&other)
            .header("idempotency-key", "one")
            .json(&json!({ "name": "t" }))
            .send()
            .await;
        assert_ne!(theirs.text, made[0].text, "a key is its actor's own");
    })
    .await;
}

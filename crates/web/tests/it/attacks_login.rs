//! Attacks on the door: guessing, timing, fixation, forged forms, stolen and used links, open redirects, first run.

use crate::world::{PASSWORD, World, on_every_engine};
use axum::http::{Method, StatusCode};
use serde_json::json;
use store::testing::sqlite;

#[tokio::test]
async fn attack_43_a_link_works_once_for_a_while_and_never_empty() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let invited = world.post("/api/v1/agents").by(&owner).json(&json!({ "email": "New@Aster.test" })).send().await;
        assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.text);
        assert_eq!(invited.json()["agent"]["role"], "agent", "the least role (attack 36)");
        let url = invited.json()["link"]["url"].as_str().unwrap().to_owned();
        let path = url.strip_prefix("http://desk.test").unwrap().to_owned();
        let token = path.strip_prefix("/invitation/").unwrap().to_owned();
        let page = world.get(&path).send().await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.header("referrer-policy"), "same-origin");
        let (cookie, csrf) = world.door().await;
        let take_up = async |token: &str| {
            let fields = [
                ("csrf", csrf.as_str()),
                ("token", token),
                ("name", "New"),
                ("password", "a new password 1"),
                ("again", "a new password 1"),
            ];
            world.post("/invitation").header("cookie", &cookie).form(&fields).send().await
        };
        for wrong in ["", "null", "undefined", "0", "x"] {
            assert_eq!(take_up(wrong).await.status, StatusCode::GONE, "{wrong:?}");
        }
        let many = futures::future::join_all((0..5).map(|_| take_up(&token))).await;
        let won = many.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
        assert_eq!(won, 1, "{}: one of five at once", world.engine);
        assert_eq!(take_up(&token).await.status, StatusCode::GONE);
        let id = invited.json()["agent"]["id"].as_str().unwrap().to_owned();
        let reset = world.post(&format!("/api/v1/agents/{id}/link")).by(&owner).send().await.json();
        assert_eq!(reset["purpose"], "reset");
        let path = reset["url"].as_str().unwrap().strip_prefix("http://desk.test").unwrap().to_owned();
        world.clock.forward(jiff::SignedDuration::from_hours(25));
        assert_eq!(world.get(&path).send().await.status, StatusCode::GONE, "too old");
    })
    .await;
}

#[tokio::test]
async fn attack_44_known_and_unknown_addresses_are_answered_alike() {
    on_every_engine(async |world| {
        let known = world.sign_in("owner@aster.test", "wrong password", "203.0.113.1").await;
        let unknown = world.sign_in("nobody@aster.test", "wrong password", "203.0.113.1").await;
        assert_eq!(known.status, StatusCode::UNAUTHORIZED);
        assert_eq!(unknown.status, known.status);
        let plain = |text: &str, email: &str| {
            let start = text.find("name=\"csrf\" value=\"").unwrap() + 19;
            text.replace(&text[start..start + 43], "").replace(email, "")
        };
        assert_eq!(plain(&known.text, "owner@aster.test"), plain(&unknown.text, "nobody@aster.test"));
    })
    .await;
}

#[tokio::test]
async fn attack_45_guesses_are_counted_one_by_one_by_account_and_address() {
    on_every_engine(async |world| {
        let tries = (0..40).map(|index| {
            world
                .sign_in("owner@aster.test", "guess", if index % 2 == 0 { "203.0.113.7" } else { "203.0.113.8" })
                .into_future_boxed()
        });
        let answers = futures::future::join_all(tries).await;
        let looked_at = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
        assert_eq!(looked_at, 10, "{}: ten of forty at once", world.engine);
        let right = world.sign_in("owner@aster.test", PASSWORD, "203.0.113.9").await;
        assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS, "distributed guesses count for the account");
        world.clock.forward(jiff::SignedDuration::from_mins(16));
        assert_eq!(world.sign_in("owner@aster.test", PASSWORD, "203.0.113.9").await.status, StatusCode::SEE_OTHER);
        for index in 0..61 {
            world.sign_in(&format!("somebody{index}@aster.test"), "guess", "198.51.100.1").await;
        }
        let spray = world.sign_in("agent@aster.test", PASSWORD, "198.51.100.1").await;
        assert_eq!(spray.status, StatusCode::TOO_MANY_REQUESTS, "one address, many accounts");
    })
    .await;
}

trait Boxed: Future + Sized {
    fn into_future_boxed(self) -> std::pin::Pin<Box<Self>> {
        Box::pin(self)
    }
}
impl<T: Future> Boxed for T {}

#[tokio::test]
async fn attacks_46_and_50_secrets_are_hashed_at_rest_and_the_hash_lets_nobody_in() {
    on_every_engine(async |world| {
        let (_, hash) = world.edge.store.agent_by_email("owner@aster.test").await.unwrap().unwrap();
        let hash = hash.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert_eq!(world.sign_in("owner@aster.test", &hash, "203.0.113.2").await.status, StatusCode::UNAUTHORIZED);
        let owner = world.browser(&world.ours.owner).await;
        for at in ["/api/v1/me", "/api/v1/agents", "/api/v1/tokens"] {
            let answer = world.get(at).by(&owner).send().await;
            assert_eq!(answer.status, StatusCode::OK, "{at}");
            assert!(!answer.text.contains("argon2") && !answer.text.contains("hash"), "{at}");
        }
        let made =
            world.post("/api/v1/tokens").by(&owner).json(&json!({ "name": "t", "write": true })).send().await.json();
        let secret = made["secret"].as_str().unwrap();
        let other = world.post("/api/v1/tokens").by(&owner).json(&json!({ "name": "t" })).send().await.json();
        assert_ne!(other["secret"], made["secret"]);
        assert_eq!(world.get("/api/v1/me").bearer(secret).send().await.status, StatusCode::OK);
        assert!(!world.get("/api/v1/tokens").by(&owner).send().await.text.contains(secret));
        let hashed = hex_of(&store::vault::hash_of(secret));
        assert_eq!(world.get("/api/v1/me").bearer(&hashed).send().await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn attack_47_sessions_are_new_bound_and_end_everywhere() {
    on_every_engine(async |world| {
        let (cookie, token) = world.door().await;
        let planted = "planted-by-somebody-else";
        let answer = world
            .post("/sign-in")
            .header("cookie", &format!("{cookie}; madoguchi={planted}"))
            .form(&[("csrf", &token), ("email", "owner@aster.test"), ("password", PASSWORD)])
            .send()
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let secret = answer.cookie("madoguchi").unwrap();
        assert_ne!(secret, planted);
        assert!(secret.len() >= 43, "256 bits");
        let set: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(set.iter().any(|value| value.starts_with("madoguchi=")
            && value.contains("HttpOnly")
            && value.contains("SameSite=Lax")
            && value.contains("Path=/")));
        let first = world.browser(&world.ours.owner).await;
        let second = world.browser(&world.ours.owner).await;
        let end = world.ask(Method::DELETE, "/api/v1/me/sessions").by(&first).send().await;
        assert_eq!(end.status, StatusCode::NO_CONTENT, "{}", end.text);
        for browser in [&first, &second] {
            assert_eq!(world.get("/api/v1/me").by(browser).send().await.status, StatusCode::UNAUTHORIZED);
        }
        let third = world.browser(&world.ours.owner).await;
        world.clock.forward(jiff::SignedDuration::from_hours(8 * 24));
        assert_eq!(world.get("/api/v1/me").by(&third).send().await.status, StatusCode::UNAUTHORIZED, "idle for a week");
    })
    .await;
}

#[tokio::test]
async fn attack_47_a_write_from_elsewhere_is_refused_in_every_dress() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let cookie = format!("madoguchi={}", owner.secret);
        let body = json!({ "name": "Taken over" }).to_string();
        let patch = |origin: Option<&str>, site: Option<&str>, token: Option<&str>, media: &str| {
            let mut ask = world
                .ask(Method::PATCH, "/api/v1/me")
                .header("cookie", &cookie)
                .bytes(body.clone())
                .header("content-type", media);
            for (name, value) in [("origin", origin), ("sec-fetch-site", site), ("x-csrf-token", token)] {
                if let Some(value) = value {
                    ask = ask.header(name, value);
                }
            }
            ask.send()
        };
        let (json, own, token) = ("application/json", Some("http://desk.test"), Some(owner.csrf.as_str()));
        assert_eq!(patch(own, Some("same-origin"), token, json).await.status, StatusCode::OK);
        for (origin, site, token, media) in [
            (Some("https://evil.test"), None, token, json),
            (Some("http://desk.test.evil.test"), None, token, json),
            (Some("null"), None, token, json),
            (own, Some("cross-site"), token, json),
            (None, Some("same-site"), token, json),
            (None, Some("none"), token, json),
            (own, Some("same-origin"), None, json),
            (own, Some("same-origin"), Some("x"), json),
            (None, None, None, "text/plain"),
            (None, None, None, "multipart/form-data; boundary=x"),
        ] {
            let answer = patch(origin, site, token, media).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?} {site:?} {media}");
        }
        let as_text = patch(own, Some("same-origin"), token, "text/plain").await;
        assert_eq!(as_text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "JSON sent as text");
        let form = world.post("/sign-out").header("cookie", &cookie).form(&[("csrf", "wrong")]).send().await;
        assert_eq!(form.status, StatusCode::FORBIDDEN);
        assert_eq!(world.get("/api/v1/me").by(&owner).send().await.status, StatusCode::OK, "still signed in");
        let form = world.post("/sign-out").header("cookie", &cookie).form(&[("csrf", &owner.csrf)]).send().await;
        assert_eq!(form.status, StatusCode::SEE_OTHER);
        assert_eq!(world.get("/api/v1/me").by(&owner).send().await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn attack_47_behind_tls_the_cookie_belongs_to_this_host_alone() {
    let world = World::over(sqlite().await, |settings| {
        settings.public_url = Some("https://desk.test".parse().unwrap());
    })
    .await;
    let page = world.get("/sign-in").send().await;
    assert!(page.header("strict-transport-security").contains("max-age="));
    let door = page.cookie("madoguchi_door").unwrap();
    let token = web::session::csrf_token(&door);
    let answer = world
        .post("/sign-in")
        .header("cookie", &format!("madoguchi_door={door}"))
        .header("origin", "https://desk.test")
        .form(&[("csrf", &token), ("email", "owner@aster.test"), ("password", PASSWORD)])
        .send()
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned());
    let set = set.filter(|value| value.starts_with("__Host-madoguchi=")).collect::<Vec<_>>();
    assert!(set.len() == 1 && set[0].contains("; Secure"), "{set:?}");
}

#[tokio::test]
async fn attack_48_after_signing_in_nobody_is_sent_elsewhere() {
    on_every_engine(async |world| {
        for (next, goes) in [
            ("/settings/profile", "/settings/profile"),
            ("//evil.test", "/inbox"),
            ("https://evil.test", "/inbox"),
            ("/\\evil.test", "/inbox"),
        ] {
            let (cookie, token) = world.door().await;
            let fields =
                [("csrf", token.as_str()), ("email", "owner@aster.test"), ("password", PASSWORD), ("next", next)];
            let answer = world.post("/sign-in").header("cookie", &cookie).form(&fields).send().await;
            assert_eq!(answer.header("location"), goes, "{next}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_49_the_set_up_page_is_dead_once_somebody_exists() {
    on_every_engine(async |world| {
        assert_eq!(world.get("/first-run").send().await.status, StatusCode::NOT_FOUND);
        let (cookie, token) = world.door().await;
        let fields = [
            ("csrf", token.as_str()),
            ("company", "Evil"),
            ("name", "E"),
            ("email", "e@e.test"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        let answer = world.post("/first-run").header("cookie", &cookie).form(&fields).send().await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(world.edge.store.agent_by_email("e@e.test").await.unwrap().is_none());
        assert_eq!(world.get("/demo/sign-in/x").send().await.status, StatusCode::NOT_FOUND, "no demo here");
    })
    .await;
}

#[tokio::test]
async fn attack_49_of_many_first_owners_one_wins() {
    for fresh in store::testing::every_engine().await {
        let now = jiff::Timestamp::from_second(1_795_000_000).unwrap();
        let owners = (0..8).map(|index| {
            let store = fresh.store.clone();
            async move {
                let new = store::account::NewAgent {
                    email: format!("first{index}@aster.test"),
                    name: "First".to_owned(),
                    role: domain::vocabulary::Role::Owner,
                    profile: store::account::Profile::new("en", "UTC"),
                    password_hash: None,
                };
                store.create_first_owner("Aster", &new, now).await.is_ok()
            }
        });
        let won = futures::future::join_all(owners).await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1, "{}", fresh.name);
        assert_eq!(fresh.store.workspaces().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn attack_42_the_way_back_from_a_network_belongs_to_who_went() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let at = format!("/api/v1/apps/{}/connect", world.ours.app);
        let wanted = json!({ "role": "brand", "access_level": "enterprise" });
        let begun = world.post(&at).by(&owner).json(&wanted).send().await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
        let url = url::Url::parse(begun.json()["authorize_url"].as_str().unwrap()).unwrap();
        let pair = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!(pair("code_challenge_method"), "S256");
        assert_eq!(pair("redirect_uri"), "http://desk.test/connect/x/callback");
        let back = format!("/connect/x/callback?code=c&state={}", pair("state"));
        let other_session = world.browser(&world.ours.owner).await;
        let other_company = world.browser(&world.theirs.owner).await;
        let agent = world.browser(&world.ours.agent).await;
        assert_eq!(world.get(&back).by(&other_session).send().await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get(&back).by(&other_company).send().await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get(&back).by(&agent).send().await.status, StatusCode::FORBIDDEN);
        assert_eq!(world.get(&back).send().await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            world.get("/connect/x/callback?code=c&state=made-up").by(&owner).send().await.status,
            StatusCode::NOT_FOUND
        );
        world.clock.forward(jiff::SignedDuration::from_mins(16));
        assert_eq!(world.get(&back).by(&owner).send().await.status, StatusCode::NOT_FOUND, "too late");
    })
    .await;
}

#[tokio::test]
async fn attack_41_a_forged_forwarding_header_gives_no_new_tries_and_no_other_origin() {
    on_every_engine(async |world| {
        for index in 0..61 {
            let (cookie, token) = world.door().await;
            let email = format!("somebody{index}@aster.test");
            let tried = world
                .post("/sign-in")
                .header("cookie", &cookie)
                .header("x-forwarded-for", &format!("198.51.100.{index}"))
                .header("forwarded", &format!("for=198.51.100.{index}"))
                .header("x-real-ip", &format!("198.51.100.{index}"))
                .at_address("203.0.113.66")
                .form(&[("csrf", &token), ("email", &email), ("password", "guess")])
                .send()
                .await;
            let wanted = if index < 60 { StatusCode::UNAUTHORIZED } else { StatusCode::TOO_MANY_REQUESTS };
            assert_eq!(tried.status, wanted, "{}: number {index}", world.engine);
        }
        // Nor does it make another site ours.
        let owner = world.browser(&world.ours.owner).await;
        let forged = world
            .ask(Method::PATCH, "/api/v1/me")
            .header("cookie", &format!("madoguchi={}", owner.secret))
            .header("x-csrf-token", &owner.csrf)
            .header("origin", "https://evil.test")
            .header("x-forwarded-host", "evil.test")
            .header("x-forwarded-proto", "https")
            .json(&json!({ "name": "Taken over" }))
            .send()
            .await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
    })
    .await;
}

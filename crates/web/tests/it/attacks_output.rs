//! Attacks on inputs and answers of the API: odd parameters, odd numbers, caches, pages about failures.

use crate::world::on_every_engine;
use axum::http::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn attacks_20_and_51_parameters_are_words_of_closed_lists() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        for query in ["__proto__=x", "constructor[prototype]=x", "unknown=1"] {
            let answer = world.get(&format!("/api/v1/cases?{query}")).by(&owner).send().await;
            assert_eq!(answer.status, StatusCode::OK, "{query}");
        }
        for query in [
            "order=priority;drop",
            "order=created_at%20desc",
            "state=open'--",
            "priority=1%20or%201",
            "priority=9",
            "priority=-1",
            "priority=99999999999999999999",
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=1e3",
            "limit=NaN",
            "after=x",
            "after=%00",
            "contact=1",
            "channel=1%27",
            "assignee=everyone",
            "noise=maybe",
            "view=none",
            "waiting=perhaps",
            "limit=1&limit=2",
        ] {
            let answer = world.get(&format!("/api/v1/cases?{query}")).by(&owner).send().await;
            assert!(answer.status.is_client_error(), "{query}: {} {}", answer.status, answer.text);
            assert!(!answer.code().is_empty());
        }
        for body in
            ["{\"__proto__\":{\"admin\":true},\"name\":\"N\"}", "{\"constructor\":{\"prototype\":{}},\"name\":\"N\"}"]
        {
            let answer = world
                .ask(Method::PATCH, "/api/v1/me")
                .by(&owner)
                .header("content-type", "application/json")
                .bytes(body)
                .send()
                .await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        }
        for q in ["%25", "_", "%5C", "%27", "%22", "%00", "a%00b", "*", "AND%20OR%20NOT", "ws:x"] {
            let answer = world.get(&format!("/api/v1/search?q={q}")).by(&owner).send().await;
            assert!(!answer.status.is_server_error(), "{q}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_56_numbers_and_times_out_of_range_are_refused() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        for body in [
            "{\"undo_seconds\":31}",
            "{\"undo_seconds\":-1}",
            "{\"undo_seconds\":1e400}",
            "{\"undo_seconds\":99999999999999999999}",
            "{\"undo_seconds\":NaN}",
            "{\"undo_seconds\":1.5}",
            "{\"name\":\"a\\u0000b\"}",
            "{\"name\":\"\\ud800\"}",
            "{\"name\":\"\"}",
            "{\"zone\":\"../../etc/passwd\"}",
            "{\"zone\":\"\"}",
            "{\"language\":\"xx\"}",
            "[]",
            "null",
            "\"x\"",
            "{",
        ] {
            let answer = world
                .ask(Method::PATCH, "/api/v1/me")
                .by(&owner)
                .header("content-type", "application/json")
                .bytes(body)
                .send()
                .await;
            assert!(answer.status.is_client_error(), "{body}: {} {}", answer.status, answer.text);
        }
        let case = world.case_of(&world.ours, "@AsterCare hello").await;
        let at = format!("/api/v1/cases/{}/snooze", case["id"].as_str().unwrap());
        for until in [
            "0000-01-01T00:00:00Z",
            "-000001-01-01T00:00:00Z",
            "9999-12-30T22:00:00Z",
            "2026-13-01T00:00:00Z",
            "tomorrow",
            "",
        ] {
            let answer = world.post(&at).by(&owner).json(&json!({ "until": until })).send().await;
            assert!(answer.status.is_client_error(), "{until}: {} {}", answer.status, answer.text);
        }
        for day in ["from=2026-02-30&to=2026-03-01", "from=0000-00-00&to=x", "from=2026-01-01"] {
            let answer = world.get(&format!("/api/v1/costs?{day}")).by(&owner).send().await;
            assert!(answer.status.is_client_error(), "{day}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn attacks_75_and_76_answers_are_not_kept_and_failures_tell_nothing() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        for at in ["/api/v1/me", "/api/v1/cases", "/api/v1/nothing", "/sign-in", "/nothing"] {
            let answer = world.get(at).by(&owner).send().await;
            assert_eq!(answer.header("cache-control"), "no-store", "{at}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{at}");
            assert!(answer.header("content-security-policy").starts_with("default-src 'self'"), "{at}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{at}");
            assert!(!answer.header("x-request-id").is_empty(), "{at}");
        }
        let token = "mdg_a-secret-that-must-not-be-echoed";
        let answer = world.get(&format!("/invitation/{token}")).header("accept", "text/html").send().await;
        assert!(!answer.text.contains(token));
        let answer = world.get("/api/v1/me").bearer(token).send().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.text.contains(token));
        let page = world.get("/inbox").header("accept", "text/html").send().await;
        assert_eq!(page.header("location"), "/sign-in?next=%2Finbox");
        let wrong = world.ask(Method::PUT, "/api/v1/cases").by(&owner).send().await;
        assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"));
    })
    .await;
}

#[tokio::test]
async fn attack_62_there_is_no_log_viewer_and_no_backup_to_fetch() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        for at in [
            "/logs",
            "/log",
            "/backup",
            "/api/v1/logs",
            "/api/v1/backup",
            "/key",
            "/madoguchi.db",
            "/.env",
            "/.git/config",
            "/debug/pprof",
        ] {
            assert_eq!(world.get(at).by(&owner).send().await.status, StatusCode::NOT_FOUND, "{at}");
        }
    })
    .await;
}

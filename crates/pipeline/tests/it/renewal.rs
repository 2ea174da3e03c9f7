//! Tokens that are about to die: one renewal however many want it, and the new pair is kept before anybody uses it.

use crate::scene::Scene;
use domain::Timestamp;
use futures::future::join_all;
use jiff::SignedDuration;
use networks::Tokens;
use networks::network::CallError;
use pipeline::access::{AccessError, channel_access};
use store::testing::every_engine;

#[tokio::test(flavor = "multi_thread")]
async fn many_want_new_tokens_at_once_and_one_pair_is_bought() {
    for fresh in every_engine().await {
        let scene = Scene::over(&fresh, Some(Timestamp::now() - SignedDuration::from_secs(1))).await;
        let asked = join_all((0..8).map(async |_| {
            loop {
                match channel_access(&scene.environment, scene.workspace, scene.channel).await {
                    Ok((_, access)) => return access,
                    // Somebody else is at it.
                    Err(AccessError::Call(CallError::Later { .. })) => tokio::task::yield_now().await,
                    Err(error) => panic!("{}: {error}", fresh.name),
                }
            }
        }))
        .await;
        let kept = fresh.store.channel_tokens(scene.workspace, scene.channel).await.unwrap();
        let kept: Tokens = serde_json::from_str(&kept).unwrap();
        assert_ne!(kept.refresh_token.unwrap().reveal(), scene.made.support.refresh_token);
        for access in &asked {
            // X gives a refresh token once: a second renewal would have failed, and killed the account.
            assert_eq!(access.tokens.access_token, kept.access_token, "{}", fresh.name);
        }
        let network = scene.environment.networks.get("x").unwrap();
        let access = asked.first().unwrap();
        assert_eq!(network.whoami(&access.app, &access.tokens).await.unwrap().handle, "aoba_help");
    }
}

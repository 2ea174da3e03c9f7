//! The official Python client holds a session with the simulator.

use crate::scene::Scene;
use std::path::Path;
use tokio::process::Command;

async fn run(command: &mut Command) {
    let output = command.output().await.unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}");
    println!("{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_client_speaks_with_the_simulator() {
    if std::env::var_os("MADOGUCHI_XDK").is_none() {
        println!("skipped: MADOGUCHI_XDK is not set");
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xdk");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), Into::into);
    let venv = target.join("xdk-venv");
    let python = venv.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv)).await;
    }
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(here.join("requirements.txt")))
    .await;
    let scene = Scene::start().await;
    let hook = scene.app("GET", "/2/webhooks", None).await.body["data"][0]["url"].as_str().unwrap().to_owned();
    run(Command::new(&python)
        .arg(here.join("session.py"))
        .env("SIMULATOR_URL", scene.simulator.base_url())
        .env("CLIENT_ID", &scene.world.app.client_id)
        .env("CLIENT_SECRET", &scene.world.app.client_secret)
        .env("BEARER_TOKEN", &scene.world.app.bearer_token)
        .env("WEBHOOK_ID", &scene.webhook_id)
        .env("WEBHOOK_URL", format!("{hook}?second=1"))
        .env("NO_PROXY", "127.0.0.1"))
    .await;
}

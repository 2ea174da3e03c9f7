//! Wrong settings at start: the error names the setting, where the value came from, and what is allowed.

use crate::scene::cluster::Cluster;
use crate::scene::database::Database;
use crate::scene::product::{Command, Port, Product};

fn command(database: &Database) -> Command {
    Command::new(database, Port::free(), "127.0.0.1:1")
}

async fn refusal(command: &Command, arguments: &[&str]) -> String {
    let (good, _, errors) = command.output(arguments, "").await;
    assert!(!good, "{arguments:?} was accepted");
    errors
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_setting_is_named_with_its_origin_and_what_is_allowed() {
    let database = Database::sqlite();
    let base = command(&database);
    for (variable, value, allowed) in [
        ("MADOGUCHI_LISTEN", "port 80", "127.0.0.1:7300"),
        ("MADOGUCHI_HOOKS_LISTEN", "localhost", "127.0.0.1:7300"),
        ("MADOGUCHI_PUBLIC_URL", "care.example.com", "https://care.example.com"),
        ("MADOGUCHI_TRUSTED_PROXIES", "10.0.0.0/99", "127.0.0.1/32"),
        ("MADOGUCHI_ALLOWED_ADDRESSES", "not a host:x", "host:port"),
        ("MADOGUCHI_ALLOW_UNSAFE_DATABASE", "perhaps", "true or false"),
        ("MADOGUCHI_ROLE", "boss", "web, intake, worker, dispatch"),
    ] {
        let errors = refusal(&base.clone().with(variable, value), &["serve"]).await;
        let setting = variable.trim_start_matches("MADOGUCHI_").to_lowercase();
        for part in [setting.as_str(), variable, value, allowed] {
            assert!(errors.contains(part), "{variable}: {part:?} is missing in: {errors}");
        }
    }
    let errors = refusal(&base, &["serve", "--role", "boss"]).await;
    assert!(errors.contains("--role") && errors.contains("boss"), "{errors}");

    let file = database.folder().join("settings.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:0\"\nlisten_hooks = \"127.0.0.1:0\"\n").unwrap();
    let errors = refusal(&base, &["serve", "--config", file.to_str().unwrap()]).await;
    assert!(
        errors.contains("listen_hooks") && errors.contains("hooks_listen") && errors.contains("settings.toml"),
        "{errors}"
    );

    // The address of a database holds a password: it is not repeated.
    let errors = refusal(&base.with("DATABASE_URL", "mysql://root:hunter2@db/x"), &["serve"]).await;
    assert!(errors.contains("DATABASE_URL") && errors.contains("postgres://"), "{errors}");
    assert!(!errors.contains("hunter2"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_may_forget_is_refused_unless_allowed() {
    for (culprit, options) in [("fsync", &["fsync=off"][..]), ("synchronous_commit", &["synchronous_commit=off"][..])] {
        let Some(cluster) = Cluster::start(options) else { return };
        let database = Database::at(cluster.url());
        let command = command(&database);
        for arguments in [&["serve"][..], &["doctor"][..]] {
            let errors = refusal(&command, arguments).await;
            for part in ["DATABASE_URL", &*format!("{culprit}=off"), "MADOGUCHI_ALLOW_UNSAFE_DATABASE=true"] {
                assert!(errors.contains(part), "{culprit}: {part:?} is missing in: {errors}");
            }
        }
        let allowed = command.with("MADOGUCHI_ALLOW_UNSAFE_DATABASE", "true");
        Product::start(&allowed).await.stop().await;
    }
}

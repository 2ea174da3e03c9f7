//! Fresh real databases for tests: a folder of SQLite files, and, where `MADOGUCHI_TEST_POSTGRES` names a server, a new
//! PostgreSQL database of its own.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "only compiled into tests")]

use crate::open::{Settings, Store};
use domain::Timestamp;
use domain::id::WorkspaceId;
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::path::Path;

/// A store over a fresh database; the folder goes with it, the PostgreSQL database with its cluster.
pub struct Fresh {
    /// `sqlite` or `postgres`, for messages.
    pub name: &'static str,
    /// The open store.
    pub store: Store,
    /// How to open the same database again.
    pub settings: Settings,
    folder: tempfile::TempDir,
}

impl Fresh {
    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A fresh embedded database.
pub async fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::embedded(folder.path());
    Fresh { name: "sqlite", store: Store::open(&settings).await.unwrap(), settings, folder }
}

/// A fresh database on the test server, or `None` (said aloud) when there is no server.
pub async fn postgres() -> Option<Fresh> {
    let Ok(admin) = std::env::var("MADOGUCHI_TEST_POSTGRES") else {
        println!("skipped: needs PostgreSQL (cargo xtask postgres -- cargo test)");
        return None;
    };
    let name = format!("t{}", uuid::Uuid::now_v7().simple());
    let mut connection = sqlx::PgConnection::connect(&admin).await.unwrap();
    connection.execute(sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))).await.unwrap();
    connection.close().await.unwrap();
    let (base, query) =
        admin.split_once('?').map_or((admin.as_str(), String::new()), |(base, query)| (base, format!("?{query}")));
    let server = base.rsplit_once('/').unwrap().0;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::server(folder.path(), format!("{server}/{name}{query}"));
    settings.connections = 4;
    Some(Fresh { name: "postgres", store: Store::open(&settings).await.unwrap(), settings, folder })
}

/// A fresh database of every engine there is.
pub async fn every_engine() -> Vec<Fresh> {
    let mut all = vec![sqlite().await];
    all.extend(postgres().await);
    all
}

/// A workspace to work in.
pub async fn workspace(store: &Store, name: &str, now: Timestamp) -> WorkspaceId {
    let id: WorkspaceId = crate::filing::new_id();
    store
        .main
        .execute(
            "INSERT INTO workspace (id, name, zone, last_event, settings, created_at) VALUES ($1, $2, 'UTC', 0, '{}', $3)",
            &[id.into(), name.into(), now.into()],
        )
        .await
        .unwrap();
    id
}

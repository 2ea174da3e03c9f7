//! Fresh databases: a folder of SQLite files, or a new PostgreSQL database on the test server.

use std::path::Path;
use store::testing::{self, Fresh};
use store::{Settings, Store};
use tempfile::TempDir;

/// Where one product keeps its data.
pub struct Database {
    /// `sqlite` or `postgres`, for messages.
    pub name: &'static str,
    folder: TempDir,
    url: Option<String>,
    // Keeps the folder of its making.
    _fresh: Option<Fresh>,
}

impl Database {
    /// The embedded engine in a fresh folder.
    pub fn sqlite() -> Self {
        Self { name: "sqlite", folder: tempfile::tempdir().unwrap(), url: None, _fresh: None }
    }

    /// A fresh database on the test server; `None` (said aloud) when there is no server.
    pub async fn postgres() -> Option<Self> {
        let fresh = testing::postgres().await?;
        fresh.store.close().await;
        let url = fresh.settings.database_url.clone();
        Some(Self { name: "postgres", folder: tempfile::tempdir().unwrap(), url, _fresh: Some(fresh) })
    }

    /// A database on the test server that holds nothing yet, not even tables.
    pub async fn bare_postgres() -> Option<Self> {
        let database = Self::postgres().await?;
        let store = database.open().await;
        for statement in ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"] {
            store.main.execute(statement, &[]).await.unwrap();
        }
        store.close().await;
        std::fs::remove_dir_all(database.folder()).unwrap();
        std::fs::create_dir(database.folder()).unwrap();
        Some(database)
    }

    /// A database at an address of the test's own making.
    pub fn at(url: String) -> Self {
        Self { name: "postgres", folder: tempfile::tempdir().unwrap(), url: Some(url), _fresh: None }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of a server.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// How to open it.
    pub fn settings(&self) -> Settings {
        let mut settings = match &self.url {
            None => Settings::embedded(self.folder()),
            Some(url) => Settings::server(self.folder(), url.clone()),
        };
        settings.connections = 3;
        settings
    }

    /// Opens it beside the product.
    pub async fn open(&self) -> Store {
        Store::open(&self.settings()).await.unwrap()
    }
}

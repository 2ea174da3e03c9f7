//! Opening the store: three SQLite files, or one PostgreSQL database with a connection budget for each kind of work.

use crate::db::{Db, Engine, migrate};
use crate::error::{Error, Result};
use crate::vault::Vault;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Where the store is and how it is opened.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of the SQLite files, attachments, the local journal and the key.
    pub data: PathBuf,
    /// `postgres://…`, or `None` for the embedded engine.
    pub database_url: Option<String>,
    /// Go on although PostgreSQL runs with `fsync=off` or `synchronous_commit=off`.
    pub allow_unsafe_database: bool,
    /// Connections that readers of screens may hold (SQLite: reader connections; PostgreSQL: pool size).
    pub connections: u32,
}

impl Settings {
    /// The embedded engine in a folder.
    pub fn embedded(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), database_url: None, allow_unsafe_database: false, connections: 4 }
    }
    /// PostgreSQL; the folder still holds attachments, the key and the local journal.
    pub fn server(data: impl Into<PathBuf>, url: impl Into<String>) -> Self {
        Self { data: data.into(), database_url: Some(url.into()), allow_unsafe_database: false, connections: 12 }
    }
}

/// The store: cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// What people and the way of a message work on (`madoguchi.db`).
    pub main: Db,
    /// The same data for the way of a message: filing and dispatch never take the screens' connections.
    pub work: Db,
    /// What the networks delivered (`journal.db`).
    pub journal: Db,
    /// The search index (`search.db`).
    pub search: Db,
    /// Opens and seals secrets.
    pub vault: Arc<Vault>,
    /// Folder of files beside the database.
    pub data: PathBuf,
}

const MAIN: &[(&str, &str)] = &[
    ("0001_spine", include_str!("../migrations/main/0001_spine.sql")),
    ("0002_kept_files", include_str!("../migrations/main/0002_kept_files.sql")),
    ("0003_answers", include_str!("../migrations/main/0003_answers.sql")),
    ("0004_erased_files", include_str!("../migrations/main/0004_erased_files.sql")),
    ("0005_connected", include_str!("../migrations/main/0005_connected.sql")),
    ("0006_orders_from_the_index", include_str!("../migrations/main/0006_orders_from_the_index.sql")),
];
pub(crate) const JOURNAL: &[(&str, &str)] = &[("0001_journal", include_str!("../migrations/journal/0001_journal.sql"))];
const SEARCH: &[(&str, &str)] = &[("0001_search", include_str!("../migrations/search/0001_search.sql"))];

impl Store {
    /// Opens the database, checks that it keeps what it acknowledges, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Unsafe`] when PostgreSQL could lose acknowledged commits and that was not allowed.
    pub async fn open(settings: &Settings) -> Result<Self> {
        std::fs::create_dir_all(&settings.data)
            .map_err(|error| Error::File(settings.data.display().to_string(), error))?;
        let vault = Arc::new(Vault::open(&settings.data)?);
        let store = match &settings.database_url {
            None => Self::open_sqlite(settings, vault).await?,
            Some(url) => Self::open_postgres(settings, url, vault).await?,
        };
        migrate(&store.journal, "journal_migration", JOURNAL).await?;
        migrate(&store.main, "migration", MAIN).await?;
        migrate(&store.search, "search_migration", SEARCH).await?;
        Ok(store)
    }

    async fn open_sqlite(settings: &Settings, vault: Arc<Vault>) -> Result<Self> {
        let main = sqlite(&settings.data.join("madoguchi.db"), SqliteSynchronous::Full, settings.connections).await?;
        // One writer a file: work and screens share it, but each has readers of its own.
        let work = match &main {
            Db::Sqlite { writer, .. } => Db::Sqlite {
                writer: writer.clone(),
                readers: sqlite_readers(&settings.data.join("madoguchi.db"), 2).await?,
            },
            Db::Postgres(_) => main.clone(),
        };
        Ok(Self {
            main,
            work,
            journal: sqlite(&settings.data.join("journal.db"), SqliteSynchronous::Full, 2).await?,
            search: sqlite(&settings.data.join("search.db"), SqliteSynchronous::Normal, 2).await?,
            vault,
            data: settings.data.clone(),
        })
    }

    async fn open_postgres(settings: &Settings, url: &str, vault: Arc<Vault>) -> Result<Self> {
        // A plan that was made while a table was small is kept for as long as the connection lives, and reads a table that
        // has grown since from end to end. Planning anew costs a millisecond; measured, filing a backlog takes a third less.
        let options = PgConnectOptions::from_str(url)?
            .application_name("madoguchi")
            .options([("plan_cache_mode", "force_custom_plan")])
            .disable_statement_logging();
        // The way of a message looks rows up by their keys, some hundred at a time, and what it looks up was mostly written
        // a moment ago: a look-up costs little more than reading on, whatever the statistics of a growing table say.
        let lookups = options.clone().options([("random_page_cost", "1.1"), ("jit", "off")]);
        let pool = |connections: u32, patience: u64, options: &PgConnectOptions| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(patience))
                .connect_with(options.clone())
        };
        let main = pool(settings.connections, 5, &options).await?;
        let store = Self {
            main: Db::Postgres(main),
            work: Db::Postgres(pool(4, 5, &lookups).await?),
            // Networks wait for their answer: when the server is gone, the local journal must take over soon.
            journal: Db::Postgres(pool(3, 1, &lookups).await?),
            search: Db::Postgres(pool(2, 5, &options).await?),
            vault,
            data: settings.data.clone(),
        };
        if let Some(trouble) = store.durability_trouble().await? {
            if settings.allow_unsafe_database {
                tracing::warn!("{trouble}");
            } else {
                return Err(Error::Unsafe(trouble));
            }
        }
        Ok(store)
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        self.main.engine()
    }

    /// What of the engine's set-up could lose acknowledged messages in a power cut, in words for the operator.
    pub async fn durability_trouble(&self) -> Result<Option<String>> {
        if self.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let row = self
            .main
            .fetch_one(
                "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
                        current_setting('server_version_num')::bigint AS version",
                &[],
            )
            .await?;
        let (fsync, commits, version) = (row.text("fsync")?, row.text("commits")?, row.int("version")?);
        if version < 150_000 {
            return Ok(Some(format!(
                "DATABASE_URL: the server is PostgreSQL {}; 15 or newer is needed",
                version / 10_000
            )));
        }
        let culprit = if fsync != "on" {
            "fsync"
        } else if commits == "off" {
            "synchronous_commit"
        } else {
            return Ok(None);
        };
        Ok(Some(format!(
            "the PostgreSQL server behind DATABASE_URL runs with {culprit}=off: a power cut would lose messages that the \
             networks were told are safe. Set {culprit}=on, or allow it with MADOGUCHI_ALLOW_UNSAFE_DATABASE=true"
        )))
    }

    /// Whether the database answers, for readiness.
    pub async fn ping(&self) -> Result<()> {
        self.main.fetch_one("SELECT 1 AS one", &[]).await.map(|_| ())
    }

    /// Whether the search index can be written, for readiness; changes nothing.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn search_is_writable(&self) -> Result<()> {
        // Takes the writer's lock, which a file or a server that only reads refuses.
        self.search.execute("DELETE FROM search_migration WHERE 1 = 0", &[]).await.map(|_| ())
    }

    /// Closes all connections; pending work must have ended.
    pub async fn close(&self) {
        self.search.close().await;
        self.journal.close().await;
        self.work.close().await;
        self.main.close().await;
    }
}

fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_secs(10))
        .pragma("temp_store", "memory")
        .pragma("mmap_size", "0")
        .disable_statement_logging()
}

async fn sqlite_readers(path: &Path, connections: u32) -> Result<sqlx::SqlitePool> {
    let options = sqlite_options(path).read_only(true).pragma("cache_size", "-4096").row_buffer_size(256);
    Ok(SqlitePoolOptions::new().min_connections(0).max_connections(connections).connect_with(options).await?)
}

async fn sqlite(path: &Path, synchronous: SqliteSynchronous, readers: u32) -> Result<Db> {
    let options = sqlite_options(path)
        .create_if_missing(true)
        .synchronous(synchronous)
        .pragma("cache_size", "-8192")
        .pragma("wal_autocheckpoint", "2000")
        .statement_cache_capacity(256);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(30))
        .connect_with(options)
        .await?;
    Ok(Db::Sqlite { writer, readers: sqlite_readers(path, readers).await? })
}

/// A journal file of its own, for the time that PostgreSQL is away.
pub(crate) async fn sqlite_journal(path: &Path) -> Result<Db> {
    sqlite(path, SqliteSynchronous::Full, 1).await
}

//! The one small layer over the two engines: `Db`, `Tx`, `Value`, `Row`, `insert_many`, migrations.
//!
//! One SQL text with `$1` placeholders runs on both. Where the dialects cannot agree, [`Engine`] picks between two
//! variants that stand side by side at the place of use.

mod batch;
mod migrate;
mod row;
mod value;

pub use batch::{Column, json_rows, rows_from};
pub use migrate::migrate;
pub use row::Row;
pub use value::Value;

use crate::error::Result;
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool, postgres::PgArguments, sqlite::SqliteArguments};

/// Which database engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// Server, version 15 or newer.
    Postgres,
}

impl Engine {
    /// Picks the variant of this engine.
    pub fn pick<T>(self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }
}

/// A database: on SQLite one writer and a few read-only readers, on PostgreSQL a pool.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Connections that only read.
        readers: SqlitePool,
    },
    /// A pool.
    Postgres(PgPool),
}

/// A transaction that writes. Dropped without [`Tx::commit`], it rolls back.
pub enum Tx {
    /// `BEGIN IMMEDIATE` on the writer.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// `BEGIN`.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

fn sqlite_arguments(values: &[Value]) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        value.bind_sqlite(&mut arguments)?;
    }
    Ok(arguments)
}

fn postgres_arguments(values: &[Value]) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        value.bind_postgres(&mut arguments)?;
    }
    Ok(arguments)
}

macro_rules! query {
    ($sql:expr, $arguments:expr) => {
        sqlx::query_with(AssertSqlSafe($sql), $arguments)
    };
}

impl Db {
    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Opens a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// All rows of a reading query.
    pub async fn fetch_all(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite { readers, .. } => {
                let rows = query!(sql.to_owned(), sqlite_arguments(values)?).fetch(readers);
                Ok(rows.map_ok(Row::Sqlite).try_collect().await?)
            }
            Self::Postgres(pool) => {
                let rows = query!(sql.to_owned(), postgres_arguments(values)?).fetch(pool);
                Ok(rows.map_ok(Row::Postgres).try_collect().await?)
            }
        }
    }

    /// The first row of a reading query, if any.
    pub async fn fetch_optional(&self, sql: &str, values: &[Value]) -> Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                query!(sql.to_owned(), sqlite_arguments(values)?).fetch_optional(readers).await?.map(Row::Sqlite)
            }
            Self::Postgres(pool) => {
                query!(sql.to_owned(), postgres_arguments(values)?).fetch_optional(pool).await?.map(Row::Postgres)
            }
        })
    }

    /// The first row of a reading query; [`crate::Error::NotFound`] when there is none.
    pub async fn fetch_one(&self, sql: &str, values: &[Value]) -> Result<Row> {
        self.fetch_optional(sql, values).await?.ok_or(crate::Error::NotFound)
    }

    /// Runs one writing statement in a transaction of its own; the number of rows it touched.
    pub async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                query!(sql.to_owned(), sqlite_arguments(values)?).execute(writer).await?.rows_affected()
            }
            Self::Postgres(pool) => {
                query!(sql.to_owned(), postgres_arguments(values)?).execute(pool).await?.rows_affected()
            }
        })
    }

    /// Closes all connections; later calls fail.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs one statement; the number of rows it touched.
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(tx) => {
                query!(sql.to_owned(), sqlite_arguments(values)?).execute(&mut **tx).await?.rows_affected()
            }
            Self::Postgres(tx) => {
                query!(sql.to_owned(), postgres_arguments(values)?).execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// All rows of a query inside the transaction.
    pub async fn fetch_all(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(tx) => {
                let rows = query!(sql.to_owned(), sqlite_arguments(values)?).fetch_all(&mut **tx).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(tx) => {
                let rows = query!(sql.to_owned(), postgres_arguments(values)?).fetch_all(&mut **tx).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// The first row, if any.
    pub async fn fetch_optional(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>> {
        Ok(self.fetch_all(sql, values).await?.into_iter().next())
    }

    /// The first row; [`crate::Error::NotFound`] when there is none.
    pub async fn fetch_one(&mut self, sql: &str, values: &[Value]) -> Result<Row> {
        self.fetch_optional(sql, values).await?.ok_or(crate::Error::NotFound)
    }

    /// Inserts many rows with one statement. `suffix` follows the rows, e.g. `ON CONFLICT DO NOTHING`; the number inserted.
    pub async fn insert_many(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: &[Vec<Value>],
        suffix: &str,
    ) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        // SQLite's parser needs a WHERE between a SELECT source and ON CONFLICT, else it reads ON as a join's.
        let sql = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {} WHERE true {suffix}",
            names.join(", "),
            batch::selection(self.engine(), columns).join(", "),
            rows_from(self.engine(), 1),
        );
        self.execute(&sql, &[json_rows(columns, rows, self.engine())]).await
    }

    /// Updates many rows of a workspace with one statement: the first column finds the row, the others are set.
    pub async fn update_many(
        &mut self,
        table: &str,
        key: &str,
        columns: &[Column],
        rows: &[Vec<Value>],
        workspace: domain::id::WorkspaceId,
    ) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let engine = self.engine();
        let expressions = batch::selection(engine, columns);
        let cells = expressions.iter().enumerate().map(|(index, expression)| format!("{expression} AS c{index}"));
        let set: Vec<String> = columns
            .iter()
            .enumerate()
            .skip(1)
            .map(|(index, column)| format!("{} = batch.c{index}", column.name))
            .collect();
        let id = expressions.first().cloned().unwrap_or_default();
        let source = rows_from(engine, 1);
        // SQLite must walk the batch and look rows up, not the other way round, which costs every row of the workspace
        // times every row of the batch. LIMIT makes it read the batch once, IN leads it to the key.
        let (once, looked_up) = engine
            .pick((" LIMIT -1", format!("AND {table}.{key} IN (SELECT {id} FROM {source})")), ("", String::new()));
        let sql = format!(
            "UPDATE {table} SET {} FROM (SELECT {} FROM {source}{once}) AS batch
             WHERE {table}.workspace_id = $2 AND {table}.{key} = batch.c0 {looked_up}",
            set.join(", "),
            cells.collect::<Vec<_>>().join(", "),
        );
        self.execute(&sql, &[json_rows(columns, rows, engine), workspace.into()]).await
    }

    /// Locks rows read in this transaction on PostgreSQL; SQLite has one writer anyway.
    pub fn for_update(&self) -> &'static str {
        self.engine().pick("", " FOR UPDATE")
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

//! Where a run keeps its data: a fresh folder, and for PostgreSQL a cluster of its own.

use super::Engine;
use crate::postgres::cluster::Cluster;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use store::Settings;

/// A place that goes away with its value.
pub struct Place {
    folder: tempfile::TempDir,
    cluster: Option<Cluster>,
}

impl Place {
    /// A fresh one.
    pub fn fresh(engine: Engine) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("madoguchi-bench-").tempdir().context("a folder for the data")?;
        let cluster = (engine == Engine::Postgres).then(Cluster::start).transpose()?;
        Ok(Self { folder, cluster })
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Address of the database, unless it is embedded.
    pub fn database_url(&self) -> Option<&str> {
        self.cluster.as_ref().map(Cluster::url)
    }

    /// How the store is opened.
    pub fn settings(&self) -> Settings {
        settings(self.folder.path(), self.database_url())
    }
}

/// How the store of a folder is opened.
pub fn settings(data: &Path, database_url: Option<&str>) -> Settings {
    database_url.map_or_else(|| Settings::embedded(data), |url| Settings::server(data, url))
}

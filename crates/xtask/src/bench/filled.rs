//! A filled database that is kept between measurements: filling a million cases takes minutes.

use super::Engine;
use super::place;
use crate::postgres::cluster::{self, Address, Cluster};
use crate::workspace;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use store::Settings;

/// A filled database.
pub struct Filled {
    /// The data folder.
    pub data: PathBuf,
    /// Address of the database, unless it is embedded.
    pub database_url: Option<String>,
}

/// Says that a folder was filled to the end, and where the cluster is.
const DONE: &str = "filled.json";

fn home() -> PathBuf {
    workspace::root().join("target/bench")
}

impl Filled {
    /// The one in the folder; filled now when it is not there yet.
    pub async fn open(engine: Engine, data: Option<&Path>, cases: u64) -> Result<Self> {
        let name = match engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
        let data = data.map_or_else(|| home().join(name), Path::to_path_buf);
        let done = data.join(DONE);
        if let Ok(text) = std::fs::read_to_string(&done) {
            let address: Option<Address> = serde_json::from_str(&text)?;
            return Ok(Self { data, database_url: address.map(|address| address.url) });
        }
        if data.exists() {
            bail!("{} holds something that was not filled to the end: remove it (bench clear)", data.display());
        }
        std::fs::create_dir_all(&data)?;
        let address = (engine == Engine::Postgres).then(Cluster::start_detached).transpose()?;
        let filled = Self { data, database_url: address.as_ref().map(|address| address.url.clone()) };
        println!("# filling {} with {cases} cases", filled.data.display());
        let begun = std::time::Instant::now();
        filled.example("fill", &["--cases", &cases.to_string()])?;
        std::fs::write(done, serde_json::to_string(&address)?)?;
        println!("filled in {:.0} s", begun.elapsed().as_secs_f64());
        Ok(filled)
    }

    /// How its store is opened.
    pub fn settings(&self) -> Settings {
        place::settings(&self.data, self.database_url.as_deref())
    }

    /// Runs one of the store's own tools on it.
    pub fn example(&self, name: &str, options: &[&str]) -> Result<()> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(["run", "--quiet", "--release", "--package", "store", "--example", name, "--"])
            .arg(&self.data)
            .current_dir(workspace::root());
        if let Some(url) = &self.database_url {
            command.args(["--postgres", url]);
        }
        let status = command.args(options).status().with_context(|| format!("running store's example {name}"))?;
        if !status.success() {
            bail!("store's example {name} failed");
        }
        Ok(())
    }
}

/// Removes what was filled, with its cluster.
pub fn clear() -> Result<()> {
    for name in ["sqlite", "postgres"] {
        let data = home().join(name);
        if let Ok(text) = std::fs::read_to_string(data.join(DONE))
            && let Some(address) = serde_json::from_str::<Option<Address>>(&text)?
        {
            cluster::stop(&address)?;
        }
        if data.exists() {
            std::fs::remove_dir_all(&data).with_context(|| format!("removing {}", data.display()))?;
        }
    }
    Ok(())
}

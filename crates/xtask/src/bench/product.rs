//! The product as people run it: the release binary in a process of its own.

use super::http_client::{Connection, get};
use super::memory::Memory;
use crate::workspace;
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server; dropping it kills it.
pub struct Product {
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub first_answer: Duration,
    child: Child,
}

/// The release binary. `MADOGUCHI_BENCH_BINARY` names another one, to compare two builds.
pub fn binary() -> Result<PathBuf> {
    let path = std::env::var_os("MADOGUCHI_BENCH_BINARY")
        .map_or_else(|| workspace::root().join("target/release/madoguchi"), PathBuf::from);
    if path.exists() {
        return Ok(path);
    }
    bail!("{} is missing: cargo build --release --package madoguchi", path.display())
}

impl Product {
    /// `madoguchi serve` on a data folder.
    pub async fn serve(data: &Path, database_url: Option<&str>) -> Result<Self> {
        let address = free_address()?;
        let listen = address.to_string();
        let arguments = ["--data".as_ref(), data.as_os_str(), "serve".as_ref(), "--listen".as_ref(), listen.as_ref()];
        Self::start(&binary()?, &arguments, data, database_url, address).await
    }

    /// A program that listens on `address`, waited for until it answers.
    pub async fn start(
        program: &Path,
        arguments: &[&OsStr],
        data: &Path,
        database_url: Option<&str>,
        address: SocketAddr,
    ) -> Result<Self> {
        let log = std::fs::File::create(data.join("server.log")).context("the server's log")?;
        let mut command = Command::new(program);
        command.args(arguments).env_remove("DATABASE_URL").env("MADOGUCHI_BENCH_ADDRESS", address.to_string());
        if let Some(url) = database_url {
            command.env("DATABASE_URL", url);
        }
        // What every request logs would be measured too; warnings are enough.
        command.env("MADOGUCHI_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let begun = Instant::now();
        let child = command.spawn().with_context(|| format!("starting {}", program.display()))?;
        let mut product = Self { address, first_answer: Duration::ZERO, child };
        loop {
            if let Ok(mut connection) = Connection::open(address).await
                && connection.ask(&get("/healthz", "")).await.is_ok_and(|answer| answer.status < 500)
            {
                product.first_answer = begun.elapsed();
                return Ok(product);
            }
            if let Some(status) = product.child.try_wait()? {
                bail!("the server ended with {status}: {}", std::fs::read_to_string(data.join("server.log"))?);
            }
            if begun.elapsed() > PATIENCE {
                bail!("the server does not answer");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Its memory now.
    pub fn memory(&self) -> Result<Memory> {
        Memory::of(self.process())
    }

    /// Seconds of processor time it has used.
    pub fn processor_seconds(&self) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process()))?;
        let after_name = text.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
        let fields = after_name.split_whitespace().skip(11).take(2);
        // Linux counts in hundredths of a second.
        Ok(fields.filter_map(|field| field.parse::<u32>().ok()).map(f64::from).sum::<f64>() / 100.0)
    }

    /// Tells it to stop and waits for the end.
    pub async fn stop(mut self) -> Result<()> {
        let told = Command::new("kill").arg(self.process().to_string()).status()?;
        if !told.success() {
            bail!("the server could not be told to stop");
        }
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > Duration::from_secs(30) {
                bail!("the server does not stop");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        // After `stop` there is nothing to kill, and that is well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of this machine that nobody listens on.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

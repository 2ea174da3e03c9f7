//! Starting and stopping one cluster: `initdb`, the server process, readiness, clean-up.

use super::abandoned;
use super::server_user::ServerUser;
use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// How long a start or a stop may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port that was free when we looked can be taken by the time the server binds it.
const ATTEMPTS: usize = 5;

/// What is needed to reach a cluster and to stop it from another process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    /// Connection URL of the maintenance database, with the password of the superuser.
    pub url: String,
    /// The cluster's folder: data, socket, log, password file.
    pub folder: PathBuf,
    /// The folder of `initdb`, `postgres`, `pg_ctl`.
    pub binaries: PathBuf,
}

/// A running cluster; dropping it stops the server and removes its folder.
pub struct Cluster {
    address: Address,
    server: Option<Child>,
}

impl Cluster {
    /// Starts a cluster that ends with this process.
    pub fn start() -> Result<Self> {
        Self::start_with(true)
    }

    /// Starts a cluster that outlives this process; stop it with [`stop`].
    pub fn start_detached() -> Result<Address> {
        let mut cluster = Self::start_with(false)?;
        // Taking the process out makes `drop` leave the server alone.
        cluster.server = None;
        Ok(cluster.address.clone())
    }

    /// Connection URL of the maintenance database.
    pub fn url(&self) -> &str {
        &self.address.url
    }

    fn start_with(dies_with_us: bool) -> Result<Self> {
        let binaries = newest_binaries(Path::new("/usr/lib/postgresql"))?;
        let user = ServerUser::choose()?;
        abandoned::remove(&std::env::temp_dir(), SystemTime::now());
        // Not under target/: a checkout in a home folder is closed to the server's account, and the
        // socket's path may have 107 bytes at most.
        let folder =
            tempfile::Builder::new().prefix(abandoned::PREFIX).tempdir().context("creating the cluster's folder")?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))?;
        let password = random_password()?;
        std::fs::write(folder.path().join("password"), &password)?;
        user.own(folder.path())?;
        initialise(&binaries, &user, folder.path())?;

        let mut last_error = anyhow!("no attempt was made");
        for _ in 0..ATTEMPTS {
            let port = free_port()?;
            match launch(&binaries, &user, folder.path(), port, dies_with_us) {
                Ok(server) => {
                    let address = Address {
                        url: format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
                        folder: folder.keep(),
                        binaries,
                    };
                    return Ok(Self { address, server: Some(server) });
                }
                Err(error) => last_error = error,
            }
        }
        Err(last_error.context("PostgreSQL did not start"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            if let Err(error) = stop(&self.address) {
                eprintln!("PostgreSQL was not stopped cleanly: {error:#}");
            }
            // Reaps the process that `pg_ctl` has stopped.
            let _ = server.wait();
        }
    }
}

/// Stops the server of `address` by the process id in its own data folder and removes the folder.
pub fn stop(address: &Address) -> Result<()> {
    let user = ServerUser::choose()?;
    let data = address.folder.join("data");
    if data.join("postmaster.pid").exists() {
        let output = user
            .command(&address.binaries.join("pg_ctl"), false)
            .args(["stop", "--mode=fast", "--silent", "--wait"])
            .arg(format!("--timeout={}", PATIENCE.as_secs()))
            .arg("--pgdata")
            .arg(&data)
            .current_dir("/")
            .output()
            .context("running pg_ctl")?;
        // A server that was interrupted a moment ago (Ctrl-C reaches it too) is already gone: fine.
        if !output.status.success() && data.join("postmaster.pid").exists() {
            bail!("pg_ctl: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
    }
    std::fs::remove_dir_all(&address.folder).with_context(|| format!("removing {}", address.folder.display()))
}

/// The `bin` folder of the newest PostgreSQL under `installations` (`/usr/lib/postgresql/<major>/bin`).
fn newest_binaries(installations: &Path) -> Result<PathBuf> {
    let mut majors: Vec<u32> = std::fs::read_dir(installations)
        .with_context(|| format!("no PostgreSQL in {}: install the package `postgresql`", installations.display()))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|major: &u32| installations.join(major.to_string()).join("bin/initdb").exists())
        .collect();
    majors.sort_unstable();
    let newest = majors
        .pop()
        .with_context(|| format!("no server in {}: install the package `postgresql`", installations.display()))?;
    Ok(installations.join(newest.to_string()).join("bin"))
}

fn initialise(binaries: &Path, user: &ServerUser, folder: &Path) -> Result<()> {
    let output = user
        .command(&binaries.join("initdb"), false)
        .args(["--username=postgres", "--auth=scram-sha-256"])
        .args(["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"])
        .arg("--pwfile")
        .arg(folder.join("password"))
        .arg("--pgdata")
        .arg(folder.join("data"))
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .context("running initdb")?;
    if !output.status.success() {
        bail!("initdb: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Starts the server and waits until it accepts connections.
fn launch(binaries: &Path, user: &ServerUser, folder: &Path, port: u16, dies_with_us: bool) -> Result<Child> {
    let log_path = folder.join("log");
    let log = std::fs::File::create(&log_path).context("creating the server's log")?;
    let mut command = user.command(&binaries.join("postgres"), dies_with_us);
    command
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-p", &port.to_string()])
        // Durability as in production: several tests are about exactly that.
        .args(["-c", "fsync=on", "-c", "synchronous_commit=on"])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "max_connections=200", "-c", "shared_buffers=256MB"])
        .args(["-c", "timezone=UTC"])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    if !dies_with_us {
        // Out of our process group, so that a later Ctrl-C in the same terminal does not end it.
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    let mut server = command.spawn().context("starting postgres")?;

    let deadline = Instant::now() + PATIENCE;
    let status_file = folder.join("data/postmaster.pid");
    loop {
        if let Some(status) = server.try_wait()? {
            let log = std::fs::read_to_string(&log_path).unwrap_or_default();
            bail!("postgres ended with {status}:\n{log}");
        }
        if is_ready(&std::fs::read_to_string(&status_file).unwrap_or_default()) {
            return Ok(server);
        }
        if Instant::now() > deadline {
            let _ = server.kill();
            let _ = server.wait();
            let log = std::fs::read_to_string(&log_path).unwrap_or_default();
            bail!("postgres was not ready after {PATIENCE:?}:\n{log}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The eighth line of `postmaster.pid` says `ready` once the server accepts connections.
fn is_ready(postmaster_pid: &str) -> bool {
    postmaster_pid.lines().nth(7).is_some_and(|status| status.trim() == "ready")
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("looking for a free port")?;
    Ok(listener.local_addr()?.port())
}

/// 128 random bits in hexadecimal: other accounts of the machine must not get into the cluster.
fn random_password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("reading /dev/urandom")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_installation_wins() {
        let installations = tempfile::tempdir().unwrap();
        for major in ["9", "15", "17", "notes"] {
            std::fs::create_dir_all(installations.path().join(major).join("bin")).unwrap();
        }
        // 17 holds the client only.
        for major in ["9", "15"] {
            std::fs::write(installations.path().join(major).join("bin/initdb"), "").unwrap();
        }
        assert_eq!(newest_binaries(installations.path()).unwrap(), installations.path().join("15/bin"));
    }

    #[test]
    fn a_missing_installation_names_the_package() {
        let error = newest_binaries(Path::new("/nonexistent")).unwrap_err();
        assert!(error.to_string().contains("install the package `postgresql`"));
    }

    #[test]
    fn ready_is_read_from_the_eighth_line() {
        let starting = "12\n/tmp/x/data\n1\n5432\n/tmp/x\n127.0.0.1\n  1 2\nstarting\n";
        assert!(!is_ready(starting));
        assert!(!is_ready("12\n"));
        assert!(is_ready(&starting.replace("starting", "ready   ")));
    }

    #[test]
    fn a_cluster_answers_queries_and_leaves_nothing_behind() {
        let cluster = Cluster::start().unwrap();
        let folder = cluster.address.folder.clone();
        let psql = |statement: &str| {
            let output = std::process::Command::new(cluster.address.binaries.join("psql"))
                .args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", statement])
                .arg(cluster.url())
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        assert_eq!(psql("SHOW fsync"), "on");
        assert_eq!(psql("SHOW synchronous_commit"), "on");
        assert_eq!(psql("SHOW max_connections"), "200");
        drop(cluster);
        assert!(!folder.exists());
    }
}

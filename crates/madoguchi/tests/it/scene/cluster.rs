//! A PostgreSQL server of one test's own, to be killed or set up wrongly.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server in a folder of its own; it ends with the test.
pub struct Cluster {
    binaries: PathBuf,
    folder: TempDir,
    port: u16,
    server: Option<Child>,
}

/// PostgreSQL refuses to run as root: then the account that its package made is used.
fn account() -> Option<(u32, u32)> {
    let number = |flag: &str, name: &str| -> Option<u32> {
        let output = Command::new("id").args([flag, name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let own = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8(own.stdout).ok()?.trim() == "0" {
        number("-u", "postgres").zip(number("-g", "postgres"))
    } else {
        None
    }
}

fn binaries() -> Option<PathBuf> {
    let mut majors: Vec<u32> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|major| Path::new(&format!("/usr/lib/postgresql/{major}/bin/initdb")).exists())
        .collect();
    majors.sort_unstable();
    majors.pop().map(|major| PathBuf::from(format!("/usr/lib/postgresql/{major}/bin")))
}

impl Cluster {
    /// Makes and starts a server; `None` (said aloud) when PostgreSQL is not installed.
    pub fn start(options: &[&str]) -> Option<Self> {
        let Some(binaries) = binaries() else {
            println!("skipped: needs PostgreSQL's server binaries");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("madoguchi-own-").tempdir().unwrap();
        if let Some((user, group)) = account() {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut cluster = Self { binaries, folder, port, server: None };
        let made = cluster
            .command("initdb")
            // Nobody else is let in: the folder is closed, and it listens on this machine for the time of one test.
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .arg("--pgdata")
            .arg(cluster.folder.path().join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.start_again(options);
        Some(cluster)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        if let Some((user, group)) = account() {
            command.uid(user).gid(group);
        }
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    /// Starts the server after it was killed, and waits until it answers.
    pub fn start_again(&mut self, options: &[&str]) {
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.folder.path().join("data")).arg("-k").arg(self.folder.path());
        command.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "timezone=UTC"]);
        for option in options {
            command.args(["-c", option]);
        }
        let server = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.server = Some(server);
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let ready = Command::new(self.binaries.join("pg_isready"))
                .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
                .output()
                .unwrap();
            if ready.status.success() {
                return;
            }
            let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "PostgreSQL did not start:\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Its maintenance database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends it at once: every connection breaks, nothing is said good-bye to.
    pub fn kill(&mut self) {
        let mut server = self.server.take().unwrap();
        // SIGQUIT is PostgreSQL's own way to die without shutting down: its children go too, and the next start recovers.
        let sent = Command::new("kill").args(["-QUIT", &server.id().to_string()]).status().unwrap();
        assert!(sent.success());
        server.wait().unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.kill();
        }
    }
}

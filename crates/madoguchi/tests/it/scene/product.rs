//! The product as a child process: started, killed, stopped, and asked by its commands.

use super::database::Database;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Child;

/// How long a start or an end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A port that stays the same when the product is started again: networks know it by its address.
#[derive(Clone, Copy, Debug)]
pub struct Port(u16);

impl Port {
    /// A free port below those that the system gives to outgoing connections, so that nobody takes it between two starts.
    pub fn free() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let seed = u16::try_from(std::process::id() % 9_000).unwrap();
        loop {
            let port = 12_000 + (seed + NEXT.fetch_add(17, Ordering::Relaxed)) % 19_000;
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                return Self(port);
            }
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(self) -> String {
        format!("http://127.0.0.1:{}", self.0)
    }
}

/// How the binary is called: its settings, without anything of the surroundings.
#[derive(Clone)]
pub struct Command {
    folder: PathBuf,
    variables: Vec<(String, String)>,
    wrapper: Vec<String>,
}

impl Command {
    /// The product on this database, at this port, beside this simulated network.
    pub fn new(database: &Database, port: Port, network: &str) -> Self {
        let mut variables = vec![
            ("MADOGUCHI_LISTEN".to_owned(), format!("127.0.0.1:{}", port.0)),
            ("MADOGUCHI_PUBLIC_URL".to_owned(), port.address()),
            ("MADOGUCHI_ALLOWED_ADDRESSES".to_owned(), network.to_owned()),
            ("MADOGUCHI_DATA".to_owned(), database.folder().display().to_string()),
        ];
        variables.extend(database.url().map(|url| ("DATABASE_URL".to_owned(), url.to_owned())));
        Self { folder: database.folder().to_owned(), variables, wrapper: Vec::new() }
    }

    /// The same with one setting more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, started by another program.
    pub fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|&part| part.to_owned()).collect();
        self
    }

    fn process(&self, arguments: &[&str]) -> tokio::process::Command {
        let binary = env!("CARGO_BIN_EXE_madoguchi");
        let mut process = match self.wrapper.split_first() {
            None => tokio::process::Command::new(binary),
            Some((program, rest)) => {
                let mut process = tokio::process::Command::new(program);
                process.args(rest).arg(binary);
                process
            }
        };
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MADOGUCHI_") || name == "DATABASE_URL" {
                process.env_remove(name);
            }
        }
        process.args(arguments).envs(self.variables.iter().cloned()).current_dir(&self.folder).kill_on_drop(true);
        process
    }

    /// Runs a command to its end: (whether it went well, standard output, standard error).
    pub async fn output(&self, arguments: &[&str], input: &str) -> (bool, String, String) {
        let mut process = self.process(arguments);
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = process.spawn().unwrap();
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes()).await;
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    }

    /// Runs a command that must go well; its standard output.
    pub async fn run(&self, arguments: &[&str], input: &str) -> String {
        let (good, output, errors) = self.output(arguments, input).await;
        assert!(good, "madoguchi {}: {errors}", arguments.join(" "));
        output
    }
}

/// A running `madoguchi serve`.
pub struct Product {
    child: Child,
    log: PathBuf,
}

impl Product {
    /// Starts it and waits until it listens.
    pub async fn start(command: &Command) -> Self {
        Self::start_with(command, &["serve"]).await
    }

    /// Starts it with flags and waits until it listens.
    pub async fn start_with(command: &Command, arguments: &[&str]) -> Self {
        let log = command.folder.join("log");
        let file = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut process = command.process(arguments);
        process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file);
        let mut child = process.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listens = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.contains("listens on") {
                    return true;
                }
            }
            false
        });
        let listens = listens.await.unwrap_or(false);
        let product = Self { child, log };
        assert!(listens, "the product did not start:\n{}", product.log());
        // What it says later must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        product
    }

    /// The child's process id.
    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// SIGKILL.
    pub async fn kill(mut self) {
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap();
    }

    /// SIGTERM, and the end within the promised time.
    pub async fn stop(mut self) {
        let sent = std::process::Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let started = std::time::Instant::now();
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
        assert!(started.elapsed() < Duration::from_secs(10), "a stop took {:?}", started.elapsed());
    }

    /// Waits until it has ended by itself.
    pub async fn ended(mut self) -> ExitStatus {
        tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap()
    }
}

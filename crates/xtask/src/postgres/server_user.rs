//! Which account runs the server: PostgreSQL refuses to run as root.

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// The account that owns the cluster's files and runs its processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerUser {
    /// We are not root: the cluster runs as ourselves.
    Ourselves,
    /// We are root: the cluster runs as this account, reached through `setpriv`.
    Account(String),
}

impl ServerUser {
    /// Ourselves, or, for root, `postgres` (Debian's package creates it) or else `nobody`.
    pub fn choose() -> Result<Self> {
        if own_user_id()? != 0 {
            return Ok(Self::Ourselves);
        }
        let accounts = std::fs::read_to_string("/etc/passwd").context("reading the list of accounts")?;
        Self::for_root(&accounts)
    }

    fn for_root(accounts: &str) -> Result<Self> {
        for candidate in ["postgres", "nobody"] {
            if accounts.lines().any(|line| line.split(':').next() == Some(candidate)) {
                return Ok(Self::Account(candidate.to_owned()));
            }
        }
        bail!("PostgreSQL refuses to run as root, and neither `postgres` nor `nobody` is an account here")
    }

    /// `program` as this account. With `dies_with_us` the kernel interrupts it when our process ends,
    /// however that happens, so that a killed test run leaves no server behind.
    pub fn command(&self, program: &Path, dies_with_us: bool) -> Command {
        let mut setpriv_arguments: Vec<String> = Vec::new();
        if let Self::Account(name) = self {
            setpriv_arguments.push(format!("--reuid={name}"));
            setpriv_arguments.push(format!("--regid={}", group_of(name)));
            setpriv_arguments.push("--clear-groups".to_owned());
        }
        if dies_with_us {
            setpriv_arguments.push("--pdeathsig=INT".to_owned());
        }
        let mut command = if setpriv_arguments.is_empty() {
            Command::new(program)
        } else {
            let mut wrapped = Command::new("setpriv");
            wrapped.args(setpriv_arguments).arg("--").arg(program);
            wrapped
        };
        // A server must not inherit settings that the developer keeps for psql.
        for variable in ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGDATA"] {
            command.env_remove(variable);
        }
        command
    }

    /// Hands `folder` and what lies in it to this account.
    pub fn own(&self, folder: &Path) -> Result<()> {
        if let Self::Account(name) = self {
            let status = Command::new("chown")
                .arg("-R")
                .arg(format!("{name}:{}", group_of(name)))
                .arg(folder)
                .status()
                .context("running chown")?;
            if !status.success() {
                bail!("chown of {} to {name} failed", folder.display());
            }
        }
        Ok(())
    }
}

/// Debian's `nobody` is the one account whose group has another name.
fn group_of(account: &str) -> &str {
    if account == "nobody" { "nogroup" } else { account }
}

fn own_user_id() -> Result<u32> {
    use std::os::unix::fs::MetadataExt;
    Ok(std::fs::metadata("/proc/self").context("reading /proc/self")?.uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_prefers_the_account_of_the_package() {
        let accounts = "root:x:0:0::/root:/bin/bash\nnobody:x:65534::::\npostgres:x:107:114::::\n";
        assert_eq!(ServerUser::for_root(accounts).unwrap(), ServerUser::Account("postgres".to_owned()));
    }

    #[test]
    fn root_falls_back_to_nobody_and_says_when_there_is_no_account() {
        assert_eq!(
            ServerUser::for_root("nobody:x:65534:65534::/:/bin/false").unwrap(),
            ServerUser::Account("nobody".to_owned())
        );
        let error = ServerUser::for_root("root:x:0:0::/root:/bin/bash").unwrap_err();
        assert!(error.to_string().contains("refuses to run as root"));
    }

    #[test]
    fn a_command_that_dies_with_us_is_wrapped_even_for_ourselves() {
        let plain = ServerUser::Ourselves.command(Path::new("/bin/true"), false);
        assert_eq!(plain.get_program(), "/bin/true");
        let bound = ServerUser::Ourselves.command(Path::new("/bin/true"), true);
        assert_eq!(bound.get_program(), "setpriv");
    }
}

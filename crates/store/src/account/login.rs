//! How often somebody may try to sign in: counted before the password is looked at, one by one even in parallel.

use crate::db::Value;
use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use jiff::SignedDuration;

/// So many attempts of one subject in one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginLimit {
    /// Attempts allowed.
    pub attempts: i64,
    /// Length of the window, from its first attempt.
    pub window: SignedDuration,
}

/// Whether an attempt may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// It may.
    Granted,
    /// It may not, until then.
    Refused {
        /// The end of the window.
        until: Timestamp,
    },
}

impl Store {
    /// Counts an attempt of a subject (`account:…`, `address:…`). One statement: parallel attempts queue at the row.
    pub async fn count_login_attempt(&self, subject: &str, limit: LoginLimit, now: Timestamp) -> Result<Allowance> {
        let values: [Value; 3] = [subject.into(), now.into(), (now - limit.window).into()];
        let mut tx = self.main.begin().await?;
        let row = tx
            .fetch_one(
                "INSERT INTO login_attempt (subject, since, attempts) VALUES ($1, $2, 1)
                 ON CONFLICT (subject) DO UPDATE SET
                   since = CASE WHEN login_attempt.since <= $3 THEN excluded.since ELSE login_attempt.since END,
                   attempts = CASE WHEN login_attempt.since <= $3 THEN 1 ELSE login_attempt.attempts + 1 END
                 RETURNING since, attempts",
                &values,
            )
            .await?;
        let (since, attempts) = (row.time("since")?, row.int("attempts")?);
        tx.commit().await?;
        let granted = attempts <= limit.attempts;
        Ok(if granted { Allowance::Granted } else { Allowance::Refused { until: since + limit.window } })
    }

    /// A sign-in succeeded: its account begins anew.
    pub async fn forget_login_attempts(&self, subject: &str) -> Result<()> {
        self.main.execute("DELETE FROM login_attempt WHERE subject = $1", &[subject.into()]).await?;
        Ok(())
    }

    /// Removes windows that began before.
    pub async fn prune_login_attempts(&self, before: Timestamp) -> Result<u64> {
        self.main.execute("DELETE FROM login_attempt WHERE since < $1", &[before.into()]).await
    }
}

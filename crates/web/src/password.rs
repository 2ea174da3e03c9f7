//! Passwords: Argon2id on threads of its own, few at a time, with the same work for an address that nobody has.

use crate::error::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Shortest password.
pub const SHORTEST: usize = 12;
/// Longest password in bytes: hashing a novel would be an attack.
pub const LONGEST: usize = 1024;
/// Hashes at a time; each takes 19 MiB.
const AT_A_TIME: usize = 2;
/// How long a sign-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and checks passwords.
pub struct Passwords {
    turns: Arc<Semaphore>,
    argon2: Argon2<'static>,
    /// Checked when there is no password to check, so that the answer takes as long.
    nobody: String,
}

impl Passwords {
    /// With the parameters of OWASP's cheat sheet: 19 MiB, two passes, one lane.
    ///
    /// # Errors
    /// [`Error::Inner`] when the parameters or the random generator fail.
    pub fn new() -> Result<Self> {
        Self::with(Params::new(19 * 1024, 2, 1, None).map_err(inner)?)
    }

    /// With parameters of one's own; tests take the smallest.
    ///
    /// # Errors
    /// [`Error::Inner`] when the random generator fails.
    pub fn with(params: Params) -> Result<Self> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = argon2.hash_password(&store::vault::random_bytes::<32>()).map_err(inner)?.to_string();
        Ok(Self { turns: Arc::new(Semaphore::new(AT_A_TIME)), argon2, nobody })
    }

    /// The hash to store, as a PHC string.
    pub async fn hash(&self, password: String) -> Result<String> {
        let argon2 = self.argon2.clone();
        self.work(move || argon2.hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(inner)).await?
    }

    /// Whether the password belongs to the hash; without a hash the same work is done and the answer is no.
    pub async fn check(&self, password: String, hash: Option<String>) -> Result<bool> {
        let argon2 = self.argon2.clone();
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let fits = self
            .work(move || match PasswordHash::new(&hash) {
                Ok(hash) => Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok()),
                Err(error) => Err(inner(error)),
            })
            .await??;
        Ok(fits && known)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| Error::Busy)?.map_err(inner)?;
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
        .map_err(inner)
    }
}

fn inner(error: impl std::fmt::Display) -> Error {
    Error::Inner(format!("password: {error}"))
}

/// Whether a password may be chosen.
pub fn is_acceptable(password: &str) -> bool {
    password.chars().count() >= SHORTEST && password.len() <= LONGEST
}

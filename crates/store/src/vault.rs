//! Secrets at rest: XChaCha20-Poly1305 with a key that lies outside the database.
//!
//! The key comes from `MADOGUCHI_KEY` (64 hex digits) or from the file `key` in the data folder, made at first start
//! and readable by its owner only. A sealed value is bound to its place, so that it cannot be moved to another row.

use crate::error::{Error, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng;
use sha2::{Digest, Sha256};
use std::path::Path;

const NONCE_BYTES: usize = 24;

/// Seals and opens secrets.
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Vault(…)")
    }
}

/// Random bytes from the operating system's generator.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// What is stored instead of a bearer secret: its SHA-256. Only for secrets with 128 random bits or more.
pub fn hash_of(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

impl Vault {
    /// Reads the key from `MADOGUCHI_KEY` or the data folder; makes one when there is none.
    pub fn open(data: &Path) -> Result<Self> {
        let text = match std::env::var("MADOGUCHI_KEY") {
            Ok(text) => text,
            Err(_) => key_file(&data.join("key"))?,
        };
        let bytes: [u8; 32] =
            hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
                Error::Unsafe("MADOGUCHI_KEY (or the file `key` in the data folder) must be 64 hex digits".to_owned())
            })?;
        Ok(Self { cipher: XChaCha20Poly1305::new(&bytes.into()) })
    }

    /// Seals a secret for a place, e.g. `app:<id>`.
    pub fn seal(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>> {
        let nonce = random_bytes::<NONCE_BYTES>();
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: place.as_bytes() })
            .map_err(|_| Error::WrongKey)?;
        Ok([nonce.as_slice(), sealed.as_slice()].concat())
    }

    /// Opens what [`Vault::seal`] made for the same place.
    ///
    /// # Errors
    /// [`Error::WrongKey`] when key or place differ, or the bytes were changed.
    pub fn open_sealed(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_BYTES).ok_or(Error::WrongKey)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| Error::WrongKey)?;
        self.cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: body, aad: place.as_bytes() })
            .map_err(|_| Error::WrongKey)
    }
}

fn key_file(path: &Path) -> Result<String> {
    let trouble = |error| Error::File(path.display().to_string(), error);
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = hex::encode(random_bytes::<32>());
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(path) {
                Ok(mut file) => {
                    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(trouble)?;
                    file.sync_all().map_err(trouble)?;
                    Ok(text)
                }
                // Another process made it at the same moment.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    std::fs::read_to_string(path).map_err(trouble)
                }
                Err(error) => Err(trouble(error)),
            }
        }
        Err(error) => Err(trouble(error)),
    }
}

//! Signatures over bodies: HMAC-SHA256, compared in constant time, from a header that stands there exactly once.

use crate::access::Secret;
use crate::network::Rejected;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The header's only value. Two of them are a trick: whoever reads the other one sees another signature.
pub(crate) fn only_header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a [u8], Rejected> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.as_bytes()),
        _ => Err(Rejected::Signature),
    }
}

/// `sha256=` and the base64 of the HMAC-SHA256 of `message`.
pub(crate) fn sha256_base64(secret: &Secret, message: &[u8]) -> Result<String, Rejected> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).map_err(|_| Rejected::NotConfigured)?;
    mac.update(message);
    Ok(format!("sha256={}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Whether `signature` is the one that [`sha256_base64`] gives.
pub(crate) fn verify_sha256_base64(secret: &Secret, signature: &[u8], body: &[u8]) -> Result<(), Rejected> {
    let expected = sha256_base64(secret, body)?;
    if bool::from(expected.as_bytes().ct_eq(signature)) { Ok(()) } else { Err(Rejected::Signature) }
}

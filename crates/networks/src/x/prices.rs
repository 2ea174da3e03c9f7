//! X's pay-per-use prices in millionths of a US dollar (contracts §0.5; checked November 2026).

pub(super) const POST_CREATE: &str = "post_create";
pub(super) const POST_CREATE_WITH_URL: &str = "post_create_with_url";
pub(super) const DIRECT_MESSAGE_CREATE: &str = "direct_message_create";
pub(super) const OWNED_READ: &str = "owned_read";
pub(super) const POST_READ: &str = "post_read";
pub(super) const DIRECT_MESSAGE_READ: &str = "direct_message_read";

/// The price list.
pub(super) const PRICES: &[(&str, i64)] = &[
    (POST_CREATE, 15_000),
    (POST_CREATE_WITH_URL, 200_000),
    (DIRECT_MESSAGE_CREATE, 15_000),
    (OWNED_READ, 1_000),
    (POST_READ, 5_000),
    (DIRECT_MESSAGE_READ, 10_000),
];

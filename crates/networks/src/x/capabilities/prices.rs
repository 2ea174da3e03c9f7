//! X's pay-per-use prices in millionths of a US dollar (contracts §0.5; checked November 2026).

pub(in crate::x) const POST_CREATE: &str = "post_create";
pub(in crate::x) const POST_CREATE_WITH_URL: &str = "post_create_with_url";
pub(in crate::x) const POST_CREATE_SUMMONED: &str = "post_create_summoned";
pub(in crate::x) const DIRECT_MESSAGE_CREATE: &str = "direct_message_create";
pub(in crate::x) const OWNED_READ: &str = "owned_read";
pub(in crate::x) const POST_READ: &str = "post_read";
pub(in crate::x) const DIRECT_MESSAGE_READ: &str = "direct_message_read";

/// The price list.
pub(in crate::x) const PRICES: &[(&str, i64)] = &[
    (POST_CREATE, 15_000),
    (POST_CREATE_WITH_URL, 200_000),
    (POST_CREATE_SUMMONED, 10_000),
    (DIRECT_MESSAGE_CREATE, 15_000),
    (OWNED_READ, 1_000),
    (POST_READ, 5_000),
    (DIRECT_MESSAGE_READ, 10_000),
];

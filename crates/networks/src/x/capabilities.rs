//! What X can do, and what an app at X needs, as data.

pub(super) mod prices;

use super::api::{API_BASE, WEB_BASE};
use super::send::upload;
use super::{length, poll};
use crate::network::AppField;
use domain::capability::{Capabilities, LengthUnit, MediaLimit, TextLimit};
use domain::vocabulary::AccessLevel;

/// The settings form of an app.
pub(super) const APP_FIELDS: &[AppField] = &[
    AppField { name: "client_id", secret: false, required: true, default: None },
    // A public client has none.
    AppField { name: "client_secret", secret: true, required: false, default: None },
    // Signs webhooks; without it the way in stays closed.
    AppField { name: "consumer_secret", secret: true, required: true, default: None },
    // Registers the webhook; without it the channel lives on polling alone.
    AppField { name: "bearer_token", secret: true, required: false, default: None },
    // `webhook`, or `stream` for those whom X cannot reach.
    AppField { name: "inbound", secret: false, required: false, default: Some("webhook") },
    AppField { name: "api_base", secret: false, required: false, default: Some(API_BASE) },
    AppField { name: "authorize_base", secret: false, required: false, default: Some(WEB_BASE) },
    AppField { name: "web_base", secret: false, required: false, default: Some(WEB_BASE) },
];

/// Greatest picture in bytes.
const PICTURE_LIMIT: u64 = 5 * 1024 * 1024;

pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        network: "x".to_owned(),
        name: "X".to_owned(),
        access_levels: vec![AccessLevel::SelfServe, AccessLevel::Enterprise],
        public_text: Some(TextLimit { limit: length::POST_LIMIT, unit: LengthUnit::Weighted }),
        private_text: Some(TextLimit { limit: length::DIRECT_MESSAGE_LIMIT, unit: LengthUnit::Scalars }),
        public_media: Some(MediaLimit { files: 4, bytes: PICTURE_LIMIT, alt_text: upload::ALT_TEXT_LIMIT }),
        private_media: Some(MediaLimit { files: 1, bytes: PICTURE_LIMIT, alt_text: upload::ALT_TEXT_LIMIT }),
        new_post: true,
        new_direct_message: true,
        delete_own: true,
        hide_reply: true,
        polled_sources: [poll::MENTIONS, poll::DIRECT_MESSAGES, poll::OWN_POSTS].map(str::to_owned).to_vec(),
    }
}

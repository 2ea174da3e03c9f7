//! The interface between the product and whatever reads a text: rules today, a trained model later.

use domain::understanding::Understanding;

/// What is known about a message before its text is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints<'a> {
    /// Language the network states, BCP 47; used when the text alone does not say.
    pub network_language: Option<&'a str>,
    /// Language of the author's or the conversation's earlier messages, BCP 47 primary subtag.
    pub usual_language: Option<&'a str>,
    /// Names of our brands and products. Empty: any company or product that the text names counts as us.
    pub brand_names: &'a [String],
    /// Whether the message is addressed to us beside its text: private, a reply to us, or naming our account.
    pub addressed: bool,
}

/// Reads one text at a time; pure and safe to share between threads.
pub trait Reader: Send + Sync {
    /// What the text is. Any text is accepted, the empty one too; equal input gives equal output.
    fn read(&self, text: &str, hints: &Hints<'_>) -> Understanding;

    /// Name and version, as written into [`Understanding::engine`].
    fn name(&self) -> &str;
}

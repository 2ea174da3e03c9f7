//! The past: cases of the last weeks with our answers, to fill a demo.

use super::stream::{Order, chosen};
use super::texts::{Form, Kind, Language};
use crate::random::Random;
use crate::world::{NewAccount, NewPost};
use crate::{Error, World, timestamp};
use serde::Serialize;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// The past reaches back this far.
const DAYS: i64 = 60;

/// One message of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryMessage {
    /// Handle of its author: the customer, another customer who joins, or one of our accounts.
    pub author: String,
    /// Display name of its author; empty for our accounts.
    pub name: String,
    /// True when our account wrote it.
    pub ours: bool,
    /// Text as typed, with `@handles`.
    pub text: String,
    /// When, in ms relative to now; negative.
    pub at_ms: i64,
    /// Position in `messages` of the post it answers; none for the first and for private messages.
    pub in_reply_to: Option<usize>,
    /// Description of an attached picture.
    pub picture: Option<String>,
    /// Its id on the simulated network, once loaded.
    pub id: Option<u64>,
}

/// One past case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryCase {
    /// Language code.
    pub language: String,
    /// What it was about.
    pub kind: Kind,
    /// True for private messages.
    pub private: bool,
    /// Our account that was addressed and answered.
    pub account: String,
    /// Handle of the customer.
    pub customer: String,
    /// Display name of the customer.
    pub customer_name: String,
    /// First to last.
    pub messages: Vec<HistoryMessage>,
}

/// So many cases of the last 60 days, oldest first; the same seed gives the same past.
///
/// # Errors
/// When a text file is broken.
pub fn history(seed: u64, cases: usize) -> Result<Vec<HistoryCase>, Error> {
    let order = Order::default();
    let languages = chosen(&order)?;
    let mut random = Random::new(seed ^ 0x4157);
    let mut past: Vec<HistoryCase> = (0..cases).filter_map(|_| one(&mut random, &languages, &order)).collect();
    past.sort_by_key(|case| case.messages.first().map(|message| message.at_ms));
    Ok(past)
}

/// A moment in the past with the shape of a day: more by day than by night, denser towards today.
fn moment(random: &mut Random) -> i64 {
    let day = (random.unit() * random.unit() * DAYS as f64) as i64;
    let hour = loop {
        let hour = random.below(24);
        let weight = match hour {
            0..=5 => 0.12,
            6..=8 => 0.55,
            9..=12 => 1.0,
            13..=17 => 0.85,
            18..=21 => 0.95,
            _ => 0.4,
        };
        if random.chance(weight) {
            break i64::try_from(hour).unwrap_or(12);
        }
    };
    let within = i64::try_from(random.below(60 * 60 * 1000)).unwrap_or(0);
    -(day * DAY_MS) - DAY_MS + hour * 60 * MINUTE_MS + within - 3 * 60 * MINUTE_MS
}

fn one(random: &mut Random, languages: &[&'static Language], order: &Order) -> Option<HistoryCase> {
    let language = random.pick(languages).copied()?;
    let private = random.chance(0.2);
    let topic = language.topic(random, if private { Form::Message } else { Form::Post })?;
    let customer = language.person(random);
    let text = language.fill(random.pick(&topic.texts)?, &order.accounts, random);
    let names_support = text.contains(&order.accounts.support);
    let account =
        if names_support || (private && random.chance(0.7)) { &order.accounts.support } else { &order.accounts.brand }
            .clone();
    let mut at_ms = moment(random);
    let theirs = |text: String, at_ms: i64, in_reply_to: Option<usize>| HistoryMessage {
        author: customer.username.clone(),
        name: customer.name.clone(),
        ours: false,
        text,
        at_ms,
        in_reply_to,
        picture: None,
        id: None,
    };
    let our = |text: String, at_ms: i64, in_reply_to: Option<usize>| HistoryMessage {
        author: account.clone(),
        name: String::new(),
        ours: true,
        text,
        at_ms,
        in_reply_to,
        picture: None,
        id: None,
    };
    let parent = |index: usize| (!private).then_some(index);
    let mut messages = vec![theirs(text, at_ms, None)];
    if let Some(first) = messages.first_mut() {
        first.picture.clone_from(&topic.picture);
    }
    let mut later = |random: &mut Random, most_minutes: usize| {
        at_ms = (at_ms
            + MINUTE_MS * i64::try_from(1 + random.below(most_minutes)).unwrap_or(1)
            + i64::try_from(random.below(60_000)).unwrap_or(0))
        .min(-MINUTE_MS);
        at_ms
    };
    if !private && matches!(topic.kind, Kind::Complaint | Kind::PrRisk) && random.chance(0.3) {
        for _ in 0..=random.below(3) {
            let other = language.person(random);
            if other.username == customer.username {
                continue;
            }
            let text = language.fill(random.pick(&language.reactions.pile_on)?, &order.accounts, random);
            let at_ms = later(random, 9);
            messages.push(HistoryMessage {
                author: other.username,
                name: other.name,
                ours: false,
                text,
                at_ms,
                in_reply_to: Some(0),
                picture: None,
                id: None,
            });
        }
    }
    let answered = match topic.kind {
        Kind::SpamAbuse => 0.0,
        Kind::OffTopic | Kind::Mention => 0.25,
        Kind::Praise => 0.5,
        _ => 0.94,
    };
    if let Some(answer) = random.pick(&topic.answers).filter(|_| random.chance(answered)) {
        let answer = language.fill(answer, &order.accounts, random);
        let invited = language.reactions.invitation.iter().any(|word| answer.to_lowercase().contains(word.as_str()));
        messages.push(our(answer, later(random, 95), parent(0)));
        let answer_index = messages.len() - 1;
        if !invited && random.chance(0.45) {
            let content = random.chance(0.75);
            let texts = if content { &language.reactions.thanks } else { &language.reactions.complain };
            let text = language.fill(random.pick(texts)?, &order.accounts, random);
            messages.push(theirs(text, later(random, 240), parent(answer_index)));
            if random.chance(if content { 0.4 } else { 0.9 }) {
                let text = language.fill(random.pick(&language.reactions.closing)?, &order.accounts, random);
                let index = messages.len() - 1;
                messages.push(our(text, later(random, 60), parent(index)));
            }
        }
    }
    Some(HistoryCase {
        language: language.code.clone(),
        kind: topic.kind,
        private,
        account,
        customer: customer.username.clone(),
        customer_name: customer.name.clone(),
        messages,
    })
}

impl World {
    /// Puts a past onto the simulated network, in silence, and fills in the ids.
    ///
    /// # Errors
    /// When one of our accounts does not exist.
    pub fn load_history(&self, cases: &mut [HistoryCase]) -> Result<(), Error> {
        let now = self.now();
        for case in cases {
            let mut state = self.lock();
            let ours = state.find_user(&case.account)?.id;
            state.create_user(
                now,
                NewAccount {
                    username: case.customer.clone(),
                    name: case.customer_name.clone(),
                    ..NewAccount::default()
                },
            )?;
            for index in 0..case.messages.len() {
                let Some(message) = case.messages.get(index) else { continue };
                if !message.ours {
                    state.create_user(
                        now,
                        NewAccount {
                            username: message.author.clone(),
                            name: message.name.clone(),
                            ..NewAccount::default()
                        },
                    )?;
                }
                let at = now + message.at_ms;
                let id = if case.private {
                    let customer = state.find_user(&case.customer)?.id;
                    let (sender, other) = if message.ours { (ours, customer) } else { (customer, ours) };
                    let conversation = format!("{}-{}", sender.min(other), sender.max(other));
                    state.create_message(sender, &[other], conversation, &message.text, Vec::new(), at)
                } else {
                    let in_reply_to =
                        message.in_reply_to.and_then(|parent| case.messages.get(parent)).and_then(|parent| parent.id);
                    let media = message
                        .picture
                        .iter()
                        .map(|picture| crate::world::NewMedia { alt_text: Some(picture.clone()) })
                        .collect();
                    let new = NewPost {
                        author: message.author.clone(),
                        text: message.text.clone(),
                        in_reply_to,
                        media,
                        at: Some(timestamp(at)),
                        lang: Some(case.language.clone()),
                        ..NewPost::default()
                    };
                    let draft = state.draft(&new, now)?;
                    state.create_post(&draft, self.origin())
                };
                if let Some(message) = case.messages.get_mut(index) {
                    message.id = Some(id);
                }
            }
        }
        Ok(())
    }
}

//! Reactions: thanks, another complaint, or a private message after an invitation, some seconds after our answer.

use super::stream::Order;
use super::texts::Language;
use crate::World;
use crate::random::Random;
use crate::world::{Happening, NewPost};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;

/// Nobody reacts more often than this within one conversation.
const MOST: u32 = 3;

/// Our answer, as the customer sees it.
struct Answer {
    /// The customer.
    person: String,
    /// Which of our accounts answered.
    account: String,
    /// Post to reply to; none when the answer was private.
    post: Option<u64>,
    language: String,
    text: String,
    conversation: String,
}

fn answer_in(world: &World, happening: Happening, ours: &[u64]) -> Option<Answer> {
    let state = world.lock();
    let name = |id: u64| state.users.get(&id).map(|user| user.username.clone());
    match happening {
        Happening::Posted(id) => {
            let post = state.post(id).filter(|post| ours.contains(&post.author))?;
            let parent =
                post.in_reply_to.and_then(|id| state.post(id)).filter(|parent| !ours.contains(&parent.author))?;
            Some(Answer {
                person: name(parent.author)?,
                account: name(post.author)?,
                post: Some(id),
                language: parent.language.to_owned(),
                text: post.text.to_lowercase(),
                conversation: format!("{}/{}", parent.author, post.conversation),
            })
        }
        Happening::Messaged(id) => {
            let message = state.messages.get(&id).filter(|message| ours.contains(&message.sender))?;
            let person = message.participants.iter().copied().find(|person| !ours.contains(person))?;
            let earlier = state
                .messages
                .values()
                .rev()
                .find(|other| other.conversation == message.conversation && other.sender == person);
            let language = earlier.map_or_else(
                || crate::x::text::language(&message.text),
                |message| crate::x::text::language(&message.text),
            );
            Some(Answer {
                person: name(person)?,
                account: name(message.sender)?,
                post: None,
                language: language.to_owned(),
                text: message.text.to_lowercase(),
                conversation: message.conversation.clone(),
            })
        }
    }
}

/// Listens until stopped.
pub(super) async fn react(
    world: World,
    mut happenings: Receiver<Happening>,
    languages: Vec<&'static Language>,
    order: Order,
    ours: [u64; 2],
    mut random: Random,
    stop: CancellationToken,
) {
    let mut reacted: HashMap<String, u32> = HashMap::new();
    loop {
        let happening = tokio::select! {
            () = stop.cancelled() => return,
            happening = happenings.recv() => match happening {
                Ok(happening) => happening,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            },
        };
        let Some(answer) = answer_in(&world, happening, &ours) else { continue };
        let times = reacted.entry(answer.conversation.clone()).or_default();
        if *times >= MOST || !random.chance(order.reaction_chance) {
            continue;
        }
        *times += 1;
        let found = languages.iter().copied().find(|language| language.code == answer.language);
        let Some(language) = found.or_else(|| languages.first().copied()) else { continue };
        let (least, most) = order.reaction_ms;
        let wait = Duration::from_millis(least + random.bits() % (most.saturating_sub(least) + 1));
        let (world, order, stop, random) = (world.clone(), order.clone(), stop.clone(), Random::new(random.bits()));
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => one(&world, language, &order, &answer, random),
            }
        });
    }
}

fn one(world: &World, language: &Language, order: &Order, answer: &Answer, mut random: Random) {
    let reactions = &language.reactions;
    let invited = answer.post.is_some() && reactions.invitation.iter().any(|word| answer.text.contains(word.as_str()));
    let texts = if invited {
        &reactions.private
    } else if random.chance(0.7) {
        &reactions.thanks
    } else {
        &reactions.complain
    };
    let Some(text) = random.pick(texts) else { return };
    let text = language.fill(text, &order.accounts, &mut random);
    let done = match answer.post.filter(|_| !invited) {
        Some(post) => world
            .post(&NewPost {
                author: answer.person.clone(),
                text,
                in_reply_to: Some(post),
                lang: Some(language.code.clone()),
                ..NewPost::default()
            })
            .map(|_| ()),
        None => world.message(&answer.person, &answer.account, &text, &[], None).map(|_| ()),
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a reaction could not be written");
    }
}

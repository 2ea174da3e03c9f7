//! Private messages as people write them: to one, in groups, encrypted; and that they read them.

use super::events;
use super::messages::pair;
use crate::world::{Happening, NewMedia};
use crate::{Error, NewAccount, World};

impl World {
    /// Sends a private message as anyone and delivers the events. Returns its id.
    ///
    /// # Errors
    /// When the recipient does not exist or the sender's handle is impossible.
    pub fn message(&self, from: &str, to: &str, text: &str, media: &[NewMedia], at: Option<i64>) -> Result<u64, Error> {
        let now = self.now();
        let mut state = self.lock();
        let recipient = state.find_user(to)?.id;
        let sender = match state.find_user(from) {
            Ok(user) => user.id,
            Err(_) => state.create_user(now, NewAccount { username: from.to_owned(), ..NewAccount::default() })?.id,
        };
        let media = media.iter().map(|media| state.invent_media(sender, now, media)).collect();
        let id = state.create_message(sender, &[recipient], pair(sender, recipient), text, media, at.unwrap_or(now));
        let outgoing = events::message_created(&mut state, id, self.origin());
        drop(state);
        self.deliver(outgoing);
        self.tell(Happening::Messaged(id));
        Ok(id)
    }

    /// Writes as anyone into a conversation of several, or opens it. Returns the ids of conversation and message.
    ///
    /// # Errors
    /// When somebody in it does not exist, the sender's handle is impossible, or there are fewer than three.
    pub fn group_message(
        &self,
        from: &str,
        others: &[String],
        conversation: Option<&str>,
        text: &str,
    ) -> Result<(String, u64), Error> {
        let now = self.now();
        let mut state = self.lock();
        let sender = match state.find_user(from) {
            Ok(user) => user.id,
            Err(_) => state.create_user(now, NewAccount { username: from.to_owned(), ..NewAccount::default() })?.id,
        };
        let people =
            others.iter().map(|name| state.find_user(name).map(|user| user.id)).collect::<Result<Vec<_>, _>>()?;
        if people.iter().filter(|person| **person != sender).count() < 2 {
            return Err(Error::Invalid("a group has at least three people".to_owned()));
        }
        let conversation = match conversation {
            Some(known) => known.to_owned(),
            None => state.snowflake(now).to_string(),
        };
        let id = state.create_message(sender, &people, conversation.clone(), text, Vec::new(), now);
        let outgoing = events::message_created(&mut state, id, self.origin());
        drop(state);
        self.deliver(outgoing);
        self.tell(Happening::Messaged(id));
        Ok((conversation, id))
    }

    /// Sends an XChat message that only the recipient's own device could read.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn encrypted_message(&self, from: &str, to: &str) -> Result<(), Error> {
        let now = self.now();
        let mut state = self.lock();
        let recipient = state.find_user(to)?.id;
        let sender = match state.find_user(from) {
            Ok(user) => user.id,
            Err(_) => state.create_user(now, NewAccount { username: from.to_owned(), ..NewAccount::default() })?.id,
        };
        let outgoing = events::encrypted(&mut state, sender, recipient, now);
        drop(state);
        self.deliver(outgoing);
        Ok(())
    }

    /// `reader` opens the conversation with `other`: the last message of `other` is read.
    ///
    /// # Errors
    /// When one of them does not exist or nothing was written.
    pub fn read_messages(&self, reader: &str, other: &str) -> Result<(), Error> {
        let now = self.now();
        let mut state = self.lock();
        let (reader, other) = (state.find_user(reader)?.id, state.find_user(other)?.id);
        let conversation = pair(reader, other);
        let last = state
            .messages
            .values()
            .rev()
            .find(|message| message.conversation == conversation && message.sender == other)
            .map(|message| message.id);
        let last = last.ok_or_else(|| Error::Missing { kind: "message in conversation", name: conversation })?;
        let outgoing = events::message_read(&mut state, reader, other, last, self.origin(), now);
        drop(state);
        self.deliver(outgoing);
        Ok(())
    }
}

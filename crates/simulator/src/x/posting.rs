//! Making, editing and deleting posts: reply prefix, t.co links, entities, indexes.

use super::model::{Entities, Link, Mention, Post};
use super::{events, text};
use crate::delivery::Outgoing;
use crate::world::{Happening, NewMedia, NewPost, State};
use crate::{Error, NewAccount, World};

/// A post about to be made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) author: u64,
    pub(crate) text: String,
    pub(crate) in_reply_to: Option<u64>,
    pub(crate) quote: Option<u64>,
    pub(crate) media: Vec<u64>,
    pub(crate) at: i64,
    pub(crate) id: Option<u64>,
    pub(crate) exact: bool,
    pub(crate) exclude: Vec<u64>,
    pub(crate) language: Option<&'static str>,
    pub(crate) replaces: Option<u64>,
    pub(crate) reply_settings: Option<String>,
}

impl State {
    /// The reply's addressees: author of the post answered and whom that post names, without ourselves.
    fn addressees(&self, draft: &Draft) -> Vec<u64> {
        let Some(parent) = draft.in_reply_to.and_then(|id| self.posts.get(&id)) else { return Vec::new() };
        let mut people = Vec::new();
        for person in std::iter::once(parent.author).chain(parent.entities.mentions.iter().map(|mention| mention.user))
        {
            if person != draft.author && !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    /// Addressees whom the author did not type: X puts them in front of a reply.
    fn prefix(&self, draft: &Draft) -> Vec<u64> {
        if draft.exact {
            return Vec::new();
        }
        let already = text::mentions(&draft.text);
        let typed = |person: &u64| {
            self.users
                .get(person)
                .is_none_or(|user| already.iter().any(|mention| mention.value.eq_ignore_ascii_case(&user.username)))
        };
        self.addressees(draft).into_iter().filter(|person| !draft.exclude.contains(person) && !typed(person)).collect()
    }

    /// The text as X stores it before links are shortened: addressees in front of a reply.
    pub(crate) fn full_text(&self, draft: &Draft) -> String {
        let prefix = self.prefix(draft).into_iter().filter_map(|person| self.users.get(&person));
        let mut full: String = prefix.map(|user| format!("@{} ", user.username)).collect();
        full.push_str(&draft.text);
        full
    }

    pub(crate) fn short_link(&mut self, expanded: &str) -> String {
        let url = format!("https://t.co/{}", self.random.token(10));
        self.links.insert(url.clone(), expanded.to_owned());
        url
    }

    /// Shortens links and finds mentions of existing accounts.
    pub(crate) fn read_text(&mut self, written: &str) -> (String, Entities) {
        let (shown, links) = text::shorten(written, |expanded| self.short_link(expanded));
        let mentions = text::mentions(&shown)
            .into_iter()
            .filter_map(|span| {
                let user = self.user_named(&span.value)?;
                Some(Mention { start: span.start, end: span.end, user: user.id, username: user.username.clone() })
            })
            .collect();
        let hashtags = text::hashtags(&shown);
        (shown, Entities { mentions, links, hashtags })
    }

    /// Makes the post and files it in the indexes.
    pub(crate) fn create_post(&mut self, draft: &Draft, origin: &str) -> u64 {
        let addressees = self.addressees(draft);
        let implicit = self.prefix(draft);
        let full = self.full_text(draft);
        let (mut shown, mut entities) = self.read_text(&full);
        let id = draft.id.unwrap_or_else(|| self.snowflake(draft.at));
        let mut display_end = shown.chars().count();
        if let Some(quoted) = draft.quote.and_then(|id| self.posts.get(&id)) {
            let author = self.users.get(&quoted.author).map_or("i", |user| user.username.as_str());
            let expanded = format!("{origin}/x/{author}/status/{}", quoted.id);
            self.append_link(&mut shown, &mut entities, &expanded, None);
        }
        let attached: Vec<String> =
            draft.media.iter().filter_map(|id| self.media.get(id)).map(|media| media.key.clone()).collect();
        if let Some(key) = attached.first() {
            let author = self.users.get(&draft.author).map_or("i", |user| user.username.as_str());
            let expanded = format!("{origin}/x/{author}/status/{id}/photo/1");
            self.append_link(&mut shown, &mut entities, &expanded, Some(key.clone()));
        }
        if draft.quote.is_none() && attached.is_empty() {
            display_end = shown.chars().count();
        }
        let mut display_start = 0;
        if draft.in_reply_to.is_some() {
            for mention in &entities.mentions {
                if mention.start == display_start && addressees.contains(&mention.user) {
                    display_start = mention.end + 1;
                } else {
                    break;
                }
            }
        }
        let parent = draft.in_reply_to.and_then(|id| self.posts.get(&id));
        let mut edit_history =
            draft.replaces.and_then(|id| self.posts.get(&id)).map(|old| old.edit_history.clone()).unwrap_or_default();
        edit_history.push(id);
        let first = edit_history.first().copied().unwrap_or(id);
        let post = Post {
            id,
            author: draft.author,
            created_ms: draft.at,
            conversation: parent.map_or(first, |parent| parent.conversation),
            in_reply_to: draft.in_reply_to,
            in_reply_to_user: parent.map(|parent| parent.author),
            quotes: draft.quote,
            media: draft.media.clone(),
            implicit,
            display_start: display_start.min(display_end),
            display_end,
            language: draft.language.unwrap_or_else(|| text::language(&draft.text)),
            hidden: false,
            edit_history,
            superseded_by: None,
            likes: Default::default(),
            replies: 0,
            quoted: 0,
            reply_settings: draft.reply_settings.clone().unwrap_or_else(|| "everyone".to_owned()),
            text: shown,
            entities,
        };
        self.recent_texts.insert((draft.author, full), (id, draft.at));
        self.file_post(post, draft.replaces);
        id
    }

    fn append_link(&mut self, shown: &mut String, entities: &mut Entities, expanded: &str, media_key: Option<String>) {
        let url = self.short_link(expanded);
        if !shown.is_empty() {
            shown.push(' ');
        }
        let start = shown.chars().count();
        shown.push_str(&url);
        let end = shown.chars().count();
        let display = text::display_form(expanded);
        entities.links.push(Link { start, end, url, expanded: expanded.to_owned(), display, media_key });
    }

    fn file_post(&mut self, post: Post, replaces: Option<u64>) {
        let id = post.id;
        if let Some(old) = replaces.and_then(|old| self.posts.get_mut(&old)) {
            old.superseded_by = Some(id);
        }
        if let Some(parent) = post.in_reply_to.and_then(|parent| self.posts.get_mut(&parent)) {
            parent.replies += 1;
        }
        if let Some(quoted) = post.quotes.and_then(|quoted| self.posts.get_mut(&quoted)) {
            quoted.quoted += 1;
        }
        self.by_author.entry(post.author).or_default().insert(id);
        self.by_conversation.entry(post.conversation).or_default().insert(id);
        for mention in &post.entities.mentions {
            self.by_mention.entry(mention.user).or_default().insert(id);
        }
        if let Some(author) = self.users.get_mut(&post.author) {
            author.posts += 1;
            author.most_recent_post = author.most_recent_post.max(Some(id));
        }
        self.posts.insert(id, post);
    }

    /// Removes a post; replies to it stay.
    pub(crate) fn remove_post(&mut self, id: u64) -> Option<Post> {
        let post = self.posts.remove(&id)?;
        self.deleted_posts.insert(id);
        if let Some(own) = self.by_author.get_mut(&post.author) {
            own.remove(&id);
        }
        if let Some(all) = self.by_conversation.get_mut(&post.conversation) {
            all.remove(&id);
        }
        for mention in &post.entities.mentions {
            if let Some(all) = self.by_mention.get_mut(&mention.user) {
                all.remove(&id);
            }
        }
        if let Some(parent) = post.in_reply_to.and_then(|parent| self.posts.get_mut(&parent)) {
            parent.replies = parent.replies.saturating_sub(1);
        }
        if let Some(author) = self.users.get_mut(&post.author) {
            author.posts = author.posts.saturating_sub(1);
        }
        Some(post)
    }

    /// A draft from what a test or customer wants posted; makes the author when needed.
    pub(crate) fn draft(&mut self, new: &NewPost, now: i64) -> Result<Draft, Error> {
        let at = match &new.at {
            None => now,
            Some(text) => crate::parse_timestamp(text)
                .ok_or_else(|| Error::Invalid(format!("at: {text:?} is not an RFC 3339 time")))?,
        };
        let author = match self.find_user(&new.author) {
            Ok(user) => user.id,
            Err(_) => self.create_user(now, NewAccount { username: new.author.clone(), ..NewAccount::default() })?.id,
        };
        for (kind, id) in [("post answered", new.in_reply_to), ("post quoted", new.quote)] {
            if let Some(id) = id.filter(|id| !self.posts.contains_key(id)) {
                return Err(Error::Missing { kind, name: id.to_string() });
            }
        }
        if let Some(id) = new.id.filter(|id| self.posts.contains_key(id)) {
            return Err(Error::Invalid(format!("id: post {id} exists already")));
        }
        let media = new.media.iter().map(|media| self.invent_media(author, now, media)).collect();
        let language = new.lang.as_deref().map(|code| match code {
            "ja" => "ja",
            "en" => "en",
            "de" => "de",
            "es" => "es",
            "fr" => "fr",
            _ => "und",
        });
        Ok(Draft {
            author,
            text: new.text.clone(),
            in_reply_to: new.in_reply_to,
            quote: new.quote,
            media,
            at,
            id: new.id,
            exact: new.exact,
            language,
            ..Draft::default()
        })
    }

    pub(crate) fn invent_media(&mut self, owner: u64, now: i64, new: &NewMedia) -> u64 {
        let id = self.snowflake(now);
        let mut media = super::media::blank(id, owner, now, "image/png", "tweet_image", 0);
        media.alt_text.clone_from(&new.alt_text);
        media.content = Some(super::media::picture());
        self.media.insert(id, media);
        id
    }
}

impl World {
    /// Posts as anyone and delivers the events. Returns the post's id.
    ///
    /// # Errors
    /// When a post it refers to does not exist, the id is taken or the author's handle is impossible.
    pub fn post(&self, new: &NewPost) -> Result<u64, Error> {
        let now = self.now();
        let mut state = self.lock();
        let draft = state.draft(new, now)?;
        let id = state.create_post(&draft, self.origin());
        let outgoing = events::post_created(&mut state, id, self.origin(), now);
        drop(state);
        self.deliver(outgoing);
        self.tell(Happening::Posted(id));
        Ok(id)
    }

    /// Replaces a post by a new version with a new id, as X's edits do. Returns the new id.
    ///
    /// # Errors
    /// When the post does not exist.
    pub fn edit(&self, id: u64, text: &str) -> Result<u64, Error> {
        let now = self.now();
        let mut state = self.lock();
        let old = state.posts.get(&id).ok_or_else(|| Error::Missing { kind: "post", name: id.to_string() })?;
        let draft = Draft {
            author: old.author,
            text: text.to_owned(),
            in_reply_to: old.in_reply_to,
            quote: old.quotes,
            media: old.media.clone(),
            at: now,
            replaces: Some(id),
            ..Draft::default()
        };
        let new = state.create_post(&draft, self.origin());
        let outgoing = events::post_created(&mut state, new, self.origin(), now);
        drop(state);
        self.deliver(outgoing);
        Ok(new)
    }

    /// Deletes a post as its author.
    ///
    /// # Errors
    /// When the post does not exist.
    pub fn delete(&self, id: u64) -> Result<(), Error> {
        let mut state = self.lock();
        let post = state.remove_post(id).ok_or_else(|| Error::Missing { kind: "post", name: id.to_string() })?;
        let outgoing = events::post_deleted(&mut state, id, post.author, self.origin());
        drop(state);
        self.deliver(outgoing);
        Ok(())
    }

    /// Likes a post as anyone.
    ///
    /// # Errors
    /// When account or post do not exist.
    pub fn like(&self, account: &str, id: u64) -> Result<(), Error> {
        let now = self.now();
        let mut state = self.lock();
        let liker = state.find_user(account)?.id;
        state
            .posts
            .get_mut(&id)
            .ok_or_else(|| Error::Missing { kind: "post", name: id.to_string() })?
            .likes
            .insert(liker);
        let outgoing = events::liked(&mut state, liker, id, self.origin(), now);
        drop(state);
        self.deliver(outgoing);
        Ok(())
    }

    pub(crate) fn deliver(&self, outgoing: Vec<Outgoing>) {
        for event in outgoing {
            self.shared().postman.send(self, event);
        }
    }
}

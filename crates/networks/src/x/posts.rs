//! Posts in our words: form, thread, links, media, versions.

use super::normalise::{Broken, Reader, parsed};
use super::poll::threads;
use super::text::{self, Readable};
use super::wire::{Attachments, Entities, Id, Includes, MediaObject, Post, User};
use domain::item::{Author, Change, IncomingMessage, Media, MediaKind, Mentioned};
use domain::vocabulary::Form;

/// Reads a post that came to `account`. `kind` is the event type, or the source that was polled.
pub(super) fn read(
    reader: &mut Reader,
    account: &Id,
    payload: &str,
    includes: &Includes,
    kind: &str,
) -> Result<(), Broken> {
    let post: Post = parsed(payload)?;
    let message = message(reader, account, post, includes, kind);
    reader.push(account, Change::Message(Box::new(message)));
    Ok(())
}

/// A repost is a signal about a post of ours, not a message.
pub(super) fn read_repost(reader: &mut Reader, account: &Id, payload: &str, includes: &Includes) -> Result<(), Broken> {
    let post: Post = parsed(payload)?;
    let reposted = post.referenced(["retweeted", "reposted"]);
    let external_id = reposted.ok_or_else(|| Broken::new("missing_field", "referenced_tweets"))?.0.clone();
    let author = author(&post.author_id, includes.users.get(&post.author_id.0));
    reader.push(account, Change::Reaction { author, external_id, reaction: "repost".to_owned() });
    Ok(())
}

fn message(reader: &Reader, account: &Id, mut post: Post, includes: &Includes, kind: &str) -> IncomingMessage {
    let quotes = post.referenced(["quoted", "quote"]).cloned();
    let in_reply_to = post.answers().cloned();
    let author_of_post =
        |id: &Option<Id>| id.as_ref().and_then(|id| includes.posts.get(&id.0)).and_then(|post| post.author_id.clone());
    // An event of quotes says by itself that the quoted post is ours.
    let quotes_author =
        author_of_post(&quotes).or_else(|| (kind == "post.quote.create" && quotes.is_some()).then(|| account.clone()));
    let in_reply_to_author = post.in_reply_to_user_id.clone().or_else(|| author_of_post(&in_reply_to));
    let root_author = author_of_post(&post.conversation_id);

    let ours = |author: &Option<Id>| author.as_ref() == Some(account);
    let form = if post.author_id == *account {
        match (&in_reply_to, &quotes) {
            (Some(_), _) => Form::Reply,
            (None, Some(_)) => Form::Quote,
            (None, None) => Form::Post,
        }
    } else if ours(&quotes_author) {
        Form::Quote
    } else if in_reply_to.is_some() && (kind == threads::SOURCE || ours(&in_reply_to_author) || ours(&root_author)) {
        Form::Reply
    } else {
        Form::Mention
    };

    let (raw, entities) = post.take_text();
    let Readable { text, links } = text::readable(&raw, &entities.urls, &[]);
    let own_id = post.id.0.clone();
    IncomingMessage {
        form,
        private: false,
        author: author(&post.author_id, includes.users.get(&post.author_id.0)),
        counterpart: None,
        text,
        language: text::language(post.lang.as_deref()),
        sent_at: text::time(post.created_at.as_deref(), &own_id, reader.received_at),
        thread_root: Some(post.conversation_id.map_or_else(|| own_id.clone(), |root| root.0)),
        in_reply_to: in_reply_to.map(|id| id.0),
        in_reply_to_author: in_reply_to_author.map(|id| id.0),
        quotes: quotes.map(|id| id.0),
        quotes_author: quotes_author.map(|id| id.0),
        mentions: mentions(entities),
        links,
        media: media(&post.attachments, includes),
        placeholder: None,
        earlier_versions: earlier(&own_id, [post.edit_history_tweet_ids, post.edit_history_post_ids]),
        external_id: own_id,
    }
}

/// The ids in an edit history that came before this version, oldest first.
fn earlier(own: &str, histories: [Vec<Id>; 2]) -> Vec<String> {
    let history = histories.into_iter().find(|history| !history.is_empty()).unwrap_or_default();
    history.into_iter().map(|id| id.0).take_while(|id| id != own).collect()
}

/// A person as X shows them.
pub(super) fn author(id: &Id, user: Option<&User>) -> Author {
    let Some(user) = user else { return Author { external_id: id.0.clone(), ..Author::default() } };
    let handle = user.username.as_deref().or(user.screen_name.as_deref());
    let picture = user.profile_image_url.as_ref().or(user.profile_image_url_https.as_ref());
    Author {
        external_id: id.0.clone(),
        handle: handle.map(text::name).filter(|handle| !handle.is_empty()),
        name: user.name.as_deref().map(text::name),
        avatar_url: picture.filter(|url| url.len() <= 2048).cloned(),
        followers: user.public_metrics.as_ref().and_then(|metrics| metrics.followers_count).or(user.followers_count),
        verified: user.verified,
    }
}

/// The accounts named in a text, each once.
pub(super) fn mentions(entities: Entities) -> Vec<Mentioned> {
    let mut named: Vec<Mentioned> = Vec::new();
    for mention in entities.mentions.into_iter().chain(entities.user_mentions) {
        let handle = mention.username.or(mention.screen_name).unwrap_or_default();
        let handle = text::name(handle.trim_start_matches('@'));
        if !handle.is_empty() && !named.iter().any(|known| known.handle.eq_ignore_ascii_case(&handle)) {
            named.push(Mentioned { external_id: mention.id.map(|id| id.0), handle });
        }
    }
    named
}

/// The files of a post or message; one whose object is missing is named by its key alone.
pub(super) fn media(attachments: &Attachments, includes: &Includes) -> Vec<Media> {
    let described = |key: &String| match includes.media.get(key) {
        Some(object) => Media {
            external_id: key.clone(),
            kind: kind_of(&object.kind),
            url: address(object),
            alt_text: object.alt_text.as_deref().map(|alt| alt.chars().take(1000).collect()),
            size: object.width.zip(object.height),
        },
        None => Media { external_id: key.clone(), kind: kind_of_key(key), url: None, alt_text: None, size: None },
    };
    attachments.media_keys.iter().map(described).collect()
}

/// Where a file lies: the picture, or the film's best encoding, or at least its first frame.
fn address(object: &MediaObject) -> Option<String> {
    let film = object
        .variants
        .iter()
        .filter(|variant| variant.content_type.as_deref() == Some("video/mp4"))
        .max_by_key(|variant| variant.bit_rate.unwrap_or(0))
        .and_then(|variant| variant.url.clone());
    object.url.clone().or(film).or_else(|| object.preview_image_url.clone())
}

/// X's word for a kind of file.
pub(super) fn kind_of(word: &str) -> MediaKind {
    match word {
        "photo" => MediaKind::Image,
        "video" => MediaKind::Video,
        "animated_gif" => MediaKind::Animation,
        _ => MediaKind::File,
    }
}

/// A key's first number is the kind of file.
fn kind_of_key(key: &str) -> MediaKind {
    match key.split('_').next() {
        Some("3") => MediaKind::Image,
        Some("7" | "13") => MediaKind::Video,
        Some("16") => MediaKind::Animation,
        _ => MediaKind::File,
    }
}

//! What one of our accounts may do to one message on X, asked per item (contracts §0.2).

use domain::ability::{Abilities, ChannelFacts, May, MessageFacts, Way};
use domain::understanding::Reason;
use domain::vocabulary::{AccessLevel, Direction};
use url::Url;

/// Asks X's rules. On self-serve access a reply is taken only when the author names the answering account or
/// quotes one of its posts. `web_base` is where people see this app's X.
pub(super) fn abilities(
    web_base: &str,
    channel: &ChannelFacts,
    message: &MessageFacts,
    ours: &[ChannelFacts],
) -> Abilities {
    let reply = may_reply(channel, message);
    let direct_message = may_write_privately(channel, message);
    let ways = if reply.is_yes() || message.private {
        Vec::new()
    } else {
        ways(web_base, channel, message, ours, &direct_message)
    };
    Abilities { reply, direct_message, delete: may_delete(channel, message), hide: may_hide(channel, message), ways }
}

fn no(code: &str) -> May {
    May::No { reason: Reason::of(code) }
}

fn may_reply(channel: &ChannelFacts, message: &MessageFacts) -> May {
    if !channel.connected {
        no("channel.not_connected")
    } else if message.private {
        no("x.private_message")
    } else if message.deleted {
        no("message.deleted")
    } else if message.external_id.is_none() {
        no("message.not_sent_yet")
    } else if channel.access_level == Some(AccessLevel::Enterprise) || is_own(channel, message) {
        // Under its own posts an account may always go on.
        May::Yes
    } else if names(message, channel) {
        May::Yes
    } else {
        May::No { reason: Reason::with("x.not_named_by_author", [format!("@{}", channel.handle)]) }
    }
}

/// Whether the author names the account, by id or handle, or quotes a post of it.
fn names(message: &MessageFacts, channel: &ChannelFacts) -> bool {
    message.quotes_author.as_ref() == Some(&channel.account)
        || message.mentions.iter().any(|mention| {
            mention.external_id.as_ref() == Some(&channel.account)
                || mention.handle.eq_ignore_ascii_case(&channel.handle)
        })
}

fn is_own(channel: &ChannelFacts, message: &MessageFacts) -> bool {
    message.direction == Direction::Outbound && message.author == channel.account
}

fn may_write_privately(channel: &ChannelFacts, message: &MessageFacts) -> May {
    if !channel.connected {
        no("channel.not_connected")
    } else if message.direction == Direction::Outbound && !message.private {
        no("message.is_ours")
    } else {
        May::Yes
    }
}

fn may_delete(channel: &ChannelFacts, message: &MessageFacts) -> May {
    if !is_own(channel, message) {
        no("message.not_ours")
    } else if message.deleted {
        no("message.deleted")
    } else if !channel.connected {
        no("channel.not_connected")
    } else if message.external_id.is_none() {
        no("message.not_sent_yet")
    } else {
        May::Yes
    }
}

/// X lets the author of a thread hide other people's replies in it.
fn may_hide(channel: &ChannelFacts, message: &MessageFacts) -> May {
    if message.private || message.deleted {
        no("x.nothing_to_hide")
    } else if message.author == channel.account {
        no("message.is_ours")
    } else if message.thread_author.as_ref() != Some(&channel.account) {
        no("x.not_our_thread")
    } else if !channel.connected {
        no("channel.not_connected")
    } else {
        May::Yes
    }
}

/// What remains when a reply is refused, best first.
fn ways(
    web_base: &str,
    channel: &ChannelFacts,
    message: &MessageFacts,
    ours: &[ChannelFacts],
    direct: &May,
) -> Vec<Way> {
    let mut ways: Vec<Way> = ours
        .iter()
        .filter(|other| other.channel != channel.channel && may_reply(other, message).is_yes())
        .map(|other| Way::AnswerAs { channel: other.channel, handle: other.handle.clone() })
        .collect();
    if message.deleted {
        return ways;
    }
    if let Some(id) = &message.external_id {
        ways.extend(link(web_base, "intent/post", "in_reply_to", id).map(|url| Way::OpenAtNetwork { url }));
    }
    if message.direction == Direction::Inbound {
        ways.extend(
            link(web_base, "messages/compose", "recipient_id", &channel.account)
                .map(|url| Way::InviteToPrivate { url }),
        );
    }
    if direct.is_yes() {
        ways.push(Way::WritePrivately);
    }
    ways
}

fn link(web_base: &str, path: &str, name: &str, value: &str) -> Option<String> {
    let mut url = Url::parse(&format!("{web_base}/{path}")).ok()?;
    url.query_pairs_mut().append_pair(name, value);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x::api::WEB_BASE;
    use domain::id::ChannelId;
    use domain::item::Mentioned;
    use domain::vocabulary::{ChannelRole, Form};

    fn account(number: u128, handle: &str, access_level: AccessLevel) -> ChannelFacts {
        ChannelFacts {
            channel: ChannelId(uuid::Uuid::from_u128(number)),
            account: number.to_string(),
            handle: handle.to_owned(),
            role: ChannelRole::Support,
            access_level: Some(access_level),
            connected: true,
        }
    }
    fn post(mentions: &[(&str, &str)]) -> MessageFacts {
        MessageFacts {
            external_id: Some("900".into()),
            form: Form::Mention,
            direction: Direction::Inbound,
            private: false,
            author: "7".into(),
            author_handle: Some("mika".into()),
            mentions: mentions
                .iter()
                .map(|(id, handle)| Mentioned { external_id: Some((*id).into()), handle: (*handle).into() })
                .collect(),
            quotes_author: None,
            thread_author: Some("7".into()),
            unreadable: false,
            deleted: false,
        }
    }

    #[test]
    fn self_serve_answers_only_those_who_name_or_quote_it() {
        let support = account(1, "NordhafenHilfe", AccessLevel::SelfServe);
        let table: [(MessageFacts, bool); 5] = [
            (post(&[("1", "NordhafenHilfe")]), true),
            (
                MessageFacts {
                    mentions: vec![Mentioned { external_id: None, handle: "nordhafenhilfe".into() }],
                    ..post(&[])
                },
                true,
            ),
            (MessageFacts { quotes_author: Some("1".into()), ..post(&[]) }, true),
            (post(&[("2", "Nordhafen")]), false),
            (post(&[]), false),
        ];
        for (message, yes) in table {
            assert_eq!(abilities(WEB_BASE, &support, &message, &[]).reply.is_yes(), yes, "{message:?}");
        }
        let enterprise = ChannelFacts { access_level: Some(AccessLevel::Enterprise), ..support };
        assert!(abilities(WEB_BASE, &enterprise, &post(&[]), &[]).reply.is_yes());
    }

    #[test]
    fn a_refused_reply_leaves_ways() {
        let support = account(1, "NordhafenHilfe", AccessLevel::SelfServe);
        let brand = account(2, "Nordhafen", AccessLevel::SelfServe);
        let ours = [support.clone(), brand.clone()];
        let found = abilities(WEB_BASE, &support, &post(&[("2", "Nordhafen")]), &ours);
        assert_eq!(
            found.ways,
            [
                Way::AnswerAs { channel: brand.channel, handle: "Nordhafen".into() },
                Way::OpenAtNetwork { url: "https://x.com/intent/post?in_reply_to=900".into() },
                Way::InviteToPrivate { url: "https://x.com/messages/compose?recipient_id=1".into() },
                Way::WritePrivately,
            ]
        );
        let asleep = [support.clone(), ChannelFacts { connected: false, ..brand }];
        let found = abilities(WEB_BASE, &support, &post(&[("2", "Nordhafen")]), &asleep);
        assert!(!found.ways.iter().any(|way| matches!(way, Way::AnswerAs { .. })));
    }

    #[test]
    fn the_ways_lead_to_the_x_that_the_app_belongs_to() {
        let support = account(1, "NordhafenHilfe", AccessLevel::SelfServe);
        let found = abilities("http://127.0.0.1:7301/x", &support, &post(&[]), &[]);
        assert_eq!(
            found.ways.first(),
            Some(&Way::OpenAtNetwork { url: "http://127.0.0.1:7301/x/intent/post?in_reply_to=900".into() })
        );
        assert_eq!(
            found.ways.get(1),
            Some(&Way::InviteToPrivate { url: "http://127.0.0.1:7301/x/messages/compose?recipient_id=1".into() })
        );
    }

    #[test]
    fn only_replies_of_others_in_our_threads_can_be_hidden_and_only_ours_deleted() {
        let support = account(1, "NordhafenHilfe", AccessLevel::SelfServe);
        let theirs = MessageFacts { thread_author: Some("1".into()), ..post(&[]) };
        assert!(abilities(WEB_BASE, &support, &theirs, &[]).hide.is_yes());
        assert!(!abilities(WEB_BASE, &support, &post(&[]), &[]).hide.is_yes());
        assert!(!abilities(WEB_BASE, &support, &theirs, &[]).delete.is_yes());
        let own = MessageFacts { author: "1".into(), direction: Direction::Outbound, ..theirs };
        assert!(!abilities(WEB_BASE, &support, &own, &[]).hide.is_yes());
        assert!(abilities(WEB_BASE, &support, &own, &[]).delete.is_yes());
        assert!(!abilities(WEB_BASE, &support, &MessageFacts { external_id: None, ..own }, &[]).delete.is_yes());
    }
}

//! The closed word lists of the product; each has one spelling that API, database and translation keys share.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every value, in the order of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable spelling used by API, database and translation keys.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads the stable spelling; `None` when the word is unknown.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.word())
            }
        }
    )*};
}

words! {
    /// What shape a message has on its network.
    Form {
        /// A post that names one of our accounts.
        Mention = "mention",
        /// A reply to one of our posts, or deeper in a thread of ours.
        Reply = "reply",
        /// A post that quotes one of ours.
        Quote = "quote",
        /// A comment under an organic post of ours.
        Comment = "comment",
        /// A comment under a paid post of ours.
        AdComment = "ad_comment",
        /// A post of its own: the customer's, or ours.
        Post = "post",
        /// A private message.
        DirectMessage = "direct_message",
        /// An e-mail.
        Mail = "mail",
        /// A review.
        Review = "review",
        /// An internal note.
        Note = "note",
        /// Something the network tells, not a person.
        System = "system",
    }

    /// Who wrote a message: somebody to us, or we to somebody.
    Direction {
        /// From outside.
        Inbound = "inbound",
        /// From one of our accounts.
        Outbound = "outbound",
    }

    /// Where a case stands.
    CaseState {
        /// Somebody here must look.
        Open = "open",
        /// We answered; the customer is next.
        Waiting = "waiting",
        /// Asleep until a moment.
        Snoozed = "snoozed",
        /// Done.
        Closed = "closed",
    }

    /// What an outbound message has reached.
    SendState {
        /// In the outbox; undo is still possible until its time comes.
        Queued = "queued",
        /// Leased by a dispatcher.
        Sending = "sending",
        /// The network said yes.
        Sent = "sent",
        /// The network said no; the reason stands beside it.
        Failed = "failed",
        /// The network may have it; being reconciled.
        Unknown = "unknown",
        /// Taken back before it left.
        Cancelled = "cancelled",
    }

    /// What the language engine says a message is (`contracts`: issue "Understand every message").
    Kind {
        /// Asks for information or help.
        Question = "question",
        /// Dissatisfaction that has substance.
        Complaint = "complaint",
        /// Must be acted on soon.
        Urgent = "urgent",
        /// Affects many, or our name.
        PrRisk = "pr_risk",
        /// Talks about us, needs nothing.
        Mention = "mention",
        /// Thanks or praise.
        Praise = "praise",
        /// Not about us.
        OffTopic = "off_topic",
        /// Spam, scam, insult without substance.
        SpamAbuse = "spam_abuse",
    }

    /// What a message is about.
    About {
        /// The product or its technology.
        Technical = "technical",
        /// The customer's own account, contract, money.
        Account = "account",
        /// The company and its trade: prices, offers, hours, jobs.
        Trade = "trade",
        /// Anything else.
        Other = "other",
    }

    /// The tone towards us.
    Sentiment {
        /// Pleased.
        Positive = "positive",
        /// Neither.
        Neutral = "neutral",
        /// Displeased.
        Negative = "negative",
    }

    /// Why a message is set aside; it is never deleted for it.
    Noise {
        /// Advertising, scams, bots.
        Spam = "spam",
        /// Insult without substance.
        Abuse = "abuse",
        /// False accusation without substance.
        Defamation = "defamation",
    }

    /// Whether a message wants an answer.
    ReplyNeed {
        /// It must be answered.
        Must = "must",
        /// An answer would do good.
        Worth = "worth",
        /// None.
        None = "none",
    }

    /// What one of our accounts is for.
    ChannelRole {
        /// The company's main account.
        Brand = "brand",
        /// The account that answers customers.
        Support = "support",
        /// An account for one region or language.
        Regional = "regional",
    }

    /// How far a network lets an app go, where it has several levels (X: contracts §1).
    AccessLevel {
        /// Pay-per-use; replies only to authors who mention or quote the answering account.
        SelfServe = "self_serve",
        /// By contract; free replies.
        Enterprise = "enterprise",
    }

    /// What a person may do.
    Role {
        /// Everything, including settings and people.
        Owner = "owner",
        /// Answers customers.
        Agent = "agent",
    }

    /// Why a case was closed without an answer.
    NoReplyReason {
        /// The customer solved it.
        Solved = "solved",
        /// Answered elsewhere.
        AnsweredElsewhere = "answered_elsewhere",
        /// Nothing to say: a mention, small talk.
        NoneNeeded = "none_needed",
        /// Not for us.
        NotForUs = "not_for_us",
        /// Spam or abuse.
        Noise = "noise",
        /// Part of a fault that is told to all at once.
        Incident = "incident",
    }
}

//! The cues that a text can carry, and how much each says for which label.

/// Weights of one cue.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weights {
    /// By kind, in the order of [`domain::vocabulary::Kind::ALL`].
    pub(crate) kinds: [f32; 8],
    /// Towards pleased (positive) or displeased (negative).
    pub(crate) sentiment: f32,
    /// Towards 1.
    pub(crate) complaint: f32,
    /// Towards 1.
    pub(crate) anger: f32,
    /// Towards 1.
    pub(crate) urgency: f32,
}

macro_rules! cues {
    ($($(#[$meta:meta])* $name:ident $word:literal [$($kind:literal)*] $sentiment:literal $complaint:literal $anger:literal $urgency:literal;)*) => {
        /// One cue; its word is the key in the lexicons and the code of its reason after `word.`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Cue { $($(#[$meta])* $name,)* }

        impl Cue {
            /// Every cue.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Reason code.
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$name => concat!("word.", $word),)* }
            }

            /// Key in the lexicons.
            pub(crate) fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }

            /// What it says.
            pub(crate) const fn weights(self) -> Weights {
                match self {
                    $(Self::$name => Weights {
                        kinds: [$($kind,)*],
                        sentiment: $sentiment, complaint: $complaint, anger: $anger, urgency: $urgency,
                    },)*
                }
            }
        }

        /// Every reason code that a cue can give.
        pub const CUE_CODES: &[&str] = &[$(concat!("word.", $word),)*];
    };
}

cues! {
    // kinds: question complaint urgent pr_risk mention praise off_topic spam | sentiment complaint anger urgency
    /// Words that ask.
    Question "question"             [1.9 0.0 0.0 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.0;
    /// A request for help.
    Help "help"                     [1.5 0.0 0.2 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.1;
    /// Something does not work.
    Problem "problem"               [1.3 0.9 0.1 0.2 0.0 0.0 0.0 0.0] -0.6 0.25 0.0  0.1;
    /// Dissatisfaction in plain words.
    Dissatisfied "dissatisfied"     [0.0 2.4 0.0 0.0 0.0 0.0 0.0 0.0] -1.6 0.55 0.15 0.0;
    /// Something is poor.
    Poor "poor"                     [0.0 1.3 0.0 0.0 0.0 0.0 0.0 0.0] -0.9 0.35 0.0  0.0;
    /// Anger.
    Angry "angry"                   [0.0 1.4 0.0 0.0 0.0 0.0 0.0 0.1] -1.2 0.25 0.5  0.0;
    /// Waiting or unanswered for too long.
    Waiting "waiting"               [0.1 1.8 0.1 0.0 0.0 0.0 0.0 0.0] -0.9 0.45 0.1  0.1;
    /// Wrongly charged.
    Charged "charged"               [0.5 1.6 0.2 0.0 0.0 0.0 0.0 0.0] -0.7 0.4  0.0  0.1;
    /// Leaving us.
    Leaving "leaving"               [0.0 1.9 0.0 0.0 0.0 0.0 0.0 0.0] -1.1 0.45 0.2  0.0;
    /// Asks that it go fast.
    Hurry "hurry"                   [0.2 0.0 1.8 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.45;
    /// Lost or stolen, by a phrase that says what.
    Loss "loss"                     [0.0 0.0 3.2 0.0 0.0 0.0 0.0 0.0] -0.5 0.0  0.0  0.6;
    /// Lost or stolen; counts with a valuable.
    Lose "lose"                     [0.0 0.1 0.3 0.0 0.0 0.0 0.0 0.0] -0.2 0.0  0.0  0.1;
    /// Something of value to the writer.
    Valuable "valuable"             [0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.0;
    /// Locked out.
    Blocked "blocked"               [0.9 0.4 1.2 0.0 0.0 0.0 0.0 0.0] -0.5 0.15 0.0  0.3;
    /// Money is gone or not there.
    MoneyGone "money_gone"          [0.0 0.3 2.5 0.0 0.0 0.0 0.0 0.0] -0.7 0.2  0.0  0.55;
    /// A near deadline.
    Deadline "deadline"             [0.1 0.0 0.8 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.25;
    /// Somebody else uses account, card or money.
    Takeover "takeover"             [0.0 0.0 4.0 0.0 0.0 0.0 0.0 0.0] -0.8 0.0  0.0  0.8;
    /// Danger to people.
    Danger "danger"                 [0.0 0.3 2.4 1.6 0.0 0.0 0.0 0.0] -0.8 0.2  0.0  0.7;
    /// Self-harm.
    SelfHarm "self_harm"            [0.0 0.0 4.5 0.0 0.0 0.0 0.0 0.0] -1.2 0.0  0.0  0.9;
    /// Children at risk.
    Children "children"             [0.0 0.0 3.6 0.6 0.0 0.0 0.0 0.0] -1.0 0.2  0.0  0.8;
    /// Down for many.
    Outage "outage"                 [0.0 0.0 0.0 2.6 0.0 0.0 0.0 0.0] -0.6 0.15 0.0  0.35;
    /// Others have it too.
    Many "many"                     [0.0 0.0 0.0 0.9 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.1;
    /// Data got out.
    Leak "leak"                     [0.0 0.2 0.2 3.2 0.0 0.0 0.0 0.0] -1.0 0.3  0.1  0.4;
    /// Law.
    Legal "legal"                   [0.0 0.5 0.0 2.9 0.0 0.0 0.0 0.0] -0.9 0.35 0.2  0.3;
    /// Press.
    Press "press"                   [0.0 0.0 0.0 3.2 0.0 0.0 0.0 0.0] -0.2 0.0  0.0  0.3;
    /// A call to others against us.
    Boycott "boycott"               [0.0 0.3 0.0 3.2 0.0 0.0 0.0 0.0] -1.2 0.3  0.3  0.2;
    /// A product that hurts.
    ProductDanger "product_danger"  [0.0 0.4 0.4 3.0 0.0 0.0 0.0 0.0] -0.9 0.3  0.0  0.5;
    /// Thanks.
    Thanks "thanks"                 [0.0 0.0 0.0 0.0 0.0 1.4 0.0 0.0]  0.6 0.0  0.0  0.0;
    /// Thanks that only closes a request.
    ThanksAhead "thanks_ahead"      [0.5 0.0 0.0 0.0 0.0 -1.4 0.0 0.0] -0.6 0.0 0.0  0.0;
    /// Praise.
    Praise "praise"                 [0.0 0.0 0.0 0.0 0.0 2.0 0.0 0.0]  1.2 0.0  0.0  0.0;
    /// A pleased face.
    HappyFace "happy_face"          [0.0 0.0 0.0 0.0 0.1 0.5 0.0 0.0]  0.5 0.0  0.0  0.0;
    /// A displeased face.
    SadFace "sad_face"              [0.0 0.5 0.0 0.0 0.0 0.0 0.0 0.0] -0.6 0.1  0.1  0.0;
    /// Talk about us that needs nothing.
    Mention "mention"               [0.0 0.0 0.0 0.0 1.8 0.0 0.0 0.0]  0.1 0.0  0.0  0.0;
    /// Talk about something else.
    OffTopic "off_topic"            [0.0 0.0 0.0 0.0 0.0 0.0 2.0 0.0]  0.0 0.0  0.0  0.0;
    /// Somebody who might become a customer.
    Opening "opening"               [0.5 0.0 0.0 0.0 0.4 0.0 0.4 0.0]  0.1 0.0  0.0  0.0;
    /// An offer as spam makes it.
    SpamOffer "spam_offer"          [0.0 0.0 0.0 0.0 0.0 0.0 0.0 2.0]  0.0 0.0  0.0  0.0;
    /// A way to reach the spammer.
    SpamContact "spam_contact"      [0.0 0.0 0.0 0.0 0.0 0.0 0.0 1.7]  0.0 0.0  0.0  0.0;
    /// An insult.
    Insult "insult"                 [0.0 0.2 0.0 0.0 0.0 0.0 0.0 2.2] -1.4 0.0  0.7  0.0;
    /// An accusation of crime.
    Accusation "accusation"         [0.0 0.6 0.0 0.2 0.0 0.0 0.0 1.7] -1.3 0.1  0.4  0.0;
    /// Technology.
    Technical "technical"           [0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.0;
    /// Account, contract, money, order of the writer.
    Account "account"               [0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.0;
    /// Prices, offers, hours, jobs, shops.
    Trade "trade"                   [0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.0;
    /// Turns what stands beside it around.
    Negation "negation"             [0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0]  0.0 0.0  0.0  0.0;
}

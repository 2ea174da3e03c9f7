//! One message of the corpus with its labels, as a line of `corpus/messages/LANGUAGE/WRITER.jsonl`.

use domain::understanding::{PersonalData, Safety};
use domain::vocabulary::{About, Kind, Noise, ReplyNeed, Sentiment};
use serde::{Deserialize, Serialize};

/// Where a message stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// A public post.
    Post,
    /// A comment under one of the company's posts.
    Comment,
    /// A comment under one of its paid ads.
    AdComment,
    /// A private message.
    Private,
}

/// A labelled message. What each label means stands in `corpus/GUIDE.md`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// `LANGUAGE-WRITER-NUMBER`.
    pub id: String,
    /// As typed, line breaks included.
    pub text: String,
    /// The company's industry.
    pub industry: String,
    /// Where it stood.
    pub surface: Surface,
    /// What it is.
    pub kind: Kind,
    /// What knowledge its answer needs.
    pub about: About,
    /// The author's feeling towards the matter.
    pub sentiment: Sentiment,
    /// Whether something of ours fell short of what the author expected.
    pub complaint: bool,
    /// 0 none, 1 annoyed, 2 angry, 3 raging.
    pub anger: u8,
    /// 0 any time, 1 soon, 2 today, 3 now.
    pub urgency: u8,
    /// Whether it wants an answer.
    pub reply_need: ReplyNeed,
    /// Whether a help article for everybody answers it wholly.
    pub answerable: bool,
    /// Class of noise; only with kind `spam_abuse`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
    /// Danger that overrides every order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety: Option<Safety>,
    /// Personal data, in Unicode scalars.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pii: Vec<PersonalData>,
    /// Which of the guide's hard cases it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hard: Vec<String>,
}

impl Message {
    /// BCP 47 primary subtag, from the id.
    pub fn language(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }

    /// The writer's name, from the id.
    pub fn writer(&self) -> &str {
        self.id.split('-').nth(1).unwrap_or_default()
    }

    /// Labels that contradict the guide, in words; empty when there are none.
    pub fn contradictions(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut demand = |holds: bool, what: &str| {
            if !holds {
                found.push(what.to_owned());
            }
        };
        demand(
            (self.kind == Kind::SpamAbuse) == self.noise.is_some(),
            "a class of noise goes with kind spam_abuse, and only with it",
        );
        let need = match self.kind {
            Kind::Question | Kind::Complaint | Kind::Urgent | Kind::PrRisk => self.reply_need == ReplyNeed::Must,
            Kind::Praise => self.reply_need == ReplyNeed::Worth,
            Kind::Mention | Kind::OffTopic => self.reply_need != ReplyNeed::Must,
            Kind::SpamAbuse => self.reply_need == ReplyNeed::None,
        };
        demand(need, "the reply need does not go with the kind");
        demand(
            self.kind != Kind::Complaint || (self.complaint && self.sentiment != Sentiment::Positive),
            "a complaint has `complaint` and is not positive",
        );
        demand(self.kind != Kind::Praise || self.sentiment == Sentiment::Positive, "praise is positive");
        demand(
            self.safety.is_none() || matches!(self.kind, Kind::Urgent | Kind::PrRisk | Kind::SpamAbuse),
            "a danger goes with urgent, pr_risk, or a threat",
        );
        demand(self.anger <= 3 && self.urgency <= 3, "anger and urgency are 0 to 3");
        let length = self.text.chars().count();
        demand((1..=600).contains(&length), "a text has 1 to 600 characters");
        let mut end = 0;
        for span in &self.pii {
            demand(
                end <= span.start && span.start < span.end && span.end <= length,
                "personal data lies in the text, in order",
            );
            end = span.end;
        }
        found
    }
}

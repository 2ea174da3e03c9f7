//! Lists as addresses: a view is a named filter, and every filter can be shared as a link.

use domain::vocabulary::{CaseState, Form, Kind};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

macro_rules! views {
    ($($variant:ident = $word:literal, $icon:literal, $doc:literal;)*) => {
        /// The views every workspace has, in the order of the keys 1 to 9.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum View { $(#[doc = $doc] $variant,)*
            /// No view: a filter of one's own.
            #[default] Custom }
        impl View {
            /// Every named view, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// Stable spelling in addresses and translation keys.
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word,)* Self::Custom => "custom" } }
            /// Name of its icon.
            pub const fn icon(self) -> &'static str { match self { $(Self::$variant => $icon,)* Self::Custom => "i-search" } }
        }
    };
}

views! {
    NeedsReply = "needs_reply", "i-inbox", "Open cases whose customer waits, in priority order.";
    Mine = "mine", "i-me", "Open cases that the reader has.";
    Unassigned = "unassigned", "i-nobody", "Open cases that nobody has.";
    WaitingForCustomer = "waiting", "i-wait", "We answered; the customer is next.";
    PrivateMessages = "private", "i-lock", "Open cases with a private conversation.";
    PublicComplaints = "public_complaints", "i-public", "Open complaints that everyone can see.";
    PraiseToThank = "praise", "i-heart", "Praise that a thank-you would suit.";
    Noise = "noise", "i-noise", "Set aside as spam, abuse or defamation.";
    Snoozed = "snoozed", "i-snooze", "Asleep until a moment.";
    Closed = "closed", "i-check", "Done.";
    All = "all", "i-all", "Everything, newest first.";
}

impl View {
    /// Reads the stable spelling; hyphens do as well.
    pub fn of(word: &str) -> Option<Self> {
        let word = word.replace('-', "_");
        Self::ALL.iter().copied().find(|view| view.word() == word)
    }
    /// The view's address.
    pub fn address(self) -> String {
        Filter { view: Some(self.word().to_owned()), ..Filter::default() }.address("/inbox")
    }
}

/// A filter as it stands in the address. Values are the vocabulary's words; several are separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Named view that the other fields narrow.
    pub view: Option<String>,
    /// Case states.
    pub state: Option<String>,
    /// Priorities 0–8.
    pub priority: Option<String>,
    /// Kinds.
    pub kind: Option<String>,
    /// Languages, BCP 47 primary subtags.
    pub language: Option<String>,
    /// Networks.
    pub network: Option<String>,
    /// Channels, by id.
    pub channel: Option<String>,
    /// Agents by id, or `me`, or `nobody`.
    pub assignee: Option<String>,
    /// Forms.
    pub form: Option<String>,
    /// `yes` or `no`: whether it has a private conversation.
    pub private: Option<String>,
    /// Words to look for.
    pub q: Option<String>,
    /// `priority`, `recent` or `waiting`.
    pub order: Option<String>,
}

impl Filter {
    /// The fields in the order of the address.
    pub fn fields(&self) -> [(&'static str, &Option<String>); 12] {
        [
            ("view", &self.view),
            ("state", &self.state),
            ("priority", &self.priority),
            ("kind", &self.kind),
            ("language", &self.language),
            ("network", &self.network),
            ("channel", &self.channel),
            ("assignee", &self.assignee),
            ("form", &self.form),
            ("private", &self.private),
            ("q", &self.q),
            ("order", &self.order),
        ]
    }

    fn field_mut(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "view" => &mut self.view,
            "state" => &mut self.state,
            "priority" => &mut self.priority,
            "kind" => &mut self.kind,
            "language" => &mut self.language,
            "network" => &mut self.network,
            "channel" => &mut self.channel,
            "assignee" => &mut self.assignee,
            "form" => &mut self.form,
            "private" => &mut self.private,
            "q" => &mut self.q,
            "order" => &mut self.order,
            _ => return None,
        })
    }

    /// The named view, [`View::Custom`] when the address names none.
    pub fn named(&self) -> View {
        self.view.as_deref().and_then(View::of).unwrap_or_default()
    }

    /// The filter with one field set, or taken away by `None`; an unknown field changes nothing.
    pub fn with(&self, field: &str, value: Option<&str>) -> Self {
        let mut changed = self.clone();
        if let Some(place) = changed.field_mut(field) {
            *place = value.map(str::to_owned);
        }
        changed
    }

    /// Fields that narrow the view, with their values; the view itself and the order hide nothing.
    pub fn narrowing(&self) -> Vec<(&'static str, &str)> {
        let hides = |name: &str| !matches!(name, "view" | "order");
        self.fields()
            .into_iter()
            .filter(|(name, _)| hides(name))
            .filter_map(|(name, value)| Some((name, value.as_deref().filter(|value| !value.is_empty())?)))
            .collect()
    }

    /// The query part, without `?`; empty fields are left out.
    pub fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in self.fields() {
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// An address with this filter.
    pub fn address(&self, path: &str) -> String {
        let query = self.query();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The address of this list with a case open.
    pub fn address_of_case(&self, case: domain::id::CaseId) -> String {
        let query = self.query();
        let joint = if query.is_empty() { "" } else { "&" };
        format!("/inbox?{query}{joint}case={case}")
    }
}

/// Words that a filter menu offers for a field with a closed vocabulary; empty for the others.
pub fn offered(field: &str) -> Vec<&'static str> {
    match field {
        "state" => CaseState::ALL.iter().map(|state| state.word()).collect(),
        "kind" => Kind::ALL.iter().map(|kind| kind.word()).collect(),
        "form" => [Form::Mention, Form::Reply, Form::Quote, Form::Post, Form::DirectMessage].map(Form::word).to_vec(),
        "priority" => vec!["0", "1", "2", "3", "4", "5", "6", "7", "8"],
        "private" => vec!["yes", "no"],
        "order" => vec!["priority", "recent", "waiting"],
        _ => Vec::new(),
    }
}

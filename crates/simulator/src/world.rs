//! The simulated world: one lock over everything that exists, and the doors through which tests and demos change it.

use crate::clock::Clock;
use crate::delivery::Postman;
use crate::faults::Faults;
use crate::random::Random;
use crate::x::limits::Limits;
use crate::x::model::{AccessLevel, App, Code, DirectMessage, Media, Post, Subscription, Token, User, Webhook};
use crate::{Config, Error};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// X's ids count milliseconds from here.
const SNOWFLAKE_EPOCH_MS: i64 = 1_288_834_974_657;
const SNOWFLAKE_SHIFT: u32 = 22;
/// Access tokens live two hours.
pub(crate) const TOKEN_LIFE_MS: i64 = 2 * 60 * 60 * 1000;

/// Handle to the simulated world; clones share it.
#[derive(Debug, Clone)]
pub struct World {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) postman: Postman,
    pub(crate) customers: crate::customers::stream::Control,
    pub(crate) config: Config,
    pub(crate) streams: crate::x::stream::Open,
    origin: OnceLock<String>,
    stopping: CancellationToken,
    happenings: broadcast::Sender<Happening>,
}

/// Something public or private that an account did; simulated customers listen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// A post with this id appeared.
    Posted(u64),
    /// A private message with this id was sent.
    Messaged(u64),
}

/// Everything that exists.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) random: Random,
    sequence: u64,
    pub(crate) apps: HashMap<u64, App>,
    pub(crate) users: HashMap<u64, User>,
    pub(crate) usernames: HashMap<String, u64>,
    pub(crate) posts: BTreeMap<u64, Post>,
    pub(crate) deleted_posts: HashSet<u64>,
    pub(crate) by_author: HashMap<u64, BTreeSet<u64>>,
    pub(crate) by_mention: HashMap<u64, BTreeSet<u64>>,
    pub(crate) by_conversation: HashMap<u64, BTreeSet<u64>>,
    pub(crate) recent_texts: HashMap<(u64, String), (u64, i64)>,
    pub(crate) messages: BTreeMap<u64, DirectMessage>,
    pub(crate) messages_of: HashMap<u64, BTreeSet<u64>>,
    pub(crate) blocked_messages: HashSet<(u64, u64)>,
    pub(crate) media: HashMap<u64, Media>,
    pub(crate) links: HashMap<String, String>,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) refresh_tokens: HashMap<String, Token>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) webhooks: BTreeMap<u64, Webhook>,
    pub(crate) subscriptions: BTreeMap<u64, Subscription>,
    pub(crate) limits: Limits,
}

impl State {
    fn new(seed: u64, rate_multiplier: f64) -> Self {
        Self {
            random: Random::new(seed),
            sequence: 0,
            apps: HashMap::new(),
            users: HashMap::new(),
            usernames: HashMap::new(),
            posts: BTreeMap::new(),
            deleted_posts: HashSet::new(),
            by_author: HashMap::new(),
            by_mention: HashMap::new(),
            by_conversation: HashMap::new(),
            recent_texts: HashMap::new(),
            messages: BTreeMap::new(),
            messages_of: HashMap::new(),
            blocked_messages: HashSet::new(),
            media: HashMap::new(),
            links: HashMap::new(),
            tokens: HashMap::new(),
            refresh_tokens: HashMap::new(),
            codes: HashMap::new(),
            webhooks: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            limits: Limits::new(rate_multiplier),
        }
    }

    /// A new id whose upper bits are the time, as X makes them.
    pub(crate) fn snowflake(&mut self, at_ms: i64) -> u64 {
        loop {
            self.sequence += 1;
            let time = u64::try_from((at_ms - SNOWFLAKE_EPOCH_MS).max(1)).unwrap_or(1);
            let id = (time << SNOWFLAKE_SHIFT) | (self.sequence & ((1 << SNOWFLAKE_SHIFT) - 1));
            if !self.posts.contains_key(&id) && !self.users.contains_key(&id) {
                return id;
            }
        }
    }

    /// The account with this handle, whatever the case.
    pub(crate) fn user_named(&self, username: &str) -> Option<&User> {
        self.usernames.get(&username.trim_start_matches('@').to_ascii_lowercase()).and_then(|id| self.users.get(id))
    }

    /// An account by handle or numeric id.
    pub(crate) fn find_user(&self, name_or_id: &str) -> Result<&User, Error> {
        self.user_named(name_or_id)
            .or_else(|| name_or_id.parse().ok().and_then(|id: u64| self.users.get(&id)))
            .ok_or_else(|| Error::Missing { kind: "account", name: name_or_id.to_owned() })
    }

    /// The plan that counts for an account used by an app.
    pub(crate) fn access_level(&self, app: u64, user: u64) -> AccessLevel {
        let own = self.users.get(&user).and_then(|user| user.access_level);
        own.or_else(|| self.apps.get(&app).map(|app| app.access_level)).unwrap_or_default()
    }

    /// A post that can be seen.
    pub(crate) fn post(&self, id: u64) -> Option<&Post> {
        self.posts.get(&id)
    }
}

/// What to make an app of; what is empty is invented.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewApp {
    /// Name on the consent page.
    pub name: String,
    /// Plan.
    pub access_level: AccessLevel,
    /// Exact redirect addresses; none means any.
    pub redirect_uris: Vec<String>,
    /// OAuth 2.0 client id.
    pub client_id: Option<String>,
    /// OAuth 2.0 client secret.
    pub client_secret: Option<String>,
    /// Webhook signing key.
    pub consumer_secret: Option<String>,
    /// App-only token.
    pub bearer_token: Option<String>,
    /// Numeric id.
    pub id: Option<u64>,
}

/// What to make an account of.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewAccount {
    /// Handle, 1–15 letters, digits, underscores.
    pub username: String,
    /// Display name; the handle if empty.
    pub name: String,
    /// Profile text.
    pub description: String,
    /// Place.
    pub location: Option<String>,
    /// Business mark.
    pub verified: bool,
    /// Never delivered.
    pub protected: bool,
    /// Followers shown.
    pub followers: Option<u64>,
    /// Level of its own.
    pub access_level: Option<AccessLevel>,
    /// Refuses private messages of strangers.
    pub refuses_messages: bool,
    /// Numeric id; decimal text or number.
    #[serde(deserialize_with = "optional_id")]
    pub id: Option<u64>,
}

/// What to post, by anyone.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewPost {
    /// Author's handle or id; the account is made if it does not exist.
    pub author: String,
    /// Text as typed.
    pub text: String,
    /// Id of the post it answers.
    #[serde(deserialize_with = "optional_id")]
    pub in_reply_to: Option<u64>,
    /// Id of the post it quotes.
    #[serde(deserialize_with = "optional_id")]
    pub quote: Option<u64>,
    /// Pictures.
    pub media: Vec<NewMedia>,
    /// When, RFC 3339; now if absent.
    pub at: Option<String>,
    /// Its id; made from the time if absent.
    #[serde(deserialize_with = "optional_id")]
    pub id: Option<u64>,
    /// Take the text as it is: no `@name` put before a reply.
    pub exact: bool,
    /// Language for the `lang` field; guessed if absent.
    pub lang: Option<String>,
}

/// A picture made by the simulator.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewMedia {
    /// Description.
    pub alt_text: Option<String>,
}

/// Reads an id written as text or number.
pub(crate) fn optional_id<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    use serde::Deserialize;
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Id {
        Number(u64),
        Text(String),
    }
    match Option::<Id>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Id::Number(id)) => Ok(Some(id)),
        Some(Id::Text(text)) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

impl World {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let (happenings, _) = broadcast::channel(4096);
        let stopping = CancellationToken::new();
        let world = Self {
            shared: Arc::new(Shared {
                state: Mutex::new(State::new(config.seed, config.rate_multiplier)),
                clock: Clock::default(),
                faults: Faults::new(config.seed),
                postman: Postman::new(config)?,
                customers: crate::customers::stream::Control::default(),
                config: config.clone(),
                streams: crate::x::stream::Open::default(),
                origin: OnceLock::new(),
                stopping,
                happenings,
            }),
        };
        world.shared.postman.start(&world);
        Ok(world)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.shared.stopping
    }

    pub(crate) fn shut_down(&self) {
        self.shared.stopping.cancel();
    }

    pub(crate) fn set_origin(&self, origin: &str) {
        self.shared.origin.get_or_init(|| origin.to_owned());
    }

    /// `http://127.0.0.1:PORT`, where pictures and pages of the simulated network live.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.shared.origin.get().map_or("http://localhost", String::as_str)
    }

    /// The simulated clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Now on the simulated clock, ms since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.shared.clock.now()
    }

    pub(crate) fn tell(&self, happening: Happening) {
        // Nobody listening is fine: customers may be switched off.
        let _ = self.shared.happenings.send(happening);
    }

    /// Everything posted or sent from now on, by whomever.
    #[must_use]
    pub fn happenings(&self) -> broadcast::Receiver<Happening> {
        self.shared.happenings.subscribe()
    }

    /// Makes an app and returns it with its keys.
    #[must_use]
    pub fn create_app(&self, new: NewApp) -> App {
        let now = self.now();
        let mut state = self.lock();
        let id = new.id.unwrap_or_else(|| 10_000_000 + state.random.bits() % 80_000_000);
        let random = &mut state.random;
        let app = App {
            id,
            name: if new.name.is_empty() { format!("App {id}") } else { new.name },
            client_id: new.client_id.unwrap_or_else(|| random.token(34)),
            client_secret: new.client_secret.unwrap_or_else(|| random.token(50)),
            consumer_secret: new.consumer_secret.unwrap_or_else(|| random.token(50)),
            bearer_token: new.bearer_token.unwrap_or_else(|| format!("AAAAAAAAAAAAAAAAAAAAA{}", random.token(70))),
            access_level: new.access_level,
            redirect_uris: new.redirect_uris,
        };
        state.apps.insert(id, app.clone());
        tracing::debug!(app = id, now, "app made");
        app
    }

    /// Makes an account, or returns the one that has the handle.
    ///
    /// # Errors
    /// When the handle is not one X would allow.
    pub fn create_account(&self, new: NewAccount) -> Result<User, Error> {
        let now = self.now();
        self.lock().create_user(now, new)
    }

    /// Issues a user token pair directly: (access, refresh).
    ///
    /// # Errors
    /// When app or account do not exist.
    pub fn issue_token(&self, app: u64, account: &str, scopes: &[&str]) -> Result<(String, String), Error> {
        let now = self.now();
        let mut state = self.lock();
        let user = state.find_user(account)?.id;
        if !state.apps.contains_key(&app) {
            return Err(Error::Missing { kind: "app", name: app.to_string() });
        }
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let grant = state.random.bits();
        Ok(state.issue_pair(now, app, user, scopes, grant))
    }

    /// The plan of an app, changed at any time.
    ///
    /// # Errors
    /// When the app does not exist.
    pub fn set_access_level(&self, app: u64, level: AccessLevel) -> Result<(), Error> {
        let mut state = self.lock();
        let app = state.apps.get_mut(&app).ok_or_else(|| Error::Missing { kind: "app", name: app.to_string() })?;
        app.access_level = level;
        Ok(())
    }

    /// Text of a post as X shows it, if it exists.
    #[must_use]
    pub fn post_text(&self, id: u64) -> Option<String> {
        self.lock().post(id).map(|post| post.text.clone())
    }
}

impl State {
    pub(crate) fn create_user(&mut self, now: i64, new: NewAccount) -> Result<User, Error> {
        let username = new.username.trim_start_matches('@').to_owned();
        if username.is_empty()
            || username.len() > 15
            || !username.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            return Err(Error::Invalid(format!("{username:?} is not a handle: 1-15 letters, digits or underscores")));
        }
        if let Some(user) = self.user_named(&username) {
            return Ok(user.clone());
        }
        let age_days = 30 + i64::try_from(self.random.below(3000)).unwrap_or(0);
        let created_ms = now - age_days * 86_400_000;
        let id = match new.id {
            Some(id) => id,
            None => self.snowflake(created_ms),
        };
        let followers = new.followers.unwrap_or_else(|| self.random.bits() % 900);
        let user = User {
            id,
            name: if new.name.is_empty() { username.clone() } else { new.name },
            description: new.description,
            location: new.location,
            created_ms,
            verified: new.verified,
            protected: new.protected,
            followers,
            posts: 0,
            most_recent_post: None,
            access_level: new.access_level,
            receives_dm: !new.refuses_messages,
            username: username.clone(),
        };
        self.usernames.insert(username.to_ascii_lowercase(), id);
        self.users.insert(id, user.clone());
        Ok(user)
    }

    pub(crate) fn issue_pair(
        &mut self,
        now: i64,
        app: u64,
        user: u64,
        scopes: Vec<String>,
        grant: u64,
    ) -> (String, String) {
        let token = Token { app, user, scopes, expires_ms: now + TOKEN_LIFE_MS, grant };
        let access = self.random.token(91);
        let refresh = self.random.token(91);
        self.tokens.insert(access.clone(), token.clone());
        self.refresh_tokens.insert(refresh.clone(), token);
        (access, refresh)
    }
}

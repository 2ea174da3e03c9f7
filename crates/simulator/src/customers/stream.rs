//! The stream: customers who post, answer each other, write privately, and react to our answers.

use super::reactions;
use super::texts::{Addressees, Form, Language, Persona, languages};
use crate::random::Random;
use crate::world::{NewAccount, NewMedia, NewPost};
use crate::{Error, World};
use serde::Deserialize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How the customers should write.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Order {
    /// Items a minute, all languages together.
    pub per_minute: f64,
    /// Languages; empty means all.
    pub languages: Vec<String>,
    /// Seed; absent: the simulator's.
    pub seed: Option<u64>,
    /// Whom they write to.
    pub accounts: Addressees,
    /// Least and most milliseconds before somebody reacts to an answer.
    pub reaction_ms: (u64, u64),
    /// Share of answers that get a reaction.
    pub reaction_chance: f64,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            per_minute: 12.0,
            languages: Vec::new(),
            seed: None,
            accounts: Addressees::default(),
            reaction_ms: (2_000, 8_000),
            reaction_chance: 0.8,
        }
    }
}

/// The running stream, if any.
#[derive(Debug, Default)]
pub(crate) struct Control {
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    order: Order,
    stop: CancellationToken,
}

impl Control {
    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Languages chosen by an order.
pub(crate) fn chosen(order: &Order) -> Result<Vec<&'static Language>, Error> {
    let all = languages()?;
    if let Some(unknown) = order.languages.iter().find(|code| !all.iter().any(|language| language.code == **code)) {
        return Err(Error::Invalid(format!("languages: {unknown:?} is not one of ja, en, de, es, fr")));
    }
    Ok(all.iter().filter(|language| order.languages.is_empty() || order.languages.contains(&language.code)).collect())
}

impl World {
    /// Lets the customers write; replaces a running stream.
    ///
    /// # Errors
    /// When a language does not exist, the rate is no number, or an account they write to does not exist.
    pub fn start_customers(&self, order: Order) -> Result<(), Error> {
        if !order.per_minute.is_finite() || order.per_minute < 0.0 || order.per_minute > 600_000.0 {
            return Err(Error::Invalid("per_minute must be between 0 and 600000".to_owned()));
        }
        let languages = chosen(&order)?;
        let ours = {
            let state = self.lock();
            [state.find_user(&order.accounts.brand)?.id, state.find_user(&order.accounts.support)?.id]
        };
        self.stop_customers();
        let stop = self.stopping().child_token();
        let seed = order.seed.unwrap_or(self.shared().config.seed);
        let writer = Writer {
            world: self.clone(),
            languages: languages.clone(),
            random: Random::new(seed ^ 0xc057),
            order: order.clone(),
        };
        tokio::spawn(write(writer, stop.clone(), None));
        // Subscribed before this returns, so that no answer given from now on is missed.
        let happenings = self.happenings();
        tokio::spawn(reactions::react(
            self.clone(),
            happenings,
            languages,
            order.clone(),
            ours,
            Random::new(seed ^ 0x7eac),
            stop.clone(),
        ));
        *self.shared().customers.lock() = Some(Running { order, stop });
        Ok(())
    }

    /// Silences the customers.
    pub fn stop_customers(&self) {
        if let Some(running) = self.shared().customers.lock().take() {
            running.stop.cancel();
        }
    }

    /// Items a minute of the running stream.
    #[must_use]
    pub fn customers_running(&self) -> Option<f64> {
        self.shared().customers.lock().as_ref().map(|running| running.order.per_minute)
    }

    /// So many times the usual rate (at least one a second) for so many seconds.
    pub fn burst(&self, factor: f64, seconds: u64) {
        let mut order =
            self.shared().customers.lock().as_ref().map(|running| running.order.clone()).unwrap_or_default();
        order.per_minute = (order.per_minute.max(60.0) * factor).clamp(0.0, 600_000.0);
        let Ok(languages) = chosen(&order) else { return };
        let seed = self.lock().random.bits();
        let writer = Writer { world: self.clone(), languages, random: Random::new(seed), order };
        tokio::spawn(write(writer, self.stopping().child_token(), Some(Duration::from_secs(seconds))));
    }

    /// An outage: so many people complain within this moment. Returns how many posts were made.
    ///
    /// # Errors
    /// When an account they write to does not exist.
    pub fn outage(&self, count: usize) -> Result<usize, Error> {
        let order = self.shared().customers.lock().as_ref().map(|running| running.order.clone()).unwrap_or_default();
        let languages = chosen(&order)?;
        let seed = self.lock().random.bits();
        let mut writer = Writer { world: self.clone(), languages, random: Random::new(seed), order };
        for _ in 0..count {
            writer.outage()?;
        }
        Ok(count)
    }
}

async fn write(mut writer: Writer, stop: CancellationToken, limit: Option<Duration>) {
    if writer.order.per_minute <= 0.0 {
        return;
    }
    let started = tokio::time::Instant::now();
    let mut due = 0.0_f64;
    let mut done = 0.0_f64;
    loop {
        let step = Duration::from_secs_f64((60.0 / writer.order.per_minute).clamp(0.01, 60.0));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(step) => {}
        }
        let elapsed = started.elapsed();
        if limit.is_some_and(|limit| elapsed >= limit) {
            return;
        }
        due = due.max(elapsed.as_secs_f64() * writer.order.per_minute / 60.0);
        while done + 1.0 <= due {
            done += 1.0;
            if let Err(error) = writer.something() {
                tracing::debug!(%error, "a customer could not write");
            }
        }
    }
}

/// Makes items one after the other, all chance from one seed.
struct Writer {
    world: World,
    languages: Vec<&'static Language>,
    random: Random,
    order: Order,
}

impl Writer {
    fn language(&mut self) -> Result<&'static Language, Error> {
        self.random.pick(&self.languages).copied().ok_or_else(|| Error::Invalid("languages: none is left".to_owned()))
    }

    fn person(&mut self, language: &Language) -> Result<Persona, Error> {
        let persona = language.person(&mut self.random);
        self.world.create_account(NewAccount {
            username: persona.username.clone(),
            name: persona.name.clone(),
            description: persona.description.clone(),
            location: persona.location.clone(),
            ..NewAccount::default()
        })?;
        Ok(persona)
    }

    fn something(&mut self) -> Result<(), Error> {
        match self.random.below(100) {
            0..=17 => self.private(),
            18..=26 => self.pile_on(),
            _ => self.public(),
        }
    }

    fn public(&mut self) -> Result<(), Error> {
        let language = self.language()?;
        let person = self.person(language)?;
        let Some(topic) = language.topic(&mut self.random, Form::Post) else { return Ok(()) };
        let Some(text) = self.random.pick(&topic.texts) else { return Ok(()) };
        let text = language.fill(text, &self.order.accounts, &mut self.random);
        let media = topic.picture.iter().map(|picture| NewMedia { alt_text: Some(picture.clone()) }).collect();
        let text = self.unlike_before(&person, text);
        self.world.post(&NewPost {
            author: person.username,
            text,
            media,
            lang: Some(language.code.clone()),
            ..NewPost::default()
        })?;
        Ok(())
    }

    /// X refuses the same words twice; people change something small.
    fn unlike_before(&mut self, person: &Persona, text: String) -> String {
        let state = self.world.lock();
        let used = state
            .user_named(&person.username)
            .is_some_and(|user| state.recent_texts.contains_key(&(user.id, text.clone())));
        drop(state);
        if used { format!("{text} ({})", 2 + self.random.below(98)) } else { text }
    }

    fn private(&mut self) -> Result<(), Error> {
        let language = self.language()?;
        let person = self.person(language)?;
        let Some(topic) = language.topic(&mut self.random, Form::Message) else { return Ok(()) };
        let Some(text) = self.random.pick(&topic.texts) else { return Ok(()) };
        let text = language.fill(text, &self.order.accounts, &mut self.random);
        let to = if self.random.chance(0.7) { &self.order.accounts.support } else { &self.order.accounts.brand };
        let to = to.clone();
        self.world.message(&person.username, &to, &text, &[], None)?;
        Ok(())
    }

    /// Joins the talk under a recent post that names us; the newest wins now and then, so that threads grow.
    fn pile_on(&mut self) -> Result<(), Error> {
        let recent: Vec<(u64, &'static str)> = {
            let state = self.world.lock();
            let ours = state.find_user(&self.order.accounts.brand)?.id;
            let ids = state.by_mention.get(&ours);
            ids.into_iter()
                .flat_map(|ids| ids.iter().rev().take(12))
                .filter_map(|id| state.post(*id))
                .map(|post| (post.id, post.language))
                .collect()
        };
        let Some((parent, code)) = self.random.pick(&recent).copied() else { return self.public() };
        let Some(language) = self.languages.iter().copied().find(|language| language.code == code) else {
            return self.public();
        };
        let person = self.person(language)?;
        let Some(text) = self.random.pick(&language.reactions.pile_on) else { return Ok(()) };
        let text = language.fill(text, &self.order.accounts, &mut self.random);
        self.world.post(&NewPost {
            author: person.username,
            text,
            in_reply_to: Some(parent),
            lang: Some(language.code.clone()),
            ..NewPost::default()
        })?;
        Ok(())
    }

    fn outage(&mut self) -> Result<(), Error> {
        let language = self.language()?;
        let person = self.person(language)?;
        let Some(text) = self.random.pick(&language.outage) else { return Ok(()) };
        let text = language.fill(text, &self.order.accounts, &mut self.random);
        let text = self.unlike_before(&person, text);
        self.world.post(&NewPost {
            author: person.username,
            text,
            lang: Some(language.code.clone()),
            ..NewPost::default()
        })?;
        Ok(())
    }
}

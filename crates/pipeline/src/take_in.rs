//! Taking in: the journal is read in batches; each is normalised, understood, triaged and filed, then announced.
//!
//! Private deliveries go first: a flood of public mentions never delays a private message by more than one batch.

use crate::cover::{self, Covered};
use crate::crash;
use crate::environment::Environment;
use bus::{Bus, Work};
use domain::ability::ChannelFacts;
use domain::id::WorkspaceId;
use domain::item::{Change, IncomingMessage, Item};
use domain::people::Scope;
use domain::priority::{Circumstances, triage};
use language::Hints;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;
use store::filing::{Batch, FilingItem, ParkedItem, Place, Reading};
use store::journal::{Delivery, PRIVATE_LANE, PUBLIC_LANE};
use tokio_util::sync::CancellationToken;

/// Deliveries in one batch, at most: few enough that a private message waits less than a second behind it.
const BATCH: i64 = 500;
/// How often the journal is looked at without a wake-up.
const LOOK: Duration = Duration::from_secs(1);
/// Pause after the database said no.
const PAUSE: Duration = Duration::from_millis(500);
/// A batch that took all it may: more is waiting.
const FULL: usize = BATCH as usize;
/// The longest rest between two batches while deliveries throng: a private message waits behind it.
const LONGEST_REST: Duration = Duration::from_millis(400);
/// How long a node may be silent before another one takes over its lane.
const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);
/// First words of a message that lists show, in Unicode scalars.
const EXCERPT: usize = 160;

/// Works until it is told to stop.
pub async fn run(environment: Environment, stop: CancellationToken) {
    let mut waiter = environment.bus.waiter(Work::Journal);
    let mut accounts = Accounts::new(&environment.bus);
    while !stop.is_cancelled() {
        let begun = std::time::Instant::now();
        match step(&environment, &mut accounts).await {
            Ok(0) => {
                tokio::select! {
                    () = waiter.wait() => {}
                    () = tokio::time::sleep(LOOK) => {}
                    () = stop.cancelled() => {}
                }
            }
            // What is in the journal is safe and can wait; the networks' calls cannot. While they throng and there is more
            // than one batch to file anyway, every second moment is theirs; the backlog follows when they are served.
            Ok(count) if count >= FULL && environment.crowd.is_dense() => {
                tokio::select! {
                    () = tokio::time::sleep(begun.elapsed().min(LONGEST_REST)) => {}
                    () = stop.cancelled() => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "taking in stands still");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    if environment.store.engine() == store::db::Engine::Postgres {
        let _ = environment.store.give_lease("take_in", &environment.node).await;
    }
}

/// Our accounts per workspace and network, for knowing whether a text addresses us; dropped when channels change.
pub struct Accounts {
    changed: bus::Waiter,
    known: HashMap<WorkspaceId, Arc<Vec<(String, ChannelFacts)>>>,
}

impl Accounts {
    /// An empty memory.
    pub fn new(bus: &Bus) -> Self {
        Self { changed: bus.waiter(Work::Channels), known: HashMap::new() }
    }

    async fn of(
        &mut self,
        environment: &Environment,
        workspace: WorkspaceId,
    ) -> store::Result<Arc<Vec<(String, ChannelFacts)>>> {
        if self.changed.is_due() {
            self.known.clear();
            self.changed.wait().await;
        }
        if let Some(known) = self.known.get(&workspace) {
            return Ok(known.clone());
        }
        let channels = environment.store.channels(&Scope::system(workspace)).await?;
        let facts: Vec<_> = channels.iter().map(|channel| (channel.network.clone(), channel.facts())).collect();
        let facts = Arc::new(facts);
        self.known.insert(workspace, facts.clone());
        Ok(facts)
    }
}

/// Files one batch of each lane that has something, private first; how many deliveries were handled.
pub async fn step(environment: &Environment, accounts: &mut Accounts) -> store::Result<usize> {
    if environment.store.engine() == store::db::Engine::Postgres {
        let now = environment.clock.now();
        if !environment.store.take_lease("take_in", &environment.node, now, now + LEASE).await? {
            return Ok(0);
        }
    }
    let private = step_lane(environment, accounts, PRIVATE_LANE).await?;
    if private > 0 {
        return Ok(private);
    }
    step_lane(environment, accounts, PUBLIC_LANE).await
}

async fn step_lane(environment: &Environment, accounts: &mut Accounts, lane: i64) -> store::Result<usize> {
    let filed = environment.store.journal_filed(lane).await?;
    let deliveries = environment.store.deliveries(lane, filed, BATCH).await?;
    let Some(last) = deliveries.last().map(|delivery| delivery.number) else { return Ok(0) };
    let count = deliveries.len();
    let mut ours = HashMap::new();
    for delivery in &deliveries {
        if let Entry::Vacant(entry) = ours.entry(delivery.workspace) {
            entry.insert(accounts.of(environment, delivery.workspace).await?);
        }
    }
    // Reading texts is work for the processor: it must not stand in the way of those who wait for answers.
    let work = environment.clone();
    let (batch, covered) = tokio::task::spawn_blocking(move || read(&work, &deliveries, &ours))
        .await
        .map_err(|error| store::Error::Unreadable(format!("reading failed: {error}")))?;
    for body in &covered {
        environment.store.cover_delivery(lane, body.number, &body.body).await?;
    }
    let batch = Batch { progress: Some((lane, last)), ..batch };
    file(environment, batch).await?;
    if count >= FULL {
        environment.crowd.note_full_batch();
    }
    metrics::counter!("filed_deliveries").increment(count as u64);
    Ok(count)
}

/// Normalises, understands and triages deliveries; pure but for the clock of receipt that each delivery carries.
/// Beside the batch come the deliveries in which something had to be covered.
pub fn read(
    environment: &Environment,
    deliveries: &[Delivery],
    ours: &HashMap<WorkspaceId, Arc<Vec<(String, ChannelFacts)>>>,
) -> (Batch, Vec<Covered>) {
    let mut batch = Batch::default();
    let mut covered = Vec::new();
    for delivery in deliveries {
        let place = |item: usize| Place {
            lane: delivery.lane,
            number: delivery.number,
            item: i64::try_from(item).unwrap_or(i64::MAX),
        };
        let parked = |item: usize, reason: &str, detail: String, raw: Vec<u8>| ParkedItem {
            workspace: delivery.workspace,
            app: delivery.app,
            network: delivery.network.clone(),
            place: place(item),
            received_at: delivery.received_at,
            reason: reason.to_owned(),
            detail,
            raw,
        };
        let Some(network) = environment.networks.get(&delivery.network) else {
            batch.parked.push(parked(0, "unknown_network", delivery.network.clone(), delivery.body.clone()));
            continue;
        };
        let normalised = network.normalise(&delivery.body, delivery.received_at);
        let readable = normalised.items.len();
        for (index, unreadable) in normalised.unreadable.into_iter().enumerate() {
            batch.parked.push(parked(
                readable + index,
                &unreadable.reason,
                unreadable.detail,
                unreadable.raw.into_bytes(),
            ));
        }
        let facts = ours.get(&delivery.workspace).map_or(&[][..], |facts| facts.as_slice());
        let mut body: Option<Vec<u8>> = None;
        for (index, mut item) in normalised.items.into_iter().enumerate() {
            let before = cover::text_of(&item).map(str::to_owned);
            let reading = understand(environment, &delivery.network, facts, &mut item);
            if let (Some(before), Some(after)) = (before, cover::text_of(&item))
                && before != after
            {
                let raw = body.as_deref().unwrap_or(&delivery.body);
                body = Some(cover::cover(raw, &before, after));
            }
            batch.items.push(FilingItem {
                workspace: delivery.workspace,
                app: delivery.app,
                network: delivery.network.clone(),
                place: place(index),
                received_at: delivery.received_at,
                item,
                reading,
                written_by: None,
            });
        }
        covered.extend(body.map(|body| Covered { number: delivery.number, body }));
    }
    (batch, covered)
}

/// Says what a message is and how pressing; covers in the text what nobody may read later.
pub fn understand(
    environment: &Environment,
    network: &str,
    ours: &[(String, ChannelFacts)],
    item: &mut Item,
) -> Option<Reading> {
    let Change::Message(message) = &mut item.change else { return None };
    let names: Vec<String> =
        ours.iter().filter(|(of, _)| of == network).map(|(_, facts)| facts.handle.clone()).collect();
    let hints = Hints {
        network_language: message.language.as_deref(),
        usual_language: None,
        brand_names: &names,
        addressed: message.private || is_addressed(message, ours),
    };
    let mut understanding = environment.reader.read(&message.text, &hints);
    let circumstances =
        Circumstances { private: message.private, reach: message.author.followers, ..Circumstances::default() };
    let triage = triage(&environment.policy, &understanding, &circumstances);
    // What stands for the message in lists and counts is what the policy decided.
    understanding.reply_need = triage.reply_need;
    understanding.noise = triage.noise;
    message.text = language::redact(&message.text, &understanding.personal_data);
    let excerpt = excerpt(message, &understanding.personal_data);
    Some(Reading { understanding, triage, excerpt })
}

fn is_addressed(message: &IncomingMessage, ours: &[(String, ChannelFacts)]) -> bool {
    ours.iter().any(|(_, facts)| {
        message.in_reply_to_author.as_deref() == Some(&facts.account)
            || message.quotes_author.as_deref() == Some(&facts.account)
            || message.mentions.iter().any(|mentioned| {
                mentioned.external_id.as_deref() == Some(&facts.account)
                    || mentioned.handle.eq_ignore_ascii_case(&facts.handle)
            })
    })
}

/// First words on one line, with personal data masked: lists are read over shoulders.
fn excerpt(message: &IncomingMessage, personal_data: &[domain::understanding::PersonalData]) -> String {
    let masked: String = message
        .text
        .chars()
        .enumerate()
        .map(|(index, letter)| {
            let hidden = personal_data.iter().any(|data| (data.start..data.end).contains(&index));
            if hidden && letter.is_alphanumeric() { '•' } else { letter }
        })
        .collect();
    let line = masked.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(EXCERPT).collect()
}

/// Files a batch and announces it. A batch that cannot be filed is filed item by item; what still fails is parked.
pub async fn file(environment: &Environment, batch: Batch) -> store::Result<store::filing::Filed> {
    // Somebody wrote the same rows a moment ago: what they wrote is found at the next try.
    for _ in 0..5 {
        match environment.store.file(&batch, environment.clock.now()).await {
            Ok(filed) => return Ok(announce(environment, filed)),
            Err(store::Error::Conflict(_)) => {}
            Err(error) if error.is_unique() => {}
            Err(error) if error.is_outage() || batch.items.len() + batch.parked.len() == 0 => return Err(error),
            Err(error) => {
                tracing::error!(%error, items = batch.items.len(), "a batch cannot be filed: trying its items one by one");
                return file_singly(environment, batch).await;
            }
        }
    }
    Err(store::Error::Conflict("batch"))
}

fn announce(environment: &Environment, filed: store::filing::Filed) -> store::filing::Filed {
    crash::point("after_file");
    metrics::counter!("filed_messages").increment(filed.messages as u64);
    for (workspace, last) in &filed.events {
        environment.bus.event(*workspace, *last);
    }
    filed
}

async fn file_singly(environment: &Environment, batch: Batch) -> store::Result<store::filing::Filed> {
    let now = environment.clock.now();
    let mut total = store::filing::Filed::default();
    for item in batch.items {
        let single = Batch { progress: None, items: vec![item.clone()], parked: Vec::new() };
        match environment.store.file(&single, now).await {
            Ok(filed) => add(&mut total, announce(environment, filed)),
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => {
                let raw = serde_json::to_vec(&item.item).unwrap_or_default();
                let parked = ParkedItem {
                    workspace: item.workspace,
                    app: item.app,
                    network: item.network,
                    place: item.place,
                    received_at: item.received_at,
                    reason: "filing_failed".to_owned(),
                    detail: error.to_string(),
                    raw,
                };
                let single = Batch { progress: None, items: Vec::new(), parked: vec![parked] };
                add(&mut total, announce(environment, environment.store.file(&single, now).await?));
            }
        }
    }
    let rest = Batch { progress: batch.progress, items: Vec::new(), parked: batch.parked };
    add(&mut total, announce(environment, environment.store.file(&rest, now).await?));
    Ok(total)
}

fn add(total: &mut store::filing::Filed, filed: store::filing::Filed) {
    total.messages += filed.messages;
    total.parked += filed.parked;
    total.events.extend(filed.events);
}

//! The demo's past: cases of the last weeks, filed as the way of a message files them, and worked on by the demo's people.

use anyhow::{Context, Result};
use domain::Timestamp;
use domain::id::{AgentId, CaseId};
use domain::item::{Author, Change, IncomingMessage, Item, Media, MediaKind, Mentioned};
use domain::people::{Actor, Scope};
use domain::vocabulary::{Form, NoReplyReason};
use jiff::SignedDuration;
use pipeline::{Environment, take_in};
use simulator::World;
use simulator::customers::{HistoryCase, HistoryMessage, history};
use std::collections::HashMap;
use store::account::Agent;
use store::case_act::{Act, Expected};
use store::event::Read;
use store::filing::{Batch, FilingItem, Place};

/// Messages filed in one transaction.
const BATCH: usize = 400;
/// What is older was dealt with by now.
const DEALT_WITH: SignedDuration = SignedDuration::from_hours(18);

/// Fills the simulated network and the product with the same past.
pub(crate) async fn fill(
    environment: &Environment,
    scope: &Scope,
    world: &World,
    people: &[Agent],
    seed: u64,
    cases: usize,
) -> Result<()> {
    let mut past = history(seed, cases)?;
    let writers = writers(&past, people);
    sign(environment, scope, &mut past, &writers).await?;
    world.load_history(&mut past)?;
    let start = environment.store.last_event(scope).await?;
    let now = Timestamp::now();
    let items = items(environment, scope, world, &past, &writers, now).await?;
    for chunk in items.chunks(BATCH) {
        let at = chunk.last().map_or(now, |item| item.received_at);
        let batch = Batch { progress: None, items: chunk.to_vec(), parked: Vec::new() };
        environment.store.file(&batch, at).await.context("the demo's past cannot be filed")?;
    }
    let opened = opened(environment, scope, start).await?;
    work(environment, scope, people, &opened, now).await?;
    environment.store.rebuild_index(scope.workspace).await?;
    Ok(())
}

/// Who answered each case: in turn, those who work in its language, else those who work in English.
fn writers<'a>(past: &[HistoryCase], people: &'a [Agent]) -> Vec<Option<&'a Agent>> {
    let speaking = |language: &str| -> Vec<&'a Agent> {
        people.iter().filter(|agent| agent.profile.language == language).collect()
    };
    let of_case = |(index, case): (usize, &HistoryCase)| {
        let own = speaking(&case.language);
        let able = if own.is_empty() { speaking("en") } else { own };
        able.get(index % able.len().max(1)).copied()
    };
    past.iter().enumerate().map(of_case).collect()
}

/// Signs our answers as the accounts sign, where the network leaves room for it.
async fn sign(
    environment: &Environment,
    scope: &Scope,
    past: &mut [HistoryCase],
    writers: &[Option<&Agent>],
) -> Result<()> {
    let channels = environment.store.channels(scope).await?;
    for (case, writer) in past.iter_mut().zip(writers) {
        let channel = channels.iter().find(|channel| channel.handle == case.account);
        let (Some(channel), Some(writer)) = (channel, writer) else { continue };
        let Some(network) = environment.networks.get(&channel.network) else { continue };
        for message in case.messages.iter_mut().filter(|message| message.ours) {
            let signed = format!("{}{}", message.text, desk::sign_off(channel.sign_off, writer, &message.text));
            let length = network.measure(&signed, case.private);
            if length.used <= length.limit {
                message.text = signed;
            }
        }
    }
    Ok(())
}

async fn items(
    environment: &Environment,
    scope: &Scope,
    world: &World,
    past: &[HistoryCase],
    writers: &[Option<&Agent>],
    now: Timestamp,
) -> Result<Vec<FilingItem>> {
    let channels = environment.store.channels(scope).await?;
    let ours: Vec<_> = channels.iter().map(|channel| (channel.network.clone(), channel.facts())).collect();
    let mut items = Vec::new();
    for (case, writer) in past.iter().zip(writers) {
        let channel =
            channels.iter().find(|channel| channel.handle == case.account).context("an unknown account in the past")?;
        for (index, message) in case.messages.iter().enumerate() {
            let incoming = incoming(world, case, index, message, now)?;
            let received_at = incoming.sent_at;
            let mut item = Item {
                account: channel.external_id.clone(),
                scope: String::new(),
                change: Change::Message(Box::new(incoming)),
            };
            let reading = take_in::understand(environment, &channel.network, &ours, &mut item);
            items.push(FilingItem {
                workspace: scope.workspace,
                app: channel.app,
                network: channel.network.clone(),
                place: Place { lane: i64::from(!case.private), number: 0, item: 0 },
                received_at,
                item,
                reading,
                written_by: writer.filter(|_| message.ours).map(|agent| agent.id),
            });
        }
    }
    items.sort_by_key(|item| item.received_at);
    Ok(items)
}

fn author(world: &World, handle: &str) -> Result<Author> {
    let (id, name) = world.account(handle).with_context(|| format!("nobody is called @{handle}"))?;
    Ok(Author { external_id: id.to_string(), handle: Some(handle.to_owned()), name: Some(name), ..Author::default() })
}

fn incoming(
    world: &World,
    case: &HistoryCase,
    index: usize,
    message: &HistoryMessage,
    now: Timestamp,
) -> Result<IncomingMessage> {
    let id = message.id.context("a message of the past has no id")?.to_string();
    let parent = message.in_reply_to.and_then(|parent| case.messages.get(parent));
    let parent_author = parent.map(|parent| author(world, &parent.author)).transpose()?;
    let root = case.messages.first().and_then(|first| first.id).map(|id| id.to_string());
    let writer = author(world, &message.author)?;
    let counterpart = match (case.private, message.ours) {
        (false, _) => None,
        (true, true) => Some(author(world, &case.customer)?),
        (true, false) => Some(writer.clone()),
    };
    let mentions = [case.account.as_str()]
        .into_iter()
        .filter(|handle| message.text.contains(&format!("@{handle}")))
        .map(|handle| {
            Ok(Mentioned { external_id: Some(author(world, handle)?.external_id), handle: handle.to_owned() })
        })
        .collect::<Result<Vec<_>>>()?;
    let form = match (case.private, index) {
        (true, _) => Form::DirectMessage,
        (false, 0) => Form::Mention,
        (false, _) => Form::Reply,
    };
    let medium = message.picture.as_ref().map(|alt_text| Media {
        external_id: format!("{id}-1"),
        kind: MediaKind::Image,
        url: None,
        alt_text: Some(alt_text.clone()),
        size: None,
    });
    Ok(IncomingMessage {
        external_id: id,
        form,
        private: case.private,
        author: writer,
        counterpart,
        text: message.text.clone(),
        language: Some(case.language.clone()),
        sent_at: now + SignedDuration::from_millis(message.at_ms),
        thread_root: root.filter(|_| !case.private),
        in_reply_to: parent.and_then(|parent| parent.id).map(|id| id.to_string()),
        in_reply_to_author: parent_author.map(|author| author.external_id),
        quotes: None,
        quotes_author: None,
        mentions,
        links: Vec::new(),
        media: medium.into_iter().collect(),
        placeholder: None,
        earlier_versions: Vec::new(),
    })
}

/// A case of the past.
struct Past {
    /// Time of its newest message.
    at: Timestamp,
    /// Who answered it.
    by: Option<AgentId>,
}

/// The cases that the past opened.
async fn opened(environment: &Environment, scope: &Scope, start: i64) -> Result<HashMap<CaseId, Past>> {
    let mut opened: HashMap<CaseId, Past> = HashMap::new();
    let mut after = start;
    loop {
        let Read::Events(events) = environment.store.events_after(scope, after, 1000).await? else { return Ok(opened) };
        let Some(last) = events.last() else { return Ok(opened) };
        after = last.number;
        for event in &events {
            if let Some(case) = event.case {
                let by = event.actor.or(opened.get(&case).and_then(|known| known.by));
                opened.insert(case, Past { at: event.at, by });
            }
        }
    }
}

/// The demo's people dealt with what is older than a day: they closed it, took some of the rest, and left the rest waiting.
async fn work(
    environment: &Environment,
    scope: &Scope,
    people: &[Agent],
    opened: &HashMap<CaseId, Past>,
    now: Timestamp,
) -> Result<()> {
    let scopes: Vec<Scope> = people
        .iter()
        .map(|agent| Scope { workspace: scope.workspace, actor: Actor::Agent { agent: agent.id, role: agent.role } })
        .collect();
    let mut cases: Vec<(&CaseId, &Past)> = opened.iter().collect();
    cases.sort_by_key(|(case, _)| **case);
    for (index, (case, past)) in cases.into_iter().enumerate() {
        // Who answered a case deals with it to its end.
        let answered = scopes.iter().find(|scope| past.by.is_some() && scope.agent() == past.by);
        let Some(by) = answered.or_else(|| scopes.get(index % scopes.len().max(1))) else { continue };
        if now.duration_since(past.at) > DEALT_WITH {
            let done = past.at + SignedDuration::from_mins(40);
            let closed =
                environment.store.act(by, *case, &Act::Close { reason: None }, Expected::default(), done).await;
            if closed.is_err() {
                // Nobody answered it: it was closed with a reason.
                let act = Act::Close { reason: Some(NoReplyReason::NoneNeeded) };
                environment.store.act(by, *case, &act, Expected::default(), done).await?;
            }
        } else if index % 3 == 0 {
            let act = Act::Assign { agent: by.agent() };
            environment.store.act(by, *case, &act, Expected::default(), now).await?;
        }
    }
    Ok(())
}

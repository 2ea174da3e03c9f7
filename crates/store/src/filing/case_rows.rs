//! Cases of a batch: moved by the domain's rules as messages join, written once.

use super::Reading;
use crate::db::{Column, Tx, Value, json_rows, rows_from};
use crate::error::Result;
use domain::Timestamp;
use domain::case_state::{Arrival, CaseProgress};
use domain::id::{CaseId, ChannelId, ContactId, WorkspaceId};
use domain::understanding::Reason;
use domain::vocabulary::{About, CaseState, Form, Kind, Noise, ReplyNeed, Sentiment};
use std::collections::{BTreeMap, BTreeSet};

/// A case as filing moves it: its progress, and the labels of the message that stands for it.
#[derive(Clone, Debug)]
pub(super) struct CaseRow {
    pub(super) progress: CaseProgress,
    pub(super) contact: ContactId,
    pub(super) contact_name: String,
    about: About,
    sentiment: Sentiment,
    language: String,
    pub(super) network: String,
    pub(super) channel: Option<ChannelId>,
    pub(super) form: Form,
    pub(super) private: bool,
    excerpt: String,
    reasons: Vec<Reason>,
    policy: String,
    policy_version: i64,
    message_count: i64,
    version: i64,
    snoozed_until: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    pub(super) new: bool,
}

/// The place of a message in its network, as the case shows it.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) network: String,
    pub(super) channel: Option<ChannelId>,
    pub(super) form: Form,
    pub(super) private: bool,
    pub(super) contact: ContactId,
    pub(super) contact_name: String,
}

impl CaseRow {
    /// An inbound message joined; `None` opens the case with it.
    pub(super) fn arrived(case: Option<Self>, arrival: &Arrival, reading: &Reading, origin: Origin) -> Self {
        let (mut row, leads) = match case {
            None => (Self::blank(CaseProgress::opened_by(arrival), origin.clone()), true),
            Some(mut row) => {
                let leads = row.progress.arrived(arrival);
                (row, leads)
            }
        };
        row.message_count += 1;
        if leads {
            row.about = reading.understanding.about;
            row.sentiment = reading.understanding.sentiment;
            row.language.clone_from(&reading.understanding.language);
            row.excerpt.clone_from(&reading.excerpt);
            row.reasons.clone_from(&reading.triage.reasons);
            row.policy.clone_from(&reading.triage.policy);
            row.policy_version = reading.triage.policy_version;
            row.channel = origin.channel.or(row.channel);
            row.form = origin.form;
            row.private = origin.private;
        }
        row
    }

    /// One of our messages that was made elsewhere joined; `None` opens a case that is closed already, for the record.
    pub(super) fn answered(case: Option<Self>, position: i64, origin: Origin, excerpt: &str) -> Self {
        let mut row = match case {
            None => {
                let mut progress = CaseProgress::opened_by_us(position);
                progress.state = CaseState::Closed;
                let mut row = Self::blank(progress, origin);
                excerpt.clone_into(&mut row.excerpt);
                row
            }
            Some(mut row) => {
                row.progress.answered(position);
                row
            }
        };
        row.message_count += 1;
        row
    }

    fn blank(progress: CaseProgress, origin: Origin) -> Self {
        Self {
            progress,
            contact: origin.contact,
            contact_name: origin.contact_name,
            about: About::Other,
            sentiment: Sentiment::Neutral,
            language: "und".to_owned(),
            network: origin.network,
            channel: origin.channel,
            form: origin.form,
            private: origin.private,
            excerpt: String::new(),
            reasons: Vec::new(),
            policy: String::new(),
            policy_version: 0,
            message_count: 0,
            version: 0,
            snoozed_until: None,
            closed_at: None,
            new: true,
        }
    }
}

const IDS: &[Column] = &[Column::uuid("id")];

/// Reads and locks cases, in one order for everybody.
pub(super) async fn load(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ids: &BTreeSet<CaseId>,
) -> Result<BTreeMap<CaseId, CaseRow>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let engine = tx.engine();
    let rows: Vec<Vec<Value>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let id = IDS.first().map(|column| column.expression(engine, 0)).unwrap_or_default();
    let sql = format!(
        "SELECT id, contact_id, contact_name, state, priority, kind, reply_need, noise, about, sentiment, language, network, channel_id,
                form, private, excerpt, reasons, policy, policy_version, waiting_since, snoozed_until,
                closed_at, last_inbound, last_outbound, message_count, version
         FROM cases WHERE workspace_id = $2 AND id IN (SELECT {id} FROM {}) ORDER BY id{}",
        rows_from(engine, 1),
        tx.for_update()
    );
    let found = tx.fetch_all(&sql, &[json_rows(IDS, &rows, engine), workspace.into()]).await?;
    found
        .iter()
        .map(|row| {
            let progress = CaseProgress {
                state: row.word("state", CaseState::from_word)?,
                priority: row.int("priority")?,
                kind: row.word("kind", Kind::from_word)?,
                reply_need: row.word("reply_need", ReplyNeed::from_word)?,
                noise: row.optional_word("noise", Noise::from_word)?,
                waiting_since: row.optional_time("waiting_since")?,
                last_inbound: row.int("last_inbound")?,
                last_outbound: row.int("last_outbound")?,
            };
            let case = CaseRow {
                progress,
                contact: row.id("contact_id")?,
                contact_name: row.text("contact_name")?,
                about: row.word("about", About::from_word)?,
                sentiment: row.word("sentiment", Sentiment::from_word)?,
                language: row.text("language")?,
                network: row.text("network")?,
                channel: row.optional_id("channel_id")?,
                form: row.word("form", Form::from_word)?,
                private: row.bool("private")?,
                excerpt: row.text("excerpt")?,
                reasons: row.json("reasons")?,
                policy: row.text("policy")?,
                policy_version: row.int("policy_version")?,
                message_count: row.int("message_count")?,
                version: row.int("version")?,
                snoozed_until: row.optional_time("snoozed_until")?,
                closed_at: row.optional_time("closed_at")?,
                new: false,
            };
            Ok((row.id("id")?, case))
        })
        .collect()
}

const NEW: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::int("number"),
    Column::uuid("contact_id"),
    Column::text("contact_name"),
    Column::text("state"),
    Column::int("priority"),
    Column::text("kind"),
    Column::text("reply_need"),
    Column::text("noise"),
    Column::text("about"),
    Column::text("sentiment"),
    Column::text("language"),
    Column::text("network"),
    Column::uuid("channel_id"),
    Column::text("form"),
    Column::bool("private"),
    Column::text("excerpt"),
    Column::json("reasons"),
    Column::text("policy"),
    Column::int("policy_version"),
    Column::time("waiting_since"),
    Column::time("closed_at"),
    Column::int("last_inbound"),
    Column::int("last_outbound"),
    Column::int("last_position"),
    Column::int("message_count"),
    Column::int("version"),
    Column::time("created_at"),
];

const MOVED: &[Column] = &[
    Column::uuid("id"),
    Column::text("state"),
    Column::int("priority"),
    Column::text("kind"),
    Column::text("reply_need"),
    Column::text("noise"),
    Column::text("about"),
    Column::text("sentiment"),
    Column::text("language"),
    Column::uuid("channel_id"),
    Column::text("form"),
    Column::bool("private"),
    Column::text("excerpt"),
    Column::json("reasons"),
    Column::text("policy"),
    Column::int("policy_version"),
    Column::time("waiting_since"),
    Column::time("snoozed_until"),
    Column::time("closed_at"),
    Column::int("last_inbound"),
    Column::int("last_outbound"),
    Column::int("last_position"),
    Column::int("message_count"),
    Column::int("version"),
];

/// The next `count` case numbers; the first of them.
pub(crate) async fn take_numbers(tx: &mut Tx, workspace: WorkspaceId, count: i64) -> Result<i64> {
    let row = tx
        .fetch_one(
            "INSERT INTO case_number (workspace_id, last) VALUES ($1, $2)
             ON CONFLICT (workspace_id) DO UPDATE SET last = case_number.last + excluded.last RETURNING last",
            &[workspace.into(), count.into()],
        )
        .await?;
    Ok(row.int("last")? - count + 1)
}

/// Writes new and moved cases.
pub(super) async fn write(
    tx: &mut Tx,
    workspace: WorkspaceId,
    cases: &BTreeMap<CaseId, CaseRow>,
    now: Timestamp,
) -> Result<()> {
    let new: Vec<(&CaseId, &CaseRow)> = cases.iter().filter(|(_, case)| case.new).collect();
    if !new.is_empty() {
        let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
        let first = take_numbers(tx, workspace, count).await?;
        let rows = new
            .iter()
            .zip(first..)
            .map(|((id, case), number)| new_row(workspace, **id, case, number, now))
            .collect::<Result<Vec<_>>>()?;
        tx.insert_many("cases", NEW, &rows, "").await?;
    }
    let moved = cases
        .iter()
        .filter(|(_, case)| !case.new)
        .map(|(id, case)| moved_row(*id, case, now))
        .collect::<Result<Vec<_>>>()?;
    tx.update_many("cases", "id", MOVED, &moved, workspace).await?;
    Ok(())
}

fn new_row(workspace: WorkspaceId, id: CaseId, case: &CaseRow, number: i64, now: Timestamp) -> Result<Vec<Value>> {
    let progress = &case.progress;
    Ok(vec![
        workspace.into(),
        id.into(),
        number.into(),
        case.contact.into(),
        (&case.contact_name).into(),
        progress.state.word().into(),
        progress.priority.into(),
        progress.kind.word().into(),
        progress.reply_need.word().into(),
        progress.noise.map(Noise::word).into(),
        case.about.word().into(),
        case.sentiment.word().into(),
        (&case.language).into(),
        (&case.network).into(),
        case.channel.into(),
        case.form.word().into(),
        case.private.into(),
        (&case.excerpt).into(),
        Value::json(&case.reasons)?,
        (&case.policy).into(),
        case.policy_version.into(),
        progress.waiting_since.into(),
        (progress.state == CaseState::Closed).then_some(now).into(),
        progress.last_inbound.into(),
        progress.last_outbound.into(),
        progress.last_inbound.max(progress.last_outbound).into(),
        case.message_count.into(),
        1.into(),
        now.into(),
    ])
}

fn moved_row(id: CaseId, case: &CaseRow, now: Timestamp) -> Result<Vec<Value>> {
    let progress = &case.progress;
    Ok(vec![
        id.into(),
        progress.state.word().into(),
        progress.priority.into(),
        progress.kind.word().into(),
        progress.reply_need.word().into(),
        progress.noise.map(Noise::word).into(),
        case.about.word().into(),
        case.sentiment.word().into(),
        (&case.language).into(),
        case.channel.into(),
        case.form.word().into(),
        case.private.into(),
        (&case.excerpt).into(),
        Value::json(&case.reasons)?,
        (&case.policy).into(),
        case.policy_version.into(),
        progress.waiting_since.into(),
        (progress.state == CaseState::Snoozed).then_some(case.snoozed_until).flatten().into(),
        (progress.state == CaseState::Closed).then_some(case.closed_at.unwrap_or(now)).into(),
        progress.last_inbound.into(),
        progress.last_outbound.into(),
        progress.last_inbound.max(progress.last_outbound).into(),
        case.message_count.into(),
        (case.version + 1).into(),
    ])
}

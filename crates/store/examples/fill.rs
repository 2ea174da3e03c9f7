//! Fills a database for measuring: `fill DATA_FOLDER [--postgres URL] [--cases N] [--messages PER_CASE]`.
//!
//! Half-open world: most cases are closed, a few thousand are open, agents, languages and kinds are drawn with a fixed
//! seed. Secondary indexes are built after the rows, as a restore does it.
#![expect(clippy::print_stdout, reason = "a command-line tool")]

use domain::Timestamp;
use domain::position::position;
use std::error::Error;
use store::db::{Column, Engine, Value};
use store::{Settings, Store};
use uuid::Uuid;

/// A small generator of its own, so that every run and every engine sees the same world.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
    /// One of these by weight.
    fn of<'a>(&mut self, weighted: &[(&'a str, u64)]) -> &'a str {
        let mut at = self.below(weighted.iter().map(|(_, weight)| weight).sum());
        for (word, weight) in weighted {
            if at < *weight {
                return word;
            }
            at -= weight;
        }
        weighted.first().map_or("", |(word, _)| word)
    }
    /// An id that sorts by time, like those of the product.
    fn id(&mut self, at: Timestamp) -> Uuid {
        let milliseconds = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let (high, low) = (milliseconds << 16 | 0x7000 | self.below(1 << 12), self.next() & (u64::MAX >> 2) | 1 << 63);
        Uuid::from_u64_pair(high, low)
    }
}

const CASE: &[Column] = &[
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
    Column::uuid("assignee_id"),
    Column::time("waiting_since"),
    Column::time("snoozed_until"),
    Column::time("closed_at"),
    Column::text("no_reply_reason"),
    Column::int("last_inbound"),
    Column::int("last_outbound"),
    Column::int("last_position"),
    Column::int("message_count"),
    Column::int("version"),
    Column::time("created_at"),
];
const CONTACT: &[Column] =
    &[Column::uuid("workspace_id"), Column::uuid("id"), Column::text("name"), Column::time("created_at")];
const IDENTITY: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("contact_id"),
    Column::text("network"),
    Column::text("scope"),
    Column::text("external_id"),
    Column::text("handle"),
    Column::text("name"),
    Column::json("handle_history"),
    Column::time("created_at"),
];
const THREAD: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::text("network"),
    Column::text("scope"),
    Column::text("root_external_id"),
    Column::text("root_author"),
    Column::time("created_at"),
];
const CONVERSATION: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("case_id"),
    Column::text("network"),
    Column::bool("private"),
    Column::uuid("thread_id"),
    Column::uuid("channel_id"),
    Column::uuid("identity_id"),
    Column::int("round"),
    Column::int("last_inbound"),
    Column::int("last_outbound"),
    Column::time("created_at"),
];
const MESSAGE: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("conversation_id"),
    Column::uuid("thread_id"),
    Column::text("network"),
    Column::text("scope"),
    Column::text("external_id"),
    Column::text("form"),
    Column::text("direction"),
    Column::bool("private"),
    Column::uuid("identity_id"),
    Column::uuid("channel_id"),
    Column::text("text"),
    Column::text("language"),
    Column::int("position"),
    Column::time("sent_at"),
    Column::time("received_at"),
    Column::json("entities"),
    Column::json("understanding"),
    Column::int("priority"),
    Column::text("send_state"),
];
const AGENT: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::text("email"),
    Column::text("name"),
    Column::text("role"),
    Column::text("language"),
    Column::text("zone"),
    Column::text("theme"),
    Column::text("density"),
    Column::text("sign_off"),
    Column::int("undo_seconds"),
    Column::json("keys"),
    Column::time("created_at"),
];
const CHANNEL: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("app_id"),
    Column::text("network"),
    Column::text("external_id"),
    Column::text("handle"),
    Column::text("name"),
    Column::text("role"),
    Column::text("sign_off"),
    Column::text("state"),
    Column::bytes("tokens"),
    Column::time("created_at"),
];

const KINDS: &[(&str, u64)] = &[
    ("question", 25),
    ("complaint", 28),
    ("urgent", 4),
    ("pr_risk", 2),
    ("mention", 18),
    ("praise", 12),
    ("off_topic", 8),
    ("spam_abuse", 3),
];
const NETWORK: &str = "x";
const ROWS: usize = 4000;

struct Filler {
    draw: Draw,
    workspace: Uuid,
    agents: Vec<Uuid>,
    channels: Vec<Uuid>,
    start: i64,
    span: i64,
    number: i64,
    cases: i64,
    per_case: i64,
}

#[derive(Default)]
struct Rows {
    cases: Vec<Vec<Value>>,
    contacts: Vec<Vec<Value>>,
    identities: Vec<Vec<Value>>,
    threads: Vec<Vec<Value>>,
    conversations: Vec<Vec<Value>>,
    messages: Vec<Vec<Value>>,
}

fn optional(word: &str) -> Option<&str> {
    Some(word).filter(|word| !word.is_empty())
}

impl Filler {
    fn one_of(&mut self, of: &[Uuid]) -> Uuid {
        let index = usize::try_from(self.draw.below(u64::try_from(of.len()).unwrap_or(1).max(1))).unwrap_or(0);
        of.get(index).copied().unwrap_or_default()
    }

    fn case(&mut self, rows: &mut Rows) -> Result<(), Box<dyn Error>> {
        self.number += 1;
        let created = Timestamp::from_millisecond(self.start + self.span / self.cases * self.number)?;
        let last = created + jiff::SignedDuration::from_mins(i64::try_from(self.draw.below(600))?);
        let (id, contact, identity, thread, conversation) = (
            self.draw.id(created),
            self.draw.id(created),
            self.draw.id(created),
            self.draw.id(created),
            self.draw.id(created),
        );
        let kind = self.draw.of(KINDS);
        // What is left open is mostly young.
        let young = self.number > self.cases - self.cases / 20;
        let state = if young {
            self.draw.of(&[("open", 20), ("waiting", 22), ("snoozed", 4), ("closed", 54)])
        } else {
            self.draw.of(&[("open", 3), ("waiting", 4), ("closed", 993)])
        };
        let private = self.draw.below(5) == 0;
        let form = if private {
            "direct_message"
        } else {
            self.draw.of(&[("mention", 60), ("reply", 30), ("quote", 6), ("post", 4)])
        };
        let noise =
            if kind == "spam_abuse" { self.draw.of(&[("spam", 8), ("abuse", 3), ("defamation", 1)]) } else { "" };
        let level = match kind {
            _ if !noise.is_empty() => 8,
            "question" => 1,
            "complaint" => 2,
            "urgent" => 3,
            "pr_risk" => 4,
            "mention" => 5,
            "praise" => 6,
            _ => 7,
        };
        let priority = if self.draw.below(200) == 0 { 0 } else { level };
        let need = match kind {
            "question" | "complaint" | "urgent" | "pr_risk" => "must",
            "praise" => "worth",
            _ => "none",
        };
        let sentiment = match kind {
            "complaint" | "pr_risk" => self.draw.of(&[("negative", 9), ("neutral", 1)]),
            "praise" => "positive",
            _ => self.draw.of(&[("positive", 1), ("neutral", 7), ("negative", 2)]),
        };
        let about = self.draw.of(&[("technical", 30), ("account", 35), ("trade", 15), ("other", 20)]);
        let language = self.draw.of(&[("en", 40), ("ja", 35), ("de", 10), ("fr", 8), ("es", 6), ("und", 1)]);
        let agents = self.agents.clone();
        let channels = self.channels.clone();
        let assignee = if self.draw.below(10) < 7 { Some(self.one_of(&agents)) } else { None };
        let channel = self.one_of(&channels);
        let waits = state == "open" && need != "none";
        let reason = if state == "closed" && self.draw.below(10) < 3 {
            self.draw.of(&[
                ("solved", 2),
                ("answered_elsewhere", 1),
                ("none_needed", 5),
                ("not_for_us", 2),
                ("noise", 1),
            ])
        } else {
            ""
        };
        let at = position(last, last, self.draw.next());
        let answered = if waits { 0 } else { at };
        let name = format!("Customer {}", self.number);
        let excerpt = format!("The app says my transfer {} failed twice and nobody tells me why.", self.number);
        rows.contacts.push(vec![self.workspace.into(), contact.into(), (&name).into(), created.into()]);
        rows.identities.push(vec![
            self.workspace.into(),
            identity.into(),
            contact.into(),
            NETWORK.into(),
            "".into(),
            self.number.to_string().into(),
            format!("customer{}", self.number).into(),
            (&name).into(),
            Value::Json("[]".to_owned()),
            created.into(),
        ]);
        if !private {
            rows.threads.push(vec![
                self.workspace.into(),
                thread.into(),
                NETWORK.into(),
                "".into(),
                format!("9{}0", self.number).into(),
                self.number.to_string().into(),
                created.into(),
            ]);
        }
        let public_thread = (!private).then_some(thread);
        rows.conversations.push(vec![
            self.workspace.into(),
            conversation.into(),
            id.into(),
            NETWORK.into(),
            private.into(),
            public_thread.into(),
            private.then_some(channel).into(),
            identity.into(),
            0.into(),
            at.into(),
            answered.into(),
            created.into(),
        ]);
        for index in 0..self.per_case {
            let sent = last - jiff::SignedDuration::from_secs((self.per_case - 1 - index) * 60);
            let ours = index % 2 == 1;
            rows.messages.push(vec![
                self.workspace.into(),
                self.draw.id(sent).into(),
                conversation.into(),
                public_thread.into(),
                NETWORK.into(),
                "".into(),
                format!("9{}{index}", self.number).into(),
                form.into(),
                if ours { "outbound" } else { "inbound" }.into(),
                private.into(),
                identity.into(),
                (ours || private).then_some(channel).into(),
                (&excerpt).into(),
                language.into(),
                position(sent, sent, self.draw.next()).into(),
                sent.into(),
                sent.into(),
                Value::Json("{}".to_owned()),
                Value::Json("null".to_owned()),
                priority.into(),
                ours.then_some("sent").into(),
            ]);
        }
        rows.cases.push(vec![
            self.workspace.into(),
            id.into(),
            self.number.into(),
            contact.into(),
            name.into(),
            state.into(),
            priority.into(),
            kind.into(),
            if waits || state == "closed" { need } else { "none" }.into(),
            optional(noise).into(),
            about.into(),
            sentiment.into(),
            language.into(),
            NETWORK.into(),
            channel.into(),
            form.into(),
            private.into(),
            excerpt.into(),
            Value::Json(format!("[{{\"code\":\"policy.kind.{kind}\"}}]")),
            "standard".into(),
            1.into(),
            assignee.into(),
            waits.then_some(last).into(),
            (state == "snoozed").then_some(last + jiff::SignedDuration::from_hours(24 * 400)).into(),
            (state == "closed").then_some(last).into(),
            optional(reason).into(),
            at.into(),
            answered.into(),
            at.into(),
            self.per_case.into(),
            1.into(),
            created.into(),
        ]);
        Ok(())
    }
}

/// Takes the secondary indexes of the big tables away; the statements that make them again.
async fn take_indexes(store: &Store) -> Result<Vec<String>, Box<dyn Error>> {
    let sql = match store.engine() {
        Engine::Sqlite => {
            "SELECT name, sql AS definition FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
             AND tbl_name IN ('cases', 'message', 'conversation', 'identity', 'thread')"
        }
        Engine::Postgres => {
            "SELECT indexname::text AS name, indexdef::text AS definition FROM pg_indexes WHERE schemaname = 'public'
             AND tablename IN ('cases', 'message', 'conversation', 'identity', 'thread') AND indexname NOT LIKE '%_pkey'"
        }
    };
    let mut definitions = Vec::new();
    for row in store.main.fetch_all(sql, &[]).await? {
        definitions.push(row.text("definition")?);
        store.main.execute(&format!("DROP INDEX {}", row.text("name")?), &[]).await?;
    }
    Ok(definitions)
}

async fn people(store: &Store, filler: &mut Filler, now: Timestamp) -> Result<(), Box<dyn Error>> {
    let workspace = filler.workspace;
    store
        .main
        .execute(
            "INSERT INTO workspace (id, name, zone, last_event, settings, created_at) VALUES ($1, 'Filled', 'UTC', 0, '{}', $2)",
            &[workspace.into(), now.into()],
        )
        .await?;
    let mut tx = store.main.begin().await?;
    let mut agents = Vec::new();
    for number in 0..50 {
        let id = filler.draw.id(now);
        filler.agents.push(id);
        agents.push(vec![
            workspace.into(),
            id.into(),
            format!("agent{number}-{}@example.org", workspace.simple()).into(),
            format!("Agent {number}").into(),
            if number == 0 { "owner" } else { "agent" }.into(),
            "en".into(),
            "UTC".into(),
            "system".into(),
            "default".into(),
            format!("A{number}").into(),
            5.into(),
            Value::Json("{}".to_owned()),
            now.into(),
        ]);
    }
    tx.insert_many("agent", AGENT, &agents, "").await?;
    let app = filler.draw.id(now);
    let mut channels = Vec::new();
    for (number, role) in ["brand", "support", "regional"].into_iter().enumerate() {
        let id = filler.draw.id(now);
        filler.channels.push(id);
        channels.push(vec![
            workspace.into(),
            id.into(),
            app.into(),
            NETWORK.into(),
            format!("{}", 1_000_000_000 + number).into(),
            format!("Filled{number}").into(),
            format!("Filled {role}").into(),
            role.into(),
            "initials".into(),
            "connected".into(),
            Vec::<u8>::new().into(),
            now.into(),
        ]);
    }
    tx.insert_many("channel", CHANNEL, &channels, "").await?;
    tx.execute(
        "INSERT INTO app (workspace_id, id, network, name, settings, secrets, enabled, created_at) VALUES ($1, $2, $3, 'Filled', '{}', $4, $5, $6)",
        &[workspace.into(), app.into(), NETWORK.into(), sealed_nothing(store, app)?.into(), true.into(), now.into()],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// An empty set of secrets, sealed as apps keep theirs.
fn sealed_nothing(store: &Store, app: Uuid) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(store.vault.seal(&format!("app:{app}"), b"{}")?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("say where: fill DATA_FOLDER")?;
    let (mut url, mut cases, mut per_case) = (None, 1_000_000_i64, 5_i64);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or("an option without its value")?;
        match name.as_str() {
            "--postgres" => url = Some(value),
            "--cases" => cases = value.parse()?,
            "--messages" => per_case = value.parse()?,
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    let settings = match url {
        None => Settings::embedded(&folder),
        Some(url) => Settings::server(&folder, url),
    };
    let began = std::time::Instant::now();
    let store = Store::open(&settings).await?;
    let now: Timestamp = "2026-11-01T00:00:00Z".parse()?;
    let span = 24 * 3600 * 1000 * 700;
    let mut draw = Draw(0x6d61_646f_6775_6368);
    let workspace = draw.id(now);
    let mut filler = Filler {
        draw,
        workspace,
        agents: Vec::new(),
        channels: Vec::new(),
        start: now.as_millisecond() - span,
        span,
        number: 0,
        cases,
        per_case,
    };
    people(&store, &mut filler, now).await?;
    let indexes = take_indexes(&store).await?;
    while filler.number < cases {
        let mut rows = Rows::default();
        while filler.number < cases && rows.cases.len() < ROWS {
            filler.case(&mut rows)?;
        }
        let mut tx = store.main.begin().await?;
        tx.insert_many("contact", CONTACT, &rows.contacts, "").await?;
        tx.insert_many("identity", IDENTITY, &rows.identities, "").await?;
        tx.insert_many("thread", THREAD, &rows.threads, "").await?;
        tx.insert_many("cases", CASE, &rows.cases, "").await?;
        tx.insert_many("conversation", CONVERSATION, &rows.conversations, "").await?;
        tx.insert_many("message", MESSAGE, &rows.messages, "").await?;
        tx.commit().await?;
        if filler.number % (ROWS as i64 * 25) == 0 {
            println!("{} cases after {:.0?}", filler.number, began.elapsed());
        }
    }
    for definition in indexes {
        store.main.execute(&definition, &[]).await?;
    }
    store
        .main
        .execute("INSERT INTO case_number (workspace_id, last) VALUES ($1, $2)", &[workspace.into(), cases.into()])
        .await?;
    if store.engine() == Engine::Postgres {
        store.main.execute("VACUUM ANALYZE", &[]).await?;
    }
    println!("workspace {workspace}: {cases} cases, {} messages, {:.0?}", cases * per_case, began.elapsed());
    store.close().await;
    Ok(())
}

//! Lists, cases and pages of a filled database, as the product answers them over HTTP.

use super::Engine;
use super::filled::Filled;
use super::http_client::{Connection, get};
use super::percentile::Times;
use super::product::Product;
use anyhow::{Context, Result, bail};
use domain::people::Scope;
use domain::vocabulary::Role;
use std::path::Path;
use std::time::{Duration, Instant};
use store::Store;

/// Requests of each subject.
const ROUNDS: usize = 200;
/// Seed of the drawn cases and filters.
const SEED: u64 = 20_261_122;

struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn some<'a>(&mut self, of: &[&'a str]) -> Vec<&'a str> {
        let count = if self.below(3) == 0 { 2 } else { 1 };
        (0..count).filter_map(|_| of.get(self.below(of.len())).copied()).collect()
    }
}

/// What the measuring reads of the database before the product starts.
struct Known {
    bearer: String,
    cookie: String,
    cases: Vec<String>,
    agents: Vec<String>,
    channels: Vec<String>,
}

/// Measures.
pub async fn run(engine: Engine, data: Option<&Path>, cases: u64) -> Result<()> {
    let filled = Filled::open(engine, data, cases).await?;
    println!("# inbox on {}, {engine:?}", filled.data.display());
    let known = learn(&filled).await?;
    let product = Product::serve(&filled.data, filled.database_url.as_deref()).await?;
    println!("first answer after {:.0} ms", product.first_answer.as_secs_f64() * 1000.0);
    let mut connection = Connection::open(product.address).await?;

    let views = view_keys(&mut connection, &known).await?;
    let mut all = Vec::new();
    for view in &views {
        let path = format!("/api/v1/cases?view={view}");
        let times = measure(&mut connection, &known.bearer, (0..20).map(|_| path.clone())).await?;
        println!("list API, view {view}: {}", Times::of(times.clone()));
        all.extend(times);
    }
    println!("list API, all {} default views: {}", views.len(), Times::of(all));

    let mut draw = Draw(SEED);
    let drawn: Vec<String> =
        (0..ROUNDS).map(|_| known.cases.get(draw.below(known.cases.len())).cloned().unwrap_or_default()).collect();
    let paths = drawn.iter().map(|id| format!("/api/v1/cases/{id}"));
    println!("case API: {}", Times::of(measure(&mut connection, &known.bearer, paths).await?));
    let paths = drawn.iter().map(|id| format!("/api/v1/cases/{id}/messages"));
    println!("messages of a case, API: {}", Times::of(measure(&mut connection, &known.bearer, paths).await?));
    let pages = views.iter().cycle().take(ROUNDS).map(|view| format!("/inbox?view={view}"));
    println!("inbox page: {}", Times::of(measure(&mut connection, &known.cookie, pages).await?));
    let pages = drawn.iter().map(|id| format!("/inbox?view=needs_reply&case={id}"));
    println!("inbox page with a case: {}", Times::of(measure(&mut connection, &known.cookie, pages).await?));

    let filters: Vec<String> = (0..200).map(|number| draw_filter(&mut draw, &known, number)).collect();
    let mut slowest = Vec::new();
    let mut times = Vec::new();
    for filter in &filters {
        let time = measure(&mut connection, &known.bearer, std::iter::once(filter.clone())).await?;
        slowest.extend(time.iter().map(|time| (*time, filter)));
        times.extend(time);
    }
    println!("200 filter combinations over the API: {}", Times::of(times));
    slowest.sort_by(|one, other| other.0.cmp(&one.0));
    for (time, filter) in slowest.iter().take(5) {
        println!("  {:.1} ms {filter}", time.as_secs_f64() * 1000.0);
    }
    println!("memory after this: {}", product.memory()?);
    product.stop().await?;
    // The store's own tool draws over every field of the filter, those too that the API does not offer.
    filled.example("lists", &[])
}

async fn learn(filled: &Filled) -> Result<Known> {
    let store = Store::open(&filled.settings()).await?;
    let workspace = store.main.fetch_one("SELECT id FROM workspace WHERE name = 'Filled'", &[]).await?.id("id")?;
    let scope = Scope::system(workspace);
    let now = jiff::Timestamp::now();
    let (_, token) = store.create_token(&scope, "benchmark", false, now).await?;
    let agents = store.agents(&scope, None, 100).await?;
    let owner = agents.iter().find(|agent| agent.role == Role::Owner).context("nobody owns the workspace")?;
    let session = store.begin_session(owner, "benchmark", None, now).await?;
    let rows = store
        .main
        .fetch_all("SELECT id FROM cases WHERE workspace_id = $1 AND number % 997 = 0", &[workspace.into()])
        .await?;
    let cases = rows.iter().map(|row| Ok(row.id::<uuid::Uuid>("id")?.to_string())).collect::<Result<Vec<_>>>()?;
    let channels = store.channels(&scope).await?.into_iter().map(|channel| channel.id.to_string()).collect();
    let agents = agents.iter().map(|agent| agent.id.to_string()).collect();
    store.close().await;
    let cookie_name = web::session::cookie_name(&web::Settings::default());
    Ok(Known {
        bearer: format!("authorization: Bearer {token}\r\n"),
        cookie: format!("cookie: {cookie_name}={}\r\naccept: text/html\r\n", session.secret),
        cases,
        agents,
        channels,
    })
}

async fn view_keys(connection: &mut Connection, known: &Known) -> Result<Vec<String>> {
    let answer = connection.ask(&get("/api/v1/views", &known.bearer)).await?;
    let body: serde_json::Value =
        serde_json::from_slice(&answer.body).with_context(|| format!("/api/v1/views answers {}", answer.status))?;
    let listed = body.get("data").or_else(|| body.get("items")).and_then(serde_json::Value::as_array);
    let keys = listed
        .with_context(|| format!("/api/v1/views: {body}"))?
        .iter()
        .filter_map(|view| Some(view.get("key")?.as_str()?.to_owned()));
    Ok(keys.collect())
}

/// Asks one after the other on one connection, as one browser would; the first answer is for the caches.
async fn measure(
    connection: &mut Connection,
    headers: &str,
    paths: impl Iterator<Item = String>,
) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for path in paths {
        let request = get(&path, headers);
        let begun = Instant::now();
        let answer = connection.ask(&request).await?;
        times.push(begun.elapsed());
        if answer.status != 200 {
            bail!("{path} answers {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
    }
    Ok(times)
}

/// One to four fields of the API's filter, drawn from all of them.
fn draw_filter(draw: &mut Draw, known: &Known, number: usize) -> String {
    let agents: Vec<&str> = known.agents.iter().map(String::as_str).chain(["nobody", "anybody"]).collect();
    let channels: Vec<&str> = known.channels.iter().map(String::as_str).collect();
    let fields: [(&str, &[&str]); 11] = [
        ("state", &["open", "waiting", "snoozed", "closed"]),
        ("priority", &["0", "1", "2", "3", "4", "5", "6", "7", "8"]),
        ("kind", &["question", "complaint", "urgent", "pr_risk", "mention", "praise", "off_topic", "spam_abuse"]),
        ("language", &["en", "ja", "de", "fr", "es", "und", "ko"]),
        ("network", &["x"]),
        ("channel", &channels),
        ("form", &["mention", "reply", "quote", "post", "direct_message"]),
        ("reply_need", &["must", "worth", "none"]),
        ("assignee", &agents),
        ("noise", &["none", "any"]),
        ("private", &["true", "false"]),
    ];
    let order = ["priority", "recent", "waiting"].get(number % 3).copied().unwrap_or_default();
    let mut query = format!("/api/v1/cases?order={order}");
    let mut used = Vec::new();
    for _ in 0..=draw.below(4) {
        let Some((name, values)) = fields.get(draw.below(fields.len())) else { continue };
        if used.contains(name) {
            continue;
        }
        used.push(*name);
        let single = matches!(*name, "assignee" | "noise" | "private");
        let mut chosen = draw.some(values);
        chosen.truncate(if single { 1 } else { 2 });
        query.push_str(&format!("&{name}={}", chosen.join(",")));
    }
    query
}

//! Measures lists on a filled database: `lists DATA_FOLDER [--postgres URL] [--verbose yes]`.
//!
//! Every default view, then 200 filter combinations drawn by a fixed seed over every field; times in milliseconds.
#![expect(clippy::print_stdout, reason = "a command-line tool")]

use domain::id::{AgentId, ChannelId, WorkspaceId};
use domain::people::{Actor, Scope};
use domain::vocabulary::{About, CaseState, Form, Kind, NoReplyReason, Noise, ReplyNeed, Role, Sentiment};
use std::error::Error;
use std::time::Instant;
use store::case_list::{AssigneeFilter, Cursor, Filter, NoiseFilter, Order, default_views};
use store::{Settings, Store};

struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap_or(1)).unwrap_or(0)
    }
    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        let count = if self.below(3) == 0 { 2 } else { 1 };
        (0..count).filter_map(|_| of.get(self.below(of.len())).cloned()).collect()
    }
}

/// A filter with one to four fields drawn from all of them.
fn draw_filter(draw: &mut Draw, agents: &[AgentId], channels: &[ChannelId]) -> Filter {
    let mut filter = Filter::default();
    for _ in 0..=draw.below(4) {
        match draw.below(17) {
            0 => filter.states = draw.some(CaseState::ALL),
            1 => filter.priorities = draw.some(&[0, 1, 2, 3, 4, 5, 6, 7, 8]),
            2 => filter.kinds = draw.some(Kind::ALL),
            3 => filter.about = draw.some(About::ALL),
            4 => filter.sentiments = draw.some(Sentiment::ALL),
            5 => filter.languages = draw.some(&["en", "ja", "de", "fr", "es", "und", "ko"].map(str::to_owned)),
            6 => filter.networks = vec!["x".to_owned()],
            7 => filter.channels = draw.some(channels),
            8 => filter.forms = draw.some(&[Form::Mention, Form::Reply, Form::Quote, Form::Post, Form::DirectMessage]),
            9 => filter.private = Some(draw.below(2) == 0),
            10 => {
                filter.assignee = Some(match draw.below(3) {
                    0 => AssigneeFilter::Nobody,
                    1 => AssigneeFilter::Anybody,
                    _ => AssigneeFilter::Agent {
                        agent: agents.get(draw.below(agents.len())).copied().unwrap_or(AgentId(uuid::Uuid::nil())),
                    },
                });
            }
            11 => filter.reply_needs = draw.some(ReplyNeed::ALL),
            12 => {
                filter.noise = Some(match draw.below(3) {
                    0 => NoiseFilter::None,
                    1 => NoiseFilter::Any,
                    _ => NoiseFilter::Of { noises: draw.some(Noise::ALL) },
                });
            }
            13 => filter.waiting = Some(draw.below(2) == 0),
            14 => filter.no_reply_reasons = draw.some(NoReplyReason::ALL),
            15 => filter.from = format!("2025-{:02}-01T00:00:00Z", draw.below(12) + 1).parse().ok(),
            _ => filter.to = format!("2026-{:02}-01T00:00:00Z", draw.below(9) + 1).parse().ok(),
        }
    }
    filter
}

fn percentile(times: &mut [f64], part: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get((times.len() * part / 100).min(times.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

async fn timed(
    store: &Store,
    scope: &Scope,
    filter: &Filter,
    order: Order,
) -> Result<(f64, usize, Option<String>), Box<dyn Error>> {
    let began = Instant::now();
    let page = store.case_list(scope, filter, order, None, 50).await?;
    Ok((began.elapsed().as_secs_f64() * 1000.0, page.rows.len(), page.next))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("say where: lists DATA_FOLDER")?;
    let (mut url, mut verbose) = (None, false);
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        match name.as_str() {
            "--postgres" => url = Some(value),
            _ => verbose = true,
        }
    }
    let settings = url.map_or_else(|| Settings::embedded(&folder), |url| Settings::server(&folder, url));
    let store = Store::open(&settings).await?;
    let workspace: WorkspaceId =
        store.main.fetch_one("SELECT id FROM workspace WHERE name = 'Filled'", &[]).await?.id("id")?;
    let system = Scope::system(workspace);
    let agents: Vec<AgentId> = store.colleagues(&system).await?.into_iter().map(|agent| agent.id).collect();
    let channels: Vec<ChannelId> = store.channels(&system).await?.into_iter().map(|channel| channel.id).collect();
    let me = agents.first().copied().ok_or("no agents")?;
    let scope = Scope { workspace, actor: Actor::Agent { agent: me, role: Role::Agent } };
    let mut all = Vec::new();
    for view in default_views(Some(me)) {
        let mut times = Vec::new();
        let (mut rows, mut next) = (0, None);
        for _ in 0..20 {
            let (time, count, after) = timed(&store, &scope, &view.filter, view.order).await?;
            (rows, next) = (count, after);
            times.push(time);
        }
        // The second page must not cost more than the first.
        let after = next.as_deref().and_then(|next| Cursor::parse(next, view.order));
        let began = Instant::now();
        store.case_list(&scope, &view.filter, view.order, after, 50).await?;
        let second = began.elapsed().as_secs_f64() * 1000.0;
        let began = Instant::now();
        let count = store.case_count(&scope, &view.filter).await?;
        let counted = began.elapsed().as_secs_f64() * 1000.0;
        println!(
            "{:18} {rows:3} rows  p50 {:6.1}  p95 {:6.1}  next {second:6.1}  count {count:?} {counted:6.1}",
            view.key,
            percentile(&mut times, 50),
            percentile(&mut times, 95)
        );
        all.extend(times);
    }
    println!("default views: p95 {:.1} ms", percentile(&mut all, 95));
    let mut draw = Draw(20_261_122);
    let mut combinations = Vec::new();
    let mut slow = Vec::new();
    for number in 0..200 {
        let filter = draw_filter(&mut draw, &agents, &channels);
        let order = match number % 3 {
            0 => Order::Priority,
            1 => Order::Recent,
            _ => Order::Waiting,
        };
        let (time, rows, _) = timed(&store, &scope, &filter, order).await?;
        combinations.push(time);
        slow.push((time, rows, order, filter));
    }
    println!(
        "200 combinations: p50 {:.1}  p95 {:.1}  p99 {:.1}  max {:.1} ms",
        percentile(&mut combinations, 50),
        percentile(&mut combinations, 95),
        percentile(&mut combinations, 99),
        percentile(&mut combinations, 100)
    );
    slow.sort_by(|one, other| other.0.total_cmp(&one.0));
    for (time, rows, order, filter) in slow.iter().take(if verbose { 40 } else { 12 }) {
        let told = format!("{filter:?}");
        let told: Vec<&str> =
            told.split(", ").filter(|part| !part.contains("[]") && !part.contains(": None")).collect();
        println!("  {time:7.1} ms {rows:3} rows {order:?} {}", told.join(", "));
    }
    store.close().await;
    Ok(())
}

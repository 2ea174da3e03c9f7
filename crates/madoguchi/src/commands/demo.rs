//! `madoguchi demo`: the product beside a simulated network, a fictional bank, its past, and customers who keep writing.

use super::demo_history;
use super::{now, say};
use crate::running::{Bound, environment, start_logging};
use crate::settings::{Base, Roles, Settings};
use anyhow::{Context, Result, bail};
use domain::id::AppId;
use domain::people::Scope;
use domain::vocabulary::{AccessLevel, ChannelRole, Role};
use networks::client::HostPort;
use networks::{Secret, Tokens};
use pipeline::Environment;
use simulator::default_world::Connected;
use simulator::{Config, DefaultWorld, Simulator, default_world};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use store::account::{Agent, NewAgent, Profile};
use store::channel::{NewChannel, SignOff};
use url::Url;

/// A folder that holds this file is a demo's, and may be emptied by the next one.
const MARK: &str = "madoguchi-demo";
/// The company's name.
const COMPANY: &str = "Aoba Bank";

/// What `demo` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Address; only this machine may reach it.
    #[arg(long, default_value = "127.0.0.1:7300")]
    listen: SocketAddr,
    /// Address of the simulated networks.
    #[arg(long, default_value = "127.0.0.1:0")]
    simulator_listen: SocketAddr,
    /// Cases of the past.
    #[arg(long, default_value_t = 2000)]
    cases: usize,
    /// Messages that customers write in a minute.
    #[arg(long, default_value_t = 12.0)]
    per_minute: f64,
    /// Seed of the past and of the customers.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Multiplies the simulated network's rate limits.
    #[arg(long, default_value_t = 1.0)]
    rate_multiplier: f64,
    /// Print one line of JSON instead of words.
    #[arg(long)]
    print_json: bool,
}

/// People of the demo: address, name, role, language, zone, sign-off.
const PEOPLE: &[(&str, &str, Role, &str, &str, &str)] = &[
    ("mina@aoba-bank.example", "Mina Kuroda", Role::Owner, "en", "Asia/Tokyo", "MK"),
    ("jonas@aoba-bank.example", "Jonas Weber", Role::Agent, "en", "Europe/Berlin", "JW"),
    ("rei@aoba-bank.example", "高橋 玲", Role::Owner, "ja", "Asia/Tokyo", "高橋"),
    ("aiko@aoba-bank.example", "佐藤 愛子", Role::Agent, "ja", "Asia/Tokyo", "佐藤"),
];

/// Starts the demo and waits for Ctrl-C.
pub async fn run(base: Base, arguments: Arguments) -> Result<()> {
    start_logging();
    for (flag, address) in [("--listen", arguments.listen), ("--simulator-listen", arguments.simulator_listen)] {
        if !address.ip().is_loopback() {
            bail!(
                "{flag} {address}: the demo lets anybody in, so it answers on this machine only; allowed is e.g. 127.0.0.1:7300"
            );
        }
    }
    let data = base.data.unwrap_or_else(|| PathBuf::from("data/demo"));
    fresh_folder(&data)?;
    let config = Config {
        listen: arguments.simulator_listen,
        seed: arguments.seed,
        rate_multiplier: arguments.rate_multiplier,
        ..Config::default()
    };
    let simulator = Simulator::start(config).await?;
    let world = default_world(simulator.world())?;
    let simulated: Url = simulator.base_url().parse()?;
    let settings = Settings {
        listen: arguments.listen,
        hooks_listen: None,
        store: store::Settings::embedded(&data),
        public_url: None,
        trusted_proxies: Vec::new(),
        allowed_addresses: BTreeSet::from([HostPort::of(&simulated)]),
        roles: Roles::ALL,
    };
    let bound = Bound::bind(&settings).await?;
    let address = format!("http://{}", bound.address);
    let environment = environment(&settings, &address).await?;
    let scope = Scope::system(environment.store.create_workspace(COMPANY, "Asia/Tokyo", now()).await?);
    let people = hire(&environment, &scope).await?;
    let channels = connect(&environment, &scope, &world).await?;
    demo_history::fill(&environment, &scope, simulator.world(), &people, arguments.seed, arguments.cases).await?;
    let doors = doors(&people);
    let edge = web::Settings { demo: Some(doors.clone()), ..web::Settings::default() };
    let product = bound.start(&settings, environment.clone(), edge)?;
    for channel in channels {
        let channel = environment.store.channel(&scope, channel).await?;
        pipeline::watch::subscribe(&environment, &channel)
            .await
            .context("the simulated network refused the webhook")?;
    }
    if arguments.per_minute > 0.0 {
        let order = simulator::customers::stream::Order { per_minute: arguments.per_minute, ..Default::default() };
        simulator.world().start_customers(order)?;
    }
    let (_, secret) = environment.store.create_token(&scope, "demo", true, now()).await?;
    announce(&address, &simulator, &doors, &secret, arguments.print_json)?;
    product.until_told().await?;
    simulator.stop().await;
    Ok(())
}

/// Empties the folder of an earlier demo; refuses any other folder that holds something.
fn fresh_folder(data: &Path) -> Result<()> {
    if data.exists() && std::fs::read_dir(data)?.next().is_some() {
        if !data.join(MARK).exists() {
            bail!("--data {}: the folder holds something that is not a demo's; choose an empty one", data.display());
        }
        std::fs::remove_dir_all(data)
            .with_context(|| format!("the earlier demo in {} cannot be removed", data.display()))?;
    }
    std::fs::create_dir_all(data).with_context(|| format!("--data {}: the folder cannot be made", data.display()))?;
    std::fs::write(data.join(MARK), "The demo empties this folder at its start.\n")?;
    Ok(())
}

async fn hire(environment: &Environment, scope: &Scope) -> Result<Vec<Agent>> {
    let mut people = Vec::new();
    for (email, name, role, language, zone, sign_off) in PEOPLE {
        let mut profile = Profile::new(language, zone);
        (*sign_off).clone_into(&mut profile.sign_off);
        let new = NewAgent {
            email: (*email).to_owned(),
            name: (*name).to_owned(),
            role: *role,
            profile,
            // They come in by one click; nobody can guess a password that nobody has.
            password_hash: None,
        };
        people.push(environment.store.create_agent(scope, &new, now()).await?);
    }
    Ok(people)
}

async fn connect(environment: &Environment, scope: &Scope, world: &DefaultWorld) -> Result<Vec<domain::id::ChannelId>> {
    let settings: BTreeMap<String, String> = [
        ("client_id", world.app.client_id.as_str()),
        ("api_base", &world.base_url),
        ("authorize_base", &world.base_url),
        ("web_base", &world.base_url),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let secrets: BTreeMap<String, String> = [
        ("client_secret", &world.app.client_secret),
        ("consumer_secret", &world.app.consumer_secret),
        ("bearer_token", &world.app.bearer_token),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.clone()))
    .collect();
    let app = AppId(uuid::Uuid::now_v7());
    environment.store.add_app(scope, app, "x", COMPANY, &settings, &secrets, true, now()).await?;
    let accounts = [
        (&world.brand, ChannelRole::Brand, AccessLevel::SelfServe, SignOff::None),
        (&world.support, ChannelRole::Support, AccessLevel::Enterprise, SignOff::Initials),
    ];
    let mut channels = Vec::new();
    for (account, role, level, sign_off) in accounts {
        channels
            .push(environment.store.add_channel(scope, &channel(app, account, role, level, sign_off)?, now()).await?);
    }
    Ok(channels)
}

fn channel(
    app: AppId,
    account: &Connected,
    role: ChannelRole,
    level: AccessLevel,
    sign_off: SignOff,
) -> Result<NewChannel> {
    let expires_at = Some(now() + jiff::SignedDuration::from_mins(119));
    let tokens = Tokens {
        access_token: Secret::new(&account.access_token),
        refresh_token: Some(Secret::new(&account.refresh_token)),
        expires_at,
        permissions: Vec::new(),
    };
    Ok(NewChannel {
        app,
        network: "x".to_owned(),
        external_id: account.user.id.to_string(),
        handle: account.user.username.clone(),
        name: account.user.name.clone(),
        avatar_url: None,
        role,
        access_level: Some(level),
        sign_off,
        tokens: serde_json::to_string(&tokens)?,
        tokens_expire_at: expires_at,
    })
}

fn doors(people: &[Agent]) -> Vec<web::DemoDoor> {
    people
        .iter()
        .map(|agent| web::DemoDoor {
            token: uuid::Uuid::new_v4().simple().to_string(),
            agent: agent.id,
            email: agent.email.clone(),
            name: agent.name.clone(),
            role: agent.role,
        })
        .collect()
}

fn announce(address: &str, simulator: &Simulator, doors: &[web::DemoDoor], token: &str, json: bool) -> Result<()> {
    let link = |door: &web::DemoDoor| format!("{address}/demo/sign-in/{}", door.token);
    if json {
        let mut sign_in = serde_json::Map::new();
        for door in doors {
            let japanese = PEOPLE.iter().any(|(email, _, _, language, ..)| *email == door.email && *language == "ja");
            let name = if japanese { format!("{}-ja", door.role.word()) } else { door.role.word().to_owned() };
            sign_in.insert(name, link(door).into());
        }
        let simulated = format!("http://{}", simulator.address());
        return say(
            &serde_json::json!({ "address": address, "simulator": simulated, "sign_in": sign_in, "token": token })
                .to_string(),
        );
    }
    say("\nMadoguchi 窓口 — the demo of Aoba Bank (fictional) is ready.\n")?;
    for door in doors {
        say(&format!("  {:<6} {:<12} {}", door.role.word(), door.name, link(door)))?;
    }
    say(&format!("\n  simulated X and its customers: http://{}/", simulator.address()))?;
    say("  Ctrl-C ends it.\n")
}

//! Settings: from the file, then `MADOGUCHI_*`, then flags; each knows where it came from, so that a wrong one can be found.

use anyhow::{Context, Result, anyhow, bail};
use ipnet::IpNet;
use networks::client::HostPort;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use store::Settings as StoreSettings;
use url::Url;

/// What every command can be told.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// Settings file.
    pub config: Option<PathBuf>,
    /// Data folder.
    pub data: Option<PathBuf>,
}

/// A text with the place it came from.
#[derive(Clone, Debug)]
struct Given {
    text: String,
    from: String,
}

/// Reads settings by name: `listen` is `listen` in the file, `MADOGUCHI_LISTEN` in the environment, `--listen` as a flag.
#[derive(Debug)]
pub struct Source {
    file: toml::Table,
    file_name: String,
}

/// Names that may stand in the file.
const NAMES: &[&str] = &[
    "listen",
    "hooks_listen",
    "data",
    "database_url",
    "public_url",
    "trusted_proxies",
    "allowed_addresses",
    "allow_unsafe_database",
    "role",
    "log",
];

impl Source {
    /// Reads the settings file, if there is one.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, or holds a name that is not a setting.
    pub fn read(base: &Base) -> Result<Self> {
        let path = base.config.clone().or_else(|| std::env::var_os("MADOGUCHI_CONFIG").map(PathBuf::from));
        let Some(path) = path else { return Ok(Self { file: toml::Table::new(), file_name: String::new() }) };
        let name = path.display().to_string();
        let text = std::fs::read_to_string(&path).with_context(|| format!("settings file {name}"))?;
        let file: toml::Table = text.parse().with_context(|| format!("settings file {name}"))?;
        if let Some(unknown) = file.keys().find(|key| !NAMES.contains(&key.as_str())) {
            bail!("settings file {name}: {unknown} is not a setting; allowed are {}", NAMES.join(", "));
        }
        Ok(Self { file, file_name: name })
    }

    fn find(&self, name: &str, flag: Option<String>) -> Option<Given> {
        if let Some(text) = flag {
            return Some(Given { text, from: format!("--{}", name.replace('_', "-")) });
        }
        // These two go by the names that other tools set.
        let variables = [format!("MADOGUCHI_{}", name.to_uppercase()), name.to_uppercase()];
        let known = if name == "database_url" { &variables[..] } else { variables.get(..1).unwrap_or_default() };
        for variable in known {
            if let Ok(text) = std::env::var(variable)
                && !text.is_empty()
            {
                return Some(Given { text, from: variable.clone() });
            }
        }
        self.file.get(name).map(|value| {
            let text = match value {
                toml::Value::String(text) => text.clone(),
                toml::Value::Array(items) => items
                    .iter()
                    .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                    .collect::<Vec<_>>()
                    .join(","),
                other => other.to_string(),
            };
            Given { text, from: format!("{} ({name})", self.file_name) }
        })
    }

    /// A setting, read by `parse`; `allowed` says in words what may stand there.
    ///
    /// # Errors
    /// Names the setting, where the value came from, and what is allowed.
    pub fn get<T, E: Display>(
        &self,
        name: &str,
        flag: Option<String>,
        allowed: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>> {
        let Some(given) = self.find(name, flag) else { return Ok(None) };
        match parse(&given.text) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(anyhow!(
                "{name}: {:?} from {} is not usable ({error}); allowed is {allowed}",
                given.text,
                given.from
            )),
        }
    }
}

/// Everything the product is told at its start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where screens and API listen.
    pub listen: SocketAddr,
    /// Where webhooks listen, when apart from the screens.
    pub hooks_listen: Option<SocketAddr>,
    /// Where the data is.
    pub store: StoreSettings,
    /// How people and networks reach us.
    pub public_url: Option<Url>,
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Addresses inside the house that networks may be called at.
    pub allowed_addresses: BTreeSet<HostPort>,
    /// What this process does.
    pub roles: Roles,
}

/// What one process does; all of it by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Screens and API.
    pub web: bool,
    /// Webhooks.
    pub intake: bool,
    /// Filing, polling, upkeep.
    pub worker: bool,
    /// Sending.
    pub dispatch: bool,
}

impl Roles {
    /// Everything.
    pub const ALL: Self = Self { web: true, intake: true, worker: true, dispatch: true };

    fn parse(text: &str) -> Result<Self, String> {
        let mut roles = Self { web: false, intake: false, worker: false, dispatch: false };
        for word in text.split(',').map(str::trim) {
            match word {
                "web" => roles.web = true,
                "intake" => roles.intake = true,
                "worker" => roles.worker = true,
                "dispatch" => roles.dispatch = true,
                "all" => roles = Self::ALL,
                other => return Err(format!("{other:?} is no role")),
            }
        }
        Ok(roles)
    }
}

/// Flags of the commands that start the product.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// Address of screens and API [default: 127.0.0.1:7300].
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Address of the webhooks, when they are to be apart from the screens.
    #[arg(long, value_name = "ADDRESS")]
    pub hooks_listen: Option<String>,
    /// How people and networks reach the product, e.g. `https://care.example.com`.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Networks of proxies whose X-Forwarded-* headers are believed, e.g. 127.0.0.1/32,10.0.0.0/8.
    #[arg(long, value_name = "NETWORKS")]
    pub trusted_proxies: Option<String>,
    /// What this process does: web, intake, worker, dispatch, comma-separated [default: all].
    #[arg(long, value_name = "ROLES")]
    pub role: Option<String>,
}

fn address(text: &str) -> Result<SocketAddr, std::net::AddrParseError> {
    text.parse()
}

fn many<T, E: Display>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Vec<T>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| parse(part).map_err(|error| format!("{part}: {error}")))
        .collect()
}

fn truth(text: &str) -> Result<bool, String> {
    match text {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err("neither true nor false".to_owned()),
    }
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https")
        || url.host().is_none()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("not an address of a site".to_owned());
    }
    Ok(url)
}

fn host_port(text: &str) -> Result<HostPort, String> {
    let url = Url::parse(&format!("http://{text}")).map_err(|error| error.to_string())?;
    Ok(HostPort::of(&url))
}

/// Where the data is: what every command that touches the database needs.
///
/// # Errors
/// Names the setting that is wrong.
pub fn store_settings(base: &Base) -> Result<StoreSettings> {
    let source = Source::read(base)?;
    let flag = base.data.as_ref().map(|path| path.display().to_string());
    let data = source
        .get("data", flag, "a folder that can be written", |text| Ok::<_, String>(PathBuf::from(text)))?
        .unwrap_or_else(|| PathBuf::from("data"));
    let url = source.get("database_url", None, "postgres://USER:PASSWORD@HOST:PORT/DATABASE", |text| {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        if matches!(url.scheme(), "postgres" | "postgresql") {
            Ok(text.to_owned())
        } else {
            Err("not a PostgreSQL address".to_owned())
        }
    });
    // A wrong address may hold a password: the message must not repeat it.
    let url = url.map_err(|_| {
        anyhow!("database_url (DATABASE_URL) is not usable; allowed is postgres://USER:PASSWORD@HOST:PORT/DATABASE")
    })?;
    let mut store = url.map_or_else(|| StoreSettings::embedded(&data), |url| StoreSettings::server(&data, url));
    store.allow_unsafe_database = source.get("allow_unsafe_database", None, "true or false", truth)?.unwrap_or(false);
    Ok(store)
}

/// All settings of a running product.
///
/// # Errors
/// Names the setting that is wrong, where the value came from and what is allowed.
pub fn product_settings(base: &Base, flags: Flags) -> Result<Settings> {
    let source = Source::read(base)?;
    let an_address = "an address and a port, e.g. 127.0.0.1:7300";
    Ok(Settings {
        listen: source
            .get("listen", flags.listen, an_address, address)?
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 7300))),
        hooks_listen: source.get("hooks_listen", flags.hooks_listen, an_address, address)?,
        store: store_settings(base)?,
        public_url: source.get(
            "public_url",
            flags.public_url,
            "an address such as https://care.example.com",
            public_url,
        )?,
        trusted_proxies: source
            .get("trusted_proxies", flags.trusted_proxies, "networks such as 127.0.0.1/32, comma-separated", |text| {
                many(text, |part| part.parse::<IpNet>().or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from)))
            })?
            .unwrap_or_default(),
        allowed_addresses: source
            .get("allowed_addresses", None, "host:port, comma-separated", |text| many(text, host_port))?
            .unwrap_or_default()
            .into_iter()
            .collect(),
        roles: source
            .get("role", flags.role, "web, intake, worker, dispatch or all, comma-separated", Roles::parse)?
            .unwrap_or(Roles::ALL),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_setting_names_itself_its_origin_and_what_is_allowed() {
        let flags = Flags { listen: Some("nonsense".into()), ..Flags::default() };
        let error = product_settings(&Base::default(), flags).unwrap_err().to_string();
        assert!(error.contains("listen") && error.contains("--listen") && error.contains("127.0.0.1:7300"), "{error}");
    }

    #[test]
    fn roles_are_read_and_unknown_ones_refused() {
        assert_eq!(
            Roles::parse("web, dispatch"),
            Ok(Roles { web: true, intake: false, worker: false, dispatch: true })
        );
        assert_eq!(Roles::parse("webb"), Err("\"webb\" is no role".to_owned()));
    }
}

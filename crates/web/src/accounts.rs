//! What people do with people, tokens and themselves; REST and screens call the same functions, each act leaves an audit entry.

use crate::door::{acceptable_email, acceptable_name};
use crate::error::{Error, Field, Result};
use crate::login_limit;
use crate::password::is_acceptable;
use crate::session::{Credential, Visitor};
use crate::state::Edge;
use domain::id::{AgentId, TokenId};
use domain::vocabulary::Role;
use jiff::Timestamp;
use std::net::IpAddr;
use store::account::{Agent, Ending, Link, NewAgent, NewAudit, Profile, Token};

/// Longest sign-off, in characters.
pub const LONGEST_SIGN_OFF: usize = 20;
/// Longest time for which a reply can be taken back.
pub const MOST_UNDO_SECONDS: i64 = 30;
/// Most keys that a person may change.
const MOST_KEYS: usize = 200;

/// A one-time link as it is handed to the person who made it.
#[derive(Clone, Debug)]
pub struct FreshLink {
    /// Address to open.
    pub url: String,
    /// `invitation` or `reset`.
    pub purpose: &'static str,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl FreshLink {
    fn of(base: &str, link: &Link) -> Self {
        let purpose = link.purpose.word();
        Self { url: format!("{base}/{purpose}/{}", link.token), purpose, expires_at: link.expires_at }
    }
}

/// What somebody changes about themselves; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    /// Name.
    pub name: Option<String>,
    /// `en` or `ja`.
    pub language: Option<String>,
    /// IANA zone.
    pub zone: Option<String>,
    /// `system`, `light`, `dark`.
    pub theme: Option<String>,
    /// `compact`, `default`, `roomy`.
    pub density: Option<String>,
    /// How they sign.
    pub sign_off: Option<String>,
    /// Seconds.
    pub undo_seconds: Option<i64>,
    /// `{"off": bool, "changed": {command: key}}`.
    pub keys: Option<serde_json::Value>,
}

async fn audit(edge: &Edge, visitor: &Visitor, act: &str, subject: &str, detail: serde_json::Value) -> Result<()> {
    edge.store.write_audit(&visitor.scope, NewAudit { act, subject, detail }, edge.now()).await?;
    edge.wake(visitor.scope.workspace).await
}

/// Invites somebody: they exist at once and may come in with the link.
///
/// # Errors
/// 403 unless the visitor manages, 409 `email_taken`, 422 for an address that is none.
pub async fn invite(edge: &Edge, visitor: &Visitor, base: &str, email: &str, role: Role) -> Result<(Agent, FreshLink)> {
    visitor.must_manage()?;
    let email = acceptable_email(email).ok_or_else(|| Error::field("email", "an e-mail address"))?;
    let zone = edge.store.workspace(&visitor.scope).await?.zone;
    let language = visitor.agent.as_ref().map_or("en", |agent| agent.profile.language.as_str());
    let name = email.split('@').next().unwrap_or(&email).chars().take(80).collect();
    let new = NewAgent { email, name, role, profile: Profile::new(language, &zone), password_hash: None };
    let agent = edge.store.create_agent(&visitor.scope, &new, edge.now()).await?;
    let link = edge.store.create_link(&visitor.scope, agent.id, edge.now()).await?;
    audit(edge, visitor, "agent.invited", &agent.id.to_string(), serde_json::json!({ "role": role })).await?;
    Ok((agent, FreshLink::of(base, &link)))
}

/// Makes another link for somebody: an invitation, or a reset for who has a password. Earlier ones die.
///
/// # Errors
/// 403 unless the visitor manages, 409 `agent_disabled`.
pub async fn fresh_link(edge: &Edge, visitor: &Visitor, base: &str, agent: AgentId) -> Result<FreshLink> {
    visitor.must_manage()?;
    let link = edge.store.create_link(&visitor.scope, agent, edge.now()).await?;
    let act = format!("agent.{}_link", link.purpose.word());
    audit(edge, visitor, &act, &agent.to_string(), serde_json::json!({})).await?;
    Ok(FreshLink::of(base, &link))
}

/// Changes a role, or lets somebody in or keeps them out.
///
/// # Errors
/// 403 unless the visitor manages, 409 `last_owner`, 409 `oneself`.
pub async fn change_agent(
    edge: &Edge,
    visitor: &Visitor,
    agent: AgentId,
    role: Option<Role>,
    enabled: Option<bool>,
) -> Result<Agent> {
    visitor.must_manage()?;
    let changed = edge.store.change_agent(&visitor.scope, agent, role, enabled, edge.now()).await?;
    let detail = serde_json::json!({ "role": role, "enabled": enabled });
    audit(edge, visitor, "agent.changed", &agent.to_string(), detail).await?;
    Ok(changed)
}

/// Changes one's own name and settings.
///
/// # Errors
/// 403 for programs, 422 with the fields that are not what is allowed.
pub async fn change_profile(edge: &Edge, visitor: &Visitor, change: ProfileChange) -> Result<Agent> {
    let person = visitor.person()?;
    let mut wrong: Vec<Field> = Vec::new();
    let mut check = |field: &str, fits: bool, allowed: &str| {
        if !fits {
            wrong.push(Field { field: field.to_owned(), allowed: allowed.to_owned() });
        }
    };
    let old = &person.profile;
    let name = change.name.unwrap_or_else(|| person.name.clone());
    let name = acceptable_name(&name).unwrap_or_else(|| {
        check("name", false, "1 to 80 characters");
        String::new()
    });
    let profile = Profile {
        language: change.language.unwrap_or_else(|| old.language.clone()),
        zone: change.zone.unwrap_or_else(|| old.zone.clone()),
        theme: change.theme.unwrap_or_else(|| old.theme.clone()),
        density: change.density.unwrap_or_else(|| old.density.clone()),
        sign_off: change.sign_off.unwrap_or_else(|| old.sign_off.clone()).trim().to_owned(),
        undo_seconds: change.undo_seconds.unwrap_or(old.undo_seconds),
        keys: change.keys.unwrap_or_else(|| old.keys.clone()),
    };
    check("language", ["en", "ja"].contains(&profile.language.as_str()), "en or ja");
    check("zone", is_zone(&profile.zone), "an IANA time zone");
    check("theme", ["system", "light", "dark"].contains(&profile.theme.as_str()), "system, light or dark");
    check("density", ["compact", "default", "roomy"].contains(&profile.density.as_str()), "compact, default or roomy");
    let sign_off_fits =
        profile.sign_off.chars().count() <= LONGEST_SIGN_OFF && !profile.sign_off.chars().any(char::is_control);
    check("sign_off", sign_off_fits, "at most 20 characters");
    check("undo_seconds", (0..=MOST_UNDO_SECONDS).contains(&profile.undo_seconds), "0 to 30");
    check("keys", are_keys(&profile.keys), "{\"off\": bool, \"changed\": {command: key}}");
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let changed = edge.store.change_profile(&visitor.scope, &name, &profile, edge.now()).await?;
    edge.wake(visitor.scope.workspace).await?;
    Ok(changed)
}

/// Whether a zone's name is known.
pub fn is_zone(zone: &str) -> bool {
    zone.len() <= 64 && jiff::tz::TimeZone::get(zone).is_ok()
}

fn are_keys(keys: &serde_json::Value) -> bool {
    let Some(keys) = keys.as_object() else { return false };
    let short = |text: &serde_json::Value| text.as_str().is_some_and(|text| text.chars().count() <= 20);
    keys.keys().all(|key| key == "off" || key == "changed")
        && keys.get("off").is_none_or(serde_json::Value::is_boolean)
        && keys.get("changed").is_none_or(|changed| {
            changed.as_object().is_some_and(|changed| {
                changed.len() <= MOST_KEYS && changed.iter().all(|(command, key)| command.len() <= 40 && short(key))
            })
        })
}

/// Changes one's own password: the old one must be known, every session ends, this browser gets a new one from the caller.
///
/// # Errors
/// 403 for programs, 422 `password` or `new`, 429 after too many tries.
pub async fn change_password(
    edge: &Edge,
    visitor: &Visitor,
    address: IpAddr,
    password: String,
    new: String,
) -> Result<()> {
    let person = visitor.person()?;
    login_limit::count(edge, &person.email, address).await?;
    if !is_acceptable(&new) {
        return Err(Error::field("new", "12 to 1024 characters"));
    }
    let hash = edge.store.own_password_hash(&visitor.scope).await?;
    if password.len() > crate::password::LONGEST || !edge.passwords.check(password, hash).await? {
        return Err(Error::field("password", "your password"));
    }
    login_limit::succeeded(edge, &person.email).await?;
    let hash = edge.passwords.hash(new).await?;
    edge.store.set_password(&visitor.scope, person.id, &hash, edge.now()).await?;
    audit(edge, visitor, "agent.password_changed", &person.id.to_string(), serde_json::json!({})).await
}

/// Signs out everywhere, or everywhere else.
///
/// # Errors
/// 403 for programs.
pub async fn sign_out_everywhere(edge: &Edge, visitor: &Visitor, keep_this: bool) -> Result<()> {
    visitor.person()?;
    let ending = match &visitor.credential {
        Credential::Session { hash, .. } if keep_this => Ending::Others(hash),
        _ => Ending::All,
    };
    edge.store.end_sessions(&visitor.scope, ending, edge.now()).await?;
    edge.wake(visitor.scope.workspace).await
}

/// Makes a token for a program; the secret is returned once.
///
/// # Errors
/// 403 unless the visitor manages, 422 for the name.
pub async fn create_token(edge: &Edge, visitor: &Visitor, name: &str, can_write: bool) -> Result<(Token, String)> {
    visitor.must_manage()?;
    let name = acceptable_name(name).ok_or_else(|| Error::field("name", "1 to 80 characters"))?;
    let made = edge.store.create_token(&visitor.scope, &name, can_write, edge.now()).await?;
    let detail = serde_json::json!({ "name": name, "write": can_write });
    audit(edge, visitor, "token.created", &made.0.id.to_string(), detail).await?;
    Ok(made)
}

/// Takes a token away.
///
/// # Errors
/// 403 unless the visitor manages, 404 when it holds no more.
pub async fn revoke_token(edge: &Edge, visitor: &Visitor, token: TokenId) -> Result<()> {
    visitor.must_manage()?;
    edge.store.revoke_token(&visitor.scope, token, edge.now()).await?;
    audit(edge, visitor, "token.revoked", &token.to_string(), serde_json::json!({})).await
}

//! How often one account and one address may try: counted in the database, before the password is looked at.

use crate::error::{Error, Result};
use crate::state::Edge;
use jiff::SignedDuration;
use std::net::IpAddr;
use store::account::{Allowance, LoginLimit};

const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Tries of one account, from wherever they come.
pub const PER_ACCOUNT: LoginLimit = LoginLimit { attempts: 10, window: WINDOW };
/// Tries from one address, for whatever account; an office shares one.
pub const PER_ADDRESS: LoginLimit = LoginLimit { attempts: 60, window: WINDOW };

/// An IPv6 customer has a whole /64.
fn network_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn account_subject(email: &str) -> String {
    // Whatever is typed is a subject, known or not; the length is bounded so that nobody fills the table with novels.
    format!("account:{}", email.trim().to_lowercase().chars().take(200).collect::<String>())
}

/// Counts a try.
///
/// # Errors
/// [`Error::TooMany`] with the time of the next.
pub async fn count(edge: &Edge, email: &str, address: IpAddr) -> Result<()> {
    let now = edge.now();
    count_address(edge, address).await?;
    match edge.store.count_login_attempt(&account_subject(email), PER_ACCOUNT, now).await? {
        Allowance::Granted => Ok(()),
        Allowance::Refused { until } => Err(Error::TooMany(until)),
    }
}

/// Counts a try that names no account: a one-time link, the set-up page.
pub async fn count_address(edge: &Edge, address: IpAddr) -> Result<()> {
    match edge.store.count_login_attempt(&format!("address:{}", network_of(address)), PER_ADDRESS, edge.now()).await? {
        Allowance::Granted => Ok(()),
        Allowance::Refused { until } => Err(Error::TooMany(until)),
    }
}

/// The account signed in: its tries are forgotten. The address's are not, or one good account would cover a thousand tries.
pub async fn succeeded(edge: &Edge, email: &str) -> Result<()> {
    Ok(edge.store.forget_login_attempts(&account_subject(email)).await?)
}

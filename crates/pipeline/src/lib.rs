//! The way of a message, one file per step.
//!
//! In: [`intake`] keeps what a network delivered and only then acknowledges it, [`stream`] fetches it from those who cannot
//! reach us; [`take_in`] reads the journal in
//! batches, normalises, understands, triages and files; every change is an event that the bus announces.
//! Out: [`send_out`] leases what is owed, asks the network, writes down its answer, and reconciles what it does not know.
//! Beside: [`watch`] looks whether the networks still deliver, [`poll`] closes gaps and completes threads, [`upkeep`] wakes the snoozed, indexes for search and prunes, [`media`] fetches files.

pub mod access;
mod clock;
mod cover;
mod crash;
pub mod crowd;
mod environment;
pub mod intake;
pub mod media;
pub mod poll;
pub mod refused;
pub mod send_out;
pub mod stream;
pub mod take_in;
pub mod upkeep;
pub mod watch;

pub use clock::{Clock, SystemClock};
pub use environment::Environment;
pub use intake::{AcceptError, Intake};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What of the way of a message this process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Files what the journal holds, polls, does upkeep.
    pub worker: bool,
    /// Sends what is owed.
    pub dispatch: bool,
}

/// Starts the loops of these roles; they end soon after `stop` is cancelled, at a safe place.
pub fn run(environment: &Environment, roles: Roles, stop: &CancellationToken) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    // Whoever takes deliveries in tells of those that it could not keep.
    tasks.spawn(refused::run(environment.clone(), stop.clone()));
    if roles.worker {
        tasks.spawn(take_in::run(environment.clone(), stop.clone()));
        tasks.spawn(poll::run(environment.clone(), stop.clone()));
        tasks.spawn(stream::run(environment.clone(), stop.clone()));
        tasks.spawn(upkeep::run(environment.clone(), stop.clone()));
        tasks.spawn(media::run(environment.clone(), stop.clone()));
    }
    if roles.dispatch {
        tasks.spawn(send_out::run(environment.clone(), stop.clone()));
    }
    tasks
}

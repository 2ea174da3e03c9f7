//! The door's handlers: sign-in and out, the first owner, invitations and resets, the demo's one-click sign-in.

mod form;
mod password_link;
mod sign_in;

pub use form::is_ours;
pub(crate) use password_link::{acceptable_email, acceptable_name};
pub use sign_in::let_in;

use crate::state::Edge;
use axum::Router;
use axum::routing::{get, post};

/// Everything that somebody who is not signed in may reach.
pub fn routes() -> Router<Edge> {
    Router::new()
        .route("/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/sign-in/demo", post(sign_in::demo_form))
        .route("/demo/sign-in/{token}", get(sign_in::demo_link))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/first-run", get(password_link::first_run_page).post(password_link::first_run))
        .route("/invitation/{token}", get(password_link::invitation_page))
        .route("/invitation", post(password_link::invitation))
        .route("/reset/{token}", get(password_link::reset_page))
        .route("/reset", post(password_link::reset))
}

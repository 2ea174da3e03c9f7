//! The handlers of the screens: from the desk's read models to view models to HTML, and from forms to acts.
//!
//! Pages have addresses of their own; `/app/…` gives fragments of them and takes forms. Every form also works without a
//! script: then the answer is a redirect to the page.

mod acting;
mod cases;
mod context;
mod drafting;
mod entries;
mod lists;
mod networks;
mod people;
mod receiving;
mod searching;
mod subscribing;
mod writing;

use crate::state::Edge;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::{get, post};

/// Every screen for somebody who is signed in.
pub fn routes(edge: &Edge) -> Router<Edge> {
    Router::new().merge(looking()).merge(working(edge.settings.upload_limit())).merge(settings())
}

fn looking() -> Router<Edge> {
    Router::new()
        .route("/inbox", get(lists::page))
        .route("/cases/{case}", get(cases::address))
        .route("/cases/{case}/why", get(cases::why_page))
        .route("/search", get(searching::page))
        .route("/app/search", get(searching::hits))
        .route("/app/new", get(writing::new))
        .route("/app/list", get(lists::rows))
        .route("/app/rows", get(lists::some_rows))
        .route("/app/counts", get(lists::counts))
        .route("/app/keys", get(lists::keys))
        .route("/app/cases/{case}", get(cases::panes))
        .route("/app/cases/{case}/messages", get(cases::earlier))
        .route("/app/cases/{case}/why", get(cases::why))
}

fn working(upload_limit: usize) -> Router<Edge> {
    Router::new()
        .route("/app/cases/{case}/assign", post(acting::assign))
        .route("/app/cases/{case}/close", post(acting::close))
        .route("/app/cases/{case}/no-reply", post(acting::no_reply))
        .route("/app/cases/{case}/reopen", post(acting::reopen))
        .route("/app/cases/{case}/snooze", post(acting::snooze))
        .route("/app/cases/{case}/notes", post(acting::note))
        .route("/app/cases/{case}/draft", post(drafting::draft))
        .route("/app/cases/{case}/send", post(writing::send))
        .route("/app/messages/{message}/found", post(writing::found))
        .route("/app/messages/{message}/{act}", post(writing::act_on_message))
        .route("/app/posts", post(writing::post))
        .route("/app/direct-messages", post(writing::direct_message))
        // A file is larger than any form.
        .route("/app/attachments", post(drafting::attach).layer(DefaultBodyLimit::max(upload_limit)))
}

fn settings() -> Router<Edge> {
    Router::new()
        .route("/settings", get(|| async { Redirect::to("/settings/profile") }))
        .route("/settings/profile", get(people::profile).post(people::change_profile))
        .route("/settings/profile/password", post(people::change_password))
        .route("/settings/profile/sign-out-everywhere", post(people::sign_out_everywhere))
        .route("/settings/profile/keys", post(people::change_keys))
        .route("/settings/agents", get(people::agents).post(people::invite))
        .route("/settings/agents/{agent}/{act}", post(people::act_on_agent))
        .route("/settings/tokens", get(people::tokens).post(people::create_token))
        .route("/settings/tokens/{token}/revoke", post(people::revoke_token))
        .route("/settings/apps", get(networks::list).post(networks::create))
        .route("/settings/apps/{app}", get(networks::one))
        .route("/settings/apps/{app}/keys", post(networks::keys))
        .route("/settings/apps/{app}/connect", post(networks::connect))
        .route("/settings/channels/{channel}", get(networks::channel).post(networks::change_channel))
        .route("/settings/apps/{app}/subscribe", post(subscribing::of_app))
        .route("/settings/channels/{channel}/subscribe", post(subscribing::of_channel))
        .route("/settings/channels/{channel}/{act}", post(networks::switch_channel))
        .route("/settings/sources", get(receiving::sources))
        .route("/settings/parked", get(receiving::parked))
        .route("/settings/parked/replay", post(receiving::replay_all))
        .route("/settings/parked/{parked}/replay", post(receiving::replay))
        .route("/settings/parked/{parked}/dismiss", post(receiving::dismiss))
}

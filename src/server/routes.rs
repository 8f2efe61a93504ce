//! Which path is whose (docs/API.md, "Operations"; those below `/x/` are our own).

use super::desk::Desk;
use super::{gate, own, read, write};
use crate::target::wire;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post, put};
use std::sync::Arc;

/// All routes over a desk.
pub fn routes(desk: Arc<Desk>) -> Router {
    let api = Router::new()
        .route("/profiles", get(read::identify).post(write::write))
        .route("/profiles/{id}", get(read::profile).put(write::write).delete(write::write))
        .route("/profiles/{dst}/merge/{src}", put(write::write))
        .route("/profiles/{id}/extensions", post(write::write))
        .route("/profiles/{id}/extensions/{extension}/by/unique", update_record(&desk))
        .route("/profiles/{id}/extensions/{extension}/delete/by/unique", put(write::write))
        .route("/metadata/profiles", get(read::core_schema))
        .route("/metadata/profiles/extensions", get(read::schemas).post(write::write))
        .route("/metadata/profiles/extensions/{extension}", get(read::schema).merge(delete(write::write)))
        .route("/metadata/identification-keys", get(read::identification_keys))
        .route("/server/status", get(read::status));
    // A server that is not ours has none of our additions.
    let api = if desk.simulated.is_some() { api } else { api.merge(additions()) };
    let prefix = desk.options.prefix.clone();
    let api = api.method_not_allowed_fallback(gate::wrong_method);
    let all = if prefix.is_empty() { api } else { Router::new().nest(&prefix, api) };
    let gate = from_fn_with_state(Arc::clone(&desk), gate::gate);
    all.fallback(gate::unknown_path).layer(gate).with_state(desk)
}

fn additions() -> Router<Arc<Desk>> {
    Router::new()
        .route(wire::own::CUSTOMERS, get(own::customers))
        .route(wire::own::FIND, get(own::find))
        .route(wire::own::SEND, post(own::send))
        .route(&format!("{}/{{id}}", wire::own::HISTORY), get(own::history))
}

fn update_record(desk: &Desk) -> MethodRouter<Arc<Desk>> {
    match desk.simulation() {
        Some(simulation) if simulation.no_update_record => MethodRouter::new(),
        _ => put(write::write),
    }
}

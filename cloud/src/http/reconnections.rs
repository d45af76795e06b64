//! Connecting anew: the call of a computer whose key is gone, and the cabinet's routes of
//! what waits for a decision.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use buhphone_protocol::{
    ids::ReconnectionId,
    reconnection::{ReconnectRequest, ReconnectionRow},
};

use super::{
    App,
    device::{Call, answer},
    inputs::Id,
    sessions::SignedIn,
};
use crate::rules::{Refusal, Result};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/reconnections", get(list))
        .route("/reconnections/{reconnection_id}/approve", post(approve))
        .route("/reconnections/{reconnection_id}/refuse", post(refuse))
}

/// Signed with the new key: whoever asks holds its other half.
pub(super) async fn ask(State(app): State<App>, call: Call) -> Result<Response> {
    let request: ReconnectRequest = call.json()?;
    if request.key != call.signed.key {
        return Err(Refusal::invalid("key", "key is not the one that signed the call"));
    }
    let told = app.rules.reconnect(request, &call.peer.0).await?;
    call.remember(&app)?;
    Ok(answer(told))
}

async fn list(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Json<Vec<ReconnectionRow>>> {
    app.rules.reconnections(&staff).await.map(Json)
}

async fn approve(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<ReconnectionId>) -> Result<StatusCode> {
    app.rules.decide_reconnection(&staff, id, true).await.map(|()| StatusCode::NO_CONTENT)
}

async fn refuse(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<ReconnectionId>) -> Result<StatusCode> {
    app.rules.decide_reconnection(&staff, id, false).await.map(|()| StatusCode::NO_CONTENT)
}

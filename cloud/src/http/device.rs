//! The device's routes. Each call is verified by its signature first, then by whose key it is,
//! then remembered against replay, and only then read.

use axum::{
    Json, Router,
    extract::{FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use buhphone_protocol::{
    activation::{self, ActivateRequest},
    authorization::{self, AuthorizeRequest},
    error::ErrorCode,
    live, reconnection,
    removal::{self, RemoveRequest},
};
use serde::de::DeserializeOwned;

use super::{
    App, events, inputs,
    nonces::Fresh,
    outbox,
    peer::Peer,
    reconnections,
    signature::{self, Signed},
};
use crate::rules::{Refusal, Result};

/// Come back when half the window has passed.
const TOO_MANY_WAIT: std::time::Duration = std::time::Duration::from_secs(300);

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(activation::PATH, post(activate))
        .route(authorization::PATH, post(authorize))
        .route(authorization::STANDING_PATH, get(standing))
        .route(reconnection::PATH, post(reconnections::ask))
        .route(removal::PATH, post(remove))
        .route(live::OUTBOX_PATH, post(outbox::record))
        .route(live::EVENTS_PATH, get(events::events))
}

async fn activate(State(app): State<App>, call: Call) -> Result<Response> {
    let request: ActivateRequest = call.json()?;
    if request.key != call.signed.key {
        return Err(Refusal::invalid("key", "key is not the one that signed the call"));
    }
    let activated = app.rules.activate(request, &call.peer.0).await?;
    call.remember(&app)?;
    Ok(answer(activated))
}

async fn authorize(State(app): State<App>, call: Call) -> Result<Response> {
    let device = app.rules.device(&call.signed.key).await?;
    call.remember(&app)?;
    let request: AuthorizeRequest = call.json()?;
    Ok(answer(app.rules.authorize(&device, request).await?))
}

async fn standing(State(app): State<App>, call: Call) -> Result<Response> {
    let device = app.rules.device(&call.signed.key).await?;
    call.remember(&app)?;
    Ok(answer(app.rules.standing(&device).await?))
}

async fn remove(State(app): State<App>, call: Call) -> Result<Response> {
    let device = app.rules.device(&call.signed.key).await?;
    call.remember(&app)?;
    let RemoveRequest {} = call.json()?;
    Ok(answer(app.rules.remove(&device).await?))
}

/// A call whose signature holds and whose nonce is new.
pub(super) struct Call<const MAX: usize = { inputs::BODY_MAX }> {
    pub(super) signed: Signed,
    pub(super) peer: Peer,
    uri: Uri,
    pub(super) headers: HeaderMap,
    body: axum::body::Bytes,
}

impl<const MAX: usize> FromRequest<App> for Call<MAX> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let peer = Peer::from_request_parts(&mut parts, app).await?;
        let body = inputs::read(body, MAX).await?;
        let signed = signature::verify(&parts, &body, app.rules.now())?;
        if app.nonces.seen(&signed.key, &signed.nonce) {
            return Err(replayed());
        }
        Ok(Self { signed, peer, uri: parts.uri, headers: parts.headers, body })
    }
}

impl<const MAX: usize> Call<MAX> {
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T> {
        inputs::query(&self.uri)
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        inputs::parse(&self.headers, &self.body)
    }

    /// The key is a device's, or asks to be: from now on this call is not taken again.
    pub(super) fn remember(&self, app: &App) -> Result<()> {
        let Signed { key, nonce, created } = &self.signed;
        match app.nonces.remember(key, nonce, *created, app.rules.now()) {
            Fresh::Yes => Ok(()),
            Fresh::Replayed => Err(replayed()),
            Fresh::TooMany => Err(Refusal::slow_down(TOO_MANY_WAIT)),
        }
    }
}

fn replayed() -> Refusal {
    Refusal::new(ErrorCode::SignatureReplayed, "this nonce was seen already")
}

pub(super) fn answer(body: impl serde::Serialize) -> Response {
    let mut answer = Json(body).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

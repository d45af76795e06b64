//! The routes and what holds for all of them: errors in one shape, the cloud's time
//! in every answer. Reads requests into the rules' types; decides nothing itself.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::fmt::rfc2822::DateTimePrinter;
use tower_http::trace::{DefaultOnFailure, DefaultOnResponse, TraceLayer};
use tracing::Level;

use crate::rules::{Refusal, Rules};

mod answers;
mod cabinet;
mod device;
mod events;
mod files;
mod inputs;
mod invitations;
mod line;
mod live;
mod nonces;
mod outbox;
mod peer;
mod reconnections;
mod register;
mod requests;
mod sessions;
pub mod signature;
mod stream;
mod visits;

use nonces::Nonces;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) rules: Arc<Rules>,
    nonces: Arc<Nonces>,
}

pub(crate) fn router(rules: Arc<Rules>) -> Router {
    let nonces = Arc::new(Nonces::new(rules.settings.limits.calls_of_device));
    let app = App { rules, nonces };
    let trace = TraceLayer::new_for_http()
        .make_span_with(|request: &Request| {
            // The path only: a query may hold what people searched for.
            tracing::info_span!("call", method = %request.method(), path = request.uri().path())
        })
        .on_response(DefaultOnResponse::new().level(Level::DEBUG))
        .on_failure(DefaultOnFailure::new().level(Level::WARN));
    Router::new()
        .route("/health", get(async || "ok"))
        .merge(device::routes())
        .merge(cabinet::routes())
        .merge(invitations::open_routes())
        .fallback(elsewhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), tell_the_time))
        .layer(trace)
        .with_state(app)
}

/// Everything that is no route: the cabinet's files, or nothing.
async fn elsewhere(request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return Refusal::not_found().into_response();
    }
    match *request.method() {
        Method::GET | Method::HEAD => files::serve(path),
        _ => wrong_method().await,
    }
}

async fn wrong_method() -> Response {
    let body = Refusal::malformed("this route does not take this method");
    (StatusCode::METHOD_NOT_ALLOWED, axum::Json(body.wire())).into_response()
}

/// The header `Date` is the time that programs correct theirs by.
async fn tell_the_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&app.rules.now());
    if let Some(date) = date.ok().and_then(|date| HeaderValue::from_str(&date).ok()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

//! The cabinet's routes of conversations: lists, one conversation, answering, writing first.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use buhphone_protocol::{
    cabinet::Page,
    conversation::{Message, Request},
    desk::{FirstMessage, ReadUpTo, Reply, RequestCard, RequestCounts, RequestRow},
    ids::{RequestId, UserId},
};
use serde::Deserialize;

use super::{
    App,
    cabinet::{Created, created, first, page_size},
    inputs::{Id, Json as Body, LONG, Query},
    sessions::SignedIn,
};
use crate::{
    rules::{Result, requests::WantedRequests},
    store::{KindFilter, StateFilter},
};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/requests", get(list))
        .route("/requests/counts", get(counts))
        .route("/requests/{request_id}", get(one))
        .route("/requests/{request_id}/messages", post(reply))
        .route("/requests/{request_id}/read", post(read))
        .route("/requests/{request_id}/close", post(close))
        .route("/requests/{request_id}/reopen", post(reopen))
        .route("/users/{user_id}/requests", get(list_of_user).post(write_first))
}

/// Which requests, as asked.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    state: InState,
    #[serde(default)]
    kind: OfKind,
    #[serde(default)]
    search: String,
    #[serde(default = "first")]
    page: u32,
    #[serde(default = "page_size")]
    page_size: u32,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum InState {
    #[default]
    All,
    Open,
    Waiting,
    Answered,
    Closed,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OfKind {
    #[default]
    All,
    Real,
    Trial,
}

impl From<Listed> for WantedRequests {
    fn from(listed: Listed) -> Self {
        let state = match listed.state {
            InState::All => StateFilter::All,
            InState::Open => StateFilter::Open,
            InState::Waiting => StateFilter::Waiting,
            InState::Answered => StateFilter::Answered,
            InState::Closed => StateFilter::Closed,
        };
        let kind = match listed.kind {
            OfKind::All => KindFilter::All,
            OfKind::Real => KindFilter::Real,
            OfKind::Trial => KindFilter::Trial,
        };
        Self { state, kind, search: listed.search, page: listed.page, page_size: listed.page_size }
    }
}

async fn list(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Query(listed): Query<Listed>,
) -> Result<Json<Page<RequestRow>>> {
    app.rules.requests(&staff, listed.into()).await.map(Json)
}

async fn list_of_user(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<UserId>,
    Query(listed): Query<Listed>,
) -> Result<Json<Page<RequestRow>>> {
    app.rules.requests_of_user(&staff, id, listed.into()).await.map(Json)
}

async fn counts(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Json<RequestCounts>> {
    app.rules.request_counts(&staff).await.map(Json)
}

async fn one(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<RequestId>) -> Result<Json<RequestCard>> {
    app.rules.request(&staff, id).await.map(Json)
}

async fn reply(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<RequestId>,
    Body(reply): Body<Reply, LONG>,
) -> Created<Message> {
    created(app.rules.reply(&staff, id, reply).await)
}

async fn write_first(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<UserId>,
    Body(message): Body<FirstMessage, LONG>,
) -> Created<Request> {
    created(app.rules.write_first(&staff, id, message).await)
}

async fn read(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<RequestId>,
    Body(read): Body<ReadUpTo>,
) -> Result<StatusCode> {
    app.rules.read_request(&staff, id, read).await.map(|()| StatusCode::NO_CONTENT)
}

async fn close(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<RequestId>) -> Result<Json<Request>> {
    app.rules.close_request(&staff, id, true).await.map(Json)
}

async fn reopen(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<RequestId>) -> Result<Json<Request>> {
    app.rules.close_request(&staff, id, false).await.map(Json)
}

//! The cabinet's routes of visits.

use axum::{Json, Router, extract::State, routing::get};
use buhphone_protocol::{cabinet::Page, ids::CodeId, visit::Visit};
use serde::Deserialize;

use super::{
    App,
    cabinet::{first, page_size},
    inputs::{Id, Query},
    sessions::SignedIn,
};
use crate::rules::Result;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/visits", get(list)).route("/visits/{code_id}", get(one))
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default = "first")]
    page: u32,
    #[serde(default = "page_size")]
    page_size: u32,
}

async fn list(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Query(listed): Query<Listed>,
) -> Result<Json<Page<Visit>>> {
    app.rules.visits(&staff, listed.page, listed.page_size).await.map(Json)
}

async fn one(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<CodeId>) -> Result<Json<Visit>> {
    app.rules.visit(&staff, id).await.map(Json)
}

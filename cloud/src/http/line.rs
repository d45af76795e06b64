//! The cabinet's routes of the line.

use axum::{Json, Router, extract::State, routing::get};
use buhphone_protocol::desk::LineSettings;

use super::{App, inputs::Json as Body, sessions::SignedIn};
use crate::rules::Result;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/line", get(read).put(write))
}

async fn read(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Json<LineSettings>> {
    app.rules.line(&staff).await.map(Json)
}

async fn write(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Body(line): Body<LineSettings>,
) -> Result<Json<LineSettings>> {
    app.rules.set_line(&staff, line).await.map(Json)
}

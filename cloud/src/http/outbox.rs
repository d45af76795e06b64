//! `POST /api/device/v1/outbox`: a program's items, each read by itself, so that one of a
//! newer program or a damaged one is told back in its place.

use axum::{extract::State, response::Response};
use buhphone_protocol::live::{Item, OUTBOX_BYTES_MAX};
use serde::Deserialize;

use super::{
    App,
    device::{Call, answer},
};
use crate::rules::{Refusal, Result};

#[derive(Deserialize)]
struct Items {
    items: Vec<serde_json::Value>,
}

pub(super) async fn record(State(app): State<App>, call: Call<OUTBOX_BYTES_MAX>) -> Result<Response> {
    let device = app.rules.device(&call.signed.key).await?;
    call.remember(&app)?;
    let Items { items } = call.json()?;
    let items = items.into_iter().map(|item| {
        serde_path_to_error::deserialize::<_, Item>(item)
            .map_err(|error| Refusal::malformed(format!("the item does not parse: {error}")))
    });
    Ok(answer(app.rules.record(&device, items.collect()).await?))
}

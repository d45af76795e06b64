//! The floor: the same framework, routes, signature and streams, and nothing behind them.

use std::{convert::Infallible, time::Duration};

use anyhow::Result;
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::sse::{Event, KeepAlive, Sse},
    routing::{get, post},
};
use buhphone_protocol::{
    cabinet::PREFIX,
    desk::{LiveAbout, LiveEvent},
    ids::UserId,
    live::{EVENTS_PATH, Item, OUTBOX_PATH, Outbox, OutboxRecorded},
};
use futures::{Stream, StreamExt as _, future::ready, stream};
use tokio::{net::TcpListener, sync::broadcast};

use crate::{authorize, device};

/// As often as the cloud does it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

type Told = broadcast::Sender<LiveAbout>;

/// Serves until the process is ended; says where on its output.
pub(crate) async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let (told, _) = broadcast::channel::<LiveAbout>(64);
    let routes = Router::new()
        .route(EVENTS_PATH, get(async || answer(stream::pending())))
        .route(&format!("{PREFIX}/live"), get(page))
        .route(OUTBOX_PATH, post(record))
        .merge(authorize::routes())
        .with_state(told);
    Ok(axum::serve(listener, routes).await?)
}

async fn record(
    State(told): State<Told>,
    headers: HeaderMap,
    body: Bytes,
) -> std::result::Result<Json<OutboxRecorded>, StatusCode> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    device::verify("POST", OUTBOX_PATH, &body, header("signature"), header("signature-input"))
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    let Outbox { items } = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    for item in items {
        if let Item::Say { request_id, .. } = item {
            let user_id = UserId(request_id.0);
            // Nobody listens before a page is open.
            let _ = told.send(LiveAbout::Request { request_id, user_id, from_user: true, trial: false });
        }
    }
    Ok(Json(OutboxRecorded { rejected: Vec::new(), last: 0 }))
}

async fn page(State(told): State<Told>) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    let hearing = stream::unfold(told.subscribe(), async |mut told| Some((told.recv().await.ok()?, told)));
    let events = stream::once(ready(LiveAbout::Hello)).chain(hearing).enumerate().map(|(number, about)| {
        let seq = number as u64;
        Event::default().id(seq.to_string()).json_data(LiveEvent { seq, about }).unwrap_or_default()
    });
    answer(events)
}

fn answer(
    events: impl Stream<Item = Event> + Send + 'static,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    let opened = stream::once(ready(Event::default().comment("")));
    Sse::new(opened.chain(events).map(Ok)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

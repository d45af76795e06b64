//! Server-sent events as office proxies let them through: a first byte at once, a
//! comment now and then, no buffering. And where a stream is resumed.

use std::{convert::Infallible, future::ready, time::Duration};

use axum::{
    http::{HeaderMap, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use buhphone_protocol::conversation::Seq;
use futures::{Stream, StreamExt, stream};
use serde::Serialize;

use crate::rules::{Refusal, Result};

/// Half of the 30 s after which office proxies cut what is silent.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Told by a browser that comes back by itself: newer than the address it began with.
const LAST_EVENT_ID: &str = "last-event-id";

pub(super) fn answer(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let opened = stream::once(ready(Event::default().comment("")));
    let events = opened.chain(events).map(Ok::<_, Infallible>);
    let mut answer = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    answer.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    answer
}

pub(super) fn event(seq: Seq, data: &impl Serialize) -> Event {
    let event = Event::default().id(seq.to_string());
    // Types of the wire always become JSON; a comment would be the least harm.
    event.json_data(data).unwrap_or_else(|_| Event::default().comment("unreadable"))
}

/// The number after which the stream goes on.
pub(super) fn resumed(headers: &HeaderMap, after: Option<Seq>) -> Result<Option<Seq>> {
    let after = match headers.get(LAST_EVENT_ID) {
        None => after,
        Some(told) => {
            let told = told.to_str().ok().and_then(|told| told.parse().ok());
            Some(told.ok_or_else(|| Refusal::invalid(LAST_EVENT_ID, "last-event-id is no number"))?)
        }
    };
    // Databases count no further.
    if after.is_some_and(|after| i64::try_from(after).is_err()) {
        return Err(Refusal::invalid("after", "after is larger than any number there is"));
    }
    Ok(after)
}

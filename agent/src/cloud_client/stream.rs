//! The event stream: signed like every call, then read for as long as it lasts. Whatever comes
//! down it, comments included, says that nothing holds it back on the way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use buhphone_protocol::{
    conversation::{Change, Event},
    telemetry::FailureKind,
};
use futures::{
    StreamExt,
    future::poll_fn,
    stream::{BoxStream, try_unfold, unfold},
};
use reqwest::{Response, header::CONTENT_TYPE};
use serde_json::Value;
use sse_stream::{Sse, SseByteStream};

use super::{failure, header, in_the_clouds_place};
use crate::ports::{CallError, Heard};

pub(super) const CONTENT: &str = "text/event-stream";

/// Whether this is the stream that was asked for.
pub(super) fn is_stream(response: &Response) -> bool {
    let content_type = header(response.headers(), CONTENT_TYPE.as_str()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    response.status().is_success() && essence.eq_ignore_ascii_case(CONTENT)
}

/// Not the stream that was asked for, and no error of the cloud either.
pub(super) fn stranger(response: &Response) -> CallError {
    in_the_clouds_place(response.status(), response.headers(), "not an event stream")
}

/// What comes down the stream, until it breaks or ends.
pub fn read(response: Response) -> BoxStream<'static, Result<Heard, CallError>> {
    let alive = Arc::new(AtomicBool::new(false));
    let arrived = alive.clone();
    let bytes = try_unfold(response, |mut response| async {
        Ok::<_, reqwest::Error>(response.chunk().await?.map(|chunk| (chunk, response)))
    })
    .inspect(move |_| arrived.store(true, Ordering::Relaxed));
    let messages = Box::pin(SseByteStream::new(bytes));
    unfold(Some(messages), move |messages| {
        let alive = alive.clone();
        async move {
            let mut messages = messages?;
            let heard = poll_fn(|context| match messages.poll_next_unpin(context) {
                // Bytes came, but no message is whole yet.
                Poll::Pending if alive.swap(false, Ordering::Relaxed) => Poll::Ready(Some(Ok(Heard::Alive))),
                Poll::Pending => Poll::Pending,
                Poll::Ready(message) => {
                    alive.store(false, Ordering::Relaxed);
                    Poll::Ready(message.map(|message| message.map_err(|error| broken(&error)).and_then(understood)))
                }
            })
            .await?;
            let next = heard.is_ok().then_some(messages);
            Some((heard, next))
        }
    })
    .boxed()
}

fn understood(message: Sse) -> Result<Heard, CallError> {
    let Some(data) = message.data else { return Ok(Heard::Alive) };
    let value = serde_json::from_str(&data).map_err(|error| other(&error.to_string()))?;
    event(value).map(Heard::Event)
}

/// What this program is too old to read still has its number, and does not stop those behind it.
pub(super) fn event(value: Value) -> Result<Event, CallError> {
    let seq = value.get("seq").and_then(Value::as_u64);
    match (serde_json::from_value(value), seq) {
        (Ok(event), _) => Ok(event),
        (Err(error), Some(seq)) => {
            tracing::warn!(seq, %error, "an event does not read");
            Ok(Event { seq, change: Change::Unknown })
        }
        (Err(error), None) => Err(other(&error.to_string())),
    }
}

fn broken(error: &sse_stream::Error) -> CallError {
    match error {
        sse_stream::Error::Body(body) => match body.downcast_ref::<reqwest::Error>() {
            Some(error) => failure::broken(error),
            None => other(&error.to_string()),
        },
        _ => other(&error.to_string()),
    }
}

fn other(why: &str) -> CallError {
    CallError::Unreached { failure: FailureKind::Other, detail: format!("the stream broke: {why}") }
}

//! `GET /api/device/v1/events`: the user's events, as a stream or a long poll.
//!
//! Whoever asks is listening before the store is first read, and reads it again after
//! each bell, from the last number that was given out: nothing falls between.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{Response, sse},
};
use buhphone_protocol::{
    conversation::{Event, Seq},
    ids::UserId,
    key::PublicKey,
    live::{Events, WAIT_MAX_S},
};
use futures::{Stream, stream::unfold};
use serde::Deserialize;

use super::{
    App,
    device::{Call, answer},
    stream,
};
use crate::rules::{
    Refusal, Result, Rules,
    live::{Listening, Rung},
};

#[derive(Deserialize)]
struct Asked {
    after: Option<Seq>,
    #[serde(default = "longest")]
    wait: u32,
}

fn longest() -> u32 {
    WAIT_MAX_S
}

pub(super) async fn events(State(app): State<App>, call: Call) -> Result<Response> {
    let device = app.rules.device(&call.signed.key).await?;
    call.remember(&app)?;
    let asked: Asked = call.query()?;
    let after = stream::resumed(&call.headers, asked.after)?.unwrap_or(0);
    if asked.wait > WAIT_MAX_S {
        return Err(Refusal::invalid("wait", format!("wait is at most {WAIT_MAX_S} seconds")));
    }
    let listening = app.rules.live.device(device.partner_id, device.user_id, device.device_id);
    let hearing = Hearing { rules: app.rules, key: call.signed.key, user_id: device.user_id, listening, after };
    if wants_stream(&call.headers) {
        Ok(stream::answer(hearing.stream()))
    } else {
        Ok(answer(hearing.poll(Duration::from_secs(asked.wait.into())).await?))
    }
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("text/event-stream")
    })
}

/// A computer that hears its user's events after a number.
struct Hearing {
    rules: Arc<Rules>,
    key: PublicKey,
    user_id: UserId,
    listening: Listening,
    after: Seq,
}

impl Hearing {
    async fn read(&self) -> Result<Events> {
        self.rules.events(&self.key, self.user_id, self.after).await
    }

    async fn poll(&self, wait: Duration) -> Result<Events> {
        let waited = tokio::time::sleep(wait);
        tokio::pin!(waited);
        loop {
            let events = self.read().await?;
            if !events.events.is_empty() {
                return Ok(events);
            }
            tokio::select! {
                rung = self.listening.rung() => if rung == Rung::Ended { return Ok(events) },
                () = &mut waited => return Ok(events),
            }
        }
    }

    /// Ends when the computer may hear no more, or the store does not answer: who comes back is told why.
    fn stream(self) -> impl Stream<Item = sse::Event> + Send + 'static {
        let nothing = Vec::new().into_iter();
        unfold((self, nothing, true), async |(mut hearing, mut ready, mut more)| {
            loop {
                if let Some(event) = ready.next() {
                    let event: Event = event;
                    hearing.after = event.seq;
                    return Some((stream::event(event.seq, &event), (hearing, ready, more)));
                }
                // Ten thousand who wait need not each hold what they have heard.
                drop(std::mem::take(&mut ready));
                if !more && hearing.listening.rung().await == Rung::Ended || hearing.listening.has_ended() {
                    return None;
                }
                let Events { events, last } = hearing.read().await.ok()?;
                more = events.last().is_some_and(|newest| newest.seq < last);
                ready = events.into_iter();
            }
        })
    }
}

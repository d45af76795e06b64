//! `GET /live` of the cabinet: what changed at the partner, as a stream. A page that
//! received a user's message has it delivered.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::HeaderMap,
    response::{Response, sse},
    routing::get,
};
use axum_extra::extract::cookie::CookieJar;
use buhphone_protocol::{
    conversation::Seq,
    desk::{LiveAbout, LiveEvent},
    ids::PartnerId,
};
use futures::{Stream, stream::unfold};
use serde::Deserialize;

use super::{
    App,
    inputs::Query,
    sessions::{self, SignedIn},
    stream,
};
use crate::{
    rules::{
        Result, Rules,
        live::{Listening, Rung},
        sign_in::{Token, signed_out},
    },
    store::LiveEvents,
};

/// A session that ended is noticed in so long when nothing happens meanwhile.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

pub(super) fn routes() -> Router<App> {
    Router::new().route("/live", get(live))
}

#[derive(Deserialize)]
struct Asked {
    after: Option<Seq>,
}

async fn live(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    jar: CookieJar,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let token = sessions::token(&jar).ok_or_else(signed_out)?;
    let resumed = stream::resumed(&headers, asked.after)?;
    let listening = app.rules.live.staff(staff.partner_id);
    let last = app.rules.last_live(&staff).await?;
    // What was there before reached the page by what it asked for when it began.
    let after = resumed.unwrap_or(last);
    let page = Page { rules: app.rules, token, partner_id: staff.partner_id, listening, after, shown: Some(after) };
    Ok(stream::answer(page.stream(last)))
}

/// An open page of the cabinet.
struct Page {
    rules: Arc<Rules>,
    token: Token,
    partner_id: PartnerId,
    listening: Listening,
    after: Seq,
    /// Users' messages up to here are on the page, and not yet recorded as delivered.
    shown: Option<Seq>,
}

impl Page {
    /// Ends with the session.
    fn stream(self, last: Seq) -> impl Stream<Item = sse::Event> + Send + 'static {
        let hello = LiveEvent { seq: last, about: LiveAbout::Hello };
        unfold((self, vec![hello].into_iter(), true), async |(mut page, mut ready, mut more)| {
            loop {
                if let Some(event) = ready.next() {
                    if event.about != LiveAbout::Hello {
                        page.after = event.seq;
                    }
                    if matches!(event.about, LiveAbout::Request { from_user: true, .. }) {
                        page.shown = Some(event.seq);
                    }
                    // The greeting's own number is the last: coming back after it would skip what is on its way.
                    return Some((stream::event(page.after, &event), (page, ready, more)));
                }
                if let Some(up_to) = page.shown.take() {
                    page.rules.delivered_to_staff(page.partner_id, up_to).await.ok()?;
                }
                if !more && page.rung().await == Rung::Ended || page.listening.has_ended() {
                    return None;
                }
                let LiveEvents { events, last } = page.rules.live_events(&page.token.0, page.after).await.ok()?;
                more = events.last().is_some_and(|newest| newest.seq < last);
                ready = events.into_iter();
            }
        })
    }

    async fn rung(&self) -> Rung {
        tokio::time::timeout(LOOK_AGAIN, self.listening.rung()).await.unwrap_or(Rung::Again)
    }
}

//! A cloud on a real port, with the routes a program calls: connects anyone, keeps one user's
//! conversations, streams events and answers long polls. Signatures are another test's business.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, header::ACCEPT},
    response::{
        IntoResponse, Response,
        sse::{Event as Sign, KeepAlive, Sse},
    },
    routing::{get, post},
};
use buhphone_protocol::{
    activation::{self, ActivateRequest, Activated},
    authorization::{self, AuthorizeRequest, Authorized},
    conversation::{Event, Seq},
    ids::{CodeId, DeviceId},
    live::{EVENTS_PATH, Events, OUTBOX_PATH, Outbox, OutboxRecorded},
    standing::{PartnerCard, Standing},
};
use buhphone_simulator::Desk;
use futures::{StreamExt, stream};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::{net::TcpListener, sync::watch};
use url::Url;
use uuid::Uuid;

/// A page of events is smaller than what comes in a busy minute.
const PAGE: usize = 7;

#[derive(Clone)]
pub(crate) struct TalkingCloud {
    desk: Arc<Mutex<Desk>>,
    bell: watch::Sender<()>,
    pub(crate) polls: watch::Sender<usize>,
}

impl TalkingCloud {
    pub(crate) async fn start() -> (Self, Url) {
        let cloud = Self { desk: Arc::default(), bell: watch::Sender::new(()), polls: watch::Sender::new(0) };
        let routes = Router::new()
            .route(activation::PATH, post(activate))
            .route(authorization::PATH, post(authorize))
            .route(authorization::STANDING_PATH, get(standing))
            .route(OUTBOX_PATH, post(outbox))
            .route(EVENTS_PATH, get(events))
            .with_state(cloud.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = format!("http://{}/", listener.local_addr().expect("it is bound"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (cloud, address.parse().expect("it is an address"))
    }

    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("nobody panicked")
    }

    /// Whoever listens looks again.
    pub(crate) fn ring(&self) {
        self.bell.send_replace(());
    }

    fn after(&self, seq: Seq) -> Events {
        let desk = self.desk();
        let events = desk.events.iter().filter(|event| event.seq > seq).take(PAGE).cloned().collect();
        Events { events, last: desk.last() }
    }
}

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().expect("a timestamp")
}

fn stand() -> Standing {
    Standing {
        partner: PartnerCard {
            name: "Партнёр".to_owned(),
            phone: String::new(),
            zone: "Europe/Moscow".to_owned(),
            machine_salt: "00ff".to_owned(),
        },
        client: "ООО «Ромашка»".to_owned(),
        user: "Иванова Анна".to_owned(),
        last_authorization: None,
        contract_ended: false,
        now: now(),
        due_in: 15 * 3600,
        line: None,
        phone: String::new(),
    }
}

async fn activate(Json(_): Json<ActivateRequest>) -> Json<Activated> {
    let visit = Some(CodeId(Uuid::from_u128(7)));
    Json(Activated { device_id: DeviceId(Uuid::from_u128(1)), standing: stand(), visit })
}

async fn authorize(Json(request): Json<AuthorizeRequest>) -> Json<Authorized> {
    Json(Authorized {
        authorization_id: request.authorization_id,
        authorized_at: now(),
        echo: "e".to_owned(),
        standing: stand(),
    })
}

async fn standing() -> Json<Standing> {
    Json(stand())
}

async fn outbox(State(cloud): State<TalkingCloud>, Json(outbox): Json<Outbox>) -> Json<OutboxRecorded> {
    let recorded = cloud.desk().record(&outbox, now());
    cloud.ring();
    Json(recorded)
}

#[derive(Deserialize)]
struct Asked {
    after: Seq,
    #[serde(default)]
    wait: u64,
}

async fn events(State(cloud): State<TalkingCloud>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let mut rung = cloud.bell.subscribe();
    if headers.get(ACCEPT).is_some_and(|accept| accept == "text/event-stream") {
        let ready: std::vec::IntoIter<Event> = Vec::new().into_iter();
        let events =
            stream::unfold((cloud, rung, ready, asked.after), |(cloud, mut rung, mut ready, after)| async move {
                loop {
                    if let Some(event) = ready.next() {
                        let sign = Sign::default().id(event.seq.to_string()).json_data(&event).expect("it is JSON");
                        return Some((sign, (cloud, rung, ready, event.seq)));
                    }
                    rung.borrow_and_update();
                    ready = cloud.after(after).events.into_iter();
                    if ready.len() == 0 {
                        rung.changed().await.ok()?;
                    }
                }
            });
        let opened = stream::once(async { Sign::default().comment("") });
        let signs = opened.chain(events).map(Ok::<_, Infallible>);
        return Sse::new(signs).keep_alive(KeepAlive::new().interval(Duration::from_secs(1))).into_response();
    }
    cloud.polls.send_modify(|polls| *polls += 1);
    let some = async {
        loop {
            rung.borrow_and_update();
            let events = cloud.after(asked.after);
            if !events.events.is_empty() || rung.changed().await.is_err() {
                return events;
            }
        }
    };
    let events = tokio::time::timeout(Duration::from_secs(asked.wait), some).await;
    Json(events.unwrap_or_else(|_| cloud.after(asked.after))).into_response()
}

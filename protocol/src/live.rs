//! The device's two-way link: an outbox up, events down.
//!
//! `POST /api/device/v1/outbox`, signed: items in order, each recorded once by its
//! id however often it is sent; all that was recorded is durable before the answer.
//! `GET /api/device/v1/events?after=SEQ`, signed: with `Accept: text/event-stream`
//! a stream of [`Event`]s (`id:` is the number, a comment every 15 s keeps proxies
//! awake); otherwise a long poll that answers [`Events`] at once when there are any,
//! or after `wait` seconds (at most 25).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    conversation::{Event, RequestKind, Seq},
    ids::{CodeId, MessageId, RequestId},
    visit::StepReport,
};

pub const OUTBOX_PATH: &str = "/api/device/v1/outbox";
pub const EVENTS_PATH: &str = "/api/device/v1/events";

/// Most items of one outbox call; the rest follows in the next.
pub const ITEMS_MAX: usize = 50;

/// Largest body of an outbox call, bytes.
pub const OUTBOX_BYTES_MAX: usize = 1 << 20;

/// Longest wait of a long poll, seconds: under the 30 s after which office proxies cut.
pub const WAIT_MAX_S: u32 = 25;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    pub items: Vec<Item>,
}

/// What the program tells. Ids are UUIDv7 made on the computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Item {
    /// Opens a request with its first message (its text may be empty for a trial or a callback).
    Open {
        request_id: RequestId,
        request: RequestKind,
        message_id: MessageId,
        text: String,
        #[serde(default)]
        phone: Option<String>,
        /// By the computer's clock, as all `made_at`.
        made_at: Timestamp,
    },
    /// One more message of the user.
    Say { request_id: RequestId, message_id: MessageId, text: String, made_at: Timestamp },
    /// The computer durably holds all events up to this one.
    Delivered { up_to: Seq },
    /// The user saw the conversation up to and including this message.
    Read { request_id: RequestId, up_to: MessageId },
    /// A step of the visit was done or failed.
    Visit { code_id: CodeId, report: StepReport },
}

/// Everything in the outbox is recorded. An item that breaks a rule for good is told
/// in `rejected`, so that it does not block those behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRecorded {
    /// By position in the outbox, with the reason.
    #[serde(default)]
    pub rejected: Vec<Rejected>,
    /// The last number of the user's events now.
    pub last: Seq,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    pub position: u32,
    pub message: String,
}

/// Answer of the long poll, in order; empty when nothing came in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    pub events: Vec<Event>,
    /// The last number there is; more than the last of `events` when the page was full.
    pub last: Seq,
}

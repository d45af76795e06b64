//! Conversations of a user with a line: requests, their messages, and how far each got.
//!
//! The sender makes the ids, so that a repetition is recognised. What the cloud
//! recorded for a user is numbered without gaps ([`Seq`]); a program or a cabinet
//! that was away asks for what came after the last number it saw.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{MessageId, RequestId};

/// Longest text of a message, in characters: a long letter, not a file.
pub const TEXT_MAX: usize = 100_000;

/// Longest telephone number, in characters.
pub const PHONE_MAX: usize = 32;

/// A number in a user's (or, for the cabinet, a partner's) record of events, from 1.
pub type Seq = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// The user asked.
    Ordinary,
    /// «Пробное обращение»: shows that the way works. Counted apart everywhere.
    Trial,
    /// «Перезвоните мне».
    Callback,
    /// Staff wrote first.
    Staff,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody of the staff has answered yet.
    Waiting,
    Answered,
    Closed,
    #[serde(other)]
    Unknown,
}

/// A request as both sides see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Request {
    pub request_id: RequestId,
    pub kind: RequestKind,
    pub state: RequestState,
    /// The cloud's time.
    #[ts(type = "string")]
    pub opened_at: Timestamp,
    /// For a callback: the number to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub phone: Option<String>,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Author {
    User,
    /// A person of the partner's staff.
    Staff {
        name: String,
    },
    /// The line itself, at once.
    Line {
        name: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Message {
    pub message_id: MessageId,
    pub request_id: RequestId,
    pub author: Author,
    /// Plain text; line breaks are kept. May be empty only in the first message of a trial or a callback.
    pub text: String,
    /// The cloud's time of recording.
    #[ts(type = "string")]
    pub recorded_at: Timestamp,
    /// The other side has it: a computer of the user, or an open cabinet.
    #[ts(type = "string | null")]
    pub delivered_at: Option<Timestamp>,
    /// The other side had the conversation open.
    #[ts(type = "string | null")]
    pub read_at: Option<Timestamp>,
}

/// One numbered thing that happened in a user's conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Event {
    #[ts(type = "number")]
    pub seq: Seq,
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A request was opened, or its state changed.
    Request { request: Request },
    /// A message was recorded, by either side.
    Message { message: Message },
    /// Messages of one side up to and including this one were delivered or read by the other.
    Receipt {
        request_id: RequestId,
        up_to: MessageId,
        /// Whose messages: the user's, or the staff's and the line's.
        of_user: bool,
        #[ts(type = "string")]
        at: Timestamp,
        read: bool,
    },
    /// Something else about the device changed: ask the standing.
    Standing,
    /// A kind newer than this program: skipped.
    #[serde(other)]
    Unknown,
}

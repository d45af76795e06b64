//! The staff's side of conversations and visits, under the cabinet's prefix.
//!
//! `GET /live?after=SEQ` streams [`LiveEvent`]s of the partner; everything else is
//! asked again by what they name, so that a lost event costs a moment and no truth.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    cabinet::User,
    conversation::{Message, Request, Seq},
    ids::{CodeId, MessageId, ReconnectionId, RequestId, UserId},
};

/// A row of `GET /requests?state=waiting|answered|closed|open|all&kind=real|trial|all&search=&page=`.
/// `open` is waiting and answered; `real` is all but trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestRow {
    pub request: Request,
    pub user_id: UserId,
    pub user: String,
    pub client: String,
    /// The beginning of the last message of a person, at most 200 characters.
    pub last_text: String,
    #[ts(type = "string")]
    pub last_at: Timestamp,
    /// The user's messages that nobody of the staff has read.
    pub unread: u32,
    /// Staff's messages the user has no computer to have received yet.
    pub undelivered: u32,
}

/// `GET /requests/{request_id}`: the conversation, oldest message first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestCard {
    pub request: Request,
    pub user: User,
    /// The user's program is connected now.
    pub online: bool,
    pub messages: Vec<Message>,
    /// The visit this test request belongs to.
    pub visit: Option<CodeId>,
}

/// Body of `POST /requests/{request_id}/messages`; repeated, it answers the first time again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reply {
    /// UUIDv7 made by the page.
    pub message_id: MessageId,
    pub text: String,
}

/// Body of `POST /users/{user_id}/requests`: staff write first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FirstMessage {
    pub request_id: RequestId,
    pub message_id: MessageId,
    pub text: String,
}

/// Body of `POST /requests/{request_id}/read`. `POST …/close` and `POST …/reopen` have none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReadUpTo {
    pub up_to: MessageId,
}

/// `GET /requests/counts`. Trial requests are counted apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestCounts {
    pub waiting: u32,
    pub waiting_trial: u32,
    pub unread: u32,
    pub unread_trial: u32,
}

/// One numbered change at the partner, naming what to ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LiveEvent {
    #[ts(type = "number")]
    pub seq: Seq,
    pub about: LiveAbout,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveAbout {
    /// The first event of every stream: nothing happened, this is the last number.
    Hello,
    /// `from_user`: a user's message or request has just come in (play a sound).
    Request {
        request_id: RequestId,
        user_id: UserId,
        from_user: bool,
        trial: bool,
    },
    Visit {
        code_id: CodeId,
    },
    /// A computer asks to be known by a new key (`asked`: play a sound), or that was decided.
    Reconnection {
        reconnection_id: ReconnectionId,
        user_id: UserId,
        asked: bool,
    },
}

/// `GET /line`, `PUT /line` (administrators and client managers).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LineSettings {
    /// 1–100 characters: «Линия консультаций».
    pub name: String,
    /// At most one row a weekday; a weekday without a row is a day off. In the partner's zone.
    pub hours: Vec<DayHours>,
    /// The line's own answer within its hours, 1–1000 characters.
    pub answer_open: String,
    /// And outside them.
    pub answer_closed: String,
    /// A person answers or calls back within so many minutes of working time, 1–1440.
    pub promise_minutes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DayHours {
    /// 1 is Monday.
    pub weekday: u8,
    /// `09:00`.
    pub from: String,
    /// `18:00`, later than `from`; `24:00` is the day's end.
    pub to: String,
}

/// The line as its users see it; part of the standing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LineCard {
    pub name: String,
    pub hours: Vec<DayHours>,
    pub open_now: bool,
    /// When it opens next, if it is closed and opens at all.
    #[ts(type = "string | null")]
    pub opens_at: Option<Timestamp>,
    pub promise_minutes: u32,
    /// The time by which a callback asked for now is promised.
    #[ts(type = "string | null")]
    pub promised_at: Option<Timestamp>,
}

//! The operations of conversations: the line, requests, messages, receipts, events.
//!
//! Everything is recorded once by the id its sender made. A change and the numbers
//! it gets in the user's and the partner's record are written together, without gaps.

use async_trait::async_trait;
use buhphone_protocol::{
    cabinet::{Page, User},
    conversation::{Message, Request, RequestKind, Seq},
    desk::{LineSettings, LiveEvent, RequestCounts, RequestRow},
    ids::{CodeId, DeviceId, MessageId, PartnerId, RequestId, StaffId, UserId},
    live::Events,
};
use jiff::Timestamp;

use super::Result;

/// Who writes. A member of staff's name is looked up and kept as it was then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// The request must be this user's, the computer too.
    User {
        user_id: UserId,
        device_id: DeviceId,
    },
    Staff {
        staff_id: StaffId,
    },
}

/// A request to open with its first message; texts are checked.
#[derive(Clone, Debug)]
pub struct NewRequest {
    pub request_id: RequestId,
    /// Whose conversation it is; of [`Writer::User`] the same user.
    pub user_id: UserId,
    pub kind: RequestKind,
    pub phone: Option<String>,
    pub message_id: MessageId,
    pub writer: Writer,
    pub text: String,
    /// What the line answers at once; recorded in the same transaction.
    pub answer: Option<LineAnswer>,
}

/// The line's own message, in the partner's words.
#[derive(Clone, Debug)]
pub struct LineAnswer {
    pub message_id: MessageId,
    /// The line's name.
    pub name: String,
    pub text: String,
}

/// One more message of a request.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub request_id: RequestId,
    pub message_id: MessageId,
    pub writer: Writer,
    pub text: String,
}

/// What is recorded, by this call or an earlier one with the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// This call wrote it: tell the user's programs and the partner's cabinets.
    pub first: bool,
    pub user_id: UserId,
    /// As it stands now.
    pub request: Request,
    pub message: Message,
}

/// A request after its state was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// This call changed it.
    pub changed: bool,
    pub user_id: UserId,
    pub request: Request,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StateFilter {
    #[default]
    All,
    /// Waiting and answered.
    Open,
    Waiting,
    Answered,
    Closed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KindFilter {
    #[default]
    All,
    /// All but trial.
    Real,
    Trial,
}

/// Which requests to list, and which page (from 1).
#[derive(Clone, Debug, Default)]
pub struct RequestListing {
    /// Only this user's.
    pub user_id: Option<UserId>,
    pub state: StateFilter,
    pub kind: KindFilter,
    /// Case-insensitive part of the user's or client's name, e-mail, telephone, ИНН, or of
    /// the beginning of a message; empty for all.
    pub search: String,
    pub page: u32,
    pub page_size: u32,
}

/// One request with all of its messages, oldest first.
#[derive(Clone, Debug)]
pub struct RequestRecord {
    pub request: Request,
    pub user: User,
    pub messages: Vec<Message>,
    /// The visit whose test request this is.
    pub visit: Option<CodeId>,
}

/// Numbered changes of a partner, for its cabinets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvents {
    pub events: Vec<LiveEvent>,
    /// The last number there is.
    pub last: Seq,
}

/// Conversations of one partner's users with its line.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// As the partner set it; until then the line every partner begins with.
    async fn line(&self, partner_id: PartnerId) -> Result<LineSettings>;
    async fn set_line(&self, partner_id: PartnerId, line: &LineSettings) -> Result<()>;

    /// Records the request, its first message and the line's answer, all or nothing.
    /// Opened by the user it is waiting, by staff it is answered. A trial request is also
    /// the test request of the visit that connected its computer, if that has none yet.
    ///
    /// Repeated with the same ids it writes nothing and returns what was recorded.
    /// `Exists("request_id")`, `Exists("message_id")` when an id stands for something else
    /// of the partner's; an id of another partner is not known here. `NotFound("user_id")`,
    /// `NotFound("device_id")`, `NotFound("staff_id")`.
    async fn open_request(&self, partner_id: PartnerId, new: &NewRequest, at: Timestamp) -> Result<Recorded>;

    /// Records one more message. A user's makes the request waiting, also a closed one;
    /// staff's makes it answered, and is the visit's `Answered` if this is its test request.
    ///
    /// Repeated it writes nothing. `NotFound("request_id")` when there is none, or it is
    /// another user's; `Exists("message_id")` when the id stands for another message.
    async fn say(&self, partner_id: PartnerId, new: &NewMessage, at: Timestamp) -> Result<Recorded>;

    /// Closes the request, or makes a closed one waiting again; otherwise nothing.
    async fn close_request(
        &self,
        partner_id: PartnerId,
        request_id: RequestId,
        closed: bool,
        at: Timestamp,
    ) -> Result<Settled>;

    /// A computer of the user durably holds the user's events up to this one: staff's and
    /// the line's messages among them are delivered. Whether anything was new: tell the cabinets.
    async fn delivered_to_user(
        &self,
        partner_id: PartnerId,
        user_id: UserId,
        up_to: Seq,
        at: Timestamp,
    ) -> Result<bool>;

    /// The user saw the request up to this message. Whether anything was new: tell the cabinets
    /// and the user's other computers. `NotFound("request_id")`, `NotFound("message_id")`.
    async fn read_by_user(
        &self,
        partner_id: PartnerId,
        user_id: UserId,
        request_id: RequestId,
        up_to: MessageId,
        at: Timestamp,
    ) -> Result<bool>;

    /// An open cabinet received the partner's events up to this one: the users' messages
    /// they are about are delivered. The users whose programs are to be told.
    async fn delivered_to_staff(&self, partner_id: PartnerId, up_to: Seq, at: Timestamp) -> Result<Vec<UserId>>;

    /// Staff saw the request up to this message. The user whose programs are to be told, if
    /// anything was new. `NotFound("request_id")`, `NotFound("message_id")`.
    async fn read_by_staff(
        &self,
        partner_id: PartnerId,
        request_id: RequestId,
        up_to: MessageId,
        at: Timestamp,
    ) -> Result<Option<UserId>>;

    /// Adds [`buhphone_protocol::conversation::Change::Standing`] to the user's events.
    async fn standing_changed(&self, partner_id: PartnerId, user_id: UserId, at: Timestamp) -> Result<()>;

    /// The user's events after a number, at most `limit`, in order. From 0 they are the whole
    /// history. A message comes as it stands now, its receipts included.
    async fn events_after(&self, partner_id: PartnerId, user_id: UserId, after: Seq, limit: u32) -> Result<Events>;
    async fn last_seq(&self, partner_id: PartnerId, user_id: UserId) -> Result<Seq>;
    /// Likewise of the partner, for its cabinets.
    async fn live_after(&self, partner_id: PartnerId, after: Seq, limit: u32) -> Result<LiveEvents>;
    async fn last_live_seq(&self, partner_id: PartnerId) -> Result<Seq>;

    /// The one with the newest message first.
    async fn requests(&self, partner_id: PartnerId, listing: &RequestListing) -> Result<Page<RequestRow>>;
    async fn request(&self, partner_id: PartnerId, request_id: RequestId) -> Result<RequestRecord>;
    async fn request_counts(&self, partner_id: PartnerId) -> Result<RequestCounts>;
}

//! What is shown of conversations with the partner and of the visit. Part of the snapshot.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use buhphone_protocol::conversation::{RequestKind, RequestState};

/// Conversations, and what a person needs to begin one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Talk {
    /// None until the cloud told of a line.
    pub line: Option<Line>,
    /// Typed for «Обратиться» and not sent.
    pub question: String,
    /// The number offered for a callback: the one typed and not sent, else the last one used, else the registered one.
    pub callback_phone: String,
    /// The newest first, at most a hundred.
    pub conversations: Vec<ConversationHead>,
    /// The one on the screen, with its messages.
    pub shown: Option<Conversation>,
    /// Messages of the staff that were not read, over all conversations.
    pub unread: u32,
    /// Messages that wait to be sent.
    pub waiting_to_send: u32,
}

/// The line, as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Line {
    pub name: String,
    pub open_now: bool,
    /// Hours in rows of days that have the same: `пн–пт 9:00–18:00`, in the view's language.
    pub hours: Vec<String>,
    /// `сегодня в 14:30`, `24.11 в 9:00`: by when a callback asked for now is promised; none if unknown.
    pub promised: Option<String>,
    /// Likewise, when a closed line opens.
    pub opens: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationHead {
    pub request_id: String,
    #[serde(rename = "request_kind")]
    pub kind: RequestKind,
    pub state: RequestState,
    /// The beginning of the last message of a person, at most 200 characters; may be empty.
    pub last_text: String,
    /// `10:42` of today, else `22.11`, else `22.11.2025`.
    pub last_printed: String,
    pub unread: u32,
    /// For a callback.
    pub phone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Conversation {
    pub head: ConversationHead,
    /// The oldest first.
    pub messages: Vec<ShownMessage>,
    /// Typed for it and not sent.
    pub reply: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ShownMessage {
    pub message_id: String,
    pub writer: Writer,
    pub text: String,
    /// `23.11.2026`: a new day begins a new group.
    pub day: String,
    /// `10:42`, in the computer's zone.
    pub time: String,
    /// How far the user's own message got; none for the other side's.
    pub state: Option<MessageState>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Writer {
    User,
    Staff { name: String },
    Line { name: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// Durable on this computer.
    Saved,
    /// The cloud recorded it.
    Sent,
    Delivered,
    Read,
    /// The cloud refused it for good (kept, shown as not sent).
    Refused,
}

/// The visit on the screen, from the code to the summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VisitView {
    /// Every step, in order.
    pub steps: Vec<VisitStepView>,
    /// Whole seconds since the code was entered; stands still when complete.
    pub elapsed_s: u32,
    /// All steps up to the line's confirmation are done.
    pub complete: bool,
    /// The visit's screen is to be shown (false after it was left: the summary is then one click away).
    pub open: bool,
    /// The test request, once it is made.
    pub request_id: Option<String>,
    /// When it was completed: `23.11.2026 9:04:10`.
    pub completed_printed: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VisitStepView {
    pub step: buhphone_protocol::visit::VisitStep,
    pub state: StepState,
    /// Seconds since the code was entered at which it was done.
    pub at_s: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepState {
    Pending,
    Current,
    Done,
    /// `RepeatVisitStep` tries again. The reason: `offline`, `keyring`, `clock`, `off_by_person`, `foreign`, `refused`, …
    Failed {
        reason: String,
    },
}

//! Everything a person may ask of the agent, from a window, the tray, a link or a second start.
//! What comes of it is seen in the next [`crate::view::View`].

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Command {
    /// Connect with a typed code; with the cloud at this address, if one is given with it.
    Activate {
        code: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        server: Option<String>,
    },
    /// An installer or an administrator names the cloud's address: kept for this start and the next ones.
    UseServer { server: String },
    /// 1С has started the program again, beside this process.
    StartedFrom1c,
    /// A `buhphone://` link was opened. Fills the code in and asks; connects nothing by itself.
    OpenLink { link: String },
    /// Authorize now, whatever the day says.
    AuthorizeNow,
    /// A person opened the window: ask the cloud where we stand, if that is old.
    Look,
    /// Switch the start with the computer on (a person asked, so a person's own «off» is overridden).
    RepairAutostart,
    /// Look at everything that an authorization needs, and tell what is wrong.
    CheckSelf,
    /// Keep the last self-check as a file.
    SaveReport,
    /// «Подключить заново»: ask the partner to let a new key in, in place of the lost one.
    Reconnect,
    /// Wait for the partner no longer.
    CancelReconnection,
    /// «Пробное обращение»: one click, no text.
    SendTrial,
    /// «Обратиться».
    Ask { text: String },
    /// «Перезвоните мне».
    CallMe { phone: String },
    /// One more message in a conversation.
    Say { request_id: String, text: String },
    /// A field of the window holds this now, unsent: keep it for the next window.
    KeepDraft { field: Field, text: String },
    /// The conversation is on the screen (its messages become read), or none is any more.
    ShowConversation { request_id: Option<String> },
    /// Repeat the step of the visit that failed.
    RepeatVisitStep,
    /// The visit's screen was closed by a person; its summary stays reachable.
    LeaveVisit,
    /// Speak this language from now on.
    SetLanguage { language: crate::view::LanguageChoice },
}

/// Where a person types what is sent later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Field {
    /// Of «Обратиться».
    Question,
    /// Of «Перезвоните мне».
    Phone,
    /// Under a conversation.
    Reply { request_id: String },
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Activate { .. } => "Activate",
            Self::UseServer { .. } => "UseServer",
            Self::StartedFrom1c => "StartedFrom1c",
            Self::OpenLink { .. } => "OpenLink",
            Self::AuthorizeNow => "AuthorizeNow",
            Self::Look => "Look",
            Self::RepairAutostart => "RepairAutostart",
            Self::CheckSelf => "CheckSelf",
            Self::SaveReport => "SaveReport",
            Self::Reconnect => "Reconnect",
            Self::CancelReconnection => "CancelReconnection",
            Self::SendTrial => "SendTrial",
            Self::Ask { .. } => "Ask",
            Self::CallMe { .. } => "CallMe",
            Self::Say { .. } => "Say",
            Self::KeepDraft { .. } => "KeepDraft",
            Self::ShowConversation { .. } => "ShowConversation",
            Self::RepeatVisitStep => "RepeatVisitStep",
            Self::LeaveVisit => "LeaveVisit",
            Self::SetLanguage { .. } => "SetLanguage",
        })
    }
}

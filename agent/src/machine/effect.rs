//! All that the machine asks of the driver. Effects of one answer are begun strictly in
//! their order; [`Effect::Save`] is durable before the next begins. Calls and questions
//! need not be finished: their answers come as inputs, each exactly once.

use std::fmt;

use buhphone_protocol::{
    activation::ActivateRequest, authorization::AuthorizeRequest, conversation::Seq, live::Outbox,
    reconnection::ReconnectRequest,
};
use jiff::Timestamp;
use url::Url;

use crate::{ports::Change, self_check::Inspection, view::Notice};

#[derive(Clone, PartialEq)]
pub enum Effect {
    /// Ask anew what a start asks; answered by [`super::Input::Started`].
    StartAgain,
    /// Write the state and rows. If that fails the following effects are performed all the same.
    Save(Change),
    /// Put away, under another name, what was loaded and cannot be read.
    SetAside,
    /// Calls from now on go to this address.
    UseCloud(Url),
    /// Calls from now on are signed with the key kept under this name.
    UseKey(String),
    /// The cloud's time was at least this: for checking certificates when the computer's clock is behind.
    CloudTimeSeen(Timestamp),
    /// Make the key of this name, or find it made.
    MakeKey {
        attempt: u64,
        name: String,
    },
    /// Forget the key of this name; nothing is answered.
    ForgetKey(String),
    Activate {
        attempt: u64,
        request: ActivateRequest,
    },
    Authorize {
        attempt: u64,
        request: AuthorizeRequest,
    },
    AskStanding {
        attempt: u64,
    },
    /// Ask to be let in by the new key of this name, which signs this call alone.
    Reconnect {
        attempt: u64,
        key_name: String,
        request: ReconnectRequest,
    },
    /// Tell the cloud these, all durable here.
    Send {
        attempt: u64,
        outbox: Outbox,
    },
    /// Listen to the user's events after this one, at once, and in place of any listening before.
    Listen {
        after: Seq,
    },
    StopListening,
    ReadAutostart,
    EnableAutostart {
        override_person: bool,
    },
    ReadComputer {
        machine_salt: Option<String>,
    },
    /// Look at everything a self-check judges.
    Inspect(Inspection),
    /// Keep a self-check's report where a person finds it.
    SaveReport {
        name: String,
        text: String,
    },
    /// Shown only if no window is open.
    Notify(Notice),
}

/// The names alone: a state and a request to activate hold a code, an outbox what people wrote.
impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StartAgain => "StartAgain",
            Self::Save(_) => "Save",
            Self::SetAside => "SetAside",
            Self::UseCloud(_) => "UseCloud",
            Self::UseKey(_) => "UseKey",
            Self::CloudTimeSeen(_) => "CloudTimeSeen",
            Self::MakeKey { .. } => "MakeKey",
            Self::ForgetKey(_) => "ForgetKey",
            Self::Activate { .. } => "Activate",
            Self::Authorize { .. } => "Authorize",
            Self::AskStanding { .. } => "AskStanding",
            Self::Reconnect { .. } => "Reconnect",
            Self::Send { .. } => "Send",
            Self::Listen { .. } => "Listen",
            Self::StopListening => "StopListening",
            Self::ReadAutostart => "ReadAutostart",
            Self::EnableAutostart { .. } => "EnableAutostart",
            Self::ReadComputer { .. } => "ReadComputer",
            Self::Inspect(_) => "Inspect",
            Self::SaveReport { .. } => "SaveReport",
            Self::Notify(_) => "Notify",
        })
    }
}

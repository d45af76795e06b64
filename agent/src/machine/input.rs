//! All that can happen to the machine. Answers carry the attempt they answer, so
//! that a late one is told from the one waited for.

use buhphone_protocol::{
    activation::Activated,
    authorization::Authorized,
    conversation::Event,
    key::PublicKey,
    live::OutboxRecorded,
    reconnection::Reconnection,
    standing::Standing,
    telemetry::{Autostart, Computer},
};

use crate::{
    command::Command,
    ports::{CallError, Loaded, Presence, StoreError, VaultError},
    self_check::Found,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The first input of a process; again when [`super::Effect::StartAgain`] asked for it.
    Started(Started),
    /// Every [`super::TICK`], and whenever [`super::Machine::wake_at`] says.
    Tick {
        presence: Presence,
    },
    /// The system says that a network is there.
    NetworkUp,
    Command(Command),
    /// Answers [`super::Effect::Save`].
    Saved(Result<(), StoreError>),
    /// Answers [`super::Effect::SetAside`]: the name the state was set aside under.
    SetAside(Result<String, StoreError>),
    /// Answers [`super::Effect::MakeKey`].
    KeyMade {
        attempt: u64,
        result: Result<PublicKey, VaultError>,
    },
    /// Answers [`super::Effect::Activate`].
    Activated {
        attempt: u64,
        result: Result<Activated, CallError>,
    },
    /// Answers [`super::Effect::Authorize`].
    Authorized {
        attempt: u64,
        result: Result<Authorized, CallError>,
    },
    /// Answers [`super::Effect::AskStanding`].
    Standing {
        attempt: u64,
        result: Result<Standing, CallError>,
    },
    /// Answers [`super::Effect::Reconnect`].
    Reconnected {
        attempt: u64,
        result: Result<Reconnection, CallError>,
    },
    /// Answers [`super::Effect::Send`].
    SentOutbox {
        attempt: u64,
        result: Result<OutboxRecorded, CallError>,
    },
    /// Came down the live link, in the order of their numbers.
    Heard(Vec<Event>),
    /// How the live link stands, whenever that changes.
    Live(LiveState),
    /// Answers [`super::Effect::ReadAutostart`] and [`super::Effect::EnableAutostart`].
    Autostart(Autostart),
    /// Answers [`super::Effect::ReadComputer`].
    Computer(Computer),
    /// Answers [`super::Effect::Inspect`].
    Inspected(Found),
    /// Answers [`super::Effect::SaveReport`]: where it is, or why it is not.
    ReportSaved(Result<String, String>),
}

/// The live link, as the machine needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// The cloud is heard.
    Connected,
    /// It could not be reached, and is tried again.
    Lost(CallError),
}

/// What is found when the process starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Started {
    pub loaded: Result<Loaded, StoreError>,
    /// Read without a salt.
    pub computer: Computer,
    pub autostart: Autostart,
    pub presence: Presence,
}

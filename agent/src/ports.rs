//! The questions the driver asks the world. Each trait is that handful and nothing more.
//! Tests answer them from memory; the program answers them with the files beside this one.

use std::time::Duration;

use async_trait::async_trait;
use buhphone_protocol::{
    activation::{ActivateRequest, Activated},
    authorization::{AuthorizeRequest, Authorized},
    conversation::{Event, Seq},
    error::ErrorCode,
    key::PublicKey,
    live::{Events, Outbox, OutboxRecorded},
    reconnection::{ReconnectRequest, Reconnection},
    removal::Removed,
    standing::Standing,
    telemetry::{Attended, Autostart, Computer, FailureKind},
};
use futures::stream::BoxStream;
use jiff::Timestamp;
use url::Url;

use crate::{
    self_check::{Disk, Road},
    view::{Notice, View},
};

/// Both clocks, read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The computer's wall clock, which may be wrong.
    pub wall: Timestamp,
    /// Since the process began; counts sleep on Windows, not on Linux.
    pub monotonic: Duration,
}

/// The only reader of time.
pub trait Clock: Send + Sync {
    fn now(&self) -> Now;
}

/// The cloud's device routes. Every call is signed with the vault's key, by `wall`
/// time corrected with what the cloud's answers said.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Calls from now on go to this address.
    fn use_address(&self, address: Url);
    /// Calls from now on are signed with the key kept under `name`.
    fn use_key(&self, name: &str);
    /// The cloud's time was at least this.
    fn remember_time(&self, seen: Timestamp);
    async fn activate(&self, request: &ActivateRequest) -> Result<Activated, CallError>;
    async fn authorize(&self, request: &AuthorizeRequest) -> Result<Authorized, CallError>;
    async fn standing(&self) -> Result<Standing, CallError>;
    /// Signed with the new key, kept under `key_name`, whatever key is in use.
    async fn reconnect(&self, key_name: &str, request: &ReconnectRequest) -> Result<Reconnection, CallError>;
    /// Looks at the way to the cloud, anew and signed with no key.
    async fn road(&self) -> Road;
    /// Tells that the program is being uninstalled.
    async fn remove(&self) -> Result<Removed, CallError>;
    /// Everything in it is durable at the cloud when this answers.
    async fn send(&self, outbox: &Outbox) -> Result<OutboxRecorded, CallError>;
    /// Long poll: at once when there are events after `after`, else after `wait`.
    async fn poll(&self, after: Seq, wait: Duration) -> Result<Events, CallError>;
    /// The event stream. It ends when the connection does.
    async fn listen(&self, after: Seq) -> Result<BoxStream<'static, Result<Heard, CallError>>, CallError>;
}

/// What comes down the event stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Event(Event),
    /// The cloud keeps the connection awake: nothing happened, and nothing is held back on the way.
    Alive,
}

/// Why a call brought no answer of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The cloud answered with an error.
    #[error("the cloud refused: {code:?}: {message}")]
    Refused { code: ErrorCode, message: String, retry_after: Option<Duration> },
    /// No answer of the cloud.
    #[error("the cloud was not reached: {failure:?}: {detail}")]
    Unreached { failure: FailureKind, detail: String },
    /// The key could not be used to sign.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The device's key in the system's keyring. The secret half never leaves it but to sign.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The public half of the key kept under `name`.
    async fn public_key(&self, name: &str) -> Result<PublicKey, VaultError>;
    /// Makes a key, keeps it under `name`, reads it back, and returns its public half.
    /// A key already kept under `name` is returned, not replaced.
    async fn make_key(&self, name: &str) -> Result<PublicKey, VaultError>;
    /// Forgets the key, if there is one.
    async fn forget(&self, name: &str) -> Result<(), VaultError>;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Locked, not started, or not answering in time: wait and ask again.
    #[error("the keyring is not ready: {0}")]
    NotReady(String),
    /// The keyring answered, and there is no such key.
    #[error("the key is not in the keyring")]
    NoKey,
}

/// The one durable record of the agent's state (JSON text; the machine knows what is in it).
#[async_trait]
pub trait Store: Send + Sync {
    /// The saved state; none at the first start. A damaged store is set aside by
    /// the implementation, which tells under which name. An error says that it may still be read later.
    async fn load(&self) -> Result<Loaded, StoreError>;
    /// All of it or nothing; durable when it returns.
    async fn save(&self, change: &Change) -> Result<(), StoreError>;
    /// Sets aside what `load` returned but the machine could not read; tells under which name.
    async fn set_aside(&self) -> Result<String, StoreError>;
}

/// What to write at once. Rows hold what grows (messages, the outbox), so that
/// a new one costs no rewriting of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The state's new text, if it changed.
    pub state: Option<String>,
    /// Rows to keep, by key (`message/…`, `outbox/…`).
    pub put: Vec<(String, String)>,
    pub delete: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub state: Option<String>,
    /// Kept rows by their key, in the order of their keys.
    pub rows: Vec<(String, String)>,
    /// The name a damaged store was set aside under.
    pub set_aside: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the local state could not be {verb}: {detail}")]
pub struct StoreError {
    /// `read` or `saved`.
    pub verb: &'static str,
    pub detail: String,
}

/// The computer.
#[async_trait]
pub trait Host: Send + Sync {
    /// Name, system, version and zone; `machine_salt` makes the machine's pseudonym.
    async fn computer(&self, machine_salt: Option<&str>) -> Computer;
    /// Whether the system will start us at login, read from the system itself.
    async fn autostart(&self) -> Autostart;
    /// Writes the entry and reads it back. `override_person` also lifts a person's «off».
    async fn enable_autostart(&self, override_person: bool) -> Autostart;
    /// Whether a person is there now: an unlocked session, and how long ago its last input was.
    async fn presence(&self) -> Presence;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// `Unknown` where the system cannot tell.
    pub unlocked: Attended,
    /// Time since the last input of a person; none where the system cannot tell.
    pub idle: Option<Duration>,
}

/// The account's folders.
#[async_trait]
pub trait Place: Send + Sync {
    /// Whether the program's data can be written, and how much room there is.
    async fn disk(&self) -> Disk;
    /// Keeps a text under this name where a person finds it; tells the whole path, or why not.
    async fn save_report(&self, name: &str, text: &str) -> Result<String, String>;
}

/// Where snapshots go: the shell shows them, a test reads them.
pub trait Screen: Send + Sync {
    fn show(&self, view: &View);
    /// Only asked while no window is open.
    fn notify(&self, notice: &Notice);
}

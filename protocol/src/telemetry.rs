//! What a program tells about itself with each authorization, and no more.
//! The program shows all of it to the client under «Что передаётся».

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::LaunchId;

/// One start of the program's process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Launch {
    pub launch_id: LaunchId,
    pub origin: Origin,
    /// By the computer's clock as it stood, which may be wrong.
    #[ts(type = "string")]
    pub started_at: Timestamp,
}

/// Who started the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The system, at login.
    Login,
    /// A person, from a menu or an icon.
    Person,
    /// A `buhphone://` link.
    Link,
    /// A configuration of 1С, with whatever arguments it gives.
    #[serde(rename = "from_1c")]
    From1c,
    #[serde(other)]
    Unknown,
}

/// Why the program authorized now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The first one, part of activation.
    Activation,
    /// The process started.
    Launch,
    /// A new day of the partner began while the program was running.
    NewDay,
    /// The computer woke up.
    Resume,
    /// The network came back.
    Network,
    /// A person asked for it.
    Person,
    #[serde(other)]
    Unknown,
}

/// Whether a person was at the computer: an unlocked session with input since the day began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Attended {
    Yes,
    No,
    #[serde(other)]
    Unknown,
}

/// Whether the system will start the program at login, as read back from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Autostart {
    On,
    /// Not set, or the entry vanished.
    Off,
    /// A person switched it off in the system's own settings; never overridden.
    OffByPerson,
    /// The computer's administrator forbids programs to start so, by a policy.
    Forbidden,
    /// An entry of ours points elsewhere (another copy, a moved file).
    Foreign,
    /// The system did not tell.
    #[serde(other)]
    Unknown,
}

/// The computer and the program on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Computer {
    /// The computer's name in its network, at most 255 characters.
    pub name: String,
    /// System and version: `Debian 12`, `Windows 11 23H2`.
    pub system: String,
    /// The program's version: `0.1.0`.
    pub program: String,
    /// The computer's IANA time zone, if it could be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub zone: Option<String>,
    /// HMAC-SHA256 of the machine's id under the partner's salt, hex. Tells one
    /// machine under several users; meaningless to anybody without the salt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub machine: Option<String>,
}

/// Failed attempts of one kind since the last success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FailureTally {
    pub kind: FailureKind,
    pub count: u32,
    /// By the computer's clock.
    #[ts(type = "string")]
    pub first_at: Timestamp,
    #[ts(type = "string")]
    pub last_at: Timestamp,
}

/// Why an attempt failed, as far as the computer can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The cloud's name did not resolve: no network, or no DNS.
    Dns,
    /// No connection to the cloud's address.
    Connect,
    /// The certificate was refused, other than by the clock.
    Tls,
    /// The certificate was refused and the computer's clock is the likely cause.
    Clock,
    /// A proxy demanded credentials or answered in the cloud's place.
    Proxy,
    /// No answer in time.
    Timeout,
    /// The cloud answered that it cannot answer now.
    Unavailable,
    /// The cloud refused.
    Refused,
    /// The keyring was locked or not there.
    Keyring,
    /// The key is gone from the keyring.
    KeyLost,
    /// The day ended before an attempt was answered.
    DayEnded,
    #[serde(other)]
    Other,
}

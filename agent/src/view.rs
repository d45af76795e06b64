//! One snapshot of all that is shown: window, tray menu and notifications draw from it alone.
//! Compares equal when nothing changed, so that nothing is redrawn for nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use buhphone_protocol::telemetry::{Autostart, FailureKind};

mod check;
mod talk;

pub use check::*;
pub use talk::*;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct View {
    pub language: Language,
    pub language_choice: LanguageChoice,
    pub stage: Stage,
    pub connection: Connection,
    pub last_authorization: Option<LastAuthorization>,
    /// An authorization is being made now.
    pub authorizing: bool,
    pub owner: Option<Owner>,
    pub autostart: Autostart,
    /// What is wrong, the gravest first; empty when all is well.
    pub troubles: Vec<Trouble>,
    /// The last request told to the cloud, as sent.
    pub last_sent: Option<Sent>,
    /// The program's version.
    pub version: String,
    /// The cloud's address, as it was given.
    pub cloud: String,
    pub tray: Tray,
    pub talk: Talk,
    /// None before an activation, and for a computer connected by an older program.
    pub visit: Option<VisitView>,
    pub self_check: SelfCheckView,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Ru,
    En,
}

/// What the person chose; `System` follows the computer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LanguageChoice {
    #[default]
    System,
    Ru,
    En,
}

/// Where the program is in its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Stage {
    /// The local state is being read.
    Starting,
    /// Waiting for a code.
    NotActivated {
        /// From a link, grouped; a person confirms it.
        code: Option<String>,
        /// From a link, when it differs from the built-in address: shown before connecting.
        cloud: Option<String>,
        /// Why the last attempt failed.
        error: Option<ActivationError>,
    },
    /// Connecting; a failed step goes back to `NotActivated` with its error.
    Activating { step: ActivationStep },
    /// Connected. Troubles, if any, are in [`View::troubles`].
    Active,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ActivationStep {
    /// The key is made and put into the keyring.
    Key,
    /// The cloud binds the key to the user.
    Bind,
    /// The first authorization.
    Authorize,
    /// The start with the computer is set and read back.
    Autostart,
}

/// Why an activation did not succeed. Each has its own sentence and remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ActivationError {
    /// Not twelve digits.
    CodeIncomplete,
    /// The check digit does not hold.
    CodeMistyped,
    CodeUnknown,
    CodeUsed,
    CodeExpired,
    CodeRevoked,
    /// Too many attempts from this network; tried again by itself.
    SlowDown,
    /// The cloud was not reached; the code is kept and tried again by itself.
    Offline,
    /// The cloud answered that it cannot answer now; tried again by itself.
    Unavailable,
    /// A proxy, or a network's own page, stands in the cloud's place; tried again by itself.
    Proxy,
    /// The certificate was refused, other than by the clock; tried again by itself.
    Tls,
    /// The certificate was refused and the computer's clock is the likely cause.
    Clock,
    /// The keyring is locked or not ready.
    Keyring,
    /// The cloud refused for another reason.
    Refused,
    /// The link is not one of ours.
    BadLink,
    /// The address given for the cloud is none that is trusted: neither over TLS nor on this computer.
    BadServer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Connection {
    /// Nothing was asked yet.
    Unknown,
    /// The last call was answered.
    Online,
    /// The last call was not.
    Offline { failure: FailureKind },
}

/// The date the program exists for, by the cloud's clock, in the partner's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastAuthorization {
    #[ts(type = "string")]
    pub at: Timestamp,
    /// `23.11.2026 9:00:12`.
    pub printed: String,
    /// The partner's IANA zone, when the computer's shows another time.
    pub zone: Option<String>,
    pub ago: Ago,
    /// It is of the partner's current day.
    pub today: bool,
}

/// How long ago, in the largest whole unit. Worded by the window and the tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "unit", content = "count", rename_all = "snake_case")]
pub enum Ago {
    JustNow,
    Minutes(u32),
    Hours(u32),
    Days(u32),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Owner {
    pub partner: String,
    /// May be empty.
    pub phone: String,
    pub client: String,
    pub user: String,
}

/// One thing that is wrong. Each has its own plain sentence and, where there is one, a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trouble {
    /// The partner disconnected this computer; a new code connects it again.
    Disconnected,
    /// The partner archived the user.
    UserArchived,
    /// The key is gone from the keyring; the partner may let a new one in, or a new code connects again.
    KeyLost,
    /// A new key was asked for in place of the lost one, and waits for the partner.
    Reconnecting {
        /// The partner has the wish; else it is on its way.
        told: bool,
        /// Why the cloud could not be asked just now; tried again by itself.
        failure: Option<FailureKind>,
    },
    /// The partner did not let the new key in; asked for again, or a new code connects.
    ReconnectionRefused,
    /// The keyring is locked or not ready; waited for.
    KeyringLocked,
    /// No authorization on the partner's current day, and the last attempt failed.
    NotAuthorized { failure: FailureKind },
    /// The certificate is refused; the clock is the likely cause.
    ClockWrong,
    /// The program does not start with the computer.
    AutostartOff,
    /// A person switched the start with the computer off.
    AutostartOffByPerson,
    /// A policy of the computer's administrator forbids programs to start so.
    AutostartForbidden,
    /// The start entry runs another copy of the program.
    AutostartForeign,
    /// The contract is past its end. The program works.
    ContractEnded,
    /// Local state could not be read and was set aside under this name.
    StateSetAside { file: String },
    /// Local state cannot be written (disk full, no permission).
    StateNotSaved,
}

/// What was sent, when, and the very text of its body (JSON, indented).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sent {
    /// By the computer's clock.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// In the computer's zone, printed as dates are: `23.11.2026 9:00:12`.
    pub printed: String,
    pub body: String,
    /// The cloud confirmed it.
    pub answered: bool,
}

/// The tray: a picture and lines of text, in the view's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Tray {
    pub icon: TrayIcon,
    /// Also the first, disabled line of the menu: `Бухфон: авторизован сегодня`.
    pub state: String,
    /// The second, disabled line: `Последняя авторизация: 23.11.2026 9:00:12`.
    pub last: String,
    pub open: String,
    /// `Перезвоните мне`; empty while not connected. Opens the window on that screen.
    pub call_me: String,
    /// `Новые сообщения: 2`; empty when there are none.
    pub unread: String,
    pub quit: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrayIcon {
    Authorized,
    Attention,
    Offline,
    Unread,
}

/// A system notification, worded in the view's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub title: String,
    pub body: String,
    /// The conversation a click opens; one notice a conversation is shown at a time.
    pub conversation: Option<String>,
}

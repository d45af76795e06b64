//! The only shape of an error on any wire: `{code, message}`, with the field at fault.
//! A code exists only where somebody acts on it; everything else is told by its message.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What went wrong, for a program (`code`) and for a person (`message`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WireError {
    pub code: ErrorCode,
    /// One plain sentence: what is wrong and where. English; interfaces word it themselves by `code`.
    pub message: String,
    /// The input field at fault, as named in the request (`inn`, `its_until`), if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
}

/// Causes that somebody acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request does not parse or breaks a rule; see `field`.
    Invalid,
    /// Nothing there, or it belongs to somebody else.
    NotFound,
    /// The same thing exists already; see `field`.
    Conflict,
    /// The body exceeds the limit of its route.
    TooLarge,
    /// Too many attempts; `Retry-After` says when to come back.
    SlowDown,
    /// Staff: not signed in, or the session ended.
    SignedOut,
    /// Staff: the e-mail or the password is wrong.
    WrongPassword,
    /// Staff: this role does not do that, or the request came from another site.
    Forbidden,
    /// Activation: no such code.
    CodeUnknown,
    /// Activation: the code was used by another key.
    CodeUsed,
    /// Activation: the code's seven days are over.
    CodeExpired,
    /// Activation: the partner withdrew the code.
    CodeRevoked,
    /// Device: the signature does not verify, or covers too little.
    SignatureInvalid,
    /// Device: signed too long ago or in the future; `Date` of the answer is the cloud's time.
    SignatureStale,
    /// Device: this nonce was seen already.
    SignatureReplayed,
    /// Device: the key belongs to no device.
    DeviceUnknown,
    /// Device: the partner disconnected this computer.
    DeviceDisconnected,
    /// Device: the user is archived.
    UserArchived,
    /// The cloud cannot answer now; the same request may be repeated.
    Unavailable,
    /// A code newer than this program.
    #[serde(other)]
    Unknown,
}

//! Authorization: **the** fact of the report.
//!
//! `POST /api/device/v1/authorize`, signed. Idempotent by `authorization_id`:
//! repeated, it answers the first time again. `GET /api/device/v1/standing`,
//! signed, asks the same standing without authorizing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::AuthorizationId,
    standing::Standing,
    telemetry::{Attended, Autostart, Computer, FailureTally, Launch, Trigger},
};

pub const PATH: &str = "/api/device/v1/authorize";
pub const STANDING_PATH: &str = "/api/device/v1/standing";

/// Most launches one request tells; older ones are only counted.
pub const LAUNCHES_MAX: usize = 100;

/// One intent to authorize, with what is told about the computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuthorizeRequest {
    /// UUID version 7 of this intent, stored before the first attempt.
    pub authorization_id: AuthorizationId,
    /// The launch the authorization was made in.
    pub launch: Launch,
    pub trigger: Trigger,
    pub attended: Attended,
    pub computer: Computer,
    pub autostart: Autostart,
    /// Failed attempts since the last success, one row a kind.
    #[serde(default)]
    pub failures: Vec<FailureTally>,
    /// Launches the cloud has not been told of, oldest first, at most [`LAUNCHES_MAX`].
    #[serde(default)]
    pub launches: Vec<Launch>,
    /// Untold launches older than those in `launches`.
    #[serde(default)]
    pub launches_dropped: u32,
    /// The value of the last answer, for telling copied disks; none at the first.
    #[serde(default)]
    pub echo: Option<String>,
}

/// The cloud verified the key and wrote its own time. Durable before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Authorized {
    pub authorization_id: AuthorizationId,
    /// The cloud's time of the first success of this intent.
    #[ts(type = "string")]
    pub authorized_at: Timestamp,
    /// To be presented next time.
    pub echo: String,
    pub standing: Standing,
}
